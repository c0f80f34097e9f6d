/*
 * Lines of the log, read back from the file or the pipe that they went to: their form, what names
 * cannot do to it, a file that moves away, and a disk that is full.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/signals.h"
#include "log.h"

static char folder[] = "/tmp/test_log.XXXXXX", log_path[64], said_path[64];
static int saved_stderr;

static int set_up(void **state)
{
	(void)state;
	signals_init();
	assert_non_null(mkdtemp(folder));
	(void)snprintf(log_path, sizeof(log_path), "%s/log", folder);
	(void)snprintf(said_path, sizeof(said_path), "%s/said", folder);
	saved_stderr = dup(STDERR_FILENO);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(log_path);
	(void)unlink(said_path);
	(void)rmdir(folder);
	return 0;
}

/* Standard error goes to said_path between these. */
static void hear(void)
{
	int fd = open(said_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_true(dup2(fd, STDERR_FILENO) >= 0);
	(void)close(fd);
}

static void hear_no_more(void)
{
	(void)fflush(stderr);
	(void)dup2(saved_stderr, STDERR_FILENO);
}

/* The file's text; overwritten by the next call. */
static const char *text_of(const char *path)
{
	static char text[1 << 16];
	FILE *file = fopen(path, "re");
	size_t n = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

	text[n] = '\0';
	if (file)
		(void)fclose(file);
	return text;
}

static void open_log(enum log_format format, const char *path)
{
	struct options options = {.nightly = {.log_format = format, .log_file = path}};
	struct error err = {0};

	if (path)
		(void)unlink(path);
	if (log_open(&options, &err))
		fail_msg("%s", err.text);
}

static void test_plain(void **state)
{
	const struct error error = {.code = EX_DATAERR, .text = "one\n  two\n  ^"};

	(void)state;
	hear();
	log_line(LOG_LEVEL_ERROR, "scene-failed", "a", "scene %s failed: %s", "a\x1b[1m", "b\nc");
	log_line(LOG_LEVEL_NOTE, "note", NULL, "plain");
	log_line(LOG_LEVEL_NOTE, "note", "a\nb", "of a scene");
	log_line(LOG_LEVEL_INFO, "x", NULL, "https://u:secret@h/a?sig=secret b");
	log_error("run-failed", &error);
	hear_no_more();
	assert_string_equal(text_of(said_path), "imgpipe: scene a\\x1B[1m failed: b\\x0Ac\n"
						"imgpipe: note: plain\n"
						"imgpipe: scene a\\x0Ab: note: of a scene\n"
						"imgpipe: https://***@h/a?sig=*** b\n"
						"imgpipe: one\n    two\n    ^\n");
}

static const char *member(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	assert_non_null(text);
	return text;
}

/* Any bytes give an object that a strict parser takes, in one line. */
static void test_json(void **state)
{
	const struct log_number numbers[] = {
		{"seconds", 1.5}, {"pixels", 9007199254740991.0}, {"none", 0.0 / 0.0}, {0}};
	const struct error error = {.code = EX_DATAERR, .text = "one\ntwo"};
	char all[256], *line, *rest;
	json_t *object;
	unsigned n = 0;

	(void)state;
	for (int i = 0; i < 255; i++)
		all[i] = (char)(i + 1);
	all[255] = '\0';
	open_log(LOG_FORMAT_JSON, log_path);
	assert_true(log_is_record());
	log_event(LOG_LEVEL_INFO, "scene-done", all, numbers, "%s", all);
	log_line(LOG_LEVEL_WARNING, "x", "a\\x41\"", "plain \"\\");
	hear();
	log_error("run-failed", &error);
	hear_no_more();
	log_close();
	assert_string_equal(text_of(said_path), "imgpipe: one\n  two\n");
	for (rest = (char *)text_of(log_path); (line = strsep(&rest, "\n")) && *line; n++) {
		object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(object);
		assert_string_equal(member(object, "run"), log_run_id());
		assert_int_equal(json_integer_value(json_object_get(object, "pid")), getpid());
		assert_int_equal(strlen(member(object, "ts")), strlen("2026-11-28T23:59:59.123Z"));
		if (n == 0) {
			assert_string_equal(member(object, "level"), "info");
			assert_true(json_real_value(json_object_get(object, "seconds")) == 1.5);
			assert_true(json_integer_value(json_object_get(object, "pixels")) ==
				    9007199254740991);
			assert_true(json_is_null(json_object_get(object, "none")));
		} else if (n == 1) { /* a name as in reports, words as they are */
			assert_string_equal(member(object, "scene"), "a\\x5Cx41\"");
			assert_string_equal(member(object, "msg"), "plain \"\\");
			assert_string_equal(member(object, "level"), "warning");
		} else {
			assert_string_equal(member(object, "msg"), "one\ntwo");
			assert_int_equal(json_integer_value(json_object_get(object, "code")),
					 EX_DATAERR);
		}
		json_decref(object);
	}
	assert_int_equal(n, 3);
	assert_int_equal(strlen(log_run_id()), 16);
}

/* However long texts and names are, and whatever their escapes take. */
static void test_long(void **state)
{
	static char name[20000];
	char *rest, *line;
	json_t *object;

	(void)state;
	memset(name, '\\', sizeof(name) - 1);
	open_log(LOG_FORMAT_JSON, log_path);
	log_line(LOG_LEVEL_NOTE, "note", name, "%s", name);
	memset(name, '\x01', sizeof(name) - 1);
	log_line(LOG_LEVEL_NOTE, "note", name, "%s", name);
	log_close();
	rest = (char *)text_of(log_path);
	for (int i = 0; i < 2; i++) {
		line = strsep(&rest, "\n");
		object = json_loads(line, 0, NULL);
		assert_non_null(object);
		json_decref(object);
	}
	assert_string_equal(rest, "");
}

static void test_stamped(void **state)
{
	char expected[64];
	const char *text;

	(void)state;
	(void)setenv("TZ", "UTC-5:30", 1);
	open_log(LOG_FORMAT_AUTO, log_path);
	log_line(LOG_LEVEL_NOTE, "note", "s", "x");
	log_close();
	(void)unsetenv("TZ");
	text = text_of(log_path);
	(void)snprintf(expected, sizeof(expected), "+05:30 imgpipe[%d]: scene s: note: x\n",
		       getpid());
	assert_int_equal(text[10], 'T');
	assert_string_equal(text + 19, expected);
}

/* Prefixes for journald where standard error is what it says, and nowhere else. */
static void test_journal(void **state)
{
	const struct error error = {.code = 1, .text = "one\ntwo"};
	char stream[64];
	struct stat st;

	(void)state;
	hear();
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	(void)snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
		       (unsigned long long)st.st_ino);
	(void)setenv("JOURNAL_STREAM", stream, 1);
	open_log(LOG_FORMAT_TEXT, NULL);
	log_line(LOG_LEVEL_WARNING, "x", NULL, "warned");
	log_error("run-failed", &error);
	(void)setenv("JOURNAL_STREAM", "1:2", 1);
	open_log(LOG_FORMAT_AUTO, NULL);
	log_line(LOG_LEVEL_WARNING, "x", NULL, "warned");
	log_close();
	(void)unsetenv("JOURNAL_STREAM");
	hear_no_more();
	assert_string_equal(text_of(said_path), "<4>imgpipe: warned\n<3>imgpipe: one\n<3>  two\n"
						"imgpipe: warned\n");
}

static void test_moved(void **state)
{
	char old[80];
	struct stat st;

	(void)state;
	(void)snprintf(old, sizeof(old), "%s.1", log_path);
	(void)umask(0);
	open_log(LOG_FORMAT_TEXT, log_path);
	(void)umask(022);
	assert_int_equal(stat(log_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	log_line(LOG_LEVEL_INFO, "x", NULL, "first");
	assert_int_equal(rename(log_path, old), 0);
	log_line(LOG_LEVEL_INFO, "x", NULL, "second");
	signals_catch(); /* does not take it back */
	assert_int_equal(raise(SIGHUP), 0);
	log_line(LOG_LEVEL_INFO, "x", NULL, "third");
	log_line(LOG_LEVEL_INFO, "x", NULL, "fourth");
	log_close();
	assert_int_equal(signals_caught(), 0);
	assert_non_null(strstr(text_of(old), "second"));
	assert_null(strstr(text_of(old), "third"));
	assert_non_null(strstr(text_of(log_path), "third"));
	assert_non_null(strstr(text_of(log_path), "fourth"));
	(void)unlink(old);
}

/* A disk that is full in the middle of a line: said once, errors heard, no line lost in another. */
static void test_full(void **state)
{
	struct rlimit old, small;
	const char *text;

	(void)state;
	open_log(LOG_FORMAT_TEXT, log_path);
	log_line(LOG_LEVEL_INFO, "x", NULL, "first");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	hear();
	small = old;
	small.rlim_cur = strlen(text_of(log_path)) + 300;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	log_line(LOG_LEVEL_INFO, "x", NULL, "%0300d", 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	log_line(LOG_LEVEL_INFO, "x", NULL, "after");
	hear_no_more();
	assert_non_null(strstr(text_of(said_path), "cannot write to the log"));
	text = strstr(text_of(log_path), "\n2");
	assert_non_null(text);
	text = strstr(text + 1, "\n2"); /* its line begins anew */
	assert_non_null(text);
	assert_non_null(strstr(text, "]: after\n"));
	hear();
	small.rlim_cur = strlen(text_of(log_path));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	log_line(LOG_LEVEL_INFO, "x", NULL, "lost");
	log_line(LOG_LEVEL_ERROR, "x", NULL, "heard");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	hear_no_more();
	log_close();
	assert_string_equal(text_of(said_path), "imgpipe: heard\n");
}

static int refuses(const char *path)
{
	struct options options = {.nightly = {.log_file = path}};
	struct error err = {0};

	return log_open(&options, &err) ? err.code : 0;
}

static void test_refused(void **state)
{
	char list[80];
	FILE *file;

	(void)state;
	assert_int_equal(refuses("/dev/full"), EX_CANTCREAT);
	assert_int_equal(refuses(folder), EX_CANTCREAT);
	assert_int_equal(refuses("/no/such/folder/log"), EX_CANTCREAT);
	(void)snprintf(list, sizeof(list), "%s/fifo", folder);
	assert_int_equal(mkfifo(list, 0600), 0);
	assert_int_equal(refuses(list), EX_CANTCREAT); /* and nobody waits for its reader */
	(void)unlink(list);
	(void)snprintf(list, sizeof(list), "%s/list.txt", folder);
	file = fopen(list, "we");
	assert_non_null(file);
	(void)fputs("scene.tif\n", file);
	(void)fclose(file);
	assert_int_equal(refuses(list), EX_CANTCREAT); /* something that is no log */
	assert_string_equal(text_of(list), "scene.tif\n");
	(void)unlink(list);
	open_log(LOG_FORMAT_TEXT, log_path);
	log_line(LOG_LEVEL_INFO, "x", NULL, "first");
	log_close();
	assert_int_equal(refuses(log_path), 0); /* appended to */
	log_line(LOG_LEVEL_INFO, "x", NULL, "second");
	log_close();
	assert_non_null(strstr(text_of(log_path), "first"));
	assert_non_null(strstr(text_of(log_path), "second"));
}

static void test_command(void **state)
{
	static char words[4][32] = {"imgpipe", "--csv", "a", "https://u:secret@h/x"};
	char *argv[] = {words[0], words[1], words[2], words[3], NULL};
	const struct log_number numbers[] = {{"ok", 3}, {0}};
	char *rest, *line;
	json_t *object;

	(void)state;
	log_begin(4, argv); /* lines are not kept: nothing, here and at the end */
	log_end(0);
	open_log(LOG_FORMAT_JSON, log_path);
	log_begin(4, argv);
	log_counts(numbers);
	log_end(65);
	log_end(0);
	log_close();
	rest = (char *)text_of(log_path);
	line = strsep(&rest, "\n");
	object = json_loads(line, 0, NULL);
	assert_string_equal(member(object, "event"), "run-begin");
	assert_non_null(strstr(member(object, "msg"), "begins: --csv a https://***@h/x"));
	json_decref(object);
	line = strsep(&rest, "\n");
	object = json_loads(line, 0, NULL);
	assert_string_equal(member(object, "event"), "run-end");
	assert_int_equal(json_integer_value(json_object_get(object, "status")), 65);
	assert_int_equal(json_integer_value(json_object_get(object, "ok")), 3);
	json_decref(object);
	assert_string_equal(rest, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),   cmocka_unit_test(test_json),
		cmocka_unit_test(test_long),    cmocka_unit_test(test_stamped),
		cmocka_unit_test(test_journal), cmocka_unit_test(test_moved),
		cmocka_unit_test(test_full),    cmocka_unit_test(test_refused),
		cmocka_unit_test(test_command),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
