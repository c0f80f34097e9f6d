# Names are data: file names and texts of files that hold controls, bytes that are not UTF-8, turned
# directions, formulas, markup, options. hostile_names.py makes them and knows the documented forms.

load helpers

setup() {
	workspace
	tif good.tif uint8 1,2/3,4 5,6/7,8 9,9/9,9 9,9/9,9
	printf 'garbage' > garbage.bin
	names make d good.tif garbage.bin
	n=$(ls d | wc -l)
}

names() {
	/usr/bin/python3 "$BATS_TEST_DIRNAME/hostile_names.py" "$@"
}

# Everything that a run can write, with standard output and error in `out` and `err`.
everything() {
	run --separate-stderr bash -c '
		timeout 120 "$0" "$@" --summary s.json --report r.json --csv c.csv --tiles t.csv \
			--partial p.json --trace tr.json --html h.html > out 2> err' "$IMGPIPE" "$@"
	no_crash
}

check_everything() {
	names check out err s.json r.json c.csv t.csv p.json tr.json h.html
	names csv c.csv d
	names csv t.csv d
	for file in s.json r.json p.json tr.json; do
		names json $file d
	done
	names html h.html d
}

@test "a run over hostile names: every report, standard output and error" {
	everything -v --bands red=1,nir=2 d
	[ "$status" -eq 1 ] # every fifth is no image
	check_everything
	[ "$(grep -c ' done$' err)" -gt 200 ]
	grep -qF 'imgpipe: scene u0009b\xC2\x9B31mx' err
}

@test "the same under processes, and as a pipeline of lists" {
	everything -v --executor processes --workers 2 --bands red=1,nir=2 d
	[ "$status" -eq 1 ]
	check_everything
	cp c.csv threads.csv
	find d -name '*.tif' ! -name $'*\n*' ! -name $'*\r*' | LC_ALL=C sort > l.txt
	imgpipe -q --bands red=1,nir=2 --csv l.csv @l.txt
	[ "$status" -eq 1 ]
	[ "$(wc -l < l.csv)" -gt 200 ]
	names check l.csv
}

@test "plan, info, graph and their like" {
	for command in plan info graph "graph --text"; do
		run bash -c 'timeout 60 "$0" "$@" > out 2> err' "$IMGPIPE" $command --bands red=1,nir=2 d
		no_crash
		names check out
		[ ! -s err ] || names check err
	done
	"$IMGPIPE" info --bands red=1,nir=2 d > out 2> err || true
	grep -qF 'u0202e\xE2\x80\xAE31mx' out
}

@test "parts and their merge have the bytes of the whole" {
	imgpipe -q --bands red=1,nir=2 --summary whole.json --csv whole.csv d
	for part in 1 2; do
		imgpipe -q --bands red=1,nir=2 --shard $part/2 --partial p$part.json d
		names check p$part.json
	done
	imgpipe merge -q --summary merged.json --csv merged.csv p1.json p2.json
	cmp whole.json merged.json
	cmp whole.csv merged.csv
}

@test "a sweep" {
	mkdir few
	cp d/u0009b* d/u0202e* few
	run bash -c 'timeout 120 "$0" sweep --bands red=1,nir=2 --cold --chunk tile --workers 1 --repeat 1 \
		--csv w.csv --json w.json --html w.html few > out 2> err' "$IMGPIPE"
	no_crash
	names check out w.csv w.json w.html
	[ ! -s err ] || names check err
	/usr/bin/python3 - <<- 'END'
		import csv, json
		assert list(csv.DictReader(open("w.csv", newline="")))
		assert json.load(open("w.json"))["scene"]["name"]
	END
}

@test "errors before anything is read: options and arguments" {
	for words in "--bands|$'\e[31m'" "--chunk|$'\xc2\x9b31m'" "--csv|$'/nowhere/\u202e.csv'" \
		"$'--\e[31m'" "$'\xff\u200b.tif'" "merge|$'\e]0;x\a.json'" "@$'l\u2028.txt'"; do
		eval "set -- ${words//|/ }"
		run bash -c 'timeout 60 "$0" "$@" > out 2> err' "$IMGPIPE" "$@"
		no_crash
		[ "$status" -ne 0 ]
		names check err
	done
}

@test "what stands in files: descriptions of bands, names of reference systems" {
	/usr/bin/python3 - <<- 'END'
		from osgeo import gdal, osr
		import numpy
		gdal.UseExceptions()
		data = gdal.GetDriverByName("GTiff").Create("in.tif", 4, 4, 2)
		crs = osr.SpatialReference()
		crs.ImportFromWkt('LOCAL_CS["x\u202e\u009b31m<img src=x>",UNIT["metre",1]]')
		data.SetProjection(crs.ExportToWkt())
		for i, text in enumerate(("red\u202e\u009b31m\u200b", "nir\u2066=cmd()")):
		    data.GetRasterBand(i + 1).WriteArray(numpy.full((4, 4), i + 1))
		    data.GetRasterBand(i + 1).SetDescription(text)
	END
	everything -v --bands red=1,nir=2 in.tif
	[ "$status" -eq 0 ]
	names check out s.json r.json c.csv t.csv p.json tr.json h.html
	"$IMGPIPE" info --bands red=1,nir=2 in.tif > out
	names check out
	grep -qF 'nir\xE2\x81\xA6=cmd()' out
}

@test "pipes, sockets and devices beside an image are not waited for" {
	tif p.tif uint8 1,2 3,4 5,6
	mkdir b
	gdal_translate -q -of JP2OpenJPEG -co QUALITY=100 -co REVERSIBLE=YES p.tif b/p.jp2 2> /dev/null ||
		skip "GDAL has no JPEG 2000"
	rm -f b/*.xml
	imgpipe -q --bands red=1,nir=2 b/p.jp2
	exits 0
	for name in p.jp2.msk p.jp2.ovr P.AuX p.imd p_rpc.txt; do
		mkfifo b/$name
		LIMIT=10 imgpipe -q --bands red=1,nir=2 b
		exits 65 "$name"
		rm b/$name
		ln -s /dev/tty b/$name
		LIMIT=10 imgpipe -q --bands red=1,nir=2 b
		exits 65 "$name"
		rm b/$name
	done
}

@test "partial results that are pipes or devices: read where somebody writes, refused otherwise" {
	imgpipe -q --bands red=1,nir=2 --partial p.json good.tif
	exits 0
	imgpipe -q --bands red=1,nir=2 --summary s.json good.tif
	run --separate-stderr bash -c 'timeout 20 "$0" merge -q --summary m.json <(cat p.json)' "$IMGPIPE"
	exits 0
	cmp s.json m.json
	mkfifo nobody
	LIMIT=20 imgpipe merge -q nobody
	exits 66 nobody
	LIMIT=10 imgpipe merge -q /dev/zero
	exits 66 /dev/zero
	LIMIT=10 imgpipe merge -q d
	exits 66 folder
}

@test "a list through a pipe is waited for, and a signal ends that" {
	SECONDS=0
	run bash -c 'timeout -s INT -k 10 2 "$0" -q @<(exec sleep 30 2> /dev/null >&1) ; echo $?' "$IMGPIPE"
	[[ "$output" == *124* ]]
	[ "$SECONDS" -lt 20 ]
}

@test "lists without an end: bounded by the memory limit" {
	run --separate-stderr bash -c 'seq 1000000000 | timeout 100 "$0" -q -m 16M -' "$IMGPIPE"
	exits 75 "names of the files" --memory
	run --separate-stderr bash -c 'yes | tr -d "\n" | timeout 50 "$0" -q -m 64M -' "$IMGPIPE"
	exits 65 "standard input" "not a text file"
}
