/*
 * From a path to a member: where the archive's file ends in it, and its directory, of which the
 * last few that were read are kept for the process. Formats have files of their own.
 */
#include "archive.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive_dir.h"

/* --- names --- */

static bool ends_in_any(const char *path, size_t length, const char *const *ends)
{
	for (; *ends; ends++) {
		size_t n = strlen(*ends);

		if (length > n && strncasecmp(path + length - n, *ends, n) == 0 &&
		    path[length - n - 1] != '/')
			return true;
	}
	return false;
}

static bool is_named(const char *path, size_t length)
{
	static const char *const ends[] = {".zip", ".tar", ".tar.gz", ".tgz", NULL};

	return ends_in_any(path, length, ends);
}

bool archive_named(const char *path)
{
	return is_named(path, strlen(path));
}

bool archive_named_other(const char *path)
{
	static const char *const ends[] = {".7z",  ".rar",  ".gz",  ".bz2", ".xz",   ".zst", ".z",
					   ".tbz", ".tbz2", ".txz", ".lz",  ".tzst", NULL};

	return !archive_named(path) && ends_in_any(path, strlen(path), ends);
}

static bool is_file(const char *path, size_t length)
{
	char part[PATH_MAX]; /* a want of memory is no answer */
	struct stat st;

	if (length >= sizeof(part))
		return false;
	memcpy(part, path, length);
	part[length] = '\0';
	return stat(part, &st) == 0 && S_ISREG(st.st_mode);
}

size_t archive_part(const char *path)
{
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		size_t length = (size_t)(slash - path);

		if (slash[1] && is_named(path, length) && is_file(path, length))
			return length;
	}
	return 0;
}

/* --- reading a directory --- */

static struct archive_id id_from(const struct stat *st)
{
	return (struct archive_id){.dev = st->st_dev,
				   .ino = st->st_ino,
				   .bytes = (uint64_t)st->st_size,
				   .written = st->st_mtim,
				   .changed = st->st_ctim};
}

static bool id_of(int fd, struct archive_id *id, enum archive_problem *problem)
{
	struct stat st;

	*problem = ARCHIVE_UNREADABLE;
	if (fstat(fd, &st))
		return false;
	if (!S_ISREG(st.st_mode)) {
		*problem = ARCHIVE_NOT_ONE;
		return false;
	}
	*id = id_from(&st);
	return true;
}

static void archive_free(struct archive *archive)
{
	free(archive->member);
	free(archive->names);
	free(archive);
}

/* The rest behind the last member, whose end holds the checksum of all. */
static enum archive_problem drain(struct archive_source *source, uint64_t *unpacked)
{
	unsigned char sink[16 << 10];
	ssize_t n;

	do
		n = source->read(source, sink, sizeof(sink));
	while (n == (ssize_t)sizeof(sink));
	*unpacked = source->position;
	return n < 0 ? source->problem : ARCHIVE_FINE;
}

static enum archive_problem read_tar(struct archive *archive, int fd, bool gzip)
{
	struct archive_source *source = malloc(sizeof(*source));
	enum archive_problem problem = ARCHIVE_FINE;

	if (!source)
		return ARCHIVE_NO_MEMORY;
	archive->kind = gzip ? ARCHIVE_TAR_GZ : ARCHIVE_TAR;
	if (gzip)
		problem = archive_source_packed(source, fd, 0, archive->id.bytes, true);
	else
		archive_source_plain(source, fd, 0, archive->id.bytes);
	if (problem == ARCHIVE_FINE)
		problem = archive_read_tar(archive, source);
	if (problem == ARCHIVE_FINE && gzip)
		problem = drain(source, &archive->unpacked);
	if (gzip)
		archive_source_release(source);
	free(source);
	return problem;
}

/* By the first bytes, not by the name: browsers unpack some .tar.gz on their way. */
static enum archive_problem read_directory(struct archive *archive, int fd)
{
	unsigned char head[4] = {0};
	enum archive_problem problem;

	if (pread(fd, head, sizeof(head), 0) < 0)
		return ARCHIVE_UNREADABLE;
	if (memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "PK\5\6", 4) == 0) {
		archive->kind = ARCHIVE_ZIP;
		problem = archive_read_zip(archive, fd, archive->id.bytes);
	} else {
		problem = read_tar(archive, fd, head[0] == 0x1f && head[1] == 0x8b);
	}
	return problem == ARCHIVE_FINE ? archive_finish(archive) : problem;
}

static struct archive *read_new(int fd, const struct archive_id *id, enum archive_problem *problem)
{
	struct archive *archive = calloc(1, sizeof(*archive));

	*problem = ARCHIVE_NO_MEMORY;
	if (!archive)
		return NULL;
	archive->id = *id;
	archive->n_users = 1;
	*problem = read_directory(archive, fd);
	if (*problem == ARCHIVE_FINE)
		return archive;
	archive_free(archive);
	return NULL;
}

/* --- those that were read last --- */

enum {
	KEPT = 64,
	KEPT_BYTES = 8 << 20, /* of all but the one that was read last */
};

/* `lock` guards all of it, and n_users of every archive. Kept: one user each. */
static struct {
	pthread_mutex_t lock;
	struct archive *kept[KEPT]; /* the last one first; NULL behind them */
} cache = {.lock = PTHREAD_MUTEX_INITIALIZER};

static size_t held_bytes(const struct archive *archive)
{
	return sizeof(*archive) + archive->names_size + archive->size * sizeof(*archive->member);
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool same_id(const struct archive_id *a, const struct archive_id *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->bytes == b->bytes &&
	       same_time(&a->written, &b->written) && same_time(&a->changed, &b->changed);
}

static void leave(struct archive *archive)
{
	if (archive && --archive->n_users == 0)
		archive_free(archive);
}

static void to_front(unsigned i)
{
	struct archive *archive = cache.kept[i];

	memmove(cache.kept + 1, cache.kept, i * sizeof(*cache.kept));
	cache.kept[0] = archive;
}

static struct archive *find_kept(const struct archive_id *id)
{
	struct archive *found = NULL;

	pthread_mutex_lock(&cache.lock);
	for (unsigned i = 0; i < KEPT && cache.kept[i] && !found; i++)
		if (same_id(&cache.kept[i]->id, id)) {
			to_front(i);
			found = cache.kept[0];
			found->n_users++;
		}
	pthread_mutex_unlock(&cache.lock);
	return found;
}

static void keep(struct archive *archive)
{
	size_t bytes = 0;

	pthread_mutex_lock(&cache.lock);
	leave(cache.kept[KEPT - 1]);
	cache.kept[KEPT - 1] = archive;
	to_front(KEPT - 1);
	archive->n_users++;
	for (unsigned i = 1; i < KEPT && cache.kept[i]; i++) {
		bytes += held_bytes(cache.kept[i]);
		if (bytes <= KEPT_BYTES)
			continue;
		for (unsigned last = i; last < KEPT; last++) {
			leave(cache.kept[last]);
			cache.kept[last] = NULL;
		}
	}
	pthread_mutex_unlock(&cache.lock);
}

size_t archive_kept_bytes(void)
{
	size_t bytes = 0;

	pthread_mutex_lock(&cache.lock);
	for (unsigned i = 0; i < KEPT && cache.kept[i]; i++)
		bytes += held_bytes(cache.kept[i]);
	pthread_mutex_unlock(&cache.lock);
	return bytes;
}

const struct archive *archive_get(const char *path, enum archive_problem *problem)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), reason;
	struct archive *archive = NULL;
	struct archive_id id;

	*problem = ARCHIVE_UNREADABLE;
	if (fd < 0)
		return NULL;
	if (id_of(fd, &id, problem)) {
		archive = find_kept(&id);
		if (!archive) {
			archive = read_new(fd, &id, problem);
			if (archive)
				keep(archive);
		}
	}
	reason = errno;
	(void)close(fd);
	errno = reason;
	return archive;
}

void archive_put(const struct archive *archive)
{
	pthread_mutex_lock(&cache.lock);
	leave((struct archive *)(uintptr_t)archive);
	pthread_mutex_unlock(&cache.lock);
}

/* --- members --- */

static const struct archive_member *find_member(const struct archive *archive, const char *name)
{
	uint32_t low = 0, high = archive->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = archive_compare(archive_name(archive, middle), name);

		if (order == 0)
			return &archive->member[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The same name as the directory has it, with ".." resolved by its letters; false: leads out. */
static bool plain_name(const char *name, char out[ARCHIVE_NAME_BYTES])
{
	size_t n = 0;

	for (; *name; name += *name == '/') {
		size_t length = strcspn(name, "/");

		if (length == 2 && name[0] == '.' && name[1] == '.') {
			if (n == 0)
				return false;
			while (n > 0 && out[--n] != '/')
				;
		} else if (length > 0 && !(length == 1 && *name == '.')) {
			if (n + length + 2 > ARCHIVE_NAME_BYTES)
				return false;
			if (n)
				out[n++] = '/';
			memcpy(out + n, name, length);
			n += length;
		}
		name += length;
	}
	out[n] = '\0';
	return n > 0;
}

static enum archive_problem take_place(const char *path, struct archive_place *place)
{
	enum archive_problem problem;
	const struct archive *archive = archive_get(place->archive, &problem);
	const struct archive_member *member = NULL;
	char name[ARCHIVE_NAME_BYTES];

	if (!archive)
		return problem;
	place->member = path + strlen(place->archive) + 1;
	if (plain_name(place->member, name))
		member = find_member(archive, name);
	problem = member ? (enum archive_problem)member->problem : ARCHIVE_NO_MEMBER;
	if (member) {
		place->kind = archive->kind;
		place->id = archive->id;
		place->unpacked = archive->unpacked;
		place->deflated = member->deflated;
		place->offset = member->offset;
		place->stored = member->stored;
		place->bytes = member->bytes;
		place->crc = member->crc;
		place->n_members = archive->n;
		place->names_bytes = archive->names_len;
	}
	archive_put(archive);
	return problem;
}

enum archive_problem archive_look(const char *path, struct archive_place *place)
{
	size_t length = archive_part(path);
	enum archive_problem problem;

	*place = (struct archive_place){.archive = NULL};
	if (!length)
		return ARCHIVE_NO_MEMBER;
	place->archive = strndup(path, length);
	problem = place->archive ? take_place(path, place) : ARCHIVE_NO_MEMORY;
	if (problem != ARCHIVE_FINE) {
		int reason = errno;

		archive_place_release(place);
		errno = reason;
	}
	return problem;
}

int archive_find(const char *path, struct archive_place *place, struct error *err)
{
	enum archive_problem problem = archive_look(path, place);

	if (problem == ARCHIVE_FINE)
		return 0;
	if (problem == ARCHIVE_UNREADABLE)
		return error_errno(err, EX_NOINPUT, errno, "%s: the archive cannot be read", path);
	return error_set(err, archive_code(problem), "%s: %s", path, archive_words(problem));
}

bool archive_is_of(const struct archive_place *place, const struct stat *st)
{
	struct archive_id id = id_from(st);

	return same_id(&place->id, &id);
}

void archive_place_release(struct archive_place *place)
{
	free(place->archive);
	*place = (struct archive_place){.archive = NULL};
}

bool archive_exists(const char *path)
{
	struct archive_place place;
	enum archive_problem problem;

	if (access(path, F_OK) == 0)
		return true;
	if (errno != ENOTDIR)
		return false;
	problem = archive_look(path, &place);
	archive_place_release(&place);
	return problem != ARCHIVE_NO_MEMBER; /* it is there, or nobody can tell */
}
