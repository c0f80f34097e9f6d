#!/usr/bin/python3
"""Folders as people have them: a folder that is made to be messy, with scenes, what is none, what is
broken, links and one acquisition twice, in one run of every executor; names, statuses and exit
statuses as they have to be, and each scene's numbers against NumPy's. Then --exclude, --include,
--duplicates, shards, and the inputs after public reports (../shared/cases), where they are there.

Usage: folders.py [--quick]; BUILD as for the other tests.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import numpy as np
from osgeo import gdal

from launch import libraries, run_mpi, run_shards
from oracle import QUICK, REPO, Scratch, Tally, load, load_csv, ndvi_classes, run

CASES = REPO.parent / "shared" / "cases"
SIZE = (47, 53)
EXECUTORS = ("serial", "threads", "openmp", "processes")
SAFE = "sat/S2B_MSIL2A_20220601T101031_%s_R022_T33UUB_%s.SAFE"
INNER = "/GRANULE/L2A_T33UUB_A027340_20220601T101026/IMG_DATA/R10m/T33UUB_20220601T101031_"
LANDSAT = "sat/LC09_L2SP_190024_20220610_%s_02_%s"


class Folder:
    """What is written, and what has to come of it."""

    def __init__(self, root):
        self.root, self.rng = root, np.random.default_rng(14)
        self.scenes, self.skipped, self.failed = {}, set(), set()

    def tif(self, name, arrays, words=(), options=(), kind=None):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = kind or gdal.GDT_UInt16
        out = gdal.GetDriverByName("GTiff").Create(str(path), SIZE[1], SIZE[0], len(arrays), kind,
                                                   ["COMPRESS=DEFLATE", *options])
        for i, array in enumerate(arrays):
            out.GetRasterBand(i + 1).WriteArray(array)
            if i < len(words):
                out.GetRasterBand(i + 1).SetDescription(words[i])
        out = None
        return path

    def bands(self, low=1500, high=9000):
        return [self.rng.integers(low, high, SIZE).astype("u2") for _ in range(2)]

    def stack(self, path, name):
        red, nir = self.bands()
        self.scenes[name] = (red, nir, 1.0, 0.0)
        return self.tif(path, [red, nir], ("red", "nir"))

    def pair(self, stem, codes, name, scale, offset, low=8000, high=30000):
        red, nir = self.bands(low, high)
        for code, array in zip(codes, (red, nir)):
            self.tif(stem + code + ".tif", [array])
        self.scenes[name] = (red, nir, scale, offset)


def make_scenes(folder):
    folder.stack("plain.tif", "plain")
    gdal.SetConfigOption("COMPRESS_OVERVIEW", "DEFLATE")
    dataset = gdal.Open(str(folder.root / "plain.tif"))  # read-only: plain.tif.ovr
    dataset.BuildOverviews("NEAREST", [2, 4])
    dataset = None
    folder.stack("été 2023/тайл 1/x y (1)#@%.tif", "x y (1)#@%")
    folder.stack("red_river.tif", "red_river")
    for year in ("2021", "2022"):
        folder.stack(f"years/{year}/deep/scene.tif", f"{year}/scene")
    # Beside years/2021/deep and years/2022/deep: they differ two folders up.
    folder.stack("old/scene.tif", "m/scene")
    for made, tier in (("20220615", "T2"), ("20220622", "T1")):
        stem = LANDSAT % (made, tier)
        folder.pair(stem, ("_SR_B4", "_SR_B5"), stem[4:], 2.75e-5, -0.2)
        folder.tif(stem + "_QA_PIXEL.tif", [np.full(SIZE, 21824, "u2")])
    for baseline, made, offset in (("N0301", "20220601T140000", 0), ("N0510", "20240601T000000", -0.1)):
        stem = SAFE % (baseline, made)
        folder.pair(stem + INNER, ("B04_10m", "B08_10m"), f"{stem[4:]}/T33UUB_20220601T101031", 1e-4,
                    offset, 1500, 9000)
        folder.tif(stem + INNER.replace("R10m", "R20m") + "SCL_20m.tif", [np.full(SIZE, 4, "u2")])


def make_others(folder):
    byte = gdal.GDT_Byte
    some = folder.rng.integers(0, 200, SIZE).astype("u1")
    for name, n, kind in (("dem.tif", 1, None), ("plain_NDVI.tif", 1, gdal.GDT_Float32),
                          ("clouds.tif", 1, byte), ("project_index_ndre.tif", 1, gdal.GDT_Float32),
                          ("alone/L9_Fmask.tif", 1, byte),
                          ("alone/HLS.S30.T10SEH.2023245T184919.v2.0.Fmask.tif", 1, byte),
                          ("alone/20230101_101010_03_2262_3B_udm2.tif", 8, byte),
                          ("alone/SENTINEL2A_20230101-105852-463_L2A_T31TCJ_C_V3-1_ATB_R1.tif", 2, byte),
                          ("series_ndvi.tif", 3, gdal.GDT_Float32)):
        folder.tif(name, [some] * n, kind=kind)
        folder.skipped.add(name)
    folder.tif("photo.tif", [some] * 3, options=("PHOTOMETRIC=RGB",), kind=byte)
    folder.skipped.add("photo.tif")
    for name, n, options in (("photo_alpha.tif", 4, ("ALPHA=YES", "PHOTOMETRIC=RGB")),
                             ("heights_alpha.tif", 2, ("ALPHA=YES",))):
        folder.tif(name, [some] * n, options=options, kind=byte)
        folder.skipped.add(name)
    red, nir = folder.rng.integers(1, 200, (2, *SIZE)).astype("u1")  # labelled as photo_alpha.tif
    folder.tif("told.tif", [red, some, some, nir], ("red", "green", "blue", "nir"),
               ("ALPHA=YES", "PHOTOMETRIC=RGB"), byte)
    folder.scenes["told"] = (red, nir, 1.0, 0.0)
    memory = gdal.GetDriverByName("MEM").Create("", 20, 20, 3, byte)
    for driver, name in (("PNG", "plain_thumb.png"), ("JPEG", "quicklook.jpg")):
        gdal.GetDriverByName(driver).CreateCopy(str(folder.root / name), memory)
    for name in ("readme.txt", ".hidden.tif", "plain.tfw", "plain.tif.aux"):
        (folder.root / name).write_text("x")


def make_broken(folder):
    (folder.root / "empty.tif").touch()
    cut = folder.stack("cut.tif", "cut")
    del folder.scenes["cut"]
    cut.write_bytes(cut.read_bytes()[:200])
    folder.tif("lone_nir.tif", [np.full(SIZE, 3, "u2")])
    folder.failed |= {"empty.tif", "cut.tif", "lone_nir.tif", "gone.tif"}


def make_links(folder):
    (folder.root / "latest.tif").symlink_to("plain.tif")
    (folder.root / "linked").symlink_to("years/2021")
    (folder.root / "round").symlink_to(".")
    (folder.root / "gone.tif").symlink_to("nowhere.tif")
    red, nir = folder.bands()
    outside = folder.root.parent / "outside"
    kept, folder.root = folder.root, outside
    folder.tif("beyond.tif", [red, nir], ("red", "nir"))
    folder.root = kept
    (folder.root / "elsewhere").symlink_to(outside)
    folder.scenes["beyond"] = (red, nir, 1.0, 0.0)


def make_archive(folder):
    red, nir = folder.bands()
    path = folder.tif("packed.tif", [red, nir], ("red", "nir"))
    dem = folder.tif("packed_dem.tif", [red])
    with zipfile.ZipFile(folder.root / "box.zip", "w") as box:
        box.write(path, "in/packed.tif")
        box.write(dem, "in/heights.tif")
    path.unlink()
    dem.unlink()
    folder.scenes["packed"] = (red, nir, 1.0, 0.0)
    folder.skipped.add("box.zip/in/heights.tif")


def numbers_differ(got, scene):
    """Why a statistics object is not NumPy's, or None."""
    red, nir, scale, offset = scene
    value, counts = ndvi_classes(red, nir, scale=scale, offset=offset)
    value = value[np.isfinite(value)]
    if got is None:
        return "no statistics"
    for key in ("pixels", "valid", "nodata", "masked"):
        if got[key] != counts[key]:
            return f"{key} {got[key]} != {counts[key]}"
    for key, want in (("mean", value.mean()), ("std", value.std()), ("min", value.min()),
                      ("max", value.max())):
        if not abs(got[key] - want) <= 3e-7:
            return f"{key} {got[key]} != {want}"
    return None


def check_run(tally, folder, summary, rows, what):
    """Scenes by name, what is skipped and failed by path, and the numbers."""
    ok = {scene["name"]: scene["indices"]["ndvi"] for scene in summary["scenes"] if scene["status"] == "ok"}
    tally.check(set(ok) == set(folder.scenes), f"{what}: scenes",
                f"{sorted(set(ok) ^ set(folder.scenes))}")
    for name in sorted(set(ok) & set(folder.scenes)):
        why = numbers_differ(ok[name], folder.scenes[name])
        tally.check(why is None, f"{what}: {name}", why)
    for status, want in (("skipped", folder.skipped), ("failed", folder.failed)):
        got = {row["error"].split(": ")[0].removeprefix("m/") for row in rows if row["status"] == status}
        tally.check(got == want, f"{what}: {status}", f"{sorted(got ^ want)}")
    tally.check(summary["global"]["skipped"] == len(folder.skipped), f"{what}: skipped are counted",
                summary["global"].get("skipped"))
    total = summary["global"]["indices"]["ndvi"]
    tally.check(total["valid"] == sum(v["valid"] for v in ok.values()), f"{what}: total", total["valid"])


def run_folder(scratch, *more):
    for name in ("s.json", "r.csv"):
        (scratch / name).unlink(missing_ok=True)
    result = run(["-q", "--summary", "s.json", "--csv", "r.csv", *more], cwd=scratch, timeout=60)
    summary = load(scratch / "s.json")
    return result, summary, load_csv(scratch / "r.csv") if summary else []


def messy(tally, scratch):
    folder = Folder(scratch / "m")
    for make in (make_scenes, make_others, make_broken, make_links, make_archive):
        make(folder)
    first = None
    for executor in EXECUTORS:
        result, summary, rows = run_folder(scratch, "--executor", executor, "m")
        tally.check(result.rc == 1, f"{executor}: exit status", f"{result.rc} {result.err[-300:]}")
        if not tally.check(summary is not None, f"{executor}: summary", result.last_words()):
            continue
        check_run(tally, folder, summary, rows, executor)
        bytes_now = (scratch / "s.json").read_bytes()
        first = first or bytes_now
        tally.check(bytes_now == first, f"{executor}: the bytes of --summary")
    here = os.getcwd()
    os.chdir(scratch)
    for library in libraries()[:1 if QUICK else None]:
        result = run_mpi(library, 3, ["-q", "--summary", "s.json", "--executor", "mpi", "m"])
        tally.check((scratch / "s.json").read_bytes() == first and result.rc == 1,
                    f"{library}: the bytes of --summary", result.last_words())
    for n in (3,) if QUICK else (2, 3, 7):
        merged, _, result = run_shards(scratch, n, [], ["m"])
        tally.check(merged == first and result.rc == 1, f"{n} shards: the bytes of --summary",
                    result.last_words())
    os.chdir(here)
    filters(tally, scratch, folder)
    duplicates(tally, scratch, folder)


def names(summary):
    return sorted(scene["name"] for scene in summary["scenes"] if scene["status"] == "ok")


def filters(tally, scratch, folder):
    broken = [word for name in sorted(folder.failed) for word in ("--exclude", name)]
    result, summary, rows = run_folder(scratch, *broken, "m")
    tally.check(result.rc == 0 and names(summary) == sorted(folder.scenes), "without what fails",
                f"{result.rc} {result.last_words()}")
    for words, want in ((["--include", "years/*"], ["2021/scene", "2022/scene"]),
                        (["--include", "scene.tif", "--exclude", "old"], ["2021/scene", "2022/scene"]),
                        (["--include", "scene.tif", "--exclude", "years/2021"],
                         ["deep/scene", "old/scene"]),
                        (["--include", "packed*", "--include", "red_*"], ["packed", "red_river"]),
                        (["--include", "box.zip/in/*"], ["packed"]),
                        (["--include", "p*.tif", "--exclude", "*.zip"], ["plain"])):
        # The link to years/2021 leads to what is there by its own name unless that is left out.
        result, summary, rows = run_folder(scratch, *words, "--exclude", "linked", "--exclude", "round",
                                           "m")
        tally.check(summary is not None and names(summary) == want, " ".join(words),
                    f"{names(summary) if summary else result.last_words()} != {want}")
    result, summary, rows = run_folder(scratch, "--exclude", "*", "m/plain.tif", "m")
    tally.check(summary is not None and names(summary) == ["plain"] and result.rc == 1,
                "what is named is not filtered", result.last_words())
    for name in ("dem.tif", "photo_alpha.tif"):
        result, summary, rows = run_folder(scratch, "m/" + name)
        tally.check(result.rc == 65, "what is no scene fails where it is named", f"{name} {result.rc}")
    result, summary, rows = run_folder(scratch, "m/alone")
    tally.check(result.rc == 65 and "no scene" in result.err, "nothing but what is no scene",
                f"{result.rc} {result.last_words()}")


def duplicates(tally, scratch, folder):
    newest = [(LANDSAT % ("20220622", "T1"))[4:], "T33UUB_20220601T101031"]
    wanted = [folder.scenes[newest[0]],
              folder.scenes[SAFE[4:] % ("N0510", "20240601T000000") + "/" + newest[1]]]
    for executor in EXECUTORS:
        result, summary, rows = run_folder(scratch, "--duplicates", "newest", "--executor", executor,
                                           "m/sat")
        ok = {scene["name"]: scene["indices"]["ndvi"] for scene in summary["scenes"]} if summary else {}
        tally.check(result.rc == 0 and sorted(ok) == sorted(newest), f"newest, {executor}", sorted(ok))
        for name, scene in zip(newest, wanted):
            why = numbers_differ(ok.get(name), scene)
            tally.check(why is None, f"newest, {executor}: {name}", why)
    whole = (scratch / "s.json").read_bytes()
    merged, _, result = run_shards(scratch, 2, ["--duplicates", "newest"], [scratch / "m/sat"])
    tally.check(merged == whole, "newest: shards", result.last_words())
    result = run(["--duplicates", "note", "m/sat"], cwd=scratch)
    tally.check(result.rc == 0 and "in the run 2 times" in result.out.replace("\n          ", " "),
                "note", result.out[:400])
    result, summary, rows = run_folder(scratch, "--duplicates", "fail", "m/sat")
    tally.check(result.rc == 65 and "same acquisition" in result.err, "fail", result.last_words())


# --- inputs after public reports ---


def case(tally, scratch, name):
    """A copy of the case with its inputs made, and the right values; None where it is absent."""
    if not (CASES / name).is_dir():
        tally.skip(name, "no ../shared/cases")
        return None, None
    shutil.copytree(CASES / name, scratch / name)
    shutil.copy(CASES / "nd.py", scratch)
    for path in [scratch / name, *(scratch / name).rglob("*")]:
        path.chmod(0o755)
    subprocess.run([sys.executable, scratch / name / "make.py"], check=True, capture_output=True)
    return scratch / name, json.loads((scratch / name / "expect.json").read_text())


def as_expected(got, want):
    """Of one scene's statistics; counts and values that the case has."""
    return got is not None and all(
        abs(got[key] - want[key]) <= 3e-7 for key in want if key in got and want[key] is not None)


def check_case(tally, folder, what, args, wanted, rc):
    result, summary, rows = run_folder(folder, *args)
    if not tally.check(summary is not None and result.rc == rc, what, f"{result.rc} {result.last_words()}"):
        return
    ok = {scene["name"]: scene["indices"]["ndvi"] for scene in summary["scenes"]
          if scene["status"] == "ok"}
    tally.check(sorted(ok) == sorted(wanted), f"{what}: names", f"{sorted(ok)} != {sorted(wanted)}")
    for name in sorted(set(ok) & set(wanted)):
        tally.check(as_expected(ok[name], wanted[name]), f"{what}: {name}", f"{ok[name]['mean']}")


def reported(tally, scratch):
    folder, expect = case(tally, scratch, "c14_duplicates")
    if folder:
        landsat = ["LC08_L2SP_193026_20170805_%s_02_T1" % made for made in ("20201016", "20210314")]
        s2 = ["S2A_MSIL2A_20200210T073031_%s_R049_T37MEU_%s.SAFE/T37MEU_20200210T073031" % made
              for made in (("N0214", "20200210T130912"), ("N0500", "20230428T100652"))]
        both = dict(zip(landsat + s2, expect["ls"] + expect["s2"]))
        last = {landsat[1]: expect["ls"][1], "T37MEU_20200210T073031": expect["s2"][1]}
        check_case(tally, folder, "c14: note", ["ls", "s2"], both, 0)
        check_case(tally, folder, "c14: newest", ["--duplicates", "newest", "ls", "s2"], last, 0)
        years = [f"{year}/scene" for year in ("2021", "2022", "2023")]
        check_case(tally, folder, "c14: one name", ["names"], dict(zip(years, expect["names"])), 0)
        check_case(tally, folder, "c14: links", ["links"],
                   {"a": expect["links"][0], "scene": expect["names"][1]}, 1)
    folder, expect = case(tally, scratch, "c23_folder")
    if folder:
        expect["x y (1)#@%"] = expect.pop("x")
        check_case(tally, folder, "c23: the empty file fails", ["work"], expect, 1)
        check_case(tally, folder, "c23", ["--exclude", "empty.tif", "work"], expect, 0)
    folder, expect = case(tally, scratch, "c24_names")
    if folder:
        check_case(tally, folder, "c24: by numbers", ["--bands", "red=1,nir=2", "s"], expect, 0)
        for name in ("field_nir_2021", "field_red_2021"):  # a pair by their names: refused, not guessed
            del expect[name]
        check_case(tally, folder, "c24: by descriptions", ["s"], expect, 1)


def main():
    tally = Tally()
    with Scratch() as scratch:
        messy(tally, scratch)
    with Scratch() as scratch:
        reported(tally, scratch)
    tally.finish()


main()
