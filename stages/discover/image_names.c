/*
 * An image, its archive, or the files in GDAL's name for it, with what readers look for beside it.
 */
#include "image_names.h"

#include <stdlib.h>
#include <string.h>

#include "gdal_name.h"
#include "input/archive.h"
#include "reader/beside.h"

int image_path_names(const char *path, const struct side_names *names)
{
	size_t archive = archive_part(path);
	char *file;
	int rc;

	if (!archive)
		return names->see(names->context, path) ? 1 : beside_names(path, names);
	/* What belongs to a member is in the archive, too. */
	file = strndup(path, archive);
	if (!file)
		return -1;
	rc = names->see(names->context, file);
	free(file);
	return rc;
}

int image_names(const struct file_list *files, uint32_t file, const struct side_names *names)
{
	char *path = file_list_path(files, file);
	int rc = -1;

	if (path)
		rc = files->entry[file].virtual ? gdal_name_files(path, names)
						: image_path_names(path, names);
	free(path);
	return rc;
}
