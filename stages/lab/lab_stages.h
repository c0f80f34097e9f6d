/*
 * What the labs' stages have in common. Private to stages/lab_*.c.
 */
#ifndef IMGPIPE_STAGES_LAB_STAGES_H
#define IMGPIPE_STAGES_LAB_STAGES_H

#include <stdio.h>

#include "base/table.h"
#include "lab.h"
#include "options.h"
#include "pixels/stages.h"
#include "scene.h"
#include "stage.h"
#include "workload.h"

struct plan;
struct run_totals;
struct scene_list;

extern const struct workload workload_pi, workload_sum, workload_floats;
extern const struct workload workload_over_time, workload_over_pixels;

/* The indices of a block: the last row of the made-up scene may reach beyond them. */
struct lab_range {
	uint64_t first;
	size_t n;
};

struct lab_range lab_range(const struct lab *lab, const struct block *block);

/* lab_scene.c: the made-up scene; see workload.h. */
int lab_scene_open(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
		   const struct options *options, struct error *err);
int lab_scene_begin(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
		    struct error *err);

struct scene_list_facts lab_facts(const struct scene_list *scene_list);

/* --- lab_cells.c --- */

extern const struct reducer reducer_count;    /* uint64_t */
extern const struct reducer reducer_wide_sum; /* int128 */

/* What a lab counts and adds up: the same cells in all labs, a group a chunk. */
void lab_layout(struct result_layout *layout, const struct options *options);

/* The cells of one group. */
struct lab_cells {
	uint64_t *n_valid;  /* pi: points inside the quarter circle; else: values, pixels */
	uint64_t *n_masked; /* pi: points outside */
	int128 *sum;        /* sum: of all 2 * x; recur: of all floor(s * 2^40) */
	int128 *sum_sq;     /* recur: of the bits of all s, read as 64-bit integers */
};

struct lab_cells lab_cells(const struct result_layout *layout, const struct cell_group *group);

/* Members of a workload that all labs have. */
#define LAB_WORKLOAD                                                                             \
	.slice_rows = block_slice_rows, .slice = block_slice, .pixel_bytes = scene_pixel_bytes,  \
	.made_up = true, .layout = lab_layout, .facts = lab_facts, .scene_open = lab_scene_open, \
	.scene_begin = lab_scene_begin, .scene_pack = scene_pack, .scene_unpack = scene_unpack,  \
	.totals_bytes = scene_totals_bytes, .totals_new = scene_totals_new,                      \
	.totals_fold = scene_totals_fold, .totals_finish = scene_totals_finish,                  \
	.totals_free = scene_totals_free, .totals_cells = scene_totals_cells

/* `count` samples of `size` bytes from the arena; NULL with err set where it is too small. */
void *lab_alloc(const struct stage_env *env, size_t count, size_t size, struct error *err);

/* lab_pi.c, lab_recur.c: what workers have in common, in memory that processes share. */
size_t lab_generator_bytes(void);
void lab_generator_init(struct lab_shared *shared, uint64_t seed);
void lab_states_init(struct lab_shared *shared, uint64_t n);

/* --- figures of lines --- */

double lab_pi(const struct lab_line *line);   /* the estimate */
double lab_pi_error(uint64_t n);              /* standard error to be expected */
int128 lab_sum_twice(uint64_t n);             /* closed form of sum of 2 * x */
double lab_mean(const struct lab_line *line); /* recur: of the last states */
/*
 * Against the base, the first line of its kind; NaN for that itself, and where lab_too_short():
 * one of the two took less than LAB_LEAST_S, in which a single tick of the system's scheduler
 * (1 to 10 ms), or the start of a thread, can double it.
 */
#define LAB_LEAST_S 0.010
bool lab_too_short(const struct lab_line *line, const struct lab_line *base);
double lab_speed_up(const struct lab_line *line, const struct lab_line *base);
double lab_efficiency(const struct lab_line *line, const struct lab_line *base);
double lab_work_share(const struct lab_line *line); /* of wall time x workers */
bool lab_done(const struct lab_line *line);

/* --- lab_rows.c --- */

/* What is measured, in words. error: of pi; ways: of recur; "" where there is none. */
enum { LAB_WAYS = 2 };
struct lab_head {
	char lead[320], error[80], way[LAB_WAYS][160];
};
extern const char *const lab_ways[LAB_WAYS];
void lab_head_make(struct lab_head *head, const struct lab *lab);

/* A line as texts of its columns; how many those are. */
enum { LAB_CELL_BYTES = 48, LAB_COLUMNS = 10 };
typedef char lab_cell[LAB_CELL_BYTES];
unsigned lab_row(lab_cell cell[LAB_COLUMNS], const struct lab *lab);
const struct table_column *lab_columns(enum lab_kind kind);
/* Twice a sum, as the sum. Returns text. */
const char *lab_halves_text(char text[LAB_CELL_BYTES], int128 twice);

/* --- lab_show.c: what the lines show --- */

/* One sentence or a few, under a word; INK_WARNING or INK_PLAIN. */
typedef void lab_say(void *to, enum ink ink, const char *label, const char *text);
void lab_conclude(const struct lab_set *set, lab_say *say, void *to);

/* Sums of the mode LAB_FLOATS; error: relative. How many there are: all or none. */
enum { LAB_FLOAT_ROWS = 4 };
struct lab_float_row {
	const char *how;
	double value, error;
};
unsigned lab_float_rows(struct lab_float_row row[LAB_FLOAT_ROWS], const struct lab_set *set);

/* --- lab_text.c --- */

void lab_print_line(FILE *out, const struct lab *lab);

/* --- lab_page.c: --html --- */

/* Beside the run's report: its timeline into lab->timelines, where they are wanted. */
void lab_page_line(const struct lab *lab, const struct run_totals *totals, const struct plan *plan);
/* The page, but for the timelines. */
void lab_page_begin(FILE *out, const struct lab_set *set, const struct options *options);
void lab_page_end(FILE *out);

#endif
