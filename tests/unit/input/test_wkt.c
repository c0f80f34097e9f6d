/*
 * Facts of a CRS in well-known text. The texts are shortened from what PROJ 9 writes for these
 * codes (projinfo -o WKT1:GDAL, WKT1:ESRI, WKT2:2019).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "input/wkt.h"

static const char GEOGCS[] =
	"GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563,"
	"AUTHORITY[\"EPSG\",\"7030\"]]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433"
	"],AUTHORITY[\"EPSG\",\"4326\"]]";

static void expect(const char *text, bool projected, double unit, const char *crs)
{
	struct wkt_facts facts;

	assert_true(wkt_read(text, &facts));
	assert_int_equal(facts.projected, projected);
	assert_true(fabs(facts.unit_metres - unit) < 1e-12);
	assert_string_equal(facts.crs, crs);
}

static void test_kinds(void **state)
{
	(void)state;
	expect(GEOGCS, false, 0, "EPSG:4326");
	expect("PROJCS[\"WGS 84 / UTM zone 33N\",GEOGCS[\"WGS 84\",UNIT[\"degree\",0.0174],"
	       "AUTHORITY[\"EPSG\",\"4326\"]],PROJECTION[\"Transverse_Mercator\"],PARAMETER["
	       "\"central_meridian\",15],UNIT[\"metre\",1,AUTHORITY[\"EPSG\",\"9001\"]],AXIS["
	       "\"Easting\",EAST],AUTHORITY[\"EPSG\",\"32633\"]]",
	       true, 1, "EPSG:32633");
	/* ESRI: no codes. */
	expect("PROJCS[\"NAD_1983_StatePlane_Ohio\",GEOGCS[\"GCS\",UNIT[\"Degree\",0.0174]],"
	       "PARAMETER[\"False_Easting\",1968500.0],UNIT[\"Foot_US\",0.3048006096012192]]",
	       true, 1200.0 / 3937, "NAD_1983_StatePlane_Ohio");
	expect(" PROJCRS [ \"WGS 84 / UTM zone 33N\", BASEGEOGCRS[\"WGS 84\",ID[\"EPSG\",4326]],"
	       "CONVERSION[\"UTM\",PARAMETER[\"x\",500000,LENGTHUNIT[\"foot\",0.3048]]],CS["
	       "Cartesian,2],AXIS[\"(E)\",east,ORDER[1],LENGTHUNIT[\"metre\",1]],AXIS[\"(N)\","
	       "north,LENGTHUNIT[\"metre\",1]],ID[\"EPSG\",32633]] ",
	       true, 1, "EPSG:32633");
	expect("COMPD_CS[\"UTM + height\",PROJCS[\"UTM\",UNIT[\"metre\",1],AUTHORITY[\"EPSG\","
	       "\"25832\"]],VERT_CS[\"h\",UNIT[\"foot\",0.3048],AUTHORITY[\"EPSG\",\"7837\"]]]",
	       true, 1, "EPSG:25832");
	expect("BOUNDCRS[SOURCECRS[PROJCRS[\"a\",LENGTHUNIT[\"metre\",1],ID[\"EPSG\",31467]]],"
	       "TARGETCRS[GEOGCRS[\"b\",ID[\"EPSG\",4326]]]]",
	       true, 1, "EPSG:31467");
	expect("LOCAL_CS[\"field \"\"7\"\"\",UNIT[\"metre\",1]]", false, 0, "field \"7\"");
	expect("PROJCS(\"a\",UNIT(\"x\",-1))", true, 0, "a");
}

static void test_none(void **state)
{
	static const char *const text[] = {
		"",
		"EPSG:32633",
		"+proj=utm +zone=33",
		"PROJCS",
		"PROJCS[",
		"PROJCS[\"",
		"PROJCS[\"a",
		"PROJCS[\"a\"",
		"DATUM[\"a\"]",
		"]",
		"[\"a\"]",
		"\"a\"",
		"PROJCS[\"a\",[1]]",
		"1",
	};
	struct wkt_facts facts;
	char deep[400] = "PROJCS[";

	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		assert_false(wkt_read(text[i], &facts));
	for (unsigned i = 0; i < 60; i++)
		strcat(deep, "UNIT[");
	assert_false(wkt_read(deep, &facts));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_kinds),
					   cmocka_unit_test(test_none)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
