#!/usr/bin/python3
"""Valid TIFF files in 5,000 forms, written by a writer of their own (tiffs.py): where GDAL reads
one, the numbers are GDAL's and numpy's, whatever the chunk and the memory.

    variants.py [--quick] [--seed N] [--keep FOLDER]

A quick run takes 300 of them. Files that differ are kept with --keep.
"""

import copy
import itertools
import random
import shutil
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from osgeo import gdal

import tiffs
from oracle import (QUICK, SANITIZED, Scratch, Tally, compare, load, ndvi_reference, read_band,
                    run)
from tiffs import LONG, LONG8, SHORT

N_FILES = 300 if QUICK else 5000
BATCH = 100
# name: (numpy type, bits, SampleFormat)
TYPES = {"u8": ("u1", 8, 1), "i8": ("i1", 8, 2), "u16": ("u2", 16, 1), "i16": ("i2", 16, 2),
         "u32": ("u4", 32, 1), "i32": ("i4", 32, 2), "f32": ("f4", 32, 3), "f64": ("f8", 64, 3),
         "bit1": ("u1", 1, 1), "bit2": ("u1", 2, 1), "bit4": ("u1", 4, 1), "bit12": ("u2", 12, 1),
         "f16": ("f2", 16, 3), "f24": ("f4", 24, 3), "void": ("u2", 16, 4)}
USUAL = ("u8", "u16", "i16", "u32", "i32", "f32", "f64")
NODATA = (b"0", b"0.0", b"-9999", b"nan", b"1e3", b" 7", b"-1.7976931348623157e+308", b"inf",
          b"-3.40282347e+38", b"3.4028235e+38", b"1e400", b"text", b"12.5", b"0x10", b"-inf",
          b"-1.#IND", b"70000", b"4294967295", b"1,5", b"-0", b"+3", b"1e-50")
WAYS = ((), ("--chunk", "7x5", "-m", "256M"), ("--chunk", "tile", "--executor", "openmp"))


class Form:
    """What one file is like, drawn at random."""

    def __init__(self, draw):
        self.type = draw.choice(USUAL if draw.random() < .7 else tuple(TYPES))
        dtype, self.bits, self.format = TYPES[self.type]
        self.dtype = np.dtype(dtype)
        self.x, self.y = draw.randint(1, 90), draw.randint(1, 90)
        self.tiled = draw.random() < .5
        self.bands = draw.choice((2, 2, 2, 3, 4, 5))
        self.planar = draw.random() < .4
        self.order = draw.choice("<<>")
        self.big = draw.random() < .3
        self.codec = draw.choice(("none", "lzw", "deflate", "zstd", "lzma", "packbits", "old lzw",
                                  "old deflate"))
        self.fill = 2 if draw.random() < .1 else 1
        self.predictor = self.draw_predictor(draw)
        if self.tiled:
            self.block = draw.choice((16, 32, 48, 128)), draw.choice((16, 32, 64))
            self.rows_tag = None
        else:
            self.rows_tag = draw.choice((1, 2, 7, self.y, self.y + 3, 2 * self.y, 2 ** 32 - 1,
                                         draw.randint(1, self.y)))
            self.block = self.x, min(self.rows_tag, self.y)
        # How the block at the image's end is stored.
        self.last = draw.choice(("whole", "whole", "cut", "long"))
        self.sparse = draw.choice((0, 0, 0, .3, 1))
        self.nodata = draw.choice(NODATA) if draw.random() < .4 else None
        self.junk = bytes(draw.randbytes(draw.choice((0, 0, 3, 200))))
        self.counts = draw.choice(("right", "right", "large", "beyond"))
        self.shared = draw.random() < .1
        self.white = draw.random() < .1 and self.bits <= 16 and self.format == 1
        self.seed = draw.getrandbits(32)
        if self.type == "i8" and int(gdal.VersionInfo()) < 3070000:
            self.nodata = None  # older GDAL fills blocks of int8 that are not stored as if uint8

    def draw_predictor(self, draw):
        if self.codec in ("none", "packbits") or self.bits % 8 or self.type in ("f16", "f24"):
            return 1
        return draw.choice((1, 2, 3) if self.format == 3 else (1, 2))

    def __str__(self):
        return " ".join(f"{key}={value}" for key, value in vars(self).items() if key != "junk")


def make_pixels(form):
    """(bands, y, x); few values, so that codecs have something to do."""
    draw = np.random.default_rng(form.seed)
    shape = form.bands, form.y, form.x
    if form.format == 3:
        pixels = draw.integers(-20, 400, shape) / 8.0
        pixels[draw.random(shape) < .02] = np.nan
        pixels[draw.random(shape) < .01] = -np.inf
        return pixels.astype(form.dtype)
    top = min(2 ** form.bits - 1, 20000)
    if form.format == 2:
        return draw.integers(-min(top // 2, 100), top // 2, shape).astype(form.dtype)
    return np.minimum(draw.integers(0, top + 1, shape), draw.integers(0, top + 1)).astype(form.dtype)


def pack_bits(rows, bits):
    """Rows of samples of fewer than 8 or of 12 bits, each row in whole bytes."""
    planes = (rows[:, :, None] >> np.arange(bits - 1, -1, -1)) & 1
    return np.packbits(planes.reshape(len(rows), -1).astype(np.uint8), axis=1).tobytes()


def float24(rows, order):
    """1 bit of sign, 7 of exponent, 16 of mantissa; cut, as GDAL takes what is stored."""
    word = rows.astype("f4").view("u4")
    exponent = ((word >> 23) & 255).astype(int) - 127 + 63
    small, special = exponent <= 0, ((word >> 23) & 255) == 255
    exponent = np.where(special, 127, np.clip(exponent, 0, 126)).astype("u4")
    mantissa = np.where(small & ~special, 0, (word & 0x7fffff) >> 7).astype("u4")
    out = (word >> 31) << 23 | exponent << 16 | mantissa
    parts = [(out >> shift & 255).astype(np.uint8) for shift in (0, 8, 16)]
    return np.stack(parts if order == "<" else parts[::-1], axis=-1).tobytes()


def apply_predictor(rows, form, samples):
    """rows: (y, x * samples). Bytes as they go into the codec."""
    if form.predictor == 3:
        y = len(rows)
        planes = rows.astype(rows.dtype.newbyteorder(">")).view(np.uint8)
        planes = planes.reshape(y, -1, rows.dtype.itemsize).transpose(0, 2, 1).reshape(y, -1)
        out = planes.copy()
        out[:, samples:] -= planes[:, :-samples]
        return out.tobytes()
    if form.predictor == 2:
        whole = rows.view(f"u{rows.dtype.itemsize}")
        out = whole.copy()
        out[:, samples:] -= whole[:, :-samples]
        rows = out
    return rows.astype(rows.dtype.newbyteorder(form.order)).tobytes()


def to_bytes(rows, form, samples):
    if form.type == "f24":
        return float24(rows, form.order)
    if form.bits % 8:
        return pack_bits(rows, form.bits)
    return apply_predictor(rows, form, samples)


def encode(data, form, row_bytes, draw):
    codec = form.codec
    if codec == "lzw":
        return tiffs.encode_lzw(data, end=draw.random() < .8)
    if codec == "old lzw":
        return tiffs.encode_lzw(data, old_style=True)
    if codec in ("deflate", "old deflate"):
        return tiffs.encode_deflate(data, draw.choice((0, 1, 6, 9)), draw.choice((0, 0, 500)))
    if codec == "zstd":
        return tiffs.encode_zstd(data, draw.random() < .5, draw.random() < .5)
    if codec == "lzma":
        return tiffs.encode_xz(data, draw.choice((0, 1, 4)))
    if codec == "packbits":
        return tiffs.encode_packbits(data, row_bytes)
    return data


def make_block(form, pixels, x, y, draw):
    """One block of some planes, its upper left corner at x, y: the bytes that are stored."""
    width, height = form.block
    planes = pixels[:, y:y + height, x:x + width]
    rows = planes.shape[1]
    if form.last == "cut" or (form.last == "whole" and not form.tiled):
        height = rows
    elif form.last == "long" and not form.tiled:
        height = min(form.rows_tag, form.y * 2) if form.rows_tag > form.y else form.block[1]
    else:
        height = max(height, rows)
    padded = np.zeros((len(planes), height, width), form.dtype)
    padded[:, :rows, :planes.shape[2]] = planes
    samples = len(planes)
    data = to_bytes(np.ascontiguousarray(padded.transpose(1, 2, 0)).reshape(height, -1), form,
                    samples)
    row_bytes = len(data) // height
    stored = encode(data, form, row_bytes, draw)
    return tiffs.reverse_bits(stored) if form.fill == 2 else stored


def make_file(path, form, draw):
    pixels = make_pixels(form)
    width, height = form.block
    groups = [pixels[i:i + 1] for i in range(form.bands)] if form.planar else [pixels]
    blocks, counts, full = [], {}, None  # full: a block with all its rows, to be shared
    for planes, y, x in itertools.product(groups, range(0, form.y, height),
                                          range(0, form.x, width)):
        if draw.random() < form.sparse:
            blocks.append(None)
        elif form.shared and full is not None and y + height <= form.y:
            blocks.append(full)
        else:
            full = len(blocks) if y + height <= form.y else full
            blocks.append(make_block(form, planes, x, y, draw))
    for i, block in enumerate(blocks):
        if isinstance(block, bytes) and form.counts != "right":
            counts[i] = len(block) + (len(form.junk) if form.counts == "large" else 100000)
    codes = {"none": 1, "lzw": 5, "old lzw": 5, "deflate": 8, "old deflate": 32946,
             "packbits": 32773, "lzma": 34925, "zstd": 50000}
    tags = {tiffs.WIDTH: (LONG, [form.x]), tiffs.LENGTH: (LONG, [form.y]),
            tiffs.BITS: (SHORT, [form.bits] * form.bands),
            tiffs.COMPRESSION: (SHORT, [codes[form.codec]]),
            tiffs.PHOTOMETRIC: (SHORT, [0 if form.white else 1]),
            tiffs.SAMPLES: (SHORT, [form.bands]), tiffs.PLANAR: (SHORT, [2 if form.planar else 1]),
            tiffs.SAMPLE_FORMAT: (SHORT, [form.format] * form.bands),
            tiffs.EXTRA: (SHORT, [0] * (form.bands - 1))}
    if form.tiled:
        tags[tiffs.TILE_WIDTH], tags[tiffs.TILE_LENGTH] = (LONG, [width]), (LONG, [height])
    else:
        tags[tiffs.ROWS_PER_STRIP] = (LONG, [form.rows_tag])
    if form.predictor > 1:
        tags[tiffs.PREDICTOR] = (SHORT, [form.predictor])
    if form.fill == 2:
        tags[tiffs.FILL_ORDER] = (SHORT, [2])
    if form.nodata:
        tags[tiffs.NODATA] = (tiffs.ASCII, form.nodata + b"\0")
    kinds = draw.choice(((LONG, LONG), (LONG, LONG8), (LONG8, LONG8))) if form.big else (LONG, LONG)
    tiffs.write(path, tags, blocks, form.tiled, form.big, form.order, counts, kinds, form.junk)


def gdal_says(path):
    """Reference numbers, or None where GDAL does not read the file."""
    try:
        red, red_nodata, mask = read_band(path, 1)
        nir, nir_nodata, _ = read_band(path, 2)
    except (RuntimeError, AttributeError):
        return None
    return ndvi_reference(red, nir, red_nodata=red_nodata, nir_nodata=nir_nodata, masked=mask)


def reference(path, form, draw):
    """
    (numbers, whether GDAL reads the file). Where it does not, or reads it wrongly, the numbers are
    those of the same pixels in a plainer file: libtiff with libdeflate leaves parts of strips of
    DEFLATE empty that go on behind the image; and GDAL wants rows of padding where the image is
    lower than a tile, and the bytes that are counted even if no stream needs them.
    """
    want = gdal_says(path)
    odd = form.bits % 8 or form.type in ("f16", "f24")  # GDAL's numbers, for better or worse
    wrong = form.last == "long" and "deflate" in form.codec and not odd
    if want and not wrong:
        return want, True
    plain = copy.copy(form)
    plain.last, plain.counts = "whole", "right"
    twin = path.with_suffix(".twin.tif")
    make_file(twin, plain, draw)
    return gdal_says(twin), want is not None


def check_batch(tally, scratch, batch, totals, keep):
    """One run a way over all files; of each file, the numbers of every way against GDAL's."""
    found = []
    for way in WAYS:
        report = scratch / "summary.json"
        report.unlink(missing_ok=True)
        result = run(["-q", "-b", "red=1,nir=2", "--summary", report, *way,
                      *(path for path, *_ in batch)], timeout=120)
        got = load(report)
        if not tally.check(not result.trouble() and got, f"{batch[0][0].name} ... {way}",
                           str(result.trouble())):
            return
        found.append(got["scenes"])
    for (path, form, want, read), *scenes in zip(batch, *found):
        why = []
        for way, scene in zip(WAYS, scenes):
            if scene["status"] == "ok" and want:
                why += [f"{way}: {text}" for text in compare(scene["indices"]["ndvi"], want)]
            elif read:
                why.append(f"{way}: {scene['error']}")
        if any(scene != scenes[0] for scene in scenes):
            why.append(f"differs by way: {[s['error'] for s in scenes]}")
        here = "read" if scenes[0]["status"] == "ok" else "refused"
        totals[f"{'read' if read else 'refused'} by GDAL, {here} here"] += 1
        if not tally.check(not why, path.name, f"{why[:3]} {form}") and keep:
            shutil.copy(path, keep)


def argument(name, otherwise):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else otherwise


def main():
    tally, totals = Tally(), Counter()
    if SANITIZED and not QUICK:
        print("a sanitizer takes its time")
    if not tiffs.ZSTD_LIBRARY:
        tally.skip("ZSTD", "no libzstd for Python's ctypes")
        tally.finish()
    seed, keep = int(argument("--seed", 1)), argument("--keep", None)
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    for first in range(0, N_FILES, BATCH):
        with Scratch() as scratch:
            batch = []
            for number in range(first, min(first + BATCH, N_FILES)):
                draw = random.Random(f"{seed}/{number}")
                form = Form(draw)
                path = scratch / f"v{number:05}.tif"
                state = draw.getstate()
                make_file(path, form, draw)
                draw.setstate(state)
                batch.append((path, form, *reference(path, form, draw)))
            check_batch(tally, scratch, batch, totals, keep and Path(keep))
    print(", ".join(f"{name}: {count}" for name, count in sorted(totals.items())))
    tally.finish()


if __name__ == "__main__":
    main()
