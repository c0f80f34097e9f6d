/*
 * Inspection of scenes: what the child says of one, and how it is taken. It knows no file.
 */
#include "scene_inspect.h"

#include "inspect.h"
#include "opening.h"
#include "remote/wire.h"

struct finding {
	struct error error; /* code 0: it has opened */
	uint32_t asked;
	uint32_t no_scene; /* see scene.h; where it has not opened */
	uint64_t need;
	uint64_t busy_ns, cpu_ns; /* of opening it */
	unsigned char scene[];
};

static size_t look(void *context, uint32_t i, void *answer)
{
	const struct scene_inspection *in = context;
	struct finding *finding = answer;
	struct meter_row row = {0};
	const struct opening opening = opening_begin();
	struct scene scene = {0};
	size_t bytes = 0;

	if (in->gdal)
		heavy_forbid(in->workload->heavy, NULL);
	else
		heavy_forbid_for_now(in->workload->heavy);
	finding->error = (struct error){0};
	finding->need = 0;
	if (!in->workload->scene_open(&scene, in->scene_list, in->id[i], in->options,
				      &finding->error)) {
		bytes = in->workload->scene_pack(finding->scene, &scene, &finding->error);
		finding->need = in->need(in->context, &scene);
	}
	opening_end(&row, &opening);
	finding->busy_ns = row.busy_ns;
	finding->cpu_ns = row.cpu_ns;
	finding->asked = heavy_was_asked(in->workload->heavy);
	finding->no_scene = scene.no_scene;
	scene_release(&scene);
	return sizeof(*finding) + bytes;
}

/* The child has died over it, or sent something else. */
static void tell_death(const struct scene_inspection *in, uint32_t id, const char *how)
{
	struct scene scene = {0};
	struct error error = {0};

	(void)in->workload->scene_begin(&scene, in->scene_list, id, NULL);
	(void)error_set(&error, EX_SOFTWARE, "%s: %s",
			scene.n_files ? scene.files[0].path : "a scene",
			how ? how : "the answer of the process that read it is cut off");
	scene_release(&scene);
	in->found(in->context, id, &scene, 0, false, &error);
}

static void take(void *context, uint32_t i, const void *answer, size_t bytes, const char *how)
{
	const struct scene_inspection *in = context;
	const struct finding *finding = answer;
	const uint32_t id = in->id[i];
	struct scene scene = {0};
	struct error error = {0};

	if (!finding || bytes < sizeof(*finding)) {
		tell_death(in, id, how);
		return;
	}
	in->row->chunks++;
	in->row->busy_ns += finding->busy_ns;
	in->row->cpu_ns += finding->cpu_ns;
	if (finding->error.code) {
		wire_take_error(&error, &finding->error);
		scene.no_scene = finding->no_scene != 0;
	} else if (!in->workload->scene_unpack(&scene, finding->scene, bytes - sizeof(*finding),
					       true, &error)) {
		scene.id = id;
	}
	in->found(in->context, id, &scene, finding->need, finding->asked != 0, &error);
}

int scene_inspect(const struct scene_inspection *inspection, struct error *err)
{
	struct scene_inspection in = *inspection;
	const struct heavy_reader *heavy = in.workload->heavy;
	uint64_t of_heavy = heavy_is_loaded(heavy) ? heavy->cache_bytes : heavy_bytes(heavy);
	const struct inspection inspect_all = {
		.context = &in,
		.n = in.n,
		.answer_most = sizeof(struct finding) + SCENE_PACKED_MAX,
		.look = look,
		.take = take,
		.heavy = heavy,
		.timeout_s = in.options->nightly.timeout_s,
		.memory = CONFINE_OPENING_BYTES + (in.gdal ? of_heavy : 0),
	};

	return inspect(&inspect_all, in.confinement, in.options->verbosity > 0, err);
}
