# --metrics: a file for Prometheus' textfile collector after every run, however it ended.

load helpers

setup() {
	workspace
	tif a.tif uint16 desc=red,nir 1,2 3,4
	tif b.tif uint16 desc=red,nir 10,20 30,40
	echo no image > broken.tif
}

# series NAME : its value in m.prom, which is checked as a whole
series() {
	/usr/bin/python3 "$BATS_TEST_DIRNAME/exposition.py" "${FILE:-m.prom}" > series.txt || return 1
	awk -F '\t' -v name="$1" '$1 == name { print $2 }' series.txt
}

# says NAME VALUE
says() {
	local value
	value=$(series "$1") || return 1
	[ "$value" = "$2" ] || {
		echo "$1 is '$value', not '$2'"
		return 1
	}
}

# In m.prom: this status, and the success that was there before. Nothing else is left.
failed_with() {
	says imgpipe_last_exit_status "$1" &&
		says imgpipe_last_success_timestamp_seconds 1000000000.500000 &&
		[ -z "$(find . -name '.*prom*')" ]
}

# A run that ended well, long ago.
long_ago() {
	printf 'imgpipe_last_success_timestamp_seconds 1000000000.5\n' > m.prom
}

@test "after a run: what the report says, and when" {
	before=$(date +%s)
	imgpipe -q --metrics m.prom --report r.json --csv r.csv a.tif b.tif broken.tif
	exits 1
	says imgpipe_last_exit_status 1
	says 'imgpipe_scenes_total{status="ok"}' 2
	says 'imgpipe_scenes_total{status="failed"}' 1
	says 'imgpipe_scenes_total{status="cancelled"}' 0
	says imgpipe_pixels 4 # two of each file
	says imgpipe_written_files 0
	says imgpipe_memory_limit_bytes "$(get r.json 'd["plan"]["budget_bytes"]')"
	says imgpipe_decoded_bytes 16 # of 16 bits
	for moment in last_success last_run_start last_run_end; do
		time=$(series "imgpipe_${moment}_timestamp_seconds")
		[ "${time%.*}" -ge "$before" ] && [ "${time%.*}" -le "$(date +%s)" ]
	done
	for stage in discover claim fetch decode mask index stats reduce write; do
		for kind in busy cpu wait; do
			[ -n "$(series "imgpipe_stage_seconds{kind=\"$kind\",stage=\"$stage\"}")" ]
		done
	done
	[ -z "$(series 'imgpipe_stage_seconds{kind="busy",stage="encode"}')" ] # there are no maps
	[ "$(stat -c %a m.prom)" = 644 ]
}

@test "after a run with maps" {
	imgpipe -q --metrics m.prom -o maps --quicklook a.tif b.tif
	exits 0
	says imgpipe_written_files 4
	says imgpipe_written_bytes "$(cat maps/* | wc -c)"
	[ -n "$(series 'imgpipe_stage_seconds{kind="busy",stage="encode"}')" ]
}

@test "every way of working writes it" {
	for executor in serial threads openmp processes; do
		imgpipe -q --executor $executor --workers 2 --metrics $executor.prom a.tif b.tif
		exits 0
		FILE=$executor.prom says 'imgpipe_scenes_total{status="ok"}' 2
	done
	FILE=processes.prom says imgpipe_lost_workers 0
}

@test "promtool has nothing to say" {
	command -v promtool > /dev/null || skip "promtool (Debian: prometheus) is not installed"
	imgpipe -q --metrics m.prom -o maps a.tif broken.tif
	exits 1
	run promtool check metrics < m.prom
	[ "$status" -eq 0 ] && [ -z "$output" ]
	imgpipe -q --metrics m.prom nowhere.tif --index nothing
	run promtool check metrics < m.prom
	[ "$status" -eq 0 ] && [ -z "$output" ]
}

@test "the check of the format finds what is wrong" {
	head='# HELP imgpipe_a_bytes b\n# TYPE imgpipe_a_bytes gauge\n'
	printf "${head}imgpipe_a_bytes 1\n" > fine.prom
	FILE=fine.prom says imgpipe_a_bytes 1
	for text in "" "${head}" "${head}imgpipe_a_bytes 1" "imgpipe_a_bytes 1\n" \
		"${head}imgpipe_a_bytes 1 1000\n" "${head}imgpipe_a_bytes one\n" \
		"${head}imgpipe_a_bytes 1\nimgpipe_a_bytes 2\n" "${head}${head}imgpipe_a_bytes 1\n" \
		"${head}imgpipe_a_bytes{b=1} 1\n" "${head}imgpipe_a_bytes{b=\"1} 1\n" \
		'# HELP imgpipe_a_total b\n# TYPE imgpipe_a_total gauge\nimgpipe_a_total 1\n' \
		'# HELP imgpipe_a b\n# TYPE imgpipe_a counter\nimgpipe_a 1\n'; do
		printf -- "$text" > wrong.prom
		run "$BATS_TEST_DIRNAME/exposition.py" wrong.prom
		[ "$status" -eq 1 ] || { echo "taken: $text"; return 1; }
	done
}

@test "a run that fails says so and keeps the last success" {
	long_ago
	imgpipe -q --metrics m.prom broken.tif
	exits 65
	failed_with 65
	says 'imgpipe_scenes_total{status="failed"}' 1
	imgpipe -q --metrics m.prom nowhere/*.tif
	exits 66
	failed_with 66
	mkdir empty && echo text > empty/readme.txt
	imgpipe -q --metrics m.prom empty
	[ "$status" -ge 65 ]
	failed_with "$status"
	imgpipe -q --metrics m.prom --memory 1M a.tif
	exits 75
	failed_with 75
	imgpipe -q --metrics m.prom --csv none/a.csv a.tif
	exits 73
	failed_with 73
	imgpipe -q --metrics m.prom --csv /dev/full a.tif
	exits 74
	failed_with 74
}

@test "so does a command line that cannot be used" {
	long_ago
	imgpipe -q --metrics m.prom --index nothing a.tif
	exits 64
	failed_with 64
	[ -z "$(series imgpipe_pixels)" ]
	long_ago
	imgpipe -q --metrics m.prom --wrong a.tif
	exits 64
	failed_with 64
	long_ago
	imgpipe -q --metrics m.prom
	exits 64
	failed_with 64
	# What stands in the variable has been read before.
	long_ago
	IMGPIPE_OPTIONS="--metrics m.prom" imgpipe --wrong a.tif
	exits 64
	failed_with 64
}

@test "so does a run whose standard output fails" {
	long_ago
	"$IMGPIPE" --metrics m.prom a.tif > /dev/full 2> said || status=$?
	[ "$status" -eq 74 ]
	failed_with 74
}

# slowly MS ARGS... : the program, each of whose reads of pixels takes so long, in the background, at the first of them
slowly() {
	local ms=$1
	shift
	rm -f mark
	[ -e shim.so ] || cc -D_GNU_SOURCE -O2 -shared -fPIC -o shim.so "$REPO/tests/fault/shim.c" -ldl
	LD_PRELOAD=./shim.so FAULT_CALL=pread FAULT_KIND=stall FAULT_AT=1 FAULT_ALL=1 FAULT_SIZE=4096 \
		FAULT_MS=$ms FAULT_MARK=$PWD/mark env --default-signal=INT "$IMGPIPE" -q --workers 2 "$@" 2> said 3>&- &
	soon grep -q 1 mark
}

@test "so does a run that a signal ends" {
	command -v cc > /dev/null || skip "a C compiler is not installed"
	"$MAKE_SCENE" --size 256 --tile 64 --count 4 s.tif
	for signal in TERM:143 INT:130; do
		long_ago
		slowly 50 --metrics m.prom --csv s.csv s_*.tif
		kill -"${signal%:*}" $!
		wait $! || status=$?
		[ "$status" -eq "${signal#*:}" ]
		failed_with "$status"
		[ "$(series 'imgpipe_scenes_total{status="cancelled"}')" -gt 0 ]
	done
}

@test "so does a run that cannot wait for a worker in the middle of a block" {
	command -v cc > /dev/null || skip "a C compiler is not installed"
	"$MAKE_SCENE" --size 512 --tile 256 s.tif
	long_ago
	slowly 20000 --executor threads --metrics m.prom s.tif
	kill -TERM $!
	wait $! || status=$?
	cat said
	[ "$status" -eq 143 ]
	failed_with 143
	[ "$(series 'imgpipe_scenes_total{status="cancelled"}')" = 1 ]
}

@test "ranks of MPI write one" {
	command -v mpirun > /dev/null && [ -e "$BUILD/imgpipe-mpi-openmpi.so" ] ||
		skip "Open MPI is not installed"
	export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
	run --separate-stderr mpirun --oversubscribe -n 2 "$IMGPIPE" -q --workers 1 --metrics m.prom a.tif b.tif
	[ "$status" -eq 0 ]
	says 'imgpipe_scenes_total{status="ok"}' 2
	says imgpipe_last_exit_status 0
	long_ago
	run --separate-stderr mpirun --oversubscribe -n 2 "$IMGPIPE" -q --metrics m.prom broken.tif
	[ "$status" -eq 65 ]
	failed_with 65
}

@test "where it cannot go" {
	imgpipe -q --metrics m.txt a.tif
	exits 64 m.txt .prom
	imgpipe -q --metrics - a.tif
	exits 64 metrics "standard output"
	imgpipe -q --metrics m.prom --csv m.prom a.tif
	exits 64 m.prom
	imgpipe -q --metrics none/m.prom --csv a.csv a.tif
	exits 73 none/m.prom
	[ ! -e a.csv ] # found before the first pixel
	[ "$(grep -c none/m.prom <<< "$stderr")" -eq 1 ]
	cp a.tif image.prom
	imgpipe -q --metrics image.prom a.tif
	exits 64 image.prom
	cmp a.tif image.prom
	imgpipe merge --metrics m.prom x.json
	exits 64 "takes no --metrics"
}

@test "the folder is gone at the end: said, and the status tells" {
	command -v cc > /dev/null || skip "a C compiler is not installed"
	mkdir there && "$MAKE_SCENE" --size 256 --tile 64 s.tif
	slowly 50 --metrics there/m.prom --csv s.csv s.tif
	rmdir there
	wait $! || status=$?
	[ "$status" -eq 73 ]
	grep -q there/m.prom said
	[ -s s.csv ]
}

@test "help and version write none" {
	imgpipe --metrics m.prom --help
	exits 0
	imgpipe --metrics m.prom --version
	exits 0
	[ ! -e m.prom ]
}

@test "a run that has left scenes undone is no success" {
	mkdir some
	for n in 1 2 3; do echo "no image" > some/$n.tif; done
	tif some/0.tif uint16 desc=red,nir 1,2 3,4
	imgpipe -q --executor serial --metrics m.prom some
	exits 1
	local since
	since=$(grep '^imgpipe_last_success' m.prom)
	[[ "$since" != *" 0" ]]
	imgpipe -q --executor serial --max-failures 0 --metrics m.prom some
	exits 1
	grep -qx 'imgpipe_last_exit_status 1' m.prom
	[ "$(grep '^imgpipe_last_success' m.prom)" = "$since" ]
}
