/*
 * Records of scenes: all that --partial writes comes back to the last bit, in one form only; what
 * was cut, changed or forged is refused.
 */
#include <jansson.h>
#include <libdeflate.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../random.h"
#include "accum.h"
#include "catalogue/record.h"
#include "report/partial.h"

/* A recipe of three values: of near values, of far ones, and one whose band is missing. */
static struct recipe recipe = {.n_bands = 3, .n_values = 3};

struct made {
	struct scene scene;
	struct histogram histogram[RECIPE_MAX_VALUES];
	struct scene_result result;
};
static struct made made, back;

struct packed {
	unsigned char *byte;
	size_t n;
};

static int setup(void **state)
{
	static const char *const bands[] = {"red", "nir", "swir16"}, *const values[] = {
									     "ndvi", "dvi", "nbr"};
	static const struct value_grid grids[] = {{0, -1, 1}, {3, -8, 8}, {0, -1, 1}};
	static const uint16_t reads[] = {3, 3, 6};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		(void)strcpy(recipe.band[i].text, bands[i]);
		(void)strcpy(recipe.value[i].name, values[i]);
		recipe.value[i].grid = grids[i];
		recipe.value[i].reads = reads[i];
	}
	return 0;
}

static void add(unsigned v, float value, uint64_t times)
{
	const struct value_grid *grid = &recipe.value[v].grid;

	accum_add(&made.result.value[v].accum, grid, value, times);
	made.histogram[v].count[histogram_slot(grid, value)] += times;
}

static char *copy(const char *text)
{
	char *own = strdup(text);

	assert_non_null(own);
	return own;
}

/* A scene of 4 x 5 pixels, with something in every field that a record has. */
static void make_scene(void)
{
	struct scene *s = &made.scene;

	memset(&made, 0, sizeof(made));
	made.result = (struct scene_result){.scene = s, .status = SCENE_OK, .n_values = 3};
	s->name = copy("a \"b\"\n\xff\xfe\x1b[31m \\x41");
	(void)strcpy(s->sensor, "Sentinel-2 L2A");
	(void)strcpy(s->acquired, "2026-07-01T10:00:31Z");
	s->n_files = 1;
	(void)strcpy(s->files[0].info.crs, "EPSG:32633 \xc3\xa4 \x80");
	s->x_size = 4;
	s->y_size = 5;
	(void)strcpy(s->area_source, "pixels of 10 m");
	s->ground.n_x = 1;
	s->missing = 1 << 2;
	s->unread = 0;
	for (unsigned i = 0; i < 2; i++) {
		s->has_band[i] = true;
		s->band[i].path = copy(i ? "b/\xe9.tif" : "b/a.tif");
		s->band[i].index = i ? UINT32_MAX : 1;
		(void)strcpy(s->band[i].name, recipe.band[i].text);
	}
	(void)strcpy(s->band[2].name, recipe.band[2].text);
	s->masks.n_rules = 2;
	(void)strcpy(s->masks.rule[0].layout, "scl");
	(void)strcpy(s->masks.rule[0].source, "file \x01.jp2, by its name");
	(void)strcpy(s->masks.rule[1].source, "none");
	scene_note(s, "%s", "one note");
	scene_note(s, "%s", "and \x1b another");
	for (unsigned v = 0; v < 2; v++) {
		struct value_result *value = &made.result.value[v];

		accum_clear(&value->accum);
		value->histogram = &made.histogram[v];
		value->area_m2 = 0x1.23456789abcdep+20;
		add(v, 0.5F, 3);
		add(v, v ? 7e9F : -0.25F, 4);
		add(v, v ? -3e10F : 1.5F, 1);
		add(v, 0x1.fffffep-3F, 2);
		value->accum.n[PIXEL_MASKED] = 6;
		value->accum.n[PIXEL_NODATA] = 3;
		value->accum.n[PIXEL_DIV0] = 1;
		value->masked_by.n[REASON_CLOUD] = 1;
		value->masked_by.n[REASON_RANGE] = 5;
	}
	made.result.value[2].area_m2 = NAN;
}

static void make_failed(enum scene_status status)
{
	make_scene();
	for (unsigned i = 0; i < 2; i++) {
		free(made.scene.band[i].path);
		made.scene.band[i].path = NULL;
		made.scene.has_band[i] = false;
	}
	made.scene.missing = 0;
	made.scene.unread = 1 << 1;
	made.result = (struct scene_result){.scene = &made.scene, .status = status};
	(void)error_set(&made.result.error, EX_NOINPUT, "a.tif: \x07 is not there; get it");
}

static struct packed pack(void)
{
	struct packed p;
	struct error err;

	if (record_pack(&p.byte, &p.n, &made.result, &recipe, &err))
		fail_msg("%s", err.text);
	return p;
}

static int unpack(const struct packed *p, struct error *err)
{
	return record_unpack(p->byte, p->n, &recipe, &back.scene, back.histogram, &back.result,
			     err);
}

/* Length and checksum that the bytes must have. */
static void seal(struct packed *p)
{
	uint32_t crc;

	for (unsigned i = 0; i < 4; i++)
		p->byte[4 + i] = (unsigned char)(p->n >> 8 * i);
	crc = libdeflate_crc32(libdeflate_crc32(0, p->byte, 8), p->byte + 12, p->n - 12);
	for (unsigned i = 0; i < 4; i++)
		p->byte[8 + i] = (unsigned char)(crc >> 8 * i);
}

/* What --partial writes of it, which knows all fields, as a text. */
static char *partial_of(const struct scene_result *result)
{
	json_t *o = partial_scene(result, &recipe, 7);
	char *text = json_dumps(o, JSON_REAL_PRECISION(17));

	assert_non_null(text);
	json_decref(o);
	return text;
}

static void expect_the_same(void)
{
	struct packed p = pack(), again;
	struct error err;
	char *a, *b;

	memset(&back, 0xA5, sizeof(back)); /* nothing of it is believed to be clear */
	if (unpack(&p, &err))
		fail_msg("%s", err.text);
	a = partial_of(&made.result);
	b = partial_of(&back.result);
	assert_string_equal(a, b);
	assert_int_equal(record_pack(&again.byte, &again.n, &back.result, &recipe, &err), 0);
	assert_int_equal(again.n, p.n);
	assert_memory_equal(again.byte, p.byte, p.n);
	free(a);
	free(b);
	free(p.byte);
	free(again.byte);
}

/* Beside what a partial shows: bits of numbers, names of bands, what is missing. */
static void expect_bits(void)
{
	assert_int_equal(back.result.n_values, made.result.n_values);
	assert_int_equal(back.scene.missing, made.scene.missing);
	assert_int_equal(back.scene.unread, made.scene.unread);
	assert_int_equal(back.result.error.code, made.result.error.code);
	assert_string_equal(back.result.error.text, made.result.error.text);
	for (unsigned i = 0; i < recipe.n_bands; i++)
		assert_string_equal(back.scene.band[i].name, recipe.band[i].text);
	for (unsigned v = 0; v < back.result.n_values; v++) {
		const struct value_result *a = &made.result.value[v], *b = &back.result.value[v];

		assert_true((a->histogram == NULL) == (b->histogram == NULL));
		if (!a->histogram)
			continue;
		assert_memory_equal(&a->accum, &b->accum, sizeof(a->accum));
		assert_memory_equal(&a->masked_by, &b->masked_by, sizeof(a->masked_by));
		assert_memory_equal(&a->area_m2, &b->area_m2, sizeof(a->area_m2));
		assert_memory_equal(a->histogram, b->histogram, sizeof(*a->histogram));
	}
}

static void release(void)
{
	scene_release(&made.scene);
	scene_release(&back.scene);
}

static void every_field_comes_back(void **state)
{
	(void)state;
	make_scene();
	expect_the_same();
	expect_bits();
	release();
	for (enum scene_status status = SCENE_FAILED; status <= SCENE_SKIPPED; status++) {
		make_failed(status);
		expect_the_same();
		expect_bits();
		assert_int_equal(back.result.status, status);
		release();
	}
}

static void no_valid_pixel_and_all_notes(void **state)
{
	struct value_result *value = &made.result.value[0];

	(void)state;
	make_scene();
	for (unsigned v = 0; v < 2; v++) {
		value = &made.result.value[v];
		memset(&made.histogram[v], 0, sizeof(made.histogram[v]));
		accum_clear(&value->accum);
		value->accum.n[PIXEL_MASKED] = 20;
		value->masked_by.n[REASON_OTHER] = 14;
		value->area_m2 = 0;
	}
	for (unsigned i = 0; i < 2 * SCENE_MAX_NOTES; i++)
		scene_note(&made.scene, "note %u", i);
	expect_the_same();
	expect_bits();
	release();
}

/* Of one value, of up to 4000 different pixels, as many times as any number of bits says. */
static void make_random(bool many)
{
	struct value_result *value = &made.result.value[0];
	uint64_t pixels = 0;

	make_scene();
	made.scene.missing = 0;
	made.result.n_values = 1;
	memset(made.histogram, 0, sizeof(made.histogram[0]));
	accum_clear(&value->accum);
	for (uint64_t n = 1 + random_bits() % (many ? 4000 : 40); n; n--) {
		uint64_t times = 1 + (random_bits() >> (30 + random_bits() % 34));

		add(0, (float)(2 * random_unit() - 1), times);
		pixels += times;
	}
	memset(&value->masked_by, 0, sizeof(value->masked_by));
	made.scene.x_size = 1 << 16; /* to a whole number of rows */
	made.scene.y_size = (uint32_t)(pixels >> 16) + 1;
	value->accum.n[PIXEL_NODATA] =
		((uint64_t)made.scene.y_size << 16) - value->accum.n[PIXEL_VALID];
}

/* Counts of every length, gaps of every length. */
static void histograms_of_all_kinds(void **state)
{
	(void)state;
	recipe.n_values = 1;
	for (unsigned round = 0; round < 300; round++) {
		make_random(round % 3 == 0);
		expect_the_same();
		expect_bits();
		release();
	}
	recipe.n_values = 3;
}

/* The largest and the smallest count in the first and the last slot. */
static void widest_counts(void **state)
{
	static const uint64_t counts[] = {
		1, 31, 32, 4095, 4096, 1u << 19, UINT32_MAX, UINT64_C(1) << 60, INT64_MAX - 9};
	struct value_result *value = &made.result.value[0];

	(void)state;
	recipe.n_values = 1;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct packed p;
		struct error err;

		make_scene();
		made.result.n_values = 1;
		memset(made.histogram, 0, sizeof(made.histogram[0]));
		accum_clear(&value->accum);
		made.histogram[0].count[0] = counts[i];
		made.histogram[0].count[HIST_SLOTS - 1] = 1;
		p = pack();
		/* It is no possible scene, and refused as one: all of it was read. */
		assert_int_equal(unpack(&p, &err), -1);
		assert_non_null(strstr(err.text, "do not add up"));
		assert_memory_equal(made.histogram, back.histogram, sizeof(made.histogram[0]));
		free(p.byte);
		release();
	}
	recipe.n_values = 3;
}

static void expect_refused(const struct packed *p, const char *what, size_t at)
{
	struct error err = {.code = 0};

	if (unpack(p, &err) == 0 || err.code != EX_DATAERR)
		fail_msg("%s %zu of %zu is taken", what, at, p->n);
	scene_release(&back.scene);
}

/* Each of its own block, so that a read beyond its end is seen by the sanitizers. */
static void cut_anywhere(void **state)
{
	struct packed whole, part;

	(void)state;
	make_scene();
	whole = pack();
	for (size_t n = 0; n < whole.n; n++) {
		part = (struct packed){malloc(n + 1), n};
		memcpy(part.byte, whole.byte, n);
		expect_refused(&part, "cut at", n);
		if (n >= 12) { /* as one who works out length and checksum */
			seal(&part);
			expect_refused(&part, "cut and sealed at", n);
		}
		free(part.byte);
	}
	part = (struct packed){malloc(whole.n + 1), whole.n + 1};
	memcpy(part.byte, whole.byte, whole.n);
	part.byte[whole.n] = 0;
	seal(&part);
	expect_refused(&part, "one byte more", whole.n);
	free(part.byte);
	free(whole.byte);
	release();
}

static void any_byte_changed(void **state)
{
	struct packed p;

	(void)state;
	make_scene();
	p = pack();
	for (size_t at = 0; at < p.n; at++)
		for (unsigned change = 1; change < 256; change++) {
			p.byte[at] ^= (unsigned char)change;
			expect_refused(&p, "byte", at);
			p.byte[at] ^= (unsigned char)change;
		}
	free(p.byte);
	release();
}

/* With its checksum: refused, or another possible scene, which has this one form. */
static void any_byte_forged(void **state)
{
	struct packed p, again;
	struct error err;
	unsigned taken = 0;

	(void)state;
	make_scene();
	p = pack();
	for (size_t at = 12; at < p.n; at++)
		for (unsigned change = 1; change < 256; change += 5) {
			p.byte[at] ^= (unsigned char)change;
			seal(&p);
			if (unpack(&p, &err) == 0) {
				taken++;
				assert_int_equal(record_pack(&again.byte, &again.n, &back.result,
							     &recipe, &err),
						 0);
				assert_int_equal(again.n, p.n);
				assert_memory_equal(again.byte, p.byte, p.n);
				free(again.byte);
			} else {
				assert_int_equal(err.code, EX_DATAERR);
			}
			scene_release(&back.scene);
			p.byte[at] ^= (unsigned char)change;
		}
	assert_true(taken > 100); /* letters of names */
	free(p.byte);
	release();
}

static void contradictions(void **state)
{
	struct value_result *value = &made.result.value[0];
	struct packed p;

	(void)state;
#define REFUSED(change)                         \
	do {                                    \
		make_scene();                   \
		change;                         \
		p = pack();                     \
		expect_refused(&p, #change, 0); \
		free(p.byte);                   \
		release();                      \
	} while (0)
	REFUSED(value->accum.sum++);
	REFUSED(value->accum.sum_sq++);
	REFUSED(value->accum.sum_sq *= 4);
	REFUSED(value->accum.n[PIXEL_NODATA]++);
	REFUSED(value->accum.min = NAN);
	REFUSED(value->accum.max = INFINITY);
	REFUSED(value->masked_by.n[REASON_SNOW]++);
	REFUSED(value->area_m2 = -1);
	REFUSED(value->histogram->count[HIST_FIRST + 17]++);
	REFUSED(made.result.value[1].accum.far_sq[0]++);
	REFUSED(made.scene.x_size++);
	REFUSED(made.scene.band[0].index = 0);
	REFUSED(made.result.error.code = EX_DATAERR);
	REFUSED(made.result.value[0].histogram = NULL);
	REFUSED(made.result.status = SCENE_FAILED);
	REFUSED(made.scene.unread = 1);
#undef REFUSED
}

static void other_recipes_and_versions(void **state)
{
	struct packed p;
	struct error err;

	(void)state;
	make_scene();
	p = pack();
	recipe.n_values = 2;
	expect_refused(&p, "another number of values", 2);
	recipe.n_values = 3;
	recipe.n_bands = 2;
	expect_refused(&p, "another number of bands", 2);
	recipe.n_bands = 3;
	p.byte[0] = RECORD_VERSION + 1;
	seal(&p);
	assert_int_equal(unpack(&p, &err), -1);
	assert_int_equal(err.code, EX_DATAERR);
	assert_non_null(strstr(err.text, "later imgpipe"));
	p.byte[0] = 0;
	seal(&p);
	expect_refused(&p, "version", 0);
	free(p.byte);
	made.result.status = SCENE_CANCELLED;
	assert_int_equal(record_pack(&p.byte, &p.n, &made.result, &recipe, &err), -1);
	assert_null(p.byte);
	release();
}

/* A length of a text says 2^62: nothing of that size is asked for. */
static void lengths_are_not_believed(void **state)
{
	static const unsigned char huge[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x3F};
	struct packed p;

	(void)state;
	make_scene();
	p = pack();
	/* status, code 0, text "", then the name's length */
	memcpy(p.byte + 15, huge, sizeof(huge));
	seal(&p);
	expect_refused(&p, "length", 15);
	free(p.byte);
	release();
}

/* Numbers that have another form, and places of slots beyond the last. */
static void one_form_only(void **state)
{
	/* of a record that ends with a histogram of one slot: length; slots used, count 1 behind
	 * three zeros, and no more of them */
	static const unsigned char tails[][6] = {{4, 1, 0x60 | 1, 0, 0}, /* one byte more */
						 {3, 1, 0x60, 1},        /* a count of 0 */
						 {3, 1, 0x80 | 1, 0}, /* longer than it need be */
						 {4, 1, 0x80 | 1, 0x80, 0},
						 {4, 1, 0x60 | 1, 0xFF, 0x50}, /* beyond the last */
						 {5, 1, 0x60 | 1, 0x80, 0x80, 4}, /* 2^16 more */
						 {4, 0x81, 0, 1, 0},
						 {2, 2, 1}};
	struct packed p, forged;
	size_t at;

	(void)state;
	recipe.n_values = 1;
	make_scene();
	made.result.n_values = 1;
	memset(made.histogram, 0, sizeof(made.histogram[0]));
	made.histogram[0].count[3] = 1;
	p = pack();
	assert_int_equal(p.byte[p.n - 3], 1);
	assert_int_equal(p.byte[p.n - 2], 0x60 | 1);
	assert_int_equal(p.byte[p.n - 1], 0);
	at = p.n - 3;
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		struct error err;

		forged = (struct packed){malloc(at + tails[i][0]), at + tails[i][0]};
		memcpy(forged.byte, p.byte, at);
		memcpy(forged.byte + at, tails[i] + 1, tails[i][0]);
		seal(&forged);
		assert_int_equal(unpack(&forged, &err), -1);
		if (!strstr(err.text, "its record is not"))
			fail_msg("tail %zu: %s", i, err.text);
		scene_release(&back.scene);
		free(forged.byte);
	}
	free(p.byte);
	release();
	recipe.n_values = 3;
}

/* --- for tests/oracle/record.py: records, and what --partial writes of the same scenes --- */

static void spill(const char *folder, unsigned number, const char *kind, const void *bytes,
		  size_t size)
{
	char path[512];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%03u.%s", folder, number, kind);
	out = fopen(path, "w");
	if (!out || fwrite(bytes, 1, size, out) != size || fclose(out))
		abort();
}

static void write_both(const char *folder, unsigned number)
{
	struct packed p;
	struct error err;
	char *text = partial_of(&made.result);

	if (record_pack(&p.byte, &p.n, &made.result, &recipe, &err))
		abort();
	spill(folder, number, "record", p.byte, p.n);
	spill(folder, number, "json", text, strlen(text));
	free(text);
	free(p.byte);
	release();
}

static int write_records(const char *folder)
{
	unsigned number = 0;
	void *none = NULL;

	(void)setup(&none);
	make_scene();
	write_both(folder, number++);
	make_failed(SCENE_FAILED);
	write_both(folder, number++);
	make_failed(SCENE_SKIPPED);
	write_both(folder, number++);
	recipe.n_values = 1;
	while (number < 120) {
		make_random(number % 3 == 0);
		write_both(folder, number++);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_comes_back),
		cmocka_unit_test(no_valid_pixel_and_all_notes),
		cmocka_unit_test(histograms_of_all_kinds),
		cmocka_unit_test(widest_counts),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(any_byte_changed),
		cmocka_unit_test(any_byte_forged),
		cmocka_unit_test(contradictions),
		cmocka_unit_test(other_recipes_and_versions),
		cmocka_unit_test(lengths_are_not_believed),
		cmocka_unit_test(one_form_only),
	};

	if (argc == 3 && strcmp(argv[1], "--write") == 0)
		return write_records(argv[2]);
	return cmocka_run_group_tests(tests, setup, NULL);
}
