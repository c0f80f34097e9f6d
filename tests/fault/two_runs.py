#!/usr/bin/python3
"""Two runs at once in one folder, a hundred times: exactly one works (exit 0) and makes all files, the
other ends with 3. Also with ranks of MPI. A holder that is killed frees the folder at once, whatever
becomes of its workers, which have not got the lock; who waits goes on. Shards work side by side: what
one of them sweeps when it starts is not another's.

Usage: two_runs.py [--quick] [PART...]; BUILD as for the other tests. --seed N: other moments.
"""

import contextlib
import errno
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

from launch import libraries, run_mpi  # noqa: E402
from living import alive, family_of, halted, until  # noqa: E402
from maps_lab import ALL, EXECUTORS, FORMAT, LOCK, Lab, files  # noqa: E402
from oracle import QUICK, SANITIZED, Scratch, Tally  # noqa: E402
from preload import preload  # noqa: E402

SLOW = {"FILES_CALL": "fsync", "FILES_DO": "stall", **ALL}


def is_held(lab):
    """By the kernel: somebody else holds it. Its text is there a little later."""
    lock = lab.out / LOCK
    if not lock.exists() or not lock.stat().st_size:
        return False
    return subprocess.run(["flock", "--nonblock", lock, "true"], check=False).returncode != 0


def wrong_pair(lab, ends):
    """What is wrong with two runs that overlapped, of which one had the folder."""
    if sorted(rc for rc, _ in ends) != [0, 3]:
        return f"exits {[rc for rc, _ in ends]}: {[err[-200:] for _, err in ends]}"
    said = next(err for rc, err in ends if rc == 3)
    if "in use by another run" not in said or "--wait-lock" not in said or said.count("\n") != 1:
        return f"said: {said}"
    if {p.name for p in files(lab.out)} != set(lab.new) or lab.left():
        return f"files: {sorted(p.name for p in files(lab.out))}, left {lab.left()}"
    return lab.bad_files(lab.new)


def pairs(lab):
    """Both start as nearly at once as can be; each takes long enough for the other to see it."""
    for i in range(10 if QUICK else 100):
        lab.clear()
        if i % 3 == 0:
            lab.out.rmdir()  # and both make it
        env = lab.env(FILES_MS="40", **SLOW)
        args = [lab.args(executor=EXECUTORS[(i + j) % 2]) for j in range(2)]
        processes = [lab.start(arguments, env) for arguments in args]
        ends = [lab.end(process) for process in processes]
        wrong = wrong_pair(lab, ends)
        lab.tally.check(wrong is None, f"two runs at once {i}", wrong)


def crowd(lab):
    """Twenty that wait: one after another, all of them work."""
    lab.clear()
    args = ["-q", "--no-fsync", "--overwrite", "--wait-lock", "2m", *FORMAT, "-o", lab.out, *lab.scenes[:1]]
    processes = [lab.start(args) for _ in range(5 if QUICK else 20)]
    ends = [lab.end(process, 120) for process in processes]
    lab.tally.check(all(rc == 0 for rc, _ in ends), "all that wait come to work", f"{ends}")
    lab.tally.check(not lab.bad_files(lab.new) and not lab.left(), "their files", f"{lab.left()}")


def kills(lab):
    """The holder is killed at any moment; one that waits goes on, one that comes then starts."""
    for i in range(4 if QUICK else 40):
        lab.clear()
        executor = EXECUTORS[i % 2]
        holder = lab.start(lab.args(executor=executor), lab.env(FILES_MS="300", **SLOW))
        if not until(lambda: is_held(lab), 20):
            lab.tally.fail(f"kill {i}", "no lock was taken")
        waits = i % 4 < 2
        if waits:
            waiter = lab.start(lab.args("--overwrite", "--wait-lock", "60s"))
        time.sleep(lab.random.uniform(0, 0.3))
        family = family_of(holder.pid)
        holder.kill()
        holder.wait()
        begin = time.monotonic()
        if not waits:
            waiter = lab.start(lab.args("--overwrite"))  # not a moment later
        rc, err = lab.end(waiter)
        took = time.monotonic() - begin
        holder.stderr.close()
        wrong = f"exit {rc}: {err}" if rc else lab.bad_files(lab.new)
        if took > (20 if SANITIZED else 8):
            wrong = f"it took {took:.1f} s"
        until(lambda: not any(map(alive, family)), 5)
        lab.tally.check(wrong is None and not lab.left(),
                        f"killed, {executor}{', one waits' * waits} {i}", f"{wrong} {lab.left()}")


def open_files(pid):
    """Where its descriptors lead; without those that it closes meanwhile."""
    links = []
    with contextlib.suppress(FileNotFoundError):
        for fd in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(FileNotFoundError):
                links.append(os.readlink(f"/proc/{pid}/fd/{fd}"))
    return links


def workers_have_no_lock(lab):
    """Not one descriptor, confined or not: one that the kernel holds up must not keep it."""
    for confine in ("off", "auto"):
        lab.clear()
        run = lab.start(lab.args("--confine", confine, executor="processes"),
                        lab.env(FILES_MS="400", **SLOW))
        until(lambda: is_held(lab) and len(family_of(run.pid)) >= 2, 20)
        family = family_of(run.pid)
        held = {pid: open_files(pid) for pid in (run.pid, *family) if alive(pid)}
        have = [pid for pid, links in held.items() if any(link.endswith(LOCK) for link in links)]
        lab.tally.check(len(held) >= 3 and have == [run.pid], f"workers have no lock, confine {confine}",
                        f"{len(held)} processes, {have} of {run.pid}")
        rc, err = lab.end(run)
        lab.check(f"that run, confine {confine}", rc, err, may=(0,))


def shards(lab):
    """Four at once, each killed now and then and started anew: it sweeps while the others work."""
    n = 4
    for i in range(2 if QUICK else 20):
        lab.clear(lab.old if i % 2 else None)
        env = lab.env(FILES_MS="60", **SLOW, **({"FILES_NO_TMPFILE": "1"} if i % 4 < 2 else {}))

        def start(shard):
            return lab.start(["-q", "--executor", EXECUTORS[(i + shard) % 2], "--workers", "2", *FORMAT,
                              "--overwrite", "-o", lab.out, "--shard", f"{shard}/{n}", "--partial",
                              lab.scratch / f"part-{shard}.json", *lab.scenes], env)

        running = {shard: start(shard) for shard in range(1, n + 1)}
        for _ in range(4):
            time.sleep(lab.random.uniform(0.02, 0.15))
            shard = lab.random.randint(1, n)
            running[shard].kill()
            running[shard].communicate()
            running[shard] = start(shard)
        ends = {shard: lab.end(process) for shard, process in running.items()}
        wrong = None
        if any(rc for rc, _ in ends.values()):
            wrong = f"exits {ends}"
        hidden = [name for name in lab.left() if not name.endswith(".lock")]
        if hidden:  # of the last kill: nobody has started since, if that was the last
            lab.run(["-q", "--overwrite", *FORMAT, "-o", lab.out, lab.scenes[0]])
            hidden = [name for name in lab.left() if not name.endswith(".lock")]
        wrong = wrong or (f"left {hidden}" if hidden else None) or lab.bad_files(lab.new)
        there = {p.name for p in files(lab.out) if not p.name.startswith(".")}
        if there != set(lab.new):
            wrong = f"files {sorted(there)}"
        lab.tally.check(wrong is None, f"shards side by side {i}", wrong)


def ranks(lab):
    """Rank 0 has it for all; all end with 3, and one of them says why."""
    found = libraries()
    if not found:
        lab.tally.skip("ranks", "no MPI here")
    for library in found:
        lab.clear()
        holder = lab.start(lab.args(), lab.env(FILES_MS="800", **SLOW))
        until(lambda: is_held(lab), 20)
        args = ["-q", "--executor", "mpi", "--workers", "1", *FORMAT, "-o", lab.out, *lab.scenes]
        with halted(holder):
            done = run_mpi(library, 2, args)
        lab.tally.check(done.rc == 3 and done.err.count("in use by another run") == 1,
                        f"ranks, {library}: busy", f"exit {done.rc}: {done.err}")
        done = run_mpi(library, 2, ["--overwrite", "--wait-lock", "60s", *args])
        lab.end(holder)
        lab.tally.check(done.rc == 0 and not lab.bad_files(lab.new) and not lab.left(),
                        f"ranks, {library}: they wait", f"exit {done.rc}: {done.err}")


def networks(lab):
    """Other file systems: what is promised is said once; where there are no locks the run goes on."""
    shim = preload("shim_locks.c")
    nfs = {"LOCKS_MAGIC": "0x6969"}
    none = [{"LOCKS_ERRNO": str(why)} for why in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EBADF)]
    for more, words in ((nfs, "other machines only if"), *((n, "has no locks") for n in none)):
        part = ["--partial", lab.scratch / "p.json"]
        for shard in ([], ["--shard", "1/1", *part], ["--shard", "1/2", *part]):
            lab.clear()
            args = [a for a in lab.args(*shard) if a != "-q"]
            rc, err = lab.run(args, {"LD_PRELOAD": str(shim), **more})
            lab.tally.check(rc == 0 and err.count("imgpipe: note: ") == 1 and words in err and
                            LOCK in err and not lab.bad_files(lab.new), f"{more} {shard[:2]}: said once",
                            f"exit {rc}: {err}")
        lab.clear()
        holder = lab.start(lab.args(), {"LD_PRELOAD": f"{shim} {lab.files_shim}", "FILES_MS": "500",
                                        **SLOW, **more})
        until((lab.out / LOCK).exists, 20)
        time.sleep(0.3)
        with halted(holder):
            rc, err = lab.run(lab.args("--overwrite"), {"LD_PRELOAD": str(shim), **more})
        want = 3 if more is nfs else 0
        lab.tally.check(rc == want and ("note" not in err), f"{more}: a second run", f"exit {rc}: {err}")
        lab.end(holder)
        lab.tally.check(not lab.bad_files(lab.new), f"{more}: files", lab.bad_files(lab.new))
    lab.clear()
    rc, err = lab.run(lab.args(), {"LD_PRELOAD": str(shim), "LOCKS_ERRNO": str(errno.EIO)})
    lab.tally.check(rc == 73 and LOCK in err, "a lock that fails", f"exit {rc}: {err}")


PARTS = (pairs, crowd, kills, workers_have_no_lock, shards, networks, ranks)


def main():
    tally = Tally()
    wanted = {word for word in sys.argv[1:] if not word.startswith("-")} & {p.__name__ for p in PARTS}
    if SANITIZED or not shutil.which("flock"):
        tally.skip("two runs", "needs flock(1), and preloading does not go with sanitizers")
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
