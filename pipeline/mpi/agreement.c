/*
 * Agreeing: ranks that would not do the same stop before the first pixel, with words that name what
 * differs. Each tells rank 0 of its program, options, files and plan; rank 0 judges for all.
 */
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "identity.h"

static uint64_t hash_text(uint64_t seed, const char *text)
{
	return hash_bytes(seed, text, strlen(text) + 1);
}

/* The command line, and what stands in IMGPIPE_OPTIONS and the file of --config. */
static uint64_t hash_options(const struct options *options, int argc, char **argv)
{
	uint64_t h = HASH_SEED;

	for (int i = 1; i < argc; i++)
		h = hash_text(h, argv[i]);
	for (unsigned i = 0; i < options->n_given; i++) {
		const struct given_option *given = &options->given[i];

		if (!given->from)
			continue;
		h = hash_text(h, given->name);
		h = hash_text(h, given->value ? given->value : "");
	}
	return h;
}

static uint64_t hash_plan(const struct plan *plan)
{
	const uint64_t numbers[] = {plan->budget.limit, plan->workers, plan->ranks, plan->pool,
				    plan->scene_slots,  plan->by_tile, plan->gdal,  plan->n_scenes};

	return hash_bytes(HASH_SEED, numbers, sizeof(numbers));
}

static uint64_t hash_program(void)
{
	const uint64_t sizes[] = {sizeof(struct meter), sizeof(struct rank_state),
				  0x0102030405060708u, RESULTS_VERSION};
	uint64_t h = hash_bytes(HASH_SEED, IMGPIPE_VERSION, sizeof(IMGPIPE_VERSION));

	return hash_bytes(h, sizes, sizeof(sizes));
}

/* What results are made of: with the same options, the same of one program. */
static uint64_t hash_cells(const struct result_layout *layout)
{
	const uint64_t sizes[] = {layout->group_bytes, layout->packed_most, layout->n_values};
	uint64_t h = hash_bytes(HASH_SEED, sizes, sizeof(sizes));

	for (unsigned i = 0; i < layout->n_kinds; i++)
		h = hash_text(h, layout->kind[i].reducer->name);
	return h;
}

enum { OF_PROGRAM, OF_OPTIONS, OF_CELLS, OF_FILES, OF_PLAN };
_Static_assert(OF_PLAN + 1 == N_CHECKSUMS, "one for each");

_Static_assert((int)IDENTITY_MOST <= (int)RANK_OPTIONS, "room for all of them");

/* Options that change numbers. -1 without memory. */
static int tell_options(struct rank_state *mine, const struct options *options, struct error *err)
{
	struct identity identity;
	int status = identity_of(&identity, options, err);

	for (unsigned i = 0; !status && i < identity.n && i < RANK_OPTIONS; i++) {
		const char *value = identity.item[i].value ? identity.item[i].value : "";

		mine->option[i].checksum = hash_text(HASH_SEED, value);
		(void)snprintf(mine->option[i].value, sizeof(mine->option[i].value), "%s", value);
		mine->n_options = i + 1;
	}
	identity_release(&identity);
	return status;
}

/* Whole ones, as many as there is room for. */
static void tell_arguments(struct rank_state *mine, int argc, char **argv)
{
	size_t used = 0;

	for (int i = 1; i < argc; i++) {
		size_t size = strlen(argv[i]) + 1;

		if (size > sizeof(mine->arguments) - used)
			return;
		memcpy(mine->arguments + used, argv[i], size);
		used += size;
	}
}

static void tell(struct rank_state *mine, const struct options *options, int argc, char **argv,
		 const struct plan *plan)
{
	(void)snprintf(mine->version, sizeof(mine->version), "%s", IMGPIPE_VERSION);
	mine->results = RESULTS_VERSION;
	(void)gethostname(mine->host, sizeof(mine->host) - 1);
	if (!mine->status && tell_options(mine, options, &mine->error))
		mine->status = -1;
	tell_arguments(mine, argc, argv);
	mine->checksum[OF_PROGRAM] = hash_program();
	mine->checksum[OF_OPTIONS] = hash_options(options, argc, argv);
	mine->checksum[OF_CELLS] = mine->status ? 0 : hash_cells(&plan->layout);
	mine->checksum[OF_FILES] = mine->status ? 0 : plan->files_checksum;
	mine->checksum[OF_PLAN] = mine->status ? 0 : hash_plan(plan);
}

/* --- what differs, in words; a is rank 0 --- */

static int differ_in_program(const struct rank_state *a, const struct rank_state *b, unsigned rank,
			     struct error *verdict)
{
	return error_set(verdict, EX_CONFIG,
			 "rank %u on %s runs another imgpipe (%.23s, results version %u) than rank "
			 "0 on %s (%.23s, results version %u); nothing was read",
			 rank, b->host, b->version, b->results, a->host, a->version, a->results);
}

/* Of an option: 0 where it is the same. */
static int differ_in_number(const struct rank_state *a, const struct rank_state *b, unsigned rank,
			    struct error *verdict)
{
	const struct options none = {.scale = 1};
	struct identity names; /* the same on all ranks of one program */
	int status = identity_of(&names, &none, verdict);

	for (unsigned i = 0; !status && i < names.n && i < RANK_OPTIONS; i++) {
		const char *x = a->option[i].value, *y = b->option[i].value;
		struct identity_pair shown;

		if (a->option[i].checksum == b->option[i].checksum)
			continue;
		shown = identity_shown(names.item[i].option, *x ? x : NULL, *y ? y : NULL);
		status = error_set(verdict, EX_CONFIG,
				   "rank %u on %s was given %s, rank 0 on %s %s%s; nothing was "
				   "read",
				   rank, b->host, shown.b, a->host, shown.a,
				   strcmp(x, y) ? "" : " (the rest, which is not shown, differs)");
	}
	identity_release(&names);
	return status;
}

/* The first argument that is another; "nothing" where one command line ends before. */
static int differ_in_arguments(const struct rank_state *a, const struct rank_state *b,
			       unsigned rank, struct error *verdict)
{
	const char *x = a->arguments, *y = b->arguments;
	const char *end = a->arguments + sizeof(a->arguments) - 1;

	while (*x && strcmp(x, y) == 0 && x + strlen(x) < end) {
		y += strlen(x) + 1;
		x += strlen(x) + 1;
	}
	if (strcmp(x, y) == 0)
		return error_set(verdict, EX_CONFIG,
				 "rank %u on %s was given other options than rank 0 on %s; are "
				 "IMGPIPE_OPTIONS and the file of --config the same there? nothing "
				 "was read",
				 rank, b->host, a->host);
	return error_set(verdict, EX_CONFIG,
			 "rank %u on %s was given other options (%.99s, where rank 0 on %s has "
			 "%.99s); nothing was read",
			 rank, b->host, *y ? y : "nothing", a->host, *x ? x : "nothing");
}

static int differ_in_place(const struct rank_state *a, const struct rank_state *b, unsigned rank,
			   struct error *verdict)
{
	bool files = a->checksum[OF_FILES] != b->checksum[OF_FILES];

	return error_set(
		verdict, EX_CONFIG, "rank %u on %s %s than rank 0 on %s; nothing was read", rank,
		b->host,
		files ? "sees other files (are they on storage that all nodes share?)"
		      : "makes another plan (other limits of memory or CPU: give --memory and "
			"--workers)",
		a->host);
}

/* 0, or -1 with what differs. */
static int compare(const struct rank_state *a, const struct rank_state *b, unsigned rank,
		   struct error *verdict)
{
	if (a->checksum[OF_PROGRAM] != b->checksum[OF_PROGRAM])
		return differ_in_program(a, b, rank, verdict);
	if (differ_in_number(a, b, rank, verdict))
		return -1;
	if (a->checksum[OF_OPTIONS] != b->checksum[OF_OPTIONS])
		return differ_in_arguments(a, b, rank, verdict);
	if (a->checksum[OF_CELLS] != b->checksum[OF_CELLS])
		return differ_in_program(a, b, rank, verdict);
	if (memcmp(a->checksum, b->checksum, sizeof(a->checksum)) != 0)
		return differ_in_place(a, b, rank, verdict);
	return 0;
}

/* Rank 0's: what is wrong, if anything. */
static void judge(const struct rank_state *all, unsigned n, struct error *verdict)
{
	*verdict = (struct error){0};
	for (unsigned i = 1; i < n; i++) /* another program may have another struct behind that */
		if (strcmp(all[i].version, all[0].version) != 0) {
			(void)differ_in_program(&all[0], &all[i], i, verdict);
			return;
		}
	for (unsigned i = 0; i < n; i++) {
		if (!all[i].status)
			continue;
		*verdict = all[i].error;
		if (i > 0)
			(void)error_prefix(verdict, "rank %u on %s", i, all[i].host);
		return;
	}
	for (unsigned i = 1; i < n && !verdict->code; i++)
		(void)compare(&all[0], &all[i], i, verdict);
}

int session_agree(const struct session *session, int status, const struct options *options,
		  int argc, char **argv, const struct plan *plan, struct error *err)
{
	struct rank_state *mine, *all = NULL;
	struct error verdict = {0};

	if (!session->cluster)
		return status;
	mine = calloc(1, sizeof(*mine));
	if (session->rank == 0)
		all = calloc(session->n_ranks, sizeof(*all));
	if (!mine || (session->rank == 0 && !all))
		session->cluster->abandon(EX_TEMPFAIL); /* no other way to tell the others */
	mine->status = status;
	if (status)
		mine->error = *err;
	tell(mine, options, argc, argv, plan);
	session->cluster->gather(mine, all);
	if (session->rank == 0)
		judge(all, session->n_ranks, &verdict);
	free(mine);
	free(all);
	session->cluster->share(&verdict, sizeof(verdict));
	*err = verdict;
	return verdict.code ? -1 : 0;
}
