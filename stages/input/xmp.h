/*
 * What cameras on drones write into a picture's XMP packet about its bands: Camera:BandName and
 * Camera:CentralWavelength (MicaSense, Parrot, DJI). A bounded search in the text: the packet is
 * not parsed as XML, as it often is none. Pure.
 */
#ifndef IMGPIPE_XMP_H
#define IMGPIPE_XMP_H

#include <stddef.h>

#include "scene.h"

enum {
	XMP_MOST_BYTES = 64 << 10, /* of a packet that are looked at; cameras write 4 KiB */
	XMP_MOST_BANDS = 16        /* of a file whose packet is looked at */
};

/*
 * Where the packet names as many bands as the file has: info->bands get names and wavelengths,
 * unless they have some; of a file of one band info->camera_band is that name.
 */
void xmp_bands(struct raster_info *info, const char *packet, size_t bytes);

#endif
