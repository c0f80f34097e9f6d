/*
 * Names of files, as all rooms see them.
 */
#ifndef IMGPIPE_FILE_NAME_H
#define IMGPIPE_FILE_NAME_H

#include <stddef.h>
#include <string.h>

/* Bytes of the name without its extension ("a.b.tif" -> 3). */
static inline size_t name_stem(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && dot != name ? (size_t)(dot - name) : strlen(name);
}

#endif
