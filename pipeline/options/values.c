/*
 * Values of options: from text to checked fields. Nothing is guessed: what does not parse to its
 * last character is an error that says what would.
 */
#include "values.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/screen.h"
#include "base/spelling.h"

/* --- numbers --- */

int option_whole(const char *text, uint64_t min, uint64_t max, uint64_t *value, char **end)
{
	unsigned long long n;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	n = strtoull(text, end, 10);
	if (errno || n < min || n > max)
		return -1;
	*value = n;
	return 0;
}

int option_count(const char *text, double most, uint64_t *count)
{
	double value;
	char *end;

	if (*text < '0' || *text > '9' || text[strspn(text, "0123456789.eE+")])
		return -1;
	value = strtod(text, &end);
	if (*end || !(value >= 0) || value > most || value != floor(value))
		return -1;
	*count = (uint64_t)value;
	return 0;
}

static int parse_number(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	return end == text || *end ? -1 : 0;
}

int options_bytes(const char *text, uint64_t *bytes)
{
	static const char units[] = "KMGT";
	double n, factor = 1;
	const char *unit, *behind = text + strspn(text, "0123456789.");
	char *end;

	/* strtod() knows hexadecimal numbers, too. */
	if (*text < '0' || *text > '9' || *behind == 'x' || *behind == 'X')
		return -1;
	n = strtod(text, &end);
	unit = isalpha((unsigned char)*end) ? strchr(units, toupper((unsigned char)*end)) : NULL;
	if (unit) {
		factor = (double)((uint64_t)1 << (10 * (unit - units + 1)));
		end++;
		end += *end == 'i';
	}
	end += *end == 'B' || *end == 'b';
	n *= factor;
	if (*end || n < 1 || n > 0x1p60)
		return -1;
	*bytes = (uint64_t)n;
	return 0;
}

int option_sizes(const char *text, uint32_t *x_size, uint32_t *y_size)
{
	uint64_t x, y;
	char *end;

	if (option_whole(text, 1, INT32_MAX, &x, &end))
		return -1;
	y = x;
	if ((*end == 'x' || *end == 'X') && option_whole(end + 1, 1, INT32_MAX, &y, &end))
		return -1;
	if (*end)
		return -1;
	*x_size = (uint32_t)x;
	*y_size = (uint32_t)y;
	return 0;
}

/* --- words and lists --- */

int option_choose(const char *value, const char *const *words, struct error *err)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(value, words[i]) == 0)
			return i;
	return spelling_none_of(err, value, words);
}

int option_each(const char *list, int (*add)(void *to, const char *word, struct error *err),
		void *to, struct error *err)
{
	for (const char *at = list;; at++) {
		size_t length = strcspn(at, ",");
		char word[48];

		if (!length)
			return error_set(err, EX_USAGE, "'%s' has an empty place in its list",
					 list);
		if (length >= sizeof(word))
			return error_set(err, EX_USAGE, "'%.*s' is too long", (int)length, at);
		memcpy(word, at, length);
		word[length] = '\0';
		if (add(to, word, err))
			return -1;
		at += length;
		if (!*at)
			return 0;
	}
}

/* --- what to compute --- */

int option_keep(struct text_list *list, const char *value, struct error *err)
{
	if (list->n == OPTION_TEXTS_MOST)
		return error_set(err, EX_USAGE, "is given more than %d times", OPTION_TEXTS_MOST);
	list->text[list->n++] = value;
	return 0;
}

int set_index(struct options *o, const char *value, struct error *err)
{
	return option_keep(&o->index.index, value, err);
}

int set_expression(struct options *o, const char *value, struct error *err)
{
	return option_keep(&o->index.expression, value, err);
}

int set_constant(struct options *o, const char *value, struct error *err)
{
	return option_keep(&o->index.constant, value, err);
}

int set_range(struct options *o, const char *value, struct error *err)
{
	return option_keep(&o->index.range, value, err);
}

int set_on_missing(struct options *o, const char *value, struct error *err)
{
	static const char *const words[] = {"null", "skip-scene", "fail", NULL};
	int choice = option_choose(value, words, err);

	o->on_missing = choice < 0 ? MISSING_NULL : (enum on_missing)choice;
	return choice < 0 ? -1 : 0;
}

int set_valid_range(struct options *o, const char *value, struct error *err)
{
	return option_keep(&o->index.valid_range, value, err);
}

int set_valid_reflectance(struct options *o, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	o->valid_reflectance = true;
	return 0;
}

int set_assume_reflectance(struct options *o, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	o->assume_reflectance = true;
	return 0;
}

int set_grid(struct options *o, const char *value, struct error *err)
{
	static const char *const words[] = {"fine", "coarse", NULL};
	int choice = option_choose(value, words, err);

	o->grid = choice == 1 ? GRID_COARSE : GRID_FINE;
	return choice < 0 ? -1 : 0;
}

/* --- what to read --- */

static int bad_bands(struct error *err, const char *value)
{
	return error_set(err, EX_USAGE,
			 "cannot read '%s'; give bands by number (red=3,nir=4) or by file name "
			 "(red=*_B04.tif,nir=*_B08.tif), all of them the same way",
			 value);
}

/* "red=3" or "red=*_B04.tif" -> *choice, which points into the item. */
static int parse_choice(struct band_choice *choice, char *item)
{
	char *equals = strchr(item, '='), *end;
	size_t length = equals ? (size_t)(equals - item) : 0;
	uint64_t index;

	*choice = (struct band_choice){0};
	if (!length || length >= sizeof(choice->name) || !equals[1])
		return -1;
	memcpy(choice->name, item, length);
	if (!option_whole(equals + 1, 1, UINT16_MAX, &index, &end) && !*end)
		choice->index = (uint32_t)index;
	else
		choice->pattern = equals + 1;
	/* A number out of range is no name of a file. */
	return choice->pattern && !choice->pattern[strspn(choice->pattern, "+-0123456789")] ? -1
											    : 0;
}

/* Another one, of another name and the same kind as those before. */
static int add_choice(struct options *o, const struct band_choice *choice, const char *value,
		      struct error *err)
{
	for (unsigned i = 0; i < o->n_bands; i++)
		if (strcmp(o->bands[i].name, choice->name) == 0)
			return error_set(err, EX_USAGE, "'%s' names %s twice; name it once", value,
					 choice->name);
	if (o->n_bands && !o->bands[0].pattern != !choice->pattern)
		return bad_bands(err, value);
	if (o->n_bands == RECIPE_MAX_BANDS)
		return error_set(err, EX_USAGE, "'%s' names more than %d bands", value,
				 RECIPE_MAX_BANDS);
	o->bands[o->n_bands++] = *choice;
	return 0;
}

int set_bands(struct options *o, const char *value, struct error *err)
{
	char *rest, *item;

	free(o->bands_text);
	o->n_bands = 0;
	o->bands_text = rest = strdup(value);
	if (!rest)
		return error_memory(err, "an option", strlen(value));
	while ((item = strsep(&rest, ","))) {
		struct band_choice choice;

		if (parse_choice(&choice, item))
			return bad_bands(err, value);
		if (add_choice(o, &choice, value, err))
			return -1;
	}
	return 0;
}

/* What rules mean is known once masks are made of them. */
int set_mask(struct options *o, const char *value, struct error *err)
{
	return option_keep(&o->mask_texts, value, err);
}

int set_alpha(struct options *o, const char *value, struct error *err)
{
	static const char *const words[] = {"auto", "ignore", NULL};
	int choice = option_choose(value, words, err);

	o->alpha = choice == 1 ? ALPHA_IGNORE : ALPHA_AUTO;
	return choice < 0 ? -1 : 0;
}

int set_raw(struct options *o, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	o->raw = true;
	return 0;
}

int set_include(struct options *o, const char *value, struct error *err)
{
	return option_keep(&o->include, value, err);
}

int set_exclude(struct options *o, const char *value, struct error *err)
{
	return option_keep(&o->exclude, value, err);
}

int set_duplicates(struct options *o, const char *value, struct error *err)
{
	static const char *const words[] = {"note", "newest", "fail", NULL};
	int choice = option_choose(value, words, err);

	o->duplicates = choice < 0 ? DUPLICATES_NOTE : (enum duplicates)choice;
	return choice < 0 ? -1 : 0;
}

int set_follow(struct options *o, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	o->follow = true;
	return 0;
}

int set_scale(struct options *o, const char *value, struct error *err)
{
	o->has_scale = true;
	if (parse_number(value, &o->scale) || !isfinite(o->scale) || o->scale == 0)
		return error_set(err, EX_USAGE, "'%s' is not a number other than 0", value);
	return 0;
}

int set_offset(struct options *o, const char *value, struct error *err)
{
	o->has_scale = o->has_offset = true;
	if (parse_number(value, &o->offset) || !isfinite(o->offset))
		return error_set(err, EX_USAGE, "'%s' is not a number", value);
	return 0;
}

int set_nodata(struct options *o, const char *value, struct error *err)
{
	o->no_nodata = strcmp(value, "none") == 0;
	o->has_nodata = !o->no_nodata;
	if (o->has_nodata && parse_number(value, &o->nodata))
		return error_set(err, EX_USAGE, "'%s' is not a number (nan is one), nor none",
				 value);
	return 0;
}

int set_reflectance(struct options *o, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	o->reflectance = true;
	return 0;
}

int set_reader(struct options *o, const char *value, struct error *err)
{
	static const char *const words[] = {"auto", "tiff", "gdal", NULL};
	int choice = option_choose(value, words, err);

	o->reader = choice < 0 ? READER_AUTO : (enum reader_choice)choice;
	return choice < 0 ? -1 : 0;
}

/* --- what to write --- */

int set_tile_grid(struct options *o, const char *value, struct error *err)
{
	if (option_sizes(value, &o->tile_grid_x, &o->tile_grid_y))
		return error_set(err, EX_USAGE,
				 "'%s' is neither a size (256) nor two (512x256), in pixels",
				 value);
	return 0;
}

int set_histogram(struct options *o, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	o->histogram = true;
	return 0;
}

int set_quiet(struct options *o, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	o->verbosity = -1;
	return 0;
}

int set_verbose(struct options *o, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	o->verbosity = o->verbosity < 0 ? 1 : o->verbosity + 1;
	return 0;
}

int set_timeout(struct options *o, const char *value, struct error *err)
{
	enum { WEEK_S = 7 * 24 * 3600 };
	uint64_t seconds;
	char *end;

	if (option_whole(value, 0, WEEK_S, &seconds, &end) || *end)
		return error_set(
			err, EX_USAGE,
			"'%s' is not a whole number of seconds up to %d (a week), as in 60", value,
			WEEK_S);
	o->nightly.timeout_s = (unsigned)seconds;
	return 0;
}

int set_progress(struct options *o, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	o->progress = true;
	return 0;
}

int set_config(struct options *o, const char *value, struct error *err)
{
	(void)o;
	(void)value;
	(void)err;
	return 0;
}

int set_monitor(struct options *o, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	o->monitor = true;
	return 0;
}

int set_color(struct options *o, const char *value, struct error *err)
{
	static const char *const words[] = {"auto", "always", "never", NULL};
	int choice = option_choose(value, words, err);

	(void)o;
	if (choice < 0)
		return -1;
	screen_choose_color(choice == 1   ? SCREEN_COLOR_ALWAYS
			    : choice == 2 ? SCREEN_COLOR_NEVER
					  : SCREEN_COLOR_AUTO);
	return 0;
}

/* --- every night --- */

int set_log_format(struct options *o, const char *value, struct error *err)
{
	static const char *const words[] = {"text", "json", NULL};
	int choice = option_choose(value, words, err);

	o->nightly.log_format = choice == 1 ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT;
	return choice < 0 ? -1 : 0;
}

int set_log_file(struct options *o, const char *value, struct error *err)
{
	if (strcmp(value, "-") == 0)
		return error_set(err, EX_USAGE,
				 "'-' is no file; without this option lines go to standard error");
	o->nightly.log_file = value;
	return 0;
}
