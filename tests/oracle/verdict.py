#!/usr/bin/python3
"""Whether a block is good or damaged is a function of its bytes: 5,000 mutants of small files of
every codec, and all of ../shared/data/tiff-broken, each read in six ways. Chunk, memory, executor
and way of decoding may not change a number, nor a word of a refusal.

    verdict.py [--quick] [--seed N] [--keep FOLDER]

Each mutant is damaged in one block, so that it is clear which one a refusal has to name. Where the
numbers of a mutant with a checksum are not those of the file it was made from, that is wrong, too.
A quick run takes 240 mutants and no file of the folder.
"""

import random
import re
import shutil
import sys
from collections import Counter
from pathlib import Path

import numpy as np

import tiffs
from oracle import DATA, QUICK, Scratch, Tally, load, run
from tiffs import LONG, SHORT

N_MUTANTS = 240 if QUICK else 5000
BATCH = 60
# The large files have blocks of 4 MiB, which the second and the third way decode by rows.
WAYS = (("-m", "1G"),
        ("-m", "1G", "--chunk", "500x300"),
        ("-m", "24M", "--executor", "threads"),
        ("-m", "1G", "--chunk", "tile", "--executor", "openmp"),
        ("-m", "1G", "--executor", "processes", "--chunk", "300x70"),
        ("-m", "1G", "--executor", "serial", "--working-set", "chunk"))
TOO_LITTLE = re.compile(r"--memory \d+M is enough")
FAILED = re.compile(r"^imgpipe: scene (\S+) failed: (.*)$", re.M)


# --- what is mutated ---


class Base:
    """A good file, taken apart: its tags, and the stored bytes of its blocks."""

    def __init__(self, name, compression, encode, checked, size, block, predictor=1):
        self.name, self.checked, (self.x, self.y) = name, checked, size
        self.tiled = block is not None
        self.block = block or (self.x, 40)
        width, height = self.block
        draw = np.random.default_rng(len(name))
        y, x = np.mgrid[0:self.y, 0:self.x]
        pixels = 500 + (x // 9 + y // 7) % 60 + 700 * np.arange(2)[:, None, None]
        pixels[:, ::3, ::5] += draw.integers(0, 9, pixels[:, ::3, ::5].shape)
        self.tags = {tiffs.WIDTH: (LONG, [self.x]), tiffs.LENGTH: (LONG, [self.y]),
                     tiffs.BITS: (SHORT, [16, 16]), tiffs.COMPRESSION: (SHORT, [compression]),
                     tiffs.PHOTOMETRIC: (SHORT, [1]), tiffs.SAMPLES: (SHORT, [2]),
                     tiffs.PLANAR: (SHORT, [1]), tiffs.EXTRA: (SHORT, [0]),
                     tiffs.PREDICTOR: (SHORT, [predictor])}
        if self.tiled:
            self.tags[tiffs.TILE_WIDTH] = (LONG, [width])
            self.tags[tiffs.TILE_LENGTH] = (LONG, [height])
        else:
            self.tags[tiffs.ROWS_PER_STRIP] = (LONG, [height])
        self.blocks = [encode(self.cut_out(pixels, x, y, predictor))
                       for y in range(0, self.y, height) for x in range(0, self.x, width)]

    def cut_out(self, pixels, x, y, predictor):
        width, height = self.block
        part = pixels[:, y:y + height, x:x + width]
        padded = np.zeros((2, height if self.tiled else part.shape[1], width), "<u2")
        padded[:, :part.shape[1], :part.shape[2]] = part
        rows = np.ascontiguousarray(padded.transpose(1, 2, 0)).reshape(padded.shape[1], -1)
        if predictor == 2:
            differences = rows.copy()
            differences[:, 2:] -= rows[:, :-2]
            rows = differences
        return rows.tobytes()

    def write(self, path, blocks=None, counts=None, tail=b""):
        tiffs.write(path, self.tags, blocks or self.blocks, self.tiled, counts=counts, tail=tail)


def packbits(data):
    return tiffs.encode_packbits(data, 1 << 30)


def codecs():
    """(name, compression, encoder, whether a checksum tells of damage)"""
    yield "none", tiffs.NONE, bytes, False
    yield "lzw", tiffs.LZW, tiffs.encode_lzw, False
    yield "oldlzw", tiffs.LZW, lambda data: tiffs.encode_lzw(data, True), False
    yield "packbits", tiffs.PACKBITS, packbits, False
    yield "deflate", tiffs.DEFLATE, tiffs.encode_deflate, True
    yield "stored", tiffs.DEFLATE, lambda data: tiffs.encode_deflate(data, 0), True
    yield "xz", tiffs.LZMA, tiffs.encode_xz, False
    yield "xzcrc", tiffs.LZMA, lambda data: tiffs.encode_xz(data, 4), True
    if tiffs.ZSTD_LIBRARY:
        yield "zstd", tiffs.ZSTD, lambda data: tiffs.encode_zstd(data, content_size=False), False
        yield "zstdsum", tiffs.ZSTD, lambda data: tiffs.encode_zstd(data, True), True


def make_bases():
    for name, compression, encode, checked in codecs():
        predictor = 2 if name in ("deflate", "lzw", "zstd") else 1
        yield Base(f"{name}-tiles", compression, encode, checked, (150, 130), (64, 64), predictor)
        yield Base(f"{name}-strips", compression, encode, checked, (120, 90), None)
        # One tile, 124 rows of it padding.
        yield Base(f"{name}-large", compression, encode, checked, (1000, 900), (1024, 1024),
                   predictor)


# --- mutations of one block's bytes ---


def flip(data, draw, low=0, high=None):
    high = len(data) if high is None else min(high, len(data))
    for _ in range(draw.choice((1, 1, 1, 2, 5, 20))):
        data[draw.randrange(low, high)] ^= 1 << draw.randrange(8)


def mutate(block, draw):
    """(other bytes, what was done)"""
    data = bytearray(block)
    kind = draw.choice(("flip", "flip", "head", "tail", "cut", "cut little", "zeros", "insert",
                        "remove", "twice", "twice cut", "junk", "random"))
    at = draw.randrange(len(data))
    if kind == "flip":
        flip(data, draw)
    elif kind == "head":
        flip(data, draw, 0, 20)
    elif kind == "tail":
        flip(data, draw, max(0, len(data) - 20))
    elif kind == "cut":
        del data[max(1, at):]
    elif kind == "cut little":
        del data[max(1, len(data) - draw.randint(1, 5)):]
    elif kind == "zeros":
        data[at:at + 9] = bytes(len(data[at:at + 9]))
    elif kind == "insert":
        data[at:at] = draw.randbytes(draw.choice((1, 2, 4)))
    elif kind == "remove":
        del data[at:at + draw.choice((1, 2, 4))]
    elif kind == "twice":
        data += block
    elif kind == "twice cut":
        data = data[:max(1, at)] + block
    elif kind == "junk":
        data += draw.randbytes(100)
    else:
        data = bytearray(draw.randbytes(draw.choice((1, 7, 300))))
    return bytes(data) or b"\0", kind


def make_mutant(path, base, draw):
    """One block is other than it was, or lies elsewhere, or the file ends within it."""
    blocks, counts = list(base.blocks), {}
    victim, kind = draw.randrange(len(blocks)), draw.choice(("bytes",) * 6 + ("count", "end"))
    if kind == "bytes":
        blocks[victim], kind = mutate(blocks[victim], draw)
    elif kind == "count":
        counts[victim] = draw.choice((1, len(blocks[victim]) - 1, len(blocks[victim]) // 2,
                                      len(blocks[victim]) + 50, 2 ** 31))
    base.write(path, blocks, counts)
    if kind == "end":
        cut_in_block(path, blocks, draw)
    return f"{base.name} block {victim}: {kind}"


def cut_in_block(path, blocks, draw):
    """The directory goes to the front of a copy, so that the last block is the file's end."""
    data = bytearray(path.read_bytes())
    at = int.from_bytes(data[4:8], "little")
    last = data.rindex(blocks[-1], 0, at)
    moved = bytes(blocks[-1])
    data += bytes(len(data) % 2)
    place = len(data)
    # The last offset of the array is the last block's: it goes behind everything.
    for i in range(at + 2, len(data) - 12, 12):
        if int.from_bytes(data[i:i + 2], "little") in (tiffs.STRIP_OFFSETS, tiffs.TILE_OFFSETS):
            n = int.from_bytes(data[i + 4:i + 8], "little")
            array = i + 8 if n == 1 else int.from_bytes(data[i + 8:i + 12], "little")
            spot = array + 4 * (n - 1)
            assert int.from_bytes(data[spot:spot + 4], "little") == last
            data[spot:spot + 4] = place.to_bytes(4, "little")
            break
    path.write_bytes(data + moved[:max(0, len(moved) - draw.choice((1, 2, 3, 4, 8, 20, 1000)))])


# --- six ways ---


def answers(scratch, way, paths):
    """{name of scene: what became of it}, and the run."""
    report = scratch / "summary.json"
    report.unlink(missing_ok=True)
    result = run(["-q", "-b", "red=1,nir=2", "--summary", report, *way, *paths], timeout=180)
    words = dict(FAILED.findall(result.err))
    got = load(report)
    if not got:
        return None, result
    return {scene["name"]: words.get(scene["name"]) or scene for scene in got["scenes"]}, result


def comparable(answer):
    return not (isinstance(answer, str) and TOO_LITTLE.search(answer))


def without_block(answer):
    """Of several damaged blocks, whichever is met first is named."""
    if not isinstance(answer, str):
        return answer
    return re.sub(r": (tile|strip) \d+ \([^)]*\): .*", ": damaged", answer)


def check(tally, scratch, paths, about, totals, keep, strict=True):
    found = []
    for way in WAYS:
        answer, result = answers(scratch, way, paths)
        if answer is None and result.rc == 75 and TOO_LITTLE.search(result.err):
            totals["too little memory for one way"] += 1
            continue
        if not tally.check(answer is not None and not result.trouble(), f"{paths[0]} {way}",
                           f"{result.trouble()} {result.last_words()}"):
            return {}
        found.append(answer)
    first = found[0] if found else {}
    for path in paths:
        here = [answer.get(path.stem) for answer in found]
        totals["too little memory for one way"] += sum(not comparable(a) for a in here)
        here = [answer for answer in here if comparable(answer)]
        if len(here) < 2:
            tally.skip(path.name, "its first block asks for more memory than most ways have")
            continue
        if not strict:
            here = [without_block(answer) for answer in here]
        totals["fine" if isinstance(here[0], dict) else "refused"] += 1
        same = all(answer == here[0] for answer in here)
        if not tally.check(same, path.name, f"{about.get(path.stem)}: "
                           f"{[a if isinstance(a, str) else 'fine' for a in here]}") and keep:
            shutil.copy(path, keep)
    return first


def check_mutants(tally, totals, seed, keep):
    bases = list(make_bases())
    with Scratch() as scratch:
        for base in bases:
            base.write(scratch / f"{base.name}.tif")
        whole = check(tally, scratch, [scratch / f"{base.name}.tif" for base in bases], {}, totals,
                      keep)
    for base in bases:
        tally.check(isinstance(whole.get(base.name), dict), base.name, "a good file is refused")
    for start in range(0, N_MUTANTS, BATCH):
        with Scratch() as scratch:
            about, made_from, paths = {}, {}, []
            for number in range(start, min(start + BATCH, N_MUTANTS)):
                draw = random.Random(f"{seed}/{number}")
                path = scratch / f"m{number:05}.tif"
                base = bases[number % len(bases)]
                about[path.stem] = make_mutant(path, base, draw)
                made_from[path.stem] = base
                paths.append(path)
            got = check(tally, scratch, paths, about, totals, keep)
            for name, base in made_from.items():
                answer = got.get(name)
                if base.checked and isinstance(answer, dict) and answer["status"] == "ok":
                    tally.check(answer["indices"] == whole[base.name]["indices"], name,
                                f"{about[name]}: other numbers, and no word of damage")


def check_folder(tally, totals, keep):
    folder = DATA / "tiff-broken"
    if QUICK or not folder.is_dir():
        tally.skip("tiff-broken", "a quick run" if QUICK else f"no {folder}")
        return
    files = sorted(path for path in folder.rglob("*") if path.is_file() and
                   path.suffix not in (".md", ".xml"))
    with Scratch() as scratch:
        for path in files:
            check(tally, scratch, [path], {}, totals, keep, strict=False)


def argument(name, otherwise):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else otherwise


def main():
    tally, totals = Tally(), Counter()
    keep = argument("--keep", None)
    check_mutants(tally, totals, int(argument("--seed", 1)), keep and Path(keep))
    check_folder(tally, totals, keep and Path(keep))
    print(", ".join(f"{name}: {count}" for name, count in sorted(totals.items())))
    tally.finish()


if __name__ == "__main__":
    main()
