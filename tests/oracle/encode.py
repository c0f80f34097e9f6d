#!/usr/bin/python3
"""Stored samples and overviews, without files: random values of random scales, offsets and nodata
against NumPy's float64, with exact sums; quarters of tiles against NumPy and GDAL's AVERAGE.

    encode.py [--quick] [--seed N]

The numbers are those of the unit tests' programs.
"""

import math
import subprocess
import sys

import numpy as np
from osgeo import gdal

from oracle import BUILD, QUICK, Tally

gdal.UseExceptions()
N_RULES = 40 if QUICK else 600
N_TILES = 20 if QUICK else 200
SEED = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 1
TILE = 128
DTYPES = {"float32": np.float32, "int16": np.int16, "uint8": np.uint8}
GDAL_TYPES = {"float32": gdal.GDT_Float32, "int16": gdal.GDT_Int16, "uint8": gdal.GDT_Byte}


def program(name, arguments, values):
    return subprocess.run([BUILD / "tests" / name, *map(str, arguments)], input=values.tobytes(),
                          capture_output=True, check=True)


# --- conversion ---

def random_values(draw, scale, offset, kind):
    n = 4000
    if kind == 0:  # any bits
        return draw.integers(0, 2 ** 32, n, dtype=np.uint32).view(np.float32)
    if kind == 1:  # ties, or next to them
        numbers = draw.integers(-40000, 40000, n) + 0.5
    else:
        numbers = draw.uniform(-1, 1, n) * draw.choice((2, 300, 33000, 70000))
    values = (numbers * scale + offset).astype(np.float32)
    values[draw.random(n) < 0.03] = np.nan
    return values


def stored_by_numpy(values, name, scale, offset, nodata):
    """Samples; which have a value; which were clamped."""
    valid = ~np.isnan(values)
    if name == "float32":
        taken = values == np.float32(nodata)
        beside = np.nextafter(np.float32(nodata), np.float32(np.inf))
        out = np.where(taken, beside, values)
        return np.where(valid, out, np.float32(nodata)), valid, taken & valid
    limits = np.iinfo(DTYPES[name])
    with np.errstate(all="ignore"):
        asked = np.rint((values.astype(np.float64) - offset) / scale)
    out = np.where(valid, np.clip(asked, limits.min, limits.max), nodata)
    out = np.where(valid & (out == nodata), nodata + (1 if nodata < limits.max else -1), out)
    return out.astype(DTYPES[name]), valid, valid & (out != asked)


def random_rule(draw):
    name = str(draw.choice(list(DTYPES)))
    if name == "float32":
        return name, 1.0, 0.0, float(draw.choice((np.nan, -9999, 0, 1)))
    limits = np.iinfo(DTYPES[name])
    nodata = int(draw.choice((limits.min, limits.max, 0, draw.integers(limits.min, limits.max))))
    scale = float(draw.choice((0.0001, 0.008, 1, 0.01, 10 ** draw.uniform(-6, 3))))
    return name, scale, float(draw.choice((0, -1, draw.uniform(-5, 5)))), nodata


def convert(tally, draw, number):
    name, scale, offset, nodata = random_rule(draw)
    values = random_values(draw, scale, offset, number % 4)
    what = f"rule {number}: {name}, {scale!r}, {offset!r}, nodata {nodata}"
    result = program("test_convert", (name, repr(scale), repr(offset), nodata), values)
    got = np.frombuffer(result.stdout, DTYPES[name])
    want, valid, clamped = stored_by_numpy(values, name, scale, offset, nodata)
    if name == "float32":
        want = np.where(np.isnan(want), np.uint32(0x7fc00000), want.view(np.uint32))
        got = got.view(np.uint32)
    tally.check(np.array_equal(got, want), f"{what}: samples",
                f"{int((got != want).sum())} differ")
    sums = [int(v) for v in result.stderr.split()]
    numbers = want[valid].astype(object) if name != "float32" else []
    expected = [int(valid.sum()), int(clamped.sum())]
    if len(numbers):
        expected += [sum(map(int, numbers)), sum(int(v) ** 2 for v in numbers),
                     int(min(numbers)), int(max(numbers))]
    tally.check(sums[:len(expected)] == expected, f"{what}: sums", f"{sums}, NumPy {expected}")


# --- overviews ---

def average_by_numpy(tile, name, nodata):
    fours = np.stack([tile[0::2, 0::2], tile[0::2, 1::2], tile[1::2, 0::2], tile[1::2, 1::2]])
    there = ~np.isnan(fours) if math.isnan(nodata) else fours != nodata
    total = np.zeros(fours.shape[1:])
    for four, is_there in zip(fours, there):
        total = total + np.where(is_there, four, 0).astype(np.float64)
    count = there.sum(axis=0)
    with np.errstate(all="ignore"):
        mean = total / count
    if name != "float32":
        mean = np.sign(mean) * np.floor(np.abs(mean) + 0.5)
        beside = nodata + (1 if nodata < np.iinfo(DTYPES[name]).max else -1)
    else:
        mean = mean.astype(np.float32)
        beside = np.nextafter(np.float32(nodata), np.float32(np.inf))
    mean = np.where(mean == nodata, beside, mean)
    return np.where(count > 0, mean, nodata).astype(DTYPES[name])


def average_by_gdal(tile, name, nodata):
    dataset = gdal.GetDriverByName("MEM").Create("", TILE, TILE, 1, GDAL_TYPES[name])
    band = dataset.GetRasterBand(1)
    band.SetNoDataValue(nodata)
    band.WriteArray(tile)
    dataset.BuildOverviews("AVERAGE", [2])
    return band.GetOverview(0).ReadAsArray()


def random_tile(draw, name):
    holes = draw.choice((0, 0.02, 0.3, 0.8))
    if name == "float32":
        nodata = float(draw.choice((np.nan, -9999)))
        tile = (draw.normal(size=(TILE, TILE)) * 10.0 ** draw.integers(-3, 4)).astype(np.float32)
    else:
        limits = np.iinfo(DTYPES[name])
        nodata = int(draw.choice((limits.min, limits.max, 0)))
        span = int(draw.choice((3, 100, limits.max)))
        tile = draw.integers(max(-span, limits.min), span, (TILE, TILE), endpoint=True)
        tile = tile.astype(DTYPES[name])
    tile[draw.random((TILE, TILE)) < holes] = nodata
    return tile, nodata


def average(tally, draw, number):
    name = list(DTYPES)[number % 3]
    tile, nodata = random_tile(draw, name)
    what = f"tile {number}: {name}, nodata {nodata}"
    result = program("test_average", (name, TILE, nodata), tile)
    got = np.frombuffer(result.stdout, DTYPES[name]).reshape(TILE // 2, TILE // 2)
    want = average_by_numpy(tile, name, nodata)
    tally.check(np.array_equal(got, want, equal_nan=name == "float32"), f"{what}: as NumPy",
                f"{int((got != want).sum())} differ")
    # GDAL 3.6 has means of integers that read as nodata.
    by_gdal = average_by_gdal(tile, name, nodata)
    by_gdal = np.where((by_gdal == nodata) & (want != nodata), want, by_gdal)
    tally.check(np.array_equal(got, by_gdal, equal_nan=name == "float32"), f"{what}: as GDAL",
                f"{int((got != by_gdal).sum())} differ")


def main():
    tally = Tally()
    draw = np.random.default_rng(SEED)
    for number in range(N_RULES):
        convert(tally, draw, number)
    for number in range(N_TILES):
        average(tally, draw, number)
    tally.finish()


if __name__ == "__main__":
    main()
