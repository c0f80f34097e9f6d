/*
 * Colours of classes as TIFF has them: each of 16 bits.
 */
#include "class_table.h"

#include <stddef.h>
#include <string.h>

#include "class_colours.h"

void class_table(uint16_t out[CLASS_COLOURS_SHORTS], const char *const *category)
{
	enum { FULL = 65535 / 255 };

	memset(out, 0, CLASS_COLOURS_SHORTS * sizeof(*out));
	for (unsigned i = 0; category && category[i] && i < CLASS_COLOURS; i++) {
		const struct rgba c = class_colour(i);

		out[i] = (uint16_t)(c.red * FULL);
		out[CLASS_COLOURS + i] = (uint16_t)(c.green * FULL);
		out[2 * CLASS_COLOURS + i] = (uint16_t)(c.blue * FULL);
	}
}
