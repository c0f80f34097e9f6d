/*
 * The table of layouts. A row says what codes and bits mean and which of them its sets drop. The
 * reason of a pixel is that of the first condition that holds, so conditions stand in the order
 * fill, cloud, shadow, cirrus, what is next to a cloud, snow, the rest.
 */
#include "layouts.h"

#include <math.h>
#include <stddef.h>

#include "layout_row.h"

const struct layout_extra_word layout_extras[] = {
	{"snow", "snow and ice"},
	{"water", "water"},
	{"terrain", "shadow of terrain, and what terrain hides"},
	{"radsat", "saturated in a band that is read"},
	{"aerosol", "much aerosol"},
	{"cirrus", "cirrus"},
	{"adjacent", "next to a cloud"},
	{"haze", "light haze"},
	{"sun", "low or tangent sun"},
	{NULL, NULL},
};

/* --- words of the table --- */

#define BIT(n)              1u << (n), (double)(1u << (n)), (double)(1u << (n))
#define ONE_OF(mask)        (mask), 1, (double)(mask)
#define MASK_OF(at, width)  (((1u << (width)) - 1) << (at))
#define FIELD(at, lo, hi)   MASK_OF(at, 2), (double)((lo) << (at)), (double)((hi) << (at))
#define FIELD3(at, lo, hi)  MASK_OF(at, 3), (double)((lo) << (at)), (double)((hi) << (at))
#define CLASS(code)         0, code, code
#define CLASSES(lo, hi)     0, lo, hi
#define FROM(code)          0, code, INFINITY
#define BELOW_ZERO          0, -INFINITY, -0x1p-1074
#define ABOVE_THRESHOLD(hi) 0, NAN, hi
#define NO_BIT_YET          0, 1, 0

/* Classes that the operator does not name are never kept. */
#define NO_CLASS_FROM(code)                                                       \
	{EVERY_SET, 0, FROM(code), REASON_OTHER, "no class of this layout"},      \
	{                                                                         \
		EVERY_SET, 0, BELOW_ZERO, REASON_OTHER, "no class of this layout" \
	}

#define FILL_CLASS(code) .has_fill = true, .fill = {.lo = code, .hi = code}
#define FILL_BIT(n)      .has_fill = true, .fill = {.bits = 1u << (n), .lo = 1u << (n), .hi = 1u << (n)}
#define CLOUDS                                                  \
	{                                                       \
		"clouds", "clouds, their shadows, cirrus, fill" \
	}

/* clang-format off */
/* Of a BQA of either kind: bits of a number of Collection 1; and of one before, all of these. */
#define OF_C1(bits, value) 0xe000 | (bits), (value), (value)
#define WITH(high, bits) 0xc000 | (bits), (double)((high) << 14 | (bits)), (double)((high) << 14 | (bits))
#define BEFORE_C1(sets, extras, bits, reason, words) {sets, extras, WITH(1, bits), reason, words}, \
	{sets, extras, WITH(2, bits), reason, words}, {sets, extras, WITH(3, bits), reason, words}
static const struct mask_layout layouts[] = {
{
	.name = "scl",
	.title = "Sentinel-2 L2A scene classification (SCL)",
	.source = "ESA Sentinel-2 products specification, L2A scene classification",
	.files = "SCL",
	FILL_CLASS(0), .fill_words = "0",
	.cannot_be = check_scl,
	.set = {
		{"clouds", "clouds, their shadows, cirrus, saturated, no data"},
		{"clear", "the same and unclassified: keeps dark areas, vegetation, bare soil, water, snow"},
		{"land", "all but vegetation and bare soil"},
		{"high", "clouds of high probability, saturated, no data"},
		{"cloud_and_shadow", "clouds, their shadows, saturated, no data; keeps cirrus"},
	},
	.need = {{
		.pattern = "SCL",
		.condition = {
			{EVERY_SET, 0, CLASS(0), REASON_OTHER, "no data"},
			{EVERY_SET, 0, CLASS(1), REASON_SATURATED, "saturated or defective"},
			{EVERY_SET, 0, CLASS(9), REASON_CLOUD, "cloud, high probability"},
			{SET_1 | SET_2 | SET_3 | SET_5, 0, CLASS(8), REASON_CLOUD, "cloud, medium probability"},
			{SET_1 | SET_2 | SET_3 | SET_5, 0, CLASS(3), REASON_SHADOW, "cloud shadow"},
			{SET_3, PLUS_TERRAIN, CLASS(2), REASON_SHADOW, "dark area, topographic shadow"},
			{SET_1 | SET_2 | SET_3, PLUS_CIRRUS, CLASS(10), REASON_CIRRUS, "thin cirrus"},
			{SET_3, PLUS_SNOW, CLASS(11), REASON_SNOW, "snow or ice"},
			{SET_3, PLUS_WATER, CLASS(6), REASON_OTHER, "water"},
			{SET_2 | SET_3, 0, CLASS(7), REASON_OTHER, "unclassified"},
			NO_CLASS_FROM(12),
		},
	}},
},
{
	.name = "msk-classi",
	.title = "Sentinel-2 cloud and snow masks of processing baseline 04.00 and later (MSK_CLASSI)",
	.source = "ESA Sentinel-2 products specification, MSK_CLASSI_B00: opaque clouds, cirrus, snow",
	.files = "MSK_CLASSI|MSK_CLASSI_OPAQUE",
	.cannot_be = check_flag,
	.set = {
		{"clouds", "opaque clouds and cirrus"},
		{"opaque", "opaque clouds"},
	},
	.need = {
		{.pattern = "MSK_CLASSI_OPAQUE|MSK_CLASSI", .index = 1,
		 .condition = {{EVERY_SET, 0, FROM(1), REASON_CLOUD, "opaque cloud"}}},
		{.pattern = "MSK_CLASSI_CIRRUS|MSK_CLASSI", .index = 2,
		 .condition = {{SET_1, PLUS_CIRRUS, FROM(1), REASON_CIRRUS, "cirrus"}}},
		{.pattern = "MSK_CLASSI_SNOW_ICE|MSK_CLASSI", .index = 3,
		 .condition = {{0, PLUS_SNOW, FROM(1), REASON_SNOW, "snow or ice"}}},
	},
},
{
	.name = "qa60",
	.title = "Sentinel-2 cloud mask of Earth Engine (QA60)",
	.source = "Earth Engine data catalogue, COPERNICUS/S2_SR_HARMONIZED",
	.files = "QA60",
	.cannot_be = check_qa60,
	.doubt = doubt_only_zeros,
	.set = {
		{"clouds", "opaque clouds and cirrus"},
		{"opaque", "opaque clouds"},
	},
	.need = {{
		.pattern = "QA60",
		.condition = {
			{EVERY_SET, 0, BIT(10), REASON_CLOUD, "opaque cloud"},
			{SET_1, PLUS_CIRRUS, BIT(11), REASON_CIRRUS, "cirrus"},
		},
	}},
},
{
	.name = "cldprb",
	.title = "Sentinel-2 L2A cloud probability in percent (MSK_CLDPRB, CLD)",
	.source = "ESA Sentinel-2 products specification, cloud confidence of Sen2Cor",
	.files = "MSK_CLDPRB|CLDPRB|CLD",
	.takes_threshold = true,
	.cannot_be = check_percent,
	.doubt = doubt_only_zeros,
	.set = {{"", "pixels whose probability of cloud is above the threshold"}},
	.need = {{
		.pattern = "CLDPRB|CLD",
		.condition = {
			{EVERY_SET, 0, CLASSES(101, INFINITY), REASON_OTHER, "no percentage"},
			{EVERY_SET, 0, BELOW_ZERO, REASON_OTHER, "no percentage"},
			{EVERY_SET, 0, ABOVE_THRESHOLD(100), REASON_CLOUD, "above the threshold"},
		},
	}},
},
{
	.name = "landsat-c2",
	.title = "Landsat Collection 2 pixel quality (QA_PIXEL)",
	.source = "USGS LSDS-1619 and LSDS-1618: Landsat Collection 2 Level-2 product guides",
	.files = "QA_PIXEL",
	FILL_BIT(0), .usgs_bits = true, .fill_words = "bit 0, or no bit at all",
	.cannot_be = check_landsat_c2,
	.set = {
		{"clouds", "clouds, dilated clouds, cloud shadows, cirrus, fill (bits 0 to 4)"},
		{"strict", "the same, and medium and high confidence of cloud, shadow and cirrus"},
	},
	.need = {
		{.pattern = "QA_PIXEL",
		 .condition = {
			{EVERY_SET, 0, BIT(0), REASON_OTHER, "fill"},
			{EVERY_SET, 0, CLASS(0), REASON_OTHER, "no bit at all"},
			{EVERY_SET, 0, BIT(3), REASON_CLOUD, "cloud"},
			{SET_2, 0, FIELD(8, 2, 3), REASON_CLOUD, "cloud confidence medium or high"},
			{EVERY_SET, 0, BIT(4), REASON_SHADOW, "cloud shadow"},
			{SET_2, 0, FIELD(10, 2, 3), REASON_SHADOW, "shadow confidence medium or high"},
			{EVERY_SET, 0, BIT(2), REASON_CIRRUS, "cirrus"},
			{SET_2, 0, FIELD(14, 2, 3), REASON_CIRRUS, "cirrus confidence medium or high"},
			{EVERY_SET, 0, BIT(1), REASON_CLOUD, "dilated cloud"},
			{0, PLUS_SNOW, BIT(5), REASON_SNOW, "snow"},
			{0, PLUS_WATER, BIT(7), REASON_OTHER, "water"},
		}},
		{.pattern = "QA_RADSAT", .saturation = true,
		 .condition = {
			{0, PLUS_RADSAT, NO_BIT_YET, REASON_SATURATED, "a band that is read is saturated"},
			{0, PLUS_RADSAT, BIT(9), REASON_SATURATED, "dropped pixel"},
			{0, PLUS_TERRAIN, BIT(11), REASON_SHADOW, "hidden by terrain"},
		}},
		{.pattern = "SR_QA_AEROSOL",
		 .condition = {
			{0, PLUS_AEROSOL, BIT(0), REASON_OTHER, "fill"},
			{0, PLUS_AEROSOL, FIELD(6, 3, 3), REASON_CIRRUS, "high aerosol"},
		}},
	},
},
{
	.name = "landsat-c1",
	.title = "Landsat Collection 1 Level-1 quality (BQA)",
	.source = "USGS, Landsat Collection 1 Level-1 quality band",
	.files = "BQA",
	.scenes = "L@0#_*",
	FILL_BIT(0), .usgs_bits = true, .fill_words = "bit 0, or no bit at all",
	.cannot_be = check_landsat_c1,
	.set = {
		{"clouds", "clouds, high confidence of shadow and of cirrus, fill"},
		{"strict", "the same, and medium confidence of cloud and shadow"},
	},
	.need = {{
		.pattern = "BQA",
		.condition = {
			{EVERY_SET, 0, BIT(0), REASON_OTHER, "fill"},
			{EVERY_SET, 0, CLASS(0), REASON_OTHER, "no bit at all"},
			{EVERY_SET, 0, BIT(4), REASON_CLOUD, "cloud"},
			{SET_2, 0, FIELD(5, 2, 3), REASON_CLOUD, "cloud confidence medium or high"},
			{EVERY_SET, 0, FIELD(7, 3, 3), REASON_SHADOW, "shadow confidence high"},
			{SET_2, 0, FIELD(7, 2, 2), REASON_SHADOW, "shadow confidence medium"},
			{EVERY_SET, 0, FIELD(11, 3, 3), REASON_CIRRUS, "cirrus confidence high"},
			{SET_2, 0, FIELD(11, 2, 2), REASON_CIRRUS, "cirrus confidence 2, which is not in use"},
			{0, PLUS_SNOW, FIELD(9, 3, 3), REASON_SNOW, "snow confidence high"},
			{0, PLUS_TERRAIN, BIT(1), REASON_SHADOW, "hidden by terrain (OLI), dropped pixel (TM, ETM+)"},
			{0, PLUS_RADSAT, FIELD(2, 1, 3), REASON_SATURATED, "saturated in one band or more"},
		},
	}},
},
{
	.name = "landsat-pre",
	.title = "Landsat 8 pre-collection quality (BQA)",
	.source = "USGS, Landsat 8 data users handbook, section 5.4",
	.files = "BQA",
	.scenes = "L@[4-8]#############*",
	FILL_BIT(0), .usgs_bits = true, .fill_words = "bit 0, or no bit at all",
	.cannot_be = check_landsat_pre,
	.set = {
		{"clouds", "medium and high confidence of cloud, high of cirrus, dropped frames, fill"},
		{"high", "high confidence of cloud and of cirrus, dropped frames, fill"},
	},
	.need = {{
		.pattern = "BQA",
		.condition = {
			{EVERY_SET, 0, BIT(0), REASON_OTHER, "fill"},
			{EVERY_SET, 0, CLASS(0), REASON_OTHER, "no bit at all"},
			{EVERY_SET, 0, BIT(1), REASON_SATURATED, "dropped frame"},
			{EVERY_SET, 0, FIELD(14, 3, 3), REASON_CLOUD, "cloud confidence high"},
			{SET_1, 0, FIELD(14, 2, 2), REASON_CLOUD, "cloud confidence medium"},
			{EVERY_SET, 0, FIELD(12, 3, 3), REASON_CIRRUS, "cirrus confidence high"},
			{0, PLUS_SNOW, FIELD(10, 3, 3), REASON_SNOW, "snow confidence high"},
			{0, PLUS_TERRAIN, BIT(2), REASON_SHADOW, "hidden by terrain"},
			{0, PLUS_WATER, FIELD(4, 3, 3), REASON_OTHER, "water confidence high"},
		},
	}},
},
{
	/* Bits 13 to 15 are not used by Collection 1, and before it 14 and 15 are never both 0. */
	.name = "landsat-bqa",
	.title = "Landsat BQA of either kind, told pixel by pixel (landsat-c1, landsat-pre)",
	.source = "those of landsat-c1 and landsat-pre, of which no number can be both",
	.files = "BQA",
	FILL_BIT(0), .usgs_bits = true, .fill_words = "bit 0, or no bit at all",
	.cannot_be = check_landsat_bqa, .doubt = tell_landsat_bqa,
	.set = {{"clouds", "what landsat-c1:clouds and landsat-pre:clouds drop, each of its own numbers"}},
	.need = {{
		.pattern = "BQA",
		.condition = {
			{EVERY_SET, 0, BIT(0), REASON_OTHER, "fill"},
			{EVERY_SET, 0, CLASS(0), REASON_OTHER, "no bit at all"},
			{EVERY_SET, 0, CLASSES(0x2000, 0x3fff), REASON_OTHER, "of neither kind"},
			BEFORE_C1(EVERY_SET, 0, 1 << 1, REASON_SATURATED, "dropped frame"),
			{EVERY_SET, 0, FIELD(14, 2, 3), REASON_CLOUD, "cloud confidence medium or high"},
			{EVERY_SET, 0, OF_C1(1 << 4, 1 << 4), REASON_CLOUD, "cloud"},
			{EVERY_SET, 0, OF_C1(3 << 7, 3 << 7), REASON_SHADOW, "shadow confidence high"},
			{EVERY_SET, 0, FIELD(12, 3, 3), REASON_CIRRUS, "cirrus confidence high"},
			{EVERY_SET, 0, OF_C1(3 << 11, 3 << 11), REASON_CIRRUS, "cirrus confidence high"},
			{0, PLUS_SNOW, OF_C1(3 << 9, 3 << 9), REASON_SNOW, "snow confidence high"},
			BEFORE_C1(0, PLUS_SNOW, 3 << 10, REASON_SNOW, "snow confidence high"),
			{0, PLUS_TERRAIN, OF_C1(1 << 1, 1 << 1), REASON_SHADOW, "hidden by terrain, dropped pixel"},
			BEFORE_C1(0, PLUS_TERRAIN, 1 << 2, REASON_SHADOW, "hidden by terrain"),
		},
	}},
},
{
	.name = "pixel-qa",
	.title = "Landsat Collection 1 Level-2 pixel quality (pixel_qa)",
	.source = "USGS LSDS-1368 and LSDS-1370: guides of LaSRC and LEDAPS products",
	.files = "pixel_qa",
	FILL_BIT(0), .usgs_bits = true, .fill_words = "bit 0, or no bit at all",
	.cannot_be = check_pixel_qa,
	.set = {
		{"clouds", "clouds, cloud shadows, high confidence of cirrus, fill"},
		{"strict", "the same, and medium confidence of cloud and cirrus"},
	},
	.need = {{
		.pattern = "pixel_qa",
		.condition = {
			{EVERY_SET, 0, BIT(0), REASON_OTHER, "fill"},
			{EVERY_SET, 0, CLASS(0), REASON_OTHER, "no bit at all"},
			{EVERY_SET, 0, BIT(5), REASON_CLOUD, "cloud"},
			{SET_2, 0, FIELD(6, 2, 3), REASON_CLOUD, "cloud confidence medium or high"},
			{EVERY_SET, 0, BIT(3), REASON_SHADOW, "cloud shadow"},
			{EVERY_SET, 0, FIELD(8, 3, 3), REASON_CIRRUS, "cirrus confidence high"},
			{SET_2, 0, FIELD(8, 2, 2), REASON_CIRRUS, "cirrus confidence medium"},
			{0, PLUS_SNOW, BIT(4), REASON_SNOW, "snow"},
			{0, PLUS_TERRAIN, BIT(10), REASON_SHADOW, "hidden by terrain"},
			{0, PLUS_WATER, BIT(2), REASON_OTHER, "water"},
		},
	}},
},
{
	.name = "sr-cloud-qa",
	.title = "Landsat 4 to 7 cloud quality of surface reflectance (SR_CLOUD_QA)",
	.source = "USGS LSDS-1618 and LSDS-1370: guides of LEDAPS products",
	.files = "SR_CLOUD_QA",
	.cannot_be = check_sr_cloud_qa,
	.set = {{"clouds", "clouds, their shadows, what is next to a cloud"}},
	.need = {{
		.pattern = "SR_CLOUD_QA",
		.condition = {
			{EVERY_SET, 0, BIT(1), REASON_CLOUD, "cloud"},
			{EVERY_SET, 0, BIT(2), REASON_SHADOW, "cloud shadow"},
			{EVERY_SET, 0, BIT(3), REASON_CLOUD, "next to a cloud"},
			{0, PLUS_SNOW, BIT(4), REASON_SNOW, "snow"},
			{0, PLUS_WATER, BIT(5), REASON_OTHER, "water"},
		},
	}},
},
{
	.name = "cfmask",
	.title = "Landsat classes of CFMask (cfmask)",
	.source = "USGS ESPA product guides before Collection 1",
	.files = "cfmask",
	FILL_CLASS(255), .fill_words = "255",
	.cannot_be = check_cfmask,
	.set = {CLOUDS},
	.need = {{
		.pattern = "cfmask",
		.condition = {
			{EVERY_SET, 0, CLASS(255), REASON_OTHER, "fill"},
			{EVERY_SET, 0, CLASS(4), REASON_CLOUD, "cloud"},
			{EVERY_SET, 0, CLASS(2), REASON_SHADOW, "cloud shadow"},
			{0, PLUS_SNOW, CLASS(3), REASON_SNOW, "snow"},
			{0, PLUS_WATER, CLASS(1), REASON_OTHER, "water"},
			NO_CLASS_FROM(5),
		},
	}},
},
{
	.name = "fmask",
	.title = "Harmonized Landsat Sentinel-2 quality (HLS Fmask)",
	.source = "NASA HLS product user guide, version 2.0, Fmask",
	.files = "Fmask",
	FILL_CLASS(255), .fill_words = "255",
	.cannot_be = check_byte,
	.doubt = doubt_classes,
	.set = {{"clouds", "clouds, their shadows, what is next to them, fill"}},
	.need = {{
		.pattern = "Fmask",
		.condition = {
			{EVERY_SET, 0, CLASS(255), REASON_OTHER, "fill"},
			{EVERY_SET, 0, BIT(1), REASON_CLOUD, "cloud"},
			{EVERY_SET, 0, BIT(3), REASON_SHADOW, "cloud shadow"},
			{EVERY_SET, 0, BIT(2), REASON_CLOUD, "next to cloud or shadow"},
			{0, PLUS_CIRRUS, BIT(0), REASON_CIRRUS, "cirrus (version 1.4; later ones do not set it)"},
			{0, PLUS_SNOW, BIT(4), REASON_SNOW, "snow or ice"},
			{0, PLUS_WATER, BIT(5), REASON_OTHER, "water"},
			{0, PLUS_AEROSOL, FIELD(6, 3, 3), REASON_CIRRUS, "high aerosol"},
		},
	}},
},
{
	.name = "udm2",
	.title = "PlanetScope and SkySat usable data mask (udm2)",
	.source = "Planet, usable data masks 2.0 and 2.1",
	.files = "udm2",
	.cannot_be = check_flag,
	.set = {
		{"clear", "all that is not clear: cloud, shadow, haze, snow, no image"},
		{"clouds", "cloud, shadow, heavy haze, no image; keeps light haze and snow"},
	},
	.need = {
		{.pattern = "udm2", .index = 6, .only_reasons = SET_1,
		 .condition = {{EVERY_SET, 0, CLASS(1), REASON_CLOUD, "cloud"}}},
		{.pattern = "udm2", .index = 3, .only_reasons = SET_1,
		 .condition = {{EVERY_SET, 0, CLASS(1), REASON_SHADOW, "shadow"}}},
		{.pattern = "udm2", .index = 5, .only_reasons = SET_1,
		 .condition = {{EVERY_SET, 0, CLASS(1), REASON_CIRRUS, "heavy haze"}}},
		{.pattern = "udm2", .index = 4, .only_reasons = SET_1,
		 .condition = {{SET_1, PLUS_HAZE, CLASS(1), REASON_CIRRUS, "light haze (2.0), haze (2.1)"}}},
		{.pattern = "udm2", .index = 2, .only_reasons = SET_1,
		 .condition = {{SET_1, PLUS_SNOW, CLASS(1), REASON_SNOW, "snow or ice"}}},
		{.pattern = "udm2", .index = 1, .keep = true,
		 .condition = {{SET_1, 0, CLASS(1), REASON_OTHER, "not clear"}}},
		{.pattern = "udm2", .index = 8,
		 .condition = {{SET_2, 0, BIT(0), REASON_OTHER, "no image"}}},
	},
},
{
	.name = "udm1",
	.title = "Planet unusable data mask (udm)",
	.source = "Planet imagery product specifications, unusable data mask",
	.files = "_udm",
	.cannot_be = check_udm1,
	.set = {
		{"clouds", "all that is flagged: clouds, suspect or missing data, no image"},
		{"image", "suspect or missing data and no image; keeps clouds"},
	},
	.need = {{
		.pattern = "DN_udm|_udm.|_udm_clip",
		.condition = {
			{EVERY_SET, 0, BIT(0), REASON_OTHER, "no image"},
			{SET_1, 0, BIT(1), REASON_CLOUD, "cloud"},
			{EVERY_SET, 0, ONE_OF(0x7c), REASON_SATURATED, "missing or suspect in a band"},
			{EVERY_SET, 0, BIT(7), REASON_OTHER, "a bit without meaning"},
		},
	}},
},
{
	.name = "modis-state",
	.title = "MODIS surface reflectance state (state_1km, state_500m)",
	.source = "MODIS surface reflectance user's guide, collections 6 and 6.1, state quality",
	.files = "state_1km|state_500m|state_250m",
	FILL_CLASS(65535), .fill_words = "65535",
	.cannot_be = check_word,
	.set = {{"clouds", "cloudy, mixed, cloud shadow, internal cloud, high cirrus, fill"}},
	.need = {{
		.pattern = "state_1km|state_500m|state_250m",
		.condition = {
			{EVERY_SET, 0, CLASS(65535), REASON_OTHER, "fill"},
			{EVERY_SET, 0, FIELD(0, 1, 2), REASON_CLOUD, "cloudy or mixed"},
			{EVERY_SET, 0, BIT(10), REASON_CLOUD, "internal cloud algorithm"},
			{EVERY_SET, 0, BIT(2), REASON_SHADOW, "cloud shadow"},
			{EVERY_SET, 0, FIELD(8, 3, 3), REASON_CIRRUS, "high cirrus"},
			{0, PLUS_CIRRUS, FIELD(8, 1, 2), REASON_CIRRUS, "small or average cirrus"},
			{0, PLUS_ADJACENT, BIT(13), REASON_CLOUD, "next to a cloud"},
			{0, PLUS_SNOW, BIT(12), REASON_SNOW, "snow of MOD35"},
			{0, PLUS_SNOW, BIT(15), REASON_SNOW, "internal snow mask"},
			{0, PLUS_AEROSOL, FIELD(6, 3, 3), REASON_CIRRUS, "high aerosol"},
			{0, PLUS_WATER, FIELD3(3, 0, 0), REASON_OTHER, "shallow ocean"},
			{0, PLUS_WATER, FIELD3(3, 3, 7), REASON_OTHER, "inland water or ocean"},
		},
	}},
},
{
	.name = "force-qai",
	.title = "FORCE quality assurance information (QAI)",
	.source = "FORCE documentation, Level 2 quality bits; drops what SCREEN_QAI does by default",
	.files = "QAI",
	FILL_BIT(0), .fill_words = "bit 0",
	.cannot_be = check_force,
	.set = {
		{"clouds", "clouds and their buffer, shadows, snow, subzero, saturated, no data"},
		{"opaque", "opaque clouds, cirrus, shadows, subzero, saturated, no data; keeps buffer and snow"},
	},
	.need = {{
		.pattern = "QAI",
		.condition = {
			{EVERY_SET, 0, BIT(0), REASON_OTHER, "no data"},
			{EVERY_SET, 0, FIELD(1, 2, 2), REASON_CLOUD, "opaque cloud"},
			{EVERY_SET, 0, BIT(3), REASON_SHADOW, "cloud shadow"},
			{EVERY_SET, 0, FIELD(1, 3, 3), REASON_CIRRUS, "cirrus"},
			{SET_1, PLUS_ADJACENT, FIELD(1, 1, 1), REASON_CLOUD, "buffer of a cloud"},
			{SET_1, PLUS_SNOW, BIT(4), REASON_SNOW, "snow"},
			{EVERY_SET, 0, BIT(8), REASON_SATURATED, "subzero reflectance"},
			{EVERY_SET, 0, BIT(9), REASON_SATURATED, "saturated"},
			{0, PLUS_AEROSOL, FIELD(6, 2, 2), REASON_CIRRUS, "high aerosol"},
			{0, PLUS_SUN, BIT(10), REASON_OTHER, "sun lower than 15 degrees"},
			{0, PLUS_TERRAIN, FIELD(11, 2, 3), REASON_SHADOW, "poor illumination or shadow"},
			{0, PLUS_WATER, BIT(5), REASON_OTHER, "water"},
		},
	}},
},
{
	.name = "maja-clm",
	.title = "MAJA cloud mask of THEIA's Sentinel-2 L2A (CLM)",
	.source = "CNES, CESBIO: MAJA's Sentinel-2 output format, CLM and MG2 masks",
	.files = "CLM_R1|CLM_R2",
	.cannot_be = check_maja,
	.set = {
		{"clouds", "clouds, their shadows, high clouds; keeps the thinnest clouds"},
		{"strict", "the same and the thinnest clouds"},
	},
	.need = {
		{.pattern = "CLM_R1|CLM_R2",
		 .condition = {
			{EVERY_SET, 0, ONE_OF(0x32), REASON_CLOUD, "cloud"},
			{EVERY_SET, 0, BIT(2), REASON_SHADOW, "shadow of a cloud"},
			{EVERY_SET, 0, BIT(3), REASON_SHADOW, "shadow of a cloud outside the image"},
			{EVERY_SET, 0, BIT(7), REASON_CIRRUS, "high cloud, by band 10"},
			{SET_2, 0, BIT(6), REASON_CIRRUS, "thinnest clouds"},
			{EVERY_SET, 0, BIT(0), REASON_CLOUD, "cloud or shadow"},
		}},
		{.pattern = "MG2_R1|MG2_R2",
		 .condition = {
			{0, PLUS_SNOW, BIT(2), REASON_SNOW, "snow"},
			{0, PLUS_TERRAIN, BIT(4), REASON_SHADOW, "shadow of terrain"},
			{0, PLUS_TERRAIN, BIT(5), REASON_SHADOW, "hidden by terrain"},
			{0, PLUS_SUN, ONE_OF(0xc0), REASON_OTHER, "low or tangent sun"},
			{0, PLUS_WATER, BIT(0), REASON_OTHER, "water"},
		}},
	},
},
};
/* clang-format on */

enum { N_LAYOUTS = sizeof(layouts) / sizeof(layouts[0]) };

const struct mask_layout *layout_next(const struct mask_layout *layout)
{
	layout = layout ? layout + 1 : layouts;
	return layout < layouts + N_LAYOUTS ? layout : NULL;
}
