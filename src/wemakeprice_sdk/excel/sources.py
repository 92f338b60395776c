"""The files that a caller hands in: paths only, each content once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path

from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.errors import UnreadableFileError, ValidationError
from wemakeprice_sdk.excel.statements import sha256_of


def path_of(file: str | PathLike[str]) -> Path:
    """Return a path; raise `TypeError` for what is open or in memory, as a file is read more than once.

    A pipe is `UnreadableFileError`: the second look would wait for ever.
    """
    check_kind("file", file, str, PathLike, hint="the path of a file that is saved")
    path = Path(file)
    if path.is_fifo():
        raise UnreadableFileError(
            f"{path.name} is a pipe, which can be read only once; save it as a file "
            "(파이프는 한 번만 읽을 수 있습니다. 파일로 저장한 뒤 다시 시도해 주세요)"
        )
    return path


def paths_of(files: object) -> list[Path]:
    """Return the path of one file, or of several."""
    if isinstance(files, str | PathLike):
        return [path_of(files)]
    if isinstance(files, bytes | bytearray) or hasattr(files, "read"):
        raise TypeError(f"files takes paths of files that are saved, not {type(files).__name__}")
    if not isinstance(files, Iterable):
        raise TypeError(f"files takes a list of paths, not {type(files).__name__}")
    return [path_of(one) for one in files]


def each_once(paths: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """Return the paths without those whose content stands earlier, and one note for each of these.

    The content decides, not the name: a copy under another name would double every option and stock.
    Raises `ValidationError` when no file is given.
    """
    if not paths:
        raise ValidationError.single(
            "files", "[]", "one file or more", "no file was given", "파일이 없습니다. 파일을 지정해 주세요"
        )
    if len(paths) == 1:
        return list(paths), []
    first: dict[str, Path] = {}
    notes: list[str] = []
    for path in paths:
        earlier = first.setdefault(_content(path), path)
        if earlier is not path:
            notes.append(
                f"{path.name} holds the same as {earlier.name} and was read once "
                f"(내용이 같은 파일이어서 한 번만 읽었습니다: {earlier.name}, {path.name})"
            )
    return list(first.values()), notes


def _content(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError:
        # Whoever opens it says why it cannot be read.
        return f"unread {path}"


def source_name(path: Path, sheet: str, paths: Sequence[Path]) -> str:
    """Return how problems name a sheet: with its file where there are several."""
    if len(paths) == 1:
        return sheet
    alike = [other for other in paths if other.name == path.name]
    name = path.name if len(alike) == 1 else f"{path.parent.name}/{path.name}"
    return f"{name}/{sheet}"
