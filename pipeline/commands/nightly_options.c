/*
 * Options of a run that comes again every night: what users type and what --help says of it.
 */
#include "nightly_options.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/spelling.h"
#include "options/values.h"
#include "teach.h"

/* --- the catalogue --- */

/* Programs that open a GeoPackage go by its name; and no map and no picture ends so. */
bool is_catalogue_name(const char *path)
{
	static const char end[] = ".gpkg";
	const size_t length = strlen(path), n = sizeof(end) - 1;

	return length > n && path[length - n - 1] != '/' && strcasecmp(path + length - n, end) == 0;
}

static int set_catalogue(struct options *o, const char *value, struct error *err)
{
	if (!is_catalogue_name(value))
		return error_set(err, EX_USAGE, "%s has to end in .gpkg, as it is a GeoPackage",
				 value);
	o->nightly.catalogue = value;
	return 0;
}

static int set_resume(struct options *o, const char *value, struct error *err)
{
	static const char *const words[] = {"strict", NULL};

	if (value && strcmp(value, *words) != 0)
		return spelling_none_of(err, value, words);
	o->nightly.resume = value ? RESUME_STRICT : RESUME_YES;
	return 0;
}

static int set_forget_missing(struct options *o, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	o->nightly.forget_missing = true;
	return 0;
}

static const struct option_row catalogue = {
	.name = "catalog",
	.argument = "FILE.gpkg",
	.kind = VALUE_FILE,
	.help = "keep what is known of each scene in this GeoPackage (SQLite), which is made if it "
		"is not there: outline, date, status, statistics, outputs, exact sums; each job of "
		"--shard needs its own",
	.set = set_catalogue,
};
static const struct option_row resume = {
	.name = "resume",
	.argument = "strict",
	.kind = VALUE_WORD,
	.may_lack = true,
	.help = "do only scenes that the catalogue does not hold as done by the same options, or "
		"whose files have changed (by size and time; strict: also by a checksum of their "
		"ends); reports are of all scenes; files of scenes to do are replaced, but not "
		"those of "
		"a set with other options",
	.set = set_resume,
};
static const struct option_row forget_missing = {
	.name = "forget-missing",
	.help = "take scenes out of the catalogue whose files are not there any more; else they "
		"are marked as gone",
	.set = set_forget_missing,
};

const struct option_row *const resuming_rows[] = {&catalogue, &resume, NULL};

static const struct option_row joined = {
	.name = "catalog",
	.argument = "FILE.gpkg",
	.kind = VALUE_FILE,
	.help = "join catalogues (those of jobs with --shard) into this one, which is made if it "
		"is "
		"not there; of a scene that several hold, the newest row counts",
	.set = set_catalogue,
};

/* --- logs --- */

const struct option_row option_log_format = {
	.name = "log-format",
	.argument = "text|json",
	.kind = VALUE_WORD,
	.help = "lines on standard error: text, with the time of each if this is no terminal and "
		"no journal; or json, one object a line; default: text without times",
	.set = set_log_format,
};
const struct option_row option_log_file = {
	.name = "log-file",
	.argument = "FILE",
	.kind = VALUE_FILE,
	.help = "append those lines to this file, with times, and every finished scene; standard "
		"error gets what ends the run alone. SIGHUP opens the file anew (logrotate)",
	.set = set_log_file,
};

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
	static const char *const words[] = {"continue", "stop", NULL};

	o->nightly.stop_on_error = strcmp(value, "stop") == 0;
	if (o->nightly.stop_on_error || strcmp(value, "continue") == 0)
		return 0;
	return spelling_none_of(err, value, words);
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

const struct option_row option_wait_lock = {
	.name = "wait-lock",
	.argument = "DURATION",
	.help = "if another run works in the folder of -o or with the catalogue, wait for it so "
		"long (30s, 10m, 2h, or seconds); default: end at once with exit status 3",
	.set = set_wait_lock,
};
const struct option_row *const joining_rows[] = {&joined, &option_wait_lock, NULL};

static const struct option_row on_error = {
	.name = "on-error",
	.argument = "continue|stop",
	.kind = VALUE_WORD,
	.help = "if a scene fails: go on with the others (default), or begin no more scenes, as "
		"--max-failures 0",
	.set = set_on_error,
};
static const struct option_row max_failures = {
	.name = "max-failures",
	.argument = "N|P%",
	.help = "begin no more scenes once more than N have failed, or more than P percent of all "
		"scenes that this run has to do; default: any number may fail",
	.set = set_max_failures,
};

const struct option_row *const nightly_rows[] = {
	&catalogue,         &resume,          &forget_missing,
	&option_wait_lock,  &on_error,        &max_failures,
	&option_log_format, &option_log_file, NULL};

/* The first of those that are nothing without a catalogue; NULL: none. */
static const char *without_catalogue(const struct nightly *nightly)
{
	return nightly->resume ? "--resume" : nightly->forget_missing ? "--forget-missing" : NULL;
}

int nightly_check(struct options *options, struct error *err)
{
	const struct nightly *nightly = &options->nightly;
	const char *useless = nightly->catalogue ? NULL : without_catalogue(nightly);

	if (useless)
		return error_set(err, EX_USAGE,
				 "%s needs to know what was done before: give --catalog FILE.gpkg, "
				 "too, on every run",
				 useless);
	if (nightly->resume && teaches(&options->teach, TEACH_FLOAT_SUMS))
		return error_set(err, EX_USAGE,
				 "--teach float-sums adds up the pixels of one run, and with "
				 "--resume some are of earlier ones; leave one out");
	return 0;
}
