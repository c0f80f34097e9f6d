/*
 * Fuzz discovery by names: a list file, grouping, sensors and tokens. Input: the bytes of an @list.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char argument[64], *args[] = {argument};
	struct options options = {.executor = "serial", .args = args, .n_args = 1};
	struct catalog *catalog = NULL;
	struct error err = {0};
	int fd = memfd_create("list", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(argument, sizeof(argument), "@/proc/self/fd/%d", fd);
	if (!catalog_new(&catalog, &options, &err)) {
		for (uint32_t id = 0; id < catalog_scenes(catalog) && id < 20; id++) {
			struct scene scene = {0};

			(void)!scene_open(&scene, catalog, id, &options, &err);
			scene_release(&scene);
		}
	}
	catalog_free(catalog);
	close(fd);
	return 0;
}
