/*
 * JSON written piece by piece: for what a report has hundreds of a scene, and needs no tree. The
 * same bytes as js_emit() of the whole. Commas come of themselves. Failure is sticky; jw_end()
 * tells it. A writer is of one thread, and stays where it is.
 */
#ifndef IMGPIPE_JSON_WRITE_H
#define IMGPIPE_JSON_WRITE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "error.h"

struct json_writer {
	FILE *out; /* not owned */
	bool failed;
	bool behind; /* what comes next stands behind another value */
	size_t n;
	char text[2048]; /* pieces have a few bytes */
};

void jw_begin(struct json_writer *w, FILE *out);
/* What is left is handed on to the stream. */
int jw_end(struct json_writer *w, struct error *err) MUST_CHECK;

void jw_open(struct json_writer *w, char bracket); /* '{' or '[' */
void jw_close(struct json_writer *w, char bracket);
void jw_key(struct json_writer *w, const char *key);
void jw_count(struct json_writer *w, uint64_t n); /* as js_count() */
/* Takes `value` over; NULL is a failure. */
void jw_value(struct json_writer *w, json_t *value);
/* The same of all members of an object, into the one that is open. */
void jw_members(struct json_writer *w, json_t *object);

#endif
