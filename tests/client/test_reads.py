"""Reads are repeated: bounded, jittered, within a budget, and never sooner than the marketplace asks."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from client_kit import KEY, NOW, Driver, Naps
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.client import RetryPolicy, ThrottlePolicy, WemakepriceClient
from wemakeprice_sdk.client.retry import RetryBudget, parse_retry_after
from wemakeprice_sdk.clock import ManualClock
from wemakeprice_sdk.errors import (
    AuthenticationError,
    BadRequestError,
    ConfigError,
    MaintenanceError,
    NetworkError,
    NetworkTimeoutError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    ServerError,
)
from wemakeprice_sdk.sandbox import Sandbox

OK = {"resultCode": 200, "data": [], "error": None}
Answer = httpx.Response | Exception


class Script:
    """Answers in order; the last answer stays."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, content=answer.content, headers=answer.headers)


def scripted(*answers: Answer, **options: Any) -> tuple[WemakepriceClient, Script, Naps]:
    script, naps = Script(*answers), Naps()
    defaults: dict[str, Any] = {
        "throttle": ThrottlePolicy(min_gap=0),
        "sleep": naps,
        "random": lambda: 0.5,
        "clock": ManualClock(NOW),
    }
    client = WemakepriceClient(
        KEY,
        base_url="http://sandbox.invalid",
        http_client=httpx.Client(transport=httpx.MockTransport(script)),
        **{**defaults, **options},
    )
    return client, script, naps


def busy(after: str | None = None, status: int = 503) -> httpx.Response:
    headers = {"retry-after": after} if after is not None else {}
    body = {"resultCode": status, "data": None, "error": "잠시 후"}
    return httpx.Response(status, json=body, headers=headers)


def ok() -> httpx.Response:
    return httpx.Response(200, json=OK)


@pytest.mark.parametrize("kind", ["html-500", "json-500", "503", "drop-before-commit", "timeout"])
def test_a_read_survives_two_failures(kind: str, go: Driver, client: Any, sandbox: Sandbox) -> None:
    sandbox.faults.add("base_list_couriers", kind, 2, hold=0.01)
    assert len(go(client.reference.list_couriers())) == 45
    assert sandbox.calls["base_list_couriers"] == 3
    assert len(go.naps.taken) == 2


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("html-500", MaintenanceError),
        ("json-500", ServerError),
        ("503", MaintenanceError),
        ("timeout", NetworkError),
    ],
)
def test_after_the_last_attempt_the_original_error_comes_with_the_attempts_as_a_note(
    kind: str, error: type[Exception], go: Driver, client: Any, sandbox: Sandbox
) -> None:
    sandbox.faults.add("base_list_couriers", kind, None, hold=0.01)
    with pytest.raises(error) as caught:
        go(client.reference.list_couriers())
    assert sandbox.calls["base_list_couriers"] == 3
    assert any(note.startswith("attempts: 3, waited") for note in caught.value.__notes__)
    assert getattr(caught.value, "operation") == "base_list_couriers"  # noqa: B009


def test_a_slow_answer_is_a_timeout_and_names_the_operation(go: Driver, sandbox: Sandbox) -> None:
    from wemakeprice_sdk.client import Timeouts

    client = go.client(timeout=Timeouts(read=0.05), retry=RetryPolicy.never())
    sandbox.faults.add("base_list_couriers", "timeout", None, hold=5.0)
    with pytest.raises(NetworkTimeoutError, match="base_list_couriers"):
        go(client.reference.list_couriers())


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, BadRequestError),
        (401, AuthenticationError),
        (403, PermissionDeniedError),
        (404, BadRequestError),
        (422, BadRequestError),
    ],
)
def test_a_refusal_is_not_repeated(status: int, error: type[Exception]) -> None:
    client, script, _ = scripted(busy(status=status))
    with pytest.raises(error):
        client.reference.list_labels()
    assert script.asked == 1


@pytest.mark.parametrize(
    "body", [b"<html>hello</html>", b'{"resultCode":200,"data":[{"dca', b"[]", b"", b"null"]
)
def test_a_page_or_json_cut_short_is_a_protocol_error_and_not_repeated(body: bytes) -> None:
    client, script, _ = scripted(httpx.Response(200, content=body))
    with pytest.raises(ProtocolError):
        client.reference.list_categories()
    assert script.asked == 1


def test_429_and_408_are_repeated() -> None:
    client, script, _ = scripted(busy(status=429), busy(status=408), ok())
    assert client.reference.list_labels() == ()
    assert script.asked == 3


def test_waits_double_with_full_jitter_and_are_capped() -> None:
    policy = RetryPolicy(attempts=6, first_wait=1.0, max_wait=4.0, max_total_wait=100.0)
    client, _, naps = scripted(busy(), retry=policy)
    with pytest.raises(MaintenanceError):
        client.reference.list_labels()
    assert naps.taken == [0.5, 1.0, 2.0, 2.0, 2.0]


def test_the_sum_of_waits_is_capped() -> None:
    policy = RetryPolicy(attempts=10, first_wait=4.0, max_wait=4.0, max_total_wait=5.0)
    client, script, naps = scripted(busy(), retry=policy)
    with pytest.raises(MaintenanceError):
        client.reference.list_labels()
    assert naps.taken == [2.0, 2.0]
    assert script.asked == 3


@pytest.mark.parametrize(
    "header", ["7", "7.0", " 7 ", format_datetime((NOW + timedelta(seconds=7)).astimezone(UTC), usegmt=True)]
)
def test_retry_after_in_seconds_or_as_a_date_is_waited_out_in_full(header: str) -> None:
    client, _, naps = scripted(busy(header), ok())
    client.reference.list_labels()
    assert naps.taken == [7.0]


def test_a_retry_after_above_the_cap_ends_the_attempts_instead_of_being_undercut() -> None:
    client, script, naps = scripted(busy("600"), retry=RetryPolicy(max_retry_after=30))
    with pytest.raises(MaintenanceError) as caught:
        client.reference.list_labels()
    assert (script.asked, naps.taken) == (1, [])
    assert caught.value.retry_after == 600


@pytest.mark.parametrize("header", ["soon", "-1", "nan", "inf", "", "Fri, 99 Foo 2024"])
def test_a_retry_after_that_says_nothing_is_ignored(header: str) -> None:
    client, _, naps = scripted(busy(header), ok())
    client.reference.list_labels()
    assert naps.taken == [0.25]


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=40))
def test_no_retry_after_header_breaks_the_reader(text: str) -> None:
    seconds = parse_retry_after(text, NOW)
    assert seconds is None or seconds >= 0


@settings(deadline=None, max_examples=60)
@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)))
def test_a_date_never_asks_for_less_than_the_time_to_it(timestamp: datetime) -> None:
    at = timestamp.replace(microsecond=0, tzinfo=UTC)
    asked = parse_retry_after(format_datetime(at, usegmt=True), NOW)
    assert asked == max(0.0, (at - NOW).total_seconds())


def test_the_budget_is_shared_by_everything_a_client_does() -> None:
    policy = RetryPolicy(attempts=3, budget=3, budget_refill=0.5)
    client, script, _ = scripted(busy(), retry=policy)
    for asked in (3, 5, 6):
        with pytest.raises(MaintenanceError):
            client.with_options(retry=policy).reference.list_labels()
        assert script.asked == asked
    script.answers = [ok()]
    client.reference.list_labels()
    client.reference.list_labels()
    script.answers = [busy()]
    script.asked = 0
    with pytest.raises(MaintenanceError):
        client.reference.list_labels()
    assert script.asked == 2


def test_the_budget_never_grows_above_its_size() -> None:
    budget = RetryBudget(2, 5)
    budget.refund()
    assert budget.left == 2
    assert [budget.spend() for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(
    "wrong",
    [{"attempts": 0}, {"first_wait": -1}, {"max_wait": float("nan")}, {"max_total_wait": float("inf")}],
)
def test_a_policy_without_bounds_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        RetryPolicy(**wrong)


def test_a_missing_product_is_not_found_in_both_forms(go: Driver, client: Any, sandbox: Sandbox) -> None:
    for form in ("error", "null"):
        sandbox.configure(missing_product=form)
        with pytest.raises(NotFoundError):
            go(client.products.get(999))


@pytest.mark.parametrize("form", ["list", "null-list", "missing-key", "null-data"])
def test_an_empty_container_means_none_in_every_form(
    form: str, go: Driver, client: Any, sandbox: Sandbox
) -> None:
    sandbox.configure(empty_container=form)
    assert go(client.orders.get(1)) is None
    assert go(client.claims.get(1)) is None


def test_a_key_of_nobody_and_one_without_approval(go: Driver, sandbox: Sandbox) -> None:
    with pytest.raises(AuthenticationError) as caught:
        go(go.client(api_key="unknown").reference.list_labels())
    assert not isinstance(caught.value, PermissionDeniedError)
    sandbox.approve_key(approved=False)
    with pytest.raises(PermissionDeniedError):
        go(go.client().reference.list_labels())


def test_errors_under_http_200_are_the_same_errors(go: Driver, client: Any, sandbox: Sandbox) -> None:
    sandbox.configure(error_mode="envelope")
    with pytest.raises(AuthenticationError) as caught:
        go(go.client(api_key="unknown").reference.list_labels())
    assert (caught.value.http_status, caught.value.result_code) == (200, 401)
    with pytest.raises(NotFoundError):
        go(client.products.get(999))
