/*
 * The workload of scenes: the one place that lists its stages and joins them to discovery and
 * reduction.
 */
#include "discover/scene_list.h"
#include "reader/reader.h"
#include "stages.h"

static struct scene_list_facts facts(const struct scene_list *scene_list)
{
	return (struct scene_list_facts){
		.n_scenes = scene_list_count(scene_list),
		.n_all_scenes = scene_list_count_all(scene_list),
		.files_checksum = scene_list_checksum(scene_list),
		.name_columns = scene_list_name_columns(scene_list),
	};
}

static const struct stage *const pixel_stages[] = {
	&stage_read,
	&stage_mask,
	&stage_index,
	&stage_stats,
};

static const struct stage *const map_stages[] = {
	&stage_read, &stage_mask, &stage_index, &stage_encode, &stage_stats,
};

const char *const pixel_stage_names[N_METER_STAGES] = {
	[METER_DISCOVER] = "discover", [METER_CLAIM] = "claim",   [METER_FETCH] = "fetch",
	[METER_DECODE] = "decode",     [METER_MASK] = "mask",     [METER_INDEX] = "index",
	[METER_STATS] = "stats",       [METER_REDUCE] = "reduce", [METER_WRITE] = "write",
};

const char *const map_stage_names[N_METER_STAGES] = {
	[METER_DISCOVER] = "discover", [METER_CLAIM] = "claim",   [METER_FETCH] = "fetch",
	[METER_DECODE] = "decode",     [METER_MASK] = "mask",     [METER_INDEX] = "index",
	[METER_STATS] = "stats",       [METER_ENCODE] = "encode", [METER_REDUCE] = "reduce",
	[METER_GATHER] = "gather",     [METER_WRITE] = "write",
};

/* What both workloads have. */
#define OF_PIXELS                                                                                \
	.slice_rows = block_slice_rows, .slice = block_slice, .pixel_bytes = scene_pixel_bytes,  \
	.layout = pixels_layout, .heavy = &reader_heavy, .facts = facts,                         \
	.scene_is_fresh = scene_is_fresh, .scene_begin = scene_begin, .scene_pack = scene_pack,  \
	.scene_unpack = scene_unpack, .scene_confirm = scene_confirm, .reach = scene_list_reach, \
	.totals_bytes = scene_totals_bytes, .totals_new = scene_totals_new,                      \
	.totals_fold = scene_totals_fold, .totals_check = scene_totals_check,                    \
	.totals_finish = scene_totals_finish, .totals_free = scene_totals_free,                  \
	.totals_cells = scene_totals_cells

const struct workload workload_pixels = {
	.name = "pixels",
	.stage_names = pixel_stage_names,
	.stage = pixel_stages,
	.n_stages = sizeof(pixel_stages) / sizeof(pixel_stages[0]),
	.scene_open = scene_open,
	OF_PIXELS,
};

const struct workload workload_maps = {
	.name = "maps",
	.stage_names = map_stage_names,
	.stage = map_stages,
	.n_stages = sizeof(map_stages) / sizeof(map_stages[0]),
	.outputs = &pixel_outputs,
	.scene_open = scene_open_for_maps,
	OF_PIXELS,
};
