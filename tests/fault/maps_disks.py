"""Parts of maps.py: full and small disks, limits, folders that cannot be written or go, disks that
stall, and each call that makes, fills, syncs or names a file gone wrong."""

import contextlib
import errno
import os
import resource
import shutil
import subprocess
import time
from pathlib import Path

from living import until
from maps_lab import ALL, EXECUTORS, IS_ROOT, files
from oracle import QUICK, load

NOBODY = 65534


# --- disks -----------------------------------------------------------------------------------------

@contextlib.contextmanager
def mounted(lab, *words):
    """A small file system at the folder of the maps, or at PATH of lab."""
    where = lab.scratch / "mount"
    where.mkdir(exist_ok=True)
    result = subprocess.run(["mount", *map(str, words), where], capture_output=True, text=True,
                            check=False) if IS_ROOT else None
    if result is None or result.returncode:
        yield None
        return
    try:
        yield where
    finally:
        lab.out = lab.scratch / "maps"
        subprocess.run(["umount", where], check=False)


def loop_ext4(lab, mib):
    image = lab.scratch / "disk.img"
    image.write_bytes(b"")
    os.truncate(image, mib << 20)
    result = subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", "-O", "^has_journal", image],
                            capture_output=True, check=False)
    return ["-o", "loop", image] if result.returncode == 0 else None


def used(where):
    info = os.statvfs(where)
    return (info.f_blocks - info.f_bfree) * info.f_frsize


def small_disk(lab, name, words, executor, outputs, spools, may=(74,)):
    with mounted(lab, *words) if words else contextlib.nullcontext() as where:
        if not where:
            lab.tally.skip(name, "no file system can be mounted here")
            return
        lab.clear()
        options = ["--spool-dir", where] if spools and not outputs else []
        if outputs:
            lab.out = where / "maps"
            lab.out.mkdir()
            options = ["--spool-dir", where if spools else lab.scratch]
        before = used(where)
        rc, err = lab.run(lab.args(*options, executor=executor))
        lab.check(f"{name}, {executor}", rc, err, may=may, words=[str(where), "bytes", "space left"])
        size = sum(-(-p.stat().st_size // 4096) * 4096 for p in files(lab.out)) if outputs else 0
        lab.tally.check(used(where) <= before + size + 65536, f"{name}, {executor}: space released",
                        f"{used(where) - before} more, files {size}")
        more = [p for p in files(lab.out)]
        if outputs:
            lab.tally.check(len(more) >= 1, f"{name}, {executor}: what has room is made", err[-300:])
        lab.tally.check(rc != 74 or err.count("space left") >= 3, f"{name}, {executor}: three in a row", err)


def small_disks(lab):
    size = max(map(len, lab.new.values()))
    for executor in EXECUTORS:
        tmpfs = ["-t", "tmpfs", "-o", f"size={int(1.6 * size) >> 10}k", "tmpfs"]
        small_disk(lab, "outputs full, tmpfs", tmpfs, executor, True, False)
        tmpfs[3] = f"size={size // 2 >> 10}k"
        small_disk(lab, "spools full, tmpfs", tmpfs, executor, False, True)
        tmpfs[3] = f"size={int(9 * size) >> 10}k"
        small_disk(lab, "one disk full, tmpfs", tmpfs, executor, True, True, (1, 74))
        small_disk(lab, "outputs full, ext4", loop_ext4(lab, (int(1.6 * size) >> 20) + 1), executor,
                   True, False)
    # One scene is too large, the others go on.
    big = lab.scene(lab.scratch / "big.tif", "2000x1600")
    with mounted(lab, "-t", "tmpfs", "-o", f"size={5 * size >> 10}k", "tmpfs") as where:
        if not where:
            lab.tally.skip("one scene too large", "no file system can be mounted here")
            return
        for executor in EXECUTORS:
            lab.clear()
            rc, err = lab.run(lab.args("--spool-dir", where, executor=executor,
                                       scenes=[lab.scenes[0], big, *lab.scenes[1:]]))
            done = sorted(p.name for p in files(lab.out))
            lab.check(f"one scene too large, {executor}", rc, err, may=(1,), words=["big", str(where)])
            lab.tally.check(set(done) <= set(lab.new) and len(done) >= 3,
                            f"one scene too large, {executor}: others go on", f"{done} {err}")
    big.unlink()


def limits(lab):
    """A limit on the size of files; folders that cannot be written, that go, that are others."""
    size = max(map(len, lab.new.values()))
    for executor in EXECUTORS:
        for part in (0.3, 0.9):
            lab.clear()
            most = int(size * part)
            rc, err = lab.run(lab.args(executor=executor), preexec_fn=lambda m=most: (
                resource.setrlimit(resource.RLIMIT_FSIZE, (m, m))))
            lab.check(f"file size limit {part}, {executor}", rc, err, may=(1, 65, 74),
                      words=[str(lab.out), "bytes", "File too large"])
    with mounted(lab, "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs") as where:
        if where:
            lab.clear()
            lab.out = where
            rc, err = lab.run(lab.args())
            lab.tally.check(rc == 73 and str(where) in err, "a folder that is read-only",
                            f"exit {rc}: {err}")
        else:
            lab.tally.skip("a folder that is read-only", "nothing can be mounted here")
    lab.clear()
    lab.out.chmod(0o555)
    if IS_ROOT:
        rc, err = lab.run(["-q", "-o", lab.out, *lab.scenes], user=NOBODY, group=NOBODY,
                          extra_groups=[])
        lab.tally.check(rc == 73 and str(lab.out) in err and not any(files(lab.out)),
                        "a folder that may not be written", f"exit {rc}: {err}")
    else:
        lab.tally.skip("a folder that may not be written", "needs root")


def folder_goes(lab):
    for executor in EXECUTORS:
        for what in ("removed", "replaced") if not QUICK or executor == "threads" else ("removed",):
            lab.clear()
            aside = lab.scratch / "aside"
            shutil.rmtree(aside, ignore_errors=True)
            slow, mark = lab.stalls("fsync", 300)
            process = lab.start(lab.args(executor=executor), slow)
            until(mark.is_set, 20)
            lab.out.rename(aside)
            if what == "replaced":
                lab.out.mkdir()
            else:
                shutil.rmtree(aside)
            rc, err = lab.end(process)
            name = f"folder {what}, {executor}"
            if what == "removed":
                ok = rc in (1, 65, 73, 74) and str(lab.out) in err and not lab.out.exists()
                lab.tally.check(ok, name, f"exit {rc}: {err}")
                lab.out.mkdir()
            else:
                wrong = lab.bad_files(lab.new) or lab.bad_files(lab.new, folder=aside)
                done = len(list(files(lab.out))) + len(list(files(aside)))
                hidden = [p.name for f in (lab.out, aside) for p in files(f) if p.name[0] == "."]
                lab.tally.check(rc == 0 and not wrong and done == len(lab.new) and not hidden, name,
                                f"exit {rc}: {wrong} {done} files, {hidden} {err}")


# call, what happens to all calls, must all be made? None: either way, but cleanly; options
E_ = errno
FAULTS = (
    ("fsync", E_.EIO, False), ("fsync", E_.ENOSPC, False), ("fsync", "eintr", True),
    ("pwrite", "eintr", True), ("pwrite", "short", True), ("pwrite", "zero", False),
    ("pwrite", E_.EIO, False), ("pwrite", E_.EDQUOT, False),
    ("pwritev", "eintr", True), ("pwritev", "short", True), ("pwritev", "zero", False),
    ("pwritev", E_.EIO, False), ("pwritev", E_.ENOSPC, False),
    *(("copy_file_range", why, True) for why in (E_.EXDEV, E_.EINVAL, E_.ENOSYS, E_.EOPNOTSUPP,
                                                 E_.EPERM, "zero", "short", "eintr")),
    ("copy_file_range", E_.EIO, False), ("copy_file_range", E_.ENOSPC, False),
    *(("fallocate", why, True) for why in (E_.EOPNOTSUPP, E_.ENOSYS, E_.EINVAL, "eintr")),
    ("fallocate", E_.ENOSPC, False), ("fallocate", E_.EDQUOT, False),
    ("linkat", E_.EPERM, True), ("linkat", E_.ENOENT, True), ("linkat", E_.EEXIST, False),
    ("renameat2", E_.EINVAL, True), ("renameat2", E_.ENOSYS, True), ("renameat2", E_.EEXIST, None),
    ("renameat2 linkat", E_.EINVAL, True), ("renameat", E_.EACCES, None),
    ("ftruncate", E_.EIO, True), ("openat", E_.EMFILE, None), ("openat", E_.EOPNOTSUPP, False),
    ("unlinkat", E_.EACCES, None),
)


def faults(lab):
    for i, (call, how, survives) in enumerate(FAULTS):
        for named in (False, True):
            for over in (False, True):
                executor = EXECUTORS[(i + named + over) % 2]
                if QUICK and (i + named + 2 * over) % 4:
                    continue
                if call == "unlinkat" and named:
                    continue  # spools keep the name that they cannot lose
                lab.clear(lab.old if over else None)
                env = lab.env(FILES_CALL=call, FILES_DO=str(how), **ALL,
                              **({"FILES_NO_TMPFILE": "1"} if named else {}))
                rc, err = lab.run(lab.args(*(["--overwrite"] if over else []), executor=executor),
                                  env)
                # Names that are given by rename alone are not given by linkat, and so on.
                name = (f"{call} {errno.errorcode.get(how, how)}, {executor}{', named' * named}"
                        f"{', overwrite' * over}")
                may = (0, 1, 65, 71, 73, 74) if survives is None or call in (
                    "linkat", "copy_file_range", "pwrite") and not survives else (
                    (0,) if survives else (1, 65, 71, 73, 74))
                lab.check(name, rc, err, may=may, old=lab.old if over else None,
                          words=() if rc == 0 else [str(lab.out)])
                if rc == 0 and lab.bad_files(lab.new):
                    lab.tally.fail(name, "exit 0, and old files")
                if rc and over and len(list(files(lab.out))) != len(lab.old):
                    lab.tally.fail(name, "neither the old file nor the new one")


def spool_bytes(pid, folder):
    """Bytes of files without a name in a folder, by a process."""
    total = {}
    with contextlib.suppress(OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if os.readlink(link).startswith(f"{folder}/"):
                    info = os.stat(link)
                    total[info.st_ino] = info.st_blocks * 512
    return sum(total.values())


def stalled_disk(lab):
    """The disk of the outputs takes its time: little waits in the spools, memory is as planned."""
    many = []
    for i in range(12):
        many.append(lab.scratch / f"many-{i}.tif")
        os.link(lab.scenes[i % len(lab.scenes)], many[-1])
    spools = lab.scratch / "spools"
    spools.mkdir(exist_ok=True)
    # Tiles of the map; those of the picture, and quarters of them, as samples.
    each = max(map(len, lab.new.values())) + 4 * 4 * 128 * 128 * 2 * 1.25
    for executor in EXECUTORS:
        lab.clear()
        report = lab.scratch / "report.json"
        env = lab.env(FILES_CALL="copy_file_range pwrite", FILES_DO="stall", FILES_MS="12", **ALL)
        process = lab.start(lab.args("--spool-dir", spools, "--report", report, executor=executor,
                                     scenes=many), env)
        most = 0
        while process.poll() is None:
            most = max(most, spool_bytes(process.pid, spools))
            time.sleep(0.01)
        rc, err = lab.end(process)
        facts = load(report) or {}
        name = f"a stalled disk, {executor}"
        if not lab.tally.check(rc == 0 and facts, name, f"exit {rc}: {err}"):
            continue
        memory = facts["memory"]
        lab.tally.check(memory["resident_peak_bytes"] <= memory["planned_peak_bytes"],
                        f"{name}: memory", str(memory))
        # Two that wait or are laid out, and one that each worker is at.
        lab.tally.check(each < most <= 4 * each, f"{name}: spools",
                        f"{most} bytes, a scene has {each:.0f}")
        rows = {row["name"]: row for row in facts["stages"]}
        writer = sum(row["wait_s"]["writer"] for row in rows.values())
        told = rows["gather"]["busy_s"] + writer
        lab.tally.check(rows["gather"]["busy_s"] > 12 * 0.012 and (executor == "threads" or writer > 0.2),
                        f"{name}: told", f"gather {rows['gather']}, writer {writer} {told}")
        print(f"{name}: at most {most / each:.2f} scenes in spools, gather "
              f"{rows['gather']['busy_s']:.2f} s, writer {writer:.2f} s, resident "
              f"{memory['resident_peak_bytes'] >> 20} of {memory['planned_peak_bytes'] >> 20} MiB")
    for path in many:
        path.unlink()


DISK_PARTS = (small_disks, limits, folder_goes, faults, stalled_disk)
