/*
 * Small pictures of scenes within the page, until HTML_PICTURES_BYTES of them are there; then links
 * to the files. Each leads to its whole picture, by a path from the page's folder.
 */
#include "html_pictures.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "picture/page.h"
#include "picture/png.h"
#include "picture/thumbnail.h"

enum { CAPTION_BYTES = 320, LINK_BYTES = 3 * PATH_MAX, DAY = 10 };

bool html_has_pictures(const struct scene_result *result)
{
	for (unsigned i = 0; i < result->n_files; i++)
		if (result->file[i].thumbnail)
			return true;
	return false;
}

/* --- from the page to a file --- */

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

/* "../ndvi/a.png" as a URL; "" where it cannot be had. */
static void find_link(char link[LINK_BYTES], const char *page, const char *path)
{
	char from[PATH_MAX], to[PATH_MAX], *at = link;
	size_t common = 0;

	*link = '\0';
	if (!path || !realpath(path, to) || !real_folder(from, strcmp(page, "-") == 0 ? "." : page))
		return;
	for (size_t i = 0; from[i] && from[i] == to[i]; i++)
		if (from[i] == '/')
			common = i + 1;
	for (const char *rest = from + common; *rest; rest++)
		if (*rest == '/' && at + 4 < link + LINK_BYTES - sizeof(to) * 2)
			at = stpcpy(at, "../");
	if (strlen(to + common) * 3 + (size_t)(at - link) < LINK_BYTES)
		put_encoded(&at, to + common);
	else
		*link = '\0';
}

/* --- one picture --- */

/* "NDVI, -1 (brown) to 1 (blue-green)". */
static int put_meaning(char *text, size_t room, const struct thumbnail *t)
{
	bool diverging = t->ramp.kind == RAMP_DIVERGING;

	if (!t->numbers)
		return snprintf(text, room, "%s", t->title);
	return snprintf(text, room, "%s, %.4g (%s) to %.4g (%s)", t->title, t->ramp.low,
			diverging ? "brown" : "dark blue", t->ramp.high,
			diverging ? "blue-green" : "yellow");
}

static void make_caption(char text[CAPTION_BYTES], const struct scene *scene,
			 const struct thumbnail *t, bool named)
{
	int n = 0;

	if (named)
		n = snprintf(text, CAPTION_BYTES / 2, "%s%s%.*s: ", scene->name ? scene->name : "",
			     *scene->acquired ? ", " : "", DAY, scene->acquired);
	n = n < CAPTION_BYTES / 2 ? n : CAPTION_BYTES / 2 - 1;
	(void)put_meaning(text + n, (size_t)(CAPTION_BYTES - n), t);
}

/* As a PNG file in memory; bytes NULL where that cannot be had. */
static void make_png(struct page_picture *picture, char **bytes, const struct thumbnail *t)
{
	size_t n = 0;
	FILE *out = open_memstream(bytes, &n);
	bool good = out && png_write(out, &t->picture, NULL, NULL, NULL) == 0;

	if (out && fclose(out))
		good = false;
	if (!good)
		return;
	picture->png = *bytes;
	picture->n_png = n;
}

static void put_picture(FILE *out, struct html_pictures *pictures, const struct scene *scene,
			const struct output_file *file, bool named)
{
	const uint32_t times = thumbnail_times(&file->thumbnail->picture);
	char caption[CAPTION_BYTES], link[LINK_BYTES], *bytes = NULL;
	struct page_picture picture = {
		.caption = caption,
		.link = link,
		.x_size = times * file->thumbnail->picture.x_size,
		.y_size = times * file->thumbnail->picture.y_size,
	};

	make_caption(caption, scene, file->thumbnail, named);
	find_link(link, pictures->page, file->path);
	if (pictures->embedded < HTML_PICTURES_BYTES)
		make_png(&picture, &bytes, file->thumbnail);
	if (pictures->embedded + picture.n_png > HTML_PICTURES_BYTES)
		picture.png = NULL;
	pictures->embedded += picture.png ? picture.n_png : 0;
	pictures->n_linked += !picture.png;
	page_picture(out, &picture);
	free(bytes);
}

/* --- rows --- */

void html_end_pictures(FILE *out, struct html_pictures *pictures)
{
	if (pictures->row_open)
		page_pictures_close(out);
	pictures->row_open = false;
}

void html_put_pictures(FILE *out, struct html_pictures *pictures, const struct scene_result *result,
		       unsigned columns, bool own_row)
{
	if (own_row || !pictures->row_open)
		page_pictures_open(out, columns);
	for (unsigned i = 0; i < result->n_files; i++)
		if (result->file[i].thumbnail)
			put_picture(out, pictures, result->scene, &result->file[i], !own_row);
	if (own_row)
		page_pictures_close(out);
	pictures->row_open = !own_row;
}
