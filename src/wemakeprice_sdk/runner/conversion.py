"""Models to records and back: natural keys, short states, the timestamp retention counts from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final, TypeVar

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config import EndedGoodsPolicy
from wemakeprice_sdk.ledger.records import RecordDraft, StoredRecord
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    Deal,
    Inquiry,
    Product,
    ProductSale,
    ProductStatus,
    Question,
    ReadModel,
    Review,
    SalePeriod,
    SettlementOrderLine,
    SettlementShipLine,
    ShippingTemplate,
)
from wemakeprice_sdk.models._base import OpenEnum
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.wire.converter import read

M = TypeVar("M", bound=ReadModel)

GONE = "GONE"
"""State of what the marketplace shows no more: a bundle or claim (cancelled, withdrawn, in a return), a
settlement row that left its day."""

LATE_ROWS = timedelta(days=3)
"""Settlement rows of a day may still come that much later, so the day is read again. [C]"""
DELETED = "DELETED"
"""State of a template that was deleted on our side; the marketplace knows no delete."""
TEMPLATES: Final = "templates"
"""Key of the progress that says the templates were imported once."""
STOPPED: Final = "stopped-by-us"
"""Key of the products whose sale the sync stopped, so that it may resume them."""


def bundle_draft(bundle: Bundle, now: datetime) -> RecordDraft:
    """Keep a bundle (배송번호) under its natural key: bundle and purchase number."""
    return RecordDraft(
        RecordKind.BUNDLE,
        f"{bundle.bundle_no}/{bundle.purchase_no}",
        _word(bundle.ship_status),
        bundle.pay_date or bundle.order_date or now,
        dict(bundle.raw),
        ref=str(bundle.bundle_no),
    )


def claim_draft(claim: Claim, now: datetime) -> RecordDraft:
    """Keep a claim (클레임번호); its reference is the bundle it belongs to."""
    return RecordDraft(
        RecordKind.CLAIM,
        "/".join(str(part) for part in (claim.claim_bundle_no, claim.bundle_no, _word(claim.claim_type))),
        claim_state(claim),
        claim.request_date or now,
        dict(claim.raw),
        ref=str(claim.bundle_no),
    )


def claim_state(claim: Claim) -> str:
    """Return kind and state of a claim as one word to search by."""
    return f"{_word(claim.claim_type)}:{_word(claim.claim_status)}"


def question_key(question: Question) -> str:
    """Return the natural key of one round of a question: number and date, as plans name it."""
    at = question.question_date
    return f"{question.qna_seq}@{at:%Y-%m-%d %H:%M:%S}" if at else str(question.qna_seq)


def question_draft(question: Question, now: datetime) -> RecordDraft:
    """Keep one round of a question (상품문의)."""
    at = question.question_date or now
    return RecordDraft(RecordKind.QUESTION, question_key(question), "ASKED", at, dict(question.raw))


def review_draft(review: Review, now: datetime) -> RecordDraft:
    """Keep a review (구매후기)."""
    at = review.write_date or now
    return RecordDraft(RecordKind.REVIEW, str(review.review_seq), "WRITTEN", at, dict(review.raw))


def inquiry_draft(inquiry: Inquiry, now: datetime) -> RecordDraft:
    """Keep an inquiry of the CS centre (CS문의)."""
    at = inquiry.inquiry_date or now
    return RecordDraft(RecordKind.INQUIRY, str(inquiry.inquiry_seq), "ASKED", at, dict(inquiry.raw))


def settlement_drafts(
    lines: Iterable[SettlementOrderLine | SettlementShipLine], day: date
) -> list[RecordDraft]:
    """Keep the settlement rows (정산) of one day's answer under their sales day and the contract's row key.

    A row that names another day stands under that one: a server that shows it with every day shows one row.
    Corrections may repeat a whole key: the second row of an answer with the same key is kept as `…#2`.
    """
    seen: Counter[str] = Counter()
    drafts: list[RecordDraft] = []
    for line in lines:
        kind = (
            RecordKind.SETTLEMENT_ORDER
            if isinstance(line, SettlementOrderLine)
            else RecordKind.SETTLEMENT_SHIP
        )
        gubun, sold = _word(line.gubun), line.basic_dt or day
        key = "/".join(str(part) for part in (sold, *line.key[:-1], gubun))
        seen[key] += 1
        place = key if seen[key] == 1 else f"{key}#{seen[key]}"
        drafts.append(RecordDraft(kind, place, gubun, midnight(sold), dict(line.raw), str(line.bundle_no)))
    return drafts


def gone_draft(record: StoredRecord) -> RecordDraft:
    """Keep a record as it was last seen, and that the marketplace shows it no more."""
    return _as(record, GONE)


def deleted_draft(record: StoredRecord) -> RecordDraft:
    """Keep a record as it was last seen, and that it is deleted on our side."""
    return _as(record, DELETED)


def _as(record: StoredRecord, status: str) -> RecordDraft:
    return RecordDraft(record.kind, record.key, status, record.at, record.body, record.ref)


def template_draft(template: ShippingTemplate, now: datetime) -> RecordDraft:
    """Keep a shipping template (배송 템플릿)."""
    return RecordDraft(
        RecordKind.TEMPLATE, str(template.shipping_template_no), "SAVED", now, dict(template.raw)
    )


def product_draft(product: Product, now: datetime) -> RecordDraft:
    """Keep a product (상품)."""
    status = _word(product.basic.product_status_name) if product.basic else "UNKNOWN"
    return RecordDraft(RecordKind.PRODUCT, str(product.product_no), status, now, dict(product.raw))


def deal_draft(deal: Deal, now: datetime) -> RecordDraft:
    """Keep a deal (딜)."""
    return RecordDraft(RecordKind.DEAL, str(deal.deal_no), "SAVED", now, dict(deal.raw))


def restore(cls: type[M], record: StoredRecord) -> M:
    """Read the model back from its record."""
    return read(cls, dict(record.body), path=f"{record.kind}[{record.key}]")


def _word(code: OpenEnum | None) -> str:
    return "UNKNOWN" if code is None else code.value


def midnight(day: date) -> datetime:
    """Return the start of a day (KST)."""
    return datetime.combine(day, time(), KST)


def due_soon(
    record: StoredRecord, horizon: datetime, *, old: datetime, ended: EndedGoodsPolicy
) -> tuple[datetime, int] | None:
    """Return end and number of a product to look at, or None.

    Those that end before `horizon`, those whose end nobody knows, and those last read before `old`: meanwhile
    they may have been paused, resumed or shortened elsewhere. Only 판매종료 is never left again.
    """
    if record.status == ProductStatus.END.value and ended is EndedGoodsPolicy.SKIP:
        return None
    product = restore(Product, record)
    sale = product.sale or ProductSale()
    end = sale.sale_end_date or horizon
    if record.last_seen < old or (end <= horizon and sale.sale_period != SalePeriod.ALWAYS):
        return end, product.product_no
    return None
