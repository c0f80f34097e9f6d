#!/usr/bin/python3
"""What people reported of other programs, as inputs with right values: one line a case.

The inputs of ../shared/cases are made by their own make.py in a copy, where they are there, and their
expect.json is right. The same faults with inputs made here follow: UAV sets, alpha, exports of Earth
Engine, Sentinel-2 without a nodata tag. Those of the other rows have tests of their own: rounded tags,
fill and reflectance in fill.py, FILE.aux.xml in beside.py, area in area.py, archives in archives.py,
images within a file in cli/subdatasets.bats, folders in cli/input.bats.

    cases.py [--table]     --table: the shared cases alone
"""

import os
import shutil
import subprocess
import sys

import numpy as np
from osgeo import gdal

from oracle import REPO, Scratch, Tally, close, compare, load, ndvi_reference, run

SHARED = REPO.parent / "shared"
COUNTS = ("pixels", "valid", "nodata", "masked", "zero_denominator", "nonfinite")
VALUES = ("mean", "min", "max", "std")
C2 = "--scale 0.0000275 --offset -0.2"

# --- the shared cases ---

S2_ZIP = "S2A_MSIL2A_20200210T073031_N0500_R049_T37MEU_20230428T100652.zip"
MODIS = "NETCDF:MOD09GQ.A2023123.h18v03.061.nc"

# case: rows of (command, entries of expect.json in the order of the scenes)
ROWS = {
    "c01_float_nodata": [(f"{stem}.tif", [stem]) for stem in (
        "esri", "short9", "short6", "short7", "r34e38", "r34e38b", "mismatch", "nan", "indnan",
        "qnan", "nan_fill", "comma", "space", "p1", "minusinf")],
    "c02_pam": [(f"{stem}.tif", [stem]) for stem in (
        "pam_crs", "pam_names", "pam_nodata", "pam_scale", "side_msk")] + [
            ("--bands red=1,nir=2 worldfile.tif", ["worldfile"]),
            ("--bands red=1,nir=2 stack.jp2", ["stack_jp2"])],
    "c04_alpha": [(f"{stem}.tif", [stem]) for stem in (
        "odm_rgbnre", "white_fill", "red_nir_alpha")],
    "c07_subdatasets": [(f"{MODIS}:sur_refl_b01 {MODIS}:sur_refl_b02", ["nc"]),
                        (f"-j 4 --bands red=*b01,nir=*b02 {MODIS}:sur_refl_b01 "
                         f"{MODIS}:sur_refl_b02", ["nc"])],
    "c09_uav": [(kind, [kind]) for kind in ("m3m", "p4m", "rededge", "sequoia", "pix4d")],
    "c11_planet_radiance": [("20181002_045628_0f1a_3B_AnalyticMS.tif", ["reflectance"]),
                            ("--raw 20181002_045628_0f1a_3B_AnalyticMS.tif", ["radiance"])],
    "c12_s2_nodata": [("--scale 0.0001 --offset -0.1 loose", ["loose_offset"]), ("pc", ["safe"]),
                      ("jp2", ["safe"]), ("--mask scl pc", ["safe_scl"]),
                      ("--mask auto jp2", ["safe_scl"]), ("--raw loose", ["loose_raw"])],
    "c13_gee_landsat": [(f"{C2} ndvi_input_2021.tif", ["reflectance"]),
                        (f"{C2} --mask QA_PIXEL&64=64 ndvi_input_2021.tif", ["clearbit"]),
                        (f"{C2} --mask QA_PIXEL&31=0 ndvi_input_2021.tif", ["clear"]),
                        (f"{C2} --mask auto ndvi_input_2021.tif", ["clear"]),
                        ("--raw ndvi_input_2021.tif", ["raw"])],
    "c14_duplicates": [("s2", ["s2"]), ("ls", ["ls"]), ("names", ["names"])],
    "c15_archives": [("one.zip", ["zip"]), ("one.tar.gz", ["zip"]), (S2_ZIP, ["s2"]),
                     ("LC08_L2SP_193026_20170805_20201016_02_T1.tar", ["ls"])],
    "c18_mercator_area": [("quad.tif", ["quad"])],
    # c23_folder: folders.py; its empty file has to fail.
    "c24_names": [(f"s/{stem}.tif", [stem]) for stem in ("red_river_2021", "red", "B4",
                                                         "plot.nir.v2")],
}
# Refused, with these words.
REFUSED = {
    "c04_alpha": [("altum_gray.tif", "pass --bands red=N,nir=N")],
    "c07_subdatasets": [("MOD09GQ.A2023123.h18v03.061.nc", "MOD09GQ.A2023123.h18v03.061.nc\":"
                                                            "sur_refl_b02'")],
}


def copy_of(folder, scratch):
    """The case with its inputs made."""
    place = scratch / folder.parent.name / folder.name
    place.parent.mkdir(exist_ok=True)
    for extra in folder.parent.glob("*.py"):
        shutil.copy(extra, place.parent)
        os.chmod(place.parent / extra.name, 0o644)
    shutil.copytree(folder, place)
    for path in [place, *place.iterdir()]:
        os.chmod(path, 0o755)
    subprocess.run(["/usr/bin/python3", "make.py"], cwd=place, check=True, capture_output=True)
    return place


def scenes_of(folder, words):
    (folder / "case.json").unlink(missing_ok=True)
    result = run(["-q", "--report", "case.json", *words], cwd=folder, timeout=60)
    report = load(folder / "case.json")
    return result, [s for s in report["scenes"] if s["status"] == "ok"] if report else []


def differences(got, want):
    words = [f"{k} {got[k]} != {want[k]}" for k in COUNTS if got[k] != want[k]]
    words += [f"{k} {got[k]} != {want[k]}" for k in VALUES if not close(got[k], want[k])]
    if want.get("area_ha") is not None and not close(got["area_ha"], want["area_ha"], 1e-5):
        words.append(f"area {got['area_ha']} != {want['area_ha']}")
    return words


def short(ndvi):
    text = f"{ndvi['valid']} {ndvi['mean']:.4f}"
    return text + (f" {ndvi['area_ha']:.2f} ha" if ndvi.get("area_ha") else "")


def line(case, command, out, right, good):
    print(f"{'  ' if good else '* '}{case:20} {command[:60]:60} {out[:44]:44} right: {right}",
          flush=True)


def flat(expected, keys):
    """Entries, some of which are lists: one a scene."""
    found = expected.values() if keys is None else [expected[key] for key in keys]
    return [e for entry in found for e in (entry if isinstance(entry, list) else [entry])]


def check_row(tally, case, folder, expected, command, keys):
    want = flat(expected, keys)
    result, scenes = scenes_of(folder, command.split())
    got = [s["indices"]["ndvi"] for s in scenes]
    bad = [] if result.rc == 0 else [f"exit {result.rc}: {result.last_words()}"]
    if len(got) != len(want):
        bad.append(f"{len(got)} scenes, not {len(want)}")
    # Scenes of one folder in any order: by their means.
    mean = lambda e: e["mean"]
    for g, w in zip(sorted(got, key=mean), sorted(want, key=mean)):
        bad += differences(g, w)
    tally.check(not bad, f"{case}: {command}", "; ".join(bad))
    line(case, command, ", ".join(short(g) for g in got[:2]) or result.last_words(),
         ", ".join(short(w) for w in want[:2]), not bad)


def check_refused(tally, case, folder, command, words):
    result = run(["-q", *command.split()], cwd=folder)
    good = result.rc == 65 and words in result.err and "DIAG" not in result.err
    tally.check(good, f"{case}: {command}", result.last_words())
    line(case, command, f"refused, exit {result.rc}", "refused, with what to pass", good)


def check_limit(tally, folder, expected):
    """The tag is float64's limit, pixels hold float32's. GDAL makes the tag infinite and masks
    nothing, so that fill of both bands counts as 0 and fill of one as 1, which expect.json repeats;
    it is fill here, and a note says so."""
    result, scenes = scenes_of(folder, ["dblmin.tif"])
    want = expected["esri"]  # the same pixels under a tag that GDAL understands
    bad = differences(scenes[0]["indices"]["ndvi"], want) if scenes else [result.last_words()]
    if scenes and not any("rounded limit" in note for note in scenes[0]["notes"]):
        bad.append("no note")
    tally.check(not bad, "c01_float_nodata: dblmin.tif", "; ".join(bad))
    line("c01_float_nodata", "dblmin.tif", short(scenes[0]["indices"]["ndvi"]) if scenes else "-",
         short(want) + f" (GDAL's mask: {short(expected['dblmin'])})", not bad)


def check_shared(tally, scratch):
    if not (SHARED / "cases").is_dir():
        tally.skip("cases", "no ../shared/cases")
        return
    for case, rows in ROWS.items():
        folder = copy_of(SHARED / "cases" / case, scratch)
        expected = load(folder / "expect.json")
        for command, keys in rows:
            check_row(tally, case, folder, expected, command, keys)
        for command, words in REFUSED.get(case, []):
            check_refused(tally, case, folder, command, words)
        if case == "c01_float_nodata":
            check_limit(tally, folder, expected)


# --- two of ../shared/hostile, whose right values are GDAL's ---

HOSTILE = {"pam-nodata": ["p.tif", "q.tif", "r.jp2"], "nodata-approx": ["g.tif", "h.tif", "k.tif"]}
LIMIT = ("h.tif", "k.tif")  # their tags GDAL makes infinite, as check_limit() has it


def by_gdal(path):
    gdal.SetConfigOption("GDAL_PAM_ENABLED", "YES")
    dataset = gdal.Open(str(path))
    bands = [dataset.GetRasterBand(i) for i in (1, 2)]
    planes = [b.ReadAsArray() for b in bands]
    out = np.logical_or(*(b.GetMaskBand().ReadAsArray() == 0 for b in bands))
    bands = dataset = None
    gdal.SetConfigOption("GDAL_PAM_ENABLED", "NO")
    if path.name in LIMIT:
        out |= np.logical_or(*(p == np.finfo("f4").min for p in planes))
    want = ndvi_reference(*planes, masked=out)
    return dict(want, nodata=want["masked"], masked=0)


def check_hostile(tally, scratch):
    for case, names in HOSTILE.items():
        if not (SHARED / "hostile" / case).is_dir():
            tally.skip(case, "no ../shared/hostile")
            continue
        folder = copy_of(SHARED / "hostile" / case, scratch)
        for name in names:
            want, seen = by_gdal(folder / name), set()
            for reader in ("auto", "gdal"):
                command = f"--reader {reader} --bands red=1,nir=2 {name}"
                result, scenes = scenes_of(folder, command.split())
                got = scenes[0]["indices"]["ndvi"] if scenes else None
                bad = compare(got, want) if got else [result.last_words()]
                tally.check(not bad, f"{case}: {command}", "; ".join(bad))
                seen.add(str(got))
                line(case, command, short(got) if got else result.last_words(), short(want),
                     not bad)
            tally.check(len(seen) == 1, f"{case}: {name}", "readers differ")


# --- inputs of our own ---

H, W = 26, 38
TYPES = {"u1": gdal.GDT_Byte, "u2": gdal.GDT_UInt16, "i2": gdal.GDT_Int16, "f4": gdal.GDT_Float32}
RNG = np.random.default_rng(20)


def write(path, planes, names=(), labels=(), metres=10, driver="GTiff", options=()):
    path.parent.mkdir(parents=True, exist_ok=True)
    rows, columns = planes[0].shape
    whole = (columns, rows, len(planes), TYPES[planes[0].dtype.str[1:]])
    memory = (gdal.GetDriverByName(driver).Create(str(path), *whole, list(options))
              if driver == "GTiff" else gdal.GetDriverByName("MEM").Create("", *whole))
    memory.SetGeoTransform((400000, metres, 0, 5000000, 0, -metres))
    for i, plane in enumerate(planes):
        band = memory.GetRasterBand(i + 1)
        band.WriteArray(plane)
        if i < len(names):
            band.SetDescription(names[i])
        if i < len(labels):
            band.SetColorInterpretation(labels[i])
    if driver != "GTiff":
        gdal.GetDriverByName(driver).CreateCopy(str(path), memory, options=list(options))
    band = memory = None
    for side in path.parent.glob("*.aux.xml"):
        side.unlink()


def pair(dtype="u2", least=9000, middle=15000, most=40000):
    return (RNG.integers(least, middle, (H, W)).astype(dtype),
            RNG.integers(middle, most, (H, W)).astype(dtype))


def expect(tally, name, folder, words, want, readers=("auto", "gdal")):
    for reader in readers:
        result, scenes = scenes_of(folder, ["--reader", reader, *words])
        bad = [] if result.rc == 0 and len(scenes) == len(want) else [
            f"exit {result.rc}, {len(scenes)} scenes: {result.last_words()}"]
        for scene, right in zip(scenes, want):
            bad += compare(scene["indices"]["ndvi"], dict(right, percentiles=None))
        tally.check(not bad, f"{name}, {reader}", "; ".join(bad))


# Sets of cameras: pattern, its words, those of red and NIR.
CAMERAS = {
    "Mavic 3M": ("DJI_20250101101010_%04d_MS_{}.TIF", ("G", "R", "RE", "NIR"), "R", "NIR"),
    "Phantom 4 M": ("DJI_%03d{}.TIF", ("0", "1", "2", "3", "4", "5"), "3", "5"),
    "RedEdge": ("IMG_%04d_{}.tif", ("1", "2", "3", "4", "5"), "3", "4"),
    "Sequoia": ("IMG_250101_101010_%04d_{}.TIF", ("GRE", "RED", "REG", "NIR"), "RED", "NIR"),
    "Pix4D": ("plot%d_transparent_reflectance_{}.tif", ("green", "red", "red edge", "nir"), "red",
              "nir"),
}


def check_cameras(tally, scratch):
    for name, (pattern, words, at_red, at_nir) in CAMERAS.items():
        folder, want = scratch / f"camera {name}", []
        for shot in (7, 8):
            red, nir = pair()
            for word in words:
                plane = red if word == at_red else nir if word == at_nir else pair()[0]
                write(folder / (pattern % shot).format(word), [plane])
            want.append(ndvi_reference(red, nir))
        expect(tally, name, folder, ["."], want)


GREY, ALPHA, NONE = gdal.GCI_GrayIndex, gdal.GCI_AlphaBand, gdal.GCI_Undefined
RGB = (gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand)

# Names of bands, labels, places of red and NIR; the last band is alpha.
ALPHAS = {
    "names": (("Red", "Green", "NIR", "Red edge"), (GREY, NONE, NONE, NONE), 1, 3),
    "RGB and NIR": (("", "", "", "nir"), (*RGB, NONE), 1, 4),
    "red and NIR": (("red", "nir"), (GREY, NONE), 1, 2),
    "five of six": (("Blue", "Green", "Red", "NIR", "Rededge"), (GREY, NONE, NONE, NONE, NONE), 3,
                    4),
}


def check_alpha(tally, scratch):
    """Alpha 0 is out, whatever lies there; also half covered; each type."""
    for name, (names, labels, at_red, at_nir) in ALPHAS.items():
        for dtype, most in (("u1", 255), ("u2", 65535), ("f4", 1)):
            red, nir = pair(dtype, 20, 90, 250)
            fill = RNG.integers(0, 250, (H, W)).astype(dtype)
            alpha = RNG.choice([0, most // 2 or .5, most], (H, W)).astype(dtype)
            planes = [pair(dtype, 20, 90, 250)[0] for _ in names]
            for i, plane in ((at_red, red), (at_nir, nir)):
                planes[i - 1] = np.where(alpha == 0, fill, plane)
            folder = scratch / f"alpha {name} {dtype}"
            options = ["PHOTOMETRIC=RGB"] if labels[:3] == RGB else ["PHOTOMETRIC=MINISBLACK"]
            write(folder / "ortho.tif", [*planes, alpha], names, (*labels, ALPHA),
                  options=options)
            expect(tally, f"alpha, {name}, {dtype}", folder, ["ortho.tif"],
                   [ndvi_reference(planes[at_red - 1], planes[at_nir - 1], masked=alpha == 0)])
            expect(tally, f"alpha ignored, {name}, {dtype}", folder,
                   ["--alpha", "ignore", "ortho.tif"],
                   [ndvi_reference(planes[at_red - 1], planes[at_nir - 1])])


def check_grey_alpha(tally, scratch):
    """One band and alpha in each file of a pair: either file's alpha masks."""
    folder = scratch / "grey and alpha"
    red, nir = pair()
    alphas = [RNG.choice([0, 65535], (H, W), p=(.2, .8)).astype("u2") for _ in (red, nir)]
    for word, plane, alpha in zip(("red", "nir"), (red, nir), alphas):
        write(folder / f"field_{word}.tif", [plane, alpha], (), (GREY, ALPHA),
              options=["PHOTOMETRIC=MINISBLACK"])
    out = (alphas[0] == 0) | (alphas[1] == 0)
    expect(tally, "grey and alpha", folder, ["."], [ndvi_reference(red, nir, masked=out)])


def check_earth_engine(tally, scratch):
    """Landsat Collection 2: fill 0 without a tag; QA_PIXEL asked for by what is set."""
    folder = scratch / "earth engine"
    names = [f"SR_B{i}" for i in range(1, 8)] + ["QA_PIXEL"]
    planes = [pair("u2", 7400, 9000, 11000)[0] for _ in names]
    planes[4] = pair("u2", 7400, 12000, 22000)[1]
    planes[7] = RNG.choice([21824, 22280, 23888, 21762, 54596], (H, W)).astype("u2")
    hole = RNG.random((H, W)) < .2
    for plane in planes:
        plane[hole] = 0
    write(folder / "export.tif", planes, names)
    scale = {"scale": 0.0000275, "offset": -0.2}
    for rule, keep in ((None, ~hole), ("QA_PIXEL&64=64", (planes[7] & 64) != 0),
                       ("QA_PIXEL&31=0", (planes[7] & 31) == 0),
                       ("landsat-c2", (planes[7] & 31) == 0)):
        red, nir = planes[3].astype("f8"), planes[4].astype("f8")
        red[hole] = np.nan
        want = ndvi_reference(red, nir, red_nodata=np.nan, masked=~keep, **scale)
        expect(tally, f"Earth Engine, {rule}", folder,
               [*C2.split(), *(["--mask", rule] if rule else []), "export.tif"], [want])


def check_sentinel2(tally, scratch):
    """Half a swath without a tag, of which one band alone has some; SCL of half the resolution."""
    name = "S2A_MSIL2A_20240601T101031_N0510_R022_T32TQM_20240601T160000.SAFE"
    red, nir = pair("u2", 1100, 3000, 7000)
    red[:, :11] = nir[:, :11] = 0
    nir[3, 11:14] = 0
    scl = RNG.integers(0, 12, (H // 2, W // 2)).astype("u1")
    big = scl.repeat(2, 0).repeat(2, 1)
    values = [p.astype("f8") for p in (red, nir)]
    for v, plane in zip(values, (red, nir)):
        v[plane == 0] = np.nan
    scale = {"scale": 1e-4, "offset": -.1, "red_nodata": np.nan, "nir_nodata": np.nan}
    for driver, end in (("GTiff", "tif"), ("JP2OpenJPEG", "jp2")):
        folder = scratch / f"safe {end}"
        images = folder / name / "GRANULE" / "L2A_T32TQM_A046720_20240601T101555" / "IMG_DATA"
        options = [] if driver == "GTiff" else ["REVERSIBLE=YES", "QUALITY=100"]
        stem = "T32TQM_20240601T101031"
        for band, plane, metres in (("B04", red, 10), ("B08", nir, 10), ("SCL", scl, 20)):
            write(images / f"R{metres}m" / f"{stem}_{band}_{metres}m.{end}", [plane],
                  metres=metres, driver=driver, options=options)
        expect(tally, f"SAFE, {end}", folder, ["."], [ndvi_reference(*values, **scale)])
        for rule, keep in (("scl", (2, 4, 5, 6, 7, 11)), ("auto", (2, 4, 5, 6, 7, 11)),
                           ("SCL=4-5", (4, 5))):
            expect(tally, f"SAFE, {end}, {rule}", folder, ["--mask", rule, "."],
                   [ndvi_reference(*values, masked=~np.isin(big, keep), **scale)])


def main():
    tally = Tally()
    with Scratch() as scratch:
        checks = [check_shared, check_hostile]
        if "--table" not in sys.argv:
            checks += [check_cameras, check_alpha, check_grey_alpha, check_earth_engine,
                       check_sentinel2]
        for check in checks:
            before = tally.passed
            check(tally, scratch)
            print(f"{check.__name__[6:]}: {tally.passed - before} passed", flush=True)
    tally.finish()


if __name__ == "__main__":
    main()
