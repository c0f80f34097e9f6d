/*
 * File list: the files the arguments stand for, in order, some tens of bytes each. It knows
 * directories and names, not which file is which band. file_list.c; filled by arguments.c and
 * walk.c, read by grouping and by everything that opens files.
 */
#ifndef IMGPIPE_FILE_LIST_H
#define IMGPIPE_FILE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "error.h"
#include "file_filter.h"
#include "number_set.h"

#define NO_FILE NO_NUMBER

/* Why an entry cannot be read; it becomes a failing scene in its place. */
enum file_problem {
	FILE_FINE,
	FILE_CANNOT_OPEN, /* file, directory or list: errno_value says why */
	FILE_NOT_REGULAR, /* a device, socket or pipe */
	FILE_EMPTY_DIRECTORY,
	FILE_EMPTY_LIST,
	FILE_LIST_NOT_TEXT,
	FILE_LIST_IS_FOLDER, /* @FOLDER */
	FILE_LIST_NOT_FILE,  /* a device or socket */
	FILE_LIST_NO_WRITER, /* a pipe that nobody writes to */
	FILE_LINE_TOO_LONG,  /* of a list, for a path; the name says which line */
	FILE_ALL_LEFT_OUT,   /* of a folder, by --include and --exclude */
	FILE_TOO_DEEP,
	FILE_KERNEL_FOLDER, /* /proc, /sys, /dev */
	FILE_NO_PATTERN,    /* named, but no pattern of --bands matches it */
	FILE_ARCHIVE,       /* errno_value is an enum archive_problem */
	FILE_OTHER_ARCHIVE  /* of a kind that is not read */
};

struct file_entry {
	uint32_t dir, name; /* offsets into text; with a problem, name is the whole path */
	uint8_t problem;
	uint8_t errno_value;
	bool named : 1;   /* by an argument or a list, not found in a directory */
	bool by_link : 1; /* found in a directory, and a link */
	bool virtual : 1; /* a name that GDAL alone knows, no file's */
	bool beside : 1;  /* a quality file beside one that was named: no scene of its own */
};

/* A file or directory, whatever it is called: "d", "./d" and "../x/d" may be one. */
struct identity {
	dev_t dev;
	ino_t ino;
};

struct place {
	struct identity id;
	uint32_t dir; /* offset of the name it was met by first */
	bool walked;  /* what is in it has been listed */
	bool holds;   /* and was something */
};

struct file_list {
	/*
	 * Names and directories, each ended by NUL; first two empty ones, the directory of entries
	 * with a problem. A directory whose name does not end in its folder's ("", ".", "..") has
	 * that behind it.
	 */
	char *text;
	size_t text_len, text_size;
	struct file_entry *entry;
	uint32_t n, size;
	struct file_filter filter; /* of files that are found, not named */
	struct identity output;    /* the folder of maps: not entered from above; 0: none */
	bool searches_output;      /* it is named */
	uint64_t offered;          /* files named so far, those named twice included */
	size_t most_bytes;         /* what the list may take of memory, 0: anything */
	struct identity *read;     /* lists that were read */
	uint32_t n_read;
	uint32_t n_by_link;
	/*
	 * Only between file_list_resolve() and file_list_forget_links(), NULL without links: the
	 * number of the first file of the list that is the same as this one.
	 */
	uint32_t *same;
	/* Only while the list grows: */
	struct number_set seen, dirs, places;
	struct place *place;
	uint32_t n_places, places_size;
};

/* The list is complete: free what only growing needs. */
void file_list_seal(struct file_list *list);
void file_list_release(struct file_list *list);

static inline const char *file_list_dir(const struct file_list *list, uint32_t i)
{
	return list->text + list->entry[i].dir;
}

static inline const char *file_list_name(const struct file_list *list, uint32_t i)
{
	return list->text + list->entry[i].name;
}

/*
 * The path, in a new string; NULL without memory. It never looks like something else than a file,
 * to GDAL or to a reader here, whatever the file is called.
 */
char *file_list_path(const struct file_list *list, uint32_t i);
/* The name of the folder a file is in, also where its path does not say it; "" where unknown. */
const char *file_list_folder(const struct file_list *list, uint32_t i);

/* The folder `other` beside `dir`, whose own name is `folder`, in a new string; NULL likewise. */
char *folder_beside(const char *dir, const char *folder, const char *other);

/* The path of `name` in `dir` ("": the working directory), in the same way. */
char *file_path(const char *dir, const char *name);

/* --- for what fills the list: arguments.c, walk.c, links.c --- */

/* Append text; *offset is where it is. */
int file_list_text(struct file_list *list, const char *text, uint32_t *offset, struct error *err);
/* Offset of the directory's name, the one it was met by first: one directory is stored once. */
int file_list_intern(struct file_list *list, const char *dir, uint32_t *offset, struct error *err);
/* Append a file unless it is there already; its name is an offset. */
int file_list_append(struct file_list *list, const struct file_entry *entry, struct error *err);
/* The number of the file of that name in the directory at offset `dir`; NO_FILE: not there. */
uint32_t file_list_find(const struct file_list *list, uint32_t dir, const char *name);
/* Add one file by its path, split into directory and name. `how` has its flags. */
int file_list_path_entry(struct file_list *list, const char *path, const struct file_entry *how,
			 struct error *err);
/* May the list take so much more memory? */
int file_list_within(const struct file_list *list, size_t more, struct error *err);
uint32_t identity_hash(const struct identity *id);
/* The directory, NULL if it was not met yet. */
struct place *file_list_place(const struct file_list *list, const struct identity *id);
int file_list_problem(struct file_list *list, const char *path, enum file_problem problem,
		      int errno_value, struct error *err);

#endif
