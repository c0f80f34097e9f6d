/*
 * GDAL's own headers, for the files of this module and for nobody else.
 */
#ifndef IMGPIPE_GDAL_LIBRARY_H
#define IMGPIPE_GDAL_LIBRARY_H

/* GDAL's headers do not compile without warnings under our set. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wundef"
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_minixml.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_srs_api.h>
#pragma GCC diagnostic pop

#endif
