/*
 * Samples by inspection: what the child says of a scene, and how it is taken. It knows no file.
 */
#include "samples.h"

#include "inspect.h"
#include "reader.h"

struct looking {
	struct samples *samples;
	const struct workload *workload;
	const struct catalog *catalog;
	const struct options *options;
	struct error *err;
};

struct finding {
	struct error error; /* code 0: it has opened */
	uint32_t wants_gdal;
	unsigned char scene[];
};

_Static_assert(sizeof(struct finding) + SCENE_PACKED_MAX <= INSPECT_ANSWER_MAX, "any scene fits");

static size_t look(void *context, uint32_t id, void *answer)
{
	const struct looking *looking = context;
	struct finding *finding = answer;
	struct scene scene = {0};
	size_t bytes = 0;

	finding->error = (struct error){0};
	if (!looking->workload->scene_open(&scene, looking->catalog, id, looking->options,
					   &finding->error))
		bytes = looking->workload->scene_pack(finding->scene, &scene, &finding->error);
	finding->wants_gdal = reader_gdal_wanted();
	scene_release(&scene);
	return sizeof(*finding) + bytes;
}

/* Asking for it while it is forbidden is how this process is told that it is wanted. */
static void note_wish(void)
{
	if (!reader_gdal_loaded())
		(void)reader_gdal(NULL);
}

static void take(void *context, uint32_t id, const void *answer, size_t bytes, const char *how)
{
	const struct looking *looking = context;
	struct scene *scene = &looking->samples->scene[id];
	const struct finding *finding = answer;
	struct scene named = {0};

	if (!finding || bytes < sizeof(*finding)) {
		(void)looking->workload->scene_begin(&named, looking->catalog, id, NULL);
		(void)error_set(looking->err, EX_SOFTWARE, "%s: %s",
				named.n_files ? named.files[0].path : "a scene",
				how ? how : "what was read of it is cut off");
		scene_release(&named);
		return;
	}
	if (finding->wants_gdal)
		note_wish();
	if (finding->error.code)
		wire_take_error(looking->err, &finding->error);
	else if (!looking->workload->scene_unpack(scene, finding->scene, bytes - sizeof(*finding),
						  true, looking->err))
		scene->id = id;
}

void samples_inspect(struct samples *samples, const struct confinement *confinement,
		     const struct workload *workload, const struct catalog *catalog,
		     const struct options *options, bool gdal, struct error *err)
{
	struct looking looking = {samples, workload, catalog, options, err};
	const struct inspection inspection = {.context = &looking,
					      .n = samples->n,
					      .look = look,
					      .take = take,
					      .memory = CONFINE_OPENING_BYTES +
							(gdal ? READER_GDAL_CACHE_BYTES : 0)};

	if (gdal) /* once, for all children and for the plan */
		(void)reader_gdal(NULL);
	/* Where there is no child to be had, there is no sample: the run says what is wrong. */
	(void)!inspect(&inspection, confinement, options->verbosity > 0, err);
}
