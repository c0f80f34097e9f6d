/*
 * Whose names a file and its folder have. It knows no scene.
 */
#include "group_key.h"

/* By how it is written, for names that say nothing else: "B04", "B8A" are Sentinel-2's way. */
static const struct sensor *sensor_by_token(const struct band_token *token)
{
	return token->kind == TOKEN_BAND && token->padded ? sensor_sentinel2() : NULL;
}

/* Whose way of writing bands this is; Landsat's files have neither two digits nor a "_20m". */
static const struct sensor *token_sensor(const struct band_token *token)
{
	if (token->kind == TOKEN_BAND && token->resolution_m)
		return sensor_sentinel2();
	return sensor_by_token(token);
}

/*
 * A file's own name says best whose it is; a folder may hold files of several sensors, so a band
 * that is not written Landsat's way is none of Landsat's because of its folder's name.
 */
const struct sensor *file_sensor(const struct file_list *files, uint32_t file)
{
	struct parsed p = name_parse(files, file);
	const struct sensor *by_stem = sensor_find(p.name, p.stem_len, NULL);
	const struct sensor *by_folder, *by_token;

	if (by_stem)
		return by_stem;
	by_folder = sensor_find(p.name, p.stem_len, file_list_folder(files, file));
	by_token = token_sensor(&p.token);
	if (by_folder && by_folder->date == DATE_LANDSAT && by_token)
		return by_token;
	return by_folder ? by_folder : sensor_by_token(&p.token);
}
