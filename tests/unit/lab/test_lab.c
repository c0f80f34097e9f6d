/*
 * The labs' generators against known answers and their own definitions, and the figures of a line.
 * The known answers of Philox are those of Random123 (kat_vectors); of PCG64, those of its
 * reference implementation (pcg64 of pcg-c, check-pcg64.out: seed 42, stream 54).
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lab/lab_random.h"
#include "lab/lab_stages.h"
#include "base/simd.h"

static void check_philox(const uint32_t in[6], const uint32_t want[4])
{
	struct philox p = philox(in[0], in[1], in[2], in[3], in[4], in[5]);

	assert_memory_equal(p.word, want, sizeof(p.word));
}

static void philox_gives_the_known_answers(void **state)
{
	(void)state;
	check_philox((const uint32_t[6]){0},
		     (const uint32_t[4]){0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
	check_philox((const uint32_t[6]){~0u, ~0u, ~0u, ~0u, ~0u, ~0u},
		     (const uint32_t[4]){0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
	check_philox((const uint32_t[6]){0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822,
					 0x299f31d0},
		     (const uint32_t[4]){0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

/* The upper 53 of the known 64 bits. */
static void pcg64_gives_the_known_answers(void **state)
{
	static const uint64_t known[] = {0x86b1da1d72062b68, 0x1304aa46c9853d39,
					 0xa3670e9e0dd50358, 0xf9090e529a7dae00,
					 0xc85b9fd837996f2c, 0x606121f8e3919196};
	struct pcg64 g;

	(void)state;
	pcg64_seed(&g, 42);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_true(pcg64_double(&g) == (double)(known[i] >> 11) * 0x1p-53);
}

static void a_skip_is_so_many_draws(void **state)
{
	static const uint64_t steps[] = {0, 1, 2, 3, 64, 1000, 65537};

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct pcg64 walked, skipped;

		pcg64_seed(&walked, 7);
		skipped = walked;
		for (uint64_t k = 0; k < steps[i]; k++)
			(void)pcg64_double(&walked);
		pcg64_skip(&skipped, steps[i]);
		assert_true(walked.state == skipped.state);
	}
}

static int by_value(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(uint64_t));
}

/* Points first ... first + n - 1 as one number each, sorted: their order is not promised. */
static void sorted_points(uint64_t *out, uint64_t first, size_t n)
{
	uint32_t x[64], y[64];

	philox_points(x, y, first, n, 0x123456789u);
	for (size_t i = 0; i < n; i++)
		out[i] = (uint64_t)x[i] << 32 | y[i];
	qsort(out, n, sizeof(*out), by_value);
}

static void a_point_depends_on_its_number_alone(void **state)
{
	static const uint64_t firsts[] = {0, 1, 2, 17, 0x1fffffffe, 0x1ffffffff};

	(void)state;
	for (int level = 0; level < N_SIMD_LEVELS; level++) {
		simd_force((enum simd_level)level);
		for (size_t f = 0; f < sizeof(firsts) / sizeof(firsts[0]); f++)
			for (size_t n = 0; n <= 40; n++) {
				uint64_t all[64], one[64];

				sorted_points(all, firsts[f], n);
				for (size_t i = 0; i < n; i++)
					sorted_points(&one[i], firsts[f] + i, 1);
				qsort(one, n, sizeof(*one), by_value);
				assert_memory_equal(all, one, n * sizeof(*one));
			}
	}
}

static void smoothing_is_the_same_for_all_instruction_sets(void **state)
{
	double s[N_SIMD_LEVELS][37];

	(void)state;
	for (int level = 0; level < N_SIMD_LEVELS; level++) {
		simd_force((enum simd_level)level);
		for (size_t i = 0; i < 37; i++)
			s[level][i] = 0.5;
		for (uint32_t t = 0; t < 20; t++) {
			philox_smooth(s[level], 1000, 20, t, 9);
			philox_smooth(s[level] + 20, 1020, 17, t, 9);
		}
		for (size_t i = 0; i < 37; i++) {
			assert_true(s[level][i] >= 0 && s[level][i] < 1);
			assert_true(s[level][i] == s[0][i]);
		}
	}
}

static void the_closed_form_is_the_sum(void **state)
{
	int128 twice = 0;

	(void)state;
	for (uint64_t n = 0; n < 3500; n++) {
		assert_true(lab_sum_twice(n) == twice);
		twice += 2 * (n % 1000) + 1;
	}
	assert_true(lab_sum_twice(1000000000) == (int128)1000000000000);
}

static void figures_of_a_line(void **state)
{
	struct lab_line base = {
		.workers = 1, .wall_s = 4, .work_s = 3, .n_valid = 3, .n_masked = 1};
	struct lab_line two = {.workers = 2, .wall_s = 2.5, .work_s = 4};
	struct lab_line failed = {.status = 75};

	(void)state;
	assert_true(lab_pi(&base) == 3);
	assert_true(lab_speed_up(&two, &base) == 1.6);
	assert_true(lab_efficiency(&two, &base) == 0.8);
	assert_true(lab_work_share(&two) == 0.8);
	assert_true(isnan(lab_speed_up(&failed, &base)));
	/* a measurement is not compared with itself */
	assert_true(isnan(lab_speed_up(&two, &two)));
	assert_true(isnan(lab_efficiency(&base, &base)));
	/* a millisecond more or less is the whole time */
	two.wall_s = 0.002;
	assert_true(lab_too_short(&two, &base) && !lab_too_short(&two, &two));
	assert_true(isnan(lab_speed_up(&two, &base)) && isnan(lab_efficiency(&two, &base)));
	/* 16 p (1 - p) / n with p = pi / 4 */
	assert_true(fabs(lab_pi_error(100) - 0.16421834) < 1e-8);
}

/* The sentences, one after another. */
struct told {
	char text[4096];
};

static void keep(void *to, enum ink ink, const char *label, const char *text)
{
	struct told *told = to;
	size_t used = strlen(told->text);

	(void)snprintf(told->text + used, sizeof(told->text) - used, "%s%s: %s\n",
		       ink == INK_WARNING ? "! " : "", label, text);
}

/* What is said of one and of two workers that took so long, with all their time at work; the two
 * had a CPU for a share of it.
 */
static const char *told_running(struct told *told, enum lab_mode mode, double one_s, double two_s,
				double running)
{
	struct lab_line line[2] = {
		{.mode = mode, .workers = 1, .wall_s = one_s},
		{.mode = mode, .workers_asked = 2, .workers = 2, .wall_s = two_s}};
	struct lab_set set = {.lab = {.kind = LAB_PI, .n = 1000}, .n_lines = 2, .line = line};

	for (int i = 0; i < 2; i++)
		line[i].work_s = line[i].work_cpu_s = line[i].cpu_s =
			line[i].wall_s * line[i].workers;
	line[1].work_cpu_s *= running;
	told->text[0] = '\0';
	lab_conclude(&set, keep, told);
	return told->text;
}

static const char *told_of(struct told *told, enum lab_mode mode, double one_s, double two_s)
{
	return told_running(told, mode, one_s, two_s, 1);
}

/* Each time that has a speed-up is one of which it is told that cores were busy, and no other. */
static void busy_cores_are_told_where_a_speed_up_is(void **state)
{
	static struct told told;
	static const char words[] = "! timings: cores were busy elsewhere: in the line own, 2 "
				    "workers, workers with work to do had a CPU only 50 %";

	(void)state;
	for (double two_s = 0.0105; two_s < 0.3; two_s *= 1.3) {
		assert_non_null(strstr(told_running(&told, LAB_OWN, 0.04, two_s, 0.5), words));
		assert_null(strstr(told.text, "short"));
		assert_null(strstr(told_running(&told, LAB_OWN, 0.04, two_s, 0.75), words));
	}
	assert_null(strstr(told_running(&told, LAB_OWN, 0.04, 0.0095, 0.5), words));
	assert_non_null(strstr(told.text, "short"));
}

static void times_that_show_no_speed_up_are_told(void **state)
{
	static struct told told;

	(void)state;
	assert_null(strstr(told_of(&told, LAB_OWN, 2.0, 1.01), "timings"));
	assert_non_null(strstr(told_of(&told, LAB_OWN, 0.020, 0.009),
			       "! timings: \"short\": one of the two "
			       "lines took under 10 ms"));
	assert_null(strstr(told.text, "can give"));
	assert_non_null(strstr(told_of(&told, LAB_OWN, 3.0, 0.5),
			       "! timings: the line own, 2 workers has a speed-up of 6.00, more "
			       "than its workers can give"));
	assert_null(strstr(told.text, "short"));
	assert_null(strstr(told_of(&told, LAB_OWN, 3.0, 2.0), "timings"));
	assert_non_null(strstr(told_of(&told, LAB_TIME, 3.0, 2.0),
			       "a speed-up of 1.50, more than a sequence can give"));
}

/* 2 s of CPU, of which the work takes so much. */
static const char *told_of_array(struct told *told, double work_cpu_s)
{
	struct lab_line line = {.mode = LAB_ARRAY,
				.workers = 1,
				.wall_s = 2.5,
				.cpu_s = 2,
				.work_s = work_cpu_s,
				.work_cpu_s = work_cpu_s};
	struct lab_set set = {.lab = {.kind = LAB_SUM, .n = 1 << 27}, .n_lines = 1, .line = &line};

	told->text[0] = '\0';
	lab_conclude(&set, keep, told);
	return told->text;
}

static void where_the_time_of_an_array_goes_is_told(void **state)
{
	static struct told told;

	(void)state;
	assert_non_null(strstr(told_of_array(&told, 0.1),
			       "array: 1.900 of its 2.000 s CPU are outside of the work: before "
			       "it, the system gives the memory (1.00 GiB)"));
	assert_null(strstr(told_of_array(&told, 1.6), "outside of the work"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(philox_gives_the_known_answers),
		cmocka_unit_test(pcg64_gives_the_known_answers),
		cmocka_unit_test(a_skip_is_so_many_draws),
		cmocka_unit_test(a_point_depends_on_its_number_alone),
		cmocka_unit_test(smoothing_is_the_same_for_all_instruction_sets),
		cmocka_unit_test(the_closed_form_is_the_sum),
		cmocka_unit_test(figures_of_a_line),
		cmocka_unit_test(busy_cores_are_told_where_a_speed_up_is),
		cmocka_unit_test(where_the_time_of_an_array_goes_is_told),
		cmocka_unit_test(times_that_show_no_speed_up_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
