#!/bin/bash
# The night of guide 4 with GDAL: NDVI of what is new in incoming/, without clouds, into gdal/.
set -u
exec 9> gdal.lock
flock -n 9 || exit 3
mkdir -p gdal
failed=0
for product in incoming/*.SAFE; do
	out=gdal/$(basename "$product" .SAFE).tif
	image=$(echo "$product"/GRANULE/*/IMG_DATA)
	[ "$out" -nt "$product/MTD_MSIL2A.xml" ] && continue
	offset=$(sed -n 's/.*<BOA_ADD_OFFSET band_id="3">\(.*\)<.*/\1/p' "$product/MTD_MSIL2A.xml")
	gdalwarp -q -overwrite -r near -tr 10 10 "$image"/R20m/*_SCL_20m.jp2 scl.tif &&
		gdal_calc.py --quiet --overwrite -A "$image"/R10m/*_B04_10m.jp2 -B "$image"/R10m/*_B08_10m.jp2 \
			-S scl.tif --type Float32 --NoDataValue -9 --outfile new.tif --calc "numpy.where(
				(A>0) & (B>0) & numpy.isin(S, [2,4,5,6,7,11]), (1.*B-A) / (1.*B+A+2*${offset:-0}), -9)" &&
		mv new.tif "$out" && echo "$(date) $out" >> gdal.log || failed=1
done
exit $failed
