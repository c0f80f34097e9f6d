#!/usr/bin/python3
"""Checks a file of metrics by the rules of Prometheus' text format (version 0.0.4), of node_exporter's
textfile collector and of names (what `promtool check metrics` asks for). Prints its samples, one a
line: the series, a tab, the value. usage: exposition.py FILE"""

import re
import sys

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"')
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$|[+-]?Inf$|NaN$")
TYPES = {"counter", "gauge", "histogram", "summary", "untyped"}
# Base units only, and names without a type or an abbreviation.
NO_UNITS = {"milliseconds", "microseconds", "nanoseconds", "minutes", "hours", "days", "ms", "us", "ns",
            "kilobytes", "megabytes", "mebibytes", "kb", "mb", "mib", "percent", "bits", "s", "sec",
            "min", "b"}


class Wrong(Exception):
    pass


def need(condition, text):
    if not condition:
        raise Wrong(text)


def labels(text):
    """{a="b",c="d"} -> a tuple of pairs"""
    pairs, at = [], 0
    while at < len(text):
        match = LABEL.match(text, at)
        need(match, f"labels: {text}")
        need(not match[1].startswith("__"), f"reserved label {match[1]}")
        pairs.append((match[1], match[2]))
        at = match.end()
        if at < len(text):
            need(text[at] == ",", f"labels: {text}")
            at += 1
    need(len({name for name, _ in pairs}) == len(pairs), f"a label twice: {text}")
    return tuple(sorted(pairs))


class Families:
    def __init__(self):
        self.help, self.type, self.samples, self.last, self.closed = {}, {}, {}, None, set()

    def group(self, name):
        """All lines of a family stand together."""
        if name != self.last:
            need(name not in self.closed, f"{name}: its lines do not stand together")
            if self.last:
                self.closed.add(self.last)
            self.last = name

    def comment(self, line):
        words = line.split(" ", 3)
        if len(words) < 2 or words[1] not in ("HELP", "TYPE"):
            return
        need(len(words) == 4 and NAME.fullmatch(words[2]), line)
        self.group(words[2])
        table = self.help if words[1] == "HELP" else self.type
        need(words[2] not in table, f"twice: {line}")
        need(not any(key[0] == words[2] for key in self.samples), f"behind its samples: {line}")
        if words[1] == "TYPE":
            need(words[3] in TYPES, line)
        else:
            need(not re.search(r"\\(?![\\n])", words[3]) and words[3].strip(), line)
        table[words[2]] = words[3]

    def sample(self, line):
        match = re.fullmatch(r"([^ {]+)(?:\{(.*)\})? (\S+)", line)
        need(match, f"no sample without a timestamp: {line}")
        need(NAME.fullmatch(match[1]) and NUMBER.match(match[3]), line)
        self.group(match[1])
        key = (match[1], labels(match[2] or ""))
        need(key not in self.samples, f"a series twice: {line}")
        self.samples[key] = match[3]

    def check_names(self):
        names = {name for name, _ in self.samples}
        need(names, "no sample at all")
        for name in set(self.help) | set(self.type) | names:
            need(name in names, f"{name}: no sample")
            need(name in self.help and name in self.type, f"{name}: no HELP or no TYPE")
            need(re.fullmatch(r"imgpipe(_[a-z0-9]+)+", name), f"{name}: not in snake case")
            kind, words = self.type[name], name.split("_")
            need((kind == "counter") == (words[-1] == "total"), f"{name}: a {kind}")
            need(kind in ("counter", "gauge"), f"{name}: a {kind}")
            need(words[-1] not in ("count", "sum", "bucket"), f"{name}: of a histogram")
            need(not TYPES & set(words), f"{name}: says its type")
            need(not NO_UNITS & set(words), f"{name}: no base unit")
            for unit in ("seconds", "bytes"):
                need(unit not in words or words[-1] == unit or words[-2:] == [unit, "total"],
                     f"{name}: its unit stands in the middle")


def main(path):
    data = open(path, "rb").read()
    text = data.decode("utf-8")
    need(text.endswith("\n"), "the last line has no end")
    need("\r" not in text, "a carriage return")
    families = Families()
    for line in text[:-1].split("\n"):
        if line.startswith("#"):
            families.comment(line)
        elif line.strip():
            families.sample(line)
    families.check_names()
    for (name, pairs), value in families.samples.items():
        inner = ",".join(f'{k}="{v}"' for k, v in pairs)
        print(f"{name}{{{inner}}}" if inner else name, value, sep="\t")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (Wrong, UnicodeDecodeError) as wrong:
        sys.exit(f"{sys.argv[1]}: {wrong}")
