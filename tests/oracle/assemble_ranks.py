#!/usr/bin/python3
"""Scenes whose files are made, under MPI: tests/unit/run/test_assemble.c as ranks, with both
libraries. Parts of scenes lie in the spools of several ranks; rank 0 assembles all of it, and no
file is left."""

import shutil

from launch import ROOT, libraries, mpi_command
from oracle import BUILD, Scratch, Tally, run

TEST = BUILD / "tests" / "test_assemble"


def main():
    tally = Tally()
    for library in {"openmpi", "mpich"} - set(libraries()):
        tally.skip(library, "not installed with its launcher")
    for library in libraries():
        for ranks in (1, 2, 3):
            start, *words = mpi_command(library, ranks)
            with Scratch() as folder:
                result = run([*words, TEST, "ranks", folder], program=shutil.which(start), timeout=120,
                             env={**ROOT, "IMGPIPE_MODULE_DIR": str(BUILD)})
            tally.check(result.rc == 0, f"{library}, {ranks} ranks", f"exit {result.rc}\n{result.out}\n{result.err}")
    tally.finish()


if __name__ == "__main__":
    main()
