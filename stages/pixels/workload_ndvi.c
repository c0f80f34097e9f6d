/*
 * The NDVI workload: the one place that lists its stages and joins them to discovery and reduction.
 */
#include "catalog.h"
#include "reader.h"
#include "stages.h"

static struct scene_list_facts facts(const struct catalog *catalog)
{
	return (struct scene_list_facts){
		.n_scenes = catalog_scenes(catalog),
		.n_all_scenes = catalog_all_scenes(catalog),
		.files_checksum = catalog_checksum(catalog),
	};
}

static const struct stage *const ndvi_stages[] = {
	&stage_read,
	&stage_mask,
	&stage_index,
	&stage_stats,
};

const char *const pixel_stage_names[N_METER_STAGES] = {
	[METER_DISCOVER] = "discover", [METER_CLAIM] = "claim",   [METER_FETCH] = "fetch",
	[METER_DECODE] = "decode",     [METER_MASK] = "mask",     [METER_INDEX] = "index",
	[METER_STATS] = "stats",       [METER_REDUCE] = "reduce", [METER_WRITE] = "write",
};

const struct workload workload_ndvi = {
	.name = "ndvi",
	.stage_names = pixel_stage_names,
	.stage = ndvi_stages,
	.n_stages = sizeof(ndvi_stages) / sizeof(ndvi_stages[0]),
	.slice_rows = block_slice_rows,
	.slice = block_slice,
	.pixel_bytes = scene_pixel_bytes,
	.result = &piece_ops,
	.heavy = &reader_heavy,
	.facts = facts,
	.input_bytes = catalog_file_bytes,
	.scene_open = scene_open,
	.scene_is_fresh = scene_is_fresh,
	.scene_begin = scene_begin,
	.scene_pack = scene_pack,
	.scene_unpack = scene_unpack,
	.reach = catalog_reach,
	.tally_bytes = tally_bytes,
	.tally_new = tally_new,
	.tally_fold = tally_fold,
	.tally_finish = tally_finish,
	.tally_free = tally_free,
};
