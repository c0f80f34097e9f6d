/*
 * Choices of maps as a text: the same for what makes the same files, another for all else; and
 * files known again by kind and index.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "formula/recipe_make.h"
#include "output/maps_identity.h"
#include "output/maps_make.h"

static struct options with_recipe(struct options o)
{
	struct recipe *recipe;
	struct error err;

	o.map.output = o.map.output ? o.map.output : "out";
	o.index.index = (struct text_list){1, {"ndvi,ndmi"}};
	if (recipe_make(&recipe, &o, &err))
		fail_msg("%s", err.text);
	o.recipe = recipe;
	return o;
}

static struct maps *made(const struct options *o)
{
	struct maps *maps;
	struct error err = {0};

	if (maps_make(&maps, o, &err))
		fail_msg("%s", err.text);
	return maps;
}

static char *text_of(struct options asked)
{
	struct options o = with_recipe(asked);
	struct maps *maps = made(&o);
	struct error err = {0};
	char *text;

	if (maps_identity(&text, maps, &err))
		fail_msg("%s", err.text);
	maps_free(maps);
	recipe_free((struct recipe *)(uintptr_t)o.recipe);
	return text;
}

static void compare(struct options a, struct options b, bool same)
{
	char *x = text_of(a), *y = text_of(b);

	if (same)
		assert_string_equal(x, y);
	else
		assert_string_not_equal(x, y);
	free(x);
	free(y);
}

#define MAP(...) ((struct options){.map = {__VA_ARGS__}})
#define CO(text) .creation = {1, {text}}

static void the_same_files_have_one_text(void **state)
{
	const struct options plain = {0};

	(void)state;
	compare(plain, MAP(.output = "elsewhere"), true);
	compare(plain, MAP(.overwrite = true), true);
	compare(plain, MAP(.no_sync = true), true);
	compare(plain, MAP(.spool_folder = "/tmp"), true);
	compare(plain, MAP(.contact_sheet = "sheet.png"), true);
	compare(plain, MAP(.name = "{scene}_{index}.tif"), true);
	compare(plain, MAP(.format = "COG"), true);
	compare(plain, MAP(CO("compress=deflate")), true);
	compare(plain, MAP(CO("BLOCKSIZE=512")), true);
	compare(MAP(.nodata = "nan", .type = "float32"), MAP(.nodata = "-nan", .type = "float32"),
		true);
	compare(MAP(.pictures = true), MAP(.pictures = true, .quicklook = "{scene}_{index}.png"),
		true);
}

static void each_choice_of_bytes_and_names_has_its_own(void **state)
{
	const struct options each[] = {
		{0},
		MAP(.name = "a_{scene}_{index}.tif"),
		MAP(.format = "gtiff"),
		MAP(.format = "none", .pictures = true),
		MAP(.format = "none", .contact_sheet = "sheet.png"),
		MAP(.type = "float32"),
		MAP(.type = "uint8"),
		MAP(.nodata = "-32767"),
		MAP(CO("COMPRESS=ZSTD")),
		MAP(CO("LEVEL=2")),
		MAP(CO("PREDICTOR=NO")),
		MAP(CO("BLOCKSIZE=256")),
		MAP(CO("BIGTIFF=YES")),
		MAP(CO("OVERVIEWS=NONE")),
		MAP(CO("SPARSE_OK=TRUE")),
		MAP(.mask_output = "classes"),
		MAP(.mask_output = "why"),
		MAP(.pictures = true),
		MAP(.pictures = true, .no_legend = true),
		MAP(.pictures = true, .quicklook = "p_{scene}_{index}.png"),
		MAP(.pictures = true, .stretch = "2,98"),
		MAP(.pictures = true, .stretch = "2,97"),
	};
	const size_t n = sizeof(each) / sizeof(each[0]);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			compare(each[i], each[j], false);
}

static void without_files_it_is_empty(void **state)
{
	char *text = text_of(MAP(.format = "none", .contact_sheet = "sheet.png"));

	(void)state;
	assert_string_equal(text, "");
	free(text);
}

static void know(const struct maps *maps, const char *kind, const char *index, int value,
		 const char *type)
{
	struct output_file file = {0};

	if (!type) {
		assert_int_equal(maps_file(&file, maps, kind, index), -1);
		return;
	}
	assert_int_equal(maps_file(&file, maps, kind, index), 0);
	assert_int_equal(file.value, value);
	assert_int_equal(file.band, -1);
	assert_string_equal(file.kind, kind);
	assert_string_equal(file.type, type);
	assert_string_equal(maps_file_index(&file, maps), index);
	assert_null(file.path);
}

static void files_are_known_again(void **state)
{
	struct options o =
		with_recipe(MAP(.mask_output = "why", .pictures = true, .no_legend = true));
	struct maps *maps = made(&o);

	(void)state;
	know(maps, "map", "ndvi", 0, "int16");
	know(maps, "map", "ndmi", 1, "int16");
	know(maps, "classes", "why", -1, "uint8");
	know(maps, "quicklook", "ndmi", 1, "png");
	know(maps, "quicklook", "why", -1, "png");
	know(maps, "world file", "ndvi", 0, "text");
	know(maps, "map", "evi", 0, NULL);
	know(maps, "map", "why", 0, NULL);
	know(maps, "band", "ndvi", 0, NULL);
	know(maps, "", "ndvi", 0, NULL);
	maps_free(maps);
	recipe_free((struct recipe *)(uintptr_t)o.recipe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_files_have_one_text),
		cmocka_unit_test(each_choice_of_bytes_and_names_has_its_own),
		cmocka_unit_test(without_files_it_is_empty),
		cmocka_unit_test(files_are_known_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
