/*
 * The text of metrics.h, and the time that is taken over from the file before. That file may have
 * been changed by anybody: of its first bytes one line is looked for, and its number is believed
 * only where it is a time that has been.
 */
#include "metrics.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "input/input_file.h"
#include "report_file.h"
#include "report_words.h"

#define LAST_SUCCESS "imgpipe_last_success_timestamp_seconds"

enum { OLD_LINES = 1000, MODE = 0644 };

/* --- the file before --- */

/* The number behind the name on this line; 0: it is another line, or no time before `now`. */
static double success_on(const char *line, double now)
{
	static const char name[] = LAST_SUCCESS " ";
	double value;
	char *end;

	if (strncmp(line, name, sizeof(name) - 1) != 0)
		return 0;
	line += sizeof(name) - 1;
	if (line[strspn(line, "0123456789.")] != '\n')
		return 0;
	value = strtod(line, &end);
	return *end == '\n' && value > 0 && value <= now ? value : 0;
}

static double last_success(const struct report_file *file, const char *path, double now)
{
	enum input_problem problem;
	bool is_there = file->target.exists && !file->target.direct;
	FILE *old = is_there ? input_open(path, &problem) : NULL;
	char line[128];
	double found = 0;

	if (!old)
		return 0;
	for (int i = 0; i < OLD_LINES && !found && fgets(line, sizeof(line), old); i++)
		found = success_on(line, now);
	(void)fclose(old);
	return found;
}

/* --- the text --- */

static void family(FILE *out, const char *name, const char *type, const char *help)
{
	(void)fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void count(FILE *out, const char *name, uint64_t value, const char *help)
{
	family(out, name, "gauge", help);
	(void)fprintf(out, "%s %" PRIu64 "\n", name, value);
}

static void number(FILE *out, const char *name, double value, const char *help)
{
	family(out, name, "gauge", help);
	(void)fprintf(out, "%s %.6f\n", name, value);
}

static void put_ending(FILE *out, const struct metrics *m, int exit_status, double success,
		       double now)
{
	family(out, "imgpipe_build_info", "gauge", "The imgpipe of the last run; always 1.");
	(void)fputs("imgpipe_build_info{version=\"" IMGPIPE_VERSION "\"} 1\n", out);
	count(out, "imgpipe_last_exit_status", (uint64_t)exit_status,
	      "Exit status of the last run: 0 all done, 1 all but some scenes, others see the man "
	      "page.");
	number(out, LAST_SUCCESS, success,
	       "Unix time of the end of the last run that did all that could be done; 0: none is "
	       "known.");
	number(out, "imgpipe_last_run_start_timestamp_seconds", m->begin_s,
	       "Unix time of the start of the last run.");
	number(out, "imgpipe_last_run_end_timestamp_seconds", now,
	       "Unix time of the end of the last run.");
}

static void put_scenes(FILE *out, const struct metrics *m)
{
	const struct {
		const char *status;
		uint32_t n;
	} rows[] = {{"ok", m->n_ok},
		    {"failed", m->n_failed},
		    {"skipped", m->n_skipped},
		    {"cancelled", m->n_cancelled}};

	family(out, "imgpipe_scenes_total", "counter",
	       "Scenes of the last run by what became of them; it begins anew with each run.");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		(void)fprintf(out, "imgpipe_scenes_total{status=\"%s\"} %" PRIu32 "\n",
			      rows[i].status, rows[i].n);
	count(out, "imgpipe_earlier_scenes", m->n_earlier,
	      "Scenes of the last run that an earlier run had done.");
	count(out, "imgpipe_incomplete_scenes", m->n_incomplete,
	      "Scenes of the last run that are ok but lack an index, or a band to be written.");
}

static void put_work(FILE *out, const struct metrics *m)
{
	count(out, "imgpipe_pixels", m->pixels, "Pixels that the last run has worked on.");
	if (m->bytes_read_known)
		count(out, "imgpipe_read_bytes", m->bytes_read,
		      "Bytes that the last run has read from its inputs.");
	count(out, "imgpipe_decoded_bytes", m->bytes_decoded,
	      "Bytes that the last run has decoded.");
	count(out, "imgpipe_written_files", m->files_written,
	      "Maps and pictures that the last run has written.");
	count(out, "imgpipe_written_bytes", m->bytes_written, "Bytes of these files.");
	count(out, "imgpipe_spool_peak_bytes", m->spool_peak,
	      "Most that lay in temporary files at once.");
	number(out, "imgpipe_wall_seconds", m->wall_s, "How long the last run took.");
	number(out, "imgpipe_cpu_seconds", m->cpu_s,
	       "CPU time of the last run, all processes together.");
	count(out, "imgpipe_workers", m->n_workers, "Workers of the last run.");
	count(out, "imgpipe_lost_workers", m->n_lost,
	      "Worker processes that died in the last run.");
}

static void put_memory(FILE *out, const struct metrics *m)
{
	count(out, "imgpipe_peak_memory_bytes", m->memory_peak,
	      "Most memory that the last run had, as the system saw it.");
	count(out, "imgpipe_planned_memory_bytes", m->memory_planned,
	      "Memory that was planned for it.");
	count(out, "imgpipe_memory_limit_bytes", m->memory_limit, "The limit that it had to keep.");
}

static void put_stages(FILE *out, const struct metrics *m)
{
	static const char name[] = "imgpipe_stage_seconds";

	family(out, name, "gauge",
	       "Seconds of all workers of the last run by stage: busy (wall time), cpu, wait.");
	for (int i = 0; i < N_METER_STAGES; i++) {
		const struct stage_seconds *stage = &m->stage[i];

		if (!stage->name)
			continue;
		(void)fprintf(out,
			      "%s{stage=\"%s\",kind=\"busy\"} %.6f\n"
			      "%s{stage=\"%s\",kind=\"cpu\"} %.6f\n"
			      "%s{stage=\"%s\",kind=\"wait\"} %.6f\n",
			      name, stage->name, stage->busy, name, stage->name, stage->cpu, name,
			      stage->name, stage->wait);
	}
}

/* --- together --- */

static double unix_time(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int put_all(struct report_file *file, const char *path, const struct metrics *metrics,
		   int exit_status, struct error *err)
{
	const double now = unix_time();
	const double success =
		metrics_is_success(metrics, exit_status) ? now : last_success(file, path, now);

	put_ending(file->out, metrics, exit_status, success, now);
	if (metrics->finished) {
		put_scenes(file->out, metrics);
		put_work(file->out, metrics);
		put_memory(file->out, metrics);
		put_stages(file->out, metrics);
	}
	if (report_check(file->out, err))
		return -1;
	/* The collector is another user, and the run's umask may be that of a service. */
	if (file->fd >= 0 && !file->target.exists)
		(void)fchmod(file->fd, MODE);
	return 0;
}

int metrics_write(const char *path, const struct metrics *metrics, int exit_status,
		  struct error *err)
{
	struct report_file file;
	int rc = report_file_open(&file, "metrics", path, err);

	if (!rc) {
		rc = put_all(&file, path, metrics, exit_status, err);
		if (!rc)
			rc = report_file_commit(&file, err);
		if (rc)
			(void)error_prefix(err, "%s", path);
	}
	report_file_release(&file);
	return rc;
}
