#!/bin/sh
# Fuzz every parser of outside bytes with libFuzzer under ASan and UBSan.
# usage: run.sh [SECONDS_EACH]; seeds: generated scenes, and ../shared/data where it is there.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-300}
out=build/fuzz
mkdir -p "$out/corpus-tiff" "$out/corpus-names" "$out/corpus-mtd" "$out/corpus-partial" "$out/corpus-lzw" "$out/corpus-scene" "$out/seeds"
make -j2 all >/dev/null
for codec in none lzw deflate zstd packbits lzma; do
	build/make_scene --size 40 --tile 16 --codec $codec --mask "$out/seeds/$codec.tif"
	build/make_scene --size 40 --strip 0 --codec $codec --interleave band --byte-order big \
		"$out/seeds/$codec-strip.tif"
done
for folder in tiff-odd tiff-broken; do
	[ -d "../shared/data/$folder" ] || continue
	find "../shared/data/$folder" -type f -size -40k ! -name '*.md' | while read -r file; do
		cp "$file" "$out/seeds/$(echo "$file" | tr / _)"
	done
done
printf 'a_B04.tif\na_B08.tif\n# c\nLC08_L2SP_008059_20191201_20200825_02_T1_SR_B4.TIF\n' >"$out/corpus-names/seed"
printf '<a><PROCESSING_BASELINE>05.11</PROCESSING_BASELINE><QUANTIFICATION_VALUES_LIST><BOA_QUANTIFICATION_VALUE unit="none">10000</BOA_QUANTIFICATION_VALUE></QUANTIFICATION_VALUES_LIST><BOA_ADD_OFFSET band_id="3">-1000</BOA_ADD_OFFSET></a>' >"$out/corpus-mtd/seed"
build/imgpipe -q --partial "$out/corpus-partial/seed" "$out/seeds/deflate.tif"
sources=
for file in pipeline/*.c stages/*.c; do
	case $file in
	pipeline/main.c | pipeline/mpi_* | pipeline/hwloc_* | stages/read_gdal*) ;;
	*) sources="$sources $file" ;;
	esac
done
flags="-std=c11 -D_GNU_SOURCE -DIMGPIPE_SANITIZED -DIMGPIPE_VERSION=__DATE__ -Iinclude -O1 -g -fopenmp-simd
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -pthread
	-Wno-pass-failed"
status=0
for name in tiff names mtd partial lzw scene; do
	# shellcheck disable=SC2046,SC2086 # lists of flags and files
	clang $flags $(pkg-config --cflags libtiff-4 libdeflate libzstd jansson expat) -o "$out/fuzz_$name" \
		"tests/fuzz/fuzz_$name.c" $sources $(pkg-config --libs libtiff-4 libdeflate libzstd jansson expat) -lm -ldl
	seeds=
	[ $name = tiff ] && seeds="$out/seeds"
	# shellcheck disable=SC2086 # empty or one folder
	"$out/fuzz_$name" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="$out/crash-$name-" -close_fd_mask=1 "$out/corpus-$name" $seeds \
		2>"$out/$name.log" || status=1
	echo "fuzz_$name: $(grep -E 'stat::number_of_executed_units' "$out/$name.log" || tail -3 "$out/$name.log")"
done
exit $status
