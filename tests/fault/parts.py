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
from part_text import (GRID, MARK, NEAR, SLOTS, Lab, dump, keep_real, made_scene,  # noqa: E402
                       others_of, leaves, put, real, same, seal, to_grid, wide)

# --- every field ---

TEXTS = ("", "x", "name with \u00e9", '"quoted"', "=1+1")

# Where other values are as good as the one that is there, and which.
FREE = {"name": TEXTS, "sensor": TEXTS, "acquired": TEXTS, "crs": TEXTS, "area_source": TEXTS,
        "area_varies": (True, False),
        "bands.red.file": TEXTS, "bands.nir.file": TEXTS,
        "bands.red.band": (1, 7, 2 ** 32 - 1), "bands.nir.band": (3, 2 ** 32 - 1), "notes": ([], ["a"], ["a"] * 6),
        "masks": ([], [{"layout": "scl", "source": "a"}], [{"layout": "", "source": ""}] * 8),
        "indices.ndvi.area_m2": (None, real(0.1), real(1e15)), "error": TEXTS, "error_code": (64, 65, 74, 78)}
FREE_OF = {"ok": set(FREE) - {"error", "error_code"},
           "failed": {"name", "sensor", "acquired", "crs", "area_source", "area_varies", "masks", "notes",
                      "error", "error_code",
                      "x_size", "y_size"}}


def is_free(status, name, value):
    """May this field have this value?"""
    if name.startswith("notes."):
        return isinstance(value, str) and not value.startswith(MARK)
    if name not in FREE_OF[status]:
        return False
    if name in ("x_size", "y_size"):
        return type(value) is int and 0 <= value < 2 ** 32
    if name == "area_varies":
        return isinstance(value, bool)
    if name in ("name", "sensor", "acquired", "crs", "area_source", "error") or name.endswith(".file"):
        return isinstance(value, str) and not value.startswith(MARK)
    if name.endswith(".band"):
        return type(value) is int and 0 < value < 2 ** 32
    if name == "error_code":
        return type(value) is int and 64 <= value <= 78
    if name in ("notes", "masks"):
        return value == []
    if value is None:
        return name == "indices.ndvi.area_m2"
    return isinstance(value, str) and value.startswith(MARK) and float(value.strip(MARK)) > 0


def fields_of_scenes(lab):
    """Each field of each kind of scene, made another: refused, or taken as it is."""
    skipped = 0
    for i, scene in enumerate(lab.whole.scenes[:3]):
        status = scene["status"]
        for path, value in leaves(scene):
            if not path or path[2:4] == ("histogram", "counts") and len(path) == 5 and path[4] % 97 > 1:
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
    if path[2:3] != ("accum",) or path[3:] not in (("sum",), ("sum_sq",)) or \
            not isinstance(other, str):
        return False
    accum = scene["indices"][path[1]]["accum"]
    return len(other) == 32 and int(other[-1], 16) % 2 == int(
        accum["sum_sq" if path[3] == "sum" else "sum"][-1], 16) % 2


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
            elif name.startswith(("options.", "indices.0.formula")) and text and other:
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
    """The same scene with other sums or counts of its NDVI."""
    scene = json.loads(json.dumps(scene))
    scene["indices"]["ndvi"]["accum"].update(changes)
    return scene


def with_value(scene, **changes):
    """Likewise, another area or histogram, or another `accum` in whole."""
    scene = json.loads(json.dumps(scene))
    scene["indices"]["ndvi"].update(changes)
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

    counts = plain["indices"]["ndvi"]["accum"]["n"]
    no("a class more", with_accum(plain, n=[counts[0], 3, 0, 0, 0]), "add up to its size")
    no("five classes are six", with_accum(plain, n=[*counts, 0]), "not a scene")
    no("five classes are four", with_accum(plain, n=counts[:4]), "not a scene")
    no("counts that wrap", with_accum(plain, n=[6, 2 ** 63 - 1, 2 ** 63 - 1, 4, 0]), "add up")
    no("a size", moved(plain, x_size=9), "add up to its size")
    no("no pixels", with_accum(moved(none, x_size=0), n=[0] * 5), "add up")
    by = plain["indices"]["ndvi"]["masked_by"]
    no("a reason more", with_value(plain, masked_by=[by[0] + 1, *by[1:]]), "reasons do not add up")
    no("reasons that wrap", with_value(plain, masked_by=[2 ** 63 - 1, 2 ** 63 - 1, 2, *by[3:]]),
       "reasons do not add up")
    no("a reason less than zero", with_value(plain, masked_by=[-1, 1, *by[2:]]), "not a scene")
    no("nine reasons are ten", with_value(plain, masked_by=[*by, 0]), "not a scene")
    no("nine reasons are eight", with_value(plain, masked_by=by[:-1]), "not a scene")
    histogram = json.loads(json.dumps(plain["indices"]["ndvi"]["histogram"]))
    histogram["counts"][0] += 1
    no("a pixel more in the histogram", with_value(plain, histogram=histogram), "valid pixels")
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
        n = int(far["indices"]["ndvi"]["accum"][key], 16)
        for factor in (0, 3, 2 ** 60):
            no(f"{key} times {factor}", with_accum(far, **{key: wide(n * factor, words)}),
               "sums of far values")
    near_n = {k: v for k, v in far["indices"]["ndvi"]["accum"].items() if not k.startswith("far_")}
    no("far values forgotten", with_value(far, accum={**near_n, "n_far": 0}), "count of far values")
    no("edge", with_accum(edge, sum=wide(0, 2)), "its sum is")
    no("area of none", with_value(none, area_m2=real(5)), "area")
    no("area below zero", with_value(plain, area_m2=real(-5)), "area")
    no("area of nothing", with_value(plain, area_m2=real(0)), "area")
    no("ok with an error", moved(plain, error_code=65), "has an error")
    no("ok with words", moved(plain, error="words"), "has an error")
    no("no band", moved(plain, bands={**plain["bands"], "nir": None}), "not its bands")
    no("cancelled", moved(plain, status="cancelled", indices={"ndvi": None}), "interrupted")
    no("failed with numbers", moved(plain, status="failed", error_code=65, error="x"), "not a sc")
    failed = moved(plain, status="failed", error_code=65, error="x",
                   indices={"ndvi": None})
    lab.takes("possible: failed", one_part(lab, plain, {**failed, "number": 1}))
    for code in (0, 1, 63, 79, 255):
        no(f"failed with {code}", {**failed, "error_code": code}, "")
    no("ok without values", moved(plain, indices={"ndvi": None}), "has the bands of ndvi")
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
    full = zero["indices"]["ndvi"]["histogram"]
    for first, counts in ((full["first"] - 1, [0, 4]), (full["first"], [4, 0]), (SLOTS - 1, [4, 4]),
                          (SLOTS, [4]), (SLOTS + 1, []), (-1, [4]), (full["first"], {}),
                          (full["first"], ["4"]), (full["first"], [-4])):
        no(f"histogram {first}, {counts}", with_value(zero, histogram={"first": first,
                                                                  "counts": counts}), "not a scene")
    for first, counts in ((5, []), (SLOTS - 1, []), (SLOTS, {}), (SLOTS, None)):
        no(f"no histogram {first}, {counts}", with_value(none, histogram={"first": first,
                                                                     "counts": counts}), "not a sc")
    no("band 0", moved(plain, bands={**plain["bands"], "red": {"file": "made.tif", "band": 0}}),
       "not a scene")
    for where in ((), ("bands",), ("bands", "red"), ("bands", "nir"), ("indices",),
                  ("indices", "ndvi"), ("indices", "ndvi", "accum"),
                  ("indices", "ndvi", "histogram")):
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


# --- several values ---

def of_values(names, *values, bands=("red", "nir"), kind="scale-free", **more):
    """A part of one scene, and values by name; `values`: what made_scene() takes, None: missing."""
    made = [v and made_scene(*v)["indices"]["ndvi"] for v in values]
    scene = made_scene(*next(v for v in values if v))
    scene["indices"] = dict(zip(names, made))
    indices = [{"name": name, "formula": name, "bands": list(bands), "kind": kind,
                "grid_exponent": 0, "range": [real(-1), real(1)], **more} for name in names]
    return scene, indices


def with_values(lab, scene, indices, bands=("red", "nir")):
    part = lab.whole.copy()
    part.scenes, part.head["scenes_in_all"] = [scene], 1
    part.head["indices"], part.head["bands"] = indices, list(bands)
    return part


def heads_of_values(lab):
    """Lists of bands and values: all of it is held to its form."""
    scene, indices = of_values(["a", "b_2"], ([(0.5, 2)],), ([(0.25, 2)],))
    good = with_values(lab, scene, indices)
    lab.takes("two values", good.bytes())

    def no(what, **changes):
        part = good.copy()
        part.head["indices"][1].update(changes)
        lab.refuses(f"a value with {what}", part.bytes(), "its head is not")

    for name in ("", "A", "2b", "b-2", "a", "x" * 32, "b\u00e9", "b c", "b\x1b[m", 5, None):
        no(f"the name {name!r}", name=name)
    for formula in ("", "x" * 4097, None, 5):
        no(f"the formula {str(formula)[:9]!r}", formula=formula)
    for bands in ([], ["nir", "red"], ["red", "red"], ["blue"], ["red", "nir", "blue"], "red",
                  None, [1]):
        no(f"bands {bands}", bands=bands)
    for kind in ("", "scale", "Scale-free", 0, None):
        no(f"kind {kind!r}", kind=kind)
    for exponent in (-1, 41, 2 ** 40, real(0), "0", None):
        no(f"exponent {exponent}", grid_exponent=exponent)
    for low, high in ((0, 0), (1, -1), (-65537, 1), (0, 65537), (1, 1 + 2 ** -21),
                      (0, 2 ** -127), ("-0.0", 1)):
        ends = [keep_real(low) if isinstance(low, str) else real(low), real(high)]
        no(f"range {low}, {high}", range=ends)
    for ends in ([real(0)], [real(0), real(1), real(2)], [0, 1], [None, real(1)], None, {},
                 [keep_real("-1e999"), real(1)], [keep_real("NaN"), real(1)]):
        no(f"range {ends}", range=ends)
    for name, bands, values in (
            ("no values", ["red", "nir"], []), ("no bands", [], indices),
            ("a band twice", ["red", "red", "nir"], indices),
            ("a band that nobody reads", ["blue", "red", "nir"], indices),
            ("a long band", ["red", "nir", "x" * 16], indices),
            ("a band of other signs", ["red", "nir", "a\x1b"], indices),
            ("an empty band", ["red", "nir", ""], indices),
            ("17 bands", [f"#{i}" for i in range(17)],
             [{**indices[0], "bands": [f"#{i}" for i in range(17)]}]),
            ("17 values", ["red", "nir"], [{**indices[0], "name": f"v{i}"} for i in range(17)]),
            ("values by name", ["red", "nir"], {"a": indices[0]})):
        part = good.copy()
        part.head["bands"], part.head["indices"] = bands, values
        lab.refuses(f"a head with {name}", part.bytes(), "its head is not")
    for name, values in (("fewer values", indices[:1]), ("more values", [
            *indices, {**indices[0], "name": "c"}]), ("another value", [
            indices[0], {**indices[1], "name": "b"}])):
        part = good.copy()
        part.head["indices"] = values
        lab.refuses(f"a head with {name} than scenes", part.bytes(), "not a scene")
    part = good.copy()
    part.head["indices"][1]["grid_exponent"] = 1
    lab.refuses("sums on the grid of another exponent", part.bytes(), "b_2: its ")
    part.head["indices"][1].update(grid_exponent=0, range=[real(0), real(1)])
    lab.refuses("a histogram of another range", part.bytes(), "b_2: its ")
    scene, indices = of_values([f"v{i}" for i in range(16)], *[([(i / 16, 2)],) for i in range(16)])
    lab.takes("16 values", with_values(lab, scene, indices).bytes())


def several(lab):
    """Values of one scene, one against another."""
    names = ["ndvi", "gndvi", "ndwi"]
    lab.takes("a run of three values", lab.several.bytes())
    missing = [[scene["indices"][name] is None for name in names] for scene in lab.several.scenes]
    lab.tally.check(missing == [[False] * 3, [True] * 3, [False, True, True]],
                    "values are null where a band is missing, or all is", str(missing))
    first = lab.several.scenes[0]
    for path, what, words in (
            (("indices", "gndvi"), None, "has the bands of gndvi"),
            (("bands", "green"), None, "not its bands"),
            (("indices", "ndvi", "area_m2"), None, "areas of"),
            (("indices", "ndvi", "area_m2"), KeyError, "not a scene"),
            (("indices", "ndvi"), KeyError, "not a scene"),
            (("indices", "more"), None, "not a scene"),
            (("indices", "gndvi"), first["indices"]["ndvi"], ""),
            (("indices", "gndvi", "histogram"), first["indices"]["ndvi"]["histogram"], "gndvi: "),
            (("indices", "ndwi", "accum"), first["indices"]["gndvi"]["accum"], "ndwi: its "),
            (("indices", "ndwi"), [], "not a scene"), (("indices",), [], "not a scene"),
            (("indices",), None, "not a scene"), (("bands",), [], "not a scene")):
        part = lab.several.copy()
        put(part.scenes[0], path, what)
        same_pixels = path == ("indices", "gndvi") and what and \
            first["indices"]["gndvi"]["accum"]["n"] == what["accum"]["n"]
        (lab.takes if same_pixels else lab.refuses)(
            f"{'.'.join(path)}: {str(what)[:30]}", part.bytes(), *([] if same_pixels else [words]))
    part = lab.several.copy()
    part.scenes[2]["indices"]["gndvi"] = first["indices"]["gndvi"]
    lab.refuses("a value without a band", part.bytes(), "line 4: it has gndvi, but not its bands")
    part = lab.several.copy()
    part.scenes[1]["indices"]["ndvi"] = first["indices"]["ndvi"]
    lab.refuses("a value of what has failed", part.bytes(), "not a scene")
    part = lab.several.copy()
    part.scenes[2]["bands"] = dict.fromkeys(part.scenes[2]["bands"])
    part.scenes[2]["indices"] = dict.fromkeys(names)
    lab.refuses("ok without any value", part.bytes(), "no bands")

    # Reflectance that is not known is the one other reason.
    for kind, good in (("reflectance", True), ("proportional", False), ("scale-free", False)):
        scene, indices = of_values(["a", "b"], ([(0.5, 2)],), None)
        indices[1]["kind"] = kind
        data = with_values(lab, scene, indices).bytes()
        if good:
            lab.takes(f"{kind}, missing", data)
        else:
            lab.refuses(f"{kind}, missing", data, "it has the bands of b, but not b")

    # Pixels: of 6, so many without data, so many masked.
    def counts(nodata, masked):
        return [(0.5, 6 - nodata - masked)], 0, "made", 6, 1, 0, nodata, masked

    for a, b, bands, good in (((1, 2), (1, 2), ["red", "nir"], True),
                              ((1, 2), (2, 1), ["red", "nir"], False),
                              ((1, 2), (1, 1), ["red", "nir"], False),
                              ((1, 2), (2, 1), ["red"], False),
                              ((2, 1), (1, 2), ["red"], True), ((2, 1), (1, 1), ["red"], True),
                              ((2, 1), (1, 3), ["red"], False)):
        scene, indices = of_values(["a", "b"], counts(*a), counts(*b))
        indices[1]["bands"] = bands
        data = with_values(lab, scene, indices).bytes()
        name = f"no data, masked: {a} in two bands, {b} in {bands}"
        if good:
            lab.takes(name, data)
        else:
            lab.refuses(name, data, "fewer pixels without data or masked")
    for first_area, second_area, varies, good in (
            (5, 5, False, True), (5, 6, False, False), (None, 5, False, False), (5, 6, True, True),
            (None, 5, True, False)):
        scene, indices = of_values(["a", "b"], ([(0.5, 2)],), ([(0.25, 2)],))
        for name, area in (("a", first_area), ("b", second_area)):
            scene["indices"][name]["area_m2"] = area and real(area)
        scene["area_varies"] = varies
        data = with_values(lab, scene, indices).bytes()
        if good:
            lab.takes(f"areas {first_area} and {second_area}, varying: {varies}", data)
        else:
            lab.refuses(f"areas {first_area} and {second_area}, varying: {varies}", data, "areas of a and b")


def differing(lab):
    """Two parts of the same options whose values differ all the same: what differs is named."""
    scene, indices = of_values(["a", "evi"], ([(0.5, 2)],), ([(0.25, 2)],))
    paths = [lab.scratch / f"d{i}.json" for i in (1, 2)]
    for change, words in (({"range": [real(-1), real(2)]},
                           ["d2.json was made with evi on range -1..2", "d1.json with evi on range -1..1"]),
                          ({"grid_exponent": 3}, ["exponent 3", "exponent 0"]),
                          ({"formula": "y*2"}, [": y*2)", ": evi)"]),
                          ({"kind": "reflectance"}, ["reflectance", "scale-free"]),
                          ({"name": "b"}, ["with b on", "with evi on"]),
                          ({"bands": ["red"]}, ["of red:", "of red,nir:"]), (None, ["1 indices alone"]),
                          ([], ["the bands nir,red", "with red,nir"])):
        for i, path in enumerate(paths):
            part = with_values(lab, scene, indices).copy()
            part.head.update(part=i + 1, parts=2, scenes_in_all=1)
            if i:
                part.scenes = []
            if i and change:
                part.head["indices"][1].update(change)
            elif i and change is None:
                part.head["indices"].pop()
            elif i:
                part.head["bands"].reverse()
                for value in part.head["indices"]:
                    value["bands"].reverse()
            path.write_bytes(part.bytes())
        result = lab.merge(*paths)
        missing = [word for word in words if word not in result.err]
        lab.tally.check(result.rc == 65 and not missing, f"parts that differ in {change}",
                        f"exit {result.rc}, not told: {missing}: {result.last_words()}")


def large(lab):
    """16 full histograms: taken, in bounded memory; a line that is longer is not."""
    values = [(np.float32(-1 + (i + .5) / 4096), 10 ** 14 - 1) for i in range(8192)]
    values += [(s * np.float32(2 ** (i / 64)) * np.float32(1 + 1 / 256), 10 ** 7 - 1)
               for i in range(1024) for s in (-1, 1)]
    made = (values, 0, "made", 2 ** 31, 2 ** 31, 2 ** 62 - sum(n for _, n in values))
    scene = made_scene(*made)
    names = [f"v{i}" for i in range(16)]
    _, indices = of_values(names, *[([(0.5, 1)],)] * 16)
    scene["indices"] = {name: scene["indices"]["ndvi"] for name in names}
    part = with_values(lab, scene, indices)
    lab.takes("16 full histograms", part.bytes())
    result = lab.merge(lab.case, measure=True)
    lab.tally.check(result.rc == 0 and (SANITIZED or result.peak < (40 << 20)),
                    "memory: 16 full histograms", f"exit {result.rc}, {result.peak >> 20} MiB")
    part.scenes[0]["name"] = "x" * (5 << 20)
    lab.refuses("a line of 5 MiB", part.bytes(), "line 2: longer than any")
    result = lab.merge(lab.case, measure=True)
    lab.tally.check(SANITIZED or result.peak < (20 << 20), "memory: a line of 5 MiB",
                    f"{result.peak >> 20} MiB")
    scene, indices = of_values(["a"], ([(0.5, 1)],))
    scene["name"] = "x" * (1 << 20)
    lab.refuses("a line of 1 MiB with one value", with_values(lab, scene, indices).bytes(),
                "line 2: longer than any")


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
    lab.refuses("nine notes", with_scene(notes=["x"] * 9))
    lab.refuses("a note that is none", with_scene(notes=["x", 5]))
    ok = made_scene([(0.5, 2)])
    failed = {"status": "failed", "error_code": 65, "indices": {"ndvi": None}}
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
            lab.tally.check(result.cpu < 2 or SANITIZED, f"time: {name} in a {where}",
                            f"{result.cpu:.1f} s of CPU")
    for name, begin in (("no partial", b""), ("one line", head), ("one scene", seal(
            head, [scene], end).split(b"\n")[0] + b"\n{")):
        with open(lab.case, "wb") as f:
            f.write(begin)
            f.truncate(2 << 30)
        result = lab.merge(lab.case, measure=True)
        lab.tally.check(result.rc == 65 and (SANITIZED or result.peak < (14 << 20) and
                                             result.cpu < 2),
                        f"a file of 2 GiB, {name}",
                        f"exit {result.rc}, {result.peak >> 20} MiB, {result.cpu:.1f} s of CPU")
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
        for part in (contradictions, heads_of_values, several, differing, large, places, texts,
                     harm, waiting, damage, fields_of_head, fields_of_scenes):
            before = tally.passed + tally.failed
            part(lab)
            print(f"{part.__name__}: {tally.passed + tally.failed - before}", flush=True)
    tally.finish()


if __name__ == "__main__":
    main()
