/*
 * Product names of Landsat (Collection 1 and 2) and Sentinel-2 (since December 2016), in parts.
 * What says how and when it was processed becomes the version, the rest the key.
 */
#include "acquisition.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "sentinel2.h"

/* LC08_L2SP_193026_20170805_20201016_02_T1: where its parts begin. */
#define LANDSAT_NAME "L@##_L#@@_######_########_########_##_@?"
enum {
	LANDSAT_LENGTH = sizeof(LANDSAT_NAME) - 1,
	LANDSAT_PROCESSED = 26,
	LANDSAT_COLLECTION = 35,
	LANDSAT_TIER = 38
};

/* What stands behind the sensing time of
 * S2A_MSIL2A_20200210T073031_N0214_R049_T37MEU_20200210T13... */
#define PRODUCT_END "N####_R###_T##@@@_########T######"
enum { PRODUCT_END_LENGTH = sizeof(PRODUCT_END) - 1, TIME_LENGTH = 15 };

/* Where a text of `length` bytes fits the pattern, at the start of a word; NULL: nowhere. */
static const char *find(const char *text, const char *pattern, size_t length)
{
	size_t n = strlen(text);

	for (size_t i = 0; i + length <= n; i++)
		if ((i == 0 || !isalnum((unsigned char)text[i - 1])) &&
		    !isalnum((unsigned char)text[i + length]) &&
		    name_matches(pattern, text + i, length))
			return text + i;
	return NULL;
}

static uint64_t digits(const char *text, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		if (isdigit((unsigned char)text[i]))
			value = value * 10 + (uint64_t)(text[i] - '0');
	return value;
}

static void upper(char *text)
{
	for (; *text; text++)
		*text = (char)toupper((unsigned char)*text);
}

static bool fits(int written)
{
	return written > 0 && written < ACQUISITION_BYTES;
}

/* Real time is overtaken by Tier 2, and that by Tier 1. */
static unsigned tier_rank(const char *tier)
{
	return tier[1] == '1' ? 2 : tier[1] == '2' ? 1 : 0;
}

static bool of_landsat(struct acquisition *a, const char *name)
{
	const char *at = find(name, LANDSAT_NAME, LANDSAT_LENGTH);

	if (!at)
		return false;
	a->version = (digits(at + LANDSAT_COLLECTION, 2) * 100000000 +
		      digits(at + LANDSAT_PROCESSED, 8)) *
			     4 +
		     tier_rank(at + LANDSAT_TIER);
	return fits(snprintf(a->key, sizeof(a->key), "%.*s %.*s %s", LANDSAT_PROCESSED - 1, at,
			     (int)(at - name), name, at + LANDSAT_LENGTH));
}

/* Words of a name that its product says, too. */
static bool is_product_word(const char *word, size_t length)
{
	return name_matches("S2@|MSIL1C|MSIL2A|L1C|L2A|N####|R###|T##@@@|########T######", word,
			    length);
}

/* The words of a name that its product does not say, each behind a '_'. */
static void put_rest(char *text, size_t size, const char *name)
{
	size_t used = 0;

	text[0] = '\0';
	while (*name) {
		size_t length = strcspn(name, "_.");

		if (length && !is_product_word(name, length) && used + length + 1 < size)
			used += (size_t)snprintf(text + used, size - used, "_%.*s", (int)length,
						 name);
		name += length + (name[length] != '\0');
	}
}

/* "A024221_20200210T074402" of the granule's folder: its orbit and its first line's time. */
static const char *granule(const char *part)
{
	const char *at = find(part, "A######_########T######", 8 + TIME_LENGTH);

	return at ? at : "";
}

static bool of_sentinel2(struct acquisition *a, const char *name, const char *path)
{
	const char *part = sentinel2_own_part(path), *end, *time;
	char tile[8], rest[ACQUISITION_BYTES / 2];

	time = find(name, "########T######", TIME_LENGTH);
	if (!time)
		time = find(part, "########T######", TIME_LENGTH);
	if (!time || (!sentinel2_tile(name, tile) && !sentinel2_tile(part, tile)))
		return false;
	if (strlen(name) >= sizeof(rest))
		return false;
	put_rest(rest, sizeof(rest), name);
	end = find(part, PRODUCT_END, PRODUCT_END_LENGTH);
	a->version = (uint64_t)sentinel2_baseline(path) * 100000000000000u +
		     (end ? digits(end + PRODUCT_END_LENGTH - TIME_LENGTH, TIME_LENGTH) : 0);
	return fits(snprintf(a->key, sizeof(a->key), "%s %.*s %s %.*s %s", tile, TIME_LENGTH, time,
			     sentinel2_level(path), 8 + TIME_LENGTH, granule(part), rest));
}

bool acquisition_of(struct acquisition *acquisition, const char *name, const char *path)
{
	*acquisition = (struct acquisition){.version = 0};
	if (!of_landsat(acquisition, name) && !of_sentinel2(acquisition, name, path))
		return false;
	upper(acquisition->key);
	return true;
}
