/*
 * Meters: clocks and sums. Knows the names of the stages, not what they do.
 */
#include "meter.h"

#include <sys/resource.h>
#include <time.h>

#include "trace.h"

void meter_start(struct meter *meter)
{
	meter->cpu_read_ns = clock_cpu();
}

void meter_settle(struct meter *meter)
{
	uint64_t cpu = meter->open_ns;

	if (!meter->open_ns)
		return;
	if (meter->cpu_read_ns) {
		uint64_t now = clock_cpu(), used = now - meter->cpu_read_ns;

		cpu = used < cpu ? used : cpu; /* what is beyond was between the laps */
		meter->cpu_read_ns = now;
	}
	for (int stage = 0; stage < N_METER_STAGES; stage++) {
		double share = (double)meter->stage_open_ns[stage] / (double)meter->open_ns;

		meter->row[stage].cpu_ns += (uint64_t)(share * (double)cpu);
		meter->stage_open_ns[stage] = 0;
	}
	meter->open_ns = 0;
}

struct meter_span meter_begin(void)
{
	return (struct meter_span){.wall_ns = clock_now()};
}

static void lap_until(struct meter *meter, enum meter_stage stage, struct meter_span *span,
		      uint64_t now)
{
	uint64_t wall = now - span->wall_ns;

	trace_lap(meter->trace, meter, stage, span->wall_ns, now);
	span->wall_ns = now;
	meter->row[stage].busy_ns += wall;
	meter->stage_open_ns[stage] += wall;
	meter->open_ns += wall;
	if (meter->open_ns >= CPU_READING_NS)
		meter_settle(meter);
}

void meter_lap(struct meter *meter, enum meter_stage stage, struct meter_span *span)
{
	lap_until(meter, stage, span, clock_now());
}

/* Which stage's row a wait is booked on. */
static const enum meter_stage wait_rows[N_WAIT_CAUSES] = {
	[WAIT_MEMORY] = METER_CLAIM, [WAIT_ORDER] = METER_CLAIM, [WAIT_WRITER] = METER_WRITE,
	[WAIT_PEER] = METER_REDUCE,  [WAIT_IDLE] = METER_CLAIM,  [WAIT_GIL] = METER_DECODE,
};

void meter_wait_ns(struct meter *meter, enum wait_cause cause, uint64_t ns)
{
	meter->row[wait_rows[cause]].wait_ns[cause] += ns;
}

void meter_wait(struct meter *meter, enum wait_cause cause, uint64_t since_ns)
{
	uint64_t now = clock_now();

	meter_wait_ns(meter, cause, now - since_ns);
	trace_lap(meter->trace, meter, TRACE_WAIT + cause, since_ns, now);
}

/* How often this thread has slept: it gave up its processor, and was not merely put off it. */
static long sleeps(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nvcsw : 0;
}

struct meter_stall meter_stall_begin(void)
{
	return (struct meter_stall){.since_ns = clock_now(), .sleeps = sleeps()};
}

void meter_stall_end(struct meter *meter, enum meter_stage stage, struct meter_span *span,
		     const struct meter_stall *stall)
{
	if (sleeps() == stall->sleeps)
		return;
	lap_until(meter, stage, span, stall->since_ns);
	meter_wait(meter, WAIT_WRITER, stall->since_ns);
	*span = meter_begin();
}

void meter_pack(struct meter *meter, uint64_t bytes, uint64_t since_ns)
{
	uint64_t now = clock_now();

	meter->row[METER_REDUCE].pack_ns += now - since_ns;
	trace_message(meter->trace, meter, TRACE_PACK, since_ns, now, bytes);
}

static void row_merge(struct meter_row *into, const struct meter_row *from)
{
	into->chunks += from->chunks;
	into->tiles += from->tiles;
	into->pixels += from->pixels;
	into->bytes_in += from->bytes_in;
	into->bytes_out += from->bytes_out;
	into->busy_ns += from->busy_ns;
	into->cpu_ns += from->cpu_ns;
	for (int cause = 0; cause < N_WAIT_CAUSES; cause++)
		into->wait_ns[cause] += from->wait_ns[cause];
	into->messages += from->messages;
	into->message_bytes += from->message_bytes;
	into->pack_ns += from->pack_ns;
	into->transfer_ns += from->transfer_ns;
	into->planned_peak += from->planned_peak;
	into->reserved_peak += from->reserved_peak;
}

static void costs_merge(struct teaching_costs *into, const struct teaching_costs *from)
{
	into->gil_held_ns += from->gil_held_ns;
	into->overhead_ns += from->overhead_ns;
	into->n_overheads += from->n_overheads;
	into->n_pixel_messages += from->n_pixel_messages;
	into->pixel_bytes += from->pixel_bytes;
	into->answer_bytes += from->answer_bytes;
	into->backlog_peak =
		from->backlog_peak > into->backlog_peak ? from->backlog_peak : into->backlog_peak;
}

void meter_merge(struct meter *into, const struct meter *from)
{
	for (int stage = 0; stage < N_METER_STAGES; stage++)
		row_merge(&into->row[stage], &from->row[stage]);
	into->bytes_needed += from->bytes_needed;
	into->bytes_decoded += from->bytes_decoded;
	if (!into->begin_ns || (from->begin_ns && from->begin_ns < into->begin_ns))
		into->begin_ns = from->begin_ns;
	if (from->end_ns > into->end_ns)
		into->end_ns = from->end_ns;
	into->cpu_ns += from->cpu_ns;
	into->lock_ops += from->lock_ops;
	costs_merge(&into->costs, &from->costs);
}
