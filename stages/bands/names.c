/*
 * The table of words for bands, and what users may write for a band. It knows no sensor and no
 * file.
 */
#include "names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct band_row {
	const char *word; /* STAC's common name */
	const char *letter;
};

static const struct band_row bands[N_BAND_NAMES] = {
	[NAME_NONE] = {"", ""},
	[NAME_COASTAL] = {"coastal", "A"},
	[NAME_BLUE] = {"blue", "B"},
	[NAME_GREEN] = {"green", "G"},
	[NAME_GREEN05] = {"green05", "G1"},
	[NAME_YELLOW] = {"yellow", "Y"},
	[NAME_RED] = {"red", "R"},
	[NAME_REDEDGE071] = {"rededge071", "RE1"},
	[NAME_REDEDGE075] = {"rededge075", "RE2"},
	[NAME_REDEDGE078] = {"rededge078", "RE3"},
	[NAME_NIR] = {"nir", "N"},
	[NAME_NIR08] = {"nir08", "N2"},
	[NAME_NIR09] = {"nir09", "WV"},
	[NAME_CIRRUS] = {"cirrus", ""},
	[NAME_SWIR16] = {"swir16", "S1"},
	[NAME_SWIR22] = {"swir22", "S2"},
	[NAME_LWIR11] = {"lwir11", "T1"},
	[NAME_LWIR12] = {"lwir12", "T2"},
	[NAME_PAN] = {"pan", ""},
};

/* What most indices read. */
static const enum band_name usual[] = {NAME_RED,  NAME_NIR,    NAME_GREEN,
				       NAME_BLUE, NAME_SWIR16, NAME_SWIR22};
enum { N_USUAL = sizeof(usual) / sizeof(usual[0]) };

enum {
	OPTION = USE_OPTION,
	TEXTS = USE_OPTION | USE_DESCRIPTION,
	EVERYWHERE = USE_OPTION | USE_DESCRIPTION | USE_FILE,
};

struct word {
	const char *text; /* lower case; a blank is one separator, or none */
	enum band_name name;
	unsigned uses;
};

/*
 * Common names, and what else bands are called: STAC before 1.1, Earth Engine, Open Data Cube, the
 * operators' own words. In names of files only those that hardly stand there for anything else.
 */
static const struct word words[] = {
	{"coastal", NAME_COASTAL, EVERYWHERE},
	{"coastal blue", NAME_COASTAL, EVERYWHERE},
	{"coastal aerosol", NAME_COASTAL, EVERYWHERE},
	{"aerosol", NAME_COASTAL, TEXTS},
	{"aerosols", NAME_COASTAL, TEXTS},
	{"ultra blue", NAME_COASTAL, TEXTS},
	{"deep blue", NAME_COASTAL, TEXTS},
	{"blue", NAME_BLUE, EVERYWHERE},
	{"green", NAME_GREEN, EVERYWHERE},
	{"green05", NAME_GREEN05, EVERYWHERE},
	{"green i", NAME_GREEN05, TEXTS},
	{"yellow", NAME_YELLOW, EVERYWHERE},
	{"red", NAME_RED, EVERYWHERE},
	{"rededge071", NAME_REDEDGE071, EVERYWHERE},
	{"rededge075", NAME_REDEDGE075, EVERYWHERE},
	{"rededge078", NAME_REDEDGE078, EVERYWHERE},
	{"red edge", NAME_REDEDGE071, EVERYWHERE},
	{"red edge 1", NAME_REDEDGE071, EVERYWHERE},
	{"red edge 2", NAME_REDEDGE075, EVERYWHERE},
	{"red edge 3", NAME_REDEDGE078, EVERYWHERE},
	{"red edge 705", NAME_REDEDGE071, USE_DESCRIPTION},
	{"red edge 705 nm", NAME_REDEDGE071, USE_DESCRIPTION},
	{"red edge 740", NAME_REDEDGE075, USE_DESCRIPTION},
	{"red edge 740 nm", NAME_REDEDGE075, USE_DESCRIPTION},
	{"red edge 783", NAME_REDEDGE078, USE_DESCRIPTION},
	{"red edge 783 nm", NAME_REDEDGE078, USE_DESCRIPTION},
	{"nir", NAME_NIR, EVERYWHERE},
	{"nir1", NAME_NIR, TEXTS},
	{"near infrared", NAME_NIR, TEXTS},
	{"near infra red", NAME_NIR, TEXTS},
	{"near ir", NAME_NIR, TEXTS},
	{"nir08", NAME_NIR08, EVERYWHERE},
	{"nir2", NAME_NIR08, OPTION},
	{"nir narrow", NAME_NIR08, EVERYWHERE},
	{"narrow nir", NAME_NIR08, EVERYWHERE},
	{"narrow near infrared", NAME_NIR08, TEXTS},
	{"nir09", NAME_NIR09, EVERYWHERE},
	{"water vapour", NAME_NIR09, TEXTS},
	{"water vapor", NAME_NIR09, TEXTS},
	{"cirrus", NAME_CIRRUS, TEXTS},
	{"swir16", NAME_SWIR16, EVERYWHERE},
	{"swir 1", NAME_SWIR16, EVERYWHERE},
	{"short wave infrared 1", NAME_SWIR16, TEXTS},
	{"swir22", NAME_SWIR22, EVERYWHERE},
	{"swir 2", NAME_SWIR22, EVERYWHERE},
	{"short wave infrared 2", NAME_SWIR22, TEXTS},
	{"lwir11", NAME_LWIR11, EVERYWHERE},
	{"lwir", NAME_LWIR11, TEXTS},
	{"thermal", NAME_LWIR11, TEXTS},
	{"thermal infrared", NAME_LWIR11, TEXTS},
	{"thermal infrared 1", NAME_LWIR11, TEXTS},
	{"tir", NAME_LWIR11, TEXTS},
	{"tir 1", NAME_LWIR11, TEXTS},
	{"tirs 1", NAME_LWIR11, TEXTS},
	{"lwir12", NAME_LWIR12, EVERYWHERE},
	{"thermal infrared 2", NAME_LWIR12, TEXTS},
	{"tir 2", NAME_LWIR12, TEXTS},
	{"tirs 2", NAME_LWIR12, TEXTS},
	{"pan", NAME_PAN, EVERYWHERE},
	{"panchromatic", NAME_PAN, TEXTS},

	/* Words that mean no single band; what they hold ("red", "infrared") means none there. */
	{"swir", NAME_NONE, TEXTS},
	{"short wave infrared", NAME_NONE, TEXTS},
	{"short wave", NAME_NONE, TEXTS},
	{"mid infrared", NAME_NONE, TEXTS},
	{"mid infra red", NAME_NONE, TEXTS},
	{"middle infra red", NAME_NONE, TEXTS},
	{"thermal infra red", NAME_NONE, TEXTS},
	{"infrared", NAME_NONE, TEXTS},
	{"infra red", NAME_NONE, TEXTS},
	{"far red", NAME_NONE, TEXTS},

	/* Letters of the catalogue of indices. */
	{"a", NAME_COASTAL, OPTION},
	{"b", NAME_BLUE, OPTION | USE_ALONE},
	{"g", NAME_GREEN, OPTION | USE_ALONE},
	{"g1", NAME_GREEN05, OPTION},
	{"y", NAME_YELLOW, OPTION},
	{"r", NAME_RED, OPTION | USE_ALONE},
	{"re1", NAME_REDEDGE071, OPTION | USE_ALONE},
	{"re2", NAME_REDEDGE075, OPTION | USE_ALONE},
	{"re3", NAME_REDEDGE078, OPTION | USE_ALONE},
	{"n", NAME_NIR, OPTION | USE_ALONE},
	{"n2", NAME_NIR08, OPTION},
	{"wv", NAME_NIR09, OPTION},
	{"s1", NAME_SWIR16, OPTION},
	{"s2", NAME_SWIR22, OPTION},
	{"t", NAME_LWIR11, OPTION},
	{"t1", NAME_LWIR11, OPTION},
	{"t2", NAME_LWIR12, OPTION},
};

enum { N_WORDS = sizeof(words) / sizeof(words[0]), MOST_BANDS = 65535 };

static bool is_separator(char c)
{
	return c == ' ' || c == '_' || c == '-' || c == '.';
}

static bool fits(const char *word, const char *text, size_t len)
{
	const char *end = text + len;

	for (; *word; word++) {
		if (*word == ' ') {
			text += text < end && is_separator(*text);
			continue;
		}
		if (text == end || tolower((unsigned char)*text) != *word)
			return false;
		text++;
	}
	return text == end;
}

bool band_word(const char *text, size_t len, enum band_use use, enum band_name *name)
{
	int first = len ? tolower((unsigned char)text[0]) : 0;

	for (size_t i = 0; i < N_WORDS; i++)
		if (words[i].text[0] == first && (words[i].uses & use) &&
		    fits(words[i].text, text, len)) {
			*name = words[i].name;
			return true;
		}
	return false;
}

enum band_name band_name_find(const char *word, enum band_use use)
{
	enum band_name name;

	return band_word(word, strlen(word), use, &name) ? name : NAME_NONE;
}

const char *band_name_word(enum band_name name)
{
	return bands[name].word;
}

static bool is_usual(enum band_name name)
{
	for (unsigned i = 0; i < N_USUAL; i++)
		if (usual[i] == name)
			return true;
	return false;
}

const char *band_name_listed(unsigned number)
{
	if (number < N_USUAL)
		return bands[usual[number]].word;
	number -= N_USUAL;
	for (enum band_name name = NAME_NONE + 1; name < N_BAND_NAMES; name++)
		if (!is_usual(name) && number-- == 0)
			return bands[name].word;
	return NULL;
}

const char *band_name_letter(enum band_name name)
{
	return bands[name].letter;
}

enum band_name band_name_stand_in(enum band_name name)
{
	if (name == NAME_NIR)
		return NAME_NIR08;
	return name == NAME_NIR08 ? NAME_NIR : NAME_NONE;
}

bool name_band_code(const char *text, size_t len, char code[4])
{
	size_t digits = 0, skip = 0, n;

	while (digits < len && isdigit((unsigned char)text[digits]))
		digits++;
	if (digits < 1 || digits > 2 || len - digits > 1)
		return false;
	if (len > digits && toupper((unsigned char)text[digits]) != 'A')
		return false;
	if (digits == 2 && text[0] == '0')
		skip = 1;
	n = digits - skip;
	memcpy(code, text + skip, n);
	if (len > digits)
		code[n++] = 'A';
	code[n] = '\0';
	return code[0] != '0';
}

/* The word of USE_OPTION nearest to what was typed, if any is near; else NULL. */
static const char *band_word_near(const char *text, size_t len)
{
	char lower[BAND_WORD_MOST];
	const char *found = NULL;
	unsigned best = 1 + (len >= 3) + (len >= 6); /* more than the slips that may be */

	if (len < 2 || len > sizeof(lower))
		return NULL;
	for (size_t i = 0; i < len; i++)
		lower[i] = (char)tolower((unsigned char)text[i]);
	for (size_t i = 0; i < N_WORDS; i++) {
		unsigned d;

		if (!(words[i].uses & USE_OPTION) || words[i].name == NAME_NONE ||
		    strlen(words[i].text) < 3)
			continue;
		d = text_distance(lower, len, words[i].text);
		if (d < best) {
			best = d;
			found = words[i].text;
		}
	}
	return found;
}

struct band_wish band_wish_named(enum band_name name)
{
	struct band_wish wish = {.kind = WISH_NAME, .name = name};

	snprintf(wish.text, sizeof(wish.text), "%s", band_name_word(name));
	return wish;
}

static struct band_wish wish_coded(const char *code)
{
	struct band_wish wish = {.kind = WISH_CODE};

	for (const char *c = code; *c; c++)
		wish.place = *c == 'A' ? 0 : wish.place * 10 + (uint32_t)(*c - '0');
	snprintf(wish.code, sizeof(wish.code), "%s", code);
	snprintf(wish.text, sizeof(wish.text), "B%s", code);
	return wish;
}

/* "#5": -1 where the number is none that a file can have. */
static int parse_place(const char *text, size_t len, struct band_wish *wish, struct error *err)
{
	struct band_wish parsed = {.kind = WISH_PLACE};

	for (size_t i = 1; i < len && parsed.place <= MOST_BANDS; i++)
		parsed.place = isdigit((unsigned char)text[i])
				       ? parsed.place * 10 + (uint32_t)(text[i] - '0')
				       : MOST_BANDS + 1;
	if (parsed.place < 1 || parsed.place > MOST_BANDS)
		return error_set(err, EX_USAGE,
				 "'%.*s': no band's place; write # and a number from 1 to %d, as "
				 "in #5",
				 (int)len, text, MOST_BANDS);
	snprintf(parsed.text, sizeof(parsed.text), "#%u", parsed.place);
	*wish = parsed;
	return 0;
}

/* "B8A", "b05", "band5", "band_5", "8A". */
static bool parse_code(const char *text, size_t len, char code[4])
{
	static const char *const heads[] = {"band", "b"};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		size_t head = strlen(heads[i]);

		if (len <= head || !fits(heads[i], text, head))
			continue;
		head += head == 4 && is_separator(text[head]);
		return name_band_code(text + head, len - head, code);
	}
	return name_band_code(text, len, code) && code[strlen(code) - 1] == 'A';
}

static int not_a_wish(const char *text, size_t len, struct error *err)
{
	const char *near = band_word_near(text, len);
	enum band_name name;
	char code[4];

	if (name_band_code(text, len, code))
		return error_set(err, EX_USAGE,
				 "'%.*s': a number alone does not say which band; write B%s for "
				 "the product's band, #%.*s for the place in the file",
				 (int)len, text, code, (int)len, text);
	if (band_word(text, len, USE_OPTION, &name))
		return error_set(err, EX_USAGE,
				 "'%.*s': several bands are called so; write a name such as "
				 "swir16, swir22, nir, or a product's band as B5",
				 (int)len, text);
	if (near)
		return error_set(err, EX_USAGE,
				 "'%.*s': no name of a band; did you mean %s? (or a product's "
				 "band as B5, a place in the file as #5)",
				 (int)len, text, near);
	return error_set(err, EX_USAGE,
			 "'%.*s': no name of a band; names are blue, green, red, nir, swir16 and "
			 "others of STAC, a product's band as B5, a place in the file as #5",
			 (int)len, text);
}

int band_wish_parse(const char *text, size_t len, struct band_wish *wish, struct error *err)
{
	enum band_name name;
	char code[4];

	if (len > 0 && text[0] == '#')
		return parse_place(text, len, wish, err);
	if (band_word(text, len, USE_OPTION, &name) && name != NAME_NONE) {
		*wish = band_wish_named(name);
		return 0;
	}
	if (parse_code(text, len, code)) {
		*wish = wish_coded(code);
		return 0;
	}
	return not_a_wish(text, len, err);
}

bool band_wish_equal(const struct band_wish *a, const struct band_wish *b)
{
	return a->kind == b->kind && a->name == b->name && a->place == b->place &&
	       strcmp(a->code, b->code) == 0;
}
