#!/usr/bin/python3
"""Files that change while they are read, and files of next to nothing that claim to be huge.

    blocks.py [--quick]

A file that is cut short, written to or replaced is that scene's failure under every executor, and
the scene beside it is done. Parts that were never stored take no time and no memory, whatever their
size; sizes that cannot be counted are refused.
"""

import os
import shutil
import signal
import subprocess
import time
import zlib

import numpy as np

import tiffs
from oracle import IMGPIPE, PATIENCE, SANITIZED, Scratch, Tally, load, run
from tiffs import LONG, LONG8, SHORT

SIDE = 8192
EXECUTORS = ("threads", "serial", "openmp", "processes")


def tags(x, y, compression=8):
    return {tiffs.WIDTH: (LONG, [x]), tiffs.LENGTH: (LONG, [y]), tiffs.BITS: (SHORT, [16, 16]),
            tiffs.COMPRESSION: (SHORT, [compression]), tiffs.PHOTOMETRIC: (SHORT, [1]),
            tiffs.SAMPLES: (SHORT, [2]), tiffs.PLANAR: (SHORT, [1]), tiffs.EXTRA: (SHORT, [0])}


# --- changed while read ---


def write_strip(path):
    """One strip of 256 MiB, so that it is decoded by rows and takes a while. Some 2 MB stored."""
    period = np.random.default_rng(1).integers(1, 9000, 2 * SIDE // 8, "<u2")
    row = np.tile(period, 8).tobytes()
    packer = zlib.compressobj(1)
    stored = b"".join(packer.compress(row * 16) for _ in range(SIDE // 16)) + packer.flush()
    tiffs.write(path, {**tags(SIDE, SIDE), tiffs.ROWS_PER_STRIP: (LONG, [SIDE])}, [stored], False)


def write_small(path):
    data = np.arange(1, 2 * 64 * 64 + 1, dtype="<u2").tobytes()
    tiffs.write(path, {**tags(64, 64, 1), tiffs.ROWS_PER_STRIP: (LONG, [64])}, [data], False)


def cut(path, _):
    os.truncate(path, 5000)


def write_to(path, _):
    with open(path, "r+b") as f:
        f.seek(os.path.getsize(path) // 2)
        f.write(b"not what it was")


def change_while_read(scratch, whole, change, executor, delay):
    """(exit status, summary, words), after a change when the program is `delay` seconds old."""
    path, report = scratch / "one.tif", scratch / "summary.json"
    shutil.copy(whole, path)
    report.unlink(missing_ok=True)
    process = subprocess.Popen(
        [str(IMGPIPE), "-q", "-m", "40M", "-b", "red=1,nir=2", "--executor", executor, "--summary",
         str(report), str(scratch / "small.tif"), str(path)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    time.sleep(delay)
    process.send_signal(signal.SIGSTOP)
    change(path, whole)
    process.send_signal(signal.SIGCONT)
    _, err = process.communicate(timeout=60 * PATIENCE)
    return process.returncode, load(report), err.decode(errors="replace")


def check_change(tally, scratch, whole, change, executor):
    """Sooner and later, until it has met the program at work on the file."""
    name = f"{change.__name__} {executor}"
    for delay in (.3, .15, .6, .08, 1.2, .04):
        rc, summary, err = change_while_read(scratch, whole, change, executor, delay)
        if rc < 0 or not summary:
            tally.fail(name, f"exit status {rc}, summary: {bool(summary)}: {err[-200:]}")
            return
        states = {scene["name"]: scene["status"] for scene in summary["scenes"]}
        left = [path.name for path in scratch.iterdir() if path.name.startswith(".")]
        if states.get("one") != "ok":
            good = rc == 1 and states.get("small") == "ok" and not left
            tally.check(good, name, f"exit status {rc}, {states}, left: {left}")
            return
    tally.skip(name, "the program was never met at work on the file")


# --- huge and empty ---


def write_sparse(path, x, y, tile):
    across, down = -(-x // tile), -(-y // tile)
    tiffs.write(path, {**tags(x, y), tiffs.TILE_WIDTH: (LONG, [tile]),
                       tiffs.TILE_LENGTH: (LONG, [tile])}, [None] * (across * down), True,
                big=True, kinds=(LONG8, LONG8))


def check_sparse(tally, scratch, x, y, tile, options=()):
    path, report = scratch / "sparse.tif", scratch / "summary.json"
    write_sparse(path, x, y, tile)
    report.unlink(missing_ok=True)
    result = run(["-q", "-b", "red=1,nir=2", "--summary", report, *options, path], timeout=20,
                 measure=True)
    got = load(report)
    ndvi = got["scenes"][0]["indices"]["ndvi"] if got and got["scenes"] else {}
    name = f"{x} x {y}, nothing stored {options}"
    tally.check(result.rc == 0 and not result.trouble() and ndvi.get("pixels") == x * y and
                ndvi.get("zero_denominator") == x * y, name,
                f"{result.trouble()} {result.rc} {ndvi.get('pixels')} {result.last_words()}")
    if not SANITIZED:
        tally.check(result.peak < 100 << 20, name, f"{result.peak >> 20} MiB resident")


def check_too_large(tally, scratch):
    path = scratch / "beyond.tif"
    write_sparse(path, 1 << 30, 1 << 30, 1 << 28)
    result = run(["-q", "-b", "red=1,nir=2", path], timeout=20)
    tally.check(result.rc == 65 and "2^53" in result.err, "2^60 pixels", result.last_words())


def main():
    tally = Tally()
    with Scratch() as scratch:
        whole = scratch / "whole.tif"
        write_strip(whole)
        write_small(scratch / "small.tif")
        for executor in EXECUTORS:
            for change in (cut, write_to):
                check_change(tally, scratch, whole, change, executor)
    with Scratch() as scratch:
        check_sparse(tally, scratch, 1 << 20, 1 << 20, 1 << 16)
        check_sparse(tally, scratch, 1 << 20, 1 << 20, 1 << 13, ("--chunk", "500x300"))
        check_sparse(tally, scratch, 1 << 24, 1 << 24, 1 << 20, ("-m", "64M"))
        check_sparse(tally, scratch, 1 << 24, 3, 1 << 20, ("--executor", "processes"))
        check_sparse(tally, scratch, 1 << 20, 1 << 20, 1 << 16, ("--tiles", scratch / "t.csv"))
        check_too_large(tally, scratch)
    tally.finish()


if __name__ == "__main__":
    main()
