/*
 * Reports of a run that writes maps: which files there are, what is stored in them, what was
 * clamped. Of the fixture's scene a map, a mask of classes and a picture.
 */
#include "report_fixture.h"

#include "output/maps_make.h"
#include "report/map_words.h"

static const struct output_file files[] = {
	{.path = "out/a,b_ndvi.tif",
	 .kind = "map",
	 .value = 0,
	 .band = -1,
	 .type = "int16",
	 .bytes = 3 << 20,
	 .clamped = 7},
	{.path = "out/why.tif",
	 .kind = "classes",
	 .value = -1,
	 .band = -1,
	 .type = "uint8",
	 .bytes = 1000},
	{.path = "out/nir.tif",
	 .kind = "band",
	 .value = -1,
	 .band = 1,
	 .type = "int16",
	 .bytes = 24},
	{.path = "out/a.png",
	 .kind = "quicklook",
	 .value = 0,
	 .band = -1,
	 .type = "png",
	 .bytes = 500},
};
enum { N_FILES = sizeof(files) / sizeof(files[0]) };

static const struct maps maps = {
	.folder = (char *)(uintptr_t) "out",
	.name = "{scene}_{index}.tif",
	.files = true,
	.n = 3,
	.map = {{.kind = MAP_VALUE,
		 .name = "ndvi",
		 .type = MAP_INT16,
		 .scale = 0.0001,
		 .nodata = -32768},
		{.kind = MAP_CLASSES, .name = "why", .type = MAP_UINT8, .scale = 1, .nodata = 255},
		{.kind = MAP_BAND,
		 .item = 1,
		 .name = "nir",
		 .type = MAP_FLOAT32,
		 .scale = 1,
		 .nodata = NAN}},
	.format = {.codec = MAP_DEFLATE, .level = 1, .predictor = 2, .tile = 512},
};

/* The fixture's run, with maps. */
static void write_reports(struct fixture *f)
{
	struct report_set *set;
	struct error err = {0};

	f->options.maps = &maps;
	f->good_result.n_files = N_FILES;
	f->good_result.file = files;
	assert_int_equal(report_sink.open(&report_sink, &set, &f->plan, &f->options, &err), 0);
	assert_int_equal(report_sink.scene(set, &f->good_result, &err), 0);
	assert_int_equal(report_sink.scene(set, &f->bad_result, &err), 0);
	assert_int_equal(report_sink.commit(set, &f->totals, &err), 0);
	report_sink.free(set);
}

static void json_lists_files(void **state)
{
	struct fixture *f = *state;
	json_t *report, *list, *o, *run;
	json_error_t wrong;

	write_reports(f);
	report = json_load_file(f->path[0], 0, &wrong);
	assert_non_null(report);
	list = json_object_get(json_array_get(json_object_get(report, "scenes"), 0), "outputs");
	assert_int_equal(json_array_size(list), N_FILES);
	o = json_array_get(list, 0);
	assert_string_equal(json_string_value(json_object_get(o, "path")), "out/a,b_ndvi.tif");
	assert_string_equal(json_string_value(json_object_get(o, "index")), "ndvi");
	assert_true(json_is_null(json_object_get(o, "band")));
	assert_true(json_number_value(json_object_get(o, "scale")) == 0.0001);
	assert_true(json_number_value(json_object_get(o, "nodata")) == -32768);
	assert_int_equal(json_integer_value(json_object_get(o, "clamped")), 7);
	assert_int_equal(json_integer_value(json_object_get(o, "bytes")), 3 << 20);
	o = json_array_get(list, 2);
	assert_string_equal(json_string_value(json_object_get(o, "band")), "nir");
	assert_string_equal(json_string_value(json_object_get(o, "nodata")), "nan");
	o = json_array_get(list, 3);
	assert_string_equal(json_string_value(json_object_get(o, "kind")), "quicklook");
	assert_null(json_object_get(o, "scale"));
	list = json_object_get(json_array_get(json_object_get(report, "scenes"), 1), "outputs");
	assert_int_equal(json_array_size(list), 0);
	run = json_object_get(json_object_get(report, "run"), "outputs");
	assert_string_equal(json_string_value(json_object_get(run, "folder")), "out");
	assert_string_equal(json_string_value(json_object_get(run, "encoding")),
			    "DEFLATE level 1, predictor 2, tiles of 512");
	json_decref(report);
}

static void csv_has_a_column(void **state)
{
	struct fixture *f = *state;
	char line[4096];
	FILE *in;

	write_reports(f);
	in = fopen(f->path[2], "r");
	assert_non_null(in);
	assert_non_null(fgets(line, sizeof(line), in));
	assert_string_equal(line + strlen(line) - strlen(",masked_range,map\n"),
			    ",masked_range,map\n");
	assert_non_null(fgets(line, sizeof(line), in));
	assert_string_equal(line + strlen(line) - strlen(",\"out/a,b_ndvi.tif\"\n"),
			    ",\"out/a,b_ndvi.tif\"\n");
	assert_non_null(fgets(line, sizeof(line), in));
	assert_string_equal(line + strlen(line) - 2, ",\n");
	(void)fclose(in);
}

static void totals_are_added_up(void **state)
{
	struct fixture *f = *state;
	struct pixel_totals totals;
	struct error err;
	char text[MAP_TEXT_BYTES];

	f->good_result.n_files = N_FILES;
	f->good_result.file = files;
	assert_int_equal(pixel_totals_init(&totals, &f->plan.layout, &err), 0);
	assert_int_equal(pixel_totals_add(&totals, &f->good_result, &err), 0);
	assert_int_equal(pixel_totals_add(&totals, &f->bad_result, &err), 0);
	assert_int_equal(totals.n_files, N_FILES);
	assert_int_equal(totals.file_bytes, (3 << 20) + 1524);
	assert_int_equal(totals.clamped, 7);
	assert_string_equal(files_text(text, &totals, &maps), "4 files, 3.00 MiB, in out");
	pixel_totals_release(&totals);
}

/* What is beyond the type, and what was kept clear of nodata alone, are told apart. */
static void clamped_words(void **state)
{
	struct maps own = maps;
	struct output_file real = {.path = "b.tif",
				   .kind = "band",
				   .band = files[2].band,
				   .value = -1,
				   .type = "float32",
				   .clamped = 1};
	char text[MAP_TEXT_BYTES];

	(void)state;
	assert_null(strstr(clamped_text(text, &files[0], &own), "nodata"));
	own.map[0].nodata = INT16_MAX;
	assert_null(strstr(clamped_text(text, &files[0], &own), "nodata"));
	own.map[0].nodata = 0;
	assert_non_null(strstr(clamped_text(text, &files[0], &own),
			       "7 pixels of ndvi are beyond what int16 holds with this scale, or "
			       "would be read as nodata, which is 0, and are stored"));
	own.map[2].nodata = -0.5;
	assert_string_equal(clamped_text(text, &real, &own),
			    "1 pixel of nir has the value of --output-nodata, -0.5, and is stored "
			    "as the next number above it");
}

static void words(void **state)
{
	struct scene scene = {.x_size = 600, .y_size = 400};
	char text[MAP_TEXT_BYTES];

	(void)state;
	assert_non_null(
		strstr(clamped_text(text, &files[0], &maps), "7 pixels of ndvi are beyond"));
	assert_string_equal(clamped_text(text, &files[1], &maps), "");
	assert_string_equal(clamped_text(text, &files[0], NULL), "");
	assert_null(file_map(&files[3], &maps));
	assert_ptr_equal(file_map(&files[2], &maps), &maps.map[2]);
	/* Two tiles of 512 x 512: of 2, 1 and 4 bytes. */
	maps_text(text, &maps, &scene);
	assert_non_null(strstr(text,
			       "3 files a scene, into out: ndvi int16 in steps of 0.0001, why "
			       "uint8, nir float32; COG, DEFLATE level 1"));
	assert_non_null(strstr(text, "at most 3.55 MiB"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(json_lists_files, setup, teardown),
		cmocka_unit_test_setup_teardown(csv_has_a_column, setup, teardown),
		cmocka_unit_test_setup_teardown(totals_are_added_up, setup, teardown),
		cmocka_unit_test(clamped_words),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
