/*
 * What reports of a check say of a file. Private to stages/check.
 */
#ifndef IMGPIPE_STAGES_CHECK_WORDS_H
#define IMGPIPE_STAGES_CHECK_WORDS_H

#include "check_cells.h"
#include "workload.h"

/*
 * What a file is. Unread: it has failed for a reason that is not its own (no memory for a block, no
 * GDAL), so that nothing is known of it.
 */
enum check_verdict { CHECK_OK, CHECK_BAD, CHECK_UNREAD, CHECK_SKIPPED, CHECK_LEFT };
enum check_verdict check_verdict(const struct scene_result *result);

/* The header of a file that was opened; NULL where it was not. */
const struct raster_info *check_info(const struct scene_result *result);

/* What is wrong, without the file's name in front. `text`: room for it. Returns text. */
enum { CHECK_REASON_BYTES = ERROR_TEXT_BYTES };
const char *check_reason(char text[CHECK_REASON_BYTES], const struct scene_result *result);

#endif
