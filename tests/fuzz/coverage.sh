#!/bin/bash
# Lines of each source file that the fuzzers' corpora reach: the targets once more with clang's
# coverage, over what build/fuzz holds.
set -eu
cd "$(dirname "$0")/../.."
out=$PWD/build/fuzz
packages="libtiff-4 libdeflate libzstd liblzma jansson expat zlib"
flags="-std=c11 -D_GNU_SOURCE -DIMGPIPE_SANITIZED -DIMGPIPE_VERSION=__DATE__ -Iinclude -Ipipeline -Istages -O1 -g
	-fopenmp-simd -pthread -Wno-pass-failed -fprofile-instr-generate -fcoverage-mapping"
sources=
for file in pipeline/*/*.c stages/*/*.c; do
	case $file in
	pipeline/executors/openmp_team.c | stages/gdal/*) ;;
	*) sources="$sources $file" ;;
	esac
done
programs=()
rm -f "$out"/*.profraw
for program in "$out"/fuzz_*; do
	name=${program##*fuzz_}
	[ -f "tests/fuzz/fuzz_$name.c" ] || continue
	# shellcheck disable=SC2046,SC2086 # lists of flags and files
	clang $flags -fsanitize=fuzzer,address $(pkg-config --cflags $packages) -o "$out/cover_$name" \
		"tests/fuzz/fuzz_$name.c" tests/fuzz/heap.c tests/fuzz/tiff_mutate.c $sources \
		$(pkg-config --libs $packages) -lm -ldl
	LLVM_PROFILE_FILE="$out/$name.profraw" "$out/cover_$name" -runs=0 -close_fd_mask=3 \
		"$out/corpus-$name" "$out/seeds-$name" || true
	programs+=(-object "$out/cover_$name")
done
tools=$(dirname "$(readlink -f "$(command -v clang)")")
"$tools/llvm-profdata" merge -o "$out/all.profdata" "$out"/*.profraw
# shellcheck disable=SC2086 # a list of files
"$tools/llvm-cov" report "${programs[@]}" -instr-profile="$out/all.profdata" $sources |
	awk 'NR <= 2 || $10 != "0.00%" { print $1, $8, $9, $10 }' | column -t
