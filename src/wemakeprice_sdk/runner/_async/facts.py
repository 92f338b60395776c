"""What the ledger knows of the money, reconciled without a marketplace: what it collected, and its files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import TypeVar

from attrs import define, evolve, field

from wemakeprice_sdk.config import ChannelConfig
from wemakeprice_sdk.errors import ProtocolError
from wemakeprice_sdk.models import ReadModel
from wemakeprice_sdk.models.bank import BankTransfer
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.vat import TaxInvoice, VatMonth
from wemakeprice_sdk.policy.settlement import (
    BankRecords,
    InterestLine,
    OperatorMatch,
    Reconciler,
    Reconciliation,
    SettlementTerms,
    interest,
    merge_statements,
)
from wemakeprice_sdk.runner._async.ledger_run import AsyncLedgerContext
from wemakeprice_sdk.runner.conversion import GONE, restore
from wemakeprice_sdk.runner.sources import merging
from wemakeprice_sdk.runner.sources.forms import (
    FILE_KINDS,
    match_of,
    tax_invoice_of,
    transfer_of,
    vat_month_of,
)
from wemakeprice_sdk.runner.sources.merging import FactContradiction, FactMerger, FactOrigin
from wemakeprice_sdk.runner.sources.states import SourceState, line_key, source_state, statements_of

M = TypeVar("M", bound=ReadModel)


@define
class AsyncStoredFacts:
    """Every fact of the ledger, each once, with where it stands; the reconciler holds only its numbers."""

    context: AsyncLedgerContext
    reconciler: Reconciler
    origins: dict[tuple[int | None, ...], list[FactOrigin]] = field(factory=dict)
    contradictions: list[FactContradiction] = field(factory=list)
    sources: list[SourceState] = field(factory=list)
    transfers: list[BankTransfer] = field(factory=list)
    matches: list[OperatorMatch] = field(factory=list)
    vat_months: list[VatMonth] = field(factory=list)
    tax_invoices: list[TaxInvoice] = field(factory=list)
    buyers: merging.Buyers = field(factory=merging.Buyers)
    unread: list[str] = field(factory=list)
    """Keys of records that cannot be read; they count nowhere."""

    async def read(self) -> None:
        """Read the ledger."""
        work = self.reconciler
        async for bundle, _, origins in self._merged(merging.order_merger(), RecordKind.BUNDLE):
            work.add_bundle(bundle)
            self.buyers.note(bundle)
            for line in bundle.lines:
                self._remember(line_key(bundle.bundle_no, line.key, None), origins)
            self._remember(line_key(bundle.bundle_no, None, None), origins)
        async for claim, _, _origins in self._merged(merging.claim_merger(), RecordKind.CLAIM):
            work.add_claim(claim)
        orders = self._merged(merging.settlement_order_merger(), RecordKind.SETTLEMENT_ORDER)
        async for row, status, origins in orders:
            (work.add_withdrawn if status == GONE else work.add_order_line)(row)
            self._remember(line_key(row.bundle_no, row.order_opt_no, row.claim_no, settled=True), origins)
        shipping = self._merged(merging.settlement_shipping_merger(), RecordKind.SETTLEMENT_SHIP)
        async for ship, status, origins in shipping:
            (work.add_withdrawn if status == GONE else work.add_ship_line)(ship)
            self._remember(line_key(ship.bundle_no, None, ship.claim_bundle_no, settled=True), origins)
        await self._read_others()

    async def _read_others(self) -> None:
        account, ledger = self.context.account, self.context.ledger
        async for record in ledger.records(account, RecordKind.BANK_TRANSFER):
            self.transfers.append(transfer_of(record))
        async for record in ledger.records(account, RecordKind.SOURCE):
            self.sources.append(source_state(record))
        async for record in ledger.records(account, RecordKind.VAT_MONTH):
            self.vat_months.append(vat_month_of(record))
        async for record in ledger.records(account, RecordKind.TAX_INVOICE):
            self.tax_invoices.append(tax_invoice_of(record))
        self.matches += await stored_matches(self.context)

    async def _merged(
        self, merger: FactMerger[M], kind: RecordKind
    ) -> AsyncIterator[tuple[M, str, list[FactOrigin]]]:
        account, ledger = self.context.account, self.context.ledger
        async for record in ledger.records(account, FILE_KINDS[merger.cls]):
            try:
                merger.add_file(record)
            except ProtocolError:
                self.unread.append(f"{record.kind}:{record.key}")
        async for record in ledger.records(account, kind):
            try:
                model = restore(merger.cls, record)
            except ProtocolError:
                self.unread.append(f"{record.kind}:{record.key}")
                continue
            yield model, record.status, merger.add_api(model)
        for model, origins in merger.left():
            yield model, "", origins
        self.contradictions += merger.contradictions

    def _remember(self, key: tuple[int | None, ...], origins: list[FactOrigin]) -> None:
        known = self.origins.setdefault(key, [])
        known += [origin for origin in origins if origin not in known]

    def bank(self, given: BankRecords | None) -> BankRecords | None:
        """Return what the bank says: as given, else what the ledger holds of it."""
        statements = statements_of(self.transfers, self.sources)
        if given is not None or not statements:
            return given
        # A match of another account of the business, or one that nothing fits any more, stops no other.
        own = [one for one in self.matches if one.payable.startswith(f"{self.context.account}/")]
        return merge_statements(statements).records(own, strict=False)

    def interest(self, result: Reconciliation) -> tuple[InterestLine, ...]:
        """Return the interest that the terms ask for."""
        return interest(result, self.reconciler.terms.interest)


async def stored_matches(context: AsyncLedgerContext) -> tuple[OperatorMatch, ...]:
    """Return an operator's matches that stand."""
    records = context.ledger.records(context.account, RecordKind.BANK_MATCH)
    found = [match_of(record) async for record in records]
    return tuple(match for match in found if match is not None)


def terms_for(config: ChannelConfig, terms: SettlementTerms | None) -> SettlementTerms:
    """Return the terms of an account: as given, with the cycle of its configuration where they name none."""
    given = terms or SettlementTerms()
    return given if given.cycle is not None else evolve(given, cycle=config.settlement_cycle)


async def stored_facts(
    context: AsyncLedgerContext, as_of: date, terms: SettlementTerms | None
) -> AsyncStoredFacts:
    """Return every fact of the ledger."""
    reconciler = Reconciler(context.account, as_of, terms=terms_for(context.config, terms))
    facts = AsyncStoredFacts(context, reconciler)
    await facts.read()
    return facts


async def reconcile_stored(
    context: AsyncLedgerContext, bank: BankRecords | None, terms: SettlementTerms | None
) -> tuple[Reconciliation, AsyncStoredFacts]:
    """Reconcile everything the ledger holds, as of today (KST)."""
    facts = await stored_facts(context, context.clock.now().date(), terms)
    # A year of orders takes seconds.
    return await context.offload(facts.reconciler.finish, facts.bank(bank)), facts
