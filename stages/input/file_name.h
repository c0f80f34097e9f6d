/*
 * Names of files, as all rooms see them.
 */
#ifndef IMGPIPE_FILE_NAME_H
#define IMGPIPE_FILE_NAME_H

#include <stddef.h>
#include <string.h>

/*
 * Bytes of the name without its extension ("a.b.tif" -> 3). GDAL's names for parts of a file have
 * none at their end: NETCDF:"a.nc":red is all stem.
 */
static inline size_t name_stem(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && dot != name && !strpbrk(dot, ":/") ? (size_t)(dot - name) : strlen(name);
}

/*
 * Where the file's own name begins in GDAL's name for a part of it: NETCDF:"b/a.nc":red ->
 * a.nc":red, HDF5:"b/a.h5"://grid/red -> a.h5"://grid/red, HDF4_EOS:EOS_GRID:a.hdf:grid:band ->
 * a.hdf:grid:band. Of any other name: itself. Never beyond name_stem(name).
 */
static inline const char *name_of_file(const char *name)
{
	static const char driver[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	const char *own = name, *end;
	size_t n = strspn(own, driver);

	if (!n || own[n] != ':')
		return name;
	for (; n && own[n] == ':'; n = strspn(own, driver))
		own += n + 1;
	/* The part's name may hold folders, too. */
	end = *own == '"' ? strchr(++own, '"') : strstr(own, ":/");
	for (const char *at = own; *at && at != end; at++)
		if (*at == '/')
			own = at + 1;
	return own;
}

#endif
