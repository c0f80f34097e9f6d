/*
 * Loaded by LD_PRELOAD: counts the calls of pthread_mutex_lock(), of pthread_mutex_trylock() where
 * it took the lock, and of pthread_cond_wait() that come from the program and its modules (files
 * whose name holds "imgpipe"). When the process ends, the number goes to the file COUNT_LOCKS.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static atomic_ulong n_locks;

static void count(const void *caller)
{
	Dl_info info;

	if (dladdr(caller, &info) && info.dli_fname && strstr(info.dli_fname, "imgpipe"))
		atomic_fetch_add(&n_locks, 1);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	static int (*next)(pthread_mutex_t *);

	if (!next)
		next = (int (*)(pthread_mutex_t *))dlsym(RTLD_NEXT, "pthread_mutex_lock");
	count(__builtin_return_address(0));
	return next(mutex);
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	static int (*next)(pthread_mutex_t *);
	int status;

	if (!next)
		next = (int (*)(pthread_mutex_t *))dlsym(RTLD_NEXT, "pthread_mutex_trylock");
	status = next(mutex);
	if (!status)
		count(__builtin_return_address(0));
	return status;
}

int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
	int (*next)(pthread_cond_t *, pthread_mutex_t *) =
		(int (*)(pthread_cond_t *, pthread_mutex_t *))dlsym(RTLD_NEXT, "pthread_cond_wait");

	count(__builtin_return_address(0));
	return next(condition, mutex);
}

__attribute__((destructor)) static void write_count(void)
{
	const char *path = getenv("COUNT_LOCKS");
	FILE *out = path ? fopen(path, "we") : NULL;

	if (!out)
		return;
	fprintf(out, "%lu\n", atomic_load(&n_locks));
	fclose(out);
}
