/*
 * Spools: ranges that threads and processes reserve never overlap, what is read is what was
 * written, failures name folder and bytes, and nothing stays in the folder.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "spool.h"

enum { RECORDS = 300, WRITERS = 4, SCENE = 5 };

static char folder[64];
static struct error error;

static int make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/imgpipe-spool-XXXXXX");
	signal(SIGXFSZ, SIG_IGN);
	return mkdtemp(folder) ? 0 : -1;
}

static unsigned entries(void)
{
	DIR *dir = opendir(folder);
	unsigned n = 0;

	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	(void)closedir(dir);
	return n;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static struct spools *open_spools(uint32_t n, unsigned rank, unsigned n_ranks, uint64_t token)
{
	struct spools_place place = {
		.folder = folder, .n = n, .rank = rank, .n_ranks = n_ranks, .token = token};
	struct spools *spools;

	assert_int_equal(spools_open(&spools, &place, &error), 0);
	return spools;
}

/* --- what writers append: its own length and contents tell who wrote it --- */

struct record {
	uint64_t offset;
	uint32_t writer, number;
};

static size_t record_bytes(uint32_t writer, uint32_t number)
{
	return 1 + (size_t)(number * 977 + writer * 131) % 5000;
}

static void fill(unsigned char *at, uint32_t writer, uint32_t number)
{
	for (size_t i = 0; i < record_bytes(writer, number); i++)
		at[i] = (unsigned char)(writer * 59 + number * 7 + i);
}

/* In three parts, one of them empty. */
static int append(struct spools *spools, uint32_t scene_id, struct record *record)
{
	unsigned char bytes[6000];
	size_t n = record_bytes(record->writer, record->number);
	struct iovec part[] = {{bytes, n / 3}, {NULL, 0}, {bytes + n / 3, n - n / 3}};

	fill(bytes, record->writer, record->number);
	return spool_append(spools, scene_id, part, 3, &record->offset, &error);
}

static void check(struct spools *spools, uint32_t scene_id, unsigned rank,
		  const struct record *record)
{
	unsigned char wanted[6000], got[6000];
	size_t n = record_bytes(record->writer, record->number);

	fill(wanted, record->writer, record->number);
	assert_int_equal(spool_read(spools, scene_id, rank, record->offset, got, n, &error), 0);
	assert_memory_equal(got, wanted, n);
}

static uint64_t bytes_of_all(void)
{
	uint64_t bytes = 0;

	for (uint32_t w = 0; w < WRITERS; w++)
		for (uint32_t i = 0; i < RECORDS; i++)
			bytes += record_bytes(w, i);
	return bytes;
}

struct writer {
	struct spools *spools;
	struct record record[RECORDS];
};

static void *write_all(void *arg)
{
	struct writer *writer = arg;

	for (uint32_t i = 0; i < RECORDS; i++)
		if (append(writer->spools, SCENE, &writer->record[i]))
			return writer;
	return NULL;
}

static struct writer *new_writers(struct spools *spools)
{
	struct writer *writer = test_calloc(WRITERS, sizeof(*writer));

	for (uint32_t w = 0; w < WRITERS; w++) {
		writer[w].spools = spools;
		for (uint32_t i = 0; i < RECORDS; i++)
			writer[w].record[i] = (struct record){.writer = w, .number = i};
	}
	return writer;
}

static void threads_do_not_overlap(void **state)
{
	struct spools *spools = open_spools(3, 0, 1, 0);
	struct writer *writer = new_writers(spools);
	pthread_t thread[WRITERS];

	(void)state;
	for (uint32_t w = 0; w < WRITERS; w++)
		assert_int_equal(pthread_create(&thread[w], NULL, write_all, &writer[w]), 0);
	for (uint32_t w = 0; w < WRITERS; w++) {
		void *failed;

		pthread_join(thread[w], &failed);
		assert_null(failed);
	}
	for (uint32_t w = 0; w < WRITERS; w++)
		for (uint32_t i = 0; i < RECORDS; i++)
			check(spools, SCENE, 0, &writer[w].record[i]);
	assert_int_equal(spool_bytes(spools, SCENE, 0), bytes_of_all());
	assert_int_equal(spools_peak(spools), bytes_of_all());
	assert_int_equal(spool_bytes(spools, SCENE + 1, 0), 0);
	test_free(writer);
	assert_int_equal(entries(), 0);
	spools_close(spools);
}

/* One of them dies in the middle: the others' bytes are where they say. */
static void processes_do_not_overlap(void **state)
{
	struct spools *spools = open_spools(3, 0, 1, 0);
	struct writer *writer = new_writers(spools);
	int channel[WRITERS][2];
	pid_t pid[WRITERS];

	(void)state;
	for (uint32_t w = 0; w < WRITERS; w++) {
		assert_int_equal(pipe(channel[w]), 0);
		pid[w] = fork();
		assert_true(pid[w] >= 0);
		if (pid[w])
			continue;
		for (uint32_t i = 0; i < RECORDS; i++) {
			if (w == 2 && i == RECORDS / 2)
				_exit(9);
			if (append(spools, SCENE, &writer[w].record[i]) ||
			    write(channel[w][1], &writer[w].record[i], sizeof(struct record)) !=
				    sizeof(struct record))
				_exit(1);
		}
		_exit(0);
	}
	for (uint32_t w = 0; w < WRITERS; w++) {
		uint32_t n = 0;
		int status;

		(void)close(channel[w][1]);
		for (struct record r; read(channel[w][0], &r, sizeof(r)) == sizeof(r); n++)
			check(spools, SCENE, 0, &r);
		assert_int_equal(waitpid(pid[w], &status, 0), pid[w]);
		assert_int_equal(WEXITSTATUS(status), w == 2 ? 9 : 0);
		assert_int_equal(n, w == 2 ? RECORDS / 2 : RECORDS);
		(void)close(channel[w][0]);
	}
	test_free(writer);
	spools_close(spools);
}

/* A place is used again: it begins at 0, and its space is given back. */
static void emptied_and_used_again(void **state)
{
	struct spools *spools = open_spools(2, 0, 1, 0);
	struct record first = {.writer = 1, .number = 2}, second = {.writer = 2, .number = 3};
	unsigned char byte;

	(void)state;
	assert_int_equal(append(spools, 0, &first), 0);
	spool_empty(spools, 0);
	assert_int_equal(spool_bytes(spools, 0, 0), 0);
	assert_int_equal(spool_read(spools, 0, 0, first.offset, &byte, 1, &error), -1);
	assert_int_equal(error.code, EX_IOERR);
	assert_int_equal(append(spools, 2, &second), 0);
	assert_int_equal(second.offset, 0);
	check(spools, 2, 0, &second);
	assert_int_equal(spools_peak(spools), record_bytes(2, 3) > record_bytes(1, 2)
						      ? record_bytes(2, 3)
						      : record_bytes(1, 2));
	spools_close(spools);
}

/* --- failures --- */

static void a_limit_of_file_size_is_told(void **state)
{
	struct spools *spools = open_spools(1, 0, 1, 0);
	struct rlimit old, low;
	unsigned char bytes[5000] = {0};
	struct iovec part = {bytes, sizeof(bytes)};
	uint64_t offset;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	low = (struct rlimit){.rlim_cur = 12000, .rlim_max = old.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	assert_int_equal(spool_append(spools, 0, &part, 1, &offset, &error), 0);
	assert_int_equal(spool_append(spools, 0, &part, 1, &offset, &error), 0);
	/* The third is cut off by the system in the middle. */
	assert_int_equal(spool_append(spools, 0, &part, 1, &offset, &error), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(error.code, EX_IOERR);
	assert_int_equal(error.number, EFBIG);
	assert_non_null(strstr(error.text, folder));
	assert_non_null(strstr(error.text, "5000 bytes"));
	assert_non_null(strstr(error.text, "--spool-dir"));
	spools_close(spools);
}

static void a_limit_of_memory_is_told(void **state)
{
	struct spools *spools = open_spools(2, 0, 1, 0);
	unsigned char bytes[1000] = {0};
	struct iovec part = {bytes, sizeof(bytes)};
	uint64_t offset;

	(void)state;
	spools_limit(spools, 2500);
	assert_int_equal(spool_append(spools, 0, &part, 1, &offset, &error), 0);
	assert_int_equal(spool_append(spools, 1, &part, 1, &offset, &error), 0);
	assert_int_equal(spool_append(spools, 0, &part, 1, &offset, &error), -1);
	assert_int_equal(error.code, EX_TEMPFAIL);
	assert_non_null(strstr(error.text, "--spool-dir"));
	spool_empty(spools, 1);
	assert_int_equal(spool_append(spools, 0, &part, 1, &offset, &error), 0);
	assert_int_equal(offset, 1000);
	spools_close(spools);
}

/* Nothing is left of the question once the place is emptied. */
static void room_is_asked_for(void **state)
{
	struct spools *spools = open_spools(2, 0, 1, 0);
	struct record first = {.writer = 1, .number = 2};
	struct stat st;
	const int *fd;

	(void)state;
	assert_int_equal(append(spools, 1, &first), 0);
	assert_false(spools_full(spools, 1));
	assert_int_equal(spool_bytes(spools, 1, 0), record_bytes(1, 2));
	check(spools, 1, 0, &first);
	spool_empty(spools, 1);
	assert_int_equal(spools_descriptors(spools, &fd), 2);
	assert_int_equal(fstat(fd[1], &st), 0);
	assert_int_equal(st.st_blocks, 0);
	spools_close(spools);
}

static void no_folder(void **state)
{
	struct spools_place place = {.folder = "/nowhere/at/all", .n = 1, .n_ranks = 1};
	struct spools *spools;

	(void)state;
	assert_int_equal(spools_open(&spools, &place, &error), -1);
	assert_null(spools);
	assert_int_equal(error.code, EX_CANTCREAT);
	assert_non_null(strstr(error.text, "/nowhere/at/all"));
	spools_close(NULL);
}

/*
 * The largest part of what is asked for cannot be had. What is given up then closes nothing: the
 * lists of files have been mapped, so that a 0 in them, not yet -1, would be standard input.
 */
static void no_memory(void **state)
{
#ifdef IMGPIPE_SANITIZED /* whose own memory is beyond any limit */
	(void)state;
	skip();
#else
	struct spools_place place = {.folder = folder, .n = 1 << 20, .n_ranks = 1};
	struct rlimit before, limit;
	struct spools *spools;
	long pages = 0;
	FILE *statm = fopen("/proc/self/statm", "re");

	(void)state;
	assert_non_null(statm);
	assert_int_equal(fscanf(statm, "%ld", &pages), 1);
	fclose(statm);
	if (fcntl(STDIN_FILENO, F_GETFD) < 0)
		assert_int_equal(open("/dev/null", O_RDONLY), STDIN_FILENO);
	assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
	limit = before;
	limit.rlim_cur = (rlim_t)(pages * sysconf(_SC_PAGESIZE)) + (64 << 20);
	assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
	assert_int_equal(spools_open(&spools, &place, &error), -1);
	assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
	assert_null(spools);
	assert_int_equal(error.code, EX_TEMPFAIL);
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
#endif
}

static void folders_in_memory(void **state)
{
	struct spools_place place = {.folder = "/dev/shm", .n = 1, .n_ranks = 1};
	struct spools *spools;

	(void)state;
	if (access("/dev/shm", W_OK) || spools_open(&spools, &place, &error))
		skip();
	assert_true(spools_in_memory(spools));
	spools_close(spools);
	place.folder = "/proc"; /* no files can be made there */
	assert_int_equal(spools_open(&spools, &place, &error), -1);
}

/* --- ranks --- */

static void ranks_read_each_other(void **state)
{
	struct spools *first = open_spools(2, 0, 3, 77), *third = open_spools(2, 2, 3, 77);
	struct record a = {.writer = 1, .number = 8}, b = {.writer = 2, .number = 5};

	(void)state;
	assert_int_equal(spools_rank(third), 2);
	assert_int_equal(append(third, 0, &a), 0);
	assert_int_equal(append(third, 1, &b), 0);
	assert_int_equal(spool_hand_over(third, 0, &error), 0);
	assert_int_equal(spool_bytes(first, 0, 2), 0); /* opens none */
	check(first, 0, 2, &a);
	check(first, 1, 2, &b);
	assert_int_equal(spool_bytes(first, 4, 2), 0); /* nor is another scene's taken for it */
	assert_int_equal(spool_bytes(first, 0, 2), record_bytes(1, 8));
	assert_int_equal(spool_bytes(first, 0, 0), 0);
	spool_empty(first, 0);
	assert_int_equal(spool_bytes(first, 0, 2), 0);
	/* The next scene of that place begins anew in that rank, too. */
	b.offset = 1;
	assert_int_equal(append(third, 2, &b), 0);
	assert_int_equal(b.offset, 0);
	check(first, 2, 2, &b);
	assert_int_equal(spool_descriptor(first, 2, 1, &error), -1); /* there is no such rank */
	assert_int_equal(error.code, EX_IOERR);
	assert_int_equal(spool_descriptor(first, 2, 3, &error), -1);
	assert_int_equal(spool_descriptor(third, 2, 0, &error), -1);
	assert_int_equal(entries(), 4);
	spools_close(third);
	spools_close(first);
	assert_int_equal(entries(), 0);
}

/* Rank 0 has not opened a failed scene's spools: they are emptied all the same. */
static void ranks_are_emptied_unseen(void **state)
{
	struct spools *first = open_spools(1, 0, 2, 78), *second = open_spools(1, 1, 2, 78);
	struct record a = {.writer = 1, .number = 8};

	(void)state;
	assert_int_equal(append(second, 4, &a), 0);
	spool_empty(first, 4);
	assert_int_equal(spool_bytes(second, 4, 1), 0);
	spools_close(second);
	spools_close(first);
}

/* Scenes that rank 0 has emptied do not count against what a rank may have in memory. */
static void ranks_give_back_what_is_over(void **state)
{
	struct spools *first = open_spools(4, 0, 2, 79), *second = open_spools(4, 1, 2, 79);
	unsigned char bytes[1000], got[1000];
	struct iovec part = {bytes, sizeof(bytes)};
	uint64_t offset;

	(void)state;
	memset(bytes, 7, sizeof(bytes));
	spools_limit(second, 2500);
	for (uint32_t scene = 0; scene < 2; scene++)
		assert_int_equal(spool_append(second, scene, &part, 1, &offset, &error), 0);
	assert_int_equal(spool_append(second, 2, &part, 1, &offset, &error), -1);
	assert_int_equal(error.code, EX_TEMPFAIL);
	for (uint32_t scene = 2; scene < 30; scene++) { /* one that is over, one that is not */
		spool_empty(first, scene - 2);
		assert_int_equal(spool_append(second, scene, &part, 1, &offset, &error), 0);
		assert_int_equal(offset, 0);
		assert_int_equal(spool_read(first, scene - 1, 1, 0, got, sizeof(got), &error), 0);
		assert_memory_equal(got, bytes, sizeof(got));
		assert_int_equal(spool_append(second, scene, &part, 1, &offset, &error), -1);
	}
	spool_empty(first, 28);
	assert_int_equal(spool_append(second, 29, &part, 1, &offset, &error), 0);
	assert_int_equal(offset, 1000); /* what is not over goes on where it was */
	assert_in_range(spools_peak(second), 2000, 2500);
	spools_close(second);
	spools_close(first);
}

static void touch(const char *name, int *held)
{
	char path[160];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	if (held) {
		assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
		*held = fd;
	} else {
		(void)close(fd);
	}
}

static bool exists(const char *name)
{
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

static void unlink_in_folder(const char *name)
{
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(unlink(path), 0);
}

/* Files of dead ranks go; those of living ones, of this run, and of others stay. */
static void leftovers_are_swept(void **state)
{
	static const char *const left = ".imgpipe-00000000000000aa-1-0.spool",
				 *const alive = ".imgpipe-00000000000000aa-2-0.spool",
				 *const own = ".imgpipe-0000000000000055-1-0.spool";
	static const char *const foreign[] = {".imgpipe-x-1-0.spool", ".imgpipe-aa-1-0.spool.bak",
					      "imgpipe-aa-1-0.spool", ".imgpipe-aa-1.spool"};
	struct spools *spools;
	int held;

	(void)state;
	touch(left, NULL);
	touch(alive, &held);
	touch(own, NULL);
	for (size_t i = 0; i < 4; i++)
		touch(foreign[i], NULL);
	spools = open_spools(1, 0, 2, 0x55);
	assert_false(exists(left));
	assert_true(exists(alive) && exists(own));
	for (size_t i = 0; i < 4; i++) {
		assert_true(exists(foreign[i]));
		unlink_in_folder(foreign[i]);
	}
	spools_close(spools);
	(void)close(held);
	unlink_in_folder(alive);
	unlink_in_folder(own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_do_not_overlap),
		cmocka_unit_test(processes_do_not_overlap),
		cmocka_unit_test(emptied_and_used_again),
		cmocka_unit_test(a_limit_of_file_size_is_told),
		cmocka_unit_test(a_limit_of_memory_is_told),
		cmocka_unit_test(room_is_asked_for),
		cmocka_unit_test(no_folder),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(folders_in_memory),
		cmocka_unit_test(ranks_read_each_other),
		cmocka_unit_test(ranks_are_emptied_unseen),
		cmocka_unit_test(ranks_give_back_what_is_over),
		cmocka_unit_test(leftovers_are_swept),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
