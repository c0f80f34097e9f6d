/*
 * Inputs and outputs of a command are different files, whatever they are called: by device and
 * inode. Looked at before any work; opens nothing.
 */
#include "inputs_apart.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "discover/scene_list.h"

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Is it what this argument names: a file, a list, standard input? */
static bool is_named_by(const struct stat *st, const char *argument)
{
	struct stat own;

	if (strcmp(argument, "-") == 0)
		return fstat(STDIN_FILENO, &own) == 0 && same_file(&own, st);
	return stat(argument + (*argument == '@'), &own) == 0 && same_file(&own, st);
}

/* Is it the file of --config? */
static bool holds_options(const struct stat *st, const struct options *options)
{
	struct stat own;

	for (unsigned i = 0; i < options->n_given; i++)
		if (strcmp(options->given[i].name, "config") == 0)
			return stat(options->given[i].value, &own) == 0 && same_file(&own, st);
	return false;
}

/* The argument, as far as it names the very file; NULL: none does. */
static const char *input_name(const struct stat *st, const struct options *options)
{
	for (unsigned i = 0; i < options->n_args; i++)
		if (is_named_by(st, options->args[i]))
			return strcmp(options->args[i], "-") == 0 ? "standard input"
								  : options->args[i];
	return holds_options(st, options) ? "its options" : NULL;
}

/* --- files that are there and would be changed --- */

struct output {
	const char *kind; /* of the report; NULL: the catalogue */
	const char *path;
	struct stat st;
};

struct outputs {
	unsigned n;
	struct output output[REPORTS_MOST + 2]; /* reports, the text, the catalogue */
	const struct output *met;               /* is an input */
};

static int refuse(const struct output *output, const char *input, struct error *err)
{
	const char *path = path_is_stdout(output->path) ? "standard output" : output->path;

	if (!output->kind)
		return error_set(err, EX_USAGE,
				 "%s: this command reads this file (%s), so it cannot be its "
				 "catalogue; give another --catalog, or leave it out of the inputs",
				 path, input);
	return error_set(err, EX_USAGE,
			 "%s: this command reads this file (%s), and the %s report would replace "
			 "it; give the report another name",
			 path, input, output->kind);
}

/* What is not there is not replaced. */
static int look_at(struct outputs *outputs, const char *kind, const char *path,
		   const struct options *options, struct error *err)
{
	struct output *output = &outputs->output[outputs->n];
	const bool out = kind && path_is_stdout(path);
	const char *input;

	*output = (struct output){.kind = kind, .path = path};
	if ((out ? fstat(STDOUT_FILENO, &output->st) : stat(path, &output->st)) ||
	    !S_ISREG(output->st.st_mode))
		return 0;
	input = input_name(&output->st, options);
	if (input)
		return refuse(output, input, err);
	outputs->n++;
	return 0;
}

static bool is_output(void *context, const struct stat *st)
{
	struct outputs *outputs = context;

	for (unsigned i = 0; i < outputs->n && !outputs->met; i++)
		if (same_file(&outputs->output[i].st, st))
			outputs->met = &outputs->output[i];
	return outputs->met;
}

/* The list is looked through once for all of them. */
static int look_for(struct outputs *outputs, const struct scene_list *scene_list, struct error *err)
{
	if (!outputs->n || !scene_list || !scene_list_any_input(scene_list, is_output, outputs))
		return 0;
	return refuse(outputs->met, "a file that the arguments lead to", err);
}

/* The log is there already. */
static int log_apart(const struct options *options, const struct report_choice *choice,
		     struct error *err)
{
	struct stat log, report;

	if (!options->nightly.log_file || stat(options->nightly.log_file, &log) ||
	    stat(choice->path, &report) || !same_file(&log, &report))
		return 0;
	return error_set(err, EX_USAGE,
			 "%s: the %s report would replace the log; give one of them another name",
			 choice->path, choice->report->kind);
}

/* Is it called as a file that belongs to the catalogue? It need not be there. */
static bool is_of_catalogue(const char *path, const char *catalogue)
{
	static const char *const ends[] = {".lock", "-wal", "-shm", "-journal"};
	const size_t length = strlen(catalogue);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strncmp(path, catalogue, length) == 0 && strcmp(path + length, ends[i]) == 0)
			return true;
	return false;
}

/* A lock that is replaced is one for two runs; a log of writes that is, takes them with it. */
static int beside_apart(const struct options *options, struct error *err)
{
	const struct report_choices *wanted = &options->reports;
	const char *catalogue = options->nightly.catalogue, *log = options->nightly.log_file;
	const char *path = log && is_of_catalogue(log, catalogue) ? log : NULL;

	for (unsigned i = 0; i < wanted->n && !path; i++)
		if (is_of_catalogue(wanted->choice[i].path, catalogue))
			path = wanted->choice[i].path;
	if (!path)
		return 0;
	return error_set(err, EX_USAGE,
			 "%s: is the name of a file that belongs to the catalogue %s; give the %s "
			 "another name",
			 path, catalogue, path == log ? "log" : "report");
}

int inputs_apart(const struct options *options, const struct scene_list *scene_list, bool prints,
		 struct error *err)
{
	const struct report_choices *wanted = &options->reports;
	const char *catalogue = options->nightly.catalogue;
	struct outputs outputs = {.n = 0};

	if (catalogue && beside_apart(options, err))
		return -1;
	for (unsigned i = 0; i < wanted->n; i++)
		if (look_at(&outputs, wanted->choice[i].report->kind, wanted->choice[i].path,
			    options, err) ||
		    log_apart(options, &wanted->choice[i], err))
			return -1;
	if ((prints && look_at(&outputs, "text", "-", options, err)) ||
	    (scene_list && catalogue && look_at(&outputs, NULL, catalogue, options, err)))
		return -1;
	return look_for(&outputs, scene_list, err);
}

int catalogue_apart(const struct options *options, struct error *err)
{
	struct outputs outputs = {.n = 0};

	return beside_apart(options, err) ||
			       look_at(&outputs, NULL, options->nightly.catalogue, options, err)
		       ? -1
		       : 0;
}
