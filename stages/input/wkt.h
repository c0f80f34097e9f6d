/*
 * What a CRS in well-known text (WKT 1 of GDAL and ESRI, WKT 2) says of itself, without a data base
 * and without PROJ: the facts that areas and labels need. Pure.
 */
#ifndef IMGPIPE_WKT_H
#define IMGPIPE_WKT_H

#include <stdbool.h>

struct wkt_facts {
	bool projected;
	double unit_metres; /* of the projected CRS, 0 if it does not say */
	char crs[96];       /* "EPSG:32633", or its name */
};

/* false where it is no WKT of a CRS. Bounded whatever the text is. */
bool wkt_read(const char *text, struct wkt_facts *facts);

#endif
