/*
 * Rows of a set whose files are not there any more: scenes that have left the archive.
 */
#include <errno.h>
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
	bool forget;
	struct error *err;
	int status;
};

/* The name of the first file: the line less what is said of it. */
static size_t name_length(const char *inputs)
{
	const char *end = strchrnul(inputs, '\n');
	unsigned words = 0;

	/* "BYTES MTIME_NS", or "?", which no file has. */
	while (end > inputs && words < 2)
		words += *--end == ' ';
	return words == 2 ? (size_t)(end - inputs) : 0;
}

static bool is_there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* Is the first file of the row still there? One on a network cannot be looked at. */
static bool has_files(const struct catalogue_scene *row)
{
	const size_t length = name_length(row->inputs);
	const char *slash = strrchr(row->source, '/');
	const int folder = slash ? (int)(slash - row->source) : 0;
	char *path;
	bool there;

	if (!length)
		return true;
	if (asprintf(&path, "%.*s%s%.*s", *row->inputs == '/' ? 0 : folder, row->source,
		     *row->inputs == '/' ? "" : "/", (int)length, row->inputs) < 0)
		return true;
	there = is_there(path);
	free(path);
	return there;
}

static bool look(void *context, const struct catalogue_scene *row)
{
	struct going *g = context;
	const bool gone = !has_files(row);

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
	struct going g = {.forget = r->options->nightly.forget_missing, .err = err};
	int status = catalogue_each(r->catalogue, &filter, look, &g, err);

	if (g.status)
		status = -1;
	if (!status)
		status = change(r, &g, err);
	r->n_gone = g.forget ? 0 : g.n_gone;
	r->n_forgotten = g.forget ? g.n_gone : 0;
	free(g.change);
	return status;
}
