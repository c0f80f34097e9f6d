/*
 * The locks of a run: which they are, all or none of them, and waiting. What one lock is:
 * base/test_lock_file.c.
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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/lock_file.h"
#include "base/signals.h"
#include "clock.h"
#include "commands/hold.h"
#include "output/maps.h"

static char *start; /* the folder that the test was started in */
static char folder[64];
static struct error error;

static int make_folder(void **state)
{
	(void)state;
	start = getcwd(NULL, 0);
	(void)snprintf(folder, sizeof(folder), "/tmp/imgpipe-hold-XXXXXX");
	return start && mkdtemp(folder) && chdir(folder) == 0 && mkdir("data", 0777) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[100];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -r %s", folder);
	return chdir(start) || system(command);
}

/* What a run needs: of -o, --catalog, --shard I/N and --wait-lock. */
static struct options wants(struct maps *maps, const char *catalogue, struct shard shard,
			    uint64_t wait_ms)
{
	return (struct options){.maps = maps,
				.shard = shard,
				.verbosity = -1,
				.nightly = {.catalogue = catalogue, .wait_lock_ms = wait_ms}};
}

static struct maps out = {.folder = (char *)(uintptr_t) "out"};
static const struct shard none, second = {2, 3};

static struct hold *take(const struct options *options)
{
	struct hold *hold;

	error = (struct error){0};
	if (hold_take(&hold, options, &error))
		return NULL;
	assert_non_null(hold);
	assert_int_equal(error.code, 0);
	return hold;
}

static void nothing_to_lock(void **state)
{
	const struct options nothing = wants(NULL, NULL, none, 0);
	struct hold *hold = take(&nothing);

	(void)state;
	hold_release(hold);
	hold_release(NULL);
}

static void which_they_are(void **state)
{
	const struct options run = wants(&out, "data/a.gpkg", none, 0);
	const struct options shard = wants(&out, NULL, second, 0);
	struct hold *hold = take(&run);

	(void)state;
	assert_non_null(hold);
	assert_true(lock_file_is_held("out/.imgpipe.lock"));
	assert_true(lock_file_is_held("data/a.gpkg.lock"));
	assert_int_equal(access("data/a.gpkg", F_OK), -1);
	hold_release(hold);
	assert_false(lock_file_is_held("out/.imgpipe.lock"));
	assert_false(lock_file_is_held("data/a.gpkg.lock"));
	hold = take(&shard);
	assert_true(lock_file_is_held("out/.imgpipe-2-of-3.lock"));
	assert_false(lock_file_is_held("out/.imgpipe.lock")); /* may be shared */
	hold_release(hold);
}

/* One catalogue by other names: links, and ways that lead round. */
static void one_catalogue(void **state)
{
	static const char *const names[] = {"data/b.gpkg", "./data/../data/b.gpkg", "link.gpkg",
					    "aside/b.gpkg"};
	const struct options first = wants(NULL, "data/b.gpkg", none, 0);
	struct hold *hold = take(&first);

	(void)state;
	assert_int_equal(symlink("data", "aside"), 0);
	assert_null(take(&(struct options){.nightly = {.catalogue = "aside/b.gpkg"}}));
	fclose(fopen("data/b.gpkg", "w"));
	assert_int_equal(symlink("data/b.gpkg", "link.gpkg"), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct options other = wants(NULL, names[i], none, 0);

		assert_null(take(&other));
		assert_int_equal(error.code, EXIT_BUSY);
		assert_non_null(strstr(error.text, "/data/b.gpkg.lock: in use by another run"));
		assert_non_null(strstr(error.text, "--catalog with another file"));
	}
	hold_release(hold);
}

static void no_place_for_it(void **state)
{
	const struct options nowhere = wants(NULL, "nowhere/c.gpkg", none, 0);
	struct maps deep = {.folder = (char *)(uintptr_t) "nowhere/deep"};
	const struct options deeper = wants(&deep, NULL, none, 0);

	(void)state;
	assert_null(take(&nowhere));
	assert_int_equal(error.code, EX_CANTCREAT);
	assert_non_null(strstr(error.text, "nowhere/c.gpkg.lock"));
	assert_null(take(&deeper));
	assert_int_equal(error.code, EX_CANTCREAT);
	assert_non_null(strstr(error.text, "--output nowhere/deep"));
}

/* Two runs that have one lock each, and want the other's, do not wait for each other for ever. */
static void all_or_none(void **state)
{
	const struct options catalogue = wants(NULL, "data/d.gpkg", none, 0);
	const struct options both = wants(&out, "data/d.gpkg", none, 0);
	struct hold *hold = take(&catalogue), *other;

	(void)state;
	assert_null(take(&both));
	assert_int_equal(error.code, EXIT_BUSY);
	assert_non_null(strstr(error.text, "data/d.gpkg.lock"));
	assert_false(lock_file_is_held("out/.imgpipe.lock"));
	hold_release(hold);
	other = take(&both);
	assert_non_null(other);
	hold_release(other);
}

/* In another process, until it is killed. */
static pid_t hold_elsewhere(const struct options *options, const char *path)
{
	pid_t child = fork();

	if (child == 0) {
		if (take(options))
			(void)pause();
		_exit(1);
	}
	for (int i = 0; i < 500 && !lock_file_is_held(path); i++)
		(void)usleep(10000);
	assert_true(lock_file_is_held(path));
	return child;
}

static void end(pid_t child)
{
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void waiting(void **state)
{
	const struct options patient = wants(&out, "data/e.gpkg", none, 400);
	const struct options now = wants(&out, "data/e.gpkg", none, 0);
	pid_t child = hold_elsewhere(&now, "out/.imgpipe.lock");
	uint64_t begin = clock_now();
	struct hold *hold;

	(void)state;
	assert_null(take(&patient));
	assert_int_equal(error.code, EXIT_BUSY);
	assert_true(clock_now() - begin >= 400000000u);
	assert_non_null(strstr(error.text, "it was waited for"));
	if (fork() == 0) { /* the holder goes while it is waited for */
		(void)usleep(100000);
		_exit(kill(child, SIGKILL) ? 1 : 0);
	}
	hold = take(
		&(struct options){.maps = &out,
				  .verbosity = -1,
				  .nightly = {.catalogue = "data/e.gpkg", .wait_lock_ms = 20000}});
	assert_non_null(hold);
	hold_release(hold);
	while (wait(NULL) > 0)
		;
}

/* Of a run that has caught it already: the wait ends at once. */
static void a_signal_ends_it(void **state)
{
	const struct options now = wants(&out, NULL, none, 0);
	const struct options patient = wants(&out, NULL, none, 20000);
	pid_t holder = hold_elsewhere(&now, "out/.imgpipe.lock"), waiter = fork();
	int status;

	(void)state;
	if (waiter == 0) {
		signals_note(SIGTERM);
		_exit(take(&patient) ? 1 : strstr(error.text, "SIGTERM") ? 0 : 2);
	}
	assert_int_equal(waitpid(waiter, &status, 0), waiter);
	assert_int_equal(status, 0);
	end(holder);
}

static void put_file(const char *path)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
}

/* What was made for a run that has made nothing goes again; all else stays. */
static void a_folder_for_nothing(void **state)
{
	struct maps maps = {.folder = (char *)(uintptr_t) "fresh"};
	const struct options run = wants(&maps, NULL, none, 0);
	const struct options shard = wants(&maps, NULL, second, 0);

	(void)state;
	for (int i = 0; i < 2; i++) {
		hold_release(take(i ? &shard : &run));
		assert_int_equal(access("fresh", F_OK), -1);
	}
	assert_int_equal(mkdir("fresh", 0777), 0);
	hold_release(take(&run));
	assert_int_equal(access("fresh/.imgpipe.lock", F_OK), 0);
	assert_int_equal(unlink("fresh/.imgpipe.lock") | rmdir("fresh"), 0);
	for (int i = 0; i < 2; i++) {
		struct hold *hold = take(&run);

		put_file("fresh/a.tif");
		hold_release(hold);
		assert_int_equal(access("fresh/a.tif", F_OK), 0);
		assert_int_equal(access("fresh/.imgpipe.lock", F_OK), 0);
	}
}

static unsigned n_goes; /* so often another run gives the folder back when it has just been seen */

int faccessat(int at, const char *path, int mode, int flags)
{
	(void)flags;
	if (n_goes) {
		n_goes--;
		assert_int_equal(rmdir(path), 0);
	}
	return (int)syscall(SYS_faccessat, at, path, mode);
}

static void a_folder_that_goes_when_it_is_seen(void **state)
{
	struct maps maps = {.folder = (char *)(uintptr_t) "seen"};
	const struct options run = wants(&maps, NULL, none, 0);
	struct hold *hold;

	(void)state;
	n_goes = 2;
	hold = take(&run);
	assert_non_null(hold);
	assert_int_equal(n_goes, 0);
	assert_int_equal(access("seen/.imgpipe.lock", F_OK), 0);
	hold_release(hold);
	assert_int_equal(access("seen", F_OK), -1);
}

/* One gives the folder back while the other takes it: both get it, one after the other. */
static void a_folder_that_goes_and_comes(void **state)
{
	struct maps maps = {.folder = (char *)(uintptr_t) "raced"};
	const struct options patient = wants(&maps, NULL, none, 20000);
	pid_t other = fork();
	int status = 0;

	(void)state;
	for (int i = 0; i < 400; i++) {
		struct hold *hold;
		int fd = -1;

		if (hold_take(&hold, &patient, &error))
			print_error("take %d: %s\n", i, error.text);
		else
			fd = open("raced/.alone", O_CREAT | O_EXCL | O_WRONLY, 0600);
		status |= fd < 0 || close(fd) || unlink("raced/.alone");
		hold_release(hold);
	}
	if (other == 0)
		_exit(status ? 1 : 0);
	assert_int_equal(status, 0);
	assert_int_equal(waitpid(other, &status, 0), other);
	assert_int_equal(status, 0);
	/* Who comes between the lock's going and the folder's has found one, and leaves it. */
	if (access("raced", F_OK) == 0)
		assert_int_equal(unlink("raced/.imgpipe.lock") | rmdir("raced"), 0);
}

/* Of shards: names that only look like theirs are nobody's. */
static void odd_names(void **state)
{
	static const char *const names[] = {
		"out/.imgpipe-1-of-.lock",   "out/.imgpipe--of-2.lock",
		"out/.imgpipe-1-of-2.lock~", "out/.imgpipe-x-of-2.lock",
		"out/.imgpipe-1-2.lock",     "out/.imgpipe-99999999999999999999-of-2.lock"};
	const struct options shard = wants(&out, NULL, second, 0);
	struct hold *hold;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		fclose(fopen(names[i], "w"));
	(void)mkdir("out/.imgpipe-1-of-5.lock", 0777);
	assert_int_equal(mkfifo("out/.imgpipe-1-of-6.lock", 0666), 0);
	alarm(20); /* a hang ends the test */
	hold = take(&shard);
	alarm(0);
	assert_non_null(hold);
	hold_release(hold);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_to_lock),
		cmocka_unit_test(which_they_are),
		cmocka_unit_test(one_catalogue),
		cmocka_unit_test(no_place_for_it),
		cmocka_unit_test(all_or_none),
		cmocka_unit_test(waiting),
		cmocka_unit_test(a_signal_ends_it),
		cmocka_unit_test(odd_names),
		cmocka_unit_test(a_folder_for_nothing),
		cmocka_unit_test(a_folder_that_goes_when_it_is_seen),
		cmocka_unit_test(a_folder_that_goes_and_comes),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
