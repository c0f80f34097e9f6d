/*
 * Options of what is computed. Their texts are kept by the setters; the room of formulas makes the
 * recipe of them, once, before anything is opened.
 */
#include "computing.h"

#include "formula/index_table.h"
#include "formula/recipe_make.h"
#include "options/values.h"

const struct option_row option_index = {
	.name = "index",
	.argument = "NAME,...",
	.word = index_word,
	.repeats = true,
	.help = "indices of the table (imgpipe index lists them), all in one read; default: ndvi, "
		"or none with --expr",
	.set = set_index,
};
static const struct option_row expression = {
	.name = "expr",
	.argument = "NAME=EXPRESSION",
	.repeats = true,
	.help = "an index of your own: bands (nir, N, B8A, #5), numbers, indices by name, + - * / "
		"**, comparisons, where(c,a,b), sqrt, min, max ...; may be given several times",
	.set = set_expression,
};
static const struct option_row constant = {
	.name = "const",
	.argument = "NAME=VALUE",
	.repeats = true,
	.help = "a constant of an index or expression, L=0.25; savi.L=0.25 where several have it",
	.set = set_constant,
};
static const struct option_row range = {
	.name = "range",
	.argument = "NAME=LO,HI",
	.repeats = true,
	.help = "where the values of an index or expression usually lie: what the histogram "
		"resolves best; -1,1 for expressions",
	.set = set_range,
};
static const struct option_row on_missing = {
	.name = "on-missing",
	.argument = "null|skip-scene|fail",
	.help = "a scene without a band of one index: the others are computed (null, the default), "
		"the scene is left out, or the run ends",
	.set = set_on_missing,
};
static const struct option_row assume_reflectance = {
	.name = "assume-reflectance",
	.help = "samples of files that give no scale are reflectance from 0 to 1, which some "
		"indices need",
	.set = set_assume_reflectance,
};
static const struct option_row grid = {
	.name = "grid",
	.argument = "fine|coarse",
	.help = "bands of several pixel sizes: coarser ones repeated on the finest grid (default), "
		"or finer ones averaged on the coarsest",
	.set = set_grid,
};

const struct option_row *const computing_rows[] = {
	&option_index, &expression,         &constant, &range,
	&on_missing,   &assume_reflectance, &grid,     NULL,
};

int computing_prepare(struct options *options, const struct command *command, struct error *err)
{
	struct recipe *recipe;

	if (!command_takes(command, &option_index))
		return 0;
	if (recipe_make(&recipe, options, err))
		return -1;
	options->recipe = recipe;
	return 0;
}

void computing_release(struct options *options)
{
	recipe_free((struct recipe *)options->recipe);
	options->recipe = NULL;
}
