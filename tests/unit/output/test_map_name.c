/*
 * Names of files: what is put in for the words in braces, what is made safe, and how long names are
 * cut. Expected names are written out by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "output/map_name.h"

static const struct map_def ndvi = {.kind = MAP_VALUE, .name = "ndvi"};

static struct scene scene_of(const char *name, const char *sensor, const char *acquired)
{
	struct scene scene = {.id = 0};

	scene.name = (char *)(uintptr_t)name;
	snprintf(scene.sensor, sizeof(scene.sensor), "%s", sensor);
	snprintf(scene.acquired, sizeof(scene.acquired), "%s", acquired);
	return scene;
}

static const char *named(const char *pattern, const char *name)
{
	static char out[MAP_NAME_BYTES];
	const struct scene scene = scene_of(name, "", "");
	struct error err = {0};

	if (map_name(out, sizeof(out), pattern, &scene, &ndvi, &err))
		fail_msg("%s", err.text);
	return out;
}

static void words_are_filled_in(void **state)
{
	struct scene s = scene_of("S2A_T33", "Sentinel-2 L2A", "2026-07-01T10:00:31Z");
	char out[MAP_NAME_BYTES];
	struct error err;

	(void)state;
	assert_int_equal(map_name(out, sizeof(out), "{scene}_{index}.tif", &s, &ndvi, &err), 0);
	assert_string_equal(out, "S2A_T33_ndvi.tif");
	assert_int_equal(
		map_name(out, sizeof(out), "{date}-{sensor}-{index}{index}", &s, &ndvi, &err), 0);
	assert_string_equal(out, "2026-07-01-Sentinel-2-ndvindvi");
	/* By its name alone the level is not known: the same name. */
	s = scene_of("x", "Sentinel-2", "2026-07-01");
	assert_int_equal(map_name(out, sizeof(out), "{date}-{sensor}", &s, &ndvi, &err), 0);
	assert_string_equal(out, "2026-07-01-Sentinel-2");
	s = scene_of("x", "Landsat 8", "");
	assert_int_equal(map_name(out, sizeof(out), "{date}-{sensor}", &s, &ndvi, &err), 0);
	assert_string_equal(out, "unknown-Landsat_8");
}

static void names_are_made_safe(void **state)
{
	(void)state;
	assert_string_equal(named("{scene}.tif", "a/b"), "a_b.tif");
	assert_string_equal(named("{scene}.tif", "/etc/passwd"), "_etc_passwd.tif");
	assert_string_equal(named("{scene}.tif", "../../x"), "___.__x.tif");
	assert_string_equal(named("{scene}", ".."), "__");
	assert_string_equal(named("{scene}", "."), "_");
	assert_string_equal(named("{scene}.tif", ".hidden"), "_hidden.tif");
	assert_string_equal(named("x{scene}.tif", ".."), "x._.tif");
	assert_string_equal(named("x.{scene}", ".y"), "x._y");
	assert_string_equal(named("{scene}", "a\x1b[31m\nb\x7f"), "a_[31m_b_");
	assert_string_equal(named("{scene}", "a\xc2\x9b"
					     "b"),
			    "a_b");
	assert_string_equal(named("{scene}", "C:\\x"), "C__x");
	assert_string_equal(named("{scene}", ""), "scene");
	/* What is no control stays, UTF-8 or not. */
	assert_string_equal(named("{scene}", "Stra\xc3\x9f"
					     "e 1 \xe4"),
			    "Stra\xc3\x9f"
			    "e 1 \xe4");
	assert_string_equal(named("{scene}", "{index}"), "{index}");
}

/* 300 letters: 255 bytes in all, of which '~' and 8 digits tell which it was. */
static void long_names_are_cut(void **state)
{
	char a[301], b[301], one[MAP_NAME_BYTES];

	(void)state;
	memset(a, 'x', 300);
	a[300] = '\0';
	memcpy(b, a, sizeof(b));
	b[299] = 'y';
	snprintf(one, sizeof(one), "%s", named("{scene}_{index}.tif", a));
	assert_int_equal(strlen(one), 255);
	assert_int_equal(one[237], '~');
	assert_int_equal(strspn(one, "x"), 237);
	assert_int_equal(strspn(one + 238, "0123456789abcdef"), 8);
	assert_string_equal(one + 246, "_ndvi.tif");
	/* They differ behind the cut, and so do their names; front and end are the same. */
	assert_string_not_equal(named("{scene}_{index}.tif", b), one);
	assert_memory_equal(named("{scene}_{index}.tif", b), one, 238);
	/* One that just fits is not cut. */
	a[246] = '\0';
	assert_int_equal(strlen(named("{scene}_{index}.tif", a)), 255);
	assert_null(strchr(named("{scene}_{index}.tif", a), '~'));
	/* A character is not cut in two: 127 of two bytes. */
	for (int i = 0; i < 150; i++)
		memcpy(a + (size_t)2 * i, "\xc3\xa4", 2);
	a[300] = '\0';
	snprintf(one, sizeof(one), "%s", named("{scene}", a));
	assert_int_equal(strlen(one), 246 + 9);
	assert_int_equal(one[246], '~');
	snprintf(one, sizeof(one), "%s", named("y{scene}", a));
	assert_int_equal(strlen(one), 1 + 244 + 9);
	assert_int_equal(one[245], '~');
}

/* More than any of {scene} could make room for. */
static void no_room_at_all(void **state)
{
	char pattern[256] = "", out[MAP_NAME_BYTES];
	const struct scene scene = scene_of("a", "abcdefghijklmnopqrstuvwxyz0123456789", "");
	struct error err = {0};

	(void)state;
	for (int i = 0; i < 8; i++)
		strcat(pattern, "{sensor}");
	assert_int_equal(map_pattern_check(pattern, 1, &err), 0);
	assert_int_equal(map_name(out, sizeof(out), pattern, &scene, &ndvi, &err), -1);
	assert_int_equal(err.code, EX_DATAERR);
}

static void patterns_are_checked(void **state)
{
	static const char *const good[] = {"{scene}_{index}.tif", "{index}", "a b{index}",
					   "\xc3\xa4{index}"};
	static const char *const bad[] = {
		"",           ".{index}",  "{index}/x",    "{index}..x",
		"{index}{",   "{index}}",  "{Index}",      "{index }",
		"{",          "{}",        "{index}\n",    "{index}\x7f",
		"{index}\\x", "{index}:x", "{scene}{inde", "{index}\xc2\x9b",
		"{{index}}",
	};
	struct error err;
	char pattern[300];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(map_pattern_check(good[i], 2, &err), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (map_pattern_check(bad[i], 2, &err) != -1)
			fail_msg("'%s' was taken", bad[i]);
		assert_int_equal(err.code, EX_USAGE);
	}
	assert_int_equal(map_pattern_check("{scene}.tif", 1, &err), 0);
	assert_int_equal(map_pattern_check("{scene}.tif", 2, &err), -1);
	assert_non_null(strstr(err.text, "{index}"));
	memset(pattern, 'x', 200);
	pattern[200] = '\0';
	assert_int_equal(map_pattern_check(pattern, 1, &err), 0);
	pattern[200] = 'x';
	pattern[201] = '\0';
	assert_int_equal(map_pattern_check(pattern, 1, &err), -1);
}

/* Maps, then pictures of values alone. */
static void all_names_of_a_scene(void **state)
{
	struct maps maps = {
		.name = "{scene}_{index}.tif",
		.files = true,
		.n = 4,
		.map = {{.kind = MAP_VALUE, .name = "ndvi"},
			{.kind = MAP_VALUE, .name = "evi"},
			{.kind = MAP_CLASSES, .name = "why"},
			{.kind = MAP_BAND, .name = "nir"}},
		.picture = {.wanted = true, .name = "{index}-{scene}.png"},
	};
	static const char *const want[] = {"a_ndvi.tif", "a_evi.tif", "a_why.tif", "a_nir.tif",
					   "ndvi-a.png", "evi-a.png", "why-a.png", "ndvi-a.pgw",
					   "evi-a.pgw",  "why-a.pgw"};
	const struct scene scene = scene_of("a", "", "");
	char out[MAP_NAME_BYTES];
	struct error err;

	(void)state;
	assert_int_equal(maps_n_names(&maps), 7);
	maps.picture.plain = true; /* with world files */
	assert_int_equal(maps_n_names(&maps), 10);
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(maps_name(out, sizeof(out), &maps, i, &scene, &err), 0);
		assert_string_equal(out, want[i]);
	}
	maps.files = false;
	assert_int_equal(maps_n_names(&maps), 6);
	assert_int_equal(maps_name(out, sizeof(out), &maps, 1, &scene, &err), 0);
	assert_string_equal(out, "evi-a.png");
	maps.files = true;
	maps.picture.wanted = false;
	assert_int_equal(maps_n_names(&maps), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_filled_in),  cmocka_unit_test(names_are_made_safe),
		cmocka_unit_test(long_names_are_cut),   cmocka_unit_test(no_room_at_all),
		cmocka_unit_test(patterns_are_checked), cmocka_unit_test(all_names_of_a_scene),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
