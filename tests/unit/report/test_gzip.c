/*
 * Compressed text: what is written is whole gzip data that depend on the text alone; of what is
 * read nothing is taken that is not one whole member.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <malloc.h>
#include <zlib.h>

#include "report/gzip.h"
#include "report_option.h"

enum { LINES = 20000, READER_BYTES = 64 << 10 };

struct bytes {
	char *data;
	size_t size;
};

static struct bytes compressed(const char *text, size_t size, size_t step)
{
	struct gzip_writer *writer;
	struct bytes b;
	struct error err;
	FILE *below = open_memstream(&b.data, &b.size);

	assert_int_equal(gzip_writer_open(&writer, below, &err), 0);
	for (size_t at = 0; at < size; at += step)
		assert_int_equal(fwrite(text + at, 1, size - at < step ? size - at : step,
					gzip_writer_stream(writer)),
				 size - at < step ? size - at : step);
	assert_int_equal(gzip_writer_finish(writer), 0);
	assert_int_equal(fclose(below), 0);
	return b;
}

/* A table of numbers, some 0.5 MB. */
static struct bytes table(void)
{
	struct bytes b;
	FILE *out = open_memstream(&b.data, &b.size);
	uint32_t x = 1;

	for (int i = 0; i < LINES; i++) {
		x = x * 1664525u + 1013904223u;
		(void)fprintf(out, "scene-%d,%u,%u\n", i / 100, x >> 8, i);
	}
	assert_int_equal(fclose(out), 0);
	return b;
}

/* All of the text, NULL where there is a problem, which must have words. */
static char *unpacked(const char *data, size_t size, size_t *n, const char **problem)
{
	FILE *below = fmemopen((void *)data, size, "r"), *in;
	struct gzip_reader *reader;
	struct error err;
	char *text = malloc(1 << 20);
	bool failed;

	assert_non_null(text);
	assert_true(gzip_begins(below));
	assert_int_equal(gzip_reader_open(&reader, below, &err), 0);
	in = gzip_reader_stream(reader);
	*n = fread(text, 1, 1 << 20, in);
	failed = ferror(in);
	*problem = gzip_reader_problem(reader);
	assert_int_equal(failed, *problem != NULL);
	gzip_reader_free(reader);
	if (failed) {
		free(text);
		return NULL;
	}
	return text;
}

static void there_and_back(void **state)
{
	static const size_t steps[] = {1, 4097, 1 << 20};
	struct bytes text = table(), first = compressed(text.data, text.size, 100);
	const char *problem;
	size_t n;

	(void)state;
	assert_true(first.size * 2 < text.size);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct bytes again = compressed(text.data, text.size, steps[i]);
		char *back = unpacked(again.data, again.size, &n, &problem);

		assert_int_equal(again.size, first.size); /* however the text came */
		assert_memory_equal(again.data, first.data, first.size);
		assert_non_null(back);
		assert_int_equal(n, text.size);
		assert_memory_equal(back, text.data, n);
		free(back);
		free(again.data);
	}
	free(first.data);
	free(text.data);
}

static void an_empty_text(void **state)
{
	struct bytes b = compressed("", 0, 1);
	const char *problem;
	char *back;
	size_t n;

	(void)state;
	back = unpacked(b.data, b.size, &n, &problem);
	assert_non_null(back);
	assert_int_equal(n, 0);
	free(back);
	free(b.data);
}

/* RFC 1952, 2.3: no name, no time, a comment that ends with a NUL. */
static void the_header(void **state)
{
	static const unsigned char head[] = {0x1f, 0x8b, 8,   0x10, 0,   0,   0,   0,   0,
					     255,  'i',  'm', 'g',  'p', 'i', 'p', 'e', 0};
	struct bytes b = compressed("a\n", 2, 2);

	(void)state;
	assert_memory_equal(b.data, head, sizeof(head));
	assert_true(gzip_is_ours(b.data, b.size));
	assert_false(gzip_is_ours(b.data, sizeof(head) - 1));
	b.data[3] = 0;
	assert_false(gzip_is_ours(b.data, b.size));
	b.data[3] = 0x10;
	b.data[12] = 'x';
	assert_false(gzip_is_ours(b.data, b.size));
	free(b.data);
}

/* zlib's own reader agrees with ours, and checks the sum. */
static void others_read_it(void **state)
{
	struct bytes text = table(), b = compressed(text.data, text.size, 4096);
	char path[] = "/tmp/imgpipe-gzip-XXXXXX";
	char *back = malloc(text.size + 1);
	int fd = mkstemp(path);
	gzFile in;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, b.data, b.size), b.size);
	assert_int_equal(close(fd), 0);
	in = gzopen(path, "r");
	assert_int_equal(gzread(in, back, (unsigned)text.size + 1), text.size);
	assert_memory_equal(back, text.data, text.size);
	assert_int_equal(gzclose(in), Z_OK);
	assert_int_equal(unlink(path), 0);
	free(back);
	free(b.data);
	free(text.data);
}

static void cut_anywhere(void **state)
{
	struct bytes b = compressed("some text\nmore text\n", 20, 20);

	(void)state;
	for (size_t size = 1; size < b.size; size++) {
		const char *problem;
		size_t n;

		assert_null(unpacked(b.data, size, &n, &problem));
		assert_non_null(strstr(problem, "cut off"));
	}
	free(b.data);
}

/* Each changed byte is noticed, but for those of the header that say nothing of the text. */
static void changed_anywhere(void **state)
{
	struct bytes b = compressed("some text\nmore text\n", 20, 20);

	(void)state;
	for (size_t at = 1; at < b.size; at++) {
		const char *problem;
		char *back;
		size_t n;

		if (at >= 3 && at < 18)
			continue;
		b.data[at] ^= 0x20;
		back = unpacked(b.data, b.size, &n, &problem);
		if (back)
			fail_msg("byte %zu was changed, and nobody noticed", at);
		b.data[at] ^= 0x20;
	}
	free(b.data);
}

static void what_follows(void **state)
{
	static const struct {
		const char *more;
		size_t n;
		const char *words;
	} cases[] = {{"x", 1, "behind the end"},
		     {"\0", 1, "behind the end"},
		     {"\x1f\x8b", 2, "several gzip files"}};
	struct bytes b = compressed("text\n", 5, 5);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *longer = malloc(b.size + cases[i].n);
		const char *problem;
		size_t n;

		memcpy(longer, b.data, b.size);
		memcpy(longer + b.size, cases[i].more, cases[i].n);
		assert_null(unpacked(longer, b.size + cases[i].n, &n, &problem));
		assert_non_null(strstr(problem, cases[i].words));
		free(longer);
	}
	free(b.data);
}

static size_t allocated(void)
{
	struct mallinfo2 now = mallinfo2();

	return now.uordblks + now.hblkhd;
}

/* What the plan counts is enough, and a reader takes the same for a file that unpacks to much. */
static void memory_is_bounded(void **state)
{
	static char zeros[1 << 16];
	struct gzip_writer *writer;
	struct gzip_reader *reader;
	struct bytes b;
	struct error err;
	FILE *below;
	size_t before, most;

	(void)state;
#ifdef IMGPIPE_SANITIZED
	skip(); /* another allocator */
#endif
	below = open_memstream(&b.data, &b.size);
	before = allocated();
	assert_int_equal(gzip_writer_open(&writer, fopen("/dev/null", "w"), &err), 0);
	for (int i = 0; i < 64; i++)
		assert_int_equal(fwrite(zeros, 1, sizeof(zeros), gzip_writer_stream(writer)),
				 sizeof(zeros));
	most = allocated() - before;
	assert_in_range(most, REPORT_GZIP_BYTES * 3 / 4, REPORT_GZIP_BYTES);
	assert_int_equal(gzip_writer_finish(writer), 0);

	assert_int_equal(gzip_writer_open(&writer, below, &err), 0);
	for (int i = 0; i < 3200; i++) /* 200 MiB */
		assert_int_equal(fwrite(zeros, 1, sizeof(zeros), gzip_writer_stream(writer)),
				 sizeof(zeros));
	assert_int_equal(gzip_writer_finish(writer), 0);
	assert_int_equal(fclose(below), 0);
	assert_true(b.size < 1 << 20);
	below = fmemopen(b.data, b.size, "r");
	before = allocated();
	assert_int_equal(gzip_reader_open(&reader, below, &err), 0);
	for (int i = 0; i < 3200; i++) {
		assert_int_equal(fread(zeros, 1, sizeof(zeros), gzip_reader_stream(reader)),
				 sizeof(zeros));
		assert_true(allocated() - before < READER_BYTES);
	}
	assert_int_equal(getc(gzip_reader_stream(reader)), EOF);
	assert_false(ferror(gzip_reader_stream(reader)));
	gzip_reader_free(reader);
	free(b.data);
}

static void a_full_disk(void **state)
{
	struct bytes text = table();
	struct gzip_writer *writer;
	struct error err;
	FILE *below = fopen("/dev/full", "w");

	(void)state;
	assert_int_equal(gzip_writer_open(&writer, below, &err), 0);
	(void)fwrite(text.data, 1, text.size, gzip_writer_stream(writer));
	assert_true(fflush(gzip_writer_stream(writer)) != 0 || ferror(gzip_writer_stream(writer)));
	assert_true(gzip_writer_finish(writer) != 0 || fflush(below) != 0);
	(void)fclose(below);
	free(text.data);
}

/* A child of fork() gives up what its parent goes on with. */
static void given_up(void **state)
{
	struct gzip_writer *writer;
	struct bytes b = {0};
	struct error err;
	FILE *below = open_memstream(&b.data, &b.size);

	(void)state;
	assert_int_equal(gzip_writer_open(&writer, below, &err), 0);
	(void)fputs("text that stays in the buffer", gzip_writer_stream(writer));
	gzip_writer_abandon(writer);
	gzip_writer_abandon(NULL);
	assert_int_equal(fclose(below), 0);
	assert_int_equal(b.size, 0);
	free(b.data);
}

static void names(void **state)
{
	(void)state;
	assert_true(path_is_gzip("a.csv.gz"));
	assert_true(path_is_gzip("dir/.x.gz"));
	assert_false(path_is_gzip(".gz"));
	assert_false(path_is_gzip("a.csv"));
	assert_false(path_is_gzip("a.gz.csv"));
	assert_false(path_is_gzip("-"));
	assert_false(path_is_gzip(NULL));
}

/* The plan counts it once for each. */
static void in_the_plan(void **state)
{
	const struct report_option option = {.kind = "any"};
	const struct report_choices choices = {.n = 3,
					       .choice = {{.report = &option, .path = "a.csv.gz"},
							  {.report = &option, .path = "a.csv"},
							  {.report = &option, .path = "b.csv.gz"}}};

	(void)state;
	assert_int_equal(report_bytes(&choices), 2 * REPORT_GZIP_BYTES);
}

static void plain_text_is_none(void **state)
{
	FILE *in = fmemopen((void *)"{}", 2, "r");

	(void)state;
	assert_false(gzip_begins(in));
	assert_int_equal(getc(in), '{');
	assert_int_equal(fclose(in), 0);
	in = fopen("/dev/null", "r");
	assert_false(gzip_begins(in));
	assert_int_equal(fclose(in), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(an_empty_text),
		cmocka_unit_test(the_header),
		cmocka_unit_test(others_read_it),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(changed_anywhere),
		cmocka_unit_test(what_follows),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(a_full_disk),
		cmocka_unit_test(given_up),
		cmocka_unit_test(names),
		cmocka_unit_test(in_the_plan),
		cmocka_unit_test(plain_text_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
