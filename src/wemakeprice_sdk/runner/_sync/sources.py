# Generated from runner/_async by scripts/unasync.py; edit that one.
"""Facts of files and of the bank into the ledger, page by page."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import date
from itertools import islice
from typing import Final

from wemakeprice_sdk import excel
from wemakeprice_sdk.errors import WrongAccountError
from wemakeprice_sdk.excel import ExportKind
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.vat import TaxInvoice
from wemakeprice_sdk.runner._sync.ledger_run import LedgerContext, LedgerRun
from wemakeprice_sdk.runner.sources.files import (
    ColumnMapping,
    SourcePreview,
    SourceReading,
    of_one_account,
    opened,
    preview_of,
    require_label,
    require_same,
)
from wemakeprice_sdk.runner.sources.forms import (
    FILE_KINDS,
    FileFactRow,
    day_of,
    file_drafts,
    tax_invoice_drafts,
    transfer_of,
)
from wemakeprice_sdk.runner.sources.states import WHOLE, source_draft, source_state

_Run = LedgerRun[LedgerContext]
_AT_ONCE: Final = 500
"""Facts of one transaction: others write between two, and a kill costs no more than one."""


def preview_source(
    context: LedgerContext,
    path: str | os.PathLike[str],
    kind: ExportKind | None,
    mapping: ColumnMapping,
    bank: str,
    account_number: str | None,
) -> SourcePreview:
    """Read a file and say what it would bring."""

    def look() -> SourcePreview:
        with opened(
            excel.ExcelMigrator(context.config), path, kind, mapping, bank, account_number
        ) as reading:
            return preview_of(reading)

    return context.offload(look)


def import_source(
    run: _Run,
    path: str | os.PathLike[str],
    preview: SourcePreview | None,
    kind: ExportKind | None,
    mapping: ColumnMapping,
    bank: str,
    account_number: str | None,
) -> SourcePreview:
    """Take the facts of a file over; return what it brought. A file that is there wholly is read again."""
    offload = run.context.offload
    with ExitStack() as stack:
        migrator = excel.ExcelMigrator(run.context.config)
        opening = opened(migrator, path, kind, mapping, bank, account_number)
        reading = offload(stack.enter_context, opening)
        if preview is not None:
            require_same(preview.source, reading.source)
        if reading.source.kind is ExportKind.BANK_STATEMENT:
            _require_one_bank(run, reading)
        return _take_over(run, reading)


def _require_one_bank(run: _Run, reading: SourceReading) -> None:
    """Refuse a statement whose label is that of another bank account, or whose account has another label.

    Its money would be mixed with that of others, or be counted twice.
    """
    ledger, source = run.context.ledger, reading.source
    known = ledger.record(run.account, RecordKind.SOURCE, source.sha256)
    if known is not None:
        require_label(source, source_state(known).source.bank)
    for record in ledger.records(run.account, RecordKind.BANK_TRANSFER):
        transfer = transfer_of(record)
        same = of_one_account(transfer.account_number, reading.account_number)
        if same is False and transfer.bank == source.bank:
            raise WrongAccountError(
                f"{source.name} is the statement of another bank account than the one kept as "
                f"{source.bank!r}; give each bank account a label of its own (bank=) "
                "(이 이름으로 등록된 통장과 계좌번호가 다릅니다. 통장마다 다른 이름을 bank=에 지정해 주세요)"
            )
        if same and transfer.bank != source.bank:
            require_label(source, transfer.bank)


def _take_over(run: _Run, reading: SourceReading) -> SourcePreview:
    source, offload = reading.source, run.context.offload
    known = run.context.ledger.record(run.account, RecordKind.SOURCE, source.sha256)
    if known is None or known.status != WHOLE:
        run.save(RecordKind.SOURCE, [source_draft(source, run.now, 0, 0, whole=False)])
    facts, counts, done = reading.facts(), dict[str, int](), 0
    days: list[date] = []
    while rows := offload(_take, facts, _AT_ONCE):
        run.step()
        drafts = offload(file_drafts, rows, source.name, source.sha256, run.now, counts)
        run.save(FILE_KINDS[type(rows[0].fact)], drafts)
        done += len(rows)
        found = [day for row in rows if (day := day_of(row.fact)) is not None]
        days = [min(days + found), max(days + found)] if found else days
        run.tell(source.kind.value, done)
    run.save(RecordKind.SOURCE, [source_draft(source, run.now, done, reading.refused, whole=True)])
    return SourcePreview(
        source=source,
        facts=done,
        refused=reading.refused,
        first=days[0] if days else None,
        last=days[-1] if days else None,
        problems=tuple(reading.problems),
    )


def _take(facts: Iterator[FileFactRow], count: int) -> list[FileFactRow]:
    return list(islice(facts, count))


def import_tax_invoices(run: _Run, invoices: Iterable[TaxInvoice]) -> None:
    """Keep tax invoices; those that are there already are the same ones."""
    run.step()
    run.save(RecordKind.TAX_INVOICE, tax_invoice_drafts(invoices))
