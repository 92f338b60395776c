"""Bytes of an answer → typed models, beside what others would write: microseconds of processor time a row.

    python -m venv PEERS && PEERS/bin/pip install . pydantic msgspec
    PEERS/bin/python benchmarks/wire.py [--rounds 15]

The rows are what the sandbox serves of a seeded shop. The engines run in turns, round by round; the table shows the
median of each and its ratio to the library.

`pydantic-tolerant` reads as tolerantly as we do, with readers of ours only where pydantic knows no such spelling;
a row that cannot be read would still cost its list, and nothing keeps the raw answer. `dataclasses` is what a careful
person writes by hand for bundles, with raw answers kept. `pydantic-lax` and `msgspec-lax` take the spellings that their
lax modes know and keep flags, codes and times as text. `json` is `json.loads` alone. A peer that is not
installed is left out.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from importlib.util import find_spec
from itertools import cycle, islice
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import httpx

from wemakeprice_sdk.client import ThrottlePolicy, WemakepriceClient
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    ClaimStatus,
    ClaimType,
    Prepayment,
    Product,
    ReadModel,
    SettlementOrderLine,
    ShipMethod,
    ShipStatus,
    ShipType,
)
from wemakeprice_sdk.models._base import OpenEnum
from wemakeprice_sdk.sandbox import Sandbox, seed_shop
from wemakeprice_sdk.wire import _fields, converter
from wemakeprice_sdk.wire.envelope import AnswerBytes, read_answer
from wemakeprice_sdk.wire.operations import OPERATIONS

NOW = datetime(2024, 5, 30, 12, tzinfo=KST)
Reader = Callable[[bytes], int]


def served() -> dict[str, list[Any]]:
    """Return the rows of each noun as the sandbox serves them."""
    sandbox = Sandbox(seed=1, clock=NOW)
    sandbox.add_account("benchmark-key")
    seed_shop(sandbox, products=100, orders=1000, days=14, claim_rate=0.2)
    first = NOW - timedelta(days=20)
    with (
        httpx.Client(transport=sandbox.transport()) as http,
        WemakepriceClient(
            "benchmark-key", base_url="http://sandbox", http_client=http, throttle=ThrottlePolicy(min_gap=0)
        ) as client,
    ):
        products = client.products.iter(NOW - timedelta(days=365), NOW)
        return {
            "orders": [row.raw for row in client.orders.iter(first, NOW, ShipStatus.writable())],
            "claims": [
                row.raw
                for kind in ClaimType.writable()
                for row in client.claims.iter(first, NOW, kind, ClaimStatus.writable())
            ],
            "settlement": [row.raw for row in client.settlement.iter_order_lines(first.date(), NOW.date())],
            "products": [client.products.get(row.product_no).raw for row in products],
        }


@dataclass(frozen=True)
class Work:
    """One noun: how its answer is asked for, read by us, and how many rows it has."""

    operation: str
    model: type[ReadModel]
    container: str
    rows: int

    def body(self, rows: list[Any]) -> bytes:
        many = list(islice(cycle(rows), self.rows))
        data = {self.container: many} if self.container else many
        return json.dumps({"resultCode": 200, "error": None, "data": data}, ensure_ascii=False).encode()

    def rows_in(self, answer: Any) -> list[Any]:
        return answer["data"][self.container] if self.container else answer["data"]


WORKS = {
    "orders": Work("orders_list", Bundle, "bundle", 1000),
    "claims": Work("claims_list", Claim, "claim", 1000),
    "settlement": Work("settlement_list_order_lines", SettlementOrderLine, "", 10_000),
    # Products come one by one; read here as the rows of a page, so that the envelope weighs nothing.
    "products": Work("products_list", Product, "list", 100),
}


def read_by_us(work: Work) -> Reader:
    operation = OPERATIONS[work.operation]

    def run(body: bytes) -> int:
        success = read_answer(operation, AnswerBytes(200, body, "application/json"))
        found = converter.read_rows(work.model, operation, success.data)
        assert not found.unread
        return len(found)

    return run


def read_json(_: Work) -> Reader:
    return lambda body: len(json.loads(body))


# By hand, for bundles.


def number(value: Any) -> int | None:
    if type(value) is int:
        return value
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return int(value.replace(",", "").strip())
    raise ValueError("a whole number was expected")


def needed(value: Any) -> int:
    found = number(value)
    if found is None:
        raise ValueError("an identifier is missing")
    return found


def text(value: Any) -> str | None:
    if value is None or type(value) is str:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise ValueError("a text was expected")


def moment(value: Any) -> datetime | None:
    if not value:
        return None
    found = datetime.fromisoformat(value)
    return datetime.combine(found, found.time(), KST)


def day(value: Any) -> date | None:
    return date.fromisoformat(value[:10]) if value else None


def codes(kind: type[OpenEnum]) -> Callable[[Any], Any]:
    known = {name: member for member in kind for name in (member.value, *member.names)}
    return lambda value: None if not value else known.get(value) or kind.from_wire(value)


ship_status, ship_method, ship_type, prepayment = map(codes, (ShipStatus, ShipMethod, ShipType, Prepayment))


@dataclass(slots=True)
class Address:
    raw: dict[str, Any] = field(repr=False)
    zipcode: str | None
    addr_fixed: str | None
    addr_detail: str | None
    message: str | None


def read_address(row: dict[str, Any]) -> Address:
    get = row.get
    return Address(
        row, text(get("zipcode")), text(get("addrFixed")), text(get("addrDetail")), text(get("message"))
    )


@dataclass(slots=True)
class Leg:
    raw: dict[str, Any] = field(repr=False)
    ship_status: ShipStatus | None
    ship_method: ShipMethod | None
    ship_method_message: str | None
    schedule_ship_date: date | None
    parcel_company: str | None
    invoice_no: str | None
    name: str | None
    phone: str | None
    customs_pin: str | None
    ship_address: Address | None


def read_leg(row: dict[str, Any]) -> Leg:
    get = row.get
    address = get("shipAddress")
    return Leg(
        row, ship_status(get("shipStatus")), ship_method(get("shipMethod")), text(get("shipMethodMessage")),
        day(get("scheduleShipDate")), text(get("parcelCompany")), text(get("invoiceNo")), text(get("name")),
        text(get("phone")), text(get("customsPin")), read_address(address) if address else None,
    )  # fmt: skip


@dataclass(slots=True)
class Option:
    raw: dict[str, Any] = field(repr=False)
    order_option_no: int
    option_no: int | None
    option_name: str | None
    option_qty: int | None
    seller_option_code: str | None
    option_add_price: int | None
    option_sale_price: int | None
    option_commission_price: int | None


def read_option(row: dict[str, Any]) -> Option:
    get = row.get
    return Option(
        row, needed(get("orderOptionNo")), number(get("optionNo")), text(get("optionName")),
        number(get("optionQty")), text(get("sellerOptionCode")), number(get("optionAddPrice")),
        number(get("optionSalePrice")), number(get("optionCommissionPrice")),
    )  # fmt: skip


@dataclass(slots=True)
class Line:
    raw: dict[str, Any] = field(repr=False)
    order_no: int
    product_no: int | None
    product_name: str | None
    product_origin_price: int | None
    product_price: int | None
    product_commission_price: int | None
    product_qty: int | None
    wmp_charge_discount_price: int | None
    seller_charge_discount_price: int | None
    card_charge_discount_price: int | None
    seller_product_code: str | None
    order_option: tuple[Option, ...]


def read_line(row: dict[str, Any]) -> Line:
    get = row.get
    return Line(
        row, needed(get("orderNo")), number(get("productNo")), text(get("productName")),
        number(get("productOriginPrice")), number(get("productPrice")), number(get("productCommissionPrice")),
        number(get("productQty")), number(get("wmpChargeDiscountPrice")),
        number(get("sellerChargeDiscountPrice")), number(get("cardChargeDiscountPrice")),
        text(get("sellerProductCode")), tuple(map(read_option, get("orderOption") or ())),
    )  # fmt: skip


@dataclass(slots=True)
class Parcel:
    raw: dict[str, Any] = field(repr=False)
    bundle_no: int
    purchase_no: int
    order_date: datetime | None
    pay_date: datetime | None
    origin_ship_date: datetime | None
    order_confirm_date: datetime | None
    order_shipping_date: datetime | None
    ship_complete_date: datetime | None
    buyer_name: str | None
    buyer_phone: str | None
    ship_price: int | None
    prepayment: Prepayment | None
    ship_type: ShipType | None
    delivery: Leg | None
    order_product: tuple[Line, ...]


def read_parcel(row: dict[str, Any]) -> Parcel:
    get = row.get
    leg = get("delivery")
    return Parcel(
        row, needed(get("bundleNo")), needed(get("purchaseNo")), moment(get("orderDate")),
        moment(get("payDate")), moment(get("originShipDate")), moment(get("orderConfirmDate")),
        moment(get("orderShippingDate")), moment(get("shipCompleteDate")), text(get("buyerName")),
        text(get("buyerPhone")), number(get("shipPrice")), prepayment(get("prepayment")),
        ship_type(get("shipType")), read_leg(leg) if leg else None,
        tuple(map(read_line, get("orderProduct") or ())),
    )  # fmt: skip


def read_by_hand(_: Work) -> Reader:
    def run(body: bytes) -> int:
        answer = json.loads(body)
        if answer["resultCode"] != 200:
            raise ValueError("refused")
        return len([read_parcel(row) for row in answer["data"]["bundle"]])

    return run


# Peers that read from declarations: their classes are made from the same fields.


def kind_of(hint: object) -> tuple[Any, bool]:
    """Return the plain type of an annotation of ours and whether there are many of it."""
    kind, _, _ = _fields._strip(hint)
    if get_origin(kind) is tuple:
        return _fields._strip(get_args(kind)[0])[0], True
    return kind, False


def pydantic_model(cls: type[ReadModel], *, tolerant: bool) -> Any:
    import pydantic

    hints = get_type_hints(cls, include_extras=True)
    fields: dict[str, Any] = {}
    for spec in _fields.field_readers(cls):
        kind, many = kind_of(hints[spec.name])
        if spec.model is not None:
            inner = pydantic_model(spec.model, tolerant=tolerant)
        else:
            inner = tolerant_type(kind, spec.read) if tolerant else plain_type(kind)
        made = tuple[inner, ...] if many else inner if spec.required else inner | None
        fields[spec.name] = (
            made,
            pydantic.Field(... if spec.required else () if many else None, alias=spec.wire),
        )
    settings = pydantic.ConfigDict(extra="ignore", coerce_numbers_to_str=True, frozen=True)
    return pydantic.create_model(cls.__name__, __config__=settings, **fields)


def tolerant_type(kind: Any, read: Any) -> Any:
    """Return the type that reads as we do: in pydantic's own code where the common spelling is its own."""
    import pydantic

    def validate(value: Any) -> Any:
        return read(value)

    if kind is str:
        return str
    ours = Annotated[Any, pydantic.PlainValidator(validate)]
    if kind is int:
        return Annotated[Annotated[int, pydantic.Strict()] | ours, pydantic.Field(union_mode="left_to_right")]
    return ours


def plain_type(kind: Any) -> Any:
    return str if issubclass(kind, OpenEnum) or kind in (bool, date, datetime, Decimal) else kind


def read_by_pydantic(work: Work, *, tolerant: bool) -> Reader:
    import pydantic

    rows = pydantic.TypeAdapter(list[pydantic_model(work.model, tolerant=tolerant)])

    def run(body: bytes) -> int:
        answer = json.loads(body)
        if answer["resultCode"] != 200:
            raise ValueError("refused")
        return len(rows.validate_python(work.rows_in(answer)))

    return run


def msgspec_model(cls: type[ReadModel]) -> Any:
    import msgspec

    hints = get_type_hints(cls, include_extras=True)
    fields: list[Any] = []
    for spec in sorted(_fields.field_readers(cls), key=lambda spec: not spec.required):
        kind, many = kind_of(hints[spec.name])
        inner = msgspec_model(spec.model) if spec.model is not None else int if kind is int else str
        made = tuple[inner, ...] if many else inner if spec.required else inner | None
        fields.append((spec.name, made) if spec.required else (spec.name, made, () if many else None))
    names = {spec.name: spec.wire for spec in _fields.field_readers(cls)}
    return msgspec.defstruct(cls.__name__, fields, rename=names, frozen=True)


def read_by_msgspec(work: Work) -> Reader:
    import msgspec

    rows = list[msgspec_model(work.model)]
    data = (
        msgspec.defstruct("Data", [("rows", rows)], rename={"rows": work.container})
        if work.container
        else rows
    )
    envelope = msgspec.defstruct("Envelope", [("code", int), ("data", data)], rename={"code": "resultCode"})
    decoder = msgspec.json.Decoder(envelope, strict=False)

    def run(body: bytes) -> int:
        answer: Any = decoder.decode(body)
        return len(answer.data.rows if work.container else answer.data)

    return run


ENGINES: dict[str, tuple[str, Callable[[Work], Reader]]] = {
    "wemakeprice": ("json", read_by_us),
    "dataclasses": ("json", read_by_hand),
    "pydantic-tolerant": ("pydantic", partial(read_by_pydantic, tolerant=True)),
    "pydantic-lax": ("pydantic", partial(read_by_pydantic, tolerant=False)),
    "msgspec-lax": ("msgspec", read_by_msgspec),
    "json": ("json", read_json),
}


def engines_for(name: str) -> dict[str, Reader]:
    return {
        engine: make(WORKS[name])
        for engine, (module, make) in ENGINES.items()
        if find_spec(module) and (engine != "dataclasses" or name == "orders")
    }


def measure(readers: dict[str, Reader], body: bytes, rounds: int) -> dict[str, float]:
    """Return the median processor seconds of each reader, run in turns."""
    taken: dict[str, list[float]] = {engine: [] for engine in readers}
    for round_no in range(rounds + 1):
        for engine, read in readers.items():
            started = time.process_time()
            read(body)
            if round_no:
                taken[engine].append(time.process_time() - started)
    return {engine: statistics.median(seconds) for engine, seconds in taken.items()}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument("--works", default=",".join(WORKS))
    given = options.parse_args()
    rows = served()
    for name in given.works.split(","):
        work = WORKS[name]
        body = work.body(rows[name])
        print(f"\n{name}: {work.rows:,} rows, {len(body) / work.rows:,.0f} bytes each")
        print(f"{'engine':<20}{'µs a row':>10}{'ratio':>8}")
        taken = measure(engines_for(name), body, given.rounds)
        for engine, seconds in taken.items():
            print(f"{engine:<20}{seconds / work.rows * 1e6:>10.1f}{seconds / taken['wemakeprice']:>8.2f}")


if __name__ == "__main__":
    main()
