/*
 * --partial: exact totals of each scene, a line a scene, for imgpipe merge. In front stands which
 * share of which scenes it is and how it was made, so that merge can tell whether all are there and
 * belong together; each line ends with a checksum of all that stands before it.
 */
#include "report_kinds.h"

#include <inttypes.h>

#include "partial.h"

static const char *partial_path(const struct options *options)
{
	return options->partial_path;
}

static int partial_begin(FILE *out, const struct plan *plan, const struct options *options,
			 struct error *err)
{
	struct partial_head head;
	int status = partial_head_make(&head, plan, options, err);

	if (!status)
		status = partial_head_write(out, &head, err);
	partial_head_release(&head);
	return status;
}

static int partial_put_scene(FILE *out, uint64_t row, const struct scene_result *result,
			     const struct options *options, struct error *err)
{
	(void)fputs(row ? ",\n" : "\n", out);
	return partial_emit(out, partial_scene(result, scene_number(result->scene, options)), err);
}

static int partial_end(FILE *out, const struct run_totals *totals, const struct plan *plan,
		       const struct options *options, struct error *err)
{
	(void)plan;
	(void)options;
	(void)fprintf(out, "\n],\n\"end\":{\"complete\":%s",
		      totals->n_cancelled ? "false" : "true");
	return report_check(out, err);
}

static void partial_seal(FILE *out, enum report_piece piece, uint32_t crc)
{
	(void)fprintf(out, ",\"crc32\":\"%08" PRIx32 "\"%s", crc,
		      piece == REPORT_HEAD   ? ",\"scenes\":["
		      : piece == REPORT_TAIL ? "}}\n"
					     : "}");
}

const struct report report_partial = {
	.name = "partial",
	.path = partial_path,
	.begin = partial_begin,
	.scene = partial_put_scene,
	.end = partial_end,
	.seal = partial_seal,
};
