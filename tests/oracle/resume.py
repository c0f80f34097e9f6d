#!/usr/bin/python3
"""Nights with a catalogue against one run over everything: six scenes, then four more among them with --resume, then
nothing new. Summary, CSV, partial, totals of the text and the bytes of maps are those of one run over all ten, with
maps and without, for every executor, MPI and shards. Then all that makes a scene be done again, or not: times, sizes,
files beside it, outputs, options, failures, inputs that are gone, and names that change because of a new scene.

Usage: resume.py [--quick]; BUILD as for the other tests.
"""

import hashlib
import os
import re
import shutil
import sqlite3
import zlib

import numpy as np
from osgeo import gdal, osr

from launch import libraries, run_mpi
from oracle import QUICK, Scratch, Tally, load, run

EXECUTORS = ("serial", "threads", "openmp", "processes")
OPTIONS = ["--index", "ndvi,ndmi", "--mask", "auto-optional"]
LATER = ("a1", "b3", "e5", "z9")  # before, among and behind the first
WHY = {"new": "new", "changed": "whose files have changed", "failed": "that failed before",
       "outputs": "whose outputs are not as they were made", "maps": "whose outputs were made by other options or not at all"}


def write(path, bands, words, nodata=None, size=(70, 90)):
    rng = np.random.default_rng(zlib.crc32(path.name.encode()))
    out = gdal.GetDriverByName("GTiff").Create(str(path), size[1], size[0], bands, gdal.GDT_UInt16,
                                               ["TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "COMPRESS=DEFLATE"])
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(32633)
    out.SetProjection(crs.ExportToWkt())
    out.SetGeoTransform((600000, 10, 0, 5400000, 0, -10))
    for i in range(bands):
        out.GetRasterBand(i + 1).WriteArray(rng.integers(0, 9000, size).astype("u2"))
        out.GetRasterBand(i + 1).SetDescription(words[i])
        if nodata is not None:
            out.GetRasterBand(i + 1).SetNoDataValue(nodata)
    out = None


def make(folder, names):
    """Stacks of two and of three bands (ndmi is missing in some), band files, what fails and what is no scene."""
    folder.mkdir(exist_ok=True)
    for name in names:
        if name in ("d4", "e5"):
            for band in ("B04", "B08"):
                write(folder / f"T33UXP_202001{name[1]}1T100031_{band}_10m.tif", 1, ("",), 0)
        elif name == "f6":
            (folder / "f6.tif").write_text("no image")
        elif name == "g7":
            write(folder / "g7_dem.tif", 1, ("elevation",))
        else:
            write(folder / f"{name}.tif", 3 if name in "a1 c3 h8" else 2, ("red", "nir", "swir16"),
                  None if name == "c3" else 8, (70 + len(name), 90 + ord(name[0]) % 7))


FIRST = ("b2", "c3", "d4", "f6", "g7", "h8")


def digests(folder):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()} if folder.is_dir() else {}


def totals(text):
    """The part of the text that is of all scenes and the last line, but for the item that says how many are of earlier
    runs."""
    parts = text.split("\n\n")
    if len(parts) < 2:
        return text
    done = re.findall(r"(?m)^Done .*\n", text)
    return re.sub(r"(?m)^(Earlier|Done) .*\n(?: {10}.*\n)*", "", parts[1].strip() + "\n") + "".join(done)


class Night:
    """Runs over one folder into one place; what they leave as one dictionary."""

    def __init__(self, root, folder, maps, call=None, options=OPTIONS):
        self.root, self.folder, self.options = root, folder, options
        self.maps, self.call = maps, call or (lambda words: run(words, timeout=60))
        root.mkdir(exist_ok=True)

    def run(self, *words):
        for kind in ("s.json", "c.csv", "p.json", "r.json"):
            (self.root / kind).unlink(missing_ok=True)
        maps = ["-o", self.root / "out", *self.maps] if self.maps is not None else []
        result = self.call([*self.options, "--summary", self.root / "s.json", "--csv", self.root / "c.csv", "--partial",
                            self.root / "p.json", "--report", self.root / "r.json", *maps, *words, self.folder])
        self.result = result
        return result

    def left(self):
        made = {kind: (self.root / kind).read_bytes() if (self.root / kind).exists() else b""
                for kind in ("s.json", "c.csv", "p.json")}
        made["c.csv"] = made["c.csv"].replace(str(self.root / "out").encode(), b"OUT")
        return {**made, "text": totals(self.result.out.replace(str(self.root / "out"), "OUT")), "rc": self.result.rc,
                "maps": digests(self.root / "out")}

    def with_catalogue(self, *words):
        return self.run("--catalog", self.root / "c.gpkg", *words)

    def todo(self):
        """Why scenes were to be done: {"new": 4}."""
        line = re.search(r"to do: (.*)", self.result.err)
        found = {}
        for part in line[1].replace(", or", "; or").split(", ") if line else ():
            n, words = part.split(" ", 1)
            found[next((key for key, text in WHY.items() if text == words), words)] = int(n)
        return found


def different(a, b):
    return [key for key in a if a[key] != b[key]]


def same(tally, name, night, want, todo=None):
    other = different(want, night.left())
    tally.check(not other, name, f"{other} differ; exit {night.result.rc}: {night.result.last_words()}")
    if todo is not None:
        tally.check(night.todo() == todo, f"{name}: what is to do", f"{night.todo()}, not {todo}")


def fresh(root, folder, maps, call=None, options=OPTIONS):
    """One run over everything as it is now."""
    shutil.rmtree(root, ignore_errors=True)
    night = Night(root, folder, maps, call, options)
    night.run()
    return night.left()


def nights(tally, scratch, name, call, maps):
    """The week, in short."""
    root = scratch / "week"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    archive = root / "archive"
    make(archive, FIRST)
    night = Night(root / "nights", archive, maps, call)
    night.with_catalogue("--resume")
    same(tally, f"{name}: the first night", night, fresh(root / "one", archive, maps, call))
    make(archive, LATER)
    want = fresh(root / "one", archive, maps, call)
    night.with_catalogue("--resume")
    # The failed one of the first night is tried again.
    same(tally, f"{name}: four more", night, want, {"new": 4, "failed": 1})
    decoded = {s["name"]: s["chunks"] for s in load(night.root / "r.json")["stages"]}.get("decode", -1)
    (archive / "f6.tif").unlink()
    want = fresh(root / "one", archive, maps, call)
    night.with_catalogue("--resume")
    same(tally, f"{name}: nothing new", night, want)
    tally.check("nothing is read" in night.result.err and night.todo() == {}, f"{name}: nothing is to be done",
                night.result.last_words())
    stages = {s["name"]: s["chunks"] for s in load(night.root / "r.json")["stages"]}
    tally.check(decoded == 4 and not stages.get("decode"), f"{name}: chunks decoded", f"{decoded}, {stages}")
    night.with_catalogue()
    if maps is None:
        same(tally, f"{name}: without --resume all is done again", night, want, {})
    else:
        tally.check(night.result.rc == 73, f"{name}: without --resume files that are there are refused",
                    f"exit {night.result.rc}")


class Events:
    """What happens between two nights, and what is done then."""

    def __init__(self, tally, scratch):
        self.tally, self.root, self.archive = tally, scratch / "events", scratch / "events" / "archive"
        self.root.mkdir()
        make(self.archive, FIRST)
        self.night = Night(self.root / "nights", self.archive, ["--mask-output", "why", "--quicklook"])
        self.night.with_catalogue()

    def expect(self, name, todo, *words, of=None, options=OPTIONS, one=()):
        night = self.night
        night.options = options
        night.with_catalogue("--resume", *words)
        want = fresh(self.root / "one", self.archive, night.maps, options=[*options, *one])
        if of:
            want["maps"] = {**night.left()["maps"], **want["maps"]}
        same(self.tally, name, night, want, todo)

    def times(self):
        os.utime(self.archive / "b2.tif", ns=(1, 1_600_000_000_000_000_001))
        self.expect("a time of change", {"changed": 1, "failed": 1})
        os.utime(self.archive / "b2.tif", ns=(1, 1_600_000_000_000_000_002))
        self.expect("a nanosecond more", {"changed": 1, "failed": 1})

    def sizes(self):
        path = self.archive / "b2.tif"
        stamp = path.stat().st_mtime_ns
        with path.open("ab") as f:
            f.write(b"more")
        os.utime(path, ns=(stamp, stamp))
        self.expect("another size at the same time", {"changed": 1, "failed": 1})

    def beside(self):
        aux = self.archive / "h8.tif.aux.xml"
        aux.write_text('<PAMDataset>' + "".join(
            f'<PAMRasterBand band="{b}"><Scale>0.5</Scale><Offset>0.1</Offset></PAMRasterBand>' for b in (1, 2, 3))
                       + "</PAMDataset>")
        self.expect("a file beside it", {"changed": 1, "failed": 1})
        aux.unlink()
        self.expect("and without it", {"changed": 1, "failed": 1})

    def outputs(self):
        out = self.root / "nights" / "out"
        (out / "c3_ndvi.tif").unlink()
        self.expect("an output is gone", {"outputs": 1, "failed": 1})
        for name in ("c3_ndmi.tif", "h8_ndvi.png"):
            data = bytearray((out / name).read_bytes())
            data[50] ^= 1
            (out / name).write_bytes(data)
        self.expect("outputs of other bytes", {"outputs": 2, "failed": 1})
        (out / "b2_why.tif").rename(out / "other.tif")
        (out / "b2_why.tif").symlink_to("other.tif")
        self.expect("a link in place of an output", {"outputs": 1, "failed": 1}, of=out)
        (out / "other.tif").unlink(missing_ok=True)

    def options(self):
        night, maps = self.night, self.night.maps
        night.maps = [*maps, "--type", "float32"]
        self.expect("another type", {"maps": 4, "failed": 1})
        night.maps = [*maps, "--type", "float32", "--no-fsync"]
        self.expect("what changes no byte", {"failed": 1})
        night.maps = maps
        self.expect("and back", {"maps": 4, "failed": 1})
        ndmi = ["--index", "ndmi", "--mask", "auto-optional"]
        night.options, before = ndmi, digests(self.root / "nights" / "out")
        night.with_catalogue("--resume")
        self.tally.check(night.result.rc == 73 and before == digests(self.root / "nights" / "out"),
                         "another index is a set apart, and takes no files", night.result.last_words())
        self.expect("with --overwrite it does", {"new": 6}, "--overwrite", of=True, options=ndmi)
        # Maps of ndmi and of classes are now the other set's, and have the same bytes or not.
        self.expect("then the first set again", None, "--overwrite")
        self.expect("and all is as it was", {"failed": 1})
        with sqlite3.connect(self.root / "nights" / "c.gpkg") as db:
            sets = db.execute("SELECT count(*) FROM sets").fetchone()[0]
        self.tally.check(sets == 2, "sets in the catalogue", f"{sets}")

    def failures(self):
        bad = self.archive / "f6.tif"
        write(bad, 2, ("red", "nir"))
        self.expect("a failed scene that is good now", {"failed": 1})
        bad.write_text("no image again")
        # Maps that were made of it stay: nothing takes files away.
        self.expect("and bad once more", {"changed": 1}, of=True)
        bad.unlink()
        for path in (self.root / "nights" / "out").glob("f6_*"):
            path.unlink()

    def names(self):
        (self.archive / "more").mkdir()
        write(self.archive / "more" / "c3.tif", 2, ("red", "nir"))
        night, out = self.night, self.root / "nights" / "out"
        before = set(digests(out))
        night.with_catalogue("--resume")
        want = fresh(self.root / "one", self.archive, night.maps)
        old = {n for n in before if n.startswith("c3_")}
        got = night.left()
        got["maps"] = {k: v for k, v in got["maps"].items() if k not in old}
        other = different(want, got)
        self.tally.check(not other and night.todo() == {"new": 1, "changed": 1}, "a name that a new scene changes",
                         f"{other}, {night.todo()}: {night.result.last_words()}")
        for name in old:
            (out / name).unlink()
        (self.archive / "more" / "c3.tif").unlink()
        (self.archive / "more").rmdir()
        night.with_catalogue("--resume")
        for path in out.iterdir():
            if path.name not in digests(self.root / "one" / "out") and not path.name.startswith("c3_"):
                path.unlink()

    def gone(self):
        out = self.root / "nights" / "out"
        (self.archive / "b2.tif").unlink()
        for path in list(out.iterdir()):
            if path.name.startswith("b2_"):
                path.unlink()
        self.night.with_catalogue("--resume")
        gone = [int(n) for n in re.findall(r"holds (\d+) scenes? whose files are gone", self.night.result.err)]
        with sqlite3.connect(self.root / "nights" / "c.gpkg") as db:
            rows = db.execute("SELECT count(*) FROM scenes WHERE gone").fetchone()[0]
            stay = db.execute("SELECT count(*) FROM scenes WHERE name = 'b2'").fetchone()[0]
        self.tally.check(gone and gone[0] >= 1 and stay and rows, "files that are gone are said and marked",
                         f"{gone}, {rows} rows: {self.night.result.err[-300:]}")
        self.night.with_catalogue("--resume", "--forget-missing")
        with sqlite3.connect(self.root / "nights" / "c.gpkg") as db:
            set_id = db.execute("SELECT min(id) FROM sets").fetchone()[0]
            left = db.execute("SELECT count(*) FROM scenes WHERE gone AND set_id = ?", (set_id,)).fetchone()[0]
        self.tally.check("forgotten" in self.night.result.err and left == 0, "--forget-missing takes them out",
                         f"{left} rows: {self.night.result.err[-300:]}")

    def strict(self):
        path = self.archive / "c3.tif"
        night = self.night
        night.with_catalogue("--resume=strict")
        night.with_catalogue("--resume=strict")
        self.tally.check(night.todo() == {}, "strict: nothing has changed", f"{night.todo()}: {night.result.err[-300:]}")
        night.with_catalogue("--resume")
        self.tally.check(night.todo() == {}, "checksums are passed over without strict", f"{night.todo()}")
        data, stat = bytearray(path.read_bytes()), path.stat()
        data[-30] ^= 0xff
        path.write_bytes(data)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        night.with_catalogue("--resume")
        self.tally.check(night.todo() == {}, "other bytes at the same time and size are not seen", f"{night.todo()}")
        night.with_catalogue("--resume=strict")
        self.tally.check(night.todo() == {"changed": 1}, "--resume=strict sees them", f"{night.todo()}")


def refusals(tally, scratch):
    archive = scratch / "refused" / "archive"
    archive.parent.mkdir()
    make(archive, ("b2", "c3"))
    root = archive.parent
    night = Night(root / "nights", archive, [])
    (root / "nights" / "out").mkdir()
    (root / "nights" / "out" / "b2_ndvi.tif").write_text("mine")
    night.with_catalogue("--resume")
    tally.check(night.result.rc == 73 and (root / "nights" / "out" / "b2_ndvi.tif").read_text() == "mine",
                "a file that no run has made is not replaced on the first night",
                f"exit {night.result.rc}: {night.result.last_words()}")
    (root / "nights" / "out" / "b2_ndvi.tif").unlink()
    night.with_catalogue("--resume")
    tally.check(night.result.rc == 1, "then it runs", f"exit {night.result.rc}: {night.result.last_words()}")
    make(archive, ("d4",))
    (root / "nights" / "out" / "T33UXP_20200141T100031_ndvi.tif").write_text("left by a run that was killed")
    night.with_catalogue("--resume")
    same(tally, "a file without a row is made again", night, fresh(root / "one", archive, []), {"new": 1})
    result = run(["--catalog", root / "nights" / "c.gpkg", "--resume", archive, root / "nights" / "c.gpkg"])
    tally.check(result.rc == 64 and "cannot be its catalogue" in result.err, "a catalogue is no input",
                f"exit {result.rc}: {result.last_words()}")


def shards(tally, scratch):
    root = scratch / "shards"
    root.mkdir()
    archive = root / "archive"
    make(archive, FIRST[:2])
    for names in (FIRST, LATER):
        make(archive, names)
        one = Night(root / "one", archive, None)
        one.run()
        parts = []
        for i in (1, 2, 3):
            parts.append(root / f"part-{i}.json")
            result = run(["-q", *OPTIONS, "--shard", f"{i}/3", "--catalog", root / f"{i}.gpkg", "--resume", "--partial",
                          parts[-1], archive], timeout=60)
        merged = run(["merge", "-q", "--summary", root / "m.json", "--csv", root / "m.csv", *parts])
        good = all((root / f"m.{kind}").exists() and (root / f"m.{kind}").read_bytes() == one.left()[f"{key}"]
                   for kind, key in (("json", "s.json"), ("csv", "c.csv")))
        tally.check(good, f"shards with catalogues merge into one run, {len(list(archive.iterdir()))} files",
                    f"exit {result.rc}, {merged.rc}: {merged.last_words()}")


def main():
    tally = Tally()
    with Scratch() as scratch:
        executors = EXECUTORS[1:4:2] if QUICK else EXECUTORS
        for executor in executors:
            for maps in (None, []):
                nights(tally, scratch, f"{executor}{'' if maps is None else ', maps'}",
                       lambda words, e=executor: run(["--executor", e, "--workers", "2", *words], timeout=60), maps)
        for library in libraries():
            for maps in (None, []):
                nights(tally, scratch, f"{library}{'' if maps is None else ', maps'}",
                       lambda words, lib=library: run_mpi(lib, 2, ["--executor", "mpi", *words]), maps)
        if not libraries():
            tally.skip("mpi", "no MPI library and launcher")
        events = Events(tally, scratch)
        for event in (events.times, events.sizes, events.beside, events.outputs, events.options, events.failures,
                      events.names, events.gone, events.strict):
            event()
        refusals(tally, scratch)
        shards(tally, scratch)
    tally.finish()


if __name__ == "__main__":
    main()
