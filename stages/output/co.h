/*
 * Creation options of maps in GDAL's words: --co KEY=VALUE. Pure, thread-safe.
 */
#ifndef IMGPIPE_OUTPUT_CO_H
#define IMGPIPE_OUTPUT_CO_H

#include "maps.h"
#include "options.h"

/*
 * *format from its container, what is given, and defaults for the rest. reals: some map is float32.
 * -1 with EX_USAGE, the option in front, and what would be right.
 */
int co_read(struct map_format *format, enum map_container container, const struct text_list *given,
	    bool reals, struct error *err) MUST_CHECK;

/* "DEFLATE level 1, predictor 2, tiles of 512": for the plan. Returns text. */
enum { CO_TEXT_BYTES = 96 };
const char *co_text(char text[CO_TEXT_BYTES], const struct map_format *format);

#endif
