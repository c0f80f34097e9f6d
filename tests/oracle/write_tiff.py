#!/usr/bin/python3
"""Writes a small GeoTIFF from numbers on the command line, for tests made by hand:

    write_tiff.py OUT TYPE [KEY=VALUE ...] ROWS...

One ROWS for each band: rows parted by '/', numbers by ','. Keys: nodata=N, nodataN=N (of band N:
only with formats that keep one), scale=S, offset=O, desc=A,B,..., colors=red,green,..., mask=ROWS,
epsg=CODE, pixel=SIZE, co=NAME=VALUE (creation option, may be repeated), format=GTiff.
"""

import sys

import numpy as np
from osgeo import gdal, osr

gdal.UseExceptions()
gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
COLORS = {"red": gdal.GCI_RedBand, "green": gdal.GCI_GreenBand, "blue": gdal.GCI_BlueBand,
          "gray": gdal.GCI_GrayIndex, "alpha": gdal.GCI_AlphaBand, "none": gdal.GCI_Undefined}


def rows(text, dtype):
    numbers = [[float(n) if dtype.kind == "f" else int(n) for n in row.split(",")]
               for row in text.split("/")]
    return np.array(numbers, dtype=dtype)


def georeference(dataset, options):
    if "pixel" in options:
        size = float(options["pixel"])
        dataset.SetGeoTransform((500000, size, 0, 5000000, 0, -size))
    if "epsg" in options:
        crs = osr.SpatialReference()
        crs.ImportFromEPSG(int(options["epsg"]))
        dataset.SetProjection(crs.ExportToWkt())


def nodata_of(band, text):
    return int(text) if "Int64" in gdal.GetDataTypeName(band.DataType) else float(text)


def describe(dataset, options):
    for i in range(dataset.RasterCount):
        band = dataset.GetRasterBand(i + 1)
        if "desc" in options:
            band.SetDescription(options["desc"].split(",")[i])
        if "colors" in options:
            band.SetColorInterpretation(COLORS[options["colors"].split(",")[i]])
        if "nodata" in options:
            band.SetNoDataValue(nodata_of(band, options["nodata"]))
        if "scale" in options:
            band.SetScale(float(options["scale"]))
        if "offset" in options:
            band.SetOffset(float(options["offset"]))


def main(path, type_name, *words):
    options, creation, bands = {}, [], []
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            bands.append(rows(word, np.dtype(type_name)))
        elif key == "co":
            creation.append(value)
        else:
            options[key] = value
    code = {"uint8": gdal.GDT_Byte, "uint16": gdal.GDT_UInt16, "int16": gdal.GDT_Int16,
            "uint32": gdal.GDT_UInt32, "int32": gdal.GDT_Int32, "float32": gdal.GDT_Float32,
            "float64": gdal.GDT_Float64, "int64": gdal.GDT_Int64,
            "uint64": gdal.GDT_UInt64}[type_name]
    height, width = bands[0].shape
    driver = gdal.GetDriverByName(options.get("format", "GTiff"))
    dataset = driver.Create(path, width, height, len(bands), code, creation)
    describe(dataset, options)
    georeference(dataset, options)
    if "mask" in options:
        dataset.CreateMaskBand(gdal.GMF_PER_DATASET)
        mask = rows(options["mask"], np.dtype("uint8"))
        dataset.GetRasterBand(1).GetMaskBand().WriteArray(mask)
    for i, band in enumerate(bands):
        dataset.GetRasterBand(i + 1).WriteArray(band)
    dataset.FlushCache()


if __name__ == "__main__":
    main(*sys.argv[1:])
