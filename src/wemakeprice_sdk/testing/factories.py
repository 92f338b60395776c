"""Invented models for tests: `make_bundle()` and its like, and `make` for every other class.

Answers are made as JSON and read with the library's own converter, so that `raw` is there and a job, a
ledger or the stub takes them like real ones. Requests obey every rule (`violations()` is empty). People are
invented.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import UnionType
from typing import Annotated, Final, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import attrs

from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    DescType,
    Product,
    Question,
    ReadModel,
    WriteModel,
)
from wemakeprice_sdk.models._base import OWN_FIELDS, OpenEnum
from wemakeprice_sdk.models._rules import Chars, FieldSpec, Match, Only, Range, Rule, field_specs
from wemakeprice_sdk.models.tables import is_personal
from wemakeprice_sdk.wire.answers import wire_json
from wemakeprice_sdk.wire.converter import read

M = TypeVar("M", bound="ReadModel | WriteModel")

NOON: Final = datetime(2024, 5, 20, 12, tzinfo=KST)
"""The time that stands in every field which holds one (KST)."""

_NUMBERS: Final[Mapping[str, int]] = {
    "bundle_no": 210000001,
    "purchase_no": 310000001,
    "order_no": 410000001,
    "order_option_no": 510000001,
    "claim_bundle_no": 610000001,
    "product_no": 3000000001,
    "option_no": 7001,
    "product_qty": 1,
    "option_qty": 1,
}
_TEXTS: Final[Mapping[str, str]] = {
    "product_name": "예시 컵",
    "option_name": "빨강",
    "seller_product_code": "CUP",
    "seller_option_code": "CUP-RED",
    "seller_prod_code": "CUP",
    "parcel_company": "CJ대한통운",
    "parcel_company_code": "D002",
    "invoice_no": "600000000001",
    "certification_no": "CB000R000-0000",
    "question": "재입고 예정이 있나요?",
    "desc_html": "<p>예시 상품입니다.</p>",
    "isbn13": "",
    "isbn10": "",
}
_PEOPLE: Final[Mapping[str, str]] = {
    "phone": "010-0000-0000",
    "zip": "00000",
    "addr": "서울특별시 견본구 견본로 1",
    "customs_pin": "P000000000000",
    "name": "홍길동",
}
_FORMS: Final[Mapping[str, str]] = {
    r"[0-9]{1,15}": "600000000001",
    r"[0-9]{5}": "00000",
    r"[CRE]JD[0-9]{1,2}": "CJD3",
    r"[CRE]PD[0-9]{1,2}": "RPD5",
}


def make(cls: type[M], **fields: object) -> M:
    """Return an invented model of any class, every field filled; `fields` replace what would stand there.

    Raise `TypeError` for a class that is no model or a field it does not have, and what reading an answer
    raises for values that the marketplace could never send.
    """
    check_kind("cls", cls, type)
    if not issubclass(cls, ReadModel | WriteModel):
        raise TypeError(f"cls takes a model such as Bundle, not {cls.__name__}")
    if issubclass(cls, WriteModel):
        return cast("M", evolved(_request(cls), fields))
    hints = get_type_hints(cls)
    values = {
        item.name: _invented(item, hints[item.name])
        for item in attrs.fields(cls)
        if item.name not in OWN_FIELDS
    }
    build: Callable[..., ReadModel] = cls
    return read(cls, wire_json(build(**{**values, **fields})))


def make_bundle(**fields: object) -> Bundle:
    """Return an invented order of one option (배송번호 묶음): `make_bundle(ship_price=0)`."""
    return make(Bundle, **fields)


def make_claim(**fields: object) -> Claim:
    """Return an invented claim (클레임): `make_claim(claim_type=ClaimType.CANCEL)`."""
    return make(Claim, **fields)


def make_product(**fields: object) -> Product:
    """Return an invented product (상품): `make_product(product_no=1)`."""
    return make(Product, **fields)


def make_question(**fields: object) -> Question:
    """Return an invented question to the seller (상품문의)."""
    return make(Question, **fields)


def evolved(model: WriteModel, fields: Mapping[str, object]) -> WriteModel:
    """Return the request with some fields replaced."""
    build = cast("Callable[..., WriteModel]", attrs.evolve)
    return build(model, **fields)


def _request(cls: type[WriteModel]) -> WriteModel:
    """Return a request that breaks no rule: only what is required, and what the rest then demands."""
    specs = field_specs(cls)
    values = {name: None if spec.optional else _ruled(spec) for name, spec in specs.items()}
    values |= _OWN.get(cls.__name__, {})
    build: Callable[..., WriteModel] = cls
    model = build(**values)
    for _ in range(_ROUNDS):
        found = [violation for violation in model.violations() if "required" in violation.rule]
        if not found:
            return model
        named = {spec.wire: spec for spec in specs.values()}
        demanded = [named[violation.path] for violation in found if violation.path in named]
        model = evolved(model, {spec.name: _ruled(spec) for spec in demanded})
    return model


_ROUNDS = 3
"""A field that is demanded may demand another one, and that a third; no rule goes deeper."""

_OWN: Final[Mapping[str, Mapping[str, object]]] = {
    "ProductSaleInput": {"sale_end_date": NOON.replace(year=2025)},
    "ProductDetailInput": {"desc_type": DescType.HTML, "desc_html": _TEXTS["desc_html"]},
}
"""Values that rules about several fields ask for, and no field alone tells."""


def _ruled(spec: FieldSpec) -> object:
    """Return a value that the rules of a field let pass."""
    value = _obeying(spec, spec.item_rules if spec.many else spec.rules)
    return (value,) if spec.many else value


def _obeying(spec: FieldSpec, rules: tuple[Rule, ...]) -> object:
    value = _value(spec.name, spec.kind)
    for rule in rules:
        if rule.check(value) is None:
            continue
        if isinstance(rule, Only):
            value = rule.codes[0]
        elif isinstance(rule, Match):
            value = _FORMS[rule.pattern]
        elif isinstance(rule, Range):
            value = rule.low
        elif isinstance(rule, Chars) and isinstance(value, str):
            value = (value * max(rule.low, 1))[: rule.high]
    return value


def stripped(hint: object) -> object:
    """Return the type itself, without what is said about it and without None."""
    while get_origin(hint) in (Annotated, Union, UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    return hint


def _invented(item: attrs.Attribute[object], hint: object) -> object:
    kind = stripped(hint)
    if get_origin(kind) is tuple:
        return (_value(item.name, stripped(get_args(kind)[0])),)
    if is_personal(item) and item.name != "option_name":
        return next((text for part, text in _PEOPLE.items() if part in item.name), "문 앞에 놓아 주세요")
    return _value(item.name, kind)


def _value(name: str, kind: object) -> object:
    if not isinstance(kind, type):
        return {}
    if issubclass(kind, ReadModel | WriteModel):
        return make(kind)
    if issubclass(kind, OpenEnum):
        return kind.writable()[0] if kind.writable() else next(iter(kind))
    if issubclass(kind, bool):
        return True
    if issubclass(kind, int):
        if "discount" in name or "add_price" in name:
            return 0
        return _NUMBERS.get(name, 1000 if name.endswith(("price", "fee")) else 1)
    if issubclass(kind, Decimal):
        return Decimal("10.5")
    if issubclass(kind, date):
        return NOON if issubclass(kind, datetime) else NOON.date()
    return "https://images.invalid/1.jpg" if "url" in name else _TEXTS.get(name, "예시")
