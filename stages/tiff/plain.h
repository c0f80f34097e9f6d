/*
 * Headers that need no libtiff: those in which each tag is there once in the one form in which
 * writers write it, of files that are decoded here. Nothing about them is judged or mended; of all
 * others libtiff says what they mean, or what is wrong with them. plain.c; for image.c alone.
 */
#ifndef IMGPIPE_TIFF_PLAIN_H
#define IMGPIPE_TIFF_PLAIN_H

#include "image.h"

/* Fills the fields that tags tell, as libtiff would tell them. false: it is not plain. */
bool tiff_plain_fields(struct tiff_image *image);

/* The same of what is known once the image is measured: the places of its blocks. */
bool tiff_plain_places(struct tiff_image *image);

#endif
