#!/usr/bin/python3
"""A week of nights: the command of samples/cluster/crontab, with new scenes every night; one night the
program is killed, one night the disk is full, one night a second run starts while one is at work. Looked
at every morning: exit status, log, metrics, catalogue, maps. At its end all is as after one run over all
scenes. Prints what a person would see of each night.

Usage: week.py [--quick]
"""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

from maps_disks import mounted  # noqa: E402
from oracle import IMGPIPE, MAKE_SCENE, PATIENCE, QUICK, SANITIZED, Scratch, Tally, load, run  # noqa: E402

A_NIGHT = 3 if QUICK else 12


class Week:
    def __init__(self, tally, scratch):
        self.tally, self.scratch, self.n = tally, scratch, 0
        self.archive, self.maps = scratch / "archive", scratch / "maps"
        self.catalogue, self.log = scratch / "ndvi.gpkg", scratch / "ndvi.log"
        self.metrics, self.summary = scratch / "ndvi.prom", scratch / "ndvi.json"
        self.archive.mkdir()
        self.table = []

    def arrive(self, n=A_NIGHT):
        for _ in range(n):
            self.n += 1
            name = self.archive / f"S2_202607{self.n:02}_x.tif"
            result = run(["--size", "900x700", "--tile", "256", "--seed", str(self.n), name], program=MAKE_SCENE)
            assert result.rc == 0, result.last_words()

    def command(self):
        return [str(IMGPIPE), "-q", "--catalog", self.catalogue, "-o", self.maps, "--resume", "--summary",
                self.summary, "--log-file", self.log, "--log-format", "json", "--metrics", self.metrics,
                self.archive]

    def start(self):
        return subprocess.Popen([str(word) for word in self.command()], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, start_new_session=True, env=os.environ)

    def end(self, process):
        out, err = process.communicate(timeout=120 * PATIENCE)
        return process.returncode, out + err

    def lines(self):
        """The log so far: each line is an object."""
        text = self.log.read_text() if self.log.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def metric(self, name):
        for line in self.metrics.read_text().splitlines() if self.metrics.exists() else []:
            if line.startswith(name + " "):
                return float(line.split()[1])
        return None

    def done(self):
        if not self.catalogue.exists():
            return {}
        with contextlib.closing(sqlite3.connect(self.catalogue)) as db:
            return dict(db.execute("SELECT name, run_id FROM scenes WHERE status = 'ok'"))

    def morning(self, night, rc, want, said=""):
        """What there is to see; `want`: exit statuses that may be."""
        self.tally.check(rc in want, f"{night}: exit status", f"{rc}, not {want}: {said[-300:]}")
        status = self.metric("imgpipe_last_exit_status")
        if rc in (0, 1, 73, 74):
            self.tally.check(status == rc, f"{night}: the metric of it", f"{status}, exit {rc}")
        self.lines()
        lost = [path.name for path in self.maps.glob(".imgpipe-*")] if self.maps.exists() else []
        if rc >= 0:
            self.tally.check(not lost, f"{night}: nothing temporary is left", str(lost))
        self.table.append((night, rc, len(self.done()), self.metric("imgpipe_last_success_timestamp_seconds"),
                           len(self.lines())))

    def whole(self, night, before):
        """All that is there was done once, and the summary is that of one run."""
        after = self.done()
        self.tally.check(len(after) == self.n, f"{night}: all are done", f"{len(after)} of {self.n}")
        self.tally.check(all(after.get(name) == by for name, by in before.items()),
                         f"{night}: none is done twice", str(before))
        fresh = self.scratch / "fresh.json"
        result = run(["-q", "--summary", fresh, self.archive], timeout=120)
        self.tally.check(result.rc == 0 and load(fresh) == load(self.summary), f"{night}: the summary", "another")


def quiet_night(week, night):
    before = week.done()
    week.arrive()
    rc, said = week.end(week.start())
    week.morning(night, rc, (0,), said)
    week.whole(night, before)


def nothing_new(week, night):
    before = week.done()
    rc, said = week.end(week.start())
    week.morning(night, rc, (0,), said)
    week.whole(night, before)


def crash(week, night):
    before = week.done()
    week.arrive()
    process = week.start()
    end = time.monotonic() + 20 * PATIENCE
    while len(week.done()) <= len(before) and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    rc, said = week.end(process)
    week.morning(f"{night}: killed", rc, (-9, 0), said)
    kept = week.done()
    rc, said = week.end(week.start())
    week.morning(f"{night}: the next start", rc, (0,), said)
    week.whole(night, {**before, **kept})


def overlap(week, night):
    before = week.done()
    week.arrive()
    first = week.start()
    while first.poll() is None and str(first.pid) not in week.maps.joinpath(".imgpipe.lock").read_text():
        time.sleep(0.002)
    first.send_signal(signal.SIGSTOP)
    rc, said = week.end(week.start())
    running = first.poll() is None
    first.send_signal(signal.SIGCONT)
    if running:
        week.tally.check(rc == 3, f"{night}: the second run ends at once", f"exit {rc}: {said[-300:]}")
        week.tally.check(str(first.pid) in said, f"{night}: and says who is at work", said[-300:])
    rc, said = week.end(first)
    week.morning(night, rc, (0,), said)
    week.whole(night, before)


def full_disk(week, night):
    before = week.done()
    week.arrive()
    with mounted(week, "-t", "tmpfs", "-o", "size=100k", "tmpfs") as where:
        if not where:
            week.tally.skip(night, "no file system can be mounted here")
        else:
            command = [str(w) for w in (*week.command()[:-1], "--spool-dir", where, week.archive)]
            result = subprocess.run(command, capture_output=True, text=True, check=False)
            said = result.stderr + "".join(line["msg"] for line in week.lines())
            week.morning(f"{night}: full", result.returncode, (1, 74), said)
            week.tally.check("space left" in said, f"{night}: said", said[-300:])
    rc, said = week.end(week.start())
    week.morning(f"{night}: room again", rc, (0,), said)
    week.whole(night, before)


NIGHTS = (("Monday", quiet_night), ("Tuesday", quiet_night), ("Wednesday", crash), ("Thursday", nothing_new),
          ("Friday", full_disk), ("Saturday", overlap), ("Sunday", quiet_night))


def main():
    tally = Tally()
    if SANITIZED:
        tally.skip("week", "looks at how long a night takes")
        tally.finish()
    with Scratch() as scratch:
        week = Week(tally, Path(scratch))
        week.out = week.maps
        for night, happens in NIGHTS:
            happens(week, night)
        print(f"{'night':28} {'exit':>4} {'done':>5} {'last success':>13} {'log lines':>9}")
        for name, rc, done, success, lines in week.table:
            print(f"{name:28} {rc:4} {done:5} {success or 0:13.0f} {lines:9}")
        events = [line["event"] for line in week.lines()]
        print("events:", ", ".join(f"{e} {events.count(e)}" for e in sorted(set(events))))
    tally.finish()


if __name__ == "__main__":
    main()
