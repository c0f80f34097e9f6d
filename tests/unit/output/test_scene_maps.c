/*
 * From artifacts to files with names: what workers say is checked, the same bytes come out whatever
 * the order, K and folder of the spools, nothing is left of what fails, and memory is as planned.
 * `--write FOLDER X Y TILE K TYPE CODEC CONTAINER BIGTIFF SPARSE` writes a file for
 * tests/oracle/map_files.py.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <malloc.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input/geo_tags.h"
#include "options.h"
#include "output/average.h"
#include "output/scene_maps.h"
#include "output/tile_codec.h"
#include "output/tile_record.h"

/* --- memory of this program, counted --- */

static size_t held, held_peak;

#ifndef IMGPIPE_SANITIZED
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void __libc_free(void *p);

static void *count(void *p)
{
	size_t now = __atomic_add_fetch(&held, p ? malloc_usable_size(p) : 0, __ATOMIC_RELAXED);

	if (now > held_peak)
		held_peak = now;
	return p;
}

void *malloc(size_t n)
{
	return count(__libc_malloc(n));
}

void *calloc(size_t n, size_t size)
{
	return count(__libc_calloc(n, size));
}

void free(void *p)
{
	if (p)
		(void)__atomic_sub_fetch(&held, malloc_usable_size(p), __ATOMIC_RELAXED);
	__libc_free(p);
}
#endif

/* --- a scene of numbers that follow from their place --- */

static char folder[] = "/tmp/imgpipe-test-maps.XXXXXX";

struct world {
	struct maps maps;
	struct scene scene;
	struct options options;
	struct chunk_grid grid;
	struct spools *spools;
	struct artifact *artifact;
	size_t n;
};

static bool out(uint32_t x, uint32_t y)
{
	return (x / 5 + y / 3) % 11 == 0 || (x >= 600 && x < 900 && y < 300);
}

static int32_t stored(uint32_t x, uint32_t y, int32_t range)
{
	return (int32_t)(((uint64_t)x * 7919 + (uint64_t)y * 104729 + (uint64_t)x * y) %
			 (uint64_t)range);
}

static void put_sample(const struct map_def *map, uint32_t x, uint32_t y, bool inside,
		       unsigned char *at)
{
	const uint32_t nan = 0x7fc00000;
	bool no = !inside || out(x, y);
	float f32 = (float)stored(x, y, 20001) / 3;
	int16_t i16 = no ? INT16_MIN : (int16_t)(stored(x, y, 20001) - 10000);

	if (map->type == MAP_FLOAT32)
		memcpy(at, no ? (const void *)&nan : &f32, 4);
	else if (map->type == MAP_INT16)
		memcpy(at, &i16, 2);
	else
		*at = no ? 255 : (unsigned char)stored(x, y, map->kind == MAP_CLASSES ? 13 : 251);
}

static const struct maps plain = {
	.name = "{scene}_{index}.tif",
	.files = true,
	.sync = true,
	.n = 1,
	.map = {{.kind = MAP_VALUE,
		 .name = "ndvi",
		 .type = MAP_INT16,
		 .scale = 0.0001,
		 .nodata = -32768}},
	.format = {.container = CONTAINER_COG,
		   .codec = MAP_NONE,
		   .predictor = 1,
		   .tile = 128,
		   .overviews = true},
};

static void set_type(struct map_def *map, enum map_type type)
{
	map->type = type;
	map->scale = type == MAP_FLOAT32 ? 1 : type == MAP_INT16 ? 0.0001 : 0.008;
	map->offset = type == MAP_UINT8 ? -1 : 0;
	map->nodata = type == MAP_FLOAT32 ? NAN : type == MAP_INT16 ? -32768 : 255;
}

static void make_world(struct world *world, const struct maps *maps, uint32_t x_size,
		       uint32_t y_size, unsigned level, const char *spool_folder)
{
	struct spools_place place = {.folder = spool_folder, .n = 1, .n_ranks = 1};
	struct error err = {0};

	*world = (struct world){
		.maps = *maps,
		.scene = {.name = (char *)"s", .x_size = x_size, .y_size = y_size},
		.options = {.recipe = &recipe_ndvi},
		.grid = {.x_size = x_size,
			 .y_size = y_size,
			 .chunk_x_size = maps->format.tile << level,
			 .chunk_y_size = maps->format.tile << level,
			 .unit = maps->format.tile,
			 .level = level},
	};
	if (!world->maps.folder)
		world->maps.folder = folder;
	if (spools_open(&world->spools, &place, &err))
		fail_msg("%s", err.text);
	world->artifact = calloc(200000, sizeof(*world->artifact));
	assert_non_null(world->artifact);
}

static void end_world(struct world *world)
{
	spools_close(world->spools);
	free(world->artifact);
}

/* Append and record. */
static void say(struct world *world, unsigned output, enum map_artifact kind, uint64_t number,
		const struct iovec *part, int n)
{
	struct artifact *new = &world->artifact[world->n++];
	struct error err = {0};

	*new = (struct artifact){
		.output = (uint16_t)output, .kind = (uint16_t)kind, .number = number};
	for (int i = 0; i < n; i++)
		new->bytes += part[i].iov_len;
	if (n && spool_append(world->spools, 0, part, n, &new->offset, &err))
		fail_msg("%s", err.text);
}

static bool all_nodata(const struct map_def *map, const unsigned char *samples, size_t n)
{
	unsigned char nodata[4];
	size_t bytes = map_sample_bytes(map->type);

	put_sample(map, 0, 0, false, nodata);
	for (size_t i = 0; i < n; i++)
		if (memcmp(samples + i * bytes, nodata, bytes) != 0)
			return false;
	return true;
}

static void say_tile(struct world *world, unsigned output, uint64_t number,
		     const unsigned char *samples, struct tile_encoder *encoder, void *room)
{
	const struct map_format *format = &world->maps.format;
	const struct map_def *map = &world->maps.map[output];
	unsigned char leader[4], trailer[4];
	struct error err = {0};
	size_t n;

	if (format->sparse && all_nodata(map, samples, (size_t)format->tile * format->tile)) {
		say(world, output, ARTIFACT_TILE, number, NULL, 0);
		return;
	}
	n = tile_encode(encoder, map->type, samples, room, &err);
	if (!n)
		fail_msg("%s", err.text);
	tile_record_ends(room, (uint32_t)n, leader, trailer);
	say(world, output, ARTIFACT_TILE, number,
	    (const struct iovec[]){{leader, 4}, {room, n}, {trailer, 4}}, 3);
}

/* The samples of a tile of any level, worked out of all pixels below it. */
static void make_samples(const struct world *world, const struct map_def *map, unsigned level,
			 uint32_t tx, uint32_t ty, unsigned char *samples)
{
	uint32_t tile = world->maps.format.tile;
	size_t bytes = map_sample_bytes(map->type);

	if (level == 0) {
		for (uint32_t y = 0; y < tile; y++)
			for (uint32_t x = 0; x < tile; x++)
				put_sample(map, tx * tile + x, ty * tile + y,
					   tx * tile + x < world->scene.x_size &&
						   ty * tile + y < world->scene.y_size,
					   samples + ((size_t)y * tile + x) * bytes);
		return;
	}
	for (uint32_t q = 0; q < 4; q++) {
		unsigned char *below = malloc((size_t)tile * tile * bytes);

		assert_non_null(below);
		make_samples(world, map, level - 1, 2 * tx + (q & 1), 2 * ty + (q >> 1), below);
		average_tile(map, tile, below,
			     samples + ((size_t)(q >> 1) * (tile / 2) * tile +
					(size_t)(q & 1) * (tile / 2)) *
					       bytes,
			     tile);
		free(below);
	}
}

static void say_quadrant(struct world *world, unsigned output, uint64_t number,
			 const unsigned char *samples, unsigned char *room)
{
	const struct map_def *map = &world->maps.map[output];
	uint32_t tile = world->maps.format.tile;
	size_t n = (size_t)tile * tile / 4;

	average_tile(map, tile, samples, room, tile / 2);
	if (all_nodata(map, room, n))
		say(world, output, ARTIFACT_QUADRANT, number, NULL, 0);
	else
		say(world, output, ARTIFACT_QUADRANT, number,
		    &(const struct iovec){room, n * map_sample_bytes(map->type)}, 1);
}

/* What workers would say of one map. */
static void say_map(struct world *world, unsigned output)
{
	const struct map_def *map = &world->maps.map[output];
	const struct map_format *format = &world->maps.format;
	size_t bytes = (size_t)format->tile * format->tile * map_sample_bytes(map->type);
	struct error err = {0};
	struct tile_encoder *encoder = tile_encoder_new(format, map->type, &err);
	unsigned char *samples = malloc(bytes);
	void *room = malloc(tile_encoded_most(format, map->type) + bytes);
	struct pyramid pyramid;

	assert_true(encoder && samples && room);
	pyramid_make(&pyramid, world->scene.x_size, world->scene.y_size, format->tile,
		     format->overviews);
	for (unsigned level = 0; level <= world->grid.level && level < pyramid.n_levels; level++)
		for (uint32_t y = 0; y < pyramid_down(&pyramid, level); y++)
			for (uint32_t x = 0; x < pyramid_across(&pyramid, level); x++) {
				uint64_t number = pyramid_number(&pyramid, level, x, y);

				make_samples(world, map, level, x, y, samples);
				say_tile(world, output, number, samples, encoder, room);
				if (level == world->grid.level && level + 1 < pyramid.n_levels)
					say_quadrant(world, output, number, samples, room);
			}
	free(room);
	free(samples);
	tile_encoder_free(encoder);
}

static void say_geo(struct world *world)
{
	struct geo_tags geo = {0};

	geo_tags_place(&geo, (const double[6]){500000, 10, 0, 5000000, 0, -10}, false);
	geo_tags_crs(&geo, 32633, true, false);
	say(world, 0, ARTIFACT_GEO, 0, &(const struct iovec){&geo, geo_tags_bytes(&geo)}, 1);
}

static void say_all(struct world *world)
{
	for (unsigned i = 0; i < world->maps.n; i++)
		say_map(world, i);
	say_geo(world);
}

static struct scene_maps *open_maps(struct world *world)
{
	struct error err = {0};
	struct scene_maps *maps = scene_maps_open(&world->maps, &world->scene, &world->grid, &err);

	if (!maps)
		fail_msg("%s", err.text);
	return maps;
}

static void place_all(struct world *world, struct scene_maps *maps, size_t step)
{
	struct error err = {0};

	/* Every step-th of them, round and round: any order will do. */
	for (size_t first = 0; first < step; first++)
		for (size_t i = first; i < world->n; i += step)
			if (scene_maps_place(maps, &world->artifact[i], 1, &err))
				fail_msg("%s", err.text);
}

static int assemble(struct world *world, struct scene_maps *maps, bool (*cancelled)(void *),
		    struct error *err)
{
	static const struct map_statistics statistics[MAPS_MOST] = {
		{.n = 5, .clamped = 3, .least = -1, .most = 1, .mean = 0, .stddev = 1}};
	struct outputs_env env = {
		.options = &world->options, .spools = world->spools, .cancelled = cancelled};

	return scene_maps_assemble(maps, &env, statistics, err);
}

static void write_maps(struct world *world, size_t step)
{
	struct scene_maps *maps = open_maps(world);
	struct error err = {0};

	place_all(world, maps, step);
	if (assemble(world, maps, NULL, &err))
		fail_msg("%s", err.text);
	scene_maps_free(maps);
}

static char *contents(const char *name, size_t *n)
{
	char path[300], *bytes;
	struct stat st;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &st), 0);
	*n = (size_t)st.st_size;
	bytes = malloc(*n + 1);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, *n, file), *n);
	(void)fclose(file);
	return bytes;
}

static unsigned files_there(void)
{
	DIR *dir = opendir(folder);
	unsigned n = 0;

	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	(void)closedir(dir);
	return n;
}

static void remove_map(const char *name)
{
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(unlink(path), 0);
}

/* --- tests --- */

static void same_bytes(void **state)
{
	static const struct {
		unsigned level;
		size_t step;
		const char *spools;
	} way[] = {{0, 1, folder},     {0, 7, folder}, {1, 13, folder},
		   {2, 5, "/dev/shm"}, {3, 1, folder}, {4, 1, folder}};
	char *first = NULL;
	size_t n_first = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(way) / sizeof(way[0]); i++) {
		struct world world;
		size_t n;
		char *bytes;

		make_world(&world, &plain, 1000, 701, way[i].level, way[i].spools);
		say_all(&world);
		write_maps(&world, way[i].step);
		end_world(&world);
		bytes = contents("s_ndvi.tif", &n);
		remove_map("s_ndvi.tif");
		if (first) {
			assert_int_equal(n, n_first);
			assert_memory_equal(bytes, first, n);
			free(bytes);
		} else {
			first = bytes;
			n_first = n;
		}
	}
	assert_int_equal(files_there(), 0);
	free(first);
}

static int refused(struct world *world, struct scene_maps *maps, struct artifact artifact)
{
	struct error err = {0};
	int rc = scene_maps_place(maps, &artifact, 1, &err);

	(void)world;
	if (rc)
		assert_int_equal(err.code, EX_SOFTWARE);
	return rc;
}

static struct artifact with_output(struct artifact artifact, uint64_t value)
{
	artifact.output = (uint16_t)value;
	return artifact;
}

static struct artifact with_kind(struct artifact artifact, uint64_t value)
{
	artifact.kind = (uint16_t)value;
	return artifact;
}

static struct artifact with_rank(struct artifact artifact, uint64_t value)
{
	artifact.rank = (uint32_t)value;
	return artifact;
}

static struct artifact with_number(struct artifact artifact, uint64_t value)
{
	artifact.number = value;
	return artifact;
}

static struct artifact with_bytes(struct artifact artifact, uint64_t value)
{
	artifact.bytes = value;
	return artifact;
}

static struct artifact with_offset(struct artifact artifact, uint64_t value)
{
	artifact.offset = value;
	return artifact;
}

/* Nothing that a worker says is believed. */
static void hostile_artifacts(void **state)
{
	struct world world;
	struct scene_maps *maps;
	struct artifact good, quadrant, geo;

	(void)state;
	make_world(&world, &plain, 1000, 701, 1, folder);
	say_all(&world);
	good = world.artifact[0];
	geo = world.artifact[world.n - 1];
	quadrant = world.artifact[world.n - 2];
	assert_int_equal(quadrant.kind, ARTIFACT_QUADRANT);
	maps = open_maps(&world);
	assert_int_equal(refused(&world, maps, with_output(good, 1)), -1);
	assert_int_equal(refused(&world, maps, with_kind(good, ARTIFACT_GEO + 1)), -1);
	assert_int_equal(refused(&world, maps, with_kind(good, ARTIFACT_SAMPLES)), -1);
	assert_int_equal(refused(&world, maps, with_rank(good, UINT16_MAX)), -1);
	/* 8 x 6 and 4 x 3 tiles are the workers', the level above is not. */
	assert_int_equal(refused(&world, maps, with_number(good, 60)), -1);
	assert_int_equal(refused(&world, maps, with_number(good, UINT64_MAX)), -1);
	assert_int_equal(refused(&world, maps, with_bytes(good, 0)), -1); /* not sparse */
	assert_int_equal(refused(&world, maps, with_bytes(good, 8)), -1);
	assert_int_equal(refused(&world, maps, with_bytes(good, 1 << 20)), -1);
	assert_int_equal(refused(&world, maps, with_bytes(good, UINT64_MAX)), -1);
	assert_int_equal(refused(&world, maps, with_offset(good, UINT64_C(1) << 48)), -1);
	assert_int_equal(refused(&world, maps, with_offset(good, UINT64_MAX)), -1);
	assert_int_equal(refused(&world, maps, with_number(quadrant, 47)), -1);
	assert_int_equal(refused(&world, maps, with_number(quadrant, 60)), -1);
	assert_int_equal(refused(&world, maps, with_bytes(quadrant, quadrant.bytes - 1)), -1);
	assert_int_equal(refused(&world, maps, with_number(geo, 1)), -1);
	assert_int_equal(refused(&world, maps, with_bytes(geo, 7)), -1);
	assert_int_equal(refused(&world, maps, with_bytes(geo, sizeof(struct geo_tags) + 1)), -1);
	assert_int_equal(refused(&world, maps, with_number(good, 59)), 0);
	assert_int_equal(refused(&world, maps, with_number(good, 59)), -1); /* twice */
	assert_int_equal(refused(&world, maps, quadrant), 0);
	assert_int_equal(refused(&world, maps, quadrant), -1);
	assert_int_equal(refused(&world, maps, geo), 0);
	assert_int_equal(refused(&world, maps, geo), -1);
	scene_maps_free(maps);
	end_world(&world);
}

/* What does not lie in the spool, and what did not come. */
static void missing_artifacts(void **state)
{
	struct world world;

	(void)state;
	make_world(&world, &plain, 1000, 701, 1, folder);
	say_all(&world);
	for (size_t which = 0; which < world.n; which += 37) {
		struct scene_maps *maps = open_maps(&world);
		struct artifact kept = world.artifact[which];
		struct error err = {0};

		world.artifact[which].offset += UINT64_C(1) << 40;
		place_all(&world, maps, 1);
		world.artifact[which] = kept;
		assert_int_equal(assemble(&world, maps, NULL, &err), -1);
		assert_true(err.code == EX_SOFTWARE || err.code == EX_IOERR);
		scene_maps_free(maps);
		maps = open_maps(&world);
		world.artifact[which] = world.artifact[--world.n];
		place_all(&world, maps, 1);
		world.artifact[which] = kept;
		world.n++;
		if (kept.kind != ARTIFACT_GEO) {
			assert_int_equal(assemble(&world, maps, NULL, &err), -1);
			assert_non_null(strstr(err.text, "came from the workers"));
		}
		scene_maps_free(maps);
		assert_int_equal(files_there(), 0);
	}
	end_world(&world);
}

/* That it cannot be opened is the reason, not what a worker says of it. */
static void a_rank_whose_spool_cannot_be_opened(void **state)
{
	struct spools_place place = {.folder = folder, .n = 1, .n_ranks = 2, .token = 5};
	struct world world;
	struct error err = {0};

	(void)state;
	make_world(&world, &plain, 1000, 701, 1, folder);
	spools_close(world.spools);
	assert_int_equal(spools_open(&world.spools, &place, &err), 0);
	say_all(&world);
	for (int kind = 0; kind < 2; kind++) {
		struct scene_maps *maps = open_maps(&world);
		size_t which = 0;

		while (world.artifact[which].kind != (kind ? ARTIFACT_QUADRANT : ARTIFACT_TILE))
			which++;
		world.artifact[which].rank = 1;
		place_all(&world, maps, 1);
		world.artifact[which].rank = 0;
		err = (struct error){0};
		assert_int_equal(assemble(&world, maps, NULL, &err), -1);
		assert_int_equal(err.code, EX_IOERR);
		assert_int_equal(err.number, ENOENT);
		assert_non_null(strstr(err.text, "what rank 1 has written"));
		assert_non_null(strstr(err.text, "--spool-dir"));
		scene_maps_free(maps);
	}
	end_world(&world);
	assert_int_equal(files_there(), 0);
}

static int asked, ends_at;

static bool cancels(void *context)
{
	(void)context;
	return ++asked > ends_at;
}

static void cancelled(void **state)
{
	struct world world;
	struct error err = {0};

	(void)state;
	make_world(&world, &plain, 4000, 3000, 2, folder);
	say_all(&world);
	for (ends_at = 0;; ends_at++) {
		struct scene_maps *maps = open_maps(&world);
		int rc;
		unsigned n;

		asked = 0;
		place_all(&world, maps, 1);
		rc = assemble(&world, maps, cancels, &err);
		(void)scene_maps_files(maps, &n);
		assert_int_equal(n, rc == 0);
		scene_maps_free(maps);
		assert_int_equal(files_there(), rc == 0);
		if (rc == 0)
			break;
	}
	assert_true(ends_at > 8); /* of 24 MB, and of tiles of three levels */
	remove_map("s_ndvi.tif");
	end_world(&world);
}

/* A file that is there stays, or is replaced as a whole; several maps get names together or not. */
static void names(void **state)
{
	struct maps two = plain;
	struct world world;
	struct error err = {0};
	struct scene_maps *maps;
	const struct output_file *file;
	char path[300], *bytes;
	unsigned n_files;
	size_t n;
	FILE *old;

	(void)state;
	two.n = 2;
	two.map[1] = two.map[0];
	two.map[1].kind = MAP_CLASSES;
	(void)strcpy(two.map[1].name, "classes");
	set_type(&two.map[1], MAP_UINT8);
	make_world(&world, &two, 300, 200, 0, folder);
	say_all(&world);
	(void)snprintf(path, sizeof(path), "%s/s_classes.tif", folder);
	old = fopen(path, "w");
	assert_non_null(old);
	(void)fputs("old", old);
	(void)fclose(old);
	maps = open_maps(&world);
	place_all(&world, maps, 1);
	assert_int_equal(assemble(&world, maps, NULL, &err), -1);
	assert_int_equal(err.code, EX_CANTCREAT);
	assert_non_null(strstr(err.text, "--overwrite"));
	scene_maps_free(maps);
	assert_int_equal(files_there(), 1);
	bytes = contents("s_classes.tif", &n);
	assert_int_equal(n, 3);
	free(bytes);
	world.maps.overwrite = true;
	maps = open_maps(&world);
	place_all(&world, maps, 1);
	assert_int_equal(assemble(&world, maps, NULL, &err), 0);
	file = scene_maps_files(maps, &n_files);
	assert_int_equal(n_files, 2);
	assert_string_equal(file[1].path, path);
	assert_string_equal(file[1].kind, "classes");
	assert_string_equal(file[1].type, "uint8");
	assert_string_equal(file[0].kind, "map");
	assert_int_equal(file[0].value, 0);
	assert_int_equal(file[1].value, -1);
	assert_int_equal(file[0].clamped, 3);
	bytes = contents("s_classes.tif", &n);
	assert_int_equal(n, file[1].bytes);
	free(bytes);
	scene_maps_free(maps);
	assert_int_equal(files_there(), 2);
	remove_map("s_ndvi.tif");
	remove_map("s_classes.tif");
	end_world(&world);
}

static void no_folder(void **state)
{
	struct world world;
	struct error err = {0};
	struct scene_maps *maps;

	(void)state;
	make_world(&world, &plain, 300, 200, 0, folder);
	say_all(&world);
	world.maps.folder = (char *)"/tmp/imgpipe-no-such-folder";
	maps = open_maps(&world);
	place_all(&world, maps, 1);
	assert_int_equal(assemble(&world, maps, NULL, &err), -1);
	assert_int_equal(err.code, EX_CANTCREAT);
	assert_non_null(strstr(err.text, "imgpipe-no-such-folder"));
	scene_maps_free(maps);
	end_world(&world);
}

/* As much memory as was planned, and none kept. */
static void memory(void **state)
{
	static const unsigned level[] = {0, 1, 2};

	(void)state;
#ifdef IMGPIPE_SANITIZED
	skip();
#endif
	for (size_t i = 0; i < sizeof(level) / sizeof(level[0]); i++) {
		struct maps maps = plain;
		struct world world;
		size_t before, planned, peak;

		maps.format.tile = 512;
		maps.format.codec = MAP_DEFLATE;
		maps.format.level = 1;
		maps.format.predictor = 2;
		make_world(&world, &maps, 5000, 3000, level[i], folder);
		say_all(&world);
		planned = scene_maps_bytes(&world.maps, &world.grid);
		before = held_peak = held;
		write_maps(&world, 1);
		peak = held_peak - before;
		assert_true(peak <= planned);
		assert_true(peak > planned / 3);
		assert_int_equal(held, before);
		remove_map("s_ndvi.tif");
		end_world(&world);
	}
}

/* 100000 x 100000: the index alone. */
static void huge_index(void **state)
{
	struct world world;
	struct scene_maps *maps;

	(void)state;
	make_world(&world, &plain, 100000, 100000, 2, folder);
	world.maps.format.tile = 512;
	assert_true(scene_maps_bytes(&world.maps, &world.grid) < 6 << 20);
	maps = open_maps(&world);
	scene_maps_free(maps);
	end_world(&world);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static int write_one(char **arg)
{
	struct maps maps = plain;
	struct world world;
	uint32_t x = (uint32_t)atoi(arg[1]), y = (uint32_t)atoi(arg[2]);

	maps.folder = arg[0];
	maps.format.tile = (uint32_t)atoi(arg[3]);
	set_type(&maps.map[0], (enum map_type)atoi(arg[5]));
	maps.format.codec = (enum map_codec)atoi(arg[6]);
	maps.format.level = 1;
	maps.format.predictor = maps.map[0].type == MAP_FLOAT32 ? 3 : 2;
	maps.format.container = (enum map_container)atoi(arg[7]);
	maps.format.overviews = maps.format.container == CONTAINER_COG;
	maps.format.bigtiff = atoi(arg[8]) ? BIGTIFF_YES : BIGTIFF_NO;
	maps.format.sparse = atoi(arg[9]) != 0;
	maps.n = 2;
	maps.map[1] = (struct map_def){.kind = MAP_CLASSES, .name = "classes", .scale = 1};
	maps.map[1].type = MAP_UINT8;
	maps.map[1].nodata = 255;
	make_world(&world, &maps, x, y, (unsigned)atoi(arg[4]), arg[0]);
	world.maps.overwrite = true;
	say_all(&world);
	write_maps(&world, 3);
	end_world(&world);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_bytes),
		cmocka_unit_test(hostile_artifacts),
		cmocka_unit_test(missing_artifacts),
		cmocka_unit_test(a_rank_whose_spool_cannot_be_opened),
		cmocka_unit_test(cancelled),
		cmocka_unit_test(names),
		cmocka_unit_test(no_folder),
		cmocka_unit_test(memory),
		cmocka_unit_test(huge_index),
	};

	if (argc == 12 && strcmp(argv[1], "--write") == 0)
		return write_one(argv + 2);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
