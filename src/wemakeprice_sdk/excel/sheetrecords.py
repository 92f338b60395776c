"""Rows of claim grids and settlement sheets as typed records, each with the sheet and row it comes from.

The labels of these sheets are partly reconstructed from their positions: columns are found by the stable
subset (배송번호, 주문번호, 구분, 수량, 판매대행수수료; 클레임번호). [C; the fields themselves B]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Generic, TypeVar, cast

import attrs
from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.excel.preview import extras_of
from wemakeprice_sdk.excel.records import Problem, ProblemSeverity
from wemakeprice_sdk.excel.structure import NonDataRows, RowPlan
from wemakeprice_sdk.files.cells import Cell, RowBlock
from wemakeprice_sdk.models import ClaimStatus, ClaimType, ClaimWhoReason, PickupStatus, SettlementLineKind
from wemakeprice_sdk.models.tables import hide
from wemakeprice_sdk.models.vat import VatMonth


@frozen(kw_only=True)
class SettlementOrderRow:
    """A row of the settlement of orders (상품 매출 정산, 31 columns). Won; refunds may be negative. [C]"""

    sheet: str
    row: int
    order_no: int
    product_no: int
    kind: SettlementLineKind
    """배송 or 환불 (구분); an unknown word is kept."""
    quantity: int
    agency_fee: int
    """판매대행수수료."""
    bundle_no: int | None = None
    product_name: str | None = None
    order_option_no: int | None = None
    """None where the sheet says 0."""
    option_name: str | None = None
    claim_no: int | None = None
    purchase_no: int | None = None
    product_price: int | None = None
    """상품판매가, per piece."""
    option_price: int | None = None
    completed_amount: int | None = None
    discount_burden: int | None = None
    """할인분담금."""
    channel_fee: int | None = None
    """제휴(EP) 수수료."""
    wmp_item_coupon: int | None = None
    seller_item_coupon: int | None = None
    card_item_coupon: int | None = None
    wmp_cart_coupon: int | None = None
    seller_cart_coupon: int | None = None
    taxable: bool | None = None
    settle_amount: int | None = None
    """정산금액, where the sheet says it."""
    paid_on: date | None = None
    delivered_on: date | None = None
    refunded_on: date | None = None
    """환불완료일; empty on some refunds."""
    settle_on: date | None = None
    seller_product_code: str | None = None
    extras: Mapping[str, Cell] = field(factory=dict, repr=False, hash=False)
    """Columns nobody understood, under their headers."""


@frozen(kw_only=True)
class SettlementShippingRow:
    """A row of the settlement of shipping fees (배송비 정산, 18 columns). Won. [C]"""

    sheet: str
    row: int
    bundle_no: int
    kind: str
    """구분, as the sheet says it."""
    amount: int
    claim_no: int | None = None
    order_no: int | None = None
    purchase_no: int | None = None
    settle_on: date | None = None
    paid_on: date | None = None
    delivered_on: date | None = None
    refunded_on: date | None = None
    extras: Mapping[str, Cell] = field(factory=dict, repr=False, hash=False)


@frozen(kw_only=True)
class ClaimRow:
    """A row of a claim grid (취소관리, 반품관리, 교환관리). Personal data is hidden in the repr. [C]"""

    sheet: str
    row: int
    claim_no: int
    order_no: int
    claim_type: ClaimType | None = None
    """From its column, else from the words of the header or the state (교환신청일, 반품완료)."""
    status: ClaimStatus | None = None
    """처리상태, read by its ending: 교환신청 is `REQUEST`."""
    order_option_no: int | None = None
    purchase_no: int | None = None
    bundle_no: int | None = None
    requested_at: datetime | None = None
    completed_at: datetime | None = None
    reason: str | None = None
    reason_detail: str | None = field(default=None, repr=hide)
    fault: ClaimWhoReason | None = None
    """귀책."""
    pickup_status: PickupStatus | None = None
    pickup_courier: str | None = None
    pickup_invoice_no: str | None = None
    product_no: int | None = None
    product_name: str | None = None
    option_name: str | None = field(default=None, repr=hide)
    """May hold text that the buyer typed."""
    quantity: int | None = None
    claim_ship_fee: int | None = None
    refund_amount: int | None = None
    buyer_name: str | None = field(default=None, repr=hide)
    seller_product_code: str | None = None
    extras: Mapping[str, Cell] = field(factory=dict, repr=False, hash=False)
    """Columns nobody understood, under their headers. May hold personal data."""


T = TypeVar("T", SettlementOrderRow, SettlementShippingRow, ClaimRow, VatMonth)


@frozen
class SheetRecord(Generic[T]):
    """One row of a sheet: its record (None when a required value cannot be read), and its problems."""

    record: T | None
    row: int
    problems: tuple[Problem, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether the row was read and nothing of it is in error."""
        return self.record is not None and all(
            one.severity is not ProblemSeverity.ERROR for one in self.problems
        )


_OWN = ("sheet", "row", "extras")
_TYPES = (("취소", ClaimType.CANCEL), ("반품", ClaimType.RETURN), ("교환", ClaimType.EXCHANGE))


def read_sheet(
    blocks: Iterable[RowBlock], plan: RowPlan, model: type[T], key: str
) -> Iterator[SheetRecord[T]]:
    """Yield the rows of a sheet as records of `model`; `key` is the field without which a row is no data."""
    names = tuple(one.name for one in attrs.fields(model) if one.name not in _OWN)
    dates = frozenset(name for name in names if name.endswith("_on"))
    required = tuple(name for name, step in plan.steps.items() if step.spec.required and name in names)
    guess = _type_of_headers(plan) if "claim_type" in names else None
    non_data = NonDataRows(plan, key, "product_name", ("option_name",))
    headers = plan.extra_headers
    at = names.index(key)
    for row in plan.typed(blocks, names):
        if row.values[at] is None and non_data.takes(row, names, None):
            continue
        non_data.started = True
        values = dict(zip(names, row.values, strict=True))
        problems = tuple(plan.problems(row))
        if any(values[name] is None for name in required):
            yield SheetRecord(None, row.number, problems)
            continue
        for name in dates:
            timestamp = values[name]
            values[name] = timestamp.date() if isinstance(timestamp, datetime) else None
        if guess is not None:
            values["claim_type"] = values["claim_type"] or guess(row.cells)
        # The plan typed the values; the model's own types cannot be named for all three at once.
        make = cast("Callable[..., T]", model)
        record = make(sheet=plan.sheet, row=row.number, extras=extras_of(row.extras, headers), **values)
        yield SheetRecord(record, row.number, problems)


def _type_of_headers(plan: RowPlan) -> Callable[[tuple[Cell, ...]], ClaimType | None]:
    """Return how the type of a claim is told where no column says it: by the headers, else by the state."""
    names = ("requested_at", "completed_at", "reason", "status", "quantity", "refund_amount")
    said = " ".join(plan.steps[name].header for name in names if name in plan.steps)
    hits = [kind for word, kind in _TYPES if word in said]
    state = plan.steps.get("status")

    def guess(cells: tuple[Cell, ...]) -> ClaimType | None:
        text = cells[state.index] if state is not None else None
        own = [kind for word, kind in _TYPES if isinstance(text, str) and word in text]
        found = own or hits
        return found[0] if len(found) == 1 else None

    return guess
