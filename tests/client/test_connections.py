"""Connections and cookies: whose answer it is, over real HTTP."""

import asyncio
import gc
import json
import socket
import ssl
import threading
from typing import Any

import httpcore
import httpcore2
import httpx
import httpx2
import pytest
from client_kit import KEY, Driver
from raw_server import JSON, Call, answer, serving

from wemakeprice_sdk.client import (
    AsyncWemakepriceClient,
    ConnectionLimits,
    RetryPolicy,
    ThrottlePolicy,
    WemakepriceClient,
)
from wemakeprice_sdk.client.lines import TimedStream, tls_for
from wemakeprice_sdk.errors import NetworkError, OutcomeUnknownError, RefusedError
from wemakeprice_sdk.sandbox import Sandbox, SandboxServer
from wemakeprice_sdk.wire.outcomes import Applied

NEVER = RetryPolicy.never()


def written(key: int, message: str) -> bytes:
    data = {"returnKey": key, "returnMsg": message}
    return json.dumps({"resultCode": 200, "error": None, "data": data}, ensure_ascii=False).encode()


def test_reads_share_a_connection(go: Driver) -> None:
    with serving(lambda call: call.answer(JSON)) as server:
        client = go.client(base_url=server.url)
        for _ in range(3):
            go(client.reference.list_labels())
        assert server.connections == 1


def test_what_refuses_the_rest_of_a_request_may_have_answered_it() -> None:
    """As httpcore has it: a request that cannot be sent to its end is no failure yet."""
    sent: list[bytes] = []

    class Broken:
        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            sent.append(buffer)
            raise httpcore.WriteError

        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            return b"HTTP/1.1 413 X"

    stream = TimedStream(Broken(), lambda seconds: seconds)  # type: ignore[arg-type]
    stream.write(b"head")
    stream.write(b"body")
    assert stream.read(100) == stream.read(100) == b"HTTP/1.1 413 X"
    assert sent == [b"headbody"]


def test_every_write_has_a_connection_of_its_own(go: Driver) -> None:
    with serving(lambda call: call.answer(written(1, "완료") if "/in/" in call.path else JSON)) as server:
        client = go.client(base_url=server.url)
        go(client.reference.list_labels())
        for number in (1, 2):
            assert isinstance(go(client.orders.confirm(number)), Applied)
        go(client.reference.list_labels())
        assert [call.connection for call in server.calls] == [1, 2, 3, 1]


@pytest.mark.parametrize("library", [None, httpx, httpx2], ids=["own", "httpx", "httpx2"])
def test_no_write_is_lost_on_a_connection_that_is_closed_just_now(library: Any, go: Driver) -> None:
    """The server ends every connection after one answer, with the next request in its hands, and says so to nobody."""
    used: set[int] = set()

    def exchange(call: Call) -> None:
        if call.connection in used:
            raise OSError
        used.add(call.connection)
        call.answer(written(1, "완료") if "/in/" in call.path else JSON)

    with serving(exchange) as server:
        kind = "Client" if go.kind == "sync" else "AsyncClient"
        inner = None if library is None else getattr(library, kind)()
        client = go.client(base_url=server.url, **({} if inner is None else {"http_client": inner}))
        for number in range(1, 6):
            go(client.reference.list_labels())
            ended = go(client.orders.confirm(number))
            assert ended == Applied("orders_confirm", None, "완료")
        assert len([call for call in server.calls if "/in/" in call.path]) == 5
        if inner is not None:
            go(inner.close() if go.kind == "sync" else inner.aclose())


@pytest.mark.parametrize("core", [httpcore, httpcore2], ids=["httpx", "httpx2"])
def test_a_write_that_no_connection_took_was_not_sent(core: Any) -> None:
    def exchange(request: Any) -> Any:
        raise core.ConnectionNotAvailable

    library = httpx if core is httpcore else httpx2
    with library.Client(transport=library.MockTransport(exchange)) as inner:
        client = WemakepriceClient(KEY, base_url="http://127.0.0.1:9", http_client=inner)
        with pytest.raises(NetworkError, match="was not reached"):
            client.orders.confirm(1)


def test_a_doubled_answer_is_not_taken_for_the_next_one(go: Driver) -> None:
    """The first bundle is confirmed with twice the bytes, the second one is refused."""

    def exchange(call: Call) -> None:
        if call.number == 1:
            call.send(2 * answer(written(1, "완료 되었습니다.")))
        else:
            call.answer(written(0, "모르는 거절 사유"))

    with serving(exchange) as server:
        client = go.client(base_url=server.url)
        assert isinstance(go(client.orders.confirm(1)), Applied)
        with pytest.raises(RefusedError):
            go(client.orders.confirm(2))


@pytest.mark.parametrize("extra", [answer(JSON), b"H", b"\r\n\r\n"], ids=["answer", "letter", "blank"])
def test_a_connection_with_bytes_left_over_is_not_read_from_again(extra: bytes, go: Driver) -> None:
    label = b'{"resultCode":200,"data":[{"labelNo":%d}],"error":null}'

    def exchange(call: Call) -> None:
        body = answer(label % call.number)
        call.send(body + extra if call.number == 1 else body)

    with serving(exchange) as server:
        client = go.client(base_url=server.url)
        read = [go(client.reference.list_labels())[0].label_no for _ in range(3)]
        assert read == [1, 2, 3]
        assert [call.connection for call in server.calls] == [1, 2, 2]


def test_a_verifying_read_never_reads_what_an_older_call_left_behind(go: Driver) -> None:
    done = b'{"resultCode":200,"data":{"bundle":[]},"error":null}'

    def exchange(call: Call) -> None:
        if "/in/" in call.path:
            call.answer(b"", 502, "text/html")
        else:
            call.answer(done)

    with serving(exchange) as server:
        client = go.client(base_url=server.url)
        go(client.request("shipping_get_seller_ship"))
        with pytest.raises(OutcomeUnknownError, match="the answer was lost"):
            go(client.orders.confirm(1))
        assert len({call.connection for call in server.calls}) == len(server.calls)


def test_no_more_connections_are_open_than_allowed(go: Driver) -> None:
    with serving(lambda call: call.answer(written(1, "") if "/in/" in call.path else JSON)) as server:
        one = ConnectionLimits(max_connections=1, max_keepalive=1)
        client = go.client(
            base_url=server.url, connection_limits=one, throttle=ThrottlePolicy(max_concurrent=9, min_gap=0)
        )
        go(client.reference.list_labels())
        go(client.orders.confirm(1))
        go(client.reference.list_labels())
        assert [call.connection for call in server.calls] == [1, 2, 3]


@pytest.mark.parametrize("limits", [{"max_keepalive": 0}, {"keepalive_expiry": 0.0}])
def test_a_connection_need_not_be_kept(limits: dict[str, Any], go: Driver) -> None:
    with serving(lambda call: call.answer(JSON)) as server:
        client = go.client(base_url=server.url, connection_limits=ConnectionLimits(**limits))
        for _ in range(2):
            go(client.reference.list_labels())
        assert server.connections == 2


def test_calls_made_together_keep_their_connections() -> None:
    together = threading.Barrier(10)

    def exchange(call: Call) -> None:
        together.wait(60)
        call.answer(JSON)

    async def run(url: str) -> None:
        policy = ThrottlePolicy(max_concurrent=10, min_gap=0)
        async with AsyncWemakepriceClient(KEY, base_url=url, throttle=policy, retry=NEVER) as client:
            for _ in range(3):
                await asyncio.gather(*(client.reference.list_labels() for _ in range(10)))

    with serving(exchange) as server:
        asyncio.run(run(server.url))
        assert server.connections == 10


def test_the_certificates_are_loaded_once_for_all_accounts(
    go: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[dict[str, Any]] = []
    real = httpx.create_ssl_context

    def load(**settings: Any) -> ssl.SSLContext:
        loaded.append(settings)
        return real(**settings)

    monkeypatch.setattr(httpx, "create_ssl_context", load)
    tls_for.cache_clear()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for _ in range(3):
        client = go.client(base_url=f"https://127.0.0.1:{port}", retry=NEVER)
        with pytest.raises(NetworkError):
            go(client.reference.list_labels())
    assert loaded == [{"trust_env": False}]


def storm(url: str, cancels: int, times: int, most: int) -> tuple[int, int, int]:
    """Cancel calls in all their phases; return how many were, and what is left busy and idle."""

    async def run() -> tuple[int, int, int]:
        cancelled = 0
        policy = ThrottlePolicy(max_concurrent=most, min_gap=0)
        async with AsyncWemakepriceClient(KEY, base_url=url, throttle=policy, retry=NEVER) as client:
            started = 0
            while cancelled < cancels:
                tasks = [asyncio.create_task(client.reference.list_couriers()) for _ in range(8)]
                # Another number of steps every time, so that every await of a call is met.
                for _ in range(started % 37):
                    await asyncio.sleep(0)
                if started % 3 == 0:
                    await asyncio.sleep(0.0003 * (started % 17))
                started += 1
                for _ in range(times):
                    for task in tasks:
                        task.cancel()
                    await asyncio.sleep(0)
                ends = await asyncio.gather(*tasks, return_exceptions=True)
                others = [end for end in ends if not isinstance(end, tuple | asyncio.CancelledError)]
                assert others == []
                cancelled += sum(isinstance(end, asyncio.CancelledError) for end in ends)
            assert len(await asyncio.wait_for(client.reference.list_couriers(), 8)) == 45
            transport = client._caller.shared.transport
            return cancelled, transport._busy, len(transport._idle)

    return asyncio.run(run())


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("most", [1, 4])
def test_cancelled_calls_use_nothing_up(
    times: int, most: int, sandbox: Sandbox, server: SandboxServer
) -> None:
    cancelled, busy, idle = storm(server.url, 400, times, most)
    assert cancelled >= 400
    assert busy == 0
    assert idle <= 5
    gc.collect()  # an open socket that nobody holds would speak up here


def test_a_cancelled_write_leaves_the_next_one_alone(sandbox: Sandbox, server: SandboxServer) -> None:
    numbers = [sandbox.place_order().bundle_no for _ in range(12)]

    async def run() -> list[Any]:
        async with AsyncWemakepriceClient(
            KEY, base_url=server.url, throttle=ThrottlePolicy(min_gap=0)
        ) as client:
            tasks = [asyncio.create_task(client.orders.confirm(number)) for number in numbers]
            await asyncio.sleep(0)
            for task in tasks[::2]:
                task.cancel()
            return await asyncio.gather(*tasks, return_exceptions=True)

    ends = asyncio.run(run())
    assert all(isinstance(end, asyncio.CancelledError) for end in ends[::2])
    assert all(isinstance(end, Applied) for end in ends[1::2])


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_cookies_do_not_wander_between_accounts(library: Any, go: Driver) -> None:
    def exchange(call: Call) -> None:
        account = next(line for line in call.head.lower().split("\r\n") if line.startswith("apikey"))[-1]
        call.answer(
            JSON, head=f"Set-Cookie: session={account}; Path=/\r\nSet-Cookie: own=changed; Path=/\r\n"
        )

    with serving(exchange) as server:
        inner = library.Client() if go.kind == "sync" else library.AsyncClient()
        inner.cookies.set("own", "mine")
        accounts = [
            go.client(api_key=f"{KEY}{name}", base_url=server.url, http_client=inner) for name in "ab"
        ]
        for _ in range(2):
            for account in accounts:
                go(account.reference.list_labels())
        heads = [call.head.lower() for call in server.calls]
        assert all("cookie: own=mine" in head for head in heads)
        assert not any("session=" in head for head in heads)
        assert dict(inner.cookies) == {"own": "mine"}
        inner.cookies.set("later", "1")
        go(accounts[0].reference.list_labels())
        assert "later=1" in server.calls[-1].head
        go(inner.close() if go.kind == "sync" else inner.aclose())


def test_the_own_connections_keep_no_cookies(go: Driver) -> None:
    with serving(lambda call: call.answer(JSON, head="Set-Cookie: session=1; Path=/\r\n")) as server:
        client = go.client(base_url=server.url)
        for _ in range(2):
            go(client.reference.list_labels())
        assert not any("cookie:" in call.head.lower() for call in server.calls)


def test_an_event_hook_may_read_the_answer(go: Driver) -> None:
    def read(response: Any) -> None:
        response.read()

    async def aread(response: Any) -> None:
        await response.aread()

    with serving(lambda call: call.answer(JSON)) as server:
        hooks: Any = {"response": [read if go.kind == "sync" else aread]}
        inner = httpx.Client(event_hooks=hooks) if go.kind == "sync" else httpx.AsyncClient(event_hooks=hooks)
        client = go.client(base_url=server.url, http_client=inner)
        assert go(client.reference.list_labels()) == ()
        go(inner.close() if go.kind == "sync" else inner.aclose())


def test_an_injected_client_keeps_its_timeouts(go: Driver) -> None:
    with serving(lambda call: server.stop.wait()) as server:
        inner = httpx.Client(timeout=0.1) if go.kind == "sync" else httpx.AsyncClient(timeout=0.1)
        client = go.client(base_url=server.url, http_client=inner, retry=NEVER)
        with pytest.raises(TimeoutError, match="ReadTimeout"):
            go(client.reference.list_labels())
        go(inner.close() if go.kind == "sync" else inner.aclose())
