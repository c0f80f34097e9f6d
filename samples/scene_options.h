/*
 * The command line of make_scene.
 */
#ifndef SAMPLES_SCENE_OPTIONS_H
#define SAMPLES_SCENE_OPTIONS_H

#include "error.h"
#include "scene_spec.h"

struct scene_options {
	struct scene_spec spec;
	const char *out;   /* NULL: none */
	const char *split; /* folder for band files, NULL: one stack */
	unsigned count;    /* scenes with successive seeds; 0: one, under its own name */
	bool expect, help;
};

/* Parse, fill in defaults and check that it all fits together; -1 with EX_USAGE. */
int scene_options_parse(struct scene_options *options, int argc, char **argv,
			struct error *err) MUST_CHECK;

void scene_options_help(void);

#endif
