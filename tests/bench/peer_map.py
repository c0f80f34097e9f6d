#!/usr/bin/python3
"""Peers in Python: the map of NDVI as users write it. COGs are made by GDAL's driver out of a temporary
file that is not compressed.

    peer_map.py rasterio|dask gtiff|cog float32|int16 CODEC LEVEL RED_BAND NIR_BAND THREADS IN OUT
"""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

TILE = 512


def ndvi(red, nir, integers):
    red, nir = red.astype(np.float32), nir.astype(np.float32)
    good = (red != 0) & (nir != 0)
    total = nir + red
    total[~good] = 1
    v = (nir - red) / total
    if not integers:
        v[~good] = np.nan
        return v
    out = np.rint(v * np.float32(10000)).astype(np.int16)
    out[~good] = -32768
    return out


def compression(codec, level, integers, cog):
    key = "level" if cog else "zstd_level" if codec == "ZSTD" else "zlevel"
    return {} if codec == "NONE" else {
        "compress": codec, key: level, "predictor": "YES" if cog else 2 if integers else 3}


def by_rasterio(args, out, options, threads):
    """One dataset a thread for reading, windows of output tiles, a lock around writing."""
    import rasterio
    from rasterio.windows import Window
    local, lock = threading.local(), threading.Lock()
    with rasterio.open(args.source) as data:
        profile = {"driver": "GTiff", "width": data.width, "height": data.height, "count": 1,
                   "crs": data.crs, "transform": data.transform, "tiled": True, "blockxsize": TILE,
                   "blockysize": TILE, "dtype": args.type, "num_threads": threads,
                   "nodata": -32768 if args.integers else np.nan, **options}
    windows = [Window(x, y, min(TILE, profile["width"] - x), min(TILE, profile["height"] - y))
               for y in range(0, profile["height"], TILE) for x in range(0, profile["width"], TILE)]

    def one(window):
        if not hasattr(local, "data"):
            local.data = rasterio.open(args.source)
        v = ndvi(local.data.read(args.red, window=window), local.data.read(args.nir, window=window),
                 args.integers)
        with lock:
            made.write(v, 1, window=window)

    with rasterio.open(out, "w", **profile) as made:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(one, windows))


def by_dask(args, out, options, threads):
    import dask
    import rioxarray
    data = rioxarray.open_rasterio(args.source, chunks={"x": 2048, "y": 2048}, lock=False)
    red, nir = data[args.red - 1].astype("float32"), data[args.nir - 1].astype("float32")
    v = ((nir - red) / (nir + red)).where((red != 0) & (nir != 0))
    if args.integers:
        v = (v * 10000).round().fillna(-32768).astype("int16")
    v = v.rio.write_nodata(-32768 if args.integers else np.nan)
    with dask.config.set(scheduler="threads", num_workers=threads):
        v.rio.to_raster(out, tiled=True, blockxsize=TILE, blockysize=TILE, num_threads=threads,
                        lock=threading.Lock(), **options)


class Arguments:
    def __init__(self, argv):
        (self.kind, self.container, self.type, self.codec, self.level, red, nir, threads, self.source,
         self.out) = argv
        self.red, self.nir, self.threads = int(red), int(nir), int(threads)
        self.integers, self.cog = self.type == "int16", self.container == "cog"


def main():
    args = Arguments(sys.argv[1:])
    make = by_dask if args.kind == "dask" else by_rasterio
    options = compression(args.codec, args.level, args.integers, args.cog)
    if not args.cog:
        make(args, args.out, options, args.threads)
        return
    import rasterio.shutil
    temporary = Path(f"{args.out}.tmp.tif")
    make(args, temporary, {}, args.threads)
    rasterio.shutil.copy(temporary, args.out, driver="COG", blocksize=TILE, overview_resampling="AVERAGE",
                         num_threads=args.threads, **options)
    temporary.unlink()


if __name__ == "__main__":
    main()
