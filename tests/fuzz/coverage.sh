#!/bin/bash
# Lines of each source file that the fuzzers reach: the targets once more with clang's coverage, over
# what build/fuzz holds, and RUNS executions more each (0). ONLY="names tiff" chooses targets.
set -eu
cd "$(dirname "$0")/../.."
out=$PWD/build/fuzz
packages=$(sed -n 's/^PKGS *:= *//p' Makefile)
# shellcheck disable=SC2046,SC2086 # lists of flags
set -- -std=c11 -D_GNU_SOURCE -DIMGPIPE_SANITIZED -DIMGPIPE_VERSION='"coverage"' -Iinclude -Ipipeline \
	-Istages -O1 -g -ffp-contract=off -fopenmp-simd -pthread -Wno-pass-failed \
	-fprofile-instr-generate -fcoverage-mapping -fsanitize=fuzzer-no-link,address \
	$(pkg-config --cflags $packages)
sources=()
for file in pipeline/*/*.c stages/*/*.c; do
	case $file in
	pipeline/executors/openmp_team.c | stages/gdal/*) ;;
	*) sources+=("$file") ;;
	esac
done
mkdir -p "$out/cover"
rm -f "$out"/*.profraw "$out"/cover/*.a
objects=()
for file in "${sources[@]}" tests/fuzz/heap.c tests/fuzz/tiff_mutate.c; do
	object=$out/cover/$(tr / - <<< "${file%.c}").o
	objects+=("$object")
	[ "$object" -nt "$file" ] || clang "$@" -c -o "$object" "$file"
done
programs=()
for file in tests/fuzz/fuzz_*.c; do
	name=${file##*fuzz_}
	name=${name%.c}
	[[ " ${ONLY:-$name} " == *" $name "* ]] || continue
	corpora=("$out/corpus-$name")
	mkdir -p "${corpora[0]}"
	[ ! -d "$out/seeds-$name" ] || corpora+=("$out/seeds-$name")
	# shellcheck disable=SC2046,SC2086 # lists of flags
	clang "$@" -fsanitize=fuzzer -o "$out/cover/$name" "$file" "${objects[@]}" \
		$(pkg-config --libs $packages) -lm -ldl
	LLVM_PROFILE_FILE="$out/$name.profraw" "$out/cover/$name" "-runs=${RUNS:-0}" \
		-close_fd_mask=3 "${corpora[@]}" || true
	programs+=(-object "$out/cover/$name")
done
tools=$(dirname "$(readlink -f "$(command -v clang)")")
"$tools/llvm-profdata" merge -o "$out/all.profdata" "$out"/*.profraw
"$tools/llvm-cov" report "${programs[@]:1}" -instr-profile="$out/all.profdata" "${sources[@]}" |
	awk 'NR <= 2 || $10 != "0.00%" { print $1, $8, $9, $10 }' | column -t
