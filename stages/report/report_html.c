/*
 * --html: a page on the run that stands alone. Streams: rows of scenes as they come, at most
 * MOST_SCENES of them, figures when the run is over. What each figure shows is in html_*.c.
 */
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "picture/graph.h"
#include "html_figures.h"
#include "html_pictures.h"
#include "masks/masks.h"
#include "picture/page.h"
#include "report_teach.h"
#include "report_words.h"
#include "run_figures.h"
#include "base/text.h"
#include "verdict.h"
#include "recipe.h"

enum { MOST_SCENES = 50, MOST_MAPS = 4, SCENE_COLUMNS = 9 };

/* "NDVI" where that is all there is, else "indices". */
static const char *what_is_computed(const struct recipe *recipe)
{
	return recipe->n_values == 1 && strcmp(recipe->value[0].name, "ndvi") == 0 ? "NDVI"
										   : "indices";
}

static void put_formulas(FILE *out, const struct recipe *recipe)
{
	static const char *const heads[] = {"index", "formula", "most values from", "to"};

	page_table_open(out, "What is computed", heads, sizeof(heads) / sizeof(heads[0]));
	for (const struct value_def *v = recipe->value; v < recipe->value + recipe->n_values; v++) {
		page_row_open(out);
		page_cell(out, "%s", v->name);
		page_cell(out, "%s", v->formula);
		page_number(out, "%.6g", v->grid.lo);
		page_number(out, "%.6g", v->grid.hi);
		page_row_close(out);
	}
	page_table_close(out);
}

/* What is skipped has no row. */
struct html_state {
	uint32_t n_shown;
	struct html_pictures pictures;
};

static int html_begin(struct open_report *report, struct error *err)
{
	static const char *const heads[SCENE_COLUMNS] = {
		"scene", "index", "status", "valid %", "mean", "std", "min", "max", "median"};
	const char *what = what_is_computed(report->plan->layout.recipe);
	const struct plan *plan = report->plan;
	FILE *out = report->out;
	char lead[160];

	(void)snprintf(lead, sizeof(lead),
		       "imgpipe %s: statistics of %s in %" PRIu32
		       " scene%s, planned for %u worker%s",
		       IMGPIPE_VERSION, what, plan->n_scenes, plan->n_scenes == 1 ? "" : "s",
		       plan_all_workers(plan), plan_all_workers(plan) == 1 ? "" : "s");
	((struct html_state *)report->state)->pictures.page =
		report_path(&report->options->reports, &report_html.option);
	page_open(out, "Run of imgpipe", lead);
	teach_page_marks(out, report->options);
	page_section(out, "Scenes");
	put_formulas(out, report->plan->layout.recipe);
	page_table_open(out, "Indices of each scene", heads, SCENE_COLUMNS);
	return report_check(out, err);
}

static void put_numbers(FILE *out, const struct summary *s)
{
	const double values[] = {s->mean, s->std, s->min, s->max, s->percentile[N_PERCENTILES / 2]};
	char text[24];

	if (isfinite(s->valid_percent))
		page_number(out, "%.2f", s->valid_percent);
	else
		page_number(out, "-");
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		page_number(out, "%s", text_value(text, values[i]));
}

/* The row of value v in one scene; of one that is not ok there is the first alone. */
static void put_scene(FILE *out, const struct scene_result *result, unsigned v,
		      const struct recipe *recipe)
{
	const struct scene *scene = result->scene;
	bool ok = result->status == SCENE_OK;
	char why[MISSING_TEXT_BYTES] = "";
	struct summary summary;

	page_row_open(out);
	page_cell(out, "%s", scene->name ? scene->name : "");
	page_cell(out, "%s", ok ? recipe->value[v].name : "");
	if (scene_summary(&summary, result, v, recipe)) {
		page_cell(out, "%s", scene_status_name(result->status));
		put_numbers(out, &summary);
	} else {
		(void)scene_missing_reason(scene, recipe, v, why, sizeof(why));
		page_cell(out, "%s", ok ? "missing" : scene_status_name(result->status));
		page_wide_cell(out, SCENE_COLUMNS - 3, "%s", ok ? why : result->error.text);
	}
	page_row_close(out);
}

static bool is_noted(const struct scene *scene, const char *text)
{
	for (unsigned i = 0; i < scene->n_notes; i++)
		if (strstr(scene->notes[i], text))
			return true;
	return false;
}

/* "2026-07-01, Sentinel-2 L2A; masked: 117 cloud"; below it masks, area and notes. */
static void put_facts(FILE *out, const struct scene_result *result, const struct masks *masks)
{
	const struct scene *scene = result->scene;
	char by[MASKED_TEXT_BYTES] = "", line[MASK_TEXT_BYTES];
	bool ok = result->status == SCENE_OK;

	for (unsigned v = 0; ok && v < result->n_values && !*by; v++)
		(void)masked_text(by, &result->value[v].masked_by);
	if (!ok && !scene->n_notes)
		return;
	page_fold_open(out, SCENE_COLUMNS, "%s%s%s%s%s",
		       *scene->acquired ? scene->acquired : "facts and notes",
		       *scene->sensor ? ", " : "", scene->sensor, *by ? "; masked: " : "", by);
	for (unsigned i = 0; ok && masks && i < masks->n && i < scene->masks.n_rules; i++)
		page_item(out, "mask %s", mask_taken_text(line, scene, masks, i));
	if (ok && alpha_taken_text(line, scene))
		page_item(out, "mask %s", line);
	if (ok && *scene->area_source && !is_noted(scene, scene->area_source))
		page_item(out, "area: %s", scene->area_source);
	for (unsigned i = 0; i < scene->n_notes; i++)
		page_item(out, "%s", scene->notes[i]);
	page_fold_close(out);
}

/* Maps of the first values that the scene has. */
static void put_maps(FILE *out, const struct scene_result *result, const struct recipe *recipe)
{
	unsigned n = 0;

	(void)fprintf(out, "<tr><td colspan=\"%d\" style=\"min-width:46rem\">", SCENE_COLUMNS);
	for (unsigned v = 0; v < result->n_values && n < MOST_MAPS; v++)
		if (result->value[v].histogram) {
			figure_tiles(out, result, v, &recipe->value[v]);
			n++;
		}
	(void)fputs("</td></tr>\n", out);
}

static int html_scene(struct open_report *report, const struct scene_result *result,
		      struct error *err)
{
	const struct recipe *recipe = report->plan->layout.recipe;
	unsigned rows = result->status == SCENE_OK        ? recipe->n_values
			: result->status == SCENE_SKIPPED ? 0
							  : 1;

	struct html_state *state = report->state;
	bool show = rows && state->n_shown < MOST_SCENES;

	for (unsigned v = 0; show && v < rows; v++)
		put_scene(report->out, result, v, recipe);
	if (show)
		put_facts(report->out, result, report->options->masks);
	state->n_shown += show;
	if (html_has_pictures(result))
		html_put_pictures(report->out, &state->pictures, result, SCENE_COLUMNS, show);
	else if (result->first_ok && result->n_tiles)
		put_maps(report->out, result, recipe);
	return report_check(report->out, err);
}

/* Value v of all scenes that have it. */
static void put_total(FILE *out, const struct run_totals *totals, unsigned v)
{
	const struct pixel_totals *pixels = totals->pixels;
	uint32_t n = pixels->value[v].n_scenes;
	struct summary s;

	page_row_open(out);
	page_cell(out,
		  n && n < totals->n_ok ? "%" PRIu32 " that have it"
					: "all %" PRIu32 " that are ok",
		  n ? n : totals->n_ok);
	page_cell(out, "%s", pixels->layout->recipe->value[v].name);
	page_cell(out, n ? "ok" : "missing");
	if (n) {
		totals_summary(&s, pixels, v);
		put_numbers(out, &s);
	} else {
		page_wide_cell(out, SCENE_COLUMNS - 3, "in each of these scenes");
	}
	page_row_close(out);
}

static void put_all(FILE *out, const struct run_totals *totals)
{
	const uint32_t n_scenes = totals->n_scenes - totals->n_skipped;
	char end[RUN_END_BYTES];

	for (unsigned v = 0; v < totals->pixels->n_values && totals->n_ok > 1; v++)
		put_total(out, totals, v);
	page_table_close(out);
	if (n_scenes > MOST_SCENES)
		page_paragraph(
			out, "%" PRIu32 " more scenes are not listed here; --csv has all of them.",
			n_scenes - MOST_SCENES);
	page_paragraph(out,
		       "%" PRIu32 " of %" PRIu32 " ok, %" PRIu32 " failed, %" PRIu32 " cancelled.",
		       totals->n_ok, n_scenes, totals->n_failed, totals->n_cancelled);
	if (run_end_text(end, totals))
		page_note(out, "The run was %s.", end);
	if (totals->n_skipped)
		page_paragraph(out,
			       "Skipped: %" PRIu32 " that were found and are no scenes; --csv "
			       "says of each why.",
			       totals->n_skipped);
}

static void put_verdict(FILE *out, const struct run_totals *totals, const struct plan *plan,
			const struct options *options, const struct run_figures *f)
{
	struct verdict verdict;

	page_section(out, "Verdict");
	if (totals->interrupted_by)
		page_note(out, "Interrupted by %s: the page is partial.", totals->interrupted_by);
	if (totals->n_lost)
		page_note(out,
			  "%u worker process%s died: the scenes worked on there are reported as "
			  "failed. What was recorded until then is on the timeline.",
			  totals->n_lost, totals->n_lost == 1 ? "" : "es");
	verdict_make(&verdict, totals, plan, options);
	for (unsigned i = 0; i < verdict.n; i++) {
		if (i)
			page_paragraph(out, "%s", verdict.sentence[i]);
		else
			page_note(out, "%s", verdict.sentence[i]);
	}
	page_paragraph(out,
		       "%s, %u worker%s, %.3f s wall, %.3f s CPU, parallel efficiency %.0f %%; "
		       "%.1f Mpixel/s.",
		       totals->executor ? totals->executor : "?", totals->n_workers,
		       totals->n_workers == 1 ? "" : "s", f->wall_s, f->cpu_s, 100 * f->efficiency,
		       f->wall_s > 0 ? (double)f->pixels / 1e6 / f->wall_s : 0);
}

static void put_stages(FILE *out, const struct run_totals *totals, const struct plan *plan)
{
	static const char *const heads[] = {"stage",  "chunks",   "tiles",   "MB in",
					    "MB out", "busy s",   "CPU s",   "wait s",
					    "msgs",   "plan MiB", "resv MiB"};

	page_table_open(out, "What each stage did and cost, all workers added up", heads,
			sizeof(heads) / sizeof(heads[0]));
	for (int i = 0; i < N_METER_STAGES; i++) {
		const struct meter_row *row = &totals->meter.row[i];
		bool known = stored_bytes_known(totals, (enum meter_stage)i);
		const char *name = plan_stage_name(plan, (enum meter_stage)i);

		if (!name)
			continue;
		page_row_open(out);
		page_cell(out, "%s", name);
		page_number(out, "%" PRIu64, row->chunks);
		page_number(out, "%" PRIu64, row->tiles);
		page_number(out, known ? "%.1f" : "-", (double)row->bytes_in / 1e6);
		page_number(out, known || i != METER_FETCH ? "%.1f" : "-",
			    (double)row->bytes_out / 1e6);
		page_number(out, "%.3f", (double)row->busy_ns / 1e9);
		page_number(out, "%.3f", (double)row->cpu_ns / 1e9);
		page_number(out, "%.3f", (double)meter_row_wait_ns(row) / 1e9);
		page_number(out, "%" PRIu64, row->messages);
		page_number(out, "%.1f", (double)row->planned_peak / (1 << 20));
		page_number(out, "%.1f", (double)row->reserved_peak / (1 << 20));
		page_row_close(out);
	}
	page_table_close(out);
}

static void put_graph(FILE *out, const struct run_totals *totals, const struct plan *plan)
{
	struct graph graph;

	graph_run(&graph, totals, plan);
	page_figure_open(out, "The graph of tasks");
	graph_svg(out, &graph, false);
	page_figure_close(out,
			  "Tasks of each stage, and above the arrows the bytes that went from "
			  "one to the next. map: each block by itself; filter: some pixels stay; "
			  "reduce: many become one. imgpipe graph draws it before the run.");
}

static int html_end(struct open_report *report, const struct run_totals *totals, struct error *err)
{
	const struct plan *plan = report->plan;
	struct html_state *state = report->state;
	FILE *out = report->out;
	struct run_figures figures;

	run_figures_make(&figures, totals);
	html_end_pictures(out, &state->pictures);
	put_all(out, totals);
	put_verdict(out, totals, plan, report->options, &figures);
	if (totals->trace) {
		page_section(out, "Time and memory");
		figure_timeline(out, totals);
		figure_memory(out, totals, plan);
	}
	page_section(out, "Stages");
	put_graph(out, totals, plan);
	figure_stages(out, totals, plan);
	put_stages(out, totals, plan);
	if (totals->trace)
		figure_chunks(out, totals);
	page_close(out);
	return report_check(out, err);
}

const struct report report_html = {
	.option = {.kind = "HTML",
		   .name = "html",
		   .brief = "a page with pictures, to be opened in a browser",
		   .help = "a page about the run: timeline of the workers, memory, stages, "
			   "maps; needs no network",
		   .made_by = REPORT_BY_RUN,
		   .needs = REPORT_NEEDS_TILES | REPORT_NEEDS_TRACE},
	.state_bytes = sizeof(struct html_state),
	.begin = html_begin,
	.scene = html_scene,
	.end = html_end,
};
