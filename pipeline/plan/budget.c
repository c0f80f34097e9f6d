/*
 * The budget: the limit that holds for a run.
 */
#include "budget.h"

#include <stdio.h>

void budget_init(struct budget *budget, const struct options *options,
		 const struct machine *machine)
{
	unsigned percent =
		options->memory_percent ? options->memory_percent : BUDGET_DEFAULT_PERCENT;

	if (options->memory_bytes) {
		budget->limit = options->memory_bytes;
		snprintf(budget->source, sizeof(budget->source), "--memory");
		return;
	}
	budget->limit = machine->limit_bytes / 100 * percent;
	snprintf(budget->source, sizeof(budget->source), "%u %% of %s%s", percent,
		 machine->limit_source, options->memory_percent ? " (--memory)" : "");
}
