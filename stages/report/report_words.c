/*
 * The words that reports share: states, errors, numbers of scenes, confinement.
 */
#include "report_words.h"
#include "masks/masks.h"
#include "recipe.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

const char *scene_status_name(enum scene_status status)
{
	switch (status) {
	case SCENE_OK:
		return "ok";
	case SCENE_FAILED:
		return "failed";
	case SCENE_SKIPPED:
		return "skipped";
	case SCENE_CANCELLED:
		return "cancelled";
	}
	return "?";
}

const char *error_code_name(int code)
{
	static const struct {
		int code;
		const char *name;
	} table[] = {
		{EX_USAGE, "EX_USAGE"},         {EX_DATAERR, "EX_DATAERR"},
		{EX_NOINPUT, "EX_NOINPUT"},     {EX_UNAVAILABLE, "EX_UNAVAILABLE"},
		{EX_SOFTWARE, "EX_SOFTWARE"},   {EX_OSERR, "EX_OSERR"},
		{EX_CANTCREAT, "EX_CANTCREAT"}, {EX_IOERR, "EX_IOERR"},
		{EX_TEMPFAIL, "EX_TEMPFAIL"},   {EX_NOPERM, "EX_NOPERM"},
		{EX_CONFIG, "EX_CONFIG"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].code == code)
			return table[i].name;
	return "unknown";
}

const char *masked_text(char text[MASKED_TEXT_BYTES], const struct mask_counts *by)
{
	size_t used = 0;

	*text = '\0';
	for (unsigned reason = 0; reason < N_MASK_REASONS; reason++)
		if (by->n[reason])
			used += (size_t)snprintf(text + used, MASKED_TEXT_BYTES - used,
						 "%s%" PRIu64 " %s", used ? ", " : "",
						 by->n[reason],
						 mask_reason_word((enum mask_reason)reason));
	return text;
}

const char *mask_taken_text(char text[MASK_TEXT_BYTES], const struct scene *scene,
			    const struct masks *masks, unsigned i)
{
	const struct mask_rule *rule = &masks->rule[i];
	const struct scene_rule *found = &scene->masks.rule[i];
	bool chosen = *found->layout && !rule->layout;

	if (!*found->layout && !*found->source && rule->kind == RULE_AUTO_OPTIONAL)
		(void)snprintf(text, MASK_TEXT_BYTES,
			       "%s: no cloud mask whose layout is known; all pixels are kept",
			       rule->text);
	else
		(void)snprintf(text, MASK_TEXT_BYTES, "%s%s%s%s%s", rule->text,
			       chosen ? " as " : "", chosen ? found->layout : "",
			       *found->source ? ": " : "", found->source);
	return text;
}

const char *alpha_taken_text(char text[MASK_TEXT_BYTES], const struct scene *scene)
{
	for (unsigned t = 0; t < scene->masks.n_tests; t++) {
		const struct mask_test *test = &scene->masks.test[t];

		if (test->rule != MASK_RULES_MOST)
			continue;
		(void)snprintf(text, MASK_TEXT_BYTES,
			       "alpha: band %" PRIu32 ", by its colour label; --alpha ignore "
			       "leaves it out",
			       scene->band[test->slot].index);
		return text;
	}
	return NULL;
}

const char *scene_crs(const struct scene *scene)
{
	const struct band *first = scene_first_band(scene);
	unsigned file = first ? first->file : 0;

	return file < scene->n_files ? scene->files[file].info.crs : "";
}

uint64_t scene_number(const struct scene *scene, const struct options *options)
{
	if (!options->shard.n)
		return scene->id;
	return options->shard.i - 1 + (uint64_t)scene->id * options->shard.n;
}

bool scene_summary(struct summary *out, const struct scene_result *result, unsigned v,
		   const struct recipe *recipe)
{
	const struct value_result *value = &result->value[v];

	if (result->status != SCENE_OK || v >= result->n_values || !value->histogram)
		return false;
	summary_make(out, &value->accum, value->histogram, value->area_m2, &recipe->value[v].grid);
	out->masked_by = value->masked_by;
	return true;
}

void totals_summary(struct summary *out, const struct pixel_totals *totals, unsigned v)
{
	const struct value_totals *value = &totals->value[v];

	summary_make(out, &value->accum, &value->histogram, value->n_area ? value->area_m2 : NAN,
		     &totals->layout->recipe->value[v].grid);
	out->masked_by = value->masked_by;
}

bool scene_has_error(const struct scene_result *result)
{
	return result->status == SCENE_FAILED || result->status == SCENE_SKIPPED;
}

const char *scene_error(const struct scene_result *result)
{
	return scene_has_error(result) ? result->error.text : "";
}

const char *scene_error_code(const struct scene_result *result)
{
	return scene_has_error(result) ? error_code_name(result->error.code) : "";
}

bool scene_lacks_values(const struct scene_result *result)
{
	return result->status == SCENE_OK && result->scene->missing;
}

const char *confinement_text(char text[CONFINEMENT_TEXT_BYTES], const struct confinement *c)
{
	char landlock[40] = "";

	if (!c->wanted)
		return "none";
	if (c->landlock_abi)
		(void)snprintf(landlock, sizeof(landlock), "%sLandlock (ABI %d)",
			       c->filter ? " and " : "", c->landlock_abi);
	(void)snprintf(text, CONFINEMENT_TEXT_BYTES, "%s%s%s%s%s", c->filter ? "seccomp" : "",
		       c->filter || c->landlock_abi ? landlock : "none",
		       c->network
			       ? "; network sockets stay allowed, because an input is on a network"
			       : "",
		       c->lacks ? "; " : "", c->lacks ? c->lacks : "");
	return text;
}

int report_check(FILE *out, struct error *err)
{
	if (!ferror(out))
		return 0;
	return error_errno(err, EX_IOERR, errno ? errno : EIO, "cannot write");
}

bool is_beyond(const struct summary *s, const struct value_def *def)
{
	return def->normalized_difference && def->grid.lo <= -1 && def->grid.hi >= 1 &&
	       s->n_outside;
}

/* Areas of pixels are good to about 1e-4: decimals of many hectares say nothing. */
const char *area_text(char text[AREA_TEXT_BYTES], double m2)
{
	if (m2 < 1e4) /* plots and tests are smaller than a hectare */
		(void)snprintf(text, AREA_TEXT_BYTES, "%.5g m2", m2);
	else
		(void)snprintf(text, AREA_TEXT_BYTES, m2 < 1e8 ? "%.2f ha" : "%.0f ha", m2 / 1e4);
	return text;
}

static bool notes_reflectance(const struct scene *scene)
{
	for (unsigned i = 0; i < scene->n_notes; i++)
		if (strstr(scene->notes[i], " needs reflectance") ||
		    strstr(scene->notes[i], " need reflectance"))
			return true;
	return false;
}

const char *missing_told(char text[MISSING_TEXT_BYTES], const struct scene *scene,
			 const struct recipe *recipe, unsigned v)
{
	static const char needs[] = "needs reflectance";
	char before[MISSING_TEXT_BYTES];

	(void)scene_missing_reason(scene, recipe, v, text, MISSING_TEXT_BYTES);
	while (v--)
		if (scene_missing_reason(scene, recipe, v, before, sizeof(before)))
			return strcmp(text, before) == 0 ? "as above" : text;
	return strncmp(text, needs, strlen(needs)) == 0 && notes_reflectance(scene)
		       ? "needs reflectance; see the note"
		       : text;
}
