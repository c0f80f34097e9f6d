/*
 * What scenes are known by, and the files that decide their numbers: names, sizes and times of
 * files made here. A file of the scene that comes, goes or changes is seen; one of another scene is
 * not.
 */
#include "scene_list_fixture.h"

#include <fcntl.h>
#include <limits.h>
#include <zlib.h>

#include "commands/commands.h"
#include "commands/computing.h"
#include "discover/scene_inputs.h"
#include "options/command_line.h"

static struct scene_inputs inputs;
static char real_root[PATH_MAX];

static void make_file(const char *path)
{
	const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000, .tv_nsec = 7}};

	make_text(path, "12345");
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void look_strictly(const struct scene_list *scene_list, uint32_t id, bool strict)
{
	struct error err;

	scene_inputs_release(&inputs);
	assert_int_equal(scene_inputs(&inputs, scene_list, id, strict, NULL, &err), 0);
}

static void look(const struct scene_list *scene_list, uint32_t id)
{
	look_strictly(scene_list, id, false);
}

/* `source` below the root. */
static void expect(const char *source, const char *text)
{
	char whole[2 * PATH_MAX];

	(void)snprintf(whole, sizeof(whole), "%s/%s", real_root, source);
	assert_string_equal(inputs.source, whole);
	assert_string_equal(inputs.text, text);
}

#define FACTS " 5 1000000000007\n"

static void stacks_and_band_files(void **state)
{
	struct scene_list *scene_list;

	(void)state;
	make_file("s/x.jp2");
	make_file("s/x.tif");
	make_file("s/x_B04.tif");
	make_file("s/x_B08.TIF");
	make_file("s/x_B08.TIF.msk");
	make_file("s/y*_red.tif");
	make_file("s/y*_nir.tif");
	scene_list = SCENE_LIST(NULL, "s");
	assert_int_equal(scene_list_count(scene_list), 4);
	look(scene_list, 0);
	expect("s/x.jp2", "x.jp2" FACTS);
	look(scene_list, 1);
	expect("s/x.tif", "x.tif" FACTS);
	look(scene_list, 2);
	expect("s/x_*.tif", "x_B04.tif" FACTS "x_B08.TIF" FACTS "x_B08.TIF.msk" FACTS);
	look(scene_list, 3);
	expect("s/y**_*.tif", "y*_red.tif" FACTS "y*_nir.tif" FACTS);
	assert_false(inputs.network);
	assert_false(inputs.leads_on);
	scene_list_free(scene_list);
}

/* However it is named, and whatever else is there. */
static void one_source(void **state)
{
	static const char *const names[] = {"o/b", "o/b/a_B04.tif", "./o//b/../b/a_B04.tif",
					    "l/a_B04.tif"};
	struct scene_list *scene_list;
	char whole[2 * PATH_MAX];

	(void)state;
	make_file("o/b/a_B04.tif");
	make_file("o/b/a_B08.tif");
	(void)unlink("l");
	assert_int_equal(symlink("o/b", "l"), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		scene_list = i ? SCENE_LIST(NULL, names[i], "o/b/a_B08.tif")
			       : SCENE_LIST(NULL, names[i]);
		assert_int_equal(scene_list_count(scene_list), 1);
		look(scene_list, 0);
		expect("o/b/a_*.tif", "a_B04.tif" FACTS "a_B08.tif" FACTS);
		scene_list_free(scene_list);
	}
	scene_list = SCENE_LIST(NULL, "o/b/a_B08.tif"); /* its red band is not there (yet) */
	look(scene_list, 0);
	expect("o/b/a_*.tif", "a_B08.tif" FACTS);
	scene_list_free(scene_list);
	(void)snprintf(whole, sizeof(whole), "%s/o/b", real_root);
	scene_list = SCENE_LIST(NULL, whole);
	look(scene_list, 0);
	expect("o/b/a_*.tif", "a_B04.tif" FACTS "a_B08.tif" FACTS);
	scene_list_free(scene_list);
}

/* The same where folders are asked for once, as --catalog wants it. */
static void folders_asked_once(void **state)
{
	const struct options plain = {.recipe = &recipe_ndvi};
	struct options nightly = {.recipe = &recipe_ndvi, .nightly = {.catalogue = "c.gpkg"}};
	struct scene_list *a, *b;
	static struct scene_inputs one;

	(void)state;
	make_file("g/a/x_B04.tif");
	make_file("g/a/x_B08.tif");
	make_file("g/a/y.tif");
	make_file("g/b/y.tif");
	make_file("g/z.tif");
	make_file("top.tif");
	a = SCENE_LIST(&plain, "g", "top.tif", "NETCDF:\"g/z.tif\":v", "g/none.tif");
	b = SCENE_LIST(&nightly, "g", "top.tif", "NETCDF:\"g/z.tif\":v", "g/none.tif");
	assert_int_equal(scene_list_count(a), 7);
	assert_true(scene_list_memory(b) > scene_list_memory(a));
	for (uint32_t id = 0; id < 7; id++) {
		struct error err;

		look(a, id);
		assert_int_equal(scene_inputs(&one, b, id, false, NULL, &err), 0);
		assert_string_equal(one.source, inputs.source);
		assert_string_equal(one.text, inputs.text);
		scene_inputs_release(&one);
	}
	scene_list_free(a);
	scene_list_free(b);
}

/* Two names of one file, as the user has named both. */
static void links_are_scenes_of_their_own(void **state)
{
	struct scene_list *scene_list;

	(void)state;
	make_file("n/a.tif");
	(void)unlink("n/b.tif");
	assert_int_equal(symlink("a.tif", "n/b.tif"), 0);
	scene_list = SCENE_LIST(NULL, "n/a.tif", "n/b.tif");
	assert_int_equal(scene_list_count(scene_list), 2);
	look(scene_list, 0);
	expect("n/a.tif", "a.tif" FACTS);
	look(scene_list, 1);
	expect("n/b.tif", "b.tif" FACTS);
	scene_list_free(scene_list);
}

static void files_beside(void **state)
{
	static const char *const beside[] = {"a.tif.aux.xml", "a.tif.msk"};
	static const char *const others[] = {"a.tif.ovr", "b.tif.aux.xml", "b.tif",
					     "a.tfw",     "a.txt",         "a_metadata.xml"};
	struct scene_list *scene_list;
	char path[64], text[200];

	(void)state;
	make_file("f/a.tif");
	scene_list = SCENE_LIST(NULL, "f/a.tif");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		(void)snprintf(path, sizeof(path), "f/%s", others[i]);
		make_file(path);
	}
	look(scene_list, 0);
	expect("f/a.tif", "a.tif" FACTS);
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "f/%s", beside[i]);
		make_file(path);
		look(scene_list, 0);
		(void)snprintf(text, sizeof(text), "a.tif" FACTS "%s" FACTS, beside[i]);
		expect("f/a.tif", text);
		assert_int_equal(unlink(path), 0);
	}
	/* Size, and time to the nanosecond. */
	make_text("f/a.tif", "123456");
	look(scene_list, 0);
	assert_memory_equal(inputs.text, "a.tif 6 ", 8);
	assert_int_equal(
		utimensat(AT_FDCWD, "f/a.tif",
			  (struct timespec[2]){{.tv_sec = 1}, {.tv_sec = -1, .tv_nsec = 1}}, 0),
		0);
	look(scene_list, 0);
	expect("f/a.tif", "a.tif 6 -999999999\n");
	assert_int_equal(unlink("f/a.tif"), 0);
	look(scene_list, 0);
	expect("f/a.tif", "");
	assert_int_equal(mkfifo("f/a.tif", 0600), 0); /* nobody waits for it */
	look_strictly(scene_list, 0, true);
	expect("f/a.tif", "");
	assert_int_equal(unlink("f/a.tif"), 0);
	scene_list_free(scene_list);
}

/* Where the kind keeps headers apart. */
static void files_of_several_parts(void **state)
{
	struct scene_list *scene_list;

	(void)state;
	make_file("p/a.img");
	make_file("p/a.hdr");
	make_file("p/a.ige");
	make_file("p/b.ers");
	make_file("p/b");
	scene_list = SCENE_LIST(NULL, "p/a.img", "p/b.ers");
	look(scene_list, 0);
	expect("p/a.img", "a.img" FACTS "a.hdr" FACTS "a.ige" FACTS);
	look(scene_list, 1);
	expect("p/b.ers", "b.ers" FACTS "b" FACTS);
	scene_list_free(scene_list);
}

/* Metadata where the product has them; of a sensor that has none there, none. */
static void products(void **state)
{
	static const char granule[] =
		"S2A_MSIL2A_20260701T100031_N0511_R122_T33UXP_20260701T150000.SAFE/GRANULE/"
		"L2A_T33UXP_A047359_20260701T100559/IMG_DATA/R10m";
	static const char landsat[] = "LC08_L1TP_014031_20180106_20180118_01_T1";
	static const char planet[] = "20200101_101010_1003_3B_AnalyticMS";
	struct scene_list *scene_list;
	char path[512], text[PATH_MAX + 1024], up[512];

	(void)state;
	(void)snprintf(path, sizeof(path), "q/%s/T33UXP_20260701T100031_B04_10m.jp2", granule);
	make_file(path);
	(void)snprintf(path, sizeof(path), "q/%s/T33UXP_20260701T100031_B08_10m.jp2", granule);
	make_file(path);
	(void)snprintf(up, sizeof(up), "q/%.*s/MTD_MSIL2A.xml",
		       (int)(strchr(granule, '/') - granule), granule);
	make_file(up);
	scene_list = SCENE_LIST(NULL, "q");
	look(scene_list, 0);
	(void)snprintf(path, sizeof(path), "q/%s/T33UXP_20260701T100031_*m.jp2", granule);
	(void)snprintf(text, sizeof(text),
		       "T33UXP_20260701T100031_B04_10m.jp2" FACTS
		       "T33UXP_20260701T100031_B08_10m.jp2" FACTS "%s/%s" FACTS,
		       real_root, up);
	expect(path, text);
	scene_list_free(scene_list);

	(void)snprintf(path, sizeof(path), "m/%s_B4.TIF", landsat);
	make_file(path);
	(void)snprintf(path, sizeof(path), "m/%s_B5.TIF", landsat);
	make_file(path);
	(void)snprintf(path, sizeof(path), "m/%s_MTL.txt", landsat);
	make_file(path);
	make_file("m/LC08_L1TP_099099_20180106_20180118_01_T1_MTL.txt"); /* another scene's */
	scene_list = SCENE_LIST(NULL, "m");
	look(scene_list, 0);
	(void)snprintf(path, sizeof(path), "m/%s_*.tif", landsat);
	(void)snprintf(text, sizeof(text), "%s_B4.TIF" FACTS "%s_B5.TIF" FACTS "%s_MTL.txt" FACTS,
		       landsat, landsat, landsat);
	expect(path, text);
	scene_list_free(scene_list);

	(void)snprintf(path, sizeof(path), "v/%s.tif", planet);
	make_file(path);
	(void)snprintf(up, sizeof(up), "v/%s_metadata.xml", planet);
	make_file(up);
	scene_list = SCENE_LIST(NULL, path);
	look(scene_list, 0);
	(void)snprintf(text, sizeof(text), "%s.tif" FACTS "%s_metadata.xml" FACTS, planet, planet);
	expect(path, text);
	scene_list_free(scene_list);
}

/* As far as there are rules of --mask. */
static void quality_files(void **state)
{
	struct text_list rules = {
		.n = 2, .text = {(char *)(uintptr_t) "scl", (char *)(uintptr_t) "clouds=0"}};
	struct options options = {.recipe = &recipe_ndvi};
	struct masks *masks;
	struct scene_list *scene_list;
	struct error err;

	(void)state;
	make_file("w/a_B04_10m.tif");
	make_file("w/a_B08_10m.tif");
	make_file("w/a_SCL_20m.tif");
	make_file("w/b_SCL_20m.tif");
	make_file("w/clouds.tif");
	make_file("w/clouds.tif.aux.xml");
	scene_list = SCENE_LIST(&options, "w/a_B04_10m.tif", "w/a_B08_10m.tif");
	look(scene_list, 0);
	expect("w/a_*m.tif", "a_B04_10m.tif" FACTS "a_B08_10m.tif" FACTS);
	scene_list_free(scene_list);
	assert_int_equal(masks_make(&masks, &rules, &err), 0);
	options.masks = masks;
	scene_list = SCENE_LIST(&options, "w/a_B04_10m.tif", "w/a_B08_10m.tif");
	look(scene_list, 0);
	expect("w/a_*m.tif", "a_B04_10m.tif" FACTS "a_B08_10m.tif" FACTS "a_SCL_20m.tif" FACTS
			     "clouds.tif" FACTS "clouds.tif.aux.xml" FACTS);
	scene_list_free(scene_list);
	masks_free(masks);
}

/* A file in it, an archive, a name on a network, whose secret changes, a VRT. */
static void other_names(void **state)
{
	struct scene_list *scene_list;
	char source[2 * PATH_MAX], text[2 * PATH_MAX];

	(void)state;
	make_file("d/a.nc");
	make_file("d/c.vrt");
	make_file("d/line\nbreak\\.tif");
	scene_list = SCENE_LIST(NULL, "NETCDF:\"d/a.nc\":v", "/vsicurl/https://u:secret@h/a.tif",
				"d/c.vrt", "d/line\nbreak\\.tif");
	assert_int_equal(scene_list_count(scene_list), 4);
	look(scene_list, 0);
	(void)snprintf(source, sizeof(source), "NETCDF:\"%s/d/a.nc\":v", real_root);
	assert_string_equal(inputs.source, source);
	(void)snprintf(text, sizeof(text), "%s/d/a.nc" FACTS, real_root);
	assert_string_equal(inputs.text, text);
	look(scene_list, 1);
	assert_true(inputs.network);
	assert_null(strstr(inputs.source, "secret"));
	assert_null(strstr(inputs.text, "secret"));
	assert_non_null(strstr(inputs.text, "@h/a.tif ?\n"));
	look(scene_list, 2);
	assert_true(inputs.leads_on);
	assert_false(inputs.network);
	look(scene_list, 3);
	expect("d/line\nbreak\\.tif", "line\\nbreak\\\\.tif" FACTS);
	assert_false(inputs.leads_on);
	scene_list_free(scene_list);
}

static uint32_t sum_of(const unsigned char *bytes, size_t n)
{
	const size_t end = n < 65536 ? n : 65536;

	return (uint32_t)crc32(crc32(0, bytes, (unsigned)end), bytes + n - end, (unsigned)end);
}

/* zlib's checksum of both ends; what is between may change. */
static void strict(void **state)
{
	static unsigned char bytes[200000];
	static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 131072, 200000};
	struct scene_list *scene_list;
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 7 + i / 251);
	make_file("c/a.tif");
	scene_list = SCENE_LIST(NULL, "c/a.tif");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		FILE *out = fopen("c/a.tif", "w");
		const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};

		assert_int_equal(fwrite(bytes, 1, sizes[i], out), sizes[i]);
		assert_int_equal(fclose(out), 0);
		assert_int_equal(utimensat(AT_FDCWD, "c/a.tif", times, 0), 0);
		look_strictly(scene_list, 0, true);
		(void)snprintf(text, sizeof(text), "a.tif %zu 1000000000 %08x\n", sizes[i],
			       sum_of(bytes, sizes[i]));
		expect("c/a.tif", text);
	}
	scene_list_free(scene_list);
}

static bool is_odd(const void *context, uint32_t id)
{
	unsigned *asked = (unsigned *)(uintptr_t)context;

	assert_int_equal(id, (*asked)++);
	return id % 2;
}

static void left_out(void **state)
{
	static const char *const names[] = {"a", "c", "e", "b", "d"};
	struct scene_list *scene_list;
	uint64_t checksum;
	unsigned asked = 0, met = 0;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		char path[] = "k/?.tif";

		path[2] = (char)('a' + i);
		make_file(path);
	}
	scene_list = SCENE_LIST(NULL, "k");
	checksum = scene_list_checksum(scene_list);
	scene_list_leave_out(scene_list, is_odd, &asked);
	assert_int_equal(asked, 5);
	assert_int_equal(scene_list_count(scene_list), 3);
	assert_int_equal(scene_list_count_all(scene_list), 5);
	assert_true(scene_list_checksum(scene_list) == checksum);
	for (uint32_t id = 0; id < 5; id++) { /* the others are behind, as other shards' are */
		struct scene scene;
		struct error err;

		assert_int_equal(scene_preview(&scene, scene_list, id, &err), 0);
		if (id < 3)
			assert_string_equal(scene.name, names[id]);
		met |= 1u << (scene.name[0] - 'a');
		scene_release(&scene);
	}
	assert_int_equal(met, 31);
	look(scene_list, 1);
	expect("k/c.tif", "c.tif" FACTS);
	scene_list_free(scene_list);
}

static int begin(void **state)
{
	return setup(state) || !realpath(".", real_root) ? -1 : 0;
}

static int end(void **state)
{
	scene_inputs_release(&inputs);
	return teardown(state);
}

/* For tests/oracle/scene_inputs.py: the inputs of all scenes of these names and options. */
static int tell(int argc, char **argv)
{
	struct options options;
	const struct command *command;
	struct scene_list *scene_list;
	struct error err;

	if (command_line_parse(&options, &command, commands, argc, argv, &err) != 0 ||
	    computing_prepare(&options, command, &err) ||
	    scene_list_new(&scene_list, &options, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	for (uint32_t id = 0; id < scene_list_count(scene_list); id++) {
		look(scene_list, id);
		printf("source %s\n%s", inputs.source, inputs.text);
	}
	scene_list_free(scene_list);
	computing_release(&options);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stacks_and_band_files),
		cmocka_unit_test(one_source),
		cmocka_unit_test(folders_asked_once),
		cmocka_unit_test(links_are_scenes_of_their_own),
		cmocka_unit_test(files_beside),
		cmocka_unit_test(files_of_several_parts),
		cmocka_unit_test(products),
		cmocka_unit_test(quality_files),
		cmocka_unit_test(other_names),
		cmocka_unit_test(strict),
		cmocka_unit_test(left_out),
	};

	if (argc > 2 && strcmp(argv[1], "--tell") == 0)
		return tell(argc - 1, argv + 1);
	return cmocka_run_group_tests(tests, begin, end);
}
