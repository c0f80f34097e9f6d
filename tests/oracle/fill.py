#!/usr/bin/python3
"""Fill and scale of known products, from files without a nodata tag; nodata tags that were rounded;
reflectance by products' metadata; and the advice of notes, which is followed.

Every scene is generated with random numbers and holes; red, NIR, or both hold the product's fill
there. Right values are NumPy's, by each product's own definition, and GDAL's mask where a file has a
tag. The inputs after public reports in ../shared/cases are run where they are there.
"""

import json
import math
import os
import re
import shutil
import struct
import subprocess
import sys

import numpy as np
from osgeo import gdal

from oracle import DATA, Scratch, Tally, compare, load, ndvi_reference, run

H, W = 24, 31
S2 = {"scale": 1e-4, "offset": -0.1}
C2 = {"scale": 0.0000275, "offset": -0.2}
PER_10000 = {"scale": 1e-4, "offset": 0.0}
PLAIN = {"scale": 1.0, "offset": 0.0}

# What is written: files by name (one band each), or one stack; its type; the product's fill; what is
# applied by default. In a stack, names are descriptions, and %s of its name is what comes before
# ".tif"; red and nir are 1-based.
PAIRS = [
    ("S2 loose, baseline unknown", "T30UYV_20230520T104629_%s_10m", "B04", "B08", "u2", 0, PLAIN),
    ("S2 L2A, old baseline", "S2A_MSIL2A_20210601T101031_N0300_R022_T33UUB_%s", "B04", "B08", "u2",
     0, PER_10000),
    ("S2 L2A, N0400", "S2A_MSIL2A_20220601T101031_N0400_R022_T33UUB_%s", "B04", "B08", "u2", 0, S2),
    ("S2 by B04 alone", "%s", "B04", "B08", "u2", 0, PLAIN),
    ("MAJA", "SENTINEL2B_20200101-105435-457_L2A_T31TFJ_C_V2-2_FRE_%s", "B4", "B8", "i2", -10000,
     PER_10000),
    ("MAJA L3A", "SENTINEL2X_20200115-000000-000_L3A_T31TFJ_C_V2-2_FRC_%s", "B4", "B8", "i2",
     -10000, PER_10000),
    ("Landsat 8 C2 L2", "LC08_L2SP_008059_20191201_20200825_02_T1_SR_%s", "B4", "B5", "u2", 0, C2),
    ("Landsat 5 C2 L2", "LT05_L2SP_008059_19911201_20200825_02_T1_SR_%s", "B3", "B4", "u2", 0, C2),
    ("Landsat C2 ARD", "LC08_CU_003010_20190101_20210424_02_SR_%s", "B4", "B5", "u2", 0, C2),
    ("Landsat 8 ESPA", "LC08_L1TP_008059_20191201_20191210_01_T1_sr_%s", "band4", "band5", "i2",
     -9999, PER_10000),
    ("Landsat 5 ESPA", "LT05_L1TP_008059_19911201_20191210_01_T1_sr_%s", "band3", "band4", "i2",
     -9999, PER_10000),
    ("Landsat 8 TOA", "LC08_L1TP_008059_20191201_20191210_01_T1_toa_%s", "band4", "band5", "i2",
     -9999, PER_10000),
    ("Landsat 8 L1", "LC08_L1TP_013032_20180131_20180207_01_T1_%s", "B4", "B5", "u2", 0, PLAIN),
    ("Landsat 5 L1", "LT05_L1TP_013032_19880131_20180207_01_T1_%s", "B3", "B4", "u1", 0, PLAIN),
    ("Landsat 3 MSS", "LM03_L1TP_013032_19800131_20180207_01_T2_%s", "B5", "B7", "u1", 0, PLAIN),
    ("Landsat 8 before collections", "LC80130322014001LGN00_%s", "B4", "B5", "u2", 0, PLAIN),
    ("HLS S30", "HLS.S30.T13RCN.2024128T173909.v2.0.%s", "B04", "B8A", "i2", -9999, PER_10000),
    ("HLS L30", "HLS.L30.T13RCN.2024128T173909.v2.0.%s", "B04", "B05", "i2", -9999, PER_10000),
    ("MODIS MCD43A4", "MCD43A4.A2019001.h21v11.061.2020_%s", "Nadir_Reflectance_Band1",
     "Nadir_Reflectance_Band2", "i2", 32767, PER_10000),
    ("MODIS MOD09", "MOD09A1.A2019001.h21v11.061.2020001_%s", "sur_refl_b01", "sur_refl_b02", "i2",
     -28672, PER_10000),
    ("CBERS AWFI", "CBERS_4_AWFI_20170420_146_129_L2_%s", "BAND15", "BAND16", "i2", 0, PLAIN),
    ("CBERS MUX", "CBERS_4_MUX_20171121_057_094_L2_%s", "BAND7", "BAND8", "u1", 0, PLAIN),
    ("CBERS WPM", "CBERS_4A_WPM_20200730_209_139_L4_%s", "BAND3", "BAND4", "i2", 0, PLAIN),
    ("Amazonia", "AMAZONIA_1_WFI_20210801_033_018_L4_%s", "BAND3", "BAND4", "i2", 0, PLAIN),
]
STACKS = [
    ("S2 by descriptions", "mosaic", ["B02", "B03", "B04", "B08"], 3, 4, "u2", 0, PLAIN),
    ("S2 of 13 bands", "S2A_20220601_T33UUB", [""] * 13, 4, 8, "u2", 0, PLAIN),
    ("sen2r", "S2A2A_20170703_022_Barbellino_BOA_10", [""] * 11, 4, 8, "u2", 65535, PLAIN),
    ("Earth Engine, Landsat C2", "export", [f"SR_B{i}" for i in range(1, 8)], 4, 5, "u2", 0, PLAIN),
    ("Earth Engine, Landsat int16", "export", [f"SR_B{i}" for i in range(1, 8)], 4, 5, "i2", -9999,
     PLAIN),
    ("Landsat 7 stack", "LE70220492002106EDC00_stack", [""] * 6, 3, 4, "i2", -9999, PLAIN),
    ("MODIS by sur_refl", "export", [f"sur_refl_b0{i}" for i in range(1, 8)], 1, 2, "i2", -28672,
     PER_10000),
    ("MODIS by Nadir", "export", [f"Nadir_Reflectance_Band{i}" for i in range(1, 8)], 1, 2, "i2",
     32767, PER_10000),
    ("PlanetScope SR", "20200101_101010_1003_3B_AnalyticMS_SR", [""] * 4, 3, 4, "u2", 0, PER_10000),
    ("PlanetScope SR of 8", "20210901_160606_42_2442_3B_AnalyticMS_SR_8b", [""] * 8, 6, 8, "u2", 0,
     PER_10000),
    ("PlanetScope", "20200101_101010_1003_3B_AnalyticMS", [""] * 4, 3, 4, "u2", 0, PLAIN),
    ("SkySat SR", "20200814_162132_ssc4d3_0021_analytic_SR", [""] * 4, 3, 4, "u2", 0, PER_10000),
    ("RapidEye SR", "1159209_2010-08-05_RE4_3A_Analytic_SR", [""] * 5, 3, 5, "u2", 0, PER_10000),
    ("SkySat", "20200814_162132_ssc4d3_0021_analytic", [""] * 4, 3, 4, "u2", 0, PLAIN),
    ("RapidEye", "1159209_2010-08-05_RE4_3A_Analytic", [""] * 5, 3, 5, "u2", 0, PLAIN),
]


def numbers(seed, dtype):
    """Red and NIR as the products have them, without any of their fills."""
    rng = np.random.default_rng(seed)
    most = 250 if dtype == "u1" else 15000
    least = 20 if dtype == "u1" else 8000
    middle = (least + most) // 2
    red = rng.integers(least, middle, (H, W)).astype(dtype)
    nir = rng.integers(middle, most, (H, W)).astype(dtype)
    return red, nir


def with_holes(red, nir, fill):
    """Fill in both, in red alone, in NIR alone."""
    red, nir = red.copy(), nir.copy()
    red[:5] = nir[:5] = fill
    red[5, :9] = fill
    nir[6, 4:] = fill
    return red, nir


TYPES = {"u1": gdal.GDT_Byte, "u2": gdal.GDT_UInt16, "i2": gdal.GDT_Int16, "u4": gdal.GDT_UInt32,
         "i4": gdal.GDT_Int32, "f4": gdal.GDT_Float32, "f8": gdal.GDT_Float64}


def write(path, arrays, names=None, nodata=None, scale=None, size=10):
    code = arrays[0].dtype.str[1:]
    dataset = gdal.GetDriverByName("GTiff").Create(
        str(path), arrays[0].shape[1], arrays[0].shape[0], len(arrays), TYPES[code],
        ["COMPRESS=DEFLATE", "PHOTOMETRIC=MINISBLACK"])
    dataset.SetGeoTransform((500000, size, 0, 5000000, 0, -size))
    for i, array in enumerate(arrays, 1):
        band = dataset.GetRasterBand(i)
        band.WriteArray(array)
        if names and names[i - 1]:
            band.SetDescription(names[i - 1])
        if nodata is not None:
            band.SetNoDataValue(nodata)
        if scale and scale[i - 1]:
            band.SetScale(scale[i - 1][0])
            band.SetOffset(scale[i - 1][1])
    dataset = None


def write_stack(path, red, nir, at_red, at_nir, names, **more):
    other = np.full(red.shape, 77, red.dtype)
    arrays = [other] * len(names)
    arrays[at_red - 1], arrays[at_nir - 1] = red, nir
    write(path, arrays, names, **more)


class Lab:
    def __init__(self, tally, scratch):
        self.tally, self.scratch = tally, scratch
        self.n = 0

    def folder(self):
        self.n += 1
        path = self.scratch / str(self.n)
        path.mkdir()
        return path

    def scene(self, folder, *options, files=None):
        """(summary entry, notes, Result) of the only scene in the folder."""
        result = run(["-q", "--summary", "s.json", "--report", "r.json", *options,
                      *(files or ["."])], cwd=folder)
        summary, report = load(folder / "s.json"), load(folder / "r.json")
        for name in ("s.json", "r.json"):
            (folder / name).unlink(missing_ok=True)
        scenes = summary["scenes"] if summary else []
        entry = scenes[0] if len(scenes) == 1 else None
        notes = report["scenes"][0].get("notes", []) if entry and report else []
        return entry, notes, result

    def expect(self, name, folder, want, *options, files=None):
        """The scene's NDVI is `want`. Returns its notes."""
        entry, notes, result = self.scene(folder, *options, files=files)
        if entry is None or entry["status"] != "ok":
            self.tally.fail(name, f"exit {result.rc}: {result.last_words()}")
            return notes
        differences = compare(entry["indices"]["ndvi"], want)
        self.tally.check(not differences, name, "; ".join(differences))
        return notes

    def refused(self, name, folder, words, *options):
        entry, _, result = self.scene(folder, *options)
        self.tally.check(result.rc == 65 and words in result.err, name,
                         f"exit {result.rc}: {result.last_words()}")


# --- fill of products ---


def reference(red, nir, fill, scaling):
    return ndvi_reference(red, nir, red_nodata=fill, nir_nodata=fill, **scaling)


def check_product(lab, name, folder, red, nir, fill, default):
    own = {"scale": 0.5, "offset": 3.0}
    given = ["--scale", "0.5", "--offset", "3"]
    lab.expect(f"{name}: as it lies", folder, reference(red, nir, fill, default))
    lab.expect(f"{name}: GDAL", folder, reference(red, nir, fill, default), "--reader", "gdal")
    lab.expect(f"{name}: --scale", folder, reference(red, nir, fill, own), *given)
    lab.expect(f"{name}: --raw", folder, reference(red, nir, None, PLAIN), "--raw")
    lab.expect(f"{name}: --nodata none", folder, reference(red, nir, None, default), "--nodata",
               "none")
    lab.expect(f"{name}: --nodata 8888", folder, reference(red, nir, 8888, own), *given,
               "--nodata", "8888")


def check_products(lab):
    for seed, (name, pattern, b_red, b_nir, dtype, fill, default) in enumerate(PAIRS):
        red, nir = with_holes(*numbers(seed, dtype), fill)
        folder = lab.folder()
        write(folder / (pattern % b_red + ".tif"), [red])
        write(folder / (pattern % b_nir + ".tif"), [nir])
        check_product(lab, name, folder, red, nir, fill, default)
    for seed, (name, stem, names, at_red, at_nir, dtype, fill, default) in enumerate(STACKS):
        red, nir = with_holes(*numbers(seed, dtype), fill)
        folder = lab.folder()
        write_stack(folder / f"{stem}.tif", red, nir, at_red, at_nir, names)
        check_product(lab, name, folder, red, nir, fill, default)


def check_tags(lab):
    """A tag wins over the product's fill; one that no sample can have does not."""
    red, nir = with_holes(*numbers(99, "u2"), 0)
    for tag, nodata in ((12345, 12345), (0, 0), (-9999, 0), (0.5, 0)):
        folder = lab.folder()
        red[9, 9] = 12345
        for band, array in (("B04", red), ("B08", nir)):
            write(folder / f"T30UYV_20230520T104629_{band}.tif", [array], nodata=tag)
        lab.expect(f"nodata tag {tag}", folder, reference(red, nir, nodata, S2), "--scale", "1e-4",
                   "--offset", "-0.1")
    folder = lab.folder()
    write(folder / "T30UYV_20230520T104629_B04.tif", [red], nodata=12345)
    write(folder / "T30UYV_20230520T104629_B08.tif", [nir])
    lab.expect("a tag of one band alone", folder,
               ndvi_reference(red, nir, red_nodata=12345, nir_nodata=0, **S2), "--scale", "1e-4",
               "--offset", "-0.1")


# --- advice ---

ADVICE = re.compile(r"--scale \S+[0-9] --offset \S*[0-9]|--raw|--reflectance|--nodata none")


def follow(lab, name, folder, words, want, number=0):
    """Run again with what the note that holds `words` says; the right numbers come out."""
    _, notes, result = lab.scene(folder)
    texts = notes + [result.err.replace("\n", " ")]
    found = [text for text in texts if words in text]
    advice = ADVICE.findall(found[0]) if found else []
    if lab.tally.check(len(advice) > number, f"{name}: advice", f"in {texts}"):
        lab.expect(f"{name}: {advice[number]}", folder, want, *advice[number].split())


def check_advice(lab):
    red, nir = with_holes(*numbers(7, "u2"), 0)
    for date, words in (("20230520", "ESA's files have 1000"), ("20170520", "baseline unknown")):
        folder = lab.folder()
        for band, array in (("B04", red), ("B08", nir)):
            write(folder / f"T30UYV_{date}T104629_{band}_10m.tif", [array])
        follow(lab, f"S2, {words}", folder, words, reference(red, nir, 0, S2))
    follow(lab, "fill", folder, "states no nodata", reference(red, nir, None, PLAIN))

    folder = lab.folder()
    names = [f"SR_B{i}" for i in range(1, 8)]
    write_stack(folder / "export.tif", red, nir, 4, 5, names)
    follow(lab, "may be Collection 2", folder, "may be Landsat", reference(red, nir, 0, C2))

    folder = lab.folder()  # bands that two sensors have, named by the user's order of red and nir
    write(folder / "export.tif", [red, nir], ["SR_red", "SR_nir"])
    lab.expect("not known as Landsat", folder, reference(red, nir, None, PLAIN))

    folder = lab.folder()
    write_stack(folder / "LC08_L2SP_008059_20191201_20200825_02_T1_stack.tif", red, nir, 4, 5, names)
    lab.expect("C2 by its name", folder, reference(red, nir, 0, C2))
    follow(lab, "C2 by its name", folder, "is assumed", reference(red, nir, None, PLAIN))

    # Floating point: reflectance, or the product's integers after all.
    for stem, scaling in (("S2A_MSIL2A_20220601T101031_N0400_R022_T33UUB_stack", S2),
                          ("LC08_L2SP_008059_20191201_20200825_02_T1_stack", C2)):
        folder = lab.folder()
        floats = red.astype("f4"), nir.astype("f4")
        write(folder / f"{stem}.tif", floats, ["red", "nir"])
        lab.expect(f"{stem}: floats", folder, reference(*floats, None, PLAIN))
        follow(lab, f"{stem}: floats", folder, "floating-point", reference(*floats, 0, scaling))

    # The file's scale and the product's rule disagree.
    folder = lab.folder()
    write(folder / "S2A_MSIL2A_20220601T101031_N0400_R022_T33UUB_stack.tif", [red, nir],
          ["red", "nir"], scale=[(1e-4, 0)] * 2)
    lab.expect("disagreement", folder, reference(red, nir, 0, PER_10000))
    follow(lab, "disagreement", folder, "metadata gives offset", reference(red, nir, 0, S2))

    # An offset that may have been taken out before.
    folder = lab.folder()
    write(folder / "S2B_30UYV_20230520_0_L2A.tif", [red, nir], ["red", "nir"],
          scale=[(1e-4, -0.1)] * 2)
    lab.expect("offset stated", folder, reference(red, nir, 0, S2))
    follow(lab, "offset stated", folder, "boa_offset_applied", reference(red, nir, 0, PER_10000))

    # One band alone states a scale: --scale and --offset, or --raw.
    folder = lab.folder()
    write(folder / "some.tif", [red, nir], ["red", "nir"], scale=[(1e-4, -0.1), None])
    follow(lab, "scale of one band", folder, "pass --scale and --offset",
           reference(red, nir, None, PLAIN))
    lab.expect("scale of one band: both", folder, reference(red, nir, None, S2), "--scale", "1e-4",
               "--offset", "-0.1")

    # 8 bits are a picture, unless the user says otherwise; 0 may then be dark.
    small = with_holes(*numbers(8, "u1"), 0)
    folder = lab.folder()
    write(folder / "S2A_MSIL2A_20220601T101031_N0400_R022_T33UUB_stack.tif", small, ["red", "nir"])
    lab.expect("8 bits", folder, reference(*small, None, PLAIN))
    lab.expect("8 bits: --scale", folder, reference(*small, None, {"scale": 0.004, "offset": 0.1}),
               "--scale", "0.004", "--offset", "0.1")


# --- reflectance ---

SUN = 61.35


def mtl_text(form, level, collection, rows):
    """MTL with (MULT, ADD) by band of Level-1, and others of Level-2 in the group before."""
    contents = ("PRODUCT_CONTENTS", {"PROCESSING_LEVEL": level}) if collection == 2 else (
        "PRODUCT_METADATA", {"DATA_TYPE": level})
    group = "LEVEL1_RADIOMETRIC_RESCALING" if collection == 2 else "RADIOMETRIC_RESCALING"
    keys = lambda rows: {f"REFLECTANCE_{what}_BAND_{band}": f"{pair[i]:.7G}"
                         for i, what in enumerate(("MULT", "ADD")) for band, pair in rows.items()}
    groups = [contents, ("IMAGE_ATTRIBUTES", {"SUN_AZIMUTH": "140.5", "SUN_ELEVATION": f"{SUN}"}),
              ("LEVEL2_SURFACE_REFLECTANCE_PARAMETERS",
               keys({band: (2.75e-05, -0.2) for band in rows})), (group, keys(rows))]
    if form == "json":
        return json.dumps({"LANDSAT_METADATA_FILE": dict(groups)}, indent=2)
    if form == "xml":
        body = "".join(f"<{g}>" + "".join(f"<{k}>{v}</{k}>" for k, v in pairs.items()) + f"</{g}>"
                       for g, pairs in groups)
        return f'<?xml version="1.0"?><LANDSAT_METADATA_FILE>{body}</LANDSAT_METADATA_FILE>'
    quote = lambda v: v if v[0] in "-0123456789" else f'"{v}"'
    lines = ["GROUP = LANDSAT_METADATA_FILE"]
    for g, pairs in groups:
        lines += [f"  GROUP = {g}", *(f"    {k} = {quote(v)}" for k, v in pairs.items()),
                  f"  END_GROUP = {g}"]
    return "\n".join(lines + ["END_GROUP = LANDSAT_METADATA_FILE", "END", ""])


def of_two_scales(red, nir, red_scale, nir_scale, fill):
    """NDVI where each band has a scale and offset of its own."""
    nodata = (red == fill) | (nir == fill)
    r = red * red_scale[0] + red_scale[1]
    n = nir * nir_scale[0] + nir_scale[1]
    value = ((n - r)[~nodata] / (n + r)[~nodata])
    return {"pixels": red.size, "nodata": int(nodata.sum()), "valid": value.size, "masked": 0,
            "zero_denominator": 0, "nonfinite": 0, "min": value.min(), "max": value.max(),
            "mean": math.fsum(value) / value.size, "std": value.std()}


def check_landsat(lab):
    sine = math.sin(math.radians(SUN))
    for form, level, collection, stem, b_red, b_nir, dtype in (
            ("txt", "L1TP", 2, "LC08_L1TP_013032_20180131_20200902_02_T1", "4", "5", "u2"),
            ("json", "L1TP", 2, "LC08_L1TP_013032_20180131_20200902_02_T1", "4", "5", "u2"),
            ("xml", "L1GT", 2, "LC09_L1GT_013032_20230131_20230902_02_T2", "4", "5", "u2"),
            ("txt", "L1TP", 1, "LT05_L1TP_013032_19880131_20180207_01_T1", "3", "4", "u1"),
            ("txt", "L1T", 1, "LC80130322014001LGN00", "4", "5", "u2"),
            ("txt", "L1T", 1, "LT50130321988031XXX02", "3", "4", "u1")):
        name = f"{stem} {form}"
        red, nir = with_holes(*numbers(11, dtype), 0)
        rows = {b_red: (2.0e-05, -0.1), b_nir: (2.1e-05, -0.09)}
        folder = lab.folder()
        # its tag, as names alone do not tell that it is Level-1: see check_untagged()
        nodata = 0 if stem.startswith("LT50") else None
        write(folder / f"{stem}_B{b_red}.TIF", [red], nodata=nodata)
        write(folder / f"{stem}_B{b_nir}.TIF", [nir], nodata=nodata)
        dn = reference(red, nir, 0, PLAIN)
        lab.expect(f"{name}: DN", folder, dn)
        notes = lab.expect(f"{name}: DN alone", folder, dn)
        lab.tally.check(any("biased" in n and "_MTL.txt" in n for n in notes),
                        f"{name}: bias is noted without MTL", str(notes))
        lab.refused(f"{name}: no MTL", folder, "--reflectance", "--reflectance")
        (folder / f"{stem}_MTL.{form}").write_text(mtl_text(form, level, collection, rows))
        want = of_two_scales(red, nir, *(tuple(x / sine for x in rows[b]) for b in (b_red, b_nir)),
                             0)
        notes = lab.expect(f"{name}: DN beside MTL", folder, dn)
        lab.tally.check(any("biased" in n and "--reflectance" in n for n in notes),
                        f"{name}: bias is noted", str(notes))
        follow(lab, name, folder, "biased", want)
        notes = lab.expect(f"{name}: --reflectance", folder, want, "--reflectance")
        lab.tally.check(not any("biased" in n for n in notes), f"{name}: no bias", str(notes))
        # Metadata that cannot be used: another level, a band that it does not have, no sun.
        good = (folder / f"{stem}_MTL.{form}").read_text()
        for what, text in (("Level-2", good.replace(f"{level}", "L2SP")),
                           ("no sun", good.replace("SUN_ELEVATION", "SUN_E")),
                           ("night", good.replace(f"{SUN}", "-12.5")),
                           ("no band", good.replace(f"ADD_BAND_{b_nir}", "ADD_BAND_9")),
                           ("cut", good[:len(good) // 2]), ("empty", ""),
                           ("large", good + " " * (200 << 10))):
            (folder / f"{stem}_MTL.{form}").write_text(text)
            lab.refused(f"{name}: {what}", folder, "--reflectance", "--reflectance")
            lab.expect(f"{name}: {what}, DN", folder, dn)


def check_untagged(lab):
    """8 bits, no tag, and a name that older collections share: the MTL tells that it is Level-1."""
    stem, sine = "LT50130321988031XXX02", math.sin(math.radians(SUN))
    red, nir = with_holes(*numbers(12, "u1"), 0)
    folder = lab.folder()
    write(folder / f"{stem}_B3.TIF", [red])
    write(folder / f"{stem}_B4.TIF", [nir])
    rows = {"3": (2.0e-05, -0.1), "4": (2.1e-05, -0.09)}
    (folder / f"{stem}_MTL.txt").write_text(mtl_text("txt", "L1T", 1, rows))
    lab.expect(f"{stem} without a tag: DN", folder, reference(red, nir, 0, PLAIN))
    want = of_two_scales(red, nir, *(tuple(x / sine for x in rows[b]) for b in "34"), 0)
    lab.expect(f"{stem} without a tag: reflectance", folder, want, "--reflectance")


def check_trial(lab):
    """A scene that its source publishes without the MTL."""
    source = DATA / "real" / "L8NY18" / "LC08_L1TP_014031_20180530"
    if not source.is_dir():
        lab.tally.skip("Landsat 8 of 2018-05-30", "no ../shared/data/real")
        return
    folder = lab.folder()
    for path in source.glob("*_B[45].TIF"):
        shutil.copy(path, folder)
    rows = {"4": (2.0e-05, -0.1), "5": (2.0e-05, -0.1)}
    (folder / f"{source.name}_MTL.txt").write_text(mtl_text("txt", "L1TP", 1, rows))
    red, nir = (gdal.Open(str(folder / f"{source.name}_B{b}.TIF")).ReadAsArray() for b in "45")
    want = ndvi_reference(red, nir, red_nodata=0, nir_nodata=0, scale=2e-5, offset=-0.1)
    lab.tally.check(round(want["mean"], 4) == 0.6268, "Landsat 8 of 2018-05-30: as published",
                    str(want["mean"]))
    lab.expect("Landsat 8 of 2018-05-30", folder, want, "--reflectance")


def planet_xml(coefficients):
    bands = "".join(
        f"<ps:bandSpecificMetadata><ps:bandNumber>{i}</ps:bandNumber>"
        f"<ps:radiometricScaleFactor>0.01</ps:radiometricScaleFactor>"
        f"<ps:reflectanceCoefficient>{c}</ps:reflectanceCoefficient></ps:bandSpecificMetadata>"
        for i, c in enumerate(coefficients, 1))
    return f'<?xml version="1.0"?><ps:EarthObservation xmlns:ps="http://x/ps">{bands}' \
           "</ps:EarthObservation>"


def check_planet(lab):
    four = [2.12e-05, 2.24e-05, 2.51e-05, 3.78e-05]
    eight = [2e-05, 2.1e-05, 2.2e-05, 2.3e-05, 2.4e-05, 2.51e-05, 2.6e-05, 3.78e-05]
    red, nir = with_holes(*numbers(12, "u2"), 0)
    for stem, tail, coefficients, at_red, at_nir in (
            ("20181002_045628_0f1a_3B_AnalyticMS", "_metadata.xml", four, 3, 4),
            ("20181002_045628_0f1a_3B_AnalyticMS", "_metadata_clip.xml", four, 3, 4),
            ("20181002_045628_0f1a_3B_AnalyticMS_8b", "_metadata.xml", eight, 6, 8),
            ("1159209_2010-08-05_RE4_3A_Analytic", "_metadata.xml", four + [3.9e-05], 3, 5)):
        for clip in ("", "_clip"):
            name = stem + clip + tail
            folder = lab.folder()
            n = len(coefficients)
            write_stack(folder / f"{stem}{clip}.tif", red, nir, at_red, at_nir, [""] * n)
            notes = lab.expect(f"{name}: no XML", folder, reference(red, nir, 0, PLAIN))
            lab.tally.check(any("biased" in note and "_metadata.xml" in note for note in notes),
                            f"{name}: bias is noted", str(notes))
            lab.refused(f"{name}: no XML, --reflectance", folder, "_metadata.xml", "--reflectance")
            (folder / f"{stem}{tail}").write_text(planet_xml(coefficients))
            want = of_two_scales(red, nir, (coefficients[at_red - 1], 0),
                                 (coefficients[at_nir - 1], 0), 0)
            notes = lab.expect(name, folder, want)
            lab.tally.check(not any("biased" in note for note in notes), f"{name}: no bias",
                            str(notes))
            lab.expect(f"{name}: --reflectance", folder, want, "--reflectance")
            lab.expect(f"{name}: --raw", folder, reference(red, nir, None, PLAIN), "--raw")
    # Surface reflectance beside the same XML is none of its business.
    folder = lab.folder()
    write_stack(folder / "20181002_045628_0f1a_3B_AnalyticMS_SR.tif", red, nir, 3, 4, [""] * 4)
    (folder / "20181002_045628_0f1a_3B_AnalyticMS_metadata.xml").write_text(planet_xml(four))
    lab.expect("SR beside radiance's XML", folder, reference(red, nir, 0, PER_10000))
    # Metadata of other bands than the image's, or damaged: DN, and it is said.
    for what, text in (("too many bands", planet_xml(four + four)), ("cut", planet_xml(four)[:300]),
                       ("no coefficients", planet_xml(["", "", "", ""]))):
        folder = lab.folder()
        write_stack(folder / "20181002_045628_0f1a_3B_AnalyticMS.tif", red, nir, 3, 4, [""] * 4)
        (folder / "20181002_045628_0f1a_3B_AnalyticMS_metadata.xml").write_text(text)
        notes = lab.expect(f"XML, {what}", folder, reference(red, nir, 0, PLAIN))
        lab.tally.check(any("biased" in note and "_metadata.xml" in note for note in notes),
                        f"XML, {what}: noted", str(notes))
        lab.refused(f"XML, {what}: --reflectance", folder, "_metadata.xml", "--reflectance")


def check_sentinel2(lab):
    """Level-1C by its metadata; --reflectance asks for no more than there is."""
    red, nir = with_holes(*numbers(13, "u2"), 0)
    folder = lab.folder()
    for band, array in (("B04", red), ("B08", nir)):
        write(folder / f"T33UUB_20220601T101031_{band}.tif", [array])
    lab.refused("S2, baseline unknown: --reflectance", folder, "MTD_MSI", "--reflectance")
    (folder / "MTD_MSIL1C.xml").write_text(
        "<P><PRODUCT_URI>S2A_MSIL1C_20220601T101031_N0400_R022_T33UUB_x.SAFE</PRODUCT_URI>"
        "<PROCESSING_BASELINE>04.00</PROCESSING_BASELINE>"
        "<QUANTIFICATION_VALUE>8000</QUANTIFICATION_VALUE>"
        '<RADIO_ADD_OFFSET band_id="3">-1000</RADIO_ADD_OFFSET>'
        '<RADIO_ADD_OFFSET band_id="7">-1200</RADIO_ADD_OFFSET></P>')
    want = of_two_scales(red, nir, (1 / 8000, -1000 / 8000), (1 / 8000, -1200 / 8000), 0)
    lab.expect("S2 L1C", folder, want)
    lab.expect("S2 L1C: --reflectance", folder, want, "--reflectance")
    folder = lab.folder()
    write(folder / "some.tif", [red, nir], ["red", "nir"])
    lab.refused("nothing known: --reflectance", folder, "--scale", "--reflectance")
    lab.refused("whole numbers: --assume-reflectance", folder, "whole numbers", "--reflectance",
                "--assume-reflectance")
    fractions = lab.folder()
    floats = [(band / 65536).astype("f4") for band in (red, nir)]
    write(fractions / "some.tif", floats, ["red", "nir"])
    lab.refused("fractions: --reflectance", fractions, "--assume-reflectance", "--reflectance")
    lab.expect("fractions: --assume-reflectance", fractions, ndvi_reference(*[
        band.astype(float) for band in floats]), "--reflectance", "--assume-reflectance")
    result = run(["--raw", "--reflectance", folder / "some.tif"])
    lab.tally.check(result.rc == 64, "--raw --reflectance", f"exit {result.rc}")


# --- tags that were rounded on their way ---


def put_tag(path, text):
    """Make the nodata tag of a little-endian classic TIFF exactly this text."""
    data = bytearray(path.read_bytes())
    offset = struct.unpack_from("<I", data, 4)[0]
    for i in range(struct.unpack_from("<H", data, offset)[0]):
        at = offset + 2 + 12 * i
        if struct.unpack_from("<H", data, at)[0] == 42113:
            value = text.encode().ljust(4, b" ") + b"\0"
            struct.pack_into("<HHII", data, at, 42113, 2, len(value), len(data))
            path.write_bytes(data + value)
            return
    raise SystemExit("no tag")


def masked_by_gdal(path):
    dataset = gdal.Open(str(path))
    return [dataset.GetRasterBand(i).GetMaskBand().ReadAsArray() == 0 for i in (1, 2)]


def tagged(lab, name, red, nir, text, same_as_gdal=True, nodata=None):
    """Counts where GDAL's own mask, or `nodata` for both bands, says what is left out."""
    folder = lab.folder()
    path = folder / "some.tif"
    write(path, [red, nir], ["red", "nir"], nodata=-12345 if red.dtype.kind != "u" else 12345)
    put_tag(path, text)
    out = np.logical_or(*masked_by_gdal(path)) if same_as_gdal else nodata
    want = ndvi_reference(red, nir, masked=out)
    want["nodata"], want["masked"] = want["masked"], 0
    for reader in ("tiff", "gdal"):
        notes = lab.expect(f"nodata {text}, {name}, {reader}", folder, want, "--reader", reader)
    return notes


def check_rounded(lab):
    rng = np.random.default_rng(3)
    red, nir = rng.uniform(.02, .2, (H, W)), rng.uniform(.2, .6, (H, W))
    limits = {"f4": np.float32(np.finfo("f4").min), "f8": np.finfo("f8").min}
    for dtype in ("f4", "f8"):
        limit = limits[dtype]
        for fill, text in [(limit, f"{float(limit):.{n}g}") for n in range(2, 18)] + [
                (np.dtype(dtype).type(-3.4e38), "-3.4e+38"), (-9999, "-9999"), (-9999, "-9999,0"),
                (np.dtype(dtype).type(-0.1), "-0.1"), (np.nan, "nan"), (-np.inf, "-inf"),
                (-np.inf, "-1.7976931348623157e+308"), (0, "0"),
                (np.dtype(dtype).type(1e-40), "1e-40")]:
            if not math.isfinite(float(text.replace(",", "."))) and math.isfinite(fill):
                continue  # rounded beyond the type: nobody can tell it from infinity
            if dtype == "f4" and abs(float(text.replace(",", "."))) > 3.4028235e38 and \
                    math.isfinite(fill):
                continue
            r, n = with_holes(red.astype(dtype), nir.astype(dtype), fill)
            tagged(lab, dtype, r, n, text)
        # Numbers about as large as the nodata value, one unit of the last place after the other.
        for value in (-0.1, -9999.0, 1e30, 12345.678):
            near = np.full(H * W, value, dtype)
            for i in range(near.size):
                for _ in range(i % 12):
                    near[i] = np.nextafter(near[i], np.dtype(dtype).type((-1) ** i * 3e38))
            tagged(lab, f"{dtype}, near", near.reshape(H, W), nir.astype(dtype) + 3, f"{value!r}")
    # A double's limit in a float32 file: GDAL looks for minus infinity, we for the limit as well.
    r, n = with_holes(red.astype("f4"), nir.astype("f4"), limits["f4"])
    notes = tagged(lab, "limit of float64", r, n, "-1.7976931348623157e+308", False,
                   (r == limits["f4"]) | (n == limits["f4"]))
    lab.tally.check(any("rounded limit" in note for note in notes), "limit: noted", str(notes))
    # Integers: six digits are what many programs write.
    for dtype, limit, text in (("i4", -2147483648, "-2.14748e+09"), ("i4", 2147483647, "2.14748e+09"),
                               ("u4", 4294967295, "4.29497e+09"), ("u4", 4294967295, "4.295e+09")):
        r, n = with_holes(*numbers(5, "u2"), 0)
        r, n = r.astype(np.int64), n.astype(np.int64)
        r[r == 0] = n[n == 0] = limit
        notes = tagged(lab, dtype, r.astype(dtype), n.astype(dtype), text, False,
                       (r == limit) | (n == limit))
        lab.tally.check(any("rounded limit" in note for note in notes), f"{text}: noted", str(notes))


def check_averaged(lab):
    """Means of finer pixels leave out the same numbers."""
    rng = np.random.default_rng(4)
    fine = rng.uniform(.02, .2, (H * 2, W * 2)).astype("f4")
    nir = rng.uniform(.2, .6, (H, W)).astype("f4")
    fine[:7, :5] = np.finfo("f4").min
    folder = lab.folder()
    write(folder / "a_red.tif", [fine], nodata=-12345, size=10)
    put_tag(folder / "a_red.tif", "-3.4e+38")
    write(folder / "a_nir.tif", [nir], size=20)
    dataset = gdal.Open(str(folder / "a_red.tif"))
    good = dataset.GetRasterBand(1).GetMaskBand().ReadAsArray() != 0
    cells = lambda a: a.reshape(H, 2, W, 2).sum(axis=(1, 3))
    n = cells(good.astype(int))
    with np.errstate(all="ignore"):
        mean = cells(np.where(good, fine.astype(float), 0)) / n
    want = ndvi_reference(mean, nir.astype(float), red_nodata=math.nan)
    del want["percentiles"]
    lab.expect("averaged", folder, want, "--grid", "coarse")


# --- the grid, and public reports ---


def check_grid(lab):
    """A band that only a value reads which is missing for want of a scale is not in the grid."""
    red, nir = numbers(14, "u2")
    folder = lab.folder()
    write(folder / "a_red.tif", [red], size=10)
    write(folder / "a_nir.tif", [nir], size=10)
    write(folder / "a_blue.tif", [np.full((H * 2, W * 2), 500, "u2")], size=5)
    entry, _, result = lab.scene(folder, "--index", "ndvi,evi")
    lab.tally.check(entry and result.rc in (0, 1) and entry["indices"]["ndvi"]["pixels"] == H * W,
                    "grid without blue", result.last_words())
    entry, _, result = lab.scene(folder, "--index", "ndvi,evi", "--scale", "0.0001")
    lab.tally.check(entry and entry["indices"]["ndvi"]["pixels"] == 4 * H * W, "grid with blue",
                    result.last_words())


# case: runs (options and files, entry of expect.json)
CASES = {
    "c12_s2_nodata": [("--scale 0.0001 --offset -0.1 loose", "loose_offset"), ("pc", "safe"),
                      ("jp2", "safe"), ("--raw loose", "loose_raw")],
    "c13_gee_landsat": [("--scale 0.0000275 --offset -0.2 ndvi_input_2021.tif", "reflectance"),
                        ("--raw ndvi_input_2021.tif", "raw")],
    "c11_planet_radiance": [("20181002_045628_0f1a_3B_AnalyticMS.tif", "reflectance"),
                            ("--raw 20181002_045628_0f1a_3B_AnalyticMS.tif", "radiance")],
    "c01_float_nodata": [(f"{stem}.tif", stem) for stem in (
        "esri", "short9", "short6", "short7", "r34e38", "r34e38b", "mismatch", "nan", "indnan",
        "qnan", "nan_fill", "comma", "space", "p1", "minusinf")],
}


def check_cases(lab):
    source = DATA.parent / "cases"
    if not source.is_dir():
        lab.tally.skip("public reports", "no ../shared/cases")
        return
    shutil.copy(source / "nd.py", lab.scratch)
    for case, runs in CASES.items():
        folder = lab.scratch / case
        shutil.copytree(source / case, folder)
        for path in [folder, *folder.iterdir()]:
            os.chmod(path, 0o755)
        subprocess.run(["/usr/bin/python3", "make.py"], cwd=folder, check=True, capture_output=True)
        expected = load(folder / "expect.json")
        for command, key in runs:
            want = dict(expected[key])
            want["outside_range"] = want.pop("outside_unit_range")
            *options, last = command.split()
            lab.expect(f"{case}: {command}", folder, want, *options, files=[last])


def main():
    tally = Tally()
    with Scratch() as scratch:
        lab = Lab(tally, scratch)
        for check in (check_products, check_tags, check_advice, check_landsat, check_untagged, check_trial,
                      check_planet, check_sentinel2, check_rounded, check_averaged, check_grid,
                      check_cases):
            before = tally.passed
            check(lab)
            print(f"{check.__name__[6:]}: {tally.passed - before} passed", flush=True)
    tally.finish()


if __name__ == "__main__":
    sys.exit(main())
