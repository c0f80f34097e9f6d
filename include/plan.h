/*
 * Plan: made before the first pixel from the budget and the scenes' headers; read-only afterwards.
 * Later scenes are fitted into it one by one as their turn comes (plan_scene()).
 */
#ifndef IMGPIPE_PLAN_H
#define IMGPIPE_PLAN_H

#include <stdint.h>

#include "budget.h"
#include "chunk.h"
#include "confinement.h"
#include "error.h"
#include "executor.h"
#include "meter.h"
#include "options.h"
#include "scene.h"
#include "survey.h"
#include "workload.h"

struct scene_list;

enum { PLAN_MAX_NOTES = 6 };

struct partial_head;
struct report;

/* Predicted peaks in bytes: of the whole program, and of each stage in one worker. */
struct prediction {
	uint64_t peak;
	bool gdal; /* peak has GDAL in it */
	uint64_t stage_peak[N_METER_STAGES];
};

struct plan {
	struct budget budget;
	unsigned workers_asked; /* by --workers, or the machine's default */
	unsigned workers;       /* that fit in the budget; under MPI, of one rank */
	unsigned ranks;         /* 1 without MPI; the budget is that of each of them */
	bool own_memory;        /* workers are processes: libraries count once for each */
	unsigned workers_most;  /* that the limit pays for, whatever the blocks */
	uint32_t scene_slots;   /* scenes open or unfinished at once */
	bool by_tile;           /* the per-tile table is kept */
	bool traces;            /* what workers do is recorded */
	uint32_t trace_events;  /* of a worker, in per_worker_fixed; 0: no trace */
	bool has_backlog;       /* --teach no-backpressure */
	uint64_t spare_bytes;   /* most that a backlog may take of this machine; 0: not known */

	/* What is known before the limit is shared out. Bytes: */
	bool surveys_always;   /* the survey is of all scenes under every limit */
	struct survey survey;  /* of the scenes, as far as they have been looked at */
	uint64_t program;      /* program, libraries, scene list */
	uint64_t worker_alone; /* one worker, beside blocks, slots, trace and GDAL */

	/* Bytes, adding up to the predicted peak: */
	uint64_t baseline;         /* program, libraries, scene list, trace of who hands out */
	uint64_t per_worker_fixed; /* stack, handles, codec state, of one worker */
	uint64_t slots;            /* records of the scenes in flight */
	uint64_t pool;             /* what chunks and totals may reserve: limit less all else */
	uint64_t backlog;          /* --teach no-backpressure: pixels that may wait; else 0 */
	uint64_t footprint;        /* of the worker's blocks for the scene planned on */
	uint64_t totals;           /* its running totals */
	/* Of runs that make files of pixels, else 0: */
	uint64_t chunk_kept;       /* part of the footprint: tiles that are being filled */
	uint64_t outputs;          /* part of the totals: where tiles lie, and making the files */
	uint64_t spool;            /* most bytes that wait in a file until a scene is over */
	uint32_t auto_x, auto_y;   /* its chunk by --chunk auto, in pixels; 0: no scene opened */
	uint64_t auto_chunks;      /* of them */
	uint32_t store_x, store_y; /* its stored blocks */
	uint64_t gdal; /* for each process, set aside for GDAL, should a scene need it; 0 if it
			  may not */
	struct prediction predicted;      /* from the scene planned on */
	struct confinement confinement;   /* of worker processes; set by who made the plan */
	struct result_layout layout;      /* of the cells of the run; see workload.h */
	bool made_up;                     /* see workload.h */
	bool sequential;                  /* each chunk waits for the one before; see workload.h */
	const char *const *stage_names;   /* of the workload; see workload.h */
	const struct heavy_reader *heavy; /* likewise */
	uint32_t n_scenes;                /* in the scene list */
	uint64_t n_all_scenes;            /* of all shards */
	uint64_t files_checksum;          /* of the names of all files, for merge */
	unsigned name_columns;            /* of the longest name of a scene; 0: not known */
	/* Set by who made the plan: */
	const struct report *const *reports; /* that may be wanted, ended by NULL; NULL: none */
	const struct partial_head *merged;   /* merge: what all parts say; else NULL */
	uint64_t names_bytes;                /* that the list of files takes in memory */
	uint64_t file_bytes;                 /* sizes of all files of the run */

	unsigned n_notes; /* what had to give way, in words */
	char notes[PLAN_MAX_NOTES][200];
};

/* Workers of all ranks together: so many can have results on their way to one scene's totals. */
static inline unsigned plan_all_workers(const struct plan *plan)
{
	return plan->workers * (plan->ranks ? plan->ranks : 1);
}

/*
 * As many as there may be, by which totals in flight are measured: the same under every limit, so
 * that what a scene needs does not grow with what it gets.
 */
static inline unsigned plan_most_workers(const struct plan *plan)
{
	return plan->workers_asked * (plan->ranks ? plan->ranks : 1);
}

/*
 * With workers in processes: memory for data that one may take beyond what it has at its start, for
 * a scene like the one planned on, before its allocations fail.
 */
static inline uint64_t plan_worker_bytes(const struct plan *plan)
{
	return plan->per_worker_fixed + plan->footprint + CONFINE_MARGIN_BYTES;
}

/* Scenes that are worked on at once: some 40 KB each, so none for scenes that there are not. */
static inline uint32_t plan_slots(const struct plan *plan)
{
	uint32_t n = plan->n_scenes ? plan->n_scenes : 1;

	return n < plan->scene_slots ? n : plan->scene_slots;
}

/* What the program takes besides the pool, memory set aside for GDAL not counted. */
static inline uint64_t plan_fixed(const struct plan *plan)
{
	return plan->baseline + plan->slots + plan->workers * plan->per_worker_fixed;
}

/* What the workload calls a row of the stage table; NULL if it has no such row. */
static inline const char *plan_stage_name(const struct plan *plan, enum meter_stage stage)
{
	return plan->stage_names[stage];
}

/*
 * A plan is made in three steps. Begin: what is known without looking at a scene. Then the survey
 * (pipeline/survey/), which fills plan->survey; it stays empty for synthetic scenes. Make: share
 * out the limit and cut `sample`, a scene that fits where there is one, NULL if none opened
 * (then only a minimal plan is made, so that the failures can be reported).
 *
 * -1 with EX_TEMPFAIL if not even one worker fits. The message names a limit that is enough for
 * every scene that opened, at most 2 MiB above the smallest.
 */
void plan_begin(struct plan *plan, const struct options *options, const struct machine *machine,
		const struct executor *executor, const struct scene_list *scene_list,
		const struct workload *workload);
int plan_make(struct plan *plan, const struct options *options, const struct workload *workload,
	      const struct scene *sample, struct error *err) MUST_CHECK;

/*
 * Cut one scene into chunks and blocks so that one block fits in the plan's pool. -1 with
 * EX_TEMPFAIL where no block does, naming one that is enough. Pure; thread-safe.
 */
int plan_scene(struct chunk_grid *grid, const struct plan *plan, const struct options *options,
	       const struct workload *workload, const struct scene *scene,
	       struct error *err) MUST_CHECK;

/*
 * Bytes of the process of the run that a scene so cut takes while it is in flight: its totals, and
 * what its files of pixels need. SIZE_MAX where it cannot be done. Pure; thread-safe.
 */
size_t plan_totals_bytes(const struct plan *plan, const struct options *options,
			 const struct workload *workload, const struct scene *scene,
			 const struct chunk_grid *grid);

/*
 * Raise *prediction to what a scene so cut will need. The plan predicts from the scenes it was made
 * on; a run goes on raising its prediction with each scene, before that scene's first pixel is
 * read.
 */
void plan_predict(struct prediction *prediction, const struct plan *plan,
		  const struct options *options, const struct workload *workload,
		  const struct scene *scene, const struct chunk_grid *grid);

#endif
