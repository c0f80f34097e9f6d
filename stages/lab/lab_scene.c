/*
 * The synthetic scene of a lab: its indices in rows, one row per task, so that the machinery cuts,
 * plans and hands out as it does with images.
 *
 * The row is as long as the task that was asked for, and the last one may reach beyond the indices;
 * lab_range() cuts it. What must be in memory or in order as a whole is one task: all of it is then
 * cut in rows of one block. Over time, a row is one step of all pixels.
 */
#include "lab_stages.h"

#include <string.h>

#include "options.h"
#include "window.h"

enum { BLOCK = 1 << 16 }; /* indices in memory at once: two arrays of doubles take 1 MiB */

static bool is_one_task(const struct lab *lab)
{
	return lab->mode == LAB_ARRAY || lab->mode == LAB_FLOATS;
}

static uint64_t row_of(const struct lab *lab)
{
	if (lab->mode == LAB_TIME)
		return lab->n;
	if (is_one_task(lab))
		return lab->n < BLOCK ? lab->n : BLOCK;
	return lab->chunk;
}

static uint64_t rows_of(const struct lab *lab)
{
	return lab->mode == LAB_TIME ? lab->steps : ceil_div(lab->n, row_of(lab));
}

struct lab_range lab_range(const struct lab *lab, const struct block *block)
{
	const struct window *w = &block->window;
	uint64_t first = w->y_off * row_of(lab) + w->x_off, n = window_pixels(w);

	if (first >= lab->n)
		return (struct lab_range){lab->n, 0};
	return (struct lab_range){first, n < lab->n - first ? n : lab->n - first};
}

void *lab_alloc(const struct stage_env *env, size_t count, size_t size, struct error *err)
{
	void *memory = arena_alloc(env->arena, count * size);

	if (!memory)
		(void)error_set(err, EX_SOFTWARE, "the planned memory is too small for a block");
	return memory;
}

struct scene_list_facts lab_facts(const struct catalog *catalog)
{
	(void)catalog;
	return (struct scene_list_facts){.n_scenes = 1, .n_all_scenes = 1};
}

int lab_scene_begin(struct scene *scene, const struct catalog *catalog, uint32_t id,
		    struct error *err)
{
	(void)catalog;
	*scene = (struct scene){.id = id};
	scene->name = strdup("the synthetic scene");
	return scene->name ? 0 : error_memory(err, "a name", sizeof("the synthetic scene"));
}

int lab_scene_open(struct scene *scene, const struct catalog *catalog, uint32_t id,
		   const struct options *options, struct error *err)
{
	const struct lab *lab = options->lab;
	uint32_t row = (uint32_t)row_of(lab), rows = (uint32_t)rows_of(lab);
	bool whole = lab->mode == LAB_ARRAY;

	if (lab_scene_begin(scene, catalog, id, err))
		return -1;
	scene->x_size = row;
	scene->y_size = rows;
	scene->store_x_size = scene->tile_x_size = whole || row < BLOCK ? row : BLOCK;
	scene->store_y_size = scene->tile_y_size = whole ? rows : 1;
	return 0;
}

void lab_options(struct options *own, const struct options *options, const struct lab *lab)
{
	*own = *options;
	own->lab = lab;
	own->workers = lab->line->workers_asked;
	own->chunk_kind = CHUNK_PIXELS;
	own->chunk_x = (uint32_t)row_of(lab);
	own->chunk_y = is_one_task(lab) ? (uint32_t)rows_of(lab) : 1;
	own->working_set = lab->mode == LAB_ARRAY ? WORKING_SET_CHUNK : WORKING_SET_TILE;
}
