/*
 * Archives for GDAL. Where a member's bytes are is known already (input/archive.h), and GDAL is
 * told that place, so that it need not list the archive. Only members that another file of the
 * archive belongs to, and those that are packed in a zip, are opened by name.
 */
#include "archived.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "input/file_name.h"
#include "window.h"

enum {
	/*
	 * GDAL keeps the state of zlib at up to 100 places of a packed file, 40 KiB each, to come
	 * back to them (cpl_vsil_gzip.cpp), and buffers.
	 */
	PACKED_BYTES = 6 << 20,
	LISTED_BYTES = 300, /* of each member where GDAL lists the archive, its name not counted */
};

/* Does a file of this name, with another end, belong to it: a mask, or the header of raw samples?
 */
static bool has_company(const char *path)
{
	static const char *const ends[] = {".msk", ".hdr", ".HDR"};
	const char *slash = strrchr(path, '/');
	size_t stem = (size_t)(slash + 1 - path) + name_stem(slash + 1);
	bool found = false;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]) && !found; i++) {
		size_t front = i == 0 ? strlen(path) : stem;
		char *other;

		if (asprintf(&other, "%.*s%s", (int)front, path, ends[i]) < 0)
			return true;
		found = archive_exists(other);
		free(other);
	}
	return found;
}

char *gdal_archived_name(const char *path, const struct archive_place *place)
{
	bool by_name = place->deflated || has_company(path);
	char *real = realpath(place->archive, NULL), *name = NULL;
	int n = -1;

	if (real && by_name)
		n = asprintf(&name, "%s{%s}/%s",
			     place->kind == ARCHIVE_ZIP ? "/vsizip/" : "/vsitar/", real,
			     place->member);
	else if (real)
		n = asprintf(&name, "/vsisubfile/%llu_%llu,%s%s", (unsigned long long)place->offset,
			     (unsigned long long)place->bytes,
			     place->kind == ARCHIVE_TAR_GZ ? "/vsigzip/" : "", real);
	free(real);
	return n < 0 ? NULL : name;
}

static void note_cost(const struct archive_place *place, struct raster_info *info)
{
	char bytes[24];

	if (place->kind == ARCHIVE_TAR_GZ)
		(void)snprintf(info->note, sizeof(info->note),
			       "the archive is packed with gzip: each worker unpacks up to %s for "
			       "each file that it reads; unpacked, or as .tar, it is faster",
			       bytes_text(bytes, place->unpacked));
	else if (place->deflated)
		(void)snprintf(
			info->note, sizeof(info->note),
			"packed in the archive: each worker unpacks what it reads from the "
			"file's start on; unpacked, or stored in the archive as it is, it is "
			"faster");
}

void gdal_archived_info(const struct archive_place *place, struct raster_info *info)
{
	info->inode = (uint64_t)place->id.ino;
	info->written = place->id.written;
	if (!archive_is_plain(place))
		info->codec_bytes = size_add(info->codec_bytes, PACKED_BYTES);
	info->codec_bytes = size_add(info->codec_bytes,
				     size_mul(place->n_members, LISTED_BYTES) + place->names_bytes);
	if (!*info->note)
		note_cost(place, info);
}

bool gdal_archived_same(const struct archive_place *place, const struct raster_info *info)
{
	return info->inode == (uint64_t)place->id.ino &&
	       info->written.tv_sec == place->id.written.tv_sec &&
	       info->written.tv_nsec == place->id.written.tv_nsec;
}
