/*
 * Options of what is computed. Their texts are kept by the setters; the rooms of formulas and masks
 * make the recipe and the rules of them, once, before anything is opened.
 */
#include "computing.h"

#include <unistd.h>

#include "formula/index_table.h"
#include "formula/recipe_make.h"
#include "masks/layouts.h"
#include "masks/masks.h"
#include "options/values.h"
#include "output/maps_make.h"

const struct option_row option_index = {
	.name = "index",
	.argument = "NAME,...",
	.kind = VALUE_WORDS,
	.word = index_word,
	.repeats = true,
	.brief = "which indices, as in ndvi,evi,ndmi (imgpipe index lists them)",
	.help = "indices by name, as in ndvi,evi,ndmi (imgpipe index lists them); all are computed "
		"in one read; default: ndvi, or none if --expr is given",
	.set = set_index,
};
static const struct option_row expression = {
	.name = "expr",
	.argument = "NAME=EXPRESSION",
	.repeats = true,
	.brief = "an index of your own",
	.help = "an index of your own: bands (nir, N, B8A, #5), numbers, other indices by name, + "
		"- "
		"* / **, comparisons, where(c,a,b), sqrt, min, max ...; may be given several times",
	.set = set_expression,
};
static const struct option_row constant = {
	.name = "const",
	.argument = "NAME=VALUE",
	.kind = VALUE_WORD,
	.word = index_word,
	.behind = index_constant_word,
	.assigns = true,
	.repeats = true,
	.help = "set a constant of a formula: L=0.25, or savi.L=0.25 if several formulas have an "
		"L; "
		"may be given several times",
	.set = set_constant,
};
static const struct option_row range = {
	.name = "range",
	.argument = "NAME=LO,HI",
	.kind = VALUE_WORD,
	.word = index_word,
	.assigns = true,
	.repeats = true,
	.help = "where most values lie: the range of the histogram, in which percentiles are most "
		"precise; values outside count, too; default: as imgpipe index show NAME says, "
		"-1,1 "
		"for expressions",
	.set = set_range,
};
static const struct option_row on_missing = {
	.name = "on-missing",
	.argument = "null|skip-scene|fail",
	.kind = VALUE_WORD,
	.help = "if a scene lacks a band of an index, or one that is to be written: do what can be "
		"done (null, the default), leave the scene out, or end the run; the exit status is "
		"not 0",
	.set = set_on_missing,
};
static const struct option_row assume_reflectance = {
	.name = "assume-reflectance",
	.help = "take floating-point numbers as reflectance from 0 to 1 if nothing states their "
		"scale; some indices need reflectance. Whole numbers are never it: see --scale",
	.set = set_assume_reflectance,
};
static const struct option_row valid_range = {
	.name = "valid-range",
	.argument = "NAME=LO,HI",
	.kind = VALUE_WORD,
	.word = index_word,
	.assigns = true,
	.repeats = true,
	.help = "mask pixels at which this index is below LO or above HI; default: all count, and "
		"those outside --range are counted apart",
	.set = set_valid_range,
};
static const struct option_row valid_reflectance = {
	.name = "valid-reflectance",
	.help = "mask pixels at which a band that the index reads has reflectance below 0 or above "
		"1; only if the scale of the scene is known",
	.set = set_valid_reflectance,
};
static const struct option_row mask = {
	.name = "mask",
	.argument = "RULE",
	.kind = VALUE_WORD,
	.word = mask_word,
	.behind = mask_set_word,
	.repeats = true,
	.brief = "leave out clouds: auto, scl, landsat-c2 ... (imgpipe mask lists them)",
	.help = "leave out pixels by a quality band; may be given several times, and all rules "
		"must keep a pixel. A preset by the band's layout drops clouds and what belongs to "
		"them: auto (the layout that each scene has), auto-optional, scl, landsat-c2+snow "
		"... (imgpipe mask lists them). A rule of your own says what is kept, in quotes: "
		"'SCL=4-7,11', 'SCL!=3,8-10', 'CLDPRB<20', 'QA_PIXEL&31=0', 'udm2.1=1'; '#8=0' is "
		"band 8 of a stack",
	.set = set_mask,
};
static const struct option_row grid = {
	.name = "grid",
	.argument = "fine|coarse",
	.kind = VALUE_WORD,
	.help = "if bands differ in pixel size: repeat pixels of coarser bands on the finest grid "
		"(default), or average finer bands on the coarsest grid",
	.set = set_grid,
};

const struct option_row *const computing_rows[] = {
	&option_index,      &expression, &constant,           &range, &mask, &valid_range,
	&valid_reflectance, &on_missing, &assume_reflectance, &grid,  NULL,
};

/* --index ndvi evi: the second is an argument, and would be a scene that fails after all others. */
static int check_words(const struct options *options, struct error *err)
{
	const struct text_list *index = &options->index.index;

	for (unsigned i = 0; i < options->n_args; i++) {
		const char *word = options->args[i];
		bool is_index = index->n && index_find(word);
		bool is_rule = options->mask_texts.n && layout_called(word);

		if ((!is_index && !is_rule) || access(word, F_OK) == 0)
			continue;
		return error_set(err, EX_NOINPUT,
				 "%s: cannot be opened: No such file or directory; did you mean "
				 "--%s %s%s%s?",
				 word, is_index ? "index" : "mask",
				 is_index ? index->text[index->n - 1] : "", is_index ? "," : "",
				 word);
	}
	return 0;
}

int computing_prepare(struct options *options, const struct command *command, struct error *err)
{
	struct recipe *recipe;
	struct masks *masks;
	struct maps *maps;

	if (!command_takes(command, &option_index))
		return 0;
	if (options->raw && options->reflectance)
		return error_set(err, EX_USAGE,
				 "--raw takes stored numbers as they are, --reflectance does not; "
				 "leave one out");
	if (check_words(options, err) || recipe_make(&recipe, options, err))
		return -1;
	options->recipe = recipe;
	if (masks_make(&masks, &options->mask_texts, err))
		return -1;
	options->masks = masks;
	options->masks_text = masks ? masks->text : NULL;
	if (maps_make(&maps, options, err))
		return -1;
	options->maps = maps;
	return 0;
}

void computing_release(struct options *options)
{
	recipe_free((struct recipe *)options->recipe);
	options->recipe = NULL;
	maps_free((struct maps *)options->maps);
	options->maps = NULL;
	masks_free((struct masks *)options->masks);
	options->masks = NULL;
	options->masks_text = NULL;
}
