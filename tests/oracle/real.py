#!/usr/bin/python3
"""Every scene of ../shared/data/real against its expected.json, which was computed from the raw
stored numbers in double precision and independently of this project.

Prints a row a scene. Bands are named by --bands only where the program does not find them itself;
where it does, they must be the right ones.
"""

import sys

import numpy as np
from osgeo import gdal

from ground import square_metres
from oracle import (Scratch, Tally, close, compare, data_folder, load, load_csv, ndvi_reference,
                    number, read_band, run)

CLEAR_MASKS = (("SCL", "SCL=4,5,6,7,11"), ("QA_PIXEL", "QA_PIXEL&31"))


def source_files(scene, folder):
    """The files that hold red and NIR, once each, and the quality band's file or None."""
    files = []
    for role in ("red", "nir"):
        path = folder / scene[role]["file"]
        if path not in files:
            files.append(path)
    quality = [folder / f for f in scene["files"] if "SCL" in f or "QA_PIXEL" in f]
    return files, quality[0] if quality else None


def bands_option(scene):
    """--bands as a user would give it."""
    red, nir = scene["red"], scene["nir"]
    if red["file"] == nir["file"]:
        return f"red={red['band']},nir={nir['band']}"
    return f"red={red['file']},nir={nir['file']}"


def run_scene(files, scratch, *options):
    """(Result, the scene's summary entry, report, rows of the tile table)."""
    paths = {key: scratch / f"{key}.out" for key in ("summary", "report", "tiles")}
    for path in paths.values():
        path.unlink(missing_ok=True)
    result = run(["-q", "--summary", paths["summary"], "--report", paths["report"], "--tiles",
                  paths["tiles"], "--tile-grid", "256", *options, *files], timeout=60)
    summary, report = load(paths["summary"]), load(paths["report"])
    scenes = summary["scenes"] if summary else []
    tiles = load_csv(paths["tiles"]) if paths["tiles"].exists() else []
    return result, scenes[0] if len(scenes) == 1 else None, report, tiles


def bands_differ(report, scene):
    """How the bands that were found differ from the right ones, or None."""
    bands = report["scenes"][0]["bands"]
    for role in ("red", "nir"):
        got = (bands[role]["file"].rsplit("/", 1)[-1], bands[role]["band"])
        want = (scene[role]["file"].rsplit("/", 1)[-1], scene[role]["band"])
        if got != want:
            return f"{role} is {got[0]} band {got[1]}, should be {want[0]} band {want[1]}"
    return None


def check_numbers(ndvi, expected, scene):
    """Differences from expected.json's counts and statistics."""
    out = []
    want = expected["ndvi"]
    left_out = ndvi["nodata"] + ndvi["masked"] + ndvi["nonfinite"]
    pairs = (("pixels", ndvi["pixels"], scene["total"]),
             ("valid", ndvi["valid"], want["count"]),
             ("left out", left_out, expected.get("nodata_or_masked")),
             ("zero_denominator", ndvi["zero_denominator"], expected.get("zero_denominator")),
             ("outside", ndvi["outside_range"], expected.get("out_of_unit_range")))
    for name, got, right in pairs:
        if right is not None and got != right:
            out.append(f"{name} {got} != {right}")
    for name, key in (("mean", "mean"), ("std", "stddev"), ("min", "min"), ("max", "max")):
        if not close(ndvi[name], want[key]):
            out.append(f"{name} {ndvi[name]} != {want[key]}")
    return out


def check_tiles(rows, tiles):
    """Differences of the 256 x 256 table: column, row, count, mean, stddev, min, max."""
    got = {(int(r["column"]), int(r["row"])): r for r in rows}
    out = []
    if len(got) != len(tiles):
        out.append(f"{len(got)} tiles != {len(tiles)}")
    for column, row, count, mean, std, least, most in tiles:
        tile = got.get((column, row))
        if tile is None:
            out.append(f"tile {column},{row} missing")
            continue
        same = int(tile["valid"]) == count
        for key, want in (("mean", mean), ("std", std), ("min", least), ("max", most)):
            same = same and (count == 0 or close(number(tile[key]), want))
        if not same:
            out.append(f"tile {column},{row} differs")
    return out[:4]


def check_against_numpy(ndvi, scene, folder):
    """Everything again from the pixels, for the percentiles, the histogram and the area."""
    (red, red_nodata, mask), (nir, nir_nodata, _) = (
        read_band(folder / scene[role]["file"], scene[role]["band"]) for role in ("red", "nir"))
    want = ndvi_reference(red, nir, red_nodata=red_nodata, nir_nodata=nir_nodata, masked=mask)
    out = compare(ndvi, want)
    hist = ndvi["histogram"]
    if sum(hist["buckets"]) + hist["below"] + hist["above"] != ndvi["valid"]:
        out.append("histogram does not add up to valid")
    if not close(ndvi["valid_percent"], 100 * ndvi["valid"] / ndvi["pixels"], 1e-9):
        out.append(f"valid_percent {ndvi['valid_percent']}")
    file = gdal.Open(str(folder / scene["red"]["file"]))
    good = (red != red_nodata) & (nir != nir_nodata) & (red.astype(float) + nir != 0)
    good &= np.isfinite(red) & np.isfinite(nir) & (True if mask is None else ~mask)
    area, near = square_metres(file.GetSpatialRef(), file.GetGeoTransform(can_return_null=True),
                               good)
    hectares = None if area is None else area / 1e4
    if not close(ndvi["area_ha"], hectares, near):
        out.append(f"area_ha {ndvi['area_ha']} != {hectares}")
    return out


def check_clear(scene, files, quality, options, scratch):
    """The row of clear pixels only, through --mask."""
    rule = next(mask for mark, mask in CLEAR_MASKS if mark in quality.name)
    result, entry, _, _ = run_scene(files + [quality], scratch, "--raw", "--mask", rule, *options)
    if entry is None or entry["status"] != "ok":
        return [f"clear: exit {result.rc}: {result.last_words()}"]
    want = scene["clear"]
    found = check_numbers(entry["indices"]["ndvi"], {"ndvi": want}, scene)
    return ["clear: " + words for words in found]


def check_ndvi_scene(scene, folder, scratch):
    """(differences, the --bands that were needed or "")."""
    files, quality = source_files(scene, folder)
    needed, options = "", []
    result, entry, report, tiles = run_scene(files, scratch, "--raw")
    if entry is None or entry["status"] != "ok":
        if result.trouble():
            return [result.trouble()], needed
        if "--bands" not in result.err:
            return [f"refused without naming --bands: {result.last_words()}"], needed
        needed = bands_option(scene)
        options = ["--bands", needed]
        result, entry, report, tiles = run_scene(files, scratch, "--raw", *options)
        if entry is None or entry["status"] != "ok":
            return [f"with --bands {needed}: {result.last_words()}"], needed
    wrong = bands_differ(report, scene)
    if wrong:
        return [wrong], needed
    out = check_numbers(entry["indices"]["ndvi"], scene, scene)
    out += check_tiles(tiles, scene["tiles256"])
    out += check_against_numpy(entry["indices"]["ndvi"], scene, folder)
    if "ndvi_scaled" in scene:
        result, entry, _, _ = run_scene(files, scratch, *options)
        scaled = scene["ndvi_scaled"]
        expected = {"ndvi": scaled, "out_of_unit_range": scaled["out_of_unit_range"]}
        found = (check_numbers(entry["indices"]["ndvi"], expected, scene)
                 if entry and entry["status"] == "ok" else [result.last_words()])
        out += ["on reflectance: " + words for words in found]
    if scene["id"] in REFLECTANCE:
        out += check_scale(scene, folder, scratch)
    if "clear" in scene:
        out += check_clear(scene, files, quality, options, scratch)
    return out, needed


# Surface reflectance or reflectance at the top of the atmosphere in whole numbers (of the composite in
# float64): the right scale and offset.
REFLECTANCE = {"s2_l2a_bands_20190522": (1e-4, 0), "s2_stack_demmin": (1e-4, 0),
               "s2_l1c_jp2_19UDP": (1e-4, 0), "l7_sr_stack8_2002": (1e-4, 0),
               "s2_sen2r_barbellino_2017": (1e-4, 0), "s2_median_float64": (1e-4, 0),
               "modis_mcd43a4_h21v11": (1e-4, 0), "modis_nbar_15band": (1e-4, 0),
               "LC08_L2SP_008059_20191201_20200825_02_T1": (2.75e-5, -0.2),
               "LC08_L2SR_099120_20191129_20201016_02_T2": (2.75e-5, -0.2)}
# Of a tenth nothing is said: 1008 and 558 pixels are too few, on snow no plants grow.
TENTH_UNSEEN = ("s2_sen2r_barbellino_2017", "modis_nbar_15band",
                "LC08_L2SR_099120_20191129_20201016_02_T2")


def check_scale(scene, folder, scratch):
    """A scale that is ten times too small is noted, the right one is not."""
    files, _ = source_files(scene, folder)
    scale, offset = REFLECTANCE[scene["id"]]
    fill = ["--nodata", "0"] if scene["id"] == "s2_l1c_jp2_19UDP" else []
    out = []
    for factor, noted in ((1, False), (0.1, scene["id"] not in TENTH_UNSEEN)):
        result, entry, report, _ = run_scene(files, scratch, "--index", "evi2", "--bands",
                                             bands_option(scene), f"--scale={scale * factor:g}",
                                             f"--offset={offset * factor:g}", *fill)
        if entry is None or entry["status"] != "ok":
            out.append(f"scale times {factor}: {result.last_words()}")
        elif ("hardly reflectance" in str(report["scenes"][0]["notes"])) != noted:
            out.append(f"scale times {factor}: notes are {report['scenes'][0]['notes']}")
    return out


def check_reference_file(scene, folder):
    """The product's own NDVI image against the pixels: the source agrees with the formula."""
    reference = scene["reference_ndvi"]
    ndvi, nodata, _ = read_band(folder / reference["file"], 1)
    red, nir = (read_band(folder / scene[role]["file"], scene[role]["band"])[0].astype(float)
                for role in ("red", "nir"))
    good = (nir + red != 0) & (ndvi != nodata if nodata is not None else True)
    off = abs(ndvi[good] / 10000.0 - (nir - red)[good] / (nir + red)[good])
    return [] if (off <= 0.00011).all() else [f"reference NDVI off by {off.max()}"]


def check_one_band(scene, folder, scratch):
    """No NDVI in one band: a refusal with the reason; with the option, the right pixel count."""
    path = folder / scene["band"]["file"]
    out = []
    result, _, _, _ = run_scene([path], scratch)
    if result.trouble():
        return [result.trouble()]
    if result.rc != 65:
        out.append(f"plain run: exit {result.rc}, should be 65")
    if "--bands" not in result.err and "band" not in result.err:
        out.append(f"no reason in: {result.last_words()}")
    result, entry, _, _ = run_scene([path], scratch, "--raw", "--bands", "red=1,nir=1")
    if entry is None or entry["status"] != "ok":
        return out + [f"red=1,nir=1: {result.last_words()}"]
    ndvi = entry["indices"]["ndvi"]
    count = ndvi["valid"] + ndvi["zero_denominator"]
    if count != scene["band_stats"]["count"]:
        out.append(f"valid + zero {count} != {scene['band_stats']['count']}")
    if any(ndvi[key] not in (0, None) for key in ("min", "max", "mean", "std")):
        out.append("NDVI of a band with itself is not 0")
    return out


def main():
    tally = Tally()
    root = data_folder(tally, "real")
    needed_option = []
    print(f"{'scene':44} {'pixels':>9} {'valid':>9} {'mean':>12} {'std':>11}  result")
    with Scratch() as scratch:
        for scene in load(root / "expected.json")["scenes"]:
            folder = root / scene["id"]
            if "ndvi" in scene:
                differences, needed = check_ndvi_scene(scene, folder, scratch)
                if "reference_ndvi" in scene:
                    differences += check_reference_file(scene, folder)
                if needed:
                    needed_option.append(f"{scene['id']}: --bands {needed}")
                shown = scene["ndvi"]
                numbers = f"{shown['count']:9} {shown['mean']:12.9f} {shown['stddev']:11.9f}"
            else:
                differences = check_one_band(scene, folder, scratch)
                numbers = f"{scene['band_stats']['count']:9} {'one band':>12} {'':11}"
            verdict = "FAIL " + "; ".join(differences) if differences else "ok"
            print(f"{scene['id'][:44]:44} {scene['total']:9} {numbers}  {verdict}", flush=True)
            if differences:
                tally.failed += 1
            else:
                tally.passed += 1
    print("\nBands that had to be named:")
    for line in needed_option or ["none"]:
        print("  " + line)
    tally.finish()


if __name__ == "__main__":
    sys.exit(main())
