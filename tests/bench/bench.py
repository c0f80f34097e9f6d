#!/usr/bin/python3
"""imgpipe, the decode floor and every peer that is installed: NDVI on eight layouts of one scene; other
indices, several at once and an expression (values.py).

Rounds are interleaved: each round runs every program once on a workload, so that a machine whose
speed drifts treats all alike. CPU seconds are user + system of all processes waited for, peak memory
is the largest process's (a program under some 20 MiB shows this script's size). Before anything is
timed, all programs have to agree on the numbers. Slow peers are run fewer times; the table says how
often. All have two threads, where they can use them.

The floor is measured in the same rounds; table and bench.json say which library call it is (floor.c). It
is as good as that library: of LZW libtiff has the only one, so less than the floor is no wonder there.

Writes bench.json and bench.svg (picture.py) beside the data, and the table to standard output.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import values
from picture import picture

HERE = Path(__file__).resolve().parent
FLOOR = "(decoding alone)"
ONE = "imgpipe, NDVI alone"  # beside what other indices cost
# numpy's temporaries of a block are mapped and unmapped each time otherwise: 16 CPU s instead of 5.
# Of no use to the other peers.
KEEP_HEAP = {"MALLOC_MMAP_THRESHOLD_": "100000000", "MALLOC_TRIM_THRESHOLD_": "1000000000"}
TOLERANCE = 2e-6  # sums of floats in another order; gdalinfo prints few digits


def measure(commands, env):
    """Run commands one after another: wall s, CPU s, peak MiB of the largest process."""
    begin, cpu, peak = time.monotonic(), 0.0, 0.0
    for command in commands:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                 env={**os.environ, **env})
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            sys.exit(f"{' '.join(command)}: exit {child.returncode}")
        cpu += usage.ru_utime + usage.ru_stime
        peak = max(peak, usage.ru_maxrss / 1024)
    return time.monotonic() - begin, cpu, peak


class Workload:
    """Files and what is done with them. `mode` is what comes out: "statistics", or "raster" as well
    (no such workload yet: imgpipe does not write rasters; a program says which modes it has)."""

    def __init__(self, name, files, red=3, nir=4, pair=False, target=None, mode="statistics",
                 indices=(), target_of_one=None):
        self.name, self.files, self.red, self.nir, self.pair = name, files, red, nir, pair
        self.target = target  # imgpipe's CPU over the floor's
        self.mode = mode
        self.indices = indices  # of values.py; none: NDVI of stored numbers
        self.target_of_one = target_of_one  # imgpipe's CPU over that of NDVI alone


def workloads(data):
    pair = sorted((data / "pair").glob("*B04*")) + sorted((data / "pair").glob("*B08*"))
    one = {n: [data / f"{n}.tif"] for n in ("pixel", "band", "zstd", "lzw", "raw", "strip")}
    return [Workload("DEFLATE, chunky", one["pixel"], target=1.15),
            Workload("DEFLATE, planar", one["band"], target=1.15),
            Workload("ZSTD", one["zstd"], target=1.25),
            Workload("LZW", one["lzw"], target=1.10),
            Workload("uncompressed", one["raw"], target=2.0),
            Workload("strips", one["strip"]),
            Workload("two band files", pair, red=1, nir=1, pair=True),
            Workload("24 small scenes", sorted(data.glob("small_*.tif"))),
            Workload("EVI", one["pixel"], indices=("evi",)),
            Workload("EVI, planar", one["band"], indices=("evi",)),
            Workload("six indices", one["pixel"], indices=values.SIX, target_of_one=1.6),
            Workload("an expression", one["pixel"], indices=("own",))]


class Program:
    """A way to do the work. `commands` of a workload are run one after another; `numbers` are its
    count, mean, standard deviation, min and max, a row an index (None: it prints none)."""

    def __init__(self, commands, numbers=None, env=None, most=99, only=None, but=(),
                 modes=("statistics",)):
        self.commands, self.numbers, self.env = commands, numbers, env or {}
        self.most = most  # runs a workload, of the slow ones
        self.only, self.but, self.modes = only, but, modes

    def takes(self, w):
        return w.mode in self.modes and (not self.only or w.name in self.only) and \
            w.name not in self.but


def output(command, env):
    return subprocess.run(command, check=True, capture_output=True, text=True,
                          env={**os.environ, **env}).stdout


def from_line(program, w):
    return values.from_lines(output(program.commands(w)[0], program.env))


def from_json(program, w):
    return values.from_summary(output(program.commands(w)[0], program.env), w.indices or ["ndvi"])


def from_raster(paths_of):
    def numbers(program, w):
        for command in program.commands(w):
            output(command, program.env)
        return values.from_rasters(paths_of(w))
    return numbers


def gdal_calc(work):
    out = work / "ndvi.tif"
    text = "where((A>0)&(B>0),(B.astype(float32)-A)/(B.astype(float32)+A),-9999)"

    def commands(w):
        Path(f"{out}.aux.xml").unlink(missing_ok=True)
        return [["gdal_calc.py", "-A", str(w.files[0]), f"--A_band={w.red}", "-B",
                 str(w.files[-1]), f"--B_band={w.nir}", "--calc", text, "--NoDataValue=-9999",
                 "--type=Float32", "--outfile", str(out), "--overwrite", "--quiet"],
                ["gdalinfo", "-stats", str(out)]]
    return Program(commands, from_raster(lambda w: [out]), {"GDAL_CACHEMAX": "64"}, 2,
                   ["DEFLATE, chunky"])


def otb(work):
    out = work / "ndvi-otb.tif"

    def commands(w):
        a, b = f"im1b{w.red}", f"im{2 if w.pair else 1}b{w.nir}"
        files = [str(w.files[0]), *([str(w.files[-1])] if w.pair else [])]
        return [["otbcli_BandMath", "-il", *files, "-out", str(out), "float", "-exp",
                 f"{a}>0 && {b}>0 ? ({b}-{a})/({b}+{a}) : -9999"],
                ["otbcli_ComputeImagesStatistics", "-il", str(out), "-bv", "-9999", "-out.xml",
                 str(work / "otb.xml")]]
    return Program(commands, from_raster(lambda w: [out]), {"GDAL_CACHEMAX": "64"}, 2,
                   ["DEFLATE, chunky", "two band files"])


def has_python(module):
    return subprocess.run(["/usr/bin/python3", "-c", f"import {module}"],
                          capture_output=True).returncode == 0


def programs(build, work):
    def imgpipe(threads):
        return Program(lambda w: [[f"{build}/imgpipe", "-q", "--raw", "--workers", str(threads),
                                   *(["--bands", "red=*B04*,nir=*B08*"] if w.pair else
                                     ["--bands", f"red={w.red},nir={w.nir}"]),
                                   "--summary", "-", *map(str, w.files)]], from_json)

    def c_gdal(w):
        single = [] if w.pair or len(w.files) == 1 else ["-s"]
        return [[f"{work}/peer_gdal", *single, str(w.red), str(w.nir), "2", *map(str, w.files)]]

    def python(kind, env, most):
        return Program(lambda w: [["/usr/bin/python3", str(HERE / "peer_python.py"), kind,
                                   str(w.red), str(w.nir), "2", *(["-p"] if w.pair else []),
                                   *map(str, w.files)]], from_line, env, most)

    def vips(w):
        return [[f"{work}/peer_vips", str(w.red), str(w.nir), *(["-p"] if w.pair else []),
                 *map(str, w.files)]]

    found = {FLOOR: Program(lambda w: [[f"{work}/floor", *map(str, w.files), "-b",
                                        "1" if w.pair else f"{w.red},{w.nir}", "2"]]),
             "imgpipe": imgpipe(2),
             "imgpipe, 1 worker": imgpipe(1),
             "C, GDAL, OpenMP": Program(c_gdal, from_line, {"GDAL_CACHEMAX": "64"})}
    if has_python("rasterio"):
        found["rasterio"] = python("rasterio", {"GDAL_CACHEMAX": "64", **KEEP_HEAP}, 2)
    if has_python("rasterio") and has_python("numba"):
        found["rasterio + numba"] = python("numba", {
            "GDAL_CACHEMAX": "64", "NUMBA_CACHE_DIR": str((work / "numba").resolve())}, 3)
    if has_python("rioxarray") and has_python("dask"):
        found["rioxarray + Dask"] = python("dask", {}, 2)
    if (work / "peer_vips").exists():  # it does not read tiles of separate bands
        found["C, libvips"] = Program(vips, from_line, {"VIPS_CONCURRENCY": "2", "VIPS_WARNING": "1"},
                                      3, but=("DEFLATE, planar",))
    if shutil.which("gdal_calc.py"):
        found["gdal_calc + gdalinfo"] = gdal_calc(work)
    if shutil.which("otbcli_BandMath"):
        found["OTB BandMath + statistics"] = otb(work)
    return found


def value_programs(build, work):
    """The same for the indices of a workload; only files of one scene."""
    def imgpipe(threads):
        return Program(lambda w: [[f"{build}/imgpipe", "-q", "--workers", str(threads),
                                   *values.imgpipe_options(w.indices), "--summary", "-",
                                   *map(str, w.files)]], from_json)

    def python(kind, env):
        return Program(lambda w: [["/usr/bin/python3", str(HERE / "peer_values.py"), kind, "2",
                                   ",".join(w.indices), *map(str, w.files)]], from_line, env, 2)

    def bands(w):
        return ",".join(map(str, values.numbers_of_bands(w.indices)))

    cache = {"GDAL_CACHEMAX": "64"}
    found = {FLOOR: Program(lambda w: [[f"{work}/floor", *map(str, w.files), "-b", bands(w), "2"]]),
             "imgpipe": imgpipe(2),
             "imgpipe, 1 worker": imgpipe(1),
             ONE: Program(lambda w: [[f"{build}/imgpipe", "-q", "--raw", "--workers", "2", "--bands",
                                      f"red={w.red},nir={w.nir}", "--summary", "-",
                                      *map(str, w.files)]]),
             "C, GDAL, OpenMP": Program(lambda w: [[f"{work}/peer_values", "2", ",".join(w.indices),
                                                    *map(str, w.files)]], from_line, cache),
             "NumPy, GDAL": python("gdal", {**cache, **KEEP_HEAP})}
    if has_python("rasterio"):
        found["rasterio"] = python("rasterio", {**cache, **KEEP_HEAP})
    if has_python("rioxarray") and has_python("dask"):
        found["rioxarray + Dask"] = python("dask", {})
    for name, command, peer in (("gdal_calc + gdalinfo", "gdal_calc.py", values.gdal_calc),
                                ("OTB BandMath + statistics", "otbcli_BandMath", values.otb)):
        def part(number, peer=peer):
            return lambda w: peer(work, w.files, w.indices)[number]
        if shutil.which(command):
            found[name] = Program(part(1), from_raster(part(0)), cache, 1, but=("EVI, planar",))
    return found


def agree(found, w):
    """Every program against the first that prints its numbers: counts equal, the rest close."""
    want = None
    for name, program in found.items():
        if not program.numbers or not program.takes(w):
            continue
        got = program.numbers(program, w)
        want = want or got
        if len(got) != len(want) or any(
                a[0] != b[0] or any(abs(x - y) > TOLERANCE for x, y in zip(a[1:], b[1:]))
                for a, b in zip(got, want)):
            sys.exit(f"{w.name}: {name} says {got}, not {want}")
    return want


def run_workload(found, w, rounds):
    """Medians of wall s, CPU s and peak MiB, and how many runs they are of."""
    runs = {name: [] for name, program in found.items() if program.takes(w)}
    for i in range(rounds):
        for name in runs:
            if i < found[name].most:
                runs[name].append(measure(found[name].commands(w), found[name].env))
    return {name: [*(statistics.median(column) for column in zip(*r)), len(r)]
            for name, r in runs.items()}


def call_of_floor(found, w):
    """Which library call it is, with its version."""
    command = found[FLOOR].commands(w)[0]
    return output([*command[:-1], "0"], {}).strip()


def show(w, medians, want, call):
    base = medians[FLOOR]
    one = medians["imgpipe, 1 worker"][0]
    print(f"\n{w.name} ({w.mode}): {want[0][0]:.0f} valid pixels, mean {want[0][1]:.9f}")
    print(f"  {'':26} {'wall s':>7} {'CPU s':>7} {'CPU/floor':>10} {'wall/imgpipe':>13} {'MiB':>7} "
          f"{'runs':>5}")
    for name, (wall, cpu, peak, n) in sorted(medians.items(), key=lambda item: item[1][1]):
        print(f"  {name:26} {wall:7.2f} {cpu:7.2f} {cpu / base[1]:10.2f} "
              f"{wall / medians['imgpipe'][0]:13.2f} {peak:7.1f} {n:5}")
    ratio = medians["imgpipe"][1] / base[1]
    target = f"target {w.target:.2f}, {'met' if ratio <= w.target else 'MISSED'}" if w.target \
        else "no target"
    print(f"  imgpipe / floor ({call}) in CPU: {ratio:.2f} ({target}); 2 workers "
          f"{one / medians['imgpipe'][0]:.2f} x faster than 1", flush=True)
    if ONE in medians:
        over = medians["imgpipe"][1] - medians[ONE][1]
        times = medians["imgpipe"][1] / medians[ONE][1]
        met = "met" if times <= (w.target_of_one or times) else "MISSED"
        target = f" (target {w.target_of_one:.2f}, {met})" if w.target_of_one else ""
        print(f"  imgpipe / NDVI alone in CPU: {times:.2f}{target}; "
              f"{over / want[0][0] * 1e9:.2f} ns a pixel more", flush=True)


def main():
    parser = argparse.ArgumentParser()
    for name in ("build", "data", "work", "rounds"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--only", help="workloads whose name has one of these words")
    args = parser.parse_args()
    work, rounds = Path(args.work), int(args.rounds)
    for_ndvi, for_values, rows = programs(args.build, work), value_programs(args.build, work), []
    for w in workloads(Path(args.data)):
        if args.only and not any(word in w.name for word in args.only.split(",")):
            continue
        found = for_values if w.indices else for_ndvi
        want = agree(found, w)
        medians = run_workload(found, w, rounds)
        call = call_of_floor(found, w)
        show(w, medians, want, call)
        rows.append({"name": w.name, "mode": w.mode, "target": w.target, "floor": call,
                     "numbers": want, "medians": medians})
    rate = {r["name"]: r["numbers"][0][0] / r["medians"]["imgpipe"][0] for r in rows}
    if "24 small scenes" in rate and "DEFLATE, chunky" in rate:
        print("\nthroughput of 24 small scenes over one large one: "
              f"{rate['24 small scenes'] / rate['DEFLATE, chunky']:.2f}")
    print(f"medians of up to {rounds} interleaved rounds; page cache warm; peers not installed are left out")
    (work / "bench.json").write_text(json.dumps(rows, indent=1))
    picture(rows, FLOOR, work / "bench.svg")
    print(f"wrote {work}/bench.json, {work}/bench.svg")


if __name__ == "__main__":
    main()
