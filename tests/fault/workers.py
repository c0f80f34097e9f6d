#!/usr/bin/python3
"""Workers that die, runs that are interrupted, damaged tiles and too little memory, under every
executor: each run ends soon, with the right status and words, and all other scenes have the right
numbers. And what is said to have been communicated is what the kernel and MPI have counted.

Usage: workers.py [--quick]; BUILD as for the other tests.
"""


import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

from launch import ROOT, libraries, mpi_command, run_mpi  # noqa: E402
from living import Mark, until  # noqa: E402
from oracle import (IMGPIPE, MAKE_SCENE, SANITIZED, Scratch, Tally, load,  # noqa: E402
                    run)
from preload import preload  # noqa: E402

EXECUTORS = (["serial"], ["threads"], ["openmp"], ["processes"],
             ["processes", "--transport", "pipe"])
TILE_READ = "4096"  # a pread of so many bytes is one of pixels, not of a header


def make(path, *options):
    result = run(["--size", "1024x1024", *options, path], program=MAKE_SCENE)
    if result.rc != 0:
        sys.exit(f"make_scene: {result.last_words()}")
    return path


def damage(source, path):
    """Overwrite what lies in the middle of the file: several tiles whole."""
    data = bytearray(source.read_bytes())
    middle = len(data) // 2
    data[middle:middle + 400000] = bytes(400000)
    path.write_bytes(data)
    return path


class Lab:
    def __init__(self, tally, scratch):
        self.tally, self.scratch = tally, scratch
        self.shim = preload("shim.c")
        self.good = [make(scratch / f"good-{i}.tif", "--tile", "128", "--seed", str(i))
                     for i in (1, 2, 3)]
        self.deadly = make(scratch / "deadly.tif", "--tile", "128", "--seed", "9")
        self.damaged = damage(self.good[0], scratch / "damaged.tif")
        result = run(["-q", "--summary", scratch / "good.json", *self.good])
        self.reference = {s["name"]: s for s in load(scratch / "good.json")["scenes"]}
        assert result.rc == 0

    def out(self):
        path = self.scratch / "out.json"
        path.unlink(missing_ok=True)
        return path

    def faults(self, kind, at="1", **more):
        """Environment of a run in which reads of pixels go wrong."""
        return {"LD_PRELOAD": str(self.shim), "FAULT_CALL": "pread", "FAULT_KIND": kind,
                "FAULT_AT": at, "FAULT_SIZE": TILE_READ, **more}

    def others_right(self, summary, bad):
        """What is wrong with the scenes but the bad one; None where nothing is."""
        if summary is None:
            return "no summary"
        for scene in summary["scenes"]:
            if scene["name"] == bad:
                if scene["status"] != "failed":
                    return f"{bad} is {scene['status']}"
            elif scene != self.reference.get(scene["name"]):
                return f"{scene['name']}: {scene['status']}, or other numbers"
        if len(summary["scenes"]) != len(self.reference) + 1:
            return f"{len(summary['scenes'])} scenes"
        return None

    def check_end(self, name, result, summary, bad, words):
        wrong = self.others_right(summary, bad)
        if result.timed_out:
            wrong = "still running"
        elif result.rc != 1:
            wrong = f"exit {result.rc}: {result.last_words()}"
        elif not wrong:
            wrong = next((f"no '{word}' in: {result.err[:300]}" for word in words
                          if word not in result.err), None)
        self.tally.check(wrong is None, name, wrong)


def deaths(lab):
    """A worker process dies while it reads one scene: that one fails, with the signal's name."""
    for transport in ("shm", "pipe"):
        for kind, name in (("kill", "SIGKILL"), ("segv", "SIGSEGV")):
            for workers in ("1", "3"):
                out = lab.out()
                result = run(["-q", "--executor", "processes", "--transport", transport,
                              "--workers", workers, "--summary", out, lab.good[0], lab.deadly,
                              *lab.good[1:]],
                             env=lab.faults(kind, FAULT_FILE="deadly.tif"), timeout=20)
                lab.check_end(f"{name}, {transport}, {workers} workers", result, load(out),
                              "deadly", [name, "deadly.tif", "worker process"])
    # All that is there kills: the run ends, and says that nothing works.
    out = lab.out()
    result = run(["-q", "--executor", "processes", "--workers", "2", "--summary", out, *lab.good],
                 env=lab.faults("kill"), timeout=20)
    summary = load(out)
    lab.tally.check(result.rc == 70 and summary is not None and
                    all(s["status"] == "failed" for s in summary["scenes"]),
                    "every worker dies", f"exit {result.rc}: {result.last_words()}")


def damaged_tiles(lab):
    """The same words under every executor, and the same summary."""
    seen = {}
    runs = [(" ".join(e), lambda out, e=e: run(
        ["-q", "--executor", *e, "--workers", "3", "--summary", out, lab.damaged, *lab.good]))
        for e in EXECUTORS]
    runs += [(f"mpi, {library}", lambda out, library=library: run_mpi(
        library, 2, ["-q", "--workers", "2", "--summary", out, lab.damaged, *lab.good]))
        for library in libraries()]
    for name, start in runs:
        out = lab.out()
        result = start(out)
        words = [line for line in result.err.splitlines() if line.startswith("imgpipe:")]
        seen[name] = (words, out.read_bytes() if out.exists() else b"")
        lab.check_end(f"damaged tile, {name}", result, load(out), "damaged", ["damaged.tif"])
    lab.tally.check(len({str(v) for v in seen.values()}) == 1, "damaged tile: one outcome",
                    str({k: v[0] for k, v in seen.items()}))


def interrupt(lab, name, command, env, number, want, launcher=False):
    """A signal in the middle of the pixels: a partial report, and 130 or 143 where that is ours to
    say. (A launcher that is told to end does so with a status of its own; Hydra's is 0 at times.)"""
    out, mark = lab.out(), Mark(lab.scratch / "mark")
    # The scenes are large enough for half a minute of stalls.
    process = subprocess.Popen([*command, "-q", "--summary", str(out), "--chunk", "128",
                                *map(str, lab.good * 4)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, **lab.faults("stall", FAULT_ALL="1",
                                                               FAULT_MARK=str(mark.path)), **env},
                               start_new_session=True)
    assert until(mark.is_set, 60), "it does not come to its pixels"
    time.sleep(0.5)
    begin = time.monotonic()
    process.send_signal(number)
    try:
        _, err = process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        lab.tally.fail(name, "still running 20 s after the signal")
        return
    summary, rc = load(out), process.returncode
    wrong = None
    if not launcher and rc != want:
        wrong = f"exit {rc}"
    elif summary is None:
        wrong = f"no summary; {err[-200:]}"
    elif not any(s["status"] == "cancelled" for s in summary["scenes"]):
        wrong = "no scene is marked as cancelled"
    elif any(s["status"] == "ok" and s != lab.reference[s["name"]] for s in summary["scenes"]):
        wrong = "a scene is reported as ok with other numbers"
    elif time.monotonic() - begin > 10:
        wrong = f"took {time.monotonic() - begin:.0f} s"
    lab.tally.check(wrong is None, name, wrong)


def interrupts(lab):
    for number, want in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        for executor in EXECUTORS:
            interrupt(lab, f"{number.name}, {' '.join(executor)}",
                      [str(IMGPIPE), "--executor", *executor, "--workers", "2"], {}, number, want)
        for library in libraries():
            interrupt(lab, f"{number.name}, {library}",
                      [*mpi_command(library, 2), str(IMGPIPE), "--workers", "1"], ROOT, number,
                      want, launcher=True)


def children_of(pid):
    out = subprocess.run(["ps", "-e", "-o", "pid=,ppid=,comm="], capture_output=True, text=True)
    rows = [line.split(None, 2) for line in out.stdout.splitlines()]
    found, parents = [], {str(pid)}
    while parents:
        below = {row[0] for row in rows if row[1] in parents}
        found += [(int(row[0]), row[2]) for row in rows if row[0] in below]
        parents = below
    return found


def is_rank(pid, rank):
    try:
        environ = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # it has ended
        return False
    return any(f"{key}={rank}".encode() in environ for key in ("OMPI_COMM_WORLD_RANK", "PMI_RANK"))


def processes_of(launcher, rank):
    return [pid for pid, name in children_of(launcher) if name == "imgpipe" and is_rank(pid, rank)]


def lost_ranks(lab):
    """A rank is killed: the launcher ends the run, soon and with a status that is not 0."""
    for library in libraries():
        for rank in (0, 1):
            out, mark = lab.out(), Mark(lab.scratch / "mark")
            process = subprocess.Popen(
                [*mpi_command(library, 3), str(IMGPIPE), "--workers", "1", "--chunk", "128", "-q",
                 "--summary", str(out), *map(str, lab.good * 4)],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                env={**os.environ, **ROOT, **lab.faults("stall", FAULT_ALL="1",
                                                        FAULT_MARK=str(mark.path))},
                start_new_session=True)
            # Its pixels are read when all ranks have met.
            assert until(mark.is_set, 60), "it does not come to its pixels"
            time.sleep(0.5)
            # All are looked at before one is killed: the launcher then ends the others.
            for pid in processes_of(process.pid, rank):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            begin, name = time.monotonic(), f"rank {rank} killed, {library}"
            try:
                words, _ = process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                lab.tally.fail(name, "still running 20 s later")
                continue
            seconds = time.monotonic() - begin
            lab.tally.check(process.returncode not in (0, 1) and "illed" in words and seconds < 15,
                            name, f"exit {process.returncode} after {seconds:.0f} s: {words[-200:]}")
            for path in lab.scratch.glob(".out.json.*"):
                path.unlink()


def too_little_memory(lab):
    for executor in EXECUTORS:
        result = run(["-q", "--executor", *executor, "--workers", "2", "--memory", "3M",
                      *lab.good], timeout=20)
        lab.tally.check(result.rc == 75 and "is enough" in result.err,
                        f"3 MiB, {' '.join(executor)}", f"exit {result.rc}: {result.err[:200]}")
        # What it names does work.
        named = result.err.rpartition("--memory ")[2].split()[0] if "--memory " in result.err else "?"
        report = lab.scratch / "report.json"
        result = run(["-q", "--executor", *executor, "--workers", "2", "--memory", named,
                      "--report", report, *lab.good], timeout=20)
        lab.tally.check(result.rc == 0 and load(report)["memory"]["within_budget"],
                        f"{named}, {' '.join(executor)}",
                        f"exit {result.rc}, or over the limit: {result.err[:200]}")
    for library in libraries():
        result = run_mpi(library, 2, ["-q", "--workers", "1", "--memory", "3M", *lab.good])
        lab.tally.check(result.rc == 75 and result.err.count("is enough") == 1,
                        f"3 MiB, {library}", f"exit {result.rc}: {result.err[:300]}")


def disagreements(lab):
    """Ranks that see different files must not mix them."""
    for library in libraries():
        script = lab.scratch / "rank.sh"
        script.write_text('#!/bin/sh\nr=${OMPI_COMM_WORLD_RANK:-$PMI_RANK}\n'
                          'printf "%s\\n" "$@" > list-$r.txt\n'
                          '[ "$r" = 1 ] && sed -i 1d list-1.txt\n'
                          f'mkdir -p r$r && cd r$r && mv ../list-$r.txt list.txt && '
                          f'exec {IMGPIPE} -q @list.txt\n')
        script.chmod(0o755)
        result = run([*mpi_command(library, 2)[1:], script, *lab.good],
                     program=shutil.which(f"mpirun.{library}"), env=ROOT, cwd=lab.scratch)
        lab.tally.check(result.rc == 78 and "rank 1" in result.err and "other files" in result.err,
                        f"ranks see other files, {library}", f"exit {result.rc}: {result.err[:300]}")


def other_options(lab):
    """Ranks that were given other options: the one that differs is named, with both values."""
    cases = ((["-b", "red=1,nir=2"], ["-b", "red=2,nir=1"],
              ["--bands nir=1,red=2", "--bands nir=2,red=1"]),
             ([], ["--nodata", "5"], ["--nodata 5", "no --nodata"]),
             (["--scale", "0.5"], ["--raw"], ["--raw", "no --raw"]),
             (["--chunk", "64"], ["--chunk", "128"], ["128", "64", "other options"]),
             (["--workers", "1", "-v"], ["--workers", "1"], ["other options", "-v"]))
    script = lab.scratch / "options.sh"
    script.write_text('#!/bin/sh\nr=${OMPI_COMM_WORLD_RANK:-$PMI_RANK}\n'
                      'eval "options=\\$OPTIONS_$r"\n'
                      f'exec {IMGPIPE} -q $options "$@"\n')
    script.chmod(0o755)
    for library in libraries():
        for first, second, words in cases:
            out = lab.out()
            result = run([*mpi_command(library, 2)[1:], script, "--summary", out, *lab.good],
                         program=shutil.which(f"mpirun.{library}"), cwd=lab.scratch,
                         env={**ROOT, "OPTIONS_0": " ".join(first), "OPTIONS_1": " ".join(second)})
            lab.tally.check(result.rc == 78 and not out.exists() and
                            all(w in result.err for w in ["rank 1", "rank 0", *words]),
                            f"ranks with {first} and {second}, {library}",
                            f"exit {result.rc}: {result.err[:300]}")


def cannot_begin(lab):
    """Reports that cannot be created, processes that cannot be had."""
    for library in libraries():
        result = run_mpi(library, 2, ["-q", "--summary", lab.scratch / "no" / "such.json",
                                      *lab.good], timeout=20)
        lab.tally.check(result.rc == 73 and not result.timed_out and "such.json" in result.err,
                        f"no place for a report, {library}", f"exit {result.rc}: {result.err[:300]}")
    for files in (9, 12, 14):  # none, one or some of the pipes that three workers need
        out = lab.out()
        result = run([f"--nofile={files}", IMGPIPE, "-q", "--executor", "processes", "--workers",
                      "3", "--summary", out, *lab.good], program=shutil.which("prlimit"))
        summary = load(out)
        lab.tally.check(result.rc == 0 and summary is not None and
                        all(s == lab.reference[s["name"]] for s in summary["scenes"]),
                        f"{files} open files", f"exit {result.rc}: {result.last_words()}")


def counted_by_kernel(lab):
    """Pipes: what each process wrote, as /proc has it, against what the report says."""
    counter = preload("count_io.c")
    log, report = lab.scratch / "io", lab.scratch / "report.json"
    # The counter writes from the workers, which is what confinement refuses.
    result = run(["-q", "--executor", "processes", "--transport", "pipe", "--workers", "2",
                  "--confine", "off", "--report", report, *lab.good],
                 env={"LD_PRELOAD": str(counter), "COUNT_IO": str(log)})
    rows = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    kernel = sorted(int(row[1]) for row in rows)
    claimed = sorted(w["message_bytes"] for w in load(report)["workers"]) if result.rc == 0 else []
    lab.tally.check(kernel == claimed and len(kernel) == 2,
                    "bytes through pipes", f"kernel {kernel}, report {claimed}")
    print(f"pipes: the kernel counted {kernel} bytes written by the workers, the report {claimed}")


def looks_at_memory(lab):
    """The parent reads the memory of all its processes ten times a second and once at the end, not once
    more for each worker that ends: with 64 of them that took half a second."""
    if not shutil.which("strace"):
        lab.tally.skip("looks at memory", "strace is not installed")
        return
    log, report = lab.scratch / "strace", lab.scratch / "report.json"
    result = run(["-f", "-qq", "-e", "trace=openat", "-o", log, IMGPIPE, "-q", "--executor", "processes",
                  "--workers", "32", "--report", report, *lab.good], program="strace", timeout=120)
    said = load(report) if result.rc == 0 else None
    looks = log.read_text().count("smaps_rollup") if said else 0
    most = (2 + said["run"]["wall_s"] / 0.1) * (said["run"]["workers"] + 1) if said else 0
    lab.tally.check(0 < looks <= most, "looks at memory",
                    f"{looks} of processes, at most {most:.0f}: exit {result.rc}: {result.last_words()}")
    print(f"memory: {looks} looks at a process, at most {most:.0f}")


def counted_by_mpi(lab):
    """MPI: what its profiling interface counts against what the report says."""
    for library in libraries():
        counter = preload("count_mpi.c", f"mpicc.{library}")
        log, path = lab.scratch / f"mpi-{library}", lab.scratch / "report.json"
        result = run_mpi(library, 3, ["-q", "--workers", "2", "--report", path, *lab.good],
                         env={"LD_PRELOAD": str(counter), "COUNT_MPI": str(log)})
        if result.rc != 0:
            lab.tally.fail(f"counted by {library}", f"exit {result.rc}: {result.last_words()}")
            continue
        rows = sorted([int(word) for word in line.split()] for line in log.read_text().splitlines())
        said = load(path)["communication"]
        ranks = [[i, r["messages"], r["message_bytes"]] for i, r in enumerate(said["ranks"])]
        lab.tally.check([row[:3] for row in rows] == ranks, f"messages of ranks, {library}",
                        f"MPI {rows}, report {ranks}")
        lab.tally.check(sum(row[1] for row in rows) == said["messages"] and
                        sum(row[2] for row in rows) == said["message_bytes"],
                        f"messages in all, {library}",
                        f"MPI {rows}, report {said['messages']}, {said['message_bytes']}")
        calls = sum(c["calls"] for c in said["collectives"])
        lab.tally.check(all(row[3] == calls + 1 for row in rows),  # the exit status comes after
                        f"collectives, {library}", f"MPI {rows}, report {calls}")
        print(f"{library}: MPI counted {sum(r[1] for r in rows)} messages, "
              f"{sum(r[2] for r in rows)} bytes; the report {said['messages']}, "
              f"{said['message_bytes']}")


def main():
    tally = Tally()
    if SANITIZED:
        tally.skip("workers", "preloading and the sanitizers do not go together")
        tally.finish()
    for library in {"openmpi", "mpich"} - set(libraries()):
        tally.skip(library, "not installed with its launcher")
    with Scratch() as scratch:
        lab = Lab(tally, scratch)
        for check in (deaths, damaged_tiles, interrupts, lost_ranks, too_little_memory,
                      disagreements, other_options, cannot_begin, counted_by_kernel, looks_at_memory,
                      counted_by_mpi):
            begin = time.monotonic()
            check(lab)
            print(f"{check.__name__}: {time.monotonic() - begin:.0f} s", flush=True)
    tally.finish()


if __name__ == "__main__":
    main()
