/*
 * Words and numbers of GDAL's metadata. It knows no file and no tag.
 */
#include "gdal_text.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum color_label gdal_color_label(const char *name)
{
	static const struct {
		const char *name;
		enum color_label color;
	} row[] = {
		{"Undefined", COLOR_UNKNOWN}, {"Gray", COLOR_GRAY}, {"Red", COLOR_RED},
		{"Green", COLOR_GREEN},       {"Blue", COLOR_BLUE}, {"Alpha", COLOR_ALPHA},
		{"NIR", COLOR_NIR},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		if (strcasecmp(name, row[i].name) == 0)
			return row[i].color;
	return COLOR_OTHER;
}

double gdal_number(const char *text)
{
	const char *mark = strstr(text, ".#");

	text += strspn(text, " \t\r\n");
	if (!mark)
		return strtod(text, NULL);
	if (strncasecmp(mark + 2, "INF", 3) == 0)
		return *text == '-' ? -INFINITY : INFINITY;
	return NAN;
}

bool gdal_numbers(const char *text, double *value, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *end;

		text += strspn(text, " ,\t\r\n");
		value[i] = strtod(text, &end);
		if (end == text)
			return false;
		text = end;
	}
	return text[strspn(text, " ,\t\r\n")] == '\0';
}

void gdal_copy_text(char *to, size_t size, const char *from)
{
	size_t n;

	from += strspn(from, " \t\r\n");
	n = strlen(from);
	if (n >= size) {
		n = size - 1;
		while (n > 0 && ((unsigned char)from[n] & 0xc0) == 0x80)
			n--;
	}
	while (n > 0 && isspace((unsigned char)from[n - 1]))
		n--;
	memcpy(to, from, n);
	to[n] = '\0';
}
