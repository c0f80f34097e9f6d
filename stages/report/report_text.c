/*
 * The report for people, on standard output: a line a scene as they finish, then the whole, then
 * what every stage cost, a verdict in words, and all of it in one line. Fits the screen. Left out
 * with -q and where another report goes to standard output.
 */
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "given_options.h"
#include "map_words.h"
#include "report_costs.h"
#include "report_done.h"
#include "report_teach.h"
#include "report_words.h"
#include "scene_table.h"
#include "masks/masks.h"
#include "base/text.h"
#include "recipe.h"

enum { LABEL_COLUMNS = 10, MASK_COLUMNS = 12 };

/* Notes of the last scene that had any, but for what the lines of masks say: a batch of one product
 * has the same ones over and over. */
struct last_notes {
	unsigned n;
	char text[SCENE_MAX_NOTES][SCENE_NOTE_BYTES];
};

/* Scenes with most values beyond a normalised difference's -1 to 1, the first with most. */
enum { BEYOND_SCENES = 2, BEYOND_NAME = 60 };
struct beyond {
	uint64_t n[BEYOND_SCENES];
	char name[BEYOND_SCENES][BEYOND_NAME];
};

struct text_state {
	struct scene_table table;
	struct beyond beyond[RECIPE_MAX_VALUES];
	struct last_notes last;
	char skipped[200];  /* the first file that is no scene, and why; "" none was met */
	uint32_t n_earlier; /* scenes of earlier runs that are not listed */
};

static int text_begin(struct open_report *report, struct error *err)
{
	struct text_state *state = report->state;

	teach_put_marks(report->out, report->options);
	scene_table_begin(&state->table, report->out, report->plan->layout.recipe,
			  report->plan->name_columns);
	return report_check(report->out, err);
}

static void put_note(FILE *out, const char *note)
{
	text_item_in(out, INK_WARNING, LABEL_COLUMNS, "    note:", note);
}

static void put_notes(FILE *out, const struct scene *scene, const struct masks *masks,
		      struct last_notes *last)
{
	const char *note[SCENE_MAX_NOTES];
	unsigned n = 0;
	bool same;

	for (unsigned i = 0; i < scene->n_notes; i++)
		if (!masks || strcmp(scene->notes[i], MASK_NONE_NOTE) != 0)
			note[n++] = scene->notes[i];
	same = n && n == last->n;
	for (unsigned i = 0; same && i < n; i++)
		same = strcmp(note[i], last->text[i]) == 0;
	if (same) {
		put_note(out, "as above");
		return;
	}
	for (unsigned i = 0; i < n; i++) {
		put_note(out, note[i]);
		(void)snprintf(last->text[i], sizeof(last->text[i]), "%s", note[i]);
	}
	if (n)
		last->n = n;
}

/* Why pixels are masked, unless it is what was said of the value before. */
static void put_masked(FILE *out, const struct scene_result *result, unsigned v)
{
	const struct mask_counts *by = &result->value[v].masked_by;
	char text[MASKED_TEXT_BYTES];

	if (v && memcmp(by, &result->value[v - 1].masked_by, sizeof(*by)) == 0)
		return;
	if (*masked_text(text, by))
		text_item_in(out, INK_PLAIN, MASK_COLUMNS, "    masked:", text);
}

/* What was taken for each rule of --mask, and of alpha. */
static void put_masks(FILE *out, const struct scene *scene, const struct masks *masks)
{
	char line[MASK_TEXT_BYTES];

	for (unsigned i = 0; masks && i < masks->n && i < scene->masks.n_rules; i++)
		text_item_in(out, INK_PLAIN, MASK_COLUMNS,
			     "    mask:", mask_taken_text(line, scene, masks, i));
	if (alpha_taken_text(line, scene))
		text_item_in(out, INK_PLAIN, MASK_COLUMNS, "    mask:", line);
}

static void keep_most(struct beyond *most, const char *name, uint64_t n)
{
	int i = BEYOND_SCENES - 1;

	if (n <= most->n[i])
		return;
	for (; i > 0 && n > most->n[i - 1]; i--) {
		most->n[i] = most->n[i - 1];
		memcpy(most->name[i], most->name[i - 1], BEYOND_NAME);
	}
	most->n[i] = n;
	(void)snprintf(most->name[i], BEYOND_NAME, "%s", name);
}

/* Also of scenes of earlier runs, which have no lines. */
static void keep_beyond(struct text_state *state, const struct scene_result *result,
			const struct recipe *recipe)
{
	const char *name = result->scene->name ? result->scene->name : "";
	struct summary s;

	for (unsigned v = 0; v < recipe->n_values; v++)
		if (scene_summary(&s, result, v, recipe) && is_beyond(&s, &recipe->value[v]))
			keep_most(&state->beyond[v], name, s.n_outside);
}

/* Value v of a scene that is ok. */
static void put_value(FILE *out, const struct open_report *report,
		      const struct scene_result *result, unsigned v)
{
	const struct recipe *recipe = report->plan->layout.recipe;
	const struct scene *scene = result->scene;
	const struct text_state *state = report->state;
	const char *index = recipe->value[v].name;
	char text[MISSING_TEXT_BYTES];
	struct summary summary;

	if (!scene_summary(&summary, result, v, recipe)) {
		scene_table_words(&state->table, INK_WARNING, scene->name, index, "missing",
				  missing_told(text, scene, recipe, v));
		return;
	}
	scene_table_numbers(&state->table, INK_PLAIN, scene->name, index, &summary, " ok");
	put_masked(out, result, v);
	if (teaches(&report->options->teach, TEACH_FLOAT_SUMS))
		text_item_in(out, INK_PLAIN, LABEL_COLUMNS, "    sums:",
			     teach_float_text(text, &result->value[v].float_sums,
					      summary.n[PIXEL_VALID], summary.mean));
	if (!summary.n[PIXEL_VALID])
		put_note(out, "no pixel is valid");
}

/* "dem.tif: one band, and nothing says which" */
static void keep_skipped(struct text_state *state, const struct scene_result *result)
{
	const char *text = result->error.text, *no = strstr(text, ": no scene: "), *base = text;

	if (*state->skipped || !no)
		return;
	for (const char *c = text; c < no; c++)
		if (*c == '/')
			base = c + 1;
	(void)snprintf(state->skipped, sizeof(state->skipped), "%.*s: %s", (int)(no - base), base,
		       no + strlen(": no scene: "));
}

static int text_scene(struct open_report *report, const struct scene_result *result,
		      struct error *err)
{
	const struct recipe *recipe = report->plan->layout.recipe;
	const struct scene *scene = result->scene;
	const char *error = text_beyond_name(result->error.text, scene->name ? scene->name : "");
	struct text_state *state = report->state;
	char line[MAP_TEXT_BYTES];
	FILE *out = report->out;

	if (result->status == SCENE_SKIPPED) {
		keep_skipped(state, result);
		return 0;
	}
	keep_beyond(state, result, recipe);
	if (result->earlier && result->status == SCENE_OK && report->options->verbosity < 1) {
		state->n_earlier++;
		return 0;
	}
	if (result->status == SCENE_OK) {
		for (unsigned v = 0; v < recipe->n_values; v++)
			put_value(out, report, result, v);
		put_masks(out, scene, report->options->masks);
	} else if (result->status == SCENE_FAILED) {
		scene_table_words(&state->table, INK_BAD, scene->name, NULL, "FAILED", error);
	} else {
		scene_table_words(&state->table, INK_WARNING, scene->name, NULL, "cancelled",
				  error);
	}
	for (unsigned i = 0; i < result->n_files; i++)
		if (*clamped_text(line, &result->file[i], report->options->maps))
			text_item_in(out, INK_PLAIN, LABEL_COLUMNS, "    map:", line);
	put_notes(out, scene, report->options->masks, &state->last);
	return report_check(out, err);
}

/* Up or down to the next number of one digit in the unit of the larger end. */
static double round_out(double value, double unit, double (*outward)(double))
{
	return outward(value / unit) * unit;
}

/* Most values lie where the histogram resolves them least: a range that would hold 96 % of them. */
static void put_range(FILE *out, const struct summary *s, const char *name)
{
	double low = s->percentile[0], high = s->percentile[N_PERCENTILES - 1], unit;
	char line[160];

	if (!s->n[PIXEL_VALID] || s->n_outside <= s->n[PIXEL_VALID] / 2)
		return;
	unit = pow(10, floor(log10(fmax(fabs(low), fabs(high)))));
	low = round_out(low, unit, floor);
	high = round_out(high, unit, ceil);
	if (!isfinite(low) || !isfinite(high) || !(low < high))
		return;
	(void)snprintf(line, sizeof(line),
		       "most values lie outside: --range %s=%g,%g would make the quantiles finer",
		       name, low, high);
	text_item(out, LABEL_COLUMNS, "Range", line);
}

/* Some values beyond: why, and where most of them are. */
static void put_beyond(FILE *out, const struct summary *s, const struct beyond *most)
{
	char line[2 * BEYOND_NAME + 240], second[BEYOND_NAME + 40] = "";

	if (most->n[1])
		(void)snprintf(second, sizeof(second), ", %s (%" PRIu64 ")", most->name[1],
			       most->n[1]);
	(void)snprintf(line, sizeof(line),
		       "%" PRIu64 " pixel%s outside, " BEYOND_WHY "; %s%s (%" PRIu64 ")%s",
		       s->n_outside, s->n_outside == 1 ? " is" : "s are",
		       most->n[0] + most->n[1] < s->n_outside ? "most in " : "in ", most->name[0],
		       most->n[0], second);
	text_item(out, LABEL_COLUMNS, "Range", line);
}

/*
 * A normalised difference is beyond -1 to 1 where one of its bands is negative. Dark water may have
 * that in some pixels; in one of ten or more it is another scale than the numbers'.
 */
static bool put_negative(FILE *out, const struct summary *s, const struct value_def *def,
			 const struct beyond *most)
{
	if (!is_beyond(s, def))
		return false;
	if (s->n_outside <= s->n[PIXEL_VALID] / 10)
		put_beyond(out, s, most);
	else
		text_item(out, LABEL_COLUMNS, "Range",
			  "many values lie outside, where a band is negative: its scale and offset "
			  "are hardly right (imgpipe info shows them)");
	return true;
}

/* Values beside which the grid of the sums is coarse: how far the mean may be off. */
static void put_coarseness(FILE *out, const struct summary *s, const struct value_grid *grid)
{
	double most = fmax(fabs(s->min), fabs(s->max)), off = ldexp(0.5, grid->exponent - 30);
	char line[160];

	if (!s->n[PIXEL_VALID] || most == 0 || off <= most / 1000)
		return;
	(void)snprintf(line, sizeof(line),
		       "the values are small: it may be off by %.2g; %s would make it finer", off,
		       grid->exponent ? "a smaller --range" : "a factor in the expression");
	text_item(out, LABEL_COLUMNS, "Mean", line);
}

static void put_pixels(FILE *out, const struct summary *s, const struct value_def *def,
		       const struct beyond *most)
{
	char line[400], v[N_PERCENTILES][24], by[MASKED_TEXT_BYTES];

	(void)snprintf(line, sizeof(line),
		       "%" PRIu64 " valid, %" PRIu64 " nodata, %" PRIu64 " masked, %" PRIu64
		       " zero denominator, %" PRIu64 " not finite; %" PRIu64 " outside [%.6g,%.6g]",
		       s->n[PIXEL_VALID], s->n[PIXEL_NODATA], s->n[PIXEL_MASKED], s->n[PIXEL_DIV0],
		       s->n[PIXEL_NONFINITE], s->n_outside, def->grid.lo, def->grid.hi);
	text_item(out, LABEL_COLUMNS, "Pixels", line);
	if (*masked_text(by, &s->masked_by))
		text_item(out, LABEL_COLUMNS, "Masked", by);
	for (unsigned i = 0; i < N_PERCENTILES; i++)
		(void)text_value(v[i], s->percentile[i]);
	(void)snprintf(line, sizeof(line), "p2 %s, p5 %s, p25 %s, p50 %s, p75 %s, p95 %s, p98 %s",
		       v[0], v[1], v[2], v[3], v[4], v[5], v[6]);
	text_item(out, LABEL_COLUMNS, "Quantiles", line);
	if (!put_negative(out, s, def, most))
		put_range(out, s, def->name);
	put_coarseness(out, s, &def->grid);
}

/* What is known is added up, and what is not is counted. */
static void put_area(FILE *out, const struct value_totals *value)
{
	uint32_t unknown = value->n_scenes - value->n_area;
	char line[160], area[AREA_TEXT_BYTES];

	(void)area_text(area, value->area_m2);
	if (!value->n_area)
		(void)snprintf(line, sizeof(line),
			       "not known of any scene (see area_source in --csv)");
	else if (!unknown)
		(void)snprintf(line, sizeof(line), "%s of valid pixels", area);
	else
		(void)snprintf(line, sizeof(line),
			       "%s of valid pixels in %" PRIu32 " scene%s, not known in %" PRIu32
			       " (see area_source in --csv)",
			       area, value->n_area, value->n_area == 1 ? "" : "s", unknown);
	text_item(out, LABEL_COLUMNS, "Area", line);
}

/* Value v of all scenes that have it. */
static void put_total(const struct text_state *state, const struct run_totals *totals, unsigned v)
{
	const struct scene_table *table = &state->table;
	FILE *out = table->table.out;
	const struct recipe *recipe = totals->pixels->layout->recipe;
	uint32_t n = totals->pixels->value[v].n_scenes;
	const char *have = n == totals->n_ok ? "are ok" : "have it";
	struct summary s;
	char name[64];

	if (!n)
		return;
	totals_summary(&s, totals->pixels, v);
	if (n == 1)
		(void)snprintf(name, sizeof(name), "the scene that %s",
			       n == totals->n_ok ? "is ok" : "has it");
	else
		(void)snprintf(name, sizeof(name), "all %" PRIu32 " scenes that %s", n, have);
	scene_table_numbers(table, INK_HEADING,
			    totals->n_scenes - totals->n_skipped == 1 ? "all" : name,
			    recipe->value[v].name, &s, NULL);
	put_pixels(out, &s, &recipe->value[v], &state->beyond[v]);
	put_area(out, &totals->pixels->value[v]);
}

/* "gndvi in 1 of 2 that are ok, evi in 2 of 2 that are ok": which values some scenes lack. */
static void put_missing(FILE *out, const struct run_totals *totals)
{
	const struct pixel_totals *pixels = totals->pixels;
	char line[RECIPE_MAX_VALUES * (VALUE_NAME_BYTES + 40)] = "";
	size_t used = 0;

	for (unsigned v = 0; v < pixels->n_values && used < sizeof(line); v++) {
		uint32_t n = totals->n_ok - pixels->value[v].n_scenes;

		if (n)
			used += (size_t)snprintf(
				line + used, sizeof(line) - used,
				"%s%s in %" PRIu32 " of %" PRIu32 " that are ok", used ? ", " : "",
				pixels->layout->recipe->value[v].name, n, totals->n_ok);
	}
	if (used)
		text_item(out, LABEL_COLUMNS, "Missing", line);
}

/* What was found beside scenes: how much, and the first of it. */
static void put_skipped(FILE *out, const struct plan *plan, const struct run_totals *totals,
			const char *first)
{
	const bool one = totals->n_skipped == 1;
	char line[400];

	if (!totals->n_skipped)
		return;
	if (one)
		(void)snprintf(line, sizeof(line), "1 file is no scene (%s)", first);
	else
		(void)snprintf(line, sizeof(line),
			       "%" PRIu32 " files are no scenes (%s ...); %s names them",
			       totals->n_skipped, first, plan->merged ? "--csv" : "-v");
	text_item(out, LABEL_COLUMNS, "Skipped", line);
	if (!totals->n_unjoined)
		return;
	(void)snprintf(line, sizeof(line),
		       "%" PRIu32 " of them %s: --bands by number takes each file as a scene. "
		       "Products of several files need a run without it",
		       totals->n_unjoined,
		       totals->n_unjoined == 1 ? "is one band of a product"
					       : "are one band of a product each");
	text_item(out, LABEL_COLUMNS, "", line);
}

/* Scenes of earlier runs are many, and were shown then. */
static void put_earlier(FILE *out, uint32_t n, const char *catalogue)
{
	char line[400];

	if (!n)
		return;
	(void)snprintf(
		line, sizeof(line), "%" PRIu32 " scene%s %s done before (%.200s); -v lists %s", n,
		n == 1 ? "" : "s", n == 1 ? "was" : "were", catalogue, n == 1 ? "it" : "them");
	text_item(out, LABEL_COLUMNS, "Earlier", line);
}

static void put_counts(FILE *out, const struct run_totals *totals, uint32_t n_scenes)
{
	char line[160];

	if (totals->n_ok == n_scenes)
		return;
	(void)snprintf(line, sizeof(line),
		       "%" PRIu32 " of %" PRIu32 " ok, %" PRIu32 " failed, %" PRIu32 " cancelled",
		       totals->n_ok, n_scenes, totals->n_failed, totals->n_cancelled);
	text_item_in(out, totals->n_failed ? INK_BAD : INK_WARNING, LABEL_COLUMNS, "Scenes", line);
}

static void put_global(FILE *out, const struct plan *plan, const struct run_totals *totals,
		       const struct text_state *state)
{
	const uint32_t n_scenes = totals->n_scenes - totals->n_skipped;
	char end[RUN_END_BYTES];

	(void)fputc('\n', out);
	for (unsigned v = 0; v < totals->pixels->n_values; v++)
		put_total(state, totals, v);
	put_missing(out, totals);
	put_skipped(out, plan, totals, state->skipped);
	put_counts(out, totals, n_scenes);
	if (run_end_text(end, totals))
		text_item(out, LABEL_COLUMNS, "", end);
}

static int text_end(struct open_report *report, const struct run_totals *totals, struct error *err)
{
	const struct text_state *state = report->state;

	char line[MAP_TEXT_BYTES];

	put_global(report->out, report->plan, totals, state);
	put_earlier(report->out, state->n_earlier, report->options->nightly.catalogue);
	if (files_label(report->options->maps))
		text_item(report->out, LABEL_COLUMNS, files_label(report->options->maps),
			  files_text(line, totals->pixels, report->options->maps));
	report_costs(report->out, totals, report->plan, report->options);
	if (report->options->verbosity > 0)
		put_given(report->out, LABEL_COLUMNS, report->options);
	report_done(report->out, LABEL_COLUMNS, totals);
	return report_check(report->out, err);
}

const struct report report_text = {
	.option = {.kind = "text",
		   .made_by = REPORT_BY_RUN | REPORT_BY_MERGE,
		   .by_default = report_text_by_default},
	.state_bytes = sizeof(struct text_state),
	.begin = text_begin,
	.scene = text_scene,
	.end = text_end,
};

bool report_shows_text(const struct options *options)
{
	return report_path(&options->reports, &report_text.option) != NULL;
}
