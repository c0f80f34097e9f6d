#!/usr/bin/python3
"""Masks by reason, through the whole program, against NumPy.

Scenes with quality bands that hold every code, on the scene's grid, coarser and finer, of integers
and reals, with nodata and NaN; a per-dataset mask, ranges; blocks that are not
stored. What is expected is written here from the words of the documentation: the first rule that
drops a pixel gives the reason. Every executor, chunk and reader has to give the same bytes, and
tiles and merged parts the same counts.

    masks.py [--quick]
"""

import sys

import numpy as np
from osgeo import gdal, osr

from oracle import QUICK, Scratch, Tally, load, load_csv, run

REASONS = ("cloud", "shadow", "cirrus", "snow", "saturated", "other", "alpha", "dataset_mask",
           "range")
KEPT = -1
CLOUD, SHADOW, CIRRUS, SNOW, SATURATED, OTHER, ALPHA, DATASET, RANGE = range(9)
TYPES = {np.dtype(np.uint8): gdal.GDT_Byte, np.dtype(np.uint16): gdal.GDT_UInt16,
         np.dtype(np.int16): gdal.GDT_Int16, np.dtype(np.float32): gdal.GDT_Float32}
STEM = "T33UXP_20200101T100031_"


def write(path, bands, metres=10, nodata=None, mask=None, names=(), sparse=False):
    """A tiled GeoTIFF of some bands; mask: per dataset, inside the file."""
    rows, columns = bands[0].shape
    options = ["TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=48", "COMPRESS=DEFLATE"]
    options += ["SPARSE_OK=TRUE"] * sparse
    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
    out = gdal.GetDriverByName("GTiff").Create(str(path), columns, rows, len(bands),
                                               TYPES[bands[0].dtype], options)
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(32633)
    out.SetProjection(srs.ExportToWkt())
    out.SetGeoTransform((600000, metres, 0, 5400000, 0, -metres))
    for i, band in enumerate(bands, 1):
        if nodata is not None:
            out.GetRasterBand(i).SetNoDataValue(nodata)
        if names:
            out.GetRasterBand(i).SetDescription(names[i - 1])
        if not sparse or band.any():
            out.GetRasterBand(i).WriteArray(band)
    if mask is not None:
        out.CreateMaskBand(gdal.GMF_PER_DATASET)
        out.GetRasterBand(1).GetMaskBand().WriteArray(mask.astype(np.uint8) * 255)
    out.FlushCache()


# --- rules: from the band's own numbers to the reason for which each is dropped ---

def nothing(q):
    return np.full(q.shape, KEPT)


def drop(reason, where, why):
    reason[(reason == KEPT) & where] = why


def scl(q):
    """Classes of Sen2Cor: 0 no data, 1 defective, 3 shadow, 8 and 9 cloud, 10 cirrus; no others
    than 0 to 11."""
    r = nothing(q)
    for codes, why in (([0], OTHER), ([1], SATURATED), ([8, 9], CLOUD), ([3], SHADOW),
                       ([10], CIRRUS)):
        drop(r, np.isin(q, codes), why)
    return r


def scl_snow(q):
    r = scl(q)
    drop(r, q == 11, SNOW)
    return r


def fmask(q):
    """HLS: 255 fill; bit 1 cloud, bit 3 shadow, bit 2 next to one."""
    r = nothing(q)
    drop(r, q == 255, OTHER)
    drop(r, q & 2 != 0, CLOUD)
    drop(r, q & 8 != 0, SHADOW)
    drop(r, q & 4 != 0, CLOUD)
    return r


def keep(condition, nodata=None):
    """A free rule: what does not hold is dropped, and what is not known."""
    def rule(q):
        with np.errstate(invalid="ignore"):
            held = condition(q)
        known = ~np.isnan(q) if q.dtype.kind == "f" else np.ones(q.shape, bool)
        if nodata is not None:
            known &= q != nodata
        return np.where(held & known, KEPT, OTHER)
    return rule


def on_grid(reason, ratio, shape):
    """ratio > 1: the band is so much coarser; < -1: finer, all that a pixel covers is kept."""
    if ratio > 1:
        return np.repeat(np.repeat(reason, ratio, 0), ratio, 1)[:shape[0], :shape[1]]
    if ratio < -1:
        n = -ratio
        parts = reason.reshape(shape[0], n, shape[1], n).swapaxes(1, 2).reshape(*shape, n * n)
        worst = np.where(parts == KEPT, 99, parts).min(-1)
        return np.where(worst == 99, KEPT, worst)
    return reason


class Scene:
    def __init__(self, folder, shape=(200, 240), seed=1):
        self.folder, self.shape = folder, shape
        self.rng = np.random.default_rng(seed)
        folder.mkdir()
        self.quality = {}
        self.inputs = [str(folder / f"{STEM}{band}_10m.tif") for band in ("B04", "B08")]

    def bands(self, red, nir, nodata=None, mask=None):
        self.red, self.nir, self.nodata, self.mask = red, nir, nodata, mask
        write(self.folder / f"{STEM}B04_10m.tif", [red], nodata=nodata, mask=mask)
        write(self.folder / f"{STEM}B08_10m.tif", [nir], nodata=nodata)

    def add(self, name, q, ratio=1, **how):
        metres = 10 * ratio if ratio > 0 else 10 / -ratio
        write(self.folder / f"{STEM}{name}.tif", [q], metres=metres, **how)
        self.quality[name] = (q, ratio)

    def expected(self, rules, ranges=None, reflectance=None):
        """Counts by class, and by reason: in the order nodata, dataset mask, rules, ranges."""
        red, nir = self.red.astype(float), self.nir.astype(float)
        state = np.full(self.shape, KEPT)
        nodata = np.zeros(self.shape, bool)
        if self.nodata is not None:
            nodata = (red == self.nodata) | (nir == self.nodata)
        if self.mask is not None:
            drop(state, ~self.mask, DATASET)
        for name, rule in rules:
            q, ratio = self.quality[name]
            where = on_grid(rule(q), ratio, self.shape)
            state = np.where((state == KEPT) & (where != KEPT), where, state)
        if reflectance:
            scale, offset = reflectance
            for band in (red, nir):
                drop(state, (band * scale + offset < 0) | (band * scale + offset > 1), RANGE)
        k = 2 * reflectance[1] / reflectance[0] if reflectance else 0
        with np.errstate(all="ignore"):
            value = ((nir - red).astype(np.float32) / (nir + red + k).astype(np.float32))
        zero = nir + red + k == 0
        if ranges:
            drop(state, ~zero & ((value < ranges[0]) | (value > ranges[1])), RANGE)
        state[nodata] = KEPT
        masked = state != KEPT
        counts = {name: int((state == i).sum()) for i, name in enumerate(REASONS)}
        return {"pixels": state.size, "nodata": int(nodata.sum()), "masked": int(masked.sum()),
                "zero_denominator": int((zero & ~masked & ~nodata).sum()), "masked_by": counts}


# --- the program ---

WAYS = [["--executor", "serial"], ["--executor", "threads", "--workers", "3"],
        ["--executor", "openmp", "--workers", "2"], ["--executor", "processes", "--workers", "2"],
        ["--executor", "processes", "--workers", "2", "--transport", "pipe"],
        ["--executor", "threads", "--chunk", "37x23"],
        ["--executor", "serial", "--chunk", "61x40", "--working-set", "chunk"],
        ["--executor", "threads", "--chunk", "tile", "--memory", "64M"],
        ["--reader", "gdal", "--executor", "serial"]]


def agrees(tally, name, stats, want):
    for key, value in want.items():
        if key != "masked_by":
            tally.check(stats[key] == value, f"{name}: {key}", f"{stats[key]}, not {value}")
            continue
        for reason in REASONS:
            tally.check(stats[key][reason] == value[reason], f"{name}: {reason}",
                        f"{stats[key][reason]}, not {value[reason]}")


def csv_agrees(tally, name, lines, want):
    for reason in REASONS:
        total = sum(int(line["masked_" + reason]) for line in lines)
        tally.check(total == want["masked_by"][reason], f"{name}: {reason}", f"{total}")
    tally.check(sum(int(line["masked"]) for line in lines) == want["masked"], f"{name}: masked")


def try_scene(tally, scratch, name, scene, options, want):
    """All ways to work give the same bytes; tables and parts the same counts."""
    first = None
    ways = WAYS[::3] if QUICK else WAYS
    for i, way in enumerate(ways):
        summary = scratch / "summary.json"
        result = run(["run", *scene.inputs, *options, *way, "--summary", str(summary)])
        if result.rc:
            tally.fail(f"{name}, {' '.join(way)}", result.last_words())
            continue
        data = summary.read_bytes()
        if first is None:
            first = data
            agrees(tally, name, load(summary)["scenes"][0]["indices"]["ndvi"], want)
        tally.check(data == first, f"{name}: the same bytes, {' '.join(way)}")
    if first is None:
        return
    table, tiles, part = scratch / "t.csv", scratch / "tiles.csv", scratch / "part.json"
    run(["run", *scene.inputs, *options, "--csv", str(table), "--tiles", str(tiles),
         "--partial", str(part), "--tile-grid", "50x50"])
    csv_agrees(tally, f"{name}, --csv", load_csv(table), want)
    csv_agrees(tally, f"{name}, --tiles", load_csv(tiles), want)
    merged = scratch / "merged.json"
    run(["merge", str(part), "--summary", str(merged)])
    tally.check(merged.exists() and merged.read_bytes() == first, f"{name}: merged")


# --- scenes ---

def every_code(tally, scratch):
    scene = Scene(scratch / "codes")
    shape, rng = scene.shape, scene.rng
    red = rng.integers(0, 40, shape).astype(np.uint16) * 300
    mask = rng.random(shape) > 0.1
    scene.bands(red, rng.integers(0, 40, shape).astype(np.uint16) * 300, nodata=0, mask=mask)
    scene.add("SCL_20m", rng.integers(0, 12, (100, 120)).astype(np.uint8), 2, nodata=0)
    scene.add("Fmask", (np.arange(shape[0] * shape[1]) % 256).reshape(shape).astype(np.uint8))
    scene.add("XQA", rng.integers(0, 65536, shape).astype(np.uint16))
    scene.add("YQA", rng.integers(-40, 40, (34, 40)).astype(np.int16), 6, nodata=-7)
    real = rng.integers(0, 100, (50, 60)).astype(np.float32) + rng.choice([0, 0.5], (50, 60))
    real[rng.random((50, 60)) < 0.1] = np.nan
    scene.add("ZQA", real.astype(np.float32), 4, nodata=13)
    scene.add("FINE", rng.choice([0, 1, 2, 4, 255], (400, 480), p=[.8, .05, .05, .05, .05])
              .astype(np.uint8), -2, nodata=255)
    scene.add("THIRD", (rng.random((600, 720)) < 0.05).astype(np.float32), -3)
    single = {
        "scl": ("SCL_20m", scl), "scl+snow": ("SCL_20m", scl_snow), "fmask": ("Fmask", fmask),
        "SCL=4-7,11": ("SCL_20m", keep(lambda q: np.isin(q, [4, 5, 6, 7, 11]), 0)),
        "SCL!=3,8-10": ("SCL_20m", keep(lambda q: ~np.isin(q, [3, 8, 9, 10]), 0)),
        "XQA&31=0": ("XQA", keep(lambda q: q & 31 == 0)),
        "XQA&32768=32768": ("XQA", keep(lambda q: q & 32768 != 0)),
        "XQA<30000": ("XQA", keep(lambda q: q < 30000)),
        "YQA<20": ("YQA", keep(lambda q: q < 20, -7)),
        "YQA&3=0": ("YQA", keep(lambda q: q & 3 == 0, -7)),
        "ZQA<=50": ("ZQA", keep(lambda q: q <= 50, 13)),
        "FINE&4=0": ("FINE", keep(lambda q: q & 4 == 0, 255)),
        "THIRD=0": ("THIRD", keep(lambda q: q == 0)),
    }
    for rule, (band, what) in single.items():
        try_scene(tally, scratch, rule, scene, ["--mask", rule], scene.expected([(band, what)]))
    together = ["fmask", "ZQA<=50", "scl", "FINE&4=0", "YQA<20"]
    options = [word for rule in together for word in ("--mask", rule)]
    try_scene(tally, scratch, "together", scene, options,
              scene.expected([single[rule] for rule in together]))
    try_scene(tally, scratch, "ranges", scene,
              ["--mask", "scl", "--valid-range", "ndvi=-0.25,0.6", "--valid-reflectance",
               "--scale", "0.0001", "--offset", "-0.1"],
              scene.expected([single["scl"]], (-0.25, 0.6), (0.0001, -0.1)))


def not_stored(tally, scratch):
    """Blocks without data: constant ones, alone and beside others that are not."""
    scene = Scene(scratch / "sparse", seed=2)
    zero, half = np.zeros(scene.shape, np.uint16), np.zeros(scene.shape, np.uint8)
    scene.red = scene.nir = zero
    scene.nodata = scene.mask = None
    for name in ("B04", "B08"):
        write(scene.folder / f"{STEM}{name}_10m.tif", [zero], sparse=True)
    scene.add("EMPTY_20m", np.zeros((100, 120), np.uint8), 2, sparse=True)
    half[:100] = 7
    scene.add("HALF", half, sparse=True)
    for rule, band, what in (("EMPTY!=0", "EMPTY_20m", keep(lambda q: q != 0)),
                             ("EMPTY=0", "EMPTY_20m", keep(lambda q: q == 0)),
                             ("HALF=0", "HALF", keep(lambda q: q == 0)),
                             ("HALF=7", "HALF", keep(lambda q: q == 7))):
        try_scene(tally, scratch, rule, scene, ["--mask", rule, "--nodata", "none"],
                  scene.expected([(band, what)]))


def in_a_stack(tally, scratch):
    """The quality band in the same file as the others."""
    scene = Scene(scratch / "stack", seed=3)
    rng, shape = scene.rng, scene.shape
    scene.red = rng.integers(-100, 9000, shape).astype(np.int16)
    scene.nir = rng.integers(-100, 9000, shape).astype(np.int16)
    scene.mask = rng.random(shape) > 0.2
    scene.nodata = -9999
    scene.red[rng.random(shape) < 0.05] = -9999
    q = rng.integers(0, 64, shape).astype(np.int16)
    q[rng.random(shape) < 0.05] = -9999
    scene.quality["QAB"] = (q, 1)
    write(scene.folder / "stack.tif", [scene.red, scene.nir, q], nodata=-9999, mask=scene.mask,
          names=("red", "nir", "QAB"))
    scene.inputs = [str(scene.folder / "stack.tif")]
    try_scene(tally, scratch, "stack", scene, ["--mask", "QAB&3=0"],
              scene.expected([("QAB", keep(lambda q: q & 3 == 0, -9999))]))


def wrong_layout(tally, scratch):
    """A band that cannot have the layout fails the scene, and says which it can have."""
    folder = scratch / "layout"
    folder.mkdir()
    stem = "LC08_L1TP_033032_20160101_20170101_01_T1_"
    rng = np.random.default_rng(4)
    for band in ("B4", "B5"):
        write(folder / f"{stem}{band}.TIF",
              [rng.integers(5000, 20000, (200, 200)).astype(np.uint16)], metres=30)
    write(folder / f"{stem}BQA.TIF",
          [rng.choice([1, 20480, 53248, 61440], (200, 200)).astype(np.uint16)], metres=30)
    for way in WAYS[:4]:
        result = run(["run", "--mask", "landsat-c1", str(folder), *way])
        tally.check(result.rc == 65, f"a wrong layout, {' '.join(way)}", f"exit status {result.rc}")
        tally.check("--mask landsat-pre" in result.err.replace("\n", " "),
                    "the layout that fits", result.last_words())
    result = run(["run", "--mask", "landsat-pre", str(folder)])
    tally.check(result.rc == 0, "the right layout", result.last_words())


def main():
    tally = Tally()
    with Scratch() as scratch:
        for part in (every_code, not_stored, in_a_stack, wrong_layout):
            part(tally, scratch)
    tally.finish()


if __name__ == "__main__":
    sys.exit(main())
