/*
 * Scenes on their way between processes: what is packed comes back, field by field, and whatever
 * else comes is refused or harmless. A scene that was unpacked can be planned, reported and freed.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"

static unsigned char room[SCENE_PACKED_MAX];

static void fill_file(struct scene_file *file, const char *path, const char *reader,
		      uint32_t x_size, uint32_t y_size)
{
	file->path = strdup(path);
	file->info = (struct raster_info){.x_size = x_size,
					  .y_size = y_size,
					  .n_bands = 7,
					  .type = SAMPLE_F32,
					  .block_x_size = 256,
					  .block_y_size = 128,
					  .tiled = true,
					  .band_interleaved = true,
					  .codec = "DEFLATE+p2",
					  .file_bytes = 123456789012,
					  .changed = {.tv_sec = 17, .tv_nsec = 999999999},
					  .block_bytes = 65536,
					  .raw_bytes = 70000,
					  .codec_bytes = 4321,
					  .rows_can_stream = true,
					  .has_mask = true,
					  .fill = -9999,
					  .geotransform = {1, 2, 3, 4, 5, -6.5},
					  .has_geotransform = true,
					  .projected = true,
					  .unit_metres = 0.3048,
					  .crs = "EPSG:32633"};
	strcpy(file->info.reader, reader);
}

/* File 0 has the scene's grid; file 1, of a quality band, a coarser one; file 2 a finer one. */
static void fill_band(struct band *band, unsigned slot, unsigned file)
{
	*band = (struct band){.name = "B8A",
			      .path = strdup("/data/x.tif"),
			      .index = 3 + slot % 3,
			      .type = SAMPLE_F32,
			      .scale = 1e-4,
			      .offset = -0.1,
			      .nodata = NAN,
			      .has_nodata = true,
			      .ratio = file == 1 ? 2 : 1,
			      .finer = file == 2 ? 2 : 0,
			      .file = file,
			      .source = "band description 'B8'",
			      .scale_source = "product rule"};
}

static void fill(struct scene *scene)
{
	*scene = (struct scene){.id = 42,
				.name = strdup("T33UUB \xc3\xa9\x01"),
				.sensor = "Sentinel-2 L2A",
				.acquired = "2022-06-01",
				.n_files = 3,
				.missing = 0x8001,
				.has_reflectance = true,
				.x_size = 1000,
				.y_size = 900,
				.store_x_size = 256,
				.store_y_size = 128,
				.tile_x_size = 256,
				.tile_y_size = 5000,
				.pixel_area_m2 = 100,
				.ground = {.n_x = 1,
					   .n_y = 2,
					   .block = 1000,
					   .least = 99,
					   .most = 101,
					   .node = {99, 101}},
				.area_source = "on the ground",
				.masked = true,
				.n_notes = 2,
				.notes = {"one", "two"}};
	fill_file(&scene->files[0], "/data/x.tif", "tiff", 1000, 900);
	fill_file(&scene->files[1], "/data/y.jp2", "gdal", 500, 450);
	fill_file(&scene->files[2], "/data/z.tif", "tiff", 2000, 1800);
	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++) {
		if (slot > 2 && slot < SCENE_QA - 1)
			continue;
		scene->has_band[slot] = true;
		fill_band(&scene->band[slot], slot, slot == SCENE_QA ? 1 : slot == 0 ? 2 : 0);
	}
	scene->masks = (struct scene_masks){
		.n_tests = 2,
		.test = {{.slot = SCENE_QA,
			  .n = 2,
			  .condition = {{.bits = 8, .reason = REASON_CLOUD, .lo = 8, .hi = 8},
					{.reason = REASON_SNOW, .lo = 11, .hi = INFINITY}}},
			 {.slot = SCENE_QA + 1,
			  .rule = 1,
			  .keep = true,
			  .reason = REASON_OTHER,
			  .n = 1,
			  .condition = {{.lo = -0.5, .hi = 20}}}},
		.n_rules = 2,
		.rule = {{.layout = "scl", .source = "file x"}, {.source = "file y"}},
	};
}

/* Owned texts by what they say, the rest by its bytes (both records began as zeros). */
static void assert_same_text(char **a, char **b)
{
	assert_true(!*a == !*b);
	if (*a)
		assert_string_equal(*a, *b);
	free(*a);
	free(*b);
	*a = *b = NULL;
}

static void assert_same(struct scene *a, struct scene *b)
{
	assert_same_text(&a->name, &b->name);
	for (int i = 0; i < SCENE_MAX_FILES; i++)
		assert_same_text(&a->files[i].path, &b->files[i].path);
	for (int i = 0; i < SCENE_MAX_BANDS; i++)
		assert_same_text(&a->band[i].path, &b->band[i].path);
	assert_memory_equal(a, b, sizeof(*a));
}

static void scenes_travel(void **state)
{
	struct scene scene, back;
	struct error err = {0};
	size_t bytes;

	(void)state;
	memset(&scene, 0, sizeof(scene));
	fill(&scene);
	bytes = scene_pack(room, &scene, &err);
	assert_in_range(bytes, 1, SCENE_PACKED_MAX);
	assert_int_equal(scene_unpack(&back, room, bytes, true, &err), 0);
	assert_same(&scene, &back);
}

/* Notes beyond the last place are counted there. */
static void notes_are_counted(void **state)
{
	static struct scene scene;

	(void)state;
	for (unsigned i = 0; i < SCENE_MAX_NOTES; i++)
		scene_note(&scene, "note %u", i);
	assert_string_equal(scene.notes[SCENE_MAX_NOTES - 1], "note 7");
	scene_note(&scene, "one more");
	assert_string_equal(scene.notes[SCENE_MAX_NOTES - 1],
			    "and 2 more notes, which have no room here");
	scene_note(&scene, "another");
	assert_string_equal(scene.notes[SCENE_MAX_NOTES - 1],
			    "and 3 more notes, which have no room here");
	assert_int_equal(scene.n_notes, SCENE_MAX_NOTES);
	scene_release(&scene);
}

/* Whatever decides the numbers shows in the fingerprint. */
static void changes_show(void **state)
{
	static struct scene scene, other;
	struct error err = {0};
	size_t bytes;
	uint64_t print;

	(void)state;
	memset(&scene, 0, sizeof(scene));
	fill(&scene);
	print = scene_print(&scene);
	bytes = scene_pack(room, &scene, &err);
	assert_int_equal(scene_unpack(&other, room, bytes, true, &err), 0);
	assert_true(scene_print(&other) == print);
	scene_release(&other);
#define SHOWS(change)                                      \
	do {                                               \
		other = scene;                             \
		change;                                    \
		assert_true(scene_print(&other) != print); \
	} while (0)
	SHOWS(other.band[0].nodata = 0);
	SHOWS(other.band[0].has_nodata = false);
	SHOWS(other.band[1].scale = 2e-4);
	SHOWS(other.band[1].offset = 0);
	SHOWS(other.band[1].index = 1);
	SHOWS(other.band[SCENE_QA].file = 0);
	SHOWS(other.band[SCENE_QA].type = SAMPLE_U8);
	SHOWS(other.has_band[2] = false);
	SHOWS(other.missing = 0);
	SHOWS(other.masked = false);
	SHOWS(other.masks.n_tests = 1);
	SHOWS(other.masks.test[0].condition[1].hi = 11);
	SHOWS(other.masks.test[1].keep = false);
	SHOWS(other.ground.node[0] += 1);
	SHOWS(other.ground.n_x = 0);
	SHOWS(other.ground.block = 1);
	SHOWS(other.pixel_area_m2 += 1);
	SHOWS(other.has_reflectance = !scene.has_reflectance);
#undef SHOWS
	scene_release(&scene);
}

/* A lab's scene has no files; one that failed to open has a name, and files as far as it got. */
static void sparse_scenes_travel(void **state)
{
	struct scene made = {.x_size = 9,
			     .y_size = 8,
			     .store_x_size = 9,
			     .store_y_size = 1,
			     .tile_x_size = 9,
			     .tile_y_size = 1};
	struct scene failed = {.id = 3, .n_files = 1}, back;
	struct error err = {0};
	size_t bytes;

	(void)state;
	made.name = strdup("what was asked for");
	bytes = scene_pack(room, &made, &err);
	assert_int_equal(scene_unpack(&back, room, bytes, true, &err), 0);
	assert_same(&made, &back);

	failed.name = strdup("x");
	failed.files[0].path = strdup("x.tif");
	bytes = scene_pack(room, &failed, &err);
	assert_int_equal(scene_unpack(&back, room, bytes, true, &err), -1);
	assert_int_equal(scene_unpack(&back, room, bytes, false, &err), 0);
	assert_same(&failed, &back);
}

static void long_names_are_refused(void **state)
{
	static char name[SCENE_TEXT_MAX + 1];
	struct scene scene = {0}, back;
	struct error err = {0};

	(void)state;
	memset(name, 'n', SCENE_TEXT_MAX);
	fill(&scene);
	free(scene.files[1].path);
	scene.files[1].path = name;
	assert_int_equal(scene_pack(room, &scene, &err), 0);
	assert_non_null(strstr(err.text, "cannot be handed"));
	name[SCENE_TEXT_MAX - 1] = '\0'; /* just fits */
	assert_int_equal(scene_unpack(&back, room, scene_pack(room, &scene, &err), true, &err), 0);
	assert_string_equal(back.files[1].path, name);
	scene.files[1].path = NULL;
	scene_release(&scene);
	scene_release(&back);
}

/* Cut anywhere, and longer by a byte. */
static void cut_scenes_are_refused(void **state)
{
	struct scene scene = {0}, back;
	struct error err;
	size_t bytes;

	(void)state;
	fill(&scene);
	bytes = scene_pack(room, &scene, &err);
	for (size_t cut = 0; cut < bytes; cut++) {
		unsigned char *exact = malloc(cut + 1); /* a sanitizer sees what is read behind */

		memcpy(exact, room, cut);
		assert_int_equal(scene_unpack(&back, exact, cut, true, &err), -1);
		assert_int_equal(err.code, EX_SOFTWARE);
		assert_null(back.name);
		free(exact);
	}
	assert_int_equal(scene_unpack(&back, room, bytes + 1, true, &err), -1);
	scene_release(&scene);
}

/* One change that each must refuse: applied to the record, which is then packed as it is. */
#define CHANGES                                                               \
	CHANGE(x_size, scene.x_size = 0)                                      \
	CHANGE(y_size, scene.y_size = 0)                                      \
	CHANGE(store, scene.store_x_size = 0)                                 \
	CHANGE(large_store, scene.store_y_size = 901)                         \
	CHANGE(tile, scene.tile_y_size = 0)                                   \
	CHANGE(area, scene.pixel_area_m2 = -1)                                \
	CHANGE(no_area, scene.pixel_area_m2 = NAN)                            \
	CHANGE(ground_across, scene.ground.n_x = GROUND_NODES_X + 1)          \
	CHANGE(ground_down, scene.ground.n_y = 0)                             \
	CHANGE(ground_block, scene.ground.block = 0)                          \
	CHANGE(ground_node, scene.ground.node[1] = 1e17)                      \
	CHANGE(ground_nan, scene.ground.node[0] = NAN)                        \
	CHANGE(ground_most, scene.ground.most = INFINITY)                     \
	CHANGE(block, scene.files[1].info.block_y_size = 0)                   \
	CHANGE(bands, scene.files[0].info.n_bands = 0)                        \
	CHANGE(type, *(uint32_t *)&scene.files[0].info.type = N_SAMPLE_TYPES) \
	CHANGE(reader, strcpy(scene.files[0].info.reader, "tif"))             \
	CHANGE(name, scene.band[1].name[0] = 0)                               \
	CHANGE(index, scene.band[0].index = 0)                                \
	CHANGE(large_index, scene.band[0].index = 8)                          \
	CHANGE(ratio, scene.band[SCENE_QA].ratio = 0)                         \
	CHANGE(scale, scene.band[0].scale = INFINITY)                         \
	CHANGE(offset, scene.band[0].offset = NAN)                            \
	CHANGE(file, scene.band[SCENE_QA].file = 3)                           \
	CHANGE(other_type, scene.band[1].type = SAMPLE_F64)                   \
	CHANGE(type_of_file, scene.files[1].info.type = SAMPLE_U8)            \
	CHANGE(coarse, scene.band[1].ratio = 2)                               \
	CHANGE(fine, scene.band[1].finer = 2)                                 \
	CHANGE(much_finer, scene.band[0].finer = 1u << 31)                    \
	CHANGE(small_coarse, scene.files[1].info.x_size = 499)                \
	CHANGE(small_fine, scene.files[2].info.y_size = 1799)                 \
	CHANGE(small_file, scene.files[0].info.y_size = 899)                  \
	CHANGE(nodata, scene.band[0].nodata = 1e300)                          \
	CHANGE(no_bands, memset(scene.has_band, 0, sizeof(scene.has_band)))   \
	CHANGE(bool_, memset(&scene.masked, 2, 1))                            \
	CHANGE(file_bool, memset(&scene.files[1].info.has_mask, 255, 1))

static void unsound_scenes_are_refused(void **state)
{
	struct error err;

	(void)state;
#define CHANGE(what, change)                                                                    \
	{                                                                                       \
		struct scene scene = {0}, back;                                                 \
                                                                                                \
		fill(&scene);                                                                   \
		change;                                                                         \
		if (scene_unpack(&back, room, scene_pack(room, &scene, &err), true, &err) == 0) \
			fail_msg("%s was taken", #what);                                        \
		assert_null(back.name);                                                         \
		scene_release(&scene);                                                          \
	}
	CHANGES
#undef CHANGE
}

/* A truth value of 2, where the first byte differs between a scene with a band and without. */
static void bands_are_there_or_not(void **state)
{
	static unsigned char without[SCENE_PACKED_MAX];
	struct scene scene = {0}, back;
	struct error err;
	size_t bytes, at = 0;

	(void)state;
	fill(&scene);
	bytes = scene_pack(without, &scene, &err);
	scene.has_band[5] = true;
	assert_true(scene_pack(room, &scene, &err) > bytes);
	while (room[at] == without[at])
		at++;
	assert_int_equal(without[at], 0);
	without[at] = 2;
	assert_int_equal(scene_unpack(&back, without, bytes, true, &err), -1);
	assert_null(back.name);
	scene_release(&scene);
}

/* Where counts lie: id, length of the name, name, two texts; then n_files. */
static void counts_are_bounded(void **state)
{
	struct scene scene = {0}, back;
	const size_t n_files = 4 + 2 + strlen("T33UUB \xc3\xa9\x01") + 2 +
			       strlen("Sentinel-2 L2A") + 2 + strlen("2022-06-01");
	struct error err;
	size_t bytes;
	uint32_t stated;

	(void)state;
	fill(&scene);
	bytes = scene_pack(room, &scene, &err);
	memcpy(&stated, room + n_files, sizeof(stated));
	assert_int_equal(stated, 3);
	for (stated = SCENE_MAX_FILES + 1; stated >= SCENE_MAX_FILES + 1; stated <<= 1) {
		memcpy(room + n_files, &stated, sizeof(stated));
		assert_int_equal(scene_unpack(&back, room, bytes, false, &err), -1);
	}
	scene_release(&scene);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* What a scene that was believed is used for: divisions by its sizes, texts to their ends. */
static void use(const struct scene *scene)
{
	size_t sum = strlen(scene->name) + strlen(scene->sensor) + strlen(scene->acquired);

	for (unsigned i = 0; i < scene->n_notes; i++)
		sum += strlen(scene->notes[i]);
	for (unsigned i = 0; i < scene->n_files; i++) {
		assert_in_range(scene->files[i].info.type, 0, N_SAMPLE_TYPES - 1);
		sum += strlen(scene->files[i].info.crs) + strlen(scene->files[i].info.codec);
		sum += scene->files[i].info.x_size / scene->files[i].info.block_x_size;
		assert_non_null(scene->files[i].path);
	}
	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++)
		if (scene->has_band[slot])
			assert_true(scene->band[slot].file < scene->n_files);
	assert_true(scene_tiles_across(scene) >= 1 && scene_tiles_down(scene) >= 1);
	assert_true(sum + scene->x_size / scene->store_x_size > 0);
}

static void altered_scenes_are_harmless(void **state)
{
	static unsigned char altered[SCENE_PACKED_MAX];
	struct scene scene = {0}, back;
	uint32_t seed = 2463534242;
	struct error err;
	unsigned taken = 0;
	size_t bytes;

	(void)state;
	fill(&scene);
	bytes = scene_pack(room, &scene, &err);
	for (int round = 0; round < 100000; round++) {
		memcpy(altered, room, bytes);
		for (uint32_t n = 1 + next_random(&seed) % 4; n; n--)
			altered[next_random(&seed) % bytes] = (unsigned char)next_random(&seed);
		if (scene_unpack(&back, altered, bytes, true, &err) == 0) {
			use(&back);
			taken++;
		} else {
			assert_null(back.name);
		}
		scene_release(&back);
	}
	assert_in_range(taken, 1000, 99000); /* both happen */
	scene_release(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scenes_travel),
		cmocka_unit_test(changes_show),
		cmocka_unit_test(notes_are_counted),
		cmocka_unit_test(sparse_scenes_travel),
		cmocka_unit_test(long_names_are_refused),
		cmocka_unit_test(cut_scenes_are_refused),
		cmocka_unit_test(unsound_scenes_are_refused),
		cmocka_unit_test(bands_are_there_or_not),
		cmocka_unit_test(counts_are_bounded),
		cmocka_unit_test(altered_scenes_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
