# Options from a file (--config) and from IMGPIPE_OPTIONS.

load helpers

setup() {
	workspace
	tif a.tif uint16 desc=green,red,nir 1,2 3,4 5,6
}

@test "a file of options is as good as the command line" {
	cat > run.conf <<- 'END'
		# every night
		quiet
		index = ndvi,gndvi
		--expr 'd = nir - red'    # a difference
		-j 1
		csv=out.csv
		summary "a b.json"
	END
	imgpipe --config run.conf a.tif
	exits 0
	[ -z "$output" ]
	imgpipe -q --index ndvi,gndvi --expr 'd = nir - red' -j 1 --csv line.csv --summary line.json a.tif
	cmp out.csv line.csv
	cmp "a b.json" line.json
}

@test "the variable, the file, the command line: the later one wins" {
	printf 'memory 2G\nindex ndwi\nindex wdrvi\n' > run.conf
	IMGPIPE_OPTIONS="--memory 1G --index gndvi --workers 1 -q" \
		imgpipe --config run.conf --report r.json --index ndvi a.tif
	exits 0
	holds r.json '[i["name"] for i in d["indices"]] == ["ndvi"]' \
		'd["plan"]["budget_bytes"] == 2 << 30' 'd["plan"]["workers_asked"] == 1'
	IMGPIPE_OPTIONS="--index gndvi -q" imgpipe --config run.conf --report r.json --raw a.tif
	exits 0
	holds r.json '[i["name"] for i in d["indices"]] == ["ndwi", "wdrvi"]'
}

@test "the reports say where each option stood" {
	printf '# c\nmemory 2G\n\n--index ndvi\n' > run.conf
	IMGPIPE_OPTIONS="--memory 1G" imgpipe -v --config run.conf --report r.json -j 1 --index gndvi a.tif
	exits 0
	holds r.json 'd["options"] == [
		{"name": "memory", "value": "1G", "from": "IMGPIPE_OPTIONS", "line": None},
		{"name": "memory", "value": "2G", "from": "run.conf", "line": 2},
		{"name": "verbose", "value": None, "from": "command line", "line": None},
		{"name": "config", "value": "run.conf", "from": "command line", "line": None},
		{"name": "report", "value": "r.json", "from": "command line", "line": None},
		{"name": "workers", "value": "1", "from": "command line", "line": None},
		{"name": "index", "value": "gndvi", "from": "command line", "line": None}]'
	[[ "$output" == *"Options   IMGPIPE_OPTIONS: memory 1G; run.conf: memory 2G (line 2)"* ]]
	imgpipe --config run.conf a.tif # not without -v
	[[ "$output" != *"run.conf"* ]]
}

@test "what is wrong is told with its line" {
	printf '\nmemry = 2G\n' > wrong.conf
	imgpipe --config wrong.conf a.tif
	exits 64 "wrong.conf:2: unknown option --memry; did you mean --memory?"
	printf 'csv out.csv\nmemory = 2X\n' > wrong.conf
	imgpipe --config wrong.conf a.tif
	exits 64 "wrong.conf:2: --memory: '2X'"
	[ ! -e out.csv ]
	printf 'config = other.conf\n' > wrong.conf
	imgpipe --config wrong.conf a.tif
	exits 64 "wrong.conf:1: --config stands on the command line only"
	printf 'csv a b\n' > wrong.conf
	imgpipe --config wrong.conf a.tif
	exits 64 "wrong.conf:1: more than one value" quotes
	printf 'a.tif\n' > wrong.conf
	imgpipe --config wrong.conf
	exits 64 "wrong.conf:1:"
	IMGPIPE_OPTIONS="b.tif" imgpipe a.tif
	exits 64 "IMGPIPE_OPTIONS: 'b.tif' is no option; inputs are named on the command line"
	IMGPIPE_OPTIONS="--memry 2G" imgpipe a.tif
	exits 64 "IMGPIPE_OPTIONS: unknown option --memry; did you mean --memory?"
	imgpipe --config none.conf a.tif
	exits 66 none.conf
	imgpipe --config . a.tif
	exits 66 "not a regular file"
	printf 'quiet\0' > wrong.conf
	imgpipe --config wrong.conf a.tif
	exits 64 "NUL byte"
	head -c 70000 /dev/zero | tr '\0' '\n' > wrong.conf
	imgpipe --config wrong.conf a.tif
	exits 64 "more than 64 KiB"
	printf 'index %05000d\n' 1 > wrong.conf
	imgpipe --config wrong.conf a.tif
	exits 64 "wrong.conf:1: a line of more than 4096 bytes"
	imgpipe --config a.tif a.tif # an image
	exits 64 a.tif
}

@test "names in a file are relative to the working folder" {
	mkdir conf && echo "csv out.csv" > conf/run.conf
	imgpipe -q --config conf/run.conf a.tif
	exits 0
	[ -e out.csv ] && [ ! -e conf/out.csv ]
}

@test "nothing is expanded" {
	echo 'csv $HOME~*.csv' > run.conf
	imgpipe -q --config run.conf a.tif
	exits 0
	[ -e '$HOME~*.csv' ]
}

@test "every command takes a file, of its own options" {
	echo "reader = tiff" > read.conf
	for command in plan graph info; do
		imgpipe $command --config read.conf a.tif
		exits 0
	done
	echo "csv = a.csv" > csv.conf
	imgpipe info --config csv.conf a.tif
	exits 64 "csv.conf:1: imgpipe info takes no --csv"
	imgpipe -q --partial p.json a.tif
	imgpipe merge -q --config csv.conf p.json
	exits 0
	[ -e a.csv ]
	: > empty.conf
	for command in index mask pi; do
		imgpipe $command --config empty.conf
		exits 0
	done
}

@test "other commands than run pass over what the variable has for it" {
	export IMGPIPE_OPTIONS="--csv all.csv --metrics m.prom --workers 1 --memory 1G -q"
	imgpipe info a.tif
	exits 0
	imgpipe index show ndvi
	exits 0
	imgpipe mask
	exits 0
	[ ! -e all.csv ] && [ ! -e m.prom ]
	# --csv of a sweep is another; its runs get what the sweep says.
	imgpipe sweep --workers 1 --chunk tile --repeat 1 --csv sweep.csv a.tif
	exits 0
	[ ! -e all.csv ] && [ ! -e m.prom ]
	imgpipe a.tif
	exits 0
	[ -e all.csv ] && [ -e m.prom ]
}

@test "help is there whatever stands elsewhere" {
	IMGPIPE_OPTIONS="--nonsense" imgpipe --config nowhere.conf --help
	exits 0
	[[ "$output" == *"--config FILE"* ]]
}

@test "inputs are not taken for outputs: a report does not replace the file of options" {
	echo "csv run.conf" > run.conf
	imgpipe -q --config run.conf a.tif
	exits 64 run.conf "its options"
	[ "$(cat run.conf)" = "csv run.conf" ]
}

@test "ranks of MPI read it, each for itself" {
	command -v mpirun > /dev/null && [ -e "$BUILD/imgpipe-mpi-openmpi.so" ] ||
		skip "Open MPI is not installed"
	export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
	printf 'index gndvi\nworkers 1\n' > run.conf
	imgpipe -q --index gndvi --summary one.json a.tif
	run --separate-stderr mpirun --oversubscribe -n 2 "$IMGPIPE" -q --config run.conf --summary two.json a.tif
	[ "$status" -eq 0 ]
	cmp one.json two.json
	# Another one on each node.
	echo 'if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then export IMGPIPE_OPTIONS="--chunk 64"; fi; exec "$@"' > start
	run --separate-stderr mpirun --oversubscribe -n 2 bash start "$IMGPIPE" -q --config run.conf --summary three.json a.tif
	[ "$status" -eq 78 ]
	[[ "$stderr" == *"IMGPIPE_OPTIONS"* ]]
	[ ! -e three.json ]
}
