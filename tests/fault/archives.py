#!/usr/bin/python3
"""Archives that lie: every field of their headers in turn, names that lead out, links, devices,
bombs, encryption, cuts at every place. Each is refused in words, with its exit code, in little time
and memory, and nothing outside is read or written; what lies harmlessly gives the right numbers.

Usage: archives.py [--quick]; BUILD as for the other tests.
"""

import gzip
import io
import json
import os
import random
import struct
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

import numpy as np  # noqa: E402
from osgeo import gdal  # noqa: E402

from oracle import PATIENCE, QUICK, SANITIZED, Scratch, Tally, run  # noqa: E402

gdal.UseExceptions()
PEAK = 300 << 20


def image(codec="DEFLATE", size=40):
    """A red and NIR stack as bytes."""
    y, x = np.mgrid[0:size, 0:size].astype("u2")
    made = gdal.GetDriverByName("GTiff").Create("/vsimem/a.tif", size, size, 2, gdal.GDT_UInt16,
                                                ["COMPRESS=" + codec])
    made.GetRasterBand(1).WriteArray(x % 13 + 1)
    made.GetRasterBand(2).WriteArray(y % 17 + 20)
    made.GetRasterBand(1).SetDescription("red")
    made.GetRasterBand(2).SetDescription("nir")
    made = None
    size = gdal.VSIStatL("/vsimem/a.tif").size
    file = gdal.VSIFOpenL("/vsimem/a.tif", "rb")
    data = bytes(gdal.VSIFReadL(1, size, file))
    gdal.VSIFCloseL(file)
    return data


IMAGE = image()


def zipped(names=("a.tif",), method=zipfile.ZIP_STORED, data=IMAGE):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name in names:
            info = zipfile.ZipInfo("x")
            info.filename = name  # as it is: Python would mend it
            info.compress_type = method
            archive.writestr(info, data)
    return bytearray(out.getvalue())


def tarred(name="a.tif", kind=tarfile.REGTYPE, data=IMAGE, form=tarfile.USTAR_FORMAT, mode="w",
           **fields):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form) as archive:
        info = tarfile.TarInfo(name)
        info.type = kind
        info.size = len(data) if kind == tarfile.REGTYPE else 0
        for key, value in fields.items():
            setattr(info, key, value)
        archive.addfile(info, io.BytesIO(data))
    return bytearray(out.getvalue())


def sealed(header):
    """A header of tar with the right checksum."""
    header = bytearray(header)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return header


def tar_with(offset, value, name="a.tif"):
    data = tarred(name)
    data[offset:offset + len(value)] = value
    data[:512] = sealed(data[:512])
    return data


def zip_field(at, where, value, method=zipfile.ZIP_STORED):
    """The field at a distance from the start of a record ("local", "central", "end")."""
    data = zipped(method=method)
    start = {"local": 0, "central": data.rfind(b"PK\1\2"), "end": data.rfind(b"PK\5\6")}[where]
    data[start + at:start + at + len(value)] = value
    return data


def u16(value):
    return struct.pack("<H", value)


def u32(value):
    return struct.pack("<I", value)


def overlapping():
    """Two records of the directory for one member, under two names (as Fifield's bomb has it)."""
    data = zipped(("a.tif", "b.tif"))
    second = data.rfind(b"PK\1\2")
    data[second + 42:second + 46] = u32(0)
    data[second + 46:second + 51] = b"a.tif"
    return data


def pax(records, kind=b"x"):
    """An extended header in front of a member of ustar."""
    body = b""
    for key, value in records:
        text = b" %s=%s\n" % (key, value)
        n = len(text)
        while len(str(n).encode()) + len(text) != n:
            n = len(str(n).encode()) + len(text)
        body += str(n).encode() + text
    header = bytearray(tarred("pax", data=b"")[:512])
    header[156:157] = kind
    header[124:136] = b"%011o\0" % len(body)
    return bytes(sealed(header)) + body + bytes(-len(body) % 512) + bytes(tarred())


def gnu_long(name, size=None):
    header = bytearray(tarred("long", data=b"")[:512])
    header[156:157] = b"L"
    header[124:136] = b"%011o\0" % (len(name) if size is None else size)
    return bytes(sealed(header)) + name + bytes(-len(name) % 512) + bytes(tarred())


def bomb_gz(gib):
    """So many GiB of zeros as the first member of a .tar.gz: about 1 MiB each."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    header = bytearray(tarred("zeros.tif", data=b"")[:512])
    header[124:136] = b"%011o\0" % min(gib << 30, 8 ** 11 - 1)
    out = [packer.compress(bytes(sealed(header)))]
    block = bytes(1 << 24)
    for _ in range(gib << 6):
        out.append(packer.compress(block))
    return b"".join(out + [packer.flush()])


def many_zip(n):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for i in range(n):
            archive.writestr(f"{i}.txt", b"")
    return out.getvalue()


LIES = ("contradict each other",)
REFUSED = {
    # zip: each field of the directory, of a member's own header and of the end
    "not.zip": (b"<html>no such product</html>", 65, "is no archive that is read"),
    "empty.zip": (b"", 65, "is no archive that is read"),
    "none.zip": (many_zip(0), 66, "no raster files in this archive"),
    "text.zip": (many_zip(3), 66, "no raster files in this archive"),
    "inner.zip": (zipped(("in.tar",), data=bytes(tarred())), 66, "not opened in there"),
    "signature.zip": (zip_field(0, "central", b"PK\1\3"), 65, "damaged"),
    "local.zip": (zip_field(2, "local", b"\5"), 65, None),
    "encrypted.zip": (zip_field(8, "central", u16(1)), 65, LIES),
    "method.zip": (zip_field(10, "central", u16(12)), 65, LIES),
    "stored.zip": (zip_field(20, "central", u32(len(IMAGE) - 1)), 65, LIES),
    "unpacked.zip": (zip_field(24, "central", u32(len(IMAGE) + 1)), 65, LIES),
    "both.zip": (zip_field(20, "central", u32(1 << 30) * 2), 65, LIES),
    "name_length.zip": (zip_field(28, "central", u16(900)), 65, "damaged"),
    "extra_length.zip": (zip_field(30, "central", u16(9)), 65, "damaged"),
    "comment_length.zip": (zip_field(32, "central", u16(9)), 65, "damaged"),
    "disk.zip": (zip_field(34, "central", u16(3)), 65, "one part of several"),
    "offset.zip": (zip_field(42, "central", u32(7)), 65, "damaged"),
    "far.zip": (zip_field(42, "central", u32(1 << 31)), 65, "ends too early"),
    "wide.zip": (zip_field(42, "central", u32(0xffffffff)), 65, None),
    "local_name.zip": (zip_field(30, "local", b"b"), 65, LIES),
    "local_method.zip": (zip_field(8, "local", u16(8)), 65, LIES),
    "local_stored.zip": (zip_field(18, "local", u32(5)), 65, LIES),
    "local_bytes.zip": (zip_field(22, "local", u32(5)), 65, LIES),
    "local_extra.zip": (zip_field(28, "local", u16(60000)), 65, LIES),
    "count.zip": (zip_field(10, "end", u16(2)), 65, ("one part of several", )),
    "counts.zip": (zip_field(8, "end", u16(2) * 2), 65, "damaged"),
    "fewer.zip": (zip_field(8, "end", u16(0) * 2), 65, LIES),
    "end_disk.zip": (zip_field(4, "end", u16(1)), 65, "one part of several"),
    "directory_bytes.zip": (zip_field(12, "end", u32(1 << 28)), 65, LIES),
    "directory_at.zip": (zip_field(16, "end", u32(1 << 28)), 65, LIES),
    "end_comment.zip": (zip_field(20, "end", u16(5)), 65, LIES),
    "zip64.zip": (zip_field(8, "end", u16(0xffff) * 2), 65, LIES),
    "two_ends.zip": (zipped() + b"PK\5\6" + bytes(18) + b"x", 65, LIES),
    "overlap.zip": (overlapping(), 65, "overlap"),
    "ratio.zip": (zip_field(24, "central", u32(1 << 30), zipfile.ZIP_DEFLATED), 65, LIES),
    "twice.zip": (zipped(("a.tif", "./a.tif")), 65, "the same name"),
    "folder_too.zip": (zipped(("a.tif", "a.tif/b.tif")), 65, "the same name"),
    "up.zip": (zipped(("../a.tif",)), 65, "absolute, leads out"),
    "up_inside.zip": (zipped(("x/../../a.tif",)), 65, "absolute, leads out"),
    "root.zip": (zipped(("/tmp/a.tif",)), 65, "absolute, leads out"),
    "backslash.zip": (zipped(("..\\a.tif",)), 65, "absolute, leads out"),
    "nul.zip": (zipped(("a.tif\0.txt",)), 65, "absolute, leads out"),
    "long.zip": (zipped(("d/" * 600 + "a.tif",)), 65, "more than 1023 bytes"),
    "deep.zip": (zipped(("d/" * 40 + "a.tif",)), 66, "nested too deep"),
    # tar
    "not.tar": (b"no tar" * 200, 65, "is no archive that is read"),
    "zeros.tar": (bytes(10240), 65, "is no archive that is read"),
    "html.tar.gz": (gzip.compress(b"<html>" * 200), 65, "is no archive that is read"),
    "checksum.tar": (tarred()[:150] + b"9" + tarred()[151:], 65, "is no archive that is read"),
    "size.tar": (tar_with(124, b"77777777777\0"), 65, "ends too early"),
    "size256.tar": (tar_with(124, b"\x80" + b"\xff" * 11), 65, LIES),
    "negative.tar": (tar_with(124, b"\xff" * 12), 65, LIES),
    "size_text.tar": (tar_with(124, b"12x45678901\0"), 65, LIES),
    "up.tar": (tar_with(0, b"../a.tif\0"), 65, "absolute, leads out"),
    "root.tar": (tar_with(0, b"/etc/a.tif\0"), 65, "absolute, leads out"),
    "prefix.tar": (tar_with(345, b"../../x\0"), 65, "absolute, leads out"),
    "backslash.tar": (tar_with(0, b"..\\a.tif\0"), 65, "absolute, leads out"),
    "symlink.tar": (tarred("a.tif", tarfile.SYMTYPE, linkname="/etc/passwd"), 65, "is a link"),
    "hard_link.tar": (tarred("a.tif", tarfile.LNKTYPE, linkname="b.tif"), 65, "is a link"),
    "device.tar": (tarred("a.tif", tarfile.CHRTYPE, devmajor=1, devminor=5), 65, "no regular file"),
    "fifo.tar": (tarred("a.tif", tarfile.FIFOTYPE), 65, "no regular file"),
    "sparse.tar": (tar_with(156, b"S"), 65, "sparse"),
    "pax_sparse.tar": (pax([(b"GNU.sparse.major", b"1")]), 65, "sparse"),
    "pax_path.tar": (pax([(b"path", b"../b.tif")]), 65, "absolute, leads out"),
    "pax_nul.tar": (pax([(b"path", b"b.tif\0x")]), 65, "absolute, leads out"),
    "pax_size.tar": (pax([(b"size", b"99999999999")]), 65, "ends too early"),
    "pax_huge.tar": (pax([(b"size", b"9" * 30)]), 65, LIES),
    "pax_negative.tar": (pax([(b"size", b"-1")]), 65, LIES),
    "pax_global.tar": (pax([(b"path", b"b.tif")], b"g"), 65, LIES),
    "pax_long.tar": (pax([(b"path", b"b" * 2000)]), 65, "more than 1023 bytes"),
    "pax_broken.tar": (pax([(b"path", b"b.tif")]).replace(b" path=", b" path:"), 65, "damaged"),
    "gnu_up.tar": (gnu_long(b"../b.tif\0"), 65, "absolute, leads out"),
    "gnu_long.tar": (gnu_long(b"b" * 5000), 65, "more than 1023 bytes"),
    "gnu_huge.tar": (gnu_long(b"b", 1 << 32), 65, "more than 1 MiB"),
    "no_end.tar": (tarred()[:512 + len(IMAGE) + -len(IMAGE) % 512], 65, "ends too early"),
    "gz_cut.tar.gz": (gzip.compress(bytes(tarred()))[:-30], 65, "ends too early"),
    "gz_sum.tar.gz": (gzip.compress(bytes(tarred()))[:-8] + bytes(8), 65, "damaged"),
    "gz_bomb.tgz": (bomb_gz(2), 65, "as a zip bomb"),
    # others
    "a.7z": (b"7z\xbc\xaf'\x1c" + bytes(60), 65, "not read; unpack it"),
    "a.rar": (b"Rar!\x1a\7" + bytes(60), 65, "not read; unpack it"),
    "a.tar.bz2": (b"BZh9" + bytes(60), 65, "not read; unpack it"),
    "a.tar.xz": (b"\xfd7zXZ" + bytes(60), 65, "not read; unpack it"),
    "a.tif.gz": (gzip.compress(IMAGE), 65, "not read; unpack it"),
}


def password_zip():
    """Encrypted in both headers, as archivers do it."""
    data = zip_field(8, "central", u16(1))
    data[6:8] = u16(1)
    return data


def odd_method_zip():
    data = zip_field(10, "central", u16(12))
    data[8:10] = u16(12)
    return data


def vrt_zip():
    return zipped(("a.vrt",), data=b'<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand '
                  b'dataType="Byte" band="1"><SimpleSource><SourceFilename>/etc/passwd'
                  b'</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>')


def link_zip():
    info = zipfile.ZipInfo("a.tif")
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, b"/etc/passwd")
    return out.getvalue()


REFUSED.update({
    "password.zip": (password_zip(), 65, "is encrypted"),
    "odd_method.zip": (odd_method_zip(), 65, "other than DEFLATE"),
    "vrt.zip": (vrt_zip(), 65, "in an archive it is not followed"),
    "link.zip": (link_zip(), 65, "is a link"),
    "inside.zip": (zipped(("a.tif",), data=IMAGE[:200]), 65, "a.tif"),
})


def end_of_record_outside():
    """A TIFF whose blocks lie in the neighbour: its own bytes end before them."""
    plain = image("NONE")
    cut = len(plain) - 2000
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.tif", plain[:cut])
        archive.writestr("b.bin", bytes(8000))
    return out.getvalue()


REFUSED["neighbour.zip"] = (end_of_record_outside(), 65, "a.tif")


def check_refused(tally, folder):
    for name, (data, code, words) in REFUSED.items():
        path = folder / name
        path.write_bytes(data)
        words = (words,) if isinstance(words, (str, type(None))) else words
        for executor in ("threads", "processes"):
            result = run(["-q", "--executor", executor, "--summary", folder / "s.json", path],
                         timeout=20 * PATIENCE, measure=not SANITIZED)
            told = name in result.err and any(w is None or w in result.err for w in words)
            why = result.trouble()
            tally.check(not why and result.rc == code and told, f"{name} by {executor}",
                        why or f"exit {result.rc}, not {code}: {result.err}")
            tally.check(result.seconds < 8 * PATIENCE and (SANITIZED or result.peak < PEAK),
                        f"{name}: time and memory", f"{result.seconds} s, {result.peak} bytes")
        path.unlink()


def check_good(tally, folder):
    """What lies harmlessly, or not at all."""
    (folder / "plain.tif").write_bytes(IMAGE)
    wanted = json.loads(run(["-q", "--summary", "-", folder / "plain.tif"]).out)
    wanted = wanted["scenes"][0]["indices"]
    good = {
        "version.zip": zip_field(6, "central", u16(99)),
        "time.zip": zip_field(12, "central", u32(0xffffffff)),
        "attributes.zip": zip_field(38, "central", u32(0xffff)),
        "dots.zip": zipped(("./x//a.tif",)),
        "comment.zip": zipped()[:-2] + u16(4) + b"PK\1\2",
        "names.zip": zipped(("a b;'$(x)\n\x1b[31m.tif",)),
        "uid.tar": tar_with(108, b"xxxxxxx\0"),
        "dots.tar": tar_with(0, b"./x//a.tif\0"),
        "old.tar": tar_with(156, b"\0"),
        "size256.tar": tar_with(124, b"\x80" + len(IMAGE).to_bytes(11, "big")),
        "pax.tar": pax([(b"path", b"long/" + b"y" * 200 + b".tif"), (b"mtime", b"1.5")]),
        "gnu.tar": gnu_long(b"long/" + b"z" * 200 + b".tif\0"),
        "global.tar": pax([(b"comment", b"1234")], b"g"),
        "two.tar.gz": gzip.compress(bytes(tarred())[:700]) + gzip.compress(bytes(tarred())[700:]),
        "padded.tar.gz": gzip.compress(bytes(tarred())) + bytes(100),
        "renamed.zip": bytes(tarred()),
        "renamed.tar": bytes(zipped()),
    }
    for name, data in good.items():
        (folder / name).write_bytes(data)
        for executor in ("threads", "processes"):
            result = run(["-q", "--executor", executor, "--summary", "-", folder / name])
            found = json.loads(result.out)["scenes"] if result.out else [{}]
            tally.check(result.rc == 0 and found[0].get("indices") == wanted,
                        f"good {name} by {executor}", f"{result.rc} {result.err}")
            tally.check("\x1b" not in result.out + result.err, f"{name}: no control characters")
        (folder / name).unlink()


def check_cuts(tally, folder):
    """Cut anywhere: refused, or the same numbers where only what nobody needs is missing."""
    for name, data in (("c.zip", bytes(zipped())), ("c.tar", bytes(tarred())),
                       ("c.tar.gz", gzip.compress(bytes(tarred()))),
                       ("d.zip", bytes(zipped(method=zipfile.ZIP_DEFLATED)))):
        lengths = range(0, len(data), 97 if QUICK else 13)
        bad = []
        for length in lengths:
            (folder / name).write_bytes(data[:length])
            result = run(["-q", folder / name], timeout=10 * PATIENCE)
            whole = name == "c.tar" and length >= 512 * 2 + len(IMAGE) + -len(IMAGE) % 512
            if result.trouble() or (result.rc != 65 and not (whole and result.rc == 0)):
                bad.append((length, result.rc, result.err))
        tally.check(not bad, f"{name} cut at {len(lengths)} places", str(bad[:3]))


def check_flips(tally, folder):
    """Any byte of the headers changed: no crash, no hang, no unexplained exit."""
    random.seed(7)
    for name, data in (("f.zip", zipped()), ("f.tar", tarred()), ("p.tar", pax([(b"size", b"12")])),
                       ("g.zip", zipped(method=zipfile.ZIP_DEFLATED))):
        bad = []
        for _ in range(60 if QUICK else 600):
            changed = bytearray(data)
            for _ in range(random.randint(1, 3)):
                places = list(range(512)) + list(range(len(data) - 100, len(data)))
                changed[random.choice(places) % len(data)] = random.randrange(256)
            (folder / name).write_bytes(changed)
            result = run(["-q", folder / name], timeout=10 * PATIENCE)
            if result.trouble():
                bad.append((bytes(changed).hex()[:200], result.trouble()))
        tally.check(not bad, f"{name} with bytes changed", str(bad[:2]))


def check_others(tally, folder):
    """A bad archive in a searched folder fails alone; one without rasters is passed over."""
    place = folder / "place"
    place.mkdir()
    (place / "good.tar").write_bytes(tarred("good.tif"))
    (place / "bad.zip").write_bytes(overlapping())
    (place / "words.zip").write_bytes(many_zip(2))
    (place / "inner.zip").write_bytes(zipped(("in.tar",), data=bytes(tarred())))
    os.mkfifo(place / "pipe.zip")
    result = run(["-q", "--summary", "-", place])
    found = {os.path.basename(s["name"]): s["status"] for s in json.loads(result.out)["scenes"]}
    tally.check(result.rc == 1 and found == {"good": "ok", "bad.zip": "failed"}, "a searched folder",
                f"{result.rc} {found} {result.err}")
    result = run(["-q", place / "pipe.zip"], timeout=10 * PATIENCE)
    tally.check(result.rc == 66 and "no regular file" in result.err, "a pipe", result.err)
    result = run(["-q", place / "good.tar" / "nothing.tif"])
    tally.check(result.rc == 66 and "no such member" in result.err, "a member that is not there",
                result.err)
    result = run(["-q", f"{place}/good.tar/x/../../../../etc/passwd"])
    tally.check(result.rc == 66 and "no such member" in result.err, "a name that leads out",
                result.err)
    (place / "large.zip").write_bytes(many_zip(70000))
    result = run(["-q", place / "large.zip"], timeout=20 * PATIENCE)
    tally.check(result.rc == 65 and "more than 65536 members" in result.err, "70000 members",
                result.err)


def main():
    tally = Tally()
    with Scratch() as scratch:
        folder = Path(os.path.realpath(scratch))
        before = os.listdir("/tmp")
        check_refused(tally, folder)
        check_good(tally, folder)
        check_cuts(tally, folder)
        check_flips(tally, folder)
        check_others(tally, folder)
        gone = [n for n in set(os.listdir("/tmp")) - set(before) if n.endswith((".tif", ".tar"))]
        tally.check(not gone, "nothing was written outside", str(gone))
    tally.finish()


if __name__ == "__main__":
    main()
