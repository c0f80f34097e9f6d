/*
 * Outlines of grids in longitude and latitude.
 */
#include "footprint.h"

#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* --- projections --- */

/* WGS 84; GRS 80, of ETRS89, NAD83 and GDA, differs by 0.1 mm. */
static const double AXIS = 6378137, FLATTENING = 1 / 298.257223563;

/* The series is exact to nanometres as far from the central meridian. */
static const double MOST_ETA = 0.61;

/*
 * Krueger's series to the sixth order in the third flattening n: C. F. F. Karney, "Transverse
 * Mercator with an accuracy of a few nanometers", J. Geodesy 85 (2011), equations 14 and 36.
 */
static double rectifying_radius(double n)
{
	double n2 = n * n;

	return AXIS / (1 + n) * (1 + n2 * (1.0 / 4 + n2 * (1.0 / 64 + n2 / 256)));
}

static void krueger_beta(double n, double beta[6])
{
	double n2 = n * n, n3 = n2 * n, n4 = n3 * n, n5 = n4 * n, n6 = n5 * n;

	beta[0] =
		n / 2 - n2 * 2 / 3 + n3 * 37 / 96 - n4 / 360 - n5 * 81 / 512 + n6 * 96199 / 604800;
	beta[1] = n2 / 48 + n3 / 15 - n4 * 437 / 1440 + n5 * 46 / 105 - n6 * 1118711 / 3870720;
	beta[2] = n3 * 17 / 480 - n4 * 37 / 840 - n5 * 209 / 4480 + n6 * 5569 / 90720;
	beta[3] = n4 * 4397 / 161280 - n5 * 11 / 504 - n6 * 830251 / 7257600;
	beta[4] = n5 * 4583 / 161280 - n6 * 108847 / 3991680;
	beta[5] = n6 * 20648693 / 638668800;
}

/* tan of the latitude from that of the conformal one, by Newton's method (equations 19 to 21). */
static double geodetic_tangent(double conformal)
{
	const double e2 = FLATTENING * (2 - FLATTENING), e = sqrt(e2);
	double tangent = conformal;

	for (int i = 0; i < 8; i++) {
		double root = sqrt(1 + tangent * tangent);
		double sigma = sinh(e * atanh(e * tangent / root));
		double now = tangent * sqrt(1 + sigma * sigma) - sigma * root;

		double step = (conformal - now) / sqrt(1 + now * now) *
			      (1 + (1 - e2) * tangent * tangent) / ((1 - e2) * root);

		tangent += step;
		if (!(fabs(step) > 1e-13 * (1 + fabs(tangent))))
			break;
	}
	return tangent;
}

/* The sums over sin 2j(xi + i eta), by the sines of sums of angles. */
static void krueger_sum(const double beta[6], double xi, double eta, double *xi1, double *eta1)
{
	const double complex turn = cexp(-2 * eta + 2 * xi * I);
	const double complex back = 1 / turn;
	double complex forth_j = 1, back_j = 1, sum = 0;

	for (int j = 0; j < 6; j++) {
		forth_j *= turn;
		back_j *= back;
		sum += beta[j] * (forth_j - back_j) / (2 * I);
	}
	*xi1 = xi - creal(sum);
	*eta1 = eta - cimag(sum);
}

bool utm_inverse(unsigned zone, bool south, double easting, double northing,
		 struct footprint_point *place)
{
	const double n = FLATTENING / (2 - FLATTENING), scale = 0.9996 * rectifying_radius(n);
	double xi = (northing - (south ? 1e7 : 0)) / scale, eta = (easting - 5e5) / scale;
	double xi1, eta1, beta[6];

	if (!(fabs(eta) <= MOST_ETA && fabs(xi) < pi / 2))
		return false;
	krueger_beta(n, beta);
	krueger_sum(beta, xi, eta, &xi1, &eta1);
	place->x = atan2(sinh(eta1), cos(xi1)) * 180 / pi + 6.0 * zone - 183;
	place->y = atan(geodetic_tangent(sin(xi1) / hypot(sinh(eta1), cos(xi1)))) * 180 / pi;
	return true;
}

/* Of the sphere of the longer axis, taken as if on the ellipsoid: that is what EPSG:3857 is. */
static struct footprint_point from_web_mercator(double x, double y)
{
	return (struct footprint_point){x / AXIS * 180 / pi,
					(2 * atan(exp(y / AXIS)) - pi / 2) * 180 / pi};
}

/* --- which one --- */

enum place_kind { PLACE_UNKNOWN, PLACE_DEGREES, PLACE_UTM, PLACE_WEB_MERCATOR };

struct place {
	enum place_kind kind;
	unsigned zone;
	bool south;
};

/* EPSG codes of UTM zones: WGS 84, ETRS89, NAD83, and MGA of GDA94 and GDA2020. */
static const struct {
	unsigned first, last, zone;
	bool south;
} utm_codes[] = {
	{32601, 32660, 1, false}, {32701, 32760, 1, true},  {25828, 25838, 28, false},
	{26901, 26923, 1, false}, {28348, 28358, 48, true}, {7846, 7859, 46, true},
};

/* WGS 84, ETRS89, NAD83, NAD83(CSRS), (2011), GDA94, GDA2020, NZGD2000, SIRGAS 2000: within a
 * metre or two of each other. */
static const unsigned degree_codes[] = {4326, 4258, 4269, 4617, 6318, 4283, 7844, 4167, 4674};

static struct place place_of_code(unsigned code, bool projected)
{
	for (size_t i = 0; projected && i < sizeof(utm_codes) / sizeof(utm_codes[0]); i++)
		if (code >= utm_codes[i].first && code <= utm_codes[i].last)
			return (struct place){PLACE_UTM,
					      code - utm_codes[i].first + utm_codes[i].zone,
					      utm_codes[i].south};
	for (size_t i = 0; !projected && i < sizeof(degree_codes) / sizeof(degree_codes[0]); i++)
		if (code == degree_codes[i])
			return (struct place){.kind = PLACE_DEGREES};
	return (struct place){.kind = projected && code == 3857 ? PLACE_WEB_MERCATOR
								: PLACE_UNKNOWN};
}

static struct place place_of(const struct raster_info *info)
{
	unsigned code;
	int end = 0;

	if (!info->has_geotransform || sscanf(info->crs, "EPSG:%6u%n", &code, &end) != 1 ||
	    info->crs[end] || (info->projected && info->unit_metres != 1))
		return (struct place){.kind = PLACE_UNKNOWN};
	return place_of_code(code, info->projected);
}

/* Rows of a global grid may lie half beyond a pole. */
static bool in_degrees(struct footprint_point *place)
{
	if (!(fabs(place->x) <= 540 && fabs(place->y) <= 91))
		return false;
	place->y = fmax(-90, fmin(90, place->y));
	return true;
}

static bool to_degrees(const struct place *place, double x, double y, struct footprint_point *at)
{
	*at = (struct footprint_point){x, y};
	switch (place->kind) {
	case PLACE_UTM:
		return utm_inverse(place->zone, place->south, x, y, at);
	case PLACE_WEB_MERCATOR:
		*at = from_web_mercator(x, y);
		break;
	case PLACE_DEGREES:
		break;
	case PLACE_UNKNOWN:
		return false;
	}
	return in_degrees(at);
}

/* --- outline --- */

struct ring {
	unsigned n;
	struct footprint_point point[FOOTPRINT_RING];
};

/* Corner 0 to 4, and beyond it a part of the next side. */
static void on_outline(unsigned corner, double part, double x_size, double y_size, double *column,
		       double *row)
{
	static const double x[] = {0, 0, 1, 1, 0}, y[] = {0, 1, 1, 0, 0};

	*column = x_size * (x[corner] + part * (x[corner + 1] - x[corner]));
	*row = y_size * (y[corner] + part * (y[corner + 1] - y[corner]));
}

/* Longitudes go on beyond 180, so that neighbours are never a turn apart. */
static double unwrapped(double x, double before)
{
	return x - 360 * round((x - before) / 360);
}

static bool outline(const struct scene *scene, const double *g, const struct place *place,
		    unsigned parts, struct ring *ring)
{
	ring->n = 0;
	for (unsigned i = 0; i < 4 * parts; i++) {
		struct footprint_point *at = &ring->point[ring->n];
		double column, row;

		on_outline(i / parts, (double)(i % parts) / parts, scene->x_size, scene->y_size,
			   &column, &row);
		if (!to_degrees(place, g[0] + column * g[1] + row * g[2],
				g[3] + column * g[4] + row * g[5], at))
			return false;
		if (ring->n && place->kind == PLACE_UTM)
			at->x = unwrapped(at->x, at[-1].x);
		ring->n++;
	}
	/* Round a pole it would not come back to where it began. */
	return place->kind != PLACE_UTM ||
	       fabs(ring->point[ring->n - 1].x - ring->point[0].x) < 180;
}

/* Twice the area, counter-clockwise above 0. */
static double turning(const struct ring *ring)
{
	double sum = 0;

	for (unsigned i = 0; i < ring->n; i++) {
		const struct footprint_point *a = &ring->point[i],
					     *b = &ring->point[(i + 1) % ring->n];

		sum += (a->x - ring->point[0].x) * (b->y - ring->point[0].y) -
		       (b->x - ring->point[0].x) * (a->y - ring->point[0].y);
	}
	return sum;
}

static void turn_round(struct ring *ring)
{
	for (unsigned i = 0; i < ring->n / 2; i++) {
		struct footprint_point swap = ring->point[i];

		ring->point[i] = ring->point[ring->n - 1 - i];
		ring->point[ring->n - 1 - i] = swap;
	}
}

/* --- the antimeridian --- */

static unsigned crossings(const struct ring *ring, double meridian)
{
	unsigned n = 0;

	for (unsigned i = 0; i < ring->n; i++)
		n += (ring->point[i].x < meridian) != (ring->point[(i + 1) % ring->n].x < meridian);
	return n;
}

static struct footprint_point at_meridian(struct footprint_point a, struct footprint_point b,
					  double meridian)
{
	return (struct footprint_point){meridian,
					a.y + (b.y - a.y) * (meridian - a.x) / (b.x - a.x)};
}

/* What lies on one side of a meridian; the ring crosses it twice at the most. */
static struct ring clip(const struct ring *ring, double meridian, bool east)
{
	struct ring out = {0};

	for (unsigned i = 0; i < ring->n; i++) {
		struct footprint_point a = ring->point[i], b = ring->point[(i + 1) % ring->n];
		bool a_in = east ? a.x >= meridian : a.x <= meridian;
		bool b_in = east ? b.x >= meridian : b.x <= meridian;

		if (a_in)
			out.point[out.n++] = a;
		if (a_in != b_in && a.x != meridian && b.x != meridian)
			out.point[out.n++] = at_meridian(a, b, meridian);
	}
	return out;
}

static void range(const struct ring *ring, double *west, double *east)
{
	*west = INFINITY;
	*east = -INFINITY;
	for (unsigned i = 0; i < ring->n; i++) {
		*west = fmin(*west, ring->point[i].x);
		*east = fmax(*east, ring->point[i].x);
	}
}

/* Closed, and within -180 to 180. A ring without an area is none. */
static void add_part(struct footprint *footprint, const struct ring *ring, double shift)
{
	unsigned n = ring->n;

	if (n < 3 || turning(ring) < 1e-14)
		return;
	for (unsigned i = 0; i <= n; i++)
		footprint->part[footprint->n_parts].point[i] = (struct footprint_point){
			ring->point[i % n].x + shift, ring->point[i % n].y};
	footprint->part[footprint->n_parts++].n = n + 1;
}

/* A grid all round the Earth. */
static void whole_turn(struct ring *ring)
{
	double south = INFINITY, north = -INFINITY;

	for (unsigned i = 0; i < ring->n; i++) {
		south = fmin(south, ring->point[i].y);
		north = fmax(north, ring->point[i].y);
	}
	*ring = (struct ring){4, {{-180, south}, {180, south}, {180, north}, {-180, north}}};
}

/* False where it crosses a meridian more often than an outline does that is cut in two. */
static bool cut(const struct ring *ring, struct footprint *footprint)
{
	double west, east;

	range(ring, &west, &east);
	footprint->n_parts = 0;
	for (double from = -540; from < 540; from += 360) {
		struct ring part = *ring;

		if (east <= from || west >= from + 360)
			continue;
		if (crossings(ring, from) > 2 || crossings(ring, from + 360) > 2 ||
		    footprint->n_parts == FOOTPRINT_PARTS)
			return false;
		part = clip(&part, from, true);
		part = clip(&part, from + 360, false);
		add_part(footprint, &part, -180 - from);
	}
	return footprint->n_parts > 0;
}

static bool cut_outline(const struct scene *scene, const double *g, const struct place *place,
			unsigned parts, struct footprint *footprint)
{
	struct ring ring;
	double west, east;

	if (!outline(scene, g, place, parts, &ring))
		return false;
	if (turning(&ring) < 0)
		turn_round(&ring);
	range(&ring, &west, &east);
	if (east - west > 362)
		return false;
	if (east - west >= 360 - 1e-9)
		whole_turn(&ring);
	return cut(&ring, footprint);
}

/* Straight sides where the grid's are, or where those that bend cross the antimeridian often. */
bool footprint_of(const struct scene *scene, struct footprint *footprint)
{
	const struct scene_file *file = scene_grid_file(scene);
	struct place place = {.kind = PLACE_UNKNOWN};

	footprint->n_parts = 0;
	if (file)
		place = place_of(&file->info);
	if (place.kind == PLACE_UNKNOWN || !scene->x_size || !scene->y_size)
		return false;
	if (place.kind == PLACE_UTM &&
	    cut_outline(scene, file->info.geotransform, &place, FOOTPRINT_SIDE, footprint))
		return true;
	if (cut_outline(scene, file->info.geotransform, &place, 1, footprint))
		return true;
	footprint->n_parts = 0;
	return false;
}
