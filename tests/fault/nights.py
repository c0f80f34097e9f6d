#!/usr/bin/python3
"""A catalogue whose runs go wrong: `imgpipe --catalog C -o DIR --resume` killed at any moment, interrupted,
on full disks (catalogue, spool, outputs), with calls of SQLite that fail. Whatever happens: the catalogue is
whole, a row says the truth of its files, a scene that was committed is not done again, and once a run comes
to its end all is as if nothing had happened: files, rows, summary, and nothing left over.

Usage: nights.py [--quick] [PART...]; BUILD as for the other tests. --seed N: other moments.
"""

import contextlib
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

from maps_disks import mounted  # noqa: E402
from living import alive, family_of, until  # noqa: E402
from maps_lab import ENDS, SEED, Lab  # noqa: E402
from oracle import QUICK, SANITIZED, Scratch, Tally, load  # noqa: E402

EXECUTORS = ("threads", "processes")
N_SCENES = 8 if QUICK else 60
SIZES = ("300x260", "200x420", "64x64", "513x257")
LOCKS = (".imgpipe.lock",)
# What may differ between two catalogues of the same scenes: who did it and when.
VOLATILE = {"fid", "id", "scene_id", "run_id", "updated", "path", "set_id"}


class Nights(Lab):
    """Not the scenes of Lab, but its ways of starting and of ending."""

    def __init__(self, tally, scratch):  # pylint: disable=super-init-not-called
        self.tally, self.scratch, self.random = tally, scratch, random.Random(SEED)
        self.build()
        self.archive, self.out, self.catalogue = (scratch / name for name in ("archive", "maps", "c.gpkg"))
        self.archive.mkdir()
        for i in range(N_SCENES):
            self.scene(self.archive / f"s{i:02}.tif", SIZES[i % len(SIZES)], str(i + 1))
        self.clear()
        rc, err = self.run(self.args(executor="serial"))
        assert rc == 0, err
        self.want_files = self.files()
        self.want_rows, self.want_summary = self.rows(), self.summary()
        assert len(self.want_rows["scenes"]) == N_SCENES, self.want_rows
        self.seconds = {}
        for executor in EXECUTORS:
            self.clear()
            begin = time.monotonic()
            self.run(self.args(executor=executor))
            self.seconds[executor] = time.monotonic() - begin

    def clear(self, fill=None):
        super().clear(fill)
        for path in self.scratch.glob("c.gpkg*"):
            path.unlink()

    def args(self, *more, executor="threads", scenes=None):
        return ["-q", "--executor", executor, "--workers", "2", "--quicklook", "--co", "BLOCKSIZE=128",
                "-o", self.out, "--catalog", self.catalogue, "--resume", "--summary", self.scratch / "s.json",
                *more, *(scenes or [self.archive])]

    def files(self):
        return {p.name: p.read_bytes() for p in self.out.glob("*") if p.name not in LOCKS}

    def summary(self):
        """Numbers alone: what the run cost is another matter."""
        return load(self.scratch / "s.json")

    def rows(self):
        """All of the catalogue that does not say who made it."""
        with contextlib.closing(sqlite3.connect(f"file:{self.catalogue}?mode=ro", uri=True)) as db:
            db.row_factory = sqlite3.Row
            found = {}
            for table in ("scenes", "statistics", "outputs"):
                order = {"scenes": "source", "statistics": "scene_id, 3", "outputs": "scene_id, path"}[table]
                rows = [{k: row[k] for k in row.keys() if k not in VOLATILE}
                        for row in db.execute(f"SELECT * FROM {table} ORDER BY {order}")]
                found[table] = sorted(rows, key=repr)
            found["partials"] = sorted(bytes(row[0]) for row in db.execute("SELECT record FROM records"))
            return found

    def committed(self):
        """Source of each scene that is done, with the run that did it."""
        if not self.catalogue.exists():
            return {}
        with contextlib.closing(sqlite3.connect(self.catalogue)) as db:
            whole = db.execute("PRAGMA integrity_check").fetchone()[0]
            self.tally.check(whole == "ok", "the catalogue is whole", whole)
            tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "scenes" not in tables:
                return {}
            done = dict(db.execute("SELECT source, run_id FROM scenes WHERE status = 'ok'"))
            for path, size in db.execute("SELECT path, bytes FROM outputs"):
                there = Path(path)
                if not there.exists() or there.read_bytes() != self.want_files[there.name]:
                    self.tally.check(False, "a row says the truth of its files", f"{path}, {size}")
            return done

    def kept(self, before, name):
        """What was committed stays, with its run."""
        after = self.committed()
        again = {s: (r, after.get(s)) for s, r in before.items() if after.get(s) != r}
        self.tally.check(not again, f"{name}: nothing is done twice", str(again)[:300])
        return after

    def whole(self, name):
        """A run that nothing happens to comes to the end of an undisturbed one."""
        before = self.committed()
        rc, err = self.run(self.args(executor=self.random.choice(EXECUTORS)))
        self.tally.check(rc == 0, f"{name}: the last run", f"exit {rc}: {err[-300:]}")
        self.kept(before, name)
        files = self.files()
        wrong = [n for n in sorted({*files, *self.want_files}) if files.get(n) != self.want_files.get(n)]
        self.tally.check(not wrong, f"{name}: files", str(wrong)[:300])
        rows = self.rows()
        for table, want in self.want_rows.items():
            self.tally.check(rows[table] == want, f"{name}: rows of {table}",
                             str([r for r in rows[table] if r not in want][:2])[:600])
        self.tally.check(self.summary() == self.want_summary, f"{name}: summary", "another")
        beside = [p.name for p in self.scratch.glob("c.gpkg*") if p.name not in ("c.gpkg", "c.gpkg.lock")]
        self.tally.check(not beside, f"{name}: nothing beside the catalogue", str(beside))


def kills(lab):
    n, night = (14 if QUICK else 300), 0
    while night < n:
        lab.clear()
        before, rc = {}, None
        while rc != 0 and night < n:
            executor = EXECUTORS[night % 2]
            night += 1
            process = lab.start(lab.args(executor=executor))
            # Often early: a night does some scenes, the next goes on.
            time.sleep(lab.random.uniform(0.02, 0.5) * lab.seconds[executor])
            family = family_of(process.pid)
            process.kill()
            process.communicate()
            rc = process.returncode
            gone = until(lambda: not any(map(alive, family)), 5)
            lab.tally.check(gone, f"kill {night}: the workers end too", str(family))
            before = lab.kept(before, f"kill {night}, {executor}")
        lab.whole(f"after kill {night}")


def signals(lab):
    n, night = (6 if QUICK else 60), 0
    while night < n:
        lab.clear()
        before, rc = {}, None
        while rc != 0 and night < n:
            executor, number = EXECUTORS[night % 2], (signal.SIGTERM, signal.SIGINT)[night // 2 % 2]
            night += 1
            process = lab.start(lab.args(executor=executor))
            time.sleep(lab.random.uniform(0.1, 0.6) * lab.seconds[executor])
            process.send_signal(number)
            rc, err = lab.end(process)
            lab.tally.check(rc in (0, ENDS[number], -number), f"{number.name}, {executor}: the end",
                            f"exit {rc}: {err[-300:]}")
            before = lab.kept(before, f"{number.name} {night}, {executor}")
        lab.whole(f"after signal {night}")


def calls_of_sqlite(lab):
    """Killed before and after writes of the catalogue; each of them fails; the disk is full."""
    names = "pwrite64 fdatasync ftruncate64"
    lab.clear()
    counter = lab.scratch / "count"
    counter.unlink(missing_ok=True)
    rc, err = lab.run(lab.args(), lab.env(FILES_CALL=names, FILES_COUNT=str(counter)))
    assert rc == 0, err
    n = int(counter.read_text())
    lab.tally.check(n > N_SCENES, "the catalogue is written", str(n))
    steps = range(1, n + 1, max(1, n // (6 if QUICK else 80)))
    for i, at in enumerate(steps):
        lab.clear()
        how = ("kill", "after")[i % 2]
        lab.run(lab.args(), lab.env(FILES_CALL=names, FILES_AT=str(at), FILES_DO=how))
        lab.kept({}, f"{how} at write {at}")
        lab.whole(f"{how} at write {at}")
    for i, at in enumerate(steps):
        for error, last in ((28, "1000000"), (5, str(at))):
            lab.clear()
            rc, err = lab.run(lab.args(executor=EXECUTORS[i % 2]),
                              lab.env(FILES_CALL=names, FILES_AT=str(at), FILES_LAST=last, FILES_DO=str(error)))
            name = f"write {at} of the catalogue fails with {error}"
            lab.tally.check(rc in (0, 73, 74), f"{name}: the end", f"exit {rc}: {err[-300:]}")
            lab.tally.check(rc == 0 or "c.gpkg" in err, f"{name}: said", err[-300:])
            # The files are finished all the same, unless the catalogue could not even be begun.
            made = [n for n in lab.files() if lab.files()[n] != lab.want_files.get(n)]
            lab.tally.check(not made, f"{name}: files are right", str(made))
            if rc == 74:
                lab.tally.check(len(lab.files()) in (0, len(lab.want_files)), f"{name}: files are finished",
                                str(len(lab.files())))
            lab.whole(name)


def grow(where):
    return subprocess.run(["mount", "-o", "remount,size=64m", where], check=False).returncode == 0


def full_disk(lab, what, kib):
    keep, name = (lab.out, lab.catalogue), f"{what} on a full disk"
    with mounted(lab, "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs") as where:
        if not where:
            lab.tally.skip(name, "no file system can be mounted here")
            return
        lab.clear()
        if what == "catalogue":
            lab.catalogue = where / "c.gpkg"
        elif what == "outputs":
            lab.out = where / "maps"
            lab.out.mkdir()
        rc, err = lab.run(lab.args(*(["--spool-dir", where] if what == "spool" else [])))
        lab.tally.check(rc in (1, 73, 74), f"{name}: the end", f"exit {rc}: {err[-300:]}")
        lab.tally.check(str(where) in err, f"{name}: said", err[-300:])
        done = lab.committed()
        if what != "spool" and grow(where):
            lab.kept(done, f"{name}, with room again")
            lab.whole(f"{name}, then room")
        elif what == "spool":
            lab.whole(f"{name}, then another")
        lab.out, lab.catalogue = keep


def full_disks(lab):
    size = sum(map(len, lab.want_files.values())) >> 10
    for what, kib in (("catalogue", 300), ("spool", 60), ("outputs", max(size // 2, 64))):
        full_disk(lab, what, kib)


PARTS = (kills, signals, calls_of_sqlite, full_disks)


def main():
    tally = Tally()
    wanted = {word for word in sys.argv[1:] if not word.startswith("-")} & {p.__name__ for p in PARTS}
    if SANITIZED:
        tally.skip("nights", "preloading and the sanitizers do not go together")
        tally.finish()
    with Scratch() as scratch:
        lab = Nights(tally, scratch)
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
