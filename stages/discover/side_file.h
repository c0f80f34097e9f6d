/*
 * Small text files of a product that lie beside its images, or in their archive: opened as regular
 * files only, read whole within a bound. side_file.c; for what reads products' metadata.
 * Thread-safe.
 */
#ifndef IMGPIPE_SIDE_FILE_H
#define IMGPIPE_SIDE_FILE_H

#include <stdbool.h>
#include <stddef.h>

enum { SIDE_PROBLEM_BYTES = 160, SIDE_NAME_BYTES = 100 };

/*
 * Is this errno a lack that may pass (memory, descriptors)? It says nothing of the file, so that a
 * scene which might need it fails.
 */
bool side_lack(int reason);

/*
 * Read the file into *text, which the caller frees, with a NUL behind its *size bytes. false: it is
 * not there, problem is then ""; or it cannot be used, and problem says why, without its name.
 * *lack is then the errno of a lack, else 0.
 */
bool side_file_read(const char *path, size_t most_bytes, char **text, size_t *size,
		    char problem[SIDE_PROBLEM_BYTES], int *lack);

/* The file is there: its name for reports; and, where `why` says something, what is wrong. */
void side_file_tell(const char *path, const char *why, char name[SIDE_NAME_BYTES],
		    char problem[SIDE_PROBLEM_BYTES]);

/* The name behind "ns:". */
const char *side_local_name(const char *name);

/* A finite number and nothing else but blanks. */
bool side_number(const char *text, double *value);

#endif
