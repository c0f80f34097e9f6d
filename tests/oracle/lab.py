#!/usr/bin/python3
"""The labs (pi, sum, recur) against NumPy: its PCG64, Philox written out with NumPy's integers, its
single precision, and a recurrence over arrays; closed forms; and the same integers for every
executor, number of workers, chunk and MPI rank.
"""

import itertools
import json
import math

import numpy as np

from launch import libraries, run_mpi
from oracle import QUICK, SANITIZED, Scratch, Tally, run

EXECUTORS = ("serial", "threads", "openmp", "processes/shm", "processes/pipe")
PCG_MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645
PCG_STREAM = 2 * 54 + 1
MASK128 = (1 << 128) - 1


def philox(c0, c1, c2, c3, seed):
    """Philox4x32-10 of arrays of counters: four arrays of 32-bit numbers (as uint64)."""
    low = np.uint64(0xFFFFFFFF)
    c = [np.broadcast_to(np.asarray(v, np.uint64), np.shape(c0)) for v in (c0, c1, c2, c3)]
    k0, k1 = seed & 0xFFFFFFFF, seed >> 32
    for _ in range(10):
        a, b = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        shift = np.uint64(32)
        c = [(b >> shift) ^ c[1] ^ np.uint64(k0), b & low,
             (a >> shift) ^ c[3] ^ np.uint64(k1), a & low]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c


def inside_own(n, seed):
    """Draws 2 i and 2 i + 1 of NumPy's PCG64."""
    state = (PCG_STREAM + seed) * PCG_MULTIPLIER + PCG_STREAM & MASK128
    bits = np.random.PCG64()
    bits.state = {"bit_generator": "PCG64", "state": {"state": state, "inc": PCG_STREAM},
                  "has_uint32": 0, "uinteger": 0}
    draws = np.random.Generator(bits).random(2 * n)
    x, y = draws[0::2], draws[1::2]
    return int(np.count_nonzero(x * x + y * y < 1))


def inside_vector(n, seed):
    blocks = np.arange((n + 1) // 2, dtype=np.uint64)
    w = philox(blocks & np.uint64(0xFFFFFFFF), blocks >> np.uint64(32), 0, 0, seed)
    one = np.uint64(1)
    x = np.stack([w[0], w[2]], axis=1).ravel()[:n] >> one | one
    y = np.stack([w[1], w[3]], axis=1).ravel()[:n] >> one | one
    return int(np.count_nonzero(x * x + y * y < np.uint64(1 << 62)))


def recurrence(n, steps, seed):
    """(sum of floor(s 2^40), sum of the bits) of the last states."""
    pixels = np.arange(n, dtype=np.uint64)
    s = np.full(n, 0.5)
    for t in range(steps):
        w = philox(pixels, 0, t, 1, seed)
        seen = (w[0] >> np.uint64(8)).astype(np.float64) * 2.0**-24
        s = np.where(w[1] < np.uint64(1 << 30), s, s + (seen - s) * 0.25)
    return (sum(int(v) for v in np.floor(s * 2.0**40)),
            sum(int(v) for v in s.view(np.uint64)))


def float_sums(n, chunk):
    """In single precision: one after another, by chunks, in pairs."""
    x = (np.arange(n) % 1000 + 0.5).astype(np.float32)
    by_chunk = np.float32(0)
    for first in range(0, n, chunk):
        by_chunk += np.add.accumulate(x[first:first + chunk])[-1]
    pairs = np.float32(0)
    rest = x
    while len(rest):
        if len(rest) % 2:  # the last one has no neighbour
            pairs = rest[-1] + pairs
            rest = rest[:-1]
        rest = rest[0::2] + rest[1::2]
    return {"float_running": float(np.add.accumulate(x)[-1]), "float_by_chunk": float(by_chunk),
            "float_pairwise": float(pairs)}


def executor_options(executor):
    name, _, transport = executor.partition("/")
    return ["--executor", name, *(["--transport", transport] if transport else [])]


class Lab:
    """Runs of one scratch folder, and what they left in --json."""

    def __init__(self, scratch, tally):
        self.path, self.tally = scratch / "lab.json", tally

    def lines(self, label, args, rc=0, mpi=None):
        self.path.unlink(missing_ok=True)
        args = [args[0], "-q", "--json", self.path, *args[1:]]
        result = run_mpi(*mpi, args) if mpi else run(args, timeout=120)
        if result.trouble() or result.rc != rc or not self.path.exists():
            self.tally.fail(label, result.trouble() or f"exit {result.rc}: {result.last_words()}")
            return []
        return json.loads(self.path.read_text())["lines"]

    def check(self, label, got, want):
        if got == want:
            self.tally.ok()
        else:
            self.tally.fail(label, f"{got}, not {want}")


def combinations(chunks):
    every = list(itertools.product(EXECUTORS, ("1,2", "3"), chunks))
    return every[::3] if QUICK else every


def check_pi(lab):
    for n, seed in ((1, 0), (2, 5), (99991, 0), (200000, 12345678901)):
        want = {"own": inside_own(n, seed), "vector": inside_vector(n, seed)}
        chunks = ("auto", "1000", "33333") if n > 1000 else ("auto", "1")
        for executor, workers, chunk in combinations(chunks):
            args = ["pi", "-N", n, "--seed", seed, "--workers", workers, "--chunk", chunk,
                    "--generator", "own,vector", *executor_options(executor)]
            for line in lab.lines(f"pi {args}", args):
                lab.check(f"pi {line['mode']} {args}", line["inside"], want[line["mode"]])
        # One worker draws in order; with more, no point may be lost or counted twice.
        for executor in EXECUTORS:
            args = ["pi", "-N", n, "--seed", seed, "--workers", "1,2", "--chunk", "1e4",
                    "--generator", "shared", *executor_options(executor)]
            lines = lab.lines(f"pi {args}", args)
            if lines:
                lab.check(f"shared, one worker {args}", lines[0]["inside"], want["own"])
                lab.check(f"shared, points {args}", lines[-1]["points"], n)


def check_estimates(lab):
    """Within five standard errors: a chance of 6e-7 that a good generator fails."""
    for seed in range(3 if QUICK else 20):
        for line in lab.lines("estimate", ["pi", "-N", "4e6", "--seed", seed, "--workers", "2"]):
            bound = 5 * math.sqrt(math.pi * (4 - math.pi) / 4e6)
            lab.check(f"estimate {line['mode']}, seed {seed}",
                      abs(line["estimate"] - math.pi) < bound, True)


def check_sum(lab):
    for n, chunk in ((1, 1), (999, 10), (1000, 7), (65536, 65536), (1234567, 100000)):
        twice = sum(2 * (i % 1000) + 1 for i in range(n))
        for executor, workers, cut in combinations((str(chunk), "auto")):
            args = ["sum", "-N", n, "--how", "chunks,array", "--workers", workers, "--chunk", cut,
                    *executor_options(executor)]
            for line in lab.lines(f"sum {args}", args):
                lab.check(f"sum {args}", int(line["twice_the_sum"]), twice)
        floats = float_sums(n, chunk)
        for line in lab.lines("floats", ["sum", "-N", n, "--how", "floats", "--chunk", chunk]):
            lab.check(f"floats {n}", {key: line[key] for key in floats}, floats)


def check_recur(lab):
    for n, steps, seed in ((1, 1, 0), (1, 50, 3), (70001, 3, 0), (5000, 40, 12345678901)):
        want = recurrence(n, steps, seed)
        for executor, workers, chunk in combinations(("auto", "777")):
            args = ["recur", "-N", n, "-T", steps, "--seed", seed, "--workers", workers,
                    "--chunk", chunk, *executor_options(executor)]
            for line in lab.lines(f"recur {args}", args):
                lab.check(f"recur {line['mode']} {args}",
                          (int(line["sum_2_40"]), int(line["sum_of_bits"])), want)


def check_mpi(lab):
    """What needs no common memory, between ranks; the rest is refused in words."""
    for library in [] if SANITIZED else libraries():
        for ranks in (1, 2, 3):
            args = ["pi", "-N", 99991, "--workers", "1,2", "--generator", "own,vector",
                    "--executor", "mpi", "--chunk", "5000"]
            for line in lab.lines(f"{library} {ranks}", args, mpi=(library, ranks)):
                want = (inside_own if line["mode"] == "own" else inside_vector)(99991, 0)
                lab.check(f"{library}, {ranks} ranks", line["inside"], want)
        result = run_mpi(library, 2, ["pi", "-q", "--generator", "shared", "--executor", "mpi"])
        for line in lab.lines("left out", ["pi", "-N", 1000, "--executor", "mpi"],
                              mpi=(library, 2)):
            lab.check(f"{library}: shared is left out", line["mode"] != "shared", True)
        lab.check(f"{library}: shared is refused",
                  result.rc != 0 and "not between ranks of MPI" in result.err, True)


def main():
    tally = Tally()
    with Scratch() as scratch:
        lab = Lab(scratch, tally)
        for check in (check_pi, check_estimates, check_sum, check_recur, check_mpi):
            check(lab)
            print(f"{check.__name__:20} done", flush=True)
    tally.finish()


if __name__ == "__main__":
    main()
