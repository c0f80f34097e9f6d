/*
 * The three standard descriptors, which every program believes to be there.
 */
#ifndef IMGPIPE_DESCRIPTORS_H
#define IMGPIPE_DESCRIPTORS_H

#include "error.h"

/*
 * Hold the places 0, 1 and 2 where the caller has closed them, so that no file of ours gets one:
 * what is written to standard error would go into it. Reading from a closed standard input and
 * writing to a closed standard output stay errors (EBADF); what goes to a closed standard error is
 * dropped. To be called before anything is opened. -1 where a place cannot be held.
 */
int descriptors_hold(void) MUST_CHECK;

#endif
