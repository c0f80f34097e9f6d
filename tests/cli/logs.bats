#!/usr/bin/env bats
# Lines of a run for programs, the journal and files, and that no secret of an address is written
# anywhere. JSON is read by jq.

load helpers

setup() {
	workspace
	tif a.tif uint16 desc=red,nir 10,20/30,40 30,40/50,60
	printf 'II*\0broken' > broken.tif
}

# says FILE CONDITION : of one of its objects it is true
says() {
	jq -se "any(.[]; $2)" "$1" > /dev/null || {
		echo "none is so: $2"
		cat "$1"
		return 1
	}
}

teardown() {
	! mountpoint -q disk || umount disk
}

@test "by default lines are as ever: no times, no files" {
	imgpipe --csv - a.tif broken.tif
	[ "$status" -eq 1 ]
	[[ "$stderr" == "imgpipe: scene broken failed: broken.tif: "* ]]
	[ "$(wc -l <<< "$stderr")" -eq 1 ]
}

@test "--log-format text: times where standard error is no terminal" {
	imgpipe -q --log-format text a.tif broken.tif
	[[ "$stderr" =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[+-][0-9]{2}:[0-9]{2}\ imgpipe\[[0-9]+\]:\ scene\ broken ]]
	[ "$(wc -l <<< "$stderr")" -eq 1 ]
	imgpipe -q --log-format xml a.tif
	exits 64 "--log-format" "text, json"
}

@test "--log-format json: an object a line, from the beginning to the end" {
	imgpipe --log-format json --csv x.csv --mask-output why -o maps a.tif broken.tif
	[ "$status" -eq 1 ]
	echo "$stderr" > lines
	[ "$(jq -r .event lines | tr '\n' ' ')" = "run-begin scene-done scene-failed run-end " ] ||
		[ "$(jq -r .event lines | tr '\n' ' ')" = "run-begin scene-failed scene-done run-end " ]
	says lines '.event == "scene-done" and .scene == "a" and .valid_pixels == 4 and .elapsed_seconds > 0'
	says lines '.event == "scene-failed" and .scene == "broken" and .level == "error"
		and (.msg | test("broken.tif"))'
	says lines '.event == "run-end" and .status == 1 and .scenes == 2 and .ok == 1 and .failed == 1'
	[ "$(jq -r .run lines | sort -u | grep -cE '^[0-9a-f]{16}$')" -eq 1 ]
	[ "$(jq -r .ts lines | grep -cE '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z$')" -eq 4 ]
}

@test "--log-format json: the events of one run, for every executor" {
	for executor in serial threads processes openmp; do
		imgpipe -j 2 --executor "$executor" --log-format json --csv x.csv a.tif broken.tif
		[ "$status" -eq 1 ]
		[ "$(jq -r .event <<< "$stderr" | sort | tr '\n' ' ')" = \
			"run-begin run-end scene-done scene-failed " ]
		[ "$(jq -r .pid <<< "$stderr" | sort -u | wc -l)" -eq 1 ]
	done
}

@test "-q leaves JSON lines of errors alone" {
	imgpipe -q --log-format json a.tif broken.tif
	[ "$(jq -r .event <<< "$stderr" | tr '\n' ' ')" = "scene-failed " ]
}

@test "an error of a formula keeps its lines: text as ever, one object in JSON" {
	imgpipe -q --expr 'x=(nir' a.tif
	text=$stderr
	[ "$(wc -l <<< "$text")" -eq 3 ]
	imgpipe -q --log-format json --expr 'x=(nir' a.tif
	exits 64
	[ "imgpipe: $(jq -r .msg <<< "$stderr" | sed '2,$s/^/  /')" = "$text" ]
	[ "$(jq .code <<< "$stderr")" = 64 ]
}

@test "a name cannot make lines, nor steer a terminal" {
	name=$'x\n{"event":"run-end","msg":"forged"}\e[31m"\xff'
	cp broken.tif "$name.tif"
	imgpipe -q --log-format json "$name.tif"
	[ "$(jq -r .event <<< "$stderr" | sort -u | tr '\n' ' ')" != "run-end " ]
	echo "$stderr" > lines
	says lines '.event == "scene-failed" and (.scene |
		startswith("x\\x0A{") and contains("\\x1B") and endswith("\\xFF"))'
	imgpipe -q --log-file log "$name.tif"
	[ "$(grep -cv '^20[0-9T:+-]* imgpipe\[' log)" -eq 0 ]
	! grep -q $'\e' log
}

@test "--log-file: appended, with times and finished scenes; what ends the run is told, too" {
	imgpipe --log-file log --csv x.csv a.tif broken.tif
	[ "$status" -eq 1 ]
	[ -z "$stderr" ]
	[ "$(stat -c %a log)" = 640 ] || [ "$(stat -c %a log)" = 600 ]
	grep -q 'imgpipe\[[0-9]*\]: scene a done$' log
	grep -q 'scene broken failed' log
	[ "$(wc -l < log)" -eq 4 ]
	imgpipe --log-file log --log-format json --raw --reflectance a.tif
	exits 64 "imgpipe: --raw"
	tail -n +5 log > lines
	[ "$(jq -r .event lines | tr '\n' ' ')" = "run-begin run-failed run-end " ]
	says lines '.event == "run-failed" and .code == 64'
	says lines '.event == "run-end" and .status == 64'
}

@test "--log-file: what is no file for a log is refused before any work, and stays as it is" {
	mkfifo pipe
	printf 'a.tif\n' > list.txt
	cp a.tif before.tif
	for file in pipe /dev/full . none/log list.txt a.tif; do
		imgpipe -q --csv out.csv --log-file "$file" a.tif
		exits 73 "imgpipe: $file: "
		[ ! -e out.csv ]
	done
	cmp a.tif before.tif
	[ "$(cat list.txt)" = a.tif ]
	imgpipe -q --log-file - a.tif
	exits 64 "--log-file"
	: > log
	imgpipe -q --csv log --log-file log a.tif
	exits 64 "log"
}

@test "--log-file in a folder that cannot be written to" {
	mkdir closed
	chmod 555 closed
	if [ -w closed ]; then
		skip "this user may write everywhere"
	fi
	imgpipe -q --log-file closed/log a.tif
	exits 73 "closed/log" "Permission denied"
}

@test "a full disk does not end the run, and is said once" {
	mkdir disk
	mount -t tmpfs -o size=4k none disk 2> mount.err || skip "no small disk here: $(cat mount.err)"
	imgpipe --csv x.csv --log-file disk/log a.tif
	[ "$status" -eq 0 ]
	head -c 4096 /dev/zero | tr '\0' '\n' >> disk/log 2> tr.err || true
	imgpipe --csv y.csv --log-file disk/log a.tif broken.tif
	[ "$status" -eq 1 ]
	umount disk
	grep -q '^a,' y.csv
	[ "$(grep -c 'cannot write to the log' <<< "$stderr")" -eq 1 ]
	[[ "$stderr" == *"scene broken failed"* ]]
}

@test "SIGHUP: the log is opened anew, and the run goes on" {
	# A pipe as list of scenes keeps the run waiting until it is closed.
	mkfifo list
	"$IMGPIPE" -q --log-file log --csv x.csv @list &
	pid=$!
	exec 7> list
	soon grep -q begins log
	mv log log.1
	kill -HUP $pid
	echo a.tif >&7
	exec 7>&-
	wait $pid
	grep -q begins log.1
	! grep -q 'exit status' log.1
	grep -q 'scene a done' log
	grep -q 'exit status 0' log
	grep -q '^a,' x.csv
}

@test "SIGHUP without a log ends the run as ever" {
	mkfifo list
	"$IMGPIPE" -q --csv x.csv @list 2> said &
	pid=$!
	exec 7> list
	sleep 0.5
	kill -HUP $pid
	exec 7>&-
	status=0
	wait $pid || status=$?
	[ "$status" -eq 129 ]
}

# slow MILLISECONDS ... : a run of 64 chunks, each so long at work, whose log is `log`, in a group of its own; it has
# begun with them
slow() {
	set -m
	"$IMGPIPE" -q --log-file log --log-format json --csv x.csv --chunk 64 --teach "task-overhead=$1ms" \
		"${@:2}" big.tif a.tif 2> said &
	pid=$!
	set +m
	soon grep -q run-begin log
	soon catches $pid
	soon has_worked $pid 15
}

# ended STATUS : the run ends so
ended() {
	status=0
	wait $pid || status=$?
	[ "$status" -eq "$1" ] || {
		echo "exit status $status, not $1"
		cat log said
		return 1
	}
}

@test "interrupted: the log has its end, and no scene that is cut short is done" {
	"$MAKE_SCENE" --size 512 big.tif
	slow 50 -j 1 --executor threads
	kill -TERM $pid
	ended 143
	says log '.event == "interrupted" and .level == "warning"'
	says log '.event == "run-end" and .status == 143 and .cancelled >= 1'
	[ "$(jq -r .event log | grep -c run-end)" -eq 1 ]
	[ "$(jq -r .event log | grep -c scene-done)" = "$(jq 'select(.event == "run-end") | .ok' log)" ]
}

@test "interrupted in the middle of a block that takes long" {
	"$MAKE_SCENE" --size 4096 big.tif
	slow 1 -j 1 --executor threads --expr 'x=(nir+1)**0.3+exp(red/9999)' --chunk 4096 --working-set chunk
	kill -TERM $pid
	ended 143
	says log '.event == "interrupted" and .level == "warning"'
	[ "$(jq -r .event log | grep -c run-end)" -eq 1 ]
	[ "$(tail -n 1 log | jq -r .status)" = 143 ]
}

@test "SIGHUP to the program and its workers ends none of them" {
	"$MAKE_SCENE" --size 512 big.tif
	for executor in threads processes; do
		rm -f log x.csv
		slow 20 -j 2 --executor $executor
		kill -HUP -- -$pid
		ended 0
		says log '.event == "run-end" and .ok == 2 and .workers_lost == 0'
		grep -q '^big,' x.csv
	done
}

@test "a worker that dies is told of" {
	"$MAKE_SCENE" --size 512 big.tif
	slow 20 -j 2 --executor processes
	kill -KILL "$(pgrep -P $pid | head -1)"
	wait $pid || true
	says log '.event == "worker-lost" and .level == "warning"'
	says log '.event == "run-end" and .workers_lost == 1'
}

@test "the journal: levels in front of lines, and only where standard error is the journal" {
	: > journal
	JOURNAL_STREAM=$(stat -c '%d:%i' journal) "$IMGPIPE" -v --csv x.csv a.tif broken.tif 2>> journal || [ $? -eq 1 ]
	grep -q '^<3>imgpipe: scene broken failed' journal
	grep -q '^<6>imgpipe: scene a done$' journal
	! grep -qv '^<[3-6]>imgpipe: ' journal
	: > journal
	JOURNAL_STREAM=$(stat -c '%d:%i' journal) "$IMGPIPE" --log-format json --csv x.csv a.tif 2>> journal
	sed 's/^<[3-6]>//' journal > lines
	says lines '.event == "run-end" and .status == 0'
	JOURNAL_STREAM=1:2 "$IMGPIPE" -v --csv x.csv a.tif 2> other
	grep -q '^imgpipe: scene a done$' other
}

@test "under MPI the first rank alone has the log" {
	command -v mpirun.openmpi > /dev/null || skip "Open MPI is not installed"
	mpirun.openmpi --allow-run-as-root --oversubscribe -n 3 "$IMGPIPE" -q -j 1 --log-file log \
		--log-format json --csv x.csv a.tif
	[ "$(jq -r .event log | sort | tr '\n' ' ')" = "run-begin run-end scene-done " ]
}

# secrets FILE... : the word stands in none of them
secrets() {
	! grep -l SECRET "$@"
	! printf '%s' "$output$stderr" | grep SECRET
}

@test "secrets of addresses stand nowhere: scenes that open and that do not, in all that is written" {
	away='/vsicurl/https://user:SECRET1@127.0.0.1:1/dir/x.tif?X-Amz-Credential=SECRET2/SECRET3&X-Amz-Signature=SECRET4&a=1'
	coded='/vsicurl?max_retry=0&url=https%3A%2F%2Fu%3ASECRET1%40127.0.0.1%3A1%2Fy.tif%3Fsig%3DSECRET2%26se%3D1'
	here='z?X-Amz-Signature=SECRET5&token=SECRET6.tif'
	cp a.tif "$here"
	imgpipe -v --csv s.csv --tiles t.csv --summary s.json --report r.json --html p.html --trace t.json \
		--partial p.json --log-file log -o maps --quicklook --contact-sheet sheet.png \
		"$away" "$coded" "$here"
	[ "$status" -eq 1 ]
	[ "$(wc -l < s.csv)" -eq 4 ]
	secrets s.csv t.csv s.json r.json p.html t.json p.json log maps/* sheet.png
	! ls maps | grep SECRET
	grep -q 'https://\*\*\*@127.0.0.1:1/dir/x.tif?X-Amz-Credential=\*\*\*&X-Amz-Signature=\*\*\*&a=1' s.csv
	imgpipe -v "$away" "$coded" "$here"
	secrets
	imgpipe -v --log-format json --csv s.csv "$away" "$coded" "$here"
	secrets s.csv
	imgpipe plan -v "$away" "$coded" "$here"
	secrets
	imgpipe info "$here"
	secrets
	imgpipe info "$away"
	secrets
	imgpipe info "$coded"
	secrets
}

@test "shards that have signed their addresses each for itself are of one batch" {
	for i in 1 2; do
		imgpipe -q --shard $i/2 --partial p$i.json a.tif \
			"/vsicurl/https://127.0.0.1:1/x.tif?sig=SECRET$i"
	done
	imgpipe merge --csv all.csv p1.json p2.json
	[ "$status" -eq 1 ]
	[ "$(wc -l < all.csv)" -eq 3 ]
	secrets all.csv p1.json p2.json
}
