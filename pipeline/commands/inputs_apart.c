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

/* The argument, as far as it names the very file; words for what it leads to. NULL: no input. */
static const char *input_name(const struct stat *st, const struct options *options,
			      const struct scene_list *scene_list)
{
	for (unsigned i = 0; i < options->n_args; i++)
		if (is_named_by(st, options->args[i]))
			return strcmp(options->args[i], "-") == 0 ? "standard input"
								  : options->args[i];
	if (holds_options(st, options))
		return "its options";
	return scene_list && scene_list_is_input(scene_list, st)
		       ? "a file that the arguments lead to"
		       : NULL;
}

static int refuse(const char *kind, const char *path, const char *input, struct error *err)
{
	return error_set(err, EX_USAGE,
			 "%s: this command reads this file (%s), and the %s report would replace "
			 "it; give the report another name",
			 path, input, kind);
}

static int look_at(const char *kind, const char *path, const struct options *options,
		   const struct scene_list *scene_list, struct error *err)
{
	bool out = path_is_stdout(path);
	const char *input;
	struct stat st;

	if ((out ? fstat(STDOUT_FILENO, &st) : stat(path, &st)) || !S_ISREG(st.st_mode))
		return 0;
	input = input_name(&st, options, scene_list);
	return input ? refuse(kind, out ? "standard output" : path, input, err) : 0;
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

int inputs_apart(const struct options *options, const struct scene_list *scene_list, bool prints,
		 struct error *err)
{
	const struct report_choices *wanted = &options->reports;

	for (unsigned i = 0; i < wanted->n; i++)
		if (look_at(wanted->choice[i].report->kind, wanted->choice[i].path, options,
			    scene_list, err) ||
		    log_apart(options, &wanted->choice[i], err))
			return -1;
	return prints ? look_at("text", "-", options, scene_list, err) : 0;
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

int catalogue_apart(const struct options *options, const struct scene_list *scene_list,
		    struct error *err)
{
	const char *path = options->nightly.catalogue, *input;
	struct stat st;

	if (beside_apart(options, err))
		return -1;
	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return 0;
	input = input_name(&st, options, scene_list);
	if (!input)
		return 0;
	return error_set(err, EX_USAGE,
			 "%s: this command reads this file (%s), so it cannot be its catalogue; "
			 "give another --catalog, or leave it out of the inputs",
			 path, input);
}
