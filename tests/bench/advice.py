#!/usr/bin/env python3
"""Is the chunk that imgpipe advises within 10 % of the best that a sweep finds?

On three scenes (DEFLATE in tiles of 512, uncompressed strips, uncompressed planes in tiles of 256)
one sweep times a ladder of chunk sizes together with `auto`, which is what `imgpipe plan` shows, and
with what the verdict of a run with a bad chunk names. Points are compared by their fastest run: what
else a machine does only ever adds time; two names of one size (`auto` and 512, say) are one point. A
scene that misses is swept once more with twice the rounds, and that counts.

  advice.py BUILD            scenes of 4000 x 4000, uncompressed ones of 8000 x 8000; 7 rounds
  advice.py --quick BUILD    a smoke test: scenes of 1024 x 1024, 1 round; advice is looked for and
                             tried, times are shown and not judged
"""
import json
import math
import os
import re
import subprocess
import sys
import tempfile

SHARE = 0.10
SCENES = (
    # name, how it is made, a bad chunk, and the words by which the verdict judges it
    ("deflate-512", ["--codec", "deflate", "--tile", "512"], "100", "cut stored tiles"),
    ("strips", ["--codec", "none", "--strip", "16"], "300x300", "cut stored tiles"),
    ("planar-256", ["--codec", "none", "--interleave", "band", "--tile", "256"], "100",
     "cut stored tiles"),
)


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(words)}: exit status {done.returncode}: {done.stderr}")
    return done.stdout


def advised(program, scene, chunk, words, folder):
    """The --chunk that the verdict of a run with a bad chunk names."""
    report = os.path.join(folder, "bad.json")
    run(program, "-q", "--workers", "2", "--chunk", chunk, "--report", report, scene)
    with open(report, encoding="utf-8") as file:
        verdict = json.load(file)["verdict"]
    for sentence in verdict:
        found = re.search(r"\(--chunk (\d+(?:x\d+)?)\)", sentence)
        if words in sentence and found:
            return found.group(1)
    return None


def sweep(program, scene, ladder, rounds, folder):
    """Fastest run of each chunk, for the two numbers of workers."""
    path = os.path.join(folder, "sweep.json")
    run(program, "sweep", "-q", "--chunk", ",".join(ladder), "--workers", "1,2", "--repeat",
        str(rounds), "--json", path, scene)
    with open(path, encoding="utf-8") as file:
        result = json.load(file)
    if result["same_numbers"] is not True:
        sys.exit(f"{scene}: chunk sizes gave different numbers")
    fastest = {}
    for point in result["points"]:
        size = point["workers"], point["chunk_x_size"], point["chunk_y_size"]
        fastest[size] = min(fastest.get(size, math.inf), point["wall_s"]["min"])
    times = {}
    for point in result["points"]:
        size = point["workers"], point["chunk_x_size"], point["chunk_y_size"]
        times.setdefault(point["workers"], {})[point["chunk"]] = fastest[size]
    return times


def judge(name, times, chunks, judged):
    """Print how far the advised chunks are from the best; how many miss."""
    missed = 0
    for workers, by_chunk in sorted(times.items()):
        best = min(by_chunk, key=by_chunk.get)
        for who, chunk in chunks:
            off = by_chunk[chunk] / by_chunk[best] - 1
            bad = off > SHARE and judged
            missed += bad
            print(f"{name:12} {workers} worker(s)  {who:8} --chunk {chunk:9} "
                  f"{by_chunk[chunk]:7.3f} s  best {best:9} {by_chunk[best]:7.3f} s  "
                  f"{100 * off:+5.1f} %{'  MISSED' if bad else ''}")
    return missed


def main():
    quick = "--quick" in sys.argv
    build = [a for a in sys.argv[1:] if not a.startswith("-")][0]
    program = os.path.join(build, "imgpipe")
    rounds = 1 if quick else 7
    failed = passed = 0

    with tempfile.TemporaryDirectory() as folder:
        for name, layout, bad, words in SCENES:
            scene = os.path.join(folder, name + ".tif")
            size = 1024 if quick else 8000 if "none" in layout else 4000
            run(os.path.join(build, "make_scene"), "--size", str(size), *layout, scene)
            told = advised(program, scene, bad, words, folder)
            if not told:
                print(f"{name:12} the verdict on --chunk {bad} names no chunk")
                failed += 1
                continue
            ladder = ["256", "512", "1024", "2048", "4096", "tile", "auto"]
            ladder += [told] if told not in ladder else []
            chunks = (("plan", "auto"), ("verdict", told))
            times = sweep(program, scene, ladder, rounds, folder)
            missed = judge(name, times, chunks, not quick)
            if missed:
                print(f"{name:12} once more, {2 * rounds} rounds")
                times = sweep(program, scene, ladder, 2 * rounds, folder)
                missed = judge(name, times, chunks, True)
            failed += missed > 0
            passed += not missed
            os.unlink(scene)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
