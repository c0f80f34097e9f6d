#!/usr/bin/python3
"""Worker processes that a file has taken over: what they try is refused, and the others' numbers
are right. The process that leads them opens no input. Each check is made with --confine off, too,
where the same attempts succeed: so it is the confinement that refuses them.

Usage: confine.py [--quick]; BUILD as for the other tests.
"""


import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))

from oracle import (IMGPIPE, MAKE_SCENE, QUICK, SANITIZED, Scratch, Tally, load,  # noqa: E402
                    run)
from preload import preload  # noqa: E402

LOG_BYTES = 65536
TRANSPORTS = ("shm", "pipe")

# What an attempt comes back with: confined, and without. None: anything but 0.
REFUSED = {
    "secret": (errno.EACCES, 0),
    "passwd": (errno.EACCES, 0),
    "list": (errno.EACCES, 0),
    "write": (errno.EACCES, 0),
    "create": (errno.EACCES, 0),
    "write-input": (errno.EACCES, 0),
    "chmod": (errno.EPERM, 0),
    "truncate": (errno.EPERM, 0),
    "rename": (errno.EPERM, 0),
    "unlink": (errno.EPERM, 0),
    "mkdir": (errno.EPERM, 0),
    "limit": (errno.EPERM, 0),
    "connect": (errno.EPERM, 0),
    "socketpair": (errno.EPERM, 0),
    "fork": (errno.EPERM, 0),
    "exec": (errno.EPERM, errno.ENOENT),
    "kill": (errno.EPERM, 0),
    "input": (0, 0),    # these a decoder needs
    "library": (0, 0),
    "thread": (0, 0),
    "writable": (0, None),
}


class Lab:
    def __init__(self, tally, scratch):
        self.tally, self.scratch = tally, scratch
        self.shim = preload("escape.c")
        self.inputs, self.elsewhere = scratch / "inputs", scratch / "elsewhere"
        self.inputs.mkdir()
        self.elsewhere.mkdir()
        self.secret = self.elsewhere / "secret.txt"
        self.secret.write_text("secret")
        self.decoy = self.elsewhere / "decoy.txt"
        self.good = [self.make(f"good-{i}", i) for i in (1, 2, 3)]
        self.bad = self.make("bad", 9)
        result = run(["-q", "--summary", scratch / "threads.json", *self.good, self.bad])
        assert result.rc == 0, result.err
        self.threads = (scratch / "threads.json").read_bytes()
        self.reference = {s["name"]: s for s in load(scratch / "threads.json")["scenes"]}
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.settimeout(0.2)

    def make(self, name, seed):
        path = self.inputs / f"{name}.tif"
        result = run(["--size", "512x512", "--tile", "128", "--seed", seed, path],
                     program=MAKE_SCENE)
        assert result.rc == 0, result.err
        return path

    def run(self, kind, *options, inputs=None, at=1):
        """A run in which the decoder of bad.tif is taken over, with read `at` of a process: result,
        summary, log."""
        log, out = self.scratch / "log", self.scratch / "out.json"
        log.write_bytes(bytes(LOG_BYTES))
        out.unlink(missing_ok=True)
        self.decoy.write_text("decoy")
        env = {"LD_PRELOAD": str(self.shim), "ESCAPE_LOG": str(log), "ESCAPE_KIND": kind,
               "ESCAPE_FILE": "bad.tif", "ESCAPE_SECRET": str(self.secret), "ESCAPE_AT": str(at),
               "ESCAPE_DECOY": str(self.decoy), "ESCAPE_PORT": str(self.server.getsockname()[1])}
        command = ["-q", "--executor", "processes", "--workers", "2", "--summary", out, *options,
                   *(inputs or [*self.good, self.bad])]
        result = run(command, env=env, timeout=60)
        text = log.read_bytes()[8:].rstrip(b"\0").decode()
        return result, out, [line.split(" ", 1) for line in text.splitlines()]

    def others_right(self, out):
        """What is wrong with the good scenes, bad.tif being the one that failed; None: nothing."""
        summary = load(out) if out.exists() else None
        if summary is None:
            return "no summary"
        for scene in summary["scenes"]:
            if scene["name"] == "bad":
                if scene["status"] != "failed":
                    return f"bad.tif is {scene['status']}"
            elif scene != self.reference[scene["name"]]:
                return f"{scene['name']}: {scene['status']}, or other numbers"
        return None


def attempts(lab):
    """Everything a decoder could do but decode comes back as refused, and the numbers stay."""
    for transport in TRANSPORTS:
        for choice, column in (("auto", 0), ("off", 1)):
            result, out, log = lab.run("all", "--transport", transport, "--confine", choice,
                                       inputs=[lab.inputs])
            seen = {row[0]: int(row[1]) for row in log}
            for name, want in REFUSED.items():
                lab.tally.check(seen.get(name) == want[column] or
                                (want[column] is None and seen.get(name)),
                                f"{name}, {transport}, --confine {choice}",
                                f"came back with {seen.get(name)}, not {want[column]}")
            lab.tally.check(result.rc == 0 and out.read_bytes() != b"" and
                            load(out)["scenes"] == load(lab.scratch / "threads-dir.json")["scenes"],
                            f"numbers, {transport}, --confine {choice}",
                            f"exit {result.rc}: {result.err[:300]}")
            try:
                lab.server.accept()[0].close()
                came = True
            except TimeoutError:
                came = False
            lab.tally.check(came == (choice == "off"), f"connection, {transport}, {choice}",
                            "came" if came else "did not come")


def worst(lab):
    """What no reader of images asks for ends that process at once, and costs that scene."""
    result, out, _ = lab.run("ptrace")
    wrong = lab.others_right(out)
    lab.tally.check(result.rc == 1 and not wrong and "SIGSYS" in result.err, "ptrace",
                    f"exit {result.rc}, {wrong}: {result.err[:300]}")
    result, out, _ = lab.run("ptrace", "--confine", "off")
    lab.tally.check("SIGSYS" not in result.err, "ptrace, --confine off", result.err[:300])


def garbage(lab):
    """A worker that says what none says is ended; the one that waits for it is not kept waiting."""
    for transport in TRANSPORTS:
        for kind in ("garbage",) if QUICK else ("garbage", "half"):  # 20 s are given to a half one
            result, out, _ = lab.run(kind, "--transport", transport)
            wrong = lab.others_right(out)
            lab.tally.check(result.rc == 1 and not wrong and not result.timed_out and
                            "bad.tif" in result.err, f"{kind}, {transport}",
                            f"exit {result.rc}, {wrong}: {result.err[:300]}")


def repeated(lab):
    """A worker that has said something valid, and says it again: it is no result of the next chunk,
    nor of the next scene."""
    options = ("--workers", "1", "--chunk", "tile")  # 16 chunks a scene, one read or more each
    for transport in TRANSPORTS:
        for at, inputs in ((8, (lab.bad,)), (8, (lab.bad, *lab.good)), (1, (*lab.good, lab.bad))):
            result, out, _ = lab.run("garbage", "--transport", transport, *options, inputs=inputs,
                                     at=at)
            wrong = lab.others_right(out)
            lab.tally.check(result.rc == (1 if len(inputs) > 1 else 70) and not wrong and
                            "bad.tif" in result.err and "an invalid message" in result.err,
                            f"said again at read {at}, {len(inputs)} scenes, {transport}",
                            f"exit {result.rc}, {wrong}: {result.err[:300]}")


def memory(lab):
    """A decoder that takes more than was planned: its scene fails, with the limit's name."""
    for transport in TRANSPORTS:
        result, out, log = lab.run("memory", "--memory", "200M", "--transport", transport)
        wrong = lab.others_right(out)
        lab.tally.check(result.rc == 1 and not wrong and "as planned" in result.err and
                        "bad.tif" in result.err and ["memory", str(errno.ENOMEM)] in log,
                        f"256 MiB, {transport}",
                        f"exit {result.rc}, {wrong}, {log[:3]}: {result.err[:400]}")
    result, out, log = lab.run("memory", "--memory", "200M", "--confine", "off")
    lab.tally.check(["memory", "0"] in log, "256 MiB, --confine off", f"{log[:3]}")


def leader(lab):
    """Who opens the inputs: workers alone."""
    for executor, reader in (("processes", "tiff"), ("processes", "gdal"), ("threads", "tiff")):
        result, out, log = lab.run("opens", "--reader", reader, "--executor", executor)
        parents = {row[0] for row in log}
        first = parents_of_all(lab, executor, reader)
        opened = {Path(row[1]).name for row in log if len(row) == 2}
        lab.tally.check(result.rc == 0 and opened == {p.name for p in (*lab.good, lab.bad)},
                        f"opens are seen, {executor}, {reader}", f"{opened}, {result.err[:200]}")
        lab.tally.check(first == (executor == "threads") and len(parents) >= 1,
                        f"who opens, {executor}, {reader}",
                        f"the leading process {'does' if first else 'does not'}")


def parents_of_all(lab, executor, reader):
    """Does the process that was started open an input itself?"""
    log = lab.scratch / "log"
    log.write_bytes(bytes(LOG_BYTES))
    process = subprocess.Popen(
        [str(IMGPIPE), "-q", "--executor", executor, "--reader", reader, "--workers", "2",
         "--summary", str(lab.scratch / "o.json"), *map(str, lab.good), str(lab.bad)],
        env={**os.environ, "LD_PRELOAD": str(lab.shim), "ESCAPE_LOG": str(log),
             "ESCAPE_KIND": "opens"})
    process.wait(timeout=60)
    lines = log.read_bytes()[8:].rstrip(b"\0").decode().splitlines()
    return any(line.split()[0] == str(process.pid) for line in lines)


def links(lab):
    """Links in a folder lead to files that may be read; what lies beside those may not."""
    folder = lab.scratch / "links"
    folder.mkdir()
    for path in (*lab.good, lab.bad):
        (folder / path.name).symlink_to(path)
    result, out, log = lab.run("all", inputs=[folder])
    seen = {row[0]: int(row[1]) for row in log}
    lab.tally.check(result.rc == 0 and seen.get("input") == 0 and
                    seen.get("secret") == errno.EACCES and
                    load(out)["scenes"] == load(lab.scratch / "threads-dir.json")["scenes"],
                    "links", f"exit {result.rc}, {seen}: {result.err[:300]}")


def named(lab):
    """One file named in a folder opens neither the folders below it nor hidden files in it."""
    below, hidden = lab.inputs / "below", lab.inputs / ".hidden"
    below.mkdir()
    (below / "secret.txt").write_text("secret")
    hidden.write_text("secret")
    for secret in (below / "secret.txt", hidden):
        kept, lab.secret = lab.secret, secret
        result, _, log = lab.run("all")
        seen = {row[0]: int(row[1]) for row in log}
        lab.tally.check(result.rc == 0 and seen.get("secret") == errno.EACCES,
                        f"named files, {secret.name}", f"exit {result.rc}, {seen}")
        lab.secret = kept
    (below / "secret.txt").unlink()
    below.rmdir()
    hidden.unlink()


def said(lab):
    """The report says what was in force; must refuses where it cannot be had."""
    report = lab.scratch / "report.json"
    run(["-q", "--executor", "processes", "--report", report, *lab.good])
    about = load(report)["confinement"]
    lab.tally.check(about and about["seccomp"] is True and about["landlock_abi"] >= 1 and
                    about["network"] is False and about["worker_bytes"] > 1 << 20,
                    "report", str(about))
    for options in (["--executor", "threads"], ["--executor", "processes", "--confine", "off"]):
        run(["-q", "--report", report, *options, *lab.good])
        lab.tally.check(load(report)["confinement"] is None, f"report, {' '.join(options)}")
    run(["-q", "--executor", "processes", "--report", report, *lab.good,
         "/vsicurl/http://127.0.0.1:9/none.tif"])
    lab.tally.check(load(report)["confinement"]["network"] is True, "report, with a network's name")
    for options, rc in ((["--executor", "processes"], 0), (["--executor", "threads"], 64)):
        result = run(["-q", "--confine", "must", *options, *lab.good])
        lab.tally.check(result.rc == rc, f"must, {' '.join(options)}", f"exit {result.rc}")
    result = run(["-q", "--confine", "must", "--executor", "processes",
                  "/vsicurl/http://127.0.0.1:9/none.tif"])
    lab.tally.check(result.rc == 69 and "network" in result.err, "must, with a network's name",
                    f"exit {result.rc}: {result.err[:200]}")
    result = run(["plan", "--executor", "processes", *lab.good])
    lab.tally.check("Confined" in result.out and "seccomp" in result.out, "plan", result.out[:400])


def deadly_header(lab):
    """A sample that kills who looks at it, before there is a plan: that scene alone fails."""
    shim = preload("shim.c")
    out = lab.scratch / "out.json"
    result = run(["-q", "--executor", "processes", "--workers", "2", "--summary", out, lab.bad,
                  *lab.good], timeout=60,
                 env={"LD_PRELOAD": str(shim), "FAULT_CALL": "pread", "FAULT_KIND": "segv",
                      "FAULT_AT": "1", "FAULT_ALL": "1", "FAULT_FILE": "bad.tif"})
    wrong = lab.others_right(out)
    lab.tally.check(result.rc == 1 and not wrong and "SIGSEGV" in result.err and
                    "bad.tif" in result.err, "header that kills",
                    f"exit {result.rc}, {wrong}: {result.err[:300]}")
    result = run(["plan", "--executor", "processes", lab.bad], timeout=60,
                 env={"LD_PRELOAD": str(shim), "FAULT_CALL": "pread", "FAULT_KIND": "segv",
                      "FAULT_AT": "1", "FAULT_ALL": "1", "FAULT_FILE": "bad.tif"})
    lab.tally.check(result.rc == 70 and "SIGSEGV" in result.err and "bad.tif" in result.err,
                    "plan of a header that kills", f"exit {result.rc}: {result.err[:300]}")


def main():
    tally = Tally()
    if SANITIZED:
        tally.skip("confinement", "preloading and the sanitizers do not go together")
        tally.finish()
    with Scratch() as scratch:
        lab = Lab(tally, scratch)
        run(["-q", "--summary", scratch / "threads-dir.json", lab.inputs])
        run(["-q", "--executor", "processes", "--report", scratch / "r.json", lab.good[0]])
        lacks = load(scratch / "r.json")["confinement"]["lacks"]
        if lacks:
            tally.skip("confinement", lacks)
        else:
            for check in (attempts, worst, memory, links, named, said):
                check(lab)
        for check in (garbage, repeated, leader, deadly_header):
            check(lab)
    tally.finish()


if __name__ == "__main__":
    main()
