/*
 * Descriptors: the three standard ones, which every program believes to be there, and how many more
 * there may be.
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

/*
 * Raise the soft limit on open files as far as the hard one allows, to what all workers with all
 * bands of a scene open may need. Where that cannot be done the limit stays.
 */
void descriptors_allow(void);

#endif
