"""`ExcelMigrator`: from a file of the partner centre to an import, step by step."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import ClassVar, TypeAlias

from attrs import define, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import check_kind, of_kind
from wemakeprice_sdk.errors import ValidationError, WrongKindError
from wemakeprice_sdk.excel.columns import ColumnBook
from wemakeprice_sdk.excel.deals import ParsedDeal, read_deals
from wemakeprice_sdk.excel.header import Header, Sample, find_header, refuse_strangers
from wemakeprice_sdk.excel.mapping import ColumnMap, check_mapping, mapping_from_json, require_columns
from wemakeprice_sdk.excel.nondata import LeftOutRow
from wemakeprice_sdk.excel.orders import OrderArchiveEntry, read_orders
from wemakeprice_sdk.excel.plan import ImportPlan, select
from wemakeprice_sdk.excel.preview import Preview, PreviewBuilder, PreviewInput
from wemakeprice_sdk.excel.products import Parsed, read_products
from wemakeprice_sdk.excel.records import DealRecord, ExportKind, ProductRecord
from wemakeprice_sdk.excel.refusals import (
    column_notes,
    no_header,
    refuse_to_import,
    require_won,
    wrong_kind,
)
from wemakeprice_sdk.excel.report import SourceTable, api_table, write_report
from wemakeprice_sdk.excel.sheetrecords import (
    ClaimRow,
    SettlementOrderRow,
    SettlementShippingRow,
    SheetRecord,
    read_sheet,
)
from wemakeprice_sdk.excel.sources import each_once, path_of, paths_of, source_name
from wemakeprice_sdk.excel.statements import (
    StatementReading,
    read_statement,
    read_vat_months,
    require_unchanged,
    sha256_of,
)
from wemakeprice_sdk.excel.structure import RowPlan, compile_plan, shown
from wemakeprice_sdk.excel.target import Account, ImportRegistry, NothingKnown, SkuChoice
from wemakeprice_sdk.files.cells import Cell, RowBlock, SheetRow
from wemakeprice_sdk.files.limits import DEFAULT_LIMITS, Budget, FileLimits
from wemakeprice_sdk.files.sniff import open_workbook
from wemakeprice_sdk.files.workbook import FileFormat, Workbook
from wemakeprice_sdk.models import BankStatement, DealRow, ProductRow, VatMonth
from wemakeprice_sdk.models.tables import Report
from wemakeprice_sdk.secrets import forget_locals

AnyPath: TypeAlias = "str | PathLike[str]"
Mapped: TypeAlias = "ColumnMap | Mapping[str, str] | str | None"
"""A column mapping: one that was inspected before, field → header (or letter), or the saved JSON text."""

LeftOut: TypeAlias = "Callable[[LeftOutRow], object] | None"
"""Called with every row that is no data, as the file is read."""

_MOST_SHEETS = 64
_SAMPLE_ROWS = 120


@frozen(kw_only=True)
class Inspection(Report):
    """What a file is and how it was understood, before any row is judged."""

    MAIN: ClassVar[str] = "columns"

    path: Path
    format: FileFormat
    engine: str
    encoding: str
    """Of text files; empty where the format says it itself."""
    date1904: bool
    sheet: str
    sheets: tuple[str, ...]
    kind: ExportKind
    header_rows: tuple[int, int]
    """First and last row of the header."""
    titles: tuple[str, ...]
    """Text of the rows above the header."""
    columns: ColumnMap
    first_rows: tuple[tuple[str, ...], ...]
    """The first rows below the header, as seen; personal data masked."""
    notes: tuple[str, ...]

    missing_required: bool
    """Whether a required column was not found; a preview would raise `ColumnError`."""


@define(eq=False)
class _Opened:
    """A workbook with its data sheet found."""

    book: Workbook
    sheet: int
    header: Header = field(repr=False)
    sample: tuple[SheetRow, ...] = field(repr=False)
    notes: tuple[str, ...]
    others: tuple[str, ...] = ()
    """Further sheets that look like exports of the same kind; they are not read."""

    @property
    def sheet_name(self) -> str:
        return self.book.sheets[self.sheet].name


def _check_seller_id(_: object, __: object, account: Account) -> None:
    check_kind("account.seller_id", account.seller_id, str)


@define(eq=False)
class ExcelMigrator:
    """Takes over what a seller already sells out of the partner centre's exports (상품 가져오기, DOMAIN 5).

    `account` is a `ChannelConfig` or anything with a `seller_id`; neither the product switch nor any other is
    asked (DOMAIN 3.3). `registry` tells what is registered already, usually the target of the commit.
    `limits` bound what a file may cost. Nothing here talks to a marketplace. Raises `TypeError` for arguments
    of another kind.
    """

    account: Account = field(validator=[of_kind(Account, hint="such as a ChannelConfig"), _check_seller_id])
    registry: ImportRegistry = field(
        factory=NothingKnown,
        validator=of_kind(ImportRegistry, hint="such as LedgerTarget(ledger, seller_id)"),
    )
    book: ColumnBook = field(factory=ColumnBook.default, validator=of_kind(ColumnBook))
    limits: FileLimits = field(default=DEFAULT_LIMITS, validator=of_kind(FileLimits))

    # --- looking ---

    def inspect(self, file: AnyPath, *, kind: ExportKind | None = None, mapping: Mapped = None) -> Inspection:
        """Say what a file is: format, engine, sheet, header, columns; reads its first rows only.

        Raises `UnreadableFileError`, `UnsafeFileError`, `ColumnError` when no header is found, and
        `WrongKindError` when `kind` is given and the file is another.
        """
        check_kind("kind", kind, ExportKind, optional=True, hint="such as ExportKind.DEALS")
        with self._open(path_of(file), kind, mapping) as opened:
            book, header = opened.book, opened.header
            specs = self.book.kinds[header.columns.kind].fields
            missing = any(spec.required and header.columns.get(name) is None for name, spec in specs.items())
            return Inspection(
                path=path_of(file),
                format=book.format,
                engine=book.engine,
                encoding=book.encoding,
                date1904=book.date1904,
                sheet=opened.sheet_name,
                sheets=tuple(sheet.name for sheet in book.sheets),
                kind=header.columns.kind,
                header_rows=(header.first_row, header.last_row),
                titles=header.titles,
                columns=header.columns,
                first_rows=tuple(self._shown(row, header) for row in _below(opened.sample, header)[:10]),
                notes=(*opened.notes, *book.notes, *column_notes(header.columns)),
                missing_required=missing,
            )

    def _shown(self, row: SheetRow, header: Header) -> tuple[str, ...]:
        hidden = self._personal(header.columns)
        return tuple(
            "***" if at in hidden and cell is not None else shown(cell, None)
            for at, cell in enumerate(row[1])
        )

    def _personal(self, columns: ColumnMap) -> frozenset[int]:
        specs = self.book.kinds[columns.kind].fields
        return frozenset(match.index for match in columns.understood if specs[match.field or ""].personal)

    # --- reading ---

    def products(
        self, file: AnyPath, *, mapping: Mapped = None, left_out: LeftOut = None
    ) -> Iterator[Parsed]:
        """Stream the products of a file with all that is wrong with them, the first at once.

        Rows that are no data (totals, notes, repeated headers) are not among them; `left_out` is called with
        each, here and in `deals` and `orders`.
        """
        with self._open(path_of(file), ExportKind.PRODUCTS, mapping) as opened:
            blocks, plan = self._data(opened)
            plan.left_out.listener = left_out
            yield from read_products(blocks, plan)

    def deals(
        self, file: AnyPath, *, mapping: Mapped = None, left_out: LeftOut = None
    ) -> Iterator[ParsedDeal]:
        """Stream the deals of a file."""
        with self._open(path_of(file), ExportKind.DEALS, mapping) as opened:
            blocks, plan = self._data(opened)
            plan.left_out.listener = left_out
            yield from read_deals(blocks, plan)

    def orders(
        self, file: AnyPath, *, mapping: Mapped = None, left_out: LeftOut = None
    ) -> Iterator[OrderArchiveEntry]:
        """Stream the bundles of an order export, for archives. They hold personal data.

        A line that is repeated counts once (`same-line`); a bundle whose rows stand apart comes in parts, and
        the later ones say so (`bundle-apart`).
        """
        with self._open(path_of(file), ExportKind.ORDERS, mapping) as opened:
            blocks, plan = self._data(opened)
            plan.left_out.listener = left_out
            yield from read_orders(blocks, plan)

    def claims(self, file: AnyPath, *, mapping: Mapped = None) -> Iterator[SheetRecord[ClaimRow]]:
        """Stream the rows of a claim grid (취소관리, 반품관리, 교환관리). They hold personal data. [C]"""
        with self._open(path_of(file), ExportKind.CLAIMS, mapping) as opened:
            blocks, plan = self._data(opened)
            yield from read_sheet(blocks, plan, ClaimRow, "claim_no")

    def settlement_orders(
        self, file: AnyPath, *, mapping: Mapped = None
    ) -> Iterator[SheetRecord[SettlementOrderRow]]:
        """Stream the rows of the settlement of orders (31 columns). [C]"""
        with self._open(path_of(file), ExportKind.SETTLEMENT_ORDERS, mapping) as opened:
            blocks, plan = self._data(opened)
            yield from read_sheet(blocks, plan, SettlementOrderRow, "order_no")

    def settlement_shipping(
        self, file: AnyPath, *, mapping: Mapped = None
    ) -> Iterator[SheetRecord[SettlementShippingRow]]:
        """Stream the rows of the settlement of shipping fees (18 columns). [C]"""
        with self._open(path_of(file), ExportKind.SETTLEMENT_SHIPPING, mapping) as opened:
            blocks, plan = self._data(opened)
            yield from read_sheet(blocks, plan, SettlementShippingRow, "bundle_no")

    def bank_statement(
        self,
        file: AnyPath,
        *,
        bank: str = "bank",
        account_number: str | None = None,
        whole_business: bool = False,
        mapping: Mapped = None,
    ) -> StatementReading:
        """Read the money that came in from a bank statement (통장 거래내역); it holds personal data.

        `bank` is your own label of the bank account; its money is taken for this seller's pay-outs
        first, unless the account serves the `whole_business`. With its `account_number` a statement
        that names another one raises `WrongAccountError`; `UnreadableFileError` says that the file
        changed meanwhile.
        """
        path = path_of(file)
        with self._open(path, ExportKind.BANK_STATEMENT, mapping) as opened:
            digest = sha256_of(path)
            account = None if whole_business else self.account.seller_id
            empty = BankStatement(file=path.name, sha256=digest, bank=bank, account=account)
            blocks, plan = self._data(opened)
            found = read_statement(blocks, plan, opened.header.titles, empty, account_number)
        require_unchanged(path, digest)
        return found

    def vat_months(self, file: AnyPath, *, mapping: Mapped = None) -> Iterator[SheetRecord[VatMonth]]:
        """Stream the monthly figures of the partner centre's VAT page (부가세 신고내역). [C]"""
        path = path_of(file)
        with self._open(path, ExportKind.VAT_MONTHS, mapping) as opened:
            digest = sha256_of(path)
            blocks, plan = self._data(opened)
            yield from read_vat_months(blocks, plan, path.name, digest)
        require_unchanged(path, digest)

    # --- previewing ---

    def preview(
        self,
        files: AnyPath | Sequence[AnyPath],
        *,
        kind: ExportKind = ExportKind.PRODUCTS,
        mapping: Mapped = None,
    ) -> Preview:
        """Check every row of one file, or of several of one kind as one run; touches nothing.

        Raises `WrongKindError` naming the kind the file looks like, `ColumnError` naming every required
        column that is missing, and the file errors of `inspect`. Rows in error are counted, not raised.
        """
        check_kind("kind", kind, ExportKind, hint="such as ExportKind.DEALS")
        refuse_to_import(kind)
        paths, doubled = each_once(paths_of(files))
        builder = self._builder(kind)
        try:
            return self._judge_files(paths, builder, mapping, doubled)
        except BaseException:
            builder.abandon()
            raise

    def _judge_files(
        self, paths: Sequence[Path], builder: PreviewBuilder, mapping: Mapped, notes: list[str]
    ) -> Preview:
        kind = builder.kind
        missing: list[str] = []
        for path in paths:
            with self._open(path, kind, mapping) as opened:
                blocks, plan = self._data(opened)
                plan.sheet = source_name(path, opened.sheet_name, paths)
                parsed: Iterable[Parsed | ParsedDeal]
                parsed = (
                    read_products(blocks, plan) if kind is ExportKind.PRODUCTS else read_deals(blocks, plan)
                )
                builder.add(_preview_input(parsed, opened, plan))
                missing += plan.columns.missing
                notes += [*opened.notes, *opened.book.notes, *column_notes(plan.columns)]
                notes += plan.odd_extras()
        return builder.finish(tuple(dict.fromkeys(missing)), notes)

    def preview_rows(self, rows: Iterable[ProductRow] | Iterable[DealRow], *, kind: ExportKind) -> Preview:
        """Check rows that came through the API by registration date; the same preview as from a file.

        `rows` may come from several windows that overlap: an identical repeat is dropped without a word. The
        client is the caller's (`client.products.list`, `client.deals.list`).
        """
        check_kind("kind", kind, ExportKind, hint="such as ExportKind.DEALS")
        refuse_to_import(kind)
        builder = self._builder(kind)
        numbered: Iterable[tuple[int, ProductRow | DealRow]] = enumerate(rows, 1)
        parsed = (_parsed_row(number, row, kind) for number, row in numbered)
        try:
            builder.add(PreviewInput("API", parsed, silent_repeats=True))
            return builder.finish()
        except BaseException:
            builder.abandon()
            raise

    def _builder(self, kind: ExportKind) -> PreviewBuilder:
        return PreviewBuilder(kind, self.account.seller_id, self.registry, self.limits.scattered_rows)

    def select(
        self,
        preview: Preview,
        numbers: Iterable[int] | None = None,
        *,
        sku: SkuChoice | None = None,
        per_product: Mapping[int, SkuChoice] | None = None,
        include_flagged: bool = True,
        include_incomplete: bool = False,
        shared: Iterable[str] = (),
        runple: Iterable[int | str] = (),
    ) -> ImportPlan:
        """Choose from a preview, see `wemakeprice_sdk.excel.select`."""
        return select(
            preview,
            numbers,
            sku=sku,
            per_product=per_product,
            include_flagged=include_flagged,
            include_incomplete=include_incomplete,
            shared=shared,
            runple=runple,
            registry=self.registry,
        )

    # --- reporting ---

    def report(
        self,
        preview: Preview,
        path: AnyPath,
        files: AnyPath | Sequence[AnyPath] = (),
        *,
        mapping: Mapped = None,
        only_problems: bool = False,
    ) -> None:
        """Write the report workbook of a preview; `files` are those it was made from (none for the API).

        The files are read again, so that the report shows the seller's own columns in their order. Raises
        `ValidationError` when `path` is one of them, which would be lost.
        """
        check_kind("preview", preview, Preview)
        paths = paths_of(files)
        if Path(path).resolve() in {one.resolve() for one in paths}:
            raise ValidationError.single(
                "path",
                Path(path).name,
                "not a source file",
                "the report would overwrite the file it is about",
                "원본 파일을 덮어쓰게 됩니다. 다른 이름으로 저장해 주세요",
            )
        if not paths:
            write_report(Path(path), preview, [api_table(preview)], only_problems=only_problems)
            return
        with closing(self._tables(each_once(paths)[0], preview.kind, mapping)) as tables:
            write_report(Path(path), preview, tables, only_problems=only_problems)

    def _tables(
        self, paths: Sequence[Path], kind: ExportKind, mapping: Mapped
    ) -> Generator[SourceTable, None, None]:
        for path in paths:
            with self._open(path, kind, mapping) as opened:
                columns = opened.header.columns
                skipped = len(columns.ignored)
                yield SourceTable(
                    source_name(path, opened.sheet_name, paths),
                    tuple(match.header for match in columns.matches)[skipped:],
                    chain.from_iterable(block.rows() for block in self._data(opened)[0]),
                    opened.book.date1904,
                    self._personal(columns),
                    skipped,
                )

    # --- opening ---

    @contextmanager
    def _open(self, path: Path, kind: ExportKind | None, mapping: Mapped) -> Iterator[_Opened]:
        outer = sys.exception()
        try:
            budget = Budget(self.limits)
            book = open_workbook(path, self.limits, budget, self._is_header)
            try:
                yield self._find_sheet(book, kind, mapping, budget)
            finally:
                book.close()
        except BaseException as error:
            # Whatever broke below, the frames of the readers hold rows, and rows hold people.
            forget_locals(error, outer)
            raise

    def _is_header(self, texts: Sequence[str]) -> bool:
        """Return whether two texts of a row name columns of one kind; enough to choose a delimiter by."""
        known = (
            sum(bool(self.book.candidates(kind, text[:200])) for text in texts[:200]) for kind in ExportKind
        )
        return any(count > 1 for count in known)

    def _find_sheet(
        self, book: Workbook, kind: ExportKind | None, mapping: Mapped, budget: Budget
    ) -> _Opened:
        explicit = _explicit(mapping, kind)
        if explicit is not None and kind is not None:
            check_mapping(self.book, kind, explicit)
        kinds = (kind,) if explicit is not None and kind is not None else tuple(ExportKind)
        sheets = book.sheets
        order = sorted(range(len(sheets)), key=lambda index: sheets[index].hidden)[:_MOST_SHEETS]
        samples: list[tuple[SheetRow, ...]] = []
        found: list[_Opened] = []
        for index in order:
            # Every look at a sheet may walk the file from its start: all of them share one clock.
            sample = Sample.take(book.rows(index, budget.again()), _SAMPLE_ROWS).rows
            samples.append(sample)
            header = find_header(sample, self.book, kinds, explicit, budget)
            if header is not None:
                found.append(_Opened(book, index, header, sample, ()))
        best = _best_of(found, kind)
        if best is None or not best.header.eligible:
            for sample in samples:
                refuse_strangers(sample, self.book, self.limits.header_rows)
        if best is None:
            if explicit is not None and kind is not None:
                self._refuse_mapping(samples, kind, explicit, budget)
            raise no_header(samples)
        refuse_strangers(best.sample, self.book, self.limits.header_rows)
        best.header = self._named(best, budget)
        if kind is not None and explicit is None:
            best = self._of_kind(best, kind, budget)
        if kind is not None and best.header.columns.kind is not kind:
            raise wrong_kind(self.book.kinds[best.header.columns.kind], self.book.kinds[kind])
        if kind is not None and best.header.excluded:
            raise wrong_kind(self.book.named_by(best.header.labels), self.book.kinds[kind])
        best.notes = self._sheet_notes(best)
        best.others = tuple(one.sheet_name for one in found if one is not best and _is_like(one, best))
        return best

    def _refuse_mapping(
        self,
        samples: Sequence[tuple[SheetRow, ...]],
        kind: ExportKind,
        explicit: Mapping[str, str],
        budget: Budget,
    ) -> None:
        """Raise `ColumnError` naming what the mapping gets wrong, where a header can be found without it."""
        found = (find_header(sample, self.book, (kind,), None, budget) for sample in samples)
        headers = [header for header in found if header is not None]
        if headers:
            best = max(headers, key=lambda header: header.score)
            check_mapping(self.book, kind, explicit, best.labels)

    def _named(self, found: _Opened, budget: Budget) -> Header:
        """Return the header as one of the kind that its words speak of, where its own kind is not whole."""
        header = found.header
        named = None if header.eligible else self.book.named_by(header.labels)
        if named is None or named.kind is header.columns.kind:
            return header
        return find_header(found.sample, self.book, (named.kind,), None, budget) or header

    def _of_kind(self, found: _Opened, kind: ExportKind, budget: Budget) -> _Opened:
        """Hold what was found against what was asked for."""
        looks = found.header.columns.kind
        if looks is kind:
            return found
        named = self.book.named_by(found.header.labels)
        if found.header.eligible or (named is not None and named.kind is looks):
            raise wrong_kind(self.book.kinds[looks], self.book.kinds[kind])
        header = find_header(found.sample, self.book, (kind,), None, budget)
        if header is None:
            raise no_header([found.sample])
        found.header = header
        return found

    def _sheet_notes(self, opened: _Opened) -> tuple[str, ...]:
        notes = []
        if opened.book.sheets[opened.sheet].hidden:
            notes.append(
                f"the data lies in the hidden sheet {opened.sheet_name!r} (숨겨진 시트의 데이터입니다)"
            )
        if len(opened.book.sheets) > 1:
            notes.append(
                f"{len(opened.book.sheets)} sheets; read {opened.sheet_name!r} (여러 시트 중 하나만 읽음)"
            )
        return tuple(notes)

    def _data(self, opened: _Opened) -> tuple[Iterator[RowBlock], RowPlan]:
        """Return the data rows, from the top, and the compiled plan."""
        header = opened.header
        require_columns(header.columns, self.book)
        require_won(header.columns.kind, header.titles)
        cells: list[Sequence[Cell]] = [cells for _, cells in _below(opened.sample, header)]
        plan = compile_plan(
            opened.sheet_name, header.columns, self.book, cells, date1904=opened.book.date1904
        )
        plan.field_counts = _field_counts(opened)
        book, budget = opened.book, Budget(self.limits)
        return _after(book.blocks(opened.sheet, budget), header.last_row), plan


def _best_of(found: Sequence[_Opened], kind: ExportKind | None) -> _Opened | None:
    """Choose the sheet: whole headers of the kind that was asked for first, hidden sheets last."""

    def rank(one: _Opened) -> tuple[bool, bool, float]:
        header = one.header
        asked = header.eligible and header.columns.kind is kind
        return not one.book.sheets[one.sheet].hidden, asked, header.score

    return max(found, key=rank, default=None)


def _is_like(one: _Opened, best: _Opened) -> bool:
    """Return whether another sheet can be seen and looks like an export of the same kind."""
    header = one.header
    shown = not one.book.sheets[one.sheet].hidden
    return shown and header.eligible and header.columns.kind is best.header.columns.kind


def _preview_input(parsed: Iterable[Parsed | ParsedDeal], opened: _Opened, plan: RowPlan) -> PreviewInput:
    def place(name: str) -> tuple[str, str]:
        match = plan.columns.get(name)
        return (match.letter, match.header) if match is not None else ("", "")

    deals = plan.columns.kind is ExportKind.DEALS
    return PreviewInput(
        plan.sheet,
        parsed,
        opened.header.titles,
        opened.others,
        plan.extra_headers,
        place("deal_no" if deals else "product_no"),
        place("product_nos") if deals else ("", ""),
        plan.left_out,
        partial(opened.book.facts, opened.sheet),
    )


def _field_counts(opened: _Opened) -> tuple[int, int]:
    """Return how many fields the header of a delimited file has, and how many its rows usually have.

    A delimiter at the end of every row is a habit of some writers and shifts nothing.
    """
    header = opened.header
    wanted = max((len(cells) for number, cells in opened.sample if number == header.last_row), default=0)
    below = [cells for _, cells in _below(opened.sample, header)]
    usual = Counter(map(len, below)).most_common(1)[0][0] if below else wanted
    shifted = any(cell is not None for cells in below for cell in cells[wanted:])
    return wanted, wanted if shifted else usual


def _below(sample: Iterable[SheetRow], header: Header) -> list[SheetRow]:
    return [row for row in sample if row[0] > header.last_row]


def _after(blocks: Iterator[RowBlock], last: int) -> Iterator[RowBlock]:
    """Skip up to the header's last row; what follows comes straight from the reader."""
    for block in blocks:
        below = block.after(last)
        if below.numbers:
            yield below
            break
    yield from blocks


def _explicit(mapping: Mapped, kind: ExportKind | None) -> Mapping[str, str] | None:
    if mapping is None:
        return None
    if kind is None:
        raise ValidationError.single(
            "kind",
            "None",
            "kind with mapping",
            "a mapping needs the kind it is for",
            "열 매핑에는 파일 종류가 필요합니다. 파일 종류를 지정해 주세요",
        )
    if isinstance(mapping, ColumnMap):
        return mapping.as_mapping()
    return mapping_from_json(mapping, kind) if isinstance(mapping, str) else mapping


def _parsed_row(number: int, row: ProductRow | DealRow, kind: ExportKind) -> Parsed | ParsedDeal:
    if isinstance(row, ProductRow) and kind is ExportKind.PRODUCTS:
        return Parsed(ProductRecord.from_row(row), (number,), (), row.product_no)
    if isinstance(row, DealRow) and kind is ExportKind.DEALS:
        return ParsedDeal(DealRecord.from_row(row), (number,), (), row.deal_no)
    raise WrongKindError(
        f"row {number} is a {type(row).__name__}, not a row of "
        f"{kind.value} (다른 파일의 행입니다. 다음 파일의 행을 넣어 주세요: {kind.korean})"
    )
