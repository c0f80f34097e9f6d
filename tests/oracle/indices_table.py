#!/usr/bin/python3
"""The table of indices against the list of Awesome Spectral Indices (../shared/data/indices): every
name that both have is evaluated on random reflectances, ours by the unit test's program, theirs by
NumPy. Where ours differs on purpose, it is held to the paper's formula instead, which is here.

Usage: indices_table.py; BUILD and IMGPIPE_DATA as for the other tests.
"""

import json
import re
import subprocess

import numpy as np

from oracle import BUILD, Tally, data_folder, run

PIXELS = 4000
EVALUATOR = BUILD / "tests" / "test_recipe"

# Their letters are our bands.
LETTERS = {"A": "coastal", "B": "blue", "G": "green", "R": "red", "RE1": "rededge071",
           "RE2": "rededge075", "RE3": "rededge078", "N": "nir", "N2": "nir08", "S1": "swir16",
           "S2": "swir22"}

# Their constants are the same for all indices; these are other ones of the authors' papers.
CONSTANTS = {"SAVI": {"L": 0.5}, "MNLI": {"L": 0.5}}

# Known to be another formula: what ours is held to, and why.
DIFFERENT = {
    # Theirs has gamma*(R-B), which is BNDVI for gamma = 1. Kaufman and Tanre 1992:
    # rb = R - gamma*(B-R).
    "ARVI": "(N - (R - 1.0*(B - R))) / (N + (R - 1.0*(B - R)))",
    # Theirs is in terms of kernels. Camps-Valls et al. 2021, with a length scale of (N+R)/2.
    "kNDVI": "tanh(((N - R)/(N + R))**2)",
}


def rows():
    """Names and aliases of the table, as imgpipe index shows them."""
    names = [line.split()[0] for line in run(["index"]).out.splitlines()[1:]
             if line and not line.startswith(" ")]
    for name in names:
        shown = run(["index", "show", name]).out
        also = re.search(r"^also +(.*)$", shown, re.M)
        yield name, also.group(1).split() if also else []


def bands_of(options):
    return subprocess.run([EVALUATOR, "--bands", options], check=True, capture_output=True,
                          text=True).stdout.split()


def ours(name, reflectance):
    """One value a pixel, NaN where there is none."""
    data = b"".join(reflectance[band].tobytes() for band in bands_of(f"-i {name}"))
    out = subprocess.run([EVALUATOR, "--eval", f"-i {name}"], check=True, input=data,
                         capture_output=True).stdout
    return np.frombuffer(out, "f4")


def theirs(name, formula, constants, reflectance):
    known = {"tanh": np.tanh}
    known |= {letter: reflectance[band] for letter, band in LETTERS.items()}
    known.update({k: v["default"] for k, v in constants.items() if v["default"] is not None})
    known.update(CONSTANTS.get(name, {}))
    with np.errstate(all="ignore"):  # test data of the repository beside this one
        return eval(formula, {"__builtins__": {}}, known) + np.zeros(PIXELS)


def agree(got, want, most):
    """Rounded once to single precision. Theirs is in another order of operations, so near to a
    pole or where terms cancel the doubles differ by some ulp of the largest term."""
    finite = np.isfinite(want)
    if (np.isfinite(got) != finite).any():
        return "other pixels have no value"
    error = np.abs(got.astype("f8") - want)[finite]
    bound = 2.0 ** -23 * np.abs(want[finite]) + 2.0 ** -44 * most
    wrong = error > bound
    return f"{wrong.sum()} pixels, by up to {error[wrong].max():g}" if wrong.any() else None


def scene(kind):
    """Reflectances from 0 to 1; dark ones, as over water; a grid of stored numbers."""
    rng = np.random.default_rng(13)
    if kind == "wide":
        return {band: rng.uniform(0.001, 1, PIXELS) for band in LETTERS.values()}
    if kind == "dark":
        return {band: rng.uniform(0.001, 0.05, PIXELS) for band in LETTERS.values()}
    return {band: rng.integers(1, 10001, PIXELS) / 10000 for band in LETTERS.values()}


def main():
    tally = Tally()
    folder = data_folder(tally, "indices")
    if not EVALUATOR.exists():
        tally.fail("the program that evaluates", f"{EVALUATOR} is not built")
        tally.finish()
    listed = json.loads((folder / "spectral-indices-dict.json").read_text())["SpectralIndices"]
    constants = json.loads((folder / "constants.json").read_text())
    shared = 0
    for name, aliases in rows():
        for word in [name, *aliases]:
            if word not in listed:
                continue
            shared += 1
            formula = DIFFERENT.get(word, listed[word]["formula"])
            wrong = None
            for kind in ("wide", "dark", "grid"):
                reflectance = scene(kind)
                want = theirs(word, formula, constants, reflectance)
                most = np.nanmax(np.abs(want[np.isfinite(want)]))
                wrong = wrong or agree(ours(word, reflectance), want, most)
            tally.check(wrong is None, f"{word} = {formula}", wrong)
    tally.check(shared >= 60, "names that both lists have", f"{shared}")
    tally.finish()


if __name__ == "__main__":
    main()
