#!/usr/bin/python3
"""Quality bands that discovery finds: the real scenes in one run with --mask auto-optional, which
layout each used, and counts of masked pixels by reason against NumPy's; made inputs after public
reports (../shared/cases), where they are there.
"""

import subprocess
import shutil
import sys

import numpy as np
from osgeo import gdal

from oracle import DATA, REPO, Scratch, Tally, close, load, run

CASES = REPO.parent / "shared" / "cases"

# Layouts by folder of ../shared/data/real; None: the scene has none and is kept.
LAYOUTS = {
    "L8NY18": "landsat-c1", "LC08_L2SP_008059_20191201_20200825_02_T1": "landsat-c2",
    "LC08_L2SR_099120_20191129_20201016_02_T2": "landsat-c2", "s2_l2a_bands_20190522": "scl",
    "s2_sen2r_barbellino_2017": "scl", "l8_c1_cloudy_16N": "landsat-bqa",
}


def dropped(layout, q):
    """What each layout's default set drops, as the operators document the bits."""
    if layout == "scl":
        return np.isin(q, [0, 1, 3, 8, 9, 10])
    if layout == "landsat-c2":
        return (q & 0x1f) != 0
    if layout == "landsat-c1":
        return ((q & 1) != 0) | ((q >> 4 & 1) != 0) | ((q >> 7 & 3) == 3) | ((q >> 11 & 3) == 3)
    if layout == "landsat-bqa":  # the scene that it is of is from before Collection 1
        return (q == 0) | ((q & 3) != 0) | ((q >> 14 & 3) >= 2) | ((q >> 12 & 3) == 3)
    raise ValueError(layout)


def read(path, band=1):
    dataset = gdal.Open(str(path))  # its bands live as long as it does
    return dataset.GetRasterBand(band).ReadAsArray()


def tagged_nodata(path):
    dataset = gdal.Open(str(path))
    return dataset.GetRasterBand(1).GetNoDataValue()


def expected(entry, layout):
    """(masked, nodata) of a scene from its files, in NumPy; 0 is fill of Landsat without a tag."""
    bands = entry["bands"]
    red, nir = (read(bands[b]["file"], bands[b]["band"]).astype("f8") for b in ("red", "nir"))
    out = np.zeros(red.shape, bool)
    for name, plane in (("red", red), ("nir", nir)):
        nodata = tagged_nodata(bands[name]["file"])
        if nodata is None and layout.startswith("landsat"):
            nodata = 0
        if nodata is not None:
            out |= plane == nodata
    quality = next(b for n, b in bands.items() if n not in ("red", "nir"))
    q = read(quality["file"], quality["band"])
    drop = dropped(layout, q)
    if tagged_nodata(quality["file"]) is not None:
        drop |= q == tagged_nodata(quality["file"])
    ratio = -(-red.shape[0] // q.shape[0])
    drop = drop.repeat(ratio, 0).repeat(ratio, 1)[:red.shape[0], :red.shape[1]]
    masked = ~out & drop
    return int(masked.sum()), int(out.sum())


def check_real(tally, scratch):
    real = DATA / "real"
    report = scratch / "real.json"
    result = run(["-q", "--mask", "auto-optional", "--report", report, real], timeout=120)
    tally.check(result.rc in (0, 1) and report.exists(), "real: the run", result.last_words())
    if not report.exists():
        return
    seen = set()
    for entry in load(report)["scenes"]:
        name = entry["name"]
        folder = entry["files"][0].split("/real/")[-1].split("/")[0] if entry["files"] else ""
        want = LAYOUTS.get(folder)
        if entry["status"] != "ok":
            continue
        got = entry["masks"][0]["layout"]
        seen.add(folder)
        print(f"{name[:50]:50} {got or '-'}")
        tally.check(got == want, f"{name}: layout", f"{got}, not {want}")
        kept = any("no cloud mask" in note for note in entry["notes"])
        tally.check(kept == (want is None), f"{name}: note", str(entry["notes"]))
        if not want or got != want:
            continue
        ndvi = entry["indices"]["ndvi"]
        masked, nodata = expected(entry, want)
        tally.check(ndvi["masked"] == masked, f"{name}: masked", f"{ndvi['masked']} != {masked}")
        tally.check(ndvi["nodata"] == nodata, f"{name}: nodata", f"{ndvi['nodata']} != {nodata}")
        tally.check(sum(ndvi["masked_by"].values()) == masked, f"{name}: reasons add up",
                    str(ndvi["masked_by"]))
    tally.check(seen >= set(LAYOUTS), "real: every folder", str(set(LAYOUTS) - seen))


def make(path, *planes, nodata=None, names=()):
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 40, 30, len(planes),
                                                   gdal.GDT_UInt16)
    for i, plane in enumerate(planes):
        band = dataset.GetRasterBand(i + 1)
        band.WriteArray(plane)
        if nodata is not None:
            band.SetNoDataValue(nodata)
        if names:
            band.SetDescription(names[i])


def check_made(tally, scratch):
    """Two bands of one name; a quality band whose nodata a layout has a meaning for."""
    rng = np.random.default_rng(14)
    red, nir = rng.integers(100, 900, (30, 40)), rng.integers(1000, 5000, (30, 40))
    folder = scratch / "made"
    folder.mkdir()
    make(folder / "twice.tif", red, nir, red % 12, red % 12, names=("red", "nir", "SCL", "SCL"))
    for rule in ("auto", "auto-optional", "scl"):
        result = run(["-q", "--mask", rule, folder / "twice.tif"])
        tally.check(result.rc == 65, f"two SCL bands: {rule}", f"{result.rc} {result.err[:200]}")
    fmask = np.where(red % 3 == 0, 0, 64) | (red % 5 == 0) * 2
    make(folder / "HLS.S30.T13RCN.2024128T173909.v2.0.B04.tif", red)
    make(folder / "HLS.S30.T13RCN.2024128T173909.v2.0.B8A.tif", nir)
    make(folder / "HLS.S30.T13RCN.2024128T173909.v2.0.Fmask.tif", fmask, nodata=0)
    want = int(((fmask == 0) | (fmask & 2 != 0)).sum())
    for rules in (("fmask", "Fmask&2=0"), ("Fmask&2=0", "fmask"), ("Fmask&2=0",)):
        options = [word for rule in rules for word in ("--mask", rule)]
        report = scratch / "made.json"
        result = run(["-q", "--exclude", "twice.tif", "--report", report, *options, folder])
        got = load(report)["scenes"][0]["indices"]["ndvi"]["masked"] if result.rc == 0 else None
        tally.check(got == want, f"nodata of Fmask: {rules}", f"{got} != {want}; {result.err}")


def check_classes(tally, scratch):
    """Each class of a real band kept alone: its count is NumPy's."""
    real = DATA / "real"
    folder = real / "s2_l2a_bands_20190522"
    scl = read(folder / "SCL.tif")
    report = scratch / "class.json"
    for value in np.unique(scl):
        run(["-q", "--raw", "--nodata", "none", "--mask", f"SCL={value}", "--report", report,
             folder / "B04.tif", folder / "B08.tif"], timeout=60)
        ndvi = load(report)["scenes"][0]["indices"]["ndvi"]
        want = int((scl != value).sum())
        tally.check(ndvi["masked"] == want, f"SCL={value}", f"{ndvi['masked']} != {want}")
    folder = real / "LC08_L2SP_008059_20191201_20200825_02_T1"
    quality = next(folder.glob("*_QA_PIXEL.TIF"))
    qa, nodata = read(quality), tagged_nodata(quality)
    for bit in range(16):
        run(["-q", "--raw", "--nodata", "none", "--mask", f"QA_PIXEL&{1 << bit}={1 << bit}",
             "--report", report, folder], timeout=60)
        ndvi = load(report)["scenes"][0]["indices"]["ndvi"]
        drop = (qa >> bit & 1) == 0
        if nodata is not None:
            drop |= qa == nodata
        tally.check(ndvi["masked"] == int(drop.sum()), f"QA_PIXEL bit {bit}",
                    f"{ndvi['masked']} != {int(drop.sum())}")


def case(scratch, name):
    """A copy of a case with its inputs made; None where the cases are not there."""
    if not (CASES / name / "make.py").exists():
        return None
    place = scratch / "cases"
    place.mkdir(exist_ok=True)
    for extra in CASES.glob("*.py"):
        shutil.copy(extra, place)
    shutil.copytree(CASES / name, place / name, dirs_exist_ok=True)
    subprocess.run(["/usr/bin/python3", place / name / "make.py"], check=True,
                   stdout=subprocess.DEVNULL)
    return place / name


def check_case(tally, scratch, name, key, options):
    folder = case(scratch, name)
    label = f"{name} {key}"
    if not folder:
        tally.skip(label, "no ../shared/cases")
        return
    report = scratch / "case.json"
    files = [folder / option[1:] if option.startswith("@") else option for option in options]
    result = run(["-q", "--report", report, *files], timeout=60)
    tally.check(result.rc == 0, f"{label}: run", result.last_words())
    if result.rc:
        return
    ndvi, want = load(report)["scenes"][0]["indices"]["ndvi"], load(folder / "expect.json")[key]
    for count in ("pixels", "valid", "nodata", "masked"):
        tally.check(ndvi[count] == want[count], f"{label}: {count}",
                    f"{ndvi[count]} != {want[count]}")
    for value in ("mean", "min", "max", "std"):
        tally.check(close(ndvi[value], want[value], 1e-6), f"{label}: {value}",
                    f"{ndvi[value]} != {want[value]}")


def main():
    tally = Tally()
    with Scratch() as scratch:
        if (DATA / "real").exists():
            check_real(tally, scratch)
            check_classes(tally, scratch)
        else:
            tally.skip("real scenes", f"no {DATA / 'real'}")
        check_made(tally, scratch)
        for key in ("odm_rgbnre", "white_fill", "red_nir_alpha"):
            check_case(tally, scratch, "c04_alpha", key, [f"@{key}.tif"])
        for rule in ("scl", "auto", "SCL=4-7,11"):
            check_case(tally, scratch, "c12_s2_nodata", "safe_scl", ["--mask", rule, "@pc"])
        scale = ["--scale", "0.0000275", "--offset", "-0.2"]
        for key, rule in (("clearbit", "QA_PIXEL&64=64"), ("clear", "auto")):
            check_case(tally, scratch, "c13_gee_landsat", key,
                       [*scale, "--mask", rule, "@ndvi_input_2021.tif"])
    tally.finish()


if __name__ == "__main__":
    sys.exit(main())
