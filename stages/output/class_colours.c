/*
 * Hues by M. Okabe and K. Ito, "Color Universal Design" (2008), and greys between them: neighbours
 * differ with every common kind of colour blindness.
 */
#include "class_colours.h"

struct rgba class_colour(unsigned code)
{
	static const struct rgba colours[] = {
		{212, 222, 208, 255}, {154, 161, 169, 255}, {240, 228, 66, 255},
		{68, 75, 82, 255},    {86, 180, 233, 255},  {204, 121, 167, 255},
		{213, 94, 0, 255},    {0, 114, 178, 255},   {230, 159, 0, 255},
		{0, 158, 115, 255},   {0, 0, 0, 255},       {158, 218, 229, 255},
		{197, 176, 213, 255}, {196, 156, 148, 255},
	};

	return colours[code % (sizeof(colours) / sizeof(colours[0]))];
}
