#!/usr/bin/python3
"""The catalogue as others see it: outlines of grids against PROJ (places within a millimetre, valid geometries,
the antimeridian), the rules of a GeoPackage by GDAL's validator and by its tables, what ogrinfo, sqlite3 and pandas
read, and what GDAL adds to it.

The program's side are tests/unit/catalogue/test_footprint --outlines and test_store --write.
"""

import math
import os
import random
import sqlite3
import subprocess
import tempfile
from pathlib import Path

from osgeo import gdal, ogr, osr

from oracle import BUILD, QUICK, Tally

gdal.UseExceptions()
ogr.UseExceptions()
osr.UseExceptions()

OUTLINES = BUILD / "tests" / "test_footprint"
STORE = BUILD / "tests" / "test_store"
UTM = ((32601, 1, False, 60), (32701, 1, True, 60), (25828, 28, False, 11), (26901, 1, False, 23),
       (28348, 48, True, 11), (7846, 46, True, 14))


def outlines(grids):
    lines = "".join(" ".join(["EPSG:%d" % epsg, str(int(projected)), "1", str(x), str(y)] +
                             [repr(float(v)) for v in g]) + "\n" for epsg, projected, x, y, g in grids)
    run = subprocess.run([OUTLINES, "--outlines"], input=lines, capture_output=True, text=True, timeout=120,
                         check=True)
    found = []
    for line in run.stdout.splitlines():
        values = line.split()
        parts, at = [], 1
        for _ in range(int(values[0])):
            n = int(values[at])
            numbers = [float(v) for v in values[at + 1:at + 1 + 2 * n]]
            parts.append(list(zip(numbers[::2], numbers[1::2])))
            at += 1 + 2 * n
        assert at == len(values)
        found.append(parts)
    assert len(found) == len(grids)
    return found


def transform(epsg):
    """To WGS 84 on the same datum: ETRS89 and its like are taken for WGS 84, as everywhere in the program."""
    source = osr.SpatialReference()
    source.ImportFromEPSG(epsg)
    target = source.CloneGeogCS() if source.IsProjected() else source.Clone()
    for crs in (source, target):
        crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return osr.CoordinateTransformation(source, target)


def corners_and_sides(x, y, g, parts):
    corner = ((0, 0), (0, 1), (1, 1), (1, 0), (0, 0))
    for (x0, y0), (x1, y1) in zip(corner, corner[1:]):
        for i in range(parts):
            c, r = x * (x0 + i / parts * (x1 - x0)), y * (y0 + i / parts * (y1 - y0))
            yield g[0] + c * g[1] + r * g[2], g[3] + c * g[4] + r * g[5]


def metres(a, b):
    """Between two places that are near each other."""
    dx = (a[0] - b[0] + 180) % 360 - 180
    return math.hypot(dx * 111319.5 * math.cos(math.radians(a[1])), (a[1] - b[1]) * 111319.5)


def geometry(parts):
    multi = ogr.Geometry(ogr.wkbMultiPolygon)
    for part in parts:
        ring = ogr.Geometry(ogr.wkbLinearRing)
        for lon, lat in part:
            ring.AddPoint_2D(lon, lat)
        polygon = ogr.Geometry(ogr.wkbPolygon)
        polygon.AddGeometry(ring)
        multi.AddGeometry(polygon)
    return multi


def check_outline(tally, name, grid, parts, want):
    """Every place of `want` is a point of the outline, and but for those on the antimeridian nothing else is."""
    got = [p for part in parts for p in part]
    far = [max((min(metres(w, p) for p in got) for w in want), default=math.inf) if got else math.inf,
           max((min(metres(w, p) for w in want) for p in got if abs(p[0]) != 180), default=0)]
    shape = geometry(parts) if parts else None
    good = (max(far) < 1e-3 and shape.IsValid() and all(part[0] == part[-1] for part in parts) and
            all(abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in got) and len(parts) <= 2)
    tally.check(good, name, f"{grid}: off by {far} m, {shape.ExportToWkt()[:300] if shape else 'none'}")
    return max(far)


def random_utm(rng, worst):
    first, zone, south, n = rng.choice(UTM)
    i = rng.randrange(n)
    pixel = rng.choice((0.1, 3, 10, 30, 500))
    x, y = rng.randint(1, 11000), rng.randint(1, 11000)
    turn = rng.choice((0, 0, rng.uniform(-math.pi, math.pi)))
    easting = rng.uniform(100e3, 900e3) if not worst else rng.choice((-1, 1)) * rng.uniform(0, 3.2e6) + 5e5
    northing = rng.uniform(0.2e6, 9.2e6)
    g = (easting, pixel * math.cos(turn), pixel * math.sin(turn), northing, pixel * math.sin(turn),
         -pixel * math.cos(turn))
    return first + i, True, x, y, g


def utm(tally, rng):
    grids = [random_utm(rng, k % 4 == 3) for k in range(300 if QUICK else 3000)]
    # Either side of the antimeridian, at all latitudes
    grids += [(epsg, True, 10980, 10980, (e, 10, 0, n, 0, -10))
              for epsg in (32601, 32660, 32701, 32760) for n in range(200000, 9000000, 400000)
              for e in (100000, 166021, 199980, 300000, 600000, 699960, 750000, 833979)]
    worst, split, none = 0, 0, 0
    for grid, parts in zip(grids, outlines(grids)):
        epsg, _, x, y, g = grid
        want = [p[:2] for p in transform(epsg).TransformPoints(list(corners_and_sides(x, y, g, 8)))]
        if not parts:  # beyond the series, or over a pole, which sides of thousands of kilometres may jump
            far = [abs(v[0] - 5e5) > 3.8e6 or not 0 <= v[1] <= 1.99e7 or abs(lat) > 89 for v, (lon, lat) in
                   zip(corners_and_sides(x, y, g, 8), want)]
            far += [abs(lat) > 85 for _, lat in want] + [math.hypot(g[1], g[2]) * max(x, y) > 2e6]
            tally.check(any(far), "utm: not known", str(grid))
            none += 1
            continue
        if max(abs(lat) for _, lat in want) > 89:
            continue
        if sum(map(len, parts)) < 16:  # straight sides, where bent ones cross often
            want = [p[:2] for p in transform(epsg).TransformPoints(list(corners_and_sides(x, y, g, 1)))]
        split += len(parts) == 2
        worst = max(worst, check_outline(tally, "utm", grid, parts, want))
    tally.check(split >= 10, "utm: some are cut at the antimeridian", f"{split} of {len(grids)}")
    print(f"utm: {len(grids)} grids, {split} cut, {none} not known, places within {worst * 1e9:.0f} nm of PROJ's")


def others(tally):
    mercator = [(3857, True, x, y, (x0, p, 0, y0, 0, -p)) for x, y, p in ((256, 256, 9.5), (4096, 100, 4891.9))
                for x0 in (-20037508.34, 0, 1e6) for y0 in (1.8e7, 1e6, -5e6) if x0 + x * p < 2.003751e7]
    degrees = [(epsg, False, 360, 180, (lon, 0.1, 0, lat, 0, -0.1)) for epsg in (4326, 4258, 4674)
               for lon in (-180, -20, 100, 143.9) for lat in (90, 20, -71.9)]
    for grid, parts in zip(mercator + degrees, outlines(mercator + degrees)):
        epsg, _, x, y, g = grid
        want = [p[:2] for p in transform(epsg).TransformPoints(list(corners_and_sides(x, y, g, 1)))]
        check_outline(tally, f"EPSG:{epsg}", grid, parts, want)


# --- the file ---

def reads_as_geopackage(tally, path, n):
    source = ogr.Open(str(path))
    layer = source.GetLayerByName("scenes")
    extent = layer.GetExtent()
    shapes = [f.GetGeometryRef().Clone() if f.GetGeometryRef() else None for f in layer]
    true = [s.GetEnvelope() for s in shapes if s]
    names = {source.GetLayer(i).GetName() for i in range(source.GetLayerCount())}
    tally.check(names == {"scenes", "statistics", "outputs", "runs", "sets"}, "ogr: layers", str(names))
    tally.check(layer.GetFeatureCount() == n == len(shapes), "ogr: rows", str(len(shapes)))
    tally.check(layer.GetGeomType() == ogr.wkbMultiPolygon, "ogr: type", str(layer.GetGeomType()))
    tally.check(layer.GetSpatialRef().GetAuthorityCode(None) == "4326", "ogr: CRS", "")
    tally.check(len(true) > n / 2 and all(s.IsValid() for s in shapes if s), "ogr: valid", str(len(true)))
    union = (min(e[0] for e in true), max(e[1] for e in true), min(e[2] for e in true), max(e[3] for e in true))
    tally.check(max(abs(a - b) for a, b in zip(extent, union)) < 1e-9, "ogr: extent", f"{extent}, {union}")
    definition = layer.GetLayerDefn()
    types = {definition.GetFieldDefn(i).GetName(): definition.GetFieldDefn(i).GetTypeName()
             for i in range(definition.GetFieldCount())}
    tally.check(types.get("date") == "Date" and types.get("updated") == "DateTime" and
                types.get("name") == "String", "ogr: fields", str(types))


def validates(tally, path):
    from osgeo_utils.samples import validate_gpkg
    try:
        errors = validate_gpkg.check(str(path))
        tally.check(not errors, "validate_gpkg", str(errors))
    except validate_gpkg.GPKGCheckException as why:
        tally.check(False, "validate_gpkg", str(why))


def rules(tally, path):
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)

    def one(sql):
        return base.execute(sql).fetchone()[0]

    tally.check(one("PRAGMA integrity_check") == "ok" and not
                base.execute("PRAGMA foreign_key_check").fetchall(), "sqlite3", "")
    tally.check(one("PRAGMA application_id") == 0x47504B47 and one("PRAGMA user_version") == 10300, "ids", "")
    tally.check(one("PRAGMA journal_mode") == "delete" and not
                [p for p in path.parent.iterdir() if p.name.startswith(path.name) and p != path], "one file", "")
    allowed = {"BOOLEAN", "INTEGER", "DOUBLE", "TEXT", "BLOB", "DATE", "DATETIME", "MULTIPOLYGON"}
    for table, in base.execute("SELECT table_name FROM gpkg_contents").fetchall():
        columns = base.execute(f"PRAGMA table_info({table})").fetchall()
        tally.check({c[2] for c in columns} <= allowed, f"{table}: types", str(columns))
        tally.check([c[2] for c in columns if c[5]] == ["INTEGER"], f"{table}: key", str(columns))
    blobs = [b for b, in base.execute("SELECT geom FROM scenes WHERE geom IS NOT NULL")]
    tally.check(all(b[:8] == b"GP\0\3\xe6\x10\0\0" for b in blobs), "blobs", "")
    tally.check(one("SELECT count(*) FROM scenes WHERE date IS NOT date(date)") == 0, "dates", "")
    tally.check(one("SELECT count(*) FROM scenes WHERE updated IS NOT"
                             " strftime('%Y-%m-%dT%H:%M:%fZ', updated)") == 0, "times", "")
    base.close()


def read_by_pandas(tally, path, n):
    try:
        import pandas
    except ImportError:
        print("skipped: pandas is not there")
        return
    base = sqlite3.connect(path)
    frame = pandas.read_sql("SELECT name, date, index_name, mean FROM scenes JOIN statistics"
                            " ON scene_id = fid", base)
    tally.check(len(frame) == n - n // 10 and abs(frame["mean"].mean() - 1.75 / 3) < 1e-9, "pandas", str(frame))
    base.close()


def after_gdal(tally, path, n):
    """A spatial index and edits of GDAL's: a writer takes the file, and says what has gone."""
    source = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_UPDATE)
    source.ExecuteSQL("SELECT CreateSpatialIndex('scenes', 'geom')")
    layer = source.GetLayerByName("scenes")
    layer.SetSpatialFilterRect(-180, -90, 180, 90)
    seen = layer.GetFeatureCount()
    mine = source.CreateLayer("mine", geom_type=ogr.wkbNone)
    mine.CreateField(ogr.FieldDefn("note", ogr.OFTString))
    mine.CreateFeature(ogr.Feature(mine.GetLayerDefn()))
    source = layer = mine = None
    base = sqlite3.connect(path)
    names = {r[0] for r in base.execute("SELECT name FROM sqlite_master")}
    base.close()
    tally.check("rtree_scenes_geom" in names and seen > n / 2, "GDAL has made its index", str(seen))
    run = subprocess.run([STORE, "--write", path, str(n)], capture_output=True, text=True, timeout=300, check=False)
    tally.check(run.returncode == 0, "a writer takes it", run.stdout + run.stderr)
    tally.check("note: a spatial index" in run.stdout, "a note", run.stdout)
    base = sqlite3.connect(path)
    left = {r[0] for r in base.execute("SELECT name FROM sqlite_master")}
    own = base.execute("SELECT count(*) FROM mine").fetchone()[0]
    base.close()
    tally.check(own == 1 and not
                [name for name in left if name.startswith("rtree_")], "the index is gone, the user's table not",
                str(left))
    validates(tally, path)


def main():
    tally = Tally()
    rng = random.Random(16)
    utm(tally, rng)
    others(tally)
    n = 300
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "c.gpkg"
        subprocess.run([STORE, "--write", path, str(n)], check=True, timeout=300, stdout=subprocess.DEVNULL,
                       env=os.environ)
        rules(tally, path)
        validates(tally, path)
        reads_as_geopackage(tally, path, n)
        read_by_pandas(tally, path, n)
        print(f"{path.stat().st_size / n:.0f} bytes a scene")
        after_gdal(tally, path, n)
    tally.finish()


main()
