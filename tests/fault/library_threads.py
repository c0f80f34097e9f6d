#!/usr/bin/python3
"""Workers are the only threads: libraries that decode begin none of their own (count_threads.c), as
their CPU time would be in no stage. JPEG 2000 with one tile and with several, whatever the
environment asks for; GDAL's own program, which does begin some, shows that they are counted.

Usage: library_threads.py [--quick]; BUILD as for the other tests.
"""

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

from oracle import BUILD, MAKE_SCENE, REPO, SANITIZED, Scratch, Tally, run  # noqa: E402

ASKED = ({}, {"OPJ_NUM_THREADS": "4"}, {"GDAL_NUM_THREADS": "ALL_CPUS"})


def main():
    tally = Tally()
    if SANITIZED:
        tally.skip("threads of libraries", "the sanitizers want to be loaded first")
        tally.finish()
    with Scratch() as scratch:
        counter, plain = BUILD / "tests" / "count_threads.so", scratch / "scene.tif"
        counter.parent.mkdir(exist_ok=True)
        built = subprocess.run(["cc", "-D_GNU_SOURCE", "-O2", "-shared", "-fPIC", "-o", str(counter),
                                str(REPO / "tests" / "fault" / "count_threads.c"), "-ldl"],
                               capture_output=True, text=True)
        made = run(["--size", "512", "--tile", "256", plain], program=MAKE_SCENE)
        if built.returncode != 0 or made.rc != 0:
            tally.fail("count_threads.c", built.stderr[:300] + made.last_words())
            tally.finish()
        count = scratch / "count"
        env = {"LD_PRELOAD": str(counter), "COUNT_THREADS": str(count)}
        for tile in (128, 512):
            file = scratch / f"tiles{tile}.jp2"
            subprocess.run(["gdal_translate", "-q", "-of", "JP2OpenJPEG", "-co", f"BLOCKXSIZE={tile}",
                            "-co", f"BLOCKYSIZE={tile}", str(plain), str(file)], check=True)
            subprocess.run(["gdalinfo", "-checksum", str(file)], check=True, capture_output=True,
                           env=dict(os.environ, **env, GDAL_NUM_THREADS="2"))
            tally.check(int(count.read_text()) > 0, f"tiles of {tile}: GDAL alone", "none counted")
            for asked in ASKED:
                what = f"tiles of {tile}, {asked}"
                count.unlink()
                result = run(["-q", "--workers", "2", file], env=dict(env, **asked))
                tally.check(result.rc == 0, what, result.last_words())
                tally.check(count.read_text() == "0\n", what, count.read_text())
    tally.finish()


if __name__ == "__main__":
    main()
