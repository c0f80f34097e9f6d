#!/usr/bin/env bats
# Archives as a user meets them: named, in folders, in lists; what is said of them and of what is in
# them. Numbers and hostile archives: tests/oracle/archives.py, tests/fault/archives.py.

load helpers

ID=LC08_L2SP_008059_20191201_20200825_02_T1

setup() {
	workspace
	mkdir p
	tif p/${ID}_SR_B4.TIF uint16 9000,9000/9000,10000
	tif p/${ID}_SR_B5.TIF uint16 20000,20000/18000,20000
	tif p/${ID}_QA_PIXEL.TIF uint16 21824,22280/21824,21824
	tar -cf $ID.tar -C p .
}

@test "a Landsat archive as it is delivered: scene, scale, quality band, date" {
	imgpipe -q --report r.json --mask 'QA_PIXEL&31' $ID.tar
	exits 0
	holds r.json "s['name'] == '$ID'" 's["acquired"] == "2019-12-01"' \
		's["indices"]["ndvi"]["valid"] == 3' 's["indices"]["ndvi"]["masked"] == 1' \
		's["bands"]["red"]["scale"] == 0.0000275' \
		"s['bands']['red']['file'].endswith('$ID.tar/${ID}_SR_B4.TIF')" \
		'not any("packed" in n for n in s["notes"])'
}

@test "gzip's cost is a note" {
	tar -czf x.tar.gz -C p .
	imgpipe -q --report r.json x.tar.gz
	exits 0
	holds r.json '[("gzip" in n and "iB" in n) for n in s["notes"]].count(True) == 1'
}

@test "found in a folder: a scene of its own, beside the unpacked one" {
	imgpipe -q --summary s.json .
	exits 0
	holds s.json 'len(d["scenes"]) == 2' \
		'd["scenes"][0]["indices"] == d["scenes"][1]["indices"]'
}

@test "band files beside an archive and in it are no scene together" {
	mkdir q
	mv p/${ID}_SR_B5.TIF q
	tar -cf q/nir.tar -C p ./${ID}_SR_B4.TIF
	imgpipe -q q
	exits 65
	[[ "$stderr" == *missing* || "$stderr" == *needs* ]]
}

@test "members and folders of an archive by name" {
	mkdir -p w/a/b
	cp p/*.TIF w/a/b
	tar -cf w.tar -C w .
	imgpipe -q --summary s.json w.tar/a/b
	exits 0
	imgpipe -q --summary t.json w.tar/a/b/${ID}_SR_B4.TIF w.tar/a/b/${ID}_SR_B5.TIF
	exits 0
	cmp s.json t.json
	imgpipe -q w.tar/a/c.tif
	exits 66 w.tar/a/c.tif "no such member"
}

@test "info and plan take archives" {
	imgpipe info $ID.tar
	exits 0
	[[ "$output" == *"$ID.tar/"* ]]
	imgpipe plan $ID.tar
	exits 0
}

@test "not an archive, cut short, of another kind: said, with exit 65" {
	echo '<html>' > a.zip
	imgpipe -q a.zip
	exits 65 a.zip "no archive that is read" "get it again"
	head -c 1500 $ID.tar > b.tar
	imgpipe -q b.tar
	exits 65 b.tar "ends too early" "get it again"
	for name in c.7z c.rar c.tar.xz c.tif.gz; do
		echo > $name
		imgpipe -q $name
		exits 65 $name "unpack it"
	done
}

@test "an archive of no rasters: an error where it is named, passed over where it is found" {
	mkdir n
	echo words > n/read.me
	tar -cf n.tar -C n .
	imgpipe -q n.tar
	exits 66 n.tar "no raster files"
	mv n.tar p
	imgpipe -q --summary s.json p
	exits 0
	holds s.json 'len(d["scenes"]) == 1'
}

@test "no report replaces an archive that is read, or that failed" {
	cp $ID.tar before
	imgpipe -q --summary $ID.tar $ID.tar
	[ "$status" -ne 0 ]
	cmp before $ID.tar
	echo damaged > d.tar
	cp d.tar before
	imgpipe -q --summary d.tar d.tar p
	[ "$status" -ne 0 ]
	cmp before d.tar
}

@test "every executor: the same bytes" {
	tar -czf x.tgz -C p .
	for executor in serial threads openmp processes; do
		imgpipe -q --executor $executor --summary $executor.json --tiles $executor.csv x.tgz $ID.tar
		exits 0
		cmp serial.json $executor.json
		cmp serial.csv $executor.csv
	done
}
