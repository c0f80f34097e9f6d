#!/usr/bin/python3
"""Do the tests notice a small change of the program? Mutations of the source, one at a time: each
is compiled in a copy of the tree and run against the tests that the layout names for its file. The
ones that live are printed: a place where a test is missing, or where the change is none.

    tests/mutants.py [N=20] [SEED=1] [REV=main] [FILES="pipeline/plan/*.c ..."] [LIST=FILE]
                     [MINUTES=25] [SLOW=60] [ONLY="unit cli oracle fault"]

N mutations, chosen by SEED, of the lines changed since the merge base with REV; of all lines of
FILES where that is given, for MINUTES at the most. LIST: mutations of one's own instead, a line
each: FILE | OLD | NEW (OLD is found once in FILE, or FILE:LINE; NEW may be -: left out). A mutation
that does not compile, or makes the same object file, is not counted.

The tests of a file: tests/unit/<room>/test_*.c of its own room, that of its own name first, then
the quick ones; then TESTS below, by room. A test that fails without any mutation, or takes more
than SLOW seconds, is left out, and said.
"""

import fnmatch
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
PYTHON = "/usr/bin/python3"

# Room: what else its files are for, the quick ones first: unit programs of other rooms, bats files,
# scripts of oracle/ and fault/.
TESTS = {
    "pipeline": ["cli/usage"],
    "pipeline/base": ["unit/test_teach", "unit/test_partial", "cli/numbers", "cli/usage",
                      "cli/output"],
    "pipeline/commands": ["cli/commands", "cli/usage", "cli/plan", "cli/shard", "cli/lab",
                          "cli/sweep"],
    "pipeline/confine": ["cli/numbers", "fault/confine"],
    "pipeline/executors": ["unit/test_run", "cli/trace", "oracle/lab"],
    "pipeline/meters": ["cli/trace", "cli/teach"],
    "pipeline/mpi": ["oracle/lab"],
    "pipeline/mpi/module": ["oracle/lab"],
    "pipeline/options": ["cli/commands", "cli/usage", "cli/plan"],
    "pipeline/plan": ["cli/plan"],
    "pipeline/remote": ["unit/test_run", "cli/trace", "oracle/lab"],
    "pipeline/run": ["cli/numbers", "cli/trace", "oracle/real"],
    "pipeline/survey": ["cli/input", "cli/plan"],
    "pipeline/teach": ["cli/teach", "cli/maps"],
    "stages/bands": ["cli/products", "cli/names", "oracle/real"],
    "stages/discover": ["cli/products", "cli/names", "oracle/real"],
    "stages/formula": ["oracle/formula", "cli/index", "oracle/indices_table", "oracle/indices",
                       "cli/numbers"],
    "stages/gdal": ["cli/input", "cli/subdatasets", "fault/reach", "oracle/gdal_blocks",
                    "oracle/archives"],
    "stages/input": ["unit/test_xml", "unit/test_inputs", "cli/products", "cli/input",
                     "cli/archives", "cli/beside", "fault/archives"],
    "stages/lab": ["cli/lab"],
    "stages/masks": ["oracle/mask_layouts", "cli/mask"],
    "stages/output": ["cli/maps", "oracle/pictures", "oracle/map_files", "oracle/encode"],
    "stages/picture": ["unit/test_quicklook", "unit/test_sheet", "oracle/pictures", "cli/trace",
                       "cli/sweep"],
    "stages/pixels": ["cli/numbers", "oracle/real", "oracle/accum", "oracle/indices",
                      "oracle/masks"],
    "stages/reader": ["cli/input", "oracle/real"],
    "stages/report": ["cli/output", "cli/shard", "cli/plan", "cli/teach", "cli/trace",
                      "fault/parts"],
    "stages/sweep": ["cli/sweep"],
    "stages/tiff": ["oracle/real", "oracle/odd"],
}

# --- where the source may be changed ---

SWAPS = {"<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"], "==": ["!="], "!=": ["=="],
         "&&": ["||"], "||": ["&&"], "+": ["-"], "-": ["+"], "+=": ["-="], "-=": ["+="],
         "++": ["--"], "--": ["++"], "<<": [">>"], ">>": ["<<"]}
TOKEN = re.compile(r"""[A-Za-z_]\w*|0[xX][0-9a-fA-F]+\w*|\d[\w.]*|->|<<=|>>=|\.\.\.|
                       \+\+|--|&&|\|\||<=|>=|==|!=|\+=|-=|\*=|/=|<<|>>|\S""", re.VERBOSE)
STATEMENT = re.compile(r"^\t+(?!return\b|goto\b|case\b|default\b|else\b|do\b|static\b|const\b|"
                       r"struct\b|enum\b|union\b|unsigned\b|char\b|size_t\b|u?int\d*_t\b|int\b|"
                       r"bool\b|double\b|float\b|long\b|void\b|FILE\b)"
                       r"[*(]*[A-Za-z_][\w\[\]\->.]*\s*(\(|[-+*/|&]?=[^=]|\+\+|--).*;$|"
                       r"^\t+(break|continue);$")
DECLARES = re.compile(r"^\t+[A-Za-z_]\w*\s+\**[A-Za-z_]\w*")
CONDITION = re.compile(r"^(\t+(?:else )?(?:\} else )?if \()(.*)(\)( \{)?)$")


def blank(text):
    """The text with comments, strings and preprocessor lines blanked, every place kept."""
    def spaces(match):
        return re.sub(r"[^\n]", " ", match.group())
    text = re.sub(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", spaces, text,
                  flags=re.DOTALL)
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", spaces, text, flags=re.MULTILINE)


def constants(word):
    if re.fullmatch(r"\d+[uUlL]*", word):
        digits = re.match(r"\d+", word).group()
        return [str(int(digits) + 1) + word[len(digits):]]
    return []


def token_changes(code):
    """(place, old, new) of every operator and constant that may be another."""
    before = ""
    for match in TOKEN.finditer(code):
        word = match.group()
        binary = re.fullmatch(r"[\w.]+|\)|\]", before) and before not in ("return", "case")
        if word in SWAPS and (binary or word in ("++", "--")):
            for new in SWAPS[word]:
                yield match.start(), word, new
        elif word == "!" and code[match.end():match.end() + 1] != "=":
            yield match.start(), word, ""
        for new in constants(word):
            yield match.start(), word, new
        before = word


def line_changes(code):
    """(place, old, new): a condition that never holds or always, a statement left out."""
    place = 0
    for line in code.split("\n"):
        condition = CONDITION.match(line)
        if condition and line.count("(") == line.count(")"):
            begin = place + condition.end(1)
            yield begin, condition.group(2), "0 && (" + condition.group(2) + ")"
            yield begin, condition.group(2), "1 || (" + condition.group(2) + ")"
        elif STATEMENT.match(line) and not DECLARES.match(line):
            body = line.lstrip("\t")
            yield place + len(line) - len(body), body, ";"
        place += len(line) + 1


class Mutation:
    def __init__(self, path, text, place, length, new):
        self.path, self.text, self.place, self.length, self.new = path, text, place, length, new
        self.line = text.count("\n", 0, place) + 1

    def source(self):
        return self.text[:self.place] + self.new + self.text[self.place + self.length:]

    def __str__(self):
        lines = self.text.split("\n"), self.source().split("\n")
        was, now = (part[self.line - 1].strip() for part in lines)
        return f"{self.path}:{self.line}:  {was}   =>   {now}"


def mutations(path, wanted_lines):
    text = (REPO / path).read_text()
    code = blank(text)
    # Only inside functions: tables and enums at the margin are data.
    out = []
    inside, starts = False, {}
    for number, line in enumerate(code.split("\n"), 1):
        if line.startswith("{"):
            inside = True
        elif line.startswith("}"):
            inside = False
        starts[number] = inside
    for place, old, new in [*token_changes(code), *line_changes(code)]:
        number = code.count("\n", 0, place) + 1
        if starts[number] and (wanted_lines is None or number in wanted_lines):
            if new.endswith(")") and old in new:  # the line as written, strings and all
                real = text[place:place + len(old)]
                new = new.replace(old, real)
            out.append(Mutation(path, text, place, len(old), new))
    return out


def git(*words):
    return subprocess.run(["git", "-C", str(REPO), *words], check=True, capture_output=True,
                          text=True).stdout


def changed_lines(rev):
    """{path: set of lines} of C files that differ from the merge base with rev."""
    base = git("merge-base", rev, "HEAD").strip()
    lines, path = {}, None
    for line in git("diff", "-U0", base, "--", "pipeline", "stages").splitlines():
        if line.startswith("+++ "):
            path = line[6:] if line.endswith(".c") else None
        match = re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line)
        if match and path:
            first, count = int(match.group(1)), int(match.group(2) or 1)
            lines.setdefault(path, set()).update(range(first, first + count))
    return lines


def listed(path):
    """Mutations of one's own."""
    out = []
    for line in Path(path).read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, old, new = (part.strip(" ") for part in line.split(" | "))
        name, _, number = name.partition(":")
        text = (REPO / name).read_text()
        begin = sum(len(x) + 1 for x in text.split("\n")[:int(number) - 1]) if number else 0
        place = text.find(old, begin)
        if place < 0 or (not number and text.count(old) > 1):
            sys.exit(f"{name}: '{old}' is there {text.count(old)} times")
        out.append(Mutation(name, text, place, len(old), "" if new == "-" else new))
    return out


# --- building and running ---


class Tree:
    """A copy of the tree with a build of its own: small objects, no debugging information, so that
    two objects of the same code are the same bytes."""

    def __init__(self, folder):
        self.path = folder
        names = git("ls-files", "-z").split("\0")
        names += git("ls-files", "-z", "--others", "--exclude-standard").split("\0")
        for name in filter(None, names):
            if (REPO / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(REPO / name, folder / name)
        self.commands = {}
        self.make("-j2", "all")

    def make(self, *words):
        done = subprocess.run(["make", "CFLAGS=-O2", "BUILD=build", "WERROR=", *words],
                              cwd=self.path, capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stdout[-2000:] + done.stderr[-4000:])
        return done.stdout

    def script(self, source, targets):
        """What make would do for these targets after a change of this file."""
        key = (source, tuple(targets))
        if key not in self.commands:
            text = self.make("-n", "V=1", "-W", source, *targets).replace("\\\n", " ")
            lines = [line for line in text.splitlines() if not re.match(r"make|echo", line)]
            compiles = [line for line in lines if re.search(r" -c -o ", line)]
            links = [line for line in lines if line not in compiles]
            objects = [re.search(r" -c -o (\S+)", line).group(1) for line in compiles]
            self.commands[key] = compiles, links, objects
        return self.commands[key]

    def shell(self, lines, timeout=300):
        return subprocess.run("set -e\n" + "\n".join(lines), shell=True, cwd=self.path,
                              capture_output=True, timeout=timeout).returncode == 0


def fast_folder():
    """A file system in memory, where there is one with room."""
    shm = Path("/dev/shm")
    return shm if shm.is_dir() and shutil.disk_usage(shm).free > 1 << 30 else None


def tests_of(path, only):
    """Names of tests for a source file: unit/<program>, cli/<file>, oracle/ and fault/<script>."""
    room = str(Path(path).parent)
    folder = REPO / "tests" / "unit" / Path(room).name
    if room.endswith("mpi/module"):
        folder = REPO / "tests" / "unit" / "mpi"
    names = [f"unit/{p.stem}" for p in sorted(folder.glob("test_*.c"))]
    names += TESTS.get(room, ["cli/numbers"])
    return [name for name in names if name.split("/")[0] in only]


def check_tests(paths):
    """Every room has its line in TESTS, and every test that is named is there."""
    folders = {"unit": "tests/unit/*/{}.c", "cli": "tests/cli/{}.bats",
               "oracle": "tests/oracle/{}.py", "fault": "tests/fault/{}.py"}
    for room in sorted({str(Path(path).parent) for path in paths if path.endswith(".c")} -
                       set(TESTS)):
        print(f"TESTS has no line for {room}", flush=True)
    for name in sorted({name for names in TESTS.values() for name in names}):
        kind, what = name.split("/")
        if not list(REPO.glob(folders[kind].format(what))):
            sys.exit(f"TESTS names {name}, which is not there")


def command_of(name, tree):
    kind, what = name.split("/")
    if kind == "unit":
        return [str(tree.path / "build" / "tests" / what)]
    if kind == "cli":
        return ["bats", "--tap", str(tree.path / "tests" / "cli" / f"{what}.bats")]
    return [PYTHON, str(tree.path / "tests" / kind / f"{what}.py"), "--quick"]


def watch(process, log, timeout):
    """How a test fails, at the first sign of it; None where it ends well."""
    begin = time.monotonic()
    while True:
        ended, waited = process.poll() is not None, time.monotonic() - begin
        text = os.pread(log.fileno(), 1 << 20, 0).decode(errors="replace")
        bad = re.search(r"^(not ok .*|FAIL .*)$", text, re.MULTILINE)
        if bad:
            return bad.group(1)
        if ended:
            return f"exit status {process.returncode}" if process.returncode else None
        if waited > timeout:
            return f"longer than {timeout:.0f} s"
        time.sleep(0.02 if waited < 1 else 0.2)


def run_test(name, tree, timeout):
    """'passed', or how it failed; ends at the first sign of a failure."""
    env = dict(os.environ, BUILD=str(tree.path / "build"), PYTHONDONTWRITEBYTECODE="1",
               CMOCKA_MESSAGE_OUTPUT="TAP",
               IMGPIPE_DATA=os.environ.get("IMGPIPE_DATA", str(REPO.parent / "shared" / "data")))
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command_of(name, tree), stdout=log, stderr=subprocess.STDOUT,
                                   stdin=subprocess.DEVNULL, cwd=tree.path, env=env,
                                   start_new_session=True)
        try:
            found = watch(process, log, timeout)
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
    return found or "passed"


class Judge:
    def __init__(self, tree, only, slow):
        self.tree, self.only, self.slow = tree, only, slow
        self.seconds = {}  # of a test without mutations; None: it fails by itself

    def targets(self, names):
        units = [f"build/tests/{name[5:]}" for name in names if name.startswith("unit/")]
        return units + (["all"] if any(not name.startswith("unit/") for name in names) else [])

    def prepare(self, path):
        """The tests of a file that pass as it is."""
        names = tests_of(path, self.only)
        new = [name for name in names if name not in self.seconds]
        if new:
            self.tree.make("-j2", *self.targets(names))
        for name in new:
            begin = time.monotonic()
            result = run_test(name, self.tree, self.slow)
            self.seconds[name] = time.monotonic() - begin if result == "passed" else None
            if result != "passed":
                print(f"left out: {name}: without a mutation: {result}", flush=True)
        own = f"unit/test_{Path(path).stem}"
        names = [name for name in names if self.seconds[name] is not None]
        return sorted(names, key=lambda name: (not name.startswith("unit/"), name != own,
                                               self.seconds[name]))

    def judge(self, mutation):
        """(what became of it, the test that killed it): killed, lived, same, broken, untested."""
        tests = self.prepare(mutation.path)
        if not tests:
            return "untested", ""
        source = self.tree.path / mutation.path
        compiles, _, objects = self.tree.script(mutation.path, self.targets(tests))
        kept = {name: (self.tree.path / name).read_bytes() for name in objects}
        linked = []
        try:
            source.write_text(mutation.source())
            if not self.tree.shell(compiles):
                return "broken", ""
            if all((self.tree.path / name).read_bytes() == data for name, data in kept.items()):
                return "same", ""
            for name in tests:
                targets = self.targets([name])
                if targets not in linked:
                    linked.append(targets)
                    if not self.tree.shell(self.tree.script(mutation.path, targets)[1]):
                        return "broken", ""
                result = run_test(name, self.tree, 5 * self.seconds[name] + 5)
                if result != "passed":
                    return "killed", f"{name}: {result}"
            return "lived", ""
        finally:
            self.restore(mutation, kept, ["all"] in linked)

    def restore(self, mutation, kept, relink):
        """The source and its objects as they were. A room's unit programs are linked anew for each
        of its mutations; what all rooms share is linked again here."""
        (self.tree.path / mutation.path).write_text(mutation.text)
        for name, data in kept.items():
            (self.tree.path / name).write_bytes(data)
        if relink:
            self.tree.shell(self.tree.script(mutation.path, ["all"])[1])


def main():
    known = {"N": "20", "SEED": "1", "REV": "main", "FILES": "", "LIST": "", "MINUTES": "25",
             "SLOW": "60", "ONLY": "unit cli oracle fault"}
    for word in sys.argv[1:]:
        key, equals, value = word.partition("=")
        if not equals or key not in known:
            sys.exit(__doc__)
        known[key] = value or known[key]
    everything = git("ls-files", "pipeline", "stages").split()
    check_tests(everything)
    if known["LIST"]:
        chosen = listed(known["LIST"])
        n = len(chosen)
    else:
        if known["FILES"]:
            lines = {name: None for name in everything if name.endswith(".c") and
                     any(fnmatch.fnmatch(name, p) for p in known["FILES"].split())}
        else:
            lines = changed_lines(known["REV"])
        chosen = [m for path in sorted(lines) for m in mutations(path, lines[path])]
        random.Random(int(known["SEED"])).shuffle(chosen)
        n = int(known["N"])
        print(f"{len(lines)} files, {len(chosen)} mutations are possible, "
              f"{min(n, len(chosen))} are tried", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the copy goes, too
    end = time.monotonic() + 60 * float(known["MINUTES"])
    counts = {key: 0 for key in ("killed", "lived", "same", "broken", "untested")}
    lived = []
    with tempfile.TemporaryDirectory(prefix="imgpipe-mutants-", dir=fast_folder()) as folder:
        tree = Path(folder) / "tree"
        tree.mkdir()
        judge = Judge(Tree(tree), known["ONLY"].split(), float(known["SLOW"]))
        for mutation in chosen:
            if counts["killed"] + counts["lived"] >= n or time.monotonic() > end:
                break
            begin = time.monotonic()
            verdict, by = judge.judge(mutation)
            counts[verdict] += 1
            if verdict == "lived":
                lived.append(mutation)
            print(f"{verdict:8} {time.monotonic() - begin:5.1f} s  {mutation}  {by}", flush=True)
    print("\nLived:")
    for mutation in lived:
        print(f"  {mutation}")
    print(f"{counts['killed']} killed, {counts['lived']} lived; not counted: {counts['same']} make "
          f"the same object, {counts['broken']} do not compile, {counts['untested']} have no tests")


if __name__ == "__main__":
    main()
