/*
 * What imgpipe says where it is called with nothing at all.
 */
#ifndef IMGPIPE_PIPELINE_WELCOME_H
#define IMGPIPE_PIPELINE_WELCOME_H

#include <stdio.h>

/*
 * How it is used, and the commands that are most useful next, with names that are in the working
 * folder. It looks at some hundred names there and in the folders below, and opens no file.
 */
void welcome(FILE *out);

#endif
