/*
 * The survey of a run's scenes: which need GDAL, and how much of the pool each needs. Scenes are
 * opened while GDAL is forbidden, for whether it may be loaded is the plan's decision; those that
 * ask for it are opened once more in a process that may load it. It must not share out memory.
 */
#include "survey.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cluster.h"
#include "plan_limit.h"
#include "plan_scene.h"
#include "reader.h"

enum {
	SAMPLES = 16,     /* scenes that are opened to find one to plan on */
	MOST_DEATHS = 64, /* scenes that may kill the process that opens them */
	TRIM_BYTES = 1 << 20,
};

struct surveyor {
	struct plan *plan;
	const struct options *options;
	const struct workload *workload;
	const struct catalog *catalog;
	struct samples *samples;
	struct survey *survey; /* that is filled: the plan's, or one shared with a child */
	unsigned char *asked;  /* by id: it asked for GDAL, and did not open; shared, too */
	uint32_t *next;        /* the first not yet opened; likewise */
	size_t mapped;         /* bytes of what is shared */
};

/* --- one scene --- */

static int open_one(const struct surveyor *s, struct scene *scene, uint32_t id, bool by_gdal,
		    struct error *err)
{
	int status = s->workload->scene_open(scene, s->catalog, id, s->options, err);
	bool asked = reader_gdal_asked() && !by_gdal;

	s->survey->wants_gdal |= asked;
	s->asked[id] = asked && status;
	if (status)
		return -1;
	survey_note(s->survey, id, by_gdal,
		    plan_smallest_pool(s->plan, s->options, s->workload, scene));
	return 0;
}

static void look_at(const struct surveyor *s, uint32_t id, bool by_gdal)
{
	struct scene scene = {0};

	*s->next = id + 1;
	(void)open_one(s, &scene, id, by_gdal, NULL);
	scene_release(&scene);
}

static void look_at_all(const struct surveyor *s)
{
	while (*s->next < s->plan->n_scenes)
		look_at(s, *s->next, false);
	s->survey->whole = true;
}

/* --- a process of its own --- */

static const char no_gdal[] = "it needs GDAL";

/* Memory beyond the limit, if GDAL does not fit, but only to name a limit that is enough. */
static void look_by_gdal(const struct surveyor *s)
{
	reader_gdal_forbid(NULL);
	for (uint32_t id = 0; id < s->plan->n_scenes; id++) {
		if (!s->asked[id])
			continue;
		s->asked[id] = 0; /* it may be the death of this process */
		look_at(s, id, true);
	}
}

static void child_main(const struct surveyor *s, pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(EX_OSERR);
	look_at_all(s);
	look_by_gdal(s);
	_exit(EX_OK);
}

/* True: it has looked at all there is. */
static bool send_child(const struct surveyor *s)
{
	pid_t parent = getpid(), child = fork();
	int status = 0;

	if (child == 0)
		child_main(s, parent);
	if (child < 0) {
		look_at_all(s);
		return true;
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == EX_OK;
}

/* Between ranks of MPI nobody forks: what GDAL's scenes need is then not known. */
static void look_further(const struct surveyor *s)
{
	if (cluster_joined()) {
		look_at_all(s);
		return;
	}
	for (unsigned deaths = 0; deaths < MOST_DEATHS; deaths++)
		if (send_child(s))
			return;
}

/* --- the samples --- */

static void open_samples(const struct surveyor *s, bool by_gdal, struct error *err)
{
	for (uint32_t id = 0; id < s->samples->n; id++) {
		struct scene *scene = &s->samples->scene[id];

		if (open_one(s, scene, id, by_gdal, err))
			scene_release(scene);
	}
}

static bool fits(const struct surveyor *s, const struct scene *scene)
{
	struct chunk_grid grid;

	return scene->name && !plan_scene(&grid, s->plan, s->options, s->workload, scene, NULL);
}

/* The first that fits; else one that opened; NULL where none did. */
static const struct scene *choose(const struct surveyor *s)
{
	const struct scene *some = NULL;

	for (uint32_t id = 0; id < s->samples->n; id++) {
		const struct scene *scene = &s->samples->scene[id];

		if (fits(s, scene))
			return scene;
		if (scene->name && !some)
			some = scene;
	}
	return some;
}

/* A scene beyond the first few that fits: the one that needs least, if any does. */
static const struct scene *choose_further(const struct surveyor *s, struct error *err)
{
	const struct survey *survey = s->survey;
	bool plain = survey->plain.n && survey->plain.least <= s->plan->pool;
	uint32_t id = plain ? survey->plain.least_id : survey->gdal.least_id;
	struct scene *scene = &s->samples->extra;

	if (!plain && !(s->plan->gdal && survey->gdal.n && survey->gdal.least <= s->plan->pool))
		return NULL;
	if (!plain)
		reader_gdal_forbid(NULL);
	if (s->workload->scene_open(scene, s->catalog, id, s->options, err))
		scene_release(scene);
	return scene->name ? scene : NULL;
}

/* --- all of it --- */

/* What a child fills is shared with it; small, but for a byte a scene. */
static int share(struct surveyor *s, struct error *err)
{
	size_t head = sizeof(struct survey) + sizeof(uint64_t);
	unsigned char *bytes;

	s->mapped = head + s->plan->n_scenes;
	bytes = mmap(NULL, s->mapped, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (bytes == MAP_FAILED)
		return error_memory(err, "the survey of scenes", s->mapped);
	s->survey = (struct survey *)(void *)bytes;
	s->next = (uint32_t *)(void *)(bytes + sizeof(struct survey));
	s->asked = bytes + head;
	*s->next = s->samples->n;
	return 0;
}

static void settle(const struct surveyor *s)
{
	s->plan->survey = *s->survey;
	plan_settle(s->plan);
}

/*
 * Where no scene is left that could do without GDAL, it is loaded here: no plan has to be made
 * without it.
 */
static const struct scene *look(const struct surveyor *s, struct error *err)
{
	const struct scene *scene;
	bool more = s->plan->n_scenes > s->samples->n;

	reader_gdal_forbid(no_gdal);
	open_samples(s, false, err);
	settle(s);
	scene = choose(s);
	if ((more && (plan_needs_survey(s->plan) || (scene && !fits(s, scene)))) ||
	    (scene && s->survey->wants_gdal && plan_needs_survey(s->plan)))
		look_further(s);
	s->survey->whole |= !more;
	reader_gdal_forbid(NULL);
	if (!s->survey->plain.n && s->survey->wants_gdal) {
		s->survey->gdal = (struct survey_needs){0};
		open_samples(s, true, err);
	}
	settle(s);
	scene = choose(s);
	if (!scene || !fits(s, scene)) {
		const struct scene *further = more ? choose_further(s, err) : NULL;

		scene = further ? further : scene;
	}
	return scene;
}

const struct scene *survey_scenes(struct plan *plan, struct samples *samples,
				  const struct options *options, const struct workload *workload,
				  const struct catalog *catalog, struct error *err)
{
	uint32_t n = plan->n_scenes < SAMPLES ? plan->n_scenes : SAMPLES;
	struct surveyor s = {.plan = plan,
			     .options = options,
			     .workload = workload,
			     .catalog = catalog,
			     .samples = samples};
	const struct scene *scene;

	samples->scene = calloc(n ? n : 1, sizeof(*samples->scene));
	if (!samples->scene) {
		(void)error_memory(err, "scenes to plan on", n * sizeof(*samples->scene));
		return NULL;
	}
	samples->n = n;
	plan->surveys_always = plan->own_memory || n == plan->n_scenes;
	if (share(&s, err))
		return NULL;
	scene = look(&s, err);
	(void)munmap(s.survey, s.mapped);
	/* What the headers of a bad scene took is not to be missing from what others get. */
	malloc_trim(TRIM_BYTES);
	return scene;
}

void samples_release(struct samples *samples)
{
	for (uint32_t id = 0; id < samples->n; id++)
		scene_release(&samples->scene[id]);
	scene_release(&samples->extra);
	free(samples->scene);
}
