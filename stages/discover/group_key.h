/*
 * Keys of grouping: what two file names must share to be bands of one scene, and the tables of
 * families and groups found so far. group_key.c; for group.c and group_pattern.c.
 *
 * A family is what shares directory and prefix, whatever the resolution and extension; the files of
 * a group share the extension, too, and either all or none of them state their resolution. Of
 * "_B04_10m" and "_B04_20m" the finest is the scene's, and "_SCL_20m" is its quality band. The
 * folders R10m, R20m and R60m of one product are one directory.
 */
#ifndef IMGPIPE_GROUP_KEY_H
#define IMGPIPE_GROUP_KEY_H

#include "error.h"
#include "group.h"
#include "names.h"

struct scene_list;

/* What one file name says; pointers into the list's text, valid while the list does not grow. */
struct parsed {
	const char *name, *dir;
	struct band_token token;
	size_t dir_len, prefix_len, suffix_at, stem_len;
	uint8_t resolution_m; /* as the name says, or else the folder; 0 if neither does */
};

struct family {
	uint32_t file; /* whose name holds the key */
	uint32_t hash; /* of the key: a name is parsed only where this says that it may be one */
	bool complete; /* some group is enough for a value, or a name says it's the stack ("BOA") */
	bool banded; /* a band that is wished for, by a known sensor's number, is among the files */
	bool stack;  /* a file is named by the prefix alone */
	uint8_t finest;       /* metres, of the complete groups that state it; 0: none does */
	uint32_t qa, last_qa; /* quality files, linked; NO_FILE: none */
	uint8_t n_qa;
};

struct group {
	uint32_t family;
	uint32_t file, last;  /* first and last of its files; the first's name holds the key */
	uint8_t resolution_m; /* finest of the bands chosen; 0: they do not state it */
	bool states_resolution;
	bool wished;   /* has a band that is wished for */
	bool complete; /* enough for a value */
	bool taken;    /* its scene is in the list */
};

struct grouping {
	struct scene_list *scene_list;
	const struct options *options;
	const struct band_choice *choice[RECIPE_MAX_BANDS]; /* of --bands; NULL: none */
	bool stacks_only; /* --bands gave numbers: every file is a stack but for quality files */
	struct family *family;
	struct group *group;
	uint32_t n_families, n_groups, family_size, group_size;
	struct number_set family_set, group_set;
	uint32_t *of_file; /* group of each file, NO_FILE if none */
	uint32_t *next;    /* the next file of the same group, NO_FILE behind the last */
	uint32_t *next_qa; /* the next quality file of the same family, likewise */
};

/* The files of a group that are the recipe's bands. */
struct choice {
	uint16_t has; /* bit i: there is one for band i */
	uint32_t file[RECIPE_MAX_BANDS];
	uint32_t clash[RECIPE_MAX_BANDS]; /* another one that is as good, NO_FILE: none */
	uint8_t rank[RECIPE_MAX_BANDS], resolution_m[RECIPE_MAX_BANDS];
};

/* group_choose.c: is a file of this name one of the recipe's bands? */
bool is_wished(const struct grouping *g, const struct parsed *p, const struct sensor *sensor);
void group_choose(const struct grouping *g, const struct group *group, struct choice *choice);
uint8_t choice_finest(const struct choice *choice); /* metres; 0: not stated */

/* --- group_quality.c --- */

/* The family that a quality file or another product belongs to; NO_FILE: none. */
uint32_t quality_family(const struct grouping *g, const struct parsed *p);
/* Is it what a free rule asks for, and so no scene: of one by its name, or by its whole name? */
bool quality_is_asked(const struct grouping *g, const struct parsed *p);
/* Link the file to its family, if it is a quality file of one. Once for each, in the list's order.
 */
void quality_note(struct grouping *g, uint32_t file);
/* The scene's: those that the rules of --mask have a use for, then others. NO_FILE: has none. */
void quality_put(const struct grouping *g, uint32_t family, struct slot_files *files);

int grouping_init(struct grouping *g, struct scene_list *scene_list, const struct options *options,
		  struct error *err) MUST_CHECK;
void grouping_release(struct grouping *g);

struct parsed name_parse(const struct file_list *files, uint32_t file);

/* Are they files of one family? */
bool same_family(const struct parsed *a, const struct parsed *b);

/* The family of a name, NO_FILE if it is not known; and the same, made where it is not. */
uint32_t find_family(const struct grouping *g, const struct parsed *p);
int get_family(struct grouping *g, uint32_t file, const struct parsed *p, uint32_t *family,
	       struct error *err) MUST_CHECK;
/* Put a file into its group, which is made where there is none. */
int join_group(struct grouping *g, uint32_t file, const struct parsed *p, uint32_t *group,
	       struct error *err) MUST_CHECK;

#endif
