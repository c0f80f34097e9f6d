"""Other indices than NDVI, several at once and an expression: what each program of the bench is asked
for, as its users write it. Reflectance is 0.0001 of what is stored, computed in double precision by
all, as indices with constants need it; pixels where a band of the index is 0 do not count.
"""

import json
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCALE = 0.0001
BANDS = {"blue": 1, "green": 2, "red": 3, "nir": 4}

# In Python, C and OTB alike; letters are those of BANDS.
FORMULAS = {
    "ndvi": "(n - r) / (n + r)",
    "gndvi": "(n - g) / (n + g)",
    "evi": "2.5 * (n - r) / (n + 6 * r - 7.5 * b + 1)",
    "savi": "1.5 * (n - r) / (n + r + 0.5)",
    "gli": "(2 * g - r - b) / (2 * g + r + b)",
    "msavi": "0.5 * (2 * n + 1 - sqrt((2 * n + 1) * (2 * n + 1) - 8 * (n - r)))",
    "own": "(n - r) / sqrt(n + r + g)",  # of no table
}
SIX = tuple(FORMULAS)[:6]
EXPRESSION = "own=(nir-red)/sqrt(nir+red+green)"


def letters(names):
    """Letters of the bands that they read, in the bands' order."""
    return [band[0] for band in BANDS if any(band[0] in FORMULAS[name].replace("sqrt", "")
                                             for name in names)]


def numbers_of_bands(names):
    return [BANDS[next(band for band in BANDS if band[0] == letter)] for letter in letters(names)]


def in_words(text, word_of):
    """A formula with other words for its letters."""
    text = text.replace("sqrt", "$")
    for band in BANDS:
        text = text.replace(band[0], f"@{band[0]}")
    for band in BANDS:
        text = text.replace(f"@{band[0]}", word_of(band[0]))
    return text.replace("$", "sqrt")


def imgpipe_options(names):
    table = [name for name in names if name != "own"]
    bands = ",".join(f"{band}={number}" for band, number in BANDS.items())
    return [*(["--index", ",".join(table)] if table else []),
            *(["--expr", EXPRESSION] if "own" in names else []),
            "--scale", str(SCALE), "--offset", "0", "--bands", bands]


def from_summary(output, names):
    values = json.loads(output)["global"]["indices"]
    return [[values[name][key] for key in ("valid", "mean", "std", "min", "max")]
            for name in names]


def from_lines(output):
    return [[float(word) for word in line.split()] for line in output.splitlines()]


def gdal_calc(work, files, names):
    """One output of as many bands as indices, then its statistics."""
    out = work / "values.tif"
    Path(f"{out}.aux.xml").unlink(missing_ok=True)
    used = letters(names)
    inputs = []
    for letter, number in zip(used, numbers_of_bands(names)):
        inputs += [f"-{letter.upper()}", str(files[0]), f"--{letter.upper()}_band={number}"]
    calc = []
    for name in names:
        good = "&".join(f"({letter.upper()}>0)" for letter in letters([name]))
        text = in_words(FORMULAS[name], lambda letter: f"({letter.upper()}*{SCALE})")
        calc.append(f"--calc=where({good},{text},-9999)")
    return [out], [["gdal_calc.py", *inputs, *calc,
                  "--hideNoData", "--NoDataValue=-9999", "--type=Float32", "--co=INTERLEAVE=BAND",
                  "--outfile", str(out), "--overwrite", "--quiet"], ["gdalinfo", "-stats", str(out)]]


def otb(work, files, names):
    """BandMath has one output: once for each index."""
    commands = []
    for name in names:
        out = work / f"values-{name}.tif"
        word = {letter: f"im1b{number}" for letter, number in
                zip(letters([name]), numbers_of_bands([name]))}
        good = " && ".join(f"{band}>0" for band in word.values())
        text = in_words(FORMULAS[name], lambda letter: f"({word.get(letter)}*{SCALE})")
        commands += [["otbcli_BandMath", "-il", str(files[0]), "-out", str(out), "float", "-exp",
                      f"{good} ? {text} : -9999"],
                     ["otbcli_ComputeImagesStatistics", "-il", str(out), "-bv", "-9999", "-out.xml",
                      str(work / "otb.xml")]]
    return [work / f"values-{name}.tif" for name in names], commands


LOOK = ("import sys, numpy as np; from osgeo import gdal; gdal.UseExceptions()\n"
        "for path in sys.argv[1:]:\n"
        "  data = gdal.Open(path)\n"
        "  for i in range(data.RasterCount):\n"
        "    v = data.GetRasterBand(i + 1).ReadAsArray(); v = v[np.isfinite(v) & (v != -9999)]\n"
        "    print(v.size, v.mean(dtype='f8'), v.std(dtype='f8'), v.min(), v.max())\n")


def from_rasters(paths):
    """What a program wrote, looked at with numpy in a process of its own (its memory)."""
    return from_lines(subprocess.run(["/usr/bin/python3", "-c", LOOK, *map(str, paths)], check=True,
                                     capture_output=True, text=True).stdout)
