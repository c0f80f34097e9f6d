/*
 * --contact-sheet: all scenes of a run as small pictures, by date; on pages of SHEET_CELLS, of
 * which the second is called FILE-2.png, and so on. Scenes without a picture are crossed boxes that
 * say why.
 */
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "output/class_colours.h"
#include "output/map_classes.h"
#include "output/pyramid.h"
#include "report_file.h"
#include "report_target.h"
#include "report_words.h"
#include "sheet_pages.h"
#include "sheet_store.h"

enum { TITLE_BYTES = 160, DAY = 10 };

struct sheet_state {
	struct sheet_store store;
	uint64_t n_more;                           /* that have no room */
	uint32_t n_without;                        /* crossed boxes */
	bool own_ranges;                           /* --stretch */
	const char *class_name[N_CLASS_CODES + 1]; /* of those that are to be seen, "" of others */
};

static const char *sheet_path(const struct open_report *report)
{
	const char *path = report_path(&report->options->reports, &report_sheet.option);

	return path ? path : "";
}

/* Nobody has named this one: what is there is replaced unasked only where it is the same page. */
static int check_page(const struct open_report *report, const char *path, unsigned page,
		      struct error *err)
{
	const struct maps *maps = report->options->maps;

	if ((maps && maps->overwrite) || access(path, F_OK) ||
	    report_target_is_sheet_page(path, page))
		return 0;
	return error_set(err, EX_CANTCREAT,
			 "%s: is there, and no page %u of a contact sheet, which may have to be "
			 "called that; give --contact-sheet another name, or --overwrite",
			 path, page);
}

/* Whatever could stop a page later is told now. */
static int probe_pages(const struct open_report *report, struct error *err)
{
	const struct maps *maps = report->options->maps;
	unsigned last =
		sheet_pages((uint64_t)report->plan->n_scenes * (maps ? maps_n_pictures(maps) : 1));
	int rc = 0;

	for (unsigned page = 2; rc == 0 && page <= last; page++) {
		char *path = sheet_page_path(sheet_path(report), page);
		struct report_file file;

		if (!path)
			return error_memory(err, "a path", TITLE_BYTES);
		rc = report_file_probe(&file, report_sheet.option.kind, path, err);
		report_file_release(&file);
		if (rc == 0)
			rc = check_page(report, path, page, err);
		free(path);
	}
	return rc;
}

static int sheet_report_begin(struct open_report *report, struct error *err)
{
	struct sheet_state *state = report->state;

	for (unsigned code = 0; code < N_CLASS_CODES; code++)
		state->class_name[code] = "";
	if (probe_pages(report, err))
		return -1;
	return sheet_store_open(&state->store, sheet_path(report), err);
}

static void sheet_report_release(struct open_report *report)
{
	struct sheet_state *state = report->state;

	sheet_store_close(&state->store);
}

/* --- one scene --- */

/* "NDVI  2026-07-01", and the range of a picture whose colours are no other's. */
static void second_line(char text[SHEET_LINE_BYTES], const struct scene *scene, const char *what,
			const struct thumbnail *t)
{
	int n = snprintf(text, SHEET_LINE_BYTES, "%s%s%.*s", what, *scene->acquired ? "  " : "",
			 DAY, scene->acquired);

	if (t && t->own_range && n < SHEET_LINE_BYTES)
		(void)snprintf(text + n, (size_t)(SHEET_LINE_BYTES - n), "  %.3g to %.3g",
			       t->ramp.low, t->ramp.high);
}

static void note_classes(struct sheet_state *state, const struct thumbnail *thumbnail)
{
	const unsigned seen = thumbnail ? classes_seen(thumbnail) : 0;

	for (unsigned code = 0; code < N_CLASS_CODES; code++)
		if (seen >> code & 1)
			state->class_name[code] = map_class_names[code];
}

/* The date is the scene's; `what`: "NDVI" or the status. */
static int keep(struct open_report *report, const struct scene *scene, const char *what,
		const char *reason, const struct thumbnail *thumbnail, struct error *err)
{
	struct sheet_state *state = report->state;
	char second[SHEET_LINE_BYTES];
	const struct sheet_cell cell = {
		.thumbnail = thumbnail,
		.first = scene->name ? scene->name : "",
		.second = second,
		.reason = reason,
	};

	if (state->store.n >= SHEET_STORE_MOST) {
		state->n_more++;
		return 0;
	}
	state->n_without += !thumbnail;
	note_classes(state, thumbnail);
	state->own_ranges |= thumbnail && thumbnail->own_range;
	second_line(second, scene, what, thumbnail);
	return sheet_store_add(&state->store, scene->acquired, &cell, err);
}

/* "FILE: cause; remedy" without the file, whose name is below. */
static const char *without_path(const char *text)
{
	const char *colon = strstr(text, ": ");

	return colon && memchr(text, '/', (size_t)(colon - text)) ? colon + 2 : text;
}

/* The first value that it lacks. */
static void missing_reason(char why[MISSING_TEXT_BYTES], const struct scene *scene,
			   const struct recipe *recipe)
{
	*why = '\0';
	for (unsigned v = 0; v < recipe->n_values && !*why; v++)
		(void)scene_missing_reason(scene, recipe, v, why, MISSING_TEXT_BYTES);
}

static int keep_without(struct open_report *report, const struct scene_result *result,
			struct error *err)
{
	char why[MISSING_TEXT_BYTES];
	const char *status = scene_status_name(result->status);
	const char *name = result->scene->name ? result->scene->name : "";

	if (result->status != SCENE_OK)
		return keep(report, result->scene, status,
			    without_path(text_beyond_name(result->error.text, name)), NULL, err);
	missing_reason(why, result->scene, report->plan->layout.recipe);
	if (result->earlier && !*why) /* a catalogue keeps no pictures */
		(void)snprintf(why, sizeof(why), "done by an earlier run");
	return keep(report, result->scene, "no picture", why, NULL, err);
}

static int sheet_report_scene(struct open_report *report, const struct scene_result *result,
			      struct error *err)
{
	unsigned n = 0;

	if (result->status == SCENE_SKIPPED)
		return 0;
	for (unsigned i = 0; i < result->n_files; i++) {
		const struct thumbnail *thumbnail = result->file[i].thumbnail;

		if (!thumbnail)
			continue;
		n++;
		if (keep(report, result->scene, thumbnail->title, "", thumbnail, err))
			return -1;
	}
	return n ? 0 : keep_without(report, result, err);
}

/* --- pages --- */

/* "37 pictures, 1 scene without, 2026-04-01 to 2026-09-30; page 1 of 2". */
static void title_text(char title[TITLE_BYTES], const struct sheet_state *state, unsigned page)
{
	const struct sheet_store *store = &state->store;
	unsigned last = sheet_pages(store->n);
	uint32_t dated = 0;
	const uint32_t shown = store->n - state->n_without;
	int n = snprintf(title, TITLE_BYTES, "%" PRIu32 " picture%s", shown, shown == 1 ? "" : "s");

	if (state->n_without)
		n += snprintf(title + n, (size_t)(TITLE_BYTES - n), ", %" PRIu32 " scene%s without",
			      state->n_without, state->n_without == 1 ? "" : "s");
	while (dated < store->n && *store->key[dated].date)
		dated++;
	if (dated)
		n += snprintf(title + n, (size_t)(TITLE_BYTES - n), ", %.*s to %.*s", DAY,
			      store->key[0].date, DAY, store->key[dated - 1].date);
	if (state->own_ranges)
		n += snprintf(title + n, (size_t)(TITLE_BYTES - n),
			      "; colours are of each scene's own range");
	if (state->n_more)
		n += snprintf(title + n, (size_t)(TITLE_BYTES - n),
			      "; %" PRIu64 " more are not shown", state->n_more);
	if (last > 1)
		(void)snprintf(title + n, (size_t)(TITLE_BYTES - n), "; page %u of %u", page, last);
}

static int put_cell(struct sheet *sheet, const struct sheet_store *store, uint32_t number,
		    unsigned place, struct error *err)
{
	struct sheet_record record;
	int rc = sheet_store_read(store, number, &record, err);
	const struct sheet_cell cell = {
		.thumbnail = record.has_picture ? &record.thumbnail : NULL,
		.first = record.first,
		.second = record.second,
		.reason = record.reason,
	};

	if (rc == 0)
		sheet_put(sheet, place, &cell);
	picture_release(&record.thumbnail.picture);
	return rc;
}

/* Page `page`, from 1. */
static int write_page(const struct sheet_state *state, unsigned page, FILE *out, struct error *err)
{
	uint32_t first = (page - 1) * SHEET_CELLS;
	uint32_t left = state->store.n - first;
	unsigned n = left < SHEET_CELLS ? left : SHEET_CELLS;
	char title[TITLE_BYTES];
	struct sheet sheet;
	int rc;

	title_text(title, state, page);
	rc = sheet_init(&sheet, n ? n : 1, title, state->class_name, err);
	for (unsigned i = 0; rc == 0 && i < n; i++)
		rc = put_cell(&sheet, &state->store, first + i, i, err);
	if (rc == 0)
		rc = sheet_write(&sheet, out, title, err);
	sheet_release(&sheet);
	return rc;
}

static int write_further(const struct open_report *report, unsigned page, struct error *err)
{
	char *path = sheet_page_path(sheet_path(report), page);
	struct report_file file;
	int rc;

	if (!path)
		return error_memory(err, "a path", TITLE_BYTES);
	rc = report_file_open(&file, report_sheet.option.kind, path, err);
	if (rc == 0)
		rc = write_page(report->state, page, file.out, err);
	if (rc == 0)
		rc = report_file_commit(&file, err);
	report_file_release(&file);
	free(path);
	return rc;
}

/* Pages of an earlier run that had more of them would be taken for this run's. */
static void remove_further(const struct open_report *report, unsigned page)
{
	bool more = true;

	for (; more && page <= SHEET_PAGES_MOST; page++) {
		char *path = sheet_page_path(sheet_path(report), page);

		more = path && report_target_is_sheet_page(path, page) && unlink(path) == 0;
		free(path);
	}
}

/* The first page comes last, so that the others are there where it is. */
static int sheet_report_end(struct open_report *report, const struct run_totals *totals,
			    struct error *err)
{
	struct sheet_state *state = report->state;

	(void)totals;
	sheet_store_sort(&state->store);
	for (unsigned page = sheet_pages(state->store.n); page > 1; page--)
		if (write_further(report, page, err))
			return -1;
	remove_further(report, sheet_pages(state->store.n) + 1);
	if (write_page(state, 1, report->out, err))
		return -1;
	return report_check(report->out, err);
}

static size_t sheet_report_bytes(void)
{
	return sheet_bytes() + sheet_store_bytes();
}

const struct report report_sheet = {
	.option = {.kind = "contact sheet",
		   .made_by = REPORT_BY_RUN,
		   .bytes = sheet_report_bytes,
		   .never_stdout = true},
	.state_bytes = sizeof(struct sheet_state),
	.begin = sheet_report_begin,
	.scene = sheet_report_scene,
	.end = sheet_report_end,
	.release = sheet_report_release,
};
