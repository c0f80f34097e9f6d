/*
 * Pictures as SVG: shapes, text, and plots on linear or logarithmic axes. Written straight to a
 * stream; nothing is kept. A picture stands in an HTML page (page.h) or is a file of its own.
 *
 * Lengths are user units (CSS pixels at the picture's own size), x to the right, y down. Numbers
 * are written with a point whatever the locale; text may hold any byte: markup is escaped, and
 * what is not printable is shown as include/printable.h says. Nothing refers to anything outside
 * the picture.
 *
 * Failure to write is the stream's: look at ferror() once, at the end. Thread-safe for streams
 * that are not shared.
 */
#ifndef IMGPIPE_SVG_H
#define IMGPIPE_SVG_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Colours by their part in a picture; each has a value for light and one for dark surroundings
 * (prefers-color-scheme), in the table of svg_colour.c. The series are Okabe and Ito's, which
 * people with any common colour blindness can tell apart. The last group are the colours of Dask's
 * dashboard, which users know.
 */
enum svg_colour {
	SVG_PAPER, /* behind everything */
	SVG_PANEL, /* boxes */
	SVG_INK,
	SVG_QUIET, /* text and lines that step back */
	SVG_GRID,
	SVG_WARN, /* limits, refusals */
	SVG_SERIES_1,
	SVG_SERIES_2,
	SVG_SERIES_3,
	SVG_SERIES_4,
	SVG_SERIES_5,
	SVG_SERIES_6,
	SVG_SERIES_7,
	SVG_COMMUNICATION, /* red */
	SVG_DISK,          /* orange */
	SVG_SERIALISATION, /* grey */
	SVG_IDLE,          /* as paper */
	SVG_ERROR,         /* black; near white in dark */
	N_SVG_COLOURS
};
enum { N_SVG_SERIES = SVG_SERIES_7 - SVG_SERIES_1 + 1 };

/* Series i of a plot, from 0; they repeat after N_SVG_SERIES. */
enum svg_colour svg_series(unsigned i);

/*
 * The rules for svg_* pictures, without <style> around them: classes f-NAME (fill), s-NAME
 * (stroke) for each colour. A page has them once; svg_open() puts them in where alone.
 */
void svg_rules(FILE *out);
/* The same colours as custom properties --NAME, for HTML. */
void svg_properties(FILE *out);
const char *svg_colour_name(enum svg_colour colour);

/*
 * Colour of a value 0 to 1 (NaN: grey): viridis, dark to bright, colour-blind-safe and the same in
 * light and dark. Returns buf, "#rrggbb".
 */
const char *svg_ramp_colour(char buf[8], double value);

/* --- elements --- */

/*
 * Begin a picture; `label` says in a sentence what it shows, for those who do not see it. alone:
 * a file of its own, with style and paper.
 */
void svg_open(FILE *out, double width, double height, const char *label, bool alone);
void svg_close(FILE *out);

/* Text with markup escaped, for what the functions below do not do; of the second n bytes at most.
 */
void svg_escape(FILE *out, const char *text);
void svg_escape_part(FILE *out, const char *text, size_t n);
/* At most three decimals, no exponent, no locale; 0 if not finite. */
void svg_put(FILE *out, double value);

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };
/* y is the base line; "small" text has a height of 10.5. */
enum { SVG_TEXT_SIZE = 12 };
void svg_text(FILE *out, double x, double y, enum svg_anchor anchor, enum svg_colour colour,
	      const char *text);
void svg_small_text(FILE *out, double x, double y, enum svg_anchor anchor, enum svg_colour colour,
		    const char *text);
/* Turned by a quarter, read from below. */
void svg_upright_text(FILE *out, double x, double y, enum svg_anchor anchor, enum svg_colour colour,
		      const char *text);
/* Text on what is behind it: a halo in the paper's colour keeps lines out of the letters. */
void svg_halo_text(FILE *out, double x, double y, enum svg_anchor anchor, enum svg_colour colour,
		   const char *text);
/* Rough width of text in a sans-serif face of that size, for layout. */
double svg_text_width(const char *text, double size);

/* tip: shown while the pointer rests on it (<title>); NULL for none. */
void svg_rect(FILE *out, double x, double y, double width, double height, enum svg_colour fill,
	      const char *tip);
/* A cell in a colour of a ramp. */
void svg_cell(FILE *out, double x, double y, double width, double height, const char *fill,
	      const char *tip);
/* Outlined, with round corners and up to two centred lines of text (NULL: none). */
void svg_box(FILE *out, double x, double y, double width, double height, enum svg_colour outline,
	     const char *first, const char *second);
void svg_dot(FILE *out, double x, double y, double radius, enum svg_colour fill, const char *tip);
enum svg_dash { SVG_SOLID, SVG_DASHED, SVG_DOTTED };
/* Its class behind another one: "", " dashed". Static. */
const char *svg_dash_class(enum svg_dash dash);
void svg_line(FILE *out, double x1, double y1, double x2, double y2, enum svg_colour colour,
	      enum svg_dash dash);
/* A line with a head at its end. */
void svg_arrow(FILE *out, double x1, double y1, double x2, double y2, enum svg_colour colour);

/* --- plots --- */

enum svg_scale { SVG_LINEAR, SVG_LOG2, SVG_LOG10 };
enum { SVG_LABEL = 32 };
typedef void svg_format(char text[SVG_LABEL], double value);

struct svg_axis {
	enum svg_scale scale;
	double low, high; /* values at its two ends; over 0 if logarithmic */
	double from, to;  /* where these are in the picture */
	const char *title;
	svg_format *format; /* of its ticks; NULL: svg_format_number */
};

svg_format svg_format_number;  /* 0.25, 1024, 1.5e+06 */
svg_format svg_format_percent; /* of a share: 0.25 is "25 %" */
svg_format svg_format_seconds; /* "20 ms", "1.5 s" */

/* Room for values from least to most, with steps that are round numbers; linear from 0 on. */
void svg_axis_fit(struct svg_axis *axis, double least, double most);
/* Place of a value, also beyond the ends. */
double svg_at(const struct svg_axis *axis, double value);
/* Round values on the axis, ascending, at most n of them; how many. */
unsigned svg_ticks(const struct svg_axis *axis, double *tick, unsigned n);

struct svg_plot {
	struct svg_axis x, y;
};

/* Grid, ticks, labels and titles; x below, y to the left. ticks/n: of x, NULL: round values. */
void svg_frame(FILE *out, const struct svg_plot *plot, const double *ticks, unsigned n);
/* What is drawn between these two is cut at the plot's edges. */
void svg_clip_open(FILE *out, const struct svg_plot *plot);
void svg_clip_close(FILE *out);
/* Points joined by a line; a value that is not finite makes a gap. */
void svg_curve(FILE *out, const struct svg_plot *plot, const double *x, const double *y, unsigned n,
	       enum svg_colour colour, enum svg_dash dash);
/* The space between low and high, shaded. All finite. */
void svg_ribbon(FILE *out, const struct svg_plot *plot, const double *x, const double *low,
		const double *high, unsigned n, enum svg_colour colour);
/*
 * Dashed lines at values of x, labelled above the plot in as few rows as they need: leave
 * svg_marks_height() free above plot->y.to, which does not depend on y. Those beyond the axis are
 * left out.
 */
enum { SVG_MARKS_MOST = 8, SVG_MARK_ROW = 15 };
struct svg_mark {
	double x;
	const char *label;
};
double svg_marks_height(const struct svg_axis *x, const struct svg_mark *mark, unsigned n);
void svg_marks(FILE *out, const struct svg_plot *plot, const struct svg_mark *mark, unsigned n);
/* A dashed line at one value of y, over the whole plot, labelled above its right end. */
void svg_mark_y(FILE *out, const struct svg_plot *plot, double y, enum svg_colour colour,
		const char *label);
/* Shade x from low to high (to the plot's edges at most). */
void svg_shade_x(FILE *out, const struct svg_plot *plot, double low, double high,
		 enum svg_colour colour);
/*
 * A line, or an area, as a legend shows it, and what it is; y is the text's base line. From the
 * left edge of a sample to its text:
 */
enum { SVG_LINE_SAMPLE = 28, SVG_AREA_SAMPLE = 18 };
void svg_line_sample(FILE *out, double x, double y, enum svg_colour colour, enum svg_dash dash,
		     const char *text);
void svg_area_sample(FILE *out, double x, double y, enum svg_colour colour, const char *text);

/*
 * A legend: entries side by side between two edges, in a new row where one is full. With `out` NULL
 * they are only laid out: `y`, the base line of the last row, tells how high it is.
 */
struct svg_legend {
	double from, to, x, y;
};
struct svg_legend svg_legend_at(double from, double to);
void svg_legend_line(FILE *out, struct svg_legend *legend, enum svg_colour colour,
		     enum svg_dash dash, const char *text);
void svg_legend_area(FILE *out, struct svg_legend *legend, enum svg_colour colour,
		     const char *text);
/* For an entry of the caller's own, so wide: where it begins, on the base line legend->y. */
double svg_legend_take(struct svg_legend *legend, double width);
/* The next entry begins a row. */
void svg_legend_row(struct svg_legend *legend);

#endif
