"""Partial results for tests: read, changed, and written with the checksums they must have; and scenes
made of pixels. The checksums are zlib's, the sums are worked out by Python's integers: nothing here
comes from the program but the file that is changed."""

import json
import os
import re
import struct
import zlib
from pathlib import Path

import numpy as np
from osgeo import gdal

from oracle import MAKE_SCENE, run

NEAR, GRID, FIRST, BINS, SLOTS = 65536, 1 << 30, 1025, 8192, 10242
MARK = "\x7f"  # around a real, so that its digits stay as they were


# --- partial results as text ---

def keep_real(text):
    return MARK + text + MARK


def dump(value):
    """As it is written: compact, ASCII, reals with the digits they have."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    mark = json.dumps(MARK)[1:-1]
    text = text.replace(f'"{mark}', "").replace(f'{mark}"', "").replace("\\u007f", "")
    return re.sub(r"\\u[0-9a-f]{4}", lambda m: "\\u" + m[0][2:].upper(), text).encode()


def real(value):
    text = re.sub(r"e([+-])0*", lambda m: "e" + m[1].strip("+"), "%.17g" % value)
    return keep_real(text if any(c in text for c in ".en") else text + ".0")


class Part:
    """Head and scenes as objects; bytes() writes them with the seals they must have."""

    def __init__(self, path=None):
        if path is None:
            return
        text = Path(path).read_bytes().replace(b"\x7f", b"")
        whole = json.loads(text, parse_float=keep_real)
        self.scenes = whole.pop("scenes")
        self.end = whole.pop("end")
        self.head = whole
        for o in (self.head, self.end, *self.scenes):
            del o["crc32"]

    def copy(self):
        other = Part()
        other.head, other.scenes, other.end = json.loads(
            json.dumps([self.head, self.scenes, self.end]))
        return other

    def bytes(self):
        lines = [dump(scene)[:-1] for scene in self.scenes]
        return seal(dump(self.head)[:-1], lines, b'"end":' + dump(self.end)[:-1])


def seal(head, scenes, end):
    """Each piece followed by the CRC-32 of everything before it."""
    pieces = [(head, b',"scenes":[')]
    pieces += [((b",\n" if i else b"\n") + scene, b"}") for i, scene in enumerate(scenes)]
    pieces += [(b"\n],\n" + end, b"}}\n")]
    out, crc = [], 0
    for text, tail in pieces:
        crc = zlib.crc32(text, crc)
        behind = b',"crc32":"%08x"' % crc + tail
        crc = zlib.crc32(behind, crc)
        out += [text, behind]
    return b"".join(out)


# --- other values ---

WRONG_TYPES = (None, True, False, 7, -1, 2 ** 63 - 1, -2 ** 63, "x", [], {}, [1], {"a": 1},
               keep_real("0.5"), keep_real("1e308"), keep_real("-1.0"))


def leaves(value, path=()):
    """Every place in an object: members, and what is in lists."""
    yield path, value
    items = value.items() if isinstance(value, dict) else \
        enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        yield from leaves(below, (*path, key))


def put(root, path, value):
    for key in path[:-1]:
        root = root[key]
    if value is KeyError:
        del root[path[-1]]
    else:
        root[path[-1]] = value


def same(a, b):
    return type(a) is type(b) and a == b


def others_of(value):
    """Values near the one that is there, and of other kinds."""
    if type(value) is int:
        return (value + 1, value - 1, value + 2 ** 40, *WRONG_TYPES)
    if isinstance(value, str) and re.fullmatch("[0-9a-f]{32,96}", value):
        n = int(value, 16)
        return (*("%0*x" % (len(value), (n ^ 1 << bit)) for bit in
                  (0, 50, 4 * len(value) // 2, 4 * len(value) - 1)), value[:-1], value + "0",
                value.upper().replace("0", "A", 1), "", *WRONG_TYPES)
    return WRONG_TYPES


# --- pixels worked out by integers ---

def to_grid(v):
    return round(float(v) * GRID)  # to even, as llrint() does


def slot_of(v):
    v = np.float32(v)
    if abs(v) > 1:
        bits = struct.unpack("<I", struct.pack("<f", abs(v)))[0]
        outer = min((bits - (127 << 23)) >> 17, 1024)
        return FIRST + BINS + outer if v > 0 else FIRST - 1 - outer
    return FIRST + min((to_grid(v) + GRID) >> 18, BINS - 1)


def wide(n, words):
    return "%0*x" % (16 * words, n % (1 << 64 * words))


def made_scene(values, number=0, name="made", width=None, height=1, others=0, nodata=0, masked=0):
    """A scene of (value, count) pairs; `others`: pixels of class nodata."""
    others += nodata
    values = [(np.float32(v), n) for v, n in values]
    n_valid = sum(n for _, n in values)
    near = [(v, n) for v, n in values if abs(v) <= NEAR]
    far = [(v, n) for v, n in values if abs(v) > NEAR]
    counts = {}
    for v, n in values:
        counts[slot_of(v)] = counts.get(slot_of(v), 0) + n
    accum = {"n": [n_valid, others, masked, 0, 0],
             "n_outside": sum(n for v, n in values if abs(v) > 1),
             "min": real(min(v for v, _ in values)) if values else None,
             "max": real(max(v for v, _ in values)) if values else None,
             "sum": wide(sum(to_grid(v) * n for v, n in near), 2),
             "sum_sq": wide(sum(to_grid(v) ** 2 * n for v, n in near), 2),
             "n_far": sum(n for _, n in far)}
    if far:
        accum["far_pos"] = wide(sum(to_grid(v) * n for v, n in far if v > 0), 4)
        accum["far_neg"] = wide(sum(-to_grid(v) * n for v, n in far if v < 0), 4)
        accum["far_sq"] = wide(sum(to_grid(v) ** 2 * n for v, n in far), 6)
    first = min(counts, default=SLOTS)
    histogram = {"first": first, "counts": [counts.get(slot, 0) for slot in
                                            range(first, max(counts, default=-1) + 1)]}
    band = {"file": f"{name}.tif", "band": 1}
    return {"number": number, "name": name, "status": "ok", "error_code": 0, "error": "",
            "sensor": "", "acquired": "", "crs": "", "x_size": width or n_valid + others + masked,
            "y_size": height, "area_source": "", "area_varies": False,
            "bands": {"red": band, "nir": {**band, "band": 2}}, "masks": [], "notes": [],
            "indices": {"ndvi": {"area_m2": None, "accum": accum,
                                 "masked_by": [0] * 5 + [accum["n"][2], 0, 0, 0],
                                 "histogram": histogram}}}


# --- running ---

class Lab:
    def __init__(self, tally, scratch):
        self.tally, self.scratch = tally, scratch
        self.case, self.again, self.csv = (scratch / n for n in ("case.json", "again.json", "m.csv"))
        run(["--size", "40x30", "--tile", "16", "--mask", "--count", "2", scratch / "s.tif"],
            program=MAKE_SCENE)
        (scratch / "broken.tif").write_text("no image")
        self.files = [scratch / "s_0001.tif", scratch / "broken.tif", self.write_far("far.tif"),
                      self.write_far(os.fsdecode(b"latin-\xe4.tif")), scratch / "s_0002.tif"]
        result = run(["-q", "--partial", scratch / "whole.json", *self.files])
        assert result.rc == 1, result.err
        self.whole = Part(scratch / "whole.json")
        self.several = self.write_several()

    def write_far(self, name):
        """NDVI of -1e7 and 3e6 (far), 40 (outside), 0.5 and many of 0 to 1."""
        nir = np.linspace(1, 2, 64, dtype="f4").reshape(8, 8)
        red = np.ones((8, 8), "f4")
        red[0, :4] = [-1, -1, -3, 0]
        nir[0, :4] = [1 + 2 ** -20, 1 - 2 ** -22, 3.15, 0]
        path = self.scratch / name
        made = self.scratch / "made.tif"  # GDAL's Python takes no names but UTF-8
        out = gdal.GetDriverByName("GTiff").Create(str(made), 8, 8, 2, gdal.GDT_Float32)
        for band, data in ((1, red), (2, nir)):
            out.GetRasterBand(band).WriteArray(data)
            out.GetRasterBand(band).SetDescription("red" if band == 1 else "nir")
        out = None
        made.rename(path)
        return path

    def write_several(self):
        """A scene with three values, one that fails, and one that has red and NIR alone."""
        path = self.scratch / "several.json"
        result = run(["-q", "--partial", path, "--index", "ndvi,gndvi,ndwi", *self.files[:3]])
        assert result.rc == 1, result.err
        return Part(path)

    def merge(self, *parts, more=(), **how):
        for path in (self.again, self.csv):
            path.unlink(missing_ok=True)
        return run(["merge", "-q", "--partial", self.again, "--csv", self.csv, *more, *parts],
                   **how)

    def refuses(self, name, data, *words, code=65):
        """Refused, in words that name the file; nothing is left behind."""
        self.case.write_bytes(data)
        result = self.merge(self.case)
        wrong = result.trouble()
        if not wrong and result.rc != code:
            wrong = f"exit {result.rc}: {result.last_words()}"
        words = words if code == 66 else ("case.json", *words)  # 66: a part that is not there
        wrong = wrong or next((f"no '{w}' in: {result.last_words()}" for w in words
                               if w not in result.err), None)
        if not wrong and (self.again.exists() or self.csv.exists()):
            wrong = "a report was written all the same"
        self.tally.check(wrong is None, name, wrong)

    def takes(self, name, data):
        """Taken, and written again to the same bytes: each value is what the file says."""
        self.case.write_bytes(data)
        result = self.merge(self.case)
        same = self.again.exists() and self.again.read_bytes() == data
        self.tally.check(result.rc in (0, 1) and same, name,
                         f"exit {result.rc}, {'same' if same else 'other'} bytes: "
                         f"{result.last_words()}")
