"""Pages of a server that does not page as it was asked to, over real HTTP."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from client_kit import NOW, Driver

from wemakeprice_sdk.client import Cursor
from wemakeprice_sdk.errors import IncompleteListError, ProtocolError

Answer = Callable[[int, int], tuple[list[Any], int | None]]


class Lister:
    """Answers product and deal lists as `answer(page, size)` says: numbers, and the total.

    A number None puts null in place of the whole row.
    """

    def __init__(self) -> None:
        self.answer: Answer = lambda page, size: ([], 0)
        self.pages: list[int] = []
        self.url = ""

    def body(self, path: str) -> bytes:
        query = parse_qs(urlsplit(path).query)
        page, size = int(query["page"][0]), int(query["size"][0])
        self.pages.append(page)
        numbers, total = self.answer(page, size)
        key, name = ("dealNo", "dealName") if "Deal" in path else ("productNo", "productName")
        rows = [number and {key: number, name: f"상품 {number}"} for number in numbers]
        data = {"list": rows} | ({} if total is None else {"totalCount": total})
        return json.dumps({"resultCode": 200, "error": None, "data": data}).encode()


@pytest.fixture
def lister() -> Iterator[Lister]:
    here = Lister()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            body = here.body(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        here.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield here
        server.shutdown()
        thread.join()


@pytest.fixture(params=["products", "deals"])
def numbers(request: pytest.FixtureRequest, go: Driver, lister: Lister) -> Callable[..., list[int]]:
    group = getattr(go.client(base_url=lister.url), request.param)

    def read(**options: Any) -> list[int]:
        rows = go.all(group.iter(NOW - timedelta(days=1), NOW, **options))
        return [row.product_no if request.param == "products" else row.deal_no for row in rows]

    return read


def part(rows: list[int], page: int, size: int) -> list[int]:
    return rows[(page - 1) * size : page * size]


ROWS = list(range(1, 121))


@pytest.mark.parametrize("total", [120, None])
@pytest.mark.parametrize("cap", [1000, 100, 50, 7])
def test_a_server_may_give_fewer_rows_than_asked(
    cap: int, total: int | None, numbers: Any, lister: Lister
) -> None:
    lister.answer = lambda page, size: (part(ROWS, page, min(cap, size)), total)
    assert numbers() == ROWS


def test_a_server_that_caps_and_still_skips_what_was_asked_for_is_an_error(
    numbers: Any, lister: Lister
) -> None:
    lister.answer = lambda page, size: (part(ROWS, page, size)[:50], 120)
    with pytest.raises(IncompleteListError, match=r"70 of 120 rows .*조회 기간을 줄여") as caught:
        numbers()
    assert isinstance(caught.value, ProtocolError)
    assert caught.value.operation in ("products_list", "deals_list")
    assert len(lister.pages) == 9, "three readings of three pages, the last one empty"


@pytest.mark.parametrize("total", [120, None])
def test_a_server_that_ignores_the_page_ends(total: int | None, numbers: Any, lister: Lister) -> None:
    lister.answer = lambda page, size: (ROWS[:size], total)
    with pytest.raises(IncompleteListError, match="rows are missing"):
        numbers()
    assert len(lister.pages) <= 6


def test_a_short_list_of_a_server_that_ignores_the_page_is_whole(numbers: Any, lister: Lister) -> None:
    lister.answer = lambda page, size: (ROWS[:30], None)
    assert numbers() == ROWS[:30]


def test_a_row_that_goes_away_between_two_pages_hides_no_other_one(numbers: Any, lister: Lister) -> None:
    def shrinking(page: int, size: int) -> tuple[list[int], int | None]:
        rows = ROWS if len(lister.pages) == 1 else ROWS[5:]
        return part(rows, page, size), len(rows)

    lister.answer = shrinking
    assert sorted(numbers()) == ROWS
    assert lister.pages == [1, 2, 1, 2]


def test_a_row_that_comes_in_front_between_two_pages_is_found(numbers: Any, lister: Lister) -> None:
    def growing(page: int, size: int) -> tuple[list[int], int | None]:
        rows = ROWS if len(lister.pages) == 1 else [999, *ROWS]
        return part(rows, page, size), len(rows)

    lister.answer = growing
    assert sorted(numbers()) == [*ROWS, 999]


def test_a_list_that_never_holds_still_is_an_error(numbers: Any, lister: Lister) -> None:
    def restless(page: int, size: int) -> tuple[list[int], int | None]:
        rows = ROWS[: 120 - page]
        return part(rows, page, size), len(rows)

    lister.answer = restless
    with pytest.raises(IncompleteListError):
        numbers()


def test_after_missing_rows_the_window_is_asked_for_again(go: Driver, lister: Lister) -> None:
    lister.answer = lambda page, size: (part(ROWS, page, size)[:50], 120)
    pager = go.client(base_url=lister.url).products.iter(NOW - timedelta(days=1), NOW)
    with pytest.raises(IncompleteListError):
        go.all(pager)
    lister.answer = lambda page, size: (part(ROWS, page, size), 120)
    rest = [row.product_no for row in go.all(pager)]
    assert set(rest) >= set(range(51, 101))
    assert pager.cursor.page == 1


def test_a_cursor_within_a_window_loses_nothing_when_the_pages_changed_their_size(
    go: Driver, lister: Lister
) -> None:
    products = go.client(base_url=lister.url).products
    lister.answer = lambda page, size: (part(ROWS, page, size), 120)
    pager = products.iter(NOW - timedelta(days=1), NOW)
    first = [row.product_no for row in go.take(pager, 110)]
    cursor = Cursor.from_json(pager.cursor.to_json())
    lister.answer = lambda page, size: (part(ROWS, page, 50), 120)
    rest = [row.product_no for row in go.all(products.iter(NOW - timedelta(days=1), NOW, cursor=cursor))]
    assert first + rest == ROWS


@pytest.mark.parametrize("total", [250, None])
def test_a_page_of_unread_rows_only_is_not_the_end(total: int | None, go: Driver, lister: Lister) -> None:
    rows: list[Any] = [*range(1, 101), *(f"?{number}" for number in range(100)), *range(201, 251)]
    lister.answer = lambda page, size: (rows[(page - 1) * size : page * size], total)
    pager = go.client(base_url=lister.url).products.iter(NOW - timedelta(days=1), NOW)
    assert [row.product_no for row in go.all(pager)] == [*range(1, 101), *range(201, 251)]
    assert len(pager.unread) == 100


def test_rows_that_hold_nothing_are_counted_on_every_page(go: Driver, lister: Lister) -> None:
    rows: list[Any] = [None, *range(1, 100), None, *range(101, 120)]
    lister.answer = lambda page, size: (rows[(page - 1) * size : page * size], 120)
    pager = go.client(base_url=lister.url).products.iter(NOW - timedelta(days=1), NOW)
    assert len(go.all(pager)) == 118
    assert (len(pager.unread), lister.pages) == (2, [1, 2])


def test_a_window_that_is_read_again_names_an_unread_row_once(go: Driver, lister: Lister) -> None:
    rows: list[Any] = ["?", *range(2, 121)]

    def shrinking(page: int, size: int) -> tuple[list[Any], int | None]:
        left = rows if len(lister.pages) == 1 else [*rows[:1], *rows[6:]]
        return left[(page - 1) * size : page * size], len(left)

    lister.answer = shrinking
    pager = go.client(base_url=lister.url).products.iter(NOW - timedelta(days=1), NOW)
    assert sorted(row.product_no for row in go.all(pager)) == list(range(2, 121))
    assert lister.pages == [1, 2, 1, 2]
    assert len(pager.unread) == 1


@pytest.mark.parametrize("row", ["?", None])
def test_a_short_list_of_a_server_that_ignores_the_page_ends_with_its_unread_rows(
    row: Any, go: Driver, lister: Lister
) -> None:
    lister.answer = lambda page, size: ([row, 2, 3], None)
    pager = go.client(base_url=lister.url).products.iter(NOW - timedelta(days=1), NOW)
    assert [found.product_no for found in go.all(pager)] == [2, 3]
    assert len(lister.pages) == 2
    assert pager.unread[0].faults
