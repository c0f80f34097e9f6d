#!/usr/bin/python3
"""Areas on the ground: of valid pixels in many CRSs, against the area of each pixel's outline on
the ellipsoid (corners by GDAL's transformation, area by the integral over the authalic sphere), and
the same bits for every way of working.

Usage: area.py [--quick]; BUILD as for the other tests.
"""

import json
import math
import os
import re
import shutil

import numpy as np
from osgeo import gdal, osr

from ground import pixel_areas
from oracle import IMGPIPE, QUICK, REPO, Scratch, Tally, load_csv, number, run

H, W = 42, 57
EDGE = 6  # places on each side of a pixel's outline
SINUSOIDAL = "+proj=sinu +lon_0=0 +x_0=0 +y_0=0 +R=6371007.181 +units=m +no_defs"
LCC = "+proj=lcc +lat_1=20 +lat_2=60 +lat_0=40 +lon_0=10 +ellps=intl +units=m +no_defs"

# name, CRS, geotransform, is the grid's area kept?
WEB = 4.777314267823516
CASES = [
    ("web-quad", 3857, (1281000, WEB, 0, 6106854, 0, -WEB), False),
    ("web-equator", 3857, (1281000, 10, 0, 200, 0, -10), False),
    ("web-world", 3857, (-2e7, 4e7 / W, 0, 2e7, 0, -4e7 / H), False),
    ("web-turned", 3857, (1281000, 300, 120, 6106854, 120, -300), False),
    ("web-south-up", 3857, (1281000, 100, 0, 6106854, 0, 100), False),
    ("world-mercator", 3395, (1281000, 1000, 0, 6106854, 0, -1000), False),
    ("degrees", 4326, (11.5, 0.0001, 0, 48.1, 0, -0.0001), False),
    ("degrees-world", 4326, (-180, 360 / W, 0, 90, 0, -180 / H), False),
    ("degrees-0-360", 4326, (0, 360 / W, 0, 90, 0, -180 / H), False),
    ("degrees-turned", 4326, (11.5, 0.01, 0.004, 48.1, 0.004, -0.01), False),
    ("degrees-nad27", 4267, (-100, 0.01, 0, 40, 0, -0.01), False),
    ("grads", 4807, (5, 0.01, 0, 52, 0, -0.01), False),
    ("utm", 32633, (600000, 10, 0, 5400000, 0, -10), True),
    ("utm-edge", 32633, (166000, 10, 0, 20000, 0, -10), True),
    ("utm-beyond", 32633, (1500000, 1000, 0, 5400000, 0, -1000), False),
    ("utm-zone-too-wide", 32733, (450000, 15000, 0, 9000000, 0, -10000), False),
    ("ups", 32661, (2000000, 1000, 0, 2000000, 0, -1000), False),
    ("laea", 3035, (4000000, 100, 0, 3000000, 0, -100), True),
    ("albers", 5070, (-2000000, 30000, 0, 3000000, 0, -30000), True),
    ("sinusoidal", SINUSOIDAL, (1111950.5, 926.6, 0, 5559752.6, 0, -926.6), True),
    ("polar-north", 3413, (-3850000, 7600000 / W, 0, 5850000, 0, -11200000 / H), False),
    ("polar-south", 3031, (2000000, 300, 0, 1500000, 0, -300), False),
    ("polar-true-scale", 3031, (1500000, 300, 0, 1500000, 0, -300), True),
    ("lambert-93", 2154, (650000, 100, 0, 6900000, 0, -100), True),
    ("lambert-93-turned", 2154, (650000, 20000, 8000, 7200000, 8000, -40000), False),
    ("lambert-own", LCC, (-3000000, 100000, 0, 3000000, 0, -150000), False),
    ("california-feet", 2225, (6500000, 100, 0, 2100000, 0, -100), True),
    ("moon", "+proj=eqc +R=1737400 +units=m +no_defs", (0, 1000, 0, 1000000, 0, -1000), False),
]
WAYS = (["--chunk", "7x13"], ["--chunk", "57x1", "--workers", "3"],
        ["--executor", "serial", "--chunk", "tile"],
        ["--executor", "processes", "--workers", "2", "--chunk", "10x10"],
        ["--reader", "gdal"], ["--tiles", os.devnull, "--tile-grid", "16x16"])


def crs_of(code):
    crs = osr.SpatialReference()
    if isinstance(code, int):
        crs.ImportFromEPSG(code)
    else:
        crs.ImportFromProj4(code)
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return crs


def write(path, crs, gt, valid, write_crs=True):
    rng = np.random.default_rng(5)
    out = gdal.GetDriverByName("GTiff").Create(str(path), W, H, 2, gdal.GDT_UInt16,
                                               ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"])
    if write_crs:
        out.SetSpatialRef(crs)
    out.SetGeoTransform(gt)
    for i, (name, least) in enumerate((("red", 300), ("nir", 2000))):
        out.GetRasterBand(i + 1).WriteArray(
            np.where(valid, rng.integers(least, least + 900, (H, W)), 0).astype(np.uint16))
        out.GetRasterBand(i + 1).SetDescription(name)
        out.GetRasterBand(i + 1).SetNoDataValue(0)
    out.FlushCache()
    del out


def summary(scratch, *args, program=None):
    """(hectares of the first scene, its text, the run)"""
    path = scratch / "s.json"
    path.unlink(missing_ok=True)
    result = run(["-q", "--summary", path, *args], program=program)
    text = path.read_text() if path.exists() else "{}"
    scenes = json.loads(text).get("scenes") or [{}]
    ndvi = (scenes[0].get("indices") or {}).get("ndvi") or {}
    return ndvi.get("area_ha"), text, result


def check_case(tally, scratch, name, code, gt, grid_stays):
    crs = crs_of(code)
    rng = np.random.default_rng(len(name))
    valid = rng.random((H, W)) < 0.7
    valid[: H // 3, : W // 2] = False  # the valid ones lie unevenly
    want = pixel_areas(crs, gt, np.arange(W), np.arange(H), EDGE)[valid].sum() / 1e4
    grid = abs(gt[1] * gt[5] - gt[2] * gt[4]) * crs.GetLinearUnits() ** 2 * valid.sum() / 1e4
    path = scratch / f"{name}.tif"
    write(path, crs, gt, valid)
    got, text, result = summary(scratch, path)
    if got is None:
        tally.fail(name, f"no area; exit {result.rc}: {result.last_words()}")
        return
    off = got / want - 1
    tally.check(abs(off) <= (0.005 if grid_stays else 1e-4), name,
                f"{got} ha for {want}, {100 * off:.4f} % off")
    print(f"  {name:20} {got:.8g} ha, {off:+.1e}", flush=True)
    if crs.IsProjected():
        kept = abs(got / grid - 1) < 1e-11
        tally.check(kept == grid_stays, f"{name}: the grid's area",
                    f"is {'' if kept else 'not '}kept: {got} of {grid}")
    for way in WAYS[:1] if QUICK else WAYS:
        _, again, result = summary(scratch, path, *way)
        tally.check(again == text, f"{name} {' '.join(way)}",
                    f"other bytes, or exit {result.rc}: {result.last_words()}")
    check_tiles(tally, scratch, path, name, got)


def check_tiles(tally, scratch, path, name, want):
    table = scratch / "t.csv"
    run(["-q", "--tiles", table, "--tile-grid", "10x9", path])
    tiles = [number(row["area_ha"]) for row in load_csv(table)]
    got = math.fsum(t for t in tiles if t is not None)
    tally.check(None not in tiles and abs(got / want - 1) < 1e-9, f"{name}: tiles",
                f"{got} ha in all, for {want}")


def check_totals(tally, scratch):
    """What is known is added up, what is not is counted; merge says the same as one run."""
    names = ["web-quad", "utm", "degrees"]
    known = [summary(scratch, scratch / f"{n}.tif")[0] for n in names]
    rng = np.random.default_rng(1)
    write(scratch / "nowhere.tif", None, (0, 1, 0, 0, 0, -1), rng.random((H, W)) < 0.5, False)
    files = [scratch / f"{n}.tif" for n in (*names, "nowhere")]
    _, text, _ = summary(scratch, *files)
    whole = json.loads(text)["global"]["indices"]["ndvi"]
    tally.check(whole["scenes"] == 4 and whole["area_scenes"] == 3
                and abs(whole["area_ha"] / sum(known) - 1) < 1e-14, "total", f"{whole}")
    parts = []
    for i in (1, 2):
        parts.append(scratch / f"part{i}")
        run(["-q", "--shard", f"{i}/2", "--partial", parts[-1], *files])
    run(["merge", "-q", "--summary", scratch / "m.json", "--csv", scratch / "m.csv", *parts])
    tally.check((scratch / "m.json").read_text() == text, "merge", "not the same as one run")
    run(["-q", "--csv", scratch / "one.csv", *files])
    tally.check((scratch / "m.csv").read_text() == (scratch / "one.csv").read_text(), "merge",
                "not the same table as one run")
    sources = [row["area_source"] for row in load_csv(scratch / "one.csv")]
    tally.check(sources[0].startswith("on the ground: in the grid of EPSG:3857")
                and sources[1] == "grid of the CRS" and sources[2] == "on the ground"
                and sources[3].startswith("not known: "), "sources", f"{sources}")


def check_unknown(tally, scratch):
    """Without GDAL, off the Earth, larger than it: null, and the reason."""
    valid = np.ones((H, W), bool)
    bare = scratch / "bin"
    bare.mkdir()
    shutil.copy(IMGPIPE, bare)
    got, _, result = summary(scratch, scratch / "lambert-93-turned.tif", "--csv", scratch / "u.csv",
                             program=bare / "imgpipe")
    source = load_csv(scratch / "u.csv")[0]["area_source"]
    tally.check(result.rc == 0 and got is None and "imgpipe-gdal.so" in source, "without GDAL",
                f"{got} ha, {source!r}, exit {result.rc}")
    got, _, result = summary(scratch, scratch / "web-quad.tif", program=bare / "imgpipe")
    tally.check(got is not None, "Web Mercator without GDAL", result.last_words())
    for name, code, gt, words in (
            ("off", 4326, (500000, 10, 0, 5e6, 0, -10), "not on the Earth"),
            ("huge", 4326, (-1e300, 1e299, 0, 1e300, 0, -1e299), "not on the Earth"),
            ("dense", 3857, (0, 1e-160, 0, 0, 0, -1e-160), ""),
            ("geocentric", 4978, (0, 1, 0, 0, 0, -1), "neither projected nor geographic")):
        path = scratch / f"{name}.tif"
        write(path, crs_of(code), gt, valid)
        got, _, result = summary(scratch, path, "--csv", scratch / "u.csv")
        source = load_csv(scratch / "u.csv")[0]["area_source"]
        tally.check(result.rc == 0 and (got is None or got < 1e-9) and words in source, name,
                    f"{got} ha, {source!r}, exit {result.rc}: {result.last_words()}")


def check_table(tally, scratch):
    """Each row of the table of CRSs whose grid is taken as true, as far as it says: by GDAL."""
    text = (REPO / "stages/discover/area.c").read_text()
    rows = re.findall(r"\{(\d+), (\d+), ([^,{}]+), ([^,{}]+), ([^,{}]+)\}", text)
    tally.check(len(rows) > 20, "the table of true CRSs", f"{len(rows)} rows found in area.c")
    for row in rows:
        middle_x, middle_y, reach = (float(t.replace("INFINITY", "inf")) for t in row[2:])
        for code in {int(row[0]), int(row[1])}:
            crs = crs_of(code)
            use = crs.GetAreaOfUse()
            geographic = crs.CloneGeogCS()
            geographic.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
            x, y, _ = osr.CoordinateTransformation(geographic, crs).TransformPoint(
                (use.west_lon_degree + use.east_lon_degree) / 2,
                (use.south_lat_degree + use.north_lat_degree) / 2)
            half = min(reach, 1e6) * 0.99
            if math.isfinite(reach):
                x, y = middle_x, y if math.isnan(middle_y) else middle_y
                half *= 1 if math.isnan(middle_y) else math.sqrt(0.5)
            gt = (x - half, 2 * half / W, 0, y + half / 2, 0, -half / H)
            off = np.abs(abs(gt[1] * gt[5]) / pixel_areas(crs, gt, np.arange(W), np.arange(H), EDGE) - 1).max()
            path = scratch / f"true{code}.tif"
            write(path, crs, gt, np.ones((H, W), bool))
            got, _, _ = summary(scratch, path)
            tally.check(off <= 0.005 and got is not None
                        and abs(got / (abs(gt[1] * gt[5]) * H * W / 1e4) - 1) < 1e-12,
                        f"EPSG:{code}", f"up to {100 * off:.3f} % off, {got} ha")


def main():
    tally = Tally()
    with Scratch() as scratch:
        for case in CASES:
            check_case(tally, scratch, *case)
        check_totals(tally, scratch)
        check_unknown(tally, scratch)
        check_table(tally, scratch)
    tally.finish()


if __name__ == "__main__":
    main()
