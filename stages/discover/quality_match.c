/*
 * Names of quality bands against what rules call them. It knows no layout: what a preset calls its
 * bands stands in the rules' own table.
 */
#include "quality_match.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "masks/layouts.h"
#include "names.h"

enum { PATTERN_BYTES = sizeof(((struct mask_need *)0)->pattern) };

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) != 0;
}

size_t quality_bare_length(const char *text)
{
	static const char *const resolutions[] = {"_10m", "_20m", "_60m", "_10", "_20", "_60"};
	size_t len = name_is_raster(text) ? name_stem(text) : strlen(text);

	for (size_t i = 0; i < sizeof(resolutions) / sizeof(resolutions[0]); i++) {
		size_t n = strlen(resolutions[i]);

		if (len > n && strncasecmp(text + len - n, resolutions[i], n) == 0)
			return len - n;
	}
	return len;
}

static unsigned grade(const char *text, const char *word)
{
	size_t n = strlen(word), len = quality_bare_length(text);
	unsigned best = MATCH_NONE;

	if (n == 0)
		return MATCH_NONE;
	if (n == len && strncasecmp(text, word, n) == 0)
		return MATCH_WHOLE;
	for (const char *at = strcasestr(text, word); at; at = strcasestr(at + 1, word)) {
		bool before = at == text || !is_word_char(at[-1]) || !is_word_char(word[0]);
		bool behind = !is_word_char(at[n]) || !is_word_char(word[n - 1]);

		if (before && behind)
			return MATCH_WORD;
		best = MATCH_HOLDS;
	}
	return best;
}

/* "DN_udm", "_udm." are more than the name's last word. */
static unsigned grade_in_name(const char *text, const char *name, const char *word)
{
	unsigned found = grade(text, word);

	return !found && name && strpbrk(word, "_.-") ? grade(name, word) : found;
}

bool quality_is_wild(const char *pattern)
{
	return strpbrk(pattern, "*?[") != NULL;
}

unsigned quality_match(const char *text, const char *name, const char *pattern)
{
	char word[PATTERN_BYTES];
	unsigned best = MATCH_NONE, alternative = 0;

	if (quality_is_wild(pattern))
		return name && fnmatch(pattern, name, 0) == 0 ? MATCH_WHOLE : MATCH_NONE;
	for (const char *from = pattern; from && alternative < MATCH_FIRST; alternative++) {
		const char *bar = strchr(from, '|');
		size_t n = bar ? (size_t)(bar - from) : strlen(from);
		unsigned found;

		if (n < sizeof(word)) {
			memcpy(word, from, n);
			word[n] = '\0';
			found = grade_in_name(text, name, word);
			if (found)
				found += MATCH_FIRST - alternative;
			best = found > best ? found : best;
		}
		from = bar ? bar + 1 : NULL;
	}
	return best;
}

/* "x_clouds.tif" and "clouds" or "*_clouds.tif": 1. */
static bool prefix_of(const char *name, const char *pattern, size_t *prefix_len)
{
	char captured[256];
	size_t stem = name_stem(name), n = strlen(pattern);

	if (quality_is_wild(pattern)) {
		if (*pattern != '*' || !name_capture(pattern, name, captured, sizeof(captured)))
			return false;
		/* A '/' ends what each wildcard stands for. */
		*prefix_len = strcspn(captured, "/");
		while (*prefix_len > 0 && !is_word_char(name[*prefix_len - 1]))
			--*prefix_len;
		return true;
	}
	for (size_t at = 0; n > 0 && at + n <= stem; at++) {
		if ((at > 0 && is_word_char(name[at - 1])) || is_word_char(name[at + n]) ||
		    strncasecmp(name + at, pattern, n) != 0)
			continue;
		*prefix_len = at > 0 ? at - 1 : 0;
		return true;
	}
	return false;
}

bool quality_asked(const struct masks *masks, const char *name, size_t *prefix_len, bool *whole)
{
	size_t stem = name_stem(name);

	*whole = false;
	for (unsigned i = 0; masks && i < masks->n; i++) {
		const char *pattern = masks->rule[i].need.pattern;

		if (masks->rule[i].kind != RULE_FREE)
			continue;
		*whole = strcasecmp(name, pattern) == 0 ||
			 (strlen(pattern) == stem && strncasecmp(name, pattern, stem) == 0);
		if (*whole || prefix_of(name, pattern, prefix_len))
			return true;
	}
	return false;
}

static bool rule_uses(const struct mask_rule *rule, const char *text, const char *name)
{
	struct mask_need need[MASK_NEEDS_MOST];
	unsigned n;

	if (rule->kind == RULE_FREE)
		return quality_match(text, name, rule->need.pattern) != MATCH_NONE;
	if (rule->kind == RULE_PRESET) {
		n = mask_needs(rule, rule->layout, need);
		for (unsigned i = 0; i < n; i++)
			if (quality_match(text, name, need[i].pattern) >= MATCH_WORD)
				return true;
		return false;
	}
	for (const struct mask_layout *l = layout_next(NULL); l; l = layout_next(l))
		if (layout_names(l, name, name))
			return true;
	return false;
}

const char *quality_text(const char *name)
{
	struct band_token token = name_band_token(name, name_stem(name));

	return token.kind == TOKEN_QA ? name + token.start : name;
}

bool quality_of_use(const struct masks *masks, const char *name)
{
	const char *text = quality_text(name);
	bool use = false;

	for (unsigned i = 0; masks && i < masks->n && !use; i++)
		use = rule_uses(&masks->rule[i], text, name);
	return use;
}
