"""Areas on the ground, by the outline of each pixel on the ellipsoid: what area.py, real.py and
beside.py compare with. With PROJ and NumPy, independently of the program."""

import math

import numpy as np
from osgeo import osr

TRUE_ENOUGH = 0.005  # where the grid's own area is this true everywhere, it is what is reported


def pixel_areas(crs, gt, columns, rows, edge=8):
    """Square metres of the pixels at these columns and rows (arrays of their left and upper sides),
    rows x columns: the integral of sin(authalic latitude) along the edge, of `edge` parts a side."""
    t = np.arange(edge) / edge
    side_x = np.concatenate([t, np.ones(edge), 1 - t, np.zeros(edge)])
    side_y = np.concatenate([np.zeros(edge), t, np.ones(edge), 1 - t])
    column = np.asarray(columns, float)[None, :, None] + side_x
    row = np.asarray(rows, float)[:, None, None] + side_y
    column, row = np.broadcast_arrays(column, row)
    x = gt[0] + column * gt[1] + row * gt[2]
    y = gt[3] + column * gt[4] + row * gt[5]
    geographic = crs.CloneGeogCS()
    geographic.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    if crs.IsProjected():
        way = osr.CoordinateTransformation(crs, geographic)
        points = np.array(way.TransformPoints(np.stack([x.ravel(), y.ravel()], 1).tolist()))
        x, y = points[:, 0].reshape(x.shape), points[:, 1].reshape(y.shape)
    lon, lat = x * geographic.GetAngularUnits(), y * geographic.GetAngularUnits()
    a, inverse = geographic.GetSemiMajor(), geographic.GetInvFlattening()
    f = 1 / inverse if inverse else 0
    e = math.sqrt(f * (2 - f))
    sine = np.sin(lat)
    q = 2 * sine if e == 0 else (1 - e * e) * (sine / (1 - (e * sine) ** 2)
                                               + np.arctanh(e * sine) / e)
    step = np.diff(lon, axis=2, append=lon[:, :, :1])
    step = (step + math.pi) % (2 * math.pi) - math.pi
    mean = (q + np.roll(q, -1, axis=2)) / 2
    ring = a * a / 2 * np.abs((mean * step).sum(axis=2))
    # Around a pole the edge goes once about the axis: what is inside is up to the pole.
    turned = np.abs(step.sum(axis=2)) > math.pi
    pole = 2 if e == 0 else 1 + (1 - e * e) * math.atanh(e) / e
    ring[turned] = 2 * math.pi * a * a / 2 * pole - ring[turned]
    return ring


def square_metres(crs, gt, good):
    """Of the pixels that are true in `good`, as imgpipe reports it, and how near it must be: the
    grid's area where that is true, else that on the ground; None where it cannot be known."""
    if crs is None or gt is None or not (crs.IsProjected() or crs.IsGeographic()):
        return None, 0
    crs = crs.Clone()
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    height, width = good.shape
    columns = np.linspace(0, width - 1, min(width, 17))
    rows = np.linspace(0, height - 1, min(height, 65))
    lower = [gt[3] + c * gt[4] + r * gt[5] for c in (0, width) for r in (0, height)]
    if crs.IsGeographic() and max(map(abs, lower)) > 90 + abs(gt[5]):
        return None, 0
    # Of small pixels several at once: coordinates have so many digits and no more.
    pixel = math.sqrt(abs(gt[1] * gt[5] - gt[2] * gt[4]))
    pixel *= 111e3 if crs.IsGeographic() else crs.GetLinearUnits()
    times = max(1, round(100 / pixel))
    wide = [g * times if i % 3 else g for i, g in enumerate(gt)]
    area = pixel_areas(crs, wide, columns / times, rows / times, 4) / times ** 2
    if not np.isfinite(area).all() or area.max() * good.size > 1e16:
        return None, 0
    if crs.IsProjected():
        grid = abs(gt[1] * gt[5] - gt[2] * gt[4]) * crs.GetLinearUnits() ** 2
        if np.abs(area / grid - 1).max() <= TRUE_ENOUGH:
            return grid * float(good.sum()), 1e-9
    across = np.array([np.interp(np.arange(width), columns, row) for row in area])
    whole = np.array([np.interp(np.arange(height), rows, column) for column in across.T]).T
    return float((whole * good).sum()), 2e-4
