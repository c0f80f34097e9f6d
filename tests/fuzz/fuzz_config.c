/*
 * Fuzz options that stand in a file (--config) or in IMGPIPE_OPTIONS. Input: the file. Where its
 * first line begins with "--" that line is the variable, and the command is another one by its
 * length.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/commands.h"
#include "options/command_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static char path[] = "/dev/shm/fuzz-config-XXXXXX";

static void remove_file(void)
{
	(void)unlink(path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	int fd = mkstemp(path);

	(void)argc;
	(void)argv;
	if (fd < 0 || close(fd) || atexit(remove_file))
		abort();
	return 0;
}

/* The length of the variable's line, 0: there is none. */
static size_t variable_line(const char *text, size_t size)
{
	const char *end = memchr(text, '\n', size);

	return size > 2 && memcmp(text, "--", 2) == 0 && end ? (size_t)(end - text) : 0;
}

static void store(const char *text, size_t size)
{
	FILE *out = fopen(path, "w");

	if (!out || fwrite(text, 1, size, out) != size || fclose(out))
		abort();
}

static unsigned count_lines(const char *text, size_t size)
{
	unsigned n = 1;

	for (size_t i = 0; i < size; i++)
		n += text[i] == '\n';
	return n;
}

/* Each has a place that is there, and one that can be read to its end. */
static void check_given(const struct options *options, unsigned n_lines)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < options->n_given; i++) {
		const struct given_option *given = &options->given[i];

		bytes += strlen(given->name) + (given->value ? strlen(given->value) : 0);
		if (given->line > n_lines || (given->line && strcmp(given->from, path) != 0))
			abort();
		if (strcmp(given->name, "config") == 0 && given->from)
			abort(); /* a file within a file */
	}
	if (bytes > 1 << 20)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *argv[6] = {(char *)"imgpipe"};
	const struct command *command;
	struct options options;
	struct error err = {0};
	size_t variable, skip;
	int argc = 1, status;

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	variable = variable_line(text, size);
	skip = variable ? variable + 1 : 0;
	store(text + skip, size - skip);
	(void)unsetenv("IMGPIPE_OPTIONS");
	if (variable) {
		unsigned n = 0;

		text[variable] = '\0';
		if (setenv("IMGPIPE_OPTIONS", text, 1))
			abort();
		while (commands[n])
			n++;
		argv[argc++] = (char *)commands[variable % n]->word;
	}
	argv[argc++] = (char *)"--config";
	argv[argc++] = path;
	argv[argc++] = (char *)"a.tif";
	status = command_line_parse(&options, &command, commands, argc, argv, &err);
	if (status < 0 && (!err.code || !*err.text))
		abort(); /* a refusal has words */
	if (status > 0)
		abort(); /* nothing that prints is taken from there */
	check_given(&options, count_lines((char *)data + skip, size - skip));
	options_release(&options);
	free(text);
	return 0;
}
