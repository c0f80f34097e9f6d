"""Libraries of this folder that a run loads before all others (LD_PRELOAD), each built from one source."""

import os
import subprocess
import sys
from pathlib import Path

from oracle import BUILD


def preload(source, compiler="cc"):
    """The library made of `source` of this folder. It lies in the folder of the build: LD_PRELOAD takes no
    blank, which a temporary folder may have in its name. Each script has its own, and one that is loaded is
    not written over. What does not compile ends the script, in the compiler's words."""
    names = (Path(sys.argv[0]).stem, Path(source).stem, *([] if compiler == "cc" else [compiler]))
    made = BUILD / "tests" / ("-".join(names) + ".so")
    made.parent.mkdir(exist_ok=True)
    new = made.with_name(f"{made.name}.{os.getpid()}")
    subprocess.run([compiler, "-std=gnu11", "-D_GNU_SOURCE", "-O2", "-shared", "-fPIC", "-pthread", "-o", new,
                    Path(__file__).resolve().parent / source, "-ldl"], check=True)
    new.replace(made)
    return made
