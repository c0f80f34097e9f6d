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

@test "a container whose name no quoting can show is refused all the same" {
	container "it's.nc"
	imgpipe -q "it's.nc"
	exits 65 "a container of 3 images"
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

# variables FILE NAME... : one image a name, 3 x 2 pixels, of 100, 200 ...
variables() {
	/usr/bin/python3 - "$@" <<-'END'
		import sys
		import numpy as np
		from osgeo import gdal
		gdal.UseExceptions()
		file = gdal.GetDriverByName("netCDF").CreateMultiDimensional(sys.argv[1])
		group = file.GetRootGroup()
		axes = [group.CreateDimension(n, None, None, s) for n, s in (("y", 2), ("x", 3))]
		for i, name in enumerate(sys.argv[2:], 1):
		    array = group.CreateMDArray(name, axes, gdal.ExtendedDataType.Create(gdal.GDT_Int16))
		    array.Write(np.full((2, 3), i * 100, "i2"))
	END
}

# as_told FILE : run again with what the error says behind "pass"
as_told() {
	imgpipe -q "$1"
	exits 65
	[[ $stderr == *"by their names, pass "* ]]
	eval "words=(${stderr#*by their names, pass })"
	imgpipe -q --summary s.json "${words[@]}"
	exits 0
	[ -z "$output$stderr" ]
}

@test "the words to pass, where names of images tell red and NIR" {
	container MOD09GQ.A2023123.h18v03.061.nc
	as_told MOD09GQ.A2023123.h18v03.061.nc
	right
	mkdir sub
	variables sub/a.nc blue reflectance_red reflectance_nir
	as_told sub/a.nc
	holds s.json 'n["valid"] == 6' 'abs(n["mean"] - 0.2) < 1e-7'
	variables S2A_MSIL2A_x.nc B02 B04 B08 SCL
	as_told S2A_MSIL2A_x.nc
	holds s.json 'abs(n["mean"] - 0.2) < 1e-7'
}

@test "where names do not tell, all are listed" {
	for names in "x y" "red y" "red_1 red_2 nir"; do
		# shellcheck disable=SC2086 # words
		variables a.nc $names
		imgpipe -q a.nc
		exits 65
		for name in $names; do
			[[ $stderr == *" :$name"* ]]
			[[ $stderr == *":$name'"* ]]
		done
		[[ $stderr == *"--bands 'red=*NAME,nir=*NAME'"* ]]
		rm a.nc
	done
	variables many.nc $(seq -f 'a_rather_long_name_of_an_image_%g' 40)
	imgpipe -q many.nc
	exits 65
	[[ $stderr == *"a container of 40 images"* ]]
}

# pages FILE BANDS VALUE... : a TIFF file of an image each, whose bands are VALUE, 2 VALUE ...
pages() {
	/usr/bin/python3 - "$@" <<-'END'
		import sys
		import numpy as np
		from osgeo import gdal
		gdal.UseExceptions()
		for i, value in enumerate(sys.argv[3:]):
		    n = int(sys.argv[2])
		    image = gdal.GetDriverByName("MEM").Create("", 4, 3, n, gdal.GDT_UInt16)
		    for b in range(n):
		        image.GetRasterBand(b + 1).WriteArray(np.full((3, 4), int(value) * (b + 1) ** 2, "u2"))
		        if n > 1:
		            image.GetRasterBand(b + 1).SetDescription(("red", "nir")[b])
		    gdal.GetDriverByName("GTiff").CreateCopy(sys.argv[1], image,
		        options=["APPEND_SUBDATASET=YES"] if i else [])
	END
	rm -f "$1.aux.xml"
}

@test "a TIFF file of several images: it is said, and each can be named" {
	mkdir sub
	for file in a.tif sub/a.tif "$PWD/b.tif"; do
		pages "$file" 2 100 200
		for reader in auto gdal; do
			imgpipe --reader $reader --report r.json "$file"
			exits 0
			[[ $(tr -s ' \n' ' ' <<< "$output") == *"note: has 2 images of this size; the first is read: name"* ]]
			name=$(/usr/bin/python3 -c 'import json
for n in json.load(open("r.json"))["scenes"][0]["notes"]:
    print(n.split("\x27")[1] if "images of this size" in n else "", end="")')
			[ "$name" = "GTIFF_DIR:2:$file" ]
			imgpipe -q --reader $reader --summary s.json "$name"
			exits 0
			holds s.json 'abs(n["mean"] - 0.6) < 1e-7' 'n["valid"] == 12'
		done
		imgpipe info "$file"
		[[ $output == *"GTIFF_DIR:2:"* ]]
	done
}

@test "red and NIR as pages of one file: what to pass works" {
	mkdir sub
	for file in a.tif sub/a.tif; do
		pages $file 1 100 300 500
		for reader in auto gdal; do
			imgpipe -q --reader $reader $file
			exits 65
			[[ $stderr == *"has 3 images of one band"*"'GTIFF_DIR:N:$file'"* ]]
			bands=$(grep -o "red=GTIFF_DIR:N:\*,nir=GTIFF_DIR:N:\*" <<< "$stderr")
			bands=${bands/:N:/:1:} bands=${bands/:N:/:3:}
			imgpipe -q --reader $reader --bands "$bands" --summary s.json GTIFF_DIR:1:$file GTIFF_DIR:3:$file
			exits 0
			holds s.json 'abs(n["mean"] - 400 / 600) < 1e-7' 'n["valid"] == 12'
		done
	done
}

@test "overviews, masks and small pictures beside it are no other images" {
	pages a.tif 2 100
	/usr/bin/python3 - <<-'END'
		import numpy as np
		from osgeo import gdal
		gdal.UseExceptions()
		gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
		image = gdal.Open("a.tif", gdal.GA_Update)
		image.CreateMaskBand(gdal.GMF_PER_DATASET)
		image.BuildOverviews("NEAREST", [2])
		image = None
		small = gdal.GetDriverByName("MEM").Create("", 2, 2, 1, gdal.GDT_Byte)
		gdal.GetDriverByName("GTiff").CreateCopy("a.tif", small, options=["APPEND_SUBDATASET=YES"])
	END
	rm -f a.tif.aux.xml
	for reader in auto gdal; do
		imgpipe --reader $reader a.tif
		exits 0
		[[ $output != *"images of this size"* ]]
	done
}

@test "what GDAL warns of is told once, as a note" {
	pages a.tif 2 100
	# Two entries of the directory change places.
	/usr/bin/python3 - <<-'END2'
		import struct
		data = bytearray(open("a.tif", "rb").read())
		at = struct.unpack_from("<I", data, 4)[0] + 2
		data[at:at + 24] = data[at + 12:at + 24] + data[at:at + 12]
		open("a.tif", "wb").write(data)
	END2
	for how in serial threads processes; do
		imgpipe --reader gdal --executor $how a.tif
		exits 0
		[ -z "$stderr" ]
		[ "$(grep -c "GDAL warns" <<< "$output")" -eq 1 ]
		[[ $output != *"./a.tif"* ]]
	done
	imgpipe -q --reader gdal a.tif
	[ -z "$output$stderr" ]
}

@test "images of HDF5 files pair by their names, in folders too, and what is said to pass works" {
	mkdir sub
	container MOD09GQ.A2023123.h18v03.061.nc
	mv MOD09GQ.A2023123.h18v03.061.nc sub/MOD09GQ.A2023123.h18v03.061.h5 # no name of netCDF's
	for name in sub/MOD09GQ.A2023123.h18v03.061.h5 '"sub/MOD09GQ.A2023123.h18v03.061.h5"'; do
		imgpipe -q -j 4 --summary s.json "HDF5:$name://sur_refl_b01" "HDF5:$name://sur_refl_b02"
		exits 0
		[ -z "$output$stderr" ]
		right
		holds s.json 's["name"] == "MOD09GQ.A2023123.h18v03.061.h5"'
	done
	as_told sub/MOD09GQ.A2023123.h18v03.061.h5
	right
}

@test "images in groups of a netCDF file pair by their names" {
	mkdir sub
	/usr/bin/python3 - sub/MOD09GQ.A2023123.h18v03.061.nc <<-'END'
		import sys
		import numpy as np
		from osgeo import gdal
		gdal.UseExceptions()
		file = gdal.GetDriverByName("netCDF").CreateMultiDimensional(sys.argv[1])
		group = file.GetRootGroup().CreateGroup("grid")
		axes = [group.CreateDimension(n, None, None, s) for n, s in (("y", 2), ("x", 3))]
		for name, value in (("sur_refl_b01", 1000), ("sur_refl_b02", 3000)):
		    array = group.CreateMDArray(name, axes, gdal.ExtendedDataType.Create(gdal.GDT_Int16))
		    array.SetScale(0.0001)
		    array.Write(np.full((2, 3), value, "i2"))
	END
	name='NETCDF:"sub/MOD09GQ.A2023123.h18v03.061.nc":/grid'
	imgpipe -q --summary s.json "$name/sur_refl_b01" "$name/sur_refl_b02"
	exits 0
	[ -z "$output$stderr" ]
	holds s.json 'n["valid"] == 6' 'abs(n["mean"] - 0.5) < 1e-7'
}
