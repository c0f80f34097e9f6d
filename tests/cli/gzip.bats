# Reports whose name ends in .gz, and merge of such parts.

load helpers

setup() {
	workspace
	"$MAKE_SCENE" --size 200x150 --tile 64 --count 4 s.tif
	LIST="s_0001.tif s_0002.tif s_0003.tif s_0004.tif"
}

@test "every report is compressed where its name says so" {
	imgpipe -q --csv a.csv --tiles t.csv --summary s.json --partial p.json $LIST
	exits 0
	imgpipe -q --csv a.csv.gz --tiles t.csv.gz --summary s.json.gz --partial p.json.gz \
		--html h.html.gz --trace x.json.gz --report r.json.gz $LIST
	exits 0
	gzip -t ./*.gz
	for name in a.csv t.csv s.json p.json; do # nothing of the run is in them
		gzip -dc $name.gz | cmp - $name
		[ "$(stat -c %s $name.gz)" -lt "$(stat -c %s $name)" ]
	done
	gzip -dc r.json.gz > r.json
	holds r.json 'len(d["scenes"]) == 4'
	gzip -dc x.json.gz | /usr/bin/python3 -m json.tool > /dev/null
	gzip -dc h.html.gz | tail -1 | grep -q '</html>'
}

@test "the same run makes the same bytes, without a name or a time" {
	for run in 1 2; do
		imgpipe -q --workers $run --summary $run.json.gz --csv $run.csv.gz $LIST
		exits 0
		sleep 1.1
	done
	cmp 1.json.gz 2.json.gz
	cmp 1.csv.gz 2.csv.gz
	[ "$(od -An -tx1 -N10 1.json.gz | tr -d ' ')" = 1f8b08100000000000ff ] # RFC 1952: only a comment
}

@test "sweeps and laboratories, too" {
	imgpipe sweep -q --workers 1 --repeat 1 --chunk tile --csv w.csv.gz s_0001.tif
	exits 0
	gzip -dc w.csv.gz | head -1 | grep -q workers
	imgpipe pi -q -N 1e5 --csv l.csv.gz
	exits 0
	gzip -t l.csv.gz
}

@test "a pipe gets compressed bytes" {
	mkfifo f.csv.gz
	timeout 60 sh -c 'gzip -dc < f.csv.gz' > f.csv &
	imgpipe -q --csv f.csv.gz --summary s.json s_0001.tif
	exits 0
	wait $!
	[ "$(wc -l < f.csv)" -eq 2 ]
}

@test "parts that are compressed merge into the same bytes" {
	imgpipe -q --summary one.json --csv one.csv $LIST
	for i in 1 2 3; do
		imgpipe -q --shard $i/3 --partial part-$i.json.gz $LIST
		exits 0
	done
	gzip -dc part-2.json.gz > part-2.json # one that is not
	imgpipe merge -q --summary m.json --csv m.csv --partial all.json.gz part-3.json.gz part-2.json \
		part-1.json.gz
	exits 0
	cmp one.json m.json
	cmp one.csv m.csv
	imgpipe merge -q --summary n.json all.json.gz
	exits 0
	cmp one.json n.json
	gzip -dc all.json.gz | gzip -9 > other.json.gz # by another program
	imgpipe merge -q --summary o.json other.json.gz
	exits 0
	cmp one.json o.json
}

@test "a part that is damaged is refused in words" {
	imgpipe -q --partial p.json.gz $LIST
	size=$(stat -c %s p.json.gz)
	for cut in 1 5 17 30 $((size / 2)) $((size - 9)) $((size - 1)); do
		head -c "$cut" p.json.gz > cut.gz
		imgpipe merge -q --summary m.json cut.gz
		exits 65 cut.gz "cut off"
	done
	cat p.json.gz p.json.gz > two.gz
	imgpipe merge -q --summary m.json two.gz
	exits 65 two.gz "several gzip files" gunzip
	(cat p.json.gz && echo more) > more.gz
	imgpipe merge -q --summary m.json more.gz
	exits 65 more.gz "behind the end"
	for at in $((size / 3)) $((size / 2)) $((size - 7)); do
		/usr/bin/python3 -c 'import sys
data = bytearray(open("p.json.gz", "rb").read())
data[int(sys.argv[1])] ^= 0x10
open("bad.gz", "wb").write(data)' "$at"
		imgpipe merge -q --summary m.json bad.gz
		exits 65 bad.gz
	done
	echo text | gzip > text.gz
	imgpipe merge -q --summary m.json text.gz
	exits 65 text.gz "not a partial result"
	[ ! -e m.json ]
}

@test "what unpacks to gigabytes takes no memory" {
	imgpipe -q --partial p.json.gz s_0001.tif
	head -c 2000000000 /dev/zero | gzip -1 > zeros.gz
	(gzip -dc p.json.gz | head -1 && head -c 1000000000 /dev/zero) | gzip -1 > line.gz
	(gzip -dc p.json.gz && head -c 1000000000 /dev/zero) | gzip -1 > behind.gz
	for bomb in zeros line behind; do
		run --separate-stderr bash -c "ulimit -v 400000 && exec timeout 20 /usr/bin/time -f '%M kB' \
			'$IMGPIPE' merge -q --summary m.json $bomb.gz"
		exits 65 $bomb.gz
		peak=$(grep -oE '[0-9]+ kB' <<< "$stderr")
		[ "${peak% kB}" -lt 30000 ] || [ -n "${SANITIZE:-}" ]
	done
	[ ! -e m.json ]
}

@test "a full disk is told, and leaves nothing" {
	ln -s /dev/full f.csv.gz
	imgpipe -q --csv f.csv.gz --summary s.json.gz $LIST
	exits 74 f.csv.gz "No space left"
	gzip -t s.json.gz # the other one is whole
	ln -s /dev/full p.json.gz
	imgpipe -q --partial p.json.gz $LIST
	exits 74 p.json.gz "No space left"
}

@test "a report replaces its own file, and no other gzip file" {
	imgpipe -q --csv a.csv.gz s_0001.tif
	imgpipe -q --csv a.csv.gz s_0002.tif
	exits 0
	gzip -dc a.csv.gz | grep -q s_0002
	tar -czf scenes.gz s_0001.tif
	cp scenes.gz before.gz
	imgpipe -q --csv scenes.gz s_0001.tif
	exits 64 scenes.gz
	cmp scenes.gz before.gz
}
