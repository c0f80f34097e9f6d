/*
 * Fuzz rules of --mask: any bytes as one rule. Findings: a crash, a refusal without words, a text
 * that does not mean itself, a test with no condition or too many, a number that both keeps and
 * drops.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "masks/layouts.h"
#include "masks/mask_text.h"
#include "printable.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const struct error *err)
{
	char shown[ERROR_TEXT_BYTES];

	if (err->code != EX_USAGE || strncmp(err->text, "--mask '", 8) != 0 ||
	    strcmp(printable_copy(shown, sizeof(shown), err->text), err->text) != 0)
		abort();
}

/* The rule's own text is taken, and is the same rule. */
static void check_text(const struct mask_rule *rule)
{
	struct mask_rule again;
	struct error err = {0};

	if (strlen(rule->text) >= MASK_RULE_BYTES || mask_rule_parse(&again, rule->text, &err) ||
	    strcmp(again.text, rule->text) != 0 || again.set != rule->set ||
	    again.extras != rule->extras || again.threshold != rule->threshold ||
	    again.need.index != rule->need.index ||
	    memcmp(&again.need.test, &rule->need.test, sizeof(rule->need.test)) != 0)
		abort();
}

static void check_test(const struct mask_need *need)
{
	if (need->test.n < 1 || need->test.n > MASK_CONDITIONS_MOST || !*need->pattern ||
	    !memchr(need->pattern, '\0', sizeof(need->pattern)))
		abort();
	for (unsigned i = 0; i < need->test.n; i++) {
		const struct mask_condition *c = &need->test.condition[i];

		if (isnan(c->lo) || isnan(c->hi) || c->reason >= N_MASK_REASONS ||
		    (c->lo > c->hi && !need->saturation))
			abort();
	}
}

static void check_needs(const struct mask_rule *rule)
{
	struct mask_need need[MASK_NEEDS_MOST];

	if (rule->kind == RULE_FREE) {
		if (mask_needs(rule, NULL, need) != 1)
			abort();
		check_test(&need[0]);
		return;
	}
	for (const struct mask_layout *l = layout_next(NULL); l; l = layout_next(l)) {
		unsigned n = mask_takes(rule, l) ? mask_needs(rule, l, need) : 0;

		if (n > MASK_NEEDS_MOST)
			abort();
		for (unsigned i = 0; i < n; i++)
			check_test(&need[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct mask_rule rule;
	struct error err = {0};

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	if (mask_rule_parse(&rule, text, &err)) {
		check_error(&err);
	} else {
		check_text(&rule);
		check_needs(&rule);
		mask_text_show(stdout, &rule);
	}
	for (const struct mask_layout *l = layout_next(NULL); l; l = layout_next(l))
		(void)layout_names(l, text, text);
	free(text);
	return 0;
}
