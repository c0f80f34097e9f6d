/*
 * Content "s2": farmland as Sentinel-2 sees it at 10 m. Parcels in oriented districts with roads,
 * towns, forest, lakes and a river, under clouds with their shadows, then the sensor's noise and
 * the slanted edge of the orbit. Knows coordinates and the seed only; see noise.h for why every
 * machine makes the same pixels.
 */
#include "noise.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Land covers, and their reflectances times 10000, rounded from typical Sentinel-2 spectra. */
enum cover { CROP, SOIL, STUBBLE, MEADOW, RAPE, FOREST, WATER, SHALLOW, ROOFS, ROAD, N_COVERS };
static const float spectra[N_COVERS][MAX_BANDS] = {
	/*           B02   B03   B04   B08   B05   B06   B07   B8A   B11   B12 */
	[CROP] = {330, 640, 350, 4700, 1000, 3300, 4200, 4800, 1900, 900},
	[SOIL] = {900, 1180, 1560, 2300, 1800, 2000, 2150, 2400, 3000, 2500},
	[STUBBLE] = {1000, 1450, 1900, 2900, 2150, 2400, 2600, 3000, 3500, 2700},
	[MEADOW] = {420, 780, 600, 3500, 1150, 2600, 3200, 3600, 2300, 1300},
	[RAPE] = {500, 1250, 950, 4300, 1600, 3300, 3900, 4400, 2100, 1100},
	[FOREST] = {210, 370, 220, 2500, 580, 1800, 2300, 2600, 1150, 550},
	[WATER] = {480, 460, 290, 140, 230, 180, 160, 130, 70, 50},
	[SHALLOW] = {650, 820, 600, 330, 560, 420, 380, 300, 150, 90},
	[ROOFS] = {1500, 1600, 1750, 2300, 1850, 2000, 2100, 2300, 2500, 2300},
	[ROAD] = {1150, 1250, 1350, 1900, 1450, 1600, 1700, 1900, 2200, 2000},
};
static const float cloud_spectrum[MAX_BANDS] = {6400, 6200, 6150, 6500, 6250,
						6400, 6500, 6500, 4200, 3200};

/* A seed of its own for each use of noise. */
enum use { RELIEF = 1, WOODS, RIVER, CLOUDS, DISTRICT, PARCEL, GROWTH, HOUSES, SENSOR, TRAPS };

enum {
	DISTRICT_SHIFT = 8, /* a district about every 256 pixels */
	SHADOW_X = 34, /* the sun in the south-east: a cloud's shadow falls to its north-west */
	SHADOW_Y = 42
};

/* Orientations of parcels: unit vectors, given to 7 digits rather than computed. */
static const float directions[8][2] = {
	{0.9961947f, 0.0871557f},  {0.9396926f, 0.3420201f},  {0.8191520f, 0.5735764f},
	{0.6427876f, 0.7660444f},  {0.9961947f, -0.0871557f}, {0.9396926f, -0.3420201f},
	{0.8191520f, -0.5735764f}, {0.9848078f, 0.1736482f},
};

/* What is on the ground at a pixel: a mix of two covers, brighter or darker. */
struct ground {
	enum cover cover, other;
	float part; /* of `other` */
	float gain;
};

/* The ground's slowly changing fields along a run. */
struct fields {
	float relief[RUN_MAX], woods[RUN_MAX], river[RUN_MAX], growth[RUN_MAX];
	float cloud[RUN_MAX], shade[RUN_MAX]; /* opacity; light that is left */
};

static uint32_t seed_for(const struct scene_spec *spec, enum use use)
{
	return (uint32_t)mix64(((uint64_t)spec->seed << 8) + use);
}

/* --- districts and parcels: a Voronoi diagram of jittered points, strips within it --- */

struct site {
	float x, y; /* relative to the origin of the cell in the middle */
	uint32_t hash;
};

/* The sites of the 3 x 3 cells round a cell: the nearest two of any point in it are among them. */
struct neighbours {
	uint32_t cell_x, cell_y;
	bool filled;
	struct site site[9];
};

static void find_neighbours(struct neighbours *nb, uint32_t seed, uint32_t cell_x, uint32_t cell_y)
{
	const float cell = (float)(1 << DISTRICT_SHIFT);

	if (nb->filled && nb->cell_x == cell_x && nb->cell_y == cell_y)
		return;
	nb->cell_x = cell_x;
	nb->cell_y = cell_y;
	nb->filled = true;
	for (unsigned k = 0; k < 9; k++) {
		uint32_t h = hash2(seed, cell_x + k % 3 - 1, cell_y + k / 3 - 1);

		nb->site[k].x = ((float)(k % 3) - 1.0f + (float)(h & 255) / 256.0f) * cell;
		nb->site[k].y = ((float)(k / 3) - 1.0f + (float)(h >> 8 & 255) / 256.0f) * cell;
		nb->site[k].hash = hash2(seed, h, k / 9 + 5);
	}
}

/* Nearest site, and how far the border to the second nearest is. */
static const struct site *nearest_site(const struct neighbours *nb, float px, float py,
				       float *border)
{
	const struct site *first = nb->site, *second = nb->site;
	float d1 = 1e12f, d2 = 1e12f, dx, dy;

	for (unsigned k = 0; k < 9; k++) {
		const struct site *s = nb->site + k;
		float d = (px - s->x) * (px - s->x) + (py - s->y) * (py - s->y);

		if (d < d1) {
			second = first;
			d2 = d1;
			first = s;
			d1 = d;
		} else if (d < d2) {
			second = s;
			d2 = d;
		}
	}
	*border = 100.0f;
	if (d2 - d1 < 2000.0f) { /* a point's distance to the line half-way between two sites */
		dx = second->x - first->x;
		dy = second->y - first->y;
		*border = (d2 - d1) / (2.0f * sqrtf(dx * dx + dy * dy) + 1e-3f);
	}
	return first;
}

static struct ground crop_of(uint32_t h, float growth)
{
	static const enum cover kinds[16] = {CROP,   CROP,    CROP,    CROP, CROP,   SOIL,
					     SOIL,   SOIL,    STUBBLE, CROP, MEADOW, MEADOW,
					     MEADOW, STUBBLE, RAPE,    SOIL};
	enum cover kind = kinds[h & 15];
	struct ground g = {kind, kind == SOIL ? CROP : SOIL, 0, 1};
	float phase = unit(hash2(h, 1, 2));

	if (kind == MEADOW || kind == RAPE)
		phase *= 0.25f;
	g.part = clamp(phase * phase * 0.75f + growth * 0.30f, 0.0f, 1.0f);
	g.gain = 0.85f + 0.30f * unit(hash2(h, 3, 4));
	return g;
}

/* Whole strips below v: floor, for values far inside the range of int32_t. */
static int32_t whole(float v)
{
	int32_t i = (int32_t)v;

	return (float)i > v ? i - 1 : i;
}

/* The parcel at (dx, dy) from its district's site: strips, each cut across at its own places. */
static struct ground parcel_at(const struct site *site, float dx, float dy, float growth)
{
	const float *dir = directions[site->hash & 7];
	float u = dx * dir[0] + dy * dir[1], v = dy * dir[0] - dx * dir[1];
	float width = 14.0f + (float)(site->hash >> 3 & 31), length;
	int32_t strip = whole(u / width), part;
	uint32_t h = hash2(site->hash, (uint32_t)strip, 9);
	struct ground g;

	length = 34.0f + (float)(h & 63);
	v += (float)(h >> 6 & 255);
	part = whole(v / length);
	g = crop_of(hash2(h, (uint32_t)part, PARCEL), growth);
	if (u - (float)strip * width < 0.8f || v - (float)part * length < 0.8f) {
		if (site->hash >> 9 & 1)
			g = (struct ground){FOREST, MEADOW, 0.5f, 1.0f}; /* a hedge */
		else
			g.gain *= 0.9f; /* a furrow */
	} else if (((int32_t)u & 3) == 0) {
		g.gain *= 0.985f; /* tramlines */
	}
	return g;
}

/* A town round one site in seven: streets every few pixels, roofs and gardens between them. */
static bool town_at(const struct site *site, uint32_t seed, const struct run *run, unsigned i,
		    float dx, float dy, float ragged, struct ground *g)
{
	const float *dir = directions[site->hash & 7];
	float size = 26.0f + (float)(site->hash >> 20 & 31), reach = size * (0.8f + 1.3f * ragged);
	float u = dx * dir[0] + dy * dir[1], v = dy * dir[0] - dx * dir[1];
	uint32_t h;

	if ((site->hash >> 12) % 7 || dx * dx + dy * dy > reach * reach)
		return false;
	h = hash2(seed, (uint32_t)whole(u * 0.4f), (uint32_t)whole(v * 0.5f));
	if (whole(u) % 9 == 0 || whole(v) % 13 == 0)
		*g = (struct ground){ROAD, ROOFS, 0.4f, 0.95f};
	else
		*g = (struct ground){ROOFS, (h & 64) ? MEADOW : FOREST, 0.75f * unit(h), 1.0f};
	g->gain *= 0.8f + 0.5f * unit(hash2(seed, run->x + i * run->step, run->y));
	return true;
}

/* --- the ground, cover by cover: what is tested first lies on top --- */

static struct ground ground_at(const struct scene_spec *spec, const struct run *run, unsigned i,
			       const struct fields *f, struct neighbours *nb)
{
	const uint32_t in_cell = (1u << DISTRICT_SHIFT) - 1, x = run->x + i * run->step;
	float px = (float)(x & in_cell), py = (float)(run->y & in_cell), border;
	float river = f->river[i] < 0 ? -f->river[i] : f->river[i], woods = f->woods[i];
	const struct site *site;
	struct ground g;

	if (f->relief[i] < -0.56f || river < 0.0042f) {
		bool shore = f->relief[i] > -0.575f && river > 0.003f;

		return (struct ground){WATER, SHALLOW, shore ? 0.8f : 0.1f, 1.0f};
	}
	find_neighbours(nb, seed_for(spec, DISTRICT), x >> DISTRICT_SHIFT,
			run->y >> DISTRICT_SHIFT);
	site = nearest_site(nb, px, py, &border);
	if (border < 0.9f && site->hash >> 17 & 3)
		return (struct ground){ROAD, STUBBLE, 0.3f, 1.0f};
	if (town_at(site, seed_for(spec, HOUSES), run, i, px - site->x, py - site->y,
		    0.6f * woods + 0.8f * f->growth[i], &g))
		return g;
	if (woods > 0.19f || river < 0.0075f)
		return (struct ground){FOREST, MEADOW, 0.10f, 1.0f + 0.5f * f->growth[i]};
	g = parcel_at(site, px - site->x, py - site->y, f->growth[i]);
	g.gain *= 1.0f + 0.12f * f->relief[i];
	return g;
}

/* Opacity of the clouds over a run; a seed's sky is between nearly clear and a quarter covered. */
static void cloud_cover(const struct scene_spec *spec, const struct run *run, float *opacity)
{
	const uint32_t seed = seed_for(spec, CLOUDS);
	const float start = 0.60f - 0.30f * unit(hash2(seed, 1, 1));

	noise_octaves(opacity, run, seed, 8, 1);
	for (unsigned i = 0; i < run->n; i++)
		opacity[i] = clamp((opacity[i] - start) * 5.0f, 0.0f, 0.97f);
}

static void fields_make(const struct scene_spec *spec, const struct run *run, struct fields *f)
{
	struct run cast = *run;

	noise_octaves(f->relief, run, seed_for(spec, RELIEF), 9, 3);
	noise_octaves(f->woods, run, seed_for(spec, WOODS), 8, 2);
	noise_octaves(f->river, run, seed_for(spec, RIVER), 10, 5);
	noise_octaves(f->growth, run, seed_for(spec, GROWTH), 5, 1);
	cloud_cover(spec, run, f->cloud);
	cast.x += SHADOW_X;
	cast.y += SHADOW_Y;
	cloud_cover(spec, &cast, f->shade);
	for (unsigned i = 0; i < run->n; i++)
		f->shade[i] = 1.0f - 0.62f * f->shade[i];
}

/* --- sensor --- */

/*
 * Texture of the ground is shared by all bands; photon and read noise is each band's own, of
 * variance 36 + 0.16 DN: about 17 DN at 1500, as the instrument's signal-to-noise ratios of 90 to
 * 170 at reference radiance suggest.
 */
static void expose(const struct scene_spec *spec, const struct run *run, unsigned i,
		   const struct ground *g, const struct fields *f, struct run_pixels *out)
{
	const uint32_t x = run->x + i * run->step;
	uint64_t random = mix64(((uint64_t)run->y << 32 | x) ^ mix64(seed_for(spec, SENSOR)));
	const float rough = g->cover == WATER ? 0.01f : g->cover == FOREST ? 0.085f : 0.032f;
	const float gain = g->gain * (1.0f + rough * normal((uint32_t)random)) * f->shade[i];

	for (unsigned b = 0; b < spec->n_bands; b++) {
		const unsigned id = spec->bands[b];
		const float own = spectra[g->cover][id], other = spectra[g->other][id];
		float dn = (own + (other - own) * g->part) * gain + 40.0f;

		dn += (cloud_spectrum[id] * (0.8f + 0.2f * g->gain) - dn) * f->cloud[i];
		/* The noise of a band depends on which band it is, not on where it is stored. */
		dn += normal((uint32_t)(mix64(random + id + 1) >> 32)) * sqrtf(36.0f + 0.16f * dn);
		out->value[b][i] = (int32_t)clamp(dn + 0.5f, 1.0f, 16000.0f);
	}
}

/* Narrow types keep the picture, not the numbers: DN / 32 or DN / 64. A value never is nodata. */
static void fit_type(const struct scene_spec *spec, unsigned n, struct run_pixels *out)
{
	const int shift = spec->type == SAMPLE_U8 ? 5 : spec->type == SAMPLE_I8 ? 6 : 0;
	const int32_t top = spec->type == SAMPLE_U8 ? 255 : spec->type == SAMPLE_I8 ? 127 : 16000;

	for (unsigned b = 0; b < spec->n_bands; b++)
		for (unsigned i = 0; i < n; i++) {
			int32_t v = out->value[b][i] >> shift;

			v = v < 1 ? 1 : v > top ? top : v;
			if (spec->has_nodata && v == spec->nodata)
				v += v == top ? -1 : 1;
			out->value[b][i] = v;
		}
}

/*
 * Left of the orbit's slanted edge, from 16 % of the width at the top to 4 % at the bottom: a
 * tenth of the scene. x / W < 0.16 - 0.12 y / H, in integers; sizes are at most MAX_SIZE.
 */
static bool in_collar(const struct scene_spec *spec, uint32_t x, uint32_t y)
{
	int64_t w = spec->x_size, h = spec->y_size;

	return 100 * h * (int64_t)x < w * (16 * h - 12 * (int64_t)y);
}

/* One pixel in 4093 lost its red alone, one in 8191 both red and NIR: what careless tools miss. */
static void set_trap(const struct scene_spec *spec, unsigned i, uint32_t h, struct run_pixels *out)
{
	bool red = h % 4093 == 0, both = h % 8191 == 0;

	for (unsigned b = 0; (red || both) && b < spec->n_bands; b++)
		if (spec->bands[b] == B04 || (both && spec->bands[b] == B08))
			out->value[b][i] = 0;
}

void terrain_fill(const struct scene_spec *spec, const struct run *run, struct run_pixels *out)
{
	const uint32_t traps = seed_for(spec, TRAPS);
	struct neighbours nb = {.filled = false};
	struct fields f;

	fields_make(spec, run, &f);
	for (unsigned i = 0; i < run->n; i++) {
		struct ground g = ground_at(spec, run, i, &f, &nb);

		expose(spec, run, i, &g, &f, out);
	}
	fit_type(spec, run->n, out);
	for (unsigned i = 0; i < run->n; i++) {
		uint32_t x = run->x + i * run->step;

		set_trap(spec, i, hash2(traps, x, run->y), out);
		for (unsigned b = 0; in_collar(spec, x, run->y) && b < spec->n_bands; b++)
			out->value[b][i] = HOLE;
	}
}

/* The mask leaves out the collar and dense cloud. */
void terrain_mask(const struct scene_spec *spec, const struct run *run, unsigned char *keep)
{
	float cloud[RUN_MAX];

	cloud_cover(spec, run, cloud);
	for (unsigned i = 0; i < run->n; i++) {
		uint32_t x = run->x + i * run->step;

		keep[i] = !in_collar(spec, x, run->y) && cloud[i] < 0.5f;
	}
}

/* --- swath: the upper half of it, and nothing below, as where an image strip ends --- */

static bool is_below(const struct scene_spec *spec, const struct run *run)
{
	return run->y >= spec->y_size / 2;
}

void swath_fill(const struct scene_spec *spec, const struct run *run, struct run_pixels *out)
{
	terrain_fill(spec, run, out);
	for (unsigned b = 0; is_below(spec, run) && b < spec->n_bands; b++)
		for (unsigned i = 0; i < run->n; i++)
			out->value[b][i] = HOLE;
}

void swath_mask(const struct scene_spec *spec, const struct run *run, unsigned char *keep)
{
	terrain_mask(spec, run, keep);
	for (unsigned i = 0; is_below(spec, run) && i < run->n; i++)
		keep[i] = 0;
}
