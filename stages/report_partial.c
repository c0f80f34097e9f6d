/*
 * --partial: exact totals of each scene, a line a scene, for imgpipe merge. Which share of which
 * scenes it is stands in front, so that merge can tell whether all are there.
 */
#include "report_kinds.h"

#include <inttypes.h>

#include "json_stats.h"
#include "partial.h"

static const char *partial_path(const struct options *options)
{
	return options->partial_path;
}

static int partial_begin(FILE *out, const struct plan *plan, const struct options *options,
			 struct error *err)
{
	uint32_t n = options->shard.n ? options->shard.n : 1;

	(void)fprintf(out,
		      "{\"schema\":\"" PARTIAL_SCHEMA
		      "\",\"index\":\"ndvi\",\"version\":\"" IMGPIPE_VERSION "\",\"part\":%" PRIu32
		      ",\"parts\":%" PRIu32 ",\"scenes_in_all\":%" PRIu64 ",\"files\":\"%016" PRIx64
		      "\",\"scenes\":[",
		      n == 1 ? 1 : options->shard.i, n, plan->n_all_scenes, plan->files_checksum);
	return report_check(out, err);
}

static int partial_put_scene(FILE *out, uint64_t row, const struct scene_result *result,
			     const struct options *options, struct error *err)
{
	(void)fputs(row ? ",\n" : "\n", out);
	return js_emit(out, partial_scene(result, scene_number(result->scene, options)), err);
}

static int partial_end(FILE *out, const struct run_totals *totals, const struct plan *plan,
		       const struct options *options, struct error *err)
{
	(void)plan;
	(void)options;
	(void)fprintf(out, "\n],\n\"complete\":%s}\n", totals->n_cancelled ? "false" : "true");
	return report_check(out, err);
}

const struct report report_partial = {
	.name = "partial",
	.path = partial_path,
	.begin = partial_begin,
	.scene = partial_put_scene,
	.end = partial_end,
};
