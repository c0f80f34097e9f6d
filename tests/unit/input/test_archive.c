/*
 * Archives: which part of a path is one, what its directory is read as, where a member's bytes are,
 * and what is refused. Archives are written here, byte by byte, in a directory of the test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "input/archive.h"

enum { BLOCK = 512 };

static void write_file(const char *path, const void *bytes, size_t n)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

/* --- tar --- */

struct buffer {
	unsigned char bytes[16 << 10];
	size_t n;
};

static void seal(unsigned char *header)
{
	unsigned sum = 0;

	memset(header + 148, ' ', 8);
	for (int i = 0; i < BLOCK; i++)
		sum += header[i];
	(void)snprintf((char *)header + 148, 8, "%06o", sum);
}

static void put_member(struct buffer *tar, const char *name, char type, const char *text)
{
	unsigned char *header = tar->bytes + tar->n;
	size_t n = strlen(text), blocks = (n + BLOCK - 1) / BLOCK;

	memset(header, 0, BLOCK);
	memcpy(header, name, strlen(name) < 100 ? strlen(name) : 100);
	(void)snprintf((char *)header + 124, 12, "%011o", (unsigned)n);
	header[156] = (unsigned char)type;
	memcpy(header + 257,
	       "ustar\0"
	       "00",
	       8);
	seal(header);
	memset(header + BLOCK, 0, blocks * BLOCK);
	memcpy(header + BLOCK, text, n);
	tar->n += BLOCK + blocks * BLOCK;
}

static void put_end(struct buffer *tar)
{
	memset(tar->bytes + tar->n, 0, 2 * BLOCK);
	tar->n += 2 * BLOCK;
}

static void write_gzip(const char *path, const struct buffer *tar)
{
	gzFile file = gzopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(gzwrite(file, tar->bytes, (unsigned)tar->n), tar->n);
	assert_int_equal(gzclose(file), Z_OK);
}

static void make_tar(struct buffer *tar)
{
	tar->n = 0;
	put_member(tar, "d/", '5', "");
	put_member(tar, "./d/b.txt", '0', "bee");
	put_member(tar, "a.txt", '0', "a file");
	put_member(tar, "d.txt", '0', "");
	put_member(tar, "l.txt", '2', "");
	put_end(tar);
}

static enum archive_problem problem_of(const char *path)
{
	enum archive_problem problem;
	const struct archive *archive = archive_get(path, &problem);

	if (archive)
		archive_put(archive);
	return archive ? ARCHIVE_FINE : problem;
}

/* --- zip --- */

static void put16(struct buffer *out, unsigned value)
{
	out->bytes[out->n++] = (unsigned char)value;
	out->bytes[out->n++] = (unsigned char)(value >> 8);
}

static void put32(struct buffer *out, uint32_t value)
{
	put16(out, value & 0xffff);
	put16(out, value >> 16);
}

static void put_bytes(struct buffer *out, const void *bytes, size_t n)
{
	memcpy(out->bytes + out->n, bytes, n);
	out->n += n;
}

/* What local header and directory share, from the flags on. */
static void put_facts(struct buffer *zip, const char *name, unsigned method, uint32_t crc,
		      uint32_t stored, uint32_t bytes)
{
	put16(zip, 0);
	put16(zip, method);
	put32(zip, 0);
	put32(zip, crc);
	put32(zip, stored);
	put32(zip, bytes);
	put16(zip, (unsigned)strlen(name));
	put16(zip, 0);
}

static void make_zip(struct buffer *zip, unsigned method, const char *name, const char *text,
		     uint32_t crc_xor)
{
	unsigned char packed[1024];
	uint32_t crc =
		(uint32_t)crc32(0, (const unsigned char *)text, (uInt)strlen(text)) ^ crc_xor;
	z_stream z = {.next_in = (unsigned char *)(uintptr_t)text,
		      .avail_in = (uInt)strlen(text),
		      .next_out = packed,
		      .avail_out = sizeof(packed)};
	uint32_t stored = (uint32_t)strlen(text), at;

	memcpy(packed, text, strlen(text));
	if (method) {
		assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, 0), Z_OK);
		assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
		stored = (uint32_t)z.total_out;
		assert_int_equal(deflateEnd(&z), Z_OK);
	}
	zip->n = 0;
	put_bytes(zip, "PK\3\4\24\0", 6);
	put_facts(zip, name, method, crc, stored, (uint32_t)strlen(text));
	put_bytes(zip, name, strlen(name));
	put_bytes(zip, packed, stored);
	at = (uint32_t)zip->n;
	put_bytes(zip, "PK\1\2\24\3\24\0", 8);
	put_facts(zip, name, method, crc, stored, (uint32_t)strlen(text));
	put_bytes(zip, "\0\0\0\0\0\0\0\0\0\0", 10); /* comment, disk, attributes */
	put32(zip, 0);
	put_bytes(zip, name, strlen(name));
	put_bytes(zip, "PK\5\6\0\0\0\0", 8);
	put16(zip, 1);
	put16(zip, 1);
	put32(zip, (uint32_t)(zip->n - 12 - at));
	put32(zip, at);
	put16(zip, 0);
}

/* --- tests --- */

static void names_of_files(void **state)
{
	(void)state;
	assert_true(archive_named("a.zip") && archive_named("d/A.TAR") &&
		    archive_named("x.TaR.gZ") && archive_named("x.tgz") &&
		    archive_named("S2A.SAFE.zip"));
	assert_false(archive_named("zip") || archive_named(".zip") || archive_named("d/.tar") ||
		     archive_named("a.zip.tif") || archive_named("a.gz") || archive_named(""));
	assert_true(archive_named_other("a.7z") && archive_named_other("a.tif.gz") &&
		    archive_named_other("b.tar.bz2") && archive_named_other("c.RAR"));
	assert_false(archive_named_other("a.tar.gz") || archive_named_other("a.tif"));
}

static void part_of_a_path(void **state)
{
	struct buffer tar;

	(void)state;
	make_tar(&tar);
	write_file("p.tar", tar.bytes, tar.n);
	assert_int_equal(mkdir("folder.tar", 0700), 0);
	assert_int_equal(archive_part("p.tar/a.txt"), 5);
	assert_int_equal(archive_part("./p.tar/d/b.txt"), 7);
	assert_int_equal(archive_part("p.tar"), 0);
	assert_int_equal(archive_part("p.tar/"), 0);
	assert_int_equal(archive_part("folder.tar/a.txt"), 0);
	assert_int_equal(archive_part("nowhere.tar/a.txt"), 0);
	assert_int_equal(archive_part("a.tif"), 0);
	assert_true(archive_exists("p.tar/a.txt") && archive_exists("p.tar") &&
		    archive_exists("p.tar/d/../a.txt") && archive_exists("p.tar/l.txt"));
	assert_false(archive_exists("p.tar/b.txt") || archive_exists("p.tar/d") ||
		     archive_exists("p.tar/../p.tar") || archive_exists("p.tar/a.txt/x"));
}

static void directory_of_a_tar(void **state)
{
	enum archive_problem problem;
	const struct archive *archive, *again;
	struct buffer tar;

	(void)state;
	make_tar(&tar);
	write_file("d.tar", tar.bytes, tar.n);
	archive = archive_get("d.tar", &problem);
	assert_non_null(archive);
	assert_int_equal(archive->kind, ARCHIVE_TAR);
	assert_int_equal(archive->n, 4);
	/* A folder's members stand in front of names that go on with another byte. */
	assert_string_equal(archive_name(archive, 0), "a.txt");
	assert_string_equal(archive_name(archive, 1), "d/b.txt");
	assert_string_equal(archive_name(archive, 2), "d.txt");
	assert_int_equal(archive->member[1].offset, 2 * BLOCK);
	assert_int_equal(archive->member[1].bytes, 3);
	assert_int_equal(archive->member[3].problem, ARCHIVE_LINK);
	again = archive_get("d.tar", &problem);
	assert_ptr_equal(again, archive); /* kept */
	archive_put(again);
	archive_put(archive);
	put_end(&tar);
	write_file("d.tar", tar.bytes, tar.n);
	again = archive_get("d.tar", &problem);
	assert_ptr_not_equal(again, archive); /* another file by now */
	archive_put(again);
}

static void place_of_a_member(void **state)
{
	struct archive_place place;
	struct error err = {0};
	struct buffer tar;
	struct stat st;

	(void)state;
	make_tar(&tar);
	write_file("m.tar", tar.bytes, tar.n);
	assert_int_equal(archive_find("m.tar/d/b.txt", &place, &err), 0);
	assert_string_equal(place.archive, "m.tar");
	assert_string_equal(place.member, "d/b.txt");
	assert_int_equal(place.offset, 2 * BLOCK);
	assert_true(archive_is_plain(&place));
	assert_int_equal(stat("m.tar", &st), 0);
	assert_true(archive_is_of(&place, &st));
	st.st_mtim.tv_nsec ^= 1;
	assert_false(archive_is_of(&place, &st));
	archive_place_release(&place);
	assert_int_equal(archive_find("m.tar/none", &place, &err), -1);
	assert_int_equal(err.code, EX_NOINPUT);
	assert_non_null(strstr(err.text, "m.tar/none: the archive has no such member"));
	assert_int_equal(archive_find("m.tar/l.txt", &place, &err), -1);
	assert_int_equal(err.code, EX_DATAERR);
	assert_non_null(strstr(err.text, "is a link"));
	write_gzip("m.tgz", &tar);
	assert_int_equal(archive_find("m.tgz/a.txt", &place, &err), 0);
	assert_int_equal(place.kind, ARCHIVE_TAR_GZ);
	assert_int_equal(place.unpacked, tar.n);
	assert_false(archive_is_plain(&place));
	archive_place_release(&place);
}

/* The whole file as a string, in `text`; how reading ended: 0 or errno. */
static int read_text(const char *path, uint64_t most, char text[256])
{
	FILE *stream = archive_text(path, most);
	size_t n;
	int failed;

	*text = '\0';
	if (!stream)
		return errno;
	n = fread(text, 1, 255, stream);
	text[n] = '\0';
	failed = ferror(stream) ? EBADMSG : 0;
	assert_int_equal(fclose(stream), 0);
	return failed;
}

static void small_files(void **state)
{
	static const char long_text[] =
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!";
	struct buffer made;
	char text[256];

	(void)state;
	make_tar(&made);
	write_file("t.tar", made.bytes, made.n);
	write_gzip("t.tar.gz", &made);
	assert_int_equal(read_text("t.tar/a.txt", 6, text), 0);
	assert_string_equal(text, "a file");
	assert_int_equal(read_text("t.tar.gz/a.txt", 6, text), 0);
	assert_string_equal(text, "a file");
	assert_int_equal(read_text("t.tar.gz/d/b.txt", 6, text), 0);
	assert_string_equal(text, "bee");
	assert_int_equal(read_text("t.tar/a.txt", 5, text), EFBIG);
	assert_int_equal(read_text("t.tar/none", 5, text), ENOENT);
	assert_int_equal(read_text("t.tar/l.txt", 5, text), EBADMSG);
	assert_int_equal(read_text("none", 5, text), ENOENT);
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(read_text("pipe", 5, text), EINVAL);
	for (unsigned method = 0; method <= 8; method += 8) {
		make_zip(&made, method, "x/y.xml", long_text, 0);
		write_file("t.zip", made.bytes, made.n);
		assert_int_equal(read_text("t.zip/x/y.xml", 100, text), 0);
		assert_string_equal(text, long_text);
		make_zip(&made, method, "x/y.xml", long_text, 1);
		write_file("wrong.zip", made.bytes, made.n);
		assert_int_equal(read_text("wrong.zip/x/y.xml", 100, text), EBADMSG);
	}
}

static void what_is_refused(void **state)
{
	struct buffer made;

	(void)state;
	make_tar(&made);
	write_file("r.tar", made.bytes, made.n - 2 * BLOCK);
	assert_int_equal(problem_of("r.tar"), ARCHIVE_CUT);
	write_file("r.tar", "no", 2);
	assert_int_equal(problem_of("r.tar"), ARCHIVE_NOT_ONE);
	assert_int_equal(problem_of("none.tar"), ARCHIVE_UNREADABLE);
	assert_int_equal(mkdir("f.zip", 0700), 0);
	assert_int_equal(problem_of("f.zip"), ARCHIVE_NOT_ONE);
	made.n = 0;
	put_member(&made, "a", '0', "1");
	put_member(&made, "a", '0', "2");
	put_end(&made);
	write_file("r.tar", made.bytes, made.n);
	assert_int_equal(problem_of("r.tar"), ARCHIVE_TWICE);
	made.n = 0;
	put_member(&made, "x/../a", '0', "1");
	put_end(&made);
	write_file("r.tar", made.bytes, made.n);
	assert_int_equal(problem_of("r.tar"), ARCHIVE_UNSAFE_NAME);
	make_zip(&made, 0, "a.tif", "pixels", 0);
	write_file("r.zip", made.bytes, made.n);
	assert_int_equal(problem_of("r.zip"), ARCHIVE_FINE);
	for (size_t n = 4; n < made.n; n++) {
		write_file("r.zip", made.bytes, n);
		assert_int_not_equal(problem_of("r.zip"), ARCHIVE_FINE);
	}
}

static void every_problem_has_words(void **state)
{
	(void)state;
	for (int i = ARCHIVE_FINE; i <= ARCHIVE_SPARSE; i++) {
		assert_non_null(archive_words((enum archive_problem)i));
		assert_true(strlen(archive_words((enum archive_problem)i)) > 5);
		assert_int_not_equal(archive_code((enum archive_problem)i), 0);
	}
}

static int enter_folder(void **state)
{
	static char folder[] = "/tmp/test-archive-XXXXXX";

	*state = mkdtemp(folder);
	return *state ? chdir(*state) : -1;
}

static int leave_folder(void **state)
{
	char command[64];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", (const char *)*state);
	return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_files),
		cmocka_unit_test(part_of_a_path),
		cmocka_unit_test(directory_of_a_tar),
		cmocka_unit_test(place_of_a_member),
		cmocka_unit_test(small_files),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(every_problem_has_words),
	};

	return cmocka_run_group_tests_name("archive", tests, enter_folder, leave_folder);
}
