#!/usr/bin/python3
"""Types into real shells and presses Tab: completion.py SHELL IMGPIPE.

The shell runs on a terminal with the completions that this imgpipe prints, in a folder with names
that need quotes. Each line of CASES is typed, then Tab and Enter; `imgpipe` is there a function that
keeps its arguments. So what was inserted is seen as the program would see it. fish writes them one by
one: they are whole when their last one, LAST, is there.
"""

import fcntl
import os
import pty
import select
import subprocess
import sys
import tempfile
import termios
import time

CASES = [
    # commands and, beside them, files
    ("imgpipe pl", ["plan"]),
    ("imgpipe sc", ["scenes/"]),
    ("imgpipe plan sc", ["plan", "scenes/"]),
    ("imgpipe --quiet sc", ["--quiet", "scenes/"]),
    ("imgpipe -- sc", ["--", "scenes/"]),
    ("imgpipe pi sc", ["pi", "sc"]),
    # names that a shell would cut
    ("imgpipe plan two", ["plan", "two words.tif"]),
    ("imgpipe tw", ["two words.tif"]),
    ("imgpipe plan it", ["plan", "it's.tif"]),
    ("imgpipe plan a", ["plan", "a:b.tif"]),
    ("imgpipe plan a:", ["plan", "a:b.tif"]),
    ("imgpipe plan x=", ["plan", "x=y.tif"]),
    ("imgpipe plan d:", ["plan", "d:e/"]),
    ("imgpipe plan d:e/", ["plan", "d:e/in it.tif"]),
    ("imgpipe a:", ["a:b.tif"]),
    ("imgpipe plan 'a:", ["plan", "a:b.tif"]),
    ("imgpipe plan ~/a:", ["plan", "~/a:b.tif"]),
    ("imgpipe --csv a:", ["--csv", "a:b.tif"]),
    ("imgpipe --csv=x=", ["--csv=x=y.tif"]),
    ("imgpipe plan doll", ["plan", "dollar$HOME.tif"]),
    ("imgpipe plan 'two", ["plan", "two words.tif"]),
    ("imgpipe plan two\\ w", ["plan", "two words.tif"]),
    ("imgpipe plan ~/two", ["plan", "~/two words.tif"]),
    ("imgpipe plan @li", ["plan", "@list.txt"]),
    ("imgpipe --csv=tw", ["--csv=two words.tif"]),
    # values
    ("imgpipe --executor thr", ["--executor", "threads"]),
    ("imgpipe --executor=thr", ["--executor=threads"]),
    ("imgpipe plan --executor=thr", ["plan", "--executor=threads"]),
    ("imgpipe --reader td", ["--reader", "td"]),
    ("imgpipe --reader gd", ["--reader", "gdal"]),
    ("imgpipe --type uin", ["--type", "uint8"]),
    ("imgpipe --teach gil,task", ["--teach", "gil,task-overhead"]),
    ("imgpipe --index ndvi,evi", ["--index", "ndvi,evi"]),
    ("imgpipe --index=ndvi,msavi", ["--index=ndvi,msavi"]),
    ("imgpipe --index nd,exgr", ["--index", "nd,exgr"]),
    ("imgpipe --mask cldp", ["--mask", "cldprb"]),
    ("imgpipe --mask scl:cle", ["--mask", "scl:clear"]),
    ("imgpipe --mask=scl:cle", ["--mask=scl:clear"]),
    ("imgpipe --co COMP", ["--co", "COMPRESS="]),
    ("imgpipe --range ndv", ["--range", "ndvi="]),
    ("imgpipe --range=ndv", ["--range=ndvi="]),
    ("imgpipe --valid-range exgr", ["--valid-range", "exgr="]),
    ("imgpipe --const evi.C1", ["--const", "evi.C1="]),
    ("imgpipe --bands re", ["--bands", "red"]),
    ("imgpipe --bands red=3,ni", ["--bands", "red=3,nir"]),
    ("imgpipe --bands red=3,gree", ["--bands", "red=3,green"]),
    ("imgpipe --bands blu", ["--bands", "blue="]),
    ("imgpipe --bands=blu", ["--bands=blue="]),
    ("imgpipe --bands red=3,blu", ["--bands", "red=3,blue="]),
    ("imgpipe plan --bands=red=3,nir08", ["plan", "--bands=red=3,nir08="]),
    ("imgpipe --bands-output red,blu", ["--bands-output", "red,blue"]),
    ("imgpipe -o sce", ["-o", "scenes/"]),
    ("imgpipe --output sce", ["--output", "scenes/"]),
    ("imgpipe --output=sce", ["--output=scenes/"]),
    ("imgpipe --summary summ", ["--summary", "summary.txt"]),
    ("imgpipe --resume=st", ["--resume=strict"]),
    ("imgpipe --memory sc", ["--memory", "sc"]),
    # options: of the command at hand
    ("imgpipe --quie", ["--quiet"]),
    ("imgpipe plan --quie", ["plan", "--quie"]),
    ("imgpipe pi --gen", ["pi", "--generator"]),
    ("imgpipe sweep --executor threads,ser", ["sweep", "--executor", "threads,serial"]),
    # what `show` shows
    ("imgpipe mask sho", ["mask", "show"]),
    ("imgpipe mask show cldp", ["mask", "show", "cldprb"]),
    ("imgpipe index show exgr", ["index", "show", "exgr"]),
]

LAST = "(last)"

SETUP = {
    "bash": (["bash", "--norc", "--noprofile", "-i"],
             ["source ./.imgpipe", "imgpipe() { printf '%s\\0' \"$@\" '" + LAST + "' > .got; }"]),
    "zsh": (["zsh", "-f", "-i"],
            ["setopt no_auto_remove_slash; fpath=($PWD/.fpath $fpath); autoload -U compinit; compinit -u -d $PWD/.dump",
             "imgpipe() { printf '%s\\0' \"$@\" '" + LAST + "' > .got }"]),
    "fish": (["fish", "--no-config", "-i"],
             ["source ./.imgpipe", "function imgpipe; printf '%s\\0' $argv '" + LAST + "' > .got; end"]),
}


class Terminal:
    def __init__(self, command, folder):
        self.master, slave = pty.openpty()
        env = dict(os.environ, TERM="xterm", HOME=folder, XDG_CONFIG_HOME=folder + "/.config",
                   XDG_DATA_HOME=folder + "/.data", LC_ALL="C.UTF-8", HISTFILE="")
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=env,
                                        cwd=folder, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        self.seen = b""

    def type(self, text):
        os.write(self.master, text.encode())

    def read_until(self, done, seconds=60):
        """What the shell prints is read until done() is true: a full terminal would stop it."""
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                return False
            if select.select([self.master], [], [], 0.02)[0]:
                self.seen += os.read(self.master, 65536)
        return True

    def end(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)


def prepare(folder, imgpipe, shell):
    os.mkdir(folder + "/scenes")
    os.mkdir(folder + "/d:e")
    os.mkdir(folder + "/.fpath")
    for name in ("two words.tif", "it's.tif", "a:b.tif", "x=y.tif", "dollar$HOME.tif", "list.txt",
                 "summary.txt", "ndvi.txt", "d:e/in it.tif"):
        open(folder + "/" + name, "w").close()
    script = subprocess.run([imgpipe, "--completion=" + shell], check=True,
                            stdout=subprocess.PIPE).stdout
    for name in ("/.imgpipe", "/.fpath/_imgpipe"):
        with open(folder + name, "wb") as file:
            file.write(script)


def arguments(path):
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return None
    words = data.decode().split("\0")
    return words[:-2] if words[-2:] == [LAST, ""] else None


def main(shell, imgpipe):
    command, setup = SETUP[shell]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder, imgpipe, shell)
        terminal = Terminal(command, folder)
        try:
            for line in setup:
                terminal.type(line + "\n")
            terminal.type("imgpipe rea''dy\n")
            got = folder + "/.got"
            if not terminal.read_until(lambda: arguments(got) == ["ready"]):
                print(f"{shell} is not ready: {terminal.seen[-400:]!r}")
                return 1
            for typed, want in CASES:
                os.unlink(got)
                terminal.seen = b""
                terminal.type(typed + "\t\n")
                terminal.read_until(lambda: arguments(got) is not None)
                if arguments(got) != [word.replace("~", folder) for word in want]:
                    failed += 1
                    print(f"{shell}: {typed}<Tab> gives {arguments(got)}, not {want}")
                    if arguments(got) is None:
                        print(repr(terminal.seen[-600:]))
                        return 1
        finally:
            terminal.end()
    print(f"{shell}: {len(CASES) - failed} of {len(CASES)} lines completed as they should")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
