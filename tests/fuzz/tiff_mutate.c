/*
 * Structure-aware mutation of TIFF and BigTIFF files in either byte order. Everything is looked up
 * in the bytes each time; nothing outside of them is touched whatever they claim.
 */
#include "tiff_mutate.h"

#include <libdeflate.h>
#include <lzma.h>
#include <stdbool.h>
#include <string.h>
#include <tiff.h>
#include <zstd.h>

struct file {
	uint8_t *data;
	size_t size, room;
	bool swapped, big;
	uint64_t random;
};

/* One entry of a directory: where it stands, and where its values do. */
struct entry {
	size_t at, values;
	unsigned tag, type;
	uint64_t count;
};

struct directory {
	size_t at; /* of the first entry */
	unsigned n;
	size_t link; /* of the offset of the next directory */
};

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators". */
static uint64_t next(struct file *f)
{
	f->random ^= f->random >> 12;
	f->random ^= f->random << 25;
	f->random ^= f->random >> 27;
	return f->random * 0x2545f4914f6cdd1du;
}

static uint64_t below(struct file *f, uint64_t n)
{
	return n ? (next(f) >> 16) % n : 0;
}

static bool inside(const struct file *f, size_t at, size_t n)
{
	return at <= f->size && n <= f->size - at;
}

static uint64_t get(const struct file *f, size_t at, unsigned bytes)
{
	uint64_t value = 0;

	if (!inside(f, at, bytes))
		return 0;
	for (unsigned i = 0; i < bytes; i++)
		value |= (uint64_t)f->data[at + i] << 8 * (f->swapped ? bytes - 1 - i : i);
	return value;
}

static void put(struct file *f, size_t at, unsigned bytes, uint64_t value)
{
	if (!inside(f, at, bytes))
		return;
	for (unsigned i = 0; i < bytes; i++)
		f->data[at + i] = (uint8_t)(value >> 8 * (f->swapped ? bytes - 1 - i : i));
}

static unsigned type_bytes(unsigned type)
{
	static const uint8_t bytes[19] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};

	return type < sizeof(bytes) ? bytes[type] : 0;
}

static unsigned entry_bytes(const struct file *f)
{
	return f->big ? 20 : 12;
}

static unsigned offset_bytes(const struct file *f)
{
	return f->big ? 8 : 4;
}

static bool read_directory(const struct file *f, uint64_t at, struct directory *d)
{
	unsigned head = f->big ? 8 : 2;
	uint64_t n = at < f->size ? get(f, at, head) : 0;

	if (!n || n > 400 || !inside(f, at + head, n * entry_bytes(f)))
		return false;
	*d = (struct directory){at + head, (unsigned)n, at + head + n * entry_bytes(f)};
	return true;
}

/* The first directory, or one of those behind it. */
static bool any_directory(struct file *f, struct directory *d)
{
	uint64_t at = get(f, f->big ? 8 : 4, offset_bytes(f));

	if (!read_directory(f, at, d))
		return false;
	for (unsigned i = 0; i < 4 && below(f, 3) == 0; i++) {
		struct directory further;

		if (!read_directory(f, get(f, d->link, offset_bytes(f)), &further))
			break;
		*d = further;
	}
	return true;
}

static struct entry entry_at(const struct file *f, const struct directory *d, unsigned i)
{
	struct entry e = {.at = d->at + (size_t)i * entry_bytes(f)};
	size_t slot = e.at + (f->big ? 12 : 8);

	e.tag = (unsigned)get(f, e.at, 2);
	e.type = (unsigned)get(f, e.at + 2, 2);
	e.count = get(f, e.at + 4, offset_bytes(f));
	e.values = slot;
	if (e.count > f->size || e.count * type_bytes(e.type) > offset_bytes(f))
		e.values = (size_t)get(f, slot, offset_bytes(f));
	return e;
}

static bool find(const struct file *f, const struct directory *d, unsigned tag, struct entry *e)
{
	for (unsigned i = 0; i < d->n; i++) {
		*e = entry_at(f, d, i);
		if (e->tag == tag)
			return true;
	}
	return false;
}

static uint64_t element(const struct file *f, const struct entry *e, uint64_t i)
{
	return get(f, e->values + (size_t)i * type_bytes(e->type), type_bytes(e->type));
}

static uint64_t interesting(struct file *f)
{
	static const uint64_t values[] = {
		0,          1,          2,          3,          4,          7,          8,
		15,         16,         17,         32,         64,         127,        128,
		255,        256,        257,        1000,       4095,       4096,       4097,
		32767,      32768,      65535,      65536,      1 << 20,    1 << 24,    0x7fffffff,
		0x80000000, 0xfffffffe, 0xffffffff, 1ull << 32, 1ull << 48, 1ull << 63, ~0ull};

	if (below(f, 4) == 0)
		return below(f, 2 * f->size);
	return values[below(f, sizeof(values) / sizeof(values[0]))];
}

static unsigned some_tag(struct file *f)
{
	static const uint16_t tags[] = {
		254,   255,   256,   257,   258,   259,   262,   266,   269,   270,   273,   274,
		277,   278,   279,   280,   281,   282,   284,   292,   296,   301,   305,   317,
		320,   322,   323,   324,   325,   330,   338,   339,   340,   341,   347,   512,
		513,   529,   530,   531,   532,   700,   32997, 33550, 33922, 34264, 34665, 34675,
		34735, 34736, 34737, 34853, 42112, 42113, 50674, 50844, 65000};

	return tags[below(f, sizeof(tags) / sizeof(tags[0]))];
}

/* --- mutations --- */

static void change_entry(struct file *f, const struct directory *d)
{
	struct entry e = entry_at(f, d, (unsigned)below(f, d->n));

	switch (below(f, 5)) {
	case 0:
		put(f, e.at, 2, some_tag(f));
		break;
	case 1:
		put(f, e.at + 2, 2, below(f, 20));
		break;
	case 2:
		put(f, e.at + 4, offset_bytes(f), interesting(f));
		break;
	case 3:
		put(f, e.at + (f->big ? 12 : 8), offset_bytes(f), interesting(f));
		break;
	default:
		put(f, e.values, type_bytes(e.type) ? type_bytes(e.type) : 1, interesting(f));
	}
}

static void change_element(struct file *f, const struct directory *d)
{
	struct entry e = entry_at(f, d, (unsigned)below(f, d->n));
	unsigned bytes = type_bytes(e.type);
	uint64_t i = below(f, e.count < 4096 ? e.count : 4096), old;

	if (!bytes)
		return;
	old = element(f, &e, i);
	put(f, e.values + (size_t)i * bytes, bytes,
	    below(f, 2) ? interesting(f) : old + below(f, 9) - 4);
}

static void copy_entry(struct file *f, const struct directory *d)
{
	struct entry from = entry_at(f, d, (unsigned)below(f, d->n));
	struct entry to = entry_at(f, d, (unsigned)below(f, d->n));

	memmove(f->data + to.at, f->data + from.at, entry_bytes(f));
	if (below(f, 2))
		put(f, to.at, 2, some_tag(f));
}

/* The directory once more at the file's end, without one entry or with one more. */
static void rewrite_directory(struct file *f, const struct directory *d)
{
	unsigned head = f->big ? 8 : 2, bytes = entry_bytes(f), n = d->n;
	bool more = below(f, 2);
	unsigned skip = more ? n : (unsigned)below(f, n);
	size_t at = f->size, to, need = head + (size_t)(n + 1) * bytes + offset_bytes(f);

	if (need > f->room - f->size)
		return;
	f->size += need - (more ? 0 : 2u * bytes);
	n = more ? n + 1 : n - 1;
	put(f, at, head, n);
	to = at + head;
	for (unsigned i = 0; i < d->n; i++)
		if (i != skip) {
			memcpy(f->data + to, f->data + d->at + (size_t)i * bytes, bytes);
			to += bytes;
		}
	if (more) {
		put(f, to, 2, some_tag(f));
		put(f, to + 2, 2, 1 + below(f, 18));
		put(f, to + 4, offset_bytes(f), interesting(f));
		put(f, to + (f->big ? 12 : 8), offset_bytes(f), interesting(f));
		to += bytes;
	}
	put(f, to, offset_bytes(f), get(f, d->link, offset_bytes(f)));
	put(f, f->big ? 8 : 4, offset_bytes(f), at);
}

/* The place of one block: its offset and byte count, and where those two stand. */
struct place {
	struct entry offsets, counts;
	uint64_t i, offset, bytes;
};

static bool any_block(struct file *f, const struct directory *d, struct place *p)
{
	if (!find(f, d, TIFFTAG_TILEOFFSETS, &p->offsets) &&
	    !find(f, d, TIFFTAG_STRIPOFFSETS, &p->offsets))
		return false;
	if (!find(f, d, TIFFTAG_TILEBYTECOUNTS, &p->counts) &&
	    !find(f, d, TIFFTAG_STRIPBYTECOUNTS, &p->counts))
		return false;
	p->i = below(f, p->offsets.count < 64 ? p->offsets.count : 64);
	p->offset = element(f, &p->offsets, p->i);
	p->bytes = element(f, &p->counts, p->i);
	return p->bytes && inside(f, (size_t)p->offset, (size_t)p->bytes);
}

static void set_block(struct file *f, const struct place *p, uint64_t offset, uint64_t bytes)
{
	unsigned o = type_bytes(p->offsets.type), c = type_bytes(p->counts.type);

	put(f, p->offsets.values + (size_t)p->i * o, o, offset);
	put(f, p->counts.values + (size_t)p->i * c, c, bytes);
}

static void change_stream(struct file *f, const struct place *p)
{
	uint8_t *stream = f->data + p->offset;
	uint64_t head = p->bytes < 40 ? p->bytes : 40;

	switch (below(f, 5)) {
	case 0:
		stream[below(f, head)] = (uint8_t)next(f);
		break;
	case 1:
		stream[below(f, p->bytes)] ^= (uint8_t)(1u << below(f, 8));
		break;
	case 2:
		stream[p->bytes - 1 - below(f, head)] = (uint8_t)next(f);
		break;
	case 3: /* cut, or with what stands behind */
		set_block(f, p, p->offset, p->bytes + below(f, 9) - 4);
		break;
	default:
		memset(stream + below(f, p->bytes), (int)below(f, 256), 1);
	}
}

/* Decoded bytes of the length that blocks have, about; in `plain`. */
static size_t make_plain(struct file *f, uint8_t *plain, size_t room)
{
	static const uint16_t sizes[] = {0, 1, 255, 256, 512, 1024, 2048, 4096, 8192, 16384};
	size_t n = sizes[below(f, sizeof(sizes) / sizeof(sizes[0]))];
	uint64_t kind = below(f, 3);

	n += below(f, 3);
	n = n < room ? n : room;
	for (size_t i = 0; i < n; i++)
		plain[i] = kind == 0 ? 0 : kind == 1 ? (uint8_t)(i / 7) : (uint8_t)next(f);
	return n;
}

static size_t to_zstd(struct file *f, const uint8_t *plain, size_t n, uint8_t *out, size_t room)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	size_t got;

	if (!context)
		return 0;
	(void)ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 10 + (int)below(f, 18));
	(void)ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, (int)below(f, 2));
	(void)ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, (int)below(f, 2));
	got = ZSTD_compress2(context, out, room, plain, n);
	(void)ZSTD_freeCCtx(context);
	return ZSTD_isError(got) ? 0 : got;
}

static size_t to_xz(struct file *f, const uint8_t *plain, size_t n, uint8_t *out, size_t room)
{
	lzma_options_lzma options;
	lzma_filter filters[2] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, NULL}};
	size_t got = 0;

	if (lzma_lzma_preset(&options, 0))
		return 0;
	options.dict_size = 1u << (12 + below(f, 10));
	if (lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC32, NULL, plain, n, out, &got, room) !=
	    LZMA_OK)
		return 0;
	if (below(f, 3) == 0 && got > 12) /* of a dictionary that it does not need */
		out[16] = (uint8_t)below(f, 41);
	return got;
}

static size_t to_deflate(struct file *f, const uint8_t *plain, size_t n, uint8_t *out, size_t room)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor((int)below(f, 13));
	size_t got = c ? libdeflate_zlib_compress(c, plain, n, out, room) : 0;

	libdeflate_free_compressor(c);
	return got;
}

/* A block of another content behind the file, once or twice in a row, in the codec of the image. */
static void replace_block(struct file *f, const struct directory *d, const struct place *p)
{
	static uint8_t plain[1 << 15];
	struct entry codec;
	uint64_t compression =
		find(f, d, TIFFTAG_COMPRESSION, &codec) ? element(f, &codec, 0) : COMPRESSION_NONE;
	size_t begin = f->size;

	for (unsigned round = 0; round < 2; round++) {
		size_t n = make_plain(f, plain, sizeof(plain)), got = 0;
		uint8_t *out = f->data + f->size;
		size_t room = f->room - f->size;

		if (compression == COMPRESSION_ZSTD)
			got = to_zstd(f, plain, n, out, room);
		else if (compression == COMPRESSION_LZMA)
			got = to_xz(f, plain, n, out, room);
		else if (compression == COMPRESSION_ADOBE_DEFLATE)
			got = to_deflate(f, plain, n, out, room);
		else if (n <= room)
			memcpy(out, plain, got = n);
		f->size += got;
		if (below(f, 2))
			break;
	}
	if (f->size > begin)
		set_block(f, p, begin, f->size - begin);
}

static void change_block(struct file *f, const struct directory *d)
{
	struct place p;

	if (!any_block(f, d, &p))
		change_element(f, d);
	else if (below(f, 3) == 0)
		replace_block(f, d, &p);
	else
		change_stream(f, &p);
}

size_t tiff_mutate(uint8_t *data, size_t size, size_t room, unsigned seed)
{
	struct file f = {data, size, room, .random = seed * 2654435761u + 88172645463325252u};
	struct directory d;

	if (size < 16 || (memcmp(data, "II", 2) != 0 && memcmp(data, "MM", 2) != 0))
		return 0;
	f.swapped = data[0] == 'M';
	f.big = get(&f, 2, 2) == 43;
	for (unsigned rounds = 1 + (unsigned)below(&f, 3); rounds; rounds--) {
		if (!any_directory(&f, &d))
			return 0;
		switch (below(&f, 8)) {
		case 0:
		case 1:
			change_entry(&f, &d);
			break;
		case 2:
			change_element(&f, &d);
			break;
		case 3:
			if (below(&f, 4) == 0)
				copy_entry(&f, &d);
			else
				change_element(&f, &d);
			break;
		case 4:
			rewrite_directory(&f, &d);
			break;
		case 5:
			if (below(&f, 8) == 0)
				f.size -= below(&f, f.size / 2);
			break;
		default:
			change_block(&f, &d);
		}
	}
	return f.size;
}
