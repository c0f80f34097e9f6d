#!/bin/sh
# Many workers on few cores: every read of pixels sleeps, as on storage far away, and sleeping takes
# no core. So wall time has to fall as 1/workers, until the cores are busy. "ideal" is the wall time
# of one worker, less its CPU time, over the workers, and its CPU time over the cores in use.
# usage: stalls.sh BUILD [MS]
set -eu
build=$1
ms=${2:-20}
work=build/bench
mkdir -p "$work" "$build/tests"
file=$work/stalls.tif
report=$(mktemp)
trap 'rm -f "$report"' EXIT
[ -e "$file" ] || "$build/make_scene" --size 2048 --tile 128 "$file"
cc -D_GNU_SOURCE -O2 -shared -fPIC -o "$build/tests/shim.so" tests/fault/shim.c -ldl
shim=$(cd "$build/tests" && pwd)/shim.so
printf 'each of 256 tiles sleeps for %d ms when it is read; %d cores\n' "$ms" "$(nproc)"
printf '%-10s %8s %8s %8s %8s %8s %10s %12s\n' executor workers 'wall s' 'ideal s' ratio 'CPU s' \
	'lock wait %' locks/chunk
for executor in threads processes; do
	one=
	for workers in 1 2 4 8 16; do
		line=$(for _ in 1 2 3; do
			LD_PRELOAD=$shim FAULT_CALL=pread FAULT_AT=1 FAULT_ALL=1 FAULT_KIND=stall FAULT_MS=$ms FAULT_SIZE=8192 \
				"$build/imgpipe" -q --executor "$executor" --workers "$workers" --chunk tile --report "$report" "$file"
			jq -r '[.run.wall_s, .run.cpu_s, ([.workers[].wait_s.peer] | add) / ([.workers[].life_s] | add) * 100,
				.run.lock_operations / ([.stages[] | select(.name == "claim")][0].chunks)] | @tsv' "$report"
		done | sort -n | sed -n 2p)
		one=${one:-$line}
		printf '%s\t%s\n' "$one" "$line" | awk -v e="$executor" -v w="$workers" -v cores="$(nproc)" '{
			ideal = ($1 - $2) / w + $2 / (w < cores ? w : cores)
			printf "%-10s %8d %8.3f %8.3f %8.2f %8.3f %10.2f %12.1f\n", e, w, $5, ideal, $5 / ideal, $6, $7, $8}'
	done
done
