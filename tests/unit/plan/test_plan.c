/*
 * Sharing out limits, for some thousands of made-up runs: what fits under one limit fits under
 * every larger one, all parts stay within the limit, and what is called enough is, and not much
 * above the least.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "plan/limit.h"
#include "reader/reader.h"
#include "../random.h"

enum { MIB = 1 << 20, RUNS = 300, MOST_LIMIT = 900, SCENES = 6, ABOVE_LEAST = 2 };

static uint64_t any(uint64_t below)
{
	return random_bits() % below;
}

struct made_up {
	struct plan plan;
	uint64_t need[SCENES];
	bool by_gdal[SCENES];
};

static struct made_up make_up(void)
{
	struct made_up m = {.plan = {.heavy = &reader_heavy,
				     .workers_asked = 1 + (unsigned)any(any(2) ? 4 : 64),
				     .ranks = 1 + (unsigned)any(2),
				     .own_memory = any(3) == 0,
				     .traces = any(3) == 0,
				     .has_backlog = any(4) == 0,
				     .program = (7 + any(20)) * MIB,
				     .worker_alone = (512 << 10) + any(3) * MIB}};

	m.plan.surveys_always = m.plan.own_memory || any(2);
	for (uint32_t id = 0; id < SCENES; id++) {
		m.by_gdal[id] = any(3) == 0;
		m.need[id] = any(any(2) ? 20 * MIB : 200 * MIB) + 1;
		survey_note(&m.plan.survey, id, m.by_gdal[id], m.need[id]);
		m.plan.survey.wants_gdal |= m.by_gdal[id];
	}
	return m;
}

static bool fits(struct made_up *m, uint32_t id, uint64_t limit)
{
	m->plan.budget.limit = limit;
	plan_settle(&m->plan);
	return m->need[id] <= m->plan.pool && (m->plan.gdal || !m->by_gdal[id]);
}

static void scenes_that_fit_go_on_fitting(void **unused)
{
	(void)unused;
	for (int run = 0; run < RUNS; run++) {
		struct made_up m = make_up();
		uint64_t odd = any(2) ? any(MIB) : 0; /* limits need not be whole MiB */
		bool did[SCENES] = {false};

		for (uint64_t mib = 1; mib < MOST_LIMIT; mib++)
			for (uint32_t id = 0; id < SCENES; id++) {
				bool does = fits(&m, id, mib * MIB + odd);

				assert_true(does || !did[id]);
				did[id] = does;
			}
	}
}

static void parts_stay_within_the_limit(void **unused)
{
	(void)unused;
	for (int run = 0; run < RUNS; run++) {
		struct made_up m = make_up();
		struct plan *plan = &m.plan;

		for (uint64_t mib = 1; mib < MOST_LIMIT; mib += 1 + any(9)) {
			uint64_t processes, sum;

			(void)fits(&m, 0, mib * MIB);
			assert_int_equal(plan->workers, plan->workers_most);
			assert_in_range(plan->workers, 1, plan->workers_asked);
			processes = plan->own_memory ? plan->workers + 1 : 1;
			sum = plan->baseline + plan->slots + processes * plan->gdal +
			      plan->workers * plan->per_worker_fixed + plan->pool + plan->backlog;
			assert_true(plan->pool == 0 || sum <= mib * MIB);
		}
	}
}

/* Also where the baseline comes out one MiB higher when it is tried, as it is measured. */
static void what_is_called_enough_is(void **unused)
{
	(void)unused;
	for (int run = 0; run < RUNS; run++) {
		struct made_up m = make_up();

		for (uint32_t id = 0; id < SCENES; id++) {
			uint64_t enough = plan_enough(&m.plan, m.need[id], m.by_gdal[id]);

			assert_int_equal(enough % MIB, 0);
			assert_true(fits(&m, id, enough));
			assert_false(fits(&m, id, enough - (uint64_t)(ABOVE_LEAST + 1) * MIB));
			m.plan.program += MIB;
			assert_true(fits(&m, id, enough));
			m.plan.program -= MIB;
		}
	}
}

/* Files that ask for GDAL, and are none of its either, take nothing from a plain scene. */
static void junk_robs_nobody(void **unused)
{
	(void)unused;
	for (int run = 0; run < RUNS; run++) {
		struct made_up m = make_up(), plain;

		m.plan.survey.gdal = (struct survey_needs){0};
		m.plan.survey.wants_gdal = true;
		plain = m;
		plain.plan.survey.wants_gdal = false;
		for (uint64_t mib = 1; mib < PLAN_SURVEY_LIMIT / MIB; mib += 1 + any(9))
			for (uint32_t id = 0; id < SCENES; id++)
				if (!m.by_gdal[id])
					assert_int_equal(fits(&m, id, mib * MIB),
							 fits(&plain, id, mib * MIB));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scenes_that_fit_go_on_fitting),
		cmocka_unit_test(parts_stay_within_the_limit),
		cmocka_unit_test(what_is_called_enough_is),
		cmocka_unit_test(junk_robs_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
