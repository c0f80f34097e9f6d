#!/usr/bin/python3
"""Runs a program on a terminal of a given size and keeps what its screen looked like:

    on_terminal.py OUT PROGRAM COLUMNS ROWS SIGNAL ARGS...

The program's standard error is the terminal, its standard output is thrown away. OUT gets every
screen that was drawn, each as the text that stood there. SIGNAL, if not 0, is sent after the first
view. Fails where a view does not fit, where the cursor is not in the first column or hidden at the
end, or where a view is left on the screen.
"""

import os
import re
import subprocess
import sys

from terminal import shown


def screens(data, columns, rows):
    """A terminal that knows no colours, and the three things the program may write: text, up, clear below."""
    lines, y, x, seen = [""], 0, 0, []
    data = re.sub(r"\x1b\[[\d;]*m", "", data)
    for token in re.findall(r"\x1b\[\d*[AJK]|\r|\n|[^\x1b\r\n]+|\x1b.", data):
        if token == "\r":
            x = 0
        elif token == "\n":
            y += 1
            if y == len(lines):
                lines.append("")
        elif token.endswith("A") and token.startswith("\x1b["):
            up = int(token[2:-1] or 1)
            assert up <= y and up < rows, "the view is higher than the screen"
            y -= up
        elif token in ("\x1b[J", "\x1b[K"):
            seen.append("\n".join(lines))
            lines[y] = lines[y][:x]
            if token.endswith("J"):
                lines = lines[:y + 1]
        elif token.startswith("\x1b"):
            raise AssertionError("a sequence that is not expected: %r" % token)
        else:
            assert x + len(token) < columns or not token.startswith(
                ("imgpipe  ", "worker", "cores", "memory", "so far")), "too wide: " + token
            lines[y] = lines[y][:x].ljust(x) + token + lines[y][x + len(token):]
            x += len(token)
    return seen, lines, x


def main(out, program, columns, rows, signal, *args):
    columns, rows, signal = int(columns), int(rows), int(signal)

    def seen(process, data):
        nonlocal signal
        if signal and b"so far" in data:
            process.send_signal(signal)
            signal = 0

    text, status = shown([program, *args], columns, rows, seen, stdout=subprocess.DEVNULL,
                         env=dict(os.environ, TERM="xterm"))
    assert status in (0, 130), "exit status %d" % status
    seen, last, x = screens(text, columns, rows)
    assert x == 0, "the cursor is in column %d" % x
    assert not any(line.startswith(("worker ", "so far")) for line in last), "a view is left"
    with open(out, "w") as f:
        f.write("\n".join(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
