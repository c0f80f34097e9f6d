#!/usr/bin/python3
"""imgpipe check: each block of a file is decoded once, and a block that is bad is named.

    check.py [--quick]

Files of six blocks are written here in every layout and codec; each block in turn is overwritten,
put behind the file's end, or given no bytes, and must be named by its number, which is worked out
from the layout. Files are cut at every twentieth of their length. GDAL, which reads each file in a
process of its own, says which of the shared files are bad: where it is of another opinion the file
stands in a list here, with the reason.
"""

import contextlib
import itertools
import json
import multiprocessing
import os
import shutil
import signal
import struct
import subprocess
import tarfile
import time
import zipfile

import numpy as np
from osgeo import gdal

from oracle import (DATA, IMGPIPE, PATIENCE, QUICK, SANITIZED, Scratch, Tally, limit_memory, run)

MAX_BYTES = 300_000_000  # that GDAL is asked to read of one image
NOT_IMAGES = (".md", ".aux.xml", ".ovr", ".msk", ".py", ".sh", ".c", ".json", ".xml", ".txt")
INTEGER = {3: "H", 4: "I", 16: "Q"}


def checked(args, timeout=60):
    """Result of a run, and its lines as objects."""
    result = run(["check", "--json", "-", *args], timeout=timeout)
    return result, [json.loads(line) for line in result.out.splitlines()]


# --- what is stored, read here once more ---


class Index:
    """Offsets and byte counts of one directory of a little-endian TIFF file, and where they stand."""

    def __init__(self, path, directory=0):
        data = path.read_bytes()
        assert data[:4] == b"II*\0", path
        at = struct.unpack_from("<I", data, 4)[0]
        for _ in range(directory):
            n = struct.unpack_from("<H", data, at)[0]
            at = struct.unpack_from("<I", data, at + 2 + 12 * n)[0]
        self.path = path
        for i in range(struct.unpack_from("<H", data, at)[0]):
            entry = at + 2 + 12 * i
            tag, kind, count = struct.unpack_from("<HHI", data, entry)
            if tag in (273, 324):
                self.offsets = self.array(data, entry, kind, count)
            if tag in (279, 325):
                self.counts = self.array(data, entry, kind, count)

    @staticmethod
    def array(data, entry, kind, count):
        """[(place in the file, format, value)]"""
        size = struct.calcsize(INTEGER[kind])
        at = entry + 8 if count * size <= 4 else struct.unpack_from("<I", data, entry + 8)[0]
        return [(at + i * size, INTEGER[kind], struct.unpack_from("<" + INTEGER[kind], data,
                                                                  at + i * size)[0])
                for i in range(count)]

    def copy(self, to):
        shutil.copyfile(self.path, to)
        return open(to, "r+b")

    def overwrite(self, block, to):
        """What no codec takes: no Clear, no magic number, no end of the row."""
        with self.copy(to) as f:
            f.seek(self.offsets[block][2])
            f.write(b"\x80" * self.counts[block][2])

    def put(self, to, *values):
        with self.copy(to) as f:
            for (at, form, _), value in values:
                f.seek(at)
                f.write(struct.pack("<" + form, value))


# --- files of six blocks ---

LAYOUTS = {  # name: width, height, bands, creation options, blocks across, down, a plane a band
    "tiles": (48, 32, 3, ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16", "INTERLEAVE=PIXEL"], 3, 2, False),
    "tiles apart": (48, 16, 2, ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16", "INTERLEAVE=BAND"], 3, 1, True),
    "strips": (40, 48, 3, ["BLOCKYSIZE=8", "INTERLEAVE=PIXEL"], 1, 6, False),
    "strips apart": (40, 20, 2, ["BLOCKYSIZE=8", "INTERLEAVE=BAND"], 1, 3, True),
}
CODECS = ("NONE", "DEFLATE", "LZW", "ZSTD", "LZMA", "PACKBITS", "JPEG", "LERC", "WEBP")


def codecs():
    text = gdal.GetDriverByName("GTiff").GetMetadataItem("DMD_CREATIONOPTIONLIST")
    return [codec for codec in CODECS if f">{codec}<" in text]


def write(path, width, height, bands, options, dtype=gdal.GDT_Byte, mask=None):
    """Random numbers. mask: "inside" or "beside"."""
    rng = np.random.default_rng(1)
    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "NO" if mask == "beside" else "YES")
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), width, height, bands, dtype, options)
    if mask:
        dataset.CreateMaskBand(gdal.GMF_PER_DATASET)
    for i in range(bands):
        dataset.GetRasterBand(i + 1).WriteArray(
            rng.integers(0, 256, (height, width)).astype(np.uint8))
    if mask:
        dataset.GetRasterBand(1).GetMaskBand().WriteArray(
            (rng.integers(0, 2, (height, width)) * 255).astype(np.uint8))
    dataset = None


def name_of(block, layout):
    """How a message calls it, by the layout alone."""
    _, _, _, options, across, down, apart = LAYOUTS[layout]
    band, rest = divmod(block, across * down)
    row, column = divmod(rest, across)
    words = f", band {band + 1}" if apart else ""
    if "tiles" in layout:
        return f"tile {block} (column {column}, row {row}{words}): "
    return f"strip {block} (row {row * 8}{words}): "


def damages(index, block, codec, size):
    """name, function that writes it, words that must be there"""
    if codec != "NONE":
        yield "overwritten", lambda to: index.overwrite(block, to), "fetch it again"
    behind = (index.offsets[block], size + 1000 + block) if index.offsets[block][1] != "H" else None
    if behind:
        yield "behind the end", lambda to: index.put(to, behind), f"the file ends at byte {size}"
    yield "without bytes", lambda to: index.put(to, (index.counts[block], 0)), "0 bytes are stored"


def six_blocks(tally, work):
    ways = (["-j1"], ["--executor", "processes", "-j2"])
    for layout, codec in itertools.product(LAYOUTS, codecs()):
        width, height, bands, options, across, down, apart = LAYOUTS[layout]
        if codec == "WEBP" and apart:
            continue
        path, bad = work / "six.tif", work / "bad.tif"
        write(path, width, height, bands, [*options, f"COMPRESS={codec}"])
        size, n = path.stat().st_size, len(Index(path).offsets)
        result, (line,) = checked([path])
        tally.check(result.rc == 0 and line["status"] == "ok" and line["blocks"] == n == 6
                    and line["blocks_decoded"] == 6, f"{layout}, {codec}", str(line))
        index = Index(path)
        for block in range(6):
            for name, damage, words in damages(index, block, codec, size):
                damage(bad)
                for way in ways[:1] if QUICK or name != "overwritten" else ways:
                    result, (line,) = checked([*way, bad])
                    want = name_of(block, layout)
                    tally.check(result.rc == 1 and line["status"] == "bad"
                                and line["error"].startswith(want) and words in line["error"],
                                f"{layout}, {codec}, block {block} {name}", f"{want}: {line}")
            index.put(bad, (index.counts[block], 0), (index.offsets[block], 0))
            result, (line,) = checked([bad])
            tally.check(result.rc == 0 and line["blocks_not_stored"] == 1
                        and line["blocks_decoded"] == 5,
                        f"{layout}, {codec}, block {block} not stored", str(line))


def masks(tally, work):
    """Masks in strips and tiles of their own, inside and beside; each block of them in turn."""
    for where, apart in itertools.product(("inside", "beside"), (False, True)):
        path = work / "masked.tif"
        shutil.rmtree(work / "m", ignore_errors=True)
        options = ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16", "COMPRESS=DEFLATE",
                   f"INTERLEAVE={'BAND' if apart else 'PIXEL'}"]
        write(path, 48, 40, 2, options, mask=where)
        index = Index(path, 1) if where == "inside" else Index(work / "masked.tif.msk")
        result, (line,) = checked([path])
        n = len(index.offsets)
        tally.check(result.rc == 0 and line["has_mask"] and line["mask_blocks"] == n
                    and line["blocks"] == 9 * (2 if apart else 1)
                    and line["blocks_decoded"] == line["blocks"] + n,
                    f"a mask {where}", str(line))
        for block in range(n):
            (work / "m").mkdir(exist_ok=True)
            bad = work / "m" / "bad.tif"
            shutil.copyfile(path, bad)
            if where == "beside":
                index.overwrite(block, work / "m" / "bad.tif.msk")
            else:
                index.overwrite(block, bad)
            result, (line,) = checked([bad])
            tally.check(result.rc == 1 and "mask: " in line["error"]
                        and f" {block} (" in line["error"],
                        f"a mask {where}, block {block}", str(line))
        for each in work.glob("masked.tif*"):
            each.unlink()


# --- what is cut ---


def cut(tally, work):
    kinds = {"tiles": ["TILED=YES", "COMPRESS=DEFLATE"], "strips": ["COMPRESS=LZW"],
             "uncompressed": [], "apart": ["INTERLEAVE=BAND", "COMPRESS=ZSTD", "TILED=YES"],
             "BigTIFF": ["BIGTIFF=YES", "COMPRESS=DEFLATE"], "JPEG": ["COMPRESS=JPEG", "TILED=YES"]}
    for kind, options in kinds.items():
        path, part = work / "whole.tif", work / "part.tif"
        write(path, 300, 500, 3, options)
        data = path.read_bytes()
        for twentieth in range(21):
            part.write_bytes(data[:len(data) * twentieth // 20])
            result, (line,) = checked([part])
            good = twentieth == 20
            tally.check(result.rc == (0 if good else 1)
                        and line["status"] == ("ok" if good else "bad"),
                        f"{kind}, {twentieth}/20 of it", str(line))
    path = work / "whole.tif"
    write(path, 512, 512, 1, ["TILED=YES", "COMPRESS=DEFLATE", "BLOCKXSIZE=64", "BLOCKYSIZE=64"])
    index = Index(path)
    half = path.stat().st_size // 2
    os.truncate(path, half)
    behind = sum(at >= half for _, _, at in index.offsets)
    _, (line,) = checked([path])
    tally.check(f"and {behind} of 64 blocks lie behind that; the file is not complete" in line["error"],
                "how many blocks are missing", line["error"])


# --- what others say ---


def read_all(path):
    """How many errors GDAL has with it; None: too large. Runs in the child."""
    errors = []
    gdal.DontUseExceptions()
    gdal.PushErrorHandler(lambda kind, code, text:
                          errors.append(text) if kind >= gdal.CE_Failure else None)
    dataset = gdal.OpenEx(str(path), gdal.OF_RASTER)
    if dataset is None or dataset.RasterCount == 0:
        return ["does not open"]
    width, height = dataset.RasterXSize, dataset.RasterYSize
    size = gdal.GetDataTypeSize(dataset.GetRasterBand(1).DataType) // 8
    if width * height * size * dataset.RasterCount > MAX_BYTES:
        return None
    for i in range(dataset.RasterCount):
        band = dataset.GetRasterBand(i + 1)
        masks = [band.GetMaskBand()] if band.GetMaskFlags() == gdal.GMF_PER_DATASET else []
        for source in [band, *masks]:
            if source.ReadRaster() is None:
                errors.append("cannot be read")
    return errors


def child(path, pipe):
    limit_memory(6)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    pipe.send(read_all(path))


def ask_gdal(path, timeout=60):
    near, far = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=child, args=(path, far), daemon=True)
    process.start()
    far.close()
    try:
        return near.recv() if near.poll(timeout) else ["takes too long"]
    except EOFError:
        return ["GDAL died"]
    finally:
        process.kill()
        process.join()


def images(folder):
    return [path for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.endswith(NOT_IMAGES)]


# Files that GDAL takes and check refuses, or the other way round: why.
TAGS = "GDAL complains of private tags, on which no pixel depends"
ENTRIES = "blocks without an entry in the index: libtiff makes up byte counts, check does not"
DIFFERENCES = {
    "tiff-broken/asarubbo-poc/00118-libtiff-outside-unsigned-char-tif_dirwrite": TAGS,
    "tiff-broken/fuzzing-corpus/2fb543eb0facbbe0d83360f30b8db1c57031d88d-5": TAGS,
    "tiff-broken/gdal/cog_strile_arrays_zeroified_when_possible.tif":
        "byte counts are 0; GDAL finds them in front of the blocks, where COGs repeat them",
    "tiff-broken/gdal/hugeblocksize.tif":
        "one pixel, and nothing is stored: how large a block would be does not matter",
    "tiff-broken/gdal/size_of_stripbytecount_lower_than_stripcount.tif": ENTRIES,
    "tiff-broken/gdal/stripbytecounts_count_not_same_as_stripoffsets_count.tif": ENTRIES,
    "tiff-broken/made/one-bytecount-4gib.tif":
        "the byte count is wrong, and the block whole: GDAL says an error and reads it",
    "tiff-broken/made/one-bytecount-zero.tif":
        "a block with a place and no bytes: GDAL takes it for one that is not stored",
    "tiff-broken/made/one-tile-inflates-to-1gib.tif":
        "a stream far longer than its block: GDAL reads the block's part",
    "tiff-broken/pillow/tiff_overflow_rows_per_strip.tif":
        "a strip with less than its rows, uncompressed: GDAL reads zeros for the rest",
}


def corpus(tally, folder, name):
    files = images(folder)
    for path in files:
        relative = f"{name}/{path.relative_to(folder)}"
        result, lines = checked([path])
        trouble = "" if result.rc in (0, 1, 66, 69, 75) and len(lines) == 1 else str(result.rc)
        if trouble or result.timed_out:
            tally.fail(relative, f"exit status {result.rc}: {result.last_words()}")
            continue
        said = ask_gdal(path)
        if said is None or lines[0]["status"] == "unread":
            tally.skip(relative, "too large to be judged by GDAL" if said is None
                       else lines[0]["error"])
            continue
        same = (lines[0]["status"] == "ok") == (not said)
        why = f"check: {lines[0].get('error', 'ok')}; GDAL: {said[:1] or 'ok'}"
        if relative in DIFFERENCES:
            tally.check(not same, relative, f"is no difference any more: {why}")
        else:
            tally.check(same, relative, why)


def blocks_by_gdal(path):
    dataset = gdal.Open(str(path))
    x, y = dataset.GetRasterBand(1).GetBlockSize()
    apart = dataset.GetMetadataItem("INTERLEAVE", "IMAGE_STRUCTURE") == "BAND"
    blocks = -(-dataset.RasterXSize // x) * -(-dataset.RasterYSize // y)
    return (dataset.RasterXSize, dataset.RasterYSize, dataset.RasterCount,
            blocks * (dataset.RasterCount if apart else 1))


def real(tally, folder):
    result, lines = checked([folder], timeout=300)
    tally.check(result.rc == 0 and len(lines) > 50, "real", f"{result.rc}, {len(lines)} files")
    for line in lines:
        width, height, bands, blocks = blocks_by_gdal(line["file"])
        got = (line["x_size"], line["y_size"], line["bands"], line["blocks"])
        every = line["blocks"] - line["blocks_not_stored"] + line["mask_blocks"] - line["mask_blocks_not_stored"]
        good = line["status"] == "ok" and got == (width, height, bands, blocks)
        if line["reader"] == "tiff":
            good = good and line["blocks_decoded"] == every
        tally.check(good, line["file"], f"{line}, GDAL: {width, height, bands, blocks}")
    texts = set()
    for way in (["-j1"], ["-j3"], ["--executor", "serial"], ["--executor", "openmp"],
                ["--executor", "processes", "-j2"], ["--executor", "processes", "--transport", "pipe"],
                ["--memory", "120M"]):
        texts.add(run(["check", *way, folder], timeout=300).out)
    tally.check(len(texts) == 1, "one text from every executor", f"{len(texts)} texts")


# --- what belongs to no image ---


def readers(tally, work):
    """What GDAL reads, in folders, archives and VRTs; whole and damaged."""
    folder = work / "kinds"
    folder.mkdir()
    write(folder / "good.tif", 200, 200, 2, ["COMPRESS=DEFLATE", "TILED=YES"])
    index = Index(folder / "good.tif")
    gdal.Translate(str(folder / "good.jp2"), str(folder / "good.tif"), format="JP2OpenJPEG",
                   creationOptions=["QUALITY=100", "REVERSIBLE=YES"])
    gdal.Translate(str(folder / "good.img"), str(folder / "good.tif"), format="ENVI")
    for aux in folder.glob("*.xml"):
        aux.unlink()
    gdal.Translate(str(folder / "found.vrt"), str(folder / "good.tif"), format="VRT")
    (folder / "notes.img").write_text("no image\n")
    (folder / "zero.tif").write_bytes(bytes(5000))
    (folder / "empty.tif").write_bytes(b"")
    index.overwrite(0, folder / "bad.tif")
    data = (folder / "good.jp2").read_bytes()
    (folder / "bad.jp2").write_bytes(data[:len(data) // 3])
    shutil.copyfile(folder / "good.hdr", folder / "short.hdr")
    (folder / "short.img").write_bytes((folder / "good.img").read_bytes()[:9000])
    os.symlink("nowhere", folder / "link.tif")
    result, lines = checked([folder])
    got = {os.path.basename(line["file"]): line["status"] for line in lines}
    want = {"good.tif": "ok", "good.jp2": "ok", "good.img": "ok", "found.vrt": "skipped",
            "notes.img": "skipped", "zero.tif": "bad", "empty.tif": "bad", "bad.tif": "bad",
            "bad.jp2": "bad", "short.img": "bad", "link.tif": "bad"}
    tally.check(result.rc == 1 and got == want, "a folder of all kinds", f"{got}")
    for each in ("notes.img", "zero.tif"):
        result, (line,) = checked([folder / each])
        tally.check(result.rc == 1 and line["status"] == "bad", f"{each}, named", str(line))
    result, (line,) = checked([folder / "found.vrt"])
    tally.check(result.rc == 0 and line["codec"] == "VRT", "a VRT, named", str(line))
    shutil.move(folder / "good.tif", work / "kept.tif")
    shutil.copyfile(folder / "bad.tif", folder / "good.tif")
    result, (line,) = checked([folder / "found.vrt"])
    tally.check(result.rc == 1 and line["status"] == "bad", "a VRT of a bad file", str(line))
    shutil.move(work / "kept.tif", folder / "good.tif")
    archives(tally, work, folder)


def archives(tally, work, folder):
    names = ("good.tif", "bad.tif")
    for kind in ("stored.zip", "packed.zip", "a.tar", "a.tar.gz"):
        path = work / kind
        if kind.endswith("zip"):
            method = zipfile.ZIP_STORED if kind == "stored.zip" else zipfile.ZIP_DEFLATED
            with zipfile.ZipFile(path, "w", method) as archive:
                for name in names:
                    archive.write(folder / name, name)
        else:
            with tarfile.open(path, "w:gz" if kind.endswith("gz") else "w") as archive:
                for name in names:
                    archive.add(folder / name, name)
        result, lines = checked([path])
        got = {os.path.basename(line["file"]): line["status"] for line in lines}
        tally.check(result.rc == 1 and got == {"good.tif": "ok", "bad.tif": "bad"},
                    kind, f"{result.rc} {lines}")


def large_blocks(tally, work):
    """Strips of more than 8 MiB, decoded by rows where memory is short: each once, for many bands."""
    path = work / "large.tif"
    write(path, 3000, 3000, 20, ["COMPRESS=DEFLATE", "BLOCKYSIZE=3000", "INTERLEAVE=BAND", "ZLEVEL=1"])
    for memory in ("24M", "100M", "1G"):
        result, (line,) = checked(["-m", memory, path], timeout=200)
        tally.check(result.rc == 0 and line["blocks_decoded"] == 20,
                    f"20 strips of 9 MB, {memory}", f"{result.rc} {line}")
    index = Index(path)
    index.overwrite(13, work / "bad.tif")
    for memory in ("24M", "1G"):
        result, (line,) = checked(["-m", memory, work / "bad.tif"], timeout=200)
        tally.check(result.rc == 1 and line["error"].startswith("strip 13 (row 0, band 14): "),
                    f"strip 13 of 20, {memory}", str(line))
    peak = run(["check", "-m", "24M", "-j1", path], timeout=200, measure=True).peak
    tally.check(SANITIZED or peak <= 24 << 20, "resident peak", f"{peak >> 20} MiB of 24")
    return path


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            return [int(word) for word in f.read().split()]
    except OSError:
        return []


def crash(tally, work, large):
    """A worker that dies while it decodes a file: the file is named, the others are checked."""
    write(work / "small.tif", 100, 100, 1, ["COMPRESS=DEFLATE"])
    for attempt in range(20):
        process = subprocess.Popen(
            [str(IMGPIPE), "check", "--executor", "processes", "-j1", "--confine", "off", "--json",
             "-", str(large), str(work / "small.tif")], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        end, killed = time.monotonic() + 20 * PATIENCE, False
        time.sleep(0.03 * (attempt + 1) * PATIENCE)
        while not killed and time.monotonic() < end and process.poll() is None:
            for pid in children(process.pid)[-1:]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSEGV)
                    killed = True
        lines = [json.loads(line) for line in process.communicate()[0].splitlines()]
        got = [line["status"] for line in lines]
        if got == ["bad", "ok"]:
            break
    tally.check(got == ["bad", "ok"] and process.returncode == 1 and "SIGSEGV" in lines[0]["error"],
                "a worker that dies", f"{process.returncode} {lines}")


if __name__ == "__main__":
    tally = Tally()
    with Scratch() as scratch:
        six_blocks(tally, scratch)
        masks(tally, scratch)
        cut(tally, scratch)
        readers(tally, scratch)
        crash(tally, scratch, large_blocks(tally, scratch))
    if DATA.is_dir():
        real(tally, DATA / "real")
        corpus(tally, DATA / "tiff-broken", "tiff-broken")
        corpus(tally, DATA.parent / "hostile", "hostile")
    else:
        tally.skip("real, tiff-broken, hostile", f"no ../shared/data (looked in {DATA})")
    tally.finish()
