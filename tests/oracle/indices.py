#!/usr/bin/python3
"""Every row of the table of indices, through the whole program, against NumPy in double precision.

The formulas below are written from the publications, and know nothing of the program's. What may
differ: a value is rounded once to single precision (one unit in the last place), and put on the
index's grid; so means differ by no more. Each pixel is in one class, by the rule that the first
operation without a value decides: a divisor of zero, or a result that is not finite.

Scenes: a product of files at 10 m and 20 m with scales of their own, the same as one stack, numbers
that cancel exactly (zero denominators, roots of negative numbers, poles), and the real scenes that
have more than red and NIR.

    indices.py [--quick] [--seed N]
"""

import random
import sys

import numpy as np
from osgeo import gdal, osr

from oracle import QUICK, Scratch, Tally, data_folder, load, read_band, run

SEED = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 1
VALID, NONFINITE, DIV0 = 0, 1, 2
ULP = 2.0 ** -23
LETTERS = ("A", "B", "G", "R", "RE1", "RE2", "RE3", "N", "N2", "S1", "S2")

# --- formulas: letters are reflectances; a line is NAME, ALIAS... = EXPRESSION of Python ---

FORMULAS = """
ndvi = (N - R) / (N + R)
gndvi = (N - G) / (N + G)
bndvi = (N - B) / (N + B)
ndre, ndrei = (N - RE1) / (N + RE1)
rendvi = (RE2 - RE1) / (RE2 + RE1)
ngrdi = (G - R) / (G + R)
ndyi = (G - B) / (G + B)
sr = N / R
ipvi = N / (N + R)
wdrvi = (0.1 * N - R) / (0.1 * N + R)
msr = (N / R - 1) / sqrt(N / R + 1)
tvi = sqrt((N - R) / (N + R) + 0.5)
cig, gci = N / G - 1
cire = N / RE1 - 1
kndvi = tanh(((N - R) / (N + R)) ** 2)
arvi = (N - (R - (B - R))) / (N + (R - (B - R)))
vari = (G - R) / (G + R - B)
gari = (N - (G - (B - R))) / (N + (G - (B - R)))
gli = (2 * G - R - B) / (2 * G + R + B)
rgbvi = (G ** 2 - B * R) / (G ** 2 + B * R)
mtci = (RE2 - RE1) / (RE1 - R)
s2rep = 705 + 35 * ((RE3 + R) / 2 - RE1) / (RE2 - RE1)
psri = (R - B) / RE2
sipi = (N - A) / (N - R)
msi = S1 / N
ndmi, ndii, lswi = (N - S1) / (N + S1)
nmdi = (N - (S1 - S2)) / (N + (S1 - S2))
ndwi = (G - N) / (G + N)
mndwi, ndsi = (G - S1) / (G + S1)
ndti = (R - G) / (R + G)
ndci = (RE1 - R) / (RE1 + R)
wri = (G + R) / (N + S1)
andwi = (B + G + R - N - S1 - S2) / (B + G + R + N + S1 + S2)
ari2 = N * (1 / G - 1 / RE1)
nbr = (N - S2) / (N + S2)
nbr2 = (S1 - S2) / (S1 + S2)
ndbi = (S1 - N) / (S1 + N)
ui = (S2 - N) / (S2 + N)
bsi, bi = ((S1 + R) - (N + B)) / ((S1 + R) + (N + B))
ndtilli = (S1 - S2) / (S1 + S2)
dbsi = (S1 - G) / (S1 + G) - (N - R) / (N + R)
mbi = (S1 - S2 - N) / (S1 + S2 + N) + 0.5
dvi = N - R
nirv = (N - R) / (N + R) * N
exg = 2 * G - R - B
exgr = (2 * G - R - B) - (1.3 * R - G)
tgi = -0.5 * (190 * (R - G) - 120 * (R - B))
rdvi = (N - R) / sqrt(N + R)
trivi = 0.5 * (120 * (N - G) - 200 * (R - G))
mcari = ((RE1 - R) - 0.2 * (RE1 - G)) * (RE1 / R)
tcari = 3 * ((RE1 - R) - 0.2 * (RE1 - G) * (RE1 / R))
tcariosavi = 3 * ((RE1 - R) - 0.2 * (RE1 - G) * (RE1 / R)) / (1.16 * ((N - R) / (N + R + 0.16)))
ireci = (RE3 - R) * RE2 / RE1
tcb = 0.2043 * B + 0.4158 * G + 0.5524 * R + 0.5741 * N + 0.3124 * S1 + 0.2303 * S2
tcg = -0.1603 * B - 0.2819 * G - 0.4934 * R + 0.7940 * N - 0.0002 * S1 - 0.1446 * S2
tcw = 0.0315 * B + 0.2021 * G + 0.3102 * R + 0.1594 * N - 0.6806 * S1 - 0.6109 * S2
ari = 1 / G - 1 / RE1
cri550 = 1 / B - 1 / G
aweinsh = 4 * (G - S1) - (0.25 * N - 2.75 * S2)
aweish = B + 2.5 * G - 1.5 * (N + S1) - 0.25 * S2
evi = 2.5 * (N - R) / (N + 6 * R - 7.5 * B + 1)
evi2 = 2.5 * (N - R) / (N + 2.4 * R + 1)
savi = (N - R) / (N + R + 0.5) * (1 + 0.5)
osavi = (N - R) / (N + R + 0.16)
msavi, msavi2 = (2 * N + 1 - sqrt((2 * N + 1) ** 2 - 8 * (N - R))) / 2
mcari2 = 1.5 * (2.5 * (N - R) - 1.3 * (N - G)) / sqrt((2 * N + 1) ** 2 - (6 * N - 5 * sqrt(R)) - 0.5)
mtvi2 = 1.5 * (1.2 * (N - G) - 2.5 * (R - G)) / sqrt((2 * N + 1) ** 2 - (6 * N - 5 * sqrt(R)) - 0.5)
nli = (N ** 2 - R) / (N ** 2 + R)
mnli = (N ** 2 - R) * (1 + 0.5) / (N ** 2 + R + 0.5)
gemi = eta(N, R) * (1 - 0.25 * eta(N, R)) - (R - 0.125) / (1 - R)
gvmi = ((N + 0.1) - (S2 + 0.02)) / ((N + 0.1) + (S2 + 0.02))
bai = 1 / ((0.1 - R) ** 2 + (0.06 - N) ** 2)
bais2 = (1 - sqrt(RE2 * RE3 * N2 / R)) * ((S2 - N2) / sqrt(S2 + N2) + 1)
mirbi = 10 * S2 - 9.8 * S1 + 2
nbrswir = (S2 - S1 - 0.02) / (S2 + S1 + 0.1)
"""


def parsed():
    """Code and names by the first name of each line, and the first names of aliases."""
    code, aliases = {}, {}
    for line in FORMULAS.strip().splitlines():
        names, _, body = line.partition("=")
        first, *others = [word.strip() for word in names.split(",")]
        code[first] = compile(body.strip(), first, "eval")
        aliases.update(dict.fromkeys(others, first))
    return code, aliases


FORMULA, ALIASES = parsed()


class Numbers:
    """Numbers of all pixels, and which have none for what reason: that of the first operand without
    a value, else the operation's own."""

    def __init__(self, values, states=None):
        self.values = values
        self.states = np.zeros(np.shape(values), np.uint8) if states is None else states

    @classmethod
    def of(cls, other, like):
        return other if isinstance(other, cls) else cls(like.values.dtype.type(other))

    def result(self, values, other=None, div0=False):
        states = self.states if other is None else np.where(self.states, self.states, other.states)
        states = np.where((states == VALID) & div0, DIV0, states)
        states = np.where((states == VALID) & ~np.isfinite(values), NONFINITE, states)
        return Numbers(np.where(states == VALID, values, values.dtype.type(1)), states)

    def divided(self, other):
        with np.errstate(all="ignore"):
            return self.result(self.values / other.values, other, other.values == 0)

    def __add__(self, other):
        other = self.of(other, self)
        return self.result(self.values + other.values, other)

    def __sub__(self, other):
        other = self.of(other, self)
        return self.result(self.values - other.values, other)

    def __mul__(self, other):
        other = self.of(other, self)
        return self.result(self.values * other.values, other)

    def __truediv__(self, other):
        return self.divided(self.of(other, self))

    def __pow__(self, number):
        assert number == 2
        return self.result(self.values * self.values)

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other):
        return self.of(other, self) - self

    def __rtruediv__(self, other):
        return self.of(other, self).divided(self)

    def by(self, function):
        with np.errstate(all="ignore"):
            return self.result(function(self.values))


def eta(n, r):
    return (2 * (n ** 2 - r ** 2) + 1.5 * n + 0.5 * r) / (n + r + 0.5)


KNOWN = {"__builtins__": {}, "eta": eta, "sqrt": lambda x: x.by(np.sqrt),
         "tanh": lambda x: x.by(np.tanh)}


def letters_of(name):
    """Bands that a formula asks for."""
    return [word for word in FORMULA[name].co_names if word in LETTERS]


# --- what a summary should say ---


class Reference:
    """An index of a scene's bands: counts, values in single precision, and how far each may be off,
    from the same in extended precision."""

    def __init__(self, name, scene):
        letters = letters_of(name)
        shape = scene.shape
        self.nodata, self.masked, nonfinite = (np.zeros(shape, bool) for _ in range(3))
        for letter in letters:
            self.nodata |= scene.nodata[letter]
            self.masked |= scene.masked[letter]
            nonfinite |= ~np.isfinite(scene.stored[letter])
        self.masked &= ~self.nodata
        left = ~self.nodata & ~self.masked & ~nonfinite
        double, extended = (self.evaluated(name, scene, left, kind)
                            for kind in (np.float64, np.longdouble))
        with np.errstate(over="ignore"):
            single = double.values.astype(np.float32)
        states = np.where((double.states == VALID) & ~np.isfinite(single), NONFINITE, double.states)
        good = states == VALID
        self.pixels = nonfinite.size
        self.counts = {"nodata": int(self.nodata.sum()), "masked": int(self.masked.sum()),
                       "valid": int(good.sum()), "zero_denominator": int((states == DIV0).sum()),
                       "nonfinite": int((states == NONFINITE).sum()) + int(
                           (nonfinite & ~self.nodata & ~self.masked).sum())}
        self.value = single[good].astype(np.float64)
        off = np.abs((double.values - extended.values)[good].astype(np.float64))
        self.off = 8 * off + np.maximum(ULP * np.abs(self.value), 2.0 ** -149)
        # Not certain: where rounding in double precision decides. None, where numbers are exact.
        decided = (double.states == extended.states)[good]
        self.uncertain = int((double.states != extended.states).sum()
                             + (decided & (off > 2.0 ** -28 * np.abs(self.value) + 1e-12)).sum())

    @staticmethod
    def evaluated(name, scene, left, kind):
        known = {letter: Numbers(scene.physical(letter, kind)[left]) for letter in letters_of(name)}
        return eval(FORMULA[name], KNOWN | known)  # a formula of this file


def slot_width(value, low, high):
    """Of the histogram, at a value: 8192 slots over the range, 64 an octave beyond it."""
    half = (high - low) / 2
    away = abs(value - (low + high) / 2) / half
    return (high - low) / 8192 if away <= 1 else half * 2.0 ** np.floor(np.log2(away)) / 64


def percentile_differs(want, got, percent, low, high):
    """numpy.percentile's rule, of values that are anywhere in their slots."""
    rank, between = divmod(percent * (len(want) - 1), 100)
    ends = want[[rank, min(rank + 1, len(want) - 1)]]
    if (abs(ends - (low + high) / 2) > 60000 * (high - low) / 2).any():
        return False  # the last slot reaches to the extremes
    bound = 1.001 * max(slot_width(v, low, high) for v in ends) + 4 * ULP * abs(ends).max()
    return got is None or not abs(got - np.percentile(want, percent)) <= bound


def differences(stats, want, grid):
    """Differences in words of a statistics object from a Reference."""
    out = [] if stats["pixels"] == want.pixels else [f"pixels {stats['pixels']} != {want.pixels}"]
    for key, right in want.counts.items():
        if abs(stats[key] - right) > want.uncertain:
            out.append(f"{key} {stats[key]} != {right}")
    v = want.value
    if v.size == 0:
        return out + [f"{key} {stats[key]}, of no pixel" for key in ("min", "max", "mean", "std")
                      if stats[key] is not None]
    if out or want.uncertain:
        return out
    for key, at in (("min", int(v.argmin())), ("max", int(v.argmax()))):
        if not abs(stats[key] - v[at]) <= want.off[at]:
            out.append(f"{key} {stats[key]!r} != {v[at]!r}")
    off = want.off + 2.0 ** (grid["grid_exponent"] - 31)
    long = v.astype(np.longdouble)
    mean = long.mean()
    if not abs(stats["mean"] - mean) <= off.mean() + 1e-14 * abs(mean):
        out.append(f"mean {stats['mean']!r} != {float(mean)!r} (within {off.mean():.2g})")
    std = np.sqrt(((long - mean) ** 2).mean())
    bound = 1.01 * np.sqrt((off ** 2).mean()) + 1e-12 * float(std)
    if not abs(stats["std"] - std) <= bound:
        out.append(f"std {stats['std']!r} != {float(std)!r} (within {bound:.2g})")
    low, high = grid["range"]
    ordered = np.sort(v)
    for percent in (2, 5, 25, 50, 75, 95, 98):
        got = stats["median"] if percent == 50 else stats["percentiles"][str(percent)]
        if percentile_differs(ordered, got, percent, low, high):
            out.append(f"p{percent} {got!r} != {ordered[percent * (v.size - 1) // 100]!r}")
    outside = int(((v < low) | (v > high)).sum())
    edge = sum(int(((v != e) & (abs(v - e) <= want.off)).sum()) for e in (low, high))
    if abs(stats["outside_range"] - outside) > edge:
        out.append(f"outside_range {stats['outside_range']} != {outside}")
    return out


# --- scenes ---


class Scene:
    """Stored numbers by letter on the finest grid, what they mean, and where they do not count."""

    def __init__(self, stored, scale, offset=None, nodata=None, masked=None):
        self.stored = stored
        self.scale = dict.fromkeys(stored, scale) if not isinstance(scale, dict) else scale
        self.offset = offset or dict.fromkeys(stored, 0.0)
        self.shape = next(iter(stored.values())).shape
        none = np.zeros(self.shape, bool)
        self.nodata = nodata or {letter: none for letter in stored}
        self.masked = masked or {letter: none for letter in stored}

    def physical(self, letter, kind):
        """The program rounds scale * stored + offset in double precision, once each."""
        numbers = self.stored[letter].astype(np.float64)
        return (numbers * self.scale[letter] + self.offset[letter]).astype(kind)


BAND = {"A": "B01", "B": "B02", "G": "B03", "R": "B04", "RE1": "B05", "RE2": "B06", "RE3": "B07",
        "N": "B08", "N2": "B8A", "S1": "B11", "S2": "B12"}
FINE = ("B", "G", "R", "N")


def write(path, arrays, pixel, nodata=0, scaling=(), descriptions=(), options=()):
    h, w = arrays[0].shape
    kind = gdal.GDT_Int16 if arrays[0].dtype == np.int16 else gdal.GDT_UInt16
    dataset = gdal.GetDriverByName("GTiff").Create(
        str(path), w, h, len(arrays), kind,
        ["TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "COMPRESS=DEFLATE", *options])
    dataset.SetGeoTransform((500000, pixel, 0, 5000000, 0, -pixel))
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(32632)
    dataset.SetProjection(crs.ExportToWkt())
    for i, array in enumerate(arrays):
        band = dataset.GetRasterBand(i + 1)
        band.SetNoDataValue(nodata)
        if scaling:
            band.SetScale(scaling[i][0])
            band.SetOffset(scaling[i][1])
        if descriptions:
            band.SetDescription(descriptions[i])
        band.WriteArray(array)


def write_product(folder, bands, scene, nodata=0):
    """One file a band, as Sentinel-2 has them."""
    folder.mkdir()
    for letter, numbers in bands.items():
        pixel = 10 if letter in FINE else 20
        path = folder / f"T32ABC_20200101T101031_{BAND[letter]}_{pixel}m.tif"
        write(path, [numbers], pixel, nodata, [(scene.scale[letter], scene.offset[letter])])
    return folder


def spread(numbers, shape):
    """A coarser band on the finest grid: each pixel stands for 2 x 2 of them."""
    if numbers.shape == shape:
        return numbers
    return np.repeat(np.repeat(numbers, 2, axis=0), 2, axis=1)


def random_bands(size, seed, low, high, kind=np.uint16, nodata=0):
    """Stored numbers of each letter at 20 m (half size) or 10 m; one in a hundred is nodata."""
    draw = np.random.default_rng(seed)
    out = {}
    for letter in LETTERS:
        w, h = size if letter in FINE else (size[0] // 2, size[1] // 2)
        numbers = draw.integers(low, high, size=(h, w)).astype(kind)
        numbers[numbers == nodata] = high
        numbers[draw.random((h, w)) < 0.01] = nodata
        out[letter] = numbers
    return out


def as_scene(bands, scale, offset=None, nodata=0):
    shape = bands["N"].shape
    stored = {letter: spread(numbers, shape) for letter, numbers in bands.items()}
    return Scene(stored, scale, offset, {k: v == nodata for k, v in stored.items()})


def tame(bands, scene, seed):
    """Random reflectances come near to poles, where rounding in double precision decides: 10 m
    pixels there become nodata."""
    for name in FORMULA:
        letters = letters_of(name)
        fine = [letter for letter in letters if letter in FINE]
        left = ~np.logical_or.reduce([scene.nodata[letter] for letter in letters])
        double, extended = (Reference.evaluated(name, scene, left, kind)
                            for kind in (np.float64, np.longdouble))
        error = np.abs(double.values - extended.values)
        bad = np.zeros(scene.shape, bool)
        bad[left] = ((double.states != extended.states) | (double.states == DIV0)
                     | (error > 2.0 ** -36 * np.abs(double.values) + 1e-14))
        for letter in fine[:1]:
            bands[letter][bad] = 0
            scene.stored[letter] = bands[letter]
            scene.nodata[letter] = bands[letter] == 0
        if not fine and bad.any():
            coarse = bad[::2, ::2]
            letter = letters[0]
            bands[letter][coarse] = 0
            scene.stored[letter] = spread(bands[letter], scene.shape)
            scene.nodata[letter] = scene.stored[letter] == 0


# --- checks ---


def table(tally):
    """Names that the program lists, in lower case. A row without a formula here is a failure."""
    result = run(["index"])
    if result.rc != 0:
        tally.fail("imgpipe index", result.trouble())
    names = [line.split()[0].lower() for line in result.out.splitlines()[1:]
             if line and not line.startswith(" ")]
    tally.check(sorted(names) == sorted(FORMULA), "rows of the table and of this test",
                f"without a formula here: {sorted(set(names) - set(FORMULA))}; not in the table: "
                f"{sorted(set(FORMULA) - set(names))}")
    return [name for name in names if name in FORMULA]


def batches(names, most=16):
    """Lists of names for a run, mixed: neighbours in the table read the same bands."""
    mixed = list(names)
    random.Random(SEED).shuffle(mixed)
    return [mixed[i:i + most] for i in range(0, len(mixed), most)]


def summary_of(scratch, files, names, options):
    out = scratch / "summary.json"
    out.unlink(missing_ok=True)
    result = run(["-q", "--index", ",".join(names), "--summary", out, *options, *files], timeout=120)
    return load(out), result


def check(tally, scratch, label, files, scene, names, options=(), exact=True):
    """Every index against its reference. exact: no pixel may be uncertain."""
    done = unsure = 0
    for group in batches(names):
        summary, result = summary_of(scratch, files, group, options)
        if summary is None or not summary.get("scenes") or result.rc != 0:
            tally.fail(f"{label}: {','.join(group)}",
                       f"exit {result.rc}: {result.trouble() or result.last_words()}")
            continue
        grids = {entry["name"]: entry for entry in summary["indices"]}
        for name in group:
            entry = summary["scenes"][0]
            stats = (entry.get("indices") or {}).get(name)
            if stats is None:
                tally.fail(f"{label}: {name}", f"null: {(entry.get('missing') or {}).get(name)}")
                continue
            want = Reference(ALIASES.get(name, name), scene)
            wrong = differences(stats, want, grids[name])
            if exact and want.uncertain:
                wrong.append(f"{want.uncertain} pixels of the test are not certain")
            tally.check(not wrong, f"{label}: {name}", "; ".join(wrong[:3]))
            done, unsure = done + 1, unsure + (want.uncertain > 0)
    print(f"{label:44} {done} indices" + (f", of {unsure} only counts" if unsure else ""), flush=True)


def check_generated(tally, scratch, names, size):
    # Scales and offsets differ by band, as in no product: normalized differences of such bands are
    # computed from physical values.
    bands = random_bands(size, SEED, 800, 9000)
    draw = random.Random(SEED)
    scale = {letter: draw.choice((0.0001, 0.0001, 0.00011)) for letter in LETTERS}
    offset = {letter: draw.choice((0.0, 0.0, -0.03)) for letter in LETTERS}
    scene = as_scene(bands, scale, offset)
    tame(bands, scene, SEED)
    folder = write_product(scratch / "product", bands, scene)
    check(tally, scratch, "files of 10 m and 20 m", [folder], scene, names)
    check(tally, scratch, "the same, aliases", [folder], scene, list(ALIASES))
    stack = [letter for letter in LETTERS if letter != "A"]
    some = [name for name in names if "A" not in letters_of(name)]
    for options, word in (((), "chunky"), (("INTERLEAVE=BAND",), "planar")):
        path = scratch / f"stack-{word}.tif"
        write(path, [scene.stored[letter] for letter in stack], 10,
              scaling=[(scale[letter], offset[letter]) for letter in stack],
              descriptions=[BAND[letter] for letter in stack], options=options)
        check(tally, scratch, f"stack of ten bands, {word}", [path], scene, some)


def check_exact(tally, scratch, names, size):
    """Numbers that cancel: every class is met, and every count is exact."""
    bands = random_bands(size, SEED + 1, 1, 12)
    scene = as_scene(bands, 2.0 ** -3)
    folder = write_product(scratch / "exact", bands, scene)
    check(tally, scratch, "numbers that cancel", [folder], scene, names, exact=False)
    bands = random_bands(size, SEED + 2, -9, 12, np.int16, -999)
    scene = as_scene(bands, 2.0 ** -3, nodata=-999)
    folder = write_product(scratch / "negative", bands, scene, -999)
    check(tally, scratch, "negative numbers that cancel", [folder], scene, names, exact=False)


# Scene, file, letters of its bands in their order ("-": none), power of two that is the scale.
STACKS = (
    ("l7_etm_stack6", "L7_ETMs.tif", "B G R N S1 S2", 8),
    ("l7_sr_stack8_2002", "LE70220492002106EDC00_stack.gtif", "B G R N S1 S2 - -", 14),
    ("s2_sen2r_barbellino_2017", "S2A2A_20170703_022_Barbellino_BOA_10.tif",
     "A B G R RE1 RE2 RE3 N N2 S1 S2", 13),
    ("s2_stack_demmin", "sentinel2_fields.tif", "R G B N", 13),
    ("landsat_composite_1985", "1985.tif", "S1 N R G", 8),
    ("landsat_composite_2000", "2000.tif", "S1 N R G", 8),
    ("m_4709963_se_14_1_20140720", "m_4709963_se_14_1_20140720.tif", "R G B N", 8),
    ("m_4709963_se_14_1_20100629", "m_4709963_se_14_1_20100629.tif", "R G B N", 8),
    ("m_3008501_ne_16_1_20110815", "m_3008501_ne_16_1_20110815.tif", "R G B N", 8),
    ("m_3211605_ne_11_060_20200415", "m_3211605_ne_11_060_20200415.tif", "R G B N", 8),
    ("m_4112001_sw_10_060_20220716", "m_4112001_sw_10_060_20220716.tif", "R G B N", 8),
    ("rgbn_suba", "rgbn_suba.tif", "R G B N", 8),
    ("wv2_ms1", "ms1.tif", "B G R N", 11),
    ("s2_median_float64", "cog.tif", "R G B N", 13),
    ("derived_naip_mosaic_2802x2169", "naip_mosaic.tif", "R G B N", 8),
)
QUICK_STACKS = {"l7_etm_stack6", "l7_sr_stack8_2002", "s2_sen2r_barbellino_2017", "s2_stack_demmin",
                "landsat_composite_1985", "m_4112001_sw_10_060_20220716", "wv2_ms1"}
WORD = {"A": "coastal", "B": "blue", "G": "green", "R": "red", "RE1": "rededge071",
        "RE2": "rededge075", "RE3": "rededge078", "N": "nir", "N2": "nir08", "S1": "swir16",
        "S2": "swir22"}


def real_scene(path, letters, scale):
    stored, nodata, masked = {}, {}, {}
    for i, letter in enumerate(letters, 1):
        if letter == "-":
            continue
        numbers, value, mask = read_band(path, i)
        stored[letter] = numbers
        nodata[letter] = np.zeros(numbers.shape, bool) if value is None else numbers == value
        masked[letter] = np.zeros(numbers.shape, bool) if mask is None else mask
    return Scene(stored, scale, None, nodata, masked)


def check_real(tally, scratch, names):
    """A scale that is a power of two keeps sums of stored numbers exact."""
    for folder, file, letters, power in STACKS:
        if QUICK and folder not in QUICK_STACKS:
            continue
        path = data_folder(tally, "real") / folder / file
        letters, scale = letters.split(), 2.0 ** -power
        scene = real_scene(path, letters, scale)
        some = [name for name in names if set(letters_of(name)) <= set(letters)]
        named = ",".join(f"{WORD[letter]}={i}" for i, letter in enumerate(letters, 1)
                         if letter != "-")
        check(tally, scratch, folder, [path], scene, some,
              ("--scale", repr(scale), "--offset", "0", "--bands", named), exact=False)


def main():
    tally = Tally()
    names = table(tally)
    size = (192, 128) if QUICK else (640, 448)
    with Scratch() as scratch:
        check_generated(tally, scratch, names, size)
        check_exact(tally, scratch, names, size)
        check_real(tally, scratch, names)
    tally.finish()


if __name__ == "__main__":
    main()
