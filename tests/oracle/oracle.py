"""What the oracle scripts share: where things are, running the program, counting checks, and the
NDVI of two arrays computed independently with numpy.

It knows the command line and the report formats only; nothing of how the program works.
"""

import csv
import json
import math
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from osgeo import gdal

gdal.UseExceptions()
gdal.SetConfigOption("GDAL_PAM_ENABLED", "NO")
gdal.PushErrorHandler("CPLQuietErrorHandler")  # warnings; failures are exceptions

REPO = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("BUILD", REPO / "build")).resolve()
IMGPIPE = BUILD / "imgpipe"
MAKE_SCENE = BUILD / "make_scene"
DATA = Path(os.environ.get("IMGPIPE_DATA", REPO.parent / "shared" / "data"))
QUICK = "--quick" in sys.argv

DOCUMENTED_EXITS = {0, 1, 64, 65, 66, 69, 73, 74, 75}
RANKS = {"2": 2, "5": 5, "25": 25, "median": 50, "75": 75, "95": 95, "98": 98}


def is_sanitized():
    """Built with a sanitizer: memory and time are then another matter."""
    blob = IMGPIPE.read_bytes()
    return any(mark in blob for mark in (b"__asan_init", b"__tsan_init", b"__ubsan_handle"))


SANITIZED = IMGPIPE.exists() and is_sanitized()
PATIENCE = 4 if SANITIZED else 1  # factor on every time limit

# Whoever starts a test: files are for others to read, who are asked to; no file gets a standard descriptor.
os.umask(0o022)
while (spare := os.open(os.devnull, os.O_RDWR)) <= 2:
    pass
os.close(spare)

# A sanitizer's finding must not look like a documented exit status.
os.environ.setdefault("ASAN_OPTIONS", "exitcode=99:detect_leaks=0")
os.environ.setdefault("TSAN_OPTIONS", f"exitcode=99:suppressions={REPO / 'tests' / 'tsan.supp'}")
os.environ.setdefault("UBSAN_OPTIONS", "exitcode=99:halt_on_error=1:print_stacktrace=1")

# Runs argv[2:], then writes its largest resident size in KiB, its status and its seconds of CPU to
# argv[1]. A process of its own and a small one, because a child inherits the size of whoever forked it as its first maximum.
PEAK_HELPER = """
import os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
with open(sys.argv[1], 'w') as f: f.write('%d %d %f' % (usage.ru_maxrss, status,
                                                            usage.ru_utime + usage.ru_stime))
"""


class Tally:
    """Counts checks, prints the failed ones, and ends the script with the closing line."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures = []

    def ok(self):
        self.passed += 1

    def fail(self, name, why):
        self.failed += 1
        self.failures.append(f"{name}: {why}")
        print(f"FAIL {name}: {why}", flush=True)

    def check(self, good, name, why=""):
        if good:
            self.ok()
        else:
            self.fail(name, why)
        return good

    def skip(self, name, why):
        self.skipped += 1
        print(f"skipped: {name}: {why}", flush=True)

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        sys.exit(1 if self.failed else 0)


def data_folder(tally, name):
    """Path of a shared data folder; where it is missing, the script ends as skipped."""
    folder = DATA / name
    if not folder.is_dir():
        print(f"skipped: no {os.path.join('..', 'shared', 'data')} (looked in {DATA})")
        tally.skipped += 1
        tally.finish()
    return folder


class Result:
    """One run of the program. rc is negative for a signal, as subprocess has it."""

    def __init__(self, rc, out, err, seconds, peak, cpu, timed_out):
        self.rc, self.out, self.err = rc, out, err
        self.seconds, self.peak, self.cpu, self.timed_out = seconds, peak, cpu, timed_out

    def last_words(self):
        lines = [line for line in self.err.strip().splitlines() if line.strip()]
        return lines[-1][:200] if lines else "(nothing on stderr)"

    def trouble(self):
        """Why this is not a proper end of a run, or None. A refusal in words is proper."""
        if self.timed_out:
            return f"still running after {self.seconds:.0f} s"
        if self.rc < 0:
            return f"died of {signal.Signals(-self.rc).name}: {self.last_words()}"
        if self.rc == 99 or "runtime error:" in self.err or "Sanitizer" in self.err:
            return "sanitizer: " + first_line_with(self.err, ("ERROR", "runtime error", "WARNING"))
        if self.rc not in DOCUMENTED_EXITS:
            return f"exit status {self.rc} is not documented: {self.last_words()}"
        if self.rc != 0 and not self.err.strip():
            return f"exit status {self.rc} without a word on stderr"
        return None


def first_line_with(text, marks):
    for line in text.splitlines():
        if any(mark in line for mark in marks):
            return line.strip()[:200]
    return text.strip()[:200]


def run(args, timeout=20, env=None, measure=False, program=None, cwd=None):
    """Run the program. With measure, Result.peak is its largest resident size in bytes, and
    Result.cpu its seconds of CPU, which are the same on a machine with other work."""
    command = [str(program or IMGPIPE)] + [str(a) for a in args]
    peak_file = None
    if measure:
        handle, peak_file = tempfile.mkstemp()
        os.close(handle)
        command = ["/usr/bin/python3", "-S", "-E", "-c", PEAK_HELPER, peak_file] + command
    begin = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, cwd=cwd, start_new_session=True,
                               env=dict(os.environ, **(env or {})))
    timed_out = False
    try:
        out, err = process.communicate(timeout=timeout * PATIENCE)
    except subprocess.TimeoutExpired:
        timed_out = True
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
    rc, peak, cpu = process.returncode, 0, 0
    if measure:
        words = Path(peak_file).read_text().split()
        os.unlink(peak_file)
        if len(words) == 3:
            peak, cpu = int(words[0]) * 1024, float(words[2])
            rc = os.waitstatus_to_exitcode(int(words[1]))
    return Result(rc, out.decode(errors="replace"), err.decode(errors="replace"),
                  time.monotonic() - begin, peak, cpu, timed_out)


class Scratch:
    """A temporary folder for the length of a script."""

    def __init__(self):
        self.path = Path(tempfile.mkdtemp(prefix="imgpipe-test-"))

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def load(path):
    """JSON of a report, or None where there is none or it is not JSON."""
    try:
        return json.loads(Path(path).read_text())
    except (OSError, ValueError):
        return None


def load_csv(path):
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def number(text):
    """A number of a CSV field; an empty field is 'no value'."""
    return None if text in ("", None, "null") else float(text)


def limit_memory(gib):
    resource.setrlimit(resource.RLIMIT_AS, (gib << 30, gib << 30))


# --- NDVI, independently ---


def equals_nodata(band, nodata):
    """Where a band holds its nodata value, compared in the band's own type; of floating point as
    GDAL does, an infinite value standing for the type's limit, too."""
    if nodata is None:
        return np.zeros(band.shape, bool)
    if isinstance(nodata, str):
        nodata = float(nodata)
    if math.isnan(nodata):
        return np.isnan(band) if band.dtype.kind == "f" else np.zeros(band.shape, bool)
    if band.dtype.kind == "f":
        info, number = np.finfo(band.dtype), band.dtype.type
        finite = number(min(max(nodata, float(info.min)), float(info.max)))
        with np.errstate(all="ignore"):
            near = abs(band - finite) < number(2.0**-23) * abs(band + finite) * number(2)
        return near | (band == (number(nodata) if math.isinf(nodata) else finite))
    info = np.iinfo(band.dtype)
    if not info.min <= nodata <= info.max or nodata != math.floor(nodata):
        return np.zeros(band.shape, bool)
    return band == int(nodata)


def ndvi_classes(red, nir, red_nodata=None, nir_nodata=None, masked=None, scale=1.0, offset=0.0):
    """(ndvi as float64 with NaN where it does not count, counts of the pixel classes)."""
    nodata = equals_nodata(red, red_nodata) | equals_nodata(nir, nir_nodata)
    masked = np.zeros(red.shape, bool) if masked is None else masked & ~nodata
    left = ~nodata & ~masked
    r = red.astype(np.float64) * scale + offset
    n = nir.astype(np.float64) * scale + offset
    if scale != 0 and offset != 0:  # no digits lost: both bands carry the same scale and offset
        r, n = red.astype(np.float64) + offset / scale, nir.astype(np.float64) + offset / scale
    nonfinite = left & ~(np.isfinite(r) & np.isfinite(n))
    left &= ~nonfinite
    # The quotient is one of float32 numbers: what counts as zero or infinite is decided there.
    with np.errstate(all="ignore"):
        over, under = (n - r).astype(np.float32), (n + r).astype(np.float32)
        zero = left & (under == 0)
        left &= ~zero
        value = np.where(left, (n - r) / np.where(left, n + r, 1), np.nan)
        overflow = left & ~np.isfinite(over / np.where(left, under, 1))
        overflow |= left & ~np.isfinite(under)
    left &= ~overflow
    value[~left] = np.nan
    counts = {"pixels": red.size, "valid": int(left.sum()), "nodata": int(nodata.sum()),
              "masked": int(masked.sum()), "nonfinite": int(nonfinite.sum() + overflow.sum()),
              "zero_denominator": int(zero.sum())}
    return value, counts


def ndvi_singles(red, nir, valid, scale=1.0, offset=0.0):
    """The index of valid pixels in single precision, as the program defines it: difference and sum
    of stored numbers in double precision, each rounded once, then one division."""
    r, n = red[valid].astype(np.float64), nir[valid].astype(np.float64)
    return (n - r).astype(np.float32) / (n + r + 2 * offset / scale).astype(np.float32)


# The histogram of include/accum.h: 8192 bins over [-1, 1], 64 an octave up to 2^16 on either side,
# one beyond.
BINS, OUTER, ONE = 8192, 16 * 64, 127 << 23
FIRST = 1 + OUTER  # slot of the first bin of [-1, 1]
SLOTS = FIRST + BINS + OUTER + 1
TOP = FIRST + BINS - 1  # it has 1, too


def histogram_slots(value):
    """Slot of each value, in single precision."""
    bits = (np.abs(value).view(np.uint32).astype(np.int64) - ONE) >> 17
    outer = np.minimum(bits, OUTER)
    grid = np.rint(np.clip(value, -1, 1).astype(np.float64) * 2**30).astype(np.int64)
    inner = FIRST + np.minimum((grid + 2**30) >> 18, BINS - 1)
    return np.where(value < -1, FIRST - 1 - outer,
                    np.where(value > 1, FIRST + BINS + outer, inner))


def slot_edge(slot, least, most):
    """Lower edge of a slot; the two at the ends reach as far as the values."""
    def outer(number):
        return float(np.array(ONE + (number << 17), np.uint32).view(np.float32))
    if slot == 0:
        return least
    if slot == SLOTS:
        return most
    if slot < FIRST:
        return -outer(FIRST - slot)
    if slot > FIRST + BINS:
        return outer(slot - FIRST - BINS)
    return -1 + (slot - FIRST) * (2 / BINS)


def percentiles_of(value):
    """By the histogram's rule: the values of rank p/100 * (n - 1), or as far between those of two
    ranks; of a slot they are taken to lie evenly spread, but the first of all at the minimum and the
    last at the maximum. Two values in two slots are known."""
    slots, counts = np.unique(histogram_slots(value), return_counts=True)
    ends = np.cumsum(counts)
    least, most = float(value.min()), float(value.max())
    points = [slot_edge(int(slot), least, most) if slot != TOP else 1.0 for slot in slots]
    points[0], points[-1] = least, most
    known = 1 < len(slots) <= 64 and not (
        TOP in slots[1:-1] and slots[-2] > TOP) and all(
            np.array_equal(np.rint(value[histogram_slots(value) == slot].astype(float) * 2**30),
                           np.full(count, np.rint(point * 2**30)))
            for slot, count, point in zip(slots, counts, points))

    def at(rank):
        i = int(np.searchsorted(ends, int(rank), side="right"))
        if known:
            return i, points[i]
        low, high = (slot_edge(int(slots[i]) + more, least, most) for more in (0, 1))
        first, last, before, parts = i == 0, i == len(slots) - 1, np.longdouble(0.5), counts[i]
        if last:
            high, before = most, 1
        if first:
            low, before, parts = least, 0, max(parts - last, 1)
        share = float((rank - (ends[i] - counts[i]) + before) / parts)
        return i, min(max(low + (high - low) * share, least), most)

    out = {}
    for name, percent in RANKS.items():
        rank = np.longdouble(percent) * (value.size - 1) / 100
        below = np.longdouble(int(rank))
        i, v = at(rank)
        if rank > below and below + 1 >= ends[i]:
            v = at(below)[1]
            v += (at(below + 1)[1] - v) * float(rank - below)
        out[name] = v
    return out


def ndvi_reference(red, nir, **rules):
    """What a summary should say of two bands."""
    value, want = ndvi_classes(red, nir, **rules)
    valid = np.isfinite(value)
    good = value[valid]
    want["outside_range"] = int((np.abs(good.astype(np.float32)) > 1).sum())
    if good.size == 0:
        return dict(want, min=None, max=None, mean=None, std=None, percentiles=None)
    mean = math.fsum(good) / good.size
    std = math.sqrt(math.fsum((good - mean) ** 2) / good.size)
    scaling = {key: rules[key] for key in ("scale", "offset") if key in rules}
    return dict(want, min=float(good.min()), max=float(good.max()), mean=mean, std=std,
                percentiles=percentiles_of(ndvi_singles(red, nir, valid, **scaling)))


def merged_reference(parts):
    """One reference from those of parts of an image; without the percentiles."""
    total = {key: sum(part[key] for part in parts) for key in
             ("pixels", "valid", "nodata", "masked", "nonfinite", "zero_denominator",
              "outside_range")}
    parts = [part for part in parts if part["valid"]]
    if not parts:
        return dict(total, min=None, max=None, mean=None, std=None)
    n = total["valid"]
    mean = math.fsum(part["mean"] * part["valid"] for part in parts) / n
    square = math.fsum((part["std"] ** 2 + (part["mean"] - mean) ** 2) * part["valid"]
                       for part in parts) / n
    return dict(total, min=min(part["min"] for part in parts),
                max=max(part["max"] for part in parts), mean=mean, std=math.sqrt(square))


def close(got, want, tolerance=1e-6):
    if got is None or want is None:
        return got is None and want is None
    return abs(got - want) <= tolerance * max(1.0, abs(want))


def compare(got, want, counts=("pixels", "valid", "nodata", "masked", "nonfinite",
                               "zero_denominator", "outside_range")):
    """Differences between a summary's ndvi object and ndvi_reference(), in words."""
    differences = []
    for key in counts:
        if key in want and got.get(key) != want[key]:
            differences.append(f"{key} {got.get(key)} != {want[key]}")
    for key in ("min", "max", "mean", "std"):
        if not close(got.get(key), want[key]):
            differences.append(f"{key} {got.get(key)} != {want[key]}")
    for name, percentile in (want.get("percentiles") or {}).items():
        value = got.get("median") if name == "median" else got["percentiles"].get(name)
        if not close(value, percentile, 1e-14):
            differences.append(f"p{name} {value} != {percentile}")
    return differences


def transparent(path, used, rows=None):
    """Where the one band that is labelled alpha, and is none of those used, is 0; else None."""
    dataset = gdal.OpenEx(str(path), gdal.OF_RASTER)
    alpha = [i for i in range(1, dataset.RasterCount + 1) if i not in used and
             dataset.GetRasterBand(i).GetColorInterpretation() == gdal.GCI_AlphaBand]
    if len(alpha) != 1:
        return None
    return read_band(path, alpha[0], rows)[0] == 0


def read_band(path, index, rows=None):
    """(array, nodata, masked) of one band by GDAL; masked by a per-dataset mask that is no alpha.
    rows: (first, count), all where None.
    """
    dataset = gdal.OpenEx(str(path), gdal.OF_RASTER)
    band = dataset.GetRasterBand(index)
    first, count = rows or (0, dataset.RasterYSize)
    window = (0, first, dataset.RasterXSize, count)
    masked = None
    flags = band.GetMaskFlags()
    if flags & gdal.GMF_PER_DATASET and not flags & (gdal.GMF_ALPHA | gdal.GMF_NODATA):
        masked = band.GetMaskBand().ReadAsArray(*window) == 0
    array = band.ReadAsArray(*window)
    if array is None:
        raise RuntimeError("no pixels")
    if array.dtype == np.uint8 and (
            band.GetMetadataItem("PIXELTYPE", "IMAGE_STRUCTURE") == "SIGNEDBYTE"):
        array = array.view(np.int8)
    return array, band.GetNoDataValue(), masked
