/*
 * A worker with memory of its own: it works as all do (worker.c), and its operations are messages
 * to the coordinator. It opens the scenes it is told to work on for itself.
 */
#ifndef IMGPIPE_PIPELINE_REMOTE_H
#define IMGPIPE_PIPELINE_REMOTE_H

#include "confine/confine.h"
#include "executor.h"
#include "channel.h"
#include "run/worker.h"

/*
 * Takes what a worker's results add up to, where they do not travel chunk by chunk: a rank keeps
 * its part of a scene's totals until it is asked for. Called by several workers of a rank at once.
 */
struct rank_partials {
	int (*keep)(struct rank_partials *partials, uint32_t scene_id,
		    const struct cell_group *group, struct error *err);
};

/*
 * The whole life of worker `number` of the run in job->context, at the other end of `channel`.
 * partials: NULL where groups travel; fence: NULL where its memory has no limit. The last thing on
 * the channel is BYE with its meters.
 */
void remote_live(struct job *job, unsigned number, struct channel *channel,
		 struct rank_partials *partials, struct fence *fence);

/*
 * For a decorator of such a worker: room for a payload of wire_room() bytes, and its way to
 * the coordinator, as a message about the chunk that the worker is at. Comes back when that has
 * been taken care of there (struct decorator); -1 where the coordinator is gone.
 */
void *remote_room(struct worker *worker);
int remote_tell(struct worker *worker, const struct chunk_result *result, uint32_t bytes,
		struct error *err) MUST_CHECK;

/* Instead of a life: BYE with the reason. */
void remote_refuse(unsigned number, struct channel *channel, const struct error *why);

#endif
