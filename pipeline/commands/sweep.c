/*
 * The sweep: which runs there are and in which order they are made. Rounds go over all points, each
 * in another order, so that a machine that grows warm or busy favours none of them.
 */
#include "sweep/sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/signals.h"
#include "choices.h"
#include "commands.h"
#include "computing.h"
#include "discover/scene_list.h"
#include "inputs_apart.h"
#include "options/rows.h"
#include "reading.h"
#include "report_lists.h"
#include "sweep_child.h"
#include "sweep_options.h"

enum { DEFAULT_REPEAT = 5 };

/* --- points --- */

static void default_lists(struct sweep_options *lists, unsigned workers)
{
	static const char *const chunks[] = {"128", "256", "512", "1024", "2048", "4096"};

	for (unsigned i = 0; !lists->n_chunks && i < sizeof(chunks) / sizeof(chunks[0]); i++)
		strcpy(lists->chunk[i], chunks[i]);
	lists->n_chunks += lists->n_chunks ? 0 : sizeof(chunks) / sizeof(chunks[0]);
	if (!lists->n_workers) {
		for (unsigned n = 1; n < workers && lists->n_workers + 1 < SWEEP_VALUES; n *= 2)
			lists->workers[lists->n_workers++] = n;
		lists->workers[lists->n_workers++] = workers;
	}
	if (!lists->n_executors)
		strcpy(lists->executor[lists->n_executors++], "threads");
	if (!lists->n_sets)
		strcpy(lists->set[lists->n_sets++], "tile");
	if (!lists->repeat)
		lists->repeat = DEFAULT_REPEAT;
}

static int make_points(struct sweep *sweep, const struct sweep_options *lists, struct error *err)
{
	uint64_t n =
		(uint64_t)lists->n_executors * lists->n_sets * lists->n_workers * lists->n_chunks;

	if (n > SWEEP_POINTS_MOST)
		return error_set(err, EX_USAGE,
				 "%llu combinations are more than %d; make the lists shorter",
				 (unsigned long long)n, SWEEP_POINTS_MOST);
	sweep->point = calloc(n, sizeof(*sweep->point));
	if (!sweep->point)
		return error_memory(err, "the points of a sweep", n * sizeof(*sweep->point));
	for (unsigned i = 0; i < n; i++) {
		struct sweep_point *point = &sweep->point[i];
		unsigned chunk = i % lists->n_chunks, rest = i / lists->n_chunks;
		unsigned worker = rest % lists->n_workers;

		rest /= lists->n_workers;
		*point = (struct sweep_point){.chunk = lists->chunk[chunk],
					      .workers = lists->workers[worker],
					      .set = lists->set[rest % lists->n_sets],
					      .executor = lists->executor[rest / lists->n_sets]};
		point->sample = calloc(lists->repeat, sizeof(*point->sample));
		sweep->n_points++;
		if (!point->sample)
			return error_memory(err, "the runs of a point",
					    lists->repeat * sizeof(*point->sample));
	}
	return 0;
}

static void release_points(struct sweep *sweep)
{
	for (unsigned i = 0; i < sweep->n_points; i++)
		free(sweep->point[i].sample);
	free(sweep->point);
}

/* Another order each round, the same in every sweep: Fisher-Yates on a linear congruential
 * generator (Knuth's MMIX constants). */
static void shuffle(unsigned *order, unsigned n, unsigned round)
{
	uint64_t state = 88172645463325252u + round;

	for (unsigned i = 0; i < n; i++)
		order[i] = i;
	for (unsigned i = n; i > 1; i--) {
		unsigned other, held = order[i - 1];

		state = state * 6364136223846793005u + 1442695040888963407u;
		other = (unsigned)((state >> 33) % i);
		order[i - 1] = order[other];
		order[other] = held;
	}
}

/* --- runs --- */

/* Pages nobody has changed leave the cache, if nobody else has the file mapped. */
static void forget_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return;
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	(void)close(fd);
}

static void no_file(const char *path)
{
	(void)path;
}

static bool same_bytes(const char *a, const char *b)
{
	FILE *fa = fopen(a, "re"), *fb = fopen(b, "re");
	bool same = fa && fb;
	char one[4096], other[4096];
	size_t n = sizeof(one);

	while (same && n == sizeof(one)) {
		n = fread(one, 1, sizeof(one), fa);
		same = fread(other, 1, sizeof(other), fb) == n && memcmp(one, other, n) == 0 &&
		       !ferror(fa) && !ferror(fb);
	}
	if (fa)
		(void)fclose(fa);
	if (fb)
		(void)fclose(fb);
	return same;
}

static void compare_numbers(struct sweep *sweep, const struct sweep_folder *folder,
			    struct sweep_point *point)
{
	if (!sweep->n_compared++) {
		if (rename(folder->summary, folder->reference))
			sweep->n_compared = 0;
	} else if (!same_bytes(folder->summary, folder->reference)) {
		sweep->same_numbers = false;
		sweep->n_points_other++;
		(void)snprintf(point->problem, sizeof(point->problem),
			       "other numbers than the first run");
	}
}

/* A run where some scenes failed has measured the others. */
static bool has_measured(int status)
{
	return status == 0 || status == 1;
}

/* A point that failed once is not tried again: it would fail in every round. */
static int run_point(struct sweep *sweep, const struct sweep_folder *folder,
		     const struct options *options, struct sweep_point *point, struct error *err)
{
	struct sweep_sample *sample = &point->sample[point->n];
	struct sweep_ending ending = {0};

	if (sweep->cold && sweep_read_scene(folder->scene, sweep, forget_file, err))
		return -1;
	if (sweep_child_run(folder, options, point, &ending, err))
		return -1;
	if (signals_caught())
		return 0;
	if (!has_measured(ending.status)) {
		point->status = ending.status;
		sweep_child_said(folder, point->problem);
		return 0;
	}
	sweep->scenes_failed |= ending.status == 1;
	sample->wall_s = ending.wall_s;
	sample->cpu_s = ending.cpu_s;
	if (sweep_read_point(folder->report, sample, point, err))
		return -1;
	point->n++;
	compare_numbers(sweep, folder, point);
	return 0;
}

static void show_progress(const struct options *options, unsigned done, unsigned all)
{
	if (options->verbosity < 0 || !isatty(STDERR_FILENO))
		return;
	if (done < all)
		fprintf(stderr, "\rimgpipe: run %u of %u ", done + 1, all);
	else
		fprintf(stderr, "\r%40s\r", "");
}

static int run_rounds(struct sweep *sweep, const struct sweep_folder *folder,
		      const struct options *options, struct error *err)
{
	unsigned *order = calloc(sweep->n_points, sizeof(*order));
	unsigned done = 0, all = sweep->n_points * sweep->repeat;
	int rc = order ? 0 : error_memory(err, "an order", sweep->n_points * sizeof(*order));

	for (unsigned round = 0; !rc && round < sweep->repeat && !signals_caught(); round++) {
		shuffle(order, sweep->n_points, round);
		for (unsigned i = 0; !rc && i < sweep->n_points && !signals_caught(); i++) {
			struct sweep_point *point = &sweep->point[order[i]];

			show_progress(options, done++, all);
			if (!point->status)
				rc = run_point(sweep, folder, options, point, err);
		}
		sweep->rounds += !rc && !signals_caught();
	}
	show_progress(options, all, all);
	free(order);
	return rc;
}

/*
 * Once with the defaults of run: its pages are in the cache then, and the scene is known. Not
 * counted.
 */
static int read_first(struct sweep *sweep, const struct sweep_folder *folder,
		      const struct options *options, struct error *err)
{
	struct sweep_ending ending = {0};
	char said[SWEEP_PROBLEM];

	if (sweep_child_run(folder, options, NULL, &ending, err))
		return -1;
	if (signals_caught())
		return 0;
	if (!has_measured(ending.status)) {
		sweep_child_said(folder, said);
		return error_set(err, ending.status < 128 ? ending.status : EX_SOFTWARE,
				 "the first run, with the default chunk and workers: %s", said);
	}
	if (rename(folder->report, folder->scene))
		return error_errno(err, EX_IOERR, errno, "%s", folder->report);
	return sweep_read_scene(folder->scene, sweep, no_file, err);
}

static int run_all(struct sweep *sweep, const struct options *options, struct error *err)
{
	struct sweep_folder folder;
	int rc;

	if (sweep_folder_make(&folder, err))
		return -1;
	signals_catch();
	rc = read_first(sweep, &folder, options, err);
	if (!rc)
		rc = run_rounds(sweep, &folder, options, err);
	sweep_folder_remove(&folder);
	return rc;
}

/* The runs make scene lists of their own; this one is to know what they read. */
static int check_inputs(const struct options *options, struct error *err)
{
	struct scene_list *scene_list = NULL;
	int status = scene_list_new(&scene_list, options, err);

	if (!status)
		status = inputs_apart(options, scene_list, false, err);
	scene_list_free(scene_list);
	return status;
}

/* 1 where not all was well; a point that the budget has no room for is a result. */
static int outcome_of(const struct sweep *sweep)
{
	unsigned n_failed = 0, n_measured = 0;

	for (unsigned i = 0; i < sweep->n_points; i++) {
		n_measured += sweep->point[i].n > 0;
		n_failed += sweep->point[i].status && sweep->point[i].status != EX_TEMPFAIL;
	}
	if (!n_measured && sweep->n_points && sweep->point[0].status)
		return sweep->point[0].status < 128 ? sweep->point[0].status : EX_SOFTWARE;
	return n_failed || sweep->scenes_failed || !sweep->same_numbers;
}

/* For marks on pictures; 0 if the system does not say. */
static uint64_t cache_bytes(int which)
{
	long bytes = sysconf(which);

	return bytes > 0 ? (uint64_t)bytes : 0;
}

static int sweep_all(const struct options *options, const struct machine *machine,
		     struct error *err)
{
	struct sweep_options lists = *(const struct sweep_options *)options->own;
	struct sweep sweep = {.options = options,
			      .cold = lists.cold,
			      .same_numbers = true,
			      .cores = machine->cores,
			      .cpus = machine->cpus};
	struct sweep_reports *files = NULL;
	int status, outcome;

	default_lists(&lists, machine->workers);
	sweep.repeat = lists.repeat;
	sweep.l2_bytes = cache_bytes(_SC_LEVEL2_CACHE_SIZE);
	sweep.l3_bytes = cache_bytes(_SC_LEVEL3_CACHE_SIZE);
	status = make_points(&sweep, &lists, err) || check_inputs(options, err) ||
		 sweep_reports_open(&files, options, err) || run_all(&sweep, options, err);
	if (!status)
		sweep.interrupted_by = signals_name();
	if (!status)
		status = sweep_reports_write(files, &sweep, err);
	outcome = outcome_of(&sweep);
	sweep_reports_free(files);
	release_points(&sweep);
	if (status)
		return -1;
	return signals_caught() ? 128 + signals_caught() : outcome;
}

static int run(const struct call *call, struct error *err)
{
	struct machine machine;

	machine_probe(&machine);
	return sweep_all(call->options, &machine, err);
}

/* --- the command --- */

static const struct option_row *const working_rows[] = {&option_transport, &option_confine,
							&option_memory, NULL};
static const struct option_row *const saying_rows[] = {&option_quiet, NULL};
static const struct option_row *const teaching_rows[] = {&option_teach, NULL};

const struct command command_sweep = {
	.word = "sweep",
	.arguments = "FILE|DIRECTORY|@LIST ...",
	.operand = VALUE_FILE,
	.purpose = "measure run time over chunk sizes and numbers of workers",
	.examples =
		"imgpipe sweep --chunk 64..4096 --workers 1,2 scene.tif\n"
		"imgpipe sweep --workers 1..16 --executor threads,processes --html s.html a.tif\n"
		"imgpipe sweep --chunk tile,512,4096 --working-set tile,chunk --memory 64M b.tif\n",
	.groups = {{.title = "What to vary (each combination is a point)",
		    .rows = sweep_varying_rows},
		   {.title = COMPUTING_TITLE, .rows = computing_rows},
		   {.title = READING_TITLE, .rows = reading_rows},
		   {.title = "How to work, for all points", .rows = working_rows},
		   {.title = "How to measure", .rows = sweep_measuring_rows},
		   {.title = "What to write beside the table (FILE may be -)",
		    .reports = all_reports,
		    .made_by = REPORT_BY_SWEEP},
		   {.title = "What to say", .rows = saying_rows},
		   {.title = "For teaching (see imgpipe run --help)", .rows = teaching_rows}},
	.own_bytes = sizeof(struct sweep_options),
	.check = sweep_check,
	.took = sweep_took,
	.run = run,
};
