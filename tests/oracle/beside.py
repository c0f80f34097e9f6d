#!/usr/bin/python3
"""Metadata beside files and in them, against GDAL and numpy: FILE.aux.xml (nodata, scale, names,
CRS, position) for TIFF, JPEG 2000, PNG and ENVI files, with and without facts of the file's own;
wavelengths in ENVI headers, TIFF tags and FILE.aux.xml; names of bands in XMP. Both readers must give
the same bytes.

    beside.py [--quick]

The cases of ../shared/cases (c02_pam, c09_uav) are run where they are there.
"""

import itertools
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
from osgeo import gdal, osr

from ground import square_metres
from oracle import QUICK, REPO, Scratch, Tally, load, run

H, W = 30, 40
# What the document says of each band: (nodata element, its value), as GDAL understands it below.
NODATA = ("7", "7.00000000000000E+00", " 7 ", "nan", "-1.#IND", "1e3",
          '" le_hex_equiv="0000000000001C40', '" le_hex_equiv="0000000000408F40')
READERS = ("auto", "tiff", "gdal")


def nodata_element(text):
    if text.startswith('"'):
        return f'<NoDataValue{text[1:]}">1</NoDataValue>'
    return f"<NoDataValue>{text}</NoDataValue>"


def document(bands, whole=""):
    inside = "".join(f'<PAMRasterBand band="{i + 1}">{b}</PAMRasterBand>'
                     for i, b in enumerate(bands))
    return f"<PAMDataset>{whole}{inside}</PAMDataset>"


def pixels(rng, dtype):
    red = rng.integers(0, 60, (H, W)).astype(dtype) * 20
    nir = rng.integers(0, 90, (H, W)).astype(dtype) * 20
    for a in (red, nir):
        a[rng.random((H, W)) < .1] = 7
        a[rng.random((H, W)) < .1] = 1000
    return red, nir


def write(path, driver, arrays, own, options=()):
    """A file whose own facts are `own`; no document beside it."""
    type_code = {"u2": gdal.GDT_UInt16, "i2": gdal.GDT_Int16, "f4": gdal.GDT_Float32,
                 "u1": gdal.GDT_Byte}[arrays[0].dtype.str[1:]]
    target = gdal.GetDriverByName("MEM").Create("", W, H, len(arrays), type_code)
    if own.get("place"):
        crs = osr.SpatialReference()
        crs.ImportFromEPSG(own["place"])
        target.SetProjection(crs.ExportToWkt())
        target.SetGeoTransform((500000, 20, 0, 5500000, 0, -20))
    for i, a in enumerate(arrays):
        band = target.GetRasterBand(i + 1)
        band.WriteArray(a)
        if "nodata" in own:
            band.SetNoDataValue(own["nodata"])
        if "scale" in own:
            band.SetScale(own["scale"])
            band.SetOffset(own["offset"])
        if "names" in own:
            band.SetDescription(own["names"][i])
    gdal.GetDriverByName(driver).CreateCopy(str(path), target, options=list(options))
    Path(f"{path}.aux.xml").unlink(missing_ok=True)


def as_gdal_sees(path):
    """Bands with their names, nodata and scale, and the position, with GDAL's own reading of the
    document."""
    gdal.SetConfigOption("GDAL_PAM_ENABLED", "YES")
    dataset = gdal.Open(str(path))
    bands = []
    for i in range(dataset.RasterCount):
        b = dataset.GetRasterBand(i + 1)
        bands.append({"name": b.GetDescription(), "nodata": b.GetNoDataValue(),
                      "scale": b.GetScale(), "offset": b.GetOffset(), "array": b.ReadAsArray()})
    crs, g = dataset.GetSpatialRef(), dataset.GetGeoTransform(can_return_null=True)
    crs = crs.Clone() if crs else None
    b = dataset = None
    gdal.SetConfigOption("GDAL_PAM_ENABLED", "NO")
    return bands, (crs, g)


def hectares(place, good):
    # Of a CRS that stands in the document alone the EPSG code is used: without one, no area.
    crs = place[0] if place else None
    coded = crs and crs.GetAuthorityCode(None)
    area = square_metres(*place, good)[0] if coded else None
    return None if area is None else area / 1e4


def reference(bands, place):
    names = [b["name"] for b in bands]
    red, nir = (bands[names.index(n)] if n in names else bands[i]
                for i, n in enumerate(("red", "nir")))
    values, holes = [], np.zeros((H, W), bool)
    for b in (red, nir):
        a = b["array"].astype("f8")
        if b["nodata"] is not None:
            holes |= np.isnan(a) if np.isnan(b["nodata"]) else a == b["nodata"]
        values.append(a * (1 if b["scale"] is None else b["scale"]) + (b["offset"] or 0))
    with np.errstate(all="ignore"):
        ndvi = ((values[1] - values[0]) / (values[1] + values[0]))
    good = ~holes & np.isfinite(ndvi)
    return {"nodata": int(holes.sum()), "valid": int(good.sum()),
            "mean": float(ndvi[good].mean()) if good.any() else None,
            "area_ha": hectares(place, good)}


def near(a, b, share=1e-5):
    return a == b if a is None or b is None else abs(a - b) <= share * max(1, abs(b))


def check(tally, label, path, args=(), want=None, note=None):
    want = want or reference(*as_gdal_sees(path))
    texts = set()
    for reader in READERS:
        if reader == "tiff" and not str(path).endswith(".tif"):
            continue
        for name in ("s.json", "r.json"):
            (path.parent / name).unlink(missing_ok=True)
        result = run(["-q", "--reader", reader, "--summary", path.parent / "s.json", "--report",
                      path.parent / "r.json", *args, path])
        summary, report = load(path.parent / "s.json"), load(path.parent / "r.json")
        if not tally.check(result.rc == 0 and summary, f"{label} {reader}", result.last_words()):
            return
        got = summary["scenes"][0]["indices"]["ndvi"]
        differ = {k: (got[k], v) for k, v in want.items() 
                  if not near(got[k], v, 2e-4 if k == "area_ha" else 1e-5)}
        tally.check(not differ, f"{label} {reader}", str(differ))
        texts.add((path.parent / "s.json").read_bytes())
        if note is not None:
            notes = " ".join(report["scenes"][0].get("notes") or [])
            tally.check((".aux.xml" in notes) == bool(note) and (note or "") in notes,
                        f"{label} {reader}: note", repr(notes))
    tally.check(len(texts) == 1, label, "readers give different bytes")


FORMS = {"GTiff": (".tif", (), "u2"), "GTiff float": (".tif", ("COMPRESS=DEFLATE",), "f4"),
         "JP2OpenJPEG": (".jp2", ("REVERSIBLE=YES", "QUALITY=100"), "u2"),
         "ENVI": (".img", (), "i2")}
OWN = ({}, {"nodata": 1000.0, "scale": .5, "offset": 3.0, "names": ("red", "nir"),
            "place": 32633})
CRS = {"none": "", "utm": 32650, "feet": 2263, "degrees": 4326}


def whole_of(crs, form):
    """A CRS in one of the forms that writers use, and a position."""
    if not CRS[crs]:
        return ""
    s = osr.SpatialReference()
    s.ImportFromEPSG(CRS[crs])
    wkt = s.ExportToWkt(["FORMAT=WKT2_2019"]) if form == 2 else s.ExportToWkt()
    if form == 3:
        s.MorphToESRI()
        wkt = s.ExportToWkt()
    wkt = wkt.replace("&", "&amp;").replace("<", "&lt;")
    return (f"<SRS dataAxisToSRSAxisMapping=\"1,2\">{wkt}</SRS>"
            "<GeoTransform>  5.0e+05, 1.0e+01, 0.0, 5.5e+06, 0.0, -1.0e+01</GeoTransform>")


def facts(tally, folder, rng):
    number = 0
    for form, own in itertools.product(FORMS, OWN):
        suffix, options, dtype = FORMS[form]
        driver = form.split()[0]
        if not gdal.GetDriverByName(driver):
            tally.skip(form, "GDAL has no such driver")
            continue
        for i, nodata in enumerate(NODATA):
            if QUICK and i % 2:
                continue
            number += 1
            path = folder / f"f{number}{suffix}"
            write(path, driver, pixels(rng, dtype), own, options)
            names = ("red", "nir") if number % 2 else ("nir", "red")
            # GDAL's ENVI driver does not ask the document where the image lies.
            crs = "none" if driver == "ENVI" and not own else list(CRS)[number % len(CRS)]
            bands = [f"<Description>{n}</Description>{nodata_element(nodata)}"
                     "<Offset>-3.5</Offset><Scale>0.25</Scale>" for n in names]
            if nodata in ("nan", "-1.#IND") and dtype != "f4":
                continue  # such pixels cannot be: a note, no hole
            Path(f"{path}.aux.xml").write_text(document(bands, whole_of(crs, 1 + number % 3)))
            check(tally, f"{form}, own {bool(own)}, nodata {nodata}, {crs}", path, note="nodata")


def each_fact(tally, folder, rng):
    """One fact alone leaves the others as they were."""
    single = {"nodata": nodata_element("7"), "scale": "<Scale>2</Scale><Offset>9</Offset>",
              "names": "<Description>{}</Description>", "statistics":
              '<Metadata><MDI key="STATISTICS_MEAN">7</MDI><MDI key="STATISTICS_VALID_PERCENT">9'
              "</MDI></Metadata><Histograms><HistItem><HistMin>1</HistMin></HistItem></Histograms>"}
    for (fact, element), own in itertools.product(single.items(), OWN):
        path = folder / f"one_{fact}_{len(own)}.tif"
        write(path, "GTiff", pixels(rng, "u2"), own)
        bands = [element.replace("{}", n) for n in ("nir", "red")]
        Path(f"{path}.aux.xml").write_text(document(bands))
        used = fact not in ("scale", "names", "statistics") or (not own and fact != "statistics")
        args = ("--bands", "red=1,nir=2") if not own and fact != "names" else ()
        check(tally, f"only {fact}, own {bool(own)}", path, args, note="gives" if used else "")
    # Statistics must not take away what ENVI's header says, which GDAL 3.6 does.
    path = folder / "statistics.img"
    write(path, "ENVI", pixels(rng, "i2"), OWN[1])
    want = reference(*as_gdal_sees(path))
    Path(f"{path}.aux.xml").write_text(document([single["statistics"]] * 2))
    check(tally, "ENVI, statistics", path, want=want, note="")


def labels(tally, folder, rng):
    red, nir = pixels(rng, "u2")
    path = folder / "labels.tif"
    write(path, "GTiff", (nir, red, red // 2, nir // 3), {})
    Path(f"{path}.aux.xml").write_text(document(
        ["<ColorInterp>NIR</ColorInterp>", "<ColorInterp>Red</ColorInterp>"]))
    ndvi = reference([{"name": n, "nodata": None, "scale": None, "offset": None, "array": a}
                      for n, a in (("red", red), ("nir", nir))], None)
    check(tally, "labels", path, want=ndvi, note="colour labels")


def broken(tally, folder, rng):
    path = folder / "broken.tif"
    write(path, "GTiff", pixels(rng, "u2"), OWN[1])
    want = reference(*as_gdal_sees(path))
    for text in ("", "x", "<PAMDataset>", '<PAMDataset><PAMRasterBand band="1"><NoDataValue>7',
                 document([nodata_element("7")])[:-3], "<a/>", "\0" * 100):
        Path(f"{path}.aux.xml").write_text(text)
        check(tally, f"broken document {text[:20]!r}", path, want=want)


# --- wavelengths ---

def nearest(centres, good, target, least, most):
    found = [i for i, c in enumerate(centres) if good[i] and least <= c <= most]
    return min(found, key=lambda i: (abs(centres[i] - target), i)) if found else None


def hyperspectral(tally, folder, rng):
    for number in range(4 if QUICK else 20):
        n = int(rng.integers(3, 300))
        centres = np.sort(rng.uniform(400, 1100 if number % 2 else 2450, n)).round(3)
        good = rng.random(n) > .2
        cube = rng.integers(50, 5000, (n, H, W)).astype("i2")
        micro = number % 3 == 0
        wanted = [nearest(centres, good, *t) for t in ((665, 620, 690), (842, 760, 1000))]
        for form in ("ENVI", "tag", "list", "aux", "names"):
            bad_known = form in ("ENVI", "list")
            red, nir = wanted if bad_known else [
                nearest(centres, [True] * n, *t) for t in ((665, 620, 690), (842, 760, 1000))]
            path = folder / f"h{number}_{form}{'.img' if form == 'ENVI' else '.tif'}"
            write_cube(path, form, cube, centres / 1000 if micro else centres, good, micro)
            label = f"{form} of {n} bands, {'um' if micro else 'nm'}"
            if red is None or nir is None:
                result = run(["-q", path])
                tally.check(result.rc == 65 and " nm, where " in result.err, label,
                            result.last_words())
                continue
            bands = [{"name": w, "nodata": None, "scale": None, "offset": None, "array": cube[b]}
                     for w, b in (("red", red), ("nir", nir))]
            check(tally, label, path, want=reference(bands, None))
            report = load(path.parent / "r.json")
            taken = [report["scenes"][0]["bands"][b]["band"] - 1
                     for b in ("red", "nir")] if report else None
            tally.check(taken == [red, nir], label, f"bands {taken}, not {[red, nir]}")


def write_cube(path, form, cube, centres, good, micro):
    driver = "ENVI" if form == "ENVI" else "GTiff"
    unit = "Micrometers" if micro else "Nanometers"
    dataset = gdal.GetDriverByName(driver).Create(str(path), W, H, len(cube), gdal.GDT_Int16)
    text = "{" + ", ".join(f"{c:.6f}" for c in centres) + "}"
    for i, plane in enumerate(cube):
        band = dataset.GetRasterBand(i + 1)
        band.WriteArray(plane)
        if form == "tag":
            band.SetMetadataItem("wavelength", f"{centres[i]:.6f}")
            band.SetMetadataItem("wavelength_units", unit)
        elif form == "names":
            band.SetDescription(f"band {i + 1} ({centres[i]:.6f} {'um' if micro else 'nm'})")
    if form == "list":
        dataset.SetMetadataItem("wavelength", text)
        dataset.SetMetadataItem("wavelength_units", unit)
        dataset.SetMetadataItem("bbl", "{" + ",".join(str(int(g)) for g in good) + "}")
    band = dataset = None
    aux = Path(f"{path}.aux.xml")
    aux.unlink(missing_ok=True)
    if form == "aux":
        aux.write_text(document([
            '<Metadata domain="IMAGERY"><MDI key="CENTRAL_WAVELENGTH_UM">'
            f"{c if micro else c / 1000:.6f}</MDI></Metadata>" for c in centres]))
    if form == "ENVI":
        header = path.with_suffix(".hdr")
        header.write_text(
            header.read_text() + f"wavelength units = {unit}\nwavelength = {text}\n"
            f"bbl = {{{','.join(str(int(g)) for g in good)}}}\ndefault bands = {{1, 2, 3}}\n")


# --- cases of others ---

def cases(tally, folder):
    source = REPO.parent / "shared" / "cases"
    if not source.is_dir():
        tally.skip("cases", "no ../shared/cases")
        return
    shutil.copytree(source, folder / "cases")
    for case in ("c02_pam", "c09_uav"):
        subprocess.run(["/usr/bin/python3", "make.py"], cwd=folder / "cases" / case, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    at = folder / "cases" / "c02_pam"
    for name, want in json.loads((at / "expect.json").read_text()).items():
        path = at / ("stack.jp2" if name == "stack_jp2" else f"{name}.tif")
        args = ("--bands", "red=1,nir=2") if name in ("stack_jp2", "worldfile") else ()
        check(tally, f"c02 {name}", path, args,
              {k: v for k, v in want.items() if k not in ("info", "outside_unit_range")})
    at = folder / "cases" / "c09_uav"
    want = json.loads((at / "expect.json").read_text())
    result = run(["-q", "--summary", "s.json", "m3m", "p4m", "rededge", "sequoia", "pix4d"], cwd=at)
    flat = [w for k in ("m3m", "p4m", "rededge", "sequoia", "pix4d") for w in want[k]]
    summary = load(at / "s.json")
    if tally.check(result.rc == 0 and summary and len(summary["scenes"]) == len(flat), "c09",
                   result.last_words()):
        for scene, w in zip(summary["scenes"], flat):
            got = scene["indices"]["ndvi"]
            tally.check(all(near(got[k], w[k]) for k in w if k != "outside_unit_range"),
                        f"c09 {scene['name']}", str(got))


def main():
    tally, rng = Tally(), np.random.default_rng(14)
    with Scratch() as folder:
        facts(tally, folder, rng)
        each_fact(tally, folder, rng)
        labels(tally, folder, rng)
        broken(tally, folder, rng)
        hyperspectral(tally, folder, rng)
        cases(tally, folder)
    tally.finish()


if __name__ == "__main__":
    main()
