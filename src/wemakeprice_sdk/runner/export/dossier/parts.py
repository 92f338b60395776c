"""What a dossier is made of, and its tables; pure, so that the same facts give the same rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

import attrs

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.config.business import Business
from wemakeprice_sdk.config.settlement import SettlementCycle
from wemakeprice_sdk.models.vat import TaxInvoice, TaxInvoiceKind, VatMonth
from wemakeprice_sdk.policy.settlement import (
    CommissionRule,
    DatingSource,
    InterestLine,
    PaymentBasis,
    PayoutTotal,
    Reconciliation,
    SettlementBreakdown,
    SettlementStatus,
    SettlementSum,
    SettlementTerms,
    StatementNote,
    ThreeWayLine,
    TransferState,
    UnfitMatch,
    WonRounding,
)
from wemakeprice_sdk.runner.export.tables import TableValue
from wemakeprice_sdk.runner.sources.merging import Buyers, FactContradiction, FactOrigin, origins_text
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
    buyers: Buyers
    unread: tuple[str, ...]
    waiting: int
    """Acts at the marketplace whose outcome nobody knows."""
    terms: SettlementTerms
    three_way: tuple[ThreeWayLine, ...]


@frozen(kw_only=True)
class DossierFacts:
    """Everything a dossier says, before it is written."""

    as_of: datetime
    accounts: tuple[DossierAccount, ...]
    business: Business | None
    sums: SettlementSum
    transfers: tuple[TransferState, ...]
    interest: tuple[InterestLine, ...]
    unfit_matches: tuple[UnfitMatch, ...]
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
    def interest_won(self) -> int:
        """The sum of the interest lines, in won."""
        return sum(line.amount for line in self.interest)

    @property
    def verified(self) -> int:
        """What arrived by the bank records, in won, over all lines."""
        return sum(one.lines.verified for one in self.accounts)

    @property
    def unverified(self) -> int:
        """What counts as paid because its day has passed, in won: no bank record says that it arrived."""
        return sum(one.lines.paid for one in self.accounts) - self.verified

    # Money for pay-outs of several accounts, where nothing says whose it is, stands in no line of theirs.

    @property
    def received_in_ties(self) -> int:
        """What arrived for accounts of the business together, in won: no line has it."""
        alone = sum(one.result.sums.paid + one.result.sums.paid_unannounced for one in self.accounts)
        return self.sums.paid + self.sums.paid_unannounced - alone

    @property
    def owed_in_ties(self) -> int:
        """What is due to accounts of the business together and did not arrive, in won: no line has it."""
        return self.sums.due - sum(one.result.sums.due for one in self.accounts)


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
    "fee": "예상 수수료",
    "paid": "입금액",
    "owed": "미지급액",
    "fee_basis": "수수료 근거",
    "dated_by": "매출일 추정",
    "due_by": "지급일 근거",
    "source": "출처",
}


def tables_of(facts: DossierFacts) -> tuple[Table, ...]:
    """Return the tables of a dossier, in the order they are read."""
    return (
        Table("lines", "명세", LINES, tuple(_lines(facts))),
        Table("payouts", "지급일별 합계", _PAYOUTS, tuple(_payouts(facts))),
        Table("interest", "지연이자", INTEREST, tuple(_interest(facts))),
        Table("terms", "적용 조건", _TERMS, tuple(_terms(facts))),
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
            of_row = row.expected is None or row.subject == "commission" or row.reason == "row-withdrawn"
            settled = of_row or any(getattr(row.breakdown, name) for name in _PARTS)
            option = None if row.subject == "shipping" else row.order_option_no
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
                _buyer(one.buyers.of(row.bundle_no), personal=facts.personal),
                row.sales_day,
                row.payout_day,
                *(getattr(row.breakdown, name) for name in _PARTS),
                row.settled,
                row.expected,
                row.fee,
                row.paid,
                row.owed,
                row.fee_basis or None,
                _dated_by(row.dated_by, one.terms),
                row.due_by or None,
                origins_text(origins) or None,
            )


def _dated_by(name: str, terms: SettlementTerms) -> str | None:
    dating = terms.dating
    return f"{name} ({dating.basis})" if dating is not None and dating.name == name else name or None


def _buyer(name: str | None, *, personal: bool) -> str | None:
    return name if personal or not name else name[:1] + "**"


_PAYOUTS: Final = {
    "account": "판매자 ID",
    "told_by": "근거 자료",
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
    """Yield the pay-outs that settlement rows announce, and those that only orders let expect."""
    for one in facts.accounts:
        for told_by, totals in (
            ("settlement-rows", one.result.payouts),
            ("orders-without-rows", one.result.expected_payouts),
        ):
            yield from (_payout(one.result.account, told_by, total) for total in totals)


def _payout(account: str, told_by: str, total: PayoutTotal) -> Row:
    values = {"account": account, "told_by": told_by, "status": total.status.value}
    return [values.get(name, getattr(total, name, None)) for name in _PAYOUTS]


INTEREST: Final[Mapping[str, str]] = {
    "account": "판매자 ID",
    "due": "지급일",
    "told_by": "근거 자료",
    "principal": "원금",
    "first": "기산일",
    "until": "종료일",
    "days": "일수",
    "received_on": "입금일",
    "rate": "연이율(%)",
    "formula": "계산식",
    "amount": "이자",
    "disputed": "다툼 여부",
    "basis": "이자 근거",
    "transfer": "입금",
}


def _interest(facts: DossierFacts) -> Iterator[Row]:
    """Yield the interest on what came late and on what never came; nothing unless the terms ask for it."""
    for line in facts.interest:
        values: dict[str, TableValue] = {
            "told_by": "settlement-rows" if line.announced else "orders-without-rows",
            "rate": f"{line.rate.normalize():f}",
            "disputed": "Y" if line.disputed else "N",
            "transfer": line.transfer or None,
        }
        yield [values[name] if name in values else getattr(line, name) for name in INTEREST]


_TERMS: Final = {
    "account": "판매자 ID",
    "what": "조건",
    "value": "내용",
    "basis": "근거",
}


def _terms(facts: DossierFacts) -> Iterator[Row]:
    """Yield what the figures rest on besides the facts; what was not given is said too."""
    for one in facts.accounts:
        for what, value, basis in _terms_of(one.terms):
            yield one.result.account, what, value, basis


def _terms_of(terms: SettlementTerms) -> Iterator[tuple[str, str, str | None]]:
    cycle, dating, windows, rate = terms.cycle, terms.dating, terms.allocation, terms.interest
    yield "cycle", "" if cycle is None else _cycle(cycle), None if cycle is None else cycle.basis
    if dating is None:
        yield "delivery-dating", "", None
    else:
        yield "delivery-dating", f"{dating.name} ({_DATES[dating.source]} + {dating.days}일)", dating.basis
    for rule in terms.commission.rules if terms.commission else ():
        yield "commission", _commission(rule), rule.basis
    if terms.commission is None:
        yield "commission", "", None
    yield "grace-days", f"{terms.grace_days}일", None
    yield "allocation-window", f"지급일 {windows.early_days}일 전 ~ {windows.late_days}일 후", None
    yield "payers", ", ".join(windows.payers), None
    yield "on-time-days", f"{windows.on_time_days}일", None
    yield "offset-negative", "Y" if windows.offset_negative else "N", None
    if rate is None:
        yield "interest", "", None
    else:
        yield "interest", f"연 {rate.rate.normalize():f}%, {rate.until}까지", rate.basis


_DATES: Final = {
    DatingSource.ORDER_DATE: "주문일",
    DatingSource.PAY_DATE: "결제일",
    DatingSource.DISPATCH_DEADLINE: "발송기한",
    DatingSource.SHIPPING_DATE: "발송일",
}
_ROUNDINGS: Final = {WonRounding.DOWN: "버림", WonRounding.HALF_UP: "반올림", WonRounding.UP: "올림"}


def _cycle(cycle: SettlementCycle) -> str:
    parts = [cycle.kind.korean]
    parts += [] if cycle.pay_day is None else [f"{cycle.pay_day}일"]
    parts += [] if cycle.shift is None else [cycle.shift.korean]
    return f"{cycle.text} [{', '.join(parts)}]"


def _commission(rule: CommissionRule) -> str:
    of = "전체" if rule.category is None else f"카테고리 {rule.category}"
    of = of if rule.product_no is None else f"상품 {rule.product_no}"
    percent = (
        None if rule.rate is None else f"{rule.rate.normalize():f}% (원 미만 {_ROUNDINGS[rule.rounding]})"
    )
    period = "" if rule.first is None and rule.last is None else f", {rule.first or ''} ~ {rule.last or ''}"
    return f"{of}: {percent or f'개당 {rule.amount:,}원'}{period}"


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
    for unfit in facts.unfit_matches:
        yield "", f"match-{unfit.fault.value}", f"{unfit.match.transfer} -> {unfit.match.payable}", None, 1
    for note in facts.statement_notes:
        yield "", f"bank-{note.kind.value}", f"{note.bank} {_span(note.first, note.last)}", None, note.rows


def _unsettled(one: DossierAccount) -> Iterator[Row]:
    """Yield what the reconciliation itself could not say, by reason."""
    open_states = (
        SettlementStatus.NO_DELIVERY_DATE,
        SettlementStatus.NO_DUE_DAY,
        SettlementStatus.UNEXPLAINED,
    )
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
        yield from _pages_that_differ(one)
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


def _pages_that_differ(one: DossierAccount) -> Iterator[Row]:
    """Yield months of which VAT pages say two totals: none of them counts."""
    for line in one.three_way:
        if line.month is not None and len(line.vat_pages) > 1:
            said = {vat.total: vat for vat in one.vat_months if vat.month == line.month}
            (first, vat), *others = sorted(said.items())
            for total, other in others:
                yield (
                    one.result.account,
                    "vat-month",
                    f"{line.month:%Y-%m}",
                    "total",
                    first,
                    _place(vat),
                    total,
                    _place(other),
                )


def _place(vat: VatMonth) -> str | None:
    return None if vat.source is None else str(FactOrigin.of_row(vat.source))


_THREE_WAY: Final = {
    "account": "판매자 ID",
    "month": "월",
    "rows": "정산 내역",
    "vat_page": "부가세 화면",
    "rows_minus_vat_page": "정산 − 부가세",
    "sales_invoices": "매출 세금계산서",
    "rows_minus_invoices": "정산 − 세금계산서",
    "sales_status": "매출 대조",
    "fee_rows": "수수료(정산)",
    "fee_invoices": "수수료 세금계산서",
    "fees_minus_invoices": "수수료 차이",
    "fees_status": "수수료 대조",
}


def _three_way(facts: DossierFacts) -> Iterator[Row]:
    """Yield settlement rows, VAT page and tax invoices by month; an empty cell was not given."""
    for one in facts.accounts:
        found = {(line.month, line.subject): line for line in one.three_way}
        for month in dict.fromkeys(line.month for line in one.three_way):
            sales = found.get((month, TaxInvoiceKind.SALES), _silent(month, TaxInvoiceKind.SALES))
            fees = found.get((month, TaxInvoiceKind.FEES), _silent(month, TaxInvoiceKind.FEES))
            yield (
                one.result.account,
                None if month is None else f"{month:%Y-%m}",
                sales.rows,
                sales.vat_page,
                sales.rows_minus_vat_page,
                sales.invoices,
                sales.rows_minus_invoices,
                sales.status.value,
                fees.rows,
                fees.invoices,
                fees.rows_minus_invoices,
                fees.status.value,
            )


def _silent(month: date | None, subject: TaxInvoiceKind) -> ThreeWayLine:
    return ThreeWayLine(month=month, subject=subject, rows=None)


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
