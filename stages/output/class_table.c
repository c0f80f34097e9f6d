/*
 * Colours of classes by code (map_classes.h), told apart also by those who see no red or no green:
 * those of Okabe and Ito, and greys for what is no cloud and no surface.
 */
#include "class_table.h"

#include <stddef.h>
#include <string.h>

static const uint8_t colour[][3] = {
	{0, 158, 115},   /* valid: bluish green */
	{255, 255, 255}, /* cloud: white */
	{64, 64, 64},    /* shadow: dark grey */
	{86, 180, 233},  /* cirrus: sky blue */
	{0, 114, 178},   /* snow: blue */
	{213, 94, 0},    /* saturated: vermilion */
	{230, 159, 0},   /* another reason: orange */
	{160, 160, 160}, /* transparent: grey */
	{200, 200, 200}, /* the file's own mask: light grey */
	{204, 121, 167}, /* beyond the range: reddish purple */
	{0, 0, 0},       /* nodata: black */
	{240, 228, 66},  /* not finite: yellow */
	{128, 0, 64},    /* division by zero: dark red */
};

void class_table(uint16_t out[CLASS_COLOURS_SHORTS], const char *const *category)
{
	enum { MOST = sizeof(colour) / sizeof(colour[0]), FULL = 65535 / 255 };

	memset(out, 0, CLASS_COLOURS_SHORTS * sizeof(*out));
	for (size_t i = 0; category && category[i] && i < MOST; i++)
		for (size_t c = 0; c < 3; c++)
			out[c * CLASS_COLOURS + i] = (uint16_t)(colour[i][c] * FULL);
}
