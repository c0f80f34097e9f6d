/*
 * Sections of the run's page (report_html.c): rows of scenes, what was left out, notes, what was
 * asked.
 */
#ifndef IMGPIPE_STAGES_HTML_SECTIONS_H
#define IMGPIPE_STAGES_HTML_SECTIONS_H

#include <stdio.h>

#include "report.h"

/* --- html_scenes.c --- */

enum { HTML_SCENES = 50 }; /* that have rows */

void html_scenes_open(FILE *out);
/* A row an index, and one that unfolds: masks, area, notes. */
void html_scene_rows(FILE *out, const struct scene_result *result, const struct options *options);
void html_scenes_close(FILE *out);
/* What all scenes add up to: values, then what became of the pixels. */
void html_totals(FILE *out, const struct run_totals *totals);

/* --- html_left.c --- */

enum { HTML_LEFT = 50 }; /* of each kind that are named */

struct html_left {
	uint32_t n_failed, n_missing, n_skipped; /* named so far, or counted beyond */
	uint32_t n_cancelled;
};

/* An item of a list for a scene that has no numbers, or lacks some, or is none. */
void html_left_scene(FILE *out, struct html_left *left, const struct scene_result *result,
		     const struct recipe *recipe);
/* Below the list, or in its place. */
void html_left_rest(FILE *out, const struct html_left *left, const struct run_totals *totals,
		    uint32_t n_rows);

/* --- html_notes.c --- */

enum { HTML_NOTES = 24, HTML_NOTE_NAME = 120 }; /* different ones that are shown */

struct html_notes {
	unsigned n;
	uint32_t n_scenes; /* that have any */
	uint32_t n_beyond; /* notes of scenes that are not among these */
	struct html_note {
		uint32_t n_scenes;
		char text[SCENE_NOTE_BYTES], first[HTML_NOTE_NAME]; /* of the first scene */
	} note[HTML_NOTES];
};

/* How many notes a scene has; what the lines of masks say is none. */
unsigned html_n_notes(const struct scene_result *result, const struct options *options);
/* Note i of them, 0 to html_n_notes() - 1. Returns text. */
const char *html_note(char text[SCENE_NOTE_BYTES], const struct scene_result *result,
		      const struct options *options, unsigned i);
void html_notes_scene(struct html_notes *notes, const struct scene_result *result,
		      const struct options *options);
/* Each note once, with the scenes that have it. */
void html_notes(FILE *out, const struct html_notes *notes);

/* --- html_asked.c --- */

/* Command line, program and libraries, what changes numbers, what is computed. Addresses in it are
 * without their secrets. */
void html_asked(FILE *out, const struct run_totals *totals, const struct plan *plan,
		const struct options *options);

#endif
