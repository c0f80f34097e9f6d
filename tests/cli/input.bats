#!/usr/bin/env bats
# What is given as input: files, folders, lists, band files, and everything that can be wrong.

load helpers

setup_file() {
	cd "$BATS_FILE_TMPDIR"
	tif good.tif uint16 desc=red,nir 1,1/1,1 3,3/3,1
	tif one.tif uint16 5,6/7,8
	tif B04.tif uint16 1,1/1,1
	tif B08.tif uint16 3,3/3,1
	tif small.tif uint16 1
	tif tiles.tif uint8 co=TILED=YES co=BLOCKXSIZE=16 co=BLOCKYSIZE=16 co=COMPRESS=DEFLATE \
		desc=red,nir "$(yes 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20 | head -40 | paste -sd/)" \
		"$(yes 9,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,21 | head -40 | paste -sd/)"
	: > empty.tif
	head -c 4096 /dev/urandom > garbage.tif
	echo "just words" > words.txt
	head -c 100 tiles.tif > cut.tif
	/usr/bin/python3 -c '
data = bytearray(open("tiles.tif", "rb").read())
data[-30:-10] = bytes(20)
open("corrupt.tif", "wb").write(data)'
}

setup() {
	workspace
	cp -r "$BATS_FILE_TMPDIR/." .
}

# refused WORD FILES... : alone, exit 65 with the file's name, the word and no numbers
refused() {
	local word=$1
	shift
	rm -f s.json
	imgpipe -q --summary s.json "$@"
	exits 65 "$(basename "$1")" && [[ "${stderr,,}" == *"$word"* ]] || {
		echo "no '$word' in: $stderr"
		return 1
	}
	[ ! -f s.json ] || holds s.json 's["status"] == "failed"' 's["error_code"] == "EX_DATAERR"'
}

@test "a good scene: exit 0" {
	imgpipe good.tif
	exits 0
	[[ "$output" == *good* ]]
}

@test "a missing file: exit 66, named" {
	imgpipe nowhere.tif
	exits 66 nowhere.tif "o such file"
}

@test "every file missing: exit 66; one of two missing: exit 1" {
	imgpipe nowhere.tif neither.tif
	exits 66 nowhere.tif neither.tif
	imgpipe --summary s.json nowhere.tif good.tif
	exits 1 nowhere.tif
	holds s.json '[s["status"] for s in d["scenes"]] == ["failed", "ok"]' \
		'd["scenes"][0]["error_code"] == "EX_NOINPUT"' 'd["global"]["indices"]["ndvi"]["pixels"] == 4'
}

@test "an empty file" { refused empty empty.tif; }
@test "garbage" { refused "" garbage.tif; }
@test "a text file" { refused "" words.txt; }
@test "a file that is cut off" { refused "" cut.tif; }
@test "one band only: the error names the band count and the option" { refused --bands one.tif; }
@test "a corrupt tile: the error says where" { refused "tile" corrupt.tif; }

@test "three unknown bands: the bands are listed and the option is named" {
	tif three.tif uint16 desc=foo,bar,baz 1 2 3
	refused --bands three.tif
	[[ "$stderr" == *foo* && "$stderr" == *bar* ]]
	imgpipe -q --bands red=1,nir=3 three.tif
	exits 0
}

@test "a band number that is not there: the error says how many there are" {
	imgpipe -q --bands red=1,nir=7 good.tif
	exits 65 good.tif 7 2
}

@test "bands of different size: both sizes are named" {
	tif B08.tif uint16 1,1,1/1,1,1/1,1,1
	imgpipe -q B04.tif B08.tif
	exits 65 B08.tif
	[[ "${stderr// /}" == *2x2* && "${stderr// /}" == *3x3* ]]
}

@test "a coarser band: each of its pixels stands for several, and it says so" {
	cp small.tif B08.tif
	imgpipe -q --summary s.json --report r.json B04.tif B08.tif
	exits 0
	holds s.json 'd["global"]["indices"]["ndvi"]["pixels"] == 4'
	holds r.json 'any("stands for 2 x 2" in n for n in d["scenes"][0]["notes"])'
}

@test "all workers may have all bands open, whatever the soft limit on open files" {
	"$MAKE_SCENE" --size 512x512 --tile 16 --bands 10 --split bands
	all="x=blue+green+red+rededge071+rededge075+rededge078+nir+nir08+swir16+swir22"
	run --separate-stderr bash -c "ulimit -S -n 48; '$IMGPIPE' -q -j 16 --executor threads \
		--chunk tile --expr $all --csv - bands"
	exits 0
	[[ "$output" == *,x,ok,* ]]
}

@test "a band file that is missing is named" {
	rm B08.tif
	imgpipe -q B04.tif
	exits 65 B04.tif
	imgpipe -q --bands 'red=B04.tif,nir=B08.tif' B04.tif B08.tif
	[ "$status" -eq 66 ] || [ "$status" -eq 65 ]
	[[ "$stderr" == *B08.tif* ]]
}

@test "B04.tif and B08.tif are one scene" {
	imgpipe -q --summary s.json --report r.json B04.tif B08.tif
	exits 0
	holds s.json 'len(d["scenes"]) == 1' 'n["mean"] == 0.375'
	holds r.json 's["bands"]["red"]["file"].endswith("B04.tif")' \
		's["bands"]["nir"]["file"].endswith("B08.tif")' 's["bands"]["red"]["source"] != ""'
}

@test "the order of band files does not matter to the numbers" {
	imgpipe -q --csv a.csv B04.tif B08.tif
	imgpipe -q --csv b.csv B08.tif B04.tif
	cmp a.csv b.csv
}

@test "band files of two scenes are not mixed" {
	mkdir a b
	cp B04.tif B08.tif a
	cp B04.tif b
	cp B04.tif b/B08.tif
	imgpipe -q --summary s.json a/B08.tif b/B08.tif a/B04.tif b/B04.tif
	exits 0
	holds s.json '[s["indices"]["ndvi"]["mean"] for s in d["scenes"]] == [0.375, 0]'
}

@test "band patterns by --bands" {
	cp B04.tif x_r.tif
	cp B08.tif x_n.tif
	imgpipe -q --summary s.json --bands 'red=*_r.tif,nir=*_n.tif' x_r.tif x_n.tif
	exits 0
	holds s.json 'n["mean"] == 0.375'
}

@test "names of Sentinel-2, Landsat, HLS, CBERS and MODIS are grouped and found" {
	local red nir
	while read -r red nir; do
		cp B04.tif "$red"
		cp B08.tif "$nir"
		rm -f s.json
		imgpipe -q --raw --summary s.json "$red" "$nir"
		exits 0 || { echo "for $red"; return 1; }
		holds s.json 'len(d["scenes"]) == 1' 'n["mean"] == 0.375' || { echo "for $red"; return 1; }
		rm "$red" "$nir"
	done <<-'L'
		T32UQD_20200101T101401_B04_10m.tif T32UQD_20200101T101401_B08_10m.tif
		LC08_L2SP_008059_20191201_20200825_02_T1_SR_B4.TIF LC08_L2SP_008059_20191201_20200825_02_T1_SR_B5.TIF
		LE07_L2SP_008059_20191201_20200825_02_T1_SR_B3.TIF LE07_L2SP_008059_20191201_20200825_02_T1_SR_B4.TIF
		LT05_L1TP_008059_19891201_20200825_02_T1_B3.TIF LT05_L1TP_008059_19891201_20200825_02_T1_B4.TIF
		HLS.S30.T13RCN.2024128T173909.v2.0.B04.tif HLS.S30.T13RCN.2024128T173909.v2.0.B8A.tif
		HLS.L30.T13RCN.2024128T173909.v2.0.B04.tif HLS.L30.T13RCN.2024128T173909.v2.0.B05.tif
		CBERS_4_MUX_20171121_057_094_L2_BAND7.tif CBERS_4_MUX_20171121_057_094_L2_BAND8.tif
		CBERS_4_AWFI_20170420_146_129_L2_BAND15.tif CBERS_4_AWFI_20170420_146_129_L2_BAND16.tif
		CBERS_4A_WPM_20200730_209_139_L4_BAND3.tif CBERS_4A_WPM_20200730_209_139_L4_BAND4.tif
		MCD43A4.A2017006.h21v11.006.2017018074804_B01.TIF MCD43A4.A2017006.h21v11.006.2017018074804_B02.TIF
	L
}

@test "Landsat Collection 2 reflectance is scaled, and the report says so" {
	tif LC08_L2SP_008059_20191201_20200825_02_T1_SR_B4.TIF uint16 nodata=0 10000
	tif LC08_L2SP_008059_20191201_20200825_02_T1_SR_B5.TIF uint16 nodata=0 20000
	imgpipe -q --summary s.json --report r.json LC08*
	exits 0
	holds s.json 'abs(n["mean"] - (0.35-0.075)/(0.35+0.075)) < 1e-6'
	holds r.json 's["bands"]["red"]["scale"] == 0.0000275' 's["bands"]["red"]["offset"] == -0.2'
}

@test "four bands R,G,B and one more: NIR is assumed, and it says so" {
	tif rgbn.tif uint8 colors=red,green,blue,none co=ALPHA=NO 1 2 2 3
	imgpipe --report r.json rgbn.tif
	exits 0
	holds r.json 's["bands"]["nir"]["band"] == 4' 's["indices"]["ndvi"]["mean"] == 0.5'
	grep -qi assum r.json
}

@test "a folder: its images are scenes, other files are no failures" {
	mkdir -p f
	cp good.tif f/a.tif
	cp good.tif f/b.tif
	echo notes > f/README.txt
	imgpipe -q --summary s.json f
	exits 0
	holds s.json '[s["name"] for s in d["scenes"]] == ["a", "b"]'
}

@test "a folder of band files is one scene" {
	mkdir f
	cp B04.tif B08.tif f
	imgpipe -q --summary s.json f
	exits 0
	holds s.json 'len(d["scenes"]) == 1' 'n["mean"] == 0.375'
}

@test "an empty folder: exit 66, named" {
	mkdir nothing-here
	imgpipe nothing-here
	exits 66 nothing-here
}

@test "an unreadable folder: named, the other scene is done" {
	mkdir shut
	cp good.tif shut
	chmod 0 shut
	if [ "$(id -u)" -eq 0 ]; then
		chmod 755 . "$BATS_TEST_TMPDIR"
		setpriv --reuid=65534 --clear-groups test -r good.tif -a -x "$IMGPIPE" ||
			skip "no other user may reach the program"
		run --separate-stderr setpriv --reuid=65534 --clear-groups "$IMGPIPE" -q shut good.tif
	else
		imgpipe -q shut good.tif
	fi
	chmod 755 shut
	exits 1 shut "ermission denied"
}

@test "a list file, with comments, blank lines and relative names" {
	printf 'good.tif\n\nB04.tif\nB08.tif\n' > list.txt
	imgpipe -q --summary s.json @list.txt
	exits 0
	holds s.json 'len(d["scenes"]) == 2'
}

@test "a list file that is missing: exit 66, named" {
	imgpipe @nolist.txt
	exits 66 nolist.txt
}

@test "names on standard input" {
	run --separate-stderr bash -c "printf 'good.tif\ntiles.tif\n' | '$IMGPIPE' -q --summary s.json -"
	exits 0
	holds s.json '[s["name"] for s in d["scenes"]] == ["good", "tiles"]'
	run --separate-stderr bash -c "printf '' | '$IMGPIPE' -q -"
	exits 66
}

@test "names with spaces, quotes, newlines and control characters" {
	local name=$'sp ace "q" \\ \ttab\nline\x1b[31m.tif'
	cp good.tif "$name"
	imgpipe --summary s.json --report r.json --csv c.csv --tiles t.csv "$name"
	exits 0
	holds s.json 'n["valid"] == 4'
	holds r.json 'len(d["scenes"]) == 1'
	[[ "$output$stderr" != *$'\x1b'* ]]
	/usr/bin/python3 -c 'import csv; assert len(list(csv.DictReader(open("c.csv", newline="")))) == 1'
}

@test "a name that is not UTF-8 still gives valid JSON" {
	cp good.tif $'\xff\xfe.tif'
	imgpipe -q --summary s.json $'\xff\xfe.tif'
	exits 0
	holds s.json 'n["valid"] == 4'
}

@test "bad and good scenes mixed: good results are complete, exit 1, every bad one is named" {
	imgpipe --summary s.json empty.tif good.tif corrupt.tif one.tif tiles.tif nowhere.tif
	exits 1 empty.tif corrupt.tif one.tif nowhere.tif
	holds s.json \
		'[s["status"] for s in d["scenes"]] == ["failed","ok","failed","failed","ok","failed"]' \
		'd["scenes"][1]["indices"]["ndvi"]["mean"] == 0.375' 'd["global"]["indices"]["ndvi"]["pixels"] == 804'
	imgpipe -q --summary g.json good.tif tiles.tif
	[ "$(get s.json 'd["global"]["indices"]["ndvi"]')" = "$(get g.json 'd["global"]["indices"]["ndvi"]')" ]
}

@test "the same error under every executor and number of workers" {
	for workers in 1 2 5; do
		imgpipe -q --workers $workers corrupt.tif empty.tif
		exits 65
		grep -v '^$' <<< "$stderr" > err$workers
	done
	cmp err1 err2 && cmp err1 err5
}

@test "the same file twice is counted once" {
	mkdir f
	cp good.tif f
	imgpipe -q --summary s.json f f/good.tif f/../f/good.tif
	exits 0
	holds s.json 'd["global"]["indices"]["ndvi"]["pixels"] in (4, 8)' 'len(d["scenes"]) <= 2'
	imgpipe -q --summary s.json good.tif good.tif
	exits 0
	holds s.json 'len(d["scenes"]) == 1'
}

@test "a VRT and a PNG are read through GDAL" {
	gdal_translate -q -of VRT good.tif good.vrt 2> /dev/null || skip "no gdal_translate"
	imgpipe -q --summary s.json good.vrt
	exits 0
	holds s.json 'n["mean"] == 0.375'
	tif p.tif uint8 1 2 3
	gdal_translate -q -of PNG p.tif p.png
	imgpipe -q --bands red=1,nir=3 --summary s.json p.png
	exits 0
	holds s.json 'n["mean"] == 0.5'
}

@test "--reader tiff refuses what is no TIFF, and says so" {
	tif p.tif uint8 1 2 3
	gdal_translate -q -of PNG p.tif p.png || skip "no gdal_translate"
	imgpipe -q --reader tiff --bands red=1,nir=3 p.png
	exits 65 p.png
}

@test "a device, a socket, a fifo: refused without waiting" {
	mkfifo pipe.tif
	LIMIT=10 imgpipe -q pipe.tif
	[ "$status" -eq 65 ] || [ "$status" -eq 66 ]
	[[ "$stderr" == *pipe.tif* ]]
	LIMIT=10 imgpipe -q /dev/zero
	[ "$status" -eq 65 ] || [ "$status" -eq 66 ]
}

@test "bytes changed anywhere in a DEFLATE stream never pass as numbers" {
	"$MAKE_SCENE" --size 256 --tile 256 --codec deflate good.tif
	size=$(stat -c %s good.tif)
	for at in 20 35 50 65 80; do
		cp good.tif bad.tif
		printf '\377\377\377\377\377\377\377\377' |
			dd of=bad.tif bs=1 seek=$((size * at / 100)) conv=notrunc status=none
		imgpipe -q --summary s.json bad.tif
		exits 65 bad.tif damaged
	done
}

# --- folders as they are ---

messy() {
	mkdir -p work/sub
	cp good.tif work/a.tif
	cp good.tif work/sub/a.tif
	cp one.tif work/dem.tif
	cp one.tif work/lone_QA.tif
}

@test "folder: what is no scene is skipped and counted, by every executor" {
	messy
	imgpipe --csv r.csv work
	[ "$status" -eq 0 ]
	[ "$(grep -c ',skipped,' r.csv)" -eq 2 ]
	imgpipe work
	[[ "$output" == *"Skipped   2 files are no scenes (dem.tif: one band, and nothing says which ...)"* ]]
	imgpipe info work
	exits 0
	[[ "$output" == *"  Skipped   "*"no scene: one band, and nothing says which"* && "$output" != *FAILED* ]]
	for executor in serial threads processes; do
		imgpipe -q --executor $executor --summary $executor.json work
		[ "$status" -eq 0 ]
	done
	cmp serial.json threads.json
	cmp serial.json processes.json
	holds serial.json 'd["global"]["skipped"] == 2 and d["global"]["scenes"] == 2'
}

@test "folder: what is no scene fails when it is named, and where there is nothing else" {
	messy
	imgpipe -q work/dem.tif
	exits 65 dem.tif
	mkdir none && cp one.tif none/dem.tif
	imgpipe -q none
	exits 65 "no scene among the files"
}

@test "a pair by its names, of which each file has all bands: the error's words make two scenes" {
	mkdir fields
	tif fields/field_red_1.tif uint16 desc=blue,nir,red 9,9 3,6 1,2
	tif fields/field_nir_1.tif uint16 desc=blue,nir,red 9,9 5,6 5,6
	imgpipe -q fields
	exits 65 "field_red_1.tif: its name says that it is one band, but it has 3" \
		"name these files and pass --bands red=3,nir=2"
	imgpipe -q --summary s.json --bands red=3,nir=2 fields/*
	[ "$status" -eq 0 ]
	holds s.json '[x["name"] for x in d["scenes"]] == ["field_nir_1", "field_red_1"]' \
		'[x["indices"]["ndvi"]["mean"] for x in d["scenes"]] == [0, 0.5]'
	tif fields/field_red_1.tif uint16 9,9 3,6 1,2
	imgpipe -q fields
	exits 65 "pass --bands red=N,nir=N with their numbers"
}

@test "--bands by number: said where it overrides what is known, and where it makes bands no scenes" {
	mkdir mixed
	tif mixed/plain.tif uint16 1,2 3,4
	tif mixed/told.tif uint16 desc=red,green,nir 1,2 3,4 5,6
	tif mixed/right.tif uint16 desc=red,nir 1,2 3,4
	tif mixed/LC08_L2SP_008059_20191201_20200825_02_T1_SR_B4.TIF uint16 1,2
	tif mixed/LC08_L2SP_008059_20191201_20200825_02_T1_SR_B5.TIF uint16 3,4
	for executor in serial processes; do
		imgpipe --executor $executor --bands red=1,nir=2 mixed
		exits 0
		[ "$(grep -c "overrides what is known" <<< "$output")" -eq 1 ]
		said=$(tr -s ' \n' ' ' <<< "$output")
		[[ "$said" == *"this scene: nir is band 3, not 2 (band description 'nir')"* ]]
		[[ "$said" == *" 2 of them are one band of a product each: --bands by number takes each file as a scene."* ]]
	done
	imgpipe mixed
	[[ "$output" != *"one band of a product"* && "$output" != *overrides* ]]
	imgpipe -q --bands red=1,nir=2 --include 'LC08*' mixed
	exits 65 "no scene among the files that were found: 2 are one band each" "leave --bands out"
}

@test "folder: an empty file fails, and --exclude leaves it out" {
	messy
	cp empty.tif work/
	imgpipe -q work
	[ "$status" -eq 1 ]
	[[ "$stderr" == *empty.tif* ]]
	imgpipe -q --exclude empty.tif work
	exits 0
}

@test "folder: --duplicates" {
	for made in 20201016 20210314; do
		for band in 4:B04 5:B08; do
			mkdir -p l && cp "${band#*:}.tif" "l/LC08_L1TP_193026_20170805_${made}_02_T1_B${band%:*}.TIF"
		done
	done
	imgpipe -q --csv r.csv l
	[ "$(grep -c ,ok, r.csv)" -eq 2 ]
	imgpipe l
	[[ "$output" == *"in the run 2 times"* ]]
	imgpipe -q --csv r.csv --duplicates newest l
	[ "$(grep -c ,ok, r.csv)" -eq 1 ]
	grep -q 20210314 r.csv
	imgpipe -q --duplicates fail l
	exits 65 "same acquisition"
	imgpipe -q --duplicates oldest l
	exits 64 newest
}

@test "--bands: a name that nothing reads and one band under two names are noted" {
	imgpipe --bands red=1,nir=2,blue=1 good.tif
	exits 0
	[[ "$output" == *"names blue, which no index"* ]]
	imgpipe --bands red=1,nir=1 good.tif
	exits 0
	[[ "$output" == *"red and nir the same band"* ]]
	imgpipe --bands red=1,nir=2 good.tif
	[[ "$output" != *--bands* ]]
}

@test "a cut file whose bands nobody can tell is told as cut: no option helps" {
	"$MAKE_SCENE" --labels none --codec none --size 512 --tile 256 made.tif
	gdal_translate -q -co TILED=YES made.tif whole.tif || skip "no gdal_translate" # its header in front
	refused "pass --bands" whole.tif
	head -c 300000 whole.tif > part.tif
	refused "the file is not complete" part.tif
	imgpipe info part.tif
	exits 65
	[[ "${output//$'\n' /}" == *"not complete"* && "$output" != *"pass --bands"* ]]
}

@test "folder: a cut file and a band without its partner are failures" {
	messy
	cp cut.tif work/
	imgpipe -q work
	[ "$status" -eq 1 ]
	[[ "$stderr" == *cut.tif* ]]
	rm work/cut.tif && cp B04.tif work/
	imgpipe -q work
	[ "$status" -eq 1 ]
	[[ "$stderr" == *B04.tif* ]]
}

@test "folder: shards count what is no scene as the whole run does" {
	messy
	imgpipe -q --summary whole.json work
	for i in 1 2 3 4; do
		imgpipe -q --shard $i/4 work
		[ "$status" -eq 0 ]
	done
	imgpipe merge -q --summary merged.json part-*.json
	cmp whole.json merged.json
	imgpipe merge --csv m.csv part-*.json # -v does not
	[[ "${output//$'\n' /}" == *"Skipped   2 files are no scenes ("*"--csv names them"* ]]
	[ "$(grep -c ',skipped,' m.csv)" -eq 2 ]
}

@test "folder: --include and --exclude, by name and by path; named files stay" {
	messy
	names() { tail -n +2 r.csv | cut -d, -f1 | paste -sd' '; }
	imgpipe -q --csv r.csv --exclude sub --exclude dem.tif --exclude '*_QA*' work
	[ "$(names)" = a ]
	imgpipe -q --csv r.csv --include 'sub/*' work
	[ "$(names)" = a ]
	imgpipe -q --csv r.csv --exclude '*' work/a.tif
	[ "$(names)" = a ]
	imgpipe -q --exclude '*' work
	exits 66 "--include and --exclude"
}

@test "scenes of one name are told apart by the folder in which they differ" {
	mkdir -p n/2021/x n/2022/x
	cp good.tif n/2021/x/s.tif
	cp good.tif n/2022/x/s.tif
	imgpipe -q --csv r.csv n
	[ "$(tail -n +2 r.csv | cut -d, -f1 | paste -sd' ')" = "2021/s 2022/s" ]
	cp good.tif red_river_2021.tif
	cp good.tif red.tif
	imgpipe -q --csv r.csv red_river_2021.tif red.tif
	[ "$(tail -n +2 r.csv | cut -d, -f1 | paste -sd' ')" = "red_river_2021 red" ]
}

@test "list: ~ is the home folder" {
	printf '\xef\xbb\xbf~/good.tif  \r\n' > l.txt
	HOME=$PWD imgpipe -q --csv r.csv @l.txt
	[ "$status" -eq 0 ]
}
