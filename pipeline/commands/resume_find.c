/*
 * Which scenes are done: each is looked for in the catalogue, and its row held against the files as
 * they are now. Opens no image.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "resume_parts.h"

/* --- what a scene is made of --- */

/* No canonical path begins so. */
#define NAME_LINE "//scene "

char *resume_inputs_text(const struct scene_inputs *inputs, const char *name)
{
	char *text;

	return asprintf(&text, "%s" NAME_LINE "%s", inputs->text, name) < 0 ? NULL : text;
}

bool resume_is_name_line(const char *line)
{
	return strncmp(line, NAME_LINE, sizeof(NAME_LINE) - 1) == 0;
}

/* " 0123abcd", or " ?", which --resume=strict puts behind a line. */
static size_t checksum_length(const char *text)
{
	const size_t digits = *text == ' ' ? strspn(text + 1, "0123456789abcdef?") : 0;

	return digits == 8 || (digits == 1 && text[1] == '?') ? 1 + digits : 0;
}

bool resume_same_inputs(const char *kept, const char *now, bool strict)
{
	if (strict)
		return strcmp(kept, now) == 0;
	for (;;) {
		while (*now && *now != '\n' && *kept == *now) {
			kept++;
			now++;
		}
		if (*now == '\n' && *kept != '\n')
			kept += checksum_length(kept);
		if (*kept != *now)
			return false;
		if (!*now)
			return true;
		kept++;
		now++;
	}
}

/* --- one scene --- */

/* A scene of this run, before it is read. */
struct looking {
	char *name;
	struct scene *scene; /* what else maps are called by; NULL: there are none */
	struct scene_inputs inputs;
	char *text;  /* resume_inputs_text() */
	bool absent; /* an argument that is not there, or has nothing in it */
};

static void looking_release(struct looking *l)
{
	if (l->scene)
		scene_release(l->scene);
	free(l->name);
	scene_inputs_release(&l->inputs);
	free(l->text);
}

static int name(struct looking *l, struct resumed *r, uint32_t id, struct error *err)
{
	if (!r->outputs.maps) {
		l->name = scene_list_name(r->scene_list, id);
		return l->name ? 0 : error_memory(err, "a scene's name", 0);
	}
	l->scene = &r->scene;
	if (scene_preview(l->scene, r->scene_list, id, err) < 0)
		return -1;
	l->name = strdup(l->scene->name ? l->scene->name : "");
	return l->name ? 0 : error_memory(err, "a scene's name", 0);
}

/* What GDAL alone knows (a folder that is an image) may have no files that can be named, too. */
static int is_absent(bool *absent, const struct looking *l, const struct resumed *r, uint32_t id,
		     struct error *err)
{
	struct scene scene;
	int rc;

	*absent = false;
	if (*l->inputs.text)
		return 0;
	rc = scene_preview(&scene, r->scene_list, id, err);
	*absent = rc > 0;
	scene_release(&scene);
	return rc < 0 ? -1 : 0;
}

static int look(struct looking *l, struct resumed *r, uint32_t id, struct folder_names *around,
		struct error *err)
{
	const bool strict = r->options->nightly.resume == RESUME_STRICT;

	*l = (struct looking){0};
	if (name(l, r, id, err) || scene_inputs(&l->inputs, r->scene_list, id, strict, around, err))
		return -1;
	if (is_absent(&l->absent, l, r, id, err))
		return -1;
	l->text = resume_inputs_text(&l->inputs, l->name);
	return l->text ? 0 : error_memory(err, "files of a scene", strlen(l->inputs.text));
}

/* Strict: what cannot be seen unchanged is not taken so. */
static bool may_have_changed(const struct looking *l, bool strict)
{
	return strict && (l->inputs.network || l->inputs.leads_on);
}

static bool has_outputs(const struct resumed *r, const struct catalogue_scene *row)
{
	return row->status == SCENE_OK && r->outputs.maps && *r->outputs.identity;
}

/* -1 with an error. Texts of the row are gone afterwards. */
static int judge(struct resumed *r, const struct looking *l, const struct catalogue_scene *row,
		 struct error *err)
{
	const bool strict = r->options->nightly.resume == RESUME_STRICT;
	int held;

	if (row->status != SCENE_OK && (row->status != SCENE_SKIPPED || l->inputs.named))
		return TODO_FAILED; /* what is named is not passed over as what is found is */
	if (may_have_changed(l, strict) || !resume_same_inputs(row->inputs, l->text, strict))
		return TODO_CHANGED;
	if (!has_outputs(r, row))
		return TODO_NOT;
	if (!row->maps || strcmp(row->maps, r->outputs.identity) != 0)
		return TODO_MAPS;
	held = resume_outputs_hold(r, row->id, l->scene, err);
	return held < 0 ? -1 : held ? TODO_NOT : TODO_OUTPUTS;
}

static int find_row(struct resumed *r, const struct looking *l, int64_t *id, struct error *err)
{
	struct catalogue_scene row;
	int found;

	if (!r->set || !r->options->nightly.resume)
		return TODO_NEW;
	found = catalogue_find(r->catalogue, r->set, l->inputs.source, &row, err);
	if (found <= 0)
		return found < 0 ? -1 : TODO_NEW;
	*id = row.id;
	return judge(r, l, &row, err);
}

static void keep_done(struct resumed *r, uint32_t place, const struct looking *l, int64_t row)
{
	r->done[place / 8] |= (uint8_t)(1u << place % 8);
	r->known[place] = (uint64_t)row;
	r->n_done++;
	r->n_network += l->inputs.network;
	r->n_leads_on += l->inputs.leads_on && !l->inputs.network;
}

static int find_one(struct resumed *r, uint32_t place, struct folder_names *around,
		    struct error *err)
{
	struct error own = {0};
	struct looking l;
	int64_t row = 0;
	int todo = TODO_NEW;

	/*
	 * What is absent fails when its turn comes, and is not written down: a disk that is not
	 * there tonight must not cost the rows of its scenes.
	 */
	if (look(&l, r, place, around, &own) == 0 && !l.absent) {
		r->known[place] = hash_bytes(HASH_SEED, l.text, strlen(l.text));
		todo = find_row(r, &l, &row, err);
	} else if (own.code == EX_TEMPFAIL) {
		*err = own;
		todo = -1;
	}
	r->n_absent += !r->known[place];
	if (todo == TODO_NOT)
		keep_done(r, place, &l, row);
	looking_release(&l);
	if (todo < 0)
		return -1;
	r->count[todo]++;
	return 0;
}

int resume_find(struct resumed *r, struct error *err)
{
	struct folder_names around;
	int status = 0;

	r->n = scene_list_count(r->scene_list);
	r->done = calloc((size_t)r->n / 8 + 1, 1);
	r->known = calloc((size_t)r->n + 1, sizeof(*r->known));
	if (!r->done || !r->known)
		return error_memory(err, "scenes that are done",
				    ((size_t)r->n + 1) * sizeof(*r->known));
	folder_names_begin(&around, r->n);
	for (uint32_t place = 0; place < r->n && !status; place++)
		status = find_one(r, place, &around, err);
	folder_names_end(&around);
	return status;
}
