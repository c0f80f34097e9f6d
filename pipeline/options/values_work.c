/*
 * Values of the options that say how to work: workers, memory, chunks, shares (values.h).
 */
#include "values.h"

#include <stdlib.h>
#include <string.h>

int set_workers(struct options *o, const char *value, struct error *err)
{
	uint64_t n;
	char *end;

	if (strcmp(value, "auto") == 0) {
		o->workers = 0;
		return 0;
	}
	if (option_whole(value, 1, 1024, &n, &end) || *end)
		return error_set(err, EX_USAGE, "'%s' is neither auto nor a number from 1 to 1024",
				 value);
	o->workers = (unsigned)n;
	return 0;
}

int set_transport(struct options *o, const char *value, struct error *err)
{
	static const char *const words[] = {"shm", "pipe", NULL};
	int choice = option_choose(value, words, err);

	o->transport = choice == 1 ? TRANSPORT_PIPE : TRANSPORT_SHM;
	return choice < 0 ? -1 : 0;
}

int set_confine(struct options *o, const char *value, struct error *err)
{
	static const char *const words[] = {"auto", "off", "must", NULL};
	int choice = option_choose(value, words, err);

	o->confine = choice < 0 ? CONFINE_AUTO : (enum confine_choice)choice;
	return choice < 0 ? -1 : 0;
}

/* A number of the environment, -1 if it is none. */
static int64_t env_number(const char *name)
{
	const char *text = getenv(name);
	uint64_t n;
	char *end;

	return text && !option_whole(text, 0, INT32_MAX, &n, &end) && !*end ? (int64_t)n : -1;
}

/* The place of this task in a Slurm array (--array 0-7, 1-16:2 ...), else in a step of srun. */
static int auto_shard(struct shard *shard, struct error *err)
{
	int64_t id = env_number("SLURM_ARRAY_TASK_ID"), min = env_number("SLURM_ARRAY_TASK_MIN");
	int64_t n = env_number("SLURM_ARRAY_TASK_COUNT"),
		step = env_number("SLURM_ARRAY_TASK_STEP");

	if (id < 0 || min < 0 || n < 1) {
		id = env_number("SLURM_PROCID");
		n = env_number("SLURM_NTASKS");
		min = 0;
		step = 1;
	}
	step = step < 1 ? 1 : step;
	if (id < min || n < 1 || (id - min) % step || (id - min) / step >= n)
		return error_set(
			err, EX_USAGE,
			"auto: this is no task of a Slurm array without gaps, nor of srun; "
			"give the share, as in 3/8");
	*shard = (struct shard){.i = (uint32_t)((id - min) / step) + 1, .n = (uint32_t)n};
	return 0;
}

int set_shard(struct options *o, const char *value, struct error *err)
{
	uint64_t i, n;
	char *end;

	if (strcmp(value, "auto") == 0)
		return auto_shard(&o->shard, err);
	if (option_whole(value, 1, INT32_MAX, &i, &end) || *end != '/' ||
	    option_whole(end + 1, 1, INT32_MAX, &n, &end) || *end || i > n)
		return error_set(
			err, EX_USAGE,
			"'%s' is neither auto nor a share I/N with I from 1 to N, as in 3/8",
			value);
	o->shard = (struct shard){.i = (uint32_t)i, .n = (uint32_t)n};
	return 0;
}

int set_memory(struct options *o, const char *value, struct error *err)
{
	uint64_t n;
	char *end;

	o->memory_bytes = 0;
	o->memory_percent = 0;
	if (!option_whole(value, 1, 100, &n, &end) && strcmp(end, "%") == 0) {
		o->memory_percent = (unsigned)n;
		return 0;
	}
	if (options_bytes(value, &o->memory_bytes))
		return error_set(err, EX_USAGE,
				 "'%s' is neither bytes (64M, 1.5G) nor a share from 1%% to 100%%",
				 value);
	if (o->memory_bytes < 1 << 20)
		return error_set(err, EX_USAGE,
				 "'%s' is %llu bytes, and 1M is the least; write 64M for 64 MiB, "
				 "25%% for a share",
				 value, (unsigned long long)o->memory_bytes);
	return 0;
}

int set_chunk(struct options *o, const char *value, struct error *err)
{
	bool plain = value[strspn(value, "0123456789xX")] == '\0';

	o->chunk_kind = CHUNK_PIXELS;
	if (strcmp(value, "auto") == 0)
		o->chunk_kind = CHUNK_AUTO;
	else if (strcmp(value, "tile") == 0)
		o->chunk_kind = CHUNK_TILE;
	else if (plain && !option_sizes(value, &o->chunk_x, &o->chunk_y))
		o->chunk_kind = CHUNK_PIXELS;
	else if (!plain && !options_bytes(value, &o->chunk_bytes))
		o->chunk_kind = CHUNK_BYTES;
	else
		return error_set(
			err, EX_USAGE,
			"'%s' is none of: auto, tile, 512, 1024x256 (pixels), 64MiB (bytes)",
			value);
	return 0;
}

int set_working_set(struct options *o, const char *value, struct error *err)
{
	static const char *const words[] = {"tile", "chunk", NULL};
	int choice = option_choose(value, words, err);

	o->working_set = choice == 1 ? WORKING_SET_CHUNK : WORKING_SET_TILE;
	return choice < 0 ? -1 : 0;
}
