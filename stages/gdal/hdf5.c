/*
 * HDF5 kept quiet and to one thread at a time. Its own handler of errors is turned off, in each
 * thread that reads (a thread has one of its own), in each copy of the library that is loaded:
 * GDAL and netCDF may come with different ones. What goes wrong is told by GDAL in its own words.
 */
#include "hdf5.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* H5Eset_auto2(H5E_DEFAULT, NULL, NULL): hid_t has 32 bits in 1.8, 64 since; 0 is both. */
typedef int (*set_auto)(int64_t stack, void *handler, void *data);

enum { MOST_COPIES = 8, MOST_OBJECTS = 1024 };

static struct {
	set_auto quiet[MOST_COPIES];
	size_t n;
	pthread_once_t once;
	pthread_mutex_t lock; /* recursive */
} copies = {.once = PTHREAD_ONCE_INIT};

struct objects {
	char *name[MOST_OBJECTS];
	size_t n;
};

static int keep_name(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct objects *objects = ctx;

	(void)size;
	if (info->dlpi_name && *info->dlpi_name && objects->n < MOST_OBJECTS) {
		objects->name[objects->n] = strdup(info->dlpi_name);
		objects->n += objects->name[objects->n] != NULL;
	}
	return 0;
}

static void keep_copy(void *symbol)
{
	set_auto quiet = NULL;

	memcpy(&quiet, &symbol, sizeof(quiet));
	for (size_t i = 0; i < copies.n; i++)
		if (copies.quiet[i] == quiet)
			return;
	if (symbol && copies.n < MOST_COPIES)
		copies.quiet[copies.n++] = quiet;
}

/* Handles are kept: what they name must stay. */
static void find(void)
{
	struct objects *objects = calloc(1, sizeof(*objects));
	pthread_mutexattr_t recursive;

	(void)pthread_mutexattr_init(&recursive);
	(void)pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
	(void)pthread_mutex_init(&copies.lock, &recursive);
	(void)pthread_mutexattr_destroy(&recursive);
	if (!objects)
		return;
	(void)dl_iterate_phdr(keep_name, objects);
	for (size_t i = 0; i < objects->n; i++) {
		void *handle = dlopen(objects->name[i], RTLD_LAZY | RTLD_NOLOAD);

		if (handle)
			keep_copy(dlsym(handle, "H5Eset_auto2"));
		free(objects->name[i]);
	}
	free(objects);
}

void hdf5_find(void)
{
	(void)pthread_once(&copies.once, find);
}

/* The format's signature is at the start, or behind a block of the user's own. */
static bool has_signature(const char *file)
{
	static const unsigned char signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
	unsigned char bytes[sizeof(signature)];
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool found = false;

	for (off_t at = 0; fd >= 0 && !found && at <= 8192; at = at ? 2 * at : 512)
		found = pread(fd, bytes, sizeof(bytes), at) == (ssize_t)sizeof(bytes) &&
			memcmp(bytes, signature, sizeof(bytes)) == 0;
	if (fd >= 0)
		(void)close(fd);
	return found;
}

bool hdf5_reads(const char *file, const char *name)
{
	static const char *const part[] = {".nc", ".h5", ".he5", ".hdf", ".kea"};

	if ((file && has_signature(file)) || strncasecmp(name, "NETCDF:", 7) == 0)
		return true;
	if (file && strncmp(name, "/vsi", 4) != 0)
		return false;
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		if (strcasestr(name, part[i]))
			return true;
	return false;
}

void hdf5_enter(void)
{
	(void)pthread_mutex_lock(&copies.lock);
	for (size_t i = 0; i < copies.n; i++)
		(void)copies.quiet[i](0, NULL, NULL);
}

void hdf5_leave(void)
{
	(void)pthread_mutex_unlock(&copies.lock);
}
