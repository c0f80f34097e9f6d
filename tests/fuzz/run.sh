#!/bin/bash
# Fuzz every parser of outside bytes with libFuzzer under ASan and UBSan; ends with
# `N passed, N failed, N skipped`: a target that has found something has failed, and its input stays.
#
#   run.sh [SECONDS_EACH]      default 300
#   run.sh --runs N            so many executions of each target instead
#   run.sh --sample            a fixed sample of some seconds, always the same inputs: for tests/run
#   run.sh --coverage          lines of each source file that the corpora reach, from the last run
#
# ONLY="tiff names" chooses targets. Seeds are generated; ../shared/data is used where it is there.
set -u
cd "$(dirname "$0")/../.." || exit 1
out=$PWD/build/fuzz
bin=${BUILD:-build}
python=/usr/bin/python3
all="tiff names options config metadata product beside partial record lzw scene formula mask tar zip"
targets=${ONLY:-$all}
limit=(-max_total_time=300)
sample=
while [ $# -gt 0 ]; do
	case $1 in
	--runs)
		limit=(-runs="$2")
		shift
		;;
	--sample) sample=yes limit=(-runs=3000 -seed=1) ;;
	--coverage) exec "$(dirname "$0")/coverage.sh" ;;
	*) limit=(-max_total_time="$1") ;;
	esac
	shift
done
if ! command -v clang > /dev/null; then
	echo "skipped: clang is not installed"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi

# --- build: all objects once, then a program a target ---

packages=$(sed -n 's/^PKGS *:= *//p' Makefile)
flags="-std=c11 -D_GNU_SOURCE -DIMGPIPE_SANITIZED -DIMGPIPE_VERSION=__DATE__ -Iinclude -Ipipeline -Istages -O1 -g
	-ffp-contract=off -fopenmp-simd -pthread -Wno-pass-failed -fno-sanitize-recover=undefined"
# shellcheck disable=SC2046,SC2086 # lists of flags
compile() { clang $flags $(pkg-config --cflags $packages) "$@"; }
export -f compile
export flags packages

build() {
	local file object sources=() objects=()
	mkdir -p "$out/obj"
	for file in pipeline/*/*.c stages/*/*.c tests/fuzz/heap.c tests/fuzz/tiff_mutate.c; do
		case $file in
		pipeline/executors/openmp_team.c | stages/gdal/*) continue ;;
		esac
		sources+=("$file")
		objects+=("$out/obj/${file//\//_}.o") # not all there are: a source may have moved
	done
	# shellcheck disable=SC2016 # expanded by the inner shell
	for file in "${sources[@]}"; do
		object=$out/obj/${file//\//_}.o
		# shellcheck disable=SC2046 # a list of files
		[ -f "$object" ] && [ -z "$(find "$file" $(git ls-files "*.h") \
			-newer "$object" -print -quit)" ] && continue
		printf '%s\0%s\0' "$object" "$file"
	done | xargs -0 -r -P 2 -n 2 bash -c \
		'compile -fsanitize=fuzzer-no-link,address,undefined -c -o "$0" "$1"' || return 1
	rm -f "$out/objects.a" # a target takes what it needs
	ar rcs "$out/objects.a" "${objects[@]}" || return 1
	for name in $targets; do
		# shellcheck disable=SC2046,SC2086 # lists of flags
		compile -fsanitize=fuzzer,address,undefined -o "$out/fuzz_$name" "tests/fuzz/fuzz_$name.c" \
			"$out/objects.a" $(pkg-config --libs $packages) -lm -ldl || return 1
	done
}

# --- seeds ---

seeds() {
	local codec folder file
	[ -x "$bin/imgpipe" ] || make -j2 all > /dev/null || return 1
	for name in $all; do
		mkdir -p "$out/corpus-$name" "$out/seeds-$name"
	done
	for codec in none lzw deflate zstd packbits lzma; do
		"$bin"/make_scene --size 40 --tile 16 --codec $codec --mask "$out/seeds-tiff/$codec.tif"
		"$bin"/make_scene --size 40 --strip 0 --codec $codec --interleave band --byte-order big \
			"$out/seeds-tiff/$codec-strip.tif"
	done
	"$python" tests/fuzz/archive_seeds.py "$out/seeds-tar" "$out/seeds-zip" || return 1
	"$python" tests/oracle/record.py --seeds "$out/seeds-record" || return 1
	"$python" tests/fuzz/seeds.py "$out/seeds-tiff" || echo "no seeds from GDAL (python3-gdal)"
	for folder in tiff-odd tiff-broken; do
		[ -n "$sample" ] || [ ! -d "../shared/data/$folder" ] && continue
		find "../shared/data/$folder" -type f -size -40k ! -name '*.md' | while read -r file; do
			cp "$file" "$out/seeds-tiff/$(echo "$file" | tr / _)"
		done
	done
	printf '%s\n' a_B04.tif a_B08.tif '# c' LC08_L2SP_008059_20191201_20200825_02_T1_SR_B4.TIF \
		T33UXP_20260701T100031_B04_10m.tif d > "$out/seeds-names/seed"
	printf '%s\n' run --memory 64M --mask SCL=4,5 --bands red=1,nir=2 a.tif > "$out/seeds-options/seed"
	printf '%s\n' --index ndvi,evi,savi --expr 'x=where(nir>L,ndvi/B8A,#5)' --const x.L=0.3 --const \
		savi.L=0.25 --range x=-2,9 a.tif > "$out/seeds-options/recipe"
	printf '%s\n' '# c' 'memory = 2G' '--index ndvi,evi' '-j 4' "expr 'x = #1 - #2'" 'quiet # why' \
		> "$out/seeds-config/file"
	printf '%s\n' '--memory 2G -j 1 --csv "a b.csv"' 'index ndvi' > "$out/seeds-config/variable"
	printf '<a><PROCESSING_BASELINE>05.11</PROCESSING_BASELINE><QUANTIFICATION_VALUES_LIST><BOA_QUANTIFICATION_VALUE unit="none">10000</BOA_QUANTIFICATION_VALUE></QUANTIFICATION_VALUES_LIST><BOA_ADD_OFFSET band_id="3">-1000</BOA_ADD_OFFSET></a>' > "$out/seeds-metadata/seed"
	# The first byte is the form: MTL as text, JSON, XML; Planet's XML.
	printf '0GROUP = A\n GROUP = PRODUCT_CONTENTS\n  PROCESSING_LEVEL = "L1TP"\n END_GROUP = PRODUCT_CONTENTS\n GROUP = LEVEL1_RADIOMETRIC_RESCALING\n  REFLECTANCE_MULT_BAND_4 = 2.0E-05\n  REFLECTANCE_ADD_BAND_4 = -0.1\n END_GROUP = LEVEL1_RADIOMETRIC_RESCALING\n SUN_ELEVATION = 61.3\nEND\n' > "$out/seeds-product/odl"
	printf '1{"F":{"PRODUCT_METADATA":{"DATA_TYPE":"L1T"},"RADIOMETRIC_RESCALING":{"REFLECTANCE_MULT_BAND_11":2e-5,"REFLECTANCE_ADD_BAND_11":"-0.1"},"I":{"SUN_ELEVATION":61.3}}}' > "$out/seeds-product/json"
	printf '2<F><PRODUCT_METADATA><DATA_TYPE>L1T</DATA_TYPE></PRODUCT_METADATA><RADIOMETRIC_RESCALING><REFLECTANCE_MULT_BAND_4>2e-5</REFLECTANCE_MULT_BAND_4></RADIOMETRIC_RESCALING><I><SUN_ELEVATION>61.3</SUN_ELEVATION></I></F>' > "$out/seeds-product/xml"
	printf '3<p:E xmlns:p="u"><p:bandSpecificMetadata><p:bandNumber>3</p:bandNumber><p:reflectanceCoefficient>2.5e-05</p:reflectanceCoefficient></p:bandSpecificMetadata></p:E>' > "$out/seeds-product/planet"
	# The first byte says what it is: a document, a packet, a CRS; see fuzz_beside.c.
	printf '%s' 'a<PAMDataset><SRS>PROJCS["a",GEOGCS["b",UNIT["degree",0.0174]],UNIT["metre",1],AUTHORITY["EPSG","32633"]]</SRS><GeoTransform>1, 2, 0, 3, 0, -4</GeoTransform><Metadata domain="ENVI"><MDI key="wavelength">{0.665, 842}</MDI><MDI key="bbl">{1,0}</MDI></Metadata><PAMRasterBand band="1"><Description>665.1 nm</Description><NoDataValue le_hex_equiv="0000000000001C40">7</NoDataValue><Scale>2</Scale><Offset>-1.#INF</Offset><ColorInterp>NIR</ColorInterp><Metadata><MDI key="wavelength_units">um</MDI></Metadata></PAMRasterBand></PAMDataset>' \
		> "$out/seeds-beside/document"
	printf '%s' 'i<Camera:BandName><rdf:Seq><rdf:li>Blue</rdf:li><rdf:li>NIR</rdf:li></rdf:Seq></Camera:BandName><a Camera:CentralWavelength="840"/>' \
		> "$out/seeds-beside/packet"
	printf '%s' 'qPROJCRS["a",BASEGEOGCRS["b"],CS[Cartesian,2],AXIS["E",east,LENGTHUNIT["metre",1]],ID["EPSG",32633]]' \
		> "$out/seeds-beside/crs"
	printf '%s' "SCL=4-7,0x0b,-1--0.5" > "$out/seeds-mask/list"
	printf '%s' "QA_PIXEL&0x1f!=0-2,64" > "$out/seeds-mask/bits"
	printf '%s' "*_CLD*.tif.2>=1e-3" > "$out/seeds-mask/threshold"
	printf '%s' "landsat-c2:strict+snow+radsat" > "$out/seeds-mask/preset"
	printf '%s' "auto-optional+water" > "$out/seeds-mask/auto"
	printf '%s' '2.5*(N-R)/(N+6*R-7.5*B+1)' > "$out/seeds-formula/evi"
	printf '%s' 'where(N>0.3&&!(R<=-1e-3),sqrt(abs(N))**2^0.5,min(B,clamp(L,0,1),tanh(dd)))?me:bad' \
		> "$out/seeds-formula/words"
	printf '%s' 'isvalid(log(N)/log2(R)) or not exp(floor(B))==pow(round(N),3) and ndiff(N,R)!=atan(sin(cos(B)))' \
		> "$out/seeds-formula/functions"
	"$bin"/imgpipe -q --partial "$out/seeds-partial/seed" "$out/seeds-tiff/deflate.tif"
	# Few pixels, so that changes hit what is not a histogram; one fails; two parts in one file.
	for content in constant checker negative holes; do
		"$bin"/make_scene --size 4 --tile 16 --content $content "$out/small-$content.tif"
		"$bin"/imgpipe -q --partial "$out/seeds-partial/$content" --nodata 5 "$out/small-$content.tif"
	done
	# Several values: one that is missing for want of a scale, one for want of a band.
	"$bin"/make_scene --size 4 --tile 16 --bands 2 --content constant "$out/two-bands.tif"
	"$bin"/imgpipe -q --partial "$out/seeds-partial/several" --index ndvi,gndvi,evi2 \
		--expr 'w=nir*red-4e3' --range w=-1e4,1e9 "$out/small-constant.tif" "$out/two-bands.tif"
	"$bin"/imgpipe -q --partial "$out/seeds-partial/reflectance" --index evi2,sr --scale 0.0001 \
		--range sr=-1,3 "$out/small-negative.tif"
	gzip -c "$out/seeds-partial/several" > "$out/seeds-partial/packed"
	echo no image > "$out/small-broken.tif"
	for share in 1/2 2/2; do
		"$bin"/imgpipe -q --shard $share --partial - "$out"/small-*.tif 2> /dev/null || [ $? -eq 1 ]
	done > "$out/seeds-partial/two"
}

# --- runs ---

passed=0 failed=0
if ! build || ! seeds; then
	echo "the targets cannot be built"
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
fi
for name in $targets; do
	corpus=$out/corpus-$name
	[ -z "$sample" ] || corpus=$(mktemp -d)
	log=$out/$name.log
	if "$out/fuzz_$name" "${limit[@]}" -timeout=20 -rss_limit_mb=2048 -max_len=65536 \
		-print_final_stats=1 -artifact_prefix="$out/found-$name-" -close_fd_mask=1 \
		"$corpus" "$out/seeds-$name" 2> "$log"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		grep -E 'ERROR|runtime error|differ|planned|Test unit' "$log" | head -5
	fi
	[ -z "$sample" ] || rm -r "$corpus"
	echo "fuzz_$name: $(grep -oE 'stat::number_of_executed_units: *[0-9]+' "$log" | grep -oE '[0-9]+$') executions," \
		"$(grep -oE 'cov: [0-9]+' "$log" | tail -1) edges"
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
