"""Rows of files in the form of the API, so that a fact of a file and one of the API can be held together.

Where a sheet has no word of the API's, nothing is invented: the sales day of a settlement row is its day of
delivery or refund, because revenue accrues by 배송완료일 (C).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

import attrs
from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.ledger.records import RecordDraft, StoredRecord
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    ClaimStatus,
    JsonValue,
    ReadModel,
    SettlementLineKind,
    SettlementOrderLine,
    SettlementShipLine,
)
from wemakeprice_sdk.models.bank import BankTransfer
from wemakeprice_sdk.models.claims import ClaimOption, ClaimProduct
from wemakeprice_sdk.models.codes import RecordKind, VatFlag
from wemakeprice_sdk.models.sources import SourceRow
from wemakeprice_sdk.models.vat import TaxInvoice, TaxInvoiceKind, VatMonth
from wemakeprice_sdk.policy.settlement import OperatorMatch
from wemakeprice_sdk.runner.conversion import midnight
from wemakeprice_sdk.secrets import forgetful
from wemakeprice_sdk.wire.answers import wire_json

FROM_FILE: Final = "FILE"
"""State of every record that a file brought."""
FileFact: TypeAlias = Bundle | Claim | SettlementOrderLine | SettlementShipLine | BankTransfer | VatMonth
if TYPE_CHECKING:
    from wemakeprice_sdk.excel import ClaimRow, OrderArchiveEntry, SettlementOrderRow, SettlementShippingRow

SheetRow = TypeVar("SheetRow", "SettlementOrderRow", "SettlementShippingRow", "ClaimRow", VatMonth)

FILE_KINDS: Final[dict[type[object], RecordKind]] = {
    Bundle: RecordKind.FILE_BUNDLE,
    Claim: RecordKind.FILE_CLAIM,
    SettlementOrderLine: RecordKind.FILE_SETTLEMENT_ORDER,
    SettlementShipLine: RecordKind.FILE_SETTLEMENT_SHIP,
    BankTransfer: RecordKind.BANK_TRANSFER,
    VatMonth: RecordKind.VAT_MONTH,
}
"""Under which kind a model of a file is kept."""


@frozen
class FileFactRow:
    """A fact of a file: in the form of the API, with the sheet and the rows it stands in."""

    fact: FileFact
    sheet: str
    rows: str


def fact_key(fact: object) -> str:
    """Return by what the same fact of the API and of any file is known."""
    if isinstance(fact, BankTransfer):
        return fact.key
    if isinstance(fact, VatMonth):
        return f"{fact.month:%Y-%m}"
    if isinstance(fact, Bundle):
        return f"{fact.bundle_no}/{fact.purchase_no}"
    if isinstance(fact, Claim):
        return f"{fact.claim_bundle_no}/{_word(fact.claim_type)}"
    if isinstance(fact, SettlementOrderLine):
        return f"{fact.order_no}/{fact.order_opt_no}/{fact.claim_no}/{_word(fact.gubun)}"
    if isinstance(fact, SettlementShipLine):
        return f"{fact.bundle_no}/{fact.claim_bundle_no}/{_word(fact.gubun)}"
    raise TypeError(f"no fact of a file is a {type(fact).__name__}")


def file_keys(fact: ReadModel) -> list[str]:
    """Return under which keys a file may keep what the API shows: sheets leave option and claim out.

    A row without them would otherwise be a second fact, and its money be counted twice.
    """
    if isinstance(fact, SettlementOrderLine):
        options, claims = {fact.order_opt_no: 0, None: 1}, {fact.claim_no: 0, None: 1}
        return [
            fact_key(evolve(fact, order_opt_no=option, claim_no=claim))
            for option in options
            for claim in claims
        ]
    if isinstance(fact, SettlementShipLine):
        claims = {fact.claim_bundle_no: 0, None: 1}
        return [fact_key(evolve(fact, claim_bundle_no=claim)) for claim in claims]
    return [fact_key(fact)]


def _word(code: object) -> str:
    return "UNKNOWN" if code is None else str(code)


def file_drafts(
    rows: Iterable[FileFactRow], file: str, sha256: str, now: datetime, counts: dict[str, int]
) -> list[RecordDraft]:
    """Return the records of rows of one file; `counts` tells equal keys of the file apart, call by call."""
    drafts: list[RecordDraft] = []
    for row in rows:
        key = fact_key(row.fact)
        counts[key] = counts.get(key, 0) + 1
        body: dict[str, JsonValue] = {
            "fact": _body(row.fact),
            "file": file,
            "sha256": sha256,
            "sheet": row.sheet,
            "rows": row.rows,
        }
        drafts.append(
            RecordDraft(
                FILE_KINDS[type(row.fact)],
                f"{key}@{sha256[:16]}#{counts[key]}",
                FROM_FILE,
                _belongs_to(row.fact) or now,
                body,
                key,
            )
        )
    return drafts


def _body(fact: FileFact) -> JsonValue:
    if isinstance(fact, ReadModel):
        return wire_json(fact)
    names = [one.name for one in attrs.fields(type(fact)) if one.name != "source"]
    values = {name: getattr(fact, name) for name in names}
    return {name: one.isoformat() if isinstance(one, date) else one for name, one in values.items()}


def sourced(fact: BankTransfer | VatMonth, source: SourceRow | None) -> FileFactRow:
    """Return a fact that knows its row."""
    return FileFactRow(fact, source.sheet if source else "", str(source.row) if source else "")


def day_of(fact: FileFact) -> date | None:
    """Return the day (KST) a fact belongs to."""
    at = _belongs_to(fact)
    return None if at is None else at.date()


def _belongs_to(fact: FileFact) -> datetime | None:
    if isinstance(fact, Bundle):
        return fact.pay_date or fact.order_date
    if isinstance(fact, Claim):
        return fact.request_date
    if isinstance(fact, BankTransfer):
        return midnight(fact.received_on)
    if isinstance(fact, VatMonth):
        return midnight(fact.month)
    return None if fact.basic_dt is None else midnight(fact.basic_dt)


def order_fact(entry: OrderArchiveEntry, sheet: str) -> FileFactRow | None:
    """Return an order of the order export."""
    return None if entry.bundle is None else FileFactRow(entry.bundle, sheet, _span(entry.rows))


def claim_fact(row: ClaimRow) -> FileFactRow:
    """Return a row of a claim grid: a claim with the one option it speaks of."""
    option = () if row.order_option_no is None else (_claim_option(row),)
    product = ClaimProduct(
        order_no=row.order_no,
        product_no=row.product_no,
        product_name=row.product_name,
        product_qty=row.quantity,
        seller_product_code=row.seller_product_code,
        order_option=option,
    )
    claim = Claim(
        claim_bundle_no=row.claim_no,
        claim_type=row.claim_type,
        claim_status=row.status,
        purchase_no=row.purchase_no,
        bundle_no=row.bundle_no,
        request_date=row.requested_at,
        approve_date=row.completed_at if row.status == ClaimStatus.APPROVE else None,
        claim_reason=row.reason,
        claim_reason_detail=row.reason_detail,
        claim_who_reason=row.fault,
        claim_fee=row.claim_ship_fee,
        order_product=(product,),
    )
    return FileFactRow(claim, row.sheet, str(row.row))


def _claim_option(row: ClaimRow) -> ClaimOption:
    return ClaimOption(
        order_option_no=row.order_option_no or 0, option_name=row.option_name, option_qty=row.quantity
    )


def order_settlement_fact(row: SettlementOrderRow) -> FileFactRow:
    """Return a row of the settlement of orders."""
    line = SettlementOrderLine(
        basic_dt=row.refunded_on if row.kind.is_refund and row.refunded_on else row.delivered_on,
        gubun=row.kind,
        purchase_no=row.purchase_no,
        bundle_no=row.bundle_no,
        order_no=row.order_no,
        order_opt_no=row.order_option_no,
        claim_no=row.claim_no,
        prod_no=row.product_no,
        prod_name=row.product_name,
        prod_sale_amt=row.product_price,
        opt_sale_amt=row.option_price,
        complete_qty=row.quantity,
        complete_amt=row.completed_amount,
        sale_agency_fee=row.agency_fee,
        vat_flag=None if row.taxable is None else (VatFlag.TAXABLE if row.taxable else VatFlag.EXEMPT),
        wmp_charge_coupon_amt=row.wmp_item_coupon,
        seller_charge_coupon_amt=row.seller_item_coupon,
        card_charge_coupon_amt=row.card_item_coupon,
        wmp_cart_coupon_amt=row.wmp_cart_coupon,
        seller_cart_coupon_amt=row.seller_cart_coupon,
        wmp_discount_burden_amt=row.discount_burden,
        ep_fee=row.channel_fee,
        payment_complete_dt=row.paid_on,
        settle_pre_dt=row.settle_on,
    )
    return FileFactRow(line, row.sheet, str(row.row))


def shipping_settlement_fact(row: SettlementShippingRow) -> FileFactRow:
    """Return a row of the settlement of shipping fees; it pays its 배송비. [C]"""
    refund = "환불" in row.kind
    known = SettlementLineKind.DELIVERED if "배송" in row.kind else SettlementLineKind(row.kind)
    line = SettlementShipLine(
        basic_dt=row.refunded_on if refund and row.refunded_on else row.delivered_on,
        gubun=SettlementLineKind.REFUNDED if refund else known,
        bundle_no=row.bundle_no,
        claim_bundle_no=row.claim_no or None,
        ship_amt=row.amount,
    )
    return FileFactRow(line, row.sheet, str(row.row))


def _span(rows: Iterable[int]) -> str:
    """Return row numbers in short form: 3-5,9."""
    spans: list[list[int]] = []
    for row in sorted(rows):
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)


def tax_invoice_drafts(invoices: Iterable[TaxInvoice]) -> list[RecordDraft]:
    """Return the records of tax invoices; equal ones of one call are several."""
    counts: Counter[str] = Counter()
    drafts: list[RecordDraft] = []
    for one in invoices:
        source = one.source
        key = f"{one.kind}/{one.month:%Y-%m}/{one.amount}@{source.sha256[:16] if source else 'given'}"
        counts[key] += 1
        body: dict[str, JsonValue] = {
            "month": one.month.isoformat(),
            "amount": one.amount,
            "kind": one.kind.value,
            **(attrs.asdict(source) if source else {}),
        }
        at = midnight(one.month)
        drafts.append(RecordDraft(RecordKind.TAX_INVOICE, f"{key}#{counts[key]}", FROM_FILE, at, body))
    return drafts


def tax_invoice_of(record: StoredRecord) -> TaxInvoice:
    """Return the tax invoice of a record."""
    body = record.body
    source = _source(body, _whole(body.get("row"))) if body.get("sha256") else None
    return TaxInvoice(
        month=date.fromisoformat(str(body["month"])),
        amount=_whole(body["amount"]),
        kind=TaxInvoiceKind(str(body["kind"])),
        source=source,
    )


_MATCHED: Final = "MATCHED"
_TAKEN_BACK: Final = "TAKEN_BACK"


def match_draft(match: OperatorMatch, now: datetime, *, stands: bool = True) -> RecordDraft:
    """Return the record of an operator's match; one that was taken back stays, and says so."""
    return RecordDraft(
        RecordKind.BANK_MATCH,
        f"{match.transfer} {match.payable}",
        _MATCHED if stands else _TAKEN_BACK,
        now,
        {**attrs.asdict(match)},
        match.transfer,
    )


def match_of(record: StoredRecord) -> OperatorMatch | None:
    """Return the match of a record; None for one that was taken back."""
    body = record.body
    if record.status != _MATCHED:
        return None
    amount = body.get("amount")
    return OperatorMatch(
        transfer=str(body["transfer"]),
        payable=str(body["payable"]),
        by=str(body["by"]),
        amount=amount if isinstance(amount, int) else None,
        reason=str(body.get("reason") or ""),
    )


def vat_month_of(record: StoredRecord) -> VatMonth:
    """Return the month of a record."""
    values = dict(_fact(record))
    month = date.fromisoformat(str(values.pop("month")))
    numbers = {name: one for name, one in values.items() if isinstance(one, int)}
    return VatMonth(month=month, **numbers, source=_source(record.body, _row(record)))


@forgetful
def transfer_of(record: StoredRecord) -> BankTransfer:
    """Return the transfer of a record."""
    fact = _fact(record)
    balance = fact.get("balance")
    return BankTransfer(
        received_on=date.fromisoformat(str(fact["received_on"])),
        amount=_whole(fact["amount"]),
        bank=str(fact["bank"]),
        account=_text(fact.get("account")),
        nth=_whole(fact["nth"]),
        received_at=_time(_text(fact.get("received_at"))),
        reference=_text(fact.get("reference")),
        memo=_text(fact.get("memo")),
        payer=_text(fact.get("payer")),
        account_number=_text(fact.get("account_number")),
        balance=balance if isinstance(balance, int) else None,
        source=_source(record.body, _row(record)),
    )


def _fact(record: StoredRecord) -> Mapping[str, JsonValue]:
    fact = record.body.get("fact")
    return fact if isinstance(fact, Mapping) else {}


def _source(body: Mapping[str, JsonValue], row: int) -> SourceRow:
    return SourceRow(
        file=str(body.get("file")), sha256=str(body.get("sha256")), sheet=str(body.get("sheet")), row=row
    )


def _row(record: StoredRecord) -> int:
    rows = str(record.body.get("rows"))
    return int(rows) if rows.isdecimal() else 0


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None


def _whole(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0


def _time(text: str | None) -> datetime | None:
    # Retention masks it like the rest of what may name somebody.
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError:
        return None
