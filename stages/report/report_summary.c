/*
 * --summary: the numbers alone, as JSON (schema imgpipe-summary/1). The same bytes for any number
 * of workers, chunk size, executor and reader; so nothing of the run may be written here: no time,
 * no path, no text that another reader would word differently. The one exception says so itself:
 * with
 * --teach float-sums the file is marked, and has the sums that are not exact beside those that are.
 */
#include "report.h"

#include "json_stats.h"
#include "report_teach.h"
#include "report_words.h"
#include "recipe.h"

static bool floats(const struct options *options)
{
	return teaches(&options->teach, TEACH_FLOAT_SUMS);
}

static int summary_begin(struct open_report *report, struct error *err)
{
	(void)fprintf(report->out,
		      "{\"schema\":\"imgpipe-summary/1\",\"index\":\"ndvi\",%s\"scenes\":[",
		      floats(report->options) ? "\"teach\":[\"float-sums\"]," : "");
	return report_check(report->out, err);
}

static int summary_scene(struct open_report *report, const struct scene_result *result,
			 struct error *err)
{
	struct summary summary;
	bool ok = scene_summary(result, &summary);
	json_t *o = json_object();

	js_put(&o, "name", js_name(result->scene->name ? result->scene->name : ""));
	js_put(&o, "status", js_text(scene_status_name(result->status)));
	js_put(&o, "error",
	       result->status != SCENE_FAILED ? json_null()
					      : js_text(error_code_name(result->error.code)));
	js_put(&o, "ndvi", ok ? js_stats(&summary) : json_null());
	if (ok && floats(report->options))
		js_put(&o, "float_sums",
		       teach_float_object(&result->value[0].float_sums, summary.n[PIXEL_VALID],
					  summary.mean));
	(void)fputs(report->row ? ",\n" : "\n", report->out);
	return js_emit(report->out, o, err);
}

static int summary_end(struct open_report *report, const struct run_totals *totals,
		       struct error *err)
{
	struct summary summary;
	json_t *o = json_object();

	totals_summary(totals->pixels, &summary);
	js_put(&o, "scenes", js_count(totals->n_ok));
	js_put(&o, "ndvi", js_stats(&summary));
	if (floats(report->options))
		js_put(&o, "float_sums",
		       teach_float_object(&totals->pixels->value[0].float_sums,
					  summary.n[PIXEL_VALID], summary.mean));
	if (js_emit_member(report->out, "\n],\n", "global", o, err))
		return -1;
	(void)fputs("}\n", report->out);
	return report_check(report->out, err);
}

const struct report report_summary = {
	.option = {.kind = "summary",
		   .name = "summary",
		   .help = "the numbers alone, JSON; the same bytes however the work was done",
		   .made_by = REPORT_BY_RUN | REPORT_BY_MERGE},
	.begin = summary_begin,
	.scene = summary_scene,
	.end = summary_end,
};
