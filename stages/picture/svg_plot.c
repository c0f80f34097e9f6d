/*
 * Plots: axes with round ticks, curves, ribbons and marks.
 */
#include "svg.h"

#include <math.h>
#include <stdint.h>

enum { TICKS_MOST = 24, TICKS_WANTED = 6 };

static double warp(enum svg_scale scale, double value)
{
	if (scale == SVG_LINEAR)
		return value;
	return scale == SVG_LOG2 ? log2(value) : log10(value);
}

double svg_at(const struct svg_axis *axis, double value)
{
	double low = warp(axis->scale, axis->low), high = warp(axis->scale, axis->high);
	double share = high > low ? (warp(axis->scale, value) - low) / (high - low) : 0.5;

	return axis->from + share * (axis->to - axis->from);
}

/* The next of 1, 2, 5, 10, 20 ... not under it. */
static double round_step(double step)
{
	double power = pow(10, floor(log10(step)));
	double digit = step / power;

	/* The margin takes up the rounding of the division. */
	return power * (digit <= 1.0001 ? 1 : digit <= 2.0001 ? 2 : digit <= 5.0001 ? 5 : 10);
}

void svg_axis_fit(struct svg_axis *axis, double least, double most)
{
	double step;

	if (axis->scale == SVG_LINEAR) {
		axis->low = least < 0 ? least : 0;
		step = round_step((most > axis->low ? most - axis->low : 1) / TICKS_WANTED);
		axis->low = least < 0 ? step * floor(least / step) : 0;
		axis->high = axis->low + step * ceil(fmax(most - axis->low, step) / step - 1e-9);
		return;
	}
	if (axis->scale == SVG_LOG10) {
		axis->low = 1 / round_step(1 / least);
		axis->high = round_step(most);
	} else {
		axis->low = exp2(floor(log2(least) + 1e-9));
		axis->high = exp2(ceil(log2(most) - 1e-9));
	}
	if (axis->high <= axis->low)
		axis->high = axis->low * (axis->scale == SVG_LOG2 ? 2 : 10);
}

static unsigned add_tick(const struct svg_axis *axis, double value, double *tick, unsigned used,
			 unsigned n)
{
	double slack = 1e-9 * (fabs(axis->high) + fabs(axis->low));

	if (used < n && value >= axis->low - slack && value <= axis->high + slack)
		tick[used++] = value;
	return used;
}

/* 1, 2 and 5 of every power of ten, fewer over many of them. */
static unsigned ticks_log10(const struct svg_axis *axis, double *tick, unsigned n)
{
	static const double digits[] = {1, 2, 5};
	int first = (int)floor(log10(axis->low)), last = (int)ceil(log10(axis->high));
	unsigned each = last - first <= 3 ? 3 : 1, used = 0;

	for (int power = first; power <= last; power++)
		for (unsigned i = 0; i < each; i++)
			used = add_tick(axis, digits[i] * pow(10, power), tick, used, n);
	return used;
}

unsigned svg_ticks(const struct svg_axis *axis, double *tick, unsigned n)
{
	unsigned used = 0;

	if (axis->scale == SVG_LOG10)
		return ticks_log10(axis, tick, n);
	if (axis->scale == SVG_LOG2) {
		double first = ceil(log2(axis->low) - 1e-9), last = log2(axis->high) + 1e-9;
		double by = ceil((last - first) / 12);

		for (double power = first; power <= last; power += fmax(by, 1))
			used = add_tick(axis, exp2(power), tick, used, n);
		return used;
	}
	{
		double step = round_step((axis->high - axis->low) / TICKS_WANTED);
		double first = ceil(axis->low / step - 1e-9);

		for (unsigned i = 0; i < n && (first + i) * step <= axis->high + 1e-9 * step; i++)
			used = add_tick(axis, (first + i) * step, tick, used, n);
	}
	return used;
}

void svg_format_number(char text[SVG_LABEL], double value)
{
	bool whole = fabs(value - round(value)) < 1e-9 * fmax(1, fabs(value));

	if (whole && fabs(value) < 1e6)
		(void)snprintf(text, SVG_LABEL, "%lld", llround(value));
	else
		(void)snprintf(text, SVG_LABEL, "%.4g", value);
}

void svg_format_percent(char text[SVG_LABEL], double value)
{
	(void)snprintf(text, SVG_LABEL, "%.3g %%", 100 * value);
}

void svg_format_seconds(char text[SVG_LABEL], double value)
{
	if (value == 0 || fabs(value) >= 1)
		(void)snprintf(text, SVG_LABEL, "%.3g s", value);
	else if (fabs(value) >= 1e-3)
		(void)snprintf(text, SVG_LABEL, "%.3g ms", 1e3 * value);
	else
		(void)snprintf(text, SVG_LABEL, "%.3g us", 1e6 * value);
}

static void label_of(char text[SVG_LABEL], const struct svg_axis *axis, double value)
{
	(axis->format ? axis->format : svg_format_number)(text, value);
}

static void frame_x(FILE *out, const struct svg_plot *plot, const double *ticks, unsigned n)
{
	double bottom = plot->y.from, last = -1e9;

	for (unsigned i = 0; i < n; i++) {
		double x = svg_at(&plot->x, ticks[i]);
		char text[SVG_LABEL];
		double half;

		label_of(text, &plot->x, ticks[i]);
		half = svg_text_width(text, SVG_TEXT_SIZE) / 2;
		svg_line(out, x, bottom, x, plot->y.to, SVG_GRID, SVG_SOLID);
		if (x - half < last)
			continue; /* it would touch its neighbour */
		svg_text(out, x, bottom + 18, SVG_MIDDLE, SVG_QUIET, text);
		last = x + half + 6;
	}
	if (plot->x.title)
		svg_text(out, (plot->x.from + plot->x.to) / 2, bottom + 38, SVG_MIDDLE, SVG_INK,
			 plot->x.title);
}

static void frame_y(FILE *out, const struct svg_plot *plot)
{
	double tick[TICKS_MOST], left = plot->x.from;
	unsigned n = svg_ticks(&plot->y, tick, TICKS_MOST);

	for (unsigned i = 0; i < n; i++) {
		double y = svg_at(&plot->y, tick[i]);
		char text[SVG_LABEL];

		label_of(text, &plot->y, tick[i]);
		svg_line(out, left, y, plot->x.to, y, SVG_GRID, SVG_SOLID);
		svg_text(out, left - 8, y + 4, SVG_END, SVG_QUIET, text);
	}
	if (plot->y.title)
		svg_upright_text(out, left - 62, (plot->y.from + plot->y.to) / 2, SVG_MIDDLE,
				 SVG_INK, plot->y.title);
}

void svg_frame(FILE *out, const struct svg_plot *plot, const double *ticks, unsigned n)
{
	double own[TICKS_MOST];

	if (!ticks) {
		n = svg_ticks(&plot->x, own, TICKS_MOST);
		ticks = own;
	}
	frame_y(out, plot);
	frame_x(out, plot, ticks, n);
	svg_line(out, plot->x.from, plot->y.from, plot->x.to, plot->y.from, SVG_QUIET, SVG_SOLID);
}

static void put_four(FILE *out, double a, double b, double c, double d)
{
	const double value[4] = {a, b, c, d};

	for (int i = 0; i < 4; i++) {
		svg_put(out, value[i]);
		fputs(i < 3 ? " " : "", out);
	}
}

/* An inner <svg> cuts off what reaches beyond it; with this view box its coordinates are ours. */
void svg_clip_open(FILE *out, const struct svg_plot *plot)
{
	double x = plot->x.from, y = plot->y.to;
	double width = plot->x.to - x, height = plot->y.from - y;

	fputs("<svg overflow=\"hidden\" x=\"", out);
	svg_put(out, x);
	fputs("\" y=\"", out);
	svg_put(out, y);
	fputs("\" width=\"", out);
	svg_put(out, width);
	fputs("\" height=\"", out);
	svg_put(out, height);
	fputs("\" viewBox=\"", out);
	put_four(out, x, y, width, height);
	fputs("\">\n", out);
}

void svg_clip_close(FILE *out)
{
	fputs("</svg>\n", out);
}

static void put_point(FILE *out, char command, double x, double y)
{
	fputc(command, out);
	svg_put(out, x);
	fputc(' ', out);
	svg_put(out, y);
}

void svg_curve(FILE *out, const struct svg_plot *plot, const double *x, const double *y, unsigned n,
	       enum svg_colour colour, enum svg_dash dash)
{
	bool joined = false;

	fputs("<path d=\"", out);
	for (unsigned i = 0; i < n; i++) {
		double at_x = svg_at(&plot->x, x[i]), at_y = svg_at(&plot->y, y[i]);
		bool there = isfinite(at_x) && isfinite(at_y);

		if (there)
			put_point(out, joined ? 'L' : 'M', at_x, at_y);
		joined = there;
	}
	fprintf(out, "\" class=\"line%s s-%s\"/>\n", svg_dash_class(dash), svg_colour_name(colour));
}

void svg_ribbon(FILE *out, const struct svg_plot *plot, const double *x, const double *low,
		const double *high, unsigned n, enum svg_colour colour)
{
	if (!n)
		return;
	fputs("<path d=\"", out);
	for (unsigned i = 0; i < n; i++)
		put_point(out, i ? 'L' : 'M', svg_at(&plot->x, x[i]), svg_at(&plot->y, high[i]));
	for (unsigned i = n; i-- > 0;)
		put_point(out, 'L', svg_at(&plot->x, x[i]), svg_at(&plot->y, low[i]));
	fprintf(out, "Z\" class=\"ribbon f-%s\"/>\n", svg_colour_name(colour));
}

void svg_mark_y(FILE *out, const struct svg_plot *plot, double y, enum svg_colour colour,
		const char *label)
{
	double at = svg_at(&plot->y, y);

	if (!isfinite(at) || at > plot->y.from + 0.5 || at < plot->y.to - 0.5)
		return;
	svg_line(out, plot->x.from, at, plot->x.to, at, colour, SVG_DASHED);
	svg_halo_text(out, plot->x.to - 4, at - 5, SVG_END, colour, label);
}

void svg_shade_x(FILE *out, const struct svg_plot *plot, double low, double high,
		 enum svg_colour colour)
{
	double from = fmax(svg_at(&plot->x, low), plot->x.from);
	double to = fmin(svg_at(&plot->x, high), plot->x.to);

	if (!(to > from))
		return;
	fputs("<path d=\"", out);
	put_point(out, 'M', from, plot->y.from);
	put_point(out, 'L', to, plot->y.from);
	put_point(out, 'L', to, plot->y.to);
	put_point(out, 'L', from, plot->y.to);
	fprintf(out, "Z\" class=\"shade f-%s\"/>\n", svg_colour_name(colour));
}
