"""Bad input is refused before anything is sent: every violation at once, nothing half done."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from attrs import evolve
from client_kit import NOW, Driver, product, ship_policy

from wemakeprice_sdk.errors import NaiveDatetimeError, ValidationError
from wemakeprice_sdk.models import (
    ClaimStatus,
    ClaimType,
    ProductStatus,
    ShipMethod,
    ShipStatus,
)
from wemakeprice_sdk.sandbox import Sandbox

D002 = {"parcel_company_code": "D002", "invoice_no": "600000000001"}

REFUSED: dict[str, Callable[[Any], Any]] = {
    "an unknown courier": lambda c: c.orders.ship(1, parcel_company_code="번개택배", invoice_no="1"),
    "a courier that is missing from the table": lambda c: c.orders.ship(
        1, parcel_company_code="D033", invoice_no="1"
    ),
    "an invoice of 16 digits": lambda c: c.orders.ship(
        1, parcel_company_code="D002", invoice_no="1234567890123456"
    ),
    "an invoice with letters": lambda c: c.orders.change_invoice(
        1, parcel_company_code="D002", invoice_no="12A"
    ),
    "a parcel without courier and invoice": lambda c: c.orders.ship(1),
    "a direct delivery without a day": lambda c: c.orders.ship(1, ship_method=ShipMethod.DIRECT),
    "a bundle number of zero": lambda c: c.orders.confirm(0),
    "an answer of nine characters": lambda c: c.cs.answer_question(1, "아홉 글자 답변."),
    "an answer of 1501 characters": lambda c: c.cs.answer_inquiry(1, "가" * 1501),
    "an approval of an exchange": lambda c: c.claims.approve(1, ClaimType.EXCHANGE),
    "a pickup of a cancel": lambda c: c.claims.complete_pickup(1, ClaimType.CANCEL),
    "a reject code of no known form": lambda c: c.claims.reject(1, reject_reason_code="nope", **D002),
    "a status that cannot be written": lambda c: c.products.set_status(1, ProductStatus.END),
    "a name of 71 characters": lambda c: c.products.save(product(1, name="가" * 71)),
    "stock above the limit": lambda c: c.products.save(product(1, stock=100_000)),
    "a blank brand": lambda c: c.reference.search_brands("  "),
    "a page of 101 rows": lambda c: c.products.list(NOW, NOW, size=101),
    "a product number of zero": lambda c: c.products.get(0),
}


@pytest.mark.parametrize("what", list(REFUSED))
def test_is_refused_with_nothing_sent(what: str, go: Driver, client: Any, sandbox: Sandbox) -> None:
    with pytest.raises(ValidationError) as caught:
        go(REFUSED[what](client))
    (violation, *_) = caught.value.violations
    assert violation.path
    assert violation.rule
    assert any("가" <= letter <= "힣" for letter in violation.message_ko)
    assert not sandbox.calls


def test_all_violations_come_at_once(go: Driver, client: Any, sandbox: Sandbox) -> None:
    broken = evolve(ship_policy(), ship_fee=None, prepayment_yn=False, release_zip_code="1", release_day=16)
    with pytest.raises(ValidationError) as caught:
        go(client.shipping_templates.save(broken))
    paths = {violation.path for violation in caught.value.violations}
    assert {"shipFee", "releaseZipCode", "releaseDay"} <= paths
    assert not sandbox.calls


def test_naive_times_are_refused_everywhere(go: Driver, client: Any, sandbox: Sandbox) -> None:
    naive = datetime(2024, 5, 20)
    for call in (
        lambda: client.orders.list(naive, NOW, ShipStatus.NEW),
        lambda: client.claims.list(NOW, naive, ClaimType.CANCEL, ClaimStatus.REQUEST),
        lambda: client.products.list(naive, naive),
        lambda: client.deals.list(naive, NOW),
        lambda: client.cs.list_questions(naive),
        lambda: client.settlement.list_order_lines(naive),
        lambda: client.notices.list(naive),
    ):
        with pytest.raises(NaiveDatetimeError):
            go(call())
    assert not sandbox.calls


def test_a_timestamp_counts_as_its_korean_day(go: Driver, client: Any, sandbox: Sandbox) -> None:
    from datetime import UTC

    number = sandbox.ask_question(at="2024-05-20 08:00:00")
    asked = go(client.cs.list_questions(datetime(2024, 5, 19, 23, 30, tzinfo=UTC)))
    assert [row.qna_seq for row in asked] == [number]
    assert go(client.cs.list_questions(date(2024, 5, 19))) == ()


def test_a_503_with_retry_after_is_waited_out_over_real_http(
    go: Driver, client: Any, sandbox: Sandbox
) -> None:
    sandbox.faults.add("base_list_labels", "503", retry_after="11")
    go(client.reference.list_labels())
    assert go.naps.taken == [11.0]
