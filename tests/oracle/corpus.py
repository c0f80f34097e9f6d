"""Runs the program over a folder of odd or broken TIFF files and compares with GDAL, which reads
each file in a process of its own: some of these files kill or hang it.

The rule: no crash, no hang, bounded memory, a refusal in words; and where the program says that a
file is fine, its numbers are right.
"""

import multiprocessing
import os
import zlib

from osgeo import gdal

from oracle import (QUICK, SANITIZED, Scratch, Tally, close, compare, data_folder,
                    limit_memory, load, merged_reference, ndvi_reference, read_band, run,
                    transparent)

BUDGET = 256 << 20
MAX_PIXELS = 150_000_000  # more than this GDAL and numpy are not asked to read
PART_PIXELS = 20_000_000  # and to hold at once
NOT_IMAGES = (".md", ".aux.xml", ".ovr", ".msk")
ALLOWED = {0, 1, 64, 65, 66, 69, 74, 75}


def files_of(folder):
    """All image files, with paths relative to the folder."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.endswith(NOT_IMAGES):
            found.append(path.relative_to(folder))
    return found


def gdal_answer(path):
    """What GDAL and numpy make of a file: numbers, or why there are none. Runs in the child."""
    errors = []
    gdal.DontUseExceptions()
    gdal.PushErrorHandler(lambda kind, code, text:
                          errors.append(text) if kind >= gdal.CE_Failure else None)
    dataset = gdal.OpenEx(str(path), gdal.OF_RASTER)
    if dataset is None:
        return {"status": "error", "why": errors[0] if errors else "does not open"}
    bands = dataset.RasterCount
    about = {"bands": bands, "driver": dataset.GetDriver().ShortName,
             "type": gdal.GetDataTypeName(dataset.GetRasterBand(1).DataType) if bands else ""}
    if bands == 0:
        return dict(about, status="error", why="no bands")
    if dataset.RasterXSize * dataset.RasterYSize > MAX_PIXELS:
        return dict(about, status="large", why=f"{dataset.RasterXSize}x{dataset.RasterYSize}")
    shape = (dataset.RasterXSize, dataset.RasterYSize)
    dataset = None
    try:
        parts = [part_answer(path, 2 if bands > 1 else 1, rows) for rows in parts_of(*shape)]
    except (RuntimeError, AttributeError, MemoryError) as why:
        return dict(about, status="error", why=errors[0] if errors else str(why))
    if None in parts:
        return dict(about, status="other", why="complex numbers")
    want = parts[0] if len(parts) == 1 else merged_reference(parts)
    if errors:
        return dict(about, status="error", why=errors[0], want=want)
    return dict(about, status="fine", want=want)


def parts_of(width, height):
    """(first row, rows) of parts that may be held at once."""
    step = max(1, PART_PIXELS // width)
    return [(y, min(step, height - y)) for y in range(0, height, step)]


def part_answer(path, nir_band, rows):
    """Reference numbers of some rows, None for pixels that are no real numbers."""
    red, red_nodata, mask = read_band(path, 1, rows)
    nir, nir_nodata, _ = read_band(path, nir_band, rows)
    if red.dtype.kind == "c":
        return None
    clear = transparent(path, (1, nir_band), rows)
    if clear is not None:
        mask = clear if mask is None else mask | clear
    return ndvi_reference(red, nir, red_nodata=red_nodata, nir_nodata=nir_nodata, masked=mask)


def child_loop(pipe):
    limit_memory(6)
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 2)
    while True:
        pipe.send(gdal_answer(pipe.recv()))


class Gdal:
    """A child that answers gdal_answer(), started again where a file kills or stops it."""

    def __init__(self):
        self.child = None

    def start(self):
        context = multiprocessing.get_context("fork")
        self.pipe, far_end = context.Pipe()
        self.child = context.Process(target=child_loop, args=(far_end,), daemon=True)
        self.child.start()
        far_end.close()

    def stop(self):
        if self.child:
            self.child.kill()
            self.child.join()
            self.child = None

    def ask(self, path, timeout=120):
        if self.child is None:
            self.start()
        try:
            self.pipe.send(path)
            if self.pipe.poll(timeout):
                return self.pipe.recv()
            why = f"GDAL still busy after {timeout} s"
        except (EOFError, OSError):
            why = "GDAL died"
        self.stop()
        return {"status": "error", "why": why, "bands": 0}


class Corpus:
    """One folder's run: the checks, and the totals that are printed."""

    def __init__(self, name, known=None, whole=None, timeouts=None, bands=None,
                 auto_only=(), full_only=()):
        """
        known:     file -> ndvi numbers that are right whatever GDAL says
        bands:     file -> the --bands to give, where it is not red=1,nir=2
        whole:     file -> why its data are provably whole though GDAL complains
        timeouts:  file -> seconds, where 20 are not enough for an honest run
        auto_only: files that are too large for a comparison of the readers
        full_only: files left out of a quick run
        """
        self.name, self.tally = name, Tally()
        self.folder = data_folder(self.tally, name)
        self.known, self.whole, self.timeouts = known or {}, whole or {}, timeouts or {}
        self.auto_only, self.full_only, self.bands = auto_only, full_only, bands or {}
        self.totals = {}
        self.lists = {}
        self.undocumented = {}
        self.slowest, self.largest = (0, ""), (0, "")
        self.gdal = Gdal()

    def count(self, what, name=None, why=""):
        self.totals[what] = self.totals.get(what, 0) + 1
        if name:
            self.lists.setdefault(what, []).append(f"{name}: {why}")

    def run_file(self, path, name, bands, reader):
        """(Result, ndvi object or None); bounds on time and memory are checked here."""
        summary = self.scratch / "summary.json"
        summary.unlink(missing_ok=True)
        choice = self.bands.get(name, f"red=1,nir={2 if bands > 1 else 1}")
        result = run(["-q", "--raw", "--memory", str(BUDGET), "--reader", reader, "--bands",
                      choice, "--summary", summary, path],
                     timeout=self.timeouts.get(name, 20), measure=True)
        label = f"{name} --reader {reader}"
        trouble = result.trouble()
        if result.rc > 1 and result.rc not in ALLOWED and result.rc != 99 and result.err.strip():
            self.undocumented.setdefault(result.rc, []).append(label)
            trouble = None
        if trouble is None and not SANITIZED and result.peak > BUDGET:
            trouble = f"resident peak {result.peak >> 20} MiB over a budget of {BUDGET >> 20} MiB"
        if trouble:
            self.tally.fail(label, trouble)
            return None, None
        self.slowest = max(self.slowest, (result.seconds, label))
        self.largest = max(self.largest, (result.peak, label))
        written = load(summary)
        scenes = written["scenes"] if written else []
        if result.rc == 0:
            if len(scenes) != 1 or scenes[0]["status"] != "ok":
                self.tally.fail(label, "exit 0 without one scene that is ok in the summary")
                return None, None
            return result, scenes[0]["indices"]["ndvi"]
        if any(scene["status"] == "ok" for scene in scenes):
            self.tally.fail(label, f"exit {result.rc} though the summary says ok")
            return None, None
        return result, None

    def wrong(self, name, answer, ndvi, reader):
        """What is wrong with numbers that the program reports as fine, or None. What GDAL reads
        without a complaint its reader may report: it cannot know better.
        """
        if name in self.known and not (reader == "gdal" and answer["status"] == "fine"):
            known = self.known[name]
            off = [f"{key} {ndvi[key]} != {want}" for key, want in known.items()
                   if not (close(ndvi[key], want) if isinstance(want, float)
                           else ndvi[key] == want)]
            return "; ".join(off) or None
        whole = answer["status"] == "error" and name in self.whole and "want" in answer
        if answer["status"] == "fine" or whole:
            off = compare(ndvi, answer["want"])
            return "differs from GDAL: " + "; ".join(off[:4]) if off else None
        if answer["status"] == "error":
            return f"reported as fine, but GDAL says: {answer['why'][:160]}"
        return None

    def count_outcome(self, name, answer, result, ndvi):
        """The totals tell what became of the files with --reader auto."""
        if ndvi is None:
            if answer["status"] == "fine":
                self.count("refused though GDAL reads it", name, result.last_words())
            else:
                self.count("refused with words")
        elif name in self.known:
            self.count("right as known from how they were made")
        elif answer["status"] == "fine":
            self.count("agree with GDAL")
        elif name in self.whole:
            self.count("read, whole though GDAL complains", name, self.whole[name])
        else:
            self.count("read, not compared", name, answer["why"])

    def check_file(self, relative):
        name, path = str(relative), self.folder / relative
        if QUICK and name in self.full_only:
            return self.tally.skip(name, "takes long; in the full run only")
        answer = self.gdal.ask(path)
        numbers = {}
        # auto takes the TIFF reader where it can: a quick run asks it no second time, and GDAL's
        # reader of one file in three.
        readers = ("auto", "tiff", "gdal")
        if QUICK:
            readers = ("auto", "gdal") if zlib.crc32(name.encode()) % 3 == 0 else ("auto",)
        for reader in ("auto",) if name in self.auto_only else readers:
            result, ndvi = self.run_file(path, name, answer.get("bands", 0), reader)
            if result is None:
                continue
            wrong = None if ndvi is None else self.wrong(name, answer, ndvi, reader)
            if not self.tally.check(wrong is None, f"{name} --reader {reader}", wrong):
                continue
            numbers[reader] = ndvi
            if reader == "auto":
                self.count_outcome(name, answer, result, ndvi)
        by_tiff, by_gdal = numbers.get("auto" if QUICK else "tiff"), numbers.get("gdal")
        if by_tiff is not None and by_gdal is not None:
            self.tally.check(by_tiff == by_gdal, name, "--reader tiff and --reader gdal differ: " +
                             differing(by_tiff, by_gdal))
        return None

    def main(self):
        found = files_of(self.folder)
        with Scratch() as self.scratch:
            for relative in found:
                self.check_file(relative)
        self.gdal.stop()
        for status, names in self.undocumented.items():
            self.tally.fail(f"exit status {status}", "is not one of " +
                            f"{sorted(ALLOWED)}: {len(names)} runs, the first {names[0]}")
        for what, names in self.lists.items():
            print(f"\n{what}:")
            print("\n".join("  " + line[:220] for line in names))
        parts = ", ".join(f"{n} {what}" for what, n in sorted(self.totals.items()))
        print(f"\n{self.name}: {len(found)} files: {parts}, {self.tally.failed} failures")
        print(f"slowest {self.slowest[0]:.1f} s ({self.slowest[1]}), "
              f"largest resident {self.largest[0] >> 20} MiB ({self.largest[1]})")
        self.tally.finish()


def differing(a, b):
    keys = [key for key in a if a[key] != b.get(key)]
    return ", ".join(f"{key} {str(a[key])[:40]} / {str(b.get(key))[:40]}" for key in keys[:4])
