#!/usr/bin/python3
"""Where a scene lies, as tags for the files that are made of it: TIFF's own copied value by value
(parsed here once more), others' as GDAL reads them back; every form of place and CRS, both byte orders,
FILE.aux.xml beside the image, tags that lie, all real scenes.

The program's side is tests/unit/input/test_geo_tags --tags.
"""

import itertools
import os
import struct
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from osgeo import gdal, osr

from oracle import BUILD, DATA, QUICK, Tally

gdal.SetConfigOption("GDAL_GEOREF_SOURCES", "INTERNAL")

PROGRAM = BUILD / "tests" / "test_geo_tags"
TAGS = (33550, 33922, 34264, 34735, 34736, 34737)
TYPES = {33550: 12, 33922: 12, 34264: 12, 34735: 3, 34736: 12, 34737: 2}
LETTER = {2: "B", 3: "H", 12: "d"}
MOST_BYTES = 64 << 10


def program(reader, path):
    """{tag: values}, or the error."""
    run = subprocess.run([PROGRAM, "--tags", reader, path], capture_output=True, text=True, timeout=60,
                         check=False, env={**os.environ, "IMGPIPE_MODULE_DIR": str(BUILD)})
    if run.returncode:
        return run.stderr.strip() or f"exit {run.returncode}"
    tags = {}
    for line in run.stdout.splitlines():
        tag, kind, count, *values = line.split()
        assert int(kind) == TYPES[int(tag)] and int(count) == len(values)
        tags[int(tag)] = [float.fromhex(v) if int(kind) == 12 else int(v) for v in values]
    return tags


def raw_tags(path):
    """Those of the first directory, by TIFF 6.0 and BigTIFF alone."""
    data = path.read_bytes()
    order = "<" if data[:2] == b"II" else ">"
    big = struct.unpack_from(order + "H", data, 2)[0] == 43
    at = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)[0]
    n = struct.unpack_from(order + ("Q" if big else "H"), data, at)[0]
    at += 8 if big else 2
    tags = {}
    for i in range(n):
        entry = at + i * (20 if big else 12)
        tag, kind, count = struct.unpack_from(order + ("HHQ" if big else "HHI"), data, entry)
        if tag not in TAGS or kind != TYPES[tag]:
            continue
        word, place = (8, entry + 12) if big else (4, entry + 8)
        if count * struct.calcsize(LETTER[kind]) > word:
            place = struct.unpack_from(order + ("Q" if big else "I"), data, place)[0]
        tags[tag] = list(struct.unpack_from(f"{order}{count}{LETTER[kind]}", data, place))
    return tags


def one_pixel(path, tags):
    """A TIFF file of these tags, and no other program's."""
    entries = [(256, 3, [1]), (257, 3, [1]), (258, 3, [8]), (259, 3, [1]), (262, 3, [1]), (273, 4, [8]),
               (277, 3, [1]), (278, 3, [1]), (279, 4, [1])]
    entries += [(tag, TYPES[tag], tags[tag]) for tag in sorted(tags)]
    head = struct.pack("<2sHI", b"II", 42, 10) + b"\0\0"
    behind = 10 + 2 + 12 * len(entries) + 4
    ifd, values = struct.pack("<H", len(entries)), b""
    for tag, kind, value in entries:
        raw = struct.pack(f"<{len(value)}{'I' if kind == 4 else LETTER[kind]}", *value)
        ifd += struct.pack("<HHI", tag, kind, len(value))
        ifd += raw.ljust(4, b"\0") if len(raw) <= 4 else struct.pack("<I", behind + len(values))
        values += raw if len(raw) > 4 else b""
    path.write_bytes(head + ifd + b"\0\0\0\0" + values)


def place_of(path):
    """Its own: not what stands beside it."""
    dataset = gdal.Open(str(path))
    crs = dataset.GetSpatialRef()
    return (dataset.GetGeoTransform(can_return_null=True), crs.Clone() if crs else None,
            dataset.GetMetadataItem("AREA_OR_POINT") or "Area", dataset.GetGCPCount())


def same_place(got, want):
    if (got[0] is None) != (want[0] is None) or (got[1] is None) != (want[1] is None):
        return False
    if got[0] is not None:
        size = max(abs(g) for g in want[0])
        if not np.allclose(got[0], want[0], rtol=1e-14, atol=1e-12 * size):
            return False
    return got[1] is None or bool(got[1].IsSame(want[1], ["IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES"]))


# --- files --------------------------------------------------------------------------------------------

def crs_of(text):
    crs = osr.SpatialReference()
    crs.SetFromUserInput(text)
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return crs


PLACES = {
    "north up": (500000, 10, 0, 5000000, 0, -10),
    "south up": (500000, 10, 0, 5000000, 0, 10),
    "rotated": (500000.125, 7.5, 2.5, 5000000.25, 2.25, -8),
    "thirds": (1 / 3, 1 / 30, 0, 2 / 3, 0, -1 / 30),
    "none": None,
}
CRSS = {
    "UTM": "EPSG:32633",
    "degrees": "EPSG:4326",
    "feet": "EPSG:2263",
    "own": "+proj=tmerc +lat_0=10 +lon_0=20 +k=0.9993 +x_0=1000 +y_0=2000 +ellps=GRS80 +units=m +no_defs",
    "conic": "+proj=lcc +lat_1=30 +lat_2=60 +lat_0=40 +lon_0=10 +datum=WGS84 +units=m +no_defs",
    "none": None,
}


def create(path, place, crs, point=False, driver="GTiff", options=()):
    dataset = gdal.GetDriverByName(driver).Create(str(path), 20, 10, 1, gdal.GDT_UInt16, list(options))
    if point:
        dataset.SetMetadataItem("AREA_OR_POINT", "Point")
    if crs:
        dataset.SetSpatialRef(crs_of(crs))
    if place:
        dataset.SetGeoTransform(place)
    dataset.GetRasterBand(1).WriteArray(np.ones((10, 20), np.uint16))
    return path


def check(tally, name, folder, path, reader, want):
    tags = program(reader, path)
    if isinstance(tags, str):
        tally.check(False, f"{name}, {reader}: tags", tags)
        return
    copy = folder / "copy.tif"
    one_pixel(copy, tags)
    got = place_of(copy)
    tally.check(same_place(got, want), f"{name}, {reader}: GDAL reads the same place", f"{got} {want} {tags}")
    if reader == "tiff" or tags.get(34735):
        tally.check(got[2] == want[2], f"{name}, {reader}: area or point", f"{got[2]} {want[2]}")


def tiffs(tally, folder):
    path = folder / "in.tif"
    forms = itertools.product(PLACES, CRSS, (False, True), ("LITTLE", "BIG"), ("NO", "YES"))
    for i, (place, crs, point, order, big) in enumerate(forms):
        if QUICK and i % 3:
            continue
        name = f"{place}, {crs}{', point' if point else ''}, {order}{', BigTIFF' if big == 'YES' else ''}"
        create(path, PLACES[place], CRSS[crs], point, options=(f"ENDIANNESS={order}", f"BIGTIFF={big}"))
        tally.check(program("tiff", path) == raw_tags(path), f"{name}: copied value by value")
        if order == "LITTLE" and big == "NO" or QUICK:
            want = place_of(path)
            check(tally, name, folder, path, "tiff", want)
            check(tally, name, folder, path, "gdal", want)


def others(tally, folder):
    for driver, end in (("ENVI", "img"), ("HFA", "img"), ("ERS", "ers")):
        for place, crs in itertools.product(("north up", "rotated", "none"), ("UTM", "degrees", "none")):
            if driver == "ENVI" and place == "rotated":
                continue  # an angle in its header: not the same to the last bit
            path = create(folder / f"{driver}.{end}", PLACES[place], CRSS[crs], driver=driver)
            check(tally, f"{driver}, {place}, {crs}", folder, path, "gdal", place_of(path))
    source = create(folder / "source.tif", PLACES["rotated"], CRSS["own"])
    vrt = folder / "of.vrt"
    gdal.Translate(str(vrt), str(source), format="VRT")
    check(tally, "VRT", folder, vrt, "gdal", place_of(vrt))
    if gdal.GetDriverByName("JP2OpenJPEG"):
        jp2 = folder / "of.jp2"
        source = create(folder / "source.tif", PLACES["north up"], CRSS["UTM"])
        gdal.Translate(str(jp2), str(source), format="JP2OpenJPEG")
        check(tally, "JPEG 2000", folder, jp2, "gdal", place_of(jp2))


def gcps(tally, folder):
    path = create(folder / "gcps.tif", None, None)
    dataset = gdal.Open(str(path), gdal.GA_Update)
    dataset.SetGCPs([gdal.GCP(i * 10.0, i * i, 0, i, i * 2) for i in range(5)], crs_of("EPSG:4326").ExportToWkt())
    dataset = None
    tally.check(program("tiff", path) == raw_tags(path), "control points: copied value by value")
    tags = program("gdal", path)
    tally.check(isinstance(tags, dict) and 33922 not in tags and 34264 not in tags,
                "control points, gdal: no place is made up", f"{tags}")


def beside(tally, folder):
    """FILE.aux.xml wins where it says something."""
    new_place = {"north up": (100, 2, 0, 50, 0, -2), "rotated": (100, 2, 0.5, 50, 0.25, -3)}
    for own, point, place, crs in itertools.product(("UTM", "none"), (False, True),
                                                    ("north up", "rotated", None), ("EPSG:3035", None)):
        if not place and not crs:
            continue
        name = f"beside: {place} {crs} over {own}{', point' if point else ''}"
        path = create(folder / "beside.tif", PLACES["north up"] if own != "none" else None, CRSS[own], point)
        side = Path(f"{path}.aux.xml")
        numbers = ", ".join(map(str, new_place[place])) if place else ""
        side.write_text("<PAMDataset>" + (f"<SRS>{crs_of(crs).ExportToWkt()}</SRS>" if crs else "") +
                        (f"<GeoTransform>{numbers}</GeoTransform>" if place else "") + "</PAMDataset>")
        want = place_of(path)
        want = (new_place[place] if place else want[0], crs_of(crs) if crs else want[1], want[2])
        for reader in ("tiff", "gdal"):
            check(tally, name, folder, path, reader, want)
        side.unlink()


def hostile(tally, folder):
    path = folder / "bad.tif"
    good = {33550: [10.0, 10.0, 0.0], 33922: [0.0] * 6, 34735: [1, 1, 0, 1, 1024, 0, 1, 1]}
    one_pixel(path, good)
    tally.check(program("tiff", path) == good, "a small file: all of it")
    raw = path.read_bytes()
    for what, at, value in (("values behind the end", 8, len(raw) - 4), ("more values than there can be", 4,
                            0xffffffff), ("another type", 2, 4)):
        for tag in good:
            entry = raw.index(struct.pack("<HH", tag, TYPES[tag]))
            bad = bytearray(raw)
            struct.pack_into("<H" if at == 2 else "<I", bad, entry + at, value)
            path.write_bytes(bad)
            tags = program("tiff", path)
            tally.check(isinstance(tags, dict) and tag not in tags and
                        {t: v for t, v in good.items() if t != tag} == tags, f"tag {tag}: {what}", f"{tags}")
    for n in (MOST_BYTES // 8 // 6 * 6, MOST_BYTES // 8 // 6 * 6 + 6):
        one_pixel(path, {33922: [float(i) for i in range(n)], 34735: good[34735]})
        tags = program("tiff", path)
        tally.check(isinstance(tags, dict) and (33922 in tags) == (n * 8 <= MOST_BYTES),
                    f"{n // 6} control points", str(tags)[:200])


def real(tally, folder):
    if not (DATA / "real").is_dir():
        tally.skip("real scenes", f"{DATA / 'real'} is not there")
        return
    for path in sorted((DATA / "real").rglob("*")):
        if path.suffix.lower() not in (".tif", ".jp2", ".img", ".vrt"):
            continue
        want = place_of(path)
        if path.suffix.lower() == ".tif" and not Path(f"{path}.aux.xml").exists():
            tags = program("tiff", path)
            if isinstance(tags, dict):
                tally.check(tags == raw_tags(path), f"{path.name}: copied value by value", f"{tags}")
        if not want[3]:
            check(tally, path.name, folder, path, "gdal", want)


def main():
    tally = Tally()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tiffs(tally, folder)
        others(tally, folder)
        gcps(tally, folder)
        beside(tally, folder)
        hostile(tally, folder)
        real(tally, folder)
    tally.finish()


main()
