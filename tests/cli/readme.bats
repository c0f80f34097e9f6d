# The READMEs: their commands work as typed, what they show is what is printed, and their links hold.

load helpers

setup_file() {
	load helpers
	mkdir "$BATS_FILE_TMPDIR/here" && cd "$BATS_FILE_TMPDIR/here"
	"$REPO/samples/demo.sh" "$BUILD" . > /dev/null
	"$MAKE_SCENE" --size 512 --tile 128 --seed 4 scene.tif
	ln -s "$BUILD" build
}

setup() {
	cd "$BATS_FILE_TMPDIR/here"
	PATH=$BUILD:$PATH
}

look() {
	run /usr/bin/python3 "$REPO/tests/cli/readme.py" "$@"
	[ "$status" -eq 0 ] || {
		echo "$output"
		return 1
	}
}

@test "README: what its commands print is what it shows" {
	nm -D "$IMGPIPE" 2> /dev/null | grep -qE '__(asan|tsan)_init' && skip "a sanitizer's own memory"
	look output "$REPO/README.md"
}

@test "README: its Python runs on the catalogue of its commands" {
	/usr/bin/python3 -c "import pandas" || skip "pandas is not there"
	rm -rf nightly ndvi.gpkg
	"$IMGPIPE" -q --catalog ndvi.gpkg scenes || [ $? -eq 1 ]
	look python "$REPO/README.md"
	[[ "$output" == *"T33UXP_20260701T100031  2026-07-01  0.55"* ]]
}

@test "READMEs of rooms: their commands work as typed" {
	look commands "$REPO"/samples/README.md "$REPO"/{pipeline,stages}/*/README.md
}

@test "pages: links lead somewhere, and files that are named exist" {
	look names "$REPO"/*.md "$REPO"/{tests,samples}/*.md "$REPO"/samples/{guide,workshop,workshop/answers}/*.md \
		"$REPO"/{pipeline,stages}/*/*.md
}
