#!/usr/bin/python3
"""Maps of runs: pixels of every type, bands and classes against NumPy out of the scene's own samples,
statistics against the file's own pixels, all overviews against halving them; and the same bytes from
every executor, number of workers, chunk, way of storing and memory limit.
"""

import filecmp
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from osgeo import gdal
from osgeo_utils.samples import validate_cloud_optimized_geotiff as validator

from oracle import IMGPIPE, MAKE_SCENE, QUICK, Tally

SIZE = 1500 if QUICK else 2700
TYPES = {"float32": (1, 0, np.nan), "int16": (1e-4, 0, -32768), "uint8": (0.008, -1, 255)}


def make(path, *args):
    subprocess.run([MAKE_SCENE, "--size", f"{SIZE}x{SIZE - 321}", "--bands", "2", *args, path], check=True,
                   capture_output=True)
    return path


def run(out, scene, *args):
    out.mkdir()
    result = subprocess.run([IMGPIPE, "-q", "-o", out, *map(str, args), scene], capture_output=True,
                            timeout=600)
    return result.returncode


def read(path):
    return gdal.Open(str(path)).ReadAsArray()


def ndvi(scene):
    """Single precision, and what is nodata (0 in a band) or has no value."""
    red, nir = read(scene).astype(np.float64)
    total = (nir + red).astype(np.float32)
    out = (red == 0) | (nir == 0) | (total == 0)
    with np.errstate(all="ignore"):
        return np.where(out, np.float32(np.nan), (nir - red).astype(np.float32) / total), out


def stored(value, kind):
    scale, offset, nodata = TYPES[kind]
    if kind == "float32":
        return value
    whole = np.rint((value.astype(np.float64) - offset) / scale)
    most = np.iinfo(kind)
    whole = np.clip(whole, most.min + (kind == "int16"), most.max - (kind == "uint8"))
    return np.where(np.isnan(value), nodata, whole).astype(kind)


def halve(level, kind, nodata):
    """Means of the four that count: reals in the order of rows, integers half away from zero."""
    y, x = level.shape
    wide = np.full((y + y % 2, x + x % 2), nodata, np.float64)
    wide[:y, :x] = level
    parts = [wide[j::2, i::2] for j in (0, 1) for i in (0, 1)]
    total, count = 0.0, 0
    for part in parts:
        valid = ~np.isnan(part) if kind == "float32" else part != nodata
        total, count = total + np.where(valid, part, 0), count + valid
    with np.errstate(all="ignore"):
        mean = total / count
    if kind == "float32":
        return mean.astype(np.float32)
    mean = np.trunc(mean + np.copysign(0.5, mean))
    return np.where(count == 0, nodata, mean).astype(level.dtype)


def same(a, b):
    return a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def check_file(tally, name, path, want, kind, nodata):
    errors = validator.validate(str(path), full_check=True)[1]
    tally.check(not errors, f"{name}: COG", str(errors))
    source = gdal.Open(str(path))
    band = source.GetRasterBand(1)
    tally.check(same(band.ReadAsArray(), want), f"{name}: pixels", "differ from NumPy")
    level = want
    for i in range(band.GetOverviewCount()):
        level = halve(level, kind, nodata)
        tally.check(same(band.GetOverview(i).ReadAsArray(), level), f"{name}: overview {i}", "differs")
    valid = want[~np.isnan(want)] if kind == "float32" else want[want != nodata]
    valid = valid.astype(np.float64)
    for key, number in (("MINIMUM", valid.min()), ("MAXIMUM", valid.max()), ("MEAN", valid.mean()),
                        ("STDDEV", valid.std())):
        told = float(band.GetMetadata()[f"STATISTICS_{key}"])
        tally.check(abs(told - number) <= 1e-8 * max(1, abs(number)), f"{name}: {key}", f"{told} {number}")


def values(tally, folder, scene):
    value = ndvi(scene)[0]
    for kind, (_, _, nodata) in TYPES.items():
        out = folder / kind
        tally.check(run(out, scene, "--type", kind) == 0, f"{kind}: runs")
        check_file(tally, kind, out / f"{scene.stem}_ndvi.tif", stored(value, kind), kind, nodata)


def bands_and_classes(tally, folder, scene):
    out = folder / "bands"
    status = run(out, scene, "--type", "float32", "--bands-output", "red,nir", "--mask-output", "why",
                 "--scale", "0.0001", "--offset", "-0.1")
    tally.check(status == 0, "bands: run", f"exit {status}")
    for number, name in enumerate(("red", "nir")):
        samples = read(scene)[number]
        value = (samples.astype(np.float64) * 0.0001 + -0.1).astype(np.float32) + np.float32(0)
        value[samples == 0] = np.nan
        path = out / f"{scene.stem}_{name}.tif"
        got = read(path)
        kind = got.dtype.name
        source = gdal.Open(str(path))
        nodata = source.GetRasterBand(1).GetNoDataValue()
        check_file(tally, name, path, value if kind == "float32" else stored(value, kind), kind, nodata)
    samples = read(scene).astype(np.float64)
    want = np.where(samples.sum(axis=0) == 2000, 12, 0)  # 0.0001 (red + nir) - 0.2 is 0
    want = np.where((samples == 0).any(axis=0), 10, want)
    tally.check(same(read(out / f"{scene.stem}_why.tif"), want.astype(np.uint8)), "classes", "differ")


def same_bytes(tally, folder, scenes):
    """scenes: the same pixels, stored otherwise; the first is the reference."""
    ways = [("serial", "--executor", "serial"), ("processes", "--executor", "processes", "--workers", 3),
            ("openmp", "--executor", "openmp", "--workers", 2), ("1 worker", "--workers", 1),
            ("8 workers", "--workers", 8), ("chunks of a tile", "--chunk", "512x512"),
            ("chunks of 2048", "--chunk", "2048x2048"), ("one chunk", "--chunk", "1G"),
            ("bands", "--chunk", f"{SIZE}x512"), ("by chunk", "--working-set", "chunk"),
            ("tiles reported", "--tiles", folder / "tiles.csv"), ("little memory", "--memory", "28M")]
    runs = [(f"{scene.parent.name}, {way[0]}", scene, way[1:]) for scene in scenes
            for way in (ways if scene == scenes[0] or not QUICK else ways[-1:])]
    first = None
    for number, (name, scene, args) in enumerate(runs):
        out = folder / f"same{number}"
        status = run(out, scene, *args)
        made = out / f"{scene.stem}_ndvi.tif"
        tally.check(status == 0 and made.exists(), f"{name}: runs", f"exit {status}")
        if not made.exists():
            continue
        first = first or made
        tally.check(filecmp.cmp(first, made, shallow=False), f"{name}: same bytes", "other ones")


def layouts(folder):
    """One scene, stored in many ways: a folder each, as the name of the file is in the map."""
    ways = {"tiles": ("--tile", "256", "--codec", "deflate"), "large": ("--tile", "1024", "--codec", "lzw"),
            "odd": ("--tile", "208x336", "--codec", "zstd"), "strips": ("--strip", "16", "--codec", "deflate"),
            "one": ("--strip", "0", "--codec", "deflate"), "plain": ("--strip", "7", "--codec", "none"),
            "planar": ("--interleave", "band", "--tile", "512")}
    for name, args in ways.items():
        (folder / name).mkdir()
        yield make(folder / name / "scene.tif", *args)


def sparse(tally, folder):
    """Nothing stored: maps of nodata; with --co SPARSE_OK of nothing."""
    scene = folder / "empty.tif"
    source = gdal.GetDriverByName("GTiff").Create(str(scene), 3000, 2000, 2, gdal.GDT_UInt16,
                                                  ["SPARSE_OK=YES", "TILED=YES", "COMPRESS=DEFLATE"])
    for number, name in ((1, "B04"), (2, "B08")):
        source.GetRasterBand(number).SetNoDataValue(0)
        source.GetRasterBand(number).SetDescription(name)
    source = None
    for name, args in (("stored", ()), ("left out", ("--co", "SPARSE_OK=YES"))):
        out = folder / name
        tally.check(run(out, scene, *args) == 0, f"empty, {name}: runs")
        path = out / "empty_ndvi.tif"
        tally.check(path.exists() and (read(path) == -32768).all(), f"empty, {name}: pixels", "differ")


def main():
    tally = Tally()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        scenes = list(layouts(folder))
        values(tally, folder, scenes[0])
        bands_and_classes(tally, folder, scenes[0])
        same_bytes(tally, folder, scenes)
        sparse(tally, folder)
    tally.finish()


if __name__ == "__main__":
    main()
