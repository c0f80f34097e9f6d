/*
 * --partial: exact totals of each scene, a line a scene, for imgpipe merge. In front stands which
 * share of which scenes it is and how it was made, so that merge can tell whether all are there and
 * belong together; each line ends with a checksum of all that stands before it.
 */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "log.h"
#include "partial.h"
#include "report_words.h"

/* A share of a run is of no use without it. */
static bool partial_by_default(char path[REPORT_MADE_PATH], const struct options *options)
{
	if (!options->shard.n)
		return false;
	(void)snprintf(path, REPORT_MADE_PATH, "part-%u-of-%u.json", options->shard.i,
		       options->shard.n);
	return true;
}

extern const struct report report_partial;

static void note_options(const char *path, const struct partial_head *there,
			 const struct partial_head *head)
{
	struct identity_pair shown;
	const unsigned n = partial_head_differs(there, head, &shown);
	char more[48] = "";

	if (n > 1)
		(void)snprintf(more, sizeof(more), ", and %u more option%s", n - 1,
			       n > 2 ? "s differ" : " differs");
	if (n)
		log_line(LOG_LEVEL_WARNING, "note", NULL,
			 "%s is of other options and will be replaced: it was made with %s, this "
			 "run is with %s%s; --partial writes to another file",
			 path, shown.a, shown.b, more);
}

/* A part of other options may be all that is left of another run. Who writes the same one again, or
 * anything over a file that is no part, is not bothered. */
static void look_at_earlier(const char *path, const struct partial_head *head)
{
	struct partial_file file = {0};
	struct partial_room room = {0};
	struct error ignored;

	if (path_is_stdout(path))
		return;
	if (!partial_open(&file, path, &room, &ignored))
		note_options(path, &file.head, head);
	partial_close(&file);
	free(room.text);
}

static int partial_begin(struct open_report *report, struct error *err)
{
	struct partial_head head;
	int status = partial_head_make(&head, report->plan, report->options, err);

	if (!status)
		look_at_earlier(report_path(&report->options->reports, &report_partial.option),
				&head);
	if (!status)
		status = partial_head_write(report->out, &head, err);
	partial_head_release(&head);
	return status;
}

static int partial_put_scene(struct open_report *report, const struct scene_result *result,
			     struct error *err)
{
	const struct recipe *recipe = report->options->recipe;
	uint64_t number = scene_number(result->scene, report->options);

	(void)fputs(report->row ? ",\n" : "\n", report->out);
	return partial_emit(report->out, partial_scene(result, recipe, number), recipe->n_values,
			    err);
}

static int partial_end(struct open_report *report, const struct run_totals *totals,
		       struct error *err)
{
	(void)fprintf(report->out, "\n],\n\"end\":{\"complete\":%s",
		      totals->n_cancelled ? "false" : "true");
	return report_check(report->out, err);
}

static void partial_seal(FILE *out, enum report_piece piece, uint32_t crc)
{
	(void)fprintf(out, ",\"crc32\":\"%08" PRIx32 "\"%s", crc,
		      piece == REPORT_HEAD   ? ",\"scenes\":["
		      : piece == REPORT_TAIL ? "}}\n"
					     : "}");
}

const struct report report_partial = {
	.option = {.kind = "partial",
		   .name = "partial",
		   .help = "partial results for imgpipe merge, exact; shards make them "
			   "without this option, as part-I-of-N.json",
		   .made_by = REPORT_BY_RUN | REPORT_BY_MERGE,
		   .by_default = partial_by_default},
	.begin = partial_begin,
	.scene = partial_put_scene,
	.end = partial_end,
	.seal = partial_seal,
};
