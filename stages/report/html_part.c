/*
 * Parts of a page in files of their own; see html_part.h. Beside a page that is a file there is
 * room where the page has room; a page that goes elsewhere (standard output, a pipe) has no folder.
 */
#include "html_part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "report_option.h"

static bool is_a_file(const char *page)
{
	struct stat st;

	return !path_is_stdout(page) && (stat(page, &st) != 0 || S_ISREG(st.st_mode));
}

static FILE *open_beside(struct html_part *part, const char *page)
{
	char *folder = path_folder(page);
	int fd = -1;

	part->folder = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	free(folder);
	if (part->folder >= 0)
		fd = new_file_open(&part->file, part->folder, path_name(page), 0600);
	if (fd < 0)
		return NULL;
	part->out = fdopen(fd, "w+");
	if (!part->out)
		(void)close(fd);
	return part->out;
}

int html_part_open(struct html_part *part, const char *page, struct error *err)
{
	bool beside = is_a_file(page);

	*part = (struct html_part){.folder = -1};
	if (beside)
		(void)open_beside(part, page);
	else
		part->out = tmpfile();
	if (part->out)
		return 0;
	return error_errno(err, EX_CANTCREAT, errno, "cannot keep parts of the page in a file %s",
			   beside ? "beside it" : "of " P_tmpdir);
}

int html_part_copy(struct html_part *part, FILE *to, struct error *err)
{
	char bytes[BUFSIZ];
	size_t n;

	if (fflush(part->out) || ferror(part->out) || fseeko(part->out, 0, SEEK_SET))
		return error_errno(err, EX_IOERR, errno ? errno : EIO,
				   "cannot write a part of the page");
	while ((n = fread(bytes, 1, sizeof(bytes), part->out)) > 0)
		if (fwrite(bytes, 1, n, to) != n)
			return 0; /* the stream's: report_check() tells it */
	if (ferror(part->out))
		return error_errno(err, EX_IOERR, errno ? errno : EIO,
				   "cannot read a part of the page back");
	return 0;
}

void html_part_close(struct html_part *part)
{
	bool beside = part->file.name || part->file.temp;

	if (part->out)
		(void)fclose(part->out);
	if (beside)
		new_file_drop(&part->file);
	if (beside && part->folder >= 0)
		(void)close(part->folder);
	*part = (struct html_part){.folder = -1};
}
