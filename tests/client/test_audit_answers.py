"""Bad and odd answers, over real HTTP, on both clients: the exact typed error or the exact tolerant reading."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from cassette_cases import ANSWER, CASES, D002, DAY
from client_kit import DAY_END, DAY_START, Driver

from wemakeprice_sdk.client import RetryPolicy, VerificationPolicy
from wemakeprice_sdk.errors import (
    ApiError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ContentRejectedError,
    MaintenanceError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    PreconditionError,
    ProtocolError,
    ServerError,
    ValidationError,
    WindowError,
    WithdrawnError,
)
from wemakeprice_sdk.models import ClaimStatus, ClaimType, ShipMethod, ShipStatus
from wemakeprice_sdk.wire.operations import OPERATIONS, Channel, Meaning, Operation, Refusal, Shape
from wemakeprice_sdk.wire.outcomes import AlreadyDone

CONTRACT = yaml.load(
    (Path(__file__).parents[2] / "contract/openapi.yaml").read_text("utf-8"), yaml.CSafeLoader
)
NUMBERS = {
    "product_no": 1000000001,
    "shipping_template_no": 5001,
    "bundle_no": 210000001,
    "order_option_no": 510000001,
    "claim_bundle_no": 610000002,
    "deal_no": 810000001,
    "qna_seq": 1,
    "inquiry_seq": 1,
}
READS = [row.id for row in OPERATIONS.values() if row.is_read]
WRITES = [row.id for row in OPERATIONS.values() if not row.is_read]
OUTAGE = "<html><body><p>위메프 접속이 원활하지 않습니다.</p></body></html>".encode()
PAGE = b"<!DOCTYPE html><html><body>Welcome</body></html>"


class Canned:
    """A server that gives each path one answer, and every other path the same refusal."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []

    def put(self, operation: str, status: int, body: object) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        self.answers[OPERATIONS[operation].path] = (status, raw)

    def answer(self, path: str) -> tuple[int, bytes]:
        self.asked.append(path)
        return self.answers.get(path, (500, PAGE))


@pytest.fixture
def canned() -> Iterator[tuple[Canned, str]]:
    here = Canned()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet, else every call waits 40 ms for an acknowledgement

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            status, body = here.answer(self.path.partition("?")[0])
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield here, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(params=["sync", "async"])
def shop(request: pytest.FixtureRequest, canned: tuple[Canned, str]) -> Iterator[tuple[Driver, Any, Canned]]:
    here, url = canned
    driver = Driver(request.param, url)
    once = VerificationPolicy(waits=(0.0,), read_before=False)
    yield driver, driver.client(retry=RetryPolicy.never(), verification=once), here
    driver.close()


Shop = tuple[Driver, Any, Canned]


def call(operation: str, shop: Shop) -> Any:
    go, client, _ = shop
    return go(CASES[operation].call(client, NUMBERS))


BROKEN: dict[str, tuple[int, bytes, type[Exception]]] = {
    "a page": (200, PAGE, ProtocolError),
    "a page under 500": (500, PAGE, ServerError),
    "the outage page": (500, OUTAGE, MaintenanceError),
    "the outage page under 200": (200, OUTAGE, MaintenanceError),
    "JSON cut short": (200, b'{"resultCode":200,"data":{"bundle":[{"bund', ProtocolError),
    "nothing": (200, b"", ProtocolError),
    "a list": (200, b"[]", ProtocolError),
    "a server error": (500, b'{"resultCode":500,"data":null,"error":"x"}', ServerError),
}


@pytest.mark.parametrize("what", list(BROKEN))
def test_a_broken_answer_to_a_read_is_its_typed_error(what: str, shop: Shop) -> None:
    status, body, error = BROKEN[what]
    for operation in READS:
        shop[2].put(operation, status, body)
        shop[2].asked.clear()
        with pytest.raises(error) as caught:
            call(operation, shop)
        assert type(caught.value) is error
        assert (caught.value.operation, caught.value.http_status) == (operation, status)  # type: ignore[attr-defined]
        assert len(shop[2].asked) == 1


@pytest.mark.parametrize("what", list(BROKEN))
def test_a_broken_answer_to_a_write_is_never_taken_for_an_outcome(what: str, shop: Shop) -> None:
    status, body, _ = BROKEN[what]
    for operation in WRITES:
        shop[2].put(operation, status, body)
        shop[2].asked.clear()
        with pytest.raises(OutcomeUnknownError) as caught:
            call(operation, shop)
        assert caught.value.operation == operation
        assert shop[2].asked.count(OPERATIONS[operation].path) == 1


@pytest.mark.parametrize(
    ("code", "error"), [(400, BadRequestError), (401, AuthenticationError), (403, PermissionDeniedError), (422, BadRequestError)]
)  # fmt: skip
@pytest.mark.parametrize("status", [None, 200])
def test_a_refused_key_or_request_is_the_same_error_everywhere(
    code: int, error: type[ApiError], status: int | None, shop: Shop
) -> None:
    for operation in OPERATIONS:
        shop[2].put(operation, status or code, {"resultCode": code, "data": None, "error": "거절"})
        shop[2].asked.clear()
        with pytest.raises(ApiError) as caught:
            call(operation, shop)
        assert type(caught.value) is error
        assert caught.value.result_code == code
        assert len(shop[2].asked) == 1, "a refusal is neither repeated nor verified"


def example_rows() -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the fullest example answer of every read."""
    for item in CONTRACT["paths"].values():
        for row in item.values():
            if row["operationId"] in READS:
                content = row["responses"]["200"]["content"]["application/json"]
                bodies = [example["value"] for example in content["examples"].values()]
                yield row["operationId"], asked_for(max(bodies, key=lambda body: len(json.dumps(body))))


ASKED = {
    "productNo": "product_no",
    "dealNo": "deal_no",
    "bundleNo": "bundle_no",
    "claimBundleNo": "claim_bundle_no",
}


def asked_for(value: Any) -> Any:
    """Return an example as the answer about the numbers that the tests ask for."""
    if isinstance(value, dict):
        return {k: NUMBERS[ASKED[k]] if k in ASKED else asked_for(item) for k, item in value.items()}
    return [asked_for(item) for item in value] if isinstance(value, list) else value


def respelt(value: Any, spell: Callable[[int], Any]) -> Any:
    if isinstance(value, dict):
        return {key: respelt(item, spell) for key, item in value.items()}
    if isinstance(value, list):
        return [respelt(item, spell) for item in value]
    return spell(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize("spell", [str, float], ids=["text", "decimal"])
def test_numbers_in_every_spelling_read_alike(spell: Callable[[int], Any], shop: Shop) -> None:
    seen = 0
    for operation, body in example_rows():
        shop[2].put(operation, 200, body)
        plain = call(operation, shop)
        assert plain, operation
        shop[2].put(operation, 200, respelt(body, spell))
        assert call(operation, shop) == plain, operation
        seen += 1
    assert seen == len(READS)


def test_unknown_codes_keep_their_text(shop: Shop) -> None:
    go, client, here = shop
    body = next(body for operation, body in example_rows() if operation == "orders_list")
    bundle = body["data"]["bundle"][0]
    bundle["delivery"] |= {"shipStatus": "드론배송중", "shipMethod": "드론배송"}
    here.put("orders_list", 200, body)
    (read, *_) = go(client.orders.list(DAY_START, DAY_END, ShipStatus.NEW))
    assert (read.delivery.ship_status.is_known, read.delivery.ship_status.raw_text) == (False, "드론배송중")
    assert (read.delivery.ship_method.code, read.delivery.ship_method.raw_text) == (None, "드론배송")
    with pytest.raises(ValidationError, match="shipMethod"):
        go(client.orders.ship(1, ship_method=read.delivery.ship_method, **D002))
    assert here.asked == [OPERATIONS["orders_list"].path]


CONTAINERS = {Shape.BUNDLES: "bundle", Shape.CLAIMS: "claim", Shape.PAGE: "list"}
EMPTY: dict[str, Callable[[str | None], Any]] = {
    "list": lambda key: [] if key is None else {key: []},
    "null-list": lambda key: None if key is None else {key: None},
    "missing-key": lambda key: [] if key is None else {},
    "null-data": lambda key: None,
}


@pytest.mark.parametrize("form", list(EMPTY))
def test_every_list_and_every_iterator_reads_emptiness_in_all_four_forms(form: str, shop: Shop) -> None:
    go, client, here = shop
    for operation in READS:
        row = OPERATIONS[operation]
        if row.shape is Shape.OBJECT:
            continue
        here.put(
            operation, 200, {"resultCode": 200, "data": EMPTY[form](CONTAINERS.get(row.shape)), "error": None}
        )
        found = call(operation, shop)
        if row.shape is Shape.PAGE:
            assert (found.rows, found.total_count or 0) == ((), 0), operation
        else:
            assert found == (None if operation.endswith("_get") else ()), operation
    for pager in iterators(client):
        assert go.all(pager) == []


def test_a_list_for_an_object_and_an_object_for_a_list_are_never_read_in_part(shop: Shop) -> None:
    """A second row that goes unread, and a row taken for none, are orders or money lost without a word."""
    for operation, body in example_rows():
        row, data = OPERATIONS[operation], body["data"]
        key = CONTAINERS.get(row.shape)
        wrong: list[Any]
        if row.shape is Shape.OBJECT:
            wrong = [[data], [data, data]]
        elif key is None:
            wrong = [data[0], {"list": data}, {"0": data[0]}]
        else:
            (first, *_) = data[key]
            wrong = [data[key], [data], first, {key: first}, {"other": data[key]}, {key: {"0": first}}]
        for given in wrong:
            shop[2].put(operation, 200, {"resultCode": 200, "data": given, "error": None})
            with pytest.raises(ProtocolError, match=r"\$\.data"):
                call(operation, shop)


@pytest.mark.parametrize("operation", ["orders_get", "claims_get"])
def test_a_detail_call_answers_the_number_that_was_asked_for_or_nothing(operation: str, shop: Shop) -> None:
    body = next(body for name, body in example_rows() if name == operation)
    (key,) = body["data"]
    (row,) = body["data"][key]
    number = {"bundle": "bundleNo", "claim": "claimBundleNo"}[key]
    other = {**row, number: row[number] + 1}
    for rows in ([row, row], [row, other], [other, row], [other]):
        shop[2].put(operation, 200, {"resultCode": 200, "data": {key: rows}, "error": None})
        with pytest.raises(ProtocolError, match=r"the number asked for was expected|another number"):
            call(operation, shop)


def iterators(client: Any, start: Any = DAY_START, end: Any = DAY_END) -> list[Any]:
    return [make() for make in lazy(client, start, end).values()]


def lazy(client: Any, start: Any, end: Any) -> dict[str, Callable[[], Any]]:
    return {
        "orders": lambda: client.orders.iter(start, end, ShipStatus.NEW),
        "claims": lambda: client.claims.iter(start, end, ClaimType.CANCEL, ClaimStatus.REQUEST),
        "products": lambda: client.products.iter(start, end),
        "deals": lambda: client.deals.iter(start, end),
        "questions": lambda: client.cs.iter_questions(start, end),
        "reviews": lambda: client.cs.iter_reviews(start, end),
        "inquiries": lambda: client.cs.iter_inquiries(start, end),
        "order lines": lambda: client.settlement.iter(start, end),
        "ship lines": lambda: client.settlement.iter(start, end, "ship"),
        "notices": lambda: client.notices.iter(start, end),
    }


def test_reversed_ranges_are_refused_before_anything_is_asked(shop: Shop) -> None:
    go, client, here = shop
    late, early = DAY_END.replace(day=22), DAY_START
    for make in lazy(client, late, early).values():
        with pytest.raises(WindowError, match="before it starts"):
            make()
    for make in listed(client, late, early):
        with pytest.raises(WindowError):
            go(make())
    assert here.asked == []


def listed(client: Any, start: Any, end: Any) -> list[Callable[[], Any]]:
    return [
        lambda: client.orders.list(start, end, ShipStatus.NEW),
        lambda: client.claims.list(start, end, ClaimType.CANCEL, ClaimStatus.REQUEST),
        lambda: client.products.list(start, end),
        lambda: client.deals.list(start, end),
    ]


def test_overlong_ranges_are_refused_before_anything_is_asked(shop: Shop) -> None:
    go, client, here = shop
    day_later = DAY_START.replace(day=DAY_START.day + 1)
    orders, claims, _, _ = listed(client, DAY_START, day_later)
    for make in (orders, claims):
        with pytest.raises(WindowError, match="below 24 hours"):
            go(make())
    *_, deals = listed(client, DAY_START, DAY_START.replace(month=DAY_START.month + 6, second=1))
    with pytest.raises(WindowError, match="6 calendar months"):
        go(deals())
    assert here.asked == []


ERRORS: dict[Meaning, type[ApiError]] = {
    Meaning.WITHDRAWN: WithdrawnError,
    Meaning.NOT_FOUND: NotFoundError,
    Meaning.PRECONDITION: PreconditionError,
    Meaning.CONFLICT: ConflictError,
    Meaning.CONTENT_REJECTED: ContentRejectedError,
}


def refusals() -> Iterator[tuple[Operation, Refusal]]:
    for row in OPERATIONS.values():
        yield from ((row, refusal) for refusal in row.refusals if refusal.channel is not Channel.HTML)


def refused(refusal: Refusal) -> tuple[int, dict[str, Any]]:
    # Other blanks than in the table, and words around: that is how such texts arrive.
    text = f"처리할 수 없습니다: {' '.join(refusal.match)} 입니다."
    if refusal.channel is Channel.RETURN_MSG:
        data = {"returnKey": 0, "returnMsg": text}
        return 200, {"resultCode": 200, "data": data, "error": None}
    return 422, {"resultCode": 422, "data": None, "error": text}


@pytest.mark.parametrize("meaning", [*ERRORS, Meaning.ALREADY_DONE])
def test_every_refusal_text_ends_as_its_typed_error_or_outcome(meaning: Meaning, shop: Shop) -> None:
    seen = 0
    for row, refusal in refusals():
        if winner(row, refusal).meaning is meaning:
            shop[2].put(row.id, *refused(refusal))
            shop[2].asked.clear()
            check(row, winner(row, refusal), shop)
            seen += 1
    assert seen, "the contract lists every meaning"


def winner(row: Operation, refusal: Refusal) -> Refusal:
    """Return the first row of the table that the text of another one fits too."""
    same = (found for found in row.refusals if found.channel is refusal.channel)
    return next(found for found in same if found.found_in(refusal.match))


def check(row: Operation, refusal: Refusal, shop: Shop) -> None:
    asked = shop[2].asked
    if row.id == "products_find_by_seller_code":
        assert call(row.id, shop) == (), "a search that finds nothing has succeeded"
    elif refusal.meaning in ERRORS:
        with pytest.raises(ERRORS[refusal.meaning]) as caught:
            call(row.id, shop)
        assert type(caught.value) is ERRORS[refusal.meaning]
        assert (caught.value.operation, len(asked)) == (row.id, 1)
        assert "".join(refusal.match.split()) in "".join(caught.value.text.split())
    elif refusal.verify:
        with pytest.raises(OutcomeUnknownError):  # nothing but pages comes back from the verifying read
            call(row.id, shop)
        assert asked.count(row.path) == 1
        assert (len(asked) > 1) is (row.id != "orders_cancel_option"), (
            "without its bundle nothing can be read"
        )
    else:
        outcome = call(row.id, shop)
        assert isinstance(outcome, AlreadyDone)
        assert (outcome.operation, len(asked)) == (row.id, 1)


def test_an_answer_to_a_deleted_question_says_so(shop: Shop) -> None:
    go, client, here = shop
    here.put(
        "cs_answer_question", 404, {"resultCode": 404, "data": None, "error": "존재하지 않는 문의입니다."}
    )
    with pytest.raises(NotFoundError, match="존재하지 않는 문의"):
        go(client.cs.answer_question(1, ANSWER))


def test_a_day_of_settlement_is_asked_and_answered_in_its_own_spelling(shop: Shop) -> None:
    go, client, here = shop
    body = next(body for operation, body in example_rows() if operation == "settlement_list_order_lines")
    here.put("settlement_list_order_lines", 200, body)
    rows = go(client.settlement.list_order_lines(DAY))
    assert [row.basic_dt.strftime("%Y%m%d") for row in rows] == [row["basicDt"] for row in body["data"]]
    assert all(row.claim_no is None for row in rows if row.raw["claimNo"] == "0")


def test_a_method_without_a_code_is_never_sent(shop: Shop) -> None:
    go, client, here = shop
    for unwritable in (ShipMethod.from_wire("해외구매대행"), ShipMethod.from_wire("드론배송")):
        with pytest.raises(ValidationError):
            go(client.orders.ship(1, ship_method=unwritable))
    assert here.asked == []
