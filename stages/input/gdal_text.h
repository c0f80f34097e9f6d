/*
 * Words and numbers as GDAL writes them into metadata. Pure.
 */
#ifndef IMGPIPE_GDAL_TEXT_H
#define IMGPIPE_GDAL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "scene.h"

/* The label that GDAL's name of a colour interpretation means; COLOR_OTHER for those of no use. */
enum color_label gdal_color_label(const char *name);

/*
 * A number as writers have put it: also Microsoft's spellings of infinity and NaN, "-1.#INF". What
 * is no number is 0, as in GDAL.
 */
double gdal_number(const char *text);

/* `n` numbers separated by blanks and commas, and nothing else; false: others stand there. */
bool gdal_numbers(const char *text, double *value, size_t n);

/* Copy UTF-8 text without blanks at both ends, cut to whole characters; "" if it is too hollow. */
void gdal_copy_text(char *to, size_t size, const char *from);

#endif
