/*
 * Layouts by name, and by the names of the files that hold them.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "bands/name_pattern.h"
#include "layout_row.h"

const struct mask_layout *layout_called(const char *name)
{
	const struct mask_layout *layout = layout_next(NULL);

	while (layout && strcasecmp(layout->name, name) != 0)
		layout = layout_next(layout);
	return layout;
}

const char *layout_name(const struct mask_layout *layout)
{
	return layout->name;
}

bool layout_takes_threshold(const struct mask_layout *layout)
{
	return layout->takes_threshold;
}

const char *layout_word(unsigned number)
{
	const struct mask_layout *layout = layout_next(NULL);

	while (layout && number--)
		layout = layout_next(layout);
	return layout ? layout->name : NULL;
}

/* A word that begins or ends with a letter or a digit has no other beside it there. */
static bool stands_alone(const char *text, const char *at, const char *word, size_t length)
{
	bool before = at > text && isalnum((unsigned char)at[-1]);
	bool behind = isalnum((unsigned char)at[length]);

	return !(before && isalnum((unsigned char)word[0])) &&
	       !(behind && isalnum((unsigned char)word[length - 1]));
}

static bool holds_word(const char *text, const char *word, size_t length)
{
	for (const char *at = text; *at; at++)
		if (strncasecmp(at, word, length) == 0 && stands_alone(text, at, word, length))
			return true;
	return false;
}

static bool holds_one(const char *text, const char *words)
{
	for (const char *word = words;; word++) {
		size_t length = strcspn(word, "|");

		if (holds_word(text, word, length))
			return true;
		word += length;
		if (!*word)
			return false;
	}
}

static bool of_scene(const struct mask_layout *layout, const char *file, const char *scene)
{
	return layout->scenes && (name_matches(layout->scenes, file, strlen(file)) ||
				  (scene && name_matches(layout->scenes, scene, strlen(scene))));
}

/* Do the names say that it is another of the layouts that share its word? */
static bool is_other(const struct mask_layout *layout, const char *file, const char *scene)
{
	for (const struct mask_layout *l = layout_next(NULL); l; l = layout_next(l))
		if (l != layout && l->scenes && strcmp(l->files, layout->files) == 0 &&
		    of_scene(l, file, scene))
			return true;
	return false;
}

bool layout_names(const struct mask_layout *layout, const char *file_name, const char *scene_name)
{
	if (!holds_one(file_name, layout->files))
		return false;
	return layout->scenes ? of_scene(layout, file_name, scene_name)
			      : !is_other(layout, file_name, scene_name);
}

bool layout_shares_word(const struct mask_layout *layout, const char *file_name)
{
	return holds_one(file_name, layout->files);
}
