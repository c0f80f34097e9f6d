#!/usr/bin/env bats
# Indices: imgpipe index, and what is said of --index, --expr, --const and --range that are wrong.

load helpers

setup() {
	workspace
	tif a.tif uint16 desc=red,nir 1,2/3,4 5,6/7,8
}

# listed [SENSOR...] : names of the indices that imgpipe index lists
listed() {
	"$IMGPIPE" index "$@" | awk 'NR > 1 && !/^ / { print $1 }'
}

@test "imgpipe index lists the table" {
	imgpipe index
	exits 0
	[ -z "$stderr" ]
	[ "$(listed | wc -l)" -ge 60 ]
	[ "$(listed | head -1)" = NDVI ]
	[[ "$output" == *$'\n'"EVI        blue red nir "*"reflectance Enhanced Vegetation Index"$'\n'* ]]
	[ "$("$IMGPIPE" index | awk 'length > 100' | wc -l)" -eq 0 ]
}

@test "imgpipe index SENSOR lists what its bands allow" {
	listed landsat8 > landsat
	listed sentinel2 > sentinel
	listed naip > naip
	grep -qx NDMI landsat
	! grep -qx NDRE landsat || return 1
	grep -qx NDRE sentinel
	grep -qx S2REP sentinel
	grep -qx NDVI naip
	! grep -qx NDMI naip || return 1
	# Words for sensors are read as people write them; of several, what all allow.
	diff landsat <(listed "Landsat 8")
	diff <(listed naip sentinel2) naip
	imgpipe index landsat99
	exits 64 "no sensor" "landsat8" "sentinel2"
	imgpipe index evi
	exits 64 "imgpipe index show evi"
}

@test "imgpipe index SCENE lists what the bands of its scenes allow, and of how many" {
	tif rgbn.tif uint16 desc=blue,green,red,nir 1,2 3,4 5,6 7,8
	tif swir.tif uint16 desc=red,nir,swir16 1,2 3,4 5,6
	listed rgbn.tif > four
	grep -qx GNDVI four
	! grep -qx NDMI four || return 1
	diff four <(listed naip)
	listed swir.tif > swir
	grep -qx NDMI swir
	! grep -qx GNDVI swir || return 1
	imgpipe index . # a.tif has red and NIR alone
	exits 0
	[ "$(awk '/^(NDVI|GNDVI|NDMI|NDRE) / { print $1, $0 }' <<< "$output" | sed -E 's/ .* ([0-9]+ of [0-9]+) .*/ \1/')" = "NDVI 3 of 3
GNDVI 1 of 3
NDMI 1 of 3" ]
	[ "$(awk 'length > 100' <<< "$output" | wc -l)" -eq 0 ]
	diff <(listed . sentinel2) <(listed .)
	# One that cannot be read empties nothing.
	head -c 60 rgbn.tif > cut.tif
	imgpipe index .
	[ "$status" -eq 1 ]
	[[ "$stderr" == *cut.tif* ]]
	grep -q "^NDVI .* 3 of 3 " <<< "$output"
	rm cut.tif
	! listed rgbn.tif swir.tif | grep -qx NDRE || return 1
	# Without red or NIR: what its band allows, which is nothing.
	tif one.tif uint16 1,2
	imgpipe index one.tif
	exits 65 "one.tif"
	printf '%s\n' rgbn.tif > list
	diff four <(listed @list)
}

@test "a band whose wavelength two names share is told by the name that a run finds it by" {
	# MCD43A4 states where its bands begin: red 620, where yellow ends (STAC eo 1.1).
	tif modis.tif uint16 "desc=Nadir_Reflectance_Band1 620 nm,Nadir_Reflectance_Band2 841 nm" 1,2 3,4
	# 790 nm is red edge (760 to 800) and NIR (760 to 1000).
	tif nir790.tif uint16 "desc=660 nm,790 nm" 1,2 3,4
	for file in modis.tif nir790.tif; do
		listed "$file" | grep -qx NDVI
		"$IMGPIPE" info "$file" > told
		! grep -qE "yellow|rededge" told || return 1
		imgpipe -q "$file"
		exits 0
	done
	imgpipe -q --expr x=yellow modis.tif
	exits 65
}

@test "Band 3 of the third band is no number of the product where others are described" {
	# As USGS's ordered stacks of Landsat 7: pan has no surface reflectance; it is the mask.
	name=LE70220492002106EDC00_stack.tif
	tif $name int16 "desc=band 3 reflectance,band 4 reflectance,Band 3" 1,2 3,4 0,1
	"$IMGPIPE" info $name > told
	grep -q "^  red .*band 1 of file 1" told
	tif $name int16 "desc=band 3 reflectance,band 4 reflectance,band 2 reflectance,Band 4,b5,b6,b7,Band 8" \
		1,2 3,4 5,6 0,1 1,2 1,2 1,2 0,1
	"$IMGPIPE" info $name > told
	grep -q "^  nir .*band 2 of file 1" told
	! grep -q " pan: " told || return 1
}

@test "imgpipe index show explains an index" {
	imgpipe index show savi
	exits 0
	for words in "SAVI: Soil-Adjusted Vegetation Index" "(1+L)*(N-R)/(N+R+L)" "L = 0.5" \
		"--const SAVI.L=" "(1+0.5)*(nir-red)/(nir+red+0.5)" "red (R), nir (N)" \
		"--assume-reflectance" "usually -1 to 1" "Huete 1988" \
		"https://doi.org/10.1016/0034-4257(88)90106-X" "red 4, nir 8 or 8A"; do
		[[ "$output" == *"$words"* ]] || { echo "no '$words'"; return 1; }
	done
	imgpipe index show lswi ndwi
	exits 0
	[[ "$output" == *"NDMI: "*"also "*"NDII LSWI"*"NDWI: "*McFeeters* ]]
	imgpipe index show
	exits 64 "show which?"
	imgpipe index show evii
	exits 64 "no index 'evii'" "EVI"
}

@test "every index can be shown" {
	for name in $(listed); do
		"$IMGPIPE" index show "$name" > shown
		grep -q "^$name: " shown
		grep -q "^written out" shown
		[ "$(grep -vE '^(formula|written out) ' shown | awk 'length > 100' | wc -l)" -eq 0 ]
	done
}

@test "options that cannot be used are refused before anything is opened" {
	imgpipe --index evii a.tif
	exits 64 "--index evii" "EVI" "imgpipe index lists them"
	imgpipe --index ndvi,NDVI a.tif
	exits 64 "asked for twice"
	imgpipe --index savi,evi --const L=1 a.tif
	exits 64 "savi and evi have a constant L" "savi.L=1"
	imgpipe --index savi --const Q=1 a.tif
	exits 64 "no" "savi.L"
	imgpipe --const savi.L=1 a.tif
	exits 64 "nothing in this run"
	imgpipe --expr nir=red a.tif
	exits 64 "nir is a band"
	imgpipe --expr "ndvi=red" a.tif
	exits 64 "ndvi is an index"
	imgpipe --range evi=-1,2 a.tif
	exits 64 "no index or expression evi in this run"
	imgpipe --range ndvi=2,-1 a.tif
	exits 64 "the smaller first"
	imgpipe --on-missing maybe a.tif
	exits 64 "null, skip-scene, fail"
	imgpipe --grid middle a.tif
	exits 64 "fine, coarse"
	for command in plan graph info sweep; do
		imgpipe "$command" --index evii a.tif
		exits 64 "--index evii"
	done
}

@test "an index or a preset where a file would be: said at once, if there is no such file" {
	imgpipe --index ndvi evi a.tif
	exits 66 "evi: cannot be opened: No such file or directory; did you mean --index ndvi,evi?"
	[ -z "$output" ]
	imgpipe --index ndvi a.tif EVI
	exits 66 "did you mean --index ndvi,EVI?"
	imgpipe --mask auto-optional scl a.tif
	exits 66 "scl: cannot be opened: No such file or directory; did you mean --mask scl?"
	# Without the option it may be anything, and what is there is a file.
	imgpipe evi a.tif
	[ "$status" -eq 1 ]
	[[ "$stderr" != *"did you mean"* ]]
	cp a.tif evi
	imgpipe -q --index ndvi evi a.tif
	exits 0
}

@test "errors in expressions show their place" {
	imgpipe --expr "x=(nir-rde)/nir" a.tif
	exits 64 "--expr x: " "is it red?"
	[ "$(sed -n 2,3p <<< "$stderr")" = "  (nir-rde)/nir
       ^" ]
	imgpipe --expr "x=nir+" a.tif
	exits 64 "--expr x: "
	[ "$(wc -l <<< "$stderr")" -eq 3 ]
	imgpipe --expr $'x=nir\n+\x1b[31m' a.tif
	exits 64
	[[ "$stderr" != *$'\x1b'* ]]
}

@test "all bands of a file may be read, however it is stored" {
	expression="x=b2+2*b3+b4/b8+b5*b6-b7+b8a/(b11+b12)"
	mkdir pixel band
	"$MAKE_SCENE" --size 300x200 --bands 10 --tile 128 pixel/s.tif
	"$MAKE_SCENE" --size 300x200 --bands 10 --strip 0 --interleave band band/s.tif
	for layout in pixel band; do
		imgpipe -q --expr "$expression" --summary $layout.json $layout
		exits 0
		[ "$layout" = pixel ] || diff $layout.json pixel.json
	done
	imgpipe -q --expr "$expression" --reader gdal --summary gdal.json pixel
	exits 0
	diff gdal.json pixel.json
}

@test "--on-missing fail ends the run, whether a scene lacks the bands of one index or of all" {
	tif 0.tif uint16 desc=blue,red 1,2 3,4
	for computed in ndvi ndvi,bndvi; do
		for executor in serial processes; do
			rm -f out.csv
			imgpipe -q --executor $executor --on-missing fail --index $computed \
				--csv out.csv 0.tif a.tif a.tif
			exits 65 0.tif
			! grep -q ,ok, out.csv || return 1
			imgpipe -q --executor $executor --index ndvi --csv out.csv 0.tif a.tif
			exits 1 0.tif
			[ "$(grep -c ,ok, out.csv)" -eq 1 ]
		done
	done
}

@test "a place that no file can have, and one that this file does not have" {
	for place in '#0' '#65536'; do
		imgpipe --expr "q=$place+1" a.tif
		exits 64 "\`$place\` is no band" "#1, #2"
	done
	imgpipe --expr 'q=#3+1' a.tif
	exits 65 "there is no #3, the file has 2 bands"
}
