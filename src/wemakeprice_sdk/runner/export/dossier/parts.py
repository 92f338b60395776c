"""What a dossier is made of, and its tables; pure, so that the same facts give the same rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

import attrs
from attrs import frozen

from wemakeprice_sdk.config.business import Business
from wemakeprice_sdk.models.vat import TaxInvoice, TaxInvoiceKind, VatMonth
from wemakeprice_sdk.policy.settlement import (
    PaymentBasis,
    Reconciliation,
    SettlementBreakdown,
    SettlementStatus,
    SettlementSum,
    StatementNote,
    TransferState,
)
from wemakeprice_sdk.runner.export.tables import TableValue
from wemakeprice_sdk.runner.sources.merging import FactContradiction, FactOrigin, origins_text
from wemakeprice_sdk.runner.sources.states import SourceState, line_key

Row = Sequence[TableValue]
_PARTS: Final = tuple(one.name for one in attrs.fields(SettlementBreakdown))


@frozen
class Table:
    """One table: its name as a file, its name in Korean, columns (field → Korean), rows."""

    name: str
    korean: str
    columns: Mapping[str, str]
    rows: tuple[Row, ...]


@frozen(kw_only=True)
class LineSums:
    """The lines of an account added up once: rows of a reconciliation are made anew at each look."""

    paid: int
    verified: int
    owed: int
    first: date | None
    last: date | None

    @classmethod
    def of(cls, result: Reconciliation) -> LineSums:
        """Add up the lines, in won; `verified` of what is paid arrived by the bank records."""
        paid = verified = owed = 0
        days: set[date] = set()
        for row in result.rows:
            paid += row.paid
            owed += row.owed
            verified += row.paid if row.basis is PaymentBasis.BANK else 0
            if row.sales_day is not None:
                days.add(row.sales_day)
        first, last = min(days, default=None), max(days, default=None)
        return cls(paid=paid, verified=verified, owed=owed, first=first, last=last)


@frozen(kw_only=True)
class DossierAccount:
    """The facts of one account of a dossier."""

    result: Reconciliation
    lines: LineSums
    store_name: str
    origins: Mapping[tuple[int | None, ...], Sequence[FactOrigin]]
    contradictions: tuple[FactContradiction, ...]
    sources: tuple[SourceState, ...]
    vat_months: tuple[VatMonth, ...]
    tax_invoices: tuple[TaxInvoice, ...]
    buyers: Mapping[int, str]
    unread: tuple[str, ...]
    waiting: int
    """Acts at the marketplace whose outcome nobody knows."""


@frozen(kw_only=True)
class DossierFacts:
    """Everything a dossier says, before it is written."""

    as_of: datetime
    accounts: tuple[DossierAccount, ...]
    business: Business | None
    sums: SettlementSum
    transfers: tuple[TransferState, ...]
    statement_notes: tuple[StatementNote, ...]
    copies: Mapping[str, Path]
    """The copies of sources that were given, by SHA-256."""
    personal: bool

    @property
    def sources(self) -> tuple[SourceState, ...]:
        """The files of all accounts, each once, by hash."""
        found = {state.source.sha256: state for one in self.accounts for state in one.sources}
        return tuple(found[key] for key in sorted(found))

    def left_out(self, state: SourceState) -> str:
        """Return why a source is in no copy; empty when it is."""
        if state.source.sha256 not in self.copies:
            return "no-copy-given"
        return "holds-people" if state.source.may_hold_people and not self.personal else ""

    @property
    def owed(self) -> int:
        """What is due and did not arrive, in won: the sum of the lines."""
        return sum(one.lines.owed for one in self.accounts)

    @property
    def verified(self) -> int:
        """What arrived by the bank records, in won, over all lines."""
        return sum(one.lines.verified for one in self.accounts)

    @property
    def unverified(self) -> int:
        """What counts as paid because its day has passed, in won: no bank record says that it arrived."""
        return sum(one.lines.paid for one in self.accounts) - self.verified


LINES: Final[Mapping[str, str]] = {
    "line": "번호",
    "account": "판매자 ID",
    "subject": "대상",
    "status": "상태",
    "reason": "사유",
    "basis": "근거",
    "bundle_no": "배송번호",
    "order_no": "주문번호",
    "order_option_no": "옵션주문번호",
    "claim_no": "클레임번호",
    "buyer": "구매자",
    "sales_day": "매출일",
    "payout_day": "지급일",
    "gross": "총액",
    "item_coupon": "상품쿠폰",
    "cart_coupon": "장바구니쿠폰",
    "agency_fee": "판매대행수수료",
    "discount_burden": "할인분담금",
    "channel_fee": "제휴수수료",
    "claim_deduction": "클레임 공제",
    "net": "정산금액",
    "expected": "예상금액",
    "paid": "입금액",
    "owed": "미지급액",
    "dated_by": "매출일 추정",
    "source": "출처",
}


def tables_of(facts: DossierFacts) -> tuple[Table, ...]:
    """Return the tables of a dossier, in the order they are read."""
    return (
        Table("lines", "명세", LINES, tuple(_lines(facts))),
        Table("payouts", "지급일별 합계", _PAYOUTS, tuple(_payouts(facts))),
        Table("missing", "없는 자료", _MISSING, tuple(_missing(facts))),
        Table("contradictions", "서로 다른 자료", _CONTRADICTIONS, tuple(_contradictions(facts))),
        Table("three-way", "3자 대조", _THREE_WAY, tuple(_three_way(facts))),
        Table("transfers", "입금 대조", _transfer_columns(personal=facts.personal), tuple(_transfers(facts))),
        Table("sources", "출처 파일", _SOURCES, tuple(_sources(facts))),
    )


def _lines(facts: DossierFacts) -> Iterator[Row]:
    number = 0
    for one in facts.accounts:
        for row in one.result.rows:
            number += 1
            settled = any(getattr(row.breakdown, name) for name in _PARTS) or row.expected is None
            option = row.order_option_no if row.subject == "product" else None
            found = one.origins.get(line_key(row.bundle_no, option, row.claim_no, settled=True), ())
            origins = found if settled else one.origins.get(line_key(row.bundle_no, option, None), ())
            yield (
                number,
                one.result.account,
                row.subject,
                row.status.value,
                row.reason,
                row.basis.value,
                row.bundle_no,
                row.order_no,
                row.order_option_no,
                row.claim_no,
                _buyer(one.buyers.get(row.bundle_no or 0), personal=facts.personal),
                row.sales_day,
                row.payout_day,
                *(getattr(row.breakdown, name) for name in _PARTS),
                row.settled,
                row.expected,
                row.paid,
                row.owed,
                row.dated_by or None,
                origins_text(origins) or None,
            )


def _buyer(name: str | None, *, personal: bool) -> str | None:
    return name if personal or not name else name[:1] + "**"


_PAYOUTS: Final = {
    "account": "판매자 ID",
    "payout_day": "지급일",
    "announced": "정산금액",
    "received": "입금액",
    "owed": "미지급액",
    "ahead": "지급 예정",
    "tied": "확인 필요",
    "over": "초과 입금",
    "status": "상태",
    "rows": "행 수",
}


def _payouts(facts: DossierFacts) -> Iterator[Row]:
    for one in facts.accounts:
        for total in one.result.payouts:
            values = {"account": one.result.account, "status": total.status.value}
            yield [values.get(name, getattr(total, name, None)) for name in _PAYOUTS]


_MISSING: Final = {
    "account": "판매자 ID",
    "what": "없는 것",
    "detail": "내용",
    "won": "금액",
    "count": "건수",
}


def _missing(facts: DossierFacts) -> Iterator[Row]:
    """Yield what is not there: days, files, states that nobody knows."""
    for one in facts.accounts:
        account = one.result.account
        for first, last in _empty_days(one.result):
            yield account, "days-without-settlement-rows", _span(first, last), None, (last - first).days + 1
        yield from _unsettled(one)
        for state in one.sources:
            if not state.whole:
                yield account, "source-half-imported", state.source.name, None, state.facts
            if state.refused:
                yield account, "source-rows-unread", state.source.name, None, state.refused
        for key in one.unread:
            yield account, "record-unread", key, None, 1
        if one.waiting:
            yield account, "acts-of-unknown-outcome", "", None, one.waiting
        if not one.vat_months:
            yield account, "no-vat-page", "", None, 0
        if not one.tax_invoices:
            yield account, "no-tax-invoices", "", None, 0
    for state in facts.sources:
        why = facts.left_out(state)
        if why:
            yield "", f"source-copy-{why}", f"{state.source.name} {state.source.sha256}", None, 1
    if not facts.transfers:
        yield "", "no-bank-records", "", None, 0
    if facts.unverified:
        yield "", "paid-by-schedule-only", "", facts.unverified, None
    for note in facts.statement_notes:
        yield "", f"bank-{note.kind.value}", f"{note.bank} {_span(note.first, note.last)}", None, note.rows


def _unsettled(one: DossierAccount) -> Iterator[Row]:
    """Yield what the reconciliation itself could not say, by reason."""
    open_states = (SettlementStatus.NO_DELIVERY_DATE, SettlementStatus.UNEXPLAINED)
    counts: Counter[str] = Counter()
    won: Counter[str] = Counter()
    for row in one.result.rows:
        if row.status in open_states:
            word = f"{row.status.value}: {row.reason}"
            counts[word] += 1
            won[word] += row.settled or row.expected or 0
    for word in sorted(counts):
        yield one.result.account, "rows-unexplained", word, won[word], counts[word]


def _empty_days(result: Reconciliation) -> Iterator[tuple[date, date]]:
    days = sorted({row.sales_day for row in result.rows if row.sales_day is not None and row.settled})
    for before, after in pairwise(days):
        if (after - before).days > 1:
            yield before + timedelta(days=1), after - timedelta(days=1)


def _span(first: date | None, last: date | None) -> str:
    if first is None and last is None:
        return ""
    return f"{first}" if first == last else f"{first}..{last}"


_CONTRADICTIONS: Final = {
    "account": "판매자 ID",
    "subject": "대상",
    "key": "번호",
    "field": "항목",
    "counted": "반영한 값",
    "counted_origin": "반영한 출처",
    "other": "다른 값",
    "other_origin": "다른 출처",
}


def _contradictions(facts: DossierFacts) -> Iterator[Row]:
    for one in facts.accounts:
        for row in one.contradictions:
            origins = str(row.counted_origin), str(row.other_origin)
            yield (
                one.result.account,
                row.subject,
                row.key,
                row.field,
                row.counted,
                origins[0],
                row.other,
                origins[1],
            )


_THREE_WAY: Final = {
    "account": "판매자 ID",
    "month": "월",
    "rows": "정산 내역",
    "vat_page": "부가세 화면",
    "rows_minus_vat_page": "정산 − 부가세",
    "sales_invoices": "매출 세금계산서",
    "rows_minus_invoices": "정산 − 세금계산서",
    "fee_rows": "수수료(정산)",
    "fee_invoices": "수수료 세금계산서",
    "fees_minus_invoices": "수수료 차이",
}


def _three_way(facts: DossierFacts) -> Iterator[Row]:
    """Yield settlement rows, VAT page and tax invoices by month; an empty cell was not given."""
    for one in facts.accounts:
        sales: defaultdict[date, int] = defaultdict(int)
        fees: defaultdict[date, int] = defaultdict(int)
        for row in one.result.rows:
            if row.sales_day is not None:
                month, parts = row.sales_day.replace(day=1), row.breakdown
                sales[month] += parts.gross - parts.item_coupon - parts.cart_coupon - parts.claim_deduction
                fees[month] += parts.agency_fee + parts.discount_burden + parts.channel_fee
        page = {vat.month: vat.total for vat in one.vat_months}
        declared = _by_month(one.tax_invoices, TaxInvoiceKind.SALES)
        charged = _by_month(one.tax_invoices, TaxInvoiceKind.FEES)
        for month in sorted({*sales, *page, *declared, *charged}):
            yield (
                one.result.account,
                f"{month:%Y-%m}",
                sales[month],
                page.get(month),
                _minus(sales[month], page.get(month)),
                declared.get(month),
                _minus(sales[month], declared.get(month)),
                fees[month],
                charged.get(month),
                _minus(fees[month], charged.get(month)),
            )


def _by_month(invoices: Iterable[TaxInvoice], kind: TaxInvoiceKind) -> Mapping[date, int]:
    sums: defaultdict[date, int] = defaultdict(int)
    for one in invoices:
        if one.kind is kind:
            sums[one.month] += one.amount
    return dict(sums)


def _minus(left: int, right: int | None) -> int | None:
    return None if right is None else left - right


_TRANSFERS: Final = {
    "transfer": "입금",
    "received_on": "입금일",
    "amount": "금액",
    "outcome": "결과",
    "unexplained": "미확인",
    "tied": "확인 필요",
    "used_for": "사용처",
    "source": "출처",
}


def _transfer_columns(*, personal: bool) -> Mapping[str, str]:
    return {**_TRANSFERS, "payer": "보낸 사람", "memo": "적요"} if personal else _TRANSFERS


def _transfers(facts: DossierFacts) -> Iterator[Row]:
    for one in facts.transfers:
        transfer = one.transfer
        uses = "; ".join(f"{use.payable} {use.amount} ({use.rule.value})" for use in one.uses)
        source = None if transfer.source is None else str(FactOrigin.of_row(transfer.source))
        people = (transfer.payer, transfer.memo) if facts.personal else ()
        outcome = one.outcome.value
        yield (
            transfer.key,
            transfer.received_on,
            transfer.amount,
            outcome,
            one.unexplained,
            one.tied,
            uses,
            source,
            *people,
        )


_SOURCES: Final = {
    "sha256": "SHA-256",
    "name": "파일",
    "size": "크기(바이트)",
    "kind": "종류",
    "sheet": "시트",
    "facts": "행",
    "refused": "읽지 못한 행",
    "whole": "끝까지 읽음",
    "imported_at": "가져온 시각",
    "may_hold_people": "개인정보 가능",
    "copy": "사본",
}


def _sources(facts: DossierFacts) -> Iterator[Row]:
    for state in facts.sources:
        source = state.source
        yield (
            source.sha256,
            source.name,
            source.size,
            source.kind.value,
            source.sheet,
            state.facts,
            state.refused,
            "Y" if state.whole else "N",
            state.imported_at,
            "Y" if source.may_hold_people else "N",
            facts.left_out(state) or copy_name(state),
        )


def copy_name(state: SourceState) -> str:
    """Return the name of a source's copy below the payload: two files of one name stay two."""
    return f"sources/{state.source.sha256[:12]}/{state.source.name}"
