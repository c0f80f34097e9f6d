/*
 * Secrets that stand in addresses are gone, whatever form they are written in, and nothing else is.
 * What makes a secret is taken from the services' own documents: AWS Signature 2 and 4, Azure SAS,
 * Google, CloudFront, OAuth; the forms of names from GDAL's virtual file systems.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/redact.h"

struct row {
	const char *text, *shown;
};

static void check(const struct row *row, size_t n)
{
	char text[1024];

	for (size_t i = 0; i < n; i++) {
		(void)snprintf(text, sizeof(text), "%s", row[i].text);
		redact(text);
		assert_string_equal(text, row[i].shown);
		redact(text);
		assert_string_equal(text, row[i].shown);
	}
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

static void test_users(void **state)
{
	static const struct row rows[] = {
		{"https://user:secret@host/x.tif", "https://***@host/x.tif"},
		{"FTP://a@host/x.tif", "FTP://*@host/x.tif"},
		{"/vsicurl/https://u:p@host:8080/x.tif", "/vsicurl/https://***@host:8080/x.tif"},
		{"s3+x://AKIA:abc%2Fdef@bucket/key", "s3+x://***@bucket/key"},
		{"https://u:a@b@host/x", "https://***@host/x"},
		{"https://u:pa/ss@host/x", "https://***@host/x"},
		{"https://u:pa?ss#1@host/x", "https://***@host/x"},
		{"https://u:pa'ss@host/x", "https://***@host/x"},
		{"https:/u:pass@host/x", "https:/***@host/x"},
		{"http:///u:pass@host/x", "http:///***@host/x"},
		{"/vsicurl?url=https%3A%2F%2Fuser%3Asecret%40host%2Fx.tif",
		 "/vsicurl?url=https%3A%2F%2F***%40host%2Fx.tif"},
		{"a https%253a%252F%252fu%253Apw%2540host b",
		 "a https%253a%252F%252f***%2540host b"},
		{"http://one:1@h/http://two:2@i/", "http://***@h/http://***@i/"},
		{"cannot open https://u:secret@host/x: none",
		 "cannot open https://***@host/x: none"},
	};

	(void)state;
	CHECK(rows);
}

static void test_parameters(void **state)
{
	static const struct row rows[] = {
		{"https://b.s3.amazonaws.com/"
		 "x.tif?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
		 "AKIA%2F2026%2Fs3&X-Amz-Date=20261128T000000Z&X-Amz-Expires=3600&X-Amz-"
		 "SignedHeaders="
		 "host&X-Amz-Security-Token=IQo/b3J==&X-Amz-Signature=0a1b",
		 "https://b.s3.amazonaws.com/"
		 "x.tif?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
		 "***&X-Amz-Date=20261128T000000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders="
		 "host&X-Amz-Security-Token=***&X-Amz-Signature=***"},
		{"https://a/x?AWSAccessKeyId=AKIA&Expires=1&Signature=ab%2Bc%3D",
		 "https://a/x?AWSAccessKeyId=***&Expires=1&Signature=***"},
		{"https://a/x.tif?sv=2021&se=2026-01-01&sr=b&sp=r&SIG=ab/cd+e=",
		 "https://a/x.tif?sv=2021&se=2026-01-01&sr=b&sp=r&SIG=***"},
		{"https://a/x?GoogleAccessId=me@here&X-Goog-Signature=abcd",
		 "https://a/x?GoogleAccessId=me@here&X-Goog-Signature=***"},
		{"https://a/x?Policy=eyJ&Signature=abc&Key-Pair-Id=APKA",
		 "https://a/x?Policy=***&Signature=***&Key-Pair-Id=***"},
		{"https://a/x?access_token=a.b.c&q=1#id_token=abcd", "https://a/x?access_token=***"
								     "&q=1#id_token=***"},
		{"https://a/x?api_key=abcd;apikey=abcd&key=abcd", "https://a/x?api_key=***"
								  "&key=***"},
		{"https://a/x?subscription-key=abcd&%73ig=abcd",
		 "https://a/x?subscription-key=***&%73ig=***"},
		{"/vsicurl?header.Authorization=Bearer%20abcd&url=http://a/x",
		 "/vsicurl?header.Authorization=***&url=http://a/x"},
		{"/vsicurl?url=https%3A%2F%2Fh%2Fx%3Fsig%3Dab%252Fcd%26se%3D1&max_retry=3",
		 "/vsicurl?url=https%3A%2F%2Fh%2Fx%3Fsig%3D***%26se%3D1&max_retry=3"},
		{"/vsicurl?sig=a%26b&x=1", "/vsicurl?sig=***&x=1"},
		{"NETCDF:\"/vsicurl/https://h/a.nc?token=abcd\":red",
		 "NETCDF:\"/vsicurl/https://h/a.nc?token=***\":red"},
		{"/vsizip/{/vsicurl/https://h/a.zip?token=abcd}/B04.tif",
		 "/vsizip/{/vsicurl/https://h/a.zip?token=***}/B04.tif"},
		{"PG:host=h user='a' password='secret'", "PG:host=h user='a' password=***'"},
		{"local/x?sig=abcd/B04.tif", "local/x?sig=***/B04.tif"},
		{"https://h/x?sig=abcd: no such file; try https://h/x?sig=a",
		 "https://h/x?sig=***: no such file; try https://h/x?sig=*"},
		{"https://h/x?sig=", "https://h/x?sig="},
	};

	(void)state;
	CHECK(rows);
}

static void test_stays(void **state)
{
	static const char *const texts[] = {
		"",
		"/data/S2B_MSIL2A_20260701T100031.SAFE",
		"me@here.tif",
		"https://host/a@2x.tif",
		"https://host:8080/a@2x.tif",
		"https://[::1]:80/a@b",
		"NETCDF:/data/a@b.nc:red",
		"--co KEY=VALUE, key=3, sig=4",
		"https://h/x?monkey=1&designature_of=2&tokens=3&x-amz-date=4",
		"100 % of %zz and %2 and %",
		"https://",
		"?=a&=b",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check(&(struct row){texts[i], texts[i]}, 1);
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Texts of pieces that matter: never longer, done once as well as twice, within their bytes. */
static void test_random(void **state)
{
	static const char *const pieces[] = {"://",        "%3A%2F%2F",
					     "%253A%252f", ":",
					     "/",          "@",
					     "%40",        "?",
					     "%3F",        "&",
					     "%26",        "%2526",
					     "=",          "%3D",
					     "sig",        "key",
					     "token",      "password",
					     " ",          "\"",
					     "'",          "}",
					     "%",          "%2",
					     "%25",        "%00",
					     "\n",         "ab",
					     "1",          "\xC3\xBC",
					     "\xFF",       "http",
					     ";",          "/vsi",
					     "*",          ".",
					     "#",          "X-Amz-Signature"};
	uint32_t seed = 16;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		unsigned n = next_random(&seed) % 14;
		char *text = calloc(1, 256), *once;
		size_t length;

		assert_non_null(text);
		while (n--)
			strcat(text,
			       pieces[next_random(&seed) % (sizeof(pieces) / sizeof(pieces[0]))]);
		length = strlen(text);
		once = strdup(text); /* the sanitizer sees its end */
		assert_non_null(once);
		redact(once);
		assert_true(strlen(once) <= length);
		strcpy(text, once);
		redact(once);
		if (strcmp(text, once) != 0)
			print_error("%s\n", text);
		assert_string_equal(text, once);
		free(once);
		free(text);
	}
}

/* In every place of an address, encoded or not, a secret is gone. */
static void test_everywhere(void **state)
{
	static const char *const marks[3][5] = {
		{"://", "@", "?", "&", "="},
		{"%3A%2F%2F", "%40", "%3F", "%26", "%3D"},
		{"%253A%252F%252F", "%2540", "%253F", "%2526", "%253D"}};
	static const char *const names[] = {"X-Amz-Signature", "x-amz-credential", "TOKEN",
					    "Password",        "Key-Pair-Id",      "sig"};

	(void)state;
	for (int depth = 0; depth < 3; depth++) {
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			const char *const *m = marks[depth];
			char text[512];

			(void)snprintf(
				text, sizeof(text),
				"/vsicurl?url=https%suser:SECRET1%shost/x.tif%s%s%sSECRET2%sa%s1",
				m[0], m[1], m[2], names[i], m[4], m[3], m[4]);
			redact(text);
			assert_null(strstr(text, "SECRET"));
			assert_non_null(strstr(text, "host/x.tif"));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_users),      cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_stays),      cmocka_unit_test(test_random),
		cmocka_unit_test(test_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
