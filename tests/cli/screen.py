#!/usr/bin/python3
"""Runs a program with a terminal as standard output and error, and prints what it showed:

    screen.py COLUMNS PROGRAM ARGS...

Fails where a line is wider than the terminal, so that it would wrap; colours take no columns. The
exit status is the program's, 99 for a line that is too wide. Set TERM, NO_COLOR and so on outside.
"""

import re
import sys
import unicodedata

from terminal import shown


def width(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in re.sub(r"\x1b\[[\d;]*m", "", line))


def main(columns, *command):
    text, status = shown(command, int(columns), 50)
    # Progress is written over: what stands on a line is what came after the last return.
    lines = [re.sub(r"^\x1b\[K", "", line.split("\r")[-1]) for line in text.replace("\r\n", "\n").split("\n")]
    print("\n".join(lines), end="")
    wide = [line for line in lines if width(line) > int(columns)]
    if wide:
        print("\ntoo wide: %r" % wide[0])
    return 99 if wide else status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
