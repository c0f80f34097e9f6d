/*
 * Fuzz imgpipe merge. Input: partial results, one behind the other, as many as there are heads.
 *
 * A checksum would stop nearly every changed input at its first line, so all are worked out again
 * before merging, but for one input in sixteen. What is taken is written as a partial again and
 * merged once more: that must succeed, and give the same bytes. One input in eight is merged once
 * more with its parts compressed: it must fare the same. An input that begins as gzip data is taken
 * as it is.
 */
#include <libdeflate.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/gzip.h"
#include "report/merge.h"
#include "report/report.h"

#define HEAD "{\"schema\":\"imgpipe-partial/"
#define SEAL ",\"crc32\":\""

enum { MOST_PARTS = 3, NAME_BYTES = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

static char folder[] = "/dev/shm/fuzz-partial-XXXXXX"; /* reports are synchronised: no disk */
static char names[MOST_PARTS + 2][NAME_BYTES];         /* parts, and what two merges write */

static void remove_all(void)
{
	for (unsigned i = 0; i < MOST_PARTS + 2; i++)
		(void)unlink(names[i]);
	(void)rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (!mkdtemp(folder) || atexit(remove_all))
		abort();
	for (unsigned i = 0; i < MOST_PARTS + 2; i++)
		(void)snprintf(names[i], NAME_BYTES, "%s/%u", folder, i);
	return 0;
}

/* --- changes that keep the text a partial: a number made another, a line moved --- */

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Replace data[at, at + old) by text; what has no room is left as it is. */
static size_t replace(uint8_t *data, size_t size, size_t max_size, size_t at, size_t old,
		      const void *text, size_t length)
{
	if (size - old + length > max_size)
		return size;
	memmove(data + at + length, data + at + old, size - at - old);
	memcpy(data + at, text, length);
	return size - old + length;
}

static size_t change_number(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	static const long long values[] = {
		0, 1, -1, 16, 40, 64, 10241, 10242, INT32_MAX, UINT32_MAX, INT64_MAX, INT64_MIN};
	const size_t n_values = sizeof(values) / sizeof(values[0]);
	size_t at = seed % size, end;
	char text[32];
	long long value;
	int length;

	while (at < size && !is_digit(data[at]))
		at++;
	for (end = at; end < size && is_digit(data[end]) && end - at < 18;)
		end++;
	if (end == at)
		return size;
	(void)snprintf(text, sizeof(text), "%.*s", (int)(end - at), data + at);
	value = atoll(text);
	seed /= 64;
	value = seed % 4 ? value + (long long)(seed % 7) - 3 : values[seed / 4 % n_values];
	length = snprintf(text, sizeof(text), "%lld", value);
	return replace(data, size, max_size, at, end - at, text, (size_t)length);
}

/* A line as it is elsewhere, in place of one or in front of it. */
static size_t copy_line(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	size_t begin[2], length[2];
	uint8_t *line;

	for (int i = 0; i < 2; i++) {
		begin[i] = (seed * (i + 1u) * 2654435761u) % size;
		while (begin[i] && data[begin[i] - 1] != '\n')
			begin[i]--;
		for (length[i] = 0; begin[i] + length[i] < size;)
			if (data[begin[i] + length[i]++] == '\n')
				break;
	}
	line = malloc(length[0]);
	if (!line)
		abort();
	memcpy(line, data + begin[0], length[0]);
	size = replace(data, size, max_size, begin[1], seed % 2 ? length[1] : 0, line, length[0]);
	free(line);
	return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	if (!size || seed % 4 == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	if (seed % 4 == 1)
		return copy_line(data, size, max_size, seed / 4);
	return change_number(data, size, max_size, seed / 4);
}

/* --- checksums --- */

/* The last seal of a line, NULL where there is none with room for its digits. */
static char *find_seal(char *line, size_t size)
{
	const size_t n = sizeof(SEAL) - 1;
	char *found = NULL;

	for (size_t i = 0; i + n + 8 <= size; i++)
		if (memcmp(line + i, SEAL, n) == 0)
			found = line + i;
	return found;
}

static void repair(char *text, size_t size)
{
	uint32_t crc = 0;
	char *at = text, *end = text + size;

	while (at < end) {
		char *newline = memchr(at, '\n', (size_t)(end - at));
		char *next = newline ? newline + 1 : end,
		     *seal = find_seal(at, (size_t)(next - at));
		char digits[9];

		if (seal) {
			crc = libdeflate_crc32(crc, at, (size_t)(seal - at));
			(void)snprintf(digits, sizeof(digits), "%08x", crc);
			memcpy(seal + sizeof(SEAL) - 1, digits, 8);
			at = seal;
		}
		crc = libdeflate_crc32(crc, at, (size_t)(next - at));
		at = next;
	}
}

static void store(const char *name, const void *data, size_t size)
{
	FILE *out = fopen(name, "w");

	if (!out || fwrite(data, 1, size, out) != size || fclose(out))
		abort();
}

static void store_packed(const char *name, const char *data, size_t size)
{
	FILE *out = fopen(name, "w");
	struct gzip_writer *writer;
	struct error error;

	if (!out || gzip_writer_open(&writer, out, &error) ||
	    fwrite(data, 1, size, gzip_writer_stream(writer)) != size ||
	    gzip_writer_finish(writer) || fclose(out))
		abort();
}

/* Where the next head begins, behind the first byte. */
static size_t next_part(const char *text, size_t size)
{
	const char *found = size > 1 ? memmem(text + 1, size - 1, HEAD, sizeof(HEAD) - 1) : NULL;

	return found ? (size_t)(found - text) : size;
}

static void want(struct options *options, const char *name, const char *path)
{
	const struct report_option *report;
	struct error error;

	for (unsigned i = 0; (report = run_report_option(i)); i++)
		if (report->name && strcmp(report->name, name) == 0 &&
		    report_want(&options->reports, report, path, &error) == 0)
			return;
	abort();
}

static int merge(char **args, unsigned n, const char *partial, const char *summary)
{
	struct options options = {.n_args = n, .args = args, .scale = 1, .verbosity = -1};
	struct error error;

	if (summary)
		want(&options, "summary", summary);
	if (partial)
		want(&options, "partial", partial);
	(void)unlink(partial);
	return merge_partials(&options, &error);
}

static size_t read_back(const char *name, char **text)
{
	FILE *in = fopen(name, "r");
	size_t size;

	*text = NULL;
	if (!in || fseek(in, 0, SEEK_END))
		abort();
	size = (size_t)ftell(in);
	rewind(in);
	if (!(*text = malloc(size + 1)) || fread(*text, 1, size, in) != size)
		abort();
	(void)fclose(in);
	return size;
}

/* Compressed parts mean what they mean unpacked. */
static void check_packed(char **args, unsigned n, int status)
{
	for (unsigned i = 0; i < n; i++) {
		char *text;
		size_t size = read_back(args[i], &text);

		if (!size || *text != 0x1f)
			store_packed(args[i], text, size);
		free(text);
	}
	if (merge(args, n, names[MOST_PARTS], NULL) != status)
		abort();
}

/* What was taken stays as it is. */
static void check_again(char *first, char *second)
{
	char *args[] = {first}, *a, *b;
	size_t n, m;

	if (merge(args, 1, second, NULL) < 0)
		abort();
	n = read_back(first, &a);
	m = read_back(second, &b);
	if (n != m || memcmp(a, b, n) != 0)
		abort();
	free(a);
	free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *args[MOST_PARTS], *text = malloc(size + 1);
	const uint32_t crc = libdeflate_crc32(0, data, size);
	bool repaired = crc % 16 != 0 && size && *data != 0x1f;
	unsigned n = 0;
	int status;

	if (!text)
		abort();
	memcpy(text, data, size);
	for (size_t at = 0; (at < size || !n) && n < MOST_PARTS; n++) {
		size_t bytes = n == MOST_PARTS - 1 ? size - at : next_part(text + at, size - at);

		if (repaired)
			repair(text + at, bytes);
		store(names[n], text + at, bytes);
		args[n] = names[n];
		at += bytes;
	}
	free(text);
	status = merge(args, n, names[MOST_PARTS], "/dev/null");
	if (status >= 0)
		check_again(names[MOST_PARTS], names[MOST_PARTS + 1]);
	if (crc % 8 == 1)
		check_packed(args, n, status);
	return 0;
}
