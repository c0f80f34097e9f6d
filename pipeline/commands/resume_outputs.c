/*
 * Files of pixels of done scenes: what a row keeps of them, and whether they are still there.
 * Looked up by their names in the folder of -o alone, whatever path a catalogue says.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "output/map_name.h"
#include "output/maps_identity.h"
#include "catalogue_outputs.h"
#include "resume_parts.h"

int resume_outputs_open(struct outputs_folder *folder, const struct maps *maps, struct error *err)
{
	*folder = (struct outputs_folder){.maps = maps, .fd = -1};
	if (!maps)
		return 0;
	if (maps_identity(&folder->identity, maps, err))
		return -1;
	folder->path = realpath(maps->folder, NULL);
	if (folder->path)
		folder->fd = open(folder->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return 0;
}

void resume_outputs_close(struct outputs_folder *folder)
{
	if (folder->fd >= 0)
		close(folder->fd);
	free(folder->identity);
	free(folder->path);
	*folder = (struct outputs_folder){.fd = -1};
}

const char *resume_outputs_base(const struct outputs_folder *folder, const char *path)
{
	const size_t length = folder->path ? strlen(folder->path) : 0;
	const char *base = path + length;

	if (!length || strncmp(path, folder->path, length) != 0)
		return NULL;
	base += *base == '/'; /* the root ends in one itself */
	return *base && !strchr(base, '/') ? base : NULL;
}

/* --- is it still the file that was made? --- */

/* Would a file of this scene be called so now? */
static bool is_called(const struct maps *maps, const struct scene *scene, const char *base)
{
	const unsigned n = maps_n_names(maps);
	char name[MAP_NAME_BYTES];

	for (unsigned i = 0; i < n; i++)
		if (maps_name(name, sizeof(name), maps, i, scene, NULL) == 0 &&
		    strcmp(name, base) == 0)
			return true;
	return false;
}

struct holding {
	const struct outputs_folder *folder;
	const struct scene *scene;
	unsigned n;
	bool held;
};

static bool holds(void *context, const struct catalogue_output *output)
{
	struct holding *h = context;
	const char *base = resume_outputs_base(h->folder, output->path);
	struct output_file file;
	uint64_t bytes, head;

	h->n++;
	h->held = base && maps_file(&file, h->folder->maps, output->kind, output->index) == 0 &&
		  is_called(h->folder->maps, h->scene, base) &&
		  catalogue_output_look(h->folder->fd, base, &bytes, &head) == 0 &&
		  bytes == output->bytes && head == output->head;
	return h->held;
}

int resume_outputs_hold(struct resumed *r, int64_t row, const struct scene *scene,
			struct error *err)
{
	struct holding h = {.folder = &r->outputs, .scene = scene, .held = true};

	if (r->outputs.fd < 0)
		return 0;
	if (catalogue_outputs(r->catalogue, row, holds, &h, err))
		return -1;
	return h.n && h.held; /* each scene that is done has at least one value */
}

/* --- into a row --- */

static int keep_one(struct resumed *r, struct catalogue_output *output,
		    const struct output_file *file, struct error *err)
{
	const char *base = path_name(file->path);
	char *path;

	output->kind = file->kind;
	output->index = maps_file_index(file, r->outputs.maps);
	output->clamped = file->clamped;
	if (asprintf(&path, "%s%s%s", r->outputs.path, r->outputs.path[1] ? "/" : "", base) < 0)
		return error_memory(err, "a path", strlen(base));
	output->path = path;
	if (catalogue_output_look(r->outputs.fd, base, &output->bytes, &output->head))
		return error_errno(err, EX_IOERR, errno, "%s: cannot be read again", file->path);
	return 0;
}

int resume_outputs_keep(struct resumed *r, const struct scene_result *result,
			struct catalogue_output **output, unsigned *n, struct error *err)
{
	int status = 0;

	*n = 0;
	*output = result->n_files ? calloc(result->n_files, sizeof(**output)) : NULL;
	if (!result->n_files)
		return 0;
	if (!*output)
		return error_memory(err, "files of a scene", result->n_files * sizeof(**output));
	for (unsigned i = 0; i < result->n_files && !status; i++)
		if (result->file[i].path)
			status = keep_one(r, &(*output)[(*n)++], &result->file[i], err);
	return status;
}

void resume_outputs_free(struct catalogue_output *output, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		free((char *)(uintptr_t)output[i].path);
	free(output);
}

/* --- out of a row --- */

struct recalling {
	const struct outputs_folder *folder;
	unsigned n, most;
	struct output_file *file;
	struct error *err;
	int status;
};

/* What the catalogue says was looked at before: of what is no such file now nothing is said. */
static bool recall(void *context, const struct catalogue_output *output)
{
	struct recalling *c = context;
	const char *base = resume_outputs_base(c->folder, output->path);
	struct output_file *file = &c->file[c->n];
	char *path;

	if (!base || maps_file(file, c->folder->maps, output->kind, output->index))
		return true;
	c->status = map_path(&path, c->folder->maps, base, c->err);
	if (c->status)
		return false;
	file->path = path;
	file->bytes = output->bytes;
	file->clamped = output->clamped;
	return ++c->n < c->most;
}

int resume_outputs_recall(struct resumed *r, int64_t row, struct output_file **file, unsigned *n,
			  struct error *err)
{
	struct recalling c = {.folder = &r->outputs, .err = err};

	*file = NULL;
	*n = 0;
	c.most = r->outputs.maps ? maps_n_names(r->outputs.maps) : 0;
	if (!c.most)
		return 0;
	c.file = calloc(c.most, sizeof(*c.file));
	if (!c.file)
		return error_memory(err, "files of a scene", c.most * sizeof(*c.file));
	if (catalogue_outputs(r->catalogue, row, recall, &c, err))
		c.status = -1;
	*file = c.file;
	*n = c.n;
	return c.status;
}

void resume_files_free(struct output_file *file, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		free((char *)(uintptr_t)file[i].path);
	free(file);
}
