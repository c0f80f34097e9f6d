/*
 * Confinement: what the kernel has, the list of folders, and the step into it. It knows which
 * folders libraries live in; which ones the inputs are in, the workload says.
 */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "executor.h"

#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

enum { MOST_DESCRIPTORS = 1024 };

/* --- the list of folders --- */

/* All rights that this version of Landlock knows: those not given by a rule are taken. */
static uint64_t rights_of(int abi)
{
	uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

	if (abi >= 2)
		rights |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
	return rights;
}

struct listing {
	int folders;
	int problem; /* errno of the first rule that could not be had */
};

/* What is not there needs no rule, and what cannot be opened cannot be read anyway. */
static void allow(void *context, const char *path)
{
	struct listing *listing = context;
	struct landlock_path_beneath_attr rule = {.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE};
	struct stat st;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return;
	if (fstat(rule.parent_fd, &st) == 0 && S_ISDIR(st.st_mode))
		rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
	if (syscall(__NR_landlock_add_rule, listing->folders, LANDLOCK_RULE_PATH_BENEATH, &rule,
		    0) &&
	    !listing->problem)
		listing->problem = errno;
	(void)close(rule.parent_fd);
}

static void allow_all(struct listing *listing, const char *const *path)
{
	for (; *path; path++)
		allow(listing, *path);
}

/* "a:b:c" of the environment; a relative or empty part is nobody's library folder. */
static void allow_variable(struct listing *listing, const char *name)
{
	const char *value = getenv(name);
	char path[PATH_MAX];

	while (value && *value) {
		size_t length = strcspn(value, ":;");

		if (*value == '/' && length > 1 && length < sizeof(path)) {
			memcpy(path, value, length);
			path[length] = '\0';
			allow(listing, path);
		}
		value += length + (value[length] != '\0');
	}
}

/* The folder of a library that is loaded; others of its kind are loaded from there later. */
static int allow_library(struct dl_phdr_info *info, size_t size, void *context)
{
	const char *slash = strrchr(info->dlpi_name, '/');
	char path[PATH_MAX];

	(void)size;
	if (slash && slash > info->dlpi_name && (size_t)(slash - info->dlpi_name) < sizeof(path)) {
		memcpy(path, info->dlpi_name, (size_t)(slash - info->dlpi_name));
		path[slash - info->dlpi_name] = '\0';
		allow(context, path);
	}
	return 0;
}

/* The program's folder, with its modules, and lib and share beside it. */
static void allow_program(struct listing *listing)
{
	static const char *const beside[] = {"", "/../lib", "/../share"};
	char dir[PATH_MAX], path[PATH_MAX + 16];
	ssize_t length = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
	char *slash;

	dir[length > 0 ? length : 0] = '\0';
	slash = strrchr(dir, '/');
	if (!slash || slash == dir)
		return;
	*slash = '\0';
	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", dir, beside[i]);
		allow(listing, path);
	}
}

static void allow_libraries(struct listing *listing)
{
	/* Where systems keep libraries and their data; what the C library asks of the kernel. */
	static const char *const folders[] = {"/usr",
					      "/lib",
					      "/lib64",
					      "/lib32",
					      "/opt",
					      "/nix/store",
					      "/gnu/store",
					      "/etc/ld.so.cache",
					      "/etc/localtime",
					      "/dev/null",
					      "/dev/zero",
					      "/dev/urandom",
					      "/proc/cpuinfo",
					      "/proc/meminfo",
					      "/proc/sys/vm",
					      "/sys/devices/system/cpu",
					      "/sys/devices/system/node",
					      NULL};
	static const char *const variables[] = {
		"LD_LIBRARY_PATH", "LD_PRELOAD", "IMGPIPE_MODULE_DIR", "GDAL_DATA",
		"PROJ_DATA",       "PROJ_LIB",   "GDAL_DRIVER_PATH",   NULL};

	allow_all(listing, folders);
	for (size_t i = 0; variables[i]; i++)
		allow_variable(listing, variables[i]);
	allow_program(listing);
	(void)dl_iterate_phdr(allow_library, listing);
}

/* Names of machines, certificates, and who one is to them. */
static void allow_network(struct listing *listing)
{
	static const char *const folders[] = {"/etc/", "/run/systemd/resolve", "/run/resolvconf",
					      NULL};
	static const char *const variables[] = {"CURL_CA_BUNDLE",
						"SSL_CERT_FILE",
						"SSL_CERT_DIR",
						"AWS_CONFIG_FILE",
						"AWS_SHARED_CREDENTIALS_FILE",
						"CPL_AWS_CREDENTIALS_FILE",
						"GOOGLE_APPLICATION_CREDENTIALS",
						"GDAL_CONFIG_FILE",
						NULL};
	const char *home = getenv("HOME");
	char path[PATH_MAX];

	allow_all(listing, folders);
	for (size_t i = 0; variables[i]; i++)
		allow_variable(listing, variables[i]);
	if (home && *home == '/' && strlen(home) + 8 < sizeof(path)) {
		(void)snprintf(path, sizeof(path), "%s/.aws", home);
		allow(listing, path);
	}
}

static int landlock_abi(void)
{
	long abi = syscall(__NR_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

/* Errno if it is not available. The inputs' own list tells whether there is a network. */
static int list_folders(struct confinement *c, const struct workload *workload,
			const struct scene_list *scene_list)
{
	struct landlock_ruleset_attr rights = {.handled_access_fs = rights_of(c->landlock_abi)};
	struct listing listing = {
		.folders = (int)syscall(__NR_landlock_create_ruleset, &rights, sizeof(rights), 0)};

	if (listing.folders < 0)
		return errno;
	allow_libraries(&listing);
	workload->reach(scene_list, allow, &listing, &c->network);
	if (c->network)
		allow_network(&listing);
	if (listing.problem)
		(void)close(listing.folders);
	else
		c->folders = listing.folders;
	return listing.problem;
}

static void ignore(void *context, const char *path)
{
	(void)context;
	(void)path;
}

/* --- preparing --- */

static bool is_wanted(const struct options *options, const struct executor *executor,
		      const struct workload *workload)
{
	return executor->confines && workload->reach && options->confine != CONFINE_OFF;
}

static void look_at_kernel(struct confinement *c)
{
#ifdef IMGPIPE_SANITIZED
	c->lacks = "this build has a sanitizer, which cannot work confined";
#else
	c->filter = filter_available();
	c->landlock_abi = landlock_abi();
	if (!c->filter)
		c->lacks = "this kernel has no filter of system calls (seccomp)";
	else if (!c->landlock_abi)
		c->lacks = "this kernel has no Landlock: workers can read every file that this "
			   "user can read";
#endif
}

int confine_prepare(struct confinement *c, const struct options *options,
		    const struct executor *executor, const struct workload *workload,
		    const struct scene_list *scene_list, struct error *err)
{
	*c = (struct confinement){.folders = -1};
	if (options->confine == CONFINE_MUST && !is_wanted(options, executor, workload))
		return error_set(err, EX_USAGE,
				 "--confine must needs workers that are processes: --executor "
				 "processes");
	if (!is_wanted(options, executor, workload))
		return 0;
	c->wanted = true;
	look_at_kernel(c);
	if (!c->landlock_abi)
		workload->reach(scene_list, ignore, NULL, &c->network);
	else if (list_folders(c, workload, scene_list)) {
		c->landlock_abi = 0;
		c->lacks = "the list of folders for Landlock could not be made";
	}
	if (options->confine == CONFINE_MUST && c->lacks)
		return error_set(err, EX_UNAVAILABLE,
				 "--confine must: %s; --confine auto goes on without", c->lacks);
	if (options->confine == CONFINE_MUST && c->network)
		return error_set(err, EX_UNAVAILABLE,
				 "--confine must: an input is on a network; name local files, or "
				 "leave the option out");
	return 0;
}

/* --- the step --- */

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Files of reports, other workers' channels, what the caller left open: none is the worker's. */
static int close_others(const struct confinement *c, const int *keep, unsigned n)
{
	int from = 3, *sorted = malloc((n + 1) * sizeof(*sorted));

	if (!sorted)
		return ENOMEM;
	if (n)
		memcpy(sorted, keep, n * sizeof(*keep));
	sorted[n] = c->landlock_abi ? c->folders : -1;
	qsort(sorted, n + 1, sizeof(*sorted), by_number);
	for (unsigned i = 0; i <= n; i++) {
		if (sorted[i] > from)
			(void)close_range((unsigned)from, (unsigned)sorted[i] - 1, 0);
		if (sorted[i] >= from)
			from = sorted[i] + 1;
	}
	(void)close_range((unsigned)from, ~0U, 0);
	free(sorted);
	return 0;
}

static void silence(bool keep_stderr)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; null >= 0 && fd < (keep_stderr ? 2 : 3); fd++)
		(void)dup2(null, fd);
	if (null > 2)
		(void)close(null);
}

static void limit(int resource, rlim_t most)
{
	struct rlimit old;

	if (getrlimit((__rlimit_resource_t)resource, &old))
		return;
	if (old.rlim_cur > most)
		old.rlim_cur = most;
	old.rlim_max = old.rlim_cur;
	(void)setrlimit((__rlimit_resource_t)resource, &old);
}

/*
 * Of the administrator's rights nothing is left but reading what others own, or their inputs could
 * not be read. Who has none to begin with loses none.
 */
static void drop_rights(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct rights[2];

	if (syscall(__NR_capget, &head, rights))
		return;
	for (int i = 0; i < 2; i++) {
		rights[i].permitted &= i ? 0 : 1U << CAP_DAC_READ_SEARCH;
		rights[i].effective = rights[i].permitted;
		rights[i].inheritable = 0;
	}
	(void)syscall(__NR_capset, &head, rights);
}

int confine_self(const struct confinement *c, const int *keep, unsigned n_keep, bool writes,
		 bool keep_stderr, struct error *err)
{
	int problem;

	if (!c->wanted || (!c->filter && !c->landlock_abi))
		return 0;
	silence(keep_stderr);
	problem = close_others(c, keep, n_keep);
	limit(RLIMIT_CORE, 0);
	if (!writes)
		limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_NOFILE, MOST_DESCRIPTORS + n_keep);
	drop_rights();
	if (!problem && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		problem = errno;
	if (!problem && c->landlock_abi && syscall(__NR_landlock_restrict_self, c->folders, 0))
		problem = errno;
	if (c->landlock_abi)
		(void)close(c->folders);
	if (!problem && c->filter)
		problem = filter_install(c->network);
	if (!problem)
		return 0;
	return error_errno(err, EX_UNAVAILABLE, problem,
			   "a worker process cannot be confined; --confine off does without");
}
