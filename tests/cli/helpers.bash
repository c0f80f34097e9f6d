# What the bats files share: the program, small images written by GDAL, and looking into reports.

bats_require_minimum_version 1.5.0

REPO=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
BUILD=${BUILD:-$REPO/build}
case $BUILD in /*) ;; *) BUILD=$REPO/$BUILD ;; esac
IMGPIPE=$BUILD/imgpipe
MAKE_SCENE=$BUILD/make_scene

# A sanitizer's finding must not look like a documented exit status.
export ASAN_OPTIONS=${ASAN_OPTIONS:-exitcode=99:detect_leaks=0}
export TSAN_OPTIONS=${TSAN_OPTIONS:-exitcode=99:suppressions=$REPO/tests/tsan.supp}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-exitcode=99:halt_on_error=1:print_stacktrace=1}

# An empty folder of the test's own; bats keeps files in the one above.
workspace() {
	mkdir "$BATS_TEST_TMPDIR/work" && cd "$BATS_TEST_TMPDIR/work"
}

# tif OUT TYPE [KEY=VALUE ...] ROWS... : see tests/oracle/write_tiff.py
tif() {
	/usr/bin/python3 "$REPO/tests/oracle/write_tiff.py" "$@"
}

# imgpipe ARGS... : $status, $output (stdout) and $stderr; never longer than a minute
imgpipe() {
	run --separate-stderr timeout -k 5 "${LIMIT:-60}" "$IMGPIPE" "$@"
	no_crash
}

# The run ended by itself, without a signal and without a sanitizer's finding.
no_crash() {
	[ "$status" -lt 124 ] || [ "$status" -eq 130 ] || [ "$status" -eq 143 ] || {
		echo "exit status $status: $stderr"
		return 1
	}
	[ "$status" -ne 99 ] && [[ "$stderr" != *Sanitizer* ]] && [[ "$stderr" != *"runtime error"* ]] || {
		echo "sanitizer: $stderr"
		return 1
	}
}

# exits STATUS [WORD...] : the exit status, and every word stands in what was said on stderr
exits() {
	local want=$1 word
	shift
	[ "$status" -eq "$want" ] || {
		echo "exit status $status, not $want; stderr: $stderr"
		return 1
	}
	for word; do
		[[ "$stderr" == *"$word"* ]] || {
			echo "no '$word' in: $stderr"
			return 1
		}
	done
}

# soon COMMAND... : it is waited for until it succeeds; a minute is for machines that have other work, too
soon() {
	local end=$((SECONDS + 60))
	until "$@"; do
		[ $SECONDS -lt $end ] || {
			echo "not within a minute: $*"
			return 1
		}
		sleep 0.02
	done 2> /dev/null
}

# catches PID : the program, no longer the shell, and come so far that a signal does not just end it
catches() {
	local mask
	[ "/proc/$1/exe" -ef "$IMGPIPE" ] || return 1
	mask=$(awk '$1 == "SigCgt:" { print $2 }' "/proc/$1/status") && ((0x$mask >> 14 & 1)) # SIGTERM
}

# ticks PID : hundredths of a second that it and all processes below it have had of a core
ticks() {
	local pid sum
	sum=$(awk '{ print $14 + $15 }' "/proc/$1/stat")
	for pid in $(< "/proc/$1/task/$1/children"); do
		((sum += $(ticks "$pid"))) || true
	done
	echo "${sum:-0}"
}

# has_worked PID TICKS : it has had so many
has_worked() {
	[ "$(ticks "$1")" -ge "$2" ]
}

# get FILE EXPRESSION : a Python expression on the JSON d of a file; s is its first scene, n its ndvi
get() {
	/usr/bin/python3 -c '
import json, math, sys
d = json.load(open(sys.argv[1]))
s = d["scenes"][0] if d.get("scenes") else None
n = s.get("indices", {}).get("ndvi") if s else None
print(eval(sys.argv[2]))' "$1" "$2"
}

# holds FILE EXPRESSION... : every expression is true
holds() {
	local file=$1 expression
	shift
	for expression; do
		[ "$(get "$file" "$expression")" = True ] || {
			echo "not so: $expression"
			get "$file" "n or s or d" | cut -c1-800
			return 1
		}
	done
}
