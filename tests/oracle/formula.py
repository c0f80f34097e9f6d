#!/usr/bin/python3
"""Formulas against NumPy in float64: random expressions, written out with and without parentheses and
in all spellings, on random bands with zeros, equal and negative samples. Values within one unit of
the last place of float32, and the class of every pixel, by rules written here once more.

Elementary functions differ from NumPy's by some units of the last place of float64. Pixels where
that much could decide (floor, comparisons, differences of equal numbers) are left out and counted.
"""

import random
import subprocess

import numpy as np

from oracle import BUILD, QUICK, Scratch, Tally

PIXELS = 700
VALID, NONFINITE, DIV0 = 0, 3, 4
NUMBERS = ("0.5", "2", "1e-3", ".25", "3.", "7", "0", "1", "2.5", "6", "1E+1", "100", "0.0001")
BANDS = {name: i for i, name in enumerate("ABCDEFGHIJKLMNOP")} | {"nir": 0, "red": 1, "#5": 4}
CONSTANTS = {"L": 0.5, "C1": 6.0}
CHOICE, OR, AND, NOT, COMPARISON, SUM, PRODUCT, SIGN, POWER, OPERAND = range(10)
BINARY = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "and": AND, "or": OR} | dict.fromkeys(
    ("<", "<=", ">", ">=", "==", "!="), COMPARISON)
FUNCTIONS = {"sqrt": np.sqrt, "exp": np.exp, "log": np.log, "log2": np.log2, "log10": np.log10,
             "tanh": np.tanh, "sin": np.sin, "cos": np.cos, "atan": np.arctan, "abs": np.abs,
             "floor": np.floor, "round": np.round}
EXACT = ("sqrt", "abs", "floor", "round")


# --- trees ------------------------------------------------------------------------------------

def tree(rng, depth):
    """A random expression: ("name", ...) tuples."""
    def sub():
        return tree(rng, depth - 1)

    if depth == 0 or rng.random() < 0.12:
        if rng.random() < 0.3:
            return ("number", rng.choice(NUMBERS))
        return ("name", rng.choice([n for n in BANDS if n not in CONSTANTS] + list(CONSTANTS)))
    kind = rng.random()
    if kind < 0.55:
        return (rng.choice("+-*/+-*/"), sub(), sub())
    if kind < 0.63:
        return (rng.choice(list(BINARY)), sub(), sub())
    if kind < 0.70:
        exponent = ("number", rng.choice(("2", "0.5", "3", "4", "1.5", "10", "0", "1", "0.3333")))
        if rng.random() < 0.3:
            exponent = ("neg", exponent)
        return ("pow", sub(), sub() if rng.random() < 0.2 else exponent)
    if kind < 0.78:
        return ("where", sub(), sub(), sub())
    if kind < 0.84:
        return (rng.choice(("neg", "not", "plus")), sub())
    if kind < 0.94:
        return ("call", rng.choice(list(FUNCTIONS)), sub())
    if kind < 0.97:
        return (rng.choice(("min", "max")), *[sub() for _ in range(rng.randint(2, 4))])
    if kind < 0.98:
        return ("clamp", sub(), sub(), sub())
    if kind < 0.99:
        return ("ndiff", sub(), sub())
    return ("isvalid", sub())


def size(node):
    return 1 + sum(size(n) for n in node[1:] if isinstance(n, tuple))


# --- text -------------------------------------------------------------------------------------

def write(node, rng, least=CHOICE):
    """The expression as text, as an operand of a rule that takes `least` and tighter ones."""
    text, level = write_bare(node, rng)
    if level < least or rng.random() < 0.1:
        text = f"({text})"
    return text


def write_bare(node, rng):
    blank = rng.choice(("", "", " "))
    kind = node[0]
    if kind in ("number", "name"):
        return node[1], OPERAND
    if kind in BINARY:
        level = BINARY[kind]
        sign = {"and": rng.choice(("&&", " and ")), "or": rng.choice(("||", " OR "))}.get(kind, kind)
        left = level + 1 if level == COMPARISON else level
        return (write(node[1], rng, left) + blank + sign + blank + write(node[2], rng, level + 1),
                level)
    if kind == "pow" and rng.random() < 0.8:
        return (write(node[1], rng, OPERAND) + blank + rng.choice(("**", "^"))
                + write(node[2], rng, SIGN), POWER)
    if kind == "where" and rng.random() < 0.5:
        return (f"{write(node[1], rng, OR)} ? {write(node[2], rng)} : {write(node[3], rng)}",
                CHOICE)
    if kind == "not" and rng.random() < 0.5:
        return "not " + write(node[1], rng, NOT), NOT
    if kind in ("neg", "not", "plus"):
        return {"neg": "-", "not": "!", "plus": "+"}[kind] + write(node[1], rng, SIGN), SIGN
    name = node[1] if kind == "call" else rng.choice(("where", "if")) if kind == "where" else kind
    name = rng.choice((name, name, name.upper()))
    args = [write(n, rng) for n in node[1:] if isinstance(n, tuple)]
    return f"{name}({f',{blank}'.join(args)})", OPERAND


# --- meaning ----------------------------------------------------------------------------------

class Evaluator:
    """Values and states of pixels; functions are off by `off` of their value, by a random sign."""

    def __init__(self, planes, off=0.0, seed=0):
        self.planes, self.off = planes, off
        self.signs = random.Random(seed)

    def inexact(self, values, factor=1):
        return values * (1 + factor * self.off * self.signs.choice((-1, 1)))

    @staticmethod
    def settle(values, states, div0=None):
        """States of the operands come first, in their order; then the operation's own."""
        state = np.zeros(PIXELS, np.uint8)
        for s in states:
            state = np.where(state == VALID, s, state)
        if div0 is not None:
            state = np.where((state == VALID) & div0, DIV0, state)
        state = np.where((state == VALID) & ~np.isfinite(values), NONFINITE, state)
        return np.where(state == VALID, values, 0.0), state

    def constant(self, node):
        """The number of an expression that reads no band; None where there is none."""
        kind = node[0]
        if kind == "name" and node[1] in BANDS and node[1] not in CONSTANTS:
            return None
        if kind == "where":
            condition = self.constant(node[1])
            return None if condition is None else self.constant(node[2 if condition else 3])
        if kind in ("and", "or"):
            first = self.constant(node[1])
            if first is None:
                return None
            if (first != 0) == (kind == "or"):
                return float(kind == "or")
        if any(self.constant(n) is None for n in node[1:] if isinstance(n, tuple)):
            return None
        values, states = Evaluator(self.planes).run(node)
        return float(values[0]) if states[0] == VALID else None

    def divide(self, a, b):
        return self.settle(a[0] / b[0], (a[1], b[1]), b[0] == 0)

    def power(self, node):
        x, y, number = self.run(node[1]), self.run(node[2]), self.constant(node[2])
        if number is None or number == 0 or (
                abs(number) != 0.5 and (number != int(number) or abs(number) > 64)):
            return self.settle(self.inexact(np.power(x[0], y[0]), 8), (x[1], y[1]),
                               (x[0] == 0) & (y[0] < 0))
        size_of = abs(number)
        raised = np.sqrt(x[0]) if size_of == 0.5 else x[0] ** size_of
        if size_of > 2:
            raised = self.inexact(raised, 16)
        raised = self.settle(raised, (x[1],))
        one = (np.ones(PIXELS), np.zeros(PIXELS, np.uint8))
        return raised if number > 0 else self.divide(one, raised)

    def run(self, node):
        kind = node[0]
        if kind == "number":
            return np.full(PIXELS, float(node[1])), np.zeros(PIXELS, np.uint8)
        if kind == "name":
            name = node[1]
            values = (np.full(PIXELS, CONSTANTS[name]) if name in CONSTANTS
                      else self.planes[BANDS[name]])
            return values, np.zeros(PIXELS, np.uint8)
        if kind == "pow":
            return self.power(node)
        args = [self.run(n) for n in node[1:] if isinstance(n, tuple)]
        return self.apply(kind, node, args, [v for v, _ in args], [s for _, s in args])

    def apply(self, kind, node, args, v, s):
        if kind == "/":
            return self.divide(*args)
        if kind == "ndiff":
            return self.divide(self.settle(v[0] - v[1], s), self.settle(v[0] + v[1], s))
        if kind == "where":
            taken = np.where(v[0] != 0, s[1], s[2])
            return self.settle(np.where(v[0] != 0, v[1], v[2]), (s[0], taken))
        if kind in ("and", "or"):
            open_ = (v[0] != 0) == (kind == "and")
            value = np.where(open_, v[1] != 0, kind == "or")
            return self.settle(value.astype(float), (s[0], np.where(open_, s[1], VALID)))
        if kind == "isvalid":
            return (s[0] == VALID).astype(float), np.zeros(PIXELS, np.uint8)
        if kind in ("min", "max"):
            return self.settle((np.minimum if kind == "min" else np.maximum).reduce(v), s)
        if kind == "call":
            values = FUNCTIONS[node[1]](v[0])
            if node[1] not in EXACT:
                values = self.inexact(values)
            if node[1] in ("sin", "cos"):
                values = np.where(np.abs(v[0]) <= 2.0 ** 40, values, np.nan)
            return self.settle(values, s)
        simple = {
            "+": lambda: v[0] + v[1], "-": lambda: v[0] - v[1], "*": lambda: v[0] * v[1],
            "<": lambda: v[0] < v[1], "<=": lambda: v[0] <= v[1], ">": lambda: v[0] > v[1],
            ">=": lambda: v[0] >= v[1], "==": lambda: v[0] == v[1], "!=": lambda: v[0] != v[1],
            "neg": lambda: -v[0], "plus": lambda: v[0], "not": lambda: v[0] == 0,
            "clamp": lambda: np.minimum(np.maximum(v[0], v[1]), v[2]),
        }
        return self.settle(np.asarray(simple[kind](), float), s)


def expected(node, planes):
    """Values as float32, classes, and where neither is certain."""
    with np.errstate(all="ignore"):
        sure = Evaluator(planes).run(node)
        unsure = np.zeros(PIXELS, bool)
        for seed in range(3):
            other = Evaluator(planes, 4e-16, seed).run(node)
            scale = np.abs(sure[0]) * 2.0 ** -28 + 1e-46
            unsure |= (other[1] != sure[1]) | (np.abs(other[0] - sure[0]) > scale)
        value = sure[0].astype(np.float32)
        state = np.where((sure[1] == VALID) & ~np.isfinite(value), NONFINITE, sure[1])
    unsure |= np.abs(np.abs(sure[0]) / np.finfo(np.float32).max - 1) < 1e-6
    return np.where(state == VALID, value, np.float32(0)), state, unsure


# --- checks -----------------------------------------------------------------------------------

def make_planes(seed):
    rng = np.random.default_rng(seed)
    planes = rng.random((16, PIXELS))
    planes[:, 100:200] = rng.integers(-3, 4, (16, 100))
    planes[:, 200:300] = rng.normal(0, 5, (16, 100))
    planes[:, 300:350] = planes[:1, 300:350]
    planes[:, 350:400] = rng.integers(0, 10000, (16, 50)) * 0.0001
    planes[rng.random((16, PIXELS)) < 0.05] = 0
    return planes


def run_formulas(texts, planes, scratch):
    """(values, classes) of each text, or None where it was refused."""
    file = scratch / "planes"
    file.write_bytes(planes.tobytes())
    done = subprocess.run([BUILD / "tests" / "test_compile", "--eval", file, str(PIXELS)],
                          input="\n".join(texts).encode() + b"\n", capture_output=True, check=True)
    out, at = done.stdout, 0
    for _ in texts:
        good, at = out[at], at + 1
        if good:
            values = np.frombuffer(out, np.float32, PIXELS, at)
            yield values, np.frombuffer(out, np.uint8, PIXELS, at + 4 * PIXELS)
            at += 5 * PIXELS
        else:
            yield None


def reads_band(node, evaluator):
    """As the compiler counts: not in branches that numbers decide."""
    kind = node[0]
    if kind == "name":
        return node[1] not in CONSTANTS
    if kind == "number" or evaluator.constant(node) is not None:
        return False
    if kind == "where":
        condition = evaluator.constant(node[1])
        if condition is not None:
            return reads_band(node[2 if condition else 3], evaluator)
    return any(reads_band(n, evaluator) for n in node[1:] if isinstance(n, tuple))


def compare(tally, text, node, planes, got):
    value, state, unsure = expected(node, planes)
    if got is None:
        with np.errstate(all="ignore"):
            tally.check(not reads_band(node, Evaluator(planes)), text, "refused")
        return 0, 0
    classes = (got[1] == state) | unsure
    near = np.abs(got[0] - value) <= np.spacing(np.maximum(np.abs(got[0]), np.abs(value)))
    bad = ~(classes & (near | unsure))
    at = int(np.argmax(bad))
    tally.check(not bad.any(), text,
                f"pixel {at}: {got[0][at]!r} class {got[1][at]}, expected {value[at]!r} "
                f"class {state[at]}")
    return int(unsure.sum()), int((got[0] == value).sum())


def main():
    tally = Tally()
    rng = random.Random(13)
    unsure = equal = pixels = 0
    with Scratch() as scratch:
        for batch in range(2 if QUICK else 40):
            planes = make_planes(batch)
            nodes = []
            while len(nodes) < 250:
                node = tree(rng, rng.randint(2, 6))
                if size(node) <= 60:
                    nodes.append(node)
            texts = [write(node, rng) for node in nodes]
            for text, node, got in zip(texts, nodes, run_formulas(texts, planes, scratch)):
                counts = compare(tally, text, node, planes, got)
                unsure, equal, pixels = unsure + counts[0], equal + counts[1], pixels + PIXELS
        tally.check(unsure < 0.03 * pixels, "pixels that are compared",
                    f"{unsure} of {pixels} are not")
    print(f"{pixels} pixels, {equal} equal, {unsure} not certain")
    tally.finish()


if __name__ == "__main__":
    main()
