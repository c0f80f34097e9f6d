/*
 * A peer: the map of NDVI with GDAL in C, as a careful user would write it: one dataset handle a
 * thread for reading, OpenMP over stored blocks, tiles written by whoever has them under a lock,
 * and compressed by GDAL's own threads. A COG is made by GDAL's driver out of a temporary file that
 * is not compressed.
 *
 *     GDAL_CACHEMAX=64 peer_map gtiff|cog float32|int16 CODEC LEVEL RED_BAND NIR_BAND THREADS IN
 * OUT
 */
#include <cpl_string.h>
#include <gdal.h>
#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct job {
	const char *in, *codec, *level, *threads;
	int red, nir, integers;
};

static void reals(float *out, const uint16_t *red, const uint16_t *nir, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = red[i] && nir[i] ? (float)(nir[i] - red[i]) / (float)(nir[i] + red[i])
					  : NAN;
}

static void numbers(int16_t *out, const uint16_t *red, const uint16_t *nir, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = red[i] && nir[i] ? (int16_t)lrint((double)((float)(nir[i] - red[i]) /
								    (float)(nir[i] + red[i])) /
							   0.0001)
					  : INT16_MIN;
}

static char **with(char **options, const char *key, const char *value)
{
	return CSLSetNameValue(options, key, value);
}

static char **compressed(const struct job *job, int cog)
{
	const char *level_key = cog                               ? "LEVEL"
				: strcmp(job->codec, "ZSTD") == 0 ? "ZSTD_LEVEL"
								  : "ZLEVEL";
	char **options = with(NULL, "COMPRESS", job->codec);

	options = with(options, "NUM_THREADS", job->threads);
	options = with(options, "BIGTIFF", "NO");
	if (strcmp(job->codec, "NONE") == 0)
		return options;
	options = with(options, level_key, job->level);
	return with(options, "PREDICTOR", cog ? "YES" : job->integers ? "2" : "3");
}

static char **tiled(char **options)
{
	options = with(options, "TILED", "YES");
	options = with(options, "BLOCKXSIZE", "512");
	return with(options, "BLOCKYSIZE", "512");
}

static GDALDatasetH create(const struct job *job, GDALDatasetH like, const char *path,
			   char **options)
{
	GDALDriverH driver = GDALGetDriverByName("GTiff");
	GDALDatasetH out =
		GDALCreate(driver, path, GDALGetRasterXSize(like), GDALGetRasterYSize(like), 1,
			   job->integers ? GDT_Int16 : GDT_Float32, options);
	double place[6];

	CSLDestroy(options);
	if (!out)
		return NULL;
	if (GDALGetGeoTransform(like, place) == CE_None)
		GDALSetGeoTransform(out, place);
	GDALSetProjection(out, GDALGetProjectionRef(like));
	GDALSetRasterNoDataValue(GDALGetRasterBand(out, 1), job->integers ? INT16_MIN : NAN);
	if (job->integers)
		GDALSetRasterScale(GDALGetRasterBand(out, 1), 0.0001);
	return out;
}

static int compute(const struct job *job, GDALDatasetH out)
{
	int bx, by, width = GDALGetRasterXSize(out), height = GDALGetRasterYSize(out), failed = 0;

	GDALGetBlockSize(GDALGetRasterBand(out, 1), &bx, &by);
#pragma omp parallel reduction(+ : failed)
	{
		GDALDatasetH in = GDALOpen(job->in, GA_ReadOnly);
		const size_t most = (size_t)bx * (size_t)by;
		uint16_t *red = malloc(most * 2), *nir = malloc(most * 2);
		void *value = malloc(most * 4);
		int across = (width + bx - 1) / bx, down = (height + by - 1) / by;

#pragma omp for schedule(dynamic)
		for (int i = 0; i < across * down; i++) {
			int x = i % across * bx, y = i / across * by;
			int w = x + bx > width ? width - x : bx,
			    h = y + by > height ? height - y : by;
			GDALDataType type = job->integers ? GDT_Int16 : GDT_Float32;

			failed += GDALRasterIO(GDALGetRasterBand(in, job->red), GF_Read, x, y, w, h,
					       red, w, h, GDT_UInt16, 0, 0) != CE_None;
			failed += GDALRasterIO(GDALGetRasterBand(in, job->nir), GF_Read, x, y, w, h,
					       nir, w, h, GDT_UInt16, 0, 0) != CE_None;
			if (job->integers)
				numbers(value, red, nir, (size_t)w * (size_t)h);
			else
				reals(value, red, nir, (size_t)w * (size_t)h);
#pragma omp critical
			failed += GDALRasterIO(GDALGetRasterBand(out, 1), GF_Write, x, y, w, h,
					       value, w, h, type, 0, 0) != CE_None;
		}
		free(red);
		free(nir);
		free(value);
		GDALClose(in);
	}
	return failed;
}

static int to_cog(const struct job *job, const char *temporary, const char *path)
{
	GDALDatasetH from = GDALOpen(temporary, GA_ReadOnly);
	char **options = with(compressed(job, 1), "OVERVIEW_RESAMPLING", "AVERAGE");
	GDALDatasetH out;

	out = GDALCreateCopy(GDALGetDriverByName("COG"), path, from, FALSE, options, NULL, NULL);
	CSLDestroy(options);
	GDALClose(from);
	if (!out)
		return 1;
	GDALClose(out);
	return unlink(temporary) != 0;
}

int main(int argc, char **argv)
{
	struct job job;
	char temporary[4096];
	int cog = argc > 1 && strcmp(argv[1], "cog") == 0, failed;
	GDALDatasetH like, out;

	if (argc != 10)
		return 64;
	job = (struct job){argv[8],
			   argv[3],
			   argv[4],
			   argv[7],
			   atoi(argv[5]),
			   atoi(argv[6]),
			   strcmp(argv[2], "int16") == 0};
	GDALAllRegister();
	omp_set_num_threads(atoi(job.threads));
	(void)snprintf(temporary, sizeof(temporary), "%s.tmp.tif", argv[9]);
	like = GDALOpen(job.in, GA_ReadOnly);
	if (!like)
		return 66;
	out = cog ? create(&job, like, temporary, tiled(NULL))
		  : create(&job, like, argv[9], tiled(compressed(&job, 0)));
	if (!out)
		return 73;
	failed = compute(&job, out);
	GDALClose(like);
	GDALClose(out);
	if (!failed && cog)
		failed = to_cog(&job, temporary, argv[9]);
	return failed ? 65 : 0;
}
