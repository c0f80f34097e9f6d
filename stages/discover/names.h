/*
 * File names: patterns, the part of a name that says which band it is, and dates. Everything here
 * is pure text work and may be called from any thread.
 */
#ifndef IMGPIPE_NAMES_H
#define IMGPIPE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "band_name.h"
#include "bands/name_pattern.h"
#include "bands/sensors.h"
#include "input/file_name.h"

/*
 * Match a user's pattern ('*' and '?' as in the shell, case matters) and write what the wildcards
 * stood for, each followed by '/', to captured (cut at size). Each '*' takes as little as it can.
 */
bool name_capture(const char *pattern, const char *text, char *captured, size_t size);

/* Has the name an extension that raster files have? (.tif, .jp2, .vrt ...; not .msk, .ovr, .xml) */
bool name_is_raster(const char *name);

enum token_kind {
	TOKEN_NONE,  /* no part of the name says a band */
	TOKEN_BAND,  /* a band number: code is "4", "8A" ... */
	TOKEN_RED,   /* the word */
	TOKEN_NIR,   /* the word */
	TOKEN_QA,    /* a quality band */
	TOKEN_STACK, /* the bands of a product in one file ("BOA") */
	TOKEN_OTHER  /* another band or product: "blue", "TCI", "NDVI" */
};

/* Where a stem names its band: prefix, separator, token, suffix. Offsets are into the stem. */
struct band_token {
	enum token_kind kind;
	enum band_name name;  /* that a word says: RED, NIR, OTHER; NAME_NONE: none does */
	uint8_t prefix_len;   /* without the separator */
	uint8_t start, end;   /* of the token, product words as "SR_" included */
	uint8_t suffix;       /* where the rest begins, behind "_10m" where there is one */
	uint8_t resolution_m; /* of a suffix such as "_10m", 0 if none */
	bool padded;          /* code written with two digits, or 8A: Sentinel-2's and HLS's way */
	char code[4];         /* "4", "15", "8A"; "" unless TOKEN_BAND */
};

/* Find the band token of a stem; the last one counts. Stems over 255 bytes have none. */
struct band_token name_band_token(const char *stem, size_t len);

/*
 * ISO date, "2020-01-31" or "2020-01-31T10:10:10Z", or "" if the name holds none, or only that
 * of processing ("S2A_OPER_...").
 */
void name_date(const char *name, enum date_form form, char out[24]);

/* Does name[0 ... len) end in MAJA's word for reflectance that is not corrected for slopes? */
static inline bool name_is_uncorrected(const char *name, size_t len)
{
	return len >= 4 && memcmp(name + len - 4, "_SRE", 4) == 0;
}

/* strstr() without regard to case. */
bool name_holds(const char *text, const char *word);

/* MAJA's products: their bands, and folders beside these that belong to the scene. */
#define MAJA_BANDS  "*_FRE_B#*|*_SRE_B#*"
#define MAJA_EXTRAS "MASKS|DATA"

#endif
