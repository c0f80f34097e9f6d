/*
 * --report: numbers, provenance, plan and meters as JSON (schema imgpipe-report/2, described in
 * report/schema.md). Streams: each scene is one line, built, written and freed; what is only known
 * at the end stands behind the scenes.
 */
#include "report_json.h"

#include <time.h>

#include "given_options.h"
#include "json_maps.h"
#include "json_scene.h"
#include "json_values.h"
#include "partial.h"
#include "report_teach.h"
#include "report_words.h"
#include "run_figures.h"
#include "teach.h"
#include "verdict.h"
#include "recipe.h"

static json_t *plan_object(const struct plan *plan)
{
	json_t *o = json_object(), *stages = json_object();

	for (int stage = 0; stage < N_METER_STAGES; stage++)
		if (plan_stage_name(plan, (enum meter_stage)stage))
			js_put(&stages, plan_stage_name(plan, (enum meter_stage)stage),
			       js_count(plan->predicted.stage_peak[stage]));
	js_put(&o, "budget_bytes", js_count(plan->budget.limit));
	js_put(&o, "budget_source", js_text(plan->budget.source));
	js_put(&o, "workers_asked", js_count(plan->workers_asked));
	js_put(&o, "workers", js_count(plan->workers));
	js_put(&o, "scene_slots", js_count(plan->scene_slots));
	js_put(&o, "by_tile", json_boolean(plan->by_tile));
	js_put(&o, "baseline_bytes", js_count(plan->baseline));
	js_put(&o, "per_worker_fixed_bytes", js_count(plan->per_worker_fixed));
	js_put(&o, "slots_bytes", js_count(plan->slots));
	js_put(&o, "pool_bytes", js_count(plan->pool));
	js_put(&o, "backlog_bytes", js_count(plan->backlog));
	js_put(&o, "footprint_bytes", js_count(plan->footprint));
	js_put(&o, "tally_bytes", js_count(plan->totals));
	js_put(&o, "gdal_bytes", js_count(plan->gdal));
	js_put(&o, "peak_bytes", js_count(plan->predicted.peak));
	js_put(&o, "stage_peak_bytes", stages);
	js_put(&o, "notes", js_notes(plan->notes[0], sizeof(plan->notes[0]), plan->n_notes));
	return o;
}

static json_t *word_list(const struct options *options)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < options->n_words; i++)
		js_append(&list, js_name(options->words[i]));
	return list;
}

static int json_begin(struct open_report *report, struct error *err)
{
	FILE *out = report->out;

	(void)fputs("{\"schema\":\"imgpipe-report/2\"", out);
	if (js_emit_member(out, ",", "made_by", partial_made_by(), err) ||
	    js_emit_member(out, ",", "command", word_list(report->options), err) ||
	    js_emit_member(out, ",", "options", given_list(report->options), err))
		return -1;
	if (report->plan->layout.recipe &&
	    (js_emit_member(out, ",", "identity", identity_json(report->options), err) ||
	     js_emit_member(out, ",", "indices", js_indices(report->plan->layout.recipe), err)))
		return -1;
	if (js_emit_member(out, ",", "teach", teach_list(report->options), err) ||
	    js_emit_member(out, ",\n", "plan", plan_object(report->plan), err))
		return -1;
	(void)fputs(",\n\"scenes\":[", out);
	return report_check(out, err);
}

static int json_scene(struct open_report *report, const struct scene_result *result,
		      struct error *err)
{
	const struct recipe *recipe = report->plan->layout.recipe;
	const struct options *options = report->options;
	struct json_writer w;

	(void)fputs(report->row ? ",\n" : "\n", report->out);
	jw_begin(&w, report->out);
	jw_open(&w, '{');
	jw_members(&w, js_scene(result, recipe, options));
	if (recipe)
		js_write_scene_values(&w, result, recipe,
				      teaches(&options->teach, TEACH_FLOAT_SUMS));
	jw_close(&w, '}');
	return jw_end(&w, err);
}

static json_t *waits_object(const uint64_t wait_ns[N_WAIT_CAUSES])
{
	json_t *o = json_object();

	for (int cause = 0; cause < N_WAIT_CAUSES; cause++)
		js_put(&o, wait_cause_name((enum wait_cause)cause), js_seconds(wait_ns[cause]));
	return o;
}

/* The run began one wall time ago. Text of a few bytes; "" if the clock cannot tell. */
static void start_time(char text[32], uint64_t wall_ns)
{
	struct timespec now;
	struct tm utc;
	time_t start;

	text[0] = '\0';
	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return;
	start = now.tv_sec - (time_t)(wall_ns / 1000000000u);
	if (gmtime_r(&start, &utc))
		(void)strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static json_t *chunk_text(const struct options *options)
{
	switch (options->chunk_kind) {
	case CHUNK_AUTO:
		return json_string("auto");
	case CHUNK_TILE:
		return json_string("tile");
	case CHUNK_PIXELS:
		return json_sprintf("%lux%lu", (unsigned long)options->chunk_x,
				    (unsigned long)options->chunk_y);
	case CHUNK_BYTES:
		return json_sprintf("%llu bytes", (unsigned long long)options->chunk_bytes);
	}
	return NULL;
}

static json_t *run_object(const struct run_totals *totals, const struct plan *plan,
			  const struct options *options, const struct run_figures *figures)
{
	bool whole = options->working_set == WORKING_SET_CHUNK;
	json_t *o = json_object();
	char started[32];

	start_time(started, totals->wall_ns);
	js_put(&o, "version", json_string(IMGPIPE_VERSION));
	js_put(&o, "started", js_text_or_null(started));
	js_put(&o, "interrupted_by", js_text_or_null(totals->interrupted_by));
	js_put(&o, "ended_by", js_text_or_null(run_end_word(totals->end)));
	js_put(&o, "executor", js_text_or_null(totals->executor));
	js_put(&o, "workers", js_count(totals->n_workers));
	js_put(&o, "workers_asked", js_count(plan->workers_asked));
	js_put(&o, "chunk", chunk_text(options));
	js_put(&o, "working_set", json_string(whole ? "chunk" : "tile"));
	js_put(&o, "wall_s", js_seconds(totals->wall_ns));
	js_put(&o, "cpu_s", js_seconds(totals->cpu_ns));
	js_put(&o, "parallel_efficiency", js_number(figures->efficiency));
	js_put(&o, "unmeasured_s", js_number(figures->unmeasured_s));
	js_put(&o, "lock_operations", js_count(totals->meter.lock_ops));
	if (options->maps)
		js_put(&o, "outputs", js_output_totals(totals->pixels, options->maps));
	return o;
}

static json_t *known_bytes(uint64_t bytes)
{
	return bytes ? js_count(bytes) : json_null();
}

static json_t *memory_object(const struct run_totals *totals, const struct plan *plan)
{
	bool within = totals->resident_peak <= plan->budget.limit;
	json_t *o = json_object();

	js_put(&o, "budget_bytes", js_count(plan->budget.limit));
	js_put(&o, "budget_source", js_text(plan->budget.source));
	js_put(&o, "planned_peak_bytes", js_count(totals->predicted.peak));
	js_put(&o, "reserved_peak_bytes", js_count(totals->reserved_peak));
	js_put(&o, "resident_peak_bytes", known_bytes(totals->resident_peak));
	js_put(&o, "cgroup_peak_bytes", known_bytes(totals->cgroup_peak));
	js_put(&o, "pss_peak_bytes", known_bytes(totals->pss_peak));
	js_put(&o, "within_budget", totals->resident_peak ? json_boolean(within) : json_null());
	return o;
}

static json_t *stage_object(enum meter_stage stage, const struct run_totals *totals,
			    const char *name)
{
	const struct meter_row *row = &totals->meter.row[stage];
	bool known = stored_bytes_known(totals, stage);
	json_t *o = json_object();

	js_put(&o, "name", js_text(name));
	js_put(&o, "chunks", js_count(row->chunks));
	js_put(&o, "tiles", js_count(row->tiles));
	js_put(&o, "pixels", js_count(row->pixels));
	js_put(&o, "bytes_in", known ? js_count(row->bytes_in) : json_null());
	js_put(&o, "bytes_out",
	       known || stage != METER_FETCH ? js_count(row->bytes_out) : json_null());
	js_put(&o, "busy_s", js_seconds(row->busy_ns));
	js_put(&o, "cpu_s", js_seconds(row->cpu_ns));
	js_put(&o, "wait_s", waits_object(row->wait_ns));
	js_put(&o, "messages", js_count(row->messages));
	js_put(&o, "message_bytes", js_count(row->message_bytes));
	js_put(&o, "pack_s", js_seconds(row->pack_ns));
	js_put(&o, "transfer_s", js_seconds(row->transfer_ns));
	js_put(&o, "planned_peak_bytes", js_count(row->planned_peak));
	js_put(&o, "reserved_peak_bytes", js_count(row->reserved_peak));
	return o;
}

static json_t *stage_list(const struct run_totals *totals, const struct plan *plan)
{
	json_t *list = json_array();

	for (int stage = 0; stage < N_METER_STAGES; stage++) {
		const char *name = plan_stage_name(plan, (enum meter_stage)stage);

		if (name)
			js_append(&list, stage_object((enum meter_stage)stage, totals, name));
	}
	return list;
}

static json_t *worker_list(const struct run_totals *totals)
{
	json_t *list = json_array();

	for (unsigned i = 0; totals->worker && i < totals->n_workers; i++) {
		const struct meter *m = &totals->worker[i];
		uint64_t busy_ns = 0, wait_ns[N_WAIT_CAUSES] = {0};
		uint64_t messages = 0, message_bytes = 0, pack_ns = 0, transfer_ns = 0;
		json_t *o = json_object();

		for (int stage = 0; stage < N_METER_STAGES; stage++) {
			busy_ns += m->row[stage].busy_ns;
			messages += m->row[stage].messages;
			message_bytes += m->row[stage].message_bytes;
			pack_ns += m->row[stage].pack_ns;
			transfer_ns += m->row[stage].transfer_ns;
			for (int cause = 0; cause < N_WAIT_CAUSES; cause++)
				wait_ns[cause] += m->row[stage].wait_ns[cause];
		}
		js_put(&o, "number", js_count(m->worker));
		js_put(&o, "life_s",
		       js_seconds(m->end_ns > m->begin_ns ? m->end_ns - m->begin_ns : 0));
		js_put(&o, "busy_s", js_seconds(busy_ns));
		js_put(&o, "cpu_s", js_seconds(m->cpu_ns));
		js_put(&o, "wait_s", waits_object(wait_ns));
		js_put(&o, "messages", js_count(messages));
		js_put(&o, "message_bytes", js_count(message_bytes));
		js_put(&o, "pack_s", js_seconds(pack_ns));
		js_put(&o, "transfer_s", js_seconds(transfer_ns));
		js_append(&list, o);
	}
	return list;
}

static json_t *rank_list(const struct run_totals *totals)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < totals->n_ranks; i++) {
		const struct rank_totals *r = &totals->rank[i];
		json_t *o = json_object();

		js_put(&o, "host", js_text(r->host));
		js_put(&o, "workers", js_count(r->n_workers));
		js_put(&o, "cpu_s", js_seconds(r->cpu_ns));
		js_put(&o, "resident_peak_bytes", known_bytes(r->resident_peak));
		js_put(&o, "reserved_peak_bytes", js_count(r->reserved_peak));
		js_put(&o, "messages", js_count(r->messages));
		js_put(&o, "message_bytes", js_count(r->message_bytes));
		js_append(&list, o);
	}
	return list;
}

static json_t *collective_list(const struct run_totals *totals)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < totals->n_collectives; i++) {
		const struct collective_totals *c = &totals->collective[i];
		json_t *o = json_object();

		js_put(&o, "name", js_text(c->name));
		js_put(&o, "calls", js_count(c->calls));
		js_put(&o, "bytes", js_count(c->bytes));
		js_put(&o, "s", js_seconds(c->ns));
		js_append(&list, o);
	}
	return list;
}

static json_t *communication_object(const struct run_totals *totals, const struct run_figures *f)
{
	json_t *o = json_object();

	js_put(&o, "transport", js_text_or_null(totals->transport));
	js_put(&o, "messages", js_count(f->total.messages));
	js_put(&o, "message_bytes", js_count(f->total.message_bytes));
	js_put(&o, "bytes_per_pixel_byte", js_number(f->message_share));
	js_put(&o, "pack_s", js_number(f->pack_s));
	js_put(&o, "transfer_s", js_number(f->transfer_s));
	js_put(&o, "worker_share", js_number(worker_share(f, f->exchange_s)));
	js_put(&o, "imbalance", js_number(f->imbalance));
	js_put(&o, "workers_lost", js_count(totals->n_lost));
	js_put(&o, "ranks", rank_list(totals));
	js_put(&o, "collectives", collective_list(totals));
	return o;
}

/* null where workers are not confined at all; limit: of one worker process, for its data. */
static json_t *confinement_object(const struct run_totals *totals, const struct plan *plan)
{
	const struct confinement *c = &plan->confinement;
	const char *lacks = totals->unconfined ? totals->unconfined : c->lacks;
	bool held = !totals->unconfined;
	json_t *o;

	if (!c->wanted)
		return json_null();
	o = json_object();
	js_put(&o, "seccomp", json_boolean(held && c->filter));
	js_put(&o, "landlock_abi",
	       held && c->landlock_abi ? js_count((uint64_t)c->landlock_abi) : json_null());
	js_put(&o, "network", json_boolean(c->network));
	js_put(&o, "worker_bytes", js_count(plan_worker_bytes(plan)));
	js_put(&o, "lacks", lacks ? js_text(lacks) : json_null());
	return o;
}

static json_t *global_object(const struct run_totals *totals)
{
	const struct pixel_totals *pixels = totals->pixels;
	json_t *o = json_object();

	js_put(&o, "scenes", js_count(totals->n_scenes));
	js_put(&o, "scenes_ok", js_count(totals->n_ok));
	js_put(&o, "scenes_failed", js_count(totals->n_failed));
	js_put(&o, "scenes_skipped", js_count(totals->n_skipped));
	js_put(&o, "scenes_cancelled", js_count(totals->n_cancelled));
	js_put(&o, "scenes_not_begun", js_count(totals->n_not_begun));
	if (pixels->layout->recipe)
		js_put(&o, "scenes_incomplete", js_count(totals->n_incomplete));
	else
		js_put(&o, "exact", js_exact(pixels->layout, pixels->cells));
	return o;
}

static int emit_global(FILE *out, const struct run_totals *totals, const struct options *options,
		       struct error *err)
{
	struct json_writer w;

	(void)fputs(",\n\"global\":", out);
	jw_begin(&w, out);
	jw_open(&w, '{');
	jw_members(&w, global_object(totals));
	if (totals->pixels->layout->recipe)
		js_write_total_values(&w, totals->pixels,
				      teaches(&options->teach, TEACH_FLOAT_SUMS));
	jw_close(&w, '}');
	return jw_end(&w, err);
}

static json_t *verdict_list(const struct run_totals *totals, const struct plan *plan,
			    const struct options *options)
{
	struct verdict verdict;

	verdict_make(&verdict, totals, plan, options);
	return js_notes(verdict.sentence[0], sizeof(verdict.sentence[0]), verdict.n);
}

static int json_end(struct open_report *report, const struct run_totals *totals, struct error *err)
{
	const struct options *options = report->options;
	const struct plan *plan = report->plan;
	FILE *out = report->out;
	struct run_figures figures;

	run_figures_make(&figures, totals);
	(void)fputs("\n]", out);
	if (js_emit_member(out, ",\n", "run", run_object(totals, plan, options, &figures), err) ||
	    js_emit_member(out, ",\n", "memory", memory_object(totals, plan), err) ||
	    js_emit_member(out, ",\n", "communication", communication_object(totals, &figures),
			   err) ||
	    js_emit_member(out, ",\n", "confinement", confinement_object(totals, plan), err) ||
	    js_emit_member(out, ",\n", "stages", stage_list(totals, plan), err) ||
	    js_emit_member(out, ",\n", "workers", worker_list(totals), err) ||
	    js_emit_member(out, ",\n", "bytes_needed", js_count(totals->meter.bytes_needed), err) ||
	    js_emit_member(out, ",\n", "bytes_decoded", js_count(totals->meter.bytes_decoded),
			   err) ||
	    js_emit_member(out, ",\n", "read_amplification", js_number(figures.amplification),
			   err) ||
	    js_emit_member(out, ",\n", "teaching_costs",
			   options->teach.modes ? teach_costs(totals) : json_null(), err) ||
	    js_emit_member(out, ",\n", "verdict", verdict_list(totals, plan, options), err) ||
	    emit_global(out, totals, options, err))
		return -1;
	(void)fputs("}\n", out);
	return report_check(out, err);
}

const struct report report_json = {
	.option = {.kind = "JSON",
		   .name = "report",
		   .help = "numbers, plan, provenance and costs, JSON (imgpipe-report/2)",
		   .made_by = REPORT_BY_RUN | REPORT_BY_LAB},
	.begin = json_begin,
	.scene = json_scene,
	.end = json_end,
};
