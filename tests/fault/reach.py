#!/usr/bin/python3
"""What a file may make the program read: a folder full of files that point elsewhere. A loopback
server must see nothing, no file outside the folder may be opened, written or removed (watch.c sees
every call), and each such scene fails with words. That the files are dangerous is shown with plain
GDAL, which follows them. Then what must still work: VRTs and archives that are named, --follow.

Usage: reach.py [--quick]; BUILD as for the other tests.
"""

import ctypes
import os
import subprocess
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

import numpy as np  # noqa: E402
from osgeo import gdal  # noqa: E402

from oracle import QUICK, SANITIZED, Scratch, Tally, load, run  # noqa: E402
from preload import preload  # noqa: E402

SIZE = 64
RED = (np.arange(SIZE * SIZE, dtype=np.uint16).reshape(SIZE, SIZE) % 251) + 1
NIR = (RED * 7) % 997 + 1
# Follows what it opens as the program would, with nothing in the way.
PLAIN = """
import sys
from osgeo import gdal
gdal.SetConfigOption('GDAL_VRT_ENABLE_PYTHON', 'YES')
for name in sys.argv[1:]:
    try:
        d = gdal.Open(name)
        b = d.GetRasterBand(1)
        b.GetMaskFlags(); b.GetMaskBand().ReadAsArray(); b.GetOverviewCount()
        b.ReadAsArray(); b.ReadAsArray(buf_xsize=8, buf_ysize=8)
    except Exception: pass
"""


class Server(BaseHTTPRequestHandler):
    seen = []

    def do_GET(self):
        Server.seen.append(self.path)
        self.send_response(404)
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


def write(path, arrays, driver="GTiff", options=()):
    arrays = np.atleast_3d(np.stack(arrays)) if isinstance(arrays, (list, tuple)) else arrays[None]
    memory = gdal.GetDriverByName("MEM").Create("", arrays.shape[2], arrays.shape[1],
                                                arrays.shape[0], gdal.GDT_UInt16)
    for i, array in enumerate(arrays):
        memory.GetRasterBand(i + 1).WriteArray(array)
    made = gdal.GetDriverByName(driver).CreateCopy(str(path), memory, options=list(options))
    del made


def vrt(*sources, extra=""):
    bands = "".join(
        f'<VRTRasterBand dataType="UInt16" band="{i + 1}"><SimpleSource>'
        f'<SourceFilename relativeToVRT="1">{name}</SourceFilename><SourceBand>{band}</SourceBand>'
        "</SimpleSource></VRTRasterBand>" for i, (name, band) in enumerate(sources))
    return f'<VRTDataset rasterXSize="{SIZE}" rasterYSize="{SIZE}">{extra}{bands}</VRTDataset>'


def wms(url, cache):
    return (f"<GDAL_WMS><Service name='TMS'><ServerUrl>{url}</ServerUrl></Service><DataWindow>"
            "<UpperLeftX>-1</UpperLeftX><UpperLeftY>1</UpperLeftY><LowerRightX>1</LowerRightX>"
            "<LowerRightY>-1</LowerRightY><TileLevel>0</TileLevel><TileCountX>1</TileCountX>"
            "<TileCountY>1</TileCountY></DataWindow><BlockSizeX>64</BlockSizeX><BlockSizeY>64"
            f"</BlockSizeY><BandsCount>2</BandsCount><Cache><Path>{cache}</Path><Unique>False"
            "</Unique><Expires>1</Expires><MaxSize>1</MaxSize><CleanTimeout>1</CleanTimeout>"
            "</Cache></GDAL_WMS>")


class Hdf5:
    """As much of the HDF5 library as makes files that point elsewhere."""

    def __init__(self):
        self.lib = ctypes.CDLL("libhdf5_serial.so.103")
        self.lib.H5open()
        for name in ("H5Fcreate", "H5Screate_simple", "H5Dcreate2", "H5Pcreate", "H5Gcreate2"):
            getattr(self.lib, name).restype = ctypes.c_int64
        self.u16 = ctypes.c_int64.in_dll(self.lib, "H5T_NATIVE_UINT16_g").value
        self.dcpl = ctypes.c_int64.in_dll(self.lib, "H5P_CLS_DATASET_CREATE_ID_g").value

    def space(self):
        return self.lib.H5Screate_simple(2, (ctypes.c_uint64 * 2)(SIZE, SIZE), None)

    def make(self, path, kind, target):
        lib, i64 = self.lib, ctypes.c_int64
        handle = lib.H5Fcreate(str(path).encode(), 2, i64(0), i64(0))
        if kind == "link":
            lib.H5Lcreate_external(target.encode(), b"/red", i64(handle), b"red", i64(0), i64(0))
        else:
            plist = lib.H5Pcreate(i64(self.dcpl))
            if kind == "storage":
                lib.H5Pset_external(i64(plist), target.encode(), i64(0),
                                    ctypes.c_uint64(SIZE * SIZE * 2))
            elif kind == "virtual":
                lib.H5Pset_virtual(i64(plist), i64(self.space()), target.encode(), b"/red",
                                   i64(self.space()))
            data = lib.H5Dcreate2(i64(handle), b"red", i64(self.u16), i64(self.space()), i64(0),
                                  i64(plist), i64(0))
            if kind == "plain":
                values = RED.tobytes()
                lib.H5Dwrite(i64(data), i64(self.u16), i64(0), i64(0), i64(0), values)
            lib.H5Dclose(i64(data))
        lib.H5Fclose(i64(handle))


def replace_name(path, old, new):
    """A name inside a file by a shorter one, filled up with NULs."""
    blob = path.read_bytes()
    assert old in blob and len(new) <= len(old), path
    path.write_bytes(blob.replace(old, new + b"\0" * (len(old) - len(new))))


def hdf4_external(path, target):
    """An HDF4 data set whose pixels are in another file."""
    lib = ctypes.CDLL("libmfhdfalt.so.0")
    for name in ("SDstart", "SDcreate", "SDsetexternalfile", "SDwritedata", "SDendaccess", "SDend"):
        getattr(lib, name).restype = ctypes.c_int32
    sd = lib.SDstart(str(path).encode(), 4)
    sds = lib.SDcreate(sd, b"red", 23, 2, (ctypes.c_int32 * 2)(SIZE, SIZE))
    lib.SDsetexternalfile(sds, str(target).encode(), 0)
    start = (ctypes.c_int32 * 2)(0, 0)
    lib.SDwritedata(sds, start, None, (ctypes.c_int32 * 2)(SIZE, SIZE), RED.tobytes())
    lib.SDendaccess(sds)
    lib.SDend(sd)


def make_outside(folder):
    folder.mkdir()
    write(folder / "secret.tif", [RED, NIR])
    (folder / "secret.raw").write_bytes(RED.tobytes() + NIR.tobytes())
    Hdf5().make(folder / "secret.h5", "plain", "")
    for i in range(3):
        (folder / f"old{i}.txt").write_text("precious")
        os.utime(folder / f"old{i}.txt", (1e9, 1e9))


def make_hostile(folder, outside, url):
    """{name of an input: what it is}, all in the folder; names are relative to it."""
    folder.mkdir()
    up = "../outside/secret.tif"
    files = {}

    def text(name, words, what):
        (folder / name).write_text(words)
        files[name] = what

    text("wms.tif", wms(f"{url}/t", outside), "WMS as .tif")
    text("vrt.tif", vrt((up, 1), (up, 2)), "VRT as .tif")
    text("absolute.vrt", vrt((f"{outside}/secret.tif", 1), (f"{outside}/secret.tif", 2)), "VRT")
    text("curl.tif", vrt((f"/vsicurl/{url}/a.tif", 1), (f"/vsicurl/{url}/a.tif", 2)), "VRT, URL")
    text("stream.vrt", vrt((f"/vsicurl_streaming/{url}/a.tif", 1)), "VRT, URL as a stream")
    text("padded.tif", "<!--" + " " * 5000 + "-->" + vrt((up, 1), (up, 2)), "VRT behind 5 KB")
    text("raw.vrt", f'<VRTDataset rasterXSize="{SIZE}" rasterYSize="{SIZE}"><VRTRasterBand '
         'dataType="UInt16" band="1" subClass="VRTRawRasterBand"><SourceFilename relativeToVRT="1">'
         "../outside/secret.raw</SourceFilename></VRTRasterBand></VRTDataset>", "raw VRT")
    text("text.vrt", vrt(("&lt;VRTDataset/&gt;", 1)).replace(
        "&lt;VRTDataset/&gt;", vrt((f"{outside}/secret.tif", 1)).replace("<", "&lt;")),
        "VRT in a VRT's source name")
    text("dap.vrt", vrt((f'NETCDF:"{url}/a.nc":red', 1)), "VRT, DAP")
    text("nc.vrt", vrt((f'HDF5:"{outside}/secret.h5"://red', 1)), "VRT, a container outside")
    text("srs.vrt", vrt(("own.tif", 1), ("own.tif", 2), extra=f"<SRS>{url}/srs</SRS>"),
         "VRT, reference system by URL")
    write(folder / "own.tif", [RED, NIR])
    for name, words in (("mask", vrt((up, 1))), ("maskurl", vrt((f"/vsicurl/{url}/m.tif", 1)))):
        write(folder / f"{name}.tif", [RED, NIR])
        (folder / f"{name}.tif.msk").write_text(words.replace(
            'rasterYSize="64">', 'rasterYSize="64"><Metadata><MDI key="INTERNAL_MASK_FLAGS_1">2'
            "</MDI></Metadata>"))
        files[f"{name}.tif"] = "mask beside it is a VRT"
    write(folder / "over.tif", [RED, NIR])
    (folder / "over.tif.ovr").write_text(vrt((up, 1)))
    write(folder / "aux.tif", [RED, NIR])
    (folder / "aux.tif.aux.xml").write_text(
        f'<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">/vsicurl/{url}/o.tif'
        "</MDI></Metadata></PAMDataset>")
    hdf = Hdf5()
    for kind, target in (("storage", f"{outside}/secret.raw"), ("link", f"{outside}/secret.h5"),
                         ("virtual", f"{outside}/secret.h5")):
        for ext, prefix, tail in (("h5", "HDF5", "://red"), ("nc", "NETCDF", ":red")):
            hdf.make(folder / f"{kind}.{ext}", kind, target)
            files[f'{prefix}:"{kind}.{ext}"{tail}'] = f"{prefix}, {kind}"
    try:
        hdf4_external(folder / "external.hdf", outside / "secret4.raw")
        files["HDF4_SDS:UNKNOWN:external.hdf:0"] = "HDF4, external element"
    except OSError:
        pass
    long = "spill" * 5
    write(folder / f"{long}.img", [RED, NIR], "HFA", ["USE_SPILL=YES"])
    (folder / f"{long}.ige").rename(outside / "s.ige")
    replace_name(folder / f"{long}.img", f"{long}.ige".encode(), b"../outside/s.ige")
    files[f"{long}.img"] = "HFA, .ige"
    write(folder / "data.ers", [RED, NIR], "ERS")
    (folder / "data").rename(outside / "data")
    words = (folder / "data.ers").read_text()
    text("data.ers", words.replace("\tDataType", '\tDataFile = "../outside/data"\n\tDataType'),
         "ERS, its data")
    write(folder / f"{long}.pix", [RED, NIR], "PCIDSK", ["INTERLEAVING=FILE"])
    for i in (1, 2):
        (folder / f"{long}.00{i}").rename(outside / f"c{i}.dat")
    blob = (folder / f"{long}.pix").read_bytes()
    for i in (1, 2):
        name = f"{long}.00{i}".encode()
        blob = blob.replace(name, f"../outside/c{i}.dat".encode().ljust(len(name)))
    (folder / f"{long}.pix").write_bytes(blob)
    files[f"{long}.pix"] = "PCIDSK, a channel's file"
    (folder / ".link").mkdir()
    os.symlink(outside, folder / ".link" / "out")
    text("linked.vrt", vrt((".link/out/secret.tif", 1), (".link/out/secret.tif", 2)), "VRT, a link")
    return files


class Watch:
    """Runs something under watch.c; what it did outside the folder."""

    def __init__(self, scratch, outside):
        self.log, self.outside = scratch / "watch.log", outside
        self.library = preload("watch.c")

    def env(self):
        self.log.unlink(missing_ok=True)
        Server.seen.clear()
        return {"LD_PRELOAD": str(self.library), "WATCH_LOG": str(self.log), "no_proxy": "*",
                "GDAL_VRT_ENABLE_PYTHON": "YES", "GDAL_DRIVER_PATH": "/nowhere",
                "VRT_ALLOW_MEM_DRIVER": "YES", "PROJ_NETWORK": "ON"}

    def lines(self):
        return self.log.read_text(errors="replace").splitlines() if self.log.exists() else []

    def reached(self, folder):
        """What was touched that must not be."""
        found = [f"server: {path}" for path in Server.seen]
        for line in self.lines():
            what, _, path = line.partition(" ")
            real = os.path.realpath(os.path.join(folder, path))
            if what in ("connect", "lookup") or real.startswith(str(self.outside) + "/") or \
                    real == str(self.outside):
                found.append(line)
            elif what in ("unlink", "remove", "rmdir", "rename", "mkdir", "write") and \
                    real.startswith(str(folder) + "/"):
                found.append(line)
        return found


def check_dangerous(tally, watch, folder, files):
    """Plain GDAL goes outside: each file that does is one that the program has to stop."""
    live = []
    for name, what in files.items():
        subprocess.run(["/usr/bin/python3", "-c", PLAIN, name], cwd=folder, capture_output=True,
                       env=dict(os.environ, **watch.env()), timeout=120)
        if watch.reached(folder):
            live.append(what)
    print(f"plain GDAL goes outside with {len(live)} of {len(files)} files: " + "; ".join(live))
    tally.check(len(live) >= 12, "the files are dangerous", f"only {live}")


def check_folder(tally, watch, folder, outside, args):
    before = sorted((p.name, p.read_bytes()) for p in outside.iterdir())
    report = outside.parent / "folder.json"
    result = run(["-q", "-b", "red=1,nir=2", "--report", report, *args, folder], cwd=outside.parent,
                 env=watch.env(), timeout=120)
    name = " ".join(["folder", *args])
    tally.check(result.trouble() is None and result.rc == 1, name, f"{result.rc} {result.err}")
    tally.check(not watch.reached(folder), name, f"reached {watch.reached(folder)[:5]}")
    tally.check(before == sorted((p.name, p.read_bytes()) for p in outside.iterdir()), name,
                "files outside have changed")
    scenes = {s["name"]: s for s in load(report)["scenes"]}
    tally.check(scenes["own"]["status"] == "ok", name, "the good scene has failed")
    for bad in ("wms", "vrt", "curl", "padded", "mask"):
        tally.check(scenes[bad]["status"] == "failed", f"{name}: {bad}", str(scenes[bad])[:200])
    for good in ("over", "aux"):  # overviews are not used, so one that is a VRT does no harm
        tally.check(scenes[good]["status"] == "ok" and scenes[good]["indices"] == scenes["own"]["indices"],
                    f"{name}: {good}", str(scenes[good])[:200])
    tally.check("in a folder that is searched it is not followed: name it itself" in result.err,
                name, "no word on how to read a VRT")


def check_named(tally, watch, folder, files, args):
    for name, what in files.items():
        stack = "red=1,nir=1" if name.endswith(("vrt", "0")) or ":" in name else "red=1,nir=2"
        result = run(["-q", "-b", stack, "--csv", "/dev/null", *args, name], cwd=folder,
                     env=watch.env(), timeout=60)
        label = f"named {' '.join(args)} {what} ({name})"
        tally.check(not watch.reached(folder), label, f"reached {watch.reached(folder)[:5]}")
        tally.check(result.trouble() is None, label, str(result.trouble()))
        if what not in ("VRT, reference system by URL",):
            tally.check(result.rc in (65, 66), label, f"exit status {result.rc}: {result.err}")


def check_good(tally, scratch, folder, outside):
    """What refers to others and is named works; --follow goes outside."""
    def scene(*args, cwd=folder):
        report = scratch / "good.json"
        report.unlink(missing_ok=True)
        result = run(["-q", "-b", "red=1,nir=2", "--report", report, *args], cwd=cwd, timeout=60)
        found = load(report)
        return result, (found or {"scenes": [{}]})["scenes"][0]

    _, wanted = scene("own.tif")
    (folder / "below").mkdir()
    write(folder / "below" / "red.tif", RED)
    write(folder / "below" / "nir.tif", NIR)
    (folder / "two.vrt").write_text(vrt(("below/red.tif", 1), ("below/nir.tif", 1)))
    (folder / "three.vrt").write_text(vrt(("two.vrt", 1), ("two.vrt", 2)))
    (folder / "list.txt").write_text("two.vrt\n")
    with zipfile.ZipFile(folder / "z.zip", "w") as archive:
        archive.write(folder / "own.tif", "in/own.tif")
    write(folder / "c.nc", [RED, NIR], "netCDF", ["FORMAT=NC4"])
    (folder / 'NETCDF:x.tif').write_bytes((folder / "own.tif").read_bytes())
    cases = (("two.vrt",), ("three.vrt",), ("@list.txt",), (str(folder / "two.vrt"),),
             ("/vsizip/z.zip/in/own.tif",), ("/vsizip/" + str(folder / "z.zip/in/own.tif"),),
             ("NETCDF:x.tif",), ("--follow", "vrt.tif"), ("--follow", "absolute.vrt"),
             ("--follow", "linked.vrt"), ("--follow", "data.ers"))
    for case in cases:
        result, found = scene(*case)
        tally.check(result.rc == 0 and found.get("indices") == wanted["indices"], f"good {case}",
                    f"{result.rc} {result.err}")
    for case, words in ((("two.vrt",), "a VRT: reads 2 other files: red.tif, nir.tif"),
                        (("--follow", "vrt.tif"), "a VRT, followed: reads 1 other file: secret.tif")):
        _, found = scene(*case)
        tally.check(any(words in note for note in found.get("notes", [])), f"note {case}",
                    str(found.get("notes")))
    for name in ('NETCDF:"c.nc":Band1', "NETCDF:c.nc:Band1", f'NETCDF:"{folder}/c.nc":Band1',
                 'HDF5:"c.nc"://Band1'):
        result, _ = scene("-b", "red=1,nir=1", name)
        tally.check(result.rc == 0, f"good {name}", f"{result.rc} {result.err}")
    result, _ = scene("vrt.tif")
    tally.check(result.rc == 65 and "pass --follow" in result.err, "VRT that goes outside",
                result.err)
    os.mkdir(scratch / "linkfarm")
    os.symlink(folder / "own.tif", scratch / "linkfarm" / "a.tif")
    result, found = scene("--reader", "gdal", str(scratch / "linkfarm"))
    tally.check(result.rc == 0 and found.get("indices") == wanted["indices"], "a folder of links",
                result.err)


def main():
    tally = Tally()
    with Scratch() as scratch:
        scratch = Path(os.path.realpath(scratch))
        server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        folder, outside = scratch / "folder", scratch / "outside"
        make_outside(outside)
        files = make_hostile(folder, outside, url)
        watch = Watch(scratch, outside)
        check_dangerous(tally, watch, folder, files)
        for args in ([], ["--reader", "gdal"], ["--executor", "processes"]):
            check_folder(tally, watch, folder, outside, args)
        for args in ([],) if QUICK else ([], ["--reader", "gdal"], ["--executor", "processes"]):
            check_named(tally, watch, folder, files, args)
        check_good(tally, scratch, folder, outside)
        server.shutdown()
    tally.finish()


if __name__ == "__main__":
    if SANITIZED:
        only = Tally()
        only.skip("reach", "watch.c does not go with a sanitizer")
        only.finish()
    main()
