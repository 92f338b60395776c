"""A cassette that a user records holds no key and no person, over real HTTP and through every way an answer may go."""

import copy
import gzip
import json
import pickle
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import vcr
import yaml
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.client import RetryPolicy, ThrottlePolicy, VerificationPolicy, WemakepriceClient
from wemakeprice_sdk.errors import CallError
from wemakeprice_sdk.sandbox import Sandbox, SandboxServer
from wemakeprice_sdk.secrets import SecretStr
from wemakeprice_sdk.testing import CassetteScrubber, vcr_config
from wemakeprice_sdk.testing.cassettes import HIDDEN, VcrConfig
from wemakeprice_sdk.wire.operations import OPERATIONS

KEY = "canary-key-7f3a9b1c"
PEOPLE = (
    "홍길동",
    "010-0000-0000",
    "서울특별시 견본로 1",
    "P000000000000",
    "문 앞에 놓아 주세요",
    "각인: 사랑해",
)
OPTIONS: dict[str, Any] = {
    "throttle": ThrottlePolicy(min_gap=0),
    "retry": RetryPolicy.never(),
    "verification": VerificationPolicy(read_before=False),
}


def client(url: str) -> WemakepriceClient:
    return WemakepriceClient(KEY, base_url=url, **OPTIONS)


def bundle() -> dict[str, Any]:
    name, phone, address, customs, wish, typed = PEOPLE
    return {
        "bundleNo": 210000001,
        "purchaseNo": 310000001,
        "orderDate": "2024-05-20 11:59:29",
        "payDate": "2024-05-20 12:00:00",
        "buyerName": name,
        "buyerPhone": phone,
        "buyerKakao": {"친구": phone, "나이": 41},
        "delivery": {
            "shipStatus": "배송중",
            "name": name,
            "phone": phone,
            "customsPin": customs,
            "shipAddress": {"zipcode": "00000", "addrFixed": address, "addrDetail": "2층", "message": wish},
        },
        "orderProduct": [
            {
                "orderNo": 410000001,
                "productNo": 3000000001,
                "productName": "예시 컵",
                "orderOption": [{"orderOptionNo": 510000001, "optionName": f"빨강|{typed}", "optionQty": 1}],
            }
        ],
    }


class Echo(BaseHTTPRequestHandler):
    """Answers with an order, and otherwise repeats what it was asked, as gateways do."""

    answers: ClassVar[dict[str, tuple[int, str, bytes]]] = {}

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._send(self.answers[self.path.partition("?")[0]])

    do_GET = do_POST  # noqa: N815 - the standard library's name

    def _send(self, answer: tuple[int, str, bytes]) -> None:
        status, kind, body = answer
        packed = gzip.compress(body)
        self.send_response(status, f"refused {KEY}")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Set-Cookie", f"session={KEY}")
        self.send_header("Content-Length", str(len(packed)))
        self.end_headers()
        self.wfile.write(packed)

    def log_message(self, *given: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


ORDER = "/order/out/getOrderInfo"


def answered(**answer: Any) -> tuple[int, str, bytes]:
    return 200, "application/json; charset=utf-8", json.dumps(answer, ensure_ascii=False).encode()


def clean(path: Path) -> str:
    """Return what a cassette says with its escapes undone, after looking for everything that was planted."""
    text = path.read_text("utf-8")
    plain = json.dumps(yaml.safe_load(text), ensure_ascii=False, default=bytes.decode)
    for canary in (KEY, KEY.upper(), *PEOPLE):
        assert canary not in text
        assert canary not in plain
    assert "apikey" not in text.lower()
    return plain


def test_an_order_is_recorded_without_people_and_replays_without_a_server(
    server: str, tmp_path: Path
) -> None:
    Echo.answers = {ORDER: answered(resultCode=200, data={"bundle": [bundle()]}, error=None)}
    tape = vcr.VCR(**vcr_config())
    path = tmp_path / "order.yaml"
    with tape.use_cassette(str(path)), client(server) as ours:
        assert ours.orders.get(210000001).buyer_name == "홍길동"
    clean(path)
    with tape.use_cassette(str(path), record_mode="none"), client(server) as ours:
        kept = ours.orders.get(210000001)
    assert (kept.bundle_no, kept.order_product[0].product_name) == (210000001, "예시 컵")
    assert (kept.buyer_name, kept.order_product[0].order_option[0].option_name) == (
        HIDDEN,
        f"빨강|{HIDDEN}",
    )
    assert kept.raw["buyerKakao"] == {HIDDEN: 0}


def test_a_refusal_that_repeats_key_and_person_keeps_only_its_meaning(server: str, tmp_path: Path) -> None:
    text = f"존재하지 않는 주문입니다. ({PEOPLE[0]}, {PEOPLE[1]}, {KEY}, {KEY.upper()})"
    Echo.answers = {
        ORDER: answered(resultCode=404, data=bundle(), error={"message": text, "sentBy": PEOPLE[2]})
    }
    path = tmp_path / "refused.yaml"
    with vcr.VCR(**vcr_config()).use_cassette(str(path)), client(server) as ours, pytest.raises(CallError):
        ours.orders.get(210000001)
    assert "존재하지 않는 주문입니다." in clean(path)


@pytest.mark.parametrize("status", [200, 502])
def test_a_page_of_a_gateway_is_not_kept(status: int, server: str, tmp_path: Path) -> None:
    page = f"<html><body>apikey: {KEY} {' '.join(PEOPLE)}</body></html>".encode()
    Echo.answers = {ORDER: (status, "text/html", page)}
    path = tmp_path / "page.yaml"
    with vcr.VCR(**vcr_config()).use_cassette(str(path)), client(server) as ours, pytest.raises(CallError):
        ours.orders.get(210000001)
    assert "no JSON" in clean(path)


def test_a_whole_day_of_the_sandbox_replays(tmp_path: Path, wemakeprice_vcr_config: VcrConfig) -> None:
    sandbox = Sandbox(seed=1)
    sandbox.add_account(KEY)
    number = sandbox.place_order(buyer_name=PEOPLE[0]).bundle_no
    path = tmp_path / "day.yaml"
    tape = vcr.VCR(**wemakeprice_vcr_config)

    def day(ours: WemakepriceClient) -> list[str]:
        ours.orders.confirm(number)
        ours.orders.ship(number, parcel_company_code="D002", invoice_no="600000000001")
        seen = [str(ours.orders.get(number).delivery.invoice_no)]
        seen.append(str(ours.orders.get(1)))
        return seen

    with SandboxServer(sandbox) as running, tape.use_cassette(str(path)), client(running.url) as ours:
        url, first = running.url, day(ours)
    clean(path)
    with tape.use_cassette(str(path), record_mode="none") as cassette, client(url) as ours:
        assert day(ours) == first == ["600000000001", "None"]
        assert cassette.all_played


leaves = st.none() | st.booleans() | st.integers() | st.text()
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


@given(values)
def test_a_planted_person_is_found_nowhere_under_unknown_keys(value: Any) -> None:
    planted = {
        "새로운키": [PEOPLE[0], value, {PEOPLE[0]: PEOPLE[0]}],
        "error": [value, {"text": f"앞 {PEOPLE[0]} 뒤"}],
    }
    body = CassetteScrubber()._body(json.dumps(planted))
    assert PEOPLE[0] not in body.decode()


def test_the_scrubber_shows_and_keeps_nothing() -> None:
    scrubber = CassetteScrubber([SecretStr(KEY)])
    assert KEY not in repr(scrubber)
    for keep in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="holds secrets"):
            keep(scrubber)


def test_every_operation_has_only_arguments_that_stay_readable() -> None:
    from importlib.resources import files

    contract = json.loads(files("wemakeprice_sdk.sandbox").joinpath("contract.json").read_text("utf-8"))
    assert set(contract["operations"]) == set(OPERATIONS)
    for operation in contract["operations"].values():
        for name in operation.get("query", {}).get("properties", {}):
            assert f"?{name}=1&unknown=%2A%2A%2A" in CassetteScrubber()._address(
                f"http://127.0.0.1/x?{name}=1&unknown=1"
            )
