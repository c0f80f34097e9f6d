/*
 * Figures of a run, worked out from the meters. Knows what the counters mean, not how they are
 * shown.
 */
#include "run_figures.h"

#include <math.h>

#include "pixels/stages.h"

static double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

const char *meter_stage_name(enum meter_stage stage)
{
	return map_stage_names[stage];
}

const char *trace_kind_name(unsigned kind)
{
	static const char *const waits[N_WAIT_CAUSES] = {
		[WAIT_MEMORY] = "wait memory", [WAIT_ORDER] = "wait order",
		[WAIT_WRITER] = "wait writer", [WAIT_PEER] = "wait peer",
		[WAIT_IDLE] = "idle",          [WAIT_GIL] = "wait gil",
	};

	if (kind < N_METER_STAGES)
		return meter_stage_name((enum meter_stage)kind);
	if (kind < TRACE_PACK)
		return waits[kind - TRACE_WAIT];
	return kind == TRACE_PACK ? "pack" : kind == TRACE_TRANSFER ? "transfer" : "chunk";
}

uint64_t meter_row_wait_ns(const struct meter_row *row)
{
	uint64_t ns = 0;

	for (int cause = 0; cause < N_WAIT_CAUSES; cause++)
		ns += row->wait_ns[cause];
	return ns;
}

bool stored_bytes_known(const struct run_totals *totals, enum meter_stage stage)
{
	const struct meter_row *row = totals->meter.row;

	return (stage != METER_FETCH && stage != METER_DECODE) || row[METER_FETCH].tiles ||
	       !row[METER_DECODE].tiles;
}

double worker_share(const struct run_figures *figures, double s)
{
	return figures->worker_s > 0 ? s / figures->worker_s : 0;
}

/* Chunks, tiles and pixels pass through several stages, so they are not summed. */
static void add_row(struct run_figures *f, enum meter_stage stage, const struct meter_row *row)
{
	f->busy_s[stage] = seconds(row->busy_ns);
	f->busy_total_s += f->busy_s[stage];
	f->stage_cpu_s += seconds(row->cpu_ns);
	f->pack_s += seconds(row->pack_ns);
	f->transfer_s += seconds(row->transfer_ns);
	f->exchange_s += seconds(row->pack_ns) + seconds(row->transfer_ns);
	for (int cause = 0; cause < N_WAIT_CAUSES; cause++) {
		f->wait_s[cause] += seconds(row->wait_ns[cause]);
		f->total.wait_ns[cause] += row->wait_ns[cause];
	}
	f->total.busy_ns += row->busy_ns;
	f->total.cpu_ns += row->cpu_ns;
	f->total.messages += row->messages;
	f->total.message_bytes += row->message_bytes;
	f->total.planned_peak += row->planned_peak;
	f->total.reserved_peak += row->reserved_peak;
	if (row->chunks > f->chunks && stage >= METER_FETCH && stage <= METER_REDUCE)
		f->chunks = row->chunks;
}

/* Lives of the workers, waiting included. One that never started counts for nothing. */
static void add_lives(struct run_figures *f, const struct run_totals *totals)
{
	uint64_t life = 0;

	for (unsigned i = 0; i < totals->n_workers && totals->worker; i++) {
		const struct meter *m = &totals->worker[i];

		life += m->end_ns > m->begin_ns ? m->end_ns - m->begin_ns : 0;
	}
	f->worker_s = life ? seconds(life) : f->wall_s * totals->n_workers;
	f->worker_s += seconds(totals->coordinator_busy_ns) + seconds(totals->survey_busy_ns);
}

static uint64_t busy_ns(const struct meter *m)
{
	uint64_t ns = 0;

	for (int stage = 0; stage < N_METER_STAGES; stage++)
		ns += m->row[stage].busy_ns;
	return ns;
}

static double imbalance(const struct run_totals *totals)
{
	uint64_t most = 0, sum = 0;

	for (unsigned i = 0; i < totals->n_workers && totals->worker; i++) {
		uint64_t busy = busy_ns(&totals->worker[i]);

		most = busy > most ? busy : most;
		sum += busy;
	}
	if (totals->n_workers < 2 || !sum)
		return NAN;
	return (double)most * totals->n_workers / (double)sum;
}

void run_figures_make(struct run_figures *out, const struct run_totals *totals)
{
	const struct meter *m = &totals->meter;
	double capacity_s = seconds(totals->wall_ns) * totals->n_workers;

	*out = (struct run_figures){
		.wall_s = seconds(totals->wall_ns),
		.cpu_s = seconds(totals->cpu_ns),
		.efficiency = capacity_s > 0 ? seconds(totals->cpu_ns) / capacity_s : NAN,
		.amplification =
			m->bytes_needed ? (double)m->bytes_decoded / (double)m->bytes_needed : NAN,
		.pixels = m->row[METER_STATS].pixels,
	};
	for (int stage = 0; stage < N_METER_STAGES; stage++)
		add_row(out, (enum meter_stage)stage, &m->row[stage]);
	add_lives(out, totals);
	out->imbalance = imbalance(totals);
	out->message_share = m->bytes_decoded
				     ? (double)out->total.message_bytes / (double)m->bytes_decoded
				     : NAN;
	for (int cause = 0; cause < N_WAIT_CAUSES; cause++)
		out->wait_total_s += out->wait_s[cause];
	out->unmeasured_s =
		fmax(0, out->worker_s - out->busy_total_s - out->wait_total_s - out->exchange_s);
	if (!out->pixels && totals->pixels)
		out->pixels = accum_pixels(&totals->pixels->value[0].accum);
}
