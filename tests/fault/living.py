"""Processes as /proc shows them: who descends from whom, who lives, and how far a program has come.

A test that is to meet a program in the middle of something waits for what shows it, and not for a
time by which it should be there: on a machine with other work it is not.
"""

import contextlib
import signal
import time
from pathlib import Path

from oracle import PATIENCE


def children_of(pid):
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def family_of(pid):
    found = children_of(pid)
    return found + [below for child in found for below in family_of(child)]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def catches(pid, number=signal.SIGTERM):
    """It has come so far that the signal does not just end it."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    mask = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(mask, 16) >> (number - 1) & 1)


def until(true, seconds):
    end = time.monotonic() + seconds * PATIENCE
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


def all_locked(folder, names):
    """As the kernel tells, without taking the locks. One that is not may be swept: its run makes another."""
    try:
        inodes = {(folder / name).stat().st_ino for name in names}
    except FileNotFoundError:
        return False
    locked = {int(line.split()[5].rpartition(":")[2]) for line in Path("/proc/locks").read_text().splitlines()
              if " FLOCK " in line and "->" not in line}
    return inodes <= locked


@contextlib.contextmanager
def halted(process):
    """It is in the middle of what it does for as long as this takes."""
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


class Mark:
    """A file for FAULT_MARK or FILES_MARK: whether a call that they count has come."""

    def __init__(self, path):
        self.path = path
        path.unlink(missing_ok=True)

    def is_set(self):
        return self.path.exists() and self.path.read_bytes() == b"1"
