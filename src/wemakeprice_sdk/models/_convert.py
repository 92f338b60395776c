"""From a read shape to the write shape of the same noun, to update from what is stored."""

from __future__ import annotations

from typing import TypeVar

from attrs import evolve

from wemakeprice_sdk.errors import ValidationError, Violation
from wemakeprice_sdk.models._answers import ValueFault
from wemakeprice_sdk.models._base import ReadModel
from wemakeprice_sdk.models._rules import Chars, FieldSpec, Match, Range, WriteModel, field_specs

W = TypeVar("W", bound=WriteModel)


def to_write(stored: ReadModel, cls: type[W]) -> W:
    """Return `stored` as a `cls`: same fields, without nulls, read-only keys and keys that do not apply.

    0 and empty text mean none where the write shape has no such value (`brandNo` 0). A mandatory field that
    is missing stays None, so that `violations()` names it. Raises `ValidationError` when a value of `stored`
    could not be read: writing it back would take that value away at the marketplace.
    """
    if stored.faults:
        raise ValidationError(map(_unreadable, stored.faults), subject=type(stored).__name__)
    values: dict[str, object] = {
        spec.name: _value(getattr(stored, spec.name, None), spec) for spec in field_specs(cls).values()
    }
    return _without_inapplicable(cls(**values))


def _unreadable(fault: ValueFault) -> Violation:
    return Violation(
        fault.path,
        f"<{fault.kind}>",
        "readable",
        f"the stored value could not be read ({fault.rule}), so it cannot be written back; correct it in the"
        " partner centre first",
        "저장된 값을 읽을 수 없어 수정할 수 없습니다. 파트너센터에서 값을 먼저 바로잡아 주세요",
    )


def _value(value: object, spec: FieldSpec) -> object:
    if isinstance(value, tuple):
        items = tuple(_item(item, spec) for item in value)
        return items or (None if spec.optional else ())
    if spec.optional and _means_none(value, spec):
        return None
    return _item(value, spec)


def _item(value: object, spec: FieldSpec) -> object:
    if isinstance(value, ReadModel) and issubclass(spec.kind, WriteModel):
        return to_write(value, spec.kind)
    return value


def _means_none(value: object, spec: FieldSpec) -> bool:
    if value == "":
        return any(isinstance(rule, Chars | Match) for rule in spec.rules)
    if isinstance(value, int) and not isinstance(value, bool) and value == 0:
        return any(isinstance(rule, Range) and rule.low > 0 for rule in spec.rules)
    return False


def _without_inapplicable(model: W) -> W:
    for rule in model.CROSS:
        gone = {name: None for name, broken in rule.check(model) if broken.rule == "forbidden"}
        if gone:
            model = evolve(model, **gone)
    return model


def frozen_field(path: str, value: str, korean: str) -> Violation:
    """Return the violation of a field that cannot change after creation."""
    return Violation(
        path,
        value,
        "frozen",
        f"{path} cannot change after creation",
        f"{korean}: 등록 후 수정할 수 없습니다. 등록할 때의 값을 그대로 보내 주세요",
    )
