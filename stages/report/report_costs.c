/*
 * What a run cost, for people: the table of stages, waits, exchange, memory, and a verdict in
 * words. Knows nothing of scenes.
 */
#include "report_costs.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "report_words.h"
#include "run_figures.h"
#include "base/table.h"
#include "base/text.h"
#include "verdict.h"

enum { LABEL_COLUMNS = 10 };

static double mb(uint64_t bytes)
{
	return (double)bytes / 1e6;
}

static double mib(uint64_t bytes)
{
	return (double)bytes / (1 << 20);
}

static double sec(uint64_t ns)
{
	return (double)ns / 1e9;
}

/* A count of bytes in MB, or "-". */
static const char *mb_text(char text[24], bool known, uint64_t bytes)
{
	if (!known)
		return "-";
	(void)snprintf(text, 24, "%.1f", mb(bytes));
	return text;
}

enum column { STAGE, CHUNKS, TILES, MB_IN, MB_OUT, BUSY, CPU, WAITS, MESSAGES, PLANNED, RESERVED };

/* Time is what the verdict is about, bytes explain it; what is left out is in --report, too. */
static const struct table_column columns[] = {
	[STAGE] = {.head = "stage", .width = 8, .left = true},
	[CHUNKS] = {.head = "chunks", .width = 7, .most = 8, .drop = 1},
	[TILES] = {.head = "tiles", .width = 7, .most = 8, .drop = 2},
	[MB_IN] = {.head = "MB in", .width = 8, .most = 9},
	[MB_OUT] = {.head = "MB out", .width = 8, .most = 9},
	[BUSY] = {.head = "busy s", .width = 8, .most = 9},
	[CPU] = {.head = "CPU s", .width = 8, .most = 9},
	[WAITS] = {.head = "wait s", .width = 8},
	[MESSAGES] = {.head = "msgs", .width = 6, .drop = 5},
	[PLANNED] = {.head = "plan MiB", .width = 8, .drop = 4},
	[RESERVED] = {.head = "resv MiB", .width = 8, .drop = 3},
};

enum { N_COLUMNS = sizeof(columns) / sizeof(columns[0]), NUMBER_BYTES = 32 };

/* Those that all rows have, the total's too. */
static void fill_costs(const char *cell[N_COLUMNS], char text[N_COLUMNS][NUMBER_BYTES],
		       const struct meter_row *row)
{
	(void)snprintf(text[BUSY], NUMBER_BYTES, "%.3f", sec(row->busy_ns));
	(void)snprintf(text[CPU], NUMBER_BYTES, "%.3f", sec(row->cpu_ns));
	(void)snprintf(text[WAITS], NUMBER_BYTES, "%.3f", sec(meter_row_wait_ns(row)));
	(void)snprintf(text[MESSAGES], NUMBER_BYTES, "%" PRIu64, row->messages);
	(void)snprintf(text[PLANNED], NUMBER_BYTES, "%.1f", mib(row->planned_peak));
	(void)snprintf(text[RESERVED], NUMBER_BYTES, "%.1f", mib(row->reserved_peak));
	for (unsigned i = BUSY; i < N_COLUMNS; i++)
		cell[i] = text[i];
}

static void put_stage(const struct table *table, enum meter_stage stage,
		      const struct run_totals *totals, const char *name)
{
	const struct meter_row *row = &totals->meter.row[stage];
	bool known = stored_bytes_known(totals, stage);
	char text[N_COLUMNS][NUMBER_BYTES], in[24], from[24];
	const char *cell[N_COLUMNS] = {
		[STAGE] = name,
		[CHUNKS] = text[CHUNKS],
		[TILES] = text[TILES],
		[MB_IN] = mb_text(in, known, row->bytes_in),
		[MB_OUT] = mb_text(from, known || stage != METER_FETCH, row->bytes_out)};

	(void)snprintf(text[CHUNKS], NUMBER_BYTES, "%" PRIu64, row->chunks);
	(void)snprintf(text[TILES], NUMBER_BYTES, "%" PRIu64, row->tiles);
	fill_costs(cell, text, row);
	table_row(table, INK_PLAIN, cell);
}

static void put_stages(FILE *out, const struct run_totals *totals, const struct plan *plan,
		       const struct run_figures *f)
{
	char text[N_COLUMNS][NUMBER_BYTES];
	const char *total[N_COLUMNS] = {[STAGE] = "total"};
	struct table table;

	table_init(&table, out, columns, N_COLUMNS);
	(void)fputc('\n', out);
	table_head(&table);
	for (int stage = 0; stage < N_METER_STAGES; stage++) {
		const char *name = plan_stage_name(plan, (enum meter_stage)stage);

		if (name)
			put_stage(&table, (enum meter_stage)stage, totals, name);
	}
	fill_costs(total, text, &f->total);
	table_row(&table, INK_HEADING, total);
}

/* Causes of half a millisecond and more: the others would read 0.000. */
static void put_waits(FILE *out, const struct run_figures *f)
{
	static const double least_s = 0.0005;
	char line[240];
	size_t used = 0;

	for (int cause = 0; cause < N_WAIT_CAUSES && used < sizeof(line); cause++)
		if (f->wait_s[cause] >= least_s)
			used += (size_t)snprintf(
				line + used, sizeof(line) - used, "%s%s %.3f s", used ? ", " : "",
				wait_cause_name((enum wait_cause)cause), f->wait_s[cause]);
	if (used < sizeof(line))
		(void)snprintf(line + used, sizeof(line) - used, "%s; unaccounted %.3f s",
			       used ? "" : "none", f->unmeasured_s);
	text_item(out, LABEL_COLUMNS, "Waits", line);
}

/* What passed between workers, and how evenly they were busy. */
static void put_exchange(FILE *out, const struct run_totals *totals, const struct run_figures *f)
{
	bool copied = totals->meter.costs.n_pixel_messages ||
		      (totals->transport && strcmp(totals->transport, "memory") != 0);
	char line[320], share[64] = "", balance[64] = "";

	if (!isnan(f->message_share))
		(void)snprintf(share, sizeof(share), " (%.4f bytes per pixel byte read)",
			       f->message_share);
	if (!isnan(f->imbalance))
		(void)snprintf(balance, sizeof(balance), "; busiest worker %.2f x the mean",
			       f->imbalance);
	if (copied)
		(void)snprintf(line, sizeof(line),
			       "%s: %" PRIu64 " messages, %.2f MB%s, pack %.3f s, transfer %.3f s "
			       "(%.1f %% of worker time)%s",
			       totals->transport, f->total.messages, mb(f->total.message_bytes),
			       share, f->pack_s, f->transfer_s,
			       100 * worker_share(f, f->exchange_s), balance);
	else
		(void)snprintf(line, sizeof(line),
			       "memory: %" PRIu64 " result%s, %.2f MB handed over, none copied%s",
			       f->total.messages, f->total.messages == 1 ? "" : "s",
			       mb(f->total.message_bytes), balance);
	text_item(out, LABEL_COLUMNS, "Exchange", line);
}

static void put_ranks(FILE *out, const struct run_totals *totals)
{
	char line[240], peak[24];
	size_t used = 0;

	for (unsigned i = 0; i < totals->n_ranks; i++) {
		const struct rank_totals *r = &totals->rank[i];

		(void)snprintf(line, sizeof(line),
			       "%u on %s: %u worker%s, %.3f s CPU, resident peak %s, sent %" PRIu64
			       " messages, %.2f MB",
			       i, r->host, r->n_workers, r->n_workers == 1 ? "" : "s",
			       sec(r->cpu_ns), bytes_text(peak, r->resident_peak), r->messages,
			       mb(r->message_bytes));
		text_item(out, LABEL_COLUMNS, i ? "" : "Ranks", line);
	}
	for (unsigned i = 0; i < totals->n_collectives && used < sizeof(line); i++) {
		const struct collective_totals *c = &totals->collective[i];

		used += (size_t)snprintf(line + used, sizeof(line) - used,
					 "%s%s %" PRIu64 " x, %" PRIu64 " bytes, %.3f s",
					 i ? "; " : "", c->name, c->calls, c->bytes, sec(c->ns));
	}
	if (used)
		text_item(out, LABEL_COLUMNS, "MPI", line);
}

static void put_memory(FILE *out, const struct run_totals *totals, const struct plan *plan)
{
	char line[400], b[5][24], cgroup[64] = "", resident[80] = "resident peak not known";
	uint64_t limit = plan->budget.limit;

	if (totals->resident_peak)
		(void)snprintf(resident, sizeof(resident), "%s %s (%.1f %% of budget)",
			       totals->pss_peak ? "PSS peak of all processes" : "resident peak",
			       bytes_text(b[0], totals->resident_peak),
			       limit ? 100.0 * (double)totals->resident_peak / (double)limit : 0.0);
	if (totals->cgroup_peak)
		(void)snprintf(cgroup, sizeof(cgroup), ", cgroup peak %s",
			       bytes_text(b[1], totals->cgroup_peak));
	(void)snprintf(line, sizeof(line), "budget %s (%s), planned %s, reserved %s, %s%s",
		       bytes_text(b[2], limit), plan->budget.source,
		       bytes_text(b[3], totals->predicted.peak),
		       bytes_text(b[4], totals->reserved_peak), resident, cgroup);
	text_item(out, LABEL_COLUMNS, "Memory", line);
	if (totals->n_ranks > 1)
		text_item(out, LABEL_COLUMNS, "",
			  "budget, plan and reservation are per rank; the peak is that of the "
			  "largest rank");
	for (unsigned i = 0; i < plan->n_notes; i++)
		text_item_in(out, INK_WARNING, LABEL_COLUMNS, "    note:", plan->notes[i]);
}

static void put_run(FILE *out, const struct run_totals *totals, const struct plan *plan,
		    const struct options *options, const struct run_figures *f)
{
	const struct meter_row *row = totals->meter.row;
	char line[400], asked[40] = "", amplification[48] = "", read[24] = "-", work[128];
	double wall_s = f->wall_s > 0 ? f->wall_s : NAN;

	if (stored_bytes_known(totals, METER_FETCH))
		(void)snprintf(read, sizeof(read), "%.1f", mb(row[METER_FETCH].bytes_in) / wall_s);
	if (plan->workers_asked * (totals->n_ranks ? totals->n_ranks : 1) != totals->n_workers)
		(void)snprintf(asked, sizeof(asked), " of %u asked for",
			       plan->workers_asked * (totals->n_ranks ? totals->n_ranks : 1));
	if (!isnan(f->amplification))
		(void)snprintf(amplification, sizeof(amplification), "; read amplification %.2f",
			       f->amplification);
	(void)snprintf(work, sizeof(work), "%.1f Mpixel/s, %s MB/s read, %.1f MB/s decoded%s",
		       (double)f->pixels / 1e6 / wall_s, read,
		       mb(row[METER_DECODE].bytes_out) / wall_s, amplification);
	if (options->lab)
		(void)snprintf(work, sizeof(work), "%.1f million a second",
			       (double)f->pixels / 1e6 / wall_s);
	(void)snprintf(
		line, sizeof(line),
		"%s, %u worker%s%s, %.3f s wall, %.3f s CPU, parallel efficiency %.0f %%; %s",
		totals->executor ? totals->executor : "?", totals->n_workers,
		totals->n_workers == 1 ? "" : "s", asked, f->wall_s, f->cpu_s, 100 * f->efficiency,
		work);
	text_item(out, LABEL_COLUMNS, "Run", line);
}

/* Of workers that are processes. In full where something is missing, or with -v. */
static void put_confinement(FILE *out, const struct run_totals *totals, const struct plan *plan,
			    const struct options *options)
{
	const struct confinement *c = &plan->confinement;
	char b[24], text[CONFINEMENT_TEXT_BYTES], line[CONFINEMENT_TEXT_BYTES + 64];

	if (!c->wanted)
		return;
	if (totals->unconfined) {
		text_item(out, LABEL_COLUMNS, "", totals->unconfined);
		return;
	}
	(void)snprintf(line, sizeof(line), "workers are confined by %s; %s of data each",
		       confinement_text(text, c), bytes_text(b, plan_worker_bytes(plan)));
	if (c->lacks || c->network || options->verbosity > 0)
		text_item(out, LABEL_COLUMNS, "", line);
}

static void put_verdict(FILE *out, const struct run_totals *totals, const struct plan *plan,
			const struct options *options)
{
	struct verdict verdict;
	char lost[160];

	verdict_make(&verdict, totals, plan, options);
	for (unsigned i = 0; i < verdict.n; i++)
		if (!i || i != verdict.figure) /* line Run has it */
			text_item(out, LABEL_COLUMNS, i ? "" : "Verdict", verdict.sentence[i]);
	if (totals->n_lost) {
		(void)snprintf(lost, sizeof(lost),
			       "%u worker process%s died: the scenes worked on there are reported "
			       "as failed, and that work is not in the table",
			       totals->n_lost, totals->n_lost == 1 ? "" : "es");
		text_item(out, LABEL_COLUMNS, "", lost);
	}
	if (totals->interrupted_by)
		(void)fprintf(out, "%-*sinterrupted by %s: the report is partial\n", LABEL_COLUMNS,
			      "", totals->interrupted_by);
}

void report_costs(FILE *out, const struct run_totals *totals, const struct plan *plan,
		  const struct options *options)
{
	struct run_figures figures;

	run_figures_make(&figures, totals);
	if (!figures.chunks && !totals->interrupted_by)
		return; /* nothing was worked on: nothing cost anything */
	put_stages(out, totals, plan, &figures);
	(void)fputc('\n', out);
	put_waits(out, &figures);
	put_exchange(out, totals, &figures);
	put_ranks(out, totals);
	put_memory(out, totals, plan);
	put_run(out, totals, plan, options, &figures);
	put_confinement(out, totals, plan, options);
	put_verdict(out, totals, plan, options);
}
