/*
 * Finished tiles to the spool: encoded, as samples, or as a quarter of a tile that is another
 * chunk's business, too. What holds one number alone is made and appended once.
 */
#include <sys/uio.h>

#include "average.h"
#include "tile_parts.h"
#include "tile_record.h"

void sample_fill(void *out_ptr, const struct sample *value, size_t bytes, size_t n)
{
	unsigned char *out = out_ptr;
	size_t done = bytes, all = n * bytes;

	if (!all)
		return;
	memcpy(out, value->byte, bytes);
	for (; done < all; done *= 2)
		memcpy(out + done, out, done < all - done ? done : all - done);
}

/* A uniform tile's samples are made only where somebody needs them. */
static const unsigned char *samples(const struct tile_maker *maker, struct open_tile *tile)
{
	if (tile->uniform)
		sample_fill(tile->samples, &tile->value, maker->bytes, samples_of(maker));
	return tile->samples;
}

static int add_record(struct tile_maker_env *env, const struct artifact *artifact,
		      struct error *err)
{
	if (env->n == env->most)
		return error_set(err, EX_SOFTWARE, "encode: more tiles than were planned");
	env->artifact[env->n++] = *artifact;
	return 0;
}

static int append_metered(struct tile_maker_env *env, const struct iovec *part, int n_parts,
			  uint64_t *offset, struct error *err)
{
	struct meter_stall stall;
	int status;

	if (!env->meter)
		return spool_append(env->spools, env->scene_id, part, n_parts, offset, err);
	stall = meter_stall_begin();
	status = spool_append(env->spools, env->scene_id, part, n_parts, offset, err);
	meter_stall_end(env->meter, METER_ENCODE, &env->span, &stall);
	return status;
}

int tile_maker_append(struct tile_maker_env *env, const struct artifact *what,
		      const struct iovec *part, int n_parts, struct error *err)
{
	struct artifact artifact = *what;

	artifact.rank = spools_rank(env->spools);
	artifact.bytes = 0;
	for (int i = 0; i < n_parts; i++)
		artifact.bytes += part[i].iov_len;
	if (append_metered(env, part, n_parts, &artifact.offset, err))
		return -1;
	env->spooled += artifact.bytes;
	return add_record(env, &artifact, err);
}

static struct artifact artifact_of(const struct tile_maker *maker, enum map_artifact kind,
				   uint64_t number)
{
	return (struct artifact){
		.output = (uint16_t)maker->output,
		.kind = (uint16_t)kind,
		.number = number,
	};
}

/* The same bytes once more? *status: how that went. */
static bool repeat(const struct tile_maker *maker, struct tile_maker_env *env,
		   const struct uniform_cache *cache, const struct open_tile *tile,
		   struct artifact what, int *status, struct error *err)
{
	if (!tile->uniform || !cache->known || !same_number(maker, &cache->value, &tile->value))
		return false;
	what.offset = cache->offset;
	what.bytes = cache->bytes;
	*status = add_record(env, &what, err);
	return true;
}

static int append(struct tile_maker_env *env, struct uniform_cache *cache,
		  const struct open_tile *tile, const struct artifact *what,
		  const struct iovec *part, int n_parts, struct error *err)
{
	if (tile_maker_append(env, what, part, n_parts, err))
		return -1;
	if (tile->uniform)
		*cache = (struct uniform_cache){true, tile->value, env->artifact[env->n - 1].offset,
						env->artifact[env->n - 1].bytes};
	return 0;
}

static int put_encoded(struct tile_maker *maker, struct tile_maker_env *env, struct open_tile *tile,
		       uint64_t number, struct error *err)
{
	const struct artifact what = artifact_of(maker, ARTIFACT_TILE, number);
	unsigned char leader[TILE_LEADER_BYTES], trailer[TILE_TRAILER_BYTES];
	struct iovec part[] = {
		{leader, sizeof(leader)}, {env->room, 0}, {trailer, sizeof(trailer)}};
	int status;

	env->n_tiles++;
	if (maker->sparse && tile->uniform && same_number(maker, &tile->value, &maker->nodata))
		return add_record(env, &what, err);
	if (repeat(maker, env, &maker->encoded, tile, what, &status, err))
		return status;
	part[1].iov_len =
		tile_encode(env->encoder, maker->map->type, samples(maker, tile), env->room, err);
	if (!part[1].iov_len)
		return -1;
	tile_record_ends(env->room, (uint32_t)part[1].iov_len, leader, trailer);
	return append(env, &maker->encoded, tile, &what, part, 3, err);
}

static int put_samples(struct tile_maker *maker, struct tile_maker_env *env, struct open_tile *tile,
		       uint64_t number, struct error *err)
{
	const struct artifact what = artifact_of(maker, ARTIFACT_SAMPLES, number);
	struct iovec part = {tile->samples, samples_of(maker) * maker->bytes};
	int status;

	if (repeat(maker, env, &maker->kept, tile, what, &status, err))
		return status;
	(void)samples(maker, tile);
	return append(env, &maker->kept, tile, &what, &part, 1, err);
}

static int put_quadrant(struct tile_maker *maker, struct tile_maker_env *env,
			struct open_tile *tile, uint64_t number, struct error *err)
{
	const struct artifact what = artifact_of(maker, ARTIFACT_QUADRANT, number);
	size_t n = samples_of(maker) / QUADRANTS;
	struct iovec part = {env->room, n * maker->bytes};
	int status;

	if (repeat(maker, env, &maker->quadrant, tile, what, &status, err))
		return status;
	if (tile->uniform)
		sample_fill(env->room, &tile->value, maker->bytes, n);
	else
		average_tile(maker->map, maker->tile, tile->samples, env->room, maker->tile / 2);
	return append(env, &maker->quadrant, tile, &what, &part, 1, err);
}

int tile_emit(struct tile_maker *maker, struct tile_maker_env *env, unsigned level,
	      struct open_tile *tile, struct error *err)
{
	uint64_t number = pyramid_number(&maker->pyramid, level, tile->x, tile->y);

	if (level < maker->n_stored && put_encoded(maker, env, tile, number, err))
		return -1;
	if (level == maker->picture && put_samples(maker, env, tile, number, err))
		return -1;
	if (level == maker->top && level + 1 < maker->pyramid.n_levels)
		return put_quadrant(maker, env, tile, number, err);
	return 0;
}
