/*
 * The report of a check for people, on standard output: a line a file, then how many there were;
 * with -q the bad ones alone.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "check_outcome.h"
#include "check_words.h"
#include "options.h"
#include "printable.h"
#include "base/text.h"
#include "report/report.h"
#include "report/report_words.h"
#include "reports.h"

enum { LINE_BYTES = 400, INDENT = 4 };

struct text_state {
	char skipped[ERROR_TEXT_BYTES]; /* the first file that is no image, and why */
	struct check_outcome outcome;
};

static bool text_by_default(char path[REPORT_MADE_PATH], const struct options *options)
{
	(void)snprintf(path, REPORT_MADE_PATH, "-");
	return !report_takes_stdout(&options->reports);
}

/* --- one file --- */

/* Text that grows, and is cut where it does not fit. */
struct line {
	char text[LINE_BYTES];
	size_t used;
};

PRINTF_LIKE(2, 3)
static void put(struct line *line, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line->text + line->used, sizeof(line->text) - line->used, format, args);
	va_end(args);
	if (n > 0)
		line->used += (size_t)n;
	if (line->used >= sizeof(line->text))
		line->used = sizeof(line->text) - 1;
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void put_blocks(struct line *line, uint64_t n, uint64_t sparse)
{
	put(line, "%" PRIu64 " block%s", n, plural(n));
	if (sparse == n)
		put(line, ", none stored");
	else if (sparse)
		put(line, ", %" PRIu64 " not stored", sparse);
}

/* What the file holds besides, and nobody has looked at. */
static void put_not_read(struct line *line, uint64_t overviews, uint64_t pages)
{
	if (!overviews && !pages)
		return;
	put(line, "; not read: ");
	if (overviews)
		put(line, "%" PRIu64 " overview%s", overviews, plural(overviews));
	if (pages)
		put(line, "%s%" PRIu64 " other image%s", overviews ? ", " : "", pages,
		    plural(pages));
}

static void put_facts(struct line *line, const struct scene_result *result)
{
	const struct raster_info *info = check_info(result);
	const struct check_numbers numbers = check_numbers_of(result->layout, result->cells);
	const uint64_t *n = numbers.n;

	put(line, "%" PRIu32 " x %" PRIu32 ", %" PRIu32 " band%s, %s, %s, ", info->x_size,
	    info->y_size, info->n_bands, plural(info->n_bands), sample_name(info->type),
	    info->codec);
	put_blocks(line, n[CHECK_BLOCKS], n[CHECK_SPARSE]);
	if (n[CHECK_MASK_BLOCKS]) {
		put(line, ", a mask of ");
		put_blocks(line, n[CHECK_MASK_BLOCKS], n[CHECK_MASK_SPARSE]);
	} else if (info->has_mask) {
		put(line, ", a mask");
	}
	put_not_read(line, n[CHECK_OVERVIEWS], n[CHECK_PAGES]);
}

/* "BAD scenes/a.tif: is cut short": a line to be searched for. */
static void put_file(FILE *out, enum ink ink, const char *verdict, const char *name,
		     const char *between, const char *why)
{
	char *line;

	if (asprintf(&line, "%s%s%s", name, between, why) < 0)
		return;
	text_line(out, ink, INDENT, verdict, line);
	free(line);
}

static int text_scene(struct open_report *report, const struct scene_result *result,
		      struct error *err)
{
	struct text_state *state = report->state;
	const char *name = result->scene->name ? result->scene->name : "?";
	char reason[CHECK_REASON_BYTES];
	struct line line = {.used = 0};

	check_count(&state->outcome, result);
	switch (check_verdict(result)) {
	case CHECK_OK:
		if (report->options->verbosity < 0 || !check_info(result))
			break;
		put_facts(&line, result);
		put_file(report->out, INK_GOOD, "ok", name, "  ", line.text);
		break;
	case CHECK_BAD:
		put_file(report->out, INK_BAD, "BAD", name, ": ", check_reason(reason, result));
		break;
	case CHECK_UNREAD:
		put_file(report->out, INK_WARNING, "UNREAD", name, ": ",
			 check_reason(reason, result));
		break;
	case CHECK_SKIPPED:
		if (!*state->skipped)
			memcpy(state->skipped, result->error.text, sizeof(state->skipped));
		break;
	case CHECK_LEFT:
		break;
	}
	return report_check(report->out, err);
}

/* --- all of them --- */

static void put_counts(FILE *out, const struct check_outcome *o)
{
	fprintf(out, "%" PRIu32 " ok, %" PRIu32 " bad", o->n_ok, o->n_bad);
	if (o->n_unread)
		fprintf(out, ", %" PRIu32 " unread", o->n_unread);
	if (o->n_skipped)
		fprintf(out, ", %" PRIu32 " skipped", o->n_skipped);
	if (o->n_left)
		fprintf(out, ", %" PRIu32 " not checked", o->n_left);
	fputc('\n', out);
}

static int text_end(struct open_report *report, const struct run_totals *totals, struct error *err)
{
	struct text_state *state = report->state;

	if (report->options->verbosity < 0)
		return 0;
	check_settle(&state->outcome, totals);
	put_counts(report->out, &state->outcome);
	if (*state->skipped)
		printable_line(report->out, "skipped: %s%s", state->skipped,
			       state->outcome.n_skipped > 1 ? " ..." : "");
	return report_check(report->out, err);
}

const struct report report_check_text = {
	.option = {.kind = "text", .made_by = REPORT_BY_CHECK, .by_default = text_by_default},
	.state_bytes = sizeof(struct text_state),
	.scene = text_scene,
	.end = text_end,
};
