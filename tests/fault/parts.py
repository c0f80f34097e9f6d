#!/usr/bin/python3
"""Partial results that are damaged, contradict themselves, or are made to harm: merge refuses each
with words that name what is wrong, or takes it and gives exactly the values it says. (Parts that
are whole and do not belong together: identity.py.)

Usage: parts.py [--quick]; BUILD as for the other tests.
"""

import json
import os
import re
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

import numpy as np  # noqa: E402

from oracle import QUICK, SANITIZED, Scratch, Tally, run  # noqa: E402
from part_text import (GRID, MARK, NEAR, SLOTS, Lab, Part, dump, keep_real, made_scene,  # noqa: E402
                       others_of, leaves, put, real, same, seal, to_grid, wide)

# --- every field ---

TEXTS = ("", "x", "name with \u00e9", '"quoted"', "=1+1")

# Where other values are as good as the one that is there, and which.
FREE = {"name": TEXTS, "sensor": TEXTS, "acquired": TEXTS, "crs": TEXTS,
        "red.file": TEXTS, "nir.file": TEXTS, "red.band": (1, 7, 2 ** 32 - 1),
        "nir.band": (3, 2 ** 32 - 1), "notes": ([], ["a"], ["a"] * 6),
        "area_m2": (None, real(0.1), real(1e15)), "error": TEXTS, "error_code": (64, 65, 74, 78)}
FREE_OF = {"ok": set(FREE) - {"error", "error_code"},
           "failed": {"name", "sensor", "acquired", "crs", "notes", "error", "error_code",
                      "x_size", "y_size"}}


def is_free(status, name, value):
    """May this field have this value?"""
    if name.startswith("notes."):
        return isinstance(value, str) and not value.startswith(MARK)
    if name not in FREE_OF[status]:
        return False
    if name in ("x_size", "y_size"):
        return type(value) is int and 0 <= value < 2 ** 32
    if name in ("name", "sensor", "acquired", "crs", "error") or name.endswith(".file"):
        return isinstance(value, str) and not value.startswith(MARK)
    if name.endswith(".band"):
        return type(value) is int and 0 < value < 2 ** 32
    if name == "error_code":
        return type(value) is int and 64 <= value <= 78
    if name == "notes":
        return value == []
    if value is None:
        return name == "area_m2"
    return isinstance(value, str) and value.startswith(MARK) and float(value.strip(MARK)) > 0


def fields_of_scenes(lab):
    """Each field of each kind of scene, made another: refused, or taken as it is."""
    skipped = 0
    for i, scene in enumerate(lab.whole.scenes[:3]):
        status = scene["status"]
        for path, value in leaves(scene):
            if not path or path[0] == "histogram" and len(path) == 3 and path[2] % 97 > 1:
                continue
            name = ".".join(str(key) for key in path)
            values = [*others_of(value), KeyError, *FREE.get(name, ())]
            for k, other in enumerate(values):
                if other is not KeyError and same(other, value):
                    continue
                if QUICK and k % 15 != (len(name) + i) % 15:
                    continue
                part = lab.whole.copy()
                put(part.scenes[i], path, other)
                free = name.startswith("notes.") if other is KeyError else (
                    is_free(status, name, other) or
                    name in FREE_OF[status] and any(same(other, v) for v in FREE.get(name, ())))
                what = f"scene {i}, {name}: {str(other)[:40]}"
                if possible(part.scenes[i], other, path):
                    skipped += 1
                elif free:
                    lab.takes(what, part.bytes())
                else:
                    lab.refuses(what, part.bytes())


def possible(scene, other, path):
    """A sum that other pixels of the same histogram have: no contradiction is to be found."""
    if path[0] != "accum" or len(path) < 2 or path[1] not in ("sum", "sum_sq") or not isinstance(other, str):
        return False
    return len(other) == 32 and int(other[-1], 16) % 2 == int(
        scene["accum"]["sum_sq" if path[1] == "sum" else "sum"][-1], 16) % 2


def fields_of_head(lab):
    """Nothing of the head may be other than it is written, but who made it."""
    for path, value in leaves(lab.whole.head):
        if not path:
            continue
        for other in (*others_of(value), KeyError):
            if other is not KeyError and same(other, value):
                continue
            part = lab.whole.copy()
            put(part.head, path, other)
            name = ".".join(str(key) for key in path)
            what = f"head, {name}: {str(other)[:40]}"
            text = isinstance(other, str) and not other.startswith(MARK)
            if name.startswith("made_by"):
                good = other is KeyError if len(path) > 1 else other == []
                if good or text and len(path) == 3 or len(path) == 2 and other == {}:
                    lab.takes(what, part.bytes())
                else:
                    lab.refuses(what, part.bytes())
            elif name.startswith("options.") and text and other:
                lab.takes(what, part.bytes())  # as made with that option
            elif name == "files" and text and re.fullmatch("[0-9a-f]{16}", other):
                lab.takes(what, part.bytes())
            else:
                lab.refuses(what, part.bytes(), code=66 if name == "parts" and type(other) is int
                            and 1 < other < 2 ** 32 else 65)
    for key in ("more", "options"):
        part = lab.whole.copy()
        (part.head if key == "more" else part.head["options"])["unknown"] = "x"
        lab.refuses(f"head with an unknown member in {key}", part.bytes())
    for end in ({"complete": False}, {"complete": 1}, {}, {"complete": True, "more": 1}):
        part = lab.whole.copy()
        part.end = end
        lab.refuses(f"end {end}", part.bytes())


# --- contradictions ---

def with_accum(scene, **changes):
    scene = json.loads(json.dumps(scene))
    scene["accum"].update(changes)
    return scene


def one_part(lab, *scenes):
    part = lab.whole.copy()
    part.scenes = list(scenes)
    part.head["scenes_in_all"] = len(scenes)
    return part.bytes()


def contradictions(lab):
    """Scenes whose numbers no pixels give, each in one way alone."""
    plain = made_scene([(0.25, 3), (0.5, 2), (-0.125, 1)], others=2)
    far = made_scene([(1e6, 2), (-3e5, 1), (0.5, 4), (2.0, 1)])
    edge = made_scene([(65536.0, 2), (-65536.0, 3), (7e4, 1)])
    none = made_scene([], others=9)
    for name, scene in (("plain", plain), ("far", far), ("edge", edge), ("none", none),
                        ("far alone", made_scene([(1e38, 1)])),
                        ("tiny", made_scene([(-1e-12, 1), (1e-30, 2)])),
                        ("ends", made_scene([(-1, 5), (1, 5)])),
                        ("2^35 of the largest near value",
                         made_scene([(NEAR, 2 ** 35)], width=2 ** 18, height=2 ** 17))):
        lab.takes(f"possible: {name}", one_part(lab, scene))

    def no(name, scene, words):
        lab.refuses(f"impossible: {name}", one_part(lab, scene), words)

    def moved(scene, **changes):
        return {**json.loads(json.dumps(scene)), **changes}

    counts = plain["accum"]["n"]
    no("a class more", with_accum(plain, n=[counts[0], 3, 0, 0, 0]), "add up to its size")
    no("five classes are six", with_accum(plain, n=[*counts, 0]), "not a scene")
    no("five classes are four", with_accum(plain, n=counts[:4]), "not a scene")
    no("counts that wrap", with_accum(plain, n=[6, 2 ** 63 - 1, 2 ** 63 - 1, 4, 0]), "add up")
    no("a size", moved(plain, x_size=9), "add up to its size")
    no("no pixels", moved(none, x_size=0, accum={**none["accum"], "n": [0] * 5}), "add up")
    histogram = json.loads(json.dumps(plain["histogram"]))
    histogram["counts"][0] += 1
    no("a pixel more in the histogram", moved(plain, histogram=histogram), "valid pixels")
    no("a pixel less than valid", with_accum(moved(plain, x_size=9), n=[7, 2, 0, 0, 0]),
       "valid pixels")
    no("outside", with_accum(far, n_outside=3), "outside the range")
    no("extremes of none", with_accum(none, min=real(0.5), max=real(0.5)), "no valid pixel")
    no("sums of none", with_accum(none, sum=wide(2, 2), sum_sq=wide(2, 2)), "sum")
    no("no extremes", with_accum(plain, min=None), "no extremes")
    no("min above max", with_accum(plain, min=real(0.75)), "minimum is above")
    no("min elsewhere", with_accum(plain, min=real(-0.25)), "histogram begins")
    no("max elsewhere", with_accum(plain, max=real(0.75)), "histogram begins")
    no("no float", with_accum(plain, max=real(0.1)), "not a scene")
    no("beyond floats", with_accum(far, max=real(1e39)), "not a scene")
    total = sum(to_grid(v) * n for v, n in ((0.25, 3), (0.5, 2), (-0.125, 1)))
    squares = sum(to_grid(v) ** 2 * n for v, n in ((0.25, 3), (0.5, 2), (-0.125, 1)))
    width = 2 ** 18  # of a slot, on the grid: six pixels cannot be further away
    for sign in (-1, 1):
        no(f"sum {sign}", with_accum(plain, sum=wide(total + sign * 7 * width, 2)), "its sum is")
        no(f"squares {sign}", with_accum(plain, sum_sq=wide(squares + sign * 7 * width * GRID, 2)),
           "sum of squares is")
    no("odd", with_accum(plain, sum=wide(total + 1, 2)), "contradict")
    no("sum of another sign", with_accum(plain, sum=wide(-total, 2)), "its sum is")
    narrow = made_scene([(0.5, 1), (0.5 + 1 / 8192, 1)])
    low, high = to_grid(0.5), to_grid(0.5 + 1 / 8192)
    no("squares below the mean's", with_accum(narrow, sum=wide(2 * high, 2),
                                              sum_sq=wide(2 * low ** 2, 2)), "contradict")
    no("far count", with_accum(far, n_far=4), "count of far values")
    no("far count of both signs", with_accum(far, n_far=1), "count of far values")
    for key, words in (("far_pos", 4), ("far_neg", 4), ("far_sq", 6)):
        n = int(far["accum"][key], 16)
        for factor in (0, 3, 2 ** 60):
            no(f"{key} times {factor}", with_accum(far, **{key: wide(n * factor, words)}),
               "sums of far values")
    near_n = {k: v for k, v in far["accum"].items() if not k.startswith("far_")}
    no("far values forgotten", {**far, "accum": {**near_n, "n_far": 0}}, "count of far values")
    no("edge", with_accum(edge, sum=wide(0, 2)), "its sum is")
    no("area of none", moved(none, area_m2=real(5)), "area")
    no("area below zero", moved(plain, area_m2=real(-5)), "area")
    no("area of nothing", moved(plain, area_m2=real(0)), "area")
    no("ok with an error", moved(plain, error_code=65), "has an error")
    no("ok with words", moved(plain, error="words"), "has an error")
    no("no band", moved(plain, nir=None), "no bands")
    no("cancelled", moved(plain, status="cancelled", accum=None, histogram=None), "interrupted")
    no("failed with numbers", moved(plain, status="failed", error_code=65, error="x"), "not a sc")
    failed = moved(plain, status="failed", error_code=65, error="x", accum=None, histogram=None,
                   area_m2=real(0))
    lab.takes("possible: failed", one_part(lab, plain, {**failed, "number": 1}))
    for code in (0, 1, 63, 79, 255):
        no(f"failed with {code}", {**failed, "error_code": code}, "")
    no("failed with an area", {**failed, "area_m2": real(5)}, "has numbers")
    no("too large to count", made_scene([(0.0, 2 ** 64 - 2 ** 33 + 1)], width=2 ** 32 - 1,
                                        height=2 ** 32 - 1), "")
    side = 3037000500  # just above the root of 2^63
    no("too many of two classes", made_scene([(0.0, 2 ** 62)], width=side, height=side,
                                             others=side ** 2 - 2 ** 62), "it has more pixels")
    no("squares too large", made_scene([(NEAR, 2 ** 62)], width=2 ** 31, height=2 ** 31), "squares")

    zero = made_scene([(0.0, 4)])
    for text in ("x", "0" * 31, "0" * 33, "0" * 31 + "A", 0, None, real(0)):
        no(f"sum {text}", with_accum(zero, sum=text), "not a scene")
        no(f"sum_sq {text}", with_accum(zero, sum_sq=text), "not a scene")
    full = zero["histogram"]
    for first, counts in ((full["first"] - 1, [0, 4]), (full["first"], [4, 0]), (SLOTS - 1, [4, 4]),
                          (SLOTS, [4]), (SLOTS + 1, []), (-1, [4]), (full["first"], {}),
                          (full["first"], ["4"]), (full["first"], [-4])):
        no(f"histogram {first}, {counts}", moved(zero, histogram={"first": first,
                                                                  "counts": counts}), "not a scene")
    for first, counts in ((5, []), (SLOTS - 1, []), (SLOTS, {}), (SLOTS, None)):
        no(f"no histogram {first}, {counts}", moved(none, histogram={"first": first,
                                                                     "counts": counts}), "not a sc")
    no("band 0", moved(plain, red={**plain["red"], "band": 0}), "not a scene")
    for where in ((), ("accum",), ("histogram",), ("red",), ("nir",)):
        scene = json.loads(json.dumps(plain))
        put(scene, (*where, "more"), 1)
        no(f"an unknown member of {where}", scene, "not a scene")

    def together(name, words, *scenes):
        lab.refuses(f"together: {name}", one_part(lab, *scenes), words)

    zeros = [made_scene([(0.0, 2 ** 62)], i, f"z{i}", 2 ** 31, 2 ** 31) for i in (0, 1)]
    lab.takes("possible: 2^62 pixels", one_part(lab, zeros[0]))
    together("pixels", "more than can be counted", *zeros)
    together("squares", "more than can be counted",
             *(made_scene([(NEAR, 2 ** 35)], i, f"z{i}", 2 ** 18, 2 ** 17) for i in (0, 1)))


def places(lab):
    """Scenes twice, in another order, missing, too many."""
    one, two, three = (made_scene([(0.25 * i, 2)], i - 1, f"s{i}") for i in (1, 2, 3))
    lab.takes("three scenes", one_part(lab, one, two, three))
    lab.refuses("swapped", one_part(lab, two, one, three), "scene 1 stands where scene 0 must be")
    lab.refuses("twice", one_part(lab, one, one, three), "scene 0 stands where scene 1 must be")
    lab.refuses("twice, with another number", one_part(lab, one, {**one, "number": 1}, three),
                "its bands are those of an earlier scene")
    lab.refuses("a number of nothing", one_part(lab, one, {**two, "number": 5}, three), "scene 5")
    for n, words in ((2, "not the end of the scenes"), (4, "")):
        part = lab.whole.copy()
        part.scenes, part.head["scenes_in_all"] = [one, two, three], n
        lab.refuses(f"three scenes where {n} must be", part.bytes(), words)
    part = lab.whole.copy()
    part.scenes, part.head["scenes_in_all"] = [], 0
    lab.takes("no scene", part.bytes())
    part.head["scenes_in_all"] = 2 ** 32 - 1
    lab.refuses("scenes that are not there", part.bytes())


# --- bytes ---

def damage(lab):
    """One byte more, less or other anywhere, without a new checksum."""
    part = lab.whole.copy()
    part.scenes, part.head["scenes_in_all"] = part.scenes[1:3], 2
    for i, scene in enumerate(part.scenes):
        scene["number"] = i
    data = part.bytes()
    lab.takes("the file itself", data)
    for at in range(0, len(data), 307 if QUICK else 31):
        lab.refuses(f"byte {at} other", data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])
        lab.refuses(f"byte {at} missing", data[:at] + data[at + 1:])
        lab.refuses(f"byte {at} twice", data[:at] + data[at:at + 1] + data[at:])
        lab.refuses(f"cut at {at}", data[:at])
    for more in (b"\n", b" ", b"\0", b"x", b"{}", data):
        lab.refuses(f"{more[:8]} behind the end", data + more, "something follows")
    other = lab.whole.copy()
    other.scenes, other.head["scenes_in_all"] = part.scenes, 2
    other.head["options"]["nodata"] = "5"
    mine, theirs = data.split(b"\n"), other.bytes().split(b"\n")
    for line in range(len(mine) - 1):
        if mine[line] != theirs[line]:
            lab.refuses(f"line {line + 1} of another run's part",
                        b"\n".join([*mine[:line], theirs[line], *mine[line + 1:]]), "checksum")
    text = data.split(b"\n")
    lab.refuses("duplicated key", seal(dump(part.head)[:-1],
                                       [dump(part.scenes[0])[:-1] + b',"number":0',
                                        dump(part.scenes[1])[:-1]], b'"end":{"complete":true'))
    lab.refuses("carriage returns", b"\r\n".join(text))


def texts(lab):
    """Names of any bytes come back; what is longer than its place is refused, not cut."""
    def with_scene(**changes):
        return one_part(lab, {**made_scene([(0.5, 2)]), **changes})

    for name, most in (("sensor", 39), ("acquired", 23), ("crs", 95)):
        lab.takes(f"{name} of {most}", with_scene(**{name: "x" * most}))
        lab.refuses(f"{name} of {most + 1}", with_scene(**{name: "x" * (most + 1)}))
    lab.takes("note of 239", with_scene(notes=["x" * 239]))
    lab.refuses("note of 240", with_scene(notes=["x" * 240]))
    lab.refuses("seven notes", with_scene(notes=["x"] * 7))
    lab.refuses("a note that is none", with_scene(notes=["x", 5]))
    ok = made_scene([(0.5, 2)])
    failed = {"status": "failed", "error_code": 65, "accum": None, "histogram": None}
    for n, good in ((767, True), (768, False)):
        (lab.takes if good else lab.refuses)(f"error of {n}", one_part(
            lab, ok, {**ok, **failed, "number": 1, "error": "x" * n}))
    lab.takes("name in bytes", with_scene(name="a\\xE4.tif"))
    lab.takes("a name that looks so", with_scene(name="a\\x5CxE4.tif"))
    for name in ("\\x61", "a\\x00b", "\\x2F", "\\xC3\\xA4"):
        lab.refuses(f"name {name}, which has another form", with_scene(name=name))
    one = lab.scratch / "one.csv"
    result = run(["-q", "--csv", one, *lab.files])
    merged = lab.merge(lab.scratch / "whole.json")
    lab.tally.check(result.rc == merged.rc == 1 and one.read_bytes() == lab.csv.read_bytes(),
                    "a name that is not UTF-8, merged as in one run", merged.last_words())


# --- size, depth, waiting ---

def harm(lab):
    """Long lines, deep nesting, many values: little memory, little time, and a refusal."""
    head = dump(lab.whole.head)[:-1]
    scene = dump(made_scene([(0.5, 2)]))[:-1]
    end = b'"end":{"complete":true'
    huge = {"many numbers": scene + b',"a":[' + b"1," * 400000 + b"1]",
            "deep": scene + b',"a":' + b"[" * 400000 + b"]" * 400000,
            "many keys": scene + b"".join(b',"%d":1' % i for i in range(80000)),
            "a long string": scene + b',"a":"' + b"x" * 1000000 + b'"',
            "many brackets": b"{" * 900000,
            "a long number": scene + b',"a":' + b"9" * 900000,
            "a huge real": scene + b',"a":1e999999',
            "open quote": scene + b',"a":"' + b"\\" * 900001,
            "NUL bytes": scene + b"\0" * 1000}
    for name, line in huge.items():
        for where in ("scene", "head"):
            data = seal(head, [line], end) if where == "scene" else \
                seal(head + line[len(scene):], [scene], end)
            lab.refuses(f"{name} in a {where}", data)
            result = lab.merge(lab.case, measure=True)
            lab.tally.check(result.peak < (14 << 20) or SANITIZED, f"memory: {name} in a {where}",
                            f"{result.peak >> 20} MiB")
            lab.tally.check(result.seconds < 2 or SANITIZED, f"time: {name} in a {where}",
                            f"{result.seconds:.1f} s")
    for name, begin in (("no partial", b""), ("one line", head), ("one scene", seal(
            head, [scene], end).split(b"\n")[0] + b"\n{")):
        with open(lab.case, "wb") as f:
            f.write(begin)
            f.truncate(2 << 30)
        result = lab.merge(lab.case, measure=True)
        lab.tally.check(result.rc == 65 and (SANITIZED or result.peak < (14 << 20) and
                                             result.seconds < 2),
                        f"a file of 2 GiB, {name}",
                        f"exit {result.rc}, {result.peak >> 20} MiB, {result.seconds:.1f} s")
    lab.case.unlink()
    full = made_scene([(-2, 1)] + [(np.float32(-1 + (i + .5) / 4096), 1) for i in range(8192)] +
                      [(s * np.float32(2 ** (i / 64)) * (1 + 1 / 256), 2 ** 31) for i in range(1024)
                       for s in (-1, 1)], width=8193 + 2 ** 42, height=1)
    full["x_size"], full["y_size"] = 1, 1
    lab.refuses("a full histogram of another size", one_part(lab, full), "add up to its size")


def waiting(lab):
    """What is no regular file is refused at once."""
    fifo, link, sock = lab.scratch / "fifo", lab.scratch / "link", lab.scratch / "sock"
    os.mkfifo(fifo)
    link.symlink_to(fifo)
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(sock))
        for path in (fifo, link, sock, lab.scratch, "/dev/zero", "/dev/null", "/dev/tty",
                     lab.scratch / "none.json", "-"):
            result = lab.merge(path, timeout=30)  # a pipe is waited for, for 5 s
            lab.tally.check(result.rc == 66 and str(path) in result.err, f"merge {path}",
                            f"exit {result.rc}: {result.last_words()}")
    link.unlink()
    link.symlink_to(lab.scratch / "whole.json")
    lab.tally.check(lab.merge(link).rc == 1, "a link to a part")


def main():
    tally = Tally()
    with Scratch() as scratch:
        lab = Lab(tally, scratch)
        lab.takes("the whole", (scratch / "whole.json").read_bytes())
        tally.check(lab.whole.bytes() == (scratch / "whole.json").read_bytes(),
                    "checksums are those of zlib")
        for part in (contradictions, places, texts, harm, waiting, damage, fields_of_head,
                     fields_of_scenes):
            before = tally.passed + tally.failed
            part(lab)
            print(f"{part.__name__}: {tally.passed + tally.failed - before}", flush=True)
    tally.finish()


if __name__ == "__main__":
    main()
