/*
 * XML from untrusted files, read with expat in bounded memory and linear time, whatever it holds.
 * Private to the stages that read metadata.
 */
#ifndef IMGPIPE_XML_H
#define IMGPIPE_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* What is called for elements and their text; text comes in pieces. */
struct xml_handlers {
	void (*start)(void *user, const char *name, const char **attribute);
	void (*text)(void *user, const char *text, int n);
	void (*end)(void *user, const char *name);
	const char *encoding; /* NULL: as the document says */
};

/*
 * For handlers of text: append a piece to the *used bytes of `text`, which has room for `size`, and
 * a NUL behind it. False where it was cut.
 */
bool xml_append(char *text, size_t size, size_t *used, const char *piece, int n);

/* Where the bytes come from. read(): how many were put into the buffer, 0 at the end, -1: failed.
 */
struct xml_source {
	ssize_t (*read)(void *from, void *buffer, size_t size);
	void *from;
	uint64_t max_bytes; /* a longer document is refused */
};

/* Bytes in memory as a source: they, and `bytes`, outlive it. */
struct xml_bytes {
	const char *at;
	size_t left;
};
struct xml_source xml_bytes_source(struct xml_bytes *bytes);
/* What is left of a stream, which stays the caller's. */
struct xml_source xml_stream_source(FILE *stream, uint64_t max_bytes);

enum xml_end {
	XML_END_FINE,
	XML_END_UNREADABLE, /* the source failed */
	XML_END_MALFORMED,
	XML_END_NO_MEMORY,
	/* refused, however much memory there is: */
	XML_END_TOO_LARGE,
	XML_END_TOO_DEEP,
	XML_END_TOO_MANY_ATTRIBUTES,
	XML_END_TOO_LONG,    /* one name, attribute, comment or the like */
	XML_END_TOO_COMPLEX, /* elements, or names and what else expat keeps */
	XML_END_DOCTYPE,     /* what it declares may grow without bound */
};

/*
 * Read a document. `user` goes to the handlers, which have been called with the start of it where
 * the end is not XML_END_FINE: whoever wants all or nothing keeps a copy. Takes no more than
 * 1.2 MiB of memory. Thread-safe.
 */
enum xml_end xml_read(const struct xml_handlers *handlers, void *user,
		      const struct xml_source *source);

/* What is wrong, to stand behind the document's name: "is nested deeper than 64 elements". */
const char *xml_words(enum xml_end end);

#endif
