#!/usr/bin/python3
"""Every regular file that a run opens is among the inputs of one of its scenes (--resume goes by these),
or another file that it was told of: seen by strace. Scenes made here (products, quality files, masks and
facts beside files, archives, netCDF, ENVI, with both readers), all of ../shared/data/real, and the inputs
of ../shared/cases, where they are there.

    scene_inputs.py [--quick]
"""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
from osgeo import gdal

from oracle import BUILD, DATA, IMGPIPE, REPO, Scratch, Tally

CASES = REPO.parent / "shared" / "cases"
OPENED = re.compile(rb'open(?:at)?\((?:AT_FDCWD(?:<[^>]*>)?, )?"((?:[^"\\]|\\.)*)", (\S+?)[,)].* = \d+(?:<(.*)>)?$')


def traceable():
    try:
        return subprocess.run(["strace", "-e", "trace=none", "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def opened(folder, arguments):
    """Regular files below the folder that a run opens, without links."""
    log = folder.parent / "strace.log"
    subprocess.run(["strace", "-f", "-qq", "-y", "-s", "8192", "-e", "trace=open,openat", "-o", log, IMGPIPE, "-q",
                    "--executor", "serial", *arguments], cwd=folder, capture_output=True)
    root, found = os.path.realpath(folder), set()
    for line in log.read_bytes().split(b"\n"):
        match = OPENED.search(line)
        if match and b"O_DIRECTORY" not in match[2] and match[3]:
            path = match[3].decode("unicode_escape").encode("latin-1")
            if path.startswith(os.fsencode(root) + b"/") and os.path.isfile(path):
                found.add(os.fsdecode(path))
    return found


def told(folder, arguments):
    """The files that the scenes' inputs name, without links."""
    out = subprocess.run([BUILD / "tests" / "test_scene_inputs", "--tell", *arguments], cwd=folder,
                         capture_output=True, check=True).stdout
    files, source = set(), None
    for line in out.split(b"\n"):
        if line.startswith(b"source "):
            source = line[7:]
        elif line:
            name = line.rsplit(b" ", 2)[0].replace(b"\\n", b"\n").replace(b"\\\\", b"\\")
            path = name if name.startswith(b"/") else source.rsplit(b"/", 1)[0] + b"/" + name
            files.add(os.fsdecode(os.path.realpath(path)))
    return files


# What decides no number: overviews, which are not read, and what GDAL's own drivers look at by themselves in
# metadata that nobody asks them for.
NO_NUMBERS = re.compile(r"\.ovr$", re.I)


def check(tally, name, folder, arguments, expected=()):
    """`arguments`: options of --mask and names, for both programs. `expected`: files that must be opened."""
    arguments = [str(a) for a in arguments]
    seen, said = opened(folder, arguments), told(folder, arguments)
    more = {f for f in seen - said if not NO_NUMBERS.search(f)}
    tally.check(not more, f"{name}: told", f"opened, but no input: {sorted(more)[:4]}")
    tally.check(seen or not said, f"{name}: opened", "no file was opened")
    for file in expected:
        path = os.path.realpath(folder / file)
        tally.check(path in seen, f"{name}: {file}", "was not opened: this test shows nothing")


# --- scenes made here ---

def raster(path, bands=1, driver="GTiff", value=2000, words=(), kind=gdal.GDT_UInt16, options=()):
    path.parent.mkdir(parents=True, exist_ok=True)
    memory = gdal.GetDriverByName("MEM").Create("", 64, 64, bands, kind)
    memory.SetGeoTransform((500000, 10, 0, 5000000, 0, -10))
    rng = np.random.default_rng(value)
    for i in range(bands):
        memory.GetRasterBand(i + 1).WriteArray(rng.integers(1, value, (64, 64)))
        if i < len(words):
            memory.GetRasterBand(i + 1).SetDescription(words[i])
    gdal.GetDriverByName(driver).CreateCopy(str(path), memory, options=list(options))
    return path


def mask_beside(path):
    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "NO")
    dataset = gdal.Open(str(path), gdal.GA_Update) if path.suffix == ".tif" else gdal.Open(str(path))
    dataset.CreateMaskBand(gdal.GMF_PER_DATASET)
    mask = dataset.GetRasterBand(1).GetMaskBand()
    mask.WriteArray(np.full((64, 64), 255, np.uint8))
    mask = dataset = None


FACTS = '<PAMDataset><PAMRasterBand band="1"><NoDataValue>7</NoDataValue></PAMRasterBand></PAMDataset>'


def safe_product(root):
    product = root / "S2A_MSIL2A_20260701T100031_N0511_R122_T33UXP_20260701T150000.SAFE"
    granule = product / "GRANULE/L2A_T33UXP_A047359_20260701T100559"
    name = "T33UXP_20260701T100031_"
    for band in ("B04", "B08"):
        raster(granule / f"IMG_DATA/R10m/{name}{band}_10m.tif")
    raster(granule / f"IMG_DATA/R20m/{name}SCL_20m.tif", value=11, kind=gdal.GDT_Byte)
    raster(granule / "QI_DATA/MSK_CLDPRB_20m.tif", value=100, kind=gdal.GDT_Byte)
    (product / "MTD_MSIL2A.xml").write_text(
        "<a><PROCESSING_BASELINE>05.11</PROCESSING_BASELINE><QUANTIFICATION_VALUES_LIST>"
        "<BOA_QUANTIFICATION_VALUE>10000</BOA_QUANTIFICATION_VALUE></QUANTIFICATION_VALUES_LIST></a>")
    return product.name


def made(tally, root):
    product = safe_product(root / "safe")
    metadata = f"{product}/MTD_MSIL2A.xml"
    check(tally, "SAFE", root / "safe", [product], [metadata])
    inner = f"{product}/GRANULE/L2A_T33UXP_A047359_20260701T100559"
    check(tally, "SAFE with probability", root / "safe", ["--mask", "cldprb:50", product],
          [metadata, f"{inner}/QI_DATA/MSK_CLDPRB_20m.tif"])

    folder = root / "beside"
    for band in ("red", "nir"):
        raster(folder / f"a_{band}.tif")
    mask_beside(folder / "a_red.tif")
    (folder / "a_nir.tif.aux.xml").write_text(FACTS)
    raster(folder / "clouds.tif", value=2, kind=gdal.GDT_Byte)
    raster(folder / "a_clouds2.tif", value=2, kind=gdal.GDT_Byte)
    sides = ["a_red.tif.msk", "a_nir.tif.aux.xml"]
    check(tally, "beside", folder, ["a_red.tif", "a_nir.tif"], sides)
    check(tally, "beside, GDAL", folder, ["--reader", "gdal", "a_red.tif", "a_nir.tif"], sides)
    check(tally, "common quality file", folder, ["--mask", "clouds=0-1", "a_red.tif", "a_nir.tif"],
          [*sides, "clouds.tif"])
    check(tally, "quality file", folder, ["--mask", "clouds2=0-1", "."], [*sides, "a_clouds2.tif"])

    folder = root / "landsat"
    name = "LC08_L1TP_014031_20180106_20180118_01_T1"
    for band in ("B4", "B5"):
        raster(folder / f"{name}_{band}.TIF")
    (folder / f"{name}_MTL.txt").write_text("GROUP = A\nEND\n")
    check(tally, "MTL", folder, ["."], [f"{name}_MTL.txt"])
    planet = root / "planet"
    name = "20200101_101010_1003_3B_AnalyticMS"
    raster(planet / f"{name}.tif", bands=4)
    (planet / f"{name}_metadata.xml").write_text("<a/>")
    check(tally, "Planet", planet, ["."], [f"{name}_metadata.xml"])

    for driver, end, more in (("ENVI", "img", ["a.hdr"]), ("HFA", "img", []), ("ERS", "ers", ["a"]),
                              ("EHdr", "bil", ["a.hdr"]), ("JP2OpenJPEG", "jp2", []),
                              ("PCIDSK", "pix", []), ("RST", "rst", ["a.rdc"])):
        folder = root / driver
        if not gdal.GetDriverByName(driver):
            tally.skip(driver, "GDAL has no such driver")
            continue
        kind = gdal.GDT_Int16 if driver == "RST" else gdal.GDT_UInt16
        bands = 1 if driver == "RST" else 2
        raster(folder / f"a.{end}", bands=bands, driver=driver, words=("red", "nir"), kind=kind)
        aux = folder / f"a.{end}.aux.xml"
        if not aux.exists():
            aux.write_text(FACTS)
        check(tally, driver, folder, ["--bands", "red=1,nir=2", f"a.{end}"], more)
    gdal.GetDriverByName("HFA").CreateCopy(str(root / "HFA" / "s.img"), gdal.Open(str(root / "HFA" / "a.img")),
                                           options=["USE_SPILL=YES"])
    check(tally, "HFA with spill", root / "HFA", ["--bands", "red=1,nir=2", "s.img"], ["s.ige"])

    with zipfile.ZipFile(root / "safe" / "p.zip", "w") as out:
        for file in sorted((root / "safe" / product).rglob("*")):
            out.write(file, file.relative_to(root / "safe"))
    check(tally, "archive", root / "safe", ["p.zip"], ["p.zip"])
    os.symlink("beside/a_red.tif", root / "l_red.tif")
    os.symlink("beside/a_nir.tif", root / "l_nir.tif")
    check(tally, "links", root, ["l_red.tif", "l_nir.tif"], ["beside/a_red.tif"])


# --- shared ---

def real(tally, root):
    if not (DATA / "real").is_dir():
        tally.skip("real", f"no {os.path.join('..', 'shared', 'data', 'real')}")
        return
    for scene in sorted((DATA / "real").iterdir()):
        if scene.is_dir():
            for mask in ([], ["--mask", "auto-optional"]):
                check(tally, f"{scene.name} {' '.join(mask)}", scene, [*mask, "."])


def cases(tally, root):
    if not CASES.is_dir():
        tally.skip("cases", f"no {os.path.join('..', 'shared', 'cases')}")
        return
    for case in sorted(c for c in CASES.iterdir() if c.is_dir()):
        folder = root / case.name
        shutil.copytree(case, folder)
        shutil.copy(CASES / "nd.py", root)
        subprocess.run([sys.executable, "make.py"], cwd=folder, check=True, capture_output=True)
        check(tally, case.name, folder, ["."])
    netcdf = root / "c07_subdatasets"
    name = "NETCDF:MOD09GQ.A2023123.h18v03.061.nc:sur_refl_b0"
    if netcdf.is_dir():
        check(tally, "netCDF", netcdf, ["--bands", "red=*b01,nir=*b02", name + "1", name + "2"],
              ["MOD09GQ.A2023123.h18v03.061.nc"])


def main():
    tally = Tally()
    if not traceable():
        tally.skip("inputs", "strace is not installed, or may not trace")
        tally.finish()
    with Scratch() as scratch:
        for part in (made, real, cases):
            folder = Path(scratch) / part.__name__
            folder.mkdir()
            part(tally, folder)
    tally.finish()


if __name__ == "__main__":
    main()
