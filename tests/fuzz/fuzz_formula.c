/*
 * Fuzz formulas: any bytes are compiled; what is one runs on a strip. Findings: a crash, heap above
 * what any formula may take, an error without its three printable lines, a pixel in no class or
 * with a value where it has none, a value that depends on neighbours.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accum.h"
#include "formula/program.h"
#include "heap.h"
#include "printable.h"

enum {
	BANDS = 16,
	FULL = 37, /* pixels: a strip that is no multiple of any vector */
	HEAP_BYTES = 256 << 10,
	SCRATCH_BYTES = PROGRAM_REGISTERS_MOST * (PROGRAM_STRIP + 16) * 8,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int constant(void *context, const char *name, double *value)
{
	(void)context;
	*value = 0.5;
	return strcmp(name, "L") != 0;
}

/* Formulas that stand for each other: one of itself, one that doubles, one that is wrong. */
static const char *macro(void *context, const char *name, struct formula_scope *inner)
{
	(void)context;
	(void)inner;
	return strcmp(name, "me") == 0     ? "1+me"
	       : strcmp(name, "ndvi") == 0 ? "(N-R)/(N+R)"
	       : strcmp(name, "dd") == 0   ? "ndvi*ndvi+ndvi"
	       : strcmp(name, "bad") == 0  ? "N N"
					   : NULL;
}

static int band(void *context, const char *name, unsigned *slot, struct error *err)
{
	(void)context;
	if (name[0] == '#' || name[1])
		return error_set(err, EX_USAGE, "`%s` is not known", name);
	*slot = (unsigned)name[0] % BANDS;
	return 0;
}

static void check_error(const struct error *err)
{
	char line[ERROR_TEXT_BYTES], shown[ERROR_TEXT_BYTES];
	const char *at = err->text;
	int lines = 1;

	for (const char *end; (end = strchr(at, '\n')) != NULL; at = end + 1, lines++) {
		memcpy(line, at, (size_t)(end - at));
		line[end - at] = '\0';
		if (strcmp(printable_copy(shown, sizeof(shown), line), line) != 0)
			abort();
	}
	if (lines != 3 || err->code != EX_USAGE || at[strspn(at, " ")] != '^')
		abort();
}

static void check_pixels(const float *value, const uint8_t *class, const uint8_t *before, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool kept = before[i] != PIXEL_VALID && class[i] == before[i];
		bool mine = before[i] == PIXEL_VALID &&
			    (class[i] == PIXEL_VALID || class[i] == PIXEL_DIV0 ||
			     class[i] == PIXEL_NONFINITE);

		if (!(kept || mine) || !isfinite(value[i]) ||
		    (class[i] != PIXEL_VALID && value[i] != 0))
			abort();
	}
}

static void run(const struct program *program)
{
	static const double sample[] = {0, 1, 0.25, -3, 1e-300, 1e300, 0.1, 7, 0.5, -0.0, 2};
	static double plane[BANDS][FULL];
	const double *planes[BANDS], *one[BANDS];
	uint8_t class[FULL], before[FULL], alone = PIXEL_VALID;
	size_t bytes = program_scratch(program);
	void *scratch =
		bytes <= SCRATCH_BYTES ? aligned_alloc(64, (bytes + 64) & ~(size_t)63) : NULL;
	float value[FULL], lonely;

	if (!scratch)
		abort();
	for (size_t i = 0; i < BANDS * FULL; i++)
		plane[i / FULL][i % FULL] = sample[(i * i + i / 3) % (sizeof(sample) / 8)];
	for (size_t i = 0; i < FULL; i++)
		before[i] = class[i] = i % 5 == 2 ? PIXEL_NODATA : PIXEL_VALID;
	for (size_t i = 0; i < BANDS; i++) {
		plane[i][2] = NAN;
		planes[i] = plane[i];
		one[i] = plane[i] + 10;
	}
	program_run(program, planes, FULL, scratch, value, class);
	check_pixels(value, class, before, FULL);
	program_run(program, one, 1, scratch, &lonely, &alone);
	if (alone != class[10] || memcmp(&lonely, &value[10], sizeof(lonely)) != 0)
		abort();
	free(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct formula_scope scope = {
		.constant = constant, .macro = macro, .band = band};
	struct program *program;
	struct error err = {0};
	char *text = malloc(size + 1);

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	heap_begin();
	program = program_compile(text, &scope, &err);
	heap_check("a formula", HEAP_BYTES);
	if (program)
		run(program);
	else
		check_error(&err);
	program_free(program);
	free(text);
	return 0;
}
