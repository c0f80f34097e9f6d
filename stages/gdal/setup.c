/*
 * GDAL's drivers, options and handlers belong to the process, so they are set once: which formats
 * are read, what the environment may not change, and which files the libraries need for themselves.
 */
#include "setup.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate.h"
#include "hdf5.h"
#include "input/network.h"
#include "input/raster_reader.h"
#include "log.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef"
#include <cpl_http.h>
#pragma GCC diagnostic pop

/*
 * Formats whose files hold their pixels themselves, or in a file beside them. Left out: what goes
 * to servers or is made of other files (WMS, WCS, STACIT, MRF ...), what holds code or a database
 * (PDF, GPKG, MBTiles), memory by address (MEM), elevation and navigation formats. GDAL opens
 * masks and overviews with every driver that is registered, so that all others are taken out.
 */
static const char *const drivers[] = {
	"GTiff",    "LIBERTIFF", "JP2OpenJPEG", "JP2KAK", "JP2ECW",    "JP2MrSID", "JP2Lura",
	"ECW",      "MrSID",     "PNG",         "JPEG",   "JPEGXL",    "WEBP",     "GIF",
	"BIGGIF",   "BMP",       "PNM",         "HFA",    "ENVI",      "EHdr",     "GenBin",
	"netCDF",   "HDF4",      "HDF4Image",   "HDF5",   "HDF5Image", "KEA",      "NITF",
	"PCIDSK",   "ERS",       "RST",         "SAGA",   "AAIGrid",   "AIG",      "GSAG",
	"GSBG",     "GS7BG",     "RRASTER",     "LAN",    "EIR",       "DOQ1",     "DOQ2",
	"FAST",     "NDF",       "L1B",         "ESAT",   "MSGN",      "PAux",     "MFF",
	"PCRaster", "ISIS3",     "ILWIS",       "RMF",    "SGI",
};

/* What GDAL may be told by nobody: neither by the environment nor by its configuration file. */
static const char *const options[][2] = {
	/* Workers are the only threads (OpenJPEG's: see pipeline/main.c), and the cache is what the
	 * plan counts. */
	{"GDAL_NUM_THREADS", "1"},
	{"JP2KAK_THREADS", "0"},
	/*
	 * World and TAB files: the TIFF reader does not read them, and the numbers must not depend
	 * on the reader. .aux.xml: both readers get it from stages/reader/aux_xml.c. This also
	 * keeps GDAL from writing .aux.xml beside the input.
	 */
	{"GDAL_PAM_ENABLED", "NO"},
	{"GDAL_PAM_PROXY_DIR", ""},
	{"GDAL_GEOREF_SOURCES", "INTERNAL"},
	/* Sources of a VRT are not to be shared between the handles of two workers. */
	{"VRT_SHARED_SOURCE", "0"},
	{"GDAL_VRT_ENABLE_PYTHON", "NO"},
	{"VRT_ALLOW_MEM_DRIVER", "NO"},
	{"CPL_VSIL_GZIP_WRITE_PROPERTIES", "NO"},
	/* Damage is an error, and a file is read in one way. */
	{"GTIFF_IGNORE_READ_ERRORS", "NO"},
	{"GTIFF_DIRECT_IO", "NO"},
	{"GTIFF_VIRTUAL_MEM_IO", "NO"},
	{"GTIFF_USE_MMAP", "NO"},
	{"GDAL_ERROR_ON_LIBJPEG_WARNING", "NO"},
	{"GDAL_ALLOW_LARGE_LIBJPEG_MEM_ALLOC", "NO"},
};

/* Archives and memory: what is below them is opened through the gate. */
static const char *const local_handlers[] = {
	"/vsimem/", "/vsizip/", "/vsigzip/", "/vsitar/", "/vsisubfile/", "/vsi7z/", "/vsirar/",
};

/* One table for the process, filled by setup() before any file is opened, read-only afterwards. */
static struct {
	pthread_once_t once;
	pthread_mutex_t vrt_lock;
	GDALDriverH vrt;
	bool vrt_registered; /* under vrt_lock */
	bool network;
	char *folder[16]; /* data of GDAL and PROJ */
	size_t n_folders;
} library = {.once = PTHREAD_ONCE_INIT, .vrt_lock = PTHREAD_MUTEX_INITIALIZER};

static bool is_in(const char *const *list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	return false;
}

static void keep_drivers(void)
{
	for (int i = GDALGetDriverCount() - 1; i >= 0; i--) {
		GDALDriverH driver = GDALGetDriver(i);
		const char *name = GDALGetDriverShortName(driver);

		if (is_in(drivers, sizeof(drivers) / sizeof(drivers[0]), name))
			continue;
		if (strcmp(name, "VRT") == 0)
			library.vrt = driver;
		GDALDeregisterDriver(driver);
	}
}

void gdal_allow_vrt(void)
{
	pthread_mutex_lock(&library.vrt_lock);
	if (library.vrt && !library.vrt_registered)
		GDALRegisterDriver(library.vrt);
	library.vrt_registered = true;
	pthread_mutex_unlock(&library.vrt_lock);
}

static void *open_nothing(void *ctx, const char *path, const char *access)
{
	char name[200];

	(void)access;
	(void)snprintf(name, sizeof(name), "%s%s", (const char *)ctx, path);
	gdal_refuse_network(name);
	return NULL;
}

static void close_handler(const char *prefix)
{
	VSIFilesystemPluginCallbacksStruct *calls = VSIAllocFilesystemPluginCallbacksStruct();

	if (!calls)
		return;
	calls->pUserData = strdup(prefix); /* for the life of the process, as the handler */
	calls->open = open_nothing;
	(void)VSIInstallPluginHandler(prefix, calls);
	VSIFreeFilesystemPluginCallbacksStruct(calls);
}

/* All handlers that are not local are closed, but those of the network where the user named one. */
static void keep_handlers(void)
{
	char **prefixes = VSIGetFileSystemsPrefixes();

	for (char **prefix = prefixes; prefix && *prefix; prefix++)
		if (!is_in(local_handlers, sizeof(local_handlers) / sizeof(local_handlers[0]),
			   *prefix) &&
		    !(library.network && network_name(*prefix)))
			close_handler(*prefix);
	if (!library.network)
		close_handler("/vsicurl?");
	CSLDestroy(prefixes);
}

/* Requests that GDAL makes beside its file layer. NULL: go on. */
static CPLHTTPResult *fetch(const char *url, CSLConstList fetch_options, GDALProgressFunc progress,
			    void *progress_ctx, CPLHTTPFetchWriteFunc write, void *write_ctx,
			    void *ctx)
{
	const struct gate *gate = gate_now();
	CPLHTTPResult *result;

	(void)fetch_options, (void)progress, (void)progress_ctx, (void)write, (void)write_ctx;
	(void)ctx;
	if (gate && gate->network)
		return NULL;
	gdal_refuse_network(url);
	result = CPLCalloc(1, sizeof(*result));
	result->nStatus = 1;
	result->pszErrBuf = CPLStrdup("the network is closed");
	return result;
}

/* As it is named, also where it does not exist, and where it really is. */
static void keep_folder(const char *path)
{
	char *real = path && *path ? realpath(path, NULL) : NULL;
	size_t most = sizeof(library.folder) / sizeof(library.folder[0]);

	if (path && *path == '/' && path[1] && library.n_folders < most)
		library.folder[library.n_folders++] = strdup(path);
	if (real && real[1] && library.n_folders < most)
		library.folder[library.n_folders++] = real;
	else
		free(real);
}

/* Where PROJ keeps what it fetched for its user. */
static void keep_user_folder(void)
{
	const char *set = getenv("PROJ_USER_WRITABLE_DIRECTORY"), *data = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");
	char path[PATH_MAX];
	int length = 0;

	if (data && *data)
		length = snprintf(path, sizeof(path), "%s/proj", data);
	else if (home && *home)
		length = snprintf(path, sizeof(path), "%s/.local/share/proj", home);
	if (set && *set)
		keep_folder(set);
	else if (length > 0 && (size_t)length < sizeof(path))
		keep_folder(path);
}

static void keep_folders(void)
{
	const char *file = CPLFindFile("gdal", "gdalvrt.xsd");
	char **paths = OSRGetPROJSearchPaths();

	if (file)
		keep_folder(CPLGetPath(file));
	for (char **path = paths; path && *path; path++)
		keep_folder(*path);
	CSLDestroy(paths);
	keep_user_folder();
}

static void setup(void)
{
	char text[16];

	/* For libraries under GDAL that speak outside our calls; never undone. */
	CPLSetErrorHandler(CPLQuietErrorHandler);
	(void)GDALGetDriverCount(); /* reads GDAL's configuration file, before our words */
	/* No plug-ins; those in Python have a path of their own, of which nothing is below a
	 * device. */
	CPLSetConfigOption("GDAL_DRIVER_PATH", "disable");
	CPLSetConfigOption("GDAL_PYTHON_DRIVER_PATH", "/dev/null");
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		CPLSetConfigOption(options[i][0], options[i][1]);
	(void)snprintf(text, sizeof(text), "%d", GDAL_POOL_DATASETS);
	CPLSetConfigOption("GDAL_MAX_DATASET_POOL_SIZE", text);
	GDALSetCacheMax64(READER_GDAL_CACHE_BYTES);
	GDALAllRegister();
	keep_drivers();
	hdf5_find();
	library.network = network_allowed();
	keep_handlers();
	CPLHTTPSetFetchCallback(fetch, NULL);
	OSRSetPROJEnableNetwork(FALSE);
	keep_folders();
}

int gdal_setup(void)
{
	return pthread_once(&library.once, setup) == 0 ? 0 : -1;
}

/* The file or folder itself, or what lies below it. */
static bool is_below(const char *path, const char *folder, size_t length)
{
	while (length > 1 && folder[length - 1] == '/')
		length--;
	return length > 1 && strncmp(path, folder, length) == 0 &&
	       (path[length] == '/' || !path[length]);
}

/* A named source's keys and certificates: where the usual tools keep them. */
static bool credentials_file(const char *path)
{
	static const char *const system[] = {"/etc/ssl", "/etc/pki", "/etc/ca-certificates",
					     "/usr/lib/ssl", "/usr/share/ca-certificates"};
	static const char *const home[] = {".aws", ".azure", ".boto", ".netrc", ".config/gcloud"};
	static const char *const named[] = {
		"AWS_CONFIG_FILE",
		"CPL_AWS_CREDENTIALS_FILE",
		"AWS_SHARED_CREDENTIALS_FILE",
		"AWS_WEB_IDENTITY_TOKEN_FILE",
		"CPL_GS_CREDENTIALS_FILE",
		"GOOGLE_APPLICATION_CREDENTIALS",
		"GS_OAUTH2_PRIVATE_KEY_FILE",
		"AZURE_FEDERATED_TOKEN_FILE",
		"GDAL_HTTP_NETRC_FILE",
		"GDAL_HTTP_COOKIEFILE",
		"CURL_CA_BUNDLE",
		"SSL_CERT_FILE",
		"GDAL_CURL_CA_BUNDLE",
		"GDAL_HTTP_HEADER_FILE",
	};
	const char *own = getenv("HOME"), *dir = CPLGetConfigOption("SSL_CERT_DIR", NULL);
	size_t length = own ? strlen(own) : 0;

	for (size_t i = 0; i < sizeof(system) / sizeof(system[0]); i++)
		if (is_below(path, system[i], strlen(system[i])))
			return true;
	for (size_t i = 0; i < sizeof(home) / sizeof(home[0]); i++)
		if (own && is_below(path, own, length) && path[length] &&
		    is_below(path + length + 1, home[i], strlen(home[i])))
			return true;
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		const char *value = CPLGetConfigOption(named[i], NULL);

		if (value && strcmp(value, path) == 0)
			return true;
	}
	return dir && *dir == '/' && is_below(path, dir, strlen(dir));
}

bool gdal_library_file(const char *path, bool network)
{
	/* What libraries ask of the system, for themselves. */
	static const char *const system[] = {"/proc/meminfo",  "/proc/cpuinfo", "/proc/self/status",
					     "/etc/localtime", "/dev/urandom",  "/dev/null"};

	for (size_t i = 0; i < library.n_folders; i++) {
		if (library.folder[i] &&
		    is_below(path, library.folder[i], strlen(library.folder[i])))
			return true;
	}
	/* How much memory the process may use. */
	if (strncmp(path, "/sys/fs/cgroup/", 15) == 0 || strcmp(path, "/proc/self/cgroup") == 0)
		return true;
	return is_in(system, sizeof(system) / sizeof(system[0]), path) ||
	       (network && credentials_file(path));
}

bool gdal_network_is_open(void)
{
	return library.network;
}
