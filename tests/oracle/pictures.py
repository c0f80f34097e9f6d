#!/usr/bin/python3
"""Pictures of maps: colours as the README documents them, worked out here; how people with protanopia,
deuteranopia and tritanopia see the ramps (G. M. Machado et al. 2009, severity 1); then --quicklook from end
to end: each pixel of a picture has the colour of the map's overview, nodata is transparent, world files lie
where the map lies, and bytes do not depend on how the work was done.

The program's side of the ramps is tests/unit/picture/test_ramp --colours.
"""

import base64
import html.parser
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


def check_frame(tally, folder, name, want):
    """With a legend: a frame round the same pixels, that is seen on light and on dark pages."""
    done = run(folder, "-o", f"{name}-l", "--format", "none", "--mask-output", "why",
               "--quicklook={scene}-{index}.png", "--valid-range", "ndvi=-0.2,0.4", "s.tif")
    tally.check(done.returncode == 0, f"{name}: {done.stderr.strip()}")
    got = picture(folder / f"{name}-l" / "s-why.png")
    times = 1 if max(want.shape) > 240 else 240 // max(want.shape[:2])
    want = want.repeat(times, 0).repeat(times, 1)
    height, width = want.shape[:2]
    left = (got.shape[1] - width - 2) // 2
    frame = got[:height + 2, left:left + width + 2]
    tally.check(same(frame[1:-1, 1:-1], want), f"{name}: within the frame each pixel has its colour")
    edge = np.concatenate([frame[0], frame[-1], frame[:, 0], frame[:, -1]])
    tally.check((edge == edge[0]).all(), f"{name}: a frame of one colour")
    for page in ("#ffffff", "#1b1f24"):
        tally.check(contrast("#%02x%02x%02x" % tuple(edge[0][:3]), page) >= 3,
                    f"{name}: the frame is seen on {page}")


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
        check_frame(tally, folder, name, colours[values.astype(int)])


# --- the page --------------------------------------------------------------------------------------

class Page(html.parser.HTMLParser):
    """Elements of a page in their order, with their attributes; its words; what is open must be closed."""

    VOID = {"meta", "img", "br", "hr", "link"}

    def __init__(self, path):
        super().__init__()
        self.seen, self.open, self.words, self.balanced = [], [], [], True
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)
        self.balanced &= not self.open

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        self.balanced &= bool(self.open) and self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def all(self, *tags):
        return [(tag, attributes) for tag, attributes in self.seen if tag in tags]


def luminance(colour):
    c = np.array([int(colour[i:i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= .04045, c / 12.92, ((c + .055) / 1.055)**2.4) @ TO_XYZ[1]


def contrast(a, b):
    """By WCAG 2."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + .05) / (low + .05)


def check_contrast(tally, page):
    """AA: 4.5 for text, 3 for what pictures are made of."""
    themes = re.findall(r":root\{((?:--[a-z0-9-]+:#[0-9a-f]{6};)+)\}", page.text)
    tally.check(len(themes) == 2, f"the style has {len(themes)} sets of colours, light and dark")
    for theme, words in zip(("light", "dark"), themes):
        colour = dict(re.findall(r"--([a-z0-9-]+):(#[0-9a-f]{6})", words))
        for text in ("ink", "quiet", "warn", "series-1"):
            for behind in ("paper", "panel"):
                tally.check(contrast(colour[text], colour[behind]) >= 4.5,
                            f"{theme}: text {text} on {behind} {contrast(colour[text], colour[behind]):.2f}")
        for part in set(colour) - {"paper", "panel", "grid", "idle"}:
            tally.check(contrast(colour[part], colour["paper"]) >= 3,
                        f"{theme}: {part} {contrast(colour[part], colour['paper']):.2f}")


def check_outline(tally, page):
    levels = [int(tag[1]) for tag, _ in page.all("h1", "h2", "h3")]
    tally.check(page.balanced, "page: elements are closed in order")
    tally.check(levels.count(1) == 1 and levels[0] == 1 and (np.diff(levels) <= 1).all(),
                f"page: headings {levels}")
    ids = [a["id"] for _, a in page.seen if "id" in a]
    links = [a["href"] for _, a in page.all("a")]
    tally.check(len(ids) == len(set(ids)), f"page: names {ids}")
    tally.check(len(links) == 8 and all(link[1:] in ids for link in links), f"page: links {links}")
    tally.check(all("scope" in a for _, a in page.all("th")), "page: heads of tables have a scope")
    tally.check(len(page.all("caption")) == len(page.all("table")), "page: tables have captions")
    tally.check(all(a.get("alt") for _, a in page.all("img")), "page: images have words")
    tally.check(all(a.get("aria-label") for _, a in page.all("svg") if "role" in a), "page: pictures have words")
    tally.check(not page.all("script", "link", "iframe"), "page: stands alone")


def check_narrow(tally, text, name):
    """On a narrow screen nothing scrolls: tables of many columns become pairs, of names that they have;
    pictures have a second layout."""
    tables = re.findall(r"<table([^>]*)>(.*?)</table>", text, re.S)
    for attributes, table in tables:
        heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', table)
        pairs = re.findall(r"--c(\d+):'(.*?)';", attributes)
        if 'class="pairs"' in attributes:
            tally.check(pairs == [(str(i), head) for i, head in enumerate(heads[1:], 2)],
                        f"{name}: names of pairs {pairs}")
            rows = [row for row in re.findall(r"<tr>(.*?)</tr>", table) if "<td" in row]
            tally.check(rows and all('<th scope="row"' in row or 'class="w b"' in row for row in rows),
                        f"{name}: rows of pairs have a name")
        else:
            tally.check(len(heads) < 6 or "date" in heads, f"{name}: a table of {len(heads)} columns")
    wide, narrow = text.count('<div class="broad">\n<svg'), text.count('<div class="slim">\n<svg')
    tally.check(tables and wide == narrow == text.count('role="img"') / 2 > 0, f"{name}: {wide} pictures, {narrow} narrow")


def maps_of(page):
    """RGBA of the maps by their captions, of a page's own bytes."""
    maps = {}
    for _, a in page.all("img"):
        if not a["alt"].startswith("Map of "):
            continue
        png = base64.b64decode(a["src"].removeprefix("data:image/png;base64,"), validate=True)
        gdal.FileFromMemBuffer("/vsimem/map.png", png)
        maps[a["alt"].removeprefix("Map of ")] = (png, picture("/vsimem/map.png"))
    return maps


def cell_means(values):
    """Means on a grid of at most 64 cells along the longer side, as stages/pixels/preview.h says."""
    height, width = values.shape
    most = min(64, max(width, height))
    across, down = (max(1, int(most * side / max(width, height) + .5)) for side in (width, height))
    row = np.arange(height) * down // height
    column = np.arange(width) * across // width
    cell = (row[:, None] * across + column[None, :]).ravel()
    valid = ~np.isnan(values.ravel())
    with np.errstate(invalid="ignore"):
        n = np.bincount(cell[valid], minlength=down * across)
        return (np.bincount(cell[valid], values.ravel()[valid], down * across) / n).reshape(down, across)


def ndvi_of(path):
    red, nir = gdal.Open(str(path)).ReadAsArray().astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where((red == 0) | (nir == 0), np.nan, (nir - red) / (nir + red))


def check_map(tally, what, got, values):
    """Colours of the cells: the level may be the one beside where a mean lies on its edge."""
    means = cell_means(values)
    _, level = expected(means, -1, 1, "diverging")
    palette = {tuple(c): i for i, c in enumerate(documented("diverging").tolist())}
    if got.shape[:2] != means.shape:
        return tally.check(False, f"{what}: {got.shape[:2]} cells, not {means.shape}")
    holes = np.isnan(means)
    shown = np.array([palette.get(tuple(p[:3]), -9) for p in got[~holes].tolist()])
    tally.check(np.array_equal(got[..., 3] == 0, holes), f"{what}: no valid pixel, no colour")
    off = shown - level[~holes]
    # A step is 6e-5, a level 0.008.
    return tally.check(np.abs(off).max() <= 1 and (off != 0).mean() < .02, f"{what}: colours of cells")


SIZES = {"square": (701, 640), "strip": (1900, 90), "tall": (33, 500), "tiny": (5, 3), "one": (1, 1)}


def check_maps_of_page(tally, folder):
    """One page by every way of working; stored as strips, tiles or whole: the same maps."""
    for name, (width, height) in SIZES.items():
        write_scene(folder / f"{name}.tif", width, height, 21 if name != "one" else 2)
    gdal.Translate(str(folder / "lines.tif"), str(folder / "square.tif"),
                   creationOptions=["BLOCKYSIZE=1"])
    gdal.Translate(str(folder / "empty.tif"), str(folder / "square.tif"), scaleParams=[[0, 9e9, 0, 0]])
    ways = {"serial": [], "threads": ["--workers", "3", "--chunk", "100x37"],
            "processes": ["--workers", "2", "--chunk", "64"],
            "threads ": ["--tiles", "t.csv", "--tile-grid", "50x40", "--chunk", "128"]}
    first = None
    for way, words in ways.items():
        done = run(folder, "--executor", way.strip(), *words, "--html", "p.html", *(f"{n}.tif" for n in SIZES),
                   "lines.tif", "empty.tif")
        page = Page(folder / "p.html")
        maps = maps_of(page)
        tally.check(done.returncode == 0 and len(maps) == 6, f"{way}: {len(maps)} maps {done.stderr}")
        first = first or maps
        tally.check(maps.keys() == first.keys() and all(maps[k][0] == first[k][0] for k in first),
                    f"{way}: the same bytes of maps")
        tally.check("1 scene has no valid pixel, and so no map." in page.words, f"{way}: an empty one")
    byname = {caption.split(":")[0]: image for caption, (_, image) in first.items()}
    for name in SIZES:
        check_map(tally, name, byname[name], ndvi_of(folder / f"{name}.tif"))
    tally.check(np.array_equal(byname["lines"], byname["square"]), "strips make the same map")
    check_outline(tally, page)
    check_contrast(tally, page)
    check_narrow(tally, page.text, "page")


def check_narrow_pages(tally, folder):
    """What sweeps and labs show."""
    write_scene(folder / "a.tif", 300, 200, 3)
    for words in (("pi", "-N", "1e5"), ("sum", "-N", "1e5"), ("recur", "-N", "1e3", "-T", "10"),
                  ("sweep", "-b", "red=1,nir=2", "--workers", "1,2", "--chunk", "64,128", "--repeat", "1", "a.tif")):
        done = subprocess.run([IMGPIPE, *words, "-q", "--html", "w.html"], cwd=folder, capture_output=True, text=True)
        tally.check(done.returncode == 0, f"{words[0]}: {done.stderr}")
        if not done.returncode:
            check_narrow(tally, (folder / "w.html").read_text(), words[0])


def check_words_of_page(tally, folder):
    """The page as a record: command line without secrets, options that change numbers, what is left out."""
    write_scene(folder / "a.tif", 60, 50, 3)
    (folder / "bad.tif").write_bytes(b"II*\0no directory")
    (folder / "o.conf").write_text("range = ndvi=-0.5,0.9\n")
    done = run(folder, "--config", "o.conf", "--index", "ndvi,evi", "--expr", "q=nir/red", "--scale", "0.0001",
               "--offset", "0", "--html", "p.html", "a.tif", "bad.tif",
               "/vsicurl/http://u:hush@127.0.0.1:1/x.tif?sig=whisper")
    page = Page(folder / "p.html")
    words = "".join(page.words)
    tally.check(done.returncode == 1, f"record: {done.stderr}")
    for word in ("--index ndvi,evi --expr q=nir/red", "--rangendvi=-0.5,0.9; from o.conf", "--scale0.0001",
                 "imgpipe 0.", "libtiff", "gdal", "bad: failed: ", "a, evi: missing: needs blue",
                 "1 of 3 scenes ok (1 incomplete), 2 failed", "***@127.0.0.1"):
        tally.check(word in words, f"record: {word}")
    tally.check("hush" not in page.text and "whisper" not in page.text, "record: no secrets")
    check_outline(tally, page)


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
        check_maps_of_page(tally, folder)
        check_words_of_page(tally, folder)
        check_narrow_pages(tally, folder)
    tally.finish()


if __name__ == "__main__":
    main()
