/*
 * The table of layouts as text. What a rule drops is taken from its conditions, never written
 * twice.
 */
#include "mask_text.h"

#include <math.h>
#include <string.h>

#include "base/table.h"
#include "base/text.h"
#include "layout_row.h"
#include "rule_parse.h"

enum { NAME_COLUMNS = 14, LABEL_COLUMNS = 10, SET_COLUMNS = 35, TEXT_BYTES = 48 };

static void item(FILE *out, const char *label, const char *text)
{
	text_item(out, LABEL_COLUMNS, label, text);
}

/* --- all --- */

void mask_text_list(FILE *out)
{
	screen_put(out, INK_HEADING, "preset");
	fprintf(out, "%*s", NAME_COLUMNS - 6, "");
	screen_put(out, INK_HEADING, "quality band");
	fputc('\n', out);
	for (const struct mask_layout *l = layout_next(NULL); l; l = layout_next(l))
		text_item(out, NAME_COLUMNS, l->name, l->title);
	text_item(out, NAME_COLUMNS, "auto",
		  "the first of these that a scene has, but for those that take a threshold; a "
		  "scene without one fails");
	text_item(out, NAME_COLUMNS, "auto-optional",
		  "the same; a scene without one is not masked");
	fputs("\n", out);
	text_fold(out, 0, 0,
		  "imgpipe mask show NAME tells what one drops, and its other sets and extras: "
		  "scl:land, landsat-c2+snow. Rules of your own say what is kept, in quotes: "
		  "'SCL=4-7,11', 'SCL!=3,8-10', 'CLDPRB<20', 'QA_PIXEL&31=0', 'udm2.1=1', '#8=0' "
		  "(band 8 of a stack).");
}

/* --- what a condition holds of --- */

static void bits_text(char *text, size_t size, const struct layout_condition *c)
{
	int low = __builtin_ctz(c->bits), high = 31 - __builtin_clz(c->bits);
	unsigned lo = (unsigned)c->lo >> low, hi = (unsigned)c->hi >> low;

	if (low == high)
		(void)snprintf(text, size, "bit %d", low);
	else if (c->lo == 1 && (uint32_t)c->hi == c->bits && low)
		(void)snprintf(text, size, "one of bits 0x%x", c->bits);
	else if (lo == hi)
		(void)snprintf(text, size, "bits %d to %d are %u", low, high, lo);
	else
		(void)snprintf(text, size, "bits %d to %d are %u to %u", low, high, lo, hi);
}

static void condition_text(char *text, size_t size, const struct layout_condition *c,
			   const struct mask_rule *rule)
{
	if (c->bits)
		bits_text(text, size, c);
	else if (isnan(c->lo))
		(void)snprintf(text, size, "above %u", rule->threshold);
	else if (c->lo > c->hi)
		(void)snprintf(text, size, "bit of the band");
	else if (isinf(c->hi))
		(void)snprintf(text, size, "%g and above", c->lo);
	else if (isinf(c->lo))
		(void)snprintf(text, size, "below 0");
	else
		(void)snprintf(text, size, "%g", c->lo);
}

/* "udm2 band 6" */
static void band_text(char *text, size_t size, const struct layout_need *need)
{
	int length = (int)strcspn(need->pattern, "|");

	if (need->index)
		(void)snprintf(text, size, "%.*s band %u", length, need->pattern, need->index);
	else
		(void)snprintf(text, size, "%.*s", length, need->pattern);
}

/* Calls `visit` for each condition that the rule drops by. */
static void each_condition(const struct mask_rule *rule, void *to,
			   void (*visit)(void *to, const struct layout_need *need,
					 const struct layout_condition *c,
					 const struct mask_rule *rule))
{
	for (const struct layout_need *need = rule->layout->need; need->pattern; need++)
		for (const struct layout_condition *c = need->condition; c->sets | c->extras; c++)
			if ((c->sets & 1u << rule->set) || (c->extras & rule->extras))
				visit(to, need, c, rule);
}

static void texts_of(char band[TEXT_BYTES], char numbers[TEXT_BYTES],
		     const struct layout_need *need, const struct layout_condition *c,
		     const struct mask_rule *rule)
{
	char what[TEXT_BYTES - 4];

	band_text(band, TEXT_BYTES, need);
	condition_text(what, sizeof(what), c, rule);
	(void)snprintf(numbers, TEXT_BYTES, "%s%s", need->keep ? "not " : "", what);
}

enum { AT_BAND, AT_NUMBERS, AT_REASON, AT_WORDS, N_COLUMNS };

/* As wide as what is in them, so that words have the rest. */
static void widen(void *to, const struct layout_need *need, const struct layout_condition *c,
		  const struct mask_rule *rule)
{
	struct table_column *column = to;
	char band[TEXT_BYTES], numbers[TEXT_BYTES];
	size_t length[] = {0, 0, strlen(mask_reason_word(c->reason))};

	texts_of(band, numbers, need, c, rule);
	length[AT_BAND] = strlen(band);
	length[AT_NUMBERS] = strlen(numbers);
	for (int i = 0; i < AT_WORDS; i++)
		if (length[i] > column[i].width)
			column[i].width = (unsigned char)length[i];
}

static void show_condition(void *to, const struct layout_need *need,
			   const struct layout_condition *c, const struct mask_rule *rule)
{
	const struct table *table = to;
	unsigned at = table_column_at(table, AT_WORDS) + 2;
	char band[TEXT_BYTES], numbers[TEXT_BYTES];
	const char *cell[N_COLUMNS] = {band, numbers, mask_reason_word(c->reason)};

	texts_of(band, numbers, need, c, rule);
	(void)fputs("  ", table->out);
	table_row_begin(table, INK_PLAIN, cell, AT_REASON);
	(void)fputc(' ', table->out);
	text_fold(table->out, at, at, c->words);
}

static void show_drops(FILE *out, const struct mask_rule *rule)
{
	struct table_column columns[N_COLUMNS] = {{.head = "band", .width = 8, .left = true},
						  {.head = "where", .width = 8, .left = true},
						  {.head = "reason", .width = 8, .left = true},
						  {.head = "words", .width = 5, .left = true}};
	struct table table;

	item(out, "drops", "(a pixel's reason is the first that holds)");
	each_condition(rule, columns, widen);
	table_init(&table, out, columns, N_COLUMNS);
	each_condition(rule, &table, show_condition);
}

/* --- what else there is --- */

static void show_sets(FILE *out, const struct mask_layout *layout)
{
	char label[64];

	for (const struct layout_set *set = layout->set; set->name; set++) {
		screen_put(out, INK_HEADING, set == layout->set ? "sets      " : "          ");
		(void)snprintf(label, sizeof(label), "%s%s%s", layout->name, *set->name ? ":" : "",
			       layout->takes_threshold ? ":66" : set->name);
		fprintf(out, "%-24s ", label);
		text_fold(out, SET_COLUMNS, SET_COLUMNS, set->words);
	}
}

static void show_extras(FILE *out, const struct mask_layout *layout, unsigned set)
{
	uint32_t extras = layout_extras_that_add(layout, set);
	const char *label = "extras";

	for (unsigned i = 0; layout_extras[i].word; i++) {
		if (!(extras & 1u << i))
			continue;
		screen_put(out, INK_HEADING, label);
		fprintf(out, "%*s+%-24s", LABEL_COLUMNS - (int)strlen(label), "",
			layout_extras[i].word);
		text_fold(out, SET_COLUMNS, SET_COLUMNS, layout_extras[i].meaning);
		label = "";
	}
}

/* "_udm" or "SCL" of a row of words parted by "|". */
static void show_files(FILE *out, const struct mask_layout *layout)
{
	char text[200] = "files and bands whose name holds ";
	size_t used = strlen(text);

	for (const char *at = layout->files; *at && used < sizeof(text) - 1; at++)
		used += *at == '|' ? (size_t)snprintf(text + used, sizeof(text) - used, " or ")
				   : (size_t)snprintf(text + used, sizeof(text) - used, "%c", *at);
	item(out, "found in", text);
}

static void show_preset(FILE *out, const struct mask_rule *rule)
{
	const struct mask_layout *layout = rule->layout;

	fprintf(out, "%s: %s\n", rule->text, layout->title);
	show_drops(out, rule);
	show_sets(out, layout);
	show_extras(out, layout, rule->set);
	show_files(out, layout);
	if (layout->fill_words)
		item(out, "fill", layout->fill_words);
	item(out, "source", layout->source);
}

static void show_free(FILE *out, const struct mask_rule *rule)
{
	char shown[4 * MASK_RULE_BYTES];

	fprintf(out, "%s: a rule of your own\n", printable_copy(shown, sizeof(shown), rule->text));
	item(out, "keeps", "pixels where this holds; never those of the band's nodata value");
}

static void show_auto(FILE *out, const struct mask_rule *rule)
{
	char text[400] = "";
	size_t used = 0;

	for (const struct mask_layout *l = layout_next(NULL); l; l = layout_next(l))
		if (mask_takes(rule, l) && used < sizeof(text))
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
						 used ? ", " : "", l->name);
	fprintf(out, "%s: the layout that a scene has\n", rule->text);
	item(out, "takes", text);
	item(out, "without",
	     rule->kind == RULE_AUTO ? "a scene that has none of them fails"
				     : "a scene that has none of them is not masked, with a note");
}

void mask_text_show(FILE *out, const struct mask_rule *rule)
{
	switch (rule->kind) {
	case RULE_PRESET:
		show_preset(out, rule);
		break;
	case RULE_AUTO:
	case RULE_AUTO_OPTIONAL:
		show_auto(out, rule);
		break;
	case RULE_FREE:
		show_free(out, rule);
		break;
	}
}
