/*
 * The live view as lines of text. Plain characters only: how it gets on the screen is the
 * console's business.
 */
#include "monitor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "budget.h"
#include "base/text.h"

enum {
	FIXED_LINES = 4,
	LABEL = 9,
	LEAST_COLUMNS = 20,
	LEAST_ROWS = 6,
	WIDE = 72,
	LINE_BYTES = 512
};

struct canvas {
	char *text;
	size_t size, used;
	unsigned columns, lines;
	char line[LINE_BYTES];
	size_t length;
};

static void put(struct canvas *c, const char *format, ...) PRINTF_LIKE(2, 3);

static void put(struct canvas *c, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(c->line + c->length, sizeof(c->line) - c->length, format, args);
	va_end(args);
	if (n > 0)
		c->length += (size_t)n;
	if (c->length >= sizeof(c->line))
		c->length = sizeof(c->line) - 1;
}

/* The line is done: what is too long for the screen is cut. */
static void end_line(struct canvas *c)
{
	size_t most = c->columns - 1, n = c->length < most ? c->length : most;

	if (c->used + n + 2 <= c->size) {
		memcpy(c->text + c->used, c->line, n);
		c->used += n;
		c->text[c->used++] = '\n';
		c->text[c->used] = '\0';
		c->lines++;
	}
	c->length = 0;
}

static void put_bar(struct canvas *c, double share, unsigned cells)
{
	unsigned full;

	share = share < 0 ? 0 : share > 1 ? 1 : share;
	full = (unsigned)(share * cells + 0.5);
	put(c, "[");
	for (unsigned i = 0; i < cells; i++)
		put(c, "%c", i < full ? '#' : '.');
	put(c, "]");
}

/* Cells for a bar on a line with `taken` other characters. */
static unsigned bar_cells(const struct canvas *c, unsigned taken, unsigned most)
{
	unsigned left = c->columns > taken + 4 ? c->columns - taken - 4 : 0;

	return left < 4 ? 4 : left < most ? left : most;
}

static const char *activity_name(const struct monitor_view *v, char name[24], unsigned what)
{
	if (what < ACTIVITY_WAIT)
		return v->stage_names[what] ? v->stage_names[what] : "-";
	if (what >= ACTIVITY_NONE)
		return "-";
	(void)snprintf(name, 24, "wait %s",
		       wait_cause_name((enum wait_cause)(what - ACTIVITY_WAIT)));
	return name;
}

/* As long as scenes are to be opened, by the share of the bytes. */
static void put_chunks(struct canvas *c, const struct monitor_view *v)
{
	const unsigned long long chunks = v->chunks;
	double about = v->share > 0 ? (double)v->chunks / v->share : 0;

	if (v->n_chunks)
		put(c, ", %llu of %llu chunks", chunks, (unsigned long long)v->n_chunks);
	else if (about > 0)
		put(c, ", %llu of about %.0f chunks", chunks, about);
	else
		put(c, ", %llu chunks", chunks);
}

static void put_progress(struct canvas *c, const struct monitor_view *v)
{
	put(c, "%-*s", LABEL, "imgpipe");
	if (c->columns >= WIDE)
		put_bar(c, v->share, bar_cells(c, 64, 24));
	if (v->n_scenes) {
		put(c, " %3.0f %%  %u of %u scenes", 100 * v->share, v->scenes_done, v->n_scenes);
		put_chunks(c, v);
	} else {
		put(c, "   0 %%  opening the first scene");
	}
	end_line(c);
	put(c, "%-*s%.1f s, %.0f MB/s, %.0f s left", LABEL, "time", v->seconds, v->rate / 1e6,
	    v->seconds_left);
	end_line(c);
}

static void put_worker(struct canvas *c, const struct monitor_view *v, unsigned i)
{
	char name[24];

	put(c, "worker %-3u%-12s", i, activity_name(v, name, v->worker[i]));
	put_bar(c, (double)v->busy[i], bar_cells(c, 30, 40));
	put(c, " %3.0f %% busy", 100 * (double)v->busy[i]);
	end_line(c);
}

/* The workers that have no line of their own, by what they are at. */
static void put_others(struct canvas *c, const struct monitor_view *v, unsigned first)
{
	unsigned n[N_ACTIVITIES] = {0};
	char name[24];

	for (unsigned i = first; i < v->n_workers; i++)
		n[v->worker[i] < N_ACTIVITIES ? v->worker[i] : ACTIVITY_NONE]++;
	put(c, "%u more:", v->n_workers - first);
	for (unsigned what = 0; what < N_ACTIVITIES; what++)
		if (n[what])
			put(c, " %u %s", n[what], activity_name(v, name, what));
	end_line(c);
}

/* A bar a core where there is room, else their mean. */
static void put_cores(struct canvas *c, const struct monitor_view *v)
{
	unsigned each = v->n_cores ? (c->columns - LABEL) / v->n_cores : 0;
	double sum = 0;

	if (!v->n_cores)
		return;
	put(c, "%-*s", LABEL, "cores");
	for (unsigned i = 0; i < v->n_cores; i++)
		sum += (double)v->core[i];
	for (unsigned i = 0; i < v->n_cores && each >= 14; i++) {
		put_bar(c, (double)v->core[i], each - 10 < 20 ? each - 10 : 20);
		put(c, " %3.0f %%%s", 100 * (double)v->core[i], i + 1 < v->n_cores ? "  " : "");
	}
	if (each < 14) {
		put_bar(c, sum / v->n_cores, bar_cells(c, 30, 40));
		put(c, " %.1f of %u", sum, v->n_cores);
	}
	end_line(c);
}

static void put_memory(struct canvas *c, const struct monitor_view *v)
{
	char budget[24], reserved[24], resident[24];

	put(c, "%-*s", LABEL, "memory");
	(void)bytes_text(budget, v->budget);
	(void)bytes_text(reserved, v->reserved);
	(void)bytes_text(resident, v->resident);
	if (c->columns >= WIDE) {
		put_bar(c, v->budget ? (double)v->resident / (double)v->budget : 0,
			bar_cells(c, 60, 24));
		put(c, " %s resident, %s reserved, of %s", resident, reserved, budget);
	} else {
		put(c, "%s of %s", resident, budget);
	}
	end_line(c);
}

/* What took most of the workers' time so far, by samples. */
static void put_stages(struct canvas *c, const struct monitor_view *v)
{
	uint64_t all = 0, left[N_ACTIVITIES];
	char name[24];

	for (unsigned what = 0; what < ACTIVITY_NONE; what++)
		all += left[what] = v->seen[what];
	put(c, "%-*s", LABEL, "so far");
	for (int n = 0; all && n < 6; n++) {
		unsigned most = 0;

		for (unsigned what = 1; what < ACTIVITY_NONE; what++)
			most = left[what] > left[most] ? what : most;
		if (100 * left[most] < all)
			break;
		put(c, "%s%s %.0f %%", n ? ", " : "", activity_name(v, name, most),
		    100 * (double)left[most] / (double)all);
		left[most] = 0;
	}
	end_line(c);
}

unsigned monitor_draw(char *text, size_t size, const struct monitor_view *view)
{
	unsigned rows = view->rows > LEAST_ROWS ? view->rows : LEAST_ROWS;
	unsigned room = rows - 1 - FIXED_LINES - (view->n_cores ? 1 : 0);
	unsigned shown = view->n_workers <= room ? view->n_workers : room ? room - 1 : 0;
	struct canvas c = {
		.text = text,
		.size = size,
		.columns = view->columns > LEAST_COLUMNS ? view->columns : LEAST_COLUMNS,
	};

	put_progress(&c, view);
	for (unsigned i = 0; i < shown; i++)
		put_worker(&c, view, i);
	if (shown < view->n_workers && room)
		put_others(&c, view, shown);
	put_cores(&c, view);
	put_memory(&c, view);
	put_stages(&c, view);
	return c.lines;
}
