#!/usr/bin/env python3
"""Mean NDVI of a scene in Dask, as the lessons do it: dask_ndvi.py SCENE CHUNK THREADS

Bands 3 and 4 are red and NIR, 0 is nodata (scenes of `make workshop`).
"""
import resource
import sys
import threading
import time

import dask
import dask.array as da
import numpy as np
import rasterio
from rasterio.windows import Window

path, chunk, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
local = threading.local()  # a handle for each thread: GDAL's are not to be shared


def read(band, block_info=None):
    """One chunk of one band."""
    if not hasattr(local, "file"):
        local.file = rasterio.open(path)
    (y0, y1), (x0, x1) = block_info[None]["array-location"]
    return local.file.read(band, window=Window(x0, y0, x1 - x0, y1 - y0))


with rasterio.open(path) as file:
    height, width, dtype = file.height, file.width, file.dtypes[0]


def sizes(n):
    return tuple(min(chunk, n - i) for i in range(0, n, chunk))


def band(number):
    return da.map_blocks(read, number, chunks=(sizes(height), sizes(width)), dtype=dtype,
                         meta=np.empty((0, 0), dtype))


red, nir = band(3), band(4)
valid = (red != 0) & (nir != 0)
r, s = red.astype("f4"), nir.astype("f4")
ndvi = da.where(valid, (s - r) / da.where(valid, s + r, 1), np.nan)
wanted = [valid.sum(), da.nanmean(ndvi, dtype="f8"), da.nanmin(ndvi), da.nanmax(ndvi)]

begin = time.perf_counter()
count, mean, low, high = dask.compute(*wanted, scheduler="threads", num_workers=threads)
seconds = time.perf_counter() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{count} valid, mean {mean:.17g}, min {low:.9f}, max {high:.9f}")
print(f"{seconds:.2f} s, {len(sizes(height)) * len(sizes(width))} chunks of {chunk} x {chunk}, "
      f"peak {peak:.0f} MiB resident")
