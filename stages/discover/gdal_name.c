/*
 * GDAL's names, taken apart where its syntax may have a path: between quotes, colons and brackets,
 * and behind a file system's prefix. The longest part from there that is a file counts.
 */
#include "gdal_name.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool gdal_name_network(const char *name)
{
	static const char *const words[] = {"/vsicurl",    "/vsis3",  "/vsigs",    "/vsiaz",
					    "/vsiadls",    "/vsioss", "/vsiswift", "/vsihdfs",
					    "/vsiwebhdfs", "://"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(name, words[i]))
			return true;
	return false;
}

/* "dir/a.zip/inner/b.tif": bytes of the longest front part that is a regular file; 0: none is. */
static size_t longest_file(char *path)
{
	struct stat st;
	char *slash;

	while (*path) {
		if (stat(path, &st) == 0)
			return S_ISREG(st.st_mode) ? strlen(path) : 0;
		slash = strrchr(path, '/');
		if (!slash)
			return 0;
		*slash = '\0';
	}
	return 0;
}

/* Behind "/vsizip//vsigzip/". */
static size_t skip_systems(const char *text)
{
	const char *at = text;

	while (strncmp(at, "/vsi", 4) == 0) {
		at += 4;
		at += strcspn(at, "/");
		at += *at == '/';
	}
	return (size_t)(at - text);
}

/* The next file from *from on, and behind it; -1 without memory. */
static int next_part(const char *name, size_t *from, struct gdal_name_part *part)
{
	static const char between[] = ":\"'{},<>|";

	while (name[*from]) {
		size_t end = *from + strcspn(name + *from, between);
		size_t at = *from + skip_systems(name + *from);
		char *copy = at < end ? strndup(name + at, end - at) : NULL;

		if (at < end && !copy)
			return -1;
		*from = end + (name[end] != '\0');
		*part = (struct gdal_name_part){at, copy ? longest_file(copy) : 0};
		free(copy);
		if (part->length)
			return 1;
	}
	return 0;
}

bool gdal_name_part(const char *name, struct gdal_name_part *part)
{
	size_t from = 0;

	return next_part(name, &from, part) > 0;
}

int gdal_name_files(const char *name, const struct side_names *names)
{
	struct gdal_name_part part;
	size_t from = 0;
	int rc;

	while ((rc = next_part(name, &from, &part)) > 0) {
		char *path = strndup(name + part.at, part.length);
		bool enough;

		if (!path)
			return -1;
		enough = names->see(names->context, path);
		free(path);
		if (enough)
			return 1;
	}
	return rc;
}
