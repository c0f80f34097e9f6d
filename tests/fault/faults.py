#!/usr/bin/python3
"""Fault injection: one call after another is made to fail (shim.c), and each run must end soon,
without a crash, with a documented exit status and plain words; scenes that are reported as fine
have the right numbers; no half-written report has its final name and no temporary file stays.

Usage: faults.py [--quick]; BUILD as for the other tests.
"""

import re
import sys
import tarfile
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

import numpy as np  # noqa: E402
from osgeo import gdal  # noqa: E402

from oracle import (MAKE_SCENE, QUICK, SANITIZED, Scratch, Tally,  # noqa: E402
                    load, run)
from preload import preload  # noqa: E402

# call, kind, must the run succeed with the right numbers all the same?
PLANS = (
    ("pread", "error", False), ("pread", "short", True), ("pread", "eintr", True),
    ("open", "error", False),
    ("openat", "error", False),
    ("linkat", "error", True),  # no name for a file that has none: it is copied
    ("mmap", "error", False),
    ("malloc", "error", False),
    ("fflush", "error", False),
    ("rename", "error", False),
    ("pthread_create", "error", True),
)
MOST = 12 if QUICK else 150  # calls that are made to fail, of each plan
SHOWN = 5  # of the failures of one plan

# Every call for memory of the whole process, libraries' as well, on every codec and executor:
# executor, options. How many of them are made to fail, and which libraries do not survive it: of
# libtiff up to 4.7 _TIFFMergeFields() loses its table of tags where that cannot grow for a codec;
# LERC, in C++, lets an exception out of its C functions; libgomp ends the program, with words, when
# it is loaded; so does the loader of glibc, in three of its calls while it loads libtiff and its libraries.
ALLOCATIONS = (("threads", []), ("processes", []), ("openmp", []), ("serial", ["--raw"]))
MOST_ALLOCATIONS = 40 if QUICK else 5000
KNOWN_CRASHES = ("libtiff.so", "libLerc.so")

FROM = {"malloc": "imgpipe"}


class Faults:
    def __init__(self, tally, scratch, shim, files):
        self.tally, self.scratch, self.shim, self.files = tally, scratch, shim, files
        self.reference = None

    def run(self, out, env, workers):
        out.mkdir()
        if env["FAULT_CALL"] in FROM:
            env = dict(env, FAULT_FROM=FROM[env["FAULT_CALL"]])
        if env["FAULT_CALL"] == "rename":  # to whole names, from temporary ones
            env = dict(env, FAULT_NO_TMPFILE="1")
        return run(["-q", "--workers", workers, "--chunk", "300", "--reader", "tiff", "--summary",
                    out / "s.json", "--report", out / "r.json", "--tiles", out / "t.csv",
                    *self.files], env=dict(env, LD_PRELOAD=str(self.shim)))

    def clear(self, out):
        for path in out.iterdir():
            path.unlink()
        out.rmdir()

    def count_calls(self, call):
        """How many calls of this kind a run makes that nothing happens to."""
        out, counter = self.scratch / "out", self.scratch / "count"
        result = self.run(out, {"FAULT_CALL": call, "FAULT_COUNT": str(counter)}, "3")
        summary = load(out / "s.json")
        self.clear(out)
        if result.rc != 0 or summary is None:
            self.tally.fail(f"{call}, no fault", f"exit {result.rc}: {result.last_words()}")
            return 0
        self.reference = summary
        return int(counter.read_text())

    def wrong(self, out, result, must_succeed):
        """What is wrong with the end of a run, or None."""
        if result.trouble():
            return result.trouble()
        if must_succeed and result.rc != 0:
            return f"exit {result.rc} though this can be survived: {result.last_words()}"
        left = {path.name for path in out.iterdir()} - {"s.json", "r.json", "t.csv"}
        if left:
            return f"left behind: {', '.join(sorted(left))}"
        for name in ("s.json", "r.json"):
            if (out / name).exists() and load(out / name) is None:
                return f"{name} is half-written (exit {result.rc})"
        summary = load(out / "s.json")
        if result.rc in (0, 1, 65) and summary is None:
            return f"exit {result.rc} and no summary"
        if result.rc == 0 and summary != self.reference:
            return "exit 0 and other numbers"
        for got, want in zip(summary["scenes"] if summary else [], self.reference["scenes"]):
            if got["status"] == "ok" and got != want:
                return f"scene {got['name']} is reported as ok with other numbers"
        if result.rc == 1 and all(s["status"] == "ok" for s in summary["scenes"]):
            return "exit 1 and no scene failed"
        return None

    def check_plan(self, call, kind, must_succeed):
        n_calls = self.count_calls(call)
        step = max(1, n_calls // MOST)
        statuses, failed = {}, self.tally.failed
        for at in range(1, n_calls + 1, step):
            for everything in (False, True) if kind == "error" else (False,):
                out = self.scratch / "out"
                env = {"FAULT_CALL": call, "FAULT_AT": str(at), "FAULT_KIND": kind}
                if everything:
                    env["FAULT_ALL"] = "1"
                survive = must_succeed and not (everything and
                                                call not in ("pthread_create", "linkat"))
                result = self.run(out, env, "1" if at % 3 == 0 else "3")
                wrong = self.wrong(out, result, survive)
                name = f"{call} {kind} at {at}{' and all later' if everything else ''}"
                if wrong and self.tally.failed - failed >= SHOWN:
                    self.tally.failed += 1
                else:
                    self.tally.check(wrong is None, name, wrong)
                statuses[result.rc] = statuses.get(result.rc, 0) + 1
                self.clear(out)
        ends = ", ".join(f"{n} x exit {rc}" for rc, n in sorted(statuses.items()))
        wrong = self.tally.failed - failed
        print(f"{call} {kind}: {n_calls} calls, {ends or 'none failed'}; {wrong} wrong", flush=True)


class Allocations(Faults):
    """No crash of ours, whoever asked for the memory."""

    executor, options = "threads", []

    def run(self, out, env, workers):
        out.mkdir()
        return run(["-q", "--workers", workers, "--executor", self.executor, "--reader", "tiff",
                    *self.options, "--memory", "300M", "--summary", out / "s.json",
                    *self.files],
                   env=dict(env, LD_PRELOAD=str(self.shim), FAULT_FROM="", FAULT_CRASH="1"))

    def crash(self, result):
        """Who crashed: (library, function), or None."""
        found = re.search(r"crash in (\S+) \((\S+)\)", result.err)
        return found.groups() if found else None

    def ended_by_library(self, result):
        """A library ended the program, and said why."""
        return "libgomp: " in result.err or (result.rc == 127 and result.err == "out of memory\n")

    def check_all(self):
        n_calls = self.count_calls("malloc")
        ends, known, failed = {}, 0, self.tally.failed
        for at in range(1, n_calls + 1, max(1, n_calls // MOST_ALLOCATIONS)):
            out = self.scratch / "out"
            result = self.run(out, {"FAULT_CALL": "malloc", "FAULT_AT": str(at)}, "2")
            crash = self.crash(result)
            if crash and crash[0].startswith(KNOWN_CRASHES) or self.ended_by_library(result):
                known += 1
            else:
                wrong = f"crash in {crash[0]}, {crash[1]}" if crash else \
                    self.wrong(out, result, False)
                self.tally.check(wrong is None, f"memory, {self.executor}, call {at}", wrong)
            ends[result.rc] = ends.get(result.rc, 0) + 1
            for path in out.iterdir():
                path.unlink()
            out.rmdir()
        ends = ", ".join(f"{n} x exit {rc}" for rc, n in sorted(ends.items()))
        print(f"memory, {self.executor}: {n_calls} calls, {ends}; {known} crashes of libraries, "
              f"{self.tally.failed - failed} wrong", flush=True)
        # most opens of a file have one such call, of LERC more
        self.tally.check(known * 16 <= n_calls, f"memory, {self.executor}",
                         f"{known} crashes of libraries in {n_calls} calls")


def check_allocations(tally, scratch, shim):
    files = []
    for codec in ("deflate", "lzw", "zstd", "lzma", "packbits", "none", "lerc"):
        files.append(scratch / f"memory-{codec}.tif")
        made = run(["--size", "64x48", "--tile", "32", "--codec", codec,
                    *(["--mask"] if codec in ("lzw", "none") else []), files[-1]],
                   program=MAKE_SCENE)
        if made.rc != 0:
            return tally.fail(f"make_scene, {codec}", made.last_words())
    for executor, options in ALLOCATIONS:
        allocations = Allocations(tally, scratch, shim, files)
        allocations.executor, allocations.options = executor, options
        allocations.check_all()
    return None


SAFE = "S2B_MSIL2A_20220601T101031_N0400_R022_T33UUB_20220601T140000.SAFE"
GRANULE = "GRANULE/L2A_T33UUB_A027340_20220601T101026/IMG_DATA"
MTD = """<n1:Level-2A_User_Product xmlns:n1="x"><PRODUCT_URI>%s</PRODUCT_URI>
<PROCESSING_BASELINE>04.00</PROCESSING_BASELINE><BOA_QUANTIFICATION_VALUE unit="none">20000
</BOA_QUANTIFICATION_VALUE><BOA_ADD_OFFSET band_id="3">-700</BOA_ADD_OFFSET>
<BOA_ADD_OFFSET band_id="7">-700</BOA_ADD_OFFSET></n1:Level-2A_User_Product>""" % SAFE
PAM = """<PAMDataset><PAMRasterBand band="1"><NoDataValue>7</NoDataValue></PAMRasterBand>
</PAMDataset>"""


def write_product(folder):
    """Sentinel-2 as it is delivered: SCL at 20 m; nodata of one band stands beside it alone."""
    rng = np.random.default_rng(14)
    for band, metres, least, most in (("B04", 10, 5, 4000), ("B08", 10, 5, 4000), ("SCL", 20, 0, 12)):
        place = folder / SAFE / GRANULE / f"R{metres}m"
        place.mkdir(parents=True, exist_ok=True)
        path = place / f"T33UUB_20220601T101031_{band}_{metres}m.tif"
        size = 640 // metres
        image = gdal.GetDriverByName("GTiff").Create(
            str(path), size, size, 1, gdal.GDT_Byte if band == "SCL" else gdal.GDT_UInt16,
            ["COMPRESS=DEFLATE", "TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=32"])
        values = rng.integers(least, most, (size, size))
        if band == "B04":
            values[:9] = 7
            Path(f"{path}.aux.xml").write_text(PAM)
        image.SetGeoTransform((600000, metres, 0, 5400000, 0, -metres))
        image.GetRasterBand(1).WriteArray(values)
    (folder / SAFE / "MTD_MSIL2A.xml").write_text(MTD)


# Level-1 of Landsat and of Planet: without these files their numbers are no reflectance, or another.
LEVEL1 = "LC08_L1TP_193026_20170805_20201016_02_T1"
MTL = """{"LANDSAT_METADATA_FILE":{"PRODUCT_CONTENTS":{"PROCESSING_LEVEL":"L1TP"},"IMAGE_ATTRIBUTES":
{"SUN_ELEVATION":"40.0"},"LEVEL1_RADIOMETRIC_RESCALING":{"REFLECTANCE_MULT_BAND_4":"3e-5",
"REFLECTANCE_ADD_BAND_4":"-0.12","REFLECTANCE_MULT_BAND_5":3e-5,"REFLECTANCE_ADD_BAND_5":-0.12}}}"""
RADIANCE = "20181002_045628_0f1a_3B_AnalyticMS"
COEFFICIENTS = (2.1e-5, 2.2e-5, 2.5e-5, 3.7e-5)


def write_level1(folder):
    rng = np.random.default_rng(15)
    folder.mkdir()
    for name, n in ((f"{LEVEL1}_B4", 1), (f"{LEVEL1}_B5", 1), (RADIANCE, 4)):
        image = gdal.GetDriverByName("GTiff").Create(str(folder / f"{name}.tif"), 64, 64, n,
                                                     gdal.GDT_UInt16)
        for band in range(1, n + 1):
            image.GetRasterBand(band).WriteArray(rng.integers(5000, 9000 * band, (64, 64)))
    (folder / f"{LEVEL1}_MTL.json").write_text(MTL)
    (folder / f"{RADIANCE}_metadata.xml").write_text("<p:E xmlns:p='u'>" + "".join(
        f"<p:bandSpecificMetadata><p:bandNumber>{band}</p:bandNumber><p:reflectanceCoefficient>{c}"
        "</p:reflectanceCoefficient></p:bandSpecificMetadata>"
        for band, c in enumerate(COEFFICIENTS, 1)) + "</p:E>")


class Products(Allocations):
    """Quality bands, and facts beside files, in a folder and in archives. What cannot be read for
    want of memory is never taken as absent: numbers would be others."""

    options = ["--mask", "auto"]

    def check_reference(self, name):
        ndvi = self.reference["scenes"][0]["indices"]["ndvi"] if self.reference else {}
        self.tally.check(ndvi.get("nodata") == 9 * 64 and ndvi.get("masked", 0) > 500 and
                         ndvi["masked_by"]["cirrus"] > 100, f"{name}, no fault", f"{ndvi}")


def check_products(tally, scratch, shim):
    folder = scratch / "product"
    write_product(folder)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    with zipfile.ZipFile(scratch / "stored.zip", "w", zipfile.ZIP_STORED) as archive:
        for file in files:
            archive.write(file, file.relative_to(folder))
    with tarfile.open(scratch / "plain.tar", "w") as archive:
        archive.add(folder / SAFE, SAFE)
    for executor, source in (("threads", "product"), ("processes", "product"),
                             ("threads", "stored.zip"), ("serial", "plain.tar"),
                             ("processes", "plain.tar")):
        products = Products(tally, scratch, shim, [scratch / source])
        products.executor = executor
        if executor == "processes":  # confined workers cannot tell who crashed
            products.options = [*Products.options, "--confine", "off"]
        print(f"{source}:", end=" ")
        products.check_all()
        products.check_reference(source)
    write_level1(scratch / "level1")
    level1 = Products(tally, scratch, shim, [scratch / "level1"])
    level1.options = ["--reflectance"]
    print("level1:", end=" ")
    level1.check_all()


def main():
    tally = Tally()
    if SANITIZED:
        tally.skip("fault injection", "the sanitizers bring their own malloc")
        tally.finish()
    with Scratch() as scratch:
        shim = preload("shim.c")
        files = []
        for name, layout in (("a", ["--tile", "128", "--codec", "deflate"]),
                             ("b", ["--strip", "20", "--codec", "lzw"]),
                             ("c", ["--strip", "500", "--codec", "none"])):
            files.append(scratch / f"{name}.tif")
            made = run(["--size", "500x500", *layout, files[-1]], program=MAKE_SCENE)
            if made.rc != 0:
                tally.fail("make_scene", made.last_words())
                tally.finish()
        faults = Faults(tally, scratch, shim, files)
        for plan in PLANS:
            faults.check_plan(*plan)
        check_allocations(tally, scratch, shim)
        check_products(tally, scratch, shim)
    tally.finish()


if __name__ == "__main__":
    main()
