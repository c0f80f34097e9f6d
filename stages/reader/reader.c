/*
 * Readers: who reads a file, and the GDAL reader's module, loaded the first time something needs
 * it. This file must not know how either reader works; it never sees a pixel.
 */
#include "reader.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aux_xml.h"
#include "beside.h"
#include "input/archive.h"
#include "module.h"
#include "tiff/read.h"

static const struct module_place place = {
	.file = "imgpipe-gdal.so",
	.symbol = "imgpipe_gdal_reader",
	.needs = "GDAL's library (Debian: libgdal32)",
};

/* What loading GDAL adds to the program's memory. */
enum { GDAL_BASELINE_BYTES = 56 << 20 };

/*
 * What dlopen() does to a process can be neither undone nor done per worker, so the outcome is kept
 * per process. `lock` is held while loading, and guards `why`; the others may be read without it.
 */
static struct {
	pthread_mutex_t lock;
	_Atomic(const struct reader *) loaded;
	atomic_bool forbidden, asked;
	char why[sizeof(((struct error *)0)->text)]; /* it is forbidden */
} module = {.lock = PTHREAD_MUTEX_INITIALIZER};

/*
 * Loaded the first time something needs it: GDAL costs some 40 MB and 60 ms to load, which plain
 * GeoTIFFs should not pay. NULL with err set (EX_UNAVAILABLE) where the module cannot be loaded,
 * (EX_TEMPFAIL) while it is forbidden. Thread-safe.
 */
static const struct reader *reader_gdal(struct error *err)
{
	const struct reader *reader = atomic_load(&module.loaded);

	if (reader)
		return reader;
	pthread_mutex_lock(&module.lock);
	reader = atomic_load(&module.loaded);
	if (!reader && atomic_load(&module.forbidden)) {
		atomic_store(&module.asked, true);
		(void)error_set(err, EX_TEMPFAIL, "%s", module.why);
	} else if (!reader) {
		reader = module_load(&place, err);
		atomic_store(&module.loaded, reader);
	}
	pthread_mutex_unlock(&module.lock);
	return reader;
}

static bool gdal_is_loaded(void)
{
	return atomic_load(&module.loaded) != NULL;
}

static int gdal_load(struct error *err)
{
	return reader_gdal(err) ? 0 : -1;
}

static void gdal_forbid(const char *why)
{
	pthread_mutex_lock(&module.lock);
	(void)snprintf(module.why, sizeof(module.why), "%s", why ? why : "");
	atomic_store(&module.forbidden, why != NULL);
	pthread_mutex_unlock(&module.lock);
}

static bool gdal_was_asked(void)
{
	return atomic_exchange(&module.asked, false);
}

static bool gdal_reads(const struct scene *scene)
{
	for (unsigned i = 0; i < scene->n_files; i++)
		if (strcmp(scene->files[i].info.reader, "gdal") == 0)
			return true;
	return false;
}

const struct heavy_reader reader_heavy = {
	.needed = "it needs GDAL",
	.baseline_bytes = GDAL_BASELINE_BYTES,
	.cache_bytes = READER_GDAL_CACHE_BYTES,
	.is_loaded = gdal_is_loaded,
	.load = gdal_load,
	.forbid = gdal_forbid,
	.was_asked = gdal_was_asked,
	.reads = gdal_reads,
};

const struct reader *reader_of(const struct raster_info *info, struct error *err)
{
	return strcmp(info->reader, "gdal") == 0 ? reader_gdal(err) : &reader_tiff;
}

/*
 * Is this one of GDAL's names that no other reader can open: a virtual file system, an XML text, or
 * "DRIVER:..." (and no file is called that)?
 */
static bool only_gdal_knows(const char *path)
{
	if (access(path, F_OK) == 0 || (errno == ENOTDIR && archive_part(path)))
		return false;
	return strncmp(path, "/vsi", 4) == 0 || *path == '<' || strchr(path, ':');
}

/* Does the file begin as TIFF and BigTIFF files do? (A FIFO must not keep us waiting.) */
static bool looks_like_tiff(const char *path)
{
	FILE *stream = archive_text(path, UINT64_MAX);
	unsigned char b[4] = {0};
	bool whole = stream && fread(b, 1, sizeof(b), stream) == sizeof(b);

	if (stream)
		(void)fclose(stream);
	return whole && ((b[0] == 'I' && b[1] == 'I' && (b[2] == 42 || b[2] == 43) && !b[3]) ||
			 (b[0] == 'M' && b[1] == 'M' && !b[2] && (b[3] == 42 || b[3] == 43)));
}

/* Text of an error about `path` without the name in front of it. */
static const char *without_name(const char *text, const char *path)
{
	size_t length = strlen(path);

	if (strncmp(text, path, length) == 0 && strncmp(text + length, ": ", 2) == 0)
		return text + length + 2;
	return text;
}

static int probe_gdal(const char *path, enum file_reach reach, struct raster_info *info,
		      const struct reader **reader, struct error *err)
{
	info->reach = reach;
	if (beside_check(path, err))
		return -1;
	*reader = reader_gdal(err);
	if (!*reader)
		return error_prefix(err, "%s", path);
	return (*reader)->probe(path, info, err) == PROBE_OK ? 0 : -1;
}

/* The TIFF reader declined, for `why`: ask GDAL; where that fails too, say what helps most. */
static int probe_second(const char *path, enum file_reach reach, struct raster_info *info,
			const struct reader **reader, const struct error *why, struct error *err)
{
	struct error second = {0};

	raster_info_release(info);
	if (probe_gdal(path, reach, info, reader, &second) == 0)
		return 0;
	if (!looks_like_tiff(path))
		return error_set(err, second.code, "%s", second.text);
	return error_set(err, second.code, "%s; GDAL: %s", why->text,
			 without_name(second.text, path));
}

/*
 * A projected CRS without a stated unit: its EPSG code implies one, and GDAL has the register of
 * them. Where GDAL cannot be had, areas stay unknown, and the scene says so; it may be had later
 * (it is forbidden while planning), so what was found without it is not kept for the run.
 */
static void look_up_unit(const char *path, enum file_reach reach, struct raster_info *info)
{
	const struct reader *gdal = beside_check(path, NULL) ? NULL : reader_gdal(NULL);
	struct raster_info other = {.reach = reach};

	if (gdal && gdal->probe(path, &other, NULL) == PROBE_OK)
		info->unit_metres = other.unit_metres;
	if (!gdal)
		info->changed = (struct timespec){0};
	raster_info_release(&other);
}

/* The header alone, by whoever reads the file. */
static int probe(const char *path, enum reader_choice choice, enum file_reach reach,
		 struct raster_info *info, const struct reader **reader, struct error *err)
{
	struct error why = {0};
	int rc;

	*info = (struct raster_info){0};
	if (choice == READER_GDAL || (choice == READER_AUTO && only_gdal_knows(path)))
		return probe_gdal(path, reach, info, reader, err);
	*reader = &reader_tiff;
	rc = reader_tiff.probe(path, info, &why);
	if (rc == PROBE_OK)
		return 0;
	if (rc == PROBE_DECLINED && choice == READER_AUTO)
		return probe_second(path, reach, info, reader, &why, err);
	return error_set(err, why.code, "%s%s", why.text,
			 rc == PROBE_DECLINED ? "; try --reader gdal" : "");
}

int reader_probe(const char *path, enum reader_choice choice, enum file_reach reach,
		 struct raster_info *info, const struct reader **reader, struct error *err)
{
	if (probe(path, choice, reach, info, reader, err))
		return -1;
	info->reach = reach;
	if (aux_xml_apply(path, info, err))
		return -1;
	if (*reader == &reader_tiff && info->projected && !(info->unit_metres > 0) &&
	    !(info->beside & FACT_CRS))
		look_up_unit(path, reach, info);
	return 0;
}
