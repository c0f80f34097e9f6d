/*
 * LZW streams as libtiff decodes them: every place where the table fills up or a code gets wider,
 * every kind of content, and never more bytes than promised.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../random.h"
#include "output/lzw_encode.h"
#include "tiff_memory.h"

static struct lzw_table table;

/* Into a buffer of just the promised size, so that sanitizers see one byte too many. */
static size_t check(const unsigned char *in, size_t n)
{
	const struct tiff_layout layout = {(uint32_t)n, 1, false, 8, 1, COMPRESSION_LZW, 0};
	unsigned char *out = malloc(lzw_encoded_most(n)), *back = malloc(n + 1);
	size_t bytes;

	memset(out, 0x5a, lzw_encoded_most(n));
	bytes = lzw_encode(&table, in, n, out);
	assert_in_range(bytes, 1, lzw_encoded_most(n));
	tiff_decode(&layout, out, bytes, back, n);
	assert_memory_equal(back, in, n);
	free(out);
	free(back);
	return bytes;
}

/* TIFF 6.0, section 13: 7 7 7 8 8 7 7 6 6 is Clear 7 258 8 8 258 6 6 EOI, nine bits each. */
static void example_of_the_specification(void **state)
{
	static const unsigned char in[] = {7, 7, 7, 8, 8, 7, 7, 6, 6};
	static const unsigned code[] = {256, 7, 258, 8, 8, 258, 6, 6, 257};
	unsigned char out[64] = {0}, expected[11] = {0};

	(void)state;
	for (unsigned bit = 0; bit < 9 * 9; bit++)
		if (code[bit / 9] >> (8 - bit % 9) & 1)
			expected[bit / 8] |= (unsigned char)(0x80 >> bit % 8);
	assert_int_equal(lzw_encode(&table, in, sizeof(in), out), sizeof(expected));
	assert_memory_equal(out, expected, sizeof(expected));
}

/* Nothing at all is Clear and EOI. */
static void nothing(void **state)
{
	unsigned char out[32] = {0};

	(void)state;
	assert_int_equal(lzw_encode(&table, out, 0, out), 3);
	assert_memory_equal(out, "\x80\x40\x40", 3);
}

/*
 * Of random bytes nearly each is a code, so these lengths end at every code before and after each
 * new width and each Clear of the first two tables.
 */
static void every_length(void **state)
{
	enum { N = 8000 };
	static unsigned char in[N];

	(void)state;
	for (size_t i = 0; i < N; i++)
		in[i] = (unsigned char)random_bits();
	for (size_t n = 1; n < N; n += n % 256 < 8 || n % 3840 < 120 ? 1 : 13)
		check(in, n);
}

/* The longest streams: pairs of bytes that never come back. */
static void no_string_twice(void **state)
{
	enum { N = 256 * 256 };
	static unsigned char in[N + 1];

	(void)state;
	for (unsigned i = 0, at = 0; i < 256; i++)
		for (unsigned j = i; j < 256; j++) {
			in[at++] = (unsigned char)i;
			if (i != j)
				in[at++] = (unsigned char)j;
		}
	assert_in_range(check(in, N), N * 11 / 8, N * 3 / 2 + 64);
}

static void runs(void **state)
{
	enum { N = 1 << 20 };
	unsigned char *in = malloc(N);

	(void)state;
	memset(in, 0, N);
	assert_in_range(check(in, N), 1000, 4000);
	for (size_t i = 0; i < N; i++)
		in[i] = (unsigned char)(i / 1000 % 7 * 37);
	assert_in_range(check(in, N), 1, N / 20);
	for (size_t i = 0; i < N; i++)
		in[i] = (unsigned char)(random_bits() % 3);
	assert_in_range(check(in, N), N / 5, N / 3);
	free(in);
}

/* What a table held before does not show. */
static void used_tables(void **state)
{
	static unsigned char in[50000], first[80000], second[80000];
	size_t bytes;

	(void)state;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (unsigned char)(random_bits() % 11);
	memset(&table, 0xff, sizeof(table));
	bytes = lzw_encode(&table, in, sizeof(in), first);
	check(in + 100, 40000);
	assert_int_equal(lzw_encode(&table, in, sizeof(in), second), bytes);
	assert_memory_equal(first, second, bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_of_the_specification),
		cmocka_unit_test(nothing),
		cmocka_unit_test(every_length),
		cmocka_unit_test(no_string_twice),
		cmocka_unit_test(runs),
		cmocka_unit_test(used_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
