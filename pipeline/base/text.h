/*
 * Text for people: names cut to a column, long sentences folded, numbers that fit. What comes from
 * outside (file names, band descriptions) can hold any byte; it is shown as include/printable.h
 * says, so that no name can steer a terminal. Pure, thread-safe.
 */
#ifndef IMGPIPE_TEXT_H
#define IMGPIPE_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "printable.h"
#include "screen.h"

enum { TEXT_NAME_COLUMNS = 40, TEXT_CUT_LEAST = 5, TEXT_CUT_MOST = 160 };

/* Columns of a terminal that the text takes, once it is safe to show. */
unsigned text_columns(const char *text);

/* In place: one blank where there are several, none at an end. */
void text_single_blanks(char *text);

/* `text`, safe to show, with its middle left out ("...") where it is longer than `width` columns
 * and padded with spaces where it is shorter. width is TEXT_CUT_LEAST to TEXT_CUT_MOST; `out` holds
 * 4 * width + 1 bytes. Returns out. */
const char *text_cut(char *out, const char *text, unsigned width);

/* Where lines may be broken next: the end of the word. A number stays with its unit ("50 %") and
 * with another ("512 x 512"), a name with its value ("width = 1"), an option with a number or what
 * stands in quotes ("--scale 0.0001"). */
const char *text_word_end(const char *word);

/* Print `text`, safe to show, folded at screen_fold_columns() of the stream: it starts in `column`
 * (already reached), the following lines are indented by `indent`. Ends with a newline.
 * On a terminal a path that is wider than a line is broken behind its slashes. */
void text_fold(FILE *out, unsigned column, unsigned indent, const char *text);

/* The same behind `gap` blanks, which are left out where the text begins on the next line. */
void text_fold_behind(FILE *out, unsigned column, unsigned gap, unsigned indent, const char *text);

/* Print `label` in INK_HEADING, fill up to `indent` columns, and fold `text` behind it. */
void text_item(FILE *out, unsigned indent, const char *label, const char *text);

/* The same with a label in that ink. */
void text_item_in(FILE *out, enum ink ink, unsigned indent, const char *label, const char *text);

/* A line of a list: `word` in that ink, and behind it `rest`, safe to show. On a terminal it is
 * folded, its further lines indented; elsewhere it is one line, to be searched. */
void text_line(FILE *out, enum ink ink, unsigned indent, const char *word, const char *rest);

/* A value with four decimals, from 1000 on with six digits, from 10^6 on with two; "-" for NaN: at
 * most eight characters up to 10^100. Returns buf. */
const char *text_value(char buf[24], double value);

/* "38.2 MiB", for people. Returns buf. */
const char *bytes_text(char buf[24], uint64_t bytes);

/* `text` without "name: " in front: errors may begin with the name of their scene, and where that
 * has been said before it is not said again. */
const char *text_beyond_name(const char *text, const char *name);

/* What stands behind the path's last slash. */
const char *path_name(const char *path);

/* The folder that it names: what stands before that, without slashes at its end; "." where there is
 * no slash. To be freed; NULL without memory. */
char *path_folder(const char *path);

enum { TEXT_WORD_MOST = 32 };

/* How many letters must be changed, left out, put in or swapped with their neighbour to make b of
 * the `length` letters of a (optimal string alignment distance). Words that are longer than
 * TEXT_WORD_MOST are that far from all others. */
unsigned text_distance(const char *a, size_t length, const char *b);

#endif
