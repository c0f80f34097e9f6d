/*
 * The page that pictures and tables of reports stand on. Knows no data.
 */
#include "page.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "page_style.h"
#include "svg.h"

enum { TEXT_BYTES = 4096 }; /* of one paragraph or cell; more is cut, and `more` says so */
static const char more[] = " ...";

static void put_element(FILE *out, const char *open, const char *close, const char *text)
{
	fputs(open, out);
	svg_escape(out, text);
	fputs(close, out);
}

/* Bytes of an option's name at `text`, "--mask" or "-o"; 0: there is none. */
static size_t option_length(const char *text)
{
	size_t n = strspn(text, "-");

	if (n < 1 || n > 2 || !isalpha((unsigned char)text[n]))
		return 0;
	while (isalnum((unsigned char)text[n]) || text[n] == '-')
		n++;
	return n;
}

/* Bytes of a date, "2026-07-01"; 0: there is none. */
static size_t date_length(const char *text)
{
	size_t n = strspn(text, "0123456789");

	if (n != 4 || text[n] != '-')
		return 0;
	n = strspn(text, "0123456789-");
	return n == 10 ? n : 0;
}

/* Words of people: lines are broken at hyphens, but not those of an option's name or a date. */
static void put_words(FILE *out, const char *open, const char *close, const char *text)
{
	const char *from = text;

	fputs(open, out);
	for (const char *p = text; *p; p++) {
		bool begins = p == text || strchr(" (\n'\"`,;:", p[-1]);
		size_t n = begins ? option_length(p) : 0;

		if (begins && !n)
			n = date_length(p);
		if (!n)
			continue;
		svg_escape_part(out, from, (size_t)(p - from));
		fputs("<span class=\"s\">", out);
		svg_escape_part(out, p, n);
		fputs("</span>", out);
		from = p + n;
		p = from - 1;
	}
	svg_escape(out, from);
	fputs(close, out);
}

PRINTF_LIKE(4, 0)
static void put_format(FILE *out, const char *open, const char *close, const char *format,
		       va_list args)
{
	char text[TEXT_BYTES];

	if (vsnprintf(text, sizeof(text), format, args) >= TEXT_BYTES)
		memcpy(text + sizeof(text) - sizeof(more), more, sizeof(more));
	put_words(out, open, close, text);
}

/* "Time and memory" as time-and-memory, by which links find it. */
static void put_slug(FILE *out, const char *heading)
{
	for (; *heading; heading++)
		fputc(isalnum((unsigned char)*heading) ? tolower((unsigned char)*heading) : '-',
		      out);
}

/* headings NULL: none. */
static void put_contents(FILE *out, const char *const *headings)
{
	if (!headings)
		return;
	fputs("<nav aria-label=\"Contents\">\n<ul>\n", out);
	for (; *headings; headings++) {
		fputs("<li><a href=\"#", out);
		put_slug(out, *headings);
		put_element(out, "\">", "</a></li>\n", *headings);
	}
	fputs("</ul>\n</nav>\n", out);
}

void page_open_listed(FILE *out, const char *title, const char *lead, const char *const *headings)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
	      out);
	svg_escape(out, title);
	fputs("</title>\n<style>", out);
	page_style(out);
	fputs("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#content\">Skip to the "
	      "content</a>\n<header>\n<h1>",
	      out);
	svg_escape(out, title);
	fputs("</h1>\n", out);
	if (lead)
		put_element(out, "<p class=\"lead\">", "</p>\n", lead);
	fputs("</header>\n", out);
	put_contents(out, headings);
	fputs("<main id=\"content\">\n", out);
}

void page_open(FILE *out, const char *title, const char *lead)
{
	page_open_listed(out, title, lead, NULL);
}

void page_close(FILE *out)
{
	fputs("</main>\n</body>\n</html>\n", out);
}

void page_section(FILE *out, const char *heading)
{
	fputs("<h2 id=\"", out);
	put_slug(out, heading);
	put_element(out, "\">", "</h2>\n", heading);
}

void page_paragraph(FILE *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_format(out, "<p>", "</p>\n", format, args);
	va_end(args);
}

void page_note(FILE *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_format(out, "<p class=\"note\">", "</p>\n", format, args);
	va_end(args);
}

void page_code(FILE *out, const char *text)
{
	put_words(out, "<pre><code>", "</code></pre>\n", text);
}

void page_list_open(FILE *out)
{
	fputs("<ul>\n", out);
}

void page_item(FILE *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_format(out, "<li>", "</li>\n", format, args);
	va_end(args);
}

void page_list_close(FILE *out)
{
	fputs("</ul>\n", out);
}

void page_figure(FILE *out, const char *heading, const char *caption, page_draw *draw,
		 const void *what)
{
	put_element(out, "<figure>\n<h3>", "</h3>\n<div class=\"broad\">\n", heading);
	draw(out, PAGE_WIDE, what);
	fputs("</div>\n<div class=\"slim\">\n", out);
	draw(out, PAGE_NARROW, what);
	put_words(out, "</div>\n<figcaption>", "</figcaption>\n</figure>\n", caption);
}

static void put_table(FILE *out, const char *caption)
{
	put_element(out, "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"", "\">",
		    caption);
}

static void put_heads(FILE *out, const char *caption, const char *const *heads, unsigned n)
{
	put_words(out, "<caption>", "</caption>\n<thead><tr>", caption);
	for (unsigned i = 0; i < n; i++)
		if (*heads[i] == '>')
			put_element(out, "<th scope=\"col\" class=\"n\">", "</th>", heads[i] + 1);
		else
			put_element(out, "<th scope=\"col\">", "</th>", heads[i]);
	fputs("</tr></thead>\n<tbody>\n", out);
}

void page_table_open(FILE *out, const char *caption, const char *const *heads, unsigned n)
{
	put_table(out, caption);
	fputs("<table>\n", out);
	put_heads(out, caption, heads, n);
}

void page_pairs_open(FILE *out, const char *caption, const char *const *heads, unsigned n)
{
	assert(n <= PAGE_PAIRS_MOST);
	put_table(out, caption);
	fputs("<table class=\"pairs\" style=\"", out);
	for (unsigned i = 1; i < n; i++) {
		fprintf(out, "--c%u:", i + 1);
		put_element(out, "'", "';", heads[i] + (*heads[i] == '>'));
	}
	fputs("\">\n", out);
	put_heads(out, caption, heads, n);
}

void page_facts_open(FILE *out, const char *caption)
{
	put_table(out, caption);
	put_words(out, "<table class=\"facts\">\n<caption>", "</caption>\n<tbody>\n", caption);
}

void page_fact(FILE *out, const char *name, const char *format, ...)
{
	va_list args;

	put_element(out, "<tr><th scope=\"row\">", "</th>", name);
	va_start(args, format);
	put_format(out, "<td>", "</td></tr>\n", format, args);
	va_end(args);
}

void page_row_open(FILE *out)
{
	fputs("<tr>", out);
}

void page_row_head(FILE *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_format(out, "<th scope=\"row\">", "</th>", format, args);
	va_end(args);
}

void page_cell(FILE *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_format(out, "<td>", "</td>", format, args);
	va_end(args);
}

void page_word(FILE *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_format(out, "<td class=\"u\">", "</td>", format, args);
	va_end(args);
}

void page_number(FILE *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_format(out, "<td class=\"n\">", "</td>", format, args);
	va_end(args);
}

void page_wide_cell(FILE *out, unsigned n, const char *format, ...)
{
	va_list args;

	fprintf(out, "<td class=\"w\" colspan=\"%u\">", n);
	va_start(args, format);
	put_format(out, "<div>", "</div></td>", format, args);
	va_end(args);
}

void page_row_below(FILE *out, unsigned n, const char *format, ...)
{
	va_list args;

	fprintf(out, "<tr><td class=\"w b\" colspan=\"%u\">", n);
	va_start(args, format);
	put_format(out, "<div>", "</div></td></tr>\n", format, args);
	va_end(args);
}

void page_fold_open(FILE *out, unsigned n, const char *format, ...)
{
	va_list args;

	fprintf(out, "<tr><td class=\"f\" colspan=\"%u\"><div><details><summary>", n);
	va_start(args, format);
	put_format(out, "", "</summary>\n<ul>\n", format, args);
	va_end(args);
}

void page_fold_close(FILE *out)
{
	fputs("</ul></details></div></td></tr>\n", out);
}

void page_row_close(FILE *out)
{
	fputs("</tr>\n", out);
}

/* --- pictures beside each other --- */

void page_pictures_open(FILE *out)
{
	fputs("<div class=\"maps\">\n", out);
}

void page_pictures_close(FILE *out)
{
	fputs("</div>\n", out);
}

/* RFC 4648, section 4. */
static void put_base64(FILE *out, const unsigned char *bytes, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		unsigned bits = (unsigned)bytes[i] << 16;

		bits |= i + 1 < n ? (unsigned)bytes[i + 1] << 8 : 0;
		bits |= i + 2 < n ? bytes[i + 2] : 0;
		fputc(digits[bits >> 18], out);
		fputc(digits[bits >> 12 & 63], out);
		fputc(i + 1 < n ? digits[bits >> 6 & 63] : '=', out);
		fputc(i + 2 < n ? digits[bits & 63] : '=', out);
	}
}

static void put_data(FILE *out, const void *png, size_t n)
{
	fputs("data:image/png;base64,", out);
	put_base64(out, png, n);
}

static void put_image(FILE *out, const struct page_picture *picture)
{
	put_element(out, "<img alt=\"", "\" ", picture->alt);
	fprintf(out,
		"loading=\"lazy\" width=\"%u\" height=\"%u\" style=\"aspect-ratio:%u/%u\" src=\"",
		picture->x_size, picture->y_size, picture->x_size, picture->y_size);
	if (picture->png)
		put_data(out, picture->png, picture->n_png);
	else
		svg_escape(out, picture->link);
	fputs("\">", out);
}

void page_picture(FILE *out, const struct page_picture *picture)
{
	fputs("<figure class=\"t\">", out);
	if (*picture->link)
		put_element(out, "<a href=\"", "\">", picture->link);
	if (picture->png || *picture->link)
		put_image(out, picture);
	if (*picture->link)
		fputs("</a>", out);
	put_words(out, "<figcaption>", "</figcaption></figure>\n", picture->caption);
}

void page_key(FILE *out, const struct page_key *key)
{
	put_element(out, "<p class=\"key\"><strong>", "</strong> ", key->name);
	if (key->png) {
		put_element(out, "<span>", "</span> <img alt=\"", key->low);
		put_element(out, "", "\" src=\"", key->words);
		put_data(out, key->png, key->n_png);
		put_element(out, "\"> <span>", "</span> ", key->high);
	}
	put_element(out, "<span>", "</span>", key->words);
	if (key->holes)
		fputs(" <span class=\"s\"><i class=\"hole\"></i> no valid pixel</span>", out);
	fputs("</p>\n", out);
}

void page_swatches_open(FILE *out, const char *name)
{
	put_element(out, "<p class=\"key\"><strong>", "</strong> ", name);
}

void page_swatches_close(FILE *out)
{
	fputs("</p>\n", out);
}

void page_swatch(FILE *out, const char *colour, const char *format, ...)
{
	va_list args;

	put_element(out, "<span class=\"s\"><i style=\"background:", "\"></i> ", colour);
	va_start(args, format);
	put_format(out, "", "</span> ", format, args);
	va_end(args);
}

void page_table_close(FILE *out)
{
	fputs("</tbody>\n</table></div>\n", out);
}
