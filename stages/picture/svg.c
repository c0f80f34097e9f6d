/*
 * The elements of SVG that the pictures are made of. Knows no data.
 */
#include "svg.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

void svg_put(FILE *out, double value)
{
	/* Integers: printf's point is the locale's. */
	long long milli = isfinite(value) && fabs(value) < 1e15 ? llround(value * 1000) : 0;
	unsigned long long size =
		milli < 0 ? -(unsigned long long)milli : (unsigned long long)milli;
	unsigned rest = (unsigned)(size % 1000);

	fprintf(out, "%s%llu", milli < 0 ? "-" : "", size / 1000);
	if (rest % 10)
		fprintf(out, ".%03u", rest);
	else if (rest % 100)
		fprintf(out, ".%02u", rest / 10);
	else if (rest)
		fprintf(out, ".%u", rest / 100);
}

static void put_attribute(FILE *out, const char *name, double value)
{
	fprintf(out, " %s=\"", name);
	svg_put(out, value);
	fputc('"', out);
}

void svg_escape(FILE *out, const char *text)
{
	svg_escape_part(out, text, strlen(text));
}

void svg_escape_part(FILE *out, const char *text, size_t n_bytes)
{
	const char *const end = text + n_bytes;
	char piece[PRINTABLE_PIECE];

	while (text < end && *text) {
		size_t n = printable_next(piece, &text);

		if (*piece == '&')
			fputs("&amp;", out);
		else if (*piece == '<')
			fputs("&lt;", out);
		else if (*piece == '>')
			fputs("&gt;", out);
		else if (*piece == '"')
			fputs("&quot;", out);
		else if (*piece == '\'')
			fputs("&#39;", out);
		else
			(void)fwrite(piece, 1, n, out);
	}
}

void svg_open(FILE *out, double width, double height, const char *label, bool alone)
{
	fputs("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"", out);
	fputs(" viewBox=\"0 0 ", out);
	svg_put(out, width);
	fputc(' ', out);
	svg_put(out, height);
	fputc('"', out);
	if (alone) {
		put_attribute(out, "width", width);
		put_attribute(out, "height", height);
	}
	fputs(" aria-label=\"", out);
	svg_escape(out, label);
	fputs("\">\n", out);
	if (!alone)
		return;
	fputs("<style>", out);
	svg_rules(out);
	fputs("</style>\n", out);
	svg_rect(out, 0, 0, width, height, SVG_PAPER, NULL);
}

void svg_close(FILE *out)
{
	fputs("</svg>\n", out);
}

static const char *const anchors[] = {
	[SVG_START] = "start", [SVG_MIDDLE] = "middle", [SVG_END] = "end"};

/* classes: further ones, the caller's literals, never data. */
static void put_text(FILE *out, double x, double y, enum svg_anchor anchor, enum svg_colour colour,
		     const char *classes, bool upright, const char *text)
{
	fputs("<text", out);
	put_attribute(out, "x", x);
	put_attribute(out, "y", y);
	fprintf(out, " class=\"f-%s%s\"", svg_colour_name(colour), classes);
	if (anchor != SVG_START)
		fprintf(out, " text-anchor=\"%s\"", anchors[anchor]);
	if (upright) {
		fputs(" transform=\"rotate(-90 ", out);
		svg_put(out, x);
		fputc(' ', out);
		svg_put(out, y);
		fputs(")\"", out);
	}
	fputc('>', out);
	svg_escape(out, text);
	fputs("</text>\n", out);
}

void svg_text(FILE *out, double x, double y, enum svg_anchor anchor, enum svg_colour colour,
	      const char *text)
{
	put_text(out, x, y, anchor, colour, "", false, text);
}

void svg_small_text(FILE *out, double x, double y, enum svg_anchor anchor, enum svg_colour colour,
		    const char *text)
{
	put_text(out, x, y, anchor, colour, " small", false, text);
}

void svg_upright_text(FILE *out, double x, double y, enum svg_anchor anchor, enum svg_colour colour,
		      const char *text)
{
	put_text(out, x, y, anchor, colour, "", true, text);
}

void svg_halo_text(FILE *out, double x, double y, enum svg_anchor anchor, enum svg_colour colour,
		   const char *text)
{
	put_text(out, x, y, anchor, colour, " small halo", false, text);
}

double svg_text_width(const char *text, double size)
{
	size_t glyphs = 0;

	for (const char *p = text; *p; p++)
		glyphs += ((unsigned char)*p & 0xC0) != 0x80;
	return 0.54 * size * (double)glyphs; /* mean advance of common sans-serif faces */
}

/* End an element, with its tip inside. */
static void end_element(FILE *out, const char *name, const char *tip)
{
	if (!tip) {
		fputs("/>\n", out);
		return;
	}
	fputs("><title>", out);
	svg_escape(out, tip);
	fprintf(out, "</title></%s>\n", name);
}

static void put_rect(FILE *out, double x, double y, double width, double height)
{
	fputs("<rect", out);
	put_attribute(out, "x", x);
	put_attribute(out, "y", y);
	put_attribute(out, "width", fmax(width, 0));
	put_attribute(out, "height", fmax(height, 0));
}

void svg_rect(FILE *out, double x, double y, double width, double height, enum svg_colour fill,
	      const char *tip)
{
	put_rect(out, x, y, width, height);
	fprintf(out, " class=\"f-%s\"", svg_colour_name(fill));
	end_element(out, "rect", tip);
}

void svg_cell(FILE *out, double x, double y, double width, double height, const char *fill,
	      const char *tip)
{
	put_rect(out, x, y, width, height);
	fputs(" fill=\"", out);
	svg_escape(out, fill);
	fputs("\" shape-rendering=\"crispEdges\"", out);
	end_element(out, "rect", tip);
}

void svg_box(FILE *out, double x, double y, double width, double height, enum svg_colour outline,
	     const char *first, const char *second)
{
	double middle = x + width / 2, base = y + height / 2 + 4;

	put_rect(out, x, y, width, height);
	fprintf(out, " rx=\"6\" stroke-width=\"1.4\" class=\"f-panel s-%s\"/>\n",
		svg_colour_name(outline));
	if (first)
		svg_text(out, middle, second ? base - 8 : base, SVG_MIDDLE, SVG_INK, first);
	if (second)
		svg_small_text(out, middle, base + 8, SVG_MIDDLE, SVG_QUIET, second);
}

void svg_dot(FILE *out, double x, double y, double radius, enum svg_colour fill, const char *tip)
{
	fputs("<circle", out);
	put_attribute(out, "cx", x);
	put_attribute(out, "cy", y);
	put_attribute(out, "r", radius);
	fprintf(out, " class=\"f-%s\"", svg_colour_name(fill));
	end_element(out, "circle", tip);
}

const char *svg_dash_class(enum svg_dash dash)
{
	static const char *const class[] = {
		[SVG_SOLID] = "", [SVG_DASHED] = " dashed", [SVG_DOTTED] = " dotted"};

	return class[dash];
}

void svg_line(FILE *out, double x1, double y1, double x2, double y2, enum svg_colour colour,
	      enum svg_dash dash)
{
	fputs("<line", out);
	put_attribute(out, "x1", x1);
	put_attribute(out, "y1", y1);
	put_attribute(out, "x2", x2);
	put_attribute(out, "y2", y2);
	fprintf(out, " class=\"thin%s s-%s\"/>\n", svg_dash_class(dash), svg_colour_name(colour));
}

void svg_arrow(FILE *out, double x1, double y1, double x2, double y2, enum svg_colour colour)
{
	const double size = 8;
	double length = hypot(x2 - x1, y2 - y1);
	double dx = length > 0 ? (x2 - x1) / length : 1, dy = length > 0 ? (y2 - y1) / length : 0;
	double neck_x = x2 - size * dx, neck_y = y2 - size * dy;
	const double corner[3][2] = {{x2, y2},
				     {neck_x - size / 2.4 * dy, neck_y + size / 2.4 * dx},
				     {neck_x + size / 2.4 * dy, neck_y - size / 2.4 * dx}};

	svg_line(out, x1, y1, neck_x, neck_y, colour, SVG_SOLID);
	fputs("<polygon points=\"", out);
	for (int i = 0; i < 3; i++) {
		svg_put(out, corner[i][0]);
		fputc(',', out);
		svg_put(out, corner[i][1]);
		fputs(i < 2 ? " " : "", out);
	}
	fprintf(out, "\" class=\"f-%s\"/>\n", svg_colour_name(colour));
}

enum { SAMPLE_GAP = 6 }; /* between a sample and its text */

void svg_line_sample(FILE *out, double x, double y, enum svg_colour colour, enum svg_dash dash,
		     const char *text)
{
	fputs("<line", out);
	put_attribute(out, "x1", x);
	put_attribute(out, "y1", y - 4);
	put_attribute(out, "x2", x + SVG_LINE_SAMPLE - SAMPLE_GAP);
	put_attribute(out, "y2", y - 4);
	fprintf(out, " class=\"line%s s-%s\"/>\n", svg_dash_class(dash), svg_colour_name(colour));
	svg_text(out, x + SVG_LINE_SAMPLE, y, SVG_START, SVG_INK, text);
}

void svg_area_sample(FILE *out, double x, double y, enum svg_colour colour, const char *text)
{
	const double side = SVG_AREA_SAMPLE - SAMPLE_GAP;

	put_rect(out, x, y - side + 2, side, side);
	fprintf(out, " stroke-width=\"0.7\" class=\"f-%s s-quiet\"/>\n", svg_colour_name(colour));
	svg_text(out, x + SVG_AREA_SAMPLE, y, SVG_START, SVG_INK, text);
}
