/*
 * The table of scenes of the report for people: which columns there are on which screen, and its
 * rows. Knows nothing of what stands between them.
 */
#ifndef IMGPIPE_STAGES_SCENE_TABLE_H
#define IMGPIPE_STAGES_SCENE_TABLE_H

#include "base/table.h"
#include "recipe.h"
#include "report.h"

enum { SCENE_COLUMNS = 9 };

/* Stays where it is once it has begun. */
struct scene_table {
	struct table table;
	struct table_column column[SCENE_COLUMNS];
};

/* Decide on the columns, and write the heads. name_columns: of the longest name; 0: not known. */
void scene_table_begin(struct scene_table *t, FILE *out, const struct recipe *recipe,
		       unsigned name_columns);

/* A row with numbers. The index is shown where the recipe has several. */
void scene_table_numbers(const struct scene_table *t, enum ink ink, const char *scene,
			 const char *index, const struct summary *summary, const char *status);

/* A row with a word ("FAILED"), and why, in place of numbers. */
void scene_table_words(const struct scene_table *t, enum ink ink, const char *scene,
		       const char *index, const char *word, const char *why);

#endif
