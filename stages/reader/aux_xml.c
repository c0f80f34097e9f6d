/*
 * Finds and opens FILE.aux.xml by the rules for all that is read besides a named file: a regular
 * file, in the image's own folder, of bounded size. What it says is the business of input/pam.c.
 */
#include "aux_xml.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "input/archive.h"
#include "input/pam.h"

/* GDAL writes 4 KiB for a band with its histogram; 4096 bands may have that. */
enum { MAX_BYTES = 16 << 20 };

static char *name_of(const char *path)
{
	size_t size = strlen(path) + sizeof(AUX_XML_SUFFIX);
	char *name = malloc(size);

	if (name)
		(void)snprintf(name, size, "%s" AUX_XML_SUFFIX, path);
	return name;
}

bool aux_xml_is_there(const char *path)
{
	char *name = name_of(path);
	bool there = name && archive_exists(name);

	free(name);
	return there;
}

/* The folder of a path that is real, "" for the root. */
static void cut_to_folder(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
}

/* The folder the image is named in, or really is in, holds the file that the link leads to. */
static bool stays_beside(const char *path, const char *name)
{
	char real[PATH_MAX], image[PATH_MAX], folder[PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (!realpath(name, real) || !realpath(path, image) ||
	    snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
		     slash ? path : ".") >= (int)sizeof(folder))
		return false;
	cut_to_folder(real);
	cut_to_folder(image);
	if (strcmp(real, image) == 0)
		return true;
	return realpath(folder, image) && strcmp(real, image) == 0;
}

static void add_note(struct raster_info *info, const char *name, const char *words)
{
	size_t at = strlen(info->note);

	(void)snprintf(info->note + at, sizeof(info->note) - at, "%s%.80s %s and is not used",
		       at ? "; " : "", path_name(name), words);
}

static int use(FILE *stream, const char *name, struct raster_info *info, struct error *err)
{
	struct xml_source source = xml_stream_source(stream, MAX_BYTES);
	struct raster_info facts = {.n_bands = info->n_bands};
	enum xml_end end;
	int rc;

	facts.bands = calloc(info->n_bands ? info->n_bands : 1, sizeof(*facts.bands));
	if (!facts.bands)
		return error_memory(err, "bands", (unsigned long long)info->n_bands);
	rc = pam_read(&facts, &source, &end, err);
	if (rc == 0 && end == XML_END_FINE)
		pam_apply(info, &facts);
	else if (rc == 0 && end == XML_END_MALFORMED)
		add_note(info, name, xml_words(end));
	else if (rc == 0)
		rc = error_set(err, EX_DATAERR, "%s: %s; rename or remove it", name,
			       xml_words(end));
	raster_info_release(&facts);
	return rc;
}

/* It is there: may it be read? */
static int check(const char *path, const char *name, const struct stat *st,
		 const struct raster_info *info, struct error *err)
{
	struct stat own;

	if (!S_ISREG(st->st_mode))
		return error_set(err, EX_DATAERR,
				 "%s: is a pipe, socket or device, not a file; remove or rename it",
				 name);
	if (info->reach == REACH_ANY || (lstat(name, &own) == 0 && !S_ISLNK(own.st_mode)) ||
	    stays_beside(path, name))
		return 0;
	return error_set(err, EX_DATAERR,
			 "%s: refers to, by a link, a file outside its folder: %s; not followed: "
			 "pass --follow if you trust it%s",
			 path, name, info->reach == REACH_OWN ? ", and name the image itself" : "");
}

static int open_and_use(const char *name, struct raster_info *info, struct error *err)
{
	FILE *stream = archive_text(name, MAX_BYTES);
	int rc;

	if (!stream && errno == EFBIG)
		return error_set(err, EX_DATAERR, "%s: %s; rename or remove it", name,
				 xml_words(XML_END_TOO_LARGE));
	if (!stream)
		return error_errno(err, EX_NOINPUT, errno, "%s: cannot be opened", name);
	rc = use(stream, name, info, err);
	(void)fclose(stream);
	return rc;
}

int aux_xml_apply(const char *path, struct raster_info *info, struct error *err)
{
	char *name;
	struct stat st;
	int rc;

	/* GDAL's own names are no files; GDAL does not look beside a VRT. */
	if (strncmp(path, "/vsi", 4) == 0 || *path == '<' || strcmp(info->codec, "VRT") == 0)
		return 0;
	name = name_of(path);
	if (!name)
		return error_memory(err, "a path", strlen(path));
	rc = stat(name, &st);
	if (rc != 0 && errno == ENOTDIR && archive_exists(name)) {
		rc = open_and_use(name, info, err); /* a part of the archive, as the image is */
	} else if (rc == 0 && !S_ISDIR(st.st_mode)) {
		info->changed = (struct timespec){0}; /* this file decides, too */
		rc = check(path, name, &st, info, err);
		if (rc == 0)
			rc = open_and_use(name, info, err);
	} else {
		rc = 0;
	}
	free(name);
	return rc;
}
