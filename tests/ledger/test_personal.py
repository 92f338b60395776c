"""What becomes of personal values when the same thing is read again."""

from __future__ import annotations

from collections import OrderedDict, UserDict, UserList
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.ledger import RecordKind, personal

OLD = {
    "bundleNo": 1,
    "buyerName": "홍길동",
    "delivery": {
        "name": "홍길동",
        "phone": "010-0000-0000",
        "invoiceNo": "700",
        "shipAddress": {"addrDetail": "101동", "zip": 6236},
    },
    "orderProduct": [
        {"orderNo": 5, "productPrice": 900, "orderOption": [{"orderOptionNo": 7, "optionName": "빨강|각인"}]},
        {"orderNo": 6, "orderOption": [{"orderOptionNo": 8, "optionName": "파랑|새김"}]},
    ],
}


def merged(new: dict[str, Any]) -> dict[str, Any]:
    return personal.merge(RecordKind.BUNDLE, OLD, new)  # type: ignore[arg-type]


@pytest.mark.parametrize("blank", ["", "  ", None, "***", "홍*동", "010-****-0000"])
def test_a_masked_or_blank_value_leaves_the_clear_one(blank: str | None) -> None:
    found = merged({"buyerName": blank, "delivery": {"name": blank, "phone": blank, "shipAddress": {}}})
    assert found["buyerName"] == "홍길동"
    assert found["delivery"]["phone"] == "010-0000-0000"
    assert found["delivery"]["shipAddress"] == {"addrDetail": "101동", "zip": 6236}


@pytest.mark.parametrize("delivery", [None, {}, {"shipAddress": None}])
def test_what_is_left_out_stays_as_far_as_it_is_personal(delivery: dict[str, Any] | None) -> None:
    found = merged({"bundleNo": 1, "delivery": delivery})
    assert found["delivery"] == {
        "name": "홍길동",
        "phone": "010-0000-0000",
        "shipAddress": {"addrDetail": "101동", "zip": 6236},
    }, "the invoice is not personal, so the marketplace has taken it away"
    assert merged({})["delivery"] == found["delivery"]
    assert "orderProduct" not in merged({})


def test_a_new_value_replaces_the_old_one() -> None:
    address = {"addrDetail": "202동", "zip": 0}
    found = merged({"buyerName": "김철수", "delivery": {"phone": 1, "shipAddress": address}})
    assert found["buyerName"] == "김철수"
    assert found["delivery"]["phone"] == 1
    assert found["delivery"]["shipAddress"] == address


def test_lines_are_told_apart_by_their_numbers() -> None:
    new = {"orderProduct": [{"orderNo": 6, "orderOption": [{"orderOptionNo": 8, "optionName": None}]}]}
    assert merged(new)["orderProduct"] == [
        {"orderNo": 6, "orderOption": [{"orderOptionNo": 8, "optionName": "파랑|새김"}]}
    ]


def test_a_value_that_was_never_clear_gives_way() -> None:
    old: dict[str, Any] = {"buyerName": "홍**", "buyerPhone": None, "delivery": {"name": ""}}
    new: dict[str, Any] = {"buyerName": "", "buyerPhone": "***", "delivery": {"name": "홍길동"}}
    assert personal.merge(RecordKind.BUNDLE, old, new) == new


def test_goods_are_taken_as_they_come() -> None:
    assert personal.merge(RecordKind.PRODUCT, {"name": "찻잔"}, {"name": ""}) == {"name": ""}


_LEAVES = (
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", " ", "홍길동", "홍**", "010-0000-0000"])
)
_KEYS = st.sampled_from(["bundleNo", "name", "phone", "orderNo", "delivery", "rows"])
_BODIES = st.dictionaries(
    _KEYS,
    st.recursive(
        _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4)
    ),
    max_size=5,
)


@settings(deadline=None)
@given(old=_BODIES, new=_BODIES)
def test_a_merge_ends_where_it_is_and_survives_sealing(old: Any, new: Any) -> None:
    once = personal.merge(RecordKind.BUNDLE, old, new)
    assert personal.merge(RecordKind.BUNDLE, once, new) == once
    assert personal.merge(RecordKind.BUNDLE, new, new) == new
    assert personal.join(*personal.split(RecordKind.BUNDLE, once)) == once


def elsewhere(node: Any) -> Any:
    """Return a document of the same personal values whose other values, blanks and empty places differ."""
    if isinstance(node, list):
        return [elsewhere(item) for item in node]
    if not isinstance(node, dict):
        return node
    rest = {key: elsewhere(value) for key, value in node.items() if value is not None}
    if not isinstance(rest.get("bundleNo"), list | dict):
        rest["bundleNo"] = 77
    return {"phone": None, "rows": [], "delivery": {"name": None}, **rest}


@settings(deadline=None)
@given(new=_BODIES)
def test_there_is_nothing_to_merge_where_every_personal_value_is_there_as_it_was(new: Any) -> None:
    old = elsewhere(new)
    assert personal.split(RecordKind.BUNDLE, old)[1] == personal.split(RecordKind.BUNDLE, new)[1]
    assert personal.merge(RecordKind.BUNDLE, old, new) == new


def test_every_kind_that_is_sealed_is_one_that_retention_knows() -> None:
    for kind in RecordKind:
        _, sealed = personal.split(kind, {"anything": "홍길동"})
        assert bool(sealed) is (kind in personal.PERSONAL_KINDS)


class Word(StrEnum):
    NAME = "홍길동"


def plainly_split(node: Any, path: str, clear: frozenset[str], sealed: dict[str, Any]) -> Any:
    """Take a document apart as version 0.1.0 did: by the abstract classes alone."""
    if isinstance(node, Mapping):
        return {
            key: value
            if key in clear and not isinstance(value, Mapping) and not is_list(value)
            else plainly_split(value, f"{path}.{key}", clear, sealed)
            for key, value in node.items()
        }
    if is_list(node):
        return [plainly_split(item, step, clear, sealed) for item, step in personal._steps(node, path)]
    if node is not None:
        sealed[path] = node
    return None


def plainly_joined(node: Any, path: str, sealed: Mapping[str, Any]) -> Any:
    if isinstance(node, Mapping):
        return {key: plainly_joined(value, f"{path}.{key}", sealed) for key, value in node.items()}
    if is_list(node):
        return [plainly_joined(item, step, sealed) for item, step in personal._steps(node, path)]
    return sealed.get(path, node) if node is None else node


def is_list(node: Any) -> bool:
    return isinstance(node, Sequence) and not isinstance(node, str)


_ODD_LEAVES = _LEAVES | st.floats(allow_nan=False) | st.just(Word.NAME)


def _containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(inner, max_size=3)
    mappings = st.dictionaries(_KEYS, inner, max_size=4)
    odd_lists = lists.map(tuple) | lists.map(UserList)
    return lists | mappings | odd_lists | mappings.map(OrderedDict) | mappings.map(MappingProxyType)


@settings(deadline=None)
@given(body=st.dictionaries(_KEYS, st.recursive(_ODD_LEAVES, _containers), max_size=5))
@pytest.mark.parametrize("kind", [RecordKind.BUNDLE, RecordKind.QUESTION, RecordKind.EXPORT])
def test_the_short_way_through_plain_types_parts_and_joins_as_the_long_one(
    kind: RecordKind, body: Any
) -> None:
    wanted: dict[str, Any] = {}
    clear = plainly_split(body, "", personal._CLEAR.get(kind, frozenset()), wanted)
    assert personal.split(kind, body) == (clear, wanted)
    assert personal.join(clear, wanted) == plainly_joined(clear, "", wanted)
    assert personal.split(kind, UserDict(body)) == (clear, wanted)
