"""The same fact from the API and from files is one fact; where they differ, both stand and it is said.

What counts is what the API said, as the marketplace's own word. A file adds what the API did not show. A
value that one side leaves out contradicts nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Final, Generic, TypeAlias, TypeVar

from attrs import define, evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.ledger.records import StoredRecord
from wemakeprice_sdk.models import Bundle, Claim, ReadModel, SettlementOrderLine, SettlementShipLine
from wemakeprice_sdk.models.orders import OrderLine
from wemakeprice_sdk.models.sources import SourceRow
from wemakeprice_sdk.runner.sources.forms import file_keys
from wemakeprice_sdk.secrets import forgetful
from wemakeprice_sdk.wire.converter import read

M = TypeVar("M", bound=ReadModel)
FactValue: TypeAlias = "int | str | date | None"
_Values: TypeAlias = Mapping[str, FactValue]


@frozen
class FactOrigin:
    """Where a fact stands: rows of a sheet of a file, or the API, which has none of them."""

    file: str = ""
    sha256: str = ""
    sheet: str = ""
    rows: str = ""

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.file}!{self.sheet}!{self.rows}" if self.sha256 else "API"

    @classmethod
    def of_row(cls, row: SourceRow) -> FactOrigin:
        """Return the origin of one row."""
        return cls(row.file, row.sha256, row.sheet, str(row.row))


API: Final = FactOrigin()


@frozen(kw_only=True)
class FactContradiction:
    """Two sources that say different things of one fact: both stand, and `counted` is what counts.

    `subject` is what it is about (`order`, `claim`, `settlement-order`, `settlement-shipping`), `key` its
    natural key, `field` the value that differs. No value names a person.
    """

    subject: str
    key: str
    field: str
    counted: FactValue
    counted_origin: FactOrigin
    other: FactValue
    other_origin: FactOrigin


class Buyers:
    """The name of each bundle's buyer; hidden, since frames hold it while records are read."""

    __slots__ = ("_names",)

    def __init__(self) -> None:
        self._names: dict[int, str] = {}

    def note(self, bundle: Bundle) -> None:
        """Remember the buyer of a bundle, where it has one."""
        if bundle.buyer_name:
            self._names[bundle.bundle_no] = bundle.buyer_name

    def of(self, bundle_no: int | None) -> str | None:
        """Return the buyer of a bundle, None when nobody knows."""
        return self._names.get(bundle_no or 0)


@define
class _Fact(Generic[M]):
    model: M
    values: _Values
    origins: list[FactOrigin]
    files: set[str]
    used: bool = False


@define
class FactMerger(Generic[M]):
    """Merges the facts of one kind: first all rows of files, then those of the API, then what is left."""

    subject: str
    cls: type[M]
    values: Callable[[M], _Values]
    join: Callable[[M, M], M] | None = None
    """How rows of one key become one fact; without it, each row is a fact of its own."""
    contradictions: list[FactContradiction] = field(factory=list)
    _facts: dict[str, list[_Fact[M]]] = field(factory=dict)
    _unmatched: dict[str, list[_Values]] = field(factory=lambda: defaultdict(list))

    @forgetful
    def add_file(self, record: StoredRecord) -> None:
        """Take a row of a file; the same row of another file is the same fact."""
        body = record.body
        fact = body.get("fact")
        model = read(self.cls, fact if isinstance(fact, dict) else {}, path=f"{record.kind}[{record.key}]")
        model = evolve(model, raw={})
        origin = FactOrigin(*(str(body.get(name) or "") for name in ("file", "sha256", "sheet", "rows")))
        values = self.values(model)
        facts = self._facts.setdefault(record.ref, [])
        if self.join is not None and facts:
            self._join(record.ref, facts[0], _Fact(model, values, [origin], {origin.sha256}), self.join)
            return
        for known in facts:
            # A file that shows a row twice means two: only rows of other files are the same one.
            if origin.sha256 not in known.files and not differing(known.values, values):
                known.origins.append(origin)
                known.files.add(origin.sha256)
                return
        facts.append(_Fact(model, values, [origin], {origin.sha256}))

    def _join(self, key: str, first: _Fact[M], other: _Fact[M], join: Callable[[M, M], M]) -> None:
        """Add a row to what is known under its key; where both say a thing differently, the first counts."""
        self._note(key, first.values, first.origins[0], other)
        first.model = join(first.model, other.model)
        first.origins += other.origins
        first.values = {**other.values, **first.values}

    def add_api(self, model: M) -> list[FactOrigin]:
        """Take what the API said and return where the same fact stands; it counts in any case."""
        values = self.values(model)
        known = [key for key in file_keys(model) if key in self._facts] if self._facts else []
        for key in known:
            for fact in self._facts[key]:
                if not fact.used and not differing(values, fact.values):
                    fact.used = True
                    return [API, *fact.origins]
        if known:
            self._unmatched[known[0]].append(values)
        return [API]

    def left(self) -> Iterator[tuple[M, list[FactOrigin]]]:
        """Yield the facts that only files show; those that contradict the API are noted instead."""
        for key, facts in self._facts.items():
            against = iter(self._unmatched.get(key, ()))
            for fact in facts:
                if fact.used:
                    continue
                counted = next(against, None)
                if counted is None:
                    yield fact.model, fact.origins
                else:
                    self._note(key, counted, API, fact)

    def _note(self, key: str, counted: _Values, origin: FactOrigin, fact: _Fact[M]) -> None:
        self.contradictions += [
            FactContradiction(
                subject=self.subject,
                key=key,
                field=name,
                counted=counted[name],
                counted_origin=origin,
                other=fact.values[name],
                other_origin=fact.origins[0],
            )
            for name in differing(counted, fact.values)
        ]


def differing(left: _Values, right: _Values) -> list[str]:
    """Return what both say, and say differently."""
    return [
        name
        for name, value in left.items()
        if value is not None and right.get(name) is not None and right[name] != value
    ]


_ORDER_ROW: Final = (
    "prod_no",
    "prod_sale_amt",
    "opt_sale_amt",
    "complete_qty",
    "sale_agency_fee",
    "wmp_charge_coupon_amt",
    "seller_charge_coupon_amt",
    "wmp_cart_coupon_amt",
    "seller_cart_coupon_amt",
    "wmp_discount_burden_amt",
    "ep_fee",
    "settle_pre_dt",
)


def order_merger() -> FactMerger[Bundle]:
    """Return the merger of orders."""
    return FactMerger("order", Bundle, _order_values, join_orders)


def claim_merger() -> FactMerger[Claim]:
    """Return the merger of claims."""
    return FactMerger("claim", Claim, _claim_values, join_claims)


def settlement_order_merger() -> FactMerger[SettlementOrderLine]:
    """Return the merger of settlement rows of orders."""
    return FactMerger(
        "settlement-order",
        SettlementOrderLine,
        lambda line: {name: getattr(line, name) for name in _ORDER_ROW},
    )


def settlement_shipping_merger() -> FactMerger[SettlementShipLine]:
    """Return the merger of settlement rows of shipping."""
    return FactMerger("settlement-shipping", SettlementShipLine, lambda line: {"payable": line.payable})


def _order_values(bundle: Bundle) -> _Values:
    values: dict[str, FactValue] = {"ship_price": bundle.ship_price}
    for line in bundle.lines:
        values[f"line {line.key} quantity"] = _figure(line, "quantity")
        values[f"line {line.key} unit_price"] = _figure(line, "unit_price")
        values[f"line {line.key} product_no"] = line.product.product_no
    return values


def _figure(line: OrderLine, name: str) -> int | None:
    try:
        value: int = getattr(line, name)
    except ValidationError:
        return None
    return value


def _claim_values(claim: Claim) -> _Values:
    values: dict[str, FactValue] = {"bundle_no": claim.bundle_no}
    for key, quantity in claim.quantities.items():
        values[f"line {key} quantity"] = quantity
    return values


def join_orders(first: Bundle, other: Bundle) -> Bundle:
    """Return an order with the lines of both; a line of both is that of the first."""
    known = {line.key for line in first.lines}
    more = [
        evolve(product, order_option=kept)
        for product in other.order_product
        if (kept := tuple(one for one in product.order_option if one.order_option_no not in known))
    ]
    return evolve(first, order_product=(*first.order_product, *more))


def join_claims(first: Claim, other: Claim) -> Claim:
    """Return a claim with the lines of both; a line of both is that of the first."""
    known = first.quantities
    more = [product for product in other.order_product if not product.quantities.keys() <= known.keys()]
    return evolve(first, order_product=(*first.order_product, *more))


def origins_text(origins: Iterable[FactOrigin]) -> str:
    """Return origins as one text, each once."""
    return "; ".join(dict.fromkeys(str(one) for one in origins))
