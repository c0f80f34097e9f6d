/*
 * Keys of grouping: what two file names must share to be bands of one scene, and the tables of
 * families and groups found so far. group_key.c; for group.c and group_pattern.c.
 *
 * A family is what shares directory and prefix, whatever the resolution and extension; a group
 * shares these too. Of "_B04_10m" and "_B04_20m" the finest complete group is the scene, and
 * "_SCL_20m" is its quality band. The folders R10m, R20m and R60m of one product are one directory.
 */
#ifndef IMGPIPE_GROUP_KEY_H
#define IMGPIPE_GROUP_KEY_H

#include "group.h"
#include "names.h"

/* What one file name says; pointers into the list's text, valid while the list does not grow. */
struct parsed {
	const char *name, *dir;
	struct band_token token;
	size_t dir_len, prefix_len, suffix_at, stem_len;
	uint8_t resolution_m; /* as the name says, or else the folder; 0 if neither does */
};

struct family {
	uint32_t file; /* whose name holds the key */
	bool complete; /* some group has red and NIR, or a name says that it is the stack ("BOA") */
	bool banded;   /* red or NIR of a known sensor is among the files */
	bool stack;    /* a file is named by the prefix alone */
	uint8_t finest; /* metres, of the complete groups that state it; 0: none does */
	uint32_t qa;    /* quality file that --mask asks for */
};

enum { NO_RANK = 127 };

struct group {
	uint32_t family, file; /* file: whose name holds the key */
	uint32_t role[2];      /* red, NIR */
	uint32_t clash[2];     /* another file that is as good, NO_FILE: none */
	uint8_t rank[2];       /* place of the band in the sensor's order of preference */
	uint8_t resolution_m;
	bool taken; /* its scene is in the catalogue */
};

struct grouping {
	struct catalog *catalog;
	bool stacks_only; /* --bands gave numbers: every file is a stack but for quality files */
	struct family *family;
	struct group *group;
	uint32_t n_families, n_groups, family_size, group_size;
	struct number_set family_set, group_set;
	uint32_t *of_file; /* group of each file, NO_FILE if none */
};

int grouping_init(struct grouping *g, struct catalog *catalog, struct error *err) MUST_CHECK;
void grouping_release(struct grouping *g);

struct parsed name_parse(const struct file_list *files, uint32_t file);

/* The family of a name, NO_FILE if it is not known; and the same, made where it is not. */
uint32_t find_family(const struct grouping *g, const struct parsed *p);
int get_family(struct grouping *g, uint32_t file, const struct parsed *p, uint32_t *family,
	       struct error *err) MUST_CHECK;
int get_group(struct grouping *g, uint32_t file, const struct parsed *p, uint32_t *group,
	      struct error *err) MUST_CHECK;

#endif
