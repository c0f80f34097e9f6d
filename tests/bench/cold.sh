#!/bin/sh
# A file that is not in the page cache: imgpipe with and without reading ahead, and peers; see
# cold.py. The disk may be made slower for these programs alone: with BLKIO=folder, where a cgroup
# hierarchy with block I/O is mounted (v1 blkio or v2), and RATE in MB/s. Needs root then.
# usage: [BLKIO=FOLDER RATE=MB/S] cold.sh BUILD [ROUNDS [FILE]]
set -eu
build=$1
rounds=${2:-5}
file=${3:-build/bench/10980/pixel.tif}
mkdir -p build/bench "$(dirname "$file")"
[ -e "$file" ] || "$build/make_scene" --size 10980 --tile 512 "$file"
# shellcheck disable=SC2046 # flags
cc -O3 -march=native -fopenmp -o build/bench/peer_gdal tests/bench/peer_gdal.c $(pkg-config --cflags --libs gdal) -lm
exec /usr/bin/python3 tests/bench/cold.py --build "$build" --rounds "$rounds" \
	${BLKIO:+--blkio "$BLKIO"} ${RATE:+--rate "$RATE"} "$file"
