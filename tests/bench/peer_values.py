#!/usr/bin/python3
"""Peers in Python: statistics of indices (values.py) as users write them.

    peer_values.py gdal|rasterio|dask THREADS NAME,... FILE...

Every band is read once for all indices. Prints a line an index: count, mean, standard deviation, min,
max.
"""

import functools
import math
import operator
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from values import FORMULAS, SCALE, letters, numbers_of_bands

STEP = 512  # rows and columns of a window, where blocks are smaller


def compiled(names):
    """Code of each formula, and the letters of its bands."""
    return [(compile(FORMULAS[name], name, "eval"), letters([name])) for name in names]


def kernel(names):
    """Sums of each index over the bands of a window."""
    formulas, used = compiled(names), letters(names)

    def sums(bands):
        stored = dict(zip(used, bands))
        known = {"sqrt": np.sqrt, **{letter: band * SCALE for letter, band in zip(used, bands)}}
        out = []
        with np.errstate(all="ignore"):
            for formula, own in formulas:
                good = np.logical_and.reduce([stored[letter] != 0 for letter in own])
                v = eval(formula, known).astype(np.float32)[good].astype(np.float64)
                v = v[np.isfinite(v)]
                out.append((v.size, v.sum(), np.dot(v, v), v.min(initial=np.inf),
                            v.max(initial=-np.inf)))
        return out
    return sums


def windows(width, height, block):
    columns, rows = (max(size, STEP) for size in block)
    return [(x, y, min(columns, width - x), min(rows, height - y))
            for y in range(0, height, rows) for x in range(0, width, columns)]


def by_gdal(path, numbers, threads, sums):
    from osgeo import gdal
    gdal.UseExceptions()
    local = threading.local()

    def one(window):
        if not hasattr(local, "data"):
            local.data = gdal.Open(path)
        return sums(local.data.ReadAsArray(*window, band_list=numbers))

    data = gdal.Open(path)
    jobs = windows(data.RasterXSize, data.RasterYSize, data.GetRasterBand(1).GetBlockSize())
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, jobs))


def by_rasterio(path, numbers, threads, sums):
    import rasterio
    from rasterio.windows import Window
    local = threading.local()

    def one(window):
        if not hasattr(local, "data"):
            local.data = rasterio.open(path)
        return sums(local.data.read(numbers, window=Window(*window)))

    with rasterio.open(path) as data:
        rows, columns = data.block_shapes[0]
        jobs = windows(data.width, data.height, (columns, rows))
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, jobs))


def by_dask(path, numbers, threads, names):
    """As one graph: what indices share is read once."""
    import dask
    import rioxarray
    data = rioxarray.open_rasterio(path, chunks={"x": 2048, "y": 2048}, lock=False)
    stored = {letter: data[number - 1] for letter, number in zip(letters(names), numbers)}
    known = {"sqrt": np.sqrt,
             **{letter: band.astype("float64") * SCALE for letter, band in stored.items()}}
    parts = []
    for formula, own in compiled(names):
        good = functools.reduce(operator.and_, [stored[letter] != 0 for letter in own])
        v = eval(formula, known).astype("float32").where(good)
        d = v.where(np.isfinite(v)).astype("float64")
        parts.append([d.count(), d.sum(), (d * d).sum(), d.min(), d.max()])
    with dask.config.set(scheduler="threads", num_workers=threads):
        return [[tuple(float(x) for x in part) for part in dask.compute(*parts)]]


def main():
    kind, threads, names = sys.argv[1], int(sys.argv[2]), sys.argv[3].split(",")
    parts = []
    for path in sys.argv[4:]:
        if kind == "dask":
            parts += by_dask(path, numbers_of_bands(names), threads, names)
        else:
            read = by_gdal if kind == "gdal" else by_rasterio
            parts += read(path, numbers_of_bands(names), threads, kernel(names))
    for each in zip(*parts):
        n, total, squares = (sum(part[i] for part in each) for i in range(3))
        mean = total / n
        print(f"{n:.0f} {mean:.9f} {math.sqrt(squares / n - mean * mean):.9f} "
              f"{min(part[3] for part in each):.9f} {max(part[4] for part in each):.9f}")


if __name__ == "__main__":
    main()
