/*
 * Scenes as JSON and back, to the last bit: integers over 64 bits as hexadecimal text, reals with
 * 17 digits, the histogram from its first slot that is not zero to its last. What is read is taken
 * only in the one form in which it is written; nothing is cut, rounded or left out.
 */
#include "partial.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_stats.h"
#include "report_words.h"

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

static json_t *band_source(const struct scene *scene, unsigned slot)
{
	const struct band *band = &scene->band[slot];
	json_t *o;

	if (scene->unread >> slot & 1)
		return json_string(PARTIAL_UNREAD);
	if (!scene->has_band[slot] || !band->path)
		return json_null();
	o = json_object();
	js_put(&o, "file", partial_text(band->path));
	js_put(&o, "band", js_count(band->index));
	return o;
}

static json_t *band_sources(const struct scene *scene, const struct recipe *recipe)
{
	json_t *o = json_object();

	for (unsigned slot = 0; slot < recipe->n_bands; slot++)
		js_put(&o, recipe->band[slot].text, band_source(scene, slot));
	return o;
}

static json_t *value_object(const struct value_result *value)
{
	json_t *o = json_object(), *masked_by = json_array();

	for (unsigned reason = 0; reason < N_MASK_REASONS; reason++)
		js_append(&masked_by, js_count(value->masked_by.n[reason]));

	js_put(&o, "area_m2", js_number(value->area_m2));
	js_put(&o, "accum", accum_object(&value->accum));
	js_put(&o, "masked_by", masked_by);
	js_put(&o, "histogram", histogram_object(value->histogram));
	return o;
}

/* What is missing in the scene is null. */
static json_t *value_objects(const struct scene_result *result, const struct recipe *recipe)
{
	json_t *o = json_object();

	for (unsigned v = 0; v < recipe->n_values; v++) {
		const struct value_result *value = &result->value[v];
		bool there = result->status == SCENE_OK && v < result->n_values && value->histogram;

		js_put(&o, recipe->value[v].name, there ? value_object(value) : json_null());
	}
	return o;
}

json_t *partial_scene(const struct scene_result *result, const struct recipe *recipe,
		      uint64_t number)
{
	const struct scene *s = result->scene;
	json_t *o = json_object(), *notes = json_array();

	for (unsigned i = 0; i < s->n_notes; i++)
		js_append(&notes, partial_text(s->notes[i]));
	js_put(&o, "number", js_count(number));
	js_put(&o, "name", partial_text(s->name ? s->name : ""));
	js_put(&o, "status", js_text(scene_status_name(result->status)));
	js_put(&o, "error_code", json_integer(result->error.code));
	js_put(&o, "error", partial_text(result->error.text));
	js_put(&o, "sensor", partial_text(s->sensor));
	js_put(&o, "acquired", partial_text(s->acquired));
	js_put(&o, "crs", partial_text(scene_crs(s)));
	js_put(&o, "x_size", js_count(s->x_size));
	js_put(&o, "y_size", js_count(s->y_size));
	js_put(&o, "area_source", partial_text(s->area_source));
	js_put(&o, "area_varies", json_boolean(s->ground.n_x));
	js_put(&o, "bands", band_sources(s, recipe));
	js_put(&o, "masks", partial_masks(s));
	js_put(&o, "notes", notes);
	js_put(&o, "indices", value_objects(result, recipe));
	return o;
}

/* What jansson leaves raw and no terminal should see: DEL. */
static void write_text(FILE *out, const char *text, size_t length)
{
	const char *end = text + length, *del;

	while ((del = memchr(text, 0x7F, (size_t)(end - text)))) {
		(void)fwrite(text, 1, (size_t)(del - text), out);
		(void)fputs("\\u007F", out);
		text = del + 1;
	}
	(void)fwrite(text, 1, (size_t)(end - text), out);
}

int partial_emit(FILE *out, json_t *object, unsigned n_values, struct error *err)
{
	const size_t most = partial_line_most(n_values);
	char *text = object ? json_dumps(object,
					 JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(17))
			    : NULL;
	size_t length = text ? strlen(text) : 0;
	int status = 0;

	json_decref(object);
	if (!text)
		status = error_memory(err, "a partial result", most);
	else if (length > most - 64) /* the seal follows */
		status = error_set(err, EX_DATAERR,
				   "a scene's names are too long for a partial result; give its "
				   "files shorter ones");
	else
		write_text(out, text, length - 1);
	free(text);
	return status ? status : report_check(out, err);
}

/* --- reading; each sets *bad where the value is not what it must be --- */

/* An object with so many members, all of which are then asked for. */
static void need_members(const json_t *o, size_t n, bool *bad)
{
	if (!json_is_object(o) || json_object_size(o) != n)
		*bad = true;
}

static uint64_t get_count(const json_t *o, const char *key, uint64_t max, bool *bad)
{
	const json_t *value = json_object_get(o, key);
	json_int_t n = json_integer_value(value);

	if (!json_is_integer(value) || n < 0 || (uint64_t)n > max)
		*bad = true;
	return *bad ? 0 : (uint64_t)n;
}

/* Text of at most size - 1 bytes. */
static void get_text(char *to, size_t size, const json_t *value, bool *bad)
{
	char *text = partial_read_text(value, size - 1);

	if (!text)
		*bad = true;
	(void)snprintf(to, size, "%s", text ? text : "");
	free(text);
}

static char *get_name(const json_t *o, const char *key, bool *bad)
{
	char *text = partial_read_text(json_object_get(o, key), PARTIAL_LINE_ONE);

	if (!text)
		*bad = true;
	return text;
}

/* A real, or `null_value` for null. */
static double get_number(const json_t *o, const char *key, double null_value, bool *bad)
{
	const json_t *value = json_object_get(o, key);

	if (json_is_null(value))
		return null_value;
	if (!json_is_real(value))
		*bad = true;
	return json_real_value(value);
}

static void get_words(const json_t *o, const char *key, uint64_t *word, unsigned n, bool *bad)
{
	const char *text = json_string_value(json_object_get(o, key));
	char part[17] = "";

	if (!text || strlen(text) != 16u * n || strspn(text, "0123456789abcdef") != 16u * n) {
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

/* Of a pixel: a float as it was, or `null_value` for null. */
static float get_extreme(const json_t *o, const char *key, float null_value, bool *bad)
{
	double value = get_number(o, key, (double)null_value, bad);

	if (isfinite(value) && (fabs(value) > FLT_MAX || (double)(float)value != value))
		*bad = true;
	return *bad ? 0 : (float)value;
}

/* An array of n numbers of pixels. */
static void get_counts(const json_t *list, uint64_t *to, size_t n, bool *bad)
{
	if (!json_is_array(list) || json_array_size(list) != n)
		*bad = true;
	for (size_t i = 0; i < n && !*bad; i++) {
		const json_t *count = json_array_get(list, i);

		if (!json_is_integer(count) || json_integer_value(count) < 0)
			*bad = true;
		to[i] = (uint64_t)json_integer_value(count);
	}
}

static void get_accum(const json_t *o, struct accum *a, bool *bad)
{
	accum_clear(a);
	get_counts(json_object_get(o, "n"), a->n, N_PIXEL_CLASSES, bad);
	a->n_outside = get_count(o, "n_outside", INT64_MAX, bad);
	a->min = get_extreme(o, "min", INFINITY, bad);
	a->max = get_extreme(o, "max", -INFINITY, bad);
	a->sum = (int128)get_wide(o, "sum", bad);
	a->sum_sq = get_wide(o, "sum_sq", bad);
	a->n_far = get_count(o, "n_far", INT64_MAX, bad);
	need_members(o, a->n_far ? 10 : 7, bad);
	if (!a->n_far)
		return;
	get_words(o, "far_pos", a->far_pos, 4, bad);
	get_words(o, "far_neg", a->far_neg, 4, bad);
	get_words(o, "far_sq", a->far_sq, 6, bad);
}

/* From the first slot that is not zero to the last: one way to write it. */
static void get_histogram(const json_t *o, struct histogram *h, bool *bad)
{
	const json_t *counts = json_object_get(o, "counts");
	uint64_t first = get_count(o, "first", HIST_SLOTS, bad);
	size_t n = json_array_size(counts);

	histogram_clear(h);
	need_members(o, 2, bad);
	if (n > HIST_SLOTS - first || (!n && first != HIST_SLOTS))
		*bad = true;
	if (!*bad)
		get_counts(counts, h->count + first, n, bad);
	if (!*bad && n && (!h->count[first] || !h->count[first + n - 1]))
		*bad = true;
}

static void get_band(const json_t *o, const char *key, struct scene *scene, unsigned slot,
		     bool *bad)
{
	const json_t *band = json_object_get(o, key);

	if (json_is_null(band))
		return;
	if (json_is_string(band)) {
		*bad |= strcmp(json_string_value(band), PARTIAL_UNREAD) != 0;
		scene->unread |= (uint16_t)(1u << slot);
		return;
	}
	need_members(band, 2, bad);
	scene->has_band[slot] = true;
	scene->band[slot].path = get_name(band, "file", bad);
	scene->band[slot].index = (uint32_t)get_count(band, "band", UINT32_MAX, bad);
	if (!scene->band[slot].index)
		*bad = true;
}

static void get_bands(const json_t *o, struct scene *scene, const struct recipe *recipe, bool *bad)
{
	need_members(o, recipe->n_bands, bad);
	for (unsigned slot = 0; slot < recipe->n_bands; slot++) {
		struct band *band = &scene->band[slot];

		(void)snprintf(band->name, sizeof(band->name), "%s", recipe->band[slot].text);
		get_band(o, recipe->band[slot].text, scene, slot, bad);
	}
}

static void get_notes(const json_t *o, struct scene *scene, bool *bad)
{
	const json_t *notes = json_object_get(o, "notes");
	char note[SCENE_NOTE_BYTES];

	if (!json_is_array(notes) || json_array_size(notes) > SCENE_MAX_NOTES)
		*bad = true;
	for (size_t i = 0; !*bad && i < json_array_size(notes); i++) {
		get_text(note, sizeof(note), json_array_get(notes, i), bad);
		scene_note(scene, "%s", note);
	}
}

/* As error_set() leaves it: nothing in it can steer a terminal. */
static void get_error(const json_t *o, struct error *error, bool *bad)
{
	char text[ERROR_TEXT_BYTES];
	int code = (int)get_count(o, "error_code", EX__MAX, bad);

	get_text(text, sizeof(text), json_object_get(o, "error"), bad);
	*error = (struct error){0};
	if (code || *text)
		(void)error_set(error, code, "%s", text);
}

static enum scene_status get_status(const json_t *o, bool *bad)
{
	const char *text = json_string_value(json_object_get(o, "status"));

	for (enum scene_status status = SCENE_OK; status <= SCENE_CANCELLED; status++)
		if (text && strcmp(text, scene_status_name(status)) == 0)
			return status;
	*bad = true;
	return SCENE_FAILED;
}

static void get_facts(const json_t *o, struct scene *scene, const struct recipe *recipe, bool *bad)
{
	scene->name = get_name(o, "name", bad);
	get_text(scene->sensor, sizeof(scene->sensor), json_object_get(o, "sensor"), bad);
	get_text(scene->acquired, sizeof(scene->acquired), json_object_get(o, "acquired"), bad);
	get_text(scene->files[0].info.crs, sizeof(scene->files[0].info.crs),
		 json_object_get(o, "crs"), bad);
	scene->x_size = (uint32_t)get_count(o, "x_size", UINT32_MAX, bad);
	scene->y_size = (uint32_t)get_count(o, "y_size", UINT32_MAX, bad);
	get_text(scene->area_source, sizeof(scene->area_source), json_object_get(o, "area_source"),
		 bad);
	*bad |= !json_is_boolean(json_object_get(o, "area_varies"));
	scene->ground.n_x = json_is_true(json_object_get(o, "area_varies"));
	get_bands(json_object_get(o, "bands"), scene, recipe, bad);
	*bad |= !partial_read_masks(json_object_get(o, "masks"), scene);
	get_notes(o, scene, bad);
	scene->n_files = 1; /* for its CRS */
}

static void get_value(const json_t *o, struct value_result *value, struct histogram *histogram,
		      bool *bad)
{
	need_members(o, 4, bad);
	value->area_m2 = get_number(o, "area_m2", NAN, bad);
	get_accum(json_object_get(o, "accum"), &value->accum, bad);
	get_counts(json_object_get(o, "masked_by"), value->masked_by.n, N_MASK_REASONS, bad);
	get_histogram(json_object_get(o, "histogram"), histogram, bad);
	value->histogram = histogram;
}

/* As totals say it: what is missing has no histogram, what has failed has no values. */
static void get_values(const json_t *o, const struct recipe *recipe, struct scene *scene,
		       struct histogram *histogram, struct scene_result *result, bool *bad)
{
	need_members(o, recipe->n_values, bad);
	for (unsigned v = 0; v < recipe->n_values; v++) {
		const json_t *value = json_object_get(o, recipe->value[v].name);

		if (result->status == SCENE_OK && !json_is_null(value)) {
			get_value(value, &result->value[v], &histogram[v], bad);
			continue;
		}
		if (!json_is_null(value))
			*bad = true;
		result->value[v].area_m2 = NAN;
		if (result->status == SCENE_OK)
			scene->missing |= (uint16_t)(1u << v);
	}
	result->n_values = result->status == SCENE_OK ? recipe->n_values : 0;
}

int partial_read_scene(const json_t *o, const struct recipe *recipe, struct scene *scene,
		       struct histogram *histogram, struct scene_result *result, uint64_t *number,
		       struct error *err)
{
	bool bad = false;

	memset(scene, 0, sizeof(*scene));
	*result = (struct scene_result){.scene = scene};
	need_members(o, 16, &bad);
	*number = get_count(o, "number", UINT32_MAX, &bad);
	scene->id = (uint32_t)*number;
	get_facts(o, scene, recipe, &bad);
	result->status = get_status(o, &bad);
	get_error(o, &result->error, &bad);
	get_values(json_object_get(o, "indices"), recipe, scene, histogram, result, &bad);
	if (bad)
		return error_set(err, EX_DATAERR, "not a scene as imgpipe --partial writes it");
	return partial_check(result, recipe, err);
}
