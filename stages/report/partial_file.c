/*
 * A partial result as a file: regular, read line by line, each line held to its checksum and to a
 * shape that bounds what parsing it can take, before it is parsed. Knows no number of a scene.
 *
 * However long or odd the file is, and whatever it unpacks to, no more than one line of
 * partial_line_most() bytes, and JSON values in that proportion, is in memory.
 */
#include "partial.h"

#include <errno.h>
#include <inttypes.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "gzip.h"
#include "input/input_file.h"
#include "report.h"

#define SEAL ",\"crc32\":\""

enum { SEAL_BYTES = sizeof(SEAL) - 1 + 8 + 1 /* eight digits and a quote */ };

int partial_bad_line(const struct partial_file *file, const char *what, struct error *err)
{
	return error_set(err, EX_DATAERR, "%s: line %" PRIu64 ": %s; run that part again",
			 file->path, file->line, what);
}

static int damaged(const struct partial_file *file, struct error *err)
{
	return partial_bad_line(file, "damaged: its checksum does not agree with its bytes", err);
}

/* --- lines --- */

/* Values of the recipe; a head, which says it, has room as for one. */
static unsigned n_values(const struct partial_file *file)
{
	return file->head.recipe ? file->head.recipe->n_values : 1;
}

static int grow(struct partial_room *room, struct error *err)
{
	size_t size = room->size ? 2 * room->size : 4096;
	char *text = realloc(room->text, size);

	if (!text)
		return error_memory(err, "a line of a partial result", size);
	room->text = text;
	room->size = size;
	return 0;
}

static int cannot_read(const struct partial_file *file, struct error *err)
{
	const char *problem = gzip_reader_problem(file->gzip);

	if (problem)
		return error_set(err, EX_DATAERR, "%s: %s", file->path, problem);
	return error_errno(err, EX_IOERR, errno, "%s: cannot be read", file->path);
}

/* The next line with its end. */
static int read_line(struct partial_file *file, struct partial_room *room, struct error *err)
{
	const size_t most = partial_line_most(n_values(file));
	int c = EOF;

	room->length = 0;
	file->line++;
	while (room->length < most) {
		if (room->length == room->size && grow(room, err))
			return -1;
		c = getc_unlocked(file->in);
		if (c == EOF)
			break;
		room->text[room->length++] = (char)c;
		if (c == '\n')
			return 0;
	}
	if (ferror(file->in))
		return cannot_read(file, err);
	if (c == EOF)
		return partial_bad_line(file, "the file ends here, in the middle", err);
	return partial_bad_line(file, "longer than any that imgpipe --partial writes", err);
}

/* --- seals --- */

static bool ends_with(const struct partial_room *room, const char *tail)
{
	size_t n = strlen(tail);

	return room->length >= n && memcmp(room->text + room->length - n, tail, n) == 0;
}

static const char *tail_of(const struct partial_room *room, enum report_piece piece)
{
	switch (piece) {
	case REPORT_HEAD:
		return ",\"scenes\":[\n";
	case REPORT_SCENE: /* a comma behind all but the last */
		return ends_with(room, "},\n") ? "},\n" : "}\n";
	case REPORT_TAIL:
		break;
	}
	return "}}\n";
}

static void add_bytes(struct partial_file *file, const char *bytes, size_t n)
{
	file->crc = libdeflate_crc32(file->crc, bytes, n);
}

/* Check the line's seal, and cut the line before it. */
static int open_seal(struct partial_file *file, struct partial_room *room, enum report_piece piece,
		     struct error *err)
{
	const char *tail = tail_of(room, piece), *seal;
	char expected[SEAL_BYTES + 1];

	if (room->length < SEAL_BYTES + strlen(tail) || !ends_with(room, tail))
		return damaged(file, err);
	seal = room->text + room->length - strlen(tail) - SEAL_BYTES;
	add_bytes(file, room->text, (size_t)(seal - room->text));
	(void)snprintf(expected, sizeof(expected), SEAL "%08" PRIx32 "\"", file->crc);
	if (memcmp(seal, expected, SEAL_BYTES) != 0)
		return damaged(file, err);
	add_bytes(file, seal, SEAL_BYTES + strlen(tail));
	room->length = (size_t)(seal - room->text);
	return 0;
}

/* --- parsing --- */

/* Few values and no deep nesting, so that a parsed line takes a small multiple of its bytes. */
static bool has_shape(const struct partial_room *room, size_t most)
{
	size_t depth = 0, values = 0;
	bool quoted = false;

	for (size_t i = 0; i < room->length; i++) {
		char c = room->text[i];

		if (c == '"')
			quoted = !quoted;
		else if (quoted)
			i += c == '\\';
		else if (c == '{' || c == '[')
			depth++, values++;
		else if (c == '}' || c == ']')
			depth--;
		else if (c == ',')
			values++;
		if (depth > PARTIAL_DEPTH_MOST || values > most)
			return false;
	}
	return true;
}

/* The line before its seal, as an object. NULL if it is none. */
static json_t *parse(const struct partial_file *file, struct partial_room *room)
{
	size_t more = n_values(file) - 1;

	if (!has_shape(room, PARTIAL_VALUES_ONE + more * PARTIAL_VALUES_MORE))
		return NULL;
	room->text[room->length++] = '}'; /* where the seal began */
	return json_loadb(room->text, room->length, JSON_REJECT_DUPLICATES, NULL);
}

/* --- the head --- */

/* What a file is whose first line is not sealed as ours are. */
static int check_format(const struct partial_file *file, const struct partial_room *room,
			struct error *err)
{
	static const char begin[] = "{\"schema\":\"" PARTIAL_FORMAT,
			  ours[] = "{\"schema\":\"" PARTIAL_SCHEMA "\",";
	size_t n = sizeof(begin) - 1;

	if (room->length >= sizeof(ours) && memcmp(room->text, ours, sizeof(ours) - 1) == 0)
		return 0;
	if (room->length < n + 2 || memcmp(room->text, begin, n) != 0)
		return error_set(err, EX_DATAERR,
				 "%s: not a partial result; give the files that --partial or "
				 "--shard made",
				 file->path);
	if (room->text[n] >= '1' && room->text[n] <= '3' && room->text[n + 1] == '"')
		return error_set(err, EX_DATAERR,
				 "%s: made by an older imgpipe (" PARTIAL_FORMAT
				 "%c; this one reads " PARTIAL_SCHEMA
				 "); make all parts again with this one",
				 file->path, room->text[n]);
	return error_set(err, EX_DATAERR,
			 "%s: not of the format " PARTIAL_SCHEMA
			 ", which this imgpipe reads; merge with the imgpipe that made it",
			 file->path);
}

static int read_head(struct partial_file *file, struct partial_room *room, struct error *err)
{
	struct error own = {0};
	json_t *object;
	int status = read_line(file, room, &own);

	if (status && (own.code != EX_DATAERR || gzip_reader_problem(file->gzip))) {
		*err = own;
		return -1;
	}
	if (check_format(file, room, err))
		return -1;
	if (status) {
		*err = own;
		return -1;
	}
	if (open_seal(file, room, REPORT_HEAD, err))
		return -1;
	object = parse(file, room);
	status = partial_head_read(&file->head, object, file->path, err);
	json_decref(object);
	return status;
}

static int open_gzip(struct partial_file *file, struct error *err)
{
	if (gzip_reader_open(&file->gzip, file->in, err))
		return -1;
	file->in = gzip_reader_stream(file->gzip);
	return 0;
}

int partial_open(struct partial_file *file, const char *path, struct partial_room *room,
		 struct error *err)
{
	*file = (struct partial_file){.path = path};
	file->in = input_open_named(path, err);
	if (!file->in || (gzip_begins(file->in) && open_gzip(file, err)))
		return -1;
	return read_head(file, room, err);
}

/* --- scenes, and the end --- */

int partial_next(struct partial_file *file, struct partial_room *room, struct scene *scene,
		 struct histogram *histogram, struct scene_result *result, uint64_t *number,
		 struct error *err)
{
	struct error own;
	json_t *object;
	int status;

	if (read_line(file, room, err) || open_seal(file, room, REPORT_SCENE, err))
		return -1;
	object = parse(file, room);
	status = partial_read_scene(object, file->head.recipe, scene, histogram, result, number,
				    &own);
	json_decref(object);
	return status ? partial_bad_line(file, own.text, err) : 0;
}

int partial_finish(struct partial_file *file, struct partial_room *room, struct error *err)
{
	static const char complete[] = "\"end\":{\"complete\":true";

	if (read_line(file, room, err))
		return -1;
	if (room->length != 3 || !ends_with(room, "],\n"))
		return partial_bad_line(file, "not the end of the scenes", err);
	add_bytes(file, room->text, room->length);
	if (read_line(file, room, err) || open_seal(file, room, REPORT_TAIL, err))
		return -1;
	if (room->length != sizeof(complete) - 1 || memcmp(room->text, complete, room->length) != 0)
		return partial_bad_line(file, "its run was interrupted", err);
	if (getc_unlocked(file->in) != EOF)
		return partial_bad_line(file, "something follows the end", err);
	return ferror(file->in) ? cannot_read(file, err) : 0;
}

void partial_close(struct partial_file *file)
{
	if (file->gzip)
		gzip_reader_free(file->gzip);
	else if (file->in)
		(void)fclose(file->in);
	partial_head_release(&file->head);
	*file = (struct partial_file){0};
}
