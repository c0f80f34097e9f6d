/*
 * `imgpipe graph`: the tasks of the run that the plan describes, as a picture or as text.
 */
#include "picture/graph.h"

int report_graph(FILE *out, const struct plan *plan, const struct chunk_grid *grid,
		 const struct scene *scene, const struct catalog *catalog,
		 const struct options *options)
{
	struct graph graph;

	graph_plan(&graph, plan, grid, scene, catalog);
	if (options->text)
		graph_text(out, &graph);
	else
		graph_svg(out, &graph, true);
	return ferror(out) ? -1 : 0;
}
