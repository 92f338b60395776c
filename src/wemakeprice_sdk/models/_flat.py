"""How values become flat rows; decided once for each class, from its annotations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

import attrs

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.clock import KST

TableCell: TypeAlias = "bool | int | float | str | date | datetime | None"
"""A value of a flat row. Times are aware and Korean, money is whole won, codes are their plain text."""
TableRow: TypeAlias = dict[str, TableCell]

HIDDEN: Final = "***"
KEY: Final = "key"
VALUE: Final = "value"
"""The columns of a mapping that is a table."""


def hide(value: object) -> str:
    """Return the repr of personal data: whether it is there, never what it is."""
    return repr(None) if value is None else repr(HIDDEN)


def hide_typed(value: str | None) -> str:
    """Return the repr of an option name without the text the buyer typed behind the bar."""
    return repr(_without_typed(value))


def _without_typed(value: str | None) -> str | None:
    return value if value is None or "|" not in value else f"{value.partition('|')[0]}|{HIDDEN}"


def is_personal(attribute: attrs.Attribute[object]) -> bool:
    """Return whether a field holds personal data (its repr is masked)."""
    return attribute.repr is hide or attribute.repr is hide_typed


Lists: TypeAlias = Literal["rows", "count", "tables"]
"""What lists of a class become: its one list of models its rows; their number; tables of their own."""


@frozen
class Look:
    """How cells are given: with people or without, as values or as a reader wants to see them."""

    personal: bool = False
    korean: bool = False


@frozen
class Kind:
    """What an annotation speaks of: plain values or classes of ours, alone, listed, or under keys."""

    classes: tuple[type, ...] = ()
    listed: bool = False
    keyed: bool = False


@cache
def kind_of(hint: object) -> Kind:
    """Return what an annotation speaks of; None and marks do not count."""
    found = [_one_kind(part) for part in _alternatives(hint)]
    return Kind(
        tuple(dict.fromkeys(cls for one in found for cls in one.classes)),
        any(one.listed for one in found),
        any(one.keyed for one in found),
    )


def _alternatives(hint: object) -> Iterator[object]:
    if get_origin(hint) is Annotated:
        yield from _alternatives(get_args(hint)[0])
    elif get_origin(hint) in (Union, UnionType):
        for part in get_args(hint):
            yield from _alternatives(part)
    elif hint is not type(None):
        yield hint


def _one_kind(hint: object) -> Kind:
    origin, inside = get_origin(hint) or hint, get_args(hint)
    if not isinstance(origin, type) or issubclass(origin, str | bytes | bytearray | Enum):
        return Kind()
    if issubclass(origin, Mapping):
        # A mapping of mappings has no columns that could be known before.
        return Kind(_classes(inside[-1]) if inside else (), listed=True, keyed=True)
    if issubclass(origin, Sequence | frozenset | set):
        return Kind(_classes(*inside[:1], *_sequence_of(origin)), listed=True)
    return Kind((origin,)) if attrs.has(origin) and attrs.fields(origin) else Kind()


def _sequence_of(cls: type) -> tuple[object, ...]:
    """Return what a sequence class of ours holds, as its base says."""
    bases = getattr(cls, "__orig_bases__", ())
    return tuple(part for base in bases for part in get_args(base) if isinstance(part, type))


def _classes(*hints: object) -> tuple[type, ...]:
    found = [kind_of(hint) for hint in hints]
    return tuple(cls for one in found if not one.listed for cls in one.classes)


@frozen
class ColumnPart:
    """A field, or a property that is shown like one."""

    name: str
    kind: Kind
    hidden: bool = False
    typed: bool = False


@frozen
class RowShape:
    """How a class becomes columns: its plain values, the values inside it, its lists, and the one list that
    becomes rows.
    """

    plain: tuple[ColumnPart, ...]
    inside: tuple[ColumnPart, ...]
    lists: tuple[ColumnPart, ...]
    rows: ColumnPart | None = None


_ALIASES: Final = {"JsonValue": object, "Cell": object, "TargetCell": object}
"""Aliases of plain values that are text: what that text names is known in their own module only."""


@cache
def shape_of(cls: type) -> RowShape:
    """Return how a class becomes columns. What its repr leaves out is no column: it may hold anything."""
    parts, lists = list(_parts_of(cls)), getattr(cls, "LISTS", "count")
    listed = [part for part in parts if part.kind.listed and (part.kind.classes or lists == "tables")]
    rows = [part for part in listed if lists == "rows"]
    return RowShape(
        plain=tuple(part for part in parts if part not in listed and not part.kind.classes),
        inside=tuple(part for part in parts if part not in listed and part.kind.classes),
        lists=tuple(part for part in listed if len(rows) != 1 or part is not rows[0]),
        rows=rows[0] if len(rows) == 1 else None,
    )


def _parts_of(cls: type) -> Iterator[ColumnPart]:
    hints = get_type_hints(cls, localns=_ALIASES, include_extras=True)
    for attribute in attrs.fields(cls):
        if attribute.repr is False or attribute.name.startswith("_"):
            continue
        hidden = attribute.repr is hide
        kind = Kind() if hidden else kind_of(hints[attribute.name])
        yield ColumnPart(attribute.name, kind, hidden, attribute.repr is hide_typed)
    for name in getattr(cls, "DERIVED", ()):
        getter = getattr(cls, name).fget
        yield ColumnPart(name, kind_of(get_type_hints(getter)["return"]))


def rows_of(item: object, look: Look) -> Iterator[TableRow]:
    """Yield the rows of a value: one, or one for each of the list inside that becomes rows."""
    single, many = flatten(type(item), item, "", look)
    for row in many or [{}]:
        yield single | row


def flatten(cls: type, item: object, prefix: str, look: Look) -> tuple[TableRow, list[TableRow]]:
    """Return the columns that stand once, and the rows of the list inside, blank when `item` is None."""
    shape = shape_of(cls)
    single: TableRow = {
        prefix + part.name: _named(cls, part, _masked(part, getattr(item, part.name, None), look), look)
        for part in shape.plain
    }
    many: list[TableRow] = []
    for part in shape.inside:
        for inner in part.kind.classes:
            # Of several classes that may stand here, each has its columns; the others' stay blank.
            value = getattr(item, part.name, None)
            beside, found = flatten(inner, value, f"{prefix}{part.name}_", look)
            single |= {name: single.get(name) if cell is None else cell for name, cell in beside.items()}
            many += found
    for part in shape.lists:
        single[f"{prefix}{part.name}_count"] = len(getattr(item, part.name, None) or ())
    if shape.rows is not None:
        many += _listed(shape.rows, item, look)
    return single, many


def _listed(part: ColumnPart, item: object, look: Look) -> Iterator[TableRow]:
    (inner,) = part.kind.classes
    # A row without an item keeps the columns, so that an empty list changes no table.
    for entry in getattr(item, part.name, None) or (None,):
        single, many = flatten(inner, entry, "", look)
        yield from (single | row for row in many or [{}])


def _masked(part: ColumnPart, value: object, look: Look) -> TableCell:
    if value and not look.personal and (part.hidden or part.typed):
        return _without_typed(str(value)) if part.typed else HIDDEN
    return cell_of(value, look)


def _named(cls: type, part: ColumnPart, cell: TableCell, look: Look) -> TableCell:
    """Return a machine word under its Korean name, for a reader."""
    if not look.korean or not isinstance(cell, str):
        return cell
    from wemakeprice_sdk.notebook.headings import word_heading

    return word_heading(f"{cls.__name__}.{part.name}", cell)


def cell_of(value: object, look: Look) -> TableCell:
    """Return a plain value as a cell."""
    if isinstance(value, Enum):
        value = _korean(value) if look.korean else _word(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(KST)
    if value is None or isinstance(value, bool | int | float | date):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bytes | bytearray):
        return HIDDEN
    if isinstance(value, Mapping):
        return "\n".join(f"{cell_of(key, look)}: {cell_of(one, look)}" for key, one in value.items())
    if isinstance(value, Sequence | frozenset | set) and not isinstance(value, str):
        return "\n".join(str(cell_of(one, look)) for one in value)
    return str(value)


def _word(value: Enum) -> object:
    """Return the stable word of a code; where sentences stand beside it, it comes first."""
    return value.value[0] if isinstance(value.value, tuple) else value.value


def _korean(value: Enum) -> object:
    from wemakeprice_sdk.notebook.headings import word_heading

    return getattr(value, "korean", None) or word_heading(type(value).__name__, str(_word(value)))


Path: TypeAlias = tuple[tuple[type, str], ...]
"""A column's way from the class of its row to its value: classes and names."""


def columns_of(cls: type, prefix: str = "", way: Path = ()) -> dict[str, Path]:
    """Return the columns that rows of a class have, and where each comes from."""
    shape = shape_of(cls)
    found: dict[str, Path] = {prefix + part.name: (*way, (cls, part.name)) for part in shape.plain}
    for part in shape.inside:
        for inner in part.kind.classes:
            found |= columns_of(inner, f"{prefix}{part.name}_", (*way, (cls, part.name)))
    found |= {f"{prefix}{part.name}_count": (*way, (cls, f"{part.name}_count")) for part in shape.lists}
    if shape.rows is not None:
        found |= columns_of(shape.rows.kind.classes[0], "", (*way, (cls, "")))
    return found


@frozen
class TableItems:
    """What the rows of a table are made of: values of `classes`, or plain ones, alone or under keys."""

    owner: type
    part: ColumnPart

    def rows(self, item: Any, look: Look) -> Iterator[TableRow]:
        """Yield the rows of one item."""
        keys: TableRow = {}
        if self.part.kind.keyed:
            key, item = item
            keys = {KEY: cell_of(key, look)}
        if item is None and self.part.kind.classes:
            yield keys | flatten(self.part.kind.classes[0], None, "", look)[0]
        elif attrs.has(type(item)):
            yield from (keys | row for row in rows_of(item, look))
        else:
            yield keys | {self._value: _masked(self.part, item, look)}

    @property
    def _value(self) -> str:
        return VALUE if self.part.kind.keyed else self.part.name

    def columns(self) -> dict[str, Path]:
        """Return the columns of every row."""
        found: dict[str, Path] = {KEY: ((self.owner, KEY),)} if self.part.kind.keyed else {}
        for cls in self.part.kind.classes:
            found |= columns_of(cls)
        return found if self.part.kind.classes else found | {self._value: ((self.owner, self._value),)}
