/*
 * The way from a page to a file that it shows.
 */
#include "html_link.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report_option.h"

/* The folder of `path` with a slash at its end, links followed. */
static bool real_folder(char out[PATH_MAX], const char *path)
{
	char *folder = path_folder(path);
	bool found = folder && realpath(folder, out) && strlen(out) + 2 <= PATH_MAX;

	free(folder);
	if (found && out[1])
		strcat(out, "/");
	return found;
}

static void put_encoded(char **to, const char *text)
{
	static const char plain[] = "-._~/";

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    strchr(plain, c))
			*(*to)++ = (char)c;
		else
			*to += snprintf(*to, 4, "%%%02X", c);
	}
	**to = '\0';
}

void html_link(char link[HTML_LINK_BYTES], const char *page, const char *path)
{
	char from[PATH_MAX], to[PATH_MAX], *at = link;
	size_t common = 0;

	*link = '\0';
	if (!path || !realpath(path, to) || !real_folder(from, path_is_stdout(page) ? "." : page))
		return;
	for (size_t i = 0; from[i] && from[i] == to[i]; i++)
		if (from[i] == '/')
			common = i + 1;
	for (const char *rest = from + common; *rest; rest++)
		if (*rest == '/' && at + 4 < link + HTML_LINK_BYTES - sizeof(to) * 2)
			at = stpcpy(at, "../");
	if (strlen(to + common) * 3 + (size_t)(at - link) < HTML_LINK_BYTES)
		put_encoded(&at, to + common);
	else
		*link = '\0';
}
