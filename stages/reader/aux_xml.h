/*
 * FILE.aux.xml beside an image, whoever reads its pixels: aux_xml.c. For reader.c and discovery.
 */
#ifndef IMGPIPE_AUX_XML_H
#define IMGPIPE_AUX_XML_H

#include <stdbool.h>

#include "error.h"
#include "scene.h"

/* What stands behind an image's name. */
#define AUX_XML_SUFFIX ".aux.xml"

/*
 * Put what FILE.aux.xml states, if there is one, over what the header of `path` said. A document
 * that is no XML is noted in info->note and counts as none. -1: it is no regular file, beyond all
 * bounds, or a link that leads out of the image's folder while info->reach forbids that.
 */
int aux_xml_apply(const char *path, struct raster_info *info, struct error *err) MUST_CHECK;

/* Is there such a file? */
bool aux_xml_is_there(const char *path);

#endif
