# --catalog, --resume and --forget-missing: what they need, say and end with. That numbers and maps are
# those of one run is oracle/resume.py's matter.

load helpers

setup() {
	workspace
	mkdir in
	tif in/a.tif uint16 desc=red,nir nodata=0 1,2 3,4
	tif in/b.tif uint16 desc=red,nir nodata=0 5,6 7,9
}

# rows SQL : of c.gpkg
rows() {
	/usr/bin/python3 -c 'import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone())' c.gpkg "$1"
}

@test "options that are nothing without a catalogue, and what a catalogue is called" {
	imgpipe --resume in
	exits 64 "--resume needs to know what was done before" "--catalog FILE.gpkg"
	imgpipe --forget-missing in
	exits 64 "--forget-missing needs"
	imgpipe --catalog c.db in
	exits 64 "--catalog: c.db has to end in .gpkg"
	imgpipe --catalog .gpkg in
	exits 64 "has to end in .gpkg"
	imgpipe --catalog c.gpkg --resume=lax in
	exits 64 "--resume: 'lax' is none of: strict"
	imgpipe --catalog c.gpkg --resume --teach float-sums in
	exits 64 "--teach float-sums"
	[ ! -e c.gpkg ]
}

@test "done scenes are not read again, and are in the reports" {
	imgpipe --catalog c.gpkg --summary one.json in
	exits 0
	[[ "$output" == *$'\na '* ]]
	imgpipe --catalog c.gpkg --resume --summary again.json in
	exits 0 "c.gpkg: all 2 scenes are done; nothing is read"
	cmp one.json again.json
	[[ "$output" == *"2 scenes were done before (c.gpkg); -v lists them"* ]]
	[[ "$output" != *$'\na '* ]]
	imgpipe -v --catalog c.gpkg --resume in
	[[ "$output" == *$'\na '* && "$output" != *"done before"* ]]
	imgpipe -q --catalog c.gpkg --resume in
	exits 0
	[ -z "$output$stderr" ]
	rm in/*
	tif in/a.tif uint16 desc=red,nir 1,2 3,4
	imgpipe --catalog c.gpkg --resume in
	exits 0 "no scene of this run is done; to do: 1 whose files have changed" \
		"holds 1 scene whose files are gone; --forget-missing takes it out"
	[ "$(rows 'SELECT count(*) FROM scenes WHERE gone')" = 1 ]
	imgpipe --catalog c.gpkg --resume --forget-missing in
	exits 0 "1 scene whose files are gone is forgotten"
	[ "$(rows 'SELECT count(*) FROM scenes')" = 1 ]
}

@test "the report says which scenes are of earlier runs" {
	imgpipe -q --catalog c.gpkg in/a.tif
	imgpipe -q --catalog c.gpkg --resume --report r.json in/a.tif in/b.tif
	exits 0
	holds r.json 's["earlier"] is True' 's["name"] == "a"' '"earlier" not in d["scenes"][1]' \
		'd["global"]["scenes_ok"] == 2' 's["bands"]["red"]["file"] == "in/a.tif"'
}

@test "the exit status is that of one run over all scenes" {
	echo no image > in/bad.tif
	imgpipe -q --catalog c.gpkg in
	exits 1
	imgpipe --catalog c.gpkg --resume in
	exits 1 "2 of 3 scenes are done; to do: 1 that failed before"
	rm in/bad.tif
	# Of a searched folder, and no scene: it alone is to be looked at.
	tif in/dem.tif uint16 1,2/3,4
	imgpipe -q --catalog c.gpkg --resume in
	exits 0
	imgpipe --catalog c.gpkg --resume in
	exits 0 "all 3 scenes are done"
	tif in/c.tif uint16 desc=red,blue 1,2 3,4
	imgpipe -q --catalog c.gpkg --resume --index ndvi in/c.tif in/dem.tif
	exits 65
}

# The rows are as they were but for their marks, and with the disk all is done again at once.
disk_is_away() {
	mv in away
	[ -z "${1:-}" ] || mkdir in
	imgpipe --catalog c.gpkg --resume --forget-missing ${2:-in}
	exits 66 "holds 2 scenes whose files are gone; none is forgotten, as ${3:-1} of what this run was given" "not mounted?"
	[ ! -d in ] || rmdir in
	mv away in
	[ "$(rows "SELECT count(*), sum(gone), min(status), max(status) FROM scenes")" = "2 2 ok ok" ]
	imgpipe --catalog c.gpkg --resume ${2:-in}
	exits 0 "all 2 scenes are done"
	[ "$(rows "SELECT sum(gone) FROM scenes")" = 0 ]
}

@test "a disk that is not there for one night costs no row: a folder, an empty one, a list of files" {
	imgpipe -q --catalog c.gpkg in
	disk_is_away
	disk_is_away empty
	ls "$PWD"/in/*.tif > list
	disk_is_away "" @list 2
	imgpipe -q --catalog c.gpkg --summary c.json in
	imgpipe catalog --summary again.json c.gpkg
	exits 0
	cmp c.json again.json
}

@test "a record of impossible counts is one that cannot be read, and is made anew" {
	imgpipe -q --catalog c.gpkg --summary one.json in
	/usr/bin/python3 - "$REPO/tests/oracle" <<- 'END'
		import sqlite3, sys
		sys.path.insert(0, sys.argv[1])
		import record
		db = sqlite3.connect("c.gpkg")
		for scene, blob in db.execute("SELECT scene_id, record FROM records").fetchall():
		    o = record.read(blob)
		    o["size"] = (1 << 31, 1 << 31)
		    o["values"][0]["n"][1] += (1 << 62) - sum(o["values"][0]["n"])
		    db.execute("UPDATE records SET record = ? WHERE scene_id = ?", (record.write(o), scene))
		db.commit()
	END
	imgpipe catalog --check c.gpkg
	exits 0
	imgpipe --catalog c.gpkg --resume --report r.json in
	exits 1
	holds r.json 'd["global"]["scenes_failed"] == 1' \
		'"more than can be counted" in [s["error"] for s in d["scenes"] if s["status"] == "failed"][0]'
	imgpipe catalog --forget --scene a c.gpkg
	imgpipe --catalog c.gpkg --resume --summary again.json in
	exits 0
	cmp one.json again.json
}

# product NUMBER TIME : one acquisition as Sentinel-2 products are called, in dup/
product() {
	local tile=dup/S2A_MSIL2A_20200210T073031_$1_R049_T37MEU_$2.SAFE/T37MEU_20200210T073031 band
	mkdir -p "$(dirname "$tile")"
	for band in B04 B08; do
		tif "${tile}_${band}_10m.tif" uint16 "${1:4},${band:2}"
	done
}

@test "--duplicates newest: what a newer processing replaces leaves the catalogue" {
	product N0214 20200210T100000
	imgpipe -q --duplicates newest --catalog c.gpkg dup in
	product N0500 20230601T100000
	imgpipe --duplicates newest --catalog c.gpkg --resume --summary run.json dup in
	exits 0 "1 scene of which this run has a newer processing is forgotten"
	imgpipe catalog --summary all.json c.gpkg
	exits 0
	cmp run.json all.json
	imgpipe -q --duplicates newest --summary one.json dup in
	cmp one.json run.json
	imgpipe --duplicates newest --catalog c.gpkg --resume dup in
	exits 0 "all 3 scenes are done"
	[[ "$stderr" != *forgotten* ]]
}

@test "a file that was found and passed over fails once it is named" {
	tif in/dem.tif uint16 1,2/3,4
	imgpipe -q --catalog c.gpkg in
	exits 0
	imgpipe --catalog c.gpkg --resume in/a.tif in/dem.tif
	exits 1 "1 of 2 scenes are done"
	imgpipe -q --catalog c.gpkg --resume in
	exits 0
	imgpipe --catalog c.gpkg --resume in
	exits 0 "all 3 scenes are done"
}

@test "a run is in the catalogue with its counts and status" {
	echo no image > in/bad.tif
	imgpipe -q --catalog c.gpkg in
	[ "$(rows 'SELECT scenes, ok, failed, exit_status FROM runs WHERE id = 1')" = "3 2 1 1" ]
	imgpipe -q --catalog c.gpkg --resume in/a.tif in/b.tif
	exits 0
	[ "$(rows 'SELECT scenes, ok, failed, exit_status FROM runs WHERE id = 2')" = "2 2 0 0" ]
	[ "$(rows 'SELECT count(*) FROM runs WHERE ended IS NULL')" = 0 ]
	[ "$(rows 'PRAGMA integrity_check')" = ok ]
}

@test "a catalogue is no input and no report" {
	imgpipe -q --catalog c.gpkg in
	imgpipe --catalog c.gpkg in c.gpkg
	exits 64 "c.gpkg: this command reads this file" "cannot be its catalogue"
	imgpipe --catalog c.gpkg --csv c.gpkg in
	exits 64 "c.gpkg"
	for end in .lock -wal -shm -journal; do
		imgpipe --catalog c.gpkg --csv "c.gpkg$end" in
		exits 64 "c.gpkg$end: is the name of a file that belongs to the catalogue" "the report another name"
	done
	imgpipe --catalog c.gpkg --log-file c.gpkg-wal in
	exits 64
	grep -q "give the log another name" c.gpkg-wal
	rm c.gpkg-wal
	imgpipe merge --catalog d.gpkg --csv d.gpkg-wal c.gpkg
	exits 64 "d.gpkg-wal"
	[ "$(rows 'SELECT count(*) FROM scenes')" = 2 ]
	# In a searched folder it is no scene.
	imgpipe -q --catalog in/c.gpkg --csv n.csv in
	imgpipe -q --catalog in/c.gpkg --resume --csv n.csv in
	exits 0
	[ "$(wc -l < n.csv)" = 3 ]
}

@test "a file that is no catalogue is left as it is" {
	echo precious > c.gpkg
	imgpipe --catalog c.gpkg in
	exits 65 c.gpkg
	[ "$(cat c.gpkg)" = precious ]
}

@test "maps: those of done scenes are held to what was made, and files of nobody are not replaced" {
	mkdir out
	echo mine > out/a_ndvi.tif
	imgpipe --catalog c.gpkg --resume -o out in
	exits 73 a_ndvi.tif
	[ "$(cat out/a_ndvi.tif)" = mine ]
	rm out/a_ndvi.tif
	imgpipe -q --catalog c.gpkg --resume -o out in
	exits 0
	cp -r out kept
	echo mine > out/a_ndvi.tif
	imgpipe --catalog c.gpkg --resume -o out in
	exits 0 "1 of 2 scenes are done; to do: 1 whose outputs are not as they were made"
	diff -r kept out
	imgpipe --catalog c.gpkg --resume -o other in
	exits 0 "no scene of this run is done; to do: 2 whose outputs"
	diff -r kept other
	imgpipe --catalog c.gpkg --resume in
	exits 0 "all 2 scenes are done"
}

@test "what a catalogue does not keep is said" {
	imgpipe -q --catalog c.gpkg in
	imgpipe --catalog c.gpkg --resume --tiles t.csv in
	exits 0 "tiles of done scenes are not in the reports"
	[ "$(wc -l < t.csv)" = 1 ]
}

@test "plan counts what is to be done" {
	imgpipe -q --catalog c.gpkg in/a.tif
	imgpipe plan --catalog c.gpkg --resume in
	exits 0 "1 of 2 scenes are done; to do: 1 new"
	[[ "$output" == *"Scenes"*" 1 "* ]]
	imgpipe plan --catalog c.gpkg --resume in/a.tif
	exits 66 "nothing to plan"
	imgpipe plan --catalog none.gpkg --resume in
	exits 0
	[ ! -e none.gpkg ]
}

@test "an interrupted run keeps what it has committed" {
	"$MAKE_SCENE" --size 2000x2000 --tile 64 --count 8 in/s.tif
	"$IMGPIPE" -q --workers 1 --catalog c.gpkg in 2> /dev/null &
	pid=$!
	three_are_done() { [ "$(rows 'SELECT count(*) FROM scenes' || echo 0)" -ge 3 ]; }
	soon three_are_done
	kill -TERM $pid
	wait $pid || true
	n=$(rows 'SELECT count(*) FROM scenes')
	[ "$n" -ge 3 ]
	imgpipe --catalog c.gpkg --resume --summary resumed.json in
	exits 0
	imgpipe -q --summary one.json in
	cmp one.json resumed.json
	[ "$(rows 'SELECT count(*) FROM runs')" = 2 ]
}

@test "a catalogue that cannot grow: files and reports are finished, and the status is 74" {
	for i in $(seq 40); do cp in/a.tif "in/c$i.tif"; done
	limited() { (ulimit -f 300; exec "$IMGPIPE" "$@"); }
	run --separate-stderr limited -q --catalog c.gpkg -o out --summary one.json in
	exits 74 c.gpkg "the run goes on"
	[ "$(grep -c c.gpkg <<< "$stderr")" = 1 ]
	[ "$(ls out | wc -l)" = 42 ]
	imgpipe --catalog c.gpkg --resume -o out --summary two.json in
	exits 0 "scenes are done; to do"
	cmp one.json two.json
}

@test "maps that are there: --resume is advised where it helps, and does" {
	imgpipe -q --catalog c.gpkg -o maps in
	exits 0
	imgpipe -q --catalog c.gpkg -o maps in
	exits 73 "2 are there" "--resume keeps what is done, --overwrite replaces them"
	imgpipe -q --catalog other.gpkg -o maps in
	exits 73
	[[ "$stderr" != *--resume* ]]
	imgpipe --catalog c.gpkg --resume -o maps in
	exits 0 "all 2 scenes are done"
}

@test "a log file has the catalogue's lines also with -q, and standard error does not" {
	imgpipe -q --catalog c.gpkg --resume --timeout 60 --executor processes --log-file l in
	exits 0
	imgpipe -q --catalog c.gpkg --resume --timeout 60 --executor processes --log-file l --log-format json in
	exits 0
	[ -z "$stderr" ]
	grep -q "c.gpkg: no scene of this run is done; to do: 2 new" l
	grep -q '"event":"catalogue".*all 2 scenes are done' l
	tail -n 1 l | jq -e '.event == "run-end" and .scenes == 2 and .ok == 2 and .earlier == 2'
	run ! grep "cannot stop" l
}

# Two maps of one name: masks that leave out different pixels.
two_sets() {
	tif in/m.tif uint16 desc=red,nir,scl nodata=0 1,2/3,4 5,6/7,9 4,9/5,4
	first=(-q --catalog c.gpkg --resume -o out --mask scl in/m.tif)
	second=(-q --catalog c.gpkg --resume -o out --mask scl:land in/m.tif)
	imgpipe "${first[@]}"
	exits 0
	made=$(md5sum < out/m_ndvi.tif)
}

@test "maps of a set with other options are not replaced; which options, and what helps" {
	two_sets
	for command in run plan; do
		imgpipe $command "${second[@]:1}"
		exits 73 "out/m_ndvi.tif" "c.gpkg" "--mask scl there, --mask scl:land here" "-o with another folder" \
			"--name" "--overwrite"
		[[ "$stderr" != *"to do"* ]]
	done
	[ "$(md5sum < out/m_ndvi.tif)" = "$made" ]
	[ "$(rows 'SELECT count(*) FROM sets')" = 1 ]
	[ "$(rows 'SELECT count(*) FROM runs')" = 1 ]
	imgpipe --catalog c.gpkg --resume -o out --mask scl in/m.tif
	exits 0 "all 1 scenes are done"
	# More than one option, and a set without any.
	imgpipe "${first[@]}" --raw --index ndvi,savi
	exits 73 ", and more)"
}

@test "two sets side by side: another folder, and another name" {
	two_sets
	imgpipe "${second[@]}" -o land
	exits 0
	imgpipe "${second[@]}" --name '{scene}_{index}_land.tif'
	exits 0
	cmp land/m_ndvi.tif out/m_ndvi_land.tif
	[ "$(md5sum < out/m_ndvi.tif)" = "$made" ]
	for again in 1 2; do
		imgpipe --catalog c.gpkg --resume -o out --mask scl in/m.tif
		exits 0 "all 1 scenes are done"
		imgpipe --catalog c.gpkg --resume -o out --mask scl:land --name '{scene}_{index}_land.tif' in/m.tif
		exits 0 "all 1 scenes are done"
	done
}

@test "two sets in one folder: --overwrite takes the files over, and the other set does not take them back" {
	two_sets
	imgpipe "${second[@]}" --overwrite
	exits 0
	taken=$(md5sum < out/m_ndvi.tif)
	[ "$taken" != "$made" ]
	imgpipe "${first[@]}"
	exits 73 "--mask scl:land there, --mask scl here"
	[ "$(md5sum < out/m_ndvi.tif)" = "$taken" ]
	imgpipe "${second[@]}"
	exits 0
	imgpipe "${first[@]}" --overwrite
	exits 0
	[ "$(md5sum < out/m_ndvi.tif)" = "$made" ]
}

@test "what no set holds as it was made is replaced: changed by others, in no row, or of the same options" {
	two_sets
	echo changed > out/m_ndvi.tif
	imgpipe "${second[@]}"
	exits 0
	# A changed input of the set's own, and what a run that died has left: no row speaks of it.
	tif in/m.tif uint16 desc=red,nir,scl nodata=0 1,2/3,8 5,6/7,9 4,9/5,4
	echo "left over" > out/n_ndvi.tif
	cp in/m.tif in/n.tif
	imgpipe "${second[@]}" in/n.tif
	exits 0
	# The same options by another program, whose numbers are others: its work is done again.
	/usr/bin/python3 -c 'import sqlite3
d = sqlite3.connect("c.gpkg")
d.execute("UPDATE sets SET results_version = 3, definition = replace(definition, char(34) || ?, char(34) || ?) WHERE options LIKE ?", ("results\":4", "results\":3", "%land%"))
d.commit()'
	imgpipe --catalog c.gpkg --resume -o out --mask scl:land in/m.tif in/n.tif
	exits 0 "no scene of this run is done; to do: 2 new"
}

@test "a file that two sets have made alike is either's to make again" {
	imgpipe -q --catalog c.gpkg -o out --index ndvi,dvi in/a.tif
	exits 0
	imgpipe -q --catalog c.gpkg --resume -o out in/a.tif
	exits 73 "--index ndvi,dvi there" "out/a_ndvi.tif"
	cp out/a_ndvi.tif .
	imgpipe -q --catalog c.gpkg --resume -o out --overwrite in/a.tif
	exits 0
	cmp a_ndvi.tif out/a_ndvi.tif
	tif in/a.tif uint16 desc=red,nir nodata=0 1,3 3,4
	imgpipe --catalog c.gpkg --resume -o out in/a.tif
	exits 0 "to do: 1 whose files have changed"
	imgpipe --catalog c.gpkg --resume -o out --index ndvi,dvi in/a.tif
	exits 73
}
