/*
 * The files of a scene as they are now, without opening one. What is told is what scene_open() and
 * the readers look for: image_names.h and product_rule.h say the names, group and folders which
 * quality files. A name that stands in no folder of these is not looked at, so a scene's text is
 * its own.
 */
#include "scene_inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/redact.h"
#include "gdal_name.h"
#include "group.h"
#include "image_names.h"
#include "input/file_name.h"
#include "product_rule.h"
#include "quality_files.h"
#include "scene_build.h"
#include "scene_source.h"

enum { END_BYTES = 64 << 10, FIRST_ROOM = 512, LINE_MORE = 80, LOOKED_MOST = 64 };

/* Lines in the making. */
struct gathering {
	const struct scene_list *scene_list;
	const struct entry *entry;
	const char *dir;    /* of the list, of the first file */
	const char *folder; /* of the source: the same without links; "" where it has none */
	size_t folder_len;
	struct scene_inputs *inputs;
	struct folder_names *around;
	size_t n, room;
	uint64_t looked[LOOKED_MOST]; /* hashes of the paths that were looked at first */
	unsigned n_looked;
	bool strict;
	bool failed; /* no memory */
};

/* --- lines --- */

static bool make_room(struct gathering *g, size_t more)
{
	size_t room = g->room ? g->room : FIRST_ROOM;
	char *text;

	while (room - g->n < more)
		room *= 2;
	text = g->failed || room == g->room ? g->inputs->text : realloc(g->inputs->text, room);
	g->failed = g->failed || !text;
	if (g->failed)
		return false;
	g->inputs->text = text;
	g->room = room;
	return true;
}

/* A name may hold any byte; a line none that ends it. */
static void append_name(struct gathering *g, const char *name)
{
	char *to = g->inputs->text + g->n;

	for (; *name; name++)
		if (*name == '\n' || *name == '\\') {
			*to++ = '\\';
			*to++ = *name == '\n' ? 'n' : '\\';
		} else {
			*to++ = *name;
		}
	*to = '\0';
	g->n = (size_t)(to - g->inputs->text);
}

/* Is the line that begins at `begin` there already? Then it is taken back. */
static void drop_twice(struct gathering *g, size_t begin)
{
	char *text = g->inputs->text;
	const size_t length = g->n - begin;

	for (size_t at = 0; at < begin; at += strcspn(text + at, "\n") + 1)
		if (at + length <= begin && memcmp(text + at, text + begin, length) == 0) {
			g->n = begin;
			text[begin] = '\0';
			return;
		}
}

/* NAME and what is said of it. */
static void append_line(struct gathering *g, const char *name, const char *facts)
{
	const size_t begin = g->n;

	if (!make_room(g, 2 * strlen(name) + strlen(facts) + 3))
		return;
	append_name(g, name);
	g->n += (size_t)sprintf(g->inputs->text + g->n, " %s\n", facts);
	drop_twice(g, begin);
}

/* --- files --- */

/* `bytes` from `from` on; false where they cannot be had. */
static bool add_end(int fd, uint32_t *crc, off_t from, size_t bytes, unsigned char *room)
{
	size_t got = 0;

	while (got < bytes) {
		ssize_t n = pread(fd, room + got, bytes - got, from + (off_t)got);

		if (n <= 0)
			return false;
		got += (size_t)n;
	}
	*crc = libdeflate_crc32(*crc, room, bytes);
	return true;
}

/* CRC-32 of the first and the last 64 KiB; false where they cannot be read. */
static bool checksum(const char *path, const struct stat *st, uint32_t *crc)
{
	const size_t bytes = st->st_size < END_BYTES ? (size_t)st->st_size : END_BYTES;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	unsigned char *room = malloc(END_BYTES);
	bool fine = fd >= 0 && room;

	*crc = 0;
	fine = fine && add_end(fd, crc, 0, bytes, room);
	fine = fine && add_end(fd, crc, st->st_size - (off_t)bytes, bytes, room);
	free(room);
	if (fd >= 0)
		(void)close(fd);
	return fine;
}

static void facts_of(const struct gathering *g, const char *path, const struct stat *st,
		     char facts[LINE_MORE])
{
	const uint64_t ns =
		(uint64_t)st->st_mtim.tv_sec * 1000000000 + (uint64_t)st->st_mtim.tv_nsec;
	int n = snprintf(facts, LINE_MORE, "%" PRIu64 " %" PRId64, (uint64_t)st->st_size,
			 (int64_t)ns);
	uint32_t crc;

	if (g->strict && checksum(path, st, &crc))
		(void)snprintf(facts + n, (size_t)(LINE_MORE - n), " %08" PRIx32, crc);
	else if (g->strict)
		(void)snprintf(facts + n, (size_t)(LINE_MORE - n), " ?");
}

/* What is behind a folder's name and a slash; NULL: the path is elsewhere, or below that. */
static const char *name_in(const char *path, const char *folder, size_t length)
{
	if (strncmp(path, folder, length) != 0)
		return NULL;
	path += length;
	if (length && path[-1] != '/' && *path++ != '/')
		return NULL;
	return *path && !strchr(path, '/') ? path : NULL;
}

static void append_file(struct gathering *g, const char *path, const struct stat *st)
{
	const char *name = name_in(path, g->dir, strlen(g->dir));
	char facts[LINE_MORE], *real;

	facts_of(g, path, st, facts);
	if (name && *g->folder) {
		append_line(g, name, facts);
		return;
	}
	real = path_in_real_folder(path);
	g->failed = g->failed || !real;
	if (!real)
		return;
	name = *g->folder && strncmp(real, g->folder, g->folder_len) == 0 &&
			       real[g->folder_len] == '/'
		       ? real + g->folder_len + 1
		       : real;
	append_line(g, name, facts);
	free(real);
}

/* Bands of one folder have the same metadata: a path that was looked at need not be again. */
static bool was_looked_at(struct gathering *g, const char *path)
{
	const uint64_t hash = hash_bytes(HASH_SEED, path, strlen(path));

	for (unsigned i = 0; i < g->n_looked; i++)
		if (g->looked[i] == hash)
			return true;
	if (g->n_looked < LOOKED_MOST)
		g->looked[g->n_looked++] = hash;
	return false;
}

static bool see(void *context, const char *path)
{
	struct gathering *g = context;
	struct stat st;

	if (!folder_names_lacks(g->around, path) && !was_looked_at(g, path) &&
	    stat(path, &st) == 0 && S_ISREG(st.st_mode))
		append_file(g, path, &st);
	return g->failed;
}

/* --- what belongs to a scene --- */

static bool is_vrt(const char *name)
{
	return *name == '<' || strcasecmp(name + name_stem(name), ".vrt") == 0;
}

static int add_network(struct gathering *g, const char *name)
{
	char *shown = strdup(name);

	if (!shown)
		return -1;
	redact(shown);
	g->inputs->network = true;
	append_line(g, shown, "?");
	free(shown);
	return 0;
}

static int add_image(struct gathering *g, uint32_t file)
{
	const struct file_list *files = &g->scene_list->files;
	const struct file_entry *entry = &files->entry[file];
	char *path;
	int rc;

	g->inputs->leads_on = g->inputs->leads_on || is_vrt(file_list_name(files, file));
	if (!entry->virtual)
		return image_names(files, file, &(struct side_names){see, g});
	path = file_list_path(files, file);
	if (!path)
		return -1;
	rc = gdal_name_network(path) ? add_network(g, path)
				     : gdal_name_files(path, &(struct side_names){see, g});
	free(path);
	return rc;
}

static bool is_read(const struct gathering *g, const struct member *member)
{
	return member->slot < SCENE_QA || g->scene_list->masked;
}

static int add_members(struct gathering *g)
{
	int rc = 0;

	for (unsigned i = 0; i < g->entry->n && rc == 0; i++) {
		const struct member *member = &g->scene_list->member[g->entry->first + i];

		if (is_read(g, member))
			rc = add_image(g, member->file);
	}
	return rc;
}

/* Files of quality that are not the entry's: of its folder, and of the product's. */
static int add_quality(struct gathering *g, struct error *err)
{
	const struct scene_list *scene_list = g->scene_list;
	const struct file_list *files = &scene_list->files;
	const uint32_t first = entry_first(scene_list, g->entry);
	struct quality_files quality;
	int rc = 0;

	for (uint32_t i = 0; i < scene_list->n_common && rc == 0; i++)
		if (files->entry[scene_list->common[i]].dir == files->entry[first].dir)
			rc = add_image(g, scene_list->common[i]);
	if (rc || !scene_list->masked)
		return rc;
	rc = quality_files_init(&quality, scene_list, g->entry, err);
	if (rc == 0)
		rc = quality_files_look_around(&quality, scene_list, g->entry, true, err);
	for (unsigned i = 0; i < quality.n && rc == 0; i++)
		rc = image_path_names(quality.file[i].path, &(struct side_names){see, g});
	quality_files_release(&quality);
	return rc;
}

/* Of any of its bands, as it is not known yet which is read. */
static int add_metadata(struct gathering *g)
{
	const struct file_list *files = &g->scene_list->files;
	const struct sensor *sensor = file_sensor(files, entry_first(g->scene_list, g->entry));
	int rc = 0;

	for (unsigned i = 0; i < g->entry->n && rc == 0; i++) {
		const struct member *member = &g->scene_list->member[g->entry->first + i];
		char *path, *whole;

		if (member->slot >= SCENE_QA || files->entry[member->file].virtual)
			continue;
		path = file_list_path(files, member->file);
		whole = path ? folder_names_whole(g->around, path) : NULL;
		rc = whole ? product_rule_names(sensor, whole, &(struct side_names){see, g}) : -1;
		free(path);
		free(whole);
	}
	return rc;
}

/* Its folder, where it is a path. */
static void set_folder(struct gathering *g)
{
	const char *source = g->inputs->source, *slash = strrchr(source, '/');
	const uint32_t first = entry_first(g->scene_list, g->entry);

	g->dir = g->folder = "";
	if (first == NO_FILE || *source != '/' || g->scene_list->files.entry[first].virtual)
		return;
	g->dir = file_list_dir(&g->scene_list->files, first);
	g->folder = source;
	g->folder_len = (size_t)(slash - source);
}

static bool is_named(const struct scene_list *scene_list, const struct entry *entry)
{
	const uint32_t first = entry_first(scene_list, entry);

	return first != NO_FILE && scene_list->files.entry[first].named;
}

int scene_inputs(struct scene_inputs *inputs, const struct scene_list *scene_list, uint32_t id,
		 bool strict, struct folder_names *around, struct error *err)
{
	struct gathering g = {.scene_list = scene_list,
			      .entry = &scene_list->entry[id],
			      .inputs = inputs,
			      .around = around,
			      .strict = strict};

	*inputs = (struct scene_inputs){.source = scene_source(scene_list, g.entry),
					.named = is_named(scene_list, g.entry)};
	if (!inputs->source || !make_room(&g, 1))
		return error_memory(err, "the files of a scene", FIRST_ROOM);
	*inputs->text = '\0';
	set_folder(&g);
	if (g.entry->n && (add_members(&g) || add_quality(&g, err) || add_metadata(&g)))
		g.failed = true;
	return g.failed ? error_memory(err, "the files of a scene", g.room) : 0;
}

void scene_inputs_release(struct scene_inputs *inputs)
{
	free(inputs->source);
	free(inputs->text);
	*inputs = (struct scene_inputs){.source = NULL};
}

uint32_t scene_list_n_older(const struct scene_list *scene_list)
{
	return scene_list->n_older;
}

char *scene_list_older(const struct scene_list *scene_list, uint32_t i)
{
	return scene_source(scene_list, &scene_list->older[i]);
}
