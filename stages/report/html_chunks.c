/*
 * The time of each chunk of one scene, as a map. However many chunks there are, it has at most MOST
 * cells along an axis: each is the mean of what lies in it.
 */
#include <math.h>
#include <string.h>

#include "html_figures.h"
#include "picture/page.h"

enum { MOST = 64, WIDTH = 900, LARGEST = 320, TOP = 6, KEY_X = 350 };

struct map {
	uint32_t across, down; /* of the data */
	uint32_t cells_across, cells_down;
	double sum[MOST][MOST], weight[MOST][MOST];
};

static void map_init(struct map *map, uint32_t across, uint32_t down)
{
	memset(map, 0, sizeof(*map));
	map->across = across;
	map->down = down;
	map->cells_across = across < MOST ? across : MOST;
	map->cells_down = down < MOST ? down : MOST;
}

static void map_add(struct map *map, uint64_t number, double value, double weight)
{
	uint64_t column = number % map->across, row = number / map->across;

	if (row >= map->down || !(weight > 0))
		return;
	column = column * map->cells_across / map->across;
	row = row * map->cells_down / map->down;
	map->sum[row][column] += value * weight;
	map->weight[row][column] += weight;
}

/* NaN where nothing is known. */
static double map_value(const struct map *map, unsigned row, unsigned column)
{
	return map->weight[row][column] > 0 ? map->sum[row][column] / map->weight[row][column]
					    : NAN;
}

/* `to` has the upper end of the ramp. */
static void map_draw(FILE *out, const struct map *map, double aspect, double to, const char *unit)
{
	double width = aspect >= 1 ? LARGEST : LARGEST * aspect;
	double w = width / map->cells_across, h = width / aspect / map->cells_down;

	for (unsigned row = 0; row < map->cells_down; row++)
		for (unsigned column = 0; column < map->cells_across; column++) {
			double value = map_value(map, row, column);
			char colour[8], tip[64] = "no value";

			if (isfinite(value))
				(void)snprintf(tip, sizeof(tip), "%.4g %s", value, unit);
			svg_cell(out, column * w, TOP + row * h, w, h,
				 svg_ramp_colour(colour, value / to), tip);
		}
}

static void put_key(FILE *out, const char *high, const char *what, bool unknown)
{
	enum { STEPS = 32, HEIGHT = 192 };
	char none[8];

	for (unsigned i = 0; i < STEPS; i++) {
		char colour[8];

		svg_cell(out, KEY_X, TOP + 24 + (STEPS - 1 - i) * (HEIGHT / STEPS), 18,
			 (double)HEIGHT / STEPS + .3, svg_ramp_colour(colour, (i + .5) / STEPS),
			 NULL);
	}
	svg_text(out, KEY_X, TOP + 12, SVG_START, SVG_INK, what);
	svg_text(out, KEY_X + 26, TOP + 34, SVG_START, SVG_QUIET, high);
	svg_text(out, KEY_X + 26, TOP + 24 + HEIGHT, SVG_START, SVG_QUIET, "0");
	if (!unknown)
		return;
	svg_cell(out, KEY_X, TOP + 38 + HEIGHT, 18, 12, svg_ramp_colour(none, NAN), NULL);
	svg_text(out, KEY_X + 26, TOP + 48 + HEIGHT, SVG_START, SVG_QUIET, "not known");
}

static double map_height(double aspect)
{
	double height = aspect >= 1 ? LARGEST / aspect : LARGEST;

	return height + 2 * TOP < 260 ? 260 : height + 2 * TOP;
}

static double clamp_aspect(uint32_t x_size, uint32_t y_size)
{
	double aspect = (double)x_size / (double)y_size;

	return aspect > 8 ? 8 : aspect < .125 ? .125 : aspect;
}

/* The chunks of the first scene, all workers; how many there were and how long. */
struct chunk_times {
	double most, sum;
	uint64_t n;
};

static struct chunk_times collect(struct map *map, const struct trace_log *log)
{
	struct chunk_times times = {0};

	for (unsigned i = 0; i < log->n_workers; i++)
		for (uint32_t k = 0; k < log->worker[i].chunk.n; k++) {
			const struct trace_event *e = &log->worker[i].chunk.event[k];
			double ms = (double)e->busy_ns / 1e6;

			if (e->scene != log->first_scene || e->chunk == TRACE_NO_CHUNK)
				continue;
			map_add(map, e->chunk, ms, 1);
			times.n++;
			times.sum += ms;
			times.most = ms > times.most ? ms : times.most;
		}
	return times;
}

void figure_chunks(FILE *out, const struct run_totals *totals)
{
	const struct trace_log *log = totals->trace;
	const struct chunk_grid *grid = &log->first_grid;
	double aspect, largest = 0;
	char text[400], high[32];
	struct chunk_times times;
	struct map map;

	if (!log->has_first || !grid->chunk_x_size || !grid->chunk_y_size)
		return;
	aspect = clamp_aspect(grid->x_size, grid->y_size);
	map_init(&map, (uint32_t)ceil_div(grid->x_size, grid->chunk_x_size),
		 (uint32_t)ceil_div(grid->y_size, grid->chunk_y_size));
	times = collect(&map, log);
	for (unsigned row = 0; row < map.cells_down; row++)
		for (unsigned column = 0; column < map.cells_across; column++)
			largest = fmax(largest, map_value(&map, row, column));
	if (times.n < 2 || !(largest > 0))
		return;
	page_figure_open(out, "Time of each chunk");
	svg_open(out, WIDTH, map_height(aspect), "Map of the time of each chunk", false);
	map_draw(out, &map, aspect, largest, "ms");
	(void)snprintf(high, sizeof(high), "%.3g ms", largest);
	put_key(out, high, "time of a chunk", times.n < chunk_grid_count(grid));
	svg_close(out);
	(void)snprintf(
		text, sizeof(text),
		"The first scene's %u x %u chunks of %u x %u pixels%s. The slowest took "
		"%.2f x the mean of %.3g ms: chunks that differ much leave workers idle at "
		"the end.%s",
		map.across, map.down, grid->chunk_x_size, grid->chunk_y_size,
		map.cells_across < map.across || map.cells_down < map.down ? ", several a cell"
									   : "",
		times.most / (times.sum / (double)times.n), times.sum / (double)times.n,
		times.n < chunk_grid_count(grid) ? " Grey: not known, as events were joined." : "");
	page_figure_close(out, text);
}
