#!/usr/bin/env bats
# Quality bands of --mask: where they are found, which rule reads which, what is refused and told.

load helpers

setup() {
	workspace
}

# report ARGS... : r.json of a run that goes well
report() {
	imgpipe -q --report r.json "$@"
	exits 0
}

landsat() {
	id=LC08_L2SP_008059_20191201_20200825_02_T1
	mkdir -p l8
	tif l8/${id}_SR_B4.TIF uint16 9000,9000,9000,9000
	tif l8/${id}_SR_B5.TIF uint16 20000,20000,20000,20000
	# clear; cloud; clear, but band 4 is saturated; cloud and shadow
	tif l8/${id}_QA_PIXEL.TIF uint16 21824,22280,21824,22296
	tif l8/${id}_QA_RADSAT.TIF uint16 0,0,8,32
}

@test "auto takes the product's layout; the band that is read decides on saturation" {
	landsat
	report --mask auto+radsat l8
	holds r.json 'n["masked"] == 3' 'n["masked_by"]["cloud"] == 2' \
		'n["masked_by"]["saturated"] == 1' 's["masks"][0]["layout"] == "landsat-c2"' \
		's["bands"]["qa_pixel"]["source"].endswith("by its name")' '"qa_radsat" in s["bands"]'
	# Files that are named alone: what is beside them counts, also for confined workers.
	report --executor processes --workers 2 --mask auto+radsat l8/*_SR_B*.TIF
	holds r.json 'n["masked"] == 3' \
		's["bands"]["qa_pixel"]["source"].endswith("beside the bands")'
	report --executor processes --workers 2 --bands 'red=*_B4.TIF,nir=*_B5.TIF' --mask landsat-c2 \
		l8/*_SR_B*.TIF
	holds r.json 'n["masked"] == 2'
}

@test "every rule has to keep a pixel; the first that drops it gives the reason" {
	landsat
	report --mask 'QA_RADSAT=0' --mask landsat-c2 l8
	holds r.json 'n["masked"] == 3' 'n["masked_by"]["other"] == 2' 'n["masked_by"]["cloud"] == 1' \
		'[m["layout"] for m in s["masks"]] == [None, "landsat-c2"]'
	report --mask landsat-c2 --mask 'QA_RADSAT=0' l8
	holds r.json 'n["masked"] == 3' 'n["masked_by"]["other"] == 1' 'n["masked_by"]["cloud"] == 2'
	report --mask 'QA_PIXEL&64=64' --mask 'QA_PIXEL<21824' l8
	holds r.json 'n["valid"] == 0' 'len([b for b in s["bands"] if b.startswith("qa")]) == 1'
}

@test "a rule that nothing answers says what there is, and what would do" {
	landsat
	imgpipe --mask scl l8
	exits 65 "no *SCL*" "seen: " _QA_PIXEL.TIF _QA_RADSAT.TIF "try --mask landsat-c2"
	imgpipe --mask 'clouds=0' l8
	exits 65 "no *clouds*" _QA_PIXEL.TIF
	imgpipe --mask 'QA=0' l8
	exits 65 "may be" "write more of the name"
	tif x_B4.tif uint16 1
	tif x_B5.tif uint16 3
	tif x_BQA.tif uint16 2720
	report --bands 'red=*_B4.tif,nir=*_B5.tif' --mask auto x_B4.tif x_B5.tif
	holds r.json 'n["valid"] == 1' 's["masks"][0]["layout"] == "landsat-bqa"' \
		'any("landsat-c1" in note for note in s["notes"])'
	report --bands 'red=*_B4.tif,nir=*_B5.tif' --mask landsat-c1 x_B4.tif x_B5.tif
	holds r.json 'n["valid"] == 1'
}

@test "SAFE: quality files in QI_DATA, finer and coarser than the grid" {
	granule=S2A_MSIL2A_20200101T101010_N0500_R022_T32TMT_20200101T121212.SAFE/GRANULE/L2A_T32TMT
	images=$granule/IMG_DATA
	mkdir -p $images/R10m $images/R20m $granule/QI_DATA
	for size in 10 20; do
		red=1100,1100,1100,1100/1100,1100,1100,1100
		[ $size = 10 ] || red=1100,1100
		tif $images/R${size}m/T32TMT_20200101T101010_B04_${size}m.tif uint16 epsg=32632 pixel=$size $red
		[ $size = 10 ] && tif $images/R10m/T32TMT_20200101T101010_B08_10m.tif uint16 epsg=32632 \
			pixel=10 "${red//1100/4000}"
	done
	tif $images/R20m/T32TMT_20200101T101010_B8A_20m.tif uint16 epsg=32632 pixel=20 4000,4000
	tif $granule/QI_DATA/MSK_CLDPRB_20m.tif uint8 epsg=32632 pixel=20 10,80
	tif $granule/QI_DATA/MSK_CLDPRB_10m.tif uint8 epsg=32632 pixel=10 9,9,9,9/9,9,9,90
	report --mask cldprb:66 --tile-grid 64 ${granule%%/*}
	holds r.json 'n["pixels"] == 8' 'n["masked_by"]["cloud"] == 1'
	rm $granule/QI_DATA/MSK_CLDPRB_10m.tif
	report --mask 'CLDPRB<20' ${granule%%/*}
	holds r.json 'n["masked"] == 4' 's["bands"]["msk_cldprb"]["ratio"] == 2'
	report --executor processes --workers 2 --mask cldprb:66 $images/R10m
	holds r.json 'n["masked"] == 4' 's["bands"]["msk_cldprb"]["source"].endswith("product'"'"'s folder")'
	# At 20 m the mask at 10 m is finer: of what a pixel covers, all has to be kept.
	tif $granule/QI_DATA/MSK_CLDPRB_10m.tif uint8 epsg=32632 pixel=10 9,9,9,9/9,9,9,90
	rm $granule/QI_DATA/MSK_CLDPRB_20m.tif
	report --mask cldprb:66 $images/R20m
	holds r.json 'n["pixels"] == 2' 'n["masked"] == 1'
	# The same in an archive.
	/usr/bin/python3 -c 'import shutil; shutil.make_archive("p", "zip", ".", "'${granule%%/*}'")'
	report --mask cldprb:66 p.zip
	holds r.json 'n["pixels"] == 8' 'n["masked"] == 1'
}

@test "MAJA: MASKS beside the bands, no scenes of their own" {
	id=SENTINEL2A_20190105-105410-123_L2A_T31TCJ_C_V2-0
	mkdir -p $id/MASKS
	tif $id/${id}_FRE_B4.tif int16 100,100
	tif $id/${id}_FRE_B8.tif int16 300,300
	tif $id/MASKS/${id}_CLM_R1.tif uint8 0,3
	tif $id/MASKS/${id}_EDG_R1.tif uint8 0,0
	report --mask auto $id
	holds r.json 'len(d["scenes"]) == 1' 'n["masked"] == 1' 's["masks"][0]["layout"] == "maja-clm"'
	report --executor processes --workers 2 --mask auto $id/${id}_FRE_B*.tif
	holds r.json 'n["masked"] == 1'
}

@test "bands of a stack, by description and by place; thresholds on floating point" {
	tif s.tif uint16 desc=B4,B8,QA60,SCL 1,1,1,1 3,3,3,3 0,1024,0,2048 4,4,8,11
	report --mask qa60 s.tif
	holds r.json 'n["masked"] == 2' 's["bands"]["qa60"]["band"] == 3' \
		's["masks"][0]["source"] == "band 3 '"'"'QA60'"'"'"'
	report --mask auto s.tif
	holds r.json 's["masks"][0]["layout"] == "scl"' 'n["masked"] == 1'
	report --mask '#3=0' s.tif
	holds r.json 'n["masked"] == 2'
	imgpipe --mask '#5=0' s.tif
	exits 65 "no band 5" "has 4"
	tif f.tif float32 desc=red,nir,cloud_prob 1,1,1 3,3,3 0.25,0.75,nan
	report --mask 'cloud_prob<0.5' f.tif
	holds r.json 'n["valid"] == 1'
	imgpipe --mask 'cloud_prob&1=0' f.tif
	exits 65 "float32" integers
}

@test "nodata of a mask never keeps, but clear sky is no nodata" {
	tif x_B04.tif uint16 1,1,1
	tif x_B08.tif uint16 3,3,3
	tif x_SCL.tif uint8 nodata=5 4,5,8
	report --mask 'SCL=4-7' x_B04.tif x_B08.tif
	holds r.json 'n["valid"] == 1'
	# A file-wide tag of 0 in a stack: in QA60, 0 is clear.
	tif s.tif uint16 nodata=0 desc=B4,B8,QA60 1,1 3,3 0,1024
	report --mask qa60 s.tif
	holds r.json 'n["valid"] == 1' 'any("nodata 0 of qa60" in x for x in s["notes"])'
}

@test "PlanetScope: which of eight bands a free rule means has to be said" {
	tif a_3B_AnalyticMS_SR.tif uint16 1,1 2,2 100,100 300,300
	tif a_3B_udm2.tif uint8 1,0 0,0 0,0 0,0 0,0 0,1 90,80 0,0
	report --bands red=3,nir=4 --mask auto a_3B_AnalyticMS_SR.tif
	holds r.json 'n["masked_by"]["cloud"] == 1' 'len(d["scenes"]) == 1' \
		's["masks"][0]["layout"] == "udm2"'
	report --bands red=3,nir=4 --mask udm2.1=1 .
	holds r.json 'n["masked_by"]["other"] == 1' 'len(d["scenes"]) == 1'
	imgpipe --bands red=3,nir=4 --mask udm2=1 .
	exits 65 "has 8 bands" "udm2.1"
}

@test "what a rule asks for is no scene; one name may serve a folder" {
	for x in a b; do
		tif ${x}_red.tif uint16 1,1
		tif ${x}_nir.tif uint16 3,3
		tif ${x}_water.tif uint8 0,1
	done
	report --mask 'water=0' .
	holds r.json 'len(d["scenes"]) == 2' 'all(x["indices"]["ndvi"]["masked"] == 1 for x in d["scenes"])'
	tif land.tif uint8 0,0
	report --mask 'land=1' --mask 'water=0' .
	holds r.json 'len(d["scenes"]) == 2' 'all(x["indices"]["ndvi"]["masked"] == 2 for x in d["scenes"])'
	rm land.tif
	report --mask '*_water.tif=0' .
	holds r.json 'len(d["scenes"]) == 2' 'n["masked"] == 1'
}

@test "info lists quality files; a run says what it could use, and the advice is right" {
	landsat
	imgpipe info l8
	[[ "$output" == *"_QA_PIXEL.TIF: --mask landsat-c2"* ]]
	report l8
	holds r.json 'sum("--mask auto uses it" in x for x in s["notes"]) == 1' 'n["masked"] == 0'
	report --mask auto l8
	holds r.json 'not any("cloud mask" in x for x in s["notes"])' 'n["masked"] == 2'
	tif plain.tif uint8 desc=red,nir 1 3
	report plain.tif
	holds r.json 'not any("mask" in x for x in s["notes"])'
	imgpipe --mask auto plain.tif
	exits 65 "auto-optional"
	report --mask auto-optional plain.tif
	holds r.json 'n["valid"] == 1' 'any("no cloud mask" in x for x in s["notes"])'
}

@test "what masks took: in the text, once, also of parts that are merged; on the page; the command in the report" {
	landsat
	tif plain.tif uint8 desc=red,nir 1 3
	imgpipe --mask auto-optional --partial p.json l8 plain.tif
	exits 0
	[[ "$output" == *"masked: 2 cloud"* ]]
	[[ "$output" == *"mask:   auto-optional as landsat-c2: file "*"_QA_PIXEL.TIF,"* ]]
	[[ "$output" == *"mask:   auto-optional: no cloud mask whose layout is known; all pixels are kept"* ]]
	[[ "$output" != *"note: no cloud mask"* ]]
	printf '%s\n' "$output" | grep -F -A1 "mask: " > run.txt
	imgpipe merge p.json
	exits 0
	printf '%s\n' "$output" | grep -F -A1 "mask: " > merged.txt
	cmp run.txt merged.txt
	imgpipe -q --mask 'qa_pixel&64=64' --mask 'RADSAT!=7-9' --partial p.json l8
	exits 0
	imgpipe merge p.json
	[[ "$output" == *"mask:   qa_pixel&64=64: file "* && "$output" == *"mask:   radsat!=7-9: file "* ]]
	imgpipe -q --mask auto-optional --html p.html --report r.json l8 plain.tif
	exits 0
	grep -q "<summary>Landsat.*; masked: 2 cloud</summary>" p.html
	grep -q "<li>mask auto-optional as landsat-c2: file .*_QA_PIXEL.TIF, by its name</li>" p.html
	grep -q "<li>mask auto-optional: no cloud mask" p.html
	holds r.json 'd["command"][1:] == "-q --mask auto-optional --html p.html --report r.json l8 plain.tif".split()'
}

@test "an alpha band says that it masks, and the advice keeps its pixels" {
	tif a.tif uint8 desc=red,nir,a colors=gray,gray,alpha 1,1 3,3 0,255
	imgpipe a.tif
	exits 0
	[[ "$output" == *"mask:   alpha: band 3, by its colour label; --alpha ignore leaves it out"* ]]
	imgpipe --alpha ignore a.tif
	exits 0
	[[ "$output" == *"2 valid"* && "$output" != *"mask: "* ]]
}

@test "an alpha band that a rule reads, too, keeps the name that the rule gave it" {
	tif a.tif uint8 desc=red,nir,flag colors=gray,gray,alpha 1,1,1 3,3,3 0,9,255
	imgpipe --report r.json --mask 'flag!=9' a.tif
	exits 0
	holds r.json 's["bands"]["flag"]["band"] == 3' '"alpha" not in s["bands"]' \
		's["masks"][0]["source"] == s["bands"]["flag"]["source"] == "band 3 " + chr(39) + "flag" + chr(39)' \
		'n["masked_by"]["alpha"] == 1' 'n["masked_by"]["other"] == 1' 'n["valid"] == 1'
	[[ "$output" == *"mask:   alpha: band 3, by its colour label; --alpha ignore leaves it out"* ]]
}

# mixed : a folder of two products, of which one quality band's name does not tell the layout
mixed() {
	mkdir -p mixed/s2 mixed/l8
	tif mixed/s2/B04.tif uint16 1000,1000,1000,1000
	tif mixed/s2/B08.tif uint16 3000,3000,3000,3000
	tif mixed/s2/SCL.tif uint8 4,9,3,5
	tif mixed/s2/CLD.tif uint8 10,90,30,20
	tif mixed/l8/l8_B4.tif uint16 9000,9000,9000,9000
	tif mixed/l8/l8_B5.tif uint16 20000,20000,20000,20000
	# clear; cloud; cirrus; fill
	tif mixed/l8/l8_BQA.tif uint16 "$1"
}

@test "a folder of two products in one run: what each message advises works" {
	local before=20480,53248,28672,1 collection_1=2720,2800,6816,1 numbers
	for numbers in $before $collection_1; do
		rm -rf mixed
		mixed "$numbers"
		for preset in scl landsat-bqa; do
			imgpipe -q --mask $preset mixed
			exits 1 "or --mask auto, by which each scene has its own"
		done
		report --mask auto mixed
		holds r.json '[x["indices"]["ndvi"]["valid"] for x in d["scenes"]] == [1, 2]' \
			'd["scenes"][0]["indices"]["ndvi"]["masked_by"]["cloud"] == 1' \
			'd["scenes"][0]["indices"]["ndvi"]["masked_by"]["cirrus"] == 1' \
			'[x["masks"][0]["layout"] for x in d["scenes"]] == ["landsat-bqa", "scl"]'
		imgpipe info mixed/l8
		[[ "$output" == *"l8_BQA.tif: --mask landsat-bqa"* ]]
		report mixed
		holds r.json 'all(any("clouds are counted" in n for n in x["notes"]) for x in d["scenes"])'
	done
	mixed 20480,2720,28672,1
	imgpipe -q --mask auto mixed
	exits 1 "l8_BQA.tif holds numbers from 2720 to 28672, which landsat-bqa has not"
}

@test "a rule of a band that is called otherwise here: the one that was meant, and it works" {
	mixed 20480,20480,20480,20480
	for rule in 'CLDPRB<20' 'cldd<20' 'CLDPRB<=19'; do
		imgpipe -q --mask "$rule" mixed/s2
		exits 65 "did you mean --mask 'CLD<"
		meant=$(grep -o "'CLD<[=0-9]*'" <<< "$stderr" | tr -d "'")
		report --mask "$meant" mixed/s2
		holds r.json 'n["valid"] == 1'
	done
	imgpipe -q --mask 'SLC=4-5' mixed/s2
	exits 65 "did you mean --mask 'SCL=4-5'?"
	imgpipe -q --mask 'nothing=1' mixed/s2
	exits 65 "seen: CLD.tif, SCL.tif; try --mask"
	[[ "$stderr" != *"did you mean"* ]]
	# Of a stack, by the words of its bands
	tif stack.tif uint16 desc=red,nir,SCL 1000,1000 3000,3000 4,9
	imgpipe -q --mask 'SLC=4' stack.tif
	exits 65 "did you mean --mask 'SCL=4'?"
	report --mask '#3=4' stack.tif
	holds r.json 'n["valid"] == 1'
	imgpipe run --help
	[[ "$output" == *"#8=0"* ]]
	imgpipe -q --mask CLD:20 mixed/s2
	exits 64 "take the preset cldprb:20" "'CLD<20'"
	report --mask cldprb:20 mixed/s2
	holds r.json 'n["valid"] == 2'
}

@test "that clouds are counted is noted of every layout, and what is advised masks them" {
	tif a_B04.tif uint16 1000,1000
	tif a_B08.tif uint16 3000,3000
	tif a_CLD.tif uint8 10,90
	for kind in CLD:a SCL:b QA60:c; do
		name=${kind#*:}_${kind%:*}.tif
		[ -e "${kind#*:}_B04.tif" ] || {
			tif "${kind#*:}_B04.tif" uint16 1000,1000
			tif "${kind#*:}_B08.tif" uint16 3000,3000
		}
		case $kind in SCL*) tif "$name" uint8 4,9 ;; QA60*) tif "$name" uint16 0,1024 ;; esac
		report "${kind#*:}"_B0*.tif "$name"
		advice=$(get r.json '[n for n in s["notes"] if "clouds are counted" in n][0]' |
			grep -o -- '--mask [a-z0-9:]*')
		report $advice "${kind#*:}"_B0*.tif "$name"
		holds r.json 'n["masked_by"]["cloud"] == 1'
	done
}

@test "a name that may be two layouts: auto fails and names both, auto-optional keeps the scene with a note" {
	tif stack.tif uint16 "desc=red,nir,SCL QA60" 1000,1000 3000,3000 4,9
	imgpipe -q --mask auto stack.tif
	exits 65 "the name SCL QA60 does not tell which layout it has; pass --mask scl or qa60"
	report --mask auto-optional stack.tif
	holds r.json 'n["valid"] == 2' 'any("scl or qa60" in note for note in s["notes"])' \
		'any("no cloud mask whose layout is known" in note for note in s["notes"])'
	report --mask scl stack.tif
	holds r.json 'n["valid"] == 1'
}

@test "several rules in one --mask: what is said to write works" {
	mixed 20480,20480,20480,20480
	imgpipe -q --mask scl,cldprb:40 mixed/s2
	exits 64 "is several rules: give --mask for each"
	report --mask scl --mask cldprb:40 mixed/s2
	holds r.json 'n["valid"] == 2'
	imgpipe -q --mask 'SCL>=4 && SCL<=7' mixed/s2
	exits 64 "a range is 'SCL=4-7', and what else has to hold another --mask"
	report --mask 'SCL>=4' --mask 'SCL<=7' mixed/s2
	holds r.json 'n["valid"] == 2'
	imgpipe -q --mask 'SCL in 4,5' mixed/s2
	exits 64 "is several rules"
	imgpipe -q --mask 'SCL in 4' mixed/s2
	exits 64 "'SCL=...'"
	imgpipe -q --mask 'SCL&1<<2=0' mixed/s2
	exits 64 "'QA&8=0' says that bit 3 is not set"
}
