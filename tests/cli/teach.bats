#!/usr/bin/env bats
# --teach: the same numbers, marked, and costs that are really paid and counted; --monitor: a view
# that fits the terminal and leaves it as it was.

load helpers

setup() {
	workspace
	"$MAKE_SCENE" --size 512 --tile 128 --bands 2 a.tif > /dev/null
	"$IMGPIPE" -q --summary plain.json a.tif
	sanitized=$(nm -D "$IMGPIPE" 2> /dev/null | grep -oE -m1 '__(asan|tsan)_init' || true)
}

# teaches MODES [ARG...] : a run with them has the plain run's bytes in its summary
teaches() {
	local modes=$1
	shift
	rm -f s.json r.json
	imgpipe -q --teach "$modes" --summary s.json --report r.json "$@" a.tif
	exits 0 && [ -z "$stderr" ] && cmp plain.json s.json
}

@test "every mode, executor and chunk size: the same summary, byte for byte" {
	for executor in serial threads openmp processes "processes --transport pipe"; do
		for chunk in auto 100 tile; do
			# shellcheck disable=SC2086 # two words
			teaches gil,ship-pixels,task-overhead=10us --executor $executor --workers 2 --chunk $chunk
		done
	done
	for executor in serial threads openmp; do
		for chunk in auto 100 tile; do
			teaches gil,no-backpressure --executor $executor --workers 2 --chunk $chunk
			teaches static --executor $executor --workers 3 --chunk $chunk
		done
	done
}

@test "a sweep teaches, too, and is marked; not where the numbers change" {
	imgpipe sweep --teach gil,task-overhead=1ms --workers 1,2 --chunk 128,512 --repeat 1 --json s.json \
		--html s.html a.tif
	exits 0
	[[ "${lines[0]}" == "TEACH: gil - one lock"* ]]
	holds s.json 'd["teach"] == ["gil", "task-overhead=1ms"]' 'd["same_numbers"] is True' \
		'len(d["points"]) == 4'
	grep -q 'TEACH: task-overhead=1ms' s.html
	imgpipe sweep --teach float-sums a.tif
	exits 64 "float-sums"
}

@test "a per-tile table of pixels that were sent or waited is the same" {
	imgpipe -q --tiles t.csv a.tif
	imgpipe -q --teach ship-pixels --chunk 100 --tiles t1.csv a.tif
	cmp t.csv t1.csv
	imgpipe -q --teach ship-pixels --executor processes --chunk 100 --tiles t2.csv a.tif
	cmp t.csv t2.csv
	imgpipe -q --teach no-backpressure --chunk 100 --tiles t3.csv a.tif
	cmp t.csv t3.csv
}

@test "it is marked: on top of the text, in the report, on stderr where the text is not shown" {
	imgpipe --teach gil,task-overhead=250us a.tif
	exits 0
	[[ "${lines[0]}" == "TEACH: gil - one lock"*"not how imgpipe works" ]]
	[[ "$output" == *"TEACH: task-overhead=250us - "* ]]
	imgpipe --teach gil,task-overhead=250us --report - a.tif
	exits 0 "TEACH: gil - "
	echo "$output" > r.json
	holds r.json 'd["teach"] == ["gil", "task-overhead=250us"]' 'd["teaching_costs"]["gil_held_s"] > 0'
	imgpipe -q --teach gil --html p.html --trace t.json a.tif
	exits 0
	grep -q 'TEACH: gil - one lock' p.html
	holds t.json 'd["otherData"]["teach"] == ["gil"]'
	imgpipe -q --html p.html --trace t.json a.tif
	[ "$(grep -c TEACH p.html)" -eq 0 ]
	holds t.json 'd["otherData"]["teach"] == []'
	imgpipe -q --report r.json a.tif
	holds r.json 'd["teach"] == []' 'd["teaching_costs"] is None'
}

@test "a mode that is none: usage, and the list of modes" {
	imgpipe --teach jit a.tif
	exits 64 --teach gil task-overhead ship-pixels float-sums no-backpressure
	imgpipe --teach task-overhead=soon a.tif
	exits 64 "1ms"
	imgpipe --teach no-backpressure --executor processes a.tif
	exits 64 threads
	imgpipe info --teach gil a.tif
	exits 64
}

@test "gil: threads wait for the one lock, processes have one each" {
	teaches gil --workers 2 --executor threads
	holds r.json 'd["teaching_costs"]["gil_held_s"] <= d["run"]["wall_s"]' \
		'd["teaching_costs"]["gil_held_s"] >= 0.9 * sum(s["busy_s"] for s in d["stages"] if s["name"] in ("mask", "index", "stats"))' \
		'any("the lock was held" in v for v in d["verdict"])'
	teaches gil --workers 2 --executor processes
	holds r.json 'sum(w["wait_s"]["gil"] for w in d["workers"]) < 0.1 * d["run"]["wall_s"]' \
		'any("2 locks" in v for v in d["verdict"])'
}

@test "task-overhead: so much CPU time a chunk, counted as handing out" {
	teaches task-overhead=2ms --workers 2 --chunk tile # 16 chunks
	holds r.json 'd["teaching_costs"]["overheads"] == 16' 'd["teaching_costs"]["overhead_s"] >= 0.032' \
		'[s["busy_s"] for s in d["stages"] if s["name"] == "claim"][0] >= 0.032' \
		'd["run"]["cpu_s"] >= 0.032' 'd["run"]["wall_s"] >= 0.032'
	teaches task-overhead=2ms --workers 2 --chunk tile --executor processes
	holds r.json 'd["teaching_costs"]["overheads"] == 16' 'd["run"]["wall_s"] >= 0.032'
}

# A value of 4 bytes and a class of 1 a pixel, and 32 bytes in front of each parcel.
@test "ship-pixels: every pixel is sent, 5 bytes each" {
	for executor in threads processes; do
		teaches ship-pixels --workers 2 --chunk 100 --executor $executor
		holds r.json 'd["teaching_costs"]["pixel_message_bytes"] == 512 * 512 * 5 + 32 * d["teaching_costs"]["pixel_messages"]' \
			'd["communication"]["message_bytes"] >= d["teaching_costs"]["pixel_message_bytes"]' \
			'0 < d["teaching_costs"]["answer_bytes"]'
	done
}

@test "ship-pixels: rows wider than a message are cut" {
	"$MAKE_SCENE" --size 50000x40 --strip 8 --bands 2 a.tif > /dev/null
	"$IMGPIPE" -q --summary plain.json a.tif
	teaches ship-pixels --workers 2 --executor processes
	holds r.json 'd["teaching_costs"]["pixel_message_bytes"] == 50000 * 40 * 5 + 32 * d["teaching_costs"]["pixel_messages"]' \
		'd["teaching_costs"]["pixel_messages"] >= 80'
}

@test "no-backpressure: all pixels of the scene wait; where they do not fit it stops and says so" {
	teaches no-backpressure --workers 2 --chunk tile
	holds r.json 'd["teaching_costs"]["backlog_peak_bytes"] == 512 * 512 * 5 + 32 * d["teaching_costs"]["pixel_messages"]' \
		'd["memory"]["planned_peak_bytes"] - d["plan"]["baseline_bytes"] > 512 * 512 * 5'
	[ -n "$sanitized" ] || # whose own memory would be measured
		holds r.json 'd["memory"]["resident_peak_bytes"] <= d["memory"]["planned_peak_bytes"]'
	"$MAKE_SCENE" --size 2048x8192 --bands 2 big.tif > /dev/null
	imgpipe -q --memory 48M --teach no-backpressure --report r.json big.tif a.tif
	exits 1 "no more fit" "--memory"
	holds r.json 'd["scenes"][0]["status"] == "failed"' 'd["scenes"][1]["status"] == "ok"'
	[ -n "$sanitized" ] || holds r.json 'd["memory"]["resident_peak_bytes"] <= 48 << 20'
}

@test "no-backpressure: of many small scenes none is lost, whoever comes last" {
	mkdir many
	"$MAKE_SCENE" --size 128 --tile 64 --codec none --bands 2 --count 100 many/s.tif > /dev/null
	imgpipe -q --summary all.json many
	for workers in 2 8 2 8 2 8; do
		imgpipe -q --workers $workers --chunk 64 --teach no-backpressure --summary s.json many
		exits 0
		cmp all.json s.json
	done
}

@test "no-backpressure: what waits is in the trace's memory, too" {
	imgpipe -q --workers 2 --chunk tile --teach no-backpressure --trace t.json --report r.json a.tif
	exits 0
	/usr/bin/python3 - <<-'END'
		import json
		t, r = json.load(open("t.json")), json.load(open("r.json"))
		most = max(e["args"]["bytes"] for e in t["traceEvents"] if e["name"] == "memory reserved")
		assert most >= r["plan"]["baseline_bytes"] + r["teaching_costs"]["backlog_peak_bytes"] // 2, most
	END
}

@test "static: each worker has its share of the chunks, whatever they cost" {
	"$MAKE_SCENE" --size 1024 --tile 128 --bands 2 --content swath --sparse swath.tif > /dev/null
	imgpipe -q --summary plain.json swath.tif
	# the overhead keeps the first worker from being done before the second one has begun
	imgpipe --teach static,task-overhead=5ms --workers 2 --chunk 256 --trace t.json --summary s.json --report r.json swath.tif
	exits 0
	cmp plain.json s.json
	[[ "$output" == *"static: 2 workers had their share of each scene's chunks beforehand"* ]]
	[[ "$output" != *"use smaller"* ]]
	holds r.json '"static" in d["teach"]'
	/usr/bin/python3 - <<-'END'
		import json
		events = json.load(open("t.json"))["traceEvents"]
		name = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
		of = {e["args"]["chunk"]: name[e["tid"]] for e in events if e.get("cat") == "chunk"}
		assert of == {i: f"worker {i // 8}, chunks" for i in range(16)}, of
	END
}

@test "static: more workers than chunks, many scenes, a failed one; not for workers apart" {
	mkdir many
	"$MAKE_SCENE" --size 128 --tile 64 --codec none --bands 2 --count 40 many/s.tif > /dev/null
	head -c 3000 many/s_0007.tif > many/s_0007b.tif
	imgpipe -q --summary all.json many
	exits 1
	for workers in 2 8 3 8; do
		imgpipe -q --workers $workers --chunk 64 --teach static --summary s.json many
		exits 1
		cmp all.json s.json
	done
	imgpipe -q --workers 8 --chunk 64 --teach static --memory 16M --summary s.json many
	exits 1
	cmp all.json s.json
	imgpipe --executor processes --teach static a.tif
	exits 64 "share memory"
}

@test "the last --teach counts, as with other options" {
	imgpipe -q --teach gil --teach task-overhead=10us --report r.json a.tif
	exits 0
	holds r.json 'd["teach"] == ["task-overhead=10us"]'
}

@test "float-sums: rounded sums beside exact ones, and the summary says what it is" {
	imgpipe -q --teach float-sums --executor serial --summary s.json a.tif
	exits 0
	holds s.json 'd["teach"] == ["float-sums"]' \
		'd["global"]["float_sums"]["ndvi"]["mean_exact"] == d["global"]["indices"]["ndvi"]["mean"]' \
		'abs(d["global"]["float_sums"]["ndvi"]["mean_double"] - n["mean"]) < 1e-12' \
		'1e-12 < abs(d["global"]["float_sums"]["ndvi"]["mean_single"] - n["mean"]) < 1e-3'
	holds plain.json '"teach" not in d' '"float_sums" not in s'
	# All but the marked sums is as ever.
	/usr/bin/python3 -c '
import json
taught, plain = json.load(open("s.json")), json.load(open("plain.json"))
del taught["teach"]
for o in [taught["global"], *taught["scenes"]]:
    del o["float_sums"]
assert taught == plain'
	mv s.json one.json
	imgpipe -q --teach float-sums --executor serial --chunk 100 --summary s.json a.tif
	[ "$(get s.json 's["float_sums"]["ndvi"]["sum_single"]')" != "$(get one.json 's["float_sums"]["ndvi"]["sum_single"]')" ]
}

@test "float-sums of several indices, each by its name" {
	imgpipe -q --teach float-sums --executor serial --expr "x=nir" --index ndvi --summary s.json a.tif
	holds s.json 'list(s["float_sums"]) == list(d["global"]["float_sums"]) == ["ndvi", "x"]' \
		'all(s["float_sums"][i]["mean_exact"] == s["indices"][i]["mean"] for i in ("ndvi", "x"))'
	imgpipe --teach float-sums --executor serial --expr "x=nir" --index ndvi a.tif
	[[ "$output" == *"float-sums of ndvi: mean"* ]]
}

# The same additions by NumPy: single precision, value after value, tile after tile.
@test "float-sums: digit for digit what NumPy's accumulate gives" {
	imgpipe -q --teach float-sums --executor serial --chunk tile --working-set chunk --raw --summary s.json a.tif
	/usr/bin/python3 -c '
import json, numpy as np
from osgeo import gdal
gdal.UseExceptions()
d = gdal.Open("a.tif").ReadAsArray().astype(np.float32)
red, nir = d[0], d[1]
with np.errstate(all="ignore"):
    v = np.where((red != 0) & (nir != 0), (nir - red) / (nir + red), np.float32(0)).astype(np.float32)
single, double = np.float32(0), 0.0
for y in range(0, 512, 128):
    for x in range(0, 512, 128):
        t = v[y:y+128, x:x+128].ravel()
        single = np.float32(single + np.add.accumulate(t, dtype=np.float32)[-1])
        double += np.add.accumulate(t, dtype=np.float64)[-1]
s = json.load(open("s.json"))["scenes"][0]["float_sums"]["ndvi"]
print(s, single, double)
assert s["sum_single"] == float(single) and s["sum_double"] == double'
}

# --- the monitor ---

# screen COLUMNS ROWS SIGNAL ARGS... : run on a terminal of that size; what came is in `screen`
screen() {
	/usr/bin/python3 "$REPO/tests/cli/on_terminal.py" screen "$IMGPIPE" "$@"
}

@test "--monitor: lines that fit, at 80 and at 40 columns, on every executor" {
	for executor in serial threads openmp processes; do
		for columns in 80 40; do
			screen $columns 24 0 --monitor --executor $executor --workers 2 --chunk 64 \
				--teach task-overhead=4ms -q --summary s.json a.tif
			[ ! -s screen ] # -q: nothing is drawn
			screen $columns 24 0 --monitor --executor $executor --workers 2 --chunk 64 \
				--teach task-overhead=6ms --summary s.json a.tif
			grep -q "^worker 0 " screen
			grep -q "^memory " screen
			[ $columns -eq 40 ] || grep -qE "of 1 scenes, [1-9][0-9]* of (about )?[1-9][0-9]* chunks" screen
			grep -q "^so far " screen
			cmp plain.json s.json
		done
	done
}

@test "--monitor: after SIGINT the cursor is there, in the first column" {
	screen 80 24 2 --monitor --workers 2 --chunk 64 --teach task-overhead=20ms a.tif
	grep -q "^worker 0 " screen
}

@test "--monitor without a terminal: nothing, or with --progress plain lines" {
	imgpipe --monitor --summary s.json a.tif
	exits 0
	[ -z "$stderr" ]
	imgpipe --monitor --progress --chunk 64 --teach task-overhead=20ms a.tif
	exits 0 "of 1 scenes"
	[[ "$stderr" != *$'\033'* && "$stderr" != *$'\r'* ]]
}

@test "the plan counts what is taught" {
	imgpipe plan --memory 200M --teach no-backpressure a.tif
	exits 0
	[[ "${lines[0]}" == "TEACH: no-backpressure"* && "$output" == *"  backlog "* ]]
	teaches ship-pixels --workers 2
	mv r.json shipped.json
	imgpipe -q --report r.json --workers 2 a.tif
	[ "$(get shipped.json 'd["plan"]["footprint_bytes"]')" -gt "$(get r.json 'd["plan"]["footprint_bytes"]')" ]
}
