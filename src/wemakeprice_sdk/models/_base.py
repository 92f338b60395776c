"""What every model stands on: wire names, the raw answer, open enums and the masking of personal data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence  # noqa: F401 - JsonValue names both when it is evaluated
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, Self, TypeVar

import attrs
from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models._answers import JsonValue as JsonValue  # noqa: PLC0414 - read from here by many
from wemakeprice_sdk.models._answers import ValueFault
from wemakeprice_sdk.models._flat import Lists, is_personal
from wemakeprice_sdk.models.tables import Tabular

WIRE_NAME_EXCEPTIONS: Mapping[str, str] = {
    "default_value": "defaltValue",
    "rows": "list",
    "shipping_template_no": "shipPolicyNo",
    "shipping_template_name": "shipPolicyName",
}
"""The only fields whose wire key is not their name in camelCase.

The misspelt key, a Python builtin, and the shipping template, which the wire calls a ship policy.
"""

OWN_FIELDS = frozenset({"raw", "faults"})
"""The fields of a read shape that are no keys of the wire."""

_INDEX = re.compile(r"\[\d+\]\Z", re.ASCII)


@cache
def wire_name(field_name: str) -> str:
    """Return the wire key of a field: `product_no` is `productNo`."""
    if field_name in WIRE_NAME_EXCEPTIONS:
        return WIRE_NAME_EXCEPTIONS[field_name]
    head, *tail = field_name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def field_name(wire: str) -> str:
    """Return the field of a wire key: `productNo` is `product_no`."""
    for name, exception in WIRE_NAME_EXCEPTIONS.items():
        if wire == exception:
            return name
    return re.sub(r"(?<!^)(?=[A-Z])", "_", wire).lower()


_MASK = re.compile(r"\*\*|[^\W\d_]\*|^\s*\*")


def is_masked(text: str | None) -> bool:
    """Return whether a text was masked by the marketplace: `***`, `홍*동`, `010-****-0000`."""
    return text is not None and _MASK.search(text) is not None


@frozen(kw_only=True)
class ReadModel(Tabular):
    """An answer of the marketplace.

    Only identifiers are required; every other field is None when the marketplace left it out. A value that
    cannot be read is None too and stands in `faults`, unless a decision rests on it (`Essential`, `Won`,
    `Quantity` in the annotation): then the whole row is not read.
    """

    LISTS: ClassVar[Lists] = "rows"

    ZERO_MEANS_ABSENT: ClassVar[bool] = False
    """Whether a number of something (`…_no`) that reads 0 says that there is none."""

    raw: Mapping[str, JsonValue] = field(factory=dict, repr=False, eq=False)
    """The decoded JSON as it came, with unknown keys and the original spellings. Holds personal data."""

    faults: tuple[ValueFault, ...] = field(default=(), repr=False, eq=False)
    """The values of this answer, and of anything inside it, that could not be read: they are None here."""

    def is_unreadable(self, name: str) -> bool:
        """Return whether something stood under the field `name` on the wire that could not be read.

        The field is None then, as if it were absent.
        """
        key = f".{wire_name(name)}"
        return any(_INDEX.sub("", fault.path).endswith(key) for fault in self.faults)

    def wire_text(self, name: str) -> str | None:
        """Return the text that stood under the field `name` on the wire, None when it was no text."""
        value = self.raw.get(wire_name(name))
        return value if isinstance(value, str) else None


M = TypeVar("M", bound=ReadModel)


def has_masked(model: ReadModel) -> bool:
    """Return whether any personal field of a model, or of a model or row inside it, is masked."""
    for attribute in attrs.fields(type(model)):
        value = getattr(model, attribute.name)
        inside = value if isinstance(value, tuple) else (value,)
        if any(has_masked(item) for item in inside if isinstance(item, ReadModel)):
            return True
        if is_personal(attribute) and isinstance(value, str) and is_masked(value):
            return True
    return False


def merge_text(old: str | None, new: str | None) -> str | None:
    """Return the personal text to keep when `new` arrives over `old`.

    A masked, blank or missing `new` never overwrites a clear `old`; anything clear does.
    """
    if old is None or is_masked(old) or not old.strip():
        return new if new is not None else old
    return old if new is None or not new.strip() or is_masked(new) else new


def merge_clear(old: M, new: M) -> M:
    """Return `new` with the clear personal texts of `old` where `new` has them masked or missing.

    Everything that is not personal comes from `new`, and so does `raw`. Both are the same noun, such as two
    reads of one bundle; rows inside are told apart by their identifiers.
    """
    changes: dict[str, Any] = {}
    for attribute in attrs.fields(type(new)):
        before, after = getattr(old, attribute.name), getattr(new, attribute.name)
        if isinstance(before, ReadModel) and isinstance(after, ReadModel):
            changes[attribute.name] = merge_clear(before, after)
        elif isinstance(before, tuple) and isinstance(after, tuple):
            changes[attribute.name] = _merge_rows(before, after)
        elif is_personal(attribute) and (before is None or isinstance(before, str)):
            changes[attribute.name] = merge_text(before, after)
    return attrs.evolve(new, **changes)


def _merge_rows(old: tuple[object, ...], new: tuple[object, ...]) -> tuple[object, ...]:
    before = {_identity(row): row for row in old if isinstance(row, ReadModel)}
    merged: list[object] = []
    for row in new:
        known = before.get(_identity(row)) if isinstance(row, ReadModel) and _identity(row) else None
        merged.append(merge_clear(known, row) if known is not None and isinstance(row, ReadModel) else row)
    return tuple(merged)


def _identity(row: ReadModel) -> tuple[object, ...]:
    """Return the identifiers of a row, the only fields without a default; empty when it has none."""
    names = (attribute.name for attribute in attrs.fields(type(row)) if attribute.default is attrs.NOTHING)
    return tuple(getattr(row, name) for name in names)


def missing_figure(path: str, term: str) -> ValidationError:
    """Return the error for a figure that cannot be computed because the marketplace left its base out."""
    return ValidationError.single(
        path,
        "",
        "present",
        f"{path} is missing in the answer, the figure cannot be computed",
        f"{term}: 응답에 값이 없어 계산할 수 없습니다. 파트너센터에서 값을 확인해 주세요",
    )


def _squeeze(text: str) -> str:
    return "".join(text.split())


class OpenEnum(StrEnum):
    """A code of the marketplace that keeps values nobody knew of.

    A member is its code text (`ShipStatus.NEW == "NEW"`). An unknown text becomes a pseudo-member of its
    own: equal and hashable by that text, `is_known` False, safe for pickle and copy. It is never cached,
    so compare members with `==`.
    """

    _value_: str
    names: tuple[str, ...]

    def __new__(cls, value: str, *names: str) -> Self:
        """Build a member from its code and the Korean names it is read by, the preferred one first."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.names = names
        return member

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        known = cls._find(value)
        if known is not None:
            return known
        member = str.__new__(cls, value)
        member._name_ = "UNKNOWN"
        member._value_ = value
        member.names = ()
        return member

    @classmethod
    def _find(cls, text: str) -> Self | None:
        return cls._spellings().get(_squeeze(text))

    @classmethod
    @cache
    def _spellings(cls) -> Mapping[str, Self]:
        return {_squeeze(text): member for member in cls for text in (member.value, *member.names)}

    @classmethod
    def _without_code(cls) -> tuple[str, ...]:
        return ()

    @classmethod
    def from_wire(cls, text: str | int) -> Self:
        """Read a code or any of its Korean display names; blanks do not matter.

        Anything else becomes a pseudo-member that keeps the text.
        """
        return cls(str(text))

    @classmethod
    def writable(cls) -> tuple[Self, ...]:
        """Return the members that may be written, in the contract's order."""
        return tuple(member for member in cls if member.code is not None)

    @property
    def is_known(self) -> bool:
        """Whether the contract lists this value."""
        return self._value_ in type(self)._value2member_map_

    @property
    def code(self) -> str | None:
        """The code to write; None for an unknown value and for names that have no code."""
        if not self.is_known or self._value_ in self._without_code():
            return None
        return self._value_

    @property
    def korean(self) -> str:
        """The preferred Korean display name; the text itself for an unknown value."""
        return self.names[0] if self.names else self._value_

    @property
    def raw_text(self) -> str:
        """The text of an unknown value as it came; the code of a known one."""
        return self._value_

    def __str__(self) -> str:
        """Return the code, or the unknown text."""
        return self._value_

    def __repr__(self) -> str:
        """Name the member, or show the unknown text."""
        if self.is_known:
            return f"<{type(self).__name__}.{self._name_}: {self._value_!r}>"
        return f"<{type(self).__name__} unknown: {self._value_!r}>"
