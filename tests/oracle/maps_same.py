#!/usr/bin/python3
"""The files of maps have the same bytes however the work is done: for executors x workers x chunks x working
sets, both MPI libraries, little memory, shards, one scene or several a run, and whatever the layout of the input
is; for both readers, but for the words of a CRS where GDAL did not write the input. That the pixels are right is
maps.py's matter.

    maps_same.py [--quick]      a quick run takes a fixed sample
"""

import hashlib
import itertools
import os
import re
import shutil

import numpy as np

from launch import libraries, run_mpi
from maps import numbers, write
from oracle import MAKE_SCENE, QUICK, SANITIZED, Scratch, Tally, load, run

EXECUTORS = ("serial", "threads", "openmp", "processes/shm", "processes/pipe")
WORKERS = ("1", "2", "3", "8")
CHUNKS = ("auto", "tile", "64", "100x37", "333", "2048", "1GiB")
WORKING_SETS = ("tile", "chunk")
READERS = ("auto", "gdal")
OPTIONS = (EXECUTORS, WORKERS, CHUNKS, WORKING_SETS, READERS)
RANKS = (1, 2, 3)
# Of make_scene, with a CRS: copied as it stands by the TIFF reader, in GDAL's words by the other.
OWN_CRS = ("a-tiles", "b-strips", "c-sparse", "d-small")
# Steps and first ones by which the formats together meet each value; check_sample() looks.
STEP, FIRST = (117, 27) if QUICK else (3, 7)
MPI_STEP, MPI_FIRST = (19, 7) if QUICK else (1, 0)

SEVERAL = ["--index", "ndvi,ndmi,evi2", "--expr", "d=nir-red*2", "--mask-output", "why", "--bands-output", "red",
           "--scale", "0.0001", "--offset", "-0.05", "--quicklook", "--no-fsync"]
FORMATS = {
    "COG": ["--co", "BLOCKSIZE=128", "--co", "LEVEL=1"],
    "COG float32, ZSTD, BigTIFF": ["--type", "float32", "--co", "COMPRESS=ZSTD", "--co", "BIGTIFF=YES", "--co",
                                   "BLOCKSIZE=256"],
    "GeoTIFF uint8, LZW, sparse": ["--format", "gtiff", "--type", "uint8", "--co", "COMPRESS=LZW", "--co",
                                   "SPARSE_OK=YES", "--co", "BLOCKSIZE=128"],
    "COG, not compressed": ["--co", "COMPRESS=NONE", "--co", "BLOCKSIZE=256"],
}
LAYOUTS = {"tiles": "--tile 256", "large tiles": "--tile 1024 --codec lzw", "odd tiles": "--tile 208x336 --codec zstd",
           "small tiles": "--tile 16", "strips": "--strip 16", "one strip": "--strip 0",
           "rows": "--strip 1 --codec none", "planar": "--interleave band --tile 128",
           "big-endian": "--byte-order big --strip 33", "BigTIFF": "--bigtiff --tile 64"}


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()
            if not path.name.endswith(".lock")}


def make_scenes(folder):
    """Tiles, planar strips, a sparse one with a mask, 10 m with 20 m, one that nothing is stored of, and
    what is no image."""
    folder.mkdir()
    made = ("--size 500x331 --tile 128", "--size 301x133 --strip 7 --interleave band",
            "--size 600x440 --tile 64 --sparse --mask", "--size 3x2 --tile 16")
    for name, words in zip(OWN_CRS, made):
        run([*words.split(), folder / f"{name}.tif"], program=MAKE_SCENE)
    for i, (band, metres) in enumerate((("B04", 10), ("B08", 10), ("B11", 20))):
        shape = (160, 320) if metres == 10 else (80, 160)
        write(folder / f"T33UXP_20200101T100031_{band}_{metres}m.tif", [numbers(shape, i)],
              (600000, metres, 0, 5400000, 0, -metres), names=(), nodata=0)
    write(folder / "e-empty.tif", [np.zeros((300, 300), np.uint16)] * 2, nodata=0,
          options=("TILED=YES", "SPARSE_OK=TRUE", "BLOCKXSIZE=64", "BLOCKYSIZE=64"))
    (folder / "f-bad.tif").write_text("no image")
    return folder


class Same:
    """Runs beside the first one. status: one scene is bad, and some lack a band."""

    def __init__(self, tally, scratch, label, options, inputs, status=1):
        self.tally, self.label, self.options, self.inputs = tally, label, options, inputs
        self.out, self.status, self.n, self.report = scratch / "out", status, 0, scratch / "report.json"
        self.want, self.by_gdal = None, None
        self.made("serial", run, ["--executor", "serial", "--report", self.report])
        outputs = [o for s in load(self.report)["scenes"] for o in s["outputs"]] if self.want else []
        tally.check(sorted(os.path.basename(o["path"]) for o in outputs) == sorted(self.want or ()),
                    f"{label}: files in the report", f"{len(outputs)} of {len(self.want or ())}")

    def made(self, name, call, words, memory="1G"):
        shutil.rmtree(self.out, ignore_errors=True)
        result = call(["-q", "-o", self.out, "--memory", memory, *self.options, *words, *self.inputs], timeout=120)
        got = digests(self.out) if self.out.is_dir() else {}
        self.compare(name, result, got)

    def first_by_gdal(self, got):
        """Maps of scenes with a CRS of make_scene may be other ones than by the TIFF reader; all else is the same."""
        self.by_gdal = dict(self.want)
        for name in self.want:
            if name.startswith(OWN_CRS) and name.endswith(".tif") and name in got:
                self.by_gdal[name] = got[name]

    def compare(self, name, result, got):
        if self.want is None:
            self.want = got
            self.tally.check(len(got) > 0 and result.rc == self.status, f"{self.label}: {name}",
                             f"exit {result.rc}: {result.last_words()}")
            return
        if "--reader gdal" in name and self.by_gdal is None:
            self.first_by_gdal(got)
        want = self.by_gdal if "--reader gdal" in name else self.want
        other = sorted(key for key in {*got, *want} if got.get(key) != want.get(key))
        good = self.tally.check(result.rc == self.status and not other, f"{self.label}: {name}",
                                f"exit {result.rc}, {len(other)} other files: {other[:3]}; {result.last_words()}")
        self.n += good

    def shards(self, n):
        """Each job its share, into one folder."""
        shutil.rmtree(self.out, ignore_errors=True)
        for i in range(1, n + 1):
            part = self.out.parent / f"part-{i}.json"
            result = run(["-q", "-o", self.out, "--shard", f"{i}/{n}", "--partial", part, *self.options,
                          *self.inputs], timeout=120)
            if result.rc not in (0, 1, 65):
                break
        result.rc = self.status if result.rc in (0, 1, 65) else result.rc
        self.compare(f"{n} shards", result, digests(self.out))

    def little(self, words):
        """As little memory as a refusal says is enough."""
        shutil.rmtree(self.out, ignore_errors=True)
        result = run(["-q", "-o", self.out, "--memory", "1M", *self.options, *words, *self.inputs])
        enough = re.search(r"--memory (\S+) is enough", result.err)
        if self.tally.check(enough and result.rc == 75, f"{self.label}: too little memory is refused, {words}",
                            f"exit {result.rc}: {result.last_words()}"):
            self.made(f"--memory {enough[1]} {' '.join(words)}", run, words, enough[1])


def executor_options(executor):
    name, _, transport = executor.partition("/")
    return ["--executor", name, *(["--transport", transport] if transport else [])]


def sample(options, first, step):
    return list(itertools.product(*options))[first::step]


def check_sample(tally, options, samples):
    """Each value of each option is met."""
    for i, values in enumerate(options):
        missed = set(values) - {one[i] for one in itertools.chain(*samples)}
        tally.check(not missed, "the sample of ways", f"none with {missed}")


def every_way(tally, scratch):
    scenes = make_scenes(scratch / "scenes")
    ways = [sample(OPTIONS, FIRST * i, STEP) for i in range(len(FORMATS))]
    check_sample(tally, OPTIONS, ways)
    mpi_options = (libraries(), RANKS, ("1", "2"), ("auto", "tile", "333"))
    # Under a sanitizer none: the MPI libraries leak and race on their own account.
    mpi_ways = [[] if SANITIZED else sample(mpi_options, MPI_FIRST * i, MPI_STEP) for i in range(len(FORMATS))]
    if not SANITIZED and len(libraries()) == 2:
        check_sample(tally, mpi_options, mpi_ways)
    for i, (label, options) in enumerate(FORMATS.items()):
        same = Same(tally, scratch, label, [*SEVERAL, *options], [scenes])
        for executor, workers, chunk, working_set, reader in ways[i]:
            words = [*executor_options(executor), "--workers", workers, "--chunk", chunk, "--working-set",
                     working_set, "--reader", reader]
            same.made(" ".join(words), run, words)
        for library, ranks, threads, chunk in mpi_ways[i]:
            same.made(f"{library}, {ranks} ranks x {threads}, chunk {chunk}",
                      lambda args, timeout, library=library, ranks=ranks: run_mpi(library, ranks, args, timeout),
                      ["--executor", "mpi", "--workers", threads, "--chunk", chunk])
        for n in (3,) if QUICK else (2, 3, 5):
            same.shards(n)
        if not SANITIZED:
            for words in ([["--executor", "serial"], ["--workers", "2"], ["--executor", "processes"]])[
                    i % 3 if QUICK else 0::3 if QUICK else 1]:
                same.little(words)
        same.made("a spool elsewhere", run, ["--spool-dir", scratch])
        same.made("with tables of tiles", run, ["--tiles", scratch / "tiles.csv", "--tile-grid", "50"])
        print(f"{label:30} {len(same.want)} files, {same.n} times the same bytes", flush=True)


def one_scene(tally, scratch):
    """A run of several scenes makes no other files than runs of one each."""
    scenes = make_scenes(scratch / "scenes")
    same = Same(tally, scratch, "scenes together", [*SEVERAL, *FORMATS["COG"]], [scenes])
    got = {}
    for paths in ([scenes / f"{name}.tif"] for name in ("a-tiles", "b-strips", "c-sparse", "d-small", "e-empty")):
        shutil.rmtree(same.out, ignore_errors=True)
        result = run(["-q", "-o", same.out, *same.options, *paths])
        got |= digests(same.out)
    shutil.rmtree(same.out, ignore_errors=True)
    result = run(["-q", "-o", same.out, *same.options, *sorted(scenes.glob("T33*"))])
    got |= digests(same.out)
    result.rc = same.status if result.rc in (0, 1) else result.rc
    same.compare("one a run", result, got)


def layouts(tally, scratch):
    """The same pixels, stored otherwise."""
    first = {}  # by each reader
    for label, words in LAYOUTS.items():
        folder = scratch / label
        folder.mkdir()
        path = folder / "scene.tif"
        run(["--size", "1100x850", *words.split(), path], program=MAKE_SCENE)
        out = scratch / "out"
        for more in ([], ["--chunk", "tile"]) if QUICK else ([], ["--chunk", "tile"], ["--chunk", "300"],
                                                             ["--reader", "gdal"], ["--working-set", "chunk"]):
            shutil.rmtree(out, ignore_errors=True)
            result = run(["-q", "-o", out, "--co", "BLOCKSIZE=256", "--mask-output", "why", "--raw", "--no-fsync",
                          *more, path], timeout=120)
            got = digests(out) if result.rc == 0 else {}
            want = first.setdefault("gdal" in more, got)
            tally.check(got and got == want, f"layout {label} {' '.join(more)}",
                        f"exit {result.rc}: {result.last_words()}")


def main():
    tally = Tally()
    for library in {"openmpi", "mpich"} - set(libraries()):
        tally.skip(library, "not installed with its launcher")
    for part in (layouts, one_scene, every_way):
        with Scratch() as scratch:
            part(tally, scratch)
    tally.finish()


if __name__ == "__main__":
    main()
