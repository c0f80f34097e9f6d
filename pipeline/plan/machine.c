/*
 * The machine as this process may use it: memory and CPU limits of RAM, cgroups (v1 and v2, the
 * whole path up to the root), ulimit and Slurm. Reads /proc and /sys; what cannot be read is no
 * limit.
 */
#include "budget.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/memory.h"

/* First line of a small file, without its newline. */
static bool read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool ok;

	if (!file)
		return false;
	ok = fgets(line, (int)size, file) != NULL;
	fclose(file);
	if (ok)
		line[strcspn(line, "\n")] = '\0';
	return ok;
}

static void take_limit(struct machine *m, uint64_t bytes, const char *source)
{
	if (!bytes || bytes >= m->limit_bytes)
		return;
	m->limit_bytes = bytes;
	snprintf(m->limit_source, sizeof(m->limit_source), "%s", source);
}

/* --- cgroups --- */

/* Called for a directory of the hierarchy and each of its parents. */
typedef void cgroup_visit(struct machine *m, const char *directory);

static void limit_from(struct machine *m, const char *directory, const char *file)
{
	char path[4200], line[64], source[64];

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	if (!read_line(path, line, sizeof(line)) || line[0] < '0' || line[0] > '9')
		return; /* "max": no limit here */
	snprintf(source, sizeof(source), "cgroup %s", file);
	take_limit(m, strtoull(line, NULL, 10), source);
}

static void take_quota(struct machine *m, double quota)
{
	if (quota > 0 && (m->quota == 0 || quota < m->quota))
		m->quota = quota;
}

static void visit_v2(struct machine *m, const char *directory)
{
	char path[4200], line[64];
	double quota, period;

	limit_from(m, directory, "memory.max");
	limit_from(m, directory, "memory.high");
	snprintf(path, sizeof(path), "%s/cpu.max", directory);
	if (read_line(path, line, sizeof(line)) && sscanf(line, "%lf %lf", &quota, &period) == 2 &&
	    period > 0)
		take_quota(m, quota / period);
}

static void visit_v1_memory(struct machine *m, const char *directory)
{
	limit_from(m, directory, "memory.limit_in_bytes");
}

static void visit_v1_cpu(struct machine *m, const char *directory)
{
	char path[4200], quota[32], period[32];

	snprintf(path, sizeof(path), "%s/cpu.cfs_quota_us", directory);
	if (!read_line(path, quota, sizeof(quota)) || quota[0] == '-')
		return;
	snprintf(path, sizeof(path), "%s/cpu.cfs_period_us", directory);
	if (read_line(path, period, sizeof(period)) && atof(period) > 0)
		take_quota(m, atof(quota) / atof(period));
}

/* In a container the path is often of the host's tree and not there: then the root is what counts.
 */
static void walk_up(struct machine *m, const char *mount, const char *group, cgroup_visit *visit)
{
	char path[4096];
	size_t root = strlen(mount);
	bool at_root = strcmp(group, "/") == 0; /* visited once, not as "mount/" and "mount" */

	if (snprintf(path, sizeof(path), "%s%s", mount, at_root ? "" : group) >= (int)sizeof(path))
		snprintf(path, sizeof(path), "%s", mount);
	for (;;) {
		char *slash;

		visit(m, path);
		slash = strrchr(path, '/');
		if (!slash || (size_t)(slash - path) < root)
			return;
		*slash = '\0';
	}
}

static bool names_controller(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = list; (at = strstr(at, name)); at += length)
		if ((at == list || at[-1] == ',') && (at[length] == ',' || !at[length]))
			return true;
	return false;
}

/* Lines are "id:controllers:path"; v2's is "0::path". */
static void probe_cgroups(struct machine *m)
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	char line[4096];

	while (file && fgets(line, sizeof(line), file)) {
		char *controllers = strchr(line, ':'), *group;

		line[strcspn(line, "\n")] = '\0';
		if (!controllers || !(group = strchr(controllers + 1, ':')))
			continue;
		*group++ = '\0';
		controllers++;
		if (!*controllers) {
			walk_up(m, "/sys/fs/cgroup", group, visit_v2);
			walk_up(m, "/sys/fs/cgroup/unified", group, visit_v2);
		}
		if (names_controller(controllers, "memory"))
			walk_up(m, "/sys/fs/cgroup/memory", group, visit_v1_memory);
		if (names_controller(controllers, "cpu"))
			walk_up(m, "/sys/fs/cgroup/cpu", group, visit_v1_cpu);
	}
	if (file)
		fclose(file);
}

/* --- everything else --- */

static void probe_rlimits(struct machine *m)
{
	struct rlimit limit;

	if (!getrlimit(RLIMIT_AS, &limit) && limit.rlim_cur != RLIM_INFINITY)
		take_limit(m, limit.rlim_cur, "ulimit -v");
	if (!getrlimit(RLIMIT_DATA, &limit) && limit.rlim_cur != RLIM_INFINITY)
		take_limit(m, limit.rlim_cur, "ulimit -d");
}

/* A whole number up to `most`, 0 where it is none: then it limits nothing. */
static uint64_t environment_number(const char *name, uint64_t most)
{
	const char *text = getenv(name);
	unsigned long long n;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return 0;
	errno = 0;
	n = strtoull(text, &end, 10);
	return errno || *end || n > most ? 0 : n;
}

/* Slurm states memory in MiB. */
static void probe_slurm(struct machine *m)
{
	enum { MOST_CPUS = 1 << 16 };
	const uint64_t most_mib = UINT64_MAX >> 36; /* so that no product wraps round */
	uint64_t per_cpu = environment_number("SLURM_MEM_PER_CPU", most_mib);
	uint64_t cpus = environment_number("SLURM_CPUS_PER_TASK", MOST_CPUS);

	m->slurm_cpus = (unsigned)cpus;
	take_limit(m, environment_number("SLURM_MEM_PER_NODE", most_mib) << 20,
		   "SLURM_MEM_PER_NODE");
	take_limit(m, (per_cpu * (cpus ? cpus : 1)) << 20, "SLURM_MEM_PER_CPU");
}

/* A core is counted at its first hardware thread that we may run on. */
static bool first_of_core(const cpu_set_t *allowed, int cpu)
{
	char path[96], list[256];
	int first = -1, last;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list",
		 cpu);
	if (!read_line(path, list, sizeof(list)))
		return true;
	for (char *at = list; *at; at += *at == ',') {
		first = last = (int)strtol(at, &at, 10);
		if (*at == '-')
			last = (int)strtol(at + 1, &at, 10);
		for (int sibling = first; sibling <= last && sibling < CPU_SETSIZE; sibling++)
			if (sibling >= 0 && CPU_ISSET(sibling, allowed))
				return sibling == cpu;
		if (*at && *at != ',')
			break;
	}
	return true;
}

static void probe_cpus(struct machine *m)
{
	cpu_set_t allowed;

	if (sched_getaffinity(0, sizeof(allowed), &allowed)) {
		m->cpus = m->cores = 1;
		return;
	}
	m->cpus = (unsigned)CPU_COUNT(&allowed);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &allowed) && first_of_core(&allowed, cpu))
			m->cores++;
}

static void choose_workers(struct machine *m)
{
	m->workers = m->cores;
	snprintf(m->workers_source, sizeof(m->workers_source), "physical cores");
	if (m->slurm_cpus && m->slurm_cpus < m->cpus) {
		m->workers = m->slurm_cpus;
		snprintf(m->workers_source, sizeof(m->workers_source), "SLURM_CPUS_PER_TASK");
	}
	if (m->quota > 0 && m->quota < m->workers) {
		m->workers = m->quota < 1 ? 1 : (unsigned)(m->quota + 0.5);
		snprintf(m->workers_source, sizeof(m->workers_source), "cgroup CPU quota");
	}
	if (!m->workers)
		m->workers = 1;
}

/* A launcher that binds ranks to CPUs of their own has shared those out already; so has Slurm. */
void machine_share(struct machine *m, unsigned ranks, unsigned here)
{
	bool bound = m->slurm_cpus || (long)m->cpus < sysconf(_SC_NPROCESSORS_ONLN);

	m->ranks = ranks;
	m->ranks_here = here;
	m->limit_bytes /= here;
	if (!bound)
		m->workers = m->workers > here ? m->workers / here : 1;
}

void machine_probe(struct machine *machine)
{
	long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);

	*machine = (struct machine){.limit_bytes = UINT64_MAX, .ranks = 1, .ranks_here = 1};
	if (pages > 0 && page > 0)
		machine->ram_bytes = (uint64_t)pages * (uint64_t)page;
	take_limit(machine, machine->ram_bytes, "RAM");
	probe_cgroups(machine);
	probe_rlimits(machine);
	probe_slurm(machine);
	probe_cpus(machine);
	choose_workers(machine);
	machine->resident = memory_resident();
}
