/*
 * Rows of a set that a run over all scenes would not have: of scenes whose files are not there any
 * more, and of processings that a newer one has replaced.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "resume_parts.h"

struct change {
	int64_t row;
	bool gone;
};

struct going {
	struct change *change; /* rows whose mark is not as it should be */
	size_t n, room;
	uint32_t n_gone;
	int64_t *done; /* rows of done scenes, whose files have been looked at; ascending */
	uint32_t n_done;
	bool forget;
	struct error *err;
	int status;
};

/* --- is its first file there? --- */

static bool is_there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* The name as scene_inputs() has written it, cut after `length` bytes: one file of the row's. */
static char *path_of(const struct catalogue_scene *row, size_t length)
{
	const char *slash = strrchr(row->source, '/'), *from = row->inputs;
	const size_t folder = *from != '/' && slash ? (size_t)(slash + 1 - row->source) : 0;
	char *path = malloc(folder + length + 1), *to = path ? path + folder : NULL;

	if (!path)
		return NULL;
	memcpy(path, row->source, folder);
	for (const char *end = from + length; from < end; from++) {
		const bool escaped = *from == '\\' && from + 1 < end;

		from += escaped;
		*to++ = escaped && *from == 'n' ? '\n' : *from;
	}
	*to = '\0';
	return path;
}

static bool is_named_there(const struct catalogue_scene *row, size_t length)
{
	char *path = path_of(row, length);
	bool there = !path || is_there(path); /* without memory nothing is said to be gone */

	free(path);
	return there;
}

/*
 * Behind the name stand two or three words (scene_inputs.h), and names may have spaces: whichever
 * is there. What is on a network cannot be looked at.
 */
static bool has_files(const struct catalogue_scene *row)
{
	const char *end = strchrnul(row->inputs, '\n');
	size_t length = (size_t)(end - row->inputs);
	bool there = *row->source != '/' || (length && end[-1] == '?');

	if (resume_is_name_line(row->inputs)) /* no file was there then, either */
		return there;
	for (unsigned words = 1; words <= 3 && !there && length; words++) {
		const char *space = memrchr(row->inputs, ' ', length);

		length = space ? (size_t)(space - row->inputs) : 0;
		there = words > 1 && length && is_named_there(row, length);
	}
	return there;
}

/* --- rows that need not be asked about --- */

static int by_row(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int list_done(struct going *g, const struct resumed *r, struct error *err)
{
	if (!r->n_done)
		return 0;
	g->done = malloc(r->n_done * sizeof(*g->done));
	if (!g->done)
		return error_memory(err, "scenes that are done", r->n_done * sizeof(*g->done));
	for (uint32_t place = 0; place < r->n; place++)
		if (resume_bit(r, place))
			g->done[g->n_done++] = (int64_t)r->known[place];
	qsort(g->done, g->n_done, sizeof(*g->done), by_row);
	return 0;
}

static bool was_done(const struct going *g, int64_t row)
{
	return g->n_done && bsearch(&row, g->done, g->n_done, sizeof(row), by_row);
}

/* 1: each row is of a scene that was done, and none is marked; 0: not so; -1 with an error. */
static int all_done(const struct resumed *r, struct error *err)
{
	struct catalogue_set set = {0};
	const int status = catalogue_set_read(r->catalogue, r->set, &set, err);
	const bool all = set.scenes == r->n_done && !set.gone;

	catalogue_set_release(&set);
	return status ? -1 : all;
}

/* --- all rows --- */

static bool look(void *context, const struct catalogue_scene *row)
{
	struct going *g = context;
	const bool gone = !was_done(g, row->id) && !has_files(row);

	g->n_gone += gone;
	if (gone == row->gone && !(gone && g->forget))
		return true;
	if (g->n == g->room) {
		const size_t room = g->room ? 2 * g->room : 64;
		struct change *more = realloc(g->change, room * sizeof(*more));

		if (!more) {
			g->status =
				error_memory(g->err, "scenes that are gone", room * sizeof(*more));
			return false;
		}
		g->change = more;
		g->room = room;
	}
	g->change[g->n++] = (struct change){row->id, gone};
	return true;
}

static int change(struct resumed *r, const struct going *g, struct error *err)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct change *change = &g->change[i];
		const bool forget = change->gone && g->forget;

		if (forget ? catalogue_forget(r->catalogue, change->row, err)
			   : catalogue_mark_gone(r->catalogue, change->row, change->gone, err))
			return -1;
	}
	return 0;
}

int resume_mark_gone(struct resumed *r, struct error *err)
{
	const struct catalogue_filter filter = {.set = r->set};
	/* Where an argument has come to nothing, so may a disk have: tomorrow it is there again. */
	const bool wanted = r->options->nightly.forget_missing;
	struct going g = {.forget = wanted && !r->n_absent, .err = err};
	int status = all_done(r, err);

	if (status)
		return status < 0 ? -1 : 0;
	status = list_done(&g, r, err);
	if (!status)
		status = catalogue_each(r->catalogue, &filter, look, &g, err);
	if (g.status)
		status = -1;
	if (!status)
		status = change(r, &g, err);
	r->n_gone = g.forget ? 0 : g.n_gone;
	r->n_forgotten = g.forget ? g.n_gone : 0;
	free(g.change);
	free(g.done);
	return status;
}

/* --- older processings --- */

static int forget_source(struct resumed *r, const char *source, struct error *err)
{
	struct catalogue_scene row;
	int found = catalogue_find(r->catalogue, r->set, source, &row, err);

	if (found <= 0)
		return found;
	r->n_older++;
	return catalogue_forget(r->catalogue, row.id, err);
}

int resume_forget_older(struct resumed *r, struct error *err)
{
	const uint32_t n = scene_list_n_older(r->scene_list);

	for (uint32_t i = 0; i < n; i++) {
		char *source = scene_list_older(r->scene_list, i);
		int rc = source ? forget_source(r, source, err)
				: error_memory(err, "a path", PATH_MAX);

		free(source);
		if (rc)
			return -1;
	}
	return 0;
}
