#!/usr/bin/env bats
# imgpipe catalog: lists, reports out of a catalogue, check, forget; catalogues of jobs are joined.

load helpers

setup_file() {
	cd "$BATS_FILE_TMPDIR"
	for day in 1 2 3 4; do
		"$MAKE_SCENE" --size 200x150 --seed "$day" "S2_2026070${day}_x.tif" > /dev/null
	done
	echo "no image" > broken.tif
}

setup() {
	workspace
	cp "$BATS_FILE_TMPDIR"/*.tif .
}

# sql QUERY : the catalogue as another program sees it
sql() {
	sqlite3 -batch c.gpkg "$1"
}

@test "a list: each scene with its status, the failed ones with their reason" {
	imgpipe -q --catalog c.gpkg .
	exits 1
	imgpipe catalog c.gpkg
	exits 0
	[ "$(grep -c '^ok ' <<< "$output")" = 4 ]
	grep -q '^ok  *2026-07-03  *S2_20260703_x$' <<< "$output"
	grep -q '^failed .*broken: ./broken.tif: ' <<< "$output"
	grep -q '^5 scenes, 1 failed, 0 gone$' <<< "$output"
	grep -q '^Last run .*exit 1: 5 scenes, 4 ok, 1 failed$' <<< "$output"
}

@test "--since, --scene, --failed, --gone choose; they hold together" {
	imgpipe -q --catalog c.gpkg .
	imgpipe catalog --since 2026-07-03 c.gpkg
	exits 0
	[ "$(grep -c '^ok ' <<< "$output")" = 2 ]
	imgpipe catalog --since 2026-07 --scene '*2_x' c.gpkg
	exits 0
	[ "$(grep -cE '^(ok|failed) ' <<< "$output")" = 1 ]
	imgpipe catalog --failed c.gpkg
	exits 0
	[ "$(grep -cE '^(ok|failed) ' <<< "$output")" = 1 ]
	rm S2_20260701_x.tif broken.tif
	imgpipe -q --catalog c.gpkg --resume .
	exits 0
	imgpipe catalog --gone c.gpkg
	exits 0
	[ "$(grep -c '^gone ' <<< "$output")" = 2 ]
}

@test "reports out of a catalogue are those of a run, byte by byte" {
	imgpipe -q --index ndvi,ndwi --catalog c.gpkg --summary run.json --csv run.csv --partial run.part .
	exits 1
	imgpipe catalog --summary c.json --csv c.csv --partial c.part c.gpkg
	exits 1
	cmp run.json c.json
	cmp run.csv c.csv
	imgpipe merge -q --summary m.json c.part
	exits 1
	cmp run.json m.json
}

@test "reports of some scenes are those of a run over these" {
	imgpipe -q --catalog c.gpkg .
	imgpipe catalog --since 2026-07-03 --summary c.json c.gpkg
	exits 0
	imgpipe -q --summary run.json ./S2_20260703_x.tif ./S2_20260704_x.tif
	cmp run.json c.json
}

@test "numbers of two sets of options are not added up" {
	imgpipe -q --catalog c.gpkg ./*_x.tif
	imgpipe -q --raw --catalog c.gpkg ./*_x.tif
	imgpipe catalog --summary c.json c.gpkg
	exits 64 "--set"
	[ ! -e c.json ]
	imgpipe catalog --set 7 c.gpkg
	exits 66 "no set 7"
	imgpipe catalog --set 2 --summary c.json c.gpkg
	exits 0
	imgpipe -q --raw --summary run.json ./*_x.tif
	cmp run.json c.json
}

@test "--check finds files that are gone, and those that are others; --resume makes them again" {
	imgpipe -q --catalog c.gpkg -o maps ./*_x.tif
	exits 0
	imgpipe catalog --check c.gpkg
	exits 0
	grep -q "catalogue is whole" <<< "$output"
	cp -r maps before
	rm maps/S2_20260701_x_ndvi.tif
	printf X | dd of=maps/S2_20260702_x_ndvi.tif bs=1 seek=9 conv=notrunc status=none
	imgpipe catalog --check c.gpkg
	exits 1
	grep -q '^S2_20260701_x: .*is not there' <<< "$output"
	grep -q '^S2_20260702_x: .*is not the file that was made' <<< "$output"
	imgpipe -q --catalog c.gpkg --resume -o maps ./*_x.tif
	exits 0
	diff -r before maps -x '.*'
	imgpipe catalog --check c.gpkg
	exits 0
}

@test "--forget needs to know which; forgotten scenes are done again" {
	imgpipe -q --catalog c.gpkg ./*_x.tif
	imgpipe catalog --forget c.gpkg
	exits 64 "--scene"
	imgpipe catalog --forget --scene '*1_x' c.gpkg
	exits 0
	grep -q "^1 scene forgotten" <<< "$output"
	[ "$(sql "SELECT count(*) FROM scenes")" = 3 ]
	[ "$(sql "SELECT count(*) FROM statistics")" = 3 ]
	imgpipe --catalog c.gpkg --resume ./*_x.tif
	exits 0
	[[ "$stderr" == *"3 of 4 scenes are done"* ]]
}

@test "who changes a catalogue waits for a run that works with it, or ends with 3; who reads does neither" {
	imgpipe -q --catalog c.gpkg ./*_x.tif
	cp c.gpkg b.gpkg
	mkfifo list
	exec 7<> list
	"$IMGPIPE" -q --catalog c.gpkg --resume - < list 7>&- &
	local run=$! before
	soon grep -q "\"pid\":$run," c.gpkg.lock
	imgpipe catalog --forget --scene '*1_x' c.gpkg
	exits 3 "c.gpkg.lock: in use by another run (process $run on" "; --wait-lock 10m waits for it"
	imgpipe merge --catalog c.gpkg b.gpkg
	exits 3 "c.gpkg.lock"
	imgpipe merge --catalog c.gpkg --wait-lock 1s b.gpkg
	exits 3 "it was waited for 1 s"
	imgpipe catalog --check c.gpkg
	exits 0
	"$IMGPIPE" catalog --forget --wait-lock 30s --scene '*1_x' c.gpkg 2> said 7>&- &
	soon grep -q "waiting for it, up to 30 s" said
	ls ./*_x.tif >&7
	exec 7>&-
	wait $!
	wait "$run"
	[ "$(sql "SELECT count(*) FROM scenes")" = 3 ]
}

@test "--check opens no pipe that a catalogue names as an output" {
	imgpipe -q --catalog c.gpkg -o maps ./*1_x.tif
	mkfifo pipe
	sql "UPDATE outputs SET path = '$PWD/pipe'"
	(timeout 120 sh -c 'echo begins; echo > pipe; echo opened' > said 2>&1) 3>&- &
	local writer=$!
	soon grep -q begins said
	sleep 0.2
	imgpipe catalog --check c.gpkg
	exits 1
	[[ "$output" == *"/pipe is not there"* ]]
	sleep 0.2
	kill -0 "$writer"
	timeout 50 cat pipe > /dev/null
	wait "$writer"
	grep -q opened said
}

@test "--forget makes no catalogue" {
	imgpipe catalog --forget --gone nothing.gpkg
	exits 66 "there is no such file"
	[ -z "$(ls -d nothing* 2> /dev/null)" ]
}

@test "catalogues of jobs are joined; of a scene that is in both the newest row counts" {
	imgpipe -q --catalog a.gpkg --shard 1/2 .
	imgpipe -q --catalog b.gpkg --shard 2/2 .
	imgpipe merge --catalog c.gpkg --summary c.json a.gpkg b.gpkg
	exits 1
	imgpipe -q --summary run.json .
	cmp run.json c.json
	imgpipe merge --catalog c.gpkg a.gpkg
	exits 0
	grep -q "holds 5 scenes" <<< "$output"
	[ "$(sql "PRAGMA integrity_check")" = ok ]
}

@test "catalogues and partial results are not mixed up" {
	imgpipe -q --catalog a.gpkg --partial a.json ./*_x.tif
	imgpipe merge a.gpkg
	exits 64 "--catalog"
	imgpipe merge --catalog c.gpkg a.json
	exits 64 a.json
	[ ! -e c.gpkg ]
	imgpipe merge --catalog a.gpkg a.gpkg
	exits 64 a.gpkg
	imgpipe catalog --summary a.gpkg a.gpkg
	exits 64 a.gpkg
}

@test "what is no catalogue is told, and left as it is" {
	imgpipe catalog missing.gpkg
	exits 66 missing.gpkg
	[ ! -e missing.gpkg ]
	cp broken.tif text.gpkg
	imgpipe catalog text.gpkg
	exits 65 text.gpkg
	cmp broken.tif text.gpkg
	sqlite3 other.gpkg "CREATE TABLE t (x)"
	imgpipe catalog other.gpkg
	exits 65 "another program"
	imgpipe catalog
	exits 64
	imgpipe catalog a.gpkg b.gpkg
	exits 64
}

@test "names that would steer a terminal do not, and come back as they are" {
	local name=$'S2_20260701_\e[31mred.tif'
	cp S2_20260701_x.tif "$name"
	imgpipe -q --catalog c.gpkg --csv run.csv "./$name"
	exits 0
	imgpipe catalog c.gpkg
	exits 0
	[[ "$output" != *$'\e'* ]]
	imgpipe catalog --csv c.csv c.gpkg
	cmp run.csv c.csv
}

@test "merge --catalog of catalogues without scenes names them" {
	for part in a b; do
		imgpipe -q --catalog $part.gpkg nothing.tif
	done
	imgpipe merge --catalog all.gpkg a.gpkg b.gpkg
	exits 0
	[ "$output" = "all.gpkg: holds 0 scenes now; no scene is in a.gpkg and all others" ]
	imgpipe merge --catalog all.gpkg --csv - a.gpkg b.gpkg
	exits 66 "a.gpkg and all others: no scene in them"
	imgpipe merge --catalog all.gpkg --csv - b.gpkg
	exits 66 "b.gpkg: no scene in it"
	imgpipe -q --catalog c.gpkg S2_20260701_x.tif
	imgpipe merge --catalog all.gpkg c.gpkg b.gpkg
	exits 0
	[ "$output" = "all.gpkg: holds 1 scene now; no scene is in b.gpkg" ]
}
