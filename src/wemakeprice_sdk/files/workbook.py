"""One face for every kind of file: sheets with rows of cells, whatever wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Protocol
from unicodedata import normalize

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.files.cells import RowBlock, SheetRow
from wemakeprice_sdk.files.limits import Budget


class FileFormat(Enum):
    """What a file really is, decided from its content; its name does not matter."""

    XLSX = "xlsx"
    XLS = "xls"
    HTML = "html"
    MHTML = "mhtml"
    XML2003 = "xml-spreadsheet-2003"
    CSV = "csv"


def _composed(name: str) -> str:
    return normalize("NFC", name)


@frozen
class SheetInfo:
    """A sheet (or an HTML table) of a file."""

    name: str = field(converter=_composed)
    """In composed form: macOS takes Hangul apart, and the same title would compare unequal."""
    hidden: bool = False


@frozen(kw_only=True)
class SheetFacts:
    """What a reader saw on a sheet besides its cells. Hidden rows and columns are read like all others."""

    hidden_rows: int = 0
    """How many of the rows that were read are hidden, by a filter or otherwise."""

    first_hidden_row: int = 0
    """Number of the first of them, 0 for none."""

    hidden_columns: tuple[int, ...] = ()
    """Indexes from 0."""

    autofilter: bool = False
    """Whether the sheet, or a table on it, can be filtered (자동 필터)."""


class Workbook(Protocol):
    """An opened file. `rows` may be called any number of times; each pass has a budget of its own."""

    @property
    def format(self) -> FileFormat:
        """The real format."""
        ...

    @property
    def engine(self) -> str:
        """Which reader was chosen."""
        ...

    @property
    def encoding(self) -> str:
        """Character encoding of text files; empty where the format says it itself."""
        ...

    @property
    def date1904(self) -> bool:
        """Whether date numbers count from 1904."""
        ...

    @property
    def sheets(self) -> tuple[SheetInfo, ...]:
        """The sheets in the file's order."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What was odd about the file and did not stop the reading."""
        ...

    def rows(self, sheet: int, budget: Budget) -> Iterator[SheetRow]:
        """Return the rows of a sheet from the top; raises `UnsafeFileError` or `UnreadableFileError`."""
        ...

    def blocks(self, sheet: int, budget: Budget) -> Iterator[RowBlock]:
        """Yield the same rows, as many together as were read together."""
        ...

    def facts(self, sheet: int) -> SheetFacts:
        """Return what was seen on a sheet so far; complete once its rows were read to the end."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...
