"""What one account owns in the sandbox: records, their numbers, and the indexes by time.

Records hold codes and wire moments; Korean display names are made when an answer is written. They are
slotted so that a shop of 100,000 orders fits in a few hundred megabytes.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, ClassVar

from wemakeprice_sdk.sandbox.answers import Json, SandboxError


@dataclass(slots=True)
class OptionLine:
    """One option line of an order (옵션주문): the unit of seller cancel and of claims."""

    order_option_no: int
    option_no: int
    name: str
    quantity: int
    seller_code: str
    add_price: int = 0


@dataclass(slots=True)
class ProductLine:
    """One product of a bundle (주문 상품); discounts are stated once per product."""

    NESTED: ClassVar[dict[str, type]] = {"options": OptionLine}
    order_no: int
    product_no: int
    name: str
    origin_price: int | None
    price: int
    seller_code: str
    wmp_discount: int = 0
    seller_discount: int = 0
    card_discount: int = 0
    options: list[OptionLine] = field(default_factory=list)

    @property
    def quantity(self) -> int:
        """The pieces of all option lines."""
        return sum(line.quantity for line in self.options)


@dataclass(slots=True)
class Person:
    """A recipient or buyer with an address; invented data only."""

    name: str
    phone: str
    zipcode: str = "00000"
    address: str = "예시특별시 가상구 견본로 1"
    detail: str = "101동 101호"
    message: str = ""
    customs_pin: str | None = None


@dataclass(slots=True)
class Bundle:
    """A shipping bundle (배송번호 묶음)."""

    NESTED: ClassVar[dict[str, type]] = {"recipient": Person, "products": ProductLine}
    bundle_no: int
    purchase_no: int
    order_date: str
    pay_date: str
    deadline: str
    buyer_name: str
    buyer_phone: str
    recipient: Person
    ship_price: int
    prepaid: bool
    ship_type: str
    method: str = "PARCEL"
    status: str = "NEW"
    confirm_date: str | None = None
    ship_date: str | None = None
    complete_date: str | None = None
    courier: str | None = None
    invoice: str | None = None
    schedule: str | None = None
    method_message: str | None = None
    products: list[ProductLine] = field(default_factory=list)

    def lines(self) -> Iterator[tuple[ProductLine, OptionLine]]:
        """Return every option line with its product."""
        for product in self.products:
            for option in product.options:
                yield product, option

    def line(self, order_option_no: int) -> tuple[ProductLine, OptionLine] | None:
        """Find an option line that is still in the bundle."""
        for product, option in self.lines():
            if option.order_option_no == order_option_no:
                return product, option
        return None

    def remove(self, order_option_no: int, quantity: int) -> None:
        """Take pieces out; a line or product without pieces leaves the bundle."""
        for product, option in list(self.lines()):
            if option.order_option_no == order_option_no:
                option.quantity -= quantity
                if option.quantity <= 0:
                    product.options.remove(option)
                if not product.options:
                    self.products.remove(product)


@dataclass(slots=True)
class Leg:
    """The pickup of a claim, or the re-shipment of an exchange."""

    status: str
    method: str | None = None
    schedule: str | None = None
    courier: str | None = None
    invoice: str | None = None


@dataclass(slots=True)
class Claim:
    """A claim (클레임) on one bundle; `products` is a copy of the claimed lines with claimed quantities."""

    NESTED: ClassVar[dict[str, type]] = {
        "pickup": Leg,
        "delivery": Leg,
        "products": ProductLine,
        "person": Person,
    }
    claim_no: int
    kind: str
    bundle_no: int
    purchase_no: int
    request_date: str
    reason: str
    who: str
    person: Person
    status: str = "REQUEST"
    finished: bool = False
    reason_detail: str | None = None
    approve_date: str | None = None
    pending_date: str | None = None
    reject_date: str | None = None
    withdraw_date: str | None = None
    pending_reason: str | None = None
    pending_detail: str | None = None
    reject_reason: str | None = None
    reject_detail: str | None = None
    fee: int = 0
    enclosed: bool = False
    product_quantities: dict[str, int] = field(default_factory=dict)
    pickup: Leg | None = None
    delivery: Leg | None = None
    products: list[ProductLine] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether the claim still waits for the seller."""
        if self.kind == "EXCHANGE" and self.status == "APPROVE":
            return not self.finished
        return self.status in ("REQUEST", "PENDING")

    def date_of(self, search: str) -> str | None:
        """Return the date a window applies to (REQUEST, APPROVE or WITHDRAW)."""
        if search == "APPROVE":
            return self.approve_date
        return self.withdraw_date if search == "WITHDRAW" else self.request_date


@dataclass(slots=True)
class Product:
    """A product (상품): the stored blocks of the wire and the state beside them."""

    product_no: int
    register_date: str
    basic: Json
    sale: Json
    detail: Json
    option: Json
    notices: list[Json]
    etc: Json
    branches: list[Json]
    change_date: str | None = None
    stopped: bool = False
    closed: bool = False


@dataclass(slots=True)
class Thread:
    """A question or inquiry with its rounds: texts and dates, and how many rounds were answered."""

    seq: int
    kind: str
    product_no: int | None
    order_no: str
    private: bool
    texts: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    answered: int = 0
    deleted: bool = False


class DateIndex:
    """Numbers by date, found by bisection; an entry whose date has changed since is passed over."""

    __slots__ = ("_current", "_fresh", "_rows")

    def __init__(self, current: Callable[[int], str | None]) -> None:
        self._current = current
        self._rows: list[tuple[str, int]] = []
        self._fresh: list[tuple[str, int]] = []

    def add(self, date: str | None, number: int) -> None:
        """Enter `number` under `date`; nothing happens without a date."""
        if date:
            self._fresh.append((date, number))

    def between(self, start: str, end: str) -> Iterator[int]:
        """Return the numbers dated `start` to `end`, both inclusive, by date and then number."""
        self._merge()
        low, high = bisect_left(self._rows, (start, -1)), bisect_right(self._rows, (end, 2**63))
        last: tuple[str, int] | None = None
        for row in self._rows[low:high]:
            if row != last and self._current(row[1]) == row[0]:
                yield row[1]
            last = row

    def _merge(self) -> None:
        if len(self._fresh) > 64:
            self._rows += self._fresh
            self._rows.sort()
        else:
            for row in self._fresh:
                insort(self._rows, row)
        self._fresh.clear()


class Shop:
    """Everything of one account. `touched` collects what a storage has to write."""

    RECORDS: ClassVar[dict[str, type]] = {
        "product": Product,
        "bundle": Bundle,
        "claim": Claim,
        "question": Thread,
        "inquiry": Thread,
    }
    PLAIN = ("policy", "deal", "review", "notice", "programme")

    def __init__(self, label: str, digest: str, *, approved: bool = True) -> None:
        self.label = label
        self.digest = digest
        self.approved = approved
        self.products: dict[int, Product] = {}
        self.bundles: dict[int, Bundle] = {}
        self.claims: dict[int, Claim] = {}
        self.questions: dict[int, Thread] = {}
        self.inquiries: dict[int, Thread] = {}
        self.policies: dict[int, Json] = {}
        self.deals: dict[int, Json] = {}
        self.reviews: dict[int, Json] = {}
        self.notices: dict[int, Json] = {}
        self.programmes: dict[str, Json] = {}
        self.line_owner: dict[int, int] = {}
        self.claims_of: dict[int, list[int]] = {}
        self.by_seller_code: dict[str, list[int]] = {}
        self.touched: set[tuple[str, int | str]] = set()
        self.transit: list[tuple[str, int]] = []
        self.direct: list[tuple[str, int]] = []
        self.cancels: list[tuple[str, int]] = []
        self._make_indexes()

    def _make_indexes(self) -> None:
        bundles, claims, products = self.bundles, self.claims, self.products
        self.paid: DateIndex = DateIndex(lambda no: bundles[no].pay_date)
        self.confirmed: DateIndex = DateIndex(lambda no: bundles[no].confirm_date)
        self.completed: DateIndex = DateIndex(lambda no: bundles[no].complete_date)
        self.claim_dates: dict[str, DateIndex] = {
            name: DateIndex(lambda no, name=name: claims[no].date_of(name))  # type: ignore[misc]
            for name in ("REQUEST", "APPROVE", "WITHDRAW")
        }
        self.registered: DateIndex = DateIndex(lambda no: products[no].register_date)
        self.changed: DateIndex = DateIndex(lambda no: products[no].change_date)
        self.deal_dates: DateIndex = DateIndex(lambda no: str(self.deals[no]["registerDate"]))
        self.review_dates: DateIndex = DateIndex(lambda no: str(self.reviews[no]["writeDate"]))

    def table(self, kind: str) -> dict[Any, Any]:
        """Return the records of one kind."""
        tables: dict[str, dict[Any, Any]] = {
            "product": self.products,
            "bundle": self.bundles,
            "claim": self.claims,
            "question": self.questions,
            "inquiry": self.inquiries,
            "policy": self.policies,
            "deal": self.deals,
            "review": self.reviews,
            "notice": self.notices,
            "programme": self.programmes,
        }
        return tables[kind]

    def put(self, kind: str, number: int | str, record: Any) -> None:
        """Enter a new or replaced record with its indexes."""
        self.table(kind)[number] = record
        self.note(kind, number)

    def note(self, kind: str, number: int | str) -> None:
        """Bring the indexes up to date after a record was changed, and mark it for the storage."""
        self.touched.add((kind, number))
        if kind == "bundle":
            self._note_bundle(self.bundles[int(number)])
        elif kind == "claim":
            self._note_claim(self.claims[int(number)])
        elif kind == "product":
            self._note_product(self.products[int(number)])
        elif kind == "deal":
            self.deal_dates.add(str(self.deals[int(number)]["registerDate"]), int(number))
        elif kind == "review":
            self.review_dates.add(str(self.reviews[int(number)]["writeDate"]), int(number))

    def _note_bundle(self, bundle: Bundle) -> None:
        number = bundle.bundle_no
        if bundle.status == "NEW":
            self.paid.add(bundle.pay_date, number)
            for _, option in bundle.lines():
                self.line_owner[option.order_option_no] = number
        elif bundle.status == "CONFIRM":
            self.confirmed.add(bundle.confirm_date, number)
        elif bundle.status == "DELIVERY":
            self.confirmed.add(bundle.confirm_date, number)
            heap = self.direct if bundle.method == "DIRECT" else self.transit
            heapq.heappush(heap, (str(bundle.ship_date), number))
        else:
            self.completed.add(bundle.complete_date, number)

    def enter_bundle(self, bundle: Bundle) -> None:
        """Enter a bundle in any state, with all its indexes; for seeding and loading."""
        number = bundle.bundle_no
        self.bundles[number] = bundle
        self.touched.add(("bundle", number))
        for _, option in bundle.lines():
            self.line_owner[option.order_option_no] = number
        self.paid.add(bundle.pay_date, number)
        self.confirmed.add(bundle.confirm_date, number)
        self.completed.add(bundle.complete_date, number)
        if bundle.status == "DELIVERY":
            heap = self.direct if bundle.method == "DIRECT" else self.transit
            heapq.heappush(heap, (str(bundle.ship_date), number))

    def _note_claim(self, claim: Claim) -> None:
        number = claim.claim_no
        owned = self.claims_of.setdefault(claim.bundle_no, [])
        if number not in owned:
            owned.append(number)
            # Lines taken out by this claim stay known, so that a later cancel of them reads as done.
            for product in claim.products:
                for option in product.options:
                    self.line_owner.setdefault(option.order_option_no, claim.bundle_no)
        for name, index in self.claim_dates.items():
            index.add(claim.date_of(name), number)
        if claim.kind == "CANCEL" and claim.status == "REQUEST":
            heapq.heappush(self.cancels, (claim.request_date, number))

    def _note_product(self, product: Product) -> None:
        number = product.product_no
        self.registered.add(product.register_date, number)
        self.changed.add(product.change_date, number)
        numbers = self.by_seller_code.setdefault(str(product.etc.get("sellerProdCode") or ""), [])
        if number not in numbers[-1:] and number not in numbers:
            numbers.append(number)

    def open_claims(self, bundle_no: int, *kinds: str) -> list[Claim]:
        """Return the open claims of a bundle."""
        numbers = self.claims_of.get(bundle_no, ())
        return [c for c in map(self.claims.__getitem__, numbers) if c.is_open and c.kind in kinds]

    def find_product(self, number: int) -> Product:
        """Find a product for a buyer or operator action."""
        if number not in self.products:
            raise SandboxError(f"no product {number} in account {self.label}")
        return self.products[number]

    def find_bundle(self, number: int) -> Bundle:
        """Find a bundle for a buyer or operator action."""
        if number not in self.bundles:
            raise SandboxError(f"no bundle {number} in account {self.label}")
        return self.bundles[number]

    def find_claim(self, number: int) -> Claim:
        """Find a claim for a buyer or operator action."""
        if number not in self.claims:
            raise SandboxError(f"no claim {number} in account {self.label}")
        return self.claims[number]


def pack(record: Any) -> Any:
    """Turn a record into JSON: its values in the order of its fields."""
    if is_dataclass(record):
        return [pack(getattr(record, name)) for name in _names(type(record))]
    if isinstance(record, list):
        return [pack(item) for item in record]
    return record


_NAMES: dict[type, tuple[str, ...]] = {}


def _names(kind: type) -> tuple[str, ...]:
    if kind not in _NAMES:
        _NAMES[kind] = tuple(item.name for item in fields(kind))
    return _NAMES[kind]


def unpack(kind: type, row: list[Any]) -> Any:
    """Turn JSON back into a record."""
    nested: dict[str, type] = getattr(kind, "NESTED", {})
    values = dict(zip(_names(kind), row, strict=True))
    for name, part in nested.items():
        value = values[name]
        if name in ("products", "options"):
            values[name] = [unpack(part, item) for item in value]
        elif value is not None:
            values[name] = unpack(part, value)
    return kind(**values)


def load_record(shop: Shop, kind: str, number: int | str, row: Any) -> None:
    """Enter a stored record; nothing is marked for the storage by it."""
    record: Any = unpack(Shop.RECORDS[kind], row) if kind in Shop.RECORDS else row
    if kind == "bundle":
        shop.enter_bundle(record)
    else:
        shop.put(kind, number, record)
    shop.touched.clear()
