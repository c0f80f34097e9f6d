/*
 * What reports say of --teach: that a run was one, what it paid, and sums that are not exact beside
 * those that are. Pure.
 */
#ifndef IMGPIPE_REPORT_TEACH_H
#define IMGPIPE_REPORT_TEACH_H

#include <jansson.h>
#include <stdio.h>

#include "report.h"

/* A line a mode, on top of the text: "TEACH: gil - ...; not how imgpipe works". */
void teach_put_marks(FILE *out, const struct options *options);
/* The same on top of a page. */
void teach_page_marks(FILE *out, const struct options *options);
/* "0.554889 in single precision (differs from digit 7 on), ..., exact ..." */
const char *teach_float_text(char text[240], const struct float_sums *sums, uint64_t n,
			     double exact);

json_t *teach_list(const struct options *options);        /* names as they are typed */
json_t *teach_costs(const struct run_totals *totals);     /* what it paid */
json_t *teach_float_object(const struct float_sums *sums, /* of n valid pixels */
			   uint64_t n, double exact);

#endif
