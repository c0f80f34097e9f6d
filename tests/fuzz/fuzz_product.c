/*
 * Fuzz what products' metadata say of scale: Landsat's MTL in its three forms, Planet's XML. Input:
 * a byte that chooses the form, then the file. Coefficients are finite and positive whatever it
 * holds, and reading takes no more memory than a few times the file's.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "discover/landsat_mtl.h"
#include "discover/planet_metadata.h"
#include "heap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_landsat(char *text, size_t size, enum landsat_mtl_form form)
{
	static const char *const codes[] = {"", "1", "4", "11", "12", "8A", "-1"};
	struct landsat_mtl mtl = {.where = ""};
	double scale, offset;

	(void)landsat_mtl_parse(text, size, form, &mtl);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (landsat_mtl_scale(&mtl, codes[i], &scale, &offset) &&
		    !(isfinite(scale) && scale > 0 && isfinite(offset)))
			abort();
	if (strlen(mtl.level) >= sizeof(mtl.level))
		abort();
}

static void check_planet(const char *text, size_t size)
{
	struct planet_metadata metadata = {.where = ""};

	(void)planet_metadata_parse(text, size, &metadata);
	if (metadata.n > PLANET_BANDS)
		abort();
	for (unsigned band = 1; band <= metadata.n; band++)
		if (!(metadata.coefficient[band] >= 0) || !isfinite(metadata.coefficient[band]))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size)
		return 0;
	text = malloc(size);
	if (!text)
		abort();
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	heap_begin();
	if (data[0] % 4 == 3)
		check_planet(text, size - 1);
	else
		check_landsat(text, size - 1, (enum landsat_mtl_form)(data[0] % 4));
	/* XML: 1 MiB, and what expat takes for itself. JSON: no more than 64 objects, and values.
	 */
	heap_check("product metadata", (2 << 20) + 128 * size);
	free(text);
	return 0;
}
