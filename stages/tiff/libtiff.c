/*
 * Loading libtiff. What it is called is found when the program is built (Makefile), as a linker
 * does.
 */
#include "libtiff.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#ifndef IMGPIPE_LIBTIFF /* built by other means than the Makefile */
#define IMGPIPE_LIBTIFF "libtiff.so.6"
#endif

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards `calls` while they are found */
static struct libtiff calls;
static _Atomic(const struct libtiff *) loaded;

/* One function; the name of one that is not there, or NULL. */
static const char *find(void *library, const char *name, void *to)
{
	void *symbol = dlsym(library, name);

	memcpy(to, &symbol, sizeof(symbol));
	return symbol ? NULL : name;
}

static const char *find_all(void *library)
{
	const char *lacks = NULL;

#define LIBTIFF_FIND(name) lacks = lacks ? lacks : find(library, #name, &calls.name);
	LIBTIFF_CALLS(LIBTIFF_FIND)
#undef LIBTIFF_FIND
	return lacks;
}

static int load(struct error *err)
{
	void *library = dlopen(IMGPIPE_LIBTIFF, RTLD_NOW | RTLD_LOCAL);
	const char *lacks = library ? find_all(library) : NULL;

	if (!library)
		return error_set(err, EX_UNAVAILABLE,
				 "%s; this file needs libtiff (Debian: libtiff6), install it",
				 dlerror());
	if (lacks)
		return error_set(err, EX_UNAVAILABLE,
				 "%s has no %s; install the libtiff that this program was built "
				 "with, or build it again",
				 IMGPIPE_LIBTIFF, lacks);
	atomic_store(&loaded, &calls);
	return 0;
}

const struct libtiff *libtiff_load(struct error *err)
{
	int rc = 0;

	if (atomic_load(&loaded))
		return atomic_load(&loaded);
	pthread_mutex_lock(&lock);
	if (!atomic_load(&loaded))
		rc = load(err);
	pthread_mutex_unlock(&lock);
	return rc ? NULL : atomic_load(&loaded);
}
