#!/bin/sh
# Wall and CPU seconds for 1, 2, 4 ... workers up to the number of CPUs, threads and processes, on one
# scene; and how often a worker took a lock for each chunk. usage: scaling.sh BUILD [FILE]
set -eu
build=$1
file=${2:-build/bench/10980/pixel.tif}
report=$(mktemp)
trap 'rm -f "$report"' EXIT
mkdir -p "$(dirname "$file")"
[ -e "$file" ] || "$build/make_scene" --size 10980 --tile 512 "$file"
printf '%-10s %8s %8s %8s %10s %12s\n' executor workers 'wall s' 'CPU s' speed-up 'locks/chunk'
for executor in threads processes; do
	workers=1 first=
	while [ "$workers" -le "$(nproc)" ]; do
		line=$(for _ in 1 2 3; do
			"$build/imgpipe" -q --executor "$executor" --workers "$workers" --report "$report" "$file"
			jq -r '[.run.wall_s, .run.cpu_s, .run.lock_operations / ([.stages[] | select(.name == "claim")][0].chunks)] | @tsv' "$report"
		done | sort -n | sed -n 2p)
		wall=$(echo "$line" | cut -f1)
		first=${first:-$wall}
		echo "$line" | awk -v e="$executor" -v w="$workers" -v f="$first" \
			'{printf "%-10s %8d %8.3f %8.3f %10.2f %12.1f\n", e, w, $1, $2, f / $1, $3}'
		workers=$((workers * 2))
	done
done
