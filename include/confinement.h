/*
 * Confinement: what a worker process may do while it works on files from strangers. It reads the
 * run's inputs and the libraries' data, appends to the run's spools where it makes maps, and talks
 * to its parent; nothing else.
 *
 * Two layers of the kernel, each used where it is there: a filter of system calls (seccomp), which
 * stops everything that leaves the process, and a list of folders (Landlock), which stops reading
 * anywhere else. A limit on memory comes on top. What the file system shows of other files without
 * opening them (names' existence, sizes) stays visible.
 */
#ifndef IMGPIPE_CONFINEMENT_H
#define IMGPIPE_CONFINEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/*
 * What a worker process may take for data beyond what is planned for it, before its allocations
 * fail: memory that is allocated but not touched, or freed but not returned, and small allocations
 * of codecs. It counts address space, not pages. It is generous, so that nothing that was planned
 * can fail because of it.
 */
enum { CONFINE_MARGIN_BYTES = 8 << 20 };

/*
 * What opening a scene may take on top: tags, metadata and band tables of the largest files that
 * are not refused (GDAL takes some 20 MiB for 65535 bands).
 */
enum { CONFINE_OPENING_BYTES = 32 << 20 };

enum confine_choice { CONFINE_AUTO, CONFINE_OFF, CONFINE_MUST };

/* Plain data, but for the descriptor of the list of folders, which lives as long as the program. */
struct confinement {
	bool wanted;       /* workers are processes, and nobody has switched it off */
	bool filter;       /* system calls are filtered */
	int landlock_abi;  /* reading is limited to a list of folders; 0: it is not */
	int folders;       /* descriptor of that list, where landlock_abi is not 0 */
	bool network;      /* a name asks for one: sockets are left, and folders for it added */
	const char *lacks; /* what is missing and why, in words; NULL: nothing is */
};

#endif
