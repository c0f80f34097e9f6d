#!/usr/bin/env bats
# --trace, --html and imgpipe graph: valid files that agree with the meters, also where a run ends
# badly; and nothing else changes.

load helpers

setup_file() {
	cd "$BATS_FILE_TMPDIR"
	"$MAKE_SCENE" --size 1200x1000 --tile 128 a.tif
	"$MAKE_SCENE" --size 700x900 --tile 256 --seed 2 b.tif
}

setup() {
	workspace
	cp "$BATS_FILE_TMPDIR"/*.tif .
}

# traced ARGS... : a run with a trace and a report, and the check of the one against the other
traced() {
	imgpipe -q --trace t.json --report r.json "$@" a.tif b.tif
	exits 0
	"$REPO/tests/oracle/check_trace.py" t.json r.json
}

@test "a trace adds up to the meters, whoever the workers are" {
	for executor in serial threads openmp processes; do
		traced --executor "$executor" --workers 3
	done
	traced --executor processes --transport pipe --workers 2
	traced --executor processes --workers 2 --tiles tiles.csv
}

@test "what --teach pays is in the trace as it is in the report" {
	for mode in gil task-overhead=1ms gil,task-overhead=200us ship-pixels no-backpressure; do
		traced --workers 3 --teach $mode
		traced --executor processes --workers 2 --teach ${mode/no-backpressure/float-sums}
	done
	traced --executor processes --transport pipe --workers 2 --teach ship-pixels
}

@test "a trace of many small chunks in little memory becomes coarser and still adds up" {
	traced --workers 2 --memory 40M --chunk 16
	[ "$(get t.json 'd["otherData"]["resolution_us"][0] > 0')" = True ]
	traced --workers 2 --memory 48M --chunk 16 --executor processes
}

@test "the memory for a trace is part of the plan" {
	imgpipe plan --workers 2 --memory 512M a.tif
	local without=$output
	imgpipe plan --workers 2 --memory 512M --trace t.json a.tif
	exits 0
	[ "$output" != "$without" ]
	[ ! -e t.json ]
}

@test "the numbers are the same bytes with a trace and a page, and without" {
	imgpipe -q --summary plain.json a.tif b.tif
	for executor in threads processes; do
		imgpipe -q --executor $executor --summary s.json --trace t.json --html p.html a.tif b.tif
		exits 0
		cmp plain.json s.json
	done
}

@test "a page is well-formed, stands alone and shows every part" {
	imgpipe -q --workers 2 --html p.html a.tif b.tif
	exits 0
	/usr/bin/python3 - p.html <<-'END'
		import html.parser, re, sys
		text = open(sys.argv[1], encoding="utf-8").read()
		void = {"meta", "link", "br", "hr", "img"}
		class Check(html.parser.HTMLParser):
		    stack, seen = [], set()
		    def handle_starttag(self, tag, attrs):
		        self.seen.add(tag)
		        if tag not in void: self.stack.append(tag)
		    def handle_endtag(self, tag):
		        assert self.stack and self.stack[-1] == tag, (tag, self.stack[-3:])
		        self.stack.pop()
		c = Check(); c.feed(text); c.close()
		assert not c.stack and "script" not in c.seen
		assert not re.search(r'(src|href)="(?!#|data:)|url\(|@import', text)
		for word in ("Verdict", "worker 0", "worker 1", "Memory over time", "budget",
		             "critical path: ", "Map of a: ndvi, mean ", "Time of each chunk"):
		    assert word in text, word
	END
}

@test "a page of many scenes is bounded" {
	for i in $(seq 80); do ln -s a.tif "s$i.tif"; done
	imgpipe -q --html p.html s*.tif
	exits 0
	[ "$(grep -c '<th scope="row">s[0-9]' p.html)" -eq 50 ]
	[ "$(grep -c 'alt="Map of s' p.html)" -eq 24 ]
	grep -q '56 scenes more have no map here' p.html
	grep -q '30 more scenes' p.html
}

@test "a failed scene is on the page and in the trace with its reason" {
	head -c 60000 a.tif > broken.tif
	imgpipe -q --workers 2 --trace t.json --html p.html --report r.json broken.tif b.tif
	exits 1
	grep -q '<td class="w b" colspan="10"><div>[^<]*broken.tif: ' p.html # a row of its own
	grep -q 'Map of b: ndvi' p.html
	"$REPO/tests/oracle/check_trace.py" t.json r.json partial
	[ "$(get t.json '[s["status"] for s in d["otherData"]["scenes"]] == ["failed", "ok"]')" = True ]
}

@test "after SIGINT the trace and the page are there, valid and partial" {
	for executor in threads processes; do
		rm -f t.json p.html
		for i in $(seq 300); do ln -sf a.tif "s$i.tif"; done
		"$IMGPIPE" -q --executor $executor --workers 2 --chunk 64 --trace t.json --html p.html \
			--report r.json s*.tif &
		local pid=$!
		soon catches $pid
		soon has_worked $pid 30
		kill -INT $pid
		wait $pid || status=$?
		[ "$status" -eq 130 ]
		"$REPO/tests/oracle/check_trace.py" t.json r.json partial
		[ "$(get t.json 'd["otherData"]["interrupted_by"]')" = SIGINT ]
		grep -q 'Interrupted by SIGINT' p.html
	done
}

@test "a killed worker's events stay, and its chunk's scene has failed" {
	for i in $(seq 300); do ln -sf a.tif "s$i.tif"; done
	"$IMGPIPE" -q --executor processes --workers 2 --chunk 64 --trace t.json --html p.html \
		--report r.json s*.tif 2> err &
	local pid=$! child= other=
	two_workers() { # and not the process that looks at headers first
		read -r child other _ < "/proc/$pid/task/$pid/children" || true
		[ -n "$other" ]
	}
	is_gone() { [ ! -e "/proc/$1" ]; }
	soon two_workers
	soon has_worked "$child" 10
	kill -KILL "$child"
	soon is_gone "$child" # the run has seen it
	sleep 0.3
	kill -INT $pid # enough has been seen
	wait $pid || true
	"$REPO/tests/oracle/check_trace.py" t.json r.json partial
	[ "$(get t.json 'd["otherData"]["workers_lost"]')" = 1 ]
	[ "$(get t.json 'sum(e["ph"] == "X" and e["pid"] == 2 for e in d["traceEvents"]) > 10')" = True ]
	grep -q 'worker process died' p.html
}

@test "a trace or a page that cannot be written is an error that names it" {
	imgpipe -q --trace no/such/t.json a.tif
	exits 73 no/such/t.json trace
	imgpipe -q --html /dev/full a.tif
	exits 74 /dev/full
	imgpipe -q --trace - --html - a.tif
	exits 64 --html
}

@test "graph: counts of a small scene as arithmetic has them, in words and as a picture" {
	# 5 x 2 chunks of 256 x 512, in blocks of 256 x 128 (tiles of 128 joined): 4 of them a chunk
	imgpipe graph --text --workers 2 --chunk 256x512 a.tif
	exits 0
	[[ "$(tr '\n' ' ' <<< "$output")" == "stage "*"10 chunks can be worked on at once (width)"*"22 tasks (critical path: 5 stages x 4 blocks of a chunk + 2 joins)"* ]]
	[[ "$output" =~ decode\ +map\ +40\  ]]
	[[ "$output" =~ mask\ +filter\ +40\  ]]
	[[ "$output" =~ index\ +map\ +40\ .*5\.72\ MiB ]] # 1200 x 1000 values of 4 bytes and a class of 1
	[[ "$output" =~ scene\ +reduce\ +1\  ]]
	imgpipe graph --chunk 600x500 --working-set chunk a.tif
	exits 0
	/usr/bin/python3 -c 'import sys, xml.dom.minidom as m; m.parseString(sys.stdin.buffer.read())' <<< "$output"
	[ "$(grep -o '<circle' <<< "$output" | wc -l)" -eq $((2 * (4 * 5 + 2))) ] # every task, in two rings
	imgpipe graph --chunk 256x512 a.tif # 10 circles a stage, for 4 blocks each
	[ "$(grep -o '<circle' <<< "$output" | wc -l)" -eq $((2 * (10 * 5 + 2))) ]
	[[ "$output" == *"filter, 4 each"* ]]
	imgpipe graph --chunk 128 a.tif # too many to draw: 10 x 8
	[[ "$output" != *"<circle"* && "$output" == *"x 80"* ]]
}

@test "graph: maps are encoded beside the sums, and gathered once a scene is joined" {
	imgpipe graph --text --workers 2 --chunk 256x512 -o maps a.tif
	exits 0
	# chunks of whole tiles of maps, 512 x 512: 6, of 4 blocks; a stage more, a join more
	[[ "$(tr '\n' ' ' <<< "$output")" == *"27 tasks (critical path: 6 stages x 4 blocks of a chunk + 3 joins)"* ]]
	[ "$(awk '$2 ~ /^(map|filter|reduce)$/ { printf "%s ", $1 }' <<< "$output")" = "fetch decode mask index encode stats scene gather all " ]
	[[ "$output" =~ encode\ +map\ +24\  && "$output" =~ gather\ +reduce\ +1\  ]]
	imgpipe graph --workers 2 --chunk 600x500 --working-set chunk -o maps a.tif
	exits 0
	/usr/bin/python3 -c 'import sys, xml.dom.minidom as m; m.parseString(sys.stdin.buffer.read())' <<< "$output"
	[[ "$output" == *">encode</text>"*">gather</text>"* && "$output" != *"<circle"* ]]
	imgpipe -q -o maps --html p.html a.tif
	exits 0
	grep -q '>gather</text>' p.html
}

@test "graph: of nothing, and with an option that is not its own" {
	imgpipe graph nothing.tif
	exits 66 nothing.tif
	imgpipe run --text a.tif
	exits 64 "imgpipe graph does"
}
