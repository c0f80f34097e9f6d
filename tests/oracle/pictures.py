#!/usr/bin/python3
"""Pictures of maps: colours as the README documents them, worked out here; how people with protanopia,
deuteranopia and tritanopia see the ramps (G. M. Machado et al. 2009, severity 1); then --quicklook from end
to end: each pixel of a picture has the colour of the map's overview, nodata is transparent, world files lie
where the map lies, and bytes do not depend on how the work was done.

The program's side of the ramps is tests/unit/picture/test_ramp --colours.
"""

import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from osgeo import gdal, osr

from oracle import BUILD, IMGPIPE, REPO, Tally

LEVELS = 250
MACHADO = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
    "no colour blindness": np.eye(3),
}
TO_XYZ = np.array([[.4124564, .3575761, .1804375], [.2126729, .7151522, .0721750],
                   [.0193339, .1191920, .9503041]])


def documented(kind):
    """Colours of the levels by the anchors in the README."""
    text = (REPO / "stages/output/README.md").read_text()
    row = re.search(rf"^\| {kind} \|.*\| ([0-9 ,]+) \|$", text, re.M).group(1)
    anchors = np.array([[int(n) for n in anchor.split()] for anchor in row.split(",")], float)
    place = np.arange(LEVELS) / (LEVELS - 1) * (len(anchors) - 1)
    first = np.minimum(place.astype(int), len(anchors) - 2)
    part = (place - first)[:, None]
    return np.floor(anchors[first] + part * (anchors[first + 1] - anchors[first]) + .5).astype(int)


def lab(rgb, matrix):
    """CIE L*a*b* (D65) of what is seen."""
    c = rgb / 255
    linear = np.where(c <= .04045, c / 12.92, ((c + .055) / 1.055)**2.4)
    seen = np.clip(linear @ np.array(matrix).T, 0, 1)
    xyz = seen @ TO_XYZ.T / np.array([.95047, 1, 1.08883])
    f = np.where(xyz > .008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], -1)


def check_ramps(tally):
    lines = subprocess.run([BUILD / "tests/test_ramp", "--colours"], capture_output=True, text=True,
                           check=True).stdout.split("\n")
    printed = np.array([[int(n) for n in line.split()] for line in lines if line])
    half = LEVELS // 2
    for k, kind in enumerate(("diverging", "sequential")):
        tally.check(np.array_equal(printed[k * LEVELS:(k + 1) * LEVELS], documented(kind)),
                    f"{kind}: colours are the documented ones")
    for name, matrix in MACHADO.items():
        d, s = lab(documented("diverging"), matrix), lab(documented("sequential"), matrix)
        apart = np.linalg.norm(d[:half] - d[::-1][:half], axis=1)
        # 10 is some four times what is just seen; next to 0 the two sides have to meet.
        tally.check(apart[:half * 9 // 10].min() > 10, f"{name}: the two sides of 0 stay apart")
        tally.check((np.diff(d[:half, 0]) > -.4).all() and (np.diff(d[half:, 0]) < .4).all(),
                    f"{name}: diverging gets lighter to 0 on both sides")
        tally.check((np.diff(s[:, 0]) > -.4).all() and s[-1, 0] - s[0, 0] > 70,
                    f"{name}: sequential gets lighter")


# --- from end to end -----------------------------------------------------------------------------

TRANSFORM = (500000.0, 10.0, 0.0, 6000000.0, 0.0, -10.0)


def write_scene(path, width, height, seed):
    """Four bands of which 3 and 4 make NDVI, some nodata."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    red = (1500 + 1400 * np.sin(x / 37 + seed) + rng.integers(0, 90, (height, width))).clip(1)
    nir = (2500 + 2400 * np.cos(y / 53) + rng.integers(0, 90, (height, width))).clip(1)
    red[rng.random((height, width)) < .02] = 0
    red[:height // 9, :width // 7] = 0
    data = gdal.GetDriverByName("GTiff").Create(str(path), width, height, 2, gdal.GDT_UInt16,
                                                ["TILED=YES", "COMPRESS=DEFLATE"])
    data.SetGeoTransform(TRANSFORM)
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(32633)
    data.SetProjection(reference.ExportToWkt())
    for i, band in enumerate((red, nir), 1):
        data.GetRasterBand(i).WriteArray(band.astype(np.uint16))
        data.GetRasterBand(i).SetNoDataValue(0)


def run(folder, *words):
    return subprocess.run([IMGPIPE, "--bands", "red=1,nir=2", "-q", *words], cwd=folder,
                          capture_output=True, text=True)


def overview(path):
    """Values of the first level that is no larger than 1024, NaN where there is none; its number."""
    data = gdal.Open(str(path))
    band = data.GetRasterBand(1)
    levels = [band] + [band.GetOverview(i) for i in range(band.GetOverviewCount())]
    k = next(i for i, b in enumerate(levels) if max(b.XSize, b.YSize) <= 1024)
    stored = levels[k].ReadAsArray().astype(float)
    nodata = band.GetNoDataValue()
    values = stored * (band.GetScale() or 1) + (band.GetOffset() or 0)
    return np.where(np.isnan(stored) if np.isnan(nodata) else stored == nodata, np.nan, values), k


def picture(path):
    """RGBA as a reader of PNG shows it."""
    data = gdal.Open(str(path))
    band = data.GetRasterBand(1)
    table = band.GetColorTable()
    colours = np.array([table.GetColorEntry(i) for i in range(table.GetCount())])
    pixels = colours[band.ReadAsArray()]
    if band.GetNoDataValue() is not None:
        pixels[band.ReadAsArray() == band.GetNoDataValue(), 3] = 0
    return pixels


def expected(values, low, high, kind):
    with np.errstate(invalid="ignore"):
        level = np.floor((values - low) / (high - low) * LEVELS).clip(0, LEVELS - 1)
    rgb = documented(kind)[np.nan_to_num(level).astype(int)]
    alpha = np.where(np.isnan(values), 0, 255)[..., None]
    return np.concatenate([rgb, alpha], -1), level


def same(got, want):
    return got.shape == want.shape and np.array_equal(got[..., 3], want[..., 3]) and \
        np.array_equal(got[want[..., 3] > 0], want[want[..., 3] > 0])


def check_picture(tally, folder, name, width, height, type_):
    write_scene(folder / "s.tif", width, height, width)
    done = run(folder, "-o", name, "--type", type_, "--quicklook", "--no-legend", "s.tif")
    tally.check(done.returncode == 0, f"{name}: {done.stderr.strip()}")
    if done.returncode:
        return
    [tif], [png], [pgw] = (list((folder / name).glob(f"*.{e}")) for e in ("tif", "png", "pgw"))
    values, level = overview(tif)
    want, _ = expected(values, -1, 1, "diverging")
    tally.check(same(picture(png), want), f"{name}: each pixel has the colour of its value")
    world = [float(line) for line in pgw.read_text().split()]
    pixel = 10.0 * 2**level
    tally.check(world == [pixel, 0, 0, -pixel, 5e5 + pixel / 2, 6e6 - pixel / 2],
                f"{name}: world file {world}")


def check_work(tally, folder):
    """The same bytes from every executor; a legend below the same pixels."""
    write_scene(folder / "s.tif", 1500, 1300, 5)
    ways = [("serial", "1"), ("threads", "3"), ("processes", "2")]
    files = []
    for executor, workers in ways:
        out = f"by-{executor}"
        done = run(folder, "-o", out, "--quicklook", "--contact-sheet", f"{out}.png", "--executor",
                   executor, "--workers", workers, "--chunk", "512x512", "s.tif")
        tally.check(done.returncode == 0, f"{executor}: {done.stderr.strip()}")
        if done.returncode:
            return
        [png] = (folder / out).glob("*.png")
        files.append((png.read_bytes(), (folder / f"{out}.png").read_bytes()))
    tally.check(len(set(files)) == 1, "the same bytes of pictures and sheets from every executor")
    [png], [tif] = ((folder / "by-serial").glob(f"*.{e}") for e in ("png", "tif"))
    values, _ = overview(tif)
    want, _ = expected(values, -1, 1, "diverging")
    got = picture(png)
    tally.check(same(got[:want.shape[0]], want), "the picture stands above its legend")
    tally.check((got[want.shape[0]:, :, 3] == 255).all() and got.shape[0] > want.shape[0] + 40,
                "the legend is opaque")


def check_stretch(tally, folder):
    write_scene(folder / "s.tif", 700, 600, 9)
    done = run(folder, "-o", "st", "--type", "float32", "--quicklook", "--no-legend", "--stretch",
               "2,98", "s.tif")
    tally.check(done.returncode == 0, f"stretch: {done.stderr.strip()}")
    if done.returncode:
        return
    [png], [tif] = ((folder / "st").glob(f"*.{e}") for e in ("png", "tif"))
    full = gdal.Open(str(tif)).ReadAsArray().astype(float)
    low, high = np.nanpercentile(full, [2, 98])
    kind = "sequential"
    if low < 0 < high and min(-low, high) >= max(-low, high) / 4:
        low, high, kind = -max(-low, high), max(-low, high), "diverging"
    values, _ = overview(tif)
    _, level = expected(values, low, high, kind)
    palette = {tuple(c): i for i, c in enumerate(documented(kind).tolist())}
    got = picture(png)
    shown = np.array([palette.get(tuple(p[:3]), -9) for p in got[got[..., 3] > 0].tolist()])
    # Percentiles are within a bin of the histogram.
    tally.check(np.abs(shown - level[~np.isnan(values)]).max() <= 1,
                "--stretch: colours go from one percentile to the other")


def check_classes(tally, folder):
    """Of --mask-output, too: the colours of the file's own table, with an overview and without."""
    for width, height in ((300, 200), (2100, 1700)):
        name = f"classes-{width}"
        write_scene(folder / "s.tif", width, height, 13)
        done = run(folder, "-o", name, "--mask-output", "why", "--quicklook={scene}-{index}.png",
                   "--valid-range", "ndvi=-0.2,0.4", "--no-legend", "s.tif")
        tally.check(done.returncode == 0, f"{name}: {done.stderr.strip()}")
        if done.returncode:
            return
        tif, png = folder / name / "s_why.tif", folder / name / "s-why.png"
        values, _ = overview(tif)
        data = gdal.Open(str(tif))
        table = data.GetRasterBand(1).GetColorTable()
        colours = np.array([table.GetColorEntry(i) for i in range(256)])
        tally.check(len(np.unique(values)) > 1 and same(picture(png), colours[values.astype(int)]),
                    f"{name}: each pixel has the colour of its class")
        tally.check((folder / name / "s-why.pgw").read_bytes() ==
                    (folder / name / "s-ndvi.pgw").read_bytes(), f"{name}: one place")


def main():
    tally = Tally()
    check_ramps(tally)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for case in (("small-f", 300, 200, "float32"), ("large-f", 2100, 1700, "float32"),
                     ("large-i", 2100, 1700, "int16"), ("bytes", 1030, 5, "uint8"),
                     ("one", 1, 1, "int16")):
            check_picture(tally, folder, *case)
        check_work(tally, folder)
        check_stretch(tally, folder)
        check_classes(tally, folder)
    tally.finish()


if __name__ == "__main__":
    main()
