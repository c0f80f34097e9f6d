# samples/cluster: every command that stands in its files is run as it stands there, with the program of this build and
# in a folder of its own. The second time nothing is left to do.

load helpers

UNITS=$REPO/samples/cluster

setup() {
	workspace
	mkdir bin && ln -s "$IMGPIPE" bin/imgpipe
	PATH=$PWD/bin:$PATH
}

teardown() {
	chmod -R u+w . # what a test has closed is in the way of who takes its folder away
}

# scenes FOLDER FIRST LAST [SIZE]
scenes() {
	local i
	mkdir -p "$1"
	for ((i = $2; i <= $3; i++)); do
		"$MAKE_SCENE" --size "${4:-200}" --tile 128 --seed "$i" "$(printf '%s/S2A_202607%02d_x.tif' "$1" "$i")"
	done
}

# at_work LOG PID : that run has done a scene, and there are more
at_work() {
	soon grep -q scene-done "$1"
	kill -0 "$2"
}

# The commands of the crontab, without the five fields of the time.
cron_commands() {
	sed -nE 's/^([0-9*,/-]+ ){5}//p' "$UNITS/crontab" | sed "s|\.local/bin/imgpipe|bin/imgpipe|"
}

# setting NAME : of the service
setting() {
	sed -n "s/^$1=//p" "$UNITS/imgpipe.service"
}

# What a night leaves in this folder: scenes of which EARLIER were done before, and the metric of it.
a_night_of() { # SCENES EARLIER LOG
	[ "$(find ndvi -name '*_ndvi.tif' | wc -l)" -eq "$1" ]
	holds ndvi.json "d['global']['scenes'] == $1"
	tail -n 1 "$3" | grep -q "\"event\":\"run-end\".*\"status\":0,.*\"ok\":$1,.*\"earlier\":$2,"
	grep -q '"event":"catalogue".*scenes\? .*done' "$3" # for the log, with -q too
	run ! grep "cannot stop a read" "$3"              # these executors can
	grep -qx 'imgpipe_last_exit_status 0' ndvi.prom
	grep -qx "imgpipe_earlier_scenes $2" ndvi.prom
	imgpipe catalog --check ndvi.gpkg
	exits 0
	[[ $output == *"of $1 scenes, 0 lack files"* ]]
}

@test "crontab: the lines work, twice, and say nothing" {
	[ "$(cron_commands | wc -l)" -eq 2 ]
	scenes scenes/incoming 1 3
	cp "$UNITS/ndvi.conf" scenes/
	for earlier in 0 3; do
		while read -r command; do
			HOME=$PWD run --separate-stderr sh -c "$command"
			[ "$status" -eq 0 ] && [ -z "$output$stderr" ]
		done < <(cron_commands)
		(cd scenes && a_night_of 3 $earlier ndvi.log)
	done
	# a bad file is told, and the others are done
	echo rubbish > scenes/incoming/S2A_20260704_x.tif
	scenes scenes/incoming 5 5
	HOME=$PWD run sh -c "$(cron_commands | head -n 1)"
	[ "$status" -eq 1 ] && [[ "$output" == "BAD incoming/S2A_20260704_x.tif: "* ]] && [ "${#lines[@]}" -eq 1 ]
	HOME=$PWD run --separate-stderr sh -c "$(cron_commands | tail -n 1)"
	[ "$status" -eq 1 ] && [ -z "$output" ]
	holds scenes/ndvi.json "d['global']['scenes'] == 4" "len(d['scenes']) == 5"
	grep -qx 'imgpipe_scenes_total{status="failed"} 1' scenes/ndvi.prom
}

@test "crontab: a second start ends with 3, says who is at work, and harms nothing" {
	scenes scenes/incoming 1 5
	scenes scenes/incoming 6 8 2000 # for which the run can be met
	sed 's/^wait-lock.*/wait-lock = 0/' "$UNITS/ndvi.conf" > scenes/ndvi.conf
	(cd scenes && exec "$IMGPIPE" --config ndvi.conf --workers 1 incoming) &
	local pid=$!
	at_work scenes/ndvi.log $pid
	kill -STOP $pid
	HOME=$PWD run --separate-stderr sh -c "$(cron_commands | tail -n 1)"
	kill -CONT $pid
	exits 3 "$pid"
	grep -qx 'imgpipe_last_exit_status 3' scenes/ndvi.prom
	wait $pid
	(cd scenes && a_night_of 8 0 ndvi.log)
}

@test "service: ExecStart works, twice, and writes into its two folders alone" {
	local command earlier folder
	scenes srv/scenes 1 3
	mkdir -p state log etc
	cp "$UNITS/ndvi.conf" etc/
	read -ra command < <(setting ExecStart) # as systemd splits it
	for folder in /usr/local/bin:bin /etc/imgpipe:etc /var/log/imgpipe:log /srv:srv; do
		command=("${command[@]/"${folder%:*}"/"$PWD/${folder#*:}"}")
	done
	[ "$(setting WorkingDirectory)" = /var/lib/imgpipe ] && [ "$(setting StateDirectory)" = imgpipe ]
	[ "$(setting LogsDirectory)" = imgpipe ]
	chmod a-w srv/scenes bin etc
	for earlier in 0 3; do
		(cd state && run --separate-stderr "${command[@]}" && [ "$status" -eq 0 ] && [ -z "$output$stderr" ])
		(cd state && a_night_of 3 $earlier ../log/ndvi.log)
	done
	[ "$(ls -A)" = "$(printf '%s\n' bin etc log srv state)" ]
	[ "$(ls log)" = ndvi.log ]
	[ "$(setting SuccessExitStatus)" = 1 ]
}

@test "service: stopped it ends in time with 143, and the next start goes on" {
	scenes scenes 1 8
	scenes scenes 9 12 2000
	cp "$UNITS/ndvi.conf" .
	"$IMGPIPE" --config ndvi.conf --workers 1 scenes &
	local pid=$!
	at_work ndvi.log $pid
	kill -s "$(setting KillSignal)" $pid
	wait $pid || status=$?
	[ "$status" -eq 143 ]
	grep -qx 'imgpipe_last_exit_status 143' ndvi.prom
	local done_before
	done_before=$(sqlite3 ndvi.gpkg "SELECT count(*) FROM scenes WHERE status = 'ok'")
	[ "$done_before" -gt 0 ] && [ "$done_before" -lt 12 ]
	imgpipe --config ndvi.conf scenes
	exits 0
	a_night_of 12 "$done_before" ndvi.log
}

@test "units: systemd finds nothing wrong" {
	command -v systemd-analyze > /dev/null || skip "systemd-analyze is not there"
	cp "$UNITS"/imgpipe.{service,timer} .
	sed -i "s|/usr/local/bin/|$PWD/bin/|" imgpipe.service
	run systemd-analyze verify ./imgpipe.service ./imgpipe.timer
	[ "$status" -eq 0 ] && [ -z "$output" ]
	# Exposure from 0 to 10, in tenths; systemd calls up to 2 "OK" for a service.
	run systemd-analyze security --offline=true --threshold=20 ./imgpipe.service
	[ "$status" -eq 0 ]
}

# array TASK : a task of three
array() {
	SLURM_ARRAY_TASK_ID=$1 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_STEP=1 SLURM_ARRAY_TASK_COUNT=3 \
		SLURM_CPUS_PER_TASK=1 IMGPIPE=$IMGPIPE run bash "$UNITS/imgpipe-array.sbatch" scenes/
	[ "$status" -eq 0 ]
}

# The line that its comment shows, on what is there.
merge_parts() {
	local command
	command=$(sed -nE 's/^#     (imgpipe merge [^#]*[^ #]).*/\1/p' "$UNITS/imgpipe-array.sbatch")
	run bash -c "$command"
	[ "$status" -eq 0 ]
	"$IMGPIPE" -q --summary one.json scenes/
	cmp one.json ndvi.json
}

@test "array: shares, requeued and done twice, merged: the bytes of one run" {
	scenes scenes 11 17
	for task in 1 2 3; do array $task; done
	merge_parts
	for task in 1 2 3; do
		array $task
		[[ "$output" == *"were done before (part-$task.gpkg)"* ]]
	done
	merge_parts
	# the next night: a new scene in front moves all others to another share
	scenes scenes 5 5
	for task in 1 2 3; do array $task; done
	merge_parts
	[ "$(sqlite3 ndvi.gpkg 'SELECT count(*) FROM scenes')" -eq 8 ]
	imgpipe catalog --check ndvi.gpkg
	exits 0
}

@test "mpi: ranks that another srun starts, twice" {
	command -v mpirun > /dev/null || skip "mpirun is not there"
	cat > bin/srun <<- 'END'
		#!/bin/bash
		[[ $1 == --cpus-per-task=1 && $2 == --mpi=pmix ]] || exit 64
		exec mpirun --allow-run-as-root --oversubscribe -n 2 "${@:3}"
	END
	chmod +x bin/srun
	scenes scenes 1 4
	for earlier in 0 4; do
		SLURM_CPUS_PER_TASK=1 IMGPIPE=$IMGPIPE run bash "$UNITS/imgpipe.sbatch" scenes/ --log-format json
		[ "$status" -eq 0 ]
		a_night_of 4 $earlier ndvi.log
	done
}

@test "job files: no errors of the shell" {
	command -v shellcheck > /dev/null || skip "shellcheck is not there"
	shellcheck "$UNITS"/*.sbatch
}

@test "logrotate: no line is lost, and no run ends" {
	PATH=$PATH:/usr/sbin
	command -v logrotate > /dev/null || skip "logrotate is not there"
	scenes scenes 1 8
	scenes scenes 9 12 2000
	cp "$UNITS/ndvi.conf" .
	mkdir log
	"$IMGPIPE" --config ndvi.conf --workers 1 --log-file log/ndvi.log scenes &
	local pid=$!
	sed -E "s|/var/log/imgpipe|$PWD/log|; s|su imgpipe imgpipe|su $(id -un) $(id -gn)|
		s|systemctl kill.*|kill -HUP $pid|" "$UNITS/imgpipe.logrotate" > conf
	chmod 644 conf
	at_work log/ndvi.log $pid
	logrotate -f -s state conf
	wait $pid
	[ "$(cat log/* | grep -c scene-done)" -eq 12 ]
	tail -n 1 log/ndvi.log | grep -q '"event":"run-end"'
	tail -n 1 log/ndvi.log.1 | grep -vq '"event":"run-end"'
}
