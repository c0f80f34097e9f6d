#!/usr/bin/env bats
# NDVI of images small enough to work out by hand.

load helpers

setup() { workspace; }

# ndvi EXPRESSION... : run on a.tif with $OPTIONS, and the expressions hold for the summary
ndvi() {
	imgpipe -q --summary s.json ${OPTIONS:-} a.tif
	exits 0 && holds s.json "$@"
}

@test "two by two: counts, mean, std, min, max, median" {
	tif a.tif uint16 desc=red,nir 1,1/1,1 1,3/0,9
	ndvi 'n["pixels"] == 4' 'n["valid"] == 4' 'n["min"] == -1' 'abs(n["max"] - 0.8) < 1e-7' \
		'abs(n["mean"] - (0 + 0.5 - 1 + 0.8) / 4) < 1e-7' \
		'abs(n["std"] - (((0-.075)**2+(.5-.075)**2+(1.075)**2+(.8-.075)**2)/4)**.5) < 1e-7' \
		'n["zero_denominator"] == 0' 'n["outside_range"] == 0' 'n["valid_percent"] == 100'
}

@test "uint16 does not wrap: red over NIR is negative" {
	tif a.tif uint16 desc=red,nir 65535,40000/65535,3 1,30000/65535,1
	ndvi 'abs(n["min"] - (1-65535)/65536) < 1e-6' 'n["max"] == 0' 'n["valid"] == 4' \
		'n["outside_range"] == 0'
}

@test "uint8 and uint32 do not wrap" {
	tif a.tif uint8 desc=red,nir 255,200 1,255
	ndvi 'abs(n["min"] + 254/256) < 1e-6' 'abs(n["max"] - 55/455) < 1e-6'
	tif a.tif uint32 desc=red,nir 4294967295,4000000000 4294967295,1000000000
	ndvi 'n["max"] == 0' 'abs(n["min"] + 0.6) < 1e-6'
}

@test "64-bit whole numbers are read as floating point, and that is said" {
	for type in int64 uint64; do
		tif a.tif $type nodata=0 desc=red,nir 1,9007199254740992,0 3,9007199254740992,5
		imgpipe --summary s.json a.tif
		exits 0
		[[ "$output" == *"note: 64-bit whole numbers are read as floating-point ones, exact up to 2^53"* ]]
		holds s.json 'n["valid"] == 2' 'n["nodata"] == 1' 'n["max"] == 0.5' 'n["min"] == 0'
	done
	tif a.tif int32 desc=red,nir 1 3
	imgpipe --reader gdal a.tif
	[[ "$output" != *"64-bit"* ]]
}

@test "int32 and int16 at their ends" {
	tif a.tif int32 desc=red,nir 2147483647,-2147483648 2147483647,1
	ndvi 'n["min"] < 0' 'abs(n["min"] + 1.000000001) < 1e-6' 'n["max"] == 0' 'n["valid"] == 2'
	tif a.tif int16 desc=red,nir -32768,32767 -32768,-32768
	ndvi 'n["valid"] == 2' 'abs(n["max"] - 65535) < 0.1'
}

@test "nodata of either band leaves the pixel out, and is counted once" {
	tif a.tif uint16 nodata=0 desc=red,nir 0,5/5,0 5,0/15,0
	ndvi 'n["nodata"] == 3' 'n["valid"] == 1' 'n["mean"] == 0.5' 'n["valid_percent"] == 25'
}

@test "a nodata that the type cannot hold is no pixel's" {
	tif a.tif float32 nodata=-9999 desc=red,nir 1,2 3,-9999
	ndvi 'n["nodata"] == 1' 'n["valid"] == 1'
	tif a.tif uint8 desc=red,nir 1,0 3,1
	OPTIONS="--nodata -9999" ndvi 'n["nodata"] == 0' 'n["valid"] == 2'
}

@test "--nodata wins over the file's" {
	tif a.tif uint16 nodata=0 desc=red,nir 0,5,7 5,15,7
	OPTIONS="--nodata 7" ndvi 'n["nodata"] == 1' 'n["valid"] == 2' 'n["max"] == 1'
}

@test "NaN nodata" {
	tif a.tif float32 nodata=nan desc=red,nir nan,1,1 1,nan,3
	ndvi 'n["nodata"] == 2' 'n["nonfinite"] == 0' 'n["valid"] == 1' 'n["mean"] == 0.5'
}

@test "NaN and infinity are counted apart" {
	tif a.tif float32 desc=red,nir nan,inf,-inf,1,1 1,1,1,inf,3
	ndvi 'n["nonfinite"] == 4' 'n["valid"] == 1' 'n["nodata"] == 0' 'n["mean"] == 0.5'
	tif a.tif float64 desc=red,nir nan,inf,1 1,1,3
	ndvi 'n["nonfinite"] == 2' 'n["valid"] == 1'
}

@test "zero denominators are counted apart" {
	tif a.tif int16 desc=red,nir 0,5,-5,1 0,-5,5,3
	ndvi 'n["zero_denominator"] == 3' 'n["valid"] == 1' 'n["mean"] == 0.5'
}

@test "values outside [-1, 1] are counted, not clamped" {
	tif a.tif int16 desc=red,nir -1,2,1 3,-1,1
	ndvi 'n["outside_range"] == 2' 'n["max"] == 2' 'n["min"] == -3' 'n["valid"] == 3' \
		'n["histogram"]["above"] == 1' 'n["histogram"]["below"] == 1'
}

@test "exactly -1 and 1 are inside" {
	tif a.tif uint16 desc=red,nir 5,0 0,5
	ndvi 'n["outside_range"] == 0' 'n["min"] == -1' 'n["max"] == 1' \
		'sum(n["histogram"]["buckets"]) == 2'
}

@test "nothing valid: numbers are null, not NaN text" {
	tif a.tif uint16 nodata=0 desc=red,nir 0,0 0,0
	ndvi 'n["valid"] == 0' 'n["mean"] is None' 'n["min"] is None' 'n["median"] is None' \
		'n["valid_percent"] == 0'
	! grep -qi nan s.json || return 1
}

@test "one pixel" {
	tif a.tif uint16 desc=red,nir 1 3
	ndvi 'n["pixels"] == 1' 'n["mean"] == 0.5' 'n["std"] == 0' 'abs(n["median"] - 0.5) < 2.6e-4'
}

@test "the file's scale and offset are applied, --raw turns them off" {
	tif a.tif uint16 scale=0.0001 offset=-0.1 desc=red,nir 2000,3000 4000,1500
	ndvi 'abs(n["max"] - 0.5) < 1e-6' 'abs(n["min"] + 0.15/0.25) < 1e-6'
	OPTIONS=--raw ndvi 'abs(n["max"] - 2/6) < 1e-6' 'abs(n["min"] + 15/45) < 1e-6'
}

@test "--scale and --offset win over the file" {
	tif a.tif uint16 scale=0.5 offset=7 desc=red,nir 2000 4000
	OPTIONS="--scale 0.0001 --offset -0.1" ndvi 'abs(n["mean"] - 0.5) < 1e-6'
	imgpipe -q --scale 0.0001 --offset -0.1 --report r.json a.tif
	holds r.json 's["bands"]["red"]["scale"] == 0.0001' 's["bands"]["red"]["offset"] == -0.1'
}

@test "an offset may make a denominator zero or negative" {
	tif a.tif uint16 scale=1 offset=-1000 desc=red,nir 1000,900,990 1000,1050,1030
	ndvi 'n["zero_denominator"] == 1' 'n["valid"] == 2' 'n["outside_range"] == 2' \
		'abs(n["min"] + 3) < 1e-6' 'abs(n["max"] - 2) < 1e-6'
}

@test "nodata is of the stored numbers, before scale and offset" {
	tif a.tif uint16 nodata=0 scale=0.0001 offset=-0.1 desc=red,nir 0,2000 3000,4000
	ndvi 'n["nodata"] == 1' 'n["valid"] == 1' 'abs(n["mean"] - 0.5) < 1e-6'
}

@test "a mask IFD is honoured, and nodata is tested first" {
	tif a.tif uint16 nodata=0 mask=255,0/255,0 desc=red,nir 1,1/0,0 3,3/3,3
	ndvi 'n["masked"] == 1' 'n["nodata"] == 2' 'n["valid"] == 1'
}

@test "an alpha band masks where it is 0, and is no NIR" {
	tif a.tif uint8 colors=red,green,blue,alpha 10,10 20,20 30,30 0,255
	imgpipe -q a.tif
	exits 65 "cannot tell which band is nir" "nir=4 if the band labelled alpha is NIR"
	OPTIONS="--bands red=1,nir=3" ndvi 'n["valid"] == 1' 'n["masked"] == 1' \
		'n["masked_by"]["alpha"] == 1'
	OPTIONS="--bands red=1,nir=3 --alpha ignore" ndvi 'n["valid"] == 2' 'n["masked"] == 0'
	# Read as NIR it masks nothing.
	OPTIONS="--bands red=1,nir=4" ndvi 'n["valid"] == 2' 'n["masked"] == 0'
	# The fifth of five.
	tif b.tif uint16 colors=red,green,blue,gray,alpha desc=red,green,blue,nir,a 10,10,10 20,20,20 30,30,30 40,40,40 0,1,9
	imgpipe -q --report r.json b.tif
	exits 0
	holds r.json 'n["valid"] == 2' 'n["masked_by"]["alpha"] == 1' \
		's["bands"]["alpha"]["band"] == 5' 's["bands"]["alpha"]["source"] == "colour label alpha"'
}

@test "bands that names tell are no alpha, whatever their label; of several none masks" {
	# NAIP: red, green, blue, NIR in this order.
	tif m_3211605_ne_11_060_20200415.tif uint8 colors=red,green,blue,alpha 10,10 20,20 30,30 0,255
	imgpipe -q --index vari --report r.json m_3211605_ne_11_060_20200415.tif
	exits 0
	holds r.json 's["indices"]["vari"]["masked"] == 0' '"alpha" not in s["bands"]'
	tif c.tif uint16 colors=red,green,blue,alpha,alpha desc=r,g,b,NIR,x 1,1 1,1 1,1 3,3 0,1
	imgpipe -q --report r.json c.tif
	exits 0
	holds r.json 'n["masked"] == 0' 'any("2 bands are labelled alpha" in x for x in s["notes"])'
}

@test "--mask keeps listed values of a quality band" {
	tif x_B04.tif uint16 1,1/1,1
	tif x_B08.tif uint16 3,3/3,3
	tif x_SCL.tif uint8 4,8/5,3
	imgpipe -q --mask SCL=4,5 --summary s.json x_B04.tif x_B08.tif x_SCL.tif
	exits 0
	holds s.json 'n["valid"] == 2' 'n["masked"] == 2'
}

@test "--mask by bits keeps where they are all 0" {
	tif x_B4.tif uint16 1,1/1,1
	tif x_B5.tif uint16 3,3/3,3
	tif x_QA_PIXEL.tif uint16 0,1/64,8
	imgpipe -q --bands 'red=*_B4.tif,nir=*_B5.tif' --mask 'QA_PIXEL&31' --summary s.json \
		x_B4.tif x_B5.tif x_QA_PIXEL.tif
	exits 0
	holds s.json 'n["valid"] == 2' 'n["masked"] == 2'
}

@test "a mask at an integer ratio is repeated" {
	tif x_B04.tif uint16 epsg=32633 pixel=10 1,1,1,1/1,1,1,1
	tif x_B08.tif uint16 epsg=32633 pixel=10 3,3,3,3/3,3,3,3
	tif x_SCL.tif uint8 epsg=32633 pixel=20 4,8
	imgpipe -q --mask SCL=4 --summary s.json x_B04.tif x_B08.tif x_SCL.tif
	exits 0
	holds s.json 'n["valid"] == 4' 'n["masked"] == 4'
}

@test "area in hectares from a projected CRS, null without one" {
	tif a.tif uint16 epsg=32633 pixel=10 nodata=0 desc=red,nir 1,1/0,1 3,3/3,3
	ndvi 'n["area_ha"] == 0.03'
	tif a.tif uint16 epsg=4326 pixel=10 desc=red,nir 1,1 3,3
	ndvi 'n["area_ha"] is None'
	tif a.tif uint16 desc=red,nir 1,1 3,3
	ndvi 'n["area_ha"] is None'
}

@test "layouts and byte orders agree" {
	for layout in INTERLEAVE=BAND INTERLEAVE=PIXEL ENDIANNESS=BIG BIGTIFF=YES COMPRESS=LZW \
		COMPRESS=DEFLATE COMPRESS=PACKBITS COMPRESS=ZSTD TILED=YES; do
		tif a.tif int16 "co=$layout" desc=red,nir -5,2,300/9,8,700 4,9,-20/1,0,701
		ndvi 'n["valid"] == 6' || { echo "for $layout"; return 1; }
		[ -f first.json ] || cp s.json first.json
		cmp s.json first.json || { echo "for $layout"; return 1; }
	done
}

@test "predictors agree" {
	for predictor in 1 2; do
		tif a.tif uint16 co=COMPRESS=DEFLATE co=PREDICTOR=$predictor desc=red,nir 1,5,900 3,2,1100
		ndvi 'n["valid"] == 3'
		cp s.json s$predictor.json
	done
	cmp s1.json s2.json
	for predictor in 1 2 3; do
		tif a.tif float32 co=COMPRESS=DEFLATE co=PREDICTOR=$predictor desc=red,nir .1,5,9 .3,2,1e9
		ndvi 'n["valid"] == 3'
		cp s.json s$predictor.json
	done
	cmp s1.json s2.json && cmp s1.json s3.json
}

@test "global numbers pool the pixels of all scenes" {
	tif a.tif uint16 desc=red,nir 1 3
	tif b.tif uint16 desc=red,nir 1,1,1 1,1,1
	imgpipe -q --summary s.json a.tif b.tif
	exits 0
	holds s.json 'd["global"]["scenes"] == 2 or d["global"]["scenes"]["ok"] == 2' \
		'd["global"]["indices"]["ndvi"]["pixels"] == 4' 'd["global"]["indices"]["ndvi"]["mean"] == 0.125'
}

@test "the per-tile table adds up to the scene" {
	tif a.tif uint16 desc=red,nir 1,1,1/1,1,1/0,1,1 3,3,3/1,1,1/0,3,9
	imgpipe -q --tile-grid 2 --tiles t.csv --summary s.json a.tif
	exits 0
	[ "$(wc -l < t.csv)" -eq 5 ]
	/usr/bin/python3 - <<-'P'
		import csv, json
		rows = list(csv.DictReader(open('t.csv')))
		n = json.load(open('s.json'))['scenes'][0]["indices"]["ndvi"]
		for key in ('pixels', 'valid', 'nodata', 'masked', 'zero_denominator', 'nonfinite'):
		    assert sum(int(r[key]) for r in rows) == n[key], key
		assert [(r['column'], r['row'], r['x_size'], r['y_size']) for r in rows] == [
		    ('0', '0', '2', '2'), ('1', '0', '1', '2'), ('0', '1', '2', '1'), ('1', '1', '1', '1')]
		assert abs(float(rows[3]['mean']) - 0.8) < 1e-7
	P
}

@test "scenes of known statistics: make_scene --expect" {
	for content in constant checker ramp holes negative; do
		for layout in "--tile 64" "--strip 9 --interleave band"; do
			"$MAKE_SCENE" --size 300x200 $layout --content $content --expect e.json a.tif ||
				"$MAKE_SCENE" --size 300x200 $layout --content $content --expect a.tif > e.json
			imgpipe -q --summary s.json a.tif
			exits 0 || { echo "for $content $layout"; return 1; }
			/usr/bin/python3 - <<-'P' || { echo "for $content $layout"; return 1; }
				import json
				e = json.load(open('e.json')); e = e.get('ndvi', e)
				n = json.load(open('s.json'))['scenes'][0]["indices"]["ndvi"]
				compared = 0
				for key, want in e.items():
				    if key not in n or isinstance(want, (dict, list, str)): continue
				    got = n[key]; compared += 1
				    if isinstance(want, float) and got is not None:
				        assert abs(got - want) <= 1e-6 * max(1, abs(want)), (key, got, want)
				    else:
				        assert got == want, (key, got, want)
				assert compared >= 4, e
			P
		done
	done
}

@test "an area has no decimals that it is not known to; reports have them" {
	tif a.tif uint16 epsg=32633 pixel=5432.1 desc=red,nir 1,1/1,1 3,3/3,3
	imgpipe --summary s.json a.tif
	exits 0
	[[ $output == *$'\nArea      11803 ha of valid pixels\n'* ]] # 4 x 5432.1 m x 5432.1 m
	holds s.json 'abs(d["global"]["indices"]["ndvi"]["area_ha"] - 11803.0842) < 0.0001'
}

@test "areas of several scenes: what is known is added up, what is not is counted" {
	tif a.tif uint16 epsg=32633 pixel=10 desc=red,nir 1,1/1,1 3,3/3,3
	tif b.tif uint16 epsg=32633 pixel=100 desc=red,nir 1,1 3,3
	tif c.tif uint16 desc=red,nir 1,1 3,3
	imgpipe a.tif b.tif
	exits 0
	[[ $output == *$'\nArea      2.04 ha of valid pixels\n'* ]]
	imgpipe --summary s.json a.tif b.tif c.tif
	exits 0
	[[ $output == *$'\nArea      2.04 ha of valid pixels in 2 scenes, not known in 1 '* ]]
	holds s.json 'd["global"]["indices"]["ndvi"]["area_ha"] == 2.04' \
		'd["global"]["indices"]["ndvi"]["area_scenes"] == 2'
	imgpipe --summary s.json c.tif
	exits 0
	[[ $output == *$'\nArea      not known'* ]]
	holds s.json 'd["global"]["indices"]["ndvi"]["area_ha"] is None'
}

@test "areas: where the unit of the CRS cannot be looked up, the scene says so" {
	tif a.tif uint16 desc=red,nir epsg=26713 pixel=10 1,1/1,1 1,3/0,9
	# GDAL states the unit (key 3076: 9001, metre): call it a key that says nothing.
	/usr/bin/python3 - <<-'END'
		data = open("a.tif", "rb").read()
		unit = bytes([0x04, 0x0c, 0, 0, 1, 0, 0x29, 0x23])
		assert data.count(unit) == 1
		open("a.tif", "wb").write(data.replace(unit, bytes([0x05]) + unit[1:]))
	END
	imgpipe --memory 40M --report r.json a.tif
	exits 0
	holds r.json 'd["scenes"][0]["indices"]["ndvi"]["area_ha"] is None' \
		'any("length of the CRS unit" in n for n in d["scenes"][0]["notes"])'
}

@test "percentiles of few distinct values are NumPy's, the same by every executor, in parts and merged" {
	local one how
	local expressions=(--expr 'yes=nir > red' --expr 'three=nir > red ? 1 : (nir > 40 ? 0.3 : 0)'
		--expr 'five=floor(nir/20)/5' --expr 'same=nir > 0' --expr 'classes=(nir > red) + (nir > 40)')
	mkdir s
	for one in 1 2; do
		tif s/$one.tif uint16 desc=red,nir co=TILED=YES co=BLOCKXSIZE=16 co=BLOCKYSIZE=16 $(/usr/bin/python3 -c '
import random, sys
random.seed(sys.argv[1])
for least, most in (1, 100), (1, 99):
    print("/".join(",".join(str(random.randint(least, most)) for x in range(37)) for y in range(30)))' $one)
	done
	imgpipe -q --summary whole.json "${expressions[@]}" s
	exits 0
	/usr/bin/python3 - <<'END'
import json
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
found = json.load(open("whole.json"))
bands = [gdal.Open(f"s/{n}.tif").ReadAsArray().astype(float) for n in (1, 2)]
red, nir = np.concatenate(bands, axis=1)
values = {"yes": nir > red, "three": np.where(nir > red, 1, np.where(nir > 40, 0.3, 0)),
          "five": np.floor(nir / 20) / 5, "same": nir > 0, "classes": (nir > red) + 1 * (nir > 40)}
for name, v in values.items():
    v = np.float32(v).astype(float)
    got = found["global"]["indices"][name]
    assert len(np.unique(v)) == {"yes": 2, "three": 3, "five": 5, "same": 1, "classes": 3}[name]
    for p in 2, 5, 25, 50, 75, 95, 98:
        p_got = got["median"] if p == 50 else got["percentiles"][str(p)]
        off = abs(p_got - np.percentile(v, p))
        assert off == 0 if name in ("yes", "same", "classes") else off <= 2 / 8192, (name, p, p_got)
        assert got["min"] <= p_got <= got["max"]
END
	for how in "serial 16" "threads tile" "openmp 8x40" "processes 16"; do
		imgpipe -q --summary part.json --workers 2 --executor ${how% *} --chunk ${how#* } "${expressions[@]}" s
		cmp part.json whole.json
	done
	for one in 1 2; do
		imgpipe -q --shard $one/2 --partial p$one.json "${expressions[@]}" s
		exits 0
	done
	imgpipe merge -q --summary merged.json p1.json p2.json
	exits 0
	cmp merged.json whole.json
}
