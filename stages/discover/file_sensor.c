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
	const char *name = file_list_name(files, file);
	const size_t stem_len = name_stem(name);
	const struct sensor *by_name, *by_token;
	struct band_token token;
	bool by_folder;

	by_name = sensor_find_by(name, stem_len, file_list_folder(files, file), &by_folder);
	if (by_name && !(by_folder && by_name->date == DATE_LANDSAT))
		return by_name;
	token = name_band_token(name, stem_len);
	by_token = token_sensor(&token);
	if (by_name && by_token)
		return by_token;
	return by_name ? by_name : sensor_by_token(&token);
}
