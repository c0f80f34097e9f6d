/*
 * Fuzz what is read beside images: the document FILE.aux.xml, with the CRS and wavelengths in it,
 * and cameras' XMP packets. Input: a byte that says which and how many bands, then the text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input/pam.h"
#include "input/spectral.h"
#include "input/wkt.h"
#include "input/xml.h"
#include "input/xmp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_texts(const struct raster_info *info)
{
	if (!memchr(info->crs, 0, sizeof(info->crs)) ||
	    !memchr(info->camera_band, 0, sizeof(info->camera_band)))
		abort();
	for (uint32_t i = 0; i < info->n_bands; i++) {
		const struct band_info *band = &info->bands[i];
		double nm = spectral_nm(band);

		if (!memchr(band->description, 0, sizeof(band->description)) ||
		    !(nm == 0 || (nm >= 100 && nm <= 20000)))
			abort();
	}
}

static void document(struct raster_info *facts, const uint8_t *data, size_t size)
{
	struct xml_bytes bytes = {(const char *)data, size};
	struct xml_source source = xml_bytes_source(&bytes);
	struct band_info own[8] = {{.scale = 1}};
	struct raster_info info = {.n_bands = facts->n_bands, .bands = own, .reader = "tiff"};
	enum xml_end end;

	if (pam_read(facts, &source, &end, NULL))
		return;
	check_texts(facts);
	pam_apply(&info, facts);
	check_texts(&info);
}

static void text(struct raster_info *info, const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1);
	struct wkt_facts facts;

	if (!copy)
		return;
	memcpy(copy, data, size);
	copy[size] = '\0';
	if (wkt_read(copy, &facts) && !memchr(facts.crs, 0, sizeof(facts.crs)))
		abort();
	(void)spectral_file_item(info, "wavelength", copy);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct band_info bands[8] = {{.scale = 0}};
	struct raster_info info = {.bands = bands};

	if (size == 0)
		return 0;
	info.n_bands = 1 + (data[0] & 7);
	if (data[0] >> 3 & 1) {
		char *packet =
			malloc(size > 1 ? size - 1
					: 1); /* of its own, so that reading behind it is seen */

		if (packet)
			memcpy(packet, data + 1, size - 1);
		if (packet)
			xmp_bands(&info, packet, size - 1);
		free(packet);
	} else if (data[0] >> 4 & 1) {
		text(&info, data + 1, size - 1);
	} else {
		document(&info, data + 1, size - 1);
	}
	check_texts(&info);
	return 0;
}
