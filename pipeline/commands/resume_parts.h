/*
 * What the files of resume share, and no other.
 */
#ifndef IMGPIPE_PIPELINE_RESUME_PARTS_H
#define IMGPIPE_PIPELINE_RESUME_PARTS_H

#include <pthread.h>

#include "catalogue/catalogue.h"
#include "discover/scene_inputs.h"
#include "output_file.h"
#include "plan.h"
#include "resume.h"
#include "run_totals.h"

/* Why a scene is to be done. */
enum todo { TODO_NOT, TODO_NEW, TODO_CHANGED, TODO_FAILED, TODO_OUTPUTS, TODO_MAPS, N_TODO };

/* The folder of the outputs, as it is now. */
struct outputs_folder {
	const struct maps *maps; /* NULL: there are no outputs */
	char *identity;          /* of the maps; "" where no file is made of a scene; owned */
	char *path;              /* canonical; NULL: it is not there; owned */
	int fd;                  /* -1: likewise */
};

struct resumed {
	struct report_sink sink; /* first: open() is handed the address of it */
	const struct options *options;
	const struct scene_list *scene_list; /* of the scenes to do, once they are left out */
	struct catalogue *catalogue;         /* NULL on ranks that do not lead */
	bool writes;                         /* this is a run */
	int64_t set, run;                    /* 0: none yet */
	bool replaces, is_later;
	struct error failure; /* of the catalogue: nothing is written any more */

	/* --- what was found, by place in the whole list --- */
	uint32_t n, n_done;
	uint8_t *done; /* a bit each; NULL: none is */
	uint64_t
		*known; /* the row of a done scene, else a hash of what its files were; of who leads
			 */
	uint32_t count[N_TODO];
	uint32_t n_absent;              /* scenes of this run without a file, and arguments */
	uint32_t n_network, n_leads_on; /* of the done, that are taken as unchanged unseen */
	uint32_t n_gone, n_forgotten;   /* rows of scenes whose files are not there */
	uint32_t n_older;               /* rows that went, as --duplicates newest has another */
	struct outputs_folder outputs;

	/* --- on the way to the reports; one thread at a time --- */
	pthread_mutex_t busy;       /* held while a row is on its way */
	struct report_set *reports; /* the reports' own */
	struct plan plan;           /* as they see it: of all scenes */
	uint32_t next;              /* place of the next row */
	uint32_t n_met, met;        /* rows of this run that have come, and the last one's place */
	uint32_t n_meanwhile;       /* that changed while they were read */
	struct histogram *histogram;
	struct scene scene;
	struct scene_result result;
	struct run_totals totals; /* of all scenes, once committed; before of the done ones */
	bool committed;
	int told;             /* status that the catalogue was told then */
	struct error verdict; /* of run_totals_check() on them */
};

static inline bool resume_bit(const struct resumed *r, uint32_t place)
{
	return r->done && (r->done[place / 8] >> place % 8 & 1);
}

/* --- resume_find.c --- */

/* What the row keeps of a scene's files: their text and the name that the scene has in this run,
 * by which its outputs are called. NULL without memory. */
char *resume_inputs_text(const struct scene_inputs *inputs, const char *name);
/* Does the name of the scene stand in this line, and no file? */
bool resume_is_name_line(const char *line);
/* Is `kept`, of a row, the text of the same files? not strict: a checksum of it is passed over. */
bool resume_same_inputs(const char *kept, const char *now, bool strict);
/* All scenes of the list. */
int resume_find(struct resumed *r, struct error *err) MUST_CHECK;

/* --- resume_outputs.c --- */

int resume_outputs_open(struct outputs_folder *folder, const struct maps *maps,
			struct error *err) MUST_CHECK;
void resume_outputs_close(struct outputs_folder *folder);
/* The last part of a path in the folder; NULL: it is in no such place. */
const char *resume_outputs_base(const struct outputs_folder *folder, const char *path);
/* 1: all files that the row speaks of are there and as they were made, and are called as they would
 * be now; 0: not so; -1 with an error. */
int resume_outputs_hold(struct resumed *r, int64_t row, const struct scene *scene,
			struct error *err) MUST_CHECK;
/* What a row keeps of the files; free it with resume_outputs_free(). */
int resume_outputs_keep(struct resumed *r, const struct scene_result *result,
			struct catalogue_output **output, unsigned *n,
			struct error *err) MUST_CHECK;
void resume_outputs_free(struct catalogue_output *output, unsigned n);
/* The files of a done scene, for reports. Free them with resume_files_free(). */
int resume_outputs_recall(struct resumed *r, int64_t row, struct output_file **file, unsigned *n,
			  struct error *err) MUST_CHECK;
void resume_files_free(struct output_file *file, unsigned n);

/* --- resume_gone.c --- */

/* Rows of the set whose files are not there are marked, or forgotten; marks of others go. */
int resume_mark_gone(struct resumed *r, struct error *err) MUST_CHECK;
/* Rows of the set whose acquisition is in the run by a newer processing go, as in one run. */
int resume_forget_older(struct resumed *r, struct error *err) MUST_CHECK;

/* --- resume_say.c --- */

/* A line on standard error, unless with -q. */
void resume_say(const struct resumed *r, const char *format, ...) PRINTF_LIKE(2, 3);
/* What has gone wrong: also with -q. */
void resume_complain(const char *format, ...) PRINTF_LIKE(1, 2);
/* What was found, before the run. */
void resume_say_found(const struct resumed *r);

/* --- resume_sink.c --- */

extern const struct report_sink resume_reports;

#endif
