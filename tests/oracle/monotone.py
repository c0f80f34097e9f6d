#!/usr/bin/python3
"""More memory never makes a run fail, what a message calls enough is enough, and the order of
scenes does not decide which of them fail: over commands, layouts, executors and mixtures.

For each case the limit that a refusal names is tried; then limits below it, to see that it is not
much above the least; then limits above it. Whatever a larger limit does, no scene may fail that a
smaller one has carried, and the system's account of the program stays within the limit.
"""

import itertools
import json
import re
import sys

import numpy as np
from osgeo import gdal

from oracle import QUICK, SANITIZED, Scratch, Tally, load, run

MIB = 1 << 20
ABOVE_LEAST = 2  # MiB that a named limit may be above the least, as include/plan.h promises
STEPS = (1, 2, 3, 4, 5, 7, 9, 11, 14, 18, 23, 28, 34, 40) if not QUICK else (1, 3, 40)
FAR = (55, 70, 72, 73, 90, 120, 200, 300) if not QUICK else (73,)

REPORTS = {
    "text": [],
    "tiles": ["--tiles", "t.csv"],
    "html": ["--html", "t.html"],
    "trace": ["--trace", "t.json"],
    "csv": ["--csv", "t2.csv", "--summary", "t3.json"],
    "all": ["--tiles", "t.csv", "--html", "t.html", "--trace", "t.json"],
}
CUTS = {
    "": [],
    "cut": ["--chunk", "100x37"],
    "tile": ["--chunk", "tile"],
    "large": ["--chunk", "2000", "--working-set", "chunk"],
    "pile": ["--teach", "no-backpressure"],
}
EXECUTORS = ("threads", "processes", "openmp", "serial")


# --- files ---


def write_tiff(path, size, bands, *options):
    x = np.arange(size[0])[None, :] + np.zeros((size[1], 1), int)
    image = gdal.GetDriverByName("GTiff").Create(str(path), *size, bands, gdal.GDT_UInt16,
                                                 list(options))
    for b in range(1, bands + 1):
        image.GetRasterBand(b).WriteArray(x * b % 50 + 1)


def write_copy(path, driver, size, bands, *options):
    image = gdal.GetDriverByName("MEM").Create("", size, size, bands, gdal.GDT_Byte)
    y, x = np.mgrid[0:size, 0:size]
    for b in range(1, bands + 1):
        image.GetRasterBand(b).WriteArray((x * b + y * 2) % 200 + 1)
    gdal.GetDriverByName(driver).CreateCopy(str(path), image, options=list(options))


def tiles(edge):
    return ["TILED=YES", f"BLOCKXSIZE={edge}", f"BLOCKYSIZE={edge}"]


STEM = "T33UXP_20260701T100031_"


def write_masked(folder, cut, options):
    """Bands of 10 m with SCL at 20 m beside them, as products have them; one file a band."""
    folder = folder / f"masked-{cut}"
    folder.mkdir()
    rng = np.random.default_rng(14)
    for band, size, metres, kind in (("B04_10m", 900, 10, gdal.GDT_UInt16),
                                     ("B08_10m", 900, 10, gdal.GDT_UInt16),
                                     ("SCL_20m", 450, 20, gdal.GDT_Byte)):
        image = gdal.GetDriverByName("GTiff").Create(str(folder / f"{STEM}{band}.tif"), size, size, 1,
                                                     kind, options)
        image.SetGeoTransform((600000, metres, 0, 5400000, 0, -metres))
        most = 12 if metres == 20 else 4000
        image.GetRasterBand(1).WriteArray(rng.integers(0, most, (size, size)))


def make_files(folder):
    """A few small files of every kind of need. Pixels are few; blocks may be large."""
    write_tiff(folder / "tiles.tif", (300, 260), 2, *tiles(256), "COMPRESS=DEFLATE")
    write_tiff(folder / "small.tif", (160, 150), 2, *tiles(16))
    write_tiff(folder / "strips.tif", (900, 90), 3, "COMPRESS=LZW", "BLOCKYSIZE=40")
    write_tiff(folder / "strip.tif", (1500, 800), 4, "COMPRESS=ZSTD", "BLOCKYSIZE=800")
    write_tiff(folder / "stream.tif", (300, 200), 2, *tiles(1536), "COMPRESS=DEFLATE")
    write_tiff(folder / "whole.tif", (200, 200), 2, *tiles(1280), "COMPRESS=LZMA")
    write_tiff(folder / "wide.tif", (700, 300), 4, *tiles(640), "COMPRESS=LZMA")
    write_copy(folder / "image.png", "PNG", 200, 3)
    write_copy(folder / "one.jp2", "JP2OpenJPEG", 1040, 2, "BLOCKXSIZE=1040",
               "BLOCKYSIZE=1040")
    write_copy(folder / "tiled.jp2", "JP2OpenJPEG", 300, 3, "BLOCKXSIZE=256", "BLOCKYSIZE=256")
    write_masked(folder, "tiles", tiles(256) + ["COMPRESS=DEFLATE"])
    write_masked(folder, "strips", ["COMPRESS=LZW", "BLOCKYSIZE=37"])
    write_masked(folder, "strip", ["COMPRESS=DEFLATE", "BLOCKYSIZE=900"])
    (folder / "junk.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing more")


# --- runs ---


class Outcome:
    """What became of one run: exit status, names of scenes that failed, limits that were named."""

    def __init__(self, result, report, budget):
        self.rc, self.result, self.budget = result.rc, result, budget
        scenes = report["scenes"] if report else []
        self.failed = frozenset(s["name"] for s in scenes if s["status"] != "ok")
        self.good = frozenset(s["name"] for s in scenes if s["status"] == "ok")
        text = result.err + "".join(json.dumps(s) for s in scenes if s["status"] != "ok")
        self.named = [int(n) for n in re.findall(r"--memory (\d+)M is enough", text)]
        self.peak = report["memory"]["resident_peak_bytes"] if report else 0


def try_limit(scratch, files, limit, options):
    report = scratch / "r.json"
    report.unlink(missing_ok=True)
    bands = [] if "--mask" in options else ["-b", "red=1,nir=2"]
    result = run(["-q", "--memory", f"{limit}M", *bands, "--report", report, *options, *files],
                 timeout=60, cwd=scratch)
    return Outcome(result, load(report), limit * MIB)


class Case:
    """One command line, its limit left open."""

    def __init__(self, tally, scratch, name, files, options):
        self.tally, self.scratch, self.name = tally, scratch, name
        self.files, self.options = files, options
        self.seen = {}

    def at(self, limit):
        if limit not in self.seen:
            outcome = try_limit(self.scratch, self.files, limit, self.options)
            self.seen[limit] = outcome
            name = f"{self.name}, {limit}M"
            if outcome.result.trouble():
                self.tally.fail(name, outcome.result.trouble())
            elif outcome.peak > outcome.budget:
                self.tally.fail(name, f"{outcome.peak / MIB:.1f} MiB resident")
            else:
                self.tally.ok()
        return self.seen[limit]

    def works(self, limit):
        return self.at(limit).rc == 0

    def check_rising(self):
        """No scene that worked under one limit fails under a larger one."""
        good = frozenset()
        for limit in sorted(self.seen):
            lost = good - self.seen[limit].good
            if lost:
                self.tally.fail(f"{self.name}, {limit}M", f"{sorted(lost)} fail again: "
                                f"{self.seen[limit].result.last_words()}")
                return
            good |= self.seen[limit].good
        self.tally.ok()

    def check_named(self, hopeless):
        """The most that is named is enough for all scenes but those that no memory helps."""
        for limit in sorted(self.seen):
            named = self.seen[limit].named
            if not named:
                continue
            outcome = self.at(max(named))
            left = {name for name in outcome.failed if not name.endswith(hopeless or "/")}
            self.tally.check(outcome.good and not left, self.name, f"at {limit}M {max(named)}M is called "
                             f"enough; there: {outcome.result.last_words()}"
                             f" {outcome.named}")


def check_one(tally, scratch, name, files, options):
    """All scenes work or the run is refused: the least limit, and what is above it."""
    case = Case(tally, scratch, name, files, options)
    refused = case.at(4)
    if refused.rc != 75 or not refused.named:
        return tally.fail(name, f"exit {refused.rc} at 4M: {refused.result.last_words()}")
    named = max(refused.named)
    if not tally.check(case.works(named), name, f"{named}M is called enough, and then: "
                       f"{case.at(named).result.last_words()}"):
        return None
    below = named - ABOVE_LEAST - 1
    tally.check(not case.works(below), name, f"{named}M is named, and {below}M works")
    for step in STEPS + FAR:
        case.at(named + step)
    for limit in range(named - 2, named + 1) if not QUICK else ():
        case.at(limit)
    bad = [limit for limit in case.seen if limit > named and not case.works(limit)]
    tally.check(not bad, name, f"works at {named}M and not at {bad}")
    case.check_rising()
    return named


def check_mixture(tally, scratch, name, files, hopeless, options, limits):
    """Some scenes fail under some limits: never again above, and in whatever order."""
    orders = [files, files[::-1], files[1::2] + files[::2]]
    cases = [Case(tally, scratch, f"{name}, order {i}", order, options)
             for i, order in enumerate(orders if not QUICK else orders[:2])]
    for limit in limits:
        outcomes = [case.at(limit) for case in cases]
        same = len({(o.good, o.failed) for o in outcomes}) == 1
        tally.check(same, f"{name}, {limit}M", "the order decides: " + " | ".join(
            " ".join(sorted(o.failed)) for o in outcomes))
    for case in cases:
        case.check_rising()
    cases[0].check_named(hopeless)


# --- cases ---


def singles():
    names = ("tiles.tif", "small.tif", "strips.tif", "strip.tif", "stream.tif", "whole.tif",
             "image.png", "one.jp2", "tiled.jp2")
    cases = list(itertools.product(names, REPORTS, CUTS, EXECUTORS, ("1", "2", "4")))
    cases = [c for c in cases if not (c[2] == "pile" and c[3] == "processes")
             and not (c[3] == "serial" and c[4] != "1")]
    return cases[::167] if QUICK else cases[::13]  # coprime to the values of every option


def masked():
    """Quality bands are read beside the others: coarser ones, with other blocks."""
    cases = list(itertools.product(("masked-tiles", "masked-strips", "masked-strip"),
                                   ("text", "all"), ("", "cut", "tile", "large"), EXECUTORS))
    return cases[::19] if QUICK else cases[::5]


MIXTURES = (
    ("plain and GDAL", ("tiles.tif", "whole.tif", "image.png", "one.jp2"), None),
    ("GDAL first of many", ("image.png",) + 20 * ("small.tif",) + ("whole.tif",), None),
    ("needs that differ", ("tiles.tif", "strip.tif", "whole.tif", "wide.tif", "stream.tif"), None),
    ("junk among plain ones", ("whole.tif", "junk.png", "wide.tif"), "junk"),
)


def mixed_files(folder, names):
    """Links with names of their own, as one scene may be there many times."""
    files = []
    for i, name in enumerate(names):
        path = folder / f"m{i:02}_{name}"
        if not path.exists():
            path.symlink_to(folder / name)
        files.append(path)
    return files


def limits_of(executor):
    if QUICK:
        return (14, 24, 30, 44, 60, 84, 88, 92, 98, 110, 130, 180)
    plain = [*range(10, 140), *range(140, 320, 6), 430, 438, 440, 446, 500, 511, 512, 513, 540]
    return plain if executor != "processes" else plain[::2]


def check_hostile(tally, scratch, folder):
    """What was found once: eight plain files pass at 40 to 86M and from 94M, and fail between."""
    files = []
    for i, codec in enumerate(("DEFLATE", "LZW", "ZSTD", "NONE", "LZMA")):
        path = folder / f"gap{i}.tif"
        write_tiff(path, (1500, 300), 4, f"COMPRESS={codec}",
                   *(["TILED=YES"] if i == 4 else ["BLOCKYSIZE=40"]))
        files.append(path)
    check_one(tally, scratch, "memory gap", files, ["-j", "2"])
    case = Case(tally, scratch, "memory gap", files, ["-j", "2"])
    for limit in range(80, 100, 4 if QUICK else 1):
        tally.check(case.works(limit), f"memory gap, {limit}M", case.at(limit).result.last_words())


def main():
    tally = Tally()
    if SANITIZED:
        tally.skip("monotone", "a sanitizer's own memory would be measured")
        tally.finish()
    with Scratch() as scratch:
        folder = scratch / "files"
        folder.mkdir()
        make_files(folder)
        n = 0
        for name, report, cut, executor, workers in singles():
            label = f"{name} {report} {cut} {executor} x{workers}"
            named = check_one(tally, scratch, label, [folder / name], [
                *REPORTS[report], *CUTS[cut], "--executor", executor, "-j", workers])
            print(f"{label:48} {named} MiB", flush=True)
            n += 1
        for name, report, cut, executor in masked():
            label = f"{name} {report} {cut} {executor}"
            workers = "1" if executor == "serial" else "3"
            named = check_one(tally, scratch, label, [folder / name], [
                "--mask", "auto", *REPORTS[report], *CUTS[cut], "--executor", executor, "-j", workers])
            print(f"{label:48} {named} MiB", flush=True)
            n += 1
        check_hostile(tally, scratch, folder)
        for label, names, hopeless in MIXTURES:
            for executor in ("threads", "processes"):
                check_mixture(tally, scratch, f"{label}, {executor}", mixed_files(folder, names),
                              hopeless, ["--executor", executor, "-j", "2"], limits_of(executor))
                print(f"{label}, {executor}: done", flush=True)
        print(f"{n} command lines of one scene, {len(MIXTURES)} mixtures")
    tally.finish()


if __name__ == "__main__":
    sys.exit(main())
