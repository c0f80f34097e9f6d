/*
 * What is wrong with an archive, in words, and the exit code for it.
 */
#include "archive.h"

const char *archive_words(enum archive_problem problem)
{
	static const char *const words[] = {
		[ARCHIVE_FINE] = "is fine",
		[ARCHIVE_UNREADABLE] = "the archive cannot be read",
		[ARCHIVE_NO_MEMORY] = "no memory for the directory of the archive",
		[ARCHIVE_NOT_ONE] =
			"is no archive that is read (zip, tar, tar with gzip), whatever "
			"its name says; get it again, or unpack it",
		[ARCHIVE_CUT] = "the archive ends too early; get it again",
		[ARCHIVE_DAMAGED] = "the archive is damaged; get it again",
		[ARCHIVE_LIES] = "the archive's headers contradict each other, or claim sizes that "
				 "cannot be; get it again from a source that you trust",
		[ARCHIVE_OVERLAPS] =
			"members of the archive overlap, as in a zip bomb; get it again "
			"from a source that you trust",
		[ARCHIVE_TWICE] =
			"two members of the archive have the same name; unpack it, and name "
			"the folder",
		[ARCHIVE_UNSAFE_NAME] =
			"the archive holds a name that is absolute, leads out of it "
			"(..) or has a backslash; pack it again with plain names",
		[ARCHIVE_LONG_NAME] =
			"the archive holds a name of more than 1023 bytes, or a header "
			"of more than 1 MiB; pack it again",
		[ARCHIVE_TOO_MANY] =
			"the archive holds more than 65536 members, or more than 4 MiB "
			"of names; unpack it, and name the folder",
		[ARCHIVE_TOO_LARGE] =
			"the archive unpacks to more than 256 MiB and 100 times its own "
			"size, as a zip bomb does; unpack it yourself if you trust it",
		[ARCHIVE_SPLIT] =
			"the archive is one part of several files; join them, or unpack it",
		[ARCHIVE_NO_RASTER] = "no raster files in this archive; name another",
		[ARCHIVE_ONLY_ARCHIVES] =
			"no raster files in this archive, but archives, which are "
			"not opened in there; unpack it once",
		[ARCHIVE_NO_MEMBER] = "the archive has no such member; check the name",
		[ARCHIVE_ENCRYPTED] = "is encrypted in the archive; unpack it with its password",
		[ARCHIVE_METHOD] = "is packed by a method other than DEFLATE; unpack the archive",
		[ARCHIVE_LINK] =
			"is a link in the archive, which is not followed; unpack the archive",
		[ARCHIVE_SPECIAL] = "is no regular file in the archive",
		[ARCHIVE_SPARSE] = "is stored with holes (sparse) in the archive; unpack it",
	};

	return words[problem];
}

int archive_code(enum archive_problem problem)
{
	if (problem == ARCHIVE_UNREADABLE || problem == ARCHIVE_NO_MEMBER ||
	    problem == ARCHIVE_NO_RASTER || problem == ARCHIVE_ONLY_ARCHIVES)
		return EX_NOINPUT;
	return problem == ARCHIVE_NO_MEMORY ? EX_TEMPFAIL : EX_DATAERR;
}
