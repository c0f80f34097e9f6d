#include "side_names.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int side_names_tell(const struct side_names *names, const char *format, ...)
{
	va_list args;
	char *path;
	int length;
	bool enough;

	va_start(args, format);
	length = vasprintf(&path, format, args);
	va_end(args);
	if (length < 0)
		return -1;
	enough = names->see(names->context, path);
	free(path);
	return enough;
}
