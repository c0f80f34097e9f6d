/*
 * A peer: NDVI statistics with libvips, as its users write them: operations joined to a pipeline
 * that vips_stats() pulls pixels through, once, on VIPS_CONCURRENCY threads.
 *
 *     peer_vips RED_BAND NIR_BAND [-p] FILE...
 *
 * -p: files come in pairs, red and NIR; else each is a scene of its own. Prints count, mean,
 * standard deviation, min, max. libvips has no nodata: a fourth band carries what counts.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>

/* Rows of vips_stats(): [0] all bands, [1] ... one each. */
enum { MIN, MAX, SUM, SUM_SQ };
enum { ZEROED = 1, RAISED, LOWERED, COUNTED };

struct sums {
	double n, sum, sum_sq, min, max;
};

/* For `part` of the scene: images are in t[], which the scene owns. */
static int pipeline(VipsImage **t, const char *red_file, int red, const char *nir_file, int nir)
{
	VipsImage *join[4];

	if (!(t[0] = vips_image_new_from_file(red_file, "access", VIPS_ACCESS_SEQUENTIAL, NULL)))
		return -1;
	if (strcmp(red_file, nir_file) == 0)
		g_object_ref(t[1] = t[0]);
	else if (!(t[1] = vips_image_new_from_file(nir_file, "access", VIPS_ACCESS_SEQUENTIAL,
						   NULL)))
		return -1;
	if (vips_extract_band(t[0], &t[2], red - 1, NULL) ||
	    vips_extract_band(t[1], &t[3], nir - 1, NULL) ||
	    vips_subtract(t[3], t[2], &t[4], NULL) || vips_add(t[3], t[2], &t[5], NULL) ||
	    vips_divide(t[4], t[5], &t[6], NULL) || vips_moreeq_const1(t[2], &t[7], 1, NULL) ||
	    vips_moreeq_const1(t[3], &t[8], 1, NULL) || vips_andimage(t[7], t[8], &t[9], NULL))
		return -1;
	/* Constants stand beside the values: an index lies between -1 and 1. */
	if (vips_linear1(t[6], &t[10], 0, 0, NULL) || vips_linear1(t[6], &t[11], 0, 2, NULL) ||
	    vips_linear1(t[6], &t[12], 0, -2, NULL) ||
	    vips_ifthenelse(t[9], t[6], t[10], &t[13], NULL) ||
	    vips_ifthenelse(t[9], t[6], t[11], &t[14], NULL) ||
	    vips_ifthenelse(t[9], t[6], t[12], &t[15], NULL))
		return -1;
	join[0] = t[13];
	join[1] = t[14];
	join[2] = t[15];
	join[3] = t[9];
	return vips_bandjoin(join, &t[16], 4, NULL) || vips_stats(t[16], &t[17], NULL) ? -1 : 0;
}

static int scene(struct sums *total, const char *red_file, int red, const char *nir_file, int nir)
{
	VipsObject *owner = VIPS_OBJECT(vips_image_new());
	VipsImage **t = (VipsImage **)vips_object_local_array(owner, 18);
	int status = pipeline(t, red_file, red, nir_file, nir);

	if (status == 0) {
		total->n += *VIPS_MATRIX(t[17], SUM, COUNTED) / 255;
		total->sum += *VIPS_MATRIX(t[17], SUM, ZEROED);
		total->sum_sq += *VIPS_MATRIX(t[17], SUM_SQ, ZEROED);
		total->min = fmin(total->min, *VIPS_MATRIX(t[17], MIN, RAISED));
		total->max = fmax(total->max, *VIPS_MATRIX(t[17], MAX, LOWERED));
	}
	g_object_unref(owner);
	return status;
}

int main(int argc, char **argv)
{
	struct sums total = {.min = INFINITY, .max = -INFINITY};
	int pairs, failed = 0;
	double mean;

	if (argc < 4 || VIPS_INIT(argv[0]))
		return 64;
	pairs = strcmp(argv[3], "-p") == 0;
	for (int i = 3 + pairs; i + pairs < argc; i += 1 + pairs)
		failed |= scene(&total, argv[i], atoi(argv[1]), argv[i + pairs], atoi(argv[2]));
	if (failed)
		fprintf(stderr, "%s", vips_error_buffer());
	mean = total.sum / total.n;
	printf("%.0f %.9f %.9f %.9f %.9f\n", total.n, mean,
	       sqrt(total.sum_sq / total.n - mean * mean), total.min, total.max);
	vips_shutdown();
	return failed ? 65 : 0;
}
