/*
 * The line in a lock file. A process is known again by the machine's boot, the kernel's namespace
 * of process numbers and when it began: its number alone may be another's since.
 */
#include "lock_holder.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	HOST_BYTES = 65,
	BOOT_BYTES = 40,
	LINE_BYTES = 512, /* and no file is read further */
	TIME_BYTES = 64,
	START_FIELD = 22 /* of /proc/PID/stat, see proc(5) */
};

struct holder {
	long pid;
	char host[HOST_BYTES];
	time_t since;
	char boot[BOOT_BYTES]; /* "": not known, and so are the two below where they are 0 */
	uint64_t pid_space, begun;
};

/* --- what is known of processes --- */

/* The beginning of a file, as text. "" where it cannot be read. */
static void read_text(char *text, size_t size, int fd)
{
	ssize_t n = fd >= 0 ? read(fd, text, size - 1) : 0;

	text[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		(void)close(fd);
}

static void read_boot(char boot[BOOT_BYTES])
{
	read_text(boot, BOOT_BYTES, open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
	boot[strcspn(boot, "\n")] = '\0';
}

static uint64_t read_pid_space(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) == 0 ? st.st_ino : 0;
}

/* Ticks from the boot on; 0: there is no such process, or it is not known. */
static uint64_t read_begun(long pid)
{
	char path[40], text[LINE_BYTES], *at;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	read_text(text, sizeof(text), open(path, O_RDONLY | O_CLOEXEC));
	at = strrchr(text, ')'); /* behind its name, which may hold anything: field 2 */
	for (int field = 2; at && field < START_FIELD; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at + 1, NULL, 10) : 0;
}

static void describe_self(struct holder *self)
{
	*self = (struct holder){.pid = (long)getpid(),
				.since = time(NULL),
				.pid_space = read_pid_space(),
				.begun = read_begun((long)getpid())};
	if (gethostname(self->host, sizeof(self->host) - 1))
		self->host[0] = '\0';
	read_boot(self->boot);
}

/* Somebody else holds the lock, and has not written its own text yet. */
static bool is_gone(const struct holder *holder)
{
	char boot[BOOT_BYTES];

	read_boot(boot);
	if (!*boot || !*holder->boot || !holder->begun || !holder->pid_space)
		return false;
	if (strcmp(boot, holder->boot) != 0 || read_pid_space() != holder->pid_space)
		return false; /* of another machine, or of another container of this one */
	return read_begun(holder->pid) != holder->begun;
}

/* --- the line --- */

static const char line_begin[] = "{\"pid\":";

static void say_time(char text[TIME_BYTES], time_t when, bool for_people)
{
	struct tm tm;
	size_t n = 0;

	tzset();
	if (localtime_r(&when, &tm))
		n = for_people ? strftime(text, TIME_BYTES, "%F %T %Z", &tm)
			       : strftime(text, TIME_BYTES, "%FT%T%z", &tm);
	text[n] = '\0';
}

bool lock_holder_is_text(int fd)
{
	char text[sizeof(line_begin) - 1];
	const ssize_t n = pread(fd, text, sizeof(text), 0);

	return n >= 0 && (n == 0 || text[0] == '\0' || memcmp(text, line_begin, (size_t)n) == 0);
}

void lock_holder_write(int fd)
{
	struct holder self;
	char since[TIME_BYTES], *text;
	json_t *line;
	size_t n;

	describe_self(&self);
	say_time(since, self.since, false);
	line = json_pack("{s:I, s:s, s:s, s:I, s:s, s:I, s:I}", "pid", (json_int_t)self.pid, "host",
			 self.host, "since", since, "time", (json_int_t)self.since, "boot",
			 self.boot, "pid_namespace", (json_int_t)self.pid_space, "begun",
			 (json_int_t)self.begun);
	text = line ? json_dumps(line, JSON_COMPACT) : NULL;
	json_decref(line);
	n = text ? strlen(text) : 0;
	if (n)
		text[n++] = '\n'; /* in place of the NUL */
	if (!n || pwrite(fd, text, n, 0) != (ssize_t)n || ftruncate(fd, (off_t)n))
		lock_holder_clear(fd);
	free(text);
}

void lock_holder_clear(int fd)
{
	(void)!ftruncate(fd, 0);
}

static void copy_word(char *to, size_t size, const json_t *line, const char *key)
{
	const char *text = json_string_value(json_object_get(line, key));

	(void)snprintf(to, size, "%s", text ? text : "");
}

static json_int_t whole(const json_t *line, const char *key)
{
	return json_integer_value(json_object_get(line, key));
}

static bool parse(struct holder *holder, const char *text)
{
	json_t *line = json_loads(text, 0, NULL);
	const json_int_t pid = whole(line, "pid");
	const bool good = pid > 0 && pid <= INT_MAX && whole(line, "time") > 0;

	*holder = (struct holder){.pid = (long)pid,
				  .since = (time_t)whole(line, "time"),
				  .pid_space = (uint64_t)whole(line, "pid_namespace"),
				  .begun = (uint64_t)whole(line, "begun")};
	copy_word(holder->host, sizeof(holder->host), line, "host");
	copy_word(holder->boot, sizeof(holder->boot), line, "boot");
	json_decref(line);
	return good;
}

static bool read_holder(struct holder *holder, const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	char text[LINE_BYTES];
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) || !S_ISREG(st.st_mode))) {
		(void)close(fd);
		return false;
	}
	read_text(text, sizeof(text), fd);
	return parse(holder, text) && !is_gone(holder);
}

void lock_holder_say(char text[LOCK_HOLDER_BYTES], const char *path)
{
	char since[TIME_BYTES];
	struct holder holder;

	if (!read_holder(&holder, path)) {
		(void)snprintf(text, LOCK_HOLDER_BYTES, "another run");
		return;
	}
	say_time(since, holder.since, true);
	(void)snprintf(text, LOCK_HOLDER_BYTES, "another run (process %ld%s%s, since %s)",
		       holder.pid, *holder.host ? " on " : "", holder.host, since);
}
