/*
 * What text for people is written to: how wide it is, and whether it takes colour. A terminal is
 * asked; whatever else (a file, a pipe) has a fixed width and no colour, so that what is kept does
 * not depend on the window that it was made in.
 */
#ifndef IMGPIPE_SCREEN_H
#define IMGPIPE_SCREEN_H

#include <stdbool.h>
#include <stdio.h>

/* SCREEN_PLAIN: of what is no terminal, and the most that sentences are folded at. SCREEN_LEAST:
 * what every table fits in; a narrower terminal wraps. SCREEN_MOST: wider tables are not easier to
 * read. */
enum { SCREEN_LEAST = 60, SCREEN_PLAIN = 100, SCREEN_MOST = 200 };

enum screen_color { SCREEN_COLOR_AUTO, SCREEN_COLOR_ALWAYS, SCREEN_COLOR_NEVER };

/* Meanings, not colours: what they look like is decided in one place. */
enum ink { INK_PLAIN, INK_HEADING, INK_GOOD, INK_WARNING, INK_BAD, N_INKS };

/*
 * --color, once, before there are threads. AUTO: on a terminal, unless NO_COLOR is set and not
 * empty or TERM is dumb or not set. ALWAYS: on standard output and standard error whatever they
 * are, and never in files that options name.
 */
void screen_choose_color(enum screen_color when);

/* No: what goes through a launcher of MPI, whose ranks may be given a terminal of their own. */
bool screen_is_terminal(FILE *out);

/* Columns of the stream: SCREEN_LEAST to SCREEN_MOST. Thread-safe, also the following ones. */
unsigned screen_columns(FILE *out);

/* The same for sentences: at most SCREEN_PLAIN. */
unsigned screen_fold_columns(FILE *out);

bool screen_has_color(FILE *out);

/* Bytes that change to this ink, or "" where the stream takes no colour. They have no columns.
 * After them comes INK_PLAIN's before the line ends. */
const char *screen_ink(FILE *out, enum ink ink);

/* Text in that ink. */
void screen_put(FILE *out, enum ink ink, const char *text);

/* Is what goes to standard output and to standard error read as one (a terminal, `> log 2>&1`)?
 * What stands in one of them need not be said in the other. */
bool screen_is_one(void);

/* A line that is to be written over stands on the terminal of standard error, without an end
 * (progress). Others who write there begin with screen_line_end(): what wipes it out, or "". */
void screen_line_stands(bool stands);
const char *screen_line_end(void);

#endif
