/*
 * Lines for people and programs while the program runs: what went wrong, what should be known,
 * where it is. To standard error as text, as JSON lines, for the journal, or to a file. Implemented
 * in pipeline/base/log.c. Reports are none of it.
 *
 * Thread-safe; a line is one write. Passwords and signatures in addresses are left out of all lines
 * (redact.h), and no name can make a line of its own (printable.h). The process that leads a run
 * speaks; its workers and other ranks do not.
 */
#ifndef IMGPIPE_LOG_H
#define IMGPIPE_LOG_H

#include <stdbool.h>

#include "error.h"
#include "options.h"

/* Numbers of syslog. */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTE = 5,
	LOG_LEVEL_INFO = 6
};

/* A number of an event, for programs. A list of them ends with one without a name. */
struct log_number {
	const char *name;
	double value; /* not finite: null */
};

/*
 * Where lines go from now on: --log-format, --log-file, JOURNAL_STREAM. -1 with EX_CANTCREAT. Until
 * then, and after log_close(), to standard error as text. With a file, SIGHUP does not end the
 * program any more: the file is opened anew before the next line. Both are called while no other
 * thread speaks.
 */
int log_open(const struct options *options, struct error *err) MUST_CHECK;
void log_close(void);

/* Lines are kept for programs or for later: what is said with -v alone otherwise is said, too. */
bool log_is_record(void);
/* Each line has a level for the journal of systemd: it is worth saying there, too. */
bool log_has_levels(void);

/* The run's id in all JSON lines: 16 hexadecimal digits, new for each process that leads a run. */
const char *log_run_id(void);

/*
 * One line, printf-like. event: a word for programs ("scene-failed", "note", "run-end"), of the
 * table in stages/report/schema.md. scene: its name, or NULL. As text: "imgpipe: " and, of the
 * event "note", "[scene NAME: ]note: ", as people know it.
 */
void log_line(enum log_level level, const char *event, const char *scene, const char *format, ...)
	PRINTF_LIKE(4, 5);
/* The same with numbers, which text does not show. */
void log_event(enum log_level level, const char *event, const char *scene,
	       const struct log_number *numbers, const char *format, ...) PRINTF_LIKE(5, 6);

/*
 * What ends the command, or would have. Errors of formulas keep their lines. With a log file it
 * goes to standard error, too.
 */
void log_error(const char *event, const struct error *error);

/*
 * The first and the last line of a command, where lines are kept (log_is_record()): the words it
 * was called with; its exit status, and numbers that were noted meanwhile, the last ones noted.
 * The end is told once.
 */
enum { LOG_COUNTS_MOST = 8 };
void log_begin(int argc, char *const *argv);
void log_counts(const struct log_number *numbers);
void log_end(int status);

#endif
