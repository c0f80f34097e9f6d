/*
 * What was seen of a quality band against the layout it should have: three layouts are called BQA,
 * and a file's name does not always tell which. A check names what cannot be; it never guesses.
 */
#include <stddef.h>

#include "layout_row.h"

static bool only_bits(const struct quality_seen *seen, uint32_t bits)
{
	return !(seen->any & ~bits);
}

const char *check_scl(const struct quality_seen *seen)
{
	return seen->most > 11 ? "classes go from 0 to 11" : NULL;
}

const char *check_flag(const struct quality_seen *seen)
{
	return seen->most > 1 ? "it knows only 0 and 1" : NULL;
}

const char *check_percent(const struct quality_seen *seen)
{
	return seen->most > 100 ? "percentages go from 0 to 100" : NULL;
}

const char *check_qa60(const struct quality_seen *seen)
{
	return only_bits(seen, 0xc00) ? NULL : "it uses bits 10 and 11 alone";
}

/*
 * Each confidence (bits 8-9, 10-11, 12-13, with OLI also 14-15) is low at least, so that the
 * smallest number of TM and ETM+ is 0x1500 and that of OLI 0x5500. MSS has bits 0, 3, 8 and 9.
 */
const char *check_landsat_c2(const struct quality_seen *seen)
{
	uint32_t least = seen->most >= 0x4000 ? 0x5500 : 0x1500;

	if (!(seen->any & 0x300))
		return "each pixel has a confidence of cloud in bits 8 and 9";
	if (only_bits(seen, 0x309))
		return NULL;
	return seen->least < least ? "each pixel has confidences in bits 8 to 13 (OLI: 15)" : NULL;
}

/* Confidences of cloud, shadow and snow are low at least: 0x2a0. Cirrus is low or high. */
const char *check_landsat_c1(const struct quality_seen *seen)
{
	if (seen->most >= 0x2000)
		return "bits 13 to 15 are not used";
	if (seen->least < 0x2a0)
		return "each pixel has confidences in bits 5 to 10";
	return seen->least >= 0x1000 && seen->least < 0x1800
		       ? "confidence of cirrus (bits 11 and 12) is never 2"
		       : NULL;
}

const char *check_landsat_pre(const struct quality_seen *seen)
{
	if (seen->least < 0x4000)
		return "each pixel has a confidence of cloud in bits 14 and 15";
	return seen->any & 0xc8 ? "bits 3, 6 and 7 are not used" : NULL;
}

/* Either, all of it. */
const char *check_landsat_bqa(const struct quality_seen *seen)
{
	return seen->most >= 0x2000 ? check_landsat_pre(seen) : check_landsat_c1(seen);
}

/* Each pixel has a confidence of cloud (bits 6-7), and is one of clear, water, shadow, snow, cloud.
 */
const char *check_pixel_qa(const struct quality_seen *seen)
{
	if (seen->most >= 0x800)
		return "bits 11 to 15 are not used";
	return seen->least < 0x42 ? "each pixel has a confidence of cloud in bits 6 and 7" : NULL;
}

const char *check_byte(const struct quality_seen *seen)
{
	return seen->most > 255 ? "it has 8 bits" : NULL;
}

const char *check_cfmask(const struct quality_seen *seen)
{
	return seen->most > 4 ? "classes go from 0 to 4" : NULL;
}

const char *check_udm1(const struct quality_seen *seen)
{
	return only_bits(seen, 0x7f) ? NULL : "it uses bits 0 to 6";
}

const char *check_sr_cloud_qa(const struct quality_seen *seen)
{
	return only_bits(seen, 0x3f) ? NULL : "it uses bits 0 to 5";
}

const char *check_word(const struct quality_seen *seen)
{
	return seen->most > 65535 ? "it has 16 bits" : NULL;
}

const char *check_force(const struct quality_seen *seen)
{
	return only_bits(seen, 0x7fff) ? NULL : "it uses bits 0 to 14";
}

/* Bit 0 says that one of bits 1 to 5 is set. */
const char *check_maja(const struct quality_seen *seen)
{
	if (seen->most > 255)
		return "it has 8 bits";
	return seen->any & 0x3e && !(seen->any & 1) ? "bit 0 is set with bits 1 to 5" : NULL;
}

/* --- may be, and yet --- */

const char *doubt_only_zeros(const struct quality_seen *seen)
{
	return seen->most == 0 ? "only zeros: it may be empty, without information on clouds"
			       : NULL;
}

const char *doubt_classes(const struct quality_seen *seen)
{
	return seen->most <= 4
		       ? "no number above 4: these may be classes of CFMask (preset cfmask), "
			 "not bits"
		       : NULL;
}

/* --- which of two it is --- */

const char *tell_landsat_bqa(const struct quality_seen *seen)
{
	return seen->most >= 0x2000 ? "by its numbers, from before Collection 1 (landsat-pre)"
				    : "by its numbers, of Collection 1 (landsat-c1)";
}
