/*
 * Legends that go on in a new row where one is full.
 */
#include "svg.h"

enum { FIRST_ROW = 14, ROW = 20, APART = 20 };

struct svg_legend svg_legend_at(double from, double to)
{
	return (struct svg_legend){.from = from, .to = to, .x = from, .y = FIRST_ROW};
}

void svg_legend_row(struct svg_legend *legend)
{
	if (legend->x == legend->from)
		return;
	legend->x = legend->from;
	legend->y += ROW;
}

double svg_legend_take(struct svg_legend *legend, double width)
{
	double x;

	if (legend->x + width > legend->to)
		svg_legend_row(legend);
	x = legend->x;
	legend->x += width + APART;
	return x;
}

void svg_legend_line(FILE *out, struct svg_legend *legend, enum svg_colour colour,
		     enum svg_dash dash, const char *text)
{
	double x = svg_legend_take(legend, SVG_LINE_SAMPLE + svg_text_width(text, SVG_TEXT_SIZE));

	if (out)
		svg_line_sample(out, x, legend->y, colour, dash, text);
}

void svg_legend_area(FILE *out, struct svg_legend *legend, enum svg_colour colour, const char *text)
{
	double x = svg_legend_take(legend, SVG_AREA_SAMPLE + svg_text_width(text, SVG_TEXT_SIZE));

	if (out)
		svg_area_sample(out, x, legend->y, colour, text);
}
