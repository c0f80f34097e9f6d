/*
 * How many columns of a terminal a character takes. Pure, thread-safe, whatever the locale.
 */
#ifndef IMGPIPE_CHAR_COLUMNS_H
#define IMGPIPE_CHAR_COLUMNS_H

#include <stddef.h>

/* 0: it is drawn onto the one before (accents of names from macOS); 2: East Asian, emoji; else 1.
 * That of n bytes at `utf8`, n as utf8_length() says. */
unsigned char_columns(const char *utf8, size_t n);

#endif
