"""Whatever the control surface is sent: 2xx or 4xx in JSON, a usable connection, and answers that still work."""

import json
from datetime import datetime
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.sandbox import Sandbox, SandboxServer, Settings
from wemakeprice_sdk.sandbox.base import Restrictions
from wemakeprice_sdk.sandbox.control import _FUNCTIONS, ACTIONS
from wemakeprice_sdk.sandbox.front import serve

NOW = datetime(2024, 5, 20, 10, tzinfo=KST)
NAMES = sorted((*ACTIONS, *_FUNCTIONS))
KEY = "control-key"
FUZZING = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def shop():
    sandbox = Sandbox(seed=3, clock=NOW)
    sandbox.add_account(KEY)
    with SandboxServer(sandbox) as server, httpx.Client(base_url=server.url, timeout=60) as client:
        yield sandbox, client


def post(client, name, body):
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = client.post(f"/__sandbox__/{name}", content=sent)
    assert answer.headers["content-type"].startswith("application/json")
    value = answer.json()
    assert set(value) == ({"result"} if answer.status_code == 200 else {"error"})
    assert answer.status_code == 200 or value["error"]
    return answer


def still_works(sandbox, client):
    """The connection answers, and so does everything that shows what is stored, asked as the server asks it."""
    assert client.get("/__sandbox__/state").status_code == 200
    for path in ("/__sandbox__/journal", "/"):
        assert serve(sandbox, "GET", path).status == 200
    headers = (("apiKey", KEY), ("Content-Type", "application/json"))
    day = {"fromDate": "2024-05-20 00:00:00", "toDate": "2024-05-20 23:59:59"}
    calls = (
        ("POST", "/order/out/getOrderList", {**day, "type": "NEW", "searchDateType": "NEW"}),
        ("POST", "/claim/out/getClaimList", {**day, "claimType": "CANCEL", "claimStatus": "REQUEST"}),
        ("GET", "/product/out/getProductList", day),
        ("GET", "/product/out/getSellerShipPolicy", {}),
        ("GET", "/deal/out/getDealList", day),
        ("GET", "/notice/out/getNoticeList", {}),
        ("GET", "/qna/out/getQnaList", {"basicDate": "2024-05-20"}),
        ("GET", "/settle/out/getSettleDailyOrderInfo", {"basicDt": "2024-05-20"}),
    )
    for method, path, sent in calls:
        asked = (path, json.dumps(sent).encode()) if method == "POST" else (f"{path}?{urlencode(sent)}", b"")
        answer = serve(sandbox, method, asked[0], headers, asked[1])
        assert answer.status in (200, 422), (path, answer.body)
        assert answer.connection == "answer"


def reset(sandbox):
    sandbox.settings = Settings()
    sandbox.restrictions = Restrictions()
    sandbox.faults.clear()
    sandbox.set_clock(NOW)
    sandbox.approve_key(KEY, approved=True)


BAD = [
    b"{",
    b"[]",
    b"7",
    b"null",
    b"\xff\xfe{}",
    b'{"key": "\xff"}',
    b'{"key": "\\ud800"}',
    b'{"key\xed\xa0\x80": 1}',
    b'{"x": NaN}',
    b'{"x": Infinity}',
    b'{"x": ' + b"9" * 5_000 + b"}",
    b'{"x": ' + b"9" * 30 + b"}",
    b'{"x": 1e400}',
    b'{"x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    b'{"x":' * 200_000 + b"1" + b"}" * 200_000,
    b'{"x": ' + b"[" * 200_000,
]


@pytest.mark.parametrize("body", BAD, ids=range(len(BAD)))
@pytest.mark.parametrize("name", ["place_order", "configure", "fault", "seed"])
def test_what_is_no_usable_json_is_400_and_the_connection_goes_on(shop, name, body):
    sandbox, client = shop
    assert post(client, name, body).status_code == 400
    assert post(client, "clear_faults", b"").status_code == 200
    still_works(sandbox, client)


@pytest.mark.parametrize(
    ("name", "sent", "says"),
    [
        (
            "place_order",
            {"recipient": {"name": "홍길동", "phone": "010-0000-0000"}},
            "recipient is an object",
        ),
        ("place_order", {"quantity": "2"}, "quantity is a text; it takes a whole number"),
        ("place_order", {"quantity": True}, "quantity is true or false"),
        ("place_order", {"lines": [{"product_no": 1, "add_price": "x"}]}, "add_price is a text"),
        ("place_order", {"lines": [{"product_no": 1, "colour": 1}]}, "colour"),
        ("place_order", {"paid_at": "9999-12-31 23:59:59"}, "from 1970 to 2199"),
        ("place_order", {"paid_at": "0001-01-01 00:00:00"}, "from 1970 to 2199"),
        ("set_clock", {"moment": "9999-12-31 23:59:59"}, "from 1970 to 2199"),
        ("set_clock", {"shift_seconds": 1e18}, "OverflowError"),
        ("advance", {"days": 1e18}, "does not go that far"),
        ("advance", {"days": 100_000}, "from 1970 to 2199"),
        ("advance", {"delta": 5}, "delta is a whole number"),
        ("configure", {"transit_days": 10**12}, "transit_days is a number of days"),
        ("configure", {"product_window": 7}, "product_window is a whole number"),
        ("configure", {"product_window": "P99999Y"}, "not an ISO 8601 duration"),
        ("configure", {"clock": 7}, "clock is a whole number"),
        ("configure", {"faults": 7}, "TypeError"),
        ("configure", {"faults": [{"operationId": "orders_list", "kind": []}]}, "kind is a list"),
        (
            "fault",
            {"operationId": "orders_list", "kind": "timeout", "hold": 1e9},
            "hold is a number of seconds",
        ),
        ("fault", {"operationId": "orders_list", "kind": "503", "retry_after": "1\r\nX: y"}, "retry_after"),
        ("fault", {"operationId": "orders_list", "kind": "503", "skip": -1}, "skip is a number of calls"),
        (
            "fault",
            {"operationId": "orders_list", "kind": "error-object", "code": 99},
            "code is an HTTP status",
        ),
        ("seed", {"orders": 10**9}, "at most 200,000"),
        ("seed", {"orders": "many"}, "orders is a text"),
        ("make_deal", {"start": "soon"}, "start and end"),
        ("make_policy", {"body": {"shipType": "FREE"}}, "필수"),
        ("bind_category", {"code": 1, "adultLimitYn": 7}, "adultLimitYn is a whole number"),
        ("add_account", {"key": 7}, "key is a whole number"),
        ("hold_cancel", {"claim_no": "x"}, "claim_no is a text"),
    ],
)
def test_wrong_values_are_named_and_change_nothing(shop, name, sent, says):
    sandbox, client = shop
    before = (sandbox.settings, sandbox.counts(), sandbox.clock.now(), len(sandbox.faults))
    answer = post(client, name, sent)
    assert 400 <= answer.status_code < 500
    assert says in answer.json()["error"]
    assert (sandbox.settings, sandbox.counts(), sandbox.clock.now(), len(sandbox.faults)) == before
    still_works(sandbox, client)


def test_a_configuration_is_taken_as_a_whole_or_not_at_all(shop):
    sandbox, client = shop
    for wrong in ({"clock": "soon"}, {"faults": [{"operationId": "nothing", "kind": "503"}]}):
        assert post(client, "configure", {"transit_days": 9, **wrong}).status_code == 400
        assert sandbox.settings == Settings()
        assert sandbox.clock.now() == NOW


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "value", [None, True, 0, -1, 2**62, 1.5, -1e300, "", "x", [], [1], [[]], {}, {"a": {"b": 1}}]
)
def test_every_argument_of_every_command_stands_any_type(shop, name, value):
    sandbox, client = shop
    for argument in arguments_of(name):
        post(client, name, {argument: value})
    post(client, name, {"key": KEY, "no_such_argument": value})
    reset(sandbox)
    still_works(sandbox, client)


def arguments_of(name):
    import inspect

    from wemakeprice_sdk.sandbox import Fault, seed_shop

    action = {"seed": seed_shop, "fault": Fault}.get(name) or getattr(Sandbox, name, None)
    known = list(inspect.signature(action).parameters) if action is not None else []
    if name == "seed":
        return ["key", "claim_rate", "options"]  # counts that are taken literally make a shop for every case
    if name == "configure":
        return [*Settings.__slots__, "clock", "faults"]
    return [argument for argument in known if argument not in ("self", "sandbox")]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["2024-05-20 10:00:00", "2024-05-20", "NEW", "CONFIRM", "COMPLETE", "503", "orders_list", KEY]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "seed"])
def test_fuzzed_arguments_never_break_an_answer(shop, name):
    sandbox, client = shop
    known = arguments_of(name)

    @settings(FUZZING, max_examples=25)
    @given(
        sent=st.dictionaries(st.sampled_from(known), JSON, max_size=4)
        if known
        else st.dictionaries(st.text(max_size=8), JSON, max_size=3)
    )
    def fuzz(sent):
        answer = post(client, name, sent)
        assert answer.status_code == 200 or 400 <= answer.status_code < 500
        assert client.get("/__sandbox__/counts").status_code == 200

    fuzz()
    reset(sandbox)
    still_works(sandbox, client)


@settings(FUZZING, max_examples=150)
@given(
    body=st.binary(max_size=60),
    name=st.sampled_from(NAMES)
    | st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=12),
    method=st.sampled_from(["GET", "POST", "PUT"]),
)
def test_fuzzed_bodies_and_paths_never_break_an_answer(shop, body, name, method):
    _, client = shop
    answer = client.request(method, f"/__sandbox__/{quote(name, safe='')}", content=body)
    assert answer.status_code < 500
    assert answer.headers["content-type"].startswith("application/json")
    answer.json()
