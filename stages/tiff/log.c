/*
 * What libtiff says, kept as values. Handles are opened with libtiff's per-handle handlers, so
 * those of several threads do not meet.
 */
#include "log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

PRINTF_LIKE(2, 0)
static void log_text(struct tiff_log *log, const char *format, va_list args)
{
	if (vsnprintf(log->text, sizeof(log->text), format, args) < 0)
		log->text[0] = '\0';
}

/* Handlers return 1: nothing is left to the global handlers. */
PRINTF_LIKE(4, 0)
static int on_error(TIFF *tif, void *user, const char *module, const char *format, va_list args)
{
	struct tiff_log *log = user;

	(void)tif;
	(void)module;
	if (!log->failed)
		log_text(log, format, args);
	log->failed = true;
	return 1;
}

/* JPEG decoders go on after damage, with a warning and grey pixels; that is not for statistics. */
static bool means_damage(const char *text)
{
	static const char *const words[] = {"Corrupt JPEG", "orrupt data", "remature end"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(text, words[i]))
			return true;
	return false;
}

PRINTF_LIKE(4, 0)
static int on_warning(TIFF *tif, void *user, const char *module, const char *format, va_list args)
{
	struct tiff_log *log = user, said = {0};
	bool other_size;

	(void)tif;
	(void)module;
	log_text(&said, format, args);
	other_size = sscanf(said.text,
			    "Improper JPEG strip/tile size, expected %" SCNu32 "x%" SCNu32
			    ", got %" SCNu32 "x%" SCNu32,
			    &log->want_x, &log->want_y, &log->jpeg_x, &log->jpeg_y) == 4;
	if (log->failed || log->corrupt || !(other_size || means_damage(said.text)))
		return 1;
	memcpy(log->text, said.text, sizeof(log->text));
	log->corrupt = !other_size;
	return 1;
}

void tiff_log_clear(struct tiff_log *log)
{
	*log = (struct tiff_log){0};
}

TIFFOpenOptions *tiff_log_options(const struct libtiff *libtiff, struct tiff_log *log,
				  size_t max_alloc)
{
	TIFFOpenOptions *options = libtiff->TIFFOpenOptionsAlloc();

	if (!options)
		return NULL;
	libtiff->TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, log);
	libtiff->TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, log);
	libtiff->TIFFOpenOptionsSetMaxSingleMemAlloc(
		options, max_alloc > INT64_MAX ? INT64_MAX : (tmsize_t)max_alloc);
	return options;
}
