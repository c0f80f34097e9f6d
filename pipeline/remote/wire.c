/*
 * Wire: what both ends of a channel need to know of messages: room for them, and errors in them.
 */
#include "wire.h"

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

size_t wire_room(const struct result_layout *layout)
{
	size_t scene = sizeof(struct opened) + SCENE_PACKED_MAX;
	size_t most = larger(larger(scene, sizeof(struct meter)), layout->packed_most);

	return (most + 15) / 16 * 16;
}

void wire_take_error(struct error *error, const struct error *sent)
{
	int code = sent->code;

	if (code < EX__BASE || code > EX__MAX)
		code = EX_SOFTWARE;
	(void)error_set(error, code, "%.*s", (int)sizeof(sent->text) - 1, sent->text);
	error->number = sent->number;
}
