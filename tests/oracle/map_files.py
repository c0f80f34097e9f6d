#!/usr/bin/python3
"""Files of maps, made of numbers that follow from their place: GDAL's validator of Cloud Optimized
GeoTIFFs with its full check, pixels and every overview against NumPy (through GDAL, tifffile and
rasterio), tags, metadata and what libtiff's tools say; classic and BigTIFF, all types and codecs, odd
sizes, one pixel, sparse, plain GeoTIFF; the same bytes for every K.

The program's side is tests/unit/output/test_scene_maps --write.
"""

import itertools
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from osgeo import gdal
from osgeo_utils.samples import validate_cloud_optimized_geotiff as validator

from map_checks import (check_readers, count_read, missing_tools, rasterio, read_gdal, read_rasterio, read_tifffile,
                        same, tifffile)
from oracle import BUILD, QUICK, Tally

PROGRAM = BUILD / "tests" / "test_scene_maps"
TYPES = ("float32", "int16", "uint8")
CODECS = ("NONE", "LZW", "DEFLATE", "ZSTD")
NODATA = (np.nan, -32768, 255)
CLASSES = ("valid", "cloud", "shadow", "cirrus or haze", "snow or ice", "saturated or defective",
           "masked for another reason", "transparent", "masked by the file's own mask",
           "outside the valid range", "nodata", "not finite", "division by zero")


def write(folder, x, y, tile, k, kind, codec, gtiff=0, big=0, sparse=0):
    """The map and the classes of one scene."""
    subprocess.run([PROGRAM, "--write", folder, *map(str, (x, y, tile, k, kind, codec, gtiff, big, sparse))],
                   check=True, capture_output=True, timeout=300)
    return folder / "s_ndvi.tif", folder / "s_classes.tif"


# --- what the pixels have to be -----------------------------------------------------------------------

def pixels(x_size, y_size, kind, classes=False):
    """As the program's side makes them; nodata as NaN."""
    y, x = np.mgrid[0:y_size, 0:x_size].astype(np.uint64)
    number = x * 7919 + y * 104729 + x * y
    out = (x // 5 + y // 3) % 11 == 0
    out |= (x >= 600) & (x < 900) & (y < 300)
    if kind == 0:
        value = ((number % 20001).astype(np.float32) / np.float32(3)).astype(np.float64)
    elif kind == 1:
        value = (number % 20001).astype(np.float64) - 10000
    else:
        value = (number % (13 if classes else 251)).astype(np.float64)
    value[out] = np.nan
    return value


def half(level, kind, classes=False):
    """The next overview: sides halved, rounded up."""
    if classes:
        return level[::2, ::2]
    y, x = level.shape
    padded = np.full((y + y % 2, x + x % 2), np.nan)
    padded[:y, :x] = level
    four = [padded[0::2, 0::2], padded[0::2, 1::2], padded[1::2, 0::2], padded[1::2, 1::2]]
    total = np.zeros(four[0].shape)
    n = np.zeros(four[0].shape)
    for quarter in four:
        there = ~np.isnan(quarter)
        total[there] += quarter[there]
        n += there
    with np.errstate(invalid="ignore"):
        mean = total / n
    if kind == 0:
        return mean.astype(np.float32).astype(np.float64)
    return np.copysign(np.floor(np.abs(mean) + 0.5), mean)


def stored(level, kind, nodata):
    filled = np.where(np.isnan(level), nodata, level)
    return filled.astype((np.float32, np.int16, np.uint8)[kind])


def levels_of(x, y, tile, kind, classes=False, overviews=True):
    levels = [pixels(x, y, kind, classes)]
    while overviews and max(levels[-1].shape) > tile:
        levels.append(half(levels[-1], kind, classes))
    return levels


# --- readers ------------------------------------------------------------------------------------------

def check_pixels(tally, name, path, levels, kind, nodata):
    want = [stored(level, kind, nodata) for level in levels]
    readers = {"GDAL": read_gdal}
    if tifffile:
        readers["tifffile"] = read_tifffile
    if rasterio:
        readers["rasterio"] = read_rasterio
    for reader, read in readers.items():
        got = read(path)
        if not count_read(reader, got):
            continue
        bad = [i for i, (g, w) in enumerate(zip(got, want)) if not same(g, w)]
        tally.check(len(got) == len(want) and not bad, f"{name}: pixels of all levels by {reader}",
                    f"{len(got)} levels, {len(want)} wanted; wrong: {bad}")


def check_layout(tally, name, path, cog, big, sparse):
    raw = path.read_bytes()
    tally.check(raw[:4] == (b"II\x2b\0" if big else b"II\x2a\0"), f"{name}: classic or BigTIFF", raw[:4])
    if cog:
        warned, errors, details = validator.validate(str(path), full_check=True)
        tally.check(not errors and not warned, f"{name}: validator, full check", f"{errors} {warned}")
        first = details["ifd_offsets"]["main"]
        tally.check(first == (200 if big else 192), f"{name}: first directory", f"{first}")
    # libtiff's tools know no tiles that are not stored.
    info = subprocess.run(["tiffinfo", "-D", str(path)], capture_output=True, text=True,
                          check=False) if shutil.which("tiffinfo") and not sparse else None
    if info:
        faults = [line for line in info.stderr.splitlines() if "Unknown field" not in line]
        tally.check(info.returncode == 0 and not faults, f"{name}: tiffinfo reads all", "\n".join(faults))


def check_words(tally, name, path, kind, cog, codec):
    dataset = gdal.Open(str(path))
    band = dataset.GetRasterBand(1)
    items = dataset.GetMetadata()
    tally.check(dataset.GetGeoTransform() == (500000, 10, 0, 5000000, 0, -10) and
                dataset.GetSpatialRef().GetAuthorityCode(None) == "32633", f"{name}: place")
    tally.check(items.get("INDEX") == "ndvi" and items.get("FORMULA") == "(nir-red)/(nir+red)" and
                items.get("SCENE") == "s" and items.get("CODEC", "").startswith(CODECS[codec]) and
                "TIFFTAG_DATETIME" not in items, f"{name}: items", f"{items}")
    structure = dataset.GetMetadata("IMAGE_STRUCTURE")
    tally.check(structure.get("LAYOUT") == ("COG" if cog else None) and
                structure.get("COMPRESSION", "NONE") == CODECS[codec], f"{name}: structure", f"{structure}")
    scale, offset = ((None, None), (0.0001, 0), (0.008, -1))[kind]
    nodata = band.GetNoDataValue()
    tally.check(band.GetScale() == scale and band.GetOffset() == offset and
                (np.isnan(nodata) if kind == 0 else nodata == NODATA[kind]) and
                band.GetDescription() == "NDVI", f"{name}: band", f"{band.GetScale()} {nodata}")
    statistics = band.GetMetadata()
    tally.check(statistics["STATISTICS_MINIMUM"] == "-1" and statistics["STATISTICS_STDDEV"] == "1",
                f"{name}: statistics", f"{statistics}")


def check_classes(tally, name, path, levels):
    dataset = gdal.Open(str(path))
    band = dataset.GetRasterBand(1)
    check_pixels(tally, name, path, levels, 2, 255)
    items = band.GetMetadata()
    names = tuple(items.get(f"CLASS_{i}") for i in range(len(CLASSES)))
    tally.check(names == CLASSES and f"CLASS_{len(CLASSES)}" not in items, f"{name}: names", f"{items}")
    table = band.GetColorTable()
    colours = {table.GetColorEntry(i) for i in range(len(CLASSES))} if table else set()
    tally.check(band.GetColorInterpretation() == gdal.GCI_PaletteIndex and len(colours) == len(CLASSES),
                f"{name}: colours", f"{colours}")


def check_file(tally, folder, x, y, tile, k, kind, codec, gtiff, big, sparse):
    name = (f"{x} x {y}, tiles of {tile}, K {k}, {('f32', 'i16', 'u8')[kind]} {CODECS[codec]}"
            f"{' gtiff' if gtiff else ''}{' BigTIFF' if big else ''}{' sparse' if sparse else ''}")
    path, classes = write(folder, x, y, tile, k, kind, codec, gtiff, big, sparse)
    check_layout(tally, name, path, not gtiff, big, sparse)
    check_layout(tally, f"{name}, classes", classes, not gtiff, big, sparse)
    check_pixels(tally, name, path, levels_of(x, y, tile, kind, overviews=not gtiff), kind, NODATA[kind])
    check_words(tally, name, path, kind, not gtiff, codec)
    check_classes(tally, f"{name}, classes", classes, levels_of(x, y, tile, 2, True, not gtiff))


def check_sparse(tally, folder):
    dense, _ = write(folder, 1500, 800, 128, 1, 1, 0)
    size = dense.stat().st_size
    thin, _ = write(folder, 1500, 800, 128, 1, 1, 0, sparse=1)
    tally.check(size - thin.stat().st_size == (128 * 128 * 2 + 8) * 4,
                "sparse: the four tiles of nodata alone are not stored", f"{size} {thin.stat().st_size}")


def check_ways(tally, folder):
    """K is how the work was cut, and shows nowhere."""
    for kind, codec in ((0, 2), (1, 1), (2, 3)):
        files = set()
        for k in range(4):
            path, classes = write(folder, 1111, 707, 128, k, kind, codec)
            files.add(path.read_bytes() + classes.read_bytes())
        tally.check(len(files) == 1, f"{TYPES[kind]} {CODECS[codec]}: the same bytes for every K")


def main():
    tally = Tally()
    missing_tools(tally)
    sizes = ((1000, 701, 128, 1), (1, 1, 128, 0), (128, 128, 128, 0), (129, 128, 128, 0), (257, 3, 128, 2),
             (3, 900, 128, 1), (1537, 1025, 512, 2))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for x, y, tile, k in sizes:
            for kind, codec in itertools.product(range(3), range(4)):
                if QUICK and (kind + codec + x) % 3:
                    continue
                check_file(tally, folder, x, y, tile, k, kind, codec, 0, (kind + codec) % 2, 0)
        for gtiff, big, sparse in itertools.product((0, 1), repeat=3):
            check_file(tally, folder, 1500, 800, 128, 1, 1, 2, gtiff, big, sparse)
        check_sparse(tally, folder)
        check_ways(tally, folder)
    check_readers(tally, ("GDAL", "tifffile", "rasterio"))
    tally.finish()


main()
