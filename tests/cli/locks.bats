# One run at a time in a folder of outputs: who gets it, who does not, waiting, shards.

load helpers

setup() {
	workspace
	"$MAKE_SCENE" --size 200x150 --tile 64 --count 3 s.tif
	SCENES="s_0001.tif s_0002.tif s_0003.tif"
}

teardown() {
	[ -z "${holder:-}" ] || let_go 2> /dev/null || true
}

# hold ARGS... : a run that waits for its list, which is read after the lock is taken; $holder
hold() {
	rm -f list
	mkfifo list
	exec 7<> list
	"$IMGPIPE" -q "$@" - < list 2> held.err 7>&- &
	holder=$!
	soon has_lock || {
		echo "no lock was taken: $(cat held.err)"
		return 1
	}
}

# The text of the lock, which is written once it is taken, is there.
has_lock() { grep -qs "\"pid\":$holder," out/.imgpipe*.lock; }

# let_go [SCENES...] : it gets its list and comes to its end; $ended is its status
let_go() {
	printf '%s\n' "$@" >&7
	exec 7>&-
	ended=0
	wait "$holder" || ended=$?
	holder=
}

@test "busy: exit 3 at once, with who has it, since when, and what to do" {
	hold -o out
	local day
	day=$(get out/.imgpipe.lock 'd["since"][:10]')
	imgpipe -o out $SCENES
	exits 3 "out/.imgpipe.lock" "process $holder on $(uname -n), since $day " "$(date +%Z)" \
		"--wait-lock 10m" "another folder"
	[ -z "$output" ]
	[ "$(ls -A out)" = .imgpipe.lock ]
	imgpipe -q -o elsewhere $SCENES
	exits 0
	let_go $SCENES
	[ "$ended" -eq 0 ]
	imgpipe -q -o out --overwrite $SCENES
	exits 0
}

@test "the lock file stays, and is one line of JSON while the run lives" {
	local before
	before=$(date +%Y-%m-%d)
	hold -o out
	[ "$(wc -l < out/.imgpipe.lock)" -eq 1 ]
	holds out/.imgpipe.lock "d['pid'] == $holder" "d['host'] == '$(uname -n)'" \
		"abs(d['time'] - $(date +%s)) < 60" "d['since'][:10] in ('$before', '$(date +%Y-%m-%d)')"
	let_go $SCENES
	[ -e out/.imgpipe.lock ]
	[ ! -s out/.imgpipe.lock ]
}

@test "before anything is looked at: also where the run would be refused" {
	hold -o out
	imgpipe -o out nothing.tif
	exits 3
	imgpipe -o out --name "{date}.tif" $SCENES
	exits 3
	imgpipe -o out --type nonsense $SCENES
	exits 64 # of words alone
	let_go $SCENES
}

@test "who only looks takes no lock" {
	hold -o out
	imgpipe plan -o out $SCENES
	exits 0
	imgpipe info s_0001.tif
	exits 0
	imgpipe -q $SCENES
	exits 0
	let_go $SCENES
	[ "$ended" -eq 0 ]
}

@test "--wait-lock goes on when the other has ended, and says once what it waits for" {
	hold -o out
	"$IMGPIPE" -o out --overwrite --wait-lock 50s $SCENES > out.txt 2> wait.err 7>&- &
	waiter=$!
	soon grep -q "waiting for it" wait.err
	sleep 1.5
	kill -0 $waiter
	[ "$(grep -c "waiting for it, up to 50 s" wait.err)" -eq 1 ]
	grep -q "process $holder" wait.err
	let_go $SCENES
	wait $waiter
	[ "$(grep -c . wait.err)" -eq 1 ]
	grep -q "all 3 scenes" out.txt
}

@test "--wait-lock in vain: exit 3, after that time" {
	hold -o out
	local begin took
	for _ in 1 2 3; do # that it is not much longer is seen once: the machine may have other work
		begin=$(date +%s%N)
		imgpipe -q -o out --wait-lock 1 $SCENES
		exits 3 "waited for 1 s" "process $holder"
		took=$((($(date +%s%N) - begin) / 1000000))
		[ "$took" -ge 1000 ]
		[ "$took" -ge 4000 ] || break
	done
	[ "$took" -lt 4000 ]
	let_go
}

@test "a signal ends the wait" {
	hold -o out
	for signal in INT:130 TERM:143; do
		rm -f wait.err
		# A shell's & ignores SIGINT.
		/usr/bin/python3 -c 'import signal, os, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$IMGPIPE" -o out --wait-lock 1h $SCENES 2> wait.err 7>&- &
		waiter=$!
		soon grep -q "waiting for it" wait.err
		kill -"${signal%:*}" $waiter
		rc=0
		wait $waiter || rc=$?
		[ "$rc" -eq "${signal#*:}" ]
	done
	let_go
}

@test "times to wait, and what is none" {
	for time in 0 90 30s 10m 2h 1d 366d; do
		imgpipe -q -o out --overwrite --wait-lock $time s_0001.tif
		exits 0
	done
	for time in "" x 10x m -1 1.5m "10 m" 367d 99999999999999999999 18446744073709551615h; do
		imgpipe -q -o out --wait-lock "$time" s_0001.tif
		exits 64 "--wait-lock" "10m"
	done
}

@test "killed with -9: the next run starts at once" {
	hold -o out
	kill -9 $holder
	wait $holder || true
	holder=
	exec 7>&-
	[ -s out/.imgpipe.lock ] # its text is still there, and is not believed
	imgpipe -q -o out $SCENES
	exits 0
}

@test "shards work in one folder at the same time; a run, the same shard and other shards do not" {
	hold -o out --shard 1/3
	for i in 2 3; do
		imgpipe -q -o out --shard $i/3 $SCENES
		exits 0
	done
	imgpipe -q -o out $SCENES
	exits 3 "out/.imgpipe-1-of-3.lock" "shard 1/3 of another run (process $holder"
	imgpipe -q -o out --shard 1/3 $SCENES
	exits 3 "out/.imgpipe-1-of-3.lock" "process $holder" "started twice"
	imgpipe -q -o out --shard 2/4 $SCENES
	exits 3 "shard 1/3 of another run (process $holder"
	imgpipe -q -o out --shard 1/1 $SCENES
	exits 3
	let_go $SCENES
	[ "$ended" -eq 0 ]
	imgpipe -q -o one $SCENES
	diff -r -x '.imgpipe*.lock' one out
	imgpipe -q -o out --overwrite --shard 2/4 $SCENES
	exits 0
}

@test "a run keeps out shards" {
	hold -o out
	imgpipe -q -o out --shard 1/3 $SCENES
	exits 3 "out/.imgpipe.lock: in use by another run (process $holder"
	let_go $SCENES
}

@test "what is no plain file at the lock's name is refused, and left alone" {
	mkdir out
	echo kept > victim
	ln -s ../victim out/.imgpipe.lock
	imgpipe -q -o out $SCENES
	exits 73 "out/.imgpipe.lock" "no plain file"
	[ "$(cat victim)" = kept ]
	rm out/.imgpipe.lock
	ln -s ../nothing out/.imgpipe.lock
	imgpipe -q -o out $SCENES
	exits 73 "out/.imgpipe.lock"
	[ ! -e nothing ]
	rm out/.imgpipe.lock
	mkfifo out/.imgpipe.lock
	LIMIT=10 imgpipe -q -o out $SCENES
	exits 73 "no plain file"
	rm out/.imgpipe.lock
	mkdir out/.imgpipe.lock
	imgpipe -q -o out $SCENES
	exits 73 "no plain file"
	[ "$(ls out)" = "" ]
}

@test "a file of somebody at the lock's name is refused, and left alone; what a crash has left is not" {
	mkdir out
	echo precious > mine
	ln mine out/.imgpipe.lock
	imgpipe -q -o out $SCENES
	exits 73 "out/.imgpipe.lock: holds something else than a lock" "move it away"
	imgpipe -q -o out --shard 1/2 $SCENES
	exits 73 "holds something else"
	cp mine c.gpkg.lock
	imgpipe -q --catalog c.gpkg $SCENES
	exits 73 "c.gpkg.lock: holds something else"
	[ "$(cat mine)" = precious ]
	cmp mine c.gpkg.lock
	for left in '{"pid":4711,"host":"elsewhere"' '{"pi' '\0\0\0\0\0\0\0\0\0\0\0\0'; do
		rm out/.imgpipe.lock
		printf "$left" > out/.imgpipe.lock
		imgpipe -q -o out --overwrite $SCENES
		exits 0
		[ ! -s out/.imgpipe.lock ]
	done
}

@test "a run that is refused or makes nothing leaves no folder of its own; one that was there stays" {
	imgpipe -q -o new --name "{date}_{index}.tif" $SCENES
	exits 64
	[ ! -e new ]
	imgpipe -q -o new --shard 1/2 --name "{date}_{index}.tif" $SCENES
	exits 64
	[ ! -e new ]
	imgpipe -q -o new nothing.tif
	exits 66
	[ ! -e new ]
	imgpipe -q -o new --shard 1/1 --executor processes nothing.tif
	exits 66
	[ ! -e new ]
	imgpipe -q -o new --csv new/failed.csv nothing.tif
	exits 66
	[ "$(ls new)" = failed.csv ]
	mkdir mine
	imgpipe -q -o mine nothing.tif
	exits 66
	[ "$(ls -A mine)" = .imgpipe.lock ]
}

@test "--on-error stop: after the first failed scene nothing is begun" {
	echo none > bad.tif
	imgpipe --workers 1 --report r.json --html page.html --partial part.json --on-error stop \
		s_0001.tif bad.tif s_0002.tif s_0003.tif
	exits 1 "scene bad failed" "ended early by --on-error stop: 2 scenes cancelled"
	[[ "$output" == *"1 of 4 ok, 1 failed, 2 cancelled"*"ended early by --on-error stop"* ]]
	holds r.json "d['run']['ended_by'] == 'on-error'" "d['run']['interrupted_by'] is None" \
		"d['global']['scenes_cancelled'] == 2" \
		"[s['status'] for s in d['scenes']] in (['ok', 'failed'] + k * ['cancelled'] for k in (0, 1, 2))" \
		"len(d['scenes']) + d['global']['scenes_not_begun'] == 4"
	grep -q "ended early by <span class=.s.>--on-error</span> stop" page.html
	holds part.json "not d['end']['complete']"
	imgpipe -q --on-error continue s_0001.tif bad.tif s_0002.tif
	exits 1
	[[ "$stderr" != *"ended early"* ]]
	imgpipe -q --on-error stop bad.tif s_0001.tif s_0002.tif
	[ "$status" -eq 1 ] || exits 65 # where a scene in flight came to its end or none did
	imgpipe -q --on-error maybe s_0001.tif
	exits 64 continue stop
}

@test "--max-failures: one more ends the run; a share is of all scenes of the run" {
	for i in {1..5}; do echo none > bad_$i.tif; done
	mixed="bad_1.tif s_0001.tif bad_2.tif bad_3.tif s_0002.tif bad_4.tif bad_5.tif s_0003.tif"
	# limit, failures it takes (0: the run goes to its end)
	for case in "0 1" "1 2" "3 4" "5 0" "0% 1" "12.4% 1" "12.5% 2" "25% 3" "62.5% 0" "100% 0"; do
		read -r limit n <<< "$case"
		for executor in serial threads processes; do
			imgpipe -q --executor $executor --workers 2 --report r.json --max-failures "$limit" $mixed
			if [ "$n" -eq 0 ]; then
				exits 1
				holds r.json "d['run']['ended_by'] is None" "len(d['scenes']) == 8" \
					"d['global']['scenes_failed'] == 5"
				continue
			fi
			holds r.json "d['run']['ended_by'] == 'max-failures'" \
				"[s['status'] for s in d['scenes']][:[0, 1, 3, 4, 6][$n]] == ['failed', 'ok', 'failed', 'failed', 'ok', 'failed'][:[0, 1, 3, 4, 6][$n]]"
			[[ "$stderr" == *"ended early by --max-failures"* ]] ||
				holds r.json "d['global']['scenes_cancelled'] == 0" # all were in flight
		done
	done
	imgpipe -q --max-failures 2 bad_1.tif bad_2.tif bad_3.tif bad_4.tif
	exits 65
	for limit in x -1 1.5 101% % 5%% 1e2% nan% 4294967296; do
		imgpipe -q --max-failures=$limit s_0001.tif
		exits 64 "--max-failures"
	done
}
