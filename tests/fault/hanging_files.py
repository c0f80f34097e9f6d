"""A file system (FUSE) whose one file is read up to its pixels and then never again, or once late: who
reads it is held by the kernel, in state D, and not even SIGKILL ends that, as with a dead network
file system. It is served by a thread of the test; for root alone."""

import ctypes
import errno
import os
import struct
import threading

LOOKUP, FORGET, GETATTR, OPEN, READ, INIT, INTERRUPT, BATCH_FORGET = 1, 2, 3, 14, 15, 26, 36, 42
SILENT = (FORGET, INTERRUPT, BATCH_FORGET)
DIRECTORY, FILE = 0o40755, 0o100644
DIRECT_IO = 1  # each pread comes here as it is
HELD_BYTES = 4096  # a read of so many bytes is one of pixels, not of a header
FORCE, DETACH = 1, 2

libc = ctypes.CDLL(None, use_errno=True)


class HangingFile:
    def __init__(self, folder, name, data, late_s=None):
        """late_s: the first read of pixels takes so long, all others are answered."""
        self.folder, self.name, self.data, self.late_s = folder, name, data, late_s
        self.fd, self.held = -1, 0

    def mount(self):
        """None, or why it cannot be done here."""
        try:
            self.fd = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            return str(error)
        self.folder.mkdir()
        how = f"fd={self.fd},rootmode=40000,user_id=0,group_id=0,allow_other"
        if libc.mount(b"imgpipe-test", os.fsencode(self.folder), b"fuse", 0, how.encode()):
            os.close(self.fd)
            return f"mount: {os.strerror(ctypes.get_errno())}"
        threading.Thread(target=self.serve, daemon=True).start()
        return None

    def unmount(self):
        """Whoever is held is let go of."""
        libc.umount2(os.fsencode(self.folder), FORCE | DETACH)
        os.close(self.fd)

    def attributes(self, node):
        size = len(self.data) if node == 2 else 0
        return struct.pack("<6Q10I", node, size, (size + 511) // 512, 0, 0, 0, 0, 0, 0,
                           FILE if node == 2 else DIRECTORY, 1, 0, 0, 0, 4096, 0)

    def answer(self, code, node, body):
        """Bytes of an answer, or a negative errno."""
        if code == INIT:
            major, minor = struct.unpack_from("<2I", body)
            return struct.pack("<4I2HI2HI", major, min(minor, 31), 1 << 20, 0, 12, 10, 1 << 20, 1,
                               256, 0) + bytes(28)
        if code == LOOKUP:
            if body.rstrip(b"\0") != self.name.encode():
                return -errno.ENOENT
            return struct.pack("<4Q2I", 2, 0, 3600, 3600, 0, 0) + self.attributes(2)
        if code == GETATTR:
            return struct.pack("<Q2I", 3600, 0, 0) + self.attributes(node)
        if code == OPEN:
            return struct.pack("<Q2I", 0, DIRECT_IO, 0)
        if code == READ:
            _, offset, size = struct.unpack_from("<2QI", body)
            return self.data[offset:offset + size]
        return -errno.ENOSYS

    def serve(self):
        while True:
            try:
                request = os.read(self.fd, (1 << 20) + 4096)
            except OSError as error:
                if error.errno in (errno.EINTR, errno.ENOENT):
                    continue
                return
            _, code, unique, node = struct.unpack_from("<2I2Q", request)
            if code in SILENT:
                continue
            answer = self.answer(code, node, request[40:])
            if code != READ or len(answer) < HELD_BYTES or (self.held and self.late_s):
                self.send(unique, answer)
                continue
            self.held += 1
            if self.late_s:
                threading.Timer(self.late_s, self.send, (unique, answer)).start()

    def send(self, unique, answer):
        failed, body = (answer, b"") if isinstance(answer, int) else (0, answer)
        try:
            os.write(self.fd, struct.pack("<IiQ", 16 + len(body), failed, unique) + body)
        except OSError:
            pass  # nobody waits for it any more
