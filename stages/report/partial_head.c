/*
 * The head of a partial result: which part of which run it is. Knows what an identity is, not which
 * options make it.
 */
#include "partial.h"

#include <inttypes.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>
#include <zstd.h>

#include "formula/recipe_make.h"
#include "json_stats.h"

#ifndef IMGPIPE_GDAL_VERSION
#define IMGPIPE_GDAL_VERSION "" /* built without the module */
#endif

/* --- who made it: recorded, never compared --- */

/* "LIBTIFF, Version 4.5.0\nCopyright ..." -> "4.5.0" */
static json_t *libtiff_version(void)
{
	const char *text = TIFFLIB_VERSION_STR, *number = strstr(text, "Version ");

	number = number ? number + strlen("Version ") : text;
	return json_stringn(number, strcspn(number, "\n"));
}

/* GDAL and libtiff are those of the build: whether they are loaded depends on the files. */
json_t *partial_made_by(void)
{
	json_t *o = json_object(), *list = json_array();

	js_put(&o, "imgpipe", json_string(IMGPIPE_VERSION));
	js_put(&o, "libtiff", libtiff_version());
	js_put(&o, "libdeflate", json_string(LIBDEFLATE_VERSION_STRING));
	js_put(&o, "zstd", json_string(ZSTD_versionString()));
	js_put(&o, "gdal", json_string(IMGPIPE_GDAL_VERSION));
	js_append(&list, o);
	return list;
}

static bool is_in(const json_t *list, const json_t *program)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), program))
			return true;
	return false;
}

int partial_head_credit(struct partial_head *into, const struct partial_head *from,
			struct error *err)
{
	for (size_t i = 0; i < json_array_size(from->made_by); i++) {
		json_t *program = json_array_get(from->made_by, i);

		if (is_in(into->made_by, program) ||
		    json_array_size(into->made_by) >= PARTIAL_MAKERS_MOST)
			continue;
		if (json_array_append(into->made_by, program))
			return error_memory(err, "the parts", sizeof(*from));
	}
	return 0;
}

/* Text alone, at most PARTIAL_MAKERS_MOST objects. */
static bool are_programs(const json_t *list)
{
	if (!json_is_array(list) || json_array_size(list) > PARTIAL_MAKERS_MOST)
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *program = json_array_get(list, i), *version;
		const char *key;

		if (!json_is_object(program))
			return false;
		json_object_foreach(program, key,
				    version) if (!json_is_string(version)) return false;
	}
	return true;
}

/* --- writing --- */

static int copy_identity(struct identity *to, const struct identity *from, struct error *err)
{
	for (unsigned i = 0; i < from->n; i++) {
		const char *value = from->item[i].value;

		to->item[i].option = from->item[i].option;
		to->item[i].value = value ? strdup(value) : NULL;
		to->n++;
		if (value && !to->item[i].value)
			return error_memory(err, "the parts", strlen(value));
	}
	return 0;
}

int partial_head_make(struct partial_head *head, const struct plan *plan,
		      const struct options *options, struct error *err)
{
	bool share = options->shard.n > 1;

	*head = (struct partial_head){
		.part = share ? options->shard.i : 1,
		.parts = share ? options->shard.n : 1,
		.scenes_in_all = plan->n_all_scenes,
		.files = plan->files_checksum,
		.recipe = options->recipe,
	};
	if (plan->merged) {
		head->made_by = json_incref(plan->merged->made_by);
		return copy_identity(&head->identity, &plan->merged->identity, err);
	}
	head->made_by = partial_made_by();
	return identity_of(&head->identity, options, err);
}

static json_t *identity_object(const struct identity *identity)
{
	json_t *o = json_object();

	for (unsigned i = 0; i < identity->n; i++)
		js_put(&o, identity->item[i].option,
		       identity->item[i].value ? partial_text(identity->item[i].value)
					       : json_null());
	return o;
}

int partial_head_write(FILE *out, const struct partial_head *head, struct error *err)
{
	json_t *o = json_object();
	char files[17];

	(void)snprintf(files, sizeof(files), "%016" PRIx64, head->files);
	js_put(&o, "schema", json_string(PARTIAL_SCHEMA));
	js_put(&o, "results", json_integer(RESULTS_VERSION));
	js_put(&o, "bands", partial_bands(head->recipe));
	js_put(&o, "indices", partial_values(head->recipe));
	js_put(&o, "options", identity_object(&head->identity));
	js_put(&o, "part", js_count(head->part));
	js_put(&o, "parts", js_count(head->parts));
	js_put(&o, "scenes_in_all", js_count(head->scenes_in_all));
	js_put(&o, "files", json_string(files));
	js_put(&o, "made_by", head->made_by ? json_incref(head->made_by) : NULL);
	return partial_emit(out, o, 1, err);
}

void partial_head_release(struct partial_head *head)
{
	identity_release(&head->identity);
	recipe_free(head->own_recipe);
	json_decref(head->made_by);
	*head = (struct partial_head){0};
}

/* --- reading --- */

static int bad_head(const char *path, struct error *err)
{
	return error_set(err, EX_DATAERR,
			 "%s: its head is not as imgpipe --partial writes it; run that part again",
			 path);
}

/* Another results version may have other keys: told before anything else is looked at. */
static int check_results(const json_t *o, const char *path, struct error *err)
{
	const json_t *results = json_object_get(o, "results");

	if (!json_is_integer(results))
		return bad_head(path, err);
	if (json_integer_value(results) != RESULTS_VERSION)
		return error_set(
			err, EX_DATAERR,
			"%s: has results version %" JSON_INTEGER_FORMAT
			", this imgpipe %s makes version %d, whose numbers differ; make all "
			"parts and merge them with one imgpipe",
			path, json_integer_value(results), IMGPIPE_VERSION, RESULTS_VERSION);
	return 0;
}

/* Exactly the options that this program knows to change numbers. */
static bool read_identity(struct identity *identity, const json_t *o, struct error *err)
{
	const struct options none = {.scale = 1};

	if (identity_of(identity, &none, err) || json_object_size(o) != identity->n)
		return false;
	for (unsigned i = 0; i < identity->n; i++) {
		const json_t *value = json_object_get(o, identity->item[i].option);

		if (json_is_null(value))
			continue;
		identity->item[i].value = partial_read_text(value, PARTIAL_LINE_ONE);
		if (!identity->item[i].value || !*identity->item[i].value)
			return false;
	}
	return true;
}

static bool read_number(uint64_t *to, const json_t *o, const char *key, json_int_t least)
{
	const json_t *value = json_object_get(o, key);
	json_int_t n = json_integer_value(value);

	*to = (uint64_t)n;
	return json_is_integer(value) && n >= least && n <= UINT32_MAX;
}

static bool read_files(uint64_t *to, const json_t *value)
{
	const char *text = json_string_value(value);

	if (!text || strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16)
		return false;
	*to = strtoull(text, NULL, 16);
	return true;
}

/* Bands that no value reads are those of --bands-output. */
static bool bands_are_asked_for(const struct partial_head *head)
{
	for (unsigned i = 0; i < head->identity.n; i++)
		if (strcmp(head->identity.item[i].option, "bands-output") == 0)
			return !head->recipe->kept || head->identity.item[i].value;
	return false;
}

int partial_head_read(struct partial_head *head, const json_t *o, const char *path,
		      struct error *err)
{
	json_t *programs = json_object_get(o, "made_by");

	*head = (struct partial_head){0};
	if (check_results(o, path, err))
		return -1;
	if (json_object_size(o) != 10 || !are_programs(programs) ||
	    !read_identity(&head->identity, json_object_get(o, "options"), err) ||
	    !read_number(&head->part, o, "part", 1) || !read_number(&head->parts, o, "parts", 1) ||
	    !read_number(&head->scenes_in_all, o, "scenes_in_all", 0) ||
	    !read_files(&head->files, json_object_get(o, "files")) || head->part > head->parts)
		return bad_head(path, err);
	head->own_recipe =
		partial_read_recipe(json_object_get(o, "bands"), json_object_get(o, "indices"));
	if (!head->own_recipe)
		return bad_head(path, err);
	head->recipe = head->own_recipe;
	head->made_by = json_incref(programs);
	return bands_are_asked_for(head) ? 0 : bad_head(path, err);
}

/* --- comparing --- */

static bool same_value(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : !a && !b;
}

unsigned partial_head_differs(const struct partial_head *a, const struct partial_head *b,
			      struct identity_pair *shown)
{
	unsigned n = 0;

	for (unsigned i = 0; i < a->identity.n; i++) {
		const char *x = a->identity.item[i].value, *y = b->identity.item[i].value;

		if (!same_value(x, y) && n++ == 0)
			*shown = identity_shown(a->identity.item[i].option, x, y);
	}
	return n;
}

static int same_options(const struct partial_head *a, const char *a_path,
			const struct partial_head *b, const char *b_path, struct error *err)
{
	struct identity_pair shown;

	if (!partial_head_differs(a, b, &shown))
		return 0;
	return error_set(err, EX_DATAERR,
			 "%s was made with %s, %s with %s; make all parts with the same options",
			 b_path, shown.b, a_path, shown.a);
}

int partial_head_same(const struct partial_head *a, const char *a_path,
		      const struct partial_head *b, const char *b_path, struct error *err)
{
	if (a->parts != b->parts)
		return error_set(err, EX_DATAERR,
				 "%s is one of %" PRIu64 " parts and %s one of %" PRIu64
				 ": parts of different runs cannot be merged",
				 a_path, a->parts, b_path, b->parts);
	if (same_options(a, a_path, b, b_path, err) ||
	    partial_recipe_same(a->recipe, a_path, b->recipe, b_path, err))
		return -1;
	if (a->scenes_in_all != b->scenes_in_all || a->files != b->files)
		return error_set(err, EX_DATAERR,
				 "%s (%" PRIu64 " scenes, names %016" PRIx64 ") and %s (%" PRIu64
				 " scenes, names %016" PRIx64
				 ") are of different sets of files; run all parts with the same "
				 "arguments",
				 a_path, a->scenes_in_all, a->files, b_path, b->scenes_in_all,
				 b->files);
	return 0;
}
