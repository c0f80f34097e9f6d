#!/bin/sh
# Make the scenes of the workshop, as large as this machine needs them to be.
# usage: setup.sh BUILD_FOLDER OUTPUT_FOLDER [SIZE]
#
# A task has to be heavy enough that its parts can be told apart: big.tif is made so large that one
# worker takes about two seconds (SIZE in pixels overrides it), but no larger than 400 MB.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
out=$2
size=${3:-}
mkdir -p "$out"
cd "$out"

# scene NAME OPTIONS...: made once, under its final name only when it is whole
scene() {
	name=$1
	shift
	[ -e "$name" ] || { "$build/make_scene" "$@" ".new-$name" && mv ".new-$name" "$name"; }
}

if [ -z "$size" ] && [ -e size ]; then
	size=$(cat size)
elif [ -z "$size" ]; then
	scene trial.tif --size 2048 --seed 3
	"$build/imgpipe" -q --workers 1 --report .trial.json trial.tif
	seconds=$(sed -n 's/.*"cpu_s": *\([0-9.eE+-]*\).*/\1/p' .trial.json | head -1)
	rm -f .trial.json
	# 2 s / seconds times the pixels of the trial, in whole tiles of 512, from 2048 to 7168
	size=$(awk -v t="$seconds" 'BEGIN {
		if (t < 0.001) t = 0.001
		s = int(2048 * sqrt(2 / t) / 512) * 512
		print (s < 2048 ? 2048 : s > 7168 ? 7168 : s)
	}')
fi
echo "$size" >size

scene big.tif --size "$size" --seed 1
scene strips.tif --size 2048 --seed 2 --strip 32
scene plain.tif --size 4096 --seed 2 --codec none
scene tiny.tif --size 256 --seed 4
if [ ! -d small ]; then
	rm -rf .new-small
	mkdir .new-small
	"$build/make_scene" --size 512 --seed 10 --count 24 .new-small/s.tif
	mv .new-small small
fi
cp "$here/dask_ndvi.py" .
# shellcheck disable=SC2016 # expanded by who reads the file
printf 'PATH=%s:$PATH\nexport PATH\n' "$build" >env.sh
echo "big.tif is $size x $size pixels, so that one worker has about two seconds of work here."
