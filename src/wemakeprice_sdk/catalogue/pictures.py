"""What a picture is, by its first bytes, and how large it is; whatever its name or the server says."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from wemakeprice_sdk._frozen import frozen


@frozen
class PictureFacts:
    """Media type, and width and height in pixels as stored (a turn that EXIF asks for is not applied)."""

    mime: str
    width: int
    height: int


SUFFIXES: Final[Mapping[str, str]] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/bmp": "bmp",
    "image/tiff": "tif",
    "image/avif": "avif",
    "image/heic": "heic",
}
"""Media types that are known, with the ending of their files."""

_MOST_BOXES: Final = 10_000
# Frames of a JPEG (SOF); C4, C8 and CC among them are tables.
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def picture_mime(head: bytes) -> str:
    """Return the media type that the first 16 bytes say, empty for anything that is no known picture."""
    for mime, signs in _SIGNS.items():
        if any(head.startswith(sign) for sign in signs):
            return mime
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return _BRANDS.get(head[8:12], "") if head[4:8] == b"ftyp" else ""


def picture_facts(data: bytes) -> PictureFacts | None:
    """Return what a whole file is; None when it is no known picture, or none whose size can be read."""
    mime = picture_mime(data[:16])
    try:
        width, height = _SIZES[mime](data) if mime else (0, 0)
    except (struct.error, IndexError):
        return None
    return PictureFacts(mime, width, height) if width > 0 and height > 0 else None


_SIGNS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/bmp": (b"BM",),
    "image/tiff": (b"II*\x00", b"MM\x00*"),
}
_BRANDS: Final[Mapping[bytes, str]] = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
}


def _jpeg(data: bytes) -> tuple[int, int]:
    at = 2
    while at < len(data):
        if data[at] != 0xFF:
            return 0, 0
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 4)
            return width, height
        # Markers without a length of their own.
        at += 1 if marker == 0x01 or 0xD0 <= marker <= 0xD8 else 1 + struct.unpack_from(">H", data, at + 1)[0]
    return 0, 0


def _png(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", data, 16)
    return (width, height) if data[12:16] == b"IHDR" else (0, 0)


def _gif(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _webp(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        return (width, height) if len(data) >= 30 else (0, 0)
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", data, 26)
    return (width & 0x3FFF, height & 0x3FFF) if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a" else (0, 0)


def _bmp(data: bytes) -> tuple[int, int]:
    (header,) = struct.unpack_from("<I", data, 14)
    if header == 12:
        width, height = struct.unpack_from("<HH", data, 18)
        return width, height
    width, height = struct.unpack_from("<ii", data, 18)
    # A negative height says that the rows begin at the top.
    return (width, abs(height)) if header in (40, 52, 56, 64, 108, 124) else (0, 0)


def _tiff(data: bytes) -> tuple[int, int]:
    order = "<" if data[:2] == b"II" else ">"
    (at,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, at)
    found = {}
    for entry in range(at + 2, at + 2 + count * 12, 12):
        tag, kind = struct.unpack_from(f"{order}HH", data, entry)
        (found[tag],) = struct.unpack_from(f"{order}{'H' if kind == 3 else 'I'}", data, entry + 8)
    return found.get(256, 0), found.get(257, 0)


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    for _ in range(_MOST_BOXES):
        if start + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, start + 8)
            head = 16
        stop = end if size == 0 else min(start + size, end)
        if stop < start + head:
            return
        yield kind, start + head, stop
        start = stop


def _heif(data: bytes) -> tuple[int, int]:
    """Return the largest size that the file states; smaller ones are tiles and previews."""
    sizes = [(0, 0)]
    path = (b"meta", b"iprp", b"ipco")

    def walk(start: int, end: int, depth: int) -> None:
        for kind, first, last in _boxes(data, start, end):
            if kind == b"ispe":
                width, height = struct.unpack_from(">II", data, first + 4)
                sizes.append((width, height))
            elif depth < len(path) and kind == path[depth]:
                # `meta` begins with version and flags.
                walk(first + (4 if kind == b"meta" else 0), last, depth + 1)

    walk(0, len(data), 0)
    return max(sizes, key=lambda size: size[0] * size[1])


_SIZES: Final[Mapping[str, Callable[[bytes], tuple[int, int]]]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/gif": _gif,
    "image/webp": _webp,
    "image/bmp": _bmp,
    "image/tiff": _tiff,
    "image/avif": _heif,
    "image/heic": _heif,
}
