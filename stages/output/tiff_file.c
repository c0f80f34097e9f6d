/*
 * The TIFF file of one map: classic or BigTIFF, and where each tile's record lies: overviews before
 * what they are made of, the smallest first, each row by row.
 */
#include "tiff_file.h"

#include <stdlib.h>
#include <string.h>

#include "gdal_metadata.h"
#include "tiff_header.h"
#include "tile_record.h"

struct tiff_file {
	struct pyramid pyramid;
	struct tiff_header header;
	uint64_t bytes;
};

/* Readers that count in 32 bits with a sign go up to here. */
static const uint64_t safe_bytes = INT32_MAX;
static const uint64_t classic_most = UINT32_MAX - 1;

size_t tiff_file_memory(const struct pyramid *pyramid)
{
	size_t room = tiff_header_room(pyramid);

	return room > SIZE_MAX / 2 ? SIZE_MAX
				   : sizeof(struct tiff_file) + GDAL_METADATA_MOST + room;
}

/* Sets the place and length of a tile in its arrays. */
static void set_tile(struct tiff_file *file, unsigned level, uint64_t i, uint64_t offset,
		     uint32_t bytes)
{
	const struct tiff_header *header = &file->header;
	const uint32_t short_offset = (uint32_t)offset;

	if (header->big)
		memcpy(header->at + header->offsets_at[level] + i * 8, &offset, 8);
	else
		memcpy(header->at + header->offsets_at[level] + i * 4, &short_offset, 4);
	memcpy(header->at + header->counts_at[level] + i * 4, &bytes, 4);
}

/* In the order of the file. */
static void place_tiles(struct tiff_file *file, const uint32_t *bytes)
{
	uint64_t at = file->header.n;

	for (unsigned level = file->pyramid.n_levels; level-- > 0;) {
		uint64_t first = pyramid_first(&file->pyramid, level);
		uint64_t n = pyramid_first(&file->pyramid, level + 1) - first;

		for (uint64_t i = 0; i < n; i++) {
			if (!bytes[first + i])
				continue;
			set_tile(file, level, i, at + TILE_LEADER_BYTES, bytes[first + i]);
			at += (uint64_t)bytes[first + i] + TILE_RECORD_MORE;
		}
	}
	file->bytes = at;
}

static int make(struct tiff_file *file, const struct tiff_facts *facts, const char *metadata,
		size_t n_metadata, bool big, struct error *err)
{
	file->header.n = 0;
	file->header.big = big;
	memset(file->header.at, 0, file->header.room);
	tiff_header_write(&file->header, facts, metadata, n_metadata);
	if (file->header.full)
		return error_set(err, EX_SOFTWARE, "the header of a map has no room in %zu bytes",
				 file->header.room);
	return 0;
}

/* Bytes of all records. */
static uint64_t data_bytes(const struct pyramid *pyramid, const uint32_t *bytes)
{
	uint64_t n = pyramid_first(pyramid, pyramid->n_levels), sum = 0;

	for (uint64_t i = 0; i < n; i++)
		sum += bytes[i] ? (uint64_t)bytes[i] + TILE_RECORD_MORE : 0;
	return sum;
}

/* A classic header, or a BigTIFF's where the file needs it or shall be one. */
static int make_fitting(struct tiff_file *file, const struct tiff_facts *facts,
			const uint32_t *bytes, const char *metadata, size_t n_metadata,
			struct error *err)
{
	enum bigtiff bigtiff = facts->format->bigtiff;
	uint64_t most = bigtiff == BIGTIFF_IF_SAFER ? safe_bytes : classic_most, whole;

	if (bigtiff == BIGTIFF_YES)
		return make(file, facts, metadata, n_metadata, true, err);
	if (make(file, facts, metadata, n_metadata, false, err))
		return -1;
	whole = file->header.n + data_bytes(&file->pyramid, bytes);
	if (whole <= most)
		return 0;
	if (bigtiff == BIGTIFF_NO)
		return error_set(err, EX_CANTCREAT,
				 "%llu bytes do not fit into a classic TIFF file; leave out "
				 "--co BIGTIFF=NO",
				 (unsigned long long)whole);
	return make(file, facts, metadata, n_metadata, true, err);
}

struct tiff_file *tiff_file_make(const struct tiff_facts *facts, const uint32_t *bytes,
				 struct error *err)
{
	size_t room = tiff_header_room(&facts->pyramid), n_metadata;
	struct tiff_file *file = malloc(sizeof(*file));
	char *metadata = malloc(GDAL_METADATA_MOST);
	unsigned char *at = malloc(room);
	int rc = -1;

	if (file && metadata && at) {
		*file = (struct tiff_file){.pyramid = facts->pyramid,
					   .header = {.at = at, .room = room}};
		n_metadata = gdal_metadata(metadata, facts);
		rc = make_fitting(file, facts, bytes, metadata, n_metadata, err);
	} else {
		(void)error_memory(err, "the header of a map", room);
	}
	free(metadata);
	if (rc == 0) {
		place_tiles(file, bytes);
		return file;
	}
	free(at);
	free(file);
	return NULL;
}

void tiff_file_free(struct tiff_file *file)
{
	if (file)
		free(file->header.at);
	free(file);
}

const void *tiff_file_header(const struct tiff_file *file, size_t *bytes)
{
	*bytes = file->header.n;
	return file->header.at;
}

uint64_t tiff_file_bytes(const struct tiff_file *file)
{
	return file->bytes;
}

uint64_t tiff_file_offset(const struct tiff_file *file, uint64_t number)
{
	const struct tiff_header *header = &file->header;
	unsigned level = 0;
	uint64_t offset, i;
	uint32_t short_offset;

	while (number >= pyramid_first(&file->pyramid, level + 1))
		level++;
	i = number - pyramid_first(&file->pyramid, level);
	if (header->big) {
		memcpy(&offset, header->at + header->offsets_at[level] + i * 8, 8);
	} else {
		memcpy(&short_offset, header->at + header->offsets_at[level] + i * 4, 4);
		offset = short_offset;
	}
	return offset ? offset - TILE_LEADER_BYTES : 0;
}
