#!/usr/bin/python3
"""One answer for every way of running through GDAL: 1-bit files, whose values are known, with
DEFLATE streams that go on behind their block (libtiff left the block's end as it found it), and
damaged ones, each over chunks, workers and executors: the same bytes or the same refusal.

Usage: gdal_blocks.py [--quick]; BUILD as for the other tests.
"""

import json
import random
import struct
import zlib

import numpy as np

from oracle import QUICK, SANITIZED, Scratch, Tally, run

TILE, SIDE, ACROSS = 128, 300, 3
LEAST = "300M" if SANITIZED else "90M"
WAYS = ([], ["--chunk", "tile"], ["--chunk", "100x100"], ["--chunk", "37x53", "--workers", "3"],
        ["--chunk", "300x7", "--executor", "serial"],
        ["--chunk", "60x200", "--executor", "processes", "--workers", "2"],
        ["--chunk", "1x300", "--executor", "openmp"],
        ["--memory", LEAST, "--chunk", "300x300", "--working-set", "chunk"])


def tiles(plane):
    padded = np.zeros((ACROSS * TILE, ACROSS * TILE), np.uint8)
    padded[:SIDE, :SIDE] = plane
    for y in range(ACROSS):
        for x in range(ACROSS):
            part = padded[y * TILE:(y + 1) * TILE, x * TILE:(x + 1) * TILE]
            yield np.packbits(part, axis=1).tobytes()


def write_bits(path, planes, stream):
    """Two planes of one bit, each in tiles of its own; stream(n, bytes) is what tile n stores."""
    blobs = [stream(n, data) for n, data in enumerate(d for p in planes for d in tiles(p))]
    offsets, at = [], 8
    for blob in blobs:
        offsets.append(at)
        at += len(blob)
    at += at % 2
    rows = [(256, 4, [SIDE]), (257, 4, [SIDE]), (258, 3, [1, 1]), (259, 3, [8]), (262, 3, [1]),
            (277, 3, [2]), (284, 3, [2]), (322, 3, [TILE]), (323, 3, [TILE]), (324, 4, offsets),
            (325, 4, [len(b) for b in blobs]), (338, 3, [0])]
    extra, behind = b"", at + 2 + 12 * len(rows) + 4
    ifd = struct.pack("<H", len(rows))
    for tag, kind, values in rows:
        data = struct.pack(f"<{len(values)}{'H' if kind == 3 else 'I'}", *values)
        if len(data) > 4:
            data, extra = struct.pack("<I", behind + len(extra)), extra + data
        ifd += struct.pack("<HHI", tag, kind, len(values)) + data.ljust(4, b"\0")
    body = struct.pack("<2sHI", b"II", 42, at) + b"".join(blobs)
    path.write_bytes(body.ljust(at, b"\0") + ifd + struct.pack("<I", 0) + extra)


def answers(path):
    """{what a way of running says: the ways}; numbers as they stand, or the scene's words."""
    found = {}
    for way in WAYS:
        result = run(["-q", "--reader", "gdal", "-b", "red=1,nir=2", "--summary", "-", *way, path],
                     timeout=60)
        try:
            scene = json.loads(result.out)["scenes"][0]
            words = result.out if scene["status"] == "ok" else f"{result.rc} failed"
        except (ValueError, KeyError, IndexError):
            words = f"{result.rc} {result.err}"
        found.setdefault(words, []).append(" ".join(way))
    return found


def check_known(tally, path, planes, name):
    found = answers(path)
    if not tally.check(len(found) == 1, name, f"{len(found)} answers: {list(found.values())}"):
        return
    try:
        histogram = json.loads(next(iter(found)))["scenes"][0]["indices"]["ndvi"]["histogram"]["buckets"]
    except ValueError:
        tally.fail(name, f"not read: {next(iter(found))}")
        return
    red, nir = planes
    # 0/0 is no NDVI; of one bit each, NDVI is -1, 0 or 1.
    wanted = [int((red > nir).sum()), int((red & nir).sum()), int((nir > red).sum())]
    got = [histogram[0], histogram[len(histogram) // 2], histogram[-1]]
    tally.check(got == wanted, name, f"{got} where {wanted} is right")


def main():
    tally = Tally()
    rng = np.random.default_rng(7)
    planes = (rng.random((2, SIDE, SIDE)) < 0.3).astype(np.uint8)
    # The last symbol of each tile is a long copy, of bytes that no other tile ends in.
    for number, (band, y, x) in enumerate(np.ndindex(2, ACROSS, ACROSS)):
        byte = np.unpackbits(np.array([3 + 13 * number], np.uint8))
        part = planes[band, y * TILE + 20:(y + 1) * TILE, x * TILE:(x + 1) * TILE]
        part[:] = np.resize(byte, part.shape[1])
    with Scratch() as scratch:
        path = scratch / "bits.tif"
        write_bits(path, planes, lambda n, data: zlib.compress(data, 6))
        good = path.read_bytes()
        check_known(tally, path, planes, "plain")
        for tail in (1, 200, 5000, 200000):
            path = scratch / f"tail{tail}.tif"
            write_bits(path, planes,
                       lambda n, data, tail=tail: zlib.compress(data + data[-1:] * tail, 6))
            check_known(tally, path, planes, f"streams {tail} bytes longer than their blocks")
        for seed in range(6 if QUICK else 300):
            dice, blob = random.Random(seed), bytearray(good)
            for _ in range(dice.randrange(1, 4)):
                blob[dice.randrange(8, len(blob) - 300)] ^= 1 << dice.randrange(8)
            path = scratch / f"damaged{seed}.tif"
            path.write_bytes(blob)
            found = answers(path)
            tally.check(len(found) == 1, f"damaged {seed}", f"{list(found.values())}")
            path.unlink()
    tally.finish()


if __name__ == "__main__":
    main()
