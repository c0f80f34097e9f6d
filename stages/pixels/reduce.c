/*
 * The reduction of one scene: partial results into tiles and the scene. Merging is exact and
 * commutative (accum.h), so chunks may arrive in any order. It knows no file and no report.
 *
 * A tile that a chunk covers whole is summarised at once; the parts of a tile that chunks cut wait
 * in an open tile until its last pixel has arrived.
 */
#include "stages.h"
#include "teach.h"
#include "recipe.h"

#include <math.h>
#include <stdlib.h>

struct open_tile {
	struct accum accum;
	struct histogram histogram;
};

struct tally {
	const struct scene *scene;
	struct chunk_grid grid;
	struct accum accum;
	struct float_sums float_sums; /* in the order of arrival */
	struct histogram *histogram;
	uint64_t n_tiles;          /* 0 without the per-tile table */
	struct tile_summary *tile; /* n_tiles */
	struct open_tile **open;   /* n_tiles, NULL if not begun or finished */
};

static uint64_t tiles_of(const struct scene *scene)
{
	return (uint64_t)scene_tiles_across(scene) * scene_tiles_down(scene);
}

/*
 * Most tiles that can be open at once, where chunks cut tiles: those along the frontier of what has
 * been handed out, and those that a late chunk of each worker touches, wherever it lies.
 */
static uint64_t most_open(const struct scene *scene, const struct chunk_grid *grid,
			  unsigned workers)
{
	bool aligned_x =
		grid->chunk_x_size % scene->tile_x_size == 0 || grid->chunk_x_size >= scene->x_size;
	bool aligned_y =
		grid->chunk_y_size % scene->tile_y_size == 0 || grid->chunk_y_size >= scene->y_size;
	uint64_t rows = ceil_div(grid->chunk_y_size, scene->tile_y_size) + 1;
	uint64_t down = scene_tiles_down(scene), tiles = tiles_of(scene);
	uint64_t late =
		size_mul(workers, tile_pieces(scene, grid->chunk_x_size, grid->chunk_y_size, true));
	uint64_t open = size_add((rows < down ? rows : down) * scene_tiles_across(scene), late);

	if (aligned_x && aligned_y)
		return 0;
	return open < tiles ? open : tiles;
}

size_t tally_bytes(const struct scene *scene, const struct chunk_grid *grid, unsigned workers,
		   bool by_tile)
{
	size_t bytes = sizeof(struct tally) + sizeof(struct histogram);

	if (!by_tile)
		return bytes;
	bytes = size_add(bytes, size_mul(tiles_of(scene),
					 sizeof(struct tile_summary) + sizeof(struct open_tile *)));
	return size_add(bytes, size_mul(most_open(scene, grid, workers), sizeof(struct open_tile)));
}

struct tally *tally_new(const struct scene *scene, const struct chunk_grid *grid, bool by_tile,
			struct error *err)
{
	struct tally *tally = calloc(1, sizeof(*tally));

	if (tally) {
		tally->scene = scene;
		tally->grid = *grid;
		tally->n_tiles = by_tile ? tiles_of(scene) : 0;
		tally->histogram = calloc(1, sizeof(*tally->histogram));
		accum_clear(&tally->accum);
	}
	if (tally && tally->n_tiles) {
		tally->tile = calloc(tally->n_tiles, sizeof(*tally->tile));
		tally->open = calloc(tally->n_tiles, sizeof(*tally->open));
	}
	if (!tally || !tally->histogram || (tally->n_tiles && (!tally->tile || !tally->open))) {
		tally_free(tally);
		error_memory(err, "the totals of a scene", tally_bytes(scene, grid, 1, by_tile));
		return NULL;
	}
	return tally;
}

static double area_of(const struct scene *scene, const struct accum *a)
{
	return scene->pixel_area_m2 > 0 ? (double)a->n[PIXEL_VALID] * scene->pixel_area_m2 : NAN;
}

static void finish_tile(struct tally *tally, uint32_t number, const struct window *window,
			const struct accum *accum, const struct histogram *histogram)
{
	struct tile_summary *tile = &tally->tile[number];

	tile->window = *window;
	summary_make(&tile->summary, accum, histogram, area_of(tally->scene, accum),
		     &recipe_ndvi.value[0].grid);
}

static int fold_tile(struct tally *tally, const struct piece *piece, struct error *err)
{
	struct window window = scene_tile_window(tally->scene, piece->tile);
	struct open_tile **open = &tally->open[piece->tile];

	if (!*open && accum_pixels(&piece->accum) == window_pixels(&window)) {
		finish_tile(tally, piece->tile, &window, &piece->accum, &piece->histogram);
		return 0;
	}
	if (!*open) {
		*open = calloc(1, sizeof(**open));
		if (!*open)
			return error_memory(err, "an open tile", sizeof(**open));
		accum_clear(&(*open)->accum);
	}
	accum_merge(&(*open)->accum, &piece->accum);
	histogram_merge(&(*open)->histogram, &piece->histogram);
	if (accum_pixels(&(*open)->accum) == window_pixels(&window)) {
		finish_tile(tally, piece->tile, &window, &(*open)->accum, &(*open)->histogram);
		free(*open);
		*open = NULL;
	}
	return 0;
}

int tally_fold(struct tally *tally, const struct chunk_result *chunk, struct error *err)
{
	for (uint32_t i = 0; i < chunk->n_pieces; i++) {
		const struct piece *piece = &chunk->piece[i];

		/* A worker with memory of its own has read the headers for itself. */
		if (tally->n_tiles && piece->tile >= tally->n_tiles)
			return error_set(err, EX_DATAERR,
					 "%s: the file changed during the run; run it again",
					 tally->scene->name);
		accum_merge(&tally->accum, &piece->accum);
		histogram_merge(tally->histogram, &piece->histogram);
		float_sums_merge(&tally->float_sums, &piece->float_sums);
		if (tally->n_tiles && fold_tile(tally, piece, err))
			return -1;
	}
	return 0;
}

void tally_finish(struct tally *tally, struct scene_result *result)
{
	result->scene = tally->scene;
	result->grid = tally->grid;
	result->accum = tally->accum;
	result->float_sums = tally->float_sums;
	result->histogram = tally->histogram;
	result->area_m2 = area_of(tally->scene, &tally->accum);
	result->n_tiles = tally->n_tiles;
	result->tile = tally->tile;
}

void tally_free(struct tally *tally)
{
	if (!tally)
		return;
	for (uint64_t i = 0; tally->open && i < tally->n_tiles; i++)
		free(tally->open[i]);
	free(tally->open);
	free(tally->tile);
	free(tally->histogram);
	free(tally);
}
