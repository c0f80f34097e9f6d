/*
 * What to say of an entry that makes no scene because of a file that is not what it should be: that
 * cannot be opened, that is one band, that is several, that is cut short.
 */
#include "scene_refuse.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "bands.h"
#include "input/archive.h"
#include "reader/reader.h"
#include "wishes.h"

int refuse_entry(const struct scene *scene, const struct file_entry *entry, struct error *err)
{
	const char *path = scene->files[0].path;

	switch ((enum file_problem)entry->problem) {
	case FILE_NOT_REGULAR:
		return error_set(err, EX_NOINPUT, "%s: is no regular file; name a raster file",
				 path);
	case FILE_EMPTY_DIRECTORY:
		return error_set(err, EX_NOINPUT,
				 "%s: no raster files in this directory; name another, or files",
				 path);
	case FILE_ALL_LEFT_OUT:
		return error_set(err, EX_NOINPUT,
				 "%s: --include and --exclude leave out all that was found in "
				 "it; change the patterns (see --help), or name files",
				 path);
	case FILE_EMPTY_LIST:
		return error_set(err, EX_NOINPUT, "%s: the list names no file", path);
	case FILE_LIST_NOT_TEXT:
		return error_set(err, EX_DATAERR,
				 "%s: not a text file; a list has one path per line, in UTF-8 or "
				 "another encoding without NUL bytes",
				 path);
	case FILE_LIST_IS_FOLDER:
		return error_set(err, EX_NOINPUT, "%s: is a folder, no list; name it without the @",
				 path);
	case FILE_LIST_NOT_FILE:
		return error_set(err, EX_NOINPUT,
				 "%s: is no regular file and no pipe; name a list, or - for "
				 "standard input",
				 path);
	case FILE_LIST_NO_WRITER:
		return error_set(err, EX_NOINPUT,
				 "%s: is a pipe that nobody writes to; start its writer, or name a "
				 "list",
				 path);
	case FILE_LINE_TOO_LONG:
		return error_set(err, EX_DATAERR,
				 "%s: is longer than the %d bytes that a path can have; a list has "
				 "one path per line",
				 path, PATH_MAX - 1);
	case FILE_KERNEL_FOLDER:
		return error_set(err, EX_NOINPUT,
				 "%s: a folder of the kernel or of devices (like /proc or /dev); "
				 "name a folder with files",
				 path);
	case FILE_TOO_DEEP:
		return error_set(err, EX_NOINPUT,
				 "%s: folders are nested too deep; name this one itself", path);
	case FILE_NO_PATTERN:
		return error_set(
			err, EX_DATAERR,
			"%s: no file name matches a pattern of --bands; quote the patterns "
			"and check them against this name",
			path);
	case FILE_ARCHIVE:
		return error_set(err, archive_code((enum archive_problem)entry->errno_value),
				 "%s: %s", path,
				 archive_words((enum archive_problem)entry->errno_value));
	case FILE_OTHER_ARCHIVE:
		return error_set(err, EX_DATAERR,
				 "%s: archives of this kind are not read; unpack it, or pack it as "
				 ".tar or .zip",
				 path);
	case FILE_CANNOT_OPEN:
	case FILE_FINE:
		break;
	}
	return error_errno(err, EX_NOINPUT, entry->errno_value, "%s: cannot be opened", path);
}

int refuse_one_band(struct scene *scene, const struct band_token *token, const char *base,
		    const struct sensor *sensor, const struct options *options, struct error *err)
{
	const struct recipe *recipe = options->recipe;
	unsigned v = wishes_nearest(recipe, 0);
	char value[VALUE_NAME_BYTES], lacking[300], advice[400];

	scene->missing = recipe_all(recipe);
	if (!sensor)
		return error_set(err, EX_DATAERR,
				 "%s: has one band, %.*s of an unknown sensor; say which files are "
				 "the bands: --bands '%s'",
				 scene->files[0].path, token->end - token->start,
				 base + token->start,
				 wishes_advice(recipe, recipe->value[v].reads, "PATTERN", advice,
					       sizeof(advice)));
	return error_set(err, EX_DATAERR,
			 "%s: this file is only band %s of %s; %s needs %s: name those files too",
			 scene->files[0].path, token->code, sensor->name,
			 wishes_value(recipe, v, value, sizeof(value)),
			 wishes_needed(recipe, 0, sensor, lacking, sizeof(lacking)));
}

/* "red=1,nir=2", or "red=N,nir=N" where the headers do not tell. */
static void bands_advice(const struct scene_file *file, const struct options *options, char *text,
			 size_t size)
{
	struct scene alone = {.n_files = 1, .files = {*file}};
	const struct recipe *recipe = options->recipe;
	struct options asked = *options;
	struct error untold;
	size_t used = 0;

	asked.n_bands = 0;
	if (bands_find(&alone, NULL, NULL, &asked, &untold)) {
		(void)wishes_advice(recipe, recipe->value[wishes_nearest(recipe, 0)].reads, "N",
				    text, size);
		return;
	}
	for (unsigned i = 0; i < recipe->n_bands && used < size; i++)
		if (alone.band[i].index)
			used += (size_t)snprintf(text + used, size - used, "%s%s=%u",
						 used ? "," : "", recipe->band[i].text,
						 alone.band[i].index);
}

int refuse_several_bands(const struct scene *scene, unsigned number, const struct options *options,
			 struct error *err)
{
	const struct scene_file *file = &scene->files[number];
	char advice[400] = "";

	bands_advice(file, options, advice, sizeof(advice));
	return error_set(err, EX_DATAERR,
			 "%s: its name says that it is one band, but it has %u; if each such file "
			 "holds all bands, name these files and pass --bands %s%s",
			 file->path, file->info.n_bands, advice,
			 strstr(advice, "=N") ? " with their numbers" : "");
}

/* GDAL is not asked: it may not be loaded for an error. */
static bool is_cut(const struct scene_file *file, struct error *err)
{
	const struct reader *reader;
	struct raster_stored stored;
	void *handle = NULL;
	bool cut;

	if (!file->info.n_bands || strcmp(file->info.reader, "tiff") != 0)
		return false;
	reader = reader_of(&file->info, NULL);
	if (!reader || reader->open(&handle, file->path, &file->info, NULL))
		return false;
	cut = reader->stored(handle, &stored, err) && err->code == EX_DATAERR;
	reader->close(handle);
	return cut;
}

void refuse_cut_files(const struct scene *scene, struct error *err)
{
	struct error cut = {0};

	for (unsigned i = 0; err && err->code == EX_DATAERR && i < scene->n_files; i++)
		if (is_cut(&scene->files[i], &cut)) {
			*err = cut;
			return;
		}
}
