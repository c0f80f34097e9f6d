/*
 * Fuzz the TIFF reader: header, tags, GeoTIFF keys, GDAL's metadata, masks, every decoder, whole
 * blocks and row by row. Input: the bytes of one file.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The upper left corner of up to two bands, in an arena of the size that scratch() asks for. */
static void read_corner(const char *path, const struct raster_info *info, uint32_t rows)
{
	uint32_t x_size = info->x_size < 300 ? info->x_size : 300;
	uint32_t y_size = info->y_size < rows ? info->y_size : rows;
	unsigned n_bands = info->n_bands < 2 ? 1 : 2;
	size_t plane = size_mul(size_mul(x_size, y_size), sample_size(info->type));
	size_t scratch = reader_tiff.scratch(info, x_size, y_size, n_bands, info->has_mask);
	struct read_request request = {.window = {0, 0, x_size, y_size}, .n_bands = n_bands};
	struct arena arena;
	struct meter meter = {0};
	struct error err = {0};
	void *handle = NULL;

	if (scratch > 64 << 20 || arena_init(&arena, scratch, &err))
		return;
	for (unsigned i = 0; i < n_bands; i++) {
		request.band[i] = i + 1;
		request.plane[i] = malloc(plane);
	}
	request.mask = info->has_mask ? malloc((size_t)x_size * y_size) : NULL;
	if (!reader_tiff.open(&handle, path, info, &err))
		(void)reader_tiff.read(handle, &request, &arena, &meter, &err);
	reader_tiff.close(handle);
	arena_release(&arena);
	for (unsigned i = 0; i < n_bands; i++)
		free(request.plane[i]);
	free(request.mask);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct raster_info info = {0};
	struct error err = {0};
	char path[64];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (reader_tiff.probe(path, &info, &err) == PROBE_OK) {
		read_corner(path, &info, 300);
		read_corner(path, &info, 1);
	}
	raster_info_release(&info);
	close(fd);
	return 0;
}
