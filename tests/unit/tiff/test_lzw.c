/*
 * The LZW decoder: streams made by hand from TIFF 6.0, section 13, streams that libtiff wrote, and
 * damaged ones. Of each, libtiff has to take the same ones and give the same bytes.
 */
#include "tiff_fixture.h"

#include "tiff/lzw.h"
#include "base/simd.h"

enum { CLEAR = 256, EOI = 257, FIRST = 258, STRIP = 1 << 16 };

static struct lzw *lzw;

/* --- libtiff --- */

/* One strip of n bytes, through libtiff's encoder: the stored stream and its length. */
static size_t encode(const unsigned char *bytes, size_t n, unsigned char *stored, size_t room)
{
	TIFF *tif = TIFFOpen(path, "wl");
	tmsize_t size;

	assert_non_null(tif);
	TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, (uint32_t)n);
	TIFFSetField(tif, TIFFTAG_IMAGELENGTH, 1);
	TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, 8);
	TIFFSetField(tif, TIFFTAG_SAMPLESPERPIXEL, 1);
	TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, 1);
	TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
	TIFFSetField(tif, TIFFTAG_COMPRESSION, COMPRESSION_LZW);
	memcpy(stored, bytes, n); /* libtiff may change what it is given */
	assert_true(TIFFWriteEncodedStrip(tif, 0, stored, (tmsize_t)n) > 0);
	TIFFClose(tif);
	tif = TIFFOpen(path, "r");
	assert_non_null(tif);
	size = TIFFReadRawStrip(tif, 0, stored, (tmsize_t)room);
	TIFFClose(tif);
	assert_true(size > 0);
	return (size_t)size;
}

static int silent(TIFF *tif, void *user, const char *module, const char *format, va_list args)
{
	(void)tif;
	(void)user;
	(void)module;
	(void)format;
	(void)args;
	return 1;
}

/* A handle on the file of the last encode(). */
static TIFF *open_quietly(void)
{
	TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
	TIFF *tif;

	assert_non_null(options);
	TIFFOpenOptionsSetErrorHandlerExtR(options, silent, NULL);
	TIFFOpenOptionsSetWarningHandlerExtR(options, silent, NULL);
	tif = TIFFOpenExt(path, "r", options);
	TIFFOpenOptionsFree(options);
	assert_non_null(tif);
	return tif;
}

/* Does libtiff take this stream, and with the same bytes? */
static bool libtiff_takes(const void *in, size_t in_bytes, const unsigned char *bytes, size_t n)
{
	static unsigned char zeros[STRIP], stored[2 * STRIP], out[STRIP];
	bool taken;
	TIFF *tif;

	(void)encode(zeros, n, stored, sizeof(stored));
	memcpy(stored, in, in_bytes);
	tif = open_quietly();
	taken = TIFFReadFromUserBuffer(tif, 0, stored, (tmsize_t)in_bytes, out, (tmsize_t)n);
	TIFFClose(tif);
	if (taken && bytes)
		assert_memory_equal(out, bytes, n);
	return taken;
}

/* --- streams by hand --- */

/* Codes put one behind the other, with the width that a decoder expects by then. */
struct stream {
	unsigned char bytes[3 * 8192];
	size_t bits;
	unsigned next; /* code of the string that the next code makes; 0: the next one makes none */
};

static unsigned width_of(unsigned next)
{
	return next < 511 ? 9 : next < 1023 ? 10 : next < 2047 ? 11 : 12;
}

static void put_code(struct stream *s, unsigned code)
{
	unsigned width = width_of(s->next);

	for (unsigned i = width; i-- > 0; s->bits++)
		if (code >> i & 1)
			s->bytes[s->bits / 8] |= (unsigned char)(0x80 >> s->bits % 8);
	s->next = code == CLEAR ? 0 : s->next ? s->next + 1 : FIRST;
}

static struct stream make(const unsigned *codes, size_t n)
{
	struct stream s = {.next = 0};

	for (size_t i = 0; i < n; i++)
		put_code(&s, codes[i]);
	return s;
}

/*
 * The decoder in pieces has to say the same and give the same, in and out cut as they may be. The
 * steps are of a size that also cuts strings and the first two bytes.
 */
static void expect_in_pieces(const unsigned char *in, size_t in_bytes, const unsigned char *out,
			     size_t out_bytes, const char *wrong)
{
	static const size_t steps[][2] = {{1, 1}, {2, 7}, {3, 1 << 12}, {1 << 16, 5}, {64, 300}};
	struct lzw_stream *s = lzw_stream_new();
	unsigned char *piece = malloc(out_bytes ? out_bytes : 1);

	assert_non_null(s);
	assert_non_null(piece);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const char *said = NULL;
		size_t at = 0, done = 0;

		lzw_stream_begin(s);
		while (!said && done < out_bytes) {
			size_t n = in_bytes - at < steps[i][0] ? in_bytes - at : steps[i][0];
			size_t room =
				out_bytes - done < steps[i][1] ? out_bytes - done : steps[i][1];

			said = lzw_stream_run(s, in + at, &n, piece + done, &room, at == in_bytes);
			at += n;
			done += room;
		}
		assert_ptr_equal(said, wrong);
		if (!wrong)
			assert_memory_equal(piece, out, out_bytes);
	}
	free(piece);
	lzw_stream_free(s);
}

/* Decode from and into memory of exactly these sizes, so that a sanitizer sees a step beyond. */
static const char *decode(const void *in, size_t in_bytes, unsigned char *out, size_t out_bytes)
{
	unsigned char *exact_in = malloc(in_bytes ? in_bytes : 1);
	unsigned char *exact_out = malloc(out_bytes ? out_bytes : 1);
	const char *wrong;

	assert_non_null(exact_in);
	assert_non_null(exact_out);
	memcpy(exact_in, in, in_bytes);
	wrong = lzw_decode(lzw, exact_in, in_bytes, exact_out, out_bytes);
	memcpy(out, exact_out, wrong ? 0 : out_bytes);
	if (!lzw_is_old_style(in, in_bytes))
		expect_in_pieces(exact_in, in_bytes, exact_out, out_bytes, wrong);
	free(exact_in);
	free(exact_out);
	return wrong;
}

static void expect(const struct stream *s, const char *bytes, size_t n)
{
	unsigned char out[64];
	const char *wrong = decode(s->bytes, (s->bits + 7) / 8, out, n);

	if (wrong)
		fail_msg("%s", wrong);
	assert_memory_equal(out, bytes, n);
	if (n)
		assert_true(libtiff_takes(s->bytes, (s->bits + 7) / 8, out, n));
}

static void refuse(const struct stream *s, size_t n, const char *words)
{
	unsigned char out[64];
	const char *wrong = decode(s->bytes, (s->bits + 7) / 8, out, n);

	if (!wrong || !strstr(wrong, words))
		fail_msg("\"%s\" not in: %s", words, wrong ? wrong : "(no error)");
	if (s->bits)
		assert_false(libtiff_takes(s->bytes, (s->bits + 7) / 8, NULL, n));
}

#define MAKE(...)                             \
	make((const unsigned[]){__VA_ARGS__}, \
	     sizeof((const unsigned[]){__VA_ARGS__}) / sizeof(unsigned))

/* The example of section 13; its second string is made by the code that names it. */
static void example_of_the_specification(void **state)
{
	struct stream s = MAKE(CLEAR, 7, 258, 8, 8, 258, 6, 6, EOI);

	(void)state;
	expect(&s, "\7\7\7\10\10\7\7\6\6", 9);
	/* A block ends where it is full, in the middle of a string too. */
	expect(&s, "\7\7\7\10\10\7", 6);
	expect(&s, "\7", 1);
	expect(&s, "", 0);
	refuse(&s, 10, "ends too early");
}

static void ends_and_beginnings(void **state)
{
	struct stream no_eoi = MAKE(CLEAR, 'a', 'b', 258), no_clear = MAKE('a', 'b', EOI);
	struct stream clears = MAKE(CLEAR, CLEAR, 'a', 'b', CLEAR, CLEAR, 'c', 258, EOI);
	struct stream early = MAKE(CLEAR, 'a', EOI, 'b'), only_eoi = MAKE(EOI);
	struct stream nothing = MAKE(CLEAR, EOI), cut = MAKE(CLEAR, 'a', 'b', 258);

	(void)state;
	expect(&no_eoi, "abab", 4);
	refuse(&no_eoi, 5, "ends too early");
	refuse(&no_clear, 2, "does not begin with a Clear");
	expect(&clears, "abccc", 5);
	refuse(&early, 2, "ends too early");
	refuse(&only_eoi, 1, "ends too early");
	refuse(&nothing, 1, "ends too early");
	cut.bits -= 8;
	refuse(&cut, 4, "ends too early");
	cut.bits = 0;
	refuse(&cut, 1, "ends too early");
}

static void codes_that_stand_for_nothing(void **state)
{
	struct stream first = MAKE(CLEAR, 258, EOI), ahead = MAKE(CLEAR, 'a', 259, EOI);
	struct stream cleared = MAKE(CLEAR, 'a', 'b', 'c', CLEAR, 'a', 260, EOI);

	(void)state;
	refuse(&first, 1, "stands for nothing");
	refuse(&ahead, 2, "stands for nothing");
	refuse(&cleared, 5, "stands for nothing");
}

/* Byte i of a stream of bytes, no two neighbours of which are the same pair for a while. */
static unsigned nth(unsigned i)
{
	return (i * 7 + i / 256) & 0xff;
}

/* After Clear and n bytes, the entry 258 + i is bytes i and i + 1. */
static void put_bytes(struct stream *s, unsigned char *truth, size_t *n_truth, unsigned n)
{
	put_code(s, CLEAR);
	for (unsigned i = 0; i < n; i++) {
		put_code(s, nth(i));
		truth[(*n_truth)++] = (unsigned char)nth(i);
	}
}

static void put_pair(struct stream *s, unsigned char *truth, size_t *n_truth, unsigned entry)
{
	put_code(s, entry);
	truth[(*n_truth)++] = (unsigned char)nth(entry - FIRST);
	truth[(*n_truth)++] = (unsigned char)nth(entry - FIRST + 1);
}

/* Every width and the codes on both sides of each change; the last entry; the table begun anew. */
static void full_table(void **state)
{
	static const unsigned bytes[] = {252,  253,  254,  255,  764,  765, 766,
					 1788, 1789, 1790, 3837, 3838, 3839};
	static unsigned char out[STRIP], truth[STRIP];
	static struct stream s;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		s = (struct stream){.next = 0};
		n = 0;
		put_bytes(&s, truth, &n, bytes[i]);
		put_pair(&s, truth, &n, FIRST + bytes[i] - 2);
		put_pair(&s, truth, &n, FIRST);
		put_bytes(&s, truth, &n, 3);
		put_pair(&s, truth, &n, FIRST + 1);
		put_code(&s, EOI);
		assert_null(decode(s.bytes, (s.bits + 7) / 8, out, n));
		assert_memory_equal(out, truth, n);
	}
}

/* Encoders that go on where a Clear is due are followed as far as libtiff follows them. */
static void late_clear(void **state)
{
	static unsigned char out[STRIP], truth[STRIP];
	static struct stream s;
	size_t n = 0, at_limit;

	(void)state;
	s = (struct stream){.next = 0};
	put_bytes(&s, truth, &n, LZW_MAX_CODES - FIRST);
	put_pair(&s, truth, &n, 4095);
	at_limit = n;
	put_code(&s, nth(0));
	assert_null(decode(s.bytes, (s.bits + 7) / 8, out, at_limit));
	assert_memory_equal(out, truth, at_limit);
	assert_true(libtiff_takes(s.bytes, (s.bits + 7) / 8, truth, at_limit));
	assert_non_null(decode(s.bytes, (s.bits + 7) / 8, out, at_limit + 1));
	assert_false(libtiff_takes(s.bytes, (s.bits + 7) / 8, NULL, at_limit + 1));
}

/* The longest strings: each code is the one that it makes itself. */
static void runs(void **state)
{
	static unsigned char out[2 * STRIP], truth[2 * STRIP];
	static struct stream s;
	size_t n = 1;

	(void)state;
	s = (struct stream){.next = 0};
	put_code(&s, CLEAR);
	put_code(&s, 'r');
	for (unsigned length = 2; n + length <= sizeof(out); n += length++)
		put_code(&s, FIRST + length - 2);
	memset(truth, 'r', n);
	for (size_t cut = 0; cut < 600; cut++) {
		assert_null(decode(s.bytes, (s.bits + 7) / 8, out, n - cut));
		assert_memory_equal(out, truth, n - cut);
	}
}

/* Strings of 15, 16 and 17 bytes, as many as are copied at once, up to every end of a block. */
static void ends_of_blocks(void **state)
{
	unsigned char out[700], truth[sizeof(out)];

	(void)state;
	for (unsigned length = 15; length <= 17; length++) {
		struct stream s = {.next = 0};

		put_code(&s, CLEAR);
		put_code(&s, 'r');
		for (unsigned made = 2; made <= length; made++)
			put_code(&s, FIRST + made - 2);
		for (unsigned i = 0; i < 40; i++)
			put_code(&s, FIRST + length - 2);
		memset(truth, 'r', sizeof(truth));
		for (size_t n = 1; n <= sizeof(out); n++) {
			assert_null(decode(s.bytes, (s.bits + 7) / 8, out, n));
			assert_memory_equal(out, truth, n);
		}
	}
}

static void old_style(void **state)
{
	const unsigned char old[] = {0x00, 0x01, 0x00}, new[] = {0x80, 0x01}, zero[] = {0x00, 0x02};

	(void)state;
	assert_true(lzw_is_old_style(old, 3));
	assert_false(lzw_is_old_style(new, 2));
	assert_false(lzw_is_old_style(zero, 2));
	assert_false(lzw_is_old_style(old, 1));
}

/* --- streams that libtiff wrote, and damaged ones --- */

static const char *const kinds[] = {"noise", "one value", "few values", "ramp", "long repeats"};

static void fill(unsigned char *bytes, size_t n, unsigned kind)
{
	for (size_t i = 0; i < n; i++) {
		unsigned noise = (unsigned)rand() >> 3;

		bytes[i] = (unsigned char)(kind == 0   ? noise
					   : kind == 1 ? 7
					   : kind == 2 ? noise % 3
					   : kind == 3 ? i / 3
						       : i % 1021 * 7);
	}
}

static void what_libtiff_writes(void **state)
{
	static unsigned char bytes[STRIP], stored[2 * STRIP], out[STRIP];
	static const size_t sizes[] = {1, 2, 3, 15, 16, 17, 63, 64, 65, 1000, 4096, 7000, STRIP};

	(void)state;
	srand(3);
	for (unsigned kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++)
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			size_t n = sizes[i], size;
			const char *wrong;

			fill(bytes, n, kind);
			size = encode(bytes, n, stored, sizeof(stored));
			wrong = decode(stored, size, out, n);
			if (wrong)
				fail_msg("%zu bytes of %s: %s", n, kinds[kind], wrong);
			assert_memory_equal(out, bytes, n);
			/* No strict part of the codes will do, but for EOI and padding. */
			assert_non_null(decode(stored, size / 2, out, n));
			assert_non_null(decode(stored, size, out, n + 1));
		}
}

/* Some bits fall over, some bytes are lost. */
static size_t damage(unsigned char *to, const unsigned char *from, size_t size)
{
	size_t cut = rand() % 4 ? 0 : (size_t)rand() % size;

	memcpy(to, from, size);
	for (int i = rand() % 4; i >= 0; i--)
		to[(size_t)rand() % size] ^= (unsigned char)(1 << rand() % 8);
	return size - cut;
}

/* Damage is not always seen, as there is no checksum: but what is seen is the same. */
static void damaged_as_for_libtiff(void **state)
{
	static unsigned char bytes[STRIP], stored[2 * STRIP], bad[2 * STRIP], ours[STRIP];
	static unsigned char theirs[STRIP];
	unsigned n_taken = 0, n_refused = 0;

	(void)state;
	srand(4);
	for (unsigned round = 0; round < 40; round++) {
		size_t n = round % 2 ? STRIP / 4 : 300, size;
		TIFF *tif;

		fill(bytes, n, round % 5);
		size = encode(bytes, n, stored, sizeof(stored));
		tif = open_quietly();
		for (unsigned i = 0; i < 100; i++) {
			size_t left = damage(bad, stored, size);
			const char *wrong;
			bool taken;

			if (lzw_is_old_style(bad, left))
				continue;
			wrong = decode(bad, left, ours, n);
			taken = TIFFReadFromUserBuffer(tif, 0, bad, (tmsize_t)left, theirs,
						       (tmsize_t)n);
			if (taken != !wrong)
				fail_msg("libtiff %s it, here: %s", taken ? "takes" : "refuses",
					 wrong ? wrong : "taken");
			if (taken)
				assert_memory_equal(ours, theirs, n);
			n_taken += taken;
			n_refused += !taken;
		}
		TIFFClose(tif);
	}
	assert_true(n_taken > 100);
	assert_true(n_refused > 100);
}

static int set_up_all(void **state)
{
	lzw = lzw_new();
	return lzw ? set_up(state) : -1;
}

static int tear_down_all(void **state)
{
	lzw_free(lzw);
	return tear_down(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_of_the_specification),
		cmocka_unit_test(ends_and_beginnings),
		cmocka_unit_test(codes_that_stand_for_nothing),
		cmocka_unit_test(full_table),
		cmocka_unit_test(late_clear),
		cmocka_unit_test(runs),
		cmocka_unit_test(ends_of_blocks),
		cmocka_unit_test(old_style),
		cmocka_unit_test(what_libtiff_writes),
		cmocka_unit_test(damaged_as_for_libtiff),
	};
	int failed = 0;

	for (int level = 0; level < N_SIMD_LEVELS; level++)
		if (simd_force((enum simd_level)level) == (enum simd_level)level)
			failed += cmocka_run_group_tests(tests, set_up_all, tear_down_all);
	return failed;
}
