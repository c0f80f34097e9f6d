/*
 * Scenes as JSON and back, to the last bit: integers over 64 bits as hexadecimal text, reals with
 * 17 digits, the histogram from its first slot that is not zero to its last.
 */
#include "partial.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_stats.h"
#include "printable.h"
#include "report_kinds.h"

/* --- writing --- */

static json_t *words(const uint64_t *word, unsigned n)
{
	char text[6 * 16 + 1];

	for (unsigned i = 0; i < n; i++) /* high word first, as people write numbers */
		(void)snprintf(text + 16 * i, 17, "%016" PRIx64, word[n - 1 - i]);
	return json_string(text);
}

static json_t *wide(uint128 value)
{
	const uint64_t word[2] = {(uint64_t)value, (uint64_t)(value >> 64)};

	return words(word, 2);
}

static json_t *accum_object(const struct accum *a)
{
	json_t *o = json_object(), *n = json_array();

	for (int class = 0; class < N_PIXEL_CLASSES; class ++)
		js_append(&n, js_count(a->n[class]));
	js_put(&o, "n", n);
	js_put(&o, "n_outside", js_count(a->n_outside));
	js_put(&o, "min", js_number(a->min));
	js_put(&o, "max", js_number(a->max));
	js_put(&o, "sum", wide((uint128)a->sum));
	js_put(&o, "sum_sq", wide(a->sum_sq));
	js_put(&o, "n_far", js_count(a->n_far));
	if (a->n_far) {
		js_put(&o, "far_pos", words(a->far_pos, 4));
		js_put(&o, "far_neg", words(a->far_neg, 4));
		js_put(&o, "far_sq", words(a->far_sq, 6));
	}
	return o;
}

static json_t *histogram_object(const struct histogram *h)
{
	unsigned first = 0, end = HIST_SLOTS;
	json_t *o = json_object(), *counts = json_array();

	while (first < end && !h->count[first])
		first++;
	while (end > first && !h->count[end - 1])
		end--;
	for (unsigned slot = first; slot < end; slot++)
		js_append(&counts, js_count(h->count[slot]));
	js_put(&o, "first", js_count(first));
	js_put(&o, "counts", counts);
	return o;
}

static json_t *band_source(const struct scene *scene, enum band_role role)
{
	const struct band *band = &scene->band[role];
	json_t *o;

	if (!scene->has_band[role] || !band->path)
		return json_null();
	o = json_object();
	js_put(&o, "file", js_name(band->path));
	js_put(&o, "band", js_count(band->index));
	return o;
}

json_t *partial_scene(const struct scene_result *result, uint64_t number)
{
	const struct scene *s = result->scene;
	bool ok = result->status == SCENE_OK && result->histogram;
	json_t *o = json_object(), *notes = json_array();

	for (unsigned i = 0; i < s->n_notes; i++)
		js_append(&notes, js_text(s->notes[i]));
	js_put(&o, "number", js_count(number));
	js_put(&o, "name", js_name(s->name ? s->name : ""));
	js_put(&o, "status", js_text(scene_status_name(result->status)));
	js_put(&o, "error_code", json_integer(result->error.code));
	js_put(&o, "error", js_text(result->error.text));
	js_put(&o, "sensor", js_text(s->sensor));
	js_put(&o, "acquired", js_text(s->acquired));
	js_put(&o, "crs", js_text(scene_crs(s)));
	js_put(&o, "x_size", js_count(s->x_size));
	js_put(&o, "y_size", js_count(s->y_size));
	js_put(&o, "red", band_source(s, BAND_RED));
	js_put(&o, "nir", band_source(s, BAND_NIR));
	js_put(&o, "notes", notes);
	js_put(&o, "area_m2", js_number(result->area_m2));
	js_put(&o, "accum", ok ? accum_object(&result->accum) : json_null());
	js_put(&o, "histogram", ok ? histogram_object(result->histogram) : json_null());
	return o;
}

/* --- reading; each sets *bad where the value is not what it must be --- */

static uint64_t get_count(const json_t *o, const char *key, uint64_t max, bool *bad)
{
	const json_t *value = json_object_get(o, key);
	json_int_t n = json_integer_value(value);

	if (!json_is_integer(value) || n < 0 || (uint64_t)n > max)
		*bad = true;
	return *bad ? 0 : (uint64_t)n;
}

static const char *get_text(const json_t *o, const char *key, bool *bad)
{
	const char *text = json_string_value(json_object_get(o, key));

	if (!text)
		*bad = true;
	return text ? text : "";
}

/* A number, or `null_value` for null. */
static double get_number(const json_t *o, const char *key, double null_value, bool *bad)
{
	const json_t *value = json_object_get(o, key);

	if (json_is_null(value))
		return null_value;
	if (!json_is_number(value))
		*bad = true;
	return json_number_value(value);
}

static void get_words(const json_t *o, const char *key, uint64_t *word, unsigned n, bool *bad)
{
	const char *text = get_text(o, key, bad);
	char part[17] = "";

	if (strlen(text) != 16u * n || strspn(text, "0123456789abcdef") != 16u * n) {
		*bad = true;
		return;
	}
	for (unsigned i = 0; i < n; i++) {
		memcpy(part, text + 16 * i, 16);
		word[n - 1 - i] = strtoull(part, NULL, 16);
	}
}

static uint128 get_wide(const json_t *o, const char *key, bool *bad)
{
	uint64_t word[2] = {0};

	get_words(o, key, word, 2, bad);
	return (uint128)word[1] << 64 | word[0];
}

static void get_accum(const json_t *o, struct accum *a, bool *bad)
{
	const json_t *n = json_object_get(o, "n");

	accum_clear(a);
	if (json_array_size(n) != N_PIXEL_CLASSES)
		*bad = true;
	for (int class = 0; class < N_PIXEL_CLASSES && !*bad; class ++) {
		const json_t *count = json_array_get(n, (size_t) class);

		if (!json_is_integer(count) || json_integer_value(count) < 0)
			*bad = true;
		a->n[class] = (uint64_t)json_integer_value(count);
	}
	a->n_outside = get_count(o, "n_outside", INT64_MAX, bad);
	a->min = (float)get_number(o, "min", INFINITY, bad);
	a->max = (float)get_number(o, "max", -INFINITY, bad);
	a->sum = (int128)get_wide(o, "sum", bad);
	a->sum_sq = get_wide(o, "sum_sq", bad);
	a->n_far = get_count(o, "n_far", INT64_MAX, bad);
	if (!a->n_far)
		return;
	get_words(o, "far_pos", a->far_pos, 4, bad);
	get_words(o, "far_neg", a->far_neg, 4, bad);
	get_words(o, "far_sq", a->far_sq, 6, bad);
}

/* Its counts must be those of the accum: that is what percentiles are worked out from. */
static void get_histogram(const json_t *o, struct histogram *h, uint64_t n_valid, bool *bad)
{
	const json_t *counts = json_object_get(o, "counts");
	uint64_t first = get_count(o, "first", HIST_SLOTS, bad), sum = 0;

	histogram_clear(h);
	if (!json_is_array(counts) || json_array_size(counts) > HIST_SLOTS - first)
		*bad = true;
	for (size_t i = 0; !*bad && i < json_array_size(counts); i++) {
		json_int_t n = json_integer_value(json_array_get(counts, i));

		if (n < 0)
			*bad = true;
		h->count[first + i] = (uint64_t)n;
		sum += (uint64_t)n;
	}
	if (sum != n_valid)
		*bad = true;
}

/* The bytes of a name, in a new string; NULL without memory. */
static char *get_name(const json_t *o, const char *key, bool *bad)
{
	char *name = strdup(get_text(o, key, bad));

	if (name)
		printable_restore(name);
	return name;
}

static void copy_text(char *to, size_t size, const json_t *o, const char *key, bool *bad)
{
	(void)snprintf(to, size, "%s", get_text(o, key, bad));
}

static void get_band(const json_t *o, const char *key, struct scene *scene, enum band_role role,
		     bool *bad)
{
	const json_t *band = json_object_get(o, key);

	if (json_is_null(band))
		return;
	scene->has_band[role] = true;
	scene->band[role].path = get_name(band, "file", bad);
	scene->band[role].index = (uint32_t)get_count(band, "band", UINT32_MAX, bad);
	if (!scene->band[role].path)
		*bad = true;
}

static void get_notes(const json_t *o, struct scene *scene, bool *bad)
{
	const json_t *notes = json_object_get(o, "notes");

	if (!json_is_array(notes))
		*bad = true;
	for (size_t i = 0; !*bad && i < json_array_size(notes); i++) {
		const char *note = json_string_value(json_array_get(notes, i));

		if (note)
			scene_note(scene, "%s", note);
	}
}

static enum scene_status get_status(const json_t *o, bool *bad)
{
	const char *text = get_text(o, "status", bad);

	for (enum scene_status status = SCENE_OK; status <= SCENE_CANCELLED; status++)
		if (strcmp(text, scene_status_name(status)) == 0)
			return status;
	*bad = true;
	return SCENE_FAILED;
}

int partial_read_scene(const json_t *o, struct scene *scene, struct histogram *histogram,
		       struct scene_result *result, uint64_t *number, struct error *err)
{
	bool bad = !json_is_object(o);

	memset(scene, 0, sizeof(*scene));
	*result = (struct scene_result){.scene = scene};
	*number = get_count(o, "number", UINT32_MAX, &bad);
	scene->id = (uint32_t)*number;
	scene->name = get_name(o, "name", &bad);
	copy_text(scene->sensor, sizeof(scene->sensor), o, "sensor", &bad);
	copy_text(scene->acquired, sizeof(scene->acquired), o, "acquired", &bad);
	copy_text(scene->files[0].info.crs, sizeof(scene->files[0].info.crs), o, "crs", &bad);
	scene->x_size = (uint32_t)get_count(o, "x_size", UINT32_MAX, &bad);
	scene->y_size = (uint32_t)get_count(o, "y_size", UINT32_MAX, &bad);
	get_band(o, "red", scene, BAND_RED, &bad);
	get_band(o, "nir", scene, BAND_NIR, &bad);
	get_notes(o, scene, &bad);
	scene->n_files = 1; /* for its CRS */
	result->status = get_status(o, &bad);
	result->error.code = (int)get_count(o, "error_code", 255, &bad);
	copy_text(result->error.text, sizeof(result->error.text), o, "error", &bad);
	result->area_m2 = get_number(o, "area_m2", NAN, &bad);
	if (result->status == SCENE_OK) {
		get_accum(json_object_get(o, "accum"), &result->accum, &bad);
		get_histogram(json_object_get(o, "histogram"), histogram,
			      result->accum.n[PIXEL_VALID], &bad);
		result->histogram = histogram;
	}
	return bad || !scene->name ? error_set(err, EX_DATAERR, "not a scene of a partial result")
				   : 0;
}
