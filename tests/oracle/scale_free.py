#!/usr/bin/python3
"""The note that an expression is of stored numbers, against NumPy: expressions are evaluated at
random pixels and at s times these, and the note must stand exactly where the value is another.

Half of the expressions are made so that s cancels (quotients of one degree, differences of multiples
of logarithms, their exponentials), and of each a second one has a number, band or function replaced.
"""

import random
import re

import numpy as np

from osgeo import gdal

from oracle import QUICK, Scratch, Tally, load, run

BANDS = ("blue", "green", "red", "nir")
FACTORS = (1e-4, 0.043, 2.9, 70, 1e4)
PIXELS = 500
NAMES = {"log": np.log, "log2": np.log2, "log10": np.log10, "exp": np.exp, "sqrt": np.sqrt,
         "abs": np.abs, "floor": np.floor, "tanh": np.tanh, "atan": np.arctan,
         "min": np.minimum, "max": np.maximum, "where": np.where}


# --- expressions --------------------------------------------------------------------------------

def number(value):
    return f"{value:.12g}" if value >= 0 else f"(-{-value:.12g})"


def homogeneous(rng, d, depth):
    """Text of degree d."""
    if depth == 0 or rng.random() < 0.2:
        band = rng.choice(BANDS)
        if d == 0:
            return f"({band}/{rng.choice(BANDS)})"
        return band if d == 1 else f"{band}**{number(d)}"
    kind = rng.randrange(7)
    if kind == 0:
        a, b = (homogeneous(rng, d, depth - 1) for _ in "ab")
        return f"({a} + {number(rng.choice((0.5, 2, 3)))}*{b})"
    if kind == 1:
        return f"abs({homogeneous(rng, d, depth - 1)} - {homogeneous(rng, d, depth - 1)})"
    if kind == 2:
        one = rng.choice((-1, 0.5, 1, 2))
        return f"{homogeneous(rng, one, depth - 1)}*{homogeneous(rng, d - one, depth - 1)}"
    if kind == 3:
        one = rng.choice((0.5, 1))
        return f"({homogeneous(rng, d + one, depth - 1)}/{homogeneous(rng, one, depth - 1)})"
    if kind == 4:
        which = rng.choice(("min", "max"))
        return f"{which}({homogeneous(rng, d, depth - 1)}, {homogeneous(rng, d, depth - 1)})"
    if kind == 5:
        return f"sqrt({homogeneous(rng, 2 * d, depth - 1)})"
    return f"exp({growing(rng, d, depth - 1)})"


def logarithm(rng, growth, depth):
    """k times a logarithm, or one of such by itself: s times as much adds growth * log(s)."""
    d = rng.choice((0.5, 1, 1, 2))
    name, base = rng.choice((("log", np.e), ("log2", 2), ("log10", 10)))
    k = growth * np.log(base) / d
    text = f"{name}({homogeneous(rng, d, depth)})"
    if abs(k - 1) < 1e-12:
        return text
    return rng.choice((f"{k!r}*{text}", f"{text}*{k!r}", f"{text}/{1 / k!r}"))


def growing(rng, growth, depth):
    """Text of what grows by growth * log(s)."""
    kind = rng.randrange(4) if depth > 0 else 0
    if growth == 0 or kind == 0:
        parts = [rng.choice((-2, -0.5, 0.3, 1, 1.7)) for _ in range(rng.randint(1, 2))]
        parts.append(growth - sum(parts))
        return "(" + " + ".join(logarithm(rng, p, max(depth - 1, 0)) for p in parts if p) + ")"
    if kind == 1:
        return f"({growing(rng, growth, depth - 1)} + {free(rng, depth - 1)})"
    if kind == 2:
        a, b = (growing(rng, growth, depth - 1) for _ in "ab")
        return f"where({free(rng, depth - 1)} > 0.5, {a}, {b})"
    return f"(-{growing(rng, -growth, depth - 1)})"


def free(rng, depth):
    """Text of what s does not change."""
    if depth <= 0:
        a, b = rng.sample(BANDS, 2)
        return f"({a}/{b})"
    kind = rng.randrange(9)
    if kind == 0:
        d = rng.choice((-1, 0.5, 1, 2))
        return f"({homogeneous(rng, d, depth - 1)}/{homogeneous(rng, d, depth - 1)})"
    if kind == 1:
        return growing(rng, 0, depth)
    if kind == 2:
        return f"{rng.choice(('exp', 'tanh', 'atan'))}({free(rng, depth - 1)})"
    if kind == 3:
        return f"log({homogeneous(rng, 0, depth)})"
    if kind == 4:
        return f"({growing(rng, 1, depth - 1)} - {growing(rng, 1, depth - 1)})"
    if kind == 5:
        growth = rng.choice((-1, 1, 2))
        a, b = (growing(rng, growth, depth - 1) for _ in "ab")
        return rng.choice((f"where({a} > {b}, 1, {free(rng, depth - 1)})",
                           f"(max({a}, {b}) - {growing(rng, growth, depth - 1)})"))
    if kind == 6:
        base = rng.choice((2, 10, 0.5))
        return f"{number(base)}**({growing(rng, 0, depth - 1)})"
    if kind == 7:
        factor = free(rng, depth - 1)
        a, b = (logarithm(rng, 1, 0) for _ in "ab")
        return f"({factor}*{a} - {factor}*{b})"
    return f"({free(rng, depth - 1)} {rng.choice('+-*')} {free(rng, depth - 1)})"


def changed(rng, text):
    """One number, band or function of it replaced by another."""
    words = r"\b(?:\d+(?:\.\d+)?(?:e-?\d+)?|log2|log10|log|" + "|".join(BANDS) + r")\b"
    at = rng.choice(list(re.finditer(words, text)))
    word = at.group()
    if word.startswith("log"):
        other = rng.choice([w for w in ("log", "log2", "log10") if w != word])
    elif word in BANDS:
        other = rng.choice(("2", f"({word}+1)", f"{word}**2", f"sqrt({word})", f"floor({word})"))
    else:
        other = repr(float(word) * rng.choice((0.5, 1.1, 2, 0.999)))
    return text[:at.start()] + other + text[at.end():]


# --- meaning ------------------------------------------------------------------------------------

def values(text, pixels):
    with np.errstate(all="ignore"):
        value = eval(text, {"__builtins__": {}}, NAMES | pixels)  # our own text
    value = np.broadcast_to(np.asarray(value, float), (PIXELS,))
    return np.where(np.isfinite(value), value, np.nan)


def is_noise(text, pixels):
    """Rounding alone makes it what it is, as of differences of what is equal."""
    single = values(text, {name: plane.astype(np.float32) for name, plane in pixels.items()})
    double = values(text, pixels)
    off = np.abs(single - double) > 1e-2 * np.nanmax(np.abs(double))
    return off.mean() > 0.01


def does_change(text, pixels):
    """Does s change the value? None where pixels do not tell: without values, or all with the same,
    and where intermediate numbers leave what double precision has."""
    here = values(text, pixels)
    if np.isnan(here).mean() > 0.5 or np.nanmax(here) == np.nanmin(here):
        return None
    if not 1e-12 < np.nanmax(np.abs(here)) < 1e12 or is_noise(text, pixels):
        return None
    worst = 0
    for s in FACTORS:
        there = values(text, {name: s * plane for name, plane in pixels.items()})
        near = 1e-7 * np.abs(here) + 1e-12 * np.nanmax(np.abs(here))
        other = (np.isnan(here) != np.isnan(there)) | (np.abs(there - here) > near)
        worst = max(worst, other.mean())
    return bool(worst > 0.02)  # where rounding decides (comparisons), a pixel may differ


def has_choice(text):
    """Its value may be another at pixels that were not drawn."""
    return re.search("where|floor|min|max|abs", text) is not None


def write_scene(file, drawn):
    dataset = gdal.GetDriverByName("GTiff").Create(str(file), PIXELS, 1, len(BANDS), gdal.GDT_Int16)
    for i, name in enumerate(BANDS):
        dataset.GetRasterBand(i + 1).SetDescription(name)
        dataset.GetRasterBand(i + 1).WriteArray(drawn[i:i + 1])


def is_noted(text, file, scratch):
    report = scratch / "report.json"
    report.unlink(missing_ok=True)
    result = run(["-q", "--report", report, "--expr", f"e={text}", file])
    data = load(report)
    if result.rc != 0 or not data:
        return result.last_words()
    return any("e is of stored numbers" in note for note in data["scenes"][0]["notes"])


def main():
    tally = Tally()
    rng = random.Random(2)
    drawn = np.random.default_rng(3).integers(1, 30000, (len(BANDS), PIXELS))
    pixels = {name: drawn[i].astype(float) for i, name in enumerate(BANDS)}
    counts = {True: 0, False: 0, None: 0}
    with Scratch() as scratch:
        file = scratch / "scene.tif"
        write_scene(file, drawn)
        for _ in range(120 if QUICK else 700):
            text = free(rng, rng.randint(1, 3))
            for formula in (text, changed(rng, text)):
                want = does_change(formula, pixels)
                if want is False and formula != text and has_choice(formula):
                    want = None
                counts[want] += 1
                if want is not None:
                    got = is_noted(formula, file, scratch)
                    tally.check(got is want, formula, f"noted: {got}, changes: {want}")
    print(f"{counts[False]} formulas stay, {counts[True]} change, {counts[None]} do not tell")
    tally.check(min(counts[True], counts[False]) > 50, "both kinds", str(counts))
    tally.finish()


if __name__ == "__main__":
    main()
