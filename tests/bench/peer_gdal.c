/*
 * A peer: NDVI statistics with GDAL in C, as a careful user would write them: one dataset handle a
 * thread, OpenMP over blocks, whole stored blocks (or bands of rows, where those are thin), red and
 * NIR as 16-bit numbers, sums in double precision.
 *
 *     GDAL_CACHEMAX=64 peer_gdal RED_BAND NIR_BAND THREADS RED_FILE [NIR_FILE] ...
 *
 * Without NIR_FILEs (argument "-s" in front) every file is a scene of its own. Prints count, mean,
 * standard deviation, min, max.
 */
#include <gdal.h>
#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sums {
	double n, sum, sum_sq, min, max;
};

static void add(struct sums *s, const uint16_t *red, const uint16_t *nir, size_t n)
{
	double count = 0, sum = 0, sum_sq = 0, min = s->min, max = s->max;

	for (size_t i = 0; i < n; i++) {
		if (!red[i] || !nir[i])
			continue;
		float v = (float)(nir[i] - red[i]) / (float)(nir[i] + red[i]);

		count++;
		sum += v;
		sum_sq += (double)v * v;
		min = v < min ? v : min;
		max = v > max ? v : max;
	}
	s->n += count;
	s->sum += sum;
	s->sum_sq += sum_sq;
	s->min = min;
	s->max = max;
}

static void merge(struct sums *into, const struct sums *from)
{
	into->n += from->n;
	into->sum += from->sum;
	into->sum_sq += from->sum_sq;
	into->min = from->min < into->min ? from->min : into->min;
	into->max = from->max > into->max ? from->max : into->max;
}

static int scene(struct sums *total, const char *red_file, int red_band, const char *nir_file,
		 int nir_band)
{
	GDALDatasetH first = GDALOpen(red_file, GA_ReadOnly);
	int bx, by, width, height, failed = 0;

	if (!first)
		return -1;
	GDALGetBlockSize(GDALGetRasterBand(first, red_band), &bx, &by);
	width = GDALGetRasterXSize(first);
	height = GDALGetRasterYSize(first);
	by = by < 64 ? 64 : by; /* thin strips: several at once */
	GDALClose(first);
#pragma omp parallel reduction(+ : failed)
	{
		struct sums own = {.min = INFINITY, .max = -INFINITY};
		GDALDatasetH a = GDALOpen(red_file, GA_ReadOnly);
		GDALDatasetH b = strcmp(red_file, nir_file) ? GDALOpen(nir_file, GA_ReadOnly) : a;
		uint16_t *red = malloc((size_t)bx * by * 2), *nir = malloc((size_t)bx * by * 2);
		int across = (width + bx - 1) / bx, down = (height + by - 1) / by;

#pragma omp for schedule(dynamic)
		for (int i = 0; i < across * down; i++) {
			int x = i % across * bx, y = i / across * by;
			int w = x + bx > width ? width - x : bx;
			int h = y + by > height ? height - y : by;

			failed += GDALRasterIO(GDALGetRasterBand(a, red_band), GF_Read, x, y, w, h,
					       red, w, h, GDT_UInt16, 0, 0) != CE_None;
			failed += GDALRasterIO(GDALGetRasterBand(b, nir_band), GF_Read, x, y, w, h,
					       nir, w, h, GDT_UInt16, 0, 0) != CE_None;
			add(&own, red, nir, (size_t)w * h);
		}
#pragma omp critical
		merge(total, &own);
		free(red);
		free(nir);
		if (b != a)
			GDALClose(b);
		GDALClose(a);
	}
	return failed ? -1 : 0;
}

int main(int argc, char **argv)
{
	struct sums total = {.min = INFINITY, .max = -INFINITY};
	int alone = argc > 1 && strcmp(argv[1], "-s") == 0, failed = 0;
	char **arg = argv + alone;
	double mean;

	if (argc - alone < 5)
		return 64;
	GDALAllRegister();
	omp_set_num_threads(atoi(arg[3]));
	for (int i = 4; i < argc - alone; i += alone || argc - alone == 5 ? 1 : 2) {
		const char *nir = alone || argc - alone == 5 ? arg[i] : arg[i + 1];

		failed |= scene(&total, arg[i], atoi(arg[1]), nir, atoi(arg[2]));
	}
	mean = total.sum / total.n;
	printf("%.0f %.9f %.9f %.9f %.9f\n", total.n, mean,
	       sqrt(total.sum_sq / total.n - mean * mean), total.min, total.max);
	return failed ? 65 : 0;
}
