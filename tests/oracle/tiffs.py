"""A small writer of TIFF files: any tags, any bytes in the blocks. What GDAL and libtiff would not
write (streams that are cut or too long, shared blocks, odd types of tags) is written here.
"""

import ctypes
import ctypes.util
import lzma
import struct
import zlib

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 12: 8, 16: 8}
FORMATS = {3: "H", 4: "I", 16: "Q", 12: "d"}
WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 256, 257, 258, 259, 262, 266
STRIP_OFFSETS, SAMPLES, ROWS_PER_STRIP, STRIP_COUNTS, PLANAR = 273, 277, 278, 279, 284
PREDICTOR, TILE_WIDTH, TILE_LENGTH, TILE_OFFSETS, TILE_COUNTS = 317, 322, 323, 324, 325
EXTRA, SAMPLE_FORMAT, NODATA = 338, 339, 42113
NONE, LZW, JPEG, DEFLATE, PACKBITS, OLD_DEFLATE = 1, 5, 7, 8, 32773, 32946
LZMA, ZSTD = 34925, 50000
SHORT, LONG, DOUBLE, LONG8, ASCII = 3, 4, 12, 16, 2


def entry(order, big, tag, kind, values, out):
    """One directory entry; values that do not fit are put at the end of `out`."""
    if isinstance(values, bytes):
        raw = values
    else:
        raw = struct.pack(f"{order}{len(values)}{FORMATS[kind]}", *values)
    room, place = (8, "Q") if big else (4, "I")
    head = struct.pack(f"{order}HH{place}", tag, kind, len(raw) // SIZES[kind])
    if len(raw) <= room:
        return head + raw.ljust(room, b"\0")
    out += b"\0" * (len(out) % 2)
    at = len(out)
    out += raw
    return head + struct.pack(order + place, at)


def write(path, tags, blocks, tiled, big=False, order="<", counts=None, kinds=(LONG, LONG),
          junk=b"", tail=b""):
    """
    tags: {tag: (type, values)}. blocks: bytes, None where nothing is stored, or the number of an
    earlier block that is shared. counts: {block: byte count to claim}. junk stands behind every
    block, tail behind everything.
    """
    out = bytearray(b"II" if order == "<" else b"MM")
    out += struct.pack(order + "HHHQ", 43, 8, 0, 0) if big else struct.pack(order + "HI", 42, 0)
    places = []
    for block in blocks:
        if block is None:
            places.append((0, 0))
        elif isinstance(block, int):
            places.append(places[block])
        else:
            out += b"\0" * (len(out) % 2)
            places.append((len(out), len(block)))
            out += block + junk
    sizes = [(counts or {}).get(i, n) for i, (_, n) in enumerate(places)]
    all_tags = dict(tags)
    all_tags[TILE_OFFSETS if tiled else STRIP_OFFSETS] = (kinds[0], [at for at, _ in places])
    all_tags[TILE_COUNTS if tiled else STRIP_COUNTS] = (kinds[1], sizes)
    entries = [entry(order, big, tag, *all_tags[tag], out) for tag in sorted(all_tags)]
    out += b"\0" * (-len(out) % 8)
    at = len(out)
    out += struct.pack(order + ("Q" if big else "H"), len(entries)) + b"".join(entries)
    out += struct.pack(order + ("Q" if big else "I"), 0)
    struct.pack_into(order + ("Q" if big else "I"), out, 8 if big else 4, at)
    with open(path, "wb") as f:
        f.write(out + tail)


# --- codecs ---


def encode_packbits(data, row_bytes):
    """Row by row, as TIFF 6.0 wants it."""
    out = bytearray()
    for start in range(0, len(data), row_bytes):
        row = data[start:start + row_bytes]
        at = 0
        while at < len(row):
            run = 1
            while at + run < len(row) and run < 128 and row[at + run] == row[at]:
                run += 1
            if run > 1:
                out += bytes((257 - run, row[at]))
                at += run
                continue
            end = at + 1
            while end < len(row) and end - at < 128 and row[end] != row[end - 1]:
                end += 1
            out += bytes((end - at - 1,)) + row[at:end]
            at = end
    return bytes(out)


def encode_lzw(data, old_style=False, end=True):
    """TIFF 6.0, section 13; old_style: the lowest bit first, widths change a code later."""
    bits = n_bits = 0
    out = bytearray()

    def put(code, width):
        nonlocal bits, n_bits
        if old_style:
            bits |= code << n_bits
        else:
            bits = bits << width | code
        n_bits += width
        while n_bits >= 8:
            n_bits -= 8
            if old_style:
                out.append(bits & 255)
                bits >>= 8
            else:
                out.append(bits >> n_bits)
                bits &= (1 << n_bits) - 1

    late = 1 if old_style else 0
    table, width = None, 9
    put(256, 9)
    table = {bytes((i,)): i for i in range(256)}
    following, string = 258, b""
    for byte in data:
        longer = string + bytes((byte,))
        if longer in table:
            string = longer
            continue
        put(table[string], width)
        table[longer] = following
        following += 1
        # The decoder is one string behind: 511 strings there need ten bits from here on.
        if following - 1 >= (1 << width) - 1 + late and width < 12:
            width += 1
        if following > 4093:
            put(256, width)
            table = {bytes((i,)): i for i in range(256)}
            following, width = 258, 9
        string = bytes((byte,))
    if string:
        put(table[string], width)
        following += 1
        if following - 1 >= (1 << width) - 1 + late and width < 12:
            width += 1
    if end:
        put(257, width)
    if n_bits:
        out.append(bits & 255 if old_style else bits << (8 - n_bits) & 255)
    return bytes(out)


def zstd_library():
    name = ctypes.util.find_library("zstd") or "libzstd.so.1"
    try:
        library = ctypes.CDLL(name)
    except OSError:
        return None
    for function in ("ZSTD_compressBound", "ZSTD_compress2", "ZSTD_isError",
                     "ZSTD_CCtx_setParameter"):
        getattr(library, function).restype = ctypes.c_size_t
    library.ZSTD_createCCtx.restype = ctypes.c_void_p
    return library


ZSTD_LIBRARY = zstd_library()


def encode_zstd(data, checksum=False, content_size=True, level=3):
    """One frame."""
    library = ZSTD_LIBRARY
    bound = library.ZSTD_compressBound(ctypes.c_size_t(len(data)))
    out = ctypes.create_string_buffer(bound)
    context = ctypes.c_void_p(library.ZSTD_createCCtx())
    for parameter, value in ((100, level), (201, int(checksum)), (200, int(content_size))):
        library.ZSTD_CCtx_setParameter(context, parameter, value)
    size = library.ZSTD_compress2(context, out, ctypes.c_size_t(bound), data,
                                  ctypes.c_size_t(len(data)))
    library.ZSTD_freeCCtx(context)
    assert not library.ZSTD_isError(ctypes.c_size_t(size))
    return out.raw[:size]


def encode_deflate(data, level=6, flush=0):
    """flush: a full flush after so many bytes, as parallel writers have it."""
    packer = zlib.compressobj(level)
    if not flush:
        return packer.compress(data) + packer.flush()
    parts = [packer.compress(data[i:i + flush]) + packer.flush(zlib.Z_FULL_FLUSH)
             for i in range(0, len(data), flush)]
    return b"".join(parts) + packer.flush()


def encode_xz(data, check=lzma.CHECK_NONE, preset=0):
    return lzma.compress(data, format=lzma.FORMAT_XZ, check=check, preset=preset)


def reverse_bits(data):
    return data.translate(bytes(int(f"{i:08b}"[::-1], 2) for i in range(256)))
