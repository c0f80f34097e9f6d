"""Ways to start the program: under each executor, under the MPI launchers that are installed, and as
shards that are merged. For the tests that compare them."""

import os
import shutil

from oracle import BUILD, IMGPIPE, run

ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        # no network is needed for ranks of one machine
        "OMPI_MCA_btl_vader_single_copy_mechanism": "none"}


def libraries():
    """MPI libraries that a module was built for and whose launcher is here."""
    return [name for name in ("openmpi", "mpich")
            if (BUILD / f"imgpipe-mpi-{name}.so").exists() and shutil.which(f"mpirun.{name}")]


def mpi_command(library, ranks):
    """Words in front of the program's name."""
    words = [f"mpirun.{library}"]
    if library == "openmpi":
        words += ["--oversubscribe", "--bind-to", "none"]
    return words + ["-n", str(ranks)]


def run_mpi(library, ranks, args, timeout=60, env=None):
    words = mpi_command(library, ranks)
    return run([*words[1:], IMGPIPE, *args], program=shutil.which(words[0]), timeout=timeout,
               env={**ROOT, **(env or {})})


def run_shards(scratch, n, args, files):
    """n shards and their merge into --summary and --csv: (summary, csv, Result of the merge)."""
    parts = []
    for i in range(1, n + 1):
        parts.append(scratch / f"part-{i}.json")
        result = run(["-q", "--shard", f"{i}/{n}", "--partial", parts[-1], *args, *files],
                     timeout=60)
        if result.rc not in (0, 1, 65):
            return b"", b"", result
    paths = [scratch / "merged.json", scratch / "merged.csv"]
    result = run(["merge", "-q", "--summary", paths[0], "--csv", paths[1], *parts], timeout=60)
    merged = [path.read_bytes() if path.exists() else b"" for path in paths]
    for path in [*parts, *paths]:
        path.unlink(missing_ok=True)
    return merged[0], merged[1], result


def cpu_count():
    return len(os.sched_getaffinity(0))
