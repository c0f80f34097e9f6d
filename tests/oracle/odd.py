#!/usr/bin/python3
"""All of ../shared/data/tiff-odd: valid TIFF in unusual forms. Where GDAL reads, the numbers are
the same; a form that is not supported is refused in words.
"""

from corpus import Corpus

# Red and NIR are the same band, or the pixels are known from how the file was made.
KNOWN = {
    "made/one-row-strip-65000.tif": {"valid": 13_000_000, "mean": 2.0, "min": 2.0, "max": 2.0,
                                     "std": 0.0, "outside_range": 13_000_000},
    "made/deflate-constant-40000.tif": {"valid": 1_600_000_000, "mean": 0.0, "std": 0.0},
    "made/sparse-200000.tif": {"valid": 15, "nodata": 39_999_999_985, "min": 0.5, "max": 0.5,
                               "mean": 0.5, "std": 0.0},
    "made/zstd-constant-100000.tif": {"valid": 10_000_000_000, "mean": 0.0, "std": 0.0},
}
TIMEOUTS = {"made/deflate-constant-40000.tif": 120, "made/zstd-constant-100000.tif": 600,
            "made/sparse-200000.tif": 60}
LARGE = tuple(TIMEOUTS)
FULL_ONLY = ("made/zstd-constant-100000.tif",)

if __name__ == "__main__":
    Corpus("tiff-odd", known=KNOWN, bands={"made/sparse-200000.tif": "red=1,nir=4"},
           timeouts=TIMEOUTS, auto_only=LARGE, full_only=FULL_ONLY).main()
