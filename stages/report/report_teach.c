/*
 * What reports say of --teach. Every figure is one of the run's meters, or two of them divided.
 */
#include "report_teach.h"

#include <math.h>

#include "json_stats.h"
#include "teach.h"
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
			text_item_in(out, INK_WARNING, MARK_COLUMNS, "TEACH:", line);
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
	const struct teaching_costs *t = &totals->meter.costs;
	json_t *o = json_object();

	js_put(&o, "gil_held_s", js_seconds(t->gil_held_ns));
	js_put(&o, "overheads", js_count(t->n_overheads));
	js_put(&o, "overhead_s", js_seconds(t->overhead_ns));
	js_put(&o, "pixel_messages", js_count(t->n_pixel_messages));
	js_put(&o, "pixel_message_bytes", js_count(t->pixel_bytes));
	js_put(&o, "answer_bytes", js_count(t->answer_bytes));
	js_put(&o, "backlog_peak_bytes", js_count(t->backlog_peak));
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
