"""Libraries that are loaded by LD_PRELOAD, built for the script that asks."""

import os
import subprocess
import sys
from pathlib import Path

from oracle import BUILD, REPO


def built(source):
    """Its path, in the folder of the build: LD_PRELOAD takes no blank, which a temporary folder may have
    in its name. Each script has its own, and one that is loaded is not written over."""
    made = BUILD / "tests" / f"{Path(sys.argv[0]).stem}-{Path(source).stem}.so"
    made.parent.mkdir(exist_ok=True)
    new = made.with_suffix(f".{os.getpid()}")
    subprocess.run(["cc", "-std=gnu11", "-D_GNU_SOURCE", "-O2", "-shared", "-fPIC", "-o", new,
                    REPO / "tests" / "fault" / source, "-ldl"], check=True)
    new.replace(made)
    return made
