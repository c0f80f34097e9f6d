/*
 * Which reports are wanted, and where they go. Knows no report by name.
 */
#include "report_option.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "options.h"
#include "screen.h"

bool path_is_stdout(const char *path)
{
	static const char *const names[] = {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"};

	for (size_t i = 0; path && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(path, names[i]) == 0)
			return true;
	return false;
}

/* With something in front of it. */
static bool ends_in(const char *path, const char *ending)
{
	size_t n = strlen(path), m = strlen(ending);

	return n > m && strcmp(path + n - m, ending) == 0;
}

bool path_is_gzip(const char *path)
{
	return path && ends_in(path, ".gz");
}

/* Of the report: the one it has, or a new one. NULL: there is no room. */
static struct report_choice *choice_of(struct report_choices *choices,
				       const struct report_option *report)
{
	unsigned i = 0;

	while (i < choices->n && choices->choice[i].report != report)
		i++;
	if (i == REPORTS_MOST)
		return NULL;
	choices->n += i == choices->n;
	choices->choice[i].report = report;
	return &choices->choice[i];
}

int report_want(struct report_choices *choices, const struct report_option *report,
		const char *path, struct error *err)
{
	struct report_choice *choice;

	if (!*path)
		return error_set(err, EX_USAGE, "an empty file name; give a file%s",
				 report->never_stdout ? "" : ", or - for standard output");
	if (report->never_stdout && path_is_stdout(path))
		return error_set(err, EX_USAGE,
				 "the %s report cannot go to standard output; give a file",
				 report->kind);
	if (report->ending && !ends_in(path, report->ending))
		return error_set(err, EX_USAGE, "%s has to end in %s; who reads %s looks for that",
				 path, report->ending, report->kind);
	choice = choice_of(choices, report);
	if (!choice)
		return error_set(err, EX_SOFTWARE, "more than %d kinds of report", REPORTS_MOST);
	choice->path = path;
	return 0;
}

int report_want_defaults(struct options *options, report_list *list, unsigned maker,
			 struct error *err)
{
	const struct report_option *report;

	for (unsigned i = 0; (report = list(i)); i++) {
		char path[REPORT_MADE_PATH];
		struct report_choice *choice;

		if (!(report->made_by & maker) || !report->by_default ||
		    report_path(&options->reports, report) || !report->by_default(path, options))
			continue;
		if (report_want(&options->reports, report, path, err))
			return -1;
		choice = choice_of(&options->reports, report);
		memcpy(choice->made, path, sizeof(path));
		choice->path = choice->made;
	}
	return 0;
}

const char *report_path(const struct report_choices *choices, const struct report_option *report)
{
	for (unsigned i = 0; i < choices->n; i++)
		if (choices->choice[i].report == report)
			return choices->choice[i].path;
	return NULL;
}

unsigned report_needs(const struct report_choices *choices)
{
	unsigned needs = 0;

	for (unsigned i = 0; i < choices->n; i++)
		needs |= choices->choice[i].report->needs;
	return needs;
}

size_t report_bytes(const struct report_choices *choices)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < choices->n; i++) {
		const struct report_choice *choice = &choices->choice[i];

		bytes += choice->report->bytes ? choice->report->bytes() : 0;
		bytes += path_is_gzip(choice->path) ? REPORT_GZIP_BYTES : 0;
	}
	return bytes;
}

bool report_takes_stdout(const struct report_choices *choices)
{
	for (unsigned i = 0; i < choices->n; i++)
		if (path_is_stdout(choices->choice[i].path))
			return true;
	return false;
}

bool report_text_by_default(char path[REPORT_MADE_PATH], const struct options *options)
{
	(void)snprintf(path, REPORT_MADE_PATH, "-");
	return options->verbosity >= 0 && !report_takes_stdout(&options->reports);
}

bool report_is_read_here(const struct report_choices *choices)
{
	for (unsigned i = 0; i < choices->n; i++)
		if (!choices->choice[i].report->name && path_is_stdout(choices->choice[i].path))
			return screen_is_one() && !log_is_record() && !log_has_levels();
	return false;
}
