#!/usr/bin/env python3
"""Scenes whose files are made, under MPI: tests/unit/run/test_assemble.c as ranks, with both
libraries. Parts of scenes lie in the spools of several ranks; rank 0 assembles all of it, and no
file is left."""

import shutil
import sys
import tempfile

from launch import ROOT, libraries, mpi_command
from oracle import BUILD, run

TEST = BUILD / "tests" / "test_assemble"


def one(library, ranks):
    words = mpi_command(library, ranks)
    with tempfile.TemporaryDirectory() as folder:
        result = run([*words[1:], TEST, "ranks", folder], program=shutil.which(words[0]),
                     timeout=120, env={**ROOT, "IMGPIPE_MODULE_DIR": str(BUILD)})
    if result.rc:
        print(f"{library}, {ranks} ranks: exit status {result.rc}\n{result.out}\n{result.err}")
    return not result.rc


def main():
    if not libraries() or not TEST.exists():
        print("skipped: no MPI, or no test_assemble")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    done = [one(library, ranks) for library in libraries() for ranks in (1, 2, 3)]
    print(f"{sum(done)} passed, {len(done) - sum(done)} failed, 0 skipped")
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main())
