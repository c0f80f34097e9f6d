/*
 * FILE.aux.xml: what its document states, what is left out, and what replaces a file's own facts.
 * Expected values were read with GDAL 3.6 (GDALOpen of a file with such a document beside it).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "input/pam.h"
#include "input/spectral.h"
#include "input/xml.h"

enum { N = 3 };

struct document {
	struct raster_info facts;
	struct band_info bands[N];
	enum xml_end end;
};

static void read_whole(struct document *d, const char *text)
{
	struct xml_bytes bytes = {text, strlen(text)};
	struct xml_source source = xml_bytes_source(&bytes);

	memset(d, 0, sizeof(*d));
	d->facts.n_bands = N;
	d->facts.bands = d->bands;
	assert_int_equal(pam_read(&d->facts, &source, &d->end, NULL), 0);
}

/* What stands within the root. */
static void read_document(struct document *d, const char *inside)
{
	char text[8192];

	assert_true(snprintf(text, sizeof(text), "<PAMDataset>%s</PAMDataset>", inside) <
		    (int)sizeof(text));
	read_whole(d, text);
	assert_int_equal(d->end, XML_END_FINE);
}

static void test_facts_of_bands(void **state)
{
	struct document d;

	(void)state;
	read_document(&d, "<PAMRasterBand band=\"1\"><Description> nir\n</Description>"
			  "<NoDataValue>7.00000000000000E+00</NoDataValue><Offset>-0.2</Offset>"
			  "<Scale>2.75e-05</Scale><ColorInterp>Alpha</ColorInterp></PAMRasterBand>"
			  "<PAMRasterBand band=\"3\"><Offset>4</Offset>"
			  "<ColorInterp>NIR</ColorInterp></PAMRasterBand>");
	assert_string_equal(d.bands[0].description, "nir");
	assert_true(d.bands[0].has_nodata && d.bands[0].nodata == 7);
	assert_true(d.bands[0].has_scale && d.bands[0].scale == 2.75e-05);
	assert_true(d.bands[0].offset == -0.2);
	assert_int_equal(d.bands[0].color, COLOR_ALPHA);
	assert_int_equal(d.bands[0].beside, FACT_NAME | FACT_NODATA | FACT_SCALE | FACT_COLOR);
	assert_int_equal(d.bands[1].beside, 0);
	assert_true(d.bands[2].scale == 1 && d.bands[2].offset == 4);
	assert_int_equal(d.bands[2].color, COLOR_NIR);
}

static void test_nodata(void **state)
{
	static const struct {
		const char *element;
		double nodata;
	} row[] = {
		{"<NoDataValue le_hex_equiv=\"0000000000001C40\">8</NoDataValue>", 7},
		{"<NoDataValue le_hex_equiv=\"000000E0FFFFEFC7\">-3.4e38</NoDataValue>",
		 -3.4028234663852886e38},
		{"<NoDataValue le_hex_equiv=\"00001C40\">8</NoDataValue>", 8},
		{"<NoDataValue le_hex_equiv=\"000000000000XC40\">8</NoDataValue>", 8},
		{"<NoDataValue> 7 </NoDataValue>", 7},
		{"<NoDataValue>1,5</NoDataValue>", 1},
		{"<NoDataValue>abc</NoDataValue>", 0},
		{"<NoDataValue>nan</NoDataValue>", NAN},
		{"<NoDataValue>-NaN</NoDataValue>", NAN},
		{"<NoDataValue>-1.#QNAN</NoDataValue>", NAN},
		{"<NoDataValue>-1.#INF</NoDataValue>", -INFINITY},
		{"<NoDataValue>1e400</NoDataValue>", INFINITY},
	};
	struct document d;
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		snprintf(text, sizeof(text), "<PAMRasterBand band=\"2\">%s</PAMRasterBand>",
			 row[i].element);
		read_document(&d, text);
		assert_true(d.bands[1].has_nodata);
		assert_true(d.bands[1].nodata == row[i].nodata ||
			    (isnan(d.bands[1].nodata) && isnan(row[i].nodata)));
	}
	read_document(&d, "<PAMRasterBand band=\"1\"><NoDataValue></NoDataValue></PAMRasterBand>");
	assert_false(d.bands[0].has_nodata);
}

static void test_place(void **state)
{
	struct document d;

	(void)state;
	read_document(&d, "<SRS dataAxisToSRSAxisMapping=\"1,2\">PROJCS[\"a\",GEOGCS[\"b\","
			  "UNIT[\"degree\",0.017],AUTHORITY[\"EPSG\",\"4326\"]],UNIT[\"foot\","
			  "0.3048],AUTHORITY[\"EPSG\",\"32633\"]]</SRS><GeoTransform>  5.0e+05, "
			  "1.0e+01, 0, 5.5e+06,0.0,-1.0e+01</GeoTransform>");
	assert_int_equal(d.facts.beside, FACT_CRS | FACT_PLACE);
	assert_string_equal(d.facts.crs, "EPSG:32633");
	assert_true(d.facts.projected && d.facts.unit_metres == 0.3048);
	assert_true(d.facts.geotransform[0] == 500000 && d.facts.geotransform[5] == -10);
	read_document(&d, "<GeoTransform>1,2,0,3,0</GeoTransform>");
	assert_int_equal(d.facts.beside, 0);
	read_document(&d, "<GeoTransform>1,0,0,3,0,0</GeoTransform>");
	assert_int_equal(d.facts.beside, 0);
	read_document(&d, "<GeoTransform>1,nan,0,3,0,1</GeoTransform>");
	assert_int_equal(d.facts.beside, 0);
	read_document(&d, "<SRS>EPSG:32634</SRS>");
	assert_string_equal(d.facts.crs, "EPSG:32634");
	read_document(&d, "<SRS>somewhere</SRS>");
	assert_int_equal(d.facts.beside, 0);
	/* ESRI's own element counts more, wherever it stands. */
	read_document(&d, "<GeodataXform><SpatialReference><WKT>PROJCS[\"e\",UNIT[\"m\",1]]</WKT>"
			  "</SpatialReference></GeodataXform><SRS>EPSG:32634</SRS>");
	assert_string_equal(d.facts.crs, "e");
}

static void test_left_out(void **state)
{
	struct document d;

	(void)state;
	/* Statistics, histograms, other bands, elements that stand elsewhere. */
	read_document(&d, "<PAMRasterBand band=\"1\"><Metadata><MDI key=\"STATISTICS_MINIMUM\">7"
			  "</MDI></Metadata><Histograms><HistItem><HistMin>1</HistMin></HistItem>"
			  "</Histograms></PAMRasterBand>"
			  "<PAMRasterBand band=\"4\"><NoDataValue>5</NoDataValue></PAMRasterBand>"
			  "<PAMRasterBand band=\"0\"><NoDataValue>5</NoDataValue></PAMRasterBand>"
			  "<PAMRasterBand><NoDataValue>5</NoDataValue></PAMRasterBand>"
			  "<NoDataValue>5</NoDataValue><Subdataset name=\"x\"><PAMDataset>"
			  "<PAMRasterBand band=\"1\"><NoDataValue>5</NoDataValue></PAMRasterBand>"
			  "</PAMDataset></Subdataset>");
	for (unsigned i = 0; i < N; i++)
		assert_true(d.bands[i].beside == 0 && !d.bands[i].has_nodata);
	/* As GDAL's atoi(). */
	read_document(&d,
		      "<PAMRasterBand band=\" 2x\"><NoDataValue>5</NoDataValue></PAMRasterBand>");
	assert_true(d.bands[1].has_nodata);
	read_whole(&d, "<Other><PAMRasterBand band=\"1\"><NoDataValue>5</NoDataValue>"
		       "</PAMRasterBand></Other>");
	assert_false(d.bands[0].has_nodata);
	read_whole(&d, "<PAMDataset><PAMRasterBand band=\"1\"><NoDataValue>5</NoDataValue>");
	assert_int_equal(d.end, XML_END_MALFORMED);
}

static void test_wavelengths(void **state)
{
	struct document d;

	(void)state;
	read_document(&d, "<Metadata domain=\"ENVI\"><MDI key=\"wavelength\">{490, 560, 665}</MDI>"
			  "<MDI key=\"bbl\">{1, 0, 1}</MDI></Metadata>"
			  "<PAMRasterBand band=\"3\"><Metadata domain=\"IMAGERY\"><MDI "
			  "key=\"CENTRAL_WAVELENGTH_UM\">0.842</MDI></Metadata></PAMRasterBand>");
	assert_true(spectral_nm(&d.bands[0]) == 490 && spectral_nm(&d.bands[2]) == 842);
	assert_true(!d.bands[0].bad && d.bands[1].bad);
	assert_int_equal(d.bands[0].beside, FACT_WAVELENGTH);
}

/* A file of one band with facts of its own; `d` states the others. */
static struct band_info joined(const char *reader, const char *codec, struct document *d)
{
	struct band_info band = {.description = "own",
				 .scale = 3,
				 .has_scale = true,
				 .nodata = 1,
				 .has_nodata = true,
				 .color = COLOR_GRAY};
	struct raster_info info = {.n_bands = 1, .bands = &band};

	snprintf(info.reader, sizeof(info.reader), "%s", reader);
	snprintf(info.codec, sizeof(info.codec), "%s", codec);
	pam_apply(&info, &d->facts);
	return band;
}

static void test_precedence(void **state)
{
	struct document d;
	struct band_info band;

	(void)state;
	read_document(&d, "<PAMRasterBand band=\"1\"><Description>p</Description><NoDataValue>9"
			  "</NoDataValue><Scale>2</Scale><ColorInterp>Red</ColorInterp>"
			  "</PAMRasterBand>");
	band = joined("tiff", "DEFLATE", &d);
	assert_string_equal(band.description, "own");
	assert_true(band.scale == 3 && band.nodata == 9 && band.color == COLOR_RED);
	assert_int_equal(band.beside, FACT_NODATA | FACT_COLOR);
	assert_true(joined("gdal", "GTiff", &d).scale == 3);
	band = joined("gdal", "JP2OpenJPEG", &d);
	assert_string_equal(band.description, "p");
	assert_true(band.scale == 2 && band.offset == 0 && band.nodata == 9);
	/* Statistics alone take nothing away. */
	read_document(&d, "<PAMRasterBand band=\"1\"><Metadata/></PAMRasterBand>");
	band = joined("gdal", "ENVI", &d);
	assert_string_equal(band.description, "own");
	assert_true(band.scale == 3 && band.nodata == 1 && band.color == COLOR_GRAY);
}

static void test_place_precedence(void **state)
{
	struct document d;
	struct raster_info own = {.crs = "EPSG:1", .geotransform = {9}, .has_geotransform = true};
	struct raster_info info = own;

	(void)state;
	read_document(&d, "<SRS>EPSG:32634</SRS><GeoTransform>1,2,0,3,0,-4</GeoTransform>");
	pam_apply(&info, &d.facts);
	assert_string_equal(info.crs, "EPSG:32634");
	assert_true(info.geotransform[0] == 1);
	snprintf(own.codec, sizeof(own.codec), "ENVI");
	info = own;
	pam_apply(&info, &d.facts);
	assert_string_equal(info.crs, "EPSG:1");
	assert_true(info.geotransform[0] == 9 && info.beside == 0);
}

/* A text longer than any CRS is no CRS, and no more than a name's bytes are kept of a name. */
static void test_long_texts(void **state)
{
	static char text[80 << 10];
	struct document d;
	size_t n;

	(void)state;
	n = (size_t)snprintf(text, sizeof(text), "<PAMDataset><SRS>PROJCS[\"a\",UNIT[\"m\",1]]");
	memset(text + n, ' ', 60 << 10);
	n += 60 << 10;
	snprintf(text + n, sizeof(text) - n, "</SRS></PAMDataset>");
	read_whole(&d, text);
	assert_int_equal(d.end, XML_END_FINE);
	assert_int_equal(d.facts.beside, 0);
	n = (size_t)snprintf(text, sizeof(text),
			     "<PAMDataset><PAMRasterBand band=\"1\"><Description>");
	for (unsigned i = 0; i < 50; i++, n += 2)
		memcpy(text + n, "\xc3\xa4", 2);
	snprintf(text + n, sizeof(text) - n, "</Description></PAMRasterBand></PAMDataset>");
	read_whole(&d, text);
	/* 79 bytes would cut a letter. */
	assert_int_equal(strlen(d.bands[0].description), 78);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts_of_bands),
		cmocka_unit_test(test_nodata),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_wavelengths),
		cmocka_unit_test(test_precedence),
		cmocka_unit_test(test_place_precedence),
		cmocka_unit_test(test_long_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
