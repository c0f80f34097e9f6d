/*
 * The report for people, on standard output: a line a scene as they finish, then the whole, then
 * what every stage cost, and a verdict in words. Fits in 100 columns. Left out with -q and where
 * another report goes to standard output.
 */
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report_costs.h"
#include "report_teach.h"
#include "report_words.h"
#include "base/text.h"
#include "recipe.h"

enum { NAME_COLUMNS = 38, LABEL_COLUMNS = 10 };

/* Notes of the last scene that had any: a batch of one product has the same ones over and over. */
struct last_notes {
	unsigned n;
	char text[SCENE_MAX_NOTES][SCENE_NOTE_BYTES];
};

/* Nobody asks for it: it is there where nothing else is shown. */
static bool text_by_default(char path[REPORT_MADE_PATH], const struct options *options)
{
	(void)snprintf(path, REPORT_MADE_PATH, "-");
	return options->verbosity >= 0 && !report_takes_stdout(&options->reports);
}

static int text_begin(struct open_report *report, struct error *err)
{
	FILE *out = report->out;

	teach_put_marks(out, report->options);
	(void)fprintf(out, "%-*s %7s %8s %7s %8s %8s %8s  %s\n", NAME_COLUMNS, "scene", "valid %",
		      "mean", "std", "min", "max", "median", "status");
	return report_check(out, err);
}

static void put_row(FILE *out, const char *name, const struct summary *s, const char *status)
{
	char cut[4 * TEXT_NAME_COLUMNS + 1], v[5][24], valid[24] = "-";

	if (isfinite(s->valid_percent))
		(void)snprintf(valid, sizeof(valid), "%.2f", s->valid_percent);
	(void)fprintf(out, "%s %7s %8s %7s %8s %8s %8s%s\n", text_cut(cut, name, NAME_COLUMNS),
		      valid, text_value(v[0], s->mean), text_value(v[1], s->std),
		      text_value(v[2], s->min), text_value(v[3], s->max),
		      text_value(v[4], s->percentile[N_PERCENTILES / 2]), status);
}

static void put_notes(FILE *out, const struct scene *scene, struct last_notes *last)
{
	bool same = scene->n_notes == last->n;

	for (unsigned i = 0; same && i < scene->n_notes; i++)
		same = strcmp(scene->notes[i], last->text[i]) == 0;
	if (same && scene->n_notes) {
		text_item(out, LABEL_COLUMNS, "    note:", "as above");
		return;
	}
	for (unsigned i = 0; i < scene->n_notes; i++) {
		text_item(out, LABEL_COLUMNS, "    note:", scene->notes[i]);
		(void)snprintf(last->text[i], sizeof(last->text[i]), "%s", scene->notes[i]);
	}
	if (scene->n_notes)
		last->n = scene->n_notes;
}

static int text_scene(struct open_report *report, const struct scene_result *result,
		      struct error *err)
{
	FILE *out = report->out;
	const struct scene *scene = result->scene;
	const char *name = scene->name ? scene->name : "";
	char cut[4 * TEXT_NAME_COLUMNS + 1], text[240];
	struct summary summary;

	if (scene_summary(&summary, result, 0, report->plan->layout.recipe)) {
		put_row(out, name, &summary, "  ok");
		if (teaches(&report->options->teach, TEACH_FLOAT_SUMS))
			text_item(out, LABEL_COLUMNS, "    sums:",
				  teach_float_text(text, &result->value[0].float_sums,
						   summary.n[PIXEL_VALID], summary.mean));
		if (!summary.n[PIXEL_VALID])
			text_item(out, LABEL_COLUMNS, "    note:", "no pixel is valid");
	} else {
		bool failed = result->status == SCENE_FAILED;

		(void)fprintf(out, "%s %s  ", text_cut(cut, name, NAME_COLUMNS),
			      failed ? "FAILED" : "cancelled");
		text_fold(out, NAME_COLUMNS + (failed ? 9 : 12), 4, result->error.text);
	}
	put_notes(out, scene, report->state);
	return report_check(out, err);
}

static void put_pixels(FILE *out, const struct summary *s)
{
	char line[320], v[N_PERCENTILES][24];

	(void)snprintf(line, sizeof(line),
		       "%" PRIu64 " valid, %" PRIu64 " nodata, %" PRIu64 " masked, %" PRIu64
		       " zero denominator, %" PRIu64 " not finite; %" PRIu64 " outside [-1,1]",
		       s->n[PIXEL_VALID], s->n[PIXEL_NODATA], s->n[PIXEL_MASKED], s->n[PIXEL_DIV0],
		       s->n[PIXEL_NONFINITE], s->n_outside);
	text_item(out, LABEL_COLUMNS, "Pixels", line);
	for (unsigned i = 0; i < N_PERCENTILES; i++)
		(void)text_value(v[i], s->percentile[i]);
	(void)snprintf(line, sizeof(line), "p2 %s, p5 %s, p25 %s, p50 %s, p75 %s, p95 %s, p98 %s",
		       v[0], v[1], v[2], v[3], v[4], v[5], v[6]);
	text_item(out, LABEL_COLUMNS, "Quantiles", line);
	if (isfinite(s->area_ha))
		(void)fprintf(out, "%-*s%.2f ha of valid pixels\n", LABEL_COLUMNS, "Area",
			      s->area_ha);
	else
		text_item(out, LABEL_COLUMNS, "Area",
			  "not known: at least one scene has no projected CRS (see the area of "
			  "each scene in --csv)");
}

static void put_global(FILE *out, const struct run_totals *totals)
{
	struct summary s;
	char name[64];

	(void)fputc('\n', out);
	if (totals->n_ok) {
		totals_summary(&s, totals->pixels, 0);
		(void)snprintf(name, sizeof(name),
			       totals->n_ok == 1 ? "the scene that is ok"
						 : "all %" PRIu32 " scenes that are ok",
			       totals->n_ok);
		put_row(out, totals->n_scenes == 1 ? "all" : name, &s, "");
		put_pixels(out, &s);
	}
	if (totals->n_ok != totals->n_scenes)
		(void)fprintf(out,
			      "%-*s%" PRIu32 " of %" PRIu32 " ok, %" PRIu32 " failed, %" PRIu32
			      " cancelled\n",
			      LABEL_COLUMNS, "Scenes", totals->n_ok, totals->n_scenes,
			      totals->n_failed, totals->n_cancelled);
}

static int text_end(struct open_report *report, const struct run_totals *totals, struct error *err)
{
	put_global(report->out, totals);
	report_costs(report->out, totals, report->plan, report->options);
	return report_check(report->out, err);
}

const struct report report_text = {
	.option = {.kind = "text",
		   .made_by = REPORT_BY_RUN | REPORT_BY_MERGE,
		   .by_default = text_by_default},
	.state_bytes = sizeof(struct last_notes),
	.begin = text_begin,
	.scene = text_scene,
	.end = text_end,
};

bool report_shows_text(const struct options *options)
{
	return report_path(&options->reports, &report_text.option) != NULL;
}
