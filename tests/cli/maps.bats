# Maps: what is asked for, what is refused before any work, and names of files.

load helpers

setup() {
	workspace
	tif a.tif uint16 desc=blue,red,nir 10,20 30,40 50,60
	tif b.tif uint16 desc=blue,red,nir 11,21 31,41 51,61
}

# refused WORD... -- ARGS... : a usage error that says so; nothing was made
refused() {
	local words=()
	while [ "$1" != -- ]; do
		words+=("$1")
		shift
	done
	shift
	imgpipe -q "$@" a.tif
	exits 64 "${words[@]}"
	[ ! -e out ]
}

@test "what belongs to maps is refused without -o, with the remedy" {
	for option in --overwrite --no-fsync --no-legend --quicklook --quicklook=x.png "--type int16" "--co LEVEL=1" \
		"--name {scene}.tif" "--format cog" "--output-nodata 0" "--mask-output classes" \
		"--bands-output red" "--stretch 2,98" "--spool-dir ."; do
		# shellcheck disable=SC2086 # words
		refused "${option%%[ =]*}" "-o DIR" -- $option
	done
}

@test "values of options: what would be right is said" {
	refused --type float32 int16 uint8 -- -o out --type int32
	refused --format cog gtiff none -- -o out --format jpeg
	refused --format cog gtiff --quicklook -- -o out --format png
	refused "looks like a file" --name -- -o out.tif
	refused "a folder" -- -o ""
	refused "standard output" -- -o -
	refused "'128,0' is no pair" 2,98 -- -o out --quicklook --stretch 128,0
	refused percentiles -- -o out --quicklook --stretch 2,101
	refused percentiles -- -o out --quicklook --stretch 2
	refused --stretch --quicklook -- -o out --stretch 2,98
	refused --no-legend --quicklook -- -o out --contact-sheet s.png --no-legend
	refused "is none of" -- -o out --name "{scne}.tif"
	refused "folders" -- -o out --name "x/{scene}.tif"
	refused ".tif or .tiff" -- -o out --name "{scene}_{index}"
	refused "dot" -- -o out --name ".{scene}.tif"
	refused "two dots" -- -o out --name "{scene}..tif"
	refused "{index}" -- -o out --index ndvi,gndvi --name "{scene}.tif"
	refused "{index}" -- -o out --mask-output classes --name "{scene}.tif"
	refused .png -- -o out "--quicklook={scene}.jpg"
	refused .png -- -o out --contact-sheet sheet.jpg
	refused "no maps and no pictures" -- -o out --format none
	refused --co -- -o out --format none --quicklook --co LEVEL=1
	refused --format "-o DIR" -- --contact-sheet s.png --format cog
	refused --quicklook "-o DIR (--contact-sheet alone needs none)" -- --contact-sheet s.png --quicklook
	refused --bands-output -- -o out --format none --quicklook --bands-output red
	refused "{index}" -- -o out --mask-output why "--quicklook={scene}.png"
}

@test "names of classes for GDAL, as the README has it" {
	cp a.tif river.tif
	imgpipe -q -o maps --mask-output why river.tif
	exits 0
	md5sum maps/river_why.tif > before
	sed -n '/^```python/,/^```$/p' "$REPO/stages/output/README.md" | grep -v '^```' | /usr/bin/python3 -
	md5sum -c --quiet before
	/usr/bin/python3 -c 'from osgeo import gdal
assert " 12: division by zero" in gdal.Info("maps/river_why.tif")'
	imgpipe -q -o maps --mask-output why --overwrite river.tif
	exits 0
}

@test "a folder that cannot be made: the reason, not that it is not there" {
	[ -d /sys/kernel ] || skip "no sysfs"
	imgpipe -q -o /sys/kernel/maps a.tif
	exits 73 "--output /sys/kernel/maps: cannot be made: "
	imgpipe -q -o nowhere/maps a.tif
	exits 73 "the folder that it is to be in is not there"
}

@test "creation options in GDAL's words; unknown ones are refused with the list" {
	refused COMPRESS BLOCKSIZE SPARSE_OK NUM_THREADS -- -o out --co COMPRES=LZW
	refused KEY=VALUE -- -o out --co COMPRESS
	refused DEFLATE ZSTD LZW NONE -- -o out --co COMPRESS=JPEG
	refused "no level" -- -o out --co COMPRESS=LZW --co LEVEL=3
	refused "1 to 12" -- -o out --co LEVEL=13
	refused "power of two" -- -o out --co BLOCKSIZE=500
	refused "one side" -- -o out --co BLOCKXSIZE=256 --co BLOCKYSIZE=512
	refused twice -- -o out --co COMPRESS=LZW --co compress=LZW
	refused "float32" -- -o out --co PREDICTOR=3
	refused "always tiled" -- -o out --co TILED=NO
	refused "none of" -- -o out --co BIGTIFF=MAYBE
}

@test "formats and types in GDAL's words" {
	imgpipe -q -o x --format COG --type Float32 a.tif
	exits 0
	imgpipe -q -o y --format GTiff --type Byte a.tif
	exits 0
	[ "$(pixels x/a_ndvi.tif | cut -d' ' -f1)" = Float32 ]
	[ "$(pixels y/a_ndvi.tif | cut -d' ' -f1)" = Byte ]
	grep -q LAYOUT=IFDS_BEFORE_DATA x/a_ndvi.tif # the ghost area of a COG
	run ! grep -q LAYOUT=IFDS_BEFORE_DATA y/a_ndvi.tif
}

@test "nodata has to be a number that the type holds, and values do not have" {
	refused "holds no" -- -o out --output-nodata 40000
	refused "holds no" -- -o out --output-nodata nan
	refused "holds no" -- -o out --type uint8 --output-nodata -1
	refused "holds no" -- -o out --type float32 --output-nodata x
	refused "holds no" -- -o out --type float32 --output-nodata 1e39
	refused "-1 to 1" -- -o out --type float32 --output-nodata 0
	imgpipe plan -o out --type float32 --output-nodata -9999 a.tif
	exits 0
	refused "-10000 to 10000" -- -o out --output-nodata 0
	refused "0 to 250" -- -o out --type uint8 --output-nodata 0
	imgpipe plan -o out --output-nodata -20000 a.tif
	exits 0
}

@test "two maps of one name are refused" {
	refused --mask-output NDVI -- -o out --mask-output NDVI
	refused twice -- -o out --bands-output red,R
	refused --bands-output red -- -o out --bands-output red --mask-output red
	refused --bands-output -- -o out --bands-output red,
	refused --bands-output -- -o out --bands-output nothing
}

@test "plan makes no folder, and says what would be written" {
	imgpipe plan -o out --mask-output classes a.tif b.tif
	exits 0
	[ ! -e out ]
	[[ "$output" == *"Maps"*"2 files a scene"*"out"*"at most"* ]]
}

@test "two scenes that would have one file are named before work, over all shards" {
	imgpipe -q -o out --name "{date}_{index}.tif" a.tif b.tif
	exits 64 "a and b" unknown_ndvi.tif "{scene}"
	imgpipe -q -o out --name "{date}_{index}.tif" --shard 1/2 a.tif b.tif
	exits 64 "a and b"
	[ ! -e out ]
	[ ! -e part-1-of-2.json ]
	# A name may be another one's by where its parts meet.
	cp a.tif a_b.tif
	imgpipe -q -o out --expr "b_ndvi=nir-red" --index ndvi a.tif a_b.tif
	exits 64 "a and a_b" a_b_ndvi.tif
	# What cannot be a scene has no files.
	imgpipe plan -o out --name "{date}_{index}.tif" a.tif nothing.tif none.tif
	exits 0
}

@test "files that are there are an error before work; the first five are named" {
	mkdir out
	for i in 1 2 3 4 5 6 7; do
		cp a.tif s$i.tif
		: > out/s${i}_ndvi.tif
	done
	imgpipe -q -o out --summary sum.json s?.tif
	exits 73 "7 are there" s1_ndvi.tif s5_ndvi.tif --overwrite
	[[ "$stderr" != *s6_ndvi.tif* ]]
	[ ! -e sum.json ]
	rm out/*
	ln -s nowhere out/s3_ndvi.tif
	imgpipe -q -o out s?.tif
	exits 73 "1 is there" s3_ndvi.tif "replaces it,"
	rm out/*
	mkdir out/s3_ndvi.tif
	imgpipe -q -o out --overwrite s?.tif
	exits 73 "is a folder"
}

@test "no input is overwritten, whatever it is called" {
	tif x_ndvi.tif uint16 desc=red,nir 1,2 3,4
	tif x.tif uint16 desc=red,nir 1,2 3,4
	cp x_ndvi.tif before
	imgpipe -q -o . --overwrite x.tif x_ndvi.tif
	exits 64 "inputs" x_ndvi.tif --exclude
	imgpipe -q -o . x.tif x_ndvi.tif
	exits 64 "inputs"
	mkdir out
	ln x_ndvi.tif out/a_ndvi.tif
	ln -s ../x_ndvi.tif out/b_ndvi.tif
	imgpipe -q -o out --overwrite a.tif x_ndvi.tif
	exits 64 "inputs" a_ndvi.tif
	imgpipe -q -o out --overwrite b.tif x_ndvi.tif
	exits 64 "inputs" b_ndvi.tif
	cmp before x_ndvi.tif
}

@test "the folder: its last part alone is made; what is no folder is refused" {
	imgpipe -q -o deep/out a.tif
	exits 73 deep/out "make that first"
	: > file
	imgpipe -q -o file a.tif
	exits 73 file
	imgpipe -q -o out --spool-dir file a.tif
	exits 73 --spool-dir "no folder"
	imgpipe -q -o out --spool-dir nowhere a.tif
	exits 73 --spool-dir nowhere
	[ ! -e out ]
}

@test "bands that are written are read, and change no number" {
	tif rn.tif uint16 desc=red,nir 30,40 50,60
	imgpipe -q --summary plain.json a.tif rn.tif
	exits 0
	imgpipe -o out --bands-output blue --summary with.json --report r.json --csv - a.tif rn.tif
	exits 1 "scene rn: no map of blue: this scene does not have that band"
	cmp plain.json with.json
	[ "$(get r.json "sorted(s['bands'])")" = "['blue', 'nir', 'red']" ]
	[ "$(get r.json "sorted(d['scenes'][1]['bands']), d['scenes'][1]['notes'][-1]")" = \
		"(['nir', 'red'], 'no map of blue: this scene does not have that band')" ]
	[[ "$output" == *blue_file,blue_band* ]]
}

@test "a band that was to be written and is not there is a part that is missing, as an index is" {
	tif rn.tif uint16 desc=red,nir 30,40 50,60
	imgpipe -q -o one --bands-output red --log-format json rn.tif
	exits 0
	imgpipe -q -o some --bands-output blue,green,red --partial part.json --report r.json \
		--metrics m.prom rn.tif
	exits 1 "scene rn: no map of blue and green: this scene does not have those bands"
	[ "$(ls some)" = "$(printf '%s\n' rn_ndvi.tif rn_red.tif)" ]
	holds r.json 'd["global"]["scenes_incomplete"] == 1' 's["status"] == "ok"' \
		'any("no map of blue and green" in note for note in s["notes"])'
	grep -q '^imgpipe_incomplete_scenes.* 1$' m.prom
	imgpipe merge -q part.json
	exits 1
	imgpipe -q -o skip --bands-output blue --on-missing skip-scene a.tif rn.tif
	exits 1 "rn failed" "no map of blue"
	[ "$(ls skip)" = "$(printf '%s\n' a_blue.tif a_ndvi.tif)" ]
	imgpipe -q -o fail --bands-output blue --on-missing fail rn.tif
	exits 65 "no map of blue"
	# The next night: nothing to do, and still a part is missing.
	for night in 1 2; do
		imgpipe -q -o nightly --bands-output blue --catalog c.gpkg --resume rn.tif
		exits 1
	done
	[ "$(ls nightly)" = rn_ndvi.tif ]
}

# pixels FILE : type, nodata, scale, offset, description and stored numbers, as GDAL has them
pixels() {
	/usr/bin/python3 - "$1" <<-'END'
		import sys
		from osgeo import gdal
		gdal.UseExceptions()
		dataset = gdal.Open(sys.argv[1])
		b = dataset.GetRasterBand(1)
		print(gdal.GetDataTypeName(b.DataType), b.GetNoDataValue(), b.GetScale(), b.GetOffset(),
		      b.GetDescription(), b.ReadAsArray().tolist())
	END
}

@test "each type stores values by its scale; nodata and values that do not fit" {
	# ndvi: 0.5, 0, and nodata; clay: 3, 1, none
	tif t.tif uint16 desc=red,nir nodata=0 10,20,0 30,20,5
	imgpipe -q -o out t.tif
	exits 0
	[ "$(pixels out/t_ndvi.tif)" = "Int16 -32768.0 0.0001 0.0 NDVI [[5000, 0, -32768]]" ]
	imgpipe -q -o out --overwrite --type uint8 t.tif
	exits 0
	[ "$(pixels out/t_ndvi.tif)" = "Byte 255.0 0.008 -1.0 NDVI [[188, 125, 255]]" ]
	imgpipe -q -o out --overwrite --type float32 --output-nodata -9999 t.tif
	exits 0
	[[ "$(pixels out/t_ndvi.tif)" == "Float32 -9999.0 "*" NDVI [[0.5, 0.0, -9999.0]]" ]]
	# A value beyond the range keeps clear of nodata.
	imgpipe -o out --expr clay=nir/red --range clay=0,2 --output-nodata 30000 t.tif
	exits 0
	[ "$(pixels out/t_clay.tif)" = "Int16 30000.0 0.0001 0.0 clay [[30001, 10000, 30000]]" ]
	[[ "$(tr -s ' \n' ' ' <<<"$output")" == *"1 pixel of clay is beyond what int16 holds with this scale, or would be read as nodata, which is 30000,"* ]]
	rm out/t_clay.tif
	# 3 is more than 2 * 32767 / 32767.
	imgpipe -o out --expr clay=nir/red --range clay=0,2 --report r.json t.tif
	exits 0
	[ "$(pixels out/t_clay.tif)" = "Int16 -32768.0 0.0001 0.0 clay [[30000, 10000, -32768]]" ]
	imgpipe -o out --overwrite --expr clay=nir/red --type uint8 --range clay=0,2 --report r.json t.tif
	exits 0
	[ "$(pixels out/t_clay.tif)" = "Byte 255.0 0.008 0.0 clay [[254, 125, 255]]" ]
	[ "$(get r.json "[(o['path'], o['kind'], o['index'], o['type'], o['clamped']) for o in s['outputs']]")" = \
		"[('out/t_clay.tif', 'map', 'clay', 'uint8', 1)]" ]
	[[ "$output" == *"Maps      1 file, "*" in out"* ]]
	[ "$(get r.json "d['run']['outputs']['bytes']")" = "$(stat -c %s out/t_clay.tif)" ]
}

@test "bands as integers need a scale, or numbers as they are" {
	for type in int16 uint8; do
		imgpipe -q -o out --bands-output red,nir --type $type --report r.json a.tif
		exits 65 a.tif "numbers of red" $type --raw "--type float32"
		[ -z "$(ls out)" ]
	done
	imgpipe -q -o out --bands-output red --type int16 --raw a.tif
	exits 0
	[[ "$(pixels out/a_red.tif)" == "Int16 -32768.0 5.0 0.0 "*"[[6, 8]]" ]]
	imgpipe -q -o out --overwrite --bands-output red --type int16 --scale 0.0001 a.tif
	exits 0
	[[ "$(pixels out/a_red.tif)" == "Int16 -32768.0 0.0001 0.0 "*"[[30, 40]]" ]]
	imgpipe -q -o out --overwrite --bands-output red a.tif
	exits 0
	[[ "$(pixels out/a_red.tif)" == "Float32 nan "*"[[30.0, 40.0]]" ]]
}

@test "classes and bands; a column of --csv says which map is which" {
	tif t.tif uint16 desc=blue,red,nir nodata=0 7,8,9,6 10,20,0,4 30,20,5,1
	imgpipe -q -o out --index ndvi --expr "z=(nir-red)/(nir-20)" --mask-output why --bands-output blue \
		--valid-range ndvi=-0.5,1 --csv t.csv t.tif
	exits 0
	[[ "$(pixels out/t_why.tif)" == "Byte 255.0 "*" [[0, 0, 10, 9]]" ]]
	[[ "$(pixels out/t_blue.tif)" == "Float32 nan "*" [[7.0, 8.0, 9.0, 6.0]]" ]]
	[ "$(sed 1d t.csv | rev | cut -d, -f1 | rev | tr '\n' ' ')" = "out/t_ndvi.tif out/t_z.tif " ]
	[ "$(ls out)" = "$(printf '%s\n' t_blue.tif t_ndvi.tif t_why.tif t_z.tif)" ]
}

@test "the same numbers and parts with maps and without; shards make the same files" {
	imgpipe -q --summary plain.json --partial plain.part a.tif b.tif
	exits 0
	imgpipe -q -o one --summary with.json --partial with.part a.tif b.tif
	exits 0
	cmp plain.json with.json
	cmp plain.part with.part
	imgpipe -q -o two --shard 1/2 a.tif b.tif
	[ "$(ls two)" = a_ndvi.tif ]
	imgpipe -q -o two --shard 2/2 a.tif b.tif
	diff -r -x '.imgpipe*.lock' one two
	imgpipe merge -q --summary merged.json part-1-of-2.json part-2-of-2.json
	exits 0
	cmp plain.json merged.json
}

@test "parts of runs that write bands which no index reads are merged" {
	imgpipe -q -o out --bands-output blue --summary plain.json --partial part.json a.tif b.tif
	exits 0
	imgpipe merge -q --summary merged.json part.json
	exits 0
	cmp plain.json merged.json
}

@test "pictures of classes, and their world files: named, listed, and never over another file" {
	tif t.tif uint16 desc=red,nir epsg=32632 pixel=10 nodata=0 10,20,0 30,20,5
	imgpipe -q -o out --format none --mask-output why --quicklook --no-legend --report r.json t.tif
	exits 0
	[ "$(ls out)" = "$(printf '%s\n' t_ndvi.pgw t_ndvi.png t_why.pgw t_why.png)" ]
	[ "$(get r.json "[(o['path'], o['kind'], o['index'], o['type']) for o in s['outputs']]")" = \
		"[('out/t_ndvi.png', 'quicklook', 'ndvi', 'png'), ('out/t_ndvi.pgw', 'world file', 'ndvi', 'text'), ('out/t_why.png', 'quicklook', None, 'png'), ('out/t_why.pgw', 'world file', None, 'text')]" ]
	[ "$(get r.json "sum(o['bytes'] for o in s['outputs'])")" = "$(cat out/* | wc -c)" ]
	rm out/*.png out/t_why.pgw
	imgpipe -q -o out --format none --mask-output why --quicklook --no-legend t.tif
	exits 73 "1 is there" t_ndvi.pgw
	imgpipe -q -o out --format none --mask-output why --quicklook t.tif
	exits 0
}

@test "the rows encode and gather count tiles of maps, whatever the blocks" {
	"$MAKE_SCENE" --size 1500x1100 big.tif
	for chunk in 512x512 1024x1024; do
		imgpipe -q -o out --overwrite --mask-output why --chunk $chunk --report r.json big.tif
		exits 0
		# Of each map 3 x 3 tiles, 2 x 2 and one.
		[ "$(get r.json "sum(i['tiles'] for i in d['stages'] if i['name'] in ('encode', 'gather'))")" -eq 28 ]
	done
}

@test "maps are the same under --teach, whose costs are no part of them" {
	"$MAKE_SCENE" --size 1500x1100 big.tif
	imgpipe -q -o plain --quicklook big.tif
	exits 0
	for lesson in gil task-overhead=1ms ship-pixels float-sums no-backpressure; do
		imgpipe -q -o "$lesson" --quicklook --teach "$lesson" --workers 2 --chunk 512x512 big.tif
		exits 0
		diff -r plain "$lesson"
	done
	imgpipe -q -o apart --quicklook --teach ship-pixels --executor processes --workers 2 --chunk 512x512 big.tif
	exits 0
	diff -r plain apart
}

@test "a second run is refused, and --overwrite makes the same bytes again" {
	imgpipe -q -o out a.tif b.tif
	exits 0
	cp -r out before
	imgpipe -q -o out a.tif b.tif
	exits 73 "2 are there" a_ndvi.tif b_ndvi.tif
	imgpipe -q -o out --overwrite a.tif b.tif
	exits 0
	diff -r before out
	[ "$(find . -name '*imgpipe*' | sort | tr '\n' ' ')" = "./before/.imgpipe.lock ./out/.imgpipe.lock " ]
}

@test "what GDAL has written beside a map goes with the map that is replaced, and with no other" {
	# gdal FILE : the mean that it says, as QGIS asks for it
	gdal() { gdalinfo -stats "$1" | sed -n 's/.*STATISTICS_MEAN=//p'; }
	beside() { /usr/bin/python3 -c 'import sys; from osgeo import gdal
d = gdal.Open(sys.argv[1])
d.GetRasterBand(1).SetStatistics(1, 3, 2, 0.5)' "$1"; }
	imgpipe -q -o out a.tif b.tif
	exits 0
	mean=$(gdal out/a_ndvi.tif)
	for map in a b; do
		beside out/${map}_ndvi.tif
		gdaladdo -q -ro --config COMPRESS_OVERVIEW DEFLATE out/${map}_ndvi.tif 2
		[ -e out/${map}_ndvi.tif.aux.xml ] && [ -e out/${map}_ndvi.tif.ovr ]
	done
	[ "$(gdal out/a_ndvi.tif)" = 2 ]
	imgpipe -q -o out a.tif
	exits 73
	[ -e out/a_ndvi.tif.aux.xml ]
	imgpipe -q -o out --overwrite a.tif
	exits 0
	[ "$(gdal out/a_ndvi.tif)" = "$mean" ]
	[ ! -e out/a_ndvi.tif.aux.xml ] && [ ! -e out/a_ndvi.tif.ovr ]
	[ -e out/b_ndvi.tif.aux.xml ] && [ -e out/b_ndvi.tif.ovr ]
	# So does --resume, where it makes a map again.
	imgpipe -q --catalog c.gpkg -o nightly a.tif
	beside nightly/a_ndvi.tif
	imgpipe -q --catalog c.gpkg --resume -o nightly a.tif
	exits 0
	[ -e nightly/a_ndvi.tif.aux.xml ]
	touch a.tif
	imgpipe -q --catalog c.gpkg --resume -o nightly a.tif
	exits 0
	[ "$(gdal nightly/a_ndvi.tif)" = "$mean" ]
}

@test "a file says which bands, scales and masks it is made with" {
	local s=S2A_T33UUU_20230601
	for band in B04 B08 SCL; do
		tif ${s}_$band.tif $([ $band = SCL ] && echo uint8 || echo uint16) 4,9
	done
	imgpipe -q -o out --mask auto --scale 0.0001 --offset -0.1 --bands-output red ${s}_B0*.tif
	exits 0
	facts() {
		/usr/bin/python3 -c "from osgeo import gdal; import sys
m = gdal.Open(sys.argv[1]).GetMetadata()
print([m.get(k, '') for k in ('MASK', 'MASK_SOURCE', 'SCALE_SOURCE')])" "$1"
	}
	[[ "$(facts out/*_ndvi.tif)" == "['auto', 'scl: file ${s}_SCL.tif"*"', 'red: x 0.0001 + -0.1 ("* ]]
	[[ "$(facts out/*_red.tif)" == "['', '', 'red: x 0.0001 + -0.1 ("* ]]
}

@test "a contact sheet alone needs no folder, and is what it is beside maps" {
	imgpipe -q -o maps --contact-sheet beside.png a.tif
	exits 0
	mkdir at
	for options in "" "--format none" "--spool-dir . --no-fsync"; do
		imgpipe --contact-sheet at/alone.png --report r.json $options a.tif
		exits 0
		[[ "$output" != *Maps* && "$output" != *Pictures* ]]
		cmp at/alone.png beside.png
		[ "$(ls -A at)" = alone.png ]
		rm at/alone.png
		holds r.json "d['run']['outputs']['folder'] is None" "d['run']['outputs']['files'] == 0"
	done
	imgpipe -q --contact-sheet at/alone.png --stretch 2,98 a.tif
	exits 0
	imgpipe plan --contact-sheet at/alone.png a.tif
	exits 0
	[[ "$output" == *"Pictures"*"contact sheet alone, at/alone.png"* ]]
	imgpipe -q --contact-sheet nowhere/alone.png a.tif
	exits 73 "nowhere/alone.png: cannot create the contact sheet report"
	imgpipe --format none -o only --contact-sheet s.png a.tif
	exits 0
	[ ! -e only ]
	imgpipe --format none -o only --quicklook a.tif
	exits 0
	[[ "$output" == *"Pictures  1 file, "*" in only"* && "$output" != *Maps* ]]
}

@test "contact sheets are reports: an own one is replaced, another picture is not" {
	imgpipe -q -o x --format none --contact-sheet s.png a.tif
	exits 0
	cp s.png before.png
	imgpipe -q -o x --format none --contact-sheet s.png b.tif
	exits 0
	run ! cmp -s s.png before.png
	imgpipe -q -o y --quicklook a.tif
	imgpipe -q -o x --format none --contact-sheet y/a_ndvi.png b.tif
	exits 64 y/a_ndvi.png
	for again in 1 2; do
		imgpipe -q -o z --quicklook --contact-sheet z/a_ndvi.png a.tif
		exits 64 --contact-sheet "a_ndvi.png; give another"
		[ $again -eq 2 ] || mkdir z
	done
	imgpipe -q -o z --quicklook --contact-sheet ./z/all.png a.tif
	exits 0
}

@test "no report is called like a file of a scene, by whatever way" {
	ln -s there link
	ln -s there/b_ndvi.tif r.json
	for folder in new there; do
		[ $folder = new ] || mkdir there
		imgpipe -q -o $folder --report $folder/a_ndvi.tif a.tif b.tif
		exits 64 --report "$folder/a_ndvi.tif; give another"
		imgpipe -q -o $folder --csv ././$folder//b_ndvi.tif a.tif b.tif
		exits 64 --csv "b_ndvi.tif; give another"
	done
	[ ! -e new ]
	imgpipe -q -o there --report r.json a.tif b.tif
	exits 64 --report "b_ndvi.tif; give another"
	imgpipe -q -o there --overwrite --summary "$PWD/link/a_ndvi.tif" a.tif b.tif
	exits 64 --summary "a_ndvi.tif; give another"
	[ -z "$(ls there)" ]
	# A page that a sheet can have.
	mkdir many
	for i in {1..49}; do cp a.tif many/july-$i.tif; done
	imgpipe -q -o there --format none "--quicklook={scene}.png" --contact-sheet there/july.png many
	exits 64 --contact-sheet "july-2.png; give another"
	imgpipe -q -o there --format none "--quicklook={scene}.png" --contact-sheet there/july.png many/july-{2,3}.tif
	exits 0
	imgpipe -q -o new --report new/a.json --csv new/a_ndvi.csv a.tif
	exits 0
}

@test "a second run over the folder above -o finds the same scenes" {
	mkdir in
	mv a.tif b.tif in
	imgpipe -q -o in/out --bands-output red,nir --csv first.csv in
	exits 0
	imgpipe -q -o in/out --bands-output red,nir --csv second.csv --overwrite in/
	exits 0
	cmp first.csv second.csv
	[ "$(find in/out -name '*.tif' | wc -l)" -eq 6 ]
	# Named, it is searched.
	imgpipe -q -o in/out --csv named.csv --overwrite in/out
	exits 64 inputs
	imgpipe -q -o in/out --name "{scene}_2.tif" --csv named.csv in/out
	exits 0
	[ "$(grep -c ,ok, named.csv)" -eq 2 ]
	imgpipe -q -o in --bands-output red,nir in
	exits 64 --bands-output "folder of its own"
	imgpipe -q -o in --bands-output red,nir in/a.tif
	exits 0
}

@test "names of scenes that would lead elsewhere stay in the folder" {
	mkdir -p x/y "x/ ..z"
	cp a.tif "x/ ..z/..up.tif"
	cp b.tif $'x/y/li\nne.tif'
	imgpipe -q -o out x/y "x/ ..z/..up.tif"
	exits 0
	[ "$(ls out | wc -l)" -eq 2 ]
	[ -e out/__up_ndvi.tif ]
	[ -e out/li_ne_ndvi.tif ]
	long=$(printf 'n%.0s' {1..250})
	mv a.tif "$long.tif"
	imgpipe -q -o long "$long.tif"
	exits 0
	[ "$(cd long && echo *)" = "${long:0:237}~$(cd long && echo * | cut -c239-246)_ndvi.tif" ]
}

@test "a scene that its quality band refuses has no file" {
	id=T32TPS_20260701T101031
	mkdir s2
	tif s2/${id}_B04_20m.tif uint16 1000,2000,3000,4000
	tif s2/${id}_B8A_20m.tif uint16 5000,6000,7000,8000
	tif s2/${id}_SCL_20m.tif uint8 4,77,4,4
	for executor in threads processes serial; do
		imgpipe -q --executor $executor -o out --quicklook --mask scl s2
		exits 65 "SCL_20m.tif holds numbers from 4 to 77"
		[ ! -e out ] # it was made for nothing
	done
}

@test "what stages hold in memory is what was planned for them, maps included" {
	"$BUILD/make_scene" --size 1300 --tile 256 big.tif >/dev/null
	imgpipe -q --raw --bands red=3,nir=4 --workers 1 -o out --report r.json big.tif
	exits 0
	run jq -e '[.stages[] | select(.name | IN("encode", "gather", "stats"))
		| .reserved_peak_bytes > 0.9 * .planned_peak_bytes and .reserved_peak_bytes <= .planned_peak_bytes]
		== [true, true, true]' r.json
	[ "$status" -eq 0 ]
}
