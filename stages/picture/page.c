/*
 * The page that pictures and tables of reports stand on. Knows no data.
 */
#include "page.h"

#include <stdarg.h>

#include "svg.h"

enum { TEXT_BYTES = 4096 }; /* of one paragraph or cell; more is cut */

static const char layout[] =
	"*{box-sizing:border-box}"
	"body{margin:0;background:var(--paper);color:var(--ink);"
	"font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}"
	"main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}"
	"h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0;overflow-wrap:anywhere}"
	"h2{font-size:1.2rem;margin:2.5rem 0 .5rem;padding-top:.5rem;"
	"border-top:1px solid var(--grid)}"
	"p{max-width:46rem;margin:.6rem 0;overflow-wrap:anywhere}.lead{color:var(--quiet)}"
	".note{border-left:4px solid var(--series-1);background:var(--panel);"
	"padding:.5rem .8rem;border-radius:0 6px 6px 0}"
	"figure{margin:1.5rem 0}figure h3{font-size:1rem;margin:0 0 .3rem}"
	"figure>svg{display:block;width:100%;height:auto}"
	"figcaption{color:var(--quiet);font-size:.9rem;max-width:46rem;margin-top:.3rem}"
	".wide{overflow-x:auto}table{border-collapse:collapse;font-size:.88rem;margin:.8rem 0;"
	"font-variant-numeric:tabular-nums}caption{text-align:left;color:var(--quiet);"
	"padding-bottom:.3rem}th,td{padding:.25rem .5rem;text-align:left;vertical-align:top;"
	"border-bottom:1px solid var(--grid)}th{color:var(--quiet);font-weight:600;"
	"border-bottom-color:var(--quiet)}td.n{text-align:right;white-space:nowrap}"
	"td.w{color:var(--warn)}td.f{color:var(--quiet);padding-left:1.2rem}"
	"td.f ul{margin:.2rem 0;padding-left:1.2rem;max-width:46rem;overflow-wrap:anywhere}"
	"summary{cursor:pointer}"
	"figure.t{display:inline-block;vertical-align:top;width:256px;max-width:100%;"
	"margin:.4rem .6rem .4rem 0}figure.t img{display:block;max-width:100%;height:auto;"
	"background:var(--panel)}figure.t figcaption{font-size:.8rem;overflow-wrap:anywhere}"
	"figure.t img[src^=data]{image-rendering:pixelated}"
	"@media print{h2{break-after:avoid}figure{break-inside:avoid}}";

void page_open(FILE *out, const char *title, const char *lead)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
	      out);
	svg_escape(out, title);
	fputs("</title>\n<style>", out);
	svg_properties(out);
	fputs(layout, out);
	svg_rules(out);
	fputs("</style>\n</head>\n<body>\n<main>\n<h1>", out);
	svg_escape(out, title);
	fputs("</h1>\n", out);
	if (!lead)
		return;
	fputs("<p class=\"lead\">", out);
	svg_escape(out, lead);
	fputs("</p>\n", out);
}

void page_close(FILE *out)
{
	fputs("</main>\n</body>\n</html>\n", out);
}

static void put_element(FILE *out, const char *open, const char *close, const char *text)
{
	fputs(open, out);
	svg_escape(out, text);
	fputs(close, out);
}

PRINTF_LIKE(4, 0)
static void put_format(FILE *out, const char *open, const char *close, const char *format,
		       va_list args)
{
	char text[TEXT_BYTES];

	(void)vsnprintf(text, sizeof(text), format, args);
	put_element(out, open, close, text);
}

void page_section(FILE *out, const char *heading)
{
	put_element(out, "<h2>", "</h2>\n", heading);
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

void page_figure_open(FILE *out, const char *heading)
{
	put_element(out, "<figure>\n<h3>", "</h3>\n", heading);
}

void page_figure_close(FILE *out, const char *caption)
{
	put_element(out, "<figcaption>", "</figcaption>\n</figure>\n", caption);
}

void page_table_open(FILE *out, const char *caption, const char *const *heads, unsigned n)
{
	put_element(out, "<div class=\"wide\"><table>\n<caption>", "</caption>\n<thead><tr>",
		    caption);
	for (unsigned i = 0; i < n; i++)
		put_element(out, "<th scope=\"col\">", "</th>", heads[i]);
	fputs("</tr></thead>\n<tbody>\n", out);
}

void page_row_open(FILE *out)
{
	fputs("<tr>", out);
}

void page_cell(FILE *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_format(out, "<td>", "</td>", format, args);
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

	fprintf(out, "<td class=\"w\" colspan=\"%u\"", n);
	va_start(args, format);
	put_format(out, ">", "</td>", format, args);
	va_end(args);
}

void page_fold_open(FILE *out, unsigned n, const char *format, ...)
{
	va_list args;

	fprintf(out, "<tr><td class=\"f\" colspan=\"%u\"><details><summary>", n);
	va_start(args, format);
	put_format(out, "", "</summary>\n<ul>\n", format, args);
	va_end(args);
}

void page_fold_close(FILE *out)
{
	fputs("</ul></details></td></tr>\n", out);
}

void page_row_close(FILE *out)
{
	fputs("</tr>\n", out);
}

/* --- pictures in a table --- */

void page_pictures_open(FILE *out, unsigned n)
{
	fprintf(out, "<tr><td colspan=\"%u\">\n", n);
}

void page_pictures_close(FILE *out)
{
	fputs("</td></tr>\n", out);
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

static void put_image(FILE *out, const struct page_picture *picture)
{
	fputs("<img alt=\"\" loading=\"lazy\" ", out);
	fprintf(out, "width=\"%u\" height=\"%u\" src=\"", picture->x_size, picture->y_size);
	if (picture->png) {
		fputs("data:image/png;base64,", out);
		put_base64(out, picture->png, picture->n_png);
	} else {
		svg_escape(out, picture->link);
	}
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
	put_element(out, "<figcaption>", "</figcaption></figure>\n", picture->caption);
}

void page_table_close(FILE *out)
{
	fputs("</tbody>\n</table></div>\n", out);
}
