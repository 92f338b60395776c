"""Answers without an end: too large, too long, too deep, too slow; over real HTTP."""

import copy
import gzip
import json
import pickle
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import httpx2
import pytest
from client_kit import KEY, Driver
from raw_server import JSON, Call, RawServer, serving

from wemakeprice_sdk.client import (
    CallBounds,
    RetryPolicy,
    ThrottlePolicy,
    Timeouts,
    VerificationPolicy,
    WemakepriceClient,
)
from wemakeprice_sdk.errors import (
    AnswerTooLargeError,
    CallDeadlineError,
    ConfigError,
    IncompleteListError,
    NetworkError,
    NetworkTimeoutError,
    OutcomeUnknownError,
    ProtocolError,
    ServerError,
)
from wemakeprice_sdk.wire.outcomes import Applied

SMALL = CallBounds(max_bytes=10_000, max_values=500, max_depth=12)
NEVER = RetryPolicy.never()
PADDED = JSON[:-1] + b" " * 9_000 + b"}"


def packed(body: bytes, wbits: int) -> bytes:
    made = zlib.compressobj(9, zlib.DEFLATED, wbits)
    return made.compress(body) + made.flush()


def bomb(mebibytes: int) -> bytes:
    made = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(made.compress(b" " * (1 << 20)) for _ in range(mebibytes)) + made.flush()


def chunked(call: Call, piece: bytes, until: threading.Event, wait: float = 0.0) -> None:
    call.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not until.is_set():
        call.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        if wait:
            until.wait(wait)


def nested(levels: int) -> bytes:
    return b'{"resultCode":200,"error":null,"data":' + b"[" * levels + b"]" * levels + b"}"


def listed(count: int, item: bytes = b"{}") -> bytes:
    return b'{"resultCode":200,"error":null,"data":[' + (item + b",") * (count - 1) + item + b"]}"


TOO_MUCH: dict[str, tuple[bytes, str]] = {
    "bytes": (JSON + b" " * 20_000, ""),
    "gzip": (bomb(4), "Content-Encoding: gzip\r\n"),
    "deflate": (packed(b" " * 20_000, 15), "Content-Encoding: deflate\r\n"),
    "bare deflate": (packed(b" " * 20_000, -15), "Content-Encoding: deflate\r\n"),
    "values": (listed(500), ""),
    "texts": (listed(500, b'"a"'), ""),
    "depth": (nested(12), ""),
    "depth of objects": (b'{"data":' * 20 + b"1" + b"}" * 20, ""),
}


@pytest.fixture(params=["own", "httpx", "httpx2"])
def bounded(request: pytest.FixtureRequest, go: Driver) -> Iterator[Callable[..., Any]]:
    """Return a client that is bounded, on its own connections or on those of an injected client."""
    opened: list[Any] = []

    def make(url: str, **options: Any) -> Any:
        if request.param != "own":
            library = {"httpx": httpx, "httpx2": httpx2}[request.param]
            inner = library.Client() if go.kind == "sync" else library.AsyncClient()
            opened.append(inner)
            options["http_client"] = inner
        return go.client(**{"base_url": url, "bounds": SMALL, "retry": NEVER, **options})

    yield make
    for inner in opened:
        go(inner.close() if go.kind == "sync" else inner.aclose())


@pytest.mark.parametrize("what", list(TOO_MUCH))
def test_an_answer_beyond_a_bound_is_refused_unread(what: str, bounded: Any, go: Driver) -> None:
    body, head = TOO_MUCH[what]
    with (
        serving(lambda call: call.answer(body, 200, "application/json", head)) as server,
        pytest.raises(AnswerTooLargeError, match=r"larger than|more than") as caught,
    ):
        go(bounded(server.url).reference.list_labels())
    assert isinstance(caught.value, ProtocolError)
    assert (caught.value.operation, caught.value.http_status) == ("base_list_labels", 200)


@pytest.mark.parametrize("what", ["bytes", "gzip", "values", "depth"])
def test_a_write_with_such_an_answer_is_verified(what: str, bounded: Any, go: Driver) -> None:
    body, head = TOO_MUCH[what]
    bundle = {"bundleNo": 7, "purchaseNo": 8, "delivery": {"shipStatus": "상품준비중"}, "orderProduct": []}
    good = json.dumps({"resultCode": 200, "error": None, "data": {"bundle": [bundle]}}).encode()

    def exchange(call: Call) -> None:
        if "/in/" in call.path:
            call.answer(body, 200, "application/json", head)
        else:
            call.answer(good)

    with serving(exchange) as server:
        client = bounded(server.url, verification=VerificationPolicy(waits=(0.0,)))
        assert go(client.orders.confirm(7)) == Applied("orders_confirm", verified=True)


@pytest.mark.parametrize("body", [PADDED, listed(240), nested(11)], ids=["bytes", "values", "depth"])
@pytest.mark.parametrize("encoding", ["", "gzip", "deflate", "gzip in packets"])
def test_what_keeps_the_bounds_is_read(body: bytes, encoding: str, bounded: Any, go: Driver) -> None:
    packets = b"".join(gzip.compress(body[at : at + 99]) for at in range(0, 3 * 99, 99)) + gzip.compress(
        body[297:]
    )
    sent = {
        "": body, "gzip": gzip.compress(body), "deflate": packed(body, 15), "gzip in packets": packets,
    }[encoding]  # fmt: skip
    encoding = encoding.partition(" ")[0]
    head = f"Content-Encoding: {encoding}\r\n" if encoding else ""
    with serving(lambda call: call.answer(sent, 200, "application/json", head)) as server:
        decoded = go(bounded(server.url).request("shipping_get_seller_ship"))
    assert decoded == json.loads(body)["data"]


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd", "x"])
def test_a_packing_that_was_not_asked_for_is_not_opened(encoding: str, bounded: Any, go: Driver) -> None:
    body = gzip.compress(bomb(64))
    answered = f"Content-Encoding: {encoding}\r\n"
    with serving(lambda call: call.answer(body, 200, "application/json", answered)) as server:
        with pytest.raises(NetworkError, match="not asked for"):
            go(bounded(server.url).reference.list_labels())
        assert "accept-encoding: gzip, deflate\r\n" in server.calls[0].head.lower() + "\r\n"


def test_damaged_packing_is_no_answer(bounded: Any, go: Driver) -> None:
    with (
        serving(
            lambda call: call.answer(b"\x1f\x8bnonsense", 200, "a/b", "Content-Encoding: gzip\r\n")
        ) as server,
        pytest.raises(NetworkError, match="DecodingError"),
    ):
        go(bounded(server.url).reference.list_labels())


def test_an_endless_body_ends(bounded: Any, go: Driver) -> None:
    with (
        serving(lambda call: chunked(call, b" " * 4096, server.stop)) as server,
        pytest.raises(AnswerTooLargeError),
    ):
        go(bounded(server.url).reference.list_labels())


def test_a_body_that_says_to_be_too_large_is_not_waited_for(bounded: Any, go: Driver) -> None:
    def exchange(call: Call) -> None:
        call.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\n")
        server.stop.wait()

    with serving(exchange) as server, pytest.raises(AnswerTooLargeError):
        go(bounded(server.url).reference.list_labels())


def test_a_busy_status_counts_whatever_the_size(bounded: Any, go: Driver) -> None:
    with (
        serving(lambda call: call.answer(b"x" * 20_000, 503, "text/html")) as server,
        pytest.raises(ServerError),
    ):
        go(bounded(server.url).reference.list_labels())


def drip_body(server: RawServer, call: Call) -> None:
    chunked(call, b" ", server.stop, 0.02)


def drip_head(server: RawServer, call: Call) -> None:
    call.send(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    while not server.stop.is_set():
        call.send(b"a")
        server.stop.wait(0.02)


def silent(server: RawServer, call: Call) -> None:
    server.stop.wait()


SLOW = {"body": drip_body, "head": drip_head, "silence": silent}
SHORT = CallBounds(deadline=0.4)


@pytest.mark.parametrize("how", list(SLOW))
def test_a_call_ends_at_its_deadline(how: str, bounded: Any, go: Driver, request: Any) -> None:
    if how == "head" and go.kind == "sync" and "own" not in request.node.name:
        pytest.skip("nothing of ours runs while an injected synchronous client reads the head of an answer")
    with serving(lambda call: SLOW[how](server, call)) as server:
        client = bounded(server.url, bounds=SHORT, retry=RetryPolicy())
        with pytest.raises(CallDeadlineError, match=r"bounded to") as caught:
            go(client.reference.list_labels())
    assert isinstance(caught.value, NetworkTimeoutError)
    assert len(server.calls) == 1


@pytest.mark.parametrize("how", list(SLOW))
def test_one_exchange_ends_after_four_read_timeouts_and_is_repeated(how: str, go: Driver) -> None:
    def exchange(call: Call) -> None:
        if call.number == 1:
            SLOW[how](server, call)
        else:
            call.answer(JSON)

    with serving(exchange) as server:
        client = go.client(base_url=server.url, timeout=Timeouts(read=0.1))
        assert go(client.reference.list_labels()) == ()
        # A busy machine may be late with the second answer too.
        assert len(server.calls) >= 2


@pytest.mark.parametrize("how", list(SLOW))
def test_a_write_past_its_deadline_is_verified_with_time_of_its_own(how: str, go: Driver) -> None:
    def exchange(call: Call) -> None:
        if "/in/" in call.path:
            SLOW[how](server, call)
        else:
            call.answer(b'{"resultCode":200,"error":null,"data":{"bundle":[]}}')

    with serving(exchange) as server:
        client = go.client(base_url=server.url, bounds=SHORT, verification=VerificationPolicy(waits=(0.0,)))
        with pytest.raises(OutcomeUnknownError, match="TotalTimeout"):
            go(client.orders.confirm(7))
        assert [call.path.rpartition("/")[2] for call in server.calls] == ["setOrderConfirm", "getOrderInfo"]


def test_a_dripping_answer_gives_its_turn_back(go: Driver) -> None:
    def exchange(call: Call) -> None:
        if call.number == 1:
            drip_body(server, call)
        else:
            call.answer(JSON)

    with serving(exchange) as server:
        client = go.client(base_url=server.url, bounds=SHORT, throttle=ThrottlePolicy(min_gap=0))
        with pytest.raises(CallDeadlineError):
            go(client.reference.list_labels())
        assert go(client.reference.list_labels()) == ()


def test_waiting_for_a_turn_counts_and_nothing_is_sent(go: Driver) -> None:
    with serving(lambda call: call.answer(JSON)) as server:
        client = go.client(
            base_url=server.url, bounds=CallBounds(deadline=5.0), throttle=ThrottlePolicy(min_gap=60)
        )
        go(client.reference.list_labels())
        with pytest.raises(CallDeadlineError, match="not reached"):
            go(client.orders.confirm(7))
        assert len(server.calls) == 1


def test_a_thread_waits_for_its_turn_no_longer_than_its_deadline() -> None:
    with serving(lambda call: silent(server, call)) as server:
        options: dict[str, Any] = {"base_url": server.url, "retry": NEVER}
        client = WemakepriceClient(KEY, **options, bounds=CallBounds(deadline=1.5))
        outcome: list[BaseException] = []

        def first() -> None:
            try:
                client.reference.list_labels()
            except NetworkError as error:
                outcome.append(error)

        thread = threading.Thread(target=first)
        thread.start()
        while not server.calls:
            time.sleep(0.001)
        with pytest.raises(CallDeadlineError, match="not reached"):
            client.with_options(bounds=CallBounds(deadline=0.1)).reference.list_labels()
        thread.join()
        assert isinstance(outcome[0], CallDeadlineError)
        client.close()


def test_a_wait_that_is_longer_than_the_deadline_is_not_begun(go: Driver) -> None:
    with serving(lambda call: call.answer(b"", 503, "text/html", "Retry-After: 20\r\n")) as server:
        client = go.client(base_url=server.url, bounds=CallBounds(deadline=10.0))
        with pytest.raises(ServerError):
            go(client.reference.list_labels())
    assert go.naps.taken == []


def test_no_deadline_is_a_choice(go: Driver) -> None:
    with serving(lambda call: call.answer(JSON)) as server:
        client = go.client(base_url=server.url, bounds=CallBounds(deadline=None), timeout=Timeouts(read=None))
        assert go(client.reference.list_labels()) == ()


@pytest.mark.parametrize(
    "wrong", [{"deadline": 0}, {"deadline": float("inf")}, {"max_bytes": 0}, {"max_values": True}, {"max_depth": 1.5}]
)  # fmt: skip
def test_impossible_bounds_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="bounds"):
        CallBounds(**wrong)


def test_bounds_of_another_kind_are_refused() -> None:
    with pytest.raises(TypeError, match="CallBounds"):
        WemakepriceClient(KEY, base_url="http://sandbox.invalid", bounds=5)  # type: ignore[arg-type]


@pytest.mark.parametrize("cls", [AnswerTooLargeError, CallDeadlineError, IncompleteListError])
def test_the_errors_travel(cls: Any) -> None:
    error = cls("too much", operation="orders_list", method="POST", path="/x", http_status=200)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert (type(twin), str(twin), twin.http_status) == (cls, str(error), 200)


HUNGRY = r"""
import re, sys
from pathlib import Path
from wemakeprice_sdk.client import WemakepriceClient, RetryPolicy
from wemakeprice_sdk.errors import AnswerTooLargeError
client = WemakepriceClient("k" * 32, base_url=sys.argv[1], retry=RetryPolicy.never())
try:
    client.reference.list_labels()
except AnswerTooLargeError as error:
    peak = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    print(error.message, int(peak[1]) >> 10, sep="|")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of the memory from /proc")
@pytest.mark.parametrize("what", ["list", "bomb"])
def test_the_default_bounds_keep_the_memory_small(what: str) -> None:
    body = listed(10_000_000) if what == "list" else bomb(300)
    head = "" if what == "list" else "Content-Encoding: gzip\r\n"
    with serving(lambda call: call.answer(body, 200, "application/json", head)) as server:
        done = subprocess.run(
            [sys.executable, "-c", HUNGRY, server.url], capture_output=True, text=True, check=True
        )
    message, _, peak = done.stdout.strip().partition("|")
    assert message == (
        "the answer holds more than 2000000 values"
        if what == "list"
        else "the answer is larger than 33554432 bytes"
    )
    assert int(peak) < 200
