/*
 * make_scene: generated satellite scenes, realistic or with statistics known in closed form. This
 * file names the outputs, prints and exits; it knows neither pixels nor TIFF.
 */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "content.h"
#include "base/descriptors.h"
#include "scene_options.h"
#include "scene_writer.h"
#include "tiff_sink.h"

/* Global because a signal handler can reach nothing else. */
static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	interrupted = number;
}

static int catch_signals(struct error *err)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

	sigemptyset(&action.sa_mask);
	if (sigaction(SIGINT, &action, NULL) || sigaction(SIGTERM, &action, NULL))
		return error_errno(err, EX_OSERR, errno, "cannot catch signals");
	return 0;
}

/* Free the first n. */
static void free_paths(char **paths, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		free(paths[i]);
}

/* OUT.tif, or for the n-th (from 1) of several OUT_000n.tif. */
static int stack_path(char **path, const char *out, unsigned n)
{
	const char *slash = strrchr(out, '/'), *dot = strrchr(slash ? slash : out, '.');
	int stem = (int)(dot ? (size_t)(dot - out) : strlen(out));

	if (!n)
		return asprintf(path, "%s", out);
	return asprintf(path, "%.*s_%04u%s", stem, out, n, dot ? dot : "");
}

/*
 * DIR/T33UXP_20260701T100031_B04.tif: the name of a Sentinel-2 L1C band in the tile grid. The n-th
 * scene is 5 (n - 1) days later, the revisit time.
 */
static int band_path(char **path, const char *dir, unsigned n, enum s2_band band)
{
	time_t day = (time_t)86400 * 5 * (n ? n - 1 : 0);
	struct tm tm = {.tm_year = 126, .tm_mon = 6, .tm_mday = 1, .tm_hour = 10, .tm_sec = 31};
	char date[32];

	day += timegm(&tm);
	gmtime_r(&day, &tm);
	strftime(date, sizeof(date), "%Y%m%dT%H%M%S", &tm);
	return asprintf(path, "%s/T33UXP_%s_%s.tif", dir, date, s2_band_names[band]);
}

static int make_one(const struct scene_options *options, unsigned n, struct error *err)
{
	struct scene_spec spec = options->spec;
	unsigned n_paths = spec.split ? spec.n_bands : 1, made = 0;
	char *paths[MAX_BANDS];
	int status = -1;

	spec.seed += n ? n - 1 : 0;
	for (; made < n_paths; made++)
		if ((spec.split ? band_path(paths + made, options->split, n, spec.bands[made])
				: stack_path(paths + made, options->out, n)) < 0)
			break;
	if (made == n_paths)
		status = scene_write(&spec, (const char *const *)paths, &interrupted, err);
	else
		error_memory(err, "a file name", 0);
	free_paths(paths, made);
	return status;
}

static void print_number(const char *name, double value)
{
	if (isnan(value))
		printf(",\"%s\":null", name);
	else
		printf(",\"%s\":%.17g", name, value);
}

static void print_expected(const struct scene_spec *spec)
{
	struct expected e;

	spec->content->expect(spec, &e);
	printf("{\"valid\":%llu,\"nodata\":%llu,\"zero_denominator\":%llu",
	       (unsigned long long)e.valid, (unsigned long long)e.nodata,
	       (unsigned long long)e.zero_denominator);
	print_number("mean", e.mean);
	print_number("std", e.std);
	print_number("min", e.min);
	print_number("max", e.max);
	printf("}\n");
}

static int make_all(const struct scene_options *options, struct error *err)
{
	unsigned n = options->count ? 1 : 0;

	if (catch_signals(err))
		return -1;
	if (options->split && mkdir(options->split, 0777) && errno != EEXIST)
		return error_errno(err, EX_CANTCREAT, errno, "%s: cannot create", options->split);
	sink_install_handlers();
	do {
		if (make_one(options, n, err))
			return -1;
	} while (n++ < options->count);
	return 0;
}

int main(int argc, char **argv)
{
	struct scene_options options;
	struct error err = {0};

	if (descriptors_hold())
		return EX_OSERR;
	if (scene_options_parse(&options, argc, argv, &err))
		goto failed;
	if (options.help)
		scene_options_help();
	else if ((options.out || options.split) && make_all(&options, &err))
		goto failed;
	if (options.expect && !options.help)
		print_expected(&options.spec);
	if (fflush(stdout) || ferror(stdout)) {
		error_errno(&err, EX_IOERR, errno, "standard output: cannot write");
		goto failed;
	}
	return 0;
failed:
	fprintf(stderr, "make_scene: %s\n", err.text);
	return interrupted ? 128 + (int)interrupted : err.code;
}
