/*
 * The style of pages: how they look on a screen, light and dark, wide and narrow, and on paper.
 */
#ifndef IMGPIPE_PAGE_STYLE_H
#define IMGPIPE_PAGE_STYLE_H

#include <stdio.h>

/* All rules, without <style> around them, those of pictures (svg.h) included. */
void page_style(FILE *out);

#endif
