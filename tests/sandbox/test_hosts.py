"""Host and Origin: programs are answered, pages of other sites are not, and a refusal says what to set."""

import socket

import httpx
import pytest

from wemakeprice_sdk.client import RetryPolicy, WemakepriceClient
from wemakeprice_sdk.errors import PermissionDeniedError
from wemakeprice_sdk.sandbox import Sandbox, SandboxError, SandboxServer
from wemakeprice_sdk.sandbox.__main__ import arguments
from wemakeprice_sdk.sandbox.hosts import HostRule

CONTROL = "/__sandbox__/place_order"


@pytest.fixture
def sandbox():
    made = Sandbox(seed=1)
    made.add_account("k")
    return made


def ask(server, headers, path=CONTROL, method="POST"):
    with httpx.Client(base_url=server.url, timeout=30) as client:
        return client.request(method, path, headers=headers, content=b"{}" if method == "POST" else None)


FOREIGN = [
    {"Host": "evil.example"},
    {"Host": "evil.example:8787"},
    {"Host": "localhost.evil.example"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "[::"},
    {"Host": ""},
    {"Origin": "http://evil.example"},
    {"Origin": "https://evil.example:8787"},
    {"Origin": "null"},
    {"Origin": "file://"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    {"Host": "192.0.2.1"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", CONTROL),
        ("GET", "/__sandbox__/journal"),
        ("GET", "/"),
        ("GET", "/product/out/getLabel"),
        ("OPTIONS", CONTROL),
    ],
)
def test_a_page_of_another_site_is_refused_everywhere_and_told_why(sandbox, headers, method, path):
    with SandboxServer(sandbox) as server:
        answer = ask(server, {"Content-Type": "text/plain", "apiKey": "k", **headers}, path, method)
        assert answer.status_code == 403
        assert answer.headers["content-type"].startswith("application/json")
        assert answer.json()["resultCode"] == 403
        assert "--allow-host" in answer.json()["error"] or "another site" in answer.json()["error"]
        assert not any(name.startswith("access-control") for name in answer.headers)
        assert sandbox.counts()["bundle"] == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "localhost"},
        {"Host": "LOCALHOST:9"},
        {"Host": "localhost."},
        {"Host": "127.0.0.1:8787"},
        {"Host": "127.8.9.1"},
        {"Host": "[::1]:8787"},
        {"Host": "sandbox.localhost"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ],
)
def test_programs_and_pages_of_this_machine_are_answered(sandbox, headers):
    with SandboxServer(sandbox) as server:
        assert ask(server, headers, "/", "GET").status_code == 200


def test_a_request_without_host_is_a_program_s(sandbox):
    with SandboxServer(sandbox) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), 30) as wire:
            wire.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert wire.recv(100).split()[1] == b"200"


def test_every_host_of_a_request_has_to_be_known(sandbox):
    assert HostRule("127.0.0.1").refusal([("Host", "localhost"), ("Host", "evil.example")])
    assert HostRule("127.0.0.1").refusal([("Origin", "http://localhost"), ("ORIGIN", "http://evil.example")])


def test_a_container_s_name_is_answered_when_told(sandbox):
    with SandboxServer(sandbox, allowed_hosts=["sandbox", "Shop.Test:8787"]) as server:
        for name in ("sandbox", "sandbox:8787", "shop.test"):
            assert ask(server, {"Host": name}, "/", "GET").status_code == 200
        assert ask(server, {"Host": "other"}, "/", "GET").status_code == 403
        assert ask(server, {"Origin": "http://sandbox:3000"}, "/", "GET").status_code == 200
    with SandboxServer(sandbox, allowed_hosts=["*"]) as server:
        assert ask(server, {"Host": "anything.example", "Origin": "null"}, "/", "GET").status_code == 200


def test_a_server_on_every_address_answers_to_addresses_and_not_to_names(sandbox):
    with SandboxServer(sandbox, "0.0.0.0") as server:
        port = server.url.rsplit(":", 1)[1]
        local = f"http://127.0.0.1:{port}/"
        assert httpx.get(local, headers={"Host": "172.17.0.2:8787"}).status_code == 200
        assert httpx.get(local, headers={"Host": "evil.example"}).status_code == 403


def test_the_client_tells_the_operator_what_to_set(sandbox):
    with SandboxServer(sandbox) as server, httpx.Client(headers={"Host": "sandbox"}) as inner:
        client = WemakepriceClient("k", base_url=server.url, http_client=inner, retry=RetryPolicy.never())
        with client, pytest.raises(PermissionDeniedError, match="--allow-host sandbox"):
            client.reference.list_labels()


def test_a_refused_connection_goes_on(sandbox):
    with SandboxServer(sandbox) as server, httpx.Client(base_url=server.url) as client:
        assert client.post(CONTROL, json={}, headers={"Origin": "http://evil.example"}).status_code == 403
        assert client.post(CONTROL, json={}).status_code == 200


@pytest.mark.parametrize("name", ["", "http://sandbox", "sandbox/", "a b", "*.example", "user@host", "[::"])
def test_what_is_no_host_name_cannot_be_allowed(sandbox, name):
    with pytest.raises(SandboxError, match="not a host name"):
        SandboxServer(sandbox, allowed_hosts=[name])
    with pytest.raises(SandboxError, match="a list of names"):
        SandboxServer(sandbox, allowed_hosts="sandbox")


def test_addresses_are_names_too():
    rule = HostRule("192.0.2.7", ["2001:db8::1"])
    for host in ("192.0.2.7", "[2001:db8::1]:80", "localhost"):
        assert rule.refusal([("Host", host)]) is None
    assert "--allow-host 192.0.2.8" in str(rule.refusal([("host", "192.0.2.8")]))


def test_a_long_or_unprintable_name_is_shown_short_and_clean():
    refusal = HostRule("127.0.0.1").refusal([("Host", "evil\x07" + "x" * 500)])
    assert refusal is not None
    assert "\x07" not in refusal
    assert len(refusal) < 250


def test_the_command_line_takes_names_and_the_timeout():
    options = arguments(["--allow-host", "sandbox", "--allow-host", "shop.test", "--timeout", "5"])
    assert (options.allow_host, options.timeout) == (["sandbox", "shop.test"], 5.0)
    assert arguments([]).allow_host == []
