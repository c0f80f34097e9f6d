/*
 * The console: one lock of its own, as workers report from their threads. Progress goes by bytes of
 * files, not by scenes, as scenes differ in size; it is drawn on a terminal only, or with
 * --progress.
 */
#include "console.h"

#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/screen.h"
#include "base/text.h"
#include "log.h"
#include "meter.h"
#include "monitor.h"

enum {
	REDRAW_NS = 200000000,
	PLAIN_NS = 1000000000,
	BAR_MOST = 24,
	BAR_LEAST = 8,
	NAME_LEAST = 8,
	NAME_MOST = 40,
	LINE_MOST = 200,
	LINE_BYTES = 4 * LINE_MOST
};

struct console {
	pthread_mutex_t lock;
	const struct recipe *recipe; /* NULL: of a lab */
	int verbosity;
	bool draws;
	bool repeated;       /* what becomes of scenes stands in the report, read beside this */
	bool drawn;          /* a progress line stands on the terminal */
	bool views;          /* --monitor, on a terminal */
	bool plain;          /* --progress without one: a line a second */
	unsigned view_lines; /* of the view that stands on the terminal */
	uint64_t chunks;
	struct console_place place;
	double total, done; /* bytes */
	uint64_t begin_ns;
	_Atomic uint64_t drawn_ns;
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
	c->plain = options->progress && !can_redraw();
	c->draws = c->draws && !c->views;
	c->repeated = report_is_read_here(&options->reports);
	c->total = (double)total_bytes;
	c->begin_ns = clock_now();
	atomic_init(&c->drawn_ns, c->plain ? 0 : c->begin_ns); /* lines begin at once */
	return c;
}

static void erase_line(struct console *c)
{
	if (c->drawn)
		fprintf(stderr, "\r\033[K");
	c->drawn = false;
	screen_line_stands(false);
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

/*
 * The scene is done, but some of its values are missing: all by name, and why the first is; or
 * bands that were to be written.
 */
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
	if (scene_missing_maps(scene, recipe, why, sizeof(why)))
		log_line(LOG_LEVEL_WARNING, "scene-incomplete", name, "scene %s: %s", name, why);
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
	const bool says = c->verbosity > 0 && !c->repeated;

	if (says || log_is_record())
		log_event(LOG_LEVEL_INFO, "scene-done", name, numbers, "scene %s done", name);
	for (unsigned i = 0; says && i < scene->n_notes; i++)
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
	repeated = c->repeated;
	if (result->status == SCENE_FAILED && !repeated)
		log_line(LOG_LEVEL_ERROR, "scene-failed", name, "scene %s failed: %s", name,
			 text_beyond_name(result->error.text, name));
	if (result->status == SCENE_SKIPPED && (c->verbosity > 0 || log_is_record()))
		log_line(LOG_LEVEL_INFO, "scene-skipped", name, "skipped: %s", result->error.text);
	if (result->status == SCENE_OK && c->recipe && !repeated)
		say_missing(c->recipe, scene, name);
	if (result->status == SCENE_OK)
		say_done(c, result, name);
	pthread_mutex_unlock(&c->lock);
}

bool console_say(struct console *c, const char *line)
{
	struct pollfd room = {.fd = STDERR_FILENO, .events = POLLOUT};

	if (c && pthread_mutex_trylock(&c->lock))
		return false;
	if (poll(&room, 1, 0) > 0) {
		if (c)
			erase_line(c);
		log_line(LOG_LEVEL_INFO, "progress", NULL, "%s", line);
	}
	if (c)
		pthread_mutex_unlock(&c->lock);
	return room.revents != 0;
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

static const char *left_text(char text[24], double seconds)
{
	if (seconds < 100)
		(void)snprintf(text, 24, "%.0f s", seconds);
	else if (seconds < 6000)
		(void)snprintf(text, 24, "%.0f min", seconds / 60);
	else
		(void)snprintf(text, 24, "%.1f h", seconds / 3600);
	return text;
}

/* " 42 %  3 of 41 scenes, 356 MB/s, 12 s left". */
static void put_pace(char text[120], const struct console *c)
{
	struct pace p = pace_of(c);
	char left[24];

	(void)snprintf(text, 120, "%3.0f %%  %u of %u scenes, %.0f MB/s, %s left", 100 * p.share,
		       c->place.scenes_done, c->place.n_scenes, p.rate / 1e6,
		       left_text(left, p.left));
}

/* "  river, chunk 12 of 25" in at most `room` columns, which come back; 0: it does not fit. */
static unsigned put_scene(char text[LINE_BYTES], const struct console_place *place, unsigned room)
{
	char chunk[64] = "", name[4 * NAME_MOST + 1];
	unsigned taken, width;

	if (place->n_chunks > 1)
		(void)snprintf(chunk, sizeof(chunk), ", chunk %llu of %llu",
			       (unsigned long long)place->chunk,
			       (unsigned long long)place->n_chunks);
	taken = 2 + (unsigned)strlen(chunk);
	*text = '\0';
	if (!*place->scene || room < taken + NAME_LEAST)
		return 0;
	width = room - taken < NAME_MOST ? room - taken : NAME_MOST;
	(void)text_cut(name, place->scene, width);
	for (size_t n = strlen(name); n && name[n - 1] == ' ';)
		name[--n] = '\0';
	(void)snprintf(text, LINE_BYTES, "  %s%s", name, chunk);
	return taken + text_columns(name);
}

/* A bar where there is room for one: "[####....] ". */
static void put_bar(char text[BAR_MOST + 4], double share, unsigned room)
{
	unsigned cells = room < 3 ? 0 : room - 3 < BAR_MOST ? room - 3 : BAR_MOST;
	char *at = text;

	*at = '\0';
	if (cells < BAR_LEAST)
		return;
	*at++ = '[';
	for (unsigned i = 0; i < cells; i++)
		*at++ = i < (unsigned)(share * cells) ? '#' : '.';
	(void)strcpy(at, "] ");
}

static void draw(struct console *c)
{
	unsigned most = c->plain ? SCREEN_PLAIN : (unsigned)terminal_columns() - 1;
	char pace[120], scene[LINE_BYTES], bar[BAR_MOST + 4];
	unsigned room, taken;

	put_pace(pace, c);
	most = most < LINE_MOST ? most : LINE_MOST;
	room = most > strlen(pace) ? most - (unsigned)strlen(pace) : 0;
	taken = put_scene(scene, &c->place, room);
	put_bar(bar, pace_of(c).share, room - taken);
	if (c->plain) {
		fprintf(stderr, "imgpipe: %s%s%s\n", bar, pace, scene);
		return;
	}
	if (!room)
		pace[most] = '\0';
	fprintf(stderr, "\r%s%s%s\033[K", bar, pace, scene);
	c->drawn = true;
	screen_line_stands(true);
}

bool console_is_due(const struct console *c)
{
	return c && c->draws &&
	       clock_now() - atomic_load_explicit(&c->drawn_ns, memory_order_relaxed) >
		       (c->plain ? PLAIN_NS : REDRAW_NS);
}

void console_progress(struct console *c, double bytes, const struct console_place *place)
{
	if (!c || !(c->draws || c->views))
		return;
	pthread_mutex_lock(&c->lock);
	c->done += bytes;
	c->chunks++;
	c->place.scenes_done = place->scenes_done;
	c->place.n_scenes = place->n_scenes;
	c->place.known_chunks = place->known_chunks;
	c->place.all_known = place->all_known;
	if (*place->scene && console_is_due(c)) {
		c->place = *place;
		draw(c);
		atomic_store(&c->drawn_ns, clock_now());
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
	view->scenes_done = c->place.scenes_done;
	view->n_scenes = c->place.n_scenes;
	view->chunks = c->chunks;
	view->n_chunks = c->place.all_known ? c->place.known_chunks : 0;
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
