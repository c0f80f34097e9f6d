/*
 * Lock files: who gets them and who does not, what is said of who has them, what is not believed,
 * and that nothing of a run that is gone keeps them.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/lock_file.h"
#include "base/lock_holder.h"
#include "locks.h"

static char folder[64], path[80];
static struct error error;

static int make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/imgpipe-lock-XXXXXX");
	signal(SIGXFSZ, SIG_IGN);
	if (!mkdtemp(folder) || chmod(folder, 0777))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/l.lock", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

static int clear(void **state)
{
	(void)state;
	return unlink(path) && errno != ENOENT ? -1 : 0;
}

static struct lock_file *take(enum lock_kind kind)
{
	struct lock_file *lock;

	error = (struct error){0};
	if (lock_file_try(&lock, path, kind, &error))
		return NULL;
	assert_non_null(lock);
	return lock;
}

static void write_text(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static size_t read_text(char *text, size_t size)
{
	FILE *file = fopen(path, "r");
	size_t n;

	assert_non_null(file);
	n = fread(text, 1, size - 1, file);
	text[n] = '\0';
	(void)fclose(file);
	return n;
}

/* --- who gets it --- */

static void one_at_a_time(void **state)
{
	struct lock_file *lock = take(LOCK_ALONE);

	(void)state;
	assert_non_null(lock);
	assert_true(lock_file_is_held(path));
	assert_null(take(LOCK_ALONE));
	assert_int_equal(error.code, EXIT_BUSY);
	assert_null(take(LOCK_SHARED));
	assert_int_equal(error.code, EXIT_BUSY);
	lock_file_release(lock);
	assert_false(lock_file_is_held(path));
	assert_int_equal(access(path, F_OK), 0); /* it stays */
	lock = take(LOCK_ALONE);
	assert_non_null(lock);
	lock_file_release(lock);
	lock_file_release(NULL);
}

static void sharing(void **state)
{
	struct lock_file *a = take(LOCK_SHARED), *b = take(LOCK_SHARED);

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	assert_null(take(LOCK_ALONE));
	assert_int_equal(error.code, EXIT_BUSY);
	assert_false(lock_file_unshare(a)); /* and it is gone */
	lock_file_release(a);
	assert_true(lock_file_unshare(b));
	assert_null(take(LOCK_SHARED));
	lock_file_release(b);
	a = take(LOCK_ALONE);
	assert_non_null(a);
	lock_file_release(a);
}

/* Who waits with the old file open must not believe to have the new one. */
static void a_file_that_was_removed(void **state)
{
	struct lock_file *old = take(LOCK_ALONE), *new;

	(void)state;
	assert_int_equal(unlink(path), 0);
	new = take(LOCK_ALONE);
	assert_non_null(new);
	lock_file_release(old);
	assert_null(take(LOCK_ALONE));
	lock_file_release(new);
}

/* Holders that remove the file, as a run does that was refused: never two at once. */
static void compete(atomic_int *holders, atomic_int *most)
{
	enum { ROUNDS = 500 };

	for (int i = 0; i < ROUNDS; i++) {
		struct lock_file *lock = take(LOCK_ALONE);

		if (!lock)
			continue;
		if (atomic_fetch_add(holders, 1) > 0)
			atomic_store(most, 2);
		sched_yield();
		(void)atomic_fetch_sub(holders, 1);
		(void)unlink(path);
		lock_file_release(lock);
	}
}

static void never_two(void **state)
{
	enum { PROCESSES = 4 };
	atomic_int *shared = mmap(NULL, 2 * sizeof(*shared), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;

	(void)state;
	assert_true(shared != MAP_FAILED);
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0) {
			compete(&shared[0], &shared[1]);
			_exit(0);
		}
	for (int i = 0; i < PROCESSES; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(atomic_load(&shared[1]), 0);
	(void)munmap(shared, 2 * sizeof(*shared));
}

static void doubt(void **state)
{
	struct lock_file *lock = take(LOCK_ALONE);
	int fd = open(folder, O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_non_null(lock);
	if (locks_hold(fd))
		assert_null(lock_file_doubt(lock));
	else
		assert_non_null(lock_file_doubt(lock));
	(void)close(fd);
	lock_file_release(lock);
}

/* --- what is at its name --- */

static void refused(void)
{
	assert_null(take(LOCK_ALONE));
	assert_int_equal(error.code, EX_CANTCREAT);
	assert_non_null(strstr(error.text, path));
	assert_false(lock_file_is_held(path));
}

static void no_plain_file(void **state)
{
	char target[100];

	(void)state;
	(void)snprintf(target, sizeof(target), "%s/target", folder);
	assert_int_equal(symlink(target, path), 0);
	refused(); /* a link to nothing */
	assert_int_equal(access(target, F_OK), -1);
	assert_int_equal(close(open(target, O_CREAT | O_WRONLY, 0600)), 0);
	refused(); /* to a file */
	assert_int_equal(unlink(target), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0666), 0);
	alarm(20);
	refused(); /* without waiting for its other end */
	alarm(0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0777), 0);
	refused();
	assert_int_equal(rmdir(path), 0);
	(void)strcat(path, "/x");
	refused(); /* no such folder */
	*strrchr(path, '/') = '\0';
}

/* Of another user's process: 0 where it has the lock, 1 where it is busy, else 2. */
static int as_nobody(void)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		if (setgid(65534) || setuid(65534))
			_exit(9);
		_exit(take(LOCK_ALONE) ? 0 : error.code == EXIT_BUSY ? 1 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WEXITSTATUS(status);
}

static void a_file_of_another_user(void **state)
{
	struct lock_file *lock;

	(void)state;
	if (geteuid() != 0)
		skip();
	write_text("{\"pid\":1}");
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(as_nobody(), 0); /* may only read it, and locks it */
	lock = take(LOCK_ALONE);
	assert_int_equal(as_nobody(), 1);
	lock_file_release(lock);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(as_nobody(), 2);
}

/* --- what it says --- */

static void who_has_it(void **state)
{
	char text[512], pid[40], host[80] = "";
	struct lock_file *lock = take(LOCK_ALONE);

	(void)state;
	assert_true(read_text(text, sizeof(text)) > 0);
	(void)snprintf(pid, sizeof(pid), "{\"pid\":%ld,", (long)getpid());
	assert_memory_equal(text, pid, strlen(pid));
	assert_int_equal(text[strlen(text) - 1], '\n');
	assert_null(take(LOCK_ALONE));
	(void)snprintf(pid, sizeof(pid), "another run (process %ld on ", (long)getpid());
	assert_non_null(strstr(error.text, pid));
	assert_int_equal(gethostname(host, sizeof(host) - 1), 0);
	assert_non_null(strstr(error.text, host));
	assert_non_null(strstr(error.text, ", since 20"));
	lock_file_release(lock);
	assert_int_equal(read_text(text, sizeof(text)), 0);
	/* What is shared says nothing, whatever stood there before. */
	write_text("{\"pid\":1,\"time\":1}");
	lock = take(LOCK_SHARED);
	assert_int_equal(read_text(text, sizeof(text)), 0);
	lock_file_release(lock);
}

/* The time is that of this machine's zone, and names it. */
static void since_when(void **state)
{
	char text[LOCK_HOLDER_BYTES];

	(void)state;
	assert_int_equal(setenv("TZ", "XYZ-3", 1), 0); /* three hours east */
	write_text("{\"pid\":77,\"host\":\"far\",\"time\":1764373030}");
	lock_holder_say(text, path);
	/* date -u -d @1764373030: 2025-11-28 23:37:10 */
	assert_string_equal(text, "another run (process 77 on far, since 2025-11-29 02:37:10 XYZ)");
	assert_int_equal(unsetenv("TZ"), 0);
}

/* Held, by somebody who has not written who it is. */
static void not_believed(const char *text)
{
	int fd;

	write_text(text);
	fd = open(path, O_RDWR);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_null(take(LOCK_ALONE));
	assert_int_equal(error.code, EXIT_BUSY);
	if (!strstr(error.text, "in use by another run") || strstr(error.text, "process"))
		fail_msg("believed: %.80s: %s", text, error.text);
	(void)close(fd);
}

static void texts_that_make_no_sense(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"4711",
		"null",
		"{}",
		"{\"pid\":4711}",
		"{\"pid\":0,\"time\":1}",
		"{\"pid\":-1,\"time\":1}",
		"{\"pid\":99999999999999999999,\"time\":1}",
		"{\"pid\":9999999999,\"time\":1}",
		"{\"pid\":\"1\",\"time\":1}",
		"{\"pid\":1,\"time\":-1}",
		"{\"pid\":1,\"time\":1} more",
		"{\"pid\":1,\"pid\":",
		"[{\"pid\":1,\"time\":1}]",
	};
	char *deep = malloc(100001);

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		not_believed(texts[i]);
	assert_non_null(deep);
	memset(deep, '[', 100000);
	deep[100000] = '\0';
	not_believed(deep);
	free(deep);
}

static void words_for_terminals(void **state)
{
	char text[LOCK_HOLDER_BYTES];
	int fd;

	(void)state;
	write_text("{\"pid\":5,\"host\":\"\\u001b[31mred\\nline\",\"time\":9000000000000000000}");
	lock_holder_say(text, path); /* no such time */
	assert_non_null(strstr(text, "process 5"));
	fd = open(path, O_RDWR);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_null(take(LOCK_ALONE));
	assert_null(strchr(error.text, '\033'));
	assert_null(strchr(error.text, '\n'));
	(void)close(fd);
}

/* In a process of its own: takes the lock and ends without letting go. */
static void leave_behind(void)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(take(LOCK_ALONE) ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void a_dead_holder(void **state)
{
	char text[512], other[600], *at;

	(void)state;
	leave_behind();
	assert_true(read_text(text, sizeof(text)) > 0);
	not_believed(text);
	/* The same number is another process's now: ours. */
	at = strchr(text, ',');
	(void)snprintf(other, sizeof(other), "{\"pid\":%ld%s", (long)getpid(), at);
	not_believed(other);
	/* Of another boot or container nothing is known here: it is told as it stands. */
	at = strstr(text, "\"boot\":\"");
	assert_non_null(at);
	at[8] = at[8] == '0' ? '1' : '0';
	write_text(text);
	lock_holder_say(other, path);
	assert_non_null(strstr(other, "another run (process "));
}

/* The text does not fit on the disk, but the lock holds. */
static void no_space_for_the_text(void **state)
{
	struct rlimit old, none;
	struct lock_file *lock;
	char text[8];

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	none = (struct rlimit){.rlim_cur = 10, .rlim_max = old.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	lock = take(LOCK_ALONE);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_non_null(lock);
	assert_int_equal(read_text(text, sizeof(text)), 0);
	assert_null(take(LOCK_ALONE));
	assert_int_equal(error.code, EXIT_BUSY);
	lock_file_release(lock);
}

/* --- processes --- */

/* A forked process lives on, and the one that took the lock is killed. */
static void forked_processes_do_not_keep_it(void **state)
{
	int hold[2], ready[2];
	struct lock_file *lock;
	pid_t child;
	char byte;

	(void)state;
	assert_int_equal(pipe(hold), 0);
	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		if (!take(LOCK_ALONE) || fork() == 0) {
			/* Lives until the test closes the pipe; the lock is closed from the fork
			 * on. */
			(void)close(hold[1]);
			(void)!write(ready[1], "x", 1);
			(void)!read(hold[0], &byte, 1);
			_exit(0);
		}
		(void)close(hold[1]);
		(void)!read(hold[0], &byte, 1);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_true(lock_file_is_held(path));
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	lock = take(LOCK_ALONE);
	assert_non_null(lock);
	lock_file_release(lock);
	(void)close(hold[0]);
	(void)close(hold[1]);
	(void)close(ready[0]);
	(void)close(ready[1]);
}

/* A child that ends lets go of nothing of its parent's. */
static void children_let_go_of_nothing(void **state)
{
	struct lock_file *a = take(LOCK_ALONE), *b;
	pid_t child = fork();

	(void)state;
	assert_non_null(a);
	if (child == 0)
		_exit(0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_null(take(LOCK_ALONE));
	lock_file_release(a);
	b = take(LOCK_ALONE);
	assert_non_null(b);
	lock_file_release(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(one_at_a_time, clear),
		cmocka_unit_test_teardown(sharing, clear),
		cmocka_unit_test_teardown(a_file_that_was_removed, clear),
		cmocka_unit_test_teardown(never_two, clear),
		cmocka_unit_test_teardown(doubt, clear),
		cmocka_unit_test_teardown(no_plain_file, clear),
		cmocka_unit_test_teardown(a_file_of_another_user, clear),
		cmocka_unit_test_teardown(who_has_it, clear),
		cmocka_unit_test_teardown(since_when, clear),
		cmocka_unit_test_teardown(texts_that_make_no_sense, clear),
		cmocka_unit_test_teardown(words_for_terminals, clear),
		cmocka_unit_test_teardown(a_dead_holder, clear),
		cmocka_unit_test_teardown(no_space_for_the_text, clear),
		cmocka_unit_test_teardown(forked_processes_do_not_keep_it, clear),
		cmocka_unit_test_teardown(children_let_go_of_nothing, clear),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
