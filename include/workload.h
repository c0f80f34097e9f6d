/*
 * The workload: what a run does, as a table of functions. Commands alone (pipeline/commands) join
 * the imagery side (stages/) to the machinery (pipeline/) by handing over one of these, so neither
 * uses the other. Made by stages/pixels and stages/lab.
 */
#ifndef IMGPIPE_WORKLOAD_H
#define IMGPIPE_WORKLOAD_H

#include "accum.h"
#include "chunk.h"
#include "error.h"
#include "heavy_reader.h"
#include "meter.h"
#include "options.h"
#include "output_file.h"
#include "result.h"
#include "scene.h"
#include "stage.h"
#include "teach.h"

struct scene_list;

/* What has to be known of a list of scenes before the first is opened. */
struct scene_list_facts {
	uint32_t n_scenes;       /* of this run */
	uint64_t n_all_scenes;   /* of all shards */
	uint64_t files_checksum; /* of the names of all files, in order */
	unsigned name_columns;   /* of the longest name of a scene; 0: not known */
};

/* Running totals of one scene in flight. Made when its first chunk is claimed, freed when done. */
struct scene_totals;

/* SCENE_SKIPPED: what a searched folder holds beside scenes; scene->no_scene, and why in `error`.
 */
enum scene_status { SCENE_OK, SCENE_FAILED, SCENE_SKIPPED, SCENE_CANCELLED };

/* Statistics of one value in one tile of the per-tile table. */
struct tile_summary {
	struct window window;
	struct summary summary;
};

/* What is known of one value in a scene that is SCENE_OK. */
struct value_result {
	struct accum accum;
	struct histogram *histogram;  /* NULL: the value is missing in this scene */
	struct float_sums float_sums; /* --teach float-sums: of the valid pixels; else 0 */
	struct mask_counts masked_by;
	double area_m2; /* of the valid pixels, NaN where not known */
};

/* A finished scene on its way to the reports. Lives until the row is written. */
struct scene_result {
	const struct scene *scene;
	enum scene_status status;
	bool first_ok;          /* of this run the first that is SCENE_OK */
	bool earlier;           /* done by an earlier run: out of the catalogue */
	struct error error;     /* where not SCENE_OK: the first one by chunk number */
	struct chunk_grid grid; /* how it was cut; zero where it was never planned */
	unsigned n_values;      /* 0 where not SCENE_OK, and of labs */
	struct value_result value[RECIPE_MAX_VALUES];
	/* All cells of the scene, where SCENE_OK and it is of this run; else NULL. */
	const struct result_layout *layout;
	const struct cell_group *cells;
	uint64_t n_tiles;          /* of the per-tile table, 0 if not kept */
	struct tile_summary *tile; /* value v of tile t: tile[t * n_values + v] */
	unsigned n_files;          /* of pixels that were made of it */
	const struct output_file *file;
};

struct workload {
	const char *name;
	const struct stage *const *stage; /* in order of work */
	unsigned n_stages;
	/* A chunk needs the one before: it is handed out when that has been delivered. */
	bool sequential;
	/* What the rows of the stage table are called, by enum meter_stage; NULL: it has no such.
	 */
	const char *const *stage_names;
	bool tells_failures; /* its reports tell of every scene that failed: nobody else does */
	bool made_up;        /* its scenes are: no files, and nothing to advise on them */

	/* --- blocks --- */
	/* Rows of the slices that a block of this size is worked on in, at most y_size. Pure. */
	uint32_t (*slice_rows)(uint32_t x_size, uint32_t y_size);
	/* Rows first ... first + rows of a block, as a block of its own. Constant ones are not
	 * cut. */
	struct block (*slice)(const struct block *block, uint32_t first, uint32_t rows);
	/* Bytes that a pixel takes in all bands of the scene that make the result. Pure. */
	size_t (*pixel_bytes)(const struct scene *scene);

	/* --- results of chunks --- */
	/* The cells of a run with these options. Pure. */
	void (*layout)(struct result_layout *layout, const struct options *options);

	/* The reader whose library is loaded when a scene needs it; NULL: there is none. */
	const struct heavy_reader *heavy;

	/* --- the list of scenes, which the machinery hands on and does not look into --- */
	struct scene_list_facts (*facts)(const struct scene_list *scene_list);

	/* --- scenes; see scene_list.h --- */
	int (*scene_open)(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
			  const struct options *options, struct error *err);
	/* May the run use it as it was opened, or has it to open it anew? */
	bool (*scene_is_fresh)(const struct scene *scene);
	/* Its id, name and first file alone; opens nothing. Release the scene whatever comes. */
	int (*scene_begin)(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
			   struct error *err);
	/* Scenes between processes: scene_pack() and scene_unpack() of scene.h. */
	size_t (*scene_pack)(void *out, const struct scene *scene, struct error *err);
	int (*scene_unpack)(struct scene *scene, const void *in, size_t bytes, bool opened,
			    struct error *err);
	/*
	 * Another process has opened the scene, and may have been taken over: what its files are
	 * called by is as the list says, whatever it sent. -1 with EX_SOFTWARE: it is no scene at
	 * all. NULL: no file is called by anything but its name.
	 */
	int (*scene_confirm)(struct scene *scene, const struct scene_list *scene_list,
			     struct error *err);
	/*
	 * Whatever the run's inputs are, beside the libraries and their data: `take` is called for
	 * each folder or file that opening and reading the scenes may need. *network: a name asks
	 * for one. NULL: there are none.
	 */
	void (*reach)(const struct scene_list *scene_list,
		      void (*take)(void *context, const char *path), void *context, bool *network);

	/* --- reduction of one scene; calls for one are serialised by the machinery --- */
	/* Bytes that the totals take at their peak, open tiles included. Pure. */
	size_t (*totals_bytes)(const struct scene *scene, const struct chunk_grid *grid,
			       const struct result_layout *layout, unsigned workers, bool by_tile);
	/* The scene and the layout outlive them. */
	struct scene_totals *(*totals_new)(const struct scene *scene, const struct chunk_grid *grid,
					   const struct result_layout *layout, bool by_tile,
					   struct error *err);
	int (*totals_fold)(struct scene_totals *totals, const struct chunk_result *chunk,
			   struct error *err);
	/*
	 * All chunks are there: do they make sense together? -1 with an error: the scene fails, and
	 * no file is made of it. `scene` is theirs: notes may be added. NULL: nothing to check.
	 */
	int (*totals_check)(const struct scene_totals *totals, struct scene *scene,
			    struct error *err);
	/* Move the totals into *result, which is SCENE_OK. What it owns is freed by totals_free().
	 */
	void (*totals_finish)(struct scene_totals *totals, struct scene_result *result);
	void (*totals_free)(struct scene_totals *totals);
	/* All cells of the scene so far. */
	const struct cell_group *(*totals_cells)(const struct scene_totals *totals);

	/* Files of pixels; NULL: the run makes none. */
	const struct output_maker *outputs;
};

extern const struct workload workload_pixels;
/* The same, with stage `encode`, and outputs. */
extern const struct workload workload_maps;

#endif
