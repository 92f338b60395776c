"""What comes in at the door: addresses, keys, and numbers of other libraries."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from client_kit import DAY_END, DAY_START, KEY, Driver, product, saved

from wemakeprice_sdk.client import WemakepriceClient
from wemakeprice_sdk.config import ChannelConfig
from wemakeprice_sdk.errors import ConfigError, ValidationError
from wemakeprice_sdk.models import ProductStatus
from wemakeprice_sdk.sandbox import Sandbox
from wemakeprice_sdk.wire.outcomes import Applied


class Whole:
    """A whole number of another library, such as numpy.int64: not an int, but one by operator.index."""

    def __init__(self, value: int) -> None:
        self._value = value

    def __index__(self) -> int:
        return self._value


class Many:
    """An array: it has the method of a whole number, and is none."""

    def __index__(self) -> int:
        raise TypeError("only integer scalar arrays can be converted to a scalar index")


def refused(base_url: Any) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        WemakepriceClient(KEY, base_url=base_url)
    assert caught.value.violations[0].path == "base_url"
    return caught.value


@pytest.mark.parametrize(
    "base",
    [
        "http://w-api.wemakeprice.com.", "http://W-API.WeMakePrice.COM", "HTTP://w-api.wemakeprice.com:80/x",
        "http://W-API.wemakeprice.com.:8080", "http://w-api\u3002wemakeprice\uff0ecom",
        "http://\uff37-api.wemakeprice.com", "http://w-api.wemakeprice%2ecom", "http://w-api.wemakeprice.com\u200b",
        "http://w-api.wemakeprice.com..",
    ],
)  # fmt: skip
def test_the_key_never_goes_to_the_marketplace_in_the_clear(base: str) -> None:
    refused(base)


@pytest.mark.parametrize(
    "base",
    [
        "http://sandbox.invalid\r\nX-Evil: 1", "http://sandbox.invalid/a\nb", "http://sand\tbox.invalid",
        "http://sandbox.invalid/\x00", "http://sandbox.invalid/a b", "http://sandbox .invalid", "http://.", "http://a..b",
    ],
)  # fmt: skip
def test_no_address_holds_a_line_break_or_blank(base: str) -> None:
    error = refused(base)
    assert "\r" not in error.violations[0].value
    assert "\n" not in error.violations[0].value


@pytest.mark.parametrize(
    "base", ["localhost:8787", "127.0.0.1:8787", "sandbox.invalid", "ftp://sandbox.invalid/x"]
)
def test_an_address_is_shown_as_it_was_typed(base: str) -> None:
    assert refused(base).violations[0].value == base


@pytest.mark.parametrize("base", ["user:pw@host", "host?key=pw", "//u:pw@host/", "javascript:pw(1)"])
def test_what_could_be_a_secret_in_it_is_not_shown(base: str) -> None:
    assert "pw" not in str(refused(base))


@pytest.mark.parametrize(
    ("base", "called"),
    [
        ("HTTP://Sandbox.Invalid/", "http://sandbox.invalid/product/out/getLabel"),
        ("http://sandbox.invalid./a", "http://sandbox.invalid./a/product/out/getLabel"),
        ("http://my_sandbox-1:81", "http://my_sandbox-1:81/product/out/getLabel"),
        ("http://[::1]:81", "http://[::1]:81/product/out/getLabel"),
    ],
)
def test_an_unusual_address_is_called_as_it_stands(base: str, called: str) -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(200, json={"resultCode": 200, "data": [], "error": None})

    inner = httpx.Client(transport=httpx.MockTransport(handler))
    WemakepriceClient(KEY, base_url=base, http_client=inner).reference.list_labels()
    assert seen == [called]


def test_https_in_capitals_is_encrypted() -> None:
    client = WemakepriceClient(KEY, base_url="HTTPS://w-api.wemakeprice.com")
    assert client._base_url.is_secure
    assert client.base_url == "https://w-api.wemakeprice.com"


@pytest.mark.parametrize("seller", ["shop\x00", "\x00", "sh\x00op", "shop\x7f"])
def test_a_seller_id_holds_no_control_character(seller: str) -> None:
    with pytest.raises(ConfigError, match="control characters") as caught:
        ChannelConfig(seller, "시험 상점", KEY)
    assert "\x00" not in str(caught.value)


NUMBERS: dict[str, Callable[[Any, Any, int], Any]] = {
    "orders.confirm": lambda client, number, bundle: client.orders.confirm(number(bundle)),
    "orders.get": lambda client, number, bundle: client.orders.get(number(bundle)),
    "products.list": lambda client, number, _: client.products.list(
        DAY_START, DAY_END, page=number(1), size=number(10)
    ),
}


@pytest.mark.parametrize("name", list(NUMBERS))
def test_a_whole_number_of_another_library_is_one(
    name: str, go: Driver, client: Any, sandbox: Sandbox
) -> None:
    bundle = sandbox.place_order().bundle_no
    assert go(NUMBERS[name](client, Whole, bundle)) is not None
    if name == "orders.confirm":
        assert [entry.targets["bundleNo"] for entry in sandbox.journal.writes("orders_confirm")] == [bundle]


def test_numbers_of_another_library_within_a_product(go: Driver, client: Any, sandbox: Sandbox) -> None:
    policy: Any = Whole(sandbox.make_policy())
    stock: Any = Whole(7)
    outcome = go(client.products.save(product(policy, stock=stock)))
    assert [
        row.stock_count for row in go(client.products.get(outcome.key)).option.select_option_value_list
    ] == [7, 7]


def test_an_outcome_holds_plain_numbers(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number, _ = saved(sandbox)
    sandbox.faults.add("products_set_status", "drop-after-commit")
    outcome = go(client.products.set_status(Whole(number), ProductStatus.STOP))
    assert outcome == Applied("products_set_status", number, verified=True)
    assert type(outcome.key) is int


@pytest.mark.parametrize("value", [Many(), 1.0, "1", True, None])
def test_what_is_no_whole_number_is_refused(value: Any, go: Driver, client: Any, sandbox: Sandbox) -> None:
    for call in (client.orders.confirm, client.products.get):
        with pytest.raises(ValidationError):
            go(call(value))
    assert not sandbox.journal.writes("orders_confirm")
