#!/usr/bin/python3
"""Records of scenes (stages/catalogue/README.md) read and written once more, in Python: what the program
packs says what --partial says of the same scene, and has these bytes.

    record.py [--quick]
    record.py --seeds FOLDER     records to begin fuzzing with
"""

import json
import re
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

SLOTS, REASONS = 10242, 9
STATUS = ["ok", "failed", "skipped"]


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        assert self.at + n <= len(self.data), "too short"
        self.at += n
        return self.data[self.at - n:self.at]

    def byte(self):
        return self.take(1)[0]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                assert byte or shift == 7, "longer than it need be"
                return value

    def text(self):
        return self.take(self.varint())

    def integer(self, n, signed=False):
        return int.from_bytes(self.take(n), "little", signed=signed)

    def histogram(self):
        counts, slot = [0] * SLOTS, 0
        for _ in range(self.varint()):
            byte = self.byte()
            count = byte & 31 | (self.varint() << 5 if byte & 128 else 0)
            zeros = byte >> 5 & 3
            slot += zeros + (self.varint() if zeros == 3 else 0)
            assert count
            counts[slot] = count
            slot += 1
        return counts

    def value(self):
        if not self.byte():
            return None
        v = {"area_m2": struct.unpack("<d", self.take(8))[0], "n": [self.varint() for _ in range(5)],
             "n_outside": self.varint()}
        v["min"], v["max"] = struct.unpack("<ff", self.take(8))
        v["sum"], v["sum_sq"] = self.integer(16, signed=True), self.integer(16)
        v["n_far"] = self.varint()
        v["far"] = [self.integer(n) for n in (32, 32, 48)] if v["n_far"] else None
        v["masked_by"] = [self.varint() for _ in range(REASONS)]
        v["histogram"] = self.histogram()
        return v

    def band(self):
        kind = self.byte()
        return (self.text(), self.varint()) if kind == 2 else ["missing", "unread"][kind]


def read(data):
    """A record as a dictionary; AssertionError where it is none."""
    r = Reader(data)
    assert r.integer(4) == 1 and r.integer(4) == len(data)
    assert r.integer(4) == zlib.crc32(data[12:], zlib.crc32(data[:8])), "checksum"
    o = {"status": r.byte(), "code": r.varint(), "error": r.text()}
    for key in ("name", "sensor", "acquired", "crs"):
        o[key] = r.text()
    o["size"] = (r.varint(), r.varint())
    o["area_source"], o["area_varies"] = r.text(), r.byte()
    o["bands"] = [r.band() for _ in range(r.byte())]
    o["masks"] = [(r.text(), r.text()) for _ in range(r.byte())]
    o["notes"] = [r.text() for _ in range(r.byte())]
    o["values"] = [r.value() for _ in range(r.byte())] if o["status"] == 0 else None
    assert r.at == len(data), "bytes behind the end"
    return o


# --- writing ---

def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def text(b):
    return varint(len(b)) + b


def histogram(counts):
    out, zeros, used = b"", 0, 0
    for count in counts:
        if not count:
            zeros += 1
            continue
        used += 1
        out += bytes([count & 31 | min(zeros, 3) << 5 | (128 if count > 31 else 0)])
        out += varint(count >> 5) if count > 31 else b""
        out += varint(zeros - 3) if zeros >= 3 else b""
        zeros = 0
    return varint(used) + out


def value(v):
    if v is None:
        return b"\0"
    out = b"\1" + struct.pack("<d", v["area_m2"]) + b"".join(map(varint, v["n"]))
    out += varint(v["n_outside"]) + struct.pack("<ff", v["min"], v["max"])
    out += v["sum"].to_bytes(16, "little", signed=True) + v["sum_sq"].to_bytes(16, "little")
    out += varint(v["n_far"])
    if v["n_far"]:
        out += b"".join(n.to_bytes(size, "little") for n, size in zip(v["far"], (32, 32, 48)))
    return out + b"".join(map(varint, v["masked_by"])) + histogram(v["histogram"])


def band(b):
    return b"\2" + text(b[0]) + varint(b[1]) if isinstance(b, tuple) else bytes([b == "unread"])


def write(o):
    body = bytes([o["status"]]) + varint(o["code"]) + text(o["error"])
    body += b"".join(text(o[key]) for key in ("name", "sensor", "acquired", "crs"))
    body += varint(o["size"][0]) + varint(o["size"][1]) + text(o["area_source"])
    body += bytes([o["area_varies"], len(o["bands"])]) + b"".join(map(band, o["bands"]))
    body += bytes([len(o["masks"])]) + b"".join(text(a) + text(b) for a, b in o["masks"])
    body += bytes([len(o["notes"])]) + b"".join(map(text, o["notes"]))
    if o["status"] == 0:
        body += bytes([len(o["values"])]) + b"".join(map(value, o["values"]))
    head = struct.pack("<II", 1, 12 + len(body))
    return head + struct.pack("<I", zlib.crc32(body, zlib.crc32(head))) + body


# --- beside --partial ---

def raw(name):
    """The bytes that a name of --partial stands for."""
    data = name.encode("utf-8")
    return re.sub(rb"\\x([0-9A-F]{2})", lambda m: bytes([int(m[1], 16)]), data)


def same_real(a, json_value, none):
    return a == json_value if json_value is not None else a == none or a != a and none != none


def check_value(v, part):
    if v is None or part is None:
        assert v is None and part is None
        return
    a, h = part["accum"], part["histogram"]
    assert same_real(v["area_m2"], part["area_m2"], float("nan"))
    assert v["n"] == a["n"] and v["n_outside"] == a["n_outside"] and v["n_far"] == a["n_far"]
    assert same_real(v["min"], a["min"], float("inf"))
    assert same_real(v["max"], a["max"], float("-inf"))
    assert v["sum"] % 2 ** 128 == int(a["sum"], 16) and v["sum_sq"] == int(a["sum_sq"], 16)
    far = [int(a[key], 16) for key in ("far_pos", "far_neg", "far_sq")] if a["n_far"] else None
    assert v["far"] == far and v["masked_by"] == part["masked_by"]
    counts = [0] * h["first"] + h["counts"]
    assert v["histogram"] == counts + [0] * (SLOTS - len(counts))


def check(record, part):
    o = read(record)
    assert STATUS[o["status"]] == part["status"] and o["code"] == part["error_code"]
    for key in ("error", "name", "sensor", "acquired", "crs", "area_source"):
        assert o[key] == raw(part[key]), key
    assert o["size"] == (part["x_size"], part["y_size"])
    assert bool(o["area_varies"]) == part["area_varies"]
    bands = {None: "missing", "unread": "unread"}
    assert o["bands"] == [(raw(b["file"]), b["band"]) if isinstance(b, dict) else bands[b]
                          for b in part["bands"].values()]
    assert o["masks"] == [(raw(m["layout"]), raw(m["source"])) for m in part["masks"]]
    assert o["notes"] == [raw(note) for note in part["notes"]]
    indices = list(part["indices"].values())
    for v, index in zip(o["values"] or [None] * len(indices), indices, strict=True):
        check_value(v, index)
    assert write(o) == record, "other bytes"


def seeds(folder):
    """Scenes of 2 x 3 pixels of one value, 0.5: q = 2^29, in the slot of the middle of [0, 1]."""
    slots = [0] * SLOTS
    slots[1025 + 6144] = 5
    of_half = {"area_m2": 500.0, "n": [5, 0, 1, 0, 0], "n_outside": 0, "min": 0.5, "max": 0.5,
               "sum": 5 << 29, "sum_sq": 5 << 58, "n_far": 0, "far": None,
               "masked_by": [1] + [0] * 8, "histogram": slots}
    scene = {"status": 0, "code": 0, "error": b"", "name": b"a\xff", "sensor": b"Sentinel-2 L2A",
             "acquired": b"2026-07-01", "crs": b"EPSG:32633", "size": (2, 3), "area_source": b"",
             "area_varies": 0, "bands": [(b"a.tif", 1), (b"b.tif", 2)], "masks": [(b"scl", b"x")],
             "notes": [b"a note"], "values": [of_half]}
    failed = scene | {"status": 1, "code": 65, "error": b"it is damaged", "values": None,
                      "bands": ["unread", "missing"]}
    for name, record in (("ok", scene), ("failed", failed)):
        (Path(folder) / name).write_bytes(b"\0" + write(record))  # of one value


def main():
    from oracle import BUILD, Tally
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([BUILD / "tests" / "test_record", "--write", folder], check=True)
        records = sorted(Path(folder).glob("*.record"))
        for path in records:
            try:
                check(path.read_bytes(), json.loads(path.with_suffix(".json").read_text()))
                tally.ok()
            except AssertionError as error:
                tally.fail(path.name, repr(error))
        tally.check(len(records) > 100, "records", f"{len(records)} were written")
    tally.finish()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--seeds"]:
        seeds(sys.argv[2])
    else:
        main()
