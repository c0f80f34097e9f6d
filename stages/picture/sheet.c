/*
 * Pages of contact sheets; see sheet.h. A page has one table of colours for all its pictures, so
 * ramps have fewer levels here.
 */
#include "sheet.h"

#include <string.h>

#include "png.h"

enum {
	PAD = 8,
	LINE = PICTURE_TEXT_HEIGHT + 3,
	SIDE = THUMBNAIL_SIDE_MOST,
	CELL_WIDTH = SIDE + 2 * PAD,
	CELL_HEIGHT = SIDE + 2 * LINE + 2 * PAD,
	HEAD = 2 * PICTURE_TEXT_HEIGHT + 2 * PAD,
	BAR = 10,
	FOOT = 2 * LINE + BAR + 2 * PAD,
	LEAST_COLUMNS = 2,
	REASON_LINES = 9,
	REASON_LETTERS = (SIDE - 4 * PAD) / PICTURE_TEXT_ADVANCE,
	LEVELS = 100,
	CLASSES = 40
};

/* The table of colours. */
enum {
	PAPER = 0,
	FIRST_DIVERGING = 1,
	FIRST_SEQUENTIAL = FIRST_DIVERGING + LEVELS,
	FIRST_CLASS = FIRST_SEQUENTIAL + LEVELS,
	INK = FIRST_CLASS + CLASSES,
	QUIET,
	RULE,
	NO_DATA,
	CROSS,
	N_COLOURS
};

static void set_colours(struct picture *page)
{
	static const struct rgba fixed[] = {
		{27, 31, 36, 255},    {89, 98, 108, 255}, {200, 205, 210, 255},
		{221, 225, 229, 255}, {179, 38, 30, 255},
	};

	page->n_colours = N_COLOURS;
	for (unsigned i = 0; i < N_COLOURS; i++)
		page->colour[i] = (struct rgba){255, 255, 255, 255};
	for (unsigned i = 0; i < LEVELS; i++) {
		double at = (double)i / (LEVELS - 1);

		page->colour[FIRST_DIVERGING + i] = ramp_colour(RAMP_DIVERGING, at);
		page->colour[FIRST_SEQUENTIAL + i] = ramp_colour(RAMP_SEQUENTIAL, at);
	}
	memcpy(&page->colour[INK], fixed, sizeof(fixed));
}

/* --- the page --- */

static unsigned columns_for(unsigned n_cells)
{
	unsigned columns = LEAST_COLUMNS;

	while (columns < SHEET_COLUMNS && columns * columns < n_cells)
		columns++;
	return columns;
}

static unsigned n_classes(const char *const *category)
{
	unsigned n = 0;

	for (unsigned i = 0; category && category[i] && i < CLASSES; i++)
		n += *category[i] != '\0';
	return n;
}

/* Of `lines` with names of classes. */
static uint32_t page_height(unsigned rows, unsigned lines)
{
	return HEAD + rows * CELL_HEIGHT + FOOT + (lines ? lines * LINE + PAD : 0);
}

size_t sheet_bytes(void)
{
	const unsigned lines = (CLASSES + SHEET_COLUMNS - 1) / SHEET_COLUMNS;

	return picture_bytes(SHEET_COLUMNS * CELL_WIDTH, page_height(SHEET_ROWS, lines)) +
	       PNG_FILE_BYTES;
}

int sheet_init(struct sheet *sheet, unsigned n_cells, const char *title,
	       const char *const *category, struct error *err)
{
	unsigned columns = columns_for(n_cells);
	unsigned lines = (n_classes(category) + columns - 1) / columns;

	*sheet = (struct sheet){.columns = columns, .category = category};
	if (picture_init(&sheet->page, columns * CELL_WIDTH,
			 page_height((n_cells + columns - 1) / columns, lines), err))
		return -1;
	set_colours(&sheet->page);
	(void)picture_text_within(&sheet->page, PAD, PAD, (int)sheet->page.x_size - 2 * PAD,
				  columns > 3 ? 2 : 1, INK, title);
	return 0;
}

void sheet_release(struct sheet *sheet)
{
	picture_release(&sheet->page);
}

/* --- cells --- */

static uint8_t colour_on_page(const struct thumbnail *t, uint8_t pixel)
{
	unsigned level = pixel - 1U;

	if (!pixel)
		return NO_DATA;
	if (!t->numbers)
		return (uint8_t)(FIRST_CLASS + (level < CLASSES ? level : CLASSES - 1));
	level = (level < RAMP_LEVELS ? level : RAMP_LEVELS - 1) * LEVELS / RAMP_LEVELS;
	return (uint8_t)((t->ramp.kind == RAMP_DIVERGING ? FIRST_DIVERGING : FIRST_SEQUENTIAL) +
			 level);
}

static void put_thumbnail(struct sheet *sheet, const struct thumbnail *t, int x, int y)
{
	int times = (int)thumbnail_times(&t->picture);
	int left = x + (SIDE - times * (int)t->picture.x_size) / 2;
	int top = y + (SIDE - times * (int)t->picture.y_size) / 2;

	if (!t->numbers) { /* one of them is as white as the paper */
		memcpy(&sheet->page.colour[FIRST_CLASS], &t->picture.colour[1],
		       CLASSES * sizeof(struct rgba));
		picture_frame(&sheet->page, left - 1, top - 1, times * (int)t->picture.x_size + 2,
			      times * (int)t->picture.y_size + 2, QUIET);
	}
	for (uint32_t row = 0; row < t->picture.y_size; row++)
		for (uint32_t column = 0; column < t->picture.x_size; column++)
			picture_fill(&sheet->page, left + times * (int)column,
				     top + times * (int)row, times, times,
				     colour_on_page(t, picture_row(&t->picture, row)[column]));
}

/* How many bytes of the text go into a line: to the last space that fits, if there is one. */
static size_t line_bytes(const char *text)
{
	size_t n = strlen(text), i = REASON_LETTERS;

	if (n <= REASON_LETTERS)
		return n;
	while (i && text[i] != ' ')
		i--;
	return i ? i : REASON_LETTERS;
}

/* The line is moved behind; what is behind that, too, stays out where it is the last one. */
static void next_line(char line[REASON_LETTERS + 1], const char **reason, bool last)
{
	static const char more[] = "...";
	size_t n = line_bytes(*reason);

	memcpy(line, *reason, n);
	line[n] = '\0';
	*reason += n;
	*reason += strspn(*reason, " ");
	if (!last || !**reason)
		return;
	n = n + sizeof(more) > REASON_LETTERS ? REASON_LETTERS + 1 - sizeof(more) : n;
	memcpy(line + n, more, sizeof(more));
}

static int n_lines(const char *reason)
{
	char line[REASON_LETTERS + 1];
	int n = 0;

	for (; *reason && n < REASON_LINES; n++)
		next_line(line, &reason, false);
	return n;
}

/* On paper, so that the cross does not run through the letters. */
static void put_reason(struct picture *page, const char *reason, int x, int y)
{
	const int n = n_lines(reason);
	char text[REASON_LETTERS + 1];

	for (int line = 0; line < n; line++) {
		int top = y + (2 * line - n) * LINE / 2, width;

		next_line(text, &reason, line == n - 1);
		width = picture_text_width(text, 1);
		picture_fill(page, x + (SIDE - width) / 2 - 3, top - 3, width + 6, LINE + 3, PAPER);
		picture_text(page, x + (SIDE - width) / 2, top, 1, INK, text);
	}
}

static void put_cross(struct picture *page, const char *reason, int x, int y)
{
	picture_frame(page, x, y, SIDE, SIDE, CROSS);
	picture_line(page, x, y, x + SIDE - 1, y + SIDE - 1, CROSS);
	picture_line(page, x, y + SIDE - 1, x + SIDE - 1, y, CROSS);
	put_reason(page, reason, x, y + SIDE / 2);
}

/* What its colours mean stands at the foot, once for each. */
static void note_ramp(struct sheet *sheet, const struct thumbnail *t)
{
	unsigned i = 0;

	if (!t->numbers || t->own_range)
		return;
	while (i < sheet->n_ramps && strcmp(sheet->ramp[i].title, t->title) != 0)
		i++;
	if (i < sheet->n_ramps || i >= sheet->columns)
		return;
	memcpy(sheet->ramp[i].title, t->title, sizeof(t->title));
	sheet->ramp[i].ramp = t->ramp;
	sheet->n_ramps++;
}

void sheet_put(struct sheet *sheet, unsigned i, const struct sheet_cell *cell)
{
	struct picture *page = &sheet->page;
	int x = (int)(i % sheet->columns) * CELL_WIDTH + PAD;
	int y = (int)(i / sheet->columns) * CELL_HEIGHT + HEAD;

	if (cell->thumbnail) {
		put_thumbnail(sheet, cell->thumbnail, x, y);
		note_ramp(sheet, cell->thumbnail);
		sheet->any_picture = true;
	} else {
		put_cross(page, cell->reason, x, y);
	}
	(void)picture_text_within(page, x, y + SIDE + PAD / 2, SIDE, 1, INK, cell->first);
	(void)picture_text_within(page, x, y + SIDE + PAD / 2 + LINE, SIDE, 1, QUIET, cell->second);
}

/* --- the foot --- */

static void put_number(struct picture *page, int x, int y, double value, int anchor)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%.4g", value);
	picture_text(page, x - picture_text_width(text, 1) * anchor / 2, y, 1, INK, text);
}

static void put_ramp(struct picture *page, const struct sheet_ramp *r, int x, int y)
{
	const uint8_t first = r->ramp.kind == RAMP_DIVERGING ? FIRST_DIVERGING : FIRST_SEQUENTIAL;

	picture_text(page, x, y, 1, INK, r->title);
	for (int i = 0; i < SIDE; i++)
		picture_fill(page, x + i, y + LINE, 1, BAR, (uint8_t)(first + i * LEVELS / SIDE));
	put_number(page, x, y + LINE + BAR + 2, r->ramp.low, 0);
	put_number(page, x + SIDE / 2, y + LINE + BAR + 2, (r->ramp.low + r->ramp.high) / 2, 1);
	put_number(page, x + SIDE, y + LINE + BAR + 2, r->ramp.high, 2);
}

static void put_swatch(struct picture *page, int x, int y, uint8_t colour, const char *text)
{
	picture_fill(page, x, y, BAR, BAR, colour);
	if (colour != NO_DATA)
		picture_frame(page, x, y, BAR, BAR, QUIET);
	(void)picture_text_within(page, x + BAR + PAD, y + 1, SIDE - BAR - PAD, 1, INK, text);
}

static void put_classes(struct sheet *sheet, int y)
{
	const unsigned n = n_classes(sheet->category);

	for (unsigned i = 0, place = 0; place < n; i++) {
		if (!*sheet->category[i])
			continue;
		put_swatch(&sheet->page, (int)(place % sheet->columns) * CELL_WIDTH + PAD,
			   y + (int)(place / sheet->columns) * LINE, (uint8_t)(FIRST_CLASS + i),
			   sheet->category[i]);
		place++;
	}
}

int sheet_write(struct sheet *sheet, FILE *out, const char *title, struct error *err)
{
	const unsigned n = n_classes(sheet->category);
	const int lines = (int)((n + sheet->columns - 1) / sheet->columns);
	int y = (int)sheet->page.y_size - FOOT - (n ? lines * LINE + PAD : 0) + PAD / 2;

	for (unsigned i = 0; i < sheet->n_ramps; i++)
		put_ramp(&sheet->page, &sheet->ramp[i], (int)i * CELL_WIDTH + PAD, y);
	if (sheet->any_picture && sheet->n_ramps < sheet->columns) /* beside the ramps */
		put_swatch(&sheet->page, (int)sheet->n_ramps * CELL_WIDTH + PAD, y + LINE, NO_DATA,
			   "no value (no data or masked)");
	put_classes(sheet, y + FOOT - PAD);
	return png_write(out, &sheet->page, SHEET_SOFTWARE, title, err);
}
