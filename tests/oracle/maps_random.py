#!/usr/bin/python3
"""Maps of random sizes, layouts, codecs, types, tiles, executors and chunks, together, against NumPy: every
level by GDAL, layout, statistics and what is clamped. A failure prints both command lines.

    maps_random.py [--quick] [--seed N] [--cases N]
"""

import os
import random
import sys

import map_checks as m
from maps import Settings, facts_of, run_maps
from oracle import MAKE_SCENE, QUICK, Scratch, Tally, read_band, run


def option(name, usual):
    return int(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else usual


SEED = option("--seed", 1)
N_CASES = option("--cases", 12 if QUICK else 200)
MOST_PIXELS = 400000 if QUICK else 2500000
WIDTHS = (1, 2, 3, 100, 127, 128, 129, 255, 257, 500, 700, 1024, 1025, 3000, 9000)
HEIGHTS = (1, 2, 5, 64, 128, 130, 300, 511, 513, 1000, 2049)


def sometimes(draw, share, *words):
    return list(words) if draw.random() < share else []


def random_scene(draw, number):
    """Words of make_scene."""
    size = (1, 1)
    while size == (1, 1) or size[0] * size[1] > MOST_PIXELS:
        size = (draw.choice(WIDTHS), draw.choice(HEIGHTS))
    layout = draw.choice((f"--tile {16 * draw.choice((1, 2, 3, 5, 8, 16, 32, 64))}",
                          f"--tile {16 * draw.randint(1, 20)}x{16 * draw.randint(1, 20)}",
                          f"--strip {draw.choice((0, 1, 7, 64, 100))}"))
    content = draw.choice(("s2", "s2", "holes", "ramp", "checker", "constant", "negative"))
    kind = draw.choice((None, "uint16", "int16", "int32", "float32", "float64"))
    if content == "negative" and kind == "uint16":
        kind = None
    return ["--size", f"{size[0]}x{size[1]}", *layout.split(), "--seed", str(number),
            "--codec", draw.choice(("none", "lzw", "deflate", "zstd")),
            "--interleave", draw.choice(("pixel", "band")),
            "--content", content,
            *(["--type", kind] if kind else []), *sometimes(draw, 0.2, "--mask"), *sometimes(draw, 0.3, "--sparse"),
            *sometimes(draw, 0.2, "--byte-order", "big"), *sometimes(draw, 0.2, "--bigtiff")]


def random_words(draw):
    """Of the program."""
    kind = draw.choice((None, "float32", "int16", "uint8"))
    return ["--raw", "--mask-output", "why", "--bands-output", "red",
            "--co", f"BLOCKSIZE={draw.choice((128, 256, 512, 1024, 2048, 4096))}",
            "--co", f"COMPRESS={draw.choice(('NONE', 'LZW', 'DEFLATE', 'ZSTD'))}",
            *(["--type", kind] if kind else []), *sometimes(draw, 0.3, "--format", "gtiff"),
            *sometimes(draw, 0.2, "--co", "OVERVIEWS=AUTO"), *sometimes(draw, 0.2, "--co", "SPARSE_OK=YES"),
            *sometimes(draw, 0.2, "--co", "PREDICTOR=NO"), *sometimes(draw, 0.2, "--co", "BIGTIFF=YES"),
            "--executor", draw.choice(("serial", "threads", "openmp", "processes")),
            "--workers", str(draw.randint(1, 5)),
            *sometimes(draw, 0.6, "--chunk", draw.choice(("tile", "100x37", "333", "2048", "1GiB", "128x1", "1x128",
                                                          "5000x16"))),
            *sometimes(draw, 0.3, "--working-set", "chunk"), *sometimes(draw, 0.3, "--reader", "gdal")]


def check_output(tally, name, path, output, scene, settings):
    values, codes = scene.index(("nir", "red"))
    if output["kind"] == "classes":
        levels = m.levels_of(codes, "uint8", 255, settings.tile, True, settings.overviews)
    else:
        nodata = float(output["nodata"])
        level, _, clamped = m.stored_by_numpy(
            values if output["kind"] == "map" else scene.band("red"), output["type"], output["scale"],
            output["offset"], nodata if output["type"] == "float32" else int(nodata))
        levels = m.levels_of(level, output["type"], nodata, settings.tile, overviews=settings.overviews)
        tally.check(output["clamped"] == int(clamped.sum()), f"{name}: clamped", f"{output['clamped']}")
    m.check_pixels(tally, name, path, levels, True)
    m.check_statistics(tally, name, path)
    # Above 512 the validator would like overviews of images that one tile holds.
    m.check_layout(tally, name, path, settings.cog and settings.tile <= 512, settings.sparse)


def one_case(tally, scratch, draw, number):
    scene_words, words = random_scene(draw, number), random_words(draw)
    name = f"case {number}: make_scene {' '.join(scene_words)}; imgpipe {' '.join(words)}"
    path = scratch / "scene.tif"
    done = run([*scene_words, path], program=MAKE_SCENE)
    if not tally.check(done.rc == 0, name, f"make_scene: {done.last_words()}"):
        return
    made = run_maps(tally, scratch, name, [path], words)
    if not made:
        return
    try:
        scene = m.Scene(facts_of(path, {"red": 3, "nir": 4}, 1.0, 0.0, read_band(path, 3)[1]))
    except RuntimeError as why:  # libtiff writes no tag of blocks where the one block is not stored
        tally.skip(name, f"GDAL cannot read the scene: {why}")
        return
    tally.check(len(made[1]["outputs"]) == 3, f"{name}: files", f"{made[1]['outputs']}")
    for output in made[1]["outputs"]:
        check_output(tally, f"{name}: {output['kind']}", made[0] / os.path.basename(output["path"]), output, scene,
                     Settings(words))


def main():
    tally = Tally()
    draw = random.Random(SEED)
    with Scratch() as scratch:
        for number in range(N_CASES):
            one_case(tally, scratch, draw, number)
    tally.finish()


if __name__ == "__main__":
    main()
