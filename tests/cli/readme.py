#!/usr/bin/env python3
"""What the READMEs show is what the program does.

    readme.py output FILE       every ```console block of FILE: the commands run, their lines are printed
    readme.py python FILE       every ```python block of FILE runs
    readme.py commands FILE...  every indented `imgpipe ...` or `build/...` line of the files ends with 0 or 1
    readme.py names FILE...     every link leads somewhere, and every source file that is named exists

All but the last are run in a folder with the scenes; imgpipe is found on PATH.

In a block `...` stands for lines that are left out. Lines with results have to be printed as they are shown.
In other lines numbers may differ, and in lines that depend on the time of a run, all but the label.
"""
import glob
import os
import re
import subprocess
import sys

REPO = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Of the text report: what is measured, and so is another text on another machine or day.
MEASURED = re.compile(r"(discover|claim|fetch|decode|mask|index|stats|reduce|write|total|Waits|"
                      r"Exchange|Memory|Run|Verdict)\b")
RESULT = re.compile(r"(Pixels|Quantiles|Area|Scenes)\b|.*  ok$|all \d+ scenes|\w+,\w+,ok,")
failures = []


def fail(what):
    failures.append(what)
    print(f"not so: {what}")


def masked(line):
    return re.sub(r"\d[\d.]*( [KMG]iB)?", "N", " ".join(line.split()))


def is_printed(line, printed):
    if RESULT.match(line):
        return line in printed
    if MEASURED.match(line):
        return any(other.split(" ")[0] == line.split(" ")[0] for other in printed)
    return masked(line) in map(masked, printed)


def run(command):
    done = subprocess.run(["bash", "-c", command], text=True, timeout=300, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.rstrip("\n").split("\n")


def check_output(path):
    with open(path, encoding="utf-8") as file:
        blocks = re.findall(r"^```console\n(.*?)^```", file.read(), re.M | re.S)
    for block in blocks:
        printed, measured = [], False
        for line in block.splitlines():
            if line.startswith("$ "):
                printed = run(line[2:])[1]
            elif line and line != "..." and not (measured and line.startswith(" ")):
                measured = bool(MEASURED.match(line))
                if not is_printed(line, printed):
                    fail(f"{path}: {line}\n" + "\n".join("    " + other for other in printed))
    return len(blocks)


def check_python(path):
    with open(path, encoding="utf-8") as file:
        blocks = re.findall(r"^```python\n(.*?)^```", file.read(), re.M | re.S)
    for block in blocks:
        done = subprocess.run([sys.executable, "-c", block], text=True, timeout=300,
                              check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            fail(f"{path}: {block}{done.stdout}")
        print(done.stdout, end="")
    return len(blocks)


def lighter(command):
    command = re.sub(r"imgpipe sweep ", "imgpipe sweep --repeat 1 --chunk 128,256 ", command)
    command = re.sub(r"--(chunk \d+|workers 1)\.\.\d+", r"--\1", command)
    return re.sub(r"--size 10980 --overviews 4", "--size 1098 --overviews 4", command)


def check_commands(paths):
    n = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            commands = re.findall(r"^    (?:\$ )?((?:imgpipe|build/\w+) .*)", file.read(), re.M)
        for command in map(lighter, commands):
            n += 1
            status, printed = run(command)
            if status > 1:
                fail(f"{path}: {command}: exit status {status}\n" + "\n".join(printed[-10:]))
    return n


def check_names(paths):
    n = 0
    for path in paths:
        here = os.path.dirname(path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            n += 1
            if not os.path.exists(os.path.join(here, link)):
                fail(f"{path}: a link leads nowhere: {link}")
        for name in re.findall(r"`([\w/.*-]+\.(?:[chm]d?|py|txt|sh|bats))`", text):
            n += 1
            below = os.path.join(here, "*" if here != REPO else "", name)
            if not any(map(glob.glob, (os.path.join(here, name), os.path.join(REPO, name), below))):
                fail(f"{path}: there is no {name}")
    return n


def main():
    kind, paths = sys.argv[1], sys.argv[2:]
    check = {"python": lambda files: sum(map(check_python, files)), "commands": check_commands, "names": check_names,
             "output": lambda files: sum(map(check_output, files))}[kind]
    n = check(paths)
    if not n:
        fail(f"{kind}: there was nothing to look at")
    sys.exit(1 if failures else 0)


main()
