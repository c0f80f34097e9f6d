/*
 * Starting one run of a sweep, waiting for it, and what it left behind.
 */
#include "sweep_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "meter.h"
#include "printable.h"
#include "base/signals.h"
#include "sweep_options.h"

enum { FIXED_ARGUMENTS = 16, SIGNAL_POLL_MS = 100 };

/* --- its command line --- */

/* Strings "--name=value" of its own, and the caller's words. */
struct command_line {
	char **word;
	unsigned n, n_own; /* the first n_own after the program's name are to be freed */
	bool failed;
};

static void add_option(struct command_line *line, const char *name, const char *value)
{
	char *word = NULL;

	if (asprintf(&word, value ? "--%s=%s" : "--%s", name, value) < 0) {
		line->failed = true;
		return;
	}
	line->word[line->n++] = word;
	line->n_own++;
}

static void add_point(struct command_line *line, const struct sweep_point *point)
{
	char workers[16];

	(void)snprintf(workers, sizeof(workers), "%u", point->workers);
	add_option(line, "chunk", point->chunk);
	add_option(line, "workers", workers);
	add_option(line, "executor", point->executor);
	add_option(line, "working-set", point->set);
}

static void release_line(struct command_line *line)
{
	for (unsigned i = 0; line->word && i < line->n_own; i++)
		free(line->word[1 + i]);
	free(line->word);
}

static int make_line(struct command_line *line, const struct sweep_folder *folder,
		     const struct options *options, const struct sweep_point *point,
		     struct error *err)
{
	static char program[] = "imgpipe", run[] = "--", quiet[] = "quiet";
	const struct sweep_options *sweep = options->own;
	size_t n = FIXED_ARGUMENTS + sweep->n_passed + options->n_args;

	*line = (struct command_line){.word = calloc(n, sizeof(*line->word))};
	if (!line->word)
		return error_memory(err, "the command line of a run", n * sizeof(*line->word));
	line->word[line->n++] = program;
	add_option(line, "report", folder->report);
	add_option(line, "summary", folder->summary);
	add_option(line, quiet, NULL);
	for (unsigned i = 0; i < sweep->n_passed; i++)
		if (strcmp(sweep->passed[i].name, quiet) != 0)
			add_option(line, sweep->passed[i].name, sweep->passed[i].value);
	if (point)
		add_point(line, point);
	line->word[line->n++] = run;
	for (unsigned i = 0; i < options->n_args; i++)
		line->word[line->n++] = options->args[i];
	return line->failed ? error_memory(err, "the command line of a run", n) : 0;
}

/* --- its life --- */

/* In the child: in place of `place`; -1 where that fails. */
static int put(int place, const char *path, int flags)
{
	int fd = open(path, flags | O_NOCTTY, 0600);

	return fd < 0 || (fd != place && dup2(fd, place) < 0) ? -1 : 0;
}

/* The child becomes this program again. It does not outlive the sweep. */
static void become_run(const struct sweep_folder *folder, char **words, pid_t parent)
{
	/* The sweep has taken what is for it, and says all that its runs are to know. */
	if (unsetenv("IMGPIPE_OPTIONS") || prctl(PR_SET_PDEATHSIG, SIGKILL) ||
	    getppid() != parent || put(STDIN_FILENO, "/dev/null", O_RDONLY | O_CLOEXEC) ||
	    put(STDOUT_FILENO, "/dev/null", O_WRONLY | O_CLOEXEC) ||
	    put(STDERR_FILENO, folder->said, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC))
		_exit(EX_OSERR);
	execv("/proc/self/exe", words);
	_exit(EX_OSERR);
}

static int start(pid_t *pid, const struct sweep_folder *folder, char **words, struct error *err)
{
	pid_t parent = getpid();

	*pid = fork();
	if (*pid == 0)
		become_run(folder, words, parent);
	return *pid < 0 ? error_errno(err, EX_OSERR, errno, "a run cannot be started") : 0;
}

/*
 * Until the pipe's other end, which the run and its worker processes hold, is closed: they are
 * gone. Unlike a wait for the process this ends early for a signal of ours, which goes on to the
 * run (a terminal has sent it there already); its numbers are not wanted any more.
 */
static void watch(int end_of_life, pid_t pid)
{
	struct pollfd poller = {.fd = end_of_life, .events = POLLIN};
	uint64_t told_ns = 0;

	while (poll(&poller, 1, SIGNAL_POLL_MS) <= 0) {
		if (!signals_caught())
			continue;
		if (!told_ns) {
			told_ns = clock_now();
			(void)kill(pid, SIGTERM);
		} else if (clock_now() - told_ns > SIGNAL_PATIENCE_MS * 1000000ull) {
			(void)kill(pid, SIGKILL);
		}
	}
}

static double seconds_of(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static int wait_for(pid_t pid, uint64_t begin, struct sweep_ending *ending, struct error *err)
{
	struct rusage usage;
	int status;

	while (wait4(pid, &status, 0, &usage) < 0)
		if (errno != EINTR)
			return error_errno(err, EX_OSERR, errno, "a run was lost");
	ending->wall_s = (double)(clock_now() - begin) / 1e9;
	ending->cpu_s = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
	ending->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	if (signals_caught())
		ending->status = 128 + signals_caught();
	return 0;
}

static int live(const struct sweep_folder *folder, char **words, struct sweep_ending *ending,
		struct error *err)
{
	int life[2];
	uint64_t begin;
	pid_t pid;
	int rc;

	if (pipe2(life, O_CLOEXEC) || fcntl(life[1], F_SETFD, 0))
		return error_errno(err, EX_OSERR, errno, "a run cannot be watched");
	begin = clock_now();
	rc = start(&pid, folder, words, err);
	(void)close(life[1]);
	if (!rc) {
		watch(life[0], pid);
		rc = wait_for(pid, begin, ending, err);
	}
	(void)close(life[0]);
	return rc;
}

int sweep_child_run(const struct sweep_folder *folder, const struct options *options,
		    const struct sweep_point *point, struct sweep_ending *ending, struct error *err)
{
	struct command_line line;
	int rc = make_line(&line, folder, options, point, err);

	sweep_folder_forget_run(folder);
	if (!rc)
		rc = live(folder, line.word, ending, err);
	release_line(&line);
	return rc;
}

void sweep_child_said(const struct sweep_folder *folder, char text[SWEEP_PROBLEM])
{
	FILE *file = fopen(folder->said, "re");
	char line[1024];

	text[0] = '\0';
	while (file && fgets(line, sizeof(line), file)) {
		const char *from = strncmp(line, "imgpipe: ", 9) == 0 ? line + 9 : line;

		line[strcspn(line, "\n")] = '\0';
		if (*from)
			(void)printable_copy(text, SWEEP_PROBLEM, from);
	}
	if (file)
		(void)fclose(file);
}
