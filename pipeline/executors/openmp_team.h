/*
 * What the module "imgpipe-openmp.so" exports: the OpenMP library costs every start of the program
 * a little, and few runs ask for it.
 */
#ifndef IMGPIPE_PIPELINE_OPENMP_TEAM_H
#define IMGPIPE_PIPELINE_OPENMP_TEAM_H

#include "executor.h"

struct openmp_team {
	unsigned (*workers)(unsigned n, bool asked); /* as in struct executor */
	int (*run)(struct job *job, struct error *err);
};

#endif
