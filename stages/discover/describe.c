/*
 * Band descriptions -> the name of a band, or a band number. It reads words; it does not know
 * sensors, and does not choose between bands.
 */
#include "describe.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bands/names.h"

enum { MAX_WORDS = 12, WORD_BYTES = 24 };

struct word_list {
	char word[MAX_WORDS][WORD_BYTES];
	unsigned n;
};

/* Lower-case runs of letters and digits. */
static struct word_list split(const char *text)
{
	struct word_list list = {.n = 0};

	while (*text && list.n < MAX_WORDS) {
		size_t len = 0;

		while (*text && !isalnum((unsigned char)*text))
			text++;
		for (; isalnum((unsigned char)*text); text++)
			if (len < WORD_BYTES - 1)
				list.word[list.n][len++] = (char)tolower((unsigned char)*text);
		list.word[list.n][len] = '\0';
		list.n += len > 0;
	}
	return list;
}

static bool has(const struct word_list *list, const char *word)
{
	for (unsigned i = 0; i < list->n; i++)
		if (strcmp(list->word[i], word) == 0)
			return true;
	return false;
}

static bool has_any(const struct word_list *list, const char *const *words)
{
	for (; *words; words++)
		if (has(list, *words))
			return true;
	return false;
}

/* Words that make it no image of the ground, whatever colour is named beside them. */
static bool is_no_band(const struct word_list *list)
{
	static const char *const words[] = {
		"qa",          "quality", "mask",      "flag",   "flags",    "uncertainty", "error",
		"angle",       "std",     "count",     "stddev", "variance", "index",       "ndvi",
		"temperature", "lst",     "mandatory", "cloud",  "st",       NULL};

	return has_any(list, words);
}

/* Words of bands that have red or infrared in their names, and are neither red nor NIR. */
static bool is_red_edge_or_beyond(const struct word_list *list)
{
	static const char *const words[] = {"edge",  "swir",    "swir1", "swir2", "shortwave",
					    "short", "thermal", "tir",   NULL};

	return has_any(list, words);
}

enum { PHRASE_WORDS = 4 };

/* The longest name that begins at a word: *name, and how many words it takes; 0: none does. */
static unsigned name_at(const struct word_list *list, unsigned at, enum band_name *name)
{
	char phrase[PHRASE_WORDS * WORD_BYTES];
	unsigned found = 0;
	size_t len = 0;

	for (unsigned n = 0; n < PHRASE_WORDS && at + n < list->n; n++) {
		enum band_name one;

		len += (size_t)snprintf(phrase + len, sizeof(phrase) - len, "%s%s", n ? " " : "",
					list->word[at + n]);
		if (!band_word(phrase, len, USE_DESCRIPTION, &one))
			continue;
		*name = one;
		found = n + 1;
	}
	return found;
}

/* All names in a description, bit by bit; words of several bands count for none. */
static uint32_t names_in(const struct word_list *list)
{
	uint32_t names = 0;
	enum band_name name;

	if (list->n == 1 && band_word(list->word[0], strlen(list->word[0]), USE_ALONE, &name))
		return 1u << name;
	for (unsigned i = 0, n; i < list->n; i += n ? n : 1) {
		n = name_at(list, i, &name);
		if (n)
			names |= 1u << name;
	}
	return names & ~(1u << NAME_NONE);
}

static enum band_name only_name(uint32_t names)
{
	for (enum band_name name = NAME_NONE + 1; name < N_BAND_NAMES; name++)
		if (names == 1u << name)
			return name;
	return NAME_NONE;
}

/* "Infrared (near)": the words stand apart. */
static bool is_near_infrared(const struct word_list *list)
{
	static const char *const infrared[] = {"infrared", "infra", "ir", NULL};

	return has(list, "near") && has_any(list, infrared);
}

static bool is_red(const struct word_list *list, uint32_t names)
{
	static const char *const infra[] = {"infra", "near", "far", "middle", "mid", NULL};

	return (names & (1u << NAME_RED)) && !has_any(list, infra);
}

/* NIR before red, red before others: "near infrared (CIR red)" is NIR. */
static enum band_name choose_name(const struct word_list *list)
{
	const uint32_t red = 1u << NAME_RED, nir = 1u << NAME_NIR, nir08 = 1u << NAME_NIR08;
	uint32_t names = names_in(list);

	if (is_red_edge_or_beyond(list))
		return only_name(names & ~(red | nir | nir08));
	if ((names & (nir | nir08)) || is_near_infrared(list))
		return (names & nir08) || has(list, "narrow") ? NAME_NIR08 : NAME_NIR;
	return is_red(list, names) ? NAME_RED : only_name(names & ~red);
}

/* "b4", "band4", or "band" followed by "4". */
static bool find_code(const struct word_list *list, struct band_meaning *out)
{
	for (unsigned i = 0; i < list->n; i++) {
		const char *word = list->word[i];
		size_t head = strncmp(word, "band", 4) == 0 ? 4 : word[0] == 'b' ? 1 : 0;

		if (head && word[head] &&
		    name_band_code(word + head, strlen(word + head), out->code)) {
			out->sentinel = head == 1 && (word[1] == '0' || strchr(out->code, 'A'));
			return true;
		}
		if (head == 4 && !word[4] && i + 1 < list->n &&
		    name_band_code(list->word[i + 1], strlen(list->word[i + 1]), out->code))
			return true;
	}
	return false;
}

/* How the number is written tells whose it is. */
static void note_writing(const struct word_list *list, struct band_meaning *out)
{
	out->modis = has(list, "nadir") || (has(list, "sur") && has(list, "refl"));
	out->landsat = has(list, "sr");
	out->plain =
		strncmp(list->word[0], "band", 4) == 0 && list->n == (list->word[0][4] ? 1 : 2);
	out->sentinel &= !out->modis && !out->landsat;
}

struct band_meaning describe(const char *description)
{
	struct word_list list = split(description);
	struct band_meaning out = {.meaning = MEANS_NOTHING}, coded = out;
	bool has_code;

	if (is_no_band(&list))
		return out;
	out.name = coded.name = choose_name(&list);
	has_code = find_code(&list, &coded);
	if (out.name == NAME_RED) {
		out.meaning = MEANS_RED;
	} else if (out.name == NAME_NIR || out.name == NAME_NIR08) {
		out.meaning = MEANS_NIR;
		out.rank = out.name == NAME_NIR08;
	} else if (has_code && !is_red_edge_or_beyond(&list)) {
		out = coded;
		out.meaning = MEANS_CODE;
		note_writing(&list, &out);
	}
	memcpy(out.code, coded.code, sizeof(out.code));
	return out;
}
