#!/usr/bin/python3
"""Relatives of faults that were reported: the same kind in other products, forms and places. Inputs
are made here; right values are NumPy's, by GDAL's reading where a file says what is left out.

    sisters.py [--quick]
"""

import numpy as np
from osgeo import gdal

from cases import C2, H, RNG, W, expect, pair, scenes_of, write
from oracle import Scratch, Tally, ndvi_reference

SCL = (0, 3, 4, 5, 8, 9, 10)
KEPT = (4, 5)
STEM = "T32TQM_20240601T101031"


def out(red, nir, hole, **more):
    """The reference where nodata is told by place."""
    values = red.astype("f8")
    values[hole] = np.nan
    return ndvi_reference(values, nir.astype("f8"), red_nodata=np.nan, **more)


def check_fill_by_number(tally, scratch):
    """The product's fill applies to bands that are named by number, too."""
    for name, dtype, fill, scale in (
            ("LC09_L2SP_193026_20240805_20240810_02_T1_stack", "u2", 0,
             {"scale": 0.0000275, "offset": -0.2}),
            ("HLS.S30.T13RCN.2024128T173909.v2.0", "i2", -9999, {"scale": 1e-4}),
            ("20240101_101010_12_2442_3B_AnalyticMS_SR", "u2", 0, {"scale": 1e-4})):
        red, nir = pair(dtype, 7500, 9000, 20000)
        hole = RNG.random((H, W)) < .2
        red[hole] = fill
        nir[hole] = fill
        nir[0, :7] = fill
        folder = scratch / f"by number {name[:4]}"
        write(folder / f"{name}.tif", [pair(dtype, 7500, 9000, 20000)[0], red, nir])
        expect(tally, f"fill by number, {name}", folder, ["--bands", "red=2,nir=3", f"{name}.tif"],
               [out(red, nir, (red == fill) | (nir == fill), **scale)])


def check_scl_forms(tally, scratch):
    """SCL with a palette, as JPEG 2000, as a VRT that is named, beside GeoTIFFs."""
    red, nir = pair()
    scl = RNG.choice(SCL, (H, W)).astype("u1")
    for form in ("palette", "jp2", "vrt"):
        folder = scratch / f"scl {form}"
        for band, plane in (("B04", red), ("B08", nir)):
            write(folder / f"{STEM}_{band}_10m.tif", [plane])
        path = folder / f"{STEM}_SCL_10m.{'tif' if form == 'palette' else form}"
        words = ["."]
        if form == "palette":
            write(path, [scl])
            colours = gdal.ColorTable()
            for i in range(12):
                colours.SetColorEntry(i, (20 * i, 0, 0, 255))
            image = gdal.GetDriverByName("GTiff").Create(str(path), W, H, 1, gdal.GDT_Byte)
            image.SetGeoTransform((400000, 10, 0, 5000000, 0, -10))
            image.GetRasterBand(1).SetColorTable(colours)
            image.GetRasterBand(1).WriteArray(scl)
            image = None
        elif form == "jp2":
            write(path, [scl], driver="JP2OpenJPEG", options=["REVERSIBLE=YES", "QUALITY=100"])
        else:
            write(folder / "src" / "classes.tif", [scl])
            gdal.BuildVRT(str(path), [str(folder / "src" / "classes.tif")])
            words = [f"{STEM}_B04_10m.tif", f"{STEM}_B08_10m.tif", path.name]
        expect(tally, f"SCL, {form}", folder, ["--mask", "scl", *words],
               [ndvi_reference(red, nir, masked=~np.isin(scl, KEPT))])


def check_signed_bits(tally, scratch):
    """Bits of a quality band that was stored as int16, bit 15 among them."""
    red, nir = pair("i2", 7500, 9000, 20000)
    qa = RNG.choice([21824, 22280, 23888, 54596], (H, W)).astype("u2")
    folder = scratch / "signed"
    write(folder / "export.tif", [red, nir, qa.view("i2")], ["SR_B4", "SR_B5", "QA_PIXEL"])
    for rule, keep in (("QA_PIXEL&64=64", qa & 64 != 0), ("QA_PIXEL&32768=32768", qa >> 15 == 1),
                       ("QA_PIXEL&31=0", qa & 31 == 0), ("landsat-c2", qa & 31 == 0)):
        expect(tally, f"int16, {rule}", folder,
               ["--bands", "red=1,nir=2", *C2.split(), "--mask", rule, "export.tif"],
               [ndvi_reference(red, nir, masked=~keep, scale=0.0000275, offset=-0.2)])


def nodata_beside(path, values):
    path.with_name(path.name + ".aux.xml").write_text("<PAMDataset>" + "".join(
        f'<PAMRasterBand band="{i}"><NoDataValue>{v}</NoDataValue></PAMRasterBand>'
        for i, v in enumerate(values, 1)) + "</PAMDataset>")


def check_sparse(tally, scratch):
    """Blocks that are not stored, under a nodata value that only FILE.aux.xml states."""
    for tiled in (True, False):
        for interleave in ("PIXEL", "BAND"):
            for nodata in (0, 7):
                folder = scratch / f"sparse {tiled} {interleave} {nodata}"
                folder.mkdir()
                path = folder / "a.tif"
                image = gdal.GetDriverByName("GTiff").Create(
                    str(path), 300, 200, 2, gdal.GDT_UInt16,
                    ["SPARSE_OK=TRUE", f"INTERLEAVE={interleave}", f"TILED={tiled}",
                     "BLOCKYSIZE=64", *(["BLOCKXSIZE=64"] if tiled else [])])
                for i, name in enumerate(("red", "nir"), 1):
                    image.GetRasterBand(i).SetDescription(name)
                    image.GetRasterBand(i).WriteArray(
                        RNG.integers(10, 900, (70, 300)).astype("u2"), 0, 64)
                image = None
                nodata_beside(path, (nodata, nodata))
                gdal.SetConfigOption("GDAL_PAM_ENABLED", "YES")
                image = gdal.Open(str(path))
                red, nir = (image.GetRasterBand(i).ReadAsArray() for i in (1, 2))
                image = None
                gdal.SetConfigOption("GDAL_PAM_ENABLED", "NO")
                want = ndvi_reference(red, nir, red_nodata=nodata, nir_nodata=nodata)
                tally.check(want["nodata"] > 10000, "sparse: the input", str(want["nodata"]))
                for more in ([], ["--chunk", "100x50", "-j", "3"]):
                    expect(tally, f"sparse {tiled} {interleave} {nodata} {more}", folder,
                           [*more, "a.tif"], [want])


def check_band_masks(tally, scratch):
    """Masks of single bands: said, by both readers; one for all bands counts."""
    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "NO")
    red, nir = pair()
    hole = RNG.random((H, W)) < .3
    for flags in (0, gdal.GMF_PER_DATASET):
        folder = scratch / f"masks {flags}"
        write(folder / "a.tif", [red, nir], ["red", "nir"])
        image = gdal.Open(str(folder / "a.tif"))
        for i in (1, 2) if not flags else (1,):
            band = image.GetRasterBand(i)
            band.CreateMaskBand(flags)
            band.GetMaskBand().WriteArray(np.where(hole, 0, 255).astype("u1"))
        band = image = None
        expect(tally, f"mask, flags {flags}", folder, ["a.tif"],
               [ndvi_reference(red, nir, masked=hole if flags else None)])
        for reader in ("auto", "gdal"):
            notes = str(scenes_of(folder, ["--reader", reader, "a.tif"])[1][0]["notes"])
            tally.check(("masks of their own" in notes) == (not flags),
                        f"mask, flags {flags}, {reader}: note", notes)


def main():
    tally = Tally()
    with Scratch() as scratch:
        for check in (check_fill_by_number, check_scl_forms, check_signed_bits, check_sparse,
                      check_band_masks):
            before = tally.passed
            check(tally, scratch)
            print(f"{check.__name__[6:]}: {tally.passed - before} passed", flush=True)
    tally.finish()


if __name__ == "__main__":
    main()
