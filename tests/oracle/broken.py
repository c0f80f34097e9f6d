#!/usr/bin/python3
"""All of ../shared/data/tiff-broken: truncated, corrupt and hostile files. Each ends with plain
words in bounded time and memory, or with numbers that are right.
"""

from corpus import Corpus
from oracle import DATA, ndvi_reference, read_band

# Made from real/rgbn_suba by damage at one place that leaves the size of the image alone: whoever
# reads such a file must come to the numbers of the whole one, or refuse.
DAMAGED = ("ifd-points-to-itself", "one-bytecount-4gib", "one-bytecount-zero",
           "one-offset-past-end", "one-tile-bad-adler", "one-tile-corrupt-deflate",
           "one-tile-corrupt-lzw", "one-tile-inflates-to-half", "one-tile-overlaps-header",
           "truncated-half", "wrong-codec", "wrong-tile-width")

# GDAL complains, but of something that no pixel depends on; its numbers must be agreed with.
NO_MATTER = "GDAL complains of private tags only; all pixels lie within the file"
WHOLE = {"asarubbo-poc/00118-libtiff-outside-unsigned-char-tif_dirwrite": NO_MATTER,
         "fuzzing-corpus/2fb543eb0facbbe0d83360f30b8db1c57031d88d-5": NO_MATTER}


# One pixel, and no block is stored: how large one would be (too large for GDAL) does not matter.
NOTHING_STORED = {"gdal/hugeblocksize.tif": {
    "pixels": 1, "valid": 0, "zero_denominator": 1, "min": None, "max": None, "mean": None,
    "std": None}}


def whole_numbers():
    """Numbers of the undamaged image, bands 1 and 2."""
    source = DATA / "real" / "rgbn_suba" / "rgbn_suba.tif"
    if not source.exists():
        return {}
    (red, red_nodata, _), (nir, nir_nodata, _) = (read_band(source, index) for index in (1, 2))
    want = ndvi_reference(red, nir, red_nodata=red_nodata, nir_nodata=nir_nodata)
    del want["percentiles"]  # a summary has them another way
    return {f"made/{name}.tif": want for name in DAMAGED}


if __name__ == "__main__":
    Corpus("tiff-broken", known={**whole_numbers(), **NOTHING_STORED}, whole=WHOLE).main()
