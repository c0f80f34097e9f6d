#!/usr/bin/env python3
"""Holds the house to tests/rooms.txt: who may use whom, by #include lines and by the symbols that
objects define and use (modules and MPI included), and no circles between files.

    rooms.py [BUILD]            check, print each offence as FILE: what, and the rule; status 1
    rooms.py --list [BUILD]     folders with their files and lines
"""

import collections
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
REPO = HERE.parent
DEFINES, USES = "TDRBVWCi", "U"


def read_rules():
    """Room -> set of rooms it may use; "side/*" stands for all rooms of a side."""
    rules = {}
    for line in (HERE / "rooms.txt").read_text().splitlines():
        line = line.split("#")[0].strip()
        if line:
            room, _, names = line.partition(":")
            rules[room.strip()] = names.split()
    for room, names in rules.items():
        wide = {n[:-1] for n in names if n.endswith("/*")}
        rules[room] = set(names) | {r for r in rules for w in wide if r.startswith(w)}
    return rules


def sources():
    names = subprocess.check_output(
        ["git", "ls-files", "-co", "--exclude-standard", "pipeline", "stages"],
        cwd=REPO, text=True).split()
    return [n for n in names if n.endswith((".c", ".h")) and (REPO / n).exists()]


def room_of(file):
    return str(pathlib.PurePath(file).parent)


def include_offences(files, rules):
    for file in files:
        room = room_of(file)
        for number, line in enumerate((REPO / file).read_text().splitlines(), 1):
            found = re.match(r'#include "([^"]+)"', line)
            if not found:
                continue
            name = found[1]
            if (REPO / room / name).exists() or (REPO / "include" / name).exists():
                continue
            owner = [s for s in ("pipeline", "stages") if (REPO / s / name).exists()]
            if len(owner) != 1:
                yield f'{file}:{number}: #include "{name}" is in no room, or in two'
                continue
            other = room_of(f"{owner[0]}/{name}")
            if other not in rules[room]:
                yield f'{file}:{number}: #include "{name}": {room} may not use {other}'


def object_symbols(build, files):
    """File -> (defined, used) of its object; files without one are complained of."""
    symbols = {}
    for file in files:
        if not file.endswith(".c"):
            continue
        stem = file[:-2] + ".o"
        objects = [o for o in (build / "obj" / stem, build / "obj-openmpi" / stem,
                               build / "obj-mpich" / stem) if o.exists()]
        if not objects:
            if "/mpi/module/" in file or "openmp_team" in file:
                print(f"rooms: skipped {file}: its library is not installed")
                continue
            sys.exit(f"rooms: {build}: no object of {file}; run make first")
        defined, used = set(), set()
        for line in subprocess.check_output(["nm", "-g", objects[0]], text=True).splitlines():
            kind, name = line.split()[-2:]
            (used if kind in USES else defined if kind in DEFINES else set()).add(name)
        symbols[file] = (defined, used)
    return symbols


def file_graph(symbols):
    """File -> {other file: symbols of it that are used}."""
    owner = {}
    for file, (defined, _) in symbols.items():
        for name in defined:
            owner[name] = file
    graph = {}
    for file, (_, used) in symbols.items():
        graph[file] = collections.defaultdict(set)
        for name in used:
            if name in owner and owner[name] != file:
                graph[file][owner[name]].add(name)
    return graph


def link_offences(graph, rules):
    for file in sorted(graph):
        room = room_of(file)
        for other in sorted(graph[file]):
            theirs = room_of(other)
            if theirs != room and theirs not in rules[room]:
                names = " ".join(sorted(graph[file][other]))
                yield f"{file}: {names} of {other}: {room} may not use {theirs}"


def circles(graph):
    """Strongly connected components of more than one file (Tarjan, without recursion)."""
    index, low, stack, on_stack, found = {}, {}, [], set(), []
    for root in graph:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        work = [(root, iter(graph[root]))]
        while work:
            file, others = work[-1]
            for other in others:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(graph[other])))
                    break
                if other in on_stack:
                    low[file] = min(low[file], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[file])
                if low[file] == index[file]:
                    component = []
                    while not component or component[-1] != file:
                        component.append(stack.pop())
                        on_stack.discard(component[-1])
                    if len(component) > 1:
                        found.append(sorted(component))
    return sorted(found)


def circle_offences(graph):
    for component in circles(graph):
        yield "a circle of %d files: %s" % (len(component), " ".join(component))
        for file in component:
            for other in sorted(set(graph[file]) & set(component)):
                yield f"    {file} -> {other}: {' '.join(sorted(graph[file][other]))}"


def check(build):
    rules = read_rules()
    files = sources()
    offences = [f"{f}: its folder is no room of tests/rooms.txt"
                for f in files if room_of(f) not in rules]
    if not offences:
        graph = file_graph(object_symbols(build, files))
        offences += include_offences(files, rules)
        offences += link_offences(graph, rules)
        offences += circle_offences(graph)
    for offence in offences:
        print(offence)
    n = sum(not o.startswith("    ") for o in offences)
    print(f"rooms: {len(rules)} rooms, {len(files)} files, {n} offences")
    return 1 if offences else 0


def show():
    files = sources()
    for room in sorted(read_rules()):
        own = [f for f in files if room_of(f) == room]
        lines = sum(len((REPO / f).read_text().splitlines()) for f in own)
        print(f"{room:24} {len(own):3} files {lines:6} lines")
    return 0


def main(arguments):
    listing = arguments[:1] == ["--list"]
    rest = arguments[1:] if listing else arguments
    return show() if listing else check(pathlib.Path(rest[0] if rest else REPO / "build").resolve())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
