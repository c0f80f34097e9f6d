#!/usr/bin/python3
"""Parts that are whole but do not belong together: other options, files, formats, results. All
options of imgpipe run are gone over, so that a new one that changes numbers cannot be forgotten.

Usage: identity.py; BUILD as for the other tests.
"""

import re
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

import numpy as np  # noqa: E402
from osgeo import gdal  # noqa: E402

from launch import ROOT, libraries, mpi_command  # noqa: E402
from oracle import IMGPIPE, Scratch, Tally, load, run  # noqa: E402
from part_text import Lab, Part  # noqa: E402


# An option of run, as it may be given; a test below asks that every one is here.
GIVEN = {"index": ["--index", "dvi"], "expr": ["--expr", "x=nir/red"],
         "const": ["--const", "wdrvi.alpha=0.2"], "range": ["--range", "ndvi=0,1"],
         "on-missing": ["--on-missing", "fail"], "assume-reflectance": ["--assume-reflectance"],
         "valid-range": ["--valid-range", "ndvi=0,0.4"],
         "valid-reflectance": ["--valid-reflectance"],
         "grid": ["--grid", "coarse"],
         "bands": ["--bands", "nir=1,red=2"], "mask": ["--mask", "qa=1"],
         "alpha": ["--alpha", "ignore"], "raw": ["--raw"],
         "scale": ["--scale", "0.5"], "offset": ["--offset", "-1000"], "nodata": ["--nodata", "1500"],
         "reflectance": ["--reflectance"],
         "reader": ["--reader", "gdal"], "workers": ["--workers", "2"],
         "executor": ["--executor", "processes"], "confine": ["--confine", "off"],
         "follow": ["--follow"], "include": ["--include", "*.tif"],
         "exclude": ["--exclude", "*_dem.tif"], "duplicates": ["--duplicates", "newest"],
         "transport": ["--transport", "pipe"],
         "memory": ["--memory", "200M"], "chunk": ["--chunk", "16"],
         "working-set": ["--working-set", "chunk"], "shard": ["--shard", "1/1"],
         "summary": ["--summary", "x.out"], "report": ["--report", "x.out"],
         "csv": ["--csv", "x.out"], "tiles": ["--tiles", "x.out"],
         "tile-grid": ["--tiles", "x.out", "--tile-grid", "8"], "trace": ["--trace", "x.out"],
         "histogram": ["--tiles", "x.out", "--histogram"],
         "html": ["--html", "x.out"], "quiet": ["--quiet"], "verbose": ["--verbose"],
         "progress": ["--progress"], "monitor": ["--monitor"],
         "teach": ["--teach", "float-sums,ship-pixels"], "partial": [],
         "output": ["-o", "maps", "--overwrite"], "name": ["--name", "x_{scene}.tif"],
         "format": ["--format", "gtiff"], "type": ["--type", "float32"],
         "output-nodata": ["--output-nodata", "-20000"], "co": ["--co", "COMPRESS=LZW"],
         "overwrite": ["--overwrite"], "mask-output": ["--mask-output", "why"],
         "bands-output": ["--bands-output", "nir"], "quicklook": ["--quicklook"],
         "stretch": ["--stretch", "2,98"], "contact-sheet": ["--contact-sheet", "sheet.png"],
         "spool-dir": ["--spool-dir", "."], "no-fsync": ["--no-fsync"],
         "no-legend": ["--no-legend"], "wait-lock": ["--wait-lock", "5s"],
         "on-error": ["--on-error", "stop"], "max-failures": ["--max-failures", "1"],
         "timeout": ["--timeout", "600"], "catalog": ["--catalog", "x.gpkg"],
         "resume": ["--resume"], "forget-missing": ["--forget-missing"],
         "log-format": ["--log-format", "json"], "log-file": ["--log-file", "x.log"],
         "metrics": ["--metrics", "x.prom"], "config": ["--config", "x.conf"],
         "color": ["--color", "never"]}
MAPS = ["-o", "maps", "--overwrite"]
# What has to be given beside it, in the run that it is compared with, too.
BESIDE = {"const": ["--index", "wdrvi"],
          "overwrite": ["-o", "more-maps"], "stretch": [*MAPS, "--quicklook"],
          "no-legend": [*MAPS, "--quicklook"],
          **{name: MAPS for name in ("name", "format", "type", "output-nodata", "co", "mask-output",
                                     "bands-output", "quicklook", "contact-sheet", "spool-dir",
                                     "no-fsync")},
          "resume": ["--catalog", "resume.gpkg"], "forget-missing": ["--catalog", "x.gpkg"],
          "valid-reflectance": ["--scale", "0.001"]}
CHANGES_NUMBERS = {"index", "expr", "const", "range", "valid-range", "valid-reflectance", "bands", "mask", "raw", "scale", "offset", "nodata"}
ENDS_AT_ONCE = {"help", "version", "man", "completion"}


def options_of_run():
    text = run(["--help"]).out
    return set(re.findall(r"^ +(?:-\w, )?--([a-z-]+)", text, re.M)) - ENDS_AT_ONCE


def options(lab):
    """Every option: whatever changes a number of a partial is in its identity, and what does not
    change the identity changes no byte."""
    listed = options_of_run()
    lab.tally.check(listed == set(GIVEN), "all options of run are tried",
                    f"not here: {sorted(listed ^ set(GIVEN))}")
    files = []
    for i, low in enumerate((500, 900)):
        path = lab.scratch / f"o{i}.tif"
        out = gdal.GetDriverByName("GTiff").Create(str(path), 64, 64, 2, gdal.GDT_UInt16)
        for band in (1, 2):
            out.GetRasterBand(band).WriteArray(
                np.arange(64 * 64, dtype="u2").reshape(64, 64) * band % 2000 + low)
            out.GetRasterBand(band).SetDescription("red" if band == 1 else "nir")
            out.GetRasterBand(band).SetScale(0.1)
            out.GetRasterBand(band).SetOffset(-7)
        out = None
        files.append(path.name)
    (lab.scratch / "o_QA.tif").write_bytes((lab.scratch / "o0.tif").read_bytes())
    (lab.scratch / "x.conf").write_text("workers = 2\n")

    def part_of(name, more):
        path = lab.scratch / f"{name}.json"
        path.unlink(missing_ok=True)
        result = run(["-q", "--partial", path.name, *more, *files], cwd=lab.scratch)
        return path, result

    for name in sorted(listed & set(GIVEN)):
        beside = BESIDE.get(name, [])
        plain, result = part_of("plain", beside)
        assert result.rc == 0, result.err
        path, result = part_of("given", beside + GIVEN[name])
        if not path.exists():
            lab.tally.fail(f"--{name}", result.last_words())
            continue
        a, b = Part(plain), Part(path)
        in_identity = a.head["options"] != b.head["options"]
        numbers = a.scenes != b.scenes
        if in_identity:
            wrong = None if b.head["options"][name] is not None else "another option is recorded"
        else:
            wrong = None if path.read_bytes() == plain.read_bytes() else "other bytes"
        if numbers != (name in CHANGES_NUMBERS):
            wrong = f"the test says that numbers change: {not numbers}"
        if numbers and not in_identity:
            wrong = "changes numbers, and is not recorded"
        lab.tally.check(wrong is None, f"--{name} and the identity", wrong)
        if not in_identity:
            continue
        parts = [lab.scratch / f"{p}-{name}.json" for p in ("a", "b")]
        for part, more, share in zip(parts, ([], GIVEN[name]), ("1/2", "2/2")):
            run(["-q", "--shard", share, "--partial", part, *beside, *more, *files],
                cwd=lab.scratch)
        result = lab.merge(*parts)
        words = [str(part) for part in parts] + [" ".join(GIVEN[name]), f"no --{name}"]
        lab.tally.check(result.rc == 65 and all(w in result.err for w in words),
                        f"parts with and without --{name}",
                        f"exit {result.rc}: {result.last_words()}")
        result = lab.merge(path, more=GIVEN[name])
        lab.tally.check(result.rc == 64 and f"merge takes no --{name}" in result.err,
                        f"merge with --{name}, which the parts have decided",
                        f"exit {result.rc}: {result.last_words()}")


SAME = ((["-b", "red=1,nir=2"], ["--bands", "nir=02,red=1"]),
        (["--scale", "0.0001"], ["--scale", "1e-4", "--offset", "-0"]),
        (["--nodata", "nan"], ["--nodata", "-NAN"]),
        (["--nodata", "none"], ["--nodata", "7", "--nodata", "none"]),
        (["--mask", "QA=1,2"], ["--mask", "qa=2,1,2"]),
        (["--mask", "QA=1,2,3"], ["--mask", "QA=1-3"]),
        (["--mask", "QA&0x1f"], ["--mask", "QA&31=0"]))


# Likewise, of options that add up when they are given again.
SAME_ONCE = (([], ["--index", "NDVI", "--range", "ndvi=-1,1"]),
             (["--index", "savi", "--const", "L=0.25"],
              ["--index", "SAVI", "--const", "savi.L=25e-2"]),
             (["--index", "savi"], ["--index", "savi", "--const", "L=0.5"]),
             (["--index", "savi,dvi"], ["--index", "savi", "--index", "DVI"]),
             (["--expr", "x=NIR / red"], ["--expr", "X = N/R", "--range", "x=-1,1"]))


def same_meaning(lab):
    """What means the same is the same, however it is typed; the last of two wins."""
    files = ["o0.tif", "o1.tif"]
    for first, second in SAME + SAME_ONCE:
        heads = []
        both = [] if (first, second) in SAME_ONCE else [[*second, *first]]
        for more in (first, second, *both):
            run(["-q", "--partial", "x.json", *more, *files], cwd=lab.scratch)
            heads.append(Part(lab.scratch / "x.json").head)
        if "--offset" in second:  # it stays, where only the scale is given again
            heads.pop()
        lab.tally.check(all(head == heads[0] for head in heads),
                        f"{first} and {second}", str([h["options"] for h in heads]))


def values(lab):
    """Parts of other values: each option that makes another, against the parts without."""
    base = ["--index", "ndvi,savi", "--expr", "x=nir/red", "--scale", "0.5"]
    for name, first, second, words in (
            ("order", base, ["--index", "savi,ndvi", *base[2:]],
             ["--index ndvi,savi", "--index savi,ndvi"]),
            ("one less", base, ["--index", "ndvi", *base[2:]],
             ["--index ndvi,savi", "--index ndvi,"]),
            ("constant", base, [*base, "--const", "savi.L=0.25"],
             ["no --const", "--const savi.L=0.25"]),
            ("range", base, [*base, "--range", "x=-1,2"], ["no --range", "--range x=-1,2"]),
            ("two ranges", [*base, "--range", "ndvi=0,1"], [*base, "--range", "ndvi=0,1.5"],
             ["--range ndvi=0,1;", "--range ndvi=0,1.5"]),
            ("expression", base, [*base[:2], "--expr", "x=red/nir", *base[4:]],
             ["--expr x=nir/red", "--expr x=red/nir"]),
            ("name", base, [*base[:2], "--expr", "z=nir/red", *base[4:]],
             ["--expr x=nir/red", "--expr z=nir/red"]),
            ("far behind", [*base, "--expr", "long=" + "+nir" * 60 + "+red"],
             [*base, "--expr", "long=" + "+nir" * 60 + "*red"],
             ["--expr ...", "+nir+red;", "+nir*red,"]),
            ("bands of an expression", base, [*base[:2], "--expr", "x=nir/#2", *base[4:]],
             ["--expr x=nir/red", "--expr x=nir/#2"])):
        parts = [lab.scratch / f"{n}-values.json" for n in (1, 2)]
        for i, (part, more) in enumerate(zip(parts, (first, second)), 1):
            result = run(["-q", "--shard", f"{i}/2", "--partial", part, *more, "o0.tif", "o1.tif"],
                         cwd=lab.scratch)
            assert result.rc == 0, result.err
        result = lab.merge(*parts)
        missing = [w for w in [*words, *map(str, parts)] if w not in result.err + " "]
        lab.tally.check(result.rc == 65 and not missing, f"parts of other values: {name}",
                        f"exit {result.rc}, not told: {missing}: {result.last_words()}")


def ranks(lab):
    """Ranks that are started with other values read nothing."""
    base = ["-q", "--executor", "mpi", "--partial", "ranks.json"]
    for library in libraries():
        for name, first, second, words in (
                ("--index", ["--index", "ndvi,gndvi"], ["--index", "ndvi"], "no --index"),
                ("--index in another order", ["--index", "ndvi,dvi"], ["--index", "dvi,ndvi"],
                 "--index dvi,ndvi"),
                ("--expr", ["--expr", "x=nir/red"], ["--expr", "x=red/nir"], "--expr x=red/nir"),
                ("--const", ["--index", "savi"], ["--index", "savi", "--const", "L=0.25"],
                 "--const savi.L=0.25"),
                ("--expr, far behind", ["--expr", "x=" + "+nir" * 60 + "+red"],
                 ["--expr", "x=" + "+nir" * 60 + "*red"], "which is not shown, differs"),
                ("--range", ["--range", "ndvi=0,1"], ["--range", "ndvi=0,2"], "--range ndvi=0,2")):
            start, *before = mpi_command(library, 1)
            result = run([*before, IMGPIPE, *base, *first, "s_0001.tif", ":", "-n", "1", IMGPIPE,
                          *base, *second, "s_0001.tif"], program=shutil.which(start),
                         cwd=lab.scratch, env=ROOT, timeout=60)
            lab.tally.check(result.rc != 0 and words in result.err and "rank 1" in result.err and
                            "nothing was read" in result.err and
                            not (lab.scratch / "ranks.json").exists(),
                            f"{library}: ranks with another {name}",
                            f"exit {result.rc}: {result.last_words()}")


def stale(lab):
    """A part of yesterday's run in the folder: found by what it was made with."""
    def share(i, *more, files=("o0.tif", "o1.tif")):
        run(["-q", "--shard", f"{i}/2", *more, *files], cwd=lab.scratch)

    parts = [lab.scratch / f"part-{i}-of-2.json" for i in (1, 2)]
    share(1, "--nodata", "0")
    share(2, "--nodata", "0")
    share(1, "--nodata", "600")  # the second job of today did not run
    result = lab.merge(*parts)
    lab.tally.check(result.rc == 65 and "--nodata 600" in result.err and
                    "--nodata 0" in result.err and "part-2-of-2.json" in result.err,
                    "a stale part, other options", f"exit {result.rc}: {result.last_words()}")
    share(1)
    share(2, files=("o0.tif", "s_0001.tif"))
    result = lab.merge(*parts)
    lab.tally.check(result.rc == 65 and "different sets of files" in result.err,
                    "a stale part, other files", f"exit {result.rc}: {result.last_words()}")
    share(2)
    lab.tally.check(lab.merge(*parts).rc == 0, "the parts of one run")


def formats(lab):
    old = (b'{"schema":"imgpipe-partial/1","index":"ndvi","version":"0.1.0","part":1,"parts":1,'
           b'"scenes_in_all":0,"files":"0123456789abcdef","scenes":[\n],\n"complete":true}\n')
    lab.refuses("a part of an older imgpipe", old, "older imgpipe", "make all parts again")
    data = lab.whole.bytes()
    lab.refuses("a part of one value", data.replace(b"partial/4", b"partial/3"), "older imgpipe",
                "imgpipe-partial/3", "make all parts again")
    for version in (b"5", b"44", b"33", b"22", b"11"):
        lab.refuses(f"format {version}", data.replace(b"partial/4", b"partial/" + version),
                    "not of the format imgpipe-partial/4")
    part = lab.whole.copy()
    part.head["results"] = 5
    part.head["more"] = 1
    lab.refuses("another results version", part.bytes(), "results version 5", "version 4")
    for name, junk in (("empty", b""), ("an image", lab.files[0].read_bytes()),
                       ("JSON", b'{"a":1}\n'), ("text", b"x\n" * 100)):
        lab.refuses(f"no partial: {name}", junk, "not a partial result")
    # Versions are recorded, all of them, and not compared.
    parts = []
    for i in (1, 2):
        path = lab.scratch / f"v{i}.json"
        run(["-q", "--shard", f"{i}/2", "--partial", path, "o0.tif", "o1.tif"], cwd=lab.scratch)
        parts.append(path)
    other = Part(parts[1])
    other.head["made_by"][0]["imgpipe"] = "9.9.9"
    parts[1].write_bytes(other.bytes())
    result = lab.merge(*parts)
    made_by = load(lab.again)["made_by"] if result.rc == 0 else []
    lab.tally.check([p["imgpipe"] for p in made_by] == [Part(parts[0]).head["made_by"][0]["imgpipe"],
                                                        "9.9.9"],
                    "parts of two programs", f"exit {result.rc}: {made_by}")


def main():
    tally = Tally()
    with Scratch() as scratch:
        lab = Lab(tally, scratch)
        for part in (options, same_meaning, values, ranks, stale, formats):
            part(lab)
    tally.finish()


if __name__ == "__main__":
    main()
