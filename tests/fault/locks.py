#!/usr/bin/python3
"""Locks: how often the program takes one, counted from outside (count_locks.c) and by its own
meters, for the same 256 tiles in chunks of 1 to 256. A chunk costs a few locks however many tiles it
has, and a tile costs none.

Usage: locks.py [--quick]; BUILD as for the other tests.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

from oracle import MAKE_SCENE, SANITIZED, Scratch, Tally, load, run  # noqa: E402
from preload import preload  # noqa: E402

TILE, ACROSS = 128, 16
SIDES = (1, 2, 4, 8, 16)  # tiles along a side of a chunk
A_CHUNK = 3  # the claim, the totals of its scene, the delivery
A_RUN = 20  # opening, waiting at the end, reports, whatever is done once
A_WORKER = 4  # its start, its limit of time, its end


def locks_of(scratch, counter, file, side, workers):
    report, count = scratch / "report.json", scratch / "count"
    result = run(["-q", "--executor", "threads", "--workers", str(workers), "--chunk",
                  str(side * TILE), "--report", report, file],
                 env={"LD_PRELOAD": str(counter), "COUNT_LOCKS": str(count)})
    if result.rc != 0:
        return None
    claim = next(s for s in load(report)["stages"] if s["name"] == "claim")
    return claim["chunks"], load(report)["run"]["lock_operations"], int(count.read_text())


def main():
    tally = Tally()
    if SANITIZED:
        tally.skip("locks", "the sanitizers want to be loaded first")
        tally.finish()
    with Scratch() as scratch:
        counter = preload("count_locks.c")
        file = scratch / "scene.tif"
        made = run(["--size", str(TILE * ACROSS), "--tile", str(TILE), file], program=MAKE_SCENE)
        if made.rc != 0:
            tally.fail("make_scene", made.last_words())
            tally.finish()
        print("workers  tiles/chunk  chunks  locks  of them metered  locks/chunk  locks/tile")
        for workers in (1, 2, 8):
            for side in SIDES:
                what = f"{workers} workers, chunks of {side * side} tiles"
                found = locks_of(scratch, counter, file, side, workers)
                if not found:
                    tally.fail(what, "the run failed")
                    continue
                chunks, metered, locks = found
                tally.check(chunks == (ACROSS // side) ** 2, what, f"{chunks} chunks")
                most = A_CHUNK * chunks + A_WORKER * workers + A_RUN
                tally.check(0 < locks <= most, what,
                            f"{locks} locks for {chunks} chunks, at most {most}")
                tally.check(A_CHUNK * chunks <= metered <= locks, f"{what}: meters",
                            f"{metered} metered, {locks} counted")
                print(f"{workers:7} {side * side:12} {chunks:7} {locks:6} {metered:16} "
                      f"{locks / chunks:12.1f} {locks / ACROSS ** 2:11.2f}", flush=True)
    tally.finish()


if __name__ == "__main__":
    main()
