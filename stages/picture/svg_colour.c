/*
 * The colours of pictures, in one table, and the style rules made from it. Series: M. Okabe and
 * K. Ito, "Color Universal Design" (2008), their blue, vermilion, green, purple, orange, sky blue
 * and black; some darker, so that all stand out from paper by 3 to 1 at least; in dark
 * surroundings lighter shades of the same hues.
 */
#include "svg.h"

#include <math.h>
#include <string.h>

static const struct {
	const char *name, *light, *dark;
} colours[N_SVG_COLOURS] = {
	[SVG_PAPER] = {"paper", "#ffffff", "#16191d"},
	[SVG_PANEL] = {"panel", "#f1f3f5", "#232830"},
	[SVG_INK] = {"ink", "#1b1f24", "#e6e9ed"},
	[SVG_QUIET] = {"quiet", "#59626c", "#a3adb8"},
	[SVG_GRID] = {"grid", "#dde1e5", "#363d46"},
	[SVG_WARN] = {"warn", "#b3261e", "#ff8a7a"},
	[SVG_SERIES_1] = {"series-1", "#0072b2", "#5ab4f0"},
	[SVG_SERIES_2] = {"series-2", "#d55e00", "#ff9d52"},
	[SVG_SERIES_3] = {"series-3", "#009e73", "#3fd6a8"},
	[SVG_SERIES_4] = {"series-4", "#b35a90", "#e79ac8"},
	[SVG_SERIES_5] = {"series-5", "#857300", "#f2c14e"},
	[SVG_SERIES_6] = {"series-6", "#2f8fc6", "#a5d8f7"},
	[SVG_SERIES_7] = {"series-7", "#444b52", "#c4cbd3"},
	[SVG_COMMUNICATION] = {"communication", "#e5484d", "#ff6b70"},
	[SVG_DISK] = {"disk", "#d4740a", "#f7a541"},
	[SVG_SERIALISATION] = {"serialisation", "#87909a", "#8b939c"},
	[SVG_IDLE] = {"idle", "#ffffff", "#16191d"},
	[SVG_ERROR] = {"error", "#000000", "#f5f5f5"},
};

enum svg_colour svg_series(unsigned i)
{
	return (enum svg_colour)(SVG_SERIES_1 + i % N_SVG_SERIES);
}

const char *svg_colour_name(enum svg_colour colour)
{
	return colours[colour].name;
}

static const char *value_of(int colour, bool dark)
{
	return dark ? colours[colour].dark : colours[colour].light;
}

/* Plain classes, no custom properties: not every program that shows SVG knows var(). */
static void put_classes(FILE *out, bool dark)
{
	for (int i = 0; i < N_SVG_COLOURS; i++)
		fprintf(out, ".f-%s{fill:%s}.s-%s{stroke:%s}", colours[i].name, value_of(i, dark),
			colours[i].name, value_of(i, dark));
	fprintf(out, ".halo{stroke:%s}", value_of(SVG_PAPER, dark));
}

void svg_rules(FILE *out)
{
	fputs("svg text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,"
	      "sans-serif;font-variant-numeric:tabular-nums}svg text.small{font-size:10.5px}"
	      ".line{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}"
	      ".thin{fill:none;stroke-width:1}.ribbon{stroke:none;fill-opacity:.2}"
	      ".shade{stroke:none;fill-opacity:.12}.dashed{stroke-dasharray:6 4}"
	      ".dotted{stroke-dasharray:1 4;stroke-linecap:round}"
	      ".halo{stroke-width:3.5;stroke-linejoin:round;paint-order:stroke}",
	      out);
	put_classes(out, false);
	fputs("@media screen and (prefers-color-scheme:dark){", out);
	put_classes(out, true);
	fputs("}", out);
}

void svg_properties(FILE *out)
{
	for (int dark = 0; dark < 2; dark++) {
		fputs(dark ? "@media screen and (prefers-color-scheme:dark){:root{" : ":root{",
		      out);
		for (int i = 0; i < N_SVG_COLOURS; i++)
			fprintf(out, "--%s:%s;", colours[i].name, value_of(i, dark));
		fputs(dark ? "}}" : "}", out);
	}
}

/* Nine even steps of viridis, by S. van der Walt and N. Smith (matplotlib). */
enum { RAMP_STEPS = 9 };
static const unsigned char viridis[RAMP_STEPS][3] = {
	{68, 1, 84},    {71, 45, 123}, {59, 82, 139},  {44, 114, 142}, {33, 145, 140},
	{40, 174, 128}, {94, 201, 98}, {173, 220, 48}, {253, 231, 37},
};

const char *svg_ramp_colour(char buf[8], double value)
{
	double at = fmin(fmax(value, 0), 1) * (RAMP_STEPS - 1);
	int step = at < RAMP_STEPS - 1 ? (int)at : RAMP_STEPS - 2;
	unsigned rgb[3];

	if (isnan(value))
		return strcpy(buf, "#8b939c");
	for (int i = 0; i < 3; i++)
		rgb[i] = (unsigned)lround(viridis[step][i] +
					  (at - step) * (viridis[step + 1][i] - viridis[step][i])) &
			 255;
	(void)snprintf(buf, 8, "#%02x%02x%02x", rgb[0], rgb[1], rgb[2]);
	return buf;
}
