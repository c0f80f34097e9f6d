/*
 * What a person sees on standard error while the program runs: failed scenes, values
 * that scenes lack, and a progress bar.
 */
#ifndef IMGPIPE_PIPELINE_CONSOLE_H
#define IMGPIPE_PIPELINE_CONSOLE_H

#include "options.h"
#include "workload.h"

struct monitor_view;

struct console;

enum { CONSOLE_NAME_BYTES = 256 };

/* total_bytes: size of all files of the run. NULL where there is no memory; all calls take NULL. */
struct console *console_new(const struct options *options, uint64_t total_bytes);
void console_free(struct console *console);

/* Of scenes that fail somebody else tells. */
void console_leave_failures(struct console *console);

/* A scene is finished: say so where it failed or lacks values, or with -v. */
void console_scene(struct console *console, const struct scene_result *result);

/*
 * One line beside all else. Does not wait: false where standard error takes nothing now, or others
 * are writing.
 */
bool console_say(struct console *console, const char *line);

/* How far a run is. */
struct console_place {
	uint32_t scenes_done, n_scenes;
	uint64_t known_chunks; /* of the scenes opened so far */
	bool all_known;        /* of all scenes */
	/* The scene last worked on, and its chunks. Empty unless the console is due. */
	char scene[CONSOLE_NAME_BYTES];
	uint64_t chunk, n_chunks;
};

/* Would console_progress() draw now? Costs hardly anything where nothing is ever drawn. */
bool console_is_due(const struct console *console);
/* So many more bytes of files are worked through; redraws a few times a second at the most. */
void console_progress(struct console *console, double bytes, const struct console_place *place);

/* Does it draw views (--monitor, on a terminal) in place of a progress line? */
bool console_shows_views(const struct console *console);
/* The terminal's size and how far the run is, into *view. */
void console_look(struct console *console, struct monitor_view *view);
/*
 * Replace the view on the terminal by this one. In one write, and with the cursor left below it in
 * the first column, neither hidden nor saved: so there is nothing to restore, however the program
 * ends.
 */
void console_view(struct console *console, const char *text, unsigned lines);

/* Around output of others to the same terminal: no view is drawn meanwhile. */
void console_begin_output(struct console *console);
void console_end_output(struct console *console);

#endif
