/*
 * What reports say of --teach. Every figure is one of the run's meters, or two of them divided.
 */
#include "report_teach.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "budget.h"
#include "json_stats.h"
#include "picture/page.h"
#include "base/text.h"

enum { MARK_COLUMNS = 7 };

/* What row i says of a run with these options; NULL: nothing. Returns line. */
static const char *mark(char line[240], const struct options *options, int i)
{
	char label[TEACH_LIST_BYTES];

	if (!teaches(&options->teach, teach_rows[i].mode))
		return NULL;
	(void)snprintf(line, 240, "%s - %s; not how imgpipe works",
		       teach_label(label, &options->teach, &teach_rows[i]), teach_rows[i].what);
	return line;
}

void teach_put_marks(FILE *out, const struct options *options)
{
	char line[240];

	for (int i = 0; i < N_TEACH_MODES; i++)
		if (mark(line, options, i))
			text_item(out, MARK_COLUMNS, "TEACH:", line);
}

void teach_page_marks(FILE *out, const struct options *options)
{
	char line[240];

	for (int i = 0; i < N_TEACH_MODES; i++)
		if (mark(line, options, i))
			page_note(out, "TEACH: %s", line);
}

/* --- JSON --- */

json_t *teach_list(const struct options *options)
{
	char label[TEACH_LIST_BYTES];
	json_t *list = json_array();

	for (int i = 0; i < N_TEACH_MODES; i++)
		if (teaches(&options->teach, teach_rows[i].mode))
			js_append(&list,
				  js_text(teach_label(label, &options->teach, &teach_rows[i])));
	return list;
}

json_t *teach_costs(const struct run_totals *totals)
{
	const struct meter_taught *t = &totals->meter.taught;
	json_t *o = json_object();

	js_put(&o, "gil_held_s", js_seconds(t->gil_held_ns));
	js_put(&o, "overheads", js_count(t->n_overheads));
	js_put(&o, "overhead_s", js_seconds(t->overhead_ns));
	js_put(&o, "parcels", js_count(t->n_parcels));
	js_put(&o, "parcel_bytes", js_count(t->parcel_bytes));
	js_put(&o, "answer_bytes", js_count(t->answer_bytes));
	js_put(&o, "pile_peak_bytes", js_count(t->pile_peak));
	return o;
}

static double mean(double sum, uint64_t n)
{
	return n ? sum / (double)n : NAN;
}

json_t *teach_float_object(const struct float_sums *sums, uint64_t n, double exact)
{
	json_t *o = json_object();

	js_put(&o, "sum_single", js_number((double)sums->single_sum));
	js_put(&o, "sum_double", js_number(sums->double_sum));
	js_put(&o, "mean_single", js_number(mean((double)sums->single_sum, n)));
	js_put(&o, "mean_double", js_number(mean(sums->double_sum, n)));
	js_put(&o, "mean_exact", js_number(exact));
	return o;
}

/* --- words --- */

/* The first significant digit, from 1, in which two numbers differ; 0 where 17 are the same. */
static int first_difference(double a, double b)
{
	char x[40], y[40];
	int digit = 0;

	(void)snprintf(x, sizeof(x), "%.16e", a);
	(void)snprintf(y, sizeof(y), "%.16e", b);
	for (int i = 0; x[i] && y[i]; i++) {
		digit += x[i] >= '0' && x[i] <= '9';
		if (x[i] != y[i])
			return digit ? digit : 1;
	}
	return 0;
}

static const char *difference(char text[48], double value, double exact)
{
	int digit = first_difference(value, exact);

	if (digit)
		(void)snprintf(text, 48, "off from digit %d on", digit);
	else
		(void)snprintf(text, 48, "all 17 digits right");
	return text;
}

const char *teach_float_text(char text[240], const struct float_sums *sums, uint64_t n,
			     double exact)
{
	double s = mean((double)sums->single_sum, n), d = mean(sums->double_sum, n);
	char off[2][48];

	if (!n)
		(void)snprintf(text, 240, "no pixel is valid");
	else
		(void)snprintf(text, 240,
			       "mean %.17g in single precision (%s), %.17g in double (%s), "
			       "%.17g exact",
			       s, difference(off[0], s, exact), d, difference(off[1], d, exact),
			       exact);
	return text;
}

/* Decimal, as rates are. */
static const char *size_text(char text[24], uint64_t bytes)
{
	double b = (double)bytes;

	(void)snprintf(text, 24, "%.1f %s",
		       b >= 1e9   ? b / 1e9
		       : b >= 1e6 ? b / 1e6
				  : b / 1e3,
		       b >= 1e9   ? "GB"
		       : b >= 1e6 ? "MB"
				  : "kB");
	return text;
}

static double percent_of(double part, double whole)
{
	return whole > 0 ? 100 * part / whole : 0;
}

static void say_gil(struct verdict *v, const struct run_figures *f, const struct run_totals *totals,
		    const struct plan *plan)
{
	double held_s = (double)totals->meter.taught.gil_held_ns / 1e9;
	double work = f->wall_s > 0 ? f->busy_total_s / f->wall_s : 0;
	double waited = percent_of(f->wait_s[WAIT_GIL], f->worker_s);
	unsigned n = totals->n_workers, locks = plan->own_memory ? n : totals->n_ranks;

	if (locks > 1)
		verdict_say(v,
			    "gil: %u workers, %.1f of them at work at a time: there were %u locks, "
			    "one in "
			    "each process, each held %.0f %% of the time; workers waited for "
			    "theirs %.0f "
			    "%%",
			    n, work, locks, percent_of(held_s, f->wall_s * locks), waited);
	else
		verdict_say(v,
			    "gil: %u worker%s, %.1f at work at a time: the lock was held %.0f %% "
			    "of the "
			    "time; "
			    "workers waited for it %.0f %% of theirs%s",
			    n, n == 1 ? "" : "s", work, percent_of(held_s, f->wall_s), waited,
			    n > 1 ? "; --executor processes has a lock for each" : "");
}

static void say_overhead(struct verdict *v, const struct run_figures *f,
			 const struct run_totals *totals)
{
	const struct meter_taught *t = &totals->meter.taught;
	double s = (double)t->overhead_ns / 1e9, n = (double)t->n_overheads;
	double work_s = 0;

	for (int stage = METER_FETCH; stage <= METER_REDUCE; stage++)
		work_s += f->busy_s[stage];
	verdict_say(v,
		    "task-overhead: one scheduler spent %.3f s on %" PRIu64
		    " chunks, %.0f %% of the wall time; a chunk's own work is %.2f ms; larger "
		    "chunks (--chunk) pay it less often",
		    s, t->n_overheads, percent_of(s, f->wall_s), n > 0 ? 1e3 * work_s / n : 0);
}

static void say_shipped(struct verdict *v, const struct run_totals *totals)
{
	const struct meter_taught *t = &totals->meter.taught;
	char sent[24], answers[24];

	verdict_say(v,
		    "ship-pixels: %s of pixels were sent to the reducer in place of %s of answers: "
		    "%.0f times as much",
		    size_text(sent, t->parcel_bytes), size_text(answers, t->answer_bytes),
		    t->answer_bytes ? (double)t->parcel_bytes / (double)t->answer_bytes : 0);
}

static void say_piled(struct verdict *v, const struct run_totals *totals, const struct plan *plan)
{
	char pile[24], blocks[24];

	verdict_say(v,
		    "no-backpressure: up to %s of pixels waited to be reduced; the blocks that "
		    "workers hold otherwise are %s together, however large the scene",
		    bytes_text(pile, totals->meter.taught.pile_peak),
		    bytes_text(blocks, plan->workers * plan->footprint));
}

static void say_float_sums(struct verdict *v, const struct run_totals *totals)
{
	struct summary s;
	char text[240];

	summary_make(&s, &totals->pixels->accum, &totals->pixels->histogram, NAN);
	verdict_say(v, "float-sums: %s",
		    teach_float_text(text, &totals->pixels->float_sums, s.n[PIXEL_VALID], s.mean));
}

void teach_verdict(struct verdict *verdict, const struct run_figures *figures,
		   const struct run_totals *totals, const struct plan *plan,
		   const struct options *options)
{
	const struct teach *teach = &options->teach;

	if (teaches(teach, TEACH_GIL))
		say_gil(verdict, figures, totals, plan);
	if (teaches(teach, TEACH_TASK_OVERHEAD))
		say_overhead(verdict, figures, totals);
	if (teaches(teach, TEACH_SHIP_PIXELS))
		say_shipped(verdict, totals);
	if (teaches(teach, TEACH_NO_BACKPRESSURE))
		say_piled(verdict, totals, plan);
	if (teaches(teach, TEACH_FLOAT_SUMS))
		say_float_sums(verdict, totals);
}
