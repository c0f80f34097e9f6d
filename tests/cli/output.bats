#!/usr/bin/env bats
# What comes out: results on stdout, everything else on stderr, reports whole or not at all.

load helpers

setup_file() {
	cd "$BATS_FILE_TMPDIR"
	tif good.tif uint16 epsg=32633 pixel=10 desc=red,nir 1,1/1,1 3,3/3,1
	tif one.tif uint16 5
}

setup() {
	workspace
	cp "$BATS_FILE_TMPDIR"/*.tif .
}

@test "the report table is on stdout, has a row per stage and fits 100 columns" {
	imgpipe good.tif
	exits 0
	for stage in discover fetch decode mask index stats reduce; do
		[[ "$output" == *"$stage"* ]] || { echo "no $stage in: $output"; return 1; }
	done
	[ "$(printf '%s\n' "$output" "$stderr" | awk '{ if (length($0) > n) n = length($0) } END { print n }')" -le 100 ]
}

@test "100 columns hold for long names and failures on stdout" {
	local name
	name=$(printf 'n%.0s' $(seq 200)).tif
	cp good.tif "$name"
	imgpipe "$name" one.tif
	exits 1
	[ "$(printf '%s\n' "$output" | awk '{ if (length($0) > n) n = length($0) } END { print n }')" -le 100 ]
}

@test "-q is quiet where all is well, and errors still show" {
	imgpipe -q good.tif
	exits 0
	[ -z "$output" ]
	[ -z "$stderr" ]
	imgpipe -q one.tif
	exits 65
	[ -z "$output" ]
}

@test "-v says more, on stderr" {
	imgpipe -v good.tif
	exits 0
	[ -n "$stderr" ]
}

@test "no colours and no progress where nothing is a terminal" {
	imgpipe good.tif one.tif
	[[ "$output$stderr" != *$'\x1b'* ]]
	[[ "$output$stderr" != *$'\r'* ]]
}

@test "NO_COLOR on a terminal" {
	command -v script > /dev/null || skip "no script(1)"
	NO_COLOR=1 run script -qec "'$IMGPIPE' good.tif" /dev/null
	local colour=$'\x1b''\[[0-9;]*m'
	[[ ! "$output" =~ $colour ]]
}

@test "--progress goes to stderr" {
	imgpipe --progress good.tif
	exits 0
	[ -n "$stderr" ]
}

@test "--report - is JSON alone on stdout" {
	imgpipe --report - good.tif
	exits 0
	printf '%s\n' "$output" > r.json
	holds r.json 'd["schema"] == "imgpipe-report/2"'
}

@test "--summary - and --csv - are alone on stdout" {
	imgpipe --summary - good.tif
	exits 0
	printf '%s\n' "$output" > s.json
	holds s.json 'd["schema"] == "imgpipe-summary/3"' \
		'd["indices"] == [{"name": "ndvi", "formula": "(nir-red)/(nir+red)", "range": [-1, 1], "grid_exponent": 0, "error_bound": 2.0 ** -31}]'
	imgpipe --csv - good.tif
	exits 0
	[ "$(printf '%s\n' "$output" | wc -l)" -eq 2 ]
}

@test "two outputs to - : refused, exit 64" {
	imgpipe --summary - --report - good.tif
	exits 64
}

@test "the report has every documented field" {
	imgpipe -q --report r.json good.tif
	exits 0
	holds r.json 'd["schema"] == "imgpipe-report/2"' \
		'all(k in d["run"] for k in ("executor", "workers", "chunk", "wall_s", "cpu_s"))' \
		'all(k in d["memory"] for k in ("budget_bytes", "planned_peak_bytes", "reserved_peak_bytes", "resident_peak_bytes"))' \
		'all(k in row for row in d["stages"] for k in ("name", "chunks", "tiles", "bytes_in", "bytes_out", "busy_s", "cpu_s", "wait_s", "messages", "message_bytes", "planned_peak_bytes", "reserved_peak_bytes"))' \
		'isinstance(d["stages"][0]["wait_s"], dict)' 'd["read_amplification"] >= 1' \
		'all(k in s for k in ("name", "files", "status", "error", "bands", "indices"))' \
		'all(k in s["bands"][role] for role in ("red", "nir") for k in ("file", "band", "scale", "offset", "nodata", "source"))' \
		'd["global"]["indices"]["ndvi"]["valid"] == 4' \
		'd["memory"]["resident_peak_bytes"] > 0' \
		'd["run"]["wall_s"] > 0'
}

@test "keys of the JSON reports are those of the page, and none is missing" {
	imgpipe -q --index ndvi,gndvi --report r.json --summary s.json good.tif
	exits 1
	"$BATS_TEST_DIRNAME/documented.py" r.json imgpipe-report qa float_sums earlier \
		communication: confinement: stages:
	"$BATS_TEST_DIRNAME/documented.py" s.json imgpipe-summary
}

@test "scenes opened before there are workers are metered under discover" {
	cp good.tif second.tif
	cp good.tif third.tif
	for executor in serial threads; do
		imgpipe -q --report r.json --executor "$executor" good.tif second.tif third.tif
		exits 0
		holds r.json 'd["stages"][0]["chunks"] == 3' 'd["stages"][0]["busy_s"] > 0' \
			'd["stages"][0]["cpu_s"] > 0'
	done
	# Once by the child that looks at them for the plan, once for the run.
	imgpipe -q --report r.json --executor processes good.tif second.tif third.tif
	exits 0
	holds r.json 'd["stages"][0]["chunks"] == 6' 'd["stages"][0]["busy_s"] > 0'
}

@test "the summary has every documented field" {
	imgpipe -q --summary s.json good.tif
	holds s.json 's["name"] == "good"' 's["status"] == "ok"' 's["error_code"] is None' '"error" not in s' \
		'all(k in n for k in ("pixels", "valid", "nodata", "masked", "zero_denominator", "nonfinite", "outside_range", "min", "max", "mean", "std", "median", "percentiles", "valid_percent", "area_ha", "histogram"))' \
		'set(n["percentiles"]) == {"2", "5", "25", "75", "95", "98"}' \
		'all(k in n["histogram"] for k in ("min", "max", "count", "below", "above", "buckets"))' \
		'len(n["histogram"]["buckets"]) == n["histogram"]["count"]' \
		'"ndvi" in d["global"]["indices"] and d["global"]["scenes"] == 1' \
		'd["global"]["indices"]["ndvi"] == {"scenes": 1, "area_scenes": 1, **n}' '"missing" not in s'
}

@test "the tile table has the documented columns" {
	imgpipe -q --tiles t.csv good.tif
	[ "$(head -1 t.csv | tr -d '\r')" = scene,index,scene_id,tile,column,row,x_off,y_off,x_size,y_size,pixels,valid,nodata,masked,zero_denominator,nonfinite,outside_range,min,max,mean,std,median,p2,p5,p25,p75,p95,p98,valid_percent,area_ha,masked_cloud,masked_shadow,masked_cirrus,masked_snow,masked_saturated,masked_other,masked_alpha,masked_dataset_mask,masked_range ]
}

@test "--csv has a header and a row a scene, failed ones too" {
	imgpipe -q --csv c.csv good.tif one.tif
	exits 1
	/usr/bin/python3 - <<-'P'
		import csv
		rows = list(csv.DictReader(open('c.csv', newline='')))
		assert len(rows) == 2 and len(set(map(len, rows))) == 1, rows
		assert any('fail' in (v or '') for v in rows[1].values()), rows[1]
	P
}

@test "several indices, one of which a scene lacks: null with the reason, the others, status 1" {
	tif rgb.tif uint16 desc=red,nir,green 1,1/1,1 3,3/3,1 1,1/1,3
	imgpipe -q --index ndvi,gndvi --summary s.json --report r.json --csv c.csv --tiles t.csv rgb.tif good.tif
	exits 1 "imgpipe: scene good: gndvi is missing: it needs green"
	holds s.json '[i["name"] for i in d["indices"]] == ["ndvi", "gndvi"]' \
		'd["indices"][1]["formula"] == "(nir-green)/(nir+green)"' \
		's["indices"]["ndvi"]["mean"] == 0.375' 's["indices"]["gndvi"]["mean"] == 0.25' '"missing" not in s' \
		'd["scenes"][1]["status"] == "ok"' 'd["scenes"][1]["indices"]["gndvi"] is None' \
		'd["scenes"][1]["indices"]["ndvi"]["mean"] == 0.375' \
		'list(d["scenes"][1]["missing"]) == ["gndvi"] and "green" in d["scenes"][1]["missing"]["gndvi"]' \
		'd["global"]["scenes"] == 2' \
		'[d["global"]["indices"][i]["scenes"] for i in ("ndvi", "gndvi")] == [2, 1]' \
		'[d["global"]["indices"][i]["valid"] for i in ("ndvi", "gndvi")] == [8, 4]'
	holds r.json 'd["global"]["scenes_ok"] == 2' 'd["global"]["scenes_incomplete"] == 1' \
		'd["scenes"] and [list(x["bands"]) for x in d["scenes"]] == [["green", "red", "nir"], ["red", "nir"]]' \
		'[x["indices"] for x in d["scenes"]] == [x["indices"] for x in json.load(open("s.json"))["scenes"]]'
	/usr/bin/python3 - <<-'P'
		import csv
		rows = list(csv.DictReader(open('c.csv', newline='')))
		assert [(r['name'], r['index'], r['status'], r['mean']) for r in rows] == [
		    ('rgb', 'ndvi', 'ok', '0.375'), ('rgb', 'gndvi', 'ok', '0.25'),
		    ('good', 'ndvi', 'ok', '0.375'), ('good', 'gndvi', 'missing', '')], rows
		assert 'green' in rows[3]['error'] and not rows[3]['green_file'] and rows[3]['nir_band'] == '2'
		assert rows[0]['green_band'] == '3' and rows[0]['green_file'] == 'rgb.tif'
		tiles = list(csv.DictReader(open('t.csv', newline='')))
		assert [(t['scene'], t['index'], t['mean']) for t in tiles] == [
		    ('rgb', 'ndvi', '0.375'), ('rgb', 'gndvi', '0.25'), ('good', 'ndvi', '0.375')], tiles
	P
	imgpipe --index ndvi,gndvi rgb.tif good.tif
	exits 1
	[[ "$output" == *"gndvi missing  needs green"* ]]
	[[ "$output" == *"gndvi in 1 of 2 that are ok"* ]]
	[ "$(printf '%s\n' "$output" | awk '{ if (length($0) > n) n = length($0) } END { print n }')" -le 100 ]
	imgpipe plan --index ndvi,gndvi good.tif
	exits 0
	[[ "$output" == *"Indices     ndvi, gndvi"* && "$output" == *"Missing     gndvi needs green"* ]]
	imgpipe -q --index ndvi,gndvi --html p.html rgb.tif good.tif
	exits 1
	grep -q "good: ndvi, mean" p.html && grep -q "rgb: gndvi, mean" p.html && ! grep -q "good: gndvi, mean" p.html
	grep -q "needs green" p.html && grep -q ">1 of 2<" p.html
	imgpipe -q --index ndvi,gndvi --executor processes --summary p.json rgb.tif good.tif
	exits 1
	cmp s.json p.json
}

@test "two runs write the same summary, csv and tiles" {
	imgpipe -q --summary 1.json --csv 1.csv --tiles 1.tiles good.tif
	imgpipe -q --summary 2.json --csv 2.csv --tiles 2.tiles good.tif
	cmp 1.json 2.json && cmp 1.csv 2.csv && cmp 1.tiles 2.tiles
}

@test "a report that exists is replaced whole" {
	head -c 100000 /dev/zero > s.json
	imgpipe -q --summary s.json good.tif
	exits 0
	holds s.json 'n["valid"] == 4'
	[ "$(ls | wc -l)" -eq 3 ]
}

@test "a folder that does not exist: exit 73, named, before any pixel" {
	imgpipe --summary no/such/s.json good.tif
	exits 73 no/such/s.json
	imgpipe --report /proc/r.json good.tif
	exits 73 /proc/r.json
}

@test "an output that is a folder: exit 73, the folder stays" {
	mkdir s.json
	imgpipe --summary s.json good.tif
	exits 73 s.json
	[ -d s.json ]
	[ "$(ls | wc -l)" -eq 3 ]
}

@test "where one of two reports cannot be made, the other leaves nothing behind" {
	imgpipe --summary s.json --report no/such/r.json good.tif
	exits 73
	[ "$(ls)" = $'good.tif\none.tif' ]
}

@test "/dev/full: exit 74" {
	imgpipe -q --report /dev/full good.tif
	exits 74 /dev/full
	[ -c /dev/full ]
}

@test "a full standard output: exit 74" {
	for options in "" "--summary -" "--report -" "--help" "--version"; do
		run --separate-stderr bash -c "'$IMGPIPE' $options good.tif > /dev/full"
		no_crash
		exits 74 || { echo "for '$options'"; return 1; }
	done
}

# unread ARGS... : standard output is a pipe whose reader has left
unread() {
	[ -p pipe ] || mkfifo pipe
	# Both ends are held, then only the one to write to.
	run --separate-stderr bash -c 'exec 3<> pipe 4> pipe 3<&-; "$@" >&4' - "$IMGPIPE" "$@"
}

@test "a reader of standard output that has left is no error" {
	for words in index "index show evi" mask "mask show scl" "info good.tif" "plan good.tif" \
		"graph good.tif" "graph --text good.tif" "pi -N 1e5 -j 1" "sum -N 1e5 -j 1" --completion=bash --help; do
		unread $words
		exits 0 && [ -z "$stderr" ] || { echo "for '$words': $stderr"; return 1; }
	done
	# What is computed has its own status: one.tif cannot be used, cut.tif is bad.
	unread info one.tif
	exits 65
	head -c 300 good.tif > cut.tif
	unread check -q good.tif cut.tif
	[ "$status" -eq 1 ] || [ "$status" -eq 141 ]
}

@test "a run that nobody reads ends, with 141; one that has other outputs makes them, all" {
	for options in "" "-q --csv -" "-q --summary -"; do
		unread $options good.tif
		exits 141 && [ -z "$stderr" ] || { echo "for '$options': $stderr"; return 1; }
	done
	mkdir scenes
	for name in a b c d; do
		cp good.tif scenes/$name.tif
	done
	"$IMGPIPE" -q --csv whole.csv scenes
	unread -q --summary - --csv some.csv -o maps --catalog c.gpkg scenes
	exits 0
	[ "$(ls maps/*.tif | wc -l)" -eq 4 ]
	[ "$(cut -d, -f1-20 some.csv)" = "$(cut -d, -f1-20 whole.csv)" ]
	unread catalog c.gpkg
	exits 0
	unread --csv again.csv scenes
	exits 0
	[ -z "$stderr" ]
	cmp again.csv whole.csv
}

@test "a closed standard output: exit 74, said" {
	for options in "" "--summary -"; do
		run --separate-stderr bash -c "'$IMGPIPE' $options good.tif >&-"
		exits 74 "standard output: cannot write"
	done
	run --separate-stderr bash -c "'$IMGPIPE' -q good.tif >&-"
	exits 0
}

@test "/dev/null and /dev/stdout as reports" {
	imgpipe -q --report /dev/null good.tif
	exits 0
	[ -c /dev/null ]
	imgpipe -q --summary /dev/stdout good.tif
	exits 0
	[[ "$output" == *imgpipe-summary* ]]
}

@test "failed scenes are in the reports with their reason" {
	imgpipe -q --report r.json --summary s.json one.tif good.tif
	exits 1
	holds s.json 's["status"] == "failed"' 's["error_code"] == "EX_DATAERR"' '"mean" not in (n or {}) or n["mean"] is None'
	holds r.json 's["status"] == "failed"' '"one.tif" in json.dumps(s)' '"band" in json.dumps(s["error"])' \
		'd["global"]["indices"]["ndvi"]["pixels"] == 4'
}

@test "the name of a scene that failed is said once to people; error of reports has it" {
	imgpipe --mask scl --log-file log --log-format json --html p.html --csv c.csv --catalog c.gpkg good.tif
	exits 65
	[[ "$output" == *"good   "*"FAILED  --mask scl"* ]]
	grep -q '"msg":"scene good failed: --mask scl' log
	grep -q 'good: failed: <span class="s">--mask</span> scl' p.html
	grep -q '<div><span class="s">--mask</span> scl' p.html
	grep -q "good: --mask scl" c.csv
	run ! grep -q "good: good" log p.html c.csv
	imgpipe info --mask scl good.tif
	[[ "$output" == *"FAILED    --mask scl"* ]]
	imgpipe catalog c.gpkg
	[[ "$output" == *"good: --mask scl"* && "$output" != *"good: good"* ]]
}

@test "the page shows notes open, each once, and how many a scene has; it counts what is incomplete" {
	tif m_1_20110815.tif uint8 desc=red,nir 10,20 30,40
	tif m_2_20110815.tif uint8 desc=red,nir 10,20 30,40
	imgpipe -q --index ndvi,gndvi --html p.html good.tif m_1_20110815.tif m_2_20110815.tif one.tif
	exits 1
	grep -q '3 of 4 scenes ok (3 incomplete), 1 failed' p.html
	grep -q '<p class="note">2 scenes have notes' p.html
	[ "$(grep -c '<summary>.*; 1 note</summary>' p.html)" -eq 2 ]
	[ "$(grep -c '<li>note: ' p.html)" -eq 2 ]
	sed -n '/<h2 id="notes">/,/<h2 id="asked-for">/p' p.html > notes
	[ "$(grep -c '<li>' notes)" -eq 1 ]
	grep -q '<li>m_1_20110815 and 1 more: .*8-bit' notes
}

@test "normalised differences beyond -1 to 1: why, and which scenes have most" {
	# (4 - -2) / (4 + -2) = 3; 1 and 3 of 20 pixels, so fewer than one of ten.
	local ones=1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1 threes=3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3
	tif few.tif int16 desc=red,nir -2,1,1,$ones 4,3,3,$threes
	tif most.tif int16 desc=red,nir -2,-2,1,$ones 4,4,3,$threes
	tif none.tif int16 desc=red,nir 1,1,1,$ones 3,3,3,$threes
	imgpipe --html p.html few.tif most.tif none.tif
	exits 0
	[[ "$(tr -s '\n ' ' ' <<< "$output")" == *"Range 3 pixels are outside, as one of the bands is negative there"*"; in most (2), few (1) Area"* ]]
	[ "$(grep -c '<li>note: ndvi: some pixels are outside \[-1,1\], as one of the bands is negative' p.html)" -eq 2 ]
	imgpipe -q --catalog c.gpkg few.tif most.tif
	imgpipe --catalog c.gpkg --resume few.tif most.tif none.tif
	[[ "$(tr -s '\n ' ' ' <<< "$output")" == *"; in most (2), few (1) Area"* ]]
	imgpipe none.tif
	[[ "$output" != *"Range"* ]]
}

@test "merge tells of the whole what one run tells: the same rows, but for costs" {
	local ones=1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1 threes=3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3 formula
	mkdir in
	tif in/few.tif int16 desc=red,nir -2,1,1,$ones 4,3,3,$threes
	tif in/most.tif int16 desc=red,nir -2,-2,1,$ones 4,4,3,$threes
	head -c 60 in/few.tif > in/broken.tif
	tif in/dem.tif uint16 1,2,3
	for formula in "ndvi" "(nir-red)/(red+nir)" "ndiff(nir,red)"; do
		imgpipe --partial whole.json --expr "z=$formula" --index evi in
		exits 1
		sed -e '/^stage  /,/^Done /{/^Done /!d}' <<< "$output" > run.txt
		imgpipe merge whole.json
		exits 1
		[[ "$output" == *$'\n'"Skipped   1 file is no scene (dem.tif: one band, and nothing says which)"$'\n'* ]]
		[[ "$output" == *$'\n'"Range     3 pixels are outside, as one of the bands is negative there"* ]]
		diff -B run.txt - <<< "$output"
	done
	imgpipe --partial whole.json --expr "z=(nir-red)/nir" in
	imgpipe merge whole.json
	[[ "$output" != *"as one of the bands"* ]]
}

@test "what several indices lack is said once, what to do in the note alone" {
	tif dn.tif uint16 desc=blue,red,nir 1,1 1,1 3,3
	imgpipe --index evi,ndvi,savi --html p.html --csv c.csv dn.tif
	exits 1
	[[ "$output" == *" evi  "*"needs reflectance; see the note"*" savi "*"missing  as above"*"note: "* ]]
	[ "$(grep -c "scale of this scene is not known" c.csv)" -eq 2 ]
	[ "$(grep -c "scale of this scene is not known" p.html)" -eq 1 ]
	grep -q '<li>dn, evi, savi: missing: needs reflectance, ' p.html
}

@test "where every scene fails the reports are written all the same" {
	imgpipe -q --report r.json --summary s.json one.tif
	exits 65
	holds s.json 's["status"] == "failed"' 'd["global"]["indices"]["ndvi"]["pixels"] == 0'
	holds r.json 's["status"] == "failed"'
}

@test "nothing is written beside the input" {
	mkdir in
	cp good.tif in
	imgpipe -q in/good.tif
	imgpipe -q --reader gdal in/good.tif
	[ "$(ls in)" = good.tif ]
}

@test "a locale with a decimal comma changes nothing" {
	imgpipe -q --summary 1.json --csv 1.csv good.tif
	LC_ALL=de_DE.UTF-8 imgpipe -q --summary 2.json --csv 2.csv good.tif
	cmp 1.json 2.json && cmp 1.csv 2.csv
}

@test "a report never replaces an image" {
	tif a.tif uint16 desc=red,nir 1,3
	before=$(cksum < a.tif)
	imgpipe -q --csv a.tif a.tif
	exits 64 "this command reads this file"
	[ "$before" = "$(cksum < a.tif)" ]
}

@test "two reports in one file, however it is spelled, are refused" {
	tif a.tif uint16 desc=red,nir 1,3
	imgpipe -q --report x.json --summary ./x.json a.tif
	exits 64 "x.json"
	[ ! -e x.json ]
	[ -z "$(find . -name '.x.json*')" ]
}
