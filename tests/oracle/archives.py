#!/usr/bin/python3
"""Archives against what they were made of: generated products are packed by Python's zipfile and
tarfile in ten ways, and each archive must give the names and numbers of the unpacked folder's
--summary, under every executor and both readers, and NumPy's numbers. Then how archives are named,
found, linked, told in reports, kept from being overwritten, and what reading them takes of memory.

Usage: archives.py [--quick]; BUILD as for the other tests.
"""

import io
import json
import os
import random
import shutil
import tarfile
import zipfile
from pathlib import Path

import numpy as np
from osgeo import gdal

from oracle import DATA, QUICK, SANITIZED, Scratch, Tally, load, ndvi_classes, ndvi_singles, run

gdal.UseExceptions()
SIZE = (61, 83)
LANDSAT = "LC08_L2SP_193026_20170805_20201016_02_T1"
SAFE = "S2B_MSIL2A_20220601T101031_N0400_R022_T33UUB_20220601T140000.SAFE"
GRANULE = SAFE + "/GRANULE/L2A_T33UUB_A027340_20220601T101026/IMG_DATA"
# Offset and quantification stand in the metadata alone; they are not those of the baseline's rule.
MTD = """<n1:Level-2A_User_Product xmlns:n1="x"><PRODUCT_URI>%s</PRODUCT_URI>
<PROCESSING_BASELINE>04.00</PROCESSING_BASELINE><BOA_QUANTIFICATION_VALUE unit="none">20000
</BOA_QUANTIFICATION_VALUE><BOA_ADD_OFFSET band_id="3">-700</BOA_ADD_OFFSET>
<BOA_ADD_OFFSET band_id="7">-700</BOA_ADD_OFFSET></n1:Level-2A_User_Product>""" % SAFE
PARTS = 'abcdefghijklmnopqrstuvwxyz'
LONG = "/".join([PARTS * 3] * 5)  # too long for a header of tar


def write(path, arrays, driver="GTiff", options=(), mask=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = np.stack(arrays)
    memory = gdal.GetDriverByName("MEM").Create("", arrays.shape[2], arrays.shape[1], len(arrays),
                                                gdal.GDT_UInt16)
    for i, array in enumerate(arrays):
        memory.GetRasterBand(i + 1).WriteArray(array)
        memory.GetRasterBand(i + 1).SetDescription(("red", "nir")[i] if len(arrays) == 2 else "")
    made = gdal.GetDriverByName(driver).CreateCopy(str(path), memory, options=list(options))
    if mask is not None:
        gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "NO")
        made.CreateMaskBand(gdal.GMF_PER_DATASET)
        made.GetRasterBand(1).GetMaskBand().WriteArray(mask)
    made = None
    for other in path.parent.glob("*.aux.xml"):
        other.unlink()


def bands(rng, low=1200):
    return (rng.integers(low, low + 2000, SIZE).astype("u2"),
            rng.integers(low, low + 6000, SIZE).astype("u2"))


def landsat(folder, rng):
    red, nir = bands(rng, 7300)
    quality = np.where(rng.random(SIZE) < .2, 22280, 21824).astype("u2")
    for band, array in (("SR_B4", red), ("SR_B5", nir), ("QA_PIXEL", quality)):
        write(folder / f"{LANDSAT}_{band}.TIF", [array], options=["COMPRESS=DEFLATE", "TILED=YES",
                                                                  "BLOCKXSIZE=32", "BLOCKYSIZE=32"])
    return ndvi_classes(red, nir, 0, 0, scale=0.0000275, offset=-0.2), (red, nir, quality)


def safe(folder, rng, driver="GTiff", ending="tif", options=("COMPRESS=LZW",)):
    red, nir = bands(rng)
    for band, array in (("B04", red), ("B08", nir)):
        write(folder / GRANULE / "R10m" / f"T33UUB_20220601T101031_{band}_10m.{ending}", [array],
              driver, options)
    (folder / SAFE / "MTD_MSIL2A.xml").write_text(MTD)
    (folder / SAFE / "QI").mkdir()
    (folder / SAFE / "QI" / "preview.tif").write_bytes(b"no image, in no folder of bands")
    return ndvi_classes(red, nir, 0, 0, scale=1 / 20000, offset=-700 / 20000), None


def stack(folder, rng):
    red, nir = bands(rng)
    mask = np.where(rng.random(SIZE) < .3, 0, 255).astype("u1")
    write(folder / "deep" / "er" / "stack.tif", [red, nir], mask=mask)
    write(folder / LONG / "far.tif", [nir, red], options=["COMPRESS=ZSTD", "INTERLEAVE=BAND"])
    return ndvi_classes(red, nir, masked=mask == 0), None


def jp2(folder, rng):
    return safe(folder, rng, "JP2OpenJPEG", "jp2", ["QUALITY=100", "REVERSIBLE=YES"])


# Level-1 digital numbers; coefficients that no rule of a product has.
LEVEL1 = "LC08_L1TP_193026_20170805_20201016_02_T1"
MTL = """GROUP = LANDSAT_METADATA_FILE
  GROUP = PRODUCT_CONTENTS
    PROCESSING_LEVEL = "L1TP"
  END_GROUP = PRODUCT_CONTENTS
  GROUP = IMAGE_ATTRIBUTES
    SUN_ELEVATION = 40.0
  END_GROUP = IMAGE_ATTRIBUTES
  GROUP = LEVEL1_RADIOMETRIC_RESCALING
    REFLECTANCE_MULT_BAND_4 = 3.0E-05
    REFLECTANCE_MULT_BAND_5 = 3.0E-05
    REFLECTANCE_ADD_BAND_4 = -0.12
    REFLECTANCE_ADD_BAND_5 = -0.12
  END_GROUP = LEVEL1_RADIOMETRIC_RESCALING
END_GROUP = LANDSAT_METADATA_FILE
END
"""


def level1(folder, rng):
    red, nir = bands(rng, 7300)
    write(folder / f"{LEVEL1}_B4.TIF", [red])
    write(folder / f"{LEVEL1}_B5.TIF", [nir])
    (folder / f"{LEVEL1}_MTL.txt").write_text(MTL)
    return ndvi_classes(red, nir, 0, 0, scale=3e-5, offset=-0.12), None


def pam(folder, rng):
    """Nodata that FILE.aux.xml alone states."""
    red, nir = bands(rng)
    red[rng.random(SIZE) < .2] = 1234
    write(folder / "a" / "stack.tif", [red, nir])
    (folder / "a" / "stack.tif.aux.xml").write_text(
        '<PAMDataset><PAMRasterBand band="1"><NoDataValue>1234</NoDataValue></PAMRasterBand>'
        '</PAMDataset>')
    return ndvi_classes(red, nir, 1234), None


PRODUCTS = {"level1": level1, "pam": pam, "landsat": landsat, "safe": safe, "stack": stack, "jp2": jp2}


# --- packing ---

def files_of(folder):
    return sorted(p for p in folder.rglob("*") if p.is_file())


def zip_of(path, folder, method, **how):
    """how: zip64 as of 4 GiB, or as a stream, whose sizes stand behind the members."""
    class Stream(io.RawIOBase):
        def __init__(self, out):
            self.out = out

        def writable(self):
            return True

        def write(self, data):
            return self.out.write(data)

    with open(path, "wb") as out:
        target = io.BufferedWriter(Stream(out)) if how.get("stream") else out
        with zipfile.ZipFile(target, "w", method) as archive:
            for file in files_of(folder):
                info = zipfile.ZipInfo.from_file(file, file.relative_to(folder))
                info.compress_type = method
                with archive.open(info, "w", force_zip64=how.get("zip64", False)) as member:
                    member.write(file.read_bytes())
            if how.get("comment"):
                archive.comment = b"PK\1\2 is no end" * 100
        target.flush()


def tar_of(path, folder, form, mode="w"):
    with tarfile.open(path, mode, format=form) as archive:
        for file in [folder] + files_of(folder):
            archive.add(file, "./" + str(file.relative_to(folder)), recursive=False)


PACKINGS = {
    "stored.zip": lambda p, f: zip_of(p, f, zipfile.ZIP_STORED),
    "deflated.ZIP": lambda p, f: zip_of(p, f, zipfile.ZIP_DEFLATED, comment=True),
    "zip64.zip": lambda p, f: zip_of(p, f, zipfile.ZIP_STORED, zip64=True),
    "stream.zip": lambda p, f: zip_of(p, f, zipfile.ZIP_DEFLATED, stream=True),
    "stream_stored.zip": lambda p, f: zip_of(p, f, zipfile.ZIP_STORED, stream=True),
    "gnu.tar": lambda p, f: tar_of(p, f, tarfile.GNU_FORMAT),
    "pax.tar": lambda p, f: tar_of(p, f, tarfile.PAX_FORMAT),
    "packed.tar.gz": lambda p, f: tar_of(p, f, tarfile.PAX_FORMAT, "w:gz"),
    "packed.tgz": lambda p, f: tar_of(p, f, tarfile.GNU_FORMAT, "w:gz"),
    "plain.tar.gz": lambda p, f: tar_of(p, f, tarfile.GNU_FORMAT),
}
PACKED = ("deflated.ZIP", "stream.zip", "packed.tar.gz", "packed.tgz")


# --- comparing ---

def summary(*args):
    result = run(["-q", "--summary", "-", *args])
    found = json.loads(result.out) if result.rc in (0, 1) and result.out else {"scenes": []}
    return result, found["scenes"]


def numbers(scenes):
    return sorted(json.dumps((s["name"], s["status"], s["indices"]), sort_keys=True) for s in scenes)


def check_product(tally, scratch, name, rng):
    folder = scratch / name
    (value, counts), arrays = PRODUCTS[name](folder, rng)
    how = ("--reflectance",) if name == "level1" else ()
    result, scenes = summary(*how, folder)
    # The first scene is NumPy's; the second one of stack is compared with the folder alone.
    first = next(s for s in scenes if "far" not in s["name"])["indices"]["ndvi"]
    mean = float(np.nanmean(value))
    tally.check(result.rc == 0 and first["valid"] == np.isfinite(value).sum() and
                abs(first["mean"] - mean) < 1e-6, f"{name}: the folder by NumPy",
                f"{result.rc} {first} {mean} {result.err}")
    wanted = numbers(scenes)
    executors = (["serial"], ["threads", "-j", "3"], ["openmp", "-j", "2"], ["processes", "-j", "2"])
    for packing, pack in PACKINGS.items():
        if name == "stack" and packing == "gnu.tar" and QUICK:
            continue
        path = scratch / f"{name}-{packing}"
        pack(path, folder)
        for executor in executors[3:] if QUICK else executors:
            for reader in ("auto", "gdal"):
                if (name, packing, reader) == ("stack", "plain.tar.gz", "gdal"):
                    continue  # GDAL takes the name's word that there is gzip
                result, scenes = summary(*how, "--executor", *executor, "--reader", reader, path)
                tally.check(result.rc == 0 and numbers(scenes) == wanted,
                            f"{name} {packing} {executor[0]} {reader}", f"{result.rc} {result.err}")
        result = run(["-q", "--report", scratch / "notes.json", *how, path])
        scenes = (load(scratch / "notes.json") or {}).get("scenes", [])
        for s in scenes:
            notes = [note for note in s["notes"] if "packed" in note]
            tally.check(len(notes) == (packing in PACKED), f"{name} {packing}: its cost is noted",
                        f"{s['name']} {s['notes']} {result.err}")
        tally.check(len(scenes) == len(wanted), f"{name} {packing}: report", result.err)
    return folder, arrays


def check_masks(tally, scratch, arrays):
    red, nir, quality = arrays
    kept = (quality & 31) == 0
    for packing in PACKINGS:
        result, scenes = summary("--executor", "processes", "--mask", "QA_PIXEL&31",
                                 scratch / f"landsat-{packing}")
        found = scenes[0]["indices"]["ndvi"] if scenes else {}
        value = ndvi_singles(red, nir, kept, 0.0000275, -0.2)
        tally.check(found.get("valid") == kept.sum() and found.get("masked") == (~kept).sum() and
                    found["max"] == float(value.max()) and found["min"] == float(value.min()),
                    f"quality band in {packing}", f"{found} {result.err}")


# --- naming and finding ---

def check_named(tally, scratch, folder):
    tar = scratch / "landsat-gnu.tar"
    wanted = numbers(summary(tar)[1])
    place = scratch / "place"
    (place / "sub").mkdir(parents=True)
    shutil.copy(tar, place / "sub" / "x.tar")
    (place / "notes.zip").write_bytes(b"")
    with zipfile.ZipFile(place / "notes.zip", "w") as archive:
        archive.writestr("read.me", "no raster")
    os.symlink("sub/x.tar", place / "again.tar")
    os.symlink(tar, scratch / "link.tar")
    (scratch / "list.txt").write_text(f"{place}/sub/x.tar\n")
    cases = {"a folder": [place], "a list": [f"@{scratch}/list.txt"], "a link": [scratch / "link.tar"],
             "twice": [tar, tar], "two spellings": [tar, f"{scratch}/place/../landsat-gnu.tar"],
             "members": [f"{tar}/{LANDSAT}_SR_B4.TIF", f"{tar}/{LANDSAT}_SR_B5.TIF"],
             "a folder in it": [f"{scratch}/wrapped.zip/a/b"]}
    with zipfile.ZipFile(scratch / "wrapped.zip", "w") as archive:
        for file in files_of(folder):
            archive.write(file, f"a/b/{file.name}")
            archive.writestr(f"other/{file.name}", b"no image")
            archive.writestr(f"a/b/.hidden/{file.name}", b"no image")
            archive.writestr(f"__MACOSX/._{file.name}", b"no image")
    for case, args in cases.items():
        for executor in ("threads", "processes"):
            result, scenes = summary("--executor", executor, *args)
            tally.check(result.rc == 0 and numbers(scenes) == wanted, f"{case} by {executor}",
                        f"{result.rc} {len(scenes)} {result.err}")
    result = run(["-q", "--report", scratch / "r.json", tar])
    text = Path(scratch / "r.json").read_text()
    tally.check(f"landsat-gnu.tar/{LANDSAT}_SR_B4.TIF" in text, "the report names the member")
    result = run(["info", tar])
    tally.check(result.rc == 0 and "landsat-gnu.tar/" in result.out, "info names it", result.out)
    before = tar.read_bytes()
    for name in (tar, scratch / "link.tar"):
        result = run(["-q", "--summary", name, tar])
        tally.check(result.rc != 0 and tar.read_bytes() == before, "no report replaces an archive",
                    f"{result.rc} {result.err}")
    names = set(os.listdir(scratch))
    summary("--executor", "processes", scratch / "landsat-packed.tar.gz")
    tally.check(set(os.listdir(scratch)) == names, "nothing is written beside them")


def check_vrt(tally, scratch, rng):
    """A VRT that is named, its sources in folders below: confined workers read them."""
    folder = scratch / "vrt"
    red, nir = bands(rng)
    write(folder / "a" / "b" / "red.tif", [red])
    write(folder / "c" / "nir.tif", [nir])
    parts = [gdal.Open(str(folder / p)) for p in ("a/b/red.tif", "c/nir.tif")]
    made = gdal.BuildVRT(str(folder / "both.vrt"), parts, separate=True)
    for i, name in enumerate(("red", "nir")):
        made.GetRasterBand(i + 1).SetDescription(name)
    made = parts = None
    here = numbers(summary(folder / "both.vrt")[1])
    for args in ((folder / "both.vrt",), ("--confine", "must", folder / "both.vrt")):
        result, scenes = summary("--executor", "processes", *args)
        if result.rc == 69 and ("kernel" in result.err or SANITIZED):
            tally.skip("confined VRT", "this kernel confines nothing, or a sanitizer is in the way")
            continue
        found = scenes[0]["indices"]["ndvi"] if scenes else {}
        value = ndvi_singles(red, nir, np.ones(SIZE, bool))
        tally.check(result.rc == 0 and numbers(scenes) == here and found["max"] == float(value.max()),
                    f"VRT of files in subfolders {args[0]}", f"{result.rc} {result.err}")
    # Far more files below than rules are made for.
    for i in range(1100):
        (folder / "c" / f"{i}.txt").write_text("")
    result, scenes = summary("--executor", "processes", folder / "both.vrt")
    tally.check(result.rc == 0 and numbers(scenes) == here, "VRT above 1100 files", result.err)


def check_memory(tally, scratch, rng):
    if SANITIZED:
        tally.skip("memory", "a sanitizer takes its own")
        return
    n = 1500 if QUICK else 4000
    big = scratch / "big"
    write(big / "big.tif", [rng.integers(1000, 3000, (n, n)).astype("u2"),
                            rng.integers(1000, 9000, (n, n)).astype("u2")],
          options=["COMPRESS=DEFLATE", "TILED=YES"])
    limit = 192 << 20
    for packing in ("stored.zip", "deflated.ZIP", "packed.tar.gz"):
        path = scratch / f"big-{packing}"
        PACKINGS[packing](path, big)
        for executor in ("threads", "processes"):
            result = run(["-q", "--executor", executor, "-j", "2", "--memory", "192M", "--summary",
                          scratch / "m.json", path], timeout=120, measure=True)
            tally.check(result.rc == 0 and result.peak < limit, f"memory {packing} {executor}",
                        f"{result.rc} {result.peak} {result.err}")


def check_case(tally):
    """The archives of the shared cases, where they are there."""
    case = DATA.parent / "cases" / "c15_archives"
    if not case.is_dir():
        tally.skip("c15_archives", "no ../shared/cases")
        return
    with Scratch() as scratch:
        shutil.copytree(case, Path(scratch) / "cases" / "c15")
        shutil.copy(case.parent / "nd.py", Path(scratch) / "cases")
        folder = Path(scratch) / "cases" / "c15"
        made = os.spawnl(os.P_WAIT, "/usr/bin/python3", "python3", str(folder / "make.py"))
        wanted = load(folder / "expect.json")
        for key, pattern in (("ls", "LC08*.tar"), ("s2", "S2A*.zip"), ("zip", "one.zip"),
                             ("zip", "one.tar.gz")):
            result, scenes = summary(next(folder.glob(pattern)))
            found = scenes[0]["indices"]["ndvi"] if scenes else {}
            tally.check(made == 0 and result.rc == 0 and found["valid"] == wanted[key]["valid"] and
                        all(abs(found[k] - wanted[key][k]) < 1e-6 for k in ("mean", "min", "max",
                                                                            "std")),
                        f"c15 {pattern}", f"{found} {wanted[key]} {result.err}")


def main():
    tally = Tally()
    rng = np.random.default_rng(14)
    random.seed(14)
    with Scratch() as scratch:
        scratch = Path(os.path.realpath(scratch))
        for name in PRODUCTS:
            folder, arrays = check_product(tally, scratch, name, rng)
            if name == "landsat":
                check_masks(tally, scratch, arrays)
                check_named(tally, scratch, folder)
        check_vrt(tally, scratch, rng)
        check_memory(tally, scratch, rng)
    check_case(tally)
    tally.finish()


if __name__ == "__main__":
    main()
