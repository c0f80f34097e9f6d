/*
 * Options that stand in a file or a variable: how lines are cut into words, what is refused, which
 * place wins, and what is remembered of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "commands/commands.h"
#include "options/command_line.h"
#include "options/config.h"

#define VARIABLE "IMGPIPE_OPTIONS"

static char path[] = "/tmp/imgpipe-config-XXXXXX";

static int set_up(void **state)
{
	int fd;

	(void)state;
	strcpy(path + sizeof(path) - 7, "XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	return close(fd) || unsetenv(VARIABLE);
}

static int tear_down(void **state)
{
	(void)state;
	return unlink(path) || unsetenv(VARIABLE);
}

static void put_bytes(const void *bytes, size_t n)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, n, out), n);
	assert_int_equal(fclose(out), 0);
}

static void put_text(const char *text)
{
	put_bytes(text, strlen(text));
}

/* --- words --- */

/* A line, and the words it means, each ended by a bar. */
static void lines(void **state)
{
	static const struct {
		const char *line, *words;
	} cases[] = {
		{"memory 2G", "--memory=2G|"},
		{"memory=2G", "--memory=2G|"},
		{"memory = 2G", "--memory=2G|"},
		{"memory= 2G", "--memory=2G|"},
		{"memory =2G", "--memory=2G|"},
		{"--memory 2G", "--memory=2G|"},
		{"--memory=2G", "--memory=2G|"},
		{"-memory 2G", "-memory|2G|"}, /* letters, as for getopt */
		{"\t memory\t2G \r", "--memory=2G|"},
		{"quiet", "--quiet|"},
		{"--quiet", "--quiet|"},
		{"quiet=", "--quiet=|"},
		{"-q", "-q|"},
		{"-j 4", "-j|4|"},
		{"-j4", "-j4|"},
		{"expr 'x = a b'", "--expr=x = a b|"},
		{"expr \"x = a'b\"", "--expr=x = a'b|"},
		{"expr x='a b'\"c d\"e", "--expr=x=a bc de|"},
		{"expr ''", "--expr=|"},
		{"const L=0.25", "--const=L=0.25|"},
		{"const = L=0.25", "--const=L=0.25|"},
		{"expr x=#5-#4", "--expr=x=#5-#4|"},
		{"csv a.csv # why", "--csv=a.csv|"},
		{"csv a.csv# why", NULL},
		{"csv 'a # b'", "--csv=a # b|"},
		{"csv a\\ b", NULL}, /* a backslash is a character like others */
		{"csv a\\b", "--csv=a\\b|"},
		{"csv $HOME/*.csv", "--csv=$HOME/*.csv|"}, /* nothing is expanded */
		{"csv ~", "--csv=~|"},
		{"memory 2G 3G", NULL},
		{"-j 4 5", NULL},
		{"memory '2G", NULL},
		{"memory \"2G'", NULL},
		{"= 2G", NULL},
		{"--", NULL},
		{"-", NULL},
		{"a/b.tif", NULL},
		{"'memory' 2G", NULL},
		{"\xc3\xa9 5", NULL},
		{"# memory 2G", ""},
		{"  #", ""},
		{"", ""},
		{" \t\r", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config_source source;
		char words[200] = "";
		struct error err;
		int status;

		put_text(cases[i].line);
		status = config_read_file(&source, path, &err);
		if (status != (cases[i].words ? 0 : -1))
			fail_msg("%s: %s", cases[i].line, status ? err.text : "taken");
		for (int w = 1; !status && source.n && w < source.item[0].argc; w++) {
			strcat(words, source.item[0].argv[w]);
			strcat(words, "|");
		}
		if (!status) {
			assert_string_equal(words, cases[i].words);
			assert_int_equal(source.n, *cases[i].words != '\0');
		} else {
			assert_int_equal(err.code, EX_USAGE);
			assert_non_null(strstr(err.text, path));
			assert_non_null(strstr(err.text, ":1: "));
		}
		config_release(&source);
	}
}

static void numbers_of_lines(void **state)
{
	struct config_source source;
	struct error err;

	(void)state;
	put_text("\n# a\nquiet\n\n\nmemory 2G"); /* the last one without an end */
	assert_int_equal(config_read_file(&source, path, &err), 0);
	assert_int_equal(source.n, 2);
	assert_int_equal(source.item[0].line, 3);
	assert_int_equal(source.item[1].line, 6);
	assert_null(source.item[1].argv[source.item[1].argc]);
	config_release(&source);
}

static void words_of_the_variable(void **state)
{
	struct config_source source;
	struct error err;

	(void)state;
	assert_int_equal(config_read_words(&source, "V", " --memory 2G\t-q --csv='a b' ", &err), 0);
	assert_int_equal(source.n, 1);
	assert_int_equal(source.item[0].argc, 5);
	assert_string_equal(source.item[0].argv[2], "2G");
	assert_string_equal(source.item[0].argv[4], "--csv=a b");
	assert_null(source.item[0].argv[5]);
	assert_int_equal(source.item[0].line, 0);
	config_release(&source);
	assert_int_equal(config_read_words(&source, "V", "  ", &err), 0);
	assert_int_equal(source.n, 0);
	config_release(&source);
	assert_int_equal(config_read_words(&source, "V", "--csv 'a", &err), -1);
	assert_int_equal(err.code, EX_USAGE);
	config_release(&source);
}

/* --- what is too much --- */

static void refused(int code, const char *words)
{
	struct config_source source;
	struct error err = {0};

	assert_int_equal(config_read_file(&source, path, &err), -1);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, words))
		fail_msg("no '%s' in: %s", words, err.text);
	config_release(&source);
}

static void limits(void **state)
{
	char *text = malloc(CONFIG_BYTES_MOST + 2);
	struct config_source source;
	struct error err;

	(void)state;
	memset(text, '\n', CONFIG_BYTES_MOST + 2);
	put_bytes(text, CONFIG_BYTES_MOST);
	assert_int_equal(config_read_file(&source, path, &err), 0);
	assert_int_equal(source.n, 0);
	config_release(&source);
	put_bytes(text, CONFIG_BYTES_MOST + 1);
	refused(EX_USAGE, "more than 64 KiB");
	memset(text, 'x', CONFIG_LINE_MOST + 1);
	put_bytes(text, CONFIG_LINE_MOST);
	assert_int_equal(config_read_file(&source, path, &err), 0);
	assert_int_equal(source.n, 1);
	config_release(&source);
	put_bytes(text, CONFIG_LINE_MOST + 1);
	refused(EX_USAGE, ":1: a line of more than 4096 bytes");
	for (size_t i = 0; i <= CONFIG_OPTIONS_MOST; i++)
		memcpy(text + 2 * i, "q\n", 2);
	put_bytes(text, 2 * (size_t)CONFIG_OPTIONS_MOST);
	assert_int_equal(config_read_file(&source, path, &err), 0);
	assert_int_equal(source.n, CONFIG_OPTIONS_MOST);
	config_release(&source);
	put_bytes(text, 2 * (size_t)CONFIG_OPTIONS_MOST + 2);
	refused(EX_USAGE, ":1001: more than 1000 options");
	put_bytes("quiet\0\n", 7);
	refused(EX_USAGE, "NUL");
	free(text);
}

/* The most that may come out of a line: nothing is written beside its room (seen under ASan). */
static void the_longest_lines(void **state)
{
	char *text = malloc(CONFIG_BYTES_MOST + 1);
	struct config_source source;
	struct error err;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < CONFIG_OPTIONS_MOST; i++) {
		memcpy(text + n, i % 2 ? "a b\n" : "-a b\n", i % 2 ? 4 : 5);
		n += i % 2 ? 4 : 5;
	}
	put_bytes(text, n);
	assert_int_equal(config_read_file(&source, path, &err), 0);
	assert_int_equal(source.n, CONFIG_OPTIONS_MOST);
	assert_string_equal(source.item[CONFIG_OPTIONS_MOST - 1].argv[1], "--a=b");
	assert_string_equal(source.item[CONFIG_OPTIONS_MOST - 2].argv[2], "b");
	config_release(&source);
	for (n = 0; n < CONFIG_BYTES_MOST; n += 2)
		memcpy(text + n, "a ", 2);
	text[n - 1] = '\0';
	assert_int_equal(config_read_words(&source, "V", text, &err), 0);
	assert_int_equal(source.item[0].argc, 1 + CONFIG_BYTES_MOST / 2);
	config_release(&source);
	free(text);
}

static void no_regular_file(void **state)
{
	struct config_source source;
	struct error err;

	(void)state;
	assert_int_equal(config_read_file(&source, "/dev/zero", &err), -1);
	assert_int_equal(err.code, EX_NOINPUT);
	config_release(&source);
	assert_int_equal(config_read_file(&source, "/tmp", &err), -1);
	assert_int_equal(err.code, EX_NOINPUT);
	config_release(&source);
	assert_int_equal(config_read_file(&source, "/nowhere/at.all", &err), -1);
	assert_int_equal(err.code, EX_NOINPUT);
	assert_non_null(strstr(err.text, "/nowhere/at.all"));
	config_release(&source);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	refused(EX_NOINPUT, "not a regular file"); /* and not waited for */
}

/* --- places --- */

enum { MOST_WORDS = 12 };

struct parsed {
	char *argv[MOST_WORDS + 1];
	const struct command *command;
	struct options options;
	struct error err;
	int status;
};

/* imgpipe and these words, ended by NULL. */
static void parse(struct parsed *p, const char *const *words)
{
	int argc = 0;

	memset(p, 0, sizeof(*p));
	p->argv[argc++] = (char *)"imgpipe";
	for (; *words; words++)
		p->argv[argc++] = (char *)*words;
	p->status = command_line_parse(&p->options, &p->command, commands, argc, p->argv, &p->err);
}

#define PARSE(p, ...) parse(p, (const char *const[]){__VA_ARGS__, NULL})

static void later_places_win(void **state)
{
	struct parsed p;

	(void)state;
	assert_int_equal(setenv(VARIABLE, "-j 1 --memory 1G --chunk 64", 1), 0);
	put_text("memory 2G\nchunk = 128\n");
	PARSE(&p, "a.tif", "--config", path, "--chunk", "256", "b.tif");
	if (p.status)
		fail_msg("%s", p.err.text);
	assert_int_equal(p.options.workers, 1);
	assert_int_equal(p.options.memory_bytes, 2ull << 30);
	assert_int_equal(p.options.chunk_x, 256);
	assert_int_equal(p.options.n_args, 2);
	assert_string_equal(p.options.args[0], "a.tif");
	assert_string_equal(p.options.args[1], "b.tif");
	options_release(&p.options);
}

/* Options that count each time: all of the last place that has some. */
static void lists_are_replaced(void **state)
{
	struct parsed p;

	(void)state;
	assert_int_equal(setenv(VARIABLE, "--index evi --include 'a*' --exclude x", 1), 0);
	put_text("index ndvi\nindex ndwi\ninclude b*\ninclude c*\n");
	PARSE(&p, "--config", path, "--include", "d*", "a.tif");
	assert_int_equal(p.status, 0);
	assert_int_equal(p.options.index.index.n, 2);
	assert_string_equal(p.options.index.index.text[0], "ndvi");
	assert_string_equal(p.options.index.index.text[1], "ndwi");
	assert_int_equal(p.options.include.n, 1);
	assert_string_equal(p.options.include.text[0], "d*");
	assert_int_equal(p.options.exclude.n, 1);
	options_release(&p.options);
}

static void what_is_remembered(void **state)
{
	static const struct {
		const char *name, *value;
		int from; /* 0 the variable, 1 the file, 2 the command line */
		unsigned line;
	} expected[] = {
		{"workers", "1", 0, 0},  {"quiet", NULL, 0, 0},  {"memory", "2G", 1, 2},
		{"index", "ndvi", 1, 4}, {"config", path, 2, 0}, {"chunk", "256", 2, 0},
	};
	const char *const places[] = {VARIABLE, path, NULL};
	struct parsed p;

	(void)state;
	assert_int_equal(setenv(VARIABLE, "-j 1 --index evi -q", 1), 0);
	put_text("# first\nmemory 2G\n\nindex ndvi\n");
	PARSE(&p, "--config", path, "--chunk", "256", "a.tif");
	assert_int_equal(p.status, 0);
	assert_int_equal(p.options.n_given, sizeof(expected) / sizeof(expected[0]));
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const struct given_option *given = &p.options.given[i];
		const char *place = places[expected[i].from];

		assert_string_equal(given->name, expected[i].name);
		assert_int_equal(!given->value, !expected[i].value);
		if (given->value)
			assert_string_equal(given->value, expected[i].value);
		assert_int_equal(!given->from, !place);
		if (place)
			assert_string_equal(given->from, place);
		assert_int_equal(given->line, expected[i].line);
	}
	options_release(&p.options);
}

/* More of them than fit at once. */
static void many_options(void **state)
{
	struct parsed p;

	(void)state;
	put_text("memory 1G\nmemory 2G\nmemory 3G\nmemory 4G\nmemory 5G\nmemory 6G\nmemory 7G\n"
		 "memory 8G\nmemory 9G\nmemory 1G\nmemory 2G\nmemory 3G\nmemory 4G\nmemory 5G\n"
		 "memory 6G\nmemory 7G\nmemory 8G\nmemory 9G\n");
	PARSE(&p, "--config", path, "a.tif");
	assert_int_equal(p.status, 0);
	assert_int_equal(p.options.n_given, 19);
	assert_int_equal(p.options.memory_bytes, 9ull << 30);
	for (unsigned i = 0; i < 18; i++)
		assert_int_equal(p.options.given[i].line, i + 1);
	options_release(&p.options);
}

static void wrong_places(void **state)
{
	static const struct {
		const char *variable, *file, *words;
	} cases[] = {
		{"", "memry 2G", ":1: unknown option --memry; did you mean --memory?"},
		{"", "\nmemory 2X", ":2: --memory: "},
		{"", "quiet=yes", ":1: option --quiet takes no value"},
		{"", "memory", ":1: option --memory needs a value"},
		{"", "config x", ":1: --config stands on the command line only"},
		{"", "help", ":1: --help stands on the command line only"},
		{"", "text", ":1: imgpipe run takes no --text; imgpipe graph does"},
		{"", "-q x", ":1: 'x' is no option"},
		{"", "-!", ":1: unknown option -!"},
		{"--memry 2G", "", VARIABLE ": unknown option --memry; did you mean --memory?"},
		{"--memory", "", VARIABLE ": option --memory needs a value"},
		{"a.tif", "", VARIABLE ": 'a.tif' is no option"},
		{"-q -- a.tif", "", VARIABLE ": 'a.tif' is no option"},
		{"--version", "", VARIABLE ": --version stands on the command line only"},
		{"--config x", "", VARIABLE ": --config stands on the command line only"},
		{"--repeat 3", "", VARIABLE ": imgpipe run takes no --repeat; imgpipe sweep does"},
		{"'", "", VARIABLE ": a quote that is not closed"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct parsed p;

		assert_int_equal(setenv(VARIABLE, cases[i].variable, 1), 0);
		put_text(cases[i].file);
		PARSE(&p, "--config", path, "a.tif");
		assert_int_equal(p.status, -1);
		assert_int_equal(p.err.code, EX_USAGE);
		if (!strstr(p.err.text, cases[i].words))
			fail_msg("no '%s' in: %s", cases[i].words, p.err.text);
		options_release(&p.options);
	}
}

/* The variable is for run: of other commands' options it has those that are the same ones. */
static void other_commands(void **state)
{
	struct parsed p;

	(void)state;
	assert_int_equal(setenv(VARIABLE, "--csv a.csv --memory 2G -j 4 --reader tiff -v", 1), 0);
	PARSE(&p, "info", "a.tif");
	assert_int_equal(p.status, 0);
	assert_int_equal(p.options.reader, READER_TIFF);
	assert_int_equal(p.options.reports.n, 0);
	assert_int_equal(p.options.workers, 0);
	options_release(&p.options);
	PARSE(&p, "sweep", "a.tif"); /* its --workers and --csv are others */
	assert_int_equal(p.status, 0);
	assert_int_equal(p.options.reader, READER_TIFF);
	for (unsigned i = 0; i < p.options.n_given; i++) {
		assert_string_not_equal(p.options.given[i].name, "workers");
		assert_string_not_equal(p.options.given[i].name, "csv");
	}
	options_release(&p.options);
	/* The file is for this command. */
	assert_int_equal(unsetenv(VARIABLE), 0);
	put_text("raw\ncsv a.csv\n");
	PARSE(&p, "info", "--config", path, "a.tif");
	assert_int_equal(p.status, -1);
	assert_non_null(strstr(p.err.text, ":2: imgpipe info takes no --csv"));
	options_release(&p.options);
}

/* Help is had whatever stands elsewhere; and a wrong command line is told before what does. */
static void the_command_line_first(void **state)
{
	struct parsed p;

	(void)state;
	assert_int_equal(setenv(VARIABLE, "--memry", 1), 0);
	PARSE(&p, "--config", "/nowhere", "--version");
	assert_int_equal(p.status, 1);
	options_release(&p.options);
	PARSE(&p, "--config", "/nowhere", "--wrkers", "2", "a.tif");
	assert_int_equal(p.status, -1);
	assert_non_null(strstr(p.err.text, "--wrkers"));
	options_release(&p.options);
	assert_int_equal(unsetenv(VARIABLE), 0);
	PARSE(&p, "--config", path, "--config", path, "a.tif");
	assert_int_equal(p.status, -1);
	assert_non_null(strstr(p.err.text, "more than once"));
	options_release(&p.options);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(numbers_of_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(words_of_the_variable, set_up, tear_down),
		cmocka_unit_test_setup_teardown(limits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_longest_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_regular_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(later_places_win, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lists_are_replaced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_remembered, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_options, set_up, tear_down),
		cmocka_unit_test_setup_teardown(wrong_places, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_commands, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_command_line_first, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
