#!/usr/bin/env bats
# imgpipe plan, imgpipe info, budgets, workers and signals.

load helpers

setup_file() {
	cd "$BATS_FILE_TMPDIR"
	tif good.tif uint16 nodata=0 desc=red,nir 1,1/1,1 3,3/3,1
	tif one.tif uint16 5
	"$MAKE_SCENE" --size 6000x6000 --tile 512 --codec deflate big.tif
}

setup() {
	workspace
	ln -s "$BATS_FILE_TMPDIR"/*.tif .
}

@test "plan prints budget, workers and peak, and reads no pixel" {
	imgpipe plan --memory 256M --workers 2 big.tif
	exits 0
	[[ "$output" == *256* && "$output" == *orker* ]]
	[[ "${output,,}" == *peak* && "${output,,}" == *chunk* ]]
}

@test "plan compares chunks of other sizes by arithmetic" {
	imgpipe plan --memory 256M --workers 2 --chunk 1024 big.tif
	exits 0
	[[ "$output" == *"Workers     2 of 2 (--workers)"* ]]
	# 6000 / 256 is 24 across and down, half of them each for two workers; a tile of 512 is cut in
	# four; half a chunk each is idle at the end
	local rows="256x256 576 288.0 4.00 0.2 smaller
512x512 144 72.0 1.00 0.7 smaller
1024x1024 36 18.0 1.00 2.8 this
2048x2048 9 4.5 1.00 11.1 larger
8192x8192 1 0.5 1.00 50.0 larger"
	diff <(awk '$1 ~ /^[0-9]+x[0-9]+$/ && NF > 8 { print $1, $2, $3, $4, $7, $9 }' <<< "$output") \
		<(echo "$rows")
}

@test "plan and the run after it agree on the predicted peak" {
	imgpipe plan --memory 256M --workers 2 big.tif
	exits 0
	imgpipe -q --memory 256M --workers 2 --report r.json big.tif
	exits 0
	local planned
	planned=$(get r.json 'd["memory"]["planned_peak_bytes"]')
	holds r.json 'd["memory"]["resident_peak_bytes"] <= d["memory"]["budget_bytes"]' \
		'd["memory"]["planned_peak_bytes"] <= d["memory"]["budget_bytes"]' \
		'd["memory"]["reserved_peak_bytes"] <= d["memory"]["planned_peak_bytes"]'
	[ "$planned" -gt 0 ]
}

# peak REPORT : what a run had planned, as plan prints it
peak() {
	get "$1" '"%.3g MiB" % (d["memory"]["planned_peak_bytes"] / 2**20)'
}

@test "plan counts scenes and predicts their peak as the run does, whatever comes first" {
	mkdir in
	cp good.tif in/a.tif
	cp one.tif in/one.tif
	"$MAKE_SCENE" --size 2048 --tile 2048 --codec zstd in/large.tif
	imgpipe -q --memory 64M --report r.json in
	exits 0
	holds r.json 'd["memory"]["planned_peak_bytes"] > 2**24'
	for confine in "" "--executor processes"; do
		imgpipe plan --memory 64M $confine in
		exits 0
		[[ "$output" == *"Scenes      2, and 1 file that is no scene ("* ]]
		[ -n "$confine" ] || [[ "$output" == *"Peak        $(peak r.json) predicted"$'\n'* ]]
	done
	imgpipe plan --memory 64M --timeout 9 in
	exits 0
	[[ "$output" == *" predicted, by 2 of 3 scenes"$'\n'* ]]
}

@test "plan names the scenes that the limit is too small for: exit 1, as the run" {
	mkdir in
	cp good.tif in/a.tif
	"$MAKE_SCENE" --size 2048 --tile 2048 --codec zstd in/large.tif
	imgpipe -q --memory 14M in
	exits 1 "large failed: one block needs more than"
	imgpipe plan --memory 14M in
	exits 1
	[[ "$output" == *"Failing     1 scene would fail within this budget:"* ]]
	[[ "$output" == *"large: one block needs more than"*"--memory "*M* ]]
	imgpipe plan --memory 20M in
	exits 0
	[[ "$output" != *Failing* ]]
}

@test "plan counts what cannot be opened, and ends well: info says why" {
	imgpipe plan good.tif one.tif
	exits 0
	[[ "$output" == *"1 scene cannot be opened; imgpipe info says why"* ]]
}

@test "info says what was recognised and from where" {
	imgpipe info good.tif
	exits 0
	[[ "${output,,}" == *red* && "${output,,}" == *nir* ]]
	[[ "$output" == *uint16* && "$output" == *2* ]]
	[[ "$output" == *escription* ]]
	[[ "${output,,}" == *nodata* ]]
}

@test "info of a file that is no scene still says what it is" {
	imgpipe info one.tif
	[ "$status" -eq 0 ] || [ "$status" -eq 65 ]
	[[ "$output$stderr" == *one* && "$output$stderr" == *uint16* ]]
}

@test "info and plan of a missing file: exit 66" {
	for command in info plan; do
		imgpipe $command nowhere.tif
		exits 66
		[[ "$output$stderr" == *nowhere.tif*"o such file"* ]]
	done
}

@test "a budget that is too small: exit 75, the smallest is named, no report" {
	imgpipe --memory 1M --report r.json good.tif
	exits 75 --memory
	[[ "$stderr" =~ [0-9.]+\ ?[KMG]i?B?|[0-9]+[KMG] ]]
	[ ! -e r.json ]
	imgpipe plan --memory 1M good.tif
	exits 75 --memory
}

@test "fewer workers than asked where the budget is small, and it says so" {
	imgpipe --memory 40M --workers 64 --chunk 2048 --report r.json big.tif
	if [ "$status" -eq 0 ]; then
		holds r.json 'd["run"]["workers"] < 64'
		[[ "${output,,}${stderr,,}" == *worker* ]]
	else
		exits 75
	fi
}

@test "more workers than chunks" {
	imgpipe -q --workers 32 --summary 1.json good.tif
	exits 0
	imgpipe -q --workers 1 --executor serial --summary 2.json good.tif
	cmp 1.json 2.json
}

@test "--executor is reported" {
	for executor in serial threads; do
		imgpipe -q --executor $executor --report r.json good.tif
		exits 0
		holds r.json "d['run']['executor'] == '$executor'"
	done
}

@test "read amplification of chunks that cut tiles is more than 1" {
	imgpipe -q --chunk 300 --report r.json big.tif
	exits 0
	holds r.json 'd["read_amplification"] > 1.2'
	imgpipe -q --chunk tile --report r.json big.tif
	holds r.json '1 <= d["read_amplification"] < 1.2'
}

# interrupted SIGNAL STATUS : a run that is in the middle of its work
interrupted() {
	local i pid files=()
	for i in $(seq 30); do
		ln -s big.tif "copy$i.tif" && files+=("copy$i.tif")
	done
	# A new job control group, for a background job of bash ignores SIGINT otherwise.
	set -m
	"$IMGPIPE" --workers 2 --chunk 256 --summary s.json --report r.json "${files[@]}" > out 2> err &
	pid=$!
	set +m
	soon catches $pid
	soon has_worked $pid 50
	kill -"$1" $pid
	for i in $(seq 100); do
		kill -0 $pid 2> /dev/null || break
		sleep 0.1
	done
	! kill -0 $pid 2> /dev/null || { kill -9 $pid; echo "still alive 10 s after the signal"; return 1; }
	status=0
	wait $pid || status=$?
	stderr=$(cat err)
	[ "$status" -eq "$2" ] || { echo "exit $status: $stderr"; return 1; }
	holds r.json 'any(s["status"] == "cancelled" for s in d["scenes"])'
	holds s.json 'all(s["status"] in ("ok", "cancelled") for s in d["scenes"])'
	[ "$(find . -type f | wc -l)" -eq 4 ] # out, err and two reports: no temporary ones
}

@test "SIGINT: exit 130 and the partial report" { interrupted INT 130; }
@test "SIGTERM: exit 143 and the partial report" { interrupted TERM 143; }

@test "affinity: one CPU gives one worker by default" {
	command -v taskset > /dev/null || skip "no taskset"
	run --separate-stderr taskset -c "$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')" "$IMGPIPE" -q --report r.json good.tif
	exits 0
	holds r.json 'd["run"]["workers"] == 1'
}

@test "ulimit -v is seen as a limit" {
	[[ "$(nm -D "$IMGPIPE" 2> /dev/null)" != *__asan* && "$(nm -D "$IMGPIPE" 2> /dev/null)" != *__tsan* ]] ||
		skip "sanitizers need address space"
	run --separate-stderr bash -c "ulimit -v 2000000; '$IMGPIPE' -q --report r.json good.tif"
	exits 0
	holds r.json 'd["memory"]["budget_bytes"] <= 2000000 * 1024'
}
