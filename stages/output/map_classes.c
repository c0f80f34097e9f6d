/*
 * Codes of --mask-output.
 */
#include "map_classes.h"

#include <stddef.h>

static const uint8_t by_reason[N_MASK_REASONS] = {
	[REASON_CLOUD] = CLASS_CODE_CLOUD,         [REASON_SHADOW] = CLASS_CODE_SHADOW,
	[REASON_CIRRUS] = CLASS_CODE_CIRRUS,       [REASON_SNOW] = CLASS_CODE_SNOW,
	[REASON_SATURATED] = CLASS_CODE_SATURATED, [REASON_OTHER] = CLASS_CODE_OTHER,
	[REASON_ALPHA] = CLASS_CODE_ALPHA,         [REASON_DATASET] = CLASS_CODE_DATASET,
	[REASON_RANGE] = CLASS_CODE_RANGE,
};

const char *const map_class_names[] = {
	[CLASS_CODE_VALID] = "valid",
	[CLASS_CODE_CLOUD] = "cloud",
	[CLASS_CODE_SHADOW] = "shadow",
	[CLASS_CODE_CIRRUS] = "cirrus or haze",
	[CLASS_CODE_SNOW] = "snow or ice",
	[CLASS_CODE_SATURATED] = "saturated or defective",
	[CLASS_CODE_OTHER] = "masked for another reason",
	[CLASS_CODE_ALPHA] = "transparent",
	[CLASS_CODE_DATASET] = "masked by the file's own mask",
	[CLASS_CODE_RANGE] = "outside the valid range",
	[CLASS_CODE_NODATA] = "nodata",
	[CLASS_CODE_NONFINITE] = "not finite",
	[CLASS_CODE_DIV0] = "division by zero",
	[N_CLASS_CODES] = NULL,
};

uint8_t map_class_code(enum pixel_class pixel_class, enum mask_reason reason)
{
	switch (pixel_class) {
	case PIXEL_VALID:
		return CLASS_CODE_VALID;
	case PIXEL_MASKED:
		return reason < N_MASK_REASONS ? by_reason[reason] : CLASS_CODE_OTHER;
	case PIXEL_NODATA:
		return CLASS_CODE_NODATA;
	case PIXEL_NONFINITE:
		return CLASS_CODE_NONFINITE;
	case PIXEL_DIV0:
		return CLASS_CODE_DIV0;
	case N_PIXEL_CLASSES:
		break;
	}
	return CLASS_CODE_NONE;
}
