/*
 * Options of a run that comes again every night: what users type and what --help says of it.
 */
#include "nightly_options.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "options/values.h"

/* --- locks and failures --- */

/* "10m", "30s", "2h", "90": seconds. -1: it is none of these. */
static int parse_duration(const char *text, uint64_t *ms)
{
	static const struct {
		const char *unit;
		uint64_t seconds;
	} units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
	enum { MOST_DAYS = 366 };
	uint64_t n;
	char *end;

	if (option_whole(text, 0, (uint64_t)MOST_DAYS * 86400, &n, &end))
		return -1;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].unit) == 0) {
			*ms = n * units[i].seconds * 1000;
			return n * units[i].seconds > (uint64_t)MOST_DAYS * 86400 ? -1 : 0;
		}
	return -1;
}

static int set_wait_lock(struct options *o, const char *value, struct error *err)
{
	if (parse_duration(value, &o->nightly.wait_lock_ms) == 0)
		return 0;
	return error_set(err, EX_USAGE,
			 "'%.40s' is no time to wait; give seconds, or 30s, 10m, 2h, 1d, up to a "
			 "year",
			 value);
}

static int set_on_error(struct options *o, const char *value, struct error *err)
{
	o->nightly.stop_on_error = strcmp(value, "stop") == 0;
	if (o->nightly.stop_on_error || strcmp(value, "continue") == 0)
		return 0;
	return error_set(err, EX_USAGE, "'%.40s' is none of: continue, stop", value);
}

static int parse_failures(struct nightly *nightly, const char *value)
{
	double percent;
	uint64_t n;
	char *end;

	if (option_whole(value, 0, UINT32_MAX - 1, &n, &end) == 0 && !*end) {
		nightly->failure_limit = FAILURES_COUNT;
		nightly->most_failures = (uint32_t)n;
		return 0;
	}
	if (*value < '0' || *value > '9' || value[strspn(value, "0123456789.")] != '%')
		return -1;
	percent = strtod(value, &end);
	if (strcmp(end, "%") != 0 || !(percent >= 0 && percent <= 100))
		return -1;
	nightly->failure_limit = FAILURES_SHARE;
	nightly->most_failed = percent;
	return 0;
}

static int set_max_failures(struct options *o, const char *value, struct error *err)
{
	if (parse_failures(&o->nightly, value) == 0)
		return 0;
	return error_set(
		err, EX_USAGE,
		"'%.40s' is no number of scenes; give one, as in 20, or a share, as in 5%%", value);
}

static const struct option_row wait_lock = {
	.name = "wait-lock",
	.argument = "DURATION",
	.help = "if another run works in the folder of -o, wait for it so long (30s, 10m, 2h, or "
		"seconds); default: end at once with exit status 3",
	.set = set_wait_lock,
};
static const struct option_row on_error = {
	.name = "on-error",
	.argument = "continue|stop",
	.help = "if a scene fails: go on with the others (default), or begin no more scenes, as "
		"--max-failures 0",
	.set = set_on_error,
};
static const struct option_row max_failures = {
	.name = "max-failures",
	.argument = "N|P%",
	.help = "begin no more scenes once more than N have failed, or more than P percent of all "
		"scenes of the run; default: any number may fail",
	.set = set_max_failures,
};

const struct option_row *const nightly_rows[] = {&wait_lock, &on_error, &max_failures, NULL};
