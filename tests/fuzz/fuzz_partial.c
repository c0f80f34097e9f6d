/*
 * Fuzz imgpipe merge. Input: the bytes of a partial result.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "merge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[] = "/tmp/fuzz-partial-XXXXXX";
	static int fd = -1;
	char *args[] = {path};
	struct options options = {
		.command = COMMAND_MERGE, .n_args = 1, .args = args, .summary_path = "/dev/null"};
	struct error error;

	options.verbosity = -1;
	if (fd < 0 && (fd = mkstemp(path)) < 0)
		abort();
	if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	(void)!merge_partials(&options, &error);
	return 0;
}
