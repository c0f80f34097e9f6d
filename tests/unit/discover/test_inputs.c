/*
 * What comes in by names: lists with bounds, folders with links, names that look like something
 * else than files, and which files are inputs. All in a temporary directory.
 */
#include "scene_list_fixture.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>

/* Places of the bands in the recipe. */
enum { RED, NIR };

static void make_bytes(const char *path, const char *bytes, size_t n)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, n, out), n);
	assert_int_equal(fclose(out), 0);
}

static void make_stack(const char *path)
{
	make_tiff(path, 8, 4, 8);
}

static const struct options bands = {
	.recipe = &recipe_ndvi,
	.n_bands = 2,
	.bands = {{.name = "red", .index = 1}, {.name = "nir", .index = 2}},
};

/* The path that the scene is read from. */
static void check_path(struct scene_list *scene_list, uint32_t id, const char *path)
{
	struct scene scene = {0};
	struct error err = {0};

	assert_int_equal(scene_begin(&scene, scene_list, id, &err), 0);
	assert_string_equal(scene.files[0].path, path);
	scene_release(&scene);
}

static void test_list_lines(void **state)
{
	struct scene_list *scene_list;

	(void)state;
	make_stack("l/a.tif");
	make_stack("l/b.tif");
	make_stack("l/c.tif");
	make_stack("l/blank.tif ");
	make_text("l.txt", "\xEF\xBB\xBFl/a.tif \t\r\n# no file\n\tl/b.tif\t \n"
			   "l/blank.tif \nl/blank.tif  \n \r\nl/c.tif");
	scene_list = SCENE_LIST(&bands, "@l.txt");
	assert_int_equal(scene_list_count(scene_list), 5);
	check_scene(scene_list, 0, &bands, 0, "a", "");
	check_scene(scene_list, 1, &bands, 0, "b", "");
	check_path(scene_list, 2, "l/blank.tif ");
	check_scene(scene_list, 3, &bands, EX_NOINPUT, "l/blank.tif", "No such file");
	check_scene(scene_list, 4, &bands, 0, "c", "");
	scene_list_free(scene_list);
}

/* A line is too long for a path: it fails by its number, the others are read. */
static void test_list_long_line(void **state)
{
	static char lines[3 * PATH_MAX];
	struct scene_list *scene_list;
	size_t n;

	(void)state;
	make_stack("long/a.tif");
	n = (size_t)sprintf(lines, "long/a.tif\n%0*d\nlong/a.tif\n%0*d\n", PATH_MAX, 1,
			    PATH_MAX - 1, 2);
	make_bytes("long.txt", lines, n);
	scene_list = SCENE_LIST(&bands, "@long.txt", "long");
	assert_int_equal(scene_list_count(scene_list), 3);
	check_scene(scene_list, 0, &bands, 0, "a", "");
	check_scene(scene_list, 1, &bands, EX_DATAERR, "@long.txt, line 2", "longer than the 4095");
	scene_list_free(scene_list);
}

static void test_no_lists(void **state)
{
	static char huge[(1 << 20) + 3 * PATH_MAX];
	struct scene_list *scene_list;

	(void)state;
	make_stack("n/a.tif");
	memset(huge, 'x', sizeof(huge));
	make_bytes("endless.txt", huge, sizeof(huge));
	make_bytes("nul.txt", "n/a.tif\nn/\0a.tif\n", 17);
	make_bytes("utf16.txt", "\xFF\xFEn\0/\0a\0", 8);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	scene_list = SCENE_LIST(&bands, "@endless.txt", "@nul.txt", "@utf16.txt", "@n",
				"@/dev/zero", "@/dev/null", "@gone.txt", "n/a.tif");
	assert_int_equal(scene_list_count(scene_list), 8);
	check_scene(scene_list, 0, &bands, EX_DATAERR, "@endless.txt", "not a text file");
	check_scene(scene_list, 1, &bands, 0, "a", "");
	check_scene(scene_list, 2, &bands, EX_DATAERR, "@nul.txt", "not a text file");
	check_scene(scene_list, 3, &bands, EX_DATAERR, "@utf16.txt", "not a text file");
	check_scene(scene_list, 4, &bands, EX_NOINPUT, "@n", "is a folder");
	check_scene(scene_list, 5, &bands, EX_NOINPUT, "@/dev/zero", "no regular file");
	check_scene(scene_list, 6, &bands, EX_NOINPUT, "@/dev/null", "no regular file");
	check_scene(scene_list, 7, &bands, EX_NOINPUT, "@gone.txt", "No such file");
	scene_list_free(scene_list);
}

static void *write_slowly(void *path)
{
	FILE *out = fopen(path, "w");

	(void)usleep(200000);
	(void)fputs("p/a.tif\n", out);
	(void)fclose(out);
	return NULL;
}

/* A pipe is read as far as it goes; one that nobody writes to is not waited for. */
static void test_list_pipe(void **state)
{
	static char path[] = "pipe";
	struct scene_list *scene_list;
	pthread_t writer;

	(void)state;
	make_stack("p/a.tif");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(pthread_create(&writer, NULL, write_slowly, path), 0);
	scene_list = SCENE_LIST(&bands, "@pipe");
	assert_int_equal(pthread_join(writer, NULL), 0);
	assert_int_equal(scene_list_count(scene_list), 1);
	check_scene(scene_list, 0, &bands, 0, "a", "");
	scene_list_free(scene_list);
	scene_list = SCENE_LIST(&bands, "@pipe");
	check_scene(scene_list, 0, &bands, EX_NOINPUT, "@pipe", "nobody writes");
	scene_list_free(scene_list);
}

/* The names take what the limit leaves them; more memory is never less. */
static void test_list_memory(void **state)
{
	char name[] = "@names.txt", *argument[] = {name};
	struct options options = {.recipe = &recipe_ndvi, .args = argument, .n_args = 1};
	FILE *out = fopen("names.txt", "w");
	bool enough = false;

	(void)state;
	assert_non_null(out);
	for (int i = 0; i < 20000; i++)
		fprintf(out, "/vsicurl/http://none.invalid/%030d.tif\n", i);
	assert_int_equal(fclose(out), 0);
	for (options.memory_bytes = 1 << 20; options.memory_bytes <= 16 << 20;
	     options.memory_bytes += 1 << 19) {
		struct scene_list *scene_list = NULL;
		struct error err = {0};
		int rc = scene_list_new(&scene_list, &options, &err);

		assert_true(rc == 0 || !enough);
		enough = rc == 0;
		if (enough)
			assert_int_equal(scene_list_count(scene_list), 20000);
		else
			assert_int_equal(err.code, EX_TEMPFAIL);
		if (enough)
			assert_true(scene_list_memory(scene_list) < options.memory_bytes);
		else
			assert_non_null(strstr(err.text, "--memory"));
		assert_true(options.memory_bytes > 1 << 20 || !enough);
		scene_list_free(scene_list);
	}
	assert_true(enough);
}

/* Folders that links lead to are searched, once, behind what has its own name; loops end. */
static void test_linked_folders(void **state)
{
	struct scene_list *scene_list;

	(void)state;
	make_stack("w/d/z.tif");
	make_stack("w/d/sub/y.tif");
	make_stack("w/other/x.tif");
	make_stack("w/other/deep/x2.tif");
	assert_int_equal(symlink("../other", "w/d/a-link"), 0);
	assert_int_equal(symlink("sub", "w/d/b-link"), 0);
	assert_int_equal(symlink(".", "w/d/self"), 0);
	assert_int_equal(symlink("../../d", "w/d/sub/up"), 0);
	assert_int_equal(symlink("../d/a-link", "w/other/round"), 0);
	assert_int_equal(symlink("/proc", "w/d/proc"), 0);
	assert_int_equal(symlink("/sys", "w/d/sys"), 0);
	assert_int_equal(symlink("/dev", "w/d/dev"), 0);
	assert_int_equal(symlink("w/d", "named"), 0);

	scene_list = SCENE_LIST(&bands, "w/d", "w/other");
	assert_int_equal(scene_list_count(scene_list), 4);
	check_path(scene_list, 0, "w/d/sub/y.tif");
	check_path(scene_list, 1, "w/d/z.tif");
	check_path(scene_list, 2, "w/d/a-link/deep/x2.tif");
	check_path(scene_list, 3, "w/d/a-link/x.tif");
	scene_list_free(scene_list);

	scene_list = SCENE_LIST(&bands, "named");
	assert_int_equal(scene_list_count(scene_list), 4);
	check_path(scene_list, 1, "named/z.tif");
	scene_list_free(scene_list);

	scene_list = SCENE_LIST(&bands, "/proc", "/sys", "/dev", "w/d/proc");
	assert_int_equal(scene_list_count(scene_list), 4);
	for (uint32_t i = 0; i < 3; i++)
		check_scene(scene_list, i, &bands, EX_NOINPUT,
			    (const char *[]){"/proc", "/sys", "/dev"}[i], "of the kernel");
	scene_list_free(scene_list);
}

/* A scene that is there twice by links is read once; a mask that two scenes share stays. */
static void test_linked_files(void **state)
{
	struct masks *masks = MASKS("SCL=0");
	struct options mask = {.recipe = &recipe_ndvi, .masks = masks};
	struct scene_list *scene_list;
	struct scene scene;
	struct error err;

	(void)state;
	make_stack("f/2026.tif");
	make_stack("f.store/blob");
	assert_int_equal(symlink("2026.tif", "f/a-latest.tif"), 0);
	assert_int_equal(symlink("a-latest.tif", "f/b-latest.tif"), 0);
	assert_int_equal(symlink("../f.store/blob", "f/blob1.tif"), 0);
	assert_int_equal(symlink("../f.store/blob", "f/blob2.tif"), 0);
	assert_int_equal(symlink("/proc/self/environ", "f/env.tif"), 0);
	assert_int_equal(symlink("/dev/zero", "f/zero.tif"), 0);
	assert_int_equal(symlink("gone", "f/gone.tif"), 0);
	assert_int_equal(mkfifo("f/fifo.tif", 0600), 0);
	scene_list = SCENE_LIST(&bands, "f");
	assert_int_equal(scene_list_count(scene_list), 3);
	check_path(scene_list, 0, "f/2026.tif");
	check_path(scene_list, 1, "f/blob1.tif");
	check_scene(scene_list, 2, &bands, EX_NOINPUT, "gone", "no such file");
	scene_list_free(scene_list);
	scene_list = SCENE_LIST(&bands, "f", "f/a-latest.tif"); /* the user named it */
	assert_int_equal(scene_list_count(scene_list), 4);
	scene_list_free(scene_list);

	make_tiff("m/a_red.tif", 8, 1, 8);
	make_tiff("m/a_nir.tif", 8, 1, 8);
	make_tiff("m/b_red.tif", 8, 1, 8);
	make_tiff("m/b_nir.tif", 8, 1, 8);
	make_tiff("m.store/clear", 8, 1, 8);
	assert_int_equal(symlink("../m.store/clear", "m/a_SCL.tif"), 0);
	assert_int_equal(symlink("../m.store/clear", "m/b_SCL.tif"), 0);
	scene_list = SCENE_LIST(&mask, "m");
	assert_int_equal(scene_list_count(scene_list), 2);
	for (uint32_t id = 0; id < 2; id++) {
		assert_int_equal(scene_open(&scene, scene_list, id, &mask, &err), 0);
		assert_true(scene.has_band[SCENE_QA]);
		scene_release(&scene);
	}
	scene_list_free(scene_list);
	masks_free(masks);
}

/* What was found in a folder is a file, whatever GDAL would take its name for. */
static void test_names_of_something_else(void **state)
{
	static const char *const names[] = {"<VRTDataset>.tif",  "@list.tif", "NETCDF:x.tif",
					    "PG:host=x.tif",     "[1].tif",   "a:b.tif",
					    "{\"type\": 1}.tif", "-rf.tif",   "--help.tif"};
	enum { N = sizeof(names) / sizeof(names[0]) };
	struct scene_list *scene_list;
	char inside[PATH_MAX];

	(void)state;
	assert_int_equal(mkdir("odd", 0755), 0);
	assert_int_equal(chdir("odd"), 0);
	make_stack("0.tif");
	for (size_t i = 0; i < N; i++)
		make_stack(names[i]);
	assert_int_equal(mkdir("vsicurl", 0755), 0);
	make_stack("vsicurl/c.tif");
	make_stack("HDF5:/h.tif");
	/* The first argument gives the folder its name, "". */
	scene_list = SCENE_LIST(&bands, "0.tif", ".");
	assert_int_equal(scene_list_count(scene_list), N + 3);
	for (uint32_t id = 0; id < N + 3; id++) {
		struct scene scene;
		struct error err;

		assert_int_equal(scene_open(&scene, scene_list, id, &bands, &err), 0);
		assert_string_equal(scene.files[0].info.reader, "tiff");
		assert_true(scene.files[0].path[strcspn(scene.files[0].path, "/:")] != ':');
		assert_null(strchr("<{[", scene.files[0].path[0]));
		scene_release(&scene);
	}
	scene_list_free(scene_list);
	assert_int_equal(chdir(".."), 0);
	/* A name that no file has is GDAL's. */
	scene_list = SCENE_LIST(&bands, "NETCDF:gone.nc:v");
	check_path(scene_list, 0, "NETCDF:gone.nc:v");
	scene_list_free(scene_list);
	/* 255 bytes, and a path that is as long as they come. */
	memset(inside, 'n', 255);
	memcpy(inside + 251, ".tif", 5);
	make_stack(inside);
	scene_list = SCENE_LIST(&bands, inside);
	inside[251] = '\0';
	check_scene(scene_list, 0, &bands, 0, inside, "");
	scene_list_free(scene_list);
}

static bool is_input(const struct scene_list *scene_list, const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return scene_list_is_input(scene_list, &st);
}

static void test_is_input(void **state)
{
	static const char product[] = "i/S2A_MSIL2A_20260701T100031_N0510_R122_T33UXP_x.SAFE";
	static const char band[] = "GRANULE/L2A_T33UXP_x/IMG_DATA/R10m/"
				   "T33UXP_20260701T100031_B04_10m.tif";
	char path[256], metadata[256];
	struct scene_list *scene_list;

	(void)state;
	make_stack("i/a.tif");
	make_stack("i/b.tif");
	make_stack("i/free.tif");
	make_text("i/a.tif.msk", "");
	make_text("i/free.tif.msk", "");
	make_text("i/l.txt", "i/a.tif\n");
	make_text("i/no.txt", "");
	snprintf(path, sizeof(path), "%s/%s", product, band);
	snprintf(metadata, sizeof(metadata), "%s/MTD_MSIL2A.xml", product);
	make_tiff(path, 8, 1, 16);
	make_text(metadata, "<a/>");
	assert_int_equal(link("i/b.tif", "i/hard"), 0);
	assert_int_equal(symlink("l.txt", "i/soft"), 0);
	scene_list =
		SCENE_LIST(&bands, "@i/soft", "i/b.tif", product, "i/gone.tif", "/vsicurl/x.tif");
	assert_true(is_input(scene_list, "i/a.tif"));
	assert_true(is_input(scene_list, "i/../i/b.tif"));
	assert_true(is_input(scene_list, "i/hard"));
	assert_true(is_input(scene_list, "i/a.tif.msk"));
	assert_true(is_input(scene_list, "i/l.txt"));
	assert_true(is_input(scene_list, "i/soft"));
	assert_true(is_input(scene_list, path));
	assert_true(is_input(scene_list, metadata));
	assert_false(is_input(scene_list, "i/free.tif"));
	assert_false(is_input(scene_list, "i/free.tif.msk"));
	assert_false(is_input(scene_list, "i/no.txt"));
	assert_false(is_input(scene_list, "i"));
	scene_list_free(scene_list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list_lines),   cmocka_unit_test(test_list_long_line),
		cmocka_unit_test(test_no_lists),     cmocka_unit_test(test_list_pipe),
		cmocka_unit_test(test_list_memory),  cmocka_unit_test(test_linked_folders),
		cmocka_unit_test(test_linked_files), cmocka_unit_test(test_names_of_something_else),
		cmocka_unit_test(test_is_input),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
