"""Pictures small enough to send a hundred of: only the pixels that differ from the background.

A live figure's pictures share nearly everything: axes, ticks, labels. So the background travels
once, and each picture is a patch: the smallest rectangle that holds all changed pixels, the
unchanged ones transparent, as a PNG with a palette of its own. Exact while the patch has at most
255 colours (nearly always); then 6 bits a channel; then lossless WebP, exact again.

The palette PNG is written here, with run lengths, which is about twice as fast as Pillow's encoder.
Each picture is packed twice, as it is and each row as its difference from the row above, and the
smaller one is kept: differences suit bars, spans and axes, plain rows hatches and photographs. For
many colours Pillow's WebP takes half the bytes of a PNG; for few colours often as well, but ten
times as long, which only a page has the time for (*tight*).
"""

import io
import struct
import zlib
from typing import NamedTuple

import numpy as np

PALETTE, PLAIN, UP = 3, 0, 2  # colour type and filters, as PNG numbers them
WEBP = {"lossless": True, "quality": 20, "method": 1}
HEAVY = 7_000  # bytes from which a second way of packing is tried
LIGHT = 1_000  # bytes up to which a page keeps the PNG: nothing to be gained


class Patch(NamedTuple):
    """The part of a picture that differs from the background.

    Its left upper corner in device pixels, and its PNG or WebP, in which pixels that are as in the
    background are transparent.
    """

    x: int
    y: int
    image: bytes


def packed(picture: np.ndarray) -> np.ndarray:
    """View RGBA pixels (H x W x 4, uint8) as H x W uint32 without copying."""
    return np.ascontiguousarray(picture).view(np.uint32)[..., 0]


def patch(picture: np.ndarray, background: np.ndarray, tight: bool = False) -> Patch:
    """What `picture` has that `background` has not: both H x W packed, opaque RGBA, uint32.

    If `tight`, WebP is tried as well, and what is smaller is taken: 50 to 100 ms for a large patch.
    """
    changed = picture != background
    y0, y1, x0, x1 = _box(changed)
    changed = changed[y0:y1, x0:x1]
    pixels = picture[y0:y1, x0:x1]
    return Patch(x0, y0, _smaller(_palette_png(pixels, changed), pixels, changed, tight))


def _smaller(png: bytes, pixels: np.ndarray, changed: np.ndarray, tight: bool) -> bytes:
    if png and (not tight or len(png) <= LIGHT):
        return png
    rgba = np.where(changed, pixels, np.uint32(0))
    webp = _pillow(rgba[..., None].view(np.uint8), "WEBP", **WEBP)
    return min(png or webp, webp, key=len)


def whole(picture: np.ndarray) -> bytes:
    """A whole picture (H x W packed uint32) as a page holds it: WebP or PNG, the smaller one."""
    everything = np.ones(picture.shape, bool)
    return _smaller(still(picture[..., None].view(np.uint8)), picture, everything, tight=True)


def kind(image: bytes) -> str:
    """The media type of what this module has made.

    >>> kind(b"\\x89PNG"), kind(b"RIFF")
    ('image/png', 'image/webp')
    """
    return "image/png" if image[:1] == b"\x89" else "image/webp"


def still(picture: np.ndarray) -> bytes:
    """A whole picture (H x W x 4, uint8) as one small PNG."""
    pixels = packed(picture)
    everything = np.ones(pixels.shape, bool)
    return _palette_png(pixels, everything) or _pillow(picture[..., :3], "PNG", optimize=True)


def _box(changed: np.ndarray) -> tuple[int, int, int, int]:
    rows = np.flatnonzero(changed.any(axis=1))
    if rows.size == 0:
        return 0, 1, 0, 1
    columns = np.flatnonzero(changed[rows[0] : rows[-1] + 1].any(axis=0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _pillow(pixels: np.ndarray, kind: str, **how: object) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, kind, **how)
    return file.getvalue()


def _palette_png(pixels: np.ndarray, changed: np.ndarray) -> bytes:
    """A PNG of at most 255 colours and transparent; empty where that is not enough."""
    found = _palette(pixels[changed])
    if found is None:
        return b""
    colours, which = found
    indices = np.zeros(changed.shape, np.uint8)
    indices[changed] = which
    rgb = np.zeros((len(colours) + 1, 3), np.uint8)
    rgb[1:] = colours.view(np.uint8).reshape(-1, 4)[:, :3]
    return _file(indices, (b"PLTE", rgb.tobytes()), (b"tRNS", b"\0"))


def _palette(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """At most 255 colours, and for each pixel its colour's number from 1; None if too many."""
    if pixels.size == 0:
        return np.empty(0, np.uint32), np.empty(0, np.uint8)
    starts = np.flatnonzero(np.concatenate(([True], pixels[1:] != pixels[:-1])))
    lengths = np.diff(starts, append=pixels.size)
    runs = pixels[starts]  # sorting runs of equal pixels is several times cheaper than pixels
    for colours_of in (lambda p: p, _six_bits):
        colours, which = np.unique(colours_of(runs), return_inverse=True)
        if len(colours) <= 255:
            return colours, np.repeat((which + 1).astype(np.uint8), lengths)
    return None


def _six_bits(pixels: np.ndarray) -> np.ndarray:
    """Keep 6 bits a channel; black stays black and white stays white (error at most 3 of 255)."""
    return (pixels & np.uint32(0xFCFCFCFC)) | ((pixels >> 6) & np.uint32(0x03030303))


def _file(rows: np.ndarray, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG file of H x W palette indices (PNG specification, third edition, 5 and 9)."""
    height, width = rows.shape
    lines = np.empty((height, 1 + width), np.uint8)
    lines[:, 0], lines[:, 1:] = PLAIN, rows
    plain = _packed(lines.tobytes())
    lines[:, 0] = UP
    lines[1:, 1:] -= rows[:-1]
    data = min(plain, _packed(lines.tobytes()), key=len)
    head = struct.pack(">IIBBBBB", width, height, 8, PALETTE, 0, 0, 0)
    parts = [(b"IHDR", head), *chunks, (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in parts)


def _packed(lines: bytes) -> bytes:
    """Run lengths are fast and mostly smaller; hatches and slopes repeat in other ways."""
    runs = zlib.compressobj(6, strategy=zlib.Z_RLE)
    data = runs.compress(lines) + runs.flush()
    return data if len(data) < HEAVY else min(data, zlib.compress(lines, 6), key=len)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
