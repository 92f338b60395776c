"""What is known of an account at some timestamp: the data a plan is made from.

A snapshot is plain, frozen data. Everything in it is put into one order by its natural key, so the order in
which rows were read cannot matter. Rows that contradict each other are refused, all at once, naming both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Generic, Protocol, TypeAlias, TypeVar, cast

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, check_kind
from wemakeprice_sdk.clock import require_aware
from wemakeprice_sdk.errors import NaiveDatetimeError, StaleSnapshotError, ValidationError, Violation
from wemakeprice_sdk.models.claims import Claim
from wemakeprice_sdk.models.codes import ClaimStatus, ShipStatus
from wemakeprice_sdk.models.orders import Bundle
from wemakeprice_sdk.models.products import Product
from wemakeprice_sdk.models.shipping_templates import ShippingTemplate
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.policy.derived import bundle_essence, claim_essence
from wemakeprice_sdk.policy.seller_inputs import (
    DealCandidate,
    PendingAnswer,
    PendingInquiryAnswer,
    PendingShipment,
    PickedLine,
    ProductCandidate,
    Reservation,
    ReturnFacts,
    ReturnInspection,
    SkuOffer,
    SkuStock,
    TemplateDelete,
    TemplateSave,
)

__all__ = [
    "DealCandidate",
    "Part",
    "PendingAnswer",
    "PendingInquiryAnswer",
    "PendingShipment",
    "PickedLine",
    "ProductCandidate",
    "Reservation",
    "ReturnFacts",
    "ReturnInspection",
    "SkuOffer",
    "SkuStock",
    "Snapshot",
    "TemplateDelete",
    "TemplateSave",
]

CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of `now` a part may say it was read before it counts as wrong: clocks of two machines differ,
and without it a read by the other one would be refused."""


class Part(StrEnum):
    """Parts of a snapshot that are read at a timestamp of their own."""

    BUNDLES = "bundles"
    CLAIMS = "claims"
    PRODUCTS = "products"
    STOCK = "stock"
    TEMPLATES = "templates"


@frozen(kw_only=True)
class Snapshot:
    """Everything a plan looks at.

    Each `*_at` is the time its part was read (aware); None means the part was not read, and then the jobs
    that need it say so instead of concluding anything from its emptiness. Rows without the timestamp, naive
    timestamps and rows that contradict each other raise `ValidationError` with all violations.

    A bundle or claim that was listed twice, before and after a change, counts in its later state.

    - `links`, `stock`, `reservations`: the seller's SKUs; `picked`, `shipments`, `return_facts`: its
      warehouse. `reservations` are those of all accounts, `reserved_elsewhere` the units by SKU that are
      promised at other marketplaces. `offers` are what links offer at most: those of other accounts, and of
      the account's own those that were written before. `picked` is None when the warehouse said nothing, and
      empty when nothing is picked.
    - `unread_cancels`: the bundles of cancel requests that could not be read; None in it stands for a request
      that names its bundle in a way that cannot be read, so that it may be any.
    - `last_extension`: product number → the dawn it was last extended in.
    - `confirmed`: bundles confirmed before, whatever a late read shows. `stopped_by_us`: products whose sale
      the sync stopped, so that it may resume them. `answered`: `Action.key` of every answer ever sent.
    - `templates_imported`: whether templates were imported since linking; None when that is not known.
    - `in_flight` names actions (by `Action.key`) whose outcome is still open; they are held, not repeated.
    - `shared_skus`: the SKUs that the seller said are one thing wherever they stand. `ambiguous_skus`: those
      that are none for certain, as links of other accounts show too. Several `links` to one SKU that is not
      shared make it ambiguous by themselves.
    """

    bundles_at: datetime | None = None
    bundles: tuple[Bundle, ...] = ()
    claims_at: datetime | None = None
    claims: tuple[Claim, ...] = ()
    unread_cancels: frozenset[int | None] = frozenset()
    products_at: datetime | None = None
    products: tuple[Product, ...] = ()
    stock_at: datetime | None = None
    stock: tuple[SkuStock, ...] = ()
    templates_at: datetime | None = None
    templates: tuple[ShippingTemplate, ...] = ()

    links: tuple[SkuLink, ...] = ()
    reservations: tuple[Reservation, ...] = ()
    reserved_elsewhere: Mapping[str, int] = field(factory=dict)
    offers: tuple[SkuOffer, ...] = ()
    shipments: tuple[PendingShipment, ...] = ()
    picked: tuple[PickedLine, ...] | None = None
    return_facts: tuple[ReturnFacts, ...] = ()
    last_extension: Mapping[int, date] = field(factory=dict)
    confirmed: frozenset[int] = frozenset()
    stopped_by_us: frozenset[int] = frozenset()
    templates_imported: bool | None = None
    template_saves: tuple[TemplateSave, ...] = ()
    template_deletes: tuple[TemplateDelete, ...] = ()
    registered_products: frozenset[int] = frozenset()
    registered_deals: frozenset[int] = frozenset()
    product_candidates: tuple[ProductCandidate, ...] = ()
    deal_candidates: tuple[DealCandidate, ...] = ()
    answers: tuple[PendingAnswer, ...] = ()
    inquiry_answers: tuple[PendingInquiryAnswer, ...] = ()
    answered: frozenset[str] = frozenset()
    in_flight: frozenset[str] = frozenset()
    shared_skus: frozenset[str] = frozenset()
    ambiguous_skus: frozenset[str] = frozenset()

    def __attrs_post_init__(self) -> None:
        """Put rows in order, resolve those listed twice and refuse what contradicts itself."""
        problems = Problems()
        self._check_timestamps(problems)
        for rows in _ROWS:
            rows.resolve(self, problems)
        self._check_stock(problems)
        self._check_runple(problems)
        self._check_templates(problems)
        problems.raise_all("snapshot", ValidationError)

    def read_at(self, part: Part) -> datetime | None:
        """Return the timestamp a part was read, None when it was not."""
        check_kind("part", part, Part)
        return {
            Part.BUNDLES: self.bundles_at,
            Part.CLAIMS: self.claims_at,
            Part.PRODUCTS: self.products_at,
            Part.STOCK: self.stock_at,
            Part.TEMPLATES: self.templates_at,
        }[part]

    def require_fresh(self, part: Part, now: datetime, limit: timedelta) -> None:
        """Raise `StaleSnapshotError` when a part was not read, is too old, or comes from the future."""
        at, now = self.read_at(part), require_aware(now, "now")
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

    def _check_timestamps(self, problems: Problems) -> None:
        for part in Part:
            at, rows = self.read_at(part), getattr(self, part.value)
            if at is None and rows:
                problems.add(
                    f"{part}_at",
                    "None",
                    "rows need the timestamp they were read",
                    f"{len(rows)} row(s) of {part} were given, but not when they were read",
                    "자료를 조회한 시각이 없습니다. 조회 시각을 함께 넣어 주세요",
                )
            if at is not None:
                _check_aware(problems, f"{part}_at", at)

    def _check_stock(self, problems: Problems) -> None:
        if self.stock_at is None or self.stock_at.tzinfo is None:
            return
        newest = self.stock_at + CLOCK_SKEW
        for row in self.stock:
            if row.as_of > newest:
                problems.add(
                    f"stock[{row.sku}].as_of",
                    row.as_of.isoformat(),
                    "as_of <= stock_at",
                    f"the level is from {row.as_of.isoformat()}, after stock was read at {self.stock_at}",
                    "재고 기준 시각이 조회 시각보다 늦습니다. 두 시각을 확인해 주세요",
                )

    def _check_runple(self, problems: Problems) -> None:
        first: SkuLink | None = None
        for link in self.links:
            if first is None or first.product_no != link.product_no:
                first = link
            elif first.runple != link.runple:
                problems.add(
                    f"links[{link.product_no}].runple",
                    f"{list(first.option_key)}={first.runple}, {list(link.option_key)}={link.runple}",
                    "one Runple flag per product",
                    "two links of one product disagree on whether Runple ships it",
                    "같은 상품인데 연동 정보마다 런플 여부가 다릅니다. 런플 여부를 같게 맞춰 주세요",
                )

    def _check_templates(self, problems: Problems) -> None:
        saved = {wish.template.shipping_template_no for wish in self.template_saves}
        deleted = {gone.shipping_template_no for gone in self.template_deletes}
        for gone in self.template_deletes:
            if gone.shipping_template_no in saved:
                problems.add(
                    f"template_deletes[{gone.shipping_template_no}]",
                    "template_saves and template_deletes",
                    "saved or deleted",
                    "the same template is to be saved and to be deleted",
                    "같은 배송 템플릿을 수정하면서 동시에 삭제할 수 없습니다. 하나만 선택해 주세요",
                )
            if gone.reassign_to in deleted:
                problems.add(
                    f"template_deletes[{gone.shipping_template_no}].reassign_to",
                    str(gone.reassign_to),
                    "a template that stays",
                    f"products are to get template {gone.reassign_to}, which is to be deleted itself",
                    "삭제할 배송 템플릿을 대체 배송 템플릿으로 지정할 수 없습니다. "
                    "다른 배송 템플릿을 지정해 주세요",
                )


T = TypeVar("T")
_Key: TypeAlias = int | str | tuple[int, str] | tuple[int, tuple[str, ...]] | tuple[str, int, tuple[str, ...]]


class _Resolves(Protocol):
    def resolve(self, snapshot: Snapshot, problems: Problems) -> None: ...


def _no_rank(_: object) -> int:
    return 0


@frozen
class _Rows(Generic[T]):
    """How the rows of one field are ordered, and which of two with the same key counts."""

    name: str
    key: Callable[[T], _Key]
    essence: Callable[[T], object] | None = None
    rank: Callable[[T], int] = _no_rank
    may_be_unknown: bool = False

    def resolve(self, snapshot: Snapshot, problems: Problems) -> None:
        """Put the rows in order; keep the later state of two, an equal row once; note contradictions."""
        stated = getattr(snapshot, self.name)
        if stated is None and self.may_be_unknown:
            return
        given = tuple(cast("Iterable[T]", stated))
        keys = [self.key(row) for row in given]
        if not all(left < right for left, right in pairwise(keys)):  # type: ignore[operator]
            kept: dict[_Key, T] = {}
            for key, row in zip(keys, given, strict=True):
                kept[key] = self._later(kept[key], row, problems) if key in kept else row
            given = tuple(kept[key] for key in sorted(kept))
        object.__setattr__(snapshot, self.name, given)

    def _later(self, known: T, row: T, problems: Problems) -> T:
        mine, other = self.rank(row), self.rank(known)
        if mine == other and self._says(known) != self._says(row):
            sides = sorted((self._side(known), self._side(row)))
            both = Violation(
                f"{self.name}[{self.key(row)}]",
                " / ".join(sides),
                "one row per key",
                "two rows with the same key say different things",
                "번호가 같은 자료 두 건의 내용이 서로 다릅니다. 맞는 자료만 남겨 주세요",
            )
            problems.take([both])  # not add, which would cut the second side off
        return row if mine > other else known

    def _says(self, row: T) -> object:
        return row if self.essence is None else self.essence(row)

    def _side(self, row: T) -> str:
        # Products and templates are long and their addresses private; the type is enough beside the key.
        if isinstance(row, Product | ShippingTemplate | TemplateSave):
            return type(row).__name__
        return repr(self._says(row))[:200]


_BUNDLE_ORDER = (ShipStatus.NEW, ShipStatus.CONFIRM, ShipStatus.DELIVERY, ShipStatus.COMPLETE)
_CLAIM_ORDER = (
    ClaimStatus.REQUEST,
    ClaimStatus.DELAY,
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


_ROWS: tuple[_Resolves, ...] = (
    _Rows[Bundle]("bundles", lambda row: row.bundle_no, bundle_essence, _bundle_rank),
    _Rows[Claim]("claims", lambda row: row.claim_bundle_no, claim_essence, _claim_rank),
    _Rows[Product]("products", lambda row: row.product_no),
    _Rows[SkuStock]("stock", lambda row: row.sku),
    _Rows[ShippingTemplate]("templates", lambda row: row.shipping_template_no),
    _Rows[SkuLink]("links", lambda row: (row.product_no, row.option_key)),
    _Rows[Reservation]("reservations", lambda row: (row.order_option_no, row.sku)),
    _Rows[SkuOffer]("offers", lambda row: (row.account, row.product_no, row.option_key)),
    _Rows[PendingShipment]("shipments", lambda row: row.bundle_no),
    _Rows[PickedLine]("picked", lambda row: row.order_option_no, may_be_unknown=True),
    _Rows[ReturnFacts]("return_facts", lambda row: row.claim_bundle_no),
    _Rows[TemplateSave](
        "template_saves",
        lambda row: (row.template.shipping_template_no or 0, row.template.shipping_template_name),
    ),
    _Rows[TemplateDelete]("template_deletes", lambda row: row.shipping_template_no),
    _Rows[ProductCandidate]("product_candidates", lambda row: row.product_no),
    _Rows[DealCandidate]("deal_candidates", lambda row: row.deal_no),
    _Rows[PendingAnswer]("answers", lambda row: (row.qna_seq, row.question_date.isoformat())),
    _Rows[PendingInquiryAnswer]("inquiry_answers", lambda row: row.inquiry_seq),
)


def _check_aware(problems: Problems, name: str, at: datetime) -> None:
    try:
        require_aware(at, name)
    except NaiveDatetimeError as error:
        problems.take(error.violations)
