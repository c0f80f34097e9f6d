#!/usr/bin/python3
"""Small archives of every form that Python writes, as seeds. usage: archive_seeds.py TAR ZIP"""

import gzip
import io
import sys
import tarfile
import zipfile

LONG = "/".join(["n" * 90] * 4) + ".tif"


def tars(folder):
    for form, name in ((tarfile.USTAR_FORMAT, "ustar"), (tarfile.GNU_FORMAT, "gnu"),
                       (tarfile.PAX_FORMAT, "pax")):
        with tarfile.open(f"{folder}/{name}", "w", format=form) as archive:
            for path in ("a.tif", "b/c.tif") + ((LONG,) if name != "ustar" else ()):
                info = tarfile.TarInfo(path)
                info.size = 700
                info.pax_headers = {"comment": "c"} if name == "pax" else {}
                archive.addfile(info, io.BytesIO(bytes(700)))
            link = tarfile.TarInfo("l.tif")
            link.type, link.linkname = tarfile.SYMTYPE, "a.tif"
            archive.addfile(link)


def gzips(folder):
    """Each of those in gzip, and in two members of it."""
    for name in ("ustar", "gnu", "pax"):
        with open(f"{folder}/{name}", "rb") as file:
            data = file.read()
        with open(f"{folder}/{name}.gz", "wb") as file:
            file.write(gzip.compress(data, mtime=0))
        with open(f"{folder}/{name}-2.gz", "wb") as file:
            file.write(gzip.compress(data[:700], mtime=0) + gzip.compress(data[700:], mtime=0))


def zips(folder):
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        for wide in (False, True):
            with zipfile.ZipFile(f"{folder}/{method}-{wide}", "w", method) as archive:
                for path in ("a.tif", "b/c.tif"):
                    with archive.open(path, "w", force_zip64=wide) as member:
                        member.write(bytes(300))
                archive.comment = b"a comment"


if __name__ == "__main__":
    tars(sys.argv[1])
    gzips(sys.argv[1])
    zips(sys.argv[2])
