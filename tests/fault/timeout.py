#!/usr/bin/python3
"""--timeout, and SIGUSR1: reads that hang for ever, at the headers and at the pixels; readers that
come back late; workers that are stopped, and workers that not even SIGKILL ends. The scene that hangs
is named, the others have the right numbers and maps, the run ends in bounded time and leaves no
process behind. And who asks where a run is, a hundred times a second, changes nothing.

Usage: timeout.py [--quick]; BUILD as for the other tests.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

from hanging_files import HangingFile  # noqa: E402
from launch import ROOT, libraries, mpi_command  # noqa: E402
from living import alive, catches, children_of, family_of, until  # noqa: E402
from oracle import (IMGPIPE, MAKE_SCENE, PATIENCE, SANITIZED, Scratch,  # noqa: E402
                    Tally, load, run)
from preload import preload  # noqa: E402

SOON = 60 if SANITIZED else 10  # beyond the time limit itself
LIMIT = PATIENCE  # seconds; of a scene that takes a tenth of that
SIZE = "384x384" if SANITIZED else "1024x1024"
EVER = "100000000"
THREADED = (["serial"], ["threads"], ["openmp"])
PROCESSES = (["processes"], ["processes", "--transport", "pipe"],
             ["processes", "--confine", "off"])
BAD = "good-3"
LATE = f"no result within {LIMIT} s (--timeout); was reading"
PROGRESS = re.compile(r"^imgpipe: progress: (\d+) of (\d+) scenes done, (\d+) failed; (\d+) chunks, "
                      r"[0-9.]+ MB/s; memory [0-9.]+ \w+ of [0-9.]+ \w+( \(rank 0\))?; "
                      r"(about \d+ (s|min) left|time left not known yet)$")


def said_of(err, name):
    return next((line for line in err.splitlines()
                 if line.startswith(f"imgpipe: scene {name} failed: ")), "nothing")


class Ended:
    def __init__(self, rc, err, seconds, left):
        self.rc, self.err, self.seconds, self.left = rc, err, seconds, left


class Lab:
    def __init__(self, tally, scratch):
        self.tally, self.scratch = tally, scratch
        self.files = []
        for i in range(1, 7):
            path = scratch / f"good-{i}.tif"
            result = run(["--size", SIZE, "--tile", "128", "--seed", str(i), path],
                         program=MAKE_SCENE)
            assert result.rc == 0, result.last_words()
            self.files.append(path)
        result = run(["-q", "--summary", scratch / "ref.json", "-o", scratch / "ref", *self.files])
        assert result.rc == 0, result.last_words()
        self.reference = {s["name"]: s for s in load(scratch / "ref.json")["scenes"]}
        self.maps = {p.name: p.read_bytes() for p in (scratch / "ref").iterdir()}
        if not SANITIZED:
            self.shim, self.deaf = preload("shim.c"), preload("deaf.c")

    def hang(self, ms=EVER, pixels=True, once=False, deaf=False):
        """Reads of one scene take so long."""
        env = {"LD_PRELOAD": str(self.shim) + (f":{self.deaf}" if deaf else ""),
               "FAULT_CALL": "pread", "FAULT_KIND": "stall", "FAULT_AT": "1", "FAULT_MS": str(ms),
               "FAULT_FILE": f"{BAD}.tif"}
        if not once:
            env["FAULT_ALL"] = "1"
        if pixels:
            env["FAULT_SIZE"] = "4096"
        return env

    def start(self, args, env=None):
        (self.scratch / "o.json").unlink(missing_ok=True)
        return subprocess.Popen([str(IMGPIPE), "-q", "--summary", "o.json", *map(str, args)],
                                cwd=self.scratch, env={**os.environ, **(env or {})}, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, start_new_session=True)

    def end(self, process, limit=30):
        begin, family = time.monotonic(), set()
        watch = threading.Event()

        def look():
            while not watch.is_set():
                family.update(children_of(process.pid))
                time.sleep(0.05)

        thread = threading.Thread(target=look)
        thread.start()
        try:
            _, err = process.communicate(timeout=limit * PATIENCE)
            rc = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            rc, err = None, "still running"
        watch.set()
        thread.join()
        until(lambda: not any(map(alive, family)), 2)
        return Ended(rc, err, time.monotonic() - begin, [pid for pid in family if alive(pid)])

    def scenes(self):
        summary = load(self.scratch / "o.json") if (self.scratch / "o.json").exists() else None
        return summary["scenes"] if summary else []

    def wrong(self, ended, others="ok", bad=(BAD,)):
        """What is wrong with a run in which one scene hung; None: nothing."""
        scenes = self.scenes()
        if ended.rc != 1:
            return f"exit {ended.rc} after {ended.seconds:.1f} s: {ended.err[-400:]}"
        if len(scenes) != len(self.files):
            return f"{len(scenes)} scenes"
        for scene in scenes:
            if scene["name"] in bad:
                words = said_of(ended.err, scene["name"])
                if (scene["status"], scene.get("error_code")) != ("failed", "EX_IOERR") or \
                        LATE not in words:
                    return f"{scene['name']}: {scene['status']}, {scene.get('error')}, {words}"
                if f"{scene['name']}.tif;" not in words:
                    return f"its file is not named: {words}"
            elif scene["status"] == "failed" and others != "ok":
                if others not in said_of(ended.err, scene["name"]):
                    return f"{scene['name']}: {said_of(ended.err, scene['name'])}"
            elif scene != self.reference[scene["name"]]:
                return f"{scene['name']} is {scene['status']}, or has other numbers"
        if ended.seconds > 2 + SOON:
            return f"took {ended.seconds:.1f} s"
        if ended.left:
            return f"processes are left: {ended.left}"
        return None

    def check(self, name, ended, **more):
        wrong = self.wrong(ended, **more)
        return self.tally.check(wrong is None, name, wrong)


def maps_are_right(lab, name, folder, bad=BAD):
    made = {p.name: p.read_bytes() for p in folder.iterdir()}
    want = {n: data for n, data in lab.maps.items() if not n.startswith(bad)}
    lab.tally.check(made == want, f"{name}: maps", f"{sorted(made)} or other bytes")
    shutil.rmtree(folder)


def processes(lab):
    """The worker is killed and replaced: all other scenes come out right."""
    for executor in PROCESSES:
        for pixels in (True, False):
            for workers in ("1", "3"):
                name = f"{' '.join(executor)}, {'pixels' if pixels else 'headers'}, {workers} workers"
                ended = lab.end(lab.start(["--executor", *executor, "--workers", workers,
                                           "--timeout", "1", "-o", "maps", *lab.files],
                                          lab.hang(pixels=pixels)))
                lab.check(name, ended)
                maps_are_right(lab, name, lab.scratch / "maps")


def threads(lab):
    """A thread is lost with its scene; the others do the rest, or nobody does. The run ends."""
    for executor in THREADED:
        for pixels in (True, False):
            name = f"{' '.join(executor)}, {'pixels' if pixels else 'headers'}"
            alone = executor == ["serial"]
            # A chunk is a whole scene: one worker hangs.
            ended = lab.end(lab.start(["--executor", *executor, "--workers", "2", "--timeout", "1",
                                       "--chunk", "1024", "-o", "maps", *lab.files],
                                      lab.hang(pixels=pixels)))
            if lab.check(name, ended, others="not begun: all workers hang" if alone else "ok"):
                lab.tally.check("the program ends without" in ended.err, f"{name}: it is said",
                                ended.err[-300:])
            n_ok = sum(s["status"] == "ok" for s in lab.scenes())
            lab.tally.check(n_ok == (2 if alone else 5), f"{name}: how many", f"{n_ok} are ok")
            shutil.rmtree(lab.scratch / "maps")


def late_comers(lab):
    """A read that takes longer than the limit, and then goes on: what it has is dropped, once."""
    for executor in THREADED:
        for ms in (1200, 3500):  # before its scene is given up, and after that
            name = f"{' '.join(executor)}, back after {ms} ms"
            ended = lab.end(lab.start(["--executor", *executor, "--workers", "2", "--timeout", "1",
                                       "--chunk", "1024", "-o", "maps", *lab.files],
                                      lab.hang(ms=ms, once=True)))
            lab.check(name, ended)
            # Two threads have done the rest before that: then nobody waits for it.
            if executor == ["serial"]:
                lab.tally.check("without them" not in ended.err, f"{name}: it goes on",
                                ended.err[-300:])
            maps_are_right(lab, name, lab.scratch / "maps")
    # Chunks of one scene, each too slow by itself for all of them, none for itself alone.
    for executor in THREADED + PROCESSES[:1]:
        ended = lab.end(lab.start(["--executor", *executor, "--workers", "2", "--timeout", "1",
                                   "--chunk", "128", *lab.files], lab.hang(ms=100)))
        lab.check(f"{' '.join(executor)}, slow chunk by chunk", ended)


def no_limit(lab):
    """Slow is not late: the same files without --timeout, with --timeout 0, and with enough."""
    for limit in ([], ["--timeout", "0"], ["--timeout", "60"]):
        for executor in ("threads", "processes"):
            ended = lab.end(lab.start(["--executor", executor, "--workers", "2", *limit,
                                       *lab.files], lab.hang(ms=1500, once=True)))
            lab.tally.check(ended.rc == 0 and all(s == lab.reference[s["name"]]
                                                  for s in lab.scenes()),
                            f"{executor}, slow, {limit}", f"exit {ended.rc}: {ended.err[-300:]}")


def reads_bad(pid):
    try:
        return any(os.path.realpath(fd).endswith(f"{BAD}.tif")
                   for fd in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def stopped(lab):
    """SIGSTOP to one worker: killed as one that hangs; the others are right."""
    process = lab.start(["--executor", "processes", "--workers", "2", "--timeout", "1", "--chunk",
                         "1024", *lab.files], lab.hang(ms=700, once=True))
    until(lambda: any(reads_bad(pid) for pid in children_of(process.pid)), 10)
    at_it = [pid for pid in children_of(process.pid) if reads_bad(pid)]
    for pid in at_it:
        os.kill(pid, signal.SIGSTOP)
    lab.tally.check(len(at_it) == 1, "one worker is at the scene", str(at_it))
    lab.check("a worker that is stopped", lab.end(process))


def deaf_workers(lab):
    """Workers that not even SIGKILL ends are written off; the run ends without waiting for them."""
    for executor in PROCESSES[:2]:
        name = f"{' '.join(executor)}, SIGKILL does not get through"
        ended = lab.end(lab.start(["--executor", *executor, "--workers", "2", "--timeout", "1",
                                   "--chunk", "1024", *lab.files], lab.hang(deaf=True)))
        lab.check(name, ended)
        ended = lab.end(lab.start(["--executor", *executor, "--workers", "1", "--timeout", "1",
                                   "--chunk", "1024", *lab.files], lab.hang(deaf=True)))
        lab.check(f"{name}, the only worker", ended, others="no worker is left")
    process = lab.start(["--executor", "processes", "--workers", "2", *lab.files],
                        lab.hang(deaf=True))
    until(lambda: catches(process.pid), 20)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    ended = lab.end(process)
    lab.tally.check(ended.rc == 130 and ended.seconds < SOON and not ended.left,
                    "SIGINT, SIGKILL does not get through",
                    f"exit {ended.rc} after {ended.seconds:.1f} s: {ended.err[-300:]}")


def in_the_kernel(lab):
    """The same for real: state D."""
    folder = lab.scratch / "dead"
    held = HangingFile(folder, f"{BAD}.tif", lab.files[2].read_bytes())
    why = held.mount()
    if why:
        lab.tally.skip("workers that the kernel holds", f"no FUSE here: {why}")
        return
    try:
        files = [*lab.files[:2], folder / f"{BAD}.tif", *lab.files[3:]]
        process = lab.start(["--executor", "processes", "--workers", "2", "--timeout", "1",
                             "--chunk", "1024", *files])
        until(lambda: held.held, 10)
        family = children_of(process.pid)
        try:
            _, err = process.communicate(timeout=20)
            ended = Ended(process.returncode, err, 0, [])
        except subprocess.TimeoutExpired:
            ended = Ended(None, "still running", 20, [])
        states = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
                  for pid in family if alive(pid)]
        lab.tally.check(states == ["D"], "one worker is held by the kernel", str(states))
        lab.check("a worker that the kernel holds", ended)
    finally:
        held.unmount()
    until(lambda: not any(map(alive, family)), 5)
    lab.tally.check(not any(map(alive, family)), "it ends when it is let go of")


def late_in_the_kernel(lab):
    """Readers that come back late once more, without a library in between: under sanitizers, too."""
    for executor in THREADED:
        name = f"{' '.join(executor)}, late by the file system"
        held = HangingFile(lab.scratch / "late", f"{BAD}.tif", lab.files[2].read_bytes(),
                           late_s=LIMIT + 2.5)
        why = held.mount()
        if why:
            lab.tally.skip(name, f"no FUSE here: {why}")
            return
        try:
            files = [*lab.files[:2], held.folder / f"{BAD}.tif", *lab.files[3:]]
            ended = lab.end(lab.start(["--executor", *executor, "--workers", "2", "--timeout",
                                       str(LIMIT), "--chunk", "1024", "-o", "maps", *files]))
            lab.check(name, ended)
            maps_are_right(lab, name, lab.scratch / "maps")
        finally:
            held.unmount()
            held.folder.rmdir()


def before_the_run(lab):
    """Headers that hang while the plan is made."""
    for executor in ("threads", "processes"):
        begin = time.monotonic()
        result = run(["plan", "--executor", executor, "--timeout", "1", *lab.files],
                     env=lab.hang(pixels=False), timeout=20)
        lab.tally.check(result.rc == 0 and time.monotonic() - begin < 2 + SOON,
                        f"plan, {executor}, headers", f"exit {result.rc}: {result.err[-300:]}")
        lab.tally.check(("cannot stop a read that hangs" in result.out) == (executor == "threads"),
                        f"plan, {executor}, what cannot be done is said", result.out[-300:])
    for text in ("", "x", "-1", "1.5", "60s", "700000"):
        result = run([f"--timeout={text}", *lab.files])
        lab.tally.check(result.rc == 64 and "--timeout" in result.err, f"--timeout '{text}'",
                        f"exit {result.rc}: {result.err[-200:]}")


# --- SIGUSR1 ---


def storm(process, group, seconds=60):
    """A hundred a second, until the process has ended. How many there were."""
    end, n = time.monotonic() + seconds, 0
    while process.poll() is None and time.monotonic() < end:
        try:
            (os.killpg if group else os.kill)(process.pid, signal.SIGUSR1)
            n += 1
        except ProcessLookupError:
            break
        time.sleep(0.01)
    return n


def check_storm(lab, name, process, group):
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(process.stderr))
    reader.start()
    n = storm(process, group)
    if process.poll() is None:
        process.kill()
    process.wait()
    reader.join()
    told = [line for line in lines if line.startswith("imgpipe: progress")]
    bad = [line for line in lines if not PROGRESS.match(line.rstrip("\n"))]
    wrong = None
    if process.returncode != 0:
        wrong = f"exit {process.returncode} after {n} signals: {''.join(lines)[-300:]}"
    elif any(s != lab.reference[s["name"].partition("#")[0]] for s in lab.scenes()):
        wrong = "other numbers"
    elif n < 20 or len(told) < 2:
        wrong = f"{n} signals, {len(told)} answers"
    elif bad:
        wrong = f"what is this: {bad[0]}"
    else:
        counts = [[int(word) for word in PROGRESS.match(line.rstrip("\n")).groups()[:4]]
                  for line in told]
        if counts != sorted(counts) or any(c[1] != len(lab.files) or c[0] > c[1] or c[2]
                                           for c in counts) or counts[-1][3] == 0:
            wrong = f"numbers that go back: {counts}"
    lab.tally.check(wrong is None, name, wrong)


def storms(lab):
    slow = {} if SANITIZED else {**lab.hang(ms=20), "FAULT_FILE": ".tif"}
    for executor in THREADED + PROCESSES[:2]:
        for group in (False, True):
            process = lab.start(["--executor", *executor, "--workers", "2", "--chunk", "128",
                                 *lab.files], slow)
            # Before that it is ended by it.
            until(lambda p=process: catches(p.pid, signal.SIGUSR1), 20)
            check_storm(lab, f"SIGUSR1, {' '.join(executor)}{', group' if group else ''}", process,
                        group)
    if SANITIZED:
        return
    for library in libraries():
        (lab.scratch / "o.json").unlink(missing_ok=True)
        process = subprocess.Popen(
            [*mpi_command(library, 2), str(IMGPIPE), "-q", "--workers", "1", "--chunk", "128",
             "--summary", "o.json", *map(str, lab.files)], cwd=lab.scratch, text=True,
            env={**os.environ, **ROOT, **slow}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
        ranks = lambda: [pid for pid in family_of(process.pid) if name_of(pid) == "imgpipe"]  # noqa: E731
        until(lambda: sum(catches(pid, signal.SIGUSR1) for pid in ranks()) == 2, 60)
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(process.stderr))
        reader.start()
        n = 0
        while process.poll() is None and n < 3000:
            for pid in ranks():
                try:
                    os.kill(pid, signal.SIGUSR1)
                    n += 1
                except ProcessLookupError:
                    pass
            time.sleep(0.01)
        process.wait()
        reader.join()
        told = [line for line in lines if PROGRESS.match(line.rstrip("\n"))]
        good = process.returncode == 0 and len(told) > 1 and \
            all(s == lab.reference[s["name"]] for s in lab.scenes())
        lab.tally.check(good, f"SIGUSR1 to both ranks, {library}",
                        f"exit {process.returncode}, {n} signals, {len(told)} answers: "
                        f"{''.join(lines)[-300:]}")


def name_of(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def elsewhere(lab):
    """Where nothing runs it is no harm either."""
    for args in (["-q", "-"], ["plan", "@/dev/stdin"], ["sum", "-N", "1e7", "--workers", "1"]):
        process = subprocess.Popen([str(IMGPIPE), *args], stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   start_new_session=True)
        until(lambda p=process: catches(p.pid, signal.SIGUSR1), 20)
        for _ in range(20):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGUSR1)
            time.sleep(0.01)
        _, err = process.communicate(b"", timeout=60 * PATIENCE)
        lab.tally.check(process.returncode >= 0, f"SIGUSR1, {' '.join(args)}",
                        f"exit {process.returncode}: {err[-200:]}")


def main():
    tally = Tally()
    with Scratch() as scratch:
        lab = Lab(tally, scratch)
        storms(lab)
        elsewhere(lab)
        late_in_the_kernel(lab)
        if SANITIZED:
            tally.skip("other reads that hang", "no faults under a sanitizer")
            tally.finish()
        for part in (processes, threads, late_comers, no_limit, stopped, deaf_workers,
                     in_the_kernel, before_the_run):
            part(lab)
    tally.finish()


if __name__ == "__main__":
    main()
