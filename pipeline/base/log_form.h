/*
 * What a line of the log looks like: text, text with a time, for the journal, JSON. Where lines go
 * is not known here (log.c).
 */
#ifndef IMGPIPE_LOG_FORM_H
#define IMGPIPE_LOG_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "log.h"

enum {
	LOG_TEXT_BYTES = 3 * 4096, /* of a text that is taken whole */
	LOG_FORM_BYTES = 16 << 10  /* the longest line, and its end */
};

struct log_form {
	bool json;
	bool stamped; /* text with time and process */
	bool levels;  /* <3> in front of each line, as journald and the kernel read it */
};

struct log_entry {
	enum log_level level;
	const char *event;
	const char *scene;                /* NULL: of none */
	const struct log_number *numbers; /* NULL: none */
	const char *text;                 /* any bytes */
	bool lines;                       /* newlines in it are meant */
};

/* Writes the line, ended by a newline and NUL, and returns its bytes without the NUL. */
size_t log_form(char out[LOG_FORM_BYTES], struct log_form form, const struct log_entry *entry);

#endif
