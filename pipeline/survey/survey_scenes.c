/*
 * The survey of a run's scenes: which need GDAL, and how much of the pool each needs. Scenes are
 * opened while GDAL is forbidden, for whether it may be loaded is the plan's decision; those that
 * ask for it are opened once more in a process that may load it. It must not share out memory.
 */
#include "survey_scenes.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plan/limit.h"
#include "plan/fit_scene.h"
#include "opening.h"
#include "scene_inspect.h"

enum {
	SAMPLES = 16,     /* scenes that are opened to find one to plan on */
	MOST_DEATHS = 64, /* scenes that may kill the process that opens them */
	TRIM_BYTES = 1 << 20,
};

struct surveyor {
	struct plan *plan;
	const struct options *options;
	const struct workload *workload;
	const struct scene_list *scene_list;
	struct samples *samples;
	struct findings *found; /* in memory that a child of this process sees, too */
	size_t mapped;          /* bytes of that */
	bool may_fork;
};

/* What is filled while scenes are opened, here or in a child. */
struct findings {
	struct survey survey;
	struct meter_row opened;
	uint32_t next;         /* the first not yet opened */
	unsigned char asked[]; /* by id: it asked for the heavy reader, and did not open */
};

/* --- one scene --- */

/* need: bytes of pool; 0 where it did not open. */
static void note(const struct surveyor *s, uint64_t need, uint32_t id, bool by_gdal, bool asked)
{
	asked = asked && !by_gdal;
	s->found->survey.wants_gdal |= asked;
	s->found->asked[id] = asked && !need;
	if (need)
		survey_note(&s->found->survey, id, by_gdal, need);
}

static uint64_t need_of(const struct surveyor *s, const struct scene *scene)
{
	return plan_smallest_pool(s->plan, s->options, s->workload, scene);
}

static int open_scene(const struct surveyor *s, struct scene *scene, uint32_t id, struct error *err)
{
	const struct opening opening = opening_begin();
	int status = s->workload->scene_open(scene, s->scene_list, id, s->options, err);

	opening_end(&s->found->opened, &opening);
	return status;
}

static int open_one(const struct surveyor *s, struct scene *scene, uint32_t id, bool by_gdal,
		    struct error *err)
{
	int status = open_scene(s, scene, id, err);

	note(s, status ? 0 : need_of(s, scene), id, by_gdal, heavy_was_asked(s->workload->heavy));
	return status ? -1 : 0;
}

static void look_at(const struct surveyor *s, uint32_t id, bool by_gdal)
{
	struct scene scene = {0};

	s->found->next = id + 1;
	(void)open_one(s, &scene, id, by_gdal, NULL);
	scene_release(&scene);
}

static void look_at_all(const struct surveyor *s)
{
	while (s->found->next < s->plan->n_scenes)
		look_at(s, s->found->next, false);
	s->found->survey.whole = true;
}

/* --- confined, or within --timeout: no scene is opened in this process --- */

static bool opens_apart(const struct surveyor *s)
{
	return s->plan->confinement.wanted || (s->options->nightly.timeout_s && s->may_fork);
}

struct hearing {
	const struct surveyor *s;
	bool by_gdal;
	struct scene *keep; /* by id less `first`; NULL: none is kept */
	uint32_t first;
	struct error *err; /* the last one's reason */
};

/* In the child, which may have loaded GDAL: without it nobody knows what its reader needs. */
static uint64_t need_in_child(void *context, const struct scene *scene)
{
	const struct hearing *h = context;

	return need_of(h->s, scene);
}

static void hear(void *context, uint32_t id, struct scene *scene, uint64_t need, bool asked,
		 const struct error *error)
{
	const struct hearing *h = context;

	note(h->s, error->code ? 0 : need, id, h->by_gdal, asked);
	if (error->code && h->err)
		*h->err = *error;
	if (error->code || !h->keep)
		scene_release(scene);
	else
		h->keep[id - h->first] = *scene;
}

static void inspect_ids(const struct hearing *hearing, const uint32_t *id, uint32_t n)
{
	const struct surveyor *s = hearing->s;
	struct hearing h = *hearing;
	const struct scene_inspection in = {.confinement = &s->plan->confinement,
					    .workload = s->workload,
					    .scene_list = s->scene_list,
					    .options = s->options,
					    .id = id,
					    .n = n,
					    .gdal = h.by_gdal,
					    .need = need_in_child,
					    .found = hear,
					    .context = &h,
					    .row = &s->found->opened};

	/* Where there is no child to be had the survey is not whole: the run says what is wrong. */
	if (n && scene_inspect(&in, h.err))
		s->found->survey.whole = false;
}

/* All scenes from the id `first` to before `end`; by_gdal: of those, who asked for it. */
static void inspect_scenes(const struct hearing *hearing, uint32_t end)
{
	const struct surveyor *s = hearing->s;
	uint32_t *id = malloc((size_t)(end - hearing->first) * sizeof(*id) + 1), n = 0;

	if (!id) {
		(void)error_memory(hearing->err, "the survey of scenes",
				   (end - hearing->first) * sizeof(*id));
		return;
	}
	for (uint32_t i = hearing->first; i < end; i++)
		if (!hearing->by_gdal || s->found->asked[i])
			id[n++] = i;
	inspect_ids(hearing, id, n);
	free(id);
}

static void inspect_further(const struct surveyor *s)
{
	s->found->survey.whole = true;
	inspect_scenes(&(struct hearing){.s = s, .first = s->samples->n}, s->plan->n_scenes);
	inspect_scenes(&(struct hearing){.s = s, .by_gdal = true}, s->plan->n_scenes);
}

/* --- a process of its own --- */

/* Memory beyond the limit, if GDAL does not fit, but only to name a limit that is enough. */
static void look_by_gdal(const struct surveyor *s)
{
	heavy_forbid(s->workload->heavy, NULL);
	for (uint32_t id = 0; id < s->plan->n_scenes; id++) {
		if (!s->found->asked[id])
			continue;
		s->found->asked[id] = 0; /* it may be the death of this process */
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
	if (opens_apart(s)) {
		inspect_further(s);
		return;
	}
	if (!s->may_fork) {
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
	if (opens_apart(s)) {
		if (by_gdal) /* once, for the children and the workers */
			(void)s->workload->heavy->load(NULL);
		inspect_scenes(
			&(struct hearing){
				.s = s, .by_gdal = by_gdal, .keep = s->samples->scene, .err = err},
			s->samples->n);
		return;
	}
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
	const struct survey *survey = &s->found->survey;
	bool plain = survey->plain.n && survey->plain.least <= s->plan->pool;
	uint32_t id = plain ? survey->plain.least_id : survey->gdal.least_id;
	struct scene *scene = &s->samples->extra;

	if (!plain && !(s->plan->gdal && survey->gdal.n && survey->gdal.least <= s->plan->pool))
		return NULL;
	if (!plain)
		heavy_forbid(s->workload->heavy, NULL);
	if (opens_apart(s))
		inspect_ids(
			&(struct hearing){
				.s = s, .by_gdal = !plain, .keep = scene, .first = id, .err = err},
			&id, 1);
	else if (open_scene(s, scene, id, err))
		scene_release(scene);
	return scene->name ? scene : NULL;
}

/* --- all of it --- */

/* What a child fills is shared with it; small, but for a byte a scene. */
static int share(struct surveyor *s, struct error *err)
{
	void *bytes;

	s->mapped = sizeof(*s->found) + s->plan->n_scenes;
	bytes = mmap(NULL, s->mapped, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (bytes == MAP_FAILED)
		return error_memory(err, "the survey of scenes", s->mapped);
	s->found = bytes;
	s->found->next = s->samples->n;
	return 0;
}

static void settle(const struct surveyor *s)
{
	s->plan->survey = s->found->survey;
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

	heavy_forbid_for_now(s->workload->heavy);
	open_samples(s, false, err);
	settle(s);
	scene = choose(s);
	if ((more && (plan_needs_survey(s->plan) || (scene && !fits(s, scene)))) ||
	    (scene && s->found->survey.wants_gdal && plan_needs_survey(s->plan)))
		look_further(s);
	s->found->survey.whole |= !more;
	heavy_forbid(s->workload->heavy, NULL);
	if (!s->found->survey.plain.n && s->found->survey.wants_gdal) {
		s->found->survey.gdal = (struct survey_needs){0};
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

/* What children say of their time is not believed beyond what has passed. */
static void keep_times(struct samples *samples, const struct meter_row *opened)
{
	const uint64_t passed = clock_now() - samples->begin_ns;

	samples->opened = *opened;
	if (samples->opened.busy_ns > passed)
		samples->opened.busy_ns = passed;
	if (samples->opened.cpu_ns > passed)
		samples->opened.cpu_ns = passed;
}

const struct scene *survey_scenes(struct plan *plan, struct samples *samples,
				  const struct options *options, const struct workload *workload,
				  const struct scene_list *scene_list,
				  const struct session *session, struct error *err)
{
	uint32_t n = plan->n_scenes < SAMPLES ? plan->n_scenes : SAMPLES;
	struct surveyor s = {.plan = plan,
			     .options = options,
			     .workload = workload,
			     .scene_list = scene_list,
			     .samples = samples,
			     .may_fork = !session->cluster};
	const struct scene *scene;

	samples->begin_ns = clock_now();
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
	keep_times(samples, &s.found->opened);
	(void)munmap(s.found, s.mapped);
	/* What the headers of a bad scene took is not to be missing from what others get. */
	if (mallinfo2().fordblks > TRIM_BYTES)
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
