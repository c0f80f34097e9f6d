/*
 * A check for programs: a line a file, as JSON or CSV; and the table of all reports of a check.
 * Fields are described in stages/report/schema.md.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/csv.h"
#include "check.h"
#include "check_words.h"
#include "options.h"
#include "report/json_stats.h"
#include "report/report_words.h"
#include "reports.h"

static const char *status_word(const struct scene_result *result)
{
	static const char *const words[] = {[CHECK_OK] = "ok",
					    [CHECK_BAD] = "bad",
					    [CHECK_UNREAD] = "unread",
					    [CHECK_SKIPPED] = "skipped",
					    [CHECK_LEFT] = "not_checked"};

	return words[check_verdict(result)];
}

/* --- JSON lines --- */

static void put_header(json_t **o, const struct raster_info *info)
{
	js_put(o, "reader", js_text(info->reader));
	js_put(o, "x_size", js_count(info->x_size));
	js_put(o, "y_size", js_count(info->y_size));
	js_put(o, "bands", js_count(info->n_bands));
	js_put(o, "type", js_text(sample_name(info->type)));
	js_put(o, "codec", js_text(info->codec));
	js_put(o, "block_x_size", js_count(info->block_x_size));
	js_put(o, "block_y_size", js_count(info->block_y_size));
	js_put(o, "has_mask", json_boolean(info->has_mask));
}

static void put_numbers(json_t **o, const struct check_numbers *numbers)
{
	for (unsigned i = 0; i < N_CHECK_NUMBERS; i++)
		js_put(o, check_number_names[i], js_count(numbers->n[i]));
}

static json_t *file_object(const struct scene_result *result)
{
	const struct raster_info *info = check_info(result);
	char reason[CHECK_REASON_BYTES];
	json_t *o = json_object();

	js_put(&o, "file", js_name(result->scene->name ? result->scene->name : ""));
	js_put(&o, "status", js_text(status_word(result)));
	if (scene_has_error(result)) {
		js_put(&o, "error", js_text(check_reason(reason, result)));
		js_put(&o, "error_code", js_text(scene_error_code(result)));
	}
	if (info)
		put_header(&o, info);
	if (result->status == SCENE_OK) {
		const struct check_numbers numbers =
			check_numbers_of(result->layout, result->cells);

		put_numbers(&o, &numbers);
	}
	return o;
}

static int json_scene(struct open_report *report, const struct scene_result *result,
		      struct error *err)
{
	if (js_emit(report->out, file_object(result), err))
		return -1;
	(void)fputc('\n', report->out);
	return report_check(report->out, err);
}

static const struct report report_check_json = {
	.option = {.kind = "JSON",
		   .name = "json",
		   .help = "a line a file, each an object in JSON",
		   .made_by = REPORT_BY_CHECK},
	.scene = json_scene,
};

/* --- CSV --- */

static int csv_begin(struct open_report *report, struct error *err)
{
	(void)fputs(
		"file,status,error,error_code,reader,x_size,y_size,bands,type,codec,block_x_size,"
		"block_y_size,has_mask",
		report->out);
	for (unsigned i = 0; i < N_CHECK_NUMBERS; i++)
		(void)fprintf(report->out, ",%s", check_number_names[i]);
	(void)fputc('\n', report->out);
	return report_check(report->out, err);
}

static void csv_header(FILE *out, const struct raster_info *info)
{
	if (!info) {
		(void)fputs(",,,,,,,,,", out);
		return;
	}
	(void)fprintf(
		out, ",%s,%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%s,%s,%" PRIu32 ",%" PRIu32 ",%d",
		info->reader, info->x_size, info->y_size, info->n_bands, sample_name(info->type),
		info->codec, info->block_x_size, info->block_y_size, info->has_mask);
}

static int csv_scene(struct open_report *report, const struct scene_result *result,
		     struct error *err)
{
	const bool failed = scene_has_error(result), ok = result->status == SCENE_OK;
	struct check_numbers numbers = {0};
	char reason[CHECK_REASON_BYTES];
	FILE *out = report->out;

	csv_name(out, result->scene->name ? result->scene->name : "");
	(void)fprintf(out, ",%s,", status_word(result));
	csv_words(out, failed ? check_reason(reason, result) : "");
	(void)fprintf(out, ",%s", scene_error_code(result));
	csv_header(out, check_info(result));
	if (ok)
		numbers = check_numbers_of(result->layout, result->cells);
	for (unsigned i = 0; i < N_CHECK_NUMBERS; i++)
		(void)(ok ? fprintf(out, ",%" PRIu64, numbers.n[i]) : fputc(',', out));
	(void)fputc('\n', out);
	return report_check(out, err);
}

static const struct report report_check_csv = {
	.option = {.kind = "CSV",
		   .name = "csv",
		   .help = "a line a file, for a spreadsheet",
		   .made_by = REPORT_BY_CHECK},
	.begin = csv_begin,
	.scene = csv_scene,
};

/* --- the table: text comes last, as its path depends on the others' --- */

const struct report *const check_reports[] = {&report_check_json, &report_check_csv,
					      &report_check_outcome, &report_check_text, NULL};

const struct report_option *check_report_option(unsigned i)
{
	return i < sizeof(check_reports) / sizeof(check_reports[0]) - 1 ? &check_reports[i]->option
									: NULL;
}
