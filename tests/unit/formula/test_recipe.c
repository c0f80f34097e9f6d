/*
 * Recipes: names, constants, ranges and limits of --index, --expr, --const and --range.
 *
 * With --eval it computes: options as text on the command line, and on standard input one double a
 * pixel and band, band after band in the recipe's order (its words are printed by --bands). One
 * float a pixel and value comes out, NaN where there is none. For tests/oracle/indices_table.py.
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
#include "formula/index_table.h"
#include "formula/program.h"
#include "formula/recipe_make.h"

/* "-i ndvi,evi -e x=nir -c L=1 -r x=0,1": options by letter. The texts stay in `line`. */
static void read_options(struct options *options, char *line)
{
	char *word, *rest = line;

	*options = (struct options){0};
	while ((word = strsep(&rest, " "))) {
		struct text_list *list = word[1] == 'i'   ? &options->index.index
					 : word[1] == 'e' ? &options->index.expression
					 : word[1] == 'c' ? &options->index.constant
							  : &options->index.range;

		assert_int_equal(word[0], '-');
		list->text[list->n++] = strsep(&rest, " ");
	}
}

static int make(struct recipe **recipe, const char *text, struct error *err)
{
	struct options options = {0};
	char line[6000];

	*err = (struct error){0};
	(void)snprintf(line, sizeof(line), "%s", text);
	if (*line)
		read_options(&options, line);
	return recipe_make(recipe, &options, err);
}

static struct recipe *made(const char *text)
{
	struct recipe *recipe;
	struct error err;

	if (make(&recipe, text, &err))
		fail_msg("%s: %s", text, err.text);
	return recipe;
}

static void refused(const char *text, const char *words)
{
	struct recipe *recipe;
	struct error err;

	if (!make(&recipe, text, &err))
		fail_msg("%s is taken", text);
	assert_null(recipe);
	assert_int_equal(err.code, EX_USAGE);
	if (!strstr(err.text, words))
		fail_msg("%s: %s", text, err.text);
}

/* --- what comes out --- */

static void default_is_ndvi(void **state)
{
	static const char *const same[] = {"", "-i ndvi", "-i NDVI", "-i ndvi -r ndvi=-1,1"};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		struct recipe *recipe = made(same[i]);
		const struct value_def *a = &recipe->value[0], *b = &recipe_ndvi.value[0];

		assert_int_equal(recipe->n_bands, recipe_ndvi.n_bands);
		for (unsigned k = 0; k < recipe->n_bands; k++)
			assert_memory_equal(&recipe->band[k], &recipe_ndvi.band[k],
					    sizeof(recipe->band[k]));
		assert_int_equal(recipe->n_values, 1);
		assert_string_equal(a->name, b->name);
		assert_string_equal(a->formula, b->formula);
		assert_int_equal(a->reads, b->reads);
		assert_int_equal(a->kind, b->kind);
		assert_memory_equal(&a->grid, &b->grid, sizeof(a->grid));
		assert_true(a->normalized_difference && a->a == b->a && a->b == b->b);
		assert_null(a->program);
		for (unsigned o = 0; o < N_RECIPE_OPTIONS; o++)
			assert_null(recipe->asked[o]);
		recipe_free(recipe);
	}
}

/* What is written out is what reports show, and the identity of results. */
static void formulas_are_written_out(void **state)
{
	static const struct {
		const char *options, *formula;
	} cases[] = {
		{"-i savi", "(1+0.5)*(nir-red)/(nir+red+0.5)"},
		{"-i SAVI -c L=0.25", "(1+0.25)*(nir-red)/(nir+red+0.25)"},
		{"-i savi -c savi.L=-1", "(1+(-1))*(nir-red)/(nir+red+(-1))"},
		{"-i evi -c evi.C1=7", "2.5*(nir-red)/(nir+7*red-7.5*blue+1)"},
		{"-i msavi2", "0.5*(2*nir+1-sqrt((2*nir+1)^2-8*(nir-red)))"},
		{"-i tvi", "sqrt(((nir-red)/(nir+red))+0.5)"},
		{"-e x=k*N**2 -c k=1e-4", "0.0001*nir^2"},
		{"-e x=k*N**2 -c x.k=1e-4", "0.0001*nir^2"},
		{"-e x=SAVI/2.50 -c L=0.25", "((1+0.25)*(nir-red)/(nir+red+0.25))/2.5"},
		{"-e x=B8A/b5", "B8A/B5"},
		{"-e x=#5-#05", "#5-#5"},
		{"-e x=NIR/swir1", "nir/swir16"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct recipe *recipe = made(cases[i].options);

		assert_string_equal(recipe->value[0].formula, cases[i].formula);
		recipe_free(recipe);
	}
}

/* Words that bind differently stay apart. */
static void words_are_written_out(void **state)
{
	struct options options = {
		.index.expression = {.n = 1, .text = {"x = not N > R and R<1 or !B ? 1 : 2*N"}}};
	struct recipe *recipe;
	struct error err = {0};

	(void)state;
	if (recipe_make(&recipe, &options, &err))
		fail_msg("%s", err.text);
	assert_string_equal(recipe->value[0].name, "x");
	assert_string_equal(recipe->value[0].formula, "not nir>red&&red<1||!blue?1:2*nir");
	recipe_free(recipe);
}

/* What is written out means the same when it is read again. */
static void written_out_is_final(void **state)
{
	(void)state;
	for (const struct index_row *row = index_table; row->name; row++) {
		struct recipe *recipe, *again;
		char text[6000];

		(void)snprintf(text, sizeof(text), "-i %s", row->name);
		recipe = made(text);
		(void)snprintf(text, sizeof(text), "-e x=%s", recipe->value[0].formula);
		again = made(text);
		assert_string_equal(again->value[0].formula, recipe->value[0].formula);
		assert_int_equal(again->value[0].normalized_difference,
				 recipe->value[0].normalized_difference);
		recipe_free(again);
		recipe_free(recipe);
	}
}

static void bands_have_an_order(void **state)
{
	static const char *const words[] = {"blue",   "red", "rededge071", "nir",
					    "swir16", "B8A", "#2",         "#11"};
	struct recipe *recipe = made("-i ndmi,ndre,evi -e x=#11-#2+B8A+N");

	(void)state;
	assert_int_equal(recipe->n_bands, sizeof(words) / sizeof(words[0]));
	for (unsigned i = 0; i < recipe->n_bands; i++)
		assert_string_equal(recipe->band[i].text, words[i]);
	assert_string_equal(recipe->value[0].name, "ndmi");
	assert_true(recipe->value[0].normalized_difference);
	assert_int_equal(recipe->value[0].a, 3);
	assert_int_equal(recipe->value[0].b, 4);
	assert_int_equal(recipe->value[0].reads, 1u << 3 | 1u << 4);
	assert_int_equal(recipe->value[2].reads, 1u << 0 | 1u << 1 | 1u << 3);
	assert_non_null(recipe->value[2].program);
	assert_int_equal(recipe->value[3].reads, 1u << 3 | 1u << 5 | 1u << 6 | 1u << 7);
	recipe_free(recipe);
}

static void values_have_names(void **state)
{
	struct recipe *recipe = made("-i LSWI,ndmi -i kNDVI -e Bare=N-R");

	(void)state;
	assert_int_equal(recipe->n_values, 4);
	assert_string_equal(recipe->value[0].name, "lswi");
	assert_string_equal(recipe->value[1].name, "ndmi");
	assert_ptr_equal(recipe->value[0].row, recipe->value[1].row);
	assert_string_equal(recipe->value[2].name, "kndvi");
	assert_string_equal(recipe->value[3].name, "bare");
	assert_null(recipe->value[3].row);
	assert_int_equal(recipe->value[3].kind, VALUE_PROPORTIONAL);
	recipe_free(recipe);
}

static void ranges(void **state)
{
	static const struct {
		const char *options;
		int exponent;
		double lo, hi;
	} cases[] = {
		{"-e x=N-R", 0, -1, 1},
		{"-e x=N-R -r x=0,0.1", 0, 0, 0.1},
		{"-e x=N-R -r X=-1,1.5", 1, -1, 1.5},
		{"-e x=N-R -r x=-4,2", 2, -4, 2},
		{"-e x=N-R -r x=-4.5,2", 3, -4.5, 2},
		{"-e x=N-R -r x=0,1e4", 14, 0, 1e4},
		{"-e x=N-R -r x=0,1099511627776", 40, 0, 0x1p40},
		{"-i bai", 13, 0, 1024},
		{"-i bai -r bai=0,1", 0, 0, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct recipe *recipe = made(cases[i].options);

		assert_int_equal(recipe->value[0].grid.exponent, cases[i].exponent);
		assert_true(recipe->value[0].grid.lo == cases[i].lo);
		assert_true(recipe->value[0].grid.hi == cases[i].hi);
		recipe_free(recipe);
	}
}

/* An expression needs reflectance where an index in it does, however deep. */
static void kinds(void **state)
{
	static const struct {
		const char *options;
		enum value_kind kind;
	} cases[] = {
		{"-i evi", VALUE_REFLECTANCE},
		{"-e x=N-R", VALUE_PROPORTIONAL},
		{"-e x=ndvi", VALUE_SCALE_FREE},
		{"-e x=ndvi*dvi", VALUE_PROPORTIONAL},
		{"-e x=2*evi", VALUE_REFLECTANCE},
		{"-e x=N>R?1:0*savi", VALUE_REFLECTANCE},
		{"-e x=N/R -e u=savi", VALUE_PROPORTIONAL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct recipe *recipe = made(cases[i].options);

		assert_int_equal(recipe->value[0].kind, cases[i].kind);
		recipe_free(recipe);
	}
}

/* One text for each meaning, and nothing for what is so anyway. */
static void what_was_asked(void **state)
{
	static const struct {
		const char *options, *asked[N_RECIPE_OPTIONS];
	} cases[] = {
		{"-i Evi,NDVI", {"evi,ndvi", NULL, NULL, NULL}},
		{"-i evi -i ndvi", {"evi,ndvi", NULL, NULL, NULL}},
		{"-i savi -c L=0.250", {"savi", "savi.L=0.25", NULL, NULL}},
		{"-i savi -c SAVI.L=25e-2", {"savi", "savi.L=0.25", NULL, NULL}},
		{"-i savi -c savi.L=0.5", {"savi", NULL, NULL, NULL}},
		{"-i savi,evi -c evi.L=2 -c savi.L=1 -c C1=5",
		 {"savi,evi", "evi.C1=5 evi.L=2 savi.L=1", NULL, NULL}},
		{"-i savi,evi -c C1=5 -c savi.L=1 -c evi.L=2",
		 {"savi,evi", "evi.C1=5 evi.L=2 savi.L=1", NULL, NULL}},
		{"-i ndvi -r ndvi=0,1", {NULL, NULL, "ndvi=0,1", NULL}},
		{"-i bai -r bai=-0.0,1024", {"bai", NULL, "bai=0,1024", NULL}},
		{"-e x=N/R", {NULL, NULL, NULL, "x=nir/red"}},
		{"-e X=nir/red -r x=-1,1", {NULL, NULL, NULL, "x=nir/red"}},
		{"-e x=k*N -c k=2 -e y_1=R", {NULL, "x.k=2", NULL, "x=2*nir y_1=red"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct recipe *recipe = made(cases[i].options);

		for (unsigned o = 0; o < N_RECIPE_OPTIONS; o++) {
			const char *is = recipe->asked[o] ? recipe->asked[o] : "";
			const char *want = cases[i].asked[o] ? cases[i].asked[o] : "";

			if (strcmp(is, want) != 0)
				fail_msg("%s: '%s', not '%s'", cases[i].options, is, want);
		}
		recipe_free(recipe);
	}
}

/* --- what is refused --- */

static void refusals(void **state)
{
	static const struct {
		const char *options, *words;
	} cases[] = {
		{"-i foo", "there is no index 'foo'"},
		{"-i ndvi,nddvi", "(is it NDVI?)"},
		{"-i ndvi,,evi", "an empty place"},
		{"-i ndvi,", "an empty place"},
		{"-i ndvi;evi", "there is no index"},
		{"-i ndvi,NDVI", "ndvi is asked for twice"},
		{"-i ndvi -i ndvi", "ndvi is asked for twice"},
		{"-e x=N -e X=R", "x is asked for twice"},
		{"-i aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "too long"},
		{"-i ndvi,gndvi,bndvi,sr,ipvi,wdrvi,msr,tvi,kndvi,dvi,rdvi,nirv,nli,mnli,gemi,evi "
		 "-e x=N",
		 "more than 16 indices"},
		{"-e x", "give a name of at most 31"},
		{"-e =N", "give a name"},
		{"-e x==N", "give a name"},
		{"-e 1x=N", "give a name"},
		{"-e x-y=N", "give a name"},
		{"-e abcdefghijklmnopqrstuvwxyzabcdef=N", "give a name"},
		{"-e nir=R", "nir is a band"},
		{"-e b5=R", "b5 is a band"},
		{"-e N2=R", "n2 is a band"},
		{"-e NDVI=R", "ndvi is an index"},
		{"-e lswi=R", "lswi is an index"},
		{"-e sqrt=R", "sqrt is a function"},
		{"-e Not=R", "not is a function"},
		{"-e x=2", "reads no band"},
		{"-e x=k*2 -c k=2", "reads no band"},
		{"-e x=N+foo", "`foo` is neither a band nor an index"},
		{"-e x=N+nri", "(is it nir?)"},
		{"-e first=N -e x=first+N", "cannot use another one"},
		{"-e x=N+", "--expr x"},
		{"-e x=", "--expr x"},
		{"-e x=N+x", "cannot use another one"},
		{"-i ndvi -c L=1", "nothing in this run has such a constant"},
		{"-i savi -c Q=1", "there are savi.L"},
		{"-i savi -c savi.Q=1", "--const savi.Q"},
		{"-i savi -c evi.L=1", "--const evi.L"},
		{"-i savi -c foo.L=1", "no index or expression foo in this run"},
		{"-i savi,evi -c L=1", "say whose"},
		{"-i savi -e x=L*N -c L=1", "say whose"},
		{"-i savi -c L=1 -c L=2", "given twice"},
		{"-i savi -c savi.L=1 -c SAVI.L=2", "given twice"},
		{"-i savi -c savi.L=1 -c L=2", "nothing in this run has such a constant"},
		{"-i savi -c L", "give a constant and a number"},
		{"-i savi -c L=", "give a constant and a number"},
		{"-i savi -c L=nan", "give a constant and a number"},
		{"-i savi -c L=1e999", "give a constant and a number"},
		{"-i savi -c L=0x1", "give a constant and a number"},
		{"-i savi -c =1", "give a constant and a number"},
		{"-i savi -c .L=1", "give a constant and a number"},
		{"-e x=N*red -c red=1", "red is a band"},
		{"-e x=N*red -c x.red=1", "red is a band"},
		{"-e x=N*evi -c evi=1", "evi is an index"},
		{"-e x=N*exp -c exp=1", "exp is a function"},
		{"-e x=N -r x=1000000,1000000.5", "too near to each other"},
		{"-e x=N -r x=0,1e-320", "too near to each other"},
		{"-r evi=0,1", "no index or expression evi in this run"},
		{"-r ndvi=0", "two numbers"},
		{"-r ndvi=0,1,2", "two numbers"},
		{"-r ndvi=1,0", "the smaller first"},
		{"-r ndvi=1,1", "the smaller first"},
		{"-r ndvi=0,inf", "two numbers"},
		{"-r ndvi=0,nan", "two numbers"},
		{"-r =0,1", "no index"},
		{"-r ndvi=0,2e12", "beyond 2^40"},
		{"-r ndvi=0,1 -r NDVI=0,2", "given twice"},
		{"-e x=#1+#2+#3+#4+#5+#6+#7+#8+#9+#10+#11+#12+#13+#14+#15+#16+#17",
		 "one band too many"},
		{"-e x=#1+#2+#3+#4+#5+#6+#7+#8+#9+#10+#11+#12+#13+#14+#15 -i ndvi",
		 "one band too many"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refused(cases[i].options, cases[i].words);
}

/* A short expression whose indices make a long one. */
static void long_formulas(void **state)
{
	char text[6000] = "-e x=gemi";

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		(void)strcat(text, "+gemi");
	refused(text, "written out");
	memset(text, '(', 4500);
	(void)memcpy(text, "-e x=", 5);
	text[4500] = '\0';
	refused(text, "--expr x");
}

/* --- computing --- */

/* From standard input until it ends; the number of pixels. */
static size_t read_bands(double **pixels, unsigned n_bands)
{
	size_t room = 1 << 20, n = 0, got;

	*pixels = malloc(room * sizeof(**pixels));
	while (*pixels && (got = fread(*pixels + n, sizeof(**pixels), room - n, stdin)) > 0) {
		n += got;
		if (n == room)
			*pixels = realloc(*pixels, (room *= 2) * sizeof(**pixels));
	}
	return *pixels ? n / n_bands : 0;
}

/* The pixels [from, from + n). */
static void put_strip(const struct recipe *recipe, const struct value_def *value,
		      const double *const *band, size_t n, void *scratch)
{
	float out[PROGRAM_STRIP];
	uint8_t class[PROGRAM_STRIP];

	(void)recipe;
	memset(class, PIXEL_VALID, sizeof(class));
	if (value->program)
		program_run(value->program, band, n, scratch, out, class);
	for (size_t i = 0; i < n; i++) {
		double a = band[value->a][i], b = band[value->b][i];

		if (!value->program)
			out[i] = (float)((a - b) / (a + b));
		if (class[i] != PIXEL_VALID)
			out[i] = NAN;
	}
	(void)fwrite(out, sizeof(*out), n, stdout);
}

static int eval(const char *text)
{
	struct recipe *recipe = made(text);
	double *pixels;
	size_t n = read_bands(&pixels, recipe->n_bands);

	for (unsigned v = 0; v < recipe->n_values; v++) {
		const struct value_def *value = &recipe->value[v];
		size_t bytes = value->program ? program_scratch(value->program) : 0;
		void *scratch = aligned_alloc(64, (bytes + 64) / 64 * 64);

		for (size_t from = 0; from < n; from += PROGRAM_STRIP) {
			const double *band[RECIPE_MAX_BANDS];
			size_t strip = n - from < PROGRAM_STRIP ? n - from : PROGRAM_STRIP;

			for (unsigned i = 0; i < recipe->n_bands; i++)
				band[i] = pixels + i * n + from;
			put_strip(recipe, value, band, strip, scratch);
		}
		free(scratch);
	}
	free(pixels);
	recipe_free(recipe);
	return 0;
}

static int show_bands(const char *text)
{
	struct recipe *recipe = made(text);

	for (unsigned i = 0; i < recipe->n_bands; i++)
		puts(recipe->band[i].text);
	recipe_free(recipe);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(default_is_ndvi),
		cmocka_unit_test(formulas_are_written_out),
		cmocka_unit_test(words_are_written_out),
		cmocka_unit_test(bands_have_an_order),
		cmocka_unit_test(values_have_names),
		cmocka_unit_test(ranges),
		cmocka_unit_test(what_was_asked),
		cmocka_unit_test(refusals),
		cmocka_unit_test(long_formulas),
		cmocka_unit_test(written_out_is_final),
		cmocka_unit_test(kinds),
	};

	if (argc == 3 && strcmp(argv[1], "--eval") == 0)
		return eval(argv[2]);
	if (argc == 3 && strcmp(argv[1], "--bands") == 0)
		return show_bands(argv[2]);
	return cmocka_run_group_tests_name("recipes", tests, NULL, NULL);
}
