/*
 * Labels of marks stand above the plot, and none lies on another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "picture/svg.h"

enum { TOP = 100, LABELS_MOST = 8 };

struct label {
	double from, to, y;
};

/* The labels of a picture, as written: half of the tests reads them back. */
static unsigned read_labels(struct label label[LABELS_MOST], const struct svg_axis *x,
			    const struct svg_mark *mark, unsigned n_marks)
{
	struct svg_plot plot = {.x = *x, .y = {.from = 400, .to = TOP}};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	unsigned n = 0;

	assert_non_null(out);
	svg_marks(out, &plot, mark, n_marks);
	assert_int_equal(fclose(out), 0);
	for (const char *at = text; (at = strstr(at, "<text x=\"")); at++) {
		const char *y = strstr(at, "y=\""), *end = strchr(at, '>');
		double place = strtod(at + 9, NULL), width;
		bool left = strstr(at, "text-anchor=\"end\"") &&
			    strstr(at, "text-anchor=\"end\"") < end;
		char *word = strndup(end + 1, strcspn(end + 1, "<"));

		assert_true(n < LABELS_MOST);
		width = svg_text_width(word, 10.5);
		free(word);
		label[n] = (struct label){left ? place - width : place,
					  left ? place : place + width, strtod(y + 3, NULL)};
		n++;
	}
	free(text);
	return n;
}

static void labels_stand_apart_above_the_plot(void **state)
{
	static const struct svg_mark marks[] = {{900, "far to the right, a long label"},
						{512, "stored 512 x 512"},
						{530, "auto 530 x 530"},
						{560, "pixels fill L2 (2 MiB)"},
						{100, "left"}};
	const struct svg_axis x = {.low = 64, .high = 1024, .from = 80, .to = 860};
	const double height = svg_marks_height(&x, marks, 5);
	struct label label[LABELS_MOST];

	(void)state;
	assert_int_equal(read_labels(label, &x, marks, 5), 5);
	for (unsigned i = 0; i < 5; i++) {
		assert_true(label[i].y < TOP && label[i].y > TOP - height);
		assert_true(label[i].from >= x.from && label[i].to <= x.to + 1);
		for (unsigned k = 0; k < i; k++)
			assert_true(label[i].y != label[k].y || label[i].to < label[k].from ||
				    label[k].to < label[i].from);
	}
	/* three that overlap need three rows, and the others find room in them */
	assert_true(height == 3 * SVG_MARK_ROW);
}

static void marks_beyond_the_axis_are_left_out(void **state)
{
	static const struct svg_mark marks[] = {{32, "below"}, {4096, "above"}, {256, "there"}};
	const struct svg_axis x = {
		.scale = SVG_LOG2, .low = 64, .high = 1024, .from = 80, .to = 860};
	struct label label[LABELS_MOST];

	(void)state;
	assert_int_equal(read_labels(label, &x, marks, 3), 1);
	assert_true(label[0].from == 80 + 780 / 2.0 + 5);
	assert_true(svg_marks_height(&x, marks, 3) == SVG_MARK_ROW);
	assert_true(svg_marks_height(&x, marks, 2) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_stand_apart_above_the_plot),
		cmocka_unit_test(marks_beyond_the_axis_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
