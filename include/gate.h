/*
 * The gate: what a library may open, send and change while one of our threads is inside it.
 *
 * Libraries under GDAL (netCDF, HDF4, HDF5) open by themselves what a file names, past GDAL's own
 * file layer. All of them use the C library's functions, and those that can reach something are
 * defined once more in the program (pipeline/base/gate.c), which the dynamic linker takes first. A
 * thread without a gate is not held up.
 *
 * Guaranteed between gate_enter() and gate_leave(), for this thread: no file is opened that
 * may_open() does not allow; none is created, written, renamed or removed; no socket, no lookup of
 * host names unless `network`; no other program is started. Not guaranteed: threads that the
 * library starts (none of those we use opens files there), and system calls past the C library.
 */
#ifndef IMGPIPE_GATE_H
#define IMGPIPE_GATE_H

#include <stdbool.h>

struct gate {
	/*
	 * May `path` be opened for reading, or listed where it is a folder? If not, errno says why.
	 * Called with no gate in force.
	 */
	bool (*may_open)(void *ctx, const char *path);
	void *ctx;
	bool network;
};

/* Put a gate in force for this thread; returns the one before (NULL: none), for gate_leave(). */
const struct gate *gate_enter(const struct gate *gate);
void gate_leave(const struct gate *before);

/* The gate in force for this thread; NULL: none. */
const struct gate *gate_now(void);

#endif
