/*
 * Identity: what two runs must have in common for their numbers to be joined. Parts of a batch
 * (--partial, merge) and ranks under MPI are held to it.
 *
 * Equal: the results version, the indices, every option that changes numbers, the files by name.
 * Not compared, as they change no number: how the work is done, and the versions of the program and
 * of its libraries.
 */
#ifndef IMGPIPE_IDENTITY_H
#define IMGPIPE_IDENTITY_H

#include <stdbool.h>

#include "error.h"
#include "options.h"

/*
 * Results version: raise it by one where the same command on the same files gives another number
 * than before (a count, an extreme, a bit of a sum, another band, scale or nodata taken, other
 * scenes or another order of them), or where a partial is written otherwise. Nothing else raises
 * it. report/schema.md (--partial) lists the versions.
 */
enum { RESULTS_VERSION = 4, IDENTITY_MOST = 32 };

struct identity {
	unsigned n;
	struct {
		const char *option; /* its long name */
		char *value;        /* one text for each meaning; NULL: not given; owned */
	} item[IDENTITY_MOST];
};

/* All options that change numbers, in an order that does not change. Release it on -1, too. */
int identity_of(struct identity *identity, const struct options *options,
		struct error *err) MUST_CHECK;
void identity_release(struct identity *identity);

/*
 * Two values of an option in words: "--bands red=1,nir=2", "--raw", "no --bands". Of long ones what
 * is around the first difference, as far as it is known: "--index ...,savi,evi".
 */
enum { IDENTITY_SHOWN = 96 };
struct identity_pair {
	char a[IDENTITY_SHOWN], b[IDENTITY_SHOWN];
};
struct identity_pair identity_shown(const char *option, const char *a, const char *b);

enum effect {
	EFFECT_UNKNOWN, /* an option that identity.c does not list yet */
	EFFECT_NUMBERS, /* in the identity */
	EFFECT_NONE     /* of how the work is done, or of what is written about it */
};

/* What an option of `imgpipe run` does to the numbers of a partial. Pure. */
enum effect identity_effect(const char *option);

#endif
