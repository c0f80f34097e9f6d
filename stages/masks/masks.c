/*
 * All rules of a run, and what each of them reads.
 */
#include "masks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout_row.h"
#include "rule_parse.h"

int mask_rule_parse(struct mask_rule *rule, const char *text, struct error *err)
{
	bool is_free = text[strcspn(text, RULE_OPERATORS)] != '\0';
	int rc;

	if (!*text)
		rc = error_set(err, EX_USAGE, "there is no rule; imgpipe mask lists the presets");
	else
		rc = is_free ? free_rule_parse(rule, text, err) : preset_parse(rule, text, err);
	return rc ? error_prefix(err, "--mask '%.100s'", text) : 0;
}

/* A rule that is there already changes nothing. */
static int add_rule(struct masks *masks, const char *text, struct error *err)
{
	struct mask_rule rule;

	if (mask_rule_parse(&rule, text, err))
		return -1;
	for (unsigned i = 0; i < masks->n; i++)
		if (strcmp(masks->rule[i].text, rule.text) == 0)
			return 0;
	if (masks->n == MASK_RULES_MOST)
		return error_set(err, EX_USAGE, "--mask is given with more than %d rules",
				 MASK_RULES_MOST);
	masks->rule[masks->n++] = rule;
	return 0;
}

static void put_text(struct masks *masks)
{
	size_t used = 0;

	for (unsigned i = 0; i < masks->n; i++)
		used += (size_t)snprintf(masks->text + used, sizeof(masks->text) - used, "%s%s",
					 i ? " && " : "", masks->rule[i].text);
}

int masks_make(struct masks **out, const struct text_list *texts, struct error *err)
{
	struct masks *masks;

	*out = NULL;
	if (!texts->n)
		return 0;
	masks = calloc(1, sizeof(*masks));
	if (!masks)
		return error_memory(err, "masks", sizeof(*masks));
	for (unsigned i = 0; i < texts->n; i++)
		if (add_rule(masks, texts->text[i], err)) {
			masks_free(masks);
			return -1;
		}
	put_text(masks);
	*out = masks;
	return 0;
}

void masks_free(struct masks *masks)
{
	free(masks);
}

/* --- needs --- */

bool mask_takes(const struct mask_rule *rule, const struct mask_layout *layout)
{
	switch (rule->kind) {
	case RULE_PRESET:
		return layout == rule->layout;
	case RULE_AUTO:
	case RULE_AUTO_OPTIONAL:
		return !layout->takes_threshold && !(rule->extras & ~layout_has_extras(layout));
	case RULE_FREE:
		break;
	}
	return false;
}

static void add_condition(struct mask_test *test, const struct layout_condition *c,
			  const struct mask_rule *rule)
{
	test->condition[test->n++] = (struct mask_condition){
		.bits = c->bits,
		.reason = c->reason,
		.lo = isnan(c->lo) ? nextafter(rule->threshold, INFINITY) : c->lo,
		.hi = c->hi,
	};
}

/* Of a band of the layout; false where the rule does not read it. */
static bool make_need(struct mask_need *need, const struct layout_need *row,
		      const struct mask_rule *rule)
{
	unsigned set = 1u << rule->set;

	*need = (struct mask_need){.index = row->index,
				   .test = {.keep = row->keep, .reason = REASON_OTHER}};
	(void)snprintf(need->pattern, sizeof(need->pattern), "%s", row->pattern);
	for (const struct layout_condition *c = row->condition; c->sets | c->extras; c++) {
		if (!(c->sets & set) && !(c->extras & rule->extras))
			continue;
		need->saturation |= row->saturation && !c->bits;
		add_condition(&need->test, c, rule);
	}
	need->optional = (row->only_reasons & set) != 0;
	return need->test.n > 0;
}

unsigned mask_needs(const struct mask_rule *rule, const struct mask_layout *layout,
		    struct mask_need need[MASK_NEEDS_MOST])
{
	unsigned n = 0;

	if (rule->kind == RULE_FREE) {
		need[0] = rule->need;
		return 1;
	}
	for (const struct layout_need *row = layout->need; row->pattern; row++)
		n += make_need(&need[n], row, rule);
	return n;
}

/* QA_RADSAT of Collection 2: bit 0 is band 1 ... bit 6 band 7; bit 8 is band 9. -1: it has none. */
static int saturation_bit(const char *code)
{
	if (code[0] < '1' || code[0] > '9' || code[0] == '8' || code[1])
		return -1;
	return code[0] - '1';
}

void mask_saturation(struct mask_test *test, const char *const *codes, unsigned n)
{
	struct mask_condition *condition = &test->condition[0];

	condition->bits = 0;
	for (unsigned i = 0; i < n; i++) {
		int bit = saturation_bit(codes[i]);

		condition->bits |= bit < 0 ? 0 : 1u << bit;
	}
	condition->lo = 1;
	condition->hi = condition->bits;
}

const char *mask_reason_word(enum mask_reason reason)
{
	static const char *const words[N_MASK_REASONS] = {
		[REASON_CLOUD] = "cloud",         [REASON_SHADOW] = "shadow",
		[REASON_CIRRUS] = "cirrus",       [REASON_SNOW] = "snow",
		[REASON_SATURATED] = "saturated", [REASON_OTHER] = "other",
		[REASON_ALPHA] = "alpha",         [REASON_DATASET] = "dataset_mask",
		[REASON_RANGE] = "range",
	};

	return words[reason];
}
