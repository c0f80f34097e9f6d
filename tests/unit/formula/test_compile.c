/*
 * Formulas: what they mean, what is refused and where, and what becomes of each pixel. Expected
 * values are written out by hand. With `--eval BANDS PIXELS` it runs the formulas of standard
 * input, a line each, for tests/oracle/formula.py.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "accum.h"
#include "base/simd.h"
#include "formula/program.h"

enum { BANDS = 16, SCRATCH = 32 * (PROGRAM_STRIP + 16) * 8 };

/* --- a scope: bands A to P, "nir" is A and "red" is B, "#5" is E; constants; other formulas
 * ------- */

static int constant(void *context, const char *name, double *value)
{
	(void)context;
	*value = strcmp(name, "L") == 0 ? 0.5 : 6;
	return strcmp(name, "L") == 0 || strcmp(name, "C1") == 0 ? 0 : 1;
}

static const char *macro(void *context, const char *name, struct formula_scope *inner)
{
	(void)context;
	(void)inner;
	return strcmp(name, "ndvi") == 0    ? "(nir - red) / (nir + red)"
	       : strcmp(name, "twice") == 0 ? "2 * ndvi"
	       : strcmp(name, "loop") == 0  ? "1 + pool"
	       : strcmp(name, "pool") == 0  ? "A * loop"
	       : strcmp(name, "wrong") == 0 ? "A + & B"
	       : strcmp(name, "g0") == 0    ? "A*A+A"
	       : strcmp(name, "g1") == 0    ? "g0+g0*g0"
	       : strcmp(name, "g2") == 0    ? "g1+g1*g1+g1+g1+g1+g1+g1+g1+g1+g1"
	       : strcmp(name, "g3") == 0    ? "g2+g2*g2+g2+g2+g2+g2+g2+g2+g2+g2"
	       : strcmp(name, "g4") == 0    ? "g3+g3*g3+g3+g3+g3+g3+g3+g3+g3+g3"
	       : strcmp(name, "g5") == 0    ? "g4+g4*g4+g4+g4+g4+g4+g4+g4+g4+g4"
					    : NULL;
}

static int band(void *context, const char *name, unsigned *slot, struct error *err)
{
	(void)context;
	if (strcmp(name, "nir") == 0 || strcmp(name, "red") == 0)
		return *slot = name[0] == 'r', 0;
	if (strcmp(name, "#5") == 0)
		return *slot = 4, 0;
	if (name[0] >= 'A' && name[0] < 'A' + BANDS && !name[1])
		return *slot = (unsigned)(name[0] - 'A'), 0;
	return error_set(err, EX_USAGE, "`%s` is no band, index or constant; did you mean `nir`?",
			 name);
}

static const struct formula_scope scope = {.constant = constant, .macro = macro, .band = band};

/* --- evaluation --------------------------------------------------------------------------------
 */

struct pixel {
	float value;
	int class;
};

static _Alignas(64) unsigned char scratch[SCRATCH];

static struct program *compiled(const char *text)
{
	struct error err = {0};
	struct program *program = program_compile(text, &scope, &err);

	if (!program)
		print_error("%s\n%s\n", text, err.text);
	assert_non_null(program);
	assert_true(program_scratch(program) <= sizeof(scratch));
	return program;
}

/* A = a, B = b, C = c, other bands 0. */
static struct pixel evaluate(const char *text, double a, double b, double c)
{
	double sample[BANDS] = {a, b, c};
	const double *plane[BANDS];
	struct program *program = compiled(text);
	uint8_t class = PIXEL_VALID;
	struct pixel pixel;

	for (int i = 0; i < BANDS; i++)
		plane[i] = &sample[i];
	program_run(program, plane, 1, scratch, &pixel.value, &class);
	pixel.class = class;
	program_free(program);
	return pixel;
}

static const struct value_case {
	const char *text;
	double value; /* for A = 3, B = 2, C = 0 */
} values[] = {
	{"A", 3},
	{"A+B*2", 7},
	{"(A + B) * 2", 10},
	{"A-B-1", 0},
	{"A/B/2", 0.75},
	{"-A^2", -9},
	{"A^-1*3", 1},
	{"B^A^B", 512},
	{"B**3**2", 512},
	{"(B**3)**2", 64},
	{"2**-B*8", 2},
	{"- - A", 3},
	{"+A", 3},
	{"A ** 0.5 * A ** 0.5 * 1e3", 3000},
	{"B ** -2", 0.25},
	{"B ** 10", 1024},
	{"B ** 100 / 2 ** 99", 2},
	{"pow(B, 3)", 8},
	{"C ** C + A", 4},
	{"A**(1/2) - sqrt(A) + A", 3},
	{"A < B", 0},
	{"A > B", 1},
	{"A >= 3 && B <= 2", 1},
	{"A == 3", 1},
	{"A != 3", 0},
	{"(A > B) == 1 && C == 0 || C", 1},
	{"C and A or B", 1},
	{"not A", 0},
	{"not A > 5", 1},
	{"!A + 1", 1},
	{"NOT C AND A", 1},
	{"where(A > B, A, B)", 3},
	{"if(A < B, A, B)", 2},
	{"A < B ? 10 : C ? 20 : A", 3},
	{"A > B ? C ? 5 : 6 : 7", 6},
	{"min(A, B, C, 7)", 0},
	{"max(1, A, B)", 3},
	{"clamp(A, 0, 1)", 1},
	{"clamp(-A, 0, 1)", 0},
	{"floor(A / B)", 1},
	{"floor(-A / B)", -2},
	{"round(A / B)", 2},
	{"round(A - 0.5)", 2},
	{"round(-A / B)", -2},
	{"abs(C - A)", 3},
	{"Sqrt(A + 1) + ABS(-B)", 4},
	{"exp(C) + log(exp(A))", 4},
	{"log2(B) + log10(10 ** A)", 4},
	{"tanh(C) + sin(C) + cos(C) + atan(C) + A", 4},
	{"isvalid(A / C)", 0},
	{"isvalid(A)", 1},
	{"ndiff(A, B) * 5", 1},
	{"ndvi * 5", 1},
	{"twice * 5", 2},
	{"(1 + L) * (A - B) / (A + B + L)", 1.5 / 5.5},
	{"C1 * A", 18},
	{"2.5 * (nir - red) / (nir + C1 * red - 7.5 * C + 1)", 2.5 / 16},
	{".5*A", 1.5},
	{"5.*A", 15},
	{"1e-1*A*1E+1", 3},
	{"#5 + A", 3},
	{" \t\nA\r\n", 3},
	{"A - 2 * B", -1},
	{"2 * A - B", 4},
	{"B - A * 4", -10},
	{"A * 4 + B", 14},
	{"3 * (A - B)", 3},
	{"(A + B) * 2 + 2 * (A + B)", 20},
	{"where(0, A / C, A)", 3},
	{"where(C, A / C, A)", 3},
	{"A || A / C", 1},
	{"C && A / C", 0},
	{"C ? A / C : B", 2},
	{"isvalid(A / C) ? 1 : A", 3},
	{"isvalid(sqrt(-A)) || B", 1},
};

static void formulas_have_these_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct pixel p = evaluate(values[i].text, 3, 2, 0);

		if (p.class != PIXEL_VALID || p.value != (float)values[i].value)
			print_error("%s: %g, class %d\n", values[i].text, (double)p.value, p.class);
		assert_int_equal(p.class, PIXEL_VALID);
		assert_true(p.value == (float)values[i].value);
	}
}

/* --- classes -----------------------------------------------------------------------------------
 */

static const struct class_case {
	const char *text;
	int class; /* for A = 3, B = 2, C = 0 */
} classes[] = {
	{"A / C", PIXEL_DIV0},
	{"C / C", PIXEL_DIV0},
	{"A / -C", PIXEL_DIV0},
	{"A / 0", PIXEL_DIV0},
	{"1 / (1 / C)", PIXEL_DIV0},
	{"atan(A / C)", PIXEL_DIV0},
	{"min(A, B / C)", PIXEL_DIV0},
	{"exp(-1 / C)", PIXEL_DIV0},
	{"C ** -1", PIXEL_DIV0},
	{"C ** -B", PIXEL_DIV0},
	{"pow(C, -0.5)", PIXEL_DIV0},
	{"0 * (A / C)", PIXEL_DIV0},
	{"A / C > 1", PIXEL_DIV0},
	{"A / C > 1 || A", PIXEL_DIV0},
	{"where(A / C, 1, 2)", PIXEL_DIV0},
	{"where(A, B / C, 2)", PIXEL_DIV0},
	{"A && B / C", PIXEL_DIV0},
	{"not A / C", PIXEL_DIV0},
	{"sqrt(-A)", PIXEL_NONFINITE},
	{"log(C)", PIXEL_NONFINITE},
	{"log(-A)", PIXEL_NONFINITE},
	{"(-A) ** 0.5", PIXEL_NONFINITE},
	{"(-A) ** 1.5", PIXEL_NONFINITE},
	{"(-A) ** (B / 3)", PIXEL_NONFINITE},
	{"exp(1000 * A)", PIXEL_NONFINITE},
	{"A * 1e39", PIXEL_NONFINITE},
	{"1 / (A * 1e308 * 1e308)", PIXEL_NONFINITE},
	{"1 / exp(1000 * A)", PIXEL_NONFINITE},
	{"tanh(1e308 * A * A)", PIXEL_NONFINITE},
	{"sin(1e13 * A)", PIXEL_NONFINITE},
	{"max(A, log(C))", PIXEL_NONFINITE},
	/* the first cause decides */
	{"sqrt(-A) + A / C", PIXEL_NONFINITE},
	{"A / C + sqrt(-A)", PIXEL_DIV0},
	{"A * 1e308 * 1e308 + A / C", PIXEL_NONFINITE},
	{"(A / C) * 1e308 * 1e308", PIXEL_DIV0},
	{"sqrt(-A) / C", PIXEL_NONFINITE},
	{"2 * sqrt(-A) + A / C", PIXEL_NONFINITE},
	{"A / C + 2 * sqrt(-A)", PIXEL_DIV0},
	{"sqrt(-A) - 2 * (A / C)", PIXEL_NONFINITE},
	{"where(B, sqrt(-A), A / C)", PIXEL_NONFINITE},
	{"A / C < sqrt(-A)", PIXEL_DIV0},
	{"sqrt(-A) < A / C", PIXEL_NONFINITE},
	{"sqrt(-A) > A / C", PIXEL_NONFINITE},
	{"A / C + sqrt(-A) + (sqrt(-A) + A / C)", PIXEL_DIV0},
};

static void pixels_without_value_have_these_classes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		struct pixel p = evaluate(classes[i].text, 3, 2, 0);

		if (p.class != classes[i].class)
			print_error("%s: class %d\n", classes[i].text, p.class);
		assert_int_equal(p.class, classes[i].class);
		assert_true(p.value == 0);
	}
}

/* NaN and infinity where the pixel does not count change nothing; n below a strip writes no more.
 */
static void pixels_that_do_not_count_stay(void **state)
{
	double a[4] = {NAN, 4, INFINITY, 0}, b[4] = {1, 2, 0, 0};
	const double *plane[BANDS] = {a, b};
	uint8_t class[5] = {PIXEL_NODATA, PIXEL_VALID, PIXEL_MASKED, PIXEL_NONFINITE, 77};
	float value[5] = {9, 9, 9, 9, 9};
	struct program *program = compiled("A / B > 0 ? A / B : -1");

	(void)state;
	program_run(program, plane, 4, scratch, value, class);
	assert_true(class[0] == PIXEL_NODATA && class[1] == PIXEL_VALID &&
		    class[2] == PIXEL_MASKED && class[3] == PIXEL_NONFINITE && class[4] == 77);
	assert_true(value[0] == 0 && value[1] == 2 && value[2] == 0 && value[3] == 0);
	assert_true(value[4] == 9);
	class[1] = PIXEL_NODATA;
	value[0] = value[1] = 9;
	program_run(program, plane, 4, scratch, value, class);
	assert_true(value[0] == 0 && value[1] == 0 && class[1] == PIXEL_NODATA);
	program_free(program);
}

/* One pixel of a strip fails: the others keep the bits that they have alone, on every level. */
static void neighbours_and_levels_do_not_matter(void **state)
{
	static const char *const texts[] = {
		"2.5 * (A - B) / (A + 6 * B - 7.5 * C + 1)",
		"exp(A) / C + log(A + 1) ** B",
		"where(A > B, A / C, sqrt(A - B))",
		"tanh(ndvi ** 2) - round(A * 7) / C",
	};
	enum { N = PROGRAM_STRIP - 3 };
	static double a[N], b[N], c[N];
	static float value[N];
	static uint8_t class[N];
	const double *plane[BANDS] = {a, b, c};

	(void)state;
	for (int i = 0; i < N; i++) {
		a[i] = i % 29 / 7.0;
		b[i] = i % 13 / 3.0;
		c[i] = i % 17 / 5.0;
	}
	for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++)
		for (int level = 0; level < N_SIMD_LEVELS; level++) {
			struct program *program = compiled(texts[t]);

			(void)simd_force((enum simd_level)level);
			memset(class, PIXEL_VALID, sizeof(class));
			program_run(program, plane, N, scratch, value, class);
			(void)simd_force(SIMD_PORTABLE);
			for (int i = 0; i < N; i++) {
				struct pixel p = evaluate(texts[t], a[i], b[i], c[i]);

				assert_int_equal(p.class, class[i]);
				assert_memory_equal(&p.value, &value[i], sizeof(float));
			}
			program_free(program);
		}
	(void)simd_force(N_SIMD_LEVELS - 1);
}

/* --- what is refused ---------------------------------------------------------------------------
 */

static const struct error_case {
	const char *text, *message; /* a part of it */
	int column;                 /* of the caret, from 0 */
} errors[] = {
	{"2N", "an operator is missing here; for a product write 2 * N", 1},
	{"2(A)", "write 2 * (...)", 1},
	{"(A)(B)", "write (...) * (...)", 3},
	{"(A B)", "write A * B", 3},
	{"A B", "write A * B", 2},
	{"sqrt(A B)", "write A * B", 7},
	{"A ? B C : 2", "write B * C", 6},
	{"A & B", "write `&&`", 2},
	{"A | B", "write `||`", 2},
	{"A // B", "floor(a / b)", 2},
	{"A % B", "a - floor(a / b) * b", 2},
	{"A = B", "write `==`", 2},
	{"A => B", "write `>=`", 2},
	{"A <> B", "write `!=`", 2},
	{"~A", "write `!`", 0},
	{"A < B < C", "cannot be chained", 6},
	{"A == B != C", "cannot be chained", 7},
	{"A \xE2\x88\x92 B", "not the ASCII one; write `-`", 2},
	{"A\xC2\xB2", "write `**2`", 1},
	{"A + \xC3\xA9", "not known in formulas", 4},
	{"A + \x01", "not known in formulas", 4},
	{"A + \xFF", "not known in formulas", 4},
	{"unknown + A", "did you mean `nir`?", 0},
	{"A + nird", "did you mean `nir`?", 4},
	{"sqr(A)", "is it sqrt(x)?", 0},
	{"ln(A)", "is it log(x)?", 0},
	{"ndvi(A)", "is no function", 0},
	{"sqrt + A", "is a function; write sqrt(x)", 0},
	{"nan + A", "isvalid(x)", 0},
	{"0x10 * A", "hexadecimal", 0},
	{"1e999 * A", "too large", 0},
	{"1e-999 * A", "too small", 0},
	{"1.5.2 * A", "one decimal point", 3},
	{"A,5", "decimal point is `.`", 1},
	{"(0,5)*A", "decimal point is `.`", 2},
	{"", "the formula is empty", 0},
	{"  ", "the formula is empty", 2},
	{"A +", "ends where a value is missing", 3},
	{"A + * B", "a value is missing here", 4},
	{"()", "a value is missing here", 1},
	{"(A", "this `(` has no `)`", 0},
	{"A)", "this `)` has no `(`", 1},
	{"A : B", "this `:` has no `?`", 2},
	{"A ? B", "`:` is missing", 5},
	{"sqrt()", "too few arguments; write sqrt(x)", 5},
	{"min(A)", "too few arguments", 5},
	{"pow(A, B, C)", "too many arguments; write pow(x, y)", 10},
	{"sqrt(A", "`)` is missing here, of sqrt(x)", 6},
	{"where(A, B)", "too few arguments", 10},
	{"3 + 4", "reads no band", 0},
	{"where(1, 2, A)", "reads no band", 0},
	{"loop", "in `pool`: `loop` is part of its own formula", 4},
	{"wrong", "in `wrong`: `&` is not known", 4},
	{"a_name_of_more_than_thirty_characters", "names have at most 31", 0},
	{"g5 + g5", "too long with all formulas", -1},
};

static void refused_formulas_show_the_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct error err = {0};
		struct program *program = program_compile(errors[i].text, &scope, &err);
		const char *second = strchr(err.text, '\n'),
			   *third = second ? strchr(second + 1, '\n') : NULL;

		if (program || !strstr(err.text, errors[i].message))
			print_error("%s: %s\n", errors[i].text, err.text);
		assert_null(program);
		assert_int_equal(err.code, EX_USAGE);
		assert_non_null(strstr(err.text, errors[i].message));
		assert_non_null(third);
		if (errors[i].column >= 0 && (int)strspn(third + 1, " ") != errors[i].column)
			print_error("%s\n", err.text);
		if (errors[i].column >= 0)
			assert_int_equal(strspn(third + 1, " "), errors[i].column);
		assert_string_equal(third + 1 + strspn(third + 1, " "), "^");
	}
}

/* The place in a long line, beside bytes that are shown as four columns. */
static void the_caret_stands_under_the_place(void **state)
{
	char text[600] = "";
	struct error err = {0};
	const char *second, *third;

	(void)state;
	for (int i = 0; i < 50; i++)
		strcat(text, "A + ");
	strcat(text, "@ + \xFF\x01");
	for (int i = 0; i < 50; i++)
		strcat(text, " + A");
	assert_null(program_compile(text, &scope, &err));
	second = strchr(err.text, '\n') + 1;
	third = strchr(second, '\n') + 1;
	assert_true(third - second - 1 <= 70);
	assert_int_equal(second[strspn(third, " ")], '@');
	assert_non_null(strstr(second, "\\xFF\\x01"));
	assert_memory_equal(second, "...", 3);
	assert_memory_equal(third - 4, "...", 3);
}

static struct error refusal(const char *text)
{
	struct error err = {0};

	struct program *program = program_compile(text, &scope, &err);

	if (program)
		print_error("not refused: %.100s\n", text);
	assert_null(program);
	return err;
}

static char *repeated(const char *head, const char *part, int n, const char *middle,
		      const char *end)
{
	char *text = calloc(1, strlen(head) + (size_t)n * (strlen(part) + strlen(end)) + 64), *at;

	at = stpcpy(text, head);
	for (int i = 0; i < n; i++)
		at = stpcpy(at, part);
	at = stpcpy(at, middle);
	for (int i = 0; i < n; i++)
		at = stpcpy(at, end);
	return text;
}

static void limits(void **state)
{
	static const struct {
		const char *part, *middle, *end;
		int fits;
		const char *message;
	} cases[] = {
		{"(", "A", ")", 64, "nested too deep"},
		{"-", "A", "", 64, "nested too deep"},
		{"!", "A", "", 64, "nested too deep"},
		{"not ", "A", "", 64, "nested too deep"},
		{"A**", "A", "", 64, "nested too deep"},
		{"sqrt(", "A", ")", 64, "nested too deep"},
		{"A?B:", "A", "", 64, "nested too deep"},
		{" ", "A", "", 4095, "longer than 4096"},
		{"", "A", "/3.5", 256, "more than 256 operations"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *fits =
			repeated("", cases[i].part, cases[i].fits, cases[i].middle, cases[i].end);
		char *over = repeated("", cases[i].part, cases[i].fits + 1, cases[i].middle,
				      cases[i].end);
		struct error err;

		program_free(compiled(fits));
		if (cases[i].message) {
			err = refusal(over);
			if (!strstr(err.text, cases[i].message))
				print_error("%zu: %s\n", i, err.text);
			assert_non_null(strstr(err.text, cases[i].message));
		}
		free(fits);
		free(over);
	}
}

/* Each level keeps a square root until those inside are known. */
static void registers_run_out(void **state)
{
	char text[2048];

	(void)state;
	for (int levels = 32; levels <= 33; levels++) {
		char *at = text;

		for (int i = 0; i < levels; i++)
			at += sprintf(at, "sqrt(A+%d)+(", i);
		at = stpcpy(at, "A");
		memset(at, ')', (size_t)levels);
		at[levels] = '\0';
		if (levels == 32)
			program_free(compiled(text));
		else
			assert_non_null(strstr(refusal(text).text, "more than 32 values"));
	}
}

/* --- what a program knows of itself ------------------------------------------------------------
 */

static void normalized_differences_are_recognised(void **state)
{
	static const char *const are[] = {"(A-C)/(A+C)", "(A-C)/(C+A)", "ndiff(A, C)",
					  "((A) - C) / (+A + C)"};
	static const char *const are_not[] = {"(A-C)/(A+B)", "(A-A)/(A+A)", "2*(A-C)/(A+C)",
					      "(A-C)/(A-C)", "(A+C)/(A-C)", "(2*A-C)/(2*A+C)",
					      "(A-1)/(A+1)", "A/C"};
	unsigned a, b;

	(void)state;
	for (size_t i = 0; i < sizeof(are) / sizeof(are[0]); i++) {
		struct program *program = compiled(are[i]);

		assert_true(program_is_normalized_difference(program, &a, &b));
		assert_true(a == 0 && b == 2);
		program_free(program);
	}
	for (size_t i = 0; i < sizeof(are_not) / sizeof(are_not[0]); i++) {
		struct program *program = compiled(are_not[i]);

		assert_false(program_is_normalized_difference(program, &a, &b));
		program_free(program);
	}
	struct program *program = compiled("(C-A)/(C+A)");
	assert_true(program_is_normalized_difference(program, &a, &b) && a == 2 && b == 0);
	program_free(program);
}

/* f(sA, sB, ...) = f(A, B, ...) for every s > 0, by hand; what is not told counts as not free. */
static void scale_free_formulas(void **state)
{
	static const char *const are[] = {"A/B",
					  "ndvi",
					  "tanh(ndvi^2)",
					  "sqrt(A/B)",
					  "sqrt(ndvi+0.5)",
					  "705+35*(A-B)/(C+B)",
					  "(A^2-B*C)/(A^2+B*C)",
					  "A*(1/B-1/C)",
					  "sqrt(A*B)/C",
					  "(A-B)/sqrt(A^2+B^2)",
					  "A**0.1*A**0.2/B**0.3",
					  "1/A*B",
					  "abs(A-B)/max(A, B)",
					  "max(A-B, 0)/(A+B)",
					  "A>B",
					  "A>0 && B<0",
					  "not (A-B)",
					  "isvalid(A/B)",
					  "A>B ? ndvi : 0",
					  "A>2*B ? A/B : 1",
					  "where(A, 1, 2)",
					  "log(A/B)",
					  "floor(10*A/B)",
					  "0*A",
					  "A**0",
					  "(A/B)**ndvi",
					  "clamp(ndvi, 0, 1)",
					  "min(A, B, C)/A",
					  "A==B",
					  "-A/B",
					  "log(A)-log(B)",
					  "log2(A)+1-log2(B)",
					  "log(A*B)-log(A)-log(C)+0*A",
					  "exp(log10(A)-log10(B))",
					  "2*log(A)-2*log(B)",
					  "3*log(A)-log(B)*1.5-log(C*sqrt(C))",
					  "log(A)/0.5-log(B)-log(C)",
					  "0.0001*log(A)-0.0001*log(B)",
					  "-log(A)+log(B)",
					  "log10(A)-log(B)/log(10)",
					  "exp(2*log(A))/A**2",
					  "10**log10(A)/B",
					  "2**(log2(A)-log2(B))",
					  "ndvi*log(A)-ndvi*log(B)",
					  "ndvi*2*log(A)-2*(ndvi*log(B))",
					  "exp(log(A)/3)/B**(1/3)",
					  "log(A)>log(B)",
					  "max(log(A), log(B))-log(C)",
					  "(A>B ? log(A) : log(B))-log(C)",
					  "isvalid(log(A))",
					  "0*log(A)",
					  "log(A)-log(B)>0.1 ? 1 : 0"};
	static const char *const are_not[] = {"A",
					      "A-B",
					      "2*A",
					      "A*B",
					      "A/(B*C)",
					      "1/A",
					      "sqrt(A)",
					      "sqrt(A-B)/C",
					      "A^2",
					      "2.5*(nir-red)/(nir+6*red-7.5*C+1)",
					      "2.5*(nir-red)/(nir+2.4*red+1)",
					      "1.5*(nir-red)/(nir+red+0.5)",
					      "A/B+A",
					      "A+1",
					      "A>0.1",
					      "A*B>C",
					      "A>1 && B>0",
					      "A>0.1 ? ndvi : 0",
					      "A>B ? A : 1",
					      "log(A)",
					      "exp(-A)",
					      "A**B",
					      "A**(A/B)",
					      "max(A, 1)/B",
					      "isvalid(sqrt(A-1))",
					      "not (A-1)",
					      "floor(A)/B",
					      "tanh(A)/tanh(B)",
					      "clamp(A, 0, 1)",
					      "A==1",
					      "(A/B)**A",
					      "log(A)+log(B)",
					      "log(A)-log2(B)",
					      "log(A)-log(A*B)",
					      "log(A)-log(B)+A",
					      "-log(A)-log(B)",
					      "log(A)/log(B)",
					      "abs(log(A))-log(B)",
					      "log(A)>0",
					      "min(log(A), 0)",
					      "sqrt(log(A))",
					      "log(A) ? 1 : 0",
					      "2*log(A)-log(B)",
					      "2*log(A)-2.001*log(B)",
					      "0.0001*log(A)-0.0002*log(B)",
					      "0.0000000001*log(A)",
					      "log10(A)-log(B)/log(10.1)",
					      "exp(2*log(A))/A",
					      "exp(log10(A))/A",
					      "10**log(A)/B",
					      "(0-2)**log(A)/B",
					      "0**log(A)/B",
					      "ndvi*log(A)-0.5*log(B)",
					      "ndvi*log(A)-ndvi*2*log(B)",
					      "exp(ndvi*log(A))/B",
					      "log(A)/ndvi",
					      "ndvi/log(A)",
					      "log(A)*log(B)",
					      "tanh(log(A)*2)",
					      "max(log(A), 2*log(B))-log(C)",
					      "(A>B ? log(A) : log(B)/2)-log(C)",
					      "-(log(A))-log(B)",
					      "abs(log(A)-0.5)",
					      "log(A)>2*log(B)",
					      "A**1e300**1e300/B",
					      "not log(A)"};

	(void)state;
	for (size_t i = 0; i < sizeof(are) / sizeof(are[0]); i++) {
		struct program *program = compiled(are[i]);

		if (!program_is_scale_free(program))
			fail_msg("%s: a factor cancels", are[i]);
		program_free(program);
	}
	for (size_t i = 0; i < sizeof(are_not) / sizeof(are_not[0]); i++) {
		struct program *program = compiled(are_not[i]);

		if (program_is_scale_free(program))
			fail_msg("%s: a factor does not cancel", are_not[i]);
		program_free(program);
	}
}

static void programs_read_what_counts(void **state)
{
	static const struct {
		const char *text;
		unsigned reads;
	} cases[] = {{"A", 1},           {"A + C * P", 0x8005}, {"where(1, A, B)", 1},
		     {"0 && A || B", 2}, {"ndvi", 3},           {"#5 / nir", 0x11}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct program *program = compiled(cases[i].text);

		assert_int_equal(program_reads(program), cases[i].reads);
		program_free(program);
	}
}

/* Common parts stand once: three registers are enough, and 200 copies are no more operations. */
static void common_parts_stand_once(void **state)
{
	char *text = repeated("A*B", " ", 200, "", "+A*B/C");
	struct program *program = compiled(text);

	(void)state;
	assert_true(program_scratch(program) <= 3 * (PROGRAM_STRIP + 16) * sizeof(double));
	program_free(program);
	free(text);
}

/* --- for the oracle ----------------------------------------------------------------------------
 */

static void evaluate_planes(const struct program *program, const double *planes, size_t n,
			    float *value, uint8_t *class)
{
	const double *plane[BANDS];

	memset(class, PIXEL_VALID, n);
	for (size_t at = 0; at < n; at += PROGRAM_STRIP) {
		for (int i = 0; i < BANDS; i++)
			plane[i] = planes + (size_t)i * n + at;
		program_run(program, plane, n - at < PROGRAM_STRIP ? n - at : PROGRAM_STRIP,
			    scratch, value + at, class + at);
	}
}

/* For each line: a byte, 1 with n values and n classes, 0 where it is refused. */
static int evaluate_lines(const char *file, size_t n)
{
	double *planes = calloc(n * BANDS, sizeof(double));
	float *value = calloc(n, sizeof(float));
	uint8_t *class = calloc(n, 1);
	char line[FORMULA_MOST + 3];
	FILE *in = fopen(file, "rb");
	struct error err;

	if (!in || fread(planes, sizeof(double), n * BANDS, in) != n * BANDS)
		return 1;
	while (fgets(line, sizeof(line), stdin)) {
		struct program *program = program_compile(line, &scope, &err);

		if (!program)
			fprintf(stderr, "%s\n", err.text);
		putchar(program != NULL);
		if (program) {
			evaluate_planes(program, planes, n, value, class);
			fwrite(value, sizeof(float), n, stdout);
			fwrite(class, 1, n, stdout);
		}
		program_free(program);
	}
	fclose(in);
	free(planes);
	free(value);
	free(class);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formulas_have_these_values),
		cmocka_unit_test(pixels_without_value_have_these_classes),
		cmocka_unit_test(pixels_that_do_not_count_stay),
		cmocka_unit_test(neighbours_and_levels_do_not_matter),
		cmocka_unit_test(refused_formulas_show_the_place),
		cmocka_unit_test(the_caret_stands_under_the_place),
		cmocka_unit_test(limits),
		cmocka_unit_test(registers_run_out),
		cmocka_unit_test(normalized_differences_are_recognised),
		cmocka_unit_test(scale_free_formulas),
		cmocka_unit_test(programs_read_what_counts),
		cmocka_unit_test(common_parts_stand_once),
	};

	if (argc == 4 && strcmp(argv[1], "--eval") == 0)
		return evaluate_lines(argv[2], strtoul(argv[3], NULL, 10));
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
