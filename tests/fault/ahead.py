#!/usr/bin/python3
"""Reading ahead, as a disk with an empty cache sees it (disk.c): every stored block is asked for
before it is read, and never more than the bound is asked for and not yet read.

Usage: ahead.py [--quick]; BUILD as for the other tests.
"""

import bisect
import sys
from pathlib import Path

from osgeo import gdal

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

from oracle import MAKE_SCENE, SANITIZED, Scratch, Tally, load, run  # noqa: E402
from preload import preload  # noqa: E402

PAGE = 4096
BOUND = 8 << 20  # bytes a worker may have ahead; pipeline/run/ahead.h: less than 2 * AHEAD_BYTES
CUT = "chunks that cut tiles"  # each window has parts of up to four tiles, more than one may ask for
LAYOUTS = (  # name, options of make_scene, options of imgpipe
    ("tiles", ["--tile", "512"], []),
    ("small tiles", ["--tile", "128"], []),
    ("large chunks", ["--tile", "256"], ["--chunk", "64MiB"]),
    ("band by band", ["--tile", "512", "--interleave", "band"], []),
    ("strips", ["--strip", "1"], []),
    ("uncompressed", ["--tile", "512", "--codec", "none"], []),
    ("by libtiff", ["--tile", "512", "--codec", "packbits"], []),
    (CUT, ["--tile", "512"], ["--chunk", "300"]),
)


def pages(offset, size):
    return range(offset // PAGE, (offset + size + PAGE - 1) // PAGE)


def stored(file):
    """The blocks of red and NIR by GDAL, (offset, end) in order."""
    data, found = gdal.Open(str(file)), set()
    for number in (3, 4):
        band = data.GetRasterBand(number)
        columns, rows = band.GetBlockSize()
        for y in range((data.RasterYSize + rows - 1) // rows):
            for x in range((data.RasterXSize + columns - 1) // columns):
                offset = int(band.GetMetadataItem(f"BLOCK_OFFSET_{x}_{y}", "TIFF"))
                size = int(band.GetMetadataItem(f"BLOCK_SIZE_{x}_{y}", "TIFF"))
                found.add((offset, offset + size))
    return sorted(found)


def of_block(blocks, offset, size):
    """Headers are read without asking: does this read lie within a block?"""
    i = bisect.bisect_right(blocks, (offset, float("inf"))) - 1
    return i >= 0 and offset + size <= blocks[i][1]


def replay(log, blocks):
    """Of the calls in order: pages of pixels read and not asked for; most bytes asked for and not
    read; calls that asked; bytes asked for."""
    asked, ahead, missed, most, advices = set(), set(), 0, 0, 0
    for line in log.read_text().splitlines():
        kind, _, offset, size = line.split()
        of = set(pages(int(offset), int(size)))
        if kind == "advice":
            advices += 1
            ahead |= of - asked
            asked |= of
            most = max(most, len(ahead) * PAGE)
        else:
            missed += len(of - asked) if of_block(blocks, int(offset), int(size)) else 0
            ahead -= of
    return missed, most, advices, len(asked) * PAGE


def check(tally, scratch, shim, layout, workers):
    name, scene, options = layout
    file, log, out = scratch / "scene.tif", scratch / "log", scratch / "s.json"
    what = f"{name}, {workers} workers"
    made = run(["--size", "2200x2000", *scene, file], program=MAKE_SCENE)
    if made.rc != 0:
        tally.fail(what, made.last_words())
        return
    command = ["-q", "--workers", str(workers), "--summary", out, *options, file]
    env = {"LD_PRELOAD": str(shim), "DISK_LOG": str(log)}
    result = run(command, env=env)
    numbers = load(out)
    if result.rc != 0 or not log.exists():
        tally.fail(what, f"exit {result.rc}: {result.last_words()}")
        return
    blocks = stored(file)
    missed, most, advices, asked = replay(log, blocks)
    tally.check(advices > 0 and (missed == 0 or name == CUT), what, f"{missed} pages were read unasked, {advices} "
                "calls asked")
    bound = workers * (BOUND + BOUND // 2)  # and the block that is being read
    tally.check(most <= bound, f"{what}: bound", f"{most} bytes ahead, {bound} at most")
    size = file.stat().st_size
    tally.check(asked <= size + PAGE, f"{what}: nothing else", f"{asked} of {size} bytes asked for")
    print(f"{what}: {advices} calls, {most / 2**20:.1f} MiB ahead at most", flush=True)
    result = run(command, env=dict(env, IMGPIPE_READAHEAD="0"))
    tally.check(replay(log, blocks)[2] == 0, f"{what}: switched off", "advice was given")
    tally.check(load(out) == numbers, f"{what}: numbers", "differ without reading ahead")
    file.unlink()


def main():
    tally = Tally()
    if SANITIZED:
        tally.skip("reading ahead", "the sanitizers want to be loaded first")
        tally.finish()
    with Scratch() as scratch:
        shim = preload("disk.c")
        for layout in LAYOUTS:
            for workers in (1, 3):
                check(tally, scratch, shim, layout, workers)
    tally.finish()


if __name__ == "__main__":
    main()
