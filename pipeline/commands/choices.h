/*
 * Options whose words are the names of a table that the parser does not know: executors, modes of
 * teaching.
 */
#ifndef IMGPIPE_PIPELINE_CHOICES_H
#define IMGPIPE_PIPELINE_CHOICES_H

#include "options/command.h"

extern const struct option_row option_executor, option_teach;

#endif
