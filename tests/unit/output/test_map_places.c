/*
 * Places of artifacts: what no spool can hold is refused, whoever says so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "output/map_places.h"
#include "output/tile_record.h"

#define MOST (UINT64_C(1) << PLACE_OFFSET_BITS)
enum { TILE_BYTES = 100, SAMPLES_BYTES = 256 };

static uint64_t place[2], samples[2];
static uint32_t bytes[2];
static struct map_places places = {
	.n_tiles = 2,
	.place = place,
	.bytes = bytes,
	.samples = {.first = 5, .n = 2, .bytes = SAMPLES_BYTES, .place = samples},
};

static int tile(unsigned rank, uint64_t offset)
{
	struct error err = {0};
	int status = map_places_set_tile(&places, 1, rank, offset, TILE_BYTES, &err);

	assert_int_equal(err.code, status ? EX_SOFTWARE : 0);
	return status;
}

static int picture(unsigned rank, uint64_t offset)
{
	struct error err = {0};
	int status = map_places_set_samples(&places, 6, rank, offset, &err);

	assert_int_equal(err.code, status ? EX_SOFTWARE : 0);
	return status;
}

/* An offset that a worker has spoiled would name the spool of another rank. */
static void ends_of_spools_are_not_believed(void **state)
{
	static const uint64_t bad[] = {MOST, MOST + 1, 3 * MOST, INT64_MAX, UINT64_MAX};
	const uint64_t last_tile = MOST - TILE_BYTES - TILE_RECORD_MORE;
	const uint64_t last_samples = MOST - SAMPLES_BYTES;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		place[1] = samples[1] = PLACE_NONE;
		assert_int_equal(tile(0, bad[i]), -1);
		assert_int_equal(picture(0, bad[i]), -1);
		assert_true(place[1] == PLACE_NONE && samples[1] == PLACE_NONE);
	}
	assert_int_equal(tile(0, last_tile + 1), -1);
	assert_int_equal(picture(0, last_samples + 1), -1);
	assert_int_equal(tile(UINT16_MAX, 0), -1); /* would be PLACE_NONE at the last offset */
	assert_int_equal(tile(7, last_tile), 0);
	assert_int_equal(picture(7, last_samples), 0);
	assert_int_equal(place_rank(place[1]), 7);
	assert_true(place_offset(place[1]) == last_tile && bytes[1] == TILE_BYTES);
	assert_true(place_rank(samples[1]) == 7 && place_offset(samples[1]) == last_samples);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_of_spools_are_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
