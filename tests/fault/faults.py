#!/usr/bin/python3
"""Fault injection: one call after another is made to fail (shim.c), and each run must end soon,
without a crash, with a documented exit status and plain words; scenes that are reported as fine
have the right numbers; no half-written report has its final name and no temporary file stays.

Usage: faults.py [--quick]; BUILD as for the other tests.
"""

import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

from oracle import (BUILD, MAKE_SCENE, QUICK, REPO, SANITIZED, Scratch, Tally,  # noqa: E402
                    load, run)

# call, kind, must the run succeed with the right numbers all the same?
PLANS = (
    ("pread", "error", False), ("pread", "short", True), ("pread", "eintr", True),
    ("open", "error", False),
    ("openat", "error", False),
    ("linkat", "error", True),  # no name for a file that has none: it is copied
    ("mmap", "error", False),
    ("malloc", "error", False),
    ("fflush", "error", False),
    ("rename", "error", False),
    ("pthread_create", "error", True),
)
MOST = 12 if QUICK else 150  # calls that are made to fail, of each plan
SHOWN = 5  # of the failures of one plan

# Every call for memory of the whole process, libraries' as well, on every codec and executor:
# executor, options. How many of them are made to fail, and which libraries do not survive it: of
# libtiff up to 4.7 _TIFFMergeFields() loses its table of tags where that cannot grow for a codec;
# LERC, in C++, lets an exception out of its C functions; libgomp ends the program, with words, when
# it is loaded.
ALLOCATIONS = (("threads", []), ("processes", []), ("openmp", []), ("serial", ["--raw"]))
MOST_ALLOCATIONS = 40 if QUICK else 5000
KNOWN_CRASHES = ("libtiff.so", "libLerc.so")

FROM = {"malloc": "imgpipe"}


class Faults:
    def __init__(self, tally, scratch, shim, files):
        self.tally, self.scratch, self.shim, self.files = tally, scratch, shim, files
        self.reference = None

    def run(self, out, env, workers):
        out.mkdir()
        if env["FAULT_CALL"] in FROM:
            env = dict(env, FAULT_FROM=FROM[env["FAULT_CALL"]])
        if env["FAULT_CALL"] == "rename":  # to whole names, from temporary ones
            env = dict(env, FAULT_NO_TMPFILE="1")
        return run(["-q", "--workers", workers, "--chunk", "300", "--reader", "tiff", "--summary",
                    out / "s.json", "--report", out / "r.json", "--tiles", out / "t.csv",
                    *self.files], env=dict(env, LD_PRELOAD=str(self.shim)))

    def clear(self, out):
        for path in out.iterdir():
            path.unlink()
        out.rmdir()

    def count_calls(self, call):
        """How many calls of this kind a run makes that nothing happens to."""
        out, counter = self.scratch / "out", self.scratch / "count"
        result = self.run(out, {"FAULT_CALL": call, "FAULT_COUNT": str(counter)}, "3")
        summary = load(out / "s.json")
        self.clear(out)
        if result.rc != 0 or summary is None:
            self.tally.fail(f"{call}, no fault", f"exit {result.rc}: {result.last_words()}")
            return 0
        self.reference = summary
        return int(counter.read_text())

    def wrong(self, out, result, must_succeed):
        """What is wrong with the end of a run, or None."""
        if result.trouble():
            return result.trouble()
        if must_succeed and result.rc != 0:
            return f"exit {result.rc} though this can be survived: {result.last_words()}"
        left = {path.name for path in out.iterdir()} - {"s.json", "r.json", "t.csv"}
        if left:
            return f"left behind: {', '.join(sorted(left))}"
        for name in ("s.json", "r.json"):
            if (out / name).exists() and load(out / name) is None:
                return f"{name} is half-written (exit {result.rc})"
        summary = load(out / "s.json")
        if result.rc in (0, 1, 65) and summary is None:
            return f"exit {result.rc} and no summary"
        if result.rc == 0 and summary != self.reference:
            return "exit 0 and other numbers"
        for got, want in zip(summary["scenes"] if summary else [], self.reference["scenes"]):
            if got["status"] == "ok" and got != want:
                return f"scene {got['name']} is reported as ok with other numbers"
        if result.rc == 1 and all(s["status"] == "ok" for s in summary["scenes"]):
            return "exit 1 and no scene failed"
        return None

    def check_plan(self, call, kind, must_succeed):
        n_calls = self.count_calls(call)
        step = max(1, n_calls // MOST)
        statuses, failed = {}, self.tally.failed
        for at in range(1, n_calls + 1, step):
            for everything in (False, True) if kind == "error" else (False,):
                out = self.scratch / "out"
                env = {"FAULT_CALL": call, "FAULT_AT": str(at), "FAULT_KIND": kind}
                if everything:
                    env["FAULT_ALL"] = "1"
                survive = must_succeed and not (everything and
                                                call not in ("pthread_create", "linkat"))
                result = self.run(out, env, "1" if at % 3 == 0 else "3")
                wrong = self.wrong(out, result, survive)
                name = f"{call} {kind} at {at}{' and all later' if everything else ''}"
                if wrong and self.tally.failed - failed >= SHOWN:
                    self.tally.failed += 1
                else:
                    self.tally.check(wrong is None, name, wrong)
                statuses[result.rc] = statuses.get(result.rc, 0) + 1
                self.clear(out)
        ends = ", ".join(f"{n} x exit {rc}" for rc, n in sorted(statuses.items()))
        wrong = self.tally.failed - failed
        print(f"{call} {kind}: {n_calls} calls, {ends or 'none failed'}; {wrong} wrong", flush=True)


class Allocations(Faults):
    """No crash of ours, whoever asked for the memory."""

    executor, options = "threads", []

    def run(self, out, env, workers):
        out.mkdir()
        return run(["-q", "--workers", workers, "--executor", self.executor, "--reader", "tiff",
                    *self.options, "--memory", "300M", "--summary", out / "s.json",
                    *self.files],
                   env=dict(env, LD_PRELOAD=str(self.shim), FAULT_FROM="", FAULT_CRASH="1"))

    def crash(self, result):
        """Who crashed: (library, function), or None."""
        found = re.search(r"crash in (\S+) \((\S+)\)", result.err)
        return found.groups() if found else None

    def check_all(self):
        n_calls = self.count_calls("malloc")
        ends, known, failed = {}, 0, self.tally.failed
        for at in range(1, n_calls + 1, max(1, n_calls // MOST_ALLOCATIONS)):
            out = self.scratch / "out"
            result = self.run(out, {"FAULT_CALL": "malloc", "FAULT_AT": str(at)}, "2")
            crash = self.crash(result)
            if crash and crash[0].startswith(KNOWN_CRASHES) or "libgomp: Out of" in result.err:
                known += 1
            else:
                wrong = f"crash in {crash[0]}, {crash[1]}" if crash else \
                    self.wrong(out, result, False)
                self.tally.check(wrong is None, f"memory, {self.executor}, call {at}", wrong)
            ends[result.rc] = ends.get(result.rc, 0) + 1
            for path in out.iterdir():
                path.unlink()
            out.rmdir()
        ends = ", ".join(f"{n} x exit {rc}" for rc, n in sorted(ends.items()))
        print(f"memory, {self.executor}: {n_calls} calls, {ends}; {known} crashes of libraries, "
              f"{self.tally.failed - failed} wrong", flush=True)
        # most opens of a file have one such call
        self.tally.check(known * 20 <= n_calls, f"memory, {self.executor}",
                         f"{known} crashes of libraries in {n_calls} calls")


def check_allocations(tally, scratch, shim):
    files = []
    for codec in ("deflate", "lzw", "zstd", "lzma", "packbits", "none", "lerc"):
        files.append(scratch / f"memory-{codec}.tif")
        made = run(["--size", "64x48", "--tile", "32", "--codec", codec,
                    *(["--mask"] if codec in ("lzw", "none") else []), files[-1]],
                   program=MAKE_SCENE)
        if made.rc != 0:
            return tally.fail(f"make_scene, {codec}", made.last_words())
    for executor, options in ALLOCATIONS:
        allocations = Allocations(tally, scratch, shim, files)
        allocations.executor, allocations.options = executor, options
        allocations.check_all()
    return None


def build_shim(path):
    command = ["cc", "-std=c11", "-D_GNU_SOURCE", "-O2", "-shared", "-fPIC", "-o", str(path),
               str(REPO / "tests" / "fault" / "shim.c"), "-ldl"]
    return subprocess.run(command, capture_output=True, text=True)


def main():
    tally = Tally()
    if SANITIZED:
        tally.skip("fault injection", "the sanitizers bring their own malloc")
        tally.finish()
    with Scratch() as scratch:
        (BUILD / "tests").mkdir(exist_ok=True)
        shim = BUILD / "tests" / "shim.so"
        built = build_shim(shim)
        if built.returncode != 0:
            tally.fail("shim", built.stderr[:300])
            tally.finish()
        files = []
        for name, layout in (("a", ["--tile", "128", "--codec", "deflate"]),
                             ("b", ["--strip", "20", "--codec", "lzw"]),
                             ("c", ["--strip", "500", "--codec", "none"])):
            files.append(scratch / f"{name}.tif")
            made = run(["--size", "500x500", *layout, files[-1]], program=MAKE_SCENE)
            if made.rc != 0:
                tally.fail("make_scene", made.last_words())
                tally.finish()
        faults = Faults(tally, scratch, shim, files)
        for plan in PLANS:
            faults.check_plan(*plan)
        check_allocations(tally, scratch, shim)
    tally.finish()


if __name__ == "__main__":
    main()
