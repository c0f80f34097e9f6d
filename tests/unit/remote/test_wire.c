/*
 * What travels comes back the same: groups of cells over the wire, scenes through partial results;
 * and what is damaged on the way is refused.
 */
#include <assert.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pixels/cells.h"
#include "report/partial.h"
#include "recipe.h"

enum { ROOM = 1 << 17 };

/* A group of the cells of NDVI. */
struct group {
	struct cell_group head;
	struct accum accum;
	_Alignas(16) struct mask_counts masked_by;
	_Alignas(16) struct histogram histogram;
	_Alignas(16) uint128 ground;
};

/* In front of the histogram as it travels: cells stand on multiples of 16. */
enum {
	REASONS_BYTES = (sizeof(struct mask_counts) + 15) / 16 * 16,
	HEAD_BYTES = sizeof(struct packed_group) + sizeof(struct accum) + REASONS_BYTES,
};

static struct group group, back;
static struct result_layout layout;
static _Alignas(16) unsigned char room[ROOM];

/* Values of all kinds: near, outside [-1, 1], far beyond 2^16. */
static void fill(struct group *p, const float *value, unsigned n, uint64_t times)
{
	memset(p, 0, sizeof(*p));
	accum_clear(&p->accum);
	for (unsigned i = 0; i < n; i++) {
		accum_add(&p->accum, &recipe_ndvi.value[0].grid, value[i], times);
		p->histogram.count[histogram_slot(&recipe_ndvi.value[0].grid, value[i])] += times;
	}
	p->accum.n[PIXEL_NODATA] = 7;
	p->masked_by.n[REASON_SNOW] = times;
	p->ground = (uint128)n << 70;
	p->head.tile = 42;
}

static const float some[] = {-0.25f, 0.1f, 0.8f, 1.5f, -3e5f, 2e9f, 0};
static const float one[] = {0.5f};

static void groups_travel(void **state)
{
	struct error err;
	size_t bytes;

	(void)state;
	fill(&group, some, 7, 3);
	bytes = group_pack(&layout, room, &group.head);
	assert_int_equal(group_unpack(&layout, &back.head, room, bytes, &err), 0);
	assert_memory_equal(&back, &group, sizeof(group));

	fill(&group, one, 1, (uint64_t)UINT32_MAX + 5); /* counts of 64 bits */
	bytes = group_pack(&layout, room, &group.head);
	assert_int_equal(bytes,
			 HEAD_BYTES + sizeof(uint128) + sizeof(struct packed_histogram) + 16);
	assert_int_equal(group_unpack(&layout, &back.head, room, bytes, &err), 0);
	assert_memory_equal(&back, &group, sizeof(group));

	fill(&group, NULL, 0, 0); /* no valid pixel */
	bytes = group_pack(&layout, room, &group.head);
	assert_int_equal(bytes, HEAD_BYTES + sizeof(uint128) + sizeof(struct packed_histogram));
	assert_int_equal(group_unpack(&layout, &back.head, room, bytes, &err), 0);
	assert_memory_equal(&back, &group, sizeof(group));
}

static void malformed_groups(void **state)
{
	struct packed_histogram *p = (void *)(room + HEAD_BYTES);
	struct error err;
	size_t bytes;

	(void)state;
	fill(&group, some, 7, 3);
	bytes = group_pack(&layout, room, &group.head);
	assert_int_equal(group_unpack(&layout, &back.head, room, bytes - 1, &err), -1);
	assert_int_equal(group_unpack(&layout, &back.head, room, 8, &err), -1);
	p->first_slot = HIST_SLOTS;
	assert_int_equal(group_unpack(&layout, &back.head, room, bytes, &err), -1);
	p->first_slot = 0;
	p->n_slots = UINT32_MAX;
	assert_int_equal(group_unpack(&layout, &back.head, room, bytes, &err), -1);
}

static struct scene_result result_of(struct scene *scene, struct group *p)
{
	char *path = (char *)(uintptr_t) "a.tif";

	*scene = (struct scene){.name = (char *)(uintptr_t) "a \"b\"", .x_size = 4, .y_size = 7};
	for (unsigned slot = 0; slot <= 1; slot++) {
		scene->has_band[slot] = true;
		scene->band[slot] = (struct band){.path = path, .index = (uint32_t)slot + 1};
	}
	strcpy(scene->sensor, "Sentinel-2 L2A");
	scene_note(scene, "a note");
	return (struct scene_result){
		.scene = scene,
		.status = SCENE_OK,
		.n_values = 1,
		.value = {{.accum = p->accum, .histogram = &p->histogram, .area_m2 = 0.1 + 0.2}}};
}

static void scenes_come_back(void **state)
{
	static struct histogram histogram;
	struct scene scene, read;
	struct scene_result result, got;
	struct error err;
	uint64_t number;
	json_t *object;

	(void)state;
	fill(&group, some, 7, 3);
	result = result_of(&scene, &group);
	object = partial_scene(&result, &recipe_ndvi, 12);
	assert_non_null(object);
	assert_int_equal(
		partial_read_scene(object, &recipe_ndvi, &read, &histogram, &got, &number, &err),
		0);
	assert_int_equal(number, 12);
	assert_string_equal(read.name, scene.name);
	assert_string_equal(read.sensor, scene.sensor);
	assert_string_equal(read.notes[0], "a note");
	assert_memory_equal(&got.value[0].accum, &result.value[0].accum, sizeof(struct accum));
	assert_memory_equal(&histogram, &group.histogram, sizeof(histogram));
	assert_true(got.value[0].area_m2 == result.value[0].area_m2);
	scene_release(&read);
	json_decref(object);
}

/* One value at a time made wrong: none of it is taken. */
static void damaged_scenes(void **state)
{
	static const char *const keys[] = {"number", "name",  "status", "error_code", "error",
					   "crs",    "notes", "bands",  "indices",    "x_size"};
	static const char *const value_keys[] = {"histogram", "accum", "area_m2"};
	const size_t n_keys = sizeof(keys) / sizeof(keys[0]);
	static struct histogram histogram;
	struct scene scene, read;
	struct scene_result result, got;
	struct error err;
	uint64_t number;

	(void)state;
	fill(&group, some, 7, 3);
	result = result_of(&scene, &group);
	for (size_t i = 0; i < n_keys + 3; i++) {
		json_t *object = partial_scene(&result, &recipe_ndvi, 0), *at = object;

		if (i >= n_keys)
			at = json_object_get(json_object_get(object, "indices"), "ndvi");
		assert_int_equal(json_object_set_new(at,
						     i < n_keys ? keys[i] : value_keys[i - n_keys],
						     json_true()),
				 0);
		assert_int_equal(partial_read_scene(object, &recipe_ndvi, &read, &histogram, &got,
						    &number, &err),
				 -1);
		scene_release(&read);
		json_decref(object);
	}
	assert_int_equal(
		partial_read_scene(NULL, &recipe_ndvi, &read, &histogram, &got, &number, &err), -1);
	scene_release(&read);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_travel),
		cmocka_unit_test(malformed_groups),
		cmocka_unit_test(scenes_come_back),
		cmocka_unit_test(damaged_scenes),
	};

	pixels_layout(&layout, &(struct options){.recipe = &recipe_ndvi});
	assert(layout.group_bytes <= sizeof(struct group) + GROUP_ALIGN);
	assert(layout.packed_most <= ROOM);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
