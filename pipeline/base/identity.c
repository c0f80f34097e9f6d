/*
 * The one place that says which options change numbers. Each option of run is in one of two tables
 * here, but for those of reports, which change none; a test goes over the table of options and
 * fails for one that is in neither.
 */
#include "identity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipe.h"

/* --- values: the same text for everything that means the same; NULL if memory fails --- */

enum { VALUE_BYTES = 512 }; /* of numbers */

/* Of an option that takes none. */
#define SWITCHED_ON "yes"

/* "" stands for: not given. */
static char *not_given(void)
{
	return strdup("");
}

/* -0 is 0, and all NaN are one. */
static char *number(double value)
{
	char text[VALUE_BYTES];

	if (isnan(value))
		return strdup("nan");
	(void)snprintf(text, sizeof(text), "%.17g", value + 0.0);
	return strdup(text);
}

/* What the recipe says of one of its options. */
static char *asked(const struct options *o, enum recipe_option option)
{
	const char *text = o->recipe ? o->recipe->asked[option] : NULL;

	return text ? strdup(text) : not_given();
}

static char *index_names(const struct options *o)
{
	return asked(o, RECIPE_INDEX);
}

static char *constants(const struct options *o)
{
	return asked(o, RECIPE_CONST);
}

static char *ranges(const struct options *o)
{
	return asked(o, RECIPE_RANGE);
}

static char *valid_ranges(const struct options *o)
{
	return asked(o, RECIPE_VALID);
}

/* A band more may mean a finer grid. */
static char *bands_output(const struct options *o)
{
	return asked(o, RECIPE_BANDS_OUTPUT);
}

static char *expressions(const struct options *o)
{
	return asked(o, RECIPE_EXPR);
}

static char *on_missing(const struct options *o)
{
	switch (o->on_missing) {
	case MISSING_NULL:
		break;
	case MISSING_SKIP_SCENE:
		return strdup("skip-scene");
	case MISSING_FAIL:
		return strdup("fail");
	}
	return not_given();
}

static char *assume_reflectance(const struct options *o)
{
	return o->assume_reflectance ? strdup(SWITCHED_ON) : not_given();
}

static char *valid_reflectance(const struct options *o)
{
	return o->valid_reflectance ? strdup(SWITCHED_ON) : not_given();
}

static char *grid(const struct options *o)
{
	return o->grid == GRID_COARSE ? strdup("coarse") : not_given();
}

static int by_band_name(const void *a, const void *b)
{
	return strcmp(((const struct band_choice *)a)->name, ((const struct band_choice *)b)->name);
}

/* In the order of names, whatever order they were given in. */
static char *bands(const struct options *o)
{
	struct band_choice choice[RECIPE_MAX_BANDS];
	char *text = NULL;
	size_t size;
	FILE *out;

	if (!o->n_bands)
		return not_given();
	memcpy(choice, o->bands, sizeof(choice));
	qsort(choice, o->n_bands, sizeof(choice[0]), by_band_name);
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	for (unsigned i = 0; i < o->n_bands; i++) {
		(void)fprintf(out, "%s%s=", i ? "," : "", choice[i].name);
		if (choice[i].pattern)
			(void)fputs(choice[i].pattern, out);
		else
			(void)fprintf(out, "%u", choice[i].index);
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/* What the room of masks says of all rules. */
static char *mask(const struct options *o)
{
	return o->masks_text ? strdup(o->masks_text) : not_given();
}

static char *alpha(const struct options *o)
{
	return o->alpha == ALPHA_IGNORE ? strdup("ignore") : not_given();
}

static char *raw(const struct options *o)
{
	return o->raw ? strdup(SWITCHED_ON) : not_given();
}

/* Either of --scale and --offset sets both, to 1 and 0 if it is not given itself. So --offset is
 * always shown, and --scale where it is not 1. */
static char *scale(const struct options *o)
{
	return o->has_scale && o->scale != 1 ? number(o->scale) : not_given();
}

static char *offset(const struct options *o)
{
	return o->has_scale ? number(o->offset) : not_given();
}

/* With it a VRT of files elsewhere is a scene; without, one that fails. */
static char *follow(const struct options *o)
{
	return o->follow ? strdup(SWITCHED_ON) : not_given();
}

static char *reflectance(const struct options *o)
{
	return o->reflectance ? strdup(SWITCHED_ON) : not_given();
}

static char *nodata(const struct options *o)
{
	if (o->no_nodata)
		return strdup("none");
	return o->has_nodata ? number(o->nodata) : not_given();
}

/* Readers promise the same numbers, but not to open the same files. */
static char *reader(const struct options *o)
{
	switch (o->reader) {
	case READER_AUTO:
		break;
	case READER_TIFF:
		return strdup("tiff");
	case READER_GDAL:
		return strdup("gdal");
	}
	return not_given();
}

/* A line each. They are a set, but their order is kept: who gives another one sees why. */
static char *patterns(const struct text_list *list)
{
	char *text = NULL;
	size_t size;
	FILE *out = list->n ? open_memstream(&text, &size) : NULL;

	if (!list->n)
		return not_given();
	if (!out)
		return NULL;
	for (unsigned i = 0; i < list->n; i++)
		(void)fprintf(out, "%s%s", i ? "\n" : "", list->text[i]);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/* Which files are scenes, where folders are named. */
static char *include(const struct options *o)
{
	return patterns(&o->include);
}

static char *exclude(const struct options *o)
{
	return patterns(&o->exclude);
}

/* `fail` refuses the run, or counts what `note` does. */
static char *duplicates(const struct options *o)
{
	return o->duplicates == DUPLICATES_NEWEST ? strdup("newest") : not_given();
}

/* --- the two tables --- */

static const struct {
	const char *option;
	char *(*value)(const struct options *options);
} numbers[] = {
	{"index", index_names},
	{"const", constants},
	{"range", ranges},
	{"valid-range", valid_ranges},
	{"expr", expressions},
	{"on-missing", on_missing},
	{"assume-reflectance", assume_reflectance},
	{"valid-reflectance", valid_reflectance},
	{"grid", grid},
	{"bands", bands},
	{"bands-output", bands_output},
	{"mask", mask},
	{"alpha", alpha},
	{"raw", raw},
	{"scale", scale},
	{"offset", offset},
	{"nodata", nodata},
	{"reflectance", reflectance},
	{"reader", reader},
	{"include", include},
	{"exclude", exclude},
	{"duplicates", duplicates},
	{"follow", follow},
};

enum { N_NUMBERS = sizeof(numbers) / sizeof(numbers[0]) };
_Static_assert(sizeof(numbers) / sizeof(numbers[0]) <= IDENTITY_MOST, "room for all of them");

/*
 * What is exact is the same however it is worked out: workers, chunks, memory (a scene that does
 * not fit is one that fails, and says so), and what --teach makes slow. The tile grid and the sums
 * of --teach float-sums are in reports of a run that a partial does not carry. Maps are written
 * beside the numbers.
 */
static const char *const harmless[] = {
	"workers",   "executor",    "transport", "memory",       "chunk",          "working-set",
	"shard",     "teach",       "tile-grid", "quiet",        "verbose",        "progress",
	"monitor",   "help",        "version",   "man",          "completion",     "confine",
	"output",    "name",        "format",    "type",         "output-nodata",  "co",
	"overwrite", "mask-output", "quicklook", "stretch",      "contact-sheet",  "spool-dir",
	"no-fsync",  "no-legend",   "catalog",   "resume",       "forget-missing", "log-format",
	"log-file",  "wait-lock",   "on-error",  "max-failures", "timeout",        "config",
	"color",
};

enum effect identity_effect(const char *option)
{
	for (size_t i = 0; i < N_NUMBERS; i++)
		if (strcmp(option, numbers[i].option) == 0)
			return EFFECT_NUMBERS;
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (strcmp(option, harmless[i]) == 0)
			return EFFECT_NONE;
	return EFFECT_UNKNOWN;
}

int identity_of(struct identity *identity, const struct options *options, struct error *err)
{
	*identity = (struct identity){0};
	for (unsigned i = 0; i < N_NUMBERS; i++) {
		char *value = numbers[i].value(options);

		if (!value)
			return error_memory(err, "an option", VALUE_BYTES);
		if (!*value) {
			free(value);
			value = NULL;
		}
		identity->item[i].option = numbers[i].option;
		identity->item[i].value = value;
		identity->n++;
	}
	return 0;
}

void identity_release(struct identity *identity)
{
	for (unsigned i = 0; i < identity->n; i++)
		free(identity->item[i].value);
	*identity = (struct identity){0};
}

static void show(char text[IDENTITY_SHOWN], const char *option, const char *value, size_t skipped)
{
	if (!value)
		(void)snprintf(text, IDENTITY_SHOWN, "no --%s", option);
	else if (strcmp(value, SWITCHED_ON) == 0)
		(void)snprintf(text, IDENTITY_SHOWN, "--%s", option);
	else
		(void)snprintf(text, IDENTITY_SHOWN, "--%s %s%s", option, skipped ? "..." : "",
			       value + skipped);
}

/* Bytes to leave out in front, so that the first difference is seen. */
static size_t same_front(const char *a, const char *b)
{
	const size_t fits = IDENTITY_SHOWN / 2, before = IDENTITY_SHOWN / 4;
	size_t same = 0;

	while (a[same] && a[same] == b[same])
		same++;
	return same < fits ? 0 : same - before;
}

struct identity_pair identity_shown(const char *option, const char *a, const char *b)
{
	struct identity_pair pair = {"", ""};
	size_t skipped = a && b ? same_front(a, b) : 0;

	show(pair.a, option, a, skipped);
	show(pair.b, option, b, skipped);
	return pair;
}
