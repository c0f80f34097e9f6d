#!/usr/bin/python3
"""Maps whose run goes wrong: killed at any moment, interrupted, beside another run in the same folder,
on full, small, read-only, removed and stalled disks, with calls that fail (shim_files.c), without
memory, with workers that die and inputs that go. Whatever happens: each file with a final name is
whole and right, what is reported as done is there and nothing else is, and nothing temporary stays.

Usage: maps.py [--quick] [PART...]; BUILD as for the other tests. --seed N: other moments.
"""

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

from living import alive, all_locked, catches, family_of, halted, until  # noqa: E402
from launch import ROOT as MPI_ROOT, libraries, mpi_command  # noqa: E402
from maps_disks import DISK_PARTS  # noqa: E402
from maps_lab import (ALL, ENDS, EXECUTORS, FORMAT, IS_ROOT, SCENES, Lab, files,  # noqa: E402
                      forget_lock)
from oracle import (DOCUMENTED_EXITS, PATIENCE, QUICK, SANITIZED, Scratch, Tally, load,  # noqa: E402
                    run)


# --- kills and signals -----------------------------------------------------------------------------

def length(lab, executor):
    """Seconds that a run takes, once all is in the cache."""
    lab.clear()
    begin = time.monotonic()
    lab.run(lab.args(executor=executor))
    return time.monotonic() - begin


def kills(lab):
    for i in range(12 if QUICK else 200):
        executor, named, over = EXECUTORS[i % 2], i // 2 % 2, i // 4 % 2
        if i < 2:
            lab.clear()
            lab.seconds = {**getattr(lab, "seconds", {}), executor: length(lab, executor)}
        lab.clear(lab.old if over else None)
        env = lab.env(FILES_NO_TMPFILE="1") if named else {}
        process = lab.start(lab.args(*(["--overwrite"] if over else []), executor=executor), env)
        time.sleep(lab.random.uniform(0.01, 1.1 * lab.seconds[executor]))
        family = family_of(process.pid)
        process.kill()
        process.communicate()
        gone = until(lambda: not any(map(alive, family)), 5)
        lab.tally.check(gone, f"kill {i}: the workers end too", str(family))
        lab.check_next_start(f"kill {i}, {executor}{', named' * named}{', overwrite' * over}",
                             lab.new, *([lab.old] if over else []))


def calls(lab, args, env):
    counter = lab.scratch / "count"
    counter.unlink(missing_ok=True)
    rc, err = lab.run(args, {**env, "FILES_COUNT": str(counter)})
    assert rc == 0 and counter.exists(), err
    return int(counter.read_text())


def kill_at_calls(lab):
    """Just before, and just after, each call that makes, fills or names a file."""
    for named in (False, True):
        for over in (False, True):
            env = lab.env(FILES_CALL="any", **({"FILES_NO_TMPFILE": "1"} if named else {}))
            args = lab.args(*(["--overwrite"] if over else []))
            lab.clear(lab.old if over else None)
            n = calls(lab, args, env)
            names = {"FILES_CALL": "linkat renameat renameat2 unlinkat openat fsync"}
            lab.clear(lab.old if over else None)
            few = calls(lab, args, {**env, **names})
            plans = [(env, at) for at in range(1, n + 1, n // 3 if QUICK else 2)]
            plans += [({**env, **names}, at) for at in range(1, few + 1, few // 5 if QUICK else 1)]
            for i, (plan, at) in enumerate(plans):
                lab.clear(lab.old if over else None)
                rc, err = lab.run(args, {**plan, "FILES_AT": str(at),
                                         "FILES_DO": ("kill", "after")[i % 2]})
                name = f"killed at call {at}{', named' * named}{', overwrite' * over}"
                lab.tally.check(rc in (-9, 0), name, f"exit {rc}: {err}")
                lab.check_next_start(name, lab.new, *([lab.old] if over else []))


def kills_mpi(lab):
    for library in libraries():
        for i in range(1 if QUICK else 12):
            lab.clear(lab.old if i % 2 else None)
            args = [a for a in lab.args("--overwrite") if a not in ("--executor", "threads")]
            process = lab.start(args, MPI_ROOT, words=mpi_command(library, 2))
            time.sleep(lab.random.uniform(0.3, 2.5))
            family = family_of(process.pid)
            for pid in [process.pid, *family]:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            process.communicate()
            until(lambda: not any(map(alive, family)), 5)
            lab.check_next_start(f"kill of {library} {i}", lab.new, lab.old)


def signals(lab):
    for i in range(6 if QUICK else 40):
        executor, number = EXECUTORS[i % 2], (signal.SIGTERM, signal.SIGINT)[i // 2 % 2]
        lab.clear()
        env, _ = lab.stalls("fsync pwritev", 40)
        process = lab.start(lab.args(executor=executor), env)
        # Before that it may end by the signal itself.
        until(lambda p=process: catches(p.pid), 20)
        time.sleep(lab.random.uniform(0.1, 0.8))
        since = time.monotonic()
        process.send_signal(number)
        rc, err = lab.end(process)
        name = f"{number.name}, {executor}, {i}"
        lab.check(name, rc, err, may=(0, ENDS[number]))
        lab.tally.check(time.monotonic() - since < 5 * PATIENCE, f"{name}: soon",
                        f"{time.monotonic() - since:.1f} s")


def two_runs(lab):
    """Where no lock keeps them apart each file is made by one of the two; with --overwrite both are
    done."""
    for i in range(3 if QUICK else 30):
        for over in (False, True):
            lab.clear()
            results = []
            for j in range(2):
                # The first looks whether a name is free, and gives it when it no longer is.
                env = {} if j else lab.env(FILES_CALL="linkat renameat renameat2", FILES_DO="stall",
                                           FILES_MS="60", **ALL)
                if i % 2:
                    env = {**lab.env(FILES_NO_TMPFILE="1"), **env}
                report = lab.scratch / f"two-{j}.json"
                report.unlink(missing_ok=True)
                results.append((report, lab.start(
                    ["-q", *FORMAT, "--executor", EXECUTORS[(i + j) % 2], "-o", lab.out, "--summary", report,
                     *(["--overwrite"] if over else []), *lab.scenes], env)))
                forget_lock(lab.out)
                time.sleep(lab.random.uniform(0, 0.1))
            ends = [lab.end(process) for _, process in results]
            done = [s["name"] for report, _ in results
                    for s in (load(report) or {"scenes": []})["scenes"] if s["status"] == "ok"]
            wrong = lab.bad_files(lab.new)
            if {p.name for p in files(lab.out)} != set(lab.new):
                wrong = f"files: {sorted(p.name for p in files(lab.out))}"
            if over and any(rc for rc, _ in ends) or any(rc not in (0, 1, 65, 73) for rc, _ in ends):
                wrong = f"{ends}"
            if sorted(done) != sorted(list(SCENES) * (2 if over else 1)):
                wrong = f"done {sorted(done)}: {ends}"
            lab.tally.check(wrong is None, f"two runs at once {i}{', overwrite' * over}", wrong)


def not_swept(lab):
    """What another run holds, and what only looks like a left-over, stays; left-overs go."""
    lab.clear()
    env = lab.env(FILES_NO_TMPFILE="1", FILES_CALL="fsync", FILES_DO="stall", FILES_MS="1500", **ALL)
    slow = lab.start(lab.args("--workers", "1", scenes=lab.scenes[:1]), env)
    until(lambda: len(lab.left()) == 2 and all_locked(lab.out, lab.left()), 10)  # a map and a picture
    with halted(slow):
        held = lab.left()
        forget_lock(lab.out)
        not_swept_beside(lab, held)
    rc, err = lab.end(slow)
    lab.tally.check(rc == 0 and (lab.out / "a_ndvi.tif").read_bytes() == lab.new["a_ndvi.tif"],
                    "the other run is not disturbed", f"exit {rc}: {err}")


def not_swept_beside(lab, held):
    dead = [".imgpipe-map.999999-0.tmp", ".imgpipe-0123456789abcdef-1-0.spool"]
    keep = [".imgpipe-map.1-x.tmp", ".imgpipe-map.1-0.tmp.gz", ".other.1-0.tmp", "foreign.tmp",
            ".imgpipe-map..tmp", ".imgpipe-xyz-1-0.spool", ".imgpipe-map.2-0.tmp",
            ".imgpipe-map.3-0.tmp", ".imgpipe-map.4-0.tmp"]
    for name in dead + keep[:6]:
        (lab.out / name).write_text("kept")
    (lab.scratch / "victim").write_text("kept")
    (lab.out / keep[6]).symlink_to(lab.scratch / "victim")
    (lab.out / keep[7]).mkdir()
    os.mkfifo(lab.out / keep[8])
    result = run(["-q", *FORMAT, "-o", lab.out, lab.tiny])
    left = lab.left()
    hidden = {name for name in keep if name.startswith(".")}
    lab.tally.check(result.rc == 0 and len(held) == 2 and set(left) == set(held) | hidden and
                    (lab.out / "foreign.tmp").exists() and
                    (lab.scratch / "victim").read_text() == "kept", "only what nobody holds goes",
                    f"exit {result.rc}: {held} {left} {result.last_words()}")


# --- memory, workers, stalls, inputs ---------------------------------------------------------------

def allocations(lab):
    few = lab.scenes[:2]
    for executor in EXECUTORS:
        env = {"LD_PRELOAD": str(lab.shim), "FAULT_CALL": "malloc", "FAULT_FROM": "imgpipe"}
        counter = lab.scratch / "count"
        args = lab.args(executor=executor, scenes=few)
        lab.clear()
        rc, err = lab.run(args, {**env, "FAULT_COUNT": str(counter)})
        assert rc == 0, err
        good = {p.name: p.read_bytes() for p in files(lab.out)}
        n = int(counter.read_text())
        for at in range(1 + lab.random.randrange(3), n + 1, max(1, n // (12 if QUICK else 250))):
            for everything in ({}, {"FAULT_ALL": "1"}):
                lab.clear()
                rc, err = lab.run(args, {**env, "FAULT_AT": str(at), **everything}, )
                wrong = lab.bad_files(good)
                ok = [s["name"] for s in (load(lab.scratch / "s.json") or {"scenes": []})["scenes"]
                      if s["status"] == "ok"]
                there = {p.stem.rpartition("_")[0] for p in files(lab.out)}
                if rc not in DOCUMENTED_EXITS | {70, 71} or rc and not err.strip():
                    wrong = f"exit {rc}: {err[-300:]}"
                elif lab.left():
                    wrong = f"left: {lab.left()}"
                elif (lab.scratch / "s.json").exists() and there != set(ok):
                    wrong = f"files of {sorted(there)}, done {ok}"
                lab.tally.check(wrong is None, f"memory, {executor}, call {at}", wrong)


def dead_workers(lab):
    """Its scene fails and has no map; the others are right, by workers that came after."""
    deadly = lab.scene(lab.scratch / "deadly.tif")
    scenes = [lab.scenes[0], deadly, *lab.scenes[1:]]
    for confine in ("must", "off"):
        for transport in ("shm", "pipe"):
            for kind in ("kill", "segv"):
                lab.clear()
                rc, err = lab.run(
                    lab.args("--transport", transport, "--confine", confine, "--chunk", "256",
                             executor="processes", scenes=scenes),
                    {"LD_PRELOAD": str(lab.shim), "FAULT_CALL": "pread", "FAULT_KIND": kind,
                     "FAULT_AT": "3", "FAULT_SIZE": "4096", "FAULT_FILE": "deadly.tif"})
                name = f"worker dies by {kind}, {transport}, confine {confine}"
                if rc == 69:
                    lab.tally.skip(name, "no confinement here")
                    continue
                lab.check(name, rc, err, may=(1,), words=["deadly", "SIG"])
                lab.tally.check({p.name for p in files(lab.out)} == set(lab.new), f"{name}: files",
                                str(sorted(p.name for p in files(lab.out))))
    deadly.unlink()
    for at in (2, 5) if QUICK else range(1, 14):  # each worker in the middle of its n-th record
        for how in ("kill", "after"):
            lab.clear()
            rc, err = lab.run(lab.args("--chunk", "256", executor="processes"),
                              lab.env(FILES_CALL="pwritev", FILES_AT=str(at), FILES_DO=how))
            # The process of the run makes overviews, and may be the one that dies.
            lab.tally.check(rc in (-9, 0, 1, 65, 70), f"workers die at record {at}", f"{rc}: {err}")
            lab.check_next_start(f"workers die {how} at record {at}", lab.new)


def inputs(lab):
    place = lab.scratch / "place"
    for executor in EXECUTORS:
        for what in ("deleted", "cut", "overwritten"):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            copies = [place / path.name for path in lab.scenes]
            for path in lab.scenes:
                shutil.copyfile(path, place / path.name)
            lab.clear()
            slow, mark = lab.stalls("pwritev", 10)
            process = lab.start(lab.args(executor=executor, scenes=copies), slow)
            until(mark.is_set, 20)
            if what == "deleted":
                for path in copies[1:]:
                    path.unlink()
            elif what == "cut":
                os.truncate(copies[-1], 3000)
            else:
                copies[-1].write_bytes(b"II*\0" + bytes(40000))
            rc, err = lab.end(process)
            lab.check(f"inputs {what}, {executor}", rc, err, may=(0, 1))
    # Maps beside their inputs, and in place of them.
    before = {p.name: p.read_bytes() for p in lab.scenes}
    shutil.rmtree(place)
    place.mkdir()
    for name, data in before.items():
        (place / name).write_bytes(data)
    rc, err = lab.run(["-q", *FORMAT, "-o", place, *sorted(files(place))])
    both = {**before, **lab.new}
    lab.tally.check(rc == 0 and {p.name: p.read_bytes() for p in files(place)} == both,
                    "maps beside inputs", f"exit {rc}: {err} {sorted(p.name for p in files(place))}")
    for option in ([], ["--overwrite"]):
        rc, err = lab.run(["-q", *option, "--name", "{scene}.tif", "-o", place,
                           *(place / name for name in before)])
        lab.tally.check(rc == 64 and "inputs" in err and
                        {p.name: p.read_bytes() for p in files(place)} == both,
                        f"maps in place of inputs {option}", f"exit {rc}: {err}")
    shutil.rmtree(place)


def make_thing(lab, kind, path):
    if kind == "folder":
        path.mkdir()
    elif kind == "FIFO":
        os.mkfifo(path)
    elif kind == "device":
        os.mknod(path, 0o666 | 0o020000, os.makedev(1, 3))
    elif kind == "link":
        (lab.scratch / "target").write_text("target")
        path.symlink_to(lab.scratch / "target")
    elif kind == "broken link":
        path.symlink_to(lab.scratch / "nothing")
    elif kind == "hard link":
        (lab.scratch / "target").write_text("target")
        os.link(lab.scratch / "target", path)


def things(lab):
    """What else may have a final name, before the run and from the middle of it on."""
    if not IS_ROOT:
        lab.tally.skip("a device at the final name", "only root can make one")
    for kind in ("folder", "FIFO", "device", "link", "broken link", "hard link"):
        for over in (False, True):
            for late in (False, True):
                if QUICK and late and kind not in ("FIFO", "link"):
                    continue
                if kind == "device" and not IS_ROOT:
                    continue
                lab.clear()
                path, name = lab.out / "c_ndvi.tif", f"{kind}{', overwrite' * over}{', late' * late}"
                if not late:
                    make_thing(lab, kind, path)
                env, mark = lab.stalls("fsync", 300)
                process = lab.start(lab.args(*(["--overwrite"] if over else [])), env if late else None)
                if late:
                    until(mark.is_set, 20)
                    make_thing(lab, kind, path)
                seen = path.lstat()
                rc, err = lab.end(process)
                replaced = over and "link" in kind
                wrong = None
                if rc != (0 if replaced else 1 if late else 73):
                    wrong = f"exit {rc}: {err}"
                elif not replaced and (path.lstat().st_ino != seen.st_ino or
                                       "c_ndvi.tif" not in err):
                    wrong = f"it is another now, or not named: {err}"
                elif replaced and (path.is_symlink() or lab.bad_files(lab.new)):
                    wrong = f"not the map: {lab.bad_files(lab.new)}"
                elif "link" in kind and "broken" not in kind and (
                        (lab.scratch / "target").read_text() != "target"):
                    wrong = "written through the link"
                elif (lab.scratch / "nothing").exists() or lab.left():
                    wrong = f"left: {lab.left()}"
                elif late and (
                        len(list(files(lab.out))) != len(lab.new) - (not replaced)):
                    wrong = f"others: {sorted(p.name for p in files(lab.out))} {err}"
                lab.tally.check(wrong is None, f"at the final name: {name}", wrong)


PARTS = (kills, kill_at_calls, kills_mpi, signals, two_runs, not_swept, *DISK_PARTS, allocations,
         dead_workers, inputs, things)


def main():
    tally = Tally()
    wanted = {word for word in sys.argv[1:] if not word.startswith("-")} & {p.__name__ for p in PARTS}
    if SANITIZED:
        tally.skip("maps", "preloading and the sanitizers do not go together")
        tally.finish()
    with Scratch() as scratch:
        lab = Lab(tally, scratch)
        lab.build()
        for part in PARTS:
            if wanted and part.__name__ not in wanted:
                continue
            begin, failed = time.monotonic(), tally.failed
            part(lab)
            print(f"{part.__name__}: {time.monotonic() - begin:.0f} s, "
                  f"{tally.failed - failed} failed", flush=True)
    tally.finish()


if __name__ == "__main__":
    main()
