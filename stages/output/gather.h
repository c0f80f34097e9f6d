/*
 * Records of tiles from spools into a file, in the file's order: gather.c. For scene_maps.c.
 */
#ifndef IMGPIPE_OUTPUT_GATHER_H
#define IMGPIPE_OUTPUT_GATHER_H

#include "map_places.h"
#include "output_file.h"
#include "tiff_file.h"

enum { GATHER_BUFFER_BYTES = 1 << 20 };

/* Of one scene. */
struct gather {
	const struct outputs_env *env;
	uint32_t scene_id;
	const char *folder; /* of the file, for messages */
	void *buffer;       /* GATHER_BUFFER_BYTES */
	bool plain;         /* the kernel does not copy between these files: by read and write */
	uint64_t unasked;   /* bytes since cancelled() was asked */
	uint64_t wanted;    /* bytes of the file, for messages */
};

/*
 * Room for the whole file, its header, its tiles. -1: EX_IOERR with the folder, the bytes wanted
 * and the reason.
 */
int gather_file(struct gather *gather, const struct tiff_file *file,
		const struct map_places *places, int fd, struct error *err) MUST_CHECK;

#endif
