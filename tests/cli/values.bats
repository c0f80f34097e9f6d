#!/usr/bin/env bats
# Runs of several indices and expressions as users make them: what is computed, what a scene lacks,
# and whether the advice that is printed works. Numbers are worked out by hand.

load helpers

setup() {
	workspace
}

# product FOLDER [OPTIONS...] : Sentinel-2 files; reflectance 0.1 blue, 0.2 red, 0.5 NIR, 0.3 swir16
product() {
	local folder=$1 band
	shift
	mkdir "$folder"
	for band in B02:1000 B04:2000 B08:5000; do
		tif "$folder/T32ABC_20200101T101031_${band%:*}_10m.tif" uint16 pixel=10 "$@" \
			"${band#*:},${band#*:}/${band#*:},${band#*:}"
	done
	tif "$folder/T32ABC_20200101T101031_B11_20m.tif" uint16 pixel=20 "$@" 3000
}

# about FILE INDEX NUMBER : its mean
about() {
	holds "$1" "abs(s['indices']['$2']['mean'] - ($3)) < 1e-7"
}

EVI='2.5*0.3/(0.5+6*0.2-7.5*0.1+1)'

@test "a product without a scale: NDVI, and why there is no EVI; the advice works" {
	product s2
	imgpipe -q --index ndvi,evi --summary a.json s2
	exits 1 "evi is missing" "--scale" "--offset" "--assume-reflectance"
	about a.json ndvi 3/7
	holds a.json 's["indices"]["evi"] is None' '"reflectance" in s["missing"]["evi"]' \
		'list(s["missing"]) == ["evi"]' 'd["global"]["indices"]["evi"]["scenes"] == 0' \
		'd["global"]["indices"]["ndvi"]["scenes"] == 1'
	imgpipe -q --index ndvi,evi --scale 0.0001 --offset 0 --summary b.json s2
	exits 0
	about b.json ndvi 3/7
	about b.json evi "$EVI"
	holds b.json 's.get("missing") in (None, {})'
	imgpipe -q --index ndvi,evi --assume-reflectance s2
	exits 1 "evi is missing"
}

@test "a note says what an offset would change, and with which options" {
	product s2
	imgpipe --index ndvi,ndmi --summary a.json s2
	exits 0
	advice=$(tr -s ' \n' ' ' <<< "$output" | grep -o -- '--scale [0-9.]* --offset [-0-9.]*' | head -1)
	[ -n "$advice" ]
	imgpipe -q --index ndvi,ndmi $advice --summary b.json s2
	exits 0
	about b.json ndvi '0.3/(0.7-0.2)'
	about b.json ndmi '0.2/(0.8-0.2)'
}

@test "scale and offset in the files: reflectance is known" {
	product s2 scale=0.0001 offset=-0.1
	imgpipe -q --index evi --summary a.json s2
	exits 0
	about a.json evi '2.5*0.3/(0.4+6*0.1-7.5*0.0+1)'
	# Stored numbers are no reflectance.
	imgpipe -q --index evi --raw --summary a.json s2
	exits 65 "evi needs reflectance"
}

@test "a scene that lacks a band: null, skip-scene, fail" {
	tif a.tif uint16 desc=red,nir scale=0.0001 2000 5000
	tif b.tif uint16 desc=blue,red,nir scale=0.0001 1000 2000 5000
	imgpipe -q --index ndvi,evi --summary o.json a.tif b.tif
	exits 1 "scene a: evi is missing: it needs blue, which this scene does not have"
	holds o.json 's["name"] == "a"' 's["status"] == "ok"' 's["indices"]["evi"] is None' \
		'd["scenes"][1]["indices"]["evi"]["valid"] == 1' \
		'd["global"]["indices"]["evi"]["scenes"] == 1' \
		'd["global"]["indices"]["ndvi"]["scenes"] == 2'
	imgpipe -q --index ndvi,evi --on-missing null --csv o.csv a.tif b.tif
	exits 1
	[ "$(wc -l < o.csv)" -eq 5 ]
	[ "$(cut -d, -f1-3 o.csv | tr '\n' ' ')" = \
		"name,index,status a,ndvi,ok a,evi,missing b,ndvi,ok b,evi,ok " ]
	imgpipe -q --index ndvi,evi --on-missing skip-scene --summary o.json a.tif b.tif
	exits 1 "scene a" "evi needs blue"
	holds o.json 's["status"] == "failed"' 'd["scenes"][1]["status"] == "ok"' \
		'd["global"]["indices"]["ndvi"]["scenes"] == 1'
	rm o.json
	imgpipe -q --index ndvi,evi --on-missing fail --summary o.json a.tif b.tif
	exits 65 "a" "evi needs blue"
	# Where a scene has none of them, it has failed however that is asked for.
	imgpipe -q --index evi --summary o.json a.tif
	exits 65 "blue"
	imgpipe -q --index evi --summary o.json a.tif b.tif
	exits 1 "blue"
}

@test "expressions: values, constants, and their place among indices" {
	tif a.tif uint16 desc=blue,green,red,nir scale=0.0001 1000 1500 2000 5000
	imgpipe -q --index ndvi --expr 'd=nir-L*red' --const L=2 --expr 'E=where(nir>red, sqrt(nir), -1)' \
		--expr 'f=2*ndvi+evi' --const evi.L=0.5 --summary o.json a.tif
	exits 0
	about o.json ndvi 3/7
	about o.json d 0.1
	holds o.json "abs(s['indices']['e']['mean'] - 0.5 ** 0.5) < 1e-7" \
		'[i["name"] for i in d["indices"]] == ["ndvi", "d", "e", "f"]' \
		'"2*red" in d["indices"][1]["formula"]'
	about o.json f '6/7 + 2.5*0.3/(0.5+6*0.2-7.5*0.1+0.5)'
	# Without --index: the expression alone.
	imgpipe -q --expr 'd=nir-red' --summary o.json a.tif
	exits 0
	holds o.json 'list(s["indices"]) == ["d"]'
}

@test "letters, synonyms, products' names and numbers of bands mean the same" {
	tif a.tif uint16 desc=B02,B03,B04,B08 scale=0.0001 1000 1500 2000 5000
	for text in 'x=nir-red' 'x=N-R' 'x=B8-B4' 'x=b8-b04' 'x=#4-#3' 'x=NIR-#3'; do
		imgpipe -q --expr "$text" --summary o.json a.tif
		exits 0
		about o.json x 0.3 || { echo "$text"; return 1; }
	done
	# b3 is the product's third band here, as it has such names.
	imgpipe -q --expr 'x=b3+0' --summary o.json a.tif
	exits 0
	about o.json x 0.15
	# A stack without such names: the fifth band.
	tif five.tif uint16 1 2 3 4 50
	imgpipe -q --expr 'x=b5+0' --summary o.json five.tif
	exits 0
	about o.json x 50
	imgpipe -q --expr 'x=#5+0*#1' --summary o.json five.tif
	exits 0
	about o.json x 50
	imgpipe -q --expr 'x=#6+0' --summary o.json five.tif
	[ "$status" -ne 0 ]
	[[ "$stderr" == *"#6"* ]]
}

@test "--bands names bands of a stack that says nothing" {
	tif a.tif uint16 1000 1500 2000 5000
	imgpipe -q --index evi,gndvi --bands blue=1,green=2,red=3,nir=4 --scale 0.0001 --offset 0 \
		--summary o.json a.tif
	exits 0
	about o.json evi "$EVI"
	about o.json gndvi 0.35/0.65
	imgpipe -q --index evi --bands red=3,nir=4 --scale 0.0001 --offset 0 --summary o.json a.tif
	exits 65 "blue"
	imgpipe -q --index evi --bands blue=9,red=3,nir=4 --scale 0.0001 --offset 0 a.tif
	exits 65 "blue" "only 4"
	imgpipe -q --index evi --bands blau=1,red=3,nir=4 a.tif
	exits 64 "blau" "blue"
}

@test "bands of 10 m and 20 m: repeated, or averaged" {
	mkdir s2
	tif s2/T32ABC_20200101T101031_B08_10m.tif uint16 pixel=10 epsg=32632 scale=0.0001 \
		1000,2000/3000,6000
	tif s2/T32ABC_20200101T101031_B11_20m.tif uint16 pixel=20 epsg=32632 scale=0.0001 3000
	imgpipe --expr 'x=nir/swir16' --index ndmi --summary o.json s2
	exits 0
	[[ "$output" == *"swir16 is 20 m: each pixel stands for 2 x 2"* ]]
	holds o.json 's["indices"]["x"]["pixels"] == 4' "abs(s['indices']['x']['min'] - 1/3) < 1e-7" \
		's["indices"]["x"]["max"] == 2'
	imgpipe -q --expr 'x=nir/swir16' --grid coarse --summary o.json s2
	exits 0
	holds o.json 's["indices"]["x"]["pixels"] == 1' 's["indices"]["x"]["mean"] == 1'
}

@test "--range: the same moments, a histogram of its own, and what is outside" {
	tif a.tif uint16 desc=red,nir 100,200,300,400 200,1200,600,4000
	imgpipe -q --expr x=nir/red --summary o.json a.tif
	exits 0
	imgpipe -q --expr x=nir/red --range x=0,8 --summary r.json a.tif
	exits 0
	for file in o.json r.json; do
		holds $file 's["indices"]["x"]["mean"] == 5' 's["indices"]["x"]["max"] == 10'
	done
	holds o.json 'd["indices"][0]["range"] == [-1, 1]' 's["indices"]["x"]["outside_range"] == 4'
	holds r.json 'd["indices"][0]["range"] == [0, 8]' 's["indices"]["x"]["outside_range"] == 1' \
		's["indices"]["x"]["histogram"]["min"] == 0' 's["indices"]["x"]["histogram"]["above"] == 1'
}

@test "each pixel of each index is in one class" {
	# red, nir, blue: nodata of blue is not NDVI's; 1/(1/x) has a zero divisor where x is 0.
	tif a.tif int16 desc=blue,red,nir nodata=-9 -9,1,1,1,-9 2,-3,0,4,-9 2,3,5,0,-9
	imgpipe -q --index ndvi --expr 'q=1/(1/nir)' --expr 's=sqrt(red)+0*blue' \
		--expr 'u=where(red > 0, nir/red, 7)' --summary o.json a.tif
	exits 0
	for check in 'ndvi 3 1 1 0' 'q 3 1 1 0' 's 2 2 0 1' 'u 4 1 0 0'; do
		read -r name valid nodata zero nonfinite <<< "$check"
		holds o.json "[s['indices']['$name'][k] for k in ('valid', 'nodata', 'zero_denominator',
			'nonfinite')] == [$valid, $nodata, $zero, $nonfinite]" || { echo "$name"; return 1; }
	done
}

@test "shards, merge, tiles and the other reports of several indices" {
	"$MAKE_SCENE" --size 200 --tile 64 --count 3 m.tif
	options=(--index ndvi,evi --expr x=nir-green --scale 0.0001 --offset 0)
	imgpipe -q "${options[@]}" --summary o.json --csv o.csv --tiles t.csv --report r.json --html r.html \
		--trace t.json m_*.tif
	exits 0
	[ "$(grep -c ,evi, t.csv)" -eq $((3 * 16)) ]
	for i in 1 2; do
		imgpipe -q "${options[@]}" --shard $i/2 --partial p$i.json m_*.tif
		exits 0
	done
	imgpipe merge -q --summary m.json --csv m.csv p1.json p2.json
	exits 0
	cmp o.json m.json
	cmp o.csv m.csv
	# Parts of other values are not merged.
	imgpipe -q --index ndvi --shard 2/2 --partial p2.json m_*.tif
	imgpipe merge -q --summary m.json p1.json p2.json
	exits 65 "--index ndvi,evi" "same options"
}

@test "a range that most values lie outside of is told, and the one that is named holds them" {
	tif a.tif uint16 desc=red,nir 1,2,3,4,3 20,90,160,7,160
	imgpipe --expr d=nir-red a.tif
	exits 0
	[[ "$output" == *"5 outside [-1,1]"* ]]
	range=$(grep -o -- '--range d=[-0-9.e+]*,[-0-9.e+]*' <<< "$output")
	[ "$range" = "--range d=0,200" ]
	# shellcheck disable=SC2086 # two words
	imgpipe --expr d=nir-red $range a.tif
	exits 0
	[[ "$output" == *"0 outside [0,200]"* && "$output" != *"--range"* ]]
}

@test "values that are small beside the grid of their sums: how far the mean may be off is told" {
	tif a.tif uint16 desc=red,nir 1,2,3,4 20,90,160,7
	imgpipe --expr 'd=(nir-red)*1e-12' a.tif
	exits 0
	[[ "$output" == *"may be off by 4.7e-10; a factor in the expression"* ]] # 2^-31
	imgpipe --expr d=nir-red --range d=-1e12,1e12 a.tif
	exits 0
	[[ "$output" == *"may be off by 5.1e+02; a smaller --range"* ]] # 2^9
	imgpipe --expr d=nir-red a.tif
	exits 0
	[[ "$output" != *"may be off"* ]]
}
