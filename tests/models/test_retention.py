"""Which record of the law a personal value belongs to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.retention import INTENTS, RetentionClass, class_of

CONTRACT, SUPPLY, CONTACT = RetentionClass.CONTRACT, RetentionClass.PAYMENT_SUPPLY, RetentionClass.CONTACT
UNKNOWN = RetentionClass.UNCLASSIFIED

BUNDLE = {
    ".buyerName": CONTRACT,
    ".buyerPhone": CONTACT,
    ".delivery.name": SUPPLY,
    ".delivery.phone": CONTACT,
    ".delivery.customsPin": RetentionClass.CUSTOMS,
    ".delivery.shipMethodMessage": CONTACT,
    ".delivery.shipAddress.zipcode": SUPPLY,
    ".delivery.shipAddress.addrFixed": SUPPLY,
    ".delivery.shipAddress.addrDetail": SUPPLY,
    ".delivery.shipAddress.message": CONTACT,
    ".orderProduct[orderNo=5].orderOption[orderOptionNo=7].optionName": CONTRACT,
}
CLAIM = {
    ".claimReasonDetail": CONTRACT,
    ".pendingReasonDetail": CONTRACT,
    ".rejectReasonDetail": CONTRACT,
    ".pickup.name": SUPPLY,
    ".pickup.phone": CONTACT,
    ".pickup.shipAddress.addrFixed": SUPPLY,
    ".pickup.shipAddress.message": CONTACT,
}
BANK = ("payer", "reference", "memo", "account_number", "balance", "received_at")


@pytest.mark.parametrize("kind", [RecordKind.BUNDLE, RecordKind.CLAIM])
@pytest.mark.parametrize(("path", "expected"), [*BUNDLE.items(), *CLAIM.items()])
def test_fields_of_orders_and_claims(kind: str, path: str, expected: RetentionClass) -> None:
    assert class_of(kind, path) is expected
    assert class_of(f"file_{kind}", f".fact{path}") is expected, "a file tells the same of the same field"


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        (RecordKind.QUESTION, ".question", RetentionClass.DISPUTE),
        (RecordKind.REVIEW, ".content", RetentionClass.DISPUTE),
        (RecordKind.INQUIRY, ".inquiry", RetentionClass.DISPUTE),
        *((RecordKind.BANK_TRANSFER, f".fact.{name}", SUPPLY) for name in BANK),
        (RecordKind.EXPORT, ".product_name", RetentionClass.DISPLAY),
        (RecordKind.EXPORT, ".extras.담당", UNKNOWN),
        (INTENTS, "orders_ship", SUPPLY),
        (INTENTS, "claims_reject", CONTRACT),
        (INTENTS, "cs_answer_question", RetentionClass.DISPUTE),
        (INTENTS, "products_update_stock", RetentionClass.DISPLAY),
    ],
)
def test_other_kinds(kind: str, path: str, expected: RetentionClass) -> None:
    assert class_of(kind, path) is expected


@pytest.mark.parametrize(
    "path", [".name", ".phone", ".message", ".orderProduct[0].name", ".delivery.email", ".lines[0]", ""]
)
@pytest.mark.parametrize("kind", [*RecordKind, "tomorrow"])
def test_what_nobody_looked_at_is_unclassified(kind: str, path: str) -> None:
    assert class_of(kind, path) is (RetentionClass.DISPLAY if kind == RecordKind.EXPORT else UNKNOWN)


@given(kind=st.sampled_from([*RecordKind, INTENTS, "tomorrow"]), path=st.text())
def test_every_path_has_a_class(kind: str, path: str) -> None:
    assert class_of(kind, path) in RetentionClass


def test_the_words_are_stored_and_every_class_has_a_korean_name() -> None:
    assert [str(one) for one in RetentionClass] == [
        "contract",
        "payment_supply",
        "dispute",
        "contact",
        "customs",
        "tax",
        "display",
        "unclassified",
    ]
    assert len({one.korean for one in RetentionClass}) == len(RetentionClass)
