/*
 * A heavy reader: its library is loaded the first time an input needs it, into memory that the plan
 * has set aside. Whether that may happen is the plan's decision, so it can be forbidden, and asked
 * whether somebody wanted it. What a process has loaded stays loaded.
 *
 * Implemented by stages/reader; the machinery reaches it through the workload's table.
 */
#ifndef IMGPIPE_HEAVY_READER_H
#define IMGPIPE_HEAVY_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

struct scene;

struct heavy_reader {
	const char *needed;      /* what is said where it may not be loaded: "it needs ..." */
	uint64_t baseline_bytes; /* that loading adds to the program's memory */
	uint64_t cache_bytes;    /* that it may keep on top while it works */

	bool (*is_loaded)(void); /* thread-safe, as the others are, but for forbid() */
	int (*load)(struct error *err);
	/*
	 * Until it is allowed again (NULL), what needs it fails with this text (EX_TEMPFAIL),
	 * unless it is loaded already. The text is copied. Called before workers start.
	 */
	void (*forbid)(const char *why);
	/* Has anybody asked for it while it was forbidden, since this was asked last? */
	bool (*was_asked)(void);
	/* Does it read a file of this scene? */
	bool (*reads)(const struct scene *scene);
};

/* heavy: NULL if the workload has none. */
static inline bool heavy_is_loaded(const struct heavy_reader *heavy)
{
	return heavy && heavy->is_loaded();
}

static inline uint64_t heavy_bytes(const struct heavy_reader *heavy)
{
	return heavy ? heavy->baseline_bytes + heavy->cache_bytes : 0;
}

/* For the time being: whether it may be loaded is not known yet. */
static inline void heavy_forbid_for_now(const struct heavy_reader *heavy)
{
	if (heavy)
		heavy->forbid(heavy->needed);
}

static inline void heavy_forbid(const struct heavy_reader *heavy, const char *why)
{
	if (heavy)
		heavy->forbid(why);
}

static inline bool heavy_was_asked(const struct heavy_reader *heavy)
{
	return heavy && heavy->was_asked();
}

static inline bool heavy_reads(const struct heavy_reader *heavy, const struct scene *scene)
{
	return heavy && heavy->reads(scene);
}

#endif
