"""Pictures over real HTTP: what is had, what is refused and why, and that a killed run goes on."""

from __future__ import annotations

import ipaddress
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bagit
import catalogue_kit as kit
import httpx
import httpx2
import pytest
from image_server import ImageServer, Request, png, serving

from wemakeprice_sdk.catalogue import CatalogueImage, CatalogueProduct, ImageRole
from wemakeprice_sdk.catalogue.io.addresses import is_public, may_connect
from wemakeprice_sdk.catalogue.io.download import ImageFault, ImageSettings
from wemakeprice_sdk.catalogue.io.images import ImageProgress, ImageReport, fetch_images
from wemakeprice_sdk.catalogue.io.lines import read_lines
from wemakeprice_sdk.clock import ManualClock
from wemakeprice_sdk.errors import BagError, CatalogueFileError, ConfigError

HERE = ImageSettings(allowed_networks=("127.0.0.1/32",), per_second=1_000)
FREE: dict[str, Any] = {"clock": ManualClock(kit.SEEN), "sleep": lambda seconds: None}


@pytest.fixture
def server() -> Iterator[ImageServer]:
    with serving() as made:
        yield made


def showing(*urls: str, product_no: int = 1) -> CatalogueProduct:
    images = tuple(CatalogueImage(url=url, role=ImageRole.EXTRA, position=at) for at, url in enumerate(urls))
    return kit.simple(product_no, images=images)


def fetch(folder: Path, *urls: str, settings: ImageSettings = HERE, **options: Any) -> ImageReport:
    return fetch_images([showing(*urls)], folder, settings=settings, **{**FREE, **options})


def faults(report: ImageReport) -> list[ImageFault]:
    return [one.fault for one in report.missing]


class TestBundle:
    def test_it_is_a_bag_with_pictures_lists_and_the_catalogue(
        self, server: ImageServer, tmp_path: Path
    ) -> None:
        server.pages["/same.png"] = lambda one: one.answer(
            png(460, 460, b"/a.png"), 200, "Content-Type: text/html"
        )
        server.pages["/gone.png"] = lambda one: one.answer(b"", 404)
        first, second, same, gone = (server.url(f"/{name}.png") for name in ("a", "b", "same", "gone"))
        products = [showing(first, second, gone), showing(first, same, gone, product_no=2)]
        report = fetch_images(iter(products), tmp_path / "bundle", settings=HERE, **FREE)
        bagit.Bag(str(tmp_path / "bundle")).validate()
        assert (report.sealed, report.products, report.total, report.had, report.left) == (True, 2, 4, 3, 0)
        (missing,) = report.missing
        assert (missing.url, missing.fault, missing.products) == (
            gone,
            ImageFault.NOT_FOUND,
            ("wmp-1", "wmp-2"),
        )
        assert server.asked("/a.png") == server.asked("/gone.png") == 1
        one, two = read_lines(tmp_path / "bundle/data/catalogue.jsonl")
        assert isinstance(one, CatalogueProduct)
        assert isinstance(two, CatalogueProduct)
        assert [(image.role, image.position, image.width) for image in two.images] == [
            (ImageRole.EXTRA, 0, 3), (ImageRole.EXTRA, 1, 460), (ImageRole.EXTRA, 2, None),
        ]  # fmt: skip
        for image in (*one.images[:2], *two.images[:2]):
            data = (tmp_path / "bundle/data" / image.file).read_bytes()
            assert (image.size, image.mime) == (len(data), "image/png")
        rows = (tmp_path / "bundle/data/missing.jsonl").read_text("utf-8").splitlines()
        assert [json.loads(row)["rule"] for row in rows] == ["not-found"]
        assert [path.name for path in tmp_path.iterdir()] == ["bundle"]

    def test_the_same_picture_under_two_addresses_lies_there_once(
        self, server: ImageServer, tmp_path: Path
    ) -> None:
        for path in ("/1", "/2"):
            server.pages[path] = lambda one: one.answer(png())
        report = fetch(tmp_path / "b", server.url("/1"), server.url("/2"))
        assert (report.had, report.size) == (2, len(png()))
        assert len(list((tmp_path / "b/data/images").rglob("*.png"))) == 1

    def test_the_pictures_of_descriptions_come_too(self, server: ImageServer, tmp_path: Path) -> None:
        from wemakeprice_sdk.catalogue import from_product
        from wemakeprice_sdk.models import Product, ProductDetail

        html = f'<p><img src="{server.url("/d.png")}"></p>'
        product = from_product(Product(product_no=1, detail=ProductDetail(desc_html=html)), kit.API)
        assert fetch_images([product], tmp_path / "b", settings=HERE, **FREE).had == 1

    def test_what_stands_there_is_not_touched(self, server: ImageServer, tmp_path: Path) -> None:
        fetch(tmp_path / "b", server.url("/1"))
        with pytest.raises(BagError, match="there already"):
            fetch(tmp_path / "b", server.url("/2"))
        assert len(server.requests) == 1

    def test_a_catalogue_without_pictures(self, tmp_path: Path) -> None:
        report = fetch(tmp_path / "b")
        assert (report.sealed, report.total, report.had) == (True, 0, 0)


def html(request: Request) -> None:
    request.answer(b"<!DOCTYPE html><html>" + b"x" * 100_000, 200, "Content-Type: image/jpeg")


def endless(request: Request) -> None:
    request.wire.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    piece = png(body=b"x" * 65_000)
    while True:
        request.wire.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")


class TestBadPictures:
    @pytest.mark.parametrize(
        ("page", "fault"),
        [
            (html, ImageFault.NO_PICTURE),
            (lambda one: one.answer(b""), ImageFault.NO_PICTURE),
            (lambda one: one.answer(b"<svg/>"), ImageFault.NO_PICTURE),
            (lambda one: one.answer(png(), 200, "Content-Encoding: gzip"), ImageFault.NO_PICTURE),
            (lambda one: one.answer(png(0, 0)), ImageFault.DAMAGED),
            (lambda one: one.answer(png(), length=40 << 20), ImageFault.TOO_LARGE),
            (endless, ImageFault.TOO_LARGE),
            (lambda one: one.answer(png(), length=len(png()) + 1), ImageFault.CUT_OFF),
            (lambda one: one.answer(b"", 403), ImageFault.STATUS),
            (lambda one: one.answer(b"", 410), ImageFault.NOT_FOUND),
            (lambda one: one.answer(b"", 204), ImageFault.STATUS),
            (lambda one: one.redirect(one.path), ImageFault.REDIRECTS),
            (lambda one: one.redirect("file:///etc/passwd"), ImageFault.ADDRESS),
            (lambda one: one.redirect("http://[bad/"), ImageFault.ADDRESS),
            (lambda one: one.redirect("http://user:pass@127.0.0.1/"), ImageFault.CREDENTIALS),
            (lambda one: one.answer(b"", 302), ImageFault.REDIRECTS),
            (lambda one: one.wire.sendall(b"nonsense\r\n\r\n"), ImageFault.CUT_OFF),
            (lambda one: None, ImageFault.CUT_OFF),
        ],
    )  # fmt: skip
    def test_each_is_listed_with_its_reason_and_costs_no_other(
        self, server: ImageServer, tmp_path: Path, page: Any, fault: ImageFault
    ) -> None:
        server.pages["/bad"] = page
        settings = ImageSettings(
            allowed_networks=("127.0.0.1",), per_second=1_000, max_bytes=1 << 20, attempts=1
        )
        report = fetch(tmp_path / "b", server.url("/bad"), server.url("/good"), settings=settings)
        assert faults(report) == [fault]
        assert report.had == 1
        assert len(list((tmp_path / "b/data/images").rglob("*.png"))) == 1

    @pytest.mark.parametrize(
        ("url", "fault"),
        [
            ("/relative.jpg", ImageFault.ADDRESS), ("ftp://127.0.0.1/a.jpg", ImageFault.ADDRESS),
            ("http://", ImageFault.ADDRESS), ("http://[::1", ImageFault.ADDRESS), ("", ImageFault.ADDRESS),
            ("http://127.0.0.1:0/", ImageFault.ADDRESS), ("http://127.0.0.1:99999/", ImageFault.ADDRESS),
            ("http://a:b@127.0.0.1/", ImageFault.CREDENTIALS), ("http://xn--\ud800.kr/", ImageFault.ADDRESS),
            ("//10.0.0.1/a.jpg", ImageFault.PRIVATE), ("http://169.254.169.254/latest", ImageFault.PRIVATE),
            ("http://[::ffff:127.0.0.2]/a", ImageFault.PRIVATE), ("http://[fd00::1]/a", ImageFault.PRIVATE),
        ],
    )  # fmt: skip
    def test_an_address_that_is_refused_before_anything_is_sent(
        self, tmp_path: Path, url: str, fault: ImageFault
    ) -> None:
        assert faults(fetch(tmp_path / "b", url)) == [fault]

    @pytest.mark.parametrize(
        "head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"], ids=["head", "body"]
    )
    def test_a_drip_is_ended(self, server: ImageServer, tmp_path: Path, head: bytes) -> None:
        def drip(request: Request) -> None:
            request.wire.sendall(head)
            pieces = iter(b"HTTP/1.1 200 OK\r\nX: " if not head else png())
            while not server.over.wait(0.02):
                request.wire.sendall(bytes([next(pieces, 120)]))

        server.pages["/drip"] = drip
        settings = ImageSettings(allowed_networks=("127.0.0.1",), max_seconds=0.2)
        assert faults(fetch(tmp_path / "b", server.url("/drip"), settings=settings)) == [ImageFault.TOO_SLOW]
        assert server.asked("/drip") == 1

    def test_nobody_there(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as door:
            port = door.getsockname()[1]
        assert faults(fetch(tmp_path / "b", f"http://127.0.0.1:{port}/")) == [ImageFault.NETWORK]

    def test_a_full_disk_is_no_fault_of_the_picture(
        self, server: ImageServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(path: Path) -> bytes:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "read_bytes", full)
        with pytest.raises(CatalogueFileError, match="No space left"):
            fetch(tmp_path / "b", server.url("/1"))


class TestTrying:
    def test_a_server_in_trouble_is_asked_again_after_a_pause(
        self, server: ImageServer, tmp_path: Path
    ) -> None:
        answers = iter([(b"", 503, "Retry-After: 7"), (b"", 429, "Retry-After: 9999"), (png(), 200)])
        server.pages["/1"] = lambda one: one.answer(*next(answers))
        slept: list[float] = []
        report = fetch(tmp_path / "b", server.url("/1"), sleep=slept.append, monotonic=lambda: 0.0)
        assert report.had == 1
        assert [one for one in slept if one > 0.1] == [7, 30]

    def test_redirects_are_followed_to_the_picture(self, server: ImageServer, tmp_path: Path) -> None:
        server.pages["/1"] = lambda one: one.redirect("/2", 301)
        server.pages["/2"] = lambda one: one.redirect(server.url("/3"), 307)
        assert fetch(tmp_path / "b", server.url("/1")).had == 1
        none = ImageSettings(allowed_networks=("127.0.0.1",), redirects=1)
        assert faults(fetch(tmp_path / "c", server.url("/1"), settings=none)) == [ImageFault.REDIRECTS]

    def test_hosts_are_asked_at_their_pace(self, server: ImageServer, tmp_path: Path) -> None:
        now, slept = [100.0], []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            now[0] += seconds

        settings = ImageSettings(allowed_networks=("127.0.0.1",), at_once=1, per_second=2)
        urls = [server.url(f"/{at}") for at in range(5)]
        fetch(tmp_path / "b", *urls, settings=settings, sleep=sleep, monotonic=lambda: now[0])
        assert slept == [0.5] * 4

    def test_some_at_once_and_never_more(self, server: ImageServer, tmp_path: Path) -> None:
        together = threading.Barrier(3)

        def page(request: Request) -> None:
            together.wait(timeout=30)
            request.answer(png(body=request.path.encode()))

        urls = [server.url(f"/{at}") for at in range(9)]
        server.pages.update({f"/{at}": page for at in range(9)})
        settings = ImageSettings(allowed_networks=("127.0.0.1",), at_once=3, per_second=1_000)
        assert fetch(tmp_path / "b", *urls, settings=settings).had == 9
        assert server.most_at_once == 3


class TestWalls:
    def test_a_public_address_is_needed_unless_a_network_is_allowed(
        self, server: ImageServer, tmp_path: Path
    ) -> None:
        report = fetch(tmp_path / "b", server.url("/1"), settings=ImageSettings())
        assert faults(report) == [ImageFault.PRIVATE]
        assert server.connections == 0

    def test_a_name_may_lead_to_a_private_address(self, server: ImageServer, tmp_path: Path) -> None:
        url = f"http://localhost:{server.port}/1"
        assert faults(fetch(tmp_path / "b", url, settings=ImageSettings())) == [ImageFault.PRIVATE]
        assert server.requests == []

    @pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
    def test_the_address_that_is_connected_to_counts_on_every_redirect(
        self, server: ImageServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: Any
    ) -> None:
        answers = iter(["127.0.0.1", "127.0.0.2"])

        real = socket.getaddrinfo

        def rebound(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
            if host != "img.example.com":
                return real(host, port, *args, **kwargs)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

        with serving("127.0.0.2") as inside, library.Client(trust_env=False) as client:
            server.pages["/1"] = lambda one: one.redirect(f"http://img.example.com:{inside.port}/secret")
            monkeypatch.setattr(socket, "getaddrinfo", rebound)
            report = fetch(tmp_path / "b", f"http://img.example.com:{server.port}/1", http_client=client)
            assert faults(report) == [ImageFault.PRIVATE]
            assert server.asked("/1") == 1
            assert inside.requests == []

    def test_a_connection_made_earlier_is_looked_at_too(self, server: ImageServer, tmp_path: Path) -> None:
        def twice(request: Request) -> None:
            request.answer(b"ok")
            while b"\r\n\r\n" not in request.wire.recv(65536):
                pass
            request.answer(png())

        server.pages["/first"] = twice
        with httpx.Client(trust_env=False) as client:
            client.get(f"http://localhost:{server.port}/first")
            url = f"http://localhost:{server.port}/2"
            report = fetch(tmp_path / "b", url, settings=ImageSettings(attempts=1), http_client=client)
        assert faults(report) == [ImageFault.PRIVATE]
        assert report.size == 0

    def test_an_address_that_nobody_can_tell_is_refused(self, tmp_path: Path) -> None:
        transport = httpx.MockTransport(lambda request: httpx.Response(200, content=png()))
        with httpx.Client(transport=transport) as client:
            assert faults(fetch(tmp_path / "b", "http://a.kr/1", http_client=client)) == [ImageFault.PRIVATE]

    @pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
    def test_nothing_of_the_injected_client_goes_out_and_it_stays_open(
        self, server: ImageServer, tmp_path: Path, library: Any
    ) -> None:
        server.pages["/1"] = lambda one: one.answer(b"", 302, "Location: /2", "Set-Cookie: track=me; Path=/")
        with library.Client(
            headers={"Authorization": "Bearer secret", "X-Own": "1"},
            cookies={"session": "secret"},
            auth=("user", "secret"),
            trust_env=False,
        ) as client:
            assert fetch(tmp_path / "b", server.url("/1"), http_client=client).had == 1
            assert not client.is_closed
        heads = "".join(one.head for one in server.requests).lower()
        assert len(server.requests) == 2
        for word in ("authorization", "cookie", "x-own", "secret", "track"):
            assert word not in heads

    def test_what_is_no_client_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(TypeError, match="Client of httpx or httpx2"):
            fetch(tmp_path / "b", http_client="client")

    @pytest.mark.parametrize(
        ("host", "public"),
        [
            ("8.8.8.8", True), ("2001:4860:4860::8888", True), ("10.0.0.1", False), ("172.16.0.1", False),
            ("192.168.0.1", False), ("127.0.0.1", False), ("0.0.0.0", False), ("169.254.169.254", False),
            ("100.64.0.1", False), ("224.0.0.1", False), ("240.0.0.1", False), ("255.255.255.255", False),
            ("::1", False), ("::", False), ("fe80::1", False), ("fd00::1", False), ("ff02::1", False),
            ("::ffff:10.0.0.1", False), ("::ffff:8.8.8.8", True), ("64:ff9b::a00:1", False),
            ("64:ff9b::808:808", True), ("2002:a00:1::", False),
        ],
    )  # fmt: skip
    def test_which_addresses_are_public(self, host: str, public: bool) -> None:
        assert is_public(ipaddress.ip_address(host)) is public
        assert may_connect(host, ()) is public

    def test_allowed_networks_count_for_their_own_version(self) -> None:
        networks = ImageSettings(allowed_networks=("10.0.0.0/8", "fd00::/8")).networks
        assert may_connect("10.1.2.3", networks)
        assert may_connect("fd00::1%eth0", networks)
        assert not may_connect("192.168.0.1", networks)
        assert not may_connect("name", networks)

    def test_all_faults_of_the_settings_are_named_at_once(self) -> None:
        with pytest.raises(ConfigError) as caught:
            ImageSettings(
                at_once=0, per_second=float("nan"), max_bytes=0, max_seconds="1", attempts=0, redirects=-1,  # type: ignore[arg-type]
                allowed_networks=("10.0.0.1/8", 5),  # type: ignore[arg-type]
            )  # fmt: skip
        assert {one.path for one in caught.value.violations} == {
            "at_once", "per_second", "max_bytes", "max_seconds", "attempts", "redirects", "allowed_networks[0]",
            "allowed_networks[1]",
        }  # fmt: skip


class TestGoingOn:
    def test_a_stopped_run_goes_on_and_asks_nothing_twice(self, server: ImageServer, tmp_path: Path) -> None:
        urls = [server.url(f"/{at}") for at in range(10)]
        seen: list[ImageProgress] = []
        one = ImageSettings(allowed_networks=("127.0.0.1",), at_once=1, per_second=1_000)
        report = fetch(
            tmp_path / "b", *urls, settings=one, progress=seen.append, stop=lambda: seen[-1].done >= 4
        )
        assert (report.sealed, report.had, report.left) == (False, 4, 6)
        assert report.folder == tmp_path / "b.part"
        again = fetch(tmp_path / "b", *urls)
        assert (again.sealed, again.had) == (True, 10)
        assert all(server.asked(f"/{at}") == 1 for at in range(10))
        assert seen[-1] == ImageProgress(done=4, total=10, missing=0, size=seen[-1].size)

    def test_what_could_not_be_had_is_tried_again(self, server: ImageServer, tmp_path: Path) -> None:
        server.pages["/1"] = lambda request: request.answer(b"", 404)
        urls = [server.url("/1"), server.url("/2")]
        report = fetch(tmp_path / "b", *urls, seal=False)
        assert (report.sealed, report.had, faults(report)) == (False, 1, [ImageFault.NOT_FOUND])
        del server.pages["/1"]
        assert fetch(tmp_path / "b", *urls).had == 2
        assert server.asked("/2") == 1

    def test_a_killed_run_goes_on(self, server: ImageServer, tmp_path: Path) -> None:
        script = (
            "import sys; sys.path.insert(0, sys.argv[3])\n"
            "import test_images as t\n"
            "from pathlib import Path\n"
            "one = t.ImageSettings(allowed_networks=('127.0.0.1',), at_once=1, per_second=1000)\n"
            "t.fetch(Path(sys.argv[1]), *sys.argv[2].split(), settings=one)\n"
        )
        urls = [server.url(f"/{at}") for at in range(6)]
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "b"), " ".join(urls), str(Path(__file__).parent)]
        )

        def half(request: Request) -> None:
            request.wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + png())
            os.kill(process.pid, signal.SIGKILL)
            process.wait()

        server.pages["/4"] = half
        assert process.wait(timeout=60) == -signal.SIGKILL
        assert not (tmp_path / "b").exists()
        del server.pages["/4"]
        # A crash of the machine may leave half a line of the journal, and a file that is shorter than it was.
        with (tmp_path / "b.part/journal.jsonl").open("ab") as journal:
            journal.write(b'{"url": "half')
        kept = sorted((tmp_path / "b.part/bag/data/images").rglob("*.png"))
        kept[0].write_bytes(b"")
        report = fetch(tmp_path / "b", *urls)
        assert report.sealed
        assert report.had == 6
        bagit.Bag(str(tmp_path / "b")).validate()
        asked = [server.asked(f"/{at}") for at in range(6)]
        assert sorted(asked[:4]) == [1, 1, 1, 2]
        assert asked[4:] == [2, 1]
        assert [path.name for path in tmp_path.iterdir()] == ["b"]

    def test_pictures_that_the_catalogue_shows_no_more_are_left_out(
        self, server: ImageServer, tmp_path: Path
    ) -> None:
        fetch(tmp_path / "b", server.url("/old"), server.url("/kept"), seal=False)
        report = fetch(tmp_path / "b", server.url("/kept"))
        assert report.had == 1
        assert len(list((tmp_path / "b/data/images").rglob("*.png"))) == 1
