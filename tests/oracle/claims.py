#!/usr/bin/python3
"""Files of which a part claims more than it is: metadata beyond all bounds, pictures that are
larger than their blocks. Each is refused, soon, within --memory, and scenes beside it are done.

Usage: claims.py [--quick]; BUILD as for the other tests.
"""

import struct
import sys

import numpy as np
from osgeo import gdal

from memory import MIB, budget_run, check_bounded, named_budget, write_image
from oracle import PATIENCE, QUICK, SANITIZED, Scratch, Tally, close, compare, ndvi_reference

METADATA = 42112
SIZES = {3: 2, 4: 4, 2: 1}
FORMATS = {3: "H", 4: "I"}
SECONDS = 10  # of a refusal; alone it takes under one, but tests may share their processors


def write_tiff(path, size, bands, blocks, codec=1, rows=None, tile=None, extra=()):
    """A little-endian TIFF of these stored blocks, of 8 or 16 bits by its codec."""
    bits = 8 if codec == 7 else 16
    body, places = bytearray(struct.pack("<2sHI", b"II", 42, 0)), []
    for block in blocks:
        places.append(len(body))
        body += block + b"\0" * (len(block) % 2)
    counts = [len(block) for block in blocks]
    entries = [(256, 4, [size[0]]), (257, 4, [size[1]]), (258, 3, [bits] * bands),
               (259, 3, [codec]), (262, 3, [6 if codec == 7 else 1]), (277, 3, [bands]),
               (284, 3, [1]), (339, 3, [1] * bands), *extra]
    if tile:
        entries += [(322, 4, [tile]), (323, 4, [tile]), (324, 4, places), (325, 4, counts)]
    else:
        entries += [(273, 4, places), (278, 4, [rows or size[1]]), (279, 4, counts)]
    if bands == 2:
        entries.append((338, 3, [0]))
    if codec == 7:
        entries.append((530, 3, [2, 2]))
    directory = struct.pack("<H", len(entries))
    for tag, kind, values in sorted(entries):
        raw = values if kind == 2 else struct.pack(f"<{len(values)}{FORMATS[kind]}", *values)
        count, at = len(raw) // SIZES[kind], len(body)
        if len(raw) <= 4:
            directory += struct.pack("<HHI", tag, kind, count) + raw.ljust(4, b"\0")
        else:
            directory += struct.pack("<HHII", tag, kind, count, at)
            body += raw + b"\0" * (len(raw) % 2)
    struct.pack_into("<I", body, 4, len(body))
    path.write_bytes(bytes(body) + directory + b"\0" * 4)


def xml_documents(size):
    """Name, document, words of its refusal."""
    yield "deep", b"<a>" * (size // 3), "nested deeper"
    names = b"".join(b'a%x="" ' % i for i in range(size // 11))
    yield "attributes", b"<a " + names + b"/>", "more than 64 KiB"
    yield "attribute", b'<GDALMetadata a="' + b"x" * size + b'"/>', "more than 64 KiB"
    yield ("comment", b"<GDALMetadata><!--" + b"x" * size + b"--></GDALMetadata>",
           "more than 64 KiB" if size <= 16 * MIB else "larger than")
    names = b"".join(b"<a%x/>" % i for i in range(size // 11))
    yield "names", b"<GDALMetadata>" + names + b"</GDALMetadata>", "elements or names"
    yield "elements", b"<a>" + b"<b/>" * (size // 4) + b"</a>", "elements or names"


def check_xml(tally, scratch, size):
    rng = np.random.default_rng(3)
    good = rng.integers(1, 5000, (2, 300, 300), dtype="uint16")
    write_image(scratch / "good.tif", good, ["COMPRESS=DEFLATE"])
    want = ndvi_reference(good[0].astype(float), good[1].astype(float))
    for name, xml, words in xml_documents(size):
        name = f"{size >> 20} MiB of XML, {name}"
        if size > 16 * MIB:
            words = "larger than"
        bad = scratch / "bad.tif"
        write_tiff(bad, (64, 64), 2, [b"\1\2" * 64 * 64 * 2], extra=[(METADATA, 2, xml + b"\0")])
        result, report = budget_run(scratch, [bad, scratch / "good.tif"], 64 * MIB, 2,
                                    "--bands", "red=1,nir=2")
        if result.trouble() or report is None:
            tally.fail(name, result.trouble() or "no report")
            continue
        tally.check(words in result.err, name, f"{words!r} not in: {result.last_words()}")
        tally.check(result.seconds < SECONDS * PATIENCE, name, f"took {result.seconds:.1f} s")
        if not SANITIZED:
            tally.check(result.peak <= 24 * MIB, name, f"resident {result.peak / MIB:.1f} MiB")
        scenes = {scene["name"]: scene for scene in report["scenes"]}
        status = [scene["status"] for scene in report["scenes"]]
        tally.check(status.count("ok") == 1 and len(status) == 2, name, f"scenes are {status}")
        fine = next((scene for scene in scenes.values() if scene["status"] == "ok"), None)
        tally.check(fine is not None and close(fine["indices"]["ndvi"]["mean"], want["mean"]), name,
                    "the scene beside it has other numbers")
        bad.unlink()


def jpeg(scratch, pixels, progressive):
    memory = gdal.GetDriverByName("MEM").Create("", pixels.shape[2], pixels.shape[1], 3)
    memory.WriteArray(pixels)
    path = scratch / "block.jpg"
    gdal.GetDriverByName("JPEG").CreateCopy(str(path), memory, options=[
        f"PROGRESSIVE={'YES' if progressive else 'NO'}", "QUALITY=75", "WRITE_EXIF_METADATA=NO"])
    blob = path.read_bytes()
    path.unlink()
    return blob


def check_jpeg(tally, scratch):
    """A last strip of 20,000 rows; and progressive tiles of the size that they should have."""
    name, path = "progressive JPEG, too tall", scratch / "tall.tif"
    flat = np.full((3, 16, 1000), 90, dtype="uint8")
    tall = np.full((3, 20000, 1000), 90, dtype="uint8")
    write_tiff(path, (1000, 64), 3, [jpeg(scratch, flat, False)] * 3 + [jpeg(scratch, tall, True)],
               codec=7, rows=16)
    limit = (64 if SANITIZED else 16) * MIB  # sanitizers take more from the start
    result, _ = budget_run(scratch, [path], limit, 1, "--bands", "red=1,nir=2")
    tally.check(result.rc == 65 and "has several scans" in result.err, name,
                f"exit {result.rc}: {result.last_words()}")
    if not SANITIZED:
        tally.check(result.peak <= 16 * MIB, name, f"resident {result.peak / MIB:.1f} MiB")
    path.unlink()
    name, path = "progressive JPEG, tiles of 1024", scratch / "tiles.tif"
    y, x = np.mgrid[0:1024, 0:1024]
    tile = np.stack([(x + y) // 9 % 200 + 20, x // 7 + 30, y // 7 + 50]).astype("uint8")
    write_tiff(path, (2048, 1024), 3, [jpeg(scratch, tile, True)] * 2, codec=7, tile=1024)
    seen = gdal.Open(str(path)).ReadAsArray().astype(float)
    want = ndvi_reference(seen[0], seen[1])
    result, _ = budget_run(scratch, [path], MIB, 1, "--bands", "red=1,nir=2")
    smallest = named_budget(result.err)
    if result.rc != 75 or smallest is None:
        return tally.fail(name, f"exit {result.rc}, names no budget: {result.last_words()}")
    result, report = budget_run(scratch, [path], smallest, 1, "--bands", "red=1,nir=2")
    if SANITIZED:
        tally.check(result.rc == 0, name, result.last_words())
    else:
        check_bounded(tally, name, result, report, smallest)
    if report:
        wrong = compare(report["scenes"][0]["indices"]["ndvi"], want)
        tally.check(not wrong, name, str(wrong))
    return path.unlink()


def main():
    tally = Tally()
    with Scratch() as scratch:
        for size in (4,) if QUICK else (4, 15, 31):
            check_xml(tally, scratch, size * MIB)
        check_jpeg(tally, scratch)
    tally.finish()


if __name__ == "__main__":
    sys.exit(main())
