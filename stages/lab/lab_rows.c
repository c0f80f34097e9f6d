/*
 * What a lab measures, in words, and its lines as texts of columns: for the terminal and the page.
 */
#include "lab_stages.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "budget.h"
#include "base/table.h"
#include "base/text.h"
#include "window.h"

/* --- heading --- */

static void head_pi(struct lab_head *head, const struct lab *lab)
{
	(void)snprintf(head->lead, sizeof(head->lead),
		       "pi by random numbers: of %" PRIu64 " points in the unit square, a share "
		       "of pi/4 is inside the quarter circle. Each task (%" PRIu64 " points) draws "
		       "and counts; the counts of all tasks are added.",
		       lab->n, lab->chunk);
	(void)snprintf(head->error, sizeof(head->error),
		       "Standard error to be expected: sqrt(pi (4 - pi) / N) = %.2e",
		       lab_pi_error(lab->n));
}

static void head_sum(struct lab_head *head, const struct lab *lab)
{
	char array[24];

	(void)snprintf(head->lead, sizeof(head->lead),
		       "A big sum: x_i = i mod 1000 + 0.5 for i = 0 ... %" PRIu64
		       ". As an array it "
		       "takes %s; a task in chunks is %" PRIu64 " values.",
		       lab->n - 1, bytes_text(array, size_mul(lab->n, sizeof(double))), lab->chunk);
}

static void head_recur(struct lab_head *head, const struct lab *lab)
{
	(void)snprintf(head->lead, sizeof(head->lead),
		       "A recurrence: exponential smoothing of %" PRIu64 " pixels over %" PRIu64
		       " steps; each step of a pixel needs the one before.",
		       lab->n, lab->steps);
	(void)snprintf(head->way[0], sizeof(head->way[0]),
		       "a task is one step of all pixels: critical path = %" PRIu64
		       " tasks, width = 1",
		       lab->steps);
	(void)snprintf(head->way[1], sizeof(head->way[1]),
		       "a task is all steps of %" PRIu64 " pixels: critical path = 1 task of "
		       "%" PRIu64 " steps, width = %" PRIu64,
		       lab->chunk, lab->steps, ceil_div(lab->n, lab->chunk));
}

const char *const lab_ways[LAB_WAYS] = {"over time", "over pixels"};

void lab_head_make(struct lab_head *head, const struct lab *lab)
{
	*head = (struct lab_head){.lead = ""};
	switch (lab->kind) {
	case LAB_PI:
		head_pi(head, lab);
		break;
	case LAB_SUM:
		head_sum(head, lab);
		break;
	case LAB_RECUR:
		head_recur(head, lab);
		break;
	case N_LAB_KINDS:
		break;
	}
}

/* --- a line --- */

/* Twice a sum, as the sum. */
const char *lab_halves_text(char text[48], int128 twice)
{
	(void)snprintf(text, 48, "%" PRIu64 ".%d", (uint64_t)(twice / 2), twice % 2 ? 5 : 0);
	return text;
}

/* The columns that all labs have come first. */
enum { AT_MODE, AT_WORKERS, AT_WALL, AT_CPU, AT_SPEED_UP, AT_EFFICIENCY, AT_WORK, AT_OWN };

/* The last of them goes first where there is no room; efficiency is speed-up / workers. */
enum { DROP_WORK = 1, DROP_EFFICIENCY, DROP_CPU, DROP_ERROR };

#define COMMON_COLUMNS(mode, columns)                                                            \
	{.head = (mode), .width = (columns), .left = true}, {.head = "workers", .width = 7},     \
		{.head = "wall s", .width = 7}, {.head = "CPU s", .width = 7, .drop = DROP_CPU}, \
		{.head = "speed-up", .width = 8},                                                \
		{.head = "efficiency", .width = 10, .drop = DROP_EFFICIENCY},                    \
	{                                                                                        \
		.head = "work %", .width = 6, .drop = DROP_WORK                                  \
	}

static const struct table_column columns_pi[] = {
	COMMON_COLUMNS("generator", 9),
	{.head = "estimate", .width = 11},
	{.head = "error", .width = 9, .drop = DROP_ERROR},
	{.head = "in s.e.", .width = 7},
};
static const struct table_column columns_sum[] = {
	COMMON_COLUMNS("how", 6),
	{.head = "peak", .width = 8},
	{.head = "sum", .width = 17},
};
static const struct table_column columns_recur[] = {
	COMMON_COLUMNS("over", 6),
	{.head = "waiting %", .width = 9},
	{.head = "mean of last step", .width = 17},
};

static void put_seconds(lab_cell cell, double s)
{
	(void)snprintf(cell, LAB_CELL_BYTES, "%.*f", s < 100 ? 3 : s < 10000 ? 1 : 0, s);
}

/* What others are compared with has no speed-up of its own; too short a time has none to be read.
 */
static void put_against(lab_cell cell, int decimals, const char *unit, double value,
			const struct lab *lab)
{
	if (isfinite(value))
		(void)snprintf(cell, LAB_CELL_BYTES, "%.*f%s", decimals, value, unit);
	else
		(void)snprintf(cell, LAB_CELL_BYTES, "%s",
			       lab_too_short(lab->line, lab->base) ? "short" : "-");
}

static void cells_common(lab_cell *cell, const struct lab *lab)
{
	const struct lab_line *line = lab->line;

	(void)snprintf(cell[AT_MODE], LAB_CELL_BYTES, "%s", lab_mode_name(line->mode));
	(void)snprintf(cell[AT_WORKERS], LAB_CELL_BYTES, "%u", line->workers);
	put_seconds(cell[AT_WALL], line->wall_s);
	put_seconds(cell[AT_CPU], line->cpu_s);
	put_against(cell[AT_SPEED_UP], 2, "", lab_speed_up(line, lab->base), lab);
	put_against(cell[AT_EFFICIENCY], 0, " %", 100 * lab_efficiency(line, lab->base), lab);
	(void)snprintf(cell[AT_WORK], LAB_CELL_BYTES, "%.0f", 100 * lab_work_share(line));
}

static void cells_pi(lab_cell *cell, const struct lab *lab)
{
	double error = lab_pi(lab->line) - M_PI;

	(void)snprintf(cell[AT_OWN], LAB_CELL_BYTES, "%.9f", lab_pi(lab->line));
	(void)snprintf(cell[AT_OWN + 1], LAB_CELL_BYTES, "%+.2e", error);
	(void)snprintf(cell[AT_OWN + 2], LAB_CELL_BYTES, "%+.2f", error / lab_pi_error(lab->n));
}

static void cells_sum(lab_cell *cell, const struct lab *lab)
{
	(void)bytes_text(cell[AT_OWN], lab->line->peak_bytes);
	(void)lab_halves_text(cell[AT_OWN + 1], lab->line->sum);
}

static void cells_recur(lab_cell *cell, const struct lab *lab)
{
	const struct lab_line *line = lab->line;

	(void)snprintf(cell[AT_OWN], LAB_CELL_BYTES, "%.0f",
		       100 * (line->order_s + line->idle_s) / (line->wall_s * line->workers));
	(void)snprintf(cell[AT_OWN + 1], LAB_CELL_BYTES, "%.15f", lab_mean(line));
}

static const struct {
	const struct table_column *column;
	unsigned n;
	void (*cells)(lab_cell *cell, const struct lab *lab);
} tables[N_LAB_KINDS] = {
	[LAB_PI] = {columns_pi, sizeof(columns_pi) / sizeof(columns_pi[0]), cells_pi},
	[LAB_SUM] = {columns_sum, sizeof(columns_sum) / sizeof(columns_sum[0]), cells_sum},
	[LAB_RECUR] = {columns_recur, sizeof(columns_recur) / sizeof(columns_recur[0]),
		       cells_recur},
};

unsigned lab_row(lab_cell cell[LAB_COLUMNS], const struct lab *lab)
{
	cells_common(cell, lab);
	tables[lab->kind].cells(cell, lab);
	return tables[lab->kind].n;
}

const struct table_column *lab_columns(enum lab_kind kind)
{
	return tables[kind].column;
}
