#!/usr/bin/env bats
# Commands: the options that each takes and that it refuses, help, man page, completion.

load helpers

setup() { workspace; }

COMMANDS="run plan graph info check merge catalog sweep index mask pi sum recur"
HELP="color config help version man completion"

# What each command takes, and really uses. A new option is written here, too.
COMPUTING="index expr const range valid-range valid-reflectance on-missing assume-reflectance grid"
READING="$COMPUTING bands mask alpha raw scale offset nodata reflectance include exclude duplicates reader follow"
MAPS="output name format type output-nodata co overwrite mask-output bands-output quicklook stretch \
	no-legend contact-sheet spool-dir no-fsync"
PLANNING="$READING $MAPS workers executor confine memory chunk working-set shard timeout tiles tile-grid trace html \
	teach verbose catalog resume"
NIGHTLY="forget-missing wait-lock on-error max-failures log-format log-file"
LAB="workers chunk executor transport memory json csv html report quiet verbose"
declare -gA TAKES=(
	[run]="$PLANNING $NIGHTLY transport summary report csv histogram partial metrics quiet progress monitor"
	[plan]="$PLANNING"
	[graph]="$PLANNING text"
	[info]="$READING memory shard tile-grid"
	[check]="include exclude reader follow workers executor transport confine memory shard json csv quiet \
		verbose progress monitor"
	[merge]="catalog wait-lock summary csv histogram partial quiet log-format log-file"
	[catalog]="set since scene failed gone numbers check forget wait-lock summary csv histogram partial quiet verbose"
	[sweep]="$READING chunk workers executor working-set transport confine memory repeat cold csv json \
		html quiet teach"
	[index]=""
	[mask]=""
	[pi]="$LAB points generator seed"
	[sum]="$LAB values how"
	[recur]="$LAB pixels steps over seed"
)

sorted() {
	tr -s ' \t' '\n\n' | grep . | sort -u
}

# options_in_help COMMAND : the long names that its --help lists
options_in_help() {
	"$IMGPIPE" "$1" --help | grep -oE '^ +(-[A-Za-z], )?--[a-z-]+' | grep -oE '[a-z-]+$' |
		sed 's/^--//' | sort -u
}

@test "the help of a command lists its own options and no others" {
	for command in $COMMANDS; do
		diff <(options_in_help "$command") <(sorted <<< "${TAKES[$command]} $HELP") || {
			echo "of imgpipe $command"
			return 1
		}
	done
}

@test "every option that a command would ignore is refused, and who takes it is said" {
	local all takers small said status
	all=$(sorted <<< "${TAKES[*]}")
	[ "$(wc -w <<< "$all")" -gt 40 ]
	for option in $all; do
		takers=
		for command in $COMMANDS; do
			[[ " ${TAKES[$command]} " =~ [[:space:]]$option[[:space:]] ]] &&
				takers+="${takers:+, }$command"
		done
		for command in $COMMANDS; do
			small=() status=0
			# Of some it is an abbreviation.
			[[ ", $takers," != *", $command,"* && " ${TAKES[$command]} $HELP " == *[[:space:]]"$option"[a-z-]* ]] &&
				continue
			[[ "pi sum recur" == *"$command"* ]] && small=(-N 1000)
			said=$("$IMGPIPE" "$command" "${small[@]}" --"$option" 2>&1) || status=$?
			if [[ ", $takers," == *", $command,"* ]]; then
				[[ "$said" != *"takes no"* && "$said" != *unknown* ]]
			else
				[ "$status" -eq 64 ] &&
					[[ "$said" == *"imgpipe $command takes no --$option; imgpipe $takers do"* ]]
			fi || {
				echo "imgpipe $command --$option: $status $said"
				return 1
			}
		done
	done
}

@test "what was probably meant" {
	imgpipe --workrs 2 a.tif
	exits 64 "unknown option --workrs; did you mean --workers?"
	imgpipe plan --ti a.tif
	exits 64 "--tiles or --tile-grid"
	imgpipe plan --workr=2 a.tif
	exits 64 "did you mean --workers?"
	imgpipe merge --frobnicate a.json
	exits 64 "imgpipe merge --help"
	for word in -index=evi "-index evi" "-q -index evi"; do
		imgpipe $word a.tif
		exits 64 "unknown option -index; did you mean --index?"
	done
	imgpipe -output maps a.tif
	exits 64 "unknown option -output; did you mean --output?"
	[ ! -e utput ]
	imgpipe -help
	exits 0
	imgpipe -ij a.tif
	exits 64 "unknown option -i; see imgpipe run --help"
	imgpipe --mask cloud a.tif
	exits 64 "auto takes what each scene has"
	imgpipe -o x --type int8 a.tif
	exits 64 "'int8' is none of: float32, int16, uint8"
	[[ "$stderr" != *"did you mean"* ]]
	imgpipe info -j 2 a.tif
	exits 64 "takes no -j" "imgpipe run, plan"
	imgpipe merge --rang ndvi=0,1 a.json
	exits 64 "merge takes no --range"
}

@test "help: of the program, of a command, by two roads" {
	imgpipe help
	exits 0
	for command in $COMMANDS; do
		[[ "$output" == *$'\n'"  $command "* ]]
	done
	for status in 0 1 64 65 66 69 70 71 73 74 75 78 129,; do
		[[ "$output" == *$'\n'"  $status "* ]] || { echo "no $status"; return 1; }
	done
	[ "$output" = "$("$IMGPIPE" --help)" ]
	for command in $COMMANDS; do
		[[ "$("$IMGPIPE" help "$command")" == "$("$IMGPIPE" "$command" --help)"* ]]
	done
	imgpipe help me
	exits 64
}

@test "the man page: a section a command, each option once a section, exit statuses once" {
	"$IMGPIPE" --man > imgpipe.1
	for command in $COMMANDS; do
		[ "$(grep -c "^.SS imgpipe $command$" imgpipe.1)" -eq 1 ]
	done
	for section in "EXIT STATUS" ENVIRONMENT FILES; do
		[ "$(grep -c "^.SH $section$" imgpipe.1)" -eq 1 ]
	done
	[ "$(grep -cx 78 imgpipe.1)" -eq 1 ]
	# Nothing is described twice.
	[ -z "$(grep -vE '^\.(TP|SS|PP|nf|fi|RS|RE)' imgpipe.1 | awk 'length > 40' | sort | uniq -d)" ]
	[ "$(grep -c 'fB\\-b\\fR' imgpipe.1)" -eq 1 ]
	command -v groff > /dev/null || skip "no groff"
	[ -z "$(groff -ww -man -Tutf8 imgpipe.1 2>&1 > /dev/null)" ]
	[ -z "$(grep "[^ -~]" imgpipe.1)" ]
}

# complete_line WORD... : what <Tab> offers behind the last word, a line each, sorted. The words are
# joined by blanks, but those that are : = @ or stand behind such a one, as the shell has them.
complete_line() {
	local word last=
	COMP_LINE=imgpipe COMPREPLY=()
	for word; do
		[[ $word == [:=] || $last == [:=] ]] || COMP_LINE+=' '
		COMP_LINE+=$word
		last=$word
	done
	COMP_POINT=${#COMP_LINE}
	_imgpipe imgpipe "${last##*[:=@]}"
	printf '%s\n' "${COMPREPLY[@]}" | sort
}

# offers EXPECTED... -- WORD...
offers() {
	local want=()
	while [ "$1" != -- ]; do
		want+=("$1")
		shift
	done
	shift
	diff <(printf '%s\n' "${want[@]}" | sort) <(complete_line "$@") || {
		echo "behind: $*"
		return 1
	}
}

@test "completion: commands first, files beside them, options of the command at hand" {
	eval "$("$IMGPIPE" --completion)"
	mkdir scenes "two words"
	touch list.txt
	offers sum sweep scenes -- s
	offers run recur -- r
	offers scenes -- plan s
	offers "two words" -- plan t
	offers scenes -- --quiet s
	offers list.txt -- plan @l # the shell keeps the @
	offers "" -- pi s
	offers --summary --scale --shard --spool-dir --stretch -- --s
	offers --quiet -- merge --q
	offers "" -- merge --mask
	offers --seed -- pi --se
	diff <(complete_line merge --) <(printf -- '--%s\n' ${TAKES[merge]} $HELP | sort)
	offers scenes -- plan -- s
}

@test "completion: the words that an option takes" {
	eval "$("$IMGPIPE" --completion)"
	touch out.json
	offers auto serial threads openmp processes mpi -- --executor ""
	offers threads -- plan --executor t
	offers threads -- --executor = t
	offers auto serial threads openmp processes mpi -- plan --executor =
	offers threads processes openmp serial -- sweep --executor ""
	offers gil,task-overhead -- --teach gil,t
	offers auto off must -- --confine ""
	offers shm pipe -- --transport ""
	offers auto tiff gdal -- info --reader ""
	offers tile chunk -- --working-set ""
	offers shared own vector -- pi -g ""
	offers own,vector -- pi --generator own,v
	offers float32 int16 uint8 -- --type ""
	offers COMPRESS= -- --co COMP
	offers bash zsh fish -- --completion = ""
	offers show out.json -- index ""
	offers list show -- mask ""
	offers evi evi2 exg exgr -- index show e
	offers evi evi2 exg exgr -- --index e
	offers ndvi,evi ndvi,evi2 -- plan --index ndvi,ev
	offers null skip-scene fail -- --on-missing ""
	offers exg= exgr= -- --range ex
	offers exg= exgr= -- plan --valid-range ex
	offers evi.C1= evi.C2= -- --const evi.C
	offers "" -- --const ndvi
	offers 3,nir= 3,nir08= 3,nir09= -- --bands red=3,nir # the shell keeps what is before the =
	offers red,nir red,nir08 red,nir09 -- --bands-output red,nir
	offers fine coarse -- info --grid ""
	offers auto -- -j ""
	offers "" -- --memory ""
	offers out.json -- --summary o
	offers out.json -- --csv = o
}

@test "completion: names that it offers are taken as they are" {
	eval "$("$IMGPIPE" --completion)"
	local name n=0
	for name in $(complete_line --bands ""); do
		imgpipe --bands "${name}1" nothing.tif
		exits 66 || { echo "for $name"; return 1; }
		n=$((n + 1))
	done
	[ "$n" -eq 18 ]
	for name in $(complete_line --const ""); do
		imgpipe --index "${name%%.*}" --const "${name}1" nothing.tif
		exits 66 || { echo "for $name"; return 1; }
		n=$((n + 1))
	done
	[ "$n" -ge 30 ]
}

# A word that a shell takes for something else would break the scripts.
@test "completion: words are plain, scripts are sound" {
	for shell in bash zsh fish; do
		"$IMGPIPE" --completion=$shell > $shell
		[ -z "$(grep "[^ -~$(printf '\t')]" $shell)" ]
	done
	[ "$(cat bash)" = "$("$IMGPIPE" --completion)" ]
	bash -n bash
	! grep -o "values='[^']*'" bash | grep "[^a-zA-Z0-9_:.= '-]"
	! command -v shellcheck > /dev/null || shellcheck -s bash bash
	imgpipe --completion=tcsh
	exits 64 "none of: bash, zsh, fish"
}

@test "completion in bash itself, names with blanks and quotes too" {
	/usr/bin/python3 "$BATS_TEST_DIRNAME/completion.py" bash "$IMGPIPE"
}

@test "completion in zsh itself" {
	command -v zsh > /dev/null || skip "no zsh"
	/usr/bin/python3 "$BATS_TEST_DIRNAME/completion.py" zsh "$IMGPIPE"
}

@test "completion in fish itself" {
	command -v fish > /dev/null || skip "no fish"
	/usr/bin/python3 "$BATS_TEST_DIRNAME/completion.py" fish "$IMGPIPE"
}
