/*
 * By the prefixes of GDAL's virtual file systems. It asks no network.
 */
#include "network.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

static atomic_bool allowed;

bool network_name(const char *path)
{
	static const char *const prefix[] = {"/vsicurl/", "/vsicurl?",  "/vsis3/",
					     "/vsigs/",   "/vsiaz/",    "/vsiadls/",
					     "/vsioss/",  "/vsiswift/", "/vsiwebhdfs/"};

	for (size_t i = 0; i < sizeof(prefix) / sizeof(prefix[0]); i++)
		if (strstr(path, prefix[i]))
			return true;
	return false;
}

void network_allow(void)
{
	atomic_store(&allowed, true);
}

bool network_allowed(void)
{
	return atomic_load(&allowed);
}
