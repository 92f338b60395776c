"""hypothesis strategies for every model: `@given(models_of(Bundle))`. Needs hypothesis, which you install.

Answers hold anything that can be read: absent optional values, unknown codes, odd texts. Requests obey every
rule. All are made as `factories.make` makes them, so answers carry their `raw`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

import attrs
from hypothesis import strategies as st

from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.models import ReadModel, WriteModel
from wemakeprice_sdk.models._base import OWN_FIELDS, OpenEnum
from wemakeprice_sdk.models._rules import FieldSpec, field_specs
from wemakeprice_sdk.models.tables import is_personal
from wemakeprice_sdk.testing.factories import evolved, make, stripped

M = TypeVar("M", bound="ReadModel | WriteModel")

_MOST_WON = 10**9
_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs")), min_size=1, max_size=20
)
# The wire holds whole seconds of Korean time.
_TIMES = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(KST)).map(  # noqa: DTZ001
    lambda time: time.replace(microsecond=0)
)


def models_of(cls: type[M], **fields: st.SearchStrategy[object]) -> st.SearchStrategy[M]:
    """Return a strategy for any model class; `fields` replace the strategies of single fields.

    Raise `TypeError` for a class that is no model.
    """
    check_kind("cls", cls, type)
    if issubclass(cls, WriteModel):
        return cast("st.SearchStrategy[M]", _requests(cls, fields))
    if not issubclass(cls, ReadModel):
        raise TypeError(f"cls takes a model such as Bundle, not {cls.__name__}")
    return st.fixed_dictionaries({**_answers(cls), **fields}).map(lambda values: make(cls, **values))


def _answers(cls: type[ReadModel]) -> dict[str, st.SearchStrategy[object]]:
    hints = get_type_hints(cls)
    return {
        item.name: _answered(item, hints[item.name])
        for item in attrs.fields(cls)
        if item.name not in OWN_FIELDS
    }


def _answered(item: attrs.Attribute[Any], hint: object) -> st.SearchStrategy[object]:
    kind = stripped(hint)
    if get_origin(kind) is tuple:
        return st.lists(_of_kind(stripped(get_args(kind)[0])), max_size=3).map(tuple)
    found = st.sampled_from(["홍길동", "010-0000-0000", "***"]) if is_personal(item) else _of_kind(kind)
    # What has no default is an identifier or a figure: no answer is without it.
    return found if item.default is attrs.NOTHING else st.none() | found


def _of_kind(kind: object) -> st.SearchStrategy[object]:
    if not isinstance(kind, type):
        return st.just({})
    if issubclass(kind, ReadModel | WriteModel):
        return models_of(kind)
    if issubclass(kind, OpenEnum):
        return st.sampled_from(kind) | st.just(kind.from_wire("처음 보는 값"))
    if issubclass(kind, bool):
        return st.booleans()
    if issubclass(kind, int):
        return st.integers(1, _MOST_WON)
    if issubclass(kind, Decimal):
        return st.decimals(0, 100, places=2)
    if issubclass(kind, date):
        return _TIMES if issubclass(kind, datetime) else _TIMES.map(datetime.date)
    return _TEXT


def _requests(
    cls: type[WriteModel], fields: dict[str, st.SearchStrategy[object]]
) -> st.SearchStrategy[WriteModel]:
    base = make(cls)
    varied = {
        name: _varied(spec, getattr(base, name))
        for name, spec in field_specs(cls).items()
        if getattr(base, name) is not None and not spec.many
    }
    drawn = st.fixed_dictionaries({**varied, **fields})
    return drawn.map(lambda values: evolved(base, values)).filter(lambda model: not model.violations())


def _varied(spec: FieldSpec, example: object) -> st.SearchStrategy[object]:
    """Return values that the field's own rules let pass, the invented one among them."""
    same = st.just(example)
    if isinstance(example, WriteModel):
        return models_of(type(example))
    if isinstance(example, datetime):
        return same | st.integers(0, 48).map(lambda hours: example + timedelta(hours=hours))
    if type(example) in (int, str):
        drawn = st.integers(1, 1_000) if isinstance(example, int) else _TEXT
        return same | drawn.filter(lambda value: not any(rule.check(value) for rule in spec.rules))
    return same
