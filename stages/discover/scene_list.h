/*
 * Scene list: the names of the scenes of a run, in order. It holds no header and no pixel: some
 * tens of bytes per file, the only thing in the program that grows with the batch, and counted in
 * the plan. Implemented by stages/discover/; commands make it, and hand it to whoever asks.
 */
#ifndef IMGPIPE_SCENE_LIST_H
#define IMGPIPE_SCENE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "error.h"
#include "options.h"
#include "scene.h"

struct scene_list; /* read-only once made: may be shared by threads */

/*
 * Expand the arguments (files, directories, @lists, "-") and group band files into scenes.
 * Scenes come in the order of their first file's place among the arguments; names within a
 * directory in strcmp() order. An argument that does not exist or cannot be read becomes a scene of
 * its own that fails when its turn comes, so that nothing is lost. -1 only where there is nothing
 * at all to do (EX_NOINPUT), a name in --bands is none or --bands-output goes into a folder
 * that is searched (EX_USAGE), options->duplicates is DUPLICATES_FAIL and there are some
 * (EX_DATAERR), no memory, or names that take more than half of options->memory_bytes (0: no limit;
 * EX_TEMPFAIL both).
 */
int scene_list_new(struct scene_list **scene_list, const struct options *options,
		   struct error *err) MUST_CHECK;
/*
 * The same without scenes: each file of the arguments by itself, in their order, whatever its name
 * says. Of options->bands, masks and duplicates nothing is asked.
 */
int scene_list_of_files(struct scene_list **scene_list, const struct options *options,
			struct error *err) MUST_CHECK;
/* A list of one scene that is made, not read: of a workload that makes its scene up. */
int scene_list_made(struct scene_list **scene_list, struct error *err) MUST_CHECK;

void scene_list_free(struct scene_list *scene_list); /* NULL is allowed */

uint32_t scene_list_count(const struct scene_list *scene_list);     /* of this shard */
uint32_t scene_list_count_all(const struct scene_list *scene_list); /* of all shards */
uint64_t scene_list_checksum(const struct scene_list *scene_list);  /* of all names, in order */
size_t scene_list_memory(const struct scene_list *scene_list);      /* bytes held */
uint64_t scene_list_file_bytes(
	const struct scene_list *scene_list); /* sizes of all files, for progress */

/*
 * Is this one of the files that the run reads: a raster or what lies beside it under its name, a
 * product's metadata, a list? It looks at every file of the scene list again, so ask only of files
 * that are there and would be replaced. Thread-safe. Sources of a VRT are not known here.
 */
bool scene_list_is_input(const struct scene_list *scene_list, const struct stat *st);

/* The same for many files at once: is one of the inputs wanted? Each is shown, until one is. */
bool scene_list_any_input(const struct scene_list *scene_list,
			  bool (*wanted)(void *context, const struct stat *st), void *context);

/*
 * Build scene `id`: read the headers of its files, find its bands, scale, offset and nodata, each
 * with where it came from. On failure the scene still has its id, name and files' paths (release it
 * all the same), and err says what is wrong and what to do. Thread-safe for different *scene.
 */
int scene_open(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
	       const struct options *options, struct error *err) MUST_CHECK;

/*
 * Open entry `id` of scene_list_of_files() as a file: its header is read, no band is looked for,
 * and neither sizes nor bands of the scene are set. What a searched folder holds beside images
 * (a form that nobody knows; a VRT, which would lead to other files) makes scene->no_scene. On
 * failure as scene_open().
 */
int scene_open_file(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
		    const struct options *options, struct error *err) MUST_CHECK;

/*
 * All bands that are told of a scene that scene_open() has made, or failed at once it had read a
 * header. Names, descriptions and labels alone; no file is opened.
 */
void scene_tell_bands(struct told_bands *told, const struct scene *scene,
		      const struct scene_list *scene_list, const struct options *options);

/* And its quality files and bands, with the presets of --mask that fit. Lists folders. */
void scene_tell_quality(struct told_quality *told, const struct scene *scene,
			const struct scene_list *scene_list, const struct options *options);

/*
 * Are the scene's raster files still those that scene_open() has read, by size and time of change?
 * False also where other files decide what is read (masks, whatever GDAL opens). Thread-safe.
 */
bool scene_is_fresh(const struct scene *scene);

/* The first part of that alone: id, name and the first file's path. Opens no file. */
int scene_begin(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
		struct error *err) MUST_CHECK;

/* The name alone, for free(); NULL without memory. */
char *scene_list_name(const struct scene_list *scene_list, uint32_t id);

/* Columns of the longest name, of very many the first ones alone; 0 without memory. */
unsigned scene_list_name_columns(const struct scene_list *scene_list);

/*
 * As scene_begin(), with what names say of sensor and date: scene_open() finds the same, but for a
 * level of processing behind the sensor. From scene_list_count() on up to scene_list_count_all()
 * ids are those of other shards' scenes. 1: it cannot be a scene (an argument that does not exist
 * ...). Release the scene whatever comes.
 */
int scene_preview(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
		  struct error *err) MUST_CHECK;

/*
 * Of a scene that another process has opened: sensor and date become what scene_preview() finds,
 * but for the level behind the sensor. So files are called as they were before work. -1 with
 * EX_SOFTWARE where it cannot be a scene.
 */
int scene_confirm(struct scene *scene, const struct scene_list *scene_list,
		  struct error *err) MUST_CHECK;

/*
 * All folders and files that opening and reading the scenes may need, besides libraries: folders of
 * the inputs, targets of links in them, product metadata above and quality files beside them.
 * *network is set if an input is on a network (a GDAL name). Looks at names and links; opens no
 * file.
 */
void scene_list_reach(const struct scene_list *scene_list,
		      void (*take)(void *context, const char *path), void *context, bool *network);

#endif
