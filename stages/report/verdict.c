/*
 * The verdict on a run, from its meters. Each piece of advice has a threshold, below which it is
 * not given. Nothing is claimed that was not measured.
 */
#include "verdict.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "budget.h"
#include "report_words.h"
#include "run_figures.h"
#include "verdict_parts.h"
#include "base/text.h"

/* A run this short is start-up for the most part; its shares change from run to run. */
static const double too_short_s = 0.05;
/* A lock or hand-out costs microseconds and a chunk milliseconds: 5 % is ten times the usual. */
static const double handout_share = 0.05;
/* Chunks that keep a worker longer than this are not made better by being larger. */
static const double small_chunk_s = 0.005;
/* The limit would save less than this in wall time, so it is not worth a user's attention. */
static const double wait_share = 0.05;
/* Workers run dry at the end of any run, by half a chunk each on average. */
static const double idle_share = 0.10;
/* Tiles at the edge reach beyond the image: some per cent is no sign of chunks that cut tiles. */
static const double amplification_limit = 1.05;
/* Where stored data were decoded this often, nothing else is worth saying first. */
static const double wasteful = 1.5;
/* Above this the workers are used as well as one can ask. */
static const double good_efficiency = 0.85;
/* A stage or a gap under a quarter of the time leads nothing: other things matter more. */
static const double lead_share = 0.25;

static double percent(double share)
{
	return 100 * share;
}

static int largest(const double *value, int n)
{
	int best = 0;

	for (int i = 1; i < n; i++)
		if (value[i] > value[best])
			best = i;
	return best;
}

static const struct {
	const char *bound, *what, *remedy;
} stage_words[N_METER_STAGES] = {
	[METER_DISCOVER] =
		{"header-bound", "opening scenes",
		 "scenes are small beside the cost of their headers; fewer, larger files help"},
	[METER_CLAIM] = {"scheduler-bound", "handing out chunks",
			 "fewer, larger chunks help (--chunk)"},
	[METER_FETCH] = {"input-bound", "reading stored bytes",
			 "faster or nearer storage helps most"},
	[METER_DECODE] = {"decode-bound", "decoding tiles (decompression and predictor)",
			  "more cores help, other settings hardly"},
	[METER_MASK] = {"compute-bound", "masking", "more cores help"},
	[METER_INDEX] = {"compute-bound", "computing the index", "more cores help"},
	[METER_STATS] = {"compute-bound", "the exact sums and histograms", "more cores help"},
	[METER_ENCODE] = {"encode-bound", "encoding maps (compression and overviews)",
			  "more cores help, and so does another codec or a lower level (--co)"},
	[METER_REDUCE] = {"reduce-bound", "joining partial results",
			  "fewer, larger chunks help (--chunk)"},
	[METER_GATHER] = {"output-bound", "laying out finished maps and bringing them to the disk",
			  "faster storage for the outputs helps most"},
	[METER_WRITE] = {"report-bound", "writing reports", "fewer reports or faster storage help"},
};

/* Stages of a workload that names its own: what they do is in the name. */
static void say_own_stage(struct verdict *v, const struct run_figures *f, const char *name,
			  int stage)
{
	bool computes = stage == METER_INDEX || stage == METER_STATS;

	verdict_say(v, "%s: %.0f %% of worker time is the stage %s; %s",
		    computes ? "compute-bound" : stage_words[stage].bound,
		    percent(worker_share(f, f->busy_s[stage])), name, stage_words[stage].remedy);
}

static void say_stage_bound(struct verdict *v, const struct run_figures *f,
			    const struct run_totals *totals, const struct plan *plan, int stage)
{
	const char *name = plan_stage_name(plan, (enum meter_stage)stage);
	const struct meter_row *row = &totals->meter.row[stage];
	const char *remedy = stage_words[stage].remedy;

	if (plan->made_up && name) {
		say_own_stage(v, f, name, stage);
		return;
	}
	if (stage == METER_FETCH && (double)row->cpu_ns > 0.5 * (double)row->busy_ns)
		remedy = "most of it is CPU time: the bytes came from the page cache, not from the "
			 "disk, and more cores help";
	verdict_say(v, "%s: %.0f %% of worker time is %s; %s", stage_words[stage].bound,
		    percent(worker_share(f, f->busy_s[stage])), stage_words[stage].what, remedy);
}

static const char *const wait_words[N_WAIT_CAUSES] = {
	[WAIT_MEMORY] = "memory of the budget",
	[WAIT_ORDER] = "a scene to be opened or an older one to be finished",
	[WAIT_WRITER] = "the writer of the reports",
	[WAIT_PEER] = "locks that other workers held",
	[WAIT_IDLE] = "work when none was left",
	[WAIT_GIL] = "the lock of --teach gil",
};

/*
 * Time with work to do. Reading and finished maps are left out: there a worker waits for storage,
 * which is no lack of cores.
 */
static double working_s(const struct run_figures *f)
{
	return f->busy_total_s - f->busy_s[METER_FETCH] - f->busy_s[METER_GATHER];
}

/* Share of that time that workers really ran. 1 where there was hardly any. */
static double share_running(const struct run_figures *f, const struct run_totals *totals)
{
	const struct meter_row *row = totals->meter.row;
	double busy = working_s(f);
	double cpu =
		f->stage_cpu_s - (double)(row[METER_FETCH].cpu_ns + row[METER_GATHER].cpu_ns) / 1e9;

	return worker_share(f, busy) > lead_share ? cpu / busy : 1;
}

static const char *waited_for(const struct run_totals *totals, const struct plan *plan, int cause)
{
	if (plan->sequential && cause == WAIT_ORDER)
		return "the chunk before";
	if (cause == WAIT_WRITER && totals->meter.row[METER_GATHER].chunks)
		return "the writer of the maps";
	return wait_words[cause];
}

/* Is the time that no meter covers more than any stage's and any wait's? Then none of them leads.
 */
static bool unmeasured_leads(const struct run_figures *f)
{
	return worker_share(f, f->unmeasured_s) > lead_share &&
	       f->unmeasured_s > f->busy_s[largest(f->busy_s, N_METER_STAGES)] &&
	       f->unmeasured_s > f->wait_s[largest(f->wait_s, N_WAIT_CAUSES)];
}

/* What a stage alone has, whatever a chunk holds, is between its stages: beside small chunks much.
 */
static bool chunks_are_small(const struct run_figures *f)
{
	return f->chunks > 1 && f->busy_total_s / (double)f->chunks < small_chunk_s;
}

static bool say_unmeasured_leads(struct verdict *v, const struct run_figures *f,
				 const struct plan *plan, const char *stage, double stage_s)
{
	char more[112] = "";

	if (chunks_are_small(f))
		(void)snprintf(more, sizeof(more),
			       "; each of the %llu chunks of %.0f%s has some of it, so larger ones "
			       "(--chunk) may have less",
			       (unsigned long long)f->chunks, (double)f->pixels / (double)f->chunks,
			       plan->made_up ? "" : " pixels");
	verdict_say(v,
		    "%.0f %% of worker time is unaccounted: in no stage and no wait (start-up, "
		    "opening files, work around each chunk, or not running); the largest stage, "
		    "%s, took %.0f %%%s",
		    percent(worker_share(f, f->unmeasured_s)), stage,
		    percent(worker_share(f, stage_s)), more);
	return true;
}

/* Shares of two things: of the working time here, of all time in the efficiency below. */
static void say_busy_elsewhere(struct verdict *v, const struct run_figures *f,
			       const struct run_totals *totals)
{
	verdict_say(v,
		    "cores were busy elsewhere: workers with work to do (%.0f %% of their time) "
		    "had a CPU only %.0f %% of that time (other programs, more workers than cores, "
		    "a CPU quota, or swapping); do not compare these timings",
		    percent(fmin(worker_share(f, working_s(f)), 1)),
		    percent(share_running(f, totals)));
}

/* Timings of a run whose cores had other work say nothing of what to change. */
static bool cores_were_busy(const struct run_figures *f, const struct run_totals *totals)
{
	return f->wall_s >= too_short_s && share_running(f, totals) < RUNNING_SHARE;
}

/* Has it told of the time that is unaccounted? */
static bool say_bound(struct verdict *v, const struct run_figures *f,
		      const struct run_totals *totals, const struct plan *plan)
{
	const char *name;
	int stage = largest(f->busy_s, N_METER_STAGES);
	int cause = largest(f->wait_s, N_WAIT_CAUSES);

	name = plan_stage_name(plan, (enum meter_stage)stage);
	name = name ? name : meter_stage_name((enum meter_stage)stage);
	if (f->wall_s < too_short_s) {
		verdict_say(v,
			    "too short to judge: the run took %.0f ms; give it more or larger %s",
			    1000 * f->wall_s, plan->made_up ? "work" : "scenes");
		return false;
	}
	if (cores_were_busy(f, totals))
		say_busy_elsewhere(v, f, totals);
	else if (f->amplification > wasteful)
		return false; /* advise_amplification() says it */
	else if (unmeasured_leads(f))
		return say_unmeasured_leads(v, f, plan, name, f->busy_s[stage]);
	else if (f->wait_s[cause] > f->busy_s[stage])
		verdict_say(v, "wait-bound: %.0f %% of worker time was spent waiting for %s",
			    percent(worker_share(f, f->wait_s[cause])),
			    waited_for(totals, plan, cause));
	else if (worker_share(f, f->busy_s[stage]) >= lead_share)
		say_stage_bound(v, f, totals, plan, stage);
	else
		verdict_say(v, "no stage stands out: the largest, %s, took %.0f %% of worker time",
			    name, percent(worker_share(f, f->busy_s[stage])));
	return false;
}

static void advise_workers(struct verdict *v, const struct plan *plan)
{
	char limit[24];

	if (plan->workers < plan->workers_asked)
		verdict_say(
			v, "%u of %u workers fit in the budget of %s; raise --memory to use more",
			plan->workers, plan->workers_asked, bytes_text(limit, plan->budget.limit));
}

static void advise_memory(struct verdict *v, const struct run_figures *f, const struct plan *plan)
{
	double share = worker_share(f, f->wait_s[WAIT_MEMORY]);
	char limit[24];

	if (share > wait_share)
		verdict_say(v,
			    "%.0f %% of worker time went to waiting for memory; raise --memory "
			    "(now %s) or make chunks smaller",
			    percent(share), bytes_text(limit, plan->budget.limit));
}

enum { CHUNK_TEXT = 96 };

/* " (--chunk 512)", " (--chunk 10980x96)": a size in pixels, as the option takes it. */
static const char *chunk_option(char text[CHUNK_TEXT], uint64_t x, uint64_t y)
{
	if (x == y)
		(void)snprintf(text, CHUNK_TEXT, " (--chunk %llu)", (unsigned long long)x);
	else
		(void)snprintf(text, CHUNK_TEXT, " (--chunk %llux%llu)", (unsigned long long)x,
			       (unsigned long long)y);
	return text;
}

/* Chunks of the user's own choice: then what the plan would have taken is advice. */
static bool chose_chunk(const struct options *options)
{
	return options->chunk_kind != CHUNK_AUTO;
}

/*
 * Larger whole tiles than those in use: the plan's, or where it chose them or they are no larger,
 * four times their area.
 */
static const char *larger_chunk(char text[CHUNK_TEXT], const struct run_figures *f,
				const struct plan *plan, const struct options *options)
{
	double pixels = (double)f->pixels / (double)f->chunks;

	if (!plan->auto_x)
		return " (--chunk)";
	if (chose_chunk(options) && pixels < 0.75 * (double)plan->auto_x * plan->auto_y)
		return chunk_option(text, plan->auto_x, plan->auto_y);
	return chunk_option(text, 2 * (uint64_t)plan->auto_x, 2 * (uint64_t)plan->auto_y);
}

/*
 * Smaller whole tiles: the plan's where it would make more chunks, else stored tiles one by one
 * where these are smaller; NULL where chunks cannot be made smaller without cutting tiles.
 */
static const char *smaller_chunk(char text[CHUNK_TEXT], const struct run_figures *f,
				 const struct plan *plan, const struct options *options)
{
	if (!plan->auto_x)
		return " (--chunk)";
	if (chose_chunk(options) && plan->auto_chunks > f->chunks)
		return chunk_option(text, plan->auto_x, plan->auto_y);
	if ((double)plan->store_x * plan->store_y < 0.75 * (double)f->pixels / (double)f->chunks)
		return chunk_option(text, plan->store_x, plan->store_y);
	return NULL;
}

static void advise_amplification(struct verdict *v, const struct run_figures *f,
				 const struct plan *plan, const struct options *options)
{
	bool cut = options->chunk_kind == CHUNK_PIXELS || options->chunk_kind == CHUNK_BYTES;
	char text[CHUNK_TEXT];

	if (isnan(f->amplification) || f->amplification <= amplification_limit)
		return;
	if (cut && plan->auto_x)
		verdict_say(v,
			    "read amplification: %.2f bytes were decoded for each byte needed. "
			    "Possible reasons: other bands are stored between those needed, tiles "
			    "reach beyond the image's edge, or chunks cut stored tiles of %u x %u; "
			    "whole tiles avoid the last%s",
			    f->amplification, plan->store_x, plan->store_y,
			    chunk_option(text, plan->auto_x, plan->auto_y));
	else
		verdict_say(
			v, "read amplification: %.2f bytes were decoded for each byte needed; %s",
			f->amplification,
			cut ? "chunks cut stored tiles (--chunk auto avoids this), other bands are "
			      "stored between those needed, or tiles reach beyond the image's edge"
			    : "the tiles hold more than is needed: other bands between those "
			      "needed, or space beyond the image's edge");
}

static void advise_handouts(struct verdict *v, const struct run_figures *f, const struct plan *plan,
			    const struct options *options)
{
	double exchange = worker_share(f, f->exchange_s);
	double share = worker_share(f, f->wait_s[WAIT_PEER]) + exchange;
	char text[CHUNK_TEXT];

	if (share <= handout_share || !f->chunks)
		return;
	if (f->busy_total_s / (double)f->chunks < small_chunk_s)
		verdict_say(v,
			    "%.0f %% of worker time went to handing out %llu chunks of %.0f%s "
			    "each; use larger chunks%s",
			    percent(share), (unsigned long long)f->chunks,
			    (double)f->pixels / (double)f->chunks, plan->made_up ? "" : " pixels",
			    larger_chunk(text, f, plan, options));
	else if (exchange > handout_share)
		verdict_say(v,
			    "%.0f %% of worker time went to messages between workers (%.4f message "
			    "bytes per byte of pixels); --executor threads sends none, larger "
			    "chunks%s send fewer",
			    percent(exchange), f->message_share,
			    larger_chunk(text, f, plan, options));
	else
		verdict_say(v,
			    "%.0f %% of worker time went to locks that other workers held and to "
			    "messages",
			    percent(share));
}

static void advise_idle(struct verdict *v, const struct run_figures *f,
			const struct run_totals *totals, const struct plan *plan,
			const struct options *options)
{
	double share = worker_share(f, f->wait_s[WAIT_IDLE]);
	char text[CHUNK_TEXT];
	const char *smaller;

	if (share <= idle_share || totals->n_workers < 2 || !f->chunks)
		return;
	smaller = smaller_chunk(text, f, plan, options);
	if (f->chunks < 2 * (uint64_t)totals->n_workers)
		verdict_say(v,
			    "%.0f %% of worker time was idle: %llu chunk%s cannot keep %u workers "
			    "busy; use %s%s%sfewer workers",
			    percent(share), (unsigned long long)f->chunks,
			    f->chunks == 1 ? "" : "s", totals->n_workers,
			    smaller ? "smaller chunks" : "", smaller ? smaller : "",
			    smaller ? " or " : "");
	else if (smaller)
		verdict_say(v,
			    "%.0f %% of worker time was idle at the end: the last chunks took "
			    "longer than the others; use smaller ones%s",
			    percent(share), smaller);
	else
		verdict_say(v,
			    "%.0f %% of worker time was idle at the end: the last chunks took "
			    "longer than the others, and smaller ones would cut stored tiles",
			    percent(share));
}

static void advise_order(struct verdict *v, const struct run_figures *f,
			 const struct run_totals *totals, const struct plan *plan)
{
	double order = worker_share(f, f->wait_s[WAIT_ORDER]);
	double writer = worker_share(f, f->wait_s[WAIT_WRITER]);
	const char *what = totals->meter.row[METER_GATHER].chunks ? "maps" : "reports";

	if (order > wait_share && plan->sequential)
		verdict_say(v,
			    "%.0f %% of worker time went to waiting for the chunk before, which "
			    "each chunk needs: more workers do not help",
			    percent(order));
	else if (order > wait_share && totals->n_scenes > 1)
		verdict_say(v,
			    "%.0f %% of worker time went to waiting for a scene to be opened or an "
			    "older one to be finished (%lu may be open at once)",
			    percent(order), (unsigned long)plan->scene_slots);
	else if (order > wait_share)
		verdict_say(v, "%.0f %% of worker time went to waiting for the scene to be opened",
			    percent(order));
	if (writer > wait_share)
		verdict_say(v,
			    "%.0f %% of worker time went to waiting for the writer of the %s; ask "
			    "for fewer %s or put them on faster storage",
			    percent(writer), what, what);
}

/* What no meter covers cannot be blamed on a stage. Without a CPU it soon grows: told earlier. */
static void say_unmeasured(struct verdict *v, const struct run_figures *f,
			   const struct run_totals *totals)
{
	double share = worker_share(f, f->unmeasured_s);
	bool held_up = cores_were_busy(f, totals);

	if (share > (held_up ? wait_share : lead_share))
		verdict_say(v,
			    "%.0f %% of worker time is unaccounted (start-up, opening files, or "
			    "not running)",
			    percent(share));
}

static void say_efficiency(struct verdict *v, const struct run_figures *f,
			   const struct run_totals *totals)
{
	const bool good =
		v->n == 1 && f->efficiency >= good_efficiency && !cores_were_busy(f, totals);

	if (isnan(f->efficiency) || f->wall_s < too_short_s)
		return;
	v->figure = good ? 0 : v->n;
	verdict_say(v, "parallel efficiency %.0f %%%s (CPU time / wall time / %u worker%s)",
		    percent(f->efficiency), good ? ", nothing to change" : "", totals->n_workers,
		    totals->n_workers == 1 ? "" : "s");
}

void verdict_make(struct verdict *verdict, const struct run_totals *totals, const struct plan *plan,
		  const struct options *options)
{
	struct run_figures f;
	bool told;

	verdict->n = verdict->figure = 0;
	run_figures_make(&f, totals);
	if (!f.pixels) {
		verdict_say(verdict, "no pixel was worked on");
		return;
	}
	verdict_costs(verdict, &f, totals, plan, options);
	told = say_bound(verdict, &f, totals, plan);
	advise_amplification(verdict, &f, plan, options);
	if (f.wait_s[WAIT_IDLE] < idle_share * f.worker_s)
		advise_workers(verdict, plan);
	if (f.wall_s >= too_short_s && !cores_were_busy(&f, totals)) {
		advise_memory(verdict, &f, plan);
		if (!totals->meter.costs.n_pixel_messages) /* those are no hand-outs */
			advise_handouts(verdict, &f, plan, options);
		if (!teaches(&options->teach, TEACH_STATIC)) /* they are dealt out */
			advise_idle(verdict, &f, totals, plan, options);
		advise_order(verdict, &f, totals, plan);
	}
	if (f.wall_s >= too_short_s && !told)
		say_unmeasured(verdict, &f, totals);
	if (verdict->n == VERDICT_MAX)
		verdict->n--; /* the efficiency is always told */
	say_efficiency(verdict, &f, totals);
}
