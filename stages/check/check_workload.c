/*
 * The workload of a check: the table that joins files, the stage and its counts to the machinery.
 * The totals of a scene are those of stages/pixels, which know cells and no pixel.
 */
#include "check.h"

#include "check_cells.h"
#include "check_read.h"
#include "check_scene.h"
#include "discover/scene_list.h"
#include "pixels/stages.h"
#include "reader/reader.h"

static struct scene_list_facts facts(const struct scene_list *scene_list)
{
	return (struct scene_list_facts){
		.n_scenes = scene_list_count(scene_list),
		.n_all_scenes = scene_list_count_all(scene_list),
		.files_checksum = scene_list_checksum(scene_list),
	};
}

static const struct stage *const stages[] = {&stage_check};

static const char *const stage_names[N_METER_STAGES] = {
	[METER_DISCOVER] = "discover", [METER_CLAIM] = "claim",   [METER_FETCH] = "fetch",
	[METER_DECODE] = "decode",     [METER_REDUCE] = "reduce", [METER_WRITE] = "write",
};

const struct workload workload_check = {
	.name = "check",
	.stage_names = stage_names,
	.stage = stages,
	.n_stages = sizeof(stages) / sizeof(stages[0]),
	.tells_failures = true,
	.slice_rows = block_slice_rows,
	.slice = block_slice,
	.pixel_bytes = scene_pixel_bytes,
	.layout = check_layout,
	.heavy = &reader_heavy,
	.facts = facts,
	.scene_open = check_scene_open,
	.scene_is_fresh = scene_is_fresh,
	.scene_begin = check_scene_begin,
	.scene_pack = check_scene_pack,
	.scene_unpack = check_scene_unpack,
	.scene_confirm = check_scene_confirm,
	.reach = scene_list_reach,
	.totals_bytes = scene_totals_bytes,
	.totals_new = scene_totals_new,
	.totals_fold = scene_totals_fold,
	.totals_finish = scene_totals_finish,
	.totals_free = scene_totals_free,
	.totals_cells = scene_totals_cells,
};
