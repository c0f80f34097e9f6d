/*
 * A scene as a record and back, field by field in the order of README.md. What is read is taken
 * only in the one form in which it is written; then partial_check() says whether there can be such
 * a scene. Names of bands and values are not in it: the set that it stands in has the recipe.
 */
#include "record.h"

#include <libdeflate.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "report/partial.h"
#include "report/report_words.h"

/* Version, length of the whole, CRC-32 of both and of all that follows: four bytes each. */
enum { AT_CRC = 8, HEAD_BYTES = 12 };

enum band_kind { BAND_MISSING, BAND_UNREAD, BAND_THERE };

static uint32_t checksum(const unsigned char *bytes, size_t size)
{
	return libdeflate_crc32(libdeflate_crc32(0, bytes, AT_CRC), bytes + HEAD_BYTES,
				size - HEAD_BYTES);
}

static void put_number(unsigned char *to, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		to[i] = (unsigned char)(value >> 8 * i);
}

/* --- writing --- */

static void write_counts(struct byte_writer *w, const uint64_t *count, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		write_varint(w, count[i]);
}

static void write_words(struct byte_writer *w, const uint64_t *word, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		write_word(w, word[i], 8);
}

static void write_wide(struct byte_writer *w, uint128 value)
{
	const uint64_t word[2] = {(uint64_t)value, (uint64_t)(value >> 64)};

	write_words(w, word, 2);
}

static void write_accum(struct byte_writer *w, const struct accum *a)
{
	write_counts(w, a->n, N_PIXEL_CLASSES);
	write_varint(w, a->n_outside);
	write_float(w, a->min);
	write_float(w, a->max);
	write_wide(w, (uint128)a->sum);
	write_wide(w, a->sum_sq);
	write_varint(w, a->n_far);
	if (!a->n_far)
		return;
	write_words(w, a->far_pos, 4);
	write_words(w, a->far_neg, 4);
	write_words(w, a->far_sq, 6);
}

static void write_value(struct byte_writer *w, const struct value_result *value)
{
	write_word(w, value->histogram != NULL, 1);
	if (!value->histogram)
		return;
	write_double(w, value->area_m2);
	write_accum(w, &value->accum);
	write_counts(w, value->masked_by.n, N_MASK_REASONS);
	write_histogram(w, value->histogram);
}

static void write_band(struct byte_writer *w, const struct scene *scene, unsigned slot)
{
	const struct band *band = &scene->band[slot];
	enum band_kind kind = scene->unread >> slot & 1             ? BAND_UNREAD
			      : scene->has_band[slot] && band->path ? BAND_THERE
								    : BAND_MISSING;

	write_word(w, kind, 1);
	if (kind != BAND_THERE)
		return;
	write_text(w, band->path);
	write_varint(w, band->index);
}

static void write_facts(struct byte_writer *w, const struct scene *scene,
			const struct recipe *recipe)
{
	write_text(w, scene->name ? scene->name : "");
	write_text(w, scene->sensor);
	write_text(w, scene->acquired);
	write_text(w, scene_crs(scene));
	write_varint(w, scene->x_size);
	write_varint(w, scene->y_size);
	write_text(w, scene->area_source);
	write_word(w, scene->ground.n_x != 0, 1);
	write_word(w, recipe->n_bands, 1);
	for (unsigned slot = 0; slot < recipe->n_bands; slot++)
		write_band(w, scene, slot);
	write_word(w, scene->masks.n_rules, 1);
	for (unsigned i = 0; i < scene->masks.n_rules; i++) {
		write_text(w, scene->masks.rule[i].layout);
		write_text(w, scene->masks.rule[i].source);
	}
	write_word(w, scene->n_notes, 1);
	for (unsigned i = 0; i < scene->n_notes; i++)
		write_text(w, scene->notes[i]);
}

static void write_values(struct byte_writer *w, const struct scene_result *result,
			 const struct recipe *recipe)
{
	static const struct value_result missing = {.histogram = NULL};

	if (result->status != SCENE_OK)
		return;
	write_word(w, recipe->n_values, 1);
	for (unsigned v = 0; v < recipe->n_values; v++)
		write_value(w, v < result->n_values ? &result->value[v] : &missing);
}

int record_pack(unsigned char **bytes, size_t *size, const struct scene_result *result,
		const struct recipe *recipe, struct error *err)
{
	struct byte_writer w = {.byte = NULL};
	static const unsigned char head[HEAD_BYTES];

	*bytes = NULL;
	*size = 0;
	if (result->status == SCENE_CANCELLED)
		return error_set(err, EX_SOFTWARE, "a scene that was not finished has no record");
	write_bytes(&w, head, sizeof(head));
	write_word(&w, result->status, 1);
	write_varint(&w, (uint32_t)result->error.code);
	write_text(&w, result->error.text);
	write_facts(&w, result->scene, recipe);
	write_values(&w, result, recipe);
	if (w.failed || w.n > RECORD_MOST) {
		free(w.byte);
		return w.failed ? error_memory(err, "the record of a scene", w.room)
				: error_set(err, EX_DATAERR,
					    "a scene's names are too long for a catalogue; give "
					    "its files shorter ones");
	}
	put_number(w.byte, RECORD_VERSION);
	put_number(w.byte + 4, (uint32_t)w.n);
	put_number(w.byte + AT_CRC, checksum(w.byte, w.n));
	*bytes = w.byte;
	*size = w.n;
	return 0;
}

/* --- reading --- */

static void read_counts(struct byte_reader *r, uint64_t *count, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		count[i] = read_varint(r, UINT64_MAX);
}

static void read_words(struct byte_reader *r, uint64_t *word, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		word[i] = read_word(r, 8);
}

static uint128 read_wide(struct byte_reader *r)
{
	uint64_t word[2];

	read_words(r, word, 2);
	return (uint128)word[1] << 64 | word[0];
}

static void read_accum(struct byte_reader *r, struct accum *a)
{
	*a = (struct accum){.n_far = 0};
	read_counts(r, a->n, N_PIXEL_CLASSES);
	a->n_outside = read_varint(r, UINT64_MAX);
	a->min = read_float(r);
	a->max = read_float(r);
	a->sum = (int128)read_wide(r);
	a->sum_sq = read_wide(r);
	a->n_far = read_varint(r, UINT64_MAX);
	if (!a->n_far)
		return;
	read_words(r, a->far_pos, 4);
	read_words(r, a->far_neg, 4);
	read_words(r, a->far_sq, 6);
}

/* A byte from 0 to `most`. */
static unsigned read_small(struct byte_reader *r, unsigned most)
{
	unsigned value = (unsigned)read_word(r, 1);

	if (value > most)
		r->bad = true;
	return r->bad ? 0 : value;
}

static void read_value(struct byte_reader *r, struct value_result *value,
		       struct histogram *histogram)
{
	value->area_m2 = read_double(r);
	read_accum(r, &value->accum);
	read_counts(r, value->masked_by.n, N_MASK_REASONS);
	read_histogram(r, histogram);
	value->histogram = histogram;
}

static void read_band(struct byte_reader *r, struct scene *scene, unsigned slot)
{
	enum band_kind kind = read_small(r, BAND_THERE);

	if (kind == BAND_UNREAD)
		scene->unread |= (uint16_t)(1u << slot);
	if (kind != BAND_THERE)
		return;
	scene->has_band[slot] = true;
	scene->band[slot].path = read_text(r);
	scene->band[slot].index = (uint32_t)read_varint(r, UINT32_MAX);
	if (!scene->band[slot].index)
		r->bad = true;
}

static void read_bands(struct byte_reader *r, struct scene *scene, const struct recipe *recipe)
{
	if (read_small(r, RECIPE_MAX_BANDS) != recipe->n_bands)
		r->bad = true;
	for (unsigned slot = 0; slot < recipe->n_bands && !r->bad; slot++) {
		struct band *band = &scene->band[slot];

		memcpy(band->name, recipe->band[slot].text, sizeof(band->name));
		read_band(r, scene, slot);
	}
}

static void read_masks(struct byte_reader *r, struct scene_masks *masks)
{
	masks->n_rules = read_small(r, MASK_RULES_MOST);
	for (unsigned i = 0; i < masks->n_rules; i++) {
		read_field(r, masks->rule[i].layout, sizeof(masks->rule[i].layout));
		read_field(r, masks->rule[i].source, sizeof(masks->rule[i].source));
	}
}

/* Notes and errors are printable, whoever wrote them: nothing in them can steer a terminal. */
static void read_notes(struct byte_reader *r, struct scene *scene)
{
	char note[SCENE_NOTE_BYTES];

	for (unsigned n = read_small(r, SCENE_MAX_NOTES); n && !r->bad; n--) {
		read_field(r, note, sizeof(note));
		scene_note(scene, "%s", note);
		if (strcmp(scene->notes[scene->n_notes - 1], note) != 0)
			r->bad = true;
	}
}

static void read_error(struct byte_reader *r, struct error *error)
{
	char text[ERROR_TEXT_BYTES];
	int code = (int)read_varint(r, EX__MAX);

	read_field(r, text, sizeof(text));
	*error = (struct error){.code = 0};
	if (code || *text)
		(void)error_set(error, code, "%s", text);
	if (strcmp(error->text, text) != 0)
		r->bad = true;
}

static void read_facts(struct byte_reader *r, struct scene *scene, const struct recipe *recipe)
{
	scene->name = read_text(r);
	read_field(r, scene->sensor, sizeof(scene->sensor));
	read_field(r, scene->acquired, sizeof(scene->acquired));
	read_field(r, scene->files[0].info.crs, sizeof(scene->files[0].info.crs));
	scene->n_files = 1; /* for its CRS */
	scene->x_size = (uint32_t)read_varint(r, UINT32_MAX);
	scene->y_size = (uint32_t)read_varint(r, UINT32_MAX);
	read_field(r, scene->area_source, sizeof(scene->area_source));
	scene->ground.n_x = read_small(r, 1);
	read_bands(r, scene, recipe);
	read_masks(r, &scene->masks);
	read_notes(r, scene);
}

/* As totals say it: what is missing has no histogram, what has failed has no values. */
static void read_values(struct byte_reader *r, const struct recipe *recipe, struct scene *scene,
			struct histogram *histogram, struct scene_result *result)
{
	for (unsigned v = 0; v < recipe->n_values; v++)
		result->value[v].area_m2 = NAN;
	if (result->status != SCENE_OK)
		return;
	if (read_small(r, RECIPE_MAX_VALUES) != recipe->n_values)
		r->bad = true;
	for (unsigned v = 0; v < recipe->n_values && !r->bad; v++)
		if (read_small(r, 1))
			read_value(r, &result->value[v], &histogram[v]);
		else
			scene->missing |= (uint16_t)(1u << v);
	result->n_values = recipe->n_values;
}

/* To the fields behind a head that is right. */
static int open_record(struct byte_reader *r, const void *bytes, size_t size, struct error *err)
{
	uint32_t version;

	*r = (struct byte_reader){.at = bytes, .end = (const unsigned char *)bytes + size};
	version = (uint32_t)read_word(r, 4);
	if (!r->bad && version > RECORD_VERSION)
		return error_set(err, EX_DATAERR,
				 "its record has version %u, this imgpipe reads version %d; use a "
				 "later imgpipe",
				 version, RECORD_VERSION);
	if (version != RECORD_VERSION || read_word(r, 4) != size || size > RECORD_MOST ||
	    size < HEAD_BYTES || read_word(r, 4) != checksum(bytes, size))
		return error_set(err, EX_DATAERR, "its record is damaged");
	return 0;
}

int record_unpack(const void *bytes, size_t size, const struct recipe *recipe, struct scene *scene,
		  struct histogram *histogram, struct scene_result *result, struct error *err)
{
	struct byte_reader r;

	memset(scene, 0, sizeof(*scene));
	*result = (struct scene_result){.scene = scene, .status = SCENE_FAILED};
	if (open_record(&r, bytes, size, err))
		return -1;
	result->status = (enum scene_status)read_small(&r, SCENE_SKIPPED);
	read_error(&r, &result->error);
	read_facts(&r, scene, recipe);
	read_values(&r, recipe, scene, histogram, result);
	if (r.bad || r.at != r.end)
		return error_set(err, EX_DATAERR, "its record is not of a scene of this set");
	return partial_check(result, recipe, err);
}
