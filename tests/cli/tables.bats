# Reports as records: what a run was asked for, errors as text and name, tables that pandas reads.

load helpers

setup_file() {
	load helpers
	mkdir "$BATS_FILE_TMPDIR/here" && cd "$BATS_FILE_TMPDIR/here"
	mkdir scenes
	"$MAKE_SCENE" --size 200x120 --tile 64 --seed 1 scenes/good.tif > /dev/null
	"$MAKE_SCENE" --size 96 --tile 32 --seed 2 scenes/small.tif > /dev/null
	head -c 20000 scenes/good.tif > scenes/cut.tif
	"$IMGPIPE" -q --csv scenes.csv --tiles tiles.csv --histogram --summary summary.json \
		--report report.json --partial part.json --catalog all.gpkg scenes > log 2>&1 || [ $? -eq 1 ]
}

setup() {
	cd "$BATS_FILE_TMPDIR/here"
}

with_pandas() {
	/usr/bin/python3 -c "import pandas" 2> /dev/null || skip "pandas is not there"
}

@test "--report says what the numbers depend on, as the partial of the run does" {
	printf 'nodata = 7\nmask = QA.1=1-3\n' > x.conf
	cp scenes/small.tif x.tif && cp scenes/small.tif x_QA.tif
	IMGPIPE_OPTIONS='--scale 1e-4' run "$IMGPIPE" -q --config x.conf --bands nir=02,red=1 \
		--report r.json --partial p.json x.tif
	[ "$status" -eq 0 ]
	/usr/bin/python3 - <<-'P'
		import json
		report, head = json.load(open("r.json")), json.loads(open("p.json").readline().rsplit(',"crc32"', 1)[0] + "}")
		given = {k: v for k, v in report["identity"]["options"].items() if v is not None}
		assert given == {"bands": "nir=2,red=1", "mask": given["mask"], "scale": "0.0001", "offset": "0", "nodata": "7"}, given
		assert "1" in given["mask"] and "3" in given["mask"] and "QA" in given["mask"].upper(), given
		assert report["identity"]["options"] == head["options"] and list(head["options"]) == list(report["identity"]["options"])
		assert report["identity"]["results"] == head["results"] and report["made_by"] == head["made_by"]
		assert [(o["name"], o["from"]) for o in report["options"]] == [
		    ("scale", "IMGPIPE_OPTIONS"), ("nodata", "x.conf"), ("mask", "x.conf"), ("quiet", "command line"),
		    ("config", "command line"), ("bands", "command line"), ("report", "command line"),
		    ("partial", "command line")], report["options"]
		assert report["scenes"][0]["masks"][0]["rule"] == given["mask"]
		assert report["scenes"][0]["bands"]["red"]["scale"] == 0.0001 and report["scenes"][0]["bands"]["red"]["nodata"] == 7
	P
}

@test "--report has no password of the command line, of a file of options or of the environment" {
	printf 'exclude = https://h/*?token=hush3\n' > x.conf
	IMGPIPE_OPTIONS="--include 'https://h/*?sig=hush4' --include '*.tif'" \
		run "$IMGPIPE" -q --config x.conf --report r.json 'https://u:hush1@127.0.0.1:1/x.tif?sig=hush2' scenes/good.tif
	[ "$status" -eq 1 ]
	! grep -q hush r.json
	[ "$(grep -o 'token=\*\*\*' r.json | wc -l)" -ge 2 ] && grep -q '"--config","x.conf"' r.json
	grep -q '"https://\*\*\*@127.0.0.1:1/x.tif?sig=\*\*\*"' r.json
}

@test "errors are text and name in every report, and the same in all" {
	"$IMGPIPE" check -q --json check.json --csv check.csv scenes > log 2>&1 || [ $? -eq 1 ]
	/usr/bin/python3 - <<-'P'
		import csv, json, sqlite3
		by_name = lambda rows: {row["name"]: row for row in rows}
		report, summary = (by_name(json.load(open(f))["scenes"]) for f in ("report.json", "summary.json"))
		table = by_name(csv.DictReader(open("scenes.csv", newline="")))
		base = sqlite3.connect("all.gpkg")
		base.row_factory = sqlite3.Row
		stored = by_name(base.execute("SELECT name, error, error_code FROM scenes"))
		part = by_name(json.loads(line[:line.rindex(',"crc32"')] + "}") for line in open("part.json") if '"number"' in line)
		check = {row["file"]: row for row in map(json.loads, open("check.json"))}
		checked = {row["file"]: row for row in csv.DictReader(open("check.csv", newline=""))}
		text = report["cut"]["error"]
		assert text.startswith("scenes/cut.tif: "), text
		assert table["cut"]["error"] == stored["cut"]["error"] == part["cut"]["error"] == text
		assert {o["cut"]["error_code"] for o in (report, summary, table, stored)} == {"EX_DATAERR"}
		assert part["cut"]["error_code"] == 65  # sysexits.h
		for name in ("good", "small"):
		    assert report[name]["error"] is report[name]["error_code"] is summary[name]["error_code"] is None
		    assert table[name]["error"] == table[name]["error_code"] == ""
		    assert stored[name]["error"] is stored[name]["error_code"] is None
		assert not any("error" in scene for scene in summary.values())
		bad = "scenes/cut.tif"
		assert check[bad]["error"] == checked[bad]["error"] and check[bad]["error"] and not check[bad]["error"].startswith(bad)
		assert check[bad]["error_code"] == checked[bad]["error_code"] == "EX_DATAERR"
		assert "error" not in check["scenes/good.tif"] and checked["scenes/good.tif"]["error_code"] == ""
	P
}

@test "--csv: the same bytes from the run, merge and the catalogue, with and without --histogram" {
	"$IMGPIPE" merge -q --csv merged.csv --histogram part.json || [ $? -eq 1 ]
	"$IMGPIPE" catalog -q --csv listed.csv --histogram all.gpkg || [ $? -eq 1 ]
	cmp scenes.csv merged.csv && cmp scenes.csv listed.csv
	"$IMGPIPE" -q --csv plain.csv --tiles plain-tiles.csv scenes || [ $? -eq 1 ]
	"$IMGPIPE" merge -q --csv merged.csv part.json || [ $? -eq 1 ]
	"$IMGPIPE" catalog -q --csv listed.csv all.gpkg || [ $? -eq 1 ]
	cmp plain.csv merged.csv && cmp plain.csv listed.csv
	# The columns of the histogram are the last ones, and nothing else changes.
	cut -d, -f1-44 < plain.csv | cmp - plain.csv
	cut -d, -f1-44 < scenes.csv | cmp - plain.csv
	cut -d, -f1-39 < tiles.csv | cmp - plain-tiles.csv
	[ "$(head -1 tiles.csv | cut -d, -f40,41,104,105)" = histogram_below,histogram_0,histogram_63,histogram_above ]
}

@test "--histogram without a table is refused" {
	imgpipe -q --histogram --summary s.json scenes/good.tif
	exits 64 "--csv FILE" "--tiles FILE"
	imgpipe merge -q --histogram --summary s.json part.json
	exits 64 "--csv FILE"
	imgpipe catalog --histogram all.gpkg
	exits 64 "--csv FILE"
	imgpipe plan --histogram scenes/good.tif
	exits 64 "takes no --histogram"
}

@test "--csv and --tiles: counts are integers or empty, and the histogram is that of the summary" {
	/usr/bin/python3 - <<-'P'
		import csv, json
		counts = ["x_size", "y_size", "pixels", "valid", "nodata", "masked", "zero_denominator", "nonfinite", "outside_range"]
		bins = ["histogram_below", *(f"histogram_{i}" for i in range(64)), "histogram_above"]
		rows = list(csv.DictReader(open("scenes.csv", newline="")))
		tiles = list(csv.DictReader(open("tiles.csv", newline="")))
		summary = {s["name"]: s["indices"]["ndvi"] for s in json.load(open("summary.json"))["scenes"]}
		assert [row["status"] for row in rows].count("ok") == 2 and len(tiles) == 8 + 9, (rows, len(tiles))
		for row in rows + tiles:
		    whole = counts + bins + [c for c in row if c.startswith("masked_") or c.endswith("_band")]
		    known = [row[c].isdigit() for c in whole if row[c]]
		    assert all(known) and len(known) == (0 if row.get("status") == "failed" else len(whole)), row
		    assert None not in row and (not known or sum(int(row[c]) for c in bins) == int(row["valid"]))
		for row in rows:
		    of_tiles = [[int(t[c]) for c in bins] for t in tiles if t["scene"] == row["name"]]
		    if row["status"] == "ok":
		        h = summary[row["name"]]["histogram"]
		        assert [int(row[c]) for c in bins] == [h["below"], *h["buckets"], h["above"]]
		        assert [int(row[c]) for c in bins] == [sum(c) for c in zip(*of_tiles)]
	P
}

@test "pandas reads counts as integers where a scene has failed" {
	with_pandas
	/usr/bin/python3 - <<-'P'
		import csv, pandas
		rows = list(csv.DictReader(open("scenes.csv", newline="")))
		ways = [pandas.read_csv("scenes.csv").convert_dtypes(), pandas.read_csv("scenes.csv", dtype={"valid": "Int64", "pixels": "Int64"})]
		if int(pandas.__version__.split(".")[0]) >= 2:
		    ways.append(pandas.read_csv("scenes.csv", dtype_backend="numpy_nullable"))
		assert pandas.read_csv("scenes.csv")["valid"].dtype == "float64"  # what all this is about
		for table in ways:
		    assert str(table["valid"].dtype) == str(table["pixels"].dtype) == "Int64", table.dtypes
		    assert table["valid"].isna().tolist() == [row["valid"] == "" for row in rows]
		    assert table["valid"].sum() == sum(int(row["valid"] or 0) for row in rows)
		for column in ("masked_cloud", "histogram_0", "histogram_63", "red_band", "x_size"):
		    assert str(ways[0][column].dtype) == "Int64", column
	P
}

@test "stages/report/schema.md: its Python runs on the reports of its command" {
	with_pandas
	run /usr/bin/python3 "$REPO/tests/cli/readme.py" python "$REPO/stages/report/schema.md"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"EX_DATAERR"*"Int64 "*"(17, 64) "* ]]
	[[ "$output" == *"discover "* ]]
	read -r _ _ sum valid <<< "$(grep '^(17, 64)' <<< "$output")"
	[ "$sum" -eq "$valid" ] && [ "$sum" -gt 10000 ]
}
