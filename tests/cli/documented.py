#!/usr/bin/python3
"""Has a JSON report the keys that stages/report/schema.md lists for it, and no others?

Usage: documented.py REPORT.json WORDS_OF_THE_HEADING [KEY_THAT_MAY_BE_MISSING | SECTION: ...]

Rows of a table under the heading: the first cell has the keys; one in bold is an object or a list,
whose keys are in its last cell or follow, those at the top among them. A key of the file has to
stand somewhere in the page. SECTION: its last cell names what is not in every file.
"""

import json
import re
import sys
from pathlib import Path

NAMED = ("indices", "missing", "float_sums", "bands", "options")  # their members are called as the run says
PAGE = Path(__file__).resolve().parents[2] / "stages" / "report" / "schema.md"


def keys_of(value):
    """All keys of a document, at any depth; not those that are names of indices or bands."""
    if isinstance(value, list):
        return set().union(*map(keys_of, value))
    if not isinstance(value, dict):
        return set()
    keys = set()
    for key, inner in value.items():
        named = key in NAMED and isinstance(inner, dict)
        keys |= {key}.union(*map(keys_of, inner.values() if named else [inner]))
    return keys


def rows(text, heading):
    """First and last cells of the table under the heading."""
    section = re.search(rf"^## [^\n]*{re.escape(heading)}[^\n]*\n(.*?)(?=^## |\Z)", text,
                        re.DOTALL | re.MULTILINE)
    if not section:
        sys.exit(f"{PAGE.name} has no heading with {heading}")
    cells = [line.strip("| ").split(" | ") for line in section.group(1).splitlines()
             if line.startswith("| ") and not line.startswith(("| key", "| ---"))]
    return [(row[0].strip(), row[-1]) for row in cells]


def main():
    name, heading, *optional = sys.argv[1:]
    document, text = json.loads(Path(name).read_text()), PAGE.read_text()
    inside, checked, bad = document, 0, []
    for cell, more in rows(text, heading):
        head = re.match(r"\*\*`(\w+)", cell)
        if head:
            inside = document.get(head[1], {})
        members = re.findall(r"`(\w+)`", more) if head and head[1] + ":" not in optional else []
        for word in re.findall(r"`([^`]+)`", cell) + members:
            path = re.sub(r"\[\]|\.NAME", "", word).strip(".").split(".")
            if path[-1] in optional or word == "null":
                continue
            checked += 1
            if not all(key in document or key in keys_of(document if len(path) > 1 else inside)
                       for key in path):
                bad.append(f"documented and not there: {word}")
    known = {key for word in re.findall(r"`([^`\n]+)`", text) for key in re.findall(r"\w+", word)}
    bad += [f"there and not documented: {key}" for key in sorted(keys_of(document) - known)]
    if checked < 5:
        bad.append(f"only {checked} keys were found under {heading}")
    sys.exit("\n".join(bad) or None)


if __name__ == "__main__":
    main()
