"""A file on its way into the ledger: a private copy with its hash, what it is, its facts one by one."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import define, evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import (
    SourceChangedError,
    UnreadableFileError,
    ValidationError,
    WrongKindError,
)
from wemakeprice_sdk.excel import ExportKind, Problem, ProblemSeverity
from wemakeprice_sdk.models.bank import same_number
from wemakeprice_sdk.models.tables import Report
from wemakeprice_sdk.runner.sources import forms
from wemakeprice_sdk.runner.sources.forms import FileFactRow

if TYPE_CHECKING:
    from wemakeprice_sdk.excel import ExcelMigrator, SheetRecord

ColumnMapping: TypeAlias = "Mapping[str, str] | str | None"
_KINDS: Final = (
    ExportKind.ORDERS,
    ExportKind.CLAIMS,
    ExportKind.SETTLEMENT_ORDERS,
    ExportKind.SETTLEMENT_SHIPPING,
    ExportKind.BANK_STATEMENT,
    ExportKind.VAT_MONTHS,
)
PERSONAL_FILES: Final = frozenset({ExportKind.ORDERS, ExportKind.CLAIMS, ExportKind.BANK_STATEMENT})
"""Kinds of files that hold people."""
_MOST_PROBLEMS: Final = 1000


@frozen(kw_only=True)
class SourceFile:
    """A file whose rows are facts (출처): its name without folder, bytes, SHA-256, kind and sheet.

    A bank statement has the label of its `bank` and the days it covers.
    """

    name: str
    size: int
    sha256: str
    kind: ExportKind
    sheet: str
    bank: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def may_hold_people(self) -> bool:
        """Whether the rows name people: such a file is copied nowhere unless that is asked for."""
        return self.kind in PERSONAL_FILES


@frozen(kw_only=True)
class SourcePreview(Report):
    """What a file would bring: nothing was taken over yet.

    `facts` can be taken over, `refused` rows cannot be read and stand with their reason in `problems` (the
    first 1,000). `first` and `last` are the days that the facts belong to.
    """

    source: SourceFile
    facts: int
    refused: int
    first: date | None
    last: date | None
    problems: tuple[Problem, ...] = ()


@define
class SourceReading:
    """Facts of one file, in its order, and what was wrong so far."""

    source: SourceFile
    rows: Iterator[FileFactRow | None]
    account_number: str | None = field(default=None, repr=False)
    """What a bank statement says of itself."""
    refused: int = 0
    problems: list[Problem] = field(factory=list)

    def facts(self) -> Iterator[FileFactRow]:
        """Yield the facts; a row that is none is counted."""
        for row in self.rows:
            if row is None:
                self.refused += 1
            else:
                yield row

    def note(self, found: tuple[Problem, ...]) -> None:
        """Keep what is wrong with a row."""
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems += [one for one in found if one.severity is not ProblemSeverity.NOTE]


@contextmanager
def opened(
    migrator: ExcelMigrator,
    path: str | os.PathLike[str],
    kind: ExportKind | None,
    mapping: ColumnMapping,
    bank: str,
    account_number: str | None = None,
) -> Iterator[SourceReading]:
    """Open a file to read its facts.

    It is copied first, into a file that only its owner reads and that is deleted afterwards: what is hashed
    is what is read, whatever happens to the file meanwhile. Raises what `ExcelMigrator.inspect` does, and
    `WrongKindError` for a kind that brings no facts.
    """
    place = Path(path)
    with tempfile.TemporaryDirectory(prefix="wemakeprice-") as folder:
        copy = Path(folder) / place.name
        size, digest = _copied(place, copy)
        found = migrator.inspect(copy, kind=kind, mapping=mapping)
        if found.kind not in _KINDS:
            raise WrongKindError(
                f"{place.name}: {found.kind.value} bring no facts of orders or money; products and deals are "
                "imported with ExcelMigrator "
                "(주문, 클레임, 정산, 부가세, 통장 파일이 아닙니다. 해당 파일을 넣어 주세요)"
            )
        source = SourceFile(name=place.name, size=size, sha256=digest, kind=found.kind, sheet=found.sheet)
        reading = SourceReading(source, iter(()))
        if found.kind is ExportKind.BANK_STATEMENT:
            _read_statement(migrator, copy, mapping, bank, account_number, reading)
        else:
            reading.rows = _rows(migrator, copy, mapping, reading)
        yield reading


def _copied(place: Path, copy: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    try:
        with place.open("rb") as file, copy.open("xb") as target:
            copy.chmod(0o600)
            while chunk := file.read(1 << 20):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
    except OSError as error:
        raise UnreadableFileError(
            f"{place.name}: {error.strerror or type(error).__name__} "
            "(파일을 읽을 수 없습니다. 파일이 있는지 확인해 주세요)"
        ) from error
    return size, digest.hexdigest()


def require_same(preview: SourceFile, source: SourceFile) -> None:
    """Raise `SourceChangedError` for a file that is not the one that was previewed."""
    if preview.sha256 != source.sha256:
        raise SourceChangedError(
            f"{source.name} is not the file that was previewed: SHA-256 {source.sha256[:12]}…, "
            f"not {preview.sha256[:12]}…; preview it again "
            "(미리보기한 뒤에 바뀐 파일입니다. 다시 미리보기해 주세요)"
        )


def require_label(source: SourceFile, known: str) -> None:
    """Raise `ValidationError` for a statement that is kept under another label: it would count twice."""
    if source.bank != known:
        raise ValidationError.single(
            "bank",
            source.bank,
            f"the label of this bank account: {known}",
            f"the file, or its bank account, is kept as {known!r} already; its money would count twice",
            f"이미 {known!r} 이름으로 등록된 통장입니다. 같은 이름을 지정해 주세요",
        )


def of_one_account(one: str | None, other: str | None) -> bool | None:
    """Return whether two statements say the same account number; None when one of them says none."""
    numbers = [one, other]
    if any(number is None or not any(map(str.isdigit, number)) for number in numbers):
        return None
    return same_number(one or "", other or "")


def preview_of(reading: SourceReading) -> SourcePreview:
    """Read a file to its end and say what it would bring."""
    facts, days = 0, set[date]()
    for row in reading.facts():
        facts += 1
        day = forms.day_of(row.fact)
        if day is not None:
            days.add(day)
    return SourcePreview(
        source=reading.source,
        facts=facts,
        refused=reading.refused,
        first=min(days, default=None),
        last=max(days, default=None),
        problems=tuple(reading.problems),
    )


def _read_statement(
    migrator: ExcelMigrator,
    path: Path,
    mapping: ColumnMapping,
    bank: str,
    account_number: str | None,
    reading: SourceReading,
) -> None:
    found = migrator.bank_statement(path, bank=bank, account_number=account_number, mapping=mapping)
    statement = found.statement
    reading.account_number = statement.account_number
    reading.source = evolve(reading.source, bank=statement.bank, first=statement.first, last=statement.last)
    reading.refused = found.refused
    reading.note(found.problems)
    reading.rows = (forms.sourced(one, one.source) for one in statement.transfers)


def _rows(
    migrator: ExcelMigrator, path: Path, mapping: ColumnMapping, reading: SourceReading
) -> Iterator[FileFactRow | None]:
    kind = reading.source.kind
    if kind is ExportKind.ORDERS:
        for entry in migrator.orders(path, mapping=mapping):
            reading.note(entry.problems)
            if entry.bundle is not None or not entry.valid:
                yield forms.order_fact(entry, reading.source.sheet)
    elif kind is ExportKind.CLAIMS:
        yield from _noted(migrator.claims(path, mapping=mapping), forms.claim_fact, reading)
    elif kind is ExportKind.SETTLEMENT_ORDERS:
        rows = migrator.settlement_orders(path, mapping=mapping)
        yield from _noted(rows, forms.order_settlement_fact, reading)
    elif kind is ExportKind.VAT_MONTHS:
        months = migrator.vat_months(path, mapping=mapping)
        yield from _noted(months, lambda month: forms.sourced(month, month.source), reading)
    else:
        shipping = migrator.settlement_shipping(path, mapping=mapping)
        yield from _noted(shipping, forms.shipping_settlement_fact, reading)


def _noted(
    rows: Iterator[SheetRecord[forms.SheetRow]],
    form: Callable[[forms.SheetRow], FileFactRow],
    reading: SourceReading,
) -> Iterator[FileFactRow | None]:
    for row in rows:
        reading.note(row.problems)
        yield None if row.record is None else form(row.record)
