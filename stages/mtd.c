/*
 * Sentinel-2 product metadata: found near an image, read with expat, bounded in size. It knows the
 * four elements that scaling needs and nothing else of the product.
 */
#include "mtd.h"

#include <expat.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MTD_MAX_BYTES = 4 << 20, /* real ones are about 60 kB */
	MTD_TEXT_BYTES = 64,
	MTD_MAX_UP = 5 /* IMG_DATA/R10m, granule, GRANULE, product */
};

struct reading {
	struct mtd *mtd;
	char text[MTD_TEXT_BYTES];
	size_t len;
	int band_id; /* of the element that is open, -1 where it states none */
};

static const char *local_name(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon ? colon + 1 : name;
}

static bool parse_number(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	return end != text && isfinite(*value);
}

static void on_start(void *user, const XML_Char *name, const XML_Char **attribute)
{
	struct reading *r = user;
	double id;

	(void)name;
	r->len = 0;
	r->band_id = -1;
	for (; attribute[0]; attribute += 2)
		if (strcmp(attribute[0], "band_id") == 0 && parse_number(attribute[1], &id) &&
		    id >= 0 && id < MTD_BANDS)
			r->band_id = (int)id;
}

static void on_text(void *user, const XML_Char *text, int len)
{
	struct reading *r = user;
	size_t room = sizeof(r->text) - 1 - r->len, n = len > 0 ? (size_t)len : 0;

	if (n > room)
		n = room;
	memcpy(r->text + r->len, text, n);
	r->len += n;
}

static void on_end(void *user, const XML_Char *full_name)
{
	struct reading *r = user;
	const char *name = local_name(full_name);
	double value;

	r->text[r->len] = '\0';
	r->len = 0;
	if (!parse_number(r->text, &value))
		return;
	if (strcmp(name, "PROCESSING_BASELINE") == 0) {
		if (value > 0 && value < 100)
			r->mtd->baseline = (unsigned)lround(value * 100);
	} else if (strcmp(name, "BOA_QUANTIFICATION_VALUE") == 0 ||
		   strcmp(name, "QUANTIFICATION_VALUE") == 0) {
		if (value > 0)
			r->mtd->quantification = value;
	} else if (strcmp(name, "BOA_ADD_OFFSET") == 0 || strcmp(name, "RADIO_ADD_OFFSET") == 0) {
		if (r->band_id < 0)
			return;
		r->mtd->add_offset[r->band_id] = value;
		r->mtd->has_offset = true;
	}
}

/* Feed the file to the parser; entities are never expanded beyond expat's own protection. */
static bool parse_stream(XML_Parser parser, FILE *in)
{
	char buffer[8192];
	size_t total = 0, n;

	do {
		n = fread(buffer, 1, sizeof(buffer), in);
		total += n;
		if (ferror(in) || total > MTD_MAX_BYTES ||
		    XML_Parse(parser, buffer, (int)n, n < sizeof(buffer)) != XML_STATUS_OK)
			return false;
	} while (n == sizeof(buffer));
	return true;
}

static bool parse_file(FILE *in, struct mtd *mtd)
{
	struct reading reading = {.mtd = mtd, .band_id = -1};
	XML_Parser parser = XML_ParserCreate(NULL);
	bool fine;

	if (!parser)
		return false;
	XML_SetUserData(parser, &reading);
	XML_SetElementHandler(parser, on_start, on_end);
	XML_SetCharacterDataHandler(parser, on_text);
	fine = parse_stream(parser, in);
	XML_ParserFree(parser);
	return fine && mtd->quantification > 0;
}

static bool try_folder(const char *folder, const char *level, struct mtd *mtd, char problem[160])
{
	FILE *in;
	bool fine;

	*mtd = (struct mtd){.baseline = 0};
	snprintf(mtd->level, sizeof(mtd->level), "%s", level);
	if (snprintf(mtd->path, sizeof(mtd->path), "%s%sMTD_MSI%s.xml", folder, *folder ? "/" : "",
		     level) >= (int)sizeof(mtd->path))
		return false;
	in = fopen(mtd->path, "re");
	if (!in)
		return false;
	fine = parse_file(in, mtd);
	fclose(in);
	if (!fine)
		snprintf(problem, 160, "MTD_MSI%s.xml cannot be understood", level);
	return fine;
}

/* R10m, IMG_DATA, GRANULE and what lies between: their parents belong to the same product. */
static bool in_safe_layout(const char *folder)
{
	static const char *const heads[] = {"R10m",    "R20m",  "R60m", "IMG_DATA",
					    "GRANULE", "L2A_T", "L1C_T"};
	const char *slash = strrchr(folder, '/'), *name = slash ? slash + 1 : folder;

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (strncmp(name, heads[i], strlen(heads[i])) == 0)
			return true;
	return false;
}

bool mtd_find(const char *image_path, struct mtd *mtd, char problem[160])
{
	char folder[512];
	size_t len = strlen(image_path);

	problem[0] = '\0';
	*mtd = (struct mtd){.baseline = 0};
	if (len >= sizeof(folder) || image_path[0] != '/' || strncmp(image_path, "/vsi", 4) == 0)
		return false;
	memcpy(folder, image_path, len + 1);
	for (unsigned up = 0; up < MTD_MAX_UP; up++) {
		char *slash = strrchr(folder, '/');

		if (slash == folder || (up > 1 && !in_safe_layout(folder)))
			break;
		*slash = '\0';
		if (try_folder(folder, "L2A", mtd, problem) ||
		    try_folder(folder, "L1C", mtd, problem))
			return true;
		if (problem[0])
			break;
	}
	*mtd = (struct mtd){.baseline = 0};
	return false;
}
