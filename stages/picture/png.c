/*
 * PNG by libpng, whose way out of errors is a jump: no function here keeps anything over one.
 * Zlib's level and the filter are stated, so that no default of a library decides the bytes.
 */
#include "png.h"

#include <errno.h>
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

enum { LEVEL = 6, WINDOW_BITS = 15, MEMORY_LEVEL = 8, TEXTS = 2 };

struct png_file {
	png_structp png;
	png_infop info;
	FILE *out;
	int code; /* errno of a failed write; 0: libpng itself refused */
	char why[120];
	jmp_buf jump;
};

static void on_error(png_structp png, png_const_charp text)
{
	struct png_file *file = png_get_error_ptr(png);

	(void)snprintf(file->why, sizeof(file->why), "%s", text);
	longjmp(file->jump, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
	(void)png;
	(void)text;
}

static void on_write(png_structp png, png_bytep bytes, size_t n)
{
	struct png_file *file = png_get_io_ptr(png);

	errno = 0;
	if (fwrite(bytes, 1, n, file->out) == n)
		return;
	file->code = errno ? errno : EIO;
	png_error(png, "cannot write");
}

static void on_flush(png_structp png)
{
	(void)png;
}

static int failed(const struct png_file *file, struct error *err)
{
	if (file->code)
		return error_errno(err, EX_IOERR, file->code, "cannot write");
	return error_set(err, EX_SOFTWARE, "cannot make a PNG picture: %s", file->why);
}

static void put_colours(struct png_file *file, const struct png_head *head)
{
	png_color colour[PICTURE_COLOURS] = {0};
	png_byte alpha[PICTURE_COLOURS] = {0};
	unsigned n_alpha = 0;

	for (unsigned i = 0; i < head->n_colours; i++) {
		const struct rgba *c = &head->colour[i];

		colour[i] = (png_color){c->red, c->green, c->blue};
		alpha[i] = c->alpha;
		if (c->alpha != UINT8_MAX)
			n_alpha = i + 1;
	}
	png_set_PLTE(file->png, file->info, colour, (int)head->n_colours);
	if (n_alpha)
		png_set_tRNS(file->png, file->info, alpha, (int)n_alpha, NULL);
}

static void put_texts(struct png_file *file, const struct png_head *head)
{
	const char *const keys[TEXTS] = {"Software", "Title"};
	const char *const values[TEXTS] = {head->software, head->title};
	png_text text[TEXTS];
	int n = 0;

	memset(text, 0, sizeof(text));
	for (int i = 0; i < TEXTS; i++)
		if (values[i] && *values[i]) {
			text[n].compression = PNG_TEXT_COMPRESSION_NONE;
			text[n].key = (png_charp)(uintptr_t)keys[i];
			text[n++].text = (png_charp)(uintptr_t)values[i];
		}
	if (n)
		png_set_text(file->png, file->info, text, n);
}

static int put_head(struct png_file *file, const struct png_head *head, struct error *err)
{
	if (setjmp(file->jump))
		return failed(file, err);
	png_set_write_fn(file->png, file, on_write, on_flush);
	png_set_IHDR(file->png, file->info, head->x_size, head->y_size, 8, PNG_COLOR_TYPE_PALETTE,
		     PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_set_compression_level(file->png, LEVEL);
	png_set_compression_window_bits(file->png, WINDOW_BITS);
	png_set_compression_mem_level(file->png, MEMORY_LEVEL);
	png_set_filter(file->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
	put_colours(file, head);
	put_texts(file, head);
	png_write_info(file->png, file->info);
	return 0;
}

struct png_file *png_file_new(FILE *out, const struct png_head *head, struct error *err)
{
	struct png_file *file = calloc(1, sizeof(*file));

	if (!file) {
		(void)error_memory(err, "a PNG picture", sizeof(*file));
		return NULL;
	}
	file->out = out;
	file->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, file, on_error, on_warning);
	file->info = file->png ? png_create_info_struct(file->png) : NULL;
	if (file->info && put_head(file, head, err) == 0)
		return file;
	if (!file->info)
		(void)error_memory(err, "a PNG picture", PNG_FILE_BYTES);
	png_file_free(file);
	return NULL;
}

int png_file_row(struct png_file *file, const uint8_t *row, struct error *err)
{
	if (setjmp(file->jump))
		return failed(file, err);
	png_write_row(file->png, row);
	return 0;
}

int png_file_end(struct png_file *file, struct error *err)
{
	if (setjmp(file->jump))
		return failed(file, err);
	png_write_end(file->png, file->info);
	return 0;
}

void png_file_free(struct png_file *file)
{
	if (!file)
		return;
	png_destroy_write_struct(&file->png, &file->info);
	free(file);
}

int png_write(FILE *out, const struct picture *picture, const char *software, const char *title,
	      struct error *err)
{
	const struct png_head head = {picture->x_size, picture->y_size, picture->n_colours,
				      picture->colour, software,        title};
	struct png_file *file = png_file_new(out, &head, err);
	int rc = file ? 0 : -1;

	for (uint32_t y = 0; rc == 0 && y < picture->y_size; y++)
		rc = png_file_row(file, picture_row(picture, y), err);
	if (rc == 0)
		rc = png_file_end(file, err);
	png_file_free(file);
	return rc;
}
