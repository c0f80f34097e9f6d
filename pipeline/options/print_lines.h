/*
 * Lines of help: print_lines.c. Inside the room.
 */
#ifndef IMGPIPE_PIPELINE_PRINT_LINES_H
#define IMGPIPE_PIPELINE_PRINT_LINES_H

#include <stdio.h>

#include "command.h"

/* Text folded from column `left` on, on a line of its own where `column` (already reached) is not
 * in front of it. */
void print_wrapped(FILE *out, const char *text, int column, int left);

/* "Maps:", with an empty line before it. */
void print_heading(FILE *out, const char *title);

/* "  -j, --workers N", and the text behind it. */
void print_option(FILE *out, const struct option_row *row, const char *text);

#endif
