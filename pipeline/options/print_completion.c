/*
 * Completions, by shell.
 */
#include <string.h>

#include "base/spelling.h"
#include "completion.h"
#include "print.h"

int print_completion(FILE *out, command_table commands, const char *shell, struct error *err)
{
	static const char *const words[] = {"bash", "zsh", "fish", NULL};
	static completion_printer *const printers[] = {completion_bash, completion_zsh,
						       completion_fish};

	for (unsigned i = 0; words[i]; i++)
		if (!shell || strcmp(shell, words[i]) == 0) {
			printers[i](out, commands);
			return 0;
		}
	return spelling_none_of(err, shell, words);
}
