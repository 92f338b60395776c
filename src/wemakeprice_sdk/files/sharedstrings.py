"""The shared strings of a workbook, in bounded memory."""

from __future__ import annotations

import re
import sys
import tempfile
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import IO

from attrs import define, field

from wemakeprice_sdk.errors import UnreadableFileError
from wemakeprice_sdk.files.guard import GuardedXml, holds_declarations
from wemakeprice_sdk.files.limits import Budget, over

_BLOCK = 64
_KEPT_BLOCKS = 256
_OVERHEAD = 72
# 1,024 cells of this length are what `FileLimits.row_text` lets through.
_LONG = 1_024
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot|apos));|(&)")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


def unescape_text(text: str) -> str:
    """Undo XML references and `_x000D_` escapes; raise `UnreadableFileError` on a loose `&`."""
    if "&" in text:
        text = _REFERENCE.sub(_reference, text)
    return unescape_x(text) if "_x" in text else text


def _reference(match: re.Match[str]) -> str:
    hexadecimal, decimal, named, loose = match.groups()
    if loose:
        raise UnreadableFileError(
            "a loose '&' or an unknown entity stands in the sheet (손상된 파일입니다. 다시 내려받아 주세요)"
        )
    if named:
        return _NAMED[named]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if code > 0x10FFFF or 0xD800 <= code < 0xE000 or (code < 32 and code not in (9, 10, 13)):
        raise UnreadableFileError(
            "a character reference names no character (손상된 파일입니다. 다시 내려받아 주세요)"
        )
    return chr(code)


def unescape_x(text: str) -> str:
    """Undo `_xHHHH_`, in which spreadsheets write characters that XML cannot hold."""
    return _ESCAPED.sub(lambda match: _escaped(int(match[1], 16), match[0]), text)


def _escaped(code: int, literal: str) -> str:
    return literal if 0xD800 <= code < 0xE000 or code == 0 else chr(code)


class CrowdedError(Exception):
    """More text than there is room for was looked up at once; fewer rows have to be read together."""


@define(eq=False)
class SharedStrings:
    """A list of strings that is read as far as it is asked for.

    Its first part lies in memory, the rest in an anonymous temporary file.
    """

    memory: int
    _source: Iterator[list[str]] = field(factory=lambda: iter(()))
    head: list[str] = field(factory=list, init=False)
    """The strings in memory, for readers that index them directly; grows while reading."""
    _pending: list[str] = field(factory=list, init=False)
    _spent: int = field(default=0, init=False)
    _file: IO[bytes] | None = field(default=None, init=False)
    _offsets: array[int] = field(factory=lambda: array("Q", [0]), init=False)
    _cache: OrderedDict[int, list[str]] = field(factory=OrderedDict, init=False)
    _cached: int = field(default=0, init=False)
    has_long: bool = field(default=False, init=False)
    """Whether a string is so long that rows of such strings have to be measured."""
    longest: int = field(default=0, init=False)
    """Characters of the longest string that was looked up since `allow`."""
    given: int = field(default=0, init=False)
    """Characters that were fetched from the file since `allow`."""
    _room: int = field(default=sys.maxsize, init=False)

    def allow(self, room: int = sys.maxsize) -> None:
        """Begin a new account: `CrowdedError` is raised once more than `room` characters are fetched."""
        self.longest = self.given = 0
        self._room = room

    def read_on(self, index: int) -> None:
        """Read until the string of `index` is there, or the source ends."""
        while len(self) <= index:
            strings = next(self._source, None)
            if strings is None:
                return
            self.extend(strings)

    def read_all(self) -> None:
        """Read to the end, so that damage anywhere is found."""
        for strings in self._source:
            self.extend(strings)

    def extend(self, strings: list[str]) -> None:
        """Add strings at the end."""
        self.has_long = self.has_long or max(map(len, strings), default=0) > _LONG
        if self._spent < self.memory:
            self.head += strings
            self._spent += sum(map(len, strings)) * 2 + _OVERHEAD * len(strings)
            return
        self._pending += strings
        while len(self._pending) >= _BLOCK:
            self._spill(self._pending[:_BLOCK])
            del self._pending[:_BLOCK]

    def _spill(self, block: list[str]) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the store
        data = "\0".join(block).encode("utf-8", "surrogatepass")
        self._file.seek(self._offsets[-1])
        self._file.write(data)
        self._offsets.append(self._offsets[-1] + len(data))

    def __len__(self) -> int:
        """Count the strings."""
        return len(self.head) + (len(self._offsets) - 1) * _BLOCK + len(self._pending)

    def __getitem__(self, index: int) -> str:
        """Return a string; raise `UnreadableFileError` for an index the file does not define."""
        if index >= len(self):
            self.read_on(index)
        if 0 <= index < len(self.head):
            return self._counted(self.head[index], 0)
        if not 0 <= index < len(self):
            raise UnreadableFileError(
                f"shared string {index} does not exist (손상된 파일입니다. 다시 내려받아 주세요)"
            )
        number, within = divmod(index - len(self.head), _BLOCK)
        if number >= len(self._offsets) - 1:
            text = self._pending[within]
        else:
            block = self._cache.get(number)
            text = (self._load(number) if block is None else block)[within]
        return self._counted(text, len(text))

    def _counted(self, text: str, fetched: int) -> str:
        if len(text) > self.longest:
            self.longest = len(text)
        self.given += fetched
        if self.given > self._room:
            raise CrowdedError
        return text

    def _load(self, number: int) -> list[str]:
        if self._file is None:
            raise UnreadableFileError(
                "the shared strings were closed (닫힌 파일입니다. 파일을 다시 열어 주세요)"
            )
        begin, end = self._offsets[number], self._offsets[number + 1]
        self._file.seek(begin)
        block = self._file.read(end - begin).decode("utf-8", "surrogatepass").split("\0")
        self._cache[number] = block
        self._cached += _size(block)
        while len(self._cache) > _KEPT_BLOCKS or (len(self._cache) > 1 and self._cached > self.memory):
            self._cached -= _size(self._cache.popitem(last=False)[1])
        return block

    def close(self) -> None:
        """Forget the temporary file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _size(block: list[str]) -> int:
    return sum(map(sys.getsizeof, block))


_SIMPLE = re.compile(r"<si><t(?: xml:space=\"preserve\")?+>([^<]*+)</t></si>")
_OPEN = re.compile(rb"<sst\b[^<>]*+>")
_END = b"</si>"
_FIRST, _LAST = "<si><t>", "</t></si>"
_BETWEEN = _LAST + _FIRST
_UTF8 = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s{0,99}(?:<\?xml[^>]{0,99}?encoding=[\"'](?:utf-8|us-ascii)[\"'][^>]{0,99}\?>"
    rb"|<\?xml(?![^>]*encoding)[^>]*\?>|<sst)",
    re.IGNORECASE,
)


@define(eq=False)
class _Items:
    """Collects `<si>` items: all text runs, without phonetic readings."""

    strings: list[str] = field(factory=list)
    _parts: list[str] = field(factory=list)
    _phonetic: int = 0
    _open: bool = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "rPh":
            self._phonetic += 1
        self._open = name == "t" and not self._phonetic

    def end(self, name: str) -> None:
        self._open = False
        if name == "rPh":
            self._phonetic -= 1
        elif name == "si":
            text = "".join(self._parts)
            self._parts.clear()
            self.strings.append(unescape_x(text) if "_x" in text else text)

    def text(self, data: str) -> None:
        if self._open:
            self._parts.append(data)

    def take(self) -> list[str]:
        """Return what was collected since the last call."""
        taken, self.strings = self.strings, []
        return taken


def read_shared_strings(chunks: Iterable[bytes], budget: Budget) -> SharedStrings:
    """Open `sharedStrings.xml`: plain items are read in C, others through expat, all when needed."""
    return SharedStrings(budget.limits.shared_string_memory, _bounded(chunks, budget))


def _bounded(chunks: Iterable[bytes], budget: Budget) -> Iterator[list[str]]:
    count, limits = 0, budget.limits
    for strings in _read_items(iter(chunks), budget):
        longest = max(map(len, strings), default=0)
        if longest > limits.cell_text:
            raise over("cell_text", longest, limits.cell_text, "shared strings")
        count += len(strings)
        if count > limits.cells:
            raise over("cells", count, limits.cells, "shared strings")
        yield strings


def _read_items(chunks: Iterator[bytes], budget: Budget) -> Iterator[list[str]]:
    items = _Items()
    shell = GuardedXml(items, budget, "sharedStrings.xml")
    buffer = next(chunks, b"")
    opening = _OPEN.search(buffer)
    fast = opening is not None and _UTF8.match(buffer) is not None and b"<!" not in buffer[: opening.end()]
    if fast and opening is not None:
        shell.feed(buffer[: opening.end()])
        buffer = buffer[opening.end() :]
        while True:
            cut = buffer.rfind(_END)
            if cut >= 0:
                cut += len(_END)
                block, buffer = buffer[:cut], buffer[cut:]
                if holds_declarations(block):
                    buffer = block + buffer
                    break
                strings = _plain_items(block)
                if strings is None:
                    shell.feed(block)
                    strings = items.take()
                yield strings
            if len(buffer) > budget.limits.xml_token or not (piece := next(chunks, b"")):
                break
            buffer += piece
    while buffer:
        shell.feed(buffer)
        yield items.take()
        buffer = next(chunks, b"")
    shell.feed(b"", final=True)
    yield items.take()


def _plain_items(block: bytes) -> list[str] | None:
    """Return the strings of a block that holds nothing but plain items; None when it holds more."""
    try:
        text = block.decode()
    except UnicodeDecodeError as error:
        raise UnreadableFileError(
            f"the shared strings are not UTF-8: {error.reason} (손상된 파일입니다. 다시 내려받아 주세요)"
        ) from error
    strings = _split_items(text)
    if text.count("<") != 4 * len(strings):
        return None
    if "\r" in text:
        strings = [item.replace("\r\n", "\n").replace("\r", "\n") for item in strings]
    if "&" in text or "_x" in text:
        strings = [unescape_text(item) if "&" in item or "_x" in item else item for item in strings]
    return strings


def _split_items(text: str) -> list[str]:
    """Cut a block into its items; the caller counts tags to see whether all were of the plain form."""
    items = text.strip()
    if items.startswith(_FIRST) and items.endswith(_LAST):
        strings = items[len(_FIRST) : -len(_LAST)].split(_BETWEEN)
        if text.count("<") == 4 * len(strings):
            return strings
    found: list[str] = _SIMPLE.findall(text)
    return found
