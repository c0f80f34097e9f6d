/*
 * Fuzz discovery by names: a list, grouping, sensors and tokens. Input: the bytes of an @list. It
 * is read in a folder of its own, out of which no name leads, so that what a list names cannot be
 * the whole machine.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "discover/scene_list.h"
#include "heap.h"

enum {
	MOST_OPENED = 2,        /* scenes, whose files are not there as a rule */
	BYTES_A_NAME = 4096,    /* of heap at the most, for any list: see below */
	FIXED_BYTES = 256 << 10 /* the tables of an empty scene list, buffers */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A folder with a few files of the kinds that names speak of. */
static void settle(void)
{
	static const char *const names[] = {"T33UXP_20260701T100031_B04_10m.tif",
					    "T33UXP_20260701T100031_B08_10m.tif", "a_red.tif",
					    "a_nir.tif", "one.tif"};
	char folder[] = "/tmp/fuzz-names-XXXXXX";

	if (!mkdtemp(folder) || chdir(folder) || mkdir("d", 0700))
		abort();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int fd = open(names[i], O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

		if (fd < 0 || write(fd, "II*\0\0\0\0\0", 8) != 8 || close(fd))
			abort();
	}
}

/* Names that would lead out of the folder, and lists of lists, are made to stay. */
static void tame(char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		bool first = i == 0 || !isalnum((unsigned char)text[i - 1]);

		if (first && text[i] == '/')
			text[i] = 'd';
		if (text[i] == '.' && i + 1 < size && text[i + 1] == '.')
			text[i] = '_';
	}
}

static size_t lines(const char *text, size_t size)
{
	size_t n = 1;

	for (size_t i = 0; i < size; i++)
		n += text[i] == '\n';
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char argument[64], *text;
	char *args[] = {argument};
	struct options options = {
		.recipe = &recipe_ndvi, .executor = "serial", .args = args, .n_args = 1};
	struct scene_list *scene_list = NULL;
	struct error err = {0};
	int fd = memfd_create("list", MFD_CLOEXEC);

	if (!text) {
		settle();
		text = malloc(1 << 20);
	}
	size = size < 1 << 20 ? size : 1 << 20;
	memcpy(text, data, size);
	tame(text, size);
	if (fd < 0 || write(fd, text, size) != (ssize_t)size)
		abort();
	snprintf(argument, sizeof(argument), "@/proc/self/fd/%d", fd);
	heap_begin();
	if (!scene_list_new(&scene_list, &options, &err)) {
		heap_check("a scene list",
			   FIXED_BYTES + BYTES_A_NAME + 64 * lines(text, size) + 8 * size);
		for (uint32_t id = 0; id < scene_list_count(scene_list) && id < MOST_OPENED; id++) {
			struct scene scene = {0};

			(void)!scene_open(&scene, scene_list, id, &options, &err);
			scene_release(&scene);
		}
	}
	scene_list_free(scene_list);
	close(fd);
	return 0;
}
