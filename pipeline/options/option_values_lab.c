/*
 * Values of the labs' options (pi, sum, recur); see option_values.c.
 */
#include "option_values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"

/* A whole number as people write large ones: 100000, 1e8, 2.5e6. Exact up to 2^53. */
static int parse_count(const char *text, double most, uint64_t *count)
{
	double value;
	char *end;

	if (*text < '0' || *text > '9' || text[strspn(text, "0123456789.eE+")])
		return -1;
	value = strtod(text, &end);
	if (*end || !(value >= 0) || value > most || value != floor(value))
		return -1;
	*count = (uint64_t)value;
	return 0;
}

static int set_count(uint64_t *count, const char *value, double most, struct error *err)
{
	if (parse_count(value, most, count) || !*count)
		return error_set(err, EX_USAGE,
				 "'%s' is no whole number from 1 to %.0e, as in 1000000 or 1e6",
				 value, most);
	return 0;
}

int set_n(struct options *o, const char *value, struct error *err)
{
	return set_count(&o->lab_request.n, value, o->command == COMMAND_RECUR ? 1e9 : 1e12, err);
}

int set_steps(struct options *o, const char *value, struct error *err)
{
	return set_count(&o->lab_request.steps, value, 1e9, err);
}

int set_lab_chunk(struct options *o, const char *value, struct error *err)
{
	o->lab_request.chunk = 0;
	if (strcmp(value, "auto") == 0)
		return 0;
	if (parse_count(value, 2e9, &o->lab_request.chunk) || !o->lab_request.chunk)
		return error_set(err, EX_USAGE,
				 "'%s' is neither auto nor a whole number from 1 to 2e9, as in "
				 "100000 or 1e5",
				 value);
	return 0;
}

int set_seed(struct options *o, const char *value, struct error *err)
{
	if (parse_count(value, 0x1p53, &o->lab_request.seed))
		return error_set(err, EX_USAGE, "'%s' is no whole number from 0 to 2^53", value);
	return 0;
}

/* Items of a list with commas. Each goes to take(); -1 where one is not right. */
static int each_item(const char *value, int (*take)(struct lab_request *r, const char *item),
		     struct lab_request *request)
{
	for (;;) {
		char item[32];
		size_t length = strcspn(value, ",");

		if (!length || length >= sizeof(item))
			return -1;
		memcpy(item, value, length);
		item[length] = '\0';
		if (take(request, item))
			return -1;
		if (!value[length])
			return 0;
		value += length + 1;
	}
}

static int take_workers(struct lab_request *request, const char *item)
{
	uint64_t n = 0;

	if (request->n_workers == LAB_MAX_WORKERS_LIST ||
	    (strcmp(item, "auto") != 0 && (parse_count(item, 1024, &n) || !n)))
		return -1;
	request->workers[request->n_workers++] = (unsigned)n;
	return 0;
}

int set_workers_list(struct options *o, const char *value, struct error *err)
{
	o->lab_request.n_workers = 0;
	if (each_item(value, take_workers, &o->lab_request))
		return error_set(err, EX_USAGE,
				 "'%s' is no list of at most %d numbers from 1 to 1024 (or auto), "
				 "as in 1,2,4",
				 value, LAB_MAX_WORKERS_LIST);
	return 0;
}

static int take_mode(struct lab_request *request, enum lab_kind kind, const char *item)
{
	int mode = lab_mode_find(kind, item);

	if (mode < 0)
		return -1;
	request->modes |= 1u << mode;
	return 0;
}

static int take_generator(struct lab_request *request, const char *item)
{
	return take_mode(request, LAB_PI, item);
}

static int take_how(struct lab_request *request, const char *item)
{
	return take_mode(request, LAB_SUM, item);
}

static int take_over(struct lab_request *request, const char *item)
{
	return take_mode(request, LAB_RECUR, item);
}

static int set_modes(struct options *o, const char *value,
		     int (*take)(struct lab_request *r, const char *item), const char *words,
		     struct error *err)
{
	o->lab_request.modes = 0;
	if (each_item(value, take, &o->lab_request))
		return error_set(err, EX_USAGE, "'%s' is none of: %s, nor a list of them", value,
				 words);
	return 0;
}

int set_generator(struct options *o, const char *value, struct error *err)
{
	return set_modes(o, value, take_generator, "shared, own, vector", err);
}

int set_how(struct options *o, const char *value, struct error *err)
{
	return set_modes(o, value, take_how, "chunks, array, floats", err);
}

int set_over(struct options *o, const char *value, struct error *err)
{
	return set_modes(o, value, take_over, "time, pixels", err);
}
