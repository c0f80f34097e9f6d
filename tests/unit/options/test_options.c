/*
 * The command line: what options are read as, how wrong ones are refused, and the table of
 * commands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "commands/choices.h"
#include "commands/commands.h"
#include "commands/computing.h"
#include "commands/sweep_options.h"
#include "executor.h"
#include "masks/masks.h"
#include "options/command_line.h"
#include "options/print.h"
#include "teach.h"

static void byte_sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes; /* 0: refused */
	} cases[] = {
		{"1", 1},
		{"64M", 64 << 20},
		{"64MB", 64 << 20},
		{"64MiB", 64 << 20},
		{"2g", 2ull << 30},
		{"3K", 3072},
		{"1TiB", 1ull << 40},
		{"0", 0},
		{"", 0},
		{"M", 0},
		{"-5M", 0},
		{"5X", 0},
		{"5MM", 0},
		{"1.5G", 3ull << 29},
		{"99999999999999999999", 0},
		{"99999999999999T", 0},
		{" 5", 0},
		{"64 ", 0},
		{"64 B", 0},
		{"64 M", 0},
		{"0x40M", 0},
		{"0X40M", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t bytes = 0;
		int status = options_bytes(cases[i].text, &bytes);

		assert_int_equal(status, cases[i].bytes ? 0 : -1);
		if (!status)
			assert_int_equal(bytes, cases[i].bytes);
	}
}

static const struct command *command; /* of the line that was parsed last */

static int parse(struct options *options, const char *line, struct error *err)
{
	static char copy[512];
	static char *argv[32];
	int argc = 0;

	strcpy(copy, line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	return command_line_parse(options, &command, commands, argc, argv, err);
}

static void options_are_read(void **state)
{
	struct options o;
	struct error err;

	(void)state;
	assert_int_equal(parse(&o,
			       "imgpipe plan -j 7 --memory 25% --chunk 100x37 --bands "
			       "red=3,nir=4 --mask SCL=4,5,6 --working-set chunk a.tif b.tif",
			       &err),
			 0);
	assert_ptr_equal(command, &command_plan);
	assert_int_equal(o.workers, 7);
	assert_int_equal(o.memory_percent, 25);
	assert_int_equal(o.chunk_x, 100);
	assert_int_equal(o.chunk_y, 37);
	assert_int_equal(o.bands[1].index, 4);
	assert_int_equal(o.mask_texts.n, 1);
	assert_string_equal(o.mask_texts.text[0], "SCL=4,5,6");
	assert_int_equal(o.working_set, WORKING_SET_CHUNK);
	assert_int_equal(o.n_args, 2);
	options_release(&o);
	assert_int_equal(
		parse(&o, "imgpipe --bands red=*_B04.tif,nir=*_B08.tif --mask QA&31 x", &err), 0);
	assert_string_equal(o.bands[0].pattern, "*_B04.tif");
	assert_string_equal(o.mask_texts.text[0], "QA&31");
	assert_int_equal(o.alpha, ALPHA_AUTO);
	options_release(&o);
	assert_int_equal(parse(&o, "imgpipe --mask scl --mask QA&1 --alpha ignore x", &err), 0);
	assert_int_equal(o.mask_texts.n, 2);
	assert_string_equal(o.mask_texts.text[0], "scl");
	assert_int_equal(o.alpha, ALPHA_IGNORE);
	assert_null(o.masks);
	options_release(&o);
}

/* Each time counts, in the order given; the texts are not looked into. */
static void what_to_compute_adds_up(void **state)
{
	struct options o;
	struct error err;

	(void)state;
	assert_int_equal(parse(&o,
			       "imgpipe --index ndvi,evi --expr x=nir --index ? --const evi.L=2 "
			       "--range x=0,1 --expr y=red --on-missing skip-scene --grid coarse "
			       "--assume-reflectance a.tif",
			       &err),
			 0);
	assert_int_equal(o.index.index.n, 2);
	assert_string_equal(o.index.index.text[0], "ndvi,evi");
	assert_string_equal(o.index.index.text[1], "?");
	assert_int_equal(o.index.expression.n, 2);
	assert_string_equal(o.index.expression.text[1], "y=red");
	assert_int_equal(o.index.constant.n, 1);
	assert_string_equal(o.index.range.text[0], "x=0,1");
	assert_int_equal(o.on_missing, MISSING_SKIP_SCENE);
	assert_int_equal(o.grid, GRID_COARSE);
	assert_true(o.assume_reflectance);
	assert_null(o.recipe);
	options_release(&o);
}

/* A sweep hands all of them to its runs. */
static void sweeps_pass_what_adds_up(void **state)
{
	const struct sweep_options *sweep;
	struct options o;
	struct error err;

	(void)state;
	assert_int_equal(
		parse(&o, "imgpipe sweep --expr x=nir --raw --expr y=red --raw a.tif", &err), 0);
	sweep = o.own;
	assert_int_equal(sweep->n_passed, 3);
	assert_string_equal(sweep->passed[0].value, "x=nir");
	assert_string_equal(sweep->passed[1].name, "raw");
	assert_string_equal(sweep->passed[2].value, "y=red");
	options_release(&o);
}

/* A recipe is made for commands that have --index, and for them alone. */
static void commands_get_a_recipe(void **state)
{
	struct options o;
	struct error err;

	(void)state;
	assert_int_equal(parse(&o, "imgpipe info --index evi a.tif", &err), 0);
	assert_int_equal(computing_prepare(&o, command, &err), 0);
	assert_string_equal(o.recipe->value[0].name, "evi");
	computing_release(&o);
	assert_null(o.recipe);
	options_release(&o);
	assert_int_equal(parse(&o, "imgpipe pi", &err), 0);
	assert_int_equal(computing_prepare(&o, command, &err), 0);
	assert_null(o.recipe);
	computing_release(&o);
	options_release(&o);
	assert_int_equal(parse(&o, "imgpipe plan --index foo a.tif", &err), 0);
	assert_int_equal(computing_prepare(&o, command, &err), -1);
	assert_int_equal(err.code, EX_USAGE);
	computing_release(&o);
	options_release(&o);
}

/* And so are rules. */
static void commands_get_masks(void **state)
{
	struct options o;
	struct error err;

	(void)state;
	assert_int_equal(parse(&o, "imgpipe info --mask QA&0x1f --mask scl a.tif", &err), 0);
	assert_int_equal(computing_prepare(&o, command, &err), 0);
	assert_int_equal(o.masks->n, 2);
	assert_string_equal(o.masks_text, "qa&31=0 && scl");
	computing_release(&o);
	assert_null(o.masks);
	assert_null(o.masks_text);
	options_release(&o);
	assert_int_equal(parse(&o, "imgpipe plan --mask SCL a.tif", &err), 0);
	assert_int_equal(computing_prepare(&o, command, &err), -1);
	assert_int_equal(err.code, EX_USAGE);
	computing_release(&o);
	options_release(&o);
}

static void bad_options_say_what_would_do(void **state)
{
	static const char *const lines[] = {
		"imgpipe",
		"imgpipe --workers 0 a",
		"imgpipe --workers many a",
		"imgpipe --memory 64 a",
		"imgpipe --memory 101% a",
		"imgpipe --chunk 0 a",
		"imgpipe --chunk 10x a",
		"imgpipe --chunk fast a",
		"imgpipe --bands red=1,red=2 a",
		"imgpipe --bands red=0,nir=0 a",
		"imgpipe --bands red=1,nir=*.tif a",
		"imgpipe --alpha on a",
		"imgpipe --reader png a",
		"imgpipe --on-missing never a",
		"imgpipe --grid finest a",
		"imgpipe --assume-reflectance=1 a",
		"imgpipe --executor gpu a",
		"imgpipe --raw --scale 2 a",
		"imgpipe --scale 0 a",
		"imgpipe --summary - --report - a",
		"imgpipe --frobnicate a",
		"imgpipe --memory",
		"imgpipe --raw=1 a",
		"imgpipe -Z a",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct options o;
		struct error err = {0};

		assert_int_equal(parse(&o, lines[i], &err), -1);
		assert_int_equal(err.code, EX_USAGE);
		assert_true(strlen(err.text) > 10);
		options_release(&o);
	}
}

static void wrong_names_are_helped(void **state)
{
	static const struct {
		const char *line, *words;
	} cases[] = {
		{"imgpipe --workrs 2 a", "did you mean --workers?"},
		{"imgpipe --wrokers=2 a", "did you mean --workers?"},
		{"imgpipe --sumary x a", "did you mean --summary?"},
		{"imgpipe plan --exec-utor x a", "did you mean --executor?"},
		{"imgpipe --zzz a", "see imgpipe run --help"},
		{"imgpipe sum --x", "see imgpipe sum --help"},
		{"imgpipe --ti x a", "--tiles or --tile-grid"},
		{"imgpipe merge --mask x a", "imgpipe merge takes no --mask; imgpipe run, plan"},
		{"imgpipe run --text a", "imgpipe run takes no --text; imgpipe graph does"},
		{"imgpipe info -j2 a", "imgpipe info takes no -j; imgpipe run, plan"},
		{"imgpipe -json x a", "imgpipe run takes no --json; imgpipe"},
		{"imgpipe pi -output=x", "imgpipe pi takes no --output; imgpipe run"},
		{"imgpipe --bogus-option-that-is-longer-than-any-there-is a", "see imgpipe run"},
		{"imgpipe -- plan", "put it first"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct options o;
		struct error err = {0};

		assert_int_equal(parse(&o, cases[i].line, &err), -1);
		assert_int_equal(err.code, EX_USAGE);
		if (!strstr(err.text, cases[i].words))
			fail_msg("%s: %s", cases[i].line, err.text);
		options_release(&o);
	}
}

/* One dash before the name of a long option: -output is not -o utput. Of each command, each option.
 */
static void one_dash_is_told(void **state)
{
	static const char *const before[] = {"", "", "x "}, *const behind[] = {" x", "=x", " x"};
	unsigned n_letters = 0;

	(void)state;
	for (command_table c = commands; *c; c++) {
		struct option_list list;

		option_list_make(&list, *c);
		for (unsigned i = 0; i < 3 * list.n; i++) {
			const char *name = list.item[i / 3].row.name;
			char line[160], want[96];
			struct options o;
			struct error err = {0};

			if (strcmp(name, "help") == 0 && i % 3 != 1)
				continue; /* -help is -h */
			(void)snprintf(line, sizeof(line), "imgpipe %s %s-%s%s", (*c)->word,
				       before[i % 3], name, behind[i % 3]);
			(void)snprintf(want, sizeof(want), "unknown option -%s; did you mean --%s?",
				       name, name);
			assert_int_equal(parse(&o, line, &err), -1);
			assert_int_equal(err.code, EX_USAGE);
			assert_string_equal(err.text, want);
			options_release(&o);
			for (unsigned k = 0; k < list.n; k++)
				n_letters += list.item[k].row.letter == *name;
		}
	}
	assert_true(n_letters > 100); /* that would be taken for a letter with a value, or flags */
}

static void letters_keep_their_values(void **state)
{
	static const struct {
		const char *line, *maps;
	} cases[] = {
		{"imgpipe -o output a", "output"},
		{"imgpipe -ooutput a", "output"},
		{"imgpipe -outpu a", "utpu"},
		{"imgpipe -outputs a", "utputs"},
		{"imgpipe -qoutput a", "utput"},
		{"imgpipe -o -output a", "-output"},
		{"imgpipe --output -output a", "-output"},
		{"imgpipe -q -overw a", "verw"},
		{"imgpipe -m64M -omemory a", "memory"},
		{"imgpipe -o help -- -output", "help"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct options o;
		struct error err = {0};

		assert_int_equal(parse(&o, cases[i].line, &err), 0);
		assert_string_equal(o.map.output, cases[i].maps);
		options_release(&o);
	}
}

static void table_fits(void **state)
{
	(void)state;
	for (command_table c = commands; *c; c++) {
		struct option_list list;

		option_list_make(&list, *c);
		assert_true(list.n < OPTIONS_MOST); /* or some were left out */
		assert_null((*c)->groups[OPTION_GROUPS_MOST - 1].title);
		assert_non_null((*c)->run);
		for (unsigned i = 0; i < list.n; i++) {
			const struct option_row *row = &list.item[i].row;

			assert_ptr_equal(option_list_find(&list, row->name, strlen(row->name)),
					 &list.item[i]); /* each name once */
			for (unsigned k = 0; k < i; k++)
				assert_true(!row->letter || row->letter != list.item[k].row.letter);
		}
	}
}

/* What completion offers is what there is. */
static void words_are_those_of_the_tables(void **state)
{
	char list[200] = "auto";

	(void)state;
	for (int i = 0; executors[i]; i++) {
		strcat(list, " ");
		strcat(list, executors[i]->name);
	}
	assert_string_equal(option_executor.values, list);
	*list = '\0';
	for (int i = 0; i < N_TEACH_MODES; i++) {
		strcat(list, i ? " " : "");
		strcat(list, teach_rows[i].name);
	}
	assert_string_equal(option_teach.values, list);
}

/* Who adds an option says what its value is. */
static void kinds_are_those_of_the_arguments(void **state)
{
	struct option_list list;

	(void)state;
	for (command_table c = commands; *c; c++) {
		assert_true(!(*c)->shown || (*c)->verbs);
		assert_int_equal((*c)->operand == VALUE_FILE,
				 strchr((*c)->arguments, 'F') ||
					 strstr((*c)->arguments, "PARTIAL") ||
					 strstr((*c)->arguments, "SCENE"));
		option_list_make(&list, *c);
		for (unsigned i = 0; i < list.n; i++) {
			const struct option_row *row = &list.item[i].row;
			const char *argument = row->argument ? row->argument : "";
			bool words = row->kind == VALUE_WORD || row->kind == VALUE_WORDS;
			bool choice = strchr(argument, '|') && strpbrk(argument, "abcdefgijklm");

			assert_true(row->argument || row->kind == VALUE_TEXT);
			assert_int_equal(row->kind == VALUE_FILE,
					 strncmp(argument, "FILE", 4) == 0);
			assert_int_equal(row->kind == VALUE_FOLDER, strcmp(argument, "DIR") == 0);
			if ((choice || row->word || row->values) != words &&
			    strcmp(argument, "strict") != 0)
				fail_msg("%s --%s %s", (*c)->word, row->name, argument);
		}
	}
}

static void a_page_is_a_page(void **state)
{
	char *text = NULL;
	unsigned lines = 0;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	print_brief(out, commands);
	assert_int_equal(fclose(out), 0);
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 80);
	assert_in_range(lines, 30, 60);
	free(text);
}

static void help_fits_80_columns(void **state)
{
	(void)state;
	for (command_table c = commands;; c++) {
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		assert_non_null(out);
		print_help(out, commands, *c); /* NULL: of the program */
		assert_int_equal(fclose(out), 0);
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
			if (strlen(line) > 80)
				fail_msg("%zu columns: %s", strlen(line), line);
		free(text);
		if (!*c)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(byte_sizes),
		cmocka_unit_test(options_are_read),
		cmocka_unit_test(what_to_compute_adds_up),
		cmocka_unit_test(sweeps_pass_what_adds_up),
		cmocka_unit_test(commands_get_a_recipe),
		cmocka_unit_test(commands_get_masks),
		cmocka_unit_test(bad_options_say_what_would_do),
		cmocka_unit_test(wrong_names_are_helped),
		cmocka_unit_test(one_dash_is_told),
		cmocka_unit_test(letters_keep_their_values),
		cmocka_unit_test(table_fits),
		cmocka_unit_test(words_are_those_of_the_tables),
		cmocka_unit_test(kinds_are_those_of_the_arguments),
		cmocka_unit_test(a_page_is_a_page),
		cmocka_unit_test(help_fits_80_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
