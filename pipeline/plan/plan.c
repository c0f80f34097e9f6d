/*
 * The plan: how many workers fit in the budget, before the first pixel. What a limit is shared out
 * to is the business of limit.c, how a scene is cut that of fit_scene.c; where not one scene
 * can be cut small enough the run is refused, with a budget that is enough.
 */
#include "plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "limit.h"
#include "fit_scene.h"
#include "base/redact.h"
#include "base/text.h"
#include "base/memory.h"

enum {
	/* Code and tables of libraries not yet touched, stdio, report rows, the allocator's slack.
	 * Measured before any input is opened: opening plain scenes of all codecs adds 1.1 to 1.6
	 * MiB, and libtiff, which is loaded when a file needs it, 2.3 to 2.6 MiB more with the
	 * libraries of its codecs (smaps: 2.0 of it their code, 0.3 private).
	 */
	HEADROOM_BYTES = 5 << 20,
	/* One worker beside its blocks: touched stack, its malloc arena, histograms of the stats
	   stage. */
	WORKER_BYTES = 512 << 10,
	/* A worker process beside that: pages it has written to of program and libraries, page
	   tables, a scene's headers of its own, two rooms for messages. An allowance: two workers
	   on a DEFLATE scene came to 14.9 MiB of PSS in all, of 26.3 MiB planned. */
	PROCESS_BYTES = 2 << 20,
	/* What the baseline differs by from one start to the next: rounded away, for stable advice.
	 */
	SPREAD_BYTES = 256 << 10,
	/* And never under this, which program and libraries come near with a few files (4.6 to 5.0
	   MiB were seen): else one start would round up where another one does not. */
	LEAST_RESIDENT = 6 << 20,
	MIB = 1 << 20,
	BACKLOG_PERCENT = 80, /* of the memory that is free when the plan is made */
};

PRINTF_LIKE(2, 3)
static void plan_note(struct plan *plan, const char *format, ...)
{
	va_list args;

	if (plan->n_notes == PLAN_MAX_NOTES)
		return;
	va_start(args, format);
	vsnprintf(plan->notes[plan->n_notes], sizeof(plan->notes[0]), format, args);
	redact(plan->notes[plan->n_notes++]);
	va_end(args);
}

/* Totals in flight at once: where scenes have fewer chunks than workers, several scenes are. */
static uint64_t totals_in_flight(const struct plan *plan, uint64_t n_chunks)
{
	uint64_t scenes = n_chunks ? ceil_div(plan->workers, n_chunks) : 1;

	return (scenes + 1) * plan->totals;
}

static uint64_t wanted_from_pool(const struct plan *plan, const struct chunk_grid *grid)
{
	return plan->workers * plan->footprint + totals_in_flight(plan, chunk_grid_count(grid));
}

/* As many workers as fit side by side with the blocks that the whole pool allows for the sample. */
static int fit_workers(struct plan *plan, const struct options *options,
		       const struct workload *workload, const struct scene *sample,
		       struct chunk_grid *grid, struct error *err)
{
	if (plan_scene(grid, plan, options, workload, sample, err))
		return -1;
	plan->footprint = grid->footprint;
	plan->totals = plan_totals_bytes(plan, options, workload, sample, grid);
	plan->chunk_kept = plan_chunk_kept(options, workload, sample, grid);
	if (workload->outputs) {
		plan->outputs = workload->outputs->bytes(sample, grid, options);
		plan->spool = workload->outputs->spool_bytes(grid, options);
	}
	while (plan->workers > 1 && wanted_from_pool(plan, grid) > plan->pool)
		plan_set_workers(plan, plan->workers - 1);
	return 0;
}

static void raise_to(uint64_t *peak, uint64_t bytes)
{
	*peak = bytes > *peak ? bytes : *peak;
}

/* The cells of a chunk's result are booked on the stage that fills them, the last one. */
static void predict_stages(struct prediction *prediction, const struct plan *plan,
			   const struct options *options, const struct workload *workload,
			   const struct scene *scene, const struct chunk_grid *grid)
{
	size_t groups = result_groups(scene, grid->chunk_x_size, grid->chunk_y_size, plan->by_tile);

	for (unsigned i = 0; i < workload->n_stages; i++) {
		const struct stage *stage = workload->stage[i];
		bool last = i + 1 == workload->n_stages;
		uint64_t bytes = last ? layout_bytes(&plan->layout, groups) : 0;

		uint32_t rows = stage->by_slice ? workload->slice_rows(grid->block_x_size,
								       grid->block_y_size)
						: grid->block_y_size;

		if (stage->kept)
			bytes += stage->kept(scene, grid->block_x_size, rows, options);
		if (stage->scratch)
			bytes += stage->scratch(scene, grid->block_x_size, rows, options);
		if (stage->chunk_kept)
			bytes += stage->chunk_kept(scene, grid, options);
		if (stage->open_bytes)
			bytes += stage->open_bytes(options);
		raise_to(&prediction->stage_peak[stage->meter], bytes);
	}
	raise_to(&prediction->stage_peak[METER_DISCOVER], PLAN_SLOT_BYTES);
	raise_to(&prediction->stage_peak[METER_REDUCE],
		 workload->totals_bytes(scene, grid, &plan->layout, plan_most_workers(plan),
					plan->by_tile));
	if (workload->outputs)
		raise_to(&prediction->stage_peak[METER_GATHER],
			 workload->outputs->bytes(scene, grid, options));
}

void plan_predict(struct prediction *prediction, const struct plan *plan,
		  const struct options *options, const struct workload *workload,
		  const struct scene *scene, const struct chunk_grid *grid)
{
	/* Scenes that are done wait with their totals until older ones are: at most in all slots.
	 */
	uint64_t in_flight = plan_slots(plan);
	uint64_t totals = plan_totals_bytes(plan, options, workload, scene, grid);
	uint64_t bytes = plan_fixed(plan) + plan->workers * grid->footprint + in_flight * totals;
	const size_t pixels = size_mul(scene->x_size, scene->y_size);
	const size_t pixel_bytes = plan->layout.n_values * (sizeof(float) + 1);
	uint64_t backlog = size_mul(in_flight < 2 ? 1 : 2, size_mul(pixels, pixel_bytes));

	bytes += backlog < plan->backlog ? backlog : plan->backlog;
	if (!prediction->gdal && heavy_is_loaded(workload->heavy)) { /* and it stays */
		prediction->gdal = true;
		prediction->peak += plan->gdal;
	}
	bytes += prediction->gdal ? plan->gdal : 0;
	raise_to(&prediction->peak, bytes < plan->budget.limit ? bytes : plan->budget.limit);
	predict_stages(prediction, plan, options, workload, scene, grid);
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/*
 * How many times each pixel is decoded where chunks cut stored blocks, about: a window of n pixels
 * laid anywhere over blocks of b meets (n + b - 1) / b of them on average.
 */
static double times_decoded(const struct scene *scene, const struct chunk_grid *grid)
{
	double x = grid->chunk_x_size, y = grid->chunk_y_size, times = 1;

	if (grid->chunk_x_size % scene->store_x_size && grid->chunk_x_size < scene->x_size)
		times *= (x + scene->store_x_size - 1) / x;
	if (grid->chunk_y_size % scene->store_y_size && grid->chunk_y_size < scene->y_size)
		times *= (y + scene->store_y_size - 1) / y;
	return times;
}

static void explain(struct plan *plan, const struct options *options, const struct scene *sample,
		    const struct chunk_grid *grid)
{
	if (plan->workers < plan->workers_asked)
		plan_note(plan,
			  "%u worker%s instead of %u: the memory limit holds no more blocks at "
			  "once; raise --memory to use them",
			  plan->workers, plan->workers == 1 ? "" : "s", plan->workers_asked);
	if (grid->unit && options->chunk_kind == CHUNK_PIXELS &&
	    (grid->chunk_x_size != least(options->chunk_x, sample->x_size) ||
	     grid->chunk_y_size != least(options->chunk_y, sample->y_size)))
		plan_note(
			plan,
			"chunks of %u x %u pixels: maps are made of tiles of %u x %u, and a chunk "
			"is whole ones",
			grid->chunk_x_size, grid->chunk_y_size, grid->unit, grid->unit);
	if (times_decoded(sample, grid) > 4)
		plan_note(plan,
			  "chunks of %u x %u pixels cut stored blocks of %u x %u: each pixel is "
			  "decoded about %.0f times; %s",
			  grid->chunk_x_size, grid->chunk_y_size, sample->store_x_size,
			  sample->store_y_size, times_decoded(sample, grid),
			  grid->unit ? "more memory, or larger tiles of maps, help"
				     : "--chunk tile decodes it once");
	if (grid->streamed)
		plan_note(plan,
			  "stored blocks are larger than the memory limit allows: they are "
			  "decoded %u rows at a time",
			  grid->block_y_size);
	if (options->working_set == WORKING_SET_CHUNK && !grid->whole_chunk)
		plan_note(plan, "a whole chunk does not fit in the memory limit: worked on tile by "
				"tile (--working-set tile)");
}

/* No scene fits: name what is enough for all of them. */
static int too_small(struct plan *plan, const struct scene *sample, struct error *err)
{
	const struct survey *survey = &plan->survey;
	uint64_t need = plan_enough(plan, survey->plain.most, false);
	uint64_t beside_gdal = survey->gdal.n ? plan_enough(plan, survey->gdal.most, true) : 0;
	char limit[24], baseline[24], several[40];

	need = beside_gdal > need ? beside_gdal : need;
	(void)snprintf(several, sizeof(several), "any of %u scenes", plan->n_scenes);
	return error_set(err, EX_TEMPFAIL,
			 "a memory limit of %s (%s) is too small for one worker on %s; "
			 "--memory %lluM is enough (program and libraries %s)",
			 bytes_text(limit, plan->budget.limit), plan->budget.source,
			 plan->n_scenes > 1 ? several : sample->name,
			 (unsigned long long)(need / MIB), bytes_text(baseline, plan->baseline));
}

/* As resident when planning, rounded, and what is not touched yet. */
static uint64_t program_bytes(const struct machine *machine)
{
	uint64_t bytes = ceil_div(machine->resident + SPREAD_BYTES, MIB) * MIB;

	return (bytes > LEAST_RESIDENT ? bytes : LEAST_RESIDENT) + HEADROOM_BYTES;
}

/* What a backlog may take without another program being swapped out; 0 where that is not known. */
static uint64_t spare_memory(const struct machine *machine)
{
	uint64_t spare = memory_available();

	if (machine->limit_bytes && machine->limit_bytes < spare)
		spare = machine->limit_bytes;
	return spare / 100 * BACKLOG_PERCENT;
}

/*
 * Of values beyond the first: what the last stage holds of the cells that it fills, and a process
 * its rooms for messages.
 */
static uint64_t worker_cells(const struct plan *plan)
{
	return (plan->own_memory ? 3 : 1) * layout_bytes_beyond_first(&plan->layout);
}

/* Of one worker, for as long as it lives. */
static uint64_t stages_open_bytes(const struct workload *workload, const struct options *options)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < workload->n_stages; i++)
		if (workload->stage[i]->open_bytes)
			bytes += workload->stage[i]->open_bytes(options);
	return bytes;
}

/* What it cannot do here. */
static void note_timeout(struct plan *plan, const struct options *options,
			 const struct executor *executor)
{
	if (!options->nightly.timeout_s || executor->own_memory || !plan->n_scenes)
		return;
	if (plan->ranks > 1)
		plan_note(plan, "--timeout is looked at between blocks; a rank whose read hangs is "
				"not stopped, and the run waits for it");
	else
		plan_note(plan,
			  "--timeout cannot stop a read that hangs under --executor %s: its scene "
			  "fails, its worker and memory are lost to the run; --executor processes "
			  "kills it",
			  executor->name);
}

void plan_begin(struct plan *plan, const struct options *options, const struct machine *machine,
		const struct executor *executor, const struct scene_list *scene_list,
		const struct workload *workload)
{
	const struct scene_list_facts facts = workload->facts(scene_list);

	*plan = (struct plan){
		.workers_asked = options->workers ? options->workers : machine->workers,
		.ranks = machine->ranks,
		.own_memory = executor->own_memory,
		.by_tile = report_needs(&options->reports) & REPORT_NEEDS_TILES,
		.traces = report_needs(&options->reports) & REPORT_NEEDS_TRACE,
		.made_up = workload->made_up,
		.sequential = workload->sequential,
		.stage_names = workload->stage_names,
		.heavy = workload->heavy,
		.has_backlog = teaches(&options->teach, TEACH_NO_BACKPRESSURE),
		.n_scenes = facts.n_scenes,
		.n_all_scenes = facts.n_all_scenes,
		.files_checksum = facts.files_checksum,
		.name_columns = facts.name_columns,
		.worker_alone = WORKER_BYTES + (executor->own_memory ? PROCESS_BYTES : 0),
		/* the scene list's names are resident already */
		.program = program_bytes(machine),
	};
	workload->layout(&plan->layout, options);
	plan->program += layout_bytes_beyond_first(&plan->layout); /* the run's totals */
	plan->program += report_bytes(&options->reports);
	plan->worker_alone += worker_cells(plan) + stages_open_bytes(workload, options);
	if (plan->has_backlog)
		plan->spare_bytes = spare_memory(machine);
	if (teaches(&options->teach, TEACH_SHIP_PIXELS))
		plan->worker_alone += WORKER_BYTES + /* the last stage once more */
				      layout_bytes_beyond_first(&plan->layout);
	if (executor->workers)
		plan->workers_asked = executor->workers(plan->workers_asked, options->workers != 0);
	budget_init(&plan->budget, options, machine);
	note_timeout(plan, options, executor);
	plan_settle(plan);
}

int plan_make(struct plan *plan, const struct options *options, const struct workload *workload,
	      const struct scene *sample, struct error *err)
{
	struct chunk_grid grid = {0};

	plan_settle(plan);
	if (!sample) {
		plan->predicted.peak = plan_fixed(plan);
		return 0;
	}
	if (fit_workers(plan, options, workload, sample, &grid, err))
		return plan->survey.plain.n + plan->survey.gdal.n ? too_small(plan, sample, err)
								  : -1;
	plan_predict(&plan->predicted, plan, options, workload, sample, &grid);
	if (!workload->made_up) /* the rows of a made-up scene are nobody's advice */
		plan_auto_chunk(plan, options, workload, sample);
	explain(plan, options, sample, &grid);
	return 0;
}
