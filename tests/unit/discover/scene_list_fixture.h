/*
 * Fixture of the scene list's tests: tiny rasters and lists in a temporary directory, which is the
 * working directory; scenes opened and checked.
 */
#ifndef SCENE_LIST_FIXTURE_H
#define SCENE_LIST_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <tiffio.h>

#include "discover/scene_list.h"
#include "masks/masks.h"

static char root[64];

/* Make the folders of a path below the root, which is the working directory. */
static inline void make_folders(const char *path)
{
	char folder[512];

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
		(void)mkdir(folder, 0755);
	}
}

static inline void make_text(const char *path, const char *text)
{
	FILE *out;

	make_folders(path);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

static inline void make_tiff(const char *path, uint32_t size, uint16_t bands, uint16_t bits)
{
	unsigned char row[512] = {0};
	TIFF *tif;

	make_folders(path);
	tif = TIFFOpen(path, "w");
	assert_non_null(tif);
	TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, size);
	TIFFSetField(tif, TIFFTAG_IMAGELENGTH, size);
	TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, bits);
	TIFFSetField(tif, TIFFTAG_SAMPLESPERPIXEL, bands);
	TIFFSetField(tif, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
	TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
	TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, size);
	for (uint32_t y = 0; y < size; y++)
		assert_int_equal(TIFFWriteScanline(tif, row, y, 0), 1);
	TIFFClose(tif);
}

/* The scene list only reads its arguments; argv's type is char ** all the same. */
static inline struct scene_list *open_scene_list(const struct options *with, unsigned n,
						 const char *const *args)
{
	struct options options = with ? *with : (struct options){.recipe = &recipe_ndvi};
	struct scene_list *scene_list = NULL;
	struct error err;

	options.n_args = n;
	options.args = (char **)(uintptr_t)args;
	assert_int_equal(scene_list_new(&scene_list, &options, &err), 0);
	return scene_list;
}

#define SCENE_LIST(with, ...)                                                                    \
	open_scene_list(with, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), \
			(const char *const[]){__VA_ARGS__})

/* Open scene `id`, check outcome and name; the error text must hold `part`. */
static inline void check_scene(const struct scene_list *scene_list, uint32_t id,
			       const struct options *with, int code, const char *name,
			       const char *part)
{
	static const struct options none = {.recipe = &recipe_ndvi};
	struct scene scene;
	struct error err = {.code = 0};
	int rc = scene_open(&scene, scene_list, id, with ? with : &none, &err);

	assert_string_equal(scene.name, name);
	assert_int_equal(scene.id, id);
	assert_non_null(scene.files[0].path);
	assert_int_equal(rc, code ? -1 : 0);
	if (code) {
		assert_int_equal(err.code, code);
		assert_non_null(strstr(err.text, part));
	}
	scene_release(&scene);
}

/* The rules of these texts; the caller frees them with masks_free(). */
static inline struct masks *make_masks(unsigned n, const char *const *texts)
{
	struct text_list list = {.n = n};
	struct masks *masks = NULL;
	struct error err;

	for (unsigned i = 0; i < n; i++)
		list.text[i] = texts[i];
	if (masks_make(&masks, &list, &err))
		fail_msg("%s", err.text);
	return masks;
}

#define MASKS(...)                                                              \
	make_masks(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), \
		   (const char *const[]){__VA_ARGS__})

static inline int remove_tree(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	return chdir("/") || system(command);
}

static inline int setup(void **state)
{
	(void)state;
	snprintf(root, sizeof(root), "/tmp/imgpipe-test-XXXXXX");
	return !mkdtemp(root) || chdir(root);
}

static inline int teardown(void **state)
{
	(void)state;
	return remove_tree();
}

#endif
