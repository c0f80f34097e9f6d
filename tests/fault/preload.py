"""Libraries of this folder that a run loads before all others (LD_PRELOAD), built from one source."""

import subprocess
from pathlib import Path


def preload(source, out, compiler="cc"):
    """`out`, made of `source` of this folder. What does not compile ends the test, in the compiler's
    words."""
    out.parent.mkdir(exist_ok=True)
    subprocess.run([compiler, "-std=c11", "-D_GNU_SOURCE", "-O2", "-shared", "-fPIC", "-pthread", "-o", out,
                    Path(__file__).resolve().parent / source, "-ldl"], check=True)
    return out
