#!/usr/bin/env bash
# Many starts and stops under stalls: no hang, no lost result. Part of `make stress`.
#
#   tests/stress.sh [ROUNDS]      default 1000, of each executor; of each MPI library half as many
set -eu
cd "$(dirname "$0")/.."
rounds=${1:-1000}
build=$(cd "${BUILD:-build}" && pwd)
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

# serial, threads, openmp and processes: in the unit program, with stalls in every stage
STRESS_ROUNDS=$rounds timeout 3600 "$build/tests/test_run" > "$here/log" 2>&1 || {
	tail -40 "$here/log"
	echo "stress: the unit program failed"
	exit 1
}
echo "stress: $rounds starts of serial, threads, openmp and processes: fine"

cc -D_GNU_SOURCE -O2 -shared -fPIC -o "$here/shim.so" tests/fault/shim.c -ldl
"$build/make_scene" --size 300x300 --tile 64 --count 3 "$here/s.tif"
"$build/imgpipe" -q --summary "$here/want.json" "$here"/s_*.tif
for library in openmpi mpich; do
	[ -e "$build/imgpipe-mpi-$library.so" ] || continue
	options=()
	[ $library = mpich ] || options=(--oversubscribe --bind-to none)
	for ((i = 1; i <= rounds / 2; i++)); do
		rm -f "$here/got.json"
		timeout 60 "mpirun.$library" "${options[@]}" -n $((1 + i % 3)) \
			env LD_PRELOAD="$here/shim.so" FAULT_CALL=pread FAULT_KIND=stall FAULT_AT=$((1 + i % 40)) \
			"$build/imgpipe" -q --workers $((1 + i % 2)) --summary "$here/got.json" "$here"/s_*.tif
		cmp "$here/want.json" "$here/got.json"
	done
	echo "stress: $((rounds / 2)) starts under $library: fine"
done

# the chunk that the plan and the verdict advise, beside the best of a sweep
/usr/bin/python3 tests/bench/advice.py "$build"
