/*
 * The three standard descriptors, which every program believes to be there.
 */
#ifndef IMGPIPE_DESCRIPTORS_H
#define IMGPIPE_DESCRIPTORS_H

#include "error.h"

/*
 * If the caller has closed descriptors 0, 1 or 2, occupy them. Otherwise a file that we open could
 * get number 2, and messages would be written into it. Reading from a closed standard input and
 * writing to a closed standard output stay errors (EBADF); what goes to a closed standard error is
 * dropped. To be called before anything is opened. -1 if a place cannot be held.
 */
int descriptors_hold(void) MUST_CHECK;

#endif
