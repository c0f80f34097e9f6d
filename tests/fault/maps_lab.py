"""For tests of maps whose run goes wrong: scenes, the files that should come out, runs with calls that
fail (shim.c, shim_files.c), and what is wrong with an end."""

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

import numpy as np  # noqa: E402
from osgeo_utils.samples import validate_cloud_optimized_geotiff as validator  # noqa: E402

from living import Mark, until  # noqa: E402
from oracle import (IMGPIPE, MAKE_SCENE, PATIENCE, load, ndvi_classes,  # noqa: E402
                    ndvi_singles, read_band, run)
from preload import preload  # noqa: E402

IS_ROOT = os.geteuid() == 0
SEED = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 15
EXECUTORS = ("threads", "processes")
SCENES = ("a", "b", "c", "d", "e")
FORMAT = ("--quicklook", "--co", "BLOCKSIZE=128")  # several levels of small scenes
ENDS = {signal.SIGINT: 130, signal.SIGTERM: 143}
ALL = {"FILES_AT": "1", "FILES_LAST": "1000000"}


LOCK = ".imgpipe.lock"


def files(folder):
    """All but the lock, which stays; none where a run that made nothing has taken its folder away."""
    return sorted(path for path in folder.glob("*") if path.name != LOCK)


def forget_lock(folder):
    """As if the file system had no locks: another run makes one of its own."""
    until((folder / LOCK).exists, 10)
    (folder / LOCK).unlink()


def numbers(path):
    """What an int16 map of a scene should hold, by NumPy."""
    (red, red_none, _), (nir, nir_none, _) = read_band(path, 3), read_band(path, 4)
    valid = np.isfinite(ndvi_classes(red, nir, red_none, nir_none)[0])
    want = np.full(red.shape, -32768, np.int16)
    single = ndvi_singles(red, nir, valid).astype(np.float64)
    want[valid] = np.clip(np.rint(single / 0.0001), -32767, 32767)
    return want


class Lab:
    def __init__(self, tally, scratch):
        self.tally, self.scratch, self.random = tally, scratch, random.Random(SEED)
        os.chmod(scratch, 0o755)
        self.scenes = [self.scene(scratch / f"{name}.tif", seed=str(i + 1))
                       for i, name in enumerate(SCENES)]
        self.tiny = self.scene(scratch / "tiny.tif", "64x64")
        self.out = scratch / "maps"
        self.new = self.reference([])
        self.old = self.reference(["--type", "float32"])
        self.tiny_map = self.reference([], [self.tiny])

    def build(self):
        self.shim, self.files_shim = preload("shim.c"), preload("shim_files.c")

    def scene(self, path, size="500x400", seed="9"):
        result = run(["--size", size, "--tile", "128", "--seed", seed, path], program=MAKE_SCENE)
        assert result.rc == 0, result.last_words()
        return path

    def reference(self, options, scenes=None):
        """The files of a run that nothing happens to, by name."""
        scenes = scenes or self.scenes
        self.clear()
        result = run(["-q", "--executor", "serial", *FORMAT, "-o", self.out, *options, *scenes], timeout=60)
        assert result.rc == 0, result.last_words()
        made = {path.name: path.read_bytes() for path in files(self.out)}
        for path in sorted(self.out.glob("*.tif")):
            warned, errors, _ = validator.validate(str(path), full_check=True)
            self.tally.check(not warned and not errors, f"the map {path.name}", f"{warned} {errors}")
        self.tally.check(len(made) == 2 * len(scenes), "a map and a picture a scene", str(sorted(made)))
        if not options:
            for scene in scenes:
                got = read_band(self.out / f"{scene.stem}_ndvi.tif", 1)[0]
                self.tally.check(got.dtype == np.int16 and np.array_equal(got, numbers(scene)),
                                 f"the numbers of {scene.stem}", f"{(got != numbers(scene)).sum()}")
        return made

    def clear(self, fill=None):
        if self.out.is_symlink() or self.out.is_file():
            self.out.unlink()
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir()
        for name, data in (fill or {}).items():
            (self.out / name).write_bytes(data)

    def left(self):
        return sorted(p.name for p in files(self.out) if p.name.startswith("."))

    def bad_files(self, *allowed, folder=None):
        """What is wrong with the files that have final names, or None."""
        for path in sorted((folder or self.out).glob("*")):
            if path.name.startswith("."):
                continue
            if not any(files.get(path.name) == path.read_bytes() for files in allowed):
                return f"{path.name} is none of those that it may be ({path.stat().st_size} bytes)"
        return None

    def args(self, *more, executor="threads", scenes=None):
        return ["-q", "--executor", executor, "--workers", "2", *FORMAT, "-o", self.out,
                "--summary", self.scratch / "s.json", *more, *(scenes or self.scenes)]

    def env(self, **files):
        return {"LD_PRELOAD": str(self.files_shim), **files} if files else {}

    def stalls(self, calls, ms, **more):
        """(environment, mark): each such call takes so long; the first sets the mark."""
        mark = Mark(self.scratch / "mark")
        return self.env(FILES_CALL=calls, FILES_DO="stall", FILES_MS=str(ms), FILES_MARK=str(mark.path),
                        **ALL, **more), mark

    def start(self, args, env=None, words=(), **more):
        (self.scratch / "s.json").unlink(missing_ok=True)
        return subprocess.Popen([*words, str(IMGPIPE), *map(str, args)], stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                start_new_session=True, env={**os.environ, **(env or {})}, **more)

    def end(self, process, limit=60):
        try:
            err = process.communicate(timeout=limit * PATIENCE)[1]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return None, "still running"
        return process.returncode, err

    def run(self, args, env=None, **more):
        return self.end(self.start(args, env, **more))

    def wrong(self, rc, err, *, may=(0, 1, 65, 73, 74, 75), old=None, words=(), before=()):
        """What is wrong with an end: exit status, files, and that the summary says of them."""
        summary = load(self.scratch / "s.json")
        scenes = {s["name"]: s["status"] for s in summary["scenes"]} if summary else {}
        if rc is None or rc not in may:
            return f"exit {rc}: {err[-300:]}"
        if rc and rc not in (130, 143) and not err.strip():
            return f"exit {rc} without a word"
        missing = [word for word in words if word not in err]
        if missing:
            return f"not said: {missing} in {err[-400:]}"
        if self.left():
            return f"left: {self.left()}"
        bad = self.bad_files(self.new, *([old] if old else []))
        if bad:
            return bad
        if old is None:
            there = {path.name.rpartition("_")[0] for path in files(self.out)} - set(before)
            done = {name for name, status in scenes.items() if status == "ok"}
            if summary is not None and there != done:
                return f"files of {sorted(there)}, done {sorted(done)}"
            if summary is None and there and rc == 0:
                return "no summary"
            if rc == 0 and done != {name.rpartition("_")[0] for name in self.new}:
                return f"exit 0, done {sorted(done)}"
        return None

    def check(self, name, rc, err, **rules):
        wrong = self.wrong(rc, err, **rules)
        self.tally.check(wrong is None, name, wrong)
        return wrong is None

    def check_next_start(self, name, *allowed):
        """After a kill: no bad file, and a run of another scene leaves maps alone."""
        wrong = self.bad_files(*allowed)
        result = run(["-q", *FORMAT, "--overwrite", "-o", self.out, self.tiny])
        wrong = wrong or self.bad_files(*allowed, self.tiny_map)
        if result.rc or self.left():
            wrong = f"the next run: exit {result.rc}, left {self.left()} {result.last_words()}"
        self.tally.check(wrong is None, name, wrong)
