/*
 * The kinds of report, and the few names they share. Private to the report files.
 */
#ifndef IMGPIPE_REPORT_KINDS_H
#define IMGPIPE_REPORT_KINDS_H

#include "report.h"
#include "report_target.h"

extern const struct report report_json;
extern const struct report report_summary;
extern const struct report report_csv;
extern const struct report report_tiles;
extern const struct report report_partial;
extern const struct report report_text;
extern const struct report report_trace;
extern const struct report report_html;
extern const struct report report_lab;

/* report_text.c: what every stage cost, and a verdict. */
void report_costs(FILE *out, const struct run_totals *totals, const struct plan *plan,
		  const struct options *options);

/* "ok", "failed", "cancelled". */
const char *scene_status_name(enum scene_status status);

/* "EX_DATAERR" and its like: the part of an error that does not depend on who read the file. */
const char *error_code_name(int code);

/* CRS of the scene's red band, "" where not known. */
const char *scene_crs(const struct scene *scene);

/* Place of the scene among those of all shards, from 0. */
uint64_t scene_number(const struct scene *scene, const struct options *options);

/* Statistics of a scene that is SCENE_OK; false (and *out untouched) where it is not. */
bool scene_summary(const struct scene_result *result, struct summary *out);

/*
 * 0, or -1 with EX_IOERR where anything written to `out` so far has failed. A stream's error flag
 * stays set, so one look after a group of fprintf() calls sees a failure of any of them.
 */
int report_check(FILE *out, struct error *err) MUST_CHECK;

#endif
