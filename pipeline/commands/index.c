/*
 * imgpipe index: the table of indices, all of it or what a sensor or scenes allow, and one index
 * explained.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "discover/scene_list.h"
#include "formula/index_table.h"
#include "formula/index_text.h"
#include "log.h"
#include "scenes.h"

static int show_each(char **names, unsigned n, struct error *err)
{
	if (!n)
		return error_set(err, EX_USAGE,
				 "show which? give a name, as in imgpipe index show "
				 "evi");
	for (unsigned i = 0; i < n; i++) {
		const struct index_row *row = index_find(names[i]);

		if (!row)
			return index_unknown(names[i], NULL, err);
		if (i)
			putchar('\n');
		if (index_text_show(stdout, row, err))
			return -1;
	}
	return 0;
}

static int unknown_sensor(const char *name, struct error *err)
{
	char list[400] = "";
	size_t used = 0;

	if (index_find(name))
		return error_set(err, EX_USAGE, "%s is an index: imgpipe index show %s", name,
				 name);
	for (const struct sensor *s = sensor_next(NULL); s && used < sizeof(list);
	     s = sensor_next(s))
		if (s->called)
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%.*s",
						 used ? ", " : "", (int)strcspn(s->called, " "),
						 s->called);
	return error_set(err, EX_USAGE, "'%.60s' is no sensor and no file; sensors: %s", name,
			 list);
}

/* A name of a file, folder or list. What is none of these is taken for a sensor that is not known.
 */
static bool names_scenes(const char *name)
{
	return *name == '@' || strcmp(name, "-") == 0 || access(name, F_OK) == 0;
}

/* Bands that all sensors among the words have; the other words are left in `rest`. */
static int sensors_bands(uint32_t *bands, char **word, unsigned n, struct options *rest,
			 struct error *err)
{
	rest->n_args = 0;
	for (unsigned i = 0; i < n; i++) {
		const struct sensor *sensor = sensor_called(word[i]);

		if (sensor)
			*bands &= index_text_bands(sensor);
		else if (names_scenes(word[i]))
			rest->args[rest->n_args++] = word[i];
		else
			return unknown_sensor(word[i], err);
	}
	return 0;
}

/* The bands of each scene whose bands are known. */
struct bands_of {
	uint32_t *scene, n; /* owned */
};

/*
 * The bands that a scene is known to have, whether NDVI can be had of it or not; *counts: it is a
 * scene.
 */
static int scene_bands(uint32_t *bands, const struct scene_list *scene_list, uint32_t id,
		       const struct options *options, bool *counts, struct error *err)
{
	struct scene scene = {0};
	struct told_bands told;
	struct error failure = {0};
	int failed = scene_open(&scene, scene_list, id, options, &failure), rc = 0;

	scene_tell_bands(&told, &scene, scene_list, options);
	*counts = !scene.no_scene;
	if (scene.no_scene) {
		*err = failure;
		rc = -1;
	} else if (told.n) {
		*bands = told.names;
	} else if (failed) {
		*err = failure;
		rc = -1;
	} else {
		rc = error_set(err, EX_DATAERR,
			       "%s: cannot tell which bands it has; imgpipe info shows what there "
			       "is",
			       scene.name);
	}
	scene_release(&scene);
	return rc;
}

/*
 * Bands of each scene. What cannot be read is said, and left out: *failed. -1 where nothing
 * is left; the last of what was wrong is then in *err alone.
 */
static int every_bands(struct bands_of *told, const struct scene_list *scene_list,
		       const struct options *options, bool *failed, struct error *err)
{
	uint32_t n = scene_list_count(scene_list);

	told->scene = calloc((size_t)n + 1, sizeof(*told->scene));
	if (!told->scene)
		return error_memory(err, "bands of scenes", n * sizeof(*told->scene));

	for (uint32_t id = 0; id < n; id++) {
		bool counts = false;
		struct error failure = {0};

		if (scene_bands(&told->scene[told->n], scene_list, id, options, &counts,
				&failure) == 0) {
			told->n++;
			continue;
		}
		if (!counts) {
			if (!*failed)
				*err = failure;
			continue;
		}
		if (*failed)
			log_error("scene-failed", err);
		*failed = true;
		*err = failure;
	}
	if (!told->n)
		return -1;
	if (*failed)
		log_error("scene-failed", err);
	*err = (struct error){0};
	return 0;
}

static int scenes_bands(struct bands_of *told, const struct options *options, bool *failed,
			struct error *err)
{
	struct scene_list *scene_list = NULL;
	struct machine machine;
	int rc;

	machine_probe(&machine);
	rc = scenes_names(&scene_list, options, &machine, err);
	if (rc == 0)
		rc = every_bands(told, scene_list, options, failed, err);
	scene_list_free(scene_list);
	return rc;
}

static int list(const struct call *call, struct error *err)
{
	unsigned n = call->options->n_args;
	struct options options = *call->options;
	uint32_t bands = (uint32_t)EVERY_BAND;
	struct bands_of told = {.n = 0};
	bool failed = false;
	int rc;

	options.recipe = &recipe_ndvi;
	options.args = calloc(n + 1, sizeof(*options.args));
	if (!options.args)
		return error_memory(err, "arguments", n * sizeof(*options.args));
	rc = sensors_bands(&bands, call->options->args, n, &options, err);
	if (rc == 0 && options.n_args)
		rc = scenes_bands(&told, &options, &failed, err);
	free(options.args);
	if (rc == 0)
		rc = index_text_list(stdout, bands, told.scene, told.n, err);
	free(told.scene);
	if (rc)
		return -1;
	return failed; /* 1: of some scenes the bands are not known */
}

static int run(const struct call *call, struct error *err)
{
	char **word = call->options->args;
	unsigned n = call->options->n_args;

	return n && strcmp(word[0], "show") == 0 ? show_each(word + 1, n - 1, err)
						 : list(call, err);
}

const struct command command_index = {
	.word = "index",
	.arguments = "[SENSOR|SCENE ...] | show NAME ...",
	.operand = VALUE_FILE,
	.verbs = "show",
	.shown = index_word,
	.purpose = "list the indices that --index knows, or explain one",
	.examples =
		"imgpipe index\n"
		"imgpipe index sentinel2           those that its bands allow\n"
		"imgpipe index scenes/             those that its scenes allow, and how many do\n"
		"imgpipe index show evi\n",
	.run = run,
};
