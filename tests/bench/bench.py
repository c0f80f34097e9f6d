#!/usr/bin/python3
"""imgpipe, the decode floor and every peer that is installed, on eight layouts of one scene.

Rounds are interleaved: each round runs every program once on a workload, so that a machine whose
speed drifts treats all alike. CPU seconds are user + system of all processes waited for, peak memory
is the largest process's. Before anything is timed, all programs have to agree on the numbers.

Writes bench.json and bench.svg beside the data, and the table to standard output. Left out: writing
rasters, which imgpipe does not do yet (the column "mode" is there for it).
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

HERE = Path(__file__).resolve().parent
ROUNDS_SLOW = 2
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
    def __init__(self, name, files, red=3, nir=4, pair=False, target=None):
        self.name, self.files, self.red, self.nir, self.pair = name, files, red, nir, pair
        self.target = target  # imgpipe's CPU over the floor's


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
            Workload("24 small scenes", sorted(data.glob("small_*.tif")))]


def gdal_calc(w, work):
    out, red, nir = str(work / "ndvi.tif"), str(w.files[0]), str(w.files[-1])
    Path(out + ".aux.xml").unlink(missing_ok=True)
    text = "where((A>0)&(B>0),(B.astype(float32)-A)/(B.astype(float32)+A),-9999)"
    return [["gdal_calc.py", "-A", red, f"--A_band={w.red}", "-B", nir, f"--B_band={w.nir}",
             "--calc", text, "--NoDataValue=-9999", "--type=Float32", "--outfile", out,
             "--overwrite", "--quiet"], ["gdalinfo", "-stats", out]]


def otb(w, work):
    out, red, nir = str(work / "ndvi-otb.tif"), str(w.files[0]), str(w.files[-1])
    a, b = f"im1b{w.red}", f"im{2 if w.pair else 1}b{w.nir}"
    text = f"{a}>0 && {b}>0 ? ({b}-{a})/({b}+{a}) : -9999"
    return [["otbcli_BandMath", "-il", red, *([nir] if w.pair else []), "-out", out, "float",
             "-exp", text], ["otbcli_ComputeImagesStatistics", "-il", out, "-bv", "-9999",
                             "-out.xml", str(work / "otb.xml")]]


def has_python(module):
    return subprocess.run(["/usr/bin/python3", "-c", f"import {module}"],
                          capture_output=True).returncode == 0


def programs(build, work):
    """name -> (commands of a workload, environment, prints its numbers, workloads it is run on)."""
    def imgpipe(threads, *more):
        return lambda w: [[f"{build}/imgpipe", "-q", "--raw", "--workers", str(threads), *more,
                           *(["--bands", "red=*B04*,nir=*B08*"] if w.pair else
                             ["--bands", f"red={w.red},nir={w.nir}"]),
                           "--summary", "-", *map(str, w.files)]]

    def floor(threads):
        return lambda w: [[f"{work}/floor", *map(str, w.files), "-b",
                           "1" if w.pair else f"{w.red},{w.nir}", str(threads)]]

    def c_gdal(w):
        single = [] if w.pair or len(w.files) == 1 else ["-s"]
        return [[f"{work}/peer_gdal", *single, str(w.red), str(w.nir), "2", *map(str, w.files)]]

    def python(kind):
        return lambda w: [["/usr/bin/python3", str(HERE / "peer_python.py"), kind, str(w.red),
                           str(w.nir), "2", *(["-p"] if w.pair else []), *map(str, w.files)]]

    found = {"floor": (floor(2), {}, None),
             "imgpipe": (imgpipe(2), {}, "json"),
             "imgpipe, 1 worker": (imgpipe(1), {}, "json"),
             "C, GDAL, OpenMP, CACHEMAX=64": (c_gdal, {"GDAL_CACHEMAX": "64"}, "line")}
    if has_python("rasterio"):
        found["rasterio, 2 threads"] = (python("rasterio"), {"GDAL_CACHEMAX": "64"}, "line")
    if has_python("rioxarray") and has_python("dask"):
        found["rioxarray + Dask, 2 threads"] = (python("dask"), {}, "line")
    if shutil.which("gdal_calc.py"):
        found["gdal_calc + gdalinfo"] = (lambda w: gdal_calc(w, work), {}, None)
    if shutil.which("otbcli_BandMath"):
        found["OTB BandMath + statistics"] = (lambda w: otb(w, work), {}, None)
    return found


SLOW = {"gdal_calc + gdalinfo", "OTB BandMath + statistics"}  # on the first workload alone
SLOWISH = {"rioxarray + Dask, 2 threads", "rasterio, 2 threads"}


def applies(name, w):
    return name not in SLOW or w.name == "DEFLATE, chunky"


def numbers(command, env, how):
    out = subprocess.run(command, check=True, capture_output=True, text=True,
                         env={**os.environ, **env}).stdout
    if how == "line":
        return [float(word) for word in out.split()]
    ndvi = json.loads(out)["global"]["ndvi"]
    return [ndvi["valid"], ndvi["mean"], ndvi["std"], ndvi["min"], ndvi["max"]]


def gdal_numbers(w, work):
    """What gdal_calc wrote, by GDAL's own statistics, in a process of its own (its memory)."""
    for command in gdal_calc(w, work):
        subprocess.run(command, check=True, capture_output=True)
    text = ("import sys; from osgeo import gdal; gdal.UseExceptions(); "
            "d = gdal.Open(sys.argv[1]); print(*d.GetRasterBand(1).ComputeStatistics(False))")
    out = subprocess.run(["/usr/bin/python3", "-c", text, str(work / "ndvi.tif")], check=True,
                         capture_output=True, text=True).stdout
    low, high, mean, std = map(float, out.split())
    return [mean, std, low, high]


def agree(found, w, work):
    """Every program that prints its numbers, against the C peer: count equal, the rest close."""
    want = None
    for name, (commands, env, how) in found.items():
        if not how or not applies(name, w):
            continue
        got = numbers(commands(w)[0], env, how)
        want = want or got
        if got[0] != want[0] or any(abs(a - b) > TOLERANCE for a, b in zip(got[1:], want[1:])):
            sys.exit(f"{w.name}: {name} says {got}, not {want}")
    if "gdal_calc + gdalinfo" in found and applies("gdal_calc + gdalinfo", w):
        got = gdal_numbers(w, work)
        if any(abs(a - b) > TOLERANCE for a, b in zip(got, want[1:])):
            sys.exit(f"{w.name}: gdal_calc says {got}, not {want[1:]}")
    return want


def run_workload(found, w, rounds):
    runs = {name: [] for name in found if applies(name, w)}
    for i in range(rounds):
        for name in runs:
            if name in SLOW | SLOWISH and i >= ROUNDS_SLOW:
                continue
            commands, env, _ = found[name]
            runs[name].append(measure(commands(w), env))
    return {name: [statistics.median(column) for column in zip(*r)] for name, r in runs.items()}


def show(w, medians, want):
    base = medians["floor"]
    one = medians["imgpipe, 1 worker"][0]
    print(f"\n{w.name}: {want[0]:.0f} valid pixels, mean {want[1]:.9f}")
    print(f"  {'':34} {'wall s':>7} {'CPU s':>7} {'CPU/floor':>10} {'wall/imgpipe':>13} {'MiB':>7}")
    for name, (wall, cpu, peak) in sorted(medians.items(), key=lambda item: item[1][1]):
        print(f"  {name:34} {wall:7.2f} {cpu:7.2f} {cpu / base[1]:10.2f} "
              f"{wall / medians['imgpipe'][0]:13.2f} {peak:7.1f}")
    ratio = medians["imgpipe"][1] / base[1]
    target = f"target {w.target:.2f}, {'met' if ratio <= w.target else 'MISSED'}" if w.target \
        else "no target"
    print(f"  imgpipe / floor in CPU: {ratio:.2f} ({target}); 2 workers {one / medians['imgpipe'][0]:.2f} "
          "x faster than 1")


def picture(rows, path):
    """CPU seconds over the floor's, a group of bars a workload."""
    colors = {"imgpipe": "#2b7a3d", "C, GDAL, OpenMP, CACHEMAX=64": "#d58936",
              "rasterio, 2 threads": "#4a6fa5", "rioxarray + Dask, 2 threads": "#a0a0a0"}
    width, bar, left = 760, 14, 130
    height = 60 + len(rows) * (len(colors) * bar + 22)
    scale = (width - left - 70) / max(r["medians"][n][1] / r["medians"]["floor"][1]
                                      for r in rows for n in colors if n in r["medians"])
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
           'font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="#fff"/>',
           '<text x="10" y="18" font-size="14">CPU seconds over those of decoding alone</text>']
    y = 34
    for name, color in colors.items():
        out.append(f'<rect x="{left + 160 * list(colors).index(name)}" y="{y - 9}" width="9" '
                   f'height="9" fill="{color}"/><text x="{left + 13 + 160 * list(colors).index(name)}"'
                   f' y="{y}">{name.split(",")[0]}</text>')
    y += 12
    for row in rows:
        top = y
        for name, color in colors.items():
            if name not in row["medians"]:
                continue
            ratio = row["medians"][name][1] / row["medians"]["floor"][1]
            out.append(f'<rect x="{left}" y="{y}" width="{ratio * scale:.1f}" height="{bar - 3}" '
                       f'fill="{color}"/><text x="{left + 4 + ratio * scale:.1f}" y="{y + 9}">'
                       f'{ratio:.2f}</text>')
            y += bar
        out.append(f'<text x="10" y="{(top + y) / 2 + 2:.0f}">{row["name"]}</text>')
        y += 18
    out.append(f'<line x1="{left + scale:.1f}" y1="40" x2="{left + scale:.1f}" y2="{y - 14}" '
               'stroke="#c00" stroke-dasharray="3 3"/></svg>')
    path.write_text("\n".join(out))


def main():
    parser = argparse.ArgumentParser()
    for name in ("build", "data", "work", "rounds"):
        parser.add_argument(f"--{name}", required=True)
    args = parser.parse_args()
    work, rounds = Path(args.work), int(args.rounds)
    found, rows = programs(args.build, work), []
    for w in workloads(Path(args.data)):
        want = agree(found, w, work)
        medians = run_workload(found, w, rounds)
        show(w, medians, want)
        rows.append({"name": w.name, "mode": "statistics", "target": w.target, "numbers": want,
                     "medians": medians})
    large, small = rows[0], rows[-1]
    rate = [r["numbers"][0] / r["medians"]["imgpipe"][0] for r in (small, large)]
    print(f"\nthroughput of 24 small scenes over one large one: {rate[0] / rate[1]:.2f}")
    print(f"medians of {rounds} interleaved rounds; page cache warm; peers not installed are left out")
    (work / "bench.json").write_text(json.dumps(rows, indent=1))
    picture(rows, work / "bench.svg")
    print(f"wrote {work}/bench.json, {work}/bench.svg")


if __name__ == "__main__":
    main()
