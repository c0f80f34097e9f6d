#!/usr/bin/python3
"""Cold reads: does the disk work while the processors decode?

Before each run the file is dropped from the page cache, and fincore has to see no page of it left.
What the disk alone takes (the file read in order, nothing done with it) and what the program takes
with a warm cache give two marks: with perfect overlap a cold run takes the larger of them, with none
their sum. The column "overlap" says where between them it lies: 1 at the larger, 0 at the sum. The
runs are interleaved, the table shows medians. MB from disk is what the kernel has counted for the
process (ru_inblock). No overlap is shown where the disk takes less than a tenth of the time.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
MB = 1e6


class Throttle:
    """A cgroup of our own whose processes read no faster than `rate` MB/s from the file's disk."""

    def __init__(self, root, rate, file):
        device = os.stat(file).st_dev
        sysfs = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}").resolve()
        disk = sysfs.parent if (sysfs / "partition").exists() else sysfs
        number = (disk / "dev").read_text().strip()
        self.group = Path(root) / f"imgpipe-cold-{os.getpid()}"
        self.group.mkdir()
        if (self.group / "blkio.throttle.read_bps_device").exists():
            (self.group / "blkio.throttle.read_bps_device").write_text(f"{number} {int(rate * MB)}")
        else:
            (self.group / "io.max").write_text(f"{number} rbps={int(rate * MB)}")

    def enter(self):
        (self.group / "cgroup.procs").write_text(str(os.getpid()))

    def remove(self):
        self.group.rmdir()


def drop(file):
    fd = os.open(file, os.O_RDONLY)
    os.fsync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)
    pages = subprocess.run(["fincore", "-n", "-o", "PAGES", file], check=True, capture_output=True,
                           text=True).stdout.strip()
    if int(pages) != 0:
        sys.exit(f"{pages} pages of {file} stay in the page cache: does another program read it?")


def warm(file):
    with open(file, "rb", buffering=0) as f:
        while f.read(1 << 22):
            pass


def measure(command, env, throttle):
    begin = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, **env},
                             preexec_fn=throttle.enter if throttle else None)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(command)}: exit {child.returncode}")
    return (time.monotonic() - begin, usage.ru_utime + usage.ru_stime,
            usage.ru_inblock * 512 / MB)


def programs(build, file):
    """name -> (command, environment, threads)"""
    found = {}
    for workers in (1, 2):
        for name, switch in (("", "1"), (", no reading ahead", "0")):
            found[f"imgpipe, {workers} worker{'s' * (workers > 1)}{name}"] = (
                [f"{build}/imgpipe", "-q", "--raw", "--bands", "red=3,nir=4", "--workers",
                 str(workers), file], {"IMGPIPE_READAHEAD": switch}, workers)
        found[f"C, GDAL, OpenMP, {workers} thread{'s' * (workers > 1)}"] = (
            ["build/bench/peer_gdal", "3", "4", str(workers), file], {"GDAL_CACHEMAX": "64"},
            workers)
    if subprocess.run(["/usr/bin/python3", "-c", "import rasterio"],
                      capture_output=True).returncode == 0:
        found["rasterio, 2 threads"] = (
            ["/usr/bin/python3", str(HERE / "peer_python.py"), "rasterio", "3", "4", "2", file],
            {"GDAL_CACHEMAX": "64", "MALLOC_MMAP_THRESHOLD_": "100000000",
             "MALLOC_TRIM_THRESHOLD_": "1000000000"}, 2)  # see bench.py
    return found


def median_runs(found, file, rounds, throttle, cold):
    runs = {name: [] for name in found}
    for _ in range(rounds):
        for name, (command, env, _) in found.items():
            (drop if cold else warm)(file)
            runs[name].append(measure(command, env, throttle))
    return {name: [statistics.median(column) for column in zip(*r)] for name, r in runs.items()}


def simulated(found, build, file, rounds):
    """The same on a disk that the kernel reads nothing ahead from (tests/fault/disk.c)."""
    shim = Path(build).resolve() / "tests" / "disk.so"
    shim.parent.mkdir(exist_ok=True)
    subprocess.run(["cc", "-D_GNU_SOURCE", "-O2", "-shared", "-fPIC", "-o", str(shim),
                    str(HERE.parent / "fault" / "disk.c"), "-ldl"], check=True)
    print(f"\nsimulated disks, which read nothing ahead by themselves, cache empty\n{'':38} "
          f"{'MB/s':>5} {'ms':>5} {'wall s':>7} {'CPU s':>6} {'use %':>6} {'disk s':>7}")
    for rate, ms in ((200, 10), (1000, 1)):
        env = {"LD_PRELOAD": str(shim), "DISK_MB_S": str(rate), "DISK_US": str(ms * 1000)}
        only = {name: (command, {**more, **env}, threads)
                for name, (command, more, threads) in found.items() if name.startswith("imgpipe")}
        for name, (wall, cpu, _) in median_runs(only, file, rounds, None, False).items():
            print(f"{name:38} {rate:5} {ms:5} {wall:7.2f} {cpu:6.2f} "
                  f"{100 * cpu / wall / only[name][2]:6.0f} "
                  f"{os.stat(file).st_size / MB / rate:7.2f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--blkio")
    parser.add_argument("--rate", type=float)
    parser.add_argument("file")
    args = parser.parse_args()
    found = programs(args.build, args.file)
    throttle = Throttle(args.blkio, args.rate, args.file) if args.blkio and args.rate else None
    try:
        disk = {"disk": (["dd", f"if={args.file}", "of=/dev/null", "bs=1M", "status=none"], {}, 1)}
        alone = median_runs(disk, args.file, min(3, args.rounds), throttle, True)["disk"][0]
        hot = median_runs(found, args.file, args.rounds, None, False)
        cold = median_runs(found, args.file, args.rounds, throttle, True)
    finally:
        if throttle:
            throttle.remove()
    size = os.stat(args.file).st_size / MB
    print(f"{args.file}: {size:.0f} MB, the disk alone takes {alone:.2f} s"
          f"{f' (held to {args.rate:g} MB/s)' if throttle else ''}")
    print(f"{'':38} {'cold':>7} {'cold':>7} {'CPU':>6} {'warm':>7} {'warm':>7} {'MB from':>8}")
    print(f"{'':38} {'wall s':>7} {'CPU s':>7} {'use %':>6} {'wall s':>7} {'CPU s':>7} {'disk':>8}"
          f" {'overlap':>8}")
    for name, (wall, cpu, read) in cold.items():
        least, most = max(hot[name][0], alone), hot[name][0] + alone
        print(f"{name:38} {wall:7.2f} {cpu:7.2f} {100 * cpu / wall / found[name][2]:6.0f} "
              f"{hot[name][0]:7.2f} {hot[name][1]:7.2f} {read:8.0f} "
              f"{f'{(most - wall) / (most - least):8.2f}' if most > 1.1 * least else '       -'}")
    print(f"medians of {args.rounds} interleaved rounds; the file was out of the page cache before "
          "each cold run (fincore)")
    simulated(found, args.build, args.file, min(3, args.rounds))


if __name__ == "__main__":
    main()
