# Shares of a batch, and their merge.

load helpers

setup() {
	workspace
	"$MAKE_SCENE" --size 200x150 --tile 64 --count 5 s.tif
	echo no image > broken.tif
	LIST="broken.tif s_0001.tif s_0002.tif s_0003.tif s_0004.tif s_0005.tif"
	"$IMGPIPE" -q --summary one.json --csv one.csv $LIST 2>/dev/null || [ $? -eq 1 ]
}

@test "shares merge into the bytes of one run" {
	imgpipe -q --shard 1/3 $LIST # has the broken file
	exits 1 broken.tif
	imgpipe -q --shard 2/3 $LIST
	exits 0
	imgpipe -q --shard 3/3 $LIST
	exits 0
	imgpipe merge -q --summary m.json --csv m.csv part-3-of-3.json part-1-of-3.json part-2-of-3.json
	exits 1
	cmp one.json m.json
	cmp one.csv m.csv
}

@test "why an index is missing is said by the merge as by the run" {
	tif rgn.tif uint16 desc=blue,red,nir 1,2 3,4 5,6
	tif all.tif uint16 desc=blue,red,nir,swir16 1,2 3,4 5,6 7,8
	# Of the first, blue is there, but only an index that lacks another band reads it.
	computed=(--index ndvi --expr "bare=blue-swir16" rgn.tif all.tif)
	imgpipe -q --summary run.json --csv run.csv "${computed[@]}"
	exits 1
	grep -q '^rgn,bare,missing,"needs swir16, which this scene does not have"' run.csv
	imgpipe -q --shard 1/2 "${computed[@]}"
	imgpipe -q --shard 2/2 "${computed[@]}"
	imgpipe merge -q --summary m.json --csv m.csv part-1-of-2.json part-2-of-2.json
	exits 1
	cmp run.json m.json
	cmp run.csv m.csv
}

@test "merged parts can be merged again" {
	imgpipe -q --partial whole.json $LIST
	imgpipe merge -q --partial again.json whole.json
	cmp whole.json again.json
}

@test "more shares than scenes: the rest is empty, and counts" {
	for i in $(seq 8); do
		imgpipe -q --shard $i/8 s_0001.tif s_0002.tif s_0003.tif
		[ "$status" -eq 0 ]
	done
	imgpipe merge -q --summary m.json part-*-of-8.json
	exits 0
	imgpipe -q --summary three.json s_0001.tif s_0002.tif s_0003.tif
	cmp three.json m.json
}

@test "--shard auto reads Slurm's array" {
	for task in 10 13 16; do
		SLURM_ARRAY_TASK_ID=$task SLURM_ARRAY_TASK_MIN=10 SLURM_ARRAY_TASK_STEP=3 \
			SLURM_ARRAY_TASK_COUNT=3 imgpipe -q --shard auto $LIST
	done
	imgpipe merge -q --summary m.json part-*-of-3.json
	cmp one.json m.json
	imgpipe -q --shard auto $LIST
	exits 64 "3/8"
}

@test "a missing, doubled or foreign part is named" {
	imgpipe -q --shard 1/2 $LIST
	imgpipe -q --shard 2/2 $LIST
	imgpipe -q --shard 1/2 --partial other.json s_0001.tif
	imgpipe merge -q --summary m.json part-1-of-2.json
	exits 66 "part 2 of 2"
	imgpipe merge -q --summary m.json part-1-of-2.json part-1-of-2.json
	exits 65 "both part 1"
	imgpipe merge -q --summary m.json other.json part-2-of-2.json
	exits 65 "different sets"
	imgpipe merge -q --summary m.json s_0001.tif
	exits 65 "s_0001.tif: not a partial result"
	[ ! -e m.json ]
}

@test "parts with other options are refused, with both values" {
	imgpipe -q --shard 1/2 --scale 0.0001 $LIST
	imgpipe -q --shard 2/2 --scale 0.0002 $LIST
	imgpipe merge -q --summary m.json part-*-of-2.json
	exits 65 "part-1-of-2.json with --scale 0.0001" "part-2-of-2.json was made with --scale 0.0002"
	imgpipe -q --shard 2/2 --scale 1e-4 --workers 1 $LIST
	imgpipe merge -q --summary m.json part-*-of-2.json
	exits 1
	rm m.json
	imgpipe merge -q --raw --summary m.json part-*-of-2.json
	exits 64 "imgpipe merge takes no --raw"
	[ ! -e m.json ]
}

@test "a part of other options is replaced with a note that names the file and what differs" {
	imgpipe --shard 1/2 --scale 0.5 $LIST
	[[ "$stderr" != *"replaced"* ]]
	imgpipe --shard 1/2 --scale 5e-1 --workers 1 s_0001.tif s_0002.tif # the same options, other files
	[[ "$stderr" != *"replaced"* ]]
	imgpipe --shard 1/2 --scale 0.25 $LIST
	[[ "$stderr" == *"note: part-1-of-2.json is of other options and will be replaced: it was made with --scale 0.5, this run is with --scale 0.25; --partial writes to another file"* ]]
	imgpipe --shard 1/2 --raw --nodata 0 $LIST
	[[ "$stderr" == *"it was made with no --raw, this run is with --raw, and 3 more options differ;"* ]]
	imgpipe --partial part-1-of-2.json.gz --raw $LIST
	imgpipe --partial part-1-of-2.json.gz $LIST
	[[ "$stderr" == *"note: part-1-of-2.json.gz is of other options"* ]]
	for other in "no part" "{}" ""; do
		printf '%s' "$other" > part-1-of-2.json
		imgpipe --shard 1/2 $LIST
		[[ "$stderr" != *"replaced"* ]]
	done
	head -c 3000 part-1-of-2.json > cut.json
	imgpipe --partial cut.json --raw $LIST # its head is whole
	[[ "$stderr" == *"note: cut.json is of other options"* ]]
	rm -f pipe && mkfifo pipe
	timeout 20 cat pipe > /dev/null &
	imgpipe --partial pipe $LIST
	exits 1
}

@test "a part is JSON, and stays it" {
	imgpipe -q --partial - $LIST
	exits 1
	[ "$(/usr/bin/python3 -c '
import json, sys
def once(pairs):
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)
d = json.loads(sys.stdin.read(), object_pairs_hook=once)
print(d["schema"], len(d["scenes"]), d["end"]["complete"])' <<< "$output")" = "imgpipe-partial/4 6 True" ]
}

@test "a part that is cut off is refused, at every length" {
	imgpipe -q --partial whole.json s_0001.tif s_0002.tif
	size=$(stat -c %s whole.json)
	for length in 0 1 40 200 $((size / 2)) $((size - 20)) $((size - 2)); do
		head -c "$length" whole.json > cut.json
		imgpipe merge -q --summary m.json cut.json
		exits 65 "cut.json"
		[ ! -e m.json ]
	done
}

@test "usage of --shard, --partial, --transport and merge" {
	for share in 0/3 4/3 3 3/ a/b 1/0; do
		imgpipe --shard $share s_0001.tif
		exits 64 "--shard"
	done
	imgpipe merge --report r.json x.json
	exits 64 "--report"
	imgpipe --transport radio s_0001.tif
	exits 64 "shm, pipe"
	imgpipe --executor fork s_0001.tif
	exits 64 "processes, mpi"
}

@test "OMP_NUM_THREADS is honoured by openmp where --workers says nothing" {
	OMP_NUM_THREADS=3 imgpipe -q --executor openmp --report r.json s_0001.tif
	holds r.json 'd["run"]["workers_asked"] == 3'
	OMP_NUM_THREADS=3 imgpipe -q --executor openmp --workers 2 --report r.json s_0001.tif
	holds r.json 'd["run"]["workers_asked"] == 2'
}
