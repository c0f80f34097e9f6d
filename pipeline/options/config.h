/*
 * Options that stand elsewhere than on the command line: as lines of a file (--config), as words of
 * the environment (IMGPIPE_OPTIONS). Here they are read and cut into words for getopt; what they
 * mean is command_line.c's business. Thread-safe.
 *
 * A line of a file is one option: a name, with or without dashes, then a value, with or without `=`
 * between. A value with blanks stands in quotes, ' or "; between quotes every character stands for
 * itself, and nothing is expanded anywhere. A word that begins with # begins a comment.
 *
 * Files and the variable come from outside: they are read up to CONFIG_BYTES_MOST, and hold no NUL.
 */
#ifndef IMGPIPE_PIPELINE_CONFIG_H
#define IMGPIPE_PIPELINE_CONFIG_H

#include "error.h"

enum { CONFIG_BYTES_MOST = 64 << 10, CONFIG_LINE_MOST = 4096, CONFIG_OPTIONS_MOST = 1000 };

/* Words for getopt, which begins at argv[1], and where they stand. */
struct config_words {
	unsigned line; /* from 1; 0: there are no lines */
	int argc;
	char **argv; /* owned by the source, ended by NULL */
};

/* All options of one place. */
struct config_source {
	const char *name; /* of the file or the variable; not owned */
	unsigned n;
	struct config_words *item; /* one a line */
	char *text;                /* what the words are made of */
	char **pointers;           /* what the items' argv are made of */
};

/*
 * A file's options, or a variable's value. -1 with EX_NOINPUT, EX_IOERR or EX_USAGE, the place
 * named. Release the source whatever comes back.
 */
int config_read_file(struct config_source *source, const char *path, struct error *err) MUST_CHECK;
int config_read_words(struct config_source *source, const char *name, const char *words,
		      struct error *err) MUST_CHECK;
void config_release(struct config_source *source);

#endif
