#!/usr/bin/python3
"""The budget holds: what the system saw as the largest resident size of the program is within
--memory, for layouts that tempt a reader to hold too much; a budget that is too small is refused
with one that is enough, and it is; memory does not grow with the batch.
"""

import re
import struct
import shutil
import sys
import zlib

import numpy as np
from osgeo import gdal

from oracle import MAKE_SCENE, QUICK, SANITIZED, Scratch, Tally, load, run

MIB = 1 << 20
gdal.UseExceptions()
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}

# label, size, options of make_scene, budgets in MiB
LAYOUTS = (
    ("4096 tiled deflate, 4 bands", "4096x4096", ["--tile", "512", "--codec", "deflate"],
     (12, 16, 24, 64)),
    ("single strip, deflate", "4096x4096", ["--strip", "4096", "--codec", "deflate"],
     (12, 24, 64)),
    ("single strip, no codec", "4096x4096", ["--strip", "4096", "--codec", "none"], (12, 64)),
    ("single strip, planar lzw", "4096x4096",
     ["--strip", "4096", "--codec", "lzw", "--interleave", "band"], (12, 24)),
    ("one tile of 16384, deflate", "5000x5000",
     ["--tile", "16384", "--codec", "deflate", "--bands", "2"],
     (24, 64, 256)),
    ("tiles of 1024, zstd", "4096x4096", ["--tile", "1024", "--codec", "zstd"], (24, 64, 256)),
    ("strips of 16 rows, lzw", "8192x2048", ["--strip", "16", "--codec", "lzw"], (12, 24)),
)
QUICK_LAYOUTS = 3
BANDS = ("--bands", "red=1,nir=2")


def budget_run(scratch, files, budget, workers, *more):
    """(Result with the peak, report) of a run within `budget` bytes."""
    report = scratch / "report.json"
    report.unlink(missing_ok=True)
    result = run(["-q", "--memory", str(budget), "--workers", str(workers), "--report", report,
                  *more, *files], timeout=120, measure=True)
    return result, load(report)


def named_budget(text):
    """The smallest budget that a refusal names, in bytes: what stands behind the last --memory."""
    found = re.findall(r"--memory[ =](\d+)([KMG]?)", text)
    return int(found[-1][0]) * UNITS[found[-1][1]] if found else None


def check_bounded(tally, name, result, report, budget):
    """An accepted run stayed within its budget, by the system's account and by its own."""
    if result.trouble() or result.rc != 0:
        return tally.fail(name, result.trouble() or f"exit {result.rc}: {result.last_words()}")
    if report is None:
        return tally.fail(name, "no report")
    memory = report["memory"]
    print(f"{name:48} budget {budget / MIB:7.1f}  planned {memory['planned_peak_bytes'] / MIB:7.1f}"
          f"  reserved {memory['reserved_peak_bytes'] / MIB:7.1f}"
          f"  resident {result.peak / MIB:7.1f} MiB  workers {report['run']['workers']}"
          f"  {result.seconds:.1f} s", flush=True)
    tally.check(memory["reserved_peak_bytes"] <= memory["planned_peak_bytes"], name,
                f"reserved {memory['reserved_peak_bytes']} bytes, more than the "
                f"{memory['planned_peak_bytes']} that were planned")
    over = [f"{what} {value / MIB:.1f} MiB" for what, value in
            (("resident (system)", result.peak), ("resident (own)", memory["resident_peak_bytes"]),
             ("reserved", memory["reserved_peak_bytes"]),
             ("planned", memory["planned_peak_bytes"])) if value > budget]
    tally.check(not over, name, f"over the budget of {budget / MIB:.1f} MiB: {', '.join(over)}")
    return tally.check(memory["budget_bytes"] == budget, name,
                       f"budget_bytes {memory['budget_bytes']} != {budget}")


def check_layout(tally, scratch, label, size, options, budgets):
    path = scratch / "scene.tif"
    if QUICK:  # still more than the smallest budgets
        size, label = size.replace("4096", "2048"), label.replace("4096", "2048")
    made = run(["--size", size, *options, path], program=MAKE_SCENE, timeout=120)
    if made.rc != 0:
        return tally.fail(label, f"make_scene: {made.last_words()}")
    for budget in budgets:
        for workers in (1, 4):
            name = f"{label}, {workers} workers"
            result, report = budget_run(scratch, [path], budget * MIB, workers)
            if result.rc == 75:
                check_refusal(tally, scratch, f"{name}, {budget}M", path, result, workers)
            else:
                check_bounded(tally, name, result, report, budget * MIB)
    result, _ = budget_run(scratch, [path], MIB, 1)
    check_refusal(tally, scratch, f"{label}, 1M", path, result, 1)
    return path.unlink()


def check_refusal(tally, scratch, name, path, result, workers, more=()):
    """Exit 75, the smallest budget named, and it works."""
    if result.trouble() or result.rc != 75:
        return tally.fail(name, result.trouble() or f"exit {result.rc}, should be 75")
    smallest = named_budget(result.err)
    if smallest is None:
        return tally.fail(name, f"names no budget: {result.last_words()}")
    print(f"{name:48} refused, names {smallest / MIB:.1f} MiB", flush=True)
    # What can be decoded by rows needs little, however large its stored blocks are.
    if name.startswith(("single strip", "one tile of 16384")) and smallest > 24 * MIB:
        return tally.fail(name, "not streamed by rows")
    tally.ok()
    result, report = budget_run(scratch, [path], smallest, workers, *more)
    return check_bounded(tally, f"{name}, at the smallest", result, report, smallest)


# As many values as a run takes, most of them programs, of ten bands at once.
VALUES = ("ndvi,evi,savi,gndvi,mndwi,ndmi,nbr,bsi,ndre,mcari,s2rep,kndvi,msavi,bais2",
          "first=where(nir > red, exp(-red), log(1+blue))", "second=sqrt(nir*green)/(swir16+swir22)")


def check_values(tally, scratch):
    """Sixteen values and the table of small tiles: chunks' results are large, and so are totals."""
    path = scratch / "ten.tif"
    options = ("--index", VALUES[0], "--expr", VALUES[1], "--expr", VALUES[2], "--scale", "0.0001",
               "--offset", "0", "--tiles", scratch / "tiles.csv", "--tile-grid", "256")
    for label, layout in (("tiles", ["--tile", "512"]), ("planar", ["--interleave", "band"]),
                          ("one strip", ["--strip", "2000"])):
        made = run(["--size", "2000", "--bands", "10", *layout, path], program=MAKE_SCENE,
                   timeout=120)
        if made.rc != 0:
            return tally.fail(label, f"make_scene: {made.last_words()}")
        for executor in ("threads", "processes"):
            for workers in (4,) if QUICK else (1, 4):
                name = f"16 values, {label}, {executor}, {workers} workers"
                more = ("--executor", executor, *options)
                result, _ = budget_run(scratch, [path], MIB, workers, *more)
                check_refusal(tally, scratch, f"{name}, 1M", path, result, workers, more)
                result, report = budget_run(scratch, [path], 160 * MIB, workers, *more)
                check_bounded(tally, name, result, report, 160 * MIB)
    return path.unlink()


def check_many(tally, scratch, count):
    """A batch of hard links to a small scene: memory near that of ten. (Symbolic links to one file
    are one scene; a file has 65,000 names at the most.)"""
    path = scratch / "tiny.tif"
    run(["--size", "64x64", "--tile", "64", path], program=MAKE_SCENE)
    peaks, times = {}, {}
    for n in (10, count):
        folder = scratch / f"batch{n}"
        folder.mkdir()
        for i in range(n):
            if i % 50000 == 0:
                path = folder / f"scene_{i:06}.tif"
                shutil.copyfile(scratch / "tiny.tif", path)
            else:
                (folder / f"scene_{i:06}.tif").hardlink_to(path)
        for workers in (1, 3):
            result, report = budget_run(scratch, [folder], 64 * MIB, workers)
            name = f"{n} scenes, {workers} workers"
            check_bounded(tally, name, result, report, 64 * MIB)
            if report:
                tally.check(len(report["scenes"]) == n, name,
                            f"{len(report['scenes'])} rows in the report")
            peaks[n, workers], times[n, workers] = result.peak, result.seconds
    for workers in (1, 3):
        few, many = peaks[10, workers], peaks[count, workers]
        grown = many - few
        allowed = 3 * MIB + 400 * count  # names and paths are all that may grow
        tally.check(grown <= allowed, f"{count} scenes against 10, {workers} workers",
                    f"resident grew by {grown / MIB:.1f} MiB")
        print(f"{count} scenes: {times[count, workers] / count * 1e6:.0f} us a scene, "
              f"resident {few / MIB:.1f} -> {many / MIB:.1f} MiB")


VRT_BAND = ('<VRTRasterBand dataType="UInt16" band="{0}"><Description>{1}</Description>'
            '<SimpleSource><SourceFilename relativeToVRT="1">{1}.tif</SourceFilename>'
            '<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>')


def check_vrt(tally, scratch):
    """A VRT's own blocks are small, those of its sources are not."""
    size = 1500
    for name in ("red", "nir"):
        pixels = np.random.default_rng(1).integers(1, 10000, (size, size), dtype="uint16")
        write_image(scratch / f"{name}.tif", [pixels], ["COMPRESS=DEFLATE", f"BLOCKYSIZE={size}"])
    path = scratch / "stack.vrt"
    path.write_text(f'<VRTDataset rasterXSize="{size}" rasterYSize="{size}">'
                    + VRT_BAND.format(1, "red") + VRT_BAND.format(2, "nir") + "</VRTDataset>")
    for workers in (1, 4):
        check_at_smallest(tally, scratch, "VRT of two strips", path, workers)
        result, report = budget_run(scratch, [path], 160 * MIB, workers)
        check_bounded(tally, f"VRT of two strips, {workers} workers", result, report, 160 * MIB)


def check_tags(tally, scratch):
    """Metadata are read in pieces, and no open file holds them."""
    path = scratch / "tags.tif"
    pixels = np.ones((1024, 1024), dtype="uint16")
    write_image(path, [pixels, pixels], ["TILED=YES"], {"NOTES": "x" * (12 * MIB)})
    for workers in (1, 8):
        check_at_smallest(tally, scratch, "12 MiB of metadata", path, workers)
        result, report = budget_run(scratch, [path], 64 * MIB, workers)
        check_bounded(tally, f"12 MiB of metadata, {workers} workers", result, report, 64 * MIB)


def check_libtiff(tally, scratch):
    """libtiff and the libraries of its codecs, 2.3 to 2.6 MiB, are loaded when a file needs them, long
    after the plan was made; what is planned for the program has room for them."""
    offered = gdal.GetDriverByName("GTiff").GetMetadataItem("DMD_CREATIONOPTIONLIST")
    y, x = np.mgrid[0:1024, 0:1024]
    pixels = ((x // 7) % 60 + (y // 5) % 40 + 20).astype("u1")
    for codec, n in (("JPEG", 2), ("LERC_ZSTD", 2), ("WEBP", 4)):
        if f"<Value>{codec}<" not in offered:
            tally.skip(codec, "this GDAL cannot write it")
            continue
        path = scratch / f"{codec}.tif"
        options = ["TILED=YES", f"COMPRESS={codec}", "INTERLEAVE=PIXEL"]
        write_image(path, [pixels] * n, options, kind=gdal.GDT_Byte)
        for executor in ("threads", "processes"):
            for workers in (1, 4):
                more = ("--executor", executor)
                result, _ = budget_run(scratch, [path], MIB, workers, *more)
                check_refusal(tally, scratch, f"libtiff's {codec}, {executor}, {workers} workers", path,
                              result, workers, more)


def jp2(tile, *more):
    return ["QUALITY=100", "REVERSIBLE=YES", f"BLOCKXSIZE={tile}", f"BLOCKYSIZE={tile}", *more]


# label, driver, size, bands, type, creation options: decoders that hold far more than a block
FORMATS = (
    ("JPEG 2000, one tile, 4 bands", "JP2OpenJPEG", 2400, 4, gdal.GDT_Byte, jp2(2400)),
    ("progressive JPEG", "JPEG", 3200, 3, gdal.GDT_Byte, ["PROGRESSIVE=ON"]),
    ("interlaced PNG", "adam7", 3000, 3, gdal.GDT_Byte, []),
    ("JPEG 2000, one tile, 16 bit", "JP2OpenJPEG", 2400, 2, gdal.GDT_UInt16, jp2(2400)),
    ("JPEG 2000, tiles of 2048", "JP2OpenJPEG", 4096, 3, gdal.GDT_UInt16, jp2(2048)),
    ("JPEG 2000, lossy", "JP2OpenJPEG", 2400, 3, gdal.GDT_UInt16,
     ["QUALITY=20", "REVERSIBLE=NO", "BLOCKXSIZE=2400", "BLOCKYSIZE=2400"]),
    ("JPEG 2000, small code blocks", "JP2OpenJPEG", 2000, 2, gdal.GDT_Byte,
     jp2(2000, "CODEBLOCK_WIDTH=8", "CODEBLOCK_HEIGHT=8")),
    ("JPEG 2000, tiles of 64", "JP2OpenJPEG", 800, 2, gdal.GDT_Byte, jp2(64)),
    ("lossless WebP", "WEBP", 3000, 3, gdal.GDT_Byte, ["LOSSLESS=YES"]),
    ("baseline JPEG", "JPEG", 3200, 3, gdal.GDT_Byte, []),
    ("PNG, 16 bit", "PNG", 3000, 2, gdal.GDT_UInt16, []),
    ("Erdas, compressed", "HFA", 3000, 2, gdal.GDT_UInt16, ["COMPRESSED=YES"]),
)
QUICK_FORMATS = 3


def adam7(path, pixels):
    """PNG, 8.2: seven passes, each a small image of its own. Lines unfiltered."""
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
              (0, 1, 1, 2))
    data = b""
    for x, y, x_step, y_step in passes:
        rows = pixels[y::y_step, x::x_step].reshape(len(pixels[y::y_step]), -1)
        data += np.hstack([np.zeros((len(rows), 1), "u1"), rows]).tobytes()

    def piece(kind, content):
        return (struct.pack(">I", len(content)) + kind + content
                + struct.pack(">I", zlib.crc32(kind + content)))

    size = pixels.shape[0]
    path.write_bytes(b"\x89PNG\r\n\x1a\n"
                     + piece(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 1))
                     + piece(b"IDAT", zlib.compress(data, 1)) + piece(b"IEND", b""))


def check_format(tally, scratch, label, driver, size, bands, kind, options):
    """At the limit that is called enough, with one worker and with what two need."""
    path = scratch / "image.bin"
    y, x = np.mgrid[0:size, 0:size]
    pixels = ((x // 7) % 60 + (y // 5) % 40 + 20).astype("u1" if kind == gdal.GDT_Byte else "u2")
    if driver == "adam7":
        adam7(path, np.dstack([pixels] * bands))
    elif gdal.GetDriverByName(driver) is None:
        return tally.skip(label, f"this GDAL has no driver {driver}")
    else:
        image = gdal.GetDriverByName("MEM").Create("", size, size, bands, kind)
        for b in range(1, bands + 1):
            image.GetRasterBand(b).WriteArray(pixels + pixels.dtype.type(b))
        gdal.GetDriverByName(driver).CreateCopy(str(path), image, options=options)
    result, _ = budget_run(scratch, [path], MIB, 1, *BANDS)
    smallest = named_budget(result.err)
    if smallest is None:
        return tally.fail(label, f"names no budget: {result.last_words()}")
    for workers in (1, 2):
        budget = smallest * workers
        result, report = budget_run(scratch, [path], budget, workers, *BANDS)
        check_bounded(tally, f"{label}, {workers} workers", result, report, budget)
    return path.unlink()


# label, pixels of the quality band along 2048 of the scene, its creation options
MASKS = (
    ("same grid, one strip", 1024, ["COMPRESS=DEFLATE", "BLOCKYSIZE=1024"]),
    ("half the grid, tiles", 512, ["TILED=YES", "COMPRESS=LZW"]),
    ("twice the grid, one strip", 2048, ["BLOCKYSIZE=2048", "COMPRESS=DEFLATE"]),
)


def check_masks(tally, scratch):
    """Planes of quality bands, on whatever grid, and what reading them takes are planned for."""
    folder = scratch / "masked"
    folder.mkdir()
    size = 1024
    y, x = np.mgrid[0:size, 0:size]
    write_image(folder / "a_B04.tif", [(x % 99 + 1).astype("u2")], ["TILED=YES"])
    write_image(folder / "a_B08.tif", [(y % 98 + 1).astype("u2")], ["TILED=YES"])
    for label, pixels, options in MASKS:
        codes = np.random.default_rng(2).integers(0, 12, (pixels, pixels))
        write_image(folder / "a_SCL.tif", [codes.astype("u2")], options)
        for executor in ("threads", "processes"):
            for workers in (4,) if QUICK else (1, 4):
                name = f"mask, {label}, {executor}, {workers} workers"
                more = ("--executor", executor, "--mask", "SCL=4-7")
                result, _ = budget_run(scratch, [folder], MIB, workers, *more)
                check_refusal(tally, scratch, f"{name}, 1M", folder, result, workers, more)
                result, report = budget_run(scratch, [folder], 96 * MIB, workers, *more)
                check_bounded(tally, name, result, report, 96 * MIB)
                masked = report and report["scenes"][0]["indices"]["ndvi"]["masked"]
                tally.check(masked, f"{name}: pixels are masked", str(masked))


def write_image(path, bands, options, metadata=None, kind=gdal.GDT_UInt16):
    rows, columns = bands[0].shape
    image = gdal.GetDriverByName("GTiff").Create(str(path), columns, rows, len(bands), kind, options)
    image.SetMetadata(metadata or {})
    for i, pixels in enumerate(bands, 1):
        image.GetRasterBand(i).WriteArray(pixels)
        image.GetRasterBand(i).SetDescription(("red", "nir", "green", "blue")[i - 1])


def check_at_smallest(tally, scratch, label, path, workers):
    result, _ = budget_run(scratch, [path], MIB, workers)
    check_refusal(tally, scratch, f"{label}, 1M, {workers} workers", path, result, workers)


def main():
    tally = Tally()
    if SANITIZED:
        tally.skip("memory", "a sanitizer's own memory would be measured")
        tally.finish()
    with Scratch() as scratch:
        for layout in LAYOUTS[:QUICK_LAYOUTS] if QUICK else LAYOUTS:
            check_layout(tally, scratch, *layout)
        check_values(tally, scratch)
        check_vrt(tally, scratch)
        check_masks(tally, scratch)
        check_tags(tally, scratch)
        check_libtiff(tally, scratch)
        for image in FORMATS[:QUICK_FORMATS] if QUICK else FORMATS:
            check_format(tally, scratch, *image)
        check_many(tally, scratch, 1000 if QUICK else 3000)
    tally.finish()


if __name__ == "__main__":
    sys.exit(main())
