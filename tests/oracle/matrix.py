#!/usr/bin/python3
"""The numbers may not depend on how the work was shared out: --summary and --tiles are the same
bytes for every executor, transport, number of workers and ranks, MPI library, chunk size, working
set and reader; --summary and --csv are for shards that are merged. So it is for NDVI of one scene, and
for six indices and two expressions of several scenes, one of which lacks a band.

A quick run takes a fixed sample of the combinations; the full run takes them all.
"""

import itertools
import json

import indices
from launch import libraries, run_mpi, run_shards
from oracle import DATA, MAKE_SCENE, QUICK, SANITIZED, Scratch, Tally, run

EXECUTORS = ("serial", "threads", "openmp", "processes/shm", "processes/pipe")
WORKERS = ("1", "2", "3", "8")
CHUNKS = ("tile", "100x37", "333", "whole")
WORKING_SETS = ("tile", "chunk")
READERS = ("tiff", "gdal")
RANKS = (1, 2, 3)
THREADS = ("1", "2")
QUICK_STEP = 29  # coprime to the number of values of every option, so each value is met
QUICK_MPI_STEP = 7  # of library x ranks x threads x chunk

REAL = (
    ("NAIP stack", ["m_4709963_se_14_1_20140720/m_4709963_se_14_1_20140720.tif"], (934, 723), []),
    ("Landsat pair", ["LC08_L2SP_008059_20191201_20200825_02_T1/"
                      "LC08_L2SP_008059_20191201_20200825_02_T1_SR_B4.TIF",
                      "LC08_L2SP_008059_20191201_20200825_02_T1/"
                      "LC08_L2SP_008059_20191201_20200825_02_T1_SR_B5.TIF"], (512, 512), []),
    ("Sentinel-2 pair, mask", ["s2_l2a_bands_20190522/B04.tif", "s2_l2a_bands_20190522/B08.tif",
                               "s2_l2a_bands_20190522/SCL.tif"], (1284, 1697),
     ["--mask", "SCL=4,5,6,7,11"]),
    ("RGBN, nodata", ["rgbn_suba/rgbn_suba.tif"], (276, 212), []),
    ("NAIP mosaic, mask IFD", ["derived_naip_mosaic_2802x2169/naip_mosaic.tif"], (2802, 2169),
     ["--bands", "red=1,nir=4"]),
    ("float64 stack", ["wv2_ms1/ms1.tif"], (300, 300), ["--bands", "red=3,nir=4"]),
    ("reflectance, NaN nodata", ["derived_l8_reflectance_f32/reflectance_f32.tif"], (512, 512),
     []),
)
QUICK_REAL = {"NAIP stack", "Landsat pair", "RGBN, nodata", "reflectance, NaN nodata"}

GENERATED = (
    ("tiles deflate pixel", (700, 500), ["--tile", "128", "--codec", "deflate"]),
    ("strips lzw band", (611, 407), ["--strip", "7", "--codec", "lzw", "--interleave", "band"]),
    ("one strip", (500, 390), ["--strip", "390", "--codec", "deflate"]),
    ("int16 negative", (400, 300), ["--tile", "64", "--type", "int16", "--content", "negative"]),
    ("holes", (513, 511), ["--tile", "256", "--codec", "deflate", "--content", "holes"]),
    ("float32 ramp", (333, 777), ["--strip", "16", "--type", "float32", "--content", "ramp"]),
)
QUICK_GENERATED = {"tiles deflate pixel", "strips lzw band", "holes"}

# Indices of every kind, an expression that chooses, and one of elementary functions.
SEVERAL = ["--index", "ndvi,evi,ndmi", "--index", "kndvi,msr,bais2",
           "--expr", "bare=where(nir > red, (swir16+red-nir-blue)/(swir16+red+nir+blue), red-1)",
           "--expr", "glow=exp(-3*red)+sin(20*nir)/log(2+blue)", "--range", "glow=-1,4",
           "--const", "evi.L=0.9"]


def outputs(scratch, files, options):
    """(bytes of the summary, bytes of the tile table, Result) of one run."""
    paths = [scratch / "summary.json", scratch / "tiles.csv"]
    for path in paths:
        path.unlink(missing_ok=True)
    result = run(["-q", "--summary", paths[0], "--tiles", paths[1], "--memory", "1G",
                  *options, *files], timeout=60)
    return [path.read_bytes() if path.exists() else b"" for path in paths] + [result]


def summary_difference(base, got, result):
    """How another summary differs: the first scene whose status or error is another one."""
    if not got:
        return f"no --summary: {result.err[-600:]!r}"
    for want, scene in itertools.zip_longest(json.loads(base)["scenes"], json.loads(got)["scenes"]):
        for key in ("name", "status", "error"):
            if want is None or scene is None or want.get(key) != scene.get(key):
                return f"other bytes in --summary: {scene and [scene['name'], scene.get(key)]}"
    return "other bytes in --summary"


def combinations():
    every = list(itertools.product(EXECUTORS, WORKERS, CHUNKS, WORKING_SETS, READERS))
    return every[::QUICK_STEP] if QUICK else every


def mpi_combinations():
    if SANITIZED:  # the MPI libraries leak and race on their own account
        return []
    every = list(itertools.product(libraries(), RANKS, THREADS, CHUNKS))
    return every[::QUICK_MPI_STEP] if QUICK else every


def executor_options(executor):
    name, _, transport = executor.partition("/")
    return ["--executor", name, *(["--transport", transport] if transport else [])]


def check_scene(tally, scratch, label, files, size, options, status=0):
    """All combinations against one worker, whole tiles, the TIFF reader."""
    options = ["--tile-grid", "100x64", *options]
    base_options = ["--executor", "serial", "--workers", "1", "--chunk", "tile", "--reader", "tiff"]
    base_summary, base_tiles, result = outputs(scratch, files, options + base_options)
    if result.rc != status or not base_summary or not base_tiles:
        tally.fail(label, f"exit {result.rc}: {result.last_words()}")
        return 0
    same = of = 0

    def compare(name, got_summary, got_tiles, result, said_before=False):
        nonlocal same, of
        of += 1
        if result.rc != status or (result.trouble() and not said_before):
            tally.fail(name, result.trouble() or f"exit {result.rc}: {result.last_words()}")
        elif got_summary != base_summary:
            tally.fail(name, summary_difference(base_summary, got_summary, result))
        elif got_tiles != base_tiles:
            tally.fail(name, "other bytes in --tiles")
        else:
            tally.ok()
            same += 1

    def cut(chunk):
        return f"{size[0]}x{size[1]}" if chunk == "whole" else chunk

    for executor, workers, chunk, working_set, reader in combinations():
        combination = [*executor_options(executor), "--workers", workers, "--chunk", cut(chunk),
                       "--working-set", working_set, "--reader", reader]
        compare(f"{label} {' '.join(combination)}",
                *outputs(scratch, files, options + combination))
    for i, (library, ranks, threads, chunk) in enumerate(mpi_combinations()):
        # Without tiles ranks join their totals, with them each tile travels: both in turn.
        with_tiles = i % 2 == 0
        paths = [scratch / "mpi.json", scratch / "mpi.csv"]
        words = [
            "-q", "--executor", "mpi", "--memory", "1G", "--workers", threads, "--chunk",
            cut(chunk), "--summary", paths[0], *(["--tiles", paths[1]] if with_tiles else []),
            *options, *files]
        result = run_mpi(library, ranks, words)
        if result.rc and not paths[0].exists() and "imgpipe" not in result.err:
            print(f"{library} did not start it, once more: {result.err[-600:]!r}", flush=True)
            result = run_mpi(library, ranks, words)
        compare(f"{label} {library}, {ranks} ranks x {threads} threads, chunk {chunk}",
                paths[0].read_bytes() if paths[0].exists() else b"",
                paths[1].read_bytes() if with_tiles and paths[1].exists() else
                b"" if with_tiles else base_tiles, result)
        for path in paths:
            path.unlink(missing_ok=True)
    csv = scratch / "base.csv"
    run(["-q", "--csv", csv, *options, *files])
    merged_summary, merged_csv, result = run_shards(scratch, 4, options, files)
    compare(f"{label}, 4 shards merged", merged_summary,
            base_tiles if merged_csv == csv.read_bytes() else b"other --csv", result,
            said_before=status == 1)
    print(f"{label:36} {same} of {of} the same bytes", flush=True)
    return same


def check_parts(tally, scratch):
    """Several values: --partial has the same bytes however it is made, merged shards included, and
    what is merged gives the reports of one run."""
    paths = [scratch / f"part_{i}.tif" for i in range(5)]
    for i, path in enumerate(paths):  # the second has red and NIR alone
        run(["--size", "230x140", "--seed", str(i), "--tile", "64", "--mask", "--bands",
             "2" if i == 1 else "4", path], program=MAKE_SCENE)
    paths[3].write_text("no image")
    values = ["--index", "ndvi,gndvi,ndwi,evi2", "--scale", "0.0001", "--expr",
              "product=nir*red-0.01", "--range", "product=-0.5,2"]
    names = {"--partial": "part.json", "--summary": "s.json", "--csv": "c.csv"}

    def made(call, reports, *words):
        out = [scratch / names[report] for report in reports]
        for path in out:
            path.unlink(missing_ok=True)
        result = call(["-q", *(w for pair in zip(reports, out) for w in pair), *words])
        return result, [path.read_bytes() if path.exists() else None for path in out]

    result, base = made(run, list(names), "--executor", "serial", *values, *paths)
    tally.check(result.rc == 1 and None not in base, "several values, serial", result.last_words())
    ways = [(name, run, ["--executor", name, "--workers", "3", "--chunk", "64"])
            for name in ("threads", "openmp", "processes")]
    ways += [(f"{library}, {ranks} ranks x {threads}",
              lambda args, library=library, ranks=ranks: run_mpi(library, ranks, args),
              ["--executor", "mpi", "--workers", threads])
             for library in libraries() for ranks in (2, 3) for threads in ("1", "2")]
    for name, call, words in ways:
        result, got = made(call, ["--partial"], *words, *values, *paths)
        tally.check(got == base[:1] and result.rc == 1, f"several values, {name}",
                    f"exit {result.rc}: {result.last_words()}")
    shares = [scratch / f"share_{i}.json" for i in (1, 2, 3)]
    for i, share in enumerate(shares, 1):
        run(["-q", "--shard", f"{i}/3", "--partial", share, *values, *paths])
    result, got = made(lambda args: run(["merge", *args]), list(names), *shares)
    tally.check(result.rc == 1 and got[0] == base[0], "several values, shares merged",
                f"exit {result.rc}: {result.last_words()}")
    for name, one, merged in zip(list(names)[1:], base[1:], got[1:]):
        tally.check(one == merged, f"several values, {name} of merged shares", "other bytes")


def generated_file(scratch, label, size, options):
    path = scratch / (label.replace(" ", "-") + ".tif")
    result = run(["--size", f"{size[0]}x{size[1]}", *options, path], program=MAKE_SCENE)
    return path if result.rc == 0 else result


def several_scenes(scratch):
    """A product of files at 10 m and 20 m, a stack of ten bands, and one of four bands only: its
    short wave infrared is missing."""
    bands = indices.random_bands((300, 220), 3, 1, 9000)
    scene = indices.as_scene(bands, 0.0001)
    files = [indices.write_product(scratch / "several", bands, scene)]
    for name, letters in (("ten", indices.LETTERS[1:]), ("four", ("B", "G", "R", "N"))):
        files.append(scratch / f"several-{name}.tif")
        indices.write(files[-1], [scene.stored[letter] for letter in letters], 10,
                      scaling=[(0.0001, 0)] * len(letters),
                      descriptions=[indices.BAND[letter] for letter in letters])
    return files


def main():
    tally = Tally()
    for library in {"openmpi", "mpich"} - set(libraries()):
        tally.skip(library, "not installed with its launcher")
    with Scratch() as scratch:
        check_parts(tally, scratch)
        together = []
        if not (DATA / "real").is_dir():
            tally.skip("real scenes", "no ../shared/data")
        for label, names, size, options in REAL if (DATA / "real").is_dir() else ():
            files = [DATA / "real" / name for name in names]
            if QUICK and label not in QUICK_REAL:
                continue
            check_scene(tally, scratch, label, files, size, options)
            if not options:
                together += files
        for label, size, options in GENERATED:
            if QUICK and label not in QUICK_GENERATED:
                continue
            path = generated_file(scratch, label, size, options)
            if not hasattr(path, "exists"):
                tally.fail(label, f"make_scene: {path.last_words()}")
                continue
            check_scene(tally, scratch, label, [path], size, [])
        if together:
            check_scene(tally, scratch, "several scenes in one run", together, (999, 999), [])
        check_scene(tally, scratch, "several indices, a band missing", several_scenes(scratch),
                    (300, 220), SEVERAL, status=1)
    tally.finish()


if __name__ == "__main__":
    main()
