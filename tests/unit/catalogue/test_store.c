/*
 * The catalogue as a store: what is put there comes back, to the bit; sets apart; one file after
 * its close. `--write FILE N` writes N scenes all round the Earth, for
 * tests/oracle/catalogue_store.py, reads them back, and prints the microseconds that each took.
 */
#include "store_fixture.h"

#include <math.h>
#include <time.h>

#include "formula/recipe_make.h"
#include "report/partial.h"
#include "run_totals.h"

static void a_new_one_is_a_geopackage(void **state)
{
	struct store *s = *state;
	struct catalogue *c = store_open(s, CATALOGUE_WRITE);

	WORKS(catalogue_close(c, &s->err));
	assert_string_equal(store_ask(s, "PRAGMA application_id"), "1196444487");
	assert_string_equal(store_ask(s, "PRAGMA user_version"), "10300");
	assert_string_equal(store_ask(s, "PRAGMA integrity_check"), "ok");
	assert_string_equal(store_ask(s, "PRAGMA journal_mode"), "delete");
	assert_string_equal(store_ask(s, "SELECT count(*) FROM gpkg_contents"), "5");
	assert_int_equal(store_empty(s), 1); /* no -wal, no -shm */
}

static void rows_come_back(void **state)
{
	struct store *s = *state;
	int64_t set = store_fill(s), same;
	struct catalogue *c = store_open(s, CATALOGUE_READ);
	struct catalogue_scene row;

	assert_int_equal(catalogue_set_of(c, &s->options, false, &same, &s->err), 1);
	assert_int_equal(same, set);
	assert_int_equal(catalogue_find(c, set, "/data/none.tif", &row, &s->err), 0);
	assert_int_equal(catalogue_find(c, set + 1, "/data/one.tif", &row, &s->err), 0);
	assert_int_equal(catalogue_find(c, set, "/data/one.tif", &row, &s->err), 1);
	assert_int_equal(row.status, SCENE_OK);
	assert_string_equal(row.source, "/data/one.tif");
	assert_string_equal(row.inputs, "one.tif 100 1\n");
	assert_null(row.maps);
	assert_false(row.gone);
	WORKS(catalogue_recall(c, row.id, &recipe_ndvi, &s->scene, &s->again, &s->result, &s->err));
	assert_string_equal(s->scene.name, "one");
	assert_true(s->result.earlier);
	assert_memory_equal(&s->again, &s->histogram, sizeof(s->again));
	assert_int_equal(s->result.value[0].accum.n[PIXEL_VALID], 3);
	assert_true(s->result.value[0].accum.sum == s->good_result.value[0].accum.sum);
	assert_true(s->result.value[0].area_m2 == 300);
	scene_release(&s->scene);

	assert_int_equal(catalogue_find(c, set,
					"/data/b\xE4"
					"d\\one.tif",
					&row, &s->err),
			 1);
	assert_int_equal(row.status, SCENE_FAILED);
	WORKS(catalogue_recall(c, row.id, &recipe_ndvi, &s->scene, &s->again, &s->result, &s->err));
	assert_string_equal(s->scene.name, "b\xE4"
					   "d\\one");
	assert_string_equal(s->result.error.text, "bad.tif: tile 3 is damaged; get it again");
	WORKS(catalogue_close(c, &s->err));
}

/* For people and other programs: printable, and numbers as the reports have them. */
static void what_others_see(void **state)
{
	struct store *s = *state;

	(void)store_fill(s);
	assert_string_equal(store_ask(s, "SELECT name FROM scenes WHERE status = 'failed'"),
			    "b\\xE4d\\one");
	assert_string_equal(store_ask(s, "SELECT error FROM scenes WHERE status = 'failed'"),
			    "bad.tif: tile 3 is damaged; get it again");
	assert_string_equal(store_ask(s, "SELECT date FROM scenes WHERE status = 'ok'"),
			    "2023-08-27");
	assert_string_equal(store_ask(s, "SELECT count(*) FROM statistics"), "1");
	assert_string_equal(store_ask(s, "SELECT pixels || ' ' || valid || ' ' || nodata || ' ' ||"
					 " outside_range || ' ' || min || ' ' || max || ' ' ||"
					 " area_ha || ' ' || area_m2 || ' ' || valid_percent ||"
					 " ' ' || masked_cloud FROM statistics"),
			    "4 3 1 1 -0.25 1.5 0.03 300.0 75.0 0");
	/* (0.5 - 0.25 + 1.5) / 3 */
	assert_true(fabs(strtod(store_ask(s, "SELECT mean FROM statistics"), NULL) - 1.75 / 3) <
		    1e-9);
}

static void no_secrets(void **state)
{
	struct store *s = *state;

	error_set(&s->bad_result.error, EX_IOERR, "https://u:pass@h/x.tif?sig=abcdef: gone; ask");
	(void)store_fill(s);
	assert_string_equal(store_ask(s, "SELECT error FROM scenes WHERE error IS NOT NULL"),
			    "https://***@h/x.tif?sig=***: gone; ask");
}

static bool count_output(void *context, const struct catalogue_output *output)
{
	struct catalogue_output *want = context;

	assert_string_equal(output->path, want->path);
	assert_string_equal(output->kind, want->kind);
	assert_string_equal(output->index, want->index);
	assert_true(output->bytes == want->bytes && output->head == want->head &&
		    output->clamped == want->clamped);
	want->bytes = 0;
	return true;
}

static void outputs_and_replacing(void **state)
{
	struct store *s = *state;
	struct catalogue *c = store_open(s, CATALOGUE_WRITE);
	struct catalogue_output output = {.path = "/out/b\xE4\n\\.tif",
					  .kind = "map",
					  .index = "ndvi",
					  .bytes = 1234,
					  .head = UINT64_MAX - 5,
					  .clamped = 12345};
	struct catalogue_scene first, again;
	struct catalogue_row row;
	int64_t set, run;

	assert_int_equal(catalogue_set_of(c, &s->options, true, &set, &s->err), 1);
	WORKS(catalogue_run_begin(c, &s->options, set, &run, &s->err));
	row = store_row(s, set, "/data/one.tif", &s->good_result);
	row.run = run;
	row.maps = "format cog";
	row.n_outputs = 1;
	row.output = &output;
	WORKS(catalogue_put(c, &row, &s->err));
	assert_int_equal(catalogue_find(c, set, row.source, &first, &s->err), 1);
	assert_string_equal(first.maps, "format cog");
	WORKS(catalogue_outputs(c, first.id, count_output, &output, &s->err));
	assert_int_equal(output.bytes, 0);

	row.inputs = "one.tif 101 2\n";
	row.result = &s->bad_result;
	row.n_outputs = 0;
	row.maps = NULL;
	WORKS(catalogue_put(c, &row, &s->err));
	assert_int_equal(catalogue_find(c, set, row.source, &again, &s->err), 1);
	assert_int_equal(again.id, first.id);
	assert_int_equal(again.status, SCENE_FAILED);
	assert_string_equal(again.inputs, "one.tif 101 2\n");
	assert_null(again.maps);
	output.bytes = 77;
	WORKS(catalogue_outputs(c, again.id, count_output, &output, &s->err));
	assert_int_equal(output.bytes, 77); /* none was seen */
	WORKS(catalogue_close(c, &s->err));
	assert_string_equal(store_ask(s, "SELECT count(*) FROM scenes"), "1");
	assert_string_equal(store_ask(s, "SELECT count(*) FROM statistics"), "0");
	assert_string_equal(store_ask(s, "SELECT count(*) FROM outputs"), "0");
}

static void runs_are_kept(void **state)
{
	struct store *s = *state;
	struct catalogue *c = store_open(s, CATALOGUE_WRITE);
	char program[] = "imgpipe", name[] = "https://me:secret@host/x.tif", last[] = "--catalog";
	char *words[] = {program, name, last};
	struct run_totals totals = {.n_scenes = 9,
				    .n_ok = 5,
				    .n_failed = 2,
				    .n_skipped = 1,
				    .n_cancelled = 1,
				    .wall_ns = 1500000000};
	int64_t set, run, open;

	s->options.words = words;
	s->options.n_words = 3;
	assert_int_equal(catalogue_set_of(c, &s->options, true, &set, &s->err), 1);
	WORKS(catalogue_run_begin(c, &s->options, set, &run, &s->err));
	WORKS(catalogue_run_begin(c, &s->options, set, &open, &s->err));
	WORKS(catalogue_run_end(c, run, &totals, 1, &s->err));
	WORKS(catalogue_close(c, &s->err));
	assert_string_equal(store_ask(s, "SELECT scenes || ' ' || ok || ' ' || failed || ' ' ||"
					 " skipped || ' ' || cancelled || ' ' || exit_status ||"
					 " ' ' || wall_seconds FROM runs WHERE id = 1"),
			    "9 5 2 1 1 1 1.5");
	assert_string_equal(store_ask(s, "SELECT ended FROM runs WHERE id = 2"), "NULL");
	assert_null(strstr(store_ask(s, "SELECT command FROM runs"), "secret"));
	assert_non_null(strstr(store_ask(s, "SELECT command FROM runs"), "@host/x.tif --catalog"));
	assert_non_null(strstr(store_ask(s, "SELECT program FROM runs"), "\"imgpipe\":"));
}

static bool see_set(void *context, const struct catalogue_set *set)
{
	char *list = context;

	assert_null(set->recipe);
	sprintf(list + strlen(list), "%s|%d|%d;", set->identity, (int)set->scenes, (int)set->gone);
	return true;
}

static void sets_stay_apart(void **state)
{
	static const char pattern[] = "a b*";
	struct store *s = *state;
	int64_t first = store_fill(s), second = 0, none = 7;
	struct catalogue *c = store_open(s, CATALOGUE_WRITE);
	struct catalogue_scene row;
	struct catalogue_set set;
	char list[256] = "";

	s->options.raw = true;
	s->options.include = (struct text_list){.n = 2, .text = {pattern, "c"}};
	assert_int_equal(catalogue_set_of(c, &s->options, false, &none, &s->err), 0);
	assert_int_equal(none, 7);
	assert_int_equal(catalogue_set_of(c, &s->options, true, &second, &s->err), 1);
	assert_int_not_equal(first, second);
	assert_int_equal(catalogue_find(c, second, "/data/one.tif", &row, &s->err), 0);
	assert_int_equal(catalogue_find(c, first, "/data/one.tif", &row, &s->err), 1);
	WORKS(catalogue_mark_gone(c, row.id, true, &s->err));
	WORKS(catalogue_sets(c, see_set, list, &s->err));
	assert_string_equal(list, "|2|1;--raw --include 'a b*' --include c|0|0;");
	WORKS(catalogue_set_read(c, first, &set, &s->err));
	assert_int_equal(set.recipe->n_values, 1);
	assert_string_equal(set.recipe->value[0].name, "ndvi");
	assert_true(set.recipe->value[0].grid.lo == recipe_ndvi.value[0].grid.lo);
	catalogue_set_release(&set);
	assert_int_equal(catalogue_set_read(c, 99, &set, &s->err), -1);
	assert_int_equal(s->err.code, EX_DATAERR);
	catalogue_set_release(&set);
	WORKS(catalogue_close(c, &s->err));
}

/* What was computed comes back as it was: several values, bands that none of them reads. */
static void recipes(void **state)
{
	struct store *s = *state;
	struct catalogue *c = store_open(s, CATALOGUE_WRITE);
	struct catalogue_set set;
	struct recipe *recipe;
	int64_t id, again;

	s->options.index.index = (struct text_list){.n = 2, .text = {"evi", "savi"}};
	s->options.index.expression = (struct text_list){.n = 1, .text = {"x=nir/red-0.5"}};
	s->options.map.bands_output = "swir16,B8A";
	s->options.mask_texts = (struct text_list){.n = 0};
	WORKS(recipe_make(&recipe, &s->options, &s->err));
	s->options.recipe = recipe;
	assert_int_equal(catalogue_set_of(c, &s->options, true, &id, &s->err), 1);
	assert_int_equal(catalogue_set_of(c, &s->options, true, &again, &s->err), 1);
	assert_int_equal(id, again);
	WORKS(catalogue_set_read(c, id, &set, &s->err));
	WORKS(partial_recipe_same(recipe, "a", set.recipe, "b", &s->err));
	assert_int_not_equal(set.recipe->kept, 0);
	assert_non_null(strstr(set.identity, "--index evi,savi"));
	catalogue_set_release(&set);
	recipe_free(recipe);
	WORKS(catalogue_close(c, &s->err));
}

struct seen {
	char text[512];
	unsigned most;
};

static bool see_scene(void *context, const struct catalogue_scene *scene)
{
	struct seen *seen = context;

	sprintf(seen->text + strlen(seen->text), "%s;", scene->name);
	assert_non_null(scene->updated);
	return seen->most-- > 1;
}

static const char *listed(struct store *s, struct catalogue *c, struct seen *seen,
			  struct catalogue_filter filter, unsigned most)
{
	*seen = (struct seen){.most = most};
	WORKS(catalogue_each(c, &filter, see_scene, seen, &s->err));
	return seen->text;
}

static void lists(void **state)
{
	struct store *s = *state;
	int64_t set = store_fill(s);
	struct catalogue *c = store_open(s, CATALOGUE_WRITE);
	struct catalogue_scene row;
	struct seen seen;

	/* "b\xE4" comes before "one" in strcmp() order. */
	assert_string_equal(listed(s, c, &seen, (struct catalogue_filter){0}, 9), "b\xE4"
										  "d\\one;one;");
	assert_string_equal(listed(s, c, &seen, (struct catalogue_filter){.set = set}, 1),
			    "b\xE4"
			    "d\\one;");
	assert_string_equal(listed(s, c, &seen, (struct catalogue_filter){.set = set + 1}, 9), "");
	assert_string_equal(listed(s, c, &seen, (struct catalogue_filter){.failed = true}, 9),
			    "b\xE4"
			    "d\\one;");
	assert_string_equal(listed(s, c, &seen, (struct catalogue_filter){.pattern = "o*"}, 9),
			    "one;");
	assert_string_equal(
		listed(s, c, &seen, (struct catalogue_filter){.since = "2023-08-28"}, 9), "");
	assert_string_equal(
		listed(s, c, &seen,
		       (struct catalogue_filter){.since = "2023-08-27", .pattern = "one"}, 9),
		"one;");
	assert_string_equal(listed(s, c, &seen, (struct catalogue_filter){.gone = true}, 9), "");
	assert_int_equal(catalogue_find(c, set, "/data/one.tif", &row, &s->err), 1);
	WORKS(catalogue_mark_gone(c, row.id, true, &s->err));
	assert_string_equal(listed(s, c, &seen, (struct catalogue_filter){.gone = true}, 9),
			    "one;");
	assert_int_equal(catalogue_find(c, set, "/data/one.tif", &row, &s->err), 1);
	assert_true(row.gone);
	WORKS(catalogue_mark_gone(c, row.id, false, &s->err));
	assert_string_equal(listed(s, c, &seen, (struct catalogue_filter){.gone = true}, 9), "");
	WORKS(catalogue_forget(c, row.id, &s->err));
	assert_int_equal(catalogue_find(c, set, "/data/one.tif", &row, &s->err), 0);
	WORKS(catalogue_close(c, &s->err));
	assert_string_equal(store_ask(s, "SELECT count(*) FROM statistics"), "0");
	assert_string_equal(store_ask(s, "SELECT count(*) FROM records"), "1");
}

/* A name is a name: of no URI, no memory, no bytes that a shell would want. */
static void odd_names(void **state)
{
	static const char *const names[] = {
		"file:x.gpkg?mode=memory", ":memory:", "a?b%41#c.gpkg", "b\xE4\n.gpkg", " ", "-",
		"'; DROP TABLE scenes; --"};
	struct store *s = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct stat st;

		snprintf(s->path, sizeof(s->path), "%s/%s", s->folder, names[i]);
		(void)store_fill(s);
		assert_int_equal(stat(s->path, &st), 0);
		assert_true(st.st_size > 0);
		assert_int_equal(store_empty(s), 1);
	}
	assert_int_equal(chdir(s->folder), 0); /* without a folder */
	snprintf(s->path, sizeof(s->path), "file:y");
	(void)store_fill(s);
	assert_int_equal(access("file:y", F_OK), 0);
	assert_int_equal(store_empty(s), 1);
	assert_int_equal(chdir("/"), 0);
}

/* Readers beside the one who writes, and what he gives up. */
static void readers_beside(void **state)
{
	struct store *s = *state;
	int64_t set = store_fill(s);
	struct catalogue *c = store_open(s, CATALOGUE_WRITE), *reader;
	struct catalogue_row row = store_row(s, set, "/data/two.tif", &s->good_result);
	struct catalogue_scene found;

	WORKS(catalogue_put(c, &row, &s->err));
	reader = store_open(s, CATALOGUE_READ);
	assert_int_equal(catalogue_find(reader, set, "/data/two.tif", &found, &s->err), 1);
	row.source = "/data/three.tif";
	WORKS(catalogue_put(c, &row, &s->err));
	assert_int_equal(catalogue_find(reader, set, "/data/three.tif", &found, &s->err), 1);
	assert_int_equal(catalogue_put(reader, &row, &s->err), -1);
	catalogue_abandon(c);
	assert_int_equal(catalogue_find(reader, set, "/data/three.tif", &found, &s->err), 1);
	WORKS(catalogue_close(reader, &s->err));
	c = store_open(s, CATALOGUE_WRITE);
	assert_int_equal(catalogue_find(c, set, "/data/three.tif", &found, &s->err), 1);
	WORKS(catalogue_close(c, &s->err));
	assert_int_equal(store_empty(s), 1);
}

/* Every tenth has failed. */
static void nth(struct store *s, unsigned i, struct catalogue_row *row, char source[64])
{
	struct raster_info *info = &s->good.files[0].info;

	snprintf(source, 64, "/archive/scene%06u.tif", i);
	snprintf(info->crs, sizeof(info->crs), "EPSG:32%u%02u", 6 + i / 60 % 2, 1 + i % 60);
	info->geotransform[0] = 200000 + 10 * (i % 40000);
	info->geotransform[3] = 1000000 + 100 * (i % 70000);
	row->result = i % 10 == 9 ? &s->bad_result : &s->good_result;
}

static bool no_output(void *context, const struct catalogue_output *output)
{
	(void)context;
	return output->bytes > 0;
}

static double cpu_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void read_all(struct store *s, struct catalogue *c, int64_t set, unsigned n)
{
	struct catalogue_scene row;
	double find = 0, recall = 0;
	char source[64];

	for (unsigned i = 0; i < n; i++) {
		double begin = cpu_us();

		snprintf(source, sizeof(source), "/archive/scene%06u.tif", i);
		assert_int_equal(catalogue_find(c, set, source, &row, &s->err), 1);
		WORKS(catalogue_outputs(c, row.id, no_output, NULL, &s->err));
		find += cpu_us() - begin;
		begin = cpu_us();
		WORKS(catalogue_recall(c, row.id, &recipe_ndvi, &s->scene, &s->again, &s->result,
				       &s->err));
		scene_release(&s->scene);
		recall += cpu_us() - begin;
	}
	printf("find and outputs %.1f us, recall %.1f us\n", find / n, recall / n);
}

static int write_many(const char *path, unsigned n)
{
	struct catalogue_output output = {
		.path = "/out/map.tif", .kind = "map", .index = "ndvi", .bytes = 9, .head = 10};
	struct run_totals totals = {.n_scenes = n, .n_ok = n - n / 10, .n_failed = n / 10};
	struct catalogue_row row;
	struct catalogue *c;
	struct store *s;
	int64_t set, run;
	void *state;
	char source[64];
	double begin;

	assert_int_equal(store_setup(&state), 0);
	s = state;
	snprintf(s->path, sizeof(s->path), "%s", path);
	s->options.raw = true;
	begin = cpu_us();
	c = store_open(s, CATALOGUE_WRITE);
	printf("open %.1f us\n", cpu_us() - begin);
	if (catalogue_note(c))
		printf("note: %s\n", catalogue_note(c));
	assert_int_equal(catalogue_set_of(c, &s->options, true, &set, &s->err), 1);
	WORKS(catalogue_run_begin(c, &s->options, set, &run, &s->err));
	row = store_row(s, set, source, NULL);
	row.run = run;
	row.n_outputs = 1;
	row.output = &output;
	begin = cpu_us();
	for (unsigned i = 0; i < n; i++) {
		nth(s, i, &row, source);
		WORKS(catalogue_put(c, &row, &s->err));
	}
	printf("put %.1f us\n", (cpu_us() - begin) / n);
	WORKS(catalogue_run_end(c, run, &totals, 0, &s->err));
	read_all(s, c, set, n);
	begin = cpu_us();
	WORKS(catalogue_check(c, &s->err));
	printf("check %.1f us\n", (cpu_us() - begin) / n);
	begin = cpu_us();
	WORKS(catalogue_close(c, &s->err));
	printf("close %.1f us\n", cpu_us() - begin);
	return store_teardown(&state);
}

int main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_new_one_is_a_geopackage),
		TEST(rows_come_back),
		TEST(what_others_see),
		TEST(no_secrets),
		TEST(outputs_and_replacing),
		TEST(runs_are_kept),
		TEST(sets_stay_apart),
		TEST(recipes),
		TEST(lists),
		TEST(odd_names),
		TEST(readers_beside),
	};

	if (argc == 4 && strcmp(argv[1], "--write") == 0)
		return write_many(argv[2], (unsigned)strtoul(argv[3], NULL, 10));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
