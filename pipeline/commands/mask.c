/*
 * imgpipe mask: the presets of --mask, and what a rule means.
 */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "masks/layouts.h"
#include "masks/mask_text.h"
#include "masks/masks.h"

/* A layout that takes a threshold is shown with the usual one. */
static int parse(struct mask_rule *rule, const char *text, struct error *err)
{
	const struct mask_layout *layout = layout_called(text);
	struct error first;
	char with[64];

	if (!layout)
		return mask_rule_parse(rule, text, err);
	if (mask_rule_parse(rule, layout_name(layout), &first) == 0)
		return 0;
	(void)snprintf(with, sizeof(with), "%s:66", layout_name(layout));
	return mask_rule_parse(rule, with, err);
}

static int show_each(char **text, unsigned n, struct error *err)
{
	struct mask_rule rule;

	if (!n)
		return error_set(err, EX_USAGE,
				 "show what? give a preset or a rule, as in imgpipe mask show scl");
	for (unsigned i = 0; i < n; i++) {
		if (parse(&rule, text[i], err))
			return -1;
		if (i)
			putchar('\n');
		mask_text_show(stdout, &rule);
	}
	return 0;
}

static int run(const struct call *call, struct error *err)
{
	char **word = call->options->args;
	unsigned n = call->options->n_args;

	if (n && strcmp(word[0], "show") == 0)
		return show_each(word + 1, n - 1, err);
	if (n > 1 || (n && strcmp(word[0], "list") != 0))
		return error_set(err, EX_USAGE,
				 "'%.60s' is neither list nor show; imgpipe mask show %.60s tells "
				 "of a rule",
				 word[0], word[0]);
	mask_text_list(stdout);
	return 0;
}

const struct command command_mask = {
	.word = "mask",
	.arguments = "[list] | show RULE ...",
	.verbs = "list show",
	.shown = mask_word,
	.shown_behind = mask_set_word,
	.purpose = "list the presets that --mask knows, or tell what a rule drops",
	.examples = "imgpipe mask\n"
		    "imgpipe mask show scl\n"
		    "imgpipe mask show landsat-c2:strict+snow 'QA_PIXEL&31'\n",
	.run = run,
};
