"""Korean headings: every column of every public table has one, and the models say the same."""

import ast
import re
from collections.abc import Iterator
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import wemakeprice_sdk.models
from test_reports import PUBLIC
from wemakeprice_sdk.catalogue.report import ExportCount
from wemakeprice_sdk.excel import PreviewRow, Problem
from wemakeprice_sdk.models._flat import KEY, VALUE, Kind, columns_of, kind_of, shape_of
from wemakeprice_sdk.models.tables import Tabular
from wemakeprice_sdk.notebook.headings import _tables, class_heading, find, heading
from wemakeprice_sdk.policy import PlanStep

TABLES = [
    cls
    for cls in [*PUBLIC, PlanStep, ExportCount, PreviewRow, Problem]
    if issubclass(cls, Tabular) or cls not in PUBLIC
]
TERM = re.compile(r"\(([^()]*[가-힣][^()]*(?:\([^()]*\)[^()]*)?)\)")


def without(cls: type[Any], seen: set[type[Any]]) -> Iterator[str]:
    """Yield the columns and tables of a class, and of what stands in its tables, that have no Korean heading."""
    if cls in seen:
        return
    seen.add(cls)
    for way in columns_of(cls).values():
        yield from (f"{owner.__name__}.{name}" for owner, name in way if name and find(owner, name) is None)
    for part in shape_of(cls).lists:
        if find(cls, part.name) is None:
            yield f"{cls.__name__}.{part.name}"
        for inner in part.kind.classes:
            yield from without(inner, seen)


def test_every_column_has_a_korean_heading() -> None:
    """A new field of a report needs a line in notebook/headings.toml."""
    seen: set[type[Any]] = set()
    assert sorted({name for cls in TABLES for name in without(cls, seen)}) == []
    assert len(seen) > 150
    assert find(Tabular, KEY)
    assert find(Tabular, VALUE)


def documented() -> Iterator[tuple[str, str, str]]:
    folder = Path(wemakeprice_sdk.models.__file__).parent
    for file in sorted(folder.glob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                yield from ((node.name, *said) for said in terms(node))


def terms(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, text in pairwise(node.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            said = text.value if isinstance(text, ast.Expr) else None
            found = TERM.findall(str(said.value)) if isinstance(said, ast.Constant) else []
            yield from ((field.target.id, term) for term in found[-1:])


def test_the_headings_are_the_terms_of_the_models() -> None:
    classes = {cls.__name__: cls for cls in PUBLIC}
    said = [(classes[name], field, term) for name, field, term in documented() if name in classes]
    assert len(said) > 600
    other = [(cls.__name__, field, term) for cls, field, term in said if find(cls, field) not in (None, term)]
    assert other == []


def test_a_field_without_a_heading_keeps_its_name() -> None:
    assert heading(Tabular, "never_heard_of") == "never_heard_of"
    assert class_heading(Tabular) == "Tabular"
    assert heading(Tabular, "results_count") == "결과 수"


def test_the_words_of_codes_are_words_that_codes_have() -> None:
    enums = {cls.__name__: cls for module in modules() for cls in vars(module).values() if is_enum(cls)}
    tables = {name: words for name, words in _tables().items() if name in enums}
    assert len(tables) > 12
    for name, words in tables.items():
        assert set(words) == {str(one.value) for one in enums[name]}, name


def modules() -> list[Any]:
    from wemakeprice_sdk import config, excel, ledger, policy, runner

    return [config, excel, ledger, policy, runner]


def is_enum(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Enum)


@pytest.mark.parametrize(
    ("hint", "kind"),
    [
        (int | None, Kind()),
        (tuple[int, ...], Kind(listed=True)),
        (dict[str, int], Kind(listed=True, keyed=True)),
        (tuple[PlanStep, ...] | None, Kind((PlanStep,), listed=True)),
        (PreviewRow | Problem, Kind((PreviewRow, Problem))),
        (dict[str, PlanStep | None], Kind((PlanStep,), listed=True, keyed=True)),
    ],
)
def test_what_an_annotation_speaks_of(hint: object, kind: Kind) -> None:
    assert kind_of(hint) == kind
