/*
 * Partial results: no byte of a file can be changed without being noticed; no option is forgotten
 * in what parts must have in common; a disk that is full is told.
 */
#include "recipe.h"
#include "report_fixture.h"

#include "commands/commands.h"
#include "report/partial.h"
#include "identity.h"
#include "report/merge.h"

static char *slurp(const char *path, size_t *size)
{
	FILE *in = fopen(path, "r");
	char *text = malloc(1 << 16);

	assert_non_null(in);
	assert_non_null(text);
	*size = fread(text, 1, 1 << 16, in);
	fclose(in);
	return text;
}

static void spill(const char *path, const char *text, size_t size)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, size, out), size);
	assert_int_equal(fclose(out), 0);
}

/* Without any report: to see whether the part is taken. */
static int merge(struct fixture *f, struct error *err)
{
	char *args[] = {f->path[0]};
	struct options options = {
		.n_args = 1, .args = args, .verbosity = -1, .scale = 1, .recipe = &recipe_ndvi};

	return merge_partials(&options, err);
}

/* The run of the fixture as the only part, in path[0]. */
static void write_part(struct fixture *f)
{
	struct report_set *set;
	struct error err;

	f->options = (struct options){.verbosity = -1, .scale = 1, .recipe = &recipe_ndvi};
	want(&f->options, "partial", f->path[0]);
	f->plan.n_all_scenes = 2;
	f->plan.files_checksum = 0x0123456789abcdef;
	f->good.id = 0;
	f->bad.id = 1;
	assert_int_equal(report_set_open(&set, &f->plan, &f->options, &err), 0);
	assert_int_equal(report_set_scene(set, &f->good_result, &err), 0);
	assert_int_equal(report_set_scene(set, &f->bad_result, &err), 0);
	assert_int_equal(report_set_commit(set, &f->totals, &err), 0);
	report_set_free(set);
}

static void every_byte_counts(void **state)
{
	struct fixture *f = *state;
	struct error err;
	size_t size;
	char *text;

	write_part(f);
	text = slurp(f->path[0], &size);
	assert_int_equal(merge(f, &err), 1);             /* one of its scenes has failed */
	for (size_t bit = 0; bit < 8 * size; bit += 7) { /* each byte; all bits in turn */
		text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
		spill(f->path[0], text, size);
		if (merge(f, &err) != -1 || err.code != EX_DATAERR)
			fail_msg("bit %zu of byte %zu", bit % 8, bit / 8);
		text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
	}
	for (size_t length = 0; length < size; length += 3) {
		spill(f->path[0], text, length);
		assert_int_equal(merge(f, &err), -1);
		assert_int_equal(err.code, EX_DATAERR);
	}
	free(text);
}

/* Sealed rightly, and its scenes stand in another order than the list's. */
static void scenes_out_of_place(void **state)
{
	struct fixture *f = *state;
	struct report_set *set;
	struct error err;

	f->options = (struct options){.verbosity = -1, .scale = 1, .recipe = &recipe_ndvi};
	want(&f->options, "partial", f->path[0]);
	f->plan.n_all_scenes = 2;
	f->good.id = 1;
	f->bad.id = 0;
	assert_int_equal(report_set_open(&set, &f->plan, &f->options, &err), 0);
	assert_int_equal(report_set_scene(set, &f->good_result, &err), 0);
	assert_int_equal(report_set_scene(set, &f->bad_result, &err), 0);
	assert_int_equal(report_set_commit(set, &f->totals, &err), 0);
	report_set_free(set);
	assert_int_equal(merge(f, &err), -1);
	assert_int_equal(err.code, EX_DATAERR);
	assert_non_null(strstr(err.text, "scene 1 stands where scene 0 must be"));
}

/* A new option has to be put in one of identity.c's two tables. */
static void every_option_is_judged(void **state)
{
	struct option_list list;

	(void)state;
	option_list_make(&list, &command_run);
	for (unsigned i = 0; i < list.n; i++)
		if (!list.item[i].report && /* reports only tell */
		    identity_effect(list.item[i].row.name) == EFFECT_UNKNOWN)
			fail_msg("does --%s change numbers? pipeline/base/identity.c must say so",
				 list.item[i].row.name);
}

static bool is_option_of_run(const char *name)
{
	struct option_list list;

	option_list_make(&list, &command_run);
	return option_list_find(&list, name, strlen(name));
}

static void identity_holds_options(void **state)
{
	const struct options none = {.scale = 1};
	struct identity identity;
	struct error err;

	(void)state;
	assert_int_equal(identity_of(&identity, &none, &err), 0);
	assert_true(identity.n > 0);
	for (unsigned i = 0; i < identity.n; i++) {
		assert_true(is_option_of_run(identity.item[i].option));
		assert_int_equal(identity_effect(identity.item[i].option), EFFECT_NUMBERS);
		assert_null(identity.item[i].value);
	}
	identity_release(&identity);
}

static void full_disk(void **state)
{
	struct fixture *f = *state;
	struct report_set *set;
	struct error err = {0};
	int status;

	f->options = (struct options){.verbosity = -1, .scale = 1, .recipe = &recipe_ndvi};
	want(&f->options, "partial", "/dev/full");
	f->plan.n_all_scenes = 2;
	assert_int_equal(report_set_open(&set, &f->plan, &f->options, &err), 0);
	status = report_set_scene(set, &f->good_result, &err);
	if (!status)
		status = report_set_commit(set, &f->totals, &err);
	report_set_free(set);
	assert_int_equal(status, -1);
	assert_int_equal(err.code, EX_IOERR);
	assert_non_null(strstr(err.text, "/dev/full"));
}

#define WITH_RUN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RUN(every_byte_counts),
		WITH_RUN(scenes_out_of_place),
		cmocka_unit_test(every_option_is_judged),
		cmocka_unit_test(identity_holds_options),
		WITH_RUN(full_disk),
	};

	return cmocka_run_group_tests_name("partial results", tests, NULL, NULL);
}
