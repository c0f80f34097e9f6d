/*
 * Band tokens: the part of a file's stem that says which band it holds ("_B04", "_SR_B4", ".Fmask",
 * "_sur_refl_b01"). It knows how bands are written, not which of them is red: that depends on the
 * sensor.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "bands/names.h"
#include "names.h"

struct word {
	const char *text;
	enum token_kind kind;
};

/*
 * Words that say something else than a band's name, which stands in bands/names.c. The longest that
 * fits counts. Case does not matter.
 */
static const struct word words[] = {
	{"SCL", TOKEN_QA},
	{"CLD", TOKEN_QA},
	{"CLDPRB", TOKEN_QA},
	{"CLM", TOKEN_QA},
	{"CLP", TOKEN_QA},
	{"SNW", TOKEN_QA},
	{"SNWPRB", TOKEN_QA},
	{"QAI", TOKEN_QA},
	{"QA", TOKEN_QA},
	{"QA60", TOKEN_QA},
	{"QA_PIXEL", TOKEN_QA},
	{"QA_RADSAT", TOKEN_QA},
	{"QA_AEROSOL", TOKEN_QA},
	{"QA_CLOUD", TOKEN_QA},
	{"CLOUD_QA", TOKEN_QA},
	{"PIXEL_QA", TOKEN_QA},
	{"PIXELQA", TOKEN_QA},
	{"RADSAT_QA", TOKEN_QA},
	{"RADSATQA", TOKEN_QA},
	{"LINEAGEQA", TOKEN_QA},
	{"BQA", TOKEN_QA},
	{"Fmask", TOKEN_QA},
	{"cfmask", TOKEN_QA},
	{"MSK", TOKEN_QA},
	{"MSK_CLDPRB", TOKEN_QA},
	{"MSK_SNWPRB", TOKEN_QA},
	{"MSK_CLASSI", TOKEN_QA},
	{"UDM", TOKEN_QA},
	{"UDM2", TOKEN_QA},
	{"qc_250m", TOKEN_QA},
	{"qc_500m", TOKEN_QA},
	{"state_500m", TOKEN_QA},
	{"state_1km", TOKEN_QA},
	{"BOA", TOKEN_STACK},
	{"TOA", TOKEN_STACK},
	{"AnalyticMS", TOKEN_STACK},
	{"AnalyticMS_SR", TOKEN_STACK},
	{"AOT", TOKEN_OTHER},
	{"ATB", TOKEN_OTHER},
	{"WVP", TOKEN_OTHER},
	{"TCI", TOKEN_OTHER},
	{"PVI", TOKEN_OTHER},
	{"SAA", TOKEN_OTHER},
	{"SZA", TOKEN_OTHER},
	{"VAA", TOKEN_OTHER},
	{"VZA", TOKEN_OTHER},
	{"NDVI", TOKEN_OTHER},
	{"szen", TOKEN_OTHER},
	{"vzen", TOKEN_OTHER},
	{"raz", TOKEN_OTHER},
	{"day_of_year", TOKEN_OTHER},
	{"ATRAN", TOKEN_OTHER},
	{"CDIST", TOKEN_OTHER},
	{"DRAD", TOKEN_OTHER},
	{"EMIS", TOKEN_OTHER},
	{"EMSD", TOKEN_OTHER},
	{"TRAD", TOKEN_OTHER},
	{"URAD", TOKEN_OTHER},
	{"aerosol", TOKEN_QA},
	{"ATMOS_OPACITY", TOKEN_OTHER},
};

/*
 * Words of the product in front of a band, which its quality bands lack: part of the token. Those
 * with a kind say it of the band behind them: a thermal band ("ST_B10") is never red or NIR, nor
 * are the flags of a band ("Quality_Band1").
 */
static const struct word lead_words[] = {
	{"sur_refl_", TOKEN_NONE},
	{"Nadir_Reflectance_", TOKEN_NONE},
	{"BRDF_Albedo_Band_Mandatory_Quality_", TOKEN_QA},
	{"Quality_", TOKEN_QA},
	{"QA_", TOKEN_QA},
	{"SR_", TOKEN_NONE},
	{"ST_", TOKEN_OTHER},
};

/*
 * Words of cameras on drones, written as they write them: DJI Mavic 3M, Parrot Sequoia. Their red
 * edge lies at 730 and 735 nm.
 */
static const struct {
	const char *text;
	enum band_name name;
} camera_words[] = {
	{"MS_G", NAME_GREEN},       {"MS_R", NAME_RED},  {"MS_NIR", NAME_NIR},
	{"MS_RE", NAME_REDEDGE075}, {"GRE", NAME_GREEN}, {"REG", NAME_REDEDGE075},
};

/* And whole names that end in a band's number, or in the mark of the picture taken with them. */
static const struct {
	const char *pattern;
	uint8_t tail;
	enum token_kind kind;
} camera_names[] = {
	{"DJI_###[1-5]", 1, TOKEN_BAND}, /* P4 Multispectral */
	{"DJI_###0", 1, TOKEN_OTHER},
	{"IMG_####_#", 1, TOKEN_BAND}, /* MicaSense */
	{"IMG_####_##", 2, TOKEN_BAND},
	{"DJI_##############_####_D", 1, TOKEN_OTHER},
	{"IMG_######_######_####_RGB", 3, TOKEN_OTHER},
};

static bool is_separator(char c)
{
	/* The last two in NETCDF:"a.nc":red, HDF5:"a.h5"://grid/red. */
	return c == '_' || c == '.' || c == '-' || c == ':' || c == '/';
}

/* "B04", "band4", "BAND15", "SRB4" ... at text[0 ... len): the whole of it. */
static bool parse_code(const char *text, size_t len, struct band_token *token)
{
	static const char *const heads[] = {"BAND", "SRB", "B"};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		size_t head = strlen(heads[i]);

		if (len <= head || strncasecmp(text, heads[i], head) != 0)
			continue;
		/* CBERS-4A's pan: no sensor has red or NIR there. */
		if (len == head + 1 && text[head] == '0') {
			token->kind = TOKEN_OTHER;
			token->name = NAME_PAN;
			return true;
		}
		if (!name_band_code(text + head, len - head, token->code))
			continue;
		token->kind = TOKEN_BAND;
		token->padded = head == 1 && text[0] == 'B' &&
				(len == 3 && (text[1] == '0' || toupper(text[2]) == 'A'));
		return true;
	}
	return false;
}

/* Bytes of the longest name of a band that text begins with and a separator ends; 0: none. */
static size_t longest_band(const char *text, size_t left, enum band_name *name)
{
	size_t best = 0;
	enum band_name found;

	for (size_t n = 1; n <= left && n <= BAND_WORD_MOST; n++) {
		if ((n < left && !is_separator(text[n])) || !band_word(text, n, USE_FILE, &found))
			continue;
		best = n;
		*name = found;
	}
	return best;
}

static enum token_kind kind_of_name(enum band_name name)
{
	if (name == NAME_RED)
		return TOKEN_RED;
	return name == NAME_NIR || name == NAME_NIR08 ? TOKEN_NIR : TOKEN_OTHER;
}

/* Words may hold separators, so they are tried against every run that ends at one. */
static bool parse_word(const char *text, size_t left, size_t *len, struct band_token *token)
{
	int first = left ? tolower((unsigned char)text[0]) : 0;
	size_t best = isalpha(first) ? longest_band(text, left, &token->name) : 0;

	token->kind = best ? kind_of_name(token->name) : TOKEN_NONE;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n;

		if ((words[i].text[0] | 0x20) != first) /* they begin with letters */
			continue;
		n = strlen(words[i].text);
		if (n <= best || n > left || (n < left && !is_separator(text[n])) ||
		    strncasecmp(text, words[i].text, n) != 0)
			continue;
		best = n;
		token->kind = words[i].kind;
		token->name = NAME_NONE;
	}
	for (size_t i = 0; i < sizeof(camera_words) / sizeof(camera_words[0]); i++) {
		size_t n;

		if (camera_words[i].text[0] != text[0])
			continue;
		n = strlen(camera_words[i].text);
		if (n <= best || n > left || (n < left && !is_separator(text[n])) ||
		    memcmp(camera_words[i].text, text, n) != 0)
			continue;
		best = n;
		token->name = camera_words[i].name;
		token->kind = kind_of_name(token->name);
	}
	*len = best;
	return best > 0;
}

/* Take "SR_" and its like into the token. */
static size_t take_lead_word(const char *stem, size_t start, struct band_token *token)
{
	for (size_t i = 0; i < sizeof(lead_words) / sizeof(lead_words[0]); i++) {
		size_t n = strlen(lead_words[i].text);

		if (start < n || strncasecmp(stem + start - n, lead_words[i].text, n) != 0 ||
		    (start > n && !is_separator(stem[start - n - 1])))
			continue;
		if (lead_words[i].kind != TOKEN_NONE) {
			token->kind = lead_words[i].kind;
			token->name = NAME_NONE;
			token->code[0] = '\0';
		}
		return start - n;
	}
	return start;
}

/* Landsat 7's thermal band comes in two gains: "B6_VCID_1". */
static size_t take_gain(const char *stem, size_t len, size_t end, struct band_token *token)
{
	static const char gain[] = "_VCID_";

	if (len - end != sizeof(gain) || strncasecmp(stem + end, gain, sizeof(gain) - 1) != 0)
		return end;
	token->kind = TOKEN_OTHER;
	return len;
}

/* Bytes of "_10m" at the start of a suffix, and its metres; a bare number only where it ends. */
static size_t take_resolution(const char *suffix, size_t len, uint8_t *metres)
{
	static const struct {
		const char *text;
		uint8_t metres;
	} known[] = {{"_10m", 10}, {"_20m", 20}, {"_60m", 60},
		     {"_10", 10},  {"_20", 20},  {"_60", 60}};

	*metres = 0;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t n = strlen(known[i].text);
		bool ends = len == n || (len > n && n == 4 && is_separator(suffix[n]));

		if (!ends || strncasecmp(suffix, known[i].text, n) != 0)
			continue;
		*metres = known[i].metres;
		return n;
	}
	return 0;
}

static bool token_at(const char *stem, size_t len, size_t at, struct band_token *token)
{
	size_t end = at, word_len, start;

	while (end < len && !is_separator(stem[end]))
		end++;
	*token = (struct band_token){.kind = TOKEN_NONE};
	if (parse_word(stem + at, len - at, &word_len, token))
		end = at + word_len;
	else if (!parse_code(stem + at, end - at, token))
		return false;
	start = take_lead_word(stem, at, token);
	end = take_gain(stem, len, end, token);
	token->start = (uint8_t)start;
	token->end = (uint8_t)end;
	token->prefix_len = (uint8_t)(start > 0 ? start - 1 : 0);
	token->suffix =
		(uint8_t)(end + take_resolution(stem + end, len - end, &token->resolution_m));
	return true;
}

/* "DJI_0013", "IMG_0001_3": no separator, or no letter, says that the number is a band's. */
static bool camera_token(const char *stem, size_t len, struct band_token *token)
{
	for (size_t i = 0; i < sizeof(camera_names) / sizeof(camera_names[0]); i++) {
		size_t start = len - camera_names[i].tail;

		if (len > UINT8_MAX || !name_matches(camera_names[i].pattern, stem, len))
			continue;
		*token = (struct band_token){.kind = camera_names[i].kind,
					     .start = (uint8_t)start,
					     .end = (uint8_t)len,
					     .suffix = (uint8_t)len};
		token->prefix_len = (uint8_t)(start - is_separator(stem[start - 1]));
		return token->kind != TOKEN_BAND ||
		       name_band_code(stem + start, len - start, token->code);
	}
	return false;
}

static struct band_token last_token(const char *stem, size_t len)
{
	struct band_token token, longer;

	if (len > UINT8_MAX)
		return (struct band_token){.kind = TOKEN_NONE};
	for (size_t at = len; at-- > 0;) {
		if (at > 0 && !is_separator(stem[at - 1]))
			continue;
		if (!token_at(stem, len, at, &token))
			continue;
		/* "QA_AEROSOL": the word may begin further left and end at the same place. */
		for (size_t left = at; left-- > 0;)
			if ((left == 0 || is_separator(stem[left - 1])) &&
			    token_at(stem, len, left, &longer) && longer.end >= token.end)
				return longer;
		return token;
	}
	return (struct band_token){.kind = TOKEN_NONE};
}

struct band_token name_band_token(const char *stem, size_t len)
{
	struct band_token token, stack;

	if (camera_token(stem, len, &token))
		return token;
	token = last_token(stem, len);
	if (token.kind != TOKEN_QA)
		return token;
	/* "AnalyticMS_DN_udm" is the mask of "AnalyticMS_DN": they share what stands before both.
	 */
	stack = last_token(stem, token.prefix_len);
	if (stack.kind == TOKEN_STACK)
		token.prefix_len = stack.prefix_len;
	return token;
}
