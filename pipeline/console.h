/*
 * What a person sees on standard error while the program runs: failed scenes and a progress bar.
 */
#ifndef IMGPIPE_PIPELINE_CONSOLE_H
#define IMGPIPE_PIPELINE_CONSOLE_H

#include "options.h"
#include "workload.h"

struct console;

/* total_bytes: size of all files of the run. NULL where there is no memory; all calls take NULL. */
struct console *console_new(const struct options *options, uint64_t total_bytes);
void console_free(struct console *console);

/* A scene is finished: say so where it failed, or with -v. */
void console_scene(struct console *console, const struct scene_result *result);

/* So many more bytes of files are worked through; redraws a few times a second at the most. */
void console_progress(struct console *console, double bytes, uint32_t scenes_done,
		      uint32_t n_scenes);

#endif
