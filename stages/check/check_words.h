/*
 * What reports of a check say of a file. Private to stages/check.
 */
#ifndef IMGPIPE_STAGES_CHECK_WORDS_H
#define IMGPIPE_STAGES_CHECK_WORDS_H

#include "check_cells.h"
#include "workload.h"

/* "ok", "BAD", "skipped", "not checked". */
const char *check_status(enum scene_status status);

/* The header of a file that was opened; NULL where it was not. */
const struct raster_info *check_info(const struct scene_result *result);

/* What is wrong, without the file's name in front. `text`: room for it. Returns text. */
enum { CHECK_REASON_BYTES = ERROR_TEXT_BYTES };
const char *check_reason(char text[CHECK_REASON_BYTES], const struct scene_result *result);

#endif
