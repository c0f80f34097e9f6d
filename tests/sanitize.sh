#!/bin/sh
# The whole suite under ASan+UBSan, then the thread executor under TSan. Part of `make stress`.
set -eu
cd "$(dirname "$0")/.."
export ASAN_OPTIONS=abort_on_error=1 UBSAN_OPTIONS=halt_on_error=1:abort_on_error=1
export LSAN_OPTIONS=suppressions="$PWD/tests/lsan.supp":print_suppressions=0 # tests look at stderr
targets() {
	echo "$1/imgpipe $1/imgpipe-gdal.so $1/imgpipe-openmp.so $1/make_scene"
	for unit in tests/unit/*/test_*.c; do echo "$1/tests/$(basename "$unit" .c)"; done
}
# shellcheck disable=SC2046 # lists of targets
make -j2 SANITIZE=address,undefined CFLAGS='-O1 -g' $(targets build/address-undefined)
BUILD=build/address-undefined tests/run --quick
# shellcheck disable=SC2046
make -j2 SANITIZE=thread CFLAGS='-O1 -g' $(targets build/thread)
export TSAN_OPTIONS="halt_on_error=1:suppressions=$PWD/tests/tsan.supp"
build/thread/tests/test_run
build/thread/tests/test_assemble
build/thread/tests/test_spool
build/thread/tests/test_teach
build/thread/tests/test_timeout
BUILD=build/thread tests/fault/timeout.py --quick # its storms of SIGUSR1
BUILD=build/thread bats tests/cli/teach.bats
BUILD=build/thread tests/oracle/matrix.py --quick
