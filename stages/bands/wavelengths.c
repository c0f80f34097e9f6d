/*
 * The table of wavelengths. Centres are Sentinel-2's as ESA rounds them (User Handbook, table of
 * spectral bands), and Landsat 8/9's for what only those have; for green05 and yellow
 * PlanetScope's. Ranges are those of STAC's common names (eo extension 1.1).
 */
#include "wavelengths.h"

#include <math.h>

static const struct {
	double centre, least, most;
} spectrum[N_BAND_NAMES] = {
	[NAME_COASTAL] = {443, 400, 450},      [NAME_BLUE] = {490, 450, 530},
	[NAME_GREEN] = {560, 510, 600},        [NAME_GREEN05] = {531, 510, 550},
	[NAME_YELLOW] = {610, 580, 620},       [NAME_RED] = {665, 620, 690},
	[NAME_REDEDGE071] = {705, 690, 730},   [NAME_REDEDGE075] = {740, 730, 760},
	[NAME_REDEDGE078] = {783, 760, 800},   [NAME_NIR] = {842, 760, 1000},
	[NAME_NIR08] = {865, 800, 900},        [NAME_NIR09] = {945, 900, 1000},
	[NAME_CIRRUS] = {1375, 1350, 1400},    [NAME_SWIR16] = {1610, 1550, 1750},
	[NAME_SWIR22] = {2190, 2080, 2350},    [NAME_LWIR11] = {10900, 10500, 11500},
	[NAME_LWIR12] = {12000, 11500, 12500},
};

double band_centre_nm(enum band_name name)
{
	return spectrum[name].centre;
}

double band_distance_nm(enum band_name name, double nm)
{
	if (!(nm > 0) || !(spectrum[name].centre > 0) || nm < spectrum[name].least ||
	    nm > spectrum[name].most)
		return -1;
	return fabs(nm - spectrum[name].centre);
}

void band_range_nm(enum band_name name, double *least, double *most)
{
	*least = spectrum[name].least;
	*most = spectrum[name].most;
}
