/*
 * Ranks of MPI do the same scenes: rank 0, which alone has the catalogue, tells the others which
 * are done.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cluster.h"
#include "resume_parts.h"

enum { PIECE_BYTES = 4096 };

/* What comes first. */
struct found {
	uint32_t n, n_done;
	uint32_t replaces;
};

/* A rank that sees other files takes part, and leaves nothing out: they will not agree. */
static int make(struct resumed **resume, const struct session *session, const struct found *found,
		uint32_t n, struct error *err)
{
	struct resumed *r;

	if (session->rank == 0 || found->n != n)
		return 0;
	r = calloc(1, sizeof(*r));
	*resume = r;
	if (!r)
		return error_memory(err, "scenes that are done", sizeof(*r));
	*r = (struct resumed){.n = n, .replaces = found->replaces, .outputs.fd = -1};
	r->done = calloc((size_t)n / 8 + 1, 1);
	if (!r->done)
		return error_memory(err, "scenes that are done", (size_t)n / 8 + 1);
	r->n_done = found->n_done;
	return 0;
}

/* In pieces of one size, wherever they come to lie. */
static void share_bits(struct resumed *r, const struct session *session, uint32_t n)
{
	const size_t bytes = (size_t)n / 8 + 1;
	uint8_t piece[PIECE_BYTES] = {0};

	for (size_t at = 0; at < bytes; at += sizeof(piece)) {
		const size_t here = bytes - at < sizeof(piece) ? bytes - at : sizeof(piece);

		if (session->rank == 0)
			memcpy(piece, r->done + at, here);
		session->cluster->share(piece, sizeof(piece));
		if (session->rank != 0 && r && r->done)
			memcpy(r->done + at, piece, here);
	}
}

int resume_share(struct resumed **resume, const struct session *session,
		 const struct scene_list *scene_list, struct error *err)
{
	const struct resumed *r = *resume;
	struct found found = {0};
	int status;

	if (!session->cluster)
		return 0;
	if (session->rank == 0 && r && r->done)
		found = (struct found){r->n, r->n_done, r->replaces};
	session->cluster->share(&found, sizeof(found));
	if (!found.n)
		return 0;
	status = make(resume, session, &found, scene_list ? scene_list_count(scene_list) : 0, err);
	share_bits(*resume, session, found.n);
	return status;
}
