#!/usr/bin/python3
"""What maps cost: NDVI written as GeoTIFF and as COG, beside its floors and every peer that is installed.

usage: maps.py --build BUILD --data DATA --work WORK --rounds N

The floors are two: the same run without maps, and predictor and codec alone on the same stored pixels
(floor_maps.c; its bytes have to be those of the file). The aim: CPU of a scene at most 1.15 x (statistics
alone + codec alone, for COGs 4/3 of it) + 0.3 s; peak memory at most 64 MiB. Rounds are interleaved, as in
bench.py, whose way of measuring this is. Before anything is timed, all maps have to hold the same values.
Writes maps.json to WORK.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from bench import HERE, KEEP_HEAP, has_python, measure

OWN, ONE = "imgpipe", "imgpipe, 1 worker"
STATISTICS, CODEC = "(statistics alone)", "(predictor and codec alone)"
RED, NIR, THREADS = "3", "4", "2"
AIM_TIMES, AIM_SECONDS, AIM_MIB, AIM_WORKERS = 1.15, 0.3, 64, 1.9
CACHE = {"GDAL_CACHEMAX": "64"}
# What a map holds, in a process of its own: this one stays small, as children show its size at least.
LOOK = ("import sys, numpy as np; from osgeo import gdal; gdal.UseExceptions()\n"
        "d = gdal.Open(sys.argv[1]); b = d.GetRasterBand(1); v = b.ReadAsArray()\n"
        "v = v[np.isfinite(v) & (v != b.GetNoDataValue())]\n"
        "print(v.size, v.mean(dtype='f8'), v.std(dtype='f8'), b.GetOverviewCount())\n")


class Job:
    def __init__(self, container, kind, codec, level):
        self.container, self.type, self.codec, self.level = container, kind, codec, str(level)
        self.cog, self.integers = container == "cog", kind == "int16"
        self.name = f"{kind} {codec}" + (f" level {level}" if level else "") + \
            (", COG" if self.cog else ", GeoTIFF")


JOBS = [Job("gtiff", "float32", "DEFLATE", 6), Job("cog", "float32", "DEFLATE", 6),
        Job("cog", "float32", "DEFLATE", 1), Job("cog", "int16", "DEFLATE", 1),
        Job("cog", "float32", "ZSTD", 1), Job("cog", "int16", "ZSTD", 1),
        Job("gtiff", "int16", "NONE", 0)]


class Program:
    """commands(job, scene, out): run one after another, out is there at the end."""

    def __init__(self, commands, env=None, most=99):
        self.commands, self.env, self.most = commands, env or {}, most


def imgpipe(build, workers):
    return [f"{build}/imgpipe", "-q", "--raw", "--workers", str(workers), "--bands",
            f"red={RED},nir={NIR}"]


def writes(job, folder):
    level = ["--co", f"LEVEL={job.level}"] if job.level != "0" else []
    return ["-o", str(folder), "--overwrite", "--format", job.container, "--type", job.type, "--co",
            f"COMPRESS={job.codec}", *level]


def own(build, workers):
    def commands(job, scene, out):
        return [[*imgpipe(build, workers), *writes(job, out.parent), "--name", out.name,
                 "--summary", os.devnull, str(scene)]]
    return Program(commands)


def peer(*command, **more):
    def commands(job, scene, out):
        return [[*map(str, command), job.container, job.type, job.codec, job.level, RED, NIR, THREADS,
                 str(scene), str(out)]]
    return Program(commands, **more)


def creation(job, cog, dash):
    options = {"COMPRESS": job.codec, "NUM_THREADS": THREADS}
    if job.codec != "NONE":
        options["LEVEL" if cog else "ZSTD_LEVEL" if job.codec == "ZSTD" else "ZLEVEL"] = job.level
        options["PREDICTOR"] = "YES" if cog else "2" if job.integers else "3"
    if cog:
        options["OVERVIEW_RESAMPLING"] = "AVERAGE"
    return [word for key, value in options.items() for word in (dash, f"{key}={value}")]


TILED = ["TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512"]


def through(job, out, make, dash):
    """`make(path, options)` writes the map; for COGs to a temporary file, then GDAL's driver."""
    tiled = [word for option in TILED for word in (dash, option)]
    if not job.cog:
        return [make(out, [*creation(job, False, dash), *tiled])]
    temporary = Path(f"{out}.tmp.tif")
    return [make(temporary, tiled),
            ["gdal_translate", "-q", "-of", "COG", *creation(job, True, "-co"), str(temporary), str(out)]]


def gdal_calc(job, scene, out):
    text = "(B.astype(float32)-A)/(B.astype(float32)+A)"
    text = f"rint(({text})*10000)" if job.integers else text
    nodata = "-32768" if job.integers else "-9999"  # nan in all its maps, else

    def make(path, options):
        return ["gdal_calc.py", "-A", str(scene), f"--A_band={RED}", "-B", str(scene), f"--B_band={NIR}",
                f"--calc=where((A>0)&(B>0),{text},{nodata})", f"--NoDataValue={nodata}",
                "--type=Int16" if job.integers else "--type=Float32", "--outfile", str(path),
                "--overwrite", "--quiet", *options]
    return through(job, out, make, "--co")


def otb(job, scene, out):
    text = f"im1b{RED}>0 && im1b{NIR}>0 ? (im1b{NIR}-im1b{RED})/(im1b{NIR}+im1b{RED})"
    text += "*10000 : -32768" if job.integers else " : 0/0"

    def make(path, options):
        extended = "".join(f"&gdal:co:{option}" for option in options if option)
        return ["otbcli_BandMath", "-il", str(scene), "-out", f"{path}?{extended}",
                "int16" if job.integers else "float", "-exp", text]
    return through(job, out, make, "")


def programs(build, work):
    """Those that are here, and names of those that are not."""
    python = ["/usr/bin/python3", HERE / "peer_map.py"]
    all_peers = [("C, GDAL, OpenMP", True, peer(work / "peer_map", env=CACHE, most=3)),
                 ("rasterio", has_python("rasterio"),
                  peer(*python, "rasterio", env={**CACHE, **KEEP_HEAP}, most=2)),
                 ("rioxarray + Dask", has_python("rioxarray") and has_python("dask"),
                  peer(*python, "dask", most=1)),
                 ("gdal_calc", shutil.which("gdal_calc.py"), Program(gdal_calc, CACHE, 1)),
                 ("OTB BandMath", shutil.which("otbcli_BandMath"), Program(otb, CACHE, 1))]
    found = {OWN: own(build, 2), ONE: own(build, 1)}
    found.update({name: program for name, there, program in all_peers if there})
    return found, [name for name, there, _ in all_peers if not there]


def look(path):
    return [float(word) for word in subprocess.run(
        ["/usr/bin/python3", "-c", LOOK, str(path)], check=True, capture_output=True,
        text=True).stdout.split()]


def path_of(work, name):
    folder = work / "maps" / "".join(c for c in name if c.isalnum())
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "map.tif"


def agree(found, job, scene, work):
    """Bytes of each program's map; their values have to be alike, within half a step of int16."""
    want, sizes, tolerance = None, {}, 0.02 if job.integers else 2e-6
    for name, program in found.items():
        out = path_of(work, name)
        out.unlink(missing_ok=True)
        measure(program.commands(job, scene, out), program.env)
        got, sizes[name] = look(out), out.stat().st_size
        want = want or got
        if got[0] != want[0] or any(abs(a - b) > tolerance for a, b in zip(got[1:3], want[1:3])) or \
                (got[3] > 0) != job.cog:
            sys.exit(f"{job.name}: {name} has {got}, not {want}")
    return sizes


def codec_alone(work, job):
    words = subprocess.run([str(work / "floor_maps"), str(path_of(work, OWN)), job.level], check=True,
                           capture_output=True, text=True).stdout.split()
    return float(words[0])


def run_job(found, job, scene, build, work, rounds):
    runs, codec = {name: [] for name in (*found, STATISTICS)}, []
    alone = Program(lambda *_: [[*imgpipe(build, 2), "--summary", os.devnull, str(scene)]])
    for i in range(rounds):
        for name, program in (*found.items(), (STATISTICS, alone)):
            if i < program.most:
                out = path_of(work, name)
                runs[name].append(measure(program.commands(job, scene, out), program.env))
        codec.append(codec_alone(work, job))
    medians = {name: [*(statistics.median(column) for column in zip(*r)), len(r)]
               for name, r in runs.items()}
    return medians, statistics.median(codec)


def show(job, medians, codec, sizes):
    """The aim: met or missed."""
    print(f"\nNDVI, {job.name}")
    print(f"  {'':28} {'wall s':>7} {'CPU s':>7} {'CPU/imgpipe':>12} {'MiB':>7} {'file MB':>8} {'runs':>5}")
    for name, (wall, cpu, peak, n) in sorted(medians.items(), key=lambda item: item[1][1]):
        size = f"{sizes[name] / 1e6:8.1f}" if name in sizes else f"{'':8}"
        print(f"  {name:28} {wall:7.2f} {cpu:7.2f} {cpu / medians[OWN][1]:12.2f} {peak:7.1f} {size} {n:5}")
    print(f"  {CODEC:28} {'':7} {codec:7.2f}")
    part = codec * 4 / 3 if job.cog else codec
    most = AIM_TIMES * (medians[STATISTICS][1] + part) + AIM_SECONDS
    worst = max(medians[name][1] for name in (OWN, ONE))
    peak = max(medians[name][2] for name in (OWN, ONE))
    for what, got, aim in (("CPU s", worst, most), ("MiB", peak, AIM_MIB)):
        print(f"  {what}: {got:.2f}, at most {aim:.2f}: {'met' if got <= aim else 'MISSED'}", flush=True)
    return {"name": job.name, "medians": medians, "codec_cpu_s": codec, "bytes": sizes,
            "cpu_most_s": most}


def four(data):
    """One scene under four names."""
    folder = data / "four"
    folder.mkdir(exist_ok=True)
    paths = [folder / f"scene{i}.tif" for i in range(4)]
    for path in paths:
        if not path.exists():
            os.link(data / "pixel.tif", path)
    return paths


def overlap(build, data, work, rounds):
    """Over four scenes: does making the files of one overlap the next?"""
    folder, taken = work / "maps" / "four", {1: [], 2: []}
    folder.mkdir(parents=True, exist_ok=True)
    for _ in range(rounds):
        for workers, runs in taken.items():
            job = Job("cog", "int16", "DEFLATE", 1)
            runs.append(measure([[*imgpipe(build, workers), *writes(job, folder), "--summary", os.devnull,
                                  *map(str, four(data))]], {}))
    one, two = (statistics.median(wall for wall, _, _ in taken[n]) for n in (1, 2))
    load = os.getloadavg()[0]
    verdict = "met" if one / two >= AIM_WORKERS else "MISSED"
    print(f"\nfour scenes, int16 COG: wall {one:.2f} s by one worker, {two:.2f} s by two: {one / two:.2f} x "
          f"faster (aim {AIM_WORKERS}: {verdict}); CPU "
          f"{statistics.median(r[1] for r in taken[1]):.2f} s and "
          f"{statistics.median(r[1] for r in taken[2]):.2f} s; load average {load:.1f} on "
          f"{os.cpu_count()} CPUs (says nothing where others work)")
    return {"wall_one_s": one, "wall_two_s": two, "load": load}


def main():
    parser = argparse.ArgumentParser()
    for name in ("build", "data", "work", "rounds"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--only", default="", help="jobs whose name has one of these words")
    args = parser.parse_args()
    data, work, rounds, rows = Path(args.data), Path(args.work), int(args.rounds), []
    found, absent = programs(args.build, work)
    print(f"not here, so not beside: {', '.join(absent) or 'none'}")
    for job in JOBS:
        if any(word in job.name for word in args.only.split(",")):
            sizes = agree(found, job, data / "pixel.tif", work)
            rows.append(show(job, *run_job(found, job, data / "pixel.tif", args.build, work, rounds), sizes))
    rows.append(overlap(args.build, data, work, rounds))
    print(f"medians of up to {rounds} interleaved rounds; page cache warm; files are synced by imgpipe alone")
    (work / "maps.json").write_text(json.dumps(rows, indent=1))
    shutil.rmtree(work / "maps")


if __name__ == "__main__":
    main()
