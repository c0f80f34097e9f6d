/*
 * A stream in front of a report's file that sums up what passes.
 */
#include "report_seal.h"

#include <errno.h>
#include <libdeflate.h>

static ssize_t pass(void *cookie, const char *bytes, size_t size)
{
	struct seal *seal = cookie;

	seal->crc = libdeflate_crc32(seal->crc, bytes, size);
	return fwrite(bytes, 1, size, seal->below) == size ? (ssize_t)size : 0;
}

static int cannot_write(struct error *err)
{
	return error_errno(err, EX_IOERR, errno ? errno : EIO, "cannot write");
}

int seal_open(struct seal *seal, FILE *below, struct error *err)
{
	*seal = (struct seal){.below = below};
	seal->out = fopencookie(seal, "w", (cookie_io_functions_t){.write = pass});
	return seal->out ? 0 : error_memory(err, "a report", BUFSIZ);
}

int seal_sum(struct seal *seal, uint32_t *crc, struct error *err)
{
	if (fflush(seal->out))
		return cannot_write(err);
	*crc = seal->crc;
	return 0;
}

int seal_close(struct seal *seal, struct error *err)
{
	FILE *out = seal->out;

	seal->out = NULL;
	return fclose(out) ? cannot_write(err) : 0;
}

void seal_release(struct seal *seal)
{
	if (seal->out)
		(void)fclose(seal->out);
	seal->out = NULL;
}
