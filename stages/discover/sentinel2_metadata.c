/*
 * Sentinel-2 product metadata: found near an image, a regular file, bounded (xml.h). It knows the
 * five elements that scaling needs and nothing else of the product.
 */
#include "sentinel2_metadata.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input/archive.h"
#include "input/xml.h"
#include "names.h"
#include "sentinel2.h"
#include "side_file.h"

static const char *const levels[] = {"L2A", "L1C"};

enum {
	MAX_BYTES = 4 << 20, /* real ones are 50 to 600 kB */
	TEXT_BYTES = 128
};

struct reading {
	struct sentinel2_metadata *metadata;
	char text[TEXT_BYTES];
	size_t len;
	int band_id;          /* of the element that is open, -1 if it states none */
	char uri[TEXT_BYTES]; /* the product's name, "" if not stated */
};

static bool parse_number(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	return end != text && isfinite(*value);
}

static void on_start(void *user, const char *name, const char **attribute)
{
	struct reading *r = user;
	double id;

	(void)name;
	r->len = 0;
	r->band_id = -1;
	for (; attribute[0]; attribute += 2)
		if (strcmp(attribute[0], "band_id") == 0 && parse_number(attribute[1], &id) &&
		    id >= 0 && id < SENTINEL2_BANDS)
			r->band_id = (int)id;
}

static void on_text(void *user, const char *text, int len)
{
	struct reading *r = user;
	(void)xml_append(r->text, sizeof(r->text), &r->len, text, len);
}

static void take_number(struct reading *r, const char *name, double value)
{
	if (strcmp(name, "PROCESSING_BASELINE") == 0) {
		if (value > 0 && value < 100)
			r->metadata->baseline = (unsigned)lround(value * 100);
	} else if (strcmp(name, "BOA_QUANTIFICATION_VALUE") == 0 ||
		   strcmp(name, "QUANTIFICATION_VALUE") == 0) {
		if (value > 0)
			r->metadata->quantification = value;
	} else if (strcmp(name, "BOA_ADD_OFFSET") == 0 || strcmp(name, "RADIO_ADD_OFFSET") == 0) {
		if (r->band_id < 0)
			return;
		r->metadata->add_offset[r->band_id] = value;
		r->metadata->states_offset[r->band_id] = true;
		r->metadata->has_offset = true;
	}
}

static void on_end(void *user, const char *full_name)
{
	struct reading *r = user;
	const char *name = side_local_name(full_name);
	double value;

	r->text[r->len] = '\0';
	r->len = 0;
	/* PRODUCT_URI, and PRODUCT_URI_2A of the first L2A products */
	if (strncmp(name, "PRODUCT_URI", 11) == 0)
		memcpy(r->uri, r->text, strlen(r->text) + 1);
	else if (parse_number(r->text, &value))
		take_number(r, name, value);
}

/*
 * Metadata beside files of several products: is this of the image's? Only what both names state can
 * differ; before December 2016 a product's name states no tile, and an image's no day. A name
 * without a tile id is the user's own: its date may be any.
 */
static bool same_product(const char *uri, const char *image, char problem[160])
{
	char tile[8], of_image[8], day[24], day_of_image[24];

	if (!sentinel2_tile(image, of_image))
		return true;
	if (sentinel2_tile(uri, tile) && strcmp(tile, of_image) != 0) {
		snprintf(problem, 160, "is of tile %s, the image of %s", tile, of_image);
		return false;
	}
	name_date(uri, DATE_YMD, day);
	name_date(image, DATE_YMD, day_of_image);
	if (day[0] && day_of_image[0] && strncmp(day, day_of_image, 10) != 0) {
		snprintf(problem, 160, "is of %.10s, the image of %.10s", day, day_of_image);
		return false;
	}
	return true;
}

/* The end of a path, from a folder's name or at least a character's first byte. */
static void copy_end(const char *path, char *out, size_t size)
{
	size_t len = strlen(path);
	const char *from = path;

	if (len >= size) {
		from += len - (size - 4);
		while (((unsigned char)*from & 0xC0) == 0x80)
			from++;
	}
	snprintf(out, size, "%s%s", from == path ? "" : "...", from);
}

/* Read the stream; what is wrong with it, without its name, in problem. */
static bool take_file(FILE *stream, const char *image, struct sentinel2_metadata *metadata,
		      char problem[160])
{
	static const struct xml_handlers handlers = {on_start, on_text, on_end, NULL};
	struct reading reading = {.metadata = metadata, .band_id = -1};
	struct xml_source source = xml_stream_source(stream, MAX_BYTES);
	enum xml_end end;

	errno = 0;
	end = xml_read(&handlers, &reading, &source);
	if (end == XML_END_NO_MEMORY || (end == XML_END_UNREADABLE && side_lack(errno)))
		metadata->lack = ENOMEM;
	if (end == XML_END_FINE && !(metadata->quantification > 0))
		end = XML_END_MALFORMED;
	if (end != XML_END_FINE) {
		snprintf(problem, 160, "%s", xml_words(end));
		return false;
	}
	return same_product(reading.uri, image, problem);
}

static const char *why_not(int reason)
{
	return reason == EINVAL  ? "is no regular file"
	       : reason == EFBIG ? xml_words(XML_END_TOO_LARGE)
				 : "cannot be opened";
}

/* What is looked for, and what was found. */
struct search {
	struct sentinel2_metadata *metadata;
	const char *image;
	char *problem; /* [160] */
	bool found;
};

static void try_stream(struct search *search, const char *path, char why[160])
{
	FILE *stream = archive_text(path, MAX_BYTES);

	if (stream) {
		search->found = take_file(stream, search->image, search->metadata, why);
		(void)fclose(stream);
	} else if (errno != ENOENT && errno != ENOTDIR) {
		search->metadata->lack = side_lack(errno) ? errno : 0;
		snprintf(why, 160, "%s", why_not(errno));
	}
}

/* In each folder both levels are tried, and then, with a problem, no folder above. */
static bool try_file(void *context, const char *path)
{
	struct search *search = context;
	struct sentinel2_metadata *metadata = search->metadata;
	const char *level = strrchr(path, '/') + sizeof("MTD_MSI");
	char why[160] = "";

	*metadata = (struct sentinel2_metadata){.baseline = 0};
	snprintf(metadata->level, sizeof(metadata->level), "%.3s", level);
	try_stream(search, path, why);
	copy_end(path, metadata->where, sizeof(metadata->where));
	if (search->found)
		search->problem[0] = '\0';
	else if (why[0])
		snprintf(search->problem, 160, "MTD_MSI%.3s.xml %.120s", level, why);
	return search->found || metadata->lack ||
	       (search->problem[0] && strcmp(metadata->level, levels[1]) == 0);
}

static int each_level(const char *folder, const struct side_names *names)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		int rc = side_names_tell(names, "%s/MTD_MSI%s.xml", folder, levels[i]);

		if (rc)
			return rc;
	}
	return 0;
}

int sentinel2_metadata_names(const char *image_path, const struct side_names *names)
{
	char *folder = NULL, *slash;
	int rc = 0;

	if (image_path[0] != '/' || strncmp(image_path, "/vsi", 4) == 0)
		return 0;
	folder = strdup(image_path);
	if (!folder)
		return -1;
	*strrchr(folder, '/') = '\0';
	for (unsigned up = 0; up < SENTINEL2_MAX_UP && *folder && rc == 0; up++) {
		rc = each_level(folder, names);
		slash = strrchr(folder, '/');
		if (!sentinel2_is_inner_folder(slash + 1, strlen(slash + 1)))
			break;
		*slash = '\0';
	}
	free(folder);
	return rc;
}

bool sentinel2_metadata_find(const char *image_path, struct sentinel2_metadata *metadata,
			     char problem[160])
{
	const char *slash = strrchr(image_path, '/');
	struct search search = {
		.metadata = metadata, .image = slash ? slash + 1 : image_path, .problem = problem};

	problem[0] = '\0';
	*metadata = (struct sentinel2_metadata){.baseline = 0};
	if (sentinel2_metadata_names(image_path, &(struct side_names){try_file, &search}) < 0) {
		snprintf(problem, 160, "no memory to look for MTD_MSI*.xml");
		metadata->lack = ENOMEM;
	}
	if (!search.found)
		*metadata = (struct sentinel2_metadata){.lack = metadata->lack};
	return search.found;
}
