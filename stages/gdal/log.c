/*
 * What GDAL says, kept as values, and what it may not reach, refused and kept. It must not know
 * what may be reached: that is the reach's own rule (reach.c), which the gate asks (gate.h).
 */
#include "log.h"

#include <stdio.h>
#include <string.h>

#include "hdf5.h"

/* GDAL's messages may have several lines. */
static void copy_line(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
	for (; *to; to++)
		if (*to == '\n' || *to == '\r' || *to == '\t')
			*to = ' ';
}

static void CPL_STDCALL log_add(CPLErr kind, CPLErrorNum number, const char *text)
{
	struct gdal_log *log = CPLGetErrorHandlerUserData();

	if (log && kind == CE_Warning && !*log->warning)
		copy_line(log->warning, sizeof(log->warning), text);
	if (!log || log->failed || (kind != CE_Failure && kind != CE_Fatal))
		return;
	log->failed = true;
	log->number = number;
	copy_line(log->text, sizeof(log->text), text);
}

void gdal_log_begin(struct gdal_log *log, const struct gdal_reach *reach)
{
	*log = (struct gdal_log){.hdf5 = reach->hdf5};
	if (log->hdf5)
		hdf5_enter();
	log->gate_before = gate_enter(&reach->gate);
	CPLPushErrorHandlerEx(log_add, log);
	CPLErrorReset();
	/* A name that no file has: other inputs of a run that has the network do not get there. */
	if (reach->curl)
		CPLSetThreadLocalConfigOption("CPL_VSIL_CURL_ALLOWED_FILENAME",
					      reach->gate.network ? NULL : "-");
}

void gdal_log_end(const struct gdal_log *log)
{
	CPLPopErrorHandler();
	gate_leave(log->gate_before);
	if (log->hdf5)
		hdf5_leave();
}

const char *gdal_log_words(const struct gdal_log *log, const char *path)
{
	size_t length = strlen(path);

	if (!log->failed || !*log->text)
		return "GDAL gives no reason";
	if (strncmp(log->text, path, length) == 0 && strncmp(log->text + length, ": ", 2) == 0)
		return log->text + length + 2;
	return log->text;
}

int gdal_log_code(const struct gdal_log *log)
{
	return log->number == CPLE_OutOfMemory ? EX_TEMPFAIL : EX_DATAERR;
}

GDALDatasetH gdal_open_dataset(const char *path)
{
	return GDALOpenEx(path, GDAL_OF_RASTER | GDAL_OF_READONLY, NULL, NULL, NULL);
}

void gdal_refuse(struct gdal_reach *reach, const char *what, const char *path)
{
	if (!*reach->refused)
		(void)snprintf(reach->refused, sizeof(reach->refused), "%s '%.200s'", what, path);
}

void gdal_refuse_network(const char *path)
{
	const struct gate *gate = gate_now();

	if (gate)
		gdal_refuse(gate->ctx, "the network,", path);
}
