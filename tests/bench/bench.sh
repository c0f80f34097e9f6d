#!/bin/sh
# imgpipe beside the decode floor and its peers; see bench.py. Data are generated once.
# usage: bench.sh BUILD [ROUNDS [SIZE]]; ONLY=WORD,...: workloads whose name has one of these,
# "masks": what quality bands cost (masks.py)
set -eu
build=$1
rounds=${2:-5}
size=${3:-10980}
data=build/bench/$size
mkdir -p "$data"

# scene NAME OPTIONS... : one file
scene() {
	name=$1
	shift
	[ -e "$data/$name.tif" ] || "$build/make_scene" --size "$size" --tile 512 "$@" "$data/$name.tif"
}
scene pixel
scene band --interleave band
scene zstd --codec zstd --level 9
scene lzw --codec lzw
scene raw --codec none
[ -e "$data/strip.tif" ] || "$build/make_scene" --size "$size" --strip 1 "$data/strip.tif"
[ -d "$data/pair" ] || { mkdir "$data/pair" && "$build/make_scene" --size "$size" --tile 1024 --split "$data/pair"; }
[ -e "$data/small_0024.tif" ] || "$build/make_scene" --size 2048 --tile 512 --count 24 "$data/small.tif"

work=build/bench
cc -O2 -pthread -o "$work/floor" tests/bench/floor.c -ltiff -ldeflate -lzstd
# shellcheck disable=SC2046 # flags
cc -O3 -march=native -fopenmp -o "$work/peer_gdal" tests/bench/peer_gdal.c $(pkg-config --cflags --libs gdal) -lm
# shellcheck disable=SC2046 # flags
cc -O3 -march=native -fopenmp -o "$work/peer_values" tests/bench/peer_values.c $(pkg-config --cflags --libs gdal) -lm
# shellcheck disable=SC2046 # flags
if pkg-config --exists vips 2>/dev/null; then
	cc -O3 -march=native -o "$work/peer_vips" tests/bench/peer_vips.c $(pkg-config --cflags --libs vips) -lm
fi
[ "${ONLY:-}" = masks ] ||
	/usr/bin/python3 tests/bench/bench.py --build "$build" --rounds "$rounds" --data "$data" --work "$work" --only "${ONLY:-}"
case ${ONLY:-masks} in
*masks*) /usr/bin/python3 tests/bench/masks.py "$build" "$work" --size "$size" ;;
esac
