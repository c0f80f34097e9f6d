/*
 * What the log says of a command as a whole: how it was called, and how it ended.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "log_form.h"

static uint64_t begin_ns;
static atomic_bool running;
static struct log_number counts[LOG_COUNTS_MOST];
static unsigned n_counts;

void log_begin(int argc, char *const *argv)
{
	char text[LOG_TEXT_BYTES] = "";
	size_t used = 0;

	if (!log_is_record())
		return;
	for (int i = 1; i < argc && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, " %s", argv[i]);
	begin_ns = clock_now();
	n_counts = 0;
	atomic_store(&running, true);
	log_line(LOG_LEVEL_INFO, "run-begin", NULL, "version %s begins:%s", IMGPIPE_VERSION, text);
}

void log_counts(const struct log_number *numbers)
{
	for (n_counts = 0; n_counts < LOG_COUNTS_MOST && numbers[n_counts].name; n_counts++)
		counts[n_counts] = numbers[n_counts];
}

void log_end(int status)
{
	struct log_number numbers[LOG_COUNTS_MOST + 3] = {{"status", status}};
	double seconds = (double)(clock_now() - begin_ns) / 1e9;

	if (!atomic_exchange(&running, false))
		return;
	numbers[1] = (struct log_number){"seconds", seconds};
	memcpy(numbers + 2, counts, n_counts * sizeof(counts[0]));
	log_event(status ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "run-end", NULL, numbers,
		  "ended with exit status %d after %.1f s", status, seconds);
}
