/*
 * Sentinel-2 names after ESA's naming conventions: the compact one in use since December 2016
 * (S2A_MSIL2A_20220601T101031_N0400_R022_T33UUB_...) and the one before (S2A_OPER_..._N02.01). It
 * opens no file.
 */
#include "sentinel2.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "names.h"

/* The same names as a pattern and as a table. */
#define RESOLUTIONS "R10m|R20m|R60m"
const struct resolution_folder sentinel2_resolutions[] = {
	{"R10m", 10}, {"R20m", 20}, {"R60m", 60}, {NULL, 0}};

const char *const sentinel2_band_folders[] = {"GRANULE", "IMG_DATA", RESOLUTIONS, NULL};

uint8_t sentinel2_folder_metres(const char *folder)
{
	const struct resolution_folder *known = sentinel2_resolutions;

	while (known->name && strcmp(known->name, folder) != 0)
		known++;
	return known->metres;
}

bool sentinel2_is_inner_folder(const char *name, size_t len)
{
	return name_matches(RESOLUTIONS "|IMG_DATA|GRANULE|L2A_T##*|L1C_T##*|"
					"S2@_????_MSI_L??_TL_*",
			    name, len);
}

/* Start of the component that ends before `end`. */
static const char *component(const char *path, const char *end)
{
	while (end > path && end[-1] != '/')
		end--;
	return end;
}

const char *sentinel2_own_part(const char *path)
{
	const char *start = component(path, path + strlen(path));

	while (start > path) {
		const char *end = start - 1;

		start = component(path, end);
		if (!sentinel2_is_inner_folder(start, (size_t)(end - start)))
			break;
	}
	return start;
}

static bool ends_word(char c)
{
	return !isalnum((unsigned char)c);
}

/* Does the component end here, or have nothing but an extension left? */
static bool ends_stem(const char *s)
{
	if (*s == '.' && isalpha((unsigned char)s[1]))
		for (s++; isalnum((unsigned char)*s); s++)
			;
	return *s == '\0' || *s == '/';
}

static unsigned two_digits(const char *s)
{
	return (unsigned)(s[0] - '0') * 10 + (unsigned)(s[1] - '0');
}

/* The baseline at "_N...": only in the forms of product names, as map sheets begin with N too. */
static unsigned baseline_at(const char *s)
{
	size_t left = strlen(s);

	if (left >= 11 && name_matches("_N####_R###", s, 11) && ends_word(s[11]))
		return two_digits(s + 2) * 100 + two_digits(s + 4);
	if (left >= 7 && name_matches("_N##.##", s, 7) &&
	    (ends_stem(s + 7) || (left >= 10 && name_matches("_R#", s + 7, 3))))
		return two_digits(s + 2) * 100 + two_digits(s + 5);
	return 0;
}

unsigned sentinel2_baseline(const char *path)
{
	unsigned found = 0;

	for (const char *s = strstr(sentinel2_own_part(path), "_N"); s; s = strstr(s + 1, "_N")) {
		unsigned value = baseline_at(s);

		/* 99.99 marks test processing and 10.00 is far off: neither tells the offset. */
		if (value >= 100 && value < 1000)
			found = value;
	}
	return found;
}

const char *sentinel2_level(const char *path)
{
	static const char *const levels[] = {"L1C", "L2A"};
	const char *part = sentinel2_own_part(path), *level = "";

	for (const char *s = part; *s; s++)
		for (size_t i = 0; i < 2; i++) {
			size_t before = (size_t)(s - part);
			bool starts = !before || ends_word(s[-1]) ||
				      (before >= 3 && strncasecmp(s - 3, "MSI", 3) == 0) ||
				      (before >= 2 && strncasecmp(s - 2, "S2", 2) == 0);

			if (starts && strncasecmp(s, levels[i], 3) == 0 && ends_word(s[3]))
				level = levels[i];
		}
	return level;
}

bool sentinel2_harmonised(const char *path)
{
	const char *part = sentinel2_own_part(path);

	for (const char *s = part; *s; s++)
		if ((s == part || !isalpha((unsigned char)s[-1])) &&
		    (strncasecmp(s, "harmonis", 8) == 0 || strncasecmp(s, "harmoniz", 8) == 0))
			return true;
	return false;
}

bool sentinel2_tile(const char *name, char tile[8])
{
	size_t len = strlen(name);

	tile[0] = '\0';
	for (size_t i = 0; i + 6 <= len; i++)
		if ((i == 0 || ends_word(name[i - 1])) && ends_word(name[i + 6]) &&
		    name_matches("T##@@@", name + i, 6)) {
			for (size_t k = 0; k < 6; k++)
				tile[k] = (char)toupper((unsigned char)name[i + k]);
			tile[6] = '\0';
		}
	return tile[0] != '\0';
}
