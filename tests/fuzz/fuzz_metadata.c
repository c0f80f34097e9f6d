/*
 * Fuzz the product metadata parser. Input: the bytes of an MTD_MSIL2A.xml.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "discover/sentinel2_metadata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char folder[32];
	char path[64], image[64], problem[160];
	struct sentinel2_metadata metadata;
	FILE *file;

	if (!folder[0]) {
		strcpy(folder, "/tmp/fuzz-xml-XXXXXX");
		if (!mkdtemp(folder))
			abort();
	}
	snprintf(path, sizeof(path), "%s/MTD_MSIL2A.xml", folder);
	snprintf(image, sizeof(image), "%s/B04.tif", folder);
	file = fopen(path, "w");
	if (!file || fwrite(data, 1, size, file) != size || fclose(file))
		abort();
	sentinel2_metadata_find(image, &metadata, problem);
	return 0;
}
