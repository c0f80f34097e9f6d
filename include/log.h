/*
 * Lines for people and programs while the program runs: what went wrong, what should be known,
 * where it is. To standard error as text, as JSON lines, for the journal, or to a file. Implemented
 * in pipeline/base/log.c. Reports are none of it.
 *
 * Thread-safe; a line is one write. Passwords and signatures in addresses are left out of all lines
 * (redact.h).
 */
#ifndef IMGPIPE_LOG_H
#define IMGPIPE_LOG_H

#include "error.h"
#include "options.h"

/* Numbers of syslog. */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTE = 5,
	LOG_LEVEL_INFO = 6
};

/*
 * Where lines go from now on: --log-format, --log-file, JOURNAL_STREAM. -1 with EX_CANTCREAT. Until
 * then, and after log_close(), to standard error as text.
 */
int log_open(const struct options *options, struct error *err) MUST_CHECK;
void log_close(void);

/* The run's id in all JSON lines: 16 hexadecimal digits, new for each process that leads a run. */
const char *log_run_id(void);

/*
 * One line, printf-like. event: a word for programs ("scene-failed", "note", "run-end"). scene: its
 * name, or NULL. As text: "imgpipe: " and, of notes, "note: ", as people know it.
 */
void log_line(enum log_level level, const char *event, const char *scene, const char *format, ...)
	PRINTF_LIKE(4, 5);

#endif
