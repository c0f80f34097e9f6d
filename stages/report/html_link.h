/*
 * The way from a page to a file that it shows.
 */
#ifndef IMGPIPE_STAGES_HTML_LINK_H
#define IMGPIPE_STAGES_HTML_LINK_H

#include <limits.h>

enum { HTML_LINK_BYTES = 3 * PATH_MAX };

/* "../ndvi/a.png" as a URL, from the page's folder, links followed; "" where it cannot be had. page
 * "-": from the working folder. */
void html_link(char link[HTML_LINK_BYTES], const char *page, const char *path);

#endif
