/*
 * The three forms of Landsat's metadata, each bounded: they hold groups of keys and values. A key's
 * group is the innermost one. It opens no file.
 */
#include "landsat_mtl.h"

#include <errno.h>
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "input/xml.h"

enum {
	NAME_BYTES = 64,     /* of a group, a key or a value; longer ones are none of ours */
	MOST_CONTAINERS = 64 /* JSON: real files have 15; it keeps jansson's memory small */
};

/* "REFLECTANCE_MULT_BAND_4" -> 4; 0: another key. */
static unsigned band_of(const char *key, const char *head)
{
	size_t n = strlen(head);
	unsigned band = 0;

	if (strncmp(key, head, n) != 0 || !key[n] || strlen(key + n) > 2)
		return 0;
	for (key += n; *key; key++) {
		if (!isdigit((unsigned char)*key))
			return 0;
		band = band * 10 + (unsigned)(*key - '0');
	}
	return band <= LANDSAT_BANDS ? band : 0;
}

static void take_level(struct landsat_mtl *mtl, const char *value)
{
	if (strlen(value) < sizeof(mtl->level))
		snprintf(mtl->level, sizeof(mtl->level), "%.7s", value);
}

static void take_coefficient(struct landsat_mtl *mtl, const char *key, double value)
{
	unsigned mult = band_of(key, "REFLECTANCE_MULT_BAND_");
	unsigned add = band_of(key, "REFLECTANCE_ADD_BAND_");

	if (mult && value > 0) {
		mtl->mult[mult] = value;
		mtl->has_mult[mult] = true;
	} else if (add) {
		mtl->add[add] = value;
		mtl->has_add[add] = true;
	}
}

/* The groups are those of Collection 2, and of Collection 1 and before. */
static void take(struct landsat_mtl *mtl, const char *group, const char *key, const char *value)
{
	double number;

	if ((strcmp(group, "PRODUCT_CONTENTS") == 0 && strcmp(key, "PROCESSING_LEVEL") == 0) ||
	    (strcmp(group, "PRODUCT_METADATA") == 0 && strcmp(key, "DATA_TYPE") == 0))
		take_level(mtl, value);
	if (!side_number(value, &number))
		return;
	if (strcmp(group, "LEVEL1_RADIOMETRIC_RESCALING") == 0 ||
	    strcmp(group, "RADIOMETRIC_RESCALING") == 0)
		take_coefficient(mtl, key, number);
	else if (strcmp(key, "SUN_ELEVATION") == 0 && number > 0 && number <= 90)
		mtl->sun_elevation = number;
}

/* --- ODL: lines "KEY = VALUE" between "GROUP = NAME" and "END_GROUP = NAME" --- */

/* Cut blanks and quotes off both ends. */
static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && (isspace((unsigned char)end[-1]) || end[-1] == '"'))
		*--end = '\0';
	while (isspace((unsigned char)*text) || *text == '"')
		text++;
	return text;
}

static bool parse_odl(char *text, struct landsat_mtl *mtl)
{
	char group[NAME_BYTES] = "", *rest = text, *line;
	bool some = false;

	while ((line = strsep(&rest, "\n")) != NULL) {
		char *equals = strchr(line, '='), *key, *value;

		if (!equals)
			continue;
		*equals = '\0';
		key = trim(line);
		value = trim(equals + 1);
		if (strcmp(key, "GROUP") == 0) {
			some = true;
			snprintf(group, sizeof(group), "%.63s", value);
		} else if (strcmp(key, "END_GROUP") == 0) {
			group[0] = '\0';
		} else {
			take(mtl, group, key, value);
		}
	}
	return some;
}

/* --- JSON: {"LANDSAT_METADATA_FILE": {"GROUP": {"KEY": "VALUE", ...}, ...}} --- */

static bool few_containers(const char *text, size_t size)
{
	unsigned n = 0;

	for (size_t i = 0; i < size; i++)
		n += text[i] == '{' || text[i] == '[';
	return n <= MOST_CONTAINERS;
}

static void take_json(struct landsat_mtl *mtl, const char *group, const char *key,
		      const json_t *value)
{
	char number[NAME_BYTES];

	if (json_is_string(value)) {
		take(mtl, group, key, json_string_value(value));
	} else if (json_is_number(value)) {
		snprintf(number, sizeof(number), "%.17g", json_number_value(value));
		take(mtl, group, key, number);
	}
}

static void take_group(struct landsat_mtl *mtl, const char *name, json_t *group)
{
	for (void *i = json_object_iter(group); i; i = json_object_iter_next(group, i))
		take_json(mtl, name, json_object_iter_key(i), json_object_iter_value(i));
}

static bool parse_json(const char *text, size_t size, struct landsat_mtl *mtl)
{
	json_error_t wrong = {.text = ""};
	bool few = few_containers(text, size);
	json_t *root = few ? json_loadb(text, size, 0, &wrong) : NULL;
	json_t *file = json_object_iter_value(json_object_iter(root));

	/* Without memory it may say nothing. */
	if (few && !root && (!wrong.text[0] || json_error_code(&wrong) == json_error_out_of_memory))
		mtl->lack = ENOMEM;
	for (void *i = json_object_iter(file); i; i = json_object_iter_next(file, i))
		take_group(mtl, json_object_iter_key(i), json_object_iter_value(i));
	json_decref(root);
	return root != NULL;
}

/* --- XML: <LANDSAT_METADATA_FILE><GROUP><KEY>VALUE</KEY> ... --- */

struct reading {
	struct landsat_mtl *mtl;
	unsigned depth;
	char group[NAME_BYTES], text[NAME_BYTES];
	size_t len;
};

static void on_start(void *user, const char *name, const char **attribute)
{
	struct reading *r = user;

	(void)attribute;
	r->len = 0;
	if (++r->depth == 2)
		snprintf(r->group, sizeof(r->group), "%.63s", side_local_name(name));
}

static void on_text(void *user, const char *text, int n)
{
	struct reading *r = user;

	(void)xml_append(r->text, sizeof(r->text), &r->len, text, n);
}

static void on_end(void *user, const char *name)
{
	struct reading *r = user;

	r->text[r->len] = '\0';
	if (r->depth-- == 3)
		take(r->mtl, r->group, side_local_name(name), r->text);
	r->len = 0;
}

static bool parse_xml(const char *text, size_t size, struct landsat_mtl *mtl)
{
	static const struct xml_handlers handlers = {on_start, on_text, on_end, NULL};
	struct xml_bytes bytes = {text, size};
	struct xml_source source = xml_bytes_source(&bytes);
	struct reading reading = {.mtl = mtl};

	enum xml_end end = xml_read(&handlers, &reading, &source);

	if (end == XML_END_NO_MEMORY)
		mtl->lack = ENOMEM;
	return end == XML_END_FINE;
}

bool landsat_mtl_parse(char *text, size_t size, enum landsat_mtl_form form, struct landsat_mtl *mtl)
{
	switch (form) {
	case MTL_ODL:
		return parse_odl(text, mtl);
	case MTL_JSON:
		return parse_json(text, size, mtl);
	case MTL_XML:
		break;
	}
	return parse_xml(text, size, mtl);
}
