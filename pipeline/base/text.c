/*
 * Text for people. Knows nothing of reports.
 */
#include "text.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "char_columns.h"

/* Columns of a piece: an escape has one for each of its characters. */
static size_t piece_columns(const char *piece, size_t n)
{
	return (unsigned char)*piece < 0x80 ? n : char_columns(piece, n);
}

static size_t count_columns(const char *text, const char *end)
{
	char piece[PRINTABLE_PIECE];
	size_t columns = 0;

	while (text < end) {
		size_t n = printable_next(piece, &text);

		columns += piece_columns(piece, n);
	}
	return columns;
}

unsigned text_columns(const char *text)
{
	return (unsigned)count_columns(text, text + strlen(text));
}

/* What is copied: at most four bytes a column, which `out` has room for. */
struct copy {
	char *begin, *at;
	size_t columns;
};

/* An accent on accents, which nobody can read, may be left out. */
static void copy_piece(struct copy *copy, const char *piece, size_t n, size_t columns)
{
	copy->columns += columns;
	if ((size_t)(copy->at - copy->begin) + n <= 4 * copy->columns)
		copy->at = mempcpy(copy->at, piece, n);
}

/* Those columns of the text that lie in [from, to); an escape may be cut, and of a character that
 * lies across an edge nothing is copied. What has no column goes with what stands before it. */
static void copy_columns(struct copy *copy, const char *text, size_t from, size_t to)
{
	char piece[PRINTABLE_PIECE];
	bool taken = from == 0;

	for (size_t at = 0, columns; *text; at += columns) {
		size_t n = printable_next(piece, &text);

		columns = piece_columns(piece, n);
		if (at >= to && columns)
			break;
		if (columns == n) {
			for (size_t i = 0; i < n; i++)
				if (at + i >= from && at + i < to)
					copy_piece(copy, piece + i, 1, 1);
			taken = at + n > from;
			continue;
		}
		taken = columns ? at >= from && at + columns <= to : taken;
		if (taken)
			copy_piece(copy, piece, n, columns);
	}
}

const char *text_cut(char *out, const char *text, unsigned width)
{
	size_t n = text_columns(text), head = n <= width ? n : (width - 3 + 1) / 2;
	struct copy copy = {.begin = out, .at = out};

	copy_columns(&copy, text, 0, head);
	if (n > width) {
		copy_piece(&copy, "...", 3, 3);
		copy_columns(&copy, text, n - (width - 3 - head), n);
	}
	for (; copy.columns < width; copy.columns++)
		*copy.at++ = ' ';
	*copy.at = '\0';
	return out;
}

static void put_word(FILE *out, const char *word, const char *end)
{
	char piece[PRINTABLE_PIECE];

	while (word < end) {
		size_t n = printable_next(piece, &word);

		(void)fwrite(piece, 1, n, out);
	}
}

/* A unit of the number that ends before the blank. */
static bool is_unit(const char *word)
{
	static const char *const units[] = {"B",  "KiB", "MiB", "GiB",  "TiB", "PiB",
					    "MB", "s",   "ms",  "MB/s", "ha"};
	const size_t n = strcspn(word, " ,;:.)");

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strlen(units[i]) == n && strncmp(word, units[i], n) == 0)
			return true;
	return false;
}

/* "0.0001", "-0.1", "'SCL=4'": as values of options begin that cannot be mistaken for prose. */
static bool begins_value(const char *word)
{
	return isdigit((unsigned char)word[*word == '-']) || *word == '\'';
}

/* Is what stands from `word` to the blank at `end` the first part of a pair? Bytes of its sign. */
static size_t pair_sign(const char *word, const char *end)
{
	const bool number = end > word && isdigit((unsigned char)end[-1]);

	if (strncmp(end, " = ", 3) == 0)
		return 3;
	if (number && strncmp(end, " x ", 3) == 0 && isdigit((unsigned char)end[3]))
		return 3;
	if (strncmp(end, " %", 2) == 0 || (number && *end && is_unit(end + 1)))
		return 1;
	return strncmp(word, "--", 2) == 0 && *end && isalpha((unsigned char)end[-1]) &&
	       begins_value(end + 1);
}

const char *text_word_end(const char *word)
{
	const char *end = word + strcspn(word, " ");
	size_t sign;

	/* "size = 5 x 5": twice at the most */
	for (int i = 0; i < 2 && (sign = pair_sign(word, end)) > 0; i++)
		end += sign + strcspn(end + sign, " ");
	return end;
}

void text_single_blanks(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++)
		if (*from != ' ' || (to > text && to[-1] != ' '))
			*to++ = *from;
	to -= to > text && to[-1] == ' ';
	*to = '\0';
}

/* Of a word that is wider than `room`: the end of what fits, behind a slash; else of its first
 * part. */
static const char *slash_within(const char *word, const char *end, size_t room)
{
	const char *fits = word;

	for (const char *at = word; at < end; at++) {
		if (*at != '/' && at + 1 < end)
			continue;
		if (count_columns(word, at + 1) > room)
			break;
		fits = at + 1;
	}
	return fits;
}

static size_t new_line(FILE *out, unsigned indent)
{
	(void)fprintf(out, "\n%*s", (int)indent, "");
	return indent;
}

/* A path wider than a line, on a terminal, which would cut it anywhere. Returns the column behind.
 */
static size_t put_long_word(FILE *out, const char *word, const char *end, size_t at,
			    unsigned indent)
{
	const unsigned most = screen_fold_columns(out);

	while (word < end) {
		const char *to = slash_within(word, end, most > at ? most - at : 0);

		if (to == word && at > indent) {
			at = new_line(out, indent);
			continue;
		}
		if (to == word) { /* not even to the first slash */
			to = memchr(word + 1, '/', (size_t)(end - word - 1));
			to = to ? to + 1 : end;
		}
		put_word(out, word, to);
		at += count_columns(word, to);
		word = to;
	}
	return at;
}

void text_fold_behind(FILE *out, unsigned column, unsigned gap, unsigned indent, const char *text)
{
	const unsigned most = screen_fold_columns(out);
	const bool breaks = screen_is_terminal(out) && indent < most;
	size_t at = column;

	for (const char *word = text + strspn(text, " "); *word != '\0'; gap = 1) {
		const char *end = text_word_end(word);
		size_t columns = count_columns(word, end);
		bool is_long = indent < most && columns > most - indent;

		if (is_long) { /* a pair may be one that fits, word by word */
			end = word + strcspn(word, " ");
			columns = count_columns(word, end);
			is_long = breaks && columns > most - indent;
		}
		if (at > indent && (is_long ? at + gap >= most : at + gap + columns > most)) {
			at = new_line(out, indent);
		} else {
			(void)fprintf(out, "%*s", (int)gap, "");
			at += gap;
		}
		if (is_long) {
			at = put_long_word(out, word, end, at, indent);
		} else {
			put_word(out, word, end);
			at += columns;
		}
		word = end + strspn(end, " ");
	}
	(void)fputc('\n', out);
}

void text_fold(FILE *out, unsigned column, unsigned indent, const char *text)
{
	text_fold_behind(out, column, 0, indent, text);
}

void text_item_in(FILE *out, enum ink ink, unsigned indent, const char *label, const char *text)
{
	size_t columns = strlen(label);

	screen_put(out, *label ? ink : INK_PLAIN, label);
	(void)fprintf(out, "%*s", columns < indent ? (int)(indent - columns) : 0, "");
	text_fold(out, indent, indent, text);
}

void text_item(FILE *out, unsigned indent, const char *label, const char *text)
{
	text_item_in(out, INK_HEADING, indent, label, text);
}

void text_line(FILE *out, enum ink ink, unsigned indent, const char *word, const char *rest)
{
	screen_put(out, ink, word);
	if (screen_is_terminal(out)) {
		text_fold_behind(out, (unsigned)strlen(word), 1, indent, rest);
		return;
	}
	(void)fputc(' ', out);
	put_word(out, rest, rest + strlen(rest));
	(void)fputc('\n', out);
}

const char *text_value(char buf[24], double value)
{
	if (isnan(value))
		return strcpy(buf, "-");
	(void)snprintf(buf, 24,
		       fabs(value) < 999.99995  ? "%.4f"
		       : fabs(value) < 999999.5 ? "%.6g"
						: "%.2g",
		       value);
	return buf;
}

const char *bytes_text(char buf[24], uint64_t bytes)
{
	static const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
	double value = (double)bytes;
	int i = 0;

	while (value >= 1024 && i < 5) {
		value /= 1024;
		i++;
	}
	snprintf(buf, 24,
		 value < 10 && i    ? "%.2f %s"
		 : value < 100 && i ? "%.1f %s"
				    : "%.0f %s",
		 value, unit[i]);
	return buf;
}

const char *text_beyond_name(const char *text, const char *name)
{
	const size_t n = strlen(name);

	return n && strncmp(text, name, n) == 0 && strncmp(text + n, ": ", 2) == 0 ? text + n + 2
										   : text;
}

const char *path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *path_folder(const char *path)
{
	size_t n = (size_t)(path_name(path) - path);

	if (!n)
		return strdup(".");
	while (n > 1 && path[n - 1] == '/')
		n--;
	return strndup(path, n);
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned text_distance(const char *a, size_t length, const char *b)
{
	unsigned row[3][TEXT_WORD_MOST + 1];
	size_t other = strlen(b);

	if (length > TEXT_WORD_MOST || other > TEXT_WORD_MOST)
		return TEXT_WORD_MOST;
	for (size_t j = 0; j <= other; j++)
		row[0][j] = (unsigned)j;
	for (size_t i = 1; i <= length; i++) {
		unsigned *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= other; j++) {
			now[j] = least(least(now[j - 1], last[j]) + 1,
				       last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return row[length % 3][other];
}
