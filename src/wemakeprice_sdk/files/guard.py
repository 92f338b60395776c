"""Guards that stand before the readers: archives are weighed and markup is watched before it is believed."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Protocol
from xml.parsers import expat

from attrs import define, field

from wemakeprice_sdk.errors import UnreadableFileError, UnsafeFileError
from wemakeprice_sdk.files.limits import Budget, FileLimits, over

CHUNK = 1 << 18
_FEED = 1 << 18
_LOCAL_HEADER = 30
_RATIO_FLOOR = 1 << 20
_ENCRYPTED = 0x1
_KNOWN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@define
class Archive:
    """A zip archive whose table of contents passed the guard; members are read by their name in any case."""

    _file: IO[bytes]
    _zip: zipfile.ZipFile
    _names: dict[str, zipfile.ZipInfo]
    limits: FileLimits

    @classmethod
    def open(cls, path: Path, limits: FileLimits) -> Archive:
        """Open and weigh an archive; nothing is unpacked.

        Raises `UnreadableFileError` for a damaged or encrypted archive, `UnsafeFileError` past a bound.
        """
        try:
            file = path.open("rb")
        except OSError as error:
            raise UnreadableFileError(
                f"the file cannot be opened: {error.strerror} (파일을 열 수 없습니다. 경로를 확인해 주세요)"
            ) from error
        try:
            _weigh_directory(file, limits)
            archive = zipfile.ZipFile(file)
            return cls(file, archive, _weigh(archive.infolist(), limits), limits)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError) as error:
            file.close()
            raise UnreadableFileError(
                f"not a whole zip archive: {_reason(error)} (손상된 파일입니다. 다시 내려받아 주세요)"
            ) from error
        except BaseException:
            file.close()
            raise

    def close(self) -> None:
        """Close the file; a member that is still being read ends with an error.

        The archive alone would keep the file open as long as a forgotten reader does.
        """
        self._zip.close()
        self._file.close()

    @property
    def names(self) -> tuple[str, ...]:
        """Every member's name, in lower case with forward slashes."""
        return tuple(self._names)

    def __contains__(self, name: str) -> bool:
        """Return whether a member of that name exists, whatever its case."""
        return _normal(name) in self._names

    def chunks(self, name: str, budget: Budget, bound: int) -> Iterator[bytes]:
        """Return the unpacked bytes of a member in pieces; the real size is held against `bound`."""
        info = self._names.get(_normal(name))
        if info is None:
            raise UnreadableFileError(
                f"the archive has no member {name} (파일의 일부가 없습니다. 다시 내려받아 주세요)"
            )
        total = 0
        try:
            with self._zip.open(info) as stream:
                while piece := _read(stream):
                    budget.check_time()
                    total += len(piece)
                    if total > bound:
                        raise over("bytes", total, bound, name)
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
            raise UnreadableFileError(
                f"member {name} is damaged: {_reason(error)} (손상된 파일입니다. 다시 내려받아 주세요)"
            ) from error

    def read(self, name: str, budget: Budget) -> bytes:
        """Return a small member whole, within `limits.part_bytes`."""
        return b"".join(self.chunks(name, budget, self.limits.part_bytes))


_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x06"
_END_SIZE = 22
_LOCATOR_SIZE = 20
_END_64_SIZE = 56
_LONGEST_COMMENT = 65_535
_DIRECTORY_ENTRY = 1_024


def _reason(error: Exception) -> str:
    """Return what an error says without the path in it."""
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)


def _weigh_directory(stream: IO[bytes], limits: FileLimits) -> None:
    """Refuse an archive whose table of contents is too long, before anybody reads that table into memory."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _LONGEST_COMMENT - _END_SIZE - _LOCATOR_SIZE - _END_64_SIZE))
    tail = stream.read()
    end = tail.rfind(_END)
    if end < 0 or end + _END_SIZE > len(tail):
        return
    length = int.from_bytes(tail[end + 12 : end + 16], "little")
    end_64 = end - _LOCATOR_SIZE - _END_64_SIZE
    if end_64 >= 0 and tail[end_64 : end_64 + 4] == _END_64:
        length = int.from_bytes(tail[end_64 + 40 : end_64 + 48], "little")
    bound = limits.archive_members * _DIRECTORY_ENTRY
    if length > bound and length <= size:
        raise over("bytes", length, bound, "the table of contents")


def _read(stream: IO[bytes]) -> bytes:
    return stream.read(CHUNK)


def _normal(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _weigh(infos: list[zipfile.ZipInfo], limits: FileLimits) -> dict[str, zipfile.ZipInfo]:
    if len(infos) > limits.archive_members:
        raise over("archive_members", len(infos), limits.archive_members)
    names: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        _weigh_member(info, limits)
        key = _normal(info.filename)
        if key in names:
            raise UnsafeFileError(
                f"the archive holds {key!r} twice (같은 이름의 항목이 두 번 들어 있습니다. "
                "다시 내려받아 주세요)"
            )
        names[key] = info
    _refuse_overlap(infos)
    return names


def _weigh_member(info: zipfile.ZipInfo, limits: FileLimits) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise UnreadableFileError(
            f"member {info.filename} is encrypted (암호로 보호된 파일입니다. 암호를 해제해 주세요)"
        )
    if info.compress_type not in _KNOWN_METHODS:
        raise UnreadableFileError(
            f"member {info.filename} uses compression method {info.compress_type}; save it in Excel as .xlsx "
            "(지원하지 않는 압축 방식입니다. 엑셀에서 .xlsx로 다시 저장해 주세요)"
        )
    if info.file_size > limits.sheet_bytes:
        raise over("bytes", info.file_size, limits.sheet_bytes, info.filename)
    ratio = info.file_size // max(1, info.compress_size)
    if info.file_size > _RATIO_FLOOR and ratio > limits.compression_ratio:
        raise over("compression_ratio", ratio, limits.compression_ratio, info.filename)


def _refuse_overlap(infos: list[zipfile.ZipInfo]) -> None:
    end = 0
    for info in sorted(infos, key=lambda item: item.header_offset):
        if info.header_offset < end:
            raise UnsafeFileError(
                f"archive members overlap at {info.filename} (겹친 압축 항목이 있습니다. "
                "다시 내려받아 주세요)"
            )
        end = info.header_offset + _LOCAL_HEADER + info.compress_size


def holds_declarations(data: bytes) -> bool:
    """Return whether a stretch of XML holds a comment, CDATA, declaration or instruction.

    Single bytes are looked for first: that search is many times faster than one for two.
    """
    return (b"!" in data and b"<!" in data) or (b"?" in data and b"<?" in data)


def local_name(name: str) -> str:
    """Return an element's name without its prefix."""
    return name.rpartition(":")[2]


class XmlEvents(Protocol):
    """What a guarded parse tells; names come without their prefix."""

    def start(self, name: str, attributes: dict[str, str], /) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Character data, in any number of pieces."""


@define(eq=False)
class GuardedXml:
    """An expat parser that refuses DTDs and entities, deep nesting and endless tokens.

    `pause` may be called between feeds; every error is `UnreadableFileError` or `UnsafeFileError`.
    """

    events: XmlEvents
    budget: Budget
    where: str
    encoding: str | None = None
    """What the bytes are in, whatever the document declares; None to believe it."""
    locate: Callable[[], str] = str
    """Returns the row and column that are being read, for errors."""
    _parser: expat.XMLParserType = field(init=False)
    _depth: int = field(default=0, init=False)
    _fed: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        """Arm the parser."""
        parser = expat.ParserCreate(self.encoding)
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.events.text
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_entity
        self._parser = parser

    def feed(self, data: bytes, *, final: bool = False) -> None:
        """Parse more of the document; `final` ends it."""
        self._parse(data[:_FEED], final=final and len(data) <= _FEED)
        for begin in range(_FEED, len(data), _FEED):
            self._parse(data[begin : begin + _FEED], final=final and begin + _FEED >= len(data))

    def _parse(self, data: bytes, *, final: bool) -> None:
        self.budget.check_time()
        try:
            self._parser.Parse(data, final)
        except expat.ExpatError as error:
            raise UnreadableFileError(
                f"{self.where}{self.locate()} is not well-formed: {error} "
                "(손상된 파일입니다. 다시 내려받아 주세요)"
            ) from error
        except (ValueError, LookupError) as error:
            raise UnreadableFileError(
                f"{self.where} has an unreadable encoding: {error} "
                "(문자 인코딩을 알 수 없습니다. 엑셀에서 .xlsx로 다시 저장해 주세요)"
            ) from error
        self._fed += len(data)
        lag = self._fed - self._parser.CurrentByteIndex
        if lag > self.budget.limits.xml_token:
            raise over("xml_token", lag, self.budget.limits.xml_token, self.where)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self.budget.limits.xml_depth:
            raise over("xml_depth", self._depth, self.budget.limits.xml_depth, self.where)
        self.events.start(local_name(name), attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self.events.end(local_name(name))

    def _refuse_doctype(self, *_: object) -> None:
        raise UnsafeFileError(
            f"{self.where} declares a document type (DTD); refused (DTD 선언은 허용하지 않습니다. "
            ".xlsx로 다시 저장해 주세요)"
        )

    def _refuse_entity(self, *_: object) -> None:
        raise UnsafeFileError(
            f"{self.where} declares an entity; refused (엔티티 선언은 허용하지 않습니다. "
            ".xlsx로 다시 저장해 주세요)"
        )


def is_true(text: str) -> bool:
    """Return whether an XML attribute says yes."""
    return text.strip() in ("1", "true", "on")


def attribute(attributes: dict[str, str], name: str, default: str = "") -> str:
    """Return an attribute by its name without prefix."""
    value = attributes.get(name)
    if value is not None:
        return value
    for key, candidate in attributes.items():
        if local_name(key) == name:
            return candidate
    return default


@define(eq=False)
class Elements:
    """Calls back for every element's start with its path; enough for the small parts of a workbook.

    The path leaves the root out: `sheets/sheet`. What extensions put elsewhere under the same name
    (`extLst/ext/workbookPr`) is told apart by it.
    """

    on_start: Callable[[str, dict[str, str]], None]
    _path: list[str] = field(factory=list, init=False)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Pass the element on."""
        self._path.append(name)
        self.on_start("/".join(self._path[1:]), attributes)

    def end(self, name: str) -> None:  # noqa: ARG002 - the parser has checked that it is the last one
        """Leave the element."""
        self._path.pop()

    def text(self, data: str) -> None:
        """Take no notice."""


def scan_elements(
    data: bytes, budget: Budget, where: str, on_start: Callable[[str, dict[str, str]], None]
) -> None:
    """Call `on_start` with the path of every element of a whole document, see `Elements`."""
    GuardedXml(Elements(on_start), budget, where).feed(data, final=True)
