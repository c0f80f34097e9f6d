#!/usr/bin/env bats
# Options: help, version, and every way to get one wrong.

load helpers

setup() { workspace; }

@test "--help goes to stdout, exits 0 and names every option" {
	imgpipe --help
	exits 0
	for option in workers executor memory chunk working-set reader bands raw scale offset nodata \
		mask tile-grid summary report csv tiles progress help version; do
		[[ "$output" == *"--$option"* ]] || { echo "--$option missing"; return 1; }
	done
	[[ "$output" == *-q* && "$output" == *-v* ]]
	[ -z "$stderr" ]
}

@test "--help fits 80 columns" {
	imgpipe --help
	[ "$(printf '%s\n' "$output" | awk '{ if (length($0) > n) n = length($0) } END { print n }')" -le 80 ]
}

@test "--version prints the name and a version to stdout" {
	imgpipe --version
	exits 0
	[[ "$output" =~ ^imgpipe\ [0-9]+\.[0-9]+ ]]
}

@test "no arguments: exit 64 and a pointer to --help" {
	imgpipe
	exits 64 --help
	[ -z "$output" ]
}

# next_is TEXT... : this stands in what imgpipe alone says, which is all on stderr
next_is() {
	imgpipe
	exits 64 "$@" "usage: imgpipe" "imgpipe -h"
	[ -z "$output" ]
}

@test "no arguments: what to type next, with names that are there" {
	next_is "No scenes in this folder" "imgpipe FOLDER"
	[[ "$stderr" != *info* ]]
	touch notes.txt .hidden.tif
	next_is "No scenes in this folder"
	mkdir -p deep/er && touch deep/er/a.tif # too deep to be looked for
	next_is "No scenes in this folder"
	touch deep/b.jp2
	next_is "imgpipe info deep/ " "imgpipe . "
	touch $'a\e[31m.tif' # cannot be copied from a screen
	next_is "imgpipe info deep/ " "imgpipe . "
	[[ "$stderr" != *$'\e'* ]]
	touch "it's two.tif"
	next_is "imgpipe info 'it'\\''s two.tif'" "imgpipe . "
	rm -r deep a* && touch -- -a.tif && rm it*
	next_is "imgpipe info ./-a.tif " "imgpipe ./-a.tif "
	mkdir S2X.SAFE
	next_is "imgpipe info ./-a.tif " "imgpipe . "
}

@test "no arguments: maps of earlier runs are no scenes to begin with" {
	tif z.tif uint16 desc=red,nir 1,2 3,4
	"$IMGPIPE" -q -o a-maps --quicklook z.tif
	cp a-maps/z_ndvi.tif a-map.tif
	next_is "imgpipe info z.tif " "imgpipe z.tif "
	rm z.tif
	next_is "No scenes in this folder"
	tif a-maps/z.tif uint16 desc=red,nir 1,2 3,4 # maps lie beside their scenes
	next_is "imgpipe info a-maps/ "
	rm a-maps/z.tif
	mkdir b-mine && cp a-map.tif b-mine # who puts it elsewhere may mean it
	next_is "imgpipe info b-mine/ "
}

@test "no arguments in a folder of very many names: they are not all read" {
	# shellcheck disable=SC2046 # names
	touch $(seq 5000)
	mkdir $(seq -f d%g 300)
	run strace -f -c -o calls "$IMGPIPE"
	[ "$status" -eq 64 ]
	[ "$(awk '$NF == "openat" { print $4 }' calls)" -lt 120 ]
}

@test "a mistyped command ends before any work, and says what was meant" {
	tif a.tif uint8 desc=red,nir 1 2
	imgpipe pla
	exits 66 "pla: cannot be opened" "did you mean the command plan?"
	imgpipe --csv x.csv indx a.tif
	exits 66 "did you mean the command index?"
	[ ! -e x.csv ]
	imgpipe -q zebra a.tif # like no command: a file that is not there
	exits 1 "zebra failed: cannot be opened"
	imgpipe run pla a.tif # run is said
	exits 1
	cp a.tif pla
	imgpipe -q pla
	exits 0
}

@test "a mistyped word of an option: all words, and what was meant" {
	meant() {
		local word=$1
		shift
		imgpipe "$@" a.tif
		exits 64 "did you mean $word?" "none of:"
	}
	meant threads --executor thread
	meant tiff --reader tif
	meant gil --teach gill
	meant gtiff -o m --format gtif
	meant ZSTD -o m --co COMPRESS=zstdd
	meant stop --on-error stopp
	meant skip-scene --on-missing skip-scenes
	meant vector pi --generator own,vectr
}

@test "-h is a page, --help is whole" {
	imgpipe -h
	exits 0
	brief=$output
	[ "$(wc -l <<< "$brief")" -le 60 ]
	for text in "  plan " "  sweep " --index --mask --output --csv --memory "imgpipe --help" \
		"man imgpipe" "imgpipe COMMAND --help" "imgpipe -o ndvi/"; do
		[[ "$brief" == *"$text"* ]] || { echo "no $text"; return 1; }
	done
	[ "$brief" = "$("$IMGPIPE" run -h)" ]
	[ "$("$IMGPIPE" info -h)" = "$("$IMGPIPE" info --help)" ]
	[ "$("$IMGPIPE" --help | wc -l)" -gt 200 ]
}

@test "help WORD: a heading of options, an option, or what was meant" {
	imgpipe help maps
	exits 0
	[[ "$output" == *"--quicklook"* && "$output" != *"--executor"* ]]
	imgpipe help --chunk
	exits 0
	[[ "$output" == *"imgpipe run:"*"imgpipe sweep:"*"imgpipe pi:"* ]]
	imgpipe help exit
	exits 0
	[[ "$output" == *"  75      the memory limit is too small"* ]]
	imgpipe help threads # what an option takes
	exits 0
	[[ "$output" == *"--executor"* && "$output" != *"--workers"* ]]
	imgpipe help evi # what a command shows
	exits 0
	[ "$output" = "$("$IMGPIPE" index show evi)" ]
	imgpipe help landsat-c2
	exits 0
	[ "$output" = "$("$IMGPIPE" mask show landsat-c2)" ]
	imgpipe help mask # a command, and the option of that name
	exits 0
	[[ "$output" == *"imgpipe mask [options]"*"imgpipe run:"*"--mask RULE"* ]]
	imgpipe help nothing # in brackets behind a heading
	exits 64 "no command, option or heading" "no index" "no preset"
	imgpipe help pla
	exits 64 "did you mean plan?"
}

# on_terminal COLUMNS COMMAND : what it prints on a terminal of so many columns
on_terminal() {
	TERM=xterm script -qec "stty cols $1; $2" /dev/null < /dev/null | tr -d '\r'
}

@test "on a terminal help is as wide as that, up to 100, with headings in bold" {
	unset NO_COLOR COLUMNS
	widest() { sed $'s/\e\\[[0-9;]*m//g' | awk '{ if (length($0) > n) n = length($0) } END { print n }'; }
	on_terminal 70 "$IMGPIPE --help" > narrow
	on_terminal 250 "$IMGPIPE --help" > wide
	[ "$(widest < wide)" -gt 90 ]
	[ "$(widest < wide)" -le 100 ]
	[ "$(sed -n '/How to work/,/What to say/p' narrow | widest)" -gt 60 ]
	[ "$(sed -n '/How to work/,/What to say/p' narrow | widest)" -le 70 ]
	grep -q $'^\e\\[1mHow to work' wide
	on_terminal 100 "NO_COLOR=1 $IMGPIPE --help" > plain
	! grep -q $'\e' plain
	"$IMGPIPE" --help > file
	! grep -q $'\e' file
}

@test "make install puts all in its place, and uninstall takes it away" {
	prefix=${PWD// /\\ }/prefix # as a shell would have it
	make -s -C "$REPO" -o all BUILD="$BUILD" PREFIX="$prefix" install
	for file in bin/imgpipe lib/imgpipe/imgpipe-gdal.so share/man/man1/imgpipe.1 \
		share/bash-completion/completions/imgpipe share/zsh/site-functions/_imgpipe \
		share/fish/vendor_completions.d/imgpipe.fish; do
		[ -s "prefix/$file" ] || { echo "no $file"; return 1; }
	done
	grep -q "^#compdef imgpipe" prefix/share/zsh/site-functions/_imgpipe
	tif a.tif uint8 desc=red,nir 1 2
	prefix/bin/imgpipe -q --reader gdal a.tif
	make -s -C "$REPO" -o all BUILD="$BUILD" PREFIX="$prefix" uninstall
	[ -z "$(find prefix -type f)" ]
}

@test "a command without files: exit 64" {
	for command in run plan info; do
		imgpipe $command
		exits 64
	done
}

@test "an unknown option: exit 64, named" {
	imgpipe --no-such-option x.tif
	exits 64 no-such-option
	imgpipe -Z x.tif
	exits 64 Z
}

@test "an option that lacks its value: exit 64, named" {
	for option in workers executor memory chunk working-set reader bands scale offset nodata mask \
		tile-grid summary report csv tiles; do
		imgpipe --$option
		exits 64 "$option"
	done
}

# bad OPTION VALUE... : each value is refused with 64 and a message that names the option
bad() {
	local option=$1 value
	shift
	for value; do
		imgpipe "--$option=$value" nothing.tif
		exits 64 "$option" || { echo "for --$option '$value'"; return 1; }
		[ -z "$output" ]
	done
}

@test "bad --workers" { bad workers 0 -1 two 1.5 3x "" 99999999999999999999; }
@test "bad --executor" { bad executor fork "" THREADSX; }
@test "bad --memory" { bad memory 0 -64M 64Q lots 101% 0% -5% 5%% "" 99999999999999999999G; }
@test "bad --chunk" { bad chunk 0 -1 100x 100x0 x100 100y100 1x2x3 big "" 5000000000 64QiB; }
@test "bad --working-set" { bad working-set row "" tiles; }
@test "bad --reader" { bad reader png "" TIF; }
@test "bad --scale" { bad scale 0 one "" nan inf; }
@test "bad --offset" { bad offset one "" nan inf 1,5; }
@test "bad --nodata" { bad nodata no None "" 1,5 0x; }
@test "bad --tile-grid" { bad tile-grid 0 -1 10x x "" 256x0 5000000000; }
@test "bad --bands" { bad bands "" red red= red=0,nir=1 red=-1,nir=2 red=0 red=1,red=2 \
	red=1,nir=*.tif red=1,nir=99999999999 a_very_long_name=1; }
@test "bad --mask" { bad mask "" SCL SCL= "SCL=a" "QA_PIXEL&" "QA_PIXEL&x" "=4" "&31" \
	SCL=4,,5 SCL=7-4 scl:cloud scl+clouds cldprb cldprb:100 auto:clear "QA&31<4" "QA&31=32" udm2.0=1; }
@test "bad --alpha" { bad alpha "" yes AUTO; }

@test "sizes are understood as people write them" {
	tif "$BATS_TEST_TMPDIR/a.tif" uint16 desc=red,nir 1,2/3,4 5,6/7,8
	for size in 1G 1GiB 1GB 1024M 1073741824 50%; do
		imgpipe -q --memory "$size" "$BATS_TEST_TMPDIR/a.tif"
		exits 0 || { echo "for --memory $size"; return 1; }
	done
	for chunk in auto tile 1 7x3 64MiB 1M; do
		imgpipe -q --chunk "$chunk" "$BATS_TEST_TMPDIR/a.tif"
		exits 0 || { echo "for --chunk $chunk"; return 1; }
	done
}

@test "--option value and --option=value are the same; run may be left out" {
	tif "$BATS_TEST_TMPDIR/a.tif" uint16 desc=red,nir 1,2/3,4 5,6/7,8
	cd "$BATS_TEST_TMPDIR"
	imgpipe run -q --workers 1 --summary=1.json a.tif
	exits 0
	imgpipe -q --workers=1 --summary 2.json a.tif
	exits 0
	cmp 1.json 2.json
}

@test "-- ends the options" {
	tif "$BATS_TEST_TMPDIR/-q.tif" uint16 desc=red,nir 1,2/3,4 5,6/7,8
	cd "$BATS_TEST_TMPDIR"
	imgpipe --summary s.json -- -q.tif
	exits 0
}

# Numbers, lengths and repetitions that nobody types.
long_text() {
	printf "%0$1d" 0
}

@test "values of any length are refused or taken, never more" {
	tif a.tif uint8 1 2
	for name in workers executor memory chunk working-set reader scale offset nodata tile-grid bands mask \
		teach shard transport; do
		for value in "$(long_text 100000)" "$(long_text 100000)9" "$(printf ',%.0s' {1..30000})" \
			18446744073709551616 9223372036854775808 1e999999999 $'\xff\x1b'; do
			imgpipe plan "--$name=$value" a.tif
			[ "$status" -eq 64 ] || [ "$status" -eq 0 ] || [ "$status" -eq 65 ] || [ "$status" -eq 75 ] || {
				echo "--$name=${value:0:40}: $status $stderr"
				return 1
			}
			[ "${#stderr}" -lt 1000 ]
		done
	done
}

@test "thousands of options, lists of thousands of values" {
	tif a.tif uint8 1 2
	imgpipe -q --bands red=1,nir=2 --summary s.json $(yes -- --bands=red=1,nir=2 | head -5000) \
		$(yes -v | head -5000) $(yes -q | head -5000) a.tif
	exits 0
	imgpipe sweep --chunk "$(seq -s, 1 5000)" a.tif
	exits 64 values
	imgpipe sweep --workers "$(seq -s, 1 1000)" a.tif
	exits 64 values
	imgpipe pi --workers "$(seq -s, 1 1000)"
	exits 64 numbers
	imgpipe -q --bands red=1,nir=2 --summary s.json $(yes a.tif | head -20000)
	exits 0
	holds s.json 'len(d["scenes"]) == 1'
}

@test "what stands in the environment is bounded" {
	tif a.tif uint8 1 2
	imgpipe -q --bands red=1,nir=2 --summary s.json a.tif
	for setting in OMP_NUM_THREADS=1000000 OMP_NUM_THREADS=99999999999999999999 OMP_NUM_THREADS=-1 \
		SLURM_MEM_PER_NODE=18446744073709551615 SLURM_MEM_PER_NODE=17592186044417 \
		SLURM_MEM_PER_CPU=17592186044417 SLURM_MEM_PER_NODE=64x SLURM_CPUS_PER_TASK=4294967296 \
		SLURM_CPUS_PER_TASK=99999999999999999999 IMGPIPE_READAHEAD="$(long_text 100000)" \
		IMGPIPE_SIMD="$(long_text 100000)" IMGPIPE_MPI=$'\x1b[31m' TMPDIR="$(long_text 5000)" \
		OMPI_COMM_WORLD_SIZE=x SLURM_PROCID=99999999999999999999 TERM="$(long_text 100000)"; do
		run --separate-stderr env "$setting" timeout 60 "$IMGPIPE" -q --memory 25% --executor openmp \
			--bands red=1,nir=2 --summary e.json a.tif
		no_crash
		exits 0
		cmp s.json e.json
	done
	imgpipe -q --shard auto a.tif
	exits 64 Slurm
	for id in 99999999999999999999 -1 4294967296 8 x; do
		run --separate-stderr env SLURM_ARRAY_TASK_ID=$id SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_COUNT=8 \
			timeout 60 "$IMGPIPE" -q --shard auto a.tif
		exits 64 Slurm
	done
}
