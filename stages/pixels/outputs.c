/*
 * Files of pixels, as the machinery sees them: stages/output has them, and the cells of the scene
 * what their headers say.
 */
#include "stages.h"

#include <math.h>
#include <stdlib.h>

#include "discover/scene_list.h"
#include "output/map_defs.h"
#include "output/pyramid.h"
#include "output/scene_maps.h"
#include "output/tile_maker.h"
#include "percentile.h"
#include "stored.h"

/*
 * Steps of bands as integers are for reflectance from 0 to 1. Of integers without a scale all but
 * two or three would be stored as the same number.
 */
static int check_band(const struct scene *scene, const struct map_def *map,
		      const struct options *options, struct error *err)
{
	const struct band *band = &scene->band[map->item];

	if (map->kind != MAP_BAND || map->type == MAP_FLOAT32 || !scene->has_band[map->item] ||
	    options->raw || scene->has_reflectance || band->scale != 1 ||
	    !sample_is_integer(band->type))
		return 0;
	return error_set(err, EX_DATAERR,
			 "%s: nothing says how numbers of %s become reflectance, for which %s of "
			 "--bands-output has its steps; pass --scale and --offset, --raw to store "
			 "the numbers themselves, or --type float32",
			 band->path ? band->path : scene->name, band->name,
			 map_type_name(map->type));
}

int scene_open_for_maps(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
			const struct options *options, struct error *err)
{
	if (scene_open(scene, scene_list, id, options, err))
		return -1;
	for (unsigned i = 0; i < options->maps->n; i++)
		if (check_band(scene, &options->maps->map[i], options, err))
			return -1;
	return 0;
}

struct outputs {
	const struct maps *maps;
	const struct scene *scene;
	struct scene_maps *scene_maps;
};

static const char *spool_folder(const struct options *options)
{
	return options->maps->spool_folder;
}

static void unit(const struct scene *scene, const struct options *options, uint32_t *side,
		 unsigned *most_level)
{
	struct pyramid pyramid;

	pyramid_make(&pyramid, scene->x_size, scene->y_size, options->maps->format.tile, true);
	*side = pyramid.tile;
	*most_level = pyramid.n_levels - 1;
}

static size_t bytes(const struct scene *scene, const struct chunk_grid *grid,
		    const struct options *options)
{
	(void)scene;
	return size_add(sizeof(struct outputs), scene_maps_bytes(options->maps, grid));
}

static uint64_t spool_most(const struct chunk_grid *grid, const struct options *options)
{
	return tile_maker_spool_bytes(options->maps, grid);
}

static struct outputs *open_outputs(const struct scene *scene, const struct chunk_grid *grid,
				    const struct options *options, struct error *err)
{
	struct outputs *outputs = calloc(1, sizeof(*outputs));

	if (!outputs) {
		error_memory(err, "the maps of a scene", sizeof(*outputs));
		return NULL;
	}
	outputs->maps = options->maps;
	outputs->scene = scene;
	outputs->scene_maps = scene_maps_open(options->maps, scene, grid, err);
	if (outputs->scene_maps)
		return outputs;
	free(outputs);
	return NULL;
}

static int place(struct outputs *outputs, const struct artifact *artifact, size_t n,
		 struct error *err)
{
	return scene_maps_place(outputs->scene_maps, artifact, n, err);
}

/* --- statistics --- */

/* Exact but for the last divisions and the root. */
static void of_integers(struct map_statistics *statistics, const struct stored_sums *sums)
{
	const double n = (double)sums->n;
	const int128 spread =
		(int128)sums->n * sums->sum_of_squares - (int128)sums->sum * sums->sum;

	statistics->least = sums->least;
	statistics->most = sums->most;
	statistics->mean = (double)sums->sum / n;
	statistics->stddev = sqrt((double)spread) / n;
}

static void of_reals(struct map_statistics *statistics, const struct accum *accum,
		     const struct histogram *histogram, const struct value_grid *grid)
{
	struct summary summary;

	summary_make(&summary, accum, histogram, NAN, grid);
	statistics->least = summary.min;
	statistics->most = summary.max;
	statistics->mean = summary.mean;
	statistics->stddev = summary.std;
}

/* Where colours begin and end. */
static void of_stretch(struct map_statistics *statistics, const struct map_def *map,
		       const struct picture_choice *picture, const struct outputs_env *env)
{
	const struct value_offsets at = value_offsets(env->layout, map->item);
	const struct value_grid *grid = &env->layout->recipe->value[map->item].grid;
	const struct accum *a = group_cell(env->cells, at.moments);
	const struct histogram *h = group_cell(env->cells, at.histogram);

	if (!picture->stretched)
		return;
	statistics->low = percentile(grid, a, h, a->n[PIXEL_VALID], picture->low);
	statistics->high = percentile(grid, a, h, a->n[PIXEL_VALID], picture->high);
}

static void of_map(struct map_statistics *statistics, const struct map_def *map, unsigned i,
		   const struct outputs_env *env)
{
	static const struct histogram none;
	const struct stored_cell *cell =
		group_cell(env->cells, layout_find(env->layout, i, &reducer_stored));
	const struct value_offsets at = value_offsets(env->layout, map->item);

	*statistics = (struct map_statistics){.n = cell->sums.n, .clamped = cell->sums.clamped};
	statistics->low = statistics->high = NAN;
	if (!statistics->n)
		return;
	if (map->kind == MAP_VALUE)
		of_stretch(statistics, map, &env->options->maps->picture, env);
	if (map->type != MAP_FLOAT32)
		of_integers(statistics, &cell->sums);
	else if (has_own_accum(map))
		of_reals(statistics, &cell->accum, &none, &stored_grid);
	else
		of_reals(statistics, group_cell(env->cells, at.moments),
			 group_cell(env->cells, at.histogram),
			 &env->layout->recipe->value[map->item].grid);
}

static int assemble(struct outputs *outputs, const struct outputs_env *env, struct error *err)
{
	struct map_statistics statistics[MAPS_MOST] = {{0}};

	for (unsigned i = 0; i < outputs->maps->n; i++)
		if (scene_has_map(outputs->scene, &outputs->maps->map[i]))
			of_map(&statistics[i], &outputs->maps->map[i], i, env);
	return scene_maps_assemble(outputs->scene_maps, env, statistics, err);
}

static const struct output_file *files(const struct outputs *outputs, unsigned *n)
{
	return scene_maps_files(outputs->scene_maps, n);
}

static void free_outputs(struct outputs *outputs)
{
	if (outputs)
		scene_maps_free(outputs->scene_maps);
	free(outputs);
}

const struct output_maker pixel_outputs = {
	.spool_folder = spool_folder,
	.unit = unit,
	.bytes = bytes,
	.spool_bytes = spool_most,
	.open = open_outputs,
	.place = place,
	.assemble = assemble,
	.files = files,
	.free = free_outputs,
};
