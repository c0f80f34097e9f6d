/*
 * Report files: a name is given to what is whole, and what cannot be written leaves nothing behind.
 */
#include "report_fixture.h"

static unsigned files_in(const char *folder)
{
	DIR *dir = opendir(folder);
	unsigned n = 0;

	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(dir);
	return n;
}

static void test_full_disk(void **state)
{
	struct fixture *f = *state;
	struct error err = {0};

	want(&f->options, "report", "/dev/full");
	assert_int_equal(write_all(f, &err), -1);
	assert_int_equal(err.code, EX_IOERR);
	assert_non_null(strstr(err.text, "/dev/full"));
	assert_int_equal(files_in(f->folder), 3); /* the others are whole */
	json_decref(parse(f->path[1]));
}

/* Given up at a scene, it is told there and once more at the end, and the others are whole. */
static void test_full_disk_at_a_scene(void **state)
{
	struct fixture *f = *state;
	struct report_set *set;
	struct error err = {0};

	want(&f->options, "partial", "/dev/full");
	f->plan.n_all_scenes = 2;
	assert_int_equal(report_set_open(&set, &f->plan, &f->options, &err), 0);
	f->good.id = 0;
	f->bad.id = 1;
	assert_int_equal(report_set_scene(set, &f->good_result, &err), -1);
	assert_int_equal(err.code, EX_IOERR);
	assert_non_null(strstr(err.text, "/dev/full"));
	err = (struct error){0};
	assert_int_equal(report_set_scene(set, &f->bad_result, &err), 0); /* it is left alone */
	assert_int_equal(err.code, 0);
	assert_int_equal(report_set_commit(set, &f->totals, &err), -1);
	assert_int_equal(err.code, EX_IOERR);
	assert_string_equal(err.text, "/dev/full: the partial report could not be written");
	report_set_free(set);
	assert_int_equal(files_in(f->folder), 4);
	json_decref(parse(f->path[1]));
}

static void test_folder_missing(void **state)
{
	struct fixture *f = *state;
	struct report_set *set;
	struct error err = {0};
	char path[128];

	snprintf(path, sizeof(path), "%s/none/x.csv", f->folder);
	want(&f->options, "tiles", path);
	assert_int_equal(report_set_open(&set, &f->plan, &f->options, &err), -1);
	assert_null(set);
	assert_int_equal(err.code, EX_CANTCREAT);
	assert_non_null(strstr(err.text, path));
	assert_int_equal(files_in(f->folder), 0);
}

static void test_folder_as_file(void **state)
{
	struct fixture *f = *state;
	struct report_set *set;
	struct error err = {0};

	want(&f->options, "tiles", f->folder);
	assert_int_equal(report_set_open(&set, &f->plan, &f->options, &err), -1);
	assert_int_equal(err.code, EX_CANTCREAT);
	assert_int_equal(files_in(f->folder), 0);
}

static void test_not_committed(void **state)
{
	struct fixture *f = *state;
	struct report_set *set;
	struct error err = {0};

	assert_int_equal(report_set_open(&set, &f->plan, &f->options, &err), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(access(f->path[i], F_OK), -1);
	report_set_free(set);
	assert_int_equal(files_in(f->folder), 0);
}

static void test_same_path_twice(void **state)
{
	struct fixture *f = *state;
	struct report_set *set;
	struct error err = {0};

	want(&f->options, "csv", f->path[1]);
	assert_int_equal(report_set_open(&set, &f->plan, &f->options, &err), -1);
	assert_int_equal(err.code, EX_USAGE);
	assert_int_equal(files_in(f->folder), 0);
}

/* A link stays a link; what it points to is replaced. */
static void test_link_is_followed(void **state)
{
	struct fixture *f = *state;
	struct error err = {0};
	struct stat st;
	char link[128];

	snprintf(link, sizeof(link), "%s/link", f->folder);
	fclose(fopen(f->path[1], "w"));
	assert_int_equal(symlink(f->path[1], link), 0);
	want(&f->options, "summary", link);
	assert_int_equal(write_all(f, &err), 0);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	json_decref(parse(f->path[1]));
	unlink(link);
}

/* A report may replace a file that begins so, or may not. */
static void check_replaced(struct fixture *f, const char *head, size_t n, bool replaced)
{
	struct report_set *set;
	struct error err = {0};
	FILE *file = fopen(f->path[2], "w");
	int rc;

	assert_non_null(file);
	assert_int_equal(fwrite(head, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
	rc = report_set_open(&set, &f->plan, &f->options, &err);
	if ((rc == 0) != replaced)
		fail_msg("'%.*s': %d (%s)", (int)n, head, rc, err.text);
	if (rc)
		assert_int_equal(err.code, EX_USAGE);
	report_set_free(set);
	assert_int_equal(access(f->path[2], F_OK), 0); /* still there */
}

#define HEAD(text)                     \
	{                              \
		text, sizeof(text) - 1 \
	}

/* Somebody's data are known by their first bytes, all of them: one less is anybody's file. */
static void test_data_are_not_replaced(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
	} data[] = {
		HEAD("II*\0"), /* TIFF, BigTIFF */
		HEAD("MM\0*"),
		HEAD("II+\0"),
		HEAD("MM\0+"),
		HEAD("\0\0\0\x0cjP  "), /* JPEG 2000, JPEG XL, JPEG */
		HEAD("\xff\x4f\xff\x51"),
		HEAD("\0\0\0\x0cJXL "),
		HEAD("\xff\xd8\xff"),
		HEAD("\x89PNG"),
		HEAD("RIFF"),
		HEAD("EHFA_HEAD"),
		HEAD("\x89HDF"),
		HEAD("\x0e\x03\x13\x01"),
		HEAD("CDF"),
		HEAD("NITF"),
		HEAD("GRIB"),
		HEAD("SQLite"),
		HEAD("PK\x03\x04"),
		HEAD("\x1f\x8b"),
		HEAD("<?xml"),
		HEAD("<VRT"),
		HEAD("<PAM"),
		HEAD("ENVI\n"),
		HEAD("GROUP ="),
	};
	struct fixture *f = *state;
	char text[16];

	for (size_t i = 0; i < sizeof(data) / sizeof(data[0]); i++) {
		check_replaced(f, data[i].bytes, data[i].n, false);
		check_replaced(f, data[i].bytes, data[i].n - 1, true);
		for (size_t at = 0; at < data[i].n; at++) {
			memcpy(text, data[i].bytes, data[i].n);
			text[at] ^= 0x40;
			check_replaced(f, text, data[i].n, true);
		}
	}
	check_replaced(f, "", 0, true);
}

#define WITH_RUN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RUN(test_full_disk),        WITH_RUN(test_full_disk_at_a_scene),
		WITH_RUN(test_folder_missing),   WITH_RUN(test_folder_as_file),
		WITH_RUN(test_not_committed),    WITH_RUN(test_same_path_twice),
		WITH_RUN(test_link_is_followed), WITH_RUN(test_data_are_not_replaced),
	};

	return cmocka_run_group_tests_name("report files", tests, NULL, NULL);
}
