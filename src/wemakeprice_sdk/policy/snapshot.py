"""What is known of an account at some moment: the data a plan is made from.

A snapshot is plain, frozen data. Everything in it is put into one order by its natural key, so the order in
which rows were read cannot matter. Rows that contradict each other are refused, all at once, naming both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from attrs import field, frozen

from wemakeprice_sdk.clock import require_aware
from wemakeprice_sdk.errors import NaiveDatetimeError, StaleSnapshotError, ValidationError, Violation
from wemakeprice_sdk.models.claims import Claim
from wemakeprice_sdk.models.codes import ClaimStatus, DisplayState, ShipStatus
from wemakeprice_sdk.models.cs import Inquiry, Question
from wemakeprice_sdk.models.orders import Bundle
from wemakeprice_sdk.models.products import Product
from wemakeprice_sdk.models.shipping import ShipPolicy, ShipPolicyInput
from wemakeprice_sdk.policy.actions import ImportSource, Shipment, SkuLinkMode
from wemakeprice_sdk.policy.reading import bundle_essence, claim_essence

__all__ = [
    "DealCandidate",
    "Inspection",
    "Part",
    "PendingAnswer",
    "PendingInquiryAnswer",
    "PendingShipment",
    "PickedLine",
    "ProductCandidate",
    "Reservation",
    "ReturnFacts",
    "SkuLink",
    "SkuStock",
    "Snapshot",
    "TemplateDelete",
    "TemplateSave",
]

CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of `now` a part may say it was read before it counts as wrong."""


class Part(StrEnum):
    """Parts of a snapshot that are read at a moment of their own."""

    BUNDLES = "bundles"
    CLAIMS = "claims"
    PRODUCTS = "products"
    STOCK = "stock"
    TEMPLATES = "templates"
    QUESTIONS = "questions"


def _refuse(path: str, value: str, rule: str, text: str, text_ko: str) -> ValidationError:
    return ValidationError((Violation(path, value, rule, text, text_ko),), subject=path)


@frozen(kw_only=True)
class SkuLink:
    """How one option (or a whole product without options) is tied to a SKU of the seller.

    `option_key` holds the option values in order, `()` for a product without selection options.
    `stock_sync` (SKU 재고연동) is the link's own flag; without a SKU link it raises `ValidationError`.
    `runple` marks the product as fulfilled by Runple (런플). `never_pushed` is True from the import until
    the first stock went out through the link: until then a stock of 0 is held, unless `zero_acknowledged`.
    """

    product_no: int
    sku: str | None = None
    option_key: tuple[str, ...] = ()
    mode: SkuLinkMode = SkuLinkMode.BY_SELLER_CODE
    stock_sync: bool = False
    runple: bool = False
    never_pushed: bool = False
    zero_acknowledged: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse a stock sync without a link, and a link without a SKU."""
        linked = self.mode is not SkuLinkMode.NONE
        if self.stock_sync and not linked:
            raise _refuse(
                f"links[{self.product_no}]",
                f"stock_sync=True, mode={self.mode}",
                "stock sync needs a SKU link",
                "stock_sync is on but the SKU link mode is none; set a link or switch the sync off",
                "SKU 연동이 없는데 SKU 재고연동이 켜져 있습니다",
            )
        if linked and not self.sku:
            raise _refuse(
                f"links[{self.product_no}]",
                f"sku={self.sku!r}, mode={self.mode}",
                "a SKU link needs a SKU",
                f"the SKU link mode is {self.mode} but no SKU is named",
                "SKU 연동 방식이 지정되었으나 SKU가 없습니다",
            )

    @property
    def syncs(self) -> bool:
        """Whether stock may go through this link as far as the link itself says."""
        return self.stock_sync and self.mode is not SkuLinkMode.NONE


@frozen(kw_only=True)
class SkuStock:
    """What the seller's own system says about a SKU: goods on hand (not yet reduced by open orders).

    A negative `quantity` raises `ValidationError`. `on_sale` and `display` are the seller's wish for every
    option or product tied to the SKU; None leaves them alone.
    """

    sku: str
    quantity: int
    as_of: datetime
    on_sale: bool | None = None
    display: DisplayState | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a negative quantity and a naive moment."""
        if self.quantity < 0:
            raise _refuse(
                f"stock[{self.sku}]",
                str(self.quantity),
                "quantity >= 0",
                "stock on hand cannot be negative; correct it at its source",
                "재고는 음수일 수 없습니다",
            )
        if self.as_of.tzinfo is None:
            require_aware(self.as_of, f"stock[{self.sku}].as_of")


@frozen
class Reservation:
    """Goods of one order line that were collected but not yet shipped (예약 수량)."""

    order_option_no: int
    bundle_no: int
    sku: str
    quantity: int


@frozen
class PendingShipment:
    """A parcel of a bundle that is ready: an invoice exists and the ship call may go out."""

    bundle_no: int
    shipment: Shipment


@frozen
class PickedLine:
    """How many goods of an order line were taken from the shelf (피킹)."""

    order_option_no: int
    quantity: int


class Inspection(StrEnum):
    """Result of looking at returned goods."""

    PASSED = "passed"
    FAILED = "failed"


@frozen(kw_only=True)
class ReturnFacts:
    """What the seller knows about a return or exchange.

    `pickup` is the courier and invoice to register for the pickup; `outbound_invoice` the invoice the goods
    went out with; `received` says that *all* goods are back; `replacement` is the re-shipment of an exchange.
    """

    claim_bundle_no: int
    pickup: Shipment | None = None
    outbound_invoice: str | None = None
    received: bool = False
    inspection: Inspection | None = None
    hold_detail: str | None = None
    replacement: Shipment | None = None
    replacement_delivered: bool = False


@frozen
class TemplateSave:
    """A shipping template as it should be stored (배송 템플릿 등록/수정)."""

    template: ShipPolicyInput = field(repr=False)


@frozen
class TemplateDelete:
    """A template to forget on our side; `reassign_to` names the template its products get instead."""

    ship_policy_no: int
    reassign_to: int | None = None


@frozen(kw_only=True)
class ProductCandidate:
    """A product found at the marketplace that may be imported, with the user's choices."""

    product_no: int
    source: ImportSource = ImportSource.EXCEL
    sku_link: SkuLinkMode = SkuLinkMode.NONE
    stock_sync: bool = False


@frozen(kw_only=True)
class DealCandidate:
    """A deal found at the marketplace that may be imported, with the products it names."""

    deal_no: int
    product_nos: tuple[int, ...] = ()
    source: ImportSource = ImportSource.EXCEL


@frozen
class PendingAnswer:
    """An answer a person wrote to one round of a question; 10 to 1500 characters."""

    qna_seq: int
    question_date: datetime
    answer: str = field(repr=False)


@frozen
class PendingInquiryAnswer:
    """An answer a person wrote to an inquiry of the CS centre; 10 to 1500 characters."""

    inquiry_seq: int
    answer: str = field(repr=False)


T = TypeVar("T")
_BUNDLE_ORDER = (ShipStatus.NEW, ShipStatus.CONFIRM, ShipStatus.DELIVERY, ShipStatus.COMPLETE)
_CLAIM_ORDER = (
    ClaimStatus.REQUEST,
    ClaimStatus.PENDING,
    ClaimStatus.APPROVE,
    ClaimStatus.REJECT,
    ClaimStatus.WITHDRAW,
)


def _bundle_rank(bundle: Bundle) -> int:
    status = bundle.delivery.ship_status if bundle.delivery else None
    return _BUNDLE_ORDER.index(status) if status in _BUNDLE_ORDER else -1


def _claim_rank(claim: Claim) -> int:
    return _CLAIM_ORDER.index(claim.claim_status) if claim.claim_status in _CLAIM_ORDER else -1


def _ordered(key: Callable[[T], object]) -> Callable[[Iterable[T]], tuple[T, ...]]:
    def order(rows: Iterable[T]) -> tuple[T, ...]:
        return tuple(sorted(rows, key=key))  # type: ignore[arg-type]

    return order


def _rows(key: Callable[[T], object]) -> tuple[T, ...]:
    return field(factory=tuple, converter=_ordered(key))


def _link_key(link: SkuLink) -> tuple[int, tuple[str, ...]]:
    return (link.product_no, link.option_key)


def _candidate_key(row: ProductCandidate) -> tuple[int, str]:
    return (row.product_no, row.source)


def _wish_key(wish: TemplateSave) -> tuple[int, str]:
    return (wish.template.ship_policy_no or 0, wish.template.ship_policy_name)


@frozen(kw_only=True)
class Snapshot:
    """Everything a plan looks at.

    Each `*_at` is the moment its part was read (aware); None means the part was not read, and then the jobs
    that need it say so instead of concluding anything from its emptiness. Rows without the moment, naive
    moments and rows that contradict each other raise `ValidationError` with all violations.

    A bundle or claim that was listed twice, before and after a change, counts in its later state.
    `in_flight` names actions (by `Action.key`) whose outcome is still open; they are held, not repeated.
    """

    bundles_at: datetime | None = None
    bundles: tuple[Bundle, ...] = _rows(lambda row: row.bundle_no)
    claims_at: datetime | None = None
    claims: tuple[Claim, ...] = _rows(lambda row: row.claim_bundle_no)
    products_at: datetime | None = None
    products: tuple[Product, ...] = _rows(lambda row: row.product_no)
    stock_at: datetime | None = None
    stock: tuple[SkuStock, ...] = _rows(lambda row: row.sku)
    templates_at: datetime | None = None
    templates: tuple[ShipPolicy, ...] = _rows(lambda row: row.ship_policy_no)
    questions_at: datetime | None = None
    questions: tuple[Question, ...] = _rows(lambda row: (row.qna_seq, str(row.question_date)))
    inquiries: tuple[Inquiry, ...] = _rows(lambda row: row.inquiry_seq)

    links: tuple[SkuLink, ...] = _rows(_link_key)
    reservations: tuple[Reservation, ...] = _rows(lambda row: row.order_option_no)
    shipments: tuple[PendingShipment, ...] = _rows(lambda row: row.bundle_no)
    picked: tuple[PickedLine, ...] = _rows(lambda row: row.order_option_no)
    return_facts: tuple[ReturnFacts, ...] = _rows(lambda row: row.claim_bundle_no)
    last_extension: Mapping[int, date] = field(factory=dict)
    confirmed: frozenset[int] = field(default=frozenset(), converter=frozenset)
    stopped_by_us: frozenset[int] = field(default=frozenset(), converter=frozenset)
    templates_imported: bool = False
    template_saves: tuple[TemplateSave, ...] = _rows(_wish_key)
    template_deletes: tuple[TemplateDelete, ...] = _rows(lambda row: row.ship_policy_no)
    registered_products: frozenset[int] = field(default=frozenset(), converter=frozenset)
    registered_deals: frozenset[int] = field(default=frozenset(), converter=frozenset)
    product_candidates: tuple[ProductCandidate, ...] = _rows(_candidate_key)
    deal_candidates: tuple[DealCandidate, ...] = _rows(lambda row: row.deal_no)
    answers: tuple[PendingAnswer, ...] = _rows(lambda row: (row.qna_seq, str(row.question_date)))
    inquiry_answers: tuple[PendingInquiryAnswer, ...] = _rows(lambda row: row.inquiry_seq)
    answered: frozenset[str] = field(default=frozenset(), converter=frozenset)
    in_flight: frozenset[str] = field(default=frozenset(), converter=frozenset)

    def __attrs_post_init__(self) -> None:
        """Settle rows listed twice and refuse what contradicts itself."""
        found: list[Violation] = []
        self._check_moments(found)
        settle = _Settler(found)
        rows: Mapping[str, tuple[object, ...]] = {
            "bundles": settle(self.bundles, "bundles", lambda b: b.bundle_no, bundle_essence, _bundle_rank),
            "claims": settle(self.claims, "claims", lambda c: c.claim_bundle_no, claim_essence, _claim_rank),
            "products": settle(self.products, "products", lambda p: p.product_no),
            "stock": settle(self.stock, "stock", lambda s: s.sku),
            "templates": settle(self.templates, "templates", lambda t: t.ship_policy_no),
            "links": settle(self.links, "links", _link_key),
            "reservations": settle(self.reservations, "reservations", lambda r: r.order_option_no),
            "shipments": settle(self.shipments, "shipments", lambda s: s.bundle_no),
            "picked": settle(self.picked, "picked", lambda p: p.order_option_no),
            "return_facts": settle(self.return_facts, "return_facts", lambda f: f.claim_bundle_no),
            "template_saves": settle(self.template_saves, "template_saves", _wish_key),
            "template_deletes": settle(self.template_deletes, "template_deletes", lambda d: d.ship_policy_no),
            "product_candidates": settle(
                self.product_candidates, "product_candidates", lambda c: c.product_no
            ),
            "deal_candidates": settle(self.deal_candidates, "deal_candidates", lambda d: d.deal_no),
            "answers": settle(self.answers, "answers", lambda a: (a.qna_seq, a.question_date)),
            "inquiry_answers": settle(self.inquiry_answers, "inquiry_answers", lambda a: a.inquiry_seq),
        }
        self._check_stock(found)
        self._check_runple(found)
        if found:
            raise ValidationError(found, subject="snapshot")
        for name, kept in rows.items():
            if len(kept) != len(getattr(self, name)):
                object.__setattr__(self, name, kept)

    def read_at(self, part: Part) -> datetime | None:
        """Give the moment a part was read, None when it was not."""
        return {
            Part.BUNDLES: self.bundles_at,
            Part.CLAIMS: self.claims_at,
            Part.PRODUCTS: self.products_at,
            Part.STOCK: self.stock_at,
            Part.TEMPLATES: self.templates_at,
            Part.QUESTIONS: self.questions_at,
        }[part]

    def require_fresh(self, part: Part, now: datetime, limit: timedelta) -> None:
        """Raise `StaleSnapshotError` when a part was not read, is older than `limit`, or comes from the future."""
        at = self.read_at(part)
        if at is None:
            raise StaleSnapshotError(f"{part} were not read, and the plan needs them not older than {limit}")
        age = now - at
        if age > limit:
            raise StaleSnapshotError(
                f"{part} were read at {at.isoformat()}, {age} before {now.isoformat()}; the limit is {limit}"
            )
        if age < -CLOCK_SKEW:
            raise StaleSnapshotError(
                f"{part} were read at {at.isoformat()}, after the plan's now {now.isoformat()}"
            )

    def is_fresh(self, part: Part, now: datetime, limit: timedelta) -> bool:
        """Say whether `require_fresh` would pass."""
        at = self.read_at(part)
        return at is not None and -CLOCK_SKEW <= now - at <= limit

    def _check_moments(self, found: list[Violation]) -> None:
        for part in Part:
            at, rows = self.read_at(part), getattr(self, part.value)
            if at is None:
                if rows:
                    found.append(_missing_moment(part, len(rows)))
            elif at.tzinfo is None:
                found.extend(_naive(f"{part}_at", at))

    def _check_stock(self, found: list[Violation]) -> None:
        if self.stock_at is None or self.stock_at.tzinfo is None:
            return
        newest = self.stock_at + CLOCK_SKEW
        for row in self.stock:
            if row.as_of > newest:
                found.append(
                    Violation(
                        f"stock[{row.sku}].as_of",
                        row.as_of.isoformat(),
                        "as_of <= stock_at",
                        f"the level is from {row.as_of.isoformat()}, after stock was read at {newest - CLOCK_SKEW}",
                        "재고 기준시각이 조회시각보다 늦습니다",
                    )
                )

    def _check_runple(self, found: list[Violation]) -> None:
        flags: dict[int, SkuLink] = {}
        for link in self.links:
            first = flags.setdefault(link.product_no, link)
            if first.runple != link.runple:
                found.append(
                    Violation(
                        f"links[{link.product_no}].runple",
                        f"{list(first.option_key)}={first.runple}, {list(link.option_key)}={link.runple}",
                        "one Runple flag per product",
                        "two links of one product disagree on whether Runple ships it",
                        "같은 상품의 연동 정보가 런플 여부를 서로 다르게 말합니다",
                    )
                )


class _Settler:
    """Keeps one row per key: the later state of two, an equal one once; anything else is a contradiction."""

    def __init__(self, found: list[Violation]) -> None:
        self._found = found

    def __call__(
        self,
        rows: tuple[T, ...],
        name: str,
        key: Callable[[T], object],
        essence: Callable[[T], object] | None = None,
        rank: Callable[[T], int] | None = None,
    ) -> tuple[T, ...]:
        kept: dict[object, T] = {}
        for row in rows:
            known = kept.setdefault(key(row), row)
            if known is row:
                continue
            mine, other = (rank(row), rank(known)) if rank else (0, 0)
            if mine > other:
                kept[key(row)] = row
            elif mine == other and (essence(known) != essence(row) if essence else known != row):
                self._found.append(_contradiction(name, key(row), known, row))
        return tuple(kept.values()) if len(kept) < len(rows) else rows


def _contradiction(name: str, key: object, first: object, second: object) -> Violation:
    return Violation(
        f"{name}[{key}]",
        f"{_side(first)} / {_side(second)}",
        "one row per key",
        "two rows with the same key say different things",
        "같은 번호의 자료 두 건이 서로 다릅니다",
    )


def _side(row: object) -> str:
    if isinstance(row, Bundle):
        return str(bundle_essence(row))
    if isinstance(row, Claim):
        return str(claim_essence(row))
    # Products and templates are long and their addresses private; their type is enough beside the key.
    return type(row).__name__ if isinstance(row, Product | ShipPolicy | TemplateSave) else repr(row)[:200]


def _missing_moment(part: Part, count: int) -> Violation:
    return Violation(
        f"{part}_at",
        "None",
        "rows need the moment they were read",
        f"{count} row(s) of {part} were given, but not when they were read",
        "자료는 있으나 조회 시각이 없습니다",
    )


def _naive(name: str, at: datetime) -> tuple[Violation, ...]:
    try:
        require_aware(at, name)
    except NaiveDatetimeError as error:
        return error.violations
    return ()
