/*
 * imgpipe: takes a command from the table, says what went wrong, and sets the exit status. The only
 * file that prints errors or exits (a forked worker aside). What a command does it does not know.
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/signals.h"
#include "commands/commands.h"
#include "commands/computing.h"
#include "commands/metrics.h"
#include "commands/welcome.h"
#include "log.h"
#include "base/descriptors.h"
#include "mpi/session.h"
#include "options/command_line.h"
#include "output_stream.h"

/*
 * Make malloc give memory back: large blocks mapped one by one, and few arenas, whose free lists
 * are the known cause of growth with many threads.
 */
static void tame_malloc(void)
{
	mallopt(M_ARENA_MAX, 2);
	mallopt(M_MMAP_THRESHOLD, 256 << 10);
	mallopt(M_TRIM_THRESHOLD, 256 << 10);
}

/*
 * One thread, as GDAL asks OpenJPEG for, is one beside the worker, which only waits for it: its CPU
 * time is in no stage. None at all is had by the environment alone, of which GDAL then keeps off.
 * Here, as nobody may read the environment while it changes, and later there are threads.
 */
static void keep_openjpeg_in_the_worker(void)
{
	(void)setenv("OPJ_NUM_THREADS", "0", 1);
}

/*
 * After a signal that is the end that is told, though it has cut a report short. Where nobody reads
 * any more there is nobody to tell.
 */
static int fail(const struct session *session, const struct error *error)
{
	if (error->number == EPIPE && output_stream_deserted())
		return 128 + SIGPIPE;
	if (!session_is_silent(session))
		log_error("run-failed", error);
	if (signals_caught())
		return 128 + signals_caught();
	return error->code ? error->code : EX_SOFTWARE;
}

/* A launcher of MPI has started copies: they work together, or the first one works alone. */
static int run_command(const struct command *command, const struct options *options,
		       struct session *session, int argc, char **argv, struct error *err)
{
	const struct call call = {options, session, argc, argv};
	int status;

	if (!command->by_all_ranks && session_is_silent(session))
		return EX_OK;
	if (command->by_all_ranks && session_begin(session, options, err))
		return fail(session, err);
	status = command->run(&call, err);
	if (status < 0)
		status = fail(session, err);
	return session_end(session, status);
}

/* The first rank has it alone; what asks for it to be opened anew may be sent to all. */
static int begin_log(const struct session *session, const struct options *options, int argc,
		     char **argv, struct error *err)
{
	if (session_is_silent(session)) {
		if (options->nightly.log_file)
			signals_hangup_asks();
		return 0;
	}
	if (log_open(options, err))
		return -1;
	log_begin(argc, argv);
	return 0;
}

/* The metrics are the last to be written, as they tell of all else. `before`: what was told last.
 */
static int conclude(const struct session *session, const struct options *options, int status,
		    const struct error *before)
{
	struct error error;
	bool told;

	if (session_is_silent(session) || !metrics_conclude(options, status, &error))
		return status;
	told = status && strcmp(before->text, error.text) == 0;
	if (!told)
		log_error("run-failed", &error);
	return status ? status : error.code;
}

/* With nothing to do and nothing that is wrong: no error, but what may be typed. */
static int begin_with_nothing(const struct session *session)
{
	if (!session_is_silent(session))
		welcome(stderr);
	return EX_USAGE;
}

int main(int argc, char **argv)
{
	struct session session = {.n_ranks = 1, .ranks_here = 1};
	const struct command *command;
	struct options options;
	struct error error = {0};
	bool at_once;
	int status;

	if (descriptors_hold())
		return EX_OSERR; /* and nowhere to say it */
	descriptors_allow();
	output_stream_standard();
	tame_malloc();
	keep_openjpeg_in_the_worker();
	signals_init();
	if (argc < 2 && !getenv("IMGPIPE_OPTIONS"))
		return begin_with_nothing(&session);
	status = command_line_parse(&options, &command, commands, argc, argv, &error);
	at_once = status > 0;
	if (!at_once)
		metrics_begin(&options);
	if (at_once)
		status = EX_OK;
	else if (status || begin_log(&session, &options, argc, argv, &error) ||
		 computing_prepare(&options, command, &error))
		status = fail(&session, &error);
	else
		status = run_command(command, &options, &session, argc, argv, &error);
	/* ferror: an earlier write may have failed, and nothing be left to flush. */
	if ((fflush(stdout) || ferror(stdout)) && status != EX_IOERR && !signals_caught() &&
	    !output_stream_deserted()) {
		error_errno(&error, EX_IOERR, errno ? errno : EIO, "standard output");
		status = fail(&session, &error);
	}
	status = conclude(&session, &options, status, &error);
	log_end(status);
	log_close();
	metrics_release(&options);
	computing_release(&options);
	options_release(&options);
	return status;
}
