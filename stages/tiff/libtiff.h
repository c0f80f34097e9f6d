/*
 * libtiff, loaded the first time a file needs it: with the libraries of its codecs it takes longer
 * to load than a small scene to read, and plain files (plain.h) do without it. The memory is
 * planned for in any case (HEADROOM_BYTES of pipeline/plan/plan.c).
 */
#ifndef IMGPIPE_TIFF_LIBTIFF_H
#define IMGPIPE_TIFF_LIBTIFF_H

#include <tiffio.h>

#include "error.h"

#define LIBTIFF_CALLS(X)                        \
	X(TIFFClientOpenExt)                    \
	X(TIFFClose)                            \
	X(TIFFGetField)                         \
	X(TIFFGetFieldDefaulted)                \
	X(TIFFGetStrileByteCountWithErr)        \
	X(TIFFGetStrileOffsetWithErr)           \
	X(TIFFIsCODECConfigured)                \
	X(TIFFIsTiled)                          \
	X(TIFFNumberOfStrips)                   \
	X(TIFFNumberOfTiles)                    \
	X(TIFFOpenOptionsAlloc)                 \
	X(TIFFOpenOptionsFree)                  \
	X(TIFFOpenOptionsSetErrorHandlerExtR)   \
	X(TIFFOpenOptionsSetMaxSingleMemAlloc)  \
	X(TIFFOpenOptionsSetWarningHandlerExtR) \
	X(TIFFReadFromUserBuffer)               \
	X(TIFFSetField)                         \
	X(TIFFTileSize64)                       \
	X(TIFFVStripSize64)

struct libtiff {
#define LIBTIFF_MEMBER(name) __typeof__(name) *name;
	LIBTIFF_CALLS(LIBTIFF_MEMBER)
#undef LIBTIFF_MEMBER
};

/* Stays loaded. NULL with err set (EX_UNAVAILABLE) where it cannot be. Thread-safe. */
const struct libtiff *libtiff_load(struct error *err);

#endif
