/*
 * The beginning and the end of a run with a catalogue.
 */
#include "resume.h"

#include <stdlib.h>

#include "report/report.h"
#include "resume_parts.h"

/* Of SQLite's own cache of pages, and of a record on its way. */
enum { CATALOGUE_BYTES = 2 << 20 };

/* --- the beginning --- */

static bool any_set(void *context, const struct catalogue_set *set)
{
	(void)set;
	*(bool *)context = true;
	return false;
}

/* The set of the options, where there is one, and whether there was any run before. */
static int find_set(struct resumed *r, struct error *err)
{
	bool any = false;

	if (catalogue_sets(r->catalogue, any_set, &any, err) ||
	    catalogue_set_of(r->catalogue, r->options, false, &r->set, err) < 0)
		return -1;
	r->is_later = any;
	r->replaces = any && r->options->nightly.resume;
	return 0;
}

static int open_catalogue(struct resumed *r, bool for_run, struct error *err)
{
	const char *path = r->options->nightly.catalogue;
	const enum catalogue_access access = for_run ? CATALOGUE_WRITE : CATALOGUE_READ;
	struct error own = {0};

	r->writes = for_run;
	if (catalogue_open(&r->catalogue, path, access, &own) == 0)
		return 0;
	r->catalogue = NULL;
	if (!for_run && own.code == EX_NOINPUT)
		return 0; /* a run would make it */
	*err = own;
	return -1;
}

int resume_begin(struct resumed **resume, const struct call *call,
		 const struct scene_list *scene_list, bool for_run, struct error *err)
{
	const struct options *options = call->options;
	struct resumed *r;

	*resume = NULL;
	if (!options->nightly.catalogue || call->session->rank != 0)
		return 0;
	r = calloc(1, sizeof(*r));
	if (!r)
		return error_memory(err, "the catalogue", sizeof(*r));
	*r = (struct resumed){.sink = resume_reports,
			      .options = options,
			      .scene_list = scene_list,
			      .outputs.fd = -1};
	*resume = r;
	pthread_mutex_init(&r->busy, NULL);
	if (resume_outputs_open(&r->outputs, options->maps, err) ||
	    open_catalogue(r, for_run, err) || (r->catalogue && find_set(r, err)))
		return -1;
	return resume_find(r, err);
}

/* --- what was found --- */

bool resume_is_done(const struct resumed *resume, uint32_t id)
{
	return resume && id < resume->n && resume_bit(resume, id);
}

bool resume_replaces(const struct resumed *resume)
{
	return resume && resume->replaces;
}

bool resume_would_help(const struct resumed *resume)
{
	return resume && resume->is_later && !resume->replaces;
}

bool resume_has_nothing_to_do(const struct resumed *resume)
{
	return resume && resume->n && resume->n_done == resume->n;
}

size_t resume_bytes(const struct resumed *resume)
{
	if (!resume || !resume->options)
		return 0;
	return resume->options->recipe->n_values * 2 * sizeof(struct histogram) + CATALOGUE_BYTES;
}

static bool leave(const void *context, uint32_t id)
{
	return resume_is_done(context, id);
}

void resume_leave_out(const struct resumed *resume, struct scene_list *scene_list)
{
	if (resume && resume->n_done)
		scene_list_leave_out(scene_list, leave, resume);
}

int resume_start(struct resumed *resume, const struct scene_list *scene_list, struct error *err)
{
	struct resumed *r = resume;

	if (!r || !r->catalogue)
		return 0;
	if (!r->writes) {
		resume_say_found(r);
		return 0;
	}
	r->scene_list = scene_list;
	if (r->outputs.maps && r->outputs.fd < 0) { /* it has been made */
		resume_outputs_close(&r->outputs);
		if (resume_outputs_open(&r->outputs, r->options->maps, err))
			return -1;
	}
	if (catalogue_set_of(r->catalogue, r->options, true, &r->set, err) < 0 ||
	    catalogue_run_begin(r->catalogue, r->options, r->set, &r->run, err) ||
	    resume_mark_gone(r, err) || resume_forget_older(r, err))
		return -1;
	resume_say_found(r);
	return 0;
}

/* --- the end --- */

const struct report_sink *resume_sink(const struct resumed *resume)
{
	return resume && resume->catalogue ? &resume->sink : &report_sink;
}

int resume_status(const struct resumed *resume, int status, struct error *err)
{
	if (!resume || !resume->committed || status > 128)
		return status;
	if (resume->verdict.code) {
		*err = resume->verdict;
		return -1;
	}
	return run_totals_status(&resume->totals);
}

static void release(struct resumed *r)
{
	resume_outputs_close(&r->outputs);
	free(r->done);
	free(r->known);
	free(r);
}

/* What of the catalogue could not be done is said, once. */
static int failed(struct resumed *r, int status, const struct error *error)
{
	if (!r->failure.code)
		resume_complain("%s", error->text);
	r->failure = *error;
	return status == EX_OK || status == 1 ? EX_IOERR : status;
}

int resume_end(struct resumed *resume, int status, struct error *err)
{
	struct resumed *r = resume;
	int final = status == -1 ? err->code : status;
	struct error own = {0};

	if (!r)
		return status;
	if (r->failure.code)
		final = failed(r, final, &r->failure);
	else if (r->run && !(r->committed && r->told == final) &&
		 catalogue_run_end(r->catalogue, r->run, &r->totals, final, &own))
		final = failed(r, final, &own);
	if (catalogue_close(r->catalogue, &own))
		final = failed(r, final, &own);
	release(r);
	return status == -1 ? -1 : final;
}
