#!/usr/bin/python3
"""Walk through the guides' pages (samples/guide), so that they cannot rot.

    guides.py [--quick] [--refresh] [PAGE ...]        BUILD: folder of the program, default build

Commands of ```console blocks and ```python blocks are run as they stand, in the order of the page, in the folder that
samples/guide/setup.sh makes. What they print has to be what the page shows, for Python in the ```text block that
follows, but for blocks with one of

* <!-- varies -->: depends on the day or the machine, and only what <!-- holds: REGEX --> says has to be found;
* <!-- exits with N: COMMAND -->: does not end with 0.

<!-- both: NUMBER --> anywhere on a page: what imgpipe and another program have worked out. It has to be found in what a
block of the other one prints (of GDAL or rasterio, without imgpipe) and in that of one that is not; where a program is
not there, its commands are skipped, and so is this.

--refresh writes what is printed now into the pages.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import workshop
from workshop import BUILD, REPO, ok, run_block, statuses

PAGES = os.path.join(REPO, "samples", "guide")
PYTHON = "/usr/bin/python3"
PROGRAMS = ("gdal_calc.py", "gdalwarp", "gdalinfo", "gdal_translate", "ogrinfo", "sqlite3", "flock")
BLOCK = re.compile(r"```(console|python)\n(.*?)```\n((?:\n*<!-- .*? -->\n)*)(?:\n*```text\n(.*?)```\n)?", re.S)
OTHERS = re.compile(r"gdal_calc|gdalinfo|import .*rasterio")
of_workshop = workshop.have


def have(command):
    """What a command needs beside imgpipe; None, or what is missing."""
    for program in PROGRAMS:
        if re.search(rf"(^|[ |(]){re.escape(program)} ", command) and not shutil.which(program):
            return program
    return of_workshop(command)


def lacks(code):
    """The first module of a block of Python that is not there, or None."""
    for name in re.findall(r"^(?:import|from) (\w+)", code, re.M):
        if subprocess.run([PYTHON, "-c", f"import {name}"], capture_output=True, check=False).returncode:
            return name
    return None


class Page:
    def __init__(self, name, folder, refresh):
        self.path, self.name = os.path.join(PAGES, name), name
        self.folder, self.refresh = folder, refresh
        self.printed, self.whole = {"ours": [], "theirs": []}, True
        with open(self.path, encoding="utf-8") as file:
            self.text = file.read()

    def compare(self, what, block, shown, now, notes):
        varies = "<!-- varies -->" in notes
        for pattern in re.findall(r"<!-- holds: (.*?) -->", notes):
            ok(re.search(pattern, now), f"{self.name}: {pattern!r} is not in what is printed now", now[-1500:])
        if not self.refresh and not varies:
            ok(shown == now, f"{self.name}: {what} prints something else", f"--- shown\n{shown}--- now\n{now}")
        others = OTHERS.search(block) and "imgpipe" not in block
        self.printed["theirs" if others else "ours"].append(now)
        return shown if varies and not self.refresh else now

    def console(self, block, notes):
        now, whole = run_block(self.name, block, self.folder, False, self.refresh, statuses(self.text))
        if not whole:  # what is to hold may speak of what was left out
            self.whole = False
            return block
        return self.compare(block.split("\n")[0], block, block, now, notes)

    def python(self, code, shown, notes):
        missing = lacks(code)
        if missing:
            self.whole = False
            workshop.skipped += 1
            print(f"skipped: {self.name}: a block of Python: needs {missing}")
            return shown
        done = subprocess.run([PYTHON, "-c", code], cwd=self.folder, text=True, timeout=300, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=dict(os.environ, MPLBACKEND="Agg"))
        ok(done.returncode == 0, f"{self.name}: Python ends with {done.returncode}", done.stdout[-800:])
        return self.compare("Python", code, shown or "", done.stdout, notes)

    def scripts(self):
        text = ""
        for name in os.listdir(PAGES):
            if name.endswith(".sh"):
                with open(os.path.join(PAGES, name), encoding="utf-8") as file:
                    text += file.read()
        return text

    def walk(self):
        out, at = [], 0
        for found in BLOCK.finditer(self.text):
            kind, block, notes, shown = found.groups()
            now = self.console(block, notes) if kind == "console" else self.python(block, shown, notes)
            start, end = found.span(2 if kind == "console" else 4)
            if start >= 0:
                out += [self.text[at:start], now]
                at = end
        for number in re.findall(r"<!-- both: (.*?) -->", self.text) if self.whole else ():
            for whose, printed in self.printed.items():
                ok(any(number in text for text in printed),
                   f"{self.name}: {number} is not in what is {whose}", "\n".join(printed)[-3000:])
        for script in re.findall(r"```sh\n(.*?)```", self.text, re.S):
            ok(script in self.scripts(), f"{self.name}: a block of sh is in no script of the folder", script)
        ok(any(self.printed.values()), f"{self.name}: there was nothing to run")
        if self.refresh:
            with open(self.path, "w", encoding="utf-8") as file:
                file.write("".join(out) + self.text[at:])


def main():
    workshop.have = have
    refresh = "--refresh" in sys.argv
    only = [a for a in sys.argv[1:] if not a.startswith("--")]
    pages = [name for name in sorted(os.listdir(PAGES)) if re.match(r"\d-.*\.md$", name)]
    with tempfile.TemporaryDirectory() as scratch:
        made = os.path.join(scratch, "made")
        subprocess.run([os.path.join(PAGES, "setup.sh"), BUILD, made], check=True, stdout=subprocess.DEVNULL,
                       env=dict(os.environ, PYTHON=PYTHON))
        for name in pages:
            if only and name not in only:
                continue
            folder = os.path.join(scratch, "guide")  # each page from the beginning: no guide needs another
            shutil.copytree(made, folder, symlinks=True)
            Page(name, folder, refresh).walk()
            shutil.rmtree(folder)
    ok(len(pages) == 5, f"there are {len(pages)} guides, and not 5")
    print(f"{workshop.passed} passed, {workshop.failed} failed, {workshop.skipped} skipped")
    return 1 if workshop.failed else 0


if __name__ == "__main__":
    sys.exit(main())
