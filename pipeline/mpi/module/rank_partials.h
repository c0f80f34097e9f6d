/*
 * Parts: what each rank's chunks of a scene add up to, and the tree along which they are joined
 * when all chunks of the scene are done. Only ranks that worked on the scene are in its tree; its
 * root is rank 0. As the sums are exact, the tree's shape cannot show in the result.
 *
 * Workers keep (any thread); all else is the communicating thread's. Part of the MPI modules.
 */
#ifndef IMGPIPE_PIPELINE_MPI_PARTS_H
#define IMGPIPE_PIPELINE_MPI_PARTS_H

#include "message_queue.h"
#include "remote/remote.h"

struct parts;

/* layout: of the run's results. */
struct parts *parts_new(struct message_queue *queue, struct meter *meter,
			const struct result_layout *layout, struct error *err);
void parts_free(struct parts *parts);

/* Where workers of this rank leave their cells. */
struct rank_partials *parts_ops(struct parts *parts);

/* Rank 0: ask the ranks of this list (rank 0 first, n > 1) for their parts of a scene. */
void parts_ask(struct parts *parts, uint32_t scene_id, const uint32_t *ranks, uint32_t n);
/* Scenes asked for whose parts have not all come. */
unsigned parts_asked(const struct parts *parts);

/*
 * A COLLECT or PART message has come. Rank 0: true where that was the last part of a scene: *group
 * is their sum, to be freed by the caller.
 */
bool parts_take(struct parts *parts, const struct queued_message *message, uint32_t *scene_id,
		struct cell_group **group);

#endif
