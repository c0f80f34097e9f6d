/*
 * Maps and pictures in --report.
 */
#include "json_maps.h"

#include <math.h>

#include "map_words.h"
#include "output/co.h"

static json_t *nodata_of(const struct map_def *map)
{
	return isfinite(map->nodata) ? js_number(map->nodata)
	       : isnan(map->nodata)  ? json_string("nan")
				     : json_string(map->nodata > 0 ? "inf" : "-inf");
}

static json_t *output_object(const struct output_file *file, const struct maps *maps,
			     const struct recipe *recipe)
{
	const struct map_def *map = file_map(file, maps);
	const bool of_value = file->value >= 0 && (unsigned)file->value < recipe->n_values;
	const bool of_band = file->band >= 0 && (unsigned)file->band < recipe->n_bands;
	json_t *o = json_object();

	js_put(&o, "path", js_name(file->path));
	js_put(&o, "kind", js_text(file->kind));
	js_put(&o, "index", of_value ? js_text(recipe->value[file->value].name) : json_null());
	js_put(&o, "band", of_band ? js_text(recipe->band[file->band].text) : json_null());
	js_put(&o, "type", js_text(file->type));
	js_put(&o, "bytes", js_count(file->bytes));
	if (!map)
		return o;
	js_put(&o, "scale", js_number(map->scale));
	js_put(&o, "offset", js_number(map->offset));
	js_put(&o, "nodata", nodata_of(map));
	js_put(&o, "clamped", js_count(file->clamped));
	return o;
}

json_t *js_outputs(const struct scene_result *result, const struct maps *maps,
		   const struct recipe *recipe)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < result->n_files; i++)
		if (result->file[i].path)
			js_append(&list, output_object(&result->file[i], maps, recipe));
	return list;
}

json_t *js_output_totals(const struct pixel_totals *totals, const struct maps *maps)
{
	char how[CO_TEXT_BYTES];
	json_t *o = json_object();

	js_put(&o, "folder", maps->sheet_alone ? json_null() : js_name(maps->folder));
	js_put(&o, "format",
	       json_string(!maps->files                              ? "none"
			   : maps->format.container == CONTAINER_COG ? "cog"
								     : "gtiff"));
	js_put(&o, "encoding", maps->files ? js_text(co_text(how, &maps->format)) : json_null());
	js_put(&o, "files", js_count(totals->n_files));
	js_put(&o, "bytes", js_count(totals->file_bytes));
	js_put(&o, "clamped", js_count(totals->clamped));
	return o;
}
