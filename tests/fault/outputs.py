#!/usr/bin/python3
"""Outputs that cannot be, or must not be: every kind of report of every command against targets that
are an input, a folder, too long, not writable, full, closed, or a pipe that nobody reads. What can be
known before the first pixel is found before it, nothing is destroyed and nothing stays behind; what
is replaced keeps its rights.

Usage: outputs.py [--quick]; BUILD as for the other tests.
"""

import os
import signal
import stat
import struct
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

from oracle import (IMGPIPE, MAKE_SCENE, PATIENCE, SANITIZED, Scratch,  # noqa: E402
                    Tally, load, run)
from preload import preload  # noqa: E402

ROOT = os.geteuid() == 0
NOBODY = 65534
LONG = "n" * 300
# Far more than can be done in the time a refusal may take.
RUN, MERGE = ["-q"], ["merge", "-q"]
SWEEP = ["sweep", "-q", "--repeat", "500", "--chunk", "64", "--workers", "1"]
PI = ["pi", "-q", "-N", "1e12", "--generator", "own", "--workers", "1"]
SUM = ["sum", "-q", "-N", "1e12", "--how", "chunks", "--workers", "1"]
COMMANDS = {
    "run": (RUN, "summary report csv tiles partial trace html", "a.tif"),
    "run @": (RUN, "summary report csv tiles partial trace html", "@list.txt"),
    "merge": (MERGE, "summary csv partial", "part.json"),
    "sweep": (SWEEP, "csv json html", "a.tif"),
    "sweep @": (SWEEP, "csv json html", "@list.txt"),
    "pi": (PI, "json csv html report", None),
    "sum": (SUM, "json csv html report", None),
    "recur": (["recur", "-q", "-N", "1e9", "--workers", "1"], "json csv html", None),
}
SHORT = {"sweep": ["sweep", "-q", "--repeat", "1", "--chunk", "64", "--workers", "1"],
         "sweep @": ["sweep", "-q", "--repeat", "1", "--chunk", "64", "--workers", "1"],
         "pi": ["pi", "-q", "-N", "1e4", "--generator", "own", "--workers", "1"],
         "sum": ["sum", "-q", "-N", "1e4", "--how", "chunks", "--workers", "1"],
         "recur": ["recur", "-q", "-N", "1e4", "--workers", "1"]}


class Place:
    """A folder with inputs of every kind, and what is in it."""

    def __init__(self, scratch):
        self.path = scratch / "place"
        self.path.mkdir()
        self.path.chmod(0o755)
        os.chmod(scratch, 0o755)
        for name, seed in (("a.tif", "1"), ("b.tif", "2")):
            result = run(["--size", "256x256", "--tile", "64", "--seed", seed, self.path / name],
                         program=MAKE_SCENE)
            assert result.rc == 0, result.last_words()
        (self.path / "list.txt").write_text("a.tif\n")
        result = run(["-q", "--partial", "part.json", "a.tif"], cwd=self.path)
        assert result.rc == 0, result.last_words()
        self.before = self.seen()

    def seen(self):
        found = {}
        for path in sorted(self.path.rglob("*")):
            info = path.lstat()
            key = path.read_bytes() if stat.S_ISREG(info.st_mode) else b""
            found[str(path.relative_to(self.path))] = (stat.S_IFMT(info.st_mode), key)
        return found

    def clear(self):
        for name in sorted(set(self.seen()) - set(self.before), reverse=True):
            path = self.path / name
            if path.is_dir() and not path.is_symlink():
                os.chmod(path, 0o755)
                path.rmdir()
            else:
                path.unlink()


def cases():
    for name, (command, kinds, argument) in COMMANDS.items():
        for kind in kinds.split():
            yield name, command, kind, argument


def start(place, args, **more):
    more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL,
            **more}
    return subprocess.Popen([str(IMGPIPE), *map(str, args)], cwd=place.path, text=True,
                            start_new_session=True, **more)


def end(process, timeout=10):
    try:
        out, err = process.communicate(timeout=timeout * PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None, "", "still running"
    return process.returncode, out or "", err or ""


def with_target(command, kind, target, argument):
    return [*command, f"--{kind}", target, *([argument] if argument else [])]


# --- refused before any work ---

def link_to(place, name, target):
    os.symlink(target, place.path / name)
    return name


def hard_link_to(place, name, target):
    os.link(place.path / target, place.path / name)
    return name


def make_folder(place, mode=0o755):
    (place.path / "folder").mkdir(mode)
    return "folder"


def closed_folder(place):
    make_folder(place, 0o555)
    return "folder/r"


def sticky_folder(place):
    """Somebody else's report where only owners may remove."""
    make_folder(place)
    (place.path / "folder" / "r").write_text("old")
    os.chmod(place.path / "folder", 0o1777)
    return "folder/r"


# name, how the target is made, exit status, as nobody
HAZARDS = (
    ("a folder", make_folder, 73, False),
    ("a folder that is missing", lambda p: "no/such", 73, False),
    ("a name that ends in /", lambda p: "new/", 73, False),
    ("a name too long", lambda p: LONG, 73, False),
    ("below a file", lambda p: "b.tif/r", 73, False),
    ("an image", lambda p: hard_link_to(p, "other", "b.tif"), 64, False),
    ("a folder not writable", closed_folder, 73, True),
    ("another's in a sticky folder", sticky_folder, 73, True),
)
OF_INPUTS = (
    ("the input", lambda p, n: n, 64),
    ("./ the input", lambda p, n: "./" + n, 64),
    ("a hard link of the input", lambda p, n: hard_link_to(p, "other", n), 64),
    ("a link to the input", lambda p, n: link_to(p, "other", n), 64),
)


def check_refusal(tally, place, shim, what, command, kind, argument, target, want, nobody=False):
    before = place.seen()
    count = place.path / "pixels"
    more = {}
    if shim:
        more["env"] = {**os.environ, "LD_PRELOAD": str(shim), "FAULT_CALL": "pread",
                       "FAULT_AT": "0", "FAULT_SIZE": "4096", "FAULT_COUNT": str(count)}
    if nobody:
        more.update(user=NOBODY, group=NOBODY, extra_groups=[])
        more.pop("env", None)
    rc, _, err = end(start(place, with_target(command, kind, target, argument), **more))
    pixels = count.read_text().strip() if count.exists() else "0"
    count.unlink(missing_ok=True)
    base = str(target).rstrip("/").rpartition("/")[2][:60]
    wrong = None
    if rc != want:
        wrong = f"exit {rc}, not {want}: {err[-300:]}"
    elif base not in err:
        wrong = f"'{base}' is not named: {err[:300]}"
    elif pixels != "0":
        wrong = f"pixels were read first ({pixels} reads)"
    elif place.seen() != before:
        wrong = f"the folder is not as before: {sorted(set(place.seen()) ^ set(before))}"
    tally.check(wrong is None, what, wrong)


def refused(tally, place, shim):
    for name, command, kind, argument in cases():
        for what, make, want, nobody in HAZARDS:
            if nobody and not ROOT:
                continue
            check_refusal(tally, place, shim if name.startswith("run") else None,
                          f"{name} --{kind}: {what}", command, kind, argument, make(place), want,
                          nobody)
            place.clear()
        for what, make, want in OF_INPUTS if argument else ():
            target = make(place, argument.lstrip("@"))
            check_refusal(tally, place, shim if name.startswith("run") else None,
                          f"{name} --{kind}: {what}", command, kind, argument, target, want)
            place.clear()
    if not ROOT:
        tally.skip("folders of others", "only root can try as somebody else")


def by_descriptor(tally, place):
    """The same file under the name of a descriptor, as standard output, as standard input."""
    data = (place.path / "a.tif").read_bytes()
    with open(place.path / "a.tif", "r+b") as f:
        rc, _, err = end(start(place, ["-q", "--csv", f"/dev/fd/{f.fileno()}", "a.tif"],
                               pass_fds=[f.fileno()]))
        tally.check(rc == 64 and (place.path / "a.tif").read_bytes() == data,
                    "an input by its descriptor", f"exit {rc}: {err}")
    for args in (["a.tif"], ["info", "a.tif"], ["plan", "a.tif"], ["--csv", "-", "a.tif"],
                 ["merge", "part.json"], ["graph", "@list.txt"], ["sweep", "a.tif"]):
        name = args[-1].lstrip("@")
        before = (place.path / name).read_bytes()
        with open(place.path / name, "ab") as f:
            rc, _, err = end(start(place, args, stdout=f))
        tally.check(rc == 64 and (place.path / name).read_bytes() == before,
                    f">> an input: {' '.join(args)}", f"exit {rc}: {err}")
    with open(place.path / "list.txt", "rb") as f:
        rc, _, err = end(start(place, ["-q", "--summary", "list.txt", "-"], stdin=f))
    tally.check(rc == 64 and "standard input" in err, "a list on standard input",
                f"exit {rc}: {err}")


def two_in_one(tally, place):
    """Two reports in one file, whatever it is called."""
    pairs = (("same name", lambda: ("r", "./r")),
             ("a link", lambda: ((place.path / "r").write_text("x") and "r",
                                 link_to(place, "l", "r"))),
             ("a link to what is missing", lambda: ("r", link_to(place, "l", "r"))),
             ("a hard link", lambda: ((place.path / "r").write_text("x") and "r",
                                      hard_link_to(place, "l", "r"))))
    commands = (("run", RUN, "summary", "report", ["a.tif"]),
                ("run", RUN, "csv", "html", ["a.tif"]), ("run", RUN, "trace", "tiles", ["a.tif"]),
                ("merge", MERGE, "summary", "partial", ["part.json"]),
                ("sweep", SWEEP, "csv", "json", ["a.tif"]), ("pi", PI, "json", "csv", []),
                ("pi", PI, "json", "report", []))
    for name, command, one, other, arguments in commands:
        for what, make in pairs:
            first, second = make()
            before = place.seen()
            rc, _, err = end(start(place, [*command, f"--{one}", first, f"--{other}", second,
                                           *arguments]))
            tally.check(rc == 64 and "both go there" in err and place.seen() == before,
                        f"{name} --{one} --{other} in one file: {what}", f"exit {rc}: {err[-300:]}")
            place.clear()
    with open(place.path / "r", "w") as f:
        rc, _, err = end(start(place, ["--summary", "r", "a.tif"], stdout=f))
    tally.check(rc == 64, "a report and standard output in one file", f"exit {rc}: {err[-300:]}")
    place.clear()


# --- pipes, devices, closed descriptors ---

def pipes(tally, place):
    for name, command, kind, argument in cases():
        args = with_target(SHORT.get(name, command), kind, "pipe", argument)
        os.mkfifo(place.path / "pipe")
        process = start(place, args)
        time.sleep(0.5)
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        rc, _, err = end(process)
        seconds = time.monotonic() - begin
        tally.check(rc in (130, -signal.SIGINT) and seconds < PATIENCE,
                    f"{name} --{kind}: SIGINT, no reader", f"exit {rc} after {seconds:.1f} s: {err}")
        process = start(place, args)  # a reader that comes a little later gets it all
        time.sleep(0.2)
        reader = subprocess.Popen(["cat", "pipe"], cwd=place.path, stdout=subprocess.PIPE)
        rc, _, err = end(process, 30)
        try:
            text = reader.communicate(timeout=5)[0]
        except subprocess.TimeoutExpired:
            reader.kill()
            text = reader.communicate()[0]
        tally.check(rc == 0 and len(text) > 40, f"{name} --{kind}: into a pipe",
                    f"exit {rc}, {len(text)} bytes: {err}")
        place.clear()


def devices(tally, place):
    for name, command, kind, argument in cases():
        command = SHORT.get(name, command)
        rc, _, err = end(start(place, with_target(command, kind, "/dev/full", argument)), 30)
        tally.check(rc == 74 and "/dev/full" in err and place.seen() == place.before,
                    f"{name} --{kind} /dev/full", f"exit {rc}: {err[-300:]}")
        rc, _, err = end(start(place, with_target(command, kind, "/dev/null", argument)), 30)
        tally.check(rc == 0, f"{name} --{kind} /dev/null", f"exit {rc}: {err[-300:]}")
        for where in ("-", "/dev/stdout"):
            args = with_target(command, kind, where, argument)
            rc, out, err = end(start(place, args), 30)
            tally.check(rc == 0 and len(out) > 40, f"{name} --{kind} {where}",
                        f"exit {rc}, {len(out)} bytes: {err[-300:]}")
        closed = subprocess.run(["bash", "-c", 'exec "$@" >&-', "-", str(IMGPIPE), *map(
            str, with_target(command, kind, "-", argument))], cwd=place.path, text=True,
            capture_output=True, timeout=60)
        tally.check(closed.returncode == 74 and "standard output" in closed.stderr,
                    f"{name} --{kind} -, closed", f"exit {closed.returncode}: {closed.stderr}")


def closed_error(tally, place):
    """No report gets an error's words, and -v does not fail."""
    for name, command, kind, argument in cases():
        extra = ["-v"] if name.startswith("run") else []
        bad = ["missing.tif"] if name == "run" else []
        command = [word for word in SHORT.get(name, command) if word != "-q" or not extra]
        args = [*with_target(command, kind, "r", argument), *bad, *extra]
        got = subprocess.run(["bash", "-c", 'exec "$@" 2>&- < /dev/null', "-", str(IMGPIPE),
                              *map(str, args)], cwd=place.path, capture_output=True, timeout=60)
        text = (place.path / "r").read_bytes() if (place.path / "r").exists() else b""
        tally.check(got.returncode == (1 if bad else 0) and len(text) > 40 and
                    b"imgpipe: " not in text and text[:1] not in b" i",
                    f"{name} --{kind}, 2>&-", f"exit {got.returncode}: {text[:80]}")
        place.clear()
    subprocess.run(["bash", "-c", 'exec "$@" 2>&-', "-", str(MAKE_SCENE), "--size", "64x64",
                    "--tile", "16", "c.tif"], cwd=place.path, timeout=60)
    rc, _, err = end(start(place, ["-q", "c.tif"]))
    tally.check(rc == 0, "make_scene, 2>&-", f"exit {rc}: {err}")
    place.clear()


# --- what is replaced ---

ACL = "system.posix_acl_access"


def acl_bytes():
    """user::rw-, user 12345:rw-, group::---, mask::rw-, other::---, as acl(5) and the kernel's
    linux/posix_acl_xattr.h have it."""
    rows = ((0x01, 6, 0xffffffff), (0x02, 6, 12345), (0x04, 0, 0xffffffff), (0x10, 6, 0xffffffff),
            (0x20, 0, 0xffffffff))
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *row) for row in rows)


def rights(tally, place, env=None):
    """A new file follows the umask; one that is replaced keeps mode, owner, group, access list."""
    more = {"env": {**os.environ, **(env or {})}}
    label = " (temporary names)" if env else ""
    target = place.path / "r"
    rc, _, err = end(start(place, ["-q", "--csv", "r", "a.tif"], umask=0o027, **more))
    tally.check(rc == 0 and stat.S_IMODE(target.stat().st_mode) == 0o640, f"umask{label}", err)
    for mode in (0o600, 0o644, 0o666, 0o440):
        target.chmod(mode)
        rc, _, err = end(start(place, ["-q", "--csv", "r", "a.tif"], umask=0o022, **more))
        got = stat.S_IMODE(target.stat().st_mode)
        tally.check(rc == 0 and got == mode, f"mode {mode:o}{label}", f"exit {rc}, {got:o}: {err}")
    target.chmod(0o600)
    try:
        os.setxattr(target, ACL, acl_bytes())
    except OSError as e:
        tally.skip("access list", str(e))
    else:
        rc, _, err = end(start(place, ["-q", "--csv", "r", "a.tif"], **more))
        kept = ACL in os.listxattr(target) and os.getxattr(target, ACL) == acl_bytes()
        tally.check(rc == 0 and kept, f"access list{label}", err)
    target.unlink()
    if ROOT:
        target.write_text("old")
        os.chown(target, NOBODY, 12345)
        target.chmod(0o640)
        rc, _, err = end(start(place, ["-q", "--csv", "r", "a.tif"], **more))
        info = target.stat()
        tally.check((rc, info.st_uid, info.st_gid, stat.S_IMODE(info.st_mode)) ==
                    (0, NOBODY, 12345, 0o640), f"owner{label}", f"{rc}, {info}: {err}")
        # Where the group cannot be kept, its members gain nothing.
        make_folder(place)
        os.chown(place.path / "folder", NOBODY, NOBODY)
        theirs = place.path / "folder" / "r"
        theirs.write_text("old")
        os.chown(theirs, NOBODY, 12345)
        theirs.chmod(0o660)
        rc, _, err = end(start(place, ["-q", "--csv", "folder/r", "a.tif"], user=NOBODY,
                               group=NOBODY, extra_groups=[],
                               **({} if not env else {"env": {**os.environ}})))
        info = theirs.stat()
        tally.check((rc, info.st_uid, info.st_gid, stat.S_IMODE(info.st_mode)) ==
                    (0, NOBODY, NOBODY, 0o600), f"another group{label}", f"{rc}, {info}: {err}")
        theirs.unlink()
    place.clear()


def links(tally, place):
    for what, make in (("there", lambda: (place.path / "real").write_text("old")),
                       ("missing", lambda: None)):
        make()
        link_to(place, "l", "real")
        link_to(place, "m", "l")
        rc, _, err = end(start(place, ["-q", "--summary", "m", "a.tif"]))
        tally.check(rc == 0 and (place.path / "m").is_symlink() and (place.path / "l").is_symlink()
                    and load(place.path / "real") is not None,
                    f"a link to a link to what is {what}", f"exit {rc}: {err}")
        place.clear()
    rc, _, err = end(start(place, ["-q", "--summary", "x" * 255, "a.tif"]))
    tally.check(rc == 0 and load(place.path / ("x" * 255)) is not None, "a name of 255 bytes", err)
    place.clear()
    memory = Path(f"/dev/shm/imgpipe-test-{os.getpid()}.json")
    for _ in range(2):
        rc, _, err = end(start(place, ["-q", "--summary", memory, "a.tif"]))
    tally.check(rc == 0 and load(memory) is not None, "twice into /dev/shm: replaced, not appended",
                err)
    memory.unlink(missing_ok=True)


def main():
    tally = Tally()
    with Scratch() as scratch:
        place = Place(scratch)
        shim = None
        if SANITIZED:
            tally.skip("counting of reads", "preloading and the sanitizers do not go together")
        else:
            shim = preload("shim.c")
        parts = [refused, by_descriptor, two_in_one, pipes, devices, closed_error, rights, links]
        for part in parts:
            begin = time.monotonic()
            part(tally, place, *([shim] if part is refused else []))
            print(f"{part.__name__}: {time.monotonic() - begin:.0f} s", flush=True)
        if shim:
            rights(tally, place, {"LD_PRELOAD": str(shim), "FAULT_NO_TMPFILE": "1"})
    tally.finish()


if __name__ == "__main__":
    main()
