#!/usr/bin/python3
"""Maps of scenes that were not made for it, against NumPy through GDAL: every scene of ../shared/data/real as
float32, bit for bit, and as int16; the cases of ../shared/cases; the odd files of ../shared/data/tiff-odd that
the program takes. Which bands, scales and nodata are right is what real.py, cases.py and odd.py show; here they
are the report's, and counts are those of expected.json. One of 10980 x 10980 pixels, in the full run.

    maps_real.py [--quick]
"""

import multiprocessing
import os
import sys

import numpy as np
from osgeo import gdal

import map_checks as m
from cases import ROWS, SHARED, copy_of
from corpus import files_of
from maps import run_maps
from oracle import DATA, MAKE_SCENE, QUICK, Scratch, Tally, close, load, run
from real import bands_option, source_files

# The kinds of encoding in turn.
WAYS = (["--type", "float32"], ["--co", "COMPRESS=ZSTD", "--co", "BLOCKSIZE=256"],
        ["--type", "float32", "--co", "COMPRESS=LZW", "--co", "PREDICTOR=NO", "--format", "gtiff"],
        ["--type", "uint8", "--co", "BLOCKSIZE=128"])


def facts_of(scene, folder):
    """Of red and NIR, as the report has them."""
    facts = {}
    for role in ("red", "nir"):
        band = scene["bands"][role]
        nodata = band["nodata"]
        facts[role] = (os.path.join(folder, band["file"]), band["band"], band["scale"], band["offset"],
                       float(nodata) if isinstance(nodata, str) else nodata)
    return facts


def check_scene(tally, name, out, entry, words, folder=".", want=None, whole=True):
    """The map of one scene of a report. want: numbers that are known of it."""
    scene = m.Scene(facts_of(entry, folder))
    values, _ = scene.index(("nir", "red"))
    if want:
        good = values[~np.isnan(values)].astype(np.float64)
        right = good.size == want["count"] and (not good.size or close(good.mean(), want["mean"]))
        tally.check(right, f"{name}: valid pixels and their mean", f"{good.size}, not {want['count']}")
    output = entry["outputs"][0]
    path = out / os.path.basename(output["path"])
    cog = "gtiff" not in words
    tile = next((int(w[10:]) for w in words if w.startswith("BLOCKSIZE=")), 512)
    m.check_values(tally, name, path, values, output, tile=tile, cog=cog, overviews=cog)
    m.check_words(tally, name, path, output, {"INDEX": "ndvi", "FORMULA": "(nir-red)/(nir+red)", "BANDS": "red: ",
                                              "SCENE": entry["name"]})
    if whole:
        m.check_place(tally, name, path, facts_of(entry, folder)["red"][0])


# --- real scenes ---


def real(tally, scratch):
    root = DATA / "real"
    if not root.is_dir():
        tally.skip("real scenes", "no ../shared/data")
        return
    scenes = [s for s in load(root / "expected.json")["scenes"] if "ndvi" in s]
    for i, scene in enumerate(scenes):
        if QUICK and (i % 4 or scene["total"] > 1500000):
            continue
        files, _ = source_files(scene, root / scene["id"])
        for words in ([WAYS[i % 4]] if QUICK else WAYS):
            name = f"{scene['id']} {' '.join(words)}"
            words = ["--raw", "--bands", bands_option(scene), *words]
            made = run_maps(tally, scratch, name, files, words)
            if made:
                check_scene(tally, name, made[0], made[1], words, want=scene["ndvi"])


# --- cases ---


def cases(tally, scratch):
    if not (SHARED / "cases").is_dir():
        tally.skip("cases", "no ../shared/cases")
        return
    for case, rows in ROWS.items():
        if not (SHARED / "cases" / case / "make.py").exists() or case == "c07_subdatasets":
            continue
        folder = copy_of(SHARED / "cases" / case, scratch)
        for command, _ in rows[:2] if QUICK else rows:
            words = command.split()
            if "--mask" in words:
                continue  # masks: maps.py
            made = run_maps(tally, scratch, f"{case}: {command}", [], ["--type", "float32", *words], cwd=folder)
            for entry in made[2]["scenes"] if made else ():
                if entry["status"] == "ok":
                    check_case(tally, f"{case}: {command}, {entry['name']}", made[0], entry, folder)


def check_case(tally, name, out, entry, folder):
    """Archives are read by GDAL's own way; images within files have other names there."""
    if any(".zip" in file or ".tar" in file for file in entry["files"]):
        for band in entry["bands"].values():
            file = str(folder / band["file"])
            prefix = "/vsizip/" if ".zip/" in file else "/vsitar/"
            band["file"] = prefix + file
    check_scene(tally, name, out, entry, [], folder, whole="worldfile" not in name)


# --- odd files: GDAL reads them in a process of its own, as some kill it ---


def compare_odd(pipe, path, entry, output, file):
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        scene = m.Scene(facts_of(entry, path))
        values, _ = scene.index(("nir", "red"))
        tally = Tally()
        sys.stdout = open(os.devnull, "w", encoding="utf-8")
        m.check_values(tally, entry["name"], file, values, output)
        pipe.send(("same", "") if not tally.failed else ("other", "; ".join(tally.failures)))
    except Exception as why:  # what GDAL cannot read is odd.py's matter
        pipe.send(("unread", f"{type(why).__name__} {why}"))


def check_odd(tally, root, entry, out):
    output = entry["outputs"][0]
    near, far = multiprocessing.get_context("fork").Pipe()
    child = multiprocessing.get_context("fork").Process(
        target=compare_odd, args=(far, root, entry, output, out / os.path.basename(output["path"])))
    child.start()
    far.close()
    answer = ("unread", "GDAL died, or hung")
    if near.poll(60):
        try:
            answer = near.recv()
        except EOFError:
            pass
    child.kill()
    child.join()
    if answer[0] != "unread":
        tally.check(answer[0] == "same", f"odd: {entry['files'][0]}", answer[1])
    return answer[0]


def band_count(path):
    dataset = gdal.OpenEx(str(path), gdal.OF_RASTER)
    if dataset.RasterXSize * dataset.RasterYSize > 4000000:
        raise RuntimeError("large")
    return 1 if dataset.RasterCount == 1 else 2


def odd(tally, scratch):
    root = DATA / "tiff-odd"
    if not root.is_dir():
        tally.skip("odd files", "no ../shared/data")
        return
    groups = {1: [], 2: []}
    for i, file in enumerate(files_of(root)):
        if QUICK and i % 6:
            continue
        try:
            groups[band_count(root / file)].append(root / file)
        except RuntimeError:
            continue
    counts = {"same": 0, "other": 0, "unread": 0, "failed": 0}
    for bands, files in groups.items():
        out, report = scratch / f"odd-{bands}", scratch / "odd.json"
        # Some have the same name: a number in front.
        for number, file in enumerate(files):
            link = scratch / f"links-{bands}" / f"{number:03}" / f"{number:03}-{file.name}"
            link.parent.mkdir(parents=True)
            for beside in file.parent.glob(file.name + "*"):
                os.symlink(beside, link.parent / f"{number:03}-{beside.name}")
        result = run(["-q", "-o", out, "--report", report, "--raw", "--type", "float32", "--bands",
                      f"red=1,nir={bands}", "--executor", "processes",
                      *sorted((scratch / f"links-{bands}").glob("*/*[!lk]"))], timeout=240)
        written = load(report)
        if not tally.check(written is not None and result.trouble() is None, f"odd files of {bands}",
                           f"exit {result.rc}: {result.last_words()}"):
            continue
        for entry in written["scenes"]:
            fine = entry["status"] == "ok"
            tally.check(fine == bool(entry["outputs"]), f"odd: {entry['files'][:1]}: a file where it is ok")
            counts[check_odd(tally, root, entry, out) if fine else "failed"] += 1
        made = sum(len(s["outputs"]) for s in written["scenes"])
        there = len(os.listdir(out)) - os.path.exists(os.path.join(out, ".imgpipe.lock"))
        tally.check(there == made, "odd: files of scenes that are ok, and no others",
                    f"{there}, not {made}")
    print("odd files: " + ", ".join(f"{n} {what}" for what, n in counts.items()))
    tally.check(counts["same"] >= (10 if QUICK else 60), "odd: enough were compared", f"{counts}")


# --- as large as a product ---


def large(tally, scratch, side=10980):
    path = scratch / "large.tif"
    done = run(["--size", f"{side}x{side}", "--bands", "2", path], program=MAKE_SCENE, timeout=300)
    made = done.rc == 0 and run_maps(tally, scratch, "large", [path], ["--raw", "--memory", "128M"])
    if not tally.check(made, "large: made", done.last_words()):
        return
    out, entry, _ = made
    dataset = gdal.Open(str(out / "large_ndvi.tif"))
    band = dataset.GetRasterBand(1)
    above = [band] + [band.GetOverview(i) for i in range(band.GetOverviewCount())]
    source, wrong = gdal.Open(str(path)), 0
    for first in range(0, side, 1024):
        n = min(1024, side - first)
        red, nir = (source.GetRasterBand(b).ReadAsArray(0, first, side, n).astype(np.float64) for b in (1, 2))
        good = (red != 0) & (nir != 0)
        with np.errstate(all="ignore"):
            values = np.where(good, (nir - red).astype(np.float32) / (nir + red).astype(np.float32), np.nan)
        want = m.stored_by_numpy(values.astype(np.float32), "int16", 0.0001, 0, -32768)[0]
        wrong += int((band.ReadAsArray(0, first, side, n) != want).sum())
    tally.check(wrong == 0, f"large: {side} x {side} pixels", f"{wrong} differ")
    for i, (level, up) in enumerate(zip(above, above[1:]), 1):
        wrong = 0
        for first in range(0, up.YSize, 512):
            n = min(512, up.YSize - first)
            part = level.ReadAsArray(0, 2 * first, level.XSize, min(2 * n, level.YSize - 2 * first))
            want = m.next_level(part, "int16", -32768, False)
            wrong += int((up.ReadAsArray(0, first, up.XSize, n) != want).sum())
        tally.check(wrong == 0, f"large: level {i}", f"{wrong} differ")
    m.check_layout(tally, "large", out / "large_ndvi.tif", True)
    m.check_statistics(tally, "large", out / "large_ndvi.tif")
    m.check_words(tally, "large", out / "large_ndvi.tif", entry["outputs"][0], {"INDEX": "ndvi"})


def main():
    tally = Tally()
    m.missing_tools(tally)
    for part in (real, cases, odd) + (() if QUICK else (large,)):
        with Scratch() as scratch:
            part(tally, scratch)
        print(f"{part.__name__:8} {tally.passed} passed, {tally.failed} failed so far", flush=True)
    tally.finish()


if __name__ == "__main__":
    main()
