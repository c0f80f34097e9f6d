/*
 * XML from untrusted files: read to its end or refused, after a bounded number of bytes and in
 * bounded memory; product metadata that are no regular file, or beyond all bounds.
 */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "discover/sentinel2_metadata.h"
#include "input/xml.h"

enum { MIB = 1 << 20, KIB = 1 << 10 };

/*
 * A document made on the way: `head`, then `body` again and again until there are `bytes`, each
 * "%" in it a number of its own, then `tail`. It counts what was asked for and what malloc() holds.
 */
struct made {
	const char *head, *body, *tail;
	size_t bytes, given;
	unsigned number;
	char left[128]; /* of a body that did not fit */
	size_t n_left;
	int stage;
	size_t held_first, held_most;
};

static size_t heap(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static void next_part(struct made *m)
{
	const char *from = m->stage == 0 ? m->head : m->given < m->bytes ? m->body : m->tail;
	const char *mark = strchr(from, '%');

	if (m->stage == 2)
		return;
	if (mark)
		m->n_left = (size_t)snprintf(m->left, sizeof(m->left), "%.*s%06x%s",
					     (int)(mark - from), from, m->number++, mark + 1);
	else
		m->n_left = (size_t)snprintf(m->left, sizeof(m->left), "%s", from);
	if (m->stage == 0)
		m->stage = 1;
	else if (from == m->tail)
		m->stage = 2;
}

static ssize_t read_made(void *from, void *buffer, size_t size)
{
	struct made *m = from;
	size_t done = 0, now = heap();

	m->held_first = m->held_first ? m->held_first : now;
	m->held_most = now > m->held_most ? now : m->held_most;
	while (done < size && (m->n_left || m->stage < 2)) {
		size_t n = m->n_left < size - done ? m->n_left : size - done;

		memcpy((char *)buffer + done, m->left, n);
		memmove(m->left, m->left + n, m->n_left - n);
		m->n_left -= n;
		m->given += n;
		done += n;
		if (!m->n_left)
			next_part(m);
	}
	return (ssize_t)done;
}

struct count {
	unsigned starts, ends;
	size_t text;
	char last[16];
};

static void on_start(void *user, const char *name, const char **attribute)
{
	struct count *count = user;

	(void)attribute;
	count->starts++;
	snprintf(count->last, sizeof(count->last), "%s", name);
}

static void on_text(void *user, const char *text, int n)
{
	(void)text;
	((struct count *)user)->text += (size_t)n;
}

static void on_end(void *user, const char *name)
{
	(void)name;
	((struct count *)user)->ends++;
}

static const struct xml_handlers handlers = {on_start, on_text, on_end, NULL};

/* Read it; refused after `most_read` bytes at most. */
static struct count check(struct made made, enum xml_end want, size_t most_read)
{
	struct xml_source source = {read_made, &made, 64 * MIB};
	struct count count = {0};
	enum xml_end end = xml_read(&handlers, &count, &source);

	if (end != want)
		fail_msg("%s...: %s", made.body, xml_words(end));
	if (made.given > most_read)
		fail_msg("%s...: refused only after %zu bytes", made.body, made.given);
	if (made.held_most - made.held_first > MIB + 256 * KIB)
		fail_msg("%s...: held %zu bytes", made.body, made.held_most - made.held_first);
	return count;
}

#define X10(x) x x x x x x x x x x

static void what_is_read(void **state)
{
	struct count count;

	(void)state;
	count = check((struct made){"<a>", "<b c='1'>x</b>", "</a>", .bytes = 100}, XML_END_FINE,
		      SIZE_MAX);
	assert_int_equal(count.starts, count.ends);
	assert_int_equal(count.starts, count.text + 1);
	/* text of any length comes in pieces */
	count = check((struct made){"<a>", X10("0123456789"), "</a>", .bytes = 12 * MIB},
		      XML_END_FINE, SIZE_MAX);
	assert_true(count.text >= 12 * MIB - 103);
	/* 63 open elements, 60 attributes, a comment of 50 kB, 3,000 names */
	count = check((struct made){X10("<a>") X10("<a>") X10("<a>"), "<b/>",
				    X10("</a>") X10("</a>") X10("</a>"), .bytes = 90},
		      XML_END_FINE, SIZE_MAX);
	assert_int_equal(count.starts, count.ends);
	check((struct made){"<a ", "b%='' ", "/>", .bytes = 700}, XML_END_FINE, SIZE_MAX);
	check((struct made){"<a><!--", "x", "--></a>", .bytes = 50000}, XML_END_FINE, SIZE_MAX);
	check((struct made){"<a>", "<b%/>", "</a>", .bytes = 30000}, XML_END_FINE, SIZE_MAX);
}

/* Each was 1.5 GB or half a minute, of 31 MB. */
static void what_is_refused(void **state)
{
	const size_t size = 31 * MIB;

	(void)state;
	check((struct made){"", "<a>", "", .bytes = size}, XML_END_TOO_DEEP, 64 * KIB);
	check((struct made){"", "<a%>", "", .bytes = size}, XML_END_TOO_DEEP, 64 * KIB);
	check((struct made){"<a ", "b%='' ", "/>", .bytes = size}, XML_END_TOO_LONG, 256 * KIB);
	check((struct made){"<a ", "b%='' ", "/>", .bytes = 800}, XML_END_TOO_MANY_ATTRIBUTES,
	      64 * KIB);
	check((struct made){"<a b='", "x", "'/>", .bytes = size}, XML_END_TOO_LONG, 256 * KIB);
	check((struct made){"<a", "a", "/>", .bytes = size}, XML_END_TOO_LONG, 256 * KIB);
	check((struct made){"<a><!--", "x", "--></a>", .bytes = size}, XML_END_TOO_LONG, 256 * KIB);
	check((struct made){"<a><?p ", "x", "?></a>", .bytes = size}, XML_END_TOO_LONG, 256 * KIB);
	check((struct made){"<a>", "<b%/>", "</a>", .bytes = size}, XML_END_TOO_COMPLEX, MIB);
	check((struct made){"<a>", "<b c%=''/>", "</a>", .bytes = size}, XML_END_TOO_COMPLEX, MIB);
	check((struct made){"<a>", "<b/>", "</a>", .bytes = size}, XML_END_TOO_COMPLEX, 2 * MIB);
	check((struct made){"<!DOCTYPE a [<!ENTITY e 'x'>]>", "<a>&e;</a>", "", .bytes = 40},
	      XML_END_DOCTYPE, 64 * KIB);
	check((struct made){"<a>", "x", "</b>", .bytes = 40}, XML_END_MALFORMED, 64 * KIB);
	check((struct made){"", "", "", .bytes = 0}, XML_END_MALFORMED, 64 * KIB);
	check((struct made){"<a>", X10("0123456789"), "</a>", .bytes = 70 * MIB}, XML_END_TOO_LARGE,
	      65 * MIB);
}

static ssize_t read_nothing(void *from, void *buffer, size_t size)
{
	(void)from;
	(void)buffer;
	(void)size;
	return -1;
}

static void source_that_fails(void **state)
{
	struct xml_source source = {read_nothing, NULL, MIB};
	struct count count = {0};

	(void)state;
	assert_int_equal(xml_read(&handlers, &count, &source), XML_END_UNREADABLE);
}

/* --- product metadata --- */

static void write_product(const char *path, const char *body, size_t times)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs("<p><PROCESSING_BASELINE>05.11</PROCESSING_BASELINE>"
	      "<BOA_QUANTIFICATION_VALUE>10000</BOA_QUANTIFICATION_VALUE>",
	      file);
	for (size_t i = 0; i < times; i++)
		fputs(body, file);
	fputs("</p>", file);
	assert_int_equal(fclose(file), 0);
}

static void check_product(const char *image, bool found, const char *words)
{
	struct sentinel2_metadata metadata;
	char problem[160];

	assert_int_equal(sentinel2_metadata_find(image, &metadata, problem), found);
	if (!strstr(problem, words))
		fail_msg("\"%s\" not in: %s", words, problem);
}

static void product_metadata(void **state)
{
	char folder[] = "/tmp/imgpipe-test-XXXXXX", path[64], image[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/MTD_MSIL2A.xml", folder);
	snprintf(image, sizeof(image), "%s/B04.tif", folder);
	write_product(path, "<x>y</x>", 50000);
	check_product(image, true, "");
	write_product(path, "<x>", 1000000);
	check_product(image, false, "is nested deeper than 64 elements");
	write_product(path, X10("0123456789"), 50000);
	check_product(image, false, "is larger than such metadata are");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(20); /* it must not wait for a writer */
	check_product(image, false, "is no regular file");
	alarm(0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	check_product(image, false, "is no regular file");
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(source_that_fails),
		cmocka_unit_test(product_metadata),
	};

	return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
