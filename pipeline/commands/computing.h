/*
 * What a command computes: the options that say so, and the recipe made of them.
 */
#ifndef IMGPIPE_PIPELINE_COMPUTING_H
#define IMGPIPE_PIPELINE_COMPUTING_H

#include "options/command.h"

extern const struct option_row option_index;
/* --index, --expr and what belongs to them, for all commands that open scenes. */
extern const struct option_row *const computing_rows[];
#define COMPUTING_TITLE "What to compute"

/*
 * options->recipe, masks and maps, for a command that takes --index; else they stay NULL. -1 with
 * EX_USAGE. Release them whatever comes back.
 */
int computing_prepare(struct options *options, const struct command *command,
		      struct error *err) MUST_CHECK;
void computing_release(struct options *options);

#endif
