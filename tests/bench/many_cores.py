#!/usr/bin/python3
"""How runs would scale on more cores than this machine has: SIMULATED from costs that are measured here
(many_costs.py, many_model.py), and the simulation beside real runs where there are some: one and two
workers, and many workers whose reads sleep. What is left out stands at the end of the output.

usage: many_cores.py BUILD DATA [--rounds N] [--only WORD,...]
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import many_costs
from many_model import simulate

WORKERS = (1, 2, 4, 8, 16, 32, 64)
STALL_WORKERS = (1, 2, 4, 8, 16)
EXECUTORS = ("threads", "processes")
CAUSES = ("serial", "start", "more", "locks", "order", "tail")
STALLS_FROM = 8192  # bytes: reads of headers do not sleep
BUSY = 0.9  # a quiet machine gives workers a core for more of the time
COLD = 10  # what is done under a lock takes so many times as long, in the last column
LEFT_OUT = """\
Every worker is taken to have a core of its own, as fast as one core is here with one worker. Left out:
memory bandwidth, shared caches, NUMA, SMT, turbo, page faults that wait for each other, the page cache
and storage. So a real machine stays below this; the more cores, the further."""


def workloads(build, data, size, words):
    """Name and files of each that is wanted, those of `make bench`; what is not there is made."""
    made = {"DEFLATE, tiles of 512": ("pixel.tif", "pixel.tif", ["--tile", "512"]),
            "strips of 1 row": ("strip.tif", "strip.tif", ["--strip", "1"]),
            "uncompressed": ("raw.tif", "raw.tif", ["--tile", "512", "--codec", "none"]),
            "24 small scenes": ("small_*.tif", "small.tif", ["--tile", "512", "--count", "24"])}
    data.mkdir(parents=True, exist_ok=True)
    for name, (pattern, path, options) in made.items():
        if not any(word in name for word in words):
            continue
        side = min(size, 2048) if "small" in name else size
        if not list(data.glob(pattern)):
            subprocess.run([f"{build}/make_scene", "--size", str(side), *options, data / path], check=True)
        yield name, sorted(str(f) for f in data.glob(pattern))


def measured(build, files, executor, workers, rounds, options=(), env=None):
    """The least wall time of a whole process, CPU seconds of that run, and its workers' share of cores."""
    return min((wall, said["run"]["cpu_s"], many_costs.share_of_cores(said)) for wall, said, _ in (
        many_costs.run_once(build, ["--executor", executor, "--workers", str(workers), *options],
                            files, env=env) for _ in range(rounds)))


def off(simulated, real):
    return f"{100 * (simulated / real - 1):+.1f} %"


def check(build, files, costs, rounds):
    """One and two workers, as many as there are cores."""
    for executor in EXECUTORS:
        real = costs.one if executor == "threads" else costs.one_apart
        one = simulate(costs, 1, executor).wall
        print(f"  {executor:10} {1:7} {one:12.3f} {real:11.3f} {off(one, real):>9}")
        if os.cpu_count() < 2:
            continue
        two = simulate(costs, 2, executor, cores=2).wall
        real, cpu, share = measured(build, files, executor, 2, rounds)
        print(f"  {executor:10} {2:7} {two:12.3f} {real:11.3f} {off(two, real):>9}   (CPU time "
              f"{cpu / costs.cpu:.2f} of that of one; a core {100 * share:.0f} % of the time)", flush=True)
        if share < BUSY:
            print("  (other programs are busy here: costs are too long, and the real runs longer still)")


def table(costs):
    print(f"  {'executor':10} {'workers':>7} {'simulated s':>12} {'speed-up':>9} {'efficiency':>10}   "
          f"{' '.join(f'{c:>7}' for c in CAUSES)} {f'locks x{COLD}':>10}")
    for executor in EXECUTORS:
        one = simulate(costs, 1, executor).wall
        slow = simulate(costs, 1, executor, holds=COLD).wall
        for n in WORKERS:
            got = simulate(costs, n, executor)
            cold = simulate(costs, n, executor, holds=COLD).wall
            lost = " ".join(f"{100 * got.lost[c] / (n * got.wall):6.1f}%" for c in CAUSES)
            print(f"  {executor:10} {n:7} {got.wall:12.3f} {one / got.wall:9.2f} "
                  f"{one / got.wall / n:10.2f}   {lost} {slow / cold / n:10.2f}")
    sys.stdout.flush()


def steps(costs):
    chunks = [c for s in costs.scenes for c in s.chunks]
    compute = [c.compute for c in chunks]
    us = {"claim": sum(c.claim for c in chunks) / len(chunks),
          "fold": sum(c.fold for c in chunks) / len(chunks), "deliver": costs.deliver, "row": costs.row,
          "first chunk of a worker": costs.warm, "enter a scene": costs.scenes[-1].enter,
          "start a thread": costs.thread_start, "start a process": costs.fork,
          "serve a process": costs.serve, "look at a process": costs.look, "wake-up": costs.wake}
    print(f"  {len(chunks)} chunks of {1e3 * min(compute):.2f} to {1e3 * max(compute):.2f} ms, "
          f"{sum(compute):.3f} s in all ({costs.cpu:.3f} CPU s of a run); serial "
          f"{1e3 * costs.begin:.1f} + {1e3 * costs.end:.1f} ms, of processes "
          f"{1e3 * costs.begin_apart:.1f} + {1e3 * costs.end_apart:.1f} ms")
    print("  us: " + ", ".join(f"{name} {1e6 * s:.1f}" for name, s in us.items()))


def stalls(build, machine, data, rounds, ms=20):
    """Many real workers, whose reads sleep, beside the simulation on as many cores as there are."""
    path, cores = data / "stalls.tif", os.cpu_count()
    if not path.exists():
        subprocess.run([f"{build}/make_scene", "--size", "2048", "--tile", "128", path], check=True)
    shim = data / "shim.so"
    subprocess.run(["cc", "-D_GNU_SOURCE", "-O2", "-shared", "-fPIC", "-o", shim, "tests/fault/shim.c", "-ldl"],
                   check=True)
    env = {"LD_PRELOAD": str(shim.resolve()), "FAULT_CALL": "pread", "FAULT_AT": "1", "FAULT_ALL": "1",
           "FAULT_KIND": "stall", "FAULT_MS": str(ms), "FAULT_SIZE": str(STALLS_FROM)}
    costs = many_costs.measure(machine, build, [str(path)], rounds, ["--chunk", "tile"])
    stall = many_costs.oversleep(ms / 1e3)
    asleep = sum(c.read >= STALLS_FROM for c in costs.scenes[0].chunks)
    print(f"\n{asleep} of 256 tiles sleep {ms} ms when read ({1e3 * stall:.2f} ms measured); {cores} cores")
    print(f"  {'executor':10} {'workers':>7} {'simulated s':>12} {'measured s':>11} {'error':>9}")
    for executor in EXECUTORS:
        for n in STALL_WORKERS:
            got = simulate(costs, n, executor, cores=cores, stall=(stall, STALLS_FROM)).wall
            real = measured(build, [str(path)], executor, n, rounds, ["--chunk", "tile"], env)[0]
            print(f"  {executor:10} {n:7} {got:12.3f} {real:11.3f} {off(got, real):>9}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("data", type=Path)
    parser.add_argument("--size", type=int, default=10980)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="workloads whose name has one of these words; stalls")
    args = parser.parse_args()
    words, machine = args.only.split(","), None
    args.data.mkdir(parents=True, exist_ok=True)
    tiny = str(args.data / "tiny.tif")
    subprocess.run([f"{args.build}/make_scene", "--size", "64", "--tile", "64", tiny], check=True)
    machine = many_costs.Machine(args.build, tiny, args.rounds)
    for name, files in workloads(args.build, args.data, args.size, words):
        costs = many_costs.measure(machine, args.build, files, args.rounds)
        print(f"\n{name}")
        steps(costs)
        print(f"  {'executor':10} {'workers':>7} {'simulated s':>12} {'measured s':>11} {'error':>9}")
        check(args.build, files, costs, args.rounds)
        print("  SIMULATED, a core for each worker; of all workers' time goes to:")
        table(costs)
    if any(word in "stalls" for word in words):
        stalls(args.build, machine, args.data, args.rounds)
    print(f"\n{LEFT_OUT}")


if __name__ == "__main__":
    main()
