#!/usr/bin/env bats
# Masks on the command line: imgpipe mask, what is said of --mask that is wrong, and what it is called.

load helpers

setup() { workspace; }

@test "imgpipe mask lists the presets" {
	imgpipe mask
	exits 0
	[ -z "$stderr" ]
	for preset in scl msk-classi qa60 cldprb landsat-c2 landsat-c1 landsat-pre pixel-qa fmask udm2 udm1 \
		modis-state force-qai maja-clm auto auto-optional; do
		[[ "$output" == *$'\n'"$preset "* ]] || { echo "no $preset"; return 1; }
	done
	[ "$("$IMGPIPE" mask | awk 'length > 100' | wc -l)" -eq 0 ]
	diff <("$IMGPIPE" mask) <("$IMGPIPE" mask list)
}

@test "imgpipe mask show: what is dropped and why, sets, extras, files, source" {
	imgpipe mask show scl
	exits 0
	[ "${lines[0]}" = "scl: Sentinel-2 L2A scene classification (SCL)" ]
	# Classes that the default drops, by reason: 0 1 3 8 9 10.
	[ "$(awk '$1 == "SCL" && $2 ~ /^[0-9]+$/ && $3 != "and" { print $2, $3 }' <<< "$output" | sort -n)" = "0 other
1 saturated
3 shadow
8 cloud
9 cloud
10 cirrus" ]
	[[ "$output" == *"scl:cloud_and_shadow"* && "$output" == *"+snow"* && "$output" == *"source "* ]]
	imgpipe mask show scl:land
	[ "$(grep -c '^  SCL' <<< "$output")" -eq 12 ] # ten classes, and what is no class, twice
	imgpipe mask show landsat-c2+radsat udm2
	exits 0
	[[ "$output" == *"QA_RADSAT"*"a band that is read is saturated"*"udm2 band 1 "*"not 1"* ]]
	imgpipe mask show cldprb
	exits 0
	[ "${lines[0]%%: *}" = cldprb:66 ]
	imgpipe mask show SCL
	[ "${lines[0]%%: *}" = scl ]
}

@test "imgpipe mask show tells what a rule means" {
	imgpipe mask show 'QA_PIXEL&0x1f' 'SCL=11,7,6,5,4' auto+snow
	exits 0
	grep -qx "qa_pixel&31=0: a rule of your own" <<< "$output"
	grep -qx "scl=4-7,11: a rule of your own" <<< "$output"
	[[ "$output" == *"auto+snow: "*"takes     scl, "* ]]
	[[ "$output" != *"qa60"* ]] # it does not know snow
}

@test "imgpipe mask: what is wrong" {
	imgpipe mask show
	exits 64 "imgpipe mask show scl"
	imgpipe mask scl
	exits 64 "imgpipe mask show scl"
	imgpipe mask show scll
	exits 64 "did you mean scl"
	imgpipe mask show scl:cloud
	exits 64 "sets: clouds, clear, land, high, cloud_and_shadow"
}

@test "a rule that the shell has cut is refused, with the quotes" {
	# --mask QA_PIXEL&31=0 and --mask CLDPRB<20 without quotes
	imgpipe --mask QA_PIXEL nothing.tif
	exits 64 "preset landsat-c2" "in quotes"
	imgpipe --mask CLDPRB nothing.tif
	exits 64 "preset cldprb:66" "in quotes"
	imgpipe --mask SCL nothing.tif
	exits 64 "preset scl" "in quotes"
}

@test "rules are read before anything is opened" {
	imgpipe --mask scl --mask auto:clear nothing.tif
	exits 64 "auto takes no set"
	# shellcheck disable=SC2046 # words
	imgpipe plan --mask scl $(printf -- '--mask A=%s ' 1 2 3 4 5 6 7 8) nothing.tif
	exits 64 "more than 8 rules"
	# shellcheck disable=SC2046 # words
	imgpipe plan $(yes -- --mask=A=1 | head -32) nothing.tif # the same rule counts once
	exits 66
}

# completed WANTED LINE LAST : what <Tab> offers behind the line; its last word is that to the shell
completed() {
	local wanted=$1
	COMPREPLY=() COMP_LINE="imgpipe $2" COMP_POINT=$((${#2} + 8))
	_imgpipe imgpipe "$3"
	[ "${COMPREPLY[*]}" = "$wanted" ] || { echo "$2: ${COMPREPLY[*]}"; return 1; }
}

@test "presets and their sets are completed" {
	eval "$("$IMGPIPE" --completion)"
	completed "landsat-pre landsat-pre:clouds landsat-pre:high" "--mask landsat-p" landsat-p
	# The shell takes a colon for the end of a word; a reader may have told it not to.
	sets=$(imgpipe mask show scl; echo "$output" | grep -o '  scl:[a-z_]*' | cut -d: -f2 | paste -sd' ')
	[ -n "$sets" ]
	completed "$sets" "--mask scl:" ""
	completed "clouds clear cloud_and_shadow" "--mask scl:cl" cl
	completed "clear" "plan --mask=scl:cle" cle
	completed "scl:clear" "--mask scl:cle" scl:cle
	completed "" "--mask cldprb:6" 6
	completed "" "--mask auto:" ""
}

@test "help quotes what a shell would take for itself" {
	text=$("$IMGPIPE" --help | tr -s ' \n' ' ')
	for rule in 'SCL=4-7,11' 'SCL!=3,8-10' 'CLDPRB<20' 'QA_PIXEL&31=0' 'udm2.1=1'; do
		[[ "$text" == *"'$rule'"* ]] || { echo "$rule is not quoted"; return 1; }
	done
}
