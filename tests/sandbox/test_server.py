"""The server: kept connections, malformed requests, leaving nothing behind; and the command line."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import datetime

import httpx
import pytest

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.sandbox import Sandbox, SandboxError, SandboxServer
from wemakeprice_sdk.sandbox.__main__ import main

POST = b"POST /__sandbox__/place_order HTTP/1.1\r\nHost: localhost\r\n"


def talk(server, data):
    """Send raw bytes and give what comes back until the server closes."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 30) as wire:
        wire.sendall(data)
        out = b""
        while part := wire.recv(65536):
            out += part
        return out


def test_it_listens_on_this_machine_only_and_names_its_url():
    with SandboxServer(Sandbox()) as server:
        assert server.url.startswith("http://127.0.0.1:")


def test_one_connection_carries_many_calls(server, partner):
    head = f"GET /product/out/getLabel HTTP/1.1\r\nHost: localhost\r\napikey: {partner.key}\r\n\r\n".encode()
    last = head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert talk(server, head * 2 + last).count(b"HTTP/1.1 200") == 3


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (
            b"POST /order/in/setOrderConfirm HTTP/1.1\r\nHost: localhost\r\nContent-Length: abc\r\n\r\n",
            b"400",
        ),
        (
            b"POST /order/in/setOrderConfirm HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n",
            b"413",
        ),
        (b"POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", b"413"),
        (POST + b"Content-Length: -1\r\n\r\n", b"400"),
        (POST + b"Content-Length: 1.0\r\n\r\n", b"400"),
        (POST + "Content-Length: ２\r\n\r\n{}".encode(), b"400"),
        (POST + b"Content-Length:\r\n\r\n", b"400"),
        (POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", b"400"),
        (POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", b"400"),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", b"400"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n", b"400"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n", b"400"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n", b"400"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\n\r\n", b"505"),
        (b"GET / NONSENSE/1\r\n\r\n", b"400"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(200)) + b"\r\n", b"431"),
        (b"BREW /product/out/getLabel HTTP/1.1\r\nConnection: close\r\n\r\n", b"405"),
        (b"HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n", b"404"),
    ],
)
def test_malformed_requests_get_a_client_error_in_json(server, data, status):
    head, _, body = talk(server, data).partition(b"\r\n\r\n")
    assert head.split()[1] == status
    assert b"application/json" in head.lower()
    if not data.startswith(b"HEAD"):
        assert json.loads(body)["error"]


def test_a_chunked_body_with_trailers_leaves_the_connection_usable(server):
    first = (
        b"POST /__sandbox__/clear_faults HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    first += b"1;x=1\r\n{\r\n1\r\n}\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n"
    last = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert re.findall(rb"HTTP/1.1 (\d+) ", talk(server, first + last)) == [b"200", b"200"]


def test_half_a_body_is_not_carried_out(server, partner):
    before = len(server.sandbox.journal)
    host, port = server.url.removeprefix("http://").split(":")
    sent = json.dumps({"key": partner.key}).encode()
    with socket.create_connection((host, int(port)), 30) as wire:
        wire.sendall(POST + b"Content-Length: %d\r\n\r\n" % (len(sent) + 1) + sent)
        wire.shutdown(socket.SHUT_WR)
        assert wire.recv(100) == b""
    assert len(server.sandbox.journal) == before


HALF_OPEN = {
    "nothing": [b""],
    "half a request line": [b"GET /"],
    "half a header": [b"GET / HTTP/1.1\r\nHost: local"],
    "half a body": [POST + b"Content-Length: 100\r\n\r\n{"],
    "half a chunk": [POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{"],
    "silence after an answer": [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
}


@pytest.mark.parametrize("sent", HALF_OPEN.values(), ids=HALF_OPEN)
def test_a_half_open_connection_holds_no_thread_for_ever(sent):
    before = threading.active_count()
    with SandboxServer(Sandbox(), timeout=0.2) as server:
        assert server.timeout == 0.2
        for data in sent:
            talk(server, data)  # returns when the server closes
        while threading.active_count() > before + 1:
            time.sleep(0.01)


def test_a_request_that_trickles_in_is_ended_too():
    with SandboxServer(Sandbox(), timeout=0.2) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), 30) as wire:
            wire.settimeout(0.02)
            ended = False
            while not ended:
                try:
                    wire.sendall(b"G")
                    ended = wire.recv(100) == b""
                except TimeoutError:
                    continue
                except ConnectionError:
                    ended = True


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf")])
def test_a_timeout_is_a_number_of_seconds(timeout):
    with pytest.raises(SandboxError, match="timeout is a number of seconds"):
        SandboxServer(Sandbox(), timeout=timeout)


def test_a_call_takes_no_40_milliseconds(http, partner):
    headers = {"apiKey": partner.key}
    http.get("/product/out/getLabel", headers=headers)
    best = min(timed(lambda: http.get("/product/out/getLabel", headers=headers)) for _ in range(30))
    assert best < 0.035


def timed(call):
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def test_closing_ends_waiting_calls_and_every_thread():
    before = threading.active_count()
    sandbox = Sandbox()
    sandbox.add_account("k")
    sandbox.faults.add("base_list_labels", "timeout", hold=60)
    server = SandboxServer(sandbox).start()
    failed = []

    def wait():
        try:
            httpx.get(f"{server.url}/product/out/getLabel", headers={"apiKey": "k"}, timeout=30)
        except httpx.TransportError as error:
            failed.append(error)

    caller = threading.Thread(target=wait)
    caller.start()
    while not sandbox.calls["base_list_labels"]:
        time.sleep(0.01)
    started = time.monotonic()
    server.close()
    caller.join(20)
    assert time.monotonic() - started < 20
    assert len(failed) == 1
    assert threading.active_count() <= before


def run(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "wemakeprice_sdk.sandbox", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
@pytest.mark.usefixtures("interruptible")
def test_the_command_line_runs_a_seeded_shop(tmp_path):
    arguments = ["--port", "0", "--orders", "30", "--days", "3", "--products", "5", "--seed", "4"]
    arguments += ["--clock", "2024-05-20 10:00:00", "--state", str(tmp_path / "s.db")]
    with run(*arguments) as process:
        line = process.stdout.readline()
        url = line.split()[2]
        assert url.startswith("http://127.0.0.1:")
        state = httpx.get(f"{url}/__sandbox__/state").json()["result"]
        assert (state["counts"]["bundle"], state["now"]) == (30, "2024-05-20 10:00:00")
        answer = httpx.get(f"{url}/product/out/getLabel", headers={"apiKey": "sandbox-key"})
        assert answer.status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stderr.read() == ""


def test_a_server_and_its_sandbox_show_what_they_are():
    sandbox = Sandbox(clock=datetime(2024, 5, 20, 10, tzinfo=KST))
    sandbox.add_account("an-invented-key")
    with SandboxServer(sandbox) as server:
        assert repr(server) == f"<SandboxServer {server.url} open>"
        assert repr(sandbox) == "<Sandbox 1 account(s), 2024-05-20 10:00:00>"
    assert repr(server).endswith(" closed>")


def test_the_command_line_says_why_it_cannot_start(tmp_path, capsys):
    (tmp_path / "junk").write_bytes(b"x" * 5000)
    assert main(["--port", "0", "--state", str(tmp_path / "junk")]) == 2
    assert "cannot start" in capsys.readouterr().err
    assert main(["--port", "0", "--clock", "tomorrow"]) == 2
    assert main(["--port", "0", "--state", str(tmp_path / "absent" / "shop.db")]) == 2
    assert "unable to open" in capsys.readouterr().err
    assert main(["--port", "99999"]) == 2
    assert "from 0 to 65535, not 99999" in capsys.readouterr().err
    with SandboxServer(Sandbox()) as server:
        assert main(["--port", server.url.rsplit(":", 1)[1]]) == 2
