/*
 * Assembling the files of finished scenes. Knows nothing of what is in them.
 */
#include "assemble.h"

#include "base/signals.h"
#include "trace.h"

enum {
	/*
	 * Scenes whose bytes wait in spools for a slow disk: one being laid out and one that is
	 * next, so that whoever lays out never waits for work. Beyond that spools would grow with
	 * the number of scenes.
	 */
	MOST_WAITING = 2
};

static bool is_ending(struct run *run)
{
	return signals_caught() || atomic_load(&run->stopping);
}

static struct slot *waiting(struct run *run)
{
	if (!run->workload->outputs || is_ending(run))
		return NULL;
	for (uint32_t id = run->first; id < run->next_open; id++)
		if (slot_of(run, id)->state == SLOT_ASSEMBLE)
			return slot_of(run, id);
	return NULL;
}

struct slot *assembly_claim(struct run *run)
{
	struct slot *slot = waiting(run);

	if (slot)
		slot->state = SLOT_ASSEMBLING;
	return slot;
}

bool assemblies_to_come(struct run *run)
{
	if (!run->workload->outputs || is_ending(run))
		return false;
	for (uint32_t id = run->first; id < run->next_open; id++) {
		enum slot_state state = slot_of(run, id)->state;

		if (state != SLOT_FREE && state != SLOT_ASSEMBLING && state != SLOT_DONE)
			return true;
	}
	return false;
}

bool assemblies_are_many(struct run *run)
{
	unsigned n = 0;

	if (!run->workload->outputs)
		return false;
	for (uint32_t id = run->first; id < run->next_open; id++) {
		enum slot_state state = slot_of(run, id)->state;

		n += state == SLOT_COLLECT || state == SLOT_COLLECTING || state == SLOT_ASSEMBLE ||
		     state == SLOT_ASSEMBLING;
	}
	return n >= MOST_WAITING;
}

bool space_comes_back(struct run *run)
{
	if (!run->spools)
		return false;
	for (uint32_t id = run->first; id < run->claiming; id++)
		if (slot_lacked_space(slot_of(run, id)))
			return true;
	return false;
}

/* Its time is booked by who calls: one lap. Its memory was reserved with the scene. */
static void book(struct run *run, const struct slot *slot, struct meter_row *row)
{
	unsigned n_files = 0;
	const struct output_file *file = run->workload->outputs->files(slot->outputs, &n_files);
	uint64_t bytes = run->workload->outputs->bytes(&slot->scene, &slot->grid, run->options);

	row->reserved_peak = bytes > row->reserved_peak ? bytes : row->reserved_peak;
	row->chunks++;
	for (unsigned rank = 0; rank < run->n_pools; rank++)
		row->bytes_in += spool_bytes(run->spools, slot->scene.id, rank);
	for (unsigned i = 0; i < n_files; i++)
		row->bytes_out += file[i].bytes;
}

struct assembly {
	struct run *run;
	bool names; /* run->naming is held */
};

static bool assembly_ends(void *context)
{
	return is_ending(((struct assembly *)context)->run);
}

/* From here until the scene is SLOT_DONE nobody concludes the run without it. */
static bool may_name(void *context)
{
	struct assembly *assembly = context;

	pthread_rwlock_rdlock(&assembly->run->naming);
	assembly->names = !is_ending(assembly->run);
	if (!assembly->names)
		pthread_rwlock_unlock(&assembly->run->naming);
	return assembly->names;
}

/* Nobody else touches a slot being assembled. */
static int make_files(struct assembly *assembly, struct slot *slot, struct meter *meter,
		      struct error *err)
{
	struct run *run = assembly->run;
	const struct outputs_env env = {
		.options = run->options,
		.layout = &run->plan->layout,
		.cells = run->workload->totals_cells(slot->totals),
		.spools = run->spools,
		.meter = meter,
		.cancelled = assembly_ends,
		.may_name = may_name,
		.context = assembly,
	};
	int status = run->workload->outputs->assemble(slot->outputs, &env, err);

	book(run, slot, &meter->row[METER_GATHER]);
	slot_empty_spool(run, slot);
	return status;
}

void assembly_run(struct run *run, struct slot *slot, struct meter *meter)
{
	struct meter_span span = meter_begin();
	struct assembly assembly = {.run = run};
	struct error error = {0};
	int status;

	activity_at(METER_GATHER);
	trace_at(meter->trace, slot->scene.id, TRACE_NO_CHUNK);
	status = make_files(&assembly, slot, meter, &error);
	meter_lap(meter, METER_GATHER, &span);
	activity_at(METER_CLAIM);
	run_lock(run, meter);
	if (status && is_ending(run))
		slot->status = SCENE_CANCELLED;
	else if (status)
		slot_fail(slot, 0, &error);
	slot->state = SLOT_DONE;
	if (assembly.names)
		pthread_rwlock_unlock(&run->naming);
	slots_write(run, meter);
	pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
	trace_at(meter->trace, TRACE_NO_SCENE, TRACE_NO_CHUNK);
}

bool assembly_run_next(struct run *run, struct meter *meter)
{
	struct slot *slot;

	run_lock(run, meter);
	slot = assembly_claim(run);
	pthread_mutex_unlock(&run->lock);
	if (slot)
		assembly_run(run, slot, meter);
	return slot != NULL;
}

bool assembly_waits(struct run *run)
{
	bool waits;

	if (!run->workload->outputs)
		return false;
	pthread_mutex_lock(&run->lock);
	waits = waiting(run) != NULL;
	pthread_mutex_unlock(&run->lock);
	return waits;
}
