"""The body of an answer as it arrives: unpacked piece by piece, and given up at its bound."""

from __future__ import annotations

import zlib
from typing import Final

from wemakeprice_sdk.client.http import AnyHttpResponse, TransportError

_UNPACKED: Final = frozenset({"", "identity"})
_PACKED: Final = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP: Final = b"\x1f\x8b"


def _new_unpacker() -> zlib._Decompress:
    return zlib.decompressobj(32 + zlib.MAX_WBITS)


class Body:
    """Collects the pieces of one answer up to `limit` bytes, counted unpacked.

    Raises `TransportError` for a packing that was not asked for, and for a damaged one.
    """

    def __init__(self, response: AnyHttpResponse, limit: int) -> None:
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0
        encoding = response.headers.get("content-encoding", "").strip().lower()
        if encoding not in _UNPACKED | _PACKED:
            raise _unreadable(f"content-encoding {encoding[:40]!r} was not asked for")
        # 32 + MAX_WBITS takes gzip and zlib alike; some servers send deflate without either's head.
        self._unpacker = _new_unpacker() if encoding in _PACKED else None
        self._headless = encoding == "deflate"
        stated = response.headers.get("content-length", "")
        self.is_too_large = stated.isascii() and stated.isdigit() and int(stated[:20]) > limit

    @property
    def excess(self) -> str:
        """What bound was broken, an empty text when none was."""
        return f"the answer is larger than {self._limit} bytes" if self.is_too_large else ""

    def add(self, piece: bytes) -> bool:
        """Take one piece as it came; return False when the answer is too large and nothing more is wanted."""
        while piece and not self.is_too_large:
            if self._unpacker is None:
                self._keep(piece)
                break
            self._keep(self._unpacked(piece))
            piece = self._unpacker.unconsumed_tail
            if self._unpacker.eof and self._unpacker.unused_data.startswith(_GZIP):
                # Whoever packs piece by piece sends several packets, one behind the other.
                piece, self._unpacker = self._unpacker.unused_data, _new_unpacker()
        return not self.is_too_large

    def add_unpacked(self, content: bytes) -> None:
        """Take the whole body of an answer that was read and unpacked already."""
        self._keep(content)

    def take(self) -> bytes:
        """Return the whole body, nothing of one that is too large."""
        return b"" if self.is_too_large else b"".join(self._pieces)

    def _keep(self, data: bytes) -> None:
        self._size += len(data)
        self.is_too_large = self._size > self._limit
        if self.is_too_large:
            self._pieces.clear()
        elif data:
            self._pieces.append(data)

    def _unpacked(self, piece: bytes) -> bytes:
        # A small piece can unpack to a thousand times its size: never more is unpacked than may be kept.
        room = self._limit - self._size + 1
        unpacker = self._unpacker
        if unpacker is None:
            return piece
        try:
            return unpacker.decompress(piece, room)
        except zlib.error as error:
            if not self._headless or self._size:
                raise _unreadable(str(error)) from None
        self._headless = False
        self._unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        return self._unpacked(piece)


def _unreadable(why: str) -> TransportError:
    return TransportError(f"DecodingError: {why}", sent=True, timed_out=False)
