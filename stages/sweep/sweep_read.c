/*
 * What a sweep takes from a run's report (imgpipe-report/2, report/schema.md).
 */
#include "sweep.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"
#include "sweep_stats.h"

static json_t *load(const char *path, struct error *err)
{
	json_error_t problem;
	json_t *root = json_load_file(path, 0, &problem);

	if (!root)
		(void)error_set(err, EX_SOFTWARE, "%s: not a report of a run: %s", path,
				problem.text);
	return root;
}

static double number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static double count(const json_t *object, const char *key)
{
	double value = number(object, key);

	return isfinite(value) && value > 0 ? value : 0;
}

/* The stages that do what the run is for; all else is what it costs to do it in parallel. */
static bool is_work(const char *stage)
{
	static const char *const work[] = {"fetch", "decode", "mask", "index", "stats"};

	for (size_t i = 0; stage && i < sizeof(work) / sizeof(work[0]); i++)
		if (strcmp(stage, work[i]) == 0)
			return true;
	return false;
}

static double overhead_of(const json_t *root)
{
	const json_t *workers = json_object_get(root, "workers");
	const json_t *stages = json_object_get(root, "stages"), *item;
	double life = 0, work = 0;

	for (size_t i = 0; (item = json_array_get(workers, i)); i++)
		life += count(item, "life_s");
	for (size_t i = 0; (item = json_array_get(stages, i)); i++)
		if (is_work(json_string_value(json_object_get(item, "name"))))
			work += count(item, "busy_s");
	return life > 0 ? fmin(fmax(1 - work / life, 0), 1) : NAN;
}

/*
 * Reading is left out, as a worker may wait for storage there; so are runs whose computing is too
 * short, or too small a part, to tell.
 */
static double running_of(const json_t *root)
{
	const double least_s = 0.05, least_share = 0.25;
	const json_t *workers = json_object_get(root, "workers");
	const json_t *stages = json_object_get(root, "stages"), *item;
	double life = 0, busy = 0, cpu = 0;

	for (size_t i = 0; (item = json_array_get(workers, i)); i++)
		life += count(item, "life_s");
	for (size_t i = 0; (item = json_array_get(stages, i)); i++) {
		const char *name = json_string_value(json_object_get(item, "name"));

		if (!is_work(name) || strcmp(name, "fetch") == 0)
			continue;
		busy += count(item, "busy_s");
		cpu += count(item, "cpu_s");
	}
	return busy > least_s && busy > least_share * life ? fmin(cpu / busy, 1) : NAN;
}

/* Was a size given in pixels that the budget did not allow? */
static bool is_cut(const struct sweep_point *point, const json_t *scene)
{
	uint32_t x, y;

	return point_asked(point, &x, &y) && (point->chunk_x < fmin(x, count(scene, "x_size")) ||
					      point->chunk_y < fmin(y, count(scene, "y_size")));
}

static void note_what_gave_way(struct sweep_point *point, const json_t *scene, const json_t *grid)
{
	bool streamed = json_is_true(json_object_get(grid, "streamed"));
	bool in_parts = strcmp(point->set, "chunk") == 0 &&
			!json_is_true(json_object_get(grid, "whole_chunk"));

	point->shrunk = streamed || in_parts || is_cut(point, scene);
	if (streamed)
		(void)snprintf(point->problem, sizeof(point->problem),
			       "does not fit the budget: tiles decoded by rows");
	else if (point->shrunk)
		(void)snprintf(point->problem, sizeof(point->problem),
			       "does not fit the budget: worked on tile by tile");
	else if (point->workers_used < point->workers)
		(void)snprintf(point->problem, sizeof(point->problem), "%u of %u workers",
			       point->workers_used, point->workers);
}

/* The first scene that was worked on. */
static const json_t *first_scene(const json_t *root)
{
	const json_t *scenes = json_object_get(root, "scenes"), *scene;

	for (size_t i = 0; (scene = json_array_get(scenes, i)); i++)
		if (json_is_object(json_object_get(scene, "chunk_grid")))
			return scene;
	return NULL;
}

int sweep_read_point(const char *path, struct sweep_sample *sample, struct sweep_point *point,
		     struct error *err)
{
	json_t *root = load(path, err);
	const json_t *scene = first_scene(root), *grid = json_object_get(scene, "chunk_grid");
	const json_t *exchange = json_object_get(root, "communication");

	if (!root)
		return -1;
	sample->peak_bytes = number(json_object_get(root, "memory"), "resident_peak_bytes");
	sample->overhead = overhead_of(root);
	sample->running = running_of(root);
	sample->amplification = number(root, "read_amplification");
	sample->messages = count(exchange, "messages");
	sample->message_bytes = count(exchange, "message_bytes");
	point->workers_used = (unsigned)count(json_object_get(root, "run"), "workers");
	point->chunk_x = (uint32_t)count(grid, "chunk_x_size");
	point->chunk_y = (uint32_t)count(grid, "chunk_y_size");
	point->chunks = (uint64_t)count(grid, "chunks");
	note_what_gave_way(point, scene, grid);
	json_decref(root);
	return 0;
}

static void each_file(const json_t *root, void (*file)(const char *path))
{
	const json_t *scenes = json_object_get(root, "scenes"), *scene, *name;

	for (size_t i = 0; (scene = json_array_get(scenes, i)); i++) {
		const json_t *files = json_object_get(scene, "files");

		for (size_t j = 0; (name = json_array_get(files, j)); j++) {
			char *copy = json_is_string(name) ? strdup(json_string_value(name)) : NULL;

			if (copy) {
				printable_restore(copy);
				file(copy);
			}
			free(copy);
		}
	}
}

/* Without those that were skipped. */
static uint32_t count_scenes(const json_t *scenes)
{
	uint32_t n = 0;

	for (size_t i = 0; i < json_array_size(scenes); i++) {
		const char *status =
			json_string_value(json_object_get(json_array_get(scenes, i), "status"));

		n += !status || strcmp(status, "skipped") != 0;
	}
	return n;
}

int sweep_read_scene(const char *path, struct sweep *sweep, void (*file)(const char *path),
		     struct error *err)
{
	json_t *root = load(path, err);
	const json_t *scene = first_scene(root), *grid = json_object_get(scene, "chunk_grid");
	const char *name = json_string_value(json_object_get(scene, "name"));

	if (!root)
		return -1;
	(void)snprintf(sweep->scene, sizeof(sweep->scene), "%s", name ? name : "");
	printable_restore(sweep->scene);
	sweep->x_size = (uint32_t)count(scene, "x_size");
	sweep->y_size = (uint32_t)count(scene, "y_size");
	sweep->store_x = (uint32_t)count(scene, "store_x_size");
	sweep->store_y = (uint32_t)count(scene, "store_y_size");
	sweep->auto_x = (uint32_t)count(grid, "chunk_x_size");
	sweep->auto_y = (uint32_t)count(grid, "chunk_y_size");
	sweep->n_scenes = count_scenes(json_object_get(root, "scenes"));
	each_file(root, file);
	json_decref(root);
	return 0;
}
