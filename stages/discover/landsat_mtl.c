/*
 * Where Landsat's metadata lie, and what they make of a band. It knows names of files, not their
 * form.
 */
#include "landsat_mtl.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

enum { SHORTEST_ID = 16 }; /* LC08_L1TP_014031_... has more, LT52240631988227 as many */

static const struct {
	const char *tail;
	enum landsat_mtl_form form;
} forms[] = {{"_MTL.txt", MTL_ODL}, {"_MTL.json", MTL_JSON}, {"_MTL.xml", MTL_XML}};

/* true: the file is there, understood or, with a problem, not. */
static bool try_file(const char *path, enum landsat_mtl_form form, struct landsat_mtl *mtl,
		     char problem[SIDE_PROBLEM_BYTES])
{
	char why[SIDE_PROBLEM_BYTES], *text;
	size_t size;

	*mtl = (struct landsat_mtl){.where = ""};
	if (side_file_read(path, LANDSAT_MTL_MOST, &text, &size, why, &mtl->lack)) {
		if (!landsat_mtl_parse(text, size, form, mtl))
			snprintf(why, sizeof(why), "cannot be understood");
		free(text);
	} else if (!why[0]) {
		return false;
	}
	side_file_tell(path, why, mtl->where, problem);
	return true;
}

/* "FOLDER/STEM_MTL.txt" and its like. */
static bool try_stem(const char *folder, int folder_len, const char *stem, int stem_len,
		     struct landsat_mtl *mtl, char problem[SIDE_PROBLEM_BYTES])
{
	bool met = false;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]) && !met; i++) {
		char *path;

		if (asprintf(&path, "%.*s/%.*s%s", folder_len, folder, stem_len, stem,
			     forms[i].tail) < 0) {
			snprintf(problem, SIDE_PROBLEM_BYTES, "no memory to look for *_MTL.txt");
			mtl->lack = ENOMEM;
			return true;
		}
		met = try_file(path, forms[i].form, mtl, problem);
		free(path);
	}
	return met;
}

/* The name, and what is left of it as parts are cut off at its end. */
static bool try_name(const char *folder, int folder_len, const char *name, int len,
		     struct landsat_mtl *mtl, char problem[SIDE_PROBLEM_BYTES])
{
	while (len >= SHORTEST_ID) {
		if (try_stem(folder, folder_len, name, len, mtl, problem))
			return true;
		do
			len--;
		while (len > 0 && name[len] != '_');
	}
	return false;
}

bool landsat_mtl_find(const char *image_path, struct landsat_mtl *mtl,
		      char problem[SIDE_PROBLEM_BYTES])
{
	const char *name = strrchr(image_path, '/'), *folder = name;
	int folder_len;

	problem[0] = '\0';
	*mtl = (struct landsat_mtl){.where = ""};
	if (!name || image_path[0] != '/' || strncmp(image_path, "/vsi", 4) == 0)
		return false;
	folder_len = (int)(name - image_path);
	while (folder > image_path && folder[-1] != '/')
		folder--;
	if (!try_name(image_path, folder_len, name + 1, (int)name_stem(name + 1), mtl, problem) &&
	    !try_name(image_path, folder_len, folder, (int)(name - folder), mtl, problem))
		return false;
	return !problem[0];
}

bool landsat_mtl_scale(const struct landsat_mtl *mtl, const char *code, double *scale,
		       double *offset)
{
	long band = strtol(code, NULL, 10);
	double sine = sin(mtl->sun_elevation * (acos(-1) / 180));

	if (band < 1 || band > LANDSAT_BANDS || !mtl->has_mult[band] || !mtl->has_add[band] ||
	    !(sine > 0))
		return false;
	*scale = mtl->mult[band] / sine;
	*offset = mtl->add[band] / sine;
	return isfinite(*scale) && isfinite(*offset);
}
