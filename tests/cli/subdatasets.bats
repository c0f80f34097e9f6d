#!/usr/bin/env bats
# Images within a file: netCDF, HDF5. Values are worked out here, from the numbers that are written.

load helpers

setup() {
	workspace
	/usr/bin/python3 -c 'from osgeo import gdal; assert gdal.GetDriverByName("netCDF")' ||
		skip "no GDAL for Python with netCDF"
}

# container FILE : sur_refl_b01 and _b02, 3 x 2 pixels, scaled, with nodata, and a quality band
container() {
	/usr/bin/python3 - "$1" <<-'END'
		import sys
		import numpy as np
		from osgeo import gdal
		gdal.UseExceptions()
		file = gdal.GetDriverByName("netCDF").CreateMultiDimensional(sys.argv[1])
		group = file.GetRootGroup()
		axes = [group.CreateDimension(n, None, None, s) for n, s in (("y", 2), ("x", 3))]
		for name, values in (("sur_refl_b01", [[1000, 1000, 2000], [-28672, 1000, 3000]]),
		                     ("sur_refl_b02", [[3000, 1000, 6000], [5000, -28672, 1000]]),
		                     ("sur_refl_qc_250m", [[0, 0, 0], [0, 0, 0]])):
		    array = group.CreateMDArray(name, axes, gdal.ExtendedDataType.Create(gdal.GDT_Int16))
		    array.SetNoDataValueDouble(-28672)
		    array.SetScale(0.0001)
		    array.Write(np.array(values, "i2"))
	END
}

# Of the four that count: .5, 0, .5 and -.5.
right() {
	holds s.json 'n["valid"] == 4' 'n["nodata"] == 2' 'n["mean"] == 0.125' 'n["min"] == -0.5' \
		'len(d["scenes"]) == 1'
}

@test "images of a file that are named pair by their names, silently, by any number of threads" {
	container MOD09GQ.A2023123.h18v03.061.nc
	name=NETCDF:MOD09GQ.A2023123.h18v03.061.nc
	for workers in 1 4; do
		for how in "" "--executor processes"; do
			# shellcheck disable=SC2086 # options
			imgpipe -q $how --workers $workers --summary s.json $name:sur_refl_b01 $name:sur_refl_b02
			exits 0
			[ -z "$output$stderr" ]
			right
			holds s.json 's["name"] == "MOD09GQ.A2023123.h18v03.061.nc"'
		done
	done
	imgpipe -q -j 4 --bands 'red=*b01,nir=*b02' --summary s.json $name:sur_refl_b01 $name:sur_refl_b02
	exits 0
	[ -z "$output$stderr" ]
	right
	imgpipe $name:sur_refl_b01 $name:sur_refl_b02
	[[ $output == *"by one thread at a time"* ]]
}

@test "a file of several images: what is said to pass works as it is printed" {
	container MOD09GQ.A2023123.h18v03.061.nc
	imgpipe -q --summary s.json MOD09GQ.A2023123.h18v03.061.nc
	exits 65
	[[ $output$stderr != *DIAG* ]]
	[[ $stderr == *"a container of 3 images"* ]]
	eval "names=($(grep -o "'NETCDF:[^']*_b0[12]'" <<< "$stderr" | sort -u | tr '\n' ' '))"
	[ "${#names[@]}" -eq 2 ]
	imgpipe -q --summary s.json "${names[@]}"
	exits 0
	[ -z "$output$stderr" ]
	right
	imgpipe info MOD09GQ.A2023123.h18v03.061.nc
	[[ $output == *:sur_refl_qc_250m* ]]
	[[ $output$stderr != *DIAG* ]]
	[[ $output$stderr != *"not followed"* ]]
}

@test "images whose names do not tell pair by --bands" {
	container plain.nc
	imgpipe -q --bands 'red=*b01,nir=*b02' --summary s.json NETCDF:plain.nc:sur_refl_b01 \
		NETCDF:plain.nc:sur_refl_b02
	exits 0
	[ -z "$output$stderr" ]
	right
}
