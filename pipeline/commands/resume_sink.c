/*
 * The reports of a run with a catalogue: a decorator in front of the reports' own. A row of this
 * run goes into the catalogue first, so that what a report tells of is not done again; then done
 * scenes that stand before it come out of the catalogue, and all go to the reports under the
 * places that they have in the whole list.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/signals.h"
#include "clock.h"
#include "report/merge.h"
#include "report/report.h"
#include "resume_parts.h"

enum { ROW_PATIENCE_S = 2 };

/* What the run holds of its reports. */
struct report_set {
	struct resumed *resume;
};

/* --- into the catalogue --- */

/* Said once; files and reports go on without it. */
static void give_up(struct resumed *r, const struct error *error)
{
	r->failure = *error;
	resume_complain("%s; the run goes on, and what it does from here on is not in the "
			"catalogue: the next run does it again",
			error->text);
}

/* 1: the files are still those that were there before it was read, in words; 0: others. */
static int same_files(const struct resumed *r, uint32_t place, const struct scene_result *result,
		      struct scene_inputs *inputs, char **text, struct error *err)
{
	const bool strict = r->options->nightly.resume == RESUME_STRICT;

	if (scene_inputs(inputs, r->scene_list, result->scene->id, strict, NULL, err))
		return -1;
	*text = resume_inputs_text(inputs, result->scene->name ? result->scene->name : "");
	if (!*text)
		return error_memory(err, "files of a scene", strlen(inputs->text));
	return hash_bytes(HASH_SEED, *text, strlen(*text)) == r->known[place];
}

static int put(struct resumed *r, const struct scene_result *result,
	       const struct scene_inputs *inputs, const char *text, struct error *err)
{
	struct catalogue_output *output = NULL;
	struct catalogue_row row = {.set = r->set,
				    .run = r->run,
				    .source = inputs->source,
				    .inputs = text,
				    .result = result,
				    .recipe = r->options->recipe,
				    .maps = r->outputs.identity};
	int status = resume_outputs_keep(r, result, &output, &row.n_outputs, err);

	row.output = output;
	if (!status)
		status = catalogue_put(r->catalogue, &row, err);
	resume_outputs_free(output, row.n_outputs);
	return status;
}

static void record(struct resumed *r, const struct scene_result *result, uint32_t place)
{
	struct scene_inputs inputs = {0};
	struct error error = {0};
	char *text = NULL;
	int same;

	/* known 0: it has no files that could be named. */
	if (result->status == SCENE_CANCELLED || r->failure.code || !r->known[place])
		return;
	same = same_files(r, place, result, &inputs, &text, &error);
	if (same == 0) {
		r->n_meanwhile++;
		resume_say(r,
			   "scene %s: its files have changed while they were read; it is not in "
			   "the catalogue as done, and the next run reads it again",
			   result->scene->name);
	} else if (same < 0 || put(r, result, &inputs, text, &error)) {
		give_up(r, &error);
	}
	scene_inputs_release(&inputs);
	free(text);
}

/* --- out of the catalogue --- */

/* A record that cannot be read: its row goes, so that the next run makes it anew. */
static void unreadable(struct resumed *r, int64_t row, const struct error *error)
{
	struct error ignored;
	char name[40];

	(void)snprintf(name, sizeof(name), "row %lld", (long long)row);
	scene_release(&r->scene);
	r->scene = (struct scene){.name = strdup(name)};
	r->result =
		(struct scene_result){.scene = &r->scene, .status = SCENE_FAILED, .error = *error};
	(void)error_set(&r->result.error, error->code,
			"%s; the row is taken out, and the next run does the scene again",
			error->text);
	if (!r->failure.code && catalogue_forget(r->catalogue, row, &ignored))
		r->failure = ignored;
}

/* Counts of a catalogue may be any; what they add up to must be countable. */
static int fits(const struct resumed *r, const struct scene_result *result, struct error *err)
{
	return result->status == SCENE_OK ? merge_fits(r->reports, result, err) : 0;
}

static int pass_on(struct resumed *r, uint32_t place, struct error *err)
{
	const int64_t row = (int64_t)r->known[place];
	struct output_file *file = NULL;
	struct error own = {0};
	unsigned n = 0;
	int status;

	if (catalogue_recall(r->catalogue, row, r->options->recipe, &r->scene, r->histogram,
			     &r->result, &own) ||
	    fits(r, &r->result, &own) || resume_outputs_recall(r, row, &file, &n, &own))
		unreadable(r, row, &own);
	r->scene.id = place;
	r->result.earlier = true;
	r->result.first_ok = false;
	r->result.file = file;
	r->result.n_files = r->result.status == SCENE_OK ? n : 0;
	run_totals_count(&r->totals, &r->result, r->options->recipe);
	status = report_sink.scene(r->reports, &r->result, err);
	resume_files_free(file, n);
	scene_release(&r->scene);
	return status;
}

/* Done scenes up to the place `end`. */
static int pass_on_to(struct resumed *r, uint32_t end, struct error *err)
{
	int status = 0;

	for (; r->next < end; r->next++)
		if (resume_bit(r, r->next) && pass_on(r, r->next, status ? NULL : err))
			status = -1;
	return status;
}

/* --- the sink --- */

/* Place of scene `id` of those that were to be done, which come in order. */
static uint32_t place_of(struct resumed *r, uint32_t id)
{
	for (;;) {
		while (resume_bit(r, r->met))
			r->met++;
		if (r->n_met == id || r->met + 1 >= r->n)
			return r->met;
		r->n_met++;
		r->met++;
	}
}

static int open_reports(const struct report_sink *sink, struct report_set **set,
			const struct plan *plan, const struct options *options, struct error *err)
{
	struct resumed *r = (struct resumed *)(uintptr_t)sink; /* its first part */
	struct report_set *made = malloc(sizeof(*made));
	const size_t n = options->recipe->n_values;

	*set = NULL;
	if (!made)
		return error_memory(err, "reports", sizeof(*made));
	made->resume = r;
	r->plan = *plan;
	r->plan.n_scenes = r->n;
	r->histogram = calloc(n ? n : 1, sizeof(*r->histogram));
	if (!r->histogram)
		(void)error_memory(err, "a scene", n * sizeof(*r->histogram));
	else if (report_sink.open(&report_sink, &r->reports, &r->plan, options, err) == 0)
		*set = made;
	if (!*set)
		free(made);
	return *set ? 0 : -1;
}

static int put_row(struct resumed *r, const struct scene_result *result, struct error *err)
{
	const uint32_t place = place_of(r, result->scene->id);
	struct scene_result moved = *result;
	struct error own;
	int status;

	record(r, result, place);
	status = pass_on_to(r, place, err);
	if (result->scene->id != place) { /* the same in all else; what it owns stays there */
		r->scene = *result->scene;
		r->scene.id = place;
		moved.scene = &r->scene;
	}
	if (r->n_done && fits(r, &moved, status ? &own : err))
		status = -1;
	else if (report_sink.scene(r->reports, &moved, status ? &own : err))
		status = -1;
	r->scene = (struct scene){0};
	if (r->next == place)
		r->next++;
	return status;
}

static int scene_row(struct report_set *set, const struct scene_result *result, struct error *err)
{
	struct resumed *r = set->resume;
	int status;

	pthread_mutex_lock(&r->busy);
	status = r->committed ? 0 : put_row(r, result, err);
	pthread_mutex_unlock(&r->busy);
	return status;
}

/* Those of all scenes. */
static void add_up(struct run_totals *all, const struct run_totals *run,
		   const struct run_totals *done, uint32_t n)
{
	*all = *run;
	all->n_scenes = n;
	all->n_ok += done->n_ok;
	all->n_incomplete += done->n_incomplete;
	all->n_skipped += done->n_skipped;
	all->n_unjoined += done->n_unjoined;
	if (done->n_failed)
		all->failure_code = !run->n_failed || run->failure_code == done->failure_code
					    ? done->failure_code
					    : EX_DATAERR;
	all->n_failed += done->n_failed;
}

/* What the rest has taken, which is written when the run's own meters have stopped. */
static void book(struct run_totals *totals, uint64_t since)
{
	const uint64_t ns = clock_now() - since;
	struct meter_row *row = &totals->meter.row[METER_WRITE];

	row->busy_ns += ns;
	row->cpu_ns += ns;
	totals->coordinator_busy_ns += ns;
	totals->wall_ns += ns;
	totals->cpu_ns += ns;
}

static int status_of(const struct resumed *r, int status, const struct error *err)
{
	if (signals_caught())
		return 128 + signals_caught();
	if (status)
		return err->code;
	return r->verdict.code ? r->verdict.code : run_totals_status(&r->totals);
}

/*
 * A run that is concluded without a worker (run/will.h) may have one in the middle of a row, on a
 * disk that does not answer. Two threads in the catalogue would be its end.
 */
static int end_rows(struct resumed *r, struct error *err)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ROW_PATIENCE_S;
	if (pthread_mutex_timedlock(&r->busy, &until) == 0)
		return 0;
	return error_set(err, EX_IOERR,
			 "%s: a row is on its way to the disk, and does not arrive; reports that "
			 "are files are not made",
			 r->options->nightly.catalogue);
}

static int commit_all(struct resumed *r, const struct run_totals *run, struct error *err)
{
	const uint64_t since = clock_now();
	struct error own = {0};
	struct run_totals done;
	int status = pass_on_to(r, r->n, err);

	done = r->totals;
	add_up(&r->totals, run, &done, r->n);
	run_totals_note(&r->totals, r->n_done);
	book(&r->totals, since);
	if (report_sink.commit(r->reports, &r->totals, status ? &own : err))
		status = -1;
	(void)run_totals_check(&r->totals, &r->verdict);
	r->committed = true;
	r->told = status_of(r, status, err);
	if (r->run && !r->failure.code &&
	    catalogue_run_end(r->catalogue, r->run, &r->totals, r->told, &own))
		give_up(r, &own);
	return status;
}

static int commit(struct report_set *set, const struct run_totals *run, struct error *err)
{
	struct resumed *r = set->resume;
	int status;

	if (end_rows(r, err))
		return -1;
	status = commit_all(r, run, err);
	pthread_mutex_unlock(&r->busy);
	return status;
}

static void release(struct report_set *set)
{
	if (!set)
		return;
	report_sink.free(set->resume->reports);
	set->resume->reports = NULL;
	free(set->resume->histogram);
	set->resume->histogram = NULL;
	free(set);
}

const struct report_sink resume_reports = {
	.open = open_reports, .scene = scene_row, .commit = commit, .free = release};
