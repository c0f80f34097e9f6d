#!/usr/bin/python3
"""Names that steer terminals, spreadsheets and browsers, and what the reports make of them:

    hostile_names.py make FOLDER SCENE GARBAGE   copies of a scene and of a broken file, named so
    hostile_names.py check TEXT...               files that people see: no byte that steers
    hostile_names.py csv|json|html FILE FOLDER   the file says the names of the folder, as documented

The rule of include/printable.h is written here a second time, from Unicode's tables in Python.
"""

import csv
import html.parser
import json
import os
import re
import shutil
import sys
import unicodedata

# Format characters (Cf) that are seen: signs over or around numbers, Egyptian quadrats.
SEEN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD,
        *range(0x13430, 0x13440)}
FORMULA = ("=", "+", "-", "@")


def steers(char):
    """Controls, separators of lines, characters nobody sees, and what is no character."""
    number = ord(char)
    return (unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") and number not in SEEN
            or number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF)


def names():
    """All of those characters one by one, bytes that are not UTF-8, and what programs take as
    their own."""
    for number in range(1, 0x110000):
        if not 0xD800 <= number <= 0xDFFF and number not in (0x0A, 0x2F) and steers(chr(number)):
            yield f"u{number:05x}".encode() + chr(number).encode() + b"31mx"
    yield from (b"b\xff", b"b\xc0\xaf", b"b\xed\xa0\x80", b"b\xe2\x82", b"b\xf5\x80", b"b\x9b31m")
    yield from (b"=cmd()|' '!A0", b"+1", b"-rf", b"--help", b"@x", b"a;=b", b"a,=b", b'q"=u,o',
                b"  lead", b"trail ", b"\t=tab", b"\r=cr", b"n\nl", b"<img src=x onerror=alert(1)>",
                b"</script><b>", b"&amp;", b"'", b"\\x1B", b"\\\\x1B", b"\\x5Cx1B", b"%s%n%1$s",
                b"{\"a\":1}", b"PG:host=h", b"NETCDF:a:b", b"<VRTDataset>", b"[1]",
                b"n" * 251, "schön_日本_שלום".encode())


def make(folder, scene, garbage):
    os.mkdir(folder)
    for i, name in enumerate(names()):
        if b"/" not in name:
            shutil.copy(garbage if i % 5 == 4 else scene, os.fsencode(folder) + b"/" + name + b".tif")


def stems(folder):
    return {os.path.splitext(name)[0] for name in os.listdir(os.fsencode(folder))}


def restore(text):
    """The documented way back."""
    return re.sub(rb"\\x([0-9A-F]{2})", lambda m: bytes([int(m[1], 16)]), text.encode())


def shown(name):
    """The documented way there, for words."""
    out = ""
    for char in name.decode("utf-8", "surrogateescape"):
        raw = char.encode("utf-8", "surrogateescape")
        hide = 0xDC80 <= ord(char) <= 0xDCFF or steers(char)
        out += "".join(f"\\x{byte:02X}" for byte in raw) if hide else char
    return out


def check(path):
    with open(path, "rb") as file:
        data = file.read()
    text = data.decode("utf-8")  # strict: what is not UTF-8 is an error
    bad = {f"U+{ord(c):04X}" for c in text if c != "\n" and steers(c)}
    assert not bad, f"{path}: {sorted(bad)[:20]}"
    assert text, f"{path}: empty"


def check_csv(path, folder):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, strict=True))
    column = "name" if "name" in rows[0] else "scene"
    for row in rows:
        assert None not in row and None not in row.values(), row
        for key, field in row.items():
            if field.startswith(FORMULA):
                float(field)
            assert "\n" not in field and "\r" not in field, (key, field)
    found = {restore(row[column]) for row in rows}
    want = stems(folder)
    if column == "name":
        assert found == want, found ^ want
        for row in rows:
            if row["red_file"]:
                assert os.path.splitext(os.path.basename(restore(row["red_file"])))[0] == \
                    restore(row["name"])
    else:
        assert found and found <= want, found - want


def check_json(path, folder):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    text = text if text.rstrip().endswith("}") else text + "}"
    root = json.loads(text)
    scenes = root["scenes"] if "scenes" in root else root["otherData"]["scenes"]
    assert {restore(scene["name"]) for scene in scenes} == stems(folder), path
    for scene in scenes:
        for file in scene.get("files", []):
            assert os.path.exists(restore(file)), file


class Page(html.parser.HTMLParser):
    """Text of a page, and which elements it has."""

    def __init__(self):
        super().__init__()
        self.tags, self.text, self.attributes, self.links = set(), [], set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data):
        self.text.append(data)


def check_html(path, folder):
    page = Page()
    with open(path, encoding="utf-8") as file:
        page.feed(file.read())
    assert not page.tags & {"script", "b", "vrtdataset", "iframe"}, page.tags
    outside = [link for link in page.links if not link.startswith(("#", "data:image/png;base64,"))]
    assert not outside, outside
    assert not [name for name in page.attributes if name.startswith("on")], page.attributes
    told = [name for name in stems(folder) if shown(name) in page.text]
    assert len(told) >= 20, told  # a page lists 50 scenes


def main(command, *words):
    if command == "make":
        make(*words)
    elif command == "check":
        for path in words:
            check(path)
    else:
        {"csv": check_csv, "json": check_json, "html": check_html}[command](*words)


main(*sys.argv[1:])
