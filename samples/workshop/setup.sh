#!/bin/sh
# Make the scenes of the workshop, as large as this machine needs them to be.
# usage: setup.sh BUILD_FOLDER OUTPUT_FOLDER [SIZE]
#
# A task has to be heavy enough that its parts can be told apart: big.tif is made so large that one
# worker takes about two seconds, but no larger than 7168 x 7168. SIZE in pixels overrides it; under
# 3584 some effects are no longer seen.
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

# CPU seconds of one worker on a scene
seconds() {
	"$build/imgpipe" -q --workers 1 --report .report.json "$1"
	sed -n 's/.*"cpu_s": *\([0-9.eE+-]*\).*/\1/p' .report.json | head -1
	rm -f .report.json
}

# Another size than last time: all scenes are made again.
if [ -n "$size" ] && [ -e size ] && [ "$size" != "$(cat size)" ]; then
	rm -rf ./*.tif small mixed
fi
if [ -z "$size" ] && [ -e size ]; then
	size=$(cat size)
elif [ -z "$size" ]; then
	scene trial.tif --size 2048 --seed 3
	# 2 s / seconds times the pixels of the trial, in whole tiles of 512, from 3584 to 7168
	size=$(awk -v t="$(seconds trial.tif)" 'BEGIN {
		if (t < 0.001) t = 0.001
		s = int(2048 * sqrt(2 / t) / 512) * 512
		print (s < 3584 ? 3584 : s > 7168 ? 7168 : s)
	}')
	rm -f trial.tif
fi
echo "$size" >size

# A third of the pixels, for what is run many times: 4096 beside 7168.
mid=$((size * 4 / 7 / 1024 * 1024))
[ "$mid" -ge 1024 ] || mid=1024

scene big.tif --size "$size" --seed 1
scene mid.tif --size "$mid" --seed 2
scene fine.tif --size "$mid" --seed 2 --tile 64
scene plain.tif --size "$mid" --seed 2 --codec none
scene swath.tif --size "$mid" --seed 2 --content swath --sparse
scene tiny.tif --size 256 --tile 256 --seed 4
if [ ! -d small ]; then
	rm -rf .new-small
	mkdir .new-small
	"$build/make_scene" --size 512 --seed 10 --count 24 .new-small/s.tif
	mv .new-small small
fi
# One large scene and six small ones: shares of them are not alike.
if [ ! -d mixed ]; then
	rm -rf .new-mixed
	mkdir .new-mixed
	ln mid.tif .new-mixed/a-large.tif
	for i in 1 2 3 4 5 6; do
		ln "small/s_000$i.tif" .new-mixed/
	done
	mv .new-mixed mixed
fi
cp "$here/dask_ndvi.py" .
# shellcheck disable=SC2016 # expanded by who reads the file
printf 'PATH=%s:$PATH\nexport PATH\n' "$build" >env.sh
printf 'big.tif is %s x %s pixels: %.1f s of work for one worker here.\n' "$size" "$size" "$(seconds big.tif)"
printf 'Next: "cd %s", then ". ./env.sh". The pages are in samples/workshop; begin with 1-serial.md.\n' "$out"
