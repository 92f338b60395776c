from __future__ import annotations

import copy
import pickle

import pytest

from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.wire.operations import OPERATIONS, Channel, Meaning, Refusal
from wemakeprice_sdk.wire.overrides import NO_OVERRIDES, WireOverrides
from wemakeprice_sdk.wire.requests import build_request

GET = OPERATIONS["orders_get"]


def test_nothing_changes_without_overrides() -> None:
    assert dict(NO_OVERRIDES.table()) == dict(OPERATIONS)
    assert NO_OVERRIDES.apply(GET) is GET


def test_another_path_is_used_for_its_operation_only() -> None:
    overrides = WireOverrides(paths={"orders_get": "/order/out/getOrderDetail"})
    assert (
        build_request("orders_get", {"bundle_no": 1}, overrides=overrides).path == "/order/out/getOrderDetail"
    )
    assert (
        build_request("orders_confirm", {"bundle_no": 1}, overrides=overrides).path
        == "/order/in/setOrderConfirm"
    )
    assert GET.path == "/order/out/getOrderInfo"


def test_two_paths_may_be_swapped() -> None:
    confirm, cancel = OPERATIONS["orders_confirm"], OPERATIONS["orders_cancel_option"]
    table = WireOverrides(paths={confirm.id: cancel.path, cancel.id: confirm.path}).table()
    assert table[confirm.id].path == cancel.path
    assert table[cancel.id].path == confirm.path


def test_refusals_are_replaced_as_a_whole() -> None:
    mine = Refusal("출고지시", Meaning.CONFLICT, Channel.RETURN_MSG, "C")
    row = WireOverrides(refusals={"orders_confirm": [mine]}).apply(OPERATIONS["orders_confirm"])
    assert row.refusals == (mine,)
    assert row.path == OPERATIONS["orders_confirm"].path
    both = WireOverrides(refusals={"orders_ship": [mine], "orders_confirm": []})
    assert both.apply(OPERATIONS["orders_ship"]).refusals == (mine,)
    assert both.apply(OPERATIONS["orders_confirm"]).refusals == ()
    moved = WireOverrides(paths={"orders_confirm": "/a/b"}).apply(OPERATIONS["orders_confirm"])
    assert moved.refusals == OPERATIONS["orders_confirm"].refusals


def test_every_mistake_is_reported_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        WireOverrides(
            paths={
                "orders_gett": "/a/b",
                "orders_get": "https://example.com/a",
                "orders_list": "/a?b=1",
                "claims_get": "//a",
                "claims_list": "/a/../b",
                "claims_reject": "/a/.",
                "orders_ship": "/order/in/setOrderConfirm",
                "claims_hold": "/한글",
            },
            refusals={
                "nothing": [],
                "orders_ship": [
                    Refusal(" ", Meaning.CONFLICT, Channel.ERROR, "C"),
                    Refusal("이미", Meaning.CONFLICT, Channel.ERROR, "C", verify=True),
                    Refusal("점검", Meaning.CONFLICT, Channel.HTML, "C"),
                ],
            },
        )
    assert {violation.path for violation in caught.value.violations} == {
        "paths.orders_gett", "paths.orders_get", "paths.orders_list", "paths.claims_get", "paths.claims_list",
        "paths.claims_reject",
        "paths.orders_ship", "paths.claims_hold", "refusals.nothing", "refusals.orders_ship[0].match",
        "refusals.orders_ship[1].verify", "refusals.orders_ship[2].channel",
    }  # fmt: skip


def test_overrides_are_values() -> None:
    overrides = WireOverrides(
        paths={"orders_get": "/x/y"}, refusals={"orders_get": OPERATIONS["orders_ship"].refusals}
    )
    assert pickle.loads(pickle.dumps(overrides)) == overrides == copy.deepcopy(overrides)
    assert hash(overrides) == hash(copy.copy(overrides))
