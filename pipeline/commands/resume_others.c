/*
 * Files that are there, and belong to a set of other options: two sets in one folder would replace
 * each other's for ever.
 */
#include <stdio.h>

#include "catalogue_outputs.h"
#include "output/maps.h"
#include "resume_parts.h"

enum { SHOWN_BYTES = 100 };

struct sparing {
	const struct resumed *resume;
	bool (*is_wanted)(const void *context, const char *base);
	const void *context;
	int64_t set; /* of the file that was met; 0: none */
	char base[SHOWN_BYTES];
};

static bool look(void *context, int64_t set, const struct catalogue_output *output)
{
	struct sparing *s = context;
	const struct outputs_folder *folder = &s->resume->outputs;
	const char *base = resume_outputs_base(folder, output->path);
	uint64_t bytes, head;

	if (!base || !s->is_wanted(s->context, base) ||
	    catalogue_output_look(folder->fd, base, &bytes, &head) || bytes != output->bytes ||
	    head != output->head)
		return true;
	s->set = set;
	(void)snprintf(s->base, sizeof(s->base), "%s", base);
	return false;
}

int resume_spares_others(const struct resumed *resume,
			 bool (*is_wanted)(const void *context, const char *base),
			 const void *context, struct error *err)
{
	struct sparing s = {.resume = resume, .is_wanted = is_wanted, .context = context};
	char differs[CATALOGUE_DIFFERS_BYTES];

	if (!resume || !resume->catalogue || resume->outputs.fd < 0)
		return 0;
	if (catalogue_outputs_of_others(resume->catalogue, resume->options, look, &s, err))
		return -1;
	if (!s.set)
		return 0;
	if (catalogue_set_differs(resume->catalogue, s.set, resume->options, differs, err))
		return -1;
	return error_set(err, EX_CANTCREAT,
			 "%s/%s: is of another set of %s, made with %s; -o with another folder, or "
			 "--name with a word that tells them apart "
			 "('{scene}_{index}_WORD.tif'), keeps both, --overwrite replaces it",
			 resume->outputs.maps->folder, s.base, resume->options->nightly.catalogue,
			 differs);
}
