#!/usr/bin/env bats
# imgpipe sweep: its lists, a tiny sweep end to end, its files, and what does not go well.

load helpers

setup_file() {
	cd "$BATS_FILE_TMPDIR"
	"$MAKE_SCENE" --size 1024 --tile 256 --codec deflate small.tif
	"$MAKE_SCENE" --size 2048 --tile 256 --codec none --seed 2 broad.tif
}

setup() {
	workspace
	ln -s "$BATS_FILE_TMPDIR"/*.tif .
}

py() {
	/usr/bin/python3 -c "$@"
}

@test "lists that cannot be read are refused before anything runs" {
	local bad
	for bad in "" , 64, 64,,128 8192..64 64.. ..64 64..x 0..8 12q 64..128..256; do
		imgpipe sweep --chunk "$bad" small.tif
		exits 64 --chunk
	done
	for bad in 0 1,x 4..2 1..2000 auto; do
		imgpipe sweep --workers "$bad" small.tif
		exits 64 --workers
	done
	imgpipe sweep --executor threads,fibres small.tif
	exits 64 --executor
	imgpipe sweep --executor mpi small.tif
	exits 64 mpirun
	imgpipe sweep --working-set tile,whole small.tif
	exits 64 --working-set
	imgpipe sweep --repeat 0 small.tif
	exits 64 --repeat
	imgpipe sweep --report r.json small.tif
	exits 64 --report "imgpipe run, pi, sum, recur do"
	imgpipe sweep
	exits 64 "nothing to read"
	imgpipe sweep --csv - --json - small.tif
	exits 64 "standard output"
}

@test "a tiny sweep: table, plot, the same numbers" {
	imgpipe sweep --chunk 128..512 --workers 1,2 --executor threads,processes --repeat 2 small.tif
	exits 0
	[[ "$output" == *"all 12 points: the same numbers"* ]]
	[[ "$output" == *"2 rounds"* && "$output" == *"which is not counted"* ]]
	[[ "$output" == *"too few for a fit to be trusted"* || "$output" == *"more workers than the"*"physical core"* ||
		"$output" == *"no law of scaling is read"*"cores were busy elsewhere"* ]]
	[ "$(grep -cE '^(threads|processes) +[12] +(128|256|512) ' <<< "$output")" -eq 12 ]
	[ "$(awk 'length > 100' <<< "$output" | wc -l)" -eq 0 ]
	grep -qE '^ +128 =*\|?-*' <<< "$output"
}

@test "runs are not compared with themselves, and without one worker there is no efficiency" {
	imgpipe sweep --chunk 512 --workers 2,3 --repeat 1 --html s.html small.tif
	exits 0
	grep -qE '^ +3 .*( times as fast as 2 workers|no speed-up: the first had busy cores)' <<< "$output"
	[[ "$output" != *"speed-up "[0-9]* && "$output" != *"efficiency"* ]]
	[[ "$(< s.html)" == *"put 1 into the list of"* && "$(< s.html)" != *"Efficiency against workers"* ]]
	imgpipe sweep --chunk 512 --workers 1,2 --repeat 1 small.tif
	exits 0
	grep -qE '^ +1 [=:|-]+ [0-9.]+ s(  best|  cores busy in 1 of 1 run)?$' <<< "$output"
	grep -qE '^ +2 .*(speed-up [0-9.]+, efficiency [0-9]+ %|busy.*no speed-up|no speed-up.*busy)' <<< "$output"
}

@test "legends name what is drawn" {
	imgpipe sweep -q --chunk 512 --workers 1,2 --repeat 1 --html s.html small.tif
	exits 0
	[[ "$(< s.html)" == *">ideal</text>"* && "$(< s.html)" != *"Universal Scalability Law, fitted"* ]]
	[[ "$(< s.html)" == *"physical core"*"</text>"* ]]
}

@test "CSV and JSON parse and agree" {
	imgpipe sweep -q --chunk 128,512x256,tile --workers 2 --repeat 3 --csv s.csv --json s.json small.tif
	exits 0
	[ -z "$output" ]
	py '
import csv, json, statistics as st
d = json.load(open("s.json")); rows = list(csv.DictReader(open("s.csv")))
assert d["schema"] == "imgpipe-sweep/1" and d["same_numbers"] is True and d["rounds"] == 3
assert len(d["points"]) == 3 and len(rows) == 9
for p in d["points"]:
    mine = [r for r in rows if r["chunk"] == p["chunk"]]
    assert len(mine) == len(p["runs"]) == 3 and p["status"] == 0 and p["fits_budget"]
    for key in "wall_s", "cpu_s", "peak_bytes", "overhead", "read_amplification":
        a = [float(r[key]) for r in mine]; b = [r[key] for r in p["runs"]]
        assert all(abs(x - y) <= 1e-8 * abs(y) for x, y in zip(a, b)), key
        assert p[key]["min"] == min(b) and p[key]["max"] == max(b)
        assert abs(p[key]["median"] - st.median(b)) <= 1e-12 * abs(st.median(b)), key
    assert 0 < p["wall_s"]["min"] < 60 and 0 <= p["overhead"]["median"] <= 1
    assert p["peak_bytes"]["min"] > 1 << 20
by = {p["chunk"]: p for p in d["points"]}
# 128 cuts tiles of 256 in four: each is decoded four times; the others are whole tiles
assert by["128"]["read_amplification"]["median"] == 4 and by["128"]["chunks"] == 64
assert by["512x256"]["read_amplification"]["median"] == 1 and by["512x256"]["chunks"] == 8
assert by["tile"]["chunks"] == 16 and d["scene"]["store_x_size"] == 256
'
}

@test "keys of the JSON are those of the page, and none is missing" {
	imgpipe sweep -q --chunk 512 --workers 1,2 --repeat 1 --json s.json small.tif
	exits 0
	"$BATS_TEST_DIRNAME/documented.py" s.json imgpipe-sweep
}

@test "the page is well formed, and refers to nothing outside" {
	ln -s small.tif "a <b> & \"c\".tif"
	imgpipe sweep -q --chunk 256,512 --workers 1,2 --repeat 1 --html s.html "a <b> & \"c\".tif"
	exits 0
	py '
import html.parser, re
text = open("s.html", encoding="utf-8").read()
void = {"meta", "link", "br", "img", "hr", "input"}
class Check(html.parser.HTMLParser):
    stack, names, words = [], set(), []
    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        if tag not in void: self.stack.append(tag)
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name not in ("src", "action", "xlink:href"), name
            assert name != "href" or value.startswith("#"), value
    def handle_startendtag(self, tag, attrs): self.names.add(tag)
    def handle_endtag(self, tag): assert self.stack.pop() == tag, tag
    def handle_data(self, data): self.words.append(data)
c = Check(); c.feed(text); c.close()
assert c.stack == [] and {"svg", "table", "figure", "figcaption"} <= c.names
assert not c.names & {"script", "link", "img", "iframe", "object", "b"}, c.names
assert "a <b> & \"c\"" in "".join(c.words)
rest = text.replace("http://www.w3.org/2000/svg", "")
assert "://" not in rest and "url(" not in rest and "@import" not in rest
assert "prefers-color-scheme:dark" in text and "charset=\"utf-8\"" in text
import xml.dom.minidom
pictures = re.findall(r"<div class=\"(?:broad|slim)\">\s*(<svg.*?</svg>)\s*</div>", text, re.S)
assert len(pictures) == 2 * 7 and text.count("<figure>") == 7, len(pictures)
widths = [re.search(r"viewBox=\"0 0 (\d+) ", p)[1] for p in pictures]
assert widths == ["900", "400"] * 7, widths
for p, width in zip(pictures, widths):
    right = max(float(x) for x in re.findall(r"\b(?:x|x2|cx)=\"([0-9.]+)\"", p))
    assert right <= float(width), (right, width)
for p in pictures: xml.dom.minidom.parseString(p)
assert "nan" not in rest.lower().replace("finance", ""), "a number that is none"
'
}

@test "a point that does not fit the budget is a row that says so" {
	local least
	imgpipe plan --workers 1 --executor threads --memory 1M broad.tif
	exits 75
	least=$(grep -oE -- '--memory [0-9]+M' <<< "$stderr" | grep -oE '[0-9]+')
	imgpipe sweep --chunk 256,2048 --working-set chunk --workers 1 --repeat 1 \
		--memory $((least + 2))M --json s.json broad.tif
	exits 0
	[[ "$output" == *"does not fit the budget"* ]]
	py '
import json
d = json.load(open("s.json")); by = {p["chunk"]: p for p in d["points"]}
assert by["256"]["fits_budget"] and not by["2048"]["fits_budget"], by
assert d["same_numbers"] is True
'
}

@test "a first run that fails ends the sweep with its reason" {
	imgpipe sweep --chunk 256 nothing.tif
	exits 66 "first run" nothing.tif
	imgpipe sweep --chunk 256 --memory 1M small.tif
	exits 75 "is enough"
	imgpipe sweep --chunk 256 --html no/such/folder/s.html small.tif
	exits 73
}

@test "an interrupted sweep reports what was measured, and leaves nothing behind" {
	export TMPDIR=$PWD/tmp
	mkdir tmp
	"$IMGPIPE" sweep --chunk 32 --workers 1 --repeat 1000 --csv s.csv broad.tif > out.txt 2> err.txt &
	local pid=$! tries=0
	until ls tmp/*/first.json > /dev/null 2>&1 || [ $((tries++)) -gt 300 ]; do sleep 0.1; done
	kill -INT $pid
	status=0
	wait $pid || status=$?
	[ "$status" -eq 130 ]
	grep -q "interrupted by SIGINT" out.txt
	[ "$(wc -l < s.csv)" -ge 2 ]
	[ -z "$(ls tmp)" ]
}

@test "cold: said so, and the same numbers" {
	imgpipe sweep --cold --chunk 512 --workers 1 --repeat 2 small.tif
	exits 0
	[[ "$output" == *"cold:"* && "$output" == *"same numbers"* ]]
}

@test "what cannot be swept is refused: a list that can be read once, two reports in one file" {
	imgpipe sweep - <<< small.tif
	exits 64 "@LIST"
	imgpipe sweep --csv f --html ./f small.tif
	exits 64 "both go there"
	[ ! -e f ]
}

@test "points and scenes that fail are told by the exit status" {
	imgpipe sweep --repeat 1 --chunk 128 --workers 1 --executor processes --teach no-backpressure small.tif
	[ "$status" -eq 64 ] # as run itself has it
	[[ "$output" =~ processes\ +1\ +128\ failed ]]
	head -c 5000 small.tif > broken.tif
	imgpipe sweep --repeat 1 --chunk 128 --workers 1 small.tif broken.tif
	exits 1
	[[ "$output" == *"some scenes FAILED"* ]]
}
