/*
 * Planet's metadata. Of the XML it knows the two elements that scaling needs:
 *
 *     <ps:bandSpecificMetadata>
 *       <ps:bandNumber>1</ps:bandNumber>
 *       <ps:reflectanceCoefficient>2.1e-05</ps:reflectanceCoefficient>
 *     </ps:bandSpecificMetadata>
 */
#include "planet_metadata.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input/xml.h"

#include "names.h"

enum {
	MAX_BYTES = 1 << 20, /* real ones have 8 to 30 KiB */
	TEXT_BYTES = 64,
	MOST_CUTS = 6 /* parts of a name that may stand behind the product's */
};

struct reading {
	struct planet_metadata *metadata;
	char text[TEXT_BYTES];
	size_t len;
	unsigned band; /* of the bandSpecificMetadata that is open; 0: not known yet */
	double coefficient;
};

static bool is_band_element(const char *name)
{
	return strcmp(side_local_name(name), "bandSpecificMetadata") == 0;
}

static void on_start(void *user, const char *name, const char **attribute)
{
	struct reading *r = user;

	(void)attribute;
	r->len = 0;
	if (is_band_element(name)) {
		r->band = 0;
		r->coefficient = 0;
	}
}

static void on_text(void *user, const char *text, int n)
{
	struct reading *r = user;

	(void)xml_append(r->text, sizeof(r->text), &r->len, text, n);
}

static void take_band(struct reading *r)
{
	struct planet_metadata *metadata = r->metadata;

	if (!r->band)
		return;
	metadata->coefficient[r->band] = r->coefficient;
	if (r->band > metadata->n)
		metadata->n = r->band;
	r->band = 0;
}

static void on_end(void *user, const char *full_name)
{
	struct reading *r = user;
	const char *name = side_local_name(full_name);
	double value;

	r->text[r->len] = '\0';
	r->len = 0;
	if (is_band_element(name)) {
		take_band(r);
	} else if (side_number(r->text, &value)) {
		if (strcmp(name, "bandNumber") == 0 && value >= 1 && value <= PLANET_BANDS)
			r->band = (unsigned)value;
		else if (strcmp(name, "reflectanceCoefficient") == 0 && value > 0)
			r->coefficient = value;
	}
}

bool planet_metadata_parse(const char *text, size_t size, struct planet_metadata *metadata)
{
	static const struct xml_handlers handlers = {on_start, on_text, on_end, NULL};
	struct xml_bytes bytes = {text, size};
	struct xml_source source = xml_bytes_source(&bytes);
	struct reading reading = {.metadata = metadata};
	enum xml_end end = xml_read(&handlers, &reading, &source);
	bool some = false;

	if (end == XML_END_NO_MEMORY)
		metadata->lack = ENOMEM;
	if (end != XML_END_FINE)
		return false;
	for (unsigned band = 1; band <= metadata->n; band++)
		some = some || metadata->coefficient[band] > 0;
	return some;
}

struct search {
	struct planet_metadata *metadata;
	char *problem;
	bool met;
};

/* true: the file is there, understood or, with a problem, not. */
static bool try_file(void *context, const char *path)
{
	struct search *search = context;
	struct planet_metadata *metadata = search->metadata;
	char why[SIDE_PROBLEM_BYTES], *text;
	size_t size;

	*metadata = (struct planet_metadata){.where = ""};
	if (side_file_read(path, MAX_BYTES, &text, &size, why, &metadata->lack)) {
		if (!planet_metadata_parse(text, size, metadata))
			snprintf(why, sizeof(why), "states no reflectanceCoefficient");
		free(text);
	} else if (!why[0]) {
		return false;
	}
	side_file_tell(path, why, metadata->where, search->problem);
	search->met = true;
	return true;
}

static int each_tail(const char *image_path, int len, const struct side_names *names)
{
	static const char *const tails[] = {"_metadata.xml", "_metadata_clip.xml"};

	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		int rc = side_names_tell(names, "%.*s%s", len, image_path, tails[i]);

		if (rc)
			return rc;
	}
	return 0;
}

int planet_metadata_names(const char *image_path, const struct side_names *names)
{
	const char *slash = strrchr(image_path, '/');
	int len, least, rc = 0;

	if (!slash || image_path[0] != '/' || strncmp(image_path, "/vsi", 4) == 0)
		return 0;
	least = (int)(slash + 1 - image_path);
	len = least + (int)name_stem(slash + 1);
	for (unsigned cuts = 0; cuts <= MOST_CUTS && len > least && rc == 0; cuts++) {
		rc = each_tail(image_path, len, names);
		do
			len--;
		while (len > least && image_path[len] != '_');
	}
	return rc;
}

bool planet_metadata_find(const char *image_path, struct planet_metadata *metadata,
			  char problem[SIDE_PROBLEM_BYTES])
{
	struct search search = {.metadata = metadata, .problem = problem};

	problem[0] = '\0';
	*metadata = (struct planet_metadata){.where = ""};
	if (planet_metadata_names(image_path, &(struct side_names){try_file, &search}) < 0) {
		snprintf(problem, SIDE_PROBLEM_BYTES, "no memory to look for *_metadata.xml");
		metadata->lack = ENOMEM;
	}
	return search.met && !problem[0];
}
