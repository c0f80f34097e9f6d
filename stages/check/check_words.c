/*
 * Words that all reports of a check share.
 */
#include "check_words.h"

#include <stdio.h>
#include <string.h>

#include "printable.h"

enum check_verdict check_verdict(const struct scene_result *result)
{
	const int code = result->error.code;

	switch (result->status) {
	case SCENE_OK:
		return CHECK_OK;
	case SCENE_FAILED:
		return code == EX_TEMPFAIL || code == EX_UNAVAILABLE ? CHECK_UNREAD : CHECK_BAD;
	case SCENE_SKIPPED:
		return CHECK_SKIPPED;
	case SCENE_CANCELLED:
		break;
	}
	return CHECK_LEFT;
}

const struct raster_info *check_info(const struct scene_result *result)
{
	const struct scene *scene = result->scene;

	return scene->n_files && scene->files[0].info.x_size ? &scene->files[0].info : NULL;
}

/* Errors name the file, printable as they are; behind "mask: " where it is in the mask. */
const char *check_reason(char text[CHECK_REASON_BYTES], const struct scene_result *result)
{
	const char *said = result->error.text, *at;
	char name[ERROR_TEXT_BYTES];
	size_t front, length;

	(void)printable_copy(name, sizeof(name), result->scene->name ? result->scene->name : "?");
	length = strlen(name);
	at = strstr(said, name);
	front = at ? (size_t)(at - said) : 0;
	if (!at || strncmp(at + length, ": ", 2) != 0 || (front && said[front - 1] != ' '))
		(void)snprintf(text, CHECK_REASON_BYTES, "%s", said);
	else
		(void)snprintf(text, CHECK_REASON_BYTES, "%.*s%s", (int)front, said,
			       at + length + 2);
	return text;
}
