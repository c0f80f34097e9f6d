#!/usr/bin/python3
"""What masking costs: CPU of NDVI with a quality band beside NDVI of the same bands without it, DEFLATE;
NDVI without masks beside another build; many small masked scenes.

usage: masks.py BUILD DATA [--pairs N] [--beside BUILD] [--size N] [--scenes N]

DATA is a folder for generated files, kept. Pairs of runs are interleaved, and their order changes from
one to the next. Quality bands are cloud fields with noise at their edges, compressed as well as real
ones are (SCL 1:14, QA_PIXEL 1:20 and more). Before anything is timed, counts have to be NumPy's.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from osgeo import gdal

gdal.UseExceptions()
STEM = "T33UXP_20260701T100031"
LANDSAT = "LC08_L2SP_192026_20260701_20260710_02_T1"
TARGET = 1.05  # CPU with a mask over CPU without
TILES = ["TILED=YES", "COMPRESS=DEFLATE"]
SCL = np.array([8, 9, 3, 10, 4, 5, 6, 11], np.uint8)  # codes by state, below
QA = np.array([22280, 22280, 23888, 54596, 21824, 21824, 21952, 30048], np.uint16)
KEPT = slice(4, 8)  # both presets drop clouds, shadows and cirrus, and keep snow


def states(size, seed):
    """A field of states 0 to 7: clouds with shadow and cirrus about them, two kinds of land, water."""
    rng = np.random.default_rng(seed)
    out = np.empty((size, size), np.uint8)
    coarse = rng.random((size // 60 + 3, size // 60 + 3)).astype(np.float32)
    at = np.arange(size, dtype=np.float32) / 60
    low, part = at.astype(int), at - at.astype(int)
    across = coarse[:, low] * (1 - part) + coarse[:, low + 1] * part
    for y in range(size):  # by rows, as a whole scene of floats is large
        row = across[low[y]] * (1 - part[y]) + across[low[y] + 1] * part[y]
        row = row + rng.integers(-1, 2, size) * np.float32(0.01)
        out[y] = np.digitize(row, (0.2, 0.23, 0.27, 0.3, 0.55, 0.8, 0.83))
    return out


def write(path, array, metres, tile, driver="GTiff"):
    out = gdal.GetDriverByName(driver).Create(
        str(path), array.shape[1], array.shape[0], 1,
        gdal.GDT_Byte if array.dtype == np.uint8 else gdal.GDT_UInt16,
        TILES + [f"BLOCKXSIZE={tile}", f"BLOCKYSIZE={tile}", "PREDICTOR=1"])
    like = gdal.Open(str(path.parent / f"{STEM}_B04.tif"))
    out.SetProjection(like.GetProjection())
    place = like.GetGeoTransform()
    out.SetGeoTransform((place[0], metres, 0, place[3], 0, -metres))
    out.GetRasterBand(1).WriteArray(array)
    out.FlushCache()


def run(build, options, files):
    command = [str(build / "imgpipe"), "-q", *options, "--summary", "-", *map(str, files)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def cpu_of(build, options, files):
    """User and system seconds, wall seconds."""
    command = [str(build / "imgpipe"), "-q", *map(str, options), "--summary", os.devnull,
               *map(str, files)]
    begin = time.monotonic()
    child = subprocess.Popen(command)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(command)}: exit {child.returncode}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begin


def ratio(first, second, pairs):
    """Medians of CPU of both, and of the quotients of pairs; each a (build, options, files)."""
    taken = []
    cpu_of(*first), cpu_of(*second)
    for i in range(pairs):
        if i % 2:
            b, a = cpu_of(*second)[0], cpu_of(*first)[0]
        else:
            a, b = cpu_of(*first)[0], cpu_of(*second)[0]
        taken.append((a, b, a / b))
    return [statistics.median(column) for column in zip(*taken)]


def large(build, data, size):
    """A scene as Sentinel-2's and as Landsat's; (masked as NumPy counts it, its share of stored bytes)"""
    folder = data / f"masked-{size}"
    made = folder / f"{STEM}_SCL_20m.tif"
    if not made.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([build / "make_scene", "--size", str(size), "--tile", "1024", "--split", folder],
                       check=True)
        for band, name in (("B04", "SR_B4"), ("B08", "SR_B5")):
            (folder / f"{LANDSAT}_{name}.TIF").symlink_to(f"{STEM}_{band}.tif")
        write(folder / f"{LANDSAT}_QA_PIXEL.TIF", QA[states(size, 2)], 10, 256)
        write(made, SCL[states((size + 1) // 2, 1)], 20, 512)
    return folder


def read(path):
    return gdal.Open(str(path)).ReadAsArray()


def kept_by(path, kept):
    keep = np.isin(read(path), kept)
    return keep.repeat(2, 0).repeat(2, 1) if "SCL_20m" in path.name else keep


def check(scene, red, nir, keep):
    """NumPy's counts of one scene; 0 is nodata."""
    red, nir = read(red), read(nir)
    known = (red != 0) & (nir != 0)
    want = {"nodata": int((~known).sum()), "masked": int((known & ~keep).sum())}
    got = scene["indices"]["ndvi"]
    if any(got[key] != count for key, count in want.items()):
        sys.exit(f"{scene['name']}: {got['nodata']} nodata, {got['masked']} masked; NumPy: {want}")
    return want["masked"] / red.size


def of_large(build, folder, pairs):
    missed = False
    for name, rule, kept, red, nir, quality in (
            ("SCL 20 m", "scl", SCL[KEPT], f"{STEM}_B04.tif", f"{STEM}_B08.tif",
             f"{STEM}_SCL_20m.tif"),
            ("QA_PIXEL", "landsat-c2", QA[KEPT], f"{LANDSAT}_SR_B4.TIF",
             f"{LANDSAT}_SR_B5.TIF", f"{LANDSAT}_QA_PIXEL.TIF")):
        files = [folder / red, folder / nir]
        options = ["--workers", "2", "--mask", rule]
        scene = run(build, options, files)["scenes"][0]
        share = check(scene, *files, kept_by(folder / quality, kept))
        a, b, times = ratio((build, options, files), (build, options[:2], files), pairs)
        packed = read(folder / quality).nbytes / (folder / quality).stat().st_size
        met = "met" if times <= TARGET else "MISSED"
        missed |= times > TARGET
        print(f"{name}: CPU {a:.3f} s masked, {b:.3f} s not; ratio {times:.3f} (target {TARGET:.2f}, {met}); "
              f"{100 * share:.1f} % masked; band compressed 1:{packed:.0f}; {pairs} pairs", flush=True)
    return missed


def of_small(build, data, n):
    """n scenes of 256 x 256 with SCL."""
    folder = data / f"masked-small-{n}"
    names = [f"T33UXP_{20260101 + i // 20 * 100 + i % 20}T100031" for i in range(n)]
    if not (folder / "made").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for i, name in enumerate(names):
            for file in folder.glob(f"{STEM}_*"):
                file.unlink()
            subprocess.run([build / "make_scene", "--size", "256", "--tile", "256", "--seed", str(i + 1),
                            "--split", folder], check=True)
            write(folder / f"{STEM}_SCL_20m.tif", SCL[states(128, i)], 20, 128)
            for file in list(folder.glob(f"{STEM}_*")):
                file.rename(folder / file.name.replace(STEM, f"{name}.made"))
        for file in folder.glob("*.made_*"):
            file.rename(folder / file.name.replace(".made", ""))
        (folder / "made").touch()
    scenes = run(build, ["--mask", "auto"], [folder])["scenes"]
    if len(scenes) != n:
        sys.exit(f"{folder}: {len(scenes)} scenes of {n}")
    by_name = {scene["name"][:22]: scene for scene in scenes}
    for name in names:
        keep = kept_by(folder / f"{name}_SCL_20m.tif", SCL[KEPT])
        check(by_name[name], folder / f"{name}_B04.tif", folder / f"{name}_B08.tif", keep)
    for options in (["--mask", "auto"], []):
        cpu, wall = zip(*(cpu_of(build, options, [folder]) for _ in range(5)))
        report = data / "report.json"
        cpu_of(build, [*options, "--report", report], [folder])
        peak = json.loads(report.read_text())["memory"]["resident_peak_bytes"] / (1 << 20)
        print(f"{n} scenes of 256 x 256, {' '.join(options) or 'no mask'}: {statistics.median(wall):.2f} s, "
              f"CPU {statistics.median(cpu):.2f} s, {peak:.1f} MiB; all counts NumPy's", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--beside", type=Path, help="another build: NDVI without masks by both")
    parser.add_argument("--size", type=int, default=10980)
    parser.add_argument("--scenes", type=int, default=200)
    args = parser.parse_args()
    folder = large(args.build, args.data, args.size)
    missed = of_large(args.build, folder, args.pairs)
    of_small(args.build, args.data, args.scenes)
    if args.beside:
        files = [folder / f"{STEM}_B04.tif", folder / f"{STEM}_B08.tif"]
        a, b, times = ratio((args.build, ["--workers", "2"], files),
                            (args.beside, ["--workers", "2"], files), args.pairs)
        print(f"NDVI without masks: CPU {a:.3f} s, {b:.3f} s by {args.beside}; ratio {times:.3f}; "
              f"{args.pairs} pairs")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
