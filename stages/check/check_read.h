/*
 * The one stage of a check: check_read.c. Private to stages/check.
 */
#ifndef IMGPIPE_STAGES_CHECK_READ_H
#define IMGPIPE_STAGES_CHECK_READ_H

#include "stage.h"

extern const struct stage stage_check;

#endif
