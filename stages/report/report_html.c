/*
 * --html: a page that stands alone as the record of a run: what came out, what was left out, what
 * was asked, what it cost. Rows and maps of scenes go to parts of their own as scenes come, at most
 * HTML_SCENES and HTML_MAP_SCENES of them, and are put together when the run is over. What each
 * section shows is in html_*.c.
 */
#include "report.h"

#include <inttypes.h>

#include "html_figures.h"
#include "html_gallery.h"
#include "html_part.h"
#include "html_sections.h"
#include "map_words.h"
#include "picture/graph.h"
#include "picture/page.h"
#include "picture/png.h"
#include "picture/thumbnail.h"
#include "recipe.h"
#include "report_teach.h"
#include "report_words.h"
#include "run_figures.h"
#include "verdict.h"

enum { ROWS, MAPS, LEFT, N_PARTS };

/* What is skipped has no row. */
struct html_state {
	struct html_part part[N_PARTS];
	uint32_t n_rows;
	struct html_gallery gallery;
	struct html_left left;
	struct html_notes notes;
};

static const char *page_of(const struct open_report *report)
{
	return report_path(&report->options->reports, &report_html.option);
}

static int html_begin(struct open_report *report, struct error *err)
{
	struct html_state *state = report->state;

	state->gallery.page = page_of(report);
	for (int i = 0; i < N_PARTS; i++)
		if (html_part_open(&state->part[i], page_of(report), err))
			return -1;
	return 0;
}

static int html_scene(struct open_report *report, const struct scene_result *result,
		      struct error *err)
{
	const struct options *options = report->options;
	struct html_state *state = report->state;
	struct html_part *part = state->part;

	if (result->status != SCENE_SKIPPED && state->n_rows < HTML_SCENES) {
		html_scene_rows(part[ROWS].out, result, options);
		state->n_rows++;
	}
	html_gallery_scene(part[MAPS].out, &state->gallery, result, options);
	html_left_scene(part[LEFT].out, &state->left, result, options->recipe);
	html_notes_scene(&state->notes, result, options);
	for (int i = 0; i < N_PARTS; i++)
		if (report_check(part[i].out, err))
			return -1;
	return 0;
}

/* --- sections --- */

/* "NDVI" where that is all there is, else "indices". */
static const char *what_is_computed(const struct recipe *recipe)
{
	return recipe_is_ndvi(recipe) ? "NDVI" : "indices";
}

static void put_head(FILE *out, const struct run_totals *totals, const struct plan *plan)
{
	static const char *const headings[] = {"Result", "Maps",      "Scenes", "Left out",
					       "Notes",  "Asked for", "Cost",   NULL};
	const uint32_t n_scenes = totals->n_scenes - totals->n_skipped;
	char lead[160];

	(void)snprintf(lead, sizeof(lead), "imgpipe %s: statistics of %s in %" PRIu32 " scene%s",
		       IMGPIPE_VERSION, what_is_computed(plan->layout.recipe), n_scenes,
		       n_scenes == 1 ? "" : "s");
	page_open_listed(out, "Run of imgpipe", lead, headings);
}

/* "6 of 7 scenes ok (3 incomplete), 1 failed, 0 cancelled." */
static void put_counts(FILE *out, const struct run_totals *totals)
{
	const uint32_t n_scenes = totals->n_scenes - totals->n_skipped;
	char incomplete[32] = "";

	if (totals->n_incomplete)
		(void)snprintf(incomplete, sizeof(incomplete), " (%" PRIu32 " incomplete)",
			       totals->n_incomplete);
	page_note(out,
		  "%" PRIu32 " of %" PRIu32 " scene%s ok%s, %" PRIu32 " failed, %" PRIu32
		  " cancelled.",
		  totals->n_ok, n_scenes, n_scenes == 1 ? "" : "s", incomplete, totals->n_failed,
		  totals->n_cancelled);
}

static void put_result(FILE *out, const struct run_totals *totals, const struct html_notes *notes,
		       const struct options *options)
{
	char end[RUN_END_BYTES], line[MAP_TEXT_BYTES];

	page_section(out, "Result");
	put_counts(out, totals);
	if (notes->n)
		page_note(out,
			  "%" PRIu32
			  " scene%s notes on what was assumed or may be wrong: see Notes.",
			  notes->n_scenes, notes->n_scenes == 1 ? " has" : "s have");
	if (run_end_text(end, totals))
		page_note(out, "The run was %s.", end);
	if (totals->interrupted_by)
		page_note(out, "Interrupted by %s: the page is partial.", totals->interrupted_by);
	if (totals->n_lost)
		page_note(out,
			  "%u worker process%s died: the scenes worked on there are reported as "
			  "failed. What was recorded until then is on the timeline.",
			  totals->n_lost, totals->n_lost == 1 ? "" : "es");
	html_totals(out, totals);
	if (files_label(options->maps))
		page_paragraph(out, "%s: %s.", files_label(options->maps),
			       files_text(line, totals->pixels, options->maps));
}

static int put_maps(FILE *out, struct html_state *state, const struct options *options,
		    struct error *err)
{
	page_section(out, "Maps");
	html_gallery_key(out, &state->gallery, options);
	page_pictures_open(out);
	if (html_part_copy(&state->part[MAPS], out, err))
		return -1;
	page_pictures_close(out);
	html_gallery_rest(out, &state->gallery);
	if (!state->gallery.n_scenes)
		page_paragraph(out, "None.");
	return 0;
}

static int put_scenes(FILE *out, struct html_state *state, struct error *err)
{
	page_section(out, "Scenes");
	html_scenes_open(out);
	if (html_part_copy(&state->part[ROWS], out, err))
		return -1;
	html_scenes_close(out);
	return 0;
}

static int put_left(FILE *out, struct html_state *state, const struct run_totals *totals,
		    struct error *err)
{
	page_section(out, "Left out");
	page_list_open(out);
	if (html_part_copy(&state->part[LEFT], out, err))
		return -1;
	html_left_rest(out, &state->left, totals, state->n_rows);
	page_list_close(out);
	return 0;
}

static void put_verdict(FILE *out, const struct run_totals *totals, const struct plan *plan,
			const struct options *options)
{
	struct run_figures f;
	struct verdict verdict;

	run_figures_make(&f, totals);
	page_section(out, "Cost");
	verdict_make(&verdict, totals, plan, options);
	for (unsigned i = 0; i < verdict.n; i++) {
		if (!i)
			page_note(out, "Verdict: %s", verdict.sentence[i]);
		else if (i != verdict.figure) /* it is below */
			page_paragraph(out, "%s", verdict.sentence[i]);
	}
	page_paragraph(out,
		       "%s, %u worker%s, %.3f s wall, %.3f s CPU, parallel efficiency %.0f %%; "
		       "%.1f Mpixel/s.",
		       totals->executor ? totals->executor : "?", totals->n_workers,
		       totals->n_workers == 1 ? "" : "s", f.wall_s, f.cpu_s, 100 * f.efficiency,
		       f.wall_s > 0 ? (double)f.pixels / 1e6 / f.wall_s : 0);
	for (unsigned i = 0; i < plan->n_notes; i++)
		page_paragraph(out, "Note: %s.", plan->notes[i]);
}

static void put_stage(FILE *out, const struct run_totals *totals, enum meter_stage stage,
		      const char *name)
{
	const struct meter_row *row = &totals->meter.row[stage];
	bool known = stored_bytes_known(totals, stage);

	page_row_open(out);
	page_row_head(out, "%s", name);
	page_number(out, "%" PRIu64, row->chunks);
	page_number(out, "%" PRIu64, row->tiles);
	page_number(out, known ? "%.1f" : "-", (double)row->bytes_in / 1e6);
	page_number(out, known || stage != METER_FETCH ? "%.1f" : "-",
		    (double)row->bytes_out / 1e6);
	page_number(out, "%.3f", (double)row->busy_ns / 1e9);
	page_number(out, "%.3f", (double)row->cpu_ns / 1e9);
	page_number(out, "%.3f", (double)meter_row_wait_ns(row) / 1e9);
	page_number(out, "%" PRIu64, row->messages);
	page_number(out, "%.1f", (double)row->planned_peak / (1 << 20));
	page_number(out, "%.1f", (double)row->reserved_peak / (1 << 20));
	page_row_close(out);
}

static void put_stages(FILE *out, const struct run_totals *totals, const struct plan *plan)
{
	static const char *const heads[] = {"stage",   ">chunks",   ">tiles",   ">MB in",
					    ">MB out", ">busy s",   ">CPU s",   ">wait s",
					    ">msgs",   ">plan MiB", ">resv MiB"};

	page_pairs_open(out, "What each stage did and cost, all workers added up", heads,
			sizeof(heads) / sizeof(heads[0]));
	for (int i = 0; i < N_METER_STAGES; i++) {
		const char *name = plan_stage_name(plan, (enum meter_stage)i);

		if (name)
			put_stage(out, totals, (enum meter_stage)i, name);
	}
	page_table_close(out);
}

static void draw_graph(FILE *out, double width, const void *graph)
{
	if (width < PAGE_WIDE)
		graph_svg_narrow(out, graph, width);
	else
		graph_svg_wide(out, graph, width);
}

static void put_graph(FILE *out, const struct run_totals *totals, const struct plan *plan)
{
	char sentence[GRAPH_SENTENCE], caption[GRAPH_SENTENCE + 300];
	struct graph graph;

	graph_run(&graph, totals, plan);
	(void)snprintf(
		caption, sizeof(caption),
		"%s. Tasks of each stage, and beside the arrows the bytes that went from one "
		"to the next. map: each block by itself; filter: some pixels stay; reduce: "
		"many become one. imgpipe graph draws it before the run.",
		graph_sentence(sentence, &graph));
	page_figure(out, "The graph of tasks", caption, draw_graph, &graph);
}

static void put_cost(FILE *out, const struct run_totals *totals, const struct plan *plan,
		     const struct options *options)
{
	put_verdict(out, totals, plan, options);
	if (totals->trace) {
		figure_timeline(out, totals, plan, "What each worker did when");
		figure_memory(out, totals, plan);
	}
	figure_stages(out, totals, plan);
	put_stages(out, totals, plan);
	put_graph(out, totals, plan);
	if (totals->trace)
		figure_chunks(out, totals);
}

static int html_end(struct open_report *report, const struct run_totals *totals, struct error *err)
{
	const struct options *options = report->options;
	struct html_state *state = report->state;
	FILE *out = report->out;

	put_head(out, totals, report->plan);
	teach_page_marks(out, options);
	put_result(out, totals, &state->notes, options);
	if (put_maps(out, state, options, err) || put_scenes(out, state, err) ||
	    put_left(out, state, totals, err))
		return -1;
	page_section(out, "Notes");
	html_notes(out, &state->notes);
	page_section(out, "Asked for");
	html_asked(out, totals, report->plan, options);
	put_cost(out, totals, report->plan, options);
	page_close(out);
	return report_check(out, err);
}

static void html_release(struct open_report *report)
{
	struct html_state *state = report->state;

	for (int i = 0; i < N_PARTS; i++)
		html_part_close(&state->part[i]);
}

/* Of the picture that is being written. */
static size_t html_bytes(void)
{
	return PNG_FILE_BYTES + picture_bytes(THUMBNAIL_SIDE_MOST, THUMBNAIL_SIDE_MOST);
}

const struct report report_html = {
	.option = {.kind = "HTML",
		   .name = "html",
		   .brief = "a page with pictures, to be opened in a browser",
		   .help = "a page about the run: results, maps, what was left out, options, "
			   "timeline, memory; needs no network",
		   .made_by = REPORT_BY_RUN,
		   .needs = REPORT_NEEDS_MAPS | REPORT_NEEDS_TRACE,
		   .bytes = html_bytes},
	.state_bytes = sizeof(struct html_state),
	.begin = html_begin,
	.scene = html_scene,
	.end = html_end,
	.release = html_release,
};
