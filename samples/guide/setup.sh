#!/bin/sh
# Make the folder in which the commands of the guides work as they are shown: small products, and env.sh.
# usage: setup.sh BUILD_FOLDER OUTPUT_FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
mkdir -p "$2"

# A Python that has GDAL: the first in PATH may have none.
with_gdal() {
	for python in "${PYTHON:-python3}" /usr/bin/python3; do
		"$python" -c "import numpy, osgeo" 2>/dev/null && echo "$python" && return
	done
	echo "setup.sh: no Python with NumPy and GDAL: apt install python3-numpy python3-gdal, or set PYTHON" >&2
	echo false
}

cd "$2"

if [ ! -d s2 ] || [ ! -d landsat ]; then
	rm -rf .new
	"$(with_gdal)" "$here/make_products.py" .new
	rm -rf s2 landsat
	mv .new/s2 .new/landsat .
	rmdir .new
fi
cp "$here/../cluster/ndvi.conf" "$here/../cluster/imgpipe-array.sbatch" "$here/night_gdal.sh" .
# shellcheck disable=SC2016 # expanded by who reads the file
printf 'PATH=%s:$PATH\nexport PATH\n' "$build" >env.sh
printf 'Next: "cd %s", then ". ./env.sh". The guides are in samples/guide; begin with 1-sentinel-2.md.\n' "$PWD"
