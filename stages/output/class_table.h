/*
 * Colours of classes, for the table of colours in a file of them.
 */
#ifndef IMGPIPE_OUTPUT_CLASS_TABLE_H
#define IMGPIPE_OUTPUT_CLASS_TABLE_H

#include <stdint.h>

/* As TIFF has them: 256 reds, greens, blues, of 16 bits. */
enum { CLASS_COLOURS = 256, CLASS_COLOURS_SHORTS = 3 * CLASS_COLOURS };

/* Of the classes that have names (NULL-ended; NULL: none); black of the others. */
void class_table(uint16_t out[CLASS_COLOURS_SHORTS], const char *const *category);

#endif
