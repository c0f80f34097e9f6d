/*
 * Reports in the folder of files of pixels: their paths are followed as they will be when they are
 * written, links included.
 */
#include "reports_within.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "output/pyramid.h"
#include "report/report.h"
#include "report/report_target.h"
#include "report/sheet_pages.h"

static bool same_folder(int a, int b)
{
	struct stat one, other;

	return fstat(a, &one) == 0 && fstat(b, &other) == 0 && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

/* Would both be one folder, neither of which is there yet? */
static bool same_new_folder(const char *a, const char *b)
{
	struct report_target one, other;
	struct error ignored;
	bool same = report_target_find(&one, "", a, &ignored) == 0;

	same = report_target_find(&other, "", b, &ignored) == 0 && same;
	same = same && !one.exists && !other.exists && report_target_same(&one, &other);
	report_target_release(&one);
	report_target_release(&other);
	return same;
}

static const char *base_in_new(const char *report, const char *path)
{
	char *folder = path_folder(report);
	bool within = folder && same_new_folder(folder, path);

	free(folder);
	return within ? path_name(report) : NULL;
}

static void add(struct reports_within *within, const struct report_option *report, const char *base)
{
	struct report_within *new = &within->report[within->n];

	if (!base || strlen(base) >= sizeof(new->base))
		return;
	new->report = report;
	(void)snprintf(new->base, sizeof(new->base), "%s", base);
	within->n++;
}

/* What stops a report from being written is told when it is opened. */
static void look_at(struct reports_within *within, const struct report_choice *choice, int folder,
		    const char *path)
{
	struct report_target target;
	struct error ignored;

	if (folder < 0) {
		add(within, choice->report, base_in_new(choice->path, path));
		return;
	}
	if (report_target_find(&target, choice->report->kind, choice->path, &ignored))
		ignored.code = 0;
	if (target.folder >= 0 && same_folder(target.folder, folder))
		add(within, choice->report, target.base);
	report_target_release(&target);
}

void reports_within_find(struct reports_within *within, const struct options *options, int folder,
			 const char *path, uint32_t n_scenes)
{
	const struct report_choices *wanted = &options->reports;

	*within = (struct reports_within){.n = 0};
	if (options->maps)
		within->sheet_pages =
			sheet_pages((uint64_t)n_scenes * maps_n_pictures(options->maps));
	for (unsigned i = 0; i < wanted->n; i++)
		look_at(within, &wanted->choice[i], folder, path);
}

static bool is_page(const struct reports_within *within, const struct report_within *report,
		    const char *name)
{
	unsigned page =
		report->report == &report_sheet.option ? sheet_page_of(report->base, name) : 0;

	return page && page <= within->sheet_pages;
}

const char *reports_within_named(const struct reports_within *within, const char *name)
{
	for (unsigned i = 0; i < within->n; i++) {
		const struct report_within *report = &within->report[i];

		if (strcmp(report->base, name) == 0 || is_page(within, report, name))
			return report->report->name ? report->report->name : "contact-sheet";
	}
	return NULL;
}
