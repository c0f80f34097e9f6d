#!/usr/bin/env bats
# FILE.aux.xml beside an image: used, named in reports, and refused where it is something else than a
# small text in the image's own folder.

load helpers

setup_file() {
	cd "$BATS_FILE_TMPDIR"
	tif good.tif uint16 desc=red,nir 1,7/1,1 3,3/3,1
	tif flat.img uint16 format=ENVI 1,7/1,1 3,3/3,1
	rm -f ./*.aux.xml
}

setup() {
	workspace
	cp -r "$BATS_FILE_TMPDIR/." .
	sevens='<PAMDataset><PAMRasterBand band="1"><NoDataValue>7</NoDataValue></PAMRasterBand></PAMDataset>'
}

# refused WORD [ARGS...] : good.tif fails with the word, by either reader and in worker processes, and
# the other scene is read
refused() {
	local word=$1 args
	shift
	for args in "--reader tiff" "--reader gdal" "--executor processes"; do
		# shellcheck disable=SC2086 # words
		imgpipe -q --summary s.json $args "$@" good.tif other.tif
		exits 1 good.tif.aux.xml "$word"
		holds s.json '[s["status"] for s in d["scenes"]] == ["failed", "ok"]' \
			'd["scenes"][0]["error_code"] == "EX_DATAERR"'
	done
}

@test "its nodata counts, whoever reads; the report names the file" {
	echo "$sevens" > good.tif.aux.xml
	for args in "--reader tiff" "--reader gdal" "--executor processes" "-m 64M --chunk 1x1"; do
		# shellcheck disable=SC2086
		imgpipe -q --summary s.json --report r.json $args good.tif
		exits 0
		holds s.json 'n["nodata"] == 1' 'n["valid"] == 3'
		holds r.json '"good.tif.aux.xml gives nodata" in s["notes"]' \
			's["bands"]["red"]["nodata"] == 7' 's["bands"]["nir"]["nodata"] is None'
	done
	echo "$sevens" > flat.img.aux.xml
	imgpipe -q --summary s.json --bands red=1,nir=2 flat.img
	exits 0
	holds s.json 'n["nodata"] == 1'
}

@test "info names it" {
	echo "$sevens" > good.tif.aux.xml
	imgpipe info good.tif
	exits 0
	[[ "$output" == *"good.tif.aux.xml gives nodata"* ]]
}

@test "the options count more: --nodata, --scale, --raw, --bands" {
	echo '<PAMDataset><PAMRasterBand band="1"><NoDataValue>7</NoDataValue><Scale>2</Scale></PAMRasterBand>
		<PAMRasterBand band="2"><Scale>5</Scale></PAMRasterBand></PAMDataset>' > good.tif.aux.xml
	imgpipe -q --report r.json --nodata 3 good.tif
	exits 0
	holds r.json 'n["nodata"] == 3' 's["bands"]["red"]["scale"] == 2' \
		'".aux.xml" in s["bands"]["red"]["scale_source"]'
	imgpipe -q --report r.json --raw good.tif
	holds r.json 's["bands"]["red"]["scale"] == 1' 'n["nodata"] == 1'
	imgpipe -q --report r.json --scale 3 --offset 0 good.tif
	holds r.json 's["bands"]["nir"]["scale"] == 3'
}

@test "statistics alone: not a word" {
	echo '<PAMDataset><PAMRasterBand band="1"><Metadata><MDI key="STATISTICS_MEAN">7</MDI></Metadata>
		</PAMRasterBand></PAMDataset>' > good.tif.aux.xml
	imgpipe -q --report r.json good.tif
	exits 0
	holds r.json 'n["valid"] == 4' 's["notes"] == []'
}

@test "no XML: noted, and not used" {
	head -c 3000 /dev/urandom > good.tif.aux.xml
	imgpipe -q --report r.json good.tif
	exits 0
	holds r.json 'n["valid"] == 4' '"good.tif.aux.xml cannot be understood and is not used" in s["notes"]'
}

@test "a pipe, a socket, a device: refused at once" {
	cp good.tif other.tif
	mkfifo good.tif.aux.xml
	LIMIT=20 refused "pipe, socket or device"
	rm good.tif.aux.xml
	/usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("good.tif.aux.xml")'
	refused "pipe, socket or device"
	rm good.tif.aux.xml
	ln -s /dev/zero good.tif.aux.xml
	LIMIT=20 refused "pipe, socket or device"
}

@test "a link that leads out of the folder: refused without --follow; within it is read" {
	cp good.tif other.tif
	mkdir elsewhere
	echo "$sevens" > elsewhere/s.xml
	ln -s elsewhere/s.xml good.tif.aux.xml
	refused "outside its folder"
	imgpipe -q --summary s.json --follow good.tif
	exits 0
	holds s.json 'n["nodata"] == 1'
	rm good.tif.aux.xml
	mv elsewhere/s.xml here.xml
	ln -s here.xml good.tif.aux.xml
	for args in "--executor threads" "--executor processes"; do
		# shellcheck disable=SC2086
		imgpipe -q --summary s.json $args good.tif
		exits 0
		holds s.json 'n["nodata"] == 1'
	done
	# Image and document, both links to one folder.
	mkdir links
	ln -s ../good.tif links/l.tif
	cp here.xml good.tif.aux.xml.real
	ln -s ../here.xml links/l.tif.aux.xml
	imgpipe -q --summary s.json --executor processes links
	exits 0
	holds s.json 'n["nodata"] == 1'
	ln -s nowhere dangling.aux.xml
	rm good.tif.aux.xml
	ln -s nowhere good.tif.aux.xml
	imgpipe -q good.tif
	exits 0
}

@test "a folder of that name is nothing" {
	mkdir good.tif.aux.xml
	imgpipe -q --summary s.json good.tif
	exits 0
	holds s.json 'n["valid"] == 4'
}

@test "too deep, too large, entities: refused, in little memory and time" {
	cp good.tif other.tif
	/usr/bin/python3 -c 'print("<PAMDataset>" + "<a>" * 5000000)' > good.tif.aux.xml
	LIMIT=20 refused "nested deeper" -m 128M
	/usr/bin/python3 -c 'print("<PAMDataset>" + "<a>x</a>" * 9000000 + "</PAMDataset>")' > good.tif.aux.xml
	LIMIT=20 refused "more elements" -m 128M
	(printf '<PAMDataset>'; head -c 40000000 /dev/zero | tr '\0' ' ') > good.tif.aux.xml
	LIMIT=20 refused "larger than" -m 128M
	echo '<!DOCTYPE a [<!ENTITY b "c">]><PAMDataset>&b;</PAMDataset>' > good.tif.aux.xml
	refused "document type"
	/usr/bin/python3 -c 'print("<PAMDataset><a b=\"" + "x" * 5000000 + "\"/></PAMDataset>")' > good.tif.aux.xml
	refused "64 KiB"
}

@test "an unreadable one is an error, not a scene without its nodata" {
	[ "$(id -u)" -ne 0 ] || skip "root reads everything"
	echo "$sevens" > good.tif.aux.xml
	chmod 0 good.tif.aux.xml
	imgpipe -q good.tif
	exits 66 good.tif.aux.xml
}

@test "what it says of bands that are not there is left out" {
	echo '<PAMDataset><PAMRasterBand band="3"><NoDataValue>7</NoDataValue></PAMRasterBand>
		<PAMRasterBand band="-1"><NoDataValue>7</NoDataValue></PAMRasterBand>
		<PAMRasterBand band="99999999999999999999"><NoDataValue>7</NoDataValue></PAMRasterBand></PAMDataset>' \
		> good.tif.aux.xml
	imgpipe -q --report r.json good.tif
	exits 0
	holds r.json 'n["valid"] == 4' 's["notes"] == []'
}

@test "reports do not overwrite it" {
	echo "$sevens" > good.tif.aux.xml
	imgpipe -q --summary good.tif.aux.xml good.tif
	[ "$status" -ne 0 ]
	grep -q PAMDataset good.tif.aux.xml
}

@test "the name that the camera gives a band contradicts the file's: refused" {
	mkdir set
	/usr/bin/python3 - << 'PY'
from osgeo import gdal
import numpy as np
for number, name in ((3, "Red"), (4, "Red edge")):
    d = gdal.GetDriverByName("GTiff").Create(f"set/IMG_0001_{number}.tif", 4, 4, 1, gdal.GDT_UInt16)
    d.GetRasterBand(1).WriteArray(np.full((4, 4), number, "u2"))
    d.SetMetadata([f'<x xmlns:Camera="c"><Camera:BandName>{name}</Camera:BandName></x>'], "xml:XMP")
    d = None
PY
	for reader in tiff gdal; do
		imgpipe -q --reader $reader set
		exits 65 IMG_0001_4.tif "nir by its name" "Red edge"
	done
	imgpipe -q --bands 'red=*_3.tif,nir=*_4.tif' set
	exits 0
}
