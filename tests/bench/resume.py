#!/usr/bin/python3
"""What a catalogue costs. --resume over N small scenes (64 x 64 pixels, two bands, a cover of fields with noise) with
nothing new: CPU seconds of the whole process over N, and where valgrind is there its instructions, which do not depend
on what else the machine does. Then 24 small scenes with --catalog and --metrics beside the same run without: CPU.

Prints a table; fails where a run does, not for a number. Usage: resume.py BUILD WORK [--scenes N] [--rounds N]
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
from osgeo import gdal, osr

FOLDER = 1000  # scenes in one
SIDE = 64
MOST_US, MOST_PERCENT = 50, 3
COUNTED = 1000  # scenes under valgrind


def cpu(command):
    child = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{' '.join(map(str, command))}: exit {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime, usage.ru_stime


def write(path, rng, grid, wkt):
    y, x = grid
    a, b, c = rng.uniform(0.5, 4, 3)
    cover = 0.5 + 0.5 * np.sin(6 * a * x + 3 * b) * np.cos(6 * c * y)
    bands = (1800 - 1400 * cover + rng.normal(0, 40, x.shape), 900 + 2600 * cover + rng.normal(0, 60, x.shape))
    out = gdal.GetDriverByName("GTiff").Create(str(path), SIDE, SIDE, 2, gdal.GDT_UInt16, ["COMPRESS=DEFLATE"])
    out.SetProjection(wkt)
    out.SetGeoTransform((600000, 10, 0, 5400000, 0, -10))
    for i, (word, values) in enumerate(zip(("red", "nir"), bands)):
        band = out.GetRasterBand(i + 1)
        band.WriteArray(np.clip(values, 1, 10000).astype("u2"))
        band.SetDescription(word)
        band.SetNoDataValue(0)


def archive(folder, scenes):
    rng, grid = np.random.default_rng(1), np.mgrid[0:SIDE, 0:SIDE] / SIDE
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(32633)
    for i in range(scenes):
        path = folder / f"{i // FOLDER:03d}" / f"site{i:06d}_2024{1 + i % 12:02d}15.tif"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            write(path, rng, grid, crs.ExportToWkt())
    return folder


def instructions(command, log):
    if not shutil.which("valgrind"):
        return None
    out = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={log}",
                          *map(str, command)], capture_output=True, text=True, check=True)
    return int(out.stderr.split("Collected :")[1].split()[0])


def same(a, b):
    if a.read_bytes() != b.read_bytes():
        sys.exit(f"{a} and {b} differ")


def resume(program, work, scenes, rounds):
    """us of CPU a scene, of user and system; instructions a scene."""
    folder = archive(work / f"archive{scenes}", scenes)
    catalogue, first, again = (work / f"{name}{scenes}" for name in ("c", "first", "again"))
    catalogue = catalogue.with_suffix(".gpkg")
    catalogue.unlink(missing_ok=True)
    words = [program, "-q", "--catalog", catalogue]
    cpu([*words, "--summary", first, folder])
    command = [*words, "--resume", "--summary", again, folder]
    times = [cpu(command) for _ in range(rounds + 1)][1:]
    same(first, again)
    best = min(times, key=sum)
    return [1e6 * part / scenes for part in best], catalogue.stat().st_size / scenes, command


def overhead(program, work, files, rounds):
    """CPU of runs without and with, interleaved; the least of each."""
    plain = [program, "-q", "--summary", work / "plain.json"]
    kept = [program, "-q", "--summary", work / "kept.json", "--catalog", work / "o.gpkg", "--metrics", work / "o.prom"]
    times = [], []
    for _ in range(rounds):
        (work / "o.gpkg").unlink(missing_ok=True)
        for command, took in zip((plain, kept), times):
            took.append(sum(cpu([*command, *files])))
    same(work / "plain.json", work / "kept.json")
    return [min(took) for took in times], [statistics.median(took) for took in times]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--scenes", type=int, default=20000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    gdal.UseExceptions()
    osr.UseExceptions()
    program, work = given.build / "imgpipe", given.work / "resume"
    work.mkdir(parents=True, exist_ok=True)

    (user, system), size, _ = resume(program, work, given.scenes, given.rounds)
    print(f"--resume, nothing new, {given.scenes} scenes: {user + system:.0f} us of CPU a scene (user {user:.0f}, system "
          f"{system:.0f}; wanted {MOST_US}); catalogue {size:.0f} bytes a scene")
    _, _, command = resume(program, work, COUNTED, 1)
    count = instructions(command, work / "callgrind.out")
    if count:
        print(f"  under valgrind, {COUNTED} scenes: {count / COUNTED:.0f} instructions a scene (a cleared byte is one)")

    small = work / "small"
    if not (small / "small_0024.tif").exists():
        small.mkdir(exist_ok=True)
        subprocess.run([given.build / "make_scene", "--size", "2048", "--tile", "512", "--count", "24",
                        small / "small.tif"], check=True, stdout=subprocess.DEVNULL)
    least, median = overhead(program, work, sorted(small.glob("small_*.tif")), given.rounds)
    for word, (without, with_both) in (("least", least), ("median", median)):
        print(f"24 small scenes, {word} of {given.rounds}: {without:.3f} CPU s; with --catalog and --metrics {with_both:.3f} "
              f"({100 * (with_both / without - 1):+.1f} %; wanted {MOST_PERCENT} at most)")


if __name__ == "__main__":
    main()
