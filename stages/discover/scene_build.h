/*
 * Steps of scene_open() that several of its files take: scene_build.c. And, each by the file that
 * it names, what scene_open.c leaves to others.
 */
#ifndef IMGPIPE_SCENE_BUILD_H
#define IMGPIPE_SCENE_BUILD_H

#include "entries.h"
#include "error.h"
#include "options.h"
#include "scene.h"
#include "bands/sensors.h"

struct scene_list;

/*
 * Add a file: its path, whether the user named it, and its number in *number. The scene takes the
 * path, also on failure.
 */
int scene_add_file(struct scene *scene, char *path, bool named, unsigned *number,
		   struct error *err) MUST_CHECK;

/* Read the header of a file that was added. */
int scene_probe(struct scene *scene, unsigned number, const struct options *options,
		struct error *err) MUST_CHECK;

/* Set the band's file, index and type; its source is set by the caller. */
int scene_set_band(struct scene *scene, unsigned slot, const char *name, unsigned file,
		   uint32_t index, struct error *err) MUST_CHECK;

/* --- scene_label.c: what names say --- */

/* The name of an entry's scene, in a new string; NULL without memory. */
char *scene_make_name(const struct scene_list *scene_list, const struct entry *entry);

/* Name of the folder that far above an entry's first file, from 1; NULL without memory. */
char *folder_above(const struct scene_list *scene_list, const struct entry *entry, unsigned up);

/* The path with the working directory in front where it is relative; NULL without memory. */
char *path_absolute(const char *path);

/* Sensor, as file and folder names say, and acquisition date; NULL: not recognised. */
const struct sensor *scene_label(struct scene *scene, const struct scene_list *scene_list,
				 uint32_t file);

/* These facts alone, without notes. */
const struct sensor *scene_name_facts(struct scene *scene, const struct scene_list *scene_list,
				      uint32_t file);

/* What to say of an ENTRY_CLASH: both files, and the option that settles it. Always -1. */
int scene_clash(const struct scene_list *scene_list, const struct entry *entry,
		struct error *err) MUST_CHECK;

/* --- scene_choices.c --- */

/* Note bands of --bands-output that are not there, names of --bands that no value of the recipe
 * reads, and one band under two names. */
void scene_note_choices(struct scene *scene, const struct options *options);

/* --- scene_facts.c --- */

/*
 * The camera's own word for the band of file `number` must be that of the recipe's band `slot`, by
 * which name the file was chosen; a pattern of --bands is believed. -1 where it is another's.
 */
int scene_check_camera(const struct scene *scene, unsigned number, unsigned slot,
		       const struct sensor *sensor, const struct options *options,
		       struct error *err) MUST_CHECK;

/* Note what FILE.aux.xml gave of the bands of file `file` that are read. */
void scene_note_beside(struct scene *scene, unsigned file);

/* --- scene_lacks.c: sets of bands and values, bit by bit --- */

/* Bands of the recipe that the scene has. */
uint16_t scene_bands_there(const struct scene *scene, const struct recipe *recipe);

/* Values that the scene cannot give: once has_band and has_reflectance are known. */
uint16_t scene_lacks(const struct scene *scene, const struct recipe *recipe);

/* Those of them that want reflectance alone, but for the ones that lack bands. */
uint16_t scene_lacks_reflectance(const struct scene *scene, const struct recipe *recipe,
				 uint16_t lacks_bands);

/* --- scene_values.c --- */

/* Forget files that hold no band of the scene. */
void scene_drop_unused_files(struct scene *scene);

/*
 * Scale, offset and nodata of the bands, and which values the scene gives. Bands that none of these
 * reads are `unread` then, and no longer there. -1 where --on-missing says so, or there is no
 * value.
 */
int scene_set_values(struct scene *scene, const struct sensor *sensor,
		     const struct options *options, struct error *err) MUST_CHECK;

/* --- masks --- */

/*
 * scene_quality.c: the bands that the rules of --mask read, the entry's, of the stack, beside it or
 * in the product's folders; and scene->masks.
 */
int scene_find_quality(struct scene *scene, const struct scene_list *scene_list,
		       const struct entry *entry, const struct options *options,
		       struct error *err) MUST_CHECK;

/* scene_alpha.c: an alpha band that is nothing else masks. */
int scene_find_alpha(struct scene *scene, const struct scene_list *scene_list,
		     const struct options *options, struct error *err) MUST_CHECK;

/* quality_auto.c: a note where the product has a cloud mask that nobody asked for. */
void scene_note_quality(struct scene *scene, const struct scene_list *scene_list,
			const struct entry *entry);

#endif
