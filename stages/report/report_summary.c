/*
 * --summary: the numbers alone, as JSON (schema imgpipe-summary/2). The same bytes for any number
 * of workers, chunk size, executor and reader; so nothing of the run may be written here: no time,
 * no path, no text that another reader would word differently. The one exception says so itself:
 * with
 * --teach float-sums the file is marked, and has the sums that are not exact beside those that are.
 */
#include "report.h"

#include "json_values.h"
#include "report_words.h"
#include "recipe.h"

static bool floats(const struct options *options)
{
	return teaches(&options->teach, TEACH_FLOAT_SUMS);
}

static int summary_begin(struct open_report *report, struct error *err)
{
	FILE *out = report->out;

	(void)fputs("{\"schema\":\"imgpipe-summary/2\"", out);
	if (js_emit_member(out, ",", "indices", js_indices(report->plan->layout.recipe), err))
		return -1;
	(void)fprintf(out, ",%s\"scenes\":[",
		      floats(report->options) ? "\"teach\":[\"float-sums\"]," : "");
	return report_check(report->out, err);
}

static int summary_scene(struct open_report *report, const struct scene_result *result,
			 struct error *err)
{
	json_t *o = json_object();
	struct json_writer w;

	js_put(&o, "name", js_name(result->scene->name ? result->scene->name : ""));
	js_put(&o, "status", js_text(scene_status_name(result->status)));
	js_put(&o, "error",
	       scene_has_error(result) ? js_text(error_code_name(result->error.code))
				       : json_null());
	(void)fputs(report->row ? ",\n" : "\n", report->out);
	jw_begin(&w, report->out);
	jw_open(&w, '{');
	jw_members(&w, o);
	js_write_scene_values(&w, result, report->plan->layout.recipe, floats(report->options));
	jw_close(&w, '}');
	return jw_end(&w, err);
}

static int summary_end(struct open_report *report, const struct run_totals *totals,
		       struct error *err)
{
	json_t *o = json_object();
	struct json_writer w;

	js_put(&o, "scenes", js_count(totals->n_ok));
	js_put(&o, "skipped", js_count(totals->n_skipped));
	(void)fputs("\n],\n\"global\":", report->out);
	jw_begin(&w, report->out);
	jw_open(&w, '{');
	jw_members(&w, o);
	js_write_total_values(&w, totals->pixels, floats(report->options));
	jw_close(&w, '}');
	if (jw_end(&w, err))
		return -1;
	(void)fputs("}\n", report->out);
	return report_check(report->out, err);
}

const struct report report_summary = {
	.option = {.kind = "summary",
		   .name = "summary",
		   .help = "the numbers alone, JSON; the same bytes however the work is done",
		   .made_by = REPORT_BY_RUN | REPORT_BY_MERGE},
	.begin = summary_begin,
	.scene = summary_scene,
	.end = summary_end,
};
