/*
 * Options of runs that nobody looks at: what users type and what --help says of it.
 */
#include "nightly_options.h"

#include "options/values.h"

const struct option_row option_log_format = {
	.name = "log-format",
	.argument = "text|json",
	.help = "lines on standard error: text, with the time of each if this is no terminal and "
		"no journal; or json, one object a line; default: text without times",
	.set = set_log_format,
};
const struct option_row option_log_file = {
	.name = "log-file",
	.argument = "FILE",
	.help = "append those lines to this file, with times, and every finished scene; standard "
		"error gets what ends the run alone. SIGHUP opens the file anew (logrotate)",
	.set = set_log_file,
};

const struct option_row *const nightly_rows[] = {&option_log_format, &option_log_file, NULL};
