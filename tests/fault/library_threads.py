#!/usr/bin/python3
"""Workers are the only threads: libraries that decode begin none of their own (count_threads.c), as
their CPU time would be in no stage. JPEG 2000 with one tile and with several, whatever the
environment asks for; GDAL's own program, which does begin some, shows that they are counted. What
libraries read in the environment is put there before there is a second thread.

Usage: library_threads.py [--quick]; BUILD as for the other tests.
"""

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

from oracle import MAKE_SCENE, SANITIZED, Scratch, Tally, run  # noqa: E402
from preload import preload  # noqa: E402

ASKED = ({}, {"OPJ_NUM_THREADS": "4"}, {"GDAL_NUM_THREADS": "ALL_CPUS"})



def check(tally, what, count, args, env):
    count.unlink()
    result = run(["-q", "--workers", "2", *args], env=env)
    tally.check(result.rc == 0, what, result.last_words())
    begun, changes = count.read_text().split()
    tally.check(begun == "0", what, f"{begun} threads")
    tally.check(changes == "0", what, f"the environment was changed {changes} times")


def late(tally, scratch, count, env):
    """GDAL is loaded by a worker: the scenes that are opened for the plan do without it."""
    scenes = scratch / "late"
    scenes.mkdir()
    made = run(["--size", "64", "--tile", "64", scenes / "0.tif"], program=MAKE_SCENE)
    tally.check(made.rc == 0, "scenes", made.last_words())
    subprocess.run(["gdal_translate", "-q", "-of", "JP2OpenJPEG", "-co", "QUALITY=100",
                    str(scenes / "0.tif"), str(scenes / "z.jp2")], check=True)
    check(tally, "loaded by a worker", count, ["--bands", "red=3,nir=4", scenes], env)


def main():
    tally = Tally()
    if SANITIZED:
        tally.skip("threads of libraries", "the sanitizers want to be loaded first")
        tally.finish()
    with Scratch() as scratch:
        counter = preload("count_threads.c")
        plain = scratch / "scene.tif"
        made = run(["--size", "512", "--tile", "256", plain], program=MAKE_SCENE)
        if made.rc != 0:
            tally.fail("make_scene", made.last_words())
            tally.finish()
        count = scratch / "count"
        env = {"LD_PRELOAD": str(counter), "COUNT_THREADS": str(count)}
        for tile in (128, 512):
            file = scratch / f"tiles{tile}.jp2"
            subprocess.run(["gdal_translate", "-q", "-of", "JP2OpenJPEG", "-co", f"BLOCKXSIZE={tile}",
                            "-co", f"BLOCKYSIZE={tile}", str(plain), str(file)], check=True)
            subprocess.run(["gdalinfo", "-checksum", str(file)], check=True, capture_output=True,
                           env=dict(os.environ, **env, GDAL_NUM_THREADS="2"))
            tally.check(int(count.read_text().split()[0]) > 0, f"tiles of {tile}: GDAL alone",
                        "none counted")
            for asked in ASKED:
                check(tally, f"tiles of {tile}, {asked}", count, [file], dict(env, **asked))
        late(tally, scratch, count, env)
    tally.finish()


if __name__ == "__main__":
    main()
