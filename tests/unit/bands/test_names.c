/*
 * Words for bands: STAC's common names (eo extension 1.1), older words, the letters of the
 * catalogue of indices, where each of them counts, and what users may write for a band.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bands/names.h"
#include "discover/describe.h"
#include "discover/names.h"

/* The list of the STAC extension, in its order. */
static const struct {
	const char *word;
	enum band_name name;
	const char *letter;
} common[] = {
	{"pan", NAME_PAN, ""},
	{"coastal", NAME_COASTAL, "A"},
	{"blue", NAME_BLUE, "B"},
	{"green", NAME_GREEN, "G"},
	{"green05", NAME_GREEN05, "G1"},
	{"yellow", NAME_YELLOW, "Y"},
	{"red", NAME_RED, "R"},
	{"rededge071", NAME_REDEDGE071, "RE1"},
	{"rededge075", NAME_REDEDGE075, "RE2"},
	{"rededge078", NAME_REDEDGE078, "RE3"},
	{"nir", NAME_NIR, "N"},
	{"nir08", NAME_NIR08, "N2"},
	{"nir09", NAME_NIR09, "WV"},
	{"cirrus", NAME_CIRRUS, ""},
	{"swir16", NAME_SWIR16, "S1"},
	{"swir22", NAME_SWIR22, "S2"},
	{"lwir11", NAME_LWIR11, "T1"},
	{"lwir12", NAME_LWIR12, "T2"},
};

enum { N_COMMON = sizeof(common) / sizeof(common[0]) };

static void test_common_names(void **state)
{
	(void)state;
	assert_int_equal(N_COMMON, N_BAND_NAMES - 1);
	for (size_t i = 0; i < N_COMMON; i++) {
		assert_string_equal(band_name_word(common[i].name), common[i].word);
		assert_string_equal(band_name_letter(common[i].name), common[i].letter);
		assert_int_equal(band_name_find(common[i].word, USE_OPTION), common[i].name);
		assert_int_equal(band_name_find(common[i].word, USE_DESCRIPTION), common[i].name);
		if (*common[i].letter)
			assert_int_equal(band_name_find(common[i].letter, USE_OPTION),
					 common[i].name);
		/* Letters stand for too many things in names of files and among other words. */
		assert_int_equal(band_name_find(common[i].letter, USE_FILE), NAME_NONE);
		assert_int_equal(band_name_find(common[i].letter, USE_DESCRIPTION), NAME_NONE);
	}
	assert_string_equal(band_name_word(NAME_NONE), "");
}

/* Each of them once; what NDVI reads comes first. */
static void test_listed(void **state)
{
	unsigned n = 0, seen[N_COMMON] = {0};

	(void)state;
	assert_string_equal(band_name_listed(0), "red");
	assert_string_equal(band_name_listed(1), "nir");
	for (; band_name_listed(n); n++)
		for (size_t i = 0; i < N_COMMON; i++)
			seen[i] += strcmp(band_name_listed(n), common[i].word) == 0;
	assert_int_equal(n, N_COMMON);
	for (size_t i = 0; i < N_COMMON; i++)
		assert_int_equal(seen[i], 1);
}

static void test_other_words(void **state)
{
	static const struct {
		const char *word;
		enum band_name name;
	} other[] = {
		{"rededge", NAME_REDEDGE071},
		{"RedEdge2", NAME_REDEDGE075},
		{"red_edge_3", NAME_REDEDGE078},
		{"re1", NAME_REDEDGE071},
		{"RE3", NAME_REDEDGE078},
		{"swir1", NAME_SWIR16},
		{"SWIR_2", NAME_SWIR22},
		{"near infrared", NAME_NIR},
		{"Near-Infrared", NAME_NIR},
		{"nir2", NAME_NIR08},
		{"narrow nir", NAME_NIR08},
		{"nir_narrow", NAME_NIR08},
		{"aerosol", NAME_COASTAL},
		{"ultra blue", NAME_COASTAL},
		{"coastal_blue", NAME_COASTAL},
		{"green_i", NAME_GREEN05},
		{"panchromatic", NAME_PAN},
		{"thermal", NAME_LWIR11},
		{"water vapour", NAME_NIR09},
		{"swir", NAME_NONE},
		{"infrared", NAME_NONE},
		{"", NAME_NONE},
		{" ", NAME_NONE},
		{"reds", NAME_NONE},
		{"re d", NAME_NONE},
		{"swir  1", NAME_NONE},
		{"blue ", NAME_NONE},
	};
	enum band_name name = NAME_PAN;

	(void)state;
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		assert_int_equal(band_name_find(other[i].word, USE_OPTION), other[i].name);
	assert_true(band_word("swir", 4, USE_DESCRIPTION, &name));
	assert_int_equal(name, NAME_NONE);
	assert_false(band_word("b", 1, USE_DESCRIPTION, &name));
	assert_true(band_word("B", 1, USE_ALONE, &name));
	assert_int_equal(name, NAME_BLUE);
	assert_int_equal(band_name_find("aerosol", USE_FILE), NAME_NONE);
}

static void test_stand_in(void **state)
{
	(void)state;
	for (enum band_name name = NAME_NONE; name < N_BAND_NAMES; name++)
		assert_int_equal(band_name_stand_in(name), name == NAME_NIR     ? NAME_NIR08
							   : name == NAME_NIR08 ? NAME_NIR
										: NAME_NONE);
}

static struct band_wish wish_of(const char *text)
{
	struct band_wish wish = {.kind = WISH_PLACE};
	struct error err = {.code = 0};

	if (band_wish_parse(text, strlen(text), &wish, &err))
		fail_msg("%s: %s", text, err.text);
	return wish;
}

static void check_name(const char *text, enum band_name name)
{
	struct band_wish wish = wish_of(text);

	assert_int_equal(wish.kind, WISH_NAME);
	assert_int_equal(wish.name, name);
	assert_int_equal(wish.place, 0);
	assert_string_equal(wish.code, "");
	assert_string_equal(wish.text, band_name_word(name));
}

static void check_code(const char *text, const char *code, uint32_t place, const char *shown)
{
	struct band_wish wish = wish_of(text);

	assert_int_equal(wish.kind, WISH_CODE);
	assert_int_equal(wish.name, NAME_NONE);
	assert_string_equal(wish.code, code);
	assert_int_equal(wish.place, place);
	assert_string_equal(wish.text, shown);
}

static void test_wishes(void **state)
{
	struct band_wish place = wish_of("#65535"), red = wish_of("R"), word = wish_of("red");
	struct band_wish five = wish_of("b5"), fifth = wish_of("B05"), part = {.kind = WISH_PLACE};

	(void)state;
	check_name("nir", NAME_NIR);
	check_name("Nir08", NAME_NIR08);
	check_name("B", NAME_BLUE);
	check_name("b", NAME_BLUE);
	check_name("S2", NAME_SWIR22);
	check_name("n2", NAME_NIR08);
	check_name("T", NAME_LWIR11);
	check_code("B8A", "8A", 0, "B8A");
	check_code("b8a", "8A", 0, "B8A");
	check_code("8A", "8A", 0, "B8A");
	check_code("b5", "5", 5, "B5");
	check_code("B05", "5", 5, "B5");
	check_code("B15", "15", 15, "B15");
	check_code("BAND15", "15", 15, "B15");
	check_code("band_5", "5", 5, "B5");
	assert_int_equal(place.kind, WISH_PLACE);
	assert_int_equal(place.place, 65535);
	assert_string_equal(place.text, "#65535");
	assert_true(band_wish_equal(&red, &word));
	assert_true(band_wish_equal(&five, &fifth));
	assert_false(band_wish_equal(&five, &red));
	/* Part of a longer text, as a formula gives it. */
	assert_int_equal(band_wish_parse("nir-red", 3, &part, NULL), 0);
	assert_int_equal(part.name, NAME_NIR);
}

static void check_refused(const char *text, const char *says)
{
	struct band_wish wish = {.kind = WISH_PLACE, .place = 77};
	struct error err = {.code = 0};

	assert_int_equal(band_wish_parse(text, strlen(text), &wish, &err), -1);
	assert_int_equal(err.code, EX_USAGE);
	if (!strstr(err.text, says))
		fail_msg("%s: '%s' is not in: %s", text, says, err.text);
	assert_int_equal(wish.place, 77);
}

static void test_refused_wishes(void **state)
{
	(void)state;
	check_refused("", "no name of a band");
	check_refused("nri", "did you mean nir?");
	check_refused("gren", "did you mean green?");
	check_refused("rededge77", "did you mean rededge");
	check_refused("foobar", "names are blue");
	check_refused("swir", "several bands");
	check_refused("5", "write B5 for the product's band, #5 for");
	check_refused("05", "write B5 for the product's band, #05 for");
	check_refused("B123", "no name of a band");
	check_refused("B8B", "no name of a band");
	check_refused("B-5", "no name of a band");
	check_refused("B0", "no name of a band");
	check_refused("band_", "no name of a band");
	check_refused("#", "#5");
	check_refused("#0", "65535");
	check_refused("#65536", "65535");
	check_refused("#4294967301", "65535");
	check_refused("#5x", "#5");
	check_refused("#/", "#5");
	check_refused("#-1", "#5");
	check_refused("blue\tred", "no name of a band");
	check_refused("x\nx", "no name of a band");
}

/* Whatever the bytes: an error, or a wish whose text means the same wish. */
static void test_any_bytes(void **state)
{
	static const char letters[] = "bB08Aa#15_- nirredswg.\n\xff\x80";
	uint32_t random = 1;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		char text[40];
		size_t len = (random >> 8) % 9;
		struct band_wish wish, again;
		struct error err;

		for (size_t i = 0; i < len; i++) {
			random = random * 1664525u + 1013904223u;
			text[i] = letters[(random >> 16) % (sizeof(letters) - 1)];
		}
		random = random * 1664525u + 1013904223u;
		if (band_wish_parse(text, len, &wish, &err)) {
			assert_int_equal(err.code, EX_USAGE);
			continue;
		}
		again = wish_of(wish.text);
		assert_true(band_wish_equal(&wish, &again));
	}
}

static void check_file(const char *stem, enum token_kind kind, enum band_name name)
{
	struct band_token token = name_band_token(stem, strlen(stem));

	assert_int_equal(token.kind, kind);
	assert_int_equal(token.name, name);
}

static void test_file_names(void **state)
{
	(void)state;
	check_file("x_red", TOKEN_RED, NAME_RED);
	check_file("x_NIR", TOKEN_NIR, NAME_NIR);
	check_file("x_nir08", TOKEN_NIR, NAME_NIR08);
	check_file("x_nir_narrow", TOKEN_NIR, NAME_NIR08);
	check_file("x_swir16", TOKEN_OTHER, NAME_SWIR16);
	check_file("x_swir_2", TOKEN_OTHER, NAME_SWIR22);
	check_file("x_red_edge", TOKEN_OTHER, NAME_REDEDGE071);
	check_file("x_red_edge_2", TOKEN_OTHER, NAME_REDEDGE075);
	check_file("x_rededge078_20m", TOKEN_OTHER, NAME_REDEDGE078);
	check_file("x_coastal_aerosol", TOKEN_OTHER, NAME_COASTAL);
	check_file("x_QA_aerosol", TOKEN_QA, NAME_NONE);
	check_file("x_B0", TOKEN_OTHER, NAME_PAN);
	check_file("x_B04", TOKEN_BAND, NAME_NONE);
	check_file("x_NDVI", TOKEN_OTHER, NAME_NONE);
	check_file("x_ST_B10", TOKEN_OTHER, NAME_NONE);
	check_file("field_B", TOKEN_NONE, NAME_NONE);
	check_file("x_thermal", TOKEN_NONE, NAME_NONE);
}

static void check_described(const char *text, enum band_name name, const char *code)
{
	struct band_meaning meaning = describe(text);

	if (meaning.name != name)
		fail_msg("'%s': %s", text, band_name_word(meaning.name));
	assert_string_equal(meaning.code, code);
}

/* Descriptions as USGS, ESA, Planet, STAC and R packages write them. */
static void test_descriptions(void **state)
{
	(void)state;
	check_described("L1TP - Band 6 - Shortwave Infrared (SWIR) 1", NAME_SWIR16, "6");
	check_described("SWIR1 Near-Infrared", NAME_SWIR16, "");
	check_described("Band 1 - Coastal aerosol", NAME_COASTAL, "1");
	check_described("B05, vegetation red edge 705 nm", NAME_REDEDGE071, "5");
	check_described("Red edge 740nm", NAME_REDEDGE075, "");
	check_described("Red-edge 3 (783 nm)", NAME_REDEDGE078, "");
	check_described("narrow NIR (865 nm)", NAME_NIR08, "");
	check_described("NIR narrow", NAME_NIR08, "");
	check_described("Water vapour (940 nm)", NAME_NIR09, "");
	check_described("green_i", NAME_GREEN05, "");
	check_described("coastal_blue", NAME_COASTAL, "");
	check_described("B", NAME_BLUE, "");
	check_described("B2", NAME_NONE, "2");
	check_described("Blue", NAME_BLUE, "");
	check_described("B4 - Red", NAME_RED, "4");
	check_described("Thermal Infrared (TIRS) 1", NAME_LWIR11, "");
	check_described("near infra red", NAME_NIR, "");
	check_described("blue or green", NAME_NONE, "");
	check_described("red uncertainty", NAME_NONE, "");
	check_described("mid infra red", NAME_NONE, "");
	check_described("", NAME_NONE, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_common_names), cmocka_unit_test(test_listed),
		cmocka_unit_test(test_other_words),  cmocka_unit_test(test_stand_in),
		cmocka_unit_test(test_wishes),       cmocka_unit_test(test_refused_wishes),
		cmocka_unit_test(test_any_bytes),    cmocka_unit_test(test_file_names),
		cmocka_unit_test(test_descriptions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
