/*
 * HDF5's library, which GDAL, netCDF and KEA read through: it prints what it meets on standard
 * error, thread by thread, and is not made for threads everywhere. For log.c and setup.c.
 */
#ifndef IMGPIPE_GDAL_HDF5_H
#define IMGPIPE_GDAL_HDF5_H

#include <stdbool.h>

/* Find the copies of the library that the process has loaded: once, after GDAL's drivers. */
void hdf5_find(void);

/* Does GDAL read this through HDF5? file: where it really is, NULL: no file; name: as GDAL has it.
 */
bool hdf5_reads(const char *file, const char *name);

/* Between these two no other thread reads through HDF5, and it prints nothing. They nest. */
void hdf5_enter(void);
void hdf5_leave(void);

#endif
