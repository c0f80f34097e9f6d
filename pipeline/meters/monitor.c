/*
 * Looking at a run while it goes on. What workers are at is one byte each, read without a lock (for
 * worker processes in memory that both see; of other ranks the coordinator says whether they have
 * work); shares of time are counted from samples, so workers do nothing for it. Draws through the
 * console, which alone writes on the terminal.
 */
#include "monitor.h"

#include <math.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/thread.h"
#include "console.h"

enum {
	SAMPLE_NS = 20000000, /* 50 times a second */
	DRAW_NS = 150000000,  /* 6 to 7 times a second */
	CORES_NS = 400000000, /* the kernel counts in hundredths of a second */
	TEXT_BYTES = 16384
};

struct core_times {
	unsigned long long busy, all;
};

struct monitor {
	struct monitor_source source;
	pthread_t thread;
	bool threaded;
	atomic_bool stopping;
	unsigned n_workers;
	uint64_t sampled_ns, drawn_ns, cores_ns;
	uint64_t seen[N_ACTIVITIES];
	uint8_t *worker; /* n_workers; as last sampled */
	float *busy;
	uint64_t n_samples;
	unsigned n_cores;
	struct core_times times[MONITOR_CORES_MOST];
	float core[MONITOR_CORES_MOST];
	char text[TEXT_BYTES];
};

/* --- samples --- */

static float busy(uint8_t what)
{
	return what < ACTIVITY_WAIT ? 1 : 0;
}

static void sample(struct monitor *m)
{
	/* Each sample moves the mean by its share of a second. */
	const float step = (float)SAMPLE_NS / 1e9F;

	for (unsigned i = 0; i < m->n_workers; i++) {
		uint8_t what = __atomic_load_n(&m->source.shown[i], __ATOMIC_RELAXED);

		what = what < N_ACTIVITIES ? what : ACTIVITY_NONE;
		m->worker[i] = what;
		m->seen[what]++;
		if (m->n_samples == 0)
			m->busy[i] = busy(what);
		m->busy[i] += (busy(what) - m->busy[i]) * 4 * step;
	}
	m->n_samples++;
}

/* Lines "cpu0 user nice system idle iowait irq softirq steal ..." of /proc/stat. */
static void look_at_cores(struct monitor *m)
{
	FILE *stat = fopen("/proc/stat", "re");
	char line[512];

	m->n_cores = 0;
	while (stat && m->n_cores < MONITOR_CORES_MOST && fgets(line, sizeof(line), stat)) {
		unsigned long long t[8] = {0}, all = 0, idle;
		struct core_times *was = &m->times[m->n_cores];
		char *at;

		if (strncmp(line, "cpu", 3) != 0 || line[3] == ' ')
			continue;
		at = strchr(line, ' ');
		for (int i = 0; at && i < 8; i++) {
			t[i] = strtoull(at, &at, 10);
			all += t[i];
		}
		idle = t[3] + t[4];
		if (all > was->all && all - idle >= was->busy) /* iowait may go back */
			m->core[m->n_cores] =
				fminf(1, (float)(all - idle - was->busy) / (float)(all - was->all));
		*was = (struct core_times){.busy = all - idle, .all = all};
		m->n_cores++;
	}
	if (stat)
		(void)fclose(stat);
}

/* --- the view --- */

static void draw(struct monitor *m)
{
	struct monitor_view view = {
		.n_workers = m->n_workers,
		.worker = m->worker,
		.busy = m->busy,
		.n_cores = m->n_cores,
		.core = m->core,
		.budget = m->source.budget,
		.reserved = m->source.reserved(m->source.context),
		.resident = m->source.resident(m->source.context),
		.seen = m->seen,
		.stage_names = m->source.stage_names,
	};
	unsigned lines;

	console_look(m->source.console, &view);
	lines = monitor_draw(m->text, sizeof(m->text), &view);
	console_view(m->source.console, m->text, lines);
}

void monitor_tick(struct monitor *m)
{
	uint64_t now = clock_now();

	if (!m || now - m->sampled_ns < SAMPLE_NS)
		return;
	m->sampled_ns = now;
	sample(m);
	if (now - m->cores_ns >= CORES_NS) {
		look_at_cores(m);
		m->cores_ns = now;
	}
	if (now - m->drawn_ns < DRAW_NS)
		return;
	m->drawn_ns = now;
	draw(m);
}

static void *watch(void *arg)
{
	const struct timespec pause = {.tv_nsec = SAMPLE_NS / 4};
	struct monitor *m = arg;

	while (!atomic_load(&m->stopping)) {
		monitor_tick(m);
		(void)nanosleep(&pause, NULL);
	}
	return NULL;
}

/* --- life --- */

struct monitor *monitor_start(const struct monitor_source *source, bool threaded)
{
	struct monitor *m = source->shown && source->console ? calloc(1, sizeof(*m)) : NULL;

	if (!m)
		return NULL;
	m->source = *source;
	m->n_workers = source->n_workers;
	if (m->n_workers > MONITOR_WORKERS_MOST)
		m->n_workers = MONITOR_WORKERS_MOST;
	m->worker = calloc(m->n_workers, sizeof(*m->worker));
	m->busy = calloc(m->n_workers, sizeof(*m->busy));
	m->cores_ns = clock_now();
	look_at_cores(m);
	if (m->worker && m->busy && (!threaded || thread_start(&m->thread, watch, m) == 0)) {
		m->threaded = threaded;
		return m;
	}
	monitor_stop(m);
	return NULL;
}

void monitor_stop(struct monitor *m)
{
	if (!m)
		return;
	atomic_store(&m->stopping, true);
	if (m->threaded)
		pthread_join(m->thread, NULL);
	free(m->worker);
	free(m->busy);
	free(m);
}
