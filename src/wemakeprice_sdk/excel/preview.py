"""What an import would do, before it does anything: every row judged, counted and kept for choosing from."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from itertools import chain, islice
from types import TracebackType
from typing import ClassVar, Self, TypeAlias

from attrs import define, evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.excel.deals import ParsedDeal
from wemakeprice_sdk.excel.faults import sentences
from wemakeprice_sdk.excel.nondata import LeftOutRow, LeftOutRows, NonDataKind
from wemakeprice_sdk.excel.partial import HIDDEN_SIGNS, PartialCheck, Sign, facts_signs
from wemakeprice_sdk.excel.products import Parsed, merge_options, option_key
from wemakeprice_sdk.excel.records import DealRecord, ExportKind, Problem, ProblemSeverity, ProductRecord
from wemakeprice_sdk.excel.target import ImportRegistry
from wemakeprice_sdk.files.cells import Cell
from wemakeprice_sdk.files.spool import Spool
from wemakeprice_sdk.files.workbook import SheetFacts
from wemakeprice_sdk.models.tables import Report, ReportTable, table_of

CatalogueRecord: TypeAlias = "ProductRecord | DealRecord"
AnyParsed: TypeAlias = "Parsed | ParsedDeal"

_BATCH = 500
_MOST_FEET = 50


class RowStatus(Enum):
    """What became of a row."""

    NEW = "new"
    """Not registered yet: can be imported."""

    REGISTERED = "registered"
    """The account has it already."""

    DUPLICATE = "duplicate"
    """Stands earlier in the same run."""

    INVALID = "invalid"
    """Cannot be imported; its problems say why."""


_CODES = tuple(RowStatus)
_CODE_OF = {status: code for code, status in enumerate(_CODES)}


@frozen
class PreviewRow:
    """One product or deal of the source."""

    status: RowStatus
    number: int | None
    record: ProductRecord | DealRecord | None
    source: str
    """Sheet, or `API`."""
    rows: tuple[int, ...]
    """Row numbers it stands on."""
    problems: tuple[Problem, ...]
    missing_products: tuple[int, ...] = ()
    """Of a deal: the products it refers to that are not imported (DOMAIN 5.8)."""

    @property
    def flagged(self) -> bool:
        """Whether it can be imported but should be looked at first."""
        return self.status is not RowStatus.INVALID and any(
            problem.severity is ProblemSeverity.WARNING for problem in self.problems
        )


@frozen(kw_only=True)
class PreviewCounts:
    """How many of each; `flagged` overlaps the others."""

    new: int = 0
    registered: int = 0
    duplicate: int = 0
    invalid: int = 0
    flagged: int = 0
    problems: int = 0

    @property
    def total(self) -> int:
        """All products or deals of the source."""
        return self.new + self.registered + self.duplicate + self.invalid


@define(eq=False)
class Preview(Report):
    """The judged rows of one run. Most lie in a temporary file, so close it, or use `with`."""

    MAIN: ClassVar[str] = "rows"
    DERIVED: ClassVar[tuple[str, ...]] = ("looks_partial", "blockers")

    kind: ExportKind
    seller_id: str
    templates_imported: bool
    extra_headers: tuple[str, ...]
    """Headers of the columns nobody understood, of all sources; see `headers_of`."""
    missing_fields: tuple[str, ...]
    """Korean names of fields the source has no column for."""
    notes: tuple[str, ...]
    signs: tuple[Sign, ...]
    """Signs that the source shows a part only; none does not prove that it is whole."""
    counts: PreviewCounts
    left_out: tuple[LeftOutRow, ...]
    """Rows that are no data (totals, notes, repeated headers); `notes` names them in one line per source."""
    _headers: Mapping[str, tuple[str, ...]] = field(repr=False)
    _spool: Spool[PreviewRow] = field(repr=False)
    _statuses: bytearray = field(repr=False)
    _late: Mapping[int, list[Parsed]] = field(repr=False)

    def headers_of(self, source: str) -> tuple[str, ...]:
        """Return the headers of a source's columns that nobody understood, in the order of `extras`."""
        return self._headers.get(source, ())

    @property
    def looks_partial(self) -> bool:
        """Whether the source looks like a part of the catalogue (DOMAIN 5.3)."""
        return any(sign.rule not in HIDDEN_SIGNS for sign in self.signs)

    @property
    def blockers(self) -> tuple[str, ...]:
        """What has to happen before a commit can start, Korean and English."""
        if self.templates_imported:
            return ()
        return (
            "배송 템플릿을 먼저 1회 가져와 주세요 (import the shipping templates once before any product)",
        )

    def __iter__(self) -> Iterator[PreviewRow]:
        """Return every row in the order of the source."""
        return (row for _, row in self.numbered())

    def numbered(self) -> Iterator[tuple[int, PreviewRow]]:
        """Return every row with its ordinal."""
        for ordinal, row in enumerate(self._spool):
            status = _CODES[self._statuses[ordinal]]
            late = (
                self._late.get(row.number)
                if row.number is not None and status is not RowStatus.DUPLICATE
                else None
            )
            yield ordinal, _with_late(row, late, status)

    def rows(self, status: RowStatus | None = None, *, flagged: bool | None = None) -> Iterator[PreviewRow]:
        """Return the rows of a status, flagged ones or not, or all."""
        check_kind("status", status, RowStatus, optional=True)
        for row in self:
            if status in (None, row.status) and flagged in (None, row.flagged):
                yield row

    def problems(self) -> Iterator[Problem]:
        """Return every problem of the source in its order."""
        for row in self:
            yield from row.problems

    def _tables(self) -> dict[str, ReportTable[object]]:
        counts = self.counts
        return {
            "rows": table_of(self, "rows", PreviewRow, self.__iter__, counts.total),
            "problems": table_of(self, "problems", Problem, self.problems, counts.problems),
            **super()._tables(),
        }

    def close(self) -> None:
        """Forget the rows."""
        self._spool.close()

    def __enter__(self) -> Self:
        """Use the preview in a `with` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def _with_late(row: PreviewRow, late: list[Parsed] | None, status: RowStatus) -> PreviewRow:
    if not late or not isinstance(row.record, ProductRecord):
        return row if row.status is status else evolve(row, status=status)
    record, problems, rows = row.record, list(row.problems), list(row.rows)
    for parsed in late:
        record, more = _merge(record, parsed, row.source)
        problems += more
        rows += parsed.rows
    return evolve(row, status=status, record=record, problems=tuple(problems), rows=tuple(rows))


def _merge(record: ProductRecord, parsed: Parsed, source: str) -> tuple[ProductRecord, list[Problem]]:
    """Add option rows that stood elsewhere; the same option twice is an error of its own."""
    problems = list(parsed.problems)
    known = {option_key(one.option_no, one.name, one.seller_option_code) for one in record.options}
    fresh = []
    for option in parsed.record.options if parsed.record is not None else ():
        key = option_key(option.option_no, option.name, option.seller_option_code)
        if key in known:
            english, korean = sentences("same-option")
            shown = option.name or ""
            problems.append(
                Problem(
                    source,
                    option.row,
                    "",
                    "",
                    "option_name",
                    shown,
                    "same-option",
                    ProblemSeverity.ERROR,
                    english,
                    korean,
                )
            )
        else:
            known.add(key)
            fresh.append(option)
    return merge_options(record, fresh), problems


@frozen
class PreviewInput:
    """A source of parsed rows: a sheet, or the API."""

    name: str
    parsed: Iterable[AnyParsed]
    titles: tuple[str, ...] = ()
    other_sheets: tuple[str, ...] = ()
    """Sheets of the file that look alike and are not read."""
    headers: tuple[str, ...] = ()
    """Headers of the columns nobody understood."""
    number_column: tuple[str, str] = ("", "")
    """Letter and header of the column of product or deal numbers."""
    product_column: tuple[str, str] = ("", "")
    """Of deals: letter and header of the column of the products they refer to."""
    left_out: LeftOutRows = field(factory=LeftOutRows)
    """Filled while the rows pass by."""
    facts: Callable[[], SheetFacts] = SheetFacts
    """What the reader saw on the sheet; asked once all rows were read."""
    silent_repeats: bool = False
    """Whether an identical repeat is dropped without a word: overlapping API windows repeat by design."""


@define(eq=False)
class PreviewBuilder:
    """Judges parsed rows in batches and spools them."""

    kind: ExportKind
    seller_id: str
    registry: ImportRegistry
    most_late: int
    _spool: Spool[PreviewRow] = field(factory=Spool, init=False)
    _statuses: bytearray = field(factory=bytearray, init=False)
    _first: dict[int, int] = field(factory=dict, init=False)
    _digests: array[int] = field(factory=lambda: array("q"), init=False)
    _with_options: set[int] = field(factory=set, init=False)
    _late: dict[int, list[Parsed]] = field(factory=dict, init=False)
    _late_rows: int = field(default=0, init=False)
    _flagged: int = field(default=0, init=False)
    _problems: int = field(default=0, init=False)
    _signs: list[Sign] = field(factory=list, init=False)
    _left_out: list[LeftOutRow] = field(factory=list, init=False)
    _notes: list[str] = field(factory=list, init=False)
    _headers: dict[str, tuple[str, ...]] = field(factory=dict, init=False)

    def add(self, source: PreviewInput) -> None:
        """Check one source."""
        check = PartialCheck(source.titles, source.other_sheets)
        rows = 0
        batch: list[AnyParsed] = []
        for parsed in source.parsed:
            rows += len(parsed.rows)
            batch.append(parsed)
            if len(batch) >= _BATCH:
                self._judge(batch, source, check)
                batch = []
        self._judge(batch, source, check)
        notes = (row.text for row in source.left_out.rows if row.kind is NonDataKind.NOTE)
        check.titles = (*check.titles, *islice(notes, _MOST_FEET))
        self._signs += [*check.signs(rows), *facts_signs(source.facts())]
        self._left_out += source.left_out.rows
        self._headers[source.name] = source.headers
        sentence = source.left_out.sentence()
        if sentence:
            self._notes.append(f"{source.name}: {sentence}")

    def _judge(self, batch: list[AnyParsed], source: PreviewInput, check: PartialCheck) -> None:
        numbers = [
            parsed.number for parsed in batch if parsed.record is not None and parsed.number is not None
        ]
        if self.kind is ExportKind.PRODUCTS:
            known = self.registry.known_products(self.seller_id, numbers)
            products: AbstractSet[int] = frozenset()
        else:
            known = self.registry.known_deals(self.seller_id, numbers)
            wanted = {
                no for one in batch if isinstance(one.record, DealRecord) for no in one.record.product_nos
            }
            products = self.registry.known_products(self.seller_id, sorted(wanted)) if wanted else frozenset()
        for parsed in batch:
            if parsed.record is not None:
                check.see(parsed.record)
            self._place(parsed, source, known, products)

    def _place(
        self, parsed: AnyParsed, source: PreviewInput, known: AbstractSet[int], products: AbstractSet[int]
    ) -> None:
        number, record = parsed.number, parsed.record
        problems = parsed.problems
        missing: tuple[int, ...] = ()
        status = RowStatus.NEW
        if record is None or any(problem.severity is ProblemSeverity.ERROR for problem in problems):
            status = RowStatus.INVALID
        if record is not None and number is not None:
            first = self._first.get(number)
            if first is not None:
                if isinstance(parsed, Parsed) and self._keep_late(number, parsed):
                    return
                if source.silent_repeats and self._digests[first] == hash(record):
                    return
                status = RowStatus.DUPLICATE
                problems = (*problems, self._repeat(parsed, source, first))
            elif status is RowStatus.NEW and number in known:
                status = RowStatus.REGISTERED
        if isinstance(record, DealRecord) and status is not RowStatus.DUPLICATE:
            missing, extra = self._deal_products(parsed, record, source, products)
            problems = (*problems, *extra)
        self._append(PreviewRow(status, number, record, source.name, parsed.rows, problems, missing), parsed)

    def _append(self, row: PreviewRow, parsed: AnyParsed) -> None:
        ordinal = len(self._spool)
        if row.record is not None and row.number is not None and row.status is not RowStatus.DUPLICATE:
            self._first[row.number] = ordinal
            if isinstance(parsed, Parsed) and parsed.option_rows:
                self._with_options.add(row.number)
        self._digests.append(hash(row.record))
        self._statuses.append(_CODE_OF[row.status])
        if row.problems:
            self._problems += len(row.problems)
            self._flagged += row.flagged
        self._spool.append(row)

    def _keep_late(self, number: int, parsed: Parsed) -> bool:
        """Remember option rows that stand away from their product; they join it when rows are given."""
        if not parsed.option_rows or number not in self._with_options or self._late_rows >= self.most_late:
            return False
        self._late_rows += len(parsed.rows)
        self._late.setdefault(number, []).append(parsed)
        return True

    def _repeat(self, parsed: AnyParsed, source: PreviewInput, first: int) -> Problem:
        same = self._digests[first] == hash(parsed.record)
        rule = "same-number" if same else "other-content"
        english, korean = sentences(rule)
        number = "product_no" if self.kind is ExportKind.PRODUCTS else "deal_no"
        severity = ProblemSeverity.NOTE if same else ProblemSeverity.WARNING
        return Problem(
            source.name,
            parsed.rows[0],
            *source.number_column,
            number,
            str(parsed.number),
            rule,
            severity,
            english,
            korean,
        )

    def _deal_products(
        self, parsed: AnyParsed, record: DealRecord, source: PreviewInput, products: AbstractSet[int]
    ) -> tuple[tuple[int, ...], tuple[Problem, ...]]:
        missing = tuple(no for no in record.product_nos if no not in products)
        if record.product_nos and not missing:
            return (), ()
        rule = "missing-product" if missing else "no-products-known"
        shown = ", ".join(map(str, missing[:20])) + (" …" if len(missing) > 20 else "")
        english, korean = sentences(rule, shown)
        column = source.product_column if source.product_column[0] else source.number_column
        problem = Problem(
            source.name,
            parsed.rows[0],
            *column,
            "product_nos",
            shown,
            rule,
            ProblemSeverity.WARNING,
            english,
            korean,
        )
        return missing, (problem,)

    def abandon(self) -> None:
        """Forget the rows of a preview that will not be finished."""
        self._spool.close()

    def finish(self, missing_fields: tuple[str, ...] = (), notes: Iterable[str] = ()) -> Preview:
        """Return the preview."""
        self._finish_late()
        tally = Counter(self._statuses)
        counts = PreviewCounts(
            **{status.value: tally[code] for code, status in enumerate(_CODES)},
            flagged=self._flagged,
            problems=self._problems,
        )
        return Preview(
            self.kind,
            self.seller_id,
            self.registry.templates_imported(self.seller_id),
            tuple(dict.fromkeys(chain.from_iterable(self._headers.values()))),
            missing_fields,
            tuple(dict.fromkeys((*notes, *self._notes))),
            tuple(self._signs),
            counts,
            tuple(self._left_out),
            self._headers,
            self._spool,
            self._statuses,
            self._late,
        )

    def _finish_late(self) -> None:
        """Let errors of scattered option rows count against their product."""
        if not self._late:
            return
        for ordinal, row in enumerate(self._spool):
            late = self._late.get(row.number) if row.number is not None else None
            if late is None or self._first.get(row.number or 0) != ordinal:
                continue
            merged = _with_late(row, late, row.status)
            self._problems += len(merged.problems) - len(row.problems)
            if any(problem.severity is ProblemSeverity.ERROR for problem in merged.problems):
                self._statuses[ordinal] = _CODE_OF[RowStatus.INVALID]
                self._flagged -= row.flagged
            else:
                self._flagged += merged.flagged - row.flagged


def extras_of(extras: Sequence[Cell], headers: tuple[str, ...]) -> Mapping[str, Cell]:
    """Return the cells of columns nobody understood under their headers; blank cells are left out."""
    pairs = zip(headers, extras, strict=False)
    return {header: cell for header, cell in pairs if cell is not None and cell != ""}


Chooser: TypeAlias = Callable[[PreviewRow], bool]
"""Says whether a row is wanted."""
