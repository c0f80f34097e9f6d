/*
 * Columns of the table of scenes: 80 columns of the screen hold all numbers of one index, or all
 * but the deviation of several; what is wider shows more of the names, where they are long.
 */
#include "scene_table.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

enum {
	NAME_LEAST = 24,
	NAME_PLAIN = 38, /* the table of one index is SCREEN_PLAIN wide, as sentences are */
	NAME_MOST = 60,
	INDEX_LEAST = 5,
	INDEX_NARROW = 8, /* names of the table of indices fit */
	INDEX_MOST = 16,
	INDENT = 4
};

enum column { SCENE, INDEX, VALID, MEAN, STD, MIN, MAX, MEDIAN, STATUS };

/* The status is told by the numbers, where they are there; then min and max tell more of a scene
 * than the deviation, and less than mean and median. */
static const struct table_column all[SCENE_COLUMNS] = {
	[SCENE] = {.head = "scene", .width = NAME_LEAST, .most = NAME_MOST, .left = true},
	[INDEX] = {.head = "index", .left = true},
	[VALID] = {.head = "valid %", .width = 7},
	[MEAN] = {.head = "mean", .width = 8},
	[STD] = {.head = "std", .width = 7, .drop = 2},
	[MIN] = {.head = "min", .width = 8, .drop = 1},
	[MAX] = {.head = "max", .width = 8, .drop = 1},
	[MEDIAN] = {.head = "median", .width = 8},
	[STATUS] = {.head = " status", .width = 9, .left = true, .drop = 3},
};

/* Of the names of indices; 0 where there is one index, which every row is of. */
static unsigned char index_width(FILE *out, const struct recipe *recipe)
{
	const size_t most = screen_columns(out) < SCREEN_PLAIN ? INDEX_NARROW : INDEX_MOST;
	size_t columns = INDEX_LEAST;

	for (unsigned v = 0; v < recipe->n_values; v++)
		if (strlen(recipe->value[v].name) > columns)
			columns = strlen(recipe->value[v].name);
	if (recipe->n_values < 2)
		return 0;
	return (unsigned char)(columns < most ? columns : most);
}

/* Numbers stand no further from short names than in a file, nor where names come later (merge). */
static unsigned char name_most(unsigned columns)
{
	if (columns > NAME_MOST)
		return NAME_MOST;
	return columns > NAME_PLAIN ? (unsigned char)columns : NAME_PLAIN;
}

void scene_table_begin(struct scene_table *t, FILE *out, const struct recipe *recipe,
		       unsigned name_columns)
{
	memcpy(t->column, all, sizeof(all));
	t->column[SCENE].most = name_most(name_columns);
	t->column[INDEX].width = index_width(out, recipe);
	table_init(&t->table, out, t->column, SCENE_COLUMNS);
	table_head(&t->table);
}

void scene_table_numbers(const struct scene_table *t, enum ink ink, const char *scene,
			 const char *index, const struct summary *s, const char *status)
{
	const double value[] = {s->mean, s->std, s->min, s->max, s->percentile[N_PERCENTILES / 2]};
	const char *cell[SCENE_COLUMNS] = {[SCENE] = scene, [INDEX] = index, [STATUS] = status};
	char text[MEDIAN - MEAN + 1][24], valid[24] = "-";

	if (isfinite(s->valid_percent))
		(void)snprintf(valid, sizeof(valid), "%.2f", s->valid_percent);
	cell[VALID] = valid;
	for (unsigned i = 0; i <= MEDIAN - MEAN; i++)
		cell[MEAN + i] = text_value(text[i], value[i]);
	table_row(&t->table, ink, cell);
}

void scene_table_words(const struct scene_table *t, enum ink ink, const char *scene,
		       const char *index, const char *word, const char *why)
{
	const char *cell[SCENE_COLUMNS] = {[SCENE] = scene, [INDEX] = index};

	table_row_words(&t->table, ink, cell, INDEX, word, INDENT, why);
}
