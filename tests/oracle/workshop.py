#!/usr/bin/env python3
"""Walk through the workshop's pages, so that they cannot rot.

    workshop.py [--quick] [--refresh]        BUILD: folder of the program, default build

Learner pages: each command (indented by four) is run as it stands, in the folder that
`make workshop` makes, and has to exit with 0, or as <!-- exits with N: COMMAND --> on the page says.

Answer pages: each ```console block holds `$ command` lines and what they printed. They are run, and

* they have to end as that page says, too, and
* every <!-- holds: REGEX --> below a block has to be found in what is printed now: results and
  statements that are the same on every machine, and the words that the page explains.

--refresh writes what is printed now into the answer pages. --quick walks with small scenes.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
REPO = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.abspath(os.environ.get("BUILD", os.path.join(REPO, "build")))
PAGES = os.path.join(REPO, "samples", "workshop")
QUICK_SIZE = "3584"

passed = failed = skipped = 0


def ok(condition, what, detail=""):
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print(f"not ok: {what}\n{detail}".rstrip())


def has_mpi():
    return shutil.which("mpirun") and any(name.startswith("imgpipe-mpi-")
                                          for name in os.listdir(BUILD))


def is_sanitized():
    """A program whose memory is the sanitizers', too."""
    symbols = subprocess.run(["nm", "-D", os.path.join(BUILD, "imgpipe")], capture_output=True,
                             text=True, check=False).stdout
    return "__asan_init" in symbols or "__tsan_init" in symbols


MPI, SANITIZED = has_mpi(), is_sanitized()


def have(command):
    """What a command needs beside imgpipe; None, or what is missing."""
    if ("mpirun" in command or "mpi.json" in command) and not MPI:
        return "mpirun and imgpipe's module for it"
    if "--memory" in command and SANITIZED:
        return "memory without the sanitizers'"
    if "dask_ndvi" in command:
        probe = subprocess.run(["/usr/bin/python3", "-c", "import dask.array, rasterio"],
                               capture_output=True)
        if probe.returncode:
            return "python3-dask and python3-rasterio"
    return None


def lighter(command):
    """The same command with less to do: fewer repeats, points and workers."""
    command = re.sub(r"--repeat \d+", "--repeat 1", command)
    command = re.sub(r"--workers 1\.\.8", "--workers 1,2", command)
    if "--memory" not in command:  # those are refused, or show what memory does
        command = re.sub(r"-N (\d)e[789]", r"-N \1e6", command)
    return re.sub(r"imgpipe (pi|sum|recur)(?!.*-N)", r"imgpipe \1 -N 1e4", command)


def run(command, folder):
    env = dict(os.environ, PATH=BUILD + os.pathsep + os.environ["PATH"], COLUMNS="100",
               OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    if "mpirun" in command:
        command = command.replace("mpirun -n", "mpirun --oversubscribe -n")
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300,
                          check=False)
    return done.returncode, done.stdout


def statuses(text):
    """Commands that do not end with 0, and what they end with."""
    return {command: int(status) for status, command
            in re.findall(r"<!-- exits with (\d+): (.*?) -->", text)}


def page_commands(text):
    """Indented lines of a learner page, joined where a quote is open, without comments."""
    commands, pending = [], ""
    for line in text.splitlines():
        if not line.startswith("    "):
            continue
        pending += ("\n" if pending else "") + line[4:]
        if pending.count("'") % 2:
            continue
        commands.append(re.sub(r"\s+#\s.*$", "", pending))
        pending = ""
    return commands


def walk_page(name, folder, quick):
    global skipped
    with open(os.path.join(PAGES, name)) as file:
        text = file.read()
    wanted = statuses(text)
    for command in page_commands(text):
        missing = have(command)
        if missing:
            skipped += 1
            print(f"skipped: {name}: {command}: needs {missing}")
            continue
        got, out = run(lighter(command) if quick else command, folder)
        ok(got == wanted.get(command, 0),
           f"{name}: exit status {got} and not {wanted.get(command, 0)}: {command}", out[-800:])


def run_block(name, block, folder, quick, refresh, wanted):
    """A console block: runs its commands; returns the block as it is now, and whether it is whole."""
    global skipped
    now, whole = [], True
    for part in re.split(r"^(?=\$ )", block, flags=re.M):
        if not part.startswith("$ "):
            continue
        first, _, shown = part.partition("\n")
        command = first[2:]
        missing = have(command)
        if missing:
            skipped += 1
            whole = False
            print(f"skipped: answers/{name}: {command}: needs {missing}")
            now.append(part)
            continue
        status, out = run(lighter(command) if quick and not refresh else command, folder)
        out = out.replace(folder + "/", "")
        now.append(f"{first}\n{out}" if out.endswith("\n") or not out else f"{first}\n{out}\n")
        ok(status == wanted.get(command, 0),
           f"answers/{name}: exit status {status} and not {wanted.get(command, 0)}: {command}",
           out[-800:])
    return "".join(now), whole


def walk_block(name, block, holds, folder, quick, refresh, wanted):
    """The block as it is now. What a busy machine has hidden is looked for once more."""
    text, whole = run_block(name, block, folder, quick, refresh, wanted)
    if not whole:
        return text  # what is to hold may speak of what was left out
    if not refresh and not all(re.search(pattern, text) for pattern in holds):
        text, _ = run_block(name, block, folder, quick, refresh, wanted)
    for pattern in holds:
        ok(re.search(pattern, text), f"answers/{name}: {pattern!r} is not in what is printed now",
           text[-1500:])
    return text


def walk_answer(name, folder, quick, refresh):
    path = os.path.join(PAGES, "answers", name)
    with open(path) as file:
        page = file.read()
    wanted, out, at = statuses(page), [], 0
    for block in re.finditer(r"```console\n(.*?)```\n((?:<!-- .*? -->\n)*)", page, re.S):
        holds = re.findall(r"<!-- holds: (.*?) -->", block.group(2))
        text = walk_block(name, block.group(1), holds, folder, quick, refresh, wanted)
        out += [page[at:block.start(1)], text]
        at = block.end(1)
    if refresh:
        with open(path, "w") as file:
            file.write("".join(out) + page[at:])


def main():
    quick, refresh = "--quick" in sys.argv, "--refresh" in sys.argv
    only = [a for a in sys.argv[1:] if not a.startswith("--")]
    with tempfile.TemporaryDirectory() as scratch:
        folder = os.path.join(BUILD, "workshop") if refresh else os.path.join(scratch, "workshop")
        setup = [os.path.join(PAGES, "setup.sh"), BUILD, folder] + ([QUICK_SIZE] if quick else [])
        subprocess.run(setup, check=True, stdout=subprocess.DEVNULL)
        pages = [name for name in os.listdir(PAGES) if re.match(r"\d+-.*\.md$", name)]
        for name in sorted(pages, key=lambda name: int(name.split("-")[0])):
            if only and name not in only:
                continue
            answer = os.path.exists(os.path.join(PAGES, "answers", name))
            ok(answer, f"{name} has no answers")
            if not refresh:
                walk_page(name, folder, quick)
            if answer:
                walk_answer(name, folder, quick, refresh)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
