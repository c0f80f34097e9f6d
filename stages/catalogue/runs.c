/*
 * Runs: when, where, by whom, with which words, and how it ended.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/redact.h"
#include "geopackage.h"
#include "printable.h"
#include "report/partial.h"
#include "run_totals.h"

/* The words as they were given, printable and without secrets. NULL without memory. */
static char *command_text(const struct options *options)
{
	char *raw = NULL, *text;
	size_t size;
	FILE *out = open_memstream(&raw, &size);

	if (!out)
		return NULL;
	for (unsigned i = 0; i < options->n_words; i++)
		(void)fprintf(out, "%s%s", i ? " " : "", options->words[i]);
	if (fclose(out)) {
		free(raw);
		return NULL;
	}
	redact(raw);
	text = malloc(4 * size + 1);
	if (text)
		(void)printable_copy(text, 4 * size + 1, raw);
	free(raw);
	return text;
}

/* Of the program and its libraries: '{"imgpipe":"0.1.0",...}'. NULL without memory. */
static char *program_text(void)
{
	json_t *list = partial_made_by();
	char *text = json_dumps(json_array_get(list, 0), JSON_COMPACT);

	json_decref(list);
	return text;
}

int catalogue_run_begin(struct catalogue *catalogue, const struct options *options, int64_t set,
			int64_t *run, struct error *err)
{
	char *command = command_text(options), *program = program_text();
	char now[GPKG_TIME_BYTES], host[65] = "";
	int rc = -1;

	(void)gethostname(host, sizeof(host) - 1);
	if (!command || !program) {
		(void)error_memory(err, "a run of the catalogue", 1 << 12);
	} else {
		const struct bound value[] = {
			bound_integer(set),  bound_text(geopackage_time(now)),
			bound_text(command), bound_text(program),
			bound_word(host),    bound_integer(getpid()),
		};

		rc = statement_change(catalogue, RUN_ADD, value, N_BOUND(value), err);
		*run = sqlite3_last_insert_rowid(catalogue->db);
		catalogue->changed = true;
	}
	free(command);
	free(program);
	return rc;
}

int catalogue_run_end(struct catalogue *catalogue, int64_t run, const struct run_totals *totals,
		      int status, struct error *err)
{
	char now[GPKG_TIME_BYTES];
	const struct bound value[] = {
		bound_integer(run),
		bound_text(geopackage_time(now)),
		bound_integer(status),
		bound_count(totals->n_scenes),
		bound_count(totals->n_ok),
		bound_count(totals->n_failed),
		bound_count(totals->n_skipped),
		bound_count(totals->n_cancelled),
		bound_real((double)totals->wall_ns / 1e9),
		bound_real((double)totals->cpu_ns / 1e9),
	};

	if (statement_change(catalogue, RUN_END, value, N_BOUND(value), err))
		return -1;
	return geopackage_changed(catalogue, err);
}

enum { LAST_ID, STARTED, ENDED, COMMAND, HOST, EXIT_STATUS, SCENES, OK, FAILED };

int catalogue_last_run(struct catalogue *catalogue, struct catalogue_run *run, struct error *err)
{
	sqlite3_stmt *row = statement_begin(catalogue, RUN_LAST, NULL, 0, err);
	int rc = row ? statement_next(catalogue, row, err) : -1;

	if (rc <= 0)
		return rc;
	*run = (struct catalogue_run){
		.id = sqlite3_column_int64(row, LAST_ID),
		.exit_status = sqlite3_column_int(row, EXIT_STATUS),
		.scenes = (uint64_t)sqlite3_column_int64(row, SCENES),
		.ok = (uint64_t)sqlite3_column_int64(row, OK),
		.failed = (uint64_t)sqlite3_column_int64(row, FAILED),
	};
	if (column_copy(catalogue, row, STARTED, &catalogue->source, &run->started, err) ||
	    column_copy(catalogue, row, ENDED, &catalogue->inputs, &run->ended, err) ||
	    column_copy(catalogue, row, COMMAND, &catalogue->maps, &run->command, err) ||
	    column_copy(catalogue, row, HOST, &catalogue->path_room, &run->host, err))
		rc = -1;
	statement_end(row);
	return rc;
}
