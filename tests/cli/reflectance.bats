#!/usr/bin/env bats
# Indices that need reflectance on numbers whose scale nothing states: what is refused, and that the
# advice which is printed makes it right. Numbers are worked out by hand.

load helpers

setup() {
	workspace
}

# EVI of reflectance 0.1 blue, 0.2 red, 0.5 NIR
EVI='2.5*0.3/(0.5+6*0.2-7.5*0.1+1)'

# stack FILE TYPE BLUE RED NIR
stack() {
	tif "$1" "$2" desc=blue,red,nir "$3" "$4" "$5"
}

# about FILE INDEX NUMBER : its mean
about() {
	holds "$1" "abs(s['indices']['$2']['mean'] - ($3)) < 1e-6"
}

# advised WORDS... : options that stand in what was said on standard error, as they are written there
advised() {
	tr -s ' \n' ' ' <<< "$stderr" | grep -o -- "$1" | head -1
}

@test "whole numbers are never taken as reflectance; their own scale is" {
	stack a.tif uint16 1000 2000 5000
	imgpipe -q --index evi --assume-reflectance a.tif
	exits 65 "evi needs reflectance, and whole numbers are not it" "--assume-reflectance" "--scale"
	imgpipe --index ndvi,evi --assume-reflectance --summary a.json a.tif
	exits 1 "evi is missing"
	[[ "$(tr -s ' \n' ' ' <<< "$output")" == *"note: EVI needs reflectance, and whole numbers are not it"* ]]
	holds a.json 's["indices"]["evi"] is None' 'abs(n["mean"] - 3/7) < 1e-6'
	imgpipe -q --index evi --scale 0.0001 --summary b.json a.tif
	exits 0
	about b.json evi "$EVI"
}

@test "one band of whole numbers among others is enough" {
	tif x_blue.tif float32 0.1
	tif x_red.tif float32 0.2
	tif x_nir.tif uint16 1
	imgpipe -q --index evi --assume-reflectance x_blue.tif x_red.tif x_nir.tif
	exits 65 "whole numbers are not it"
}

@test "fractions: the advice is to say that they are reflectance, and it works" {
	stack a.tif float32 0.1 0.2 0.5
	imgpipe -q --index evi a.tif
	exits 65 "evi needs reflectance, and nothing states the scale"
	advice=$(advised '--assume-reflectance')
	imgpipe -q --index evi $advice --summary a.json a.tif
	exits 0
	about a.json evi "$EVI"
}

@test "Sentinel-2 without metadata: the advice is the product's scale, for each kind of baseline" {
	mkdir old new
	stack old/S2A_20200101_T32ABC.tif uint16 1000 2000 5000
	stack new/S2A_20230101_T32ABC.tif uint16 2000 3000 6000
	for given in "" --assume-reflectance; do
		imgpipe -q --index evi $given old
		exits 65 "MTD_MSI*.xml" "N0400"
		scale=$(advised '--scale [0-9.]*[0-9]')
		offset=$(advised '--offset -[0-9.]*[0-9]')
		imgpipe -q --index evi $scale --summary old.json old
		exits 0
		about old.json evi "$EVI"
		imgpipe -q --index evi $scale $offset --summary new.json new
		exits 0
		about new.json evi "$EVI"
	done
}

@test "Sentinel-2 in fractions: the advice is to say so" {
	stack S2A_20200101_T32ABC.tif float32 0.1 0.2 0.5
	imgpipe -q --index evi S2A_20200101_T32ABC.tif
	exits 65 "pass --assume-reflectance if"
	imgpipe -q --index evi --assume-reflectance --summary a.json S2A_20200101_T32ABC.tif
	exits 0
	about a.json evi "$EVI"
}

@test "Landsat of a level that no name tells: the scale of Collection 2 as a possibility" {
	tif l8_B2.tif uint16 10909
	tif l8_B4.tif uint16 14545
	tif l8_B5.tif uint16 25455
	imgpipe -q --index evi l8_B2.tif l8_B4.tif l8_B5.tif
	exits 65 "Collection 2 surface reflectance needs"
	advice=$(advised '--scale [0-9.]*[0-9] --offset -[0-9.]*[0-9]')
	imgpipe -q --index evi $advice --summary a.json l8_B2.tif l8_B4.tif l8_B5.tif
	exits 0
	holds a.json "abs(s['indices']['evi']['mean'] - ($EVI)) < 1e-4"
	tif L7_old.tif int16 desc=blue,red,nir 1000 2000 5000
	imgpipe -q --index evi L7_old.tif
	exits 65 "surface reflectance of Collection 1 needs"
	imgpipe -q --index evi $(advised '--scale [0-9.]*[0-9]') --summary b.json L7_old.tif
	exits 0
	about b.json evi "$EVI"
}

@test "an _MTL.txt is named only where the file's name is the product's" {
	stack LT52240631988227CUB02.tif uint8 10 20 50
	stack L7_ETMs.tif uint8 10 20 50
	imgpipe -q --index evi LT52240631988227CUB02.tif
	exits 65 "_MTL.txt" "--reflectance"
	imgpipe -q --index evi L7_ETMs.tif
	exits 65 "--scale"
	[[ "$stderr" != *MTL* ]]
}

@test "--raw is named where it is what stands in the way" {
	tif LC08_L2SP_008059_20191201_20200825_02_T1_SR_B2.TIF uint16 10909
	tif LC08_L2SP_008059_20191201_20200825_02_T1_SR_B4.TIF uint16 14545
	tif LC08_L2SP_008059_20191201_20200825_02_T1_SR_B5.TIF uint16 25455
	imgpipe -q --index evi --raw .
	exits 65 "--raw leaves numbers as they are stored"
	imgpipe -q --index evi --summary a.json .
	exits 0
	holds a.json "abs(s['indices']['evi']['mean'] - ($EVI)) < 1e-4"
}

@test "info offers --assume-reflectance to fractions alone" {
	stack a.tif uint16 1000 2000 5000
	stack b.tif float32 0.1 0.2 0.5
	imgpipe info a.tif
	exits 0
	[[ "$output" != *assume-reflectance* && "$output" == *"with the scale (--scale"* ]]
	imgpipe info b.tif
	exits 0
	[[ "$output" == *"with --assume-reflectance"* ]]
}

# noted WORDS : they stand in the report that was printed, however its lines are folded
noted() {
	[[ "$(tr -s ' \n' ' ' <<< "$output")" == *"$1"* ]]
}

@test "another scale than the product's own is used, and said" {
	id=LC08_L2SP_008059_20191201_20200825_02_T1
	tif ${id}_SR_B4.TIF uint16 14545
	tif ${id}_SR_B5.TIF uint16 25455
	imgpipe --scale 0.0000275 --summary a.json .
	exits 0
	noted "--scale 2.75e-05 --offset 0 is used in place of the product's own (--scale 2.75e-05 --offset -0.2 of red)"
	about a.json ndvi '(25455-14545)/(25455+14545)'
	imgpipe --scale 0.0000275 --offset -0.2 --summary b.json .
	exits 0
	! noted "in place of"
	holds b.json "abs(n['mean'] - 3/7) < 1e-4"
	imgpipe --summary c.json .
	cmp <(get b.json 'n["mean"]') <(get c.json 'n["mean"]')
	mkdir own
	tif own/own.tif uint16 desc=red,nir scale=0.0001 offset=-0.1 3000 6000
	imgpipe --scale 0.0001 own/own.tif
	noted "in place of the file's own (--scale 0.0001 --offset -0.1 of red)"
}

@test "an offset in the wrong unit is said, and what is advised is right" {
	stack a.tif uint16 2000 3000 6000
	imgpipe --scale 0.0001 --offset -1000 a.tif
	exits 0
	noted "outweighs all numbers here"
	advice=$(tr -s ' \n' ' ' <<< "$output" | grep -o -- '--offset -0[.0-9]*[0-9]')
	imgpipe --index evi --scale 0.0001 $advice --summary a.json a.tif
	exits 0
	! noted "outweighs"
	about a.json evi "$EVI"
	imgpipe --offset -0.1 a.tif
	noted "is less than one step of the numbers"
	imgpipe -q --index evi --offset -0.1 a.tif
	exits 65 "whole numbers times --scale 1 are not it"
	imgpipe -q --index evi --scale 10000 a.tif
	exits 65 "multiplied by"
	stack b.tif float32 0.2 0.3 0.6
	imgpipe --index evi --offset -0.1 --summary b.json b.tif
	exits 0
	! noted "less than one step"
	about b.json evi "$EVI"
}

@test "a scale without the offset that the product may have: the doubt stays until --offset is given" {
	stack S2A_20230101_T32ABC.tif uint16 2000 3000 6000
	for given in "" "--index evi"; do
		imgpipe $given --scale 0.0001 .
		exits 0
		noted "ESA's files have 1000 added to the values"
		advice=$(tr -s ' \n' ' ' <<< "$output" | grep -o -- '--offset -0[.0-9]*[0-9]')
		imgpipe $given --scale 0.0001 $advice --summary a.json .
		exits 0
		! noted "1000 added"
		imgpipe $given --scale 0.0001 --offset 0 .
		! noted "1000 added"
	done
	about a.json evi "$EVI"
	imgpipe --raw .
	! noted "1000 added"
	mkdir old c2
	stack old/S2A_20200101_T32ABC.tif uint16 2000 3000 6000
	imgpipe --scale 0.00002 old
	noted "processing baseline unknown"
	noted "--offset -0.02 makes it right"
	stack c2/LC08_L2SP_008059_20191201.tif uint16 10909 14545 25455
	imgpipe --scale 0.0000275 c2
	noted "no --offset is given, and Landsat Collection 2 surface reflectance has one: --scale 0.0000275 --offset -0.2"
	imgpipe --scale 0.0000275 --offset 0 c2
	! noted "no --offset"
	stack l8_old.tif uint16 10909 14545 25455
	imgpipe --scale 0.0000275 l8_old.tif
	noted "no --offset is given"
	imgpipe --scale 0.0001 l8_old.tif
	! noted "no --offset"
}

@test "a scale with which no number of the type can be reflectance is said" {
	stack a.tif uint8 25 51 127
	imgpipe --index evi --scale 0.0001 a.tif
	exits 0
	noted "with scale 0.0001 no number of the files' types can be above 0.0255"
	imgpipe --index evi --scale 0.00392 a.tif
	! noted "hardly reflectance"
}

@test "a band that is missing: the same words for one index and several; other files are asked for where files were named" {
	mkdir s
	for band in B04 B08; do tif s/T33UUU_20200611T100559_$band.tif uint16 1000; done
	imgpipe -q --index evi s
	exits 65 "EVI needs blue (band 2), which this scene does not have"
	[[ "$stderr" != *"other files"* ]]
	imgpipe -q --index evi s/*.tif
	exits 65 "which this scene does not have: name the other files too"
	imgpipe -q --index evi,ndvi s
	exits 1 "needs blue, which this scene does not have"
}

@test "an expression of stored numbers is said, unless a factor of all bands cancels; the advice makes it right" {
	evi='e=2.5*(nir-red)/(nir+6*red-7.5*blue+1)'
	stack S2A_20200101_T32ABC.tif uint16 1000 2000 5000
	imgpipe --expr "$evi" S2A_20200101_T32ABC.tif
	exits 0
	noted "note: e is of stored numbers; nothing states their scale: pass --scale (and --offset)"
	! noted "nothing to do"
	advice=$(tr -s ' \n' ' ' <<< "$output" | grep -o -- '--scale 0[.0-9]* --offset 0')
	imgpipe --expr "$evi" $advice --summary a.json S2A_20200101_T32ABC.tif
	! noted "stored numbers"
	about a.json e "$EVI"
	imgpipe --expr "$evi" --assume-reflectance S2A_20200101_T32ABC.tif
	noted "e is of stored numbers, whatever --assume-reflectance says; nothing states their scale"
	stack b.tif int16 1000 2000 5000
	imgpipe --expr "$evi" --expr 'd=nir-red' --index ndvi,dvi b.tif
	noted "note: DVI and 2 others are of stored numbers"
	for free in 'e=nir/red' 'e=log(nir)-log(red)' 'e=(nir-red)/(nir+red-blue)' 'e=nir>red?ndvi:0'; do
		imgpipe --expr "$free" b.tif
		exits 0
		! noted "stored numbers"
	done
	imgpipe --expr "$evi" --raw b.tif
	! noted "stored numbers"
	stack c.tif float32 0.1 0.2 0.5
	imgpipe --expr "$evi" c.tif
	exits 0
	! noted "stored numbers"
	stack LC08_L2SP_008059_20191201_20200825_02_T1.tif uint16 10909 14545 25455
	imgpipe --expr "$evi" LC08_L2SP_008059_20191201_20200825_02_T1.tif
	exits 0
	! noted "stored numbers"
}

@test "a normalised difference beyond -1 to 1 is laid to the scale, not to the range" {
	tif a.tif uint16 desc=red,nir 500,400,3000 6000,7000,5000
	imgpipe --scale 0.0001 --offset -0.1 a.tif
	exits 0
	noted "where a band is negative: its scale and offset are hardly right"
	! noted "--range ndvi"
	imgpipe --scale 0.0001 --offset 0 a.tif
	! noted "hardly right"
	imgpipe --index evi --scale 0.0001 --offset 0 --bands blue=1,red=1,nir=2 --range evi=0.1,0.11 a.tif
	noted "most values lie outside: --range evi="
}

@test "numbers that can hardly be reflectance are noted by what was read, the same by every executor and chunk" {
	tif dn.tif float32 desc=blue,red,nir co=TILED=YES co=BLOCKXSIZE=16 co=BLOCKYSIZE=16 $(/usr/bin/python3 -c '
for least in 300, 400, 3000:
    print("/".join(",".join(str(least + x + 40 * y) for x in range(40)) for y in range(40)))')
	for how in "serial 16" "threads tile" "openmp 8x40" "processes 16"; do
		imgpipe --index evi --assume-reflectance --workers 2 --executor ${how% *} --chunk ${how#* } dn.tif
		exits 0
		noted "note: hardly reflectance from 0 to 1: of the numbers that are taken as it 100 % are above 1.6 (some 4319; every 16th row was looked at);"
	done
	imgpipe --index evi --scale 0.0001 --report r.json dn.tif
	exits 0
	! noted "hardly reflectance"
	imgpipe --index evi --scale 0.0000001 dn.tif
	noted "none is above 0.0004319 ("
	# NDVI needs none.
	imgpipe --assume-reflectance dn.tif
	! noted "hardly reflectance"
	# Of pixels that count alone
	imgpipe --index evi --scale 0.0005 dn.tif
	noted "22 % are above 1.6"
	imgpipe --index evi --scale 0.0005 --mask '#2<450' dn.tif
	exits 0
	! noted "hardly reflectance"
}

@test "a scale that is ten times too small is noted where plants would be too dark, of water it is not" {
	field() {
		tif "$1" uint16 desc=red,nir $(/usr/bin/python3 -c '
import random, sys
low, high, factor = map(int, sys.argv[1:])
random.seed(7)
red = [[random.randint(low, high) for x in range(120)] for y in range(64)]
for plane in red, [[v * factor // 10 for v in row] for row in red]:
    print("/".join(",".join(map(str, row)) for row in plane))' "$2" "$3" "$4")
	}
	field crops.tif 300 900 60
	field water.tif 50 400 5
	field noise.tif 20 35 40
	imgpipe --index evi2 --scale 0.00001 crops.tif
	exits 0
	noted "where NIR is more than 3 times red, as of plants (100 % of the pixels), it is 0.054 at most, and of plants it is more than 0.08 (every 16th row was looked at); pass the --scale"
	imgpipe --index evi2 --scale 0.0001 crops.tif
	! noted "hardly reflectance"
	# Right scales: of water, and of water so dark that NIR is noise
	for dark in water noise; do
		imgpipe --index evi2 --scale 0.0001 $dark.tif
		exits 0
		! noted "hardly reflectance"
	done
}
