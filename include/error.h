/*
 * Errors are values. A function that can fail takes a `struct error *`, returns 0 or -1 (or a
 * documented non-negative result), and sets the error once, where it happens; callers on the way up
 * may put context in front of it. Nothing below main.c prints an error or exits.
 *
 * Thread-safety: a struct error belongs to one thread at a time; it is plain data and may be copied
 * with `=`, sent through a pipe or put in shared memory.
 */
#ifndef IMGPIPE_ERROR_H
#define IMGPIPE_ERROR_H

#include <sysexits.h>

#define MUST_CHECK             __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

enum { ERROR_TEXT_BYTES = 768 };

/* Another run holds the lock; in place of a sysexits number, of which 75 is memory's. */
enum { EXIT_BUSY = 3 };

struct error {
	int code; /* a sysexits number: EX_DATAERR, EX_NOINPUT, EX_IOERR ... */
	/* "file: cause; remedy", one line, no final full stop. In formulas: two more, the place. */
	char text[ERROR_TEXT_BYTES];
	int number; /* errno where error_errno() set it, else 0 */
};

/*
 * Set the error; always returns -1, so that `return error_set(...)` is the whole failing path. err
 * may be NULL. If the text is too long, its middle is cut, so that a long path cannot push out
 * cause and remedy. What is not printable in it (control characters, bytes that are not UTF-8 ...)
 * is made so as include/printable.h says; secrets of addresses are left out (base/redact.h).
 */
int error_set(struct error *err, int code, const char *format, ...) PRINTF_LIKE(3, 4);

/* As error_set(), with ": strerror(errno_value)" behind the text. */
int error_errno(struct error *err, int code, int errno_value, const char *format, ...)
	PRINTF_LIKE(4, 5);

/* Put "context: " in front of an error that is set; the code stays. Always returns -1. */
int error_prefix(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* Out of memory, with the number of bytes that could not be had. Always returns -1. */
int error_memory(struct error *err, const char *what, unsigned long long bytes);

#endif
