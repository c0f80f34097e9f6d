#!/usr/bin/env python3
"""Make the products of the guides: small, but with the folders, names, codecs and metadata of real ones.

    make_products.py FOLDER

FOLDER/s2: a corner (2.4 x 2.4 km) of Sentinel-2 L2A tile T33UUU in one summer, as SAFE folders.
FOLDER/landsat: a corner of a Landsat 9 Collection 2 Level-2 scene.

What is on the ground is known: five crops in rectangular fields, a lake, forest; above it a cloud
and its shadow, and a corner that the satellite has not seen. Needs python3-numpy and python3-gdal.
"""
import sys
from pathlib import Path

import numpy as np
from osgeo import gdal, osr

gdal.UseExceptions()

EPSG, WEST, NORTH = 32633, 300000, 5900040
SIZE = 240  # pixels of 10 m

# Date, green of the crops (0 bare, 1 dense), centre (row, column) of the cloud or None.
SUMMER = (("20260412", .15, None), ("20260502", .40, (60, 170)), ("20260527", .75, (150, 90)),
          ("20260611", .95, (100, 120)), ("20260706", .80, None), ("20260805", .30, (190, 60)))
LAKE, FOREST, BARE = 5, 6, 7  # beside the crops 0 to 4
EARLY = np.array([.7, 1, .85, .55, .95])  # how green a crop gets


def ground(size, metres):
    """Kind of each pixel, seen from the middle of it."""
    at = (np.arange(size) + .5) * metres
    y, x = np.meshgrid(at, at, indexing="ij")
    kind = ((y // 300).astype(int) * 3 + (x // 400).astype(int) * 2) % 5
    kind[(y - 1700) ** 2 / 2 + (x - 1500) ** 2 < 260 ** 2] = LAKE
    kind[(y < 500) & (x > 1700)] = FOREST
    kind[np.abs(y - x - 600) < 30] = BARE  # a road
    return kind, y, x


def reflectance(kind, green, rng):
    """Of red and near infrared, as a plant's leaves cover more of the soil."""
    cover = np.where(kind < 5, EARLY[np.minimum(kind, 4)] * green, np.choose(np.maximum(kind, 5) - 5,
                                                                             (0, .9, 0)))
    red = .18 - .15 * cover
    nir = .24 + .22 * cover
    red[kind == LAKE], nir[kind == LAKE] = .04, .02
    noise = rng.normal(0, .004, (2, *kind.shape))
    return np.maximum(red + noise[0], .001), np.maximum(nir + noise[1], .001)


def sky(y, x, centre):
    """Where cloud, its shadow and thin cloud round it are; centre in pixels of 10 m."""
    if centre is None:
        none = np.zeros(y.shape, bool)
        return none, none, none
    away = np.hypot(y - centre[0] * 10, (x - centre[1] * 10) / 1.5)
    shadow = np.hypot(y - centre[0] * 10 - 350, (x - centre[1] * 10 + 300) / 1.5) < 270
    return away < 270, shadow & (away >= 330), (away >= 270) & (away < 330)


def scene(size, metres, green, centre, rng):
    """Reflectance, and which pixels are cloud, shadow, thin cloud, unseen; kind of the ground."""
    kind, y, x = ground(size, metres)
    red, nir = reflectance(kind, green, rng)
    cloud, shadow, thin = sky(y, x, centre)
    for band, white in ((red, .55), (nir, .58)):
        band[cloud] = white + rng.normal(0, .02, cloud.sum())
        band[thin] = .6 * band[thin] + .4 * white
        band[shadow] *= .4
    return red, nir, cloud, shadow, thin, x + y / 4 < 130, kind


def write(path, array, metres, driver, options, nodata=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    kinds = {"uint8": gdal.GDT_Byte, "uint16": gdal.GDT_UInt16}
    image = gdal.GetDriverByName("MEM").Create("", array.shape[1], array.shape[0], 1, kinds[str(array.dtype)])
    image.SetGeoTransform((WEST, metres, 0, NORTH, 0, -metres))
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(EPSG)
    image.SetProjection(srs.ExportToWkt())
    image.GetRasterBand(1).WriteArray(array)
    if nodata is not None:
        image.GetRasterBand(1).SetNoDataValue(nodata)
    gdal.GetDriverByName(driver).CreateCopy(str(path), image, options=options)
    Path(f"{path}.aux.xml").unlink(missing_ok=True)


# --- Sentinel-2 ---

MTD = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<n1:Level-2A_User_Product xmlns:n1="https://psd-14.sentinel2.eo.esa.int/PSD/User_Product_Level-2A.xsd">
  <n1:General_Info>
    <Product_Info>
      <PRODUCT_START_TIME>{time}.024Z</PRODUCT_START_TIME>
      <PRODUCT_URI>{name}</PRODUCT_URI>
      <PROCESSING_LEVEL>Level-2A</PROCESSING_LEVEL>
      <PROCESSING_BASELINE>05.11</PROCESSING_BASELINE>
    </Product_Info>
    <Product_Image_Characteristics>
      <Special_Values><SPECIAL_VALUE_TEXT>NODATA</SPECIAL_VALUE_TEXT><SPECIAL_VALUE_INDEX>0</SPECIAL_VALUE_INDEX></Special_Values>
      <QUANTIFICATION_VALUES_LIST>
        <BOA_QUANTIFICATION_VALUE unit="none">10000</BOA_QUANTIFICATION_VALUE>
      </QUANTIFICATION_VALUES_LIST>
      <BOA_ADD_OFFSET_VALUES_LIST>
{offsets}
      </BOA_ADD_OFFSET_VALUES_LIST>
    </Product_Image_Characteristics>
  </n1:General_Info>
</n1:Level-2A_User_Product>
"""


def digits(values, unseen):
    """Numbers as the product stores them: reflectance x 10000 + 1000, 0 where nothing was seen."""
    return np.where(unseen, 0, np.clip(np.rint(values * 10000 + 1000), 1, 65535)).astype("u2")


def classes(green, centre):
    """The scene classification, of 20 m; 4 vegetation, 5 bare soil, 6 water."""
    *_, cloud, shadow, thin, unseen, kind = scene(SIZE // 2, 20, green, centre, np.random.default_rng(0))
    scl = np.where(kind == LAKE, 6, np.where((kind == BARE) | ((kind < 5) & (green < .2)), 5, 4))
    for where, code in ((thin, 10), (shadow, 3), (cloud, 9), (unseen, 0)):
        scl[where] = code
    return scl.astype("u1")


def make_safe(folder, date, green, centre):
    time, made = f"{date}T100031", f"{date}T150012"
    name = f"S2B_MSIL2A_{time}_N0511_R122_T33UUU_{made}.SAFE"
    image = folder / name / "GRANULE" / f"L2A_T33UUU_A040100_{date}T100559" / "IMG_DATA"
    red, nir, _, _, _, unseen, _ = scene(SIZE, 10, green, centre, np.random.default_rng(int(date)))
    lossless = ["QUALITY=100", "REVERSIBLE=YES", "BLOCKXSIZE=128", "BLOCKYSIZE=128"]
    for band, array in (("B04", digits(red, unseen)), ("B08", digits(nir, unseen))):
        write(image / "R10m" / f"T33UUU_{time}_{band}_10m.jp2", array, 10, "JP2OpenJPEG", lossless)
    write(image / "R20m" / f"T33UUU_{time}_SCL_20m.jp2", classes(green, centre), 20, "JP2OpenJPEG", lossless)
    offsets = "\n".join(f'        <BOA_ADD_OFFSET band_id="{i}">-1000</BOA_ADD_OFFSET>' for i in range(13))
    (folder / name / "MTD_MSIL2A.xml").write_text(MTD.format(
        name=name, offsets=offsets, time=f"{date[:4]}-{date[4:6]}-{date[6:]}T10:00:31"))


# --- Landsat ---

MTL = """GROUP = LANDSAT_METADATA_FILE
  GROUP = PRODUCT_CONTENTS
    LANDSAT_PRODUCT_ID = "{name}"
    PROCESSING_LEVEL = "L2SP"
    COLLECTION_NUMBER = 02
    FILE_NAME_BAND_4 = "{name}_SR_B4.TIF"
    FILE_NAME_BAND_5 = "{name}_SR_B5.TIF"
    FILE_NAME_QUALITY_L1_PIXEL = "{name}_QA_PIXEL.TIF"
  END_GROUP = PRODUCT_CONTENTS
  GROUP = IMAGE_ATTRIBUTES
    SPACECRAFT_ID = "LANDSAT_9"
    SENSOR_ID = "OLI_TIRS"
    WRS_PATH = 193
    WRS_ROW = 23
    DATE_ACQUIRED = 2026-06-14
    SCENE_CENTER_TIME = "10:01:41.8273200Z"
    SUN_ELEVATION = 58.70000000
  END_GROUP = IMAGE_ATTRIBUTES
  GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS
    REFLECTANCE_MULT_BAND_4 = 2.75e-05
    REFLECTANCE_MULT_BAND_5 = 2.75e-05
    REFLECTANCE_ADD_BAND_4 = -0.2
    REFLECTANCE_ADD_BAND_5 = -0.2
  END_GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS
END_GROUP = LANDSAT_METADATA_FILE
END
"""
# Codes of QA_PIXEL as Landsat 8 and 9 scenes have them.
CLEAR, WATER, CLOUD, SHADOW, BESIDE, FILL = 21824, 21952, 22280, 23888, 21826, 1


def make_landsat(folder):
    name = "LC09_L2SP_193023_20260614_20260615_02_T1"
    red, nir, cloud, shadow, thin, unseen, kind = scene(SIZE // 3, 30, .95, (100, 120),
                                                        np.random.default_rng(9))
    quality = np.where(kind == LAKE, WATER, CLEAR)
    for where, code in ((thin, BESIDE), (shadow, SHADOW), (cloud, CLOUD), (unseen, FILL)):
        quality[where] = code
    options = ["COMPRESS=DEFLATE", "TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256"]
    for band, values in (("SR_B4", red), ("SR_B5", nir)):
        stored = np.where(unseen, 0, np.clip(np.rint((values + .2) / .0000275), 1, 65535)).astype("u2")
        write(folder / name / f"{name}_{band}.TIF", stored, 30, "GTiff", options, 0)
    write(folder / name / f"{name}_QA_PIXEL.TIF", quality.astype("u2"), 30, "GTiff", options, 1)
    (folder / name / f"{name}_MTL.txt").write_text(MTL.format(name=name))


def main():
    folder = Path(sys.argv[1])
    for date, green, centre in SUMMER:
        make_safe(folder / "s2", date, green, centre)
    make_landsat(folder / "landsat")


main()
