#include "catalogue_outputs.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"

int catalogue_output_look(int folder, const char *path, uint64_t *bytes, uint64_t *head)
{
	unsigned char buffer[CATALOGUE_HEAD_BYTES];
	struct stat st;
	ssize_t n = -1;
	int fd;

	/* To open a pipe or a device is to do something with it. */
	if (fstatat(folder, path, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
		return -1;
	fd = openat(folder, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = pread(fd, buffer, sizeof(buffer), 0);
	(void)close(fd);
	if (n < 0)
		return -1;
	*bytes = (uint64_t)st.st_size;
	*head = hash_bytes(HASH_SEED, buffer, (size_t)n);
	return 0;
}

static bool is_right(void *context, const struct catalogue_output *output)
{
	uint64_t bytes, head;
	char *wrong = context;

	if (catalogue_output_look(AT_FDCWD, output->path, &bytes, &head))
		(void)snprintf(wrong, CATALOGUE_WRONG_BYTES, "%s is not there", output->path);
	else if (bytes != output->bytes || head != output->head)
		(void)snprintf(wrong, CATALOGUE_WRONG_BYTES, "%s is not the file that was made",
			       output->path);
	return !*wrong;
}

int catalogue_outputs_wrong(struct catalogue *catalogue, int64_t scene,
			    char wrong[CATALOGUE_WRONG_BYTES], struct error *err)
{
	*wrong = '\0';
	if (catalogue_outputs(catalogue, scene, is_right, wrong, err))
		return -1;
	return *wrong != '\0';
}
