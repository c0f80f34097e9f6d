/*
 * imgpipe merge: parts of a run, scene by scene in the order of the whole, into reports. Scene k is
 * in part k mod n, so one line of each part is in memory at a time.
 */
#include "merge.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input_file.h"
#include "partial.h"
#include "report.h"

/* What the first line of a part says. */
struct part_head {
	uint64_t part, parts, scenes_in_all;
	char files[17];
};

struct part {
	const char *path;
	FILE *file;
	char *line;
	size_t line_size;
	struct part_head head;
};

static int not_whole(const struct part *part, struct error *err)
{
	return error_set(err, EX_DATAERR,
			 "%s: not a whole partial result as imgpipe --partial writes it; run that "
			 "part again",
			 part->path);
}

/* The next line without its end and the comma there. False at the end of the file. */
static bool next_line(struct part *part)
{
	ssize_t n = getline(&part->line, &part->line_size, part->file);

	while (n > 0 && strchr("\n,", part->line[n - 1]))
		part->line[--n] = '\0';
	return n >= 0;
}

/* The first line is an object whose list of scenes follows on the next ones. */
static json_t *head_object(const struct part *part)
{
	size_t length = strlen(part->line);
	char *text = malloc(length + 3);
	json_t *object;

	if (!text)
		return NULL;
	(void)snprintf(text, length + 3, "%s]}", part->line);
	object = json_loads(text, 0, NULL);
	free(text);
	return object;
}

static int read_head(struct part *part, struct error *err)
{
	json_t *o = next_line(part) ? head_object(part) : NULL;
	const char *schema = json_string_value(json_object_get(o, "schema"));
	const char *files = json_string_value(json_object_get(o, "files"));
	json_int_t i = json_integer_value(json_object_get(o, "part"));
	json_int_t n = json_integer_value(json_object_get(o, "parts"));
	json_int_t all = json_integer_value(json_object_get(o, "scenes_in_all"));
	bool good = schema && strcmp(schema, PARTIAL_SCHEMA) == 0 && files && i >= 1 && i <= n &&
		    all >= 0 && all <= UINT32_MAX;

	if (good)
		part->head = (struct part_head){
			.part = (uint64_t)i, .parts = (uint64_t)n, .scenes_in_all = (uint64_t)all};
	if (good)
		(void)snprintf(part->head.files, sizeof(part->head.files), "%s", files);
	json_decref(o);
	return good ? 0 : not_whole(part, err);
}

static int open_part(struct part *part, const char *path, struct error *err)
{
	part->path = path;
	part->file = input_open_named(path, err);
	if (!part->file)
		return -1;
	return read_head(part, err);
}

static void close_parts(struct part *parts, unsigned n)
{
	for (unsigned i = 0; parts && i < n; i++) {
		if (parts[i].file)
			(void)fclose(parts[i].file);
		free(parts[i].line);
	}
	free(parts);
}

static int same_run(const struct part *a, const struct part *b, struct error *err)
{
	if (a->head.parts != b->head.parts)
		return error_set(err, EX_DATAERR,
				 "%s is one of %" PRIu64 " parts and %s one of %" PRIu64
				 ": parts of different runs cannot be merged",
				 a->path, a->head.parts, b->path, b->head.parts);
	if (a->head.scenes_in_all != b->head.scenes_in_all ||
	    strcmp(a->head.files, b->head.files) != 0)
		return error_set(err, EX_DATAERR,
				 "%s and %s are of different sets of files; run all parts with "
				 "the same arguments",
				 a->path, b->path);
	return 0;
}

static int by_part(const void *a, const void *b)
{
	uint64_t x = ((const struct part *)a)->head.part, y = ((const struct part *)b)->head.part;

	return (x > y) - (x < y);
}

/* In the order of parts, each there once. */
static int check_parts(struct part *parts, unsigned n, struct error *err)
{
	for (unsigned i = 1; i < n; i++)
		if (same_run(&parts[0], &parts[i], err))
			return -1;
	qsort(parts, n, sizeof(*parts), by_part);
	for (unsigned i = 1; i < n; i++)
		if (parts[i].head.part == parts[i - 1].head.part)
			return error_set(err, EX_DATAERR, "%s and %s are both part %" PRIu64,
					 parts[i - 1].path, parts[i].path, parts[i].head.part);
	for (uint64_t i = 0; i < parts[0].head.parts; i++)
		if (i >= n || parts[i].head.part != i + 1)
			return error_set(err, EX_NOINPUT,
					 "part %" PRIu64 " of %" PRIu64
					 " is missing; run it, or name its file too",
					 i + 1, parts[0].head.parts);
	return 0;
}

/* Scene `number` of the whole, the next one of its part. */
static int merge_scene(struct part *part, uint64_t number, struct report_set *set,
		       struct run_totals *totals, struct error *err)
{
	struct histogram *histogram = malloc(sizeof(*histogram));
	struct scene_result result;
	struct scene scene = {0};
	json_t *object = next_line(part) ? json_loads(part->line, 0, NULL) : NULL;
	uint64_t found;
	int status;

	if (!histogram)
		status = error_memory(err, "a scene's histogram", sizeof(*histogram));
	else if (partial_read_scene(object, &scene, histogram, &result, &found, err) ||
		 found != number || result.status == SCENE_CANCELLED)
		status = not_whole(part, err);
	else
		status = 0;
	json_decref(object);
	if (status == 0) {
		run_totals_add(totals, &result);
		status = report_set_scene(set, &result, err);
	}
	scene_release(&scene);
	free(histogram);
	return status;
}

static int check_end(struct part *part, struct error *err)
{
	if (!next_line(part) || strcmp(part->line, "]") != 0 || !next_line(part) ||
	    strcmp(part->line, "\"complete\":true}") != 0)
		return not_whole(part, err);
	return 0;
}

static int merge_scenes(struct part *parts, unsigned n, struct report_set *set,
			struct run_totals *totals, struct error *err)
{
	for (uint64_t number = 0; number < parts[0].head.scenes_in_all; number++)
		if (merge_scene(&parts[number % n], number, set, totals, err))
			return -1;
	for (unsigned i = 0; i < n; i++) {
		if (parts[0].head.scenes_in_all == 0 && !next_line(&parts[i]))
			return not_whole(&parts[i], err);
		if (check_end(&parts[i], err))
			return -1;
	}
	return 0;
}

int merge_partials(const struct options *options, struct error *err)
{
	unsigned n = options->n_args;
	struct part *parts = calloc(n, sizeof(*parts));
	struct run_totals *totals = calloc(1, sizeof(*totals));
	struct report_set *set = NULL;
	struct plan plan = {0};
	int status = parts && totals ? report_inputs_apart(options, NULL, err)
				     : error_memory(err, "the parts", n * sizeof(*parts));

	for (unsigned i = 0; status == 0 && i < n; i++)
		status = open_part(&parts[i], options->args[i], err);
	if (status == 0)
		status = check_parts(parts, n, err);
	if (status == 0) {
		run_totals_init(totals);
		totals->n_scenes = (uint32_t)parts[0].head.scenes_in_all;
		plan.n_all_scenes = parts[0].head.scenes_in_all;
		plan.files_checksum = strtoull(parts[0].head.files, NULL, 16);
		status = report_set_open(&set, &plan, options, err);
	}
	if (status == 0)
		status = merge_scenes(parts, n, set, totals, err);
	if (status == 0)
		status = report_set_commit(set, totals, err);
	if (status == 0)
		status = run_totals_status(totals);
	report_set_free(set);
	close_parts(parts, n);
	free(totals);
	return status;
}
