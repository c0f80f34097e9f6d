/*
 * Fuzz records of a catalogue: bytes to a scene, and what is taken back to bytes, which must be
 * the same. A checksum would stop nearly every changed input, so length and checksum are worked out
 * again, but for one input in sixteen. The first byte says of how many values the recipe is.
 */
#include <libdeflate.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue/record.h"
#include "heap.h"

enum { HEAD = 12, AT_LENGTH = 4, AT_CRC = 8, MOST_VALUES = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct recipe recipe = {.n_bands = 2};
static struct scene scene;
static struct histogram histogram[MOST_VALUES];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const struct value_grid grids[MOST_VALUES] = {
		{0, -1, 1}, {3, -8, 8}, {2, 0.5, 0.53}};

	(void)argc;
	(void)argv;
	(void)strcpy(recipe.band[0].text, "red");
	(void)strcpy(recipe.band[1].text, "nir");
	for (unsigned v = 0; v < MOST_VALUES; v++) {
		(void)snprintf(recipe.value[v].name, sizeof(recipe.value[v].name), "v%u", v);
		recipe.value[v].grid = grids[v];
		recipe.value[v].reads = v == 2 ? 1 : 3;
	}
	return 0;
}

static void put_number(uint8_t *to, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

static void repair(uint8_t *record, size_t size)
{
	uint32_t crc;

	if (size < HEAD)
		return;
	put_number(record + AT_LENGTH, (uint32_t)size);
	crc = libdeflate_crc32(0, record, AT_CRC);
	put_number(record + AT_CRC, libdeflate_crc32(crc, record + HEAD, size - HEAD));
}

/* Texts are owned, and no longer than the bytes they are in. */
static void check(const uint8_t *record, size_t size)
{
	struct scene_result result;
	struct error err;
	unsigned char *again;
	size_t bytes;

	heap_begin();
	if (record_unpack(record, size, &recipe, &scene, histogram, &result, &err) == 0) {
		heap_check("unpacking", 2 * size + 4096);
		if (record_pack(&again, &bytes, &result, &recipe, &err) || bytes != size ||
		    memcmp(again, record, size) != 0)
			abort();
		free(again);
	} else {
		heap_check("unpacking", 2 * size + 4096);
		if (err.code != EX_DATAERR)
			abort();
	}
	scene_release(&scene);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *record;

	if (!size)
		return 0;
	recipe.n_values = 1 + data[0] % MOST_VALUES;
	record = malloc(size); /* of its own, so that a read beyond its end is seen */
	if (!record)
		abort();
	memcpy(record, data + 1, size - 1);
	if (libdeflate_crc32(0, data, size) % 16)
		repair(record, size - 1);
	check(record, size - 1);
	free(record);
	return 0;
}
