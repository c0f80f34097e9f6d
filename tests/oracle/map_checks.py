"""What a map has to be, by NumPy, and all checks of one file: pixels of every level by every reader
that is there, GDAL's validator, overviews, statistics, place and words. For maps.py and maps_real.py.

Bands are read by GDAL's ReadAsArray; what is known of them (scale, offset, nodata) is given.
"""

import os
import shutil
import subprocess
import warnings

import numpy as np
from osgeo import gdal
from osgeo_utils.samples import validate_cloud_optimized_geotiff as validator

from encode import average_by_numpy, stored_by_numpy
from indices import KNOWN, Numbers
from oracle import IMGPIPE, equals_nodata, read_band, transparent

try:
    import tifffile
except ImportError:
    tifffile = None
try:
    import rasterio
except ImportError:
    rasterio = None

VERSION = subprocess.run([IMGPIPE, "--version"], capture_output=True, text=True,
                         check=False).stdout.split()[1:2]
VALID, CLOUD, SHADOW, CIRRUS, SNOW, SATURATED, OTHER, ALPHA, DATASET, RANGE, NODATA, NONFINITE, DIV0 = \
    range(13)
CODE_OF_STATE = np.array([VALID, NONFINITE, DIV0], np.uint8)  # states of indices.Numbers
LETTER = {"blue": "B", "green": "G", "red": "R", "nir": "N", "swir16": "S1", "swir22": "S2"}
DTYPES = {"float32": np.float32, "int16": np.int16, "uint8": np.uint8}
USUAL_NODATA = {"float32": np.nan, "int16": -32768, "uint8": 255}
STATISTICS = ("MINIMUM", "MAXIMUM", "MEAN", "STDDEV")
READ = {}  # reader -> files it has compared, and those that it cannot read


def missing_tools(tally):
    for name, there in (("tifffile", tifffile), ("rasterio", rasterio),
                        ("tiffinfo", shutil.which("tiffinfo")), ("tiffcp", shutil.which("tiffcp"))):
        if not there:
            tally.skip(name, "not installed")


# --- what the pixels have to be ---


def roles_of(formula):
    """Bands that it reads. formula: two of them, whose normalized difference it is, or words of Python
    with the letters of bands."""
    if isinstance(formula, tuple):
        return formula
    return [role for role, letter in LETTER.items() if letter in compile(formula, "", "eval").co_names]


class Scene:
    """Bands on the finest grid as they are stored, and the code of why a pixel counts in none."""

    def __init__(self, facts, masked=None):
        """facts: role -> (path, band, scale, offset, nodata). masked: codes of what rules drop,
        0 where they drop nothing."""
        self.stored, self.scaling, self.nodata, self.hidden, alpha = {}, {}, {}, {}, []
        self.source = {role: f"{role}: {os.path.basename(fact[0])}, band {fact[1]} (" for role, fact in
                       facts.items()}
        for role, (path, number, scale, offset, nodata) in facts.items():
            array, _, mask = read_band(path, number)
            self.stored[role], self.scaling[role] = array, (scale, offset)
            self.nodata[role] = equals_nodata(array, nodata)
            self.hidden[role] = np.zeros(array.shape, bool) if mask is None else mask
            clear = transparent(path, [f[1] for f in facts.values() if f[0] == path])
            alpha += [] if clear is None else [clear]
        self.shape = max(array.shape for array in self.stored.values())
        self.masked = np.zeros(self.shape, np.uint8)
        for by_role in (self.stored, self.nodata, self.hidden):
            for role, array in by_role.items():
                by_role[role] = self.spread(array)
        for hidden in self.hidden.values():
            self.drop(hidden, DATASET)
        self.clear = np.zeros(self.shape, bool)
        for plane in alpha:
            self.clear |= self.spread(plane)
        if masked is not None:
            self.drop(masked != 0, masked)
        self.drop(self.clear, ALPHA)

    def spread(self, array):
        """A coarser band: each pixel stands for those below it."""
        y, x = self.shape[0] // array.shape[0], self.shape[1] // array.shape[1]
        return array if (y, x) == (1, 1) else np.repeat(np.repeat(array, y, 0), x, 1)

    def coarsen(self):
        """--grid coarse: of bands on the fine grid the means of what counts in 2 x 2 pixels."""
        for role, array in self.stored.items():
            parts = np.where(self.nodata[role], np.nan, array.astype(np.float64))
            parts = np.stack([parts[::2, ::2], parts[::2, 1::2], parts[1::2, ::2], parts[1::2, 1::2]])
            there = ~np.isnan(parts)
            with np.errstate(invalid="ignore"):
                self.stored[role] = np.where(there, parts, 0).sum(0) / there.sum(0)
            self.nodata[role] = ~there.any(0)
        self.shape = self.stored[role].shape
        self.masked, self.clear = self.masked[::2, ::2], self.clear[::2, ::2]
        self.hidden = {role: hidden[::2, ::2] for role, hidden in self.hidden.items()}
        return self

    def drop(self, where, code):
        self.masked = np.where((self.masked == VALID) & where, code, self.masked).astype(np.uint8)

    def physical(self, role):
        scale, offset = self.scaling[role]
        return self.stored[role].astype(np.float64) * scale + offset

    def index(self, formula, limits=None, reflectance=False):
        """(values in single precision, codes) of a formula as roles_of() takes it."""
        roles = roles_of(formula)
        code = np.where(np.logical_or.reduce([self.nodata[role] for role in roles]), NODATA, self.masked)
        if reflectance:
            for role in roles:
                outside = (self.physical(role) < 0) | (self.physical(role) > 1)
                code = np.where((code == VALID) & outside, RANGE, code)
        finite = np.logical_and.reduce([np.isfinite(self.physical(role)) for role in roles])
        code = np.where((code == VALID) & ~finite, NONFINITE, code)
        left = code == VALID
        values = np.full(self.shape, np.nan, np.float32)
        values[left], code[left] = (self.normalized if isinstance(formula, tuple) else
                                    self.evaluated)(formula, roles, left)
        if limits:
            with np.errstate(invalid="ignore"):
                outside = (values < np.float32(limits[0])) | (values > np.float32(limits[1]))
            code[(code == VALID) & outside] = RANGE
        values[code != VALID] = np.nan
        return values, code.astype(np.uint8)

    def normalized(self, _, roles, left):
        """Of stored numbers in double precision, where bands have one scale and offset, else of what they
        mean: difference and sum are rounded once, then divided."""
        (scale, offset), other = (self.scaling[role] for role in roles)
        a, b = (self.stored[role][left].astype(np.float64) for role in roles)
        more = 2 * offset / scale
        if (scale, offset) != other:
            a, b, more = *(self.physical(role)[left] for role in roles), 0
        with np.errstate(all="ignore"):
            over, under = (a - b).astype(np.float32), (a + b + more).astype(np.float32)
            values = over / under
            state = np.where(under == 0, DIV0,
                             np.where(np.isfinite(values) & np.isfinite(under), VALID, NONFINITE))
        return values + np.float32(0), state

    def evaluated(self, formula, roles, left):
        known = {LETTER[role]: Numbers(self.physical(role)[left]) for role in roles}
        with np.errstate(all="ignore"):
            result = eval(formula, KNOWN | known)  # words of these tests
            values = result.values.astype(np.float32)
        state = np.where((result.states == 0) & ~np.isfinite(values), 1, result.states)
        return values + np.float32(0), CODE_OF_STATE[state]

    def band(self, role):
        """A band's own values: quality bands and limits of values do not count."""
        with np.errstate(over="ignore"):
            values = self.physical(role).astype(np.float32) + np.float32(0)
        good = ~self.nodata[role] & ~self.hidden[role] & ~self.clear & np.isfinite(values)
        return np.where(good, values, np.float32(np.nan))


def next_level(level, kind, nodata, classes):
    """The overview of a level: codes are not averaged."""
    if classes:
        return level[::2, ::2]
    y, x = level.shape
    even = np.full((y + y % 2, x + x % 2), nodata, level.dtype)
    even[:y, :x] = level
    return average_by_numpy(even, kind, nodata)


def levels_of(level, kind, nodata, tile, classes=False, overviews=True):
    levels = [level]
    while overviews and max(levels[-1].shape) > tile:
        levels.append(next_level(levels[-1], kind, nodata, classes))
    return levels


# --- reading ---


def bits(array):
    """What makes arrays equal: a NaN is a NaN of these bits."""
    return array.view(np.uint32) if array.dtype == np.float32 else array


def same(got, want):
    return got.shape == want.shape and got.dtype == want.dtype and np.array_equal(bits(got), bits(want))


def differing(got, want):
    if got.shape != want.shape or got.dtype != want.dtype:
        return f"{got.dtype} {got.shape}, not {want.dtype} {want.shape}"
    where = np.argwhere(bits(got) != bits(want))
    y, x = where[0]
    return f"{len(where)} pixels differ, ({x}, {y}) {got[y, x]!r} instead of {want[y, x]!r}"


def read_gdal(path):
    dataset = gdal.Open(str(path))
    band = dataset.GetRasterBand(1)
    return [band.ReadAsArray()] + [band.GetOverview(i).ReadAsArray() for i in range(band.GetOverviewCount())]


def read_rasterio(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(path) as dataset:
            levels = [dataset.read(1)]
            n = len(dataset.overviews(1))
        for i in range(n):
            with rasterio.open(path, OVERVIEW_LEVEL=i) as dataset:
                levels.append(dataset.read(1))
    return levels


def read_tifffile(path):
    """None where it lacks a codec: with Debian's, the codecs of its own are few."""
    with tifffile.TiffFile(path) as tif:
        first = tif.pages[0]
        if first.compression not in (1, 8) or first.predictor == 3:
            return None
        return [page.asarray() for page in tif.pages]


def read_tiffcp(path):
    """Every directory as libtiff decodes it, written again as plain strips."""
    copy = path.with_name(path.name + ".copy")
    done = subprocess.run(["tiffcp", "-c", "none", "-s", "-p", "contig", path, copy], capture_output=True,
                          text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"tiffcp: {done.stderr[-200:]}")
    dataset = gdal.Open(str(path))
    n = 1 + dataset.GetRasterBand(1).GetOverviewCount()
    levels = [gdal.Open(f"GTIFF_DIR:{i + 1}:{copy}").ReadAsArray() for i in range(n)]
    copy.unlink()
    return levels


def readers_for(sparse):
    """libtiff's tools know no tiles that are not stored."""
    readers = {"GDAL": read_gdal}
    if rasterio:
        readers["rasterio"] = read_rasterio
    if tifffile and not sparse:
        readers["tifffile"] = read_tifffile
    if shutil.which("tiffcp") and not sparse:
        readers["tiffcp"] = read_tiffcp
    return readers


# --- checks of one file ---


def count_read(reader, got):
    """Could it read the file?"""
    READ.setdefault(reader, [0, 0])[got is None] += 1
    return got is not None


def check_readers(tally, names=("GDAL", "tifffile", "rasterio", "tiffcp")):
    """Says what each reader was good for: one that is there and compared nothing has failed."""
    print("files read by " + ", ".join(f"{reader}: {n}, not by it: {left}" for reader, (n, left) in READ.items()))
    for reader in set(readers_for(False)) & set(names):
        tally.check(READ.get(reader, (0, 0))[0] > 0, f"{reader} reads some file", f"{READ}")


def check_pixels(tally, name, path, levels, sparse=False):
    for reader, read in readers_for(sparse).items():
        try:
            got = read(path)
        except Exception as why:  # of four libraries
            tally.fail(f"{name}: {reader}", f"{type(why).__name__}: {why}")
            continue
        if not count_read(reader, got):
            continue
        bad = [f"level {i}: {differing(g, w)}" for i, (g, w) in enumerate(zip(got, levels)) if not same(g, w)]
        tally.check(len(got) == len(levels) and not bad, f"{name}: pixels by {reader}",
                    f"{len(got)} levels, {len(levels)} wanted; {bad[:1]}")


def check_layout(tally, name, path, cog, sparse=False):
    if cog:
        warned, errors, _ = validator.validate(str(path), full_check=True)
        tally.check(not errors and not warned, f"{name}: validator, full check", f"{errors} {warned}")
    if shutil.which("tiffinfo") and not sparse:
        done = subprocess.run(["tiffinfo", "-D", path], capture_output=True, text=True, check=False)
        faults = [line for line in done.stderr.splitlines() if "Unknown field" not in line]
        tally.check(done.returncode == 0 and not faults, f"{name}: tiffinfo", "\n".join(faults)[:300])


def check_average(tally, name, levels, kind, nodata):
    """GDAL's own overviews of level 0, as far as sides are even."""
    halves, shape = [], levels[0].shape
    while len(halves) + 1 < len(levels) and not (shape[0] % 2 or shape[1] % 2):
        halves.append(2 << len(halves))
        shape = (shape[0] // 2, shape[1] // 2)
    if not halves:
        return
    numbers = {"float32": gdal.GDT_Float32, "int16": gdal.GDT_Int16, "uint8": gdal.GDT_Byte}
    y, x = levels[0].shape
    dataset = gdal.GetDriverByName("GTiff").Create("/vsimem/average.tif", x, y, 1, numbers[kind])
    band = dataset.GetRasterBand(1)
    band.SetNoDataValue(float(nodata))
    band.WriteArray(levels[0])
    dataset.FlushCache()
    dataset.BuildOverviews("AVERAGE", halves)
    for i, want in enumerate(levels[1:1 + len(halves)]):
        got = band.GetOverview(i).ReadAsArray()
        # GDAL 3.6 has means that read as nodata, and averages them no further.
        taken = (got == nodata) & (want != nodata)
        if taken.any():
            return
        tally.check(np.array_equal(got, want, equal_nan=kind == "float32"),
                    f"{name}: level {i + 1} as GDAL's AVERAGE", "")


def check_statistics(tally, name, path):
    """STATISTICS_* in the file beside those that GDAL computes of its pixels."""
    dataset = gdal.Open(str(path))
    band = dataset.GetRasterBand(1)
    said = {key: band.GetMetadataItem(f"STATISTICS_{key}") for key in STATISTICS}
    try:
        fresh = dict(zip(STATISTICS, band.ComputeStatistics(False)))
    except RuntimeError:  # no valid pixel
        tally.check(not any(said.values()), f"{name}: no statistics of no pixel", f"{said}")
        return
    size = max(abs(fresh["MINIMUM"]), abs(fresh["MAXIMUM"]), 1e-300)
    bad = {key: (said[key], want) for key, want in fresh.items()
           if said[key] is None or not abs(float(said[key]) - want) <= 1e-9 * size}
    tally.check(not bad, f"{name}: statistics as GDAL computes them", f"{bad}")


def place_of(path):
    dataset = gdal.OpenEx(str(path), gdal.OF_RASTER)
    crs = dataset.GetSpatialRef()
    return (dataset.GetGeoTransform(can_return_null=True), crs.Clone() if crs else None,
            dataset.GetMetadataItem("AREA_OR_POINT") or "Area", dataset.GetGCPCount())


def check_place(tally, name, path, source):
    """The oracles' GDAL looks at no FILE.aux.xml; here it has to."""
    gdal.SetConfigOption("GDAL_PAM_ENABLED", "YES")
    compare_places(tally, name, path, source)
    gdal.SetConfigOption("GDAL_PAM_ENABLED", "NO")


def compare_places(tally, name, path, source):
    got, want = place_of(path), place_of(source)
    close = (got[0] is None) == (want[0] is None) and (want[0] is None or np.allclose(
        got[0], want[0], rtol=1e-14, atol=1e-13 * max(map(abs, want[0]))))
    crs = (got[1] is None) == (want[1] is None) and (want[1] is None or bool(
        got[1].IsSame(want[1], ["IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES"])))
    codes = [crs and crs.GetAuthorityCode(None) for crs in (got[1], want[1])]
    tally.check(close, f"{name}: geotransform", f"{got[0]}, not {want[0]}")
    tally.check(crs and (codes[1] is None or codes[0] == codes[1]), f"{name}: CRS",
                f"{got[1] and got[1].GetName()} {codes[0]}, not {want[1] and want[1].GetName()} {codes[1]}")
    tally.check(got[2:] == want[2:], f"{name}: point or area, control points", f"{got[2:]}, not {want[2:]}")
    if not rasterio:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(path) as a, rasterio.open(source) as b:
            tally.check(np.allclose(a.transform, b.transform, rtol=1e-14, atol=0) and a.crs == b.crs,
                        f"{name}: place by rasterio", f"{a.transform!r} {a.crs}, not {b.transform!r} {b.crs}")


def says(text, words):
    """words: what the text holds, or several; None: there must be no text."""
    if words is None or text is None:
        return words is text
    return all(word in text for word in ([words] if isinstance(words, str) else words))


def check_words(tally, name, path, entry, items):
    """Numbers and words that the file has to say: of the report's entry; items: see says()."""
    dataset = gdal.Open(str(path))
    band = dataset.GetRasterBand(1)
    nodata = float(entry["nodata"])
    plain = (entry["scale"], entry["offset"]) == (1, 0)
    got = (band.GetScale(), band.GetOffset(), gdal.GetDataTypeName(band.DataType))
    types = {"float32": "Float32", "int16": "Int16", "uint8": "Byte"}
    tally.check(got[2] == types[entry["type"]] and (got[:2] in ((None, None), (1, 0)) if plain else
                                                    got[:2] == (entry["scale"], entry["offset"])),
                f"{name}: type, scale, offset", f"{got}, not {entry}")
    there = band.GetNoDataValue()
    tally.check(there is not None and (there == nodata or (there != there and nodata != nodata)),
                f"{name}: nodata", f"{there}, not {nodata}")
    said = dataset.GetMetadata()
    wanted = {"IMGPIPE_VERSION": VERSION[0], "TIFFTAG_SOFTWARE": f"imgpipe {VERSION[0]}",
              "TIFFTAG_DATETIME": None, **items}
    bad = {key: (said.get(key), words) for key, words in wanted.items() if not says(said.get(key), words)}
    tally.check(not bad, f"{name}: items", f"{bad}")
    size = path.stat().st_size
    tally.check(entry["bytes"] == size, f"{name}: bytes in the report", f"{entry['bytes']}, not {size}")


def check_values(tally, name, path, values, entry, tile=512, cog=True, overviews=True, sparse=False):
    """A map of numbers: NaN in `values` where a pixel has none."""
    kind, nodata = entry["type"], float(entry["nodata"])
    level, _, clamped = stored_by_numpy(values, kind, entry["scale"], entry["offset"],
                                        nodata if kind == "float32" else int(nodata))
    tally.check(entry["clamped"] == int(clamped.sum()), f"{name}: clamped",
                f"{entry['clamped']}, not {int(clamped.sum())}")
    levels = levels_of(level, kind, nodata, tile, overviews=overviews)
    check_pixels(tally, name, path, levels, sparse)
    check_average(tally, name, levels, kind, nodata)
    check_layout(tally, name, path, cog, sparse)
    check_statistics(tally, name, path)


def check_codes(tally, name, path, codes, tile=512, cog=True, overviews=True, sparse=False):
    check_pixels(tally, name, path, levels_of(codes, "uint8", 255, tile, True, overviews), sparse)
    check_layout(tally, name, path, cog, sparse)
    check_statistics(tally, name, path)
