# The commands pi, sum and recur: usage, tables, files, refusals and signals. Numbers are compared
# in tests/oracle/lab.py.

load helpers

setup() { workspace; }

# refused WORDS COMMAND ARGS... : a usage error that says WORDS, and no child has computed anything
refused() {
	local words=$1
	shift
	imgpipe "$@"
	exits 64 "$words" || { echo "for: $*"; return 1; }
	[ -z "$output" ] || { echo "output for $*: $output"; return 1; }
}

@test "usage errors name the option and what it takes" {
	for n in 0 -1 1.5 1e13 "" abc 0x10 1e400; do
		refused "--points" pi -N "$n"
	done
	refused "--pixels" recur -N 1e10
	refused "--steps" recur -T 0
	refused "--values" sum --values=x
	for workers in 0 "" 1, ,1 1,,2 1025 two 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17; do
		refused "--workers" pi --workers "$workers"
	done
	refused "shared, own, vector" pi --generator random
	refused "shared, own, vector" pi --generator own,chunks
	refused "chunks, array, floats" sum --how own
	refused "time, pixels" recur --over space
	refused "--chunk" sum --chunk 0
	refused "too small for -N" pi -N 1e12 --chunk 1
	refused "--seed" pi --seed -1
	refused "--memory" pi --memory 0
	refused "none of" pi --executor gpu
}

@test "options of other commands are told from unknown ones" {
	refused "imgpipe pi takes no --tiles" pi --tiles x
	refused "imgpipe pi takes no --how" pi --how array
	refused "imgpipe run takes no --generator" run --generator own x.tif
	refused "reads no files" pi x.tif
	refused "unknown" sum --fast
}

@test "one report to standard output at the most, and --report is of one run" {
	refused "standard output" pi --json - --csv -
	imgpipe pi -N 1000 --report r.json
	exits 64 "--report is of one run"
	[ ! -e r.json ]
}

@test "each command has a help with its own options and examples" {
	imgpipe pi --help
	exits 0
	[[ "$output" == *"--generator shared|own|vector"* && "$output" == *"imgpipe pi -N 1e8"* ]]
	[[ "$output" != *"--bands"* ]]
	imgpipe sum --help
	exits 0
	[[ "$output" == *"--how chunks|array|floats"* && "$output" == *"-N 1e9"* ]]
	imgpipe recur --help
	exits 0
	[[ "$output" == *"--over time|pixels"* && "$output" == *"-T, --steps"* ]]
}

@test "a line for each generator and number of workers, and what they promise" {
	imgpipe pi -N 20000 --workers 1,2
	exits 0
	for mode in shared own vector; do
		[ "$(grep -cE "^$mode +[12] " <<< "$output")" -eq 2 ]
	done
	[[ "$output" == *"Standard error to be expected"* ]]
	[[ "$output" == *"the same bits for every executor"*"here: all lines are"* ]]
	[[ "$output" == *"not the same from run to run"* ]]
	[[ "$output" != *"NOT all lines"* ]]
	[[ "$output" == *"hand-out and start-up are"*"% of the time"* ]]
}

@test "workers: auto is one line; the default begins with one worker" {
	imgpipe pi -N 1000 --generator own --workers auto --csv auto.csv
	exits 0
	[ "$(wc -l < auto.csv)" -eq 2 ]
	imgpipe pi -N 1000 --generator own --csv default.csv
	exits 0
	[ "$(sed -n 2p default.csv | cut -d, -f4)" -eq 1 ]
}

@test "one line shows what every stage cost, by the lab's own names" {
	imgpipe pi -N 20000 --generator own --workers 2 --report r.json
	exits 0
	[[ "$output" == *"lay out"* && "$output" == *"draw"* && "$output" == *"count"* ]]
	[[ "$output" != *"decode "* && "$output" != *"fetch "* ]]
	[[ "$output" == *"Memory "*"Verdict "* ]]
	holds r.json '[s["name"] for s in d["stages"]] == ["lay out", "claim", "draw", "count", "reduce", "write"]' \
		'd["run"]["workers"] == 2' 'd["scenes"][0]["exact"]["n_valid"] + d["scenes"][0]["exact"]["n_masked"] == 20000' \
		'd["memory"]["within_budget"]'
	imgpipe recur -N 1000 -T 4 --workers 1 -v
	exits 0
	[ "$(grep -c '^Verdict' <<< "$output")" -eq 2 ]
}

@test "--json and --csv hold every line" {
	imgpipe recur -N 2000 -T 5 --workers 1,2 --json lab.json --csv lab.csv
	exits 0
	holds lab.json 'd["lab"]["schema"] == "imgpipe-lab/2"' 'd["lab"]["steps"] == 5' \
		'[(l["mode"], l["workers"]) for l in d["lines"]] == [("time", 1), ("time", 2), ("pixels", 1), ("pixels", 2)]' \
		'd["lines"][0]["critical_path_tasks"] == 5 and d["lines"][0]["width"] == 1' \
		'd["lines"][0]["tasks"] == 5' 'd["lines"][2]["width"] == d["lines"][2]["tasks"] == 8' \
		'len({l["sum_of_bits"] for l in d["lines"]}) == 1'
	[ "$(wc -l < lab.csv)" -eq 5 ]
	imgpipe recur -N 2000 -T 5 --workers 1 --json -
	exits 0
	/usr/bin/python3 -c 'import json, sys; assert len(json.loads(sys.argv[1])["lines"]) == 2' "$output"
	imgpipe recur -N 2000 -T 5 --workers 1 -q
	exits 0
	[ -z "$output" ]
}

@test "critical path and width of both ways are told, and that results are equal" {
	imgpipe recur -N 1000 -T 7 --chunk 100 --workers 1,2
	exits 0
	[[ "$output" == *"critical path = 7 tasks, width = 1"* ]]
	[[ "$output" == *"critical path = 1 task of 7 steps, width = 10"* ]]
	[[ "$output" == *"the same bits in all lines"* ]]
}

@test "steps that wait for the step before are told from a scene to be opened" {
	imgpipe recur -N 100000 -T 400 --over time --workers 4
	exits 0
	[[ "$output" == *"Waits "*"order "* ]]
	[[ "$output" != *"scene to be opened"* ]]
}

@test "an array that does not fit is refused with its size: 75; chunks of it go on: 1" {
	imgpipe sum -N 1e9 --how array --memory 64M
	exits 75 "needs more than the memory limit" "--memory 76"
	imgpipe sum -N 1e7 --memory 32M --workers 1 --json sum.json
	exits 1 "array"
	[[ "$output" == *"refused before anything is computed"* ]]
	holds sum.json '[l["status"] for l in d["lines"]] == [0, 75, 0]' \
		'd["lines"][0]["twice_the_sum"] == "10000000000" and d["lines"][0]["exact"]'
	# what a refusal names is enough
	imgpipe sum -N 1e7 --how array --memory 16M
	exits 75
	least=$(sed -E 's/.*--memory ([0-9]+M).*/\1/' <<< "$stderr")
	imgpipe sum -N 1e7 --how array --memory "$least"
	exits 0
	imgpipe recur -N 1e8 -T 1 --over time --memory 64M
	exits 75 "memory shared by all workers: 763 MiB"
}

@test "nothing is compared with itself: the first line of a kind has no speed-up" {
	imgpipe pi -N 1e5 --workers 2 --json lab.json
	exits 0
	[[ "${output%%overhead*}" != *"100 %"* ]] # which hand-out and start-up may take
	[ "$(grep -cE '^(shared|own|vector) +2 +[0-9.]+ +[0-9.]+ +- +- ' <<< "$output")" -eq 3 ]
	holds lab.json 'all(l["speed_up"] is None and l["efficiency"] is None for l in d["lines"])'
	imgpipe recur -N 1000 -T 5 --workers 1,2 --csv lab.csv
	exits 0
	[ "$(awk -F, '$4 == 1 && $12 == "" && $13 == ""' lab.csv | wc -l)" -eq 2 ]
}

@test "no speed-up is read from lines that took some milliseconds" {
	imgpipe sum -N 1000 --how chunks --workers 1,2 --json lab.json
	exits 0
	holds lab.json 'all(l["wall_s"] >= 0.01 or d["lines"][1]["speed_up"] is None for l in d["lines"])'
	holds lab.json 'min(l["wall_s"] for l in d["lines"]) >= 0.01' || {
		grep -qE '^chunks +2 +[0-9.]+ +[0-9.]+ +short +short ' <<< "$output"
		[[ "$output" == *'"short": one of the two lines took under 10 ms'* ]]
	}
}

@test "where nothing is measured there is no table" {
	imgpipe sum -N 1e9 --how array --memory 64M
	exits 75
	[[ "$output" == *"refused before anything is computed"* ]]
	[[ "$output" != *workers* && "$output" != *"columns "* ]]
}

@test "the page: its lines, what they show, a timeline of each, and what failed" {
	imgpipe recur -N 2000 -T 20 --workers 1,2 --html lab.html
	exits 0
	[ "$(grep -c '<svg' lab.html)" -eq 8 ] # each for wide and for narrow screens
	[[ "$(< lab.html)" == *">time, 2 workers</h3>"*">pixels, 2 workers</h3>"* ]]
	[[ "$(< lab.html)" == *"the same bits in all lines"* && "$(< lab.html)" == *">smooth</text>"* ]]
	[[ "$(< lab.html)" != *">decode</text>"* && "$(< lab.html)" != *"<script"* ]]
	imgpipe sum -N 1e7 --how chunks,array --memory 32M --workers 1 --html sum.html
	exits 1
	[ "$(grep -c '<svg' sum.html)" -eq 2 ]
	[[ "$(< sum.html)" == *"needs more than the memory limit"* ]]
	imgpipe pi -N 1e4 --workers 1 --generator own --executor processes --html - 
	exits 0
	[[ "$output" == "<!DOCTYPE html>"*"</html>" ]]
	imgpipe pi -N 100 --html no/such/folder.html
	exits 73 "no/such"
}

@test "an array's peak of memory holds the array, chunks' does not" {
	[ -z "$(find "$BUILD" -maxdepth 0 -name '*address*' -o -maxdepth 0 -name thread)" ] || skip "a sanitizer's own memory"
	imgpipe sum -N 2e7 --how chunks,array --workers 1 --json sum.json
	exits 0
	holds sum.json 'd["lines"][0]["resident_peak_bytes"] < 30e6' \
		'160e6 < d["lines"][1]["resident_peak_bytes"] < 200e6' \
		'all(l["resident_peak_bytes"] <= l["planned_peak_bytes"] for l in d["lines"])'
}

@test "outputs that cannot be created: 73" {
	imgpipe pi -N 100 --csv no/such/folder.csv
	exits 73 "no/such"
	imgpipe pi -N 100 --workers 1 --generator own --report no/such/folder.json
	exits 73 "no/such"
}

@test "SIGINT and SIGTERM end the line and the command: 130, 143" {
	for executor in threads processes; do
		for name in INT TERM; do
			"$IMGPIPE" pi -N 1e12 --generator vector --workers 2 --executor "$executor" > out 2> err &
			pid=$!
			soon catches "$pid"
			soon has_worked "$pid" 20
			kill -"$name" "$pid"
			status=0
			wait "$pid" || status=$?
			[ "$status" -eq $((128 + $(kill -l "$name"))) ] || { cat err; return 1; }
			grep -q "interrupted by SIG$name" err
			[ "$(wc -l < err)" -eq 1 ]
		done
	done
}

@test "a line whose process is killed fails alone" {
	"$IMGPIPE" sum -N 1e12 --how chunks --workers 1 > out 2> err &
	pid=$!
	soon catches "$pid"
	soon has_worked "$pid" 20
	kill -KILL "$(pgrep -P "$pid")"
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 70 ]
	grep -q "killed by SIGKILL" err
}

@test "two reports in one file are refused before anything is computed" {
	imgpipe pi -N 1e3 --json f --csv ./f
	exits 64 "both go there"
	imgpipe pi -N 1e3 --workers 1 --generator own --json f --report f
	exits 64 "both go there"
	[ ! -e f ]
}

@test "an executor takes the workers that it can have, each number once" {
	imgpipe pi -N 1e4 --executor serial --generator own --workers 1,2,4
	exits 0
	[ "$(grep -c '^own  *1 ' <<< "$output")" -eq 1 ]
	if OMP_NUM_THREADS=3 "$IMGPIPE" pi -N 1e4 --executor openmp --generator own > out 2> /dev/null; then
		grep -qE '^own +3 ' out
	fi
}

@test "nothing is said of scenes, and no chunk is advised that the command would refuse" {
	imgpipe pi -N 1e6 --chunk 1000 --generator vector --workers 2 -v
	exits 0
	[ -z "$stderr" ]
	[[ ! "$output" =~ --chunk\ [0-9]+x[0-9] ]]
}
