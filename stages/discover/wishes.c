/*
 * The recipe's bands as something to look for: which token of a name, which part of --bands is one
 * of them. It opens no file and chooses between none.
 */
#include "wishes.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "bands/names.h"

int wishes_check(const struct options *options, struct error *err)
{
	struct band_wish wish[RECIPE_MAX_BANDS];

	for (unsigned i = 0; i < options->n_bands; i++) {
		const char *name = options->bands[i].name;
		struct error why = {0};

		if (band_wish_parse(name, strlen(name), &wish[i], &why))
			return error_set(err, EX_USAGE, "--bands: %s", why.text);
		for (unsigned j = 0; j < i; j++)
			if (band_wish_equal(&wish[i], &wish[j]))
				return error_set(err, EX_USAGE,
						 "--bands: %s and %s are the same band; name it "
						 "once",
						 options->bands[j].name, name);
	}
	return 0;
}

const struct band_choice *wish_choice(const struct options *options, const struct band_wish *wish)
{
	for (unsigned i = 0; i < options->n_bands; i++) {
		const char *name = options->bands[i].name;
		struct band_wish asked;
		struct error err;

		if (band_wish_parse(name, strlen(name), &asked, &err) == 0 &&
		    band_wish_equal(&asked, wish))
			return &options->bands[i];
	}
	return NULL;
}

static int name_rank(enum band_name name, const struct band_token *token,
		     const struct sensor *sensor)
{
	if (name == NAME_NONE)
		return -1;
	if (token->name == name)
		return 0;
	return token->kind == TOKEN_BAND && sensor ? sensor_code_rank(sensor, name, token->code)
						   : -1;
}

int wish_rank(const struct band_wish *wish, const struct band_token *token,
	      const struct sensor *sensor)
{
	int rank;

	switch (wish->kind) {
	case WISH_NAME:
		rank = name_rank(wish->name, token, sensor);
		if (rank >= 0)
			return rank;
		rank = name_rank(band_name_stand_in(wish->name), token, sensor);
		return rank < 0 ? -1 : WISH_STAND_IN + rank;
	case WISH_CODE:
		if (token->kind == TOKEN_BAND)
			return strcmp(token->code, wish->code) == 0 ? 0 : -1;
		return sensor && token->name != NAME_NONE &&
				       sensor_code_rank(sensor, token->name, wish->code) == 0
			       ? 1
			       : -1;
	case WISH_PLACE:
		break;
	}
	return -1;
}

void wish_code(const struct band_wish *wish, const struct sensor *sensor, char code[4])
{
	char codes[SENSOR_MAX_CODES][4];

	*code = '\0';
	if (wish->kind == WISH_CODE)
		memcpy(code, wish->code, 4);
	else if (wish->kind == WISH_NAME && sensor && sensor_codes(sensor, wish->name, codes))
		memcpy(code, codes[0], 4);
}

uint16_t recipe_all(const struct recipe *recipe)
{
	return (uint16_t)((1u << recipe->n_values) - 1);
}

uint16_t recipe_missing(const struct recipe *recipe, uint16_t has)
{
	uint16_t missing = 0;

	for (unsigned v = 0; v < recipe->n_values; v++)
		if (recipe->value[v].reads & ~has)
			missing |= (uint16_t)(1u << v);
	return missing;
}

uint16_t recipe_used(const struct recipe *recipe, uint16_t has, uint16_t missing)
{
	uint16_t used = recipe->kept;

	for (unsigned v = 0; v < recipe->n_values; v++)
		if (!(missing >> v & 1))
			used |= recipe->value[v].reads;
	return used & has;
}

static unsigned count(uint16_t bits)
{
	unsigned n = 0;

	for (; bits; bits &= (uint16_t)(bits - 1))
		n++;
	return n;
}

unsigned wishes_nearest(const struct recipe *recipe, uint16_t has)
{
	unsigned nearest = 0;

	for (unsigned v = 1; v < recipe->n_values; v++)
		if (count(recipe->value[v].reads & (uint16_t)~has) <
		    count(recipe->value[nearest].reads & (uint16_t)~has))
			nearest = v;
	return nearest;
}

const char *wishes_needed(const struct recipe *recipe, uint16_t has, const struct sensor *sensor,
			  char *text, size_t size)
{
	uint16_t lacks = recipe->value[wishes_nearest(recipe, has)].reads & (uint16_t)~has;
	unsigned n = count(lacks), at = 0;
	size_t used = 0;

	*text = '\0';
	for (unsigned i = 0; i < recipe->n_bands && used < size; i++) {
		const struct band_wish *wish = &recipe->band[i];
		char codes[24] = "";

		if (!(lacks >> i & 1))
			continue;
		at++;
		if (sensor && wish->kind == WISH_NAME)
			(void)sensor_codes_text(sensor, wish->name, codes);
		used += (size_t)snprintf(text + used, size - used, "%s%s%s%s%s",
					 at == 1   ? ""
					 : at == n ? " and "
						   : ", ",
					 wish->text, *codes ? " (band " : "", codes,
					 *codes ? ")" : "");
	}
	return text;
}

const char *wishes_lacking(const struct recipe *recipe, uint16_t has, char *text, size_t size)
{
	return wishes_needed(recipe, has, NULL, text, size);
}

const char *choices_text(const struct options *options, char *text, size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (unsigned i = 0; i < options->n_bands && used < size; i++)
		used += (size_t)snprintf(
			text + used, size - used, "%s%s=%s", i ? "," : "", options->bands[i].name,
			options->bands[i].pattern ? options->bands[i].pattern : "N");
	return text;
}

const char *wishes_advice(const struct recipe *recipe, uint16_t bands, const char *what, char *text,
			  size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (unsigned i = 0; i < recipe->n_bands && used < size; i++)
		if (bands >> i & 1)
			used += (size_t)snprintf(text + used, size - used, "%s%s=%s",
						 used ? "," : "", recipe->band[i].text, what);
	return text;
}

const char *wishes_value(const struct recipe *recipe, unsigned v, char *text, size_t size)
{
	bool typed = !recipe->value[v].row && recipe->asked[RECIPE_EXPR];

	(void)snprintf(text, size, "%s", recipe->value[v].name);
	for (char *c = text; *c && !typed; c++)
		*c = (char)toupper((unsigned char)*c);
	return text;
}

const char *wishes_values(const struct recipe *recipe, uint16_t values, char *text, size_t size)
{
	unsigned n = (unsigned)__builtin_popcount(values);
	char name[VALUE_NAME_BYTES];
	size_t used = 0;

	*text = '\0';
	if (n > 4)
		(void)snprintf(text, size, n == recipe->n_values ? "all %u indices" : "%u indices",
			       n);
	for (unsigned v = 0; v < recipe->n_values && n <= 4 && used < size; v++)
		if (values >> v & 1)
			used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "",
						 wishes_value(recipe, v, name, sizeof(name)));
	return text;
}

const char *wishes_first(const struct recipe *recipe, uint16_t values, char *text, size_t size)
{
	unsigned n = (unsigned)__builtin_popcount(values);
	char name[VALUE_NAME_BYTES], others[24] = "";

	if (n > 1)
		(void)snprintf(others, sizeof(others), " and %u other%s", n - 1, n > 2 ? "s" : "");
	(void)snprintf(text, size, "%s%s",
		       wishes_value(recipe, (unsigned)__builtin_ctz(values), name, sizeof(name)),
		       others);
	return text;
}
