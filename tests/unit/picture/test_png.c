/*
 * PNG files, read back by libpng: pixels, colours, what is transparent; the same bytes each time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "../random.h"
#include "picture/png.h"

struct bytes {
	char *at;
	size_t n;
};

static struct bytes write_one(const struct picture *p)
{
	struct bytes b;
	struct error err = {0};
	FILE *out = open_memstream(&b.at, &b.n);

	assert_non_null(out);
	assert_int_equal(png_write(out, p, "imgpipe test", "a title", &err), 0);
	assert_int_equal(fclose(out), 0);
	return b;
}

/* RGBA of all pixels, by libpng's own simple reader. */
static uint8_t *read_back(const struct bytes *b, uint32_t x_size, uint32_t y_size)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	uint8_t *pixels;

	assert_int_not_equal(png_image_begin_read_from_memory(&image, b->at, b->n), 0);
	assert_int_equal(image.width, x_size);
	assert_int_equal(image.height, y_size);
	image.format = PNG_FORMAT_RGBA;
	pixels = malloc(PNG_IMAGE_SIZE(image));
	assert_non_null(pixels);
	assert_int_not_equal(png_image_finish_read(&image, NULL, pixels, 0, NULL), 0);
	assert_int_equal(image.warning_or_error, 0);
	return pixels;
}

static void fill(struct picture *p)
{
	p->n_colours = PICTURE_COLOURS;
	for (unsigned i = 0; i < PICTURE_COLOURS; i++) {
		uint32_t bits = (uint32_t)random_bits();

		p->colour[i] = (struct rgba){(uint8_t)bits, (uint8_t)(bits >> 8),
					     (uint8_t)(bits >> 16), i ? 255 : 0};
	}
	for (size_t i = 0; i < (size_t)p->x_size * p->y_size; i++)
		p->pixel[i] = (uint8_t)random_bits();
}

static void assert_same(const struct picture *p, const uint8_t *pixels)
{
	for (size_t i = 0; i < (size_t)p->x_size * p->y_size; i++) {
		const struct rgba *c = &p->colour[p->pixel[i]];

		assert_int_equal(pixels[4 * i + 3], c->alpha);
		if (!c->alpha)
			continue;
		assert_int_equal(pixels[4 * i], c->red);
		assert_int_equal(pixels[4 * i + 1], c->green);
		assert_int_equal(pixels[4 * i + 2], c->blue);
	}
}

static void test_round_trip(void **state)
{
	static const uint32_t sizes[][2] = {{1, 1}, {7, 3}, {1024, 1}, {1, 900}, {301, 257}};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct picture p;
		struct bytes a, b;
		uint8_t *pixels;

		assert_int_equal(picture_init(&p, sizes[i][0], sizes[i][1], NULL), 0);
		fill(&p);
		a = write_one(&p);
		b = write_one(&p);
		assert_int_equal(a.n, b.n);
		assert_memory_equal(a.at, b.at, a.n);
		pixels = read_back(&a, sizes[i][0], sizes[i][1]);
		assert_same(&p, pixels);
		free(pixels);
		free(a.at);
		free(b.at);
		picture_release(&p);
	}
}

/* Nothing in it that another run would have otherwise. */
static void test_chunks(void **state)
{
	static const char *const names[] = {"IHDR", "PLTE", "tRNS", "tEXt", "tEXt", "IDAT", "IEND"};
	struct picture p;
	struct bytes b;
	size_t at = 8;

	(void)state;
	assert_int_equal(picture_init(&p, 9, 9, NULL), 0);
	fill(&p);
	b = write_one(&p);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const uint8_t *c = (const uint8_t *)b.at + at;

		assert_true(at + 12 <= b.n);
		assert_memory_equal(c + 4, names[i], 4);
		at += 12 + ((size_t)c[0] << 24 | (size_t)c[1] << 16 | (size_t)c[2] << 8 | c[3]);
	}
	assert_int_equal(at, b.n);
	free(b.at);
	picture_release(&p);
}

static void test_full_disk(void **state)
{
	FILE *full = fopen("/dev/full", "w");
	struct error err = {0};
	struct picture p;

	(void)state;
	if (!full)
		skip();
	(void)setvbuf(full, NULL, _IONBF, 0);
	assert_int_equal(picture_init(&p, 64, 64, NULL), 0);
	fill(&p);
	assert_int_equal(png_write(full, &p, "s", "t", &err), -1);
	assert_int_equal(err.code, EX_IOERR);
	assert_non_null(strstr(err.text, "No space left"));
	picture_release(&p);
	(void)fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_chunks),
		cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
