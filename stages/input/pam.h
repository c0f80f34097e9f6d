/*
 * GDAL's persistent auxiliary metadata, FILE.aux.xml: what GDAL, QGIS, rasterio and ArcGIS write
 * beside an image that they cannot or shall not change. Read here, not by GDAL, so that the numbers
 * do not depend on who reads the pixels. Statistics and histograms in it are never used.
 */
#ifndef IMGPIPE_PAM_H
#define IMGPIPE_PAM_H

#include "error.h"
#include "xml.h"
#include "scene.h"

/*
 * What such a document states of an image of facts->n_bands bands. facts->bands are as many
 * (cleared); `beside`, of a band and of the whole, tells which facts are set. *end says how the
 * document ended: what it stated counts only where that is XML_END_FINE. -1: no memory.
 * Thread-safe.
 */
int pam_read(struct raster_info *facts, const struct xml_source *source, enum xml_end *end,
	     struct error *err) MUST_CHECK;

/*
 * Put the facts into `info`, with GDAL's precedence: nodata, colours, wavelengths, CRS and position
 * replace the file's own; of a TIFF's names, scales and offsets the file's own stay; of ENVI's CRS
 * and position, too.
 */
void pam_apply(struct raster_info *info, const struct raster_info *facts);

#endif
