/*
 * Maps of scenes on the run's page: coarse ones made of a run's previews, or pictures that the run
 * has made; and what their colours mean.
 */
#ifndef IMGPIPE_STAGES_HTML_GALLERY_H
#define IMGPIPE_STAGES_HTML_GALLERY_H

#include <stdio.h>

#include "report.h"

enum {
	HTML_MAP_SCENES = 24,          /* with coarse maps */
	HTML_PICTURES_BYTES = 8 << 20, /* of pictures within the page; what comes later is linked */
};

struct html_gallery {
	const char *page;     /* its path; "-": standard output */
	uint64_t embedded;    /* bytes */
	uint32_t n_scenes;    /* that are shown */
	uint32_t n_beyond;    /* have a map, and are not shown */
	uint32_t n_empty;     /* are ok without a valid pixel */
	uint32_t n_earlier;   /* of an earlier run, which left no map */
	uint32_t n_linked;    /* pictures beside the page */
	uint16_t values, own; /* bit v: value v is shown; with a range of each picture */
	uint16_t classes;     /* of --mask-output: bit c: code c is to be seen */
	bool pictures;        /* the run's own */
	bool holes;
};

/* The maps of one scene, if it has any. */
void html_gallery_scene(FILE *out, struct html_gallery *gallery, const struct scene_result *result,
			const struct options *options);
/* Above them: what colours mean. */
void html_gallery_key(FILE *out, const struct html_gallery *gallery, const struct options *options);
/* Below them: what is not shown. */
void html_gallery_rest(FILE *out, const struct html_gallery *gallery);

#endif
