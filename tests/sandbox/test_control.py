"""The control surface, the start page, settings and the journal."""

from datetime import datetime, timedelta

import httpx
import pytest

from wemakeprice_sdk.clock import KST, ManualClock
from wemakeprice_sdk.sandbox import Fault, Sandbox, SandboxClock, SandboxError, SandboxServer, Settings
from wemakeprice_sdk.sandbox.control import ACTIONS

NOW = datetime(2024, 5, 20, 10, tzinfo=KST)


def act(http, name, **arguments):
    answer = http.post(f"/__sandbox__/{name}", json=arguments)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def state(http):
    return http.get("/__sandbox__/state").json()["result"]


def test_a_whole_day_driven_over_http(http, partner):
    key = partner.key
    placed = act(
        http,
        "place_order",
        key=key,
        lines=[{"product_no": act(http, "make_product", key=key), "quantity": 2}],
    )
    act(http, "configure", transit_days=1, holidays=["2024-05-21"])
    claim = act(http, "request_cancel", key=key, bundle_no=placed["bundle_no"])
    act(http, "withdraw", key=key, claim_no=claim)
    act(http, "prepare_bundle", key=key, bundle_no=placed["bundle_no"], status="DELIVERY")
    assert act(http, "advance", days=1) == "2024-05-21 10:00:00"
    back = act(http, "request_return", key=key, bundle_no=placed["bundle_no"], invoice="900000000001")
    act(http, "move_pickup", key=key, claim_no=back, status="수거중")
    assert partner.claim(back)["pickup"]["shipStatus"] == "수거중"
    review = act(http, "write_review", key=key, order_option_no=placed["order_option_nos"][0], rating=4)
    assert review
    act(http, "ask_question", key=key)
    act(http, "ask_inquiry", key=key)
    act(http, "post_notice", key=key, title="공지")
    act(http, "set_clock", moment="2024-06-01 00:00:00")
    assert state(http)["now"] == "2024-06-01 00:00:00"
    assert state(http)["settings"]["transit_days"] == 1
    journal = http.get("/__sandbox__/journal").json()["result"]
    own = [entry["operation"] for entry in journal if entry["account"] == partner.label]
    assert own[-4:] == ["write_review", "ask_question", "ask_inquiry", "post_notice"]
    assert "auto_deliver" in own


def test_faults_and_seeding_over_http(http, partner):
    act(http, "fault", operationId="orders_list", kind="503", count=1)
    act(http, "fault", operation="orders_get", kind="html-500")
    assert [f["operation"] for f in state(http)["faults"]] == ["orders_list", "orders_get"]
    act(http, "clear_faults")
    assert state(http)["faults"] == []
    made = act(http, "seed", key=partner.key, products=3, orders=20, days=2)
    assert (made["products"], made["orders"]) == (3, 20)
    assert http.get("/__sandbox__/counts").json()["result"]["bundle"] >= 20
    listed = http.get("/__sandbox__/").json()["result"]
    assert {"seed", "place_order", "fault"} <= set(listed["actions"])


@pytest.mark.parametrize(
    ("method", "name", "body", "code"),
    [
        ("POST", "place_order", b"{", 400),
        ("POST", "place_order", b"[]", 400),
        ("POST", "place_order", b'{"key": "nobody"}', 400),
        ("POST", "place_order", b'{"colour": 1}', 400),
        ("POST", "configure", b'{"transit_days": "x"}', 400),
        ("POST", "configure", b'{"nothing": 1}', 400),
        ("POST", "fault", b'{"operationId": "nothing", "kind": "503"}', 400),
        ("POST", "fault", b'{"operationId": "orders_list", "kind": "flood"}', 400),
        ("POST", "handle", b"{}", 404),
        ("POST", "close", b"{}", 404),
        ("GET", "nothing", b"", 404),
        ("DELETE", "state", b"", 405),
    ],
)
def test_wrong_control_requests(http, partner, method, name, body, code):
    answer = http.request(method, f"/__sandbox__/{name}", content=body)
    assert answer.status_code == code
    assert answer.json()["error"]


def test_every_action_is_a_method():
    assert all(callable(getattr(Sandbox, name)) for name in ACTIONS)


def test_the_control_surface_can_be_left_out():
    sandbox = Sandbox()
    with SandboxServer(sandbox, controls=False) as server, httpx.Client(base_url=server.url) as client:
        assert client.get("/__sandbox__/state").status_code == 404
        assert client.get("/").status_code == 200


def test_the_start_page_tells_all_and_gives_nothing_away(http, partner, openapi):
    order = partner.order(buyer_name="김비밀", customs_pin="P000000000000")
    partner.done("orders_confirm", bundleNo=order.bundle_no)
    answer = http.get("/")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for path, methods in openapi["paths"].items():
        for item in methods.values():
            assert path in answer.text
            assert item["operationId"] in answer.text
    assert "orders_confirm" in answer.text
    assert str(order.bundle_no) in answer.text
    for secret in (partner.key, "김비밀", "P000000000000", "홍길동", "010-0000"):
        assert secret not in answer.text


def test_the_journal_holds_no_key_and_no_personal_data(http, partner):
    partner.order(buyer_name="김비밀", customs_pin="P000000000000")
    partner.sandbox.ask_question(partner.key, "제 번호는 010-0000-0000 입니다")
    for text in (
        http.get("/__sandbox__/journal").text,
        http.get("/__sandbox__/state").text,
        repr(partner.sandbox),
    ):
        for secret in (partner.key, "김비밀", "P000000000000", "010-0000"):
            assert secret not in text


def test_the_journal_counts_what_was_applied(partner):
    order = partner.confirmed()
    partner.refused("orders_confirm", bundleNo=order.bundle_no)
    journal = partner.sandbox.journal
    (entry,) = journal.writes("orders_confirm", partner.label, bundleNo=order.bundle_no)
    assert (entry.actor, entry.at, entry.result) == ("api", "2024-05-20 10:00:00", "applied")
    assert journal.writes("orders_confirm", "nobody") == []
    assert journal[-1] == entry
    assert entry in journal[-2:]
    assert [e.seq for e in journal] == list(range(1, len(journal) + 1))


@pytest.mark.parametrize(
    "change",
    [
        {"error_mode": "loud"},
        {"empty_container": "none"},
        {"missing_product": None},
        {"notice_default_key": "value"},
        {"ship_method_display": "long"},
        {"prepaid_display": "착불"},
        {"transit_days": -1},
        {"transit_days": True},
        {"transit_days": "2"},
        {"max_option_depth": 6},
        {"max_option_depth": True},
        {"strict_unknown_keys": 1},
        {"product_window": "one month"},
        {"product_window": "P"},
        {"holidays": ["20240521"]},
        {"holidays": 5},
        {"holidays": ["2024-02-30"]},
        {"weather": "fine"},
    ],
)
def test_settings_that_make_no_sense_are_refused(change):
    sandbox = Sandbox()
    before = sandbox.settings
    if change == {"holidays": ["20240521"]}:
        sandbox.configure(**change)  # ISO 8601 knows this spelling; it is stored with dashes
        assert sandbox.settings.holidays == {"2024-05-21"}
        return
    with pytest.raises(SandboxError):
        sandbox.configure(**change)
    assert sandbox.settings == before


def test_the_defaults_are_the_contract_s(openapi):
    stated = {name: row["default"] for name, row in openapi["x-sandbox-settings"].items()}
    assert stated.pop("clock") == "system"
    assert stated.pop("faults") == []
    assert Settings().as_json() == stated


def test_faults_refuse_nonsense():
    for bad in ({"kind": "flood"}, {"kind": "503", "count": "two"}, {"kind": "503", "count": True}):
        with pytest.raises(SandboxError):
            Fault("orders_list", **bad)
    with pytest.raises(SandboxError):
        Fault.from_json({"operationId": "orders_list", "kind": "503", "colour": "red"})


def test_the_clock_is_the_system_s_a_fixed_one_or_shifted():
    clock = SandboxClock()
    assert abs(clock.now() - datetime.now(KST)) < timedelta(seconds=5)
    clock.advance(timedelta(days=3))
    assert abs(clock.now() - datetime.now(KST) - timedelta(days=3)) < timedelta(seconds=5)
    assert clock.describe()["mode"] == "shifted"
    clock.set(NOW)
    assert clock.now() == NOW
    clock.advance(timedelta(hours=1))
    assert clock.now() == NOW + timedelta(hours=1)
    again = SandboxClock()
    again.restore(clock.describe())
    assert again.now() == clock.now()
    clock.follow_system()
    assert clock.describe()["mode"] == "system"


def test_an_injected_clock_is_shared():
    mine = ManualClock(NOW)
    sandbox = Sandbox(clock=mine)
    sandbox.advance(days=1)
    assert mine.now() == NOW + timedelta(days=1)
    mine.advance(timedelta(days=1))
    assert sandbox.now() == "2024-05-22 10:00:00"


def test_accounts():
    sandbox = Sandbox()
    with pytest.raises(SandboxError):
        sandbox.place_order()
    sandbox.add_account("a", "가게")
    assert sandbox.place_order().bundle_no
    assert sandbox.add_account("b").label == "account-2"
    with pytest.raises(SandboxError):
        sandbox.place_order()
    with pytest.raises(SandboxError):
        sandbox.add_account("c", "가게")
    with pytest.raises(SandboxError):
        sandbox.add_account(" ")
    assert sandbox.add_account("a", approved=False).approved is False
    assert [account.label for account in sandbox.accounts] == ["가게", "account-2"]
    assert sandbox.place_order("가게").bundle_no
    assert "a" not in repr(sandbox.accounts[0]).replace("Account", "").replace("label", "").replace(
        "approved", ""
    ).replace("False", "")


@pytest.mark.parametrize(
    ("slip", "says"),
    [
        (lambda box, no: box.request_cancel(no), "with one account leave it out and name the others"),
        (lambda box, no: box.advance(3), "advance takes a timedelta, or days="),
        (lambda box, no: box.faults.add("order_confirm", "503"), "did you mean orders_confirm"),
        (lambda box, no: box.journal.writes("order_confirm"), "did you mean orders_confirm"),
        (lambda box, no: box.journal.writes("orders_confirm", bundle_no=no), "named as on the wire"),
        (lambda box, no: Sandbox(clock="2024-05-20 10:00:00"), "an aware datetime or a Clock, not a str"),
        (lambda box, no: Sandbox(clock=NOW.date()), "an aware datetime or a Clock, not a date"),
    ],
)
def test_a_slip_is_told_and_never_an_empty_answer(slip, says):
    box = Sandbox(clock=NOW)
    box.add_account("an-invented-key")
    with pytest.raises(SandboxError, match=says):
        slip(box, box.place_order().bundle_no)
    assert repr(box.journal) == "<Journal 2 entries>"
    assert repr(box.faults) == "Faults(_waiting=[])"
