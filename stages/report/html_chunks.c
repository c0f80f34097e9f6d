/*
 * The time of each chunk of one scene, as a map. However many chunks there are, it has at most MOST
 * cells along an axis: each is the mean of what lies in it.
 */
#include <math.h>
#include <string.h>

#include "html_figures.h"
#include "picture/page.h"

enum { MOST = 64, LARGEST = 320, KEY = 32 };

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
			svg_cell(out, column * w, row * h, w, h,
				 svg_ramp_colour(colour, value / to), tip);
		}
}

/* Below the map, so that it stays beside it however narrow the page is. y: of its base line. */
static void put_key(FILE *out, double y, const char *high, bool unknown)
{
	enum { STEPS = 32, STRIP = 128, APART = 6, SWATCH = 18 };
	static const char what[] = "time of a chunk: 0";
	double x = svg_text_width(what, SVG_TEXT_SIZE) + APART;
	char colour[8];

	svg_text(out, 0, y, SVG_START, SVG_INK, what);
	for (unsigned i = 0; i < STEPS; i++, x += (double)STRIP / STEPS)
		svg_cell(out, x, y - 11, (double)STRIP / STEPS + .3, 14,
			 svg_ramp_colour(colour, (i + .5) / STEPS), NULL);
	x += APART;
	svg_text(out, x, y, SVG_START, SVG_INK, high);
	if (!unknown)
		return;
	x += svg_text_width(high, SVG_TEXT_SIZE) + 2 * APART;
	svg_cell(out, x, y - 11, SWATCH, 14, svg_ramp_colour(colour, NAN), NULL);
	svg_text(out, x + SWATCH + APART, y, SVG_START, SVG_QUIET, "not known");
}

static double map_height(double aspect)
{
	return aspect >= 1 ? LARGEST / aspect : LARGEST;
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

/* What the figure is drawn of. */
struct drawn {
	const struct map *map;
	double aspect, largest; /* ms, of a cell */
	bool unknown;           /* of some chunks */
};

static void draw_chunks(FILE *out, double width, const void *what)
{
	const struct drawn *drawn = what;
	double height = map_height(drawn->aspect);
	char high[32];

	svg_open(out, width, height + KEY, "Map of the time of each chunk", false);
	map_draw(out, drawn->map, drawn->aspect, drawn->largest, "ms");
	(void)snprintf(high, sizeof(high), "%.3g ms", drawn->largest);
	put_key(out, height + KEY - 8, high, drawn->unknown);
	svg_close(out);
}

static void put_figure(FILE *out, const struct drawn *drawn, const struct chunk_times *times,
		       const struct chunk_grid *grid)
{
	const struct map *map = drawn->map;
	char text[400];

	(void)snprintf(text, sizeof(text),
		       "The first scene's %u x %u chunks of %u x %u pixels%s. The slowest took "
		       "%.2f x the mean of %.3g ms: chunks that differ much leave workers idle at "
		       "the end.%s",
		       map->across, map->down, grid->chunk_x_size, grid->chunk_y_size,
		       map->cells_across < map->across || map->cells_down < map->down
			       ? ", several a cell"
			       : "",
		       times->most / (times->sum / (double)times->n), times->sum / (double)times->n,
		       drawn->unknown ? " Grey: not known, as events were joined." : "");
	page_figure(out, "Time of each chunk", text, draw_chunks, drawn);
}

void figure_chunks(FILE *out, const struct run_totals *totals)
{
	const struct trace_log *log = totals->trace;
	const struct chunk_grid *grid = &log->first_grid;
	struct chunk_times times;
	struct drawn drawn = {.largest = 0};
	struct map map;

	if (!log->has_first || !grid->chunk_x_size || !grid->chunk_y_size)
		return;
	map_init(&map, (uint32_t)ceil_div(grid->x_size, grid->chunk_x_size),
		 (uint32_t)ceil_div(grid->y_size, grid->chunk_y_size));
	times = collect(&map, log);
	for (unsigned row = 0; row < map.cells_down; row++)
		for (unsigned column = 0; column < map.cells_across; column++)
			drawn.largest = fmax(drawn.largest, map_value(&map, row, column));
	if (times.n < 2 || !(drawn.largest > 0))
		return;
	drawn.map = &map;
	drawn.aspect = clamp_aspect(grid->x_size, grid->y_size);
	drawn.unknown = times.n < chunk_grid_count(grid);
	put_figure(out, &drawn, &times, grid);
}
