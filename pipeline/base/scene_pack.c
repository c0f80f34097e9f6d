/*
 * Scenes on their way between processes: a table of fields for each kind of record says how it is
 * packed and unpacked. Of the same program on the same kind of machine: no byte order, no
 * version. It does not know who sends them.
 */
#include "scene_sound.h"

#include <stdlib.h>
#include <string.h>

enum field_kind {
	FIELD_PLAIN,  /* numbers of which every pattern of bits is one: `size` bytes */
	FIELD_BOOL,   /* a byte, 0 or 1 */
	FIELD_ENUM,   /* one of `size` values, from 0 */
	FIELD_TEXT,   /* an array of `size` characters */
	FIELD_STRING, /* a pointer to a text that the record owns, or NULL */
};

struct field {
	enum field_kind kind;
	size_t offset, size;
};

#define PLAIN(record, name)                                                            \
	{                                                                              \
		FIELD_PLAIN, offsetof(record, name), sizeof(((const record *)0)->name) \
	}
#define BOOL(record, name)                                       \
	{                                                        \
		FIELD_BOOL, offsetof(record, name), sizeof(bool) \
	}
#define ENUM(record, name, n)                         \
	{                                             \
		FIELD_ENUM, offsetof(record, name), n \
	}
#define TEXT(record, name)                                                            \
	{                                                                             \
		FIELD_TEXT, offsetof(record, name), sizeof(((const record *)0)->name) \
	}
#define STRING(record, name)                                         \
	{                                                            \
		FIELD_STRING, offsetof(record, name), SCENE_TEXT_MAX \
	}

_Static_assert(sizeof(enum sample_type) == sizeof(uint32_t) && sizeof(bool) == 1,
	       "as they are packed");

static const struct field scene_fields[] = {
	PLAIN(struct scene, id),
	STRING(struct scene, name),
	TEXT(struct scene, sensor),
	TEXT(struct scene, acquired),
	PLAIN(struct scene, n_files),
	PLAIN(struct scene, missing),
	PLAIN(struct scene, unread),
	BOOL(struct scene, has_reflectance),
	PLAIN(struct scene, x_size),
	PLAIN(struct scene, y_size),
	PLAIN(struct scene, store_x_size),
	PLAIN(struct scene, store_y_size),
	PLAIN(struct scene, tile_x_size),
	PLAIN(struct scene, tile_y_size),
	PLAIN(struct scene, pixel_area_m2),
	PLAIN(struct scene, ground),
	TEXT(struct scene, area_source),
	BOOL(struct scene, no_scene),
	BOOL(struct scene, unjoined),
	BOOL(struct scene, masked),
	PLAIN(struct scene, n_notes),
	PLAIN(struct scene, n_more_notes),
};

static const struct field file_fields[] = {
	STRING(struct scene_file, path),
	PLAIN(struct scene_file, info.x_size),
	PLAIN(struct scene_file, info.y_size),
	PLAIN(struct scene_file, info.n_bands),
	ENUM(struct scene_file, info.type, N_SAMPLE_TYPES),
	PLAIN(struct scene_file, info.block_x_size),
	PLAIN(struct scene_file, info.block_y_size),
	BOOL(struct scene_file, info.tiled),
	BOOL(struct scene_file, info.band_interleaved),
	TEXT(struct scene_file, info.codec),
	PLAIN(struct scene_file, info.file_bytes),
	PLAIN(struct scene_file, info.changed),
	PLAIN(struct scene_file, info.written),
	PLAIN(struct scene_file, info.inode),
	BOOL(struct scene_file, info.empty),
	PLAIN(struct scene_file, info.block_bytes),
	PLAIN(struct scene_file, info.raw_bytes),
	PLAIN(struct scene_file, info.codec_bytes),
	PLAIN(struct scene_file, info.codec_band),
	BOOL(struct scene_file, info.rows_can_stream),
	BOOL(struct scene_file, info.has_mask),
	PLAIN(struct scene_file, info.fill),
	PLAIN(struct scene_file, info.geotransform),
	BOOL(struct scene_file, info.has_geotransform),
	BOOL(struct scene_file, info.projected),
	PLAIN(struct scene_file, info.unit_metres),
	TEXT(struct scene_file, info.crs),
	TEXT(struct scene_file, info.reader),
	ENUM(struct scene_file, info.reach, REACH_ANY + 1),
	TEXT(struct scene_file, info.note),
};

static const struct field masks_fields[] = {
	PLAIN(struct scene_masks, n_tests),
	PLAIN(struct scene_masks, n_rules),
};

static const struct field rule_fields[] = {
	TEXT(struct scene_rule, layout),
	TEXT(struct scene_rule, source),
};

static const struct field test_fields[] = {
	PLAIN(struct mask_test, slot), PLAIN(struct mask_test, rule),
	BOOL(struct mask_test, keep),  PLAIN(struct mask_test, reason),
	PLAIN(struct mask_test, n),
};

static const struct field condition_fields[] = {
	PLAIN(struct mask_condition, bits),
	ENUM(struct mask_condition, reason, N_MASK_REASONS),
	PLAIN(struct mask_condition, lo),
	PLAIN(struct mask_condition, hi),
};

static const struct field band_fields[] = {
	TEXT(struct band, name),
	TEXT(struct band, code),
	STRING(struct band, path),
	PLAIN(struct band, index),
	ENUM(struct band, type, N_SAMPLE_TYPES),
	PLAIN(struct band, scale),
	PLAIN(struct band, offset),
	PLAIN(struct band, nodata),
	BOOL(struct band, has_nodata),
	PLAIN(struct band, ratio),
	PLAIN(struct band, finer),
	PLAIN(struct band, file),
	TEXT(struct band, source),
	TEXT(struct band, scale_source),
};

/* Each has_band, packed as a record of its own. */
static const struct field present_fields[] = {{FIELD_BOOL, 0, sizeof(bool)}};
static const struct field note_fields[] = {{FIELD_TEXT, 0, SCENE_NOTE_BYTES}};

enum {
	N_SCENE_FIELDS = sizeof(scene_fields) / sizeof(scene_fields[0]),
	N_FILE_FIELDS = sizeof(file_fields) / sizeof(file_fields[0]),
	N_BAND_FIELDS = sizeof(band_fields) / sizeof(band_fields[0]),
	N_MASKS_FIELDS = sizeof(masks_fields) / sizeof(masks_fields[0]),
	N_RULE_FIELDS = sizeof(rule_fields) / sizeof(rule_fields[0]),
	N_TEST_FIELDS = sizeof(test_fields) / sizeof(test_fields[0]),
	N_CONDITION_FIELDS = sizeof(condition_fields) / sizeof(condition_fields[0]),
};

/*
 * Packed, no field takes more than in memory, but for the length before a text. What paths take
 * besides is bounded by the room that is left.
 */
_Static_assert(SCENE_PACKED_MAX / 2 >=
		       sizeof(struct scene) +
			       2 * (N_SCENE_FIELDS + SCENE_MAX_FILES * N_FILE_FIELDS +
				    SCENE_MAX_BANDS * (N_BAND_FIELDS + 1) + SCENE_MAX_NOTES +
				    MASK_RULES_MOST * N_RULE_FIELDS),
	       "half the room is for paths");

static const uint16_t no_string = UINT16_MAX;

/* --- packing --- */

struct packing {
	unsigned char *at;
	size_t left;
	bool too_long;
};

static void put(struct packing *out, const void *data, size_t size)
{
	if (out->left < size) {
		out->too_long = true;
		return;
	}
	out->left -= size;
	memcpy(out->at, data, size);
	out->at += size;
}

static void put_text(struct packing *out, const char *text, size_t most)
{
	size_t length = text ? strnlen(text, most) : 0;
	uint16_t stated = text ? (uint16_t)length : no_string;

	if (text && length == most) {
		out->too_long = true;
		stated = no_string;
		length = 0;
	}
	put(out, &stated, sizeof(stated));
	if (length)
		put(out, text, length);
}

static void put_record(struct packing *out, const void *record, const struct field *field,
		       unsigned n)
{
	for (; n--; field++) {
		const unsigned char *at = (const unsigned char *)record + field->offset;
		char *string;

		switch (field->kind) {
		case FIELD_PLAIN:
			put(out, at, field->size);
			break;
		case FIELD_BOOL:
			put(out, at, sizeof(bool));
			break;
		case FIELD_ENUM:
			put(out, at, sizeof(uint32_t));
			break;
		case FIELD_TEXT:
			put_text(out, (const char *)at, field->size);
			break;
		case FIELD_STRING:
			memcpy(&string, at, sizeof(string));
			put_text(out, string, field->size);
			break;
		}
	}
}

static void put_masks(struct packing *out, const struct scene_masks *masks)
{
	put_record(out, masks, masks_fields, N_MASKS_FIELDS);
	for (unsigned i = 0; i < masks->n_rules; i++)
		put_record(out, &masks->rule[i], rule_fields, N_RULE_FIELDS);
	for (unsigned i = 0; i < masks->n_tests; i++) {
		const struct mask_test *test = &masks->test[i];

		put_record(out, test, test_fields, N_TEST_FIELDS);
		for (unsigned c = 0; c < test->n; c++)
			put_record(out, &test->condition[c], condition_fields, N_CONDITION_FIELDS);
	}
}

size_t scene_pack(void *out, const struct scene *scene, struct error *err)
{
	struct packing packing = {.at = out, .left = SCENE_PACKED_MAX};

	put_record(&packing, scene, scene_fields, N_SCENE_FIELDS);
	for (unsigned i = 0; i < scene->n_files; i++)
		put_record(&packing, &scene->files[i], file_fields, N_FILE_FIELDS);
	for (unsigned i = 0; i < SCENE_MAX_BANDS; i++) {
		put_record(&packing, &scene->has_band[i], present_fields, 1);
		if (scene->has_band[i])
			put_record(&packing, &scene->band[i], band_fields, N_BAND_FIELDS);
	}
	put_masks(&packing, &scene->masks);
	for (unsigned i = 0; i < scene->n_notes; i++)
		put_record(&packing, scene->notes[i], note_fields, 1);
	if (!packing.too_long)
		return (size_t)(packing.at - (unsigned char *)out);
	(void)error_set(
		err, EX_DATAERR,
		"%.100s...: a name of more than %d bytes, or of all its files more than %d, "
		"cannot be handed to a worker; use --executor threads, or a shorter path",
		scene->name ? scene->name : "", SCENE_TEXT_MAX - 1, SCENE_PACKED_MAX / 2);
	return 0;
}

/* --- unpacking --- */

struct unpacking {
	const unsigned char *at;
	size_t left;
	bool bad, no_memory;
};

static bool take(struct unpacking *in, void *data, size_t size)
{
	if (in->bad || in->left < size) {
		in->bad = true;
		return false;
	}
	memcpy(data, in->at, size);
	in->at += size;
	in->left -= size;
	return true;
}

/* The text's bytes, none of them 0; NULL if there is none. */
static const char *take_text(struct unpacking *in, size_t most, uint16_t *length)
{
	const char *text = (const char *)in->at + sizeof(*length);

	if (!take(in, length, sizeof(*length)) || *length == no_string)
		return NULL;
	if (*length >= most || in->left < *length || memchr(text, 0, *length)) {
		in->bad = true;
		return NULL;
	}
	in->at += *length;
	in->left -= *length;
	return text;
}

static void take_string(struct unpacking *in, unsigned char *at, size_t most)
{
	uint16_t length;
	const char *text = take_text(in, most, &length);
	char *string = text ? strndup(text, length) : NULL;

	in->no_memory = in->no_memory || (text && !string);
	memcpy(at, &string, sizeof(string));
}

static void take_array(struct unpacking *in, unsigned char *at, size_t size)
{
	uint16_t length;
	const char *text = take_text(in, size, &length);

	if (!text) {
		in->bad = true;
		return;
	}
	memcpy(at, text, length);
	at[length] = '\0';
}

static void take_limited(struct unpacking *in, unsigned char *at, size_t n_values, bool wide)
{
	unsigned char byte = 0;
	uint32_t value = 0;

	if (!(wide ? take(in, &value, sizeof(value)) : take(in, &byte, sizeof(byte))))
		return;
	if ((wide ? value : byte) >= n_values)
		in->bad = true;
	else if (wide)
		memcpy(at, &value, sizeof(value));
	else
		memcpy(at, &byte, sizeof(byte));
}

/* Into a record of zeros. */
static void take_record(struct unpacking *in, void *record, const struct field *field, unsigned n)
{
	for (; n-- && !in->bad; field++) {
		unsigned char *at = (unsigned char *)record + field->offset;

		switch (field->kind) {
		case FIELD_PLAIN:
			(void)take(in, at, field->size);
			break;
		case FIELD_BOOL:
			take_limited(in, at, 2, false);
			break;
		case FIELD_ENUM:
			take_limited(in, at, field->size, true);
			break;
		case FIELD_TEXT:
			take_array(in, at, field->size);
			break;
		case FIELD_STRING:
			take_string(in, at, field->size);
			break;
		}
	}
}

/* --- records --- */

static void take_test(struct unpacking *in, const struct scene *scene, struct mask_test *test)
{
	take_record(in, test, test_fields, N_TEST_FIELDS);
	if (in->bad || test->slot < SCENE_QA || test->slot >= SCENE_MAX_BANDS ||
	    !scene->has_band[test->slot] || test->rule > MASK_RULES_MOST ||
	    test->reason >= N_MASK_REASONS || !test->n || test->n > MASK_CONDITIONS_MOST) {
		in->bad = true;
		return;
	}
	for (unsigned c = 0; c < test->n; c++)
		take_record(in, &test->condition[c], condition_fields, N_CONDITION_FIELDS);
}

static void take_masks(struct unpacking *in, struct scene *scene)
{
	struct scene_masks *masks = &scene->masks;

	take_record(in, masks, masks_fields, N_MASKS_FIELDS);
	if (in->bad || masks->n_rules > MASK_RULES_MOST || masks->n_tests > MASK_TESTS_MOST) {
		in->bad = true;
		return;
	}
	for (unsigned i = 0; i < masks->n_rules; i++)
		take_record(in, &masks->rule[i], rule_fields, N_RULE_FIELDS);
	for (unsigned i = 0; i < masks->n_tests && !in->bad; i++)
		take_test(in, scene, &masks->test[i]);
}

static void take_scene(struct unpacking *in, struct scene *scene)
{
	take_record(in, scene, scene_fields, N_SCENE_FIELDS);
	if (in->bad || !scene->name || scene->n_files > SCENE_MAX_FILES ||
	    scene->n_notes > SCENE_MAX_NOTES) {
		in->bad = true;
		return;
	}
	for (unsigned i = 0; i < scene->n_files; i++)
		take_record(in, &scene->files[i], file_fields, N_FILE_FIELDS);
	for (unsigned i = 0; i < SCENE_MAX_BANDS; i++) {
		take_record(in, &scene->has_band[i], present_fields, 1);
		if (scene->has_band[i])
			take_record(in, &scene->band[i], band_fields, N_BAND_FIELDS);
		if (scene->has_band[i] && scene->band[i].file >= scene->n_files)
			in->bad = true;
	}
	take_masks(in, scene);
	for (unsigned i = 0; i < scene->n_notes; i++)
		take_record(in, scene->notes[i], note_fields, 1);
}

int scene_unpack(struct scene *scene, const void *in, size_t bytes, bool opened, struct error *err)
{
	struct unpacking reading = {.at = in, .left = bytes};

	memset(scene, 0, sizeof(*scene));
	take_scene(&reading, scene);
	if (!reading.bad && !reading.no_memory && !reading.left &&
	    (!opened || scene_is_sound(scene)))
		return 0;
	scene_release(scene);
	if (reading.no_memory)
		return error_memory(err, "a scene", bytes);
	return error_set(err, EX_SOFTWARE,
			 "a worker's description of its scene is malformed (%zu bytes); the scene "
			 "is left out",
			 bytes);
}
