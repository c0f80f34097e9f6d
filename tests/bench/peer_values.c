/*
 * A peer: statistics of several indices with GDAL in C, as a careful user would write them: one
 * dataset handle a thread, OpenMP over blocks, all bands of a block read at once as stored, each
 * index in a loop of its own in double precision. The formulas are those of values.py, compiled in.
 *
 *     GDAL_CACHEMAX=64 peer_values THREADS NAME,... FILE
 *
 * Bands are blue, green, red and NIR; 0 is no data. Prints a line an index: count, mean, standard
 * deviation, min, max.
 */
#include <gdal.h>
#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 8 };

struct sums {
	double n, sum, sum_sq, min, max;
};

/* Bands that the run reads; others are not looked at. */
struct block {
	const uint16_t *band[4];
	size_t n;
};

static bool wanted[4];

/* bands: letters of those that it reads, at their places; 0 in one of them is no data. */
#define INDEX(name, bands, expression)                                        \
	static void add_##name(struct sums *s, const struct block *block)     \
	{                                                                     \
		for (size_t i = 0; i < block->n; i++) {                       \
			double band[4];                                       \
			bool good = true;                                     \
			for (int k = 0; k < 4; k++) {                         \
				band[k] = block->band[k][i] * 0.0001;         \
				good &= bands[k] == ' ' || block->band[k][i]; \
			}                                                     \
			double b = band[0], g = band[1], r = band[2];         \
			double n = band[3];                                   \
			float v = (float)(expression);                        \
			(void)b, (void)g, (void)r, (void)n;                   \
			if (!good || !isfinite(v))                            \
				continue;                                     \
			s->n++;                                               \
			s->sum += v;                                          \
			s->sum_sq += (double)v * v;                           \
			s->min = v < s->min ? v : s->min;                     \
			s->max = v > s->max ? v : s->max;                     \
		}                                                             \
	}

INDEX(ndvi, "  rn", (n - r) / (n + r))
INDEX(gndvi, " g n", (n - g) / (n + g))
INDEX(evi, "b rn", 2.5 * (n - r) / (n + 6 * r - 7.5 * b + 1))
INDEX(savi, "  rn", 1.5 * (n - r) / (n + r + 0.5))
INDEX(gli, "bgr ", (2 * g - r - b) / (2 * g + r + b))
INDEX(msavi, "  rn", 0.5 * (2 * n + 1 - sqrt((2 * n + 1) * (2 * n + 1) - 8 * (n - r))))
INDEX(own, " grn", (n - r) / sqrt(n + r + g))

static const struct {
	const char *name, *bands;
	void (*add)(struct sums *s, const struct block *block);
} table[] = {
	{"ndvi", "  rn", add_ndvi}, {"gndvi", " g n", add_gndvi}, {"evi", "b rn", add_evi},
	{"savi", "  rn", add_savi}, {"gli", "bgr ", add_gli},     {"msavi", "  rn", add_msavi},
	{"own", " grn", add_own},
};

static int asked[MOST], n_asked;

static bool ask(char *list)
{
	for (char *word = strtok(list, ","); word && n_asked < MOST; word = strtok(NULL, ","))
		for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
			if (strcmp(word, table[i].name) == 0) {
				asked[n_asked++] = (int)i;
				for (int k = 0; k < 4; k++)
					wanted[k] |= table[i].bands[k] != ' ';
			}
	return n_asked > 0;
}

static void merge(struct sums *into, const struct sums *from)
{
	into->n += from->n;
	into->sum += from->sum;
	into->sum_sq += from->sum_sq;
	into->min = from->min < into->min ? from->min : into->min;
	into->max = from->max > into->max ? from->max : into->max;
}

static int scene(struct sums *total, const char *file)
{
	GDALDatasetH first = GDALOpen(file, GA_ReadOnly);
	int bx, by, width, height, failed = 0;

	if (!first)
		return -1;
	GDALGetBlockSize(GDALGetRasterBand(first, 1), &bx, &by);
	width = GDALGetRasterXSize(first);
	height = GDALGetRasterYSize(first);
	by = by < 64 ? 64 : by; /* thin strips: several at once */
	GDALClose(first);
#pragma omp parallel reduction(+ : failed)
	{
		GDALDatasetH data = GDALOpen(file, GA_ReadOnly);
		struct sums own[MOST];
		struct block block;
		uint16_t *plane[4];
		int across = (width + bx - 1) / bx, down = (height + by - 1) / by;

		for (int k = 0; k < 4; k++)
			block.band[k] = plane[k] = calloc((size_t)bx * by, 2);
		for (int v = 0; v < n_asked; v++)
			own[v] = (struct sums){.min = INFINITY, .max = -INFINITY};
#pragma omp for schedule(dynamic)
		for (int i = 0; i < across * down; i++) {
			int x = i % across * bx, y = i / across * by;
			int w = x + bx > width ? width - x : bx;
			int h = y + by > height ? height - y : by;

			block.n = (size_t)w * h;
			for (int k = 0; k < 4; k++)
				if (wanted[k])
					failed += GDALRasterIO(GDALGetRasterBand(data, k + 1),
							       GF_Read, x, y, w, h, plane[k], w, h,
							       GDT_UInt16, 0, 0) != CE_None;
			for (int v = 0; v < n_asked; v++)
				table[asked[v]].add(&own[v], &block);
		}
#pragma omp critical
		for (int v = 0; v < n_asked; v++)
			merge(&total[v], &own[v]);
		for (int k = 0; k < 4; k++)
			free(plane[k]);
		GDALClose(data);
	}
	return failed ? -1 : 0;
}

int main(int argc, char **argv)
{
	struct sums total[MOST];
	int failed;

	if (argc != 4 || !ask(argv[2]))
		return 64;
	GDALAllRegister();
	omp_set_num_threads(atoi(argv[1]));
	for (int v = 0; v < n_asked; v++)
		total[v] = (struct sums){.min = INFINITY, .max = -INFINITY};
	failed = scene(total, argv[3]);
	for (int v = 0; v < n_asked; v++) {
		double mean = total[v].sum / total[v].n;

		printf("%.0f %.9f %.9f %.9f %.9f\n", total[v].n, mean,
		       sqrt(total[v].sum_sq / total[v].n - mean * mean), total[v].min,
		       total[v].max);
	}
	return failed ? 65 : 0;
}
