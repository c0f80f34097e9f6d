/*
 * The run in one line, to be pasted into a mail: how many scenes, what became of them, the mean of
 * the indices that fit, and the exit status where it is not 0.
 */
#include "report_done.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/signals.h"
#include "base/text.h"
#include "recipe.h"
#include "report_words.h"

/* LINE_MOST: of a mail. What does not fit is left out, the end last. */
enum { LINE_MOST = 80, NAME_MOST = 12 };

struct line {
	char text[LINE_MOST + 1];
	size_t used, most;
};

/* False, and nothing changed, where it does not fit. */
PRINTF_LIKE(2, 3)
static bool add(struct line *line, const char *format, ...)
{
	size_t room = line->most - line->used;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line->text + line->used, room + 1, format, args);
	va_end(args);
	if (n < 0 || (size_t)n > room) {
		line->text[line->used] = '\0';
		return false;
	}
	line->used += (size_t)n;
	return true;
}

static int exit_status(const struct run_totals *totals)
{
	return signals_caught() ? 128 + signals_caught() : run_totals_status(totals);
}

static void add_count(struct line *line, uint32_t n, const char *what)
{
	if (n)
		(void)add(line, ", %" PRIu32 " %s", n, what);
}

/* "82681 ha", of what has been measured; "1.8 Mpixel" where some of it has no known area. */
static void extent_text(char text[40], const struct value_totals *value)
{
	const double pixels = (double)value->accum.n[PIXEL_VALID];

	if (value->n_area == value->n_scenes && value->area_m2 >= 1e5)
		(void)snprintf(text, 40, "%.0f ha", value->area_m2 / 1e4);
	else if (value->n_area == value->n_scenes)
		(void)snprintf(text, 40, "%.5g m2", value->area_m2);
	else if (pixels >= 1e6)
		(void)snprintf(text, 40, "%.1f Mpixel", pixels / 1e6);
	else
		(void)snprintf(text, 40, "%.0f pixel%s", pixels, pixels == 1 ? "" : "s");
}

/* "ndvi mean 0.5635 over 82681 ha, evi 0.3120 ...", the dots where some do not fit. */
static void add_means(struct line *line, const struct pixel_totals *pixels)
{
	const struct recipe *recipe = pixels->layout->recipe;
	unsigned n = 0, left = 0;
	char text[40], value[24], name[4 * NAME_MOST + 1];

	for (unsigned v = 0; v < pixels->n_values; v++)
		left += pixels->value[v].n_scenes > 0;
	for (unsigned v = 0; v < pixels->n_values; v++) {
		struct summary s;

		if (!pixels->value[v].n_scenes)
			continue;
		totals_summary(&s, pixels, v);
		(void)snprintf(name, sizeof(name), "%.*s", NAME_MOST, recipe->value[v].name);
		(void)text_value(value, s.mean);
		extent_text(text, &pixels->value[v]);
		if (n ? !add(line, ", %s %s", name, value)
		      : !add(line, ": %s mean %s over %s", name, value, text))
			break;
		n++;
	}
	if (n && n < left)
		(void)add(line, " ...");
}

void report_done(FILE *out, unsigned label_columns, const struct run_totals *totals)
{
	const uint32_t n = totals->n_scenes - totals->n_skipped;
	const bool whole = !totals->n_cancelled && !totals->interrupted_by;
	const int status = exit_status(totals);
	struct line line = {.most = LINE_MOST - label_columns};
	char end[40] = "";

	if (!n)
		return;
	if (status)
		(void)snprintf(end, sizeof(end), "; exit status %d", status);
	line.most -= strlen(end);
	(void)add(&line, "%" PRIu32 " scene%s", n, n == 1 ? "" : "s");
	add_count(&line, totals->n_failed, "failed");
	add_count(&line, totals->n_incomplete, "incomplete");
	add_count(&line, totals->n_cancelled, "cancelled");
	add_means(&line, totals->pixels);
	line.most += strlen(end);
	(void)add(&line, "%s", end);
	text_item_in(out, status ? INK_BAD : INK_GOOD, label_columns, whole ? "Done" : "Ended",
		     line.text);
}
