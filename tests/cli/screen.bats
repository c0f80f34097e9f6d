#!/usr/bin/env bats
# What stands on a terminal, and what in files: tables that fit, colours, failures told once, whole
# lines, progress, and the last line.

load helpers

setup() {
	workspace
	tif river.tif uint16 desc=red,nir co=COMPRESS=DEFLATE 1,2,3/4,5,6/7,8,9 9,8,7/6,5,4/3,2,1
	cp river.tif "S2B_MSIL2A_20260701T100031_N0511_R122_T33UXP_of_a_name_that_never_ends_and_goes_on.tif"
	cp river.tif "Überblick über 東京 und A$(printf '\xCC\x88').tif"
	head -c 60 river.tif > broken.tif
	export TERM=xterm
	unset NO_COLOR COLUMNS
}

# screen COLUMNS ARGS... : $output is what the terminal showed
screen() {
	local columns=$1
	shift
	run timeout -k 5 60 /usr/bin/python3 "$REPO/tests/cli/screen.py" "$columns" "$IMGPIPE" "$@"
	[ "$status" -ne 99 ] || {
		echo "$output"
		return 1
	}
}

@test "no line is wider than the terminal" {
	local columns
	imgpipe --catalog c.gpkg --partial p.json river.tif broken.tif
	exits 1
	for columns in 60 80 120 200; do
		screen $columns .
		[ "$status" -eq 1 ]
		[[ "$output" == *"mean"*"median"*"busy s"*"Done"* ]]
		screen $columns --index ndvi,evi --expr "a_name_of_its_own=nir/red" --mask auto-optional -v .
		screen $columns plan --memory 64M river.tif
		[[ "$output" == *"idle end"* ]]
		screen $columns plan --memory 64M -o maps river.tif
		screen $columns info river.tif broken.tif
		screen $columns check river.tif broken.tif
		screen $columns catalog c.gpkg
		screen $columns --teach float-sums,gil river.tif
		screen $columns merge p.json
		screen $columns pi -N 1000
		screen $columns sum -N 1000
		screen $columns recur -N 100 -T 10
		screen $columns sweep --workers 1,2 --repeat 1 river.tif
		screen $columns mask show scl
		screen $columns index river.tif
	done
}

@test "no line ends between a name and its value" {
	local columns
	for columns in {60..100..4} 81; do
		screen $columns recur --workers 1 -N 100 -T 10 --color never
		[ "$status" -eq 0 ] && [[ "$output" == *" = "* ]]
		run ! grep -nE '(^| )=[[:blank:]]*$|^ *= ' <<< "$(tr -d '\r' <<< "$output")"
	done
}

@test "a path wider than the terminal is broken behind its slashes; nothing ends in blanks" {
	local folder=first_folder_of_this_name/second_folder_of_this_name/third_folder/fourth_folder
	local file=$PWD/$folder/broken.tif
	mkdir -p $folder
	cp broken.tif $folder/
	for command in info check ""; do
		screen 80 $command --color never "$file"
		output=$(tr -d '\r' <<< "$output")
		[[ "$(tr -d ' \n' <<< "$output")" == *"${file// /}:"* ]]
		grep -Eq '/$' <<< "$output"
		run ! grep -E '^ *:|[[:blank:]]$' <<< "$output"
	done
}

@test "80 columns have all numbers of a scene, 200 all columns and more of the name" {
	screen 80 --color never .
	[[ "$output" == *"valid %     mean     std      min      max   median"$'\n'* ]]
	[[ "$output" != *"status"* ]] && [[ "$output" != *"msgs"* ]]
	screen 60 --color never .
	[[ "$output" == *"valid %     mean   median"$'\n'* ]]
	screen 200 --color never .
	[[ "$output" == *"S2B_MSIL2A_20260701T100031_N0..._that_never_ends_and_goes_on "* ]]
	[[ "$output" == *"median  status"$'\n'* ]] && [[ "$output" == *"msgs plan MiB resv MiB"* ]]
}

@test "numbers stand beside short names, however wide the terminal is" {
	local columns head
	mkdir short
	ln -s ../river.tif short/b.tif
	screen 100 --color never short
	head=$(grep '^scene ' <<< "$output")
	for columns in 120 200; do
		screen $columns --color never short
		[ "$(grep '^scene ' <<< "$output")" = "$head" ]
	done
	[ "${#head}" -le 100 ]
	ln -s ../river.tif short/0123456789_123456789_123456789_123456789_x.tif
	screen 120 --color never short
	grep -qE '^0123456789_123456789_123456789_123456789_x +[0-9]' <<< "$output"
	[[ "$(grep '^scene ' <<< "$output")" == "scene $(printf "%36s" "") valid %"* ]]
	imgpipe -q --partial short.json short/b.tif # whose names a merge does not know beforehand
	screen 120 --color never short/b.tif
	head=$(grep '^scene ' <<< "$output")
	screen 120 merge --color never short.json
	[ "$(grep '^scene ' <<< "$output")" = "$head" ]
}

@test "wide characters and accents of their own do not move columns" {
	local at names
	screen 80 --color never .
	names=$(/usr/bin/python3 -c '
import sys, unicodedata
wide = lambda t: sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in t)
rows = [l for l in sys.stdin.read().split("\n") if "100.00" in l]
print(len(rows), len({wide(l[:l.index("100.00")]) for l in rows}))' <<< "$output")
	[ "$names" = "4 1" ]
}

@test "colours are on terminals, and never in files" {
	local escape=$'\033'
	screen 80 .
	[[ "$output" == *"$escape[1;31mbroken"*"FAILED"* ]] && [[ "$output" == *"$escape[1mscene"* ]]
	for no in "NO_COLOR=1" "TERM=dumb"; do
		run env "$no" /usr/bin/python3 "$REPO/tests/cli/screen.py" 80 "$IMGPIPE" .
		[[ "$output" == *FAILED* ]] && [[ "$output" != *"$escape"* ]]
	done
	screen 80 --color never .
	[[ "$output" != *"$escape"* ]]
	imgpipe .
	[[ "$output$stderr" != *"$escape"* ]]
	imgpipe --color always --report r.json --csv c.csv --html p.html .
	[[ "$output" == *"$escape[1m"* ]] && [[ "$stderr" == *"$escape["* ]]
	! grep -q "$escape" r.json c.csv p.html
	imgpipe --color always --summary - river.tif
	[[ "$output" != *"$escape"* ]]
	imgpipe --color always --csv - river.tif
	[[ "$output" != *"$escape"* ]]
	imgpipe --color sometimes river.tif
	exits 64 "none of: auto, always, never"
}

@test "a failure is told once where both streams are read as one" {
	"$IMGPIPE" . > log 2>&1 || true
	[ "$(grep -c 'broken.tif: ' log)" -eq 1 ]
	"$IMGPIPE" -v . > log 2>&1 || true
	[ "$(grep -c 'broken.tif: ' log)" -eq 1 ]
	"$IMGPIPE" nosuch 2>&1 | cat > log
	[ "$(grep -c 'cannot be opened' log)" -eq 1 ]
	screen 80 .
	[ "$(grep -c 'broken.tif: ' <<< "$output")" -eq 1 ]
	# what does not show the table tells it on standard error
	"$IMGPIPE" -q . > log 2>&1 || true
	[ "$(grep -c 'scene broken failed: ./broken.tif: ' log)" -eq 1 ]
	"$IMGPIPE" --summary - . > log 2>&1 || true
	[ "$(grep -c 'scene broken failed: ./broken.tif: ' log)" -eq 1 ]
	screen 200 --csv c.csv -q .
	[[ "$output" == *"scene broken failed"* ]]
}

@test "cron hears of failures though the report goes elsewhere" {
	run --separate-stderr bash -c '"$0" . > /dev/null' "$IMGPIPE"
	[[ "$stderr" == *"imgpipe: scene broken failed: ./broken.tif: "* ]]
	run --separate-stderr bash -c '"$0" . > log' "$IMGPIPE"
	[[ "$stderr" == *"imgpipe: scene broken failed: ./broken.tif: "* ]]
	grep -q "^broken .*FAILED" log
}

@test "lines of a log that has both streams are whole" {
	local i
	for i in $(seq 80); do
		cp river.tif "good-$i.tif"
		cp broken.tif "bad-$i.tif"
	done
	"$IMGPIPE" --log-format json . > log 2>&1 || true
	[ "$(grep -c '^bad-[0-9]* .* FAILED  ./bad-' log)" -eq 80 ]
	[ "$(grep -c '^good-[0-9]* .* ok$' log)" -eq 80 ]
	[ "$(grep -c '^{"ts":.*}$' log)" -eq "$(grep -c '{"ts":' log)" ]
	[ "$(grep -c 'scene-failed' log)" -eq 81 ]
}

@test "the last line says it all, in 80 columns" {
	local last
	imgpipe .
	last=${lines[-1]}
	[ "$last" = "Done      4 scenes, 1 failed: ndvi mean 0.0000 over 27 pixels; exit status 1" ] || {
		echo "$last"
		return 1
	}
	imgpipe river.tif
	[ "${lines[-1]}" = "Done      1 scene: ndvi mean 0.0000 over 9 pixels" ]
	imgpipe --expr a_long_name_of_an_index=nir/red --index ndvi,sr,ipvi,tvi,dvi,nirv,wdrvi,msr broken.tif river.tif
	[[ "${lines[-1]}" == "Done      2 scenes, 1 failed: "*" ...; exit status 1" ]]
	[ "${#lines[-1]}" -le 80 ]
	imgpipe nosuch
	[ "${lines[-1]}" = "Done      1 scene, 1 failed; exit status 66" ]
}

@test "progress names the scene and its chunks, and wipes itself out" {
	"$MAKE_SCENE" --size 2048 --tile 256 big.tif
	run --separate-stderr "$IMGPIPE" --workers 1 --chunk 512 --progress --teach task-overhead=100ms big.tif
	grep -E '^imgpipe: \[#*\.*\] +[0-9]+ %  0 of 1 scenes, [0-9]+ MB/s, [0-9]+ s left  big, chunk [0-9]+ of 16$' <<< "$stderr"
	[[ "$stderr" != *$'\r'* ]]
	screen 80 --workers 1 --chunk 512 --teach task-overhead=40ms big.tif broken.tif
	[ "$status" -eq 1 ]
	[[ "$output" != *" s left"* ]]
}

@test "a launcher of MPI gives its ranks terminals of their own; what it writes to a file is plain all the same" {
	command -v mpirun.openmpi > /dev/null && [ -e "$BUILD/imgpipe-mpi-openmpi.so" ] ||
		skip "Open MPI or imgpipe's module for it is not here"
	mpirun.openmpi --allow-run-as-root --oversubscribe -n 2 "$IMGPIPE" -j 1 river.tif > launched.txt
	"$IMGPIPE" river.tif > alone.txt
	[ -s launched.txt ] && ! grep -q $'\x1b' launched.txt
	cmp <(head -2 launched.txt) <(head -2 alone.txt)
}
