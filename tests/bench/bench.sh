#!/bin/sh
# imgpipe beside gdal_calc.py + gdalinfo -stats and beside the decode floor (libtiff decoding every tile
# and nothing else), interleaved, several rounds, on one generated scene: CPU and wall seconds and
# peak memory, medians. Checks that the numbers agree before it times anything.
# usage: bench.sh BUILD [ROUNDS [SIZE]]
set -eu
build=$1
rounds=${2:-5}
size=${3:-10980}
data=build/bench
mkdir -p "$data"
scene=$data/s2-$size.tif
[ -e "$scene" ] || "$build/make_scene" --size "$size" "$scene"
exec /usr/bin/python3 tests/bench/bench.py --build "$build" --rounds "$rounds" --scene "$scene" \
	--work "$data"
