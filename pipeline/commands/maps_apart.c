/*
 * Names of a run's files, looked at before any work. 16 bytes a name while it looks: names are
 * compared by their hashes, and made again where these are the same.
 */
#include "maps_apart.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "output/map_name.h"
#include "output_folder.h"
#include "report/report.h"
#include "report/report_target.h"
#include "reports_within.h"

enum { SHOWN_MOST = 5, SHOWN_BYTES = 100 };

/* A file of the run. */
struct named {
	uint64_t hash;
	uint32_t scene, number; /* of maps_name() */
};

/* A file that is there. */
struct present {
	dev_t dev;
	ino_t ino;
};

struct looking {
	const struct maps *maps;
	const struct scene_list *scene_list;
	const struct resumed *resume;
	bool overwrite;                /* files that are there, whosever they are */
	uint64_t limit;                /* of the program's memory */
	int folder;                    /* descriptor; -1: it is not there yet */
	struct reports_within reports; /* that go into it */
	size_t n, n_present, room_present;
	struct named *name;
	struct present *present;
	char shown[SHOWN_MOST * (SHOWN_BYTES + 2) + 8]; /* the first of them */
};

/* --- the folder --- */

/* Where it is. */
static int open_folder(struct looking *l, struct error *err)
{
	const char *path = l->maps->folder;

	l->folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return l->folder >= 0 || errno == ENOENT
		       ? 0
		       : error_errno(err, EX_CANTCREAT, errno, "--output %s", path);
}

static int check_folders(const struct maps *maps, struct error *err)
{
	struct stat st;

	if (maps->sheet_alone && access(maps->folder, W_OK | X_OK))
		return report_target_refuse(report_sheet.option.kind, maps->picture.contact_sheet,
					    errno, err);
	if (maps->spool_folder == maps->folder)
		return 0;
	if (stat(maps->spool_folder, &st))
		return error_errno(err, EX_CANTCREAT, errno, "--spool-dir %s", maps->spool_folder);
	if (!S_ISDIR(st.st_mode))
		return error_set(err, EX_CANTCREAT, "--spool-dir %s: is no folder",
				 maps->spool_folder);
	return 0;
}

/* --- files that are there --- */

/* By this run: it is no scene of another shard, and not done. */
static bool is_to_do(const struct looking *l, uint32_t id)
{
	return id < scene_list_count(l->scene_list) && !resume_is_done(l->resume, id);
}

static int keep_present(struct looking *l, const char *name, const struct stat *st,
			struct error *err)
{
	if (l->n_present == l->room_present) {
		size_t room = l->room_present ? 2 * l->room_present : 64;
		struct present *more = realloc(l->present, room * sizeof(*more));

		if (!more)
			return error_memory(err, "names of files", room * sizeof(*more));
		l->present = more;
		l->room_present = room;
	}
	if (l->n_present < SHOWN_MOST) {
		size_t used = strlen(l->shown);

		(void)snprintf(l->shown + used, sizeof(l->shown) - used, "%s%.*s", used ? ", " : "",
			       SHOWN_BYTES, name);
	}
	l->present[l->n_present++] = (struct present){st->st_dev, st->st_ino};
	return 0;
}

static int look_for(struct looking *l, int folder, const char *name, struct error *err)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW))
		return 0;
	if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		return error_set(err, EX_CANTCREAT,
				 "%s: is %s, and a file of this name is to be written; give "
				 "another --output or --name",
				 name, S_ISDIR(st.st_mode) ? "a folder" : "no file");
	/* An input may be meant through a link. */
	if (S_ISLNK(st.st_mode) && fstatat(folder, name, &st, 0))
		st = (struct stat){0};
	return keep_present(l, name, &st, err);
}

static int by_file(const void *a, const void *b)
{
	const struct present *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return (x->ino > y->ino) - (x->ino < y->ino);
}

static bool is_present(void *context, const struct stat *st)
{
	const struct looking *l = context;
	const struct present file = {st->st_dev, st->st_ino};

	return bsearch(&file, l->present, l->n_present, sizeof(file), by_file);
}

/* Names are in the order of their hashes. One of the same hash, if ever, is spared in vain. */
static bool is_to_be_written(const void *context, const char *base)
{
	const struct looking *l = context;
	const uint64_t hash = hash_bytes(HASH_SEED, base, strlen(base));
	size_t low = 0, high = l->n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (l->name[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < l->n && l->name[low].hash == hash; low++)
		if (is_to_do(l, l->name[low].scene))
			return true;
	return false;
}

static int check_present(struct looking *l, struct error *err)
{
	const bool one = l->n_present == 1;

	if (!l->n_present)
		return 0;
	qsort(l->present, l->n_present, sizeof(*l->present), by_file);
	if (scene_list_any_input(l->scene_list, is_present, l))
		return error_set(
			err, EX_USAGE,
			"%s: files to be written are inputs of this run (among %s%s); give "
			"another --output or --name, or leave them out with --exclude",
			l->maps->folder, l->shown, l->n_present > SHOWN_MOST ? " ..." : "");
	if (l->overwrite)
		return 0;
	if (resume_replaces(l->resume))
		return resume_spares_others(l->resume, is_to_be_written, l, err);
	return error_set(err, EX_CANTCREAT,
			 "%s: of the files to be written %zu %s there: %s%s; %s--overwrite "
			 "replaces %s, -o with another folder leaves %s as %s",
			 l->maps->folder, l->n_present, one ? "is" : "are", l->shown,
			 l->n_present > SHOWN_MOST ? " ..." : "",
			 resume_would_help(l->resume) ? "--resume keeps what is done, " : "",
			 one ? "it" : "them", one ? "it" : "them", one ? "it is" : "they are");
}

/* --- names --- */

static int check_reports(const struct looking *l, const struct scene *scene, const char *name,
			 struct error *err)
{
	const char *option = reports_within_named(&l->reports, name);

	if (!option)
		return 0;
	return error_set(err, EX_USAGE, "--%s: a file of %s has that name, %s/%s; give another",
			 option, scene->name, l->maps->folder, name);
}

static int look_at_scene(struct looking *l, uint32_t id, struct error *err)
{
	const unsigned n = maps_n_names(l->maps);
	char name[MAP_NAME_BYTES];
	struct scene scene;
	int status = scene_preview(&scene, l->scene_list, id, err), failed = status < 0;

	for (unsigned i = 0; i < n && !status && !failed; i++) {
		failed = maps_name(name, sizeof(name), l->maps, i, &scene, err);
		if (failed)
			break;
		failed = check_reports(l, &scene, name, err);
		l->name[l->n++] = (struct named){hash_bytes(HASH_SEED, name, strlen(name)), id, i};
		if (!failed && l->folder >= 0 && is_to_do(l, id))
			failed = look_for(l, l->folder, name, err);
	}
	scene_release(&scene);
	return failed ? -1 : 0;
}

static int by_hash(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->scene != y->scene)
		return x->scene < y->scene ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static const char *remedy(const struct maps *maps)
{
	if (!strstr(maps->name, "{scene}"))
		return "put {scene} into --name";
	return "give them names that differ more, put {date} or {sensor} into --name, or compute "
	       "them in runs of their own";
}

/* Two with one hash: is it one name? */
static int compare(const struct looking *l, const struct named *a, const struct named *b,
		   struct error *err)
{
	char one[MAP_NAME_BYTES], other[MAP_NAME_BYTES];
	struct scene first, second = {0};
	int status = -1;

	if (scene_preview(&first, l->scene_list, a->scene, err) < 0 ||
	    scene_preview(&second, l->scene_list, b->scene, err) < 0 ||
	    maps_name(one, sizeof(one), l->maps, a->number, &first, err) ||
	    maps_name(other, sizeof(other), l->maps, b->number, &second, err))
		goto out;
	status = strcmp(one, other) == 0
			 ? error_set(err, EX_USAGE,
				     "%s and %s would both be written to %s; %s; files that are no "
				     "scenes can be left out with --exclude",
				     first.name, second.name, one, remedy(l->maps))
			 : 0;
out:
	scene_release(&first);
	scene_release(&second);
	return status;
}

static int check_clashes(struct looking *l, struct error *err)
{
	qsort(l->name, l->n, sizeof(*l->name), by_hash);
	for (size_t i = 1; i < l->n; i++)
		if (l->name[i - 1].hash == l->name[i].hash &&
		    compare(l, &l->name[i - 1], &l->name[i], err))
			return -1;
	return 0;
}

/* --- together --- */

static int look(struct looking *l, struct error *err)
{
	const uint32_t n_scenes = scene_list_count_all(l->scene_list);
	const size_t n = (size_t)n_scenes * maps_n_names(l->maps);

	if (n > l->limit / 2 / sizeof(*l->name))
		return error_set(err, EX_TEMPFAIL,
				 "--output: %zu names of files do not fit into half of the memory "
				 "limit while they are compared; --memory %zuM is enough, or name "
				 "fewer scenes",
				 n, (2 * n * sizeof(*l->name) >> 20) + 1);
	l->name = malloc((n ? n : 1) * sizeof(*l->name));
	if (!l->name)
		return error_memory(err, "names of files", n * sizeof(*l->name));
	for (uint32_t id = 0; id < n_scenes; id++)
		if (look_at_scene(l, id, err))
			return -1;
	if (check_clashes(l, err))
		return -1;
	return check_present(l, err);
}

int maps_apart(const struct options *options, const struct scene_list *scene_list, uint64_t limit,
	       const struct resumed *resume, bool for_run, struct error *err)
{
	struct looking l = {.maps = options->maps,
			    .scene_list = scene_list,
			    .resume = resume,
			    .overwrite = options->map.overwrite,
			    .limit = limit,
			    .folder = -1};
	bool made;
	int status;

	if (!options->maps)
		return 0;
	status = check_folders(l.maps, err);
	if (l.maps->sheet_alone)
		return status;
	if (!status)
		status = open_folder(&l, err);
	if (!status) {
		reports_within_find(&l.reports, options, l.folder, l.maps->folder,
				    scene_list_count(scene_list));
		status = look(&l, err);
	}
	if (!status && for_run)
		status = output_folder_have(l.maps->folder, &made, err);
	if (l.folder >= 0)
		close(l.folder);
	free(l.name);
	free(l.present);
	return status;
}
