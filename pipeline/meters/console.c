/*
 * The console: one lock of its own, as workers report from their threads. Progress goes by bytes of
 * files, not by scenes, as scenes differ in size; it is drawn on a terminal only, or with
 * --progress.
 */
#include "console.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "log.h"
#include "meter.h"
#include "monitor.h"

enum { REDRAW_NS = 200000000, PLAIN_NS = 1000000000, BAR_CELLS = 24 };

struct console {
	pthread_mutex_t lock;
	const struct recipe *recipe; /* NULL: of a lab */
	int verbosity;
	bool draws;
	bool repeated;       /* failures stand in the report on the same terminal */
	bool drawn;          /* a progress line stands on the terminal */
	bool views;          /* --monitor, on a terminal */
	bool plain;          /* --monitor --progress without one: a line a second */
	unsigned view_lines; /* of the view that stands on the terminal */
	uint64_t chunks;
	uint32_t scenes_done, n_scenes;
	double total, done; /* bytes */
	uint64_t begin_ns, drawn_ns;
};

/* A terminal that can go back to the start of a line and clear it. */
static bool can_redraw(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
}

struct console *console_new(const struct options *options, uint64_t total_bytes)
{
	struct console *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	pthread_mutex_init(&c->lock, NULL);
	c->verbosity = options->verbosity;
	c->recipe = options->recipe;
	/* What no file is behind has no bytes to go by. */
	c->draws = total_bytes && (options->progress || (options->verbosity >= 0 && can_redraw()));
	c->views = options->monitor && options->verbosity >= 0 && can_redraw();
	c->plain = options->monitor && options->progress && !can_redraw();
	c->draws = c->draws && !c->views;
	c->repeated = options->verbosity == 0 && isatty(STDERR_FILENO) && isatty(STDOUT_FILENO);
	c->total = (double)total_bytes;
	c->begin_ns = clock_now();
	return c;
}

static void erase_line(struct console *c)
{
	if (c->drawn)
		fprintf(stderr, "\r\033[K");
	c->drawn = false;
	if (c->view_lines)
		fprintf(stderr, "\r\033[%uA\033[J", c->view_lines);
	c->view_lines = 0;
}

void console_free(struct console *c)
{
	if (!c)
		return;
	erase_line(c);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* The scene is done, but some of its values are missing: all by name, and why the first is. */
static void say_missing(const struct recipe *recipe, const struct scene *scene, const char *name)
{
	char why[400] = "", also[RECIPE_MAX_VALUES * (VALUE_NAME_BYTES + 2)] = "";
	const char *first = NULL;
	size_t used = 0;

	for (unsigned v = 0; v < recipe->n_values; v++) {
		if (!(scene->missing >> v & 1))
			continue;
		if (first) {
			used += (size_t)snprintf(also + used, sizeof(also) - used, "%s%s",
						 used ? ", " : "", recipe->value[v].name);
		} else {
			first = recipe->value[v].name;
			(void)scene_missing_reason(scene, recipe, v, why, sizeof(why));
		}
	}
	if (first)
		log_line(LOG_LEVEL_WARNING, "scene-incomplete", name,
			 "scene %s: %s is missing: it %s%s%s", name, first, why,
			 *also ? "; also missing: " : "", also);
}

/* With -v in words; with its numbers where lines are kept. */
static void say_done(const struct console *c, const struct scene_result *result, const char *name)
{
	const struct log_number numbers[] = {
		{"elapsed_seconds", (double)(clock_now() - c->begin_ns) / 1e9},
		{"valid_pixels",
		 result->n_values ? (double)result->value[0].accum.n[PIXEL_VALID] : NAN},
		{0}};
	const struct scene *scene = result->scene;

	if (c->verbosity > 0 || log_is_record())
		log_event(LOG_LEVEL_INFO, "scene-done", name, numbers, "scene %s done", name);
	for (unsigned i = 0; c->verbosity > 0 && i < scene->n_notes; i++)
		log_line(LOG_LEVEL_NOTE, "note", name, "%s", scene->notes[i]);
}

void console_leave_failures(struct console *c)
{
	if (c)
		c->repeated = true;
}

void console_scene(struct console *c, const struct scene_result *result)
{
	const struct scene *scene = result->scene;
	const char *name = scene->name ? scene->name : "?";
	bool repeated;

	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	erase_line(c); /* the report's row may go to the same terminal */
	repeated = c->repeated && !log_is_record();
	if (result->status == SCENE_FAILED && !repeated)
		log_line(LOG_LEVEL_ERROR, "scene-failed", name, "scene %s failed: %s", name,
			 result->error.text);
	if (result->status == SCENE_SKIPPED && (c->verbosity > 0 || log_is_record()))
		log_line(LOG_LEVEL_INFO, "scene-skipped", name, "skipped: %s", result->error.text);
	if (result->status == SCENE_OK && scene->missing && c->recipe && !repeated)
		say_missing(c->recipe, scene, name);
	if (result->status == SCENE_OK)
		say_done(c, result, name);
	pthread_mutex_unlock(&c->lock);
}

static int terminal_columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
}

struct pace {
	double share, seconds, rate, left;
};

static struct pace pace_of(const struct console *c)
{
	struct pace p = {.share = c->total > 0 ? c->done / c->total : 0,
			 .seconds = (double)(clock_now() - c->begin_ns) / 1e9};
	double todo = c->total - c->done;

	p.rate = c->done / (p.seconds > 0 ? p.seconds : 1);
	p.left = p.rate > 0 && todo > 0 ? todo / p.rate : 0;
	p.share = p.share < 1 ? p.share : 1;
	return p;
}

static void draw(struct console *c)
{
	struct pace p = pace_of(c);
	char bar[BAR_CELLS + 1], line[128];

	for (int i = 0; i < BAR_CELLS; i++)
		bar[i] = i < (int)(p.share * BAR_CELLS) ? '#' : '.';
	bar[BAR_CELLS] = '\0';
	snprintf(line, sizeof(line), "[%s] %3.0f %%  %u of %u scenes  %.0f MB/s  %.0f s left", bar,
		 100 * p.share, c->scenes_done, c->n_scenes, p.rate / 1e6, p.left);
	if (c->plain) {
		fprintf(stderr, "imgpipe: %s\n", line);
		return;
	}
	fprintf(stderr, "\r%.*s\033[K", terminal_columns() - 1, line);
	c->drawn = true;
}

void console_progress(struct console *c, double bytes, uint32_t scenes_done, uint32_t n_scenes)
{
	if (!c || !(c->draws || c->views))
		return;
	pthread_mutex_lock(&c->lock);
	c->done += bytes;
	c->chunks++;
	c->scenes_done = scenes_done;
	c->n_scenes = n_scenes;
	if (c->draws && clock_now() - c->drawn_ns > (c->plain ? PLAIN_NS : REDRAW_NS)) {
		draw(c);
		c->drawn_ns = clock_now();
	}
	pthread_mutex_unlock(&c->lock);
}

/* --- views --- */

bool console_shows_views(const struct console *c)
{
	return c && c->views;
}

void console_look(struct console *c, struct monitor_view *view)
{
	struct winsize size;
	struct pace p;

	pthread_mutex_lock(&c->lock);
	p = pace_of(c);
	view->share = p.share;
	view->seconds = p.seconds;
	view->seconds_left = p.left;
	view->rate = p.rate;
	view->scenes_done = c->scenes_done;
	view->n_scenes = c->n_scenes;
	view->chunks = c->chunks;
	pthread_mutex_unlock(&c->lock);
	view->columns = (unsigned)terminal_columns();
	view->rows =
		ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 1 ? size.ws_row : 24;
}

void console_view(struct console *c, const char *text, unsigned lines)
{
	pthread_mutex_lock(&c->lock);
	if (c->views) {
		/* stderr has no buffer: one call, so that no half of it is seen. */
		if (c->view_lines)
			fprintf(stderr, "\r\033[%uA\033[J%s", c->view_lines, text);
		else
			fprintf(stderr, "%s", text);
		c->view_lines = lines;
	}
	pthread_mutex_unlock(&c->lock);
}

void console_begin_output(struct console *c)
{
	if (!console_shows_views(c))
		return;
	pthread_mutex_lock(&c->lock);
	erase_line(c);
}

void console_end_output(struct console *c)
{
	if (console_shows_views(c))
		pthread_mutex_unlock(&c->lock);
}
