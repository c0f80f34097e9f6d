/*
 * scene_open_file(): a file of the list as it is, for whoever wants its blocks and not what they
 * mean.
 */
#include "scene_list.h"

#include <string.h>
#include <strings.h>

#include "names.h"
#include "scene_build.h"
#include "scene_refuse.h"

static bool has_extension(const char *path, const char *const *extensions)
{
	const char *dot = strrchr(path, '.');

	for (; dot && *extensions; extensions++)
		if (strcasecmp(dot + 1, *extensions) == 0)
			return true;
	return false;
}

/*
 * What is called a TIFF or JPEG 2000 file and is none has been one, or was to be one: of a copy
 * that broke off, all may be zeros.
 */
static bool must_be_image(const char *path)
{
	static const char *const extensions[] = {"tif", "tiff", "gtif", "gtiff", "tf8",
						 "btf", "jp2",  "j2k",  "jpx",   NULL};

	return has_extension(path, extensions);
}

static bool is_vrt(const char *path)
{
	static const char *const extensions[] = {"vrt", NULL};

	return has_extension(path, extensions);
}

static int probe(struct scene *scene, const struct options *options, struct error *err)
{
	const struct scene_file *file = &scene->files[0];

	if (!file->named && is_vrt(file->path)) {
		scene->no_scene = true;
		return error_set(err, EX_DATAERR,
				 "%s: a VRT that was found in a folder is not followed; name it",
				 file->path);
	}
	if (!scene_probe(scene, 0, options, err))
		return 0;
	scene->no_scene = !file->named && file->info.unknown && !must_be_image(file->path);
	return -1;
}

int scene_open_file(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
		    const struct options *options, struct error *err)
{
	const struct entry *entry = &scene_list->entry[id];

	if (scene_begin(scene, scene_list, id, err))
		return -1;
	if (entry->kind == ENTRY_FAILED)
		return refuse_entry(scene, &scene_list->files.entry[entry_first(scene_list, entry)],
				    err);
	return probe(scene, options, err);
}
