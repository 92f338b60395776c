"""What an unreadable value costs is declared on the model, and docs/models.md says the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_type_hints

import attrs

from wemakeprice_sdk.models import ListResult, ReadModel, UnreadRow, ValueFault
from wemakeprice_sdk.models._answers import EssentialMark, json_kind

DOCS = Path(__file__).parents[2] / "docs/models.md"


def declared(cls: type[ReadModel]) -> set[str]:
    """Identifiers have no default; other essential fields are marked in their annotation."""
    hints = get_type_hints(cls, include_extras=True)
    marked = {name for name, hint in hints.items() if repr(EssentialMark()) in repr(hint)}
    return marked | {field.name for field in attrs.fields(cls) if field.default is attrs.NOTHING}


def test_the_table_of_the_docs_is_what_the_models_declare(read_model: type[ReadModel]) -> None:
    row = re.search(rf"^\| `{read_model.__name__}` \| (.+) \|$", DOCS.read_text("utf-8"), re.MULTILINE)
    said = set(re.findall(r"`(\w+)`", row[1])) if row else set()
    assert said == declared(read_model)


def test_a_fault_names_place_rule_and_type() -> None:
    fault = ValueFault("$.data.list[2].salePrice", "string", "a whole number was expected")
    assert str(fault) == "$.data.list[2].salePrice: a whole number was expected, string found"
    kinds = [json_kind(value) for value in (None, True, 1, 1.5, "", [], {})]
    assert kinds == ["null", "boolean", "number", "number", "string", "array", "object"]


def test_an_unread_row_and_a_list_show_nothing_personal() -> None:
    fault = ValueFault("$.data[0].x", "string", "a whole number was expected")
    row = UnreadRow(path="$.data[0]", faults=(fault,), numbers={"bundle_no": 5}, raw={"buyerName": "홍길동"})
    assert str(row) == f"bundle_no=5 {fault}"
    assert "홍길동" not in repr(row) + repr(ListResult((), [row]))
    assert ListResult([1, 2], [row]).faults == (fault,)
    assert ListResult([1, 2]) == (1, 2)
