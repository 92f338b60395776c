"""A list of preview rows: in memory while short, in an anonymous temporary file when long."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from typing import IO, Generic, TypeVar

from attrs import define, field

from wemakeprice_sdk.errors import CommitError

_T = TypeVar("_T")
_BATCH = 256
_IN_MEMORY = 32 << 20


def _new_file() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)


@define(eq=False)
class Spool(Generic[_T]):
    """Append once, read in order any number of times. The file has no name and dies with the process."""

    _file: IO[bytes] = field(factory=_new_file, init=False)
    _offsets: list[int] = field(factory=list, init=False)
    _tail: list[_T] = field(factory=list, init=False)
    _count: int = field(default=0, init=False)
    _closed: bool = field(default=False, init=False)

    def __len__(self) -> int:
        """Count the rows."""
        return self._count

    def append(self, row: _T) -> None:
        """Add a row."""
        self._tail.append(row)
        self._count += 1
        if len(self._tail) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        self._file.seek(0, 2)
        self._offsets.append(self._file.tell())
        pickle.dump(self._tail, self._file, pickle.HIGHEST_PROTOCOL)
        self._tail = []

    def __iter__(self) -> Iterator[_T]:
        """Return the rows from the first."""
        if self._closed:
            raise CommitError("the preview was closed (미리보기가 닫혔습니다. 파일을 다시 열어 주세요)")
        for offset in tuple(self._offsets):
            self._file.seek(offset)
            # The file has no name and was written by this object alone.
            batch: list[_T] = pickle.load(self._file)  # noqa: S301
            yield from batch
        yield from tuple(self._tail)

    def close(self) -> None:
        """Forget everything."""
        self._closed = True
        self._file.close()
        self._tail = []
