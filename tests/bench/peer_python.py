#!/usr/bin/python3
"""Peers in Python: NDVI statistics as users write them.

    peer_python.py rasterio|numba|dask RED_BAND NIR_BAND THREADS [-p] FILE...

-p: files come in pairs, red and NIR; else each is a scene of its own. Prints count, mean, standard
deviation, min, max.
"""

import math
import sys
from concurrent.futures import ThreadPoolExecutor


def numpy_kernel():
    import numpy as np

    def kernel(red, nir):
        red, nir = red.astype(np.float32), nir.astype(np.float32)
        good = (red != 0) & (nir != 0)
        total = nir + red
        total[~good] = 1
        v = (nir - red) / total
        v[~good] = 0
        d = v.astype(np.float64).ravel()
        return (np.count_nonzero(good), d.sum(), np.dot(d, d),
                float(v.min(where=good, initial=np.inf)),
                float(v.max(where=good, initial=-np.inf)))
    return kernel


def numba_kernel():
    """One pass over the pixels, compiled once and kept in NUMBA_CACHE_DIR; the lock is released."""
    import numba
    import numpy as np

    @numba.njit(nogil=True, cache=True)
    def kernel(red, nir):
        n, total, squares, low, high = 0, 0.0, 0.0, np.inf, -np.inf
        for y in range(red.shape[0]):
            for x in range(red.shape[1]):
                a, b = np.float32(red[y, x]), np.float32(nir[y, x])
                if a == 0 or b == 0:
                    continue
                v = np.float64((b - a) / (b + a))
                n += 1
                total += v
                squares += v * v
                low = min(low, v)
                high = max(high, v)
        return n, total, squares, low, high
    return kernel


def by_rasterio(pairs, red_band, nir_band, threads, kernel):
    """One dataset a thread, windows of stored blocks (thin strips: 64 rows at once)."""
    import threading

    import rasterio
    from rasterio.windows import Window
    local = threading.local()

    def one(job):
        red_file, nir_file, window = job
        opened = getattr(local, "opened", None)
        if opened is None or opened[0] != red_file:
            red_set = rasterio.open(red_file)
            opened = local.opened = (red_file, red_set, red_set if nir_file == red_file
                                     else rasterio.open(nir_file))
        return kernel(opened[1].read(red_band, window=window),
                      opened[2].read(nir_band, window=window))

    jobs = []
    for red_file, nir_file in pairs:
        with rasterio.open(red_file) as data:
            rows, columns = data.block_shapes[red_band - 1]
            rows = max(rows, 64)
            jobs += [(red_file, nir_file,
                      Window(x, y, min(columns, data.width - x), min(rows, data.height - y)))
                     for y in range(0, data.height, rows) for x in range(0, data.width, columns)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, jobs))


def by_dask(pairs, red_band, nir_band, threads):
    import dask
    import rioxarray
    parts = []
    for red_file, nir_file in pairs:
        red = rioxarray.open_rasterio(red_file, chunks={"x": 2048, "y": 2048}, lock=False)
        nir = red if nir_file == red_file else rioxarray.open_rasterio(
            nir_file, chunks={"x": 2048, "y": 2048}, lock=False)
        red, nir = red[red_band - 1].astype("float32"), nir[nir_band - 1].astype("float32")
        good = (red != 0) & (nir != 0)
        v = ((nir - red) / (nir + red)).where(good)
        d = v.astype("float64")
        parts.append([good.sum(), d.sum(), (d * d).sum(), v.min(), v.max()])
    with dask.config.set(scheduler="threads", num_workers=threads):
        return [tuple(float(x) for x in part) for part in dask.compute(*parts)]


def main():
    kind, red_band, nir_band, threads = sys.argv[1], *map(int, sys.argv[2:5])
    paired = sys.argv[5] == "-p"
    files = sys.argv[5 + paired:]
    pairs = list(zip(files[::2], files[1::2])) if paired else [(f, f) for f in files]
    if kind == "dask":
        parts = by_dask(pairs, red_band, nir_band, threads)
    else:
        kernel = numba_kernel() if kind == "numba" else numpy_kernel()
        parts = by_rasterio(pairs, red_band, nir_band, threads, kernel)
    n, total, squares = (sum(p[i] for p in parts) for i in range(3))
    mean = total / n
    print(f"{n:.0f} {mean:.9f} {math.sqrt(squares / n - mean * mean):.9f} "
          f"{min(p[3] for p in parts):.9f} {max(p[4] for p in parts):.9f}")


if __name__ == "__main__":
    main()
