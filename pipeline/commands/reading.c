/*
 * Options of what is read: which files of folders, which band is which, what stored numbers mean.
 */
#include "reading.h"

#include "bands/names.h"
#include "options/values.h"

static const struct option_row bands = {
	.letter = 'b',
	.name = "bands",
	.argument = "SPEC",
	.kind = VALUE_WORDS,
	.word = band_name_listed,
	.assigns = true,
	.brief = "which band is which: red=3,nir=4, or red=*_B04.tif,nir=*_B08.tif",
	.help = "which band is which: band numbers of a stack (red=3,nir=4,swir16=11) or patterns "
		"of file names (red=*_B04.tif,nir=*_B08.tif); overrides what files and names say",
	.set = set_bands,
};
static const struct option_row alpha = {
	.name = "alpha",
	.argument = "auto|ignore",
	.kind = VALUE_WORD,
	.help = "a band that is labelled alpha: pixels where it is 0 are masked (auto, the "
		"default), or it is no mask",
	.set = set_alpha,
};
static const struct option_row raw = {
	.name = "raw",
	.help = "use the stored numbers as they are: no scale, no offset",
	.set = set_raw,
};
static const struct option_row scale = {
	.name = "scale",
	.argument = "S",
	.help = "value = stored number * S + O, for all bands, whatever the files say",
	.set = set_scale,
};
static const struct option_row offset = {
	.name = "offset",
	.argument = "O",
	.help = "the O of --scale",
	.set = set_offset,
};
static const struct option_row nodata = {
	.name = "nodata",
	.argument = "V|none",
	.kind = VALUE_WORD,
	.help = "nodata value of all bands, whatever files and products say; none: every stored "
		"number counts",
	.set = set_nodata,
};
static const struct option_row reflectance = {
	.name = "reflectance",
	.help = "make reflectance of digital numbers by the product's metadata (Landsat Level-1: "
		"_MTL.txt, .json or .xml beside the images); a scene that cannot be had in "
		"reflectance fails",
	.set = set_reflectance,
};
const struct option_row option_reader = {
	.name = "reader",
	.argument = "auto|tiff|gdal",
	.kind = VALUE_WORD,
	.help = "which reader; auto: the TIFF reader where it can, else GDAL",
	.set = set_reader,
};
const struct option_row option_include = {
	.name = "include",
	.argument = "PATTERN",
	.repeats = true,
	.help = "of the files found in folders and archives take only those whose name fits, as in "
		"'*_B0[48]*'; a pattern with a / is held against the path below the folder that "
		"you name; may be given several times. Files that you name are always taken",
	.set = set_include,
};
const struct option_row option_exclude = {
	.name = "exclude",
	.argument = "PATTERN",
	.repeats = true,
	.help = "leave out the files and folders found in folders and archives whose name fits, as "
		"in '*_NDVI.tif' or 'old/*'; may be given several times. Files that you name are "
		"always taken",
	.set = set_exclude,
};
static const struct option_row duplicates = {
	.name = "duplicates",
	.argument = "note|newest|fail",
	.kind = VALUE_WORD,
	.help = "one acquisition of Landsat or Sentinel-2 that is there several times, by the "
		"names of files and product folders: note: all count, and a note says so; newest: "
		"keep "
		"the one of the newest processing; fail: refuse to run",
	.set = set_duplicates,
};
const struct option_row option_follow = {
	.name = "follow",
	.help = "a VRT or side file that you name may refer to files anywhere; without this option "
		"only to files below its own folder. Files found in a searched folder never refer "
		"to others",
	.set = set_follow,
};

const struct option_row *const reading_rows[] = {&bands,       &alpha,          &raw,
						 &scale,       &offset,         &nodata,
						 &reflectance, &option_include, &option_exclude,
						 &duplicates,  &option_reader,  &option_follow,
						 NULL};
