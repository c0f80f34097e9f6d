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

enum { TAIL_ROOM = 16 };

/* "FOLDER/STEM_MTL.txt" and its like: behind the first `len` bytes of a path with room. */
static int each_form(char *path, size_t len, const struct side_names *names)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		memcpy(path + len, forms[i].tail, strlen(forms[i].tail) + 1);
		if (names->see(names->context, path))
			return 1;
	}
	return 0;
}

/* The name, and what is left of it as parts are cut off at its end. */
static int each_cut(const char *folder, size_t folder_len, const char *name, size_t len,
		    const struct side_names *names)
{
	char *path;
	int rc = 0;

	if (len < SHORTEST_ID)
		return 0;
	path = malloc(folder_len + 1 + len + TAIL_ROOM);
	if (!path)
		return -1;
	memcpy(path, folder, folder_len);
	path[folder_len] = '/';
	memcpy(path + folder_len + 1, name, len);
	while (len >= SHORTEST_ID && rc == 0) {
		rc = each_form(path, folder_len + 1 + len, names);
		do
			len--;
		while (len > 0 && name[len] != '_');
	}
	free(path);
	return rc;
}

int landsat_mtl_names(const char *image_path, const struct side_names *names)
{
	const char *name = strrchr(image_path, '/'), *folder = name;
	size_t folder_len;
	int rc;

	if (!name || image_path[0] != '/' || strncmp(image_path, "/vsi", 4) == 0)
		return 0;
	folder_len = (size_t)(name - image_path);
	while (folder > image_path && folder[-1] != '/')
		folder--;
	rc = each_cut(image_path, folder_len, name + 1, name_stem(name + 1), names);
	return rc ? rc : each_cut(image_path, folder_len, folder, (size_t)(name - folder), names);
}

struct search {
	struct landsat_mtl *mtl;
	char *problem;
	bool met;
};

static enum landsat_mtl_form form_of(const char *path)
{
	size_t i = 0, n = strlen(path);

	while (i + 1 < sizeof(forms) / sizeof(forms[0]) &&
	       strcmp(path + n - strlen(forms[i].tail), forms[i].tail) != 0)
		i++;
	return forms[i].form;
}

/* true: the file is there, understood or, with a problem, not. */
static bool try_file(void *context, const char *path)
{
	struct search *search = context;
	struct landsat_mtl *mtl = search->mtl;
	char why[SIDE_PROBLEM_BYTES], *text;
	size_t size;

	*mtl = (struct landsat_mtl){.where = ""};
	if (side_file_read(path, LANDSAT_MTL_MOST, &text, &size, why, &mtl->lack)) {
		if (!landsat_mtl_parse(text, size, form_of(path), mtl))
			snprintf(why, sizeof(why), "cannot be understood");
		free(text);
	} else if (!why[0]) {
		return false;
	}
	side_file_tell(path, why, mtl->where, search->problem);
	search->met = true;
	return true;
}

bool landsat_mtl_find(const char *image_path, struct landsat_mtl *mtl,
		      char problem[SIDE_PROBLEM_BYTES])
{
	struct search search = {.mtl = mtl, .problem = problem};

	problem[0] = '\0';
	*mtl = (struct landsat_mtl){.where = ""};
	if (landsat_mtl_names(image_path, &(struct side_names){try_file, &search}) < 0) {
		snprintf(problem, SIDE_PROBLEM_BYTES, "no memory to look for *_MTL.txt");
		mtl->lack = ENOMEM;
	}
	return search.met && !problem[0];
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
