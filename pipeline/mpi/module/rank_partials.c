/*
 * Parts and their tree. In the list of a scene's ranks, place i has its parent at (i - 1) / 2 and
 * children at 2i + 1 and 2i + 2.
 */
#include "rank_partials.h"

#include <mpi.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* This rank's part of one scene, and what is still to come from below in the tree. */
struct part {
	struct part *next;
	uint32_t scene_id;
	bool asked;
	uint32_t parent;  /* rank that it goes to */
	unsigned missing; /* children that have not sent theirs */
	_Alignas(16) unsigned char group[];
};

struct parts {
	struct rank_partials partials; /* first, so that one is the other */
	struct message_queue *queue;
	struct meter *meter;  /* of the communicating thread */
	pthread_mutex_t lock; /* guards the list and the cells of parts not yet asked for */
	struct part *first;
	unsigned n_asked;
	const struct result_layout *layout;
	_Alignas(16) unsigned char packed[];
};

/* COLLECT's text: the list, and the place of the receiver in it. */
struct collect {
	uint32_t scene_id, place, n;
	uint32_t rank[];
};

/* PART's head; a packed group follows. */
struct part_head {
	_Alignas(16) uint32_t scene_id;
};

/* Aligned as memory of malloc() is: enough for any cell. */
static struct cell_group *group_of(struct part *part)
{
	return (struct cell_group *)(void *)part->group;
}

/* Called with the lock held. NULL without memory. */
static struct part *find(struct parts *parts, uint32_t scene_id, bool make)
{
	struct part *part = parts->first;

	while (part && part->scene_id != scene_id)
		part = part->next;
	if (part || !make)
		return part;
	part = calloc(1, sizeof(*part) + parts->layout->group_bytes);
	if (!part)
		return NULL;
	group_clear(parts->layout, group_of(part));
	part->scene_id = scene_id;
	part->next = parts->first;
	parts->first = part;
	return part;
}

static int keep(struct rank_partials *partials, uint32_t scene_id, const struct cell_group *group,
		struct error *err)
{
	struct parts *parts = (struct parts *)(void *)partials;
	struct part *part;

	pthread_mutex_lock(&parts->lock);
	part = find(parts, scene_id, true);
	if (part)
		group_merge(parts->layout, group_of(part), group);
	pthread_mutex_unlock(&parts->lock);
	return part ? 0
		    : error_memory(err, "a scene's totals",
				   sizeof(*part) + parts->layout->group_bytes);
}

struct parts *parts_new(struct message_queue *queue, struct meter *meter,
			const struct result_layout *layout, struct error *err)
{
	size_t bytes = (sizeof(struct parts) + layout->packed_most + 15) / 16 * 16;
	struct parts *parts = aligned_alloc(16, bytes);

	if (!parts) {
		error_memory(err, "the scenes' totals", bytes);
		return NULL;
	}
	memset(parts, 0, bytes);
	parts->layout = layout;
	parts->partials.keep = keep;
	parts->queue = queue;
	parts->meter = meter;
	pthread_mutex_init(&parts->lock, NULL);
	return parts;
}

void parts_free(struct parts *parts)
{
	while (parts && parts->first) {
		struct part *next = parts->first->next;

		free(parts->first);
		parts->first = next;
	}
	free(parts);
}

struct rank_partials *parts_ops(struct parts *parts)
{
	return &parts->partials;
}

unsigned parts_asked(const struct parts *parts)
{
	return parts->n_asked;
}

static struct part *take_out(struct parts *parts, uint32_t scene_id)
{
	struct part **at, *part;

	pthread_mutex_lock(&parts->lock);
	for (at = &parts->first; *at && (*at)->scene_id != scene_id; at = &(*at)->next)
		;
	part = *at;
	if (part)
		*at = part->next;
	pthread_mutex_unlock(&parts->lock);
	return part;
}

/* The part at this place of the list has been asked for: pass that on to the places below. */
static void ask_below(struct parts *parts, const struct collect *list)
{
	size_t bytes = sizeof(*list) + list->n * sizeof(list->rank[0]);
	struct collect *copy = malloc(bytes);
	struct part *part;

	pthread_mutex_lock(&parts->lock);
	part = find(parts, list->scene_id, true);
	pthread_mutex_unlock(&parts->lock);
	if (!part || !copy)
		MPI_Abort(MPI_COMM_WORLD, EX_TEMPFAIL);
	memcpy(copy, list, bytes);
	part->asked = true;
	part->parent = list->place ? list->rank[(list->place - 1) / 2] : 0;
	for (uint32_t place = 2 * list->place + 1; place <= 2 * list->place + 2 && place < list->n;
	     place++) {
		copy->place = place;
		message_queue_send(parts->queue, list->rank[place], TAG_COLLECT, copy, bytes, NULL,
				   0, &parts->meter->row[METER_REDUCE]);
		part->missing++;
	}
	free(copy);
}

static void send_up(struct parts *parts, struct part *part)
{
	struct part_head head = {.scene_id = part->scene_id};
	struct meter_row *row = &parts->meter->row[METER_REDUCE];
	uint64_t since = clock_now();
	size_t bytes = group_pack(parts->layout, parts->packed, group_of(part));

	row->pack_ns += clock_now() - since;
	message_queue_send(parts->queue, part->parent, TAG_PART, &head, sizeof(head), parts->packed,
			   bytes, row);
}

void parts_ask(struct parts *parts, uint32_t scene_id, const uint32_t *ranks, uint32_t n)
{
	struct collect *list = malloc(sizeof(*list) + n * sizeof(list->rank[0]));

	if (!list)
		MPI_Abort(MPI_COMM_WORLD, EX_TEMPFAIL);
	*list = (struct collect){.scene_id = scene_id, .n = n};
	memcpy(list->rank, ranks, n * sizeof(list->rank[0]));
	ask_below(parts, list);
	free(list);
	parts->n_asked++;
}

/* Merge what has come from below. */
static void take_part(struct parts *parts, const struct queued_message *message)
{
	const struct part_head *head = message->text;
	struct meter_span span = meter_begin();
	struct cell_group *group = malloc(parts->layout->group_bytes);
	struct part *part;
	struct error error;

	pthread_mutex_lock(&parts->lock);
	part = find(parts, head->scene_id, false);
	pthread_mutex_unlock(&parts->lock);
	if (!group || !part || message->bytes < sizeof(*head) ||
	    group_unpack(parts->layout, group, (const unsigned char *)message->text + sizeof(*head),
			 message->bytes - sizeof(*head), &error))
		MPI_Abort(MPI_COMM_WORLD, EX_SOFTWARE);
	group_merge(parts->layout, group_of(part), group);
	part->missing--;
	free(group);
	meter_lap(parts->meter, METER_REDUCE, &span);
}

bool parts_take(struct parts *parts, const struct queued_message *message, uint32_t *scene_id,
		struct cell_group **group)
{
	struct part *part;
	int rank;

	*scene_id = *(const uint32_t *)message->text; /* both kinds begin with it */
	if (message->tag == TAG_COLLECT)
		ask_below(parts, message->text);
	else
		take_part(parts, message);
	pthread_mutex_lock(&parts->lock);
	part = find(parts, *scene_id, false);
	pthread_mutex_unlock(&parts->lock);
	if (!part || !part->asked || part->missing)
		return false;
	part = take_out(parts, *scene_id);
	MPI_Comm_rank(MPI_COMM_WORLD, &rank);
	if (rank == 0) {
		*group = malloc(parts->layout->group_bytes);
		if (!*group)
			MPI_Abort(MPI_COMM_WORLD, EX_TEMPFAIL);
		memcpy(*group, part->group, parts->layout->group_bytes);
		parts->n_asked--;
	} else {
		send_up(parts, part);
	}
	free(part);
	return rank == 0;
}
