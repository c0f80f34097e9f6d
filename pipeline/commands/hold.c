/*
 * Which locks a run takes, and waiting for them. What a lock is it leaves to base/lock_file.c.
 */
#include "hold.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lock_file.h"
#include "base/lock_holder.h"
#include "base/signals.h"
#include "clock.h"
#include "log.h"
#include "output/maps.h"
#include "output_folder.h"
#include "base/text.h"

enum { MOST_LOCKS = 3, TRIES = 5, FIRST_PAUSE_MS = 10, LAST_PAUSE_MS = 1000 };

struct hold_lock {
	char *path; /* owned */
	enum lock_kind kind;
	const char *without; /* the remedy, beside waiting; NULL: none */
	struct lock_file *lock;
};

struct hold {
	const struct options *options;
	const char *folder; /* of -o; NULL: none */
	const char *catalogue;
	bool made; /* the folder, by this run */
	unsigned n;
	struct hold_lock lock[MOST_LOCKS];
};

/* --- which --- */

static const char prefix[] = ".imgpipe-", middle[] = "-of-", tail[] = ".lock";

static int add(struct hold *hold, char *path, enum lock_kind kind, const char *without,
	       struct error *err)
{
	if (!path)
		return error_memory(err, "the name of a lock", PATH_MAX);
	hold->lock[hold->n++] = (struct hold_lock){path, kind, without, NULL};
	return 0;
}

static char *printed(const char *format, ...) PRINTF_LIKE(1, 2);
static char *printed(const char *format, ...)
{
	char *text;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return text;
}

static bool is_shard(const struct hold *hold)
{
	return hold->options->shard.n > 1;
}

static int add_folder(struct hold *hold, struct error *err)
{
	static const char another[] = "-o with another folder does without";
	static const char same[] = "and a shard that was started twice can be left to the other";
	const struct shard *shard = &hold->options->shard;
	const char *folder = hold->folder;

	if (!folder)
		return 0;
	if (add(hold, printed("%s/.imgpipe%s", folder, tail),
		is_shard(hold) ? LOCK_SHARED : LOCK_ALONE, another, err))
		return -1;
	if (!is_shard(hold))
		return 0;
	return add(hold, printed("%s/%s%u%s%u%s", folder, prefix, shard->i, middle, shard->n, tail),
		   LOCK_ALONE, same, err);
}

/* Where the catalogue is, whatever name it is called by. It need not be there. */
static char *real_path(const char *path)
{
	char *real = realpath(path, NULL), *folder, *within;

	if (real)
		return real;
	folder = path_folder(path);
	within = folder ? realpath(folder, NULL) : NULL;
	real = within ? printed("%s/%s", within, path_name(path)) : strdup(path);
	free(folder);
	free(within);
	return real;
}

static int add_catalogue(struct hold *hold, const char *without, struct error *err)
{
	const char *path = hold->catalogue;
	char *real = path ? real_path(path) : NULL;
	int rc;

	if (!path)
		return 0;
	rc = add(hold, real ? printed("%s%s", real, tail) : NULL, LOCK_ALONE, without, err);
	free(real);
	return rc;
}

/* --- shards of another number --- */

static const char *skip_number(const char *at, uint32_t *number)
{
	char *end;

	if (!isdigit((unsigned char)*at))
		return NULL;
	*number = (uint32_t)strtoul(at, &end, 10);
	return end;
}

/* ".imgpipe-3-of-8.lock"? */
static bool is_shard_lock(const char *name, struct shard *shard)
{
	const char *at = name;

	if (strncmp(at, prefix, sizeof(prefix) - 1) != 0)
		return false;
	at = skip_number(at + sizeof(prefix) - 1, &shard->i);
	if (!at || strncmp(at, middle, sizeof(middle) - 1) != 0)
		return false;
	at = skip_number(at + sizeof(middle) - 1, &shard->n);
	return at && strcmp(at, tail) == 0;
}

/* The path of the lock of a shard that is at work, not one of `but` shards. NULL: none. */
static char *find_shard(const struct hold *hold, uint32_t but, struct shard *shard)
{
	DIR *dir = opendir(hold->folder);
	char *path = NULL;

	for (struct dirent *entry; !path && dir && (entry = readdir(dir));) {
		if (!is_shard_lock(entry->d_name, shard) || shard->n == but)
			continue;
		path = printed("%s/%s", hold->folder, entry->d_name);
		if (path && !lock_file_is_held(path)) {
			free(path);
			path = NULL;
		}
	}
	if (dir)
		(void)closedir(dir);
	return path;
}

/* Shards share the lock of the folder: which of them is at work? 0: none that is known. */
static int tell_shard(const struct hold *hold, uint32_t but, struct error *err)
{
	char holder[LOCK_HOLDER_BYTES];
	struct shard shard;
	char *path = find_shard(hold, but, &shard);

	if (!path)
		return 0;
	lock_holder_say(holder, path);
	(void)error_set(err, EXIT_BUSY, "%s: in use by shard %u/%u of %s", path, shard.i, shard.n,
			holder);
	free(path);
	return -1;
}

/* --- taking --- */

/* Where names of files are seen by all at once, whoever waits for the lock makes it anew. */
static void give_back(struct hold *hold)
{
	const unsigned n = is_shard(hold) ? 2 : 1; /* in the folder */
	const char *path[] = {hold->lock[0].path, hold->lock[1].path};

	if (!hold->made || !hold->lock[n - 1].lock || lock_file_doubt(hold->lock[0].lock))
		return;
	if (lock_file_unshare(hold->lock[0].lock))
		output_folder_give_back(hold->folder, path, n);
}

static void let_go(struct hold *hold)
{
	give_back(hold);
	for (unsigned i = hold->n; i-- > 0;) {
		lock_file_release(hold->lock[i].lock);
		hold->lock[i].lock = NULL;
	}
}

static int refuse(struct hold *hold, unsigned i, struct error *err)
{
	let_go(hold);
	if (err->code != EXIT_BUSY)
		return -1;
	if (i == 0 && hold->folder)
		(void)tell_shard(hold, 0, err);
	return (int)i + 1;
}

/* What was there when it was looked for, and is not, or is another. */
static bool has_gone(const struct error *err)
{
	return err->number == ENOENT || err->number == ESTALE;
}

/* As try_all(); *gone: another run has just given the folder back. */
static int try_locks(struct hold *hold, bool *gone, struct error *err)
{
	bool made = false;

	*gone = false;
	if (hold->folder && output_folder_have(hold->folder, &made, err)) {
		*gone = has_gone(err);
		return -1;
	}
	hold->made |= made;
	for (unsigned i = 0; i < hold->n; i++)
		if (lock_file_try(&hold->lock[i].lock, hold->lock[i].path, hold->lock[i].kind,
				  err)) {
			*gone = hold->folder && has_gone(err);
			return refuse(hold, i, err);
		}
	if (!hold->folder || !is_shard(hold) || !tell_shard(hold, hold->options->shard.n, err))
		return 0;
	let_go(hold);
	return 1;
}

/* 0; -1 with an error; else, with EXIT_BUSY, which one is not to be had, counted from 1. */
static int try_all(struct hold *hold, struct error *err)
{
	bool gone = true;
	int which = -1;

	for (int i = 0; i < TRIES && gone; i++)
		which = try_locks(hold, &gone, err);
	return which;
}

/* --- waiting --- */

static int give_up(const struct hold_lock *lock, const struct nightly *nightly, struct error *err)
{
	const struct error busy = *err;
	const char *without = lock->without ? lock->without : "";

	if (nightly->wait_lock_ms)
		return error_set(err, EXIT_BUSY, "%s; it was waited for %llu s%s%s", busy.text,
				 (unsigned long long)nightly->wait_lock_ms / 1000,
				 *without ? "; " : "", without);
	return error_set(err, EXIT_BUSY, "%s; --wait-lock 10m waits for it%s%s", busy.text,
			 *without ? ", " : "", without);
}

/* The pause, or what is left of the time; longer each time. */
static void rest(uint64_t left_ms, int *pause_ms)
{
	const int ms = left_ms < (uint64_t)*pause_ms ? (int)left_ms : *pause_ms;

	(void)poll(NULL, 0, ms);
	*pause_ms = *pause_ms < LAST_PAUSE_MS / 2 ? 2 * *pause_ms : LAST_PAUSE_MS;
}

static int wait_for_all(struct hold *hold, struct error *err)
{
	const struct nightly *nightly = &hold->options->nightly;
	const uint64_t begin = clock_now();
	int pause_ms = FIRST_PAUSE_MS, which;
	bool told = hold->options->verbosity < 0 && !log_is_record();

	while ((which = try_all(hold, err)) > 0) {
		const uint64_t waited_ms = (clock_now() - begin) / 1000000;

		if (waited_ms >= nightly->wait_lock_ms)
			return give_up(&hold->lock[which - 1], nightly, err);
		if (signals_caught())
			return error_prefix(err, "%s while it was waited for", signals_name());
		if (!told)
			log_line(LOG_LEVEL_NOTE, "lock-wait", NULL,
				 "%s; waiting for it, up to %llu s", err->text,
				 (unsigned long long)nightly->wait_lock_ms / 1000);
		told = true;
		rest(nightly->wait_lock_ms - waited_ms, &pause_ms);
	}
	return which;
}

/* Once, though there may be several. */
static void tell_doubt(const struct hold *hold)
{
	const bool heard = hold->options->verbosity >= 0 || log_is_record();

	for (unsigned i = 0; i < hold->n && heard; i++) {
		const char *doubt = lock_file_doubt(hold->lock[i].lock);

		if (!doubt)
			continue;
		log_line(LOG_LEVEL_NOTE, "note", NULL, "%s: %s", hold->lock[i].path, doubt);
		return;
	}
}

static int take(struct hold **hold, const struct hold *wanted, const char *without,
		struct error *err)
{
	struct hold *new = malloc(sizeof(*new));

	*hold = NULL;
	if (!new)
		return error_memory(err, "locks", sizeof(*new));
	*new = *wanted;
	if (add_folder(new, err) || add_catalogue(new, without, err) || wait_for_all(new, err)) {
		hold_release(new);
		return -1;
	}
	*err = (struct error){0};
	tell_doubt(new);
	*hold = new;
	return 0;
}

int hold_take(struct hold **hold, const struct options *options, struct error *err)
{
	const struct maps *maps = options->maps;
	const struct hold wanted = {.options = options,
				    .folder = maps && !maps->sheet_alone ? maps->folder : NULL,
				    .catalogue = options->nightly.catalogue};

	return take(hold, &wanted, "--catalog with another file does without", err);
}

int hold_take_catalogue(struct hold **hold, const struct options *options, const char *path,
			struct error *err)
{
	const struct hold wanted = {.options = options, .catalogue = path};

	return take(hold, &wanted, NULL, err);
}

void hold_release(struct hold *hold)
{
	if (!hold)
		return;
	let_go(hold);
	for (unsigned i = 0; i < hold->n; i++)
		free(hold->lock[i].path);
	free(hold);
}
