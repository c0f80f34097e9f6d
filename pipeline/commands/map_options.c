/*
 * Options of maps and pictures: what users type and what --help says of it. Texts are kept as
 * typed.
 */
#include "map_options.h"

#include "bands/names.h"
#include "options/values.h"
#include "report/report.h"

static int set_output(struct options *o, const char *value, struct error *err)
{
	(void)err;
	o->map.output = value;
	return 0;
}

static int set_name(struct options *o, const char *value, struct error *err)
{
	(void)err;
	o->map.name = value;
	return 0;
}

static int set_format(struct options *o, const char *value, struct error *err)
{
	(void)err;
	o->map.format = value;
	return 0;
}

static int set_type(struct options *o, const char *value, struct error *err)
{
	(void)err;
	o->map.type = value;
	return 0;
}

static int set_output_nodata(struct options *o, const char *value, struct error *err)
{
	(void)err;
	o->map.nodata = value;
	return 0;
}

static int set_creation(struct options *o, const char *value, struct error *err)
{
	return option_keep(&o->map.creation, value, err);
}

static int set_overwrite(struct options *o, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	o->map.overwrite = true;
	return 0;
}

static int set_mask_output(struct options *o, const char *value, struct error *err)
{
	(void)err;
	o->map.mask_output = value;
	return 0;
}

static int set_bands_output(struct options *o, const char *value, struct error *err)
{
	(void)err;
	o->map.bands_output = value;
	return 0;
}

static int set_quicklook(struct options *o, const char *value, struct error *err)
{
	(void)err;
	o->map.pictures = true;
	o->map.quicklook = value;
	return 0;
}

static int set_no_legend(struct options *o, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	o->map.no_legend = true;
	return 0;
}

static int set_stretch(struct options *o, const char *value, struct error *err)
{
	(void)err;
	o->map.stretch = value;
	return 0;
}

static int set_contact_sheet(struct options *o, const char *value, struct error *err)
{
	o->map.contact_sheet = value;
	return report_want(&o->reports, &report_sheet.option, value, err);
}

static int set_spool_folder(struct options *o, const char *value, struct error *err)
{
	(void)err;
	o->map.spool_folder = value;
	return 0;
}

static int set_no_sync(struct options *o, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	o->map.no_sync = true;
	return 0;
}

static const struct option_row output = {
	.letter = 'o',
	.name = "output",
	.argument = "DIR",
	.kind = VALUE_FOLDER,
	.brief = "write maps into this folder",
	.help = "write the map of each index of each scene into this folder, which is not searched "
		"for scenes unless it is named; its last part is made if it is not there",
	.set = set_output,
};
static const struct option_row name = {
	.name = "name",
	.argument = "PATTERN",
	.help = "names of the files, of {scene}, {index}, {date} and {sensor}; default: "
		"{scene}_{index}.tif",
	.set = set_name,
};
static const struct option_row format = {
	.name = "format",
	.argument = "cog|gtiff|none",
	.kind = VALUE_WORD,
	.help = "cog: Cloud Optimized GeoTIFF with overviews (default); gtiff: tiled GeoTIFF; "
		"none: pictures alone",
	.set = set_format,
};
static const struct option_row type = {
	.name = "type",
	.argument = "float32|int16|uint8",
	.kind = VALUE_WORD,
	.help = "of the pixels; integers have a scale and an offset, and values that they cannot "
		"hold are stored as the nearest one, and counted; default: int16 where the range "
		"of an index is known, else float32",
	.set = set_type,
};
static const struct option_row output_nodata = {
	.name = "output-nodata",
	.argument = "V",
	.help = "number stored where there is no value; default: nan (float32), -32768 (int16), "
		"255 (uint8); not one that values within the range are stored as",
	.set = set_output_nodata,
};
static const struct option_row creation = {
	.name = "co",
	.argument = "KEY=VALUE",
	.kind = VALUE_WORD,
	.values = "COMPRESS= LEVEL= PREDICTOR= BLOCKSIZE= BIGTIFF= OVERVIEWS= SPARSE_OK=",
	.repeats = true,
	.help = "creation option in GDAL's words: COMPRESS=DEFLATE|ZSTD|LZW|NONE, LEVEL (default "
		"1), PREDICTOR, BLOCKSIZE, BIGTIFF, OVERVIEWS, SPARSE_OK; may be given several "
		"times",
	.set = set_creation,
};
static const struct option_row overwrite = {
	.name = "overwrite",
	.help = "replace files that are there, all of a scene or none, when the new ones are "
		"whole; without it they are an error before any work",
	.set = set_overwrite,
};
static const struct option_row mask_output = {
	.name = "mask-output",
	.argument = "NAME",
	.help = "also write why each pixel has no value, as a number for each reason (cloud, "
		"nodata ...), with colours; NAME is its {index}, as in why",
	.set = set_mask_output,
};
static const struct option_row bands_output = {
	.name = "bands-output",
	.argument = "BAND,...",
	.kind = VALUE_WORDS,
	.word = band_name_listed,
	.help = "also write these bands, as in red,nir: reflectance where the scene has it, else "
		"as stored; --mask takes nothing out of them; one that is finer than what the "
		"index reads makes the scene's grid finer (see --grid); for a scene that "
		"lacks one see --on-missing",
	.set = set_bands_output,
};
static const struct option_row quicklook = {
	.name = "quicklook",
	.argument = "PATTERN",
	.may_lack = true,
	.brief = "and pictures of them",
	.help = "also write a PNG of each map of an index and of classes, 1024 pixels at the most, "
		"with a legend; names as --name says, with .png",
	.set = set_quicklook,
};
static const struct option_row no_legend = {
	.name = "no-legend",
	.help = "pictures without a legend, each with a world file (.pgw) beside it, so that a GIS "
		"can place them",
	.set = set_no_legend,
};
static const struct option_row stretch = {
	.name = "stretch",
	.argument = "LO,HI",
	.help = "colours of pictures go from one percentile of the scene to another, as in 2,98; "
		"default: fixed for each index, so that dates can be compared",
	.set = set_stretch,
};
static const struct option_row contact_sheet = {
	.name = "contact-sheet",
	.argument = "FILE",
	.kind = VALUE_FILE,
	.help = "all scenes of the run as small pictures, by date, in one PNG (FILE-2.png and so "
		"on beyond 48); without -o no other file is written",
	.set = set_contact_sheet,
};
static const struct option_row spool_folder = {
	.name = "spool-dir",
	.argument = "DIR",
	.kind = VALUE_FOLDER,
	.help = "folder for tiles that wait on the disk until their scene is done; default: that "
		"of -o",
	.set = set_spool_folder,
};
static const struct option_row no_sync = {
	.name = "no-fsync",
	.help = "do not wait until files are on the disk: quicker, but a crash of the machine may "
		"leave broken ones",
	.set = set_no_sync,
};

const struct option_row *const map_rows[] = {
	&output,        &name,         &format,       &type,      &output_nodata, &creation,
	&overwrite,     &mask_output,  &bands_output, &quicklook, &no_legend,     &stretch,
	&contact_sheet, &spool_folder, &no_sync,      NULL,
};
