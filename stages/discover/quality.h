/*
 * The masks of a scene in the making: the rules of --mask become tests of quality bands.
 * scene_quality.c; quality_auto.c says which layout a product has, quality_find.c which band is
 * meant, quality_meant.c which may have been. For scene_open.c, by scene_build.h.
 */
#ifndef IMGPIPE_QUALITY_H
#define IMGPIPE_QUALITY_H

#include "masks/layouts.h"
#include "masks/masks.h"
#include "quality_files.h"
#include "scene_build.h"

struct quality {
	struct scene *scene;
	const struct scene_list *scene_list;
	const struct entry *entry;
	const struct options *options;
	const char *base; /* name of the scene's first file */
	bool stack;       /* its first file may hold quality bands */
	struct quality_files files;
};

/* A band that was found: of the first file, or of one that the scene may have yet to take. */
struct quality_band {
	const struct quality_file *file; /* NULL: the scene's first */
	uint32_t index;                  /* from 1; 0: not said */
	unsigned match;                  /* quality_match() */
};

/* --- quality_find.c --- */

/*
 * The band that a need means: 1, and *band; 0: none; -1: several may be meant. `least` is the
 * match that counts. It looks at names and descriptions, and into folders where it has to.
 */
int quality_find(struct quality *q, const struct mask_need *need, unsigned least,
		 struct quality_band *band, struct error *err) MUST_CHECK;

/* "seen: A, B; try --mask scl": what there is instead. Returns text. */
const char *quality_seen_text(struct quality *q, char *text, size_t size);

/* --- scene_quality.c --- */

/* The slot of this band, a new one where it has none; its name is made of `text`. */
int quality_slot(struct scene *scene, unsigned file, uint32_t index, const char *text,
		 unsigned *slot, struct error *err) MUST_CHECK;

/* --- quality_auto.c --- */

/*
 * The layout that the scene's product has, in *layout; NULL: none is known. A name that may be one
 * of several is an error, -1; for auto-optional it is none that is known, with a note.
 */
int quality_layout(struct quality *q, const struct mask_rule *rule,
		   const struct mask_layout **layout, struct error *err) MUST_CHECK;

/* --- quality_meant.c --- */

/*
 * A free rule whose band is not there: false, or the same rule of the one that was meant. All
 * around has been looked at.
 */
bool quality_meant(const struct quality *q, const struct mask_rule *rule,
		   char text[MASK_RULE_BYTES]);

/* --- quality_presets.c --- */

/* Presets that a quality file of this name may be read by: "scl or cldprb:66". Returns how many. */
unsigned quality_layouts_of(const char *name, const char *base, char *text, size_t size);
/* Does the name fit one layout alone, and does auto take that? */
bool quality_auto_takes(const char *name, const char *base);

#endif
