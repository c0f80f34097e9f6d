#!/usr/bin/python3
"""Maps through the whole program, against NumPy: `imgpipe -o` over scenes made here, of all layouts,
codecs, sizes and places, with masks, scales, coarser bands and missing ones. Every pixel of every level by
GDAL, rasterio, tifffile and libtiff's tiffcp; GDAL's validator of COGs; overviews, statistics, place, words,
and what the report says of files (map_checks.py).

Real scenes and odd files: maps_real.py; the same bytes from all ways to work: maps_same.py; files alone,
without the program: map_files.py.

    maps.py [--quick]
"""

import os
import shutil

import numpy as np
from osgeo import gdal, osr

import map_checks as m
from oracle import MAKE_SCENE, QUICK, Scratch, Tally, load, read_band, run

FORMULAS = {"ndvi": ("nir", "red"), "gndvi": ("nir", "green"), "evi2": "2.5*(N-R)/(N+2.4*R+1)",
            "msr": "(N/R-1)/sqrt(N/R+1)", "ndmi": ("nir", "swir16"), "dd": "N-R*2"}
WORDS = {"ndvi": "(nir-red)/(nir+red)", "gndvi": "(nir-green)/(nir+green)", "ndmi": "(nir-swir16)/(nir+swir16)",
         "evi2": "2.5*(nir-red)/(nir+2.4*red+1)", "msr": "(nir/red-1)/sqrt(nir/red+1)", "dd": "nir-red*2"}
STORED = {("int16", "ndvi"): (0.0001, 0), ("int16", "gndvi"): (0.0001, 0), ("int16", "evi2"): (0.0001, 0),
          ("int16", "ndmi"): (0.0001, 0), ("int16", "msr"): (0.0005, 0), ("uint8", "ndvi"): (0.008, -1),
          ("uint8", "gndvi"): (0.008, -1), ("uint8", "msr"): (0.036, -1)}
CODECS = {"DEFLATE": "DEFLATE (libdeflate ", "ZSTD": "ZSTD (libzstd ", "LZW": "LZW", "NONE": "NONE"}


class Settings:
    """What words of the command line ask of files."""

    def __init__(self, words):
        self.co = dict(w.upper().split("=") for w in words if "=" in w and w.split("=")[0].isupper())
        self.cog = "gtiff" not in words
        self.tile = int(self.co.get("BLOCKSIZE", 512))
        self.overviews = self.co.get("OVERVIEWS", "AUTO" if self.cog else "NONE") == "AUTO"
        self.sparse = self.co.get("SPARSE_OK") == "YES"
        self.codec = self.co.get("COMPRESS", "DEFLATE")
        self.big = self.co.get("BIGTIFF") == "YES"
        self.type = words[words.index("--type") + 1] if "--type" in words else None
        self.nodata = words[words.index("--output-nodata") + 1] if "--output-nodata" in words else None
        self.mask = words[words.index("--mask") + 1] if "--mask" in words else None

    def files(self):
        return {"tile": self.tile, "cog": self.cog, "overviews": self.overviews, "sparse": self.sparse}


def run_maps(tally, scratch, label, inputs, words, status=0, cwd=None, env=None):
    """(folder of maps, the report's entry of the first scene, the report), or None."""
    out, report = scratch / "maps", scratch / "report.json"
    shutil.rmtree(out, ignore_errors=True)
    report.unlink(missing_ok=True)
    result = run(["-q", "-o", out, "--report", report, "--no-fsync", *words, *inputs], timeout=120, cwd=cwd,
                 env=env)
    written = load(report)
    if not tally.check(result.rc == status and written and written["scenes"], f"{label}: exit",
                       f"{result.rc}: {result.last_words()}"):
        return None
    return out, written["scenes"][0], written


def check_rule(tally, name, entry, settings):
    """Type, scale and nodata as they are documented."""
    usual = "float32" if entry["kind"] == "band" or entry["index"] == "dd" else "int16"
    kind = "uint8" if entry["kind"] == "classes" else settings.type or usual
    rule = (1, 0) if kind == "float32" or entry["kind"] == "classes" else STORED.get((kind, entry["index"]))
    nodata = float(settings.nodata if settings.nodata and entry["kind"] != "classes" else
                   m.USUAL_NODATA[kind])
    got = (entry["scale"], entry["offset"])
    tally.check(entry["type"] == kind and (rule is None or got == rule) and
                (float(entry["nodata"]) == nodata or str(entry["nodata"]) == str(nodata)),
                f"{name}: stored as documented", f"{entry}")


def shortest(value):
    """The fewest digits that are this number."""
    return next(text for text in (f"{value:.{n}g}" for n in range(1, 18)) if float(text) == value)


def items_of(entry, path, settings, scene):
    """What the file says of where it comes from."""
    items = {"SCENE": path.name.rsplit("_", 1)[0], "MASK": settings.mask, "INDEX": None, "FORMULA": None,
             "CODEC": CODECS[settings.codec]}
    if entry["kind"] == "map":
        roles = m.roles_of(FORMULAS[entry["index"]])
        items |= {"INDEX": entry["index"], "FORMULA": WORDS[entry["index"]],
                  "BANDS": [scene.source[role] for role in roles],
                  "SCALE_SOURCE": [f"{role}: x {shortest(scene.scaling[role][0])} + {shortest(scene.scaling[role][1])} ("
                                   for role in roles]}
    if entry["kind"] == "band":
        items["MASK"] = None  # masks leave bands whole
        items["BANDS"] = scene.source[entry["band"]]
    return items


def check_entry(tally, name, entry, path, scene, settings, source, limits):
    check_rule(tally, name, entry, settings)
    m.check_words(tally, name, path, entry, items_of(entry, path, settings, scene))
    if source:
        m.check_place(tally, name, path, source)
    big = path.read_bytes()[2:4] == b"\x2b\0"
    tally.check(big == settings.big, f"{name}: classic or BigTIFF", f"{big}")
    if entry["kind"] == "classes":
        _, codes = scene.index(FORMULAS[limits["first"]], limits.get("range"), limits.get("reflectance"))
        m.check_codes(tally, name, path, codes, **settings.files())
        return
    values = scene.band(entry["band"]) if entry["kind"] == "band" else scene.index(
        FORMULAS[entry["index"]], limits.get("range"), limits.get("reflectance"))[0]
    m.check_values(tally, name, path, values, entry, **settings.files())


def try_scene(tally, scratch, label, inputs, scene, words, wanted, source=None, status=0, **limits):
    """wanted: names of the files' {index}, in the report's order. limits: first (the first index),
    range (of values), reflectance (0 to 1 asked for). The report's entry, or None."""
    made = run_maps(tally, scratch, label, inputs, words, status)
    if not made:
        return None
    out, entry, report = made
    settings = Settings(words)
    outputs = entry["outputs"]
    names = [f"{entry['name']}_{word}.tif" for word in wanted]
    tally.check([o["path"] for o in outputs] == [f"{out}/{n}" for n in names], f"{label}: files in the report",
                f"{[o['path'] for o in outputs]}")
    there = sorted(name for name in os.listdir(out) if name != ".imgpipe.lock")
    tally.check(there == sorted(names), f"{label}: files", f"{there}")
    total = report["run"]["outputs"]
    tally.check((total["files"], total["bytes"], total["clamped"]) == (
        len(outputs), sum(o["bytes"] for o in outputs), sum(o["clamped"] for o in outputs)),
        f"{label}: totals in the report", f"{total}")
    for output in outputs:
        path = out / os.path.basename(output["path"])
        if path.exists():
            check_entry(tally, f"{label}, {path.name}", output, path, scene, settings, source,
                        {"first": wanted[0], **limits})
    return entry


# --- scenes of make_scene: layouts, codecs, types, sizes ---

FOUR = {"blue": 1, "green": 2, "red": 3, "nir": 4}
ALL = ["--index", "ndvi,gndvi,evi2,msr", "--expr", "dd=nir-red*2", "--mask-output", "why", "--bands-output",
       "nir,green"]
ALL_NAMES = ["ndvi", "gndvi", "evi2", "msr", "dd", "why", "green", "nir"]  # bands in the order of roles
# (label, make_scene's words, imgpipe's)
MADE = (
    ("tiles of 16", "--size 333x277 --tile 16 --codec none", "--co BLOCKSIZE=128 --type float32"),
    ("tiles of 1024", "--size 1100x1030 --tile 1024 --codec zstd", "--co COMPRESS=ZSTD --co BLOCKSIZE=256"),
    ("strips, planar", "--size 611x407 --strip 7 --codec lzw --interleave band",
     "--type uint8 --co COMPRESS=LZW --co BLOCKSIZE=128"),
    ("one strip", "--size 500x390 --strip 0", "--format gtiff --co COMPRESS=NONE --type int16"),
    ("big-endian", "--size 300x311 --tile 64 --byte-order big", "--type float32 --co PREDICTOR=NO"),
    ("BigTIFF", "--size 517x260 --tile 128 --bigtiff", "--co BIGTIFF=YES --co BLOCKSIZE=128"),
    ("int16", "--size 400x300 --tile 64 --type int16", "--co LEVEL=12 --co PREDICTOR=2"),
    ("negative", "--size 256x256 --tile 64 --type int16 --content negative", "--co BLOCKSIZE=128"),
    ("holes", "--size 513x511 --tile 256 --content holes", "--co BLOCKSIZE=128 --output-nodata -20000 --type int16"),
    ("holes, float32", "--size 515x513 --tile 256 --content holes",
     "--co BLOCKSIZE=128 --type float32 --output-nodata -9999"),
    ("float64", "--size 333x300 --strip 16 --type float64 --content ramp", "--format gtiff --co OVERVIEWS=AUTO "
     "--co BLOCKSIZE=128"),
    ("float32, planar", "--size 300x200 --tile 32 --type float32 --interleave band", "--co COMPRESS=NONE"),
    ("uint8", "--size 256x384 --tile 96x80 --type uint8", "--type int16 --co BLOCKSIZE=128"),
    ("int32, LZMA", "--size 200x100 --tile 48 --type int32 --codec lzma", "--type float32 --co COMPRESS=LZW"),
    ("uint32, PackBits", "--size 130x131 --strip 9 --type uint32 --codec packbits", "--co PREDICTOR=NO"),
    ("LERC", "--size 260x140 --tile 64 --codec lerc", "--type uint8 --co COMPRESS=ZSTD --co LEVEL=19"),
    ("1 x 1", "--size 1x1 --tile 16", "--type float32"),
    ("1 x 700", "--size 1x700 --strip 11", "--co BLOCKSIZE=128"),
    ("700 x 1", "--size 700x1 --strip 1", "--co BLOCKSIZE=128 --type uint8"),
    ("129 x 257", "--size 129x257 --tile 16", "--co BLOCKSIZE=128 --type float32 --co COMPRESS=ZSTD"),
    ("sparse", "--size 900x700 --tile 128 --sparse", "--co BLOCKSIZE=128 --co SPARSE_OK=YES"),
    ("sparse, stored", "--size 900x700 --tile 128 --sparse", "--co BLOCKSIZE=256"),
    ("mask", "--size 500x300 --tile 128 --mask", "--co BLOCKSIZE=128"),
    ("degrees", "--size 140x150 --tile 64 --epsg 4326", "--type float32"),
    ("no CRS", "--size 140x150 --tile 64 --epsg none", "--format gtiff"),
    ("level 1", "--size 700x300 --tile 128", "--type float32 --co LEVEL=1 --co PREDICTOR=STANDARD --co BLOCKSIZE=128"),
    ("constant", "--size 700x700 --tile 128 --content constant", "--co BLOCKSIZE=128 --co BIGTIFF=YES"),
)
QUICK_MADE = MADE[::3] + MADE[2:20:9]


def facts_of(path, numbers, scale=0.0001, offset=0.0, nodata=None):
    return {role: (path, number, scale, offset, nodata) for role, number in numbers.items()}


def made_scenes(tally, scratch):
    for i, (label, made, words) in enumerate(MADE):
        if QUICK and (label, made, words) not in QUICK_MADE:
            continue
        path = scratch / f"scene-{i}.tif"
        done = run([*made.split(), "--seed", str(i), path], program=MAKE_SCENE)
        if done.rc:
            tally.fail(label, f"make_scene: {done.last_words()}")
            continue
        offset = (0.0, -0.1)[i % 2]
        nodata = read_band(path, 1)[1]
        scene = m.Scene(facts_of(path, FOUR, 0.0001, offset, nodata))
        words = [*ALL, *words.split(), "--scale", "0.0001", "--offset", repr(offset)]
        try_scene(tally, scratch, label, [path], scene, words, ALL_NAMES, path)
        path.unlink()


# --- places ---


def write(path, arrays, gt=(500000, 10, 0, 5000000, 0, -10), crs="EPSG:32633", nodata=None, names=("B04", "B08"),
          driver="GTiff", options=("TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64"), point=False, alpha=False):
    y, x = arrays[0].shape
    kind = {"u2": gdal.GDT_UInt16, "i2": gdal.GDT_Int16, "f4": gdal.GDT_Float32, "u1": gdal.GDT_Byte}[
        arrays[0].dtype.str[1:]]
    through = driver if driver == "GTiff" else "MEM"
    out = gdal.GetDriverByName(through).Create(str(path) if through == driver else "", x, y, len(arrays), kind,
                                               list(options) if through == driver else [])
    if point:
        out.SetMetadataItem("AREA_OR_POINT", "Point")
    if crs:
        srs = osr.SpatialReference()
        srs.SetFromUserInput(crs)
        out.SetSpatialRef(srs)
    if gt:
        out.SetGeoTransform(gt)
    for i, array in enumerate(arrays, 1):
        band = out.GetRasterBand(i)
        if nodata is not None:
            band.SetNoDataValue(nodata)
        if i <= len(names):
            band.SetDescription(names[i - 1])
        if alpha and i == len(arrays):
            band.SetColorInterpretation(gdal.GCI_AlphaBand)
        band.WriteArray(array)
    if through != driver:
        gdal.GetDriverByName(driver).CreateCopy(str(path), out, options=list(options))
    out = None
    return path


def numbers(shape, seed, low=0, high=3000, kind=np.uint16):
    return np.random.default_rng(seed).integers(low, high, shape).astype(kind)


PLACES = {
    "rotated": {"gt": (500000.125, 7.5, 2.5, 5000000.25, 2.25, -8)},
    "south up": {"gt": (500000, 10, 0, 5000000, 0, 10)},
    "none": {"gt": None, "crs": None},
    "CRS alone": {"gt": None},
    "a point, feet": {"crs": "EPSG:2263", "point": True},
    "thirds of a degree": {"gt": (1 / 3, 1 / 30, 0, 2 / 3, 0, -1 / 30), "crs": "EPSG:4326"},
    "a CRS of one's own": {"crs": "+proj=lcc +lat_1=30 +lat_2=60 +lat_0=40 +lon_0=10 +datum=WGS84 +units=m"},
    "polar": {"crs": "EPSG:3031", "gt": (-3000000, 500, 0, 2000000, 0, -500)},
    "BigTIFF, big-endian": {"options": ("BIGTIFF=YES", "ENDIANNESS=BIG")},
}


def places(tally, scratch):
    bands = [numbers((150, 170), 7), numbers((150, 170), 8)]
    for label, how in PLACES.items():
        for reader in ("tiff", "gdal"):
            path = write(scratch / "place.tif", bands, **how)
            if QUICK and reader == "gdal" and label not in ("rotated", "a point, feet"):
                continue
            scene = m.Scene(facts_of(path, {"red": 1, "nir": 2}, 1.0))
            try_scene(tally, scratch, f"{label}, {reader}", [path], scene,
                      ["--reader", reader, "--raw", "--co", "BLOCKSIZE=128"], ["ndvi"], path)
            path.unlink()


def beside(tally, scratch):
    """What lies beside the image says where it is, and images that GDAL alone reads."""
    bands = [numbers((150, 170), 17), numbers((150, 170), 18)]

    def check(label, path, *words):
        scene = m.Scene(facts_of(path, {"red": 1, "nir": 2}, 1.0))
        try_scene(tally, scratch, label, [path], scene, ["--raw", "--bands", "red=1,nir=2", *words], ["ndvi"],
                  path)

    path = write(scratch / "pam.tif", bands, None, None)
    (scratch / "pam.tif.aux.xml").write_text(
        "<PAMDataset><SRS>EPSG:32631</SRS><GeoTransform>300000.5, 20, 0, 4000000.25, 0, -20"
        "</GeoTransform></PAMDataset>")
    for reader in ("tiff", "gdal"):
        check(f"FILE.aux.xml, {reader}", path, "--reader", reader)
    path = write(scratch / "point.tif", bands, None, "EPSG:32631", point=True)
    (scratch / "point.tif.aux.xml").write_text(
        "<PAMDataset><GeoTransform>300000.5, 20, 2, 4000000.25, 1, -20</GeoTransform></PAMDataset>")
    check("FILE.aux.xml, a point", path)
    for driver, name, options in (("JP2OpenJPEG", "p.jp2", ("QUALITY=100", "REVERSIBLE=YES")),
                                  ("ENVI", "e.img", ("INTERLEAVE=BIL",)),
                                  ("HFA", "h.img", ())):
        if not gdal.GetDriverByName(driver):
            tally.skip(driver, "GDAL has no such driver here")
            continue
        check(driver, write(scratch / name, bands, driver=driver, options=options))
    files = []
    for band, name in zip(bands, ("red", "nir")):
        files.append(write(scratch / f"scene_{name}.nc", [band], driver="netCDF", options=(), names=(name,)))
    facts = {role: (path, 1, 1.0, 0.0, None) for role, path in zip(("red", "nir"), files)}
    try_scene(tally, scratch, "netCDF", files, m.Scene(facts), ["--raw"], ["ndvi"], files[0])


# --- masks, nodata, coarser bands, missing ones ---


def masks(tally, scratch):
    shape = (300, 260)
    red, nir = numbers(shape, 1, 1), numbers(shape, 2, 1)
    alpha = np.where(numbers(shape, 3) % 4 == 0, 0, 65535).astype(np.uint16)
    words = ["--co", "BLOCKSIZE=128", "--mask-output", "why", "--bands-output", "red", "--raw"]
    path = write(scratch / "alpha.tif", [red, nir, alpha], alpha=True, names=("B04", "B08", "alpha"))
    scene = m.Scene(facts_of(path, {"red": 1, "nir": 2}, 1.0))
    tally.check((scene.masked == m.ALPHA).any(), "alpha: the test has some")
    try_scene(tally, scratch, "alpha", [path], scene, words, ["ndvi", "why", "red"], path)
    path = write(scratch / "side.tif", [red, nir], nodata=7)
    dataset = gdal.Open(str(path), gdal.GA_Update)
    dataset.CreateMaskBand(gdal.GMF_PER_DATASET)
    dataset.GetRasterBand(1).GetMaskBand().WriteArray(((red % 5) > 0).astype(np.uint8) * 255)
    dataset = None
    tally.check((scratch / "side.tif.msk").exists(), "a mask beside the image")
    scene = m.Scene(facts_of(path, {"red": 1, "nir": 2}, 1.0, 0.0, 7))
    try_scene(tally, scratch, "FILE.msk", [path], scene, words, ["ndvi", "why", "red"], path)


def nans(tally, scratch):
    """A NaN stays where it is: at borders of tiles, of the image, and in overviews."""
    y, x = 513, 387
    draw = np.random.default_rng(5)
    red, nir = (draw.uniform(0.01, 0.5, (y, x)).astype(np.float32) for _ in range(2))
    for band, step in ((red, 127), (nir, 128)):
        band[::step] = band[:, ::step] = band[-1] = band[:, -1] = np.nan
    red[200:300, 130:260] = np.nan
    nir[10, 10], red[11, 11] = np.inf, -np.inf
    red[12, 12] = nir[12, 12] = 0
    nir[13, 13] = -red[13, 13]
    red[14:140, 14:140] = nir[14:140, 14:140] = 0.25  # a mean of zeros
    for nodata in (np.nan, None):
        for kind in ("float32", "int16", "uint8"):
            path = write(scratch / "nan.tif", [red, nir], nodata=nodata)
            scene = m.Scene(facts_of(path, {"red": 1, "nir": 2}, 1.0, 0.0, nodata))
            try_scene(tally, scratch, f"NaN, nodata {nodata}, {kind}", [path], scene,
                      ["--type", kind, "--co", "BLOCKSIZE=128", "--mask-output", "why", "--index", "ndvi",
                       "--assume-reflectance", "--raw"], ["ndvi", "why"], path)


def ties(tally, scratch):
    """Half a step: to the even number. And what an integer cannot hold."""
    bands = [numbers((200, 270), seed, 0, 65536) for seed in (51, 52)]
    path = write(scratch / "ties.tif", bands)
    scene = m.Scene(facts_of(path, {"red": 1, "nir": 2}, 1.0))
    for kind, limits, rule in (("int16", "-65534,65534", (2, 0)), ("uint8", "-1000,24000", (100, -1000)),
                               ("uint8", "-250,250", (2, -250)), ("int16", "-10,10", (0.0005, 0))):
        words = ["--raw", "--type", kind, "--expr", "dd=nir-red*2", "--range", f"dd={limits}", "--co", "BLOCKSIZE=128"]
        made = try_scene(tally, scratch, f"ties, {kind}, {limits}", [path], scene, words, ["dd"], path)
        output = made["outputs"][0] if made else {}
        tally.check((output.get("scale"), output.get("offset")) == rule, f"ties, {kind}, {limits}: the scale",
                    f"{output}")


def scl_codes(scl):
    codes = np.zeros(scl.shape, np.uint8)
    for numbers_, code in (((0,), m.OTHER), ((1,), m.SATURATED), ((8, 9), m.CLOUD), ((3,), m.SHADOW),
                           ((10,), m.CIRRUS)):
        codes[np.isin(scl, numbers_)] = code
    return codes


def product(tally, scratch):
    """Files at 10 m and 20 m, a quality band, limits of values."""
    folder = scratch / "product"
    folder.mkdir()
    fine, coarse = (360, 300), (180, 150)
    facts, stem = {}, "T33UXP_20200101T100031"
    for i, (role, band, metres) in enumerate((("green", "B03", 10), ("red", "B04", 10), ("nir", "B08", 10),
                                              ("swir16", "B11", 20))):
        array = numbers(fine if metres == 10 else coarse, 30 + i, 0, 11000 if role == "nir" else 5000)
        array[5:60, 7:50] = 0
        path = write(folder / f"{stem}_{band}_{metres}m.tif", [array], (600000, metres, 0, 5400000, 0, -metres),
                     names=(), nodata=0)
        facts[role] = (path, 1, 0.0001, -0.1, 0)
    scl = numbers(coarse, 40, 0, 12, np.uint8)
    write(folder / f"{stem}_SCL_20m.tif", [scl], (600000, 20, 0, 5400000, 0, -20), names=())
    files = [fact[0] for fact in facts.values()]
    codes = np.repeat(np.repeat(scl_codes(scl), 2, 0), 2, 1)
    base = ["--scale", "0.0001", "--offset", "-0.1", "--co", "BLOCKSIZE=128", "--mask-output", "why"]
    names = ["ndvi", "ndmi", "evi2", "why", "red", "swir16"]
    several = ["--index", "ndvi,ndmi,evi2", "--bands-output", "swir16,red"]
    source = files[1]
    try_scene(tally, scratch, "10 m and 20 m", [folder], m.Scene(facts), [*base, *several], names, source)
    try_scene(tally, scratch, "10 m and 20 m, SCL", [folder], m.Scene(facts, codes),
              [*base, *several, "--mask", "scl", "--type", "float32"], names, source)
    try_scene(tally, scratch, "the coarse grid", [folder], m.Scene(facts).coarsen(),
              [*base, *several, "--grid", "coarse", "--type", "float32"], names, facts["swir16"][0])
    try_scene(tally, scratch, "limits of values", [folder], m.Scene(facts, codes),
              [*base, "--mask", "scl", "--valid-range", "ndvi=-0.2,0.7"], ["ndvi", "why"], source,
              range=(-0.2, 0.7))
    try_scene(tally, scratch, "limits of reflectance", [folder], m.Scene(facts),
              [*base, "--valid-reflectance", "--bands-output", "nir"], ["ndvi", "why", "nir"], source,
              reflectance=True)


def missing(tally, scratch):
    """A scene that lacks a band has no file of that index; and the date only where it is told."""
    path = write(scratch / "two.tif", [numbers((90, 80), 1), numbers((90, 80), 2)])
    scene = m.Scene(facts_of(path, {"red": 1, "nir": 2}, 1.0))
    try_scene(tally, scratch, "a band missing", [path], scene,
              ["--raw", "--index", "ndmi,ndvi", "--bands-output", "blue,red"], ["ndvi", "red"], path, status=1)
    made = run_maps(tally, scratch, "a date", [path], ["--raw"], env={"SOURCE_DATE_EPOCH": "86400"})
    date = made and gdal.Open(str(made[0] / "two_ndvi.tif")).GetMetadataItem("TIFFTAG_DATETIME")
    tally.check(date == "1970:01:02 00:00:00", "SOURCE_DATE_EPOCH is the date", f"{date}")


def main():
    tally = Tally()
    m.missing_tools(tally)
    for part in (made_scenes, places, beside, masks, nans, ties, product, missing):
        with Scratch() as scratch:
            part(tally, scratch)
        print(f"{part.__name__:12} {tally.passed} passed, {tally.failed} failed so far", flush=True)
    m.check_readers(tally)
    tally.finish()


if __name__ == "__main__":
    main()
