/*
 * What the system says of the memory that this program uses: files of /proc and /sys.
 */
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line "Name:   1234 kB" of a file in /proc, in bytes. */
static uint64_t proc_bytes(const char *path, const char *name)
{
	FILE *file = fopen(path, "re");
	size_t length = strlen(name);
	uint64_t bytes = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, name, length) == 0 && line[length] == ':')
			bytes = strtoull(line + length + 1, NULL, 10) << 10;
	if (file)
		fclose(file);
	return bytes;
}

uint64_t memory_resident(void)
{
	return proc_bytes("/proc/self/status", "VmRSS");
}

uint64_t memory_resident_peak(void)
{
	return proc_bytes("/proc/self/status", "VmHWM");
}

uint64_t memory_available(void)
{
	return proc_bytes("/proc/meminfo", "MemAvailable");
}

uint64_t memory_pss(int pid)
{
	char path[64] = "/proc/self/smaps_rollup";

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	return proc_bytes(path, "Pss");
}

uint64_t memory_cgroup_peak(void)
{
	FILE *groups = fopen("/proc/self/cgroup", "re"), *peak = NULL;
	char line[4096], path[4200];
	unsigned long long bytes = 0;

	while (groups && !peak && fgets(line, sizeof(line), groups)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "0::", 3) != 0)
			continue;
		snprintf(path, sizeof(path), "/sys/fs/cgroup%s/memory.peak", line + 3);
		peak = fopen(path, "re");
	}
	if (groups)
		fclose(groups);
	if (peak) {
		if (fscanf(peak, "%llu", &bytes) != 1)
			bytes = 0;
		fclose(peak);
	}
	return bytes;
}
