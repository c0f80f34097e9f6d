/*
 * The decode floor: libtiff decodes every tile of a file, one handle a thread, and nothing else is
 * done. usage: floor_tiff FILE THREADS
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <tiffio.h>

static atomic_uint next_tile;
static atomic_int failures;

static void *decode(void *path)
{
	TIFF *tiff = TIFFOpen(path, "rm");
	tmsize_t size = tiff ? TIFFTileSize(tiff) : 0;
	void *buffer = size > 0 ? malloc((size_t)size) : NULL;
	uint32_t n = tiff ? TIFFNumberOfTiles(tiff) : 0, tile;

	if (!buffer)
		atomic_fetch_add(&failures, 1);
	while (buffer && (tile = atomic_fetch_add(&next_tile, 1)) < n)
		if (TIFFReadEncodedTile(tiff, tile, buffer, size) != size)
			atomic_fetch_add(&failures, 1);
	free(buffer);
	if (tiff)
		TIFFClose(tiff);
	return NULL;
}

int main(int argc, char **argv)
{
	int threads = argc == 3 ? atoi(argv[2]) : 0;
	pthread_t thread[64];

	if (threads < 1 || threads > 64) {
		fprintf(stderr, "usage: floor_tiff FILE THREADS\n");
		return 64;
	}
	for (int i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, decode, argv[1]))
			return 71;
	for (int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	return atomic_load(&failures) ? 65 : 0;
}
