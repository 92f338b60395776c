"""The exception tree is what its drawing says, and every exception travels."""

import copy
import inspect
import pickle
import re

import pytest

from wemakeprice_sdk import errors
from wemakeprice_sdk.errors import (
    CallError,
    ConfigError,
    GateClosedError,
    OutcomeUnknownError,
    ValidationError,
    Violation,
    WemakepriceError,
)

CLASSES = [
    value
    for _, value in inspect.getmembers(errors, inspect.isclass)
    if issubclass(value, WemakepriceError) and value.__module__ == errors.__name__
]


def drawn_tree() -> dict[str, str]:
    """Read child -> parent from the drawing at the top of errors.py."""
    parents: dict[str, str] = {}
    path: list[str] = []
    for line in inspect.getdoc(errors).splitlines():
        if match := re.match(r"^([│ ├└─]*)(\w+Error)\b", line):
            depth = len(match[1]) // 4
            del path[depth:]
            if path:
                parents[match[2]] = path[-1]
            path.append(match[2])
    return parents


def test_the_drawing_is_the_tree() -> None:
    real = {cls.__name__: cls.__bases__[0].__name__ for cls in CLASSES if cls is not WemakepriceError}
    assert drawn_tree() == real


def build(cls: type[WemakepriceError]) -> WemakepriceError:
    if issubclass(cls, ValidationError):
        return cls([Violation("sale.stockCount", "100000", "range 0..99999", "too many", "너무 많습니다")])
    if issubclass(cls, CallError):
        return cls("lost", operation="orders_ship", method="POST", path="/x", http_status=200, text="이미")
    if cls is GateClosedError:
        return GateClosedError("master", "switched off", "연동설정이 꺼져 있습니다")
    return cls("a message")


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize(
    "travel",
    [lambda e: pickle.loads(pickle.dumps(e)), copy.copy, copy.deepcopy],
    ids=["pickle", "copy", "deepcopy"],
)
def test_every_exception_travels(cls, travel) -> None:
    error = build(cls)
    error.add_note("attempt 2 of 3")
    back = travel(error)
    assert type(back) is cls
    assert back.__dict__ == error.__dict__
    assert str(back) == str(error)
    assert back.args == error.args
    assert back.__notes__ == ["attempt 2 of 3"]


def test_a_call_error_names_everything_a_developer_needs() -> None:
    error = OutcomeUnknownError(
        "the answer was lost", operation="orders_ship", method="POST", path="/order/in/setOrderDelivery",
        http_status=500, result_code=500, text="처리 중 오류가 발생했습니다.",
    )  # fmt: skip
    for part in (
        "orders_ship",
        "POST",
        "/order/in/setOrderDelivery",
        "http=500",
        "resultCode=500",
        "처리 중 오류",
    ):
        assert part in str(error)


def test_a_validation_error_lists_all_violations_in_both_languages() -> None:
    error = ConfigError(
        [
            Violation("seller_id", "''", "required", "is missing", "판매자 ID가 없습니다"),
            Violation("store_name", "''", "required", "is missing", "스토어명이 없습니다"),
        ],
        subject="ChannelConfig",
    )
    assert len(error.violations) == 2
    assert "seller_id" in str(error)
    assert "스토어명이 없습니다" in str(error)
    assert isinstance(error, ValueError)
