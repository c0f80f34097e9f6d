/*
 * The parser of options: of the command line, and of the other places where they may stand (see
 * config.h), each cut into words. What there is to parse comes from the table of commands; how a
 * value is read is the setter's business.
 *
 * Places come one after the other, the weakest first. An option that has one value has the one that
 * was set last. Of one that counts each time (row.repeats) those of a weaker place are passed over,
 * so each place is looked through for them before the first is taken.
 */
#include "command_line.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "config.h"
#include "print.h"
#include "values.h"

enum { ROW_CODE = 1000, GIVEN_STEP = 16 };

#define VARIABLE "IMGPIPE_OPTIONS"

/* Where options stand, the weakest place first. */
enum place { PLACE_VARIABLE, PLACE_FILE, PLACE_COMMAND_LINE };

/* Words for getopt. */
struct words {
	enum place place;
	const char *name; /* of the file, or the variable; NULL: the command line */
	unsigned line;    /* 0: no lines */
	int argc;
	char **argv;
};

struct option_sources {
	struct config_source variable, file;
};

/* One command's options, in getopt's two forms, too. */
struct parser {
	command_table commands;
	const struct command *command;
	bool named;                  /* its word was typed */
	const struct command *taker; /* whose options the tables below are */
	struct option_list list;
	char letters[2 * OPTIONS_MOST + 2];
	struct option longs[OPTIONS_MOST + 1];
	/* What a first look has found. */
	bool prints;    /* an option that prints and ends */
	bool fails;     /* the command line */
	bool by_letter; /* the option at hand: -h is shorter than --help */
	unsigned n_configs;
	const char *config;
	unsigned n_repeated;
	struct {
		const void *identity;
		enum place strongest;
	} repeated[OPTIONS_MOST];
};

static int argument_of(const struct option_row *row)
{
	if (!row->argument)
		return no_argument;
	return row->may_lack ? optional_argument : required_argument;
}

static void make_getopt_tables(struct parser *p, const struct command *taker)
{
	char *letter = p->letters;

	p->taker = taker;
	*letter++ = ':';
	option_list_make(&p->list, taker);
	for (unsigned i = 0; i < p->list.n; i++) {
		const struct option_row *row = &p->list.item[i].row;

		p->longs[i] = (struct option){row->name, argument_of(row), NULL, ROW_CODE + (int)i};
		if (row->letter) {
			*letter++ = row->letter;
			if (row->argument)
				*letter++ = ':';
		}
	}
	*letter = '\0';
	p->longs[p->list.n] = (struct option){0};
}

/* An option by getopt's code, or NULL. */
static const struct option_item *item_of(const struct parser *p, int code)
{
	if (code >= ROW_CODE)
		return &p->list.item[code - ROW_CODE];
	for (unsigned i = 0; code && i < p->list.n; i++)
		if (p->list.item[i].row.letter == code)
			return &p->list.item[i];
	return NULL;
}

static int refused(const struct parser *p, int code, char **argv, struct error *err)
{
	const struct option_item *item = item_of(p, optopt);

	if (item && code == ':')
		return error_set(err, EX_USAGE, "option --%s needs a value: --%s %s",
				 item->row.name, item->row.name, item->row.argument);
	if (item)
		return error_set(err, EX_USAGE, "option --%s takes no value", item->row.name);
	if (optopt)
		return unknown_letter(p->commands, p->taker, (char)optopt, err);
	return unknown_option(p->commands, p->taker, argv[optind - 1], err);
}

/* -h of the program, which is more than a page. */
static bool wants_brief(const struct parser *p)
{
	return p->by_letter && (!p->named || p->command == p->commands[0]);
}

/* Options that print and end: 1, or -1. */
static int print_and_end(const struct parser *p, const char *name, const char *value,
			 struct error *err)
{
	if (strcmp(name, "help") == 0 && wants_brief(p))
		print_brief(stdout, p->commands);
	else if (strcmp(name, "help") == 0)
		print_help(stdout, p->commands, p->named ? p->command : NULL);
	else if (strcmp(name, "version") == 0)
		printf("imgpipe %s\n", IMGPIPE_VERSION);
	else if (strcmp(name, "man") == 0)
		print_man(stdout, p->commands);
	else if (print_completion(stdout, p->commands, value, err))
		return error_prefix(err, "--%s", name);
	return 1;
}

/* The word that begins with the letter at hand, if letters or a value stand behind it there. Until
 * its last letter getopt stays at a word. NULL: there is none. */
static const char *word_of_letter(const struct words *words, char letter, const char *value)
{
	const char *word = words->argv[value ? optind - 1 : optind];

	if (value)
		return value == word + 2 ? word : NULL;
	return word && word[0] == '-' && word[1] == letter ? word : NULL;
}

/* -1: what getopt takes letter by letter is a long option with one dash. -help does what --help
 * does. */
static int look_for_one_dash(const struct parser *p, const struct words *words, int code,
			     struct error *err)
{
	const int letter = code == '?' || code == ':' ? optopt : code;
	const char *word;

	if (letter <= 0 || letter >= ROW_CODE)
		return 0;
	word = word_of_letter(words, (char)letter, code == '?' || code == ':' ? NULL : optarg);
	if (!word || strcmp(word, "-help") == 0)
		return 0;
	return one_dash(p->commands, p->taker, word, err);
}

/* --- one place --- */

typedef int option_visit(struct parser *p, struct options *options, const struct words *words,
			 const struct option_item *item, const char *value, struct error *err);

/* Each option of the words, until a visit returns something else than 0. */
static int each_option(struct parser *p, struct options *options, const struct words *words,
		       option_visit *visit, struct error *err)
{
	int code, status = 0;

	opterr = 0;
	optind = 0; /* getopt forgets where it was, and begins behind the name */
	while (!status &&
	       (code = getopt_long(words->argc, words->argv, p->letters, p->longs, NULL)) != -1) {
		const struct option_item *item =
			code == '?' || code == ':' ? NULL : item_of(p, code);

		p->by_letter = code < ROW_CODE;
		status = look_for_one_dash(p, words, code, err);
		if (!status)
			status = item ? visit(p, options, words, item, optarg, err)
				      : refused(p, code, words->argv, err);
	}
	return status;
}

/* --- the first look --- */

static bool prints(const struct option_item *item)
{
	return !item->row.set && !item->report;
}

/* Which places an option that repeats stands in. */
static void note_repeated(struct parser *p, const void *identity, enum place place)
{
	unsigned i = 0;

	while (i < p->n_repeated && p->repeated[i].identity != identity)
		i++;
	if (i == OPTIONS_MOST)
		return; /* there are not that many */
	if (i == p->n_repeated)
		p->repeated[p->n_repeated++].strongest = place;
	p->repeated[i].identity = identity;
	if (place > p->repeated[i].strongest)
		p->repeated[i].strongest = place;
}

static bool is_outdone(const struct parser *p, const void *identity, enum place place)
{
	for (unsigned i = 0; i < p->n_repeated; i++)
		if (p->repeated[i].identity == identity)
			return p->repeated[i].strongest > place;
	return false;
}

static int look_at(struct parser *p, struct options *options, const struct words *words,
		   const struct option_item *item, const char *value, struct error *err)
{
	(void)options;
	if (words->name && (prints(item) || item->row.set == set_config))
		return error_set(err, EX_USAGE, "--%s stands on the command line only",
				 item->row.name);
	p->prints |= prints(item);
	if (item->row.set == set_config) {
		p->n_configs++;
		p->config = value;
	}
	if (item->row.repeats)
		note_repeated(p, item->identity, words->place);
	return 0;
}

/* --- taking --- */

static int keep_given(struct options *options, const struct words *words,
		      const struct option_item *item, const char *value, struct error *err)
{
	size_t bytes = (options->n_given + GIVEN_STEP) * sizeof(*options->given);

	if (options->n_given % GIVEN_STEP == 0) {
		struct given_option *more = realloc(options->given, bytes);

		if (!more)
			return error_memory(err, "options", bytes);
		options->given = more;
	}
	options->given[options->n_given++] = (struct given_option){
		.name = item->row.name,
		.value = value,
		.from = words->name,
		.line = words->line,
	};
	return 0;
}

static int set(struct options *options, const struct option_item *item, const char *value,
	       struct error *err)
{
	return item->report ? report_want(&options->reports, item->report, value, err)
			    : item->row.set(options, value, err);
}

static int take(struct parser *p, struct options *options, const struct words *words,
		const struct option_item *item, const char *value, struct error *err)
{
	if (prints(item))
		return print_and_end(p, item->row.name, value, err);
	/* Of the variable a command takes what run would understand in the same way. */
	if (is_outdone(p, item->identity, words->place) ||
	    (p->taker != p->command && !command_takes(p->command, item->identity)))
		return 0;
	if (set(options, item, value, err))
		return error_prefix(err, "--%s", item->row.name);
	if (keep_given(options, words, item, value, err))
		return -1;
	if (p->command->took)
		p->command->took(options, item, value);
	return 0;
}

/* --- the variable and the file --- */

/* Its words may be looked through again: getopt leaves them where all are options. */
static int visit_source(struct parser *p, struct options *options,
			const struct config_source *source, enum place place, option_visit *visit,
			struct error *err)
{
	for (unsigned i = 0; i < source->n; i++) {
		const struct words words = {place, source->name, source->item[i].line,
					    source->item[i].argc, source->item[i].argv};
		int status = each_option(p, options, &words, visit, err);

		if (!status && optind < words.argc)
			status = error_set(err, EX_USAGE,
					   "'%s' is no option; inputs are named on the command "
					   "line",
					   words.argv[optind]);
		if (status)
			return words.line ? error_prefix(err, "%s:%u", words.name, words.line)
					  : error_prefix(err, "%s", words.name);
	}
	return 0;
}

static int read_sources(struct parser *p, struct option_sources *sources, struct error *err)
{
	const char *variable = getenv(VARIABLE);

	if (p->n_configs > 1)
		return error_set(err, EX_USAGE, "--config is given more than once; name one file");
	if (variable && config_read_words(&sources->variable, VARIABLE, variable, err))
		return -1;
	if (p->config && config_read_file(&sources->file, p->config, err))
		return error_prefix(err, "--config");
	return 0;
}

/* The options of run are in the variable, those of the command in the file. */
static int take_sources(struct parser *p, struct options *options, struct error *err)
{
	struct option_sources *sources = calloc(1, sizeof(*sources));

	options->sources = sources;
	if (!sources)
		return error_memory(err, "options", sizeof(*sources));
	if (read_sources(p, sources, err) ||
	    visit_source(p, options, &sources->file, PLACE_FILE, look_at, err))
		return -1;
	make_getopt_tables(p, p->commands[0]);
	if (visit_source(p, options, &sources->variable, PLACE_VARIABLE, look_at, err) ||
	    visit_source(p, options, &sources->variable, PLACE_VARIABLE, take, err))
		return -1;
	make_getopt_tables(p, p->command);
	return visit_source(p, options, &sources->file, PLACE_FILE, take, err);
}

/* --- the command line --- */

/* On a copy of its words, as getopt moves them. What is wrong is told when options are taken. */
static int look_at_line(struct parser *p, const struct words *line, struct error *err)
{
	size_t bytes = ((size_t)line->argc + 1) * sizeof(char *);
	struct words copy = *line;
	struct error ignored;

	copy.argv = malloc(bytes);
	if (!copy.argv)
		return error_memory(err, "the command line", bytes);
	memcpy(copy.argv, line->argv, bytes);
	p->fails = each_option(p, NULL, &copy, look_at, &ignored) != 0;
	free(copy.argv);
	return 0;
}

static int parse(struct parser *p, struct options *options, int argc, char **argv,
		 struct error *err)
{
	/* The command's word is to getopt what the program's name is else. */
	const struct words line = {
		.place = PLACE_COMMAND_LINE, .argc = argc - p->named, .argv = argv + p->named};
	int status;

	make_getopt_tables(p, p->command);
	status = look_at_line(p, &line, err);
	if (!status && !p->prints)
		status = take_sources(p, options, err);
	if (status && p->fails) /* that is told first; what was taken may say where to tell it */
		status = 0;
	make_getopt_tables(p, p->command);
	if (!status)
		status = each_option(p, options, &line, take, err);
	if (status)
		return status;
	options->args = line.argv + optind;
	options->n_args = (unsigned)(line.argc - optind);
	return 0;
}

void options_release(struct options *options)
{
	if (options->sources) {
		config_release(&options->sources->variable);
		config_release(&options->sources->file);
	}
	free(options->sources);
	free(options->given);
	free(options->bands_text);
	free(options->own);
	options->sources = NULL;
	options->given = NULL;
	options->n_given = 0;
	options->bands_text = NULL;
	options->own = NULL;
}

/* The command that shows what this word is: of an index, of a preset of masks. NULL: none does. */
static const struct command *that_shows(command_table commands, const char *word)
{
	for (; *commands; commands++)
		for (unsigned i = 0; (*commands)->shown && (*commands)->shown(i); i++)
			if (strcasecmp((*commands)->shown(i), word) == 0)
				return *commands;
	return NULL;
}

/*
 * imgpipe help, imgpipe help WORD: 1, or -1 where there is nothing of that name. 0: it is none, or,
 * with *command set, `show WORD` of that command.
 */
static int help(struct options *options, const struct command **command, command_table commands,
		int argc, char **argv, struct error *err)
{
	static char show[] = "show", *words[2] = {show};

	if (argc < 2 || argc > 3 || strcmp(argv[1], "help") != 0)
		return 0;
	if (argc == 3 && !command_find(commands, argv[2]))
		*command = that_shows(commands, argv[2]);
	if (*command) {
		words[1] = argv[2];
		options->args = words;
		options->n_args = 2;
		return 0;
	}
	if (argc == 3)
		return print_topic(stdout, commands, argv[2], err) ? -1 : 1;
	print_help(stdout, commands, NULL);
	return 1;
}

int command_line_parse(struct options *options, const struct command **command,
		       command_table commands, int argc, char **argv, struct error *err)
{
	struct parser p = {.commands = commands, .command = commands[0]};
	const struct command *named = command_find(commands, argc > 1 ? argv[1] : NULL);
	int status;

	*options = (struct options){
		.n_words = (unsigned)argc, .words = argv, .executor = "auto", .scale = 1};
	*command = NULL;
	status = help(options, command, commands, argc, argv, err);
	if (*command)
		return 0;
	*command = p.command;
	if (status)
		return status;
	p.named = named;
	p.command = named ? named : commands[0];
	*command = p.command;
	if (p.command->own_bytes) {
		options->own = calloc(1, p.command->own_bytes);
		if (!options->own)
			return error_memory(err, "options", p.command->own_bytes);
	}
	status = parse(&p, options, argc, argv, err);
	return status ? status : options_check(p.commands, p.command, p.named, options, err);
}
