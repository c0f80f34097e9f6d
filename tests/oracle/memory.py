#!/usr/bin/python3
"""The budget holds: what the system saw as the largest resident size of the program is within
--memory, for layouts that tempt a reader to hold too much; a budget that is too small is refused
with one that is enough, and it is; memory does not grow with the batch.
"""

import re
import sys

import numpy as np
from osgeo import gdal

from oracle import MAKE_SCENE, QUICK, SANITIZED, Scratch, Tally, load, run

MIB = 1 << 20
gdal.UseExceptions()
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}

# label, size, options of make_scene, budgets in MiB
LAYOUTS = (
    ("4096 tiled deflate, 4 bands", "4096x4096", ["--tile", "512", "--codec", "deflate"],
     (12, 16, 24, 64)),
    ("single strip, deflate", "4096x4096", ["--strip", "4096", "--codec", "deflate"],
     (12, 24, 64)),
    ("single strip, no codec", "4096x4096", ["--strip", "4096", "--codec", "none"], (12, 64)),
    ("single strip, planar lzw", "4096x4096",
     ["--strip", "4096", "--codec", "lzw", "--interleave", "band"], (12, 24)),
    ("one tile of 16384, deflate", "5000x5000",
     ["--tile", "16384", "--codec", "deflate", "--bands", "2"],
     (24, 64, 256)),
    ("tiles of 1024, zstd", "4096x4096", ["--tile", "1024", "--codec", "zstd"], (24, 64, 256)),
    ("strips of 16 rows, lzw", "8192x2048", ["--strip", "16", "--codec", "lzw"], (12, 24)),
)
QUICK_LAYOUTS = 3


def budget_run(scratch, files, budget, workers, *more):
    """(Result with the peak, report) of a run within `budget` bytes."""
    report = scratch / "report.json"
    report.unlink(missing_ok=True)
    result = run(["-q", "--memory", str(budget), "--workers", str(workers), "--report", report,
                  *more, *files], timeout=120, measure=True)
    return result, load(report)


def named_budget(text):
    """The smallest budget that a refusal names, in bytes: what stands behind the last --memory."""
    found = re.findall(r"--memory[ =](\d+)([KMG]?)", text)
    return int(found[-1][0]) * UNITS[found[-1][1]] if found else None


def check_bounded(tally, name, result, report, budget):
    """An accepted run stayed within its budget, by the system's account and by its own."""
    if result.trouble() or result.rc != 0:
        return tally.fail(name, result.trouble() or f"exit {result.rc}: {result.last_words()}")
    if report is None:
        return tally.fail(name, "no report")
    memory = report["memory"]
    print(f"{name:48} budget {budget / MIB:7.1f}  planned {memory['planned_peak_bytes'] / MIB:7.1f}"
          f"  reserved {memory['reserved_peak_bytes'] / MIB:7.1f}"
          f"  resident {result.peak / MIB:7.1f} MiB  workers {report['run']['workers']}"
          f"  {result.seconds:.1f} s", flush=True)
    tally.check(memory["reserved_peak_bytes"] <= memory["planned_peak_bytes"], name,
                f"reserved {memory['reserved_peak_bytes']} bytes, more than the "
                f"{memory['planned_peak_bytes']} that were planned")
    over = [f"{what} {value / MIB:.1f} MiB" for what, value in
            (("resident (system)", result.peak), ("resident (own)", memory["resident_peak_bytes"]),
             ("reserved", memory["reserved_peak_bytes"]),
             ("planned", memory["planned_peak_bytes"])) if value > budget]
    tally.check(not over, name, f"over the budget of {budget / MIB:.1f} MiB: {', '.join(over)}")
    return tally.check(memory["budget_bytes"] == budget, name,
                       f"budget_bytes {memory['budget_bytes']} != {budget}")


def check_layout(tally, scratch, label, size, options, budgets):
    path = scratch / "scene.tif"
    made = run(["--size", size, *options, path], program=MAKE_SCENE, timeout=120)
    if made.rc != 0:
        return tally.fail(label, f"make_scene: {made.last_words()}")
    for budget in budgets:
        for workers in (1, 4):
            name = f"{label}, {workers} workers"
            result, report = budget_run(scratch, [path], budget * MIB, workers)
            if result.rc == 75:
                check_refusal(tally, scratch, f"{name}, {budget}M", path, result, workers)
            else:
                check_bounded(tally, name, result, report, budget * MIB)
    result, _ = budget_run(scratch, [path], MIB, 1)
    check_refusal(tally, scratch, f"{label}, 1M", path, result, 1)
    return path.unlink()


def check_refusal(tally, scratch, name, path, result, workers):
    """Exit 75, the smallest budget named, and it works."""
    if result.trouble() or result.rc != 75:
        return tally.fail(name, result.trouble() or f"exit {result.rc}, should be 75")
    smallest = named_budget(result.err)
    if smallest is None:
        return tally.fail(name, f"names no budget: {result.last_words()}")
    print(f"{name:48} refused, names {smallest / MIB:.1f} MiB", flush=True)
    # What can be decoded by rows needs little, however large its stored blocks are.
    if name.startswith(("single strip", "one tile of 16384")) and smallest > 24 * MIB:
        return tally.fail(name, "not streamed by rows")
    tally.ok()
    result, report = budget_run(scratch, [path], smallest, workers)
    return check_bounded(tally, f"{name}, at the smallest", result, report, smallest)


def check_many(tally, scratch, count):
    """A batch of links to one small scene: memory near that of ten."""
    path = scratch / "tiny.tif"
    run(["--size", "64x64", "--tile", "64", path], program=MAKE_SCENE)
    peaks, times = {}, {}
    for n in (10, count):
        folder = scratch / f"batch{n}"
        folder.mkdir()
        for i in range(n):
            (folder / f"scene_{i:06}.tif").symlink_to(path)
        for workers in (1, 3):
            result, report = budget_run(scratch, [folder], 64 * MIB, workers)
            name = f"{n} scenes, {workers} workers"
            check_bounded(tally, name, result, report, 64 * MIB)
            if report:
                tally.check(len(report["scenes"]) == n, name,
                            f"{len(report['scenes'])} rows in the report")
            peaks[n, workers], times[n, workers] = result.peak, result.seconds
    for workers in (1, 3):
        few, many = peaks[10, workers], peaks[count, workers]
        grown = many - few
        allowed = 3 * MIB + 400 * count  # names and paths are all that may grow
        tally.check(grown <= allowed, f"{count} scenes against 10, {workers} workers",
                    f"resident grew by {grown / MIB:.1f} MiB")
        print(f"{count} scenes: {times[count, workers] / count * 1e6:.0f} us a scene, "
              f"resident {few / MIB:.1f} -> {many / MIB:.1f} MiB")


VRT_BAND = ('<VRTRasterBand dataType="UInt16" band="{0}"><Description>{1}</Description>'
            '<SimpleSource><SourceFilename relativeToVRT="1">{1}.tif</SourceFilename>'
            '<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>')


def check_vrt(tally, scratch):
    """A VRT's own blocks are small, those of its sources are not."""
    size = 1500
    for name in ("red", "nir"):
        pixels = np.random.default_rng(1).integers(1, 10000, (size, size), dtype="uint16")
        write_image(scratch / f"{name}.tif", [pixels], ["COMPRESS=DEFLATE", f"BLOCKYSIZE={size}"])
    path = scratch / "stack.vrt"
    path.write_text(f'<VRTDataset rasterXSize="{size}" rasterYSize="{size}">'
                    + VRT_BAND.format(1, "red") + VRT_BAND.format(2, "nir") + "</VRTDataset>")
    for workers in (1, 4):
        check_at_smallest(tally, scratch, "VRT of two strips", path, workers)
        result, report = budget_run(scratch, [path], 160 * MIB, workers)
        check_bounded(tally, f"VRT of two strips, {workers} workers", result, report, 160 * MIB)


def check_tags(tally, scratch):
    """Metadata are read in pieces, and no open file holds them."""
    path = scratch / "tags.tif"
    pixels = np.ones((1024, 1024), dtype="uint16")
    write_image(path, [pixels, pixels], ["TILED=YES"], {"NOTES": "x" * (12 * MIB)})
    for workers in (1, 8):
        check_at_smallest(tally, scratch, "12 MiB of metadata", path, workers)
        result, report = budget_run(scratch, [path], 64 * MIB, workers)
        check_bounded(tally, f"12 MiB of metadata, {workers} workers", result, report, 64 * MIB)


def write_image(path, bands, options, metadata=None):
    rows, columns = bands[0].shape
    image = gdal.GetDriverByName("GTiff").Create(str(path), columns, rows, len(bands),
                                                 gdal.GDT_UInt16, options)
    image.SetMetadata(metadata or {})
    for i, (pixels, name) in enumerate(zip(bands, ("red", "nir")), 1):
        image.GetRasterBand(i).WriteArray(pixels)
        image.GetRasterBand(i).SetDescription(name)


def check_at_smallest(tally, scratch, label, path, workers):
    result, _ = budget_run(scratch, [path], MIB, workers)
    check_refusal(tally, scratch, f"{label}, 1M, {workers} workers", path, result, workers)


def main():
    tally = Tally()
    if SANITIZED:
        tally.skip("memory", "a sanitizer's own memory would be measured")
        tally.finish()
    with Scratch() as scratch:
        for layout in LAYOUTS[:QUICK_LAYOUTS] if QUICK else LAYOUTS:
            check_layout(tally, scratch, *layout)
        check_vrt(tally, scratch)
        check_tags(tally, scratch)
        check_many(tally, scratch, 1000 if QUICK else 3000)
    tally.finish()


if __name__ == "__main__":
    sys.exit(main())
