/*
 * From coordinates of a CRS to longitudes and latitudes on its own ellipsoid, so that no datum is
 * changed. It knows no pixels and no areas.
 */
#include "geographic.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "setup.h"

/* A CRS of its own for each call: threads share none. NULL: the file has none that is known. */
static OGRSpatialReferenceH crs_of(const struct gdal_reach *reach, const struct raster_info *info)
{
	static const char code[] = "EPSG:";
	OGRSpatialReferenceH crs = NULL;
	GDALDatasetH dataset;

	if (strncmp(info->crs, code, sizeof(code) - 1) == 0) {
		crs = OSRNewSpatialReference(NULL);
		if (OSRImportFromEPSG(crs, atoi(info->crs + sizeof(code) - 1)) == OGRERR_NONE)
			return crs;
		OSRDestroySpatialReference(crs);
	}
	if (info->beside &
	    FACT_CRS) /* GDAL reads no FILE.aux.xml here: it would take the file's own */
		return NULL;
	dataset = gdal_open_dataset(reach->name);
	crs = dataset ? GDALGetSpatialRef(dataset) : NULL;
	crs = crs ? OSRClone(crs) : NULL;
	if (dataset)
		GDALClose(dataset);
	return crs;
}

static void to_radians(OGRSpatialReferenceH geographic, double *x, double *y, size_t n)
{
	double unit = OSRGetAngularUnits(geographic, NULL);

	for (size_t i = 0; i < n; i++) {
		x[i] *= unit;
		y[i] *= unit;
	}
}

/* -1: there is no way from one to the other. */
static int transform(OGRSpatialReferenceH from, OGRSpatialReferenceH to, double *x, double *y,
		     size_t n)
{
	OGRCoordinateTransformationH way = OCTNewCoordinateTransformation(from, to);
	int *fine = way ? calloc(n, sizeof(*fine)) : NULL;

	if (fine) {
		(void)OCTTransformEx(way, (int)n, x, y, NULL, fine);
		for (size_t i = 0; i < n; i++)
			if (!fine[i] || !isfinite(x[i]) || !isfinite(y[i]))
				x[i] = y[i] = NAN;
	}
	if (way)
		OCTDestroyCoordinateTransformation(way);
	free(fine);
	return fine ? 0 : -1;
}

static int convert(OGRSpatialReferenceH crs, double *x, double *y, size_t n,
		   struct ellipsoid *ellipsoid)
{
	OGRSpatialReferenceH geographic =
		OSRIsProjected(crs) || OSRIsGeographic(crs) ? OSRCloneGeogCS(crs) : NULL;
	OGRErr no_axis = OGRERR_NONE, no_flattening = OGRERR_NONE;
	double inverse;
	int rc = 0;

	if (!geographic)
		return -1;
	ellipsoid->axis = OSRGetSemiMajor(geographic, &no_axis);
	inverse = OSRGetInvFlattening(geographic, &no_flattening);
	ellipsoid->flattening = inverse > 0 ? 1 / inverse : 0;
	OSRSetAxisMappingStrategy(crs, OAMS_TRADITIONAL_GIS_ORDER);
	OSRSetAxisMappingStrategy(geographic, OAMS_TRADITIONAL_GIS_ORDER);
	if (no_axis != OGRERR_NONE || no_flattening != OGRERR_NONE)
		rc = -1;
	else if (OSRIsProjected(crs))
		rc = transform(crs, geographic, x, y, n);
	if (rc == 0)
		to_radians(geographic, x, y, n);
	OSRDestroySpatialReference(geographic);
	return rc;
}

int gdal_geographic(const char *path, const struct raster_info *info, double *x, double *y,
		    size_t n, struct ellipsoid *ellipsoid, struct error *err)
{
	OGRSpatialReferenceH crs;
	struct gdal_reach reach;
	struct gdal_log log;
	int rc = -1;

	if (n > INT_MAX || gdal_setup() != 0)
		return error_set(err, EX_UNAVAILABLE, "%s: GDAL cannot be set up", path);
	if (gdal_reach_init(&reach, path, info->reach, err) != 0)
		return -1;
	gdal_log_begin(&log, &reach);
	crs = crs_of(&reach, info);
	if (crs)
		rc = convert(crs, x, y, n, ellipsoid);
	if (crs)
		OSRDestroySpatialReference(crs);
	gdal_log_end(&log);
	gdal_reach_release(&reach);
	return rc == 0 ? 0
		       : error_set(err, EX_DATAERR, "%s: its CRS is %s", path,
				   info->beside & FACT_CRS
					   ? "in FILE.aux.xml alone, and has no EPSG code"
					   : "neither projected nor geographic");
}
