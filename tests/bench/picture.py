"""The picture of a bench: CPU seconds of each program over those of decoding alone, a group of bars
a workload. The scale is logarithmic, as ratios run from 1 to over 30. Every bar carries its name and
number, so that nothing depends on telling colours apart; the two colours are of Okabe and Ito's
palette. Follows the reader's choice of a light or a dark page."""

import math
from xml.sax.saxutils import escape

OWN = "imgpipe"
WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 860, 150, 230, 16, 14, 74
STYLE = """
.page { fill: #ffffff } text { fill: #1a1a1a; font: 12px sans-serif;
paint-order: stroke; stroke: #ffffff; stroke-width: 3px } .title { font-size: 16px }
.small { fill: #555555; font-size: 11px } .own { font-weight: bold } .grid { stroke: #d0d0d0 }
.floor { stroke: #1a1a1a; stroke-width: 1.5 } .bar { fill: #999999 } .bar.mine { fill: #0072b2 }
@media (prefers-color-scheme: dark) {
.page { fill: #16181c } text { fill: #ececec; stroke: #16181c } .small { fill: #b0b0b0 } .grid { stroke: #3a3d44 }
.floor { stroke: #ececec } .bar { fill: #7d828c } .bar.mine { fill: #56b4e9 } }
"""


def ticks(most):
    found = [1]
    while found[-1] < most:
        found.append(found[-1] * 2)
    return found


def text(x, y, what, kind="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(what)}</text>'


def picture(rows, floor, path):
    """rows: bench.json's; `floor`: the name of decoding alone among the programs."""
    groups = []
    for row in rows:
        base = row["medians"][floor][1]
        bars = sorted((median[1] / base, name, median[1]) for name, median in row["medians"].items()
                      if name not in (floor, "imgpipe, 1 worker", "imgpipe, NDVI alone"))
        groups.append((row["name"], base, bars))
    scale_ticks = ticks(max(bars[-1][0] for _, _, bars in groups))
    low, high = math.log2(0.8), math.log2(scale_ticks[-1])
    height = TOP + sum(len(bars) * BAR + GAP for _, _, bars in groups) + 16

    def place(ratio):
        span = WIDTH - LEFT - RIGHT
        return LEFT + span * (max(math.log2(ratio), low) - low) / (high - low)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
           f'viewBox="0 0 {WIDTH} {height}"><style>{STYLE}</style>'
           '<rect class="page" width="100%" height="100%"/>',
           text(14, 24, "Statistics of indices: CPU time of each program over that of decoding alone",
                "title"),
           text(14, 42, "less is better; logarithmic; two threads each; CPU seconds in brackets; "
                "all print the same numbers", "small")]
    for tick in scale_ticks:
        x = place(tick)
        out += [f'<line class="{"floor" if tick == 1 else "grid"}" x1="{x:.1f}" y1="{TOP - 8}" '
                f'x2="{x:.1f}" y2="{height - 12}"/>', text(x, TOP - 13, f"{tick} x", "small", "middle")]
    y = TOP
    for name, base, bars in groups:
        middle = y + len(bars) * BAR / 2
        out += [text(14, middle, name), text(14, middle + 14, f"decoding {base:.2f} s", "small")]
        for ratio, program, cpu in bars:
            own = program == OWN
            out += [f'<rect class="bar{" mine" if own else ""}" x="{place(0.8):.1f}" y="{y + 2}" '
                    f'width="{place(ratio) - place(0.8):.1f}" height="{BAR - 4}"/>',
                    text(place(ratio) + 5, y + BAR - 4, f"{program}  {ratio:.2f} x ({cpu:.2f} s)",
                         "own" if own else "")]
            y += BAR
        y += GAP
    path.write_text("\n".join(out) + "</svg>\n")
