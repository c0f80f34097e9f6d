/*
 * Colours of classes by code (map_classes.h), told apart also by those who see no red or no green:
 * those of Okabe and Ito, and greys for what is no cloud and no surface.
 */
#include "class_colours.h"

#include "map_classes.h"

struct rgba class_colour(unsigned code)
{
	static const struct rgba colours[] = {
		{0, 158, 115, 255},   /* valid: bluish green */
		{255, 255, 255, 255}, /* cloud: white */
		{64, 64, 64, 255},    /* shadow: dark grey */
		{86, 180, 233, 255},  /* cirrus: sky blue */
		{0, 114, 178, 255},   /* snow: blue */
		{213, 94, 0, 255},    /* saturated: vermilion */
		{230, 159, 0, 255},   /* another reason: orange */
		{160, 160, 160, 255}, /* transparent: grey */
		{200, 200, 200, 255}, /* the file's own mask: light grey */
		{204, 121, 167, 255}, /* beyond the range: reddish purple */
		{0, 0, 0, 255},       /* nodata: black */
		{240, 228, 66, 255},  /* not finite: yellow */
		{128, 0, 64, 255},    /* division by zero: dark red */
	};

	return code < sizeof(colours) / sizeof(colours[0]) ? colours[code]
							   : (struct rgba){0, 0, 0, 255};
}

_Static_assert(N_CLASS_CODES <= 16, "a bit for each code");

uint16_t classes_seen(const struct thumbnail *thumbnail)
{
	bool used[PICTURE_COLOURS];
	uint16_t seen = 0;

	if (thumbnail->numbers)
		return 0;
	picture_colours_used(&thumbnail->picture, used);
	for (unsigned code = 0; code < N_CLASS_CODES; code++)
		seen |= (uint16_t)((used[code + 1] ? 1U : 0U) << code); /* colour 0: no data */
	return seen;
}
