/*
 * Names of bands in XMP, written as an attribute (Camera:BandName="NIR"), an element, or an element
 * that holds a sequence (<rdf:li>Blue</rdf:li>...).
 */
#include "xmp.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES_MOST = 16, VALUE_BYTES = 24 };

struct values {
	unsigned n;
	char text[VALUES_MOST][VALUE_BYTES];
};

static const char *find(const char *at, const char *end, const char *word)
{
	return memmem(at, (size_t)(end - at), word, strlen(word));
}

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && isspace((unsigned char)*at))
		at++;
	return at;
}

/* Add text up to `end`, without blanks round it; what is too long or no plain text is left out. */
static void add(struct values *values, const char *at, const char *end)
{
	char *to = values->n < VALUES_MOST ? values->text[values->n] : NULL;
	size_t n;

	at = skip_blanks(at, end);
	while (end > at && isspace((unsigned char)end[-1]))
		end--;
	n = (size_t)(end - at);
	if (!to || n == 0 || n >= VALUE_BYTES)
		return;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)at[i] < ' ' || (unsigned char)at[i] > '~')
			return;
	memcpy(to, at, n);
	to[n] = '\0';
	values->n++;
}

/* The items of <rdf:li>...</rdf:li> up to `end`. */
static void add_items(struct values *values, const char *at, const char *end)
{
	static const char open[] = "<rdf:li>", close[] = "</rdf:li>";

	while ((at = find(at, end, open)) != NULL) {
		const char *stop;

		at += sizeof(open) - 1;
		stop = find(at, end, close);
		if (!stop)
			return;
		add(values, at, stop);
		at = stop;
	}
}

/* The values of a property, of whatever prefix: ":BandName". */
static void read_property(const char *packet, size_t bytes, const char *name, struct values *values)
{
	const char *end = packet + bytes, *at = find(packet, end, name), *stop;

	values->n = 0;
	if (!at)
		return;
	at = skip_blanks(at + strlen(name), end);
	if (at < end && *at == '=') {
		at = skip_blanks(at + 1, end);
		if (at < end && (*at == '"' || *at == '\'') &&
		    (stop = memchr(at + 1, *at, (size_t)(end - at - 1))) != NULL)
			add(values, at + 1, stop);
	} else if (at < end && *at == '>') {
		stop = find(at, end, name); /* of the end tag */
		if (stop && find(at, stop, "<rdf:li>"))
			add_items(values, at, stop);
		else if (stop && (stop = memchr(at, '<', (size_t)(stop - at))) != NULL)
			add(values, at + 1, stop);
	}
}

static void set_names(struct raster_info *info, const struct values *values)
{
	if (values->n != info->n_bands)
		return;
	for (uint32_t i = 0; i < info->n_bands; i++)
		if (!*info->bands[i].description)
			(void)snprintf(info->bands[i].description,
				       sizeof(info->bands[i].description), "%s", values->text[i]);
	if (info->n_bands == 1)
		(void)snprintf(info->camera_band, sizeof(info->camera_band), "%s", values->text[0]);
}

static void set_wavelengths(struct raster_info *info, const struct values *values)
{
	if (values->n != info->n_bands)
		return;
	for (uint32_t i = 0; i < info->n_bands; i++) {
		double nm = strtod(values->text[i], NULL);

		if (info->bands[i].wavelength > 0 || !(nm > 0 && nm < 1e6))
			continue;
		info->bands[i].wavelength = nm;
		info->bands[i].wavelength_unit = WAVELENGTH_NM;
	}
}

void xmp_bands(struct raster_info *info, const char *packet, size_t bytes)
{
	struct values values;

	if (bytes > XMP_MOST_BYTES)
		bytes = XMP_MOST_BYTES;
	read_property(packet, bytes, ":BandName", &values);
	set_names(info, &values);
	read_property(packet, bytes, ":CentralWavelength", &values);
	set_wavelengths(info, &values);
}
