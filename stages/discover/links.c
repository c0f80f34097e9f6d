/*
 * Links to files: which files of the list are one file under several names. Only files that were
 * found in directories are looked at; what the user names twice is meant twice.
 */
#include "links.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Files outside the list that links lead to, and the first link to each. */
struct target {
	struct identity id;
	uint32_t file;
};

struct targets {
	struct number_set set;
	struct target *target;
	uint32_t n, size;
};

static uint32_t target_hash(const void *ctx, uint32_t number)
{
	return identity_hash(&((const struct targets *)ctx)->target[number].id);
}

static bool target_equal(const void *ctx, uint32_t number, const void *key)
{
	const struct identity *id = &((const struct targets *)ctx)->target[number].id;
	const struct identity *wanted = key;

	return id->dev == wanted->dev && id->ino == wanted->ino;
}

/* The file of the list that is called `real`, by its directory and its name there. */
static uint32_t listed(const struct file_list *list, char *real)
{
	char *slash = strrchr(real, '/');
	const struct place *place;
	struct identity id;
	struct stat st;

	if (!slash)
		return NO_FILE;
	*slash = '\0';
	if (stat(slash == real ? "/" : real, &st))
		return NO_FILE;
	id = (struct identity){.dev = st.st_dev, .ino = st.st_ino};
	place = file_list_place(list, &id);
	return place ? file_list_find(list, place->dir, slash + 1) : NO_FILE;
}

/* The first link to the same file outside the list: this one, where there is none. */
static int first_link(struct targets *targets, const struct stat *st, uint32_t file, uint32_t *same,
		      struct error *err)
{
	struct identity id = {.dev = st->st_dev, .ino = st->st_ino};
	uint32_t *slot;

	if (number_set_grow(&targets->set, target_hash, targets, err))
		return -1;
	slot = number_set_find(&targets->set, identity_hash(&id), target_equal, targets, &id);
	if (*slot == NO_FILE) {
		targets->target[targets->n] = (struct target){.id = id, .file = file};
		*slot = targets->n++;
		targets->set.n++;
	}
	*same = targets->target[*slot].file;
	return 0;
}

/* A link that leads nowhere is itself: it fails when its turn comes. */
static int resolve(struct file_list *list, struct targets *targets, uint32_t file,
		   struct error *err)
{
	char *path = file_list_path(list, file), *real = path ? realpath(path, NULL) : NULL;
	uint32_t other = NO_FILE;
	struct stat st;
	int rc = 0;

	if (!path)
		return error_memory(err, "a path", 0);
	if (real && stat(path, &st) == 0) {
		other = listed(list, real);
		if (other != NO_FILE)
			list->same[file] = other;
		else
			rc = first_link(targets, &st, file, &list->same[file], err);
	}
	free(real);
	free(path);
	return rc;
}

int file_list_resolve(struct file_list *list, struct error *err)
{
	struct targets targets = {.size = list->n_by_link};
	int rc = 0;

	if (!list->n_by_link)
		return 0;
	list->same = malloc(list->n * sizeof(*list->same));
	targets.target = malloc(targets.size * sizeof(*targets.target));
	if (!list->same || !targets.target)
		rc = error_memory(err, "links", list->n * sizeof(*list->same));
	for (uint32_t i = 0; i < list->n && rc == 0; i++) {
		list->same[i] = i;
		if (list->entry[i].by_link)
			rc = resolve(list, &targets, i, err);
	}
	number_set_release(&targets.set);
	free(targets.target);
	return rc;
}

void file_list_forget_links(struct file_list *list)
{
	free(list->same);
	list->same = NULL;
}
