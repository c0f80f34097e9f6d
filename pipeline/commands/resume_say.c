/*
 * What a run with a catalogue tells people on standard error.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "output/maps.h"
#include "resume_parts.h"

enum { LINE_BYTES = 1200 };

void resume_say(const struct resumed *r, const char *format, ...)
{
	char line[LINE_BYTES];
	va_list args;

	if (r->options->verbosity < 0 && !log_is_record())
		return;
	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	log_line(LOG_LEVEL_NOTE, "catalogue", NULL, "%s", line);
}

void resume_complain(const char *format, ...)
{
	char line[LINE_BYTES];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	log_line(LOG_LEVEL_ERROR, "catalogue-failed", NULL, "%s", line);
}

/* "8 new, 1 that failed before". */
static void todo_text(char *text, size_t size, const struct resumed *r)
{
	static const char *const why[N_TODO] = {
		[TODO_NEW] = "new",
		[TODO_CHANGED] = "whose files have changed",
		[TODO_FAILED] = "that failed before",
		[TODO_OUTPUTS] = "whose outputs are not as they were made",
		[TODO_MAPS] = "whose outputs were made by other options or not at all",
	};
	size_t used = 0;

	*text = '\0';
	for (int todo = TODO_NEW; todo < N_TODO && used < size; todo++)
		if (r->count[todo])
			used += (size_t)snprintf(text + used, size - used, "%s%" PRIu32 " %s",
						 used ? ", " : "", r->count[todo], why[todo]);
}

static void say_done(const struct resumed *r)
{
	const char *file = r->options->nightly.catalogue;
	char todo[240];

	todo_text(todo, sizeof(todo), r);
	if (!r->n_done)
		resume_say(r, "%s: no scene of this run is done; to do: %s", file, todo);
	else if (r->n_done == r->n)
		resume_say(r, "%s: all %" PRIu32 " scenes are done; nothing is read", file, r->n);
	else
		resume_say(r, "%s: %" PRIu32 " of %" PRIu32 " scenes are done; to do: %s", file,
			   r->n_done, r->n, todo);
}

/* Taken as unchanged without a look. */
static void say_unseen(const struct resumed *r)
{
	if (r->n_network)
		resume_say(r,
			   "%" PRIu32 " of the done are on a network and taken as unchanged, as "
			   "their files cannot be looked at; --resume=strict does them again",
			   r->n_network);
	if (r->n_leads_on)
		resume_say(r,
			   "%" PRIu32
			   " of the done have files that lead to others (VRT), which are "
			   "taken as unchanged; --resume=strict does them again",
			   r->n_leads_on);
}

static void say_gone(const struct resumed *r)
{
	if (r->n_forgotten)
		resume_say(r, "%s: %" PRIu32 " scene%s whose files are gone %s forgotten",
			   r->options->nightly.catalogue, r->n_forgotten,
			   r->n_forgotten == 1 ? "" : "s", r->n_forgotten == 1 ? "is" : "are");
	if (r->n_gone && r->options->nightly.forget_missing)
		resume_say(r,
			   "%s: holds %" PRIu32 " scene%s whose files are gone; none is forgotten, "
			   "as %" PRIu32 " of what this run was given %s not there or has no "
			   "files: is a disk not mounted?",
			   r->options->nightly.catalogue, r->n_gone, r->n_gone == 1 ? "" : "s",
			   r->n_absent, r->n_absent == 1 ? "is" : "are");
	else if (r->n_gone)
		resume_say(r,
			   "%s: holds %" PRIu32 " scene%s whose files are gone; --forget-missing "
			   "takes %s out",
			   r->options->nightly.catalogue, r->n_gone, r->n_gone == 1 ? "" : "s",
			   r->n_gone == 1 ? "it" : "them");
}

static void say_older(const struct resumed *r)
{
	if (r->n_older)
		resume_say(r,
			   "%s: %" PRIu32 " scene%s of which this run has a newer processing %s "
			   "forgotten (--duplicates newest)",
			   r->options->nightly.catalogue, r->n_older, r->n_older == 1 ? "" : "s",
			   r->n_older == 1 ? "is" : "are");
}

/* What a catalogue does not keep. */
static void say_lacking(const struct resumed *r)
{
	const struct report_choices *reports = &r->options->reports;
	const bool tiles = report_needs(reports) & REPORT_NEEDS_TILES;
	const bool pictures = r->options->maps && r->options->maps->picture.contact_sheet;

	if (!r->n_done || (!tiles && !pictures))
		return;
	resume_say(
		r,
		"%s%s%s of done scenes %s not in the reports, as a catalogue does not keep %s; a "
		"run without --resume has them",
		tiles ? "tiles" : "", tiles && pictures ? " and " : "", pictures ? "pictures" : "",
		"are", "them");
}

void resume_say_found(const struct resumed *r)
{
	const char *note = catalogue_note(r->catalogue);

	if (note)
		resume_say(r, "%s: %s", r->options->nightly.catalogue, note);
	if (r->options->nightly.resume) {
		say_done(r);
		say_unseen(r);
		say_lacking(r);
	}
	say_gone(r);
	say_older(r);
}
