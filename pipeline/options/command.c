/*
 * Looking into commands and their options.
 */
#include "command.h"

#include <string.h>

#include "rows.h"

static void add(struct option_list *list, const struct option_item *item)
{
	if (list->n < OPTIONS_MOST)
		list->item[list->n++] = *item;
}

/* The group's commands make the report, and take its name as an option. */
static bool offers(const struct option_group *group, const struct report_option *report)
{
	return report->name && report->made_by & group->made_by &&
	       (report->needs || !group->counted);
}

static void add_reports(struct option_list *list, const struct option_group *group)
{
	const struct report_option *report;

	for (unsigned i = 0; group->reports && (report = group->reports(i)); i++)
		if (offers(group, report))
			add(list, &(struct option_item){
					  .row = {.name = report->name,
						  .argument = report->argument ? report->argument
									       : "FILE",
						  .kind = VALUE_FILE,
						  .brief = report->brief,
						  .help = report->help},
					  .report = report,
					  .identity = report,
					  .title = group->title});
}

static void add_group(struct option_list *list, const struct option_group *group)
{
	add_reports(list, group);
	for (const struct option_row *const *row = group->rows; row && *row; row++)
		add(list,
		    &(struct option_item){.row = **row, .identity = *row, .title = group->title});
}

void option_list_make(struct option_list *list, const struct command *command)
{
	list->n = 0;
	for (const struct option_group *group = command->groups; group->title; group++)
		add_group(list, group);
	add_group(list, &config_group);
	add_group(list, &screen_group);
	add_group(list, &help_group);
}

const struct option_item *option_list_find(const struct option_list *list, const char *name,
					   size_t length)
{
	for (unsigned i = 0; i < list->n; i++) {
		const char *own = list->item[i].row.name;

		if (strlen(own) == length && strncmp(own, name, length) == 0)
			return &list->item[i];
	}
	return NULL;
}

static bool group_has(const struct option_group *group, const void *identity)
{
	const struct report_option *report;

	for (const struct option_row *const *row = group->rows; row && *row; row++)
		if (*row == identity)
			return true;
	for (unsigned i = 0; group->reports && (report = group->reports(i)); i++)
		if (report == identity)
			return offers(group, report);
	return false;
}

bool command_takes(const struct command *command, const void *identity)
{
	for (const struct option_group *group = command->groups; group->title; group++)
		if (group_has(group, identity))
			return true;
	return group_has(&config_group, identity) || group_has(&screen_group, identity) ||
	       group_has(&help_group, identity);
}

const struct command *command_find(command_table commands, const char *word)
{
	for (; word && *commands; commands++)
		if (strcmp((*commands)->word, word) == 0)
			return *commands;
	return NULL;
}
