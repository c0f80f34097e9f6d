/*
 * --trace: what each worker did when, as Chrome's trace events in JSON (Google, "Trace Event
 * Format"), which Perfetto and chrome://tracing draw. Complete events ("X") for laps, waits and
 * chunks, counters ("C") for memory, metadata ("M") for names. Times in microseconds from the
 * beginning of the run.
 *
 * A worker has two tracks: its laps and waits, and the chunks they belong to. Within a track events
 * do not overlap.
 */
#include "report.h"

#include <inttypes.h>

#include "json_stats.h"
#include "run_figures.h"
#include "report_teach.h"
#include "report_words.h"

enum { PID_RUN = 1, TID_LAPS = 0, TID_CHUNKS = 1, TIDS = 2 };

static int trace_begin(struct open_report *report, struct error *err)
{
	FILE *out = report->out;

	(void)fputs(
		"{\"displayTimeUnit\":\"ms\",\"otherData\":{\"program\":\"imgpipe " IMGPIPE_VERSION
		"\"",
		out);
	if (js_emit_member(out, ",", "teach", teach_list(report->options), err))
		return -1;
	(void)fputs(",\"scenes\":[", out);
	return report_check(out, err);
}

/* The scenes that events name by number. */
static int trace_scene(struct open_report *report, const struct scene_result *result,
		       struct error *err)
{
	const struct scene *scene = result->scene;
	json_t *o = json_object();

	js_put(&o, "scene", js_count(scene->id));
	js_put(&o, "name", js_name(scene->name ? scene->name : ""));
	js_put(&o, "status", js_text(scene_status_name(result->status)));
	(void)fputs(report->row ? ",\n" : "\n", report->out);
	return js_emit(report->out, o, err);
}

/* One worker's events, and where they go. */
struct track {
	FILE *out;
	const struct trace_log *log;
	bool first; /* no event is written yet */
	unsigned pid, tid;
};

static void next_event(struct track *track)
{
	(void)fputs(track->first ? "\n" : ",\n", track->out);
	track->first = false;
}

/* Nanoseconds as microseconds with three decimals, whatever the locale. */
#define US_FORMAT     "%" PRIu64 ".%03u"
#define US_VALUES(ns) (ns) / 1000, (unsigned)((ns) % 1000)

static uint64_t since_begin(const struct track *track, uint64_t ns)
{
	return ns > track->log->begin_ns ? ns - track->log->begin_ns : 0;
}

static const char *category(unsigned kind)
{
	if (kind < N_METER_STAGES)
		return "stage";
	return kind < TRACE_PACK ? "wait" : kind == TRACE_CHUNK ? "chunk" : "message";
}

/* Dask's colours, as far as chrome://tracing has names for them; "" leaves the choice to it. */
static const char *colour(const struct trace_event *event)
{
	switch (event->kind) {
	case METER_CLAIM:
	case TRACE_TRANSFER:
		return "terrible"; /* red */
	case METER_FETCH:
	case METER_GATHER:
	case METER_WRITE:
		return "thread_state_iowait"; /* orange */
	case TRACE_PACK:
		return "grey";
	case TRACE_CHUNK:
		return event->status == CHUNK_FAILED ? "black" : "";
	default:
		return event->kind >= TRACE_WAIT && event->kind < TRACE_PACK ? "white" : "";
	}
}

static void put_args(FILE *out, const struct trace_event *event)
{
	static const char *const statuses[] = {"done", "failed", "cancelled"};
	char chunk[64] = "", block[32] = "", scene[32] = "", bytes[40] = "";

	if (event->scene != TRACE_NO_SCENE)
		(void)snprintf(scene, sizeof(scene), ",\"scene\":%" PRIu32, event->scene);
	if (event->chunk != TRACE_NO_CHUNK)
		(void)snprintf(chunk, sizeof(chunk), ",\"chunk\":%" PRIu64, event->chunk);
	if (event->chunk != TRACE_NO_CHUNK && event->kind != TRACE_CHUNK)
		(void)snprintf(block, sizeof(block), ",\"block\":%" PRIu32, event->block);
	if (event->bytes)
		(void)snprintf(bytes, sizeof(bytes), ",\"bytes\":%" PRIu64, event->bytes);
	(void)fprintf(out, ",\"args\":{\"laps\":%" PRIu32 "%s%s%s%s", event->laps, scene, chunk,
		      block, bytes);
	if (event->kind == TRACE_CHUNK && event->status < sizeof(statuses) / sizeof(statuses[0]))
		(void)fprintf(out, ",\"status\":\"%s\"", statuses[event->status]);
	(void)fputs("}}", out);
}

static void put_event(struct track *track, const struct trace_event *event)
{
	const char *cname = colour(event);
	uint64_t since = since_begin(track, event->begin_ns);
	char number[24] = "";

	if (event->kind == TRACE_CHUNK && event->chunk != TRACE_NO_CHUNK)
		(void)snprintf(number, sizeof(number), " %" PRIu64, event->chunk);
	next_event(track);
	(void)fprintf(track->out,
		      "{\"ph\":\"X\",\"pid\":%u,\"tid\":%u,\"cat\":\"%s\",\"name\":\"%s%s\","
		      "\"ts\":" US_FORMAT ",\"dur\":" US_FORMAT "%s%s%s",
		      track->pid, track->tid, category(event->kind), trace_kind_name(event->kind),
		      number, US_VALUES(since), US_VALUES(event->busy_ns),
		      *cname ? ",\"cname\":\"" : "", cname, *cname ? "\"" : "");
	put_args(track->out, event);
}

/* what: "process" or "thread". */
static void put_name(struct track *track, const char *what, const char *name)
{
	next_event(track);
	(void)fprintf(track->out,
		      "{\"ph\":\"M\",\"pid\":%u,\"tid\":%u,\"name\":\"%s_name\","
		      "\"args\":{\"name\":\"%s\"}}",
		      track->pid, track->tid, what, name);
	next_event(track);
	(void)fprintf(track->out,
		      "{\"ph\":\"M\",\"pid\":%u,\"tid\":%u,\"name\":\"%s_sort_index\","
		      "\"args\":{\"sort_index\":%u}}",
		      track->pid, track->tid, what, *what == 'p' ? track->pid : track->tid);
}

static void put_ring(struct track *track, const struct trace_ring *ring)
{
	for (uint32_t i = 0; i < ring->n; i++)
		put_event(track, &ring->event[i]);
}

static void put_worker(struct track *track, unsigned number)
{
	const struct trace *trace = &track->log->worker[number];

	char name[48];

	track->tid = 1 + number * TIDS + TID_LAPS;
	(void)snprintf(name, sizeof(name), "worker %u", number);
	put_name(track, "thread", name);
	put_ring(track, &trace->lap);
	track->tid = 1 + number * TIDS + TID_CHUNKS;
	(void)snprintf(name, sizeof(name), "worker %u, chunks", number);
	put_name(track, "thread", name);
	put_ring(track, &trace->chunk);
}

static void put_counter(struct track *track, const char *name, uint64_t at_ns, uint64_t bytes)
{
	uint64_t since = since_begin(track, at_ns);

	next_event(track);
	(void)fprintf(track->out,
		      "{\"ph\":\"C\",\"pid\":%d,\"name\":\"%s\",\"ts\":" US_FORMAT
		      ",\"args\":{\"bytes\":%" PRIu64 "}}",
		      PID_RUN, name, US_VALUES(since), bytes);
}

static void put_memory(struct track *track, const struct plan *plan)
{
	for (uint32_t i = 0; i < track->log->n_samples; i++) {
		const struct trace_sample *s = &track->log->sample[i];

		put_counter(track, "memory resident", s->at_ns, s->resident);
		put_counter(track, "memory reserved", s->at_ns, s->reserved);
		put_counter(track, "memory budget", s->at_ns, plan->budget.limit);
	}
}

/* What a reader must know to trust the picture. */
static void put_notes(FILE *out, const struct run_totals *totals)
{
	const struct trace_log *log = totals->trace;

	(void)fprintf(out, "\n],\"executor\":\"%s\",\"interrupted_by\":",
		      totals->executor ? totals->executor : "");
	(void)fprintf(out, totals->interrupted_by ? "\"%s\"" : "null", totals->interrupted_by);
	(void)fprintf(out, ",\"workers_lost\":%u,\"workers_of_other_ranks\":%u,\"resolution_us\":[",
		      totals->n_lost, log ? log->n_elsewhere : 0);
	for (unsigned i = 0; log && i < log->n_workers; i++) {
		uint64_t ns = log->worker[i].lap.resolution_ns;

		(void)fprintf(out, "%s" US_FORMAT, i ? "," : "", US_VALUES(ns));
	}
	(void)fputs("]},\"traceEvents\":[", out);
}

static int trace_end(struct open_report *report, const struct run_totals *totals, struct error *err)
{
	FILE *out = report->out;
	const struct plan *plan = report->plan;
	const struct trace_log *log = totals->trace;
	struct track track = {.out = out, .log = log, .first = true, .pid = PID_RUN};

	put_notes(out, totals);
	if (log) {
		put_name(&track, "process", "imgpipe");
		for (unsigned i = 0; i < log->n_workers; i++) {
			track.pid = plan->own_memory ? PID_RUN + 1 + i : PID_RUN;
			if (plan->own_memory)
				put_name(&track, "process", "a worker process");
			put_worker(&track, i);
		}
		track.pid = PID_RUN;
		track.tid = 1 + log->n_workers * TIDS;
		put_name(&track, "thread", "hand-out and reports");
		put_ring(&track, &log->worker[log->n_workers].lap);
		put_memory(&track, plan);
	}
	(void)fputs("\n]}\n", out);
	return report_check(out, err);
}

const struct report report_trace = {
	.option = {.kind = "trace",
		   .name = "trace",
		   .help = "what each worker did when, for Perfetto (ui.perfetto.dev) or "
			   "chrome://tracing, JSON",
		   .made_by = REPORT_BY_RUN,
		   .needs = REPORT_NEEDS_TRACE},
	.begin = trace_begin,
	.scene = trace_scene,
	.end = trace_end,
};
