"""Every public result is a table: typed rows and HTML, in which no person and nothing hostile shows."""

import importlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import attrs
import pytest

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.excel import Preview
from wemakeprice_sdk.excel.plan import ImportPlan
from wemakeprice_sdk.ledger import AuditEntry
from wemakeprice_sdk.models import Bundle, UnreadRow
from wemakeprice_sdk.models._flat import _ALIASES, hide, hide_typed
from wemakeprice_sdk.models.tables import Report, ReportTable, Tabular, as_table
from wemakeprice_sdk.policy import Action, ConfirmBundle, ReconciledRow, Reconciliation, SettlementRows
from wemakeprice_sdk.secrets import SecretStr

ROOMS = (
    "catalogue",
    "client",
    "config",
    "excel",
    "ledger",
    "models",
    "policy",
    "policy.settlement",
    "runner",
    "wire",
)
RESULT = re.compile(
    r"(Report|Reconciliation|Preview|Inspection|Plan|Diff|Status|Merge|MergedStatements|Summary|Reading|Edits|"
    r"Allocation|Batch|Statement|Export|WorkbookFile)\Z"
)
NO_RESULT = {"Export"}
"""Run, not looked at: what an export becomes is a `WrittenExport`."""
CANARY = "홍길동 010-0000-0000"
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
NOON = datetime(2024, 5, 20, 12, tzinfo=KST)


def public() -> Iterator[type[Any]]:
    seen = set()
    for room in ROOMS:
        module = importlib.import_module(f"wemakeprice_sdk.{room}")
        for name in module.__all__:
            value = getattr(module, name)
            if isinstance(value, type) and attrs.has(value) and value not in seen:
                seen.add(value)
                yield value


PUBLIC = sorted(public(), key=lambda cls: cls.__name__)
READ_FROM_FILES = {Preview, ImportPlan}
"""These hold their rows in a temporary file; tests/excel/test_tables.py fills them."""
TABLES = [
    cls for cls in PUBLIC if issubclass(cls, Tabular) and cls not in READ_FROM_FILES and attrs.fields(cls)
]


def filled(cls: type[Any], text: str = "text") -> Any:
    """Return a value with something in every field, whatever its checks say; personal fields hold the canary."""
    made = cls.__new__(cls)
    hints = get_type_hints(cls, localns=_ALIASES)
    for one in attrs.fields(cls):
        personal = one.repr in (hide, hide_typed)
        value = f"빨강|{CANARY}" if one.repr is hide_typed else CANARY
        object.__setattr__(
            made, one.name, value if personal else value_of(hints[one.name], text, hidden=one.repr is False)
        )
    return made


PLAIN: Mapping[Any, Any] = {
    int: 7, bool: True, float: 0.5, datetime: NOON, date: NOON.date(), Decimal: Decimal("1.5"), Path: Path("a.xlsx"),
    timedelta: timedelta(1), time: time(3), bytes: CANARY.encode(), bytearray: bytearray(CANARY, "utf-8"),
    SecretStr: SecretStr(CANARY),
}  # fmt: skip


def value_of(hint: Any, text: str, *, hidden: bool = False) -> Any:
    while get_origin(hint) in (Annotated, Union, UnionType) or isinstance(hint, TypeVar):
        hint = (
            hint.__bound__
            if isinstance(hint, TypeVar)
            else next(p for p in get_args(hint) if p is not type(None))
        )
    origin, inside = get_origin(hint) or hint, get_args(hint)
    if origin is Literal:
        return inside[0]
    if hint is SettlementRows:
        return SettlementRows([filled(ReconciledRow, text)])
    if hint is Action:
        return filled(ConfirmBundle, text)
    if hint in PLAIN:
        return PLAIN[hint]
    if not isinstance(origin, type) or origin in (str, object):
        return CANARY if hidden else text
    if issubclass(origin, Mapping):
        if issubclass(origin, Counter):
            return Counter([value_of(inside[0], text)])
        return {value_of(inside[0], text): value_of(inside[1], text, hidden=hidden)} if inside else {}
    if origin is tuple and inside[-1] is not ...:
        return tuple(value_of(one, text) for one in inside)
    if issubclass(origin, Sequence | set | frozenset) and not issubclass(origin, str | Enum):
        one = value_of(inside[0], text, hidden=hidden) if inside else text
        return frozenset({one}) if issubclass(origin, set | frozenset) else (one, one)
    if issubclass(origin, Enum):
        return next(iter(origin))
    return filled(origin, text) if attrs.has(origin) else None


def looked_at(value: Tabular, *, personal: bool = False) -> Iterator[str]:
    """Yield everything of a value that somebody may look at."""
    yield str(value.to_rows(personal=personal))
    if not personal:
        yield value._repr_html_()
        yield repr(value)
    if isinstance(value, Report):
        for name in value.table_names:
            yield from looked_at(value.table(name), personal=personal)


def test_every_public_result_is_a_table() -> None:
    """A new result derives from `Report` (or `Tabular`, when it has no lists): that is all it takes."""
    results = [cls for cls in PUBLIC if RESULT.search(cls.__name__) and not issubclass(cls, Action)]
    results = [cls for cls in results if cls.__name__ not in NO_RESULT]
    assert len(results) > 25
    assert [cls.__name__ for cls in results if not issubclass(cls, Tabular)] == []


@pytest.mark.parametrize("cls", TABLES, ids=lambda cls: cls.__name__)
def test_no_person_shows_unless_asked_for(cls: type[Any]) -> None:
    value = filled(cls)
    for text in looked_at(value):
        assert "홍길동" not in text
        assert "010-0000" not in text
    for text in looked_at(value, personal=True):
        # What a repr leaves out is no column at all.
        assert "raw" not in text


@pytest.mark.parametrize("cls", TABLES, ids=lambda cls: cls.__name__)
def test_nothing_hostile_runs(cls: type[Any]) -> None:
    value = filled(cls, HOSTILE)
    pages = [value._repr_html_()]
    if isinstance(value, Report):
        pages += [value.table(name)._repr_html_() for name in value.table_names]
    for page in pages:
        assert "<script" not in page
        assert "<img" not in page


@pytest.mark.parametrize("cls", TABLES, ids=lambda cls: cls.__name__)
def test_cells_are_plain(cls: type[Any]) -> None:
    value = filled(cls)
    tables = [value, *(value.table(name) for name in getattr(value, "table_names", ()))]
    for rows in (table.to_rows(personal=True) for table in tables):
        assert len({tuple(row) for row in rows}) <= 1
        for row in rows:
            for cell in row.values():
                assert type(cell) in (int, bool, float, str, date, datetime, type(None))


@pytest.mark.parametrize("cls", PUBLIC, ids=lambda cls: cls.__name__)
def test_any_public_value_can_be_listed_as_a_table(cls: type[Any]) -> None:
    if not attrs.fields(cls) or cls in READ_FROM_FILES:
        pytest.skip("nothing to show")
    table = as_table([filled(cls)])
    assert "홍길동" not in str(table.to_rows()) + table._repr_html_()


def test_a_table_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(ValidationError, match=r"rows, payouts, expected_payouts, transfers.*없는 표입니다"):
        filled(Reconciliation).table("payout")


def test_an_empty_table_keeps_its_columns() -> None:
    empty = attrs.evolve(filled(Reconciliation), rows=SettlementRows(), payouts=())
    assert empty.to_rows() == []
    assert list(empty.to_pandas().columns) == list(filled(Reconciliation).to_rows()[0])
    assert empty.table("payouts").to_polars().columns == list(
        filled(Reconciliation).table("payouts").to_rows()[0]
    )


def test_a_list_of_anything_else_is_refused() -> None:
    with pytest.raises(TypeError, match="not str"):
        as_table(["text"])
    with pytest.raises(TypeError, match="list or another iterable"):
        as_table("text")
    assert as_table([]).to_rows() == []
    assert len(as_table([filled(AuditEntry)] * 3).to_pandas()) == 3


def test_a_million_values_are_bounded() -> None:
    bundle = Bundle(bundle_no=1, purchase_no=2)
    made: list[int] = []

    def source() -> Iterator[Bundle]:
        for _ in range(1_000_000):
            made.append(1)
            yield bundle

    page = ReportTable("", source, 1_000_000, None)._repr_html_()
    assert len(made) < 1_000
    assert page.count("<tr>") == 201
    assert "외 999,800건 / … 999,800 more" in page


def test_what_a_repr_leaves_out_is_no_column() -> None:
    row = UnreadRow(path="$", faults=(), raw={"buyerName": CANARY})
    assert "raw" not in as_table([row]).to_rows(personal=True)[0]
