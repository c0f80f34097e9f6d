#!/usr/bin/env bats
# Products as they lie on disk: what is scaled, what is refused, and what the user is told.

load helpers

setup() {
	workspace
}

# scene FILES... : the report of a run that goes well
scene() {
	imgpipe -q --report r.json "$@"
	exits 0
}

@test "Landsat Collection 2: the id in the folder's name alone" {
	id=LC08_L2SP_008059_20191201_20200825_02_T1
	mkdir $id
	tif $id/SR_B4.tif uint16 9000
	tif $id/SR_B5.tif uint16 20000
	scene $id
	holds r.json 's["bands"]["red"]["scale"] == 0.0000275' 's["bands"]["nir"]["offset"] == -0.2' \
		's["acquired"] == "2019-12-01"'
}

@test "Landsat Collection 2: a stack of the product's bands" {
	tif LC08_L2SP_008059_20191201_20200825_02_T1.tif uint16 1 2 3 9000 20000 6 7
	scene --bands red=4,nir=5 LC08_L2SP_008059_20191201_20200825_02_T1.tif
	holds r.json 's["bands"]["red"]["offset"] == -0.2' 'any("assumed" in n for n in s["notes"])'
	scene --raw --bands red=4,nir=5 LC08_L2SP_008059_20191201_20200825_02_T1.tif
	holds r.json 's["bands"]["red"]["offset"] == 0' 's["notes"] == []'
}

@test "a mosaic known by its bands' names: the offset is doubted" {
	tif landsat.tif uint16 desc=SR_B1,SR_B2,SR_B3,SR_B4,SR_B5,SR_B6,SR_B7 1 2 3 9000 20000 6 7
	tif sentinel.tif uint16 desc=B04,B08 1500 4000
	scene landsat.tif
	holds r.json 'any("--scale 0.0000275 --offset -0.2" in n for n in s["notes"])'
	scene --bands red=4,nir=5 landsat.tif
	holds r.json 'any("--scale 0.0000275 --offset -0.2" in n for n in s["notes"])'
	scene sentinel.tif
	holds r.json 'any("--scale 0.0001 --offset -0.1" in n for n in s["notes"])'
}

@test "what an offset would make wrong: of the indices that are asked for, those that the scene gives" {
	tif sentinel.tif uint16 desc=B04,B08 1500 4000
	imgpipe -q --index ndvi,ndmi,evi,ndre,savi --report r.json sentinel.tif
	[ "$status" -eq 1 ]
	holds r.json 'any("NDVI is too close to 0" in n for n in s["notes"])' \
		'not any("will be wrong" in n for n in s["notes"])'
	imgpipe -q --index ndvi,ndmi,evi,sr --report r.json sentinel.tif
	[ "$status" -eq 1 ]
	holds r.json 'any("NDVI, SR will be wrong" in n for n in s["notes"])'
	imgpipe -q --index ndvi,sr,msr,ndmi,tvi,wdrvi --report r.json sentinel.tif
	[ "$status" -eq 1 ]
	holds r.json 'any("values, 5 indices will be wrong" in n for n in s["notes"])'
	scene --index ndvi,sr,msr,tvi,wdrvi sentinel.tif
	holds r.json 'any("values, all 5 indices will be wrong" in n for n in s["notes"])'
}

@test "metadata of another product, one folder up, is not used" {
	mkdir other
	echo '<P><PRODUCT_URI>S2A_MSIL2A_20220601T101031_N0400_R022_T33UUB_x.SAFE</PRODUCT_URI>
		<PROCESSING_BASELINE>04.00</PROCESSING_BASELINE>
		<BOA_QUANTIFICATION_VALUE>10000</BOA_QUANTIFICATION_VALUE></P>' >MTD_MSIL2A.xml
	for folder in . other; do
		tif $folder/T12SVB_20180101T180000_B04.tif uint16 1500
		tif $folder/T12SVB_20180101T180000_B08.tif uint16 4000
	done
	scene other
	holds r.json 's["bands"]["red"]["offset"] == 0' 's["sensor"] == "Sentinel-2"'
	scene T12SVB_*.tif
	holds r.json 's["bands"]["red"]["offset"] == 0' 'any("tile T33UUB" in n for n in s["notes"])'
}

@test "old Sentinel-2 names: the time of processing is not the day of acquisition" {
	for band in B04 B08; do
		tif S2A_OPER_MSI_L1C_TL_SGS__20151231T173024_A002742_T33UUB_$band.tif uint16 1500
	done
	scene .
	holds r.json 's.get("acquired") is None' 's["sensor"] == "Sentinel-2 L1C"'
}

@test "MAJA: of FRE and SRE, FRE is the scene, and it says so; SRE alone is SRE" {
	id=SENTINEL2A_20180101-105435-457_L2A_T31TFJ_C_V1-0
	for kind in FRE SRE; do
		more=$([ $kind = FRE ] && echo 0 || echo 1000)
		tif ${id}_${kind}_B4.tif int16 1000,-10000
		tif ${id}_${kind}_B8.tif int16 $((3000 + more)),-10000
	done
	scene .
	holds r.json 'len(d["scenes"]) == 1' 's["name"].endswith("_FRE")' 'n["mean"] == 0.5' \
		'n["nodata"] == 1' 's["acquired"] == "2018-01-01"' 's["bands"]["nir"]["scale"] == 0.0001' \
		's["bands"]["nir"]["nodata"] == -10000' 's["sensor"] == "Sentinel-2 (MAJA)"' \
		'any("FRE is used" in t and "name them alone" in t for t in s["notes"])' \
		'not any("baseline" in t for t in s["notes"])'
	scene ${id}_SRE_*
	holds r.json 's["name"].endswith("_SRE")' 'abs(n["mean"] - 0.6) < 1e-6' \
		'not any("FRE" in t for t in s["notes"])'
	rm ${id}_SRE_*
	scene .
	holds r.json 's["name"].endswith("_FRE")' 'not any("FRE is used" in t for t in s["notes"])'
	# A red band of FRE alone makes no scene: SRE does.
	tif ${id}_SRE_B4.tif int16 1000
	tif ${id}_SRE_B8.tif int16 4000
	rm ${id}_FRE_B8.tif
	imgpipe -q --report r.json .
	get r.json '[s["name"] for s in d["scenes"] if s["status"] == "ok"]' | grep -q _SRE
}
