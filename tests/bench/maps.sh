#!/bin/sh
# Maps beside their floors and peers; see maps.py. Data are generated once.
# usage: maps.sh BUILD [ROUNDS [SIZE]]; ONLY=WORD,...: jobs whose name has one of these
set -eu
build=$1
rounds=${2:-3}
size=${3:-10980}
data=build/bench/$size
work=build/bench
mkdir -p "$data"
[ -e "$data/pixel.tif" ] || "$build/make_scene" --size "$size" --tile 512 "$data/pixel.tif"
cc -O3 -march=native -o "$work/floor_maps" tests/bench/floor_maps.c -ltiff -ldeflate -lzstd
# shellcheck disable=SC2046 # flags
cc -O3 -march=native -fopenmp -o "$work/peer_map" tests/bench/peer_map.c $(pkg-config --cflags --libs gdal) -lm
/usr/bin/python3 tests/bench/maps.py --build "$build" --rounds "$rounds" --data "$data" --work "$work" --only "${ONLY:-}"
