/*
 * Pictures in reports: contact sheets by date and page, what failed is crossed out, own sheets
 * alone are replaced; pictures within the run's page, and links beyond their limit.
 */
#include "report_fixture.h"

#include <png.h>

#include "../random.h"
#include "picture/png.h"
#include "picture/sheet.h"
#include "output/maps.h"
#include "report/report_target.h"
#include "report/sheet_pages.h"
#include "report/sheet_store.h"

enum { N_SCENES = 60, CELL_WIDTH = 272, CELL_HEIGHT = 296, HEAD = 34, PAD = 8 };

#define TITLE "60 pictures, 1 scene without, 2000-07-01 to 2059-07-01; page 1 of 2"

struct page {
	uint32_t x_size, y_size;
	uint8_t *pixels; /* RGB */
};

static struct page read_page(const char *path)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	struct page page;

	assert_int_not_equal(png_image_begin_read_from_file(&image, path), 0);
	image.format = PNG_FORMAT_RGB;
	page = (struct page){image.width, image.height, malloc(PNG_IMAGE_SIZE(image))};
	assert_non_null(page.pixels);
	assert_int_not_equal(png_image_finish_read(&image, NULL, page.pixels, 0, NULL), 0);
	return page;
}

static const uint8_t *pixel_at(const struct page *page, unsigned x, unsigned y)
{
	assert_true(x < page->x_size && y < page->y_size);
	return page->pixels + 3 * ((size_t)y * page->x_size + x);
}

/* In the middle of cell i of a page of six columns. */
static const uint8_t *cell(const struct page *page, unsigned i, unsigned x, unsigned y)
{
	return pixel_at(page, i % 6 * CELL_WIDTH + PAD + x, i / 6 * CELL_HEIGHT + HEAD + y);
}

static void fill_thumbnail(struct thumbnail *t, uint32_t x_size, uint32_t y_size, int level)
{
	*t = (struct thumbnail){.title = "NDVI", .numbers = true, .ramp = ramp_make(-1, 1)};
	assert_int_equal(picture_init(&t->picture, x_size, y_size, NULL), 0);
	t->picture.n_colours = RAMP_LEVELS + 1;
	ramp_colours(t->picture.colour, RAMP_DIVERGING);
	memset(t->picture.pixel, level, (size_t)x_size * y_size);
}

/* On a sheet 100 levels stand for 250. */
static void assert_level(const uint8_t *pixel, int level)
{
	struct rgba c = ramp_colour(RAMP_DIVERGING, (level - 1) * 100 / 250 / 99.);

	assert_int_equal(pixel[0], c.red);
	assert_int_equal(pixel[1], c.green);
	assert_int_equal(pixel[2], c.blue);
}

static char *read_whole(const char *path)
{
	FILE *in = fopen(path, "r");
	struct stat st;
	char *text;

	assert_non_null(in);
	assert_int_equal(fstat(fileno(in), &st), 0);
	text = calloc(1, (size_t)st.st_size + 1);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, (size_t)st.st_size, in), st.st_size);
	(void)fclose(in);
	return text;
}

/* N_SCENES, the newest first, with levels 1, 5, 9 ... by date; then the failed one, without one. */
static int write_sheet(struct fixture *f, const char *path, struct error *err)
{
	struct report_set *set;
	int rc = 0;

	f->options.reports.n = 0;
	assert_int_equal(report_want(&f->options.reports, &report_sheet.option, path, err), 0);
	f->plan.n_scenes = N_SCENES + 1;
	if (report_set_open(&set, &f->plan, &f->options, err))
		return -1;
	for (int i = N_SCENES - 1; rc == 0 && i >= 0; i--) {
		struct output_file file = {0};
		struct thumbnail t;

		fill_thumbnail(&t, 256, 128, 1 + 4 * i);
		file.thumbnail = &t;
		f->good_result.n_files = 1;
		f->good_result.file = &file;
		snprintf(f->good.acquired, sizeof(f->good.acquired), "20%02d-07-01", i);
		rc = report_set_scene(set, &f->good_result, err);
		picture_release(&t.picture);
	}
	f->bad.acquired[0] = '\0';
	rc = rc || report_set_scene(set, &f->bad_result, err) ||
	     report_set_commit(set, &f->totals, err);
	report_set_free(set);
	f->good_result.n_files = 0;
	return rc ? -1 : 0;
}

static void test_pages(void **state)
{
	static const uint8_t cross[] = {179, 38, 30}, paper[] = {255, 255, 255};
	struct fixture *f = *state;
	char first[128], second[128], third[128];
	struct error err = {0};
	struct page page;
	char *text;

	snprintf(first, sizeof(first), "%s/all.png", f->folder);
	snprintf(second, sizeof(second), "%s/all-2.png", f->folder);
	snprintf(third, sizeof(third), "%s/all-3.png", f->folder);
	assert_int_equal(write_sheet(f, first, &err), 0);
	text = read_whole(first);
	assert_non_null(memmem(text, 2000, TITLE, sizeof(TITLE) - 1));
	free(text);
	page = read_page(first);
	assert_int_equal(page.x_size, 6 * CELL_WIDTH);
	for (unsigned i = 0; i < 48; i++) {
		assert_level(cell(&page, i, 128, 128), 1 + 4 * (int)i);
		assert_level(cell(&page, i, 0, 64), 1 + 4 * (int)i); /* 256 x 128, centred */
		assert_memory_equal(cell(&page, i, 0, 63), paper, 3);
	}
	free(page.pixels);
	page = read_page(second); /* 13 cells in 4 columns */
	assert_int_equal(page.x_size, 4 * CELL_WIDTH);
	for (unsigned i = 48; i < N_SCENES; i++) {
		unsigned k = i - 48;

		assert_level(pixel_at(&page, k % 4 * CELL_WIDTH + PAD + 128,
				      k / 4 * CELL_HEIGHT + HEAD + 128),
			     1 + 4 * (int)i);
	}
	/* The last one has no date, and failed. */
	assert_memory_equal(pixel_at(&page, PAD, 3 * CELL_HEIGHT + HEAD), cross, 3);
	assert_memory_equal(pixel_at(&page, PAD + 20, 3 * CELL_HEIGHT + HEAD + 20), cross, 3);
	assert_memory_equal(pixel_at(&page, PAD + 20, 3 * CELL_HEIGHT + HEAD + 60), paper, 3);
	free(page.pixels);
	assert_int_not_equal(access(third, F_OK), 0);
	/* Its own sheet is replaced, whatever else is there is not. */
	assert_int_equal(write_sheet(f, first, &err), 0);
	assert_int_equal(unlink(first), 0);
	assert_int_equal(unlink(second), 0);
}

static char *sheet_of_reason(const char *path, const char *reason, size_t *n)
{
	const struct sheet_cell cell = {.first = "", .second = "", .reason = reason};
	struct sheet sheet;
	struct error err;
	struct stat st;
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(sheet_init(&sheet, 1, "", NULL, &err), 0);
	sheet_put(&sheet, 0, &cell);
	assert_int_equal(sheet_write(&sheet, out, "", &err), 0);
	assert_int_equal(fclose(out), 0);
	sheet_release(&sheet);
	assert_int_equal(stat(path, &st), 0);
	*n = (size_t)st.st_size;
	return read_whole(path);
}

/* Nine lines of 37 letters are shown; of more the last line ends in "...". */
static void test_long_reason(void **state)
{
	enum { LINES = 9, LETTERS = 37 };
	struct fixture *f = *state;
	char path[128], longer[LINES * (LETTERS + 1) + 8] = "", cut[sizeof(longer)], *a, *b, *c;
	size_t n_a, n_b, n_c;

	for (size_t i = 0; i < sizeof(longer) - 8; i++)
		longer[i] = i % (LETTERS + 1) == LETTERS ? ' ' : (char)('a' + i % 26);
	strcpy(cut, longer);
	cut[LINES * (LETTERS + 1) - 1] = '\0'; /* it fits */
	snprintf(path, sizeof(path), "%s/reason.png", f->folder);
	a = sheet_of_reason(path, cut, &n_a);
	strcat(longer, "more");
	b = sheet_of_reason(path, longer, &n_b);
	strcpy(cut + LINES * (LETTERS + 1) - 4, "...");
	c = sheet_of_reason(path, cut, &n_c);
	assert_true(n_a != n_b || memcmp(a, b, n_a) != 0);
	assert_int_equal(n_b, n_c);
	assert_memory_equal(b, c, n_b);
	free(a);
	free(b);
	free(c);
	assert_int_equal(unlink(path), 0);
}

/* A class may be as white as the paper: a frame stands round pictures of classes, and their names
 * at the foot. */
static void test_classes_on_sheet(void **state)
{
	static const char *const names[] = {"valid", "cloud", NULL};
	static const uint8_t quiet[] = {89, 98, 108}, paper[] = {255, 255, 255};
	struct sheet_cell cell = {.first = "", .second = "", .reason = ""};
	struct fixture *f = *state;
	char path[128];
	struct error err;
	struct thumbnail t;
	struct sheet sheet;
	struct page page, without;
	FILE *out;

	fill_thumbnail(&t, 128, 128, 2);
	t.numbers = false;
	t.picture.colour[2] = (struct rgba){255, 255, 255, 255};
	cell.thumbnail = &t;
	snprintf(path, sizeof(path), "%s/classes.png", f->folder);
	for (int named = 0; named < 2; named++) {
		assert_int_equal(sheet_init(&sheet, 1, "", named ? names : NULL, &err), 0);
		sheet_put(&sheet, 0, &cell);
		out = fopen(path, "w");
		assert_non_null(out);
		assert_int_equal(sheet_write(&sheet, out, "", &err), 0);
		assert_int_equal(fclose(out), 0);
		sheet_release(&sheet);
		*(named ? &page : &without) = read_page(path);
	}
	picture_release(&t.picture);
	assert_true(page.y_size > without.y_size);
	for (int i = 0; i < 256; i++) {
		assert_memory_equal(pixel_at(&page, PAD + (unsigned)i, HEAD - 1), quiet, 3);
		assert_memory_equal(pixel_at(&page, PAD - 1, HEAD + (unsigned)i), quiet, 3);
		assert_memory_equal(pixel_at(&page, PAD + 256, HEAD + (unsigned)i), quiet, 3);
		assert_memory_equal(pixel_at(&page, PAD + (unsigned)i, HEAD), paper, 3);
	}
	free(page.pixels);
	free(without.pixels);
	assert_int_equal(unlink(path), 0);
}

/* 24 x 42 pixels stand six times as large in the middle of a cell: 144 x 252. */
static void test_small_scene(void **state)
{
	static const uint8_t no_data[] = {221, 225, 229}, paper[] = {255, 255, 255};
	struct sheet_cell cell = {.first = "", .second = "", .reason = ""};
	char path[128];
	struct fixture *f = *state;
	struct error err = {0};
	struct thumbnail t;
	struct sheet sheet;
	struct page page;
	FILE *out;

	fill_thumbnail(&t, 24, 42, 11);
	t.picture.pixel[0] = 0;
	cell.thumbnail = &t;
	assert_int_equal(sheet_init(&sheet, 1, "", NULL, &err), 0);
	sheet_put(&sheet, 0, &cell);
	snprintf(path, sizeof(path), "%s/small.png", f->folder);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(sheet_write(&sheet, out, "", &err), 0);
	assert_int_equal(fclose(out), 0);
	sheet_release(&sheet);
	picture_release(&t.picture);
	page = read_page(path);
	for (unsigned x = 0; x < 256; x++)
		for (unsigned y = 0; y < 256; y++) {
			const uint8_t *pixel = pixel_at(&page, PAD + x, HEAD + y);

			if (x < 56 || x >= 56 + 144 || y < 2 || y >= 2 + 252)
				assert_memory_equal(pixel, paper, 3);
			else if (x < 56 + 6 && y < 2 + 6)
				assert_memory_equal(pixel, no_data, 3);
			else
				assert_level(pixel, 11);
		}
	/* What grey means stands beside the ramp. */
	assert_memory_equal(pixel_at(&page, CELL_WIDTH + PAD, HEAD + CELL_HEIGHT + 16), no_data, 3);
	free(page.pixels);
	assert_int_equal(unlink(path), 0);
}

/* Pictures whose colours cannot be compared say so, and what they mean. */
static void test_own_range(void **state)
{
	static const char words[] = "1 picture, 2020-07-01 to 2020-07-01; colours are of each "
				    "scene's own range";
	static const uint8_t no_data[] = {221, 225, 229};
	struct fixture *f = *state;
	struct output_file file = {0};
	struct error err = {0};
	struct report_set *set;
	struct thumbnail t;
	char path[128], *text;
	struct page page, own;

	for (int stretched = 0; stretched < 2; stretched++) {
		snprintf(path, sizeof(path), "%s/own.png", f->folder);
		f->options.reports.n = 0;
		assert_int_equal(report_want(&f->options.reports, &report_sheet.option, path, &err),
				 0);
		fill_thumbnail(&t, 256, 256, 11);
		t.own_range = stretched;
		file.thumbnail = &t;
		f->good_result.n_files = 1;
		f->good_result.file = &file;
		snprintf(f->good.acquired, sizeof(f->good.acquired), "2020-07-01");
		assert_int_equal(report_set_open(&set, &f->plan, &f->options, &err), 0);
		assert_int_equal(report_set_scene(set, &f->good_result, &err), 0);
		assert_int_equal(report_set_commit(set, &f->totals, &err), 0);
		report_set_free(set);
		text = read_whole(path);
		assert_int_equal(!memmem(text, 2000, words, sizeof(words) - 1), !stretched);
		free(text);
		*(stretched ? &own : &page) = read_page(path);
		picture_release(&t.picture);
		f->good_result.n_files = 0;
		assert_int_equal(unlink(path), 0);
	}
	/* No ramp at the foot, but what grey means; more words below the picture. */
	assert_memory_equal(pixel_at(&own, PAD, HEAD + CELL_HEIGHT + 16), no_data, 3);
	assert_memory_not_equal(pixel_at(&page, PAD, HEAD + CELL_HEIGHT + 16), no_data, 3);
	assert_memory_not_equal(pixel_at(&page, 0, HEAD + 256 + 16),
				pixel_at(&own, 0, HEAD + 256 + 16), (size_t)3 * page.x_size * 9);
	free(page.pixels);
	free(own.pixels);
}

/* A page, as another one. */
static void copy_page(const char *from, const char *to, int page)
{
	char *bytes = read_whole(from), *words = memmem(bytes, 2000, "; page ", 7);
	struct stat st;
	FILE *out = fopen(to, "w");

	assert_int_equal(stat(from, &st), 0);
	assert_non_null(out);
	assert_non_null(words);
	words[7] = (char)('0' + page);
	assert_int_equal(fwrite(bytes, 1, (size_t)st.st_size, out), st.st_size);
	assert_int_equal(fclose(out), 0);
	free(bytes);
}

/* Pages of a run that had more: ours go, up to the first that is missing or somebody's. */
static void test_pages_left_over(void **state)
{
	struct fixture *f = *state;
	char path[8][128];
	struct error err = {0};
	struct thumbnail t;
	FILE *out;

	for (int i = 1; i < 8; i++)
		snprintf(path[i], sizeof(path[i]), i == 1 ? "%s/all.png" : "%s/all-%d.png",
			 f->folder, i);
	assert_int_equal(write_sheet(f, path[1], &err), 0);
	copy_page(path[2], path[3], 3);
	copy_page(path[2], path[4], 4);
	fill_thumbnail(&t, 9, 9, 3);
	out = fopen(path[5], "w");
	assert_non_null(out);
	assert_int_equal(png_write(out, &t.picture, "somebody", NULL, &err), 0);
	assert_int_equal(fclose(out), 0);
	picture_release(&t.picture);
	copy_page(path[2], path[6], 6);
	assert_int_equal(write_sheet(f, path[1], &err), 0);
	assert_int_equal(access(path[2], F_OK), 0);
	assert_int_not_equal(access(path[3], F_OK), 0);
	assert_int_not_equal(access(path[4], F_OK), 0);
	assert_int_equal(access(path[5], F_OK), 0);
	assert_int_equal(access(path[6], F_OK), 0);
	/* A link is nobody's page. */
	assert_int_equal(symlink("all-6.png", path[3]), 0);
	assert_int_equal(write_sheet(f, path[1], &err), 0);
	assert_int_equal(access(path[3], F_OK), 0);
	for (int i = 1; i < 7; i++)
		if (i != 4)
			assert_int_equal(unlink(path[i]), 0);
}

/* Sheets that were asked for by names that pages of this one would have. */
static void test_sheets_of_their_own(void **state)
{
	struct fixture *f = *state;
	struct maps maps = {.overwrite = true};
	char first[128], second[128], third[128];
	struct error err = {0};

	snprintf(first, sizeof(first), "%s/all.png", f->folder);
	snprintf(second, sizeof(second), "%s/all-2.png", f->folder);
	snprintf(third, sizeof(third), "%s/all-3.png", f->folder);
	assert_int_equal(write_sheet(f, first, &err), 0);
	copy_page(first, third, 1);
	assert_int_equal(write_sheet(f, first, &err), 0);
	assert_true(report_target_is_sheet_page(third, 1)); /* it stays */
	copy_page(first, second, 1);
	assert_int_equal(write_sheet(f, first, &err), -1); /* before any work */
	assert_int_equal(err.code, EX_CANTCREAT);
	assert_non_null(strstr(err.text, "all-2.png"));
	assert_non_null(strstr(err.text, "--overwrite"));
	assert_true(report_target_is_sheet_page(second, 1));
	f->options.maps = &maps;
	assert_int_equal(write_sheet(f, first, &err), 0);
	f->options.maps = NULL;
	assert_true(report_target_is_sheet_page(second, 2));
	assert_int_equal(unlink(first) + unlink(second) + unlink(third), 0);
}

/* What lies between the members of a picture comes into no file. */
static void test_store_keeps_members_alone(void **state)
{
	enum { SIDE = 4, EACH = sizeof(struct sheet_record) + SIDE * SIDE };
	struct fixture *f = *state;
	struct sheet_store store;
	struct error err = {0};
	struct thumbnail t;
	static unsigned char bytes[2][EACH];
	char path[128];

	snprintf(path, sizeof(path), "%s/all.png", f->folder);
	assert_int_equal(sheet_store_open(&store, path, &err), 0);
	for (int i = 0; i < 2; i++) {
		const struct sheet_cell cell = {
			.thumbnail = &t, .first = "a", .second = "b", .reason = ""};

		memset(&t, i ? 0xff : 0, sizeof(t));
		t.picture.x_size = t.picture.y_size = SIDE;
		t.picture.n_colours = 2;
		t.picture.pixel = calloc(SIDE, SIDE);
		memset(t.picture.colour, 7, 2 * sizeof(*t.picture.colour));
		strcpy(t.title, "NDVI");
		t.numbers = t.own_range = true;
		t.ramp.kind = RAMP_SEQUENTIAL;
		t.ramp.low = 0;
		t.ramp.high = 1;
		assert_int_equal(sheet_store_add(&store, "", &cell, &err), 0);
		free(t.picture.pixel);
		assert_int_equal(pread(store.fd, bytes[i], EACH, i * EACH), EACH);
	}
	assert_memory_equal(bytes[0], bytes[1], EACH);
	sheet_store_close(&store);
}

static void test_names_of_pages(void **state)
{
	char *path = sheet_page_path("x/july.PNG", 7);

	(void)state;
	assert_string_equal(path, "x/july-7.PNG");
	free(path);
	assert_int_equal(sheet_pages(0), 1);
	assert_int_equal(sheet_pages(48), 1);
	assert_int_equal(sheet_pages(49), 2);
	assert_int_equal(sheet_pages(UINT64_MAX / 2), 100);
	assert_int_equal(sheet_page_of("july.png", "july-2.png"), 2);
	assert_int_equal(sheet_page_of("july.png", "july-100.png"), 100);
	for (unsigned i = 0; i < 9; i++)
		assert_int_equal(
			sheet_page_of("july.png",
				      (const char *[]){"july.png", "july-1.png", "july-02.png",
						       "july-101.png", "july-2.tif", "july-2",
						       "july-+2.png", "july-.png", "jul-2.png"}[i]),
			0);
}

/* The page, and what is kept of each picture. */
static void test_memory_is_planned(void **state)
{
	struct fixture *f = *state;
	struct error err;
	size_t page = 6 * (size_t)CELL_WIDTH * 8 * CELL_HEIGHT;

	f->options.reports.n = 0;
	assert_int_equal(report_bytes(&f->options.reports), 0);
	assert_int_equal(report_want(&f->options.reports, &report_sheet.option, "x.png", &err), 0);
	assert_in_range(report_bytes(&f->options.reports), page + 100 * 48 * 40, 2 * page);
	f->options.reports.n = 0;
}

static void test_foreign_picture(void **state)
{
	struct fixture *f = *state;
	char first[128], second[128];
	struct error err = {0};
	struct thumbnail t;
	FILE *out;

	fill_thumbnail(&t, 9, 9, 3);
	snprintf(first, sizeof(first), "%s/all.png", f->folder);
	snprintf(second, sizeof(second), "%s/all-2.png", f->folder);
	out = fopen(second, "w");
	assert_non_null(out);
	assert_int_equal(png_write(out, &t.picture, "somebody", NULL, &err), 0);
	assert_int_equal(fclose(out), 0);
	picture_release(&t.picture);
	assert_int_equal(write_sheet(f, first, &err), -1); /* before any work */
	assert_int_equal(err.code, EX_USAGE);
	assert_non_null(strstr(err.text, "all-2.png"));
	assert_int_not_equal(access(first, F_OK), 0);
	assert_int_equal(unlink(second), 0);
}

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		n++;
	return n;
}

/* Bytes of base64 up to a quotation mark. */
static size_t decode(const char *text, uint8_t *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned bits = 0, held = 0;
	size_t n = 0;

	for (; *text != '"' && *text != '='; text++) {
		assert_non_null(strchr(digits, *text));
		bits = bits << 6 | (unsigned)(strchr(digits, *text) - digits);
		held += 6;
		if (held >= 8) {
			held -= 8;
			out[n++] = (uint8_t)(bits >> held);
		}
	}
	return n;
}

/* Noise, so that each takes some 64 KiB: the limit comes. */
static void test_html(void **state)
{
	enum { N = 170, HAS = 63 << 10 };
	struct fixture *f = *state;
	char path[128], link[128], *text, *bytes = NULL;
	struct output_file file = {0};
	struct error err = {0};
	struct report_set *set;
	struct thumbnail t;
	size_t n = 0;
	FILE *out;

	snprintf(path, sizeof(path), "%s/page.html", f->folder);
	snprintf(link, sizeof(link), "%s/a b_ndvi.png", f->folder);
	out = fopen(link, "w");
	assert_non_null(out);
	(void)fclose(out);
	f->options.reports.n = 0;
	want(&f->options, "html", path);
	fill_thumbnail(&t, 256, 256, 1);
	for (size_t i = 0; i < 256 * 256; i++)
		t.picture.pixel[i] = (uint8_t)(random_bits() % (RAMP_LEVELS + 1));
	out = open_memstream(&bytes, &n);
	assert_non_null(out);
	assert_int_equal(png_write(out, &t.picture, NULL, NULL, &err), 0);
	assert_int_equal(fclose(out), 0);
	assert_true(n > HAS);
	file = (struct output_file){.path = link, .thumbnail = &t};
	f->good_result.n_files = 1;
	f->good_result.file = &file;
	f->good_result.first_ok = true;
	assert_int_equal(report_set_open(&set, &f->plan, &f->options, &err), 0);
	for (int i = 0; i < N; i++)
		assert_int_equal(report_set_scene(set, &f->good_result, &err), 0);
	assert_int_equal(report_set_commit(set, &f->totals, &err), 0);
	report_set_free(set);
	text = read_whole(path);
	unsigned embedded = (unsigned)((8 << 20) / n);
	/* The key of the colours is one, too. */
	assert_int_equal(count(text, "src=\"data:image/png;base64,"), embedded + 1);
	assert_int_equal(count(text, "src=\"a%20b_ndvi.png\""), N - embedded);
	assert_int_equal(count(text, "<a href=\"a%20b_ndvi.png\">"), N);
	assert_int_equal(count(text, "<p class=\"key\">"), 1);
	assert_int_equal(count(text, "<img alt=\"Map of /data/sc&quot;ene, one.tif, 2023-08-27: "),
			 N);
	assert_int_equal(count(text, "<figcaption>/data/sc&quot;ene, one.tif, "
				     "<span class=\"s\">2023-08-27</span>: "),
			 N);
	uint8_t *png = malloc(n + 3);
	assert_non_null(png);
	assert_int_equal(decode(strstr(strstr(text, "<img alt=\"Map of "), "base64,") + 7, png), n);
	assert_memory_equal(png, bytes, n);
	free(png);
	free(text);
	free(bytes);
	picture_release(&t.picture);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(unlink(link), 0);
}

/* As large as on a sheet, by pixels that stay pixels. */
static void test_small_in_html(void **state)
{
	struct fixture *f = *state;
	struct output_file file = {0};
	struct error err = {0};
	struct report_set *set;
	struct thumbnail t;
	char path[128], *text;

	snprintf(path, sizeof(path), "%s/small.html", f->folder);
	f->options.reports.n = 0;
	want(&f->options, "html", path);
	fill_thumbnail(&t, 24, 42, 11);
	file.thumbnail = &t;
	f->good_result.n_files = 1;
	f->good_result.file = &file;
	assert_int_equal(report_set_open(&set, &f->plan, &f->options, &err), 0);
	assert_int_equal(report_set_scene(set, &f->good_result, &err), 0);
	assert_int_equal(report_set_commit(set, &f->totals, &err), 0);
	report_set_free(set);
	text = read_whole(path);
	assert_int_equal(count(text, "width=\"144\" height=\"252\""), 1);
	free(text);
	picture_release(&t.picture);
	f->good_result.n_files = 0;
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_small_scene, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_reason, setup, teardown),
		cmocka_unit_test_setup_teardown(test_classes_on_sheet, setup, teardown),
		cmocka_unit_test_setup_teardown(test_own_range, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pages_left_over, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sheets_of_their_own, setup, teardown),
		cmocka_unit_test_setup_teardown(test_store_keeps_members_alone, setup, teardown),
		cmocka_unit_test(test_names_of_pages),
		cmocka_unit_test_setup_teardown(test_memory_is_planned, setup, teardown),
		cmocka_unit_test_setup_teardown(test_foreign_picture, setup, teardown),
		cmocka_unit_test_setup_teardown(test_html, setup, teardown),
		cmocka_unit_test_setup_teardown(test_small_in_html, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
