/*
 * XML, bounded. Expat by itself keeps every open element, every name it has met and the whole of
 * each token, so 31 MB of "<a>" become 1.5 GB; and it looks at a long token again from its start
 * with every piece that it is fed (until version 2.6), so one comment of 31 MB takes half a minute.
 * Here depth, attributes and tokens are counted, and its memory is held to a limit. It knows no
 * files and no metadata.
 */
#include "xml.h"

#include <expat.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
	/*
	 * Bytes fed at once. With tokens bounded to two pieces none is looked at more than three
	 * times, which keeps the whole linear.
	 */
	PIECE_BYTES = 32 << 10,
	MAX_TOKEN = 64 << 10,   /* the longest in metadata of products and of GDAL: under 1 KiB */
	MAX_DEPTH = 64,         /* these have 10 */
	MAX_ATTRIBUTES = 64,    /* these have 8 */
	MAX_ELEMENTS = 1 << 18, /* GDAL's have up to 5 for a band */
	/* A token held twice while its buffer grows, and names: some 8,000 different ones. */
	MAX_MEMORY = 1 << 20,
	HEADER = 16, /* of an allocation: its size; keeps what malloc() aligned aligned */
};

/* One document while it is read. */
struct xml {
	XML_Parser parser;
	const struct xml_handlers *handlers;
	void *user;
	unsigned depth, n_elements;
	enum xml_end end; /* why it was stopped */
};

/* --- memory: what expat holds, of this thread's document --- */

/* Expat's functions for memory get no pointer of the caller's. */
struct account {
	size_t used;
	bool refused; /* by our limit, not by the system */
};
static _Thread_local struct account *account;

static void *take(void *old, size_t old_size, size_t size)
{
	unsigned char *block;

	if (size > MAX_MEMORY || account->used - old_size + size > MAX_MEMORY) {
		account->refused = true;
		return NULL;
	}
	block = realloc(old, HEADER + size);
	if (!block)
		return NULL;
	account->used += size - old_size;
	memcpy(block, &size, sizeof(size));
	return block + HEADER;
}

static void *xml_malloc(size_t size)
{
	return take(NULL, 0, size);
}

static void *xml_realloc(void *old, size_t size)
{
	unsigned char *block = old ? (unsigned char *)old - HEADER : NULL;
	size_t old_size = 0;

	if (block)
		memcpy(&old_size, block, sizeof(old_size));
	return take(block, old_size, size);
}

static void xml_free(void *old)
{
	unsigned char *block = old ? (unsigned char *)old - HEADER : NULL;
	size_t size;

	if (!block)
		return;
	memcpy(&size, block, sizeof(size));
	account->used -= size;
	free(block);
}

/* --- expat's handlers --- */

static void stop(struct xml *xml, enum xml_end end)
{
	if (xml->end == XML_END_FINE)
		xml->end = end;
	(void)XML_StopParser(xml->parser, XML_FALSE);
}

bool xml_append(char *text, size_t size, size_t *used, const char *piece, int n)
{
	size_t room = size - 1 - *used, length = n > 0 ? (size_t)n : 0;
	size_t fits = length < room ? length : room;

	memcpy(text + *used, piece, fits);
	*used += fits;
	text[*used] = '\0';
	return fits == length;
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attribute)
{
	struct xml *xml = user;

	if (++xml->depth > MAX_DEPTH) {
		stop(xml, XML_END_TOO_DEEP);
	} else if (++xml->n_elements > MAX_ELEMENTS) {
		stop(xml, XML_END_TOO_COMPLEX);
	} else if (XML_GetSpecifiedAttributeCount(xml->parser) > 2 * MAX_ATTRIBUTES) {
		stop(xml, XML_END_TOO_MANY_ATTRIBUTES); /* a name and a value each */
	} else {
		xml->handlers->start(xml->user, name, attribute);
	}
}

static void XMLCALL on_text(void *user, const XML_Char *text, int n)
{
	struct xml *xml = user;

	xml->handlers->text(xml->user, text, n);
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
	struct xml *xml = user;

	xml->depth--;
	if (xml->end == XML_END_FINE) /* of "<a/>" both come, even when stopped at the first */
		xml->handlers->end(xml->user, name);
}

static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system_id,
			       const XML_Char *public_id, int has_subset)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_subset;
	stop(user, XML_END_DOCTYPE);
}

/* --- reading --- */

static enum xml_end why(const struct xml *xml)
{
	if (xml->end != XML_END_FINE)
		return xml->end;
	if (account->refused)
		return XML_END_TOO_COMPLEX;
	return XML_GetErrorCode(xml->parser) == XML_ERROR_NO_MEMORY ? XML_END_NO_MEMORY
								    : XML_END_MALFORMED;
}

/* What was fed and not yet done with is the start of one token. */
static bool token_too_long(const struct xml *xml, uint64_t fed)
{
	XML_Index done = XML_GetCurrentByteIndex(xml->parser);

	return done >= 0 && fed - (uint64_t)done > MAX_TOKEN;
}

static enum xml_end feed(struct xml *xml, const struct xml_source *source)
{
	uint64_t fed = 0;
	ssize_t n;

	do {
		void *piece = XML_GetBuffer(xml->parser, PIECE_BYTES);

		if (!piece)
			return why(xml);
		n = source->read(source->from, piece, PIECE_BYTES);
		if (n < 0)
			return XML_END_UNREADABLE;
		fed += (uint64_t)n;
		if (fed > source->max_bytes)
			return XML_END_TOO_LARGE;
		if (XML_ParseBuffer(xml->parser, (int)n, n == 0) != XML_STATUS_OK)
			return why(xml);
		if (token_too_long(xml, fed))
			return XML_END_TOO_LONG;
	} while (n);
	return XML_END_FINE;
}

enum xml_end xml_read(const struct xml_handlers *handlers, void *user,
		      const struct xml_source *source)
{
	static const XML_Memory_Handling_Suite memory = {xml_malloc, xml_realloc, xml_free};
	struct account own = {0}, *outer = account;
	struct xml xml = {.handlers = handlers, .user = user};
	enum xml_end end = XML_END_NO_MEMORY;

	account = &own;
	xml.parser = XML_ParserCreate_MM(handlers->encoding, &memory, NULL);
	if (xml.parser) {
		XML_SetUserData(xml.parser, &xml);
		XML_SetElementHandler(xml.parser, on_start, on_end);
		XML_SetCharacterDataHandler(xml.parser, on_text);
		XML_SetStartDoctypeDeclHandler(xml.parser, on_doctype);
		end = feed(&xml, source);
		XML_ParserFree(xml.parser);
	}
	account = outer;
	return end;
}

static ssize_t read_bytes(void *from, void *buffer, size_t size)
{
	struct xml_bytes *bytes = from;
	size_t n = size < bytes->left ? size : bytes->left;

	memcpy(buffer, bytes->at, n);
	bytes->at += n;
	bytes->left -= n;
	return (ssize_t)n;
}

struct xml_source xml_bytes_source(struct xml_bytes *bytes)
{
	return (struct xml_source){read_bytes, bytes, bytes->left};
}

static ssize_t read_stream(void *from, void *buffer, size_t size)
{
	FILE *stream = from;
	size_t n = fread(buffer, 1, size, stream);

	return ferror(stream) ? -1 : (ssize_t)n;
}

struct xml_source xml_stream_source(FILE *stream, uint64_t max_bytes)
{
	return (struct xml_source){read_stream, stream, max_bytes};
}

const char *xml_words(enum xml_end end)
{
	static const char *const words[] = {
		[XML_END_FINE] = "is fine",
		[XML_END_UNREADABLE] = "cannot be read",
		[XML_END_MALFORMED] = "cannot be understood",
		[XML_END_NO_MEMORY] = "cannot be read without more memory",
		[XML_END_TOO_LARGE] = "is larger than such metadata are",
		[XML_END_TOO_DEEP] = "is nested deeper than 64 elements",
		[XML_END_TOO_MANY_ATTRIBUTES] = "has an element of more than 64 attributes",
		[XML_END_TOO_LONG] = "has a name, attribute or comment of more than 64 KiB",
		[XML_END_TOO_COMPLEX] = "has more elements or names than such metadata have",
		[XML_END_DOCTYPE] = "declares a document type, which may hold entities",
	};

	return words[end];
}
