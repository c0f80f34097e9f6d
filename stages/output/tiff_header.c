/*
 * The header of a map's file: mark, the area by which GDAL knows a Cloud Optimized GeoTIFF, the
 * directories from full resolution to the smallest overview, each with its values, and then the
 * arrays of all of them. Written in the machine's byte order, as samples are.
 */
#include "tiff_header.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "class_table.h"
#include "gdal_metadata.h"

enum { ASCII = 2, SHORT = 3, LONG = 4, LONG8 = 16 };

enum {
	TAG_SUBFILE = 254,
	TAG_X_SIZE = 256,
	TAG_Y_SIZE = 257,
	TAG_BITS = 258,
	TAG_COMPRESSION = 259,
	TAG_PHOTOMETRIC = 262,
	TAG_SAMPLES = 277,
	TAG_PLANAR = 284,
	TAG_SOFTWARE = 305,
	TAG_DATE_TIME = 306,
	TAG_PREDICTOR = 317,
	TAG_COLOURS = 320,
	TAG_TILE_X = 322,
	TAG_TILE_Y = 323,
	TAG_OFFSETS = 324,
	TAG_COUNTS = 325,
	TAG_FORMAT = 339,
	TAG_GDAL_METADATA = 42112,
	TAG_GDAL_NODATA = 42113,
};

enum {
	REDUCED_IMAGE = 1,
	MIN_IS_BLACK = 1,
	PALETTE = 3,
	ENTRIES_MOST = 32,
	IFD_BYTES = 8 + ENTRIES_MOST * 20 + 8, /* of a BigTIFF */
	SMALL_BYTES = 256,                     /* texts of a directory beside its metadata */
	FRONT_BYTES = 256,                     /* mark, ghost area */
};

static const char software[] = "imgpipe " IMGPIPE_VERSION;

/* One entry of a directory on its way. */
struct entry {
	uint16_t tag, type;
	uint64_t count;
	const void *values; /* NULL: `number`, or an array of places, which is filled in later */
	uint32_t number;
};

struct directory {
	struct entry entry[ENTRIES_MOST];
	unsigned n;
	size_t patch[2]; /* where the places of its arrays of offsets and counts go; 0: they stand
			    in the entries themselves */
};

/* --- bytes --- */

static void put(struct tiff_header *header, const void *bytes, size_t n)
{
	if (n > header->room - header->n)
		header->full = true;
	if (header->full)
		return;
	memcpy(header->at + header->n, bytes, n);
	header->n += n;
}

static void skip(struct tiff_header *header, size_t n)
{
	if (n > header->room - header->n)
		header->full = true;
	else
		header->n += n;
}

static void put_number(struct tiff_header *header, uint64_t number, size_t bytes)
{
	const uint16_t u16 = (uint16_t)number;
	const uint32_t u32 = (uint32_t)number;

	put(header,
	    bytes == 2   ? (const void *)&u16
	    : bytes == 4 ? (const void *)&u32
			 : &number,
	    bytes);
}

static void put_number_at(struct tiff_header *header, size_t at, uint64_t number, size_t bytes)
{
	size_t n = header->n;

	header->n = at;
	put_number(header, number, bytes);
	header->n = n;
}

static void align(struct tiff_header *header)
{
	skip(header, header->n & 1);
}

/* Of counts and places in entries. */
static size_t word(const struct tiff_header *header)
{
	return header->big ? 8 : 4;
}

static size_t type_bytes(uint16_t type)
{
	switch (type) {
	case SHORT:
		return 2;
	case LONG:
		return 4;
	case LONG8:
		return 8;
	default:
		return geo_type_bytes(type);
	}
}

/* --- entries --- */

static void add(struct directory *directory, uint16_t tag, uint16_t type, uint64_t count,
		const void *values)
{
	directory->entry[directory->n++] = (struct entry){tag, type, count, values, 0};
}

static void add_number(struct directory *directory, uint16_t tag, uint16_t type, uint32_t number)
{
	directory->entry[directory->n++] = (struct entry){tag, type, 1, NULL, number};
}

static void add_text(struct directory *directory, uint16_t tag, const char *text)
{
	if (*text)
		add(directory, tag, ASCII, strlen(text) + 1, text);
}

static uint32_t compression(enum map_codec codec)
{
	static const uint32_t number[] = {
		[MAP_NONE] = 1, [MAP_LZW] = 5, [MAP_DEFLATE] = 8, [MAP_ZSTD] = 50000};

	return number[codec];
}

static uint32_t sample_format(enum map_type type)
{
	return type == MAP_FLOAT32 ? 3 : type == MAP_INT16 ? 2 : 1;
}

static void add_geo(struct directory *directory, const struct geo_tags *geo)
{
	for (uint32_t i = 0; geo && i < geo->n; i++)
		add(directory, geo->tag[i].tag, geo->tag[i].type, geo->tag[i].count,
		    geo->bytes + geo->tag[i].offset);
}

/* Texts and tables that entries point at. */
struct values {
	const char *metadata;
	size_t n_metadata;
	char nodata[METADATA_NUMBER_BYTES];
	uint16_t colours[CLASS_COLOURS_SHORTS];
};

/* Ascending by tag. */
static void fill_directory(struct directory *directory, const struct tiff_facts *facts,
			   const struct values *values, unsigned level, bool big)
{
	const struct map_format *format = facts->format;
	const struct pyramid *pyramid = &facts->pyramid;
	enum map_type type = facts->map->type;
	uint64_t n_tiles = pyramid_first(pyramid, level + 1) - pyramid_first(pyramid, level);
	unsigned predictor = map_predictor(format, type);
	bool palette = facts->category && type == MAP_UINT8;

	if (level)
		add_number(directory, TAG_SUBFILE, LONG, REDUCED_IMAGE);
	add_number(directory, TAG_X_SIZE, LONG, pyramid_x_size(pyramid, level));
	add_number(directory, TAG_Y_SIZE, LONG, pyramid_y_size(pyramid, level));
	add_number(directory, TAG_BITS, SHORT, 8 * (uint32_t)map_sample_bytes(type));
	add_number(directory, TAG_COMPRESSION, SHORT, compression(format->codec));
	add_number(directory, TAG_PHOTOMETRIC, SHORT, palette ? PALETTE : MIN_IS_BLACK);
	add_number(directory, TAG_SAMPLES, SHORT, 1);
	add_number(directory, TAG_PLANAR, SHORT, 1);
	if (!level) {
		add_text(directory, TAG_SOFTWARE, software);
		add_text(directory, TAG_DATE_TIME, facts->date_time);
	}
	if (predictor > 1)
		add_number(directory, TAG_PREDICTOR, SHORT, predictor);
	if (palette)
		add(directory, TAG_COLOURS, SHORT, CLASS_COLOURS_SHORTS, values->colours);
	add_number(directory, TAG_TILE_X, LONG, pyramid->tile);
	add_number(directory, TAG_TILE_Y, LONG, pyramid->tile);
	add(directory, TAG_OFFSETS, big ? LONG8 : LONG, n_tiles, NULL);
	add(directory, TAG_COUNTS, LONG, n_tiles, NULL);
	add_number(directory, TAG_FORMAT, SHORT, sample_format(type));
	if (!level) {
		add_geo(directory, facts->geo);
		add(directory, TAG_GDAL_METADATA, ASCII, values->n_metadata + 1, values->metadata);
	}
	add_text(directory, TAG_GDAL_NODATA, values->nodata);
}

/* --- directories --- */

static bool is_array(const struct entry *entry)
{
	return entry->tag == TAG_OFFSETS || entry->tag == TAG_COUNTS;
}

/* An entry whose values are in it. */
static void put_inline(struct tiff_header *header, const struct entry *entry, uint64_t bytes)
{
	if (entry->values)
		put(header, entry->values, (size_t)bytes);
	else if (is_array(entry))
		skip(header, (size_t)bytes);
	else
		put_number(header, entry->number, type_bytes(entry->type));
	skip(header, word(header) - (size_t)bytes);
}

/* Its values stand behind the directory, from *behind on. */
static void put_behind(struct tiff_header *header, const struct entry *entry, uint64_t bytes,
		       size_t *behind)
{
	size_t n;

	put_number(header, *behind, word(header));
	n = header->n;
	header->n = *behind;
	put(header, entry->values, (size_t)bytes);
	align(header);
	*behind = header->n;
	header->n = n;
}

static void put_entry(struct tiff_header *header, struct directory *directory,
		      const struct entry *entry, unsigned level, size_t *behind)
{
	uint64_t bytes = entry->count * type_bytes(entry->type);
	bool counts = entry->tag == TAG_COUNTS;

	put_number(header, entry->tag, 2);
	put_number(header, entry->type, 2);
	put_number(header, entry->count, word(header));
	if (is_array(entry))
		(counts ? header->counts_at : header->offsets_at)[level] = header->n;
	if (bytes <= word(header)) {
		put_inline(header, entry, bytes);
	} else if (is_array(entry)) {
		directory->patch[counts] = header->n;
		skip(header, word(header));
	} else {
		put_behind(header, entry, bytes, behind);
	}
}

static void put_directory(struct tiff_header *header, struct directory *directory, unsigned level,
			  bool last)
{
	size_t count_bytes = header->big ? 8 : 2, entry_bytes = header->big ? 20 : 12;
	size_t behind = header->n + count_bytes + directory->n * entry_bytes + word(header);

	if (behind > header->room) {
		header->full = true;
		return;
	}
	put_number(header, directory->n, count_bytes);
	for (unsigned i = 0; i < directory->n; i++)
		put_entry(header, directory, &directory->entry[i], level, &behind);
	put_number(header, last ? 0 : behind, word(header));
	header->n = behind;
}

/* The array of one level, where it does not stand in the entry. */
static void put_array(struct tiff_header *header, size_t patch, size_t *array_at, uint64_t bytes)
{
	if (!patch)
		return;
	put_number_at(header, patch, header->n, word(header));
	*array_at = header->n;
	skip(header, (size_t)bytes);
	align(header);
}

/* --- the front --- */

static void put_ghost(struct tiff_header *header)
{
	static const char area[] = "LAYOUT=IFDS_BEFORE_DATA\n"
				   "BLOCK_ORDER=ROW_MAJOR\n"
				   "BLOCK_LEADER=SIZE_AS_UINT4\n"
				   "BLOCK_TRAILER=LAST_4_BYTES_REPEATED\n"
				   "KNOWN_INCOMPATIBLE_EDITION=NO\n ";
	char size[64];
	int n = snprintf(size, sizeof(size), "GDAL_STRUCTURAL_METADATA_SIZE=%06zu bytes\n",
			 sizeof(area) - 1);

	put(header, size, (size_t)n);
	put(header, area, sizeof(area) - 1);
}

static void put_front(struct tiff_header *header, bool ghost)
{
	const uint16_t probe = 1;
	size_t first;

	put(header, *(const unsigned char *)&probe ? "II" : "MM", 2);
	put_number(header, header->big ? 43 : 42, 2);
	if (header->big) {
		put_number(header, 8, 2);
		put_number(header, 0, 2);
	}
	first = header->n;
	skip(header, word(header));
	if (ghost)
		put_ghost(header);
	align(header);
	put_number_at(header, first, header->n, word(header));
}

size_t tiff_header_room(const struct pyramid *pyramid)
{
	uint64_t n_tiles = pyramid_first(pyramid, pyramid->n_levels);

	if (n_tiles > SIZE_MAX / 64)
		return SIZE_MAX;
	return FRONT_BYTES +
	       pyramid->n_levels *
		       (IFD_BYTES + SMALL_BYTES + CLASS_COLOURS_SHORTS * sizeof(uint16_t)) +
	       GEO_TAGS_BYTES + GDAL_METADATA_MOST + (size_t)n_tiles * (8 + 4);
}

void tiff_header_write(struct tiff_header *header, const struct tiff_facts *facts,
		       const char *metadata, size_t n_metadata)
{
	const struct pyramid *pyramid = &facts->pyramid;
	struct values values = {.metadata = metadata, .n_metadata = n_metadata};
	struct directory directory[PYRAMID_LEVELS_MOST] = {0};

	if (facts->map->type == MAP_FLOAT32 || !isnan(facts->map->nodata))
		(void)metadata_number(values.nodata, facts->map->nodata);
	class_table(values.colours, facts->category);
	put_front(header, facts->format->container == CONTAINER_COG);
	for (unsigned level = 0; level < pyramid->n_levels; level++) {
		fill_directory(&directory[level], facts, &values, level, header->big);
		put_directory(header, &directory[level], level, level + 1 == pyramid->n_levels);
	}
	for (unsigned level = 0; level < pyramid->n_levels; level++) {
		uint64_t n = pyramid_first(pyramid, level + 1) - pyramid_first(pyramid, level);

		put_array(header, directory[level].patch[0], &header->offsets_at[level],
			  n * word(header));
		put_array(header, directory[level].patch[1], &header->counts_at[level], n * 4);
	}
}
