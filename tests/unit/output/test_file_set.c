/*
 * Files of a scene get their names together, or none does: those that had been replaced are back,
 * also after a process that died half-way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "output/file_set.h"
#include "output/kept_files.h"

static char folder[] = "/tmp/file_set_XXXXXX";
static int at;

static void put(const char *base, const char *text)
{
	int fd = openat(at, base, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void assert_holds(const char *base, const char *text)
{
	char bytes[32] = "";
	int fd = openat(at, base, O_RDONLY);

	assert_true(fd >= 0);
	assert_true(read(fd, bytes, sizeof(bytes) - 1) >= 0);
	close(fd);
	assert_string_equal(bytes, text);
}

static void assert_entries(const char *count)
{
	char command[128], found[32] = "";
	FILE *out;

	snprintf(command, sizeof(command), "ls -A %s | wc -l", folder);
	out = popen(command, "r");
	assert_non_null(fgets(found, sizeof(found), out));
	pclose(out);
	found[strcspn(found, "\n")] = '\0';
	assert_string_equal(found, count);
}

static void add(struct file_set *files, const char *base)
{
	struct error err = {0};
	int fd = file_set_add(files, base, &err);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "new", 3), 3);
}

static void replaced_together(void **state)
{
	struct file_set files;
	struct error err = {0};

	(void)state;
	put("a.tif", "old a");
	put("b.tif", "old b");
	put("a.tif.aux.xml", "statistics");
	put("b.tif.ovr", "overviews");
	put("b.tif.msk", "a mask");
	put("c.tif.aux.xml", "of nothing that is replaced");
	assert_int_equal(file_set_init(&files, folder, 3, true, true, &err), 0);
	add(&files, "a.tif");
	add(&files, "b.tif");
	add(&files, "c.tif");
	assert_int_equal(file_set_commit(&files, NULL, &err), 0);
	file_set_drop(&files);
	assert_holds("a.tif", "new");
	assert_holds("b.tif", "new");
	assert_holds("c.tif", "new");
	assert_int_equal(unlinkat(at, "c.tif.aux.xml", 0), 0);
	assert_entries("3");
}

/* The third name is that of a folder. */
static void put_back(void **state)
{
	struct file_set files;
	struct error err = {0};
	struct stat before, after;

	(void)state;
	put("a.tif", "old a");
	put("a.tif.aux.xml", "statistics");
	assert_int_equal(unlinkat(at, "c.tif", 0) + unlinkat(at, "b.tif", 0), 0);
	assert_int_equal(symlinkat("a.tif", at, "b.tif"), 0);
	assert_int_equal(mkdirat(at, "d.tif", 0755), 0);
	assert_int_equal(fstatat(at, "a.tif", &before, 0), 0);
	assert_int_equal(file_set_init(&files, folder, 4, true, true, &err), 0);
	add(&files, "a.tif");
	add(&files, "b.tif");
	add(&files, "c.tif");
	add(&files, "d.tif");
	assert_int_equal(file_set_commit(&files, NULL, &err), -1);
	assert_non_null(strstr(err.text, "d.tif"));
	file_set_drop(&files);
	assert_holds("a.tif", "old a");
	assert_int_equal(fstatat(at, "a.tif", &after, 0), 0);
	assert_true(before.st_ino == after.st_ino && after.st_nlink == 1);
	assert_int_equal(fstatat(at, "b.tif", &after, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISLNK(after.st_mode));
	assert_int_not_equal(faccessat(at, "c.tif", F_OK, 0), 0);
	assert_int_equal(unlinkat(at, "d.tif", AT_REMOVEDIR), 0);
	assert_holds("a.tif.aux.xml", "statistics");
	assert_int_equal(unlinkat(at, "a.tif.aux.xml", 0), 0);
	assert_entries("2");
}

static bool says(void *context)
{
	return --*(int *)context < 0;
}

/* The run ends: before the first file is on the disk, before the second, before the names. */
static void no_names_at_the_end(void **state)
{
	(void)state;
	put("a.tif", "old a");
	for (int i = 0; i < 3; i++) {
		int cancelled_at = i;
		const struct outputs_env env = {.cancelled = says, .context = &cancelled_at};
		int refuses = 1; /* not negative when it is asked */
		const struct outputs_env last = {.may_name = says, .context = &refuses};
		struct file_set files;
		struct error err = {0};

		assert_int_equal(file_set_init(&files, folder, 2, true, true, &err), 0);
		add(&files, "a.tif");
		add(&files, "e.tif");
		assert_int_equal(file_set_commit(&files, i < 2 ? &env : &last, &err), -1);
		assert_int_equal(err.code, EX_TEMPFAIL);
		file_set_drop(&files);
		assert_holds("a.tif", "old a");
		assert_int_not_equal(faccessat(at, "e.tif", F_OK, 0), 0);
	}
}

/* A process that has replaced a and b and dies before c; then somebody writes b anew. */
static void swept(void **state)
{
	pid_t child;
	int status;

	(void)state;
	assert_int_equal(unlinkat(at, "b.tif", 0), 0);
	put("a.tif", "old a");
	put("b.tif", "old b");
	child = fork();
	if (child == 0) {
		struct kept_files kept = {.fd = -1};
		struct stat st;

		put("x", "new a");
		put("y", "new b");
		fstatat(at, "x", &st, 0);
		kept_files_add(&kept, at, "a.tif", st.st_ino);
		fstatat(at, "y", &st, 0);
		kept_files_add(&kept, at, "b.tif", st.st_ino);
		renameat(at, "x", at, "a.tif");
		renameat(at, "y", at, "b.tif");
		file_set_sweep(folder); /* not of one that lives */
		_exit(faccessat(kept.fd, "1", F_OK, 0) ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_holds("a.tif", "new a");
	put("z", "somebody's");
	assert_int_equal(renameat(at, "z", at, "b.tif"), 0);
	file_set_sweep(folder);
	assert_holds("a.tif", "old a");
	assert_holds("b.tif", "somebody's");
	assert_entries("2");
}

static int set_up(void **state)
{
	(void)state;
	at = mkdtemp(folder) ? open(folder, O_RDONLY | O_DIRECTORY) : -1;
	return at < 0;
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlinkat(at, "a.tif", 0);
	(void)unlinkat(at, "b.tif", 0);
	close(at);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaced_together),
		cmocka_unit_test(put_back),
		cmocka_unit_test(no_names_at_the_end),
		cmocka_unit_test(swept),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
