"""The slips of a first day: each is told in words that name the way out; and every method is documented."""

import inspect
import re
from collections.abc import Callable
from datetime import date, timedelta
from email.utils import format_datetime
from functools import cached_property, reduce
from typing import Any

import httpx
import httpx2
import pytest
from client_kit import DAY_END, DAY_START, KEY, NOW, Driver

from wemakeprice_sdk import client as room
from wemakeprice_sdk.client import AsyncWemakepriceClient, WemakepriceClient
from wemakeprice_sdk.client.retry import parse_retry_after
from wemakeprice_sdk.errors import ConfigError, ValidationError
from wemakeprice_sdk.models import ShipStatus
from wemakeprice_sdk.sandbox import Sandbox
from wemakeprice_sdk.wire.operations import OPERATIONS

URL = "http://sandbox.invalid"
KINDS = pytest.mark.parametrize("kind", [WemakepriceClient, AsyncWemakepriceClient])


@KINDS
@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("timeout", 5, "Timeouts"), ("retry", 3, "RetryPolicy"), ("throttle", 0.1, "ThrottlePolicy"),
        ("verification", True, "VerificationPolicy"), ("overrides", {"orders_get": "/x"}, "WireOverrides"),
        ("hooks", print, "Hooks"), ("connection_limits", 10, "ConnectionLimits"), ("input_limits", 5, "InputLimits"),
    ],
)  # fmt: skip
def test_an_option_of_another_class_is_refused_at_once(
    kind: Callable[..., Any], name: str, wrong: object, right: str
) -> None:
    with pytest.raises(TypeError, match=f"{name} takes an? {right}, not an? {type(wrong).__name__}"):
        kind(KEY, base_url=URL, **{name: wrong})
    if name not in ("throttle", "connection_limits"):
        with pytest.raises(TypeError, match=f"{name} takes an? {right}"):
            kind(KEY, base_url=URL).with_options(**{name: wrong})


@KINDS
@pytest.mark.parametrize("config", [None, {"api_key": KEY}])
def test_settings_of_another_kind_are_refused_without_being_shown(
    kind: Callable[..., Any], config: object
) -> None:
    with pytest.raises(TypeError, match=f"takes a ChannelConfig, not a {type(config).__name__}") as caught:
        kind.from_config(config)  # type: ignore[attr-defined]
    assert KEY not in str(caught.value)


def test_every_group_of_calls_is_declared_with_its_type(client: Any) -> None:
    groups = {name: kind for name, kind in vars(type(client)).items() if isinstance(kind, cached_property)}
    for name, group in groups.items():
        assert group.func.__annotations__["return"] == type(getattr(client, name)).__name__
        assert getattr(client, name) is getattr(client, name)
    assert len(groups) == 10


def test_groups_and_pagers_show_what_they_are(client: Any, go: Driver, sandbox: Sandbox) -> None:
    sandbox.place_order()
    prefix = "Async" if isinstance(client, AsyncWemakepriceClient) else ""
    assert repr(client.deals) == f"<{prefix}Deals: get, iter, list>"
    pager = client.orders.iter(NOW - timedelta(days=2), NOW + timedelta(hours=1), ShipStatus.NEW)
    assert repr(pager) == f"<{prefix}Pager orders_list: 0 of 3 windows read>"
    go.all(pager)
    assert repr(pager) == f"<{prefix}Pager orders_list: 3 of 3 windows read>"


@KINDS
def test_a_key_or_host_that_is_not_set_is_named(kind: Callable[..., Any]) -> None:
    for key, url, path in ((None, URL, "api_key"), (KEY.encode(), URL, "api_key"), (KEY, None, "base_url")):
        with pytest.raises(ConfigError) as caught:
            kind(key, base_url=url)
        assert caught.value.violations[0].path == path
        assert KEY not in str(caught.value)


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_the_other_kind_of_http_client_is_refused_before_anything_is_sent(library: Any) -> None:
    with library.Client() as plain, pytest.raises(TypeError, match="give a AsyncClient of httpx"):
        AsyncWemakepriceClient(KEY, base_url=URL, http_client=plain)
    with pytest.raises(TypeError, match="give a Client of httpx"):
        WemakepriceClient(KEY, base_url=URL, http_client=library.AsyncClient())


DATED: dict[str, Callable[[Any, Any], Any]] = {
    "orders.list": lambda c, day: c.orders.list(day, NOW, ShipStatus.NEW),
    "orders.iter": lambda c, day: c.orders.iter(day, NOW, ShipStatus.NEW),
    "products.list": lambda c, day: c.products.list(day, NOW),
    "products.iter": lambda c, day: c.products.iter(day, NOW),
    "deals.iter": lambda c, day: c.deals.iter(day, NOW),
    "cs.list_questions": lambda c, day: c.cs.list_questions(day),
    "cs.iter_questions": lambda c, day: c.cs.iter_questions(day, NOW),
    "settlement.list_order_lines": lambda c, day: c.settlement.list_order_lines(day),
    "settlement.iter": lambda c, day: c.settlement.iter(day, NOW),
    "notices.iter": lambda c, day: c.notices.iter(day, NOW),
}


@pytest.mark.parametrize("method", list(DATED))
@pytest.mark.parametrize("wrong", ["2024-05-20", 20240520])
def test_dates_as_text_or_number_are_violations(
    method: str, wrong: object, go: Driver, client: Any, sandbox: Sandbox
) -> None:
    with pytest.raises(ValidationError) as caught:
        go(DATED[method](client, wrong))
    assert caught.value.violations[0].rule in ("type datetime", "type date")
    assert not sandbox.calls


def test_a_day_is_no_timestamp(go: Driver, client: Any) -> None:
    with pytest.raises(ValidationError, match="an aware datetime is needed, not a date"):
        client.orders.iter(date(2024, 5, 20), date(2024, 5, 21), ShipStatus.NEW)
    with pytest.raises(ValidationError, match="fromDate must be an aware datetime"):
        go(client.orders.list(date(2024, 5, 20), NOW, ShipStatus.NEW))


def test_a_kind_of_settlement_that_does_not_exist_is_not_read_as_another(go: Driver, client: Any) -> None:
    with pytest.raises(ValidationError, match="one of order, ship"):
        client.settlement.iter(DAY_START, DAY_END, "orders")


def test_the_text_of_a_cursor_is_no_cursor(client: Any) -> None:
    text = client.orders.iter(DAY_START, DAY_END, ShipStatus.NEW).cursor.to_json()
    with pytest.raises(ValidationError, match=r"Cursor\.from_json"):
        client.orders.iter(DAY_START, DAY_END, ShipStatus.NEW, cursor=text)


def test_a_courier_given_as_a_number_is_a_violation(go: Driver, client: Any) -> None:
    with pytest.raises(ValidationError, match="parcelCompanyCode must be a text"):
        go(client.orders.ship(1, parcel_company_code=2, invoice_no="600000000001"))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("120, 60", 120.0),
        ("0", 0.0),
        ("9" * 400, float("inf")),
        ("Monday, 20-May-24 03:00:37 GMT", 37.0),
        ("Mon May 20 03:00:37 2024", 37.0),
        ("Mon, 20 May 2024 12:00:37 +0900", 37.0),
        (format_datetime(NOW - timedelta(days=1)), 0.0),
        ("1_0", None),
        ("１０", None),
        ("-5", None),
        ("7, soon", None),
    ],
)
def test_retry_after_in_every_form_of_the_standard(header: str, seconds: float | None) -> None:
    assert parse_retry_after(header, NOW) == seconds


def documented(kind: type, operation: str) -> str:
    client = kind(KEY, base_url=URL)
    method = reduce(getattr, OPERATIONS[operation].sdk_method.split("."), client)
    return " ".join((inspect.getdoc(method) or "").split())


@KINDS
@pytest.mark.parametrize("operation", list(OPERATIONS))
def test_every_method_states_its_korean_term_and_the_grades_of_its_operation(
    kind: type, operation: str
) -> None:
    row = OPERATIONS[operation]
    text = documented(kind, operation)
    words = re.sub(r"\(.*\)", "", row.korean).split()
    assert all(word in text for word in words if word not in ("조회", "처리", "파트너")), row.korean
    graded = re.search(r"\[([ABC])([^\]]*)\]", text)
    assert graded is not None
    path = re.search(r"path ([ABC])", graded[2])
    assert (graded[1], path[1] if path else graded[1]) == (row.evidence_operation, row.evidence_path)


def public(module: Any) -> list[tuple[str, Any]]:
    found = []
    for name in module.__all__:
        value = getattr(module, name)
        if isinstance(value, type):
            found.append((name, value))
            for part, member in vars(value).items():
                inner = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
                if not part.startswith("_") and inspect.isfunction(inner):
                    found.append((f"{name}.{part}", inner))
        elif inspect.isfunction(value):
            found.append((name, value))
    return found


def test_every_public_name_of_client_models_and_wire_has_a_docstring() -> None:
    from wemakeprice_sdk import models, wire

    names = [pair for module in (room, models, wire) for pair in public(module)]
    assert len(names) > 200
    bare = [name for name, value in names if not (inspect.getdoc(value) or "").strip()]
    made_by_attrs = [name for name, value in names if (value.__doc__ or "").startswith("Method generated by")]
    assert (bare, made_by_attrs) == ([], [])
