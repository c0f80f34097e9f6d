/*
 * Small pictures in a file until all are there; see sheet_store.h.
 */
#include "sheet_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { ROOM_AT_FIRST = 64 };

int sheet_store_open(struct sheet_store *store, const char *path, struct error *err)
{
	char *folder = path_folder(path);

	*store = (struct sheet_store){.folder = -1, .fd = -1};
	if (!folder)
		return error_memory(err, "a path", strlen(path));
	store->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	if (store->folder >= 0)
		store->fd = new_file_open(&store->file, store->folder, path_name(path), 0600);
	if (store->fd >= 0)
		return 0;
	return error_errno(err, EX_CANTCREAT, errno,
			   "%s: cannot keep small pictures beside it; give a path in a folder that "
			   "exists and may be written",
			   path);
}

void sheet_store_close(struct sheet_store *store)
{
	if (!store->room && !store->file.folder && !store->fd)
		return; /* never opened */
	if (store->fd >= 0)
		(void)close(store->fd);
	new_file_drop(&store->file);
	if (store->folder >= 0)
		(void)close(store->folder);
	free(store->key);
	*store = (struct sheet_store){.folder = -1, .fd = -1};
}

/* --- adding --- */

/* Room doubles, and while it grows the smaller one is still there. */
size_t sheet_store_bytes(void)
{
	uint32_t room = ROOM_AT_FIRST;

	while (room < SHEET_STORE_MOST)
		room *= 2;
	return (room + room / 2) * sizeof(struct sheet_key) + sizeof(struct sheet_record) +
	       THUMBNAIL_SIDE_MOST * THUMBNAIL_SIDE_MOST;
}

static int grow(struct sheet_store *store, struct error *err)
{
	uint32_t room = store->room ? 2 * store->room : ROOM_AT_FIRST;
	struct sheet_key *key;

	if (store->n < store->room)
		return 0;
	key = realloc(store->key, room * sizeof(*key));
	if (!key)
		return error_memory(err, "a contact sheet", room * sizeof(*key));
	store->key = key;
	store->room = room;
	return 0;
}

static int put(struct sheet_store *store, const void *bytes, size_t n, struct error *err)
{
	const char *at = bytes;

	while (n) {
		ssize_t done = pwrite(store->fd, at, n, (off_t)store->bytes);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return error_errno(err, EX_IOERR, done ? errno : EIO,
					   "cannot keep a small picture of %zu bytes", n);
		at += done;
		n -= (size_t)done;
		store->bytes += (uint64_t)done;
	}
	return 0;
}

static void keep_text(char *to, size_t room, const char *text)
{
	size_t n = strnlen(text, room - 1);

	memcpy(to, text, n);
	to[n] = '\0';
}

/* Member by member: what lies between them is not for a file. */
static void keep_thumbnail(struct thumbnail *to, const struct thumbnail *from)
{
	const struct picture *picture = &from->picture;

	to->picture.x_size = picture->x_size;
	to->picture.y_size = picture->y_size;
	to->picture.n_colours = picture->n_colours;
	memcpy(to->picture.colour, picture->colour, picture->n_colours * sizeof(*picture->colour));
	keep_text(to->title, sizeof(to->title), from->title);
	to->numbers = from->numbers;
	to->own_range = from->own_range;
	to->ramp.kind = from->ramp.kind;
	to->ramp.low = from->ramp.low;
	to->ramp.high = from->ramp.high;
}

static size_t pixels_of(const struct picture *picture)
{
	return picture_bytes(picture->x_size, picture->y_size);
}

int sheet_store_add(struct sheet_store *store, const char *date, const struct sheet_cell *cell,
		    struct error *err)
{
	static const char more[] = "...";
	struct sheet_record record;
	struct sheet_key *key;

	if (store->n >= SHEET_STORE_MOST)
		return error_set(err, EX_SOFTWARE, "more than %d pictures", SHEET_STORE_MOST);
	if (grow(store, err))
		return -1;
	key = &store->key[store->n];
	*key = (struct sheet_key){.number = store->n, .offset = store->bytes};
	keep_text(key->date, sizeof(key->date), date);
	memset(&record, 0, sizeof(record));
	keep_text(record.first, sizeof(record.first), cell->first);
	keep_text(record.second, sizeof(record.second), cell->second);
	keep_text(record.reason, sizeof(record.reason), cell->reason);
	if (strlen(cell->reason) >= sizeof(record.reason))
		memcpy(record.reason + sizeof(record.reason) - sizeof(more), more, sizeof(more));
	record.has_picture = cell->thumbnail;
	if (cell->thumbnail)
		keep_thumbnail(&record.thumbnail, cell->thumbnail);
	if (put(store, &record, sizeof(record), err) ||
	    (cell->thumbnail &&
	     put(store, cell->thumbnail->picture.pixel, pixels_of(&cell->thumbnail->picture), err)))
		return -1;
	store->n++;
	return 0;
}

/* --- reading --- */

static int by_date(const void *a, const void *b)
{
	const struct sheet_key *x = a, *y = b;
	int order = strcmp(x->date, y->date);

	if (!*x->date != !*y->date)
		return *x->date ? -1 : 1;
	return order ? order : (x->number > y->number) - (x->number < y->number);
}

void sheet_store_sort(struct sheet_store *store)
{
	if (store->n)
		qsort(store->key, store->n, sizeof(*store->key), by_date);
}

static int get(const struct sheet_store *store, void *bytes, size_t n, uint64_t offset,
	       struct error *err)
{
	char *at = bytes;

	while (n) {
		ssize_t done = pread(store->fd, at, n, (off_t)offset);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return error_errno(err, EX_IOERR, done ? errno : EIO,
					   "cannot read a small picture back");
		at += done;
		n -= (size_t)done;
		offset += (uint64_t)done;
	}
	return 0;
}

/* Where the file had a name for a while, somebody may have written into it. */
static int read_picture(const struct sheet_store *store, struct picture *picture, uint64_t offset,
			struct error *err)
{
	struct picture whole;

	if (picture->x_size > THUMBNAIL_SIDE_MOST || picture->y_size > THUMBNAIL_SIDE_MOST)
		return error_set(err, EX_SOFTWARE, "a small picture of %u x %u pixels",
				 picture->x_size, picture->y_size);
	if (picture_init(&whole, picture->x_size, picture->y_size, err))
		return -1;
	whole.n_colours = picture->n_colours;
	memcpy(whole.colour, picture->colour, sizeof(whole.colour));
	*picture = whole;
	return get(store, picture->pixel, pixels_of(picture), offset, err);
}

int sheet_store_read(const struct sheet_store *store, uint32_t i, struct sheet_record *record,
		     struct error *err)
{
	uint64_t offset = store->key[i].offset;

	if (get(store, record, sizeof(*record), offset, err)) {
		memset(record, 0, sizeof(*record));
		return -1;
	}
	record->thumbnail.picture.pixel = NULL;
	record->first[SHEET_LINE_BYTES - 1] = '\0';
	record->second[SHEET_LINE_BYTES - 1] = '\0';
	record->reason[SHEET_REASON_BYTES - 1] = '\0';
	record->thumbnail.title[THUMBNAIL_TITLE_BYTES - 1] = '\0';
	if (!record->has_picture)
		return 0;
	return read_picture(store, &record->thumbnail.picture, offset + sizeof(*record), err);
}
