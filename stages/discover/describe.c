/*
 * Band descriptions -> red, NIR, or a band number. It reads words; it does not know sensors, and
 * does not choose between bands.
 */
#include "describe.h"

#include <ctype.h>
#include <string.h>

#include "bands/names.h"
#include "names.h"

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

/* Words that make a band something else, whatever colour is named beside them. */
static bool is_other(const struct word_list *list)
{
	static const char *const words[] = {
		"qa",      "quality",   "mask",        "flag",  "flags",    "uncertainty", "error",
		"angle",   "edge",      "swir",        "swir1", "swir2",    "shortwave",   "short",
		"thermal", "tir",       "st",          "std",   "stddev",   "count",       "index",
		"ndvi",    "mandatory", "temperature", "lst",   "variance", "cloud",       NULL};

	return has_any(list, words);
}

static bool is_nir(const struct word_list *list, int *rank)
{
	static const char *const narrow[] = {"narrow", "nir08", NULL};
	static const char *const plain[] = {"nir", "nir1", "nir08", "nearinfrared", NULL};
	static const char *const infrared[] = {"infrared", "infra", "ir", NULL};

	*rank = has_any(list, narrow);
	return has_any(list, plain) || (has(list, "near") && has_any(list, infrared)) ||
	       (list->n == 1 && strcmp(list->word[0], "n") == 0);
}

static bool is_red(const struct word_list *list)
{
	static const char *const infra[] = {"infra", "near", "far", "middle", "mid", NULL};

	return (has(list, "red") && !has_any(list, infra)) ||
	       (list->n == 1 && strcmp(list->word[0], "r") == 0);
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

struct band_meaning describe(const char *description)
{
	struct word_list list = split(description);
	struct band_meaning out = {.meaning = MEANS_NOTHING};

	if (is_other(&list))
		return out;
	if (is_nir(&list, &out.rank)) {
		out.meaning = MEANS_NIR;
	} else if (is_red(&list)) {
		out.meaning = MEANS_RED;
	} else if (find_code(&list, &out)) {
		out.meaning = MEANS_CODE;
		out.modis = has(&list, "nadir") || (has(&list, "sur") && has(&list, "refl"));
		out.landsat = has(&list, "sr");
		out.plain = strncmp(list.word[0], "band", 4) == 0 &&
			    list.n == (list.word[0][4] ? 1 : 2);
		out.sentinel &= !out.modis && !out.landsat;
	}
	return out;
}
