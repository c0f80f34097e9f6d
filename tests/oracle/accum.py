#!/usr/bin/python3
"""Exact statistics of random values on random grids and ranges, against integers and fractions of
Python: sums in any order, extremes, counts, mean and deviation; the slot of each value; percentiles
against the sorted values, within the bounds that include/accum.h states.

    accum.py [--quick] [--seed N]

The numbers are those of the unit test's program, which adds values by runs.
"""

import json
import math
import subprocess
import sys
from collections import Counter
from fractions import Fraction

import numpy as np

from oracle import BUILD, QUICK, Tally

N_GRIDS = 30 if QUICK else 400
N_VALUES = 5000
SEED = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 1
RANKS = (2, 5, 25, 50, 75, 95, 98)
BINS, OUTER = 8192, 1024
FIRST = 1 + OUTER


def measured(exponent, low, high, values):
    result = subprocess.run([BUILD / "tests/test_value_run", str(exponent), repr(low), repr(high)],
                            input=values.tobytes(), capture_output=True, check=True)
    return json.loads(result.stdout)


# --- what is measured ---

def random_range(draw, exponent):
    one = 2.0 ** exponent
    kind = draw.integers(6)
    if kind == 0:
        return -one, one
    if kind == 1:
        return 0.0, one * draw.uniform(0.01, 1)
    if kind == 2:
        low = one * draw.uniform(-1, 1)
        return low, low + one * draw.uniform(2 ** -10, 1)
    if kind == 3:
        low = one * draw.uniform(1, 2) * draw.choice((-1, 1))
        return low, low + abs(low) * 2 ** -18
    if kind == 4:
        return -one * 65536, one * draw.uniform(0, 65536)
    return -one / 4, one / 4


def random_values(draw, exponent, low, high):
    """Some of the range, some near, far, tiny, or any bits; in single precision."""
    one, n = 2.0 ** exponent, N_VALUES
    bits = draw.integers(0, 2 ** 32, n, dtype=np.uint32).view(np.float32)
    kinds = [draw.uniform(low, high, n),
             draw.normal((low + high) / 2, (high - low), n),
             one * 65536 * draw.uniform(-1, 1, n) ** 5,
             one * draw.integers(-3000, 3000, n) * 2.0 ** -31,
             np.where(draw.random(n) < .02, np.clip(bits, -3e38, 3e38), draw.uniform(low, high, n)),
             draw.choice([0, -0.0, 1e-45, -1e-45, 3.4e38, -3.4e38, one, 65536 * one, low, high], n),
             bits]
    value = kinds[draw.integers(len(kinds))].astype(np.float32)
    value = value[np.isfinite(value)]
    return value[:len(value) // 100 * 100 + draw.integers(2)]  # 1: percentiles are values


def few_values(draw, exponent, low, high):
    """At most five numbers, of the range, beyond it or tiny, many or few times."""
    kinds = [draw.uniform(low, high, 5), draw.normal((low + high) / 2, high - low, 5),
             np.array([0, 1, 2, 3, 0.5]) * draw.choice((1, low, high)),
             2.0 ** exponent * draw.integers(-99, 99, 5) * 2.0 ** -32]
    several = kinds[draw.integers(len(kinds))][:draw.choice((1, 2, 2, 3, 5))]
    share = draw.dirichlet(np.ones(len(several)))
    if draw.random() < 0.4:
        several = low + (high - low) * draw.choice((0, 0.25, 0.5, 0.75, 1, 7 / 8192, 3), len(several))
    return draw.choice(several, draw.choice((1, 2, 3, 7, 50, 101, 4999)), p=share).astype(np.float32)


# --- the definitions ---

def on_grid(v, exponent):
    """v * 2^(30 - exponent), rounded to even, by fractions."""
    return round(Fraction(v) * Fraction(2) ** (30 - exponent))


def root(number):
    """Square root of a fraction, to 240 binary places."""
    shift = 240
    scaled = (number.numerator << 2 * shift) // number.denominator
    return Fraction(math.isqrt(scaled), 1 << shift)


def close(got, exact, relative=2 ** -50, absolute=0):
    return abs(Fraction(got) - exact) <= relative * abs(exact) + absolute


def slots_of(v, exponent, low, high):
    """The slot of v. Two where it is so close to an edge that rounding the edge decides."""
    v, low, high = Fraction(v), Fraction(low), Fraction(high)
    middle, half = (low + high) / 2, (high - low) / 2
    if low <= v <= high:
        if half == 2 ** exponent and middle == 0:
            return {FIRST + min((on_grid(v, exponent) + 2 ** 30) >> 18, BINS - 1)}
        place, at = (v - low) / (high - low) * BINS, lambda bin: FIRST + bin
        top = BINS - 1
    else:
        away = abs(v - middle) / half
        octave = 0
        while octave < 16 and away >= 2 ** (octave + 1):
            octave += 1
        place, top = 64 * octave + 64 * (away / 2 ** octave - 1), OUTER
        at = (lambda bin: FIRST - 1 - bin) if v < low else (lambda bin: FIRST + BINS + bin)
    # Edges are doubles: half their last place, in bins, for the narrowest ranges that there are.
    around = Fraction(1, 2 ** 16)
    return {at(min(max(math.floor(place + d), 0), top)) for d in (-around, 0, around)}


# --- comparing ---

def sums_agree(tally, name, got, values, exponent):
    near = [on_grid(v, exponent) for v in values if abs(v) <= 2.0 ** (16 + exponent)]
    far = [on_grid(v, exponent) for v in values if abs(v) > 2.0 ** (16 + exponent)]
    wanted = {"sum": sum(near) % 2 ** 128, "sum_sq": sum(q * q for q in near),
              "far_pos": sum(q for q in far if q > 0), "far_neg": -sum(q for q in far if q < 0),
              "far_sq": sum(q * q for q in far)}
    wrong = [key for key, number in wanted.items() if int(got[key], 16) != number]
    tally.check(not wrong and got["n_far"] == len(far) and got["n"] == len(values),
                f"{name}: sums", f"{wrong}")
    moments_agree(tally, name, got, near + far, exponent)


def moments_agree(tally, name, got, q, exponent):
    step, n = Fraction(2) ** (exponent - 30), len(q)
    mean = Fraction(sum(q), n)
    variance = Fraction(n * sum(x * x for x in q) - sum(q) ** 2, n * n)
    largest = max(abs(x) for x in q) if got["n_far"] else 0
    tally.check(close(got["mean"], mean * step, absolute=largest * step * Fraction(1, 2 ** 50)),
                f"{name}: mean", got["mean"])
    tally.check(close(got["std"], root(variance) * step, 2 ** -45,
                      largest * step * Fraction(1, 2 ** 30)), f"{name}: deviation", got["std"])


def slots_agree(tally, name, got, values, exponent, low, high):
    """Each value in its slot; those with two to choose from in what the others leave over."""
    left = Counter({slot: count for slot, count in got["slots"]})
    several = []
    for v, count in Counter(values.tolist()).items():
        slots = slots_of(v, exponent, low, high)
        if len(slots) == 1:
            left[slots.pop()] -= count
        else:
            several.append((slots, count))
    for slots, count in several:
        for slot in sorted(slots):
            taken = min(count, max(left[slot], 0))
            left[slot] -= taken
            count -= taken
    wrong = {slot: count for slot, count in left.items() if count}
    tally.check(not wrong, f"{name}: histogram", str(wrong)[:200])


def reach(v, ordered, low, high):
    """Between what the order statistic v may be found: a bin's width around it, 1/64 of its distance
    from the middle, or up to the end of all."""
    middle, half = (low + high) / 2, (high - low) / 2
    away = abs(v - middle)
    if away > 65536 * half * (1 - 1e-9):
        end = middle + math.copysign(65536 * half, v - middle)
        return min(end, ordered[0]), max(end, ordered[-1])
    bound = ((high - low) / BINS if low <= v <= high else away / 64) * (1 + 2 ** -16)
    return v - bound, v + bound


def at_ends(several, exponent, low, high):
    """Each in a slot of its own: the least and the most, and between them the upper end of the range,
    where nothing but the most is above it, and lower edges."""
    slots = [slots_of(v, exponent, low, high) for v in several]
    if len(several) > 64 or any(len(s) > 1 for s in slots) or (
            len(set().union(*slots)) < len(several)):
        return False
    for v in several[1:-1]:
        place = (Fraction(v) - Fraction(low)) / (Fraction(high) - Fraction(low)) * BINS
        if v == high and v != several[-2]:
            return False
        if v != high and (not low <= v < high or place != int(place)):
            return False
    return True


def percentiles_agree(tally, name, got, values, exponent, low, high):
    """numpy.percentile's rule, of order statistics that are as near as accum.h says; exact ones of few
    values that lie at ends of their slots."""
    ordered = np.sort(values).astype(float)
    least, most = got["min"], got["max"]
    step = 2.0 ** (exponent - 31)
    exact = least == most or (not got["n_far"] and
                              at_ends(np.unique(values).tolist(), exponent, low, high))
    for rank, p in zip(RANKS, got["percentiles"]):
        place, between = divmod(rank * (len(values) - 1), 100)
        begin, end = reach(ordered[place], ordered, low, high)
        if between:
            ends = reach(ordered[place + 1], ordered, low, high)
            begin += (ends[0] - begin) * between / 100
            end += (ends[1] - end) * between / 100
        wide = step + 1e-15 * max(abs(begin), abs(end))
        tally.check(begin - wide <= p <= end + wide and least <= p <= most,
                    f"{name}: percentile {rank} of {len(values)}", f"{p}, not in {begin, end}")
        if exact:
            want = np.percentile(ordered, rank)
            tally.check(abs(p - want) <= step + 1e-15 * abs(want),
                        f"{name}: percentile {rank} of {len(values)}", f"{p}, exactly {want}")


def compare(tally, draw, number):
    exponent = int(draw.integers(0, 41))
    low, high = map(float, random_range(draw, exponent))
    values = (few_values if number % 3 == 2 else random_values)(draw, exponent, low, high)
    name = f"grid {number}: 2^{exponent}, {low!r} to {high!r}"
    got = measured(exponent, low, high, values)
    plain = values.tolist()
    sums_agree(tally, name, got, plain, exponent)
    slots_agree(tally, name, got, values, exponent, low, high)
    percentiles_agree(tally, name, got, values, exponent, low, high)
    tally.check((got["min"], got["max"]) == (min(plain), max(plain)) and
                got["n_outside"] == sum(v < low or v > high for v in plain),
                f"{name}: extremes and values outside")
    shuffled = draw.permutation(values)
    tally.check(measured(exponent, low, high, shuffled) == got, f"{name}: another order")


def main():
    tally = Tally()
    draw = np.random.default_rng(SEED)
    for number in range(N_GRIDS):
        compare(tally, draw, number)
    tally.finish()


if __name__ == "__main__":
    main()
