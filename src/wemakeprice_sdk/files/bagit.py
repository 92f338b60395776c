"""BagIt 1.0 folders (RFC 8493): files with their sums, so that anyone can see later that nothing is missing.

The same payload and the same description give the same bytes. A folder is built under another name beside its
place and moved there when it is whole and on disk.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeAlias, cast, runtime_checkable

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, check_items, check_kind
from wemakeprice_sdk.errors import BagError, Violation

DECLARATION: Final = "bagit.txt"
INFO: Final = "bag-info.txt"
PAYLOAD: Final = "data"

_DECLARED: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_READABLE: Final = re.compile(
    r"BagIt-Version: (0\.9[3-7]|1\.0)\r?\nTag-File-Character-Encoding: UTF-8\r?\n?", re.IGNORECASE
)
_CHUNK: Final = 1 << 20
_MOST_TAG_BYTES: Final = 64 << 20
_OWN_LABELS: Final = frozenset({"bagging-date", "payload-oxum"})
# Names that Windows keeps for devices, with any ending: a folder that holds one cannot be copied there.
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
# `%` because readers differ about its escape, `~` because some shells and readers expand it.
_REFUSED_SIGNS: Final = re.compile(r'[\\%<>:"|?*\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]|^~')


class SumKind(Enum):
    """A kind of sum that a manifest can hold."""

    SHA256 = "sha256"
    SHA512 = "sha512"


@runtime_checkable
class ByteStream(Protocol):
    """What can be read in pieces, such as an opened file."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        ...


BagContent: TypeAlias = bytes | Path | ByteStream | Iterable[bytes]
"""The content of one file: bytes, a file to copy, an opened binary file, or an iterable of bytes."""


@frozen(kw_only=True)
class BagFile:
    """One payload file: name below `data/`, bytes, and its sums as lower-case hexadecimal text."""

    name: str
    size: int
    sums: Mapping[SumKind, str]


@frozen(kw_only=True)
class BagReport:
    """What a BagIt folder holds, and everything that is wrong with it.

    `files` are the payload files by name, `info` the labels and values of `bag-info.txt` in their order.
    """

    folder: Path
    files: tuple[BagFile, ...]
    info: tuple[tuple[str, str], ...] = ()
    problems: tuple[Violation, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every file is there as the manifests say, and no other one."""
        return not self.problems

    @property
    def size(self) -> int:
        """Bytes of the payload."""
        return sum(file.size for file in self.files)


def write_bag(
    folder: str | os.PathLike[str],
    payload: Mapping[str, BagContent] | Iterable[tuple[str, BagContent]],
    *,
    date: date,
    info: Mapping[str, str] | None = None,
    sums: Sequence[SumKind] = (SumKind.SHA256,),
    replace: bool = False,
) -> BagReport:
    """Write `payload` (name below `data/` → content) as a BagIt folder and return what it holds.

    `date` becomes `Bagging-Date`; `info` holds further labels for `bag-info.txt`, one line of text each.
    Every content is read once and in pieces, so an iterable of pairs may be as large as the disk. An existing
    `folder` is refused unless `replace`; the old one goes only when the new one is in its place.

    A process that is killed leaves at most a folder `.NAME.unfinished-…` beside it, which may be deleted.

    Raise `BagError` for a bad name or label, an existing folder, a full disk, or a file that cannot be read.
    """
    check_kind("payload", payload, Mapping, Iterable)
    check_items("payload", payload)
    place = _place(folder, replace=replace)
    described = _described(info, date)
    kinds = _kinds(sums)
    pairs = cast("Mapping[str, BagContent]", payload).items() if isinstance(payload, Mapping) else payload
    with _on_disk(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{place.name}.unfinished-", dir=place.parent))
        try:
            files = tuple(_write_payload(draft / PAYLOAD, pairs, kinds))
            return _seal(draft, place, files, described, kinds)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def seal_bag(
    draft: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    date: date,
    info: Mapping[str, str] | None = None,
    sums: Sequence[SumKind] = (SumKind.SHA256,),
    replace: bool = False,
) -> BagReport:
    """Make a BagIt folder of what lies below `data/` in the folder `draft`, and move it to `folder`.

    For a payload that was gathered in several runs: nothing is copied, every file is read once for its sums.
    Anything beside `data/` in `draft` stays behind in no bag: it is refused. Both folders lie on one disk.

    Raise `BagError` as `write_bag` does; `draft` is then still there.
    """
    place = _place(folder, replace=replace)
    source = Path(draft)
    described = _described(info, date)
    kinds = _kinds(sums)
    with _on_disk(place):
        for stray in _strays(source):
            raise BagError(
                f"{stray}: lies beside {PAYLOAD}/ and belongs to no bag; move it away and seal again"
            )
        place.parent.mkdir(parents=True, exist_ok=True)
        names = _NameCheck()
        files = []
        for name, path in _walk(source / PAYLOAD):
            names.take(name)
            files.append(_measure(name, path, kinds))
        if hasattr(os, "sync"):
            # Others wrote the payload: it has to be on disk before the folder takes its place.
            os.sync()
        return _seal(source, place, tuple(files), described, kinds)


def read_bag(folder: str | os.PathLike[str]) -> BagReport:
    """Read every file of a BagIt folder again and hold it against the manifests.

    Folders of others are read too (BagIt 0.93 to 1.0, tag files in UTF-8), as far as they use SHA-256 or
    SHA-512. What is missing, changed or unlisted stands in `problems`.

    Raise `BagError` when the folder is no BagIt folder at all, or cannot be read.
    """
    path = Path(folder)
    with _on_disk(path):
        return _Reading(path).report()


def _place(folder: str | os.PathLike[str], *, replace: bool) -> Path:
    check_kind("folder", folder, str, os.PathLike)
    place = Path(folder).absolute()
    if not replace and (place.exists() or place.is_symlink()):
        raise BagError(f"{place} is there already; give another folder, or replace=True to write it anew")
    return place


def _kinds(sums: Sequence[SumKind]) -> tuple[SumKind, ...]:
    check_items("sums", sums)
    for kind in sums:
        check_kind("sums", kind, SumKind)
    if not sums:
        raise BagError("sums is empty; a bag needs at least one kind of sum")
    return tuple(kind for kind in SumKind if kind in sums)


def _described(info: Mapping[str, str] | None, day: date) -> list[tuple[str, str]]:
    check_kind("date", day, date)
    check_kind("info", info, Mapping, optional=True)
    for label, value in (info or {}).items():
        check_kind("info", label, str)
        check_kind(f"info[{label}]", value, str)
        if ":" in label or label != label.strip() or not label or not label.isprintable():
            raise BagError(
                f"info: {label!r} is no label; take text without a colon, such as Source-Organization"
            )
        if label.lower() in _OWN_LABELS:
            raise BagError(f"info: {label} is written from the payload; leave it out")
        if not value.isprintable() or value != value.strip():
            raise BagError(
                f"info: the value of {label} must be one line of text without white space around it"
            )
    return [*(info or {}).items(), ("Bagging-Date", f"{day:%Y-%m-%d}")]


class _NameCheck:
    """Refuses a name that some file system cannot hold, or that another name already is there."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}

    def take(self, name: str) -> None:
        check_kind("a name of the payload", name, str)
        if rule := _name_fault(name):
            raise BagError(f"{name!r} cannot be the name of a payload file: {rule}")
        # Windows and macOS hold names that differ in case or in composition for one.
        same = unicodedata.normalize("NFC", name).casefold()
        if same in self._seen:
            raise BagError(f"{name!r} and {self._seen[same]!r} are one file on some systems; name them apart")
        self._seen[same] = name


def _name_fault(name: str) -> str:
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return "parts are divided by one slash and are neither empty nor dots"
    if _REFUSED_SIGNS.search(name):
        return r'no control characters and none of \ % < > : " | ? *'
    # Readers of manifests strip white space of every alphabet, Windows blanks and dots at the end.
    if any(_DEVICES.fullmatch(part) or part[-1] == "." or part != part.strip() for part in parts):
        return "no part is a device of Windows, begins with white space, or ends in white space or a dot"
    if any(len(part.encode()) > 255 for part in parts):
        return "no part is longer than 255 bytes"
    return ""


def _write_payload(
    data: Path, pairs: Iterable[tuple[str, BagContent]], kinds: Sequence[SumKind]
) -> Iterator[BagFile]:
    names = _NameCheck()
    data.mkdir(mode=0o700)
    for name, content in pairs:
        names.take(name)
        path = data / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield _write(name, path, _pieces(name, content), kinds)


def _pieces(name: str, content: BagContent) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
    elif isinstance(content, Path):
        with content.open("rb") as file:
            yield from _pieces(name, file)
    elif isinstance(content, ByteStream):
        while piece := content.read(_CHUNK):
            check_kind(f"payload[{name}]", piece, bytes)
            yield piece
    else:
        check_items(f"payload[{name}]", content)
        for piece in content:
            check_kind(f"payload[{name}]", piece, bytes)
            yield piece


class _Sums:
    """The sums and the size of what goes by."""

    def __init__(self, kinds: Iterable[SumKind]) -> None:
        self._digests = {kind: hashlib.new(kind.value) for kind in kinds}
        self.size = 0

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        for digest in self._digests.values():
            digest.update(piece)

    def file(self, name: str) -> BagFile:
        sums = {kind: digest.hexdigest() for kind, digest in self._digests.items()}
        return BagFile(name=name, size=self.size, sums=sums)


def _write(name: str, path: Path, pieces: Iterable[bytes], kinds: Iterable[SumKind]) -> BagFile:
    sums = _Sums(kinds)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for piece in pieces:
            file.write(piece)
            sums.add(piece)
        file.flush()
        os.fsync(file.fileno())
    return sums.file(name)


def _measure(name: str, path: Path, kinds: Iterable[SumKind]) -> BagFile:
    sums = _Sums(kinds)
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            sums.add(piece)
    return sums.file(name)


def _walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files below a folder in the order of their names; a link is refused: it leads elsewhere."""
    found = []
    for here, folders, files in os.walk(folder, onerror=_raise):
        for name in (*folders, *files):
            path = Path(here, name)
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise BagError(f"{path} is a link or no plain file; a bag holds plain files only")
        found += [Path(here, name) for name in files]
    named = ((path.relative_to(folder).as_posix(), path) for path in found)
    yield from sorted(named)


def _raise(error: OSError) -> None:
    raise error


def _strays(draft: Path) -> Iterator[Path]:
    # What an earlier try to seal left is written anew.
    own = {PAYLOAD, DECLARATION, INFO} | {
        f"{prefix}-{kind.value}.txt" for kind in SumKind for prefix in ("manifest", "tagmanifest")
    }
    for path in sorted(draft.iterdir()):
        if path.name not in own:
            yield path
        elif path.name != PAYLOAD:
            path.unlink()


def _seal(
    draft: Path,
    place: Path,
    files: tuple[BagFile, ...],
    described: list[tuple[str, str]],
    kinds: tuple[SumKind, ...],
) -> BagReport:
    ordered = tuple(sorted(files, key=lambda file: file.name))
    size = sum(file.size for file in ordered)
    info = [*described, ("Payload-Oxum", f"{size}.{len(ordered)}")]
    tags = {DECLARATION: _DECLARED, INFO: "".join(f"{label}: {value}\n" for label, value in info).encode()}
    for kind in kinds:
        lines = (f"{file.sums[kind]}  {PAYLOAD}/{file.name}\n" for file in ordered)
        tags[f"manifest-{kind.value}.txt"] = "".join(lines).encode()
    written = [_write(name, draft / name, (tags[name],), kinds) for name in sorted(tags)]
    for kind in kinds:
        lines = (f"{file.sums[kind]}  {file.name}\n" for file in written)
        _write("", draft / f"tagmanifest-{kind.value}.txt", ("".join(lines).encode(),), kinds)
    _move(draft, place)
    return BagReport(folder=place, files=ordered, info=tuple(info))


def _move(draft: Path, place: Path) -> None:
    """Put a whole folder into its place; what stood there goes only after that."""
    if not place.exists():
        draft.rename(place)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{place.name}.replaced-", dir=place.parent))
    place.rename(aside / place.name)
    try:
        draft.rename(place)
    except OSError:
        (aside / place.name).rename(place)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def _on_disk(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = error.strerror or type(error).__name__
        raise BagError(f"{place}: {what} ({error.filename or place}); mend that and call again") from error


class _Reading:
    """One reading of a bag; a line that cannot be understood never keeps the others from being held."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._problems = Problems()

    def report(self) -> BagReport:
        self._declaration()
        manifests = self._manifests("manifest")
        if not manifests:
            raise BagError(
                f"{self._path}: no manifest with SHA-256 or SHA-512; its content cannot be verified"
            )
        payload = self._payload(manifests)
        tags = self._manifests("tagmanifest")
        for name in sorted({name for listed in tags.values() for name in listed}):
            self._hold(name, tags, partial(_measure, name, self._path / name))
        info = self._info()
        self._oxum(info, payload)
        return BagReport(folder=self._path, files=payload, info=info, problems=tuple(self._problems.found))

    def _declaration(self) -> None:
        place = self._path / DECLARATION
        if not place.is_file():
            raise BagError(f"{self._path} is no BagIt folder: it holds no {DECLARATION}")
        if not _READABLE.fullmatch(self._text(DECLARATION).strip("\ufeff")):
            raise BagError(f"{place}: not the declaration of a BagIt folder in UTF-8, version 0.93 to 1.0")

    def _text(self, name: str) -> str:
        place = self._path / name
        if place.is_symlink() or place.stat().st_size > _MOST_TAG_BYTES:
            raise BagError(f"{place}: a link, or larger than {_MOST_TAG_BYTES} bytes; it was not read")
        try:
            return place.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise BagError(f"{place}: byte {error.start} is not UTF-8") from error

    def _manifests(self, prefix: str) -> dict[SumKind, dict[str, str]]:
        return {
            kind: dict(self._lines(f"{prefix}-{kind.value}.txt", payload=prefix == "manifest"))
            for kind in SumKind
            if (self._path / f"{prefix}-{kind.value}.txt").is_file()
        }

    def _lines(self, manifest: str, *, payload: bool) -> Iterator[tuple[str, str]]:
        seen = set()
        for number, line in enumerate(re.split(r"\r\n|\r|\n", self._text(manifest)), start=1):
            match = re.fullmatch(r"([0-9a-fA-F]+)[ \t]+\*?(\S.*)", line)
            name = _decoded(match[2]) if match else ""
            inside = name.startswith(f"{PAYLOAD}/") is payload and not _outside(name)
            if match and inside and name not in seen:
                seen.add(name)
                yield name, match[1].lower()
            elif line.strip():
                self._problems.add(
                    f"{manifest}:{number}",
                    line,
                    "sum, blanks, path",
                    "is no line of a manifest, repeats a path, or leads out of the folder",
                    "목록의 형식이 아니거나, 경로가 반복되거나, 폴더 밖을 가리킵니다. "
                    "파일이 변조되지 않았는지 확인해 주세요",
                )

    def _payload(self, manifests: Mapping[SumKind, Mapping[str, str]]) -> tuple[BagFile, ...]:
        there = {f"{PAYLOAD}/{name}": path for name, path in self._stored()}
        files = []
        for name in sorted(there.keys() | {name for listed in manifests.values() for name in listed}):
            file = self._hold(name, manifests, partial(_read_payload, name, there.get(name)))
            if file is not None:
                files.append(file)
        return tuple(files)

    def _stored(self) -> Iterator[tuple[str, Path]]:
        if (self._path / PAYLOAD).is_dir():
            yield from _walk(self._path / PAYLOAD)
            return
        self._problems.add(
            f"{PAYLOAD}/",
            "",
            "present",
            "the folder of the payload is missing",
            "본문 폴더가 없습니다. 원본을 다시 복사해 주세요",
        )

    def _hold(
        self,
        name: str,
        manifests: Mapping[SumKind, Mapping[str, str]],
        measure: Callable[[Iterable[SumKind]], BagFile | None],
    ) -> BagFile | None:
        try:
            file = measure(manifests)
        except FileNotFoundError:
            file = None
        if file is None:
            self._problems.add(
                name, "", "present", "is missing", "파일이 없습니다. 원본을 다시 복사해 주세요"
            )
            return None
        for kind, listed in manifests.items():
            if name not in listed:
                self._problems.add(
                    name,
                    kind.value,
                    "listed",
                    "is in the folder and not in its manifest",
                    "폴더에는 있으나 목록에 없는 파일입니다. 나중에 넣은 파일인지 확인해 주세요",
                )
            elif file.sums[kind] != listed[name]:
                self._problems.add(
                    name,
                    file.sums[kind],
                    f"{kind.value} {listed[name]}",
                    "was changed or damaged: its sum is not that of the manifest",
                    "내용이 바뀌었거나 손상되었습니다. 원본을 다시 복사해 주세요",
                )
        return file

    def _info(self) -> tuple[tuple[str, str], ...]:
        if not (self._path / INFO).is_file():
            return ()
        # A line that begins with a blank goes on with the value above it.
        text = re.sub(r"(?:\r\n|\r|\n)[ \t]+", " ", self._text(INFO))
        lines = [line.partition(":") for line in re.split(r"\r\n|\r|\n", text) if line.strip()]
        return tuple((label.strip(), value.strip()) for label, _, value in lines)

    def _oxum(self, info: Iterable[tuple[str, str]], payload: Sequence[BagFile]) -> None:
        found = f"{sum(file.size for file in payload)}.{len(payload)}"
        for label, value in info:
            if label.lower() == "payload-oxum" and value != found:
                self._problems.add(
                    f"{INFO}:{label}",
                    found,
                    value,
                    "bytes and number of files are not those of the description",
                    "전체 크기나 파일 수가 설명과 다릅니다. 원본을 다시 복사해 주세요",
                )


def _read_payload(name: str, path: Path | None, kinds: Iterable[SumKind]) -> BagFile | None:
    return None if path is None else _measure(name.removeprefix(f"{PAYLOAD}/"), path, kinds)


def _decoded(name: str) -> str:
    return re.sub("%(0[AaDd]|25)", lambda match: chr(int(match[1], 16)), name).removeprefix("./")


def _outside(name: str) -> bool:
    return name.startswith(("/", "~", "\\")) or ".." in re.split(r"[/\\]", name) or name[1:2] == ":"
