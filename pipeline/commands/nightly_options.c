/*
 * Options of a run that comes again every night: what users type and what --help says of it.
 */
#include "nightly_options.h"

#include <string.h>
#include <strings.h>

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
	if (value && strcmp(value, "strict") != 0)
		return error_set(err, EX_USAGE, "'%.40s' is not strict", value);
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
	.values = "FILE",
	.help = "keep what is known of each scene in this GeoPackage (SQLite), which is made if it "
		"is not there: outline, date, status, statistics, outputs, exact sums; each job of "
		"--shard needs its own",
	.set = set_catalogue,
};
static const struct option_row resume = {
	.name = "resume",
	.argument = "strict",
	.may_lack = true,
	.help = "do only scenes that the catalogue does not hold as done by the same options, or "
		"whose files have changed (by size and time; strict: also by a checksum of their "
		"ends); reports are of all scenes; files of scenes to do are replaced",
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
	.values = "FILE",
	.help = "join catalogues (those of jobs with --shard) into this one, which is made if it "
		"is "
		"not there; of a scene that several hold, the newest row counts",
	.set = set_catalogue,
};
const struct option_row *const joining_rows[] = {&joined, NULL};

/* --- logs --- */

const struct option_row option_log_format = {
	.name = "log-format",
	.argument = "text|json",
	.help = "lines on standard error: text, with the time of each if this is no terminal and "
		"no journal; or json, one object a line; default: text without times",
	.set = set_log_format,
};
const struct option_row option_log_file = {
	.name = "log-file",
	.argument = "FILE",
	.help = "append those lines to this file, with times, and every finished scene; standard "
		"error gets what ends the run alone. SIGHUP opens the file anew (logrotate)",
	.set = set_log_file,
};

const struct option_row *const nightly_rows[] = {
	&catalogue, &resume, &forget_missing, &option_log_format, &option_log_file, NULL};

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
