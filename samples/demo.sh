#!/bin/sh
# Make four small scenes (three good ones, one cut short) and run the main job on them.
# usage: demo.sh BUILD_FOLDER OUTPUT_FOLDER
set -eu
build=$1
out=$2
mkdir -p "$out/scenes"

[ -e "$out/scenes/river.tif" ] || "$build/make_scene" --size 2048 --seed 1 "$out/scenes/river.tif"
[ -e "$out/scenes/coast.tif" ] ||
	"$build/make_scene" --size 1500x1100 --seed 2 --interleave band --codec zstd "$out/scenes/coast.tif"
if [ ! -d "$out/scenes/T33UXP" ]; then
	"$build/make_scene" --size 1830 --seed 3 --split "$out/scenes/T33UXP.tmp"
	mv "$out/scenes/T33UXP.tmp" "$out/scenes/T33UXP"
fi
# A scene whose download broke off: it fails with a reason, the others are done.
head -c 200000 "$out/scenes/river.tif" >"$out/scenes/broken-download.tif"

run() {
	echo "\$ $*"
	"$@"
}

status=0
run "$build/imgpipe" --workers 2 --memory 64M --summary "$out/summary.json" \
	--report "$out/report.json" --csv "$out/scenes.csv" --tiles "$out/tiles.csv" \
	"$out/scenes" 2>&1 || status=$?
echo
echo "exit status $status (1: some scenes failed, the rest is complete and reported)"
echo "wrote $out/summary.json, report.json, scenes.csv, tiles.csv"
[ "$status" -eq 1 ]
