#!/usr/bin/python3
"""Layouts of quality bands against statements of them in NumPy: every preset with every set and every
choice of extras, on every number from 0 to 65535; reasons too. Then the quality bands of the real scenes:
which layouts their numbers can have, and the pixels that a preset drops by reason.

The program's side is tests/unit/masks/test_layouts --tables and --fits.
"""

import itertools
import subprocess

import numpy as np
from osgeo import gdal

from oracle import BUILD, DATA, Tally

KEPT, CLOUD, SHADOW, CIRRUS, SNOW, SATURATED, OTHER = range(-1, 6)
NAMES = ("cloud", "shadow", "cirrus", "snow", "saturated", "other")
EXTRAS = ("snow", "water", "terrain", "radsat", "aerosol", "cirrus", "adjacent", "haze", "sun")


def bit(x, n):
    return x // 2**n % 2 == 1


def field(x, first, last):
    return x // 2**first % 2**(last - first + 1)


# --- layouts, as their operators' documents say; x holds numbers, s is the set, e the extras ----------
# Each band: pairs of what is dropped and why; the first pair counts. ("keep", what) drops the rest.

def scl(x, s, e):
    keeps = {"clouds": {2, 4, 5, 6, 7, 11}, "clear": {2, 4, 5, 6, 11}, "land": {4, 5},
             "high": {2, 3, 4, 5, 6, 7, 8, 10, 11}, "cloud_and_shadow": {2, 4, 5, 6, 7, 10, 11}}[s]
    keeps = keeps - {11 if "snow" in e else -1, 6 if "water" in e else -1, 2 if "terrain" in e else -1,
                     10 if "cirrus" in e else -1}
    why = {0: OTHER, 1: SATURATED, 2: SHADOW, 3: SHADOW, 4: OTHER, 5: OTHER, 6: OTHER, 7: OTHER,
           8: CLOUD, 9: CLOUD, 10: CIRRUS, 11: SNOW}
    return {"SCL": [(x == code, why[code]) for code in why if code not in keeps] + [(x > 11, OTHER)]}


def msk_classi(x, s, e):
    bands = {("MSK_CLASSI_OPAQUE|MSK_CLASSI", 1): [(x > 0, CLOUD)]}
    if s == "clouds" or "cirrus" in e:
        bands["MSK_CLASSI_CIRRUS|MSK_CLASSI", 2] = [(x > 0, CIRRUS)]
    if "snow" in e:
        bands["MSK_CLASSI_SNOW_ICE|MSK_CLASSI", 3] = [(x > 0, SNOW)]
    return bands


def qa60(x, s, e):
    return {"QA60": [(bit(x, 10), CLOUD)] + [(bit(x, 11), CIRRUS)] * (s == "clouds" or "cirrus" in e)}


def cldprb(x, s, e):
    return {"CLDPRB|CLD": [(x > 100, OTHER), (x > int(s), CLOUD)]}


def landsat_c2(x, s, e):
    strict = s == "strict"
    qa = [(bit(x, 0) | (x == 0), OTHER),
          (bit(x, 3) | (strict & (field(x, 8, 9) >= 2)), CLOUD),
          (bit(x, 4) | (strict & (field(x, 10, 11) >= 2)), SHADOW),
          (bit(x, 2) | (strict & (field(x, 14, 15) >= 2)), CIRRUS),
          (bit(x, 1), CLOUD)]
    bands = {"QA_PIXEL": qa}
    if "snow" in e:
        qa.append((bit(x, 5), SNOW))
    if "water" in e:
        qa.append((bit(x, 7), OTHER))
    if "radsat" in e or "terrain" in e:  # no bands are read here
        bands["QA_RADSAT"] = [(bit(x, 9), SATURATED)] * ("radsat" in e) + \
            [(bit(x, 11), SHADOW)] * ("terrain" in e)
    if "aerosol" in e:
        bands["SR_QA_AEROSOL"] = [(bit(x, 0), OTHER), (field(x, 6, 7) == 3, CIRRUS)]
    return bands


def landsat_c1(x, s, e):
    least = 2 if s == "strict" else 3
    return {"BQA": [(bit(x, 0) | (x == 0), OTHER),
                    (bit(x, 4) | ((s == "strict") & (field(x, 5, 6) >= 2)), CLOUD),
                    (field(x, 7, 8) >= least, SHADOW), (field(x, 11, 12) >= least, CIRRUS)]
            + [(field(x, 9, 10) == 3, SNOW)] * ("snow" in e) + [(bit(x, 1), SHADOW)] * ("terrain" in e)
            + [(field(x, 2, 3) > 0, SATURATED)] * ("radsat" in e)}


def landsat_pre(x, s, e):
    return {"BQA": [(bit(x, 0) | (x == 0), OTHER), (bit(x, 1), SATURATED),
                    (field(x, 14, 15) >= (3 if s == "high" else 2), CLOUD), (field(x, 12, 13) == 3, CIRRUS)]
            + [(field(x, 10, 11) == 3, SNOW)] * ("snow" in e) + [(bit(x, 2), SHADOW)] * ("terrain" in e)
            + [(field(x, 4, 5) == 3, OTHER)] * ("water" in e)}


def landsat_bqa(x, s, e):
    """Each number by the layout that can have it: Collection 1 below 8192, the one before from 16384 on."""
    (_, old), = landsat_c1(x, "clouds", e).items()
    (_, pre), = landsat_pre(x, "clouds", e).items()
    old, pre = reasons(old), reasons(pre)
    both = np.where(x < 8192, old, np.where(x >= 16384, pre, OTHER))
    return {"BQA": [(both == why, why) for why in range(6)]}


def pixel_qa(x, s, e):
    strict = s == "strict"
    return {"pixel_qa": [(bit(x, 0) | (x == 0), OTHER),
                         (bit(x, 5) | (strict & (field(x, 6, 7) >= 2)), CLOUD), (bit(x, 3), SHADOW),
                         (field(x, 8, 9) >= (2 if strict else 3), CIRRUS)]
            + [(bit(x, 4), SNOW)] * ("snow" in e) + [(bit(x, 10), SHADOW)] * ("terrain" in e)
            + [(bit(x, 2), OTHER)] * ("water" in e)}


def sr_cloud_qa(x, s, e):
    return {"SR_CLOUD_QA": [(bit(x, 1), CLOUD), (bit(x, 2), SHADOW), (bit(x, 3), CLOUD)]
            + [(bit(x, 4), SNOW)] * ("snow" in e) + [(bit(x, 5), OTHER)] * ("water" in e)}


def cfmask(x, s, e):
    return {"cfmask": [(x == 255, OTHER), (x == 4, CLOUD), (x == 2, SHADOW)]
            + [(x == 3, SNOW)] * ("snow" in e) + [(x == 1, OTHER)] * ("water" in e) + [(x > 4, OTHER)]}


def fmask(x, s, e):
    return {"Fmask": [(x == 255, OTHER), (bit(x, 1), CLOUD), (bit(x, 3), SHADOW), (bit(x, 2), CLOUD)]
            + [(bit(x, 0), CIRRUS)] * ("cirrus" in e) + [(bit(x, 4), SNOW)] * ("snow" in e)
            + [(bit(x, 5), OTHER)] * ("water" in e) + [(field(x, 6, 7) == 3, CIRRUS)] * ("aerosol" in e)}


def udm2(x, s, e):
    bands = {("udm2", 6): [(x == 1, CLOUD)], ("udm2", 3): [(x == 1, SHADOW)], ("udm2", 5): [(x == 1, CIRRUS)]}
    if s == "clear" or "haze" in e:
        bands["udm2", 4] = [(x == 1, CIRRUS)]
    if s == "clear" or "snow" in e:
        bands["udm2", 2] = [(x == 1, SNOW)]
    if s == "clear":
        bands["udm2", 1] = ("keep", x == 1)
    else:
        bands["udm2", 8] = [(bit(x, 0), OTHER)]
    return bands


def udm1(x, s, e):
    return {"DN_udm|_udm.|_udm_clip": [(bit(x, 0), OTHER)] + [(bit(x, 1), CLOUD)] * (s == "clouds")
            + [(field(x, 2, 6) > 0, SATURATED), (bit(x, 7), OTHER)]}


def modis_state(x, s, e):
    cloud, land = field(x, 0, 1), field(x, 3, 5)
    return {"state_1km|state_500m|state_250m":
            [(x == 65535, OTHER), ((cloud == 1) | (cloud == 2) | bit(x, 10), CLOUD), (bit(x, 2), SHADOW),
             (field(x, 8, 9) == 3, CIRRUS)]
            + [(field(x, 8, 9) > 0, CIRRUS)] * ("cirrus" in e) + [(bit(x, 13), CLOUD)] * ("adjacent" in e)
            + [(bit(x, 12) | bit(x, 15), SNOW)] * ("snow" in e)
            + [(field(x, 6, 7) == 3, CIRRUS)] * ("aerosol" in e)
            + [((land != 1) & (land != 2), OTHER)] * ("water" in e)}


def force_qai(x, s, e):
    cloud = field(x, 1, 2)
    return {"QAI": [(bit(x, 0), OTHER), (cloud == 2, CLOUD), (bit(x, 3), SHADOW), (cloud == 3, CIRRUS)]
            + [(cloud == 1, CLOUD)] * (s == "clouds" or "adjacent" in e)
            + [(bit(x, 4), SNOW)] * (s == "clouds" or "snow" in e)
            + [(bit(x, 8) | bit(x, 9), SATURATED)] + [(field(x, 6, 7) == 2, CIRRUS)] * ("aerosol" in e)
            + [(bit(x, 10), OTHER)] * ("sun" in e) + [(field(x, 11, 12) >= 2, SHADOW)] * ("terrain" in e)
            + [(bit(x, 5), OTHER)] * ("water" in e)}


def maja_clm(x, s, e):
    bands = {"CLM_R1|CLM_R2": [(bit(x, 1) | bit(x, 4) | bit(x, 5), CLOUD), (bit(x, 2) | bit(x, 3), SHADOW),
                               (bit(x, 7) | ((s == "strict") & bit(x, 6)), CIRRUS), (bit(x, 0), CLOUD)]}
    more = [(bit(x, 2), SNOW)] * ("snow" in e) + [(bit(x, 4) | bit(x, 5), SHADOW)] * ("terrain" in e) \
        + [(bit(x, 6) | bit(x, 7), OTHER)] * ("sun" in e) + [(bit(x, 0), OTHER)] * ("water" in e)
    if more:
        bands["MG2_R1|MG2_R2"] = more
    return bands


# Sets, the default first, and extras.
LAYOUTS = {
    "scl": (scl, ("clouds", "clear", "land", "high", "cloud_and_shadow"), "snow water terrain cirrus"),
    "msk-classi": (msk_classi, ("clouds", "opaque"), "snow cirrus"),
    "qa60": (qa60, ("clouds", "opaque"), "cirrus"),
    "cldprb": (cldprb, ("66", "0", "40", "99"), ""),
    "landsat-c2": (landsat_c2, ("clouds", "strict"), "snow water terrain radsat aerosol"),
    "landsat-c1": (landsat_c1, ("clouds", "strict"), "snow terrain radsat"),
    "landsat-pre": (landsat_pre, ("clouds", "high"), "snow terrain water"),
    "landsat-bqa": (landsat_bqa, ("clouds",), "snow terrain"),
    "pixel-qa": (pixel_qa, ("clouds", "strict"), "snow terrain water"),
    "sr-cloud-qa": (sr_cloud_qa, ("clouds",), "snow water"),
    "cfmask": (cfmask, ("clouds",), "snow water"),
    "fmask": (fmask, ("clouds",), "snow water aerosol cirrus"),
    "udm2": (udm2, ("clear", "clouds"), "snow haze"),
    "udm1": (udm1, ("clouds", "image"), ""),
    "modis-state": (modis_state, ("clouds",), "snow water aerosol cirrus adjacent"),
    "force-qai": (force_qai, ("clouds", "opaque"), "snow water terrain aerosol adjacent sun"),
    "maja-clm": (maja_clm, ("clouds", "strict"), "snow water terrain sun"),
}


def reasons(band):
    """Reason of each number, KEPT where it is kept."""
    if isinstance(band, tuple):
        return np.where(band[1], KEPT, OTHER)
    reason = np.full(65536, KEPT)
    for what, why in reversed(band):
        reason[what] = why
    return reason


def rules():
    for name, (_, sets, extras) in LAYOUTS.items():
        for one in sets:
            for n in range(len(extras.split()) + 1):
                for some in itertools.combinations(extras.split(), n):
                    yield name, one, some, f"{name}:{one}" + "".join(f"+{e}" for e in some)


def program(mode, lines):
    done = subprocess.run([BUILD / "tests" / "test_layouts", mode], input="\n".join(lines) + "\n",
                          capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


def tables(out):
    """What the program says, rule by rule: {(pattern, index): reasons}."""
    at = 0
    while at < len(out):
        rule, n = out[at].rsplit(" ", 1)
        bands = {}
        for i in range(int(n)):
            pattern, index, *_ = out[at + 1 + 2 * i].split(" ")
            # 'a' is reason 0, the letter before it: kept.
            letters = np.frombuffer(out[at + 2 + 2 * i].encode(), np.uint8).astype(int) - ord("a")
            bands[(pattern, int(index)) if index != "0" else pattern] = letters
        at += 1 + 2 * int(n)
        yield rule, bands


def every_number(tally):
    x = np.arange(65536)
    asked = list(rules())
    found = tables(program("--tables", [text for *_, text in asked]))
    for name, one, some, text in asked:
        rule, bands = next(found, (None, {}))
        want = {key: reasons(band) for key, band in LAYOUTS[name][0](x, one, some).items()}
        wrong = [key for key in want if key not in bands or not np.array_equal(bands[key], want[key])]
        tally.check(rule == text and not wrong and bands.keys() == want.keys(), text,
                    f"said of {rule}: bands {sorted(map(str, bands))}; wrong {wrong}: " + ", ".join(
                        f"{k}: {np.flatnonzero(bands[k] != want[k])[:5]}" for k in wrong if k in bands))


# --- real quality bands ------------------------------------------------------------------------------

REAL = (("l8_c1_cloudy_16N/l8_BQA.tif", "landsat-pre", "landsat-bqa"),
        ("LC08_L2SP_008059_20191201_20200825_02_T1/LC08_L2SP_008059_20191201_20200825_02_T1_QA_PIXEL.TIF",
         "landsat-c2", "landsat-c2"),
        ("LC08_L2SR_099120_20191129_20201016_02_T2/LC08_L2SR_099120_20191129_20201016_02_T2_QA_PIXEL.TIF",
         "landsat-c2", "landsat-c2"),
        ("s2_l2a_bands_20190522/SCL.tif", "scl", "scl"), ("s2_l2a_bands_20190522/CLD.tif", "cldprb", "cldprb"),
        ("s2_sen2r_barbellino_2017/S2A2A_20170703_022_Barbellino_SCL_10.tif", "scl", "scl"),
        ("hls_s30_fmask_T13RCN/HLS.S30.T13RCN.2024128T173909.v2.0.Fmask.tif", "fmask", "fmask"))


def real_files():
    yield from REAL
    for path in sorted((DATA / "real" / "L8NY18").glob("*/*_BQA.TIF")):
        yield str(path.relative_to(DATA / "real")), "landsat-c1", "landsat-c1"


def real(tally):
    """Numbers of real files: the layouts they can have; counts by reason of the right one's default."""
    for name, layout, fitting in real_files():
        path = DATA / "real" / name
        pixels = gdal.Open(str(path)).ReadAsArray().astype(np.int64)
        fill = pixels & 1 if layout.startswith("landsat") else \
            pixels == {"scl": 0, "fmask": 255, "cldprb": -1}[layout]
        seen = pixels[fill == 0]
        line = f"{path.name} {seen.size} {np.bitwise_or.reduce(seen)} " \
            f"{seen.min()} {seen.max()}"
        said = program("--fits", [line])
        tally.check(said == [f"{path.name} {fitting} -> {layout}"], f"{path.name} is {layout}", f"{said}")
        rule = layout + (":66" if layout == "cldprb" else "")
        _, bands = next(tables(program("--tables", [rule])))
        got = np.bincount(next(iter(bands.values()))[pixels.ravel()] + 1, minlength=7)
        make, sets, _ = LAYOUTS[layout]
        want = np.full(pixels.shape, KEPT)
        for what, why in reversed(next(iter(make(pixels, sets[0], ()).values()))):
            want[what] = why
        tally.check(np.array_equal(got, np.bincount(want.ravel() + 1, minlength=7)),
                    f"{path.name}, by reason", f"{got}")
        print(f"{rule} of {path.name}: {got[0]} kept, " + ", ".join(
            f"{n} {word}" for word, n in zip(NAMES, got[1:]) if n))


def main():
    tally = Tally()
    every_number(tally)
    if (DATA / "real").is_dir():
        real(tally)
    else:
        tally.skip("real quality bands", f"{DATA / 'real'} is not there")
    tally.finish()


main()
