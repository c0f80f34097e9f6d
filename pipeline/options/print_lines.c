/*
 * Lines of help: 80 columns in a file, on a terminal what it has, up to 100.
 */
#include "print_lines.h"

#include "base/screen.h"
#include "base/text.h"

static int columns(FILE *out)
{
	enum { IN_A_FILE = 80 };

	return screen_is_terminal(out) ? (int)screen_fold_columns(out) : IN_A_FILE;
}

void print_wrapped(FILE *out, const char *text, int column, int left)
{
	const int right = columns(out);

	if (column >= left) {
		fputc('\n', out);
		column = 0;
	}
	fprintf(out, "%*s", left - column, "");
	column = left;
	for (bool first = true; *text; first = false) {
		int word = (int)(text_word_end(text) - text);

		if (!first && column + 1 + word > right) {
			fprintf(out, "\n%*s", left, "");
			column = left;
			first = true;
		}
		column += fprintf(out, "%s%.*s", first ? "" : " ", word, text);
		text += word + (text[word] == ' ');
	}
	fputc('\n', out);
}

void print_heading(FILE *out, const char *title)
{
	fputc('\n', out);
	screen_put(out, INK_HEADING, title);
	fputs(":\n", out);
}

void print_option(FILE *out, const struct option_row *row, const char *text)
{
	int column = row->letter ? fprintf(out, "  -%c, ", row->letter) : fprintf(out, "      ");

	column += fprintf(out, "--%s", row->name);
	if (row->argument)
		column += fprintf(out, row->may_lack ? "[=%s]" : " %s", row->argument);
	print_wrapped(out, text, column, 26);
}
