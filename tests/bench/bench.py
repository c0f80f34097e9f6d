#!/usr/bin/python3
"""Time imgpipe, the decode floor and gdal_calc.py + gdalinfo -stats, interleaved; see bench.sh."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

RED, NIR = 3, 4


def measure(commands):
    """Run shell-free commands one after another: wall s, CPU s, peak MiB of the largest one."""
    begin, cpu, peak = time.monotonic(), 0.0, 0.0
    for command in commands:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            sys.exit(f"{' '.join(command)}: exit {child.returncode}")
        cpu += usage.ru_utime + usage.ru_stime
        peak = max(peak, usage.ru_maxrss / 1024)
    return time.monotonic() - begin, cpu, peak


def gdal_commands(scene, work):
    out = str(work / "ndvi-gdal.tif")
    Path(out + ".aux.xml").unlink(missing_ok=True)
    expression = "where((A>0)&(B>0),(B.astype(float32)-A)/(B.astype(float32)+A),-9999)"
    return [["gdal_calc.py", "-A", scene, f"--A_band={RED}", "-B", scene, f"--B_band={NIR}",
             "--calc", expression, "--NoDataValue=-9999", "--type=Float32", "--outfile", out,
             "--overwrite", "--quiet"],
            ["gdalinfo", "-stats", out]]


def agree(build, scene, work):
    """imgpipe's numbers against GDAL's statistics of the NDVI raster that gdal_calc made."""
    for command in gdal_commands(scene, work):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    # In a process of its own: a child's peak memory begins with its parent's.
    statistics_of = ("import json, sys; from osgeo import gdal; gdal.UseExceptions(); "
                     "d = gdal.Open(sys.argv[1]); "
                     "print(json.dumps(d.GetRasterBand(1).ComputeStatistics(False)))")
    theirs = json.loads(subprocess.run([sys.executable, "-c", statistics_of,
                                        str(work / "ndvi-gdal.tif")],
                                       check=True, capture_output=True).stdout)
    done = subprocess.run([f"{build}/imgpipe", "--raw", "--bands", f"red={RED},nir={NIR}", "--summary", "-", scene],
                          check=True, capture_output=True)
    ours = json.loads(done.stdout)["global"]["ndvi"]
    for key, value in zip(("min", "max", "mean", "std"), theirs):
        if abs(ours[key] - value) > 2e-6:
            sys.exit(f"{key}: imgpipe {ours[key]!r}, GDAL {value!r}")
    print(f"numbers agree with GDAL's: mean {ours['mean']:.9f}, std {ours['std']:.9f}, "
          f"{ours['valid']} valid pixels\n")


def main():
    parser = argparse.ArgumentParser()
    for name in ("build", "scene", "work", "rounds"):
        parser.add_argument(f"--{name}", required=True)
    args = parser.parse_args()
    work = Path(args.work)
    floor = work / "floor_tiff"
    subprocess.run(["cc", "-O2", "-pthread", "-o", str(floor), "tests/bench/floor_tiff.c",
                    "-ltiff"], check=True)
    imgpipe = [f"{args.build}/imgpipe", "-q", "--summary", "/dev/null"]
    rows = {
        "floor: libtiff decode only, 2 threads": lambda: [[str(floor), args.scene, "2"]],
        "imgpipe, 2 workers": lambda: [imgpipe + ["--workers", "2", args.scene]],
        "imgpipe, 2 workers, --memory 64M":
            lambda: [imgpipe + ["--workers", "2", "--memory", "64M", args.scene]],
        "imgpipe, 1 worker": lambda: [imgpipe + ["--workers", "1", args.scene]],
        "gdal_calc.py + gdalinfo -stats": lambda: gdal_commands(args.scene, work),
    }
    agree(args.build, args.scene, work)
    results = {name: [] for name in rows}
    for _ in range(int(args.rounds)):
        for name, commands in rows.items():
            results[name].append(measure(commands()))
    base = statistics.median(r[1] for r in results["floor: libtiff decode only, 2 threads"])
    print(f"{'':40} {'wall s':>8} {'CPU s':>8} {'CPU/floor':>10} {'peak MiB':>9}")
    for name, runs in results.items():
        wall, cpu, peak = (statistics.median(column) for column in zip(*runs))
        print(f"{name:40} {wall:8.2f} {cpu:8.2f} {cpu / base:10.2f} {peak:9.1f}")
    print(f"\nmedians of {args.rounds} interleaved rounds, {args.scene}, page cache warm")


if __name__ == "__main__":
    main()
