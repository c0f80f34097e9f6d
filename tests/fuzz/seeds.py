#!/usr/bin/python3
"""Small TIFF files of every codec, predictor, type and layout that GDAL writes, as seeds.
usage: seeds.py FOLDER"""

import itertools
import struct
import sys
import zlib

import numpy as np
from osgeo import gdal

gdal.UseExceptions()
gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
TYPES = {"u8": gdal.GDT_Byte, "u16": gdal.GDT_UInt16, "i16": gdal.GDT_Int16, "f32": gdal.GDT_Float32,
         "f64": gdal.GDT_Float64}
CODECS = ["NONE", "DEFLATE", "LZW", "ZSTD", "LZMA", "PACKBITS", "JPEG", "LERC", "LERC_ZSTD",
          "LERC_DEFLATE", "WEBP"]
LAYOUTS = {"tile": ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=32"], "strip": ["BLOCKYSIZE=16"],
           "planar": ["INTERLEAVE=BAND", "TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16"]}


def fits(codec, kind, layout):
    if codec in ("JPEG", "WEBP") and kind != "u8":
        return False
    return codec != "WEBP" or layout != "planar"


def write(path, codec, kind, layout, extra):
    bands = 3 if codec in ("JPEG", "WEBP") else 2
    dataset = gdal.GetDriverByName("GTiff").Create(
        path, 45, 37, bands, TYPES[kind], ["COMPRESS=" + codec] + LAYOUTS[layout] + extra)
    y, x = np.mgrid[0:37, 0:45]
    for b in range(1, bands + 1):
        dataset.GetRasterBand(b).WriteArray((x * b + y * 3) % 200)
    if layout == "tile":
        dataset.GetRasterBand(1).SetNoDataValue(0)
        dataset.SetMetadataItem("AREA_OR_POINT", "Area")
        dataset.GetRasterBand(1).SetDescription("red")
        dataset.GetRasterBand(1).SetScale(0.0001)
    if layout == "strip":
        dataset.CreateMaskBand(gdal.GMF_PER_DATASET)
        dataset.GetRasterBand(1).GetMaskBand().WriteArray(np.where(x > y, 255, 0).astype(np.uint8))


def write_raw(path, block, tags):
    """A little-endian file of these tags, (tag, type, value); of 273, 279, 324 and 325 the value is known."""
    places = {273: 8, 324: 8, 279: len(block), 325: len(block)}
    directory = b"".join(struct.pack("<HHII", tag, kind, 1, places.get(tag, value))
                         for tag, kind, value in tags)
    with open(path, "wb") as out:
        out.write(struct.pack("<2sHI", b"II", 42, 8 + len(block)) + block +
                  struct.pack("<H", len(tags)) + directory + bytes(4))


def write_too_long(path):
    """One strip of 3 MiB whose stream makes 1 KiB more: no decoder has memory for the block twice."""
    write_raw(path, zlib.compress(bytes(1774 * 1774 + 1024)),
              [(256, 3, 1774), (257, 3, 1774), (258, 3, 8), (259, 3, 8), (262, 3, 1), (273, 4, 0),
               (277, 3, 1), (278, 3, 1774), (279, 4, 0)])


def write_many_blocks(path):
    """A JPEG in YCbCr that claims 461,000 tiles: libtiff has a place for each."""
    write_raw(path, b"\xff\xd8\xff\xd9",
              [(256, 3, 17694), (257, 3, 19766), (258, 3, 8), (259, 3, 7), (262, 3, 6), (277, 3, 3),
               (322, 3, 256), (323, 3, 3), (324, 4, 0), (325, 4, 0)])


def main(folder):
    write_too_long(f"{folder}/DEFLATE-too-long.tif")
    write_many_blocks(f"{folder}/JPEG-many-blocks.tif")
    for codec, kind, layout in itertools.product(CODECS, TYPES, LAYOUTS):
        if not fits(codec, kind, layout):
            continue
        predictors = ["1"]
        if codec in ("DEFLATE", "LZW", "ZSTD"):
            predictors = ["1", "2", "3"] if kind[0] == "f" else ["1", "2"]
        for p in predictors:
            extra = ["PREDICTOR=" + p] if p != "1" else []
            if kind == "i16":
                extra += ["ENDIANNESS=BIG", "BIGTIFF=YES"]
            write(f"{folder}/{codec}-{kind}-{layout}-{p}.tif", codec, kind, layout, extra)


if __name__ == "__main__":
    main(sys.argv[1])
