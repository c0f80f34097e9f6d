/*
 * Where modules are and how they are loaded. It knows none of them.
 */
#include "module.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The directory of the running program, no final slash; "" if it cannot be found. */
static void program_dir(char *dir, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", dir, size - 1);
	char *slash;

	dir[length > 0 ? length : 0] = '\0';
	slash = strrchr(dir, '/');
	if (slash)
		*slash = '\0';
}

/* Load dir/sub/file. NULL with err set, EX_NOINPUT where there is no such file. */
static const void *load_from(const struct module_place *place, const char *dir, const char *sub,
			     struct error *err)
{
	char path[PATH_MAX + 64];
	void *library, *symbol;
	int length = snprintf(path, sizeof(path), "%s%s/%s", dir, sub, place->file);

	if (length < 0 || (size_t)length >= sizeof(path) || access(path, F_OK) != 0) {
		error_set(err, EX_NOINPUT, "%s%s: no %s there", dir, sub, place->file);
		return NULL;
	}
	library = dlopen(path, RTLD_NOW | (place->global ? RTLD_GLOBAL : RTLD_LOCAL));
	if (!library) {
		error_set(err, EX_UNAVAILABLE, "%s; it needs %s", dlerror(), place->needs);
		return NULL;
	}
	symbol = dlsym(library, place->symbol);
	if (!symbol) {
		error_set(err, EX_UNAVAILABLE, "%s: not a module of this program; install it again",
			  path);
		dlclose(library);
	}
	return symbol;
}

const void *module_load(const struct module_place *place, struct error *err)
{
	const char *chosen = secure_getenv("IMGPIPE_MODULE_DIR");
	struct error why = {.code = EX_NOINPUT};
	const void *symbol = NULL;
	char dir[PATH_MAX];

	program_dir(dir, sizeof(dir));
	if (chosen && *chosen)
		symbol = load_from(place, chosen, "", &why);
	if (!symbol && why.code == EX_NOINPUT && *dir)
		symbol = load_from(place, dir, "", &why);
	if (!symbol && why.code == EX_NOINPUT && *dir)
		symbol = load_from(place, dir, "/../lib/imgpipe", &why);
	if (!symbol && why.code == EX_NOINPUT)
		error_set(err, EX_UNAVAILABLE,
			  "%s is not installed (looked in %s and ../lib/imgpipe); set "
			  "IMGPIPE_MODULE_DIR to its directory",
			  place->file, *dir ? dir : "IMGPIPE_MODULE_DIR");
	else if (!symbol)
		error_set(err, why.code, "%s", why.text);
	return symbol;
}
