/*
 * Fuzz the command line: every command, option and value, the recipe that is made of --index,
 * --expr, --const and --range, the rules of --mask, and maps and their names, without running
 * anything. Input: the arguments, one a line; the first line may name a command.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/computing.h"
#include "options/command_line.h"
#include "output/map_name.h"

enum { MOST_ARGUMENTS = 200 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);

/* A word of the command line, known to the program or nearly so. */
static const char *word(unsigned seed)
{
	static const char *const words[] = {
		"run",
		"plan",
		"mask",
		"info",
		"graph",
		"merge",
		"sweep",
		"pi",
		"sum",
		"recur",
		"--memory",
		"64M",
		"25%",
		"--chunk",
		"tile",
		"500x300",
		"64..8192",
		"1,2,4",
		"--workers",
		"--mask",
		"SCL=4,5",
		"QA_PIXEL&31",
		"scl:land+snow",
		"auto",
		"udm2.1!=0,4-7",
		"--alpha",
		"--bands",
		"red=1",
		"nir=*b02",
		"--scale",
		"0.0001",
		"--offset",
		"-1e308",
		"--nodata",
		"nan",
		"--shard",
		"3/8",
		"auto",
		"--teach",
		"gil",
		"task-overhead=1ms",
		"-o",
		"--name",
		"{scene}_{index}.tif",
		"{date}{sensor}{index}",
		"--co",
		"COMPRESS=ZSTD",
		"ZSTD_LEVEL=9",
		"PREDICTOR=FLOATING_POINT",
		"BLOCKXSIZE=1024",
		"--type",
		"int16",
		"uint8",
		"--output-nodata",
		"-32768",
		"--format",
		"gtiff",
		"none",
		"--mask-output",
		"--bands-output",
		"red,B8A,#5",
		"--quicklook",
		"--quicklook={index}.png",
		"--no-legend",
		"--wait-lock",
		"10m",
		"--on-error",
		"stop",
		"--max-failures",
		"5%",
		"--stretch",
		"2,98",
		"--contact-sheet",
		"-N",
		"1e9",
		"--index",
		"ndvi,evi,lswi",
		"S2REP",
		"--expr",
		"x=(nir-red)/(nir+red)",
		"where(B8A>L,sqrt(#5),evi)",
		"--const",
		"savi.L=0.25",
		"L=-1e3",
		"--range",
		"x=-2,1e9",
		"ndvi=0,1",
		"--on-missing",
		"skip-scene",
		"--grid",
		"coarse",
		"--assume-reflectance",
		"--how",
		"array",
		"--repeat",
		"5",
		"--",
		"-",
		"@l",
		"-j",
		"-m",
		"-qv",
		"--help",
		"--version",
		"--man",
		"--csv",
		"--json",
		"--html",
		"--trace",
		"--tiles",
		"--summary",
		"--report",
		"--partial",
		"--executor",
		"processes",
		"--transport",
		"pipe",
		"--reader",
		"gdal",
		"--tile-grid",
		"18446744073709551616",
		"1e999",
		"0x10",
		"",
		"%s%n",
		"\xc2\x9b",
	};

	return words[seed % (sizeof(words) / sizeof(words[0]))];
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
	const char *add = word(seed / 8);
	size_t n = strlen(add);

	if (seed % 4 == 0 || size + n + 1 > room)
		return LLVMFuzzerMutate(data, size, room);
	if (seed % 4 == 1) { /* behind */
		memcpy(data + size, add, n);
		data[size + n] = seed & 4 ? '\n' : '=';
		return size + n + 1;
	}
	memmove(data + n + 1, data, size); /* in front */
	memcpy(data, add, n);
	data[n] = seed & 4 ? '\n' : ',';
	return size + n + 1;
}

/* Whatever a scene is called: names of files stay in their folder, and are no traps. */
static void check_names(const struct maps *maps, char *scene_name)
{
	struct scene scene = {.name = scene_name, .sensor = "A/../B", .acquired = "T"};
	char name[MAP_NAME_BYTES];
	struct error err = {0};

	for (unsigned i = 0; maps && i < maps_n_names(maps); i++) {
		if (maps_name(name, sizeof(name), maps, i, &scene, &err)) {
			if (err.code != EX_DATAERR)
				abort();
			continue;
		}
		if (!*name || *name == '.' || strchr(name, '/') || strstr(name, ".."))
			abort();
		for (const char *c = name; *c; c++)
			if ((unsigned char)*c < 0x20 || *c == 0x7f)
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *argv[MOST_ARGUMENTS + 2] = {(char *)"imgpipe"};
	const struct command *command;
	struct options options;
	struct error err = {0};
	int argc = 1, status;

	memcpy(text, data, size);
	text[size] = '\0';
	for (char *at = text; at && argc <= MOST_ARGUMENTS;) {
		char *end = strchr(at, '\n');

		if (end)
			*end++ = '\0';
		argv[argc++] = at;
		at = end;
	}
	status = command_line_parse(&options, &command, commands, argc, argv, &err);
	if (status == 0) {
		status = computing_prepare(&options, command, &err);
		check_names(options.maps, argv[argc - 1]);
		computing_release(&options);
	}
	if (status < 0 && (!err.code || !*err.text))
		abort(); /* a refusal has words */
	options_release(&options);
	free(text);
	return 0;
}
