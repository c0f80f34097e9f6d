/*
 * Legends; see legend.h. Everything lies in lines from the top: title and date, name, colours with
 * their numbers or names, length and small print.
 */
#include "legend.h"

#include <math.h>
#include <stdio.h>

enum {
	LEAST = 240, /* pixels across */
	PAD = 8,
	GAP = 5,
	LINE = PICTURE_TEXT_HEIGHT + GAP,
	BAR = 12,       /* height of the ramp */
	BAR_MOST = 480, /* its length */
	CLASS_WIDTH = 200,
	SCALE_MOST = 160, /* length of the scale bar */
	TICK = 3,
	LABEL = 32
};

void legend_colours(struct rgba colour[LEGEND_COLOURS])
{
	colour[LEGEND_PAPER] = (struct rgba){255, 255, 255, 255};
	colour[LEGEND_INK] = (struct rgba){27, 31, 36, 255};
	colour[LEGEND_QUIET] = (struct rgba){89, 98, 108, 255};
	/* 3:1 and more on light and on dark pages. */
	colour[LEGEND_RULE] = (struct rgba){125, 132, 140, 255};
}

uint32_t legend_width(uint32_t width)
{
	return width < LEAST ? LEAST : width;
}

static int within(uint32_t width)
{
	return (int)width - 2 * PAD;
}

/* --- the first two lines --- */

static int words_height(const struct legend *legend)
{
	return 2 * PICTURE_TEXT_HEIGHT + GAP + (*legend->name ? LINE : 0);
}

static void put_words(struct picture *strip, const struct legend *legend, int y)
{
	int room = within(strip->x_size), right = picture_text_width(legend->date, 2);
	unsigned scale = 2;

	if (picture_text_width(legend->title, scale) + right + PAD > room)
		scale = 1;
	right = picture_text_width(legend->date, scale);
	(void)picture_text_within(strip, PAD, y, room - right - PAD, scale, LEGEND_INK,
				  legend->title);
	picture_text(strip, PAD + room - right, y, scale, LEGEND_INK, legend->date);
	(void)picture_text_within(strip, PAD, y + 2 * PICTURE_TEXT_HEIGHT + GAP, room, 1,
				  LEGEND_INK, legend->name);
}

/* --- colours of numbers --- */

static int bar_length(uint32_t width)
{
	return within(width) < BAR_MOST ? within(width) : BAR_MOST;
}

/* Number i of the last one: at its place below the bar, not beyond its ends. */
static void put_number(struct picture *strip, const struct legend *legend, int y, int i, int last)
{
	const struct ramp *ramp = legend->ramp;
	int length = bar_length(strip->x_size), x = PAD + (length - 1) * i / last;
	char text[LABEL];

	(void)snprintf(text, sizeof(text), "%.4g", ramp->low + (ramp->high - ramp->low) * i / last);
	picture_fill(strip, x, y + BAR, 1, TICK, LEGEND_INK);
	x -= i == 0      ? 0
	     : i == last ? picture_text_width(text, 1) - 2
			 : (picture_text_width(text, 1) - 1) / 2;
	picture_text(strip, x, y + BAR + TICK + 2, 1, LEGEND_INK, text);
}

static int ramp_height(void)
{
	return BAR + TICK + 2 + LINE;
}

static void put_ramp(struct picture *strip, const struct legend *legend, int y)
{
	int length = bar_length(strip->x_size), last = length < BAR_MOST / 2 ? 2 : 4;

	for (int x = 0; x < length; x++)
		picture_fill(strip, PAD + x, y, 1, BAR, (uint8_t)(1 + x * RAMP_LEVELS / length));
	for (int i = 0; i <= last; i++)
		put_number(strip, legend, y, i, last);
}

/* --- colours of classes --- */

static int class_columns(uint32_t width)
{
	return within(width) / CLASS_WIDTH < 1 ? 1 : within(width) / CLASS_WIDTH;
}

static int n_classes(const struct legend *legend)
{
	int n = 0;

	for (int i = 0; legend->category && legend->category[i] && i < RAMP_LEVELS; i++)
		n += *legend->category[i] != '\0';
	return n;
}

static int classes_height(const struct legend *legend, uint32_t width)
{
	int columns = class_columns(width);

	return (n_classes(legend) + columns - 1) / columns * LINE;
}

static void put_classes(struct picture *strip, const struct legend *legend, int y)
{
	int columns = class_columns(strip->x_size), n = n_classes(legend);

	for (int i = 0, place = 0; place < n; i++) {
		int x = PAD + place % columns * CLASS_WIDTH, top = y + place / columns * LINE;

		if (!*legend->category[i])
			continue;
		place++;
		picture_fill(strip, x, top, PICTURE_TEXT_HEIGHT, PICTURE_TEXT_HEIGHT,
			     (uint8_t)(i + 1));
		picture_frame(strip, x, top, PICTURE_TEXT_HEIGHT, PICTURE_TEXT_HEIGHT, LEGEND_RULE);
		(void)picture_text_within(strip, x + PICTURE_TEXT_HEIGHT + GAP, top,
					  CLASS_WIDTH - PICTURE_TEXT_HEIGHT - 2 * GAP, 1,
					  LEGEND_INK, legend->category[i]);
	}
}

/* --- lengths --- */

double legend_round_length(double most)
{
	static const double steps[] = {5, 2, 1};
	double power = most > 0 && isfinite(most) ? pow(10, floor(log10(most))) : 0;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i] * power <= most)
			return steps[i] * power;
	return power; /* log10() was a hair above */
}

static int has_scale(const struct legend *legend)
{
	return isnormal(legend->metres) && legend->metres > 0;
}

/* Beside the colours where there is room, else below them. */
static int scale_is_beside(const struct legend *legend, uint32_t width)
{
	return legend->ramp && within(width) - bar_length(width) >= SCALE_MOST + 4 * PAD;
}

static int scale_height(const struct legend *legend, uint32_t width)
{
	return has_scale(legend) && !scale_is_beside(legend, width) ? ramp_height() : 0;
}

static void put_scale(struct picture *strip, const struct legend *legend, int x, int y)
{
	double length = legend_round_length(legend->metres * SCALE_MOST);
	int pixels = (int)lround(length / legend->metres);
	char text[LABEL];

	(void)snprintf(text, sizeof(text), length < 1000 ? "%g m" : "%g km",
		       length < 1000 ? length : length / 1000);
	picture_fill(strip, x, y + BAR - 2, pixels, 2, LEGEND_INK);
	picture_fill(strip, x, y + BAR - 6, 1, 6, LEGEND_INK);
	picture_fill(strip, x + pixels - 1, y + BAR - 6, 1, 6, LEGEND_INK);
	picture_text(strip, x, y + BAR + TICK + 2, 1, LEGEND_INK, text);
}

static int height(const struct legend *legend, uint32_t width)
{
	return 2 * PAD + words_height(legend) +
	       (legend->ramp ? ramp_height() : classes_height(legend, width)) +
	       scale_height(legend, width) + (*legend->note ? LINE : 0);
}

int legend_make(struct picture *strip, const struct legend *legend, uint32_t width,
		struct error *err)
{
	int y = PAD;

	width = legend_width(width);
	if (picture_init(strip, width, (uint32_t)height(legend, width), err))
		return -1;
	picture_fill(strip, 0, 0, (int)strip->x_size, (int)strip->y_size, LEGEND_PAPER);
	put_words(strip, legend, y);
	y += words_height(legend);
	(legend->ramp ? put_ramp : put_classes)(strip, legend, y);
	if (has_scale(legend) && scale_is_beside(legend, width))
		put_scale(strip, legend, (int)width - PAD - SCALE_MOST, y);
	y += legend->ramp ? ramp_height() : classes_height(legend, width);
	if (scale_height(legend, width))
		put_scale(strip, legend, PAD, y);
	y += scale_height(legend, width);
	(void)picture_text_within(strip, PAD, y, within(strip->x_size), 1, LEGEND_QUIET,
				  legend->note);
	return 0;
}
