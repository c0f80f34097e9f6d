/*
 * Wavelengths in metadata and descriptions. It knows no names of bands.
 */
#include "spectral.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Ultraviolet to thermal infrared, in nanometres: what else is stated is no wavelength. */
static const double LEAST_NM = 100, MOST_NM = 20000;
/* Numbers below this are micrometres, where no unit is stated. */
static const double MOST_UM = 100;

/* Each goes through all bands, of which there may be thousands. Files have three, or six. */
enum { FILE_ITEMS_MOST = 16 };

static bool plausible(double nm)
{
	return nm >= LEAST_NM && nm <= MOST_NM;
}

/* The unit that text[0 ... len) is; UNKNOWN where it is none. */
static enum wavelength_unit unit_of(const char *text, size_t len)
{
	static const struct {
		const char *word;
		enum wavelength_unit unit;
	} row[] = {
		{"nm", WAVELENGTH_NM},         {"nanometer", WAVELENGTH_NM},
		{"nanometers", WAVELENGTH_NM}, {"nanometre", WAVELENGTH_NM},
		{"nanometres", WAVELENGTH_NM}, {"um", WAVELENGTH_UM},
		{"\xc2\xb5m", WAVELENGTH_UM},  {"\xce\xbcm", WAVELENGTH_UM}, /* two letters mu */
		{"micrometer", WAVELENGTH_UM}, {"micrometers", WAVELENGTH_UM},
		{"micrometre", WAVELENGTH_UM}, {"micrometres", WAVELENGTH_UM},
		{"micron", WAVELENGTH_UM},     {"microns", WAVELENGTH_UM},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		if (strlen(row[i].word) == len && strncasecmp(row[i].word, text, len) == 0)
			return row[i].unit;
	return WAVELENGTH_UNIT_UNKNOWN;
}

/* --- items of metadata --- */

/* Letters and digits in lower case: "Wavelength Units", "wavelength_units" are one. */
static void squeeze(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (; *text && n + 1 < size; text++)
		if (isalnum((unsigned char)*text))
			out[n++] = (char)tolower((unsigned char)*text);
	out[n] = '\0';
}

enum key { KEY_NONE, KEY_CENTRE, KEY_CENTRE_NM, KEY_CENTRE_UM, KEY_UNIT, KEY_GOOD };

static enum key key_of(const char *text)
{
	static const struct {
		const char *word;
		enum key key;
	} row[] = {
		{"wavelength", KEY_CENTRE},
		{"wavelengths", KEY_CENTRE},
		{"centerwavelength", KEY_CENTRE},
		{"centrewavelength", KEY_CENTRE},
		{"centralwavelength", KEY_CENTRE},
		{"centralwavelengthum", KEY_CENTRE_UM},
		{"centralwavelengthnm", KEY_CENTRE_NM},
		{"wavelengthnm", KEY_CENTRE_NM},
		{"wavelengthum", KEY_CENTRE_UM},
		{"wavelengthunit", KEY_UNIT},
		{"wavelengthunits", KEY_UNIT},
		{"wavelengthsunit", KEY_UNIT},
		{"wavelengthsunits", KEY_UNIT},
		{"bbl", KEY_GOOD},
		{"badbandslist", KEY_GOOD},
	};
	char word[32];

	if (strlen(text) >= sizeof(word))
		return KEY_NONE;
	squeeze(text, word, sizeof(word));
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		if (strcmp(row[i].word, word) == 0)
			return row[i].key;
	return KEY_NONE;
}

static void set_unit(struct band_info *band, enum wavelength_unit unit)
{
	if (unit != WAVELENGTH_UNIT_UNKNOWN)
		band->wavelength_unit = unit;
}

static void set_number(struct band_info *band, enum key key, double value)
{
	if (key == KEY_GOOD) {
		band->bad = value == 0;
		return;
	}
	if (!isfinite(value) || value <= 0)
		return;
	band->wavelength = value;
	if (key == KEY_CENTRE_NM)
		band->wavelength_unit = WAVELENGTH_NM;
	if (key == KEY_CENTRE_UM)
		band->wavelength_unit = WAVELENGTH_UM;
}

static enum wavelength_unit unit_word(const char *value)
{
	size_t n;

	value += strspn(value, " \t\r\n");
	n = strcspn(value, " \t\r\n(;,");
	return unit_of(value, n);
}

bool spectral_band_item(struct band_info *band, const char *key, const char *value)
{
	enum key of = key_of(key);
	double number;
	char *end;

	if (of == KEY_NONE)
		return false;
	if (of == KEY_UNIT) {
		set_unit(band, unit_word(value));
		return true;
	}
	number = strtod(value, &end);
	if (end == value)
		return false;
	set_number(band, of, number);
	if (of == KEY_CENTRE)
		set_unit(band, unit_word(end));
	return true;
}

/* How many numbers a list has, "{1, 2, 3}"; 0 where something else stands in it. */
static uint32_t count_numbers(const char *text)
{
	uint32_t n = 0;

	for (;;) {
		char *end;

		text += strspn(text, " ,;{}[]\t\r\n");
		if (!*text)
			return n;
		(void)strtod(text, &end);
		if (end == text)
			return 0;
		text = end;
		n++;
	}
}

bool spectral_file_item(struct raster_info *info, const char *key, const char *value)
{
	enum key of = key_of(key);

	if (of == KEY_NONE || info->n_spectral == FILE_ITEMS_MOST)
		return false;
	if (of == KEY_UNIT) {
		enum wavelength_unit unit = unit_word(value);

		info->n_spectral++;
		for (uint32_t i = 0; i < info->n_bands; i++)
			set_unit(&info->bands[i], unit);
		return true;
	}
	/* A list of another length is not of these bands. */
	if (count_numbers(value) != info->n_bands)
		return false;
	info->n_spectral++;
	for (uint32_t i = 0; i < info->n_bands; i++) {
		char *end;

		value += strspn(value, " ,;{}[]\t\r\n");
		set_number(&info->bands[i], of, strtod(value, &end));
		value = end;
	}
	return true;
}

/* --- descriptions --- */

/* "Band 30: 665.59 nm", "0.6656 um", "B4 (665.0 Nanometers)": a number and its unit; 0: none. */
static double described_nm(const char *text)
{
	for (const char *at = text; *at; at++) {
		enum wavelength_unit unit;
		double value;
		char *end;
		size_t n;

		if (!isdigit((unsigned char)*at) ||
		    (at > text && (isalnum((unsigned char)at[-1]) || strchr(".-", at[-1]))))
			continue;
		value = strtod(at, &end);
		end += *end == ' ';
		n = strcspn(end, " \t,;:)]_/");
		unit = unit_of(end, n);
		if (unit != WAVELENGTH_UNIT_UNKNOWN)
			return unit == WAVELENGTH_UM ? value * 1000 : value;
	}
	return 0;
}

double spectral_nm(const struct band_info *band)
{
	enum wavelength_unit unit = band->wavelength_unit;
	double nm = band->wavelength;

	if (unit == WAVELENGTH_UNIT_UNKNOWN && nm < MOST_UM)
		unit = WAVELENGTH_UM;
	if (unit == WAVELENGTH_UM)
		nm *= 1000;
	if (!(band->wavelength > 0))
		nm = described_nm(band->description);
	return plausible(nm) ? nm : 0;
}
