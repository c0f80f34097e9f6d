/*
 * Counting the scenes of a run by what became of them. It knows no pixel.
 */
#include "run_totals.h"

#include <inttypes.h>
#include <stdio.h>

#include "log.h"

void run_totals_count(struct run_totals *totals, const struct scene_result *result,
		      const struct recipe *recipe)
{
	const struct error *error = &result->error;

	switch (result->status) {
	case SCENE_OK:
		totals->n_ok++;
		totals->n_incomplete += scene_is_incomplete(result->scene, recipe);
		break;
	case SCENE_FAILED:
		totals->failure_code = !totals->n_failed || totals->failure_code == error->code
					       ? error->code
					       : EX_DATAERR;
		totals->n_failed++;
		break;
	case SCENE_SKIPPED:
		totals->n_skipped++;
		totals->n_unjoined += result->scene->unjoined;
		break;
	case SCENE_CANCELLED:
		break; /* counted at the end, with those never opened */
	}
}

void run_totals_note(const struct run_totals *totals, uint32_t earlier)
{
	log_counts((const struct log_number[]){{"scenes", totals->n_scenes},
					       {"ok", totals->n_ok},
					       {"failed", totals->n_failed},
					       {"incomplete", totals->n_incomplete},
					       {"skipped", totals->n_skipped},
					       {"cancelled", totals->n_cancelled},
					       {"workers_lost", totals->n_lost},
					       {"earlier", earlier},
					       {0}});
}

static const struct {
	const char *word, *why;
} ends[] = {
	[RUN_ENDED_BY_MISSING] = {"on-missing", "--on-missing fail"},
	[RUN_ENDED_BY_ERROR] = {"on-error", "--on-error stop"},
	[RUN_ENDED_BY_FAILURES] = {"max-failures", "--max-failures"},
	[RUN_ENDED_BY_FULL] = {"disk-full", "a full disk"},
};

const char *run_end_word(enum run_end end)
{
	return ends[end].word;
}

bool run_end_text(char text[RUN_END_BYTES], const struct run_totals *totals)
{
	if (totals->end == RUN_COMPLETE || !totals->n_cancelled)
		return false;
	(void)snprintf(text, RUN_END_BYTES,
		       "ended early by %s: %" PRIu32 " scene%s cancelled, %" PRIu32
		       " of them not begun",
		       ends[totals->end].why, totals->n_cancelled,
		       totals->n_cancelled == 1 ? "" : "s", totals->n_not_begun);
	return true;
}

static int disk_full(const struct run_totals *totals, struct error *err)
{
	char left[60] = "";

	if (totals->n_cancelled)
		(void)snprintf(left, sizeof(left), ", so no more were begun (%u left)",
			       totals->n_cancelled);
	return error_set(err, EX_IOERR,
			 "several scenes one after the other found no space on the disk for their "
			 "files%s; make room and run it again",
			 left);
}

int run_totals_check(const struct run_totals *totals, struct error *err)
{
	if (totals->end == RUN_ENDED_BY_FULL)
		return disk_full(totals, err);
	if (!totals->n_skipped || totals->n_skipped != totals->n_scenes || totals->of_share)
		return 0;
	if (totals->n_unjoined)
		return error_set(err, EX_DATAERR,
				 "no scene among the files that were found: %" PRIu32
				 " are one band each, and --bands by number takes each file as a "
				 "scene; leave --bands out, or give patterns: --bands "
				 "'red=PATTERN,nir=PATTERN'",
				 totals->n_unjoined);
	return error_set(err, EX_DATAERR,
			 "no scene among the files that were found (%u looked at; -v says of each "
			 "why); name another folder, or say which files are which bands: --bands "
			 "'red=PATTERN,nir=PATTERN'",
			 totals->n_skipped);
}

int run_totals_status(const struct run_totals *totals)
{
	if (!totals->n_failed)
		return totals->n_incomplete ? 1 : EX_OK;
	return totals->n_ok && totals->end != RUN_ENDED_BY_MISSING ? 1 : totals->failure_code;
}
