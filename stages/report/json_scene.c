/* A scene in --report (json_scene.h). */
#include "json_scene.h"

#include <math.h>

#include "json_maps.h"
#include "json_values.h"
#include "masks/masks.h"
#include "report_words.h"

json_t *js_notes(const char *notes, size_t stride, unsigned n)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < n; i++)
		js_append(&list, js_text(notes + i * stride));
	return list;
}

/* JSON has no NaN; a nodata value may be one. */
static json_t *nodata_value(const struct band *band)
{
	if (!band->has_nodata)
		return json_null();
	if (isnan(band->nodata))
		return json_string("nan");
	if (isinf(band->nodata))
		return json_string(band->nodata > 0 ? "inf" : "-inf");
	return js_number(band->nodata);
}

static json_t *band_object(const struct band *band)
{
	json_t *o = json_object();

	js_put(&o, "file", band->path ? js_name(band->path) : json_null());
	js_put(&o, "band", js_count(band->index));
	js_put(&o, "type", js_text(sample_name(band->type)));
	js_put(&o, "scale", js_number(band->scale));
	js_put(&o, "offset", js_number(band->offset));
	js_put(&o, "nodata", nodata_value(band));
	js_put(&o, "source", js_text_or_null(band->source));
	js_put(&o, "scale_source", js_text_or_null(band->scale_source));
	if (band->ratio > 1)
		js_put(&o, "ratio", js_count(band->ratio));
	if (band->finer)
		js_put(&o, "finer", js_count(band->finer));
	return o;
}

static json_t *bands_object(const struct scene *scene)
{
	json_t *o = json_object();

	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++)
		if (scene->has_band[slot])
			js_put(&o, scene->band[slot].name, band_object(&scene->band[slot]));
	return o;
}

static json_t *file_list(const struct scene *scene)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < scene->n_files; i++)
		if (scene->files[i].path)
			js_append(&list, js_name(scene->files[i].path));
	return list;
}

/* How the scene was cut; null where it never was. */
static json_t *grid_object(const struct chunk_grid *grid)
{
	json_t *o;

	if (!grid->chunk_x_size || !grid->chunk_y_size)
		return json_null();
	o = json_object();
	js_put(&o, "chunks", js_count(chunk_grid_count(grid)));
	js_put(&o, "chunk_x_size", js_count(grid->chunk_x_size));
	js_put(&o, "chunk_y_size", js_count(grid->chunk_y_size));
	js_put(&o, "block_x_size", js_count(grid->block_x_size));
	js_put(&o, "block_y_size", js_count(grid->block_y_size));
	js_put(&o, "whole_chunk", json_boolean(grid->whole_chunk));
	js_put(&o, "streamed", json_boolean(grid->streamed));
	js_put(&o, "arena_bytes", js_count(grid->arena));
	js_put(&o, "footprint_bytes", js_count(grid->footprint));
	return o;
}

/* By rule of --mask what was taken for it in this scene. */
static json_t *mask_list(const struct scene *scene, const struct masks *masks)
{
	const struct scene_masks *found = &scene->masks;
	json_t *list = json_array();

	for (unsigned i = 0; masks && i < masks->n && i < found->n_rules; i++) {
		json_t *o = json_object();

		js_put(&o, "rule", js_text(masks->rule[i].text));
		js_put(&o, "layout", js_text_or_null(found->rule[i].layout));
		js_put(&o, "source", js_text_or_null(found->rule[i].source));
		js_append(&list, o);
	}
	return list;
}

json_t *js_scene(const struct scene_result *result, const struct recipe *recipe,
		 const struct options *options)
{
	const struct scene *s = result->scene;
	const struct band *first = scene_first_band(s);
	unsigned file = first ? first->file : 0;
	const struct raster_info *info = file < s->n_files ? &s->files[file].info : NULL;
	json_t *o = json_object();

	js_put(&o, "name", js_name(s->name ? s->name : ""));
	js_put(&o, "files", file_list(s));
	js_put(&o, "status", js_text(scene_status_name(result->status)));
	if (result->earlier)
		js_put(&o, "earlier", json_true());
	js_put(&o, "error", js_text_or_null(scene_error(result)));
	js_put(&o, "error_code", js_text_or_null(scene_error_code(result)));
	js_put(&o, "sensor", js_text_or_null(s->sensor));
	js_put(&o, "acquired", js_text_or_null(s->acquired));
	js_put(&o, "crs", js_text_or_null(scene_crs(s)));
	js_put(&o, "x_size", js_count(s->x_size));
	js_put(&o, "y_size", js_count(s->y_size));
	js_put(&o, "pixel_area_m2",
	       s->pixel_area_m2 > 0 ? js_number(s->pixel_area_m2) : json_null());
	js_put(&o, "area_source", js_text_or_null(s->area_source));
	js_put(&o, "store_x_size", js_count(s->store_x_size));
	js_put(&o, "store_y_size", js_count(s->store_y_size));
	js_put(&o, "tile_x_size", js_count(s->tile_x_size));
	js_put(&o, "tile_y_size", js_count(s->tile_y_size));
	js_put(&o, "chunk_grid", grid_object(&result->grid));
	js_put(&o, "bands", bands_object(s));
	js_put(&o, "dataset_mask", json_boolean(s->masked));
	js_put(&o, "masks", mask_list(s, options->masks));
	js_put(&o, "reader", js_text_or_null(info ? info->reader : NULL));
	js_put(&o, "codec", js_text_or_null(info ? info->codec : NULL));
	js_put(&o, "notes", js_notes(s->notes[0], sizeof(s->notes[0]), s->n_notes));
	if (options->maps)
		js_put(&o, "outputs", js_outputs(result, options->maps, recipe));
	if (!recipe)
		js_put(&o, "exact",
		       result->cells ? js_exact(result->layout, result->cells) : json_null());
	return o;
}
