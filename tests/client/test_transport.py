"""The HTTP side: injected clients, hosts, redirects, the key's header, event loops, closing."""

import asyncio
import copy
import os
import pickle
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

import httpx
import httpx2
import pytest
from client_kit import KEY, Driver

from wemakeprice_sdk.client import (
    PRODUCTION_URL,
    STAGING_URL,
    AsyncWemakepriceClient,
    ConnectionLimits,
    RetryPolicy,
    ThrottlePolicy,
    Timeouts,
    VerificationPolicy,
    WemakepriceClient,
)
from wemakeprice_sdk.errors import (
    ClientStateError,
    ConfigError,
    NetworkError,
    NetworkTimeoutError,
    NotAppliedError,
    OutcomeUnknownError,
    ProtocolError,
)
from wemakeprice_sdk.sandbox import Sandbox, SandboxServer
from wemakeprice_sdk.secrets import SecretStr
from wemakeprice_sdk.wire.outcomes import Applied

LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
OK = {"resultCode": 200, "data": [], "error": None}


def of(handler: Callable[[httpx.Request], httpx.Response], **options: Any) -> WemakepriceClient:
    inner = httpx.Client(transport=httpx.MockTransport(handler), **options.pop("inner", {}))
    defaults: dict[str, Any] = {
        "base_url": "http://sandbox.invalid",
        "throttle": ThrottlePolicy(min_gap=0),
        "retry": RetryPolicy.never(),
    }
    return WemakepriceClient(options.pop("api_key", KEY), http_client=inner, **{**defaults, **options})


@LIBRARIES
def test_an_injected_client_is_used_and_left_open(
    library: Any, sandbox: Sandbox, server: SandboxServer
) -> None:
    with library.Client() as inner:
        with WemakepriceClient(KEY, base_url=server.url, http_client=inner) as client:
            number = sandbox.place_order().bundle_no
            assert isinstance(client.orders.confirm(number), Applied)
        assert not inner.is_closed
    assert inner.is_closed


@LIBRARIES
def test_an_injected_async_client_is_used_and_left_open(
    library: Any, sandbox: Sandbox, server: SandboxServer
) -> None:
    async def run() -> None:
        async with library.AsyncClient() as inner:
            async with AsyncWemakepriceClient(KEY, base_url=server.url, http_client=inner) as client:
                number = sandbox.place_order().bundle_no
                assert isinstance(await client.orders.confirm(number), Applied)
            assert not inner.is_closed

    asyncio.run(run())


@LIBRARIES
def test_the_failures_of_both_libraries_are_understood(
    library: Any, sandbox: Sandbox, server: SandboxServer
) -> None:
    with library.Client(timeout=0.2) as inner:
        options: dict[str, Any] = {
            "verification": VerificationPolicy(waits=(0.0,)),
            "retry": RetryPolicy.never(),
        }
        client = WemakepriceClient(KEY, base_url=server.url, http_client=inner, **options)
        sandbox.faults.add("orders_confirm", "drop-after-commit")
        assert client.orders.confirm(sandbox.place_order().bundle_no) == Applied(
            "orders_confirm", verified=True
        )
        sandbox.faults.add("orders_confirm", "drop-before-commit")
        with pytest.raises(NotAppliedError):
            client.orders.confirm(sandbox.place_order().bundle_no)
        sandbox.faults.add("base_list_labels", "timeout", hold=1.0)
        with pytest.raises(NetworkTimeoutError):
            client.reference.list_labels()
        nobody = WemakepriceClient(KEY, base_url="http://127.0.0.1:9", http_client=inner, **options)
        with pytest.raises(NetworkError, match="not reached"):
            nobody.orders.confirm(1)


@LIBRARIES
def test_the_sandbox_runs_in_process_under_both_libraries(library: Any, sandbox: Sandbox) -> None:
    with library.Client(transport=sandbox.transport(library)) as inner:
        client = WemakepriceClient(KEY, base_url="http://sandbox.invalid", http_client=inner)
        assert len(client.reference.list_couriers()) == 45


@pytest.mark.parametrize("options", [{"timeout": Timeouts()}, {"connection_limits": ConnectionLimits()}])
def test_own_transport_options_do_not_mix_with_an_injected_client(options: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="http_client is used as it is"):
        of(lambda request: httpx.Response(200, json=OK), **options)
    with pytest.raises(TypeError, match="timeout"):
        of(lambda request: httpx.Response(200, json=OK)).with_options(timeout=Timeouts())


def test_anything_that_is_no_http_client_is_refused() -> None:
    with pytest.raises(TypeError, match="httpx or httpx2"):
        WemakepriceClient(KEY, base_url="http://sandbox.invalid", http_client=object())  # type: ignore[arg-type]


def test_there_is_no_default_host() -> None:
    with pytest.raises(ConfigError, match=r"(?s)sandbox.*PRODUCTION_URL.*접속 주소"):
        WemakepriceClient(KEY)


@pytest.mark.parametrize("cls", [WemakepriceClient, AsyncWemakepriceClient])
def test_key_and_host_come_from_the_environment(cls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"WEMAKEPRICE_API_KEY": f" {KEY}\n", "WEMAKEPRICE_BASE_URL": "http://sandbox.invalid/"}
    assert "http://sandbox.invalid" in repr(cls.from_env(given))
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert KEY not in repr(cls.from_env(retry=RetryPolicy.never()))
    with pytest.raises(ConfigError) as caught:
        cls.from_env({"WEMAKEPRICE_API_KEY": " "})
    assert [found.path for found in caught.value.violations] == list(given)


@pytest.mark.parametrize(
    ("base", "called"),
    [
        ("http://sandbox.invalid", "http://sandbox.invalid/product/out/getLabel"),
        ("http://sandbox.invalid/", "http://sandbox.invalid/product/out/getLabel"),
        ("http://sandbox.invalid:81/wmp/v1//", "http://sandbox.invalid:81/wmp/v1/product/out/getLabel"),
        (" http://[::1]:81/a ", "http://[::1]:81/a/product/out/getLabel"),
    ],
)
def test_the_path_of_the_host_is_kept(base: str, called: str) -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(200, json=OK)

    of(handler, base_url=base).reference.list_labels()
    assert seen == [called]


@pytest.mark.parametrize(
    "base",
    [
        "", "sandbox.invalid", "ftp://sandbox.invalid", "http://", "http://user:pw@sandbox.invalid",
        "http://sandbox.invalid?x=1", "http://sandbox.invalid#x", "http://sandbox.invalid:port", "http://[::1",
        "http://w-api.wemakeprice.com",
    ],
)  # fmt: skip
def test_a_host_that_cannot_be_meant_is_refused_before_anything(base: str) -> None:
    with pytest.raises(ConfigError) as caught:
        WemakepriceClient(KEY, base_url=base)
    assert caught.value.violations[0].path == "base_url"
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("url", [PRODUCTION_URL, STAGING_URL])
def test_production_has_a_name_and_is_never_called_by_a_test(url: str) -> None:
    client = WemakepriceClient(KEY, base_url=url)
    assert client.base_url == url
    with pytest.raises(AssertionError, match="tried to reach"):
        client.reference.list_labels()


@pytest.mark.parametrize("key", ["", "  ", "열쇠", "abc\r\nX-Evil: 1", "a b", "é"])
def test_a_key_no_header_can_carry_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        WemakepriceClient(key, base_url="http://sandbox.invalid")
    assert "X-Evil" not in repr(caught.value)
    assert "열쇠" not in repr(caught.value)


def test_the_key_travels_in_its_header_and_blanks_around_it_do_not() -> None:
    seen: list[httpx.Headers] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return httpx.Response(200, json=OK)

    of(handler, api_key=f"  {KEY}\u200b\n").reference.list_labels()
    assert seen[0]["apikey"] == KEY
    assert seen[0]["content-type"] == "application/json"
    assert seen[0]["user-agent"].startswith("wemakeprice-sdk/")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_never_followed_so_the_key_stays(status: int) -> None:
    hosts: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        return httpx.Response(status, headers={"location": "http://elsewhere.invalid/steal"})

    client = of(handler, inner={"follow_redirects": True}, verification=VerificationPolicy(waits=(0.0,)))
    with pytest.raises(ProtocolError):
        client.reference.list_labels()
    with pytest.raises(OutcomeUnknownError):
        client.cs.answer_question(1, "안녕하세요. 다음 주에 들어옵니다.")
    assert set(hosts) == {"sandbox.invalid"}


def test_a_closed_client_says_so(go: Driver) -> None:
    client = go.client()
    go(client.reference.list_labels())
    assert not client.is_closed
    go(client.close() if go.kind == "sync" else client.aclose())
    assert client.is_closed
    assert client.with_options().is_closed
    for call in (client.reference.list_labels, client.with_options().reference.list_labels):
        with pytest.raises(ClientStateError, match="closed"):
            go(call())
    go(client.close() if go.kind == "sync" else client.aclose())


def test_a_closed_injected_client_is_named() -> None:
    inner = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, json=OK)))
    client = WemakepriceClient(KEY, base_url="http://sandbox.invalid", http_client=inner)
    inner.close()
    with pytest.raises(ClientStateError, match="injected"):
        client.reference.list_labels()


def test_a_second_event_loop_is_refused_in_words(server: SandboxServer) -> None:
    client = AsyncWemakepriceClient(KEY, base_url=server.url)

    async def use() -> None:
        await client.reference.list_labels()

    with asyncio.Runner() as runner:
        runner.run(use())
        with pytest.raises(ClientStateError, match="another event loop"):
            asyncio.run(_elsewhere(use))
        runner.run(client.aclose())


def test_another_kind_of_event_loop_is_refused_by_name() -> None:
    async def call() -> None:
        async with AsyncWemakepriceClient(KEY, base_url="http://127.0.0.1:9") as client:
            await client.reference.list_couriers()

    trio = pytest.importorskip("trio")
    with pytest.raises(ClientStateError, match="asyncio"):
        trio.run(call)


async def _elsewhere(use: Callable[[], Any]) -> None:
    await use()


def test_many_threads_use_one_sync_client(server: SandboxServer, sandbox: Sandbox) -> None:
    numbers = [sandbox.place_order().bundle_no for _ in range(16)]
    failures: list[BaseException] = []
    policy = ThrottlePolicy(max_concurrent=4, min_gap=0)
    with WemakepriceClient(KEY, base_url=server.url, throttle=policy) as client:

        def confirm(number: int) -> None:
            try:
                client.orders.confirm(number)
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=confirm, args=(number,)) for number in numbers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    done = sandbox.journal.writes("orders_confirm")
    assert sorted(entry.targets["bundleNo"] for entry in done) == sorted(numbers)  # type: ignore[type-var]


def test_a_write_cancelled_on_its_way_says_that_it_may_have_been_carried_out(
    server: SandboxServer, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.faults.add("orders_confirm", "timeout", hold=30.0)
    number = sandbox.place_order().bundle_no

    async def run() -> BaseException:
        async with AsyncWemakepriceClient(KEY, base_url=server.url) as client:
            task = asyncio.create_task(client.orders.confirm(number))
            while not sandbox.calls["orders_confirm"]:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError as error:
                return error
            raise AssertionError("not cancelled")

    error = asyncio.run(run())
    assert any("may have been carried out" in note for note in error.__notes__)
    assert any(record.message.startswith("exchange.abandoned") for record in caplog.records)
    assert KEY not in with_locals(error)


def with_locals(error: BaseException) -> str:
    """Show an error as reporters do that send local variables along."""
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


@pytest.mark.parametrize("raised", [KeyboardInterrupt, ZeroDivisionError])
def test_whatever_breaks_a_write_on_its_way_says_so_and_shows_no_key(raised: type[BaseException]) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        sent = dict(request.headers)
        try:
            raise LookupError(len(sent))
        except LookupError:
            raise raised from None

    def earlier() -> None:
        untouched = "kept"
        raise ConnectionError(untouched)

    def confirm() -> None:
        try:
            earlier()
        except ConnectionError:
            of(broken).orders.confirm(1)

    with pytest.raises(raised) as caught:
        confirm()
    assert any("may have been carried out" in note for note in caught.value.__notes__)
    shown = with_locals(caught.value)
    assert KEY not in shown
    assert "in broken" in shown
    context = caught.value.__context__
    while context is not None and not isinstance(context, ConnectionError):
        context = context.__context__
    assert context is not None
    assert "untouched = 'kept'" in with_locals(context)


@pytest.mark.parametrize("options", [{"base_url": "ftp://example.invalid"}, {"timeout": 5}, {"retry": 1}])
@pytest.mark.parametrize("cls", [WemakepriceClient, AsyncWemakepriceClient])
def test_a_client_that_cannot_be_built_shows_no_key(cls: Any, options: dict[str, Any]) -> None:
    def build() -> None:
        cls(str(KEY), **{"base_url": "http://sandbox.invalid", **options})

    with pytest.raises((ConfigError, TypeError)) as caught:
        build()
    shown = with_locals(caught.value)
    assert KEY not in shown
    assert "not built" in shown


def test_a_key_no_header_can_carry_is_in_no_local_variable() -> None:
    halves = ("0123456789abcdef", "fedcba9876543210")
    with pytest.raises(ConfigError) as caught:
        WemakepriceClient(" ".join(halves), base_url="http://sandbox.invalid")
    shown = with_locals(caught.value)
    assert " ".join(halves) not in shown


@LIBRARIES
@pytest.mark.parametrize(
    "location", ["mailto:x", "http:x", "http://xn--a/", "http://[::1", "http://b.invalid/"]
)
def test_a_write_answered_by_a_redirect_to_nowhere_is_verified(
    library: Any, location: str, sandbox: Sandbox
) -> None:
    inner = sandbox.transport()

    def astray(request: Any) -> Any:
        answer = inner.handle_request(request)
        answer.read()
        if request.url.path.endswith("setOrderConfirm"):
            return library.Response(302, headers={"Location": location})
        return library.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)

    client = WemakepriceClient(
        KEY,
        base_url="http://sandbox.invalid",
        http_client=library.Client(transport=library.MockTransport(astray)),
        verification=VerificationPolicy(waits=(0.0,)),
    )
    number = sandbox.place_order().bundle_no
    assert client.orders.confirm(number) == Applied("orders_confirm", verified=True)
    assert len(sandbox.journal.writes("orders_confirm")) == 1


def test_a_forked_child_neither_uses_nor_closes_its_parents_connections() -> None:
    client = of(lambda request: httpx.Response(200, json=OK))
    unused = of(lambda request: httpx.Response(200, json=OK))
    client.reference.list_labels()
    child = os.fork()
    if child == 0:
        try:
            with pytest.raises(ClientStateError, match="forked"):
                client.reference.list_labels()
            client.close()
            assert not client.is_closed
            unused.reference.list_labels()
        except BaseException:
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    client.reference.list_labels()


def test_a_client_shows_no_key_and_cannot_be_copied(go: Driver) -> None:
    client = go.client()
    assert KEY not in repr(client)
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="holds a key"):
            way(client)


def test_truncated_answers_are_lost_answers(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                plug, _ = door.accept()
                with plug:
                    plug.recv(65536)
                    plug.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"resultCode":200,')

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        with WemakepriceClient(
            KEY, base_url=url, retry=RetryPolicy.never(), verification=VerificationPolicy(waits=(0.0,))
        ) as client:
            with pytest.raises(NetworkError, match="no answer"):
                client.reference.list_labels()
            with pytest.raises(OutcomeUnknownError):
                client.orders.confirm(1)
        stop.set()
        with socket.create_connection(door.getsockname()):
            pass
        thread.join(1)


def test_the_package_and_the_client_load_no_http_library() -> None:
    code = (
        "import sys, wemakeprice_sdk.client as c;"
        "c.WemakepriceClient('k', base_url='http://127.0.0.1:9');"
        "print(sorted({'httpx', 'httpx2', 'httpcore', 'openpyxl', 'cryptography'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("wrong", [{"read": 0}, {"connect": -1}, {"pool": float("inf")}])
def test_an_impossible_timeout_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="timeout"):
        Timeouts(**wrong)


def test_a_secret_left_out_of_a_pickle_is_named() -> None:
    from wemakeprice_sdk.errors import SecretUnavailableError

    sealed = pickle.loads(pickle.dumps(SecretStr(KEY)))
    with pytest.raises(SecretUnavailableError):
        WemakepriceClient(sealed, base_url="http://sandbox.invalid")
