/*
 * Images within a file: those that a container holds in place of bands of its own (netCDF, HDF),
 * and the other pages of a TIFF file. It must not know which of them are of use.
 */
#include "inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NAMES = 1 << 18 }; /* bytes, of the images that a file holds */

/* Item `i`, from 1, of what a file holds: "NAME" or "DESC"; NULL: there is none. */
static const char *image_item(char **list, int i, const char *what)
{
	char key[40];

	(void)snprintf(key, sizeof(key), "SUBDATASET_%d_%s", i, what);
	return CSLFetchNameValue(list, key);
}

/* Names of what the file holds, one a line, in a new string; NULL where there are none. */
static char *image_names(char **list, int n)
{
	size_t size = 1, at = 0;
	char *names;

	for (int i = 1; i <= n; i++) {
		const char *name = image_item(list, i, "NAME");

		size += name ? strlen(name) + 1 : 0;
	}
	names = size > 1 && size <= MOST_NAMES ? malloc(size) : NULL;
	if (names)
		*names = '\0';
	for (int i = 1; names && i <= n; i++) {
		const char *name = image_item(list, i, "NAME");

		if (name && !strpbrk(name, "\n'"))
			at += (size_t)snprintf(names + at, size - at, "%s\n", name);
	}
	if (at)
		return names;
	free(names); /* all have marks that no quoting here can show */
	return NULL;
}

int gdal_refuse_container(GDALDatasetH dataset, const char *path, struct raster_info *info,
			  struct error *err)
{
	char **list = GDALGetMetadata(dataset, "SUBDATASETS");
	int n = CSLCount(list) / 2;

	if (n < 1)
		return error_set(err, EX_DATAERR, "%s: has no raster bands; pass an image", path);
	info->images = image_names(list, n);
	return error_set(err, EX_DATAERR,
			 "%s: a container of %d images; name those that are the bands of a scene",
			 path, n);
}

void gdal_find_pages(GDALDatasetH dataset, struct raster_info *info)
{
	char **list = GDALGetMetadata(dataset, "SUBDATASETS");
	int n = strcmp(info->codec, "GTiff") == 0 ? CSLCount(list) / 2 : 0;

	info->n_pages = 1;
	for (int i = 2; i <= n; i++) {
		const char *name = image_item(list, i, "NAME"), *what = image_item(list, i, "DESC");
		unsigned page = 0, x = 0, y = 0;

		if (!name || !what || sscanf(name, "GTIFF_DIR:%u:", &page) != 1 ||
		    sscanf(what, "Page %*u (%uP x %uL", &x, &y) != 2 || x != info->x_size ||
		    y != info->y_size)
			continue;
		if (++info->n_pages == 2)
			info->other_page = page;
	}
}
