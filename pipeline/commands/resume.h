/*
 * A run with a catalogue (--catalog), and what --resume leaves out of it: scenes that are done are
 * taken out of the list before anything is planned, so that the machinery sees only what is to be
 * done; on their way to the reports they come back, out of the catalogue, at their places. So
 * reports are those of one run over all scenes.
 *
 * The catalogue is opened by the process that leads (rank 0), before there are workers, and used by
 * it alone. Where a `struct resumed *` is NULL there is no catalogue, and all scenes are to be
 * done.
 */
#ifndef IMGPIPE_PIPELINE_RESUME_H
#define IMGPIPE_PIPELINE_RESUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "commands.h"
#include "discover/scene_list.h"
#include "error.h"
#include "report_sink.h"

struct resumed;

/*
 * Open the catalogue and look for each scene of the list: is it done, and which files is it made
 * of? for_run: the catalogue is made where it is not there. *resume is NULL without --catalog. -1
 * with what catalogue_open() says, EX_USAGE where it is an input, EX_TEMPFAIL.
 * End it with resume_end() whatever comes back. Needs all of the list: call resume_leave_out()
 * later.
 */
int resume_begin(struct resumed **resume, const struct call *call,
		 const struct scene_list *scene_list, bool for_run, struct error *err) MUST_CHECK;

/* A collective under MPI, on every rank however it fared: what rank 0 has found, for all. */
int resume_share(struct resumed **resume, const struct session *session,
		 const struct scene_list *scene_list, struct error *err) MUST_CHECK;

bool resume_is_done(const struct resumed *resume, uint32_t id);
/*
 * Is this a later run with --resume? Then files that are there are replaced where their scene is to
 * be done: what no row speaks for was left by a run that came to no end. But not those of another
 * set: resume_spares_others().
 */
bool resume_replaces(const struct resumed *resume);
/*
 * -1 with EX_CANTCREAT: a file that the run would replace is one that the catalogue holds for a set
 * of other options, as it was made. is_wanted(): will this run write what is called so in the
 * folder of -o? Says which, and what helps. Of who leads; 0 for others.
 */
int resume_spares_others(const struct resumed *resume,
			 bool (*is_wanted)(const void *context, const char *base),
			 const void *context, struct error *err) MUST_CHECK;
/* A later run that could have been one with --resume. */
bool resume_would_help(const struct resumed *resume);
/* All scenes are done: nothing is to be read. */
bool resume_has_nothing_to_do(const struct resumed *resume);
/* Bytes that it will take and has not touched yet. */
size_t resume_bytes(const struct resumed *resume);

/* Nothing stands in the way of the run: done scenes leave the list. */
void resume_leave_out(const struct resumed *resume, struct scene_list *scene_list);
/* From now on it is in the catalogue as a run, and says what it has found. */
int resume_start(struct resumed *resume, const struct scene_list *scene_list,
		 struct error *err) MUST_CHECK;

/*
 * Where the run's rows go: each into the catalogue, and with those of done scenes to the reports.
 * The reports themselves without a catalogue.
 */
const struct report_sink *resume_sink(const struct resumed *resume);
/* The exit status of the run over all scenes, once the reports are made; status: that of the run
 * over those that were to be done. */
int resume_status(const struct resumed *resume, int status, struct error *err);
/*
 * The run ends with this status, or the error's if -1; the catalogue is closed. Returns the status,
 * which is EX_IOERR where the catalogue has failed and nothing else has.
 */
int resume_end(struct resumed *resume, int status, struct error *err);

#endif
