#!/usr/bin/python3
"""Ends: signals to a run, to one of its workers and to all of them together; readers that stall,
blocks that take long, pipes that nobody writes to; processes that are killed, and what they leave.
The first signal ends a run within a second, what was done is reported, and nothing stays behind.

Usage: ends.py [--quick]; BUILD as for the other tests.
"""

import fcntl
import os
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

from living import Mark, alive, all_locked, catches, children_of, family_of, halted, until  # noqa: E402
from oracle import IMGPIPE, MAKE_SCENE, SANITIZED, Scratch, Tally, load, run  # noqa: E402
from preload import preload  # noqa: E402

# "Within a second" on a machine that has nothing else to do; tests share theirs.
SOON = 3
EXECUTORS = (["serial"], ["threads"], ["openmp"], ["processes"],
             ["processes", "--transport", "pipe"])


def is_full(pipe):
    """Nobody reads it, and no more comes: what writes is stuck."""
    def waiting():
        return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0]

    before = waiting()
    time.sleep(0.2)
    return 0 < before == waiting()


def shared_memory(pid):
    """Lines of its maps that are files in /dev/shm."""
    try:
        lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    except OSError:  # it has ended
        return []
    return [line for line in lines if "/dev/shm/" in line]


class Lab:
    def __init__(self, tally, scratch):
        self.tally, self.scratch = tally, scratch
        self.shim = preload("shim.c")
        self.files = []
        for seed in ("1", "2", "3"):
            path = scratch / f"good-{seed}.tif"
            result = run(["--size", "1024x1024", "--tile", "128", "--seed", seed, path],
                         program=MAKE_SCENE)
            assert result.rc == 0, result.last_words()
            self.files.append(path)
        result = run(["-q", "--summary", scratch / "ref.json", *self.files])
        assert result.rc == 0, result.last_words()
        self.reference = {s["name"]: s for s in load(scratch / "ref.json")["scenes"]}

    def stall(self, ms=50, **more):
        """Every read of pixels takes so long, as a slow decoder does: not in the kernel's hands. The
        mark is set by the first."""
        self.mark = Mark(self.scratch / "mark")
        return {**os.environ, "LD_PRELOAD": str(self.shim), "FAULT_CALL": "pread",
                "FAULT_KIND": "stall", "FAULT_AT": "1", "FAULT_ALL": "1", "FAULT_SIZE": "4096",
                "FAULT_MS": str(ms), "FAULT_MARK": str(self.mark.path), **more}

    def start(self, args, env=None, **more):
        more = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **more}
        return subprocess.Popen([str(IMGPIPE), *map(str, args)], cwd=self.scratch, env=env,
                                text=True, stdin=more.pop("stdin", subprocess.DEVNULL),
                                start_new_session=True, **more)

    def end(self, process, since, limit=20):
        """Exit status, seconds, words."""
        try:
            _, err = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return None, limit, "still running"
        return process.returncode, time.monotonic() - since, err or ""

    def at_pixels(self):
        """The run that was given stall() is, and for a moment."""
        assert until(self.mark.is_set, 60), "it does not come to its pixels"
        time.sleep(0.3)

    def left(self):
        return sorted(p.name for p in self.scratch.glob(".*"))


def partial_is_right(lab, path, all_ok=False):
    summary = load(path)
    if summary is None:
        return "no summary"
    for scene in summary["scenes"]:
        if scene["status"] == "ok" and scene != lab.reference[scene["name"]]:
            return f"{scene['name']} is ok with other numbers"
        if scene["status"] == "failed":
            return f"{scene['name']} has failed: {scene['error']}"
    if not any(s["status"] == "cancelled" for s in summary["scenes"]):
        return "no scene is cancelled"
    return None


def whole_runs(lab):
    """Each signal, to the process alone and to its group, under every executor."""
    for number, want in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129),
                         (signal.SIGXCPU, 152)):
        for executor in EXECUTORS:
            for group in (False, True):
                if group and number == signal.SIGXCPU:
                    continue  # the kernel sends it to one process
                out, name = lab.scratch / "o.json", f"{number.name}, {' '.join(executor)}"
                out.unlink(missing_ok=True)
                process = lab.start(["-q", "--executor", *executor, "--workers", "2", "--chunk",
                                     "128", "--summary", "o.json", *lab.files * 4],
                                    env=lab.stall())
                lab.at_pixels()
                since = time.monotonic()
                (os.killpg if group else os.kill)(process.pid, number)
                rc, seconds, err = lab.end(process, since)
                wrong = partial_is_right(lab, out)
                if rc != want or seconds > SOON:
                    wrong = f"exit {rc} after {seconds:.1f} s"
                lab.tally.check(wrong is None, name + (", group" if group else ""),
                                f"{wrong}: {err[-300:]}")


def one_worker(lab):
    """A worker's death is its own: its scene fails, all others are right."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        for transport in ("shm", "pipe"):
            out, name = lab.scratch / "o.json", f"{number.name} to one worker, {transport}"
            out.unlink(missing_ok=True)
            process = lab.start(["-q", "--executor", "processes", "--transport", transport,
                                 "--workers", "2", "--chunk", "512", "--summary", "o.json",
                                 *lab.files], env=lab.stall(10))
            lab.at_pixels()
            since = time.monotonic()
            os.kill(children_of(process.pid)[0], number)
            rc, _, err = lab.end(process, since, 60)
            scenes = load(out)["scenes"] if out.exists() else []
            bad = [s for s in scenes if s["status"] == "failed"]
            good = [s for s in scenes if s == lab.reference[s["name"]]]
            lab.tally.check(rc == 1 and len(bad) == 1 and len(good) == 2 and number.name in err,
                            name, f"exit {rc}, {len(bad)} failed, {len(good)} right: {err[-300:]}")


def long_blocks(lab):
    """A block that takes eight seconds is not waited for."""
    for executor in EXECUTORS:
        out = lab.scratch / "o.json"
        out.unlink(missing_ok=True)
        process = lab.start(["-q", "--executor", *executor, "--workers", "2", "--summary", "o.json",
                             "--csv", "o.csv", *lab.files], env=lab.stall(8000))
        lab.at_pixels()
        since = time.monotonic()
        process.send_signal(signal.SIGINT)
        rc, seconds, err = lab.end(process, since)
        wrong = partial_is_right(lab, out)
        if rc != 130 or seconds > SOON:
            wrong = f"exit {rc} after {seconds:.1f} s"
        lab.tally.check(wrong is None and not lab.left(), f"long block, {' '.join(executor)}",
                        f"{wrong}: {err[-300:]} {lab.left()}")
    process = lab.start(["sum", "-N", "150e6", "--how", "array", "-m", "3G", "--workers", "1"])
    until(lambda: catches(process.pid) and children_of(process.pid), 60)
    since = time.monotonic()
    process.send_signal(signal.SIGINT)
    rc, seconds, err = lab.end(process, since)
    lab.tally.check(rc == 130 and seconds < SOON, "sum of one array",
                    f"exit {rc} after {seconds:.1f} s: {err[-300:]}")


def stalled_readers(lab):
    """A pipe that is full and not read: standard output, standard error, a named pipe."""
    missing = [f"missing-{i}.tif" for i in range(3000)]
    os.mkfifo(lab.scratch / "pipe")
    for executor in EXECUTORS[:4]:
        for what, args in (("text", missing), ("csv", ["--csv", "-", *missing]),
                           ("error", ["-q", *missing]), ("pipe", ["-q", "--csv", "pipe", *missing])):
            read, write = os.pipe()
            where = {"stdout": write, "stderr": subprocess.DEVNULL}
            if what == "error":
                where = {"stdout": subprocess.DEVNULL, "stderr": write}
            if what == "pipe":
                where["stdout"] = subprocess.DEVNULL
                reader = os.open(lab.scratch / "pipe", os.O_RDONLY | os.O_NONBLOCK)
            process = lab.start(["--executor", *executor, "--workers", "2", *args], **where)
            os.close(write)
            until(lambda p=process: catches(p.pid), 60)
            until(lambda f=reader if what == "pipe" else read: is_full(f), 60)
            stuck, since = process.poll() is None, time.monotonic()
            process.send_signal(signal.SIGINT)
            rc, seconds, _ = lab.end(process, since)
            os.close(read)
            if what == "pipe":
                os.close(reader)
            lab.tally.check(stuck and rc == 130 and seconds < SOON,
                            f"a reader that stalls, {what}, {' '.join(executor)}",
                            f"stuck {stuck}, exit {rc} after {seconds:.1f} s")
    (lab.scratch / "pipe").unlink()


def lists_that_wait(lab):
    """A list that nobody writes: interrupted at once, wherever it is read."""
    os.mkfifo(lab.scratch / "pipe")
    for args in (["-q", "@pipe"], ["plan", "@pipe"], ["info", "@pipe"], ["sweep", "@pipe"],
                 ["-q", "-"], ["merge", "pipe"]):
        read, write = os.pipe()
        process = lab.start(args, stdin=read)
        os.close(read)
        time.sleep(0.5)
        stuck, since = process.poll() is None, time.monotonic()
        process.send_signal(signal.SIGINT)
        rc, seconds, err = lab.end(process, since)
        os.close(write)
        lab.tally.check(rc in (130, -signal.SIGINT) and seconds < SOON or not stuck and rc > 0,
                        f"a list that waits: {' '.join(args)}", f"exit {rc}, {seconds:.1f} s: {err}")
    (lab.scratch / "pipe").unlink()


def killed(lab):
    """kill -9 and a second signal: workers end, nothing stays, or is swept at the next start."""
    for executor in EXECUTORS:
        for how in ("SIGKILL", "two SIGINT"):
            for named in (False, True):
                env = lab.stall(3000, **({"FAULT_NO_TMPFILE": "1"} if named else {}))
                process = lab.start(["-q", "--executor", *executor, "--workers", "2", "--summary",
                                     "s.json", "--csv", "s.csv", *lab.files], env=env)
                lab.at_pixels()
                family = family_of(process.pid)
                shared = [line for pid in [process.pid, *family] for line in shared_memory(pid)]
                lab.tally.check(not shared, "no memory with a name, which could stay", str(shared))
                for number in ([signal.SIGKILL] if how == "SIGKILL" else [signal.SIGINT] * 2):
                    process.send_signal(number)
                    time.sleep(0.1)
                rc, _, _ = lab.end(process, time.monotonic())
                gone = until(lambda: not any(map(alive, family)), SOON)
                left, done = lab.left(), (lab.scratch / "s.json").exists()
                name = f"{how}, {' '.join(executor)}{', named' if named else ''}"
                lab.tally.check(rc in (-9, -2) and gone and not done and
                                len(left) == (2 if named else 0), name,
                                f"exit {rc}, workers gone {gone}, left {left}")
                result = run(["-q", "--summary", "s.json", "--csv", "s.csv", *lab.files],
                             cwd=lab.scratch)
                lab.tally.check(result.rc == 0 and not lab.left(), f"{name}: the next run",
                                f"exit {result.rc}, left {lab.left()}")
                (lab.scratch / "s.json").unlink()
                (lab.scratch / "s.csv").unlink()


def not_swept(lab):
    """What another run writes, and what only looks like a left-over."""
    slow = lab.start(["-q", "--executor", "threads", "--workers", "1", "--chunk", "512",
                      "--summary", "s.json", lab.files[0]],
                     env=lab.stall(30, FAULT_NO_TMPFILE="1"))
    until(lambda: lab.left() and all_locked(lab.scratch, lab.left()), 60)
    held = lab.left()
    keep = [".s.json.1-x.tmp", ".s.json.1-0.tmp.gz", ".other.1-0.tmp", ".s.json..tmp"]
    for name in keep:
        (lab.scratch / name).write_text("kept")
    (lab.scratch / "victim").write_text("kept")
    os.symlink("victim", lab.scratch / ".s.json.2-0.tmp")
    (lab.scratch / ".s.json.3-0.tmp").mkdir()
    os.mkfifo(lab.scratch / ".s.json.4-0.tmp")
    (lab.scratch / ".s.json.999999-0.tmp").write_text("left by a run that was killed")
    keep += [".s.json.2-0.tmp", ".s.json.3-0.tmp", ".s.json.4-0.tmp"]
    with halted(slow):
        result = run(["-q", "--summary", "s.json", *lab.files[1:]], cwd=lab.scratch)
        left = lab.left()
    lab.tally.check(result.rc == 0 and len(held) == 1 and set(left) == set(held) | set(keep) and
                    (lab.scratch / "victim").read_text() == "kept",
                    "only what nobody holds is swept", f"exit {result.rc}: {held} {left}")
    rc, _, err = lab.end(slow, time.monotonic(), 60)
    summary = load(lab.scratch / "s.json")
    lab.tally.check(rc == 0 and summary["scenes"][0]["name"] == "good-1",
                    "the other run is not disturbed", f"exit {rc}: {err}")
    (lab.scratch / ".s.json.3-0.tmp").rmdir()
    for name in set(keep) - {".s.json.3-0.tmp"}:
        (lab.scratch / name).unlink()


def sweeps(lab):
    """A sweep that is interrupted, or killed: its run ends with it, its folder is swept."""
    folder = lab.scratch / "tmp"
    folder.mkdir()
    env = {**lab.stall(20), "TMPDIR": str(folder)}
    for number in (signal.SIGINT, signal.SIGKILL):
        lab.mark = Mark(lab.mark.path)
        process = lab.start(["sweep", "--repeat", "9", "--json", "w.json", lab.files[0]], env=env)
        lab.at_pixels()
        family, since = family_of(process.pid), time.monotonic()
        process.send_signal(number)
        rc, seconds, err = lab.end(process, since)
        gone = until(lambda: not any(map(alive, family)), SOON)
        left = len(list(folder.iterdir()))
        killed_now = number == signal.SIGKILL
        lab.tally.check(rc == (-9 if killed_now else 130) and seconds < SOON and gone and family and
                        left == int(killed_now) and not lab.left(), f"sweep, {number.name}",
                        f"exit {rc} after {seconds:.1f} s, {gone}, {left}: {err[-300:]}")
    (folder / "imgpipe-sweep-notours").mkdir()
    process = lab.start(["sweep", "--repeat", "1", "--chunk", "512", "--workers", "1", "-q",
                         lab.files[0]], env={**os.environ, "TMPDIR": str(folder)})
    rc, _, err = lab.end(process, time.monotonic(), 60)
    lab.tally.check(rc == 0 and [p.name for p in folder.iterdir()] == ["imgpipe-sweep-notours"],
                    "the next sweep", f"exit {rc}: {list(folder.iterdir())} {err[-300:]}")


def main():
    tally = Tally()
    if SANITIZED:
        tally.skip("ends", "preloading and the sanitizers do not go together")
        tally.finish()
    with Scratch() as scratch:
        lab = Lab(tally, scratch)
        for part in (whole_runs, one_worker, long_blocks, stalled_readers, lists_that_wait, killed,
                     not_swept, sweeps):
            begin = time.monotonic()
            part(lab)
            print(f"{part.__name__}: {time.monotonic() - begin:.0f} s", flush=True)
    tally.finish()


if __name__ == "__main__":
    main()
