#!/usr/bin/env bats
# imgpipe check on the command line: lines, exit status, what is skipped, and reports.

load helpers

setup() {
	workspace
	tif a.tif uint16 co=COMPRESS=DEFLATE 1,2,3/4,5,6/7,8,9 9,8,7/6,5,4/3,2,1
	tif b.tif uint8 1,2/3,4
	head -c 20 b.tif > cut.tif
}

@test "one line a file, and how many there were" {
	imgpipe check a.tif b.tif
	exits 0
	[ -z "$stderr" ]
	[ "${lines[0]}" = "ok a.tif  3 x 3, 2 bands, uint16, DEFLATE, 1 block" ]
	[ "${lines[1]}" = "ok b.tif  2 x 2, 1 band, uint8, none, 1 block" ]
	[ "${lines[2]}" = "2 ok, 0 bad" ]
	[ "${#lines[@]}" -eq 3 ]
}

@test "a bad file is exit status 1, and does not stop the others" {
	imgpipe check a.tif cut.tif b.tif
	exits 1
	[ -z "$stderr" ]
	[[ "${lines[1]}" == "BAD cut.tif: "*"; fetch or copy the file again" ]]
	[ "${lines[3]}" = "2 ok, 1 bad" ]
	imgpipe check cut.tif
	exits 1
}

@test "-q prints bad files alone" {
	imgpipe check -q a.tif cut.tif
	exits 1
	[ "${#lines[@]}" -eq 1 ] && [[ "$output" == "BAD cut.tif: "* ]]
	imgpipe check -q a.tif
	exits 0
	[ -z "$output$stderr" ]
}

@test "files of one scene are looked at one by one, in a folder, a list and standard input" {
	mkdir d
	cp a.tif d/S2_B04.tif
	cp b.tif d/S2_B08.tif
	imgpipe check d
	exits 0
	[ "${#lines[@]}" -eq 3 ] && [[ "${lines[0]}" == "ok d/S2_B04.tif "* ]]
	printf 'a.tif\nb.tif\n' > list
	imgpipe check @list
	exits 0
	[ "${lines[2]}" = "2 ok, 0 bad" ]
	run bash -c 'printf "a.tif\n" | "$0" check -' "$IMGPIPE"
	[ "$status" -eq 0 ] && [[ "$output" == *"1 ok, 0 bad" ]]
	imgpipe check --exclude '*B08*' d
	[ "${lines[1]}" = "1 ok, 0 bad" ]
}

@test "what a folder holds beside images is skipped; named, it is bad" {
	mkdir d
	cp a.tif d
	echo hello > d/text.img
	imgpipe check d
	exits 0
	[ "${lines[1]}" = "1 ok, 0 bad, 1 skipped" ]
	[[ "${lines[2]}" == "skipped: d/text.img: "* ]]
	imgpipe check d/text.img
	exits 1
	rm d/a.tif
	imgpipe check d
	exits 66 "no image among the files that were found"
}

@test "an empty file, and a TIFF file of zeros, are bad though they were found" {
	mkdir d
	: > d/empty.tif
	head -c 5000 /dev/zero > d/zeros.tif
	imgpipe check d
	exits 1
	[[ "${lines[0]}" == "BAD d/empty.tif: the file is empty; "* ]]
	[[ "${lines[1]}" == "BAD d/zeros.tif: "* ]]
}

@test "nothing to check is 66; a wrong option 64" {
	imgpipe check none.tif
	exits 66
	[ "${lines[0]}" = "BAD none.tif: cannot be opened: No such file or directory" ]
	mkdir empty
	imgpipe check empty
	exits 66
	imgpipe check a.tif none.tif
	exits 1
	imgpipe check --index ndvi a.tif
	exits 64
}

@test "too little memory: the file is unread, not bad, and the status says so" {
	# A block that has to be held whole: 16 MB, and what its decoder takes.
	/usr/bin/python3 -c "from osgeo import gdal; gdal.GetDriverByName('GTiff').Create('big.tif', 4096, 4096, 1,
		gdal.GDT_Byte, ['COMPRESS=JPEG', 'TILED=YES', 'BLOCKXSIZE=4096', 'BLOCKYSIZE=4096'])"
	imgpipe check --memory 24M a.tif big.tif
	exits 75
	[[ "${lines[1]}" == "UNREAD big.tif: "*"is enough" ]]
	[ "${lines[2]}" = "1 ok, 0 bad, 1 unread" ]
	imgpipe check --memory 24M a.tif cut.tif big.tif
	exits 1
	imgpipe check big.tif
	exits 0
}

@test "JSON and CSV: a line a file" {
	imgpipe check --json - --csv c.csv a.tif cut.tif
	exits 1
	[ "${#lines[@]}" -eq 2 ]
	python3 - "${lines[0]}" "${lines[1]}" <<-'P'
		import csv, json, sys
		good, bad = (json.loads(line) for line in sys.argv[1:])
		assert good["file"] == "a.tif" and good["status"] == "ok" and good["blocks"] == 1, good
		assert good["blocks_decoded"] == 1 and good["decoded_bytes"] == 36, good
		assert bad["status"] == "bad" and bad["error_code"] == "EX_DATAERR" and bad["error"], bad
		rows = list(csv.DictReader(open("c.csv")))
		assert [row["status"] for row in rows] == ["ok", "bad"] and rows[0]["blocks"] == "1", rows
		assert rows[1]["error"] == bad["error"] and rows[1]["error_code"] == bad["error_code"] and rows[1]["blocks"] == "", rows
	P
	imgpipe check --csv a.tif b.tif a.tif
	exits 64 "would replace"
}

@test "the same text from every executor" {
	imgpipe check a.tif cut.tif b.tif
	local want=$output
	for way in serial threads openmp processes; do
		imgpipe check --executor $way -j 2 a.tif cut.tif b.tif
		exits 1
		[ "$output" = "$want" ]
	done
}

@test "names that are not printable are shown so" {
	cp a.tif $'x\e[31m.tif'
	imgpipe check $'x\e[31m.tif'
	exits 0
	[[ "${lines[0]}" == 'ok x\x1B[31m.tif  '* ]]
}

@test "other images of the file, and overviews, are told" {
	gdaladdo -q a.tif 2 2> /dev/null || skip "no gdaladdo"
	imgpipe check a.tif
	exits 0
	[[ "${lines[0]}" == *"; not read: 1 overview" ]]
}
