"""A terminal of a given size for a program, and what was written to it."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios

PATIENCE = 60  # seconds without a byte


def shown(command, columns, rows, seen=None, **more):
    """(text, exit status). The terminal is standard error and, unless `more` says otherwise, standard output;
    seen(process, bytes so far) is called after each read."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=slave, **{"stdout": slave, **more})
    os.close(slave)
    data = b""
    while True:
        if not select.select([master], [], [], PATIENCE)[0]:
            process.kill()
            raise AssertionError("it hangs")
        try:
            read = os.read(master, 65536)
        except OSError:
            break
        if not read:
            break
        data += read
        if seen:
            seen(process, data)
    return data.decode(), process.wait()
